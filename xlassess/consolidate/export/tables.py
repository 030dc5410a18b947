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

from xlassess.consolidate.export.answers import COMMENTS, COUNTS, DATA, Pick
from xlassess.consolidate.export.columns import (
    Cell,
    ExportColumn,
    ExportContext,
    ExportLine,
    TableSpec,
)
from xlassess.consolidate.export.plans_and_returns import ACTIONS, PROPOSALS, RESPONSE, RETURNS
from xlassess.consolidate.figures.values import Summary


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table ready to be written: its columns, and what its rows are made from."""

    spec: TableSpec[Any]
    lines: tuple[ExportLine[Any], ...]

    def values(self, column: ExportColumn[Any]) -> list[Cell]:
        """Return the values of one of its columns.

        A column at a time, because a table as rows of values takes more memory than all the
        rest of a round.
        """
        return list(map(column.of, self.lines))


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
        ExportTable(spec, tuple(ExportLine(settings[key], row) for key, row in rows[spec.name]))
        for spec in specs
    )


def _picks(summary: Summary) -> Iterator[tuple[str, Pick]]:
    for part in summary.parts:
        for figures in part.items:
            for choice in figures.scale.choices:
                yield part.key, Pick(figures, choice)
