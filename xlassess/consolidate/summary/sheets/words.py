"""The Comments and Action plan sheets: what respondents wrote and what they propose."""

from __future__ import annotations

from datetime import date

from xlassess.consolidate.figures.attribution import Person
from xlassess.consolidate.figures.thresholds import CLOSED_STATUSES
from xlassess.consolidate.figures.values import PlannedAction, Remark
from xlassess.consolidate.narrative import day
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import Column, Grid, Live, Opening, Out, fit_row, put, words
from xlassess.consolidate.summary.places import ACTIONS, COMMENTS, HEADER_ROW
from xlassess.contract.layout import cell_name
from xlassess.model.toolkit import Choice
from xlassess.sheet import looks
from xlassess.sheet.checked import Box, Sheet
from xlassess.sheet.looks import MARK_CHECK
from xlassess.sheet.validation import Dated, Listed, Message
from xlassess.sheet.values import serial

_FIRST = HEADER_ROW + 1
_LIST_COLUMN = 30
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 12, 31)

_TOOLKIT = Column("Toolkit", 16, cells.TOP_CELL)
_SAID = (
    Column("Section", 28, cells.TOP_CELL), Column("Item", 8, cells.TOP_CELL),
    Column("About", 33, cells.TOP_CELL), Column("Words", 64, cells.TOP_CELL),
    Column("Kind", 12, cells.TOP_CELL),
)  # fmt: skip
_GIVEN = Column("Answer given", 20, cells.TOP_CELL)
"""Shown only with the row it belongs to: in aggregate it would tell how single people answered."""

_BY = (
    Column("Partner", 33, cells.TOP_CELL), Column("Respondent", 20, cells.TOP_CELL),
    Column("Return", 13, cells.TOP_CELL), Column("Where", 18, cells.TOP_CELL),
)  # fmt: skip
_PLAN = (
    Column("When", 13, cells.TOP_CELL), Column("Action", 42, cells.TOP_CELL),
    Column("Item", 8, cells.TOP_CELL), Column("Owner", 18, cells.TOP_CELL),
    Column("Deadline", 13, cells.DAY.but(valign="top")),
    Column("How we will know", 27, cells.TOP_CELL),
    Column("State of progress", 13, cells.TOP_CELL),
    Column("Overdue", 11, cells.MIDDLE.but(valign="top")),
)  # fmt: skip
_WHEN, _DEADLINE, _STATUS, _OVERDUE = 0, 4, 6, 7
OVERDUE = "overdue"
"""What marks an action overdue."""


def _around(out: Out, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Put the toolkit before the columns where there are several, and the people after them."""
    before = (_TOOLKIT,) if len(out.summary.parts) > 1 else ()
    return (*before, *columns, *(_BY if out.summary.cast.shows_rows else ()))


def _who(person: Person | None, sheet: str, cell: str) -> tuple[object, ...]:
    if person is None:
        return ()
    return person.partner, person.respondent, person.code, f"{sheet} {cell}"


def write_comments(out: Out) -> None:
    """Write the Comments sheet."""
    summary = out.summary
    named = summary.cast.attribution == "named"
    rows = summary.cast.shows_rows
    columns = _around(out, (*_SAID, _GIVEN) if rows else _SAID)
    note = words().say("comments_note" if named else "comments_note_unnamed")
    if not summary.remarks:
        note = words().say("comments_none")
    opening = Opening(COMMENTS, COMMENTS, note, tuple(c.width for c in columns), (_FIRST, 0))
    sheet = out.open(opening)
    count = len(summary.remarks)
    out.table(sheet, Grid(HEADER_ROW, columns, count, "Comments", COMMENTS))
    labels = _labels(out)
    for row, remark in enumerate(summary.remarks, _FIRST):
        _row(sheet, row, columns, (*labels[remark.part], *_remark(remark)))
    out.finish(sheet, opening, HEADER_ROW + max(count, 1))


def _labels(out: Out) -> dict[str, tuple[str, ...]]:
    """What stands in the toolkit column, which is there only where there are several."""
    several = len(out.summary.parts) > 1
    return {part.key: (part.label,) if several else () for part in out.summary.parts}


def _remark(remark: Remark) -> tuple[object, ...]:
    given = () if remark.person is None else (remark.answer,)
    return (
        remark.section, remark.item, remark.question, remark.text, remark.kind, *given,
        *_who(remark.person, remark.sheet, remark.cell),
    )  # fmt: skip


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
    columns = _around(out, _PLAN)
    shift = columns.index(_PLAN[0])
    made = day(summary.made_at)
    note = words().say("actions_note", made) if summary.actions else words().say("actions_none")
    widths = tuple(column.width for column in columns)
    printed = shift + len(_PLAN) + (1 if summary.cast.shows_rows else 0)
    opening = Opening(ACTIONS, ACTIONS, note, widths, (_FIRST, 0), printed=printed)
    sheet = out.open(opening)
    count = len(summary.actions)
    out.table(sheet, Grid(HEADER_ROW, columns, count, "Actions", ACTIONS))
    labels = _labels(out)
    for row, action in enumerate(summary.actions, _FIRST):
        _row(sheet, row, columns, (*labels[action.part], *_action(action)))
        _overdue(out, sheet, row, shift, action)
    last = HEADER_ROW + max(count, 1)
    _validate(out, sheet, last, shift)
    if count:
        column = shift + _OVERDUE
        box = Box(_FIRST, column, last, column)
        sheet.highlight(box, f'{cell_name(_FIRST, column)}="{OVERDUE}"', MARK_CHECK)
    out.finish(sheet, opening, last)


def _action(action: PlannedAction) -> tuple[object, ...]:
    return (
        action.horizon, action.action, action.item, action.owner, action.deadline,
        action.measure, action.status, "", *_who(action.person, action.sheet, action.cell),
    )  # fmt: skip


def _overdue(out: Out, sheet: Sheet, row: int, shift: int, action: PlannedAction) -> None:
    """Mark an action overdue by its deadline and state, against the day of the summary."""
    deadline = cell_name(row, shift + _DEADLINE)
    status = cell_name(row, shift + _STATUS)
    closed = "".join(f',{status}<>"{label}"' for label in _closed_labels(out))
    today = f"{serial(out.summary.made_at.date()):.0f}"
    formula = f'IF(AND(ISNUMBER({deadline}),{deadline}<{today}{closed}),"{OVERDUE}","")'
    value = OVERDUE if action.overdue else ""
    out.figure(sheet, row, shift + _OVERDUE, Live(formula, value), _PLAN[_OVERDUE].look)


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


def _validate(out: Out, sheet: Sheet, last: int, shift: int) -> None:
    """Offer the toolkits' own choices in the table, so that it can be worked on as a register."""
    for offset, (what, column) in enumerate(
        (("horizons", shift + _WHEN), ("statuses", shift + _STATUS))
    ):
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
    column = shift + _DEADLINE
    sheet.validate(Box(_FIRST, column, last, column), dated, error, None)
