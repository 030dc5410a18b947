"""Files made to harm whoever opens them: small on disk, large in memory, or long to parse."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Mapping

from tests.factory import Workbook
from tests.ingest.packages import edited, packed, parts_of, replacing, sheet_part

VIEWS = "1 Views"
STRINGS = "xl/sharedStrings.xml"
Builder = Callable[[Workbook], bytes]
HOSTILE: dict[str, Builder] = {}


def hostile(builder: Builder) -> Builder:
    """Register a builder of a hostile file."""
    HOSTILE[builder.__name__] = builder
    return builder


def with_parts(book: Workbook, parts: Mapping[str, bytes]) -> bytes:
    """Return the workbook with these parts added or put in the place of its own."""
    return packed(parts_of(book.data) | parts, level=1)


def in_views(book: Workbook, end: bytes) -> bytes:
    """Put something before the end of a sheet's cells."""
    edit = replacing(b"</sheetData>", end + b"</sheetData>")
    return edited(book.data, {sheet_part(book.data, VIEWS): edit})


def noise(count: int) -> bytes:
    """Return this many characters that cannot be squeezed by much more than half."""
    return random.Random(count).randbytes(count // 2).hex().encode()


def mixed_pieces(count: int, *pieces: bytes) -> bytes:
    """Return pieces in no order, so that they are not squeezed beyond measure."""
    chance = random.Random(count)
    if len(pieces) != 2:
        return b"".join(chance.choices(pieces, k=count))
    # Drawn one by one, millions take seconds: a byte at random stands for eight of two kinds.
    eights = [b"".join(pieces[byte >> bit & 1] for bit in range(8)) for byte in range(256)]
    return b"".join(map(eights.__getitem__, chance.randbytes(count // 8)))


@hostile
def cells_without_end(book: Workbook) -> bytes:
    """Half a million cells, each with a value, within the area that is allowed."""
    rows = b"".join(
        b'<row r="%d">' % row
        + b"".join(b"<c><v>%d</v></c>" % (row * 2654435761 + n * 40503) for n in range(500))
        + b"</row>"
        for row in range(1001, 1990)
    )
    return in_views(book, rows)


@hostile
def many_wide_sheets(book: Workbook) -> bytes:
    """Two hundred sheets whose last cell lies as far off as one sheet may reach."""
    parts = parts_of(book.data)
    name = sheet_part(book.data, VIEWS)
    far = parts[name].replace(
        b"</sheetData>", b'<row r="9999"><c r="CV9999"><v>1</v></c></row></sheetData>'
    )
    sheets, targets = b"", b""
    for number in range(100, 300):
        parts[f"xl/worksheets/sheet{number}.xml"] = far
        sheets += b'<sheet name="s%d" sheetId="%d" r:id="rIdx%d"/>' % (number, number, number)
        targets += (
            b'<Relationship Id="rIdx%d" Type="http://schemas.openxmlformats.org/officeDocument/'
            b'2006/relationships/worksheet" Target="worksheets/sheet%d.xml"/>' % (number, number)
        )
    book_part, rels = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    parts[book_part] = parts[book_part].replace(b"</sheets>", sheets + b"</sheets>")
    parts[rels] = parts[rels].replace(b"</Relationships>", targets + b"</Relationships>")
    return packed(parts)


@hostile
def million_styles(book: Workbook) -> bytes:
    styles = b"".join(b'<xf numFmtId="%d" fontId="0"/>' % (row % 163) for row in range(1_000_000))
    edit = replacing(b"</cellXfs>", styles + b"</cellXfs>")
    return edited(book.data, {"xl/styles.xml": edit})


@hostile
def huge_shared_strings(book: Workbook) -> bytes:
    texts = b"".join(b"<si><t>%x</t></si>" % (row * 2654435761) for row in range(1_500_000))
    return edited(book.data, {STRINGS: replacing(b"</sst>", texts + b"</sst>")})


@hostile
def empty_shared_strings(book: Workbook) -> bytes:
    texts = b"".join(b"<si/><si><t/></si>" for _ in range(230_000))
    return edited(book.data, {STRINGS: replacing(b"</sst>", texts + b"</sst>")})


@hostile
def long_text_shown_often(book: Workbook) -> bytes:
    count = parts_of(book.data)[STRINGS].count(b"<si>")
    text = b"<si><t>" + noise(1 << 20) + b"</t></si></sst>"
    rows = b"".join(
        b'<row r="%d"><c r="CA%d" t="s"><v>%d</v></c></row>' % (row, row, count)
        for row in range(100, 999)
    )
    data = in_views(book, rows)
    return edited(data, {STRINGS: replacing(b"</sst>", text)})


@hostile
def cell_sized_text_shown_often(book: Workbook) -> bytes:
    """A text no longer than a cell may hold, shown a hundred thousand times."""
    count = parts_of(book.data)[STRINGS].count(b"<si>")
    text = b"<si><t>" + noise(32_000) + b"</t></si></sst>"
    rows = b"".join(
        b'<row r="%d">' % row
        + b"".join(b'<c r="%s%d" t="s"><v>%d</v></c>' % (c, row, count) for c in COLUMNS)
        + b"</row>"
        for row in range(100, 999)
    )
    data = in_views(book, rows)
    return edited(data, {STRINGS: replacing(b"</sst>", text)})


COLUMNS = [b"C" + bytes([65 + i]) for i in range(26)] + [b"B" + bytes([65 + i]) for i in range(26)]


@hostile
def formulas_over_areas(book: Workbook) -> bytes:
    cell = b'<c r="CA%d"><f t="array" ref="A1:CV9000">1</f><v>1</v></c>'
    rows = b"".join(b'<row r="%d">' % row + cell % row + b"</row>" for row in range(100, 999))
    return in_views(book, rows)


@hostile
def merges_upon_merges(book: Workbook) -> bytes:
    merges = b'<mergeCell ref="A1:CV999"/>' * 19
    edit = replacing(b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>")
    return edited(book.data, {sheet_part(book.data, VIEWS): edit})


@hostile
def links_without_end(book: Workbook) -> bytes:
    links = b"".join(b'<hyperlink ref="A%d" location="x"/>' % row for row in range(500_000))
    edit = replacing(b"</sheetData>", b"</sheetData><hyperlinks>" + links + b"</hyperlinks>")
    return edited(book.data, {sheet_part(book.data, VIEWS): edit})


@hostile
def tags_within_tags(book: Workbook) -> bytes:
    return in_views(book, b"<x>" * 500_000 + b"</x>" * 500_000)


@hostile
def attributes_without_end(book: Workbook) -> bytes:
    names = b" ".join(b'a%d="1"' % number for number in range(200_000))
    return in_views(book, b"<row " + names + b"/>")


@hostile
def names_without_end(book: Workbook) -> bytes:
    names = b"".join(b'<definedName name="n%d">1</definedName>' % i for i in range(500_000))
    edit = replacing(b"<definedNames>", b"<definedNames>" + names)
    return edited(book.data, {"xl/workbook.xml": edit})


@hostile
def deep_path(book: Workbook) -> bytes:
    return with_parts(book, {"xl/" + "a/" * 15_000 + "x.xml": b"<x/>"})


@hostile
def many_small_parts(book: Workbook) -> bytes:
    return with_parts(book, {f"xl/x{number}.xml": b"<x/>" for number in range(60_000)})


@hostile
def noise_in_parts(book: Workbook) -> bytes:
    """As much as is unpacked at all, none of it to be squeezed much."""
    return with_parts(
        book, {f"xl/noise{n}.xml": b"<x>" + noise(6 << 20) + b"</x>" for n in range(5)}
    )


@hostile
def ods_repeating_a_text(book: Workbook) -> bytes:
    text = b"<text:p>" + noise(30_000) + b"</text:p>"
    cell = b'<table:table-cell office:value-type="string" table:number-columns-repeated="%d">'
    row = b'<table:table-row table:number-rows-repeated="900">'
    rows = row + cell % 100 + text + b"</table:table-cell></table:table-row>"
    return ods(rows)


def ods(rows: bytes) -> bytes:
    """Return an OpenDocument spreadsheet with these rows in one sheet."""
    names = b"".join(
        b' xmlns:%s="urn:oasis:names:tc:opendocument:xmlns:%s:1.0"' % (name, name)
        for name in (b"office", b"table", b"text")
    )
    content = (
        b'<?xml version="1.0" encoding="UTF-8"?><office:document-content' + names + b">"
        b'<office:body><office:spreadsheet><table:table table:name="S">' + rows + b"</table:table>"
        b"</office:spreadsheet></office:body></office:document-content>"
    )
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        b'<manifest:file-entry manifest:full-path="/" manifest:media-type="' + kind + b'"/>'
        b"</manifest:manifest>"
    )
    parts = {"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest}
    return packed(parts, zipfile.ZIP_DEFLATED)


@hostile
def ods_of_spaces(book: Workbook) -> bytes:
    """Spaces are written as their number, which costs nothing on disk."""
    cell = b'<table:table-cell office:value-type="string"><text:p><text:s text:c="%d"/></text:p>'
    rows = cell % 99_999_999 + b"</table:table-cell>"
    return ods(b"<table:table-row>" + rows + b"</table:table-row>")
