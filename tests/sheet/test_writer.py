"""What cannot be written raises; what is written is text unless it is a formula of ours."""

from __future__ import annotations

import html
import io
import re
import zipfile
from datetime import date

import openpyxl
import pytest

from xlassess.model.errors import XlassessError
from xlassess.sheet.formats import PLAIN
from xlassess.sheet.metrics import TALLEST_ROW
from xlassess.sheet.page import PageSetup, set_page
from xlassess.sheet.protection import legacy_hash, lock_structure
from xlassess.sheet.validation import (
    CUT_SHORT,
    DateBetween,
    FromList,
    Message,
    NumberBetween,
    SheetError,
    TextUpTo,
    utf16_length,
)
from xlassess.sheet.words import Words
from xlassess.sheet.writer import (
    CellRange,
    Formula,
    PlacedChart,
    SheetWriter,
    WorkbookWriter,
    quoted,
    sheet_prefix,
)

ERROR = Message("Wrong", "Please look again.")


@pytest.fixture
def book() -> WorkbookWriter:
    return WorkbookWriter({})


@pytest.fixture
def sheet(book: WorkbookWriter) -> SheetWriter:
    return book.sheet("One")


def reopened(book: WorkbookWriter) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(book.close()))


@pytest.mark.parametrize("text", ["=1+1", "+1", "{=A1}", "https://example.org", "1", " "])
def test_text__stays_text(book: WorkbookWriter, sheet: SheetWriter, text: str) -> None:
    sheet.text(0, 0, text)
    cell = reopened(book)["One"]["A1"]
    assert (cell.value, cell.data_type) == (text, "s")


@pytest.mark.parametrize("text", ["x" * 32_768, "🙂" * 16_384, "x" + "🙂" * 40_000])
def test_text__longer_than_a_cell_is_cut_and_says_so(
    book: WorkbookWriter, sheet: SheetWriter, text: str
) -> None:
    whole = text[: 32_767 if text.isascii() else 16_383]
    sheet.text(0, 0, text)
    sheet.text(1, 0, whole)
    cut, kept = (row[0].value for row in reopened(book)["One"].iter_rows())
    assert kept == whole
    assert cut.endswith(CUT_SHORT)
    assert text.startswith(cut.removesuffix(CUT_SHORT))
    assert utf16_length(cut) in (32_766, 32_767)


def test_height__of_what_people_wrote_ends_where_that_of_rows_does(sheet: SheetWriter) -> None:
    texts = (("a\n" * 500, 40.0, PLAIN),)
    sheet.fit(0, texts)
    assert sheet.row_height(0) == TALLEST_ROW
    with pytest.raises(SheetError):
        sheet.fit(1, texts, whole=True)


def test_formula__keeps_the_value_it_was_given(book: WorkbookWriter, sheet: SheetWriter) -> None:
    sheet.formula(0, 0, Formula('IF(B1="","none",B1)', "none"))
    sheet.formula(1, 0, Formula('""', ""))
    data = book.close()
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)["One"]
    assert values["A1"].value == "none"
    assert values["A2"].value in ("", None)
    assert openpyxl.load_workbook(io.BytesIO(data))["One"]["A2"].value == '=""'


def test_formula__too_long_raises(sheet: SheetWriter) -> None:
    with pytest.raises(SheetError):
        sheet.formula(0, 0, Formula("+".join(["1"] * 5000), 5000))


def test_sheet__name_too_long_or_used_twice_raises(
    book: WorkbookWriter, sheet: SheetWriter
) -> None:
    with pytest.raises(SheetError):
        book.sheet("x" * 32)
    with pytest.raises(SheetError):
        book.sheet("one")


def test_merge__over_another_raises(sheet: SheetWriter) -> None:
    sheet.merged(0, 0, 3, "a", PLAIN)
    with pytest.raises(SheetError):
        sheet.merged(0, 2, 5, "b", PLAIN)


def test_height__over_excels_limit_raises(sheet: SheetWriter) -> None:
    with pytest.raises(SheetError):
        sheet.prose(0, 0, 0, "word " * 1000, PLAIN)


@pytest.mark.parametrize(("title", "text"), [("x" * 33, "y"), ("x", "y" * 256)])
def test_message__over_excels_limits_raises(title: str, text: str) -> None:
    with pytest.raises(SheetError):
        Message(title, text)


def test_validation__each_kind_is_written(book: WorkbookWriter, sheet: SheetWriter) -> None:
    kinds = (
        FromList("some_list"),
        DateBetween(date(2026, 1, 1), date(2026, 12, 31)),
        NumberBetween(1, 4),
        TextUpTo(10),
        NumberBetween(None, None),
    )
    for row, allowed in enumerate(kinds):
        sheet.validate(CellRange(row, 0, row, 0), allowed, ERROR, ERROR)
    found = reopened(book)["One"].data_validations.dataValidation
    assert [v.type for v in found] == ["list", "date", "decimal", "textLength", "decimal"]
    assert found[0].formula1 == "some_list"
    assert all((v.error, v.prompt, v.showErrorMessage) == (ERROR.text, ERROR.text, True)
               for v in found)  # fmt: skip


def test_name__that_looks_like_a_cell_raises(book: WorkbookWriter, sheet: SheetWriter) -> None:
    with pytest.raises(SheetError):
        book.define("A1", "One", CellRange(0, 0, 1, 0))


def parts_of(book: WorkbookWriter) -> dict[str, str]:
    """The parts of a finished workbook, as text."""
    with zipfile.ZipFile(io.BytesIO(book.close())) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_chart__carries_its_description(book: WorkbookWriter, sheet: SheetWriter) -> None:
    chart = book.chart("bar")
    chart.add_series({"values": ["One", 0, 0, 2, 0]})
    sheet.chart(chart, PlacedChart(0, 0, 300, 200, "Three bars"))
    with zipfile.ZipFile(io.BytesIO(book.close())) as archive:
        assert b'descr="Three bars"' in archive.read("xl/drawings/drawing1.xml")


def test_page__ampersands_are_kept(book: WorkbookWriter, sheet: SheetWriter) -> None:
    area = CellRange(0, 0, 1, 1)
    set_page(sheet, PageSetup("R&D", "2026", "OFFICIAL", landscape=True, area=area))
    header = reopened(book)["One"].oddHeader
    assert header.left.text == "R&&D"
    assert header.right.text.strip() == "2026"


@pytest.mark.parametrize(("left", "right"), [(114, 24), (24, 120), (200, 200), (0, 300)])
def test_page__a_long_head_fits_and_its_marking_is_whole(
    book: WorkbookWriter, sheet: SheetWriter, left: int, right: int
) -> None:
    marking = "M" * 59 + "&"
    area = CellRange(0, 0, 1, 1)
    set_page(sheet, PageSetup("a" * left, "z" * right, marking, landscape=True, area=area))
    raw = parts_of(book)["xl/worksheets/sheet1.xml"]
    head = html.unescape(re.search("<oddHeader>(.*?)</oddHeader>", raw, re.DOTALL)[1])  # type: ignore[index]
    assert len(head) <= 255
    assert "M" * 59 + "&&" in head
    assert ("…" in head) == (left + right > 144)


@pytest.mark.parametrize(
    ("left", "marking", "lines"),
    [("Riverside, 2026", "OFFICIAL", 1), ("a" * 90, "OFFICIAL", 2), ("Riverside", "M" * 60, 2),
     ("a" * 90, "", 1), ("b" * 90, "OFFICIAL", 2)],
)  # fmt: skip
def test_page__what_would_run_into_the_marking_has_a_line_of_its_own(
    book: WorkbookWriter, sheet: SheetWriter, left: str, marking: str, lines: int
) -> None:
    area = CellRange(0, 0, 1, 1)
    swapped = left.startswith("b")
    ends = ("6 May", left) if swapped else (left, "6 May")
    set_page(sheet, PageSetup(*ends, marking, landscape=False, area=area))
    raw = parts_of(book)["xl/worksheets/sheet1.xml"]
    for name, middle_first in (("oddHeader", True), ("oddFooter", False)):
        found = re.search(f"<{name}>(.*?)</{name}>", raw, re.DOTALL)
        assert found is not None
        shown = re.split("&[LCR]", html.unescape(found[1]))[1:]
        rows = [part.split("\n") for part in shown]
        assert {len(each) for each in rows} == {lines}
        if lines == 2:
            place = 0 if middle_first else 1
            assert marking in rows[1][place]
            long = rows[2 if swapped else 0][place].strip()
            assert not long.endswith(("a", "b", "d", "&A")) or (swapped and not middle_first)


def test_page__a_marking_that_cannot_fit_raises(sheet: SheetWriter) -> None:
    with pytest.raises(SheetError):
        set_page(sheet, PageSetup("", "", "m" * 260, landscape=True, area=CellRange(0, 0, 1, 1)))


@pytest.mark.parametrize("text", ["", 'say "yes"', "x" * 1000])
def test_quoted__every_literal_keeps_within_excels_limit(text: str) -> None:
    literals = re.findall(r'"((?:[^"]|"")*)"', quoted(text))
    assert "".join(literals).replace('""', '"') == text
    assert all(len(literal) <= 255 for literal in literals)


def test_sheet_prefix__quotes_apostrophes() -> None:
    assert sheet_prefix("People's") == "'People''s'!"


def test_legacy_hash__is_that_of_sheets() -> None:
    book = WorkbookWriter({})
    sheet = book.sheet("One")
    sheet.raw.protect("correct horse")
    assert reopened(book)["One"].protection.password == legacy_hash("correct horse")


def test_structure__is_locked_in_the_right_place() -> None:
    book = WorkbookWriter({})
    book.sheet("One")
    with zipfile.ZipFile(io.BytesIO(book.close())) as archive:
        part = archive.read("xl/workbook.xml")
    locked = lock_structure(part, "pass")
    assert locked.index(b"<workbookPr ") < locked.index(b"<workbookProtection ")
    assert locked.index(b"<workbookProtection ") < locked.index(b"<bookViews>")
    with pytest.raises(XlassessError):
        lock_structure(locked, "pass")


def test_words__unknown_macro_raises() -> None:
    with pytest.raises(AttributeError):
        Words("workbook.j2").say("no_such_text")
