"""Rows that are written as they come: the same cells as any other."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest
from xlsxwriter.worksheet import Worksheet

from xlassess.sheet import streamed
from xlassess.sheet.formats import DATE_FORMAT, CellFormat
from xlassess.sheet.streamed import StreamedFormats
from xlassess.sheet.validation import CUT_SHORT, SheetError
from xlassess.sheet.writer import WorkbookWriter

ROWS = (
    ("=1+1", 1.5, date(2026, 1, 31), None),
    ("<a> & “b”", -0.1, "", " spaces "),
    (None, 1 / 3, 12345678901.0, "=1+1"),
)


def faces(book: WorkbookWriter) -> StreamedFormats:
    looks = (CellFormat(wrap=False), CellFormat(align="right"), CellFormat(number=DATE_FORMAT))
    return StreamedFormats(*map(book.format, looks))


def written(rows: tuple[tuple[object, ...], ...]) -> bytes:
    book = WorkbookWriter({})
    sheet = book.sheet("Rows", streamed=True)
    sheet.text(0, 0, "Heading")
    sheet.raw.stream(1, rows, faces(book))
    book.sheet("After").text(0, 0, "=1+1")
    return book.close()


def test_stream__values_come_back_as_they_were() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written(ROWS)))
    sheet = book["Rows"]
    assert sheet.dimensions == "A1:D4"
    assert [cell.value for cell in sheet[1]][:1] == ["Heading"]
    assert [cell.value for cell in sheet[2]][:2] == ["=1+1", 1.5]
    assert sheet["A2"].data_type == "s"
    assert sheet["C2"].value.date() == date(2026, 1, 31)
    assert [cell.value for cell in sheet[3]] == ["<a> & “b”", -0.1, None, " spaces "]
    assert [cell.value for cell in sheet[4]] == [None, 1 / 3, 12345678901, "=1+1"]
    assert book["After"]["A1"].value == "=1+1"


def test_stream__more_rows_than_are_packed_together() -> None:
    rows = tuple((f"row {number}", float(number), None, None) for number in range(5000))
    sheet = openpyxl.load_workbook(io.BytesIO(written(rows)))["Rows"]
    assert sheet.max_row == 5001
    assert [sheet.cell(row, 2).value for row in (2, 2002, 5001)] == [0, 2000, 4999]


def test_stream__rows_that_wait_in_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tuple((f"Žižka {number}", 2.5, None, None) for number in range(3000))
    monkeypatch.setattr(streamed, "_MOST_IN_MEMORY", 1000)
    sheet = openpyxl.load_workbook(io.BytesIO(written(rows)))["Rows"]

    assert [sheet.cell(row, 1).value for row in range(2, 3002)] == [row[0] for row in rows]


def test_stream__no_rows() -> None:
    assert openpyxl.load_workbook(io.BytesIO(written(())))["Rows"].max_row == 1


def test_stream__text_too_long_is_cut_and_says_so() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written((("x" * 40_000, None, None, None),))))["Rows"]
    text = str(sheet["A2"].value)
    assert (len(text), text.endswith(f"xx{CUT_SHORT}")) == (32_767, True)


def test_stream__more_rows_than_a_sheet_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streamed, "MOST_ROWS", 3)
    written(ROWS[:2])
    with pytest.raises(SheetError, match="rows"):
        written(ROWS)


def test_book__on_disk_is_the_same_workbook() -> None:
    def cells(*, on_disk: bool) -> list[object]:
        book = WorkbookWriter({}, on_disk=on_disk)
        sheet = book.sheet("Rows", streamed=True)
        sheet.raw.stream(0, ROWS, faces(book))
        found = openpyxl.load_workbook(io.BytesIO(book.close()))["Rows"]
        return [cell.value for row in found.iter_rows() for cell in row]

    assert cells(on_disk=True) == cells(on_disk=False)


def test_table__covers_the_streamed_rows() -> None:
    book = WorkbookWriter({})
    sheet = book.sheet("Rows", streamed=True)
    columns = [{"header": head} for head in "abcd"]
    assert sheet.raw.add_table(0, 0, 3, 3, {"name": "T", "columns": columns}) == 0
    sheet.raw.stream(1, ROWS, faces(book))
    table = openpyxl.load_workbook(io.BytesIO(book.close()))["Rows"].tables["T"]
    assert (table.ref, table.autoFilter.ref) == ("A1:D4", "A1:D4")


def test_stream__equal_keys_stay_what_they_are_and_shared_texts_are_counted(monkeypatch) -> None:
    monkeypatch.setattr(streamed, "MOST_KEPT", 2)
    column = (0.0, False, "0", 1.0, True, "1", "0", "#", "two", "two", False, 0.0)
    data = written(tuple((value,) for value in column))
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Rows"]
    found = [sheet.cell(row, 1).value for row in range(2, len(column) + 2)]
    assert [(type(v) is bool, v) for v in found] == [(type(v) is bool, v) for v in column]
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        texts = package.read("xl/sharedStrings.xml")
    # The heading, =1+1 on the other sheet, and six texts in the column.
    assert re.search(rb' count="(\d+)" uniqueCount="(\d+)"', texts).groups() == (b"8", b"6")


def test_finished_rows__stay_what_they_are() -> None:
    """The first text has number 0 of the shared ones, the second 1: as numbers they differ."""
    book = WorkbookWriter({})
    sheet = book.sheet("Cells")
    for row in range(3):
        for column, value in enumerate(("zero", "one")):
            sheet.text(row, column, value)
        for column, value in enumerate((0.0, 1.0, -0.0, 1.5), 2):
            sheet.number(row, column, value)
        sheet.height(row, 30 if row == 1 else 24)
    sheet.text(0, 7, "later")  # in a row that was finished
    sheet.number(1, 1, 2)
    assert {type(row) for row in sheet.raw.table.values()} == {streamed._FinishedRow}
    made = openpyxl.load_workbook(io.BytesIO(book.close()))["Cells"]
    first, second, third = ([cell.value for cell in row] for row in made)
    assert first == ["zero", "one", 0, 1, 0, 1.5, None, "later"]
    assert second == ["zero", 2, 0, 1, 0, 1.5, None, None]
    assert third == ["zero", "one", 0, 1, 0, 1.5, None, None]
    assert [made.row_dimensions[row].height for row in (1, 2, 3)] == [24, 30, 24]


def test_long_table__reaches_to_its_last_row() -> None:
    book = WorkbookWriter({})
    sheet = book.sheet("Table")
    options = {"columns": [{"header": "A"}, {"header": "B"}], "autofilter": True}
    assert sheet.raw.add_table(0, 0, 5000, 1, options) == 0
    assert len(sheet.raw.table_cells) < 10
    (table,) = openpyxl.load_workbook(io.BytesIO(book.close()))["Table"].tables.values()
    assert (table.ref, table.autoFilter.ref) == ("A1:B5001", "A1:B5001")


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("formula", [
    "=SUM(A1:A3)", '=IF(COUNTIFS(Data!$A$2:$A$60,"x")=0,"",ROUND(AVERAGE(A1),2))', "A1", "=-A1",
    "=SORT(A1)", "=XLOOKUP(1,2,3)&IFNA(1,2)", "=IFS(A1,1)", "=BETA.DIST(1,2)", "=_xlfn.SORT(A1)",
    "{=SUM(A1)}", '="SORT("',
])  # fmt: skip
def test_formula__is_stored_as_xlsxwriter_stores_it(formula: str, every: bool) -> None:
    """Those of new functions, which Excel has under other names, and all others."""
    ours = streamed.LongTablesSheet()._prepare_formula(formula, every)
    assert ours == Worksheet()._prepare_formula(formula, every)
