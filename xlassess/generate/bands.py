"""Bands as formulas look them up, and the dartboard's slices, on the lists sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlassess.contract.layout import LISTS
from xlassess.generate.lists import Lists
from xlassess.generate.ranges import Range
from xlassess.model.toolkit import Band
from xlassess.sheet.charts import DartboardGrid
from xlassess.sheet.checked import Formula


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
