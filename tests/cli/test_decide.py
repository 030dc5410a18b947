"""Decisions, history and verify through the front door."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.services.small import a_folder, answer, change_settings, made_once, unclear_pair
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.ledger import Ledger

Run = Callable[..., Result]


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    """Ada's workbook came back twice (1 and 2), Abe's with a doubtful answer (3)."""
    folder = a_folder(tmp_path / "small")
    unclear_pair(folder, tmp_path / "inbox")
    answer(folder, "Abe Ash", tmp_path / "inbox" / "third.xlsx", ("Agree", "Perhaps", "Agree"))
    invoke(folder, "ingest", tmp_path / "inbox")
    return folder


def invoke(folder: AssessmentFolder, *words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["-C", str(folder.root), *map(str, words)])


@pytest.fixture
def run(folder: AssessmentFolder) -> Run:
    return lambda *words: invoke(folder, *words)


def the_json(result: Result) -> dict[str, Any]:
    document = json.loads(result.stdout)
    assert isinstance(document, dict)
    return document


def book(run: Run, person: int) -> dict[str, Any]:
    found = the_json(run("status", "--json"))["workbooks"][person]
    assert isinstance(found, dict)
    return found


@pytest.mark.databases
def test_ingest_and_status__show_numbers_to_type(run: Run, folder: AssessmentFolder) -> None:
    text = run("status").stdout
    assert "3.1  C01" in text
    assert "2.1  L01" in text
    assert f"xlassess choose {book(run, 0)['reference']} RETURN" in text
    again = the_json(run("ingest", "--json", folder.root.parent / "inbox"))
    assert [file["number"] for file in again["files"]] == [1, 2, 3]
    assert [one["number"] for file in again["files"] for one in file["findings"]] == ["2.1", "3.1"]


def test_waive__and_revoke(run: Run) -> None:
    assert run("waive", "3.1").exit_code == 2, "without a reason"
    assert run("waive", "3.1", "--reason", "As they mean it", "--by", "Dana").exit_code == 0
    line = book(run, 1)
    assert (line["state"], line["queries"]) == ("returned", [])
    (waived,) = line["waived"]
    assert (waived["number"], waived["waived"]["by"]) == ("3.1", "Dana")
    text = run("status").stdout
    assert "As they mean it" in text
    assert "3.1  C01" in text
    assert run("waive", "3.1", "--reason", "No", "--revoke").exit_code == 0
    assert book(run, 1)["state"] == "query open"
    assert run("waive", "2.1", "--reason", "x").exit_code == 2, "one of the two must count"
    assert run("waive", "--reason", "x").exit_code == 2


def test_choose__records_the_decision(run: Run) -> None:
    ref = book(run, 0)["reference"]
    assert run("choose", ref, "second.xlsx").exit_code == 2, "without a reason"
    assert run("choose", ref, "--reason", "x").exit_code == 2, "without a return"
    assert run("choose", ref, "second.xlsx", "--reason", "Asked").exit_code == 0
    assert book(run, 0)["number"] == 2
    assert run("choose", ref, "--undo", "--reason", "A slip").exit_code == 0
    assert book(run, 0)["state"] == "query open"


def test_set_aside_and_reassign(run: Run) -> None:
    bea = book(run, 2)["reference"]
    assert run("reassign", "3", "--reason", "x").exit_code == 2, "to which workbook?"
    assert run("reassign", "3", "--to", bea, "--reason", "She wrote it").exit_code == 0
    assert [book(run, n)["number"] for n in (1, 2)] == [0, 3]
    assert run("set-aside", "3", "--reason", "By mistake").exit_code == 0
    assert book(run, 2)["number"] == 0
    assert run("set-aside", "3", "--undo", "--reason", "x").exit_code == 0
    assert run("reassign", "3", "--undo", "--reason", "x").exit_code == 0
    assert [book(run, n)["number"] for n in (1, 2)] == [3, 0]
    to = ("reassign", "3", "--to", book(run, 0)["reference"], "--reason", "x")
    refused = run(*to)
    assert (refused.exit_code, book(run, 0)["number"]) == (2, 1)
    assert f"{' '.join(to[:4])} --instead-of 1 --reason" in " ".join(refused.stderr.split())
    assert run(*to, "--instead-of", "one").exit_code == 2
    told = run(*to, "--instead-of", "1").stdout
    assert "Return 1 (first.xlsx) gave way to it." in told


@pytest.mark.parametrize(("verb", "state"), [("nil", "nil return"), ("decline", "declined")])
def test_nil_and_decline(run: Run, verb: str, state: str) -> None:
    bea = book(run, 2)["reference"]
    assert run(verb, bea, "--reason", "By letter of 3 March").exit_code == 0
    line = book(run, 2)
    assert (line["state"], line["outcome"]["kind"]) == (state, state)
    (response,) = the_json(run("status", "--json"))["response"]
    assert response["issued"] == 3
    assert response["returned"] == (3 if verb == "nil" else 2)
    assert "By letter of 3 March" in run("status").stdout
    assert run(verb, bea, "--undo", "--reason", "x").exit_code == 0
    assert book(run, 2)["outcome"] is None


def test_sent_and_reminded(run: Run) -> None:
    bea = book(run, 2)["reference"]
    assert run("sent").exit_code == run("sent", bea, "--all").exit_code == 2
    assert run("sent", "--all").exit_code == 0
    assert run("reminded", bea, "--by", "Dana").exit_code == 0
    line = book(run, 2)
    assert line["sent"]
    assert line["reminded"]
    assert run("reminded", bea, "--undo").exit_code == 0
    assert book(run, 2)["reminded"] is None
    assert run("reminded", bea, "--undo").exit_code == 2


def test_reference__that_was_not_issued(run: Run) -> None:
    ref = book(run, 2)["reference"]
    result = run("nil", ref[:-1] + ("2" if ref[-1] != "2" else "3"), "--reason", "x")
    assert result.exit_code == 2
    assert ref in result.stderr


def test_history__tells_all_of_it_oldest_first(run: Run) -> None:
    ref = book(run, 0)["reference"]
    run("choose", ref, "2", "--reason", "Asked by telephone", "--by", "Dana")
    document = the_json(run("history", ref, "--json"))
    assert document["format"] == "xlassess-history/1"
    assert [event["what"] for event in document["events"]] == [
        "issued", "received", "received", "chosen",
    ]  # fmt: skip
    assert document["counts"] == 2
    chosen = document["events"][-1]
    assert (chosen["by"], chosen["reason"]) == ("Dana", "Asked by telephone")
    assert {n: place["state"] for n, place in chosen["places"].items()} == {
        "1": "superseded",
        "2": "accepted with notes",
    }
    text = run("history", ref.lower()).stdout
    places = [
        text.index(word)
        for word in ("issued as", "first.xlsx) rec", "second.xlsx) rec", "Asked by")
    ]
    assert places == sorted(places)


def test_history__tells_what_was_put_right_and_the_summaries_it_counted_in(
    run: Run, folder: AssessmentFolder, tmp_path: Path
) -> None:
    bea = answer(folder, "Bea Birch", tmp_path / "bea.xlsx", ("agree", "Agree", "Agree"))
    ref = book(run, 2)["reference"]
    run("consolidate")
    run("ingest", bea)
    run("consolidate")
    run("set-aside", "4", "--reason", "A test")
    run("consolidate")
    events = the_json(run("history", ref, "--json"))["events"]
    assert [event["what"] for event in events] == [
        "issued", "received", "consolidated", "set aside",
    ]  # fmt: skip
    assert events[2]["return"]["number"] == 4
    (value,) = events[1]["return"]["put_right"]
    assert (value["item"], value["before"], value["after"]) == ("1A", "agree", "Agree")
    text = run("history", ref).stdout
    assert "“agree” read as “Agree”" in text
    assert "counted in the summary of round 2026" in text


def test_reference__of_a_query_workbook(run: Run, folder: AssessmentFolder) -> None:
    run("query")
    (asked,) = (folder.outbox / "queries").glob("*.xlsx")
    reference, about = asked.stem[-9:], book(run, 1)["reference"]
    assert the_json(run("history", reference, "--json"))["reference"] == about
    result = run("nil", reference, "--reason", "Nothing")
    assert result.exit_code == 2
    assert about in result.stderr


def test_history__tells_a_reassigned_return_in_both_workbooks(run: Run) -> None:
    abe, bea = book(run, 1)["reference"], book(run, 2)["reference"]
    run("reassign", "3", "--to", bea, "--reason", "x")
    for ref in (abe, bea):
        events = the_json(run("history", ref, "--json"))["events"]
        assert events[-1]["what"] == "reassigned"
    assert run("history", "2222-2222").exit_code == 2


def test_verify__everything_holds(run: Run) -> None:
    result = run("verify")
    assert result.exit_code == 0
    document = the_json(run("verify", "--json"))
    assert document["holds"] is True
    assert (document["workbooks"], document["returns"], document["toolkits"]) == (3, 3, 1)
    noted = f"{document['events']}:{document['head'][:16]}"
    assert noted in result.stdout
    run("sent", "--all")
    number = document["events"]
    # as people copy it: with a blank, in capital letters
    held = run("verify", "--noted", f" {noted.replace(':', ': ').upper()}")
    assert (held.exit_code, f"Event {number} is on record as you wrote" in held.stdout) == (0, True)
    for wrong in (f"{number}:{'0' * 16}", "999:abcdef"):
        missed = run("verify", "--noted", wrong)
        assert (missed.exit_code, "Check what you wrote down." in missed.stdout) == (1, True)
    for odd in ("abc", "57", "57:12345", "57:123456 or so"):
        assert run("verify", "--noted", odd).exit_code == 2


def test_verify__says_what_does_not_hold(run: Run, folder: AssessmentFolder) -> None:
    path = next(folder.outbox.glob("*.xlsx"))
    path.write_bytes(path.read_bytes() + b"x")
    result = run("verify")
    assert result.exit_code == 1
    assert path.name in result.stdout


@pytest.mark.parametrize("number", ["abc", "K7M4-9QX3", "0", "1.1", "1000000000999"])
@pytest.mark.parametrize("verb", ["set-aside", "reassign"])
def test_number__that_is_none_of_a_return(run: Run, verb: str, number: str) -> None:
    result = run(verb, number, "--reason", "Why")
    assert result.exit_code == 2
    assert "such as 13" in result.stderr


def test_set_aside__of_a_wrong_folder(run: Run, tmp_path: Path) -> None:
    """None of its files is one of ours: that is said, and one command puts them all away."""
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    for name in ("a.txt", "b.md"):
        (wrong / name).write_text(f"Nothing for anybody: {name}")
    given, shown = run("ingest", wrong), run("status")
    command = 'xlassess set-aside 4 5 --reason "..."'
    for told in (given, shown):
        assert command in " ".join(told.stdout.split())
    assert "None of these 2 files was recognised" in " ".join(given.stdout.split())
    assert run("set-aside", "4", "99", "--reason", "x").exit_code == 2, "all, or none"
    assert run("set-aside", "4", "m1", "--reason", "x").exit_code == 2
    left = [one["file"] for one in the_json(run("status", "--json"))["unplaced"]]
    assert left == ["a.txt", "b.md"]
    assert "2 returns set aside" in run("set-aside", "4", "5", "--reason", "Wrong folder").stdout
    assert the_json(run("status", "--json"))["unplaced"] == []
    assert run("set-aside", "4", "--undo", "--reason", "x").exit_code == 0
    assert run("set-aside", "4", "--reason", "x").exit_code == 0
    assert run("set-aside", "4", "5", "--undo", "--reason", "x").exit_code == 0
    assert len(the_json(run("status", "--json"))["unplaced"]) == 2
    (wrong / "c.md").write_text("Another")
    inbox = tmp_path / "inbox"
    given = run("ingest", wrong / "c.md", inbox / "first.xlsx")
    assert "was recognised" not in given.stdout, "a file of ours was among them"


def test_status__does_not_call_it_waived_that_a_return_was_chosen(run: Run) -> None:
    run("choose", book(run, 0)["reference"], "2", "--reason", "Asked")
    run("waive", "3.1", "--reason", "As they mean it")
    text = run("status").stdout
    assert "Waived: 1 query" in text
    assert "Decided which return counts: 1 time" in text
    assert text.index("2.1  L01") > text.index("Decided which") > text.index("3.1  C01")


def test_sent__run_again_is_done(run: Run) -> None:
    assert run("sent", "--all").exit_code == 0
    again = run("sent", "--all")
    assert (again.exit_code, again.stderr) == (0, "")


def test_ingest__says_how_to_decide_which_counts(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    unclear_pair(folder, tmp_path / "inbox")
    text = invoke(folder, "ingest", tmp_path / "inbox").stdout
    assert re.search(r"xlassess choose \S{4}-\S{4} RETURN", text)
    assert "xlassess query" in text


def test_query__tells_what_is_not_for_the_partner(run: Run) -> None:
    result = run("query")
    assert result.exit_code == 1
    assert f"xlassess choose {book(run, 0)['reference']} RETURN" in result.stdout
    assert run("choose", book(run, 0)["reference"], "1", "--reason", "Told").exit_code == 0
    assert run("query").exit_code == 0


@pytest.mark.parametrize("day", ["8 May", "2026-13-01", "2001-01-01"])
def test_query__day_that_cannot_be_kept(run: Run, day: str) -> None:
    assert run("query", "--return-by", day).exit_code == 2


def test_ingest__answer_to_a_query_about_a_return_set_aside(
    run: Run, folder: AssessmentFolder, tmp_path: Path
) -> None:
    run("query")
    (asked,) = (folder.outbox / "queries").glob("*.xlsx")
    back = shutil.copy(asked, tmp_path / "back.xlsx")
    reference = book(run, 1)["reference"]
    run("decline", reference, "--reason", "By letter")
    text = run("ingest", back).stdout
    assert f"xlassess choose {reference} 4" in text
    assert run("choose", reference, "4", "--reason", "Takes part after all").exit_code == 0
    assert book(run, 1)["number"] == 4


@pytest.mark.sqlite
@pytest.mark.parametrize("verb", ["generate", "ingest", "query", "status", "verify", "consolidate"])
def test_ledger__lost(run: Run, folder: AssessmentFolder, verb: str) -> None:
    for path in folder.root.glob("ledger.db*"):
        path.unlink()
    words = (verb, folder.root.parent / "inbox") if verb == "ingest" else (verb,)
    result = run(*words)
    assert result.exit_code == 3
    assert "ledger.db" in result.stderr
    assert not Ledger.is_at(folder.ledger)


@pytest.mark.parametrize("verb", ["generate", "ingest", "query"])
def test_secret__of_another_assessment(
    run: Run, folder: AssessmentFolder, tmp_path: Path, verb: str
) -> None:
    other = answer(folder, "Bea Birch", tmp_path / "bea.xlsx")
    folder.secret_file.write_bytes(b"0" * 64)
    words = (verb, other) if verb == "ingest" else (verb,)
    result = run(*words)
    assert result.exit_code == 3
    assert ".secret" in result.stderr
    assert len(the_json(run("verify", "--json"))["faults"]) == 1


@pytest.mark.databases
def test_history_and_verify__before_anything_was_issued(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "new")
    for words in (("verify",), ("history", "2222-2222"), ("sent", "--all")):
        assert invoke(folder, *words).exit_code == 2
    assert not Ledger.is_at(folder.ledger)


@pytest.mark.parametrize(
    "verb",
    ["sent", "reminded", "waive", "choose", "set-aside", "reassign", "nil", "decline", "history"],
)
def test_decision__refuses_wrong_use(run: Run, verb: str) -> None:
    result = run(verb, "--nothing")
    assert result.exit_code == 2
    assert result.stdout == ""


def test_sent__undo_all_takes_back_what_was_recorded_by_hand(
    run: Run, folder: AssessmentFolder
) -> None:
    def states() -> set[str]:
        lines = the_json(run("status", "--json"))["workbooks"]
        return {line["reference"] for line in lines if line["sent"]}

    assert "Nothing to undo" in run("sent", "--all", "--undo").stdout
    run("sent", "--all")
    (bea,) = states()
    undone = run("sent", "--all", "--undo")
    assert (undone.exit_code, "Undone: 1 workbook" in undone.stdout) == (0, True)
    assert states() == set()
    with Ledger(folder.ledger) as ledger:
        assert ledger.messages.begin("<1@x>", "invitation", [bea], planned=10_000)
        ledger.messages.end("<1@x>", "sent", "250", mark="sent", references=[bea])
    assert "Nothing to undo" in run("sent", "--all", "--undo").stdout
    assert states() == {bea}


def test_history__tells_when_a_workbook_was_replaced_in_its_place(
    run: Run, folder: AssessmentFolder
) -> None:
    ref = book(run, 0)["reference"]
    change_settings(folder, "Small Partnership", "Another Partnership")
    run("generate", "--reissue")
    run("set-aside", "1", "--reason", "A slip")
    text = run("history", ref).stdout
    places = [text.index(word) for word in ("issued as", "replaced by", "A slip")]
    assert places == sorted(places)
