"""The Summary sheet: one printed A4 page for each toolkit, written as a committee paper."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from math import floor

from xlassess.consolidate import pictures
from xlassess.consolidate.cells import NOTHING, Live, Out, words
from xlassess.consolidate.narrative import day
from xlassess.consolidate.places import (
    HEADER_ROW,
    RESPONSES,
    SUMMARY,
    profile_place,
)
from xlassess.consolidate.sheet_responses import rate_column
from xlassess.consolidate.summary import Part, Point
from xlassess.consolidate.summary_table import MOST_LINES, Field, table_lines
from xlassess.contract.layout import cell_name
from xlassess.sheet import looks, metrics, palette
from xlassess.sheet.checked import Box, Formula, Placed, Sheet, sheet_prefix
from xlassess.sheet.looks import Look
from xlassess.sheet.page import Page, set_page, show

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

_RULE = looks.Look(bottom=palette.NAVY, bold=True, colour=palette.NAVY, size=11, wrap=False,
                   valign="bottom")  # fmt: skip
_KICKER = looks.Look(size=10, colour=palette.MUTED, wrap=False)
_TITLE = looks.Look(size=18, bold=True, colour=palette.NAVY)
_TEXT = looks.Look(size=10.5, valign="top")
_STRONG = _TEXT.but(bold=True)
_SMALL = looks.Look(size=9, colour=palette.MUTED, valign="top")
_LEAD = looks.Look(size=12, bold=True, colour=palette.NAVY, fill=palette.PALE, indent=1)
_TILE = looks.Look(size=16, bold=True, colour=palette.NAVY, fill=palette.FAINT, align="center",
                   wrap=False)  # fmt: skip
_TILE_LABEL = looks.Look(size=9, colour=palette.MUTED, fill=palette.FAINT, align="center",
                         wrap=False)  # fmt: skip


def write_summary_sheet(out: Out) -> None:
    """Write the Summary sheet: a page for each toolkit, scaled so that each fits its page."""
    sheet = out.book.sheet(SUMMARY, palette.NAVY)
    sheet.widths(dict.fromkeys(range(_COLUMNS), _WIDTH) | {_HALF: _GUTTER_WIDTH})
    show(sheet)
    row, breaks, tallest = 0, [], _PAGE_POINTS
    for part in out.summary.parts:
        if row:
            breaks.append(row)
        first = row
        row = _Paper(out, sheet, part, row).write()
        tallest = max(tallest, sum(sheet.row_height(each) for each in range(first, row)))
    if not out.summary.parts:
        row = _nothing_issued(out, sheet)
    assessment = out.summary.assessment
    page = Page(
        left=f"{assessment.partnership}, {assessment.round}",
        right=f"Summary of {day(out.summary.made_at)}",
        marking=assessment.marking,
        landscape=False,
        area=Box(0, 0, row - 1, _COLUMNS - 1),
    )
    set_page(sheet, page)
    pixels = (sheet.span_width(0, _COLUMNS - 1) + 1) * metrics.DIGIT_PIXELS
    scale = floor(100 * min(_PAGE_POINTS / tallest, _PAGE_PIXELS / pixels))
    sheet.raw.set_print_scale(min(_LARGEST, max(_SMALLEST, scale)))
    sheet.raw.center_horizontally()
    sheet.raw.set_h_pagebreaks(breaks)


def _nothing_issued(out: Out, sheet: Sheet) -> int:
    sheet.merged(0, 0, _COLUMNS - 1, out.summary.assessment.partnership, _TITLE)
    sheet.prose(1, 0, _COLUMNS - 1, words().say("nothing_issued"), _TEXT)
    return 2


class _Paper:
    """One toolkit's page, written from the top down."""

    def __init__(self, out: Out, sheet: Sheet, part: Part, row: int) -> None:
        self._out, self._sheet, self._part, self._row = out, sheet, part, row

    def write(self) -> int:
        """Write the page and return the row after it."""
        part, told = self._part, self._part.narrative
        assessment = self._out.summary.assessment
        self._split_line(
            f"{assessment.partnership} · round {assessment.round}", assessment.marking, _KICKER
        )
        self._prose(part.toolkit.title, _TITLE)
        self._prose(told.context, _TEXT)
        self._space(5)
        self._tiles()
        self._space(6)
        self._prose(told.reading, _LEAD, least=30)
        self._space(4)
        if part.returned and not self._out.summary.cast.withholds(part.returned):
            self._picture()
            self._columns(
                (told.strengths_title, told.strengths), (told.concerns_title, told.concerns)
            )
            self._heading(words().say("title_disagreements"))
            for point in told.disagreements:
                self._point(point)
            self._scenario()
        self._heading(words().say("title_decisions"))
        for number, decision in enumerate(told.decisions, 1):
            self._numbered(number, decision)
        self._space(5)
        self._prose(told.caution, _SMALL)
        return self._row

    def _scenario(self) -> None:
        """How to go on, for toolkits that name scenarios."""
        told = self._part.narrative
        if not told.scenario:
            return
        self._heading(words().say("title_scenario"))
        self._prose(told.scenario, _STRONG if self._part.onward.scenario else _TEXT)
        for text in (told.scenario_rule, told.scenario_advice):
            if text:
                self._prose(text, _TEXT)

    def _next(self) -> int:
        self._row += 1
        return self._row - 1

    def _fit(
        self, row: int, texts: tuple[tuple[str, float, Look], ...], least: float = 0.0
    ) -> None:
        """Make a row just high enough: a page has less air to spare than a table."""
        heights = (
            metrics.line_count(metrics.Text(text, width, look.size, look.bold, look.indent))
            * metrics.line_height(look.size)
            + _AIR
            for text, width, look in texts
        )
        self._sheet.height(row, max((least, *heights)))

    def _space(self, points: float) -> None:
        self._sheet.height(self._next(), points)

    def _prose(self, text: str, look: Look, *, least: float = 0.0) -> None:
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

    def _split_line(self, left: str, right: str, look: Look) -> None:
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
        tiles: tuple[tuple[str, Live, Look], ...] = (
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

    def _merged_figure(self, row: int, first: int, last: int, live: Live, look: Look) -> None:
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
        place = profile_place(self._out.summary, part)
        self._heading(words().say("title_profile"))
        top = self._row
        lines = table_lines(part, place)
        least = _CHART_POINTS / len(lines)
        for line in lines:
            self._line(line, least)
        legend = pictures.dartboard_legend(part) if pictures.has_dartboard(part) else ""
        shown = min(MOST_LINES, place.leading)
        if shown < len(part.sections):
            legend = words().say("more_sections", shown, len(part.sections))
        bottom = self._row
        if legend:
            self._prose(legend, _SMALL)
        if not part.sections:
            return
        chart, alt = pictures.headline(self._out, part, place)
        points = sum(self._sheet.row_height(row) for row in range(top, bottom))
        height = round(points / metrics.POINTS_PER_PIXEL)
        square = pictures.has_dartboard(part)
        width = min(height, _CHART_WIDTH) if square else _CHART_WIDTH
        self._sheet.chart(chart, Placed(top, 0, width, height, alt))

    def _line(self, line: Sequence[Field], least: float) -> None:
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

    def _pair(self, pair: tuple[str, str], look: Look) -> None:
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
