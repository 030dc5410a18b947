"""The dartboard, and beside it how to read it, what it suggests, and the success statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlassess.generate.bands import Banded, band_positions, dartboard_grid
from xlassess.generate.job import Job
from xlassess.generate.ranges import Range
from xlassess.generate.scored import Scored, answer_cell
from xlassess.model.toolkit import Scenario
from xlassess.sheet import looks
from xlassess.sheet.charts import dartboard
from xlassess.sheet.checked import Formula, Placed, Sheet, quoted

_BOARD = 430
_HEADING_HEIGHT = 24.0


@dataclass(frozen=True, slots=True)
class Panel:
    """The part of the Profile beside its chart.

    ``first`` is the column of labels and answers, ``last`` that of the texts they belong to.
    """

    job: Job
    sheet: Sheet
    first: int
    last: int

    def dartboard(self, row: int, scores: Sequence[Banded], parts: Sequence[Scored]) -> int:
        """Draw the dartboard from column 0 on; return its height in pixels."""
        rings = len(parts[0].section.bands)
        grid = dartboard_grid(self.job.lists, scores, rings)
        names = [self.job.words.say("ring_name", i + 1, rings) for i in range(rings)]
        alt = self.job.words.say("dartboard_alt", self.job.toolkit)
        chart = dartboard(self.sheet.book, grid, names)
        self.sheet.chart(chart, Placed(row, 1, _BOARD, _BOARD, alt))
        return _BOARD

    def key(self, row: int, parts: Sequence[Scored]) -> int:
        """Write how to read the dartboard; return the next free row."""
        sheet, words = self.sheet, self.job.words
        row = self._heading(row, "heading_dartboard")
        for text in words.paragraphs("dartboard_key", self.job.toolkit):
            sheet.prose(row, self.first, self.last, text, looks.PROSE)
            row += 1
        for offset, header in enumerate(words.headings("ring_headers")):
            sheet.text(row, self.first + offset, header, looks.HEADER)
        sheet.height(row, 18)
        rings = len(parts[0].section.bands)
        for ring in range(rings, 0, -1):
            row += 1
            reading = self._ring(ring, parts)
            sheet.text(row, self.first, words.say("ring_name", ring, rings), looks.CELL)
            sheet.text(row, self.last, reading, looks.CELL)
            sheet.fit(row, ((reading, sheet.width(self.last), looks.CELL),), least=17)
        return row + 1

    def _ring(self, ring: int, parts: Sequence[Scored]) -> str:
        """Return the scores a ring stands for, or the bands' names where these differ."""
        bands = [sorted(part.section.bands, key=lambda band: band.low)[ring - 1] for part in parts]
        ranges = dict.fromkeys((band.low, band.high) for band in bands)
        names = dict.fromkeys(band.name for band in bands)
        return self.job.words.say("ring_reading", list(ranges), list(names))

    def scenario(self, row: int, scores: Sequence[Banded]) -> int:
        """Write which way of going on the scores suggest; return the next free row.

        Args:
            row: the row to begin in.
            scores: the sections' scores, and last the grand total.
        """
        plan = self.job.toolkit.action_plan
        if plan is None or not plan.scenarios:
            return row
        sheet, words = self.sheet, self.job.words
        positions = band_positions(self.job.lists, scores)
        formula, texts = self._suggestion(plan.scenarios, positions)
        row = self._heading(row, "heading_scenario")
        strong = looks.PROSE.but(bold=True)
        sheet.merged(row, self.first, self.last, formula, strong)
        width = sheet.span_width(self.first, self.last)
        sheet.fit(row, tuple((text, width, strong) for text in texts))
        note = words.say("scenario_note", plan.scenarios)
        sheet.prose(row + 1, self.first, self.last, note, looks.SMALL_PROSE)
        return row + 2

    def _suggestion(
        self, scenarios: Sequence[Scenario], positions: Range
    ) -> tuple[Formula, tuple[str, ...]]:
        """Return the formula that names the suggested scenario, and all it may say.

        The rule is that of `xlassess.score.suggest_scenario`.
        """
        words = self.job.words
        texts = [words.say("scenario", scenario) for scenario in scenarios]
        waiting, none = words.say("scenario_waiting"), words.say("scenario_none")
        told = self.job.lists.add("scenario", texts)
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
        cell = answer_cell(self.job.layout, self.job.toolkit.scoring.success)
        if cell is None:
            return row
        sheet, empty = self.sheet, self.job.words.say("not_answered")
        item = self.job.toolkit.item(self.job.toolkit.scoring.success)
        row = self._heading(row, "heading_success")
        answer = Formula(f'IF({cell.text}="",{quoted(empty)},{cell.text})', empty)
        sheet.formula(row, self.first, answer, looks.CELL_STRONG)
        sheet.text(row, self.last, f"{item.id}: {item.ask}", looks.CELL)
        asked = (f"{item.id}: {item.ask}", sheet.width(self.last), looks.CELL)
        room = sheet.width(self.first)
        said = (
            (choice.label, room, looks.CELL_STRONG)
            for choice in self.job.toolkit.scales[item.answer].choices
        )
        sheet.fit(row, (asked, (empty, room, looks.CELL_STRONG), *said), least=20)
        return row + 1

    def _heading(self, row: int, macro: str) -> int:
        column = min(self.first, self.last)
        self.sheet.text(row, column, self.job.words.say(macro), looks.HEADING)
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
