"""Where action plans stand in a returned workbook: found by their headings, on any sheet."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from rapidfuzz import fuzz

from xlassess.contract.layout import HEADERS, ActionPlanLayout, Role, cell_name, cell_place
from xlassess.ingest.reading.cells.grid import Cell, Grid, Sheet
from xlassess.ingest.reading.cells.values import is_blank, is_heading, key, shown, tidy
from xlassess.ingest.reading.locate import by_heading, crossed_out, where_now
from xlassess.model.toolkit import ActionPlan

_TELLING = tuple(HEADERS[role] for role in ("action", "owner", "deadline", "measure"))
_MOST_NUMBER = 10_000
"""Row numbers are below this."""
_RETYPED = 85
"""From which likeness (of 100) on a question is ours, retyped."""
_BESIDE = tuple(key(HEADERS[role]) for role in ("earlier", "reason"))
"""Headings that a query workbook has beside its action plan."""


@dataclass(frozen=True, slots=True)
class ActionTable:
    """One action plan: its rows and columns, counted from 0, and where its proposal stands.

    ``end`` is the row below the last that may hold an action, ``below`` the one at which what
    belongs to the plan ends. ``number`` is the column of row numbers, ``columns`` those of the
    roles that can be told, ``lost`` the headings of those that cannot, ``cleared`` the cells of
    headings that are gone while their columns are told by their places, with what they said.
    ``beside`` are columns that are not the partner's to fill in. ``unseen`` are the cells of
    formulas and errors, which may show as nothing. ``proposal`` is the row of the proposal, or
    None.
    """

    sheet: Sheet
    header: int
    end: int
    below: int
    number: int
    columns: Mapping[Role, int]
    lost: tuple[str, ...]
    cleared: tuple[tuple[str, str], ...]
    beside: frozenset[int]
    unseen: frozenset[tuple[int, int]]
    proposal: int | None

    def place(self, row: int) -> int:
        """Which row of the plan a row of the sheet is, from 1."""
        return row - self.header

    def said_number(self, row: int) -> int:
        """The number that stands before a row; 0 where none does."""
        return _number(self.sheet.at(row, self.number))

    def overwritten_numbers(self) -> frozenset[int]:
        """Return the rows before which no number stands that we printed, or one a second time."""
        rows = range(self.header + 1, min(self.end, len(self.sheet.rows)))
        numbers = {row: self.said_number(row) for row in rows}
        if all(number == self.place(row) for row, number in numbers.items()):
            return frozenset()
        times = Counter(numbers.values())
        return frozenset(
            row
            for row, number in numbers.items()
            if number != self.place(row) and not (0 < number <= len(rows) and times[number] == 1)
        )

    def own_cells(self) -> set[tuple[int, int]]:
        """Return the cells that are the partner's, and those that were looked at for strays."""
        last = max((len(cells) for cells in self.sheet.rows[self.header :]), default=0)
        rows = range(self.header + 1, min(self.below, len(self.sheet.rows)))
        return set(itertools.product(rows, set(range(last)) - self.beside)) - self._asking()

    def _asking(self) -> set[tuple[int, int]]:
        """The cells of the proposal's question and label: printed by us, and locked."""
        if self.proposal is None:
            return set()
        label = {(self.proposal, column) for column in range(self.number + 2)}
        return label | {(self.proposal - 1, max(self.number, 0))}

    @property
    def proposal_column(self) -> int:
        """Where the proposal is: below the actions, or where it was laid out if only there."""
        laid_out, row = self.number + 2, self.proposal
        below = self.columns.get("action", laid_out)
        if row is None or not is_blank(self.sheet.at(row, below)):
            return below
        return below if is_blank(self.sheet.at(row, laid_out)) else laid_out

    def is_written(self, row: int, columns: Sequence[int]) -> bool:
        """True when something that is seen stands in one of these columns of a row."""
        cells = self.sheet.rows[row] if row < len(self.sheet.rows) else []
        filled = [at for at in columns if 0 <= at < len(cells) and cells[at] != ""]
        return any(not is_blank(cells[at]) for at in filled)

    def is_unseen(self, row: int) -> bool:
        """True when a formula or an error stands in a row, which may show as nothing."""
        return bool(self.unseen) and any((row, at) in self.unseen for at in self.columns.values())

    def cell(self, row: int, role: Role) -> tuple[Cell, str]:
        """The cell of a role in a row and its name; nothing where its column cannot be told."""
        column = self.columns.get(role)
        if column is None:
            return "", ""
        return self.sheet.at(row, column), cell_name(row, column)


def plan_tables(grid: Grid, planned: ActionPlanLayout, plan: ActionPlan) -> list[ActionTable]:
    """Find every action plan; retyped headings count only where none is as issued."""
    for exact in (True, False):
        tables = [
            table for sheet in grid.sheets for table in _on_sheet(sheet, planned, plan, exact=exact)
        ]
        if tables:
            return tables
    return []


def _on_sheet(
    sheet: Sheet, planned: ActionPlanLayout, plan: ActionPlan, *, exact: bool
) -> Iterator[ActionTable]:
    names: list[Set[Cell]] = [{name} for name in _TELLING]
    if not exact:
        names = [{cell for cell in sheet.contents if is_heading(cell, name)} for name in _TELLING]
    if any(texts.isdisjoint(sheet.contents) for texts in names):
        return
    heads = [
        i
        for i, cells in enumerate(sheet.rows)
        if all(not texts.isdisjoint(cells) for texts in names)
    ]
    # the headings may each stand somewhere, and in no row together
    for head, below in itertools.pairwise([*heads, len(sheet.rows)]):
        yield _table(sheet, head, below, planned, plan)


def _table(
    sheet: Sheet, head: int, below: int, planned: ActionPlanLayout, plan: ActionPlan
) -> ActionTable:
    headings = by_heading(sheet.rows[head], crossed_out(sheet, head))
    headed = {at for places in headings.values() for at in places}
    shift = _shift(sheet, head, headings, planned)
    places = where_now(planned.columns, headings, shift)
    span = range(head + 1, below)
    proposal = _proposal(sheet, span, planned, plan) if planned.proposal is not None else None
    end = below if planned.proposal is None else _end(sheet, span, shift, proposal)
    return ActionTable(
        sheet=sheet,
        header=head,
        end=end,
        below=below,
        number=shift,
        columns={c.role: places[c.index] for c in planned.columns if c.index in places},
        lost=tuple(c.header for c in planned.columns if c.index not in places),
        cleared=tuple(
            (cell_name(head, places[c.index]), c.header)
            for c in planned.columns
            if places.get(c.index, -1) not in {-1, *headed}
        ),
        beside=frozenset(at for name in _BESIDE for at in headings.get(name, ())),
        unseen=frozenset(map(cell_place, sheet.notes.formulas | sheet.notes.errors)),
        proposal=proposal,
    )


def _shift(
    sheet: Sheet, head: int, headings: Mapping[str, tuple[int, ...]], planned: ActionPlanLayout
) -> int:
    """How far to the right of its place the table stands, by its headings that are told.

    By the first of them below whose numbers' place a number stands, as columns may have changed
    places; by the first of all where none does.
    """
    told = [
        at[0] - column.index
        for column in planned.columns
        if len(at := headings.get(key(column.header), ())) == 1
    ]
    numbered = (
        shift
        for shift in told
        if shift >= 0 and any(_number(sheet.at(head + at, shift)) == at for at in (1, 2))
    )
    return next(numbered, told[0] if told else 0)


def _proposal(sheet: Sheet, span: range, planned: ActionPlanLayout, plan: ActionPlan) -> int | None:
    """The row of the proposal: below its question or, where that was retyped, as laid out.

    The latter holds only as long as the last row of the plan is where it was laid out, too. Below
    other words, it would be an answer to something else.
    """
    asked = key(plan.proposal)
    for row in span:
        if any(isinstance(cell, str) and key(cell) == asked for cell in sheet.rows[row]):
            return row + 1
    shift = span.start - 1 - planned.header_row
    row, last = (planned.proposal or 0) + shift, planned.last_row + shift
    in_place = tidy(shown(sheet.at(last, 0))) == str(plan.rows)
    asks = sheet.at(row - 1, 0)
    alike = isinstance(asks, str) and fuzz.ratio(key(asks), asked) >= _RETYPED
    return row if in_place and alike else None


def _end(sheet: Sheet, span: range, numbers: int, proposal: int | None) -> int:
    """The row at which actions end: at the proposal's question, or below the last number."""
    if proposal is not None:
        return proposal - 1
    numbered = [row for row in span if _number(sheet.at(row, numbers))]
    return numbered[-1] + 1 if numbered else span.start


def _number(cell: Cell) -> int:
    """The number a cell holds; 0 where it holds none."""
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and 0 <= cell < _MOST_NUMBER else 0
    text = tidy(shown(cell)) if not isinstance(cell, bool) else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
