"""Completed checklists: each one council's decision on one proposal, never added up.

Partnership Protocol of Melton Borough Council, section 7 and Appendices A and B: the checklist
lets the council judge whether a partnership is appropriate; a senior officer (the head of
service) approves it, then it goes to the management team.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from xlassess.consolidate.figures.attribution import Participants
from xlassess.consolidate.figures.rows import PARTICULARS_OUT
from xlassess.consolidate.figures.values import ChecklistLine, CompletedChecklist, ScoreRow
from xlassess.model.answer import Answer, Value
from xlassess.model.toolkit import Item, Section, Toolkit


def checklists_of(
    toolkit: Toolkit,
    participants: Participants,
    rows: Sequence[ScoreRow],
    answers: Sequence[Sequence[Answer]],
) -> tuple[CompletedChecklist, ...]:
    """Return the completed checklists; none for other toolkits, and none in aggregate.

    Args:
        toolkit: the instrument.
        participants: who is shown as what.
        rows: the returns that count.
        answers: what each of them answers, in the same order.
    """
    if toolkit.subject != "proposal" or not participants.shows_rows:
        return ()
    return tuple(
        _completed(toolkit, participants, row, given)
        for row, given in zip(rows, answers, strict=True)
    )


def _completed(
    toolkit: Toolkit, participants: Participants, row: ScoreRow, given: Sequence[Answer]
) -> CompletedChecklist:
    values = {(answer.item, answer.field): answer.value for answer in given}
    lines = {
        item.id: _line(toolkit, participants, section, item, values)
        for section in toolkit.all_sections
        for item in section.items
    }
    flagged = set(toolkit.scoring.flagged)
    settle = [item for item in lines if values.get((item, "answer")) in flagged]
    missing = [item.id for item in _wanted(toolkit, values)]
    signing = [item for section in toolkit.closing for item in section.items]
    opening = next(iter(lines.values()))
    return CompletedChecklist(
        title=row.person.code if opening.answer in ("", PARTICULARS_OUT) else opening.answer,
        by=", ".join(filter(None, (row.person.partner, row.person.respondent))),
        lines=tuple(line for line in lines.values() if line.answer or line.remark),
        settle=tuple(lines[item] for item in settle),
        missing=tuple(lines[item] for item in missing),
        signed=tuple((item.short or item.ask, lines[item.id].answer) for item in signing),
    )


def _wanted(toolkit: Toolkit, values: Mapping[tuple[str, str], Value]) -> Iterator[Item]:
    """Items without an answer that are called for: required ones, and those another leads to."""
    for item in toolkit.items():
        if values.get((item.id, "answer"), "") != "":
            continue
        if item.required or _is_led_to(item, values):
            yield item


def _is_led_to(item: Item, values: Mapping[tuple[str, str], Value]) -> bool:
    """True for an item that the answer to another one leads to (`Item.only_when`)."""
    condition = item.only_when
    return condition is not None and values.get((condition.item, "answer")) in condition.choices


def _line(
    toolkit: Toolkit,
    participants: Participants,
    section: Section,
    item: Item,
    values: Mapping[tuple[str, str], Value],
) -> ChecklistLine:
    value = values.get((item.id, "answer"), "")
    remarks = (values.get((item.id, field), "") for field in ("comment", "evidence"))
    hidden = participants.attribution != "named" and item.answer == "text" and not section.scored
    shown = answer_shown(toolkit, item, value) if value != "" else ""
    return ChecklistLine(
        section=section.name,
        item=item.id,
        ask=item.ask,
        short=item.short or item.ask,
        answer=PARTICULARS_OUT if hidden and shown else participants.tidy(shown),
        remark=participants.tidy("\n".join(str(each) for each in remarks if each != "")),
    )


def answer_shown(toolkit: Toolkit, item: Item, value: Value) -> str:
    """Return an answer in words."""
    if not item.is_free:
        return toolkit.scales[item.answer].by_code(str(value)).label
    if isinstance(value, datetime | date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return str(value)
