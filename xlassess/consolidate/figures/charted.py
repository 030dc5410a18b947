"""What a chart needs to know of a toolkit's figures, whoever draws it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlassess.consolidate.figures.overview import unsure
from xlassess.consolidate.figures.points import differs, unacceptable
from xlassess.consolidate.figures.thresholds import DIGITS
from xlassess.consolidate.figures.values import ItemFigures, SectionFigures, ToolkitResults
from xlassess.model.toolkit import Band, Choice, Scale, Toolkit
from xlassess.score import score_range

_FEWEST, _MOST = 3, 12
"""Segments a dartboard can show so that they are told apart."""


MOST_DOTS = 60
"""Returns that get a dot each; more would be a cloud in which nobody is seen."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The choices of a scale as a bar shows them about a line.

    ``left`` speaks against (the worst first), ``right`` for (the best last); ``middle`` stands
    astride the line. ``apart`` says nothing of the matter and stands by itself.
    """

    left: tuple[Choice, ...]
    middle: tuple[Choice, ...]
    right: tuple[Choice, ...]
    apart: tuple[Choice, ...]

    @property
    def about_the_line(self) -> tuple[Choice, ...]:
        """The choices from the worst to the best."""
        return (*self.left, *self.middle, *self.right)

    def reach(self, counts: Mapping[str, int]) -> tuple[float, float]:
        """Return how far a bar goes to the left and to the right of the line."""
        half = sum(counts.get(choice.code, 0) for choice in self.middle) / 2
        left, right = (
            half + sum(counts.get(choice.code, 0) for choice in side)
            for side in (self.left, self.right)
        )
        return left, right


def leads_with_flags(part: ToolkitResults) -> bool:
    """True where bars of the answers to act on say most, of a toolkit that scores nothing.

    Where there are none, or where a good part of the answers is "don't know", which such bars
    leave out, how the answers fall says more.
    """
    return any(each.flagged for each in part.sections) and not unsure(part.items).is_shown


def sides_of(toolkit: Toolkit, scale: Scale) -> Sides:
    """Return which choices of a scale stand left and right of the line.

    On a maturity matrix only what is flagged stands on the left: basic is the acceptable minimum.
    On other scales the lower half does, and a middle choice stands astride.
    """
    rising = tuple(reversed(scale.substantive))
    apart = tuple(choice for choice in scale.choices if choice.apart)
    if toolkit.scoring.rule == "levels":
        below = tuple(each for each in rising if each.code in unacceptable(toolkit, scale))
        return Sides(below, (), tuple(each for each in rising if each not in below), apart)
    half = len(rising) // 2
    return Sides(
        rising[:half], rising[half : len(rising) - half], rising[len(rising) - half :], apart
    )


def left_share(sides: Sides, counts: Mapping[str, int]) -> float:
    """Return the share of a bar that lies left of the line; -1 where there is no bar."""
    left, right = sides.reach(counts)
    return round(left / (left + right), DIGITS) if left + right else -1.0


def items_worst_first(toolkit: Toolkit, items: Sequence[ItemFigures]) -> tuple[int, ...]:
    """Return the places of items, those with most on the left first; withheld ones come last."""
    shares = [
        -2.0 if item.withheld else left_share(sides_of(toolkit, item.scale), item.agreement.counts)
        for item in items
    ]
    return tuple(sorted(range(len(items)), key=lambda place: -shares[place]))


def sections_worst_first(
    toolkit: Toolkit, scale: str, sections: Sequence[SectionFigures], among: Sequence[int]
) -> tuple[int, ...]:
    """Return the places of sections, those with most on the left first; withheld ones come last.

    Args:
        toolkit: the instrument.
        scale: the scale on which answers fall.
        sections: the figures of all sections.
        among: the places of those that ask for answers on that scale.
    """
    sides = sides_of(toolkit, toolkit.scales[scale])

    def share(place: int) -> float:
        each = sections[place]
        return -2.0 if counts_withheld(each) else left_share(sides, each.scales.get(scale, {}))

    return tuple(sorted(among, key=lambda place: -share(place)))


def counts_withheld(each: SectionFigures) -> bool:
    """True where the counts of a section are withheld, and not only its mean for others' sake."""
    return each.score.withheld and not each.score.secondary


def is_split(part: ToolkitResults, item: ItemFigures) -> bool:
    """True for an item on which views differ, which a picture marks in words."""
    return item.scored and not item.withheld and differs(part.toolkit, item)


def beside_each_other(scores: Sequence[float]) -> tuple[int, ...]:
    """Return for each score how many equal ones stand before it, so that no dot hides another."""
    seen: dict[float, int] = {}
    found = []
    for score in scores:
        key = round(score, DIGITS)
        found.append(seen.get(key, 0))
        seen[key] = seen.get(key, 0) + 1
    return tuple(found)


def has_dartboard(part: ToolkitResults) -> bool:
    """True where every section has a total read by the same number of bands."""
    depths = {len(each.section.bands) for each in part.sections}
    return (
        part.toolkit.scoring.rule == "sum"
        and len(depths) == 1
        and min(depths) > 1
        and _FEWEST <= len(part.sections) <= _MOST
    )


def has_means(part: ToolkitResults) -> bool:
    """True where a section has a mean that may be shown: else a picture of means is empty."""
    return any(each.score.mean is not None for each in part.sections)


def compares_significance(part: ToolkitResults) -> bool:
    """True where sections differ in score or significance: else nothing matters more or less."""
    places = {
        (round(each.score.mean, 1), round(each.significance.mean, 1))
        for each in part.sections
        if each.score.mean is not None and each.significance.mean is not None
    }
    return len(places) > 1


def compares_levels(part: ToolkitResults) -> bool:
    """True where two levels or more have figures for a section, by a rule that scores."""
    return part.toolkit.scoring.rule != "none" and any(
        sum(figure.mean is not None for figure in each.levels.values()) > 1
        for each in part.sections
    )


def shows_dartboard(part: ToolkitResults) -> bool:
    """True where a dartboard has anything to show."""
    return has_dartboard(part) and has_means(part)


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
    """Tell which sections matter more than average, and score less.

    That is a mean significance above the mean of the sections, and a mean score below it.
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
        and round(weight - weight_line, DIGITS) > 0
        for score, weight in both
    )
