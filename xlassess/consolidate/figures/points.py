"""Which items the Summary page names as strengths, as concerns, and where views differ.

The rules stand in `xlassess.consolidate.figures.thresholds` and are printed on the Method sheet.
They read only how often each choice was picked, which is shown on the sheet of items as well;
what is withheld there is left out here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from xlassess.consolidate.figures.counted import gap_between, item_range
from xlassess.consolidate.figures.thresholds import (
    ITEM_LEVEL_GAP,
    LISTED,
    MOSTLY,
    enough_answers,
    favourable,
    is_concern,
    is_divided,
    is_gap,
    is_share,
    is_strength,
    many_at_worst,
)
from xlassess.consolidate.figures.values import ItemFigures, ScoreRow
from xlassess.model.toolkit import Scale, Toolkit

WhyFew = Literal["nobody", "left", "unsure", "both"]
"""Why too few answers to items can be read: given by nobody, left out, "don't know", or both."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The items of one kind that are named, and how many there are.

    ``named`` stand in order. ``examples`` are some of ``alike`` items that stand exactly level
    after them, from as many sections as there are: no order among them is meant. ``rest`` are all
    that are not named.
    """

    named: tuple[ItemFigures, ...] = ()
    examples: tuple[ItemFigures, ...] = ()
    alike: int = 0
    found: int = 0
    rest: tuple[ItemFigures, ...] = ()

    @property
    def shown(self) -> tuple[ItemFigures, ...]:
        """All that are named, examples last."""
        return self.named + self.examples


def ranking(items: Iterable[ItemFigures], key: Callable[[ItemFigures], Any]) -> Ranking:
    """Rank items, and name the first of them without making an order where there is none.

    Args:
        items: the items to rank.
        key: what they are ranked by, the first smallest; equal keys are a tie.
    """
    ordered = sorted(items, key=key)
    named: list[ItemFigures] = []
    for _, tied in groupby(ordered, key):
        group = list(tied)
        room = LISTED - len(named)
        if len(group) > room:
            examples = spread(group, room)
            shown = {id(item) for item in (*named, *examples)}
            rest = tuple(item for item in ordered if id(item) not in shown)
            alike = len(group) if examples else 0
            return Ranking(tuple(named), examples, alike, len(ordered), rest)
        named += group
    return Ranking(tuple(named), found=len(ordered))


def spread(items: Sequence[ItemFigures], count: int) -> tuple[ItemFigures, ...]:
    """Return so many of the items, from as many sections as there are."""
    taken: dict[Hashable, int] = {}
    turns = []
    for place, item in enumerate(items):
        turn = taken[item.section.id] = taken.get(item.section.id, 0) + 1
        turns.append((turn, place))
    chosen = sorted(place for _, place in sorted(turns)[:count])
    return tuple(items[place] for place in chosen)


def strengths(toolkit: Toolkit, items: Iterable[ItemFigures], returns: int) -> Ranking:
    """Rank the items that stand high, that few answer worst, and on which views do not differ.

    Args:
        toolkit: the instrument.
        items: figures of its items.
        returns: how many returns count.
    """
    found = [item for item in judged(items, returns) if is_strong(toolkit, item, returns)]
    return ranking(found, lambda item: -merit(toolkit, item))


def concerns(
    toolkit: Toolkit, items: Iterable[ItemFigures], weights: Mapping[str, float], returns: int
) -> Ranking:
    """Rank the items that stand low, or that a good part of the answers put at the worst choice.

    Ties go to the section that respondents hold to be more significant: the publication that
    asks for significance looks there first (Assessing Strategic Partnership, 2003,
    "Understanding the results: detailed analysis and feedback").

    Args:
        toolkit: the instrument.
        items: figures of its items.
        weights: mean significance by section id, where it was asked.
        returns: how many returns count.
    """
    found = [item for item in judged(items, returns) if is_weak(toolkit, item, returns)]
    return ranking(
        found, lambda item: (_badness(toolkit, item), -round(weights.get(item.section.id, 0.0), 9))
    )


def differences(toolkit: Toolkit, items: Iterable[ItemFigures], returns: int) -> Ranking:
    """Rank the items on which views differ: divided between the ends, or with low agreement.

    There are none where respondents do not judge the same thing (`Toolkit.subject`).
    """
    if toolkit.subject != "partnership":
        return Ranking()
    found = [item for item in judged(items, returns) if differs(toolkit, item)]
    return ranking(found, lambda item: round(item.agreement.consensus or 0.0, 9))


def worst_to_few(
    toolkit: Toolkit, items: Iterable[ItemFigures], returns: int
) -> tuple[ItemFigures, ...]:
    """Return the items that somebody judges worst, but too few for a concern."""
    return tuple(
        item
        for item in items
        if item.scored
        and not item.withheld
        and worst_answers(toolkit, item)
        and not (enough_answers(item.agreement.n, returns) and is_weak(toolkit, item, returns))
    )


def too_few(items: Iterable[ItemFigures], returns: int) -> tuple[ItemFigures, ...]:
    """Return the items on which too few could say: nothing is read from them."""
    return tuple(
        item
        for item in items
        if item.scored and not item.withheld and not enough_answers(item.agreement.n, returns)
    )


def in_doubt(items: Iterable[ItemFigures], rows: Sequence[ScoreRow]) -> tuple[ItemFigures, ...]:
    """Return the items that would have answers enough, were those under a query certain.

    Args:
        items: items with too few answers.
        rows: the returns that count.
    """
    doubted = doubts(rows)
    return tuple(
        item
        for item in items
        if enough_answers(item.agreement.n + doubted[item.item.id, item.field], len(rows))
    )


def why_few(items: Sequence[ItemFigures], rows: Sequence[ScoreRow]) -> tuple[WhyFew, int]:
    """Return why too few answers to these items can be read, and how many nobody answered at all.

    Who leaves a question out did not say that they do not know, nor the other way round; and whose
    answer is in doubt did neither.

    Args:
        items: items on which too few could say, certain or not (`in_doubt`).
        rows: the returns that count.
    """
    doubted = doubts(rows)
    given = [
        answers.n + answers.apart + doubted[item.item.id, item.field]
        for item in items
        for answers in [item.agreement]
    ]
    nobody = given.count(0)
    left = any(count < len(rows) for count in given)
    unsure = any(item.agreement.apart for item in items)
    if nobody == len(items):
        return "nobody", nobody
    return ("both" if left and unsure else "unsure" if unsure else "left"), nobody


def doubts(rows: Iterable[ScoreRow]) -> Counter[tuple[str, str]]:
    """Return how many answers to each item, by answer field, are under a query and not read."""
    return Counter(place for row in rows for place in row.doubtful)


def judged(items: Iterable[ItemFigures], returns: int) -> tuple[ItemFigures, ...]:
    """Return the items that count and have answers enough to be read, on a scale with an order."""
    return tuple(
        item
        for item in items
        if item.scored
        and not item.withheld
        and item.favour is not None
        and enough_answers(item.agreement.n, returns)
    )


def differs(toolkit: Toolkit, item: ItemFigures) -> bool:
    """True when answers are divided between the ends of the scale, or agreement is low."""
    if toolkit.subject != "partnership" or item.agreement.consensus is None:
        return False
    return item.reading == "low" or divided(item)


def divided(item: ItemFigures) -> bool:
    """True when a quarter of the answers or more stands at each end of the scale."""
    codes = [choice.code for choice in item.scale.substantive]
    counts = item.agreement.counts
    return (
        item.scale.ordinal
        and len(codes) > 1
        and is_divided(counts[codes[0]], counts[codes[-1]], item.agreement.n)
    )


def is_weak(toolkit: Toolkit, item: ItemFigures, returns: int) -> bool:
    """True for a concern.

    On a maturity matrix only "below basic" is one: the basic level is the acceptable minimum
    (Audit Scotland, Best Value toolkit, 2010, "Auditors' evaluations").
    """
    if many_at_worst(worst_answers(toolkit, item), item.agreement.n, returns):
        return True
    if toolkit.scoring.rule == "levels" or by_flags(toolkit, item):
        return False
    return is_concern(merit(toolkit, item)) or _most_low(item)


def _most_low(item: ItemFigures) -> bool:
    """True where more than half of the answers stand in the lower half of the scale.

    The mean can stand above the middle though most disagree, if the others agree strongly.
    """
    low = item.scale.substantive[len(item.scale.substantive) - len(favourable(item.scale)) :]
    count = sum(item.agreement.counts[choice.code] for choice in low)
    return item.scale.ordinal and count > MOSTLY * item.agreement.n


def worst_answers(toolkit: Toolkit, item: ItemFigures) -> int:
    """How many answers stand at the worst choice: the flagged ones, else the last of the scale."""
    if by_flags(toolkit, item):
        return flagged(toolkit, item)
    if not item.scale.ordinal or not item.scale.substantive:
        return 0
    if toolkit.scoring.rule == "levels":
        return sum(item.agreement.counts[code] for code in unacceptable(toolkit, item.scale))
    return item.agreement.counts[item.scale.substantive[-1].code]


def area_judgements(toolkit: Toolkit, items: Iterable[ItemFigures]) -> dict[str, ItemFigures]:
    """Return the items that ask for the level of a whole area, by the id of its section.

    Best Value toolkit (Audit Scotland, 2010): judgements are made for each question or area.
    """
    if toolkit.scoring.rule != "levels":
        return {}
    found: dict[str, ItemFigures] = {}
    for item in items:
        if item.scale_id != toolkit.scoring.scale and item.scale.ordinal and not item.scored:
            found.setdefault(item.section.id, item)
    return found


def areas_below(
    toolkit: Toolkit, items: Iterable[ItemFigures], returns: int
) -> tuple[ItemFigures, ...]:
    """Return the judgements of areas as a whole that are a concern, by the rule for questions."""
    return tuple(
        item
        for item in area_judgements(toolkit, items).values()
        if not item.withheld
        and enough_answers(item.agreement.n, returns)
        and many_at_worst(
            item.agreement.counts[item.scale.substantive[-1].code], item.agreement.n, returns
        )
    )


def unacceptable(toolkit: Toolkit, scale: Scale) -> tuple[str, ...]:
    """The codes of the levels of practice that are a concern: the flagged ones, else the lowest."""
    flags = [choice.code for choice in scale.choices if choice.code in toolkit.scoring.flagged]
    return tuple(flags or [choice.code for choice in scale.substantive[-1:]])


def flagged(toolkit: Toolkit, item: ItemFigures) -> int:
    """How many answers to an item are flagged (`Scoring.flagged`)."""
    return sum(item.agreement.counts.get(code, 0) for code in toolkit.scoring.flagged)


def by_flags(toolkit: Toolkit, item: ItemFigures) -> bool:
    """True when an item is judged by its flagged answers, because nothing is scored."""
    codes = set(toolkit.scoring.flagged)
    return toolkit.scoring.rule == "none" and bool(codes & set(item.agreement.counts))


def merit(toolkit: Toolkit, item: ItemFigures) -> float:
    """Return where an item stands, from 0 (worst) to 1 (best).

    That is `ItemFigures.favour`; for items judged by flags, the share of answers without one.
    """
    given = item.agreement.n + item.agreement.apart
    if by_flags(toolkit, item) and given:
        return round(1 - flagged(toolkit, item) / given, 9)
    return round(item.favour or 0.0, 9)


def _badness(toolkit: Toolkit, item: ItemFigures) -> float:
    """What concerns are ranked by: where they stand; on a matrix the share below basic."""
    if toolkit.scoring.rule == "levels":
        return -round(worst_answers(toolkit, item) / item.agreement.n, 9)
    return merit(toolkit, item)


def is_strong(toolkit: Toolkit, item: ItemFigures, returns: int) -> bool:
    """True for a strength: it stands high, few answer worst, and views do not differ.

    Nor do organisational levels, and half of the answers or more speak for it: on a scale with a
    middle the mean can stand high though they do not.
    """
    if is_weak(toolkit, item, returns) or differs(toolkit, item) or _levels_apart(item):
        return False
    if by_flags(toolkit, item):
        return not flagged(toolkit, item)
    good = sum(item.agreement.counts[choice.code] for choice in favourable(item.scale))
    return is_strength(merit(toolkit, item)) and is_share(good, item.agreement.n, MOSTLY)


def _levels_apart(item: ItemFigures) -> bool:
    return is_gap(gap_between(item.levels.values()), item_range(item.scale), ITEM_LEVEL_GAP)
