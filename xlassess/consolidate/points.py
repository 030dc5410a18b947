"""Which items the Summary page names as strengths, concerns and disagreements.

The rules are ours (`xlassess.consolidate.thresholds`) and are printed on the Method sheet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xlassess.consolidate.summary import ItemFigures
from xlassess.consolidate.thresholds import LISTED, is_concern, is_strength
from xlassess.model.toolkit import Toolkit


def strengths(toolkit: Toolkit, items: Iterable[ItemFigures]) -> tuple[ItemFigures, ...]:
    """The items that stand highest, at least at the threshold; ties go to higher agreement."""
    if toolkit.scoring.rule == "none":
        clear = [item for item in _flaggable(toolkit, items) if not flagged(toolkit, item)]
        return tuple(sorted(clear, key=lambda item: -item.agreement.n)[:LISTED])
    found = [item for item in _judged(items) if is_strength(item.favour or 0)]
    return tuple(sorted(found, key=lambda item: (-_favour(item), -_consensus(item)))[:LISTED])


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
    if toolkit.scoring.rule == "none":
        marked = [item for item in _flaggable(toolkit, items) if flagged(toolkit, item)]
        return tuple(sorted(marked, key=lambda item: -flagged(toolkit, item))[:LISTED])
    found = [item for item in _judged(items) if is_concern(item.favour or 0)]
    return tuple(
        sorted(
            found,
            key=lambda item: (
                _favour(item),
                -weights.get(item.section.id, 0.0),
                -_consensus(item),
            ),
        )[:LISTED]
    )


def disagreements(items: Iterable[ItemFigures]) -> tuple[ItemFigures, ...]:
    """The items with low agreement, the lowest first."""
    split = [item for item in _judged(items) if item.reading == "low"]
    return tuple(sorted(split, key=_consensus)[:LISTED])


def flagged(toolkit: Toolkit, item: ItemFigures) -> int:
    """How many answers to an item are flagged (`Scoring.flagged`)."""
    return sum(item.agreement.counts.get(code, 0) for code in toolkit.scoring.flagged)


def _judged(items: Iterable[ItemFigures]) -> Sequence[ItemFigures]:
    return [item for item in items if item.scored and item.favour is not None]


def _flaggable(toolkit: Toolkit, items: Iterable[ItemFigures]) -> Sequence[ItemFigures]:
    codes = set(toolkit.scoring.flagged)
    return [
        item
        for item in items
        if item.scored and codes & set(item.agreement.counts) and _answers(item)
    ]


def _answers(item: ItemFigures) -> int:
    return item.agreement.n + item.agreement.apart


def _favour(item: ItemFigures) -> float:
    return round(item.favour or 0.0, 9)


def _consensus(item: ItemFigures) -> float:
    consensus = item.agreement.consensus
    return 1.0 if consensus is None else round(consensus, 9)
