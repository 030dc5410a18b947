"""The message that goes with a query workbook, for the coordinator to paste into an e-mail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import NamedTuple

from xlassess.contract.layout import ACTION_PLAN, HEADERS, cell_name
from xlassess.contract.query_layout import asked_cells, query_layout
from xlassess.generate.query.asking import Asking
from xlassess.generate.query.earlier_answers import WORDS, EarlierAnswers
from xlassess.generate.workbook.action_plan import PROPOSAL_COLUMN
from xlassess.model.answer import PROPOSAL
from xlassess.model.assessment import Assessment, is_office
from xlassess.model.days import written_day
from xlassess.model.finding import Finding, cells_in_words
from xlassess.model.query import Slot, action_slot, questions_in
from xlassess.model.toolkit import Toolkit
from xlassess.sheet.words import Words

_MOST_CELLS = 3
"""A finding about more cells than these is told sheet by sheet, not cell by cell."""
_INDENT = "\n   "


def query_subject(toolkit: Toolkit, assessment: Assessment, reference: str) -> str:
    """Return the subject of the message that a query workbook goes with.

    Args:
        toolkit: what it asks about.
        assessment: the assessment.
        reference: the query workbook's.
    """
    return Words(WORDS).say("mail_subject", toolkit, assessment, reference)


class StandIn(NamedTuple):
    """Who stands in for somebody who is away: their name, if it is known, and until when."""

    name: str
    until: date


def query_letter(
    asking: Asking, reference: str, file_name: str, *, to: Sequence[str] = (),
    copies: Sequence[str] = (), delegate: StandIn | None = None,
) -> str:  # fmt: skip
    """Return the message as plain text, with whom it goes to and its subject at its head.

    Args:
        asking: what is asked.
        reference: the query workbook's.
        file_name: the query workbook's.
        to: the addresses it goes to; without any, the one the workbook was issued with.
        copies: those that get a copy.
        delegate: who stands in for the respondent, where they are away.
    """
    addresses = to or tuple(filter(None, (asking.issued.email,)))
    contents, issued, ret = asking.contents(), asking.issued, asking.ret
    say, assessment = contents.words.say, asking.assessment
    received, typed = asking.received, asking.typed
    points = list(_points(asking, contents))
    person = assessment.coordinator
    blocks = [
        "\n".join(
            (
                *([_header("To", ", ".join(addresses))] if addresses else []),
                *([_header("Cc", ", ".join(copies))] if copies else []),
                _header("Subject", query_subject(asking.toolkit, assessment, reference)),
            )
        ),
        _greeting(asking, contents, delegate),
        (
            say("mail_opening", asking.toolkit, assessment, issued, received, typed)
            if ret.answers or ret.actions
            else say("mail_opening_when_empty", asking.toolkit, assessment, issued, received, typed)
        ),
        say(
            "mail_ask",
            reference,
            file_name,
            written_day(asking.return_by),
            questions_in(asking.doubts.asked),
            contents.joint,
        ),
        say("mail_points"),
        *(f"{at}. {point}" for at, point in enumerate(points, start=1)),
        say("mail_closing", person) if person.email or person.phone else "",
        f"{say('mail_regards')}\n{person.name}",
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _greeting(asking: Asking, contents: EarlierAnswers, delegate: StandIn | None) -> str:
    """The greeting; a delegate is told in the same paragraph why they get this."""
    say, issued = contents.words.say, asking.issued
    if delegate is None:
        return str(say("mail_greeting", _person(issued.respondent), issued.partner))
    who, until = issued.respondent or issued.partner, written_day(delegate.until)
    greeted = say("mail_greeting", _person(delegate.name), "colleague")
    return f"{greeted}\n{say('mail_delegate', who, until)}"


def _person(name: str) -> str:
    """A name by which somebody is greeted: none where it is that of an office."""
    return "" if is_office(name) else name


def _header(name: str, text: str) -> str:
    """One line of the message's head, whatever stands in the text."""
    return f"{name}: {' '.join(text.split())}"


def slot_cells(toolkit: Toolkit) -> dict[Slot, tuple[str, str]]:
    """Return sheet and cell of each place of a query workbook, in order.

    A row of the action plan is named by the cell of its description.
    """
    where = query_layout(toolkit)
    cells = {
        Slot(row.item.id, column.field): (place.sheet, cell_name(row.index, column.index))
        for place in where.sections
        for table in place.tables
        for row in table.rows
        for column in table.fields(row.item)
    }
    plan = where.action_plan
    if plan is not None:
        column = plan.column("action").index
        for number, row in enumerate(range(plan.first_row, plan.last_row + 1), start=1):
            cells[action_slot(number)] = (ACTION_PLAN, cell_name(row, column))
        if plan.proposal is not None:
            cells[Slot(PROPOSAL, "answer")] = (
                ACTION_PLAN,
                cell_name(plan.proposal, PROPOSAL_COLUMN),
            )
    return cells


def _points(asking: Asking, contents: EarlierAnswers) -> Iterator[str]:
    """Yield each point: where, what stood there, what is wrong and what to do."""
    doubts, places = asking.doubts, _Places(asking.toolkit)
    asked = [slot for slot in doubts.reasons if slot in doubts.asked]
    told: list[Finding] = []
    for slot in asked:
        apart = []
        for finding in doubts.reasons[slot]:
            slots = [one for one in asked if finding in doubts.reasons[one]]
            if len(slots) <= _MOST_CELLS:
                apart.append(finding)
            elif finding not in told:
                told.append(finding)
                cells = _by_sheet(slots, finding, places, contents)
                yield _INDENT.join((*cells, contents.why(finding)))
        if apart:
            yield _point(apart, slot, places, contents)
    for finding in doubts.loose:
        where = f"{finding.where[:1].upper()}{finding.where[1:]}"
        yield _INDENT.join(filter(None, (where, contents.why(finding))))


class _Places:
    """Where each place of a query workbook is; of a row of the plan, by what is asked in it."""

    def __init__(self, toolkit: Toolkit) -> None:
        self._cells = slot_cells(toolkit)
        self._plan = query_layout(toolkit).action_plan

    def of(self, slot: Slot, findings: Sequence[Finding]) -> tuple[str, list[str]]:
        """Return the sheet, and the cells that these findings ask about."""
        sheet, cell = self._cells[slot]
        if self._plan and slot.plan_row:
            return sheet, asked_cells(self._plan, slot.plan_row, findings)
        return sheet, [cell]


def _point(
    findings: Sequence[Finding], slot: Slot, places: _Places, contents: EarlierAnswers
) -> str:
    say = contents.words.say
    name = "" if slot.field == "answer" or slot.plan_row else _field(slot, contents.toolkit)
    sheet, cells = places.of(slot, findings)
    where = say("mail_where", sheet, cells, say("mail_item", slot, contents.joint), name)
    before = say("mail_earlier", contents.earlier(slot))
    item = "" if slot.plan_row else slot.item
    return _INDENT.join((where, before, *(contents.why(finding, item) for finding in findings)))


def _field(slot: Slot, toolkit: Toolkit) -> str:
    kind, _, view = slot.field.partition(":")
    return toolkit.view(view).label if view else HEADERS[kind]


def _by_sheet(
    slots: Sequence[Slot], finding: Finding, places: _Places, contents: EarlierAnswers
) -> Iterator[str]:
    found = (places.of(slot, [finding]) for slot in slots)
    for sheet, group in groupby(found, key=lambda place: place[0]):
        names = sorted((cell for _, cells in group for cell in cells), key=_by_column)
        yield contents.words.say("mail_many", sheet, len(names), cells_in_words(names))


def _by_column(cell: str) -> tuple[int, str, int]:
    """Sort cells column by column, so that those below each other can be told as a range."""
    column = cell.rstrip("0123456789")
    return len(column), column, int(cell[len(column) :])
