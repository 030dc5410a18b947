"""Status: who was asked, who has answered, and what is open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timezone
from functools import partial
from typing import Literal, get_args

from xlassess.assessment.register import RegisterRead
from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.reference import find_references
from xlassess.ledger import UNCLEAR, Event, Ledger, RoundOverview
from xlassess.ledger.tables.order import ANOTHER_ADDRESS
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import LEVELS, Assessment, Respondent
from xlassess.model.finding import Finding
from xlassess.model.plan import AgreedAction, AgreedPlan, open_actions
from xlassess.model.record import Notice, Outcome, Register
from xlassess.model.toolkit import years_later
from xlassess.services.common.earlier import plans_so_far
from xlassess.services.common.offers import Offer, Offered, offers, sender_of
from xlassess.services.common.other_round import OTHER_ROUND, OfOtherRound, of_other_rounds
from xlassess.services.common.phrases import Matter, count, matter
from xlassess.services.common.said_beside import said_beside
from xlassess.services.common.workbooks.asked import (
    Request,
    SaidWhy,
    in_force,
    later_evidence,
    misses_answers,
    open_evidence,
    request_of,
    requests,
    said_why,
    toolkits_of,
    whose_addresses,
)
from xlassess.services.common.workbooks.joint import by_owner, came_back, holder_of, issued_last
from xlassess.services.common.workbooks.standing import absent_until

LineState = Literal[
    "not issued", "not sent", "sent", "reminded", "overdue", "refused only", "blank", "query open",
    "returned", "nil return", "declined", "withdrawn",
]  # fmt: skip
"""Where one workbook stands.

not issued: asked for, but no workbook was generated; not sent: issued, and not recorded as sent;
sent, reminded: so recorded, and nothing usable has come back; overdue: nothing usable has come
back, and the day by which it was wanted has passed; refused only: files came back, but none could
be used; blank: came back without a single answer, which is no response; query open: came back, with
something the partner must look at again; returned: came back and was read; nil return: recorded as
having nothing to report; declined: recorded as not taking part; withdrawn: issued to somebody the
register no longer names, and did not come back.
"""

LINE_STATES: tuple[LineState, ...] = get_args(LineState)
"""Every state, in the order in which a workbook goes through them."""

ANSWERED: tuple[LineState, ...] = ("returned", "query open", "nil return")
"""The states that count as a response. Who declined was asked and gave none."""

OUT: tuple[LineState, ...] = ("not sent", "sent", "reminded", "overdue", "refused only", "blank")
"""The states in which something is still awaited."""


_ASKED: tuple[LineState, ...] = ("query open", "blank", "refused only")
"""The states in which queries are open."""

_NOT_COUNTED: tuple[LineState, ...] = ("not issued", "withdrawn")
"""The states that the response rate leaves out."""


@dataclass(frozen=True, slots=True)
class Line:
    """One workbook of the register and where it stands.

    ``file`` is the name under which the return that counts came in, ``number`` its number in
    the ledger. ``queries`` are open, ``waived`` accepted by a decision. ``sent`` and ``reminded``
    are when that was last recorded. ``notice`` is what came back about the last message.
    ``asked`` counts the query workbooks issued about it; one was last sent at ``asked_at``.
    ``asked_now`` says that one was issued about the return that counts, ``asked_again`` that the
    last one is not recorded as sent although one was before.
    ``entered`` is the remark that the answers were typed in for the respondent, if they were.
    ``evidence`` are PDFs and pictures that nobody has typed in yet, ``later`` those that came after
    the return that counts. ``said`` is what comments say where answers are missing. ``away`` is the
    day up to which the respondent is on leave, by an automatic reply or the register.
    ``in_register`` is False for a workbook issued to somebody the register no longer names.
    """

    toolkit: str
    partner: str
    respondent: str
    level: str
    reference: str
    state: LineState
    file: str = ""
    answers: int = 0
    queries: tuple[Finding, ...] = ()
    in_register: bool = True
    number: int = 0
    waived: tuple[Finding, ...] = ()
    sent: datetime | None = None
    reminded: datetime | None = None
    outcome: Outcome | None = None
    asked: int = 0
    asked_at: datetime | None = None
    asked_now: bool = False
    asked_again: bool = False
    notice: Notice | None = None
    entered: Finding | None = None
    evidence: tuple[Return, ...] = ()
    later: tuple[Return, ...] = ()
    said: tuple[SaidWhy, ...] = ()
    away: date | None = None

    @property
    def has_query_to_send(self) -> bool:
        """True where the last query workbook about it is not recorded as sent."""
        return self.asked_now and (self.asked_again or self.asked_at is None)


RateBy = Literal["toolkit", "level", "partner"]
"""What response rates are told by."""


@dataclass(frozen=True, slots=True)
class Rate:
    """The response rate of one toolkit, level or partner: workbooks that came back of those issued.

    ``with_queries`` of those that came back have open queries; ``queries`` are open in all.
    Nil returns (``nil`` of them) are responses; who ``declined`` was asked, and stays in the
    number of those issued.
    """

    toolkit: str
    title: str
    issued: int
    answered: int
    with_queries: int
    queries: int = 0
    nil: int = 0
    declined: int = 0

    @property
    def share(self) -> float | None:
        """The response rate, 0 to 1; None when nothing was issued."""
        return self.answered / self.issued if self.issued else None

    @property
    def settled(self) -> str:
        """Nil returns and refusals, and how they count, in words; empty where there are none."""
        told = (
            (self.nil, count(self.nil, "nil return"), "returned"),
            (self.declined, f"{self.declined} declined", "not returned"),
        )
        return "; ".join(
            f"{who}, which {'counts' if number == 1 else 'count'} as {state}"
            for number, who, state in told
            if number
        )


@dataclass(frozen=True, slots=True)
class NextReview:
    """When the next review with a toolkit is due, and in how many days; fewer than 0 are past."""

    toolkit: str
    title: str
    due: date
    days: int


@dataclass(frozen=True, slots=True)
class JointInDoubt:
    """A plan, progress or workshop workbook that came back with something to be put right."""

    issued: Issued
    queries: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class AwaitedReport:
    """A progress workbook that has not come back: since when it is out, and what is known of it.

    ``sent`` and ``reminded`` are when that was last recorded, ``notice`` is what came back about
    the last message.
    """

    issued: Issued
    sent: datetime | None
    reminded: datetime | None
    notice: Notice | None


CountWaiting = Callable[[AgreedPlan, int], int | None]
"""Says how much an agreed plan does not settle, of so many returns; None where it may not be told.
"""


@dataclass(frozen=True, slots=True)
class Basis:
    """What a status was worked out from: the register, and what was on record."""

    register: RegisterRead
    overview: RoundOverview
    said: Mapping[int, tuple[SaidWhy, ...]]


@dataclass(frozen=True, slots=True)
class Status:
    """The register of a round, line by line, and the response rates.

    ``unplaced`` are refused files that could not be told to belong to an issued workbook, but for
    those that were read since in the round they belong to; ``remarks`` are about the register of
    partners. ``closed`` is the event that closed the round, if it is closed. ``overdue`` are agreed
    actions, of this round and those before it, whose deadline has passed, ``unexplained`` those
    whose owner reported them as stopped or moved without a reason; ``joint`` are plan,
    progress and workshop workbooks in which something is to be put right, ``reports`` those of
    owners that have not come back; ``reviews`` says when the next round is due by what toolkits
    ask for. ``from_others`` are the returns that count and came from the address of another
    respondent, until somebody says whose they are. ``waiting`` is how many proposals and concerns
    the agreed plan does not settle; None where that may not be told.
    ``mail_waiting`` says how many messages in which mailbox were not read, as a round was closed,
    though they may be for it.
    ``offers`` are what messages seem to ask for. ``senders`` says of refused files who
    sent them, by the number of the return, where that is known, and ``other_rounds`` of those of
    another round what can be done. ``words`` are what the messages say that refused files came
    with, by the number of the return. ``basis`` is what it was worked out from.
    """

    assessment: Assessment
    lines: tuple[Line, ...]
    rates: tuple[Rate, ...]
    unplaced: tuple[Return, ...]
    remarks: tuple[str, ...] = ()
    closed: Event | None = None
    overdue: tuple[AgreedAction, ...] = ()
    unexplained: tuple[AgreedAction, ...] = ()
    reviews: tuple[NextReview, ...] = ()
    joint: tuple[JointInDoubt, ...] = ()
    reports: tuple[AwaitedReport, ...] = ()
    offers: tuple[Offer, ...] = ()
    from_others: tuple[Return, ...] = ()
    senders: Mapping[int, str] = field(default_factory=dict)
    other_rounds: Mapping[int, OfOtherRound] = field(default_factory=dict)
    words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    waiting: int | None = 0
    mail_waiting: Mapping[str, int] = field(default_factory=dict)
    basis: Basis | None = field(default=None, repr=False, compare=False)

    def having(self, *states: LineState) -> tuple[Line, ...]:
        """The lines in one of these states."""
        return tuple(line for line in self.lines if line.state in states)

    def rates_by(self, what: RateBy) -> tuple[Rate, ...]:
        """The response rates of each toolkit, level or partner, in the order of the register."""
        if what == "toolkit":
            return self.rates
        own: dict[str, list[Line]] = {}
        for line in self.lines:
            own.setdefault(line.level if what == "level" else line.partner, []).append(line)
        titles = LEVELS if what == "level" else {}
        return tuple(_rate(name, titles.get(name, name), lines) for name, lines in own.items())

    @property
    def with_queries(self) -> tuple[Line, ...]:
        """The lines whose return has open queries."""
        asked = self.having(*_ASKED)
        return tuple(line for line in asked if line.queries)

    @property
    def queries(self) -> int:
        """How many queries are open, in all workbooks."""
        return sum(len(line.queries) for line in self.with_queries)

    @property
    def awaited(self) -> tuple[Line, ...]:
        """The lines of which something is still awaited."""
        return self.having(*OUT)

    @property
    def unsent(self) -> tuple[Line, ...]:
        """The lines awaited of which nothing shows that the workbook was ever sent."""
        lines = self.having("not sent", "overdue")
        return tuple(line for line in lines if line.sent is None and line.reminded is None)

    @property
    def with_evidence(self) -> tuple[Line, ...]:
        """The lines whose answers came in a PDF or a picture that nobody has typed in yet."""
        return tuple(line for line in self.lines if line.evidence)

    @property
    def with_later(self) -> tuple[Line, ...]:
        """The lines for which a PDF or a picture came after the return that counts."""
        return tuple(line for line in self.lines if line.later)

    @property
    def of_other_round(self) -> tuple[Return, ...]:
        """The refused files of which it is known that they belong to another round."""
        return tuple(
            ret for ret in self.unplaced if OTHER_ROUND in {one.code for one in ret.findings}
        )

    @property
    def of_people_asked(self) -> tuple[Return, ...]:
        """The refused files from an address of somebody who is asked, of which no more is known.

        Anybody can write any address into a message: it is no proof.
        """
        others = self.of_other_round
        return tuple(
            ret for ret in self.unplaced if ret.number in self.senders and ret not in others
        )

    @property
    def of_nobody(self) -> tuple[Return, ...]:
        """The refused files of which nobody knows whose they are."""
        known = (*self.of_other_round, *self.of_people_asked)
        return tuple(ret for ret in self.unplaced if ret not in known)

    @property
    def matters(self) -> dict[Matter, int]:
        """What is open, the most pressing first, and how much there is of each."""
        numbers: dict[Matter, int] = {
            "queries": self.queries,
            "joint": len(self.joint),
            "offers": len(self.offers),
            "evidence": len(self.with_evidence),
            "later": len(self.with_later),
            "other round": len(self.of_other_round),
            "asked": len(self.of_people_asked),
            "nobody": len(self.of_nobody),
            "awaited": len(self.awaited),
            "not issued": len(self.having("not issued")),
            "reports": len(self.reports),
            "overdue": len(self.overdue),
            "unexplained": len(self.unexplained),
            "unsettled": self.waiting or 0,
        }
        return {kind: number for kind, number in numbers.items() if number}

    @property
    def told(self) -> dict[Matter, str]:
        """What is open in words: of what is awaited also how much was never sent."""
        told = {kind: matter(kind, number) for kind, number in self.matters.items()}
        if self.unsent:
            told["awaited"] += f", not recorded as sent: {len(self.unsent)}"
        return told

    def perhaps(self, ret: Return) -> Line | None:
        """The workbook whose reference stands in the name of a file that could not be read.

        It proves nothing, but tells whom to ask.
        """
        named = find_references(ret.file)
        return next((line for line in self.lines if line.reference in named), None)


def status(
    folder: AssessmentFolder, *, today: date, known: Basis | None = None,
    register: RegisterRead | None = None, counted: CountWaiting | None = None,
) -> Status:  # fmt: skip
    """Return where every workbook of the present round stands.

    Args:
        folder: the assessment.
        today: the present day.
        known: what a status of this round was worked out from before; only what has changed on
            record since is read.
        register: the register, where it has been read since it was changed.
        counted: says how much an agreed plan does not settle, where that is counted elsewhere.

    Raises:
        XlassessError: settings or register cannot be used.
    """
    assessment = folder.assessment()
    register = register or folder.register(assessment)
    respondents = register.respondents
    wanted = requests(assessment, respondents) if respondents else ()
    found = _found(folder, assessment, respondents, known)
    record = found.overview
    lines = tuple(_lines(found, assessment, wanted, today))
    return Status(
        assessment=assessment,
        lines=lines,
        rates=_rates(lines, _titles(folder, assessment, record.titles)),
        unplaced=_unplaced(record, found.offered.done),
        remarks=register.remarks,
        closed=found.closed,
        overdue=tuple(one for one in open_actions(found.plans) if one.overdue(today)),
        unexplained=tuple(one for one in open_actions(found.plans) if one.unexplained),
        reviews=tuple(_reviews(record, assessment, today)),
        joint=found.joint,
        reports=found.reports,
        offers=found.offered.offers,
        from_others=tuple(_from_others(record, respondents)),
        other_rounds=found.other_rounds,
        mail_waiting=found.mail_waiting,
        words=found.words,
        senders=_senders(record.history, record.issued, respondents),
        waiting=_waiting(
            found,
            assessment.round,
            counted or partial(count_waiting, folder, today, people=respondents),
        ),
        basis=Basis(register, record, found.said),
    )


def _lines(
    found: _Found, assessment: Assessment, wanted: Sequence[tuple[Request, Respondent]], today: date
) -> Iterator[Line]:
    """Yield where each workbook stands: as the register has them, then those it no longer names."""
    record = found.overview
    named = {request for request, _ in wanted}
    settled = record.current.keys() | record.register.outcomes.keys()
    counts = in_force(record.issued, settled, named)
    unread = (ret for ret in record.history if ret.state == "refused" and not ret.is_evidence)
    drawn = _Lines(
        record, _contested(record.history, record.current),
        frozenset(ret.reference for ret in unread),
        assessment.return_by is not None and today > assessment.return_by, today,
        open_evidence(record), later_evidence(record), found.said,
    )  # fmt: skip
    for request, person in wanted:
        yield drawn.asked(request, person, counts.get(request))
    for item in _left_over(record.issued, named, settled):
        yield drawn.left_over(item)


def _unplaced(record: RoundOverview, done: Container[int]) -> tuple[Return, ...]:
    """Return refused files of nobody that were not read since, and that nothing was done about."""
    ours = {item.reference for item in record.issued}
    return tuple(
        ret
        for ret in record.history
        if ret.state == "refused"
        and ret.reference not in ours
        and ret.sha256 not in record.read_since
        and ret.number not in done
    )


def _from_others(record: RoundOverview, respondents: Sequence[Respondent]) -> Iterator[Return]:
    """Yield the returns that count of which it is not settled whose they are.

    By the addresses as they are now: one that was entered for the respondent since is theirs, and
    a return that was given to whoever sent it came from their own.
    """
    noted = {
        ret.reference: (ret, one.details["sender"])
        for ret in record.current.values()
        for one in ret.findings
        if one.code == ANOTHER_ADDRESS and one.waiver is None
    }
    if not noted:
        return
    addresses = whose_addresses(respondents, record.issued)
    owners = {book.reference: book.identity.respondent for book in record.issued}
    for reference, (ret, sender) in noted.items():
        people = addresses.get(sender.casefold(), frozenset())
        if people and owners.get(reference) not in people:
            yield ret


def _senders(
    history: Sequence[Return], issued: Sequence[Issued], respondents: Sequence[Respondent]
) -> dict[int, str]:
    """By the number of a refused return, whose address it came from, where that is one person's."""
    refused = [ret for ret in history if ret.state == "refused"]
    if not refused:
        return {}
    whose = whose_addresses(respondents, issued)
    names = {book.identity.respondent: book.who for book in issued}
    sent: dict[int, str] = {}
    for ret in refused:
        ids = whose.get(sender_of(ret).casefold(), frozenset())
        if len(ids) == 1 and (name := names.get(*ids)):
            sent[ret.number] = name
    return sent


def _waiting(found: _Found, round_name: str, counted: CountWaiting) -> int | None:
    """How many proposals and concerns the agreed plan does not settle, if that may be told."""
    agreed = found.plans.get(round_name)
    return counted(agreed, len(found.overview.current)) if agreed and agreed.actions else 0


def count_waiting(
    folder: AssessmentFolder, today: date, agreed: AgreedPlan, returns: int,
    people: Sequence[Respondent] | None = None,
) -> int | None:  # fmt: skip
    """Return how many proposals and concerns the agreed plan of a round does not settle.

    All answers are summed up for it, which takes seconds where thousands have answered.

    Args:
        folder: the assessment.
        today: the present day.
        agreed: the plan as it is now.
        returns: how many returns count.
        people: whom the register names, where it has been read.

    Returns:
        None where it may not be told.

    Raises:
        XlassessError: the assessment cannot be used.
    """
    del agreed, returns  # it reads for itself what the plan and the answers are
    # What that takes is loaded for it alone: most rounds have no plan yet.
    from xlassess.services.plans.plan import waiting_in

    found_now = waiting_in(folder, datetime.combine(today, time(12), timezone.utc), people)
    return found_now.count if found_now else None


def _reviews(record: RoundOverview, assessment: Assessment, today: date) -> Iterator[NextReview]:
    """Yield when the next reviews are due, counted from the round's return date."""
    if assessment.return_by is None:
        return
    for name in assessment.toolkits:
        due = years_later(assessment.return_by, record.review_years.get(name))
        if due is not None:
            yield NextReview(name, record.titles[name], due, (due - today).days)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is on record of a round, its closing, plans so far, and joint workbooks in doubt."""

    overview: RoundOverview = field(default_factory=RoundOverview)
    closed: Event | None = None
    plans: Mapping[str, AgreedPlan] = field(default_factory=dict)
    joint: tuple[JointInDoubt, ...] = ()
    reports: tuple[AwaitedReport, ...] = ()
    offered: Offered = field(default_factory=Offered)
    said: Mapping[int, tuple[SaidWhy, ...]] = field(default_factory=dict)
    other_rounds: Mapping[int, OfOtherRound] = field(default_factory=dict)
    mail_waiting: Mapping[str, int] = field(default_factory=dict)
    words: Mapping[int, tuple[str, ...]] = field(default_factory=dict)


def _found(
    folder: AssessmentFolder, assessment: Assessment, respondents: Sequence[Respondent],
    known: Basis | None,
) -> _Found:  # fmt: skip
    if not Ledger.is_at(folder.ledger):
        return _Found()
    with Ledger(folder.ledger) as ledger:
        overview = ledger.overview(assessment.round, known.overview if known else None)
        plans = plans_so_far(folder, ledger.plans(), assessment.round)
        return _Found(
            overview,
            ledger.closed_rounds().get(assessment.round),
            plans,
            tuple(_in_doubt(ledger, assessment.round)),
            tuple(_awaited(ledger, assessment.round, plans, overview.register)),
            offers(ledger, overview, assessment, respondents),
            _said(ledger, overview, known),
            of_other_rounds(ledger, overview.history, assessment.round),
            ledger.messages.waiting(),
            said_beside(overview.history, ledger.messages.told()),
        )


def _said(
    ledger: Ledger, overview: RoundOverview, known: Basis | None
) -> dict[int, tuple[SaidWhy, ...]]:
    """What comments say where answers are missing, by the number of the return."""
    doubtful = [ret for ret in overview.current.values() if misses_answers(ret)]
    before = known.overview.current if known else {}
    same = {ret.number for ret in doubtful if before.get(ret.reference) is ret}
    held = {number: known.said[number] for number in same if known and number in known.said}
    new = ledger.with_answers(ret for ret in doubtful if ret.number not in same)
    return held | {ret.number: said for ret in new if (said := said_why(ret))}


def _awaited(
    ledger: Ledger, round_name: str, plans: Mapping[str, AgreedPlan], register: Register
) -> Iterator[AwaitedReport]:
    """Yield the progress workbooks that are out: of owners with something left to do."""
    last = issued_last(ledger, round_name, "progress")
    back = came_back(ledger, round_name) if last else frozenset()
    owners = {holder_of(owner) for owner in by_owner(open_actions(plans))}
    for holder, one in last.items():
        if holder in owners and one.reference not in back:
            yield AwaitedReport(
                one,
                register.sent.get(one.reference),
                register.reminded.get(one.reference),
                register.notices.get(one.reference),
            )


def _in_doubt(ledger: Ledger, round_name: str) -> Iterator[JointInDoubt]:
    came = ledger.joint_current(round_name)
    books = ledger.joint(round_name) if came else ()
    # Of workbooks for the same holder the last that came back holds; what was asked of an earlier
    # one is asked in it again.
    last = {(one.identity.kind, one.identity.partner): one.reference for one in books
            if one.reference in came}  # fmt: skip
    for issued in books:
        if issued.reference not in last.values():
            continue
        ret = came.get(issued.reference)
        queries = tuple(one for one in ret.findings if one.is_open) if ret else ()
        if queries:
            yield JointInDoubt(issued, queries)


@dataclass(frozen=True, slots=True)
class _Lines:
    """Tells where each workbook stands."""

    record: RoundOverview
    contested: Mapping[str, tuple[Finding, ...]]
    refused: frozenset[str]
    late: bool
    today: date
    evidence: Mapping[str, tuple[Return, ...]]
    later: Mapping[str, tuple[Return, ...]]
    said: Mapping[int, tuple[SaidWhy, ...]]

    def asked(self, request: Request, person: Respondent, issued: Issued | None) -> Line:
        """The line of somebody the register names."""
        if issued is None:
            return Line(
                toolkit=request.toolkit,
                partner=person.partner,
                respondent=person.name,
                level=person.level,
                reference="",
                state="not issued",
            )
        line = self._issued(issued, in_register=True)
        away = absent_until(line.notice, person, self.today)
        return replace(line, away=away) if away else line

    def left_over(self, issued: Issued) -> Line:
        """The line of somebody the register no longer names."""
        line = self._issued(issued, in_register=False)
        settled = line.state in (*ANSWERED, "declined")
        return line if settled else replace(line, state="withdrawn")

    def _issued(self, issued: Issued, *, in_register: bool) -> Line:
        reference = issued.reference
        register = self.record.register
        ret = self.record.current.get(reference)
        found = ret.findings if ret else ()
        queries = [finding for finding in found if finding.is_open]
        queries += self.contested.get(reference, ())
        return Line(
            toolkit=issued.identity.toolkit,
            partner=issued.partner,
            respondent=issued.respondent,
            level=issued.level,
            reference=reference,
            state=self._state(reference, ret, queries),
            file=ret.file if ret else "",
            answers=self.record.answered.get(ret.number, 0) if ret else 0,
            queries=tuple(queries),
            in_register=in_register,
            number=ret.number if ret else 0,
            waived=tuple(one for one in found if one.waiver and one.severity == "query"),
            sent=register.sent.get(reference),
            reminded=register.reminded.get(reference),
            outcome=register.outcomes.get(reference),
            asked=self.record.asked.get(reference, 0),
            asked_at=register.asked.get(reference),
            asked_now=ret is not None and ret.number in self.record.asked_of,
            asked_again=reference in register.asked_again,
            notice=register.notices.get(reference),
            entered=ret.entered if ret else None,
            evidence=self.evidence.get(reference, ()),
            later=self.later.get(reference, ()),
            said=self.said.get(ret.number, ()) if ret else (),
        )

    def _state(self, reference: str, ret: Return | None, queries: Sequence[Finding]) -> LineState:
        if ret is not None:
            came: LineState = "query open" if queries else "returned"
            return "blank" if ret.is_blank else came
        register = self.record.register
        if reference in register.outcomes:
            return register.outcomes[reference].kind
        if reference in self.refused or reference in self.contested:
            return "refused only"
        if self.late:
            return "overdue"
        if reference in register.reminded:
            return "reminded"
        return "sent" if reference in register.sent else "not sent"


def _left_over(
    issued: Sequence[Issued], named: Collection[Request], settled: Collection[str]
) -> tuple[Issued, ...]:
    """The workbooks of people the register no longer names, one for each place."""
    gone = [item for item in issued if request_of(item) not in named]
    return tuple(in_force(gone, settled, {request_of(item) for item in gone}).values())


def _contested(
    history: Sequence[Return], current: Mapping[str, Return]
) -> dict[str, tuple[Finding, ...]]:
    """By reference, the queries about returns of which it is not clear whether they count."""
    found: dict[str, tuple[Finding, ...]] = {}
    for ret in history:
        counts = current.get(ret.reference)
        if ret.state == "query" and (counts is None or counts.sha256 != ret.sha256):
            unclear = tuple(
                finding.in_file(ret.file) for finding in ret.findings if finding.code in UNCLEAR
            )
            found[ret.reference] = (*found.get(ret.reference, ()), *unclear)
    return found


def _titles(
    folder: AssessmentFolder, assessment: Assessment, issued: Mapping[str, str]
) -> dict[str, str]:
    """The titles of the assessment's toolkits as issued, or before that by their files."""
    if all(name in issued for name in assessment.toolkits):
        return {name: issued[name] for name in assessment.toolkits}
    return {name: kit.title for name, kit in toolkits_of(folder, assessment).items()}


def _rates(lines: Sequence[Line], titles: Mapping[str, str]) -> tuple[Rate, ...]:
    return tuple(
        _rate(name, title, [line for line in lines if line.toolkit == name])
        for name, title in titles.items()
    )


def _rate(name: str, title: str, lines: Sequence[Line]) -> Rate:
    own = [line for line in lines if line.state not in _NOT_COUNTED]
    doubtful = [line for line in own if line.state in _ASKED and line.queries]
    return Rate(
        toolkit=name,
        title=title,
        issued=len(own),
        answered=sum(line.state in ANSWERED for line in own),
        with_queries=sum(line.state == "query open" for line in own),
        queries=sum(len(line.queries) for line in doubtful),
        nil=sum(line.state == "nil return" for line in own),
        declined=sum(line.state == "declined" for line in own),
    )
