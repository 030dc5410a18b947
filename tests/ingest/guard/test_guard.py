"""The guard: what a file is by its content, and what is refused before any parser sees it."""

from __future__ import annotations

import gzip
import io
import plistlib
import struct
import zipfile

import openpyxl
import pytest

from tests.damaged.builders import encrypted
from tests.factory import Workbook
from tests.ingest.binary import (
    CELL_ERROR,
    CELL_REAL,
    CELL_TEXT,
    FORMULA_TEXT,
    SHORT_BLANK,
    xlsb,
)
from tests.ingest.packages import edited, packed, parts_of, replacing, sheet_part
from xlassess.ingest.formats.kinds import Guarded, guard
from xlassess.ingest.reading.cells.grid import Cell, read_grid
from xlassess.model.finding import Finding


def code(data: bytes) -> str:
    """The code a file is refused with, or an empty text."""
    result = guard(data)
    return result.code if isinstance(result, Finding) else ""


def what(data: bytes) -> str:
    result = guard(data)
    assert isinstance(result, Finding)
    assert result.code == "G03"
    assert result.remedy
    return result.details["what"]


def guarded(data: bytes) -> Guarded:
    result = guard(data)
    assert isinstance(result, Guarded), result
    return result


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.4\n", "PDF"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"\x89PNG\r\n\x1a\n\x00", "PNG"),
        (b"\x00\x00\x00\x18ftypheic", "picture"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\xef\xbb\xbf\r\n<html xmlns:x='urn:schemas-microsoft-com:office:excel'>", "web page"),
        (b'<?xml?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "2003"),
        (b'<?xml version="1.0"?><note/>', "XML"),
        ("ご確認ください。\n担当者".encode("utf-16"), "plain text"),
        ("ご確認ください。\n担当者".encode(), "plain text"),
        (b"\xff\xfe" + "確認".encode("utf-16-be") + b"\x00\xd8\x00\xd8", "unknown kind"),
        (b"\x90\x91\xfe\xff\x80", "unknown kind"),
        (b'<?xml version="1.0"?><office:document xmlns:table="x"><table:table/>', "OpenDocument"),
        (b"item,answer,comment\n1A,Agree,\n", "CSV"),
        (b"item;answer;comment\n", "CSV"),
        (b"Dear Dana\nplease find attached\n", "text"),
        (b"{\\rtf1\\ansi", "RTF"),
        (b"From: a@b.example\nSubject: x\n", "e-mail"),
        (b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}', "Google"),
        (b"ARC-Seal: i=1; a=rsa-sha256\nReceived: by x\nFrom: a@b.example\n", "e-mail"),
        (b"Precedence: bulk, list\nX-Odd: 1, 2\nFrom: a@b.example\n\nHello, all, of you", "e-mail"),
        (b"MIME-Version: 1.0\nFrom: a@b.example\nContent-Type: multipart/related; x\n", "e-mail"),
        (b"MIME-Version: 1.0\nX-Document-Type: Workbook\n\nThis is a page", "archive"),
        (b"From: <Saved by Blink>\nSnapshot-Content-Location: https://a.example", "archive"),
        (b"[InternetShortcut]\r\nURL=https://a.example/x,y,z", "only a link"),
        (b"[Desktop Entry]\nType=Link\nURL=https://a.example\n", "only a link"),
        (b'<?xml version="1.0"?><plist><dict><key>URL</key><string>x</string>', "only a link"),
        (plistlib.dumps({"URL": "https://a.example"}, fmt=plistlib.FMT_BINARY), "only a link"),
        (plistlib.dumps({"WebMainResource": {"WebResourceURL": "https://a.example"}},
                        fmt=plistlib.FMT_BINARY), "archive"),
        ("[InternetShortcut]\r\nURL=https://a.example".encode("utf-16"), "only a link"),
        (b"\xfe\xff" + "item\tanswer\tcomment\n".encode("utf-16-be"), "CSV"),
        (b'{"":"DO NOT EDIT, PLEASE, EVER","doc_id":"1"}', "Google"),
        (b"L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00F", "only a link"),
        (b"book\x00\x00\x00\x00mark\x00\x00\x00\x008\x00", "only a link"),
        (b"ID;PCALCOOO32\nC;Y1;X1;K1\n", "SYLK"),
        (b"\x09\x00\x04\x00\x02\x00\x10\x00", "Excel 2, 3 or 4"),
        (b"\x09\x02\x06\x00\x00\x00\x10\x00\x00\x00", "Excel 2, 3 or 4"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00\x00\x00", "Excel 2, 3 or 4"),
        (gzip.compress(b'<?xml version="1.0"?><gnm:Workbook xmlns:gnm="x">', mtime=0), "Gnumeric"),
        (gzip.compress(b"something else", mtime=0), "gzip"),
        (b"7z\xbc\xaf\x27\x1c\x00", "7-Zip"),
        (b"Rar!\x1a\x07\x01\x00", "RAR"),
        (b"MZ\x90\x00", "program"),
        (b"\x01\x02\x00\x03", "unknown"),
        (b"\xff" * 900, "unknown"),
        (b"\x85\x01\x0c\x03" + bytes(range(256)), "unknown"),
        ("Привет, Дана".encode("cp1251"), "text"),
        (b"x" * 257 + b"ustar\x0000", "archive (tar)"),
        (b"MSCF\x00\x00\x00\x00", "archive"),
        (b"\x28\xb5\x2f\xfd\x04", "Zstandard"),
        (b"\x00\x00\x02\x00\x06\x04\x06\x00", "Lotus"),
        (b"TABLE\r\n0,1\r\n", "DIF"),
        (b"-----BEGIN PGP MESSAGE-----\n", "encrypted or signed"),
        (bytes.fromhex("3082100006092a864886f70d010702a0"), "encrypted or signed"),
        (bytes.fromhex("308006092a864886f70d010703a0"), "encrypted or signed"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "picture"),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "recording"),
        (b"\x00\x01\x00\x00Standard ACE DB\x00", "Access"),
        (b"BEGIN:VCALENDAR\r\n", "calendar"),
        (plistlib.dumps({"NSURLNameKey": "a.xlsx"}, fmt=plistlib.FMT_BINARY), "only a link"),
        (packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}), "Word"),
        (packed({"[Content_Types].xml": b"<x/>", "ppt/presentation.xml": b"<x/>"}), "PowerPoint"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.text"}), "ODT"),
        (packed({"mimetype": b"application/vnd.oasis.opendocument.text-template"}), "ODT"),
        (packed({"mimetype": b"application/vnd.sun.xml.calc"}), "OpenOffice.org 1"),
        (packed({"[Content_Types].xml": b"<x/>", "FixedDocSeq.fdseq": b"<x/>"}), "XPS"),
        (packed({"Index/Document.iwa": b"x"}), "Apple"),
        (packed({"a.txt": b"x"}), "zip file"),
        (packed({"[Content_Types].xml": b"<x/>"}), "without a workbook"),
    ],
)  # fmt: skip
def test_foreign__says_what_it_is(data: bytes, word: str) -> None:
    assert word in what(data)


@pytest.mark.parametrize("data", [b"", b"\x00" * 512, b" \r\n"])
def test_empty__is_said_to_be_empty(data: bytes) -> None:
    assert code(data) == "G01"


def test_as_issued__passes(kinds: Workbook) -> None:
    result = guarded(kinds.data)
    assert result.kind == "xlsx"
    assert result.properties.identity["reference"] == kinds.issued.reference
    assert result.findings == ()


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml", "docProps/custom.xml"])
def test_doctype__in_any_part_is_refused(kinds: Workbook, part: str) -> None:
    def edit(data: bytes) -> bytes:
        return data.replace(b"?>", b'?><!DOCTYPE x SYSTEM "file:///etc/passwd">', 1)

    assert code(edited(kinds.data, {part: edit})) == "G09"


def test_markup__in_utf_16_is_read_in_others_refused(kinds: Workbook) -> None:
    def recode(data: bytes) -> bytes:
        return data.decode().replace("UTF-8", "UTF-16").encode("utf-16")

    def declare(data: bytes) -> bytes:
        return data.replace(b"UTF-8", b"UTF-7", 1)

    assert code(edited(kinds.data, {"xl/workbook.xml": declare})) == "G07"
    recoded = guarded(edited(kinds.data, {"xl/workbook.xml": recode}))
    assert _cells(recoded) == _cells(guarded(kinds.data))


def _cells(guarded: Guarded) -> dict[str, list[list[Cell]]]:
    grid = read_grid(guarded)
    assert not isinstance(grid, Finding)
    return {sheet.name: sheet.rows for sheet in grid.sheets}


@pytest.mark.parametrize("name", ["../x.xml", "/etc/x.xml", "C:\\x.xml", "xl\\..\\..\\x.xml"])
def test_package__names_out_of_the_file_are_refused(kinds: Workbook, name: str) -> None:
    assert code(packed(parts_of(kinds.data) | {name: b"<x/>"})) == "G07"


def test_package__two_parts_of_one_name(kinds: Workbook) -> None:
    out = io.BytesIO(kinds.data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("XL/Workbook.xml", b"<x/>")
    assert code(out.getvalue()) == "G07"


def test_package__too_many_parts(kinds: Workbook) -> None:
    many = {f"xl/media/{number}.png": b"" for number in range(1001)}
    assert code(packed(parts_of(kinds.data) | many)) == "G07"


def test_package__declared_size_too_large(kinds: Workbook) -> None:
    data = bytearray(packed(parts_of(kinds.data)))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 100 << 20)
    assert code(bytes(data)) == "G08"


def test_package__expands_to_more_than_it_declares(kinds: Workbook) -> None:
    name = sheet_part(kinds.data, "1 Views")
    data = bytearray(edited(kinds.data, {name: lambda part: part + b" " * (2 << 20)}))
    entry = data.rindex(name.encode()) - 46
    assert data[entry : entry + 4] == b"PK\x01\x02"
    data[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    assert code(bytes(data)) == "G06"


def test_package__overlapping_parts(kinds: Workbook) -> None:
    data = bytearray(packed(parts_of(kinds.data)))
    first, last = data.index(b"PK\x01\x02"), data.rindex(b"PK\x01\x02")
    data[last + 42 : last + 46] = data[first + 42 : first + 46]
    assert code(bytes(data)) == "G07"


def test_package__encrypted_parts(kinds: Workbook) -> None:
    data = bytearray(packed(parts_of(kinds.data)))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1
    assert code(bytes(data)) == "G07"


def test_password__and_excels_own_password(kinds: Workbook) -> None:
    assert code(encrypted(kinds.data, "secret")) == "G04"
    opened = guarded(encrypted(kinds.data, "VelvetSweatshop"))
    assert opened.data == guarded(kinds.data).data
    assert opened.kind == "xlsx"


def test_ods__encrypted() -> None:
    manifest = b"<manifest:manifest><manifest:encryption-data/></manifest:manifest>"
    data = packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": b"\x01garbled",
            "META-INF/manifest.xml": manifest,
        }
    )
    assert code(data) == "G04"


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b'<c r="A1048576"><v>1</v></c><c r="H1"><v>1</v></c>',
        b"<c r='XFD1048576'><v>1</v></c>",
        b'<c  r = "XFD1048576"><v>1</v></c>',
        b'<c\nr="XFD1048576"><v>1</v></c>',
        b'<c t="n" r="XFD1048576"><v>1</v></c>',
    ],
)
def test_coordinates__far_cells_are_refused_however_written(kinds: Workbook, cell: bytes) -> None:
    row = b'<row r="1048576">' + cell + b"</row></sheetData>"
    name = sheet_part(kinds.data, "1 Views")
    assert code(edited(kinds.data, {name: replacing(b"</sheetData>", row)})) == "G10"


def test_coordinates__far_cell_in_a_sheet_by_another_name(kinds: Workbook) -> None:
    part = b'<w><sheetData><row r="1"><c r="XFD1048576"><v>1</v></c></row></sheetData></w>'
    edit = replacing(b"worksheets/sheet1.xml", b"/odd/t.bytes")
    moved = parts_of(edited(kinds.data, {"xl/_rels/workbook.xml.rels": edit}))
    assert code(packed(moved | {"odd/t.bytes": part})) == "G10"


def test_parts__that_no_one_lists_as_a_sheet_are_not_judged(kinds: Workbook) -> None:
    """Excel keeps copies of other workbooks' sheets, and programs keep what they like."""
    cell = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    others = {
        "xl/externalLinks/externalLink1.xml": b"<w><sheetData>" + 2 * cell + b"</sheetData></w>",
        "customXml/item1.xml": '<?xml version="1.0" encoding="utf-16"?><q/>'.encode("utf-16"),
        "notes/odd.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>",
        "__MACOSX/._x.xml": b"\x00\x05\x16\x07",
    }
    result = guarded(packed(parts_of(kinds.data) | others))
    assert [finding.code for finding in result.findings] == ["G19"]
    assert "notes/odd.xml" in result.findings[0].message
    assert _cells(result) == _cells(guarded(kinds.data))


def test_coordinates__cells_without_address_are_counted(kinds: Workbook) -> None:
    row = b"<row>" + b"<c><v>1</v></c>" * 1100 + b"</row>"
    rows = row + b"<row/>" * 1000 + b"<row><c><v>1</v></c></row></sheetData>"
    name = sheet_part(kinds.data, "1 Views")
    assert code(edited(kinds.data, {name: replacing(b"</sheetData>", rows)})) == "G10"


def test_merges_and_links__are_bounded(kinds: Workbook) -> None:
    name = sheet_part(kinds.data, "1 Views")
    merge = replacing(b'<mergeCell ref="', b'<mergeCell ref="A1:XFD1048576"/><mergeCell ref="')
    link = replacing(b"<hyperlink ref=", b'<hyperlink ref="A1:XFD1048576"/><hyperlink ref=')
    assert code(edited(kinds.data, {name: merge})) == "G10"
    assert code(edited(kinds.data, {name: link})) == "G10"


def _sheet(cells: dict[str, object]) -> bytes:
    book = openpyxl.Workbook()
    for cell, content in cells.items():
        book.worksheets[0][cell] = content
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


MIXED = {"A1": "x", "B2": "=1+1", "B3": "#N/A", "C4": 5, "D5": "=A1&B2"}


@pytest.mark.parametrize("way", ["plain", "prefixed", "single quotes", "line breaks"])
def test_notes__formulas_and_errors_however_written(way: str) -> None:
    def edit(part: bytes) -> bytes:
        if way == "prefixed":
            for tag in (b"sheetData", b"row", b"c", b"f", b"v"):
                part = part.replace(b"<" + tag + b" ", b"<x:" + tag + b" ")
                part = part.replace(b"<" + tag + b">", b"<x:" + tag + b">")
                part = part.replace(b"</" + tag + b">", b"</x:" + tag + b">")
                part = part.replace(b"<" + tag + b"/>", b"<x:" + tag + b"/>")
            main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            return part.replace(b"<worksheet", b'<worksheet xmlns:x="' + main + b'"', 1)
        if way == "single quotes":
            return part.replace(b'r="B2"', b"r='B2'")
        return part.replace(b"<c ", b"<c\n") if way == "line breaks" else part

    notes = guarded(edited(_sheet(MIXED), {"xl/worksheets/sheet1.xml": edit})).notes["Sheet"]
    assert notes.formulas == {"B2", "D5"}
    assert notes.errors == {"B3"}


def test_notes__array_formula_fills_its_area() -> None:
    edit = replacing(b"<f>1+1</f>", b'<f t="array" ref="B2:C4">1+1</f>')
    notes = guarded(edited(_sheet(MIXED), {"xl/worksheets/sheet1.xml": edit})).notes["Sheet"]
    assert notes.formulas == {"B2", "B3", "B4", "C2", "C3", "C4", "D5"}


def test_strict__is_read_like_any_other(kinds: Workbook) -> None:
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def edit(part: bytes) -> bytes:
        return part.replace(main, b"http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
            office, b"http://purl.oclc.org/ooxml/officeDocument/relationships"
        )

    names = [name for name in parts_of(kinds.data) if name.endswith((".xml", ".rels"))]
    strict = read_grid(guarded(edited(kinds.data, dict.fromkeys(names, edit))))
    usual = read_grid(guarded(kinds.data))
    assert not isinstance(strict, Finding)
    assert not isinstance(usual, Finding)
    assert [(s.name, s.rows) for s in strict.sheets] == [(s.name, s.rows) for s in usual.sheets]


def _ods(rows: str) -> bytes:
    names = (
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body>'
        f'<office:spreadsheet><table:table table:name="One">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": content.encode(),
            "META-INF/manifest.xml": b"<manifest/>",
        }
    )


FLOAT = 'office:value-type="float" office:value="2"'


def test_ods__notes_at_repeated_cells() -> None:
    rows = (
        '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell table:number-columns-repeated="3"/>'
        f'<table:table-cell table:formula="of:=1+1" {FLOAT}><text:p>2</text:p></table:table-cell>'
        f'<table:table-cell table:number-columns-repeated="2" {FLOAT}/>'
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"/>'
        '<table:table-cell office:value-type="string" calcext:value-type="error"/>'
        "</table:table-row>"
    )
    result = guarded(_ods(rows))
    notes = result.notes["One"]
    assert (notes.formulas, notes.truths, notes.errors) == ({"D3"}, {"G3"}, {"H3"})
    grid = read_grid(result)
    assert not isinstance(grid, Finding)
    assert grid.sheets[0].at(2, 4) == 2.0


@pytest.mark.parametrize(
    "rows",
    [
        '<table:table-row table:number-rows-repeated="1048576">'
        f'<table:table-cell table:number-columns-repeated="16384" {FLOAT}/></table:table-row>',
        '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/>'
        "</table:table-row>"
        f"<table:table-row><table:table-cell/><table:table-cell {FLOAT}/></table:table-row>",
        '<table:table-row table:number-rows-repeated="1048575">'
        '<table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>",
    ],
)
def test_ods__repeats_are_bounded(rows: str) -> None:
    assert code(_ods(rows)) == "G10"


def test_ods__empty_repeats_to_the_edge_are_usual() -> None:
    rows = (
        f"<table:table-row><table:table-cell {FLOAT}/>"
        '<table:table-cell table:number-columns-repeated="16383"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048575">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    grid = read_grid(guarded(_ods(rows)))
    assert not isinstance(grid, Finding)
    assert grid.sheets[0].at(0, 0) == 2.0
    assert len(grid.sheets[0].rows) < 10


def test_xlsb__cells_formulas_and_errors() -> None:
    cells = [(CELL_TEXT, "x"), (FORMULA_TEXT, "sum"), (CELL_REAL, 2.5), (CELL_ERROR, 42)]
    result = guarded(xlsb({"One": cells, "Two": [(CELL_TEXT, "y")]}))
    assert result.kind == "xlsb"
    assert result.notes["One"].formulas == {"A2"}
    assert result.notes["One"].errors == {"A4"}
    grid = read_grid(result)
    assert not isinstance(grid, Finding)
    assert [row[0] for row in grid.sheets[0].rows[:3]] == ["x", "sum", 2.5]


def test_xlsb__short_records_are_refused() -> None:
    assert code(xlsb({"One": [(CELL_TEXT, "x"), (SHORT_BLANK, 0)]})) == "G17"


def test_macros__are_noted(kinds: Workbook) -> None:
    result = guarded(packed(parts_of(kinds.data) | {"xl/vbaProject.bin": b"x"}))
    assert [finding.code for finding in result.findings] == ["G16"]


def _text_cell(inside: str, extra: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{extra}>{inside}</table:table-cell>'


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<text:p>Agree</text:p>", "Agree"),
        ("<text:p>one</text:p><text:p>two</text:p>", "one\ntwo"),
        ('<text:p>a<text:s text:c="3"/>b</text:p>', "a   b"),
        ("<text:p>Ag<text:span>ree</text:span></text:p>", "Agree"),
        ("<text:p>a<text:line-break/>b</text:p>", "a\nb"),
        ("<text:p>a<text:tab/>b</text:p>", "a\tb"),
        (
            "<office:annotation><text:p>a remark</text:p></office:annotation><text:p>No</text:p>",
            "No",
        ),
        ('<text:p>see <text:a href="http://x.example">here</text:a></text:p>', "see here"),
    ],
)
def test_ods__texts_are_whole_and_without_remarks(inside: str, text: str) -> None:
    row = f"<table:table-row>{_text_cell(inside)}</table:table-row>"
    grid = read_grid(guarded(_ods(row)))
    assert not isinstance(grid, Finding)
    assert grid.sheets[0].at(0, 0) == text


def test_ods__line_breaks_between_cells_do_no_harm() -> None:
    cell = _text_cell("<text:p>a  b</text:p>")
    loose = f"\n <table:table-row>\n  {cell}\n  {cell}\n </table:table-row>\n"
    grid = read_grid(guarded(_ods(loose)))
    assert not isinstance(grid, Finding)
    assert grid.sheets[0].rows == [["a  b", "a  b"]]


def test_ods__covered_cells_are_noted() -> None:
    covered = '<table:covered-table-cell office:value-type="string"><text:p>x</text:p>'
    spans = ' table:number-columns-spanned="2" table:number-rows-spanned="1"'
    row = _text_cell("<text:p>a</text:p>", spans) + covered + "</table:covered-table-cell>"
    assert guarded(_ods(f"<table:table-row>{row}</table:table-row>")).notes["One"].covered == {"B1"}


@pytest.mark.parametrize(
    "prefix", [b"%PDF-1.7\n", b"<html><body>hello</body></html>", b"MZ" + bytes(200), b"\x00" * 9]
)
def test_polyglot__a_workbook_behind_something_else_is_not_opened(
    kinds: Workbook, prefix: bytes
) -> None:
    result = guard(prefix + kinds.data)
    assert isinstance(result, Finding)
    assert result.code == "G03"


def test_polyglot__something_behind_a_workbook(kinds: Workbook) -> None:
    result = guard(kinds.data + b"<script>alert(1)</script>" * 10)
    assert isinstance(result, Finding) or result.kind == "xlsx"


@pytest.mark.parametrize("part", ["xl/externalLinks/externalLink1.xml", "xl/embeddings/o1.bin"])
def test_links_and_embedded_objects__are_never_followed(kinds: Workbook, part: str) -> None:
    dde = (
        b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>'
    )
    result = guard(packed(parts_of(kinds.data) | {part: dde}))
    assert not isinstance(result, Finding)
    assert result.kind == "xlsx"
