"""The workbook as issued: what is open, what is locked, what may be entered, how it prints."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tests.factory import SECRET, a_respondent, an_assessment, issue
from tests.generate.conftest import RULES, a_toolkit
from xlassess.contract.layout import (
    ACTION_PLAN,
    FIRST_ITEM_ROW,
    HEADER_ROW,
    HORIZONS,
    IDENTITY,
    LISTS,
    PLAN_ITEMS,
    PROFILE,
    REFERENCE_ROW,
    START,
    STATUSES,
    Layout,
    cell_name,
    layout,
    list_name,
    score_name,
)
from xlassess.contract.seal import sheet_password
from xlassess.model.toolkit import Choice, Item, Scale, Section, Toolkit
from xlassess.sheet.metrics import MeasuredText, row_height
from xlassess.sheet.protection import legacy_hash
from xlassess.sheet.validation import SheetError
from xlassess.toolkits.load import builtin_ids, find_toolkit

FUNCTIONS = {
    "SUM", "IF", "COUNT", "COUNTIF", "SUMPRODUCT", "INDEX", "MATCH", "AND", "OR", "NOT",
    "ISNUMBER", "IFERROR", "LEFT", "MID", "LEN", "TRIM", "ROUND", "MAX",
}  # fmt: skip
"""Functions that Excel 2010, LibreOffice and Google Sheets all know."""


@pytest.fixture(scope="module", params=[*RULES, *builtin_ids()])
def toolkit(request: pytest.FixtureRequest) -> Toolkit:
    name: str = request.param
    return a_toolkit(name) if name in RULES else find_toolkit(name)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def data(toolkit: Toolkit) -> bytes:
    return issue(toolkit, a_respondent(5)).data


@pytest.fixture(scope="module")
def book(data: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.fixture(scope="module")
def places(toolkit: Toolkit) -> Layout:
    return layout(toolkit)


def cells(sheet: Worksheet) -> Iterator[Cell]:
    return (cell for row in sheet.iter_rows() for cell in row if isinstance(cell, Cell))


def answer_cells(places: Layout) -> dict[tuple[str, str], str]:
    """Every cell that takes an entry, with the kind of entry."""
    found = {
        (section.sheet, cell_name(row.index, column.index)): (
            column.role if column.role != "answer" else row.item.answer
        )
        for section in places.sections
        for table in section.tables
        for row in table.rows
        for column in table.fields(row.item)
    }
    plan = places.action_plan
    if plan is not None:
        for row in range(plan.first_row, plan.last_row + 1):
            for column in plan.columns:
                found[plan.sheet, cell_name(row, column.index)] = column.role
        if plan.proposal is not None:
            found[plan.sheet, cell_name(plan.proposal, 2)] = "long-text"
    return found


def validations(sheet: Worksheet) -> dict[str, list[DataValidation]]:
    found: dict[str, list[DataValidation]] = {}
    for rule in sheet.data_validations.dataValidation:
        for block in rule.sqref.ranges:
            for row, column in block.cells:
                found.setdefault(cell_name(row - 1, column - 1), []).append(rule)
    return found


def test_sheets__stand_in_the_contracts_order(book: Workbook, places: Layout) -> None:
    assert tuple(book.sheetnames) == places.sheets
    states = {sheet.title: sheet.sheet_state for sheet in book}
    assert {name for name, state in states.items() if state == "veryHidden"} == {LISTS, IDENTITY}
    assert set(states.values()) == {"visible", "veryHidden"}
    assert book.active.title == START


def test_locks__open_exactly_the_cells_meant_for_entries(book: Workbook, places: Layout) -> None:
    unlocked = {
        (sheet.title, cell.coordinate)
        for sheet in book
        for cell in cells(sheet)
        if not cell.protection.locked
    }
    assert unlocked == set(answer_cells(places))


def test_locks__are_on_every_sheet_and_the_structure(book: Workbook, data: bytes) -> None:
    hashed = legacy_hash(sheet_password(SECRET))
    for sheet in book:
        guard = sheet.protection
        assert guard.sheet
        assert guard.password == hashed
        assert guard.objects
        assert not guard.formatRows
        assert not guard.formatColumns
        assert guard.insertRows
        assert guard.sort
    assert book.security.lockStructure
    assert book.security.workbookPassword == hashed


def test_entries__each_cell_has_one_rule_that_fits_its_kind(
    book: Workbook, places: Layout, toolkit: Toolkit
) -> None:
    lists = {"item": PLAN_ITEMS, "horizon": HORIZONS, "progress": STATUSES}
    lists |= {name: name for name in toolkit.scales}
    by_sheet = {sheet.title: validations(sheet) for sheet in book}
    entries = answer_cells(places)
    assert {(s, c) for s, rules in by_sheet.items() for c in rules} == set(entries)
    for (sheet, cell), kind in entries.items():
        (rule,) = by_sheet[sheet][cell]
        if kind in lists:
            assert (rule.type, rule.formula1) == ("list", list_name(lists[kind])), (sheet, cell)
        elif kind in ("date", "deadline"):
            assert rule.type == "date"
        elif kind in ("number", "money", "percent"):
            assert rule.type == "decimal"
        else:
            assert rule.type == "textLength"


def test_entries__prompts_and_errors_are_given_and_keep_within_excels_limits(
    book: Workbook,
) -> None:
    rules = chain.from_iterable(sheet.data_validations.dataValidation for sheet in book)
    for rule in rules:
        assert 0 < len(rule.promptTitle) <= 32
        assert 0 < len(rule.errorTitle) <= 32
        assert 0 < len(rule.prompt) <= 255
        assert 0 < len(rule.error) <= 255
        assert rule.errorStyle in (None, "stop")
        assert rule.allow_blank


def test_entries__typed_text_stays_text(book: Workbook, places: Layout) -> None:
    numeric = {"date", "deadline", "number", "money", "percent"}
    for (sheet, cell), kind in answer_cells(places).items():
        assert (book[sheet][cell].number_format == "@") == (kind not in numeric)


def test_questions__stand_where_the_contract_says(book: Workbook, places: Layout) -> None:
    for section in places.sections:
        sheet = book[section.sheet]
        assert sheet["A1"].value == section.section.title
        for table in section.tables:
            for column in table.columns:
                head = sheet.cell(table.header_row + 1, column.index + 1)
                assert head.value == column.header
            for row in table.rows:
                shown = {
                    column.role: sheet.cell(row.index + 1, column.index + 1).value
                    for column in table.columns
                    if column.role in ("item", "ask")
                }
                assert shown == {"item": row.item.id, "ask": row.item.ask}
                for column in table.columns:
                    if column.role == "level":
                        value = sheet.cell(row.index + 1, column.index + 1).value
                        assert (value or "") == row.item.levels.get(column.detail, "")


def test_tables__have_no_merged_cells(book: Workbook, places: Layout) -> None:
    for section in places.sections:
        for block in book[section.sheet].merged_cells.ranges:
            assert block.max_row <= HEADER_ROW
    if places.action_plan:
        plan = places.action_plan
        for block in book[ACTION_PLAN].merged_cells.ranges:
            inside = plan.header_row + 1 <= block.max_row and block.min_row <= plan.last_row + 1
            assert not inside


def test_formulas__use_only_functions_every_program_knows(book: Workbook) -> None:
    used: set[str] = set()
    for sheet in book:
        for cell in cells(sheet):
            assert not hasattr(cell.value, "ref"), "no array formulas"
            if cell.data_type == "f":
                text = re.sub(r'"[^"]*"', "", str(cell.value))
                used |= set(re.findall(r"([A-Z][A-Z0-9.]*)\(", text))
    assert used <= FUNCTIONS


def test_formulas__have_no_errors_and_no_none_as_issued(data: bytes) -> None:
    values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    for sheet in values:
        for cell in cells(sheet):
            assert cell.data_type != "e", (sheet.title, cell.coordinate)
            assert cell.value != "None"


def test_names__cover_scales_and_plan(book: Workbook, toolkit: Toolkit) -> None:
    for name, scale in toolkit.scales.items():
        assert listed(book, list_name(name)) == [choice.label for choice in scale.choices]
        scores = [None if c.apart else c.score for c in scale.choices]
        assert listed(book, score_name(name)) == scores
    if toolkit.action_plan:
        assert listed(book, list_name(PLAN_ITEMS)) == [item.id for item in toolkit.items()]


def listed(book: Workbook, name: str) -> list[object]:
    ((sheet, cells),) = book.defined_names[name].destinations
    block = book[sheet][cells.replace("$", "")]
    rows = block if isinstance(block, tuple) else ((block,),)
    return [row[0].value for row in rows]


def test_print__a4_one_page_wide_with_repeated_headings(book: Workbook, places: Layout) -> None:
    for name in places.sheets[:-2]:
        sheet = book[name]
        assert int(sheet.page_setup.paperSize) == 9
        assert sheet.page_setup.orientation == ("portrait" if name == START else "landscape")
        if sheet.sheet_properties.pageSetUpPr.fitToPage:
            assert sheet.page_setup.fitToWidth in (None, 1)
        else:
            assert sheet.page_setup.scale < 100, "breaks are heeded only at a fixed scale"
            assert len(sheet.row_breaks.brk) > 0
        assert sheet.print_area
        assert "OFFICIAL" in sheet.oddHeader.center.text
        assert sheet.oddFooter.right.text == "Page &P of &N"
    for section in places.sections:
        repeated = book[section.sheet].print_title_rows
        last = HEADER_ROW if len(section.tables) == 1 else REFERENCE_ROW
        assert repeated == f"${REFERENCE_ROW + 1}:${last + 1}"


def test_screen__cursor_at_a1_and_headings_frozen(book: Workbook, places: Layout) -> None:
    for name in places.sheets[:-2]:
        view = book[name].sheet_view
        assert not view.showGridLines
        assert bool(view.tabSelected) == (name == START)
    for section in places.sections:
        frozen = book[section.sheet].freeze_panes
        assert openpyxl.utils.cell.coordinate_from_string(frozen)[1] == FIRST_ITEM_ROW + 1


def test_rows__are_high_enough_for_their_texts(book: Workbook, places: Layout) -> None:
    for section in places.sections:
        sheet = book[section.sheet]
        for table in section.tables:
            for row in table.rows:
                texts = []
                for column in table.columns:
                    cell = sheet.cell(row.index + 1, column.index + 1)
                    if isinstance(cell.value, str) and cell.data_type == "s":
                        size, bold = cell.font.size, bool(cell.font.bold)
                        texts.append(MeasuredText(cell.value, column.width, size, bold, 1))
                height = sheet.row_dimensions[row.index + 1].height
                assert height >= row_height(texts), (section.sheet, row.item.id)


def test_charts__have_alt_text_and_show_data_of_hidden_sheets(
    data: bytes, toolkit: Toolkit
) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        drawings = [n for n in archive.namelist() if re.match(r"xl/drawings/drawing\d", n)]
        charts = [n for n in archive.namelist() if n.startswith("xl/charts/chart")]
        described = re.findall(r'descr="([^"]*)"', "".join(
            archive.read(name).decode() for name in drawings
        ))  # fmt: skip
        drawn = toolkit.scoring.rule != "none" or any(item.views for item in toolkit.items())
        assert len(charts) == len(described) == drawn
        assert all(len(text) > 40 for text in described)
        for name in charts:
            assert b'<c:plotVisOnly val="0"/>' in archive.read(name) or (
                b"plotVisOnly" not in archive.read(name)
            )


def test_dartboard__has_a_ring_per_band_and_two_slices_per_section() -> None:
    toolkit = find_toolkit("pat")
    with zipfile.ZipFile(io.BytesIO(issue(toolkit).data)) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert "<c:doughnutChart>" in chart
    series = re.findall(r"<c:ser>.*?</c:ser>", chart)
    assert len(series) == 4 + 1
    for ring in series[:4]:
        sizes = re.findall(r"<c:val>.*?</c:val>", ring)[0]
        assert re.findall(r"<c:v>(\d)</c:v>", sizes) == ["0", "1"] * 6


def test_start__links_lead_to_the_first_answer_of_each_sheet(
    book: Workbook, places: Layout
) -> None:
    targets = {cell.hyperlink.location for cell in cells(book[START]) if cell.hyperlink}
    for section in places.sections:
        first = section.tables[0].rows[0]
        column = min(c.index for c in section.tables[0].fields(first.item))
        assert f"'{section.sheet}'!{cell_name(first.index, column)}" in targets


@pytest.mark.parametrize("attribution", ["named", "lettered", "aggregated"])
def test_start__says_who_will_see_the_answers(attribution: str) -> None:
    toolkit = a_toolkit("none")
    assessment = an_assessment(toolkit, attribution=attribution, minimum_group=4, return_by=None)
    sheet = openpyxl.load_workbook(io.BytesIO(issue(toolkit, assessment=assessment).data))[START]
    text = " ".join(str(cell.value) for cell in cells(sheet))
    assert ("fewer than 4" in text) == (attribution != "named")
    assert "Please return by" not in text


@pytest.mark.parametrize("label", ["=yes", "<5", ">5", "any*", "a~b"])
def test_choices__that_a_criterion_would_misread_are_text_and_compared_as_they_stand(
    label: str,
) -> None:
    scale = Scale("Scale", (Choice("a", label), Choice("b", "Fine")))
    made = issue(with_item(Item("1", "Ask?", "scale"), scale))
    book = openpyxl.load_workbook(io.BytesIO(made.data))
    assert [cell.data_type for cell in cells(book[LISTS]) if cell.value == label] == ["s"]
    formulas = [str(c.value) for sheet in book for c in cells(sheet) if c.data_type == "f"]
    assert formulas
    assert not [formula for formula in formulas if "COUNTIF" in formula]


def test_questions__too_long_for_a_row_raise() -> None:
    with pytest.raises(SheetError):
        issue(with_item(Item("1", "word " * 2000, "text"), Scale("S", (Choice("a", "A"),))))


def with_item(item: Item, scale: Scale) -> Toolkit:
    section = Section("1", "1 One", "One", (item,))
    return replace(
        a_toolkit("none"), sections=(section,), closing=(), scales={"scale": scale}, views=()
    )


def test_profile__has_no_open_cells(book: Workbook) -> None:
    assert all(cell.protection.locked for cell in cells(book[PROFILE]))
