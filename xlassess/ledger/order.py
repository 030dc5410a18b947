"""Which of several returns for one workbook counts.

The rule: a return received in a later run comes after one of an earlier run. Within a run the
moments of saving decide, where both files state one and they differ. Otherwise the order is
not clear: the one recorded first goes on counting, and the other waits for the coordinator.
A refused return never takes part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Standing = Literal["current", "contested", "superseded", "set aside", "refused", "unclaimed"]
"""Counts; waits for a decision; was followed by a later one; does not count by decision; cannot
be used; nobody's."""

OPEN = ("current", "contested")
"""The standings of returns among which one counts or is to be chosen."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """When a return came: the number of its run, and when the file says it was saved.

    ``saved_at`` is ISO 8601 in UTC, which sorts as it reads, or None.
    """

    run: int
    saved_at: str | None


def standing(new: Arrival, open_ones: Sequence[Arrival]) -> Standing:
    """Return how a new return stands among those of its workbook that are still open.

    Args:
        new: the new return.
        open_ones: those that count or wait for a decision.
    """
    order = [_compare(new, other) for other in open_ones]
    if -1 in order:
        return "superseded"
    return "contested" if 0 in order else "current"


def _compare(new: Arrival, other: Arrival) -> int:
    """1 when the new one is later, -1 when it is earlier, 0 when that is not clear."""
    if new.run > other.run:
        return 1
    if new.saved_at and other.saved_at and new.saved_at != other.saved_at:
        return 1 if new.saved_at > other.saved_at else -1
    return 0
