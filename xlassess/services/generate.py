"""Generating: the outbox holds one sealed workbook for every request of the register."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import cast

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.layout import CONTRACT_VERSION
from xlassess.contract.seal import questions_digest, reference_for, seal, sheet_password
from xlassess.generate import Personal, ShownAnswers, file_name
from xlassess.ledger import Ledger
from xlassess.model.answer import Identity, Issued
from xlassess.model.assessment import Assessment, Level, Respondent
from xlassess.model.days import written_day
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.last_time import earlier_returns, shown_to
from xlassess.services.common.opening import own_secret, still_open
from xlassess.services.common.phrases import ToldMatter, count
from xlassess.services.common.progress import Watch, silent
from xlassess.services.common.workbooks.asked import Request, request_of, requests, toolkits_of
from xlassess.services.common.workbooks.issuing import (
    UNDECIDED,
    Content,
    Issue,
    Issuer,
    Outcome,
    clear_away,
    write,
)
from xlassess.services.common.workbooks.making import (
    MadeWorkbook,
    ToBeMade,
    WorkbookMaker,
    WorkbookToMake,
    hashes_ahead,
    is_worth_it,
    write_by,
)
from xlassess.services.common.workbooks.outbox import sha256_of
from xlassess.workers import Workers


@dataclass(frozen=True, slots=True)
class Workbook:
    """One workbook of the outbox and what became of it."""

    outcome: Outcome
    toolkit: str
    partner: str
    respondent: str
    reference: str
    path: Path


@dataclass(frozen=True, slots=True)
class Generated:
    """What a run of generate did.

    ``remarks`` are about the register. ``day_over`` is the return date that workbooks issued now
    ask for, where that day has passed. ``promised`` counts the workbooks that are out with another
    promise than the settings make, by what they promised; ``binding`` of them allow less.
    ``showing`` workbooks show their respondents answers of last time. ``absent`` are people on
    leave until the return date or later who have not answered, and for whom nobody stands in.
    """

    outbox: Path
    workbooks: tuple[Workbook, ...]
    remarks: tuple[str, ...] = ()
    day_over: date | None = None
    promised: Mapping[str, int] = field(default_factory=dict)
    binding: int = 0
    showing: int = 0
    absent: tuple[str, ...] = ()

    def having(self, *outcomes: Outcome) -> tuple[Workbook, ...]:
        """The workbooks with one of these outcomes."""
        return tuple(book for book in self.workbooks if book.outcome in outcomes)

    @property
    def needs_person(self) -> bool:
        """True when somebody has to decide: a workbook was left as it was, or a day is over."""
        return bool(self.having(*UNDECIDED)) or self.day_over is not None


def generate(
    folder: AssessmentFolder, *, now: datetime, reissue: bool = False, watch: Watch = silent,
    by: str = "", workers: Workers = 1,
) -> Generated:  # fmt: skip
    """Bring the outbox up to date with the register.

    Args:
        folder: the assessment.
        now: the time to record, in UTC.
        reissue: issue workbooks again whose questions, names or settings changed.
        watch: told how many workbooks are done.
        by: who issues them; the user of the computer, where empty.
        workers: who makes them where there are many: so many processes of this computer, an
            executor, or None for as many processes as do it good.

    Raises:
        XlassessError: settings, register or a toolkit cannot be used.
        OSError: a file cannot be written.
    """
    assessment = folder.assessment()
    register = folder.register(assessment)
    wanted = requests(assessment, register.respondents)
    people = [person for _, person in wanted]
    # Before there is a ledger: beside one, a secret that is missing is not made but asked for.
    secret = folder.secret()
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        still_open(ledger, assessment.round)
        earlier = ledger.issued()
        own_secret(folder, earlier)
        ours = [one for one in earlier if one.identity.round == assessment.round]
        maker = _Maker(assessment, secret, ledger.toolkits(), now, workers)
        issues = _decided(folder, maker, ledger, wanted, ours, reissue=reissue)
        ledger.record_issued(_to_record(issues, people))
        back = ledger.counting(assessment.round).keys() | ledger.register().outcomes.keys()
    awaited = [
        person
        for issue, person in zip(issues, people, strict=True)
        if issue.record.reference not in back
    ]
    if maker.spread:
        write_by(issues, maker.books, workers, watch)
    else:
        write(issues, watch)
    # Left alone: what was issued to people the register no longer names; they may come back.
    asked = {request for request, _ in wanted}
    replaceable = [one for one in ours if request_of(one) in asked]
    clear_away(folder.outbox, replaceable, {issue.record.reference for issue in issues})
    return replace(
        _generated(assessment, folder.outbox, issues, now),
        remarks=register.remarks,
        absent=_absent(assessment, awaited, now.astimezone().date()),
    )


def _decided(
    folder: AssessmentFolder, maker: _Maker, ledger: Ledger,
    wanted: Sequence[tuple[Request, Respondent]], ours: Sequence[Issued], *, reissue: bool,
) -> list[Issue[Issued]]:  # fmt: skip
    """Return what becomes of the workbook of each request, and put their toolkits on record.

    Args:
        folder: the assessment.
        maker: makes the workbooks of this assessment.
        ledger: where they are recorded.
        wanted: each request of the register, and whose it is.
        ours: the workbooks that were issued in this round.
        reissue: issue workbooks again whose questions, names or settings changed.
    """
    assessment, secret = maker.assessment, maker.secret
    toolkits = toolkits_of(folder, assessment)
    digests = {name: questions_digest(toolkit) for name, toolkit in toolkits.items()}
    last = {request_of(one): one for one in ours}
    asked_with = {request: toolkits[request.toolkit] for request, _ in wanted}
    before = earlier_returns(folder, assessment, ledger, asked_with)
    issuer: Issuer[Issued] = Issuer(
        folder.outbox, secret, taken=ledger.references(), reissue=reissue
    )
    copies = []
    for request, person in wanted:
        toolkit, digest = toolkits[request.toolkit], digests[request.toolkit]
        shows = shown_to(assessment, toolkit, before.get(request))
        copies.append(_Copy(maker, request, person, toolkit, digest, last.get(request), shows))
    maker.work_ahead(copies)
    issues = [issuer.decide(copy) for copy in copies]
    for name, toolkit in toolkits.items():
        ledger.keep_toolkit(toolkit, digests[name])
    return issues


def _to_record(issues: Sequence[Issue[Issued]], people: Sequence[Respondent]) -> list[Issued]:
    """Return what is new on record: workbooks made now, and addresses that were corrected.

    Those known already as well: an address that was corrected is brought up to date.
    """
    return [
        issue.record if issue.fresh else replace(issue.record, email=person.email)
        for issue, person in zip(issues, people, strict=True)
        if issue.fresh or issue.record.email != person.email
        if issue.fresh or issue.outcome != "kept"
    ]


def _generated(
    assessment: Assessment, outbox: Path, issues: Sequence[Issue[Issued]], now: datetime
) -> Generated:
    """Return what the outbox has now, and what its workbooks promise and show."""
    books = tuple(_workbook(issue) for issue in issues)
    others = [one.record.promise for one in issues if one.record.promise != assessment.promise]
    return Generated(
        outbox=outbox,
        workbooks=books,
        day_over=_day_over(assessment, books, now),
        promised=Counter(map(str, others)),
        binding=sum(assessment.promise.shows_more_than(each) for each in others),
        showing=sum(bool(issue.record.identity.given) for issue in issues),
    )


_LEFT: Mapping[Outcome, tuple[str, str, str]] = {
    "outdated": (
        "Not replaced, although names, settings or xlassess itself have changed",
        "These workbooks are still valid. To replace them with new ones, under new references",
        "xlassess generate --reissue",
    ),
    "questions": (
        "Not replaced, although their questions have changed",
        "These workbooks are still valid, with the questions they were issued with. To replace "
        "them with new ones, under new references",
        "xlassess generate --reissue",
    ),
    "kept": (
        "Not written, because the outbox has a different file of the same name",
        "If someone has filled it in, read it. Then move it out of the outbox, and write the "
        "workbooks again.",
        "",
    ),
}
"""Why workbooks were left as they were, what can be done, and the command for it."""


def matters(result: Generated) -> Iterator[ToldMatter]:
    """Yield what people have to know of, besides what was issued."""
    for outcome, (what, remedy, command) in _LEFT.items():
        if books := result.having(outcome):
            title = f"{what} ({count(len(books), 'workbook')})"
            yield ToldMatter(title, tuple(book.path.name for book in books), remedy, command)
    if result.promised:
        yield _promised(result)
    if result.day_over:
        yield ToldMatter(
            f"The return date, {written_day(result.day_over)}, has passed", (),
            "Do not send these workbooks: they ask for an answer by that day. Enter a later "
            "date as return_by in assessment.yaml, or leave it empty. Then replace them",
            "xlassess generate --reissue",
        )  # fmt: skip
    if result.absent:
        yield ToldMatter(
            f"On leave until the return date or later ({len(result.absent)})", result.absent,
            "Agree with them who answers, or enter a Delegate in the register.",
        )  # fmt: skip


def _promised(result: Generated) -> ToldMatter:
    """What workbooks that are out promised, where the settings say something else."""
    total = sum(result.promised.values())
    told = []
    for promise, number in result.promised.items():
        name, _, few = promise.partition(" ")
        least = f", no figure from fewer than {few}" if few else ""
        told.append(f"{count(number, 'workbook')}: {name}{least}")
    title = f"Promised otherwise than the settings say now ({count(total, 'workbook')})"
    if not result.binding:
        said = "They said that more would be shown than is, so nothing is broken."
        return ToldMatter(title, tuple(told), said)
    said = (
        f"{result.binding} of them promised to show less. Every summary, report and export "
        "keeps to that, whatever the settings say. To change it, issue them again"
    )
    return ToldMatter(title, tuple(told), said, "xlassess generate --reissue")


def _absent(assessment: Assessment, awaited: Iterable[Respondent], today: date) -> tuple[str, ...]:
    """Who is on leave until the return date, of those who have not answered."""
    away = (one.shown for one in awaited if one.is_away_until(assessment.return_by, today))
    return tuple(dict.fromkeys(away))


def _day_over(assessment: Assessment, books: Iterable[Workbook], now: datetime) -> date | None:
    """Return the return date where workbooks went out that ask for a day that is over."""
    by = assessment.return_by
    fresh = any(book.outcome in ("new", "reissued") for book in books)
    return by if fresh and by and by < now.astimezone().date() else None


def _workbook(issue: Issue[Issued]) -> Workbook:
    issued = issue.record
    return Workbook(
        outcome=issue.outcome,
        toolkit=issued.identity.toolkit,
        partner=issued.partner,
        respondent=issued.respondent,
        reference=issued.reference,
        path=issue.path,
    )


@dataclass(frozen=True, slots=True)
class _Copy:
    """The workbook that one request of the register asks for (see `issuing.Wanted`)."""

    maker: _Maker
    request: Request
    person: Respondent
    toolkit: Toolkit
    digest: str
    earlier: Issued | None
    shows: ShownAnswers | None = None

    @property
    def identity(self) -> Identity:
        """What it would be sealed with today."""
        return Identity(
            contract=CONTRACT_VERSION,
            assessment=self.maker.assessment.id,
            round=self.maker.assessment.round,
            partner=self.request.partner,
            respondent=self.request.respondent,
            toolkit=self.toolkit.id,
            version=self.toolkit.version,
            digest=self.digest,
            promise=str(self.maker.assessment.promise),
            given=self.shows.given if self.shows else "",
        )

    def drafted(self, reference: str) -> tuple[Issued, Content]:
        """Return a new workbook under this reference."""
        identity, person, maker = self.identity, self.person, self.maker
        content = maker.content(self.toolkit, identity, reference, person, self.shows)
        record = Issued(
            reference=reference,
            identity=identity,
            partner=person.partner,
            respondent=person.name,
            email=person.email,
            level=person.level,
            file_name=file_name(self.toolkit, person, maker.assessment.round, reference),
            sha256=content.sha256,
            seal=seal(identity, maker.secret),
            issued_at=maker.now,
        )
        return record, content

    def as_today(self, earlier: Issued) -> Content:
        """Return it as it would be made today, under its own reference."""
        return self.maker.content(
            self.toolkit, self.identity, earlier.reference, self.person, self.shows
        )

    def as_then(self, earlier: Issued) -> Content | None:
        """Return it as issued, as far as the present settings can make it."""
        return self.maker.again(earlier, self.shows)


class _Maker:
    """Makes workbooks for one assessment as its settings are now.

    Args:
        assessment: the assessment.
        secret: its secret.
        kept: toolkits issued before, by question digest.
        now: the time to record.
        workers: who makes them where there are many.
    """

    def __init__(
        self, assessment: Assessment, secret: bytes, kept: Mapping[str, Toolkit], now: datetime,
        workers: Workers,
    ) -> None:  # fmt: skip
        self.assessment, self.secret, self.now = assessment, secret, now
        self._kept, self._workers = kept, workers
        self.books = WorkbookMaker(assessment, sheet_password(secret))
        self.spread = False
        self._ahead: Mapping[str, tuple[WorkbookToMake, MadeWorkbook]] = {}

    def work_ahead(self, copies: Sequence[_Copy]) -> None:
        """Let others make what will be asked for, where there is so much that it pays.

        A workbook issued before has its reference; a new one gets the first that is meant for it,
        unless that is taken.
        """
        books = []
        for copy in copies:
            identity = copy.identity
            known = copy.earlier
            if known is None or known.identity == identity:
                reference = known.reference if known else reference_for(identity, self.secret, 0)
                books.append(self._book(copy.toolkit, identity, reference, copy.person, copy.shows))
        self.spread = is_worth_it(books, self._workers)
        if self.spread:
            self._ahead = hashes_ahead(books, self.books, self._workers)

    def content(
        self,
        toolkit: Toolkit,
        identity: Identity,
        reference: str,
        person: Respondent,
        shows: ShownAnswers | None,
    ) -> Content:
        """Return the workbook of this identity for this person, with what it shows of last time."""
        book = self._book(toolkit, identity, reference, person, shows)
        foreseen, made = self._ahead.get(reference, (None, None))
        if foreseen != book or made is None:
            data = self.books.data(book)
            made = MadeWorkbook(sha256_of(data), data=data if shows is not None else b"")
        if shows is not None:
            return Content(made.sha256, partial(_given, made.data))
        # Stamped twice, to be hashed and to be written: that takes less than to keep them all.
        return Content(made.sha256, ToBeMade(self.books, book))

    def _book(
        self,
        toolkit: Toolkit,
        identity: Identity,
        reference: str,
        person: Respondent,
        shows: ShownAnswers | None,
    ) -> WorkbookToMake:
        personal = Personal(
            reference=reference,
            seal=seal(identity, self.secret),
            identity=identity,
            partner=person.partner,
            respondent=person.name,
            level=person.level,
        )
        self.books.toolkits.setdefault((identity.digest, toolkit.version), toolkit)
        return WorkbookToMake(identity.digest, toolkit.version, personal, shows)

    def again(self, issued: Issued, shows: ShownAnswers | None) -> Content | None:
        """Return a workbook as issued before, as far as the present settings can make it.

        None where its questions are no longer on record, or it belongs elsewhere.
        """
        identity = issued.identity
        toolkit = self._kept.get(identity.digest)
        ours = self.assessment
        here = (CONTRACT_VERSION, ours.id, ours.round, str(ours.promise))
        then_here = (identity.contract, identity.assessment, identity.round, identity.promise)
        given = shows.given if shows else ""
        if toolkit is None or here != then_here or identity.given != given:
            return None
        then = replace(toolkit, version=identity.version)
        return self.content(then, identity, issued.reference, _as_issued(issued), shows)


def _given(data: bytes) -> bytes:
    return data


def _as_issued(issued: Issued) -> Respondent:
    """Return the respondent as the register had them when the workbook was issued."""
    return Respondent(
        id=issued.identity.respondent,
        partner_id=issued.identity.partner,
        partner=issued.partner,
        name=issued.respondent,
        email=issued.email,
        level=cast("Level", issued.level),
    )
