"""The clerk: what is to be issued, written or left for each place of the register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, cast

from xlassess.contract.layout import CONTRACT_VERSION
from xlassess.contract.seal import reference_for, seal, sheet_password
from xlassess.generate import Personal, Plate, build_plate, file_name
from xlassess.model.answer import Identity, Issued
from xlassess.model.assessment import Assessment, Level, Respondent
from xlassess.model.toolkit import Toolkit
from xlassess.services.outbox import holds, sha256_of
from xlassess.services.standing import Place, place_of


@dataclass(frozen=True, slots=True)
class Copy:
    """One workbook that can be made any number of times, always with the same bytes."""

    plate: Plate
    personal: Personal

    def data(self) -> bytes:
        """Return the workbook."""
        return self.plate.stamp(self.personal)

    def sha256(self) -> str:
        """Return the SHA-256 of the workbook, in hex."""
        return sha256_of(self.data())


class Press:
    """Makes copies for one assessment as its settings are now.

    Args:
        assessment: the assessment.
        secret: its secret.
        kept: toolkits issued before, by question digest.
    """

    def __init__(self, assessment: Assessment, secret: bytes, kept: Mapping[str, Toolkit]) -> None:
        self._assessment, self._secret, self._kept = assessment, secret, kept
        self._plates: dict[tuple[str, str], Plate] = {}

    def copy(
        self, toolkit: Toolkit, identity: Identity, reference: str, person: Respondent
    ) -> Copy:
        """Return the workbook of this identity for this person."""
        personal = Personal(
            reference=reference,
            seal=seal(identity, self._secret),
            identity=identity,
            partner=person.partner,
            respondent=person.name,
            level=person.level,
        )
        return Copy(self._plate(toolkit, identity.digest), personal)

    def again(self, issued: Issued) -> Copy | None:
        """Return a workbook as issued before, as far as the present settings can make it.

        None where its questions are no longer on record, or it belongs elsewhere.
        """
        identity = issued.identity
        toolkit = self._kept.get(identity.digest)
        here = (CONTRACT_VERSION, self._assessment.id, self._assessment.round)
        if toolkit is None or here != (identity.contract, identity.assessment, identity.round):
            return None
        then = replace(toolkit, version=identity.version)
        return self.copy(then, identity, issued.reference, _as_issued(issued))

    def _plate(self, toolkit: Toolkit, digest: str) -> Plate:
        key = (digest, toolkit.version)
        if key not in self._plates:
            password = sheet_password(self._secret)
            self._plates[key] = build_plate(toolkit, self._assessment, digest, password)
        return self._plates[key]


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


Outcome = Literal["new", "unchanged", "restored", "reissued", "outdated", "questions", "kept"]
"""What became of one workbook.

new: issued now; unchanged: issued before and in the outbox; restored: issued before, missing
from the outbox, written again with the same bytes; reissued: issued anew on request; outdated:
issued before with other names, settings or by another version of the program, left as it was;
questions: its questions were changed since it was issued, left as it was; kept: the outbox
holds a file of that name with other content, left as it was.
"""

UNDECIDED: tuple[Outcome, ...] = ("outdated", "questions", "kept")
"""Outcomes that need a person's decision."""

_MOST_ATTEMPTS = 256


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
class Kit:
    """A toolkit with the digest of its questions."""

    toolkit: Toolkit
    digest: str


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done for one place: at most one record, and one file to be written."""

    place: Place
    book: Workbook
    record: Issued | None = None
    write: Copy | None = None


class Clerk:
    """Decides place by place; writes and records nothing itself.

    Args:
        outbox: the outbox folder.
        assessment: the assessment.
        secret: its secret.
        press: makes the copies.
        issued: every workbook issued so far, of all rounds, in the order of issue.
        now: the time to record, in UTC.
        reissue: issue anew what changed since it was issued.
    """

    def __init__(
        self,
        outbox: Path,
        assessment: Assessment,
        secret: bytes,
        press: Press,
        *,
        issued: Iterable[Issued],
        now: datetime,
        reissue: bool,
    ) -> None:
        self._outbox, self._assessment, self._secret = outbox, assessment, secret
        self._press, self._now, self._reissue = press, now, reissue
        ordered = tuple(issued)
        self._taken = {item.reference for item in ordered}
        self._latest: dict[Place, Issued] = {
            place_of(item): item for item in ordered if item.identity.round == assessment.round
        }

    def deed(self, place: Place, person: Respondent, kit: Kit) -> Deed:
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
            return self._issue("new", place, identity, person, kit.toolkit)
        if earlier.identity == identity:
            wanted = self._press.copy(kit.toolkit, identity, earlier.reference, person)
            if wanted.sha256() == earlier.sha256:
                return self._same(place, earlier, wanted)
        if self._reissue:
            return self._issue("reissued", place, identity, person, kit.toolkit)
        changed = earlier.identity.digest != identity.digest
        return self._leave("questions" if changed else "outdated", place, earlier)

    def _issue(
        self,
        outcome: Outcome,
        place: Place,
        identity: Identity,
        person: Respondent,
        toolkit: Toolkit,
    ) -> Deed:
        reference = self._free_reference(identity)
        copy = self._press.copy(toolkit, identity, reference, person)
        record = Issued(
            reference=reference,
            identity=identity,
            partner=person.partner,
            respondent=person.name,
            email=person.email,
            level=person.level,
            file_name=file_name(toolkit, person, self._assessment.round, reference),
            sha256=copy.sha256(),
            seal=copy.personal.seal,
            issued_at=self._now,
        )
        if self._held(record) is False:
            return Deed(place, self._book("kept", record))
        return Deed(place, self._book(outcome, record), record, copy)

    def _same(self, place: Place, earlier: Issued, copy: Copy) -> Deed:
        """Settle a place whose workbook would come out today as it was issued."""
        held = self._held(earlier)
        if held is None:
            return Deed(place, self._book("restored", earlier), write=copy)
        return Deed(place, self._book("unchanged" if held else "kept", earlier))

    def _leave(self, outcome: Outcome, place: Place, earlier: Issued) -> Deed:
        """Leave a workbook as issued; put it back where it is missing and can be made."""
        held = self._held(earlier)
        if held is False:
            return Deed(place, self._book("kept", earlier))
        copy = self._press.again(earlier) if held is None else None
        exact = copy if copy and copy.sha256() == earlier.sha256 else None
        return Deed(place, self._book(outcome, earlier), write=exact)

    def _held(self, issued: Issued) -> bool | None:
        return holds(self._outbox / issued.file_name, issued.sha256)

    def _book(self, outcome: Outcome, issued: Issued) -> Workbook:
        return Workbook(
            outcome=outcome,
            toolkit=issued.identity.toolkit,
            partner=issued.partner,
            respondent=issued.respondent,
            reference=issued.reference,
            path=self._outbox / issued.file_name,
        )

    def _free_reference(self, identity: Identity) -> str:
        for attempt in range(_MOST_ATTEMPTS):
            reference = reference_for(identity, self._secret, attempt)
            if reference not in self._taken:
                self._taken.add(reference)
                return reference
        raise AssertionError(f"{_MOST_ATTEMPTS} references in a row are taken")
