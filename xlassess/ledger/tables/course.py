"""The course of a plan: what its steps come to, in the order they were recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from xlassess.model.days import local_day
from xlassess.model.plan import (
    FINISHED,
    MERGE,
    STOPPED,
    AgreedAction,
    AgreedPlan,
    DecidedRow,
    Move,
    PlanStep,
    ProgressRow,
)


def target_of(rows: Mapping[str, DecidedRow], number: str) -> str:
    """Return the row into which a row is merged at last; empty where that leads nowhere.

    It leads nowhere where a row is missing, is in a circle, or is not adopted.

    Args:
        rows: the rows by number.
        number: the row that is merged.
    """
    seen = set[str]()
    while number not in seen:
        seen.add(number)
        row = rows.get(number)
        if row is None:
            return ""
        if row.decision != MERGE:
            return number if row.adopted else ""
        number = row.into
    return ""


@dataclass(slots=True)
class _Course:
    """The plan of one round while its steps are followed."""

    round: str
    agreed_at: datetime | None = None
    rows: dict[str, DecidedRow] = field(default_factory=dict)
    progress: dict[str, AgreedAction] = field(default_factory=dict)
    deadlines: dict[str, list[tuple[int, date | None]]] = field(default_factory=dict)
    steps: int = 0

    def take(self, step: PlanStep) -> None:
        self.steps += 1
        if step.agreed:
            self.agreed_at = step.at
            before = {row.number: row for row in self.rows.values()}
            self.rows |= {row.number: row for row in step.agreed}
            for row in step.agreed:
                self._agree(row, before.get(row.number), step)
        for report in step.reported:
            known = self.progress.get(report.number)
            if known is not None:
                self.progress[report.number] = reported(known, report, step.at)
        for number, action in self.progress.items():
            self.deadlines.setdefault(number, []).append((step.event, action.deadline))

    def _agree(self, row: DecidedRow, before: DecidedRow | None, step: PlanStep) -> None:
        known = self.progress.get(row.number)
        if known is None or before is None or not before.adopted:
            self.progress[row.number] = AgreedAction(
                self.round, row.number, row.part, row.item, row.finding, row.action, row.owner,
                row.deadline, row.measure,
            )  # fmt: skip
            return
        # What the workbook was issued with and nobody changed in it moves nothing back.
        then = [day for event, day in self.deadlines.get(row.number, ()) if event < step.issued]
        new = None if then and then[-1] == row.deadline else row.deadline
        self.progress[row.number] = replace(
            _moved(known, new, "", step.at),
            item=row.item, finding=row.finding, action=row.action, owner=row.owner,
            measure=row.measure,
        )  # fmt: skip

    def plan(self) -> AgreedPlan:
        merged: dict[str, list[str]] = {}
        for row in self.rows.values():
            if row.decision == MERGE and (target := target_of(self.rows, row.number)):
                merged.setdefault(target, []).append(row.number)
        actions = tuple(
            replace(self.progress[row.number], merged=tuple(merged.get(row.number, ())))
            for row in self.rows.values()
            if row.adopted
        )
        return AgreedPlan(
            self.round, self.agreed_at, tuple(self.rows.values()), actions, self.steps
        )


def _moved(action: AgreedAction, new: date | None, because: str, at: datetime) -> AgreedAction:
    """Return an action with a new deadline; without one, or with the same, as it was."""
    if new is None or new == action.deadline:
        return action
    moves = action.moves if action.deadline is None else (
        *action.moves, Move(at, action.deadline, new, because),
    )  # fmt: skip
    return replace(action, deadline=new, moves=moves)


def reported(action: AgreedAction, report: ProgressRow, at: datetime) -> AgreedAction:
    """Return an action with what its owner reported; what was left empty stays as it was.

    Args:
        action: the action as it stood.
        report: what was reported.
        at: when that came in.
    """
    moved = _moved(action, report.deadline, report.reason, at)
    state = report.state or action.state
    done_on = report.done_on or action.done_on or local_day(at)
    return replace(
        moved,
        state=state,
        done=report.done or action.done,
        done_on=done_on if state == FINISHED else None,
        because=report.reason or action.because,
        reported_at=at,
        unexplained="" if state in (FINISHED, STOPPED) else report.unexplained,
        doubted=() if state in (FINISHED, STOPPED) else report.doubted,
    )


def follow(steps: Iterable[PlanStep]) -> dict[str, AgreedPlan]:
    """Return the plans that these steps come to, by round, in the order they were begun.

    Args:
        steps: what was recorded and still holds, oldest first.
    """
    courses: dict[str, _Course] = {}
    for step in steps:
        courses.setdefault(step.round, _Course(step.round)).take(step)
    return {name: course.plan() for name, course in courses.items()}
