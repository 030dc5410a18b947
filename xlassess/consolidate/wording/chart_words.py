"""What is said of a chart: its legend, and its figures as they are read out."""

from __future__ import annotations

from xlassess.consolidate.figures.charted import rings
from xlassess.consolidate.figures.values import SectionFigures, ToolkitResults
from xlassess.consolidate.wording.numbers import NOTHING, decimal, percent
from xlassess.consolidate.wording.sheets import words
from xlassess.model.toolkit import Band


def dartboard_legend(part: ToolkitResults) -> str:
    """Return what the rings of the dartboard mean, in words."""
    ranges = [band_range(band) for band in rings(part.sections[0])]
    withheld = any(each.score.withheld for each in part.sections)
    return words().say("dartboard_legend", ranges, withheld)


def band_range(band: Band) -> str:
    """Return the range of a band in words."""
    return f"{band.low:g}" if band.low == band.high else f"{band.low:g} to {band.high:g}"


def said_of(part: ToolkitResults, each: SectionFigures) -> str:
    """Return the figure of a section as it is read out."""
    if each.score.mean is None:
        return NOTHING
    share = part.toolkit.scoring.rule == "share"
    mean = percent(each.score.mean) if share else decimal(each.score.mean)
    return f"{mean}, {each.band.name}" if each.band else mean
