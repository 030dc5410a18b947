"""The Workshop sheet: what a workshop agreed on, beside what respondents answered."""

from __future__ import annotations

from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    SheetColumn,
    SheetSetup,
    SheetTable,
    SummaryWriter,
    put_row,
)
from xlassess.consolidate.summary.layout import HEADER_ROW
from xlassess.consolidate.wording.agreed import judged_beside, words

WORKSHOP = "Workshop"

_TOP = cells.TOP_CELL
_COLUMNS = (
    SheetColumn("Toolkit", 16, _TOP), SheetColumn("Item", 8, _TOP),
    SheetColumn("Question", 42, _TOP), SheetColumn("How answers fall", 42, _TOP),
    SheetColumn("Agreed judgement", 20, _TOP.but(bold=True)), SheetColumn("Reason", 36, _TOP),
    SheetColumn("What is to follow", 36, _TOP),
)  # fmt: skip


def write_judgements(writer: SummaryWriter) -> None:
    """Write what workshops agreed on; the answers stand beside it and are not changed."""
    rows = judged_beside(writer.summary)
    if not rows:
        return
    widths = tuple(column.width for column in _COLUMNS)
    note = words().say("judged_note", len(rows))
    setup = SheetSetup(WORKSHOP, WORKSHOP, note, widths, (HEADER_ROW + 1, 0))
    sheet = writer.open(setup)
    writer.table(sheet, SheetTable(HEADER_ROW, _COLUMNS, len(rows), "Judgements", WORKSHOP))
    for row, values in enumerate(rows, HEADER_ROW + 1):
        put_row(sheet, row, _COLUMNS, values)
    writer.finish(sheet, setup, HEADER_ROW + len(rows))
