"""Answers that nobody sees who opens the file: they were read, and that is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlassess.contract.layout import cell_name
from xlassess.ingest.reading.action_tables import ActionTable
from xlassess.ingest.reading.cells.cell_findings import CellFinding
from xlassess.ingest.reading.cells.grid import Sheet
from xlassess.ingest.reading.cells.values import brief, is_blank
from xlassess.ingest.reading.locate import ItemRow

_CODE = "R21"
_ROW, _COLUMN = "the rows are hidden", "the columns are hidden"
_FADED = "by their colour or size, these words cannot be told from what is behind them: {words}"
_PALE = "by their colour or size, the letters cannot be told from what is behind them"


def unseen(rows: Iterable[ItemRow], tables: Iterable[ActionTable]) -> Iterator[CellFinding]:
    """Yield a remark about each filled cell of the partner's that cannot be seen.

    Of a sheet that is hidden as a whole something else is told.

    Args:
        rows: the rows of items.
        tables: the action plans.
    """
    for row in (one for one in rows if _hides(one.sheet)):
        for column in row.layout.fields:
            at = row.columns.get(column.index)
            if at is not None:
                yield from _told(row.sheet, row.row, at, row.layout.item.id)
    for table in (one for one in tables if _hides(one.sheet)):
        for index in range(table.header + 1, min(table.end, len(table.sheet.rows))):
            for role, at in table.columns.items():
                if role not in ("item", "progress"):
                    yield from _told(table.sheet, index, at)
        if table.proposal is not None:
            yield from _told(table.sheet, table.proposal, table.proposal_column)


def _hides(sheet: Sheet) -> bool:
    """True for a sheet that is seen, but not all that is in its cells."""
    notes = sheet.notes
    some = notes.hidden_rows or notes.hidden_columns or notes.pale or notes.partly_pale
    return bool(some) and not notes.hidden


def _told(sheet: Sheet, row: int, column: int, item: str = "") -> Iterator[CellFinding]:
    notes = sheet.notes
    cell, name = sheet.at(row, column), cell_name(row, column)
    if cell == "" or is_blank(cell):
        return
    why = _ROW if row in notes.hidden_rows else _COLUMN if column in notes.hidden_columns else ""
    why = why or (_PALE if name in notes.pale else "")
    if not why and name in notes.partly_pale:
        why = _FADED.format(words=f"“{brief(notes.partly_pale[name])}”")
    if why:
        yield CellFinding(_CODE, sheet.name, name, item, details={"why": why})
