"""Hostile markup: nothing of it is large, but some ways of reading it would take for ever."""

from __future__ import annotations

import zipfile

from tests.factory import Workbook
from tests.ingest.hostile import (
    STRINGS,
    VIEWS,
    hostile,
    in_views,
    mixed_pieces,
    noise,
    ods,
    with_parts,
)
from tests.ingest.packages import edited, packed, parts_of, replacing, sheet_part

_WORKSHEET = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"


@hostile
def sheets_of_one_part(book: Workbook) -> bytes:
    """Fifty thousand sheets that all stand in the same part, with as many cells as allowed."""
    rows = b"".join(
        b'<row r="%d">' % row
        + b"".join(b'<c r="%s%d"><v>%d</v></c>' % (c, row, row) for c in (b"CA", b"CB", b"CC"))
        + b"</row>"
        for row in range(100, 999)
    )
    data = in_views(book, rows)
    number = sheet_part(data, VIEWS).removeprefix("xl/worksheets/sheet").removesuffix(".xml")
    target = f"worksheets/sheet{number}.xml".encode()
    relation = b'<Relationship Id="rIdx" Type="' + _WORKSHEET + b'" Target="' + target + b'"/>'
    sheets = b"".join(
        b'<sheet name="s%d" sheetId="%d" r:id="rIdx"/>' % (i, i) for i in range(100, 50_100)
    )
    return edited(
        data,
        {
            "xl/workbook.xml": replacing(b"</sheets>", sheets + b"</sheets>"),
            "xl/_rels/workbook.xml.rels": replacing(
                b"</Relationships>", relation + b"</Relationships>"
            ),
        },
    )


@hostile
def tags_that_mean_nothing(book: Workbook) -> bytes:
    return in_views(book, mixed_pieces(13_000_000, b"<x/>", b"<y/>"))


@hostile
def cells_never_closed(book: Workbook) -> bytes:
    return in_views(book, b'<c r="A1"' * 400_000 + b"<f>")


@hostile
def merges_never_closed(book: Workbook) -> bytes:
    edit = replacing(b"</sheetData>", b"</sheetData>" + b"<mergeCell " * 350_000)
    return edited(book.data, {sheet_part(book.data, VIEWS): edit})


@hostile
def formats_named_in_a_text(book: Workbook) -> bytes:
    """What tells cells in a format apart, and links, as often as can be outside of any tag."""
    text = mixed_pieces(
        1_000_000, *(b' s="%d"' % number for number in range(100)), b"hyperlink ", b">"
    )
    cell = b'<row r="900"><c r="A900" t="inlineStr"><is><t>' + text + b"</t></is></c></row>"
    return in_views(book, cell)


@hostile
def formulas_without_end(book: Workbook) -> bytes:
    return in_views(book, mixed_pieces(13_000_000, b"<f/>", b"<f />"))


@hostile
def merges_each_elsewhere(book: Workbook) -> bytes:
    """Twenty merged cells, each over a hundred thousand cells that answers may stand in."""
    merges = b"".join(b'<mergeCell ref="A%d:CV999"/>' % (row + 1) for row in range(19))
    edit = replacing(b"</sheetData>", b"</sheetData><mergeCells>" + merges + b"</mergeCells>")
    return edited(book.data, {sheet_part(book.data, VIEWS): edit})


@hostile
def numbers_of_texts_never_closed(book: Workbook) -> bytes:
    text = b"<si><t>" + noise(1 << 20) + b"</t></si></sst>"
    data = in_views(book, b"<c " + b'="s"' * 900_000)
    return edited(data, {STRINGS: replacing(b"</sst>", text)})


@hostile
def relations_without_end(book: Workbook) -> bytes:
    end = b"</Relationships>"
    edit = replacing(end, mixed_pieces(1_900_000, b"<x/>", b"<y/>") + end)
    return edited(book.data, {"xl/_rels/workbook.xml.rels": edit})


@hostile
def properties_without_end(book: Workbook) -> bytes:
    end = b"</Properties>"
    edit = replacing(end, mixed_pieces(1_900_000, b"<x/>", b"<y/>") + end)
    return edited(book.data, {"docProps/custom.xml": edit})


@hostile
def namespaces_without_end(book: Workbook) -> bytes:
    spaces = b" ".join(b'xmlns:n%d="u%d"' % (n, n) for n in range(50_000))
    return in_views(book, b"<row " + spaces + b">" + b"<n1:x/>" * 200_000 + b"</row>")


@hostile
def formulas_shared_by_all(book: Workbook) -> bytes:
    rows = b"".join(
        b'<row r="%d">' % row
        + b"".join(b'<c r="C%c%d"><f t="shared" si="0"/><v>1</v></c>' % (c, row) for c in _LETTERS)
        + b"</row>"
        for row in range(100, 999)
    )
    return in_views(book, rows)


_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@hostile
def formats_by_condition(book: Workbook) -> bytes:
    one = b'<conditionalFormatting sqref="A%d:XFD%d"><cfRule type="expression" priority="%d">'
    two = b"<formula>SUM(A1:XFD1048576)</formula></cfRule></conditionalFormatting>"
    rules = b"".join(one % (n, n, n) + two for n in range(1, 200_000))
    edit = replacing(b"</sheetData>", b"</sheetData>" + rules)
    return edited(book.data, {sheet_part(book.data, VIEWS): edit})


@hostile
def lists_to_pick_from(book: Workbook) -> bytes:
    one = b'<dataValidation type="list" sqref="A%d:XFD%d"><formula1>"a,b"</formula1>'
    lists = b"".join(one % (n, n) + b"</dataValidation>" for n in range(1, 300_000))
    lists = b"<dataValidations>" + lists + b"</dataValidations>"
    edit = replacing(b"</sheetData>", b"</sheetData>" + lists)
    return edited(book.data, {sheet_part(book.data, VIEWS): edit})


@hostile
def remarks_on_every_cell(book: Workbook) -> bytes:
    """Something written in every cell below the questions."""
    return in_views(book, rows_of(b"CABDEFGH", 40, 1000, b"x"))


def rows_of(letters: bytes, first: int, end: int, text: bytes) -> bytes:
    """Rows with a text in every column of one or two letters that these begin and end."""
    columns = [b"%c" % c for c in letters] + [b"%c%c" % (b, c) for b in b"AB" for c in _LETTERS]
    cell = b'<c r="%s%d" t="inlineStr"><is><t>' + text + b"</t></is></c>"
    return b"".join(
        b'<row r="%d">' % row + b"".join(cell % (c, row) for c in columns) + b"</row>"
        for row in range(first, end)
    )


def _answers(book: Workbook, text: bytes, times: int) -> bytes:
    """The same item over and over, each time with this text as answer and comment."""
    cell = b'<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>'
    rows = b"".join(
        b'<row r="%d">' % row
        + b"".join(cell % (c, row, b"1A" if c == 65 else text) for c in b"ACDE")
        + b"</row>"
        for row in range(100, 100 + times)
    )
    return in_views(book, rows)


@hostile
def marks_upon_one_letter(book: Workbook) -> bytes:
    """Accents in no order, which take the longer to sort the more there are on one letter."""
    return _answers(book, ("a" + "\u0301\u0323" * 16_000).encode(), 100)


@hostile
def answers_as_long_as_a_cell(book: Workbook) -> bytes:
    return _answers(book, b"agree strongly " * 2180, 120)


@hostile
def numbers_as_long_as_a_cell(book: Workbook) -> bytes:
    return _answers(book, b"1" * 32_700, 120)


@hostile
def spaces_as_long_as_a_cell(book: Workbook) -> bytes:
    return _answers(book, b"1" + b" " * 32_700 + b"x", 120)


@hostile
def items_without_end(book: Workbook) -> bytes:
    return _answers(book, b"Agree", 890)


@hostile
def headings_without_end(book: Workbook) -> bytes:
    cell = b'<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>'
    names = dict(
        zip(b"ABCDE", (b"Item", b"Question", b"Your answer", b"Comments", b"Evidence"), strict=True)
    )
    rows = b"".join(
        b'<row r="%d">' % row
        + b"".join(cell % (c, row, name) for c, name in names.items())
        + b"</row>"
        for row in range(100, 999)
    )
    return in_views(book, rows)


@hostile
def entities_within_entities(book: Workbook) -> bytes:
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
    kind = b'?><!DOCTYPE x [<!ENTITY l0 "ha">' + laughs + b"]>"
    edit = replacing(b"</sst>", b"<si><t>&l9;</t></si></sst>")
    data = edited(book.data, {STRINGS: edit})
    return edited(data, {STRINGS: replacing(b"?>", kind)})


@hostile
def entities_from_elsewhere(book: Workbook) -> bytes:
    kind = b'?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///dev/zero">]>'
    return edited(book.data, {"xl/workbook.xml": replacing(b"?>", kind)})


@hostile
def sheet_said_to_be_gigantic(book: Workbook) -> bytes:
    name = sheet_part(book.data, VIEWS)
    part = parts_of(book.data)[name]
    start = part.index(b"<dimension")
    end = part.index(b"/>", start) + 2
    said = part[:start] + b'<dimension ref="A1:XFD1048576"/>' + part[end:]
    return with_parts(book, {name: said})


@hostile
def cell_at_the_far_end(book: Workbook) -> bytes:
    return in_views(book, b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


@hostile
def columns_and_rows_formatted_to_the_end(book: Workbook) -> bytes:
    rows = b"".join(b'<row r="%d" s="1" customFormat="1"/>' % n for n in range(1000, 200_000))
    return in_views(book, rows)


@hostile
def ods_tags_that_mean_nothing(book: Workbook) -> bytes:
    return ods(mixed_pieces(13_000_000, b"<x/>", b"<y/>"))


@hostile
def ods_tables_within_tables(book: Workbook) -> bytes:
    row = b"<table:table-row><table:table-cell>"
    start = b'<table:table table:name="x">' + row
    end = b"</table:table-cell></table:table-row></table:table>"
    return ods(row + start * 100_000 + end * 100_000 + b"</table:table-cell></table:table-row>")


@hostile
def ods_repeats_within_repeats(book: Workbook) -> bytes:
    cell = b'<table:table-cell table:number-columns-repeated="16384"/>'
    row = b'<table:table-row table:number-rows-repeated="1048576">' + cell * 50
    group = b'<table:table-row-group table:number-rows-repeated="99999999">'
    rows = (row + b"</table:table-row>") * 1_000
    return ods(group * 100 + rows + b"</table:table-row-group>" * 100)


@hostile
def ods_sheets_without_end(book: Workbook) -> bytes:
    row = b'<table:table-row><table:table-cell office:value-type="float" office:value="1"/>'
    end = b"</table:table-row></table:table>"
    more = b"".join(b'<table:table table:name="s%d">' % n + row + end for n in range(100_000))
    return ods(b"</table:table>" + more + b'<table:table table:name="last">')


@hostile
def ods_formulas_repeated(book: Workbook) -> bytes:
    cell = (
        b'<table:table-cell table:formula="of:=1" office:value-type="float" office:value="1" '
        b'table:number-columns-repeated="100"/>'
    )
    return ods(
        b'<table:table-row table:number-rows-repeated="9990">' + cell + b"</table:table-row>"
    )


@hostile
def ods_entities(book: Workbook) -> bytes:
    parts = parts_of(ods(b""))
    kind = b'?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
    return packed(parts | {"content.xml": parts["content.xml"].replace(b"?>", kind, 1)})


@hostile
def raw_data_that_does_not_end(book: Workbook) -> bytes:
    edit = replacing(b"</sst>", b"<![CDATA[" * 400_000 + b"</sst>")
    return packed(parts_of(edited(book.data, {STRINGS: edit})), zipfile.ZIP_STORED)


@hostile
def ods_of_spaces_upon_spaces(book: Workbook) -> bytes:
    """Each run of spaces may be as long as all texts together."""
    runs = b'<text:s text:c="15000000"/>' * 200_000
    cell = b'<table:table-cell office:value-type="string"><text:p>' + runs + b"</text:p>"
    data = ods(b"<table:table-row>" + cell + b"</table:table-cell></table:table-row>")
    return packed(parts_of(data), zipfile.ZIP_STORED)


@hostile
def cell_formats_without_number(book: Workbook) -> bytes:
    """As many formats as there may be tags, each of which displays numbers in its own way."""
    formats = b'<xf numFmtId="9" fontId="0"/>' * 190_000
    edit = replacing(b"</cellXfs>", formats + b"</cellXfs>")
    return packed(parts_of(edited(book.data, {"xl/styles.xml": edit})), zipfile.ZIP_STORED)


@hostile
def links_upon_links(book: Workbook) -> bytes:
    name = sheet_part(book.data, VIEWS)
    links = b'<hyperlink ref="A1" r:id="r"/>' * 300_000
    related = b'<Relationship Id="r" Type="x/hyperlink" Target="https://a.example" TargetMode='
    end = related + b'"External"/></Relationships>'
    folder, _, part = name.rpartition("/")
    rels = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    data = edited(book.data, {name: replacing(b"</hyperlinks>", links + b"</hyperlinks>")})
    parts = parts_of(data) | {f"{folder}/_rels/{part}.rels": rels + end}
    return packed(parts, zipfile.ZIP_STORED)
