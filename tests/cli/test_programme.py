"""The verbs of a programme on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.services.programmes.made_up import a_programme, an_assessment_in
from tests.services.small import change_settings
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.services.setup import verify


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["programme", *(str(word) for word in words)])


def test_programme__begin_add_and_look(tmp_path: Path) -> None:
    root = tmp_path / "ours"
    assert run("init", root).exit_code == 0
    an_assessment_in(root, "old")
    assert run("add", "old", "-C", root, "--lead-body", "The county", "--statutory").exit_code == 0
    again = run("add", "old", "-C", root)
    assert (again.exit_code, "already" in again.stderr) == (2, True)
    result = run("status", "-C", root, "--json")
    assert result.exit_code == 0
    (line,) = json.loads(result.stdout)["partnerships"]
    assert (line["name"], line["lead_body"], line["statutory"]) == (
        "Old Partnership", "The county", True,
    )  # fmt: skip
    assert (line["need"], line["open"]) == ("to be looked at", {"not issued": 3})
    assert "Old Partnership: not issued: 3 workbooks" in run("status", "-C", root).stdout


def test_programme__trouble_is_one_line_and_needs_a_person(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "good")
    a_programme(tmp_path, "  - folder: gone\n  - folder: good\n")
    result = run("status", "-C", tmp_path)
    assert result.exit_code == 1
    assert result.stdout.count("There is no assessment in") == 1
    assert "write in programme.yaml where it is now" in result.stdout
    assert "Good Partnership" in result.stdout


def test_programme__of_one_that_is_not_filled_in_all_that_is_missing_is_told(
    tmp_path: Path,
) -> None:
    a_programme(tmp_path, "")
    for name in ("new", "odd"):
        assert run("add", name, "-C", tmp_path, "--name", name.title()).exit_code == 0
    change_settings(AssessmentFolder(tmp_path / "odd"), "marking: OFFICIAL", "marking: [secret")
    result = run("status", "-C", tmp_path, "--json")
    new, odd = (told(result.stdout, name) for name in ("New", "Odd"))
    assert (result.exit_code, new["need"], odd["need"]) == (1, "not set up yet", "cannot be used")
    assert [one.partition(":")[0].rpartition(",")[0] for one in new["faults"]] == [
        "assessment.yaml", "assessment.yaml", *["partners.xlsx"] * 3,
    ]  # fmt: skip
    assert new["faults"][0].startswith(new["trouble"])
    shown = run("status", "-C", tmp_path).stdout
    assert "New: not set up yet" in shown
    assert all(fault in shown for fault in new["faults"])
    # once something was issued, the same settings are no longer only unfilled
    AssessmentFolder(tmp_path / "new").outbox.mkdir()
    result = run("status", "-C", tmp_path, "--json")
    assert told(result.stdout, "New")["need"] == "cannot be used"


def told(text: str, name: str) -> dict[str, Any]:
    found = json.loads(text)["partnerships"]
    return next(dict(one) for one in found if one["name"] == name)


def test_programme__of_one_that_was_left_nothing_is_open_and_nothing_is_run(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "one")
    a_programme(
        tmp_path, "  - {folder: one, membership: left}\n  - {folder: gone, membership: left}\n"
    )
    result = run("status", "-C", tmp_path)
    assert (result.exit_code, "cannot be used" in result.stdout.lower()) == (0, False)
    assert (result.stdout.count("Left"), "What is open" in result.stdout) == (2, False)
    assert "of a partnership that takes part" in run("run", "-C", tmp_path, "status").stdout


def test_programme__none_here(tmp_path: Path) -> None:
    result = run("status", "-C", tmp_path)
    assert (result.exit_code, "xlassess programme init" in result.stderr) == (2, True)


def three(root: Path) -> None:
    """A programme of three: one with a return, one new, and one that cannot be opened."""
    an_assessment_in(root, "one", back=True)
    an_assessment_in(root, "two")
    an_assessment_in(root, "over")
    a_programme(
        root,
        "  - folder: gone\n  - folder: one\n  - folder: two\n"
        "  - {folder: over, membership: left}\n",
    )


def test_run__one_line_each_and_the_failing_told(tmp_path: Path) -> None:
    three(tmp_path)
    result = run("run", "-C", tmp_path, "consolidate", "--no-pdf")
    assert result.exit_code == 3
    gone, one, two, *_ = result.stdout.splitlines()
    assert gone.startswith("gone: not done. There is no assessment in")
    assert one.startswith("One Partnership: done. The summary is in")
    assert two.startswith("Two Partnership: not done. Nothing has come back yet")
    assert "Over Partnership" not in result.stdout
    assert "consolidate could not be done in 2 of 3" in result.stdout
    assert (tmp_path / "one" / "output" / "2026" / "summary.xlsx").is_file()
    assert not (tmp_path / "over" / "output").exists()


def test_run__json_has_what_each_says(tmp_path: Path) -> None:
    three(tmp_path)
    result = run("run", "-C", tmp_path, "status", "--json")
    assert result.exit_code == 3
    gone, one, two = json.loads(result.stdout)["partnerships"]
    assert (gone["exit_code"], gone["result"]) == (3, None)
    assert one["result"]["response"][0]["returned"] == 1
    assert two["result"]["response"][0]["issued"] == 0


def test_run__a_wrong_word_is_wrong_everywhere(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "one")
    a_programme(tmp_path, "  - folder: one\n")
    result = run("run", "-C", tmp_path, "status", "--nonsense")
    assert (result.exit_code, "No such option" in result.stdout) == (2, True)


def test_run__what_asks_first_is_not_done_and_does_not_wait(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "one")
    a_programme(tmp_path, "  - folder: one\n")
    (tmp_path / "one" / "inbox").mkdir()
    result = run("run", "-C", tmp_path, "ingest", "inbox", "--password")
    assert (result.exit_code, "asks something first" in result.stdout) == (3, True)


def test_run__whoever_stops_it_stops_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        an_assessment_in(tmp_path, name)
    a_programme(tmp_path, "  - folder: one\n  - folder: two\n")
    asked = []

    def stopped(folder: AssessmentFolder, **_: object) -> None:
        asked.append(folder.root.name)
        raise KeyboardInterrupt

    monkeypatch.setattr("xlassess.services.setup.verify.verify", stopped)
    result = run("run", "-C", tmp_path, "verify")
    assert (result.exit_code, asked) == (3, ["one"])
    assert "Stopped." in result.stderr


def test_run__a_fault_in_one_is_told_and_the_others_follow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        an_assessment_in(tmp_path, name)
    a_programme(tmp_path, "  - folder: one\n  - folder: two\n")
    whole = verify.verify

    def faulty(folder: AssessmentFolder, **given: object) -> object:
        if folder.root.name == "one":
            raise ZeroDivisionError
        return whole(folder, **given)  # type: ignore[arg-type]

    monkeypatch.setattr("xlassess.services.setup.verify.verify", faulty)
    result = run("run", "-C", tmp_path, "verify")
    one, two, *_ = result.stdout.splitlines()
    assert (result.exit_code, one.startswith("One Partnership: not done.")) == (3, True)
    assert "ZeroDivisionError" in one
    assert two.startswith("Two Partnership: not done. No workbook has been issued yet")


def test_run__ingest_of_a_folder_that_each_has(tmp_path: Path) -> None:
    three(tmp_path)
    inbox = tmp_path / "two" / "inbox"
    inbox.mkdir()
    (inbox / "odd.txt").write_text("nothing")
    result = run("run", "-C", tmp_path, "ingest", "inbox")
    assert "Two Partnership: needs you" in result.stdout
    assert not list((tmp_path / "one" / "returns").rglob("*.txt"))


def test_run__verbs_that_name_one_thing_are_refused(tmp_path: Path) -> None:
    a_programme(tmp_path, "  - name: A\n")
    for words in (["waive", "1.1"], ["demo"], ["programme", "status"], ["round", "close", "1"]):
        assert run("run", "-C", tmp_path, *words).exit_code == 2
    misplaced = run("run", "-C", tmp_path, "status", "-C", "elsewhere")
    assert (misplaced.exit_code, "before the verb" in misplaced.stderr) == (2, True)


def test_portfolio__is_written_and_what_is_left_out_told(tmp_path: Path) -> None:
    three(tmp_path)
    for verb, name in (("consolidate", "portfolio.xlsx"), ("report", "portfolio.docx")):
        result = run(verb, "-C", tmp_path, "--order", "name")
        assert result.exit_code == 1
        assert f"{name}." in result.stdout
        assert "It says something of 1 of 4 partnerships." in result.stdout
        assert "gone: its assessment cannot be used" in result.stdout
        assert (tmp_path / "output" / name).is_file()
    refused = run("consolidate", "-C", tmp_path, "--order", "total")
    assert (refused.exit_code, "grand total" in refused.stderr) == (2, True)


def test_peers__with_too_few_others_there_is_no_page(tmp_path: Path) -> None:
    an_assessment_in(tmp_path, "one", back=True)
    a_programme(tmp_path, "  - folder: one\n")
    result = run("report", "--peers", "-C", tmp_path)
    assert (result.exit_code, "These have no page" in result.stdout) == (0, True)
    assert not (tmp_path / "output" / "peers").exists()
