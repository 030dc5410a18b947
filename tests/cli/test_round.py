"""The verb round on the command line, and --round on the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.services.small import LATER, a_folder, answer, made_once
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.services.ingest import ingest


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    folder = a_folder(tmp_path / "small")
    ingest(folder, [answer(folder, "Bea Birch", tmp_path / "back.xlsx")], now=LATER)
    return folder


def test_round__new_says_what_to_do_next(folder: AssessmentFolder) -> None:
    result = run("round", "new", "2099", "--return-by", "2099-04-30", "-C", folder.root)
    assert result.exit_code == 0
    assert "Round 2099 has begun, after round 2026." in result.stdout
    said = " ".join(result.stdout.split())
    assert "3 people from round 2026" in said
    assert 'xlassess round reopen 2026 --reason "..."' in said
    assert (folder.root / "rounds" / "2099" / "partners.xlsx").is_file()


def test_round__new_needs_a_return_date(folder: AssessmentFolder) -> None:
    result = run("round", "new", "2099", "-C", folder.root)
    assert (result.exit_code, "needs a return date" in result.stderr) == (2, True)
    assert not (folder.root / "rounds").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["round", "new", "2099", "--return-by"], ["query", "--return-by"],
        ["progress", "--return-by"], ["programme", "decide", "A", "stay", "--due"],
        ["programme", "leave", "A", "--on"], ["programme", "evaluate", "A", "--on"],
    ],
)  # fmt: skip
@pytest.mark.parametrize("day", ["30/04/2099", "spring"])
def test_days__are_refused_in_words_by_every_option(words: list[str], day: str) -> None:
    result = run(*words, day)
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert words[-1] in said
    assert f"“{day}” cannot be read as a date. Write it as year-month-day" in said
    assert "%" not in said


def test_round__others_work_on_the_last_one_or_the_one_named(folder: AssessmentFolder) -> None:
    run("round", "new", "2099", "--return-by", "2099-04-30", "-C", folder.root)
    now = json.loads(run("status", "--json", "-C", folder.root).stdout)
    then = json.loads(run("status", "--json", "--round", "2026", "-C", folder.root).stdout)
    assert (now["round"], [one["issued"] for one in now["response"]]) == ("2099", [0])
    assert (then["round"], [one["returned"] for one in then["response"]]) == ("2026", [1])
    first = json.loads(run("--round", "2026", "-C", folder.root, "status", "--json").stdout)
    assert first == then
    result = run("consolidate", "--round", "2025", "-C", folder.root)
    assert (result.exit_code, "The rounds are: 2026, 2099." in result.stderr) == (2, True)


def test_round__list_close_and_reopen(folder: AssessmentFolder) -> None:
    closed = run("round", "close", "2026", "-C", folder.root)
    assert closed.exit_code == 0
    assert "Still open then, and on record: 2 workbooks not recorded as sent." in closed.stdout
    (line,) = json.loads(run("round", "--json", "-C", folder.root).stdout)["rounds"]
    assert (line["round"], line["issued"], line["returned"]) == ("2026", 3, 1)
    assert Path(line["archive"]).is_dir()
    refused = run("generate", "-C", folder.root)
    assert refused.exit_code == 2
    assert "xlassess round new NAME --return-by DATE" in " ".join(refused.stderr.split())
    said = " ".join(run("status", "-C", folder.root).stdout.split())
    assert "This round was closed on" in said
    assert "xlassess round reopen 2026" in said
    said = said.replace('xlassess round reopen 2026 --reason "..."', "")
    assert "xlassess" not in said.replace("xlassess round reopen", ""), said
    assert run("round", "reopen", "2026", "-C", folder.root).exit_code == 2
    assert run("round", "reopen", "2026", "--reason", "Late.", "-C", folder.root).exit_code == 0
    assert run("generate", "-C", folder.root).exit_code == 0
    assert "open" in run("round", "list", "-C", folder.root).stdout


def test_round__close_asks_where_something_is_open(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xlassess.cli.commands.setup.round._is_asked", lambda: True)
    words = ["round", "close", "2026", "-C", str(folder.root)]
    refused = CliRunner().invoke(cli, words, input="n\n")
    assert refused.exit_code == 0
    assert "Still open in round 2026: 2 workbooks not recorded as sent." in refused.output
    assert "Nothing was changed." in refused.output
    assert run("generate", "-C", folder.root).exit_code == 0
    assert CliRunner().invoke(cli, words, input="y\n").exit_code == 0
    assert run("generate", "-C", folder.root).exit_code == 2


@pytest.mark.parametrize(
    ("said", "code", "closes"),
    [("n\n", 0, False), ("\n", 0, False), ("2027\n", 2, False), ("Y\n", 0, True), ("", 0, True)],
)
def test_round__close_heeds_what_comes_on_standard_input(
    folder: AssessmentFolder, said: str, code: int, closes: bool
) -> None:
    words = ["round", "close", "2026", "-C", str(folder.root)]
    result = CliRunner().invoke(cli, words, input=said)
    assert (result.exit_code, "Round 2026 is closed." in result.output) == (code, closes)
    assert ("closed on" in run("round", "list", "-C", folder.root).output) == closes


def test_round__reopen_of_one_that_is_not_there_says_so(folder: AssessmentFolder) -> None:
    result = run("round", "reopen", "2030", "--reason", "Late.", "-C", folder.root)
    assert result.exit_code == 2
    assert "There is no round 2030 here. The only round is 2026." in result.stderr
    assert "round list" in result.stderr


def test_status__of_a_closed_round_advises_nothing_that_cannot_be_done(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    unclear = answer(folder, "Bea Birch", tmp_path / "bea.xlsx", ("Agree", "Perhaps", "Agree"))
    run("ingest", unclear, "-C", folder.root)
    (tmp_path / "notes.txt").write_text("No workbook.")
    run("ingest", tmp_path / "notes.txt", "-C", folder.root)
    before = run("status", "-C", folder.root).stdout
    assert "xlassess query" in before
    assert "xlassess set-aside" in before
    run("round", "close", "2026", "-C", folder.root)
    said = run("status", "-C", folder.root).stdout
    assert "Open queries: 1\n" in said
    assert said.count("xlassess ") == said.count("xlassess round reopen")
