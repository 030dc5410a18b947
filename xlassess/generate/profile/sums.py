"""The Profile of a toolkit that adds scores up: totals, bands, and the dartboard.

A section's total is given only when all its statements are answered, and the grand total only
when every one is: a missing answer is never a nought.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from xlassess.contract.layout import cell_name
from xlassess.generate.profile.panel import Banded, Bands, Panel, add_bands
from xlassess.generate.profile.scored import Scored, answer_cell, scored_parts
from xlassess.generate.profile.table import ProfileColumn, ProfileTable
from xlassess.generate.workbook.lists import Range
from xlassess.model.toolkit import Band, Section
from xlassess.score import score_range
from xlassess.sheet import formats
from xlassess.sheet.charts import ChartCells, Series, bars
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.writer import CellRange, Formula, PlacedChart, quoted

_ANSWERED, _ASKED, _SCORE, _MOST, _BAND, _READING, _SIGNIFICANCE = range(2, 9)
_WIDTHS = (7.0, 31.0, 10.0, 8.0, 8.0, 10.0, 22.0, 70.0, 24.0)
_BAR_WIDTH, _BAR_HEIGHT, _CHART_FRAME = 560, 46, 110
_FEWEST_SEGMENTS, _MOST_SEGMENTS = 3, 10


class SumTable(ProfileTable):
    """One row a section (and view), a grand total, and the dartboard with its key."""

    @cached_property
    def _parts(self) -> tuple[Scored, ...]:
        return scored_parts(self.draft.layout)

    @cached_property
    def _weighed(self) -> dict[str, Range]:
        """The cells in which a section's significance is stated, by section id."""
        found = {
            item.weighs: answer_cell(self.draft.layout, item.id)
            for item in self.draft.toolkit.items()
            if item.weighs
        }
        return {section: cell for section, cell in found.items() if cell is not None}

    def headings(self) -> tuple[ProfileColumn, ...]:
        """The table's columns, which set the widths of the whole sheet."""
        names = self.draft.words.headings("sum_headers")
        left = {1, _BAND, _READING, _SIGNIFICANCE}
        found = [
            ProfileColumn(name, width, middle=column not in left)
            for column, (name, width) in enumerate(zip(names, _WIDTHS, strict=True))
        ]
        return tuple(found if self._weighed else found[:_SIGNIFICANCE])

    def write(self, row: int) -> int:
        """Write table and chart from this row on; return the next free row."""
        self.head(row)
        first = row + 1
        scores = [self._section(first + i, part) for i, part in enumerate(self._parts)]
        row = first + len(self._parts)
        totals = []
        if self.draft.toolkit.scoring.overall:
            for view in dict.fromkeys(part.view for part in self._parts):
                totals.append(self._total(row, view, first))
                row += 1
        self.mark(first - 1, row - 1)
        row += 1
        banded = [score for score in scores if score]
        panel = Panel(self.draft, self.sheet, _BAND, _READING)
        if len(banded) == len(scores) and self._boardable:
            height = panel.dartboard(row, banded, self._parts)
            beside = panel.key(row, self._parts)
        else:
            height, beside = self._bars(row, first), row
        if len(banded) == len(scores) and len(totals) == 1 and totals[0]:
            beside = panel.scenario(beside, [*banded, totals[0]])
        beside = panel.success(beside)
        return self.below(row, height, beside)

    def _bands(self, name: str, bands: Sequence[Band]) -> Bands | None:
        return add_bands(self.draft.lists, name, bands) if bands else None

    def _section(self, row: int, part: Scored) -> Banded | None:
        sheet = self.sheet
        sheet.text(row, 0, part.section.id, formats.CELL_MIDDLE.but(number=formats.TEXT_FORMAT))
        sheet.text(row, 1, part.label, formats.CELL)
        sheet.formula(row, _ANSWERED, Formula(part.answered, 0), formats.CELL_MIDDLE)
        sheet.number(row, _ASKED, part.asked, formats.CELL_MIDDLE)
        self._most(row, part.section, formats.CELL_MIDDLE)
        bands = self._bands(part.section.id, part.section.bands)
        self._score(row, part.total, part.asked, bands, (formats.CELL, formats.CELL_MIDDLE))
        self._significance(row, part.section)
        readings = self._readings(part.section.bands, formats.CELL)
        sheet.fit(row, ((part.label, _WIDTHS[1], formats.CELL), *readings), least=22, whole=True)
        return Banded(part.section.id, self._cell(row, _SCORE), bands) if bands else None

    def _total(self, row: int, view: str, first: int) -> Banded | None:
        """Write the grand total from one view."""
        sheet, scoring = self.sheet, self.draft.toolkit.scoring
        mine = [first + i for i, part in enumerate(self._parts) if part.view == view]
        asked = sum(part.asked for part in self._parts if part.view == view)
        shown = self.draft.toolkit.view(view).label if view else ""
        sheet.blank(row, 0, formats.TOTAL)
        sheet.text(row, 1, self.draft.words.say("grand_total", shown), formats.TOTAL)
        for column, value in ((_ANSWERED, 0), (_ASKED, asked)):
            total = Formula(f"SUM({self._listed(mine, column)})", value)
            sheet.formula(row, column, total, formats.TOTAL_MIDDLE)
        self._most(row, None, formats.TOTAL_MIDDLE)
        bands = self._bands("all sections", scoring.bands)
        scores = f"SUM({self._listed(mine, _SCORE)})"
        self._score(row, scores, asked, bands, (formats.TOTAL, formats.TOTAL_MIDDLE))
        if self._weighed:
            sheet.blank(row, _SIGNIFICANCE, formats.TOTAL)
        sheet.fit(row, self._readings(scoring.bands, formats.TOTAL), least=24, whole=True)
        return Banded("", self._cell(row, _SCORE), bands) if bands else None

    def _score(
        self,
        row: int,
        total: str,
        asked: int,
        bands: Bands | None,
        styles: tuple[CellFormat, CellFormat],
    ) -> None:
        """Write score, band and reading, or how many answers there are so far."""
        plain, middle = styles
        answered, score = cell_name(row, _ANSWERED), cell_name(row, _SCORE)
        complete = f"{answered}={cell_name(row, _ASKED)}"
        figure = Formula(f'IF({complete},{total},"")', "")
        self.sheet.formula(row, _SCORE, figure, middle.but(bold=True))
        before, after = self.draft.words.say("so_far", asked).split("#")
        so_far = f"{quoted(before)}&{answered}&{quoted(after)}"
        name = bands.name(score) if bands else '""'
        band = Formula(f'IF({score}="",{so_far},{name})', f"{before}0{after}")
        self.sheet.formula(row, _BAND, band, plain.but(bold=True))
        says = bands.reading(score) if bands else '""'
        self.sheet.formula(row, _READING, Formula(f'IF({score}="","",{says})', ""), plain)

    def _most(self, row: int, section: Section | None, look: CellFormat) -> None:
        limits = score_range(self.draft.toolkit, section)
        self.sheet.number(row, _MOST, limits[1] if limits else 0, look)

    def _significance(self, row: int, section: Section) -> None:
        if section.id in self._weighed:
            cell, empty = self._weighed[section.id].text, self.draft.words.say("not_answered")
            chosen = Formula(f'IF({cell}="",{quoted(empty)},{cell})', empty)
            self.sheet.formula(row, _SIGNIFICANCE, chosen, formats.CELL)
        elif self._weighed:
            self.sheet.blank(row, _SIGNIFICANCE, formats.CELL)

    def _readings(
        self, bands: Sequence[Band], look: CellFormat
    ) -> tuple[tuple[str, float, CellFormat], ...]:
        """Return all that a row's reading may say, for the height of the row."""
        return tuple((band.reading, _WIDTHS[_READING], look) for band in bands)

    @property
    def _boardable(self) -> bool:
        """True where a dartboard can be drawn: bands alike, and a fair number of segments."""
        counts = {len(part.section.bands) for part in self._parts}
        views = {part.view for part in self._parts}
        few = _FEWEST_SEGMENTS <= len(self._parts) <= _MOST_SEGMENTS
        return few and len(views) == 1 and len(counts) == 1

    def _bars(self, row: int, first: int) -> int:
        """Draw the scores as bars; return the height in pixels."""
        last = first + len(self._parts) - 1
        ranges = [score_range(self.draft.toolkit, part.section) for part in self._parts]
        most = max(limits[1] for limits in ranges if limits)
        names, scores = (
            ChartCells(self.sheet.name, CellRange(first, column, last, column))
            for column in (1, _SCORE)
        )
        title = self.draft.words.say("chart_title", self.draft.toolkit, "")
        chart = bars(
            self.sheet.book, names, Series(title, scores), (0, most), title, number_format="0"
        )
        height = _CHART_FRAME + _BAR_HEIGHT * len(self._parts)
        alt = self.draft.words.say("chart_alt", self.draft.toolkit, "")
        self.sheet.chart(chart, PlacedChart(row, 0, _BAR_WIDTH, height, alt))
        return height

    def _cell(self, row: int, column: int) -> Range:
        return Range(self.sheet.name, column, row, row)

    def _listed(self, rows: Sequence[int], column: int) -> str:
        return ",".join(cell_name(row, column) for row in rows)
