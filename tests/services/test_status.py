"""Status: the state of every workbook, and a response rate with its denominator."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.services.small import (
    LATER,
    MONDAY,
    PEOPLE,
    TOOLKIT,
    a_folder,
    answer,
    change_settings,
    unclear_pair,
    write_register,
    write_toolkit,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.contract.layout import layout
from xlassess.ledger import Ledger
from xlassess.ledger.database import engine
from xlassess.services import decide
from xlassess.services.decide import Why, settle, waive
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.query import query
from xlassess.services.status import Status, status
from xlassess.toolkits.load import find_toolkit

BEFORE, AFTER = date(2026, 3, 13), date(2026, 3, 14)


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


def states(result: Status) -> list[str]:
    return [line.state for line in result.lines]


def rate(result: Status) -> tuple[int, int, int]:
    (found,) = result.rates
    return found.answered, found.issued, found.with_queries


@pytest.mark.databases
def test_status__before_anything_was_issued(folder: AssessmentFolder) -> None:
    result = status(folder, today=BEFORE)
    assert states(result) == ["not issued"] * 3
    assert rate(result) == (0, 0, 0)
    assert result.rates[0].share is None
    assert not Ledger.is_at(folder.ledger)


def test_status__of_an_empty_register(folder: AssessmentFolder) -> None:
    write_register(folder, ())
    assert status(folder, today=BEFORE).lines == ()


def test_status__issued_and_from_the_day_after_late(folder: AssessmentFolder) -> None:
    generate(folder, now=MONDAY)
    assert states(status(folder, today=BEFORE)) == ["not sent"] * 3
    assert states(status(folder, today=AFTER)) == ["overdue"] * 3


@pytest.mark.databases
def test_status__tells_returned_query_and_refused_apart(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    answer(folder, "Ada Ash", inbox / "a.xlsx")
    answer(folder, "Abe Ash", inbox / "b.xlsx", ("Agree", "Perhaps", "Agree"))
    (inbox / "c.pdf").write_bytes(b"%PDF-1.7\n")
    ingest(folder, [inbox], now=LATER, workers=1)
    result = status(folder, today=BEFORE)
    assert states(result) == ["returned", "query open", "not sent"]
    assert rate(result) == (2, 3, 1)
    assert result.rates[0].share == pytest.approx(2 / 3)
    assert [finding.code for finding in result.lines[1].queries] == ["C01"]
    assert [ret.file for ret in result.unplaced] == ["c.pdf"]
    assert [line.answers for line in result.lines] == [3, 2, 0]


def test_status__a_blank_workbook_is_no_response(folder: AssessmentFolder, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    answer(folder, "Ada Ash", inbox / "a.xlsx")
    answer(folder, "Abe Ash", inbox / "b.xlsx", (None, None, None))
    ingest(folder, [inbox], now=LATER, workers=1)
    result = status(folder, today=BEFORE)
    assert states(result) == ["returned", "blank", "not sent"]
    assert rate(result) == (1, 3, 0)
    assert [finding.code for finding in result.lines[1].queries] == ["C13"]


def test_status__a_blank_workbook_that_is_accepted_as_it_is_is_blank_all_the_same(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    blank = answer(folder, "Abe Ash", tmp_path / "b.xlsx", (None, None, None))
    ingest(folder, [blank], now=LATER, workers=1)
    (finding,) = status(folder, today=BEFORE).lines[1].queries
    waive(folder, [finding.number], Why(LATER, "They have nothing to say."))
    result = status(folder, today=BEFORE)
    assert states(result) == ["not sent", "blank", "not sent"]
    assert rate(result) == (0, 3, 0)
    assert result.lines[1].queries == ()
    settle(folder, result.lines[1].reference, "nil return", Why(LATER, "Nothing to say."))
    assert rate(status(folder, today=BEFORE)) == (1, 3, 0)


def test_status__tells_whose_a_damaged_file_is_by_its_name(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    (first, *_) = generate(folder, now=MONDAY).workbooks
    damaged = tmp_path / first.path.name
    damaged.write_bytes(first.path.read_bytes()[:5000])
    ingest(folder, [damaged], now=LATER, workers=1)
    result = status(folder, today=LATER.date())
    (ret,) = result.unplaced
    line = result.perhaps(ret)
    assert line
    assert line.respondent == "Ada Ash"


def test_status__withdraws_who_left_and_did_not_answer(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    answer(folder, "Ada Ash", tmp_path / "inbox" / "a.xlsx")
    ingest(folder, [tmp_path / "inbox"], now=LATER, workers=1)
    write_register(folder, PEOPLE[2:])
    result = status(folder, today=BEFORE)
    assert {(line.respondent, line.state, line.in_register) for line in result.lines} == {
        ("Bea Birch", "not sent", True),
        ("Ada Ash", "returned", False),
        ("Abe Ash", "withdrawn", False),
    }
    assert rate(result) == (1, 2, 0)


def test_status__counts_one_workbook_for_each_place(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    path = answer(folder, "Ada Ash", tmp_path / "a.xlsx")
    write_toolkit(folder, TOOLKIT.replace("We trust each other.", "We rely on each other."))
    generate(folder, now=LATER, reissue=True)
    ingest(folder, [path], now=LATER, workers=1)
    result = status(folder, today=BEFORE)
    assert states(result) == ["returned", "not sent", "not sent"]
    assert rate(result) == (1, 3, 0)


def test_status__begins_afresh_with_a_new_round(folder: AssessmentFolder, tmp_path: Path) -> None:
    path = answer(folder, "Ada Ash", tmp_path / "a.xlsx")
    ingest(folder, [path], now=LATER, workers=1)
    change_settings(folder, 'round: "2026"', 'round: "2027"')
    assert states(status(folder, today=BEFORE)) == ["not issued"] * 3


@pytest.mark.parametrize(
    ("years", "today", "days"),
    [(3, date(2029, 3, 3), 10), (1, date(2027, 3, 20), -7), (None, date(2027, 3, 20), None)],
)
def test_status__counts_down_to_the_next_review(
    tmp_path: Path, years: int | None, today: date, days: int | None
) -> None:
    """Counted from the return date, 13 March 2026, by what the toolkit asks for."""
    folder = a_folder(tmp_path / "small")
    write_toolkit(folder, TOOLKIT + (f"review_years: {years}\n" if years else ""))
    generate(folder, now=MONDAY)
    found = [one.days for one in status(folder, today=today).reviews]
    assert found == ([] if days is None else [days])


def test_status__in_a_folder_that_cannot_be_written(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(folder, now=MONDAY)
    monkeypatch.setattr(engine, "_may_write", lambda _: False)
    assert states(status(folder, today=BEFORE)) == ["not sent"] * 3


def commented(folder: AssessmentFolder, path: Path, comments: dict[str, str]) -> Path:
    """Ada's workbook with 1B and 1C left out, and these comments."""
    write_toolkit(
        folder, TOOLKIT.replace("answer: agreement}", "answer: agreement, comment: true}")
    )
    answer(folder, "Ada Ash", path, ("Agree", None, None))
    (table,) = layout(find_toolkit("tiny", folder.toolkits)).sections[0].tables
    column = table.column("comment")
    assert column is not None
    book = openpyxl.load_workbook(path)
    for row in table.rows:
        book["1 Basics"].cell(row.index + 1, column.index + 1).value = comments.get(row.item.id)
    book.save(path)
    return path


WHY = "Cannot say, I joined in May"


@pytest.mark.parametrize(
    ("comments", "told", "whole"),
    [
        ({"1B": WHY, "1A": "Another matter"}, {"1B"}, False),
        ({"1B": WHY, "1C": WHY}, {"1B", "1C"}, True),
        ({"1A": "Another matter"}, set(), False),
    ],
)
def test_status__comments_that_may_say_why_answers_are_missing(
    folder: AssessmentFolder, tmp_path: Path, comments: dict[str, str], told: set[str], whole: bool
) -> None:
    path = commented(folder, tmp_path / "ada.xlsx", comments)
    where = ["-C", str(folder.root)]
    pages = [CliRunner().invoke(cli, [*where, "ingest", str(path)]).stdout]
    (line, *_) = status(folder, today=BEFORE).lines
    assert {item for one in line.said for item, _ in one.comments} == told
    pages.append(CliRunner().invoke(cli, [*where, "status"]).stdout)
    number = line.queries[0].number
    for page in (" ".join(page.split()) for page in pages):
        assert page.count(f"says: “{WHY}”") == len(told)
        assert "Another matter" not in page
        command = f'xlassess waive {number} --reason "The comments say why"'
        assert (command in page) == whole
    if whole:
        done = CliRunner().invoke(cli, [*where, *shlex.split(command)[1:]])
        assert done.exit_code == 0
        (line, *_) = status(folder, today=BEFORE).lines
        assert (line.state, line.said) == ("returned", ())


def test_status__from_what_was_known_is_the_same_as_anew(tmp_path: Path) -> None:
    """After every kind of decision, only what has changed is read, and nothing is missed."""
    folder = a_folder(tmp_path / "small")
    today, why = LATER.date(), decide.Why(LATER, "A test.", "Cora")
    inbox = tmp_path / "inbox"
    answer(folder, "Abe Ash", inbox / "abe.xlsx", ("Agree", "Perhaps", None))
    unclear_pair(folder, inbox)
    known = status(folder, today=today).basis
    books = {line.respondent: line.reference for line in status(folder, today=today).lines}
    ada, abe, bea = books["Ada Ash"], books["Abe Ash"], books["Bea Birch"]

    def returns(reference: str) -> list[int]:
        with Ledger(folder.ledger) as ledger:
            return [ret.number for ret in ledger.returns_of([reference])]

    def doubt() -> str:
        lines = status(folder, today=today).lines
        return next(line.queries[0].number for line in lines if line.reference == abe)

    steps: list[Callable[[], object]] = [
        lambda: ingest(folder, [inbox], now=LATER, workers=1),
        lambda: decide.mark(folder, [bea, abe], "sent", why),
        lambda: decide.waive(folder, [doubt()], why),
        lambda: decide.correct(folder, abe, "1C", "Agree", why),
        lambda: decide.set_aside(folder, returns(abe)[-1], why),
        lambda: decide.choose(folder, ada, str(returns(ada)[-1]), why),
        lambda: decide.undo(folder, "chosen", ada, why),
        lambda: decide.reassign(folder, returns(ada)[0], bea, why),
        lambda: decide.undo(folder, "reassigned", returns(bea)[0], why),
        lambda: decide.settle(folder, abe, "declined", why),
        lambda: decide.undo(folder, "declined", abe, why),
        lambda: decide.settle_all(folder, [bea, abe], "nil return", why),
        lambda: query(folder, now=LATER),
        lambda: change_settings(folder, "return_by: 2026-03-13", "return_by: 2026-04-13"),
        lambda: write_register(folder, (*PEOPLE, ("Cedar", "Cy Cedar", "Board"))),
        lambda: generate(folder, now=LATER),
        lambda: generate(folder, now=LATER, reissue=True),
        lambda: ingest(folder, [inbox], now=LATER, workers=1),
        lambda: decide.undo(folder, "nil return", abe, why),
    ]
    for number, step in enumerate(steps):
        step()
        anew = status(folder, today=today)
        again = status(folder, today=today, known=known, register=folder.register())
        assert again == anew, number
        assert again.basis == anew.basis, number
        known = again.basis
