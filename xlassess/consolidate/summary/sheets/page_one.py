"""The Summary sheet: one printed A4 page for each toolkit, written as a committee paper.

In the order in which a committee reads: the finding, what it is asked to decide, the picture,
strengths and concerns, where partners and levels differ, what it rests on. Paragraphs stand in
one wide column, so that no cells need be merged; the picture stands beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from math import floor

from xlassess.consolidate.figures.charted import shows_dartboard
from xlassess.consolidate.figures.thresholds import SPEAKS_FOR_ALL
from xlassess.consolidate.figures.values import CompletedChecklist, Point, ToolkitResults
from xlassess.consolidate.summary import native_charts
from xlassess.consolidate.summary.cells import Live, SheetTable, SummaryWriter, fitting, in_lines
from xlassess.consolidate.summary.layout import profile_layout
from xlassess.consolidate.summary.sheets.actions.checklists import checklists_sheet
from xlassess.consolidate.summary.sheets.page_table import (
    FIRST_COLUMN,
    PageTable,
    page_table,
    page_widths,
)
from xlassess.consolidate.summary.slope_chart import trend_chart
from xlassess.consolidate.wording.facts import words as sentences
from xlassess.consolidate.wording.pointed import checklist_names, level_in_words
from xlassess.consolidate.wording.terms import SUMMARY, day, percent, words
from xlassess.sheet import metrics, palette
from xlassess.sheet.charts import Frame
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.writer import CellRange, PlacedChart, SheetWriter

_LAST_COLUMN = len(page_widths()) - 1

_PAGE_POINTS = 722.0
"""Points of height between the margins of an A4 page, with a little to spare."""

_PAGE_PIXELS = 655
"""Pixels of width between the margins, with a little to spare."""

_SMALLEST, _LARGEST = 62, 100
"""Scales in per cent: smaller than the first, eleven-point type cannot be read on paper."""

_ROOM = 872.0
"""Points of height on one page at the scale that its width allows, where eleven-point type is
printed at nine points."""

_ZOOM = 80
"""Size on the screen in per cent: the finding, what is asked and the picture are then seen without
scrolling at 1366 by 768 pixels."""

_CHART_POINTS, _BOARD_POINTS = 230.0, 262.0
"""Least height of the picture, and of a dartboard, which has names all round it."""

_ASKED = 370.0
"""Points of height for the finding and what is asked. With more of them, the rest of the page would
be printed smaller than nine points; they are all on the Findings sheet."""

_FEWEST_ASKED = 2
"""Decisions that always stand on the page, however long."""

_BELOW_PICTURE = 8
"""Points of height between the picture and the lists below it."""

_COVER_ASKED = 8
"""Decisions on the cover, over all toolkits, each of which has one at least; its own page has
more."""

_MOST_BODIES = 12
"""Organisations listed on the page; more stand on the Scores sheet."""

_TOGETHER = 4
"""Organisations that are shown together or not at all."""

_BETWEEN = 30.0
"""Points of height between two toolkits on one page."""

_AIR = 1.5

_RULE = CellFormat(bottom=palette.NAVY, bold=True, colour=palette.NAVY, size=12, wrap=False,
                   valign="bottom")  # fmt: skip
_KICKER = CellFormat(size=10, colour=palette.MUTED)
_MARKING = CellFormat(size=11, bold=True, colour=palette.INK)
_TITLE = CellFormat(size=16, bold=True, colour=palette.NAVY)
_TEXT = CellFormat(size=11, valign="top")
_STRONG = _TEXT.but(bold=True)
_SMALL = CellFormat(size=11, colour=palette.MUTED, valign="top")
_LEAD = CellFormat(size=13, bold=True, colour=palette.NAVY, fill=palette.PALE, valign="top")


def write_summary_sheet(writer: SummaryWriter) -> None:
    """Write the Summary sheet: a page for each toolkit, with a cover before several."""
    sheet = writer.book.sheet(SUMMARY, palette.NAVY)
    sheet.widths(dict(enumerate(page_widths())))
    show(sheet)
    sheet.raw.set_zoom(_ZOOM)
    parts = writer.summary.parts
    row = _cover(writer, sheet) if len(parts) > 1 else 0
    breaks: list[int] = []
    heights: list[float] = []
    before: _Paper | None = None
    for part in parts:
        paper, first = _Paper(writer, sheet, part, row), row
        # Short pages share one: nothing may be shown of these, or they point to their checklists.
        short = before is not None and before.is_short and paper.is_short
        if short:
            paper.space(_BETWEEN)
        row = paper.write()
        height = sum(sheet.row_height(each) for each in range(first, row))
        if short and heights[-1] + height <= _ROOM:
            heights[-1] += height
        else:
            breaks += [first] if first else []
            heights.append(height)
        before = paper
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
    paper, say = _Rows(sheet, 0), words().say
    summary = writer.summary
    if summary.assessment.marking:
        paper.across(summary.assessment.marking, _MARKING)
    paper.across(f"{summary.assessment.partnership}, round {summary.assessment.round}", _TITLE)
    paper.heading(say("cover_title"))
    for part in summary.parts:
        few = part.narrative.more[:1] if part.returned < SPEAKS_FOR_ALL else ()
        paper.lines(f"{part.label}: {' '.join((part.narrative.reading, *few))}", _STRONG)
        rate = percent(part.response_rate) if part.response_rate is not None else ""
        paper.lines(say("cover_response", part, rate), _TEXT)
        for text in part.narrative.trend[:1]:
            paper.lines(f"{part.narrative.trend_title}: {text}", _TEXT)
    paper.heading(say("title_decisions"))
    each = max(1, _COVER_ASKED // len(summary.parts))
    for part in summary.parts:
        for place in sorted(part.narrative.pressing[:each]):
            paper.lines(f"{part.label}: {part.narrative.decisions[place]}", _TEXT)
    left = sum(max(0, len(part.narrative.decisions) - each) for part in summary.parts)
    if left:
        paper.lines(say("cover_more", left), _SMALL)
    paper.heading(say("cover_next"))
    for text in words().paragraphs("cover_steps", bool(summary.actions or summary.agreed)):
        paper.lines(text, _TEXT)
    return paper.row


def _board_points(part: ToolkitResults, width: int) -> float:
    """Points of height for a dartboard of a size that can be read, below a title of any length."""
    lines = Frame(width, 1, part.narrative.titles.means).lines
    return _BOARD_POINTS + max(0, len(lines) - 1) * metrics.line_height(11)


def _fitting(heights: Sequence[float], room: float, least: int) -> int:
    """Return how many lines, from the first, fit a height; at least so many."""
    used, count = 0.0, 0
    for height in heights:
        used += height
        if used > room and count >= least:
            break
        count += 1
    return count


_LEAST_SECOND, _SECOND = 130.0, 220.0
"""Least height of a second picture, in points, and the one it has where there is room for it."""

_LEAST_TREND = 150.0
"""Least height of the picture of what moved, which has a legend."""


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

    def tall(self, text: str, look: CellFormat = _TEXT) -> float:
        """Return the height a paragraph needs, in points."""
        measured = metrics.MeasuredText(
            text, self.sheet.width(0), look.size, look.bold, look.indent
        )
        return metrics.line_count(measured) * metrics.line_height(look.size) + _AIR

    def prose(self, text: str, look: CellFormat, least: float = 0.0) -> None:
        """Write a paragraph in a row just high enough."""
        row = self.next()
        self.sheet.text(row, 0, text, look)
        self.sheet.height(row, max(least, self.tall(text, look)))

    def across(self, text: str, look: CellFormat) -> None:
        """Write a line that runs on over the empty cells beside it, if it fits the page."""
        wide = self.sheet.span_width(0, _LAST_COLUMN)
        measured = metrics.MeasuredText(text, wide, look.size, look.bold)
        if metrics.line_count(measured) > 1:
            self.prose(text, look)
            return
        row = self.next()
        self.sheet.text(row, 0, text, look.but(wrap=False))
        self.sheet.height(row, metrics.line_height(look.size) + _AIR)

    def lines(self, text: str, look: CellFormat) -> None:
        """Write a paragraph over the whole page, each line in a row of its own."""
        for line in in_lines(text, self.sheet.span_width(0, _LAST_COLUMN), look):
            self.across(line, look)

    def heading(self, text: str) -> None:
        """Write a heading with a line below it."""
        *before, last = in_lines(text, self.sheet.span_width(0, _LAST_COLUMN), _RULE)
        for line in before:
            self.across(line, _RULE.but(bottom=""))
        row = self.next()
        self.sheet.text(row, 0, last, _RULE)
        self.sheet.height(row, _HEADING)


_HEADING = 22.0
_LEAST_LINE = 18.0
"""Points of height of a heading, and of a line of the table at least."""


@dataclass(frozen=True, slots=True)
class _List:
    """A list of the page: its heading, and its lines, the most important first.

    A line is one or more paragraphs that stand together or not at all. ``points`` is, for each
    line, how many points it names, and ``found`` how many there are; no points for other texts.
    """

    title: str
    lines: tuple[tuple[tuple[str, CellFormat], ...], ...]
    points: tuple[int, ...] = ()
    found: int = 0

    def headed(self, count: int) -> str:
        """The heading over so many of its lines: with how many of all are named, where not all.

        The lines themselves say how many more there are, once all of them stand there.
        """
        if count >= len(self.lines) or not self.points:
            return self.title
        return words().say("heading_of", self.title, sum(self.points[:count]), self.found)


def _listed(title: str, points: Sequence[Point], together: int) -> _List:
    """A list of points, so many of its first lines as one.

    A remark that leads to an example stands with it.
    """
    lines, named = [], []
    before: list[tuple[str, CellFormat]] = []
    for point in points:
        text = f"{point.what}. {point.why}" if point.what else point.why
        if not text:
            continue
        before.append((text, _TEXT))
        if point.what or not text.endswith(":"):
            lines.append(tuple(before))
            named.append(int(bool(point.what)))
            before = []
    found = sum(named) + sum(point.unnamed for point in points)
    return _List(
        title,
        (sum(lines[:together], ()), *lines[together:]),
        (sum(named[:together]), *named[together:]),
        found,
    )


class _Paper(_Rows):
    """One toolkit's page, written from the top down."""

    def __init__(
        self, writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, row: int
    ) -> None:
        super().__init__(sheet, row)
        self._writer, self._part, self._first = writer, part, row

    def write(self) -> int:
        """Write the page and return the row after it."""
        part, narrative = self._part, self._part.narrative
        assessment = self._writer.summary.assessment
        if assessment.marking:
            self.across(assessment.marking, _MARKING)
        self.across(f"{assessment.partnership} · round {assessment.round}", _KICKER)
        self.across(part.toolkit.title, _TITLE)
        top = self.row
        self._lead(narrative.reading)
        more = (*narrative.more, *narrative.unsure[:1])
        for text in (" ".join(more),) if self._pictured and more else more:
            self._say(text)
        self._asked()
        if part.checklists:
            where = checklists_sheet(part, self._writer.summary)
            self._say(sentences().say("checklist_next", len(part.checklists), where))
            self._checklists(where)
        if self._pictured:
            self._picture(top)
        first = self.row
        self._lists()
        if self._pictured:
            self._second_picture(self._table(first))
        return self.row

    def _lead(self, text: str) -> None:
        """Write the finding on its own ground: beside the picture, else as wide as the page."""
        if self._pictured:
            self.prose(text, _LEAD, least=30)
            return
        for line in in_lines(text, self.sheet.span_width(0, _LAST_COLUMN), _LEAD):
            for column in range(1, _LAST_COLUMN + 1):
                self.sheet.blank(self.row, column, _LEAD)
            self.across(line, _LEAD)

    def tall(self, text: str, look: CellFormat = _TEXT) -> float:
        """Return the height a paragraph needs, in points: without a picture it is wider."""
        if self._pictured:
            return super().tall(text, look)
        lines = in_lines(text, self.sheet.span_width(0, _LAST_COLUMN), look)
        return len(lines) * (metrics.line_height(look.size) + _AIR)

    def _say(self, text: str, look: CellFormat = _TEXT) -> None:
        """Write a paragraph: beside the picture, or over the whole page where there is none."""
        write = self.prose if self._pictured else self.lines
        write(text, look)

    def _checklists(self, where: str) -> None:
        """What each proposal is waiting for, as far as the page has room: the rest is on its own.

        Each stands for itself, as whole lists: half of one would look like all of it. What is left
        out is said, and where it stands.
        """
        checklists = self._part.checklists
        line = metrics.line_height(_TEXT.size) + _AIR
        rests = self._height_of(list(self._found()), [1])
        for place, (name, each) in enumerate(
            zip(checklist_names(checklists), checklists, strict=True)
        ):
            lines = list(_waiting(each))
            wide = self.sheet.span_width(0, _LAST_COLUMN)
            rows = sum(len(in_lines(text, wide, look)) for text, look in lines)
            needed = 2 * _HEADING + (rows + len(in_lines(name, wide, _RULE))) * line
            if self._used() + needed + rests > _ROOM:
                left = len(checklists) - place
                self.space(_AIR * 4)
                self._say(sentences().say("checklist_more", left, place > 0, where), _STRONG)
                return
            self.heading(name)
            for text, look in lines:
                self.lines(text, look)

    @property
    def is_short(self) -> bool:
        """True where there is nothing to picture, so that a few lines say it all."""
        return not self._pictured

    def _used(self) -> float:
        """Points of height used on the page so far."""
        return sum(self.sheet.row_height(row) for row in range(self._first, self.row))

    @cached_property
    def _pictured(self) -> bool:
        """True where there are figures to show."""
        part, people = self._part, self._writer.summary.participants
        shown = bool(part.returned) and not people.withholds(part.returned)
        return shown and part.toolkit.subject != "proposal"

    @cached_property
    def _sections(self) -> PageTable:
        """The table of sections."""
        layout = profile_layout(self._writer.summary, self._part)
        return page_table(self._writer, self._part, layout)

    @cached_property
    def _beside_lists(self) -> list[float]:
        """Points of height of the rows of the table of sections; none where it is not shown."""
        if not self._pictured:
            return []
        heads = ((each.header, each.width, each.head) for each in self._sections.columns)
        return [fitting(heads), *(self._line_height(line) for line in self._sections.lines)]

    def _height_of(self, every: Sequence[_List], counts: Sequence[int]) -> float:
        """Points of height that lists take with so many lines each, beside the table of sections.

        A row is as high as the higher of what stands in it, a paragraph or a line of the table.
        """
        left = [
            height
            for each, count in zip(every, counts, strict=True)
            for height in (_HEADING, *(self.tall(text, look) for line in each.lines[:count]
                                       for text, look in line))
        ]  # fmt: skip
        left.append(self.tall(words().say("all_findings"), _SMALL))
        return sum(map(max, zip_longest(left, self._beside_lists, fillvalue=0.0)))

    def _asked(self) -> None:
        """What the committee is asked to decide: as much as leaves room for a line of each list."""
        decisions = self._part.narrative.decisions
        if not decisions:
            return
        self.heading(words().say("title_decisions"))
        every = list(self._found())
        rest = self._height_of(every, [1] * len(every)) + metrics.line_height(_SMALL.size)
        rest += _BELOW_PICTURE
        room = min(_ASKED, _ROOM - rest) - self._used()
        order = self._part.narrative.pressing
        shown = _fitting([self.tall(f"1.  {decisions[each]}") for each in order], room,
                         _FEWEST_ASKED)  # fmt: skip
        for number, place in enumerate(sorted(order[:shown]), 1):
            self._say(f"{number}.  {decisions[place]}")
        if shown < len(decisions):
            self._say(words().say("more_findings", len(decisions) - shown), _SMALL)

    def _picture(self, top: int) -> None:
        """The chart beside the finding and what is asked."""
        part = self._part
        layout = profile_layout(self._writer.summary, part)
        if part.sections:
            height = sum(self.sheet.row_height(row) for row in range(top, self.row))
            least = _board_points(part, self._beside) if shows_dartboard(part) else _CHART_POINTS
            if height < least:
                self.space(least - height)
            points = min(max(height, least), max(least, _CHART_POINTS * 1.4))
            tall = round(points / metrics.POINTS_PER_PIXEL)
            tall = min(tall, round(self._beside * 1.1)) if shows_dartboard(part) else tall
            size = (self._beside, tall)
            chart, alt = native_charts.headline(self._writer, part, layout, size)
            self.sheet.chart(chart, PlacedChart(top, 1, *size, alt))
        self.space(_BELOW_PICTURE)

    @property
    def _beside(self) -> int:
        """Pixels of width beside the wide column."""
        return floor(self.sheet.span_width(1, _LAST_COLUMN) * metrics.DIGIT_PIXELS)

    def _table(self, header: int) -> int:
        """Write the table of sections beside the lists; return the row after it."""
        part = self._part
        table = self._sections
        number = self._writer.summary.parts.index(part) + 1
        title = words().say("profile_table", part.toolkit.title)
        before = self.sheet.row_height(header)
        grid = SheetTable(
            header,
            table.columns,
            len(table.lines),
            f"Sections_{number}",
            title,
            FIRST_COLUMN,
            filtered=False,
        )
        self._writer.table(self.sheet, grid)
        self.sheet.height(header, max(before, self.sheet.row_height(header)))
        for row, line in enumerate(table.lines, header + 1):
            self._line(row, line)
        after = header + 1 + max(len(table.lines), 1)
        for said in table.notes:
            self.sheet.text(after, FIRST_COLUMN, said, _SMALL.but(wrap=False))
            after += 1
        self.row = max(self.row, after)
        return after

    def _line(self, row: int, line: Sequence[tuple[Live, CellFormat]]) -> None:
        for column, (live, look) in enumerate(line, FIRST_COLUMN):
            self._writer.figure(self.sheet, row, column, live, look)
        self.sheet.height(row, max(self._line_height(line), self.sheet.row_height(row)))

    def _line_height(self, line: Sequence[tuple[Live, CellFormat]]) -> float:
        """Points of height that a line of the table of sections needs."""
        heights = [_LEAST_LINE]
        for column, (live, look) in enumerate(line, FIRST_COLUMN):
            value = live.value
            if isinstance(value, str) and look.wrap:
                measured = metrics.MeasuredText(
                    value, self.sheet.width(column), look.size, look.bold
                )
                lines = metrics.line_count(measured) * metrics.line_height(look.size)
                heights.append(lines + 2 * _AIR)
        return max(heights)

    def _lists(self) -> None:
        """The lists below the picture: as much of each as the page has room for, in turn."""
        every = list(self._found())
        counts = self._shares(every, _ROOM - self._used())
        for each, count in zip(every, counts, strict=True):
            self.heading(each.headed(count))
            for line in each.lines[:count]:
                for text, look in line:
                    self._say(text, look)
        if any(count < len(each.lines) for each, count in zip(every, counts, strict=True)):
            self.prose(words().say("all_findings"), _SMALL)

    def _shares(self, every: Sequence[_List], room: float) -> list[int]:
        """How many lines of each list are shown: one each, then one more in turn while it fits."""
        counts = [min(1, len(each.lines)) for each in every]
        for count in range(1, max((len(each.lines) for each in every), default=0)):
            for index, each in enumerate(every):
                if counts[index] != count or len(each.lines) <= count:
                    continue
                counts[index] += 1
                if self._height_of(every, counts) > room:
                    counts[index] -= 1
        return counts

    def _found(self) -> Iterator[_List]:
        """Strengths and concerns, where views differ, the scenario, and what all rests on."""
        told = self._part.narrative
        if self._pictured:
            if told.trend:
                # Who answered both times stands with what moved: it says what that rests on.
                yield _List(told.trend_title, (tuple((text, _TEXT) for text in told.trend),))
            pairs = (
                (told.concerns_title, told.concerns), (told.strengths_title, told.strengths),
                (sentences().say("bodies_title"), self._bodies()),
                (told.differences_title, told.disagreements), (told.levels_title, told.levels),
            )  # fmt: skip
            for title, points in pairs:
                if points:
                    # Bodies stand side by side: one alone would say nothing of the others.
                    first = _TOGETHER if points == self._bodies() else 1
                    yield _listed(title, points, first)
            if told.scenario:
                strong = _STRONG if self._part.planning.scenario else _TEXT
                # The rule itself stands on Findings, in the report and in Method; a choice made
                # against it belongs on the page.
                rule = told.scenario_rule if self._part.planning.because else ""
                texts = ((told.scenario, strong), (rule, _TEXT), (told.scenario_here, _TEXT),
                         (told.scenario_advice, _TEXT))  # fmt: skip
                found = tuple(((text, look),) for text, look in texts if text)
                yield _List(words().say("title_scenario"), found)
        rests = ((told.rests, _SMALL), (told.caution, _SMALL))
        more = tuple(((text, _TEXT),) for text in told.unsure[1:])
        yield _List(words().say("title_rests_on"), (rests, *more))

    def _bodies(self) -> tuple[Point, ...]:
        bodies, say = self._part.bodies, sentences().say
        low = level_in_words(self._part.toolkit) if bodies else ("", "")
        shown = tuple(Point(each.name, say("body", each, low)) for each in bodies[:_MOST_BODIES])
        left = len(bodies) - len(shown)
        return (*shown, Point("", say("bodies_more", left), left)) if left else shown

    def _second_picture(self, top: int) -> None:
        """A second chart below the table, where the lists or the rest of the page leave room."""
        height = sum(self.sheet.row_height(row) for row in range(top, self.row))
        layout = profile_layout(self._writer.summary, self._part)
        left = max(0.0, _ROOM - self._used())
        points = min(height + left - 6.0, max(height - 6.0, _SECOND), _CHART_POINTS * 1.2)
        if points < _LEAST_SECOND:
            return
        size = (self._beside, round(points / metrics.POINTS_PER_PIXEL))
        found = trend_chart(self._writer, self._part, size) if points >= _LEAST_TREND else None
        found = found or native_charts.beside_lists(self._writer, self._part, layout, size)
        if found is None:
            return
        chart, alt = found
        self.sheet.chart(chart, PlacedChart(top, 1, *size, alt))
        if height < points + 6.0:
            self.space(points + 6.0 - height)


def _waiting(each: CompletedChecklist) -> Iterator[tuple[str, CellFormat]]:
    """What is to be settled of a proposal, what is missing, and where its decision stands."""
    say = sentences().say
    yield say("checklist_settle_title"), _STRONG
    yield from ((say("checklist_settle_line", line), _TEXT) for line in each.settle)
    yield from ((say("checklist_missing", line), _TEXT) for line in each.missing)
    if not each.settle and not each.missing:
        yield say("checklist_nothing"), _TEXT
    yield say("checklist_closing_title"), _STRONG
    for _, lines in each.closing:
        yield from ((say("checklist_state", line), _TEXT) for line in lines)
