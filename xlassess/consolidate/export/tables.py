"""The tables of an export: which there are, and their rows.

Where single returns may be shown they are `DATA`, `ACTIONS` and `RETURNS`. In aggregate no row
stands for one respondent's answers: `COUNTS` has how often each choice was picked, `COMMENTS`
what was said, without the answer it goes with, `PROPOSALS` the actions without who proposes
them, `RESPONSE` how many workbooks came back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xlassess.consolidate.export.answers import COMMENTS, COUNTS, DATA, Pick
from xlassess.consolidate.export.columns import Cell, ExportContext, ExportLine, TableSpec
from xlassess.consolidate.export.plans_and_returns import ACTIONS, PROPOSALS, RESPONSE, RETURNS
from xlassess.consolidate.figures.values import Summary


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table ready to be written."""

    spec: TableSpec[Any]
    rows: tuple[tuple[Cell, ...], ...]


WITH_ROWS: tuple[TableSpec[Any], ...] = (DATA, ACTIONS, RETURNS)
"""The tables of an export that may show single returns, the chief one first."""

AGGREGATED: tuple[TableSpec[Any], ...] = (COUNTS, COMMENTS, PROPOSALS, RESPONSE)
"""The tables of an export in aggregate, the chief one first."""


def tables_of(summary: Summary) -> tuple[ExportTable, ...]:
    """Return the tables of a round, the chief one first, as its attribution allows."""
    settings = {part.key: ExportContext(summary, part) for part in summary.parts}
    rows: Mapping[str, Iterable[tuple[str, Any]]] = {
        "data": ((row.part, row) for row in summary.data),
        "counts": _picks(summary),
        "comments": ((remark.part, remark) for remark in summary.remarks),
        "actions": ((action.part, action) for action in summary.actions),
        "proposals": ((action.part, action) for action in summary.actions),
        "returns": ((entry.part, entry) for part in summary.parts for entry in part.entries),
        "response": ((part.key, part) for part in summary.parts),
    }
    specs = WITH_ROWS if summary.participants.shows_rows else AGGREGATED
    return tuple(
        ExportTable(spec, spec.rows(ExportLine(settings[key], row) for key, row in rows[spec.name]))
        for spec in specs
    )


def _picks(summary: Summary) -> Iterator[tuple[str, Pick]]:
    for part in summary.parts:
        for figures in part.items:
            for choice in figures.scale.choices:
                yield part.key, Pick(figures, choice)


_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
"""Signs that begin a formula, in full width too, with whatever blanks a program skips before
them; and a tab or carriage return, behind which some programs look for one."""

_NUMBER = re.compile(r"\s*\d[\d\s.,:/%-]*(?:[eE][+-]?\d+)?\s*")
"""What programs read as a number, a day or a time."""

_SAME = re.compile(r"0|[1-9]\d{0,14}")
"""Whole numbers that look the same as a text and as a number."""

RULE = (
    "In CSV files an apostrophe (') stands before a text that begins, after any blanks, with one "
    "of = + - @, or begins with a tab, a carriage return or an apostrophe, or that programs would "
    "take for a number, a day or a time and show otherwise, such as 3.10. This keeps spreadsheet "
    "programs from running or changing it. To get the text as it was, take one leading "
    "apostrophe off texts that have one. JSON and Parquet hold texts as they are."
)
"""The rule as the data dictionary tells it."""


def guarded(text: str) -> str:
    """Return a text as it may stand in a CSV file."""
    changed = _NUMBER.fullmatch(text) and not _SAME.fullmatch(text)
    if text.startswith("'") or _FORMULA.match(text) or changed:
        return f"'{text}"
    return text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text.removeprefix("'")
