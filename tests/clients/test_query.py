"""A query workbook filled in with LibreOffice joins the first return like a complete one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.clients.office import Office
from tests.clients.partner import typed
from tests.factory import entries, issue
from tests.queried import came_back, context, issued_query, opened, spoil
from xlassess.contract.layout import ACTION_PLAN, START
from xlassess.generate.query.earlier_answers import PLEASE_CHECK
from xlassess.generate.query.letter import slot_cells
from xlassess.generate.workbook.status import DONE
from xlassess.ingest import ReturnedFile, merge, read_return
from xlassess.model.query import Slot
from xlassess.toolkits.load import find_toolkit

pytestmark = pytest.mark.clients("libreoffice")


@pytest.mark.parametrize(
    "toolkit_id", ["pat", "bv-organisation", "working-better-together", "melton-evaluation"]
)
def test_roundtrip__query_filled_in_and_saved_in_libreoffice(
    office: Office, toolkit_id: str, tmp_path: Path
) -> None:
    toolkit = find_toolkit(toolkit_id)
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    spoil(toolkit, given, book)
    base = came_back(workbook, book, tmp_path)
    query, data = issued_query(workbook, base)
    asked = tmp_path / "asked.xlsx"
    asked.write_bytes(data)
    contents = {Slot(entry.item, entry.field): entry.typed for entry in given}
    cells = slot_cells(toolkit)
    todo = [typed(*cells[slot], contents[slot]) for slot in query.asked]
    returned = [tmp_path / f"returned.{kind}" for kind in ("xlsx", "ods", "xls")]
    seen = office.work(asked, todo, save=returned)
    assert seen.locked == ()
    wanted = {(entry.item, entry.field): entry.value for entry in given}
    for path in returned:
        came = read_return(ReturnedFile(path, path.name), context(workbook, query))
        merged = merge(came, base, query)
        assert [(f.code, f.where, f.message) for f in merged.findings] == [], path.suffix
        assert {(a.item, a.field): a.value for a in merged.answers} == wanted, path.suffix
        assert {a.file for a in merged.answers} == {"", "first.xlsx"}


def test_query__answers_read_before_cannot_be_changed(office: Office, tmp_path: Path) -> None:
    toolkit = find_toolkit("pat")
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    spoil(toolkit, given, book)
    query, data = issued_query(workbook, came_back(workbook, book, tmp_path))
    asked = tmp_path / "asked.xlsx"
    asked.write_bytes(data)
    cells = {slot: place for slot, place in slot_cells(toolkit).items() if not slot.plan_row}
    closed = [place for slot, place in cells.items() if slot not in query.open]
    seen = office.work(asked, [typed(*place, "changed") for place in closed])
    assert len(seen.locked) == len(closed) > 50


@pytest.mark.parametrize(
    ("given", "done"),
    [
        ({}, 0),
        ({"D6": "Long term"}, 0),
        ({"D6": "soon", "F6": date(2027, 3, 31)}, 0),
        ({"D6": "Long term", "F6": date(2027, 3, 31)}, 1),
    ],
)
def test_query__row_of_the_plan_is_done_when_all_asked_about_is_filled_in(
    office: Office, given: dict[str, str | date], done: int, tmp_path: Path
) -> None:
    toolkit = find_toolkit("melton-evaluation")
    workbook = issue(toolkit)
    book = opened(workbook, entries(toolkit))
    for cell, text in {"C6": "Meet monthly", "D6": "soon", "E6": "Zoë", "F6": "spring"}.items():
        book[ACTION_PLAN][cell].value = text
    _, data = issued_query(workbook, came_back(workbook, book, tmp_path))
    asked = tmp_path / "asked.xlsx"
    asked.write_bytes(data)
    todo = [typed(ACTION_PLAN, cell, content) for cell, content in given.items()]
    start = office.work(asked, todo, recalculate=True, read=True).values[START]
    (row,) = [cell[1:] for cell, value in start.items() if value == ACTION_PLAN and cell[0] == "A"]
    assert (start[f"B{row}"], start[f"C{row}"]) == (1, done)
    assert start[f"D{row}"] == (DONE if done else PLEASE_CHECK)
    assert any(str(value).startswith("Ready to return") for value in start.values()) == bool(done)
