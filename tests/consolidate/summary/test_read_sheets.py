"""The sheets as pages show them: cell for cell what the workbook shows."""

from __future__ import annotations

import io
from datetime import datetime

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.factory import MADE_AT, a_round
from xlassess.consolidate import SheetLine, TableText, sheets_of, summarise, summary_bytes
from xlassess.consolidate.summary.read_sheets import _as_shown
from xlassess.model.toolkit import Toolkit


@pytest.mark.parametrize("attribution", ["named", "aggregated"])
def test_sheets__show_what_the_workbook_shows(
    pat: Toolkit, rochford: Toolkit, attribution: str
) -> None:
    summary = summarise(a_round(pat, rochford, attribution=attribution), MADE_AT)
    book = openpyxl.load_workbook(io.BytesIO(summary_bytes(summary)), data_only=True)
    sheets = sheets_of(summary)
    assert [one.name for one in sheets] == [
        name for name in book.sheetnames if name not in ("Summary", "Data")
    ]
    cells = 0
    for told in sheets:
        sheet = book[told.name]
        for table in (one for one in told.blocks if isinstance(one, TableText)):
            row, column = _place_of(sheet, table)
            for number, line in enumerate(table.rows, 1):
                for place, text in enumerate(line):
                    assert text == _shown(sheet, row + number, column + place), (told.name, line)
                    cells += bool(text)
    assert cells > 500


def _place_of(sheet: Worksheet, table: TableText) -> tuple[int, int]:
    """Row and column (from 1) of a table's first heading, by all of its headings."""
    for cells in sheet.iter_rows():
        values = [cell.value for cell in cells]
        for start in range(len(values) - len(table.headings) + 1):
            if tuple(values[start : start + len(table.headings)]) == table.headings:
                found = cells[start].row, start + 1
                if not table.rows or _shown(sheet, found[0] + 1, found[1]) == table.rows[0][0]:
                    return found
    raise AssertionError(table.title)


def _shown(sheet: Worksheet, row: int, column: int) -> str:
    cell = sheet.cell(row, column)
    value = cell.value
    if isinstance(value, datetime):
        from xlassess.sheet.values import serial

        value = serial(value)
    if isinstance(value, int | float):
        return _as_shown(value, cell.number_format)
    return "" if value is None else str(value)


def test_sheets__lines_beside_tables_hold_nothing_of_charts(pat: Toolkit) -> None:
    for told in sheets_of(summarise(a_round(pat), MADE_AT)):
        for line in (one for one in told.blocks if isinstance(one, SheetLine)):
            assert len(line.texts) <= 2
            numbers = [text for text in line.texts if text.replace(".", "").isdigit()]
            assert not numbers or told.name == "Method", told.name


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [(0.125, "0%", "13%"), (2.345, "0.0", "2.3"), (2.35, "0.00", "2.35"), (3.0, "0.##", "3"),
     (4.0, "General", "4"), (17.0, "0", "17"), (46000.0, "d mmm yyyy", "9 Dec 2025"),
     (46000.5, "d mmm yyyy hh:mm", "9 Dec 2025 12:00")],
)  # fmt: skip
def test_number__is_shown_as_its_format_says(number: float, code: str, shown: str) -> None:
    assert _as_shown(number, code) == shown
