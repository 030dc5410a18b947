"""The action plan is read wherever it stands, and nothing written on its sheet is passed over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl.styles import Font

from tests.factory import PROPOSAL_TEXT, Workbook
from tests.ingest.packages import edited, replacing, sheet_part
from tests.ingest.small import codes, read, returned, reworked
from xlassess.contract.layout import ACTION_PLAN, layout
from xlassess.model.answer import Return
from xlassess.model.finding import Finding
from xlassess.model.query import Slot, action_slot, concerned

Work = Callable[[Any], object]
FIRST = 6
"""The row of the first action, as Excel counts."""


def planned(kinds: Workbook, work: Work | None = None) -> bytes:
    """A workbook filled in, with two actions and a proposal, after some work on its plan."""

    def fill(book: Any) -> None:
        sheet = book[ACTION_PLAN]
        for row in (FIRST, FIRST + 1):
            for column, value in zip(
                "BCDEFG", ("1A", f"Meet {row}", "Quick win", "Zoë", date(2026, 9, row), "Minutes"),
                strict=True,
            ):  # fmt: skip
                sheet[f"{column}{row}"].value = value
        sheet[f"C{proposal_row(kinds)}"].value = PROPOSAL_TEXT
        if work:
            work(sheet)

    return reworked(returned(kinds), fill)


def proposal_row(kinds: Workbook) -> int:
    place = layout(kinds.toolkit).action_plan
    assert place
    assert place.proposal is not None
    assert place.first_row == FIRST - 1
    return place.proposal + 1


def told(ret: Return) -> list[tuple[str, str]]:
    return [(finding.code, finding.cell) for finding in ret.findings]


def actions(ret: Return) -> list[tuple[int, str, str]]:
    return [(action.row, action.action, action.cell) for action in ret.actions]


def proposal(ret: Return) -> list[object]:
    return [answer.value for answer in ret.answers if answer.item == "proposal"]


def only(ret: Return) -> Finding:
    (finding,) = ret.findings
    return finding


BOTH = [(1, "Meet 6", "C6"), (2, "Meet 7", "C7")]


def test_plan__as_issued(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(planned(kinds), tmp_path, kinds)
    assert (actions(ret), proposal(ret), codes(ret)) == (BOTH, [PROPOSAL_TEXT], [])


@pytest.mark.parametrize("count", [1, 3])
def test_rows_inserted_above__proposal_is_found(
    kinds: Workbook, tmp_path: Path, count: int
) -> None:
    ret = read(planned(kinds, lambda sheet: sheet.insert_rows(7, count)), tmp_path, kinds)
    assert actions(ret) == [(1, "Meet 6", "C6"), (2, "Meet 7", f"C{7 + count}")]
    assert (proposal(ret), codes(ret)) == ([PROPOSAL_TEXT], [])


def test_row_inserted_and_filled__has_a_number_of_its_own(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet.insert_rows(7)
        for column, value in zip("CDE", ("Meet between", "Quick win", "Zoë"), strict=True):
            sheet[f"{column}7"].value = value

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert actions(ret) == [(1, "Meet 6", "C6"), (2, "Meet 7", "C8"), (3, "Meet between", "C7")]
    assert codes(ret) == []


def test_row_copied_with_its_number__both_are_kept(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet["A7"].value = 1

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert [action.action for action in ret.actions] == ["Meet 6", "Meet 7"]
    assert len({action.row for action in ret.actions}) == 2


def test_plan_copied__same_rows_are_read_once(kinds: Workbook, tmp_path: Path) -> None:
    data = planned(kinds, lambda sheet: sheet.parent.copy_worksheet(sheet))
    ret = read(data, tmp_path, kinds)
    assert actions(ret) == BOTH
    assert codes(ret) == ["R02"]
    assert "Action plan Copy" in ret.findings[0].message


def test_plan_copied_and_changed__is_a_query_about_that_row(
    kinds: Workbook, tmp_path: Path
) -> None:
    def work(sheet: Any) -> None:
        sheet.parent.copy_worksheet(sheet)["E7"].value = "Ada"

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert actions(ret) == BOTH[:1]
    (query,) = [finding for finding in ret.findings if finding.severity == "query"]
    assert (query.code, concerned(query)) == ("R01", (action_slot(2),))


def test_proposal_copied_and_changed__is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet.parent.copy_worksheet(sheet)[f"C{proposal_row(kinds)}"].value = "Never meet."

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert proposal(ret) == []
    (query,) = [finding for finding in ret.findings if finding.severity == "query"]
    assert (query.code, concerned(query)) == ("R01", (Slot("proposal", "answer"),))


def test_row_only_in_a_copy__is_read_there(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        other = sheet.parent.copy_worksheet(sheet)
        for column, value in zip("CDE", ("Meet again", "Quick win", "Zoë"), strict=True):
            other[f"{column}8"].value = value

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert [(a.row, a.sheet) for a in ret.actions] == [
        (1, ACTION_PLAN), (2, ACTION_PLAN), (3, f"{ACTION_PLAN} Copy"),
    ]  # fmt: skip


def test_columns_moved__are_told_by_their_headings(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        sheet.insert_cols(1, 2)
        sheet.insert_cols(6)

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert [(a.row, a.action, a.horizon, a.owner) for a in ret.actions] == [
        (1, "Meet 6", "quick", "Zoë"), (2, "Meet 7", "quick", "Zoë"),
    ]  # fmt: skip
    assert codes(ret) == []


def test_heading_with_other_words__its_column_is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet["D5"].value = "By when?"

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert [action.horizon for action in ret.actions] == ["", ""]
    assert "R06" in codes(ret)


def test_heading_cleared__is_told_and_its_column_read(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet["D5"].value = None

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert actions(ret) == BOTH
    assert [(one.code, one.cell) for one in ret.findings] == [("R20", "D5")]


def test_heading_crossed_out__its_column_is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet["D5"].font = Font(strike=True)

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert [action.horizon for action in ret.actions] == ["", ""]
    assert "R06" in codes(ret)


def test_heading_doubled__its_column_is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet["I5"].value = "Owner"
        sheet["I6"].value = "Ada"

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert [action.owner for action in ret.actions] == ["", ""]
    lost = next(finding for finding in ret.findings if finding.severity == "query")
    assert (lost.code, concerned(lost)) == ("R06", (action_slot(1), action_slot(2)))


@pytest.mark.parametrize("cell", ["I7", "H9", "D14", "C14", "J6"])
def test_writing_elsewhere_on_the_sheet__is_told(
    kinds: Workbook, tmp_path: Path, cell: str
) -> None:
    def work(sheet: Any) -> None:
        sheet[cell].value = "See the minutes"

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert (told(ret), actions(ret)) == ([("R07", cell)], BOTH)


def test_state_of_progress_as_at_first__is_nobodys_action(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet["H8"].value = "Not started"

    assert codes(read(planned(kinds, work), tmp_path, kinds)) == []


@pytest.mark.parametrize(("value", "code"), [("=C7", "C10"), ("#N/A", "C11")])
def test_action_that_is_none__is_one_query(
    kinds: Workbook, tmp_path: Path, value: str, code: str
) -> None:
    def work(sheet: Any) -> None:
        sheet["C6"].value = value

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert (told(ret), actions(ret)) == ([(code, "C6")], BOTH[1:])


def test_formula_alone_in_a_row__is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet["C9"].value = "=1+1"

    assert told(read(planned(kinds, work), tmp_path, kinds)) == [("C10", "C9")]


def test_formula_for_a_proposal__is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    cell = f"C{proposal_row(kinds)}"

    def work(sheet: Any) -> None:
        sheet[cell].value = "=C6"

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert (told(ret), proposal(ret)) == ([("C10", cell)], [])


def test_item_and_action_swapped__plan_and_proposal_are_read(
    kinds: Workbook, tmp_path: Path
) -> None:
    def work(sheet: Any) -> None:
        for row in range(FIRST - 1, proposal_row(kinds) - 2):
            left, right = sheet.cell(row, 2), sheet.cell(row, 3)
            left.value, right.value = right.value, left.value

    ret = read(planned(kinds, work), tmp_path, kinds)
    both = [(row, words, f"B{row + FIRST - 1}") for row, words, _ in BOTH]
    assert (actions(ret), proposal(ret), told(ret)) == (both, [PROPOSAL_TEXT], [])


def test_proposal_in_a_hidden_row__is_read_and_told(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet.row_dimensions[proposal_row(kinds)].hidden = True

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert (told(ret), proposal(ret)) == ([("R21", f"C{proposal_row(kinds)}")], [PROPOSAL_TEXT])


def test_number_for_a_proposal__is_put_right_on_record(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet[f"C{proposal_row(kinds)}"].value = 5

    ret = read(planned(kinds, work), tmp_path, kinds)
    (one,) = ret.normalised
    assert (proposal(ret), one.item, one.before, one.after) == (["5"], "proposal", "5", "5")


def test_choice_put_right__goes_by_its_label(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet[f"D{FIRST}"].value = "quick  WIN"

    ret = read(planned(kinds, work), tmp_path, kinds)
    (one,) = ret.normalised
    assert ret.actions[0].horizon == "quick"
    assert (one.item, one.before, one.after) == ("action 1", "quick  WIN", "Quick win")


def test_proposals_question_removed_and_rows_moved__is_a_query(
    kinds: Workbook, tmp_path: Path
) -> None:
    def work(sheet: Any) -> None:
        sheet[f"A{proposal_row(kinds) - 1}"].value = "What else?"
        sheet.insert_rows(8)

    ret = read(planned(kinds, work), tmp_path, kinds)
    lost = next(finding for finding in ret.findings if finding.severity == "query")
    assert (lost.code, concerned(lost)) == ("R11", (Slot("proposal", "answer"),))
    assert (actions(ret), proposal(ret)) == (BOTH, [])


def test_proposals_question_retyped__it_is_read_where_it_was(
    kinds: Workbook, tmp_path: Path
) -> None:
    asked = f"A{proposal_row(kinds) - 1}"

    def work(sheet: Any) -> None:
        sheet[asked].value = str(sheet[asked].value).replace("a", "e", 1)

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert (actions(ret), proposal(ret)) == (BOTH, [PROPOSAL_TEXT])
    assert told(ret) == [("R07", asked)]


def test_proposals_question_changed__is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    asked = f"A{proposal_row(kinds) - 1}"

    def work(sheet: Any) -> None:
        sheet[asked].value = "What we dropped"

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert (actions(ret), proposal(ret)) == (BOTH, [])
    assert ("R11", "") in told(ret)
    assert PROPOSAL_TEXT[:30] in " ".join(one.message for one in ret.findings if one.code == "R07")


def test_row_number_crossed_out__its_action_is_asked_about(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet["A6"].font = Font(strike=True)

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert (told(ret), actions(ret)) == ([("R17", "C6")], BOTH[1:])


@pytest.mark.parametrize("day", [date(1900, 3, 5), date(2206, 3, 1), "1 March 1926"])
def test_deadline_beyond_all_likelihood__is_a_query(
    kinds: Workbook, tmp_path: Path, day: object
) -> None:
    def work(sheet: Any) -> None:
        sheet["F6"].value = day

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert (told(ret), ret.actions[0].deadline) == ([("C19", "F6")], None)


@pytest.mark.parametrize(
    ("cell", "written", "code"),
    [
        ("F6", date(2062, 3, 31), "C37"), ("F6", "31 March 2062", "C37"),
        ("F6", date(2031, 3, 31), ""),
        ("E6", "TBC", "C16"), ("E6", "to be confirmed.", "C16"), ("E6", "T.B.A.", "C16"),
        ("E6", "\u2013", "C16"), ("E6", "Tbc Ltd", ""), ("E6", "N. One", ""),
    ],
)  # fmt: skip
def test_slip_of_the_year_or_owner_to_be_found__is_read_and_told(
    kinds: Workbook, tmp_path: Path, cell: str, written: object, code: str
) -> None:
    def work(sheet: Any) -> None:
        sheet[cell].value = written

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert [one.code for one in ret.findings] == ([code] if code else [])
    assert ret.actions[0].owner == ("Zoë" if cell == "F6" else written)
    assert ret.actions[0].deadline is not None


@pytest.mark.parametrize(
    ("written", "told_of"),
    [
        ({"D6": None}, []),
        ({"F6": None}, []),
        ({"D6": None, "F6": None}, [("C16", "when the action is to happen")]),
        ({"D6": "soon", "F6": None}, [("C01", None)]),
        ({"D6": None, "F6": "spring"}, [("C04", None)]),
        ({"E6": None}, [("C16", "who owns the action")]),
        ({"E6": "#REF!"}, [("C11", None)]),
    ],
)
def test_action__is_told_of_what_it_leaves_open_and_nothing_else_tells(
    kinds: Workbook, tmp_path: Path, written: dict[str, str | None], told_of: Any
) -> None:
    def work(sheet: Any) -> None:
        for cell, value in written.items():
            sheet[cell].value = value

    ret = read(planned(kinds, work), tmp_path, kinds)
    assert [(one.code, one.details.get("missing")) for one in ret.findings] == told_of


def test_proposal_under_a_merged_cell__is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    """Programs that put rows in without moving merged cells leave it unseen."""
    cell = f"C{proposal_row(kinds)}"
    data = planned(kinds)
    part = sheet_part(data, ACTION_PLAN)
    wide = replacing(f'ref="{cell}:'.encode(), f'ref="B{cell[1:]}:'.encode())
    ret = read(edited(data, {part: wide}), tmp_path, kinds)
    assert (told(ret), proposal(ret)) == ([("R10", cell)], [])


def test_error_for_a_state_of_progress__is_told(kinds: Workbook, tmp_path: Path) -> None:
    def work(sheet: Any) -> None:
        sheet["H9"].value = "#N/A"

    assert told(read(planned(kinds, work), tmp_path, kinds)) == [("C15", "C9")]


def test_proposals_label_overwritten__is_told(kinds: Workbook, tmp_path: Path) -> None:
    cell = f"A{proposal_row(kinds)}"

    def overwrite(sheet: Any) -> None:
        sheet[cell].value = "We propose nothing this year"

    ret = read(planned(kinds, overwrite), tmp_path, kinds)
    assert (told(ret), proposal(ret)) == ([("R07", cell)], [PROPOSAL_TEXT])


def test_headings_each_in_another_row__the_plan_is_a_query(kinds: Workbook, tmp_path: Path) -> None:
    """All words of the headings stand on the sheet, but in no row together."""

    def scatter(sheet: Any) -> None:
        heading, below = sheet[f"C{FIRST - 1}"], sheet[f"C{proposal_row(kinds)}"]
        heading.value, below.value = below.value, heading.value

    ret = read(planned(kinds, scatter), tmp_path, kinds)
    assert ("R08", "") in told(ret)
    assert ret.state == "query"
    assert actions(ret) == []
