"""Verifying: whether everything on record still is as it was recorded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from xlassess.contract.seal import seal_holds
from xlassess.desk.decide import opened
from xlassess.desk.outbox import REPLACED
from xlassess.desk.query import FOLDER as QUERIES
from xlassess.folder.assessment import AssessmentFolder
from xlassess.ledger import Audit, Event, Fault
from xlassess.model.answer import Issued, Return
from xlassess.model.errors import XlassessError
from xlassess.model.query import Query

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying found.

    ``faults`` are what does not hold. ``remarks`` are sentences on what is worth knowing and
    holds all the same. ``events`` and ``head`` are number and hash of the last event; the rest
    counts what was looked at.
    """

    faults: tuple[Fault, ...]
    remarks: tuple[str, ...]
    events: int
    head: str
    workbooks: int
    returns: int
    files: int
    toolkits: int

    @property
    def holds(self) -> bool:
        """True when everything is as it was recorded."""
        return not self.faults


@dataclass(slots=True)
class _Findings:
    """Faults and remarks as they are found."""

    faults: list[Fault]
    remarks: list[str]


def verify(folder: AssessmentFolder, *, noted: tuple[int, str] | None = None) -> Verified:
    """Check the event log, the records, the files kept, the outbox, the seals and the toolkits.

    Args:
        folder: the assessment.
        noted: number and (beginning of the) hash of an event that was noted down earlier, which
            must still be there.

    Raises:
        UsageError: nothing was issued yet.
        XlassessError: the ledger cannot be opened.
        OSError: a file cannot be read.
    """
    with opened(folder, lambda: datetime.now(timezone.utc)) as ledger:
        audit = ledger.audit()
    found = _Findings(list(audit.faults), [])
    last = audit.events[-1] if audit.events else None
    if noted and last:
        found.faults += _noted(audit.events, *noted)
    kept = _archive(folder.returns, found)
    _returned(audit.returns, kept, found)
    sealed = _sealed(folder.outbox, audit)
    _outbox(folder.outbox, sealed, found)
    found.faults += _seals(folder, sealed)
    found.faults += _questions(audit)
    _summaries(folder, audit.events, found)
    return Verified(
        faults=tuple(found.faults),
        remarks=tuple(found.remarks),
        events=last.number if last else 0,
        head=last.hash if last else "",
        workbooks=len(sealed),
        returns=len(audit.returns),
        files=len(kept),
        toolkits=len(audit.toolkits),
    )


def _noted(events: Sequence[Event], number: int, sha256: str) -> Iterator[Fault]:
    there = next((event for event in events if event.number == number), None)
    if there is None:
        yield Fault(f"event {number}", f"There is no event {number}; the log was made anew.")
    elif not there.hash.startswith(sha256.lower()):
        yield Fault(
            f"event {number}",
            f"Event {number} is not the one noted down: its hash begins with "
            f"{there.hash[:12]}. The log was made anew.",
        )


def _archive(returns: Path, found: _Findings) -> set[str]:
    """Check every file kept against its name; return the hashes of those that hold."""
    kept = set()
    for path in sorted(returns.rglob("*")) if returns.is_dir() else ():
        if not path.is_file() or path.name.startswith("."):
            continue
        sha256 = _hash(path)
        if path.name.partition(".")[0] == sha256:
            kept.add(sha256)
        else:
            where = path.relative_to(returns.parent).as_posix()
            found.faults.append(
                Fault(where, f"The file {where} is no longer the one that was received.")
            )
    return kept


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _returned(returns: Sequence[Return], kept: set[str], found: _Findings) -> None:
    for ret in returns:
        if not ret.sha256 or ret.sha256 in kept:
            continue
        sentence = f"The file of return {ret.number} ({ret.file}) is not among those kept"
        if ret.state == "refused" and "/" in ret.file:
            found.remarks.append(f"{sentence}; it was refused inside of a zip file.")
        else:
            found.faults.append(Fault(f"return {ret.number}", f"{sentence} in returns/."))
    idle = kept - {ret.sha256 for ret in returns}
    if idle:
        found.remarks.append(
            f"{len(idle)} of the files kept in returns/ are in no record of their own: zip files "
            "that others came in, or files of a run that was broken off."
        )


@dataclass(frozen=True, slots=True)
class _Sealed:
    """An issued workbook or query workbook, and the folder it was written to."""

    record: Issued | Query
    folder: Path


def _sealed(outbox: Path, audit: Audit) -> list[_Sealed]:
    return [
        *(_Sealed(one, outbox) for one in audit.issued),
        *(_Sealed(one, outbox / QUERIES) for one in audit.queries),
    ]


def _outbox(outbox: Path, sealed: Sequence[_Sealed], found: _Findings) -> None:
    missing = 0
    for each in sealed:
        one = each.record
        places = [each.folder / one.file_name, each.folder / REPLACED / one.file_name]
        there = [path for path in places if path.is_file()]
        missing += not there
        for path in there:
            if _hash(path) != one.sha256:
                where = path.relative_to(outbox.parent).as_posix()
                message = f"{where} is no longer the workbook {one.reference} as it was issued."
                found.faults.append(Fault(where, message))
    if missing:
        found.remarks.append(
            f"{missing} of the workbooks issued are no longer in the outbox; xlassess generate and "
            "xlassess query write those of this round again."
        )


def _seals(folder: AssessmentFolder, sealed: Sequence[_Sealed]) -> Iterator[Fault]:
    try:
        secret = folder.secret()
    except XlassessError as error:
        yield Fault("secret", error.message)
        return
    for one in (each.record for each in sealed):
        if not seal_holds(one.identity, secret, one.seal):
            message = f"The seal on record for the workbook {one.reference} is not its own."
            yield Fault(f"workbook {one.reference}", message)


def _questions(audit: Audit) -> Iterator[Fault]:
    for one in audit.issued:
        if one.identity.digest not in audit.toolkits:
            yield Fault(
                f"workbook {one.reference}",
                f"The questions of the workbook {one.reference} ({one.identity.toolkit}, version "
                f"{one.identity.version}) are not on record as they were issued.",
            )


def _summaries(folder: AssessmentFolder, events: Sequence[Event], found: _Findings) -> None:
    """Remark on summaries that are not as they were written; people may well edit them."""
    last = {e.details["round"]: e.details["sha256"] for e in events if e.what == "consolidated"}
    for round_name, sha256 in last.items():
        path = folder.summary_file(round_name)
        if path.is_file() and _hash(path) != sha256:
            found.remarks.append(
                f"The summary of round {round_name} was edited since it was written."
            )
