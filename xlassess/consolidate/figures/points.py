"""Which items the Summary page names as strengths, concerns and disagreements.

The rules are ours (`xlassess.consolidate.figures.thresholds`) and are printed on the Method sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xlassess.consolidate.figures.thresholds import LISTED, is_concern, is_strength
from xlassess.consolidate.figures.values import ItemFigures
from xlassess.model.toolkit import Toolkit


def strengths(toolkit: Toolkit, items: Iterable[ItemFigures]) -> tuple[ItemFigures, ...]:
    """The items that stand highest, at least at the threshold; ties go to higher agreement."""
    found = [item for item in _judged(toolkit, items) if _is_strong(toolkit, item)]
    return tuple(
        sorted(found, key=lambda item: (-merit(toolkit, item), -_consensus(item)))[:LISTED]
    )


def concerns(
    toolkit: Toolkit, items: Iterable[ItemFigures], weights: Mapping[str, float]
) -> tuple[ItemFigures, ...]:
    """The items that stand lowest, below the threshold.

    Ties go to the section that respondents hold to be more significant, then to higher
    agreement.

    Args:
        toolkit: the instrument.
        items: figures of its items.
        weights: mean significance by section id, where it was asked.
    """
    found = [item for item in _judged(toolkit, items) if _is_weak(toolkit, item)]
    return tuple(
        sorted(
            found,
            key=lambda item: (
                merit(toolkit, item),
                -weights.get(item.section.id, 0.0),
                -_consensus(item),
            ),
        )[:LISTED]
    )


def disagreements(items: Iterable[ItemFigures]) -> tuple[ItemFigures, ...]:
    """The items with low agreement, the lowest first."""
    split = [item for item in items if item.scored and item.reading == "low"]
    return tuple(sorted(split, key=_consensus)[:LISTED])


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
    if by_flags(toolkit, item):
        given = item.agreement.n + item.agreement.apart
        return round(1 - flagged(toolkit, item) / given, 9)
    return round(item.favour or 0.0, 9)


def _is_strong(toolkit: Toolkit, item: ItemFigures) -> bool:
    if by_flags(toolkit, item):
        return not flagged(toolkit, item)
    return is_strength(merit(toolkit, item))


def _is_weak(toolkit: Toolkit, item: ItemFigures) -> bool:
    if by_flags(toolkit, item):
        return flagged(toolkit, item) > 0
    return is_concern(merit(toolkit, item))


def _judged(toolkit: Toolkit, items: Iterable[ItemFigures]) -> Sequence[ItemFigures]:
    """The scored items with answers to judge by."""
    return [
        item
        for item in items
        if item.scored
        and (
            item.favour is not None
            or (by_flags(toolkit, item) and item.agreement.n + item.agreement.apart > 0)
        )
    ]


def _consensus(item: ItemFigures) -> float:
    consensus = item.agreement.consensus
    return 1.0 if consensus is None else round(consensus, 9)
