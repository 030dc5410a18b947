"""Joint workbooks filled in and saved with other programs come back as they were meant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.clients import gnumeric
from tests.clients.office import Office
from tests.clients.partner import typed
from tests.factory import Workbook, a_context
from tests.jointly import AT, a_plan, a_progress, a_workshop, cell_in, refilled
from tests.queried import context as queried
from tests.queried import issued_query, numbered
from xlassess.contract.layout import cell_name
from xlassess.generate import slot_cells
from xlassess.ingest import ReturnedFile, merge, read_return
from xlassess.model.answer import Value
from xlassess.model.query import Slot
from xlassess.model.toolkit import answer_field

TYPED: dict[str, dict[tuple[str, str], tuple[str | date, Value]]] = {
    "plan": {
        ("3", "decision"): ("Adopt reworded", "reword"),
        ("3", "wording"): ("=Meet - weekly", "=Meet - weekly"),
        ("3", "owner"): ("Nobody of the list", "Nobody of the list"),
        ("3", "deadline"): (date(2027, 4, 30), date(2027, 4, 30)),
        ("4", "decision"): ("Merge", "merge"),
        ("4", "into"): ("3", "3"),
    },
    "progress": {
        ("2", "state"): ("In progress", "in progress"),
        ("2", "new_deadline"): (date(2027, 4, 30), date(2027, 4, 30)),
        ("2", "because"): ("Nobody had time", "Nobody had time"),
    },
    "workshop": {
        ("1A", "judgement"): ("Disagree", "disagree"),
        ("1A", "grounds"): ("We talked it over", "We talked it over"),
    },
}
BOOKS = {"plan": a_plan, "progress": a_progress, "workshop": a_workshop}


def read(book: Workbook, path: Path) -> dict[tuple[str, str], Value]:
    """What is read from a file, without a finding."""
    context = replace(a_context(book), today=AT.date())
    ret = read_return(ReturnedFile(path, path.name), context)
    assert [(one.code, one.where, one.message) for one in ret.findings] == [], path.suffix
    return {(one.item, one.field): one.value for one in ret.answers}


@pytest.mark.clients("libreoffice")
@pytest.mark.parametrize("kind", BOOKS)
def test_roundtrip__joint_workbook_filled_in_and_saved_in_libreoffice(
    office: Office, kind: str, tmp_path: Path
) -> None:
    book = BOOKS[kind]()
    issued = tmp_path / "issued.xlsx"
    issued.write_bytes(book.data)
    as_issued = read(book, issued)
    todo = []
    for (number, name), (entry, _) in TYPED[kind].items():
        sheet, row, column = cell_in(book.toolkit, number, name)
        todo.append(typed(sheet, cell_name(row - 1, column - 1), entry))
    returned = [tmp_path / f"returned.{ending}" for ending in ("xlsx", "ods", "xls")]
    seen = office.work(issued, todo, save=returned)
    assert seen.locked == ()
    wanted = as_issued | {
        (number, answer_field(name)): value for (number, name), (_, value) in TYPED[kind].items()
    }
    for path in returned:
        assert read(book, path) == wanted, path.suffix


@pytest.mark.clients("gnumeric")
@pytest.mark.parametrize("kind", BOOKS)
def test_roundtrip__joint_workbook_saved_with_gnumeric(kind: str, tmp_path: Path) -> None:
    book = BOOKS[kind]()
    issued, saved = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    issued.write_bytes(book.data)
    gnumeric.resave(issued, saved)
    assert read(book, saved) == read(book, issued)


DOUBTFUL: dict[str, tuple[dict[str, dict[str, object]], dict[tuple[str, str], str | date]]] = {
    "plan": (
        {"3": {"owner": None, "deadline": None}, "5": {"decision": "Merge", "into": "77"}},
        {
            ("3", "owner"): "Ada Ash", ("3", "deadline"): date(2027, 4, 30), ("5", "into"): "4",
        },
    ),
    "progress": (
        {"2": {"state": "Stopped"}, "4": {"new_deadline": date(2025, 1, 1), "because": "Ill"}},
        {("2", "because"): "No money", ("4", "new_deadline"): date(2027, 4, 30)},
    ),
    "workshop": ({"1A": {"judgement": "Hardly"}}, {("1A", "judgement"): "Disagree"}),
}  # fmt: skip


@pytest.mark.clients("libreoffice")
@pytest.mark.parametrize("kind", BOOKS)
def test_roundtrip__query_about_a_joint_workbook_filled_in_and_saved_in_libreoffice(
    office: Office, kind: str, tmp_path: Path
) -> None:
    book, (said, answers) = BOOKS[kind](), DOUBTFUL[kind]
    doubtful, asked = tmp_path / "doubtful.xlsx", tmp_path / "asked.xlsx"
    doubtful.write_bytes(refilled(book, said))
    at = AT.date()
    first = replace(a_context(book), today=at)
    base = numbered(read_return(ReturnedFile(doubtful, doubtful.name), first))
    query, data = issued_query(book, base)
    asked.write_bytes(data)
    cells = slot_cells(book.toolkit)
    todo = [
        typed(*cells[Slot(item, answer_field(name))], entry)
        for (item, name), entry in answers.items()
    ]
    returned = [tmp_path / f"returned.{ending}" for ending in ("xlsx", "ods", "xls")]
    seen = office.work(asked, todo, save=returned)
    assert seen.locked == ()
    wanted = {Slot(item, answer_field(name)) for item, name in answers}
    assert {*query.asked} == wanted
    kept = {(one.item, one.field): one.value for one in base.answers if one.item not in said}
    for path in returned:
        context = replace(queried(book, query), today=at)
        merged = merge(read_return(ReturnedFile(path, path.name), context), base, query)
        assert [(one.code, one.where, one.message) for one in merged.findings] == [], path.suffix
        now = {(one.item, one.field): one.value for one in merged.answers}
        assert kept.items() <= now.items(), path.suffix
        assert wanted <= {Slot(*place) for place in now}, path.suffix


@pytest.mark.clients("libreoffice")
def test_query__rows_of_a_joint_workbook_that_are_not_asked_about_cannot_be_changed(
    office: Office, tmp_path: Path
) -> None:
    book, path = a_plan(), tmp_path / "doubtful.xlsx"
    path.write_bytes(refilled(book, {"3": {"owner": None}}))
    first = replace(a_context(book), today=AT.date())
    base = numbered(read_return(ReturnedFile(path, path.name), first))
    query, data = issued_query(book, base)
    asked = tmp_path / "asked.xlsx"
    asked.write_bytes(data)
    cells = slot_cells(book.toolkit)
    closed = [place for slot, place in cells.items() if slot not in query.open]
    seen = office.work(asked, [typed(*place, "changed") for place in closed])
    assert len(seen.locked) == len(closed) > 50
    assert {slot.item for slot in query.open} == {"3"}


@pytest.mark.clients("gnumeric")
@pytest.mark.parametrize("kind", BOOKS)
def test_roundtrip__query_about_a_joint_workbook_saved_with_gnumeric(
    kind: str, tmp_path: Path
) -> None:
    book = BOOKS[kind]()
    doubtful, asked = tmp_path / "doubtful.xlsx", tmp_path / "asked.xlsx"
    doubtful.write_bytes(refilled(book, DOUBTFUL[kind][0]))
    first = replace(a_context(book), today=AT.date())
    base = numbered(read_return(ReturnedFile(doubtful, doubtful.name), first))
    query, data = issued_query(book, base)
    asked.write_bytes(data)
    saved = tmp_path / "saved.xlsx"
    gnumeric.resave(asked, saved)
    context = replace(queried(book, query), today=AT.date())
    as_issued, resaved = (
        read_return(ReturnedFile(path, "same.xlsx"), context) for path in (asked, saved)
    )
    assert resaved.answers == as_issued.answers
    assert resaved.query == query.reference
    assert {one.code for one in resaved.findings} == {one.code for one in as_issued.findings}
