"""How figures and days are written, the same on every paper."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from xlassess.consolidate.figures.values import Figure


def decimal(number: float, places: int = 1) -> str:
    """Return a number with a fixed number of decimals, rounded half away from zero as Excel does.

    A whole number at no decimals has no point.
    """
    step = Decimal(1).scaleb(-places)
    return str(Decimal(repr(round(number, 9))).quantize(step, ROUND_HALF_UP))


def short(number: float) -> str:
    """Return a number without needless zeros."""
    return f"{round(number, 2):g}"


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return f"{decimal(100 * share, 0)}%"


def day(moment: datetime | None) -> str:
    """Return a day as it is read, or an empty text."""
    return day_of(moment) if moment else ""


def day_of(when: date) -> str:
    """Return a day as it is read, such as 30 June 2026."""
    return f"{when.day} {when:%B %Y}"


NOTHING = "–"
"""Stands where there is no figure."""


WITHHELD = "withheld"


NOT_SHOWN = "not shown"
"""Stands for the ends of a range where single returns are not shown."""


def range_of(rule: str, figure: Figure) -> str | None:
    """Return the lowest and highest of a figure in words, None where they are not shown."""
    if figure.low is None or figure.high is None:
        return None
    show = {"sum": short, "mean": decimal, "share": percent}[rule]
    return f"{show(figure.low)} to {show(figure.high)}"
