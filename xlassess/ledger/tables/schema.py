"""The ledger's tables."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    DDL,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
)
from sqlalchemy.types import TypeDecorator

_ESCAPE = "\x1b"
_UNSAFE = re.compile("[\x00\ud800-\udfff]")


def as_it_was(stored: str) -> str:
    """Return a text that `Exact` stored."""
    if stored.startswith(_ESCAPE):
        return bytes.fromhex(stored[1:]).decode("utf-8", "surrogatepass")
    return stored


class Exact(TypeDecorator[str]):
    """Text that comes back as it went in, whatever a hostile file or file name put there.

    Databases refuse unpaired surrogates (file names that are not UTF-8 carry them) and some
    refuse NUL; a text with either is kept as hexadecimal digits after an escape character.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as it is stored."""
        del dialect
        if value and (value[0] == _ESCAPE or _UNSAFE.search(value)):
            return _ESCAPE + value.encode("utf-8", "surrogatepass").hex()
        return value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text as it was."""
        del dialect
        return as_it_was(value) if value else value


def _moment(name: str, nullable: bool = True) -> Column[Any]:
    """A point in time in UTC, as ISO 8601 text that sorts as it reads."""
    return Column(name, String(32), nullable=nullable)


def _text(*names: str) -> tuple[Column[Any], ...]:
    return tuple(Column(name, Exact, nullable=False) for name in names)


def _part(name: str, *columns: Column[Any]) -> Table:
    """A table of what one return holds, in the order it was read."""
    return Table(
        name,
        METADATA,
        Column("return_id", ForeignKey("returns.id"), primary_key=True),
        Column("position", Integer, primary_key=True),
        *columns,
    )


METADATA = MetaData()

META = Table("meta", METADATA, Column("key", String(40), primary_key=True), *_text("value"))

TOOLKITS = Table(
    "toolkits",
    METADATA,
    Column("digest", String(64), primary_key=True),
    *_text("id", "version", "body"),
    _moment("kept_at", nullable=False),
)

ISSUED = Table(
    "issued",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("contract", Integer, nullable=False),
    *_text("assessment", "round", "partner_id", "respondent_id", "toolkit", "version"),
    Column("digest", String(64), nullable=False),
    *_text("partner", "respondent", "email", "level", "file_name"),
    Column("sha256", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
    _moment("issued_at", nullable=False),
    Column("promise", String(24), nullable=False, server_default=""),
    Column("kind", String(12), nullable=False, server_default=""),
    Column("given", String(80), nullable=False, server_default=""),
    Column("return_by", String(10), nullable=False, server_default=""),
    Index("issued_by_round", "round"),
)

QUERIES = Table(
    "queries",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("reference", String(16), nullable=False, unique=True),
    Column("about", ForeignKey("issued.reference"), nullable=False),
    Column("base", ForeignKey("returns.id"), nullable=False),
    Column("contract", Integer, nullable=False),
    Column("asks", String(64), nullable=False),
    *_text("findings", "asked", "free"),
    Column("return_by", String(10), nullable=False),
    *_text("file_name"),
    Column("sha256", String(64), nullable=False),
    Column("seal", String(64), nullable=False),
    _moment("issued_at", nullable=False),
)
"""Query workbooks: ``about`` is the workbook asked about, ``base`` the return."""

RUNS = Table(
    "runs",
    METADATA,
    Column("number", Integer, primary_key=True),
    *_text("round"),
    _moment("began_at", nullable=False),
)

RETURNS = Table(
    "returns",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64)),
    Column("reading", Integer, nullable=False),
    Column("run", ForeignKey("runs.number"), nullable=False),
    *_text("file", "kind", "reference"),
    Column("size", Integer, nullable=False),
    Column("state", String(24), nullable=False),
    Column("standing", String(12), nullable=False),
    _moment("saved_at"),
    _moment("received_at", nullable=False),
    *_text("query"),
    UniqueConstraint("sha256", "reading", name="same_bytes_once"),
    Index("returns_by_reference", "reference"),
)
"""``sha256`` is NULL for what has no bytes to be hashed (a link, a file that cannot be opened).
``reading`` counts from 1; a second reading of the same bytes is recorded only where the
first was refused. ``standing`` is ``current``, ``contested``, ``superseded``, ``set aside``,
``refused`` or ``unclaimed`` (no reference)."""

# Written out: `Index` would load SQLAlchemy's PostgreSQL at each start, for ledgers in files too.
event.listen(
    RETURNS,
    "after_create",
    DDL(  # type: ignore[no-untyped-call]
        "CREATE UNIQUE INDEX one_current_return ON returns (reference) WHERE standing = 'current'"
    ),
)

ANSWERS = _part(
    "answers",
    *_text("item", "field"),
    Column("type", String(1)),
    *_text("value", "sheet", "cell", "file"),
)

ACTIONS = _part(
    "actions",
    Column("row", Integer, nullable=False),
    *_text("item", "action", "horizon", "owner"),
    Column("deadline", String(10)),
    *_text("measure", "status", "sheet", "cell", "file"),
)

FINDINGS = _part(
    "findings",
    Column("code", String(8), nullable=False),
    Column("severity", String(8), nullable=False),
    *_text("file", "sheet", "cell", "item", "field", "details", "cells"),
)

NORMALISED = _part(
    "normalised", *_text("item", "field", "sheet", "cell", "before", "after", "how", "file")
)

EVENTS = Table(
    "events",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _moment("at", nullable=False),
    *_text("by"),
    Column("what", String(24), nullable=False),
    *_text("reference"),
    Column("return_id", Integer),
    Column("finding", Integer),
    *_text("reason", "details"),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("events_by_reference", "reference"),
)
"""The event log (`xlassess.ledger.tables.events`); ``number`` counts from 1 without a gap."""

_STAY = "events are only ever added"

STAYS = {
    "sqlite": tuple(
        DDL(  # type: ignore[no-untyped-call]
            f"CREATE TRIGGER events_stay_{deed} BEFORE {deed} ON events "
            f"BEGIN SELECT RAISE(ABORT, '{_STAY}'); END"
        )
        for deed in ("update", "delete")
    ),
    "postgresql": (
        DDL(  # type: ignore[no-untyped-call]
            "CREATE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_STAY}'; END $$"
        ),
        DDL(  # type: ignore[no-untyped-call]
            "CREATE TRIGGER events_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
            "FOR EACH STATEMENT EXECUTE FUNCTION events_stay()"
        ),
    ),
}
"""A guard rail against slips, by database; tampering is what the chain of hashes shows."""

for _dialect, _guards in STAYS.items():
    for _guard in _guards:
        event.listen(EVENTS, "after_create", _guard.execute_if(dialect=_dialect))
