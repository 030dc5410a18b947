"""Hostile files of the binary kinds, encrypted ones too, and packages odd as packages."""

from __future__ import annotations

import io
import re
import struct
import zipfile

from tests.damaged.builders import encrypted
from tests.factory import Workbook
from tests.ingest.binary import CELL_TEXT, record, wide, xlsb, xlsb_parts
from tests.ingest.cfb import BOF, BOUNDSHEET, EOF, FILEPASS, container, xls
from tests.ingest.cfb import record as old_record
from tests.ingest.hostile import HOSTILE, hostile, mixed_pieces, noise
from tests.ingest.packages import packed, parts_of

_NOTHING = b"\x81\x03\x00"
"""A record of .xlsb that says nothing."""


@hostile
def xlsb_records_without_end(book: Workbook) -> bytes:
    parts = xlsb_parts({"S": [(CELL_TEXT, "x")]})
    mixed = mixed_pieces(6_000_000, _NOTHING, b"\x82\x03\x00")
    return packed(parts | {"xl/worksheets/sheet1.bin": mixed})


@hostile
def xlsb_sheets_of_one_part(book: Workbook) -> bytes:
    parts = xlsb_parts({"S": [(CELL_TEXT, "x")] * 5000})
    sheets = b"".join(
        record(156, struct.pack("<II", 0, n) + wide("rId1") + wide(f"s{n}")) for n in range(20_000)
    )
    return packed(parts | {"xl/workbook.bin": record(131) + sheets + record(132)})


@hostile
def xlsb_merges_upon_merges(book: Workbook) -> bytes:
    parts = xlsb_parts({"S": [(CELL_TEXT, "x")]})
    merge = record(176, struct.pack("<IIII", 0, 998, 0, 103))
    part = parts["xl/worksheets/sheet1.bin"] + merge * 20_000
    return packed(parts | {"xl/worksheets/sheet1.bin": part})


@hostile
def xlsb_formulas_upon_formulas(book: Workbook) -> bytes:
    parts = xlsb_parts({"S": [(CELL_TEXT, "x")]})
    fill = record(426, struct.pack("<IIII", 0, 998, 0, 999))
    part = parts["xl/worksheets/sheet1.bin"] + fill * 20_000
    return packed(parts | {"xl/worksheets/sheet1.bin": part})


@hostile
def xlsb_rules_without_end(book: Workbook) -> bytes:
    """Cells in endless areas, under rules of long formulas, in white."""
    parts = xlsb_parts({"S": [(CELL_TEXT, "x")] * 4000})
    white = struct.pack("<HHBBhI", 5, 12, 5, 0, 0, 0xFFFFFFFF)
    look = record(505, struct.pack("<I", 1)) + record(507, struct.pack("<HHH", 0, 0, 1) + white)
    areas = record(
        461, struct.pack("<III", 1, 0, 4000) + struct.pack("<IIII", 0, 9999, 0, 9) * 4000
    )
    formula = struct.pack("<BII", 0x4C, 0, 0xC000)[:7] + b"\x1e\1\0\x0b" * 140
    rule = struct.pack("<IIIIIIIHIII", 2, 1, 0, 1, 0, 0, 0, 0, len(formula), 0, 0)
    rule += b"\xff\xff\xff\xff" + struct.pack("<I", len(formula)) + formula + bytes(4)
    end = areas * 200 + record(463, rule) * 30_000
    sheet = parts["xl/worksheets/sheet1.bin"].replace(record(146), record(146) + end)
    related = parts["xl/_rels/workbook.bin.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/styles" Target="styles.bin"/></Relationships>',
    )
    return packed(
        parts
        | {"xl/worksheets/sheet1.bin": sheet, "xl/styles.bin": look}
        | {"xl/_rels/workbook.bin.rels": related}
    )


@hostile
def xlsb_long_text_shown_often(book: Workbook) -> bytes:
    cells = [(7, 0)] * 20_000
    parts = xlsb_parts({"S": cells})
    text = record(159, struct.pack("<II", 1, 1)) + record(19, b"\0" + wide("x" * 1_000_000))
    return packed(parts | {"xl/sharedStrings.bin": text + record(160)})


@hostile
def xlsb_said_to_be_gigantic(book: Workbook) -> bytes:
    parts = xlsb_parts({"S": [(CELL_TEXT, "x")]})
    said = record(148, struct.pack("<IIII", 0, 1, 0, 1))
    far = record(148, struct.pack("<IIII", 0, 0xFFFFF, 0, 0x3FFF))
    name = "xl/worksheets/sheet1.bin"
    return packed(
        parts
        | {name: re.sub(re.escape(said[:2]) + rb".{17}", far, parts[name], count=1, flags=re.S)}
    )


def _old(sheets: list[bytes], cells: bytes, globals_: bytes = b"") -> bytes:
    """An old workbook whose sheets, by their names, all begin at the same place."""
    first = old_record(BOF, struct.pack("<HH12x", 0x0600, 0x0005)) + globals_
    size = len(first) + sum(12 + len(name) for name in sheets) + 4
    bundle = b"".join(
        old_record(BOUNDSHEET, struct.pack("<IBBBB", size, 0, 0, len(name), 0) + name)
        for name in sheets
    )
    sheet = old_record(BOF, struct.pack("<HH12x", 0x0600, 0x0010)) + cells + old_record(EOF)
    return container(first + bundle + old_record(EOF) + sheet)


@hostile
def xls_records_without_end(book: Workbook) -> bytes:
    return _old([b"S"], old_record(0x0099) * 1_700_000)


@hostile
def xls_sheets_in_one_place(book: Workbook) -> bytes:
    cells = b"".join(old_record(0x0201, struct.pack("<HHH", n, 0, 0)) for n in range(9000))
    return _old([b"s%d" % n for n in range(20_000)], cells)


@hostile
def xls_merges_upon_merges(book: Workbook) -> bytes:
    return _old(
        [b"S"], old_record(0x00E5, b"\x01\0" + struct.pack("<HHHH", 0, 998, 0, 103) * 1000) * 20
    )


@hostile
def xls_note_told_often(book: Workbook) -> bytes:
    """One note of many words, which fifty thousand records put at the same cell."""
    object_ = old_record(0x005D, struct.pack("<HHHHH", 0x15, 0x12, 0x19, 1, 0) + bytes(12))
    text = old_record(0x01B6, bytes(10) + struct.pack("<H", 8000) + bytes(6))
    words = old_record(0x003C, b"\0" + b"word " * 1600)
    note = old_record(0x001C, struct.pack("<HHHH", 1, 1, 0, 1) + bytes(4))
    return _old([b"S"], object_ + text + words + note * 50_000)


@hostile
def xls_rules_without_end(book: Workbook) -> bytes:
    cells = b"".join(old_record(0x0203, struct.pack("<HHHd", n, 0, 0, 1)) for n in range(4000))
    areas = old_record(
        0x01B0, struct.pack("<HH8xH", 1, 2, 1000) + struct.pack("<4H", 0, 9, 0, 9) * 1000
    )
    tokens = b"\x1e\1\0" + b"\x1e\1\0\x0b" * 140
    rule = old_record(0x01B1, struct.pack("<BBHHIH", 2, 0, len(tokens), 0, 0, 0) + tokens)
    return _old([b"S"], cells + areas * 300 + rule * 6000)


@hostile
def xls_text_shown_often(book: Workbook) -> bytes:
    return xls("x" * 32_000, [(row, column) for row in range(3000) for column in range(100)])


@hostile
def xls_said_to_be_gigantic(book: Workbook) -> bytes:
    return _old([b"S"], old_record(0x0200, struct.pack("<IIHHH", 0, 65536, 0, 256, 0)))


@hostile
def xls_texts_said_to_be_many(book: Workbook) -> bytes:
    return _old([b"S"], b"", old_record(0x00FC, struct.pack("<II", 0xFFFFFFF, 0xFFFFFFF)))


@hostile
def xls_encrypted_records_without_end(book: Workbook) -> bytes:
    key = old_record(FILEPASS, struct.pack("<HHH", 1, 1, 1) + bytes(48))
    return _old([b"S"], old_record(0x0099) * 1_700_000, key)


@hostile
def xls_sectors_in_a_ring(book: Workbook) -> bytes:
    """The table of sectors leads round and round, in a stream of 64 MB."""
    data = bytearray(xls("x", [(0, 0)]))
    fat = len(data) - 512
    struct.pack_into("<I", data, fat + 8, 0)
    at = data.index("Workbook".encode("utf-16-le")) + 120
    struct.pack_into("<I", data, at, 64 << 20)
    return bytes(data)


@hostile
def xls_properties_without_end(book: Workbook) -> bytes:
    head = bytes(24) + struct.pack("<I", 1) + bytes(16) + struct.pack("<I", 48)
    section = struct.pack("<IIII", 4000, 1, 2, 16) + struct.pack("<II", 0x1000 | 99, 0xFFFFFFF0)
    stream = (head + section).ljust(4096, b"\0")
    return container(
        old_record(BOF, struct.pack("<HH12x", 0x0600, 0x0005)) + old_record(EOF),
        more={"\x05SummaryInformation": stream},
    )


def _said_to_be_hashed(book: Workbook, old: bytes, new: bytes) -> bytes:
    """An encrypted workbook whose particulars are changed without a change of length."""
    data = encrypted(book.data, "secret")
    assert old in data
    return data.replace(old, new.ljust(len(old)))


@hostile
def encrypted_as_usual(book: Workbook) -> bytes:
    return encrypted(book.data, "secret")


@hostile
def encrypted_by_another_password(book: Workbook) -> bytes:
    return encrypted(book.data, "not known")


@hostile
def encrypted_hashed_for_ever(book: Workbook) -> bytes:
    return _said_to_be_hashed(book, b'spinCount="100000"', b"spinCount='9999999'")[: 20 << 20]


@hostile
def encrypted_bomb(book: Workbook) -> bytes:
    return encrypted(HOSTILE["merges_upon_merges"](book), "secret")


@hostile
def zip_of_a_million_nothings(book: Workbook) -> bytes:
    """A table of contents of 19 MB, and nothing that it lists."""
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"x"
    count = (19 << 20) // len(entry)
    start = b"PK\x03\x04" + bytes(26)
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, 65535, 65535, count * len(entry), len(start), 0
    )
    return start + entry * count + end


@hostile
def zip_squeezed_by_bzip2(book: Workbook) -> bytes:
    """Four KB of it give gigabytes, whatever size is declared."""
    data = bytearray(packed({"a.xlsx": bytes(200 << 20)}, zipfile.ZIP_BZIP2))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    return bytes(data)


@hostile
def zip_squeezed_by_lzma(book: Workbook) -> bytes:
    data = bytearray(packed({"a.xlsx": bytes(400 << 20)}, zipfile.ZIP_LZMA))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    return bytes(data)


@hostile
def zip_of_zips_of_zips(book: Workbook) -> bytes:
    data = packed({f"{n}.xlsx": bytes(1 << 20) for n in range(10)})
    for level in range(3):
        data = packed({f"{n}.zip": data + bytes(level) for n in range(10)})
    return data


@hostile
def zip_of_slow_files(book: Workbook) -> bytes:
    slow = HOSTILE["merges_upon_merges"](book)
    return packed({f"{n}.xlsx": slow + bytes(n) for n in range(3)})


@hostile
def zip64_sizes(book: Workbook) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts_of(book.data).items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(part)
    return out.getvalue()


@hostile
def zip_parts_that_share_bytes(book: Workbook) -> bytes:
    """A thousand entries for one packed body, each with a name of its own."""
    body = packed({"x.xml": b"<x>" + bytes(3 << 20) + b"</x>"})
    at = body.index(b"PK\x01\x02")
    entry = body[at : body.index(b"PK\x05\x06")]
    entries = b"".join(entry.replace(b"x.xml", b"%05d" % n) for n in range(900))
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 900, 900, len(entries), at, 0)
    return body[:at] + entries + end


@hostile
def zip_of_noise(book: Workbook) -> bytes:
    return packed({f"{n}.xlsx": b"PK\3\4" + noise(4 << 20) for n in range(4)})


@hostile
def xlsb_of_many_sheets(book: Workbook) -> bytes:
    return xlsb({f"s{n}": [(CELL_TEXT, "x")] for n in range(900)})
