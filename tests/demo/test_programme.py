"""The demo of a programme: partnerships beside each other, in a folder that may be replaced."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.cli.commands.demo import _show_programme
from xlassess.cli.console import Console
from xlassess.demo.programme import STORY, ProgrammePlayed, run_programme
from xlassess.services.setup.verify import verify


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> ProgrammePlayed:
    """One round of one partnership, whose people agree actions, and those without an assessment."""
    first = replace(STORY[4], years=(2023,), people=3)
    story = (first, *(one for one in STORY if not one.toolkit))
    return run_programme(tmp_path_factory.mktemp("demo") / "demo", story=story)


def test_story__twelve_partnerships_three_toolkits_two_rounds() -> None:
    assert len(STORY) == 12
    kits = Counter(one.toolkit for one in STORY if one.toolkit)
    assert len(kits) == 3
    assert {len(one.years) for one in STORY if one.toolkit} == {2}
    assert {one.entry.membership for one in STORY} == {"joined", "proposed", "left"}


def test_programme__is_whole(played: ProgrammePlayed) -> None:
    needs = {line.name: line.need for line in played.status.lines}
    assert needs == {
        "Thornmere Town Centre Partnership": "evaluation overdue",
        "Market Towns Alliance": "to be decided",
        "Vale Broadband Partnership": "over",
    }
    (line,) = played.workbook.portfolio.with_figures
    assert (line.round, line.parts[0].answered, line.parts[0].issued) == ("2023", 3, 3)
    assert line.actions is not None
    assert (line.actions.agreed, line.actions.overdue) == (2, 1)
    assert played.workbook.path.is_file()
    assert played.report.path.is_file()
    folder = AssessmentFolder(played.root / "partnerships" / "town")
    assert verify(folder).holds


def test_programme__says_where_to_look(
    played: ProgrammePlayed, capsys: pytest.CaptureFixture[str]
) -> None:
    _show_programme(Console(), played)
    said = capsys.readouterr().out
    assert "portfolio.xlsx" in said
    assert "xlassess programme status -C" in said


def test_programme__an_earlier_demo_gives_way(played: ProgrammePlayed, tmp_path: Path) -> None:
    again = run_programme(played.root, story=STORY[-2:])
    assert again.replaced
    assert not (played.root / "partnerships").exists()
    other = tmp_path / "mine"
    other.mkdir()
    (other / "notes.txt").write_text("mine")
    result = CliRunner().invoke(cli, ["demo", "--programme", "--output", str(other)])
    assert (result.exit_code, (other / "notes.txt").read_text()) == (2, "mine")
    assert "not a demo" in result.stderr


@pytest.mark.parametrize("more", [["--post"], ["--rounds", "2"], ["--toolkits", "pat"]])
def test_programme__is_played_by_itself(more: list[str], tmp_path: Path) -> None:
    words = ["demo", "--programme", *more, "--output", str(tmp_path / "new")]
    result = CliRunner().invoke(cli, words)
    assert (result.exit_code, "programme" in result.stderr) == (2, True)
    assert "No such option" not in result.stderr
    assert not (tmp_path / "new").exists()
