"""What an assessment takes from its programme, as long as its own settings say nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.services.small import LATER, MONDAY, TOOLKIT, answer, write_register
from xlassess.assessment.programme import ProgrammeFolder
from xlassess.assessment.settings import AssessmentFileError, AssessmentFolder
from xlassess.cli.app import cli
from xlassess.model.programme import Partnership
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.figures import state_of
from xlassess.services.programmes.programme import add_partnership
from xlassess.services.setup.rounds import begin_round, close_round

REGISTER = """\
title: Ours
shared:
  round: "2026"
  toolkits: [tiny]
  coordinator: {name: Cora}
  marking: OFFICIAL-SENSITIVE
  attribution: aggregated
  minimum_group: 4
partnerships:
"""


@pytest.fixture
def programme(tmp_path: Path) -> ProgrammeFolder:
    folder = ProgrammeFolder(tmp_path)
    folder.register_file.write_text(REGISTER, encoding="utf-8")
    folder.toolkits.mkdir()
    (folder.toolkits / "tiny.yaml").write_text(TOOLKIT, encoding="utf-8")
    return folder


@pytest.fixture
def one(programme: ProgrammeFolder) -> AssessmentFolder:
    place = programme.root / "one"
    add_partnership(programme, place, Partnership(name="One"))
    folder = AssessmentFolder(place)
    write_register(folder)
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["programme", *words, "-C", str(root)])


def test_shared__holds_until_its_own_says_something_else(
    programme: ProgrammeFolder, one: AssessmentFolder
) -> None:
    made = one.assessment()
    assert (made.toolkits, made.coordinator.name, made.round) == (("tiny",), "Cora", "2026")
    assert (made.marking, made.attribution, made.minimum_group) == (
        "OFFICIAL-SENSITIVE", "aggregated", 4,
    )  # fmt: skip
    before = state_of(one)
    change(programme.register_file, "OFFICIAL-SENSITIVE", "OFFICIAL")
    assert state_of(one) != before, "figures that were worked out before do not hold"
    change(programme.register_file, 'round: "2026"', 'round: "2027"')
    assert (one.assessment().marking, one.assessment().round) == ("OFFICIAL", "2026")
    change(one.settings_file, "\nmarking:\n", "\nmarking: SECRET\n")
    assert one.assessment().marking == "SECRET"
    told = run(programme.root, "status", "--json")
    assert json.loads(told.stdout)["partnerships"][0]["own_settings"] == ["marking"]
    assert "One: marking" in run(programme.root, "status").stdout


def test_problem__is_told_where_it_stands(
    programme: ProgrammeFolder, one: AssessmentFolder
) -> None:
    change(programme.register_file, "[tiny]", "[tinny]")
    with pytest.raises(AssessmentFileError) as caught:
        one.assessment()
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("programme.yaml", 4)


def test_moved__without_the_programme_it_is_told_and_can_stand_by_itself(
    one: AssessmentFolder, tmp_path: Path
) -> None:
    away = AssessmentFolder(one.root.rename(tmp_path.parent / f"{tmp_path.name}-away"))
    with pytest.raises(AssessmentFileError, match="no programme in"):
        away.assessment()


def test_rounds_and_archives__have_what_was_taken(
    programme: ProgrammeFolder, one: AssessmentFolder, tmp_path: Path
) -> None:
    generate(one, now=MONDAY)
    ingest(one, [answer(one, "Bea Birch", tmp_path / "b.xlsx")], now=LATER, workers=1)
    closed = close_round(one, now=LATER)
    told = (closed.archive / "data" / "settings" / "inherited.yaml").read_text(encoding="utf-8")
    assert 'attribution: "aggregated"' in told
    assert "partnerships" not in told
    begin_round(one, "2027", date(2027, 3, 1), now=LATER)
    later = AssessmentFolder(one.root, "2027")
    change(programme.register_file, "[tiny]", "[pat]")
    change(programme.register_file, "minimum_group: 4", "minimum_group: 5")
    assert (later.assessment().toolkits, later.assessment().minimum_group) == (("tiny",), 5)
    assert AssessmentFolder(one.root, "2026").assessment().toolkits == ("tiny",)


def test_toolkits__who_asks_other_questions_is_told(
    programme: ProgrammeFolder, one: AssessmentFolder
) -> None:
    same = run(programme.root, "toolkits")
    assert (same.exit_code, "the programme's" in same.stdout) == (0, True)
    change(one.toolkits / "tiny.yaml", "We know each other.", "We know nobody.")
    other = run(programme.root, "toolkits")
    assert (other.exit_code, "One: tiny 1.0" in other.stdout) == (1, True)
