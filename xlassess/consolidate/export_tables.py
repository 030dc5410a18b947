"""The tables of an export: which there are, and their rows.

Where single returns may be shown they are `DATA`, `ACTIONS` and `RETURNS`. In aggregate no row
stands for one respondent's answers: `COUNTS` has how often each choice was picked, `COMMENTS`
what was said, without the answer it goes with, `PROPOSALS` the actions without who proposes
them, `RESPONSE` how many workbooks came back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from xlassess.consolidate.export_answers import COMMENTS, COUNTS, DATA, Pick
from xlassess.consolidate.export_columns import Cell, Line, Setting, Spec
from xlassess.consolidate.export_register import ACTIONS, PROPOSALS, RESPONSE, RETURNS
from xlassess.consolidate.summary import Summary


@dataclass(frozen=True, slots=True)
class Table:
    """A table ready to be written."""

    spec: Spec[Any]
    rows: tuple[tuple[Cell, ...], ...]


WITH_ROWS: tuple[Spec[Any], ...] = (DATA, ACTIONS, RETURNS)
"""The tables of an export that may show single returns, the chief one first."""

AGGREGATED: tuple[Spec[Any], ...] = (COUNTS, COMMENTS, PROPOSALS, RESPONSE)
"""The tables of an export in aggregate, the chief one first."""


def tables_of(summary: Summary) -> tuple[Table, ...]:
    """Return the tables of a round, the chief one first, as its attribution allows."""
    settings = {part.key: Setting(summary, part) for part in summary.parts}
    rows: Mapping[str, Iterable[tuple[str, Any]]] = {
        "data": ((row.part, row) for row in summary.data),
        "counts": _picks(summary),
        "comments": ((remark.part, remark) for remark in summary.remarks),
        "actions": ((action.part, action) for action in summary.actions),
        "proposals": ((action.part, action) for action in summary.actions),
        "returns": ((entry.part, entry) for part in summary.parts for entry in part.entries),
        "response": ((part.key, part) for part in summary.parts),
    }
    specs = WITH_ROWS if summary.cast.shows_rows else AGGREGATED
    return tuple(
        Table(spec, spec.rows(Line(settings[key], row) for key, row in rows[spec.name]))
        for spec in specs
    )


def _picks(summary: Summary) -> Iterator[tuple[str, Pick]]:
    for part in summary.parts:
        for figures in part.items:
            for choice in figures.scale.choices:
                yield part.key, Pick(figures, choice)
