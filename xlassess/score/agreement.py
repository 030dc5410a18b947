"""Agreement: how far respondents see an item alike, whatever they think of it.

The measure is the consensus of W. J. Tastle and M. J. Wierman, "Consensus and dissention: a
measure of ordinal dispersion", International Journal of Approximate Reasoning 45 (2007).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2

from xlassess.model.toolkit import Choice, Scale

_FEWEST = 2
"""Answers, and choices, from which on one can speak of agreement."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """The answers of several respondents to one item, as a distribution.

    ``counts`` has every choice of the scale by code, in the scale's order; ``n`` counts the
    substantive answers and ``apart`` those counted apart ("don't know", "not applicable").
    ``mean``, ``low`` and ``high`` are in scores, and None without answers or where the scale
    gives no scores. ``worst`` and ``best`` are the outermost choices picked, in the scale's
    order (best or most first). ``consensus`` runs from 0 (evenly split between the ends) to 1
    (unanimous); None with fewer than two answers or for a scale that is not ordinal.
    """

    counts: Mapping[str, int]
    n: int
    apart: int
    mean: float | None
    low: float | None
    high: float | None
    best: Choice | None
    worst: Choice | None
    consensus: float | None


def consensus(counts: Sequence[int]) -> float | None:
    """Return Tastle and Wierman's consensus of a distribution over ordered choices.

    With choices at positions 1 to k, proportions p and mean position m it is
    ``1 + sum(p_i * log2(1 - |i - m| / (k - 1)))``.

    Args:
        counts: how often each choice was picked, in the order of the scale (either way
            round), one entry per choice, none negative.

    Returns:
        A number from 0 to 1, or None with fewer than two answers or two choices.

    Raises:
        ValueError: a count is negative.
    """
    if any(count < 0 for count in counts):
        raise ValueError("a count of answers is never negative")
    n, width = sum(counts), len(counts) - 1
    if n < _FEWEST or width < 1:
        return None
    mean = sum(i * count for i, count in enumerate(counts)) / n
    terms = (count / n * log2(1 - abs(i - mean) / width) for i, count in enumerate(counts) if count)
    return min(1.0, max(0.0, 1 + sum(terms)))


def agreement_of(scale: Scale, counts: Mapping[str, int]) -> Agreement:
    """Return the agreement on an item from how often each choice was picked.

    Args:
        scale: the item's response scale.
        counts: answers by choice code; a code left out counts as none.

    Raises:
        KeyError: a code is not one of the scale's.
    """
    for code in counts:
        scale.by_code(code)
    full = {choice.code: counts.get(choice.code, 0) for choice in scale.choices}
    picked = [choice for choice in scale.substantive if full[choice.code]]
    n = sum(full[choice.code] for choice in picked)
    scores = [choice.score for choice in picked if choice.score is not None]
    scored = bool(scores) and len(scores) == len(picked)
    total = sum(full[choice.code] * choice.score for choice in picked if choice.score is not None)
    ordered = [full[choice.code] for choice in scale.substantive]
    return Agreement(
        counts=full,
        n=n,
        apart=sum(full.values()) - n,
        mean=total / n if scored else None,
        low=min(scores) if scored else None,
        high=max(scores) if scored else None,
        best=picked[0] if picked else None,
        worst=picked[-1] if picked else None,
        consensus=consensus(ordered) if scale.ordinal else None,
    )
