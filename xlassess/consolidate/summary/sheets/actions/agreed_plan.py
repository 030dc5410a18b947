"""The Action plan sheet once a plan is agreed: its actions, and what became of the rest."""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    SheetColumn,
    SheetSetup,
    SheetTable,
    SummaryWriter,
    put_row,
)
from xlassess.consolidate.summary.layout import HEADER_ROW
from xlassess.consolidate.wording.agreed import (
    agreed_note,
    earlier_actions,
    kept_in_time,
    left_of,
    numbered,
    said_of,
    state_in_words,
    words,
)
from xlassess.consolidate.wording.terms import ACTIONS
from xlassess.contract.layout import cell_name
from xlassess.model.days import local_day
from xlassess.model.plan import AgreedAction, AgreedPlan, action_number
from xlassess.sheet import formats
from xlassess.sheet.formats import MARK_CHECK
from xlassess.sheet.writer import CellRange, SheetWriter

OVERDUE = "overdue"

_TOP = cells.TOP_CELL
_COLUMNS = (
    SheetColumn("No.", 10, _TOP), SheetColumn("Action", 42, _TOP),
    SheetColumn("Answers", 36, _TOP.but(size=9)), SheetColumn("Owner", 18, _TOP),
    SheetColumn("Deadline", 13, cells.DAY.but(valign="top")), SheetColumn("Moved", 9, _TOP),
    SheetColumn("How we will know", 26, _TOP), SheetColumn("State", 12, _TOP),
    SheetColumn("What was done", 30, _TOP),
    SheetColumn("Overdue", 11, cells.MIDDLE.but(valign="top")),
)  # fmt: skip
_EARLIER = (*_COLUMNS[:-1], SheetColumn("On time", 11, cells.MIDDLE.but(valign="top")))
_LEFT = (
    SheetColumn("No.", 10, _TOP), SheetColumn("What", 42, _TOP),
    SheetColumn("What became of it", 36, _TOP), SheetColumn("Reason", 18, _TOP),
)  # fmt: skip


def write_agreed(writer: SummaryWriter, plan: AgreedPlan) -> None:
    """Write the agreed plan on the Action plan sheet."""
    note = agreed_note(writer.summary, plan)
    widths = tuple(column.width for column in _COLUMNS)
    setup = SheetSetup(ACTIONS, ACTIONS, note, widths, (HEADER_ROW + 1, 0), pages=4)
    sheet = writer.open(setup)
    count = len(plan.actions)
    writer.table(sheet, SheetTable(HEADER_ROW, _COLUMNS, count, "Actions", ACTIONS))
    today = local_day(writer.summary.made_at)
    for row, action in enumerate(plan.actions, HEADER_ROW + 1):
        moves = len(action.moves)
        put_row(sheet, row, _COLUMNS, (
            numbered(action), action.action, action.finding, action.owner, action.deadline,
            words().say("agreed_moved", moves), action.measure, state_in_words(action),
            said_of(action), OVERDUE if action.overdue(today) else "",
        ))  # fmt: skip
    last = HEADER_ROW + max(count, 1)
    column = len(_COLUMNS) - 1
    box = CellRange(HEADER_ROW + 1, column, last, column)
    first = cell_name(HEADER_ROW + 1, column)
    sheet.highlight(box, f'{first}="{OVERDUE}"', MARK_CHECK)
    last = _write_left(writer, sheet, plan, last)
    rows = [_earlier(writer, action) for action in earlier_actions(writer.summary)]
    writer.finish(sheet, setup, write_earlier(writer, sheet, _EARLIER, rows, last))


def _earlier(writer: SummaryWriter, action: AgreedAction) -> tuple[object, ...]:
    return (
        action_number(action, writer.summary.assessment.round), action.action, action.finding,
        action.owner, action.deadline, words().say("agreed_moved", len(action.moves)),
        action.measure, state_in_words(action), said_of(action),
        kept_in_time(writer.summary, action),
    )  # fmt: skip


def write_earlier(
    writer: SummaryWriter,
    sheet: SheetWriter,
    columns: tuple[SheetColumn, ...],
    rows: Sequence[tuple[object, ...]],
    above: int,
) -> int:
    """Write what came of the actions of earlier rounds below a table; return the last row.

    Args:
        writer: the summary being written.
        sheet: the Action plan sheet.
        columns: as wide as those of the table above.
        rows: a row for each action; none where no earlier round agreed on any.
        above: the last row that is written.
    """
    title = words().say("earlier_title")
    grid = SheetTable(above + _BELOW, columns, len(rows), "EarlierActions", title, filtered=False)
    return _write_below(writer, sheet, grid, rows) if rows else above


def _write_left(writer: SummaryWriter, sheet: SheetWriter, plan: AgreedPlan, above: int) -> int:
    """Write what is no action of its own below the actions; return the last row."""
    left, title = left_of(plan), words().say("agreed_left")
    grid = SheetTable(above + _BELOW, _LEFT, len(left), "NotActions", title, filtered=False)
    return _write_below(writer, sheet, grid, left) if left else above


_BELOW = 3
"""Rows from the last of one table to the headings of the next, with its title between them."""


def _write_below(
    writer: SummaryWriter,
    sheet: SheetWriter,
    grid: SheetTable,
    rows: Sequence[tuple[object, ...]],
) -> int:
    """Write a table below another, with its title as a heading; return its last row."""
    heading = grid.header_row - 1
    sheet.text(heading, 0, grid.title, formats.HEADING)
    sheet.height(heading, 22)
    writer.table(sheet, grid)
    for row, values in enumerate(rows, grid.header_row + 1):
        put_row(sheet, row, grid.columns, values)
    return grid.header_row + len(rows)
