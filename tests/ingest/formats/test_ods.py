"""The scan of OpenDocument sheets, on sheets written tag by tag."""

from __future__ import annotations

import pytest

from tests.ingest.hostile import ods
from xlassess.ingest.formats.kinds import Guarded, guard
from xlassess.ingest.reading.cells.grid import read_grid
from xlassess.model.finding import Finding

TYPED = b'<table:table-cell office:value-type="string"><text:p>Agree</text:p></table:table-cell>'


def array(rows: int, columns: int, times: int = 1) -> bytes:
    """Return a row that begins with an array formula over so many rows and columns."""
    cell = (
        b'<table:table-cell table:formula="of:=[.D1:.E2]" office:value-type="string"'
        b' table:number-matrix-columns-spanned="%d" table:number-matrix-rows-spanned="%d">'
        b"<text:p>Agree</text:p></table:table-cell>" % (columns, rows)
    )
    return b"<table:table-row>" + cell * times + TYPED * 2 + b"</table:table-row>"


def test_array__every_cell_it_fills_is_noted() -> None:
    below = b"<table:table-row>" + TYPED * 3 + b"</table:table-row>"
    result = guard(ods(array(2, 2) + below))
    assert isinstance(result, Guarded)
    assert result.notes["S"].formulas == {"A1", "B1", "A2", "B2"}


@pytest.mark.parametrize(("rows", "columns", "times"), [(1_048_576, 16_384, 1), (900, 100, 50)])
def test_array__areas_are_bounded(rows: int, columns: int, times: int) -> None:
    result = guard(ods(array(rows, columns, times)))
    assert isinstance(result, Finding)
    assert result.code == "G10"


@pytest.mark.parametrize(
    "name", ["'file:///C:/Users/Jo/last%20year.xlsx'#1 Need", "'https://a.example/b.ods'#S"]
)
def test_copies_of_another_files_cells__are_no_sheets(name: str) -> None:
    """LibreOffice keeps them for formulas that lead there; two may be called alike."""
    row = b"<table:table-row>" + TYPED + b"</table:table-row>"
    inner = b"<table:table table:name='S'>" + row + b"</table:table>"
    nested = row.replace(TYPED, TYPED.replace(b"<text:p>", inner + b"<text:p>"))
    copy = b'</table:table><table:table table:name="' + name.encode() + b'">' + row + nested
    after = b'</table:table><table:table table:name="After">' + row
    result = guard(ods(row + copy * 2 + after))
    assert isinstance(result, Guarded)
    assert list(result.notes) == ["S", "After"]
    grid = read_grid(result)
    assert not isinstance(grid, Finding)
    assert [(sheet.name, sheet.rows) for sheet in grid.sheets] == [
        ("S", [["Agree"]]),
        ("After", [["Agree"]]),
    ]


def test_note_attached_to_a_cell__is_told_without_who_wrote_it() -> None:
    cell = (
        b'<table:table-cell office:value-type="string"><office:annotation>'
        b"<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>Ann</dc:creator>"
        b"<text:p>In <text:span>truth</text:span></text:p><text:p>we disagree</text:p>"
        b"</office:annotation><text:p>Agree</text:p></table:table-cell>"
    )
    result = guard(ods(b"<table:table-row>" + TYPED + cell + TYPED + b"</table:table-row>"))
    assert isinstance(result, Guarded)
    assert {c: t.strip() for c, t in result.notes["S"].attached.items()} == {
        "B1": "In truth we disagree"
    }


def test_drawing_tied_to_a_cell__its_text_is_none_of_the_cells() -> None:
    """LibreOffice writes text boxes that came from Excel so."""
    draw = b' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    box = (
        b"<draw:g" + draw + b"><draw:frame><draw:text-box><text:p>In a box</text:p>"
        b"</draw:text-box></draw:frame><draw:line/></draw:g>"
    )
    chart = b"<draw:frame" + draw + b"><draw:object><draw:p/></draw:object></draw:frame>"
    cells = [TYPED, TYPED.replace(b"<text:p>", box + b"<text:p>"), TYPED]
    cells += [b"<table:table-cell>" + chart + b"</table:table-cell>", TYPED]
    result = guard(ods(b"<table:table-row>" + b"".join(cells) + b"</table:table-row>"))
    assert isinstance(result, Guarded)
    grid = read_grid(result)
    assert not isinstance(grid, Finding)
    assert grid.sheets[0].rows == [["Agree", "Agree", "Agree", "", "Agree"]]
    assert {c: t.strip() for c, t in result.notes["S"].attached.items()} == {"B1": "In a box"}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        pytest.param("TextBox 3", 0, id="text-box-of-excel"),
        pytest.param("Rectangle 3", 1, id="rectangle"),
    ],
)
def test_drawing_without_text__an_empty_text_box_is_none(name: str, told: int) -> None:
    draw = b' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
    shape = b"<draw:custom-shape" + draw + b' draw:name="' + name.encode() + b'"><text:p/>'
    cell = TYPED.replace(b"<text:p>", shape + b"</draw:custom-shape><text:p>", 1)
    result = guard(ods(b"<table:table-row>" + cell + b"</table:table-row>"))
    assert isinstance(result, Guarded)
    assert [one.what for one in result.notes["S"].objects] == ["a drawing without text"] * told
