"""Registers as people really keep them: other formats, and rows that are not what they seem."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill

from tests.ingest.cfb import xls
from xlassess.assessment.register import HEADINGS, RegisterError, RegisterRead, read_register
from xlassess.assessment.register_marks import xlsx_marks

PEOPLE = (
    ("Larkfield Council", "Pia Penn", "Board", "pia@larkfield.example", ""),
    ("Larkfield Council", "Tom Reed", "", "tom@larkfield.example", ""),
    ("Harbour Trust", "Ivy Hart", "", "", "pat"),
)
STRUCK = Font(strike=True)


def made(change: Callable[[Any], object] = lambda page: None) -> bytes:
    """A register of three people in rows 2 to 4, changed in some way."""
    book = openpyxl.Workbook()
    page = book.active
    for row in (HEADINGS, *PEOPLE):
        page.append([*row])
    change(page)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(source: bytes, name: str = "partners.xlsx") -> RegisterRead:
    return read_register(source, name, ("pat",))


def names(source: bytes) -> list[str]:
    return [person.shown for person in read(source).respondents]


def strike(page: Any, row: int, columns: str = "ABCDE") -> None:
    for column in columns:
        page[f"{column}{row}"].font = STRUCK


def test_struck_row__is_left_out_and_told() -> None:
    result = read(made(lambda page: strike(page, 3)))
    assert [person.name for person in result.respondents] == ["Pia Penn", "Ivy Hart"]
    (remark,) = result.remarks
    assert "Row 3" in remark
    assert "Tom Reed" in remark


def test_second_list_of_people__is_told() -> None:
    def add(page: Any) -> None:
        more = page.parent.create_sheet("More people")
        for row in (HEADINGS, ("Moor Trust", "Ann Lee")):
            more.append(row)
        page.parent.create_sheet("Notes").append(("Partner", "Ask them by May"))
        page.parent.create_sheet("Empty list").append(HEADINGS)

    result = read(made(add))
    assert len(result.respondents) == 3
    assert ["“More people”" in remark for remark in result.remarks] == [True]


def test_row_of_a_partner_alone__is_told_where_others_name_people() -> None:
    def add(page: Any) -> None:
        page.append(("Check with Robin first",))
        page.append(("Fen Volunteers", "", "", "fen@fen.example"))

    result = read(made(add))
    assert len(result.respondents) == 5
    assert ["Check with Robin" in remark for remark in result.remarks] == [True]

    def of_organisations(page: Any) -> None:
        page.delete_cols(2, 4)
        page["A3"] = "Fen Volunteers"

    assert read(made(of_organisations)).remarks == ()


def test_number_for_a_name__is_told() -> None:
    def put(page: Any) -> None:
        page["B3"] = 0

    result = read(made(put))
    assert ["“0” (Larkfield Council)" in remark for remark in result.remarks] == [True]


def test_struck_in_part__is_asked_about() -> None:
    with pytest.raises(RegisterError) as caught:
        read(made(lambda page: strike(page, 3, "D")))
    assert [problem.cell for problem in caught.value.problems] == ["D3"]


def test_hidden_row__counts_and_is_told() -> None:
    def hide(page: Any) -> None:
        page.row_dimensions[4].hidden = True

    result = read(made(hide))
    assert len(result.respondents) == 3
    assert ["Row 4" in remark for remark in result.remarks] == [True]


@pytest.mark.parametrize(
    "row",
    [
        *(("Count: 3", 3), ("Total = 12",), ("Total", 3), ("Grand total:", "3"), ("TOTALS",)),
        ("Sum", "", "", "", "2 / 3"),
    ],
)
def test_total__is_no_partner(row: tuple[object, ...]) -> None:
    result = read(made(lambda page: page.append([*row])))
    assert len(result.respondents) == 3
    assert ["Row 5" in remark for remark in result.remarks] == [True]


def test_total__with_a_person_is_a_partner() -> None:
    result = read(made(lambda page: page.append(["Total", "Marie Roux"])))
    assert result.respondents[-1].shown == "Total, Marie Roux"
    assert result.remarks == ()


def test_merged_partner__is_taken_for_every_row() -> None:
    def merge(page: Any) -> None:
        page["A3"] = None
        page.merge_cells("A2:A3")

    result = read(made(merge))
    assert [person.partner for person in result.respondents] == [row[0] for row in PEOPLE]
    assert ["A2" in remark for remark in result.remarks] == [True]


def test_merged_name__is_one_persons_and_told() -> None:
    def merge(page: Any) -> None:
        page["B3"] = None
        page.merge_cells("B2:B3")

    result = read(made(merge))
    assert [person.name for person in result.respondents][:2] == [PEOPLE[0][1], ""]
    assert ["B2" in remark and "row 2 only" in remark for remark in result.remarks] == [True]


def test_marks__are_the_same_where_plain_cells_are_passed_over() -> None:
    def odd(page: Any) -> None:
        page.row_dimensions[3].hidden = True
        page.merge_cells("A4:A5")
        page["C2"] = "=1/0"
        page["D2"] = 12
        page["F9"] = "a < b & c"

    quick = made(odd)
    slow = repacked(quick, lambda part: part.replace(b"<c r=", b"<c  r="))

    marks = [xlsx_marks(zipfile.ZipFile(io.BytesIO(source))) for source in (quick, slow)]

    assert marks[0] == marks[1]
    sheet = marks[0]["Sheet"]
    assert (sheet.hidden, sheet.last) == ({2}, (8, 5))
    assert sheet.merged.keys() == {(3, 0), (4, 0)}
    assert sheet.faults.keys() == {(1, 2)}


def repacked(source: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with its sheets changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(source)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, change(part) if "worksheets/" in name else part)
    return out.getvalue()


def test_far_corner__a_coloured_cell_costs_nothing() -> None:
    def colour(page: Any) -> None:
        page["XFD1048576"].fill = PatternFill("solid", fgColor="FFFF00")

    assert names(made(colour)) == [f"{row[0]}, {row[1]}" for row in PEOPLE]


def test_far_corner__a_value_is_named_by_its_cell() -> None:
    def write(page: Any) -> None:
        page["XFD1048576"] = "x"

    with pytest.raises(RegisterError) as caught:
        read(made(write))
    assert caught.value.problems[0].cell == "XFD1048576"


def test_far_corner__a_value_in_an_old_workbook_is_named_before_it_is_read() -> None:
    """It cost 55 seconds and 1.8 GB."""
    with pytest.raises(RegisterError) as caught:
        read_register(xls("x", [(0, 0), (65_535, 255)]), "partners.xls", ("pat",))
    assert caught.value.problems[0].cell == "IV65536"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_csv__of_any_language(separator: str, encoding: str) -> None:
    rows = (HEADINGS, ("Café “Ørsted”", "Zoë Ng", "Board", "zoe@cafe.example", "pat"))
    text = "\r\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    (person,) = read(text.encode(encoding), "partners.csv").respondents
    assert (person.partner, person.name, person.level) == (rows[1][0], "Zoë Ng", "board")


def test_csv__that_names_its_separator() -> None:
    text = "sep=;\r\nPartner;Respondent\r\nHarbour, Ltd;Ivy Hart\r\n"
    (person,) = read(text.encode(), "partners.csv").respondents
    assert person.partner == "Harbour, Ltd"


_ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:automatic-styles>
 <style:style style:name="gone" style:family="table-cell"><style:text-properties
 style:text-line-through-style="solid"/></style:style></office:automatic-styles><office:body>
 <office:spreadsheet><table:table table:name="Respondents">{rows}<table:table-row
 table:number-rows-repeated="1048000"><table:table-cell
 table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


def ods(*rows: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        name = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        manifest = (
            f'<m:manifest xmlns:m="{name}"><m:file-entry m:full-path="/" '
            'm:media-type="application/vnd.oasis.opendocument.spreadsheet"/></m:manifest>'
        )
        package.writestr("META-INF/manifest.xml", manifest)
        package.writestr("content.xml", _ODS.format(rows="".join(rows)))
    return out.getvalue()


def ods_row(*texts: str, row: str = "", cell: str = "") -> str:
    cells = "".join(
        f'<table:table-cell office:value-type="string" {cell}><text:p>{text}</text:p>'
        "</table:table-cell>"
        for text in texts
    )
    return f"<table:table-row {row}>{cells}</table:table-row>"


def test_ods__hidden_and_struck_rows_are_told() -> None:
    source = ods(
        ods_row("Partner", "Respondent"),
        ods_row("Council", "Pia"),
        ods_row("Council", "Tom", cell='table:style-name="gone"'),
        ods_row("Trust", "Ivy", row='table:visibility="filter"'),
    )
    result = read(source, "partners.ods")
    assert [person.name for person in result.respondents] == ["Pia", "Ivy"]
    assert [remark.split(" (")[0] for remark in result.remarks] == ["Row 3", "Row 4"]
