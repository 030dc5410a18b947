"""Answers to queries: what is read from a query workbook, and how it joins the earlier return.

A query workbook shows every answer read before and takes anew only those asked about. What came
back in these places replaces what stood there; everything else is as in the return that was
asked about, down to the file and cell each answer was read from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from xlassess.ingest.reading.cells.cell_findings import CellFinding
from xlassess.ingest.reading.cells.values import brief, listed, shown, tidy
from xlassess.ingest.reading.read import Reading
from xlassess.model.answer import PROPOSAL, Action, Answer, Return, Value, state_of
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding
from xlassess.model.query import Query, Slot, action_slot, concerned

_NO_ACTION_PLAN = "R08"


def about_asked(readings: Iterable[Reading], query: Query) -> list[Reading]:
    """Return the readings of items of which something is asked."""
    items = {slot.item for slot in query.open}
    return [one for one in readings if one.item in items]


def to_the_point(remarks: Iterable[CellFinding], query: Query) -> list[CellFinding]:
    """Return the remarks that concern a place asked about, or no place in particular."""
    return [remark for remark in remarks if _is_to_the_point(remark, query)]


def _is_to_the_point(remark: CellFinding, query: Query) -> bool:
    if remark.code == _NO_ACTION_PLAN:
        return any(slot.plan_row or slot.item == PROPOSAL for slot in query.open)
    return not remark.concerned or not query.open.isdisjoint(remark.concerned)


def merge(came: Return, base: Return, query: Query) -> Return:
    """Return what came back in a query workbook, joined with the return it asked about.

    Args:
        came: the query workbook as read, whatever stood in it.
        base: the return that was asked about.
        query: the query workbook as issued.
    """
    taken = [answer for answer in came.answers if _slot(answer) in query.open]
    kept = [answer for answer in base.answers if _slot(answer) not in query.open]
    remarks = (*_left_empty(came, query, taken), *_changed(came, base, query))
    findings = (
        *came.findings,
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

    One that was waived stands on as a note; by whom and why is on record with that return. A
    note on places that were filled in anew is not true any more.
    """
    for finding in base.findings:
        slots = concerned(finding)
        outdated = finding.severity == "note" and slots and query.open.issuperset(slots)
        if finding.number not in query.findings and not outdated:
            noted = replace(finding.kind, severity="note") if finding.waiver else finding.kind
            yield replace(finding, kind=noted, file=finding.file or base.file, waiver=None)


def _left_empty(came: Return, query: Query, taken: Sequence[Answer]) -> Iterable[Finding]:
    """A note of places asked about that came back empty although nothing has to stand there."""
    filled = {_slot(answer) for answer in taken}
    told = {slot for finding in came.findings for slot in _told(finding)}
    empty = [
        slot.item
        for slot in query.asked
        if slot not in filled and slot not in told and not slot.plan_row
    ]
    if empty and not any(finding.code == "C13" for finding in came.findings):
        yield found("L02", items=listed(list(dict.fromkeys(empty))))


def _told(finding: Finding) -> tuple[Slot, ...]:
    return concerned(finding) if finding.severity == "query" else ()


def _changed(came: Return, base: Return, query: Query) -> Iterable[Finding]:
    """A note for each sheet on which something was changed that nothing was asked about."""
    changes: dict[str, list[tuple[str, str]]] = {}
    for sheet, cell, words in (
        *_changed_answers(came, base, query),
        *_changed_actions(came, base, query),
    ):
        changes.setdefault(sheet, []).append((cell, words))
    for sheet, told in changes.items():
        cells = tuple(dict.fromkeys(cell for cell, _ in told))
        items = listed([words for _, words in told], most=_MOST_CHANGES)
        yield found("L03", sheet=sheet, cells=cells, items=items)


_MOST_CHANGES = 40
"""More changes than this on one sheet are counted: it was filled in anew."""
_Change = tuple[str, str, str]
"""Sheet, cell, and what was changed, in words."""


def _changed_answers(came: Return, base: Return, query: Query) -> Iterable[_Change]:
    """Answers, comments and evidence that were given, changed or cleared unasked."""
    unread = {slot for finding in came.findings for slot in concerned(finding)}
    before = {_slot(a): a for a in base.answers if _slot(a) not in query.open}
    now = {_slot(a): a for a in came.answers if _slot(a) not in query.open}
    for slot, answer in now.items():
        if slot not in before:
            yield answer.sheet, answer.cell, f"{_in_words(slot)} (added{_now(answer)})"
        elif not _same(before[slot].value, answer.value):
            yield answer.sheet, answer.cell, f"{_in_words(slot)} (changed{_now(answer)})"
    for slot, answer in before.items():
        if slot not in now and slot not in unread:
            cell = _cell_now(answer, came)
            yield answer.sheet, cell, f"{_in_words(slot)} (cleared)"


def _now(answer: Answer) -> str:
    """What a comment or evidence says now; of a choice, its cell tells."""
    is_text = answer.field.partition(":")[0] in ("comment", "evidence")
    return f": “{brief(shown(answer.value))}”" if is_text else ""


def _cell_now(answer: Answer, came: Return) -> str:
    """The cell of an answer that was cleared: it stands in another column in a query workbook.

    Told by an answer to the same field on the same sheet; nothing where there is none.
    """
    row = answer.cell.lstrip(_LETTERS)
    beside = (
        other.cell.rstrip(_FIGURES)
        for other in came.answers
        if other.sheet == answer.sheet and other.field == answer.field
    )
    column = next(beside, "")
    return f"{column}{row}" if column else ""


_LETTERS, _FIGURES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"


def _in_words(slot: Slot) -> str:
    if slot.item == PROPOSAL:
        return "the proposal"
    field, _, view = slot.field.partition(":")
    return f"{field} to {slot.item}" + (f" ({view})" if view else "")


def _changed_actions(came: Return, base: Return, query: Query) -> Iterable[_Change]:
    """Rows of the action plan that were added, changed or removed unasked."""
    unread = {slot for finding in came.findings for slot in concerned(finding)}
    before = {a.row: a for a in base.actions if action_slot(a.row) not in query.open}
    now = {a.row: a for a in came.actions if action_slot(a.row) not in query.open}
    for row, action in now.items():
        quoted = f"“{brief(action.action)}”"
        if row not in before:
            yield action.sheet, action.cell, f"action {row} (added: {quoted})"
        elif _bare(before[row]) != _bare(action):
            told = listed(_entries_changed(before[row], action))
            yield action.sheet, action.cell, f"action {row} (changed: {told})"
    for row, action in before.items():
        if row not in now and action_slot(row) not in unread:
            quoted = f"“{brief(action.action)}”"
            yield action.sheet, action.cell, f"action {row} (removed: {quoted})"


_ENTRIES = ("item", "action", "owner", "measure", "time horizon", "deadline", "status")
"""What `_bare` tells of an action, in words."""


def _entries_changed(before: Action, now: Action) -> list[str]:
    """The entries of an action that changed, with what texts and days say now."""
    changed = zip(_ENTRIES, _bare(before), _bare(now), strict=True)
    codes = ("time horizon", "status")
    return [
        f"{name} “{brief(shown(value))}”"
        if isinstance(value, str | date) and value and name not in codes
        else name
        for name, was, value in changed
        if was != value
    ]


def _bare(action: Action) -> tuple[object, ...]:
    """What an action says, wherever it stands."""
    texts = (action.item, action.action, action.owner, action.measure)
    return (*map(tidy, texts), action.horizon, action.deadline, action.status)


def _same(before: Value, now: Value) -> bool:
    """True for what reads alike; line ends and blanks may suffer on the way."""
    return tidy(shown(before)) == tidy(shown(now))
