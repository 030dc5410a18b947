"""The sheet of matters to act on: every item with flagged answers, of how many."""

from __future__ import annotations

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.values import ItemFigures, ToolkitResults
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    Live,
    SheetColumn,
    SheetSetup,
    SheetTable,
    SummaryWriter,
    counting,
    lit,
)
from xlassess.consolidate.summary.layout import HEADER_ROW, sheet_name
from xlassess.consolidate.wording.terms import words
from xlassess.contract.layout import cell_name
from xlassess.sheet.writer import SheetWriter

TO_ACT_ON = "To act on"
_COLUMNS = (
    SheetColumn("Item", 8, cells.MIDDLE), SheetColumn("Section", 28), SheetColumn("Question", 66),
    SheetColumn("To act on", 11, cells.MIDDLE), SheetColumn("Answers", 11, cells.MIDDLE),
    SheetColumn("Share", 11, cells.MIDDLE),
)  # fmt: skip
_MARKED, _ANSWERS, _SHARE = 3, 4, 5


def write_flagged(writer: SummaryWriter, part: ToolkitResults) -> None:
    """List the items with flagged answers, the largest share first; nothing without any rule."""
    scoring = part.toolkit.scoring
    if not scoring.flagged:
        return
    items = _items(part)
    name = sheet_name(TO_ACT_ON, part, writer.summary.parts)
    what = scoring.flagged_as or "matter to act on"
    title = f"{what[:1].upper()}{what[1:]}: {part.toolkit.title}"
    note = words().say("flagged_note", what, _labels(part)) if items else words().say("no_flagged")
    setup = SheetSetup(name, title, note, tuple(column.width for column in _COLUMNS))
    sheet = writer.open(setup)
    table = f"To_act_on_{writer.summary.parts.index(part)}"
    writer.table(sheet, SheetTable(HEADER_ROW, _COLUMNS, len(items), table, title))
    for row, item in enumerate(items, HEADER_ROW + 1):
        _row(writer, sheet, row, part, item)
    writer.finish(sheet, setup, HEADER_ROW + max(len(items), 1))


def _items(part: ToolkitResults) -> list[ItemFigures]:
    """The items with flagged answers, the largest share of answers first."""
    found = [
        item
        for item in part.items
        if item.scored and not item.withheld and points.flagged(part.toolkit, item)
    ]
    return sorted(found, key=lambda item: -points.flagged(part.toolkit, item) / _given(item))


def _given(item: ItemFigures) -> int:
    return item.agreement.n + item.agreement.apart


def _labels(part: ToolkitResults) -> list[str]:
    """What flagged answers look like to a respondent."""
    toolkit = part.toolkit
    used = dict.fromkeys(item.scale_id for item in part.items if item.scored)
    return list(
        dict.fromkeys(
            choice.label
            for scale_id in used
            for choice in toolkit.scales[scale_id].choices
            if choice.code in toolkit.scoring.flagged
        )
    )


def _row(
    writer: SummaryWriter, sheet: SheetWriter, row: int, part: ToolkitResults, item: ItemFigures
) -> None:
    question = f"{item.item.ask} ({item.view})" if item.view else item.item.ask
    texts = (item.item.id, item.section.name, question)
    for column, text in enumerate(texts):
        sheet.text(row, column, text, _COLUMNS[column].look)
    rows = writer.summary.participants.shows_rows
    where = {"item": lit(item.key), "field": lit(item.field)}
    codes = [c.code for c in item.scale.choices if c.code in part.toolkit.scoring.flagged]
    terms = [counting(rows, **where, choice=lit(f"{item.scale_id}:{code}")) for code in codes]
    whole = cells.MIDDLE.but(number="0")
    marked, given = points.flagged(part.toolkit, item), _given(item)
    writer.figure(sheet, row, _MARKED, Live("+".join(terms), marked), whole)
    writer.figure(sheet, row, _ANSWERS, Live(counting(rows, **where), given), whole)
    share = f"{cell_name(row, _MARKED)}/{cell_name(row, _ANSWERS)}"
    writer.figure(sheet, row, _SHARE, Live(share, marked / given), cells.MIDDLE.but(number="0%"))
    fitted = [
        (text, column.width, column.look) for text, column in zip(texts, _COLUMNS, strict=False)
    ]
    cells.fit_row(sheet, row, fitted)
