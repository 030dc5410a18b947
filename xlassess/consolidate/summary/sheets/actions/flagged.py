"""The sheet of matters to act on: every item with flagged answers, of how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.values import ItemFigures, Summary, ToolkitResults
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
from xlassess.consolidate.wording.terms import NOTHING, words
from xlassess.contract.layout import cell_name, column_name
from xlassess.sheet.formats import MARK_TO_DO
from xlassess.sheet.writer import CellRange, SheetWriter

TO_ACT_ON = "To act on"
_COLUMNS = (
    SheetColumn("Item", 8, cells.MIDDLE), SheetColumn("Section", 28), SheetColumn("Question", 66),
    SheetColumn("To act on", 11, cells.MIDDLE), SheetColumn("Answers", 11, cells.MIDDLE),
    SheetColumn("Share", 11, cells.MIDDLE),
)  # fmt: skip
_REASONS = (
    SheetColumn("Reasons not given: to be investigated", 16, cells.MIDDLE),
    SheetColumn("Returns to ask", 30),
)
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
    open_ones = without_reasons(writer.summary, part)
    columns = _COLUMNS if open_ones is None else (*_COLUMNS, *_REASONS)
    setup = SheetSetup(name, title, note, tuple(column.width for column in columns))
    sheet = writer.open(setup)
    table = f"To_act_on_{writer.summary.parts.index(part)}"
    writer.table(sheet, SheetTable(HEADER_ROW, columns, len(items), table, title))
    for row, item in enumerate(items, HEADER_ROW + 1):
        _row(writer, sheet, row, part, item)
        if open_ones is not None:
            _reasons(sheet, row, item, open_ones)
    if open_ones:
        cell = f"${column_name(len(_COLUMNS))}{HEADER_ROW + 2}"
        box = CellRange(HEADER_ROW + 1, len(_COLUMNS), HEADER_ROW + len(items), len(_COLUMNS))
        sheet.highlight(box, f"AND(ISNUMBER({cell}),{cell}>0)", MARK_TO_DO)
    writer.finish(sheet, setup, HEADER_ROW + max(len(items), 1))


def without_reasons(
    summary: Summary, part: ToolkitResults
) -> Mapping[tuple[str, str], Sequence[str]] | None:
    """Return which returns answer so that reasons are asked for, and give none.

    By key and field of the item; None where the toolkit asks for no reasons for such answers or
    single returns are not shown. "The reasons for any 'no' answers should be investigated":
    Working better together? (2009), how to use the questions.
    """
    asking = {item.key: _asks_reasons(part, item) for item in part.items}
    if not summary.participants.shows_rows or not any(asking.values()):
        return None
    said: set[tuple[str, str]] = set()
    open_ones: dict[tuple[str, str], list[str]] = {}
    for row in summary.data:
        given, code = row.answer, row.person.code if row.person else ""
        if given.field == "comment":
            said.add((code, given.key))
        elif given.field.startswith("answer") and given.choice in asking.get(given.key, ()):
            open_ones.setdefault((given.key, given.field), []).append(code)
    return {
        (key, field): [code for code in codes if (code, key) not in said]
        for (key, field), codes in open_ones.items()
    }


def _asks_reasons(part: ToolkitResults, item: ItemFigures) -> tuple[str, ...]:
    """The flagged choices of an item for which the toolkit asks for reasons, as on Data."""
    asked = item.item.follow_up.when if item.item.follow_up else ()
    codes = set(asked) & set(part.toolkit.scoring.flagged)
    return tuple(f"{item.scale_id}:{code}" for code in codes)


def _reasons(
    sheet: SheetWriter,
    row: int,
    item: ItemFigures,
    open_ones: Mapping[tuple[str, str], Sequence[str]],
) -> None:
    """Write how many answers lack the reasons that the question asks for, and whose they are."""
    column = len(_COLUMNS)
    codes = open_ones.get((item.key, item.field))
    if codes is None:
        sheet.text(row, column, NOTHING, _REASONS[0].look)
        sheet.text(row, column + 1, NOTHING, _REASONS[1].look)
        return
    sheet.number(row, column, len(codes), _REASONS[0].look.but(number="0"))
    shown = ", ".join(codes[:_MOST_CODES]) or NOTHING
    if len(codes) > _MOST_CODES:
        shown = words().say("more_returns", shown, len(codes) - _MOST_CODES)
    sheet.text(row, column + 1, shown, _REASONS[1].look)
    fitted = ((shown, _REASONS[1].width, _REASONS[1].look),)
    sheet.fit(row, fitted, least=sheet.row_height(row))


_MOST_CODES = 12
"""Returns named of those that lack reasons; of more, how many there are is said."""


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
