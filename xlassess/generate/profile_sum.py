"""The Profile of a toolkit that adds scores up: totals, bands, and the dartboard.

A section's total is given only when all its statements are answered, and the grand total only
when every one is: a missing answer is never a nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlassess.contract.layout import LISTS, cell_name
from xlassess.generate.profile_table import Heading, ProfileTable, prose_end
from xlassess.generate.ranges import Range
from xlassess.generate.scenario import scenario_formula
from xlassess.generate.scored import Scored, answer_cell, scored_parts
from xlassess.model.toolkit import Band
from xlassess.score import score_range
from xlassess.sheet import looks
from xlassess.sheet.charts import Cells, DartboardGrid, Series, bars, dartboard
from xlassess.sheet.checked import Box, Formula, Placed, quoted
from xlassess.sheet.looks import Look

_ANSWERED, _ASKED, _SCORE, _MOST, _BAND, _READING, _SIGNIFICANCE = range(2, 9)
_PANEL = _BAND
_BOARD, _BAR_WIDTH, _BAR_HEIGHT = 500, 560, 46
_FEWEST_SEGMENTS, _MOST_SEGMENTS = 3, 10


@dataclass(frozen=True, slots=True)
class _Bands:
    """Bands on the lists sheet, lowest first."""

    lows: Range
    names: Range
    readings: Range
    count: int

    def look_up(self, score: str, what: Range) -> str:
        return f"INDEX({what.text},{self.place(score)})"

    def place(self, score: str) -> str:
        """The band's place counted from 1 for the lowest; read by the lower bound reached."""
        return f"MATCH(ROUND({score},9),{self.lows.text},1)"


class SumTable(ProfileTable):
    """One row a section (and view), a grand total, and the dartboard with its key."""

    @property
    def _parts(self) -> tuple[Scored, ...]:
        return scored_parts(self.job.layout)

    @property
    def _weighed(self) -> dict[str, Range]:
        """The cells in which a section's significance is stated, by section id."""
        found = {
            item.weighs: answer_cell(self.job.layout, item.id)
            for item in self.job.toolkit.items()
            if item.weighs
        }
        return {section: cell for section, cell in found.items() if cell is not None}

    def headings(self) -> tuple[Heading, ...]:
        """The table's columns, which set the widths of the whole sheet."""
        names = self.job.words.headings("sum_headers")
        widths = (8.0, 34.0, 11.0, 9.0, 9.0, 11.0, 21.0, 54.0, 24.0)
        left = {1, _BAND, _READING, _SIGNIFICANCE}
        found = [
            Heading(name, width, middle=column not in left)
            for column, (name, width) in enumerate(zip(names, widths, strict=True))
        ]
        return tuple(found if self._weighed else found[:_SIGNIFICANCE])

    def write(self, row: int) -> int:
        """Write table and chart from this row on; return the next free row."""
        self.head(row)
        first = row + 1
        bands = [self._bands(part.section.bands, part.section.id) for part in self._parts]
        for offset, (part, own) in enumerate(zip(self._parts, bands, strict=True)):
            self._section(first + offset, part, own)
        last = first + len(self._parts) - 1
        total = last
        overall = self._bands(self.job.toolkit.scoring.bands, "all sections")
        if self.job.toolkit.scoring.overall:
            for view in dict.fromkeys(part.view for part in self._parts):
                total += 1
                self._total(total, view, first, overall)
        top = total + 2
        lines = [_Line(first + i, own) for i, own in enumerate(bands)]
        height = self._chart(top, lines)
        row = self._key(top) if self._boardable else top
        row = self._scenario(row, lines, _Line(total, overall))
        return self.below(top, height, row)

    def _bands(self, bands: Sequence[Band], name: str) -> _Bands | None:
        if not bands:
            return None
        ordered = sorted(bands, key=lambda band: band.low)
        add = self.job.lists.add
        return _Bands(
            lows=add(f"{name}: from", [band.low for band in ordered]),
            names=add("band", [band.name for band in ordered]),
            readings=add("reading", [band.reading for band in ordered]),
            count=len(ordered),
        )

    def _section(self, row: int, part: Scored, bands: _Bands | None) -> None:
        sheet, weighed = self.sheet, self._weighed
        sheet.text(row, 0, part.section.id, looks.CELL_MIDDLE.but(number=looks.TEXT_FORMAT))
        sheet.text(row, 1, part.label, looks.CELL)
        sheet.formula(row, _ANSWERED, Formula(part.answered, 0), looks.CELL_MIDDLE)
        sheet.number(row, _ASKED, part.asked, looks.CELL_MIDDLE)
        answered, asked = cell_name(row, _ANSWERED), cell_name(row, _ASKED)
        score = Formula(f'IF({answered}={asked},{part.total},"")', "")
        sheet.formula(row, _SCORE, score, looks.CELL_MIDDLE.but(bold=True))
        limits = score_range(self.job.toolkit, part.section)
        sheet.number(row, _MOST, limits[1] if limits else 0, looks.CELL_MIDDLE)
        self._read(row, bands, part.asked, looks.CELL)
        if part.section.id in weighed:
            cell, empty = weighed[part.section.id].text, self.job.words.say("not_answered")
            chosen = Formula(f'IF({cell}="",{quoted(empty)},{cell})', empty)
            sheet.formula(row, _SIGNIFICANCE, chosen, looks.CELL)
        elif weighed:
            sheet.blank(row, _SIGNIFICANCE, looks.CELL)
        texts = [(band.reading, 54.0, looks.CELL) for band in part.section.bands]
        sheet.fit(row, ((part.label, 34.0, looks.CELL), *texts), least=30)

    def _read(self, row: int, bands: _Bands | None, asked: int, look: Look) -> None:
        """Write band and reading of a row's score, or how many answers there are so far."""
        score, answered = cell_name(row, _SCORE), cell_name(row, _ANSWERED)
        before, after = self.job.words.say("so_far", asked).split("#")
        name = bands.look_up(score, bands.names) if bands else '""'
        reading = bands.look_up(score, bands.readings) if bands else '""'
        gaps = f"{quoted(before)}&{answered}&{quoted(after)}"
        band = Formula(f'IF({score}="",{gaps},{name})', f"{before}0{after}")
        self.sheet.formula(row, _BAND, band, look.but(bold=True))
        self.sheet.formula(row, _READING, Formula(f'IF({score}="","",{reading})', ""), look)

    def _total(self, row: int, view: str, first: int, bands: _Bands | None) -> None:
        sheet, say = self.sheet, self.job.words.say
        mine = [first + i for i, part in enumerate(self._parts) if part.view == view]
        asked = sum(part.asked for part in self._parts if part.view == view)
        shown = self.job.toolkit.view(view).label if view else ""
        sheet.blank(row, 0, looks.TOTAL)
        sheet.text(row, 1, say("grand_total", shown), looks.TOTAL)
        for column, value in ((_ANSWERED, 0), (_ASKED, asked)):
            cells = ",".join(cell_name(r, column) for r in mine)
            sheet.formula(row, column, Formula(f"SUM({cells})", value), looks.TOTAL_MIDDLE)
        answered, wanted = cell_name(row, _ANSWERED), cell_name(row, _ASKED)
        scores = ",".join(cell_name(r, _SCORE) for r in mine)
        score = Formula(f'IF({answered}={wanted},SUM({scores}),"")', "")
        sheet.formula(row, _SCORE, score, looks.TOTAL_MIDDLE)
        limits = score_range(self.job.toolkit)
        sheet.number(row, _MOST, limits[1] if limits else 0, looks.TOTAL_MIDDLE)
        self._read(row, bands, asked, looks.TOTAL)
        if self._weighed:
            sheet.blank(row, _SIGNIFICANCE, looks.TOTAL)
        readings = self.job.toolkit.scoring.bands
        texts = tuple((band.reading, 54.0, looks.TOTAL) for band in readings)
        sheet.fit(row, texts, least=30)

    @property
    def _boardable(self) -> bool:
        """True where a dartboard can be drawn: bands alike, and a fair number of segments."""
        counts = {len(part.section.bands) for part in self._parts}
        views = {part.view for part in self._parts}
        few = _FEWEST_SEGMENTS <= len(self._parts) <= _MOST_SEGMENTS
        return few and len(views) == 1 and len(counts) == 1 and counts != {0}

    def _chart(self, row: int, lines: Sequence[_Line]) -> int:
        """Draw the dartboard, or bars where there can be none; return the height in pixels."""
        say, book = self.job.words.say, self.sheet.book
        if self._boardable:
            grid = self._grid(lines)
            names = [say("ring_name", i + 1, grid.rings) for i in range(grid.rings)]
            alt = say("dartboard_alt", self.job.toolkit)
            placed = Placed(row, 0, _BOARD, _BOARD, alt)
            self.sheet.chart(dartboard(book, grid, names), placed)
            return _BOARD
        first, last = lines[0].row, lines[-1].row
        most = max(score_range(self.job.toolkit, p.section) or (0.0, 1.0) for p in self._parts)
        names, scores = (
            Cells(self.sheet.name, Box(first, column, last, column)) for column in (1, _SCORE)
        )
        title = say("chart_title", self.job.toolkit, "")
        chart = bars(book, names, Series(title, scores), (0, most[1]), title, number_format="0")
        height = 110 + _BAR_HEIGHT * len(lines)
        self.sheet.chart(chart, Placed(row, 0, _BAR_WIDTH, height, title))
        return height

    def _grid(self, lines: Sequence[_Line]) -> DartboardGrid:
        """Put the sizes of the dartboard's slices on the lists sheet."""
        lists = self.job.lists
        reached = lists.add("ring reached", [self._reached(line) for line in lines])
        rings = len(self._parts[0].section.bands)
        numbers: list[str | None] = []
        for part in self._parts:
            numbers += [part.section.id, None]
        place = lists.add("segment", numbers)
        for ring in range(1, rings + 1):
            slices: list[Formula] = []
            for i in range(len(lines)):
                cell = reached.cell(i)
                slices.append(Formula(f"IF({cell}>={ring},1,0)", 0))
                slices.append(Formula(f"IF({cell}>={ring},0,1)", 1))
            lists.add(f"ring {ring}", slices)
        lists.add("round the board", [1, 0] * len(lines))
        return DartboardGrid(LISTS, place.first, place.column, len(lines), rings)

    def _reached(self, line: _Line) -> Formula:
        score = Range(self.sheet.name, _SCORE, line.row, line.row).text
        assert line.bands is not None, "a dartboard has bands"
        return Formula(f'IF({score}="",0,{line.bands.place(score)})', 0)

    def _key(self, row: int) -> int:
        """Write beside the dartboard how to read it; return the next free row."""
        sheet, words = self.sheet, self.job.words
        end = len(self.headings()) - 1
        sheet.text(row, _PANEL, words.say("heading_dartboard"), looks.HEADING)
        sheet.height(row, 26)
        for line in words.paragraphs("dartboard_key", self.job.toolkit):
            row += 1
            sheet.prose(row, _PANEL, min(end, _READING), line, looks.PROSE)
        row += 1
        for offset, header in enumerate(words.headings("ring_headers")):
            sheet.text(row, _PANEL + offset, header, looks.HEADER)
        rings = len(self._parts[0].section.bands)
        for ring in range(rings, 0, -1):
            row += 1
            sheet.text(row, _PANEL, words.say("ring_name", ring, rings), looks.CELL)
            sheet.text(row, _READING, self._ring_reading(ring), looks.CELL)
            sheet.fit(row, ((self._ring_reading(ring), 54.0, looks.CELL),), least=20)
        return row + 2

    def _ring_reading(self, ring: int) -> str:
        """Return the scores a ring stands for, and the bands' names."""
        bands = [
            sorted(part.section.bands, key=lambda band: band.low)[ring - 1] for part in self._parts
        ]
        ranges = dict.fromkeys((band.low, band.high) for band in bands)
        names = dict.fromkeys(band.name for band in bands)
        return self.job.words.say("ring_reading", list(ranges), list(names))

    def _scenario(self, row: int, lines: Sequence[_Line], total: _Line) -> int:
        """Write which way of going on the scores suggest; return the next free row."""
        plan = self.job.toolkit.action_plan
        everything = [*lines, total]
        if plan is None or not plan.scenarios or any(line.bands is None for line in everything):
            return row
        words = self.job.words
        end = min(len(self.headings()) - 1, prose_end(self.headings()))
        places = [self._position(line) for line in everything]
        positions = self.job.lists.add("band counted from the best", places)
        formula, texts = scenario_formula(self.job, positions)
        sheet = self.sheet
        sheet.text(row, _PANEL, words.say("heading_scenario"), looks.HEADING)
        sheet.height(row, 26)
        end = max(end, _READING)
        sheet.merged(row + 1, _PANEL, end, formula, looks.PROSE.but(bold=True))
        width = sheet.span_width(_PANEL, end)
        look = looks.PROSE.but(bold=True)
        sheet.fit(row + 1, tuple((text, width, look) for text in texts))
        sheet.prose(row + 2, _PANEL, end, words.say("scenario_note"), looks.SMALL_PROSE)
        return row + 3

    def _position(self, line: _Line) -> Formula:
        """Return a score's band counted from the best (0), or nothing without a score."""
        score = Range(self.sheet.name, _SCORE, line.row, line.row).text
        assert line.bands is not None, "a scenario is suggested from bands"
        return Formula(f'IF({score}="","",{line.bands.count}-{line.bands.place(score)})', "")


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the table and the bands its score is read by."""

    row: int
    bands: _Bands | None
