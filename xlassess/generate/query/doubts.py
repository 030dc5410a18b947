"""From findings to cells: which places of a workbook a partner is asked to look at again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from xlassess.contract.layout import JOINT, layout
from xlassess.model.answer import NOTHING_FILLED_IN, PROPOSAL, Return
from xlassess.model.finding import Finding
from xlassess.model.query import Slot, action_slot, concerned
from xlassess.model.toolkit import Toolkit

_WHOLE_PARTS = ("R03", "R04", "R06", "R09")
"""Whole parts of the workbook could not be read: what must be answered there is asked anew, and
what may be said besides may be said again."""
_ROWS_ADDED, _NO_PLAN = "R05", "R08"
_MISSING, _INCOMPLETE = ("C02", NOTHING_FILLED_IN), ("C12", "C15")
"""Nothing stands there, or not all that belongs to it; all else stands there and is unclear."""
_EXTRAS = ("comment", "evidence")


@dataclass(frozen=True, slots=True)
class Doubts:
    """What a partner is asked to look at again, in the order of the workbook.

    ``asked`` are the places to be filled in anew; ``free`` those that may be changed besides,
    such as the comment on an answer asked about. ``reasons`` has the findings of each place
    that was doubtful itself. ``loose`` are findings for which no single place has to be filled
    in; they are told in words besides.
    """

    asked: tuple[Slot, ...]
    free: tuple[Slot, ...]
    reasons: Mapping[Slot, tuple[Finding, ...]]
    loose: tuple[Finding, ...]
    findings: tuple[Finding, ...]

    def __bool__(self) -> bool:
        """True when there is anything to ask."""
        return bool(self.findings)

    @property
    def states(self) -> tuple[str, ...]:
        """What is the matter with the places asked about: missing, incomplete or unclear."""
        codes = {found.code for slot in self.asked for found in self.reasons.get(slot, ())}
        unclear = codes.difference(_MISSING, _INCOMPLETE)
        return tuple(
            state
            for state, some in (
                ("missing", codes.intersection(_MISSING)),
                ("incomplete", codes.intersection(_INCOMPLETE)), ("unclear", unclear),
            )
            if some
        )  # fmt: skip


def doubts_of(toolkit: Toolkit, ret: Return) -> Doubts:
    """Return what is to be asked about a return.

    Args:
        toolkit: its questions.
        ret: the return; findings that were waived are not asked about.
    """
    findings = tuple(finding for finding in ret.findings if finding.is_for_partner)
    order = {slot: at for at, slot in enumerate(_slots(toolkit))}
    reasons: dict[Slot, list[Finding]] = {}
    asked: set[Slot] = set()
    free: set[Slot] = set()
    loose: list[Finding] = []
    for finding in findings:
        slots = [slot for slot in _about(finding, toolkit, ret) if slot in order]
        must = {slot for slot in slots if _must(finding, slot, toolkit)}
        asked |= must
        free |= set(slots) - must
        if not must:
            loose.append(finding)
        for slot in () if finding.code in (_ROWS_ADDED, _NO_PLAN) else slots:
            reasons.setdefault(slot, []).append(finding)
    # In a joint workbook the cells of a row depend on each other: any of them may settle it.
    with_others = toolkit.id in JOINT
    free |= {
        slot
        for slot in order
        if (with_others or slot.field in _EXTRAS) and _answer_asked(slot, asked)
    }
    return Doubts(
        asked=tuple(sorted(asked, key=order.__getitem__)),
        free=tuple(sorted(free - asked, key=order.__getitem__)),
        reasons={slot: tuple(reasons[slot]) for slot in sorted(reasons, key=order.__getitem__)},
        loose=tuple(loose),
        findings=findings,
    )


def _slots(toolkit: Toolkit) -> Iterator[Slot]:
    """Every place of a workbook, in order."""
    for section in layout(toolkit).sections:
        for table in section.tables:
            for row in table.rows:
                for column in table.fields(row.item):
                    yield Slot(row.item.id, column.field)
    if toolkit.action_plan:
        for number in range(1, toolkit.action_plan.rows + 1):
            yield action_slot(number)
        if toolkit.action_plan.proposal:
            yield Slot(PROPOSAL, "answer")


def _answer_asked(slot: Slot, asked: Iterable[Slot]) -> bool:
    return any(one.item == slot.item and one.field not in _EXTRAS for one in asked)


def _must(finding: Finding, slot: Slot, toolkit: Toolkit) -> bool:
    """True when the place is to be filled in anew, not only may be."""
    if finding.code in (_ROWS_ADDED, _NO_PLAN):
        return False
    if finding.code not in (*_WHOLE_PARTS, NOTHING_FILLED_IN) and concerned(finding):
        return True
    if slot.plan_row or slot.item == PROPOSAL or slot.field in _EXTRAS:
        return False
    return toolkit.item(slot.item).required


def _about(finding: Finding, toolkit: Toolkit, ret: Return) -> Iterable[Slot]:
    """The places a finding is about; where it does not say, all of the part it may be about."""
    told = concerned(finding)
    if told:
        return told
    if finding.code == _NO_PLAN:
        return (slot for slot in _slots(toolkit) if slot.plan_row or slot.item == PROPOSAL)
    part = _part(finding, toolkit)
    if finding.code == _ROWS_ADDED:
        return (slot for slot in part if slot.field == "comment")
    read = {(answer.item, answer.field) for answer in ret.answers}
    return (slot for slot in part if slot not in read)


def _part(finding: Finding, toolkit: Toolkit) -> list[Slot]:
    """The places of the section a finding names or whose sheet it names, or of all sections."""
    names = (finding.sheet, finding.details.get("section"))
    named = [s for s in toolkit.all_sections if s.tab in names or s.title in names]
    items = {item.id for section in named or toolkit.all_sections for item in section.items}
    return [slot for slot in _slots(toolkit) if slot.item in items]
