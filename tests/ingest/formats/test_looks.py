"""What a person sees of a sheet beside its values: crossed out, linked, placed, displayed.

Each thing is told in every format it can occur in, and nothing of the kind where there is none.
"""

from __future__ import annotations

import io
import re
import struct
from typing import Any

import pytest
import xlsxwriter

from tests.ingest.binary import record as brt
from tests.ingest.binary import wide, xlsb
from tests.ingest.formats.test_xls import notes, record, stream
from tests.ingest.hostile import ods
from tests.ingest.packages import edited, packed, parts_of, replacing
from xlassess.ingest.formats import styles
from xlassess.ingest.formats.display import ITSELF, masked
from xlassess.ingest.formats.kinds import Guarded, guard
from xlassess.ingest.formats.visibility import hidden_columns, hidden_rows
from xlassess.ingest.formats.xls.scan_xls import scan_xls
from xlassess.ingest.guard.colours import of_hex
from xlassess.ingest.guard.notes import CHART, CONTROL, CrossedOut, Look, PlacedObject
from xlassess.ingest.reading.cells.grid import read_grid
from xlassess.model.finding import Finding

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


def guarded(data: bytes) -> Guarded:
    result = guard(data)
    assert isinstance(result, Guarded), result
    return result


def rows_of(result: Guarded) -> list[list[Any]]:
    grid = read_grid(result)
    assert not isinstance(grid, Finding)
    return grid.sheets[0].rows


def _xlsx() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("S")
        gone, plain = book.add_format({"font_strikeout": True}), book.add_format({"bold": True})
        sheet.write("A1", "Agree", gone)
        sheet.write("A2", "Agree", plain)
        sheet.write_rich_string("A3", "We ", gone, "never ", plain, "agreed")
        sheet.write_rich_string("A4", gone, "No", gone, " more")
        sheet.write("A5", 0.5, book.add_format({"num_format": "0%"}))
        sheet.write("A6", 46_113, book.add_format({"num_format": "mmm\\ yy"}))
        sheet.write("A7", 12)
        sheet.write_formula("A8", "=1/2", book.add_format({"num_format": "0%"}), 0.5)
        sheet.write_url("B1", "https://a.example/x?y=1&z=2", string="our plan")
        sheet.write_url("B2", "internal:S!A1", string="up")
        picture = {"object_position": 1, "description": "Signature of Ivy"}
        picture["image_data"] = io.BytesIO(PIXEL)
        sheet.insert_image("C4", "scan.png", picture)
        sheet.insert_textbox("D5", "Not agreed by all")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=S!$A$5:$A$7"})
        sheet.insert_chart("F9", chart)
    return out.getvalue()


def test_xlsx__everything_is_told() -> None:
    told = guarded(_xlsx()).notes["S"]
    assert told.struck == {"A1", "A4"}
    assert told.partly_struck == {"A3": CrossedOut("We agreed", "never ")}
    assert told.shown == {"A5": "50%", "A6": "Apr 26"}
    assert told.links == {"B1": "https://a.example/x?y=1&z=2"}
    assert [(one.what, one.cell) for one in told.objects] == [("a picture", "C4"), (CHART, "F9")]
    assert "Signature of Ivy" in told.objects[0].name
    assert told.attached == {"D5": "Not agreed by all"}


def test_xlsx__the_same_by_other_prefixes() -> None:
    """Written as programs do that give every tag a prefix: read tag by tag, told alike."""

    def prefixed(part: bytes) -> bytes:
        part = part.replace(b"<worksheet xmlns=", b"<worksheet xmlns:x=")
        return re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", part)

    data = _xlsx()
    one, other = guarded(data), guarded(edited(data, {"xl/worksheets/sheet1.xml": prefixed}))
    told, again = one.notes["S"], other.notes["S"]
    for name in ("struck", "partly_struck", "shown", "links", "objects", "attached"):
        assert getattr(told, name) == getattr(again, name), name


def test_xlsx__what_older_programs_show_instead_is_no_text() -> None:
    """Excel writes newer charts twice, the second time as a box that says it cannot be shown."""
    chart = b'<a:graphicData uri="http://schemas.microsoft.com/office/drawing/2014/chartex"/>'
    frame = (
        b'<xdr:graphicFrame><a:graphic xmlns:a="a">' + chart + b"</a:graphic></xdr:graphicFrame>"
    )
    box = b'<xdr:sp><xdr:txBody><a:p xmlns:a="a"><a:t>This chart is not available.</a:t></a:p>'
    twice = (
        b'<xdr:twoCellAnchor><mc:AlternateContent xmlns:mc="m"><mc:Choice>'
        + frame
        + b"</mc:Choice>"
        b"<mc:Fallback>" + box + b"</xdr:txBody></xdr:sp></mc:Fallback></mc:AlternateContent>"
        b"</xdr:twoCellAnchor></xdr:wsDr>"
    )
    edit = replacing(b"</xdr:wsDr>", twice)
    told = guarded(edited(_xlsx(), {"xl/drawings/drawing1.xml": edit})).notes["S"]
    assert told.attached == {"D5": "Not agreed by all"}
    assert [one.what for one in told.objects] == ["a picture", CHART, CHART]


def test_xlsx__embedded_file_is_told_by_its_program() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("S").write("A1", "x")
    related = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId7" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/oleObject" Target="../embeddings/oleObject1.bin"/>'
        b'<Relationship Id="rId8" Type="x/image" Target="../media/image1.emf"/></Relationships>'
    )
    holder = b'<oleObjects><oleObject progId="AcroExch.Document.DC" shapeId="1" r:id="rId7"/>'
    edit = replacing(b"</worksheet>", holder + b"</oleObjects></worksheet>")
    data = edited(out.getvalue(), {"xl/worksheets/sheet1.xml": edit})
    parts = parts_of(data) | {"xl/worksheets/_rels/sheet1.xml.rels": related}
    told = guarded(packed(parts)).notes["S"]
    assert told.objects == (PlacedObject("an embedded PDF document", "oleObject1.bin"),)


@pytest.mark.parametrize(("kind", "pictured"), [("_localImage", True), ("_linkedentity", False)])
def test_xlsx__picture_in_a_cell_is_no_error(kind: str, pictured: bool) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("S").write("A1", "x")
    row = b'<row r="2"><c r="B2" t="e" vm="1"><v>#VALUE!</v></c><c r="C2" t="e"><v>#N/A</v></c>'
    edit = replacing(b"</sheetData>", row + b"</row></sheetData>")
    structures = f'<rvStructures><s t="{kind}"/></rvStructures>'.encode()
    parts = parts_of(edited(out.getvalue(), {"xl/worksheets/sheet1.xml": edit}))
    told = guarded(packed(parts | {"xl/richData/rdrichvaluestructure.xml": structures})).notes["S"]
    assert told.pictured == ({"B2"} if pictured else set())
    assert told.errors == ({"C2"} if pictured else {"B2", "C2"})


def _ods_cell(text: str, *, style: str = "", said: str = 'office:value-type="string"') -> str:
    style = f' table:style-name="{style}"' if style else ""
    return f"<table:table-cell {said}{style}>{text}</table:table-cell>"


def _ods(cells: str, shapes: str = "") -> bytes:
    names = {
        "style": "style", "draw": "drawing", "svg": "svg-compatible", "fo": "xsl-fo-compatible",
    }  # fmt: skip
    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in names.items()
    )
    styles = (
        '<office:automatic-styles><style:style style:name="gone" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
        '<style:style style:name="based" style:family="table-cell" style:parent-style-name="gone"/>'
        '<style:style style:name="T1" style:family="text"><style:text-properties '
        'style:text-line-through-type="single"/></style:style></office:automatic-styles>'
    )
    rows = f"<table:table-row>{cells}</table:table-row>"
    data = ods((shapes + rows).encode())

    def edit(part: bytes) -> bytes:
        part = part.replace(b"<office:body>", styles.encode() + b"<office:body>")
        link = ' xmlns:xlink="http://www.w3.org/1999/xlink"'
        return part.replace(b" xmlns:office", (spaces + link).encode() + b" xmlns:office", 1)

    return edited(data, {"content.xml": edit})


def test_ods__everything_is_told() -> None:
    cells = (
        _ods_cell("<text:p>Agree</text:p>", style="gone")
        + _ods_cell("<text:p>Agree</text:p>", style="based")
        + _ods_cell('<text:p>We <text:span text:style-name="T1">never </text:span>agreed</text:p>')
        + _ods_cell(
            "<text:p>50 %</text:p>", said='office:value-type="percentage" office:value="0.5"'
        )
        + _ods_cell("<text:p>12</text:p>", said='office:value-type="float" office:value="12"')
        + _ods_cell('<text:p><text:a xlink:href="https://a.example/">plan</text:a></text:p>')
        + _ods_cell('<text:p><text:a xlink:href="#S.A1">up</text:a></text:p>')
    )
    frame = (
        '<draw:frame draw:name="Image 1"><draw:image xlink:href="Pictures/1.png"/>'
        "<svg:desc>Signature of Ivy</svg:desc></draw:frame>"
        '<draw:frame><draw:object-ole xlink:href="./Object 2"/><draw:image xlink:href="x"/>'
        "</draw:frame>"
    )
    result = guarded(_ods(cells, f"<table:shapes>{frame}</table:shapes>"))
    told = result.notes["S"]
    assert told.struck == {"A1", "B1"}
    assert told.partly_struck == {"C1": CrossedOut("We agreed", "never ")}
    assert told.shown == {"D1": "50 %"}
    assert told.links == {"F1": "https://a.example/"}
    assert told.objects == (
        PlacedObject("a picture", "Image 1, Signature of Ivy"),
        PlacedObject("an embedded file"),
    )
    assert rows_of(result) == [["Agree", "Agree", "We never agreed", 0.5, 12.0, "plan", "up"]]


@pytest.mark.parametrize(
    "cell_",
    [
        _ods_cell("<text:p><![CDATA[We <all> agree & more]]></text:p>"),
        _ods_cell("<text:p>We &lt;all&gt; agree &amp; more</text:p>", said=""),
        '<t:table-cell xmlns:t="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" o:value-type="string">'
        '<w:p xmlns:w="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        "We &lt;all&gt; agree &amp; more</w:p></t:table-cell>",
    ],
    ids=["raw character data", "without a value type", "other prefixes"],
)
def test_ods__texts_however_they_are_written(cell_: str) -> None:
    assert rows_of(guarded(_ods(cell_))) == [["We <all> agree & more"]]


FONT, XF, SST, LABELSST = 0x0031, 0x00E0, 0x00FC, 0x00FD


def _xls_globals(texts: bytes) -> bytes:
    fonts = b"".join(
        record(FONT, struct.pack("<HH", 200, flags) + bytes(12)) for flags in (0, 0, 0, 0, 8)
    )
    # the fifth font has the number 5: there is none of the number 4
    formats = b"".join(record(XF, struct.pack("<HH", font, 0) + bytes(16)) for font in (0, 5))
    return fonts + formats + texts


def _label(row: int, format_: int, number: int) -> bytes:
    return record(LABELSST, struct.pack("<HHHI", row, 0, format_, number))


def test_xls__crossed_out_in_whole_and_in_part() -> None:
    rich = struct.pack("<HBH", 7, 8, 2) + b"We nope" + struct.pack("<HHHH", 3, 5, 6, 0)
    texts = struct.pack("<II", 3, 2) + struct.pack("<HB", 5, 0) + b"Agree" + rich
    cells = _label(0, 1, 0) + _label(1, 0, 0) + _label(2, 0, 1)
    result = scan_xls(stream(cells, extra=_xls_globals(record(SST, texts))))
    assert not isinstance(result, Finding)
    (told,) = result.notes.values()
    assert told.struck == {"A1"}
    assert told.partly_struck == {"A3": CrossedOut("We e", "nop")}
    assert told.texts == {}


@pytest.mark.parametrize(("cut", "repaired"), [(5, True), (4, False)])
def test_xls__letter_over_two_records_is_whole(cut: int, repaired: bool) -> None:
    """The letter after "Yes " takes two units; only where they part is the text misread."""
    letters = "Yes 👍!".encode("utf-16-le")
    head = struct.pack("<IIHB", 1, 1, len(letters) // 2, 1)
    texts = record(SST, head + letters[: 2 * cut]) + record(0x3C, b"\x01" + letters[2 * cut :])
    result = scan_xls(stream(_label(0, 0, 0), extra=_xls_globals(texts)))
    assert not isinstance(result, Finding)
    (told,) = result.notes.values()
    assert told.texts == ({"A1": "Yes 👍!"} if repaired else {})


def _shape(kind: int, number: int, text: bytes = b"", anchor: tuple[int, int] = (2, 4)) -> bytes:
    place = struct.pack("<HHHHHHHHH", 0, anchor[0], 0, anchor[1], 0, 9, 0, 9, 0)
    drawing = struct.pack("<HHI", 15, 0xF004, len(place) + 8)
    drawing += struct.pack("<HHI", 0, 0xF010, len(place)) + place
    body = record(0xEC, drawing)
    body += record(0x5D, struct.pack("<HHHH", 0x15, 0x12, kind, number) + bytes(14))
    if text:
        body += record(0xEC, bytes(8)) + record(
            0x1B6, bytes(10) + struct.pack("<H", len(text)) + bytes(6)
        )
        body += record(0x3C, b"\x00" + text) + record(0x3C, bytes(16))
    return body


def test_xls__boxes_and_pictures() -> None:
    records = _shape(6, 1, b"Not agreed by all") + _shape(8, 2, anchor=(1, 0)) + _shape(5, 3)
    told = notes(records)
    assert told.attached == {"C5": "Not agreed by all"}
    assert told.objects == (
        PlacedObject("a picture", "", "B1"),
        PlacedObject(CHART, "", "C5"),
    )


def test_xls__link_behind_a_cell() -> None:
    url = "https://a.example/".encode("utf-16-le") + b"\0\0"
    moniker = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b") + struct.pack("<I", len(url)) + url
    body = struct.pack("<HHHH", 1, 1, 2, 2) + bytes(16) + struct.pack("<II", 2, 3) + moniker
    assert notes(record(0x01B8, body)).links == {"C2": "https://a.example/"}
    assert notes(record(0x01B8, body[:30])).links == {}


def test_xlsb__notes_and_crossed_out_words() -> None:
    fonts = b"".join(brt(43, struct.pack("<HH", 200, flags) + bytes(20)) for flags in (0, 8))
    formats = b"".join(brt(47, struct.pack("<HHH", 0, fmt, 0) + bytes(10)) for fmt in (9, 0))
    styles = fonts + brt(617) + formats + brt(618)
    rich = b"\x01" + wide("We nope") + struct.pack("<IHHHH", 2, 3, 1, 6, 0)
    texts = brt(159, bytes(8)) + brt(19, b"\x00" + wide("Agree")) + brt(19, rich) + brt(160)
    note = brt(635, struct.pack("<IIIII", 0, 4, 4, 3, 3) + bytes(16)) + brt(
        637, b"\0" + wide("Why?")
    )
    related = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/comments" Target="../comments1.bin"/></Relationships>'
    )
    beside = {
        "xl/styles.bin": styles,
        "xl/sharedStrings.bin": texts,
        "xl/comments1.bin": note,
        "xl/worksheets/_rels/sheet1.bin.rels": related,
    }
    data = xlsb({"S": [(7, 0), (7, 1), (5, 0.5)]})
    told = guarded(packed(parts_of(data) | beside)).notes["S"]
    assert told.attached == {"D5": "Why?"}
    assert told.partly_struck == {"A2": CrossedOut("We e", "nop")}
    assert told.shown == {"A3": "50%"}


_MASKS = {
    '"Disagree: "@': ("Disagree: \ufffc", "Disagree: \ufffc"),
    ";;;": ("", ""),
    '"none"': (None, "none"),
    '0;-0;0;"Not "@': ("Not \ufffc", None),
    "@": (None, None),
    "[Red]General": (None, None),
    '[=4]"Agree";[<4]"Less";General': (None, "Agree"),
    "#,##0.00": (None, None),
    "dd/mm/yyyy": (None, None),
}
"""What a text shows in a number format, and what the number 4; None where it shows itself."""


@pytest.mark.parametrize("code", _MASKS)
def test_number_format__of_words_is_told(code: str) -> None:
    assert (masked(code), masked(code, 4.0)) == _MASKS[code]


def _unseen_xlsx() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        book.add_worksheet("Front").set_header("&LQ&&A&RPage &P of &N")
        sheet = book.add_worksheet("S")
        sheet.set_header('&L&"Arial,Bold"&9Not agreed by us&C&A&RPage &P of &N')
        for row, (content, code) in enumerate(
            (("Agree", '"Disagree: "@'), ("Agree", ";;;"), (4, ";;;"), (4, "0"))
        ):
            sheet.write(row, 0, content, book.add_format({"num_format": code}))
        sheet.hide()
    return out.getvalue()


def test_xlsx__what_is_hidden_masked_or_seen_on_paper_only() -> None:
    sheets = guarded(_unseen_xlsx()).notes
    told = sheets["S"]
    assert (told.hidden, sheets["Front"].hidden) == (True, False)
    assert told.masked == {"A1": f"Disagree: {ITSELF}", "A2": "", "A3": ""}
    assert (told.margins, sheets["Front"].margins) == (
        ("Not agreed by us", "Page of"),
        ("Q&A", "Page of"),
    )


def test_ods__what_is_hidden_masked_or_seen_on_paper_only() -> None:
    cells = (
        _ods_cell(
            "<text:p>Disagree: Agree</text:p>",
            said='office:value-type="string" office:string-value="Agree"',
        )
        + _ods_cell("<text:p/>", said='office:value-type="string" office:string-value="Agree"')
        + _ods_cell("<text:p/>", said='office:value-type="float" office:value="4"')
        + _ods_cell("", said='office:value-type="float" office:value="4"')
    )
    hidden = (
        b'<style:style style:name="ta1" style:family="table" style:master-page-name="mine">'
        b'<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
    )

    def edit(part: bytes) -> bytes:
        part = part.replace(b"</office:automatic-styles>", hidden, 1)
        return part.replace(b'table:name="S"', b'table:name="S" table:style-name="ta1"', 1)

    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("style", "text", "office")
    )
    page = (
        f"<office:document-styles{spaces}><office:master-styles>"
        '<style:master-page style:name="mine"><style:header><style:region-left><text:p>'
        "Not <text:span>agreed</text:span></text:p></style:region-left><style:region-right>"
        "<text:p>Page <text:page-number>1</text:page-number></text:p></style:region-right>"
        '</style:header><style:footer style:display="false"><text:p>Unseen</text:p></style:footer>'
        "</style:master-page></office:master-styles></office:document-styles>"
    )
    data = edited(_ods(cells), {"content.xml": edit})
    told = guarded(packed(parts_of(data) | {"styles.xml": page.encode()})).notes["S"]
    assert told.hidden
    assert told.masked == {"A1": "Disagree: Agree", "B1": "", "C1": ""}
    assert told.margins == ("Not agreed", "Page")


def test_xls__what_is_hidden_masked_or_seen_on_paper_only() -> None:
    codes = ('"Disagree: "@', ";;;")
    formats = b"".join(
        record(0x041E, struct.pack("<HHB", 164 + at, len(code), 0) + code.encode())
        for at, code in enumerate(codes)
    )
    used = b"".join(record(XF, struct.pack("<HH", 0, 164 + at) + bytes(16)) for at in (0, 1))
    texts = record(SST, struct.pack("<II", 3, 1) + struct.pack("<HB", 5, 0) + b"Agree")
    head = record(0x14, struct.pack("<HB", 16, 0) + b"&L&9Not agreed&R")
    cells = _label(0, 0, 0) + _label(1, 1, 0) + head
    data = stream(cells, extra=formats + used + texts)
    state = data.index(record(0x85, b"")[:2], len(formats + used + texts)) + 8
    data = data[:state] + b"\x01" + data[state + 1 :]
    result = scan_xls(data)
    assert not isinstance(result, Finding)
    (told,) = result.notes.values()
    assert told.masked == {"A1": f"Disagree: {ITSELF}", "A2": ""}
    assert told.margins == ("Not agreed",)
    assert told.hidden


def test_xlsb__what_is_hidden_masked_or_seen_on_paper_only() -> None:
    own = b"".join(
        brt(44, struct.pack("<H", 164 + at) + wide(code))
        for at, code in enumerate(('"Disagree: "@', ";;;"))
    )
    formats = b"".join(brt(47, struct.pack("<HHH", 0, 164 + at, 0) + bytes(10)) for at in (1, 0))
    styles = own + brt(43, struct.pack("<HH", 200, 0) + bytes(20)) + brt(617) + formats + brt(618)
    parts = parts_of(xlsb({"S": [(6, "Agree"), (5, 4.0)]}))
    head = brt(479, struct.pack("<H", 0) + wide("&LNot agreed") + 5 * struct.pack("<I", 2**32 - 1))
    parts["xl/worksheets/sheet1.bin"] += head
    parts["xl/workbook.bin"] = parts["xl/workbook.bin"].replace(
        struct.pack("<II", 0, 1) + wide("rId1"), struct.pack("<II", 2, 1) + wide("rId1")
    )
    told = guarded(packed(parts | {"xl/styles.bin": styles})).notes["S"]
    assert told.margins == ("Not agreed",)
    assert told.hidden
    assert told.masked == {"A1": "", "A2": ""}


def test_xlsx__hidden_lines_and_pale_letters() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("S")
        for at, looks in enumerate(
            (
                {"font_color": "#FFFFFF"},
                {"font_color": "#112233", "bg_color": "#112233"},
                {"font_color": "#FFFFFF", "bg_color": "#1F3864"},
                {"font_color": "#767676"},
                {"font_color": "#FFFFFF", "bg_color": "#FFF9E5"},
                {"font_size": 1},
            )
        ):
            sheet.write(at, 0, "Agree", book.add_format(looks))
        sheet.set_row(7, None, None, {"hidden": True})
        sheet.set_column(2, 3, None, None, {"hidden": True})
        sheet.write("C8", "Agree")
    told = guarded(out.getvalue()).notes["S"]
    assert told.pale == {"A1", "A2", "A5", "A6"}
    assert (told.hidden_rows, told.hidden_columns) == ({7}, {2, 3})


def test_xlsx__line_from_corner_to_corner_crosses_out() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("S")
        for at, looks in enumerate(({"diag_type": 3, "diag_border": 1}, {"border": 1}, {})):
            sheet.write(at, 0, "Agree", book.add_format(looks))
        words = "We ", book.add_format({"font_strikeout": True}), "never ", book.add_format(
            {"bold": True}), "agreed"  # fmt: skip
        sheet.write_rich_string(3, 0, *words, book.add_format({"diag_type": 1, "diag_border": 1}))
        sheet.write_rich_string(4, 0, *words)
    told = guarded(out.getvalue()).notes["S"]
    assert told.struck == {"A1", "A4"}
    assert set(told.partly_struck) == {"A5"}


def test_xlsx__paper_of_the_theme_is_white() -> None:
    def edit(part: bytes) -> bytes:
        return part.replace(b'<color rgb="FFFF0000"/>', b'<color theme="0"/>')

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        red = book.add_format({"font_color": "#FF0000"})
        book.add_worksheet("S").write("A1", "Agree", red)
    assert guarded(out.getvalue()).notes["S"].pale == set()
    assert guarded(edited(out.getvalue(), {"xl/styles.xml": edit})).notes["S"].pale == {"A1"}


def test_ods__hidden_lines_and_pale_letters() -> None:
    looks = "".join(
        f'<style:style style:name="{name}" style:family="table-cell">'
        f'<style:table-cell-properties fo:background-color="{behind}"/>'
        f'<style:text-properties fo:color="{letters}" fo:font-size="{size}"/></style:style>'
        for name, letters, behind, size in (
            ("white", "#ffffff", "transparent", "10pt"),
            ("same", "#112233", "#112233", "10pt"),
            ("head", "#ffffff", "#1f3864", "10pt"),
            ("tiny", "#000000", "transparent", "1pt"),
        )
    ) + "".join(
        f'<style:style style:name="{name}" style:family="table-cell">'
        f'<style:table-cell-properties style:diagonal-bl-tr="{line}"/></style:style>'
        for name, line in (
            ("lined", "0.06pt solid #000000"),
            ("plain", "none"),
            ("gnumeric", "0.000cm none #c7c7c7"),
        )
    )

    def edit(part: bytes) -> bytes:
        part = part.replace(
            b"</office:automatic-styles>", looks.encode() + b"</office:automatic-styles>"
        )
        return part.replace(
            b"<table:table-row>",
            b'<table:table-column table:number-columns-repeated="2"/>'
            b'<table:table-column table:visibility="collapse"/>'
            b'<table:table-row table:visibility="filter">',
            1,
        )

    cells = "".join(
        _ods_cell("<text:p>Agree</text:p>", style=name)
        for name in ("white", "same", "head", "tiny", "lined", "plain", "gnumeric")
    )
    told = guarded(edited(_ods(cells), {"content.xml": edit})).notes["S"]
    assert told.pale == {"A1", "B1", "D1"}
    assert told.struck == {"E1"}
    assert (told.hidden_rows, told.hidden_columns) == ({0}, {2})


def test_ods__embedded_text_is_no_chart() -> None:
    spaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "chart", "text")
    )
    frame = '<draw:frame draw:name="{0}"><draw:object xlink:href="./{0}"/></draw:frame>'
    data = _ods("", f"<table:shapes>{frame.format('Letter')}{frame.format('Bars')}</table:shapes>")
    inner = {
        f"{name}/content.xml": f"<office:document-content {spaces}><office:body><office:{kind}/>"
        "</office:body></office:document-content>".encode()
        for name, kind in (("Letter", "text"), ("Bars", "chart"))
    }
    result = guarded(packed(parts_of(data) | inner | {"Bars/meta.xml": b"<x/>"}))
    assert result.notes["S"].objects == (
        PlacedObject("an embedded document", "Letter"),
        PlacedObject(CHART, "Bars"),
    )
    assert [one.code for one in result.findings] == []


def test_ods__boxes_to_tick_are_told() -> None:
    form = (
        '<office:forms xmlns:form="urn:oasis:names:tc:opendocument:xmlns:form:1.0"><form:form>'
        '<form:checkbox form:label="We do not agree" form:current-state="checked"/>'
        "</form:form></office:forms>"
    )
    assert guarded(_ods("", form)).notes["S"].objects == (
        PlacedObject(CONTROL, "We do not agree, ticked"),
    )


def test_xls__line_from_corner_to_corner_crosses_out() -> None:
    fonts = record(FONT, struct.pack("<HHH", 200, 0, 0x7FFF) + bytes(10))
    formats = b"".join(
        record(XF, bytes(10) + struct.pack("<II", ways << 30, line << 21) + struct.pack("<H", 0))
        for ways, line in ((0, 0), (3, 1), (1, 1), (3, 0), (0, 1))
    )
    texts = record(SST, struct.pack("<II", 5, 1) + struct.pack("<HB", 5, 0) + b"Agree")
    cells = b"".join(_label(row, row, 0) for row in range(5))
    result = scan_xls(stream(cells, extra=fonts + formats + texts))
    assert not isinstance(result, Finding)
    (told,) = result.notes.values()
    assert told.struck == {"A2", "A3"}


@pytest.mark.parametrize(("ways", "line", "struck"), [(1, 1, {"A1"}), (3, 0, set()), (0, 1, set())])
def test_xlsb__line_from_corner_to_corner_crosses_out(
    ways: int, line: int, struck: set[str]
) -> None:
    font = brt(43, struct.pack("<HH", 200, 0) + bytes(20))
    sides = brt(46, bytes([ways]) + bytes(40) + bytes([line]) + bytes(9))
    looks = brt(617) + brt(47, struct.pack("<HHHHH", 0, 0, 0, 0, 0) + bytes(6)) + brt(618)
    parts = parts_of(xlsb({"S": [(6, "Agree")]})) | {"xl/styles.bin": font + sides + looks}
    assert guarded(packed(parts)).notes["S"].struck == struck


def test_xls__hidden_lines_and_pale_letters() -> None:
    palette = record(0x92, struct.pack("<H", 1) + b"\x11\x22\x33\0")
    fonts = b"".join(
        record(FONT, struct.pack("<HHH", size, 0, colour) + bytes(10))
        for size, colour in ((200, 0x7FFF), (200, 9), (200, 8), (20, 0x7FFF))
    )
    formats = b"".join(
        record(
            XF,
            struct.pack("<HH", font, 0)
            + bytes(13)
            + bytes([fill << 2])
            + struct.pack("<H", behind),
        )
        for font, fill, behind in ((0, 0, 0), (1, 0, 0), (2, 1, 8), (1, 1, 8), (3, 0, 0))
    )
    texts = record(SST, struct.pack("<II", 5, 1) + struct.pack("<HB", 5, 0) + b"Agree")
    cells = b"".join(_label(row, row, 0) for row in range(5))
    lines = record(0x208, struct.pack("<HHHHIHH", 2, 0, 1, 255, 0, 0x20, 0)) + record(
        0x7D, struct.pack("<HHHHHH", 3, 4, 100, 0, 1, 0)
    )
    result = scan_xls(stream(lines + cells, extra=palette + fonts + formats + texts))
    assert not isinstance(result, Finding)
    (told,) = result.notes.values()
    assert told.pale == {"A2", "A3", "A5"}
    assert (told.hidden_rows, told.hidden_columns) == ({2}, {3, 4})


@pytest.mark.parametrize(
    ("font", "fill", "pale"), [(1, 0, {"A1"}), (0, 0, set()), (1, 1, set()), (2, 0, {"A1"})]
)
def test_xlsb__hidden_lines_and_pale_letters(font: int, fill: int, pale: set[str]) -> None:
    none, white, dark = (
        bytes([kind << 1, 0, 0, 0]) + colour + b"\xff"
        for kind, colour in ((0, b"\0\0\0"), (2, b"\xff\xff\xff"), (2, b"\x1f\x38\x64"))
    )
    fonts = b"".join(
        brt(43, struct.pack("<HH", size, 0) + bytes(8) + one + bytes(4))
        for size, one in ((200, none), (200, white), (20, none))
    )
    fills = b"".join(
        brt(45, struct.pack("<I", kind) + one + none) for kind, one in ((0, none), (1, dark))
    )
    looks = brt(617) + brt(47, struct.pack("<HHHH", 0, 0, font, fill) + bytes(8)) + brt(618)
    parts = parts_of(xlsb({"S": [(6, "Agree")]}))
    lines = brt(60, struct.pack("<IIIIH", 2, 3, 100, 0, 1)) + brt(
        0, struct.pack("<IIHBBB", 7, 0, 300, 0, 0x10, 0)
    )
    parts["xl/worksheets/sheet1.bin"] = lines + parts["xl/worksheets/sheet1.bin"]
    told = guarded(packed(parts | {"xl/styles.bin": fonts + fills + looks})).notes["S"]
    assert told.pale == pale
    assert (told.hidden_rows, told.hidden_columns) == ({7}, {2, 3})


def test_xlsx__rows_and_columns_of_no_size_however_they_are_quoted() -> None:
    rows = (
        b'<row r=\'2\' ht=\'0\' customHeight=\'1\'/><row r="3" ht="0.00"/><row r="4" ht="0.5"/>'
        b'<row r="5" hidden="0"><c r="A5" t="inlineStr"><is><t>hidden="1" ht="0"</t></is></c></row>'
    )
    columns = (
        b"<cols><col min='2' max='3' width='0'/><col min=\"5\" max=\"5\" hidden=\"true\"/></cols>"
    )
    part = b"<worksheet>" + columns + b"<sheetData>" + rows + b"</sheetData></worksheet>"
    assert hidden_rows(part) == {1, 2}
    assert hidden_rows(part.replace(b'hidden="', b'shown="')) == {1, 2}
    assert hidden_columns(part) == {1, 2, 4}
    assert hidden_rows(part.replace(b"customHeight='1'", b"hidden='0' hidden='1'")) == {1, 2}


WHITE, DARK = {"font_color": "#FFFFFF"}, {"font_color": "#FFFFFF", "bg_color": "#1F3864"}
GONE, NOTHING = {"font_strikeout": True}, {"num_format": ";;;"}
UNSEEN, STRUCK, MASKED = "pale", "struck", "masked"
_RULES: list[tuple[list[tuple[dict[str, Any], dict[str, Any]]], str]] = [
    ([({"type": "formula", "criteria": "=TRUE"}, WHITE)], UNSEEN),
    ([({"type": "formula", "criteria": "=LEN(A1)>0"}, GONE)], STRUCK),
    ([({"type": "formula", "criteria": '=AND($A1<>"",NOT(ISBLANK(A1)),1=1)'}, NOTHING)], MASKED),
    ([({"type": "cell", "criteria": "==", "value": '"agree"'}, WHITE)], UNSEEN),
    ([({"type": "cell", "criteria": "!=", "value": '"Disagree"'}, GONE)], STRUCK),
    ([({"type": "text", "criteria": "begins with", "value": "Ag"}, NOTHING)], MASKED),
    ([({"type": "no_blanks"}, {"bg_color": "#000000"})], UNSEEN),
    ([({"type": "formula", "criteria": "=$B$1>3"}, WHITE)], UNSEEN),
    # where it does not hold, or what it does can be seen
    ([({"type": "formula", "criteria": "=ISBLANK(A1)"}, WHITE)], ""),
    ([({"type": "formula", "criteria": "=LEN(A1)>20"}, GONE)], ""),
    ([({"type": "formula", "criteria": "=A2<>0"}, WHITE)], ""),
    ([({"type": "cell", "criteria": "==", "value": '"Disagree"'}, NOTHING)], ""),
    ([({"type": "formula", "criteria": "=TRUE"}, DARK)], ""),
    ([({"type": "no_blanks"}, {"num_format": "@"})], ""),
    # where that is not worked out
    ([({"type": "duplicate"}, WHITE)], ""),
    ([({"type": "formula", "criteria": "=COUNTIF(A:A,A1)>0"}, GONE)], ""),
    ([({"type": "formula", "criteria": "=C1=1"}, WHITE)], ""),
    ([({"type": "formula", "criteria": "=ISBLANK(D1)"}, WHITE)], ""),
]


@pytest.mark.parametrize(("rules", "told"), _RULES, ids=[str(rule) for rule, _ in _RULES])
def test_xlsx__a_conditional_format_hides_where_it_certainly_holds(
    rules: list[tuple[dict[str, Any], dict[str, Any]]], told: str
) -> None:
    _assert_told(_with_rules(rules), told)


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        # the one before decides, of what it says
        ([({"type": "no_blanks"}, {"bg_color": "#1F3864"}), ({"type": "no_blanks"}, WHITE)], ""),
        ([({"type": "no_blanks"}, {"font_color": "#FF0000"}), ({"type": "no_blanks"}, WHITE)], ""),
        ([({"type": "blanks"}, {"bg_color": "#1F3864"}), ({"type": "no_blanks"}, WHITE)], UNSEEN),
        ([({"type": "duplicate"}, {"bg_color": "#1F3864"}), ({"type": "no_blanks"}, WHITE)], ""),
        ([({"type": "duplicate"}, {"bold": True}), ({"type": "no_blanks"}, GONE)], STRUCK),
        # letters of one on the paper of another
        ([({"type": "no_blanks"}, {"bg_color": "#FFFFFF"}), ({"type": "no_blanks"}, DARK)], UNSEEN),
        (
            [({"type": "no_blanks", "stop_if_true": True}, {"bold": True}),
             ({"type": "no_blanks"}, GONE)],
            "",
        ),
        (
            [({"type": "duplicate", "stop_if_true": True}, {"bold": True}),
             ({"type": "no_blanks"}, GONE)],
            "",
        ),
    ],
)  # fmt: skip
def test_xlsx__of_several_conditional_formats_the_first_decides(
    rules: list[tuple[dict[str, Any], dict[str, Any]]], told: str
) -> None:
    _assert_told(_with_rules(rules), told)


def test_xlsx__a_conditional_format_may_show_what_the_cell_hides() -> None:
    dark = {"type": "no_blanks"}, {"bg_color": "#1F3864"}
    data = _with_rules([dark], {"font_color": "#FFFFFF"})
    _assert_told(data, "")
    assert guarded(data).notes["S"].pale == {"A1"}


def test_xlsx__words_in_fonts_of_their_own_stay_as_they_are_on_like_paper() -> None:
    """Rules that give paper the colour of paper show nothing of them, nor hide them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("S")
        white, pale = book.add_format(WHITE), book.add_format({**WHITE, "bg_color": "#FFF9E3"})
        dark = book.add_format({"font_color": "#112233"})
        sheet.write_rich_string("A1", white, "We ", white, "never")
        sheet.write_rich_string("A2", dark, "We ", white, "never")
        sheet.write_rich_string("A3", dark, "We ", dark, "agreed", pale)
        sheet.write_rich_string("A4", white, "We ", white, "never")
        sheet.write("A5", "Agree")
        rule = {"type": "no_blanks"}
        sheet.conditional_format("A5", {**rule, "format": white})
        sheet.conditional_format(
            "A1:A3", {**rule, "format": book.add_format({"bg_color": "#FFFFFF"})}
        )
        sheet.conditional_format("A4", {**rule, "format": book.add_format({"bg_color": "#1F3864"})})
    grid = read_grid(guarded(out.getvalue()))
    assert not isinstance(grid, Finding)
    assert grid.sheets[0].notes.pale == {"A1", "A5"}
    assert grid.sheets[0].notes.partly_pale == {"A2": "never"}


def test_xlsx__a_conditional_format_of_newer_kind_says_its_look_itself() -> None:
    office = b"http://schemas.microsoft.com/office/"
    rule = (
        b'<extLst><ext xmlns:x14="' + office + b'spreadsheetml/2009/9/main" xmlns:xm="' + office
        + b'excel/2006/main"><x14:conditionalFormattings><x14:conditionalFormatting>'
        b'<x14:cfRule type="expression" priority="1" id="{1}"><xm:f>A1="Agree"</xm:f>'
        b"<x14:dxf><font><strike/></font></x14:dxf></x14:cfRule><xm:sqref>A1:A2</xm:sqref>"
        b"</x14:conditionalFormatting></x14:conditionalFormattings></ext></extLst></worksheet>"
    )  # fmt: skip
    edit = replacing(b"</worksheet>", rule)
    _assert_told(edited(_with_rules([]), {"xl/worksheets/sheet1.xml": edit}), STRUCK)


def _with_rules(
    rules: list[tuple[dict[str, Any], dict[str, Any]]], looks: dict[str, Any] | None = None
) -> bytes:
    """A workbook with an answer under rules, an empty cell, and others that they look at."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("S")
        sheet.write("A1", "Agree", book.add_format(looks) if looks else None)
        sheet.write("A3", "Agree")
        sheet.write("B1", 4)
        sheet.write_formula("C1", "=1", None, 1)
        sheet.write_formula("D1", "=1/0", None, "#DIV/0!")
        for rule, look in rules:
            sheet.conditional_format("A1:A2", {**rule, "format": book.add_format(look)})
    return out.getvalue()


def _assert_told(data: bytes, told: str) -> None:
    """Say what of a cell is not seen, and that nothing of the kind is told of any other."""
    grid = read_grid(guarded(data))
    assert not isinstance(grid, Finding)
    notes = grid.sheets[0].notes
    found = {name: set(getattr(notes, name)) for name in (UNSEEN, STRUCK, MASKED)}
    assert found == {name: {"A1"} if name == told else set() for name in found}


def _ods_under(condition: str, *, listed: bool, look: str = 'fo:color="#ffffff"') -> bytes:
    """A sheet with an answer under a condition: one that is listed, or one of its style."""
    style = (
        '<style:style style:name="C_5f_1" style:display-name="C_1" style:family="table-cell">'
        f"<style:text-properties {look}/></style:style><number:number-style "
        'xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" style:name="N1">'
        "<number:text/></number:number-style>"
        '<style:style style:name="C_5f_2" style:display-name="C_2" style:family="table-cell" '
        'style:data-style-name="N1"/><style:style style:name="under" style:family="table-cell">'
    )
    condition = condition.replace('"', "&quot;").replace("<", "&lt;")
    name = "C_5f_2" if look == "" else "C_5f_1"
    if not listed:
        style += (
            f'<style:map style:condition="{condition}" style:apply-style-name="{name}" '
            'style:base-cell-address="$S.$A$1"/>'
        )
    style += "</style:style></office:automatic-styles>"
    rule = (
        '<calcext:conditional-formats xmlns:calcext="urn:org:documentfoundation:names:experimental:'
        'calc:xmlns:calcext:1.0"><calcext:conditional-format '
        'calcext:target-range-address="S.A1:S.A1">'
        f'<calcext:condition calcext:apply-style-name="{name.replace("_5f", "")}" '
        f'calcext:value="{condition}" calcext:base-cell-address="S.A1"/>'
        "</calcext:conditional-format></calcext:conditional-formats></table:table>"
    )

    def edit(part: bytes) -> bytes:
        part = part.replace(b"</office:automatic-styles>", style.encode())
        return part.replace(b"</table:table>", rule.encode(), 1) if listed else part

    cells = _ods_cell("<text:p>Agree</text:p>", style="under") + _ods_cell("<text:p>Agree</text:p>")
    return edited(_ods(cells), {"content.xml": edit})


@pytest.mark.parametrize(
    ("condition", "look", "told"),
    [
        ("formula-is(LEN([.A1])>0)", 'fo:color="#ffffff"', UNSEEN),
        ("formula-is(TRUE())", 'fo:font-size="1pt"', UNSEEN),
        ('="Agree"', 'style:text-line-through-style="solid"', STRUCK),
        ('!="Disagree"', "", MASKED),
        ('contains-text("gre")', 'style:text-line-through-style="solid"', STRUCK),
        ('ends-with("ree")', "", MASKED),
        ('begins-with("dis")', "", ""),
        ("between(1,3)", 'fo:color="#ffffff"', ""),
        ("duplicate", 'fo:color="#ffffff"', ""),
        ('formula-is([.A1]<>"")', 'fo:color="#112233"', ""),
        ("of:is-true-formula([.$B1]=[.A1])", 'fo:color="#ffffff"', UNSEEN),
        ('cell-content()="Agree"', "", MASKED),
        ("cell-content-is-not-between(1,3)", 'style:text-line-through-style="solid"', STRUCK),
        ("cell-content()=4", 'fo:color="#ffffff"', ""),
    ],
)
def test_ods__a_conditional_format_hides_where_it_certainly_holds(
    condition: str, look: str, told: str
) -> None:
    _assert_told(_ods_under(condition, listed="content" not in condition, look=look), told)


def test_xlsx__words_that_nobody_sees_among_others() -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("S")
        white, small = book.add_format(WHITE), book.add_format({"font_size": 1})
        navy, bold = book.add_format({"bg_color": "#1F3864"}), book.add_format({"bold": True})
        pale = book.add_format({"font_color": "#FFFFFF", "italic": True})
        sheet.write_rich_string("A1", "We ", white, "never ", bold, "agreed", small, " Jo")
        sheet.write_rich_string("A2", bold, "We ", white, "never", navy)
        sheet.write_rich_string("A3", white, "We ", small, "never")
        sheet.write_rich_string("A4", bold, "We ", bold, "never", pale)
        sheet.write_rich_string("A5", "We ", bold, "never")
    told = guarded(out.getvalue()).notes["S"]
    assert told.partly_pale == {"A1": "never  Jo"}
    assert told.pale == {"A3"}


def test_ods__words_that_nobody_sees_among_others() -> None:
    looks = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties {said}/>'
        "</style:style>"
        for name, said in (
            ("white", 'fo:color="#ffffff"'),
            ("small", 'fo:font-size="2pt"'),
            ("usual", 'fo:font-size="11pt" fo:color="#000000"'),
        )
    )

    def edit(part: bytes) -> bytes:
        end = b"</office:automatic-styles>"
        return part.replace(end, looks.encode() + end)

    def span(style: str, text: str) -> str:
        return f'<text:span text:style-name="{style}">{text}</text:span>'

    inner = span("white", "never " + span("usual", "ever "))
    cells = "".join(
        _ods_cell(f"<text:p>{text}</text:p>")
        for text in (f"We {inner}agreed{span('small', ' Jo')}", span("white", "We"), "We")
    )
    told = guarded(edited(_ods(cells), {"content.xml": edit})).notes["S"]
    assert told.partly_pale == {"A1": "never  Jo"}
    assert told.pale == {"B1"}


def test_xls__words_that_nobody_sees_among_others() -> None:
    fonts = b"".join(
        record(FONT, struct.pack("<HHH", size, 0, colour) + bytes(10))
        for size, colour in ((200, 0x7FFF), (200, 9), (20, 0x7FFF))
    )
    formats = record(XF, struct.pack("<HH", 0, 0) + bytes(16))
    texts = struct.pack("<II", 2, 2)
    for font in (1, 2):
        texts += struct.pack("<HBH", 7, 8, 2) + b"We nope" + struct.pack("<HHHH", 3, font, 6, 0)
    cells = _label(0, 0, 0) + _label(1, 0, 1)
    result = scan_xls(stream(cells, extra=fonts + formats + record(SST, texts)))
    assert not isinstance(result, Finding)
    (told,) = result.notes.values()
    assert told.partly_pale == {"A1": "nop", "A2": "nop"}
    assert (told.pale, told.partly_struck) == (set(), {})


def test_xlsb__words_that_nobody_sees_among_others() -> None:
    none, white = (bytes([kind << 1, 0, 0, 0]) + 3 * b"\xff" + b"\xff" for kind in (0, 2))
    fonts = b"".join(
        brt(43, struct.pack("<HH", size, 0) + bytes(8) + one + bytes(4))
        for size, one in ((200, none), (200, white), (20, none))
    )
    looks = brt(617) + brt(47, struct.pack("<HHHH", 0, 0, 0, 0) + bytes(8)) + brt(618)
    texts = b"".join(
        brt(19, b"\x01" + wide("We nope") + struct.pack("<IHHHH", 2, 3, font, 6, 0))
        for font in (1, 2)
    )
    beside = {"xl/styles.bin": fonts + looks, "xl/sharedStrings.bin": brt(159, bytes(8)) + texts}
    data = packed(parts_of(xlsb({"S": [(7, 0), (7, 1)]})) | beside)
    told = guarded(data).notes["S"]
    assert told.partly_pale == {"A1": "nop", "A2": "nop"}
    assert (told.pale, told.partly_struck) == (set(), {})


def test_looks__more_than_anybody_paints_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[object] = []
    monkeypatch.setattr(styles, "is_pale", lambda *pair: bool(compared.append(pair)))
    looks = [Look(letters=of_hex(f"{n:06x}")) for n in range(40)] + [Look(struck=False), Look()]
    worn = {(of_hex(f"{n:06x}"), of_hex("ffffff")) for n in range(3000)}
    assert styles.which_hide(looks, worn) == frozenset(range(40))
    assert compared == []
    few = styles.which_hide(looks[:2], set(list(worn)[:5]))
    assert (few, len(compared) < 40) == (frozenset(), True)
    before = len(compared)
    styles.which_hide(looks[:2], set(list(worn)[:5]))
    assert len(compared) == before, "worked out once for all sheets"
