"""In doubt: what a coordinator is to settle about one workbook, each place with what is around it.

All of it is read from the ledger, which has every answer with its cell. The file that came in is
not opened again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.layout import HEADERS, Column, Layout, TableLayout, layout
from xlassess.generate import Doubts, EarlierAnswers, doubts_of, query_answers
from xlassess.ledger import UNCLEAR, Event, Ledger
from xlassess.model.answer import PROPOSAL, Issued, Return
from xlassess.model.errors import UsageError
from xlassess.model.finding import Finding
from xlassess.model.query import Query, Slot, action_slot, concerned
from xlassess.model.record import EntryCopy, Outcome
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.opening import opened
from xlassess.services.common.workbooks.asked import said_why

_AROUND, _MOST_ROWS = 1, 24
"""So many rows are shown before and after a doubtful one, and so many in all."""
_LONGEST = 4000
"""Characters of an answer that are shown; the file itself has the rest."""


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell as it was filled in: under which heading, and what stands in it.

    ``ours`` says that the text is what we say of the cell, such as that nothing stands there.
    """

    heading: str
    text: str
    doubtful: bool = False
    ours: bool = False


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of a sheet: number and question as printed, and the cells that were to be filled in.

    ``gap`` says that rows before it are left out.
    """

    item: str
    ask: str
    cells: tuple[ShownCell, ...]
    doubtful: bool
    gap: bool = False


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part of a sheet: the doubtful rows and those around them; ``left`` rows are not shown."""

    sheet: str
    headings: tuple[str, ...]
    rows: tuple[ShownRow, ...]
    left: int = 0


@dataclass(frozen=True, slots=True)
class AnswerPlace:
    """An answer that can be corrected: as `decide.correct` names it, and what may stand there.

    ``choices`` is empty where the answer is typed in.
    """

    name: str
    ask: str
    now: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding in its place. ``key`` names it, also in a return with another answer corrected.

    ``comments`` are those that may say why answers are missing, by the items they stand beside.
    """

    key: str
    finding: Finding
    number: int
    parts: tuple[ShownPart, ...] = ()
    answers: tuple[AnswerPlace, ...] = ()
    comments: tuple[tuple[str, str], ...] = ()

    @property
    def is_choice(self) -> bool:
        """True where returns are to be chosen between, which only the coordinator can."""
        return self.finding.code in UNCLEAR


@dataclass(frozen=True, slots=True)
class Difference:
    """A place in which two returns differ, and what stands there in each."""

    item: str
    ask: str
    heading: str
    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A return beside the one that counts: where they differ, and in how many places they agree."""

    ret: Return
    differences: tuple[Difference, ...]
    same: int


@dataclass(frozen=True, slots=True)
class InDoubt:
    """What is to be settled about a workbook, and what was decided about it.

    ``counts`` is the return that counts now, ``outcome`` what is on record instead. ``rivals`` are
    returns that wait for a decision. ``decided`` are the decisions so far, the last one first.
    ``asked`` are the query workbooks issued about it, ``asked_at`` is when the last one was sent;
    ``copies`` are those made for typing answers in.
    ``last`` is the number of the last event that changed any of this.
    """

    issued: Issued
    title: str
    counts: Return | None
    outcome: Outcome | None
    doubts: tuple[Doubt, ...]
    rivals: tuple[Compared, ...]
    decided: tuple[Event, ...]
    asked: tuple[Query, ...]
    asked_at: datetime | None
    copies: tuple[EntryCopy, ...]
    last: int

    @property
    def mark(self) -> str:
        """Something short that stays the same as long as nothing happens to the workbook."""
        return f"{self.last}-{self.counts.number if self.counts else 0}"

    @property
    def in_force(self) -> tuple[Event, ...]:
        """The decisions that nobody has taken back."""
        gone = {one.undoes for one in self.decided}
        held: list[Event] = []
        for one in reversed(self.decided):
            if one.number in gone or one.what == "undone":
                continue
            if one.what == "waiver revoked":
                about = (one.return_id, one.finding)
                held = [each for each in held if (each.return_id, each.finding) != about]
                continue
            if one.what == "set aside":  # so a correction is taken back
                held = [each for each in held if _corrects(each) != one.return_id]
            held.append(one)
        return tuple(held)

    @property
    def open_keys(self) -> frozenset[str]:
        """The keys of the doubts that are open."""
        return frozenset(one.key for one in self.doubts if one.finding.is_open)

    def doubt(self, key: str) -> Doubt | None:
        """The doubt of this key, settled or not."""
        return next((one for one in self.doubts if one.key == key), None)


def key_of(reference: str, finding: Finding) -> str:
    """Return what names a finding of a workbook, whichever of its returns it was made in."""
    where = (reference, finding.code, finding.sheet, finding.cell, finding.item, finding.field)
    own = finding.number.partition(".")[0] if finding.code in UNCLEAR else ""
    return hashlib.sha256("\0".join((*where, own)).encode()).hexdigest()[:16]


def in_doubt(folder: AssessmentFolder, reference: str) -> InDoubt:
    """Return what is to be settled about a workbook of the round, each place in its surroundings.

    Raises:
        UsageError: no workbook of this reference was issued in the round.
    """
    assessment = folder.assessment()
    with opened(folder, _never) as ledger:
        issued = ledger.book(reference)
        if issued is None or issued.identity.round != assessment.round:
            raise UsageError("There is no such workbook in this round.", "Choose it in the list.")
        # First: what is decided while the rest is read must show in the mark, and not be missed.
        events = ledger.about(reference)
        toolkit = ledger.toolkits()[issued.identity.digest]
        number = ledger.counting_of([reference]).get(reference, 0)
        came = [ret for ret in ledger.returns_of([reference]) if ret.state != "refused"]
        register, asked = ledger.register(), ledger.queries(reference)
        copies = tuple(one for one in ledger.entries() if one.of == reference)
    counts = next((ret for ret in came if ret.number == number), None)
    rivals = [ret for ret in came if ret is not counts and ret.state == "query" and _waits(ret)]
    pages = _Pages(toolkit, layout(toolkit), issued)
    doubts = [
        doubt
        for ret in filter(None, (counts, *rivals))
        for doubt in doubts_in(toolkit, issued, ret)
    ]
    return InDoubt(
        issued=issued,
        title=toolkit.title,
        counts=counts,
        outcome=register.outcomes.get(reference),
        doubts=tuple(doubts),
        rivals=tuple(pages.compared(counts, ret) for ret in rivals),
        decided=tuple(reversed([one for one in events if one.what in _DECIDING])),
        asked=asked,
        asked_at=None if reference in register.asked_again else register.asked.get(reference),
        copies=copies,
        last=max((one.number for one in events if one.what in _CHANGING), default=0),
    )


def doubts_in(toolkit: Toolkit, issued: Issued, ret: Return) -> tuple[Doubt, ...]:
    """Return the queries of one return, open and settled, each in its place.

    Args:
        toolkit: its questions.
        issued: the workbook it is a return of.
        ret: the return.
    """
    return tuple(_Pages(toolkit, layout(toolkit), issued).doubts(ret))


_DECIDING = (
    "waived", "waiver revoked", "chosen", "set aside", "reassigned", "corrected", "nil return",
    "declined", "undone",
)  # fmt: skip
"""The events by which something is decided about a workbook."""

_CHANGING = (*_DECIDING, "received", "query issued", "entry made")
"""The events that change what is shown here; that a message went out does not."""


def _corrects(event: Event) -> int | None:
    return event.return_id if event.what == "corrected" else None


def _never() -> datetime:
    """The clock of a ledger that is only read."""
    return datetime.now(timezone.utc)


def _waits(ret: Return) -> bool:
    """True for a return of which it is not decided whether it counts."""
    return any(one.code in UNCLEAR and one.waiver is None for one in ret.findings)


def _answer_places(
    toolkit: Toolkit, about: Iterable[Slot], read: EarlierAnswers
) -> Iterator[AnswerPlace]:
    """Yield the answers among some places, as they can be corrected."""
    items = {item.id: item for item in toolkit.items()}
    for slot in about:
        kind, _, view = slot.field.partition(":")
        item = items.get(slot.item)
        if kind != "answer" or item is None:
            continue
        scale = toolkit.scales.get(item.answer)
        yield AnswerPlace(
            name=f"{item.id}:{view}" if view else item.id,
            ask=f"{item.ask} ({toolkit.view(view).label})" if view else item.ask,
            now=read.text(slot),
            choices=tuple(choice.label for choice in scale.choices) if scale else (),
        )


def correctable(folder: AssessmentFolder, reference: str, item: str) -> tuple[AnswerPlace, ...]:
    """Return the answers to an item in the return that counts, to be corrected one by one.

    Args:
        folder: the assessment.
        reference: the workbook's.
        item: the number of the item.
    """
    with Ledger(folder.ledger) as ledger:
        issued = ledger.book(reference)
        number = ledger.counting_of([reference]).get(reference, 0)
        ret = ledger.by_number([number]).get(number) if number else None
        if issued is None or ret is None or issued.identity.kind:
            return ()
        toolkit = ledger.toolkits()[issued.identity.digest]
    asked = next((one for one in toolkit.items() if one.id == item), None)
    if asked is None:
        return ()
    slots = [Slot(item, field) for field in asked.answer_fields]
    return tuple(_answer_places(toolkit, slots, plain_answers(toolkit, ret)))


def plain_answers(toolkit: Toolkit, ret: Return) -> EarlierAnswers:
    """Return what was read from a return, place by place."""
    return query_answers(toolkit, ret, Doubts((), (), {}, (), ()))


@dataclass(frozen=True, slots=True)
class WorkbookPlace:
    """A place of a workbook: its item and question, the heading above it, and what it takes.

    ``takes`` is the scale that is answered on, or the kind of free answer.
    """

    slot: Slot
    item: str
    ask: str
    heading: str
    takes: str


def places(where: Layout) -> Iterator[WorkbookPlace]:
    """Yield every place of a workbook but those of the action plan's rows."""
    for section in where.sections:
        for table in section.tables:
            for row in table.rows:
                for column in table.fields(row.item):
                    slot = Slot(row.item.id, column.field)
                    yield WorkbookPlace(
                        slot, row.item.id, row.item.ask, column.header, column.takes(row.item)
                    )
    if where.action_plan and where.action_plan.proposal is not None:
        yield WorkbookPlace(Slot(PROPOSAL, "answer"), "", "Proposal", "", "long-text")


@dataclass(frozen=True, slots=True)
class _Pages:
    """The sheets of a workbook, and what is shown of them."""

    toolkit: Toolkit
    where: Layout
    issued: Issued

    def doubts(self, ret: Return) -> Iterator[Doubt]:
        """Yield the queries of a return, open and settled, in their places."""
        said = {one.finding: one.comments for one in said_why(ret)}
        for finding in ret.findings:
            if finding.severity != "query":
                continue
            key = key_of(self.issued.reference, finding)
            if finding.code in UNCLEAR:
                yield Doubt(key, finding, ret.number)
                continue
            # As it was before it was settled: a waiver does not change what stands there.
            alone = replace(ret, findings=(replace(finding, waiver=None),))
            found = doubts_of(self.toolkit, alone)
            shown = _Shown(self, query_answers(self.toolkit, alone, found), found, finding)
            parts, answers = tuple(shown.parts()), tuple(shown.answers())
            yield Doubt(key, finding, ret.number, parts, answers, said.get(finding.number, ()))

    def compared(self, counts: Return | None, ret: Return) -> Compared:
        """Compare a return with the one that counts, place by place as the sheets have them."""
        one = plain_answers(self.toolkit, counts) if counts else None
        other = plain_answers(self.toolkit, ret)
        found, same = [], 0
        for place in places(self.where):
            slot = place.slot
            texts = (one.text(slot, place.takes) if one else "", other.text(slot, place.takes))
            if texts[0] != texts[1]:
                about = (place.item, place.ask, place.heading)
                found.append(Difference(*about, *(text[:_LONGEST] for text in texts)))
            same += texts[0] == texts[1] != ""
        found += self._actions(one, other)
        return Compared(ret, tuple(found), same)

    def _actions(self, one: EarlierAnswers | None, other: EarlierAnswers) -> Iterator[Difference]:
        plan = self.where.action_plan
        rows = range(1, plan.last_row - plan.first_row + 2) if plan else range(0)
        for number in rows:
            for column in plan.columns if plan else ():
                before = one.planned(number, column.role) if one else ""
                after = other.planned(number, column.role)
                if before != after:
                    yield Difference(f"action {number}", "", column.header, before, after)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is shown of a return about one finding."""

    pages: _Pages
    answers_read: EarlierAnswers
    doubts: Doubts
    finding: Finding

    @property
    def _doubtful(self) -> frozenset[Slot]:
        return frozenset((*self.doubts.reasons, *self.doubts.asked))

    def parts(self) -> Iterator[ShownPart]:
        """Yield the doubtful rows of each sheet with those around them."""
        for section in self.pages.where.sections:
            for table in section.tables:
                if part := self._table(section.sheet, table):
                    yield part
        if part := self._plan():
            yield part
        slot = Slot(PROPOSAL, "answer")
        if slot in self._doubtful:
            cell = self._cell(HEADERS["action"], slot)
            row = ShownRow("", "Proposal", (cell,), doubtful=True)
            yield ShownPart("Action plan", (cell.heading,), (row,))

    def _table(self, sheet: str, table: TableLayout) -> ShownPart | None:
        doubtful = {slot.item for slot in self._doubtful}
        wanted = [at for at, row in enumerate(table.rows) if row.item.id in doubtful]
        heads = dict.fromkeys(c.header for row in table.rows for c in table.fields(row.item))
        rows = []
        at_most, left = _around(wanted, len(table.rows))
        for at, gap in at_most:
            item = table.rows[at].item
            mine = {column.header: column for column in table.fields(item)}
            cells = tuple(
                self._cell(head, Slot(item.id, mine[head].field), mine[head].takes(item))
                if head in mine
                else ShownCell(head, "")
                for head in heads
            )
            rows.append(ShownRow(item.id, item.ask, cells, at in wanted, gap))
        return ShownPart(sheet, tuple(heads), tuple(rows), left) if rows else None

    def _plan(self) -> ShownPart | None:
        plan = self.pages.where.action_plan
        wanted = sorted(slot.plan_row - 1 for slot in self._doubtful if slot.plan_row)
        if plan is None or not wanted:
            return None
        rows = []
        at_most, left = _around(wanted, plan.last_row - plan.first_row + 1)
        for at, gap in at_most:
            slot = action_slot(at + 1)
            cells = tuple(self._planned(slot, column, at in wanted) for column in plan.columns)
            rows.append(ShownRow(str(at + 1), "", cells, at in wanted, gap))
        return ShownPart(plan.sheet, tuple(c.header for c in plan.columns), tuple(rows), left)

    def _planned(self, slot: Slot, column: Column, doubtful: bool) -> ShownCell:
        """A cell of the action plan; of a doubtful row the one that the finding names, if any."""
        text = self.answers_read.planned(slot.plan_row, column.role)
        about = self.finding.field if self.finding.field in HEADERS else "action"
        if not doubtful or about != column.role:
            return ShownCell(column.header, text[:_LONGEST])
        ours = not text
        text = text or self.answers_read.earlier(slot)
        return ShownCell(column.header, text[:_LONGEST], doubtful=True, ours=ours)

    def _cell(self, heading: str, slot: Slot, takes: str = "") -> ShownCell:
        """A cell with what stood there, also where it was not used, as query workbooks say it."""
        text = self.answers_read.text(slot, takes)
        ours = not text and slot in self.doubts.reasons
        text = self.answers_read.earlier(slot) if ours else text
        shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
        return ShownCell(heading, shown, slot in self._doubtful, ours)

    def answers(self) -> Iterator[AnswerPlace]:
        """Yield the answers that can be corrected, of a partner's own workbook."""
        if self.pages.issued.identity.kind:
            return
        about = concerned(self.finding) or self.doubts.asked
        yield from _answer_places(self.pages.toolkit, about, self.answers_read)


def _around(wanted: Sequence[int], number: int) -> tuple[list[tuple[int, bool]], int]:
    """Return the rows to show, each with whether some before it are left out, and how many more.

    Args:
        wanted: the doubtful rows, from 0.
        number: how many rows there are.
    """
    near = {at for one in wanted[:_MOST_ROWS] for at in range(one - _AROUND, one + _AROUND + 1)}
    rows = sorted(at for at in near if 0 <= at < number)[:_MOST_ROWS]
    left = len([at for at in wanted if at not in rows])
    return [(at, place > 0 and rows[place - 1] != at - 1) for place, at in enumerate(rows)], left
