"""Choosing: the coordinator's decision which of several returns counts for a workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlassess.desk.outbox import sha256_of
from xlassess.folder.assessment import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.answer import Issued, Return
from xlassess.model.errors import UsageError

UNCLEAR = "L01"
"""The finding that two different returns came back without a clear order."""

_HASH = re.compile(r"[0-9a-f]{6,64}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A decision that was recorded: the return that counts, and whose workbook it is."""

    ret: Return
    issued: Issued


def choose(
    folder: AssessmentFolder, which: str, *, because: str, by: str = "", now: datetime
) -> Chosen:
    """Record that this return counts for its workbook; others of it no longer do.

    Args:
        folder: the assessment.
        which: the return: a file on disk, the name it came under, or the beginning of its hash.
        because: the reason, kept with the decision.
        by: who decides; the coordinator if not given.
        now: the time to record, in UTC.

    Raises:
        UsageError: no usable return is meant by this, or several are, or no reason is given.
    """
    if not because.strip():
        raise UsageError("A decision needs a reason.", 'Give it with --because "...".')
    assessment = folder.assessment()
    if not folder.ledger_file.exists():
        raise _nothing(which)
    with Ledger(folder.ledger_file, lambda: now) as ledger:
        issued = {item.reference: item for item in ledger.issued(assessment.round)}
        usable = [
            ret
            for ret in ledger.history(assessment.round)
            if ret.state != "refused" and ret.reference in issued
        ]
        meant = _meant(which, usable)
        ret = ledger.choose(meant.sha256, by or assessment.coordinator.name, because.strip())
        return Chosen(ret, issued[ret.reference])


def _meant(which: str, usable: list[Return]) -> Return:
    path = Path(which)
    sha256 = sha256_of(path.read_bytes()) if path.is_file() else ""
    found = [ret for ret in usable if sha256 and ret.sha256 == sha256]
    found = found or [ret for ret in usable if which in (ret.file, ret.file.rpartition("/")[2])]
    if not found and _HASH.fullmatch(which):
        found = [ret for ret in usable if ret.sha256.startswith(which)]
    if not found:
        raise _nothing(which)
    if len(found) > 1:
        hashes = ", ".join(ret.sha256[:12] for ret in found)
        raise UsageError(
            f"Several returns came under the name {which}.",
            f"Name the one that counts by the beginning of its hash: {hashes}.",
        )
    return found[0]


def _nothing(which: str) -> UsageError:
    return UsageError(
        f"No return of this round that could be read is called {which}.",
        "Name it as xlassess status or xlassess ingest shows it.",
    )
