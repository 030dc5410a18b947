"""Answers to queries: what is read from a query workbook, and how it joins the earlier return.

A query workbook shows every answer read before and takes anew only those asked about. What came
back in these places replaces what stood there; everything else is as in the return that was
asked about, down to the file and cell each answer was read from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from xlassess.contract.layout import HEADERS, layout
from xlassess.contract.query_layout import asked_in_row
from xlassess.ingest.reading.cells.cell_findings import CellFinding
from xlassess.ingest.reading.cells.values import listed
from xlassess.ingest.reading.read import Reading
from xlassess.ingest.reading.unasked import UNASKED, changed_unasked, entries_of, unread_unasked
from xlassess.model.answer import PROPOSAL, Action, Answer, Return, state_of
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding
from xlassess.model.query import Query, Slot, action_slot, concerned
from xlassess.model.toolkit import Toolkit

_NO_ACTION_PLAN = "R08"


def about_asked(readings: Iterable[Reading], query: Query) -> list[Reading]:
    """Return the readings of items of which something is asked."""
    items = {slot.item for slot in query.open}
    return [one for one in readings if one.item in items]


def to_the_point(remarks: Iterable[CellFinding], query: Query) -> list[CellFinding]:
    """Return the remarks that concern a place asked about, or no place in particular.

    Of the others those stay, as changes that nobody asked for, that say what was put there.
    """
    kept = []
    for remark in remarks:
        if _is_to_the_point(remark, query):
            kept.append(remark)
        elif told := unread_unasked(remark):
            kept.append(told)
    return kept


def _is_to_the_point(remark: CellFinding, query: Query) -> bool:
    if remark.code == _NO_ACTION_PLAN:
        return any(slot.plan_row or slot.item == PROPOSAL for slot in query.open)
    return not remark.concerned or not query.open.isdisjoint(remark.concerned)


def merge(came: Return, base: Return, query: Query, toolkit: Toolkit | None = None) -> Return:
    """Return what came back in a query workbook, joined with the return it asked about.

    Args:
        came: the query workbook as read, whatever stood in it.
        base: the return that was asked about.
        query: the query workbook as issued.
        toolkit: its questions, so that choices are told by their labels and cells of actions.
    """
    taken = [answer for answer in came.answers if _slot(answer) in query.open]
    kept = [answer for answer in base.answers if _slot(answer) not in query.open]
    remarks = (
        *_left_empty(came, base, query, taken, toolkit),
        *changed_unasked(came, base, query, toolkit),
    )
    findings = (
        *(finding for finding in came.findings if finding.code != UNASKED),
        *(remark.in_file(came.file) for remark in remarks),
        *_standing(base, query),
    )
    normalised = (
        *(n for n in came.normalised if _is_open(n.item, n.field, query)),
        *(
            replace(n, file=n.file or base.file)
            for n in base.normalised
            if not _is_open(n.item, n.field, query)
        ),
    )
    order = {(a.item, a.field): at for at, a in enumerate((*base.answers, *came.answers))}
    answers = [*taken, *(replace(a, file=a.file or base.file) for a in kept)]
    return replace(
        came,
        reference=base.reference,
        answers=tuple(sorted(answers, key=lambda a: order[a.item, a.field])),
        actions=_actions(came, base, query),
        findings=findings,
        normalised=normalised,
        state=state_of(findings, normalised),
    )


def _slot(answer: Answer) -> Slot:
    return Slot(answer.item, answer.field)


def _is_open(item: str, field: str, query: Query) -> bool:
    slot = Slot(item, field)
    return (action_slot(slot.plan_row) if slot.plan_row else slot) in query.open


def _actions(came: Return, base: Return, query: Query) -> tuple[Action, ...]:
    taken = [action for action in came.actions if action_slot(action.row) in query.open]
    kept = [
        replace(action, file=action.file or base.file)
        for action in base.actions
        if action_slot(action.row) not in query.open
    ]
    return tuple(sorted([*taken, *kept], key=lambda action: action.row))


def _standing(base: Return, query: Query) -> Iterable[Finding]:
    """The findings of the earlier return that the query workbook did not ask about.

    One that was waived stands on as it was: that it is waived is to be recorded anew. A note on
    places that were filled in anew is not true any more.
    """
    for finding in base.findings:
        slots = concerned(finding)
        outdated = finding.severity == "note" and slots and query.open.issuperset(slots)
        if finding.number not in query.findings and not outdated:
            yield replace(finding, file=finding.file or base.file, waiver=None)


def _left_empty(
    came: Return, base: Return, query: Query, taken: Sequence[Answer], toolkit: Toolkit | None
) -> Iterable[Finding]:
    """A note of places asked about that came back empty although nothing has to stand there.

    An item is told as a whole where nothing is left of it.
    """
    filled = {_slot(answer) for answer in taken}
    begun = {slot.item for slot in filled}
    told = {slot for finding in came.findings for slot in _told(finding)}
    empty = [
        _place(slot, toolkit) if slot.item in begun else slot.item
        for slot in query.asked
        if slot not in filled and slot not in told and not slot.plan_row
    ]
    empty += _left_empty_in_plan(came, base, query)
    if empty and not any(finding.code == "C13" for finding in came.findings):
        yield found("L02", items=listed(list(dict.fromkeys(empty))))


def _place(slot: Slot, toolkit: Toolkit | None) -> str:
    """A place by the heading above it, as far as that is known, and its item."""
    headings = (
        column.header
        for section in (layout(toolkit).sections if toolkit else ())
        for table in section.tables
        for row in table.rows
        if row.item.id == slot.item
        for column in table.fields(row.item)
        if column.field == slot.field
    )
    heading = next(headings, "")
    return f"“{heading}” of {slot.item}" if heading else slot.item


def _left_empty_in_plan(came: Return, base: Return, query: Query) -> Iterator[str]:
    """What was left empty in the rows of the action plan that were asked about.

    A row is told as a whole where nothing is left of it.
    """
    actions = {action.row: action for action in came.actions}
    doubts = [one for one in came.findings if one.severity == "query"]
    for slot in query.asked:
        if not slot.plan_row:
            continue
        mine = [f for f in base.findings if f.number in query.findings and slot in concerned(f)]
        told = asked_in_row(f for f in doubts if slot in concerned(f))
        action = actions.get(slot.plan_row)
        if action is None and not told:
            yield slot.item
        elif action is not None:
            said = entries_of(action)
            left = (role for role in asked_in_row(mine) if not said[role] and role not in told)
            yield from (f"“{HEADERS[role]}” of {slot.item}" for role in left)


def _told(finding: Finding) -> tuple[Slot, ...]:
    return concerned(finding) if finding.severity == "query" else ()
