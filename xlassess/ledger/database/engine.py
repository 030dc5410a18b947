"""Opening the database: connections, transactions, schema version, and errors for people."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Dialect,
    Engine,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.util import LRUCache

from xlassess.files.rights import like_its_folder
from xlassess.ledger.database import migrations, postgres
from xlassess.ledger.tables import schema
from xlassess.ledger.tables.events import HEAD, START
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import UsageError, XlassessError

BUSY_SECONDS = 30
"""How long to wait for another program that is writing."""

_COMPILED = 500
"""Statements whose compiled form is kept: several times as many as there are."""
_WRITES = "ledger_writes"
_READS_ONLY = "ledger_reads_only"


def open_engine(place: str | Path | LedgerDatabase) -> Engine:
    """Return an engine for a ledger; nothing is connected or created yet.

    Args:
        place: a file (SQLite) or its URL, or a database that holds the ledgers of many.

    Raises:
        UsageError: this is no such place, a driver is not installed, or the folder is missing.
    """
    if isinstance(place, LedgerDatabase):
        return postgres.open_database(place)
    url = _url(place)
    if (path := Path(str(url.database))).is_file() and not _may_write(path):
        return _read_only(path)
    # SQLite itself would give a new file to its owner alone, whatever the user's settings say,
    # and the second coordinator of a shared folder could not write to it.
    with suppress(OSError):
        made = not path.exists()
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o666))
        if made:
            like_its_folder(path)
    engine = _sqlite(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _sqlite(url: URL, **arguments: Any) -> Engine:
    """Return an engine for a file, which need not compile what others of this process have."""
    engine = create_engine(url, **arguments)
    engine.dialect, compiled = _shared()
    return engine.execution_options(compiled_cache=compiled)


@lru_cache(maxsize=1)
def _shared() -> tuple[Dialect, LRUCache[Any, Any]]:
    """Return the dialect that all ledgers in files have, and what it compiled statements to.

    SQLAlchemy keeps that for each engine. A command opens the ledger several times, the desk for
    each page, and to compile a statement takes longer than to run it.
    """
    engine = create_engine("sqlite://")
    with engine.connect():
        pass  # the dialect has seen what this SQLite can do
    engine.dispose()
    return engine.dialect, LRUCache(_COMPILED)


def _url(place: str | Path) -> URL:
    if isinstance(place, str) and "://" in place:
        with suppress(ArgumentError, NoSuchModuleError, ModuleNotFoundError):
            url = make_url(place)
            if url.get_backend_name() == "sqlite":
                return url
        raise UsageError(
            "A ledger is a file, or in a database that the settings name.",
            "Name a file, or enter ledger: postgresql+psycopg://USER@HOST/DATABASE in "
            "assessment.yaml.",
        )
    path = Path(place)
    if not path.parent.is_dir():
        raise UsageError(
            f"There is no folder {path.parent} for the ledger.", "Run xlassess init first."
        )
    return URL.create("sqlite", database=str(path))


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _read_only(path: Path) -> Engine:
    """An engine for a ledger on a medium on which nothing can be written, not even a lock.

    Raises:
        XlassessError: part of what is on record stands in the write-ahead log, which cannot be
            read without writing.
    """
    log = path.with_name(f"{path.name}-wal")
    if log.exists() and log.stat().st_size:
        raise XlassessError(
            f"The ledger {path} cannot be written. It is in use, or a command that used it was "
            "interrupted.",
            "Wait until it is no longer in use. Or copy the whole folder to a place you can "
            "write to, and run the command there.",
        )
    query = {"uri": "true", "mode": "ro", "immutable": "1"}
    engine = _sqlite(URL.create("sqlite", database=path.resolve().as_uri(), query=query))
    return engine.execution_options(**{_READS_ONLY: str(path)})


def _on_connect(connection: Any, record: object) -> None:
    """Set up a connection; transactions are begun by `_on_begin` alone."""
    del record
    connection.isolation_level = None
    _use_wal(connection)
    # What was said to be recorded must survive a power cut; NORMAL may lose the last commits.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite does not itself wait for another who does so."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)
        else:
            return


def _on_begin(connection: Connection) -> None:
    """Take the write lock at the start of a transaction that will write.

    A transaction that reads first and then writes could otherwise fail half-way, when another
    program has written in between.
    """
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that reads one consistent state.

    Raises:
        XlassessError: the database cannot be read.
    """
    with _errors_for_people(engine), _transaction(engine, writes=False) as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is wholly done or not at all; writers take turns.

    Raises:
        XlassessError: the database cannot be written.
    """
    if place := engine.get_execution_options().get(_READS_ONLY):
        raise XlassessError(
            f"The ledger {place} cannot be written.",
            "Check that you have permission to write to it and its folder, or work on a copy "
            "of the whole folder.",
        )
    with _errors_for_people(engine), _transaction(engine, writes=True) as connection:
        yield connection


@contextmanager
def _transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    if postgres.place_of(engine):
        with postgres.begun(engine, writes=writes) as connection:
            yield connection
        return
    with engine.connect() as plain:
        connection = plain.execution_options(**{_WRITES: True}) if writes else plain
        with connection.begin():
            yield connection


@contextmanager
def _errors_for_people(engine: Engine) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if not isinstance(error.orig, engine.dialect.loaded_dbapi.Error):
            raise  # of another ledger, which was open at the same time
        if place := postgres.place_of(engine):
            raise postgres.in_words(error, place) from error
        raise XlassessError(f"The ledger {engine.url.database} {_what(str(error.orig))}") from error


def _what(error: str) -> str:
    if "locked" in error:
        return (
            f"is in use by another program and was not freed within {BUSY_SECONDS} seconds. "
            "Close that program and try again."
        )
    if any(sign in error for sign in ("not a database", "malformed", "meta.key")):
        return "is damaged or not a ledger. Restore it from a copy."
    if "readonly" in error or "unable to open" in error:
        return "cannot be opened for writing. Check that you may write to its folder."
    if "disk" in error and "full" in error:
        return "cannot be written: the disk is full. Free some space and try again."
    if "disk I/O" in error:
        return "cannot be used: the disk is full, or fails. Free some space and try again."
    return f"cannot be used: {error}."


def exists(engine: Engine) -> bool:
    """True when a ledger was made here.

    Raises:
        XlassessError: the database cannot be read.
    """
    with reading(engine) as connection:
        return _has_tables(connection)


def prepare(engine: Engine) -> None:
    """Create the tables, or bring older ones up to date.

    Raises:
        XlassessError: the ledger was written by a newer program.
    """
    with reading(engine) as connection:
        if _version(connection) == _newest():
            return
    with making(engine):
        pass


@contextmanager
def making(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes, in tables that are as new as this program; made when missing.

    Raises:
        XlassessError: the ledger was written by a newer program, or cannot be written.
    """
    with writing(engine) as connection:
        version, newest = _version(connection), _newest()
        if version is None:
            _create(connection, newest)
        elif version > newest:
            raise XlassessError(
                "The ledger was written by a newer version of xlassess (its tables have "
                f"version {version}; this program knows {newest}).",
                "Update xlassess, or use the program that wrote it.",
            )
        elif version < newest:
            _bring_up_to_date(connection, version, newest)
        yield connection


def _newest() -> int:
    """The version of the tables that this program makes."""
    return migrations.FIRST_VERSION + len(migrations.MIGRATIONS)


def _bring_up_to_date(connection: Connection, version: int, newest: int) -> None:
    for step in migrations.MIGRATIONS[version - migrations.FIRST_VERSION :]:
        step(connection)
    if version == migrations.FIRST_VERSION:
        migrations.take_over(connection)
    change = update(schema.META).where(schema.META.c.key == "schema")
    connection.execute(change, {"value": str(newest)})


def _create(connection: Connection, version: int) -> None:
    """Make the tables as they are now, with nothing in them."""
    if connection.dialect.name == "postgresql":
        postgres.create_schema(connection)
    schema.METADATA.create_all(connection)
    rows = {"schema": str(version), HEAD: f"0:{START}"}
    connection.execute(
        schema.META.insert(), [{"key": key, "value": value} for key, value in rows.items()]
    )


def _version(connection: Connection) -> int | None:
    """The version of the tables, or None where there are none."""
    if not _has_tables(connection):
        return None
    value = connection.scalar(select(schema.META.c.value).where(schema.META.c.key == "schema"))
    return int(value) if value else None


def _has_tables(connection: Connection) -> bool:
    if connection.dialect.name == "sqlite":  # asked at every opening: `inspect` takes a while
        named = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'meta'"
        return connection.exec_driver_sql(named).first() is not None
    if inspect(connection).has_table("meta"):
        return True
    if connection.dialect.name == "postgresql":
        postgres.refuse_hidden(connection)
    return False
