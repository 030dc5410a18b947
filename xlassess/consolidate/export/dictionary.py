"""The data dictionary: every column of an export with its type, meaning and what it may hold.

``python -m xlassess.consolidate.export.dictionary > docs/data-dictionary.md`` writes the page of
the documentation anew.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from xlassess.consolidate.export.columns import (
    RULE,
    TYPES,
    ExportColumn,
    ExportLine,
    TableSpec,
    Type,
)
from xlassess.consolidate.export.plans_and_returns import PLAN
from xlassess.consolidate.export.tables import AGGREGATED, WITH_ROWS, ExportTable

MARK = "# Data dictionary"
"""What the dictionary beside an export begins with."""

_PAGE = """\
`xlassess export` writes the tables described here, with a dictionary beside them. Which tables
there are depends on `attribution` in `assessment.yaml`. An empty cell (in JSON null) means that
there is no value; a missing answer is never a zero.
"""


class DictionaryEntry(NamedTuple):
    """A column of an export and the table it stands in."""

    table: str
    column: ExportColumn[Any]


DICTIONARY: TableSpec[DictionaryEntry] = TableSpec(
    "dictionary",
    "One row for each column of the tables beside it.",
    (
        ExportColumn("table", "text", "Name of the table.", lambda line: line.row.table),
        ExportColumn("column", "text", "Name of the column.", lambda line: line.row.column.name),
        ExportColumn(
            "type", "text", "Its type.", lambda line: line.row.column.type, ", ".join(TYPES)
        ),
        ExportColumn("meaning", "text", "What it holds.", lambda line: line.row.column.meaning),
        ExportColumn(
            "allowed",
            "text",
            "What it may hold, or when it is empty.",
            lambda line: line.row.column.allowed,
            "Empty where anything of the type may stand",
        ),
    ),
)


def dictionary_of(tables: Sequence[ExportTable]) -> ExportTable:
    """Return the dictionary of these tables as a table for programs."""
    lines = (
        ExportLine(None, DictionaryEntry(table.spec.name, column))
        for table in tables
        for column in table.spec.columns
    )
    return ExportTable(DICTIONARY, tuple(lines))


def markdown(specs: Iterable[TableSpec[Any]]) -> str:
    """Return the dictionary of these tables for people to read."""
    return "\n".join((MARK, "", *_tables(specs, "##"), *_types("##")))


_FIELD: Mapping[Type, dict[str, Any]] = {
    "text": {"type": "string"},
    "whole number": {"type": "integer"},
    "number": {"type": "number"},
    "yes or no": {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    "day": {"type": "date"},
    "moment": {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S"},
}
"""The types of Frictionless Table Schema, as the CSV files of an export are written."""


def data_package(name: str, title: str, specs: Iterable[TableSpec[Any]]) -> bytes:
    """Return a Frictionless Data Package that describes the CSV files of an export beside it.

    Source: Frictionless standards, "Data Package" and "Table Schema", version 1.

    Args:
        name: a short name of small letters, digits and hyphens.
        title: what the data is, in words.
        specs: the tables.
    """
    resources = [
        {
            "name": spec.name,
            "path": f"{spec.name}.csv",
            "description": spec.about,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8-sig",
            "profile": "tabular-data-resource",
            "schema": {"fields": [_field(column) for column in spec.columns]},
        }
        for spec in specs
    ]
    package = {
        "profile": "tabular-data-package", "name": name, "title": title, "resources": resources,
    }  # fmt: skip
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()


def _field(column: ExportColumn[Any]) -> dict[str, Any]:
    said = f"{column.meaning} {column.allowed}".strip()
    return {"name": column.name, **_FIELD[column.type], "description": said}


def page() -> str:
    """Return the page of the documentation: the tables of every attribution."""
    return "\n".join((
        MARK, "", _PAGE,
        "## Answers named or lettered", "", *_tables(WITH_ROWS, "###"),
        "## Answers in aggregate", "", *_tables(AGGREGATED, "###"),
        "## Once a plan is agreed", "", *_tables((PLAN,), "###"),
        *_types("##"),
    ))  # fmt: skip


def _tables(specs: Iterable[TableSpec[Any]], level: str) -> Iterator[str]:
    for spec in specs:
        yield from (f"{level} {spec.name}", "", spec.about, "")
        yield "| Column | Type | Meaning | What it may hold |"
        yield "| --- | --- | --- | --- |"
        for column in spec.columns:
            cells = (f"`{column.name}`", column.type, column.meaning, column.allowed)
            yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
        yield ""


def _types(level: str) -> Iterator[str]:
    yield from (f"{level} Types", "", "| Type | How it is written |", "| --- | --- |")
    for name, how in TYPES.items():
        yield f"| {name} | {how} |"
    yield from ("", f"{level} Texts in CSV and Excel files", "", RULE, "")


if __name__ == "__main__":
    sys.stdout.write(page())
