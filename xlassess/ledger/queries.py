"""Query workbooks on record, and where a return stands that answers one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, bindparam, insert, select

from xlassess.ledger import reads, rows
from xlassess.ledger.order import Standing
from xlassess.ledger.schema import QUERIES, RETURNS
from xlassess.model.answer import Return
from xlassess.model.query import Query, Slot

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
    about = reads.issued_by_reference(db, list(dict.fromkeys(row.about for row in found)))
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
