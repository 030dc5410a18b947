"""The tables of an export: which there are, and their rows.

Where single returns may be shown they are `DATA`, `ACTIONS` and `RETURNS`. In aggregate no row
stands for one respondent's answers: `COUNTS` has how often each choice was picked, `COMMENTS`
what was said, without the answer it goes with, `PROPOSALS` the actions without who proposes
them, `RESPONSE` how many workbooks came back. `PLAN` is there once a plan is agreed: it tells
of nobody's answers, and of owners what the summary tells.
"""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from xlassess.consolidate.export.answers import COMMENTS, COUNTS, DATA, Pick
from xlassess.consolidate.export.columns import (
    Cell,
    ExportColumn,
    ExportContext,
    ExportLine,
    TableSpec,
)
from xlassess.consolidate.export.plans_and_returns import (
    ACTIONS,
    PLAN,
    PROPOSALS,
    RESPONSE,
    RETURNS,
    AgreedLine,
)
from xlassess.consolidate.figures.values import DataRow, Summary
from xlassess.model.days import local_day
from xlassess.model.plan import ADDED


@dataclass(frozen=True, slots=True)
class SharedLines:
    """The lines of a table that differ in one part of their rows, and which stands in each row."""

    lines: tuple[ExportLine[Any], ...]
    places: Sequence[int]


@dataclass(frozen=True, slots=True)
class AnswerRows:
    """The rows of the table of answers, made anew each time, and how each toolkit's are told."""

    rows: Collection[DataRow]
    settings: Mapping[str, ExportContext]


@dataclass(frozen=True, slots=True)
class ExportTable:
    """A table ready to be written: its columns, and what its rows are made from.

    ``shared`` has, in place of ``lines``, the lines that differ in each part of the rows
    (`ExportColumn.part`), by its name: of a quarter of a million answers, some hundreds differ.
    ``answers`` stand in place of both where a table is so long that it is made block by block.
    """

    spec: TableSpec[Any]
    lines: tuple[ExportLine[Any], ...]
    shared: Mapping[str, SharedLines] = field(default_factory=dict)
    answers: AnswerRows | None = None

    def __len__(self) -> int:
        if self.answers is not None:
            return len(self.answers.rows)
        return next((len(each.places) for each in self.shared.values()), len(self.lines))

    def in_blocks(self, most: int, rows: range | None = None) -> Iterator[ExportTable]:
        """Yield the table in parts of at most so many rows; one without rows where it has none.

        A part of a table of answers is not divided once more.

        Args:
            most: rows of a part.
            rows: which of its rows; all where it is not said.
        """
        which = range(len(self)) if rows is None else rows
        made = islice(self.answers.rows, which.start, which.stop) if self.answers else iter(())
        for first in range(which.start, max(which.stop, which.start + 1), most):
            if self.answers is not None:
                yield _of_answers(self.spec, islice(made, most), self.answers.settings)
            else:
                yield ExportTable(self.spec, self.lines[first : min(first + most, which.stop)])

    def whole(self) -> ExportTable:
        """Return the table as one part, of which columns can be asked one after the other."""
        return next(self.in_blocks(max(len(self), 1)))

    def different(self, column: ExportColumn[Any]) -> tuple[list[Cell], Sequence[int]]:
        """Return the values of one of its columns, and which of them stands in each row.

        A column at a time, because a table as rows of values takes more memory than all the
        rest of a round.
        """
        if self.answers is not None:
            return self.whole().different(column)
        if self.shared:
            part = self.shared[column.part]
            return list(map(column.of, part.lines)), part.places
        return list(map(column.of, self.lines)), range(len(self.lines))

    def values(self, column: ExportColumn[Any]) -> list[Cell]:
        """Return the values of one of its columns, row by row."""
        found, places = self.different(column)
        return [found[place] for place in places]


WITH_ROWS: tuple[TableSpec[Any], ...] = (DATA, ACTIONS, RETURNS)
"""The tables of an export that may show single returns, the chief one first."""

AGGREGATED: tuple[TableSpec[Any], ...] = (COUNTS, COMMENTS, PROPOSALS, RESPONSE)
"""The tables of an export in aggregate, the chief one first."""


def tables_of(summary: Summary) -> tuple[ExportTable, ...]:
    """Return the tables of a round, the chief one first, as its attribution allows."""
    settings = {part.key: ExportContext(summary, part) for part in summary.parts}
    rows: Mapping[str, Iterable[tuple[str, Any]]] = {
        "counts": _picks(summary),
        "comments": ((remark.part, remark) for remark in summary.remarks),
        "actions": ((action.part, action) for action in summary.actions),
        "proposals": ((action.part, action) for action in summary.actions),
        "returns": ((entry.part, entry) for part in summary.parts for entry in part.entries),
        "response": ((part.key, part) for part in summary.parts),
    }
    specs = WITH_ROWS if summary.participants.shows_rows else AGGREGATED
    tables = tuple(
        ExportTable(spec, (), answers=AnswerRows(summary.data, settings))
        if spec is DATA
        else ExportTable(
            spec, tuple(ExportLine(settings[key], row) for key, row in rows[spec.name])
        )
        for spec in specs
    )
    return (*tables, plan_of(summary)) if summary.followed else tables


def plan_of(summary: Summary) -> ExportTable:
    """Return the agreed actions of a round and of those before it, whatever the attribution."""
    toolkits = {part.key: part.toolkit.id for part in summary.parts}
    today = local_day(summary.made_at)
    where = summary.assessment.id, summary.assessment.round
    lines = (
        AgreedLine(
            *where, toolkits.get(one.part, "" if one.part == ADDED else one.part), today, one
        )
        for one in summary.followed
    )
    return ExportTable(PLAN, tuple(ExportLine(None, line) for line in lines))


def _of_answers(
    spec: TableSpec[Any], rows: Iterable[DataRow], settings: Mapping[str, ExportContext]
) -> ExportTable:
    """A table of some answers: each different person and each different answer once."""
    people, answers = _DifferentParts(), _DifferentParts()
    for row in rows:
        people.add(row.person, row)
        answers.add(row.answer, row)
    shared = {"person": people.shared(settings), "answer": answers.shared(settings)}
    return ExportTable(spec, (), shared)


class _DifferentParts:
    """The different parts of rows, and which of them each row has."""

    def __init__(self) -> None:
        # By identity; the rows hold the parts, so that nothing else can have their numbers.
        self._known: dict[int, int] = {}
        self._rows: list[DataRow] = []
        self._places = array("L")

    def add(self, part: object, row: DataRow) -> None:
        place = self._known.get(id(part))
        if place is None:
            place = self._known[id(part)] = len(self._rows)
            self._rows.append(row)
        self._places.append(place)

    def shared(self, settings: Mapping[str, ExportContext]) -> SharedLines:
        lines = tuple(ExportLine(settings[row.answer.part], row) for row in self._rows)
        return SharedLines(lines, self._places)


def _picks(summary: Summary) -> Iterator[tuple[str, Pick]]:
    for part in summary.parts:
        for figures in part.items:
            for choice in figures.scale.choices:
                yield part.key, Pick(figures, choice)
