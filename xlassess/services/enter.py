"""Entering: a copy of a respondent's workbook, for answers that came by another way to be typed in.

The copy is sealed with where the answers come from, when it was made, and who types. It comes back
like any return: typed answers are read by the same reader, under the same rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.assessment.slugs import tidy
from xlassess.contract.layout import CONTRACT_VERSION
from xlassess.contract.seal import seal, sheet_password
from xlassess.generate import Personal, build_entry, entry_file_name
from xlassess.ledger import Ledger
from xlassess.ledger.store import user_name
from xlassess.model.answer import Identity, Issued, Return
from xlassess.model.assessment import Assessment
from xlassess.model.errors import UsageError
from xlassess.model.record import EntryCopy, EntrySource, entered_as
from xlassess.model.record import Outcome as Settled
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.opening import opened, own_secret, still_open
from xlassess.services.common.workbooks.issuing import Content, Issue, Issuer, Outcome, write
from xlassess.services.common.workbooks.outbox import sha256_of
from xlassess.services.decide import asked_about, workbook

_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class EntryMade:
    """A copy for typing in: what became of it, whose it is, and where.

    ``counts`` is the return that counts for the workbook already, ``settled`` a nil return or a
    refusal on record, and ``instead`` the reference of a workbook that counts in its place.
    ``unknown`` is a file that had the name of the copy and is not on record: left as it was.
    """

    outcome: Outcome
    issued: Issued
    copy: EntryCopy
    path: Path
    counts: Return | None = None
    settled: Settled | None = None
    instead: str = ""
    unknown: Path | None = None

    @property
    def begun(self) -> bool:
        """True when somebody has typed in it already."""
        return self.outcome == "kept"


def enter(
    folder: AssessmentFolder, reference: str, source: EntrySource, *, now: datetime, by: str = "",
    anew: bool = False,
) -> EntryMade:  # fmt: skip
    """Make a copy of a respondent's workbook in which their answers can be typed.

    The copy that the same person made of it for the same source is given again, with whatever was
    typed in it. Nothing counts before it is read: xlassess ingest.

    Args:
        folder: the assessment.
        reference: the workbook's.
        source: by which way the answers came.
        now: the present moment, in UTC.
        by: who types; empty for whoever the operating system says.
        anew: make another, empty copy.

    Raises:
        UsageError: there is no such workbook, it is of another round, or it is no respondent's.
        XlassessError: settings, secret or ledger cannot be used.
        OSError: the file cannot be written.
    """
    assessment, secret = folder.assessment(), folder.secret()
    name = tidy("".join(char for char in by or user_name() if char.isprintable()))[:_LONGEST_NAME]
    with opened(folder, lambda: now, name) as ledger:
        still_open(ledger, assessment.round)
        own_secret(folder, ledger.issued())
        book = _own_workbook(ledger, reference, assessment.round)
        made = ledger.entries()
        entered = entered_as(source, now.astimezone().date(), name)
        wanted = _Typing(
            assessment, secret, book, ledger.toolkits()[book.identity.digest], entered,
            None if anew else _same(made, book, entered),
        )  # fmt: skip
        taken = ledger.references()
        issuer: Issuer[EntryCopy] = Issuer(folder.entries, secret, taken=taken, reissue=False)
        issue, in_the_way = _decided(issuer, wanted)
        ledger.record_entries([issue.record] if issue.fresh else [])
        result = EntryMade(
            issue.outcome, book, issue.record, issue.path,
            ledger.current(assessment.round).get(book.reference),
            ledger.register().outcomes.get(book.reference),
            ledger.replaced().get(book.reference, ""), in_the_way,
        )  # fmt: skip
    write([issue])
    return result


def _decided(issuer: Issuer[EntryCopy], wanted: _Typing) -> tuple[Issue[EntryCopy], Path | None]:
    """Return what becomes of the copy, and the file that stood where it was to be, if any.

    One that is gone and cannot be made again is made anew. Where a file that is not on record
    bears its name (the ledger may have been put back to an earlier state), it gets another.
    """
    issue = issuer.decide(wanted)
    if issue.outcome == "outdated" and not issue.path.exists():
        wanted = replace(wanted, earlier=None)
        issue = issuer.decide(wanted)
    unknown = None
    while wanted.earlier is None and issue.outcome == "kept":
        unknown = unknown or issue.path
        issue = issuer.decide(wanted)
    return issue, unknown


def _own_workbook(ledger: Ledger, reference: str, round_name: str) -> Issued:
    """Return the workbook of a respondent in this round.

    Raises:
        UsageError: there is none under this reference.
    """
    book = workbook(
        (*ledger.issued(), *ledger.joint()), asked_about(ledger, reference) or reference
    )
    if book.identity.kind:
        raise UsageError(
            f"{book.reference} is a {book.identity.kind} workbook. Only respondents' own workbooks "
            "are typed in for them.",
            "Fill it in yourself, and read it: xlassess ingest",
        )
    if book.identity.round != round_name:
        raise UsageError(
            f"{book.reference} was issued in round {book.identity.round}.",
            f"Name the round: xlassess enter {book.reference} --round {book.identity.round}",
        )
    return book


def _same(made: tuple[EntryCopy, ...], book: Issued, entered: str) -> EntryCopy | None:
    """The last copy that the same person made of a workbook for the same source, on any day."""
    source, _, by = entered.split(" ", 2)
    mine = [
        one for one in made
        if one.of == book.reference and one.by == by
        and one.identity.entered.startswith(f"{source} ")
    ]  # fmt: skip
    return mine[-1] if mine else None


@dataclass(frozen=True, slots=True)
class _Typing:
    """The copy for typing in of one workbook (see `issuing.Wanted`)."""

    assessment: Assessment
    secret: bytes
    book: Issued
    toolkit: Toolkit
    entered: str
    earlier: EntryCopy | None

    @property
    def identity(self) -> Identity:
        """What it is sealed with; a copy made before keeps the day on which it was."""
        said = self.earlier.identity.entered if self.earlier else self.entered
        return replace(
            self.book.identity, contract=CONTRACT_VERSION, promise=str(self.book.promise),
            given="", of=self.book.reference, entered=said,
        )  # fmt: skip

    def drafted(self, reference: str) -> tuple[EntryCopy, Content]:
        """Return a new copy under this reference."""
        identity = self.identity
        draft = EntryCopy(
            reference=reference,
            identity=identity,
            file_name=entry_file_name(self.toolkit, self.book, reference),
            sha256="",
            seal=seal(identity, self.secret),
        )
        content = self.as_today(draft)
        return replace(draft, sha256=content.sha256), content

    def as_today(self, earlier: EntryCopy) -> Content:
        """Return it as it would be made today, under its own reference."""
        book = self.book
        personal = Personal(
            reference=earlier.reference,
            seal=earlier.seal,
            identity=earlier.identity,
            partner=book.partner,
            respondent=book.respondent,
            level=book.level,
        )
        promise = book.promise
        promised = replace(
            self.assessment, attribution=promise.attribution,
            minimum_group=promise.minimum_group,
        )  # fmt: skip
        toolkit = replace(self.toolkit, version=book.identity.version)
        data = build_entry(toolkit, promised, personal, sheet_password(self.secret))
        return Content(sha256_of(data), lambda: data)

    def as_then(self, earlier: EntryCopy) -> None:
        """Nothing: a copy that is gone is made anew."""
        del earlier
