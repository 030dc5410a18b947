"""Verifying: whether everything on record still is as it was recorded."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.seal import seal_holds
from xlassess.ledger import Audit, Event, Fault
from xlassess.model.answer import Issued, Return
from xlassess.model.errors import XlassessError
from xlassess.model.query import Query
from xlassess.services.opening import opened
from xlassess.services.outbox import REPLACED
from xlassess.services.query import FOLDER as QUERIES

_BLOCK = 1 << 20
_DIGEST = re.compile("[0-9a-f]{64}")


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
    if last is None and audit.faults:
        found.remarks.append(
            "The records could not be compared with the event log, because the log has been "
            "changed."
        )
    if noted and last:
        found.faults += _noted(audit.events, *noted)
    kept = _archive(folder.returns, audit.returns, found)
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
        yield Fault(f"event {number}", f"There is no event {number}. The log has been replaced.")
    elif not there.hash.startswith(sha256.lower()):
        yield Fault(
            f"event {number}",
            f"Event {number} is not the one you wrote down: its hash begins with "
            f"{there.hash[:12]}. The log has been replaced.",
        )


def _archive(returns: Path, recorded: Sequence[Return], found: _Findings) -> set[str]:
    """Check every file kept against its name; return the hashes of those that hold."""
    kept = set()
    numbers = {ret.sha256: ret.number for ret in recorded}
    there = sorted(returns.rglob("*")) if returns.is_dir() else []
    files = [path for path in there if path.is_file() and not path.name.startswith(".")]
    for path, sha256 in _hashes(files).items():
        name = path.name.partition(".")[0]
        if name == sha256:
            kept.add(sha256)
            continue
        where = path.relative_to(returns.parent).as_posix()
        if sha256 in numbers:
            said = f"has the file of return {numbers[sha256]} under another name"
        elif _DIGEST.fullmatch(name):
            said = "is not the file that was received"
        else:
            said = "was not put there by xlassess ingest"
        found.faults.append(Fault(where, f"The file {where} {said}."))
    return kept


def _hashes(paths: Sequence[Path]) -> dict[Path, str]:
    """The hash of every file, several read at once: hashing leaves other threads to run."""
    with ThreadPoolExecutor() as pool:
        return dict(zip(paths, pool.map(_hash, paths, chunksize=64), strict=True))


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _returned(returns: Sequence[Return], kept: set[str], found: _Findings) -> None:
    missing = [ret for ret in returns if ret.sha256 and ret.sha256 not in kept]
    inside = [ret for ret in missing if ret.state == "refused" and "/" in ret.file]
    found.remarks += [f"{_not_kept(ret)}. It was refused as part of a zip file." for ret in inside]
    lost = [ret for ret in missing if ret not in inside]
    if len(lost) > 1 and not kept:
        message = f"The files of all {len(lost)} returns are missing from returns/."
        found.faults.append(Fault("returns", message))
        return
    found.faults += [
        Fault(f"return {ret.number}", f"{_not_kept(ret)} in returns/.") for ret in lost
    ]
    idle = kept - {ret.sha256 for ret in returns}
    if idle:
        found.remarks.append(
            f"{len(idle)} of the files in returns/ have no record of their own. They are zip "
            "files that returns came in, or files from a run that was interrupted. You do not "
            "need to do anything."
        )


def _not_kept(ret: Return) -> str:
    return f"The file of return {ret.number} ({ret.file}) is missing from returns/"


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
    there: dict[Path, Issued | Query] = {}
    for each in sealed:
        name = each.record.file_name
        places = [each.folder / name, each.folder / REPLACED / name]
        held = [path for path in places if path.is_file()]
        missing += not held
        there |= dict.fromkeys(held, each.record)
    for path, sha256 in _hashes(list(there)).items():
        if sha256 != there[path].sha256:
            where = path.relative_to(outbox.parent).as_posix()
            said = f"is not the workbook {there[path].reference} as it was issued"
            found.faults.append(Fault(where, f"{where} {said}."))
    if missing:
        found.remarks.append(
            f"Issued workbooks that are no longer in the outbox: {missing}. To write those of "
            "this round again: xlassess generate, xlassess query"
        )
    names = {each.record.file_name for each in sealed}
    others = sorted(path.name for path in outbox.rglob("*.xls*") if path.name not in names)
    if others:
        found.remarks.append(
            "Workbooks in the outbox that xlassess did not issue. Do not send them: "
            f"{'; '.join(others)}."
        )


def _seals(folder: AssessmentFolder, sealed: Sequence[_Sealed]) -> Iterator[Fault]:
    try:
        secret = folder.secret()
    except XlassessError as error:
        yield Fault("secret", error.message)
        return
    records = [each.record for each in sealed]
    broken = [one for one in records if not seal_holds(one.identity, secret, one.seal)]
    if len(broken) == len(records) > 1:
        yield Fault(
            "secret",
            f"None of the {len(records)} workbooks on record was sealed with "
            f"{folder.secret_file}. It is not the secret of this assessment. Restore it from a "
            "copy.",
        )
        return
    for one in broken:
        message = f"The seal recorded for the workbook {one.reference} does not belong to it."
        yield Fault(f"workbook {one.reference}", message)


def _questions(audit: Audit) -> Iterator[Fault]:
    lost = Counter(
        (one.identity.toolkit, one.identity.version)
        for one in audit.issued
        if one.identity.digest not in audit.toolkits
    )
    for (toolkit, version), count in lost.items():
        yield Fault(
            f"questions of {toolkit}",
            f"The questions of {toolkit}, version {version}, are not on record as they were "
            f"issued. They are needed for {count} of the workbooks.",
        )


def _summaries(folder: AssessmentFolder, events: Sequence[Event], found: _Findings) -> None:
    """Remark on summaries that are not as they were written; people may well edit them."""
    last = {e.details["round"]: e.details["sha256"] for e in events if e.what == "consolidated"}
    for round_name, sha256 in last.items():
        path = folder.summary_file(round_name)
        if path.is_file() and _hash(path) != sha256:
            found.remarks.append(
                f"The summary of round {round_name} has been edited since it was written."
            )
