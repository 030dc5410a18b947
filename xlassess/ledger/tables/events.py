"""The event log: all that happened, in order, each event chained to the one before by hash.

The hash of an event is the SHA-256 of its canonical JSON (keys sorted, no blanks, UTF-8), in
which the hash of the event before stands under ``previous``; the first event follows `START`.
Number and hash of the last event are kept apart as well, so that a shortened log shows. Events
are only ever added; what one of them takes back stays on record.

Whoever may write to the ledger could write the whole log anew. It takes somebody who noted
number and hash of an earlier event, which stand in every summary, to tell.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, select, true, update

from xlassess.ledger.tables import bulk
from xlassess.ledger.tables.rows import Row, from_utc, to_utc
from xlassess.ledger.tables.schema import EVENTS, META
from xlassess.model.record import OutputKind

What = Literal[
    "toolkit kept", "issued", "received", "came again", "waived", "waiver revoked", "chosen",
    "set aside", "reassigned", "nil return", "declined", "sent", "reminded", "undone",
    "message begun", "message ended", "mailbox read", "mail came", "corrected", "words came",
    "message set aside",
    "consolidated", "query issued", "kept", "reported", "exported", "opened",
    "round closed", "round reopened", "plan agreed", "progress reported",
    "plan written", "progress written", "workshop written", "workshop held",
    "feedback written", "entry made", "portfolio written", "progress counted",
    "settings changed", "round begun",
]  # fmt: skip
"""What can happen."""

WRITING: Mapping[OutputKind, What] = {
    "summary": "consolidated", "report": "reported", "export": "exported", "frames": "opened",
    "plan": "plan written", "workshop": "workshop written", "feedback": "feedback written",
    "portfolio": "portfolio written",
    "progress paper": "progress counted",
}  # fmt: skip
"""The events by which something is written from a round, by what it is."""

START = "0" * 64
"""What the first event follows."""

HEAD = "events"
"""The key under which number and hash of the last event are kept."""

_FIELDS = ("number", "at", "by", "what", "reference", "return_id", "finding", "reason", "details")
_GET_HEAD = select(META.c.value).where(META.c.key == HEAD)
_SET_HEAD = update(META).where(META.c.key == HEAD).values(value=bindparam("head"))
_ADDED_IN = "events added in"


class ReturnStatus(NamedTuple):
    """Where a return stands: whose it is, its standing (`ledger.tables.order`), its state."""

    reference: str
    standing: str
    state: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened and is to be recorded.

    ``return_id`` is the number of the return concerned, ``finding`` the place of the finding
    in it, from 1. ``details`` is anything JSON can hold. ``statuses`` says where returns stand
    from now on; ``settled`` are the returns whose unclear order this settles.
    """

    what: What
    reference: str = ""
    return_id: int | None = None
    finding: int | None = None
    reason: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    statuses: Mapping[int, ReturnStatus] = field(default_factory=dict)
    settled: Sequence[int] = ()

    def text(self) -> str:
        """Return everything but the columns of their own as JSON."""
        whole = dict(self.details)
        if self.statuses:
            whole["places"] = {str(number): place for number, place in self.statuses.items()}
        if self.settled:
            whole["settled"] = list(self.settled)
        return _canonical(whole)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, as recorded: when (in UTC), by whom, and chained to the last."""

    number: int
    at: datetime
    by: str
    what: What
    reference: str
    return_id: int | None
    finding: int | None
    reason: str
    details: Mapping[str, Any]
    previous: str
    hash: str

    @property
    def statuses(self) -> dict[int, ReturnStatus]:
        """Where returns stand since this event, by number; only those it moved."""
        moved = self.details.get("places", {})
        return {int(number): ReturnStatus(*place) for number, place in moved.items()}

    @property
    def settled(self) -> tuple[int, ...]:
        """The returns whose unclear order the event settled."""
        return tuple(self.details.get("settled", ()))

    @property
    def undoes(self) -> int | None:
        """The number of the event that this one takes back, if it does."""
        number = self.details.get("event")
        return int(number) if number is not None else None


def append(db: Connection, at: datetime, by: str, entries: Sequence[Entry]) -> None:
    """Add to the log, within the caller's transaction, which must hold the write lock.

    Args:
        db: the transaction.
        at: when it happened.
        by: who did it.
        entries: what happened, in order.
    """
    number, previous = head(db)
    moment = to_utc(at)
    rows: list[Row] = []
    for entry in entries:
        number += 1
        row: Row = {
            "number": number,
            "at": moment,
            "by": by,
            "what": entry.what,
            "reference": entry.reference,
            "return_id": entry.return_id,
            "finding": entry.finding,
            "reason": entry.reason,
            "details": entry.text(),
            "previous": previous,
        }
        row["hash"] = previous = hash_of(row)
        rows.append(row)
    if rows:
        ready = bulk.ready(db.dialect, EVENTS, rows)
        bulk.put(db, EVENTS, [(row["number"], each) for row, each in zip(rows, ready, strict=True)])
        db.execute(_SET_HEAD, {"head": f"{number}:{previous}"})
        db.info[_ADDED_IN] = db.get_transaction()


def has_added(db: Connection) -> bool:
    """True where this transaction has added events, which are on record only once it is done."""
    added_in = db.info.get(_ADDED_IN)
    return added_in is not None and added_in is db.get_transaction()


def head(db: Connection) -> tuple[int, str]:
    """Return number and hash of the last event; 0 and `START` before the first."""
    number, _, last = (db.scalar(_GET_HEAD) or f"0:{START}").partition(":")
    return int(number), last


def hash_of(row: Mapping[str, Any]) -> str:
    """Return the hash an event has by its row and the hash before it, in hex."""
    body = {name: row[name] for name in (*_FIELDS, "previous")}
    return hashlib.sha256(_canonical(body).encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def read(db: Connection, which: ColumnElement[bool] | None = None) -> tuple[Event, ...]:
    """Return the events selected, or all, in order."""
    query = select(EVENTS).where(true() if which is None else which)
    return tuple(_event(row) for row in db.execute(query.order_by(EVENTS.c.number)))


def _event(row: Any) -> Event:
    return Event(
        number=row.number,
        at=from_utc(row.at),
        by=row.by,
        what=row.what,
        reference=row.reference,
        return_id=row.return_id,
        finding=row.finding,
        reason=row.reason,
        details=json.loads(row.details),
        previous=row.previous,
        hash=row.hash,
    )
