"""Copying an assessment's ledger from a file into a database, or back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from xlassess.assessment.database import ledger_remarks
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger, LedgerCopied
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.common.opening import id_of, named_place, place_meant


@dataclass(frozen=True, slots=True)
class LedgerMoved:
    """A ledger that was copied: what, to where, and whether the settings name that place."""

    copied: LedgerCopied
    to: Path | LedgerDatabase
    in_use: bool


def copy_ledger(folder: AssessmentFolder, source: str, target: str) -> LedgerMoved:
    """Copy the ledger of an assessment, with all that happened and the hashes of it.

    Args:
        folder: the assessment; its id says which ledger of a database is meant.
        source: the file, or the URL of the database, that has the ledger.
        target: the file or database that is to have it.

    Raises:
        UsageError: a place cannot be meant, has no ledger, or has one already.
        XlassessError: the ledger does not hold, a database cannot be used, or the copy failed.
    """
    of = id_of(folder, "ledger of a database is")

    def place(written: str) -> Path | LedgerDatabase:
        return place_meant(written, ledger_remarks, lambda url: LedgerDatabase(url, of))

    whence, to = place(source), place(target)
    if not Ledger.is_at(whence):
        raise UsageError(f"There is no ledger {named_place(whence)}.", "Check the first place.")
    with Ledger(whence) as ledger:
        if faults := ledger.audit().faults:
            raise XlassessError(
                f"The ledger {named_place(whence)} does not hold: {faults[0].message}",
                "Nothing was copied. xlassess verify says what is wrong. Restore it from a copy.",
            )
        copied = ledger.copy_to(to)
    with Ledger(to) as ledger:
        if ledger.audit().faults:
            raise XlassessError(
                f"The copy {named_place(to)} does not hold.",
                "Do not use it. Check that database, and copy again to another place.",
            )
    return LedgerMoved(copied, to, folder.ledger == to)
