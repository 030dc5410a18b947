"""Workbooks whose parts stand elsewhere or are named otherwise: followed as Excel does."""

from __future__ import annotations

import re
import struct
from typing import Any

import pytest

from tests.factory import Workbook
from tests.ingest.binary import record, wide, xlsb_parts
from tests.ingest.packages import packed, parts_of
from xlassess.ingest.formats.kinds import Guarded, guard
from xlassess.ingest.reading.cells.grid import read_grid
from xlassess.model.finding import Finding

_RELS = "xl/_rels/workbook.xml.rels"
_MAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def _rows(data: bytes) -> dict[str, list[list[Any]]]:
    result = guard(data)
    assert isinstance(result, Guarded), result
    grid = read_grid(result)
    assert not isinstance(grid, Finding)
    return {sheet.name: sheet.rows for sheet in grid.sheets}


def _renamed(parts: dict[str, bytes], old: str, new: str) -> dict[str, bytes]:
    return {name.replace(old, new): part for name, part in parts.items()}


def _workbook_elsewhere(parts: dict[str, bytes]) -> dict[str, bytes]:
    parts = _renamed(
        _renamed(parts, "xl/workbook.xml", "xl/book/b.xml"), "xl/_rels/", "xl/book/_rels/"
    )
    parts = _renamed(parts, "workbook.xml.rels", "b.xml.rels")
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"xl/workbook.xml", b"/xl/book/b.xml")
    rels = parts["xl/book/_rels/b.xml.rels"]
    parts["xl/book/_rels/b.xml.rels"] = rels.replace(b'Target="', b'Target="../')
    types = parts["[Content_Types].xml"]
    parts["[Content_Types].xml"] = types.replace(b"/xl/workbook.xml", b"/xl/book/b.xml")
    return parts


def _sheets_at_the_top(parts: dict[str, bytes]) -> dict[str, bytes]:
    parts = _renamed(parts, "xl/worksheets/", "pages/")
    return parts | {_RELS: parts[_RELS].replace(b'"worksheets/', b'"../pages/')}


def _texts_and_styles_by_other_names(parts: dict[str, bytes]) -> dict[str, bytes]:
    parts = _renamed(_renamed(parts, "xl/sharedStrings.xml", "words.xml"), "xl/styles", "xl/looks")
    rels = parts[_RELS].replace(b'"sharedStrings.xml"', b'"/words.xml"')
    return parts | {_RELS: rels.replace(b'"styles.xml"', b'"looks.xml"')}


def _spaces_in_targets(parts: dict[str, bytes]) -> dict[str, bytes]:
    parts = _renamed(parts, "xl/worksheets/sheet", "xl/worksheets/sheet no ")
    return parts | {_RELS: parts[_RELS].replace(b"worksheets/sheet", b"worksheets/sheet%20no%20")}


def _spaces_in_names(parts: dict[str, bytes]) -> dict[str, bytes]:
    parts = _renamed(parts, "xl/worksheets/sheet", "xl/worksheets/sheet%20no%20")
    return parts | {_RELS: parts[_RELS].replace(b"worksheets/sheet", b"worksheets/sheet no ")}


def _spaces_in_both(parts: dict[str, bytes]) -> dict[str, bytes]:
    parts = _renamed(parts, "xl/worksheets/sheet", "xl/worksheets/sé%20")
    return parts | {_RELS: parts[_RELS].replace(b"worksheets/sheet", b"worksheets/s%C3%A9%20")}


def _spaces_in_the_name_of_the_workbook(parts: dict[str, bytes]) -> dict[str, bytes]:
    parts = _workbook_elsewhere(parts)
    parts = _renamed(parts, "xl/book/b.xml", "xl/book/our own.xml")
    parts = _renamed(parts, "book/_rels/b.xml", "book/_rels/our own.xml")
    for name in ("_rels/.rels", "[Content_Types].xml"):
        parts[name] = parts[name].replace(b"xl/book/b.xml", b"xl/book/our%20own.xml")
    return parts


def _backslashes(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {name.replace("/", "\\"): part for name, part in parts.items()}


def _in_a_folder_named_by_a_dot(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {f"./{name}": part for name, part in parts.items()}


def _dots(parts: dict[str, bytes]) -> dict[str, bytes]:
    return parts | {_RELS: re.sub(rb'Target="', b'Target="./../xl/', parts[_RELS])}


def _capitals(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {name.replace("worksheets", "WorkSheets"): part for name, part in parts.items()}


@pytest.mark.parametrize(
    "moved",
    [
        _workbook_elsewhere, _sheets_at_the_top, _texts_and_styles_by_other_names, _backslashes,
        _dots, _capitals, _spaces_in_targets, _spaces_in_names, _spaces_in_both,
        _spaces_in_the_name_of_the_workbook, _in_a_folder_named_by_a_dot,
    ],
)  # fmt: skip
def test_xlsx__read_alike_wherever_its_parts_stand(kinds: Workbook, moved: Any) -> None:
    assert _rows(packed(moved(parts_of(kinds.data)))) == _rows(kinds.data)


def test_xlsx__another_part_by_the_usual_name_is_not_taken(kinds: Workbook) -> None:
    """The package says which part is the workbook; what else bears its name does not count."""
    parts = _workbook_elsewhere(parts_of(kinds.data))
    decoy = {"xl/workbook.xml": b"<workbook><sheets/></workbook>"}
    assert _rows(packed(parts | decoy)) == _rows(kinds.data)


@pytest.mark.parametrize(
    ("kind", "words", "codes"),
    [
        ("chartsheet", "the chart sheet “Extra”", ["G19"]),
        ("dialogsheet", "the dialog sheet “Extra”", ["G19"]),
        ("xlMacrosheet", "the macro sheet “Extra”", ["G16", "G19"]),
    ],
)
def test_xlsx__other_sheets_are_told_and_hold_nothing_up(
    kinds: Workbook, kind: str, words: str, codes: list[str]
) -> None:
    parts = parts_of(kinds.data)
    folder = "macrosheets" if kind == "xlMacrosheet" else "chartsheets"
    target = f"{folder}/sheet1.xml"
    related = (
        f'<Relationship Id="rId99" Type="http://schemas.microsoft.com/office/2006/relationships/'
        f'{kind}" Target="{target}"/></Relationships>'
    )
    parts[_RELS] = parts[_RELS].replace(b"</Relationships>", related.encode())
    sheet = '<sheet name="Extra" sheetId="99" r:id="rId99"/></sheets>'
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"</sheets>", sheet.encode())
    data = packed(parts | {f"xl/{target}": b"<sheet><sheetData/></sheet>"})
    result = guard(data)
    assert isinstance(result, Guarded)
    assert [finding.code for finding in result.findings] == codes
    assert words in result.findings[-1].message
    assert _rows(data) == _rows(kinds.data)


def test_xlsb__read_alike_wherever_its_parts_stand() -> None:
    parts = xlsb_parts({"One": [(6, "Agree")], "Two": [(6, "Disagree")]})
    moved = _renamed(parts, "xl/worksheets/", "pages/")
    rels = "xl/_rels/workbook.bin.rels"
    moved[rels] = moved[rels].replace(b"worksheets/", b"/pages/")
    assert (
        _rows(packed(moved)) == _rows(packed(parts)) == {"One": [["Agree"]], "Two": [["Disagree"]]}
    )


def test_xlsb__chart_sheet_is_told_and_holds_nothing_up() -> None:
    parts = xlsb_parts({"One": [(6, "Agree")]})
    bundle = record(156, struct.pack("<II", 0, 9) + wide("rId9") + wide("Chart1"))
    parts["xl/workbook.bin"] = parts["xl/workbook.bin"].replace(record(144), bundle + record(144))
    rels = "xl/_rels/workbook.bin.rels"
    related = b'<Relationship Id="rId9" Type="x/chartsheet" Target="chartsheets/sheet1.bin"/>'
    parts[rels] = parts[rels].replace(b"</Relationships>", related + b"</Relationships>")
    data = packed(parts | {"xl/chartsheets/sheet1.bin": record(129) + record(130)})
    result = guard(data)
    assert isinstance(result, Guarded)
    assert "the chart sheet “Chart1”" in result.findings[0].message
    assert _rows(data)["One"] == [["Agree"]]


def test_content_type__of_macros_is_found_at_any_name(kinds: Workbook) -> None:
    parts = _workbook_elsewhere(parts_of(kinds.data))
    types = parts["[Content_Types].xml"]
    macro = _MAIN.replace(
        b"openxmlformats-officedocument.spreadsheetml.sheet", b"ms-excel.sheet.macroEnabled"
    )
    parts["[Content_Types].xml"] = types.replace(_MAIN, macro)
    result = guard(packed(parts))
    assert isinstance(result, Guarded)
    assert result.kind == "xlsm"
