"""Answers read back: exactly, wherever the workbook's rows, columns and sheets have gone."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from tests.damaged.builders import encrypted
from tests.factory import Workbook, a_context, action_cells, an_action, entries, filled, issue
from tests.ingest.packages import edited, packed, parts_of, replacing, sheet_part
from tests.ingest.small import answers_with, codes, place, read, returned, reworked, written
from xlassess.contract.layout import ACTION_PLAN, IDENTITY, layout
from xlassess.ingest import ReturnedFile, read_return
from xlassess.ingest.formats.kinds import Guarded, guard
from xlassess.model.answer import Return
from xlassess.toolkits.load import builtin_ids, find_toolkit

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


def values(ret: Return) -> dict[tuple[str, str], object]:
    return {(answer.item, answer.field): answer.value for answer in ret.answers}


def expected(workbook: Workbook) -> dict[tuple[str, str], object]:
    return {(entry.item, entry.field): entry.value for entry in entries(workbook.toolkit)}


@pytest.mark.parametrize("toolkit_id", builtin_ids())
def test_every_toolkit__reads_back_exactly(toolkit_id: str, tmp_path: Path) -> None:
    book = issue(find_toolkit(toolkit_id))
    typed = entries(book.toolkit, variation=1)
    ret = read(filled(book, typed), tmp_path, book)
    read_back = {(a.item, a.field): (a.value, a.sheet, a.cell) for a in ret.answers}
    assert read_back == {(e.item, e.field): (e.value, e.sheet, e.cell) for e in typed}
    assert (ret.state, ret.reference, ret.kind) == ("accepted", book.issued.reference, "xlsx")


def test_every_kind__reads_back_exactly(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(returned(kinds), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    assert ret.state == "accepted"
    assert ret.saved_at is not None


def test_as_issued__is_returned_without_answers(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(kinds.data, tmp_path, kinds)
    assert codes(ret) == ["C13"]
    assert ret.answers == ()


@given(data=st.data())
def test_any_choice_of_answers__is_read_back(
    pat: Workbook, tmp_path: Path, data: st.DataObject
) -> None:
    text = st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf")),
        min_size=1,
        max_size=50,
    ).filter(lambda drawn: drawn.strip() and not drawn.startswith("_x"))
    given_answers: dict[tuple[str, str], object] = {}
    cells: dict[tuple[str, str], object] = {}
    for entry in entries(pat.toolkit):
        item = pat.toolkit.item(entry.item)
        if data.draw(st.booleans()):
            continue
        if entry.field == "answer" and not item.is_free:
            choice = data.draw(st.sampled_from(pat.toolkit.scales[item.answer].choices))
            given_answers[entry.item, entry.field] = choice.code
            cells[entry.sheet, entry.cell] = choice.label
        else:
            drawn = data.draw(text)
            given_answers[entry.item, entry.field] = drawn
            cells[entry.sheet, entry.cell] = drawn

    def write(book: openpyxl.Workbook) -> None:
        for (sheet, cell), content in cells.items():
            book[sheet][cell].value = content
            book[sheet][cell].data_type = "s"

    ret = read(reworked(pat.data, write), tmp_path, pat)
    assert values(ret) == given_answers
    assert ret.normalised == ()


def test_sheets_renamed_and_moved__read_the_same(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        for number, sheet in enumerate(book.worksheets[1:4]):
            sheet.title = f"Meeting {number}"
        book.move_sheet("Meeting 0", 3)

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    assert ret.state == "accepted"


def test_sheet_renamed__words_in_its_name_are_told(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book["1 Views"].title = "Jo's view, not agreed"
        book["2 Facts"].title = "2 Facts (2)"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    assert [(one.code, one.sheet) for one in ret.findings] == [("R07", "Jo's view, not agreed")]


@pytest.mark.parametrize(
    ("behind", "told"), [("Table 1", []), ("1 Views", []), ("see Jo", ["1 Views - see Jo"])]
)
def test_sheet_renamed__what_programs_put_behind_its_name_is_no_remark(
    kinds: Workbook, tmp_path: Path, behind: str, told: list[str]
) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book["1 Views"].title = f"1 Views - {behind}"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert [one.sheet for one in ret.findings] == told


def _rows(sheet: Worksheet, first: int, last: int) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=first, max_row=last)]


def test_rows_sorted__read_the_same(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        sheet = book["1 Views"]
        rows = _rows(sheet, 6, 11)
        for number, row in enumerate(reversed(rows)):
            for column, content in enumerate(row, start=1):
                sheet.cell(6 + number, column).value = content

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    cells = {answer.item: answer.cell for answer in ret.answers if answer.field == "answer"}
    assert (cells["1A"], cells["1F"]) == ("C11", "C6")
    assert [(f.code, f.sheet, f.cell) for f in ret.findings] == [("R12", "1 Views", "A7")]


def test_rows_and_columns_inserted__read_the_same(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        sheet = book["1 Views"]
        sheet.merged_cells.ranges.clear()
        sheet.insert_rows(8, 2)
        sheet.insert_rows(1, 3)
        sheet.insert_cols(1)
        sheet.insert_cols(4, 2)

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    assert ret.state == "accepted"


def test_columns_swapped__follow_their_headings(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        sheet = book["3 Standpoints"]
        for row in range(5, 8):
            left, right = sheet.cell(row, 3), sheet.cell(row, 4)
            left.value, right.value = right.value, left.value

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)


def test_heading_cleared__others_in_place_make_it_good(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(written(returned(kinds), {("1 Views", "C5"): None}), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    (note,) = ret.findings
    assert (note.code, note.sheet, note.cell) == ("R20", "1 Views", "C5")


@pytest.mark.parametrize("head", ["#N/A", "=1/0"])
def test_heading_of_an_error_or_formula__is_none_that_was_cleared(
    kinds: Workbook, tmp_path: Path, head: str
) -> None:
    ret = read(written(returned(kinds), {("1 Views", "C5"): head}), tmp_path, kinds)
    (query,) = ret.findings
    assert (query.code, query.sheet, query.cell) == ("R06", "1 Views", "C5")
    assert ("1A", "answer") not in values(ret)


def test_heading_crossed_out__its_column_is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book["1 Views"]["C5"].font = Font(strike=True)

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    (query,) = [finding for finding in ret.findings if finding.severity == "query"]
    assert (query.code, query.cell) == ("R06", "C5")
    assert not any(a.item.startswith("1") and a.field == "answer" for a in ret.answers)
    assert ("1A", "comment") in values(ret)


@pytest.mark.parametrize("now", ["Last year's answer", "Jane's view (not agreed)", 2025])
def test_heading_with_other_words__is_another_column(
    kinds: Workbook, tmp_path: Path, now: object
) -> None:
    ret = read(written(returned(kinds), {("1 Views", "C5"): now}), tmp_path, kinds)
    (query,) = [finding for finding in ret.findings if finding.severity == "query"]
    assert (query.code, query.sheet, query.cell) == ("R06", "1 Views", "C5")
    assert not any(a.item.startswith("1") and a.field == "answer" for a in ret.answers)
    assert ("1A", "comment") in values(ret)


def test_heading_overwritten__not_made_good_when_columns_moved(
    kinds: Workbook, tmp_path: Path
) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book["1 Views"]["C5"] = "Mine"
        book["1 Views"].insert_cols(3)

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert [finding.code for finding in ret.findings if finding.severity == "query"] == ["R06"]
    assert not any(a.item == "1A" and a.field == "answer" for a in ret.answers)
    assert ("1A", "comment") in values(ret)


def test_heading_retyped__is_the_same_heading(kinds: Workbook, tmp_path: Path) -> None:
    cells = {
        ("1 Views", "A5"): "ITEM ",
        ("1 Views", "B5"): "question",
        ("1 Views", "C5"): "YOUR  answer",
    }
    ret = read(written(returned(kinds), cells), tmp_path, kinds)
    assert values(ret) == expected(kinds)


def test_sheet_copied__with_the_same_answers_is_a_note(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book.copy_worksheet(book["1 Views"])

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    assert codes(ret) == ["R02"]


def test_sheet_copied__empty_copy_does_not_count(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        copy = book.copy_worksheet(book["1 Views"])
        for row in range(6, 12):
            copy.cell(row, 3).value = copy.cell(row, 5).value = None

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    assert codes(ret) == ["R02"]


def test_hidden_copy__nothing_of_it_is_read(kinds: Workbook, tmp_path: Path) -> None:
    """What people can see counts: here questions without an answer."""
    cells = [place(kinds, item).cell for item in ("1A", "1B")]

    def work(book: openpyxl.Workbook) -> None:
        copy = book.copy_worksheet(book["1 Views"])
        copy.title, copy.sheet_state = "Old", "veryHidden"
        for cell in cells:
            book["1 Views"][cell].value = None

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    asked = {answer.item for answer in ret.answers if answer.field == "answer"}
    assert not {"1A", "1B"} & asked
    (told,) = ret.findings
    assert (told.code, told.severity, told.sheet) == ("R16", "query", "1 Views")
    assert (told.cell, *told.cells) == tuple(cells)
    assert "Old" in told.message


def test_hidden_copy__with_the_same_answers_is_a_note(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book.copy_worksheet(book["1 Views"]).sheet_state = "hidden"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert (codes(ret), values(ret)) == (["R02"], expected(kinds))


def test_hidden_plan__no_action_of_it_is_read(kinds: Workbook, tmp_path: Path) -> None:
    columns = {column.role: column.index for column in layout(kinds.toolkit).action_plan.columns}  # type: ignore[union-attr]
    first = layout(kinds.toolkit).action_plan.first_row  # type: ignore[union-attr]

    def work(book: openpyxl.Workbook) -> None:
        copy = book.copy_worksheet(book[ACTION_PLAN])
        copy.title, copy.sheet_state = "Old plan", "hidden"
        copy.cell(first + 1, columns["action"] + 1).value = "Stop meeting"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert ret.actions == ()
    assert "R16" in codes(ret)


def test_question_crossed_out__its_answer_is_asked_about(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        for cell in ("A6", "B7", "B11"):
            book["1 Views"][cell].font = Font(strike=True)
        book["1 Views"]["C11"].value = None
        book["2 Facts"]["B11"].font = Font(strike=True)
        book["2 Facts"][place(kinds, "2.10").cell].value = None

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    told = {(one.code, one.item or one.details.get("items", "")) for one in ret.findings}
    assert {("R17", "1A"), ("R17", "1B"), ("R14", "2.10"), ("C02", "1F")} <= told
    assert not {"1A", "1B"} & {one.item for one in ret.answers if one.field == "answer"}


def test_number_format__what_is_seen_decides(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        for item, field, code in (
            ("1A", "answer", '"Disagree: "@'),
            ("1B", "answer", ";;;"),
            ("1C", "answer", "[Blue]@"),
            ("1A", "comment", '"Not said: "@'),
            ("1B", "comment", ";;;"),
        ):
            cell = place(kinds, item, field)
            book[cell.sheet][cell.cell].number_format = code

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert [(one.code, one.item, one.field) for one in ret.findings] == [
        ("R18", "1A", "answer"),
        ("R18", "1B", "answer"),
        ("R18", "1B", "comment"),
    ]
    said = {(one.item, one.field): one.value for one in ret.answers}
    assert str(said["1A", "comment"]).startswith("Not said: ")
    assert not {("1A", "answer"), ("1B", "answer"), ("1B", "comment")} & said.keys()


def test_conditional_format__what_is_seen_decides(kinds: Workbook, tmp_path: Path) -> None:
    """Told as of cells with such a format, and not of the cells beside them."""
    gone, white = DifferentialStyle(font=Font(strike=True)), Font(color="FFFFFFFF")

    def under(book: openpyxl.Workbook, item: str, field: str, look: DifferentialStyle) -> str:
        at = place(kinds, item, field)
        rule = Rule(type="expression", dxf=look, formula=[f"LEN({at.cell})>0"])
        book[at.sheet].conditional_formatting.add(at.cell, rule)
        return at.cell

    def work(book: openpyxl.Workbook) -> None:
        under(book, "1A", "answer", gone)
        under(book, "1B", "comment", gone)
        under(book, "1C", "answer", DifferentialStyle(numFmt=NumberFormat(164, ";;;")))
        under(book, "1D", "answer", DifferentialStyle(font=white))
        under(book, "4.1", "answer", DifferentialStyle(font=white))
        under(book, "1E", "answer", DifferentialStyle(font=Font(color="FF9B1C1C")))

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    told = [(one.code, one.item) for one in ret.findings]
    assert told == [
        ("R13", "1A"), ("R18", "1C"), ("R14", "1B"), ("R21", "1D"), ("R21", "4.1")
    ]  # fmt: skip
    missing = {("1A", "answer"), ("1B", "comment"), ("1C", "answer")}
    assert expected(kinds).keys() - values(ret).keys() == missing


def test_conditional_formats_of_ours__hide_nothing(kinds: Workbook) -> None:
    told = guard(returned(kinds))
    assert isinstance(told, Guarded)
    assert [name for name, notes in told.notes.items() if notes.conditions] == []


def test_words_that_nobody_sees__are_told(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        at = place(kinds, "1A", "comment")
        white = TextBlock(InlineFont(color="FFFFFFFF"), "not ")
        book[at.sheet][at.cell].value = CellRichText("We do ", white, "agree")

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret)["1A", "comment"] == "We do not agree"
    assert codes(ret) == ["R21"]
    assert "“not”" in ret.findings[0].message


@pytest.mark.parametrize(
    ("value", "code", "told"),
    [
        (17, '0" 1/2"', ["C06"]), (5, '0"E+03"', ["C06"]), (5, "000-00", []), (2.5, "# ?/?", []),
        (480, "0.0E+00", []), (2, '0" of "0', ["C06"]),
    ],
)  # fmt: skip
def test_number__is_asked_about_where_its_format_shows_another(
    value: float, code: str, told: list[str], kinds: Workbook, tmp_path: Path
) -> None:
    def work(book: openpyxl.Workbook) -> None:
        at = place(kinds, "2.3")
        cell = book[at.sheet][at.cell]
        cell.value, cell.number_format = value, code

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert codes(ret) == told
    assert values(ret).get(("2.3", "answer")) == (None if told else value)


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("0.00", []), ("£0", []), ("00", []), ("0%", []), ('0" - Rather more"', []),
        ('0" - Of no interest"', ["R18"]), ('"1"0', ["R18"]), ('0" 1/2"', ["R18"]),
    ],
)  # fmt: skip
def test_number_of_a_choice__is_asked_about_where_its_format_shows_another(
    code: str, told: list[str], pat: Workbook, tmp_path: Path
) -> None:
    item = next(i for s in pat.toolkit.all_sections for i in s.items if i.answer == "significance")

    def work(book: openpyxl.Workbook) -> None:
        at = place(pat, item.id)
        cell = book[at.sheet][at.cell]
        cell.value, cell.number_format = 4, code

    ret = read(reworked(returned(pat), work), tmp_path, pat)
    assert codes(ret) == told
    assert (item.id in {one.item for one in ret.answers}) is not told


def test_header_and_footer__words_of_the_partner_are_told(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book["1 Views"].oddHeader.left.text = "Draft, not agreed by the board"
        book["2 Facts"].oddFooter.right.text = "Page &P of &N, 31 March"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    assert [(one.code, one.sheet) for one in ret.findings] == [
        ("R07", "1 Views"),
        ("R07", "2 Facts"),
    ]
    assert "Draft, not agreed by the board" in ret.findings[0].message


def test_sheet_copied__with_another_answer_is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        copy = book.copy_worksheet(book["1 Views"])
        copy["C6"] = "Strongly disagree"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert [(f.code, f.item, f.cell) for f in ret.findings] == [("R01", "1A", "C6")]
    assert "Strongly disagree" in ret.findings[0].message
    assert ("1A", "answer") not in values(ret)
    assert len(ret.answers) == len(expected(kinds)) - 1


def test_technical_sheets_deleted__known_by_properties(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        del book[IDENTITY]

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    assert ret.state == "accepted"


def test_one_sheet_in_a_new_file__is_read_by_its_reference(kinds: Workbook, tmp_path: Path) -> None:
    source = openpyxl.load_workbook(_saved(returned(kinds), tmp_path))["1 Views"]
    book = openpyxl.Workbook()
    for row in source.iter_rows():
        for cell in row:
            book.active[cell.coordinate].value = cell.value  # type: ignore[index]
    path = tmp_path / "copied.xlsx"
    book.save(path)
    ret = read_return(ReturnedFile(path, path.name), a_context(kinds))
    assert ret.reference == kinds.issued.reference
    assert {answer.item for answer in ret.answers} == {f"1{letter}" for letter in "ABCDEF"}
    assert set(codes(ret)) == {"I09", "R03", "R08"}
    assert codes(ret).count("R03") == 3


def _saved(data: bytes, folder: Path) -> Path:
    path = folder / "saved.xlsx"
    path.write_bytes(data)
    return path


def test_formula_and_error__are_never_answers(kinds: Workbook, tmp_path: Path) -> None:
    cells = {("1 Views", "C6"): "=C7", ("1 Views", "C8"): "#N/A"}
    ret = read(written(returned(kinds), cells), tmp_path, kinds)
    assert [(f.code, f.cell, f.item) for f in ret.findings] == [
        ("C10", "C6", "1A"),
        ("C11", "C8", "1C"),
    ]
    assert not {("1A", "answer"), ("1C", "answer")} & values(ret).keys()
    assert len(ret.answers) == len(expected(kinds)) - 2


def test_text_that_looks_like_a_formula__is_text(kinds: Workbook, tmp_path: Path) -> None:
    data = filled(kinds, answers_with(kinds, i4_1='=HYPERLINK("https://example.org")'))
    ret = read(data, tmp_path, kinds)
    assert values(ret)["4.1", "answer"] == '=HYPERLINK("https://example.org")'
    assert ret.state == "accepted"


def test_normalised__keeps_before_and_after(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(returned(kinds, i1A=" agree", i2_3="12", i2_5="25%"), tmp_path, kinds)
    put_right = {one.item: (one.before, one.after) for one in ret.normalised}
    assert put_right == {"1A": (" agree", "Agree"), "2.3": ("12", "12"), "2.5": ("25%", "0.25")}
    assert ret.state == "accepted with notes"
    assert values(ret)["2.5", "answer"] == 0.25


def test_actions__are_read_with_proposal(kinds: Workbook, tmp_path: Path) -> None:
    plan, spot = kinds.toolkit.action_plan, layout(kinds.toolkit).action_plan
    assert plan is not None
    assert spot is not None
    assert spot.proposal is not None
    planned = an_action(kinds.toolkit, plan)
    cells = {(ACTION_PLAN, cell): value for cell, value in action_cells(spot, planned, row=2)}
    cells[ACTION_PLAN, f"C{spot.proposal + 1}"] = "Meet monthly."
    ret = read(written(returned(kinds), cells), tmp_path, kinds)
    (action,) = ret.actions
    assert (action.row, action.item, action.action) == (3, planned.item, planned.action)
    assert (action.horizon, action.status) == (planned.horizon.code, planned.status.code)
    assert (action.owner, action.deadline) == (planned.owner, planned.deadline)
    assert values(ret)["proposal", "answer"] == "Meet monthly."
    assert ret.state == "accepted"


def test_only_actions__is_not_an_empty_return(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(written(kinds.data, {(ACTION_PLAN, "C6"): "Meet"}), tmp_path, kinds)
    assert len(ret.actions) == 1
    assert "C13" not in codes(ret)
    assert "C02" in codes(ret)


def test_missing_answers__are_one_finding_a_sheet(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(returned(kinds, i1A=None, i1C=None, i2_2=None), tmp_path, kinds)
    told = [(f.code, f.sheet, (f.cell, *f.cells)) for f in ret.findings]
    assert told == [
        ("C02", "1 Views", ("C6", "C8")),
        ("C02", "2 Facts", (place(kinds, "2.2").cell,)),
    ]
    assert "1A, 1C" in ret.findings[0].message


def test_optional_answers__may_be_missing(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(returned(kinds, i4_2=None, i2_10=None), tmp_path, kinds)
    assert ret.state == "accepted"


def test_sheet_missing__its_answers_are_not_missed_again(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        del book["1 Views"]

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert codes(ret) == ["R03"]


def test_number_for_item__only_where_it_is_one_item(kinds: Workbook, tmp_path: Path) -> None:
    facts = place(kinds, "2.2")
    row = facts.cell[1:]
    ret = read(written(returned(kinds), {(facts.sheet, f"A{row}"): 2.2}), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    last = place(kinds, "2.10").cell[1:]
    damage: dict[tuple[str, str], object] = {(facts.sheet, f"A{last}"): 2.1}
    ret = read(written(returned(kinds), damage), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    damage[facts.sheet, f"B{last}"] = "Is it?"
    ret = read(written(returned(kinds), damage), tmp_path, kinds)
    assert ("2.10", "answer") not in values(ret)
    assert {"R04", "R05"} <= set(codes(ret))


def test_writing_in_the_margin__is_told(kinds: Workbook, tmp_path: Path) -> None:
    cells = {("1 Views", "H7"): "see minutes", ("1 Views", "B20"): "and one more thing"}
    ret = read(written(returned(kinds), cells), tmp_path, kinds)
    assert [(f.code, f.cell) for f in ret.findings] == [("R07", "B20"), ("R07", "H7")]
    assert values(ret) == expected(kinds)


def test_questions_changed__are_one_finding_a_sheet(kinds: Workbook, tmp_path: Path) -> None:
    cells = {("1 Views", "B6"): "Partners differ.", ("1 Views", "B8"): "Partners quarrel."}
    ret = read(written(returned(kinds), cells), tmp_path, kinds)
    assert [(f.code, f.cell, f.cells) for f in ret.findings] == [("C09", "B6", ("B8",))]
    assert values(ret) == expected(kinds)


def test_numbers_beside_other_questions__are_not_read(kinds: Workbook, tmp_path: Path) -> None:
    cells: dict[tuple[str, str], object] = {("1 Views", "A6"): "1C", ("1 Views", "A8"): "1A"}
    ret = read(written(returned(kinds), cells), tmp_path, kinds)
    assert [(f.code, f.cell, f.cells) for f in ret.findings] == [("R09", "A6", ("A8",))]
    assert {answer.item for answer in ret.answers}.isdisjoint({"1A", "1C"})
    assert len(ret.answers) == len(expected(kinds)) - 4


@pytest.mark.parametrize("became", [None, " ", 2.1, "2.1", date(2026, 10, 2)])
def test_number_lost_its_form__the_question_tells(
    kinds: Workbook, tmp_path: Path, became: object
) -> None:
    last = place(kinds, "2.10")
    cells: dict[tuple[str, str], object] = {(last.sheet, f"A{last.cell[1:]}"): became}
    ret = read(written(returned(kinds), cells), tmp_path, kinds)
    assert (values(ret), codes(ret)) == (expected(kinds), [])


@pytest.mark.parametrize("toolkit_id", ["rochford-hallmarks", "bv-organisation"])
def test_all_numbers_turned_into_numbers__read_the_same(toolkit_id: str, tmp_path: Path) -> None:
    book = issue(find_toolkit(toolkit_id))
    given_answers = entries(book.toolkit)
    cells: dict[tuple[str, str], object] = {}
    for entry in given_answers:
        if re.fullmatch(r"\d+\.\d+", entry.item):
            cells[entry.sheet, f"A{entry.cell.lstrip('ABCDEFGHIJK')}"] = float(entry.item)
    assert len(cells) > 40
    ret = read(written(filled(book, given_answers), cells), tmp_path, book)
    assert values(ret) == expected(book)
    assert codes(ret) == []


def test_merged__hidden_contents_are_no_answers(kinds: Workbook, tmp_path: Path) -> None:
    data = returned(kinds)
    merge = replacing(
        b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="C6:E7"/></mergeCells>'
    )
    data = reworked(data, lambda book: book["1 Views"].merged_cells.ranges.clear())
    ret = read(edited(data, {sheet_part(data, "1 Views"): merge}), tmp_path, kinds)
    assert [(f.code, f.cell, f.cells) for f in ret.findings] == [("R10", "E6", ("C7", "E7"))]
    assert ("1A", "answer") in values(ret)
    assert {("1B", "answer"), ("1A", "comment"), ("1B", "comment")}.isdisjoint(values(ret))


def test_answer_among_the_comments__is_told_once(kinds: Workbook, tmp_path: Path) -> None:
    data = returned(kinds, i1A=None, i1A__comment="Agree", i1B=None, i1B__comment="see 1A")
    ret = read(data, tmp_path, kinds)
    assert [(f.code, f.item) for f in ret.findings] == [("C18", "1A"), ("C02", "1B")]


def _typed_truth(part: bytes) -> bytes:
    """Write truth values as LibreOffice does: a formula, and its result."""
    for result, formula in ((b"1", b"TRUE()"), (b"0", b"FALSE()")):
        cell = rb"(<c [^>]*)>(<f>" + re.escape(formula) + rb"</f>)<v></v>"
        part = re.sub(cell, rb'\1 t="b">\2<v>' + result + b"</v>", part)
    return part


@pytest.mark.parametrize("prefix", [b"<sheetData>", b"<sheetData ><!-- the long way round -->"])
def test_truth_values__as_libreoffice_writes_them(
    kinds: Workbook, tmp_path: Path, prefix: bytes
) -> None:
    cells: dict[tuple[str, str], object] = {
        ("2 Facts", "C6"): "=TRUE()",
        ("2 Facts", "E7"): "=FALSE()",
        ("2 Facts", "E8"): "=NOT(FALSE())",
    }
    data = written(returned(kinds), cells)
    part = sheet_part(data, "2 Facts")
    data = edited(data, {part: _typed_truth})
    data = edited(data, {part: replacing(b"<sheetData>", prefix)})
    ret = read(data, tmp_path, kinds)
    assert [(f.code, f.cell) for f in ret.findings] == [("C10", "E8")]
    assert values(ret)["2.1", "answer"] == "yes"
    assert values(ret)["2.2", "comment"] == "FALSE"


def test_raw_character_data__is_read_like_any_other(kinds: Workbook, tmp_path: Path) -> None:
    raw = replacing(b"<t>Question</t>", b"<t><![CDATA[Question]]></t>")
    ret = read(edited(kinds.data, {"xl/sharedStrings.xml": raw}), tmp_path, kinds)
    assert codes(ret) == ["C13"]


def test_cells_only_formatted__may_reach_anywhere(kinds: Workbook, tmp_path: Path) -> None:
    data = returned(kinds)
    far = replacing(b"</sheetData>", b'<row r="1048576"><c r="K1048576" s="1"/></row></sheetData>')
    ret = read(edited(data, {sheet_part(data, "1 Views"): far}), tmp_path, kinds)
    assert (values(ret), codes(ret)) == (expected(kinds), [])


def test_passwords__any_of_several_opens(kinds: Workbook, tmp_path: Path) -> None:
    data = encrypted(returned(kinds), "Zażółć 1")
    context = replace(a_context(kinds), passwords=("other", "Zażółć 1"))
    ret = read(data, tmp_path, kinds, context=context)
    assert (ret.state, values(ret)) == ("accepted", expected(kinds))
    assert "Zażółć" not in repr(context)
    ret = read(data, tmp_path, kinds, context=replace(context, passwords=("zażółć 1",)))
    assert codes(ret) == ["G18"]


def test_passwords__costly_hashing_is_not_begun(kinds: Workbook, tmp_path: Path) -> None:
    data = encrypted(returned(kinds), "secret")
    usual, costly = b'spinCount="100000"', b'spinCount="9999999"'
    assert data.count(usual + b" ") == 1
    context = replace(a_context(kinds), passwords=("secret",))
    began = time.process_time()
    ret = read(data.replace(usual + b" ", costly), tmp_path, kinds, context=context)
    assert codes(ret) == ["G18"]
    assert time.process_time() - began < 1


def test_heading_doubled__neither_column_is_taken_for_it(kinds: Workbook, tmp_path: Path) -> None:
    """A second column of answers, perhaps a colleague's, is a question and not a choice."""
    cells: dict[tuple[str, str], object] = {("1 Views", "D5"): "Your answer"}
    cells |= {("1 Views", f"D{row}"): "Disagree" for row in range(6, 12)}
    ret = read(written(returned(kinds), cells), tmp_path, kinds)
    assert codes(ret) == ["R06"]
    views = {(a.item, a.field) for a in ret.answers if a.sheet == "1 Views"}
    assert views == {(f"1{letter}", "comment") for letter in "ABCDEF"}


def _with_notes(book: openpyxl.Workbook) -> None:
    book["1 Views"]["C6"].comment = Comment("In truth we disagree.", "Ann")
    book["Start"]["H2"].comment = Comment("See my letter.", "Ann")


def test_notes_attached_to_cells__are_told(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(reworked(returned(kinds), _with_notes), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    assert [(f.code, f.sheet, f.cell) for f in ret.findings] == [
        ("R07", "Start", "H2"),
        ("R07", "1 Views", "C6"),
    ]
    assert "In truth we disagree." in ret.findings[1].message


def test_conversations_attached_to_cells__are_told_in_their_own_words(
    kinds: Workbook, tmp_path: Path
) -> None:
    data = reworked(returned(kinds), _with_notes)
    rels = sheet_part(data, "1 Views").replace("worksheets/", "worksheets/_rels/") + ".rels"
    talk = (
        b'<Relationship Id="rIdTalk" Target="../threadedComments/threadedComment1.xml" '
        b'Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"/>'
    )
    parts = parts_of(
        edited(data, {rels: replacing(b"</Relationships>", talk + b"</Relationships>")})
    )
    parts["xl/threadedComments/threadedComment1.xml"] = (
        b'<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/'
        b'threadedcomments"><threadedComment ref="C6" id="{1}"><text>Do we?</text>'
        b'</threadedComment><threadedComment ref="C6" id="{2}"><text>We do.</text>'
        b"</threadedComment></ThreadedComments>"
    )
    ret = read(packed(parts), tmp_path, kinds)
    assert "Do we? / We do." in ret.findings[1].message
    parts["xl/threadedComments/threadedComment1.xml"] = b"<nothing"
    assert values(read(packed(parts), tmp_path, kinds)) == expected(kinds)


@pytest.mark.parametrize("label", ["Comment", "Kommentar"])
def test_conversations__of_which_only_the_explanation_for_other_programs_is_left(
    kinds: Workbook, tmp_path: Path, label: str
) -> None:
    shown = "[...]\n\nYour version of Excel: https://go.microsoft.com/fwlink/?linkid=870924\n\n"

    def work(book: openpyxl.Workbook) -> None:
        for cell, said in (("C6", "Do we?"), ("C7", "See: 1A")):
            book["1 Views"][cell].comment = Comment(f"{shown}{label}:\n    {said}", "tc={1}")

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert [(f.cell, f.details["values"]) for f in ret.findings] == [
        ("C6", "a note or drawing, “Do we?”"),
        ("C7", "a note or drawing, “See: 1A”"),
    ]


def test_questions_sorted_without_their_guidance__are_asked_about(
    pat: Workbook, tmp_path: Path
) -> None:
    """Only the first two columns were sorted; the guidance stayed where it was."""
    sheet, *_ = layout(pat.toolkit).sections

    def work(book: openpyxl.Workbook) -> None:
        rows = [sheet.tables[0].header_row + n for n in (2, 3)]
        for column in (1, 2):
            first, second = (book[sheet.sheet].cell(row, column) for row in rows)
            first.value, second.value = second.value, first.value

    ret = read(reworked(returned(pat), work), tmp_path, pat)
    assert [(f.code, f.cell, f.cells) for f in ret.findings] == [
        ("C09", "C6", ("C7",)),
        ("R12", "A7", ()),
    ]


@pytest.mark.parametrize("column", [3, 5])
def test_column_deleted__is_told(kinds: Workbook, tmp_path: Path, column: int) -> None:
    """The last one as well, beside which no other shows that it is gone."""

    def work(book: openpyxl.Workbook) -> None:
        book["1 Views"].merged_cells.ranges.clear()
        book["1 Views"].delete_cols(column)

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert [f.code for f in ret.findings if f.severity == "query"] == ["R06"]
    gone = "answer" if column == 3 else "comment"
    assert values(ret) == {
        place: value
        for place, value in expected(kinds).items()
        if place not in {(f"1{letter}", gone) for letter in "ABCDEF"}
    }


def test_much_written_in_the_margin__is_told_together(kinds: Workbook, tmp_path: Path) -> None:
    cells: dict[tuple[str, str], object] = {("1 Views", f"H{r}"): f"word {r}" for r in range(6, 12)}
    ret = read(written(returned(kinds), cells), tmp_path, kinds)
    (told,) = ret.findings
    assert (told.code, told.cell, len(told.cells)) == ("R07", "H6", 5)
    assert "and 3 more" in told.message
    cells.popitem()
    assert codes(read(written(returned(kinds), cells), tmp_path, kinds)) == ["R07"] * 5


def test_sheet_added__is_told(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book.create_sheet("Empty")
        book.create_sheet("Remarks", 0)["B3"] = "We could not agree on section 3."
        for name in ("Profile", "xl_lists", ACTION_PLAN):
            book[name].title = f"{name} of ours"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    told = [(f.code, f.sheet, f.cell) for f in ret.findings]
    assert told == [("R07", "Action plan of ours", ""), ("R07", "Remarks", "B3")]


def test_hidden_or_pale__is_read_and_told(kinds: Workbook, tmp_path: Path) -> None:
    white, hidden = place(kinds, "1A"), place(kinds, "1C")
    comment = place(kinds, "2.1", "comment")

    def work(book: openpyxl.Workbook) -> None:
        book[white.sheet][white.cell].font = Font(color="FFFFFFFF")
        row = int(hidden.cell.lstrip("ABCDEFGH"))
        book[hidden.sheet].row_dimensions[row].hidden = True
        book[comment.sheet].column_dimensions[comment.cell[0]].hidden = True

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert values(ret) == expected(kinds)
    told = {
        (one.sheet, cell): one.details["why"]
        for one in ret.findings
        for cell in (one.cell, *one.cells)
        if one.code == "R21"
    }
    assert ret.state == "accepted with notes"
    assert "colour" in told[white.sheet, white.cell]
    assert "rows" in told[hidden.sheet, hidden.cell]
    assert "columns" in told[comment.sheet, comment.cell]
    assert {sheet for sheet, _ in told} == {white.sheet, comment.sheet}


def test_comments_merged__are_read_with_the_first_and_told(kinds: Workbook, tmp_path: Path) -> None:
    first, last = place(kinds, "1A", "comment"), place(kinds, "1C", "comment")

    def work(book: openpyxl.Workbook) -> None:
        sheet = book[first.sheet]
        sheet[first.cell].value = "True of all three"
        sheet.merge_cells(f"{first.cell}:{last.cell}")

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    said = values(ret)
    assert said["1A", "comment"] == "True of all three"
    assert not {("1B", "comment"), ("1C", "comment")} & said.keys()
    (told,) = ret.findings
    assert (told.code, told.cell, told.details["items"]) == ("R22", first.cell, "1B, 1C")


@pytest.mark.parametrize(("heading", "named"), [("A5", "Item"), ("B5", "Question")])
def test_heading_that_tells_rows_changed__is_named(
    kinds: Workbook, tmp_path: Path, heading: str, named: str
) -> None:
    ret = read(written(returned(kinds), {("1 Views", heading): "Thing"}), tmp_path, kinds)
    assert [one.details["column"] for one in ret.findings if one.code == "R06"] == [named]
