"""Figures, days, headings and legends as every paper writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from xlassess.consolidate.figures.charted import rings
from xlassess.consolidate.figures.values import Figure, SectionFigures, ToolkitResults
from xlassess.model.days import written_day
from xlassess.model.toolkit import Band
from xlassess.sheet.words import Words


def decimal(number: float, places: int = 1) -> str:
    """Return a number with a fixed number of decimals, rounded half away from zero as Excel does.

    A whole number at no decimals has no point.
    """
    step = Decimal(1).scaleb(-places)
    return str(Decimal(repr(round(number, 9))).quantize(step, ROUND_HALF_UP))


def short(number: float) -> str:
    """Return a number without needless zeros."""
    return f"{round(number, 2):g}"


def top_of(limits: tuple[float, float] | None) -> str:
    """Return the highest possible figure in words, with the lowest where that lies below nought."""
    if limits is None:
        return ""
    low, high = limits
    return words().say("top_of", short(low), short(high)) if low < 0 else short(high)


def plain_words(text: str) -> str:
    """Return a text by which two that say the same in the same words are told to be alike."""
    return " ".join(text.casefold().split()).rstrip(" .;!")


_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that change the direction of text; Unicode Standard Annex #9, table of types."""
_LONGEST_QUOTED = 200
"""Characters of what somebody wrote that a sentence quotes; the whole stands on a sheet."""


def in_short(text: str) -> str:
    """Return what somebody wrote in one line, without its end where it is long.

    What turns the direction of writing is left out: it would turn our words beside it, too.

    Args:
        text: the text as it was written.
    """
    said = " ".join(_TURNING.sub("", text).split())
    if len(said) <= _LONGEST_QUOTED:
        return said
    kept = said[:_LONGEST_QUOTED]
    return f"{kept.rpartition(' ')[0] or kept} …"


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return f"{decimal(100 * share, 0)}%"


def day(moment: datetime | None) -> str:
    """Return a day as it is read, or an empty text."""
    return written_day(moment) if moment else ""


NOTHING = "–"
"""Stands where there is no figure."""


WITHHELD = "withheld"


NO_FIGURE = "no figure"
"""Stands in a picture where nobody gave what a figure needs."""


NO_ANSWERS = "no answers"
"""Stands in a picture where nobody answered."""


NOT_SHOWN = "not shown"
"""Stands for the ends of a range where single returns are not shown."""


def range_of(rule: str, figure: Figure) -> str | None:
    """Return the lowest and highest of a figure in words, None where they are not shown."""
    if figure.low is None or figure.high is None:
        return None
    show = {"sum": short, "mean": decimal, "share": percent}[rule]
    return f"{show(figure.low)} to {show(figure.high)}"


@lru_cache(maxsize=1)
def words() -> Words:
    """The titles, notes and headings of the sheets."""
    return Words("summary_sheets.j2")


SUMMARY, RESPONSES, COMMENTS = "Summary", "Responses", "Comments"


ACTIONS, DATA, METHOD = "Action plan", "Data", "Method"


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
        return WITHHELD if each.score.withheld else NOTHING
    share = part.toolkit.scoring.rule == "share"
    mean = percent(each.score.mean) if share else decimal(each.score.mean)
    return f"{mean}, {each.band.name}" if each.band else mean


def with_reason(name: str, reason: str) -> str:
    """Return a name as a picture has it: where nothing is drawn beside it, with the reason."""
    return f"{name}: {reason}" if reason else name


def mean_or_reason(each: SectionFigures, name: str) -> str:
    """Return a section's name beside its mean, or with the reason why there is none."""
    bare = WITHHELD if each.score.withheld else NO_FIGURE
    return with_reason(name, bare if each.score.mean is None else "")


def levels_or_reason(each: SectionFigures, name: str) -> str:
    """Return a section's name beside its levels, or with the reason why there are none."""
    levels = each.levels.values()
    bare = WITHHELD if any(figure.withheld for figure in levels) else NO_FIGURE
    return with_reason(name, "" if any(figure.mean is not None for figure in levels) else bare)


def counts_or_reason(counts: Mapping[str, int], name: str, *, withheld: bool) -> str:
    """Return the name of a bar of answers, or with the reason why there is none."""
    bare = WITHHELD if withheld else NO_ANSWERS
    return with_reason(name, "" if any(counts.values()) else bare)


def score_axis(part: ToolkitResults) -> str:
    """Return what stands across in a picture of significance, with the sections that it lacks.

    They are only counted where their names take more room than there is.
    """
    lacking = [
        each.name
        for each in part.sections
        if each.score.mean is None or each.significance.mean is None
    ]
    said = words().say("score_axis", lacking)
    return said if len(said) <= _BELOW_AXIS else words().say("score_axis_short", len(lacking))


_BELOW_AXIS = 75
"""Letters that fit below the axis; what is longer is cut on both sides."""


def names_together(part: ToolkitResults, together: Sequence[int], chosen: Sequence[bool]) -> str:
    """Return the label of points that all but coincide: their names, or how many they are.

    Args:
        part: the toolkit.
        together: the places of the sections.
        chosen: which of all sections are marked.
    """
    if len(together) > _NAMED:
        return words().say("sections_together", len(together), len(part.sections))
    return "; ".join(part.sections[i].name + (" ▲" if chosen[i] else "") for i in together)


_NAMED = 3
"""Most names in a label: more cover the picture, and stand in the table beside it."""
