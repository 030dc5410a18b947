"""How an older ledger is brought up to date."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection, select, text, true

from xlassess.ledger import reads
from xlassess.ledger.tables import digests, events
from xlassess.ledger.tables.events import HEAD, START, Entry
from xlassess.ledger.tables.rows import from_utc, to_utc, toolkit_of
from xlassess.ledger.tables.schema import META, RETURNS, STAYS, TOOLKITS, Exact

FIRST_VERSION = 1

TAKEN_OVER = "taken over"
"""The detail that marks an event made up from the records of a ledger without a log."""

_Found = tuple[str, str, Entry]
"""When, by whom, what."""


_WITH_FILE = ("answers", "actions", "normalised")


def _add_events(db: Connection) -> None:
    """From version 1 to 2: the event log, and the files that answers to queries stand on."""
    columns = (("returns", "query"), *((table, "file") for table in _WITH_FILE))
    for table, column in columns:
        db.execute(text(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''"))
    db.execute(
        text(
            "CREATE TABLE events (number INTEGER NOT NULL PRIMARY KEY, at VARCHAR(32) NOT NULL, "
            "by TEXT NOT NULL, what VARCHAR(24) NOT NULL, reference TEXT NOT NULL, "
            "return_id INTEGER, finding INTEGER, reason TEXT NOT NULL, details TEXT NOT NULL, "
            "previous VARCHAR(64) NOT NULL, hash VARCHAR(64) NOT NULL)"
        )
    )
    db.execute(text("CREATE INDEX events_by_reference ON events (reference)"))
    for guard in STAYS[db.dialect.name]:
        db.execute(guard)


def _add_queries(db: Connection) -> None:
    """From version 2 to 3: query workbooks."""
    number = {"sqlite": "INTEGER NOT NULL PRIMARY KEY"}
    db.execute(
        text(
            f"CREATE TABLE queries (number {number.get(db.dialect.name, 'SERIAL PRIMARY KEY')}, "
            "reference VARCHAR(16) NOT NULL UNIQUE, "
            "about VARCHAR(16) NOT NULL REFERENCES issued (reference), "
            "base INTEGER NOT NULL REFERENCES returns (id), contract INTEGER NOT NULL, "
            "asks VARCHAR(64) NOT NULL, findings TEXT NOT NULL, asked TEXT NOT NULL, "
            "free TEXT NOT NULL, return_by VARCHAR(10) NOT NULL, file_name TEXT NOT NULL, "
            "sha256 VARCHAR(64) NOT NULL, seal VARCHAR(64) NOT NULL, "
            "issued_at VARCHAR(32) NOT NULL)"
        )
    )


def _add_promises(db: Connection) -> None:
    """From version 3 to 4: what each workbook promised; nothing is on record of earlier ones."""
    db.execute(text("ALTER TABLE issued ADD COLUMN promise VARCHAR(24) NOT NULL DEFAULT ''"))


def _add_kinds(db: Connection) -> None:
    """From version 4 to 5: what a workbook is for; all of earlier versions went to partners."""
    db.execute(text("ALTER TABLE issued ADD COLUMN kind VARCHAR(12) NOT NULL DEFAULT ''"))


def _add_given(db: Connection) -> None:
    """To the next version: what each workbook shows of last time; earlier ones showed nothing."""
    db.execute(text("ALTER TABLE issued ADD COLUMN given VARCHAR(80) NOT NULL DEFAULT ''"))


def _add_days(db: Connection) -> None:
    """To the next version: by when a joint workbook is wanted; not on record of earlier ones."""
    db.execute(text("ALTER TABLE issued ADD COLUMN return_by VARCHAR(10) NOT NULL DEFAULT ''"))


MIGRATIONS: tuple[Callable[[Connection], None], ...] = (
    _add_events,
    _add_queries,
    _add_promises,
    _add_kinds,
    _add_given,
    _add_days,
)
"""One step per change of the tables, oldest first; the first leads from version 1 to 2.

A step is never changed once published. A new ledger is made with the tables as they are now
and needs none of them.
"""


def take_over(db: Connection) -> None:
    """Begin the event log of a ledger that was written without one.

    Everything on record becomes an event, in the order of time. Where a return stood in between
    was not recorded then; it is taken to have stood from the first where it stands now.
    """
    db.execute(META.insert(), {"key": HEAD, "value": f"0:{START}"})
    found = [*_toolkits(db), *_issued(db), *_returns(db), *_decisions(db)]
    for moment, by, entry in sorted(found, key=lambda each: each[0]):
        details = {**entry.details, TAKEN_OVER: True}
        events.append(db, from_utc(moment), by, [replace(entry, details=details)])
    db.execute(text("DROP TABLE decisions"))


def _toolkits(db: Connection) -> list[_Found]:
    return [
        (row.kept_at, "", digests.toolkit_kept(toolkit_of(row.body), row.digest, row.body))
        for row in db.execute(select(TOOLKITS))
    ]


def _issued(db: Connection) -> list[_Found]:
    return [(to_utc(one.issued_at), "", digests.issued(one)) for one in reads.issued(db, None)]


def _returns(db: Connection) -> list[_Found]:
    standings = {row.id: row.standing for row in db.execute(select(RETURNS))}
    rounds = reads.rounds(db)
    return [
        (
            to_utc(ret.received_at),
            "",
            digests.received(ret, standings[ret.number], {}, rounds[ret.number]),
        )
        for ret in reads.returns(db, true())
        if ret.received_at
    ]


def _decisions(db: Connection) -> list[_Found]:
    asked = text("SELECT return_id, made_by, reason, made_at FROM decisions ORDER BY number")
    made = db.execute(asked.columns(made_by=Exact, reason=Exact))
    found = []
    for row in made.all():
        (ret,) = reads.returns(db, RETURNS.c.id == row.return_id)
        entry = Entry("chosen", ret.reference, ret.number, reason=row.reason, settled=[ret.number])
        found.append((row.made_at, row.made_by, entry))
    return found
