"""What the ledger is asked: queries, each within the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, insert, or_, select, true

from xlassess.ledger import events, rows
from xlassess.ledger.order import Standing
from xlassess.ledger.replay import WAIVING, Replay
from xlassess.ledger.schema import EVENTS, ISSUED, QUERIES, RETURNS, RUNS, TOOLKITS
from xlassess.model.answer import Issued, Return
from xlassess.model.finding import Finding
from xlassess.model.query import Query, Slot
from xlassess.model.toolkit import Toolkit

_CHUNK = 500
"""References asked for at once; databases limit the parameters of a statement."""

_READING = select(RETURNS.c.id, RETURNS.c.state, RETURNS.c.standing, RETURNS.c.reading)
_BY_HASH = (
    _READING.where(RETURNS.c.sha256 == bindparam("sha256"))
    .order_by(RETURNS.c.reading.desc())
    .limit(1)
)
_BY_NAME = (
    _READING.where(RETURNS.c.sha256.is_(None), RETURNS.c.file == bindparam("file"))
    .order_by(RETURNS.c.id.desc())
    .limit(1)
)

UNCLEAR = "L01"
"""The finding for two different returns of one workbook without a clear order."""

_ISSUED = select(ISSUED).order_by(ISSUED.c.number)


def toolkits(db: Connection) -> dict[str, Toolkit]:
    """Return every toolkit kept, by digest."""
    found = db.execute(select(TOOLKITS.c.digest, TOOLKITS.c.body).order_by(TOOLKITS.c.kept_at))
    return {digest: rows.toolkit_of(body) for digest, body in found}


def rounds(db: Connection) -> dict[int, str]:
    """Return the round of the run that each return came in, by the return's number."""
    together = select(RETURNS.c.id, RUNS.c.round).join(RUNS, RETURNS.c.run == RUNS.c.number)
    return {row.id: row.round for row in db.execute(together)}


def issued(db: Connection, round_name: str | None) -> tuple[Issued, ...]:
    """Return the workbooks issued in a round, or all, in the order of issue."""
    query = _ISSUED if round_name is None else _ISSUED.where(ISSUED.c.round == round_name)
    return tuple(rows.issued_of(row) for row in db.execute(query))


def issued_by_reference(db: Connection, references: Sequence[str]) -> dict[str, Issued]:
    """Return those of the references that were issued before."""
    found: dict[str, Issued] = {}
    for start in range(0, len(references), _CHUNK):
        some = references[start : start + _CHUNK]
        for row in db.execute(select(ISSUED).where(ISSUED.c.reference.in_(some))):
            found[row.reference] = rows.issued_of(row)
    return found


def last_reading(db: Connection, sha256: str, file: str = "") -> Any | None:
    """Return id, state, standing and number of the last reading of these bytes, or None.

    What has no bytes to be hashed is known by its name.
    """
    if sha256:
        return db.execute(_BY_HASH, {"sha256": sha256}).first()
    return db.execute(_BY_NAME, {"file": file}).first()


def of_round(round_name: str | None) -> ColumnElement[bool]:
    """Select the returns of a round: of its workbooks, and what came in its runs.

    What came in a run without a round and belongs to no workbook is of every round.
    """
    if round_name is None:
        return true()
    ours = select(ISSUED.c.reference).where(ISSUED.c.round == round_name)
    runs = select(RUNS.c.number).where(RUNS.c.round == round_name)
    loose = select(RUNS.c.number).where(RUNS.c.round == "")
    nobodys = RETURNS.c.reference.not_in(select(ISSUED.c.reference))
    return or_(
        RETURNS.c.reference.in_(ours),
        RETURNS.c.run.in_(runs),
        and_(RETURNS.c.run.in_(loose), nobodys),
    )


def current(db: Connection, round_name: str) -> dict[str, Return]:
    """Return, by reference, the return that counts for each workbook of a round."""
    ours = select(ISSUED.c.reference).where(ISSUED.c.round == round_name)
    counts = and_(RETURNS.c.standing == "current", RETURNS.c.reference.in_(ours))
    return {ret.reference: ret for ret in returns(db, counts)}


def returns(
    db: Connection, which: ColumnElement[bool], decided: Replay | None = None
) -> tuple[Return, ...]:
    """Return the returns selected, with all their parts, in the order of receipt.

    ``decided`` says which findings are waived or settled; by default it is as on record.
    """
    ids = select(RETURNS.c.id).where(which)
    parts: dict[int, dict[str, list[Any]]] = {}
    for part in rows.PARTS:
        table = part.table
        query = select(table).where(table.c.return_id.in_(ids))
        for row in db.execute(query.order_by(table.c.return_id, table.c.position)):
            mine = parts.setdefault(row.return_id, {})
            mine.setdefault(part.name, []).append(part.value(row))
    found = db.execute(select(RETURNS).where(which).order_by(RETURNS.c.id)).all()
    if not found:
        return ()
    decided = waivers(db) if decided is None else decided
    return tuple(with_waivers(rows.return_of(row, parts.get(row.id, {})), decided) for row in found)


def waivers(db: Connection) -> Replay:
    """Return which findings are waived or settled, and by which event."""
    return Replay().follow(events.read(db, EVENTS.c.what.in_(WAIVING)))


def with_waivers(ret: Return, decided: Replay) -> Return:
    """Return a return whose findings bear their numbers and waivers."""
    if not ret.findings:
        return ret
    findings = enumerate(ret.findings, start=1)
    return replace(ret, findings=tuple(_decided(ret, at, one, decided) for at, one in findings))


def _decided(ret: Return, position: int, finding: Finding, decided: Replay) -> Finding:
    waiver = decided.waiver(ret.number, position, unclear=finding.code == UNCLEAR)
    return replace(finding, number=f"{ret.number}.{position}", waiver=waiver)


_BASE = (
    select(RETURNS.c.id, RETURNS.c.standing)
    .join(QUERIES, QUERIES.c.base == RETURNS.c.id)
    .where(QUERIES.c.reference == bindparam("query"))
)
_COUNTS = select(RETURNS.c.id, RETURNS.c.query).where(
    RETURNS.c.reference == bindparam("workbook"), RETURNS.c.standing == "current"
)


def write(db: Connection, items: Sequence[Query]) -> None:
    """Record query workbooks."""
    if items:
        db.execute(insert(QUERIES), [_row(one) for one in items])


def read(db: Connection) -> tuple[Query, ...]:
    """Return every query workbook, in the order of issue."""
    found = db.execute(select(QUERIES).order_by(QUERIES.c.number)).all()
    about = issued_by_reference(db, list(dict.fromkeys(row.about for row in found)))
    return tuple(
        Query(
            reference=row.reference,
            identity=replace(
                about[row.about].identity, contract=row.contract, of=row.about, asks=row.asks
            ),
            base=row.base,
            findings=tuple(json.loads(row.findings)),
            asked=_slots(row.asked),
            free=_slots(row.free),
            return_by=date.fromisoformat(row.return_by),
            file_name=row.file_name,
            sha256=row.sha256,
            seal=row.seal,
            issued_at=rows.from_utc(row.issued_at),
        )
        for row in found
    )


def _slots(text: str) -> tuple[Slot, ...]:
    return tuple(Slot(*pair) for pair in json.loads(text))


def _row(one: Query) -> rows.Row:
    return {
        "reference": one.reference,
        "about": one.of,
        "base": one.base,
        "contract": one.identity.contract,
        "asks": one.identity.asks,
        "findings": json.dumps(one.findings),
        "asked": json.dumps(one.asked, ensure_ascii=False),
        "free": json.dumps(one.free, ensure_ascii=False),
        "return_by": one.return_by.isoformat(),
        "file_name": one.file_name,
        "sha256": one.sha256,
        "seal": one.seal,
        "issued_at": rows.to_utc(one.issued_at),
    }


def answering(db: Connection, ret: Return, place: Standing) -> Standing:
    """Return how a return stands that came in a query workbook.

    It stands on the return that was asked about. Where that was set aside, it is too. Where
    another return counts meanwhile, which the query workbook knows nothing of, the order is not
    clear; but a query workbook sent in again takes the place of what it brought before.

    Args:
        db: the transaction.
        ret: the return.
        place: how it would stand by the order of arrival alone.
    """
    base = db.execute(_BASE, {"query": ret.query}).first()
    if base is not None and base.standing == "set aside":
        return "set aside"
    if place != "current" or base is None:
        return place
    counts = db.execute(_COUNTS, {"workbook": ret.reference}).first()
    known = counts is None or counts.id == base.id or counts.query == ret.query
    return "current" if known else "contested"
