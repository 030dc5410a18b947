"""The identity of a workbook: on its very hidden sheet and in the document's properties."""

from __future__ import annotations

from dataclasses import dataclass

from xlassess.contract.layout import (
    CONTRACT_VERSION,
    IDENTITY_KEYS,
    PROPERTY_PREFIX,
    QUERY_KEYS,
)
from xlassess.generate.job import Job, PersonalField, placeholder
from xlassess.model.answer import Identity
from xlassess.sheet.checked import Sheet
from xlassess.sheet.looks import PLAIN

_PERSONAL: dict[str, PersonalField] = {
    "reference": "reference",
    "partner": "partner_id",
    "respondent": "respondent_id",
    "seal": "seal",
}


@dataclass(frozen=True, slots=True)
class Common:
    """The part of an identity that every copy of a plate shares."""

    contract: str
    assessment: str
    round: str
    toolkit: str
    version: str
    digest: str
    of: str = ""
    asks: str = ""

    def is_part_of(self, identity: Identity) -> bool:
        """True when a workbook of this identity is a copy of the plate."""
        return self == Common(
            str(identity.contract),
            identity.assessment,
            identity.round,
            identity.toolkit,
            identity.version,
            identity.digest,
            identity.of,
            identity.asks,
        )


def common_identity(job: Job, digest: str, of: str = "", asks: str = "") -> Common:
    """Return what the copies of a plate have in common.

    Args:
        job: the workbook being built.
        digest: the digest of its questions.
        of: in a query workbook, the reference of the workbook it asks about.
        asks: in a query workbook, the digest of what it asks.
    """
    return Common(
        contract=str(CONTRACT_VERSION),
        assessment=job.assessment.id,
        round=job.assessment.round,
        toolkit=job.toolkit.id,
        version=job.toolkit.version,
        digest=digest,
        of=of,
        asks=asks,
    )


def write_identity(job: Job, sheet: Sheet, common: Common) -> None:
    """Write the identity sheet and the document's own properties."""
    sheet.widths({0: 14.0, 1: 70.0})
    shared = []
    for row, key in enumerate((*IDENTITY_KEYS, *(QUERY_KEYS if common.of else ()))):
        sheet.text(row, 0, key)
        if key in _PERSONAL:
            job.personal.add(sheet, row, 1, _PERSONAL[key], PLAIN)
        else:
            sheet.text(row, 1, getattr(common, key))
            shared.append((key, getattr(common, key)))
    # Personal properties come last, so that the head of the part is the same in every copy.
    personal = [(key, placeholder(name)) for key, name in _PERSONAL.items()]
    for key, value in (*shared, *personal):
        job.book.own_property(f"{PROPERTY_PREFIX}{key}", value)
