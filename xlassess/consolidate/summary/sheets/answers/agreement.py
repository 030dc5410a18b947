"""The Agreement sheet: every item answered on a scale, how answers fall, and how alike they are.

It holds what a sheet of items would hold as well (number, full wording, answers), so there is
no other: the same rows twice would only have to be compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlassess.consolidate.figures.thresholds import (
    STRENGTH,
    agreement_limits,
    favourable,
    has_scores,
)
from xlassess.consolidate.figures.values import ItemFigures, ToolkitResults
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.answer_charts import bars_of_items, write_bars
from xlassess.consolidate.summary.cells import (
    Live,
    SheetColumn,
    SheetSetup,
    SheetTable,
    SummaryWriter,
    counting,
    lit,
)
from xlassess.consolidate.summary.layout import (
    HEADER_ROW,
    AgreementLayout,
    agreement_layouts,
    level_items,
    levels_layout,
    sheet_name,
)
from xlassess.consolidate.summary.sheets.answers.levels import GAP
from xlassess.consolidate.wording.terms import NOTHING, WITHHELD, words
from xlassess.contract.layout import cell_name, column_name
from xlassess.model.toolkit import Scale
from xlassess.sheet import formats
from xlassess.sheet.formats import MARK_CHECK, MARK_DONE, MARK_TO_DO, CellFormat
from xlassess.sheet.writer import CellRange, SheetWriter

SPLIT = "High score, low agreement"
_BOTH = f"{SPLIT}; {GAP.lower()}"

_HEADS = (SheetColumn("Item", 7), SheetColumn("Section", 20), SheetColumn("Question", 50))
_FIGURE_WIDTH, _REMARK_WIDTH = 10.5, 17.0


def write_agreement(writer: SummaryWriter, part: ToolkitResults) -> None:
    """Write the Agreement sheet: one table for each scale, the scored one first."""
    name = sheet_name("Agreement", part, writer.summary.parts)
    layouts = agreement_layouts(writer.summary, part)
    scales = part.toolkit.scales
    widest = max(
        (len(_columns(scales[each.scale], _compared(part))) for each in layouts),
        default=len(_HEADS) + 1,
    )
    widths = [column.width for column in _HEADS] + [_FIGURE_WIDTH] * (widest - len(_HEADS))
    widths[-1] = _REMARK_WIDTH
    title = f"Agreement: {part.toolkit.title}"
    frozen = (HEADER_ROW + 1 if len(layouts) == 1 else 0, 1)
    setup = SheetSetup(name, title, words().say("agreement_note"), tuple(widths), frozen)
    sheet = writer.open(setup)
    remarks = _remarks_elsewhere(writer, part)
    last = HEADER_ROW
    for number, layout in enumerate(layouts):
        if number:
            sheet.text(layout.header - 1, 0, scales[layout.scale].title, formats.HEADING)
            sheet.height(layout.header - 1, cells.HEADING_ROW)
        _table(writer, sheet, part, layout, remarks)
        last = layout.header + len(layout.items)
    writer.finish(sheet, setup, last)


def _compared(part: ToolkitResults) -> bool:
    """True where respondents judge the same thing, so that they can agree."""
    return part.toolkit.subject == "partnership"


def _remarks_elsewhere(writer: SummaryWriter, part: ToolkitResults) -> dict[tuple[str, str], str]:
    """By item and field, the cell of the Levels sheet that says whether levels differ."""
    layout = levels_layout(writer.summary, part)
    return {
        (item.key, item.field): layout.remark(index) for index, item in enumerate(level_items(part))
    }


def _columns(scale: Scale, compared: bool) -> tuple[SheetColumn, ...]:
    """Heads, a column per choice, then the figures; agreement where answers are compared."""
    choices = [SheetColumn(choice.label, _FIGURE_WIDTH, cells.MIDDLE) for choice in scale.choices]
    figures = ["Answers"]
    if has_scores(scale):
        figures += ["Mean", "Lowest", "Highest"]
    last = []
    if compared:
        figures += ["Consensus", "Agreement"]
        last = [SheetColumn("Remark", _REMARK_WIDTH, cells.MIDDLE)]
    return (
        *_HEADS,
        *choices,
        *(SheetColumn(each, _FIGURE_WIDTH, cells.MIDDLE) for each in figures),
        *last,
    )


def _table(
    writer: SummaryWriter,
    sheet: SheetWriter,
    part: ToolkitResults,
    layout: AgreementLayout,
    remarks: Mapping[tuple[str, str], str],
) -> None:
    header, items = layout.header, layout.items
    scale = items[0].scale
    columns = _columns(scale, _compared(part))
    index = writer.summary.parts.index(part)
    name = f"Agreement_{index}_{header}"
    title = f"Agreement on items answered by “{scale.title}”, {part.label}"
    writer.table(sheet, SheetTable(header, columns, len(items), name, title))
    for row, item in enumerate(items, header + 1):
        _row(writer, sheet, row, item, remarks.get((item.key, item.field), ""))
    if scale.substantive:
        write_bars(writer, sheet, bars_of_items(part, layout))
    if not _compared(part):
        return
    first, last = header + 1, header + len(items)
    reading = len(columns) - 2
    cell = f"${column_name(reading)}{first + 1}"
    box = CellRange(first, reading, last, reading)
    for word, mark in (("high", MARK_DONE), ("low", MARK_TO_DO)):
        sheet.highlight(box, f'{cell}="{word}"', mark)
    remark = f"${column_name(reading + 1)}{first + 1}"
    box = CellRange(first, reading + 1, last, reading + 1)
    sheet.highlight(box, f'LEFT({remark},{len(SPLIT)})="{SPLIT}"', MARK_CHECK)
    sheet.highlight(box, f'{remark}="{GAP}"', MARK_TO_DO)


def _row(
    writer: SummaryWriter,
    sheet: SheetWriter,
    row: int,
    item: ItemFigures,
    levels: str,
) -> None:
    columns = _columns(item.scale, item.compared)
    question = f"{item.item.ask} ({item.view})" if item.view else item.item.ask
    texts = (item.item.id, item.section.name, question)
    for column, text in enumerate(texts):
        sheet.text(row, column, text, columns[column].look)
    column = len(texts)
    for live, look in _figures(writer, item, row, levels):
        writer.figure(sheet, row, column, live, look)
        column += 1
    fitted = [(text, each.width, each.look) for text, each in zip(texts, columns, strict=False)]
    # In a table with fewer columns the remark stands in a narrower one.
    remark_width = sheet.width(len(columns) - 1)
    fitted.append((_remark(item) or "", remark_width, columns[-1].look))
    cells.fit_row(sheet, row, fitted)


def _remark(item: ItemFigures) -> str | None:
    """What is pointed out on an item, None for nothing."""
    if item.split_success:
        return _BOTH if item.levels_differ else SPLIT
    return GAP if item.levels_differ else None


def _figures(
    writer: SummaryWriter, item: ItemFigures, row: int, levels: str
) -> list[tuple[Live, CellFormat]]:
    """The cells of an item's row after its words; ``levels`` says whether levels differ."""
    scale, agreement = item.scale, item.agreement
    rows = writer.summary.participants.shows_rows
    where = {"item": lit(item.key), "field": lit(item.field)}
    whole, middle = cells.MIDDLE.but(number="0"), cells.MIDDLE
    first = len(_HEADS)
    layouts = {choice.code: first + i for i, choice in enumerate(scale.choices)}
    spans = _Spans(scale, layouts, row)
    found: list[tuple[Live, CellFormat]] = [
        (Live(counting(rows, **where, choice=lit(f"{item.scale_id}:{choice.code}")),
              WITHHELD if item.withheld else agreement.counts[choice.code]), whole)
        for choice in scale.choices
    ]  # fmt: skip
    if item.withheld:
        return [
            *found,
            *(
                (Live("", WITHHELD), middle)
                for _ in _columns(scale, item.compared)[len(layouts) + 3 :]
            ),
        ]
    found.append((Live(spans.n, agreement.n), whole))
    if has_scores(scale):
        decimals = cells.MIDDLE.but(number="0.00")
        plain = cells.MIDDLE.but(number="0.##")
        found += [
            (Live(spans.mean, agreement.mean), decimals),
            (Live(spans.low, agreement.low), plain),
            (Live(spans.high, agreement.high), plain),
        ]
    if not item.compared:
        return found
    return [*found, *_judgement(item, spans, cell_name(row, first + len(found)), levels)]


def _judgement(
    item: ItemFigures, spans: _Spans, consensus: str, levels: str
) -> list[tuple[Live, CellFormat]]:
    """Consensus (whose cell is given), its reading in words, and the remark."""
    scale, middle = item.scale, cells.MIDDLE
    low, high = agreement_limits(scale)
    read = (
        f'IF(ISNUMBER({consensus}),IF(ROUND({consensus},9)>={high},"high",'
        f'IF(ROUND({consensus},9)<{low},"low","moderate")),"{NOTHING}")'
    )
    remark, split = f'"{NOTHING}"', f'"{SPLIT}"'
    if levels:
        remark = f'IF({levels}="{GAP}","{GAP}","{NOTHING}")'
        split = f'IF({levels}="{GAP}","{_BOTH}","{SPLIT}")'
    divided = f"IF(ISNUMBER({consensus}),ROUND({consensus},9)<{low},FALSE)"
    found = f"IF({divided},IF({spans.favour}>={STRENGTH:.9f},{split},{remark}),{remark})"
    word = item.reading or None
    formula = spans.consensus if scale.ordinal else ""
    return [
        (Live(formula, item.agreement.consensus), cells.MIDDLE.but(number="0.00")),
        (Live(read if scale.ordinal else "", word), middle),
        (Live(found if scale.ordinal else "", _remark(item)), middle),
    ]


class _Spans:
    """Formulas over one row's counts of choices.

    Substantive choices stand side by side where the toolkit lists the others last; if it does
    not, they are joined one by one.
    """

    def __init__(self, scale: Scale, layouts: dict[str, int], row: int) -> None:
        self._scale = scale
        self._cells = [cell_name(row, layouts[choice.code]) for choice in scale.substantive]
        self.n = "+".join(self._cells)

    def _weighted(self, weights: Sequence[float]) -> str:
        return "+".join(f"{cell}*{w:g}" for cell, w in zip(self._cells, weights, strict=True))

    @property
    def _scores(self) -> list[float]:
        return [choice.score or 0.0 for choice in self._scale.substantive]

    @property
    def mean(self) -> str:
        """The mean score."""
        return f'IF({self.n}=0,"{NOTHING}",({self._weighted(self._scores)})/({self.n}))'

    @property
    def low(self) -> str:
        """The lowest score given."""
        return self._first(sorted(zip(self._scores, self._cells, strict=True)))

    @property
    def high(self) -> str:
        """The highest score given."""
        return self._first(sorted(zip(self._scores, self._cells, strict=True), reverse=True))

    def _first(self, pairs: Sequence[tuple[float, str]]) -> str:
        """The score of the first choice that was picked."""
        formula = f'"{NOTHING}"'
        for score, cell in reversed(pairs):
            formula = f"IF({cell}>0,{score:g},{formula})"
        return formula

    @property
    def favour(self) -> str:
        """Where the answers stand from the worst (0) to the best (1)."""
        weights = [0.0] * len(self._cells)
        if has_scores(self._scale):
            low, high = min(self._scores), max(self._scores)
            weights = [(score - low) / (high - low) for score in self._scores]
        else:
            weights[: len(favourable(self._scale))] = [1.0] * len(favourable(self._scale))
        parts = "+".join(
            f"{cell}*{weight:.12g}" for cell, weight in zip(self._cells, weights, strict=True)
        )
        return f"ROUND(({parts})/({self.n}),9)"

    @property
    def consensus(self) -> str:
        """Tastle and Wierman's consensus; an empty choice adds nothing, whatever its distance."""
        width = len(self._cells) - 1
        middle = f"({self._weighted(range(len(self._cells)))})/({self.n})"
        terms = "+".join(
            f"IF({cell}=0,0,{cell}/({self.n})*LOG(1-ABS({i}-{middle})/{width},2))"
            for i, cell in enumerate(self._cells)
        )
        return f'IF({self.n}<2,"{NOTHING}",MAX(0,MIN(1,1+{terms})))'
