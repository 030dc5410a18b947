"""The cells of a workbook with their kinds, whatever program saved it.

Two readers look at the file: openpyxl tells formulas, errors and empty cells apart, calamine
gives texts to the letter (openpyxl drops ``x005F_`` from a text and leaves other escapes of
the format in it).
"""

from __future__ import annotations

import io
import warnings
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from xlassess.sheet.saved import PACKAGE_FAULTS

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_LARGEST = 100_000_000
_MOST_ROWS, _MOST_COLUMNS = 20_000, 200


@dataclass(frozen=True, slots=True)
class BookCell:
    """What a cell holds: a text, a number, a truth value, or nothing.

    ``fault`` says what keeps it from being read, as the rest of "The cell ...".
    """

    value: str | float | bool | None = None
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        """True when there is nothing in the cell."""
        return self.value in (None, "") and not self.fault

    @property
    def text(self) -> str:
        """What the cell holds, as text."""
        if self.value is None or isinstance(self.value, (str, bool)):
            return str(self.value or "")
        return number_text(self.value)


EMPTY = BookCell()

Grid = tuple[tuple[BookCell, ...], ...]
"""Rows of cells from A1; rows may differ in length."""


def number_text(number: float) -> str:
    """Return a number as written in a file: whole ones without a point."""
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def read_book(source: bytes) -> dict[str, Grid]:
    """Return every sheet of a workbook by name; empty where the file is not a sound .xlsx.

    Formulas are read by the value they had when the file was saved. Sheets that reach further
    than any toolkit are left out.
    """
    if not _is_sound_zip(source):
        return {}
    try:
        kinds = _kinds(source)
        texts = _texts(source, kinds)
    except Exception:  # whatever a damaged file leads the two libraries to raise
        return {}
    return {
        name: tuple(
            tuple(
                _cell(value, kind, _at(texts[name], row, column))
                for column, (value, kind) in enumerate(cells)
            )
            for row, cells in enumerate(rows)
        )
        for name, rows in kinds.items()
    }


_Rows = list[list[tuple[Any, str]]]


def _is_sound_zip(source: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            return sum(entry.file_size for entry in archive.infolist()) <= _LARGEST
    except PACKAGE_FAULTS:
        return False


def _kinds(source: bytes) -> dict[str, _Rows]:
    """Return value and kind of every cell, as openpyxl sees them."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book: Workbook = openpyxl.load_workbook(io.BytesIO(source), read_only=True)
        try:
            sheets = {sheet.title: _rows(sheet) for sheet in book.worksheets}
        finally:
            book.close()
    return {name: rows for name, rows in sheets.items() if rows is not None}


def _rows(sheet: Any) -> _Rows | None:
    # A file may state too small an area for itself; the cells are what counts.
    sheet.reset_dimensions()
    rows: _Rows = []
    for row in sheet.iter_rows():
        cells = [(cell.value, cell.data_type) for cell in row]
        while cells and cells[-1][0] is None:
            cells.pop()
        rows.append(cells)
        if len(cells) > _MOST_COLUMNS or (cells and len(rows) > _MOST_ROWS):
            return None
    return rows


def _texts(source: bytes, wanted: dict[str, _Rows]) -> dict[str, list[list[Any]]]:
    """Return the values of the wanted sheets from A1, as calamine sees them."""
    from python_calamine import CalamineWorkbook

    with CalamineWorkbook.from_filelike(io.BytesIO(source)) as book:
        return {
            name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in wanted
        }


def _at(rows: list[list[Any]], row: int, column: int) -> Any:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else None


def _cell(value: Any, kind: str, shown: Any) -> BookCell:
    if kind == "e":
        return BookCell(fault=f"holds the error {value}")
    if kind == "f":
        if shown in (None, ""):
            return BookCell(fault="holds a formula without a result")
        value = shown
    if isinstance(value, (datetime, date, time, timedelta)):
        return BookCell(fault=f"holds a date or time ({value})")
    if isinstance(value, str):
        text = shown if isinstance(shown, str) else value
        # Some programs end a line with a carriage return.
        return BookCell(text.replace("\r\n", "\n").replace("\r", "\n").strip())
    if value is None or isinstance(value, (bool, int, float)):
        return BookCell(value)
    return BookCell(fault="holds something that is no text")
