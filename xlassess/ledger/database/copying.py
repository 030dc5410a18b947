"""Copying a whole ledger from one database into another, whichever they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Integer, Table, delete, func, insert, select

from xlassess.ledger.database import postgres
from xlassess.ledger.tables import events
from xlassess.ledger.tables.rows import Row
from xlassess.ledger.tables.schema import META, METADATA
from xlassess.model.errors import UsageError, XlassessError

_TOGETHER = 2000
"""Rows brought at once: few statements, little memory."""


@dataclass(frozen=True, slots=True)
class LedgerCopied:
    """What was copied: rows in all, and number and hash of the last event, the same in both."""

    rows: int
    events: int
    head: str


def copy(source: Connection, target: Connection) -> LedgerCopied:
    """Copy everything on record into a ledger in which nothing is, and compare.

    Args:
        source: a transaction that reads.
        target: a transaction that writes, in a ledger whose tables are as new as the source's.

    Raises:
        UsageError: something is on record there already.
        XlassessError: what stands there afterwards is not what was copied.
    """
    tables = METADATA.sorted_tables  # those first that others refer to
    if any(_rows_in(target, table) for table in tables if table is not META):
        raise UsageError(
            "There is a ledger in that place already.",
            "Nothing is copied over one. Name another place.",
        )
    target.execute(delete(META))
    total = 0
    for table in tables:
        rows, seen = _bring(source, target, table)
        total += rows
        if _hash_of(target, table) != seen:
            raise XlassessError(
                f"The table “{table.name}” is not the same after it was copied. Nothing was kept "
                "of the copy.",
                "Try again. If it happens again, the disk of one of the two may be failing.",
            )
        if target.dialect.name == "postgresql":
            _number_on(target, table)
    number, head = events.head(target)
    return LedgerCopied(total, number, head if number else "")


def _rows_in(db: Connection, table: Table) -> int:
    return db.scalar(select(func.count()).select_from(table)) or 0


def _bring(source: Connection, target: Connection, table: Table) -> tuple[int, str]:
    """Copy a table, and return how many rows it has and their hash."""
    rows, seen = 0, hashlib.sha256()
    for lot in _lots(source, table):
        target.execute(insert(table), lot)
        rows += len(lot)
        _add(seen, lot)
    return rows, seen.hexdigest()


def _hash_of(db: Connection, table: Table) -> str:
    seen = hashlib.sha256()
    for lot in _lots(db, table):
        _add(seen, lot)
    return seen.hexdigest()


def _lots(db: Connection, table: Table) -> Iterator[list[Row]]:
    """Yield the rows of a table in the order of its key, some at once."""
    every = select(table).order_by(*table.primary_key.columns)
    found = db.execute(every.execution_options(stream_results=True))
    for lot in found.mappings().partitions(_TOGETHER):
        yield [{str(name): value for name, value in row.items()} for row in lot]


def _add(seen: hashlib._Hash, lot: list[Row]) -> None:
    for row in lot:
        seen.update(repr(list(row.values())).encode())


def _number_on(db: Connection, table: Table) -> None:
    """Go on numbering after the highest number copied, where the database gives the numbers."""
    (first, *others) = table.primary_key.columns
    if not others and isinstance(first.type, Integer):
        postgres.number_on(db, table.name, first.name)
