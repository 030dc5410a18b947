"""What stands outside the answer cells is told with its place, and never read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl.styles import Font

from tests.factory import Workbook, a_context
from tests.ingest.packages import edited, sheet_part
from tests.ingest.small import codes, place, read, returned, reworked, written
from xlassess.contract.layout import ACTION_PLAN, PROFILE, START
from xlassess.ingest.reading.cells.values import brief
from xlassess.ingest.reading.printed import PrintedSheet, _heads, _is_small_print
from xlassess.model.answer import Return

if TYPE_CHECKING:
    import openpyxl

REMARK = "These are Bea's answers, not mine"


def told(ret: Return, sheet: str, cell: str) -> str:
    """What is said about a cell by the findings about writing outside the answer cells."""
    return " ".join(
        finding.message
        for finding in ret.findings
        if finding.code == "R07"
        and finding.sheet == sheet
        and cell in (finding.cell, *finding.cells)
    )


@pytest.mark.parametrize(
    ("sheet", "cell"),
    [
        (START, "G3"),
        (START, "H30"),
        (START, "B8"),
        (START, "A6"),
        (START, "A24"),
        (START, "A33"),
        (START, "A40"),
        (PROFILE, "K2"),
        (PROFILE, "B40"),
        ("1 Views", "F1"),
        ("1 Views", "D7"),
        ("1 Views", "D5"),
        ("2 Facts", "A3"),
        ("2 Facts", "A4"),
        ("4 In your words", "H9"),
        (ACTION_PLAN, "A3"),
        (ACTION_PLAN, "A7"),
        (ACTION_PLAN, "J2"),
    ],
)
def test_writing__is_told_wherever_it_stands(
    kinds: Workbook, tmp_path: Path, sheet: str, cell: str
) -> None:
    ret = read(written(returned(kinds), {(sheet, cell): REMARK}), tmp_path, kinds)
    assert REMARK in told(ret, sheet, cell)
    assert ret.state == "accepted with notes"
    assert len(ret.answers) == len(read(returned(kinds), tmp_path, kinds).answers)


def test_writing__is_told_of_numbers_too(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(written(returned(kinds), {(PROFILE, "K2"): 4711}), tmp_path, kinds)
    assert "4711" in told(ret, PROFILE, "K2")


def test_writing__is_told_once(kinds: Workbook, tmp_path: Path) -> None:
    ret = read(written(returned(kinds), {("1 Views", "H7"): REMARK}), tmp_path, kinds)
    assert codes(ret) == ["R07"]


def test_writing__without_the_issued_copy_is_told_beside_what_is_known(
    kinds: Workbook, tmp_path: Path
) -> None:
    context = replace(a_context(kinds), printed={})
    cells = {(START, "G3"): REMARK, ("1 Views", "G1"): REMARK, ("1 Views", "H7"): REMARK}
    ret = read(written(returned(kinds), cells), tmp_path, kinds, context=context)
    assert all(REMARK in told(ret, *place) for place in cells)


def test_settings_changed_since__start_is_no_partners_writing(
    kinds: Workbook, tmp_path: Path
) -> None:
    def work(book: openpyxl.Workbook) -> None:
        changed = []
        for (cell,) in book[START].iter_rows(min_row=5, max_col=1):
            if not isinstance(text := cell.value, str):
                continue
            for was, now in (("Dana Okafor", "Sam"), ("30 April", "15 May"), ("To agree", "Plan")):
                text = text.replace(was, now)
            changed += [text] if text != cell.value else []
            cell.value = text
        assert len(changed) > 3

    assert codes(read(reworked(returned(kinds), work), tmp_path, kinds)) == []


@pytest.mark.parametrize("quoted", ["Partners agree on matter A.", "See {reference} of May."])
def test_own_sheet__is_told_though_it_quotes_ours(
    kinds: Workbook, tmp_path: Path, quoted: str
) -> None:
    def work(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("Notes")
        sheet["A1"] = quoted.format(reference=kinds.issued.reference)
        sheet["B3"] = "Half of the board does not think so"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert [(finding.code, finding.sheet) for finding in ret.findings] == [("R07", "Notes")]
    assert "Half of the board does not think so" in ret.findings[0].message


def test_own_sheet__much_writing_is_counted(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("Minutes")
        for row in range(1, 101):
            sheet.cell(row, 1).value = f"Line {row}"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert "and 88 more" in ret.findings[0].message


def test_plan_numbers__one_twice_is_told(kinds: Workbook, tmp_path: Path) -> None:
    cells = {(ACTION_PLAN, "A7"): 1, (ACTION_PLAN, "A8"): "3 urgent"}
    ret = read(written(returned(kinds), cells), tmp_path, kinds)
    assert told(ret, ACTION_PLAN, "A7")
    assert "3 urgent" in told(ret, ACTION_PLAN, "A8")


def test_status_and_comment_merged__what_stands_in_them_is_told(
    kinds: Workbook, tmp_path: Path
) -> None:
    def work(book: openpyxl.Workbook) -> None:
        sheet = book["1 Views"]
        sheet["D7"].value = REMARK
        sheet["E7"].value = None
        sheet.merge_cells("D7:E7")

    ret = read(reworked(returned(kinds, i1B__comment=None), work), tmp_path, kinds)
    assert REMARK in told(ret, "1 Views", "D7")


def test_long_writing__is_quoted_briefly(kinds: Workbook, tmp_path: Path) -> None:
    text = "word " * 6000
    ret = read(written(returned(kinds), {(START, "G3"): text}), tmp_path, kinds)
    assert brief(text) in told(ret, START, "G3")


@pytest.mark.parametrize("sheet", [START, "1 Views", "4 In your words", PROFILE, ACTION_PLAN])
def test_formula_of_a_partner__its_result_is_told(
    kinds: Workbook, tmp_path: Path, sheet: str
) -> None:
    def add(part: bytes) -> bytes:
        cell = rb'<c r="Q\2" t="str"><f>"see "&amp;"minutes"</f><v>see minutes</v></c></row>'
        made, times = re.subn(rb'(<row r="(6)".*?)</row>', rb"\1" + cell, part, count=1, flags=re.S)
        assert times
        return made

    data = returned(kinds)
    ret = read(edited(data, {sheet_part(data, sheet): add}), tmp_path, kinds)
    assert "the result of a formula, “see minutes”" in told(ret, sheet, "Q6")
    assert ret.answers == read(data, tmp_path, kinds).answers


def test_formula_of_ours__is_never_told(kinds: Workbook, tmp_path: Path) -> None:
    assert "R07" not in codes(read(returned(kinds), tmp_path, kinds))


def test_copied_sheet__with_gaps_is_not_said_to_be_the_same(
    kinds: Workbook, tmp_path: Path
) -> None:
    def copy(book: openpyxl.Workbook) -> None:
        copied = book.copy_worksheet(book["1 Views"])
        copied.title = "Draft"
        for row in range(6, copied.max_row + 1):
            for column in (4, 6):
                copied.cell(row, column).value = None

    ret = read(reworked(returned(kinds), copy), tmp_path, kinds)
    (note,) = [one for one in ret.findings if one.code == "R02"]
    assert "nothing filled in there differs" in note.message
    assert "same contents" not in note.message


def test_small_print__with_words_of_the_partners_is_told(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        sheet = book["1 Views"]
        sheet["A4"] = str(sheet["A4"].value).replace(" · ", " and Jo Bloggs · ", 2)
        sheet["H2"] = f"{kinds.issued.reference}, {kinds.issued.who}: leave section 2 out"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert told(ret, "1 Views", "A4")
    assert "leave section 2 out" in told(ret, "1 Views", "H2")


@pytest.mark.parametrize("title", ["Notes", "Export Summary"])
def test_own_sheet__is_told_whatever_words_of_ours_are_on_it(
    kinds: Workbook, tmp_path: Path, title: str
) -> None:
    def work(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet(title)
        labels = next(iter(kinds.toolkit.scales.values())).choices
        for row, text in enumerate(("seal", *(one.label for one in labels), REMARK), start=1):
            sheet.cell(row, 1).value = text

    assert REMARK in told(read(reworked(returned(kinds), work), tmp_path, kinds), title, "A1")


def test_own_sheet__of_formulas_without_results_is_told(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book.create_sheet("Sums")["B2"] = '="Dear "&"Robin"'

    assert told(read(reworked(returned(kinds), work), tmp_path, kinds), "Sums", "B2")


def test_address__behind_words_that_are_no_text_is_told(kinds: Workbook, tmp_path: Path) -> None:
    answer, comment = place(kinds, "1A"), place(kinds, "1B", "comment")

    def work(book: openpyxl.Workbook) -> None:
        for sheet, cell in ((answer.sheet, answer.cell), (answer.sheet, comment.cell)):
            book[sheet][cell].hyperlink = "https://a.example/why"
        book[START]["G3"] = "letter"
        book[START]["G3"].hyperlink = "https://a.example/letter"

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert "https://a.example/why" in told(ret, answer.sheet, answer.cell)
    assert "https://a.example/letter" in told(ret, START, "G3")
    assert not told(ret, answer.sheet, comment.cell)
    assert not told(ret, START, "A33")


def test_our_words_crossed_out__are_told(kinds: Workbook, tmp_path: Path) -> None:
    def work(book: openpyxl.Workbook) -> None:
        book["1 Views"]["A1"].font = Font(strike=True)
        book["1 Views"]["H7"] = REMARK
        book["1 Views"]["H7"].font = Font(strike=True)

    ret = read(reworked(returned(kinds), work), tmp_path, kinds)
    assert all("crossed out" in told(ret, "1 Views", cell) for cell in ("A1", "H7"))
    assert codes(ret) == ["R07", "R07"]


def test_chart__of_a_partner_is_told_and_ours_is_not(kinds: Workbook, tmp_path: Path) -> None:
    plain = returned(kinds)
    assert b"xl/charts/chart1.xml" in plain

    def work(part: bytes) -> bytes:
        anchor = re.search(rb"<twoCellAnchor.*?</twoCellAnchor>", part, re.S)
        assert anchor
        return part.replace(anchor[0], 2 * anchor[0])

    ret = read(edited(plain, {"xl/drawings/drawing1.xml": work}), tmp_path, kinds)
    assert ["a chart" in one.message for one in ret.findings] == [True]


def test_small_print__with_names_shortened_and_another_marking_is_ours(
    kinds: Workbook, tmp_path: Path
) -> None:
    name = f"{kinds.issued.partner} and the District of Larkfield"
    issued = replace(kinds.issued, partner=name)
    ours = f"Reference {issued.reference} · {name[:16]}…, {issued.respondent} · Kinds, round 2026"
    heads = _heads([ours + " · OFFICIAL"], issued)
    here = PrintedSheet(*(frozenset() for _ in range(6)), heads=heads)
    assert _is_small_print(ours.replace(f"{name[:16]}…", name) + " · OFFICIAL", issued, here)
    assert _is_small_print(ours + " · OFFICIAL-SENSITIVE", issued, here)
    assert _is_small_print(ours, issued, here)
    assert not _is_small_print(ours + " · not agreed", issued, here)
    assert not _is_small_print(ours.replace("…,", "… and Bea,"), issued, here)
