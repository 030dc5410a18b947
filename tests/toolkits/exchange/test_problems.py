"""What is wrong with a toolkit's workbook is named with its sheet and cell."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.ingest.packages import edited
from xlassess.files.problems import Problem
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.exchange.exchange import read_toolkit_book, toolkit_book
from xlassess.toolkits.exchange.sheets import BLOCKS, FIELD, LEVEL
from xlassess.toolkits.load import ToolkitFileError, find_toolkit

Change = Callable[[Workbook], object]


@pytest.fixture(scope="module")
def pat() -> Toolkit:
    return find_toolkit("pat")


@pytest.fixture(scope="module")
def exported(pat: Toolkit) -> bytes:
    return toolkit_book(pat)


@pytest.fixture(scope="module")
def book(exported: bytes) -> Workbook:
    """The workbook opened, to look things up in."""
    return openpyxl.load_workbook(io.BytesIO(exported))


def changed(exported: bytes, change: Change) -> bytes:
    """Return the workbook after somebody changed something in it."""
    book = openpyxl.load_workbook(io.BytesIO(exported))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def problems_of(content: bytes) -> tuple[Problem, ...]:
    with pytest.raises(ToolkitFileError) as caught:
        read_toolkit_book(content, "ours.xlsx")
    return caught.value.problems


def problems(exported: bytes, change: Change) -> tuple[Problem, ...]:
    return problems_of(changed(exported, change))


def at(book: Workbook, sheet: str, row: str, heading: str) -> str:
    """Return the cell in the row that has this id in its first two columns, under a heading."""
    cells = list(book[sheet].iter_rows())
    heads = next(r for r in cells if heading in [cell.value for cell in r])
    column = next(cell.column_letter for cell in heads if cell.value == heading)
    (number,) = [r[0].row for r in cells if row in (r[0].value, r[1].value)][:1]
    return f"{column}{number}"


def put(sheet: str, row: str, heading: str, value: object) -> Change:
    def change(book: Workbook) -> None:
        book[sheet][at(book, sheet, row, heading)] = value

    return change


def test_workbook__saved_by_another_program_reads_back_the_same(
    exported: bytes, pat: Toolkit
) -> None:
    assert read_toolkit_book(changed(exported, lambda book: None), "x.xlsx")[0] == pat


CASES: dict[str, tuple[str, str, str, object, str]] = {
    "number for an item": ("Items", "1A", "Item", 1.1, "number 1.1"),
    "number for a version": ("Toolkit", "Version", "Entry", 1.0, "number 1"),
    "number for a title": ("Toolkit", "Title", "Entry", 2003, "number 2003"),
    "date for an item": ("Items", "1A", "Item", datetime(2026, 3, 1), "date"),
    "truth value for a label": ("Scales", "agreement", "Label", True, "TRUE"),
    "neither yes nor no": ("Items", "1A", "Required", "perhaps", "'perhaps'"),
    "truth value for a score": ("Scales", "agreement", "Score", True, "TRUE"),
    "word for a score": ("Scales", "agreement", "Score", "four", "'four'"),
    "unknown section": ("Items", "1A", "Section", "1a1", "'1a1'"),
    "no section": ("Items", "1A", "Section", None, "no section"),
    "no item number": ("Items", "1A", "Item", None, "'Item'"),
    "no question": ("Items", "1A", "Question", None, "'Question'"),
    "unknown answer": ("Items", "1A", "Answer", "agrement", "agrement"),
    "unknown form": ("Sections", "1", "Form", "matrx", "'matrx'"),
    "unknown rule": ("Scoring", "Rule", "Entry", "summ", "'summ'"),
    "no rule": ("Scoring", "Rule", "Entry", None, "'Rule'"),
    "unknown scale to score": ("Scoring", "Scale", "Entry", "agree", "'agree'"),
    "unknown section of a band": ("Bands", "1", "Section", "9", "'9'"),
    "band above its end": ("Bands", "1", "From", 25, "above"),
    "no scale": ("Scales", "agreement", "Scale", None, "no scale"),
    "no source": ("Toolkit", "Source", "Entry", None, "'Source'"),
    "no horizon": ("Action plan", "quick", "Label", None, "'Label'"),
    "formula without a result": ("Toolkit", "About", "Entry", "=A1", "formula"),
    "error": ("Toolkit", "About", "Entry", "#N/A", "error"),
    "tab too long": ("Sections", "1", "Tab", "x" * 40, "40"),
    "scenario beyond the bands": ("Action plan", "A", "Worst section", 9, "'Worst section'"),
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def found(exported: bytes, case: str) -> tuple[Problem, ...]:
    """What is wrong in a case."""
    return problems(exported, put(*CASES[case][:4]))


def test_cell__is_named(book: Workbook, case: str, found: tuple[Problem, ...]) -> None:
    sheet, row, heading, _, says = CASES[case]
    named = {(problem.sheet, problem.cell): problem.message for problem in found}
    expected = (sheet, at(book, sheet, row, heading))
    assert expected in named, found
    assert says in named[expected]


def test_message__speaks_of_headings_not_of_fields(found: tuple[Problem, ...]) -> None:
    fields = {
        part
        for block in BLOCKS
        for column in block.columns
        for part in column.field.split(".")
        if part not in {c.heading for b in BLOCKS for c in b.columns}
    }
    for problem in found:
        said = f"{problem.message} {problem.hint}"
        assert [name for name in fields if f"'{name}'" in said or f"'{name}:" in said] == []


def test_reference__nearest_is_suggested(exported: bytes) -> None:
    (found,) = problems(exported, put("Items", "1A", "Answer", "agrement"))
    assert "'agreement'" in found.hint


def test_problem__says_file_sheet_and_cell(exported: bytes) -> None:
    (found,) = problems(exported, put("Items", "1A", "Required", "perhaps"))
    assert str(found).startswith("ours.xlsx, sheet Items, cell G5: ")


def test_number__has_no_consequences_of_its_own(exported: bytes, book: Workbook) -> None:
    """Items refer to the section as text; that its own id is a number is one problem, not seven."""
    (found,) = problems(exported, put("Sections", "1", "Section", 1))
    assert (found.sheet, found.cell) == ("Sections", at(book, "Sections", "1", "Section"))


def test_problems__all_at_once_in_the_order_of_the_workbook(exported: bytes) -> None:
    def change(book: Workbook) -> None:
        put("Action plan", "quick", "Label", None)(book)
        put("Items", "2B", "Required", "perhaps")(book)
        put("Items", "1A", "Item", 1)(book)
        put("Toolkit", "Version", "Entry", 1.0)(book)

    found = problems(exported, change)
    assert [p.sheet for p in found] == ["Toolkit", "Items", "Items", "Action plan"]
    assert found[1].line < found[2].line


@pytest.mark.parametrize("sheet", dict.fromkeys(block.sheet for block in BLOCKS))
def test_sheet__missing(exported: bytes, sheet: str) -> None:
    found = problems(exported, lambda book: book.remove(book[sheet]))
    assert [problem.sheet for problem in found] == [sheet]


def test_sheet__renamed_gets_a_suggestion(exported: bytes) -> None:
    def change(book: Workbook) -> None:
        book["Scales"].title = "Our scales"

    (found,) = problems(exported, change)
    assert "'Our scales'" in found.hint


def _without(exported: bytes, book: Workbook, sheet: str, heading: str) -> bytes:
    """The workbook after somebody emptied the first cell of a sheet that says this."""
    (cell, *_) = (c for row in book[sheet].iter_rows() for c in row if c.value == heading)
    pattern = rb'<c r="%s"[^>]*>.*?</c>' % cell.coordinate.encode()
    part = f"xl/worksheets/sheet{book.sheetnames.index(sheet) + 1}.xml"
    return edited(exported, {part: lambda xml: re.sub(pattern, b"", xml, count=1)})


@pytest.mark.parametrize(
    ("sheet", "heading"),
    [(b.sheet, c.heading) for b in BLOCKS for c in b.columns if not c.spare],
)
def test_column_or_field__missing(
    exported: bytes, book: Workbook, sheet: str, heading: str
) -> None:
    found = problems_of(_without(exported, book, sheet, heading))
    assert any(f"'{heading}'" in problem.message for problem in found)
    assert {problem.sheet for problem in found} == {sheet}


def test_heading__misspelt_gets_a_suggestion(exported: bytes) -> None:
    def change(book: Workbook) -> None:
        book["Items"]["F4"] = "Guidence"

    named = {problem.cell: problem.hint for problem in problems(exported, change)}
    assert "'Guidance'" in named["F4"]


@pytest.mark.parametrize("title", ["Views", "Horizons", "Statuses", "Scenarios"])
def test_table__missing_its_title(exported: bytes, book: Workbook, title: str) -> None:
    sheet = next(block.sheet for block in BLOCKS if block.title == title)
    found = problems_of(_without(exported, book, sheet, title))
    assert any(f"'{title}'" in problem.message for problem in found)


def test_text__under_no_heading(exported: bytes) -> None:
    def change(book: Workbook) -> None:
        book["Bands"]["H7"] = "What about this?"

    (found,) = problems(exported, change)
    assert (found.sheet, found.cell) == ("Bands", "H7")


def test_scale__says_two_things_of_itself(exported: bytes) -> None:
    def change(book: Workbook) -> None:
        book["Scales"]["B6"] = "Something else"

    (found,) = problems(exported, change)
    assert (found.sheet, found.cell) == ("Scales", "B6")


def test_level__of_an_unknown_choice() -> None:
    exported = toolkit_book(find_toolkit("bv-partnership"))

    def change(book: Workbook) -> None:
        for cell in book["Items"][4]:
            if cell.value == f"{LEVEL} basic":
                cell.value = f"{LEVEL} basics"

    found = problems(exported, change)
    assert all("'basic'" in problem.hint for problem in found)
    assert len({problem.cell for problem in found}) == len(found) > 40


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"id: pat\n"])
def test_file__is_no_workbook(content: bytes) -> None:
    with pytest.raises(ToolkitFileError) as caught:
        read_toolkit_book(content, "ours.xlsx")
    assert len(caught.value.problems) == 1


def test_edited__rows_inserted_columns_moved_and_notes_added(exported: bytes, pat: Toolkit) -> None:
    def change(book: Workbook) -> None:
        items = book["Items"]
        items.insert_rows(10, 3)
        items.insert_cols(3)
        items["C4"] = "Notes"
        items["C6"] = "Ask the board about this one."
        for row in range(1, items.max_row + 1):
            a, b = items.cell(row, 1), items.cell(row, 2)
            a.value, b.value = b.value, a.value
        book.create_sheet("My thoughts")["A1"] = "anything"
        book["Toolkit"].insert_rows(6)
        for sheet in book.worksheets:
            name = sheet.title
            sheet.title = "being renamed"  # openpyxl takes names that differ in case for one
            sheet.title = name.upper()

    assert read_toolkit_book(changed(exported, change), "x.xlsx")[0] == pat


def test_edited__a_reworded_question_and_a_new_item(exported: bytes, pat: Toolkit) -> None:
    def change(book: Workbook) -> None:
        put("Items", "1A", "Question", "  What have we achieved?\r\nTogether?  ")(book)
        new = {"A": "3", "B": "3G", "C": "A new one.", "D": "long-text", "Q": "- one\n\n - two "}
        row = book["Items"].max_row + 1
        for column, value in new.items():
            book["Items"][f"{column}{row}"] = value

    read, _ = read_toolkit_book(changed(exported, change), "x.xlsx")
    assert read.item("1A").ask == "What have we achieved?\nTogether?"
    assert read.section_of("3G").id == "3"
    assert read.item("3G").prompts == ("- one", "- two")
    assert replace(read.item("3G"), prompts=()).required


def test_formula__with_a_result_is_read_by_it(pat: Toolkit) -> None:
    import xlsxwriter

    from xlassess.toolkits.exchange.cells import read_book

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("S")
        sheet.write_formula("B2", "=1+1", None, "two")
    assert read_book(out.getvalue())["S"][1][1].value == "two"


def test_export__writes_no_formula(pat: Toolkit) -> None:
    toolkit = replace(pat, about="=1+1", title="+A1", how='=HYPERLINK("https://example.org")')
    book = openpyxl.load_workbook(io.BytesIO(toolkit_book(toolkit)))
    kinds = {c.data_type for s in book.worksheets for row in s.iter_rows() for c in row}
    assert "f" not in kinds
    assert read_toolkit_book(toolkit_book(toolkit), "x.xlsx")[0] == toolkit


def test_export__cells_for_text_are_formatted_as_text(exported: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(exported))
    assert {book["Items"][f"B{row}"].number_format for row in range(5, 40)} == {"@"}
    assert book["Items"].column_dimensions["B"].number_format == "@"
    assert book["Toolkit"]["B5"].number_format == "@"


def test_export__is_the_same_every_time(pat: Toolkit, exported: bytes) -> None:
    assert toolkit_book(pat) == exported


def test_form__is_known_by_its_heading() -> None:
    assert {block.form for block in BLOCKS} == {True, False}
    assert FIELD not in {column.heading for block in BLOCKS for column in block.columns}
