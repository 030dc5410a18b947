"""The press: copies of workbooks, each plate built when it is first wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from xlassess.contract.layout import CONTRACT_VERSION
from xlassess.contract.seal import seal, sheet_password
from xlassess.desk.outbox import sha256_of
from xlassess.generate import Personal, Plate, build_plate
from xlassess.model.answer import Identity, Issued
from xlassess.model.assessment import Assessment, Level, Respondent
from xlassess.model.toolkit import Toolkit


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
