"""The tidy data of a round as files for other programs: CSV, JSON or Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timezone
from typing import Any, Literal, get_args

from xlassess.consolidate.export.columns import Cell
from xlassess.consolidate.export.dictionary import DICTIONARY, dictionary_of, markdown
from xlassess.consolidate.export.tables import (
    AGGREGATED,
    WITH_ROWS,
    ExportTable,
    guarded,
    tables_of,
)
from xlassess.consolidate.figures.values import Summary
from xlassess.model.errors import XlassessError

Format = Literal["csv", "json", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

PAGE = "dictionary.md"
"""The data dictionary for people; programs find it in the export's own format."""

_DOCUMENT = "export.json"

_BOM = "\ufeff"
"""By this mark Excel knows that a CSV file is UTF-8."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of an export; ``rows`` is how many rows of which table it holds."""

    name: str
    content: bytes
    rows: Mapping[str, int]


def export(summary: Summary, form: Format, stem: str = "") -> tuple[ExportFile, ...]:
    """Return the files of a round's export.

    Args:
        summary: the round; its attribution decides which tables there are.
        form: the format.
        stem: what the chief file is called, without its ending; the others are named after
            it. Empty for names of their own.

    Raises:
        XlassessError: pandas and pyarrow are needed for Parquet and not installed.
    """
    tables = tables_of(summary)
    page = ExportFile(PAGE, markdown([table.spec for table in tables]).encode(), {})
    if form == "json":
        files = [_document(summary, tables)]
    else:
        make = _csv if form == "csv" else _parquet
        files = [_file(table, form, make(table)) for table in (*tables, dictionary_of(tables))]
    return tuple(
        ExportFile(_named(file.name, stem, chief=not number), file.content, file.rows)
        for number, file in enumerate((*files, page))
    )


def file_names(stem: str = "") -> frozenset[str]:
    """Return every name an export may give to a file, whatever its format and attribution."""
    tables = [spec.name for spec in (*WITH_ROWS, *AGGREGATED, DICTIONARY)]
    names = [f"{name}.{form}" for name in tables for form in FORMATS if form != "json"]
    chief = [f"{stem}.{form}" for form in FORMATS] if stem else [_DOCUMENT]
    return frozenset((*chief, *(_named(name, stem, chief=False) for name in (*names, PAGE))))


def _named(name: str, stem: str, *, chief: bool) -> str:
    if not stem:
        return name
    return f"{stem}.{name.rpartition('.')[2]}" if chief else f"{stem}-{name}"


def _file(table: ExportTable, form: Format, content: bytes) -> ExportFile:
    rows = {} if table.spec is DICTIONARY else {table.spec.name: len(table.rows)}
    return ExportFile(f"{table.spec.name}.{form}", content, rows)


def _csv(table: ExportTable) -> bytes:
    """Write a table as RFC 4180 has it: commas, CRLF, quotation marks where they are needed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in table.spec.columns])
    writer.writerows([_in_csv(value) for value in row] for row in table.rows)
    return _bytes(_BOM + text.getvalue())


def _in_csv(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return guarded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _in_utc(value).strftime("%Y-%m-%d %H:%M:%S")
    return value.isoformat() if isinstance(value, date) else _plain(value)


def _plain(number: float) -> str:
    """A whole number without decimals, any other as exactly as it is held."""
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def _bytes(text: str) -> bytes:
    """UTF-8; half a character, which no file can hold, is shown as its escape."""
    return text.encode("utf-8", "backslashreplace")


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(timezone.utc) if moment.tzinfo else moment


def _document(summary: Summary, tables: Sequence[ExportTable]) -> ExportFile:
    """The whole export as one JSON document of a stable shape."""
    assessment = summary.assessment
    document = {
        "format": "xlassess-export/1",
        "assessment": assessment.id,
        "partnership": assessment.partnership,
        "round": assessment.round,
        "marking": assessment.marking,
        "made_at": _in_json(summary.made_at),
        "made_with": summary.program,
        "attribution": summary.participants.attribution,
        "minimum_group": summary.participants.minimum,
        "tables": {table.spec.name: _objects(table) for table in tables},
        "dictionary": _objects(dictionary_of(tables)),
    }
    content = _bytes(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    return ExportFile(_DOCUMENT, content, {table.spec.name: len(table.rows) for table in tables})


def _objects(table: ExportTable) -> list[dict[str, Any]]:
    names = [column.name for column in table.spec.columns]
    return [dict(zip(names, map(_in_json, row), strict=True)) for row in table.rows]


def _in_json(value: Cell) -> Any:
    if isinstance(value, datetime):
        return _in_utc(value).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


def _parquet(table: ExportTable) -> bytes:
    """Write a table with a type of its own for every column, empty ones included.

    Raises:
        XlassessError: a package it needs is not installed.
    """
    try:
        import pandas as pd
        import pyarrow as pa
    except ImportError as error:
        raise XlassessError(
            f"Parquet files need the package {error.name}, which is not installed.",
            "Install it with: pip install 'xlassess[parquet]'; CSV and JSON need nothing more.",
        ) from None
    types = {
        "text": pa.string(), "whole number": pa.int64(), "number": pa.float64(),
        "yes or no": pa.bool_(), "day": pa.date32(), "moment": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    columns = {
        column.name: pd.Series(
            [_in_arrow(row[index]) for row in table.rows],
            dtype=pd.ArrowDtype(types[column.type]),
        )
        for index, column in enumerate(table.spec.columns)
    }
    out = io.BytesIO()
    pd.DataFrame(columns).to_parquet(out, engine="pyarrow", index=False)
    return out.getvalue()


def _in_arrow(value: Cell) -> Cell:
    """Text that Arrow can hold: half a character is shown as its escape."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value
