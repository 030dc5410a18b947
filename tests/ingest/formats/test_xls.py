"""The record scan of old .xls workbooks, on streams written record by record."""

from __future__ import annotations

import struct

import pytest

from xlassess.ingest.formats.xls.scan_xls import scan_xls
from xlassess.ingest.guard.notes import SheetNotes
from xlassess.model.finding import Finding

BOF, EOF, FILEPASS, BOUNDSHEET = 0x0809, 0x000A, 0x002F, 0x0085
NUMBER, FORMULA, BOOLERR, ARRAY, MULRK = 0x0203, 0x0006, 0x0205, 0x0221, 0x00BD


def record(code: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", code, len(body)) + body


def cell(code: int, row: int, column: int, body: bytes = b"") -> bytes:
    return record(code, struct.pack("<HHH", row, column, 0) + body)


BEGIN = record(BOF, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))


def stream(cells: bytes, name: str = "Één", extra: bytes = b"") -> bytes:
    """Return a workbook stream with one sheet that holds these records."""
    wide = name.encode("utf-16-le")
    head = struct.pack("<BBBB", 0, 0, len(name), 1) + wide
    start = len(BEGIN) + len(extra) + 4 + 4 + len(head) + len(record(EOF))
    sheet = record(BOUNDSHEET, struct.pack("<I", start) + head)
    return BEGIN + extra + sheet + record(EOF) + BEGIN + cells + record(EOF)


def notes(cells: bytes) -> SheetNotes:
    result = scan_xls(stream(cells))
    assert not isinstance(result, Finding)
    assert list(result.notes) == ["Één"]
    return result.notes["Één"]


def test_cells__formulas_and_errors_are_noted() -> None:
    cells = (
        cell(NUMBER, 0, 0, bytes(8))
        + cell(FORMULA, 1, 2, bytes(16))
        + cell(BOOLERR, 3, 1, b"\x2a\x01")
        + cell(BOOLERR, 4, 1, b"\x01\x00")
    )
    assert notes(cells) == SheetNotes(frozenset({"C2"}), frozenset({"B4"}))


@pytest.mark.parametrize(
    ("parsed", "is_truth"),
    [(b"\x1d\x01", True), (b"\x41\x23\x00", True), (b"\x1d\x01\x1d\x01\x0b", False)],
)
def test_truth_values__typed_in_libreoffice_are_noted(parsed: bytes, is_truth: bool) -> None:
    body = bytes(14) + struct.pack("<H", len(parsed)) + parsed
    assert notes(cell(FORMULA, 1, 2, body)).truths == ({"C2"} if is_truth else set())


def test_merged__cells_under_others_are_noted() -> None:
    merged = record(0x00E5, struct.pack("<HHHHH", 1, 0, 1, 0, 1))
    assert notes(merged).covered == {"A2", "B1", "B2"}


def test_array__fills_its_area() -> None:
    assert notes(record(ARRAY, struct.pack("<HHBB", 1, 2, 0, 1))).formulas == {
        "A2", "A3", "B2", "B3",
    }  # fmt: skip


def test_nested_chart__is_no_part_of_the_sheet() -> None:
    chart = BEGIN + cell(FORMULA, 7, 7, bytes(16)) + record(EOF)
    assert notes(chart + cell(FORMULA, 0, 0, bytes(16))).formulas == {"A1"}


@pytest.mark.parametrize(
    "cells",
    [
        cell(NUMBER, 65535, 255, bytes(8)),
        record(MULRK, struct.pack("<HH", 65535, 0) + bytes(12) + struct.pack("<H", 200)),
        record(ARRAY, struct.pack("<HHBB", 0, 65535, 0, 255)),
    ],
)
def test_far_cells__are_refused(cells: bytes) -> None:
    result = scan_xls(stream(cells))
    assert isinstance(result, Finding)
    assert result.code == "G10"


def test_password__is_told() -> None:
    result = scan_xls(stream(b"", extra=record(FILEPASS, bytes(6))))
    assert isinstance(result, Finding)
    assert result.code == "G04"


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_cut_short__raises(cut: int) -> None:
    with pytest.raises(struct.error):
        scan_xls(stream(cell(FORMULA, 0, 0, bytes(16)))[:-cut])


@pytest.mark.parametrize(("length", "cut"), [(255, {"B3"}), (254, set()), (300, set())])
def test_texts_in_cells__as_long_as_writers_cut_them_are_noted(length: int, cut: set[str]) -> None:
    text = struct.pack("<HB", length, 0) + b"x" * length
    assert notes(cell(0x0204, 2, 1, text)).cut == cut


def test_older_than_excel_97__is_refused() -> None:
    begin = record(BOF, struct.pack("<HHHH", 0x0500, 5, 0, 0))
    result = scan_xls(begin + record(EOF))
    assert isinstance(result, Finding)
    assert result.code == "G17"


@pytest.mark.parametrize(
    "text", [b"\x00In truth", b"\x01" + "In truth".encode("utf-16-le")], ids=["narrow", "wide"]
)
def test_note_attached_to_a_cell__is_told(text: bytes) -> None:
    records = (
        record(0x005D, struct.pack("<HHHH", 0x15, 0x12, 0x19, 7) + bytes(14))
        + record(0x01B6, bytes(10) + struct.pack("<H", 8) + bytes(6))
        + record(0x003C, text)
        + record(0x003C, bytes(16))
        + record(0x001C, struct.pack("<HHHHH", 5, 2, 0, 7, 0))
        + record(0x001C, struct.pack("<HHHHH", 6, 2, 0, 8, 0))
    )
    assert notes(records).attached == {"C6": "In truth", "C7": ""}


def _format(number: int, shown: str) -> bytes:
    return record(0x041E, struct.pack("<HHB", number, len(shown), 0) + shown.encode("latin-1"))


def test_numbers__of_formats_that_only_seem_to_be_of_days() -> None:
    """Cell formats: general, an amount, a share, a day; the middle two by numbers of days."""
    formats = _format(50, "\\£#,##0.00") + _format(51, '0.0%" sold"') + _format(52, "d\\ mmm\\ yy")
    formats += b"".join(
        record(0x00E0, struct.pack("<HH", 0, n) + bytes(16)) for n in (0, 50, 51, 52)
    )
    packed = struct.pack("<HH", 5, 0)
    for number, bits in ((0, 4 << 2 | 2), (1, 1234 << 2 | 3), (2, 0x3FE00000), (3, 6 << 2 | 2)):
        packed += struct.pack("<HI", number, bits)
    cells = (
        record(NUMBER, struct.pack("<HHHd", 0, 1, 1, 46_066.5))
        + record(NUMBER, struct.pack("<HHHd", 1, 1, 3, 46_066.0))
        + record(0x027E, struct.pack("<HHHI", 2, 1, 1, ((-3 & 0x3FFFFFFF) << 2) | 2))
        + record(MULRK, packed + struct.pack("<H", 3))
    )
    result = scan_xls(stream(cells, extra=formats))
    assert not isinstance(result, Finding)
    told = result.notes["Één"]
    assert told.numbers == {"B1": 46_066.5, "B3": -3.0, "B6": 12.34, "C6": 0.5}
    assert told.shown == {
        "B1": "£46,066.50", "B2": "13 Feb 26", "B3": "-£3.00", "B6": "£12.34",
        "C6": "50.0% sold", "D6": "6 Jan 00",
    }  # fmt: skip


@pytest.mark.parametrize(("kind", "told"), [(6, 0), (2, 1), (0x1E, 1)])
def test_drawing_without_text__an_empty_text_box_is_none(kind: int, told: int) -> None:
    shape = record(0x005D, struct.pack("<HHHH", 0x15, 0x12, kind, 7) + bytes(14))
    assert [one.what for one in notes(shape).objects] == ["a drawing without text"] * told
