"""A ledger in PostgreSQL: connections, the lock that writers take in turn, and errors in words.

One database holds the ledgers of many assessments, each in a schema of its own
(docs/decisions/ledger-layout.md). Everything is set for one transaction only: none depends on what
another left in its connection.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError

from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import UsageError, XlassessError

PASSWORD = "XLASSESS_LEDGER_PASSWORD"  # noqa: S105 - the name of a variable
"""The environment variable that may hold the password of the database."""

KEYRING = "xlassess"
"""The name under which passwords are kept in the keyring of the computer."""

BUSY_SECONDS = 30
"""How long to wait for another program that is writing, and for a server that starts again."""

_DATABASE = "ledger_database"
_WRITES = "ledger_writes"

_PATIENCE = {
    "connect_timeout": "10",
    # A server that has gone away without a word is noticed within a minute, not after two hours.
    "keepalives_idle": "20",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}
"""What libpq is told, unless the URL says otherwise."""

_AGAIN = "Then run the same command again: it goes on where it stopped."

_BEGIN = "set_config('search_path', :schema, true)"
_LOCK = (
    "set_config('lock_timeout', :wait, true), "
    # What was said to be recorded must survive a power cut, whatever the server does by default.
    "CASE current_setting('synchronous_commit') WHEN 'off' "
    "THEN set_config('synchronous_commit', 'local', true) END, "
    "pg_advisory_xact_lock(:lock)"
)
_OPTIONS: dict[bool, dict[str, Any]] = {
    False: {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    # Not more than this: what is read after the wait for the lock must be what is there then.
    True: {"isolation_level": "READ COMMITTED", _WRITES: True},
}
"""How connections are set up, by whether they are to write."""

_TO_READ = text(f"SELECT {_BEGIN}")
_TO_WRITE = text(f"SELECT {_BEGIN}, {_LOCK}")


def open_database(place: LedgerDatabase) -> Engine:
    """Return an engine for a ledger in PostgreSQL; nothing is connected or created yet.

    Raises:
        UsageError: psycopg is not installed.
    """
    url = make_url(place.url)
    patience = {name: value for name, value in _PATIENCE.items() if name not in url.query}
    try:
        engine = create_engine(url, connect_args=patience, pool_size=1, max_overflow=4)
    except ModuleNotFoundError:
        raise UsageError(
            "The ledger is in PostgreSQL, and psycopg is not installed.",
            'Install it with: pip install "xlassess[postgres]"',
        ) from None
    except ImportError as error:
        raise UsageError(
            f"The ledger is in PostgreSQL, and psycopg cannot be used ({error}).",
            'Install it again with: pip install "xlassess[postgres]"',
        ) from None
    # What goes wrong is said once, and by us.
    logging.getLogger("psycopg").addHandler(logging.NullHandler())
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "begin", _on_begin)
    return engine.execution_options(**{_DATABASE: place})


def place_of(engine: Engine) -> LedgerDatabase | None:
    """Return the place of a ledger in PostgreSQL, or None for another ledger."""
    place: LedgerDatabase | None = engine.get_execution_options().get(_DATABASE)
    return place


def _connect(dialect: Any, record: object, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """Connect, and prepare no statements where a pooler stands between us and the server."""
    del record
    connection = _signed_in(dialect, args, given)
    if _is_pooled(connection.pgconn):
        connection.prepare_threshold = None
    return connection


def _is_pooled(wire: Any) -> bool:
    """True where the process that answers is not the one that the connection was made with.

    A pooler, such as PgBouncer in transaction mode, gives each transaction another connection to
    the server, on which nothing is that was prepared before. Without one, what is prepared takes
    a third less time.
    """
    answers = wire.exec_(b"SELECT pg_backend_pid()").get_value(0, 0)
    return answers is not None and int(answers) != wire.backend_pid


def _signed_in(dialect: Any, args: tuple[Any, ...], given: dict[str, Any]) -> Any:
    """Connect with the password from the environment, as libpq finds it, or from the keyring.

    The keyring comes last: to ask it takes longer than to connect, and it may ask its owner.
    """
    if password := os.environ.get(PASSWORD):
        return dialect.connect(*args, **{**given, "password": password})
    try:
        return dialect.connect(*args, **given)
    except dialect.loaded_dbapi.OperationalError as error:
        missing = error.pgconn is not None and error.pgconn.needs_password
        kept = _from_keyring(given) if missing else None
        if kept is None:
            raise
    return dialect.connect(*args, **{**given, "password": kept})


def _from_keyring(given: dict[str, Any]) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    with suppress(KeyringError, RuntimeError):
        return keyring.get_password(KEYRING, _kept_as(given.get("user"), given.get("host")))
    return None


def _kept_as(user: object, host: object) -> str:
    """The name under which the keyring keeps a password."""
    return f"postgresql://{user or ''}@{host or ''}"


def _on_begin(connection: Connection) -> None:
    """Begin a transaction in the assessment's schema; one that writes waits for its turn.

    The lock comes first of all: what is read under it is what the last writer left.
    """
    options = connection.get_execution_options()
    place: LedgerDatabase = options[_DATABASE]
    given: dict[str, object] = {"schema": f'"{place.schema}"'}
    if options.get(_WRITES):
        given |= {"wait": f"{int(BUSY_SECONDS * 1000)}ms", "lock": _lock_of(place.schema)}
        connection.execute(_TO_WRITE, given)
    else:
        connection.execute(_TO_READ, given)


def _lock_of(schema: str) -> int:
    """The number of the advisory lock under which one assessment's ledger is written."""
    digest = hashlib.sha256(f"xlassess ledger {schema}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


@contextmanager
def begun(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    """A transaction, which is committed at the end, or rolled back where anything goes wrong.

    Args:
        engine: the engine.
        writes: the transaction may write. One that reads sees the same state from first to last.
    """
    connection = _connected(engine, writes=writes)
    transaction = connection.get_transaction()
    assert transaction is not None  # noqa: S101 - it was just begun
    with connection, transaction:
        yield connection


def _connected(engine: Engine, *, writes: bool) -> Connection:
    """Return a connection in a transaction that has just begun.

    A server that is starting, or was started anew since the connection was last used, is waited
    for; so is one that has no connection left. Nothing was begun, so that nothing is done twice.
    """
    until, lost = time.monotonic() + BUSY_SECONDS, False
    while True:
        connection = None
        try:
            connection = engine.connect().execution_options(**_OPTIONS[writes])
            connection.begin()
        except DBAPIError as error:
            if connection is not None:
                connection.close()
            lost = lost or error.connection_invalidated
            if time.monotonic() > until or not (lost or _will_pass(error)):
                raise
            time.sleep(0.2)
        else:
            return connection


def _will_pass(error: DBAPIError) -> bool:
    """True for a server that is starting or stopping, or has no connection left just now."""
    said = str(error.orig)
    return any(
        sign in said
        for sign in (
            "starting up",
            "shutting down",
            "too many clients",
            "in recovery mode",
            "not yet accepting",
        )
    )


def create_schema(connection: Connection) -> None:
    """Make the schema of an assessment, unless it is there.

    Raises:
        XlassessError: the database cannot hold every text.
    """
    place: LedgerDatabase = connection.get_execution_options()[_DATABASE]
    encoding = connection.scalar(text("SELECT current_setting('server_encoding')"))
    if encoding != "UTF8":
        raise XlassessError(
            f"The database {_where(place)} keeps text as {encoding}, which cannot hold all that "
            "people write.",
            "Ask whoever runs it for a database with the encoding UTF8.",
        )
    known = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
    # Not IF NOT EXISTS: that needs the right to make schemas even where there is nothing to make.
    if connection.scalar(known, {"name": place.schema}) is None:
        connection.execute(text(f'CREATE SCHEMA "{place.schema}"'))


def refuse_hidden(connection: Connection) -> None:
    """Refuse to take a schema for missing that is only not shown to whoever asks.

    Raises:
        XlassessError: it is there, and may not be used.
    """
    place: LedgerDatabase = connection.get_execution_options()[_DATABASE]
    hidden = text(
        "SELECT 1 FROM pg_namespace WHERE nspname = :name "
        "AND NOT has_schema_privilege(oid, 'USAGE')"
    )
    if connection.scalar(hidden, {"name": place.schema}):
        raise _told(place, *_FORBIDDEN)


def number_on(connection: Connection, table: str, column: str) -> None:
    """Go on numbering after the highest number there is, once rows were brought with theirs."""
    found = connection.scalar(
        text("SELECT pg_get_serial_sequence(:name, :column)"), {"name": table, "column": column}
    )
    if found is None:
        return
    highest = f"SELECT max({column}) FROM {table}"  # noqa: S608 - names of our own tables
    if last := connection.scalar(text(highest)):
        connection.execute(text("SELECT setval(:found, :last)"), {"found": found, "last": last})


def in_words(error: DBAPIError, place: LedgerDatabase) -> XlassessError:
    """Return what a database said as a sentence, with what to do."""
    said = " ".join(str(error.orig).split()).rstrip(".?")
    state = getattr(error.orig, "sqlstate", None) or ""
    where = _where(place)
    if error.connection_invalidated or state.startswith(("57P", "08")):
        return XlassessError(
            f"The connection to the database {where} was lost. What was just being recorded is on "
            "record as a whole or not at all.",
            f"Find out whether the server runs and can be reached. {_AGAIN}",
        )
    for states, sign, message, remedy in _KNOWN:
        if state in states if state else bool(sign) and re.search(sign, said):
            return _told(place, message, remedy)
    if not state:
        return XlassessError(
            f"The database server of the ledger {where} cannot be reached: {said}.",
            "Check ledger in assessment.yaml, and that the server runs and the network lets you "
            "through.",
        )
    return XlassessError(f"The ledger {where} cannot be used: {said} ({state}).")


def _told(place: LedgerDatabase, message: str, remedy: str) -> XlassessError:
    url = make_url(place.url)
    told = {"where": _where(place), "schema": place.schema}
    told |= {"user": url.username or "you", "kept": _kept_as(url.username, url.host)}
    return XlassessError(message.format(**told), remedy.format(**told))


def _where(place: LedgerDatabase) -> str:
    """The database as people read it: its name, and where it is."""
    url = make_url(place.url)
    host = url.host or url.query.get("host") or "this computer"
    return f"{url.database} on {host}"


_FORBIDDEN = (
    "The database {where} does not let {user} use the tables of this assessment.",
    "Ask whoever runs it: CREATE SCHEMA {schema} AUTHORIZATION the role you work under. All who "
    "work on one assessment need the same role.",
)

_KNOWN: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (
        (),
        "no password supplied",
        "The database {where} wants a password for {user}, and there is none.",
        "Keep it in the keyring of this computer: keyring set xlassess {kept}\nOr put it into "
        f".pgpass, or into the environment variable {PASSWORD}.",
    ),
    (
        ("28P01",),
        "password authentication failed",
        "The database {where} does not accept the password of {user}.",
        f"Put the right one into the environment variable {PASSWORD}, .pgpass or the keyring "
        "(keyring set xlassess {kept}). The first of these that has one is used.",
    ),
    (
        ("28000",),
        r"no pg_hba\.conf entry|authentication failed for user|role .* does not exist",
        "The database {where} does not admit {user} from this computer.",
        "Ask whoever runs the server to admit that user from here (pg_hba.conf).",
    ),
    (
        ("3D000",),
        "database .* does not exist",
        "There is no database {where}.",
        "Correct ledger in assessment.yaml, or ask whoever runs the server to make the database.",
    ),
    (
        ("53300",),
        "too many clients|remaining connection slots",
        "The database {where} has no connection left.",
        "Try again when fewer people are at work, or have max_connections raised.",
    ),
    (
        (),
        "starting up|shutting down",
        "The server of the database {where} is just starting or stopping.",
        "Wait a minute, and run the same command again.",
    ),
    (
        ("55P03",),
        "",
        "The ledger {where} is in use by another program and was not freed within "
        f"{BUSY_SECONDS} seconds.",
        "Wait until that program is done, and try again.",
    ),
    (
        ("42501",),
        "",
        *_FORBIDDEN,
    ),
    (
        ("25006", "0A000"),
        "",
        "The database {where} can only be read. It may be a standby.",
        "Name the server that can be written to.",
    ),
    (
        ("53100",),
        "",
        "The disk of the server of the database {where} is full. Nothing was recorded.",
        f"Ask whoever runs the server to make room. {_AGAIN}",
    ),
    (
        ("40001", "40P01"),
        "",
        "The database {where} broke off, as others were at work. Nothing was recorded.",
        "Run the same command again.",
    ),
    (
        ("42P01", "42703", "23505"),
        "",
        "The schema {schema} of the database {where} is damaged or holds no ledger.",
        "Have it restored from a copy, or give the assessment another id if it is somebody else's.",
    ),
)
"""What servers say: its SQLSTATEs, words where there is no SQLSTATE (when connecting), and what
we say and advise."""
