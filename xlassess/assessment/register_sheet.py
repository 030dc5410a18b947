"""The cells of the register as texts, whatever program saved it."""

from __future__ import annotations

import io
import warnings
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from xlassess.assessment.slugs import tidy

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_LARGEST = 50_000_000
_MOST_ROWS = 20_000
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of a cell, or what keeps it from being read."""

    text: str = ""
    fault: str = ""


Grid = tuple[tuple[Cell, ...], ...]
"""Rows of cells from A1; rows may differ in length."""


def read_sheets(source: bytes) -> dict[str, Grid]:
    """Return every sheet of a workbook by name; empty where the file is not a workbook.

    A formula is read by the value it had when the file was saved. Of a sheet larger than any
    register, only the beginning is read.
    """
    if not _is_sound_zip(source):
        return {}
    try:
        written = _load(source, values=False)
        has_formulas = any(
            kind == "f" for rows in written.values() for row in rows for _, kind in row
        )
        shown = _load(source, values=True) if has_formulas else written
    except Exception:
        return {}
    return {
        name: tuple(_cells(row, values) for row, values in zip(rows, shown[name], strict=True))
        for name, rows in written.items()
    }


_Raw = list[list[tuple[Any, str]]]


def _is_sound_zip(source: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            return sum(entry.file_size for entry in archive.infolist()) <= _LARGEST
    except zipfile.BadZipFile:
        return False


def _load(source: bytes, values: bool) -> dict[str, _Raw]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book: Workbook = openpyxl.load_workbook(
            io.BytesIO(source), read_only=True, data_only=values
        )
        try:
            return {sheet.title: _rows(sheet) for sheet in book.worksheets}
        finally:
            book.close()


def _rows(sheet: Any) -> _Raw:
    # A file may state too small an area for itself; the cells are what counts.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS)
    return [[(cell.value, cell.data_type) for cell in row] for row in rows]


def _cells(row: list[tuple[Any, str]], values: list[tuple[Any, str]]) -> tuple[Cell, ...]:
    return tuple(_cell(*raw, *shown) for raw, shown in zip(row, values, strict=True))


def _cell(written: Any, kind: str, value: Any, shown: str) -> Cell:
    if kind == "f" and value is None:
        return Cell(fault=f"holds a formula without a result ({str(written)[:40]})")
    if shown == "e":
        return Cell(fault=f"holds the error {value}")
    return Cell(_text(value))


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()[:10]
    return tidy(str(value))
