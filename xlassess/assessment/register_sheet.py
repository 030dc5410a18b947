"""The cells of the register as texts, whatever program saved it: xlsx, ods, xls or csv.

python-calamine gives the values. What it does not tell (rows that are hidden, cells that are
crossed out or merged, formulas without a result) is looked up in the package itself.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from xlassess.assessment.register_marks import (
    MarksError,
    SheetMarks,
    ods_marks,
    xls_reach,
    xlsx_marks,
)
from xlassess.assessment.slugs import tidy
from xlassess.contract.layout import cell_name
from xlassess.sheet.saved import PACKAGE_FAULTS

_LARGEST = 200_000_000
"""Bytes, unpacked: some times the largest register that can be meant."""

_MOST_ROWS, _MOST_COLUMNS, _MOST_CELLS = 250_000, 200, 4_000_000
"""Cells with a value beyond these are no register's; calamine would make room for all between. A
list may be long, with the columns of a register, or be a sheet of many columns, but not both."""

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class RegisterSheetError(Exception):
    """A register that cannot be read: what is wrong, what to do, and the cell if it is one."""

    def __init__(self, message: str, hint: str, cell: str = "") -> None:
        super().__init__(message)
        self.message, self.hint, self.cell = message, hint, cell


@dataclass(frozen=True, slots=True)
class RegisterCell:
    """The text of a cell, or what keeps it from being read; ``struck`` when it is crossed out."""

    text: str = ""
    fault: str = ""
    struck: bool = False


@dataclass(frozen=True, slots=True)
class RegisterSheet:
    """A sheet's rows of cells from A1; rows may differ in length.

    ``hidden`` are the rows (from 0) that nobody sees. ``merged`` leads from a cell that lies in
    a merged area to the one at its top left. ``unseen`` says that what is hidden, crossed out
    or merged cannot be told in this kind of file.
    """

    rows: tuple[tuple[RegisterCell, ...], ...]
    hidden: frozenset[int] = frozenset()
    merged: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    unseen: bool = False


def read_sheets(source: bytes) -> dict[str, RegisterSheet]:
    """Return every sheet of a register by name; empty where the file is not one.

    A formula is read by the value it had when the file was saved.

    Raises:
        RegisterSheetError: something stands far outside of any register.
    """
    if source.startswith(_OLE):
        _check_reach("", xls_reach(source))
        return _book(source, {})
    if source.startswith(_ZIP):
        return _packed(source)
    return {"": _table(source)} if source.strip() and b"\x00\x00\x00" not in source else {}


def _packed(source: bytes) -> dict[str, RegisterSheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(source)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _LARGEST:
                return {}
            names = set(archive.namelist())
            marks = ods_marks(archive) if "content.xml" in names else xlsx_marks(archive)
    except (MarksError, *PACKAGE_FAULTS):
        return {}
    for name, sheet in marks.items():
        _check_reach(name, sheet.last)
    return _book(source, marks)


def _check_reach(sheet: str, last: tuple[int, int]) -> None:
    """Refuse a register in which something stands so far out that no list is meant.

    Args:
        sheet: the sheet, if it is known.
        last: the last row and column with a value.
    """
    row, column = last
    area = (row + 1) * (column + 1)
    if row >= _MOST_ROWS or column >= _MOST_COLUMNS or area > _MOST_CELLS:
        where = cell_name(row, column)
        on = f"On the sheet “{sheet}” something" if sheet else "Something"
        raise RegisterSheetError(
            f"{on} stands far from the rest, in or before {where}.",
            "Delete the rows and columns beyond the list.",
            where,
        )


def _book(source: bytes, marks: Mapping[str, SheetMarks]) -> dict[str, RegisterSheet]:
    from python_calamine import CalamineWorkbook

    sheets: dict[str, RegisterSheet] = {}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(source))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            seen = marks.get(name)
            known = seen or SheetMarks()
            sheets[name] = RegisterSheet(
                tuple(_cells(number, row, known) for number, row in enumerate(rows)),
                frozenset(known.hidden),
                known.merged,
                unseen=seen is None,
            )
    except Exception:  # calamine raises many kinds, chart sheets among them; it is no register
        return sheets
    return sheets


def _cells(number: int, row: Sequence[Any], marks: SheetMarks) -> tuple[RegisterCell, ...]:
    cells = []
    for column, value in enumerate(row):
        at = (number, column)
        fault = marks.faults.get(at, "")
        cells.append(RegisterCell("" if fault else _text(value), fault, at in marks.struck))
    return tuple(cells)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return value.isoformat()[:10]
    return tidy(str(value))


def _table(source: bytes) -> RegisterSheet:
    """Read text with separators, as Excel and LibreOffice save it in any language."""
    text = _decoded(source)
    first, _, rest = text.partition("\n")
    if first.strip().casefold().startswith("sep="):  # Excel's own way to name the separator
        separator, text = first.strip()[4:5] or ",", rest
    else:
        head = text[:2_000]
        separator = max("\t;,", key=head.count) if any(c in head for c in "\t;,") else ","
    rows: list[tuple[RegisterCell, ...]] = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        if len(rows) > _MOST_ROWS:
            raise RegisterSheetError(
                f"The list has more than {_MOST_ROWS:,} rows.", "Delete those that are not meant."
            )
        rows.append(tuple(RegisterCell(tidy(text)) for text in row[:_MOST_COLUMNS]))
    return RegisterSheet(tuple(rows))


def _decoded(source: bytes) -> str:
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):  # Excel's “Unicode text”
        return source.decode("utf-16", "replace")
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError:  # Excel's plain “CSV” on Windows in western Europe
        return source.decode("cp1252", "replace")
