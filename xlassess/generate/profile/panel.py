"""The dartboard, and beside it how to read it, what it suggests, and the success statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlassess.contract.layout import LISTS
from xlassess.generate.profile.scored import Scored, answer_cell
from xlassess.generate.workbook.draft import Draft
from xlassess.generate.workbook.lists import Lists, Range
from xlassess.model.toolkit import Band, Scenario
from xlassess.sheet import formats
from xlassess.sheet.charts import DartboardGrid, dartboard
from xlassess.sheet.writer import Formula, PlacedChart, SheetWriter, quoted


@dataclass(frozen=True, slots=True)
class Bands:
    """Bands on the lists sheet, the lowest first.

    ``lows`` are their lower bounds, by which a score is read.
    """

    lows: Range
    names: Range
    readings: Range
    count: int

    def name(self, score: str) -> str:
        """Return the term for the name of the band of the score in a cell."""
        return f"INDEX({self.names.text},{self.place(score)})"

    def reading(self, score: str) -> str:
        """Return the term for what the band of the score in a cell says."""
        return f"INDEX({self.readings.text},{self.place(score)})"

    def place(self, score: str) -> str:
        """Return the term for the band's place, counted from 1 for the lowest.

        Sums of scores are whole, but a scale may have half points: rounding to nine decimals
        keeps their sum from missing a bound.
        """
        return f"MATCH(ROUND({score},9),{self.lows.text},1)"


def add_bands(lists: Lists, name: str, bands: Sequence[Band]) -> Bands:
    """Put bands on the lists sheet."""
    ordered = sorted(bands, key=lambda band: band.low)
    return Bands(
        lows=lists.add(f"{name}: from", [band.low for band in ordered]),
        names=lists.add("band", [band.name for band in ordered]),
        readings=lists.add("reading", [band.reading for band in ordered]),
        count=len(ordered),
    )


@dataclass(frozen=True, slots=True)
class Banded:
    """A score that is read by bands: its cell, and what it is the score of."""

    number: str
    score: Range
    bands: Bands


def band_positions(lists: Lists, scores: Sequence[Banded]) -> Range:
    """Put each score's band on the lists sheet, counted from the best (0)."""
    cells = []
    for banded in scores:
        cell, bands = banded.score.text, banded.bands
        cells.append(Formula(f'IF({cell}="","",{bands.count}-{bands.place(cell)})', ""))
    return lists.add("band counted from the best", cells)


def dartboard_grid(lists: Lists, scores: Sequence[Banded], rings: int) -> DartboardGrid:
    """Put the sizes of a dartboard's slices on the lists sheet: 1 shows, 0 does not.

    Args:
        lists: the lists sheet.
        scores: a score a segment.
        rings: the number of bands, which all segments share.
    """
    cells = []
    for banded in scores:
        cell = banded.score.text
        cells.append(Formula(f'IF({cell}="",0,{banded.bands.place(cell)})', 0))
    reached = lists.add("ring reached", cells)
    numbers: list[str | None] = []
    for banded in scores:
        numbers += [banded.number, None]
    place = lists.add("segment", numbers)
    for ring in range(1, rings + 1):
        slices: list[Formula] = []
        for i in range(len(scores)):
            slices.append(Formula(f"IF({reached.cell(i)}>={ring},1,0)", 0))
            slices.append(Formula(f"IF({reached.cell(i)}>={ring},0,1)", 1))
        lists.add(f"ring {ring}", slices)
    lists.add("round the board", [1, 0] * len(scores))
    return DartboardGrid(LISTS, place.first, place.column, len(scores), rings)


_BOARD = 430
_HEADING_HEIGHT = 24.0


@dataclass(frozen=True, slots=True)
class Panel:
    """The part of the Profile beside its chart.

    ``first`` is the column of labels and answers, ``last`` that of the texts they belong to.
    """

    draft: Draft
    sheet: SheetWriter
    first: int
    last: int

    def dartboard(self, row: int, scores: Sequence[Banded], parts: Sequence[Scored]) -> int:
        """Draw the dartboard from column 0 on; return its height in pixels."""
        rings = len(parts[0].section.bands)
        grid = dartboard_grid(self.draft.lists, scores, rings)
        names = [self.draft.words.say("ring_name", i + 1, rings) for i in range(rings)]
        alt = self.draft.words.say("dartboard_alt", self.draft.toolkit)
        chart = dartboard(self.sheet.book, grid, names)
        self.sheet.chart(chart, PlacedChart(row, 1, _BOARD, _BOARD, alt))
        return _BOARD

    def key(self, row: int, parts: Sequence[Scored]) -> int:
        """Write how to read the dartboard; return the next free row."""
        sheet, words = self.sheet, self.draft.words
        row = self._heading(row, "heading_dartboard")
        for text in words.paragraphs("dartboard_key", self.draft.toolkit):
            sheet.prose(row, self.first, self.last, text, formats.PROSE)
            row += 1
        for offset, header in enumerate(words.headings("ring_headers")):
            sheet.text(row, self.first + offset, header, formats.HEADER)
        sheet.height(row, 18)
        rings = len(parts[0].section.bands)
        for ring in range(rings, 0, -1):
            row += 1
            reading = self._ring(ring, parts)
            sheet.text(row, self.first, words.say("ring_name", ring, rings), formats.CELL)
            sheet.text(row, self.last, reading, formats.CELL)
            sheet.fit(row, ((reading, sheet.width(self.last), formats.CELL),), least=17, whole=True)
        return row + 1

    def _ring(self, ring: int, parts: Sequence[Scored]) -> str:
        """Return the scores a ring stands for, or the bands' names where these differ."""
        bands = [sorted(part.section.bands, key=lambda band: band.low)[ring - 1] for part in parts]
        ranges = dict.fromkeys((band.low, band.high) for band in bands)
        names = dict.fromkeys(band.name for band in bands)
        return self.draft.words.say("ring_reading", list(ranges), list(names))

    def scenario(self, row: int, scores: Sequence[Banded]) -> int:
        """Write which way of going on the scores suggest; return the next free row.

        Args:
            row: the row to begin in.
            scores: the sections' scores, and last the grand total.
        """
        plan = self.draft.toolkit.action_plan
        if plan is None or not plan.scenarios:
            return row
        sheet, words = self.sheet, self.draft.words
        positions = band_positions(self.draft.lists, scores)
        formula, texts = self._suggestion(plan.scenarios, positions)
        row = self._heading(row, "heading_scenario")
        strong = formats.PROSE.but(bold=True)
        sheet.merged(row, self.first, self.last, formula, strong)
        width = sheet.span_width(self.first, self.last)
        sheet.fit(row, tuple((text, width, strong) for text in texts), whole=True)
        note = words.say("scenario_note", plan.scenarios)
        sheet.prose(row + 1, self.first, self.last, note, formats.SMALL_PROSE)
        return row + 2

    def _suggestion(
        self, scenarios: Sequence[Scenario], positions: Range
    ) -> tuple[Formula, tuple[str, ...]]:
        """Return the formula that names the suggested scenario, and all it may say.

        The rule is that of `xlassess.score.suggest_scenario`.
        """
        words = self.draft.words
        texts = [words.say("scenario", scenario) for scenario in scenarios]
        waiting, none = words.say("scenario_waiting"), words.say("scenario_none")
        told = self.draft.lists.add("scenario", texts)
        count = positions.last - positions.first + 1
        sections = Range(positions.sheet, positions.column, positions.first, positions.last - 1)
        choice = quoted(none)
        for i, scenario in reversed(list(enumerate(scenarios))):
            condition = _condition(scenario, sections.text, positions.cell(count - 1))
            choice = f"IF({condition},{told.cell(i)},{choice})"
        text = f"IF(COUNT({positions.text})<{count},{quoted(waiting)},{choice})"
        return Formula(text, waiting), (*texts, waiting, none)

    def success(self, row: int) -> int:
        """Write the overall success statement and its answer; return the next free row."""
        cell = answer_cell(self.draft.layout, self.draft.toolkit.scoring.success)
        if cell is None:
            return row
        sheet, empty = self.sheet, self.draft.words.say("not_answered")
        item = self.draft.toolkit.item(self.draft.toolkit.scoring.success)
        row = self._heading(row, "heading_success")
        answer = Formula(f'IF({cell.text}="",{quoted(empty)},{cell.text})', empty)
        sheet.formula(row, self.first, answer, formats.CELL_STRONG)
        sheet.text(row, self.last, f"{item.id}: {item.ask}", formats.CELL)
        asked = (f"{item.id}: {item.ask}", sheet.width(self.last), formats.CELL)
        room = sheet.width(self.first)
        said = (
            (choice.label, room, formats.CELL_STRONG)
            for choice in self.draft.toolkit.scales[item.answer].choices
        )
        sheet.fit(row, (asked, (empty, room, formats.CELL_STRONG), *said), least=20, whole=True)
        return row + 1

    def _heading(self, row: int, macro: str) -> int:
        column = min(self.first, self.last)
        self.sheet.text(row, column, self.draft.words.say(macro), formats.HEADING)
        self.sheet.height(row, _HEADING_HEIGHT)
        return row + 1


def _condition(scenario: Scenario, sections: str, total: str) -> str:
    """Return when a scenario applies: the worst section and the total within its limits."""
    tests = []
    if scenario.weakest is not None:
        tests.append(f"MAX({sections})<={scenario.weakest}")
    if scenario.overall is not None:
        tests.append(f"{total}<={scenario.overall}")
    return f"AND({','.join(tests)})" if tests else "TRUE"
