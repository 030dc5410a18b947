"""Returns as other programs export them: parts left out, rows put on top, days counted anew."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.factory import Workbook, entries
from tests.ingest.packages import packed, parts_of
from tests.ingest.small import codes, place, read, returned, reworked, written
from xlassess.contract.layout import ACTION_PLAN, IDENTITY, LISTS, PROFILE, START
from xlassess.model.answer import Return


def values(ret: Return) -> dict[tuple[str, str], object]:
    return {(answer.item, answer.field): answer.value for answer in ret.answers}


def expected(workbook: Workbook) -> dict[tuple[str, str], object]:
    return {(entry.item, entry.field): entry.value for entry in entries(workbook.toolkit)}


def _inline(data: bytes) -> bytes:
    """Texts in the cells, as some writers have it; openpyxl leaves them in a table or there."""
    return data


def _shared(data: bytes) -> bytes:
    """Texts in one table, each once."""
    parts, texts = parts_of(data), dict[bytes, int]()

    def moved(match: re.Match[bytes]) -> bytes:
        number = texts.setdefault(match[2], len(texts))
        return match[1] + b' t="s"><v>%d</v></c>' % number

    for name, part in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            cell = rb'(<c [^>]*?) t="inlineStr"><is>(.*?)</is></c>'
            parts[name] = re.sub(cell, moved, part, flags=re.S)
    table = b"".join(b"<si>" + text + b"</si>" for text in texts)
    space = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts["xl/sharedStrings.xml"] = b"<sst " + space + b">" + table + b"</sst>"
    rels = "xl/_rels/workbook.xml.rels"
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    one = b'<Relationship Id="rIdTexts" Type="' + office + b'" Target="sharedStrings.xml"/>'
    parts[rels] = parts[rels].replace(b"</Relationships>", one + b"</Relationships>")
    assert texts
    return packed(parts)


@pytest.mark.parametrize("texts", [_inline, _shared])
def test_google_sheets__no_extent_no_properties(
    kinds: Workbook, tmp_path: Path, texts: Callable[[bytes], bytes]
) -> None:
    parts = parts_of(texts(returned(kinds)))
    for name in [name for name in parts if name.startswith("docProps/")]:
        del parts[name]
    rels = re.sub(rb"<Relationship [^>]*docProps[^>]*/>", b"", parts["_rels/.rels"])
    types = re.sub(rb"<Override [^>]*docProps[^>]*/>", b"", parts["[Content_Types].xml"])
    parts |= {"_rels/.rels": rels, "[Content_Types].xml": types}
    for name in parts:
        if name.startswith("xl/worksheets/sheet"):
            parts[name], cut = re.subn(rb"<dimension[^>]*/>", b"", parts[name])
            assert cut == 1
    ret = read(packed(parts), tmp_path, kinds)
    assert (codes(ret), values(ret), ret.saved_at) == ([], expected(kinds), None)


def _tables_with_names(book: openpyxl.Workbook) -> None:
    """As Numbers exports: the table's name above it, and in the name of the sheet."""
    for sheet in book.worksheets:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        sheet.insert_rows(1)
        sheet["A1"] = "Table 1"
    for name in (START, LISTS, PROFILE):
        book.remove(book[name])
    summary = book.create_sheet("Export Summary", 0)
    summary["A1"] = "This document was exported from Numbers. Each table was converted."
    for sheet in book.worksheets[1:]:
        if sheet.title != ACTION_PLAN:
            sheet.title = f"{sheet.title[:20]} - Table 1"


def test_numbers__a_sheet_for_each_table(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(reworked(returned(kinds), _tables_with_names), tmp_path, kinds)
    assert (codes(ret), values(ret)) == ([], expected(kinds))
    assert {answer.cell for answer in ret.answers if answer.item == "1A"} == {"C7", "E7"}


def test_numbers__other_words_above_a_table_are_told(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        _tables_with_names(book)
        book.worksheets[1]["A1"] = "See our letter"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert [(f.code, f.cell) for f in ret.findings] == [("R07", "A1")]


def test_numbers__with_numbers_for_item_numbers(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        _tables_with_names(book)
        for sheet in book.worksheets:
            for (cell,) in sheet.iter_rows(min_col=1, max_col=1):
                if isinstance(cell.value, str) and re.fullmatch(r"\d+\.\d+", cell.value):
                    cell.value = float(cell.value)

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert (codes(ret), values(ret)) == ([], expected(kinds))


def test_days_counted_from_1904__are_the_same_days(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book.epoch = CALENDAR_MAC_1904

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert (codes(ret), values(ret)) == ([], expected(kinds))


@pytest.mark.parametrize(
    ("typed", "day", "code"),
    [
        ("13/02/2026", date(2026, 2, 13), ""),
        ("2026-02-13", date(2026, 2, 13), ""),
        ("13 February 2026", date(2026, 2, 13), ""),
        ("03/04/2026", None, "C05"),
        ("46066", None, "C04"),
    ],
)
def test_days_as_text__only_where_there_is_one_reading(
    kinds: Workbook, tmp_path: Path, typed: str, day: date | None, code: str
) -> None:
    ret = read(returned(kinds, i2_2=typed), tmp_path, kinds)
    assert values(ret).get(("2.2", "answer")) == day
    assert codes(ret) == ([code] if code else [])


@pytest.mark.parametrize(
    ("item", "typed", "value"),
    [("2.3", "12", 12.0), ("2.4", "£1,234.50", 1234.5), ("2.5", "25%", 0.25), ("2.3", " 7 ", 7.0)],
)
def test_numbers_as_text__are_read_and_noted(
    kinds: Workbook, tmp_path: Path, item: str, typed: str, value: float
) -> None:
    where = place(kinds, item)
    ret = read(written(returned(kinds), {(where.sheet, where.cell): typed}), tmp_path, kinds)
    assert (codes(ret), values(ret)[item, "answer"]) == ([], value)
    assert [one.before for one in ret.normalised] == [typed]


@pytest.mark.parametrize("nothing", [" ", "\u00a0\u00a0", "\n\t", "\u200b", "\ufeff"])
def test_nothing_to_be_seen__is_no_answer(kinds: Workbook, tmp_path: Path, nothing: str) -> None:
    ret = read(returned(kinds, i1A=nothing, i1B__comment=nothing), tmp_path, kinds)
    assert [(f.code, f.item) for f in ret.findings] == [("C02", "1A")]
    assert ("1B", "comment") not in values(ret)


def test_hidden_and_filtered_rows__are_read(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        sheet = book["1 Views"]
        sheet.auto_filter.ref = "A5:E11"
        sheet.auto_filter.add_filter_column(2, ["Agree"])
        for row in (6, 8, 9):
            sheet.row_dimensions[row].hidden = True
        sheet.column_dimensions["E"].hidden = True
        book["2 Facts"].sheet_state = "hidden"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert (codes(ret), values(ret)) == (["R19", "R21", "R21"], expected(kinds))
    assert ret.findings[0].sheet == "2 Facts"


@pytest.mark.parametrize("gone", [(IDENTITY,), (IDENTITY, LISTS), (IDENTITY, LISTS, START)])
def test_marks_gone__the_printed_reference_is_enough(
    kinds: Workbook, tmp_path: Path, gone: tuple[str, ...]
) -> None:
    def work(book: openpyxl.Workbook) -> None:
        for name in gone:
            book.remove(book[name])
        for prop in list(book.custom_doc_props.names):
            del book.custom_doc_props[prop]

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert (codes(ret), values(ret)) == (["I09"], expected(kinds))
    assert ret.reference == kinds.issued.reference
