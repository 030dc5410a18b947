"""Rows of the summary that come from single answers: data, comments, actions."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from xlassess.consolidate.figures.compute import section_key
from xlassess.consolidate.figures.counted import is_facts
from xlassess.consolidate.figures.privacy.attribution import Participants, Person
from xlassess.consolidate.figures.thresholds import CLOSED_STATUSES
from xlassess.consolidate.figures.values import (
    CommentRow,
    Counting,
    DataRow,
    DataRows,
    GivenAnswer,
    ItemFigures,
    PlannedAction,
    PutRight,
)
from xlassess.contract.layout import Role
from xlassess.model.answer import Action, Answer, Return, Value
from xlassess.model.toolkit import Choice, Item, Section, Toolkit
from xlassess.score import counts_towards, reported_sections

PARTICULARS_OUT = "[not shown]"
"""Stands for a line of text about who answers, where names are not shown."""

KINDS = {"comment": "Comment", "evidence": "Evidence"}
"""What is called otherwise than an answer, by the field it stands in."""


@dataclass(frozen=True, slots=True)
class ToolkitIndex:
    """A toolkit prepared for looking items and choices up many times."""

    toolkit: Toolkit
    key: str
    items: Mapping[str, tuple[Section, Item]]
    counting: frozenset[str]
    choices: Mapping[tuple[str, str], Choice]


def lookup(toolkit: Toolkit, key: str) -> ToolkitIndex:
    """Prepare a toolkit that goes by ``key`` in the summary."""
    return ToolkitIndex(
        toolkit=toolkit,
        key=key,
        items={item.id: (s, item) for s in toolkit.all_sections for item in s.items},
        counting=frozenset(
            item.id
            for section in reported_sections(toolkit)
            for item in section.items
            if counts_towards(toolkit, section, item) and not item.is_free
        ),
        choices={
            (name, choice.code): choice
            for name, scale in toolkit.scales.items()
            for choice in scale.choices
        },
    )


def data_rows(
    look: ToolkitIndex, returns: Sequence[tuple[Person, Return]], participants: Participants
) -> DataRows:
    """Return one row per answer, comment and piece of evidence of returns, as they were read."""

    def made() -> Iterator[DataRow]:
        # By identity: returns share equal answers, and keep them for as long as this runs.
        known: dict[tuple[int, str], GivenAnswer] = {}
        for person, ret in returns:
            typed = {(n.item, n.field): n.before for n in ret.normalised}
            whose = {file: _read_from(person, ret, file) for file in {a.file for a in ret.answers}}
            for answer in ret.answers:
                if answer.value == "":
                    continue
                key = id(answer), typed.get((answer.item, answer.field), "")
                given = known.get(key)
                if given is None:
                    given = _given(look, answer, key[1], participants)
                    if answer.field != "comment":  # of which hardly two are the same
                        known[key] = given
                yield DataRow(whose[answer.file], given)

    total = sum(answer.value != "" for _, ret in returns for answer in ret.answers)
    return DataRows(total, made)


def _given(
    look: ToolkitIndex, answer: Answer, before: str, participants: Participants
) -> GivenAnswer:
    section, item = look.items.get(answer.item, (None, None))
    choice = _choice(look, item, answer)
    hidden = participants.attribution != "named" and _is_particular(look, answer.item, answer.field)
    value = PARTICULARS_OUT if hidden else _tidied(answer.value, participants)
    return GivenAnswer(
        part=look.key,
        section=section_key(look.key, section.id) if section else "",
        section_name=section.name if section else "",
        item=answer.item,
        key=section_key(look.key, answer.item),
        field=answer.field,
        counts=_counting(look, answer, choice),
        choice=f"{item.answer}:{choice.code}" if item and choice else "",
        score=choice.score if choice else None,
        typed="" if hidden else participants.tidy(before),
        value=choice.label if choice else value,
        sheet=answer.sheet,
        cell=answer.cell,
    )


def _read_from(person: Person, ret: Return, file: str) -> Person:
    """Return the person with the file an answer was read from, where files are shown by name.

    A return that answers a query stands on the file that was asked about.
    """
    return replace(person, file=file) if file and person.file == ret.file else person


def counted_rows(look: ToolkitIndex, items: tuple[ItemFigures, ...]) -> Iterator[DataRow]:
    """Yield one row per choice that was picked, with how often; nothing from too few."""
    for figures in items:
        for choice in figures.scale.choices:
            count = figures.agreement.counts[choice.code]
            if not count:
                continue
            scored = "apart" if choice.apart else "yes"
            given = GivenAnswer(
                part=look.key,
                section=section_key(look.key, figures.section.id),
                section_name=figures.section.name,
                item=figures.item.id,
                key=figures.key,
                field=figures.field,
                counts=scored if figures.scored else "no",  # type: ignore[arg-type]
                choice=f"{figures.scale_id}:{choice.code}",
                score=choice.score,
                typed="",
                value=choice.label,
                sheet="",
                cell="",
            )
            yield DataRow(None, given, count)


def _choice(look: ToolkitIndex, item: Item | None, answer: Answer) -> Choice | None:
    if item is None or item.is_free or not answer.field.startswith("answer"):
        return None
    return look.choices.get((item.answer, str(answer.value)))


def _counting(look: ToolkitIndex, answer: Answer, choice: Choice | None) -> Counting:
    if answer.item not in look.counting or not answer.field.startswith("answer"):
        return "no"
    return "apart" if choice and choice.apart else "yes"


def _is_particular(look: ToolkitIndex, name: str, field: str) -> bool:
    """True for one line of text on a page of details: it may well name who answers.

    Toolkits ask there for the name of the partnership, of the officer, of the reviewer.
    """
    section, item = look.items.get(name, (None, None))
    return (
        section is not None
        and item is not None
        and field.startswith("answer")
        and item.answer == "text"
        and not section.scored
    )


def _tidied(value: Value, participants: Participants) -> Value:
    return participants.tidy(value) if isinstance(value, str) else value


def values_put_right(
    look: ToolkitIndex, person: Person, ret: Return, participants: Participants
) -> Iterator[PutRight]:
    """Yield every value of a return that was put right, those of its action plan included."""
    for one in ret.normalised:
        if participants.attribution != "named" and _is_particular(look, one.item, one.field):
            continue
        yield PutRight(
            code=person.code,
            file=_read_from(person, ret, one.file).file,
            where=", ".join(filter(None, (one.sheet, one.cell, one.item))),
            before=participants.tidy(one.before),
            after=participants.tidy(one.after),
            how=one.how,
        )


def remarks_of(
    look: ToolkitIndex, person: Person, ret: Return, participants: Participants
) -> Iterator[CommentRow]:
    """Yield everything a return says in words: comments, evidence and free-text answers."""
    shown = _answers_shown(look, ret) if participants.shows_rows else {}
    for answer in ret.answers:
        section, item = look.items.get(answer.item, (None, None))
        said = answer.field in KINDS or item is None or item.is_wide
        if not said or not str(answer.value).strip():
            continue
        if section is not None and answer.field not in KINDS and is_facts(look.toolkit, section):
            continue
        if participants.attribution != "named" and _is_particular(look, answer.item, answer.field):
            continue
        yield CommentRow(
            part=look.key,
            section=section.name if section else "Action plan",
            item=answer.item if item else "",
            question=(item.short or item.ask) if item else "Proposal",
            kind=KINDS.get(answer.field, "Answer" if item else "Proposal"),
            text=participants.tidy(str(answer.value)),
            answer=shown.get(answer.item, "") if answer.field in KINDS else "",
            person=_read_from(person, ret, answer.file) if participants.shows_rows else None,
            sheet=answer.sheet if participants.shows_rows else "",
            cell=answer.cell if participants.shows_rows else "",
        )


def _answers_shown(look: ToolkitIndex, ret: Return) -> dict[str, str]:
    """What was picked for each item of which more is said, in words; several views are joined."""
    shown: dict[str, list[str]] = {}
    spoken_of = {answer.item for answer in ret.answers if answer.field in KINDS}
    for answer in ret.answers if spoken_of else ():
        if answer.item not in spoken_of:
            continue
        _, item = look.items.get(answer.item, (None, None))
        choice = _choice(look, item, answer)
        if choice:
            shown.setdefault(answer.item, []).append(choice.label)
    return {item: "; ".join(labels) for item, labels in shown.items()}


def actions_of(
    look: ToolkitIndex, person: Person, ret: Return, participants: Participants, today: date
) -> Iterator[PlannedAction]:
    """Yield the actions of a return's action plan as the summary shows them."""
    plan = look.toolkit.action_plan
    horizons = plan.horizons if plan else ()
    statuses = plan.statuses if plan else ()
    for action in ret.actions:
        closed = action.status in CLOSED_STATUSES
        late = action.deadline is not None and _day(action.deadline) < today and not closed
        yield PlannedAction(
            part=look.key,
            order=_place(horizons, action),
            item=action.item,
            action=participants.tidy(action.action),
            horizon=_label(horizons, action.horizon)
            or participants.tidy(_accepted_as_said(ret, action, "horizon", _NO_CHOICE)),
            owner=participants.tidy(action.owner),
            deadline=None if action.deadline is None else _day(action.deadline),
            measure=participants.tidy(action.measure),
            status=_label(statuses, action.status),
            closed=closed,
            overdue=late,
            person=_read_from(person, ret, action.file) if participants.shows_rows else None,
            sheet=action.sheet if participants.shows_rows else "",
            cell=action.cell if participants.shows_rows else "",
            deadline_said=""
            if action.deadline
            else participants.tidy(_accepted_as_said(ret, action, "deadline", _NO_DAY)),
        )


_NO_DAY = ("C04", "C05", "C20", "C22")
"""The findings of what is no day, or may be more than one."""

_NO_CHOICE = ("C01", "C14")
"""The findings of what is none of the choices, or more than one."""

_ROW = re.compile(r"[0-9]+$")


def _accepted_as_said(ret: Return, action: Action, role: Role, codes: Container[str]) -> str:
    """What a partner wrote in a cell of an action ("Spring 2026") that was accepted as it is."""
    row = _ROW.findall(action.cell)
    # nothing but a deadline is a day there; of choices there are two, told together if alike
    fields = ("", role) if codes is _NO_DAY else (role,)
    for finding in ret.findings:
        rows = [_ROW.findall(cell) for cell in (finding.cell, *finding.cells)]
        here = finding.sheet == action.sheet and row in rows and finding.field in fields
        if here and finding.waiver and finding.code in codes:
            return finding.details.get("value", "")
    return ""


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _place(horizons: tuple[Choice, ...], action: Action) -> int:
    codes = [choice.code for choice in horizons]
    return codes.index(action.horizon) if action.horizon in codes else len(codes)


def _label(choices: tuple[Choice, ...], code: str) -> str:
    """The label of a choice; a code without one is shown as it is, so that nothing is lost."""
    return next((choice.label for choice in choices if choice.code == code), code)
