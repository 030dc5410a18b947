"""The Summary sheet: one printed A4 page for each toolkit, written as a committee paper.

In the order in which a committee reads: the finding, what it is asked to decide, the picture,
strengths and concerns, where partners and levels differ, what it rests on. Paragraphs stand in
one wide column, so that no cells need be merged; the picture stands beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

from xlassess.consolidate.figures.charted import has_dartboard
from xlassess.consolidate.figures.values import CompletedChecklist, Point, ToolkitResults
from xlassess.consolidate.summary import native_charts
from xlassess.consolidate.summary.cells import Live, SheetTable, SummaryWriter
from xlassess.consolidate.summary.layout import ProfileLayout, profile_layout
from xlassess.consolidate.summary.sheets.page_table import MOST_LINES, page_table, page_widths
from xlassess.consolidate.wording.facts import words as sentences
from xlassess.consolidate.wording.terms import SUMMARY, dartboard_legend, day, words
from xlassess.sheet import metrics, palette
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.writer import CellRange, PlacedChart, SheetWriter

_LAST_COLUMN = len(page_widths()) - 1

_PAGE_POINTS = 722.0
"""Points of height between the margins of an A4 page, with a little to spare."""

_PAGE_PIXELS = 636
"""Pixels of width between the margins, with a little to spare."""

_SMALLEST, _LARGEST = 62, 100
"""Scales in per cent: smaller than the first, eleven-point type cannot be read on paper."""

_CHART_POINTS = 230.0
"""Least height of the picture."""

_MOST_BODIES = 12
"""Organisations listed on the page; more stand on the Scores sheet."""

_AIR = 1.5

_RULE = CellFormat(bottom=palette.NAVY, bold=True, colour=palette.NAVY, size=12, wrap=False,
                   valign="bottom")  # fmt: skip
_KICKER = CellFormat(size=10, colour=palette.MUTED)
_MARKING = CellFormat(size=11, bold=True, colour=palette.INK)
_TITLE = CellFormat(size=18, bold=True, colour=palette.NAVY)
_TEXT = CellFormat(size=11, valign="top")
_STRONG = _TEXT.but(bold=True)
_SMALL = CellFormat(size=10, colour=palette.MUTED, valign="top")
_LEAD = CellFormat(size=13, bold=True, colour=palette.NAVY, fill=palette.PALE, valign="top")
_HEAD_ROW = 30.0


def write_summary_sheet(writer: SummaryWriter) -> None:
    """Write the Summary sheet: a page for each toolkit, with a cover before several."""
    sheet = writer.book.sheet(SUMMARY, palette.NAVY)
    sheet.widths(dict(enumerate(page_widths())))
    show(sheet)
    parts = writer.summary.parts
    row = _cover(writer, sheet) if len(parts) > 1 else 0
    breaks, heights = [], []
    for part in parts:
        if row:
            breaks.append(row)
        pages = _Paper(writer, sheet, part, row)
        first, row = row, pages.write()
        breaks += pages.breaks
        last = pages.breaks[0] if pages.breaks else row
        heights.append(sum(sheet.row_height(each) for each in range(first, last)))
    if not parts:
        sheet.text(0, 0, writer.summary.assessment.partnership, _TITLE)
        sheet.text(1, 0, words().say("nothing_issued"), _TEXT)
        row = 2
    _set_page(writer, sheet, row, max(heights, default=_PAGE_POINTS), breaks)


def _set_page(
    writer: SummaryWriter, sheet: SheetWriter, rows: int, tallest: float, breaks: Sequence[int]
) -> None:
    """Set up for printing, at a scale at which each toolkit has a page."""
    assessment = writer.summary.assessment
    page = PageSetup(
        left=f"{assessment.partnership}, {assessment.round}",
        right=f"Summary of {day(writer.summary.made_at)}",
        marking=assessment.marking,
        landscape=False,
        area=CellRange(0, 0, rows - 1, _LAST_COLUMN),
    )
    set_page(sheet, page)
    pixels = (sheet.span_width(0, _LAST_COLUMN) + 1) * metrics.DIGIT_PIXELS
    scale = floor(100 * min(_PAGE_POINTS / tallest, _PAGE_PIXELS / pixels))
    sheet.raw.set_print_scale(min(_LARGEST, max(_SMALLEST, scale)))
    sheet.raw.center_horizontally()
    sheet.raw.set_h_pagebreaks(list(breaks))


def _cover(writer: SummaryWriter, sheet: SheetWriter) -> int:
    """Write the cover: one line for each toolkit; return the row after it."""
    paper = _Rows(sheet, 0)
    assessment = writer.summary.assessment
    if assessment.marking:
        paper.prose(assessment.marking, _MARKING)
    paper.prose(f"{assessment.partnership}, round {assessment.round}", _TITLE)
    paper.heading(words().say("cover_title"))
    for part in writer.summary.parts:
        paper.prose(f"{part.label}: {part.narrative.reading}", _TEXT)
    return paper.row


class _Rows:
    """Rows written from the top down, in the wide column."""

    def __init__(self, sheet: SheetWriter, row: int) -> None:
        self.sheet, self.row = sheet, row

    def next(self) -> int:
        """Take the next row."""
        self.row += 1
        return self.row - 1

    def space(self, points: float) -> None:
        """Leave a row empty."""
        self.sheet.height(self.next(), points)

    def prose(self, text: str, look: CellFormat, least: float = 0.0) -> None:
        """Write a paragraph in a row just high enough."""
        row = self.next()
        self.sheet.text(row, 0, text, look)
        measured = metrics.MeasuredText(
            text, self.sheet.width(0), look.size, look.bold, look.indent
        )
        lines = metrics.line_count(measured) * metrics.line_height(look.size)
        self.sheet.height(row, max(least, lines + _AIR))

    def heading(self, text: str) -> None:
        """Write a heading with a line below it, right across the page."""
        row = self.next()
        self.sheet.text(row, 0, text, _RULE)
        for column in range(1, _LAST_COLUMN + 1):
            self.sheet.blank(row, column, _RULE)
        self.sheet.height(row, 22)
        self.space(3)


class _Paper(_Rows):
    """One toolkit's page, written from the top down."""

    def __init__(
        self, writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, row: int
    ) -> None:
        super().__init__(sheet, row)
        self._writer, self._part = writer, part
        self.breaks: list[int] = []

    def write(self) -> int:
        """Write the page and return the row after it."""
        part, narrative = self._part, self._part.narrative
        assessment = self._writer.summary.assessment
        if assessment.marking:
            self.prose(assessment.marking, _MARKING)
        self.prose(f"{assessment.partnership} · round {assessment.round}", _KICKER)
        self.prose(part.toolkit.title, _TITLE)
        top = self.row
        shown = bool(part.returned) and not self._writer.summary.participants.withholds(
            part.returned
        )
        self.prose(narrative.reading, _LEAD, least=30)
        for text in narrative.more:
            self.prose(text, _TEXT)
        for text in narrative.unsure[:1]:
            self.prose(text, _TEXT)
        self._asked()
        if shown and part.toolkit.subject != "proposal":
            self._picture(top)
            self._findings()
        self._rests_on()
        for each in part.checklists:
            self._checklist(each)
        return self.row

    def _asked(self) -> None:
        decisions = self._part.narrative.decisions
        if not decisions:
            return
        self.heading(words().say("title_decisions"))
        for number, decision in enumerate(decisions, 1):
            self.prose(f"{number}.  {decision}", _TEXT)

    def _picture(self, top: int) -> None:
        """The chart beside the finding, and the table of sections below both."""
        part = self._part
        layout = profile_layout(self._writer.summary, part)
        if part.sections:
            height = sum(self.sheet.row_height(row) for row in range(top, self.row))
            if height < _CHART_POINTS:
                self.space(_CHART_POINTS - height)
            chart, alt = native_charts.headline(self._writer, part, layout)
            width = floor(self.sheet.span_width(1, _LAST_COLUMN) * metrics.DIGIT_PIXELS)
            points = min(max(height, _CHART_POINTS), _CHART_POINTS * 1.4)
            tall = round(points / metrics.POINTS_PER_PIXEL)
            tall = min(tall, width) if has_dartboard(part) else tall
            self.sheet.chart(chart, PlacedChart(top, 1, width, tall, alt))
        self.space(5)
        self._table(profile_layout(self._writer.summary, part))

    def _table(self, layout: ProfileLayout) -> None:
        part = self._part
        table = page_table(self._writer, part, layout)
        header = self.next()
        number = self._writer.summary.parts.index(part) + 1
        title = words().say("profile_table", part.toolkit.title)
        grid = SheetTable(header, table.columns, len(table.lines), f"Sections_{number}", title)
        self._writer.table(self.sheet, grid)
        for line in table.lines:
            self._line(line)
        if not table.lines:
            self.next()
        legend = dartboard_legend(part) if has_dartboard(part) else ""
        shown = min(MOST_LINES, layout.leading)
        if shown < len(part.sections):
            legend = words().say("more_sections", shown, len(part.sections))
        if legend:
            self.prose(legend, _SMALL)

    def _line(self, line: Sequence[tuple[Live, CellFormat]]) -> None:
        row = self.next()
        heights = [18.0]
        for column, (live, look) in enumerate(line):
            self._writer.figure(self.sheet, row, column, live, look)
            value = live.value
            if isinstance(value, str) and look.wrap:
                measured = metrics.MeasuredText(
                    value, self.sheet.width(column), look.size, look.bold
                )
                lines = metrics.line_count(measured) * metrics.line_height(look.size)
                heights.append(lines + 2 * _AIR)
        self.sheet.height(row, max(heights))

    def _findings(self) -> None:
        """Strengths and concerns, where partners and levels differ, what could not be said."""
        narrative = self._part.narrative
        self._points(narrative.strengths_title, narrative.strengths)
        self._points(narrative.concerns_title, narrative.concerns)
        self._bodies()
        self._points(narrative.differences_title, narrative.disagreements)
        self._points(narrative.levels_title, narrative.levels)
        self._scenario()

    def _points(self, title: str, points: Sequence[Point]) -> None:
        if not points:
            return
        self.heading(title)
        for point in points:
            self.prose(f"{point.what}. {point.why}" if point.what else point.why, _TEXT)

    def _bodies(self) -> None:
        bodies = self._part.bodies
        if not bodies:
            return
        say = sentences().say
        self.heading(say("bodies_title"))
        for each in bodies[:_MOST_BODIES]:
            self.prose(f"{each.name}. {say('body', each)}", _TEXT)
        if len(bodies) > _MOST_BODIES:
            self.prose(say("bodies_more", len(bodies) - _MOST_BODIES), _SMALL)

    def _scenario(self) -> None:
        """How to go on, for toolkits that name scenarios."""
        narrative = self._part.narrative
        if not narrative.scenario:
            return
        self.heading(words().say("title_scenario"))
        self.prose(narrative.scenario, _STRONG if self._part.planning.scenario else _TEXT)
        for text in (narrative.scenario_rule, narrative.scenario_advice):
            if text:
                self.prose(text, _TEXT)

    def _rests_on(self) -> None:
        narrative = self._part.narrative
        self.heading(words().say("title_rests_on"))
        self.prose(narrative.context, _TEXT)
        for text in narrative.unsure[1:]:
            self.prose(text, _TEXT)
        self.prose(narrative.caution, _SMALL)

    def _checklist(self, each: CompletedChecklist) -> None:
        """One completed checklist on a page of its own."""
        say = sentences().say
        self.breaks.append(self.row)
        self.prose(each.title, _TITLE)
        self.prose(say("checklist_by", each.by), _KICKER)
        self.prose(say("reading_checklist", each), _LEAD)
        self.heading(say("checklist_settle_title"))
        for line in each.settle:
            self.prose(say("checklist_settle", line), _TEXT)
        for line in each.missing:
            self.prose(say("checklist_missing", line), _TEXT)
        if not each.settle and not each.missing:
            self.prose(say("checklist_nothing"), _TEXT)
        self.heading(say("checklist_decision_title"))
        for text in sentences().paragraphs("checklist_decision"):
            self.prose(text, _TEXT)
        self.heading(say("checklist_signed_title"))
        for name, value in each.signed:
            self.prose(say("checklist_signed", name, value), _TEXT)
        self.heading(say("checklist_answers_title"))
        for line in each.lines:
            self.prose(say("checklist_line", line), _TEXT)
