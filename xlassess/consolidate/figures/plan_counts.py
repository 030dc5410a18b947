"""How far an agreed plan has come, in numbers that say what they are out of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from xlassess.model.plan import FINISHED, STOPPED, AgreedAction


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """Actions of a plan by what came of them.

    ``agreed`` is all of them: the sum of ``done``, ``stopped`` and ``open``. ``late`` of those
    done were done after the deadline in force; ``overdue`` of those open have passed it;
    ``moved`` had their deadline moved, ``moves`` times altogether.
    """

    agreed: int
    done: int
    late: int
    stopped: int
    open: int
    overdue: int
    moved: int
    moves: int


def plan_counts(actions: Iterable[AgreedAction], today: date) -> PlanCounts:
    """Return how far these actions have come.

    Args:
        actions: the actions.
        today: the day by which they are overdue or not.
    """
    every = tuple(actions)
    done = [one for one in every if one.state == FINISHED]
    stopped = sum(one.state == STOPPED for one in every)
    return PlanCounts(
        agreed=len(every),
        done=len(done),
        late=sum(not one.on_time for one in done),
        stopped=stopped,
        open=len(every) - len(done) - stopped,
        overdue=sum(one.overdue(today) for one in every),
        moved=sum(bool(one.moves) for one in every),
        moves=sum(len(one.moves) for one in every),
    )
