"""Many rows put into a table at once, made ready before it is a writer's turn.

Writers of one ledger take turns. What takes long about rows is to make them ready and to pass
them on one by one, and neither needs a turn: only the number of the record they belong to, their
first column, is known no earlier.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Dialect, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from xlassess.ledger.tables.rows import Row

ReadyRow = str | tuple[object, ...]
"""A row as its database takes it, without the first column: a line for COPY in PostgreSQL."""

_SPECIAL = re.compile(r"[\\\t\n\r]")
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_NOTHING = r"\N"


def ready(dialect: Dialect, table: Table, rows: Iterable[Row]) -> tuple[ReadyRow, ...]:
    """Return rows as they are passed on, without their first column.

    Args:
        dialect: that of the database.
        table: the table they are for.
        rows: a value for each further column of the table.
    """
    columns = [
        (column.name, column.type.dialect_impl(dialect).bind_processor(dialect))
        for column in [*table.columns][1:]
    ]
    bound = (
        tuple(bind(row[name]) if bind else row[name] for name, bind in columns) for row in rows
    )
    if dialect.name != "postgresql":
        return tuple(bound)
    return tuple("\t".join(map(_field, row)) for row in bound)


def _field(value: object) -> str:
    if value is None:
        return _NOTHING
    said = value if isinstance(value, str) else str(value)
    return _SPECIAL.sub(lambda sign: _ESCAPED[sign[0]], said)


def put(db: Connection, table: Table, numbered: Sequence[tuple[int, ReadyRow]]) -> None:
    """Put rows into a table.

    Args:
        db: the transaction.
        table: the table.
        numbered: the first column of each row, and the row as `ready` made it.
    """
    if not numbered:
        return
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if db.dialect.name == "postgresql":
        lines = "".join(f"{number}\t{row}\n" for number, row in numbered)
        _copy(db, f'COPY "{table.name}" ({names}) FROM STDIN', lines.encode())
        return
    marks = ", ".join("?" * len(table.columns))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - our names
    db.exec_driver_sql(statement, [(number, *row) for number, row in numbered])


def _copy(db: Connection, statement: str, lines: bytes) -> None:
    """Run COPY; what goes wrong is told as SQLAlchemy tells it of its own statements."""
    driver: Any = db.connection.driver_connection
    fault = db.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copying:
            copying.write(lines)
    except fault as error:
        lost = db.dialect.is_disconnect(error, driver, None)
        if lost:
            db.invalidate()
        raise DBAPIError.instance(
            statement, None, error, fault, connection_invalidated=lost, dialect=db.dialect
        ) from error


def next_number(db: Connection, table: Table) -> int:
    """Return the number that the next row of a table gets, in a transaction that has its turn."""
    (key,) = table.primary_key.columns
    return (db.scalar(select(func.max(key))) or 0) + 1


_NUMBERED = text("SELECT setval(pg_get_serial_sequence(:name, :column), :last)")


def numbered_up_to(db: Connection, table: Table, last: int) -> None:
    """Let the database go on after this number where it gives one itself."""
    if db.dialect.name == "postgresql":
        (key,) = table.primary_key.columns
        db.execute(_NUMBERED, {"name": table.name, "column": key.name, "last": last})
