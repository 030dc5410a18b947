"""The cells of a workbook with their addresses, read by calamine."""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineSheet, CalamineWorkbook

from xlassess.contract.layout import cell_place
from xlassess.ingest.formats.kinds import Guarded
from xlassess.ingest.guard.notes import SheetNotes
from xlassess.ingest.reading.cells.conditions import with_conditions
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

Cell = str | int | float | bool | date | datetime | time | timedelta
"""A cell as read; an empty one is an empty text."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows from A1 on, each a list of cells of the same length.

    ``contents`` are the different things that stand in its cells, for quick looks; ``special``
    are the cells of which more is known than stands in them.
    """

    name: str
    rows: list[list[Cell]]
    notes: SheetNotes
    contents: frozenset[Cell]
    special: frozenset[str] = frozenset()

    def at(self, row: int, column: int) -> Cell:
        """Return the cell here (counted from 0), empty beyond the last row or column."""
        if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]):
            return self.rows[row][column]
        return ""


@dataclass(frozen=True, slots=True)
class Grid:
    """All sheets of a workbook, hidden ones too, in the workbook's order."""

    sheets: tuple[Sheet, ...]


def read_grid(guarded: Guarded) -> Grid | Finding:
    """Read every sheet of a guarded file."""
    try:
        sheets = _sheets(guarded.data, guarded.notes)
    except Exception as fault:
        return _unreadable(fault)
    except BaseException as fault:
        # A panic of the parser is not an Exception; anything else stops the program as it must.
        if type(fault).__name__ != "PanicException":
            raise
        return _unreadable(fault)
    unknown = [sheet.name for sheet in sheets if sheet.rows and sheet.name not in guarded.notes]
    if unknown:
        return found("G17", problem=f"the cells of sheet {unknown[0]} cannot be told apart")
    return Grid(sheets)


def _sheets(data: bytes, notes: Mapping[str, SheetNotes]) -> tuple[Sheet, ...]:
    none = SheetNotes()
    with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
        return tuple(
            _sheet(name, book.get_sheet_by_index(index), notes.get(name, none))
            for index, name in enumerate(book.sheet_names)
        )


def _sheet(name: str, sheet: CalamineSheet, notes: SheetNotes) -> Sheet:
    rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
    for cell in notes.truths:
        row, column = cell_place(cell)
        if row < len(rows) and column < len(rows[row]) and rows[row][column] in (0, 1):
            rows[row][column] = bool(rows[row][column])
    better: dict[str, Cell] = {**notes.numbers, **notes.texts}
    for cell, value in better.items():
        row, column = cell_place(cell)
        if row < len(rows) and column < len(rows[row]):
            rows[row][column] = value
    if notes.conditions:
        notes = with_conditions(notes, rows)
    contents = frozenset(itertools.chain.from_iterable(rows))
    return Sheet(name, rows, notes, contents, _special(notes))


def _special(notes: SheetNotes) -> frozenset[str]:
    return notes.formulas.union(
        notes.errors,
        notes.covered,
        notes.cut,
        notes.struck,
        notes.partly_struck,
        notes.links,
        notes.pictured,
        notes.shown,
        notes.masked,
    )


def _unreadable(fault: BaseException) -> Finding:
    """Say in general words what stopped the parser; its own words help nobody."""
    if isinstance(fault, MemoryError):
        return found("G12", problem="it would take more memory than a workbook can need")
    return found("G11", problem="the spreadsheet reader does not understand it")
