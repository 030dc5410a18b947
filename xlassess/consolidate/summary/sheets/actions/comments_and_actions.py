"""The Comments and Action plan sheets: what respondents wrote and what they propose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from xlassess.consolidate.figures.privacy.attribution import Person
from xlassess.consolidate.figures.thresholds import CLOSED_STATUSES
from xlassess.consolidate.figures.values import CommentRow, PlannedAction
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    Live,
    SheetColumn,
    SheetSetup,
    SheetTable,
    SummaryWriter,
    put_row,
    row_heights,
)
from xlassess.consolidate.summary.layout import HEADER_ROW
from xlassess.consolidate.summary.sheets.actions.agreed_plan import write_earlier
from xlassess.consolidate.wording.agreed import (
    earlier_actions,
    kept_in_time,
    said_of,
    state_in_words,
)
from xlassess.consolidate.wording.terms import ACTIONS, COMMENTS, day, words
from xlassess.contract.layout import cell_name
from xlassess.model.days import local_day
from xlassess.model.plan import action_number
from xlassess.model.toolkit import Choice
from xlassess.sheet import formats
from xlassess.sheet.formats import MARK_CHECK
from xlassess.sheet.streamed import MOST_ROWS, StreamedFormats
from xlassess.sheet.validation import DateBetween, FromList, Message
from xlassess.sheet.values import serial
from xlassess.sheet.writer import CellRange, SheetWriter

_FIRST = HEADER_ROW + 1
_LIST_COLUMN = 30
_EARLIEST, _LATEST = date(2000, 1, 1), date(2100, 12, 31)

_TOOLKIT = SheetColumn("Toolkit", 13, cells.TOP_CELL)
_SAID = (
    SheetColumn("Section", 28, cells.TOP_CELL), SheetColumn("Item", 8, cells.TOP_CELL),
    SheetColumn("About", 33, cells.TOP_CELL), SheetColumn("Words", 120, cells.TOP_CELL),
    SheetColumn("Kind", 12, cells.TOP_CELL),
)  # fmt: skip
_GIVEN = SheetColumn("Answer given", 20, cells.TOP_CELL)
"""Shown only with the row it belongs to: in aggregate it would tell how single people answered."""

_BY = (
    SheetColumn("Partner", 33, cells.TOP_CELL), SheetColumn("Respondent", 20, cells.TOP_CELL),
    SheetColumn("Return", 13, cells.TOP_CELL), SheetColumn("Where", 18, cells.TOP_CELL),
)  # fmt: skip
_PLAN = (
    SheetColumn("When", 11, cells.TOP_CELL), SheetColumn("Action", 38, cells.TOP_CELL),
    SheetColumn("Item", 8, cells.TOP_CELL), SheetColumn("Owner", 14, cells.TOP_CELL),
    SheetColumn("Deadline", 12.5, cells.DAY.but(valign="top")),
    SheetColumn("How we will know", 22, cells.TOP_CELL),
    SheetColumn("State of progress", 11.5, cells.TOP_CELL),
    SheetColumn("Overdue", 11, cells.MIDDLE.but(valign="top")),
)  # fmt: skip
_WHEN, _DEADLINE, _STATUS, _OVERDUE = 0, 4, 6, 7
_PAGES = 2
"""Pages of the print set that each toolkit's actions have, the most pressing first."""

OVERDUE = "overdue"
"""What marks an action overdue."""


def _around(writer: SummaryWriter, columns: tuple[SheetColumn, ...]) -> tuple[SheetColumn, ...]:
    """Put the toolkit before the columns where there are several, and the people after them."""
    before = (_TOOLKIT,) if len(writer.summary.parts) > 1 else ()
    return (*before, *columns, *(_BY if writer.summary.participants.shows_rows else ()))


def _who(person: Person | None, sheet: str, cell: str) -> tuple[str, ...]:
    if person is None:
        return ()
    return person.partner, person.respondent, person.code, f"{sheet} {cell}"


def write_comments(writer: SummaryWriter) -> None:
    """Write the Comments sheet; of more than it has rows for, the first, and how many are left out.

    They are turned into rows twice rather than held: there may be a million.
    """
    summary = writer.summary
    shown = summary.remarks[: MOST_ROWS - _FIRST]
    named = summary.participants.attribution == "named"
    rows = summary.participants.shows_rows
    columns = _around(writer, (*_SAID, _GIVEN) if rows else _SAID)
    note = words().say("comments_note" if named else "comments_note_unnamed")
    if not summary.remarks:
        note = words().say("comments_none")
    if left := len(summary.remarks) - len(shown):
        note += " " + words().say("comments_left_out", len(summary.remarks), left)
    widths = tuple(column.width for column in columns)
    setup = SheetSetup(COMMENTS, COMMENTS, note, widths, (_FIRST, 0), streamed=True)
    sheet = writer.open(setup)
    count = len(shown)
    writer.table(sheet, SheetTable(HEADER_ROW, columns, count, "Comments", COMMENTS))
    labels = _labels(writer)

    def said() -> Iterator[tuple[str, ...]]:
        return ((*labels[remark.part], *_remark(remark)) for remark in shown)

    look = writer.book.format(cells.TOP_CELL)
    faces = StreamedFormats(look, look, look, blank=look)
    sheet.stream(_FIRST, said(), faces, row_heights(columns, said()))
    writer.finish(sheet, setup, HEADER_ROW + max(count, 1))


def _labels(writer: SummaryWriter) -> dict[str, tuple[str, ...]]:
    """What stands in the toolkit column, which is there only where there are several."""
    several = len(writer.summary.parts) > 1
    return {part.key: (part.label,) if several else () for part in writer.summary.parts}


def _remark(remark: CommentRow) -> tuple[str, ...]:
    given = () if remark.person is None else (remark.answer,)
    return (
        remark.section, remark.item, remark.question, remark.text, remark.kind, *given,
        *_who(remark.person, remark.sheet, remark.cell),
    )  # fmt: skip


def write_actions(writer: SummaryWriter) -> None:
    """Write the Action plan sheet: a table that can be filtered, sorted and worked on."""
    summary = writer.summary
    columns = _around(writer, _PLAN)
    shift = columns.index(_PLAN[0])
    made = day(summary.made_at)
    note = words().say("actions_note", made) if summary.actions else words().say("actions_none")
    widths = tuple(column.width for column in columns)
    printed, pages = shift + len(_PLAN), _PAGES * len(summary.parts)
    setup = SheetSetup(ACTIONS, ACTIONS, note, widths, (_FIRST, 0), printed=printed, pages=pages)
    sheet = writer.open(setup)
    count = len(summary.actions)
    writer.table(sheet, SheetTable(HEADER_ROW, columns, count, "Actions", ACTIONS))
    labels = _labels(writer)
    for row, action in enumerate(summary.actions, _FIRST):
        put_row(sheet, row, columns, (*labels[action.part], *_action(action)))
        _overdue(writer, sheet, row, shift, action)
    last = HEADER_ROW + max(count, 1)
    _validate(writer, sheet, last, shift)
    if count:
        column = shift + _OVERDUE
        box = CellRange(_FIRST, column, last, column)
        sheet.highlight(box, f'{cell_name(_FIRST, column)}="{OVERDUE}"', MARK_CHECK)
    writer.finish(sheet, setup, _write_earlier(writer, sheet, shift, last))


def _write_earlier(writer: SummaryWriter, sheet: SheetWriter, shift: int, above: int) -> int:
    """Write what came of the actions of earlier rounds below what is proposed in this one."""
    summary, labels = writer.summary, _labels(writer)
    heads = ("No.", "Action", "Item", "Owner", "Deadline", "What was done", "State", "On time")
    own = (replace(column, header=head) for column, head in zip(_PLAN, heads, strict=True))
    rows = [
        (
            *labels.get(action.part, ("",) * shift),
            action_number(action, summary.assessment.round), action.action, action.item,
            action.owner, action.deadline, said_of(action), state_in_words(action),
            kept_in_time(summary, action),
        )
        for action in earlier_actions(summary)
    ]  # fmt: skip
    return write_earlier(writer, sheet, (*(_TOOLKIT,) * shift, *own), rows, above)


def _action(action: PlannedAction) -> tuple[object, ...]:
    return (
        action.horizon, action.action, action.item, action.owner,
        action.deadline or action.deadline_said or None, action.measure, action.status, "",
        *_who(action.person, action.sheet, action.cell),
    )  # fmt: skip


def _overdue(
    writer: SummaryWriter, sheet: SheetWriter, row: int, shift: int, action: PlannedAction
) -> None:
    """Mark an action overdue by its deadline and state, against the day of the summary."""
    deadline = cell_name(row, shift + _DEADLINE)
    status = cell_name(row, shift + _STATUS)
    closed = "".join(f',{status}<>"{label}"' for label in _closed_labels(writer))
    today = f"{serial(local_day(writer.summary.made_at)):.0f}"
    formula = f'IF(AND(ISNUMBER({deadline}),{deadline}<{today}{closed}),"{OVERDUE}","")'
    value = OVERDUE if action.overdue else ""
    writer.figure(sheet, row, shift + _OVERDUE, Live(formula, value), _PLAN[_OVERDUE].look)


def _choices(writer: SummaryWriter, what: str) -> list[Choice]:
    """The horizons or statuses of all toolkits, each label once."""
    found: dict[str, Choice] = {}
    for part in writer.summary.parts:
        plan = part.toolkit.action_plan
        for choice in getattr(plan, what) if plan else ():
            found.setdefault(choice.label, choice)
    return list(found.values())


def _closed_labels(writer: SummaryWriter) -> list[str]:
    return [
        choice.label.replace('"', '""')
        for choice in _choices(writer, "statuses")
        if choice.code in CLOSED_STATUSES
    ]


def _validate(writer: SummaryWriter, sheet: SheetWriter, last: int, shift: int) -> None:
    """Offer the toolkits' own choices in the table, so that it can be worked on as a register."""
    for offset, (what, column) in enumerate(
        (("horizons", shift + _WHEN), ("statuses", shift + _STATUS))
    ):
        choices = _choices(writer, what)
        if not choices:
            continue
        at = _LIST_COLUMN + offset
        head = "When" if what == "horizons" else "State of progress"
        sheet.text(HEADER_ROW, at, head, formats.SMALL)
        for row, choice in enumerate(choices, _FIRST):
            sheet.text(row, at, choice.label, formats.SMALL)
        name = f"plan_{what}"
        writer.book.define(name, ACTIONS, CellRange(_FIRST, at, _FIRST + len(choices) - 1, at))
        listed = ", ".join(choice.label for choice in choices)
        error = Message("Not in the list", f"Choose one of: {listed}."[:255])
        sheet.validate(CellRange(_FIRST, column, last, column), FromList(name), error, None)
    error = Message("Not a day", "Enter a day such as 30 September 2026.")
    dated = DateBetween(_EARLIEST, _LATEST)
    column = shift + _DEADLINE
    sheet.validate(CellRange(_FIRST, column, last, column), dated, error, None)
