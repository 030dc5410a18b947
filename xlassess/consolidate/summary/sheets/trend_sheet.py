"""The Trend sheet: every section and item over all rounds, and how those who came back moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlassess.consolidate.figures.thresholds import LIVE_ROWS, favourable, has_scores
from xlassess.consolidate.figures.trend import RoundFigure, Trend, TrendLine
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
    put,
)
from xlassess.consolidate.summary.formulas import pooled_share
from xlassess.consolidate.summary.layout import (
    HEADER_ROW,
    TrendLayout,
    scores_layout,
    trend_layout,
)
from xlassess.consolidate.summary.slope_chart import trend_chart
from xlassess.consolidate.wording.terms import NOTHING, WITHHELD, words
from xlassess.consolidate.wording.trend_words import remarks_on
from xlassess.contract.layout import cell_name
from xlassess.sheet import metrics
from xlassess.sheet.formats import MARK_DONE, MARK_TO_DO, CellFormat
from xlassess.sheet.writer import CellRange, PlacedChart, SheetWriter

NOT_COMPARABLE = "not comparable"
"""Stands in place of the figure of a round that had another question."""

_KINDS = {"overall": "Total", "section": "Section", "item": "Question"}
_CLAIMS = {"up": "Moved up", "down": "Moved down", "": NOTHING}
_CHART_POINTS = 300.0
_CHART_PIXELS = 1150
_PAIRS = (
    SheetColumn("Line", 22, cells.KEY), SheetColumn("Number", 9, cells.MIDDLE),
    SheetColumn("What", 44), SheetColumn("Who", 44), SheetColumn("Then", 11, cells.MIDDLE),
    SheetColumn("Now", 11, cells.MIDDLE), SheetColumn("Moved", 10, cells.MIDDLE),
)  # fmt: skip
_BODIES = (
    SheetColumn("Organisation", 40), SheetColumn("Questions compared", 14, cells.MIDDLE),
    SheetColumn("Higher than then", 50), SheetColumn("Lower than then", 50),
)  # fmt: skip


def write_trend(writer: SummaryWriter, part: ToolkitResults) -> None:
    """Write the Trend sheet of a toolkit, and that of its pairs; nothing in a first round."""
    if part.trend is None:
        return
    if part.trend.bodies:
        _bodies(writer, part, part.trend)
    if part.trend.lines:
        _trend(writer, part, part.trend)


def _columns(trend: Trend) -> tuple[SheetColumn, ...]:
    middle = cells.MIDDLE
    last = trend.rounds[-1]
    remarked = any(figure.why for line in trend.lines for figure in line.figures)
    return (
        SheetColumn("Number", 8, middle), SheetColumn("Kind", 9), SheetColumn("What", 36),
        *(SheetColumn(f"Round {name}", 11, middle) for name in trend.rounds),
        SheetColumn("Change of all", 9, middle), SheetColumn("Claimed", 13, middle),
        SheetColumn("Both times", 8, middle), SheetColumn(f"Both: {trend.before}", 9, middle),
        SheetColumn(f"Both: {last}", 9, middle), SheetColumn("Up", 7, middle),
        SheetColumn("Down", 8, middle), SheetColumn("Same", 8, middle),
        *(SheetColumn(f"Answers {name}", 9, middle) for name in trend.rounds),
        *(SheetColumn(f"Workshop {trend.rounds[at]}", 15, middle) for at in _judged_in(trend)),
        *([SheetColumn("Remark", 42)] if remarked else []),
    )  # fmt: skip


def _judged_in(trend: Trend) -> list[int]:
    """The rounds, from 0, in which a workshop agreed on any of the questions."""
    return [
        at
        for at in range(len(trend.rounds))
        if any(line.figures[at].agreed for line in trend.lines)
    ]


def _trend(writer: SummaryWriter, part: ToolkitResults, trend: Trend) -> None:
    layout = trend_layout(writer.summary, part)
    columns = _columns(trend)
    setup = SheetSetup(
        layout.sheet, f"Trend: {part.toolkit.title}", words().say("trend_note", trend),
        tuple(column.width for column in columns),
        (layout.header + 1, 3),
    )  # fmt: skip
    sheet = writer.open(setup)
    index = writer.summary.parts.index(part)
    title = f"Every section and question over the rounds, {part.label}"
    grid = SheetTable(layout.header, columns, len(trend.lines), f"Trend_{index}", title)
    writer.table(sheet, grid)
    pairs = sum(len(line.moves.pairs) for line in trend.lines if line.moves)
    paired = writer.summary.live and 0 < pairs <= LIVE_ROWS
    name = f"trend_{index}" if paired else ""
    for place, line in enumerate(trend.lines):
        row = _Row(writer, sheet, layout.row(place), columns)
        row.write(part, trend, line, name)
    last = layout.row(len(trend.lines) - 1)
    _mark(sheet, layout, last)
    writer.finish(sheet, setup, _chart(writer, sheet, part, last))
    if paired:
        _pairs(writer, part, trend, layout, name)


def _chart(writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, last: int) -> int:
    """Put the chart below the table, whose headings stay in sight; return the last row."""
    tall = round(_CHART_POINTS / metrics.POINTS_PER_PIXEL) - 8
    drawn = trend_chart(writer, part, (_CHART_PIXELS, tall))
    if drawn is None:
        return last
    chart, alt = drawn
    row = last + 2
    sheet.height(row, _CHART_POINTS)
    sheet.chart(chart, PlacedChart(row, 0, _CHART_PIXELS, tall, alt))
    return row


def _mark(sheet: SheetWriter, layout: TrendLayout, last: int) -> None:
    """Mark what is claimed; the word says the same."""
    column = layout.change + 1
    box = CellRange(layout.header + 1, column, last, column)
    cell = cell_name(layout.header + 1, column)
    for word, mark in (("up", MARK_DONE), ("down", MARK_TO_DO)):
        sheet.highlight(box, f'{cell}="{_CLAIMS[word]}"', mark)


class _Row:
    """One line of the trend, written from the left."""

    def __init__(
        self,
        writer: SummaryWriter,
        sheet: SheetWriter,
        row: int,
        columns: Sequence[SheetColumn],
    ) -> None:
        self._writer, self._sheet, self._row, self._columns = writer, sheet, row, columns
        self._at = 0

    def write(self, part: ToolkitResults, trend: Trend, line: TrendLine, pairs: str) -> None:
        """Write the line; ``pairs`` begins the names of the columns of pairs, if there are any."""
        look = cells.MIDDLE.but(number=_shape(line))
        strong = cells.CELL.but(bold=line.kind != "item")
        for text in (line.number, _KINDS[line.kind], line.name):
            column = self._columns[self._at]
            bold = column.look.but(bold=True) if line.kind != "item" else column.look
            self._text(text, bold if column.header != "What" else strong)
        for figure in line.figures[:-1]:
            self._put(Live("", _value(figure)), look)
        self._put(Live(_present(self._writer, part, line), _value(line.figures[-1])), look)
        then, now = (cell_name(self._row, self._at - back) for back in (2, 1))
        self._put(_change(then, now, line), look)
        self._text(_CLAIMS[line.change], cells.MIDDLE)
        for live, moves_look in _moves(line, pairs, look):
            self._put(live, moves_look)
        for figure in line.figures:
            self._put(Live("", None if figure.why else figure.n), cells.MIDDLE.but(number="0"))
        texts = [(line.name, self._columns[2].width, strong)]
        for at in _judged_in(trend):
            column = self._columns[self._at]
            texts.append((line.figures[at].agreed, column.width, column.look))
            self._text(line.figures[at].agreed or NOTHING, column.look)
        if self._at < len(self._columns):
            remark, last = " ".join(remarks_on(trend, line)), self._columns[-1]
            self._text(remark, last.look)
            texts.append((remark, last.width, last.look))
        cells.fit_row(self._sheet, self._row, texts)

    def _text(self, text: str, look: CellFormat) -> None:
        put(self._sheet, self._row, self._at, text, look)
        self._at += 1

    def _put(self, live: Live, look: CellFormat) -> None:
        self._writer.figure(self._sheet, self._row, self._at, live, look)
        self._at += 1


def _shape(line: TrendLine) -> str:
    if line.share:
        return "0%"
    return "0.00" if line.kind == "item" else "0.0"


def _value(figure: RoundFigure) -> str | float | None:
    if figure.why:
        return NOT_COMPARABLE
    return WITHHELD if figure.withheld else figure.mean


def _change(then: str, now: str, line: TrendLine) -> Live:
    before, after = line.figures[-2].mean, line.figures[-1].mean
    apart = None if before is None or after is None else after - before
    return Live(f'IF(AND(ISNUMBER({then}),ISNUMBER({now})),{now}-{then},"{NOTHING}")', apart)


def _moves(line: TrendLine, pairs: str, look: CellFormat) -> Iterator[tuple[Live, CellFormat]]:
    """How those who answered both times moved; as formulas over their pairs, where they stand."""
    moves = line.moves
    whole = cells.MIDDLE.but(number="0")
    if moves is None or moves.withheld:
        shown = NOTHING if moves is None else WITHHELD
        for place in range(6):
            yield Live("", shown), look if place in {1, 2} else whole
        return
    formulas = _over_pairs(line, pairs) if pairs and moves.n else [""] * 6
    values = (moves.n, moves.then, moves.now, moves.up, moves.down, moves.same)
    for place, (formula, value) in enumerate(zip(formulas, values, strict=True)):
        yield Live(formula, value), look if place in {1, 2} else whole


def _over_pairs(line: TrendLine, pairs: str) -> list[str]:
    key = f"{pairs}_line,{lit(_pair_key(line))}"
    return [
        f"COUNTIFS({key})",
        f"AVERAGEIFS({pairs}_then,{key})",
        f"AVERAGEIFS({pairs}_now,{key})",
        *(f"COUNTIFS({key},{pairs}_moved,{way})" for way in (1, -1, 0)),
    ]


def _pair_key(line: TrendLine) -> str:
    """The name of a line among the pairs: sections and items may have the same number."""
    return f"{line.kind} {line.key} {line.field}"


def _present(writer: SummaryWriter, part: ToolkitResults, line: TrendLine) -> str:
    """The formula of a line's figure in the present round."""
    rows = writer.summary.participants.shows_rows
    if line.kind == "item":
        found = (one for one in part.items if (one.key, one.field) == (line.key, line.field))
        return _of_item(next(found), rows=rows)
    if part.toolkit.scoring.rule == "levels":
        scope = {"section": lit(line.key), "field": lit(line.field), "counts": '"yes"'}
        return pooled_share(part, scope, rows=rows)
    layout = scores_layout(writer.summary, part)
    if line.kind == "overall":
        own = list(part.trend.of("overall")) if part.trend else []
        return layout.total("mean", layout.overall_column(own.index(line)))
    places = [(each.key, each.field) for each in part.sections]
    return layout.total("mean", layout.column(places.index((line.key, line.field))))


def _of_item(item: ItemFigures, *, rows: bool) -> str:
    """The mean of an item, or the share of favourable answers, from the counts of its choices."""
    where = {"item": lit(item.key), "field": lit(item.field)}

    def of(code: str) -> str:
        return counting(rows, **where, choice=lit(f"{item.scale_id}:{code}"))

    proper = item.scale.substantive
    every = "+".join(of(choice.code) for choice in proper)
    if has_scores(item.scale):
        good = "+".join(f"{choice.score:g}*{of(choice.code)}" for choice in proper)
    else:
        good = "+".join(of(choice.code) for choice in favourable(item.scale))
    return f'IF({every}=0,"{NOTHING}",({good})/({every}))'


def _pairs(
    writer: SummaryWriter, part: ToolkitResults, trend: Trend, layout: TrendLayout, name: str
) -> None:
    """List what each who answered both times said, for the formulas of the Trend sheet."""
    note = words().say("trend_pairs_note", trend.before)
    title = f"Those who answered both times: {part.toolkit.title}"
    widths = tuple(column.width for column in _PAIRS)
    setup = SheetSetup(layout.pairs, title, note, widths)
    sheet = writer.open(setup)
    rows = [(line, pair) for line in trend.lines if line.moves for pair in line.moves.pairs]
    writer.table(
        sheet, SheetTable(HEADER_ROW, _PAIRS, len(rows), name.capitalize() + "_pairs", title)
    )
    for row, (line, pair) in enumerate(rows, HEADER_ROW + 1):
        look = cells.MIDDLE.but(number=_shape(line))
        for column, text in enumerate((_pair_key(line), line.number, line.name, pair.who)):
            put(sheet, row, column, text, _PAIRS[column].look)
        for column, number in ((4, pair.then), (5, pair.now)):
            sheet.number(row, column, number, look)
        sheet.number(row, 6, pair.moved, cells.MIDDLE.but(number="0"))
    last = HEADER_ROW + len(rows)
    for column, what in ((0, "line"), (4, "then"), (5, "now"), (6, "moved")):
        writer.book.define(
            f"{name}_{what}", layout.pairs, CellRange(HEADER_ROW + 1, column, last, column)
        )
    writer.finish(sheet, setup, last)


def _bodies(writer: SummaryWriter, part: ToolkitResults, trend: Trend) -> None:
    layout = trend_layout(writer.summary, part)
    note = words().say("trend_bodies_note", trend.before)
    title = f"Trend: {part.toolkit.title}"
    setup = SheetSetup(layout.sheet, title, note, tuple(column.width for column in _BODIES))
    sheet = writer.open(setup)
    index = writer.summary.parts.index(part)
    table = f"Each organisation beside itself, {part.label}"
    writer.table(sheet, SheetTable(HEADER_ROW, _BODIES, len(trend.bodies), f"Trend_{index}", table))
    for row, each in enumerate(trend.bodies, HEADER_ROW + 1):
        texts = (
            each.name,
            each.compared,
            *(", ".join(one) or NOTHING for one in (each.up, each.down)),
        )
        cells.put_row(sheet, row, _BODIES, texts)
    writer.finish(sheet, setup, HEADER_ROW + len(trend.bodies))
