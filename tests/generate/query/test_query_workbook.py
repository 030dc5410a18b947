"""Query workbooks: what is open, what stands beside it, and that it is a sound workbook."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.workbook import Workbook as Book
from openpyxl.worksheet.worksheet import Worksheet

from tests.factory import (
    RECEIVED_AT,
    Workbook,
    action_cells,
    an_action,
    entries,
    issue,
)
from tests.generate.conftest import a_toolkit
from tests.queried import asking, came_back, context, issued_query, numbered, opened, spoil
from xlassess.contract.layout import ACTION_PLAN, HEADERS, START, Role, layout
from xlassess.contract.query_layout import asked_cells, query_layout
from xlassess.generate import Doubts, doubts_of, query_letter
from xlassess.generate.query.letter import slot_cells
from xlassess.ingest import ReturnedFile, merge, read_return
from xlassess.model.answer import Return
from xlassess.model.catalogue import found
from xlassess.model.finding import Waiver, cells_in_words
from xlassess.model.query import Slot, action_slot, concerning
from xlassess.model.toolkit import Toolkit
from xlassess.sheet.palette import INPUT_LINE
from xlassess.toolkits.load import find_toolkit


def unlocked(book: Book, toolkit: Toolkit) -> set[tuple[str, str]]:
    """The open cells of the sheets a respondent sees; those merged into others left out."""
    found = set()
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        assert sheet.protection.sheet
        for row in sheet.iter_rows():
            found |= {
                (sheet.title, cell.coordinate)
                for cell in row
                if not cell.protection.locked and type(cell).__name__ == "Cell"
            }
    return found


def dark(book: Book) -> set[tuple[str, str]]:
    """The cells with the dark border by which a respondent knows what may be changed."""
    return {
        (sheet.title, cell.coordinate)
        for sheet in book.worksheets if sheet.sheet_state == "visible"
        for row in sheet.iter_rows() for cell in row
        if type(cell).__name__ == "Cell" and cell.border.left.color
        and cell.border.left.color.rgb == f"FF{INPUT_LINE[1:]}"
    }  # fmt: skip


def words_of(sheet: Worksheet) -> str:
    return " ".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)


def test_query__opens_what_is_asked_and_nothing_else(
    builtin_toolkit: Toolkit, tmp_path: Path
) -> None:
    workbook = issue(builtin_toolkit)
    given = entries(builtin_toolkit)
    book = opened(workbook, given)
    doubtful = spoil(builtin_toolkit, given, book)
    query, data = issued_query(workbook, came_back(workbook, book, tmp_path))
    assert set(query.asked) == doubtful
    made = openpyxl.load_workbook(io.BytesIO(data))
    cells = slot_cells(builtin_toolkit)
    assert unlocked(made, builtin_toolkit) == {cells[slot] for slot in query.open}
    assert dark(made) == unlocked(made, builtin_toolkit)
    assert "Only cells with a dark border can be changed." in words_of(made[START])
    for slot in query.asked:
        sheet, cell = cells[slot]
        assert made[sheet][cell].value is None
    names = made.sheetnames
    asked_on = {cells[slot][0] for slot in query.asked}
    assert names[0] == START
    assert set(names[1 : 1 + len(asked_on)]) == asked_on


def test_query__filled_in_gives_what_a_complete_return_would(
    builtin_toolkit: Toolkit, tmp_path: Path
) -> None:
    workbook = issue(builtin_toolkit)
    given = entries(builtin_toolkit)
    whole = came_back(workbook, opened(workbook, given), tmp_path, "whole.xlsx")
    book = opened(workbook, given)
    spoil(builtin_toolkit, given, book)
    base = came_back(workbook, book, tmp_path)
    query, data = issued_query(workbook, base)
    made = openpyxl.load_workbook(io.BytesIO(data))
    typed = {Slot(e.item, e.field): e.typed for e in given}
    cells = slot_cells(builtin_toolkit)
    for slot in query.asked:
        sheet, cell = cells[slot]
        made[sheet][cell].value = typed[slot]
    path = tmp_path / "back.xlsx"
    made.save(path)
    came = read_return(ReturnedFile(path, path.name), context(workbook, query))
    merged = merge(came, base, query)
    assert merged.state == whole.state
    assert {(a.item, a.field): a.value for a in merged.answers} == {
        (a.item, a.field): a.value for a in whole.answers
    }
    assert merged.actions == tuple(replace(a, file=base.file) for a in base.actions)
    for answer in merged.answers:
        slot = Slot(answer.item, answer.field)
        assert answer.file == ("" if slot in query.open else "first.xlsx")
        if slot in query.asked:
            assert (answer.sheet, answer.cell) == cells[slot]


def test_query__says_whose_and_what(tmp_path: Path) -> None:
    toolkit = a_toolkit("sum")
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    spoil(toolkit, given, book)
    ret = came_back(workbook, book, tmp_path)
    query, data = issued_query(workbook, ret)
    made = openpyxl.load_workbook(io.BytesIO(data))
    heads = {str(made[name].cell(4, 1).value) for name in made.sheetnames[:3]}
    assert all(query.reference in head for head in heads)
    assert query.of == workbook.issued.reference
    values = {cell.value for row in made[START].iter_rows() for cell in row}
    assert "Please return by: 8 May 2026" in values
    assert any(workbook.issued.reference in str(value) for value in values)
    letter = query_letter(asking(workbook, ret), query.reference, query.file_name)
    for slot in query.asked:
        assert slot_cells(toolkit)[slot][1] in letter


def test_query__beside_an_open_cell_stands_what_was_read(tmp_path: Path) -> None:
    toolkit = a_toolkit("sum")
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    spoil(toolkit, given, book)
    _, data = issued_query(workbook, came_back(workbook, book, tmp_path))
    made = openpyxl.load_workbook(io.BytesIO(data))
    for place in query_layout(toolkit).sections:
        for table in place.tables:
            earlier, reason = table.column("earlier"), table.column("reason")
            status = table.column("status")
            assert earlier
            assert reason
            assert status
            sheet = made[place.sheet]
            for row in table.rows:
                says = str(sheet.cell(row.index + 1, status.index + 1).value)
                why = sheet.cell(row.index + 1, reason.index + 1).value
                before = sheet.cell(row.index + 1, earlier.index + 1).value
                assert bool(why) == bool(before) == ("Please check" in says)


def test_query__missing_section_is_opened_whole(tmp_path: Path) -> None:
    toolkit = a_toolkit("sum")
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    section = layout(toolkit).sections[1]
    del book[section.sheet]
    doubts = doubts_of(toolkit, came_back(workbook, book, tmp_path))
    required = {
        Slot(item.id, field)
        for item in section.section.items
        if item.required
        for field in item.answer_fields
    }
    assert set(doubts.asked) == required
    assert {slot.item for slot in (*doubts.asked, *doubts.free)} == {
        item.id for item in section.section.items
    }


@pytest.mark.parametrize("many", [False, True])
def test_query__every_missing_answer_of_a_sheet_is_asked(many: bool, tmp_path: Path) -> None:
    """A finding names at most a dozen items; all of them are asked none the less."""
    toolkit = find_toolkit("rochford-hallmarks")
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    place = layout(toolkit).sections[1]
    ids = [item.id for item in place.section.items][: None if many else 2]
    for entry in given:
        if entry.item in ids:
            book[entry.sheet][entry.cell].value = None
    doubts = doubts_of(toolkit, came_back(workbook, book, tmp_path))
    assert [slot.item for slot in doubts.asked] == ids
    assert len(ids) == (len(place.section.items) if many else 2)


def test_query__nothing_filled_in_opens_all(tmp_path: Path) -> None:
    toolkit = a_toolkit("sum")
    workbook = issue(toolkit)
    doubts = doubts_of(toolkit, came_back(workbook, opened(workbook, ()), tmp_path))
    assert {slot.item for slot in doubts.asked} == {i.id for i in toolkit.items() if i.required}


def test_query__doubtful_action_opens_its_row(tmp_path: Path) -> None:
    toolkit = a_toolkit("sum")
    assert toolkit.action_plan
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    place = layout(toolkit).action_plan
    assert place
    for row in (0, 1):
        for cell, content in action_cells(place, an_action(toolkit, toolkit.action_plan), row):
            book[ACTION_PLAN][cell].value = content
    horizon = place.column("horizon").index + 1
    book[ACTION_PLAN].cell(place.first_row + 2, horizon).value = "Sometime"
    base = came_back(workbook, book, tmp_path)
    query, data = issued_query(workbook, base)
    assert query.asked == (action_slot(2),)
    made = openpyxl.load_workbook(io.BytesIO(data))
    sheet = made[ACTION_PLAN]
    locked = [
        sheet.cell(place.first_row + 1 + at, place.column("action").index + 1).protection.locked
        for at in (0, 1, 2)
    ]
    assert locked == [True, False, True]
    sheet.cell(place.first_row + 2, horizon).value = toolkit.action_plan.horizons[1].label
    made.save(tmp_path / "back.xlsx")
    came = read_return(ReturnedFile(tmp_path / "back.xlsx", "back.xlsx"), context(workbook, query))
    merged = merge(came, base, query)
    assert (merged.findings, merged.normalised) == ((), ())
    assert merged.state == "accepted"
    assert [(a.row, a.horizon, a.file) for a in merged.actions] == [
        (1, toolkit.action_plan.horizons[0].code, "first.xlsx"),
        (2, toolkit.action_plan.horizons[1].code, ""),
    ]


def test_letter__names_the_very_cells_of_a_cause_that_repeats(tmp_path: Path) -> None:
    toolkit = find_toolkit("pat")
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    sheet = layout(toolkit).sections[0].sheet
    answers = [e for e in given if e.sheet == sheet and e.field == "answer"]
    comments = [e for e in given if e.sheet == sheet and e.field == "comment"]
    formulas = (*answers[:3], *comments[1:2])
    for entry in formulas:
        book[entry.sheet][entry.cell].value = "=1+1"
    ret = came_back(workbook, book, tmp_path)
    letter = query_letter(asking(workbook, ret), "Q", "q.xlsx")
    cells = slot_cells(toolkit)
    first, _, last, comment = [cells[Slot(e.item, e.field)][1] for e in formulas]
    assert f"{first} to {last}, {comment}" in letter


def test_letter__leaves_the_name_of_a_sheet_as_it_is(tmp_path: Path) -> None:

    toolkit = a_toolkit("sum")
    workbook, given = issue(toolkit), entries(toolkit)
    ret = came_back(workbook, opened(workbook, given), tmp_path)
    added = found("R05", sheet="1 Need", cells=("B19", "B20", "B21"))
    letter = query_letter(asking(workbook, replace(ret, findings=(added,))), "Q", "q.xlsx")
    assert "Sheet 1 Need, cells B19 to B21" in letter


def test_query__says_where_what_stood_before_was_not_the_answer(tmp_path: Path) -> None:
    toolkit = find_toolkit("pat")
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    comment = next(entry for entry in given if entry.field == "comment")
    book[comment.sheet][comment.cell].value = "=1+1"
    _, data = issued_query(workbook, came_back(workbook, book, tmp_path))
    (table,) = query_layout(toolkit).sections[0].tables
    earlier = table.column("earlier")
    row = next(row for row in table.rows if row.item.id == comment.item)
    assert earlier
    made = openpyxl.load_workbook(io.BytesIO(data))
    before = made[comment.sheet].cell(row.index + 1, earlier.index + 1).value
    assert str(before).startswith(HEADERS["comment"])


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((), ""),
        (("D6",), "D6"),
        (("D6", "D7"), "D6, D7"),
        (("D6", "D7", "D8", "F8", "AA9", "AA10", "AA11"), "D6 to D8, F8, AA9 to AA11"),
    ],
)
def test_cells__in_words(cells: tuple[str, ...], words: str) -> None:
    assert cells_in_words(cells) == words


def test_query__hostile_text_stays_text(tmp_path: Path) -> None:
    toolkit = a_toolkit("sum")
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    entry = next(e for e in given if not toolkit.item(e.item).is_free and e.field == "answer")
    comment = next(e for e in given if e.field == "comment")
    more = "\nhigher than any row" * 400
    for one, text in ((entry, '=cmd|" /C calc"!A0'), (comment, f"\ue000reference\ue001{more}")):
        book[one.sheet][one.cell].value = text
        book[one.sheet][one.cell].data_type = "s"
    query, data = issued_query(workbook, came_back(workbook, book, tmp_path))
    made = openpyxl.load_workbook(io.BytesIO(data))
    formulas = [
        str(cell.value)
        for sheet in made.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert formulas
    assert not any("cmd" in text for text in formulas)
    sheet, cell = slot_cells(toolkit)[Slot(comment.item, "comment")]
    assert made[sheet][cell].value == f"\ufffdreference\ufffd{more}"
    assert query.reference not in str(made[sheet][cell].value)


def test_doubts__waived_and_unclear_are_not_asked(tmp_path: Path) -> None:
    toolkit = a_toolkit("sum")
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    spoil(toolkit, given, book)
    ret = came_back(workbook, book, tmp_path)
    waiver = Waiver("Cora", RECEIVED_AT, "Known")
    waived = tuple(replace(finding, waiver=waiver) for finding in ret.findings)
    unclear = replace(ret, findings=(*waived, found("L01", reference="X")))
    assert doubts_of(toolkit, unclear) == Doubts((), (), {}, (), ())


def a_planned_return(folder: Path, typed: dict[Role, str]) -> tuple[Workbook, Return]:
    """Return what came back with an action in the plan's first row, but for what is typed over."""
    toolkit = find_toolkit("melton-evaluation")
    plan, place = toolkit.action_plan, layout(toolkit).action_plan
    assert plan
    assert place
    workbook, given = issue(toolkit), entries(toolkit)
    book = opened(workbook, given)
    for cell, content in action_cells(place, an_action(toolkit, plan)):
        book[ACTION_PLAN][cell].value = content
    for role, text in typed.items():
        book[ACTION_PLAN].cell(place.first_row + 1, place.column(role).index + 1).value = text
    return workbook, came_back(workbook, book, folder)


def test_plan_row__the_cells_asked_about_are_named_and_empty(tmp_path: Path) -> None:
    workbook, base = a_planned_return(tmp_path, {"horizon": "soon", "deadline": "spring"})
    query, data = issued_query(workbook, base)
    made = openpyxl.load_workbook(io.BytesIO(data))
    sheet, start = made[ACTION_PLAN], made[START]
    assert [sheet[cell].value for cell in ("D6", "F6")] == [None, None]
    assert all(sheet[cell].value for cell in ("B6", "C6", "E6", "G6"))
    assert sheet["I6"].value == "When: “soon”; Deadline: “spring”"
    link = next(
        cell for row in start for cell in row if cell.value == ACTION_PLAN and cell.hyperlink
    )
    assert link.hyperlink.location == "'Action plan'!D6"
    done = str(start.cell(link.row, 3).value)
    assert all(f"TRIM('Action plan'!{cell})" in done for cell in ("D6", "F6"))
    assert "C6" not in done
    letter = query_letter(asking(workbook, base), query.reference, query.file_name)
    assert "Sheet “Action plan”, cells D6, F6, row 1" in letter


@pytest.mark.parametrize(
    ("typed", "cells", "before"),
    [
        (
            {"owner": "=1+1", "measure": "=2+2"},
            ["E6", "G6"],
            "Owner: a formula; How we will know: a formula",
        ),
        ({"action": "=1+1"}, ["C6"], "Action: a formula"),
        ({"item": "9.9"}, ["B6"], "Item: “9.9”"),
    ],
)
def test_plan_row__every_column_is_asked_about_by_itself(
    typed: dict[Role, str], cells: list[str], before: str, tmp_path: Path
) -> None:
    workbook, base = a_planned_return(tmp_path, typed)
    _, data = issued_query(workbook, base)
    sheet = openpyxl.load_workbook(io.BytesIO(data))[ACTION_PLAN]
    doubts = doubts_of(workbook.toolkit, base)
    place = layout(workbook.toolkit).action_plan
    assert place
    assert asked_cells(place, 1, doubts.reasons[action_slot(1)]) == cells
    assert sheet["I6"].value == before


def test_plan_row__what_was_read_stands_beside_the_empty_cell(tmp_path: Path) -> None:
    """A hidden sheet says something else than the description that was read."""
    workbook, base = a_planned_return(tmp_path, {})
    places = concerning([action_slot(1)], "", "")
    other = found("R16", sheet=ACTION_PLAN, cell="C6", hidden="Old", items="action 1", **places)
    _, data = issued_query(workbook, numbered(replace(base, findings=(other,))))
    sheet = openpyxl.load_workbook(io.BytesIO(data))[ACTION_PLAN]
    assert sheet["C6"].value is None
    assert sheet["I6"].value == f"Action: {base.actions[0].action}"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({}, [("L02", "“When” of action 1, “Deadline” of action 1")]),
        ({"D6": "Long term"}, [("L02", "“Deadline” of action 1")]),
        ({"D6": "never"}, [("C01", ""), ("L02", "“Deadline” of action 1")]),
        ({"D6": "Long term", "F6": date(2027, 3, 31)}, []),
        ({"D6": "Long term", "C6": None}, [("C15", "")]),
        (dict.fromkeys(("B6", "C6", "E6", "G6", "H6")), [("L02", "action 1")]),
    ],
)  # fmt: skip
def test_plan_row__nothing_asked_about_is_silently_gone(
    typed: dict[str, str | date | None], told: list[tuple[str, str]], tmp_path: Path
) -> None:
    workbook, base = a_planned_return(tmp_path, {"horizon": "soon", "deadline": "spring"})
    query, data = issued_query(workbook, base)
    made = openpyxl.load_workbook(io.BytesIO(data))
    for cell, value in typed.items():
        made[ACTION_PLAN][cell].value = value
    path = tmp_path / "back.xlsx"
    made.save(path)
    came = read_return(ReturnedFile(path, path.name), context(workbook, query))
    findings = [f for f in merge(came, base, query).findings if f.code != "C16"]
    items = [f.details.get("items", "") if f.code == "L02" else "" for f in findings]
    assert sorted(zip((f.code for f in findings), items, strict=True)) == told


@pytest.mark.parametrize(
    ("toolkit_id", "where", "typed", "code", "has_comments"),
    [
        ("melton-evaluation", ("Partnership details", "D15"), "a lot", "C06", False),
        ("melton-evaluation", ("Partnership details", "D14"), "Yes / No", "C14", False),
        ("pat", ("1 Need", "D6"), "Agree / Disagree", "C14", True),
    ],
)
def test_query__speaks_of_comments_only_where_there_are_some(
    toolkit_id: str,
    where: tuple[str, str],
    typed: str,
    code: str,
    has_comments: bool,
    tmp_path: Path,
) -> None:
    toolkit = find_toolkit(toolkit_id)
    workbook, (sheet, cell) = issue(toolkit), where
    book = opened(workbook, entries(toolkit))
    book[sheet][cell].value = typed
    base = came_back(workbook, book, tmp_path)
    (finding,) = [one for one in base.findings if one.cell == cell and one.severity == "query"]
    assert finding.code == code
    query, data = issued_query(workbook, base)
    start = openpyxl.load_workbook(io.BytesIO(data))[START]
    texts = [finding.remedy, query_letter(asking(workbook, base), "Q", "q.xlsx")]
    texts.append(" ".join(str(each.value) for row in start for each in row))
    assert [one for one in texts if ("comment" in one) != has_comments] == []
    assert len(query.asked) == 1
