"""The Start sheet: what stands on the first screen, and that nothing on it is merged."""

from __future__ import annotations

import io

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.factory import issue
from xlassess.contract.layout import ACTION_PLAN, START, layout
from xlassess.generate.workbook.status import finished
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit

FIRST_SCREEN = 520
"""Pixels of rows that Excel shows on a screen of 1366 by 768, below ribbon and headings."""


def opened(toolkit: Toolkit) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(issue(toolkit).data))


def shown_first(sheet: Worksheet) -> list[str]:
    """The texts of the rows that show without scrolling."""
    seen, height = [], 0.0
    for row in sheet.iter_rows():
        height += (sheet.row_dimensions[row[0].row].height or 15) * 96 / 72
        if height > FIRST_SCREEN:
            break
        seen += [str(cell.value) for cell in row if cell.value is not None]
    return seen


def test_start__purpose_steps_and_begin_are_on_the_first_screen(builtin_toolkit: Toolkit) -> None:
    seen = shown_first(opened(builtin_toolkit)[START])
    for text in ("What this is for", "Three steps", "1. Answer", "2. Check", "3. Return", "Begin:"):
        assert any(line.startswith(text) for line in seen), text


def test_start__begin_leads_to_the_first_answer(builtin_toolkit: Toolkit) -> None:
    sheet = opened(builtin_toolkit)[START]
    begin = next(row[0] for row in sheet.iter_rows() if str(row[0].value).startswith("Begin"))
    tab = builtin_toolkit.all_sections[0].tab
    assert begin.hyperlink.location.startswith(f"'{tab}'!")


def test_start__nothing_is_merged(builtin_toolkit: Toolkit) -> None:
    assert not opened(builtin_toolkit)[START].merged_cells.ranges


def test_free_text__begins_at_the_top_left(builtin_toolkit: Toolkit) -> None:
    book = opened(builtin_toolkit)
    wrong = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in book.worksheets
        for validation in sheet.data_validations.dataValidation
        if validation.type == "textLength"
        for area in validation.sqref.ranges
        for row in sheet.iter_rows(*_rows_and_columns(area))
        for cell in row
        if (cell.alignment.vertical, cell.alignment.horizontal) != ("top", "left")
    ]
    assert wrong == []


def _rows_and_columns(area: object) -> tuple[int, int, int, int]:
    left, top, right, bottom = area.bounds  # type: ignore[attr-defined]
    return top, bottom, left, right


@pytest.mark.parametrize("tid", ["rochford-hallmarks", "melton-checklist"])
def test_action_plan__is_there_where_the_publication_leads_to_improvement(tid: str) -> None:
    assert ACTION_PLAN in opened(find_toolkit(tid)).sheetnames


def test_status__a_no_without_reasons_is_still_open_and_not_done() -> None:
    toolkit = find_toolkit("working-better-together")
    table = layout(toolkit).sections[0].tables[0]
    row = next(row for row in table.rows if row.item.id == "1.1b")
    formula = finished(toolkit, table, row.index, row.item)
    assert '"Still open: If not, what are the reasons?"' in formula
    assert formula.endswith(',"Done")')


@pytest.mark.parametrize("tid", ["bv-organisation", "bv-partnership"])
def test_matrix__all_columns_show_on_a_screen_1366_pixels_wide(tid: str) -> None:
    for place in layout(find_toolkit(tid)).sections:
        columns = {c.index: c.width for table in place.tables for c in table.columns}
        assert sum(width * 7 + 5 for width in columns.values()) <= 1366 - 60, place.sheet
