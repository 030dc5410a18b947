"""Made-up rounds: partners, their returns, gaps, comments and actions; always the same."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone

from tests.factory import SECRET, an_assessment
from xlassess.contract.layout import CONTRACT_VERSION, cell_name, layout
from xlassess.contract.seal import questions_digest, reference_for, seal
from xlassess.model.answer import (
    Action,
    Answer,
    Identity,
    Issued,
    Normalisation,
    Return,
    State,
    Value,
)
from xlassess.model.assessment import Assessment, Respondent
from xlassess.model.finding import Finding, Kind
from xlassess.model.record import Output, Round
from xlassess.model.toolkit import Item, Toolkit

ISSUED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=timezone.utc)
DAY = date(2026, 1, 31)
MADE_AT = datetime(2026, 5, 6, 14, 0, tzinfo=timezone.utc)

PARTNERS = (
    ("Riverside Borough Council", "Dana Okafor", "senior"),
    ("North Shire Primary Care Trust", "Imran Patel", "board"),
    ("Community Action Riverside", "Fay Lindqvist", "front"),
    ("County Police", "Sgt Moira Kean", "senior"),
    ("Housing Trust", "Tom Abara", "front"),
    ("Riverside College", "Prof. Anne Duvall", "board"),
    ("Chamber of Commerce", "Luis Marín", "senior"),
    ("Fire and Rescue Service", "Gwen Pritchard", "front"),
    ("Voluntary Sector Forum", "Ola Nwosu", "board"),
    ("Probation Service", "Kit Sanderson", "senior"),
)
COMMENTS = (
    "We agree on the aims, but front-line staff have not seen the plan.",
    "Much better than a year ago.",
    "=SUM(A1:A9) is what our finance team would write here",
    "Meetings are long; decisions are few. Could the steering group publish its minutes?",
    "Depends on who attends. Some partners send a different person each time, and then we start "
    "again from the beginning, which costs everyone an afternoon.",
    "+1",
)
QUERY = Kind("Q-TEST", "query", "Value not in the list", "The value {value} is not a choice.", "-")
NOTE = Kind("N-TEST", "note", "Spaces removed", "Spaces were removed.", "-")


def respondents(count: int, names: Sequence[tuple[str, str, str]] = PARTNERS) -> list[Respondent]:
    """Respondents of as many partners; beyond the named ones they are numbered."""
    found = []
    for number in range(count):
        if number < len(names):
            partner, name, level = names[number]
        else:
            partner, name = f"Partner organisation {number + 1}", f"Respondent {number + 1}"
            level = ("board", "senior", "front")[number % 3]
        found.append(
            Respondent(f"r{number + 1}", f"p{number + 1}", partner, name, "", level)  # type: ignore[arg-type]
        )
    return found


def issue(toolkit: Toolkit, respondent: Respondent, assessment: Assessment) -> Issued:
    """What the ledger knows of a workbook issued to a respondent."""
    identity = Identity(
        CONTRACT_VERSION, assessment.id, assessment.round, respondent.partner_id, respondent.id,
        toolkit.id, toolkit.version, questions_digest(toolkit), promise=str(assessment.promise),
    )  # fmt: skip
    reference = reference_for(identity, SECRET)
    name = f"{toolkit.id} {respondent.partner} {reference}.xlsx"
    return Issued(
        reference, identity, respondent.partner, respondent.name, respondent.email,
        respondent.level, name, hashlib.sha256(name.encode()).hexdigest(),
        seal(identity, SECRET), ISSUED_AT,
    )  # fmt: skip


def answers(toolkit: Toolkit, values: Mapping[tuple[str, str], Value]) -> tuple[Answer, ...]:
    """Answers with the cells they stand in, from values by item and field."""
    places = {
        (row.item.id, column.field): (section.sheet, cell_name(row.index, column.index))
        for section in layout(toolkit).sections
        for table in section.tables
        for row in table.rows
        for column in table.fields(row.item)
    }
    return tuple(Answer(*place, value, *places[place]) for place, value in values.items())


def picked(
    toolkit: Toolkit, chance: random.Random, mood: float, gaps: float, talk: float
) -> dict[tuple[str, str], Value]:
    """Choices and comments as a person of this mood (0 gloomy, 1 glad) would give them."""
    values: dict[tuple[str, str], Value] = {}
    for place, item in enumerate(toolkit.items()):
        for field in item.answer_fields:
            if item.is_free:
                if not item.is_wide:
                    values[item.id, field] = DAY if item.answer == "date" else item.minimum or 1.0
                elif item.required or chance.random() < talk:
                    values[item.id, field] = chance.choice(COMMENTS)
                continue
            if chance.random() >= gaps:
                values[item.id, field] = _choice(toolkit, item, place, chance, mood)
        if item.comment and not item.is_wide and chance.random() < talk:
            values[item.id, "comment"] = chance.choice(COMMENTS)
    return values


def _choice(toolkit: Toolkit, item: Item, place: int, chance: random.Random, mood: float) -> str:
    """An answer near the item's own difficulty; some items divide people."""
    scale = toolkit.scales[item.answer]
    if chance.random() < 0.02 and len(scale.substantive) < len(scale.choices):
        return next(choice.code for choice in scale.choices if choice.apart)
    choices = scale.substantive
    easy = ((place * 37) % 100) / 100
    spread = 0.55 if place % 7 == 3 else 0.16
    stand = 1 - (0.45 * mood + 0.55 * easy) + chance.uniform(-spread, spread)
    return choices[min(len(choices) - 1, max(0, int(stand * len(choices))))].code


@dataclass(frozen=True)
class Wish:
    """What a made-up round should be like."""

    returned: int | None = None
    gaps: float = 0.0
    talk: float = 0.12
    actions: int = 1
    query: Sequence[int] = ()


def returned(
    toolkit: Toolkit, issued: Issued, number: int, wish: Wish, state: State = "accepted"
) -> Return:
    """The return of one workbook."""
    chance = random.Random(number * 7919 + len(toolkit.id))
    mood = 0.35 + 0.5 * chance.random()
    given = answers(toolkit, picked(toolkit, chance, mood, wish.gaps, wish.talk))
    findings: tuple[Finding, ...] = ()
    if number in wish.query:
        state = "query"
        first = given[0]
        findings = (
            Finding(QUERY, issued.file_name, first.sheet, first.cell, first.item, first.field,
                    details={"value": f"“Often” ({issued.partner})"}),
        )  # fmt: skip
        given = given[1:]
    put_right = (
        (Normalisation(given[1].item, given[1].field, given[1].sheet, given[1].cell, " agree ",
                       "Agree", "spaces"),)
        if number % 4 == 0 else ()
    )  # fmt: skip
    return Return(
        file=issued.file_name,
        sha256=hashlib.sha256(f"{issued.reference}{number}".encode()).hexdigest(),
        size=24_000 + number,
        kind="xlsx",
        state=state if findings or not put_right else "accepted with notes",
        reference=issued.reference,
        answers=given,
        actions=tuple(
            _action(toolkit, number, row, chance)
            for row in range(wish.actions if toolkit.action_plan else 0)
        ),
        findings=findings,
        normalised=put_right,
        received_at=ISSUED_AT + timedelta(days=20 + number % 45, hours=number % 9),
    )


def _action(toolkit: Toolkit, number: int, row: int, chance: random.Random) -> Action:
    plan = toolkit.action_plan
    assert plan is not None
    what = chance.choice((
        "Publish a one-page statement of shared purpose",
        "Agree how front-line staff can raise problems with another partner's service",
        "Set up a joint budget line for training and report on it every quarter",
        "Invite the voluntary sector to the steering group",
    ))  # fmt: skip
    due = date(2026, 4, 1) + timedelta(days=13 * number + 40 * row) if number % 3 else None
    return Action(
        row + 1, next(toolkit.items()).id, what, chance.choice(plan.horizons).code,
        chance.choice(("Dana Okafor", "Programme office", "")), due,
        chance.choice(("Statement on the website", "Minutes of the meeting", "")),
        chance.choice(plan.statuses).code, "Action plan", f"C{6 + row}",
    )  # fmt: skip


def a_round(
    toolkits: Iterable[Toolkit],
    people: Sequence[Respondent] | int = 8,
    wish: Wish | None = None,
    **changes: object,
) -> Round:
    """A round in which the first of these people have answered."""
    toolkits, wish = tuple(toolkits), wish or Wish()
    folk = respondents(people) if isinstance(people, int) else list(people)
    assessment = an_assessment(*toolkits, **changes)
    issued, current = [], {}
    for toolkit in toolkits:
        for number, person in enumerate(folk):
            book = issue(toolkit, person, assessment)
            issued.append(book)
            if wish.returned is None or number < wish.returned:
                current[book.reference] = returned(toolkit, book, number, wish)
    return Round(
        assessment=assessment,
        toolkits={questions_digest(toolkit): toolkit for toolkit in toolkits},
        issued=tuple(issued),
        current=current,
        history=tuple(current.values()),
    )


def with_returns(record: Round, answers_of: Mapping[int, tuple[Answer, ...]]) -> Round:
    """The round with these answers (by number of the workbook) in place of the made-up ones."""
    current = dict(record.current)
    for number, given in answers_of.items():
        reference = record.issued[number].reference
        current[reference] = replace(current[reference], answers=given)
    return replace(record, current=current, history=tuple(current.values()))


def with_doubts(record: Round, doubtful: Mapping[int, Iterable[tuple[str, str]]]) -> Round:
    """The round in which these places, by number of the return, are under a query and not read."""
    current = dict(record.current)
    for number, places in doubtful.items():
        reference = record.issued[number].reference
        ret, under = current[reference], set(places)
        left = tuple(one for one in ret.answers if (one.item, one.field) not in under)
        found = tuple(Finding(QUERY, item=item, field=field) for item, field in sorted(under))
        current[reference] = replace(ret, answers=left, state="query", findings=found)
    return replace(record, current=current, history=tuple(current.values()))


def printed(record: Round) -> Round:
    """The round after a summary of its figures alone was written."""
    history = tuple(
        replace(ret, number=number) for number, ret in enumerate(record.current.values(), 1)
    )
    current = dict(zip(record.current, history, strict=True))
    record = replace(record, history=history, current=current)
    return replace(record, outputs=(Output("summary", MADE_AT, "aggregated", 3, record.base),))


def over_rounds(
    toolkits: Iterable[Toolkit], count: int = 9, wish: Wish | None = None, **changes: object
) -> Round:
    """A third round: a question differs from the first's, somebody left and somebody came."""
    kits = tuple(toolkits)
    people = respondents(count)
    first, *rest = kits[0].sections
    item, *others = first.items
    older = replace(item, ask=f"{item.ask} Really?")
    old = replace(
        kits[0], version="0.9", sections=(replace(first, items=(older, *others)), *rest)
    )  # fmt: skip
    one = a_round((old, *kits[1:]), people[:-1], wish, round="2024", **changes)
    two = a_round(kits, people[:-1], wish, round="2025", **changes)
    three = a_round(kits, people[1:], wish, round="2026", **changes)
    if changes.get("attribution") == "aggregated":
        one, two = printed(one), printed(two)
    two = replace(two, earlier=(one,))
    return replace(three, earlier=(two, one))
