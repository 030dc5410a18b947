"""Entering: answers that came by another way, typed into a copy and read like any return."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.ingest.packages import sheet_of
from tests.ledger.raw import behind
from tests.services.small import LATER, MONDAY, a_folder, answer, change_settings
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.contract.layout import START, layout
from xlassess.ledger import Ledger
from xlassess.mail import Kind
from xlassess.model.errors import UsageError
from xlassess.services.common.received import Ingested
from xlassess.services.decide import Why, choose, correct
from xlassess.services.enter import EntryMade, enter
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.post.send import Ask, preview
from xlassess.services.query import query
from xlassess.services.setup.verify import verify
from xlassess.services.status import status
from xlassess.toolkits.load import find_toolkit


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


def reference_of(folder: AssessmentFolder, respondent: str = "Ada Ash") -> str:
    books = generate(folder, now=MONDAY).workbooks
    return next(book.reference for book in books if book.respondent == respondent)


def made(folder: AssessmentFolder, *, anew: bool = False, source: str = "phone") -> EntryMade:
    reference = reference_of(folder)
    return enter(folder, reference, source, now=LATER, by="Cora Clerk", anew=anew)  # type: ignore[arg-type]


def type_in(
    folder: AssessmentFolder, path: Path, answers: tuple[str | None, ...], to: Path | None = None
) -> Path:
    """Type these answers into a copy, as somebody with Excel does."""
    book = openpyxl.load_workbook(path)
    (table,) = layout(find_toolkit("tiny", folder.toolkits)).sections[0].tables
    column = table.column("answer")
    assert column is not None
    for row, value in zip(table.rows, answers, strict=True):
        book["1 Basics"].cell(row.index + 1, column.index + 1).value = value
    book.save(to or path)
    return to or path


def read(folder: AssessmentFolder, *paths: Path, days: int = 0) -> Ingested:
    return ingest(folder, paths, now=LATER + timedelta(days=days), workers=1)


def counting(folder: AssessmentFolder, reference: str) -> tuple[int, dict[str, object]]:
    with Ledger(folder.ledger) as ledger:
        assert ledger.audit().faults == ()
        ret = ledger.current("2026")[reference]
        return ret.number, {one.item: one.value for one in ret.answers}


TYPED = ("Agree", "Disagree", "Agree")


def test_enter__typed_answers_are_read_and_told_by_whom(folder: AssessmentFolder) -> None:
    copy = made(folder)
    assert copy.outcome == "new"
    assert copy.path.parent == folder.entries
    assert (
        copy.path.name
        == f"2026 Tiny - typed in - Ash Council - Ada Ash - {copy.copy.reference}.xlsx"
    )
    result = read(folder, type_in(folder, copy.path, TYPED))
    (file,) = result.files
    assert file.issued is not None
    assert (file.ret.state, file.issued.reference) == ("accepted with notes", copy.issued.reference)
    assert [(f.code, f.message) for f in file.ret.findings] == [(
        "I16",
        "The respondent answered by telephone. Cora Clerk typed the answers in, in a copy made on "
        "12 March 2026.",
    )]  # fmt: skip
    assert counting(folder, copy.issued.reference) == (1, {"1A": "high", "1B": "low", "1C": "high"})
    (line, *_) = status(folder, today=LATER.date()).lines
    assert line.state == "returned"
    assert line.entered is not None
    assert verify(folder).holds


def test_enter__the_copy_says_what_it_is_and_the_seal_covers_it(folder: AssessmentFolder) -> None:
    copy = made(folder)
    book = openpyxl.load_workbook(copy.path)
    head = [str(cell.value) for row in book[START].iter_rows(max_row=12) for cell in row]
    who = f"Reference {copy.copy.reference} · Copy for typing in, for Ash Council, Ada Ash"
    assert any(text.startswith(who) for text in head)
    hidden = {row[0].value: row[1].value for row in book["xl_identity"].iter_rows(max_col=2)}
    assert hidden["entered"] == "phone 2026-03-12 Cora Clerk"
    assert hidden["of"] == copy.issued.reference
    sheet = book["xl_identity"]
    for row in sheet.iter_rows(max_col=2):
        if row[0].value == "entered":
            row[1].value = "phone 2026-03-12 Somebody Else"
    book.save(copy.path)
    (file,) = read(folder, copy.path).files
    assert [f.code for f in file.ret.findings] == ["I06"]


def test_enter__without_its_identity_it_is_not_taken_for_the_respondents(
    folder: AssessmentFolder,
) -> None:
    copy = made(folder)
    book = openpyxl.load_workbook(type_in(folder, copy.path, TYPED))
    for name in [sheet.title for sheet in book if sheet.sheet_state != "visible"]:
        del book[name]
    for name in book.custom_doc_props.names:
        del book.custom_doc_props[name]
    book.save(copy.path)
    (file,) = read(folder, copy.path).files
    assert {"I09", "I16"} <= {f.code for f in file.ret.findings}
    assert file.ret.reference == copy.issued.reference


def test_enter__never_displaces_what_the_respondent_sent(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    own = answer(folder, "Ada Ash", tmp_path / "own.xlsx", ("Disagree",) * 3)
    read(folder, own)
    copy = made(folder)
    assert copy.counts is not None
    result = read(folder, type_in(folder, copy.path, TYPED), days=1)
    (file,) = result.files
    assert [f.code for f in file.ret.findings] == ["I16", "L08"]
    assert result.displaced == ()
    reference = copy.issued.reference
    assert counting(folder, reference)[1] == dict.fromkeys(("1A", "1B", "1C"), "low")
    choose(folder, reference, "2", Why(LATER + timedelta(days=2), "She rang to change it."))
    assert counting(folder, reference) == (2, {"1A": "high", "1B": "low", "1C": "high"})


@pytest.mark.parametrize("typed_first", [True, False])
def test_enter__in_one_run_the_respondents_own_counts(
    folder: AssessmentFolder, tmp_path: Path, typed_first: bool
) -> None:
    own = answer(folder, "Ada Ash", tmp_path / "own.xlsx", ("Disagree",) * 3)
    typed = type_in(folder, made(folder).path, TYPED)
    read(folder, *((typed, own) if typed_first else (own, typed)))
    assert set(counting(folder, reference_of(folder))[1].values()) == {"low"}


def test_enter__what_the_respondent_sends_later_takes_its_place(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    copy = made(folder)
    read(folder, type_in(folder, copy.path, TYPED))
    own = answer(folder, "Ada Ash", tmp_path / "own.xlsx", ("Disagree",) * 3)
    result = read(folder, own, days=1)
    assert [(one.was.number, one.by.number) for one in result.displaced] == [(1, 2)]
    assert set(counting(folder, copy.issued.reference)[1].values()) == {"low"}


@pytest.mark.parametrize("seal", [True, False])
def test_enter__their_own_takes_its_place_though_saved_before(
    folder: AssessmentFolder, tmp_path: Path, seal: bool
) -> None:
    own = answer(folder, "Ada Ash", tmp_path / "own.xlsx", ("Disagree",) * 3)
    book = openpyxl.load_workbook(own)
    if not seal:
        for name in [sheet.title for sheet in book if sheet.sheet_state != "visible"]:
            del book[name]
        for name in book.custom_doc_props.names:
            del book.custom_doc_props[name]
    book.save(own)
    _saved(own, LATER - timedelta(days=1))
    copy = made(folder)
    typed = type_in(folder, copy.path, TYPED)
    _saved(typed, LATER)
    read(folder, typed)
    (file,) = read(folder, own, days=1).files
    codes = {one.code for one in file.ret.findings}
    assert codes & {"L01", "L04", "L05"} == (set() if seal else {"L04"})
    now = set(counting(folder, copy.issued.reference)[1].values())
    assert now == ({"low"} if seal else {"high", "low"})


def _saved(path: Path, at: datetime) -> None:
    """Let a workbook state that it was saved at this moment."""
    with zipfile.ZipFile(path) as package:
        parts = {info: package.read(info) for info in package.infolist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        stamp = rb"\g<1>" + f"{at:%Y-%m-%dT%H:%M:%SZ}".encode()
        for info, data in parts.items():
            package.writestr(info, re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", stamp, data))


def test_enter__the_same_answers_of_their_own_are_a_return(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    copy = made(folder)
    read(folder, type_in(folder, copy.path, TYPED))
    read(folder, answer(folder, "Ada Ash", tmp_path / "own.xlsx", TYPED), days=1)
    assert counting(folder, copy.issued.reference)[0] == 2
    assert status(folder, today=LATER.date()).lines[0].entered is None
    # and what is typed in says nothing that they have not said themselves
    again = type_in(folder, made(folder, source="paper").path, TYPED)
    (file,) = read(folder, again, days=2).files
    assert file.known


def test_enter__a_blank_return_of_their_own_gives_way(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    read(folder, answer(folder, "Ada Ash", tmp_path / "blank.xlsx", (None,) * 3))
    copy = made(folder)
    read(folder, type_in(folder, copy.path, TYPED), days=1)
    assert counting(folder, copy.issued.reference)[1]["1A"] == "high"


def test_enter__an_untouched_copy_is_no_return(folder: AssessmentFolder) -> None:
    copy = made(folder)
    result = read(folder, folder.entries)
    assert (result.files, result.untouched) == ((), (copy.path.name,))
    assert status(folder, today=LATER.date()).lines[0].state == "not sent"


def test_enter__again_gives_the_copy_that_was_begun(folder: AssessmentFolder) -> None:
    first = made(folder)
    assert made(folder).outcome == "unchanged"
    first.path.unlink()
    assert made(folder).outcome == "restored"
    type_in(folder, first.path, TYPED)
    again = made(folder)
    assert again.begun
    assert again.path == first.path
    assert made(folder, source="paper").path != first.path
    assert made(folder, anew=True).path != first.path
    read(folder, first.path)
    assert counting(folder, first.issued.reference)[1]["1A"] == "high"


def test_enter__typed_again_replaces_what_was_typed_before(folder: AssessmentFolder) -> None:
    copy = made(folder)
    read(folder, type_in(folder, copy.path, TYPED))
    read(folder, type_in(folder, copy.path, ("Disagree",) * 3), days=1)
    assert set(counting(folder, copy.issued.reference)[1].values()) == {"low"}


def test_enter__a_correction_of_it_is_still_typed_in(folder: AssessmentFolder) -> None:
    copy = made(folder)
    read(folder, type_in(folder, copy.path, TYPED))
    why = Why(LATER + timedelta(days=1), "Misheard.", "Cora")
    correct(folder, copy.issued.reference, "1B", "Agree", why)
    line = status(folder, today=LATER.date()).lines[0]
    assert line.entered is not None
    assert line.answers == 3


def test_enter__keeps_the_promise_that_was_given(folder: AssessmentFolder) -> None:
    reference = reference_of(folder)
    change_settings(folder, "toolkits:", "attribution: aggregated\ntoolkits:")
    copy = enter(folder, reference, "paper", now=LATER, by="Cora")
    (file,) = read(folder, type_in(folder, copy.path, TYPED)).files
    assert [f.code for f in file.ret.findings] == ["I16"]


@pytest.mark.parametrize(
    ("reference", "said"), [("K7M4-9QX3", "No workbook was issued"), ("", "No workbook was issued")]
)
def test_enter__nobodys_workbook_is_refused(
    folder: AssessmentFolder, reference: str, said: str
) -> None:
    reference_of(folder)
    with pytest.raises(UsageError, match=said):
        enter(folder, reference, "phone", now=LATER)


def test_enter__the_method_sheet_says_how_many_of_how_many(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    read(folder, answer(folder, "Bea Birch", tmp_path / "bea.xlsx"))
    assert "Typed in for respondents\nNone.\n" in method(folder)
    read(folder, type_in(folder, made(folder).path, TYPED), days=1)
    text = method(folder)
    assert "1 of the 2 returns that count was typed in by somebody else" in text
    assert "by telephone, by Cora Clerk, 12 March 2026" in text


def method(folder: AssessmentFolder) -> str:
    path = consolidate(folder, now=LATER).path
    sheet = sheet_of(path.read_bytes(), "Method")
    return "\n".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)


def test_enter__on_the_command_line(folder: AssessmentFolder) -> None:
    reference = reference_of(folder)
    run = CliRunner()
    where = ["-C", str(folder.root)]
    said = run.invoke(cli, [*where, "enter", reference, "--source", "pdf", "--by", "Cora"])
    assert said.exit_code == 0, said.output
    assert "answers that came in a PDF or a scan, typed in by Cora" in said.stdout
    (path,) = folder.entries.glob("*.xlsx")
    type_in(folder, path, TYPED)
    read_in = run.invoke(cli, [*where, "ingest", str(path)])
    assert read_in.exit_code == 0
    assert "Renamed" not in read_in.stdout
    shown = run.invoke(cli, [*where, "status"]).stdout
    assert "Typed in for respondents: 1 workbook" in shown
    told = run.invoke(cli, [*where, "history", reference]).stdout
    assert "made, to type answers in" in told
    assert "I16" in told
    (line, *_) = json.loads(run.invoke(cli, [*where, "status", "--json"]).stdout)["workbooks"]
    assert line["entered"]["source"] == "in a PDF or a scan"
    assert run.invoke(cli, [*where, "enter", reference]).exit_code == 2


@pytest.mark.sqlite
def test_enter__a_file_that_is_not_on_record_is_left_and_told(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """As after the ledger was put back to an earlier state."""
    reference_of(folder)
    shutil.copy(folder.ledger_file, tmp_path / "ledger.db")
    lost = type_in(folder, made(folder).path, TYPED)
    typed = lost.read_bytes()
    shutil.copy(tmp_path / "ledger.db", folder.ledger_file)
    copy = made(folder)
    assert (copy.outcome, copy.begun, copy.unknown) == ("new", False, lost)
    assert copy.path != lost
    assert lost.read_bytes() == typed
    shutil.copy(tmp_path / "ledger.db", folder.ledger_file)
    copy.path.unlink()
    words = ["enter", copy.issued.reference, "--source", "phone", "--by", "Cora Clerk"]
    shown = CliRunner().invoke(cli, ["-C", str(folder.root), *words]).stdout
    assert "go on there" not in shown
    (file,) = read(folder, type_in(folder, made(folder).path, TYPED)).files
    assert file.ret.state == "accepted with notes"


def test_enter__a_reference_given_to_a_copy_is_given_to_nobody_else(
    folder: AssessmentFolder,
) -> None:
    copy = made(folder)
    with Ledger(folder.ledger) as ledger:
        issued = {one.reference for one in ledger.issued()}
        assert ledger.references() == {*issued, copy.copy.reference}


def test_enter__a_copy_of_a_workbook_that_is_no_longer_on_record(folder: AssessmentFolder) -> None:
    copy = made(folder)
    with behind(folder.ledger, guarded=False) as run:
        run("delete from issued where reference = ?", copy.issued.reference)
    with Ledger(folder.ledger) as ledger:
        assert ledger.entries() == ()
        assert any(copy.issued.reference in fault.about for fault in ledger.audit().faults)


def preview_of(folder: AssessmentFolder, kind: Kind) -> str:
    """The one message of a kind that is due, as it is read."""
    register = openpyxl.load_workbook(folder.register_file)
    sheet = register.active
    assert sheet is not None
    for row, head in ((1, "E-mail"), (2, "ada@ash.example")):
        sheet.cell(row, 4).value = head
    register.save(folder.register_file)
    _, (text,) = preview(folder, Ask(kind), now=LATER)
    return " ".join(text.split())


def test_thanks__say_how_answers_came_that_were_typed_in(folder: AssessmentFolder) -> None:
    read(folder, type_in(folder, made(folder).path, TYPED))
    text = preview_of(folder, "thanks")
    assert "We have written down the answers that you gave us by telephone." in text
    assert "We have written down: - A tiny toolkit (reference" in text
    assert "): 3 answers, given by telephone" in text
    assert "There is nothing you need to do now." in text
    assert ".xlsx" not in text
    assert "workbook" not in text.lower()


def test_thanks__do_not_say_that_all_is_done_while_something_is_asked(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    back = answer(folder, "Ada Ash", tmp_path / "ada.xlsx", ("Agree", "Perhaps", None))
    read(folder, back)
    text = preview_of(folder, "thanks")
    assert "Your workbook has arrived and has been read. We still have a question" in text
    assert "nothing you need to do" not in text
    query(folder, now=LATER)
    assert "nothing you need to do" not in preview_of(folder, "thanks")


def test_query__says_how_answers_came_that_were_typed_in(folder: AssessmentFolder) -> None:
    copy = made(folder)
    read(folder, type_in(folder, copy.path, ("Agree", None, "Agree")))
    (asked,) = query(folder, now=LATER).workbooks
    text = " ".join(asked.letter.read_text(encoding="utf-8").split())
    assert "that you gave us by telephone for Small Partnership. We have written them down." in text
    assert "returning your workbook" not in text
    assert f"Subject: Small Partnership: answers to check, Tiny 2026 [{asked.query.reference}]" in (
        text
    )  # fmt: skip
    said = start_of(asked.path)
    assert "Thank you for the answers that you gave us by telephone. One answer is missing." in said
    assert "certainty" not in said


@pytest.mark.parametrize(
    ("second", "third", "said"),
    [
        (None, None, "Some answers are missing."),
        ("Perhaps", "Agree", "One answer could not be read with certainty, and we do not guess."),
        (
            "Perhaps", None,
            "Some answers are missing, and some could not be read with certainty, and we do not "
            "guess.",
        ),
    ],
)  # fmt: skip
def test_query__says_whether_answers_are_missing_or_unclear(
    folder: AssessmentFolder, tmp_path: Path, second: str | None, third: str | None, said: str
) -> None:
    read(folder, answer(folder, "Ada Ash", tmp_path / "ada.xlsx", ("Agree", second, third)))
    (asked,) = query(folder, now=LATER).workbooks
    assert f"reached us as “ada.xlsx”. {said} Everything else was read" in start_of(asked.path)


def start_of(path: Path) -> str:
    """All that the first sheet says."""
    sheet = sheet_of(path.read_bytes(), START)
    return " ".join(str(cell) for row in sheet.values for cell in row if cell)


def test_query__has_the_protective_marking_in_its_subject_as_other_messages_have(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    change_settings(folder, "partnership:", "marking: OFFICIAL\npartnership:")
    read(folder, answer(folder, "Ada Ash", tmp_path / "ada.xlsx", ("Agree", "Perhaps", "Agree")))
    (asked,) = query(folder, now=LATER).workbooks
    subject = f"Subject: Small Partnership: answers to check, Tiny 2026 [{asked.query.reference}]"
    assert f"{subject} [OFFICIAL]" in asked.letter.read_text(encoding="utf-8")
    sent = preview_of(folder, "query")
    assert f"{subject} [OFFICIAL] Attached:" in sent
    assert "Dear Ada Ash, Thank you for returning your workbook" in sent
