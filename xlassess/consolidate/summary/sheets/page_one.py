"""The Summary sheet: one printed A4 page for each toolkit, written as a committee paper."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import floor

from xlassess.consolidate.figures.charted import has_dartboard
from xlassess.consolidate.figures.values import Figure, Point, ToolkitResults
from xlassess.consolidate.summary import native_charts
from xlassess.consolidate.summary.cells import Live, SummaryWriter
from xlassess.consolidate.summary.layout import HEADER_ROW, ProfileLayout, profile_layout
from xlassess.consolidate.summary.sheets.responses import rate_column
from xlassess.consolidate.wording.chart_words import dartboard_legend
from xlassess.consolidate.wording.numbers import (
    NOTHING,
    WITHHELD,
    day,
    range_of,
)
from xlassess.consolidate.wording.sheets import RESPONSES, SUMMARY, words
from xlassess.contract.layout import cell_name
from xlassess.model.toolkit import Band
from xlassess.sheet import formats, metrics, palette
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.writer import CellRange, Formula, PlacedChart, SheetWriter, sheet_prefix

MOST_LINES = 24
"""Sections listed beside the chart; a toolkit with more shows the first, and Profile has all."""

_HEAD = CellFormat(
    size=10, bold=True, colour=palette.WHITE, fill=palette.NAVY, indent=1, wrap=False
)
_HEAD_MIDDLE = _HEAD.but(align="center", indent=0)
_LINE = CellFormat(size=10, bottom=palette.LINE, wrap=False)
_MIDDLE = _LINE.but(align="center")
_RUNNING = _LINE.but(align="left", indent=1)


@dataclass(frozen=True, slots=True)
class LineCell:
    """A cell of the table: its first and last column on the page, figure and look.

    The figure stands in the first column. Where there are more, it is a text that runs on over
    the empty cells beside it, so that no cells of the table need be merged.
    """

    first: int
    last: int
    live: Live
    look: CellFormat


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of scores: its place in the table of the Profile sheet, its name and figures."""

    index: int
    name: str
    figure: Figure
    band: Band | None


def table_lines(part: ToolkitResults, layout: ProfileLayout) -> list[tuple[LineCell, ...]]:
    """Return the lines of the table, headings first; the figures point at the Profile sheet."""
    return _score_lines(part, layout) if "mean" in layout.columns else _count_lines(part, layout)


def _headings(names: Sequence[str], spans: Sequence[tuple[int, int]]) -> tuple[LineCell, ...]:
    return tuple(
        LineCell(*span, Live("", words().say(name)), _HEAD if span[1] > span[0] else _HEAD_MIDDLE)
        for name, span in zip(names, spans, strict=True)
    )


def _score_lines(part: ToolkitResults, layout: ProfileLayout) -> list[tuple[LineCell, ...]]:
    rule = part.toolkit.scoring.rule
    names = ["head_section", "head_share" if rule == "share" else "head_mean", "head_range"]
    spans = [(5, 9), (10, 10), (11, 12)]
    if "band" in layout.columns:
        names, spans = [*names, "head_band"], [(5, 8), (9, 9), (10, 10), (11, 12)]
    lines = [
        _Line(index, f"{index + 1}  {each.name}", each.score, each.band)
        for index, each in enumerate(part.sections[:MOST_LINES])
    ]
    found = [_headings(names, spans)]
    found += [_score_line(part, layout, spans, line) for line in lines]
    for index, whole in enumerate(part.overall):
        name = words().say("head_total" if rule == "sum" else "head_overall")
        name = f"{name} ({whole.name})" if whole.name else name
        line = _Line(layout.sections + index, name, whole.score, whole.band)
        fields = _score_line(part, layout, spans, line)
        strong = palette.PALE
        found.append(
            tuple(replace(each, look=each.look.but(bold=True, fill=strong)) for each in fields)
        )
    return found


def _score_line(
    part: ToolkitResults, layout: ProfileLayout, spans: Sequence[tuple[int, int]], line: _Line
) -> tuple[LineCell, ...]:
    rule, figure = part.toolkit.scoring.rule, line.figure
    ranges = _MIDDLE if "band" in layout.columns else _RUNNING
    number = "0%" if rule == "share" else "0.0"
    mean = WITHHELD if figure.withheld else figure.mean
    low, high = (layout.cell(line.index, each) for each in ("low", "high"))
    fields = [
        LineCell(*spans[0], Live("", line.name), _RUNNING),
        LineCell(
            *spans[1], Live(layout.cell(line.index, "mean"), mean), _MIDDLE.but(number=number)
        ),
        LineCell(*spans[2], Live(_range_formula(rule, low, high), range_of(rule, figure)), ranges),
    ]
    if "band" in layout.columns:
        name = line.band.name if line.band else None
        fields.append(LineCell(*spans[3], Live(layout.cell(line.index, "band"), name), _RUNNING))
    return tuple(fields)


def _range_formula(rule: str, low: str, high: str) -> str:
    shape = {"sum": "0.##", "mean": "0.0", "share": "0%"}[rule]
    if rule == "sum":
        # TEXT with "0.##" leaves a point after whole numbers.
        return f'IF(ISNUMBER({low}),{low}&" to "&{high},"{NOTHING}")'
    return f'IF(ISNUMBER({low}),TEXT({low},"{shape}")&" to "&TEXT({high},"{shape}"),"{NOTHING}")'


def _count_lines(part: ToolkitResults, layout: ProfileLayout) -> list[tuple[LineCell, ...]]:
    """Lines of toolkits without scores: answers, and how many are favourable or flagged."""
    spans = [(5, 9), (10, 10), (11, 12)]
    last = "flagged" if part.toolkit.scoring.rule == "none" else "favourable"
    found = [_headings(["head_section", "head_answers", f"head_{last}"], spans)]
    for index, each in enumerate(part.sections[: min(MOST_LINES, layout.leading)]):
        value: str | float | None = float(each.flagged)
        look = _RUNNING
        if last == "favourable":
            value = each.favourable / each.answered if each.answered else None
            look = _RUNNING.but(number="0%")
        hidden = each.score.withheld
        answers = each.given if last == "flagged" else each.answered
        found.append(
            (
                LineCell(*spans[0], Live("", f"{index + 1}  {each.name}"), _RUNNING),
                LineCell(
                    *spans[1],
                    Live(layout.cell(index, "answers"), WITHHELD if hidden else answers),
                    _MIDDLE,
                ),
                LineCell(
                    *spans[2], Live(layout.cell(index, last), WITHHELD if hidden else value), look
                ),
            )
        )
    return found


_COLUMNS, _WIDTH, _GUTTER_WIDTH = 13, 8.6, 2.0
_HALF = 6
"""Columns of the left half; then comes the gutter, then as many on the right."""

_PAGE_POINTS = 722.0
"""Points of height between the margins of an A4 page, with a little to spare."""

_PAGE_PIXELS = 636
"""Pixels of width between the margins, with a little to spare."""

_SMALLEST, _LARGEST = 10, 100
"""Scales Excel can print at, in per cent."""

_CHART_POINTS, _CHART_WIDTH = 205.0, 320
_AIR = 1.5
_WHAT = 5
"""Columns that the name of a disagreement takes."""

_RULE = formats.CellFormat(
    bottom=palette.NAVY, bold=True, colour=palette.NAVY, size=11, wrap=False, valign="bottom"
)
_KICKER = formats.CellFormat(size=10, colour=palette.MUTED, wrap=False)
_TITLE = formats.CellFormat(size=18, bold=True, colour=palette.NAVY)
_TEXT = formats.CellFormat(size=10.5, valign="top")
_STRONG = _TEXT.but(bold=True)
_SMALL = formats.CellFormat(size=9, colour=palette.MUTED, valign="top")
_LEAD = formats.CellFormat(size=12, bold=True, colour=palette.NAVY, fill=palette.PALE, indent=1)
_TILE = formats.CellFormat(
    size=16, bold=True, colour=palette.NAVY, fill=palette.FAINT, align="center", wrap=False
)
_TILE_LABEL = formats.CellFormat(size=9, colour=palette.MUTED, fill=palette.FAINT, align="center",
                         wrap=False)  # fmt: skip


def write_summary_sheet(writer: SummaryWriter) -> None:
    """Write the Summary sheet: a page for each toolkit, scaled so that each fits its page."""
    sheet = writer.book.sheet(SUMMARY, palette.NAVY)
    sheet.widths(dict.fromkeys(range(_COLUMNS), _WIDTH) | {_HALF: _GUTTER_WIDTH})
    show(sheet)
    row, breaks, tallest = 0, [], _PAGE_POINTS
    for part in writer.summary.parts:
        if row:
            breaks.append(row)
        first = row
        row = _Paper(writer, sheet, part, row).write()
        tallest = max(tallest, sum(sheet.row_height(each) for each in range(first, row)))
    if not writer.summary.parts:
        row = _nothing_issued(writer, sheet)
    assessment = writer.summary.assessment
    page = PageSetup(
        left=f"{assessment.partnership}, {assessment.round}",
        right=f"Summary of {day(writer.summary.made_at)}",
        marking=assessment.marking,
        landscape=False,
        area=CellRange(0, 0, row - 1, _COLUMNS - 1),
    )
    set_page(sheet, page)
    pixels = (sheet.span_width(0, _COLUMNS - 1) + 1) * metrics.DIGIT_PIXELS
    scale = floor(100 * min(_PAGE_POINTS / tallest, _PAGE_PIXELS / pixels))
    sheet.raw.set_print_scale(min(_LARGEST, max(_SMALLEST, scale)))
    sheet.raw.center_horizontally()
    sheet.raw.set_h_pagebreaks(breaks)


def _nothing_issued(writer: SummaryWriter, sheet: SheetWriter) -> int:
    sheet.merged(0, 0, _COLUMNS - 1, writer.summary.assessment.partnership, _TITLE)
    sheet.prose(1, 0, _COLUMNS - 1, words().say("nothing_issued"), _TEXT)
    return 2


class _Paper:
    """One toolkit's page, written from the top down."""

    def __init__(
        self, writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, row: int
    ) -> None:
        self._out, self._sheet, self._part, self._row = writer, sheet, part, row

    def write(self) -> int:
        """Write the page and return the row after it."""
        part, narrative = self._part, self._part.narrative
        assessment = self._out.summary.assessment
        self._split_line(
            f"{assessment.partnership} · round {assessment.round}", assessment.marking, _KICKER
        )
        self._prose(part.toolkit.title, _TITLE)
        self._prose(narrative.context, _TEXT)
        self._space(5)
        self._tiles()
        self._space(6)
        self._prose(narrative.reading, _LEAD, least=30)
        self._space(4)
        if part.returned and not self._out.summary.participants.withholds(part.returned):
            self._picture()
            self._columns(
                (narrative.strengths_title, narrative.strengths),
                (narrative.concerns_title, narrative.concerns),
            )
            self._heading(words().say("title_disagreements"))
            for point in narrative.disagreements:
                self._point(point)
            self._scenario()
        self._heading(words().say("title_decisions"))
        for number, decision in enumerate(narrative.decisions, 1):
            self._numbered(number, decision)
        self._space(5)
        self._prose(narrative.caution, _SMALL)
        return self._row

    def _scenario(self) -> None:
        """How to go on, for toolkits that name scenarios."""
        narrative = self._part.narrative
        if not narrative.scenario:
            return
        self._heading(words().say("title_scenario"))
        self._prose(narrative.scenario, _STRONG if self._part.planning.scenario else _TEXT)
        for text in (narrative.scenario_rule, narrative.scenario_advice):
            if text:
                self._prose(text, _TEXT)

    def _next(self) -> int:
        self._row += 1
        return self._row - 1

    def _fit(
        self, row: int, texts: tuple[tuple[str, float, CellFormat], ...], least: float = 0.0
    ) -> None:
        """Make a row just high enough: a page has less air to spare than a table."""
        heights = (
            metrics.line_count(metrics.MeasuredText(text, width, look.size, look.bold, look.indent))
            * metrics.line_height(look.size)
            + _AIR
            for text, width, look in texts
        )
        self._sheet.height(row, max((least, *heights)))

    def _space(self, points: float) -> None:
        self._sheet.height(self._next(), points)

    def _prose(self, text: str, look: CellFormat, *, least: float = 0.0) -> None:
        row = self._next()
        self._sheet.merged(row, 0, _COLUMNS - 1, text, look)
        self._fit(row, ((text, self._span(0, _COLUMNS - 1), look),), least)

    def _span(self, first: int, last: int) -> float:
        return self._sheet.span_width(first, last)

    def _heading(self, text: str) -> None:
        row = self._next()
        self._sheet.merged(row, 0, _COLUMNS - 1, text, _RULE)
        self._sheet.height(row, 20)
        self._space(3)

    def _split_line(self, left: str, right: str, look: CellFormat) -> None:
        row = self._next()
        self._sheet.merged(row, 0, _HALF + 2, left, look)
        self._sheet.merged(row, _HALF + 3, _COLUMNS - 1, right, look.but(align="right", bold=True))
        self._sheet.height(row, 15)

    def _tiles(self) -> None:
        """Four figures: how many came back, the rate, the partners heard, the open queries."""
        part = self._part
        at = HEADER_ROW + 1 + self._out.summary.parts.index(part)
        issued, returned, rate, queries = (
            sheet_prefix(RESPONSES) + cell_name(at, rate_column(name))
            for name in ("Issued", "Returned", "Response rate", "Query open")
        )
        open_queries = sum(entry.standing == "Query open" for entry in part.entries)
        share = part.response_rate
        heard = f"{part.partners_heard} of {part.partners_asked}"
        tiles: tuple[tuple[str, Live, CellFormat], ...] = (
            ("tile_returned", Live(f'{returned}&" of "&{issued}',
                                   f"{part.returned} of {part.issued}"), _TILE),
            ("tile_rate", Live(rate, share), _TILE.but(number="0%")),
            ("tile_partners", Live("", heard), _TILE),
            ("tile_queries", Live(queries, open_queries), _TILE),
        )  # fmt: skip
        top, below = self._next(), self._next()
        self._sheet.height(top, 27)
        self._sheet.height(below, 15)
        for index, (name, live, look) in enumerate(tiles):
            first = 3 * index + (index > 1)
            last = first + 2
            self._merged_figure(top, first, last, live, look)
            self._sheet.merged(below, first, last, words().say(name), _TILE_LABEL)

    def _merged_figure(self, row: int, first: int, last: int, live: Live, look: CellFormat) -> None:
        value: str | float = NOTHING if live.value is None else live.value
        if self._out.summary.live and live.formula:
            self._sheet.merged(row, first, last, Formula(live.formula, value), look)
        elif isinstance(value, str):
            self._sheet.merged(row, first, last, value, look)
        else:
            self._sheet.merged(row, first, last, "", look)
            self._sheet.number(row, first, value, look)

    def _picture(self) -> None:
        """The headline chart on the left, the figures it shows on the right."""
        part = self._part
        layout = profile_layout(self._out.summary, part)
        self._heading(words().say("title_profile"))
        top = self._row
        lines = table_lines(part, layout)
        least = _CHART_POINTS / len(lines)
        for line in lines:
            self._line(line, least)
        legend = dartboard_legend(part) if has_dartboard(part) else ""
        shown = min(MOST_LINES, layout.leading)
        if shown < len(part.sections):
            legend = words().say("more_sections", shown, len(part.sections))
        bottom = self._row
        if legend:
            self._prose(legend, _SMALL)
        if not part.sections:
            return
        chart, alt = native_charts.headline(self._out, part, layout)
        points = sum(self._sheet.row_height(row) for row in range(top, bottom))
        height = round(points / metrics.POINTS_PER_PIXEL)
        square = has_dartboard(part)
        width = min(height, _CHART_WIDTH) if square else _CHART_WIDTH
        self._sheet.chart(chart, PlacedChart(top, 0, width, height, alt))

    def _line(self, line: Sequence[LineCell], least: float) -> None:
        row = self._next()
        texts = []
        for box in line:
            self._out.figure(self._sheet, row, box.first, box.live, box.look)
            for column in range(box.first + 1, box.last + 1):
                self._sheet.blank(row, column, box.look)
            shown = "" if box.live.value is None else str(box.live.value)
            if isinstance(box.live.value, str):
                texts.append((shown, self._span(box.first, box.last), box.look))
        self._fit(row, tuple(texts), least)

    def _columns(
        self, left: tuple[str, Sequence[Point]], right: tuple[str, Sequence[Point]]
    ) -> None:
        """Two lists side by side."""
        row = self._next()
        self._sheet.merged(row, 0, _HALF - 1, left[0], _RULE)
        self._sheet.merged(row, _HALF + 1, _COLUMNS - 1, right[0], _RULE)
        self._sheet.height(row, 20)
        self._space(3)
        for mine, yours in zip_longest(left[1], right[1], fillvalue=Point("", "")):
            for what, look in (("what", _STRONG), ("why", _TEXT)):
                pair = (getattr(mine, what), getattr(yours, what))
                if any(pair):
                    self._pair(pair, look)
            self._space(2)

    def _pair(self, pair: tuple[str, str], look: CellFormat) -> None:
        row = self._next()
        width = self._span(0, _HALF - 1)
        for first, text in zip((0, _HALF + 1), pair, strict=True):
            self._sheet.merged(row, first, first + _HALF - 1, text, look)
        self._fit(row, tuple((text, width, look) for text in pair))

    def _point(self, point: Point) -> None:
        """A point in one row: what on the left, why on the right."""
        if not point.what:
            self._prose(point.why, _TEXT)
            return
        row = self._next()
        self._sheet.merged(row, 0, _WHAT - 1, point.what, _STRONG)
        self._sheet.merged(row, _WHAT, _COLUMNS - 1, point.why, _TEXT)
        self._fit(
            row,
            (
                (point.what, self._span(0, _WHAT - 1), _STRONG),
                (point.why, self._span(_WHAT, _COLUMNS - 1), _TEXT),
            ),
        )

    def _numbered(self, number: int, text: str) -> None:
        self._prose(f"{number}.  {text}", _TEXT)
