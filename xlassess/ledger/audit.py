"""Checking the ledger: the chain of events, and every record against what they say of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, exists, select, text

from xlassess.contract.seal import questions_digest
from xlassess.ledger import reads
from xlassess.ledger.recording import joint
from xlassess.ledger.tables import events, rows
from xlassess.ledger.tables.digests import (
    digest_of_body,
    digest_of_issued,
    digest_of_query,
    digest_of_return,
)
from xlassess.ledger.tables.events import START, Event, ReturnStatus
from xlassess.ledger.tables.replay import Replay
from xlassess.ledger.tables.schema import EVENTS, ISSUED, META, METADATA, RETURNS, TOOLKITS
from xlassess.model.answer import Issued, Return
from xlassess.model.query import Query

_TOGETHER = 250
"""Returns read at once: few queries for thousands of them, little memory, and well below the
number of parameters that SQLite took in one statement before 2020 (999)."""

_UNREADABLE = (ValueError, TypeError, KeyError)
"""What comes of a record that somebody wrote into."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that does not hold: what it concerns, and what is wrong, as a sentence."""

    about: str
    message: str


@dataclass(frozen=True, slots=True)
class Audit:
    """What checking the ledger found, and what is on record, as far as it can be read.

    ``events`` is empty where the chain does not hold. ``toolkits`` are the digests of the
    questions of those that hold.
    """

    faults: tuple[Fault, ...]
    events: tuple[Event, ...]
    issued: tuple[Issued, ...]
    queries: tuple[Query, ...]
    returns: tuple[Return, ...]
    toolkits: frozenset[str]


def audit(db: Connection) -> Audit:
    """Check the database itself, the chain of events, and the records against them.

    Where the chain does not hold, records are not compared with it.
    """
    chain = [*_database(db), *_chain(db)]
    faults = [*chain, *_orphans(db)]
    log = () if chain else events.read(db)
    issued = tuple(_readable_issued(db, faults))
    returns = list(_readable(db, faults))
    toolkits = frozenset(_toolkits(db, faults))
    asked = _readable_queries(db, faults)
    if not chain:
        told = {fault.about for fault in faults}
        compared = [*_issued(issued, log), *_returns(db, returns, log), *_kept(db, log)]
        faults += [fault for fault in compared if fault.about not in told]
        faults += _queries(asked, log)
        faults += _joint(db, issued, returns, log)
    return Audit(tuple(faults), log, issued, asked, tuple(returns), toolkits)


def _database(db: Connection) -> Iterator[Fault]:
    if db.dialect.name != "sqlite":
        return
    for (said,) in db.execute(text("PRAGMA integrity_check")):
        if said != "ok":
            yield Fault("database", f"The database file is damaged: {said}.")


def _orphans(db: Connection) -> Iterator[Fault]:
    """Name the tables that hold something of a record that is missing."""
    if db.dialect.name == "sqlite":
        found = db.execute(text("PRAGMA foreign_key_check"))
        orphaned = {(row[0], row[2]) for row in found}
    else:
        orphaned = set(_orphaned(db))
    for table, parent in sorted(orphaned):
        about = f"table {table}"
        yield Fault(
            about, f"Rows of the table “{table}” belong to rows of “{parent}” that are missing."
        )


def _orphaned(db: Connection) -> Iterator[tuple[str, str]]:
    """Yield tables with rows whose parents are missing, and the parents' tables."""
    for table in METADATA.sorted_tables:
        for key in table.foreign_keys:
            parents = key.column.table
            missing = ~exists().where(key.column == key.parent)
            lost = select(key.parent).where(key.parent.is_not(None), missing).limit(1)
            if db.scalar(lost) is not None:
                yield table.name, parents.name


def _chain(db: Connection) -> Iterator[Fault]:
    number, previous = 0, START
    for found in db.execute(select(EVENTS).order_by(EVENTS.c.number)).mappings():
        row: dict[str, Any] = {str(name): value for name, value in found.items()}
        about = f"event {row['number']}"
        if row["number"] != number + 1:
            yield Fault(about, f"{_gap(number, row['number'])}.")
        elif row["previous"] != previous:
            yield Fault(about, f"Event {row['number']} does not follow the event before it.")
        if row["hash"] != events.hash_of(row) or not _is_json(row["details"]):
            yield Fault(about, f"Event {row['number']} was changed: its hash does not match.")
        number, previous = row["number"], row["hash"]
    held = db.scalar(select(META.c.value).where(META.c.key == events.HEAD))
    if held != f"{number}:{previous}":
        last = (held or "").partition(":")[0] or "none"
        yield Fault(
            f"event {last}",
            f"The log ends with event {number}, but the last one recorded was event {last}, or "
            "it was another one.",
        )


def _gap(last: int, found: int) -> str:
    if found == last + 2:
        return f"Event {last + 1} is missing"
    return f"Events {last + 1} to {found - 1} are missing"


def _is_json(details: str) -> bool:
    try:
        return isinstance(json.loads(details), dict)
    except ValueError:
        return False


def _issued(issued: Sequence[Issued], log: Sequence[Event]) -> Iterator[Fault]:
    said = {event.reference: event for event in log if event.what == "issued"}
    for one in issued:
        event = said.pop(one.reference, None)
        about = f"workbook {one.reference}"
        if event is None:
            yield Fault(about, f"The event log has no record that {one.reference} was issued.")
        elif event.details.get("record") != digest_of_issued(one):
            yield Fault(about, f"The record of the workbook {one.reference} was changed.")
        elif event.details.get("promise", "") != one.identity.promise:
            yield Fault(about, f"What the workbook {one.reference} promised was changed.")
        elif event.details.get("kind", "") != one.identity.kind:
            yield Fault(about, f"What the workbook {one.reference} is for was changed.")
        elif event.details.get("given", "") != one.identity.given:
            yield Fault(about, f"What the workbook {one.reference} shows of last time was changed.")
        elif event.details.get("return_by") != (one.return_by and one.return_by.isoformat()):
            yield Fault(about, f"The day by which {one.reference} is wanted was changed.")
    for reference in said:
        yield Fault(f"workbook {reference}", f"The record of the workbook {reference} is missing.")


def _queries(issued: Sequence[Query], log: Sequence[Event]) -> Iterator[Fault]:
    said = {event.details["query"]: event for event in log if event.what == "query issued"}
    for one in issued:
        event = said.pop(one.reference, None)
        about = f"query workbook {one.reference}"
        if event is None:
            yield Fault(about, f"The event log has no record that {one.reference} was issued.")
        elif event.details.get("record") != digest_of_query(one):
            yield Fault(about, f"The record of the query workbook {one.reference} was changed.")
    for reference in said:
        about = f"query workbook {reference}"
        yield Fault(about, f"The record of the query workbook {reference} is missing.")


def _joint(
    db: Connection, issued: Sequence[Issued], returns: Sequence[Return], log: Sequence[Event]
) -> Iterator[Fault]:
    """What the log tells of joint workbooks, against what was read from them."""
    books = {one.reference: one for one in issued if one.identity.kind}
    if not books:
        return
    came = {event.return_id: event.reference for event in log if event.what == "received"}
    told: dict[int, list[Mapping[str, Any]]] = {}
    for event in log:
        if event.what in joint.STEPS.values() and event.return_id:
            told.setdefault(event.return_id, []).append(event.details)
    kits = {
        row.digest: rows.toolkit_of(row.body)
        for row in db.execute(select(TOOLKITS.c.digest, TOOLKITS.c.body))
        if row.digest in {one.identity.digest for one in books.values()}
    }
    for ret in returns:
        book = books.get(came.get(ret.number, ""))
        if book is None or ret.state == "refused" or book.identity.digest not in kits:
            continue
        brought = joint.entries(ret, book, kits[book.identity.digest])
        said = [json.loads(one.text()) for one in brought]
        if not is_told(said, told.get(ret.number, [])):
            message = f"What return {ret.number} brought to the plan is not what the log tells."
            yield Fault(f"return {ret.number}", message)


def is_told(brought: Sequence[Mapping[str, Any]], told: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether the log tells just this; earlier versions told less (`joint.LATER`).

    Args:
        brought: what a return brought, as it would be told today.
        told: what the log tells of it.
    """
    if len(brought) != len(told):
        return False
    return all(
        {name: each for name, each in said.items() if name in known or name not in joint.LATER}
        == known
        for said, known in zip(brought, told, strict=True)
    )


def _readable_issued(db: Connection, faults: list[Fault]) -> Iterator[Issued]:
    """Yield the workbooks whose records can be read; what cannot is a fault."""
    for row in db.execute(select(ISSUED).order_by(ISSUED.c.number)):
        try:
            yield rows.issued_of(row)
        except (ValueError, TypeError):
            message = f"The record of the workbook {row.reference} can no longer be read."
            faults.append(Fault(f"workbook {row.reference}", message))


def _readable(db: Connection, faults: list[Fault]) -> Iterator[Return]:
    """Yield the returns whose records can be read; what cannot is a fault."""
    numbers = db.scalars(select(RETURNS.c.id).order_by(RETURNS.c.id)).all()
    for start in range(0, len(numbers), _TOGETHER):
        together = numbers[start : start + _TOGETHER]
        try:
            found = reads.returns(db, RETURNS.c.id.in_(together), Replay())
        except _UNREADABLE:
            # One by one: a single damaged record must not hide the others.
            yield from _readable_singly(db, together, faults)
        else:
            yield from found


def _readable_singly(
    db: Connection, numbers: Sequence[int], faults: list[Fault]
) -> Iterator[Return]:
    for number in numbers:
        try:
            yield from reads.returns(db, RETURNS.c.id == number, Replay())
        except _UNREADABLE:
            message = f"What was read from return {number} can no longer be read."
            faults.append(Fault(f"return {number}", message))


def _readable_queries(db: Connection, faults: list[Fault]) -> tuple[Query, ...]:
    try:
        return reads.queries(db)
    except _UNREADABLE:
        faults.append(Fault("query workbooks", "The query workbooks on record cannot be read."))
        return ()


def _returns(db: Connection, returns: Sequence[Return], log: Sequence[Event]) -> Iterator[Fault]:
    now = Replay().follow(log)
    said = {event.return_id: event for event in log if event.what == "received"}
    standings = {row.id: row.standing for row in db.execute(select(RETURNS))}
    rounds = reads.rounds(db)
    for ret in returns:
        event, place = said.get(ret.number), now.statuses.get(ret.number)
        about = f"return {ret.number}"
        if event is None or place is None:
            yield Fault(about, f"The event log has no record of return {ret.number}.")
            continue
        if event.details.get("record") != digest_of_return(ret):
            yield Fault(about, f"What was read from return {ret.number} ({ret.file}) was changed.")
        if event.details.get("round") not in (None, rounds.get(ret.number)):
            message = (
                f"Return {ret.number} ({ret.file}) did not come in the round that is recorded."
            )
            yield Fault(about, message)
        stands = ReturnStatus(ret.reference, standings[ret.number], ret.state)
        if place != stands:
            yield Fault(
                about,
                f"Return {ret.number} ({ret.file}) stands {_stands(stands)}; by the event log it "
                f"stands {_stands(place)}.",
            )
    for missing in said.keys() - standings.keys():
        yield Fault(f"return {missing}", f"The record of return {missing} is missing.")


def _stands(place: ReturnStatus) -> str:
    """Where a return stands, in words; state and standing are mostly the same word."""
    said = dict.fromkeys((place.state, place.standing))
    return f"as “{', '.join(said)}” for {place.reference or 'nobody'}"


def _toolkits(db: Connection, faults: list[Fault]) -> Iterator[str]:
    """Yield the digests of toolkits whose questions have them; others are a fault."""
    for row in db.execute(select(TOOLKITS.c.digest, TOOLKITS.c.id, TOOLKITS.c.body)):
        try:
            found = questions_digest(rows.toolkit_of(row.body))
        except ValueError:
            found = ""
        if found == row.digest:
            yield row.digest
        else:
            message = f"The questions of the toolkit {row.id} are no longer those issued."
            faults.append(Fault(f"toolkit {row.id}", message))


def _kept(db: Connection, log: Sequence[Event]) -> Iterator[Fault]:
    said = {event.details["questions"]: event for event in log if event.what == "toolkit kept"}
    for row in db.execute(select(TOOLKITS)):
        event = said.pop(row.digest, None)
        about = f"toolkit {row.id}"
        if event is None:
            yield Fault(
                about, f"The event log has no record of the toolkit {row.id} as it was kept."
            )
            continue
        names = event.details["toolkit"], event.details["version"]
        record = event.details.get("record")
        if record != digest_of_body(row.body) or names != (row.id, row.version):
            yield Fault(about, f"The record of the toolkit {row.id} was changed.")
    for event in said.values():
        name = event.details["toolkit"]
        yield Fault(f"toolkit {name}", f"The toolkit {name} as issued is missing.")
