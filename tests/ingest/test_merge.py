"""Changes in a query workbook that nobody asked for: every one is told, none is taken."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font

from tests.factory import entries, issue
from tests.queried import came_back, context, issued_query, opened, spoil
from xlassess.ingest import ReturnedFile, merge, read_return
from xlassess.model.answer import PROPOSAL, Action, Answer, Identity, Return
from xlassess.model.query import Query, Slot
from xlassess.toolkits.load import find_toolkit

ASKED = Slot("1B", "answer")
QUERY = Query(
    "R", Identity(1, "a", "2026", "p", "r", "t", "1", "d"), 1, ("1.1",), (ASKED,), (),
    date(2026, 5, 1), "f", "s", "s", datetime(2026, 4, 1),
)  # fmt: skip
MEET = Action(2, "1A", "Meet", "quick", "Zoë", None, "", "", "Action plan", "C7")
BASE = Return(
    "first.xlsx", "0", 1, "xlsx", "query", "R",
    answers=(
        Answer("1A", "answer", "agree", "1 Need", "D6"),
        Answer("1A", "comment", "We agreed", "1 Need", "F6"),
        Answer("1C", "answer", "agree", "1 Need", "D8"),
        Answer(PROPOSAL, "answer", "Merge", "Action plan", "C12"),
    ),
    actions=(MEET,),
)  # fmt: skip
CAME = replace(
    BASE, file="back.xlsx",
    answers=(
        Answer("1A", "answer", "agree", "1 Need", "E6"),
        Answer("1A", "comment", "We  agreed", "1 Need", "G6"),
        Answer("1B", "answer", "agree", "1 Need", "E7"),
        Answer("1C", "answer", "agree", "1 Need", "E8"),
        Answer(PROPOSAL, "answer", "Merge", "Action plan", "C12"),
    ),
)  # fmt: skip


def told(came: Return) -> list[tuple[str, str, str]]:
    """Sheet, cell and words of every change that is told."""
    findings = merge(came, BASE, QUERY).findings
    return [(f.sheet, f.cell, f.details["items"]) for f in findings if f.code == "L03"]


def test_unchanged__nothing_is_told() -> None:
    assert told(CAME) == []


@pytest.mark.parametrize(
    ("at", "answer", "where"),
    [
        (
            0,
            Answer("1A", "answer", "disagree", "1 Need", "E6"),
            ("1 Need", "E6", "answer to 1A (changed: “disagree”)"),
        ),
        (
            1,
            Answer("1A", "comment", "We never did", "1 Need", "G6"),
            ("1 Need", "G6", "comment to 1A (changed: “We never did”)"),
        ),
        (0, None, ("1 Need", "E6", "answer to 1A (cleared)")),
        (3, None, ("1 Need", "E8", "answer to 1C (cleared)")),
        (
            4,
            Answer(PROPOSAL, "answer", "Part", "Action plan", "C12"),
            ("Action plan", "C12", "the proposal (changed: “Part”)"),
        ),
    ],
)
def test_answers__every_change_is_told(
    at: int, answer: Answer | None, where: tuple[str, str, str]
) -> None:
    answers = [*CAME.answers[:at], *([answer] if answer else []), *CAME.answers[at + 1 :]]
    came = replace(CAME, answers=tuple(answers))
    assert told(came) == [where]
    kept = {(a.item, a.field): a.value for a in merge(came, BASE, QUERY).answers}
    assert kept[BASE.answers[0].item, "answer"] == "agree"
    assert kept["1A", "comment"] == "We agreed"


def test_answer__one_added_is_told() -> None:
    added = Answer("1D", "comment", "New", "1 Need", "G9")
    assert told(replace(CAME, answers=(*CAME.answers, added))) == [
        ("1 Need", "G9", "comment to 1D (added: “New”)")
    ]


@pytest.mark.parametrize(
    ("actions", "words"),
    [
        ((replace(MEET, action="Meet weekly"),), "action 2 (changed: action “Meet weekly”)"),
        ((replace(MEET, owner="Bea"),), "action 2 (changed: owner “Bea”)"),
        (
            (replace(MEET, deadline=date(2026, 9, 1), horizon="long", item=""),),
            "action 2 (changed: item (cleared), time horizon “long”, deadline “1 September 2026”)",
        ),
        ((), "action 2 (removed: “Meet”)"),
        ((MEET, replace(MEET, row=4, action="Hire", cell="C9")), "action 4 (added: “Hire”)"),
    ],
)
def test_actions__every_change_is_told(actions: tuple[Action, ...], words: str) -> None:
    came = replace(CAME, actions=actions)
    assert [items for _, _, items in told(came)] == [words]
    assert [action.action for action in merge(came, BASE, QUERY).actions] == ["Meet"]


def test_action__moved_on_its_sheet_is_no_change() -> None:
    assert told(replace(CAME, actions=(replace(MEET, sheet="Plan", cell="D9"),))) == []


def test_answers__all_cleared_are_told_where_the_query_workbook_has_them() -> None:
    found = merge(replace(CAME, answers=()), BASE, QUERY, find_toolkit("pat")).findings
    cells = [(f.sheet, f.cell, f.cells) for f in found if f.code == "L03"]
    assert cells == [("1 Need", "E6", ("G6", "E8")), ("Action plan", "C12", ())]


def test_action__each_entry_is_told_in_its_cell_by_its_label() -> None:
    pat = find_toolkit("pat")
    changed = replace(MEET, horizon="long", owner="Bea", measure="Minutes")
    base = replace(BASE, actions=(replace(MEET, cell="C7"),))
    found = merge(replace(CAME, actions=(changed,)), base, QUERY, pat).findings
    assert [(f.cell, f.cells, f.details["items"]) for f in found] == [
        (
            "E7",
            ("G7", "D7"),
            "action 2 (changed: owner “Bea”, measure “Minutes”, time horizon “Long term”)",
        )
    ]


def test_unasked__what_cannot_be_read_is_told_with_its_words_and_cell(tmp_path: Path) -> None:
    """Nothing of it is called cleared, and nothing is lost because nobody asked there."""
    pat = find_toolkit("pat")
    workbook, given = issue(pat), entries(pat)
    book = opened(workbook, given)
    spoil(pat, given, book)
    book["Action plan"]["C6"].value = "Meet"
    base = came_back(workbook, book, tmp_path)
    query, data = issued_query(workbook, base)
    book = openpyxl.load_workbook(io.BytesIO(data), rich_text=True)
    need, purpose, overall = book["1 Need"], book["2 Purpose"], book["7 Overall"]
    need["B11"].value = "Another question"
    purpose["E6"].value = "Jo says no"
    purpose["E7"].font = Font(strike=True)
    purpose["E8"].value = "=1+1"
    struck = TextBlock(InlineFont(strike=True), "never again")
    purpose["G6"].value = CellRichText(f"{purpose['G6'].value} ", struck)
    overall["G15"].value, purpose["E9"].value = None, "Strongly disagree"
    book["Action plan"]["D6"].value, book["Action plan"]["F6"].value = "Soon", "Spring"
    purpose.delete_rows(11)
    back = tmp_path / "back.xlsx"
    book.save(back)
    came = read_return(ReturnedFile(back, back.name), context(workbook, query))
    told = [f for f in merge(came, base, query, pat).findings if f.code == "L03"]
    told.sort(key=lambda finding: finding.sheet)
    assert [(f.sheet, f.cell, sorted(f.cells), f.details["items"]) for f in told] == [
        ("1 Need", "B11", [], "the question of 1F (changed: “Another question”)"),
        (
            "2 Purpose", "E6", ["E7", "E8", "E9", "G6"],
            "the rows of 2F (not there any more), answer to 2A (changed: “Jo says no”), comment to "
            "2A (words crossed out: “never again”), answer to 2B (crossed out: “Disagree”), answer "
            "to 2C (changed: a formula), answer to 2D (changed: “Strongly disagree”)",
        ),
        ("7 Overall", "G15", [], "answer to T2 (cleared)"),
        (
            "Action plan", "D6", ["F6"],
            "“When” of action 1 (changed: “Soon”), “Deadline” of action 1 (changed: “Spring”)",
        ),
    ]  # fmt: skip
