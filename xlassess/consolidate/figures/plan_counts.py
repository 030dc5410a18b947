"""How far an agreed plan has come, in numbers that say what they are out of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from xlassess.model.plan import FINISHED, STOPPED, AgreedAction, AgreedPlan


@dataclass(frozen=True, slots=True)
class PlanCounts:
    """Actions of a plan by what came of them.

    ``agreed`` is all of them: the sum of ``done``, ``stopped`` and ``open``. ``late`` of those
    done were done after the deadline in force, ``undated`` had none; ``overdue`` of those open
    have passed it, ``unexplained`` were reported as stopped or moved
    without a reason; ``moved`` had their deadline moved, ``moves`` times altogether.
    """

    agreed: int
    done: int
    late: int
    undated: int
    stopped: int
    open: int
    overdue: int
    unexplained: int
    moved: int
    moves: int

    @property
    def on_time(self) -> int:
        """How many were done by the deadline in force."""
        return self.done - self.late - self.undated


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
        late=sum(one.on_time is False for one in done),
        undated=sum(one.on_time is None for one in done),
        stopped=stopped,
        open=len(every) - len(done) - stopped,
        overdue=sum(one.overdue(today) for one in every),
        unexplained=sum(bool(one.unexplained) for one in every),
        moved=sum(bool(one.moves) for one in every),
        moves=sum(len(one.moves) for one in every),
    )


def waiting(
    matters: Iterable[tuple[str, str, str]], agreed: AgreedPlan
) -> tuple[tuple[str, str, str], ...]:
    """Return what waits for a decision: what the plan that was agreed so far does not settle.

    What is new since the plan was agreed has no row in it, and waits as one that was left empty.

    Args:
        matters: what is to be decided on, each as toolkit, question and proposal; a concern
            without a proposal has an empty one.
        agreed: the plan as it was agreed so far.
    """
    open_now = {row.number for row in agreed.undecided}
    settled = Counter(
        (row.part, row.item, row.matter) for row in agreed.rows if row.number not in open_now
    )
    left = []
    for one in matters:
        if settled[one]:
            settled[one] -= 1
        else:
            left.append(one)
    return tuple(left)


@dataclass(frozen=True, slots=True)
class ActionChange:
    """An action that changed since an earlier paper: as it is, and as it was.

    ``now`` is None for one that is no longer in the plan, ``before`` for one that is new.
    """

    now: AgreedAction | None
    before: AgreedAction | None


def action_changes(
    now: Iterable[AgreedAction], before: Iterable[AgreedAction]
) -> tuple[ActionChange, ...]:
    """Return which actions changed, in the order of the plan; last those that are gone from it.

    Args:
        now: the actions as they are.
        before: the actions as they were in the earlier paper.
    """
    known = {action.key: action for action in before}
    present = {action.key: action for action in now}
    changed = (
        ActionChange(action, known.get(action.key))
        for action in present.values()
        if known.get(action.key) != action and _told(action) != _told(known.get(action.key))
    )
    gone = (ActionChange(None, action) for key, action in known.items() if key not in present)
    return (*changed, *gone)


def _told(action: AgreedAction | None) -> object:
    """What a paper says of an action; when it was reported is not part of it."""
    if action is None:
        return None
    return (
        action.action, action.owner, action.deadline, action.state, action.done, action.merged,
        action.unexplained,
    )  # fmt: skip
