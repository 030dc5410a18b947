"""Every workbook xlassess makes can be read, printed and filled in by everybody."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.cell import Cell, MergedCell
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from tests.colours import cell_contrast, contrast, fill_colour, font_colour, rgb
from tests.factory import issue
from tests.made import Made
from xlassess.contract.layout import column_name, layout
from xlassess.model.toolkit import Toolkit

A4 = "9"
CONTRAST = 4.5
PAGE_ROWS = 40
"""Tables longer than this may break over pages, and scroll."""
DIGIT = 7
"""Pixels of a digit in the workbooks' font, by which column widths are counted."""
DEFAULT_COLUMN = 64
"""Pixels of a column whose width is not set."""
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"


def visible(made: Made) -> list[Worksheet]:
    return [sheet for sheet in made.book.worksheets if sheet.sheet_state == "visible"]


def table_rows(made: Made, sheet: Worksheet) -> range:
    """The rows (from 1) of a sheet's tables with their headings, as far as the contract says."""
    if not made.kind.startswith("workbook"):
        return range(0)
    plan = layout(*made.toolkits)
    for section in plan.sections:
        if section.sheet == sheet.title:
            return range(section.tables[0].header_row + 1, section.last_row + 2)
    if plan.action_plan is not None and plan.action_plan.sheet == sheet.title:
        return range(plan.action_plan.header_row + 1, plan.action_plan.last_row + 2)
    return range(0)


def is_long_table(made: Made, sheet: Worksheet) -> bool:
    """True for a sheet of questions, and for one with a table that may outgrow a page."""
    if table_rows(made, sheet):
        return True
    longest = run = 0
    for row in sheet.iter_rows(values_only=True):
        run = run + 1 if sum(value is not None for value in row) >= 3 else 0
        longest = max(longest, run)
    return longest > PAGE_ROWS


def frozen_rows(sheet: Worksheet) -> int:
    """How many rows stay in sight when the sheet scrolls."""
    return int(re.sub(r"\D", "", sheet.freeze_panes or "A1")) - 1


def test_page__is_a4(made: Made) -> None:
    assert {s.title: str(s.page_setup.paperSize) for s in visible(made)} == {
        s.title: A4 for s in visible(made)
    }


def test_page__fits_the_width_of_the_paper(made: Made) -> None:
    """Each sheet is fitted to one page's width, or printed at a scale at which it fits."""
    unfit = {}
    for sheet in visible(made):
        fitted = sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage
        wide = used_width(sheet) * (sheet.page_setup.scale or 100) / 100
        if not (fitted and sheet.page_setup.fitToWidth in (None, 1)) and wide > paper_width(sheet):
            unfit[sheet.title] = (round(wide), round(paper_width(sheet)))
    assert unfit == {}


def used_width(sheet: Worksheet) -> float:
    """The width in inches of what is printed of a sheet."""
    area = CellRange((sheet.print_area or sheet.dimensions).split("!")[-1].replace("$", ""))
    spans = sheet.column_dimensions.values()
    widths = {i: d for d in spans for i in range(d.min or 0, (d.max or 0) + 1)}
    shown = (widths.get(i) for i in range(area.min_col, area.max_col + 1))
    pixels = sum(
        DEFAULT_COLUMN if column is None else 0 if column.hidden else column.width * DIGIT
        for column in shown
    )
    return pixels / 96


def paper_width(sheet: Worksheet) -> float:
    """The width in inches between the margins of an A4 page."""
    across = 297 if sheet.page_setup.orientation == "landscape" else 210
    return across / 25.4 - sheet.page_margins.left - sheet.page_margins.right


def test_page__says_which_page_of_how_many(made: Made) -> None:
    lacking = []
    for sheet in visible(made):
        edges = (sheet.oddHeader, sheet.oddFooter)
        printed = "".join(
            part.text or "" for edge in edges for part in (edge.left, edge.center, edge.right)
        )
        if not ({"&P", "&N"} <= set(re.findall(r"&[PN]", printed.replace("&[Page]", "&P")))):
            lacking.append(sheet.title)
    assert lacking == []


@pytest.mark.holds("X4")
def test_page__tables_repeat_their_headings(made: Made) -> None:
    lacking = [
        sheet.title
        for sheet in visible(made)
        if is_long_table(made, sheet) and not sheet.print_title_rows
    ]
    assert lacking == []


@pytest.mark.holds("X4")
def test_view__tables_keep_their_headings_in_sight(made: Made) -> None:
    lacking = [
        sheet.title
        for sheet in visible(made)
        # Over a second table, frozen headings would be those of another.
        if is_long_table(made, sheet) and not frozen_rows(sheet) and len(sheet.tables) < 2
    ]
    assert lacking == []


@pytest.mark.holds("AF33")
def test_view__opens_at_the_top_of_the_first_sheet(made: Made) -> None:
    """The cursor stands in A1, or in the first cell below the headings."""
    book = made.book
    assert book.active is book.worksheets[0]
    elsewhere = {}
    for sheet in visible(made):
        view = sheet.sheet_view
        active = view.pane.activePane if view.pane else None
        cells = [s.activeCell for s in view.selection if active in (None, s.pane)]
        below = f"A{frozen_rows(sheet) + 1}"
        if cells not in ([], ["A1"], [below]) or view.topLeftCell not in (None, "A1"):
            elsewhere[sheet.title] = (cells, view.topLeftCell)
    assert elsewhere == {}


@pytest.mark.holds("AF3", "MS4")
def test_cells__no_merging_in_rows_of_data(made: Made) -> None:
    """No table has merged cells: neither those of the contract, nor rows of cells alike."""
    offending = []
    for sheet in visible(made):
        for merged in sheet.merged_cells.ranges:
            inside = merged.max_row in table_rows(made, sheet)
            if inside or is_table_row(sheet, merged):
                offending.append(f"{sheet.title}!{merged.coord}")
    assert offending == []


def is_table_row(sheet: Worksheet, merged: CellRange) -> bool:
    """True where a merged range has two cells or more beside it, three rows running."""
    alike = {
        other.min_row
        for other in sheet.merged_cells.ranges
        if (other.min_col, other.max_col) == (merged.min_col, merged.max_col)
        and cells_beside(sheet, other) >= 2
    }
    row = merged.min_row
    runs = ({row + first, row + first + 1, row + first + 2} for first in (-2, -1, 0))
    return any(run <= alike for run in runs)


def cells_beside(sheet: Worksheet, merged: CellRange) -> int:
    """How many cells beside a merged range hold something."""
    return sum(
        cell.value is not None and cell.coordinate not in merged
        for row in sheet.iter_rows(merged.min_row, merged.max_row)
        for cell in row
    )


@pytest.mark.holds("AF5", "MS2")
def test_cells__every_column_of_a_table_has_a_heading(builtin_toolkit: Toolkit) -> None:
    book = openpyxl.load_workbook(io.BytesIO(issue(builtin_toolkit).data))
    for section in layout(builtin_toolkit).sections:
        for table in section.tables:
            for column in table.columns:
                heading = f"{column_name(column.index)}{table.header_row + 1}"
                assert book[section.sheet][heading].value == column.header, (section.sheet, heading)


@pytest.mark.holds("MS1", "AF22")
def test_drawings__have_alternative_text(made: Made) -> None:
    with zipfile.ZipFile(made.path) as package:
        drawings = {
            name: ElementTree.fromstring(package.read(name))
            for name in package.namelist()
            if re.fullmatch(r"xl/drawings/drawing\d+\.xml", name)
        }
    silent = [
        f"{name}: {shown.get('name')}"
        for name, drawing in drawings.items()
        for shown in drawing.iter(f"{DRAWING}cNvPr")
        if len(shown.get("descr", "").split()) < 4
    ]
    assert silent == []


@pytest.mark.holds("X3")
def test_answers__open_cells_say_what_is_wanted(made: Made) -> None:
    """Each unlocked cell has a list or a prompt."""
    mute = []
    for sheet in visible(made):
        if not sheet.protection.sheet:
            continue
        helped: set[str] = set()
        for rule in sheet.data_validations.dataValidation:
            if rule.type == "list" or (rule.showInputMessage and rule.prompt):
                for area in rule.sqref.ranges:
                    helped.update(f"{column_name(c - 1)}{r}" for r, c in area.cells)
        mute += [
            f"{sheet.title}!{cell.coordinate}"
            for row in sheet.iter_rows()
            for cell in row
            if not isinstance(cell, MergedCell)
            and not cell.protection.locked
            and cell.coordinate not in helped
        ]
    assert mute == []


@pytest.mark.holds("AF21", "MS5")
def test_colours__text_stands_out_from_its_fill(made: Made) -> None:
    faint = {}
    for sheet in visible(made):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None and (seen := cell_contrast(cell)) < CONTRAST:
                    faint[f"{sheet.title}!{cell.coordinate}"] = round(seen, 2)
    assert faint == {}


@pytest.mark.holds("AF21", "MS5")
def test_colours__conditional_formats_stand_out_too(made: Made) -> None:
    faint = {}
    for sheet, area, ink, paper in conditional_colours(made):
        if (seen := contrast(ink, paper)) < CONTRAST:
            faint[f"{sheet}!{area} {ink} on {paper}"] = round(seen, 2)
    assert faint == {}


@pytest.mark.holds("AF32")
def test_properties__title_names_the_workbook(made: Made) -> None:
    assert made.book.properties.title


def conditional_colours(made: Made) -> Iterator[tuple[str, str, str, str]]:
    """Yield sheet, cells, font colour and fill of every rule that sets either.

    A rule that sets one of them only is judged against the cells' own other one.
    """
    for sheet in visible(made):
        for area in sheet.conditional_formatting:
            first = sheet[str(area.sqref).split()[0].split(":")[0]]
            for rule in area.rules:
                if rule.dxf is None:
                    continue
                ink, paper = font_colour(first), fill_colour(first)
                if rule.dxf.font is not None and rule.dxf.font.color is not None:
                    ink = rgb(rule.dxf.font.color, ink)
                if rule.dxf.fill is not None and rule.dxf.fill.bgColor is not None:
                    paper = rgb(rule.dxf.fill.bgColor, paper)
                yield sheet.title, str(area.sqref), ink, paper


@pytest.mark.parametrize(
    ("ink", "paper", "ratio"),
    [("000000", "FFFFFF", 21.0), ("777777", "FFFFFF", 4.48), ("FFFFFF", "FFFFFF", 1.0)],
)
def test_contrast__known_values(ink: str, paper: str, ratio: float) -> None:
    assert round(contrast(ink, paper), 2) == ratio


def test_charts__stand_within_what_is_printed(made: Made) -> None:
    outside = []
    for sheet in visible(made):
        area = re.findall(r"\$([A-Z]+)\$(\d+)", str(sheet.print_area))
        columns = max((column_index_from_string(letters) for letters, _ in area), default=0)
        rows = max((int(number) for _, number in area), default=0)
        for chart in sheet._charts:
            end = chart.anchor.to
            if end.col >= columns or end.row >= rows:
                outside.append((sheet.title, end.col, end.row, columns, rows))
    assert outside == []


LEAST_WIDTH, MOST_WIDTH = 1.0, 125.0
"""Characters of a column that is neither too narrow to be seen nor wider than a screen."""

LONG = 60
"""Characters of a text that does not fit a common column in one line."""

SIZE = 8.0
"""Points of the smallest letters on a sheet; they are those of references and of narrow heads."""


def printed_cells(sheet: Worksheet) -> Iterator[Cell]:
    """The cells of a sheet that hold something, without those from which charts are drawn."""
    area = re.findall(r"\$([A-Z]+)\$\d+", str(sheet.print_area or ""))
    last = max((column_index_from_string(each) for each in area), default=sheet.max_column)
    for row in sheet.iter_rows(max_col=last):
        for cell in row:
            if cell.value is not None and not isinstance(cell, MergedCell):
                yield cell


def marked_cells(made: Made, sheet: Worksheet) -> set[tuple[int, int]]:
    """The cells of tables that are marked as such: Excel's own, or by name for screen readers."""
    boxes = [CellRange(table.ref) for table in sheet.tables.values()]
    for name, where in made.book.defined_names.items():
        region = re.fullmatch(r"TitleRegion\d+\.([a-z]+\d+)\.([a-z]+\d+)\.\d+", name)
        if (
            region
            and where.attr_text.rpartition("!")[0].strip("'").replace("''", "'") == sheet.title
        ):
            boxes.append(CellRange(":".join(region.groups()).upper()))
    return {cell for box in boxes for row in box.rows for cell in row}


def runs_of_rows(sheet: Worksheet) -> Iterator[list[Cell]]:
    """Yield blocks of three rows or more, each with three filled cells or more: data, it seems."""
    block: list[list[Cell]] = []
    rows: dict[int, list[Cell]] = {}
    for cell in printed_cells(sheet):
        rows.setdefault(cell.row, []).append(cell)
    for row in range(1, sheet.max_row + 2):
        if len(rows.get(row, [])) >= 3:
            block.append(rows[row])
            continue
        if len(block) >= 3:
            yield [cell for line in block for cell in line]
        block = []


@pytest.mark.holds("AF1", "X1")
def test_tables__what_looks_like_a_table_is_marked_as_one(made: Made) -> None:
    unmarked = {}
    for sheet in visible(made):
        inside = marked_cells(made, sheet)
        for block in runs_of_rows(sheet):
            outside = [cell.coordinate for cell in block if (cell.row, cell.column) not in inside]
            if len(outside) > len(block) / 2:
                unmarked[sheet.title] = outside[:4]
    assert unmarked == {}


@pytest.mark.holds("AF2")
def test_tables__have_names_of_their_own_that_say_something(made: Made) -> None:
    names = [name for sheet in made.book for name in sheet.tables]
    assert len(names) == len({name.casefold() for name in names})
    assert [name for name in names if re.fullmatch(r"(Table|Tabelle)?_?\d*", name)] == []


@pytest.mark.holds("AF5", "MS2")
def test_tables__have_one_row_of_headings_all_different(made: Made) -> None:
    for sheet in made.book:
        for table in sheet.tables.values():
            heads = [column.name for column in table.tableColumns]
            first = CellRange(table.ref)
            row = [sheet.cell(first.min_row, c).value
                   for c in range(first.min_col, first.max_col + 1)]  # fmt: skip
            assert table.headerRowCount == 1
            assert all(heads)
            assert len({head.casefold() for head in heads}) == len(heads), sheet.title
            assert [str(each) for each in row] == heads, sheet.title


@pytest.mark.holds("AF4", "MS8")
def test_tables__have_no_blank_rows_or_columns(made: Made) -> None:
    blank = []
    for sheet in visible(made):
        for table in sheet.tables.values():
            box = CellRange(table.ref)
            lines = list(sheet.iter_rows(box.min_row, box.max_row, box.min_col, box.max_col))
            empty = [line[0].row for line in lines if all(c.value is None for c in line)]
            # A table without rows has one all the same: Excel has no table of headings alone.
            if empty and len(lines) > 2:
                blank.append((sheet.title, table.name, empty))
    assert blank == []


@pytest.mark.holds("AF3", "MS4")
def test_summaries__have_no_merged_cells_at_all(made: Made) -> None:
    if made.kind.startswith("summary"):
        assert [s.title for s in visible(made) if s.merged_cells.ranges] == []


@pytest.mark.holds("AF6")
def test_cells__long_texts_of_tables_wrap(made: Made) -> None:
    cut = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in visible(made)
        if not sheet.title.startswith("Data")
        for table in sheet.tables.values()
        for row in sheet[table.ref]
        for cell in row
        if isinstance(cell.value, str)
        and not cell.value.startswith("=")
        and len(cell.value) > max(LONG, 1.2 * width_of(sheet, cell))
        and not cell.alignment.wrap_text
    ]
    assert cut == []


def width_of(sheet: Worksheet, cell: Cell) -> float:
    """The width of a cell's column in characters."""
    for each in sheet.column_dimensions.values():
        if (each.min or 0) <= cell.column <= (each.max or 0):
            return float(each.width)
    return 8.43


@pytest.mark.holds("AF9")
def test_view__hides_no_rows_or_columns(made: Made) -> None:
    hidden = [
        (sheet.title, key)
        for sheet in visible(made)
        # In a toolkit written out, columns that nothing fills are folded away under a button.
        if not made.kind.startswith("toolkit")
        for spans in (sheet.row_dimensions, sheet.column_dimensions)
        for key, each in spans.items()
        if each.hidden
    ]
    assert hidden == []


@pytest.mark.holds("AF10")
def test_view__columns_are_of_a_sensible_width(made: Made) -> None:
    odd = [
        (sheet.title, key, each.width)
        for sheet in visible(made)
        for key, each in sheet.column_dimensions.items()
        if not LEAST_WIDTH <= each.width <= MOST_WIDTH
    ]
    assert odd == []


@pytest.mark.holds("AF8")
def test_figures__what_is_not_there_is_a_dash_or_says_why(made: Made) -> None:
    """No cell of a table's figures is an error, or a text that looks like an empty one."""
    bad = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in made.values.worksheets
        if sheet.sheet_state == "visible"
        for cell in printed_cells(sheet)
        if isinstance(cell.value, str) and (cell.value.startswith("#N") or cell.value == " ")
    ]
    assert bad == []


@pytest.mark.holds("AF11", "AF16")
def test_cells__no_stars_or_superscript_lead_to_notes(made: Made) -> None:
    raised = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in visible(made)
        for cell in printed_cells(sheet)
        if cell.font.vertAlign
        or re.search(r"[\u00b9\u00b2\u00b3\u2020\u2021]|\w\*$", str(cell.value))
    ]
    assert raised == []


@pytest.mark.holds("AF13", "MS6")
def test_links__say_where_they_lead(made: Made) -> None:
    mute = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in visible(made)
        for cell in printed_cells(sheet)
        if cell.hyperlink
        and (len(str(cell.value)) < 4 or re.search(r"^(click )?here$|://", str(cell.value), re.I))
    ]
    assert mute == []


@pytest.mark.holds("AF14")
def test_cells__letters_are_plain_and_large_enough(made: Made) -> None:
    small = {
        f"{sheet.title}!{cell.coordinate}": (cell.font.name, cell.font.sz)
        for sheet in visible(made)
        for cell in printed_cells(sheet)
        if cell.font.name not in ("Arial", "Calibri") or cell.font.sz < SIZE
    }
    assert small == {}


@pytest.mark.holds("AF15", "AF26", "AF27")
def test_sheets__begin_in_a1_with_what_they_are(made: Made) -> None:
    assert [s.title for s in visible(made) if not str(s["A1"].value or "").strip()] == []


@pytest.mark.holds("AF24", "MS6")
def test_sheets__have_names_that_say_something(made: Made) -> None:
    names = [sheet.title for sheet in made.book]
    assert len(names) == len({name.casefold() for name in names})
    assert [name for name in names if re.fullmatch(r"(Sheet|Tabelle|Feuil)\d*", name)] == []


@pytest.mark.holds("AF25")
def test_sheets__none_is_blank(made: Made) -> None:
    assert [s.title for s in visible(made) if sum(1 for _ in printed_cells(s)) < 2] == []


@pytest.mark.holds("AF17", "AF18", "AF22", "AF23")
def test_package__has_no_macros_pictures_or_text_boxes(made: Made) -> None:
    with zipfile.ZipFile(made.path) as package:
        names = package.namelist()
        drawn = [package.read(n) for n in names if re.fullmatch(r"xl/drawings/drawing\d+.xml", n)]
    assert [n for n in names if "vbaProject" in n or "/media/" in n or "activeX" in n] == []
    assert not any(
        b"<xdr:sp>" in each or b"<xdr:sp " in each or b"<xdr:pic" in each for each in drawn
    )


@pytest.mark.holds("MS7")
def test_numbers__red_alone_tells_nothing(made: Made) -> None:
    formats = {cell.number_format for s in visible(made) for cell in printed_cells(s)}
    assert [each for each in formats if re.search(r"\[(red|color)", each, re.I)] == []


@pytest.mark.holds("X2")
def test_drawings__are_reached_in_the_order_in_which_they_are_read(made: Made) -> None:
    for sheet in visible(made):
        places = [(c.anchor._from.row, c.anchor._from.col) for c in sheet._charts]
        assert places == sorted(places), sheet.title


@pytest.mark.holds("AF20")
def test_colours__marks_stand_on_cells_that_say_the_same_in_words(made: Made) -> None:
    """A rule that colours a cell is about cells that hold words or figures, never blank ground."""
    mute = []
    for sheet in visible(made):
        if made.kind.startswith("workbook"):
            continue
        for area in sheet.conditional_formatting:
            flat = [
                sheet.cell(*at)
                for ref in str(area.sqref).split()
                for row in CellRange(ref).rows
                for at in row
            ]
            if all(cell.value is None for cell in flat) and not sheet.protection.sheet:
                mute.append(f"{sheet.title}!{area.sqref}")
    assert mute == []
