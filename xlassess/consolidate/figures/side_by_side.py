"""What is set side by side and never added up: checklists, pages of details, organisations.

A completed checklist is one council's decision on one proposal.

Partnership Protocol of Melton Borough Council, section 7 and Appendices A and B: the checklist
lets the council judge whether a partnership is appropriate; a senior officer (the head of
service) approves it, then it goes to the management team.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from xlassess.consolidate.figures.counted import ToolkitReturns, is_facts, tally
from xlassess.consolidate.figures.points import unacceptable
from xlassess.consolidate.figures.privacy.attribution import Participants
from xlassess.consolidate.figures.rows import PARTICULARS_OUT
from xlassess.consolidate.figures.thresholds import DIVIDED_ITEMS, FAR_APART, is_share
from xlassess.consolidate.figures.values import (
    Body,
    ChecklistLine,
    ClosingLine,
    CompletedChecklist,
    Detail,
    ScoreRow,
)
from xlassess.model.answer import Answer, Value
from xlassess.model.days import written_day
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
    # What is asked only where the answer before is another settles nothing, whatever it says.
    settle = [
        item
        for item in lines
        if values.get((item, "answer")) in flagged
        and not _is_led_past(toolkit, toolkit.item(item), values)
    ]
    missing = [item.id for item in _wanted(toolkit, values)]
    opening = next(iter(lines.values()))
    return CompletedChecklist(
        title=row.person.code if opening.answer in ("", PARTICULARS_OUT) else opening.answer,
        by=row.person.who,
        lines=tuple(line for line in lines.values() if line.answer or line.remark),
        settle=tuple(lines[item] for item in settle),
        missing=tuple(
            replace(lines[item], doubtful=(item, "answer") in row.doubtful) for item in missing
        ),
        closing=tuple(
            (section.name, tuple(_closing(toolkit, section, lines, values)))
            for section in toolkit.closing
        ),
        of=row.person.partner,
        ended=_is_ended(toolkit, values),
    )


def _is_ended(toolkit: Toolkit, values: Mapping[tuple[str, str], Value]) -> bool:
    """True where the decision given leads to nothing further, though another one would."""
    lines = [item for section in toolkit.closing for item in section.items]
    after = [one.only_when for one in lines if one.only_when and one.only_when.item == lines[0].id]
    given = values.get((lines[0].id, "answer"), "") if lines else ""
    return given != "" and bool(after) and not any(given in each.choices for each in after)


def _closing(
    toolkit: Toolkit,
    section: Section,
    lines: Mapping[str, ChecklistLine],
    values: Mapping[tuple[str, str], Value],
) -> Iterator[ClosingLine]:
    """The lines of a section below the checklist that the answers given do not lead past."""
    for item in section.items:
        line = lines[item.id]
        if line.answer or not _is_led_past(toolkit, item, values):
            scale = None if item.is_free else toolkit.scales[item.answer]
            choices = tuple((c.label, c.about) for c in scale.choices) if scale else ()
            yield ClosingLine(line.short, line.answer, choices)


def _is_led_past(toolkit: Toolkit, item: Item, values: Mapping[tuple[str, str], Value]) -> bool:
    """True for an item that the answers given lead past: its own condition's, or one before it."""
    seen: set[str] = set()
    while (condition := item.only_when) is not None and item.id not in seen:
        leading = values.get((condition.item, "answer"), "")
        if leading != "":
            return leading not in condition.choices
        # A toolkit of one's own may have two items that wait for each other.
        seen.add(item.id)
        item = toolkit.item(condition.item)
    return False


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
        return written_day(value)
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    return str(value)


def details_of(
    toolkit: Toolkit,
    participants: Participants,
    rows: Sequence[ScoreRow],
    answers: Sequence[Sequence[Answer]],
) -> tuple[Detail, ...]:
    """Return the facts of a toolkit's pages of details, item by item; none in aggregate.

    Args:
        toolkit: the instrument. A checklist shows its own on its own page.
        participants: who is shown as what.
        rows: the returns that count.
        answers: what each of them answers, in the same order.
    """
    if toolkit.subject == "proposal" or not participants.shows_rows:
        return ()
    return tuple(_details(toolkit, participants, rows, answers))


def _details(
    toolkit: Toolkit,
    participants: Participants,
    rows: Sequence[ScoreRow],
    answers: Sequence[Sequence[Answer]],
) -> Iterator[Detail]:
    values = [
        {answer.item: answer.value for answer in given if answer.field == "answer"}
        for given in answers
    ]
    for section in toolkit.sections:
        if not is_facts(toolkit, section):
            continue
        for item in section.items:
            for row, given in zip(rows, values, strict=True):
                value = given.get(item.id, "")
                if value == "":
                    continue
                hidden = participants.attribution != "named" and item.answer == "text"
                said = participants.tidy(answer_shown(toolkit, item, value))
                by = row.person.who
                yield Detail(item.id, item.ask, PARTICULARS_OUT if hidden else said, by)


def bodies_of(base: ToolkitReturns, answers: Sequence[Sequence[Answer]]) -> tuple[Body, ...]:
    """Return the organisations side by side, in the order of the register; none in aggregate.

    None either where they are not judged by levels of practice.

    Args:
        base: the returns.
        answers: what each of them answers, in the order of ``base.rows``.
    """
    toolkit = base.toolkit
    if toolkit.subject != "organisation" or toolkit.scoring.rule != "levels":
        return ()
    if not base.participants.shows_rows:
        return ()
    own: dict[str, list[Sequence[Answer]]] = {}
    for row, given in zip(base.rows, answers, strict=True):
        own.setdefault(row.person.partner, []).append(given)
    return tuple(_body(base, name, returns) for name, returns in own.items())


def _body(base: ToolkitReturns, name: str, returns: Sequence[Sequence[Answer]]) -> Body:
    toolkit = base.toolkit
    tallies = tally(toolkit, (answer for given in returns for answer in given))
    scale = toolkit.scales[toolkit.scoring.scale]
    below = set(unacceptable(toolkit, scale))
    places = {choice.code: place for place, choice in enumerate(scale.substantive)}
    judged = [
        (item.id, tallies.get((item.id, "answer"), Counter()))
        for section in toolkit.scored_sections
        for item in section.items
        if item.answer == toolkit.scoring.scale
    ]
    given = [[places[code] for code in counts if code in places] for _, counts in judged]
    asked = sum(bool(each) for each in given)
    apart = sum(bool(each) and max(each) - min(each) >= FAR_APART for each in given)
    return Body(
        name=name,
        returns=len(returns),
        below=tuple(item for item, counts in judged if below & set(counts)),
        questions=len(judged),
        asked=asked,
        apart=apart,
        differs=len(returns) > 1 and is_share(apart, asked, DIVIDED_ITEMS),
    )
