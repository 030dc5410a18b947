"""The Details sheet: facts about the partnership as single returns give them, side by side."""

from __future__ import annotations

from xlassess.consolidate.figures.values import ToolkitResults
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import SheetColumn, SheetSetup, SheetTable, SummaryWriter
from xlassess.consolidate.summary.layout import HEADER_ROW, sheet_name
from xlassess.consolidate.wording.terms import words

_COLUMNS = (
    SheetColumn("Number", 9, cells.MIDDLE), SheetColumn("Question", 60), SheetColumn("Answer", 40),
    SheetColumn("Given by", 40),
)  # fmt: skip


def write_details(writer: SummaryWriter, part: ToolkitResults) -> None:
    """List the facts of a toolkit's pages of details; nothing where it has none."""
    if not part.details:
        return
    title = f"Details: {part.toolkit.title}"
    widths = tuple(column.width for column in _COLUMNS)
    name = sheet_name("Details", part, writer.summary.parts)
    setup = SheetSetup(name, title, words().say("details_note"), widths)
    sheet = writer.open(setup)
    table = f"Details_{writer.summary.parts.index(part)}"
    writer.table(sheet, SheetTable(HEADER_ROW, _COLUMNS, len(part.details), table, title))
    for row, each in enumerate(part.details, HEADER_ROW + 1):
        texts = (each.item, each.ask, each.answer, each.by)
        for index, (text, column) in enumerate(zip(texts, _COLUMNS, strict=True)):
            sheet.text(row, index, text, column.look)
        fitted = [(t, c.width, c.look) for t, c in zip(texts, _COLUMNS, strict=True)]
        cells.fit_row(sheet, row, fitted)
    writer.finish(sheet, setup, HEADER_ROW + len(part.details))
