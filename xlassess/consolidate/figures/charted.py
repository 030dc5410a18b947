"""What a chart needs to know of a toolkit's figures, whoever draws it."""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.consolidate.figures.thresholds import DIGITS
from xlassess.consolidate.figures.values import SectionFigures, ToolkitResults
from xlassess.model.toolkit import Band
from xlassess.score import score_range

_FEWEST, _MOST = 3, 12
"""Segments a dartboard can show so that they are told apart."""


def has_dartboard(part: ToolkitResults) -> bool:
    """True where every section has a total read by the same number of bands."""
    depths = {len(each.section.bands) for each in part.sections}
    return (
        part.toolkit.scoring.rule == "sum"
        and len(depths) == 1
        and min(depths) > 1
        and _FEWEST <= len(part.sections) <= _MOST
    )


def rings(section: SectionFigures) -> list[Band]:
    """The bands of a section from the centre of the dartboard outwards: the lowest first."""
    return sorted(section.section.bands, key=lambda band: band.low)


def reach(each: SectionFigures, way: int) -> float:
    """Return how far the highest (1) or lowest (-1) score lies from the mean."""
    score = each.score
    if score.mean is None or score.low is None or score.high is None:
        return 0.0
    return score.high - score.mean if way > 0 else score.mean - score.low


def limits_of(part: ToolkitResults) -> tuple[float, float]:
    """Return the lowest and the highest score a section of the toolkit can have."""
    found = [score_range(part.toolkit, each.section) for each in part.sections]
    known = [limits for limits in found if limits is not None]
    lows, highs = [low for low, _ in known], [high for _, high in known]
    return min(lows, default=0.0), max(highs, default=1.0)


def weights_of(part: ToolkitResults) -> tuple[float, float]:
    """The ends of the scale on which significance is given."""
    scales = [part.toolkit.scales[item.answer] for item in part.toolkit.items() if item.weighs]
    scores: Sequence[float] = [
        choice.score for scale in scales for choice in scale.substantive if choice.score is not None
    ]
    return min(scores, default=0.0), max(scores, default=1.0)


def around(values: Sequence[float | None], low: float, high: float) -> tuple[float, float]:
    """The ends of an axis: whole numbers round the figures, so that points lie apart."""
    known = [value for value in values if value is not None]
    if not known:
        return low, high
    room = max((max(known) - min(known)) / 4, (high - low) / 20)
    return max(low, float(int(min(known) - room))), min(high, float(int(max(known) + room) + 1))


def first_to_look_at(sections: Sequence[SectionFigures]) -> tuple[bool, ...]:
    """Tell which sections matter at least as much as most, and score less.

    That is a mean significance at or above the mean of the sections, and a mean score below it.
    """
    both = [(each.score.mean, each.significance.mean) for each in sections]
    scores = [score for score, _ in both if score is not None]
    weights = [weight for _, weight in both if weight is not None]
    if not scores or not weights:
        return (False,) * len(both)
    score_line, weight_line = sum(scores) / len(scores), sum(weights) / len(weights)
    return tuple(
        score is not None
        and weight is not None
        and round(score - score_line, DIGITS) < 0
        and round(weight - weight_line, DIGITS) >= 0
        for score, weight in both
    )
