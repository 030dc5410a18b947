"""What to do next in a round: the steps that are due now, in the order of a round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Literal

from xlassess.assessment.settings import AssessmentFolder
from xlassess.generate import may_stay_empty
from xlassess.ledger import Ledger
from xlassess.model.assessment import Attribution
from xlassess.model.record import Output, OutputKind
from xlassess.services.common.phrases import count
from xlassess.services.papers.consolidate import present_base
from xlassess.services.status import ANSWERED, Basis, Line, Status

StepKind = Literal[
    "people", "write", "send", "ask", "send queries", "remind", "receive", "summary", "workshop",
    "plan", "decide", "progress", "feedback", "close",
]  # fmt: skip
"""What may be due."""

REMINDED_AGAIN = timedelta(days=7)
"""Whoever was reminded is left in peace for so long."""


@dataclass(frozen=True, slots=True)
class DueStep:
    """Something that is due now: its kind, and what to do in words."""

    kind: StepKind
    told: str


@dataclass(frozen=True, slots=True)
class _Written:
    """What was written from the round, and what is on record of its plan.

    ``undecided`` says that the plan workbook has rows that need a decision, and nothing is agreed.
    """

    outputs: tuple[Output, ...] = ()
    plan_issued: bool = False
    agreed: bool = False
    undecided: bool = False

    def has(self, kind: OutputKind) -> bool:
        return any(one.kind == kind for one in self.outputs)


OutputBase = Mapping[str, Mapping[str, int]]
"""What an output stands on (see `Output`)."""


def base_now(folder: AssessmentFolder, basis: Basis, shown: Attribution) -> OutputBase:
    """Return what an output would stand on that is written now (see `present_base`).

    Args:
        folder: the assessment.
        basis: what is known of the round.
        shown: how answers are shown at most.
    """
    return present_base(folder, basis.register.respondents, basis.overview, shown)


def next_steps(
    folder: AssessmentFolder, found: Status, *, today: date,
    stands_on: Callable[[Basis, Attribution], OutputBase] | None = None,
) -> tuple[DueStep, ...]:  # fmt: skip
    """Return what is to be done next; nothing once the round is closed.

    Args:
        folder: the assessment.
        found: where the round stands.
        today: the present day.
        stands_on: says what an output would stand on, where that may be known from before.
    """
    if found.closed:
        return ()
    if not found.lines:
        return (DueStep("people", "Enter who is asked: one row for each person."),)
    steps = [*_to_partners(found, today)]
    if any(rate.answered for rate in found.rates):
        written = _written(folder, found.assessment.round)
        changed = _since_summary(found, written.outputs, stands_on or partial(base_now, folder))
        steps += _from_answers(found, written, changed)
    return tuple(steps)


def _to_partners(found: Status, today: date) -> Iterator[DueStep]:
    """Yield what is to be written, sent, asked, chased and read."""
    missing = len(found.having("not issued"))
    if missing:
        yield DueStep("write", f"Write {count(missing, 'workbook')} to send out.")
    unsent = len(found.unsent)
    if unsent:
        yield DueStep("send", f"Send {count(unsent, 'workbook')}, and record that you did.")
    new = [line for line in found.with_queries if not line.asked_now]
    if new:
        yield DueStep(
            "ask", f"Look at what is unclear in {count(len(new), 'workbook')}: settle it, or ask."
        )
    written = [line for line in found.with_queries if line.has_query_to_send]
    if written:
        books = count(len(written), "query workbook")
        yield DueStep("send queries", f"Send the queries that are written: {books}.")
    overdue = [line for line in found.having("overdue") if _to_be_reminded(line, today)]
    if overdue:
        books = count(len(overdue), "workbook")
        yield DueStep("remind", f"Remind those whose workbooks are overdue: {books}.")
    if found.awaited:
        # What was never sent is not out; that it is to be sent is said above.
        out = len(found.awaited) - unsent
        books = f": {count(out, 'workbook')} still out" if out else ""
        yield DueStep("receive", f"Read what comes back{books}.")


def _to_be_reminded(line: Line, today: date) -> bool:
    """True for a workbook that was sent, of which nothing else is known."""
    if line.sent is None or line.away or line.evidence:
        return False
    last = line.reminded or line.sent
    return today - last.astimezone().date() >= REMINDED_AGAIN


def _from_answers(found: Status, written: _Written, changed: int) -> Iterator[DueStep]:
    """Yield what is to be made of the answers: summary, talk, plan, and what respondents hear."""
    if not written.has("summary"):
        back = sum(rate.answered for rate in found.rates)
        issued = sum(rate.issued for rate in found.rates)
        yield DueStep("summary", f"Write the summary: {back} of {issued} workbooks are back.")
        return
    if changed:
        since = count(changed, "return has", "returns have")
        yield DueStep("summary", f"Write the summary again: {since} come or changed since.")
    if not written.plan_issued and not written.agreed:
        if not written.has("workshop"):
            yield DueStep("workshop", "Read the summary, and talk the findings over.")
        yield DueStep("plan", "Begin the action plan.")
        return
    if written.undecided or found.waiting:
        yield DueStep("decide", "Decide on the rows of the action plan.")
        return
    if found.overdue and not found.reports:
        actions = count(len(found.overdue), "action")
        yield DueStep("progress", f"Ask the owners what came of {actions} now overdue.")
    if not written.has("feedback"):
        yield DueStep("feedback", "Give each respondent a page with what came of it.")
    elif not (found.awaited or found.with_queries):
        yield DueStep("close", "Close the round: everything is in, and the plan is agreed.")


def _since_summary(
    found: Status,
    outputs: tuple[Output, ...],
    stands_on: Callable[[Basis, Attribution], OutputBase],
) -> int:
    """How many returns are in no summary as they stand now, or in one though none counts now.

    Where answers are not attributed, only those that a new summary may show (see `held_back`).
    """
    last = next((one for one in reversed(outputs) if one.kind == "summary"), None)
    if last is None:
        return 0
    told = _numbers(last.base)
    now = {line.reference: line.number for line in found.having(*ANSWERED) if line.number}
    gone = {one.reference for one in found.lines if not one.number}
    changed = _changes(told, now, gone)
    if changed and last.attribution == "aggregated" and found.basis:
        shown = _numbers(stands_on(found.basis, last.attribution))
        if not shown:
            return 0  # none can be written now
        changed = _changes(told, shown, told.keys() - shown.keys())
    return changed


def _numbers(base: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The return of each workbook, whatever its questions."""
    return {ref: number for books in base.values() for ref, number in books.items()}


def _changes(told: Mapping[str, int], now: Mapping[str, int], gone: Set[str]) -> int:
    """How many returns are others than were told, or were told and are gone."""
    return sum(told.get(ref) != number for ref, number in now.items()) + len(told.keys() & gone)


def _written(folder: AssessmentFolder, round_name: str) -> _Written:
    if not Ledger.is_at(folder.ledger):
        return _Written()
    with Ledger(folder.ledger) as ledger:
        plans = [one for one in ledger.joint(round_name) if one.identity.kind == "plan"]
        agreed, undecided = round_name in ledger.plans(), False
        if plans and not agreed:
            asked = ledger.toolkits()[plans[-1].identity.digest]
            undecided = not all(map(may_stay_empty, asked.items()))
        return _Written(ledger.outputs(round_name), bool(plans), agreed, undecided)
