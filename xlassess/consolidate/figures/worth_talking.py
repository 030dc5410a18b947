"""In which order items are worth talking about in a workshop.

First where views are split, because a mean hides that; then what stands low, most of all in
sections held to be significant; then where levels differ. This is the order in which the
publication of 2003 has findings looked at ("Understanding the results: detailed analysis and
feedback"). All else follows in the order of the questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.counted import gap_between
from xlassess.consolidate.figures.values import ItemFigures
from xlassess.model.toolkit import Toolkit


@dataclass(frozen=True, slots=True)
class Agenda:
    """The items of one toolkit by why they are worth talking about, each once."""

    split: tuple[ItemFigures, ...]
    low: tuple[ItemFigures, ...]
    levels: tuple[ItemFigures, ...]
    rest: tuple[ItemFigures, ...]


def agenda_of(
    toolkit: Toolkit, items: Iterable[ItemFigures], weights: Mapping[str, float], returns: int
) -> Agenda:
    """Return what to talk about, and in which order.

    Items that are withheld, or that too few answered, are in no list but the last.

    Args:
        toolkit: the instrument.
        items: figures of its items, in the order of the questions.
        weights: mean significance by section id, where it was asked.
        returns: how many returns count.
    """
    every = tuple(items)
    read = points.judged(every, returns)
    split = [one for one in read if points.differs(toolkit, one)]
    low = [one for one in read if one not in split and points.is_weak(toolkit, one, returns)]
    taken = {one.key for one in (*split, *low)}
    levels = [one for one in read if one.levels_differ and one.key not in taken]
    taken |= {one.key for one in levels}
    usual = sum(weights.values()) / len(weights) if weights else 0.0

    def less_significant(one: ItemFigures) -> bool:
        return weights.get(one.section.id, 0.0) < usual

    split.sort(key=lambda one: (not points.divided(one), round(one.agreement.consensus or 0.0, 9)))
    low.sort(key=lambda one: (less_significant(one), points.merit(toolkit, one)))
    levels.sort(key=lambda one: -(gap_between(one.levels.values()) or 0.0))
    rest = tuple(one for one in every if one.key not in taken)
    return Agenda(tuple(split), tuple(low), tuple(levels), rest)
