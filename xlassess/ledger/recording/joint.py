"""What joint workbooks brought: the agreed plan, worked out from the event log alone.

A plan or progress workbook that comes back is a return like any other. What stands in its rows is
also told to the log, and the plan is what these events come to. A return that is set aside, is
refused or waits for a decision has no part in it; nor has an older workbook that comes in after a
newer one of the same kind and owner, about the same round. A file that was put right stands in for
the earlier ones of its workbook, where these stood: what was emptied in it holds no longer.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from xlassess.contract.layout import JOINT
from xlassess.ledger.tables.course import follow
from xlassess.ledger.tables.events import Entry, Event, What
from xlassess.ledger.tables.replay import WAIVING, Replay
from xlassess.model import plan
from xlassess.model.answer import Issued, Return, Value
from xlassess.model.plan import (
    AgreedPlan,
    DecidedRow,
    JointKind,
    Judgement,
    PlanStep,
    ProgressRow,
    kept,
    plan_rows_of,
    progress_rows_of,
)
from xlassess.model.query import concerned
from xlassess.model.toolkit import Item, Section, Toolkit

STEPS: Mapping[JointKind, What] = {
    "plan": "plan agreed", "progress": "progress reported", "workshop": "workshop held",
}  # fmt: skip
"""The events that say what a joint workbook brought, by what it is for."""

RECEIVED = "received"
"""What tells when a report came in; earlier versions did not record it."""

DOUBTED = "doubted"
"""What tells which entries are asked about and not used until then; earlier versions used them."""

UNREAD = "unread"
"""What tells which agreed judgements could not be read, with the place of the finding, from 1."""

UNEXPLAINED = "unexplained"
"""What tells which reports lack the reason they need, with the place of the finding, from 1, and
are not used until then; earlier versions used them."""

LATER = (RECEIVED, DOUBTED, UNREAD, UNEXPLAINED)
"""What events of earlier versions lack."""

_ASKED_ABOUT = ("C32", "C35", "C36")
"""The findings whose cells are not used: days that cannot be right, decisions that were removed."""

_LACKING = ("C34",)
"""The finding of a report that needs a reason and gives none."""

_PROPOSED = str.isdecimal
"""The numbers of rows in which a proposal stands; those of others begin with a letter."""


def entries(ret: Return, issued: Issued, toolkit: Toolkit) -> Iterator[Entry]:
    """Yield what a joint workbook brought, as events: one for each round whose plan it is about.

    Args:
        ret: the return, with its number.
        issued: the workbook.
        toolkit: its questions.
    """
    kind = JOINT.get(toolkit.id)
    if kind is None:
        return
    values: dict[str, dict[str, Value]] = {
        one.item: {} for one in _doubted(ret) if one.name == plan.DECISION
    }
    for answer in ret.answers:
        values.setdefault(answer.item, {})[answer.field.partition(":")[2]] = answer.value
    for details in _TOLD[kind](ret, issued.identity.round, toolkit, values):
        whole = {**details, "whose": issued.identity.partner}
        yield Entry(STEPS[kind], issued.reference, ret.number, details=whole)


_Values = Mapping[str, Mapping[str, Value]]
"""What stands in the rows of a joint workbook, by the row's number and the column."""


def _agreed(
    ret: Return, round_name: str, toolkit: Toolkit, values: _Values
) -> Iterator[dict[str, Any]]:
    """What a plan workbook tells."""
    rows = [
        _plan_row(section, item, values[item.id])
        for section in toolkit.sections
        for item in section.items
        if item.id in values
    ]
    yield {"round": round_name, "agreed": kept(rows), **_told_of(_doubted(ret))}


def _reported(
    ret: Return, round_name: str, toolkit: Toolkit, values: _Values
) -> Iterator[dict[str, Any]]:
    """What a progress workbook tells of each of the plans it is about."""
    reports: dict[str, list[ProgressRow]] = {}
    for item in toolkit.items():
        where, _, number = item.id.rpartition("/")
        if item.id in values:
            reports.setdefault(where or round_name, []).append(
                _progress_row(number, values[item.id])
            )
    came = {RECEIVED: ret.received_at.isoformat()} if ret.received_at else {}
    for name, some in reports.items():
        doubted = _in_plan(name, round_name, _doubted(ret))
        lacking = _in_plan(name, round_name, _doubted(ret, _LACKING))
        told = {UNEXPLAINED: [[one.finding, one.item] for one in lacking]} if lacking else {}
        yield {"round": name, "reported": kept(some), **came, **_told_of(doubted), **told}


def _in_plan(name: str, round_name: str, some: Iterable[_Doubt]) -> list[_Doubt]:
    """The entries about one of the plans, under the numbers of its actions."""
    return [
        replace(one, item=number)
        for one in some
        for where, _, number in [one.item.rpartition("/")]
        if (where or round_name) == name
    ]


def _held(
    ret: Return, round_name: str, toolkit: Toolkit, values: _Values
) -> Iterator[dict[str, Any]]:
    """What a workshop workbook tells."""
    judged = [
        _judged(section, item, toolkit, values[item.id])
        for section in toolkit.sections
        for item in section.items
        if item.id in values
    ]
    unread = _unread(ret, toolkit, values)
    yield {"round": round_name, "judged": judged, **({UNREAD: unread} if unread else {})}


_TOLD: Mapping[JointKind, Callable[..., Iterator[dict[str, Any]]]] = {
    "plan": _agreed, "progress": _reported, "workshop": _held,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Doubt:
    """An entry that is asked about: the place of the finding, from 1, the row, and the column."""

    finding: int
    item: str
    name: str


def _doubted(ret: Return, codes: Container[str] = _ASKED_ABOUT) -> list[_Doubt]:
    return [
        _Doubt(place, slot.item, slot.field.partition(":")[2])
        for place, finding in enumerate(ret.findings, start=1)
        # As a note it was accepted, in the return that a query workbook asked about.
        if finding.code in codes and finding.severity == "query"
        for slot in concerned(finding)
    ]


def _told_of(doubted: Sequence[_Doubt]) -> dict[str, object]:
    """What an event tells of entries that are asked about; nothing where none is."""
    return {DOUBTED: [[one.finding, one.item, one.name] for one in doubted]} if doubted else {}


def _plan_row(section: Section, item: Item, said: Mapping[str, Value]) -> DecidedRow:
    return DecidedRow(
        number=item.id,
        part=section.id,
        item=item.short,
        matter=item.ask if _PROPOSED(item.id) else "",
        finding=" ".join(item.why.split()),
        decision=_text(said, plan.DECISION),
        into=_text(said, plan.INTO),
        wording=_text(said, plan.WORDING),
        owner=_text(said, plan.OWNER),
        deadline=_day(said, plan.DEADLINE),
        measure=_text(said, plan.MEASURE),
        reason=_text(said, plan.REASON),
    )


def _progress_row(number: str, said: Mapping[str, Value]) -> ProgressRow:
    return ProgressRow(
        number,
        state=_text(said, plan.STATE),
        done=_text(said, plan.DONE),
        done_on=_day(said, plan.DONE_ON),
        deadline=_day(said, plan.NEW_DEADLINE),
        reason=_text(said, plan.BECAUSE),
    )


def _judged(
    section: Section, item: Item, toolkit: Toolkit, said: Mapping[str, Value]
) -> dict[str, str]:
    number, _, view = item.short.rpartition("/")
    choice = _text(said, plan.JUDGEMENT)
    label = toolkit.scales[item.answer].by_code(choice).label if choice else ""
    return {
        "part": section.id.rpartition("/")[0], "item": number, "view": view, "choice": choice,
        "label": label, "grounds": _text(said, plan.GROUNDS),
        "following": _text(said, plan.FOLLOWING),
    }  # fmt: skip


def _unread(
    ret: Return, toolkit: Toolkit, values: Mapping[str, Mapping[str, Value]]
) -> list[list[str | int]]:
    """The judgements that stand in their cells and could not be read: finding, part, item, view."""
    asked = {
        slot.item: place
        for place, finding in enumerate(ret.findings, start=1)
        if finding.severity == "query"
        for slot in concerned(finding)
        if slot.field.partition(":")[2] == plan.JUDGEMENT
    }
    return [
        [asked[item.id], section.id.rpartition("/")[0], number, view]
        for section in toolkit.sections
        for item in section.items
        if item.id in asked and plan.JUDGEMENT not in values.get(item.id, {})
        for number, _, view in [item.short.rpartition("/")]
    ]


def judgements(log: Iterable[Event], round_name: str) -> tuple[Judgement, ...]:
    """Return what the workshops of a round agreed on, each question as it was judged last."""
    events = list(log)
    waived = Replay().follow(events).waived
    held: dict[tuple[str, str, str], Judgement] = {}
    for event in _holding_events(events):
        if event.details["round"] != round_name:
            continue
        said = {
            (row["part"], row["item"], row["view"]): Judgement(**row, at=event.at)
            for row in event.details.get("judged", ())
        }
        for finding, *place in event.details.get(UNREAD, ()):
            if (event.return_id or 0, finding) not in waived:
                part, item, view = place
                bare = Judgement(part, item, view, "", "", "", "", event.at)
                said[part, item, view] = replace(said.get((part, item, view), bare), unread=True)
        held |= said
    return tuple(held.values())


def _text(said: Mapping[str, Value], name: str) -> str:
    return str(said.get(name, "")).strip()


def _day(said: Mapping[str, Value], name: str) -> date | None:
    return plan.day_of(said.get(name))


def plans(log: Iterable[Event], up_to: int | None = None) -> dict[str, AgreedPlan]:
    """Return the agreed plans by round, as the log tells them.

    Args:
        log: all events, or all about joint workbooks and their returns.
        up_to: the last event that is to count; None for all.
    """
    events = [event for event in log if up_to is None or event.number <= up_to]
    ours = {event.reference for event in events if event.what in STEPS.values()}
    # Of thousands of returns nothing else matters here; a decision may name another workbook.
    return follow(_holding([e for e in events if e.reference in ours or e.what in WAIVING]))


def decided_at_issue(
    log: Iterable[Event], references: Set[str], round_name: str
) -> dict[str, frozenset[str]]:
    """Return the rows in which a decision stood as each of these plan workbooks was issued.

    Args:
        log: all events.
        references: those of the workbooks.
        round_name: the round whose plan they are about.
    """
    events = list(log)
    found = {}
    for event in events:
        if event.what == "issued" and event.reference in references:
            agreed = plans(events, event.number).get(round_name)
            rows = agreed.rows if agreed else ()
            found[event.reference] = frozenset(row.number for row in rows if row.decision)
    return {reference: rows for reference, rows in found.items() if rows}


def _holding(log: list[Event]) -> Iterator[PlanStep]:
    """Yield the steps of plans that hold, oldest first."""
    issued = _issued_in(log)
    waived = Replay().follow(log).waived
    for event in _holding_events(log):
        if event.what != STEPS["workshop"]:
            yield _step(event, issued.get(event.reference, 0), waived)


def _issued_in(log: list[Event]) -> dict[str, int]:
    """The events by which workbooks were issued, by reference."""
    return {event.reference: event.number for event in log if event.what == "issued"}


def _holding_events(log: list[Event]) -> Iterator[Event]:
    """Yield the events about joint workbooks that hold, oldest first.

    A return that was put right stands where the first of its workbook stood: what was reported
    since on the actions it agrees must find them.
    """
    issued = _issued_in(log)
    counting = _counting(log)
    brought: dict[str, list[Event]] = {}
    for event in log:
        if event.what in STEPS.values():
            brought.setdefault(event.reference, []).append(event)
    newest: dict[tuple[str, str, str], int] = {}
    for reference, events in brought.items():
        number = issued.get(reference, 0)
        for event in events:
            whose = (event.what, event.details.get("whose", ""), event.details["round"])
            if event.return_id != counting.get(reference) or number < newest.get(whose, 0):
                continue
            newest[whose] = number
            yield event


def _counting(log: list[Event]) -> dict[str, int]:
    """The return that counts for each workbook, or the last that did where a newer one does."""
    order = {"superseded": 0, "current": 1}
    found: dict[str, tuple[int, int]] = {}
    for number, place in Replay().follow(log).statuses.items():
        if place.standing in order:
            this = (order[place.standing], number)
            found[place.reference] = max(found.get(place.reference, this), this)
    return {reference: number for reference, (_, number) in found.items()}


def _step(event: Event, issued: int, waived: Container[tuple[int, int]]) -> PlanStep:
    """Return what a return changed: without what is asked about, unless that was waived.

    A row whose decision was removed stays as it was; a day that cannot be right is none. An action
    that is stopped or moved without a reason stays as it was, and its owner is asked again.
    """
    came = event.details.get(RECEIVED)
    number = event.return_id or 0
    asked = {
        (item, name)
        for finding, item, name in event.details.get(DOUBTED, ())
        if (number, finding) not in waived
    }
    lacking = {
        item
        for finding, item in event.details.get(UNEXPLAINED, ())
        if (number, finding) not in waived
    }
    return PlanStep(
        event=event.number,
        at=datetime.fromisoformat(came) if came else event.at,
        issued=issued,
        round=event.details["round"],
        return_id=number,
        reference=event.reference,
        agreed=tuple(
            replace(row, deadline=None) if (row.number, plan.DEADLINE) in asked else row
            for row in plan_rows_of(event.details)
            if (row.number, plan.DECISION) not in asked
        ),
        reported=tuple(_explained(row, lacking, asked) for row in progress_rows_of(event.details)),
    )


def _undoubted(row: ProgressRow, asked: Container[tuple[str, str]]) -> ProgressRow:
    """A report without the days in it that cannot be right, and what rests on them.

    An action said to be done on a day to come is not done yet, for all that can be known: counted
    as done today, it would be told as done on time. The reason for a new deadline is none for one
    that is not taken over.
    """
    if (row.number, plan.DONE_ON) in asked:
        row = replace(row, doubted=(*row.doubted, "done on"))
        row = replace(row, done_on=None, state="" if row.state == plan.FINISHED else row.state)
    if (row.number, plan.NEW_DEADLINE) in asked:
        row = replace(row, doubted=(*row.doubted, "deadline"))
        row = replace(row, deadline=None, reason=row.reason if row.state == plan.STOPPED else "")
    return row


def _explained(
    row: ProgressRow, lacking: Container[str], asked: Container[tuple[str, str]]
) -> ProgressRow:
    """A report without what is doubted in it, and without what lacks a reason."""
    if row.number in lacking:
        stopped = row.state == plan.STOPPED
        row = replace(
            row,
            state="" if stopped else row.state,
            deadline=None,
            unexplained=plan.STOPPED if stopped else plan.MOVED,
        )
    return _undoubted(row, asked)
