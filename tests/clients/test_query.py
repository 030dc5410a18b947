"""A query workbook filled in with LibreOffice joins the first return like a complete one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.office import Office
from tests.clients.partner import typed
from tests.factory import entries, issue
from tests.queried import came_back, context, issued_query, opened, spoil
from xlassess.generate.query.letter import slot_cells
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
