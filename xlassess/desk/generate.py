"""Generating: the outbox holds one sealed workbook for every place of the register.

Workbooks are recorded in the ledger before they are written. Whatever interrupts a run, no
workbook can leave the outbox that the ledger does not know, and the next run writes what is
missing: a workbook's reference and bytes follow from who is asked what, so they come out the
same again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, cast

from xlassess.contract.layout import CONTRACT_VERSION
from xlassess.contract.seal import questions_digest, reference_for, seal, sheet_password
from xlassess.desk.outbox import holds, put_aside, sha256_of, write_whole
from xlassess.desk.register import Place, asked, place_of, toolkits_of
from xlassess.desk.watch import Watch, silent
from xlassess.folder.assessment import AssessmentFolder
from xlassess.generate import Personal, Plate, build_plate, file_name
from xlassess.ledger import Ledger
from xlassess.model.answer import Identity, Issued
from xlassess.model.assessment import LEVELS, Assessment, Level, Respondent
from xlassess.model.toolkit import Toolkit

Outcome = Literal["new", "unchanged", "restored", "reissued", "outdated", "questions", "kept"]
"""What became of one workbook.

new: issued now; unchanged: issued before and in the outbox; restored: issued before, missing
from the outbox, written again with the same bytes; reissued: issued again on request;
outdated: issued before with other names, settings or by another version of the program, left
as it was; questions: its questions were changed since it was issued, left as it was; kept: the
outbox holds a file of that name with other content, left as it was.
"""

UNDECIDED: tuple[Outcome, ...] = ("outdated", "questions", "kept")
"""Outcomes that need a person's decision."""


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
    """What a run of generate did."""

    outbox: Path
    workbooks: tuple[Workbook, ...]

    def having(self, *outcomes: Outcome) -> tuple[Workbook, ...]:
        """The workbooks with one of these outcomes."""
        return tuple(book for book in self.workbooks if book.outcome in outcomes)

    @property
    def needs_person(self) -> bool:
        """True when a workbook was left as it was and somebody has to decide."""
        return bool(self.having(*UNDECIDED))


@dataclass(frozen=True, slots=True)
class _Kit:
    """A toolkit made ready for issuing."""

    toolkit: Toolkit
    digest: str
    plate: Plate


@dataclass(frozen=True, slots=True)
class _Deed:
    """What is to be done for one place: at most one record and one file."""

    book: Workbook
    plate: Plate
    personal: Personal
    record: Issued | None = None
    write: bool = False


def generate(
    folder: AssessmentFolder, *, now: datetime, reissue: bool = False, watch: Watch = silent
) -> Generated:
    """Bring the outbox up to date with the register.

    Args:
        folder: the assessment.
        now: the time to record, in UTC.
        reissue: issue workbooks again whose questions, names or settings changed.
        watch: told how many workbooks are done.

    Raises:
        XlassessError: settings, register or a toolkit cannot be used.
        OSError: a file cannot be written.
    """
    assessment = folder.assessment()
    places = asked(assessment, folder.respondents())
    secret = folder.secret()
    folder.outbox.mkdir(parents=True, exist_ok=True)
    with Ledger(folder.ledger_file, lambda: now) as ledger:
        kits = _kits(folder, assessment, secret)
        earlier = ledger.issued()
        clerk = _Clerk(folder.outbox, assessment, secret, now=now, reissue=reissue, issued=earlier)
        deeds = [clerk.deed(place, person, kits[place.toolkit]) for place, person in places]
        for kit in kits.values():
            ledger.keep_toolkit(kit.toolkit, kit.digest)
        ledger.record_issued([deed.record for deed in deeds if deed.record])
    for done, deed in enumerate(deeds, start=1):
        if deed.write:
            write_whole(deed.book.path, deed.plate.stamp(deed.personal))
        watch(done, len(deeds))
    _put_aside(folder.outbox, earlier, deeds)
    return Generated(folder.outbox, tuple(deed.book for deed in deeds))


def _kits(folder: AssessmentFolder, assessment: Assessment, secret: bytes) -> dict[str, _Kit]:
    password = sheet_password(secret)
    kits: dict[str, _Kit] = {}
    for name, toolkit in toolkits_of(folder, assessment).items():
        digest = questions_digest(toolkit)
        kits[name] = _Kit(toolkit, digest, build_plate(toolkit, assessment, digest, password))
    return kits


class _Clerk:
    """Decides, place by place, what is to be issued and written."""

    def __init__(
        self,
        outbox: Path,
        assessment: Assessment,
        secret: bytes,
        *,
        now: datetime,
        reissue: bool,
        issued: Iterable[Issued],
    ) -> None:
        self._outbox, self._assessment, self._secret = outbox, assessment, secret
        self._now, self._reissue = now, reissue
        ordered = sorted(issued, key=lambda item: item.issued_at)
        self._taken = {item.reference for item in ordered}
        self._latest: dict[Place, Issued] = {
            place_of(item): item for item in ordered if item.identity.round == assessment.round
        }

    def deed(self, place: Place, person: Respondent, kit: _Kit) -> _Deed:
        """Return what is to be done for one place."""
        identity = Identity(
            contract=CONTRACT_VERSION,
            assessment=self._assessment.id,
            round=self._assessment.round,
            partner=place.partner,
            respondent=place.respondent,
            toolkit=kit.toolkit.id,
            version=kit.toolkit.version,
            digest=kit.digest,
        )
        earlier = self._latest.get(place)
        if earlier is None:
            return self._issue("new", identity, person, kit)
        if earlier.identity == identity:
            return self._again(earlier, person, kit)
        if self._reissue:
            return self._issue("reissued", identity, person, kit)
        return self._leave("questions", earlier, kit)

    def _issue(self, outcome: Outcome, identity: Identity, person: Respondent, kit: _Kit) -> _Deed:
        reference = self._free_reference(identity)
        name = file_name(kit.toolkit, person, self._assessment.round, reference)
        personal = self._personal(reference, identity, person)
        record = self._record(personal, person, name, kit)
        path = self._outbox / name
        if holds(path, record.sha256) is False:
            return _Deed(_book("kept", record, path), kit.plate, personal)
        return _Deed(_book(outcome, record, path), kit.plate, personal, record, write=True)

    def _again(self, earlier: Issued, person: Respondent, kit: _Kit) -> _Deed:
        """Settle a place whose workbook was issued before with these very questions."""
        path = self._outbox / earlier.file_name
        now = self._personal(earlier.reference, earlier.identity, person)
        same = sha256_of(kit.plate.stamp(now)) == earlier.sha256
        if not same and self._reissue:
            return self._issue("reissued", earlier.identity, person, kit)
        held = holds(path, earlier.sha256)
        if held is False:
            return _Deed(_book("kept", earlier, path), kit.plate, now)
        if same:
            outcome: Outcome = "unchanged" if held else "restored"
            return _Deed(_book(outcome, earlier, path), kit.plate, now, write=not held)
        return self._leave("outdated", earlier, kit)

    def _leave(self, outcome: Outcome, earlier: Issued, kit: _Kit) -> _Deed:
        """Leave a workbook as issued; put it back where it is missing and can be made."""
        path = self._outbox / earlier.file_name
        then = self._personal(earlier.reference, earlier.identity, _as_issued(earlier))
        missing = holds(path, earlier.sha256) is None
        write = missing and sha256_of(kit.plate.stamp(then)) == earlier.sha256
        return _Deed(_book(outcome, earlier, path), kit.plate, then, write=write)

    def _personal(self, reference: str, identity: Identity, person: Respondent) -> Personal:
        return Personal(
            reference=reference,
            seal=seal(identity, self._secret),
            identity=identity,
            partner=person.partner,
            respondent=person.name,
            level=LEVELS[person.level],
        )

    def _record(self, personal: Personal, person: Respondent, name: str, kit: _Kit) -> Issued:
        return Issued(
            reference=personal.reference,
            identity=personal.identity,
            partner=person.partner,
            respondent=person.name,
            email=person.email,
            level=person.level,
            file_name=name,
            sha256=sha256_of(kit.plate.stamp(personal)),
            seal=personal.seal,
            issued_at=self._now,
        )

    def _free_reference(self, identity: Identity) -> str:
        for attempt in range(256):
            reference = reference_for(identity, self._secret, attempt)
            if reference not in self._taken:
                self._taken.add(reference)
                return reference
        raise AssertionError("256 references in a row are taken")


def _put_aside(outbox: Path, earlier: Iterable[Issued], deeds: Iterable[_Deed]) -> None:
    """Move workbooks that later ones stand in for out of the way, if nobody touched them."""
    counts = {_key(deed.personal.identity): deed.book.reference for deed in deeds}
    for item in earlier:
        path = outbox / item.file_name
        instead = counts.get(_key(item.identity), item.reference)
        if instead != item.reference and holds(path, item.sha256):
            put_aside(path)


def _key(identity: Identity) -> tuple[str, ...]:
    return identity.round, identity.partner, identity.respondent, identity.toolkit


def _as_issued(earlier: Issued) -> Respondent:
    """Return the respondent as the register had them when the workbook was issued."""
    identity = earlier.identity
    return Respondent(
        id=identity.respondent,
        partner_id=identity.partner,
        partner=earlier.partner,
        name=earlier.respondent,
        email=earlier.email,
        level=cast("Level", earlier.level),
    )


def _book(outcome: Outcome, issued: Issued, path: Path) -> Workbook:
    return Workbook(
        outcome=outcome,
        toolkit=issued.identity.toolkit,
        partner=issued.partner,
        respondent=issued.respondent,
        reference=issued.reference,
        path=path,
    )
