"""How the ledger records a return, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, bindparam, delete, insert, select, update

from xlassess.ledger import digests, rows
from xlassess.ledger.events import Entry, Place
from xlassess.ledger.order import OPEN, Arrival, Standing, standing
from xlassess.ledger.reads import UNCLEAR, answering, with_waivers
from xlassess.ledger.replay import Replay
from xlassess.ledger.schema import META, RETURNS, RUNS
from xlassess.model.answer import Return
from xlassess.model.catalogue import CATALOGUE
from xlassess.model.finding import Finding

_UNDER_WAY = "under way:"
"""Begins the key of what META holds for a run that is not done. A run that does the rest of one
that was broken off goes on in its place: their returns came together."""

_INSERT_RETURN = insert(RETURNS)
_INSERT_PARTS = tuple((part, insert(part.table)) for part in rows.PARTS)
_INSERT_RUN = insert(RUNS)
_ROUND = select(RUNS.c.round).where(RUNS.c.number == bindparam("which"))

_OPEN = select(RETURNS.c.id, RETURNS.c.run, RETURNS.c.saved_at).where(
    RETURNS.c.reference == bindparam("workbook"), RETURNS.c.standing.in_(OPEN)
)
_MOVE = (
    update(RETURNS)
    .where(RETURNS.c.id == bindparam("which"))
    .values(reference=bindparam("to"), standing=bindparam("placed"), state=bindparam("becomes"))
)


def begin_run(db: Connection, round_name: str, moment: datetime, *, to_end: bool = False) -> int:
    """Record that a run of receiving returns begins, and return its number."""
    row = {"round": round_name, "began_at": rows.to_utc(moment)}
    number = _inserted(db.execute(_INSERT_RUN, row))
    if to_end:
        db.execute(insert(META), {"key": f"{_UNDER_WAY}{number}", "value": ""})
    return number


def end_run(db: Connection, run: int | None) -> None:
    """Record that a run has come to its end, and with it those begun before and broken off."""
    numbers = [number for number in _under_way(db) if run is None or number <= run]
    db.execute(delete(META).where(META.c.key.in_([f"{_UNDER_WAY}{one}" for one in numbers])))


def _under_way(db: Connection) -> set[int]:
    """The numbers of the runs that have not come to their end."""
    keys = db.scalars(select(META.c.key).where(META.c.key.startswith(_UNDER_WAY)))
    return {int(key.removeprefix(_UNDER_WAY)) for key in keys}


def move(db: Connection, places: Mapping[int, Place]) -> None:
    """Put returns where they stand from now on.

    Those that are to count give way first, so that at no moment two count for one workbook.
    """
    counting = [number for number, place in places.items() if place.standing == "current"]
    if counting:
        db.execute(update(RETURNS).where(RETURNS.c.id.in_(counting)).values(standing="contested"))
    for number, place in sorted(places.items(), key=lambda each: each[0] in counting):
        values = {"to": place.reference, "placed": place.standing, "becomes": place.state}
        db.execute(_MOVE, {"which": number, **values})


def record(db: Connection, ret: Return, run: int, reading: int) -> tuple[Return, Entry]:
    """Record a return whose bytes are new; return it in its final state, and what happened.

    Args:
        db: the transaction.
        ret: the return as read, with its time of receipt.
        run: the number of the run it came in.
        reading: which reading of the same bytes this is, from 1.
    """
    place, others = _place(db, ret, run)
    if ret.query:
        place = answering(db, ret, place)
    final = _in_state(ret, place)
    gave_way: dict[int, Place] = {}
    if place == "current":
        gave_way = {one: Place(ret.reference, "superseded", "superseded") for one in others}
        move(db, gave_way)
    row = {
        "sha256": final.sha256 or None,
        "reading": reading,
        "run": run,
        "file": final.file,
        "kind": final.kind,
        "reference": final.reference,
        "query": final.query,
        "size": final.size,
        "state": final.state,
        "standing": place,
        "saved_at": rows.to_utc(final.saved_at) if final.saved_at else None,
        "received_at": rows.to_utc(final.received_at) if final.received_at else None,
    }
    number = _inserted(db.execute(_INSERT_RETURN, row))
    for part, statement in _INSERT_PARTS:
        values = getattr(final, part.name)
        if values:
            db.execute(statement, part.rows(number, values))
    kept = with_waivers(replace(final, number=number), Replay())
    round_name = db.scalar(_ROUND, {"which": run}) or ""
    return kept, digests.received(kept, place, gave_way, round_name)


def _inserted(result: CursorResult[Any]) -> int:
    """The number that the database gave the row just inserted."""
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101 - every single-row insert has one
    return int(key[0])


def _place(db: Connection, ret: Return, run: int) -> tuple[Standing, list[int]]:
    """Return how a new return stands, and the numbers of those that are still open."""
    if ret.state == "refused":
        return "refused", []
    if not ret.reference:
        return "unclaimed", []
    saved = rows.to_utc(ret.saved_at) if ret.saved_at else None
    others = db.execute(_OPEN, {"workbook": ret.reference}).all()
    together = {one for one in _under_way(db) if one < run} if others else set()
    arrivals = [Arrival(run if row.run in together else row.run, row.saved_at) for row in others]
    return standing(Arrival(run, saved), arrivals), [row.id for row in others]


def _in_state(ret: Return, place: Standing) -> Return:
    """Return the return with the state that its place gives it."""
    if place in ("superseded", "set aside"):
        return replace(ret, state=place)
    if place == "contested":
        kind = CATALOGUE[UNCLEAR]
        remark = Finding(kind, file=ret.file, details={"reference": ret.reference})
        return replace(ret, state="query", findings=(*ret.findings, remark))
    return ret
