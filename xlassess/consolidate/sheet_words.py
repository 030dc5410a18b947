"""The Comments and Action plan sheets: what respondents wrote and what they propose."""

from __future__ import annotations

from datetime import date

from xlassess.consolidate import cells
from xlassess.consolidate.cells import (
    Column,
    Grid,
    Live,
    Opening,
    Out,
    fit_row,
    put,
    serial,
    words,
)
from xlassess.consolidate.narrative import day
from xlassess.consolidate.places import ACTIONS, COMMENTS, HEADER_ROW
from xlassess.consolidate.summary import PlannedAction, Remark
from xlassess.consolidate.thresholds import CLOSED_STATUSES
from xlassess.contract.layout import cell_name
from xlassess.model.toolkit import Choice
from xlassess.sheet import looks
from xlassess.sheet.checked import Box, Sheet
from xlassess.sheet.looks import MARK_CHECK
from xlassess.sheet.validation import Dated, Listed, Message

_FIRST = HEADER_ROW + 1
_LIST_COLUMN = 30
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 12, 31)

_SAID = (
    Column("Toolkit", 18), Column("Section", 24), Column("Item", 8), Column("About", 34),
    Column("Kind", 11), Column("Words", 70), Column("Answer given", 22),
)  # fmt: skip
_BY = (
    Column("Partner", 28), Column("Respondent", 22), Column("Level", 17), Column("Return", 13),
    Column("Sheet", 18), Column("Cell", 8),
)  # fmt: skip
_PLAN = (
    Column("Toolkit", 18), Column("When", 15), Column("Action", 52), Column("Item", 9),
    Column("Owner", 22), Column("Deadline", 14, cells.DAY), Column("How we will know", 34),
    Column("State of progress", 15), Column("Overdue", 11, cells.MIDDLE),
)  # fmt: skip
_WHEN, _DEADLINE, _STATUS, _OVERDUE = 1, 5, 7, 8
OVERDUE = "overdue"


def write_comments(out: Out) -> None:
    """Write the Comments sheet."""
    summary = out.summary
    named = summary.cast.attribution == "named"
    columns = (*_SAID, *_BY) if summary.cast.shows_rows else _SAID
    note = words().say("comments_note" if named else "comments_note_unnamed")
    if not summary.remarks:
        note = words().say("comments_none")
    opening = Opening(COMMENTS, COMMENTS, note, tuple(c.width for c in columns), (_FIRST, 0))
    sheet = out.open(opening)
    count = len(summary.remarks)
    out.table(sheet, Grid(HEADER_ROW, columns, count, "Comments", COMMENTS))
    labels = {part.key: part.label for part in summary.parts}
    for row, remark in enumerate(summary.remarks, _FIRST):
        _row(sheet, row, columns, _remark(remark, labels[remark.part]))
    out.finish(sheet, opening, HEADER_ROW + max(count, 1))


def _remark(remark: Remark, label: str) -> tuple[object, ...]:
    said = (
        label, remark.section, remark.item, remark.question, remark.kind, remark.text,
        remark.answer,
    )  # fmt: skip
    who = remark.person
    if who is None:
        return said
    return (*said, who.partner, who.respondent, who.level, who.code, remark.sheet, remark.cell)


def _row(sheet: Sheet, row: int, columns: tuple[Column, ...], values: tuple[object, ...]) -> None:
    for index, (column, value) in enumerate(zip(columns, values, strict=True)):
        put(sheet, row, index, value, column.look)
    fit_row(
        sheet,
        row,
        [
            (str(value), column.width, column.look)
            for column, value in zip(columns, values, strict=True)
            if isinstance(value, str) and value
        ],
    )


def write_actions(out: Out) -> None:
    """Write the Action plan sheet: a table that can be filtered, sorted and worked on."""
    summary = out.summary
    columns = (*_PLAN, *_BY) if summary.cast.shows_rows else _PLAN
    made = day(summary.made_at)
    note = words().say("actions_note", made) if summary.actions else words().say("actions_none")
    opening = Opening(ACTIONS, ACTIONS, note, tuple(c.width for c in columns), (_FIRST, 0))
    sheet = out.open(opening)
    count = len(summary.actions)
    out.table(sheet, Grid(HEADER_ROW, columns, count, "Actions", ACTIONS))
    labels = {part.key: part.label for part in summary.parts}
    for row, action in enumerate(summary.actions, _FIRST):
        _row(sheet, row, columns, _action(action, labels[action.part]))
        _overdue(out, sheet, row, action)
    last = HEADER_ROW + max(count, 1)
    _validate(out, sheet, last)
    if count:
        box = Box(_FIRST, _OVERDUE, last, _OVERDUE)
        sheet.highlight(box, f'{cell_name(_FIRST, _OVERDUE)}="{OVERDUE}"', MARK_CHECK)
    out.finish(sheet, opening, last)


def _action(action: PlannedAction, label: str) -> tuple[object, ...]:
    plan = (
        label, action.horizon, action.action, action.item, action.owner, action.deadline,
        action.measure, action.status, "",
    )  # fmt: skip
    who = action.person
    if who is None:
        return plan
    return (*plan, who.partner, who.respondent, who.level, who.code, action.sheet, action.cell)


def _overdue(out: Out, sheet: Sheet, row: int, action: PlannedAction) -> None:
    """Mark an action overdue by its deadline and state, against the day of the summary."""
    deadline, status = cell_name(row, _DEADLINE), cell_name(row, _STATUS)
    closed = "".join(f',{status}<>"{label}"' for label in _closed_labels(out))
    today = f"{serial(out.summary.made_at.date()):.0f}"
    formula = f'IF(AND(ISNUMBER({deadline}),{deadline}<{today}{closed}),"{OVERDUE}","")'
    value = OVERDUE if action.overdue else ""
    out.figure(sheet, row, _OVERDUE, Live(formula, value), cells.MIDDLE)


def _choices(out: Out, what: str) -> list[Choice]:
    """The horizons or statuses of all toolkits, each label once."""
    found: dict[str, Choice] = {}
    for part in out.summary.parts:
        plan = part.toolkit.action_plan
        for choice in getattr(plan, what) if plan else ():
            found.setdefault(choice.label, choice)
    return list(found.values())


def _closed_labels(out: Out) -> list[str]:
    return [
        choice.label.replace('"', '""')
        for choice in _choices(out, "statuses")
        if choice.code in CLOSED_STATUSES
    ]


def _validate(out: Out, sheet: Sheet, last: int) -> None:
    """Offer the toolkits' own choices in the table, so that it can be worked on as a register."""
    for offset, (what, column) in enumerate((("horizons", _WHEN), ("statuses", _STATUS))):
        choices = _choices(out, what)
        if not choices:
            continue
        at = _LIST_COLUMN + offset
        head = "When" if what == "horizons" else "State of progress"
        sheet.text(HEADER_ROW, at, head, looks.SMALL)
        for row, choice in enumerate(choices, _FIRST):
            sheet.text(row, at, choice.label, looks.SMALL)
        name = f"plan_{what}"
        out.book.define(name, ACTIONS, Box(_FIRST, at, _FIRST + len(choices) - 1, at))
        listed = ", ".join(choice.label for choice in choices)
        error = Message("Not in the list", f"Choose one of: {listed}."[:255])
        sheet.validate(Box(_FIRST, column, last, column), Listed(name), error, None)
    error = Message("Not a day", "Enter a day such as 30 September 2026.")
    dated = Dated(_EARLIEST, _LATEST)
    sheet.validate(Box(_FIRST, _DEADLINE, last, _DEADLINE), dated, error, None)
