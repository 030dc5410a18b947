"""Makes what tests need: an assessment, respondents, issued workbooks, answers, a context.

Everything is fixed: the same call gives the same values, so that a failing test fails again.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timezone
from functools import lru_cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from xlassess.contract.layout import (
    CONTRACT_VERSION,
    ActionPlanLayout,
    Column,
    cell_name,
    layout,
)
from xlassess.contract.seal import questions_digest, reference_for, seal, sheet_password
from xlassess.model.answer import PROPOSAL, Action, Answer, Identity, Issued, Return, Value
from xlassess.model.assessment import LEVELS, Assessment, Coordinator, Level, Respondent
from xlassess.model.record import Round
from xlassess.model.toolkit import ActionPlan, Choice, Item, Toolkit

if TYPE_CHECKING:
    from xlassess.generate import Plate
    from xlassess.ingest import Context

SECRET = bytes(range(32))
PROPOSAL_TEXT = "Meet every month; publish the minutes within a week."
ISSUED_AT = datetime(2026, 3, 2, 9, 30, tzinfo=timezone.utc)
RECEIVED_AT = datetime(2026, 4, 20, 16, 45, tzinfo=timezone.utc)
MADE_AT = datetime(2026, 5, 4, 8, 0, tzinfo=timezone.utc)
PROPOSAL_COLUMN = 2
LEVEL_ORDER: tuple[Level, ...] = ("board", "senior", "front", "")

AWKWARD = (
    "Ünïcode, “quotes” & <tags>",
    "two\nlines",
    '=HYPERLINK("https://example.org","click")',
    "'apostrophe first",
    "trailing emoji 🙂",
    "1A",
    "+44 20 7946 0000",
    "Zażółć gęślą jaźń; 日本語",
)
"""Comments that people really write and that formats stumble over."""


def an_assessment(*toolkits: Toolkit, **changes: object) -> Assessment:
    """Return a made-up assessment that uses these toolkits."""
    made = Assessment(
        id="riverside",
        partnership="Riverside Wellbeing Partnership",
        round="2026",
        toolkits=tuple(toolkit.id for toolkit in toolkits),
        coordinator=Coordinator("Dana Okafor", "dana.okafor@riverside.example", "01632 960123"),
        return_by=date(2026, 4, 30),
        purpose="To agree what to improve in the coming year.",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def a_respondent(number: int = 1, **changes: object) -> Respondent:
    """Return the made-up respondent with this number; levels take turns."""
    made = Respondent(
        id=f"person-{number}",
        partner_id=f"partner-{number}",
        partner=f"Partner {number} & Söhne",
        name=f"Person {number}",
        email=f"person{number}@partner{number}.example",
        level=LEVEL_ORDER[(number - 1) % len(LEVEL_ORDER)],
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook as issued: its bytes, and what the ledger would know of it."""

    toolkit: Toolkit
    assessment: Assessment
    respondent: Respondent
    issued: Issued
    data: bytes

    def write(self, folder: Path) -> Path:
        """Write the workbook into a folder under its own name and return where it is."""
        path = folder / self.issued.file_name
        path.write_bytes(self.data)
        return path


@lru_cache(maxsize=32)
def _plate(toolkit: Hashed, assessment: Assessment) -> Plate:
    from xlassess.generate import build_plate

    return build_plate(toolkit.toolkit, assessment, toolkit.digest, password=sheet_password(SECRET))


@dataclass(frozen=True, slots=True)
class Hashed:
    """A toolkit that can be a key, by the digest of its questions."""

    toolkit: Toolkit
    digest: str

    def __hash__(self) -> int:
        return hash(self.digest)


def issue(
    toolkit: Toolkit,
    respondent: Respondent | None = None,
    assessment: Assessment | None = None,
) -> Workbook:
    """Issue a workbook: build the plate (once per toolkit and assessment) and stamp it."""
    from xlassess.generate import Personal, file_name

    respondent = respondent or a_respondent()
    assessment = assessment or an_assessment(toolkit)
    digest = questions_digest(toolkit)
    identity = Identity(
        contract=CONTRACT_VERSION,
        assessment=assessment.id,
        round=assessment.round,
        partner=respondent.partner_id,
        respondent=respondent.id,
        toolkit=toolkit.id,
        version=toolkit.version,
        digest=digest,
        promise=str(assessment.promise),
    )
    reference = reference_for(identity, SECRET)
    sealed = seal(identity, SECRET)
    data = _plate(Hashed(toolkit, digest), assessment).stamp(
        Personal(
            reference=reference,
            seal=sealed,
            identity=identity,
            partner=respondent.partner,
            respondent=respondent.name,
            level=LEVELS[respondent.level],
        )
    )
    issued = Issued(
        reference=reference,
        identity=identity,
        partner=respondent.partner,
        respondent=respondent.name,
        email=respondent.email,
        level=respondent.level,
        file_name=file_name(toolkit, respondent, assessment.round, reference),
        sha256=hashlib.sha256(data).hexdigest(),
        seal=sealed,
        issued_at=ISSUED_AT,
    )
    return Workbook(toolkit, assessment, respondent, issued, data)


def a_context(*workbooks: Workbook) -> Context:
    """Return the context in which returns of these workbooks are read."""
    from xlassess.ingest import Context, read_printed

    first = workbooks[0]
    return Context(
        assessment=first.assessment.id,
        round=first.assessment.round,
        secret=SECRET,
        toolkits={book.issued.identity.digest: book.toolkit for book in workbooks},
        issued={book.issued.reference: book.issued for book in workbooks},
        senders={
            book.issued.email.casefold(): frozenset((book.issued.identity.respondent,))
            for book in workbooks
        },
        printed={
            book.issued.identity.digest: read_printed([(book.issued, book.data)])
            for book in workbooks
        },
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """What a partner puts into one cell, and what is to be read from it.

    ``typed`` goes into the cell (a label, text, a number, a day); ``value`` is the answer's
    value (a choice code, text, a number, a day).
    """

    item: str
    field: str
    sheet: str
    cell: str
    typed: str | float | date
    value: Value


def entries(toolkit: Toolkit, variation: int = 0) -> tuple[Entry, ...]:
    """Return an answer to every item, and a comment or evidence wherever one may be given.

    Choices go round from item to item, starting at ``variation``; comments take turns among
    `AWKWARD`. No answer contradicts another: what others depend on is answered so that they may
    be, and ranks differ. Free text that goes with another answer only is left out.
    """
    turn = count(variation)
    leading = {
        item.only_when.item: item.only_when.choices for item in toolkit.items() if item.only_when
    }
    ranks = count(1)
    return tuple(
        _consistent(
            toolkit,
            row.item,
            leading,
            ranks,
            _entry(toolkit, section.sheet, row.item, column, row.index, next(turn)),
        )
        for section in layout(toolkit).sections
        for table in section.tables
        for row in table.rows
        for column in table.fields(row.item)
        if not _is_excluded(row.item, leading)
    )


def _is_excluded(item: Item, leading: Mapping[str, tuple[str, ...]]) -> bool:
    """True for free text that the answer given to another item leads past."""
    condition = item.only_when
    return item.is_free and condition is not None and condition.choices != leading[condition.item]


def _consistent(
    toolkit: Toolkit,
    item: Item,
    leading: Mapping[str, tuple[str, ...]],
    ranks: Iterator[int],
    entry: Entry,
) -> Entry:
    """The entry, or another one where it would contradict an answer elsewhere."""
    if entry.field != "answer":
        return entry
    if item.ranks:
        rank = float(next(ranks))
        return replace(entry, typed=rank, value=rank)
    if item.id in leading:
        codes = leading[item.id]
        choice = next(c for c in toolkit.scales[item.answer].choices if c.code in codes)
        return replace(entry, typed=choice.label, value=choice.code)
    return entry


def _entry(toolkit: Toolkit, sheet: str, item: Item, column: Column, row: int, turn: int) -> Entry:
    typed, value = _given(toolkit, item, column.field, turn)
    return Entry(item.id, column.field, sheet, cell_name(row, column.index), typed, value)


def _given(toolkit: Toolkit, item: Item, field: str, turn: int) -> tuple[str | float | date, Value]:
    if field in ("comment", "evidence") or item.is_wide:
        text = f"{AWKWARD[turn % len(AWKWARD)]}"
        return text, text
    if item.answer == "date":
        day = date(2026, 1 + turn % 12, 1 + turn % 28)
        return day, day
    if item.is_free:
        number = _number(item, turn)
        return number, number
    choices = toolkit.scales[item.answer].choices
    choice = choices[turn % len(choices)]
    return choice.label, choice.code


def _number(item: Item, turn: int) -> float:
    low = item.minimum if item.minimum is not None else 0.0
    high = item.maximum if item.maximum is not None else 1.0 if item.answer == "percent" else 1e5
    return low + round((high - low) * (turn % 4) / 4)


@dataclass(frozen=True, slots=True)
class PlannedAction:
    """One row of the action plan as a partner fills it in."""

    item: str
    action: str
    horizon: Choice
    owner: str
    deadline: date
    measure: str
    status: Choice


def an_action(toolkit: Toolkit, plan: ActionPlan) -> PlannedAction:
    """Return a made-up action about the toolkit's first item."""
    return PlannedAction(
        item=next(toolkit.items()).id,
        action="Agree a shared purpose; “in writing”",
        horizon=plan.horizons[0],
        owner="Zoë O'Neill",
        deadline=date(2026, 9, 30),
        measure="All partners have signed",
        status=plan.statuses[-1],
    )


def action_cells(
    place: ActionPlanLayout, action: PlannedAction, row: int = 0
) -> Iterator[tuple[str, str | date]]:
    """Yield cell and contents of an action in this row of the plan (0 is the first)."""
    contents: tuple[str | date, ...] = (
        action.item, action.action, action.horizon.label, action.owner, action.deadline,
        action.measure, action.status.label,
    )  # fmt: skip
    for column, content in zip(place.columns, contents, strict=True):
        yield cell_name(place.first_row + row, column.index), content


def filled(workbook: Workbook, given: Sequence[Entry]) -> bytes:
    """Return the workbook with these entries typed in and saved by openpyxl.

    Most tests start from the same few: what was made once is not made again.
    """
    # 1, 1.0 and True are equal, but not the same in a cell: the kinds are part of the key
    return _filled(workbook.data, tuple(given), tuple(type(entry.typed) for entry in given))


@lru_cache(maxsize=128)
def _filled(data: bytes, given: tuple[Entry, ...], kinds: tuple[type, ...]) -> bytes:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data))
    for entry in given:
        cell = book[entry.sheet][entry.cell]
        cell.value = entry.typed
        if isinstance(entry.typed, str):
            cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    book.close()
    return out.getvalue()


def a_return(workbook: Workbook, given: Sequence[Entry]) -> Return:
    """Return what reading this workbook yields when it comes back with these entries."""
    toolkit = workbook.toolkit
    place = layout(toolkit).action_plan
    actions: tuple[Action, ...] = ()
    if place is not None and toolkit.action_plan is not None:
        plan = an_action(toolkit, toolkit.action_plan)
        cell = cell_name(place.first_row, place.column("action").index)
        actions = (
            Action(
                row=1,
                item=plan.item,
                action=plan.action,
                horizon=plan.horizon.code,
                owner=plan.owner,
                deadline=plan.deadline,
                measure=plan.measure,
                status=plan.status.code,
                sheet=place.sheet,
                cell=cell,
            ),
        )
    answers = [Answer(e.item, e.field, e.value, e.sheet, e.cell) for e in given]
    if place is not None and place.proposal is not None:
        cell = cell_name(place.proposal, PROPOSAL_COLUMN)
        answers.append(Answer(PROPOSAL, "answer", PROPOSAL_TEXT, place.sheet, cell))
    return Return(
        file=workbook.issued.file_name,
        sha256=hashlib.sha256(workbook.issued.reference.encode()).hexdigest(),
        size=len(workbook.data),
        kind="xlsx",
        state="accepted",
        reference=workbook.issued.reference,
        answers=tuple(answers),
        actions=actions,
        received_at=RECEIVED_AT,
    )


def a_round(*toolkits: Toolkit, respondents: int = 5, **changes: object) -> Round:
    """Return a round in which all but the last of these respondents answered every toolkit."""
    assessment = an_assessment(*toolkits, **changes)
    books = [
        issue(toolkit, a_respondent(number), assessment)
        for toolkit in toolkits
        for number in range(1, respondents + 1)
    ]
    returns = tuple(
        a_return(book, entries(book.toolkit, variation=number))
        for number, book in enumerate(books)
        if book.respondent.id != f"person-{respondents}"
    )
    return Round(
        assessment=assessment,
        toolkits={questions_digest(toolkit): toolkit for toolkit in toolkits},
        issued=tuple(book.issued for book in books),
        current={ret.reference: ret for ret in returns},
        history=returns,
    )
