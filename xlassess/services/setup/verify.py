"""Verifying: whether everything on record still is as it was recorded."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.seal import seal_holds
from xlassess.ledger import Audit, Event, Fault
from xlassess.ledger.archive import KeptFiles, KeptName, hash_of_file, hashes, kept_files
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import Promise
from xlassess.model.errors import XlassessError
from xlassess.model.plan import JOINT_KINDS
from xlassess.model.query import Query
from xlassess.model.record import EntryCopy
from xlassess.services.common.noted_event import event_noted, summaries_there
from xlassess.services.common.opening import opened
from xlassess.services.common.phrases import count, listed
from xlassess.services.common.showing_more import older_in_a_line, older_papers_of
from xlassess.services.common.workbooks.outbox import QUERIES, REPLACED

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

    @property
    def verdict(self) -> str:
        """Whether everything holds, in a sentence."""
        if self.holds:
            return "The records are complete and unchanged."
        return f"{count(len(self.faults), 'problem')} found:"

    @property
    def looked(self) -> str:
        """What was looked at, in a sentence."""
        numbers = (
            count(self.events, "event"), count(self.workbooks, "workbook"),
            count(self.returns, "return"), count(self.files, "file kept", "files kept"),
            count(self.toolkits, "toolkit"),
        )  # fmt: skip
        return f"Checked: {listed(numbers)}."

    @property
    def to_note(self) -> str:
        """What to write down of the log, so that a later check can tell it from another one."""
        return f"{self.events}:{self.head[:16]}" if self.events else ""


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
        audit, entries = ledger.audit(), ledger.entries()
        rounds = {one.details["round"] for one in audit.events if "round" in one.details}
        outputs = {name: ledger.outputs(name) for name in sorted(map(str, rounds))}
    found = _Findings(list(audit.faults), [])
    last = audit.events[-1] if audit.events else None
    if last is None and audit.faults:
        found.remarks.append(
            "The records could not be compared with the event log, because the log has been "
            "changed."
        )
    if noted and last:
        _noted(audit.events, *noted, found)
    with kept_files(folder.files) as files:
        kept, place = _archive(files, audit.returns, found), files.where
    _returned(audit.returns, kept, found, place)
    _unrecorded(audit, kept, found)
    _left_in_folder(folder, kept, found)
    sealed = _sealed(folder, audit)
    _outbox(folder.root, sealed, found)
    found.faults += _seals(folder, [*(each.record for each in sealed), *entries])
    found.faults += _questions(audit)
    _summaries(folder, audit.events, found)
    _other_papers(folder, audit.events, found)
    now = _shown_now(folder)
    for name, written in outputs.items():
        older = older_papers_of(folder, name, written, now.get(name, ()))
        found.remarks += older_in_a_line(older)
    _copies(folder, audit.events, found)
    found.faults += _archives(folder, audit.events)
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


def _shown_now(folder: AssessmentFolder) -> dict[str, tuple[Promise, ...]]:
    """What the settings come to, by the present round; nothing where they cannot be used."""
    try:
        assessment = folder.assessment()
    except XlassessError:
        # what is on record can be checked all the same
        return {}
    return {assessment.round: (assessment.promise,)}


def _noted(events: Sequence[Event], number: int, sha256: str, found: _Findings) -> None:
    """Say whether an event that somebody wrote down is on record as they wrote it."""
    there = next((event for event in events if event.number == number), None)
    if there and there.hash.startswith(sha256.lower()):
        found.remarks.append(f"Event {number} is on record as you wrote it down.")
        return
    if there is None:
        message = (
            f"There is no event {number}: the log has {count(len(events), 'event')}. Check what "
            "you wrote down. If it is right, the ledger is an older copy, or the log was cut off "
            "or replaced since: put the newer ledger back."
        )
    else:
        message = (
            f"Event {number} is not as you wrote it down: its hash begins with {there.hash[:16]}. "
            "Check what you wrote down. If it is right, the log was replaced since."
        )
    found.faults.append(Fault(f"event {number}", message))


def _archive(files: KeptFiles, recorded: Sequence[Return], found: _Findings) -> dict[str, KeptName]:
    """Check every file kept against its name; return those that hold, by their hashes."""
    kept: dict[str, KeptName] = {}
    numbers = {ret.sha256: ret.number for ret in recorded}
    for one in files.every():
        name, where = one.name.partition(".")[0], one.where
        if name == one.sha256:
            kept[name] = one
            continue
        if one.sha256 in numbers:
            said = f"has the file of return {numbers[one.sha256]} under another name"
        elif _DIGEST.fullmatch(name):
            said = "is not the file that was received"
        else:
            said = "was not put there by xlassess ingest"
        found.faults.append(Fault(where, f"The file {where} {said}."))
    return kept


def _returned(
    returns: Sequence[Return], kept: Mapping[str, KeptName], found: _Findings, place: str
) -> None:
    missing = [ret for ret in returns if ret.sha256 and ret.sha256 not in kept]
    inside = [ret for ret in missing if ret.state == "refused" and "/" in ret.file]
    found.remarks += [
        f"{_not_kept(ret, place)}. It was refused as part of a zip file." for ret in inside
    ]
    lost = [ret for ret in missing if ret not in inside]
    if len(lost) > 1 and not kept:
        message = f"The files of all {len(lost)} returns are missing from {place}."
        found.faults.append(Fault("returns", message))
        return
    found.faults += [Fault(f"return {ret.number}", f"{_not_kept(ret, place)}.") for ret in lost]


def _left_in_folder(
    folder: AssessmentFolder, kept: Mapping[str, KeptName], found: _Findings
) -> None:
    """Say that files lie in the folder that the bucket of the settings has not."""
    if isinstance(folder.files, Path):
        return
    with kept_files(folder.returns) as here:
        left = sum(one.sha256 not in kept for one in here.every())
    if left:
        found.remarks.append(
            f"{count(left, 'file')} in returns/ {'is' if left == 1 else 'are'} not in "
            f"{folder.files}. To copy: xlassess ledger copy-files returns {folder.files.url}"
        )


def _unrecorded(audit: Audit, kept: Mapping[str, KeptName], found: _Findings) -> None:
    """Name the files kept that no record knows."""
    known = {ret.sha256 for ret in audit.returns}
    known |= {event.details.get("sha256", "") for event in audit.events}
    for one in (one for sha256, one in kept.items() if sha256 not in known):
        where = one.where
        if one.name.endswith(".zip"):
            # Version 0.1 at first kept the zip files that returns came in without a record.
            found.remarks.append(f"The zip file {where} has no record of its own.")
            continue
        found.faults.append(
            Fault(
                where,
                f"The file {where} has no record. Another coordinator received it in a copy of "
                "this folder, a run was interrupted, or the ledger is an older copy. If there is "
                "a newer ledger, put it back. If not, copy the file to another folder and read "
                "it from there: xlassess ingest.",
            )
        )


def _not_kept(ret: Return, place: str) -> str:
    return f"The file of return {ret.number} ({ret.file}) is missing from {place}"


@dataclass(frozen=True, slots=True)
class _Sealed:
    """An issued workbook or query workbook, and the folder it was written to."""

    record: Issued | Query
    folder: Path


def _sealed(folder: AssessmentFolder, audit: Audit) -> list[_Sealed]:
    rounds = {one.identity.round for one in audit.issued}
    outbox = {name: folder.of_round(name).outbox for name in rounds}
    whose = {one.reference: one.identity.round for one in audit.issued}
    return [
        *(_Sealed(one, outbox[one.identity.round] / one.identity.kind) for one in audit.issued),
        *(_Sealed(one, outbox[whose[one.of]] / QUERIES) for one in audit.queries),
    ]


def _outbox(root: Path, sealed: Sequence[_Sealed], found: _Findings) -> None:
    missing = 0
    there: dict[Path, Issued | Query] = {}
    for each in sealed:
        name = each.record.file_name
        places = [each.folder / name, each.folder / REPLACED / name]
        held = [path for path in places if path.is_file()]
        missing += not held
        there |= dict.fromkeys(held, each.record)
    for path, sha256 in hashes(list(there)).items():
        if sha256 != there[path].sha256:
            where = path.relative_to(root).as_posix()
            said = f"is not the workbook {there[path].reference} as it was issued"
            found.faults.append(Fault(where, f"{where} {said}."))
    if missing:
        found.remarks.append(
            f"Issued workbooks that are no longer in the outbox: {missing}. To write those of "
            "this round again: xlassess generate, xlassess query"
        )
    names = {each.record.file_name for each in sealed}
    beside = (QUERIES, *JOINT_KINDS)
    outboxes = {each.folder for each in sealed if each.folder.name not in beside}
    there_now = (path for outbox in outboxes for path in outbox.rglob("*.xls*"))
    others = sorted(path.name for path in there_now if path.name not in names)
    if others:
        found.remarks.append(
            "Workbooks in the outbox that xlassess did not issue. Do not send them: "
            f"{'; '.join(others)}."
        )


def _seals(
    folder: AssessmentFolder, records: Sequence[Issued | Query | EntryCopy]
) -> Iterator[Fault]:
    try:
        secret = folder.secret()
    except XlassessError as error:
        yield Fault("secret", error.message)
        return
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
        what = "copy for typing in" if isinstance(one, EntryCopy) else "workbook"
        message = f"The seal recorded for the {what} {one.reference} does not belong to it."
        yield Fault(f"{what} {one.reference}", message)


def _questions(audit: Audit) -> Iterator[Fault]:
    lost = Counter(
        (one.identity.toolkit, one.identity.version)
        for one in audit.issued
        if one.identity.digest not in audit.toolkits
    )
    for (toolkit, version), number in lost.items():
        yield Fault(
            f"questions of {toolkit}",
            f"The questions of {toolkit}, version {version}, are not on record as they were "
            f"issued. They are needed for {number} of the workbooks.",
        )


def _summaries(folder: AssessmentFolder, events: Sequence[Event], found: _Findings) -> None:
    """Compare what summaries know of the log with the log; remark on those that were edited.

    People may well edit a summary. But one that knows of events the log does not have shows
    that the ledger was put back from an older copy, or cut off.
    """
    last = {e.details["round"]: e.details["sha256"] for e in events if e.what == "consolidated"}
    rounds = {path.parent.name for path in folder.root.glob("output/*/*.xlsx")}
    rounds |= {path.parent.parent.name for path in folder.root.glob("rounds/*/output/*.xlsx")}
    for round_name in sorted(rounds | last.keys()):
        newest = folder.summary_file(round_name)
        told = [_known_to(path, events, folder.root) for path in summaries_there(newest)]
        faults = [fault for fault in told if fault]
        found.faults += faults
        sha256 = last.get(round_name)
        if sha256 and newest.is_file() and hash_of_file(newest) != sha256 and not faults:
            found.remarks.append(
                f"The summary of round {round_name} has been edited since it was written."
            )


_PAPERS = (("reported", "report.docx"), ("exported", "export-*"))
"""What was written of a round beside its summary, by the event that says so."""


def _other_papers(folder: AssessmentFolder, events: Sequence[Event], found: _Findings) -> None:
    """Remark on reports and data of which the log knows nothing: it may be an older one."""
    known = {(event.what, event.details.get("round")) for event in events}
    rounds = {event.details["round"] for event in events if "round" in event.details}
    for round_name in sorted(map(str, rounds)):
        home = folder.summary_file(round_name).parent
        for what, pattern in _PAPERS:
            there = sorted(home.glob(pattern))
            if there and (what, round_name) not in known:
                where = there[0].relative_to(folder.root).as_posix()
                found.remarks.append(
                    f"{where} was written, and the log does not say so. The ledger may be an "
                    "older copy: if there is a newer one, put it back."
                )


def _known_to(path: Path, events: Sequence[Event], root: Path) -> Fault | None:
    """What is wrong with the log by what a summary says of it; nothing where it agrees."""
    noted = event_noted(path)
    if noted is None or not events:
        return None
    number, sha256 = noted
    where, last = path.relative_to(root).as_posix(), events[-1].number
    if number > last:
        return Fault(
            "ledger",
            f"{where} was written when the log had {number} events; now it has {last}. The ledger "
            "is an older copy, or its end was cut off: put the newer one back.",
        )
    if events[number - 1].hash != sha256:
        return Fault(
            "ledger",
            f"{where} knows another event {number} than the log has: the ledger is that of "
            "another copy of this folder, or its log was made anew.",
        )
    return None


def _copies(folder: AssessmentFolder, events: Sequence[Event], found: _Findings) -> None:
    """Name other ledgers beside the ledger: OneDrive and Dropbox put conflict copies there.

    A copy that holds nothing new is worth a remark; one with events of its own is somebody's
    work that is missing here.
    """
    own, in_file = folder.ledger_file, isinstance(folder.ledger, Path)
    companions = {f"{own.name}{ending}" for ending in ("", "-wal", "-shm", "-journal") if in_file}
    ours = own.name if in_file else "the ledger in the database"
    for path in sorted(folder.root.iterdir()):
        named = path.name.casefold()
        if path.name in companions or not path.is_file():
            continue
        # before its name, too: "Copy of ledger.db", "Kopie von ledger.db"
        if not (own.stem.casefold() in named and own.suffix in named):
            continue
        if any(named.endswith(ending) for ending in ("-wal", "-shm", "-journal")):
            continue
        more = _own_events(path, events)
        if more is None:
            found.remarks.append(f"{path.name} beside {ours} is not a ledger, or is damaged.")
        elif more:
            said = f"{path.name} is another ledger of this assessment, with {more} events that "
            said += f"{ours} does not have: somebody worked in another copy of this folder."
            found.faults.append(Fault(path.name, f"{said} Do again here what was done there."))
        else:
            found.remarks.append(
                f"{path.name} is a copy of the ledger with nothing in it that {ours} lacks."
            )


def _own_events(path: Path, events: Sequence[Event]) -> int | None:
    """How many events a ledger has that are not in ours; None where it cannot be read."""
    ours = {event.hash for event in events}
    # Read as it is and without a lock: the copy is evidence, and opening it would write to it.
    place = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(place, uri=True)) as copy:
            hashes = [row[0] for row in copy.execute("SELECT hash FROM events")]
    except sqlite3.Error:
        return None
    return sum(one not in ours for one in hashes)


def _archives(folder: AssessmentFolder, events: Sequence[Event]) -> Iterator[Fault]:
    """Check the archives of rounds that were closed against their lists of files, and those."""
    import bagit

    closed = (event for event in events if event.what == "round closed")
    # The last event about an archive: one that was broken off is made anew under its name.
    made = {
        folder.of_round(event.details["round"]).home / event.details["archive"]: event.details
        for event in closed
    }
    for place, details in made.items():
        where = place.relative_to(folder.root).as_posix()
        if not place.is_dir():
            said = f"The archive {where} is missing. Restore it from a copy, or make it again: "
            yield Fault(where, f"{said}xlassess round close {details['round']}")
            continue
        try:
            bagit.Bag(str(place)).validate()
        except (bagit.BagError, OSError) as error:
            yield Fault(where, f"The archive {where} was changed: {error}.")
            continue
        if hash_of_file(place / "manifest-sha256.txt") != details["manifest"]:
            yield Fault(
                where, f"The archive {where} is not the one made when the round was closed."
            )
