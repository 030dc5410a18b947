"""Querying: a query workbook, and the message that goes with it, for every return in doubt.

Joint workbooks are asked about like those of partners.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.layout import CONTRACT_VERSION
from xlassess.contract.seal import asks_digest, seal, sheet_password
from xlassess.generate import (
    Asking,
    Doubts,
    Personal,
    StandIn,
    build_query,
    doubts_of,
    query_file_name,
    query_letter,
)
from xlassess.ledger import UNCLEAR, Ledger
from xlassess.model.answer import Identity, Issued, Return
from xlassess.model.assessment import Assessment, Respondent
from xlassess.model.days import local_day
from xlassess.model.errors import UsageError
from xlassess.model.finding import Finding
from xlassess.model.query import Query, questions_in
from xlassess.model.record import Notice
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.opening import own_secret, still_open
from xlassess.services.common.workbooks.issuing import (
    UNDECIDED,
    Content,
    Issuer,
    Outcome,
    clear_away,
    write,
)
from xlassess.services.common.workbooks.joint import asked_about_now
from xlassess.services.common.workbooks.outbox import QUERIES, sha256_of
from xlassess.services.common.workbooks.standing import (
    absent_until,
    going_to,
    only_name,
    who_is_asked,
)

LETTER = ".txt"
"""The ending of the message beside a query workbook."""

USUAL_DAYS = 7
"""Days a partner has, where the day by which workbooks are wanted is nearer or over."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One query workbook: what became of it, whose it is, and what it asks.

    The message is beside the workbook, under the same name with the ending ``.txt``.
    """

    outcome: Outcome
    issued: Issued
    query: Query
    path: Path

    @property
    def questions(self) -> int:
        """How many questions are marked in it, as it and its message say."""
        return questions_in(self.query.asked)

    @property
    def letter(self) -> Path:
        """Where the message is."""
        return self.path.with_suffix(LETTER)


@dataclass(frozen=True, slots=True)
class Queried:
    """What a run of querying did; ``folder`` holds the query workbooks.

    ``undecided`` are the workbooks of which two returns came back without a clear order, which
    is for the coordinator to decide and not for the partner to answer.
    """

    folder: Path
    workbooks: tuple[Asked, ...]
    undecided: tuple[Issued, ...] = ()

    def having(self, *outcomes: Outcome) -> tuple[Asked, ...]:
        """The query workbooks with one of these outcomes."""
        return tuple(book for book in self.workbooks if book.outcome in outcomes)

    @property
    def needs_person(self) -> bool:
        """True when a workbook was left as it was, or a return is to be chosen."""
        return bool(self.having(*UNDECIDED) or self.undecided)


def query(
    folder: AssessmentFolder,
    *,
    now: datetime,
    return_by: date | None = None,
    reissue: bool = False,
    only: str = "",
    by: str = "",
) -> Queried:
    """Bring the query workbooks up to date with the returns that count and are in doubt.

    Args:
        folder: the assessment.
        now: the time to record, in UTC.
        only: the reference of the only workbook to ask about; empty for all.
        by: who asks; empty for whoever the operating system says.
        return_by: the day by which answers are wanted; without one, the assessment's if that is
            at least a week ahead, or else a week from now.
        reissue: issue query workbooks again where what they ask, names or settings changed.

    Raises:
        UsageError: the day by which answers are wanted is over.
        XlassessError: settings, register or ledger cannot be used.
        OSError: a file cannot be written.
    """
    assessment, secret = folder.assessment(), folder.secret()
    if return_by and return_by < local_day(now):
        raise UsageError(f"The return date {return_by} has passed.", "Give a later date.")
    place = folder.outbox / QUERIES
    if not Ledger.is_at(folder.ledger):
        return Queried(place, ())
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        still_open(ledger, assessment.round)
        issued = {one.reference: one for one in (*ledger.issued(), *ledger.joint())}
        own_secret(folder, issued.values())
        earlier = ledger.queries()
        taken = ledger.references()
        until = return_by or _usual(assessment, local_day(now))
        people = {one.id: one for one in folder.respondents()}
        notices = ledger.register().notices
        maker = _Maker(assessment, secret, now, until, people, notices)
        issuer: Issuer[Query] = Issuer(place, secret, taken=taken, reissue=reissue)
        issued = {
            one.reference: one
            for one in issued.values()
            if one.identity.round == assessment.round and only in ("", one.reference)
        }
        earlier = tuple(one for one in earlier if only in ("", one.of))
        wanted = _wanted(ledger, maker, issued, earlier)
        issues = [issuer.decide(one) for one in wanted]
        undecided = _undecided(ledger, issued)
        ledger.record_queries([issue.record for issue in issues if issue.fresh])
    write(issues)
    clear_away(place, earlier, {issue.record.reference for issue in issues}, beside=LETTER)
    asked = (Asked(one.outcome, issued[one.record.of], one.record, one.path) for one in issues)
    return Queried(place, tuple(asked), undecided)


def _wanted(
    ledger: Ledger, maker: _Maker, issued: Mapping[str, Issued], earlier: Sequence[Query]
) -> Iterator[_Questions]:
    """Yield what is to be asked about the returns that count, where anything is in doubt."""
    toolkits, here = ledger.toolkits(), maker.assessment.round
    last = {one.base: one for one in earlier}
    counting = ledger.counting(here)
    asked = {number for reference, number in counting.items() if reference in issued}
    partners = ((issued[ret.reference], ret) for ret in ledger.by_number(asked).values())
    joint = (one for one in asked_about_now(ledger, here) if one[0].reference in issued)
    for about, ret in chain(partners, joint):
        toolkit = toolkits[about.identity.digest]
        doubts = doubts_of(toolkit, ret)
        if doubts:
            yield _Questions(maker, about, ret, toolkit, doubts, last.get(ret.number))


def _undecided(ledger: Ledger, issued: Mapping[str, Issued]) -> tuple[Issued, ...]:
    """The workbooks of which the coordinator has to say which return counts."""
    unclear = {
        ret.reference
        for ret in ledger.returns_of([*issued])
        if ret.state == "query" and any(_unclear(finding) for finding in ret.findings)
    }
    return tuple(one for reference, one in issued.items() if reference in unclear)


def _unclear(finding: Finding) -> bool:
    return finding.code in UNCLEAR and finding.is_open


def _usual(assessment: Assessment, today: date) -> date:
    soonest = today + timedelta(days=USUAL_DAYS)
    wanted = assessment.return_by
    return wanted if wanted and wanted >= soonest else soonest


@dataclass(frozen=True, slots=True)
class _Maker:
    """What all query workbooks of a run have in common."""

    assessment: Assessment
    secret: bytes
    now: datetime
    return_by: date
    people: Mapping[str, Respondent]
    notices: Mapping[str, Notice]

    def letter(self, asking: Asking, reference: str, file_name: str) -> str:
        """Return the message to whoever gets it now: who is away may have a delegate."""
        issued = asking.issued
        person = self.people.get(issued.identity.respondent)
        if issued.identity.kind:
            who = who_is_asked(issued, self.assessment, tuple(self.people.values()))
            if who and who.email:
                asking = replace(asking, issued=going_to(issued, who))
            to = tuple(filter(None, (asking.issued.email,)))
            return query_letter(asking, reference, file_name, to=to)
        if person is None:
            to = tuple(filter(None, (issued.email,)))
            return query_letter(asking, reference, file_name, to=to)
        today = self.now.astimezone().date()
        until = absent_until(self.notices.get(issued.reference), person, today)
        to, copies = person.written_to(issued.email, away=until is not None)
        delegate = None
        if until and person.delegate:
            delegate = StandIn(only_name(person.delegate, self.people.values()), until)
        return query_letter(asking, reference, file_name, to=to, copies=copies, delegate=delegate)


@dataclass(frozen=True, slots=True)
class _Questions:
    """The query workbook about one return (see `issuing.Wanted`)."""

    maker: _Maker
    issued: Issued
    ret: Return
    toolkit: Toolkit
    doubts: Doubts
    earlier: Query | None

    @property
    def identity(self) -> Identity:
        """What it would be sealed with today."""
        asks = asks_digest(self.ret.sha256, self.doubts.asked, self.doubts.free)
        of = self.issued.reference
        identity = self.issued.identity
        return replace(identity, contract=CONTRACT_VERSION, of=of, asks=asks, given="")

    def drafted(self, reference: str) -> tuple[Query, Content]:
        """Return a new query workbook under this reference."""
        identity, doubts = self.identity, self.doubts
        draft = Query(
            reference=reference,
            identity=identity,
            base=self.ret.number,
            findings=tuple(finding.number for finding in doubts.findings),
            asked=doubts.asked,
            free=doubts.free,
            return_by=self.maker.return_by,
            file_name=query_file_name(self.toolkit, self.issued, reference),
            sha256="",
            seal=seal(identity, self.maker.secret),
            issued_at=self.maker.now,
        )
        content = self.as_today(draft)
        return replace(draft, sha256=content.sha256), content

    def as_today(self, earlier: Query) -> Content:
        """Return it as it would be made today, with the reference, name and day it has."""
        issued = self.issued
        asking = Asking(
            self.toolkit, self.maker.assessment, issued, self.ret, self.doubts, earlier.return_by
        )
        personal = Personal(
            reference=earlier.reference,
            seal=earlier.seal,
            identity=earlier.identity,
            partner=issued.partner,
            respondent=issued.respondent,
            level=issued.level,
        )
        data = build_query(asking, personal, sheet_password(self.maker.secret))
        letter = self.maker.letter(asking, earlier.reference, earlier.file_name)
        return Content(sha256_of(data), lambda: data, {LETTER: letter.encode()})

    def as_then(self, earlier: Query) -> None:
        """Nothing: what was open then is not on record as it was."""
        del earlier
