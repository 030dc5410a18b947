"""Querying: a query workbook, and the message that goes with it, for every return in doubt.

As with first issues, a query workbook is recorded before it is written, its reference and bytes
follow from what it asks, and one that was issued is never replaced behind anybody's back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.layout import CONTRACT_VERSION
from xlassess.contract.seal import asks_digest, reference_for, seal, sheet_password
from xlassess.generate import (
    Asking,
    Doubts,
    Personal,
    build_query,
    doubts_of,
    query_file_name,
    query_letter,
)
from xlassess.ledger import UNCLEAR, Ledger
from xlassess.ledger.archive import sweep
from xlassess.model.answer import Identity, Issued, Return
from xlassess.model.assessment import Assessment
from xlassess.model.errors import UsageError
from xlassess.model.finding import Finding
from xlassess.model.query import Query
from xlassess.model.toolkit import Toolkit
from xlassess.services.opening import own_secret
from xlassess.services.outbox import holds, put_aside, sha256_of, write_whole

FOLDER = "queries"
"""The folder of the outbox for query workbooks."""

USUAL_DAYS = 7
"""Days a partner has, where the day by which workbooks are wanted is nearer or over."""

QueryOutcome = Literal["new", "unchanged", "restored", "reissued", "outdated", "kept"]
"""What became of one query workbook.

new: issued now; unchanged: issued before and in its folder; restored: issued before, missing,
written again with the same bytes; reissued: issued anew on request; outdated: what is open,
names or settings changed since it was issued, left as it was; kept: the folder holds a file of
that name with other content, left as it was.
"""

UNDECIDED: tuple[QueryOutcome, ...] = ("outdated", "kept")
"""Outcomes that need a person's decision."""

_MOST_ATTEMPTS = 256


@dataclass(frozen=True, slots=True)
class Asked:
    """One query workbook: what became of it, whose it is, and how much it asks.

    ``cells`` counts the places to be filled in anew, ``findings`` the queries behind them. The
    message is beside the workbook, under the same name with the ending ``.txt``.
    """

    outcome: QueryOutcome
    issued: Issued
    query: Query
    path: Path

    @property
    def cells(self) -> int:
        """How many places are to be filled in anew."""
        return len(self.query.asked)

    @property
    def letter(self) -> Path:
        """Where the message is."""
        return letter_of(self.path)


@dataclass(frozen=True, slots=True)
class Queried:
    """What a run of querying did; ``folder`` holds the query workbooks.

    ``undecided`` are the workbooks of which two returns came back without a clear order, which
    is for the coordinator to decide and not for the partner to answer.
    """

    folder: Path
    workbooks: tuple[Asked, ...]
    undecided: tuple[Issued, ...] = ()

    def having(self, *outcomes: QueryOutcome) -> tuple[Asked, ...]:
        """The query workbooks with one of these outcomes."""
        return tuple(book for book in self.workbooks if book.outcome in outcomes)

    @property
    def needs_person(self) -> bool:
        """True when a workbook was left as it was, or a return is to be chosen."""
        return bool(self.having(*UNDECIDED) or self.undecided)


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A query workbook made: its record, its bytes and its message."""

    query: Query
    data: bytes
    letter: str


@dataclass(frozen=True, slots=True)
class _Deed:
    asked: Asked
    made: _Sheet | None
    record: bool = False


def letter_of(path: Path) -> Path:
    """Return where the message to a query workbook is."""
    return path.with_suffix(".txt")


def query(
    folder: AssessmentFolder,
    *,
    now: datetime,
    return_by: date | None = None,
    reissue: bool = False,
) -> Queried:
    """Bring the query workbooks up to date with the returns that count and are in doubt.

    Args:
        folder: the assessment.
        now: the time to record, in UTC.
        return_by: the day by which answers are wanted; without one, the assessment's if that is
            at least a week ahead, or else a week from now.
        reissue: issue query workbooks again where what they ask, names or settings changed.

    Raises:
        UsageError: the day by which answers are wanted is over.
        XlassessError: settings or ledger cannot be used.
        OSError: a file cannot be written.
    """
    assessment, secret = folder.assessment(), folder.secret()
    if return_by and return_by < now.date():
        raise UsageError(
            f"The day by which answers are wanted, {return_by}, is over.", "Name a later one."
        )
    place = folder.outbox / FOLDER
    if not folder.ledger_file.exists():
        return Queried(place, ())
    place.mkdir(parents=True, exist_ok=True)
    sweep(place)
    with Ledger(folder.ledger_file, lambda: now) as ledger:
        issued = {one.reference: one for one in ledger.issued()}
        own_secret(folder, issued.values())
        earlier = ledger.queries()
        current = ledger.current(assessment.round)
        by = return_by or _usual(assessment, now.date())
        clerk = _Clerk(
            place, assessment, secret, ledger.toolkits(), issued, earlier, now, by, reissue
        )
        deeds = [deed for ret in current.values() if (deed := clerk.deed(ret))]
        unclear = {
            ret.reference
            for ret in ledger.history(assessment.round)
            if ret.state == "query" and any(_unclear(finding) for finding in ret.findings)
        }
        ledger.record_queries([deed.asked.query for deed in deeds if deed.record])
    for deed in deeds:
        if deed.made:
            write_whole(deed.asked.path, deed.made.data)
            write_whole(deed.asked.letter, deed.made.letter.encode())
    _put_aside(place, earlier, deeds)
    undecided = tuple(one for reference, one in issued.items() if reference in unclear)
    return Queried(place, tuple(deed.asked for deed in deeds), undecided)


def _unclear(finding: Finding) -> bool:
    return finding.code == UNCLEAR and finding.is_open


def _usual(assessment: Assessment, today: date) -> date:
    soonest = today + timedelta(days=USUAL_DAYS)
    wanted = assessment.return_by
    return wanted if wanted and wanted >= soonest else soonest


def _put_aside(place: Path, earlier: Sequence[Query], deeds: Sequence[_Deed]) -> None:
    """Move query workbooks out of the way that are settled or replaced, if nobody touched them."""
    open_ones = {deed.asked.query.reference for deed in deeds}
    for one in earlier:
        path = place / one.file_name
        if one.reference not in open_ones and holds(path, one.sha256):
            if letter_of(path).exists():  # first: a letter left alone would not be found again
                put_aside(letter_of(path))
            put_aside(path)


@dataclass(frozen=True, slots=True)
class _Clerk:
    """Decides return by return; writes and records nothing itself."""

    place: Path
    assessment: Assessment
    secret: bytes
    toolkits: Mapping[str, Toolkit]
    issued: Mapping[str, Issued]
    earlier: Sequence[Query]
    now: datetime
    return_by: date
    reissue: bool

    def deed(self, ret: Return) -> _Deed | None:
        """Return what is to be done about a return; nothing where nothing is in doubt."""
        issued = self.issued[ret.reference]
        toolkit = self.toolkits[issued.identity.digest]
        doubts = doubts_of(toolkit, ret)
        if not doubts:
            return None
        held = next((one for one in reversed(self.earlier) if one.base == ret.number), None)
        identity = self._identity(issued, ret, doubts)
        if held is None:
            return self._issue("new", issued, ret, doubts)
        if held.identity == identity:
            again = self._made(issued, ret, doubts, held)
            if again.query.sha256 == held.sha256:
                return self._same(issued, again)
        if self.reissue:
            return self._issue("reissued", issued, ret, doubts)
        return _Deed(Asked("outdated", issued, held, self.place / held.file_name), None)

    def _identity(self, issued: Issued, ret: Return, doubts: Doubts) -> Identity:
        asks = asks_digest(ret.sha256, doubts.asked, doubts.free)
        return replace(issued.identity, contract=CONTRACT_VERSION, of=issued.reference, asks=asks)

    def _issue(self, outcome: QueryOutcome, issued: Issued, ret: Return, doubts: Doubts) -> _Deed:
        identity = self._identity(issued, ret, doubts)
        reference = self._free_reference(identity)
        toolkit = self.toolkits[identity.digest]
        wanted = Query(
            reference=reference,
            identity=identity,
            base=ret.number,
            findings=tuple(finding.number for finding in doubts.findings),
            asked=doubts.asked,
            free=doubts.free,
            return_by=self.return_by,
            file_name=query_file_name(toolkit, issued, reference),
            sha256="",
            seal=seal(identity, self.secret),
            issued_at=self.now,
        )
        made = self._made(issued, ret, doubts, wanted)
        path = self.place / wanted.file_name
        if holds(path, made.query.sha256) is False:
            return _Deed(Asked("kept", issued, made.query, path), None)
        return _Deed(Asked(outcome, issued, made.query, path), made, record=True)

    def _same(self, issued: Issued, made: _Sheet) -> _Deed:
        """Settle a query workbook that would come out today as it was issued."""
        path = self.place / made.query.file_name
        held = holds(path, made.query.sha256)
        if held is False:
            return _Deed(Asked("kept", issued, made.query, path), None)
        if held and letter_of(path).exists():
            return _Deed(Asked("unchanged", issued, made.query, path), None)
        return _Deed(Asked("restored", issued, made.query, path), made)

    def _made(self, issued: Issued, ret: Return, doubts: Doubts, wanted: Query) -> _Sheet:
        """Make a query workbook with the reference, name and day of this one."""
        toolkit = self.toolkits[issued.identity.digest]
        asking = Asking(toolkit, self.assessment, issued, ret, doubts, wanted.return_by)
        personal = Personal(
            reference=wanted.reference,
            seal=wanted.seal,
            identity=wanted.identity,
            partner=issued.partner,
            respondent=issued.respondent,
            level=issued.level,
        )
        data = build_query(asking, personal, sheet_password(self.secret))
        letter = query_letter(asking, wanted.reference, wanted.file_name)
        return _Sheet(replace(wanted, sha256=sha256_of(data)), data, letter)

    def _free_reference(self, identity: Identity) -> str:
        taken = {*self.issued, *(one.reference for one in self.earlier)}
        for attempt in range(_MOST_ATTEMPTS):
            reference = reference_for(identity, self.secret, attempt)
            if reference not in taken:
                return reference
        raise AssertionError(f"{_MOST_ATTEMPTS} references in a row are taken")
