"""How the ledger records a return, within the caller's transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, CursorResult, bindparam, insert, select, update

from xlassess.ledger import rows
from xlassess.ledger.order import Arrival, Standing, standing
from xlassess.ledger.schema import RETURNS, RUNS
from xlassess.model.answer import Return
from xlassess.model.catalogue import CATALOGUE
from xlassess.model.finding import Finding

UNCLEAR = "L01"
"""The finding for two different returns of one workbook without a clear order."""

_INSERT_RETURN = insert(RETURNS)
_INSERT_PARTS = tuple((part, insert(part.table)) for part in rows.PARTS)
_INSERT_RUN = insert(RUNS)

_IS_OPEN = (
    RETURNS.c.reference == bindparam("workbook"),
    RETURNS.c.standing.in_(("current", "contested")),
)
_OPEN = select(RETURNS.c.run, RETURNS.c.saved_at).where(*_IS_OPEN)
_SUPERSEDE = update(RETURNS).where(*_IS_OPEN).values(state="superseded", standing="superseded")


def begin_run(db: Connection, round_name: str, moment: datetime) -> int:
    """Record that a run of receiving returns begins, and return its number."""
    row = {"round": round_name, "began_at": rows.to_utc(moment)}
    return _inserted(db.execute(_INSERT_RUN, row))


def supersede(db: Connection, reference: str) -> None:
    """Close every return of a workbook that is still open."""
    db.execute(_SUPERSEDE, {"workbook": reference})


def record(db: Connection, ret: Return, run: int, reading: int) -> Return:
    """Record a return whose bytes are new, and return it in its final state.

    Args:
        db: the transaction.
        ret: the return as read, with its time of receipt.
        run: the number of the run it came in.
        reading: which reading of the same bytes this is, from 1.
    """
    place = _place(db, ret, run)
    final = _in_state(ret, place)
    if place == "current":
        supersede(db, final.reference)
    row = {
        "sha256": final.sha256 or None,
        "reading": reading,
        "run": run,
        "file": final.file,
        "kind": final.kind,
        "reference": final.reference,
        "size": final.size,
        "state": final.state,
        "standing": place,
        "saved_at": rows.to_utc(final.saved_at) if final.saved_at else None,
        "received_at": rows.to_utc(final.received_at) if final.received_at else None,
    }
    return_id = _inserted(db.execute(_INSERT_RETURN, row))
    for part, statement in _INSERT_PARTS:
        values = getattr(final, part.name)
        if values:
            db.execute(statement, part.rows(return_id, values))
    return final


def _inserted(result: CursorResult[Any]) -> int:
    """The number that the database gave the row just inserted."""
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101 - every single-row insert has one
    return int(key[0])


def _place(db: Connection, ret: Return, run: int) -> Standing:
    if ret.state == "refused":
        return "refused"
    if not ret.reference:
        return "unclaimed"
    saved = rows.to_utc(ret.saved_at) if ret.saved_at else None
    others = db.execute(_OPEN, {"workbook": ret.reference})
    return standing(Arrival(run, saved), [Arrival(row.run, row.saved_at) for row in others])


def _in_state(ret: Return, place: Standing) -> Return:
    """Return the return with the state that its place gives it."""
    if place == "superseded":
        return replace(ret, state="superseded")
    if place == "contested":
        kind = CATALOGUE[UNCLEAR]
        remark = Finding(kind, file=ret.file, details={"reference": ret.reference})
        return replace(ret, state="query", findings=(*ret.findings, remark))
    return ret
