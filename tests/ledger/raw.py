"""A ledger's tables behind its back, in either database: to look, or to do what it refuses."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from xlassess.model.assessment import LedgerDatabase


class Run(Protocol):
    """Runs a statement, with ``?`` for each value, and returns its rows by column."""

    def __call__(self, statement: str, *values: object) -> list[dict[str, Any]]: ...


def spelled(place: Path | LedgerDatabase) -> str:
    """A place as another program may be told of it."""
    return str(place) if isinstance(place, Path) else f"{place.url} {place.assessment}"


def place_of(text: str) -> Path | LedgerDatabase:
    """The place that was spelled."""
    return LedgerDatabase(*text.split()) if "://" in text else Path(text)


@contextmanager
def behind(place: Path | LedgerDatabase, *, guarded: bool = True) -> Iterator[Run]:
    """Change a ledger directly; all is committed at the end.

    Args:
        place: the ledger.
        guarded: leave the guard rails in place that keep the log and what belongs together.
    """
    yield from (_sqlite if isinstance(place, Path) else _postgresql)(place, guarded)  # type: ignore[operator]


def _sqlite(path: Path, guarded: bool) -> Iterator[Run]:
    def run(statement: str, *values: object) -> list[dict[str, Any]]:
        return [dict(row) for row in db.execute(statement, values).fetchall()]

    with closing(sqlite3.connect(path)) as db, db:
        db.row_factory = sqlite3.Row
        if not guarded:
            db.execute("drop trigger if exists events_stay_update")
            db.execute("drop trigger if exists events_stay_delete")
        yield run


def _postgresql(place: LedgerDatabase, guarded: bool) -> Iterator[Run]:
    import psycopg
    from psycopg.rows import dict_row
    from sqlalchemy import make_url

    def run(statement: str, *values: object) -> list[dict[str, Any]]:
        done = db.execute(statement.replace("?", "%s") if values else statement, values or None)  # type: ignore[call-overload]
        return done.fetchall() if done.description else []

    url = make_url(place.url).set(drivername="postgresql").render_as_string()
    with psycopg.connect(url, row_factory=dict_row) as db:
        db.execute(f'SET search_path TO "{place.schema}"')  # type: ignore[call-overload]
        if not guarded:
            db.execute("SET session_replication_role = replica")
        yield run
