"""Where the items stand in a returned workbook: found by heading and number, on any sheet.

A table of items begins at a row that holds the headings of the item and question columns. Its
columns are told by their headings, wherever they stand now; a heading that was cleared is made
good only while all the others stand in their places. One with other words is that of another
column ("Last year's answer"), as is one that is crossed out, and nothing under it is read. Items
are told by their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from xlassess.contract.layout import HEADERS, Column, TableLayout, cell_name
from xlassess.ingest.reading.cells.cell_findings import CellFinding
from xlassess.ingest.reading.cells.grid import Cell, Grid, Sheet
from xlassess.ingest.reading.cells.values import brief, is_blank, is_heading, key, shown
from xlassess.ingest.reading.reading_plan import ItemLayout, ReadingPlan
from xlassess.model.query import Slot

_ITEM = HEADERS["item"]
_NUMBERISH = re.compile(r"[A-Za-z]{0,2}\d[\w.\-]{0,8}")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading row: which column (counted from 0) each heading stands in, by its key."""

    row: int
    item: int
    ask: int
    columns: Mapping[str, tuple[int, ...]]

    def where(self, table: TableLayout) -> Mapping[int, int]:
        """Return where the layout's columns of a table stand now, as far as it is certain."""
        shift = self.item - table.columns[0].index
        printed = frozenset(column.index for column in table.columns if not column.field)
        return where_now(table.columns, self.columns, shift, printed)

    def only_in_place(self, table: TableLayout) -> Mapping[int, int]:
        """Return the columns whose own headings stand where they were laid out.

        For a table that stands under the headings of another: its own were deleted, and the
        other's name other columns.
        """
        shift = self.item - table.columns[0].index
        return {
            column.index: column.index + shift
            for column in table.columns
            if column.index + shift in self.columns.get(key(column.header), ())
        }

    def unsure(self, table: TableLayout, told: Mapping[int, int]) -> Set[int]:
        """Return the columns in which something may stand that belongs to a lost column."""
        shift = self.item - table.columns[0].index
        lost = [column for column in table.columns if column.index not in told]
        places = {at for column in lost for at in self.columns.get(key(column.header), ())}
        return places.union(column.index + shift for column in lost) - set(told.values())


def where_now(
    columns: Sequence[Column],
    headings: Mapping[str, tuple[int, ...]],
    shift: int,
    printed: Set[int] = frozenset(),
) -> dict[int, int]:
    """Return where columns of a layout stand now, as far as it is certain.

    A heading that is gone is made good only while all the others stand in their places, and
    nothing else stands in its own: other words make it another column. A heading that stands
    twice tells nothing. Neither does harm over a column that partners do not fill in.

    Args:
        columns: the columns as laid out.
        headings: where each heading stands now, by its key.
        shift: how far to the right of its place the table stands as a whole.
        printed: indices of the columns that partners do not fill in.
    """
    told: dict[int, int | None] = {}
    for column in columns:
        at, as_issued = headings.get(key(column.header), ()), column.index + shift
        doubled = as_issued if as_issued in at and column.index in printed else None
        told[column.index] = at[0] if len(at) == 1 else doubled
    certain = {index: place for index, place in told.items() if place is not None}
    if len(certain) == len(told):
        return certain
    in_place = all(place in (None, index + shift) for index, place in told.items())
    claimed = {at for column in columns for at in headings.get(key(column.header), ())}
    overwritten = {at for places in headings.values() for at in places}
    places: dict[int, int] = {}
    for index, place in told.items():
        if place is not None:
            places[index] = place
        elif in_place and index + shift not in (claimed if index in printed else overwritten):
            places[index] = index + shift
    return places


def by_heading(
    cells: Sequence[Cell], crossed: Set[int] = frozenset()
) -> dict[str, tuple[int, ...]]:
    """Return where each text of a row of headings stands, by its key.

    Args:
        cells: the row.
        crossed: where words are crossed out, or an error stands in their place: they do not say
            any more what a column is, and stand under no key that a heading has.
    """
    columns: dict[str, tuple[int, ...]] = {}
    for at, cell in enumerate(cells):
        if at in crossed or (cell != "" and not is_blank(cell)):
            name = "" if at in crossed else key(shown(cell))
            columns[name] = (*columns.get(name, ()), at)
    return columns


class ItemRow(NamedTuple):
    """A row that holds an item, and where the columns of its table stand there.

    ``heading`` is the row of its table's headings. ``unsure`` are columns under headings that stand
    twice, so that neither can be told. A frozen dataclass takes four times as long to make.
    """

    sheet: Sheet
    row: int
    layout: ItemLayout
    columns: Mapping[int, int]
    unsure: Set[int] = frozenset()
    heading: int = 0

    @property
    def mixed(self) -> bool:
        """True for a free-text item in a table of choices: its answer is the comment column."""
        return self.layout.item.is_wide and not self.layout.table.wide

    def cell(self, column: Column) -> Cell:
        """Return the cell in a column of the layout; empty where the column is not known."""
        index = self.columns.get(column.index)
        return "" if index is None else self.sheet.at(self.row, index)

    def name(self, column: Column) -> str:
        """Return the A1 name of the cell in a column of the layout."""
        return cell_name(self.row, self.columns.get(column.index, column.index))


@dataclass(slots=True)
class Located:
    """Item rows in the order of the workbook, and what was odd about finding them.

    ``unread`` are items that were seen but cannot be read: on a sheet without headings, or
    beside the question of another.
    """

    rows: list[ItemRow] = field(default_factory=list)
    remarks: list[CellFinding] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)

    def disagree(self, sheet: str, cell: str, item: str, slots: Sequence[Slot]) -> None:
        """Take note of a number beside another item's question, ``slots`` being of both."""
        self.remarks.append(CellFinding("R09", sheet, cell, item, slots=tuple(slots)))
        self.unread |= {slot.item for slot in slots}


def locate(grid: Grid, plan: ReadingPlan) -> Located:
    """Find every item row of the plan's toolkit."""
    located = Located()
    unheaded: list[Sheet] = []
    for sheet in grid.sheets:
        headings = list(_headings(sheet, plan))
        if headings:
            _read_tables(sheet, headings, plan, located)
        else:
            unheaded.append(sheet)
    seen = {row.layout.item.id for row in located.rows}
    for sheet in unheaded:
        _note_unheaded(sheet, plan, located, seen)
    return located


def _headings(sheet: Sheet, plan: ReadingPlan) -> Iterator[Heading]:
    exact: list[int] = []
    if _ITEM in sheet.contents and plan.ask in sheet.contents:
        exact = [i for i, row in enumerate(sheet.rows) if _ITEM in row and plan.ask in row]
    for i in exact or _inexact(sheet, plan):
        columns = by_heading(sheet.rows[i])
        item, ask = columns[key(_ITEM)][0], columns[key(plan.ask)][0]
        crossed = crossed_out(sheet, i) - {item, ask}
        if crossed:
            columns = by_heading(sheet.rows[i], crossed)
        yield Heading(i, item, ask, columns)


def crossed_out(sheet: Sheet, row: int) -> Set[int]:
    """Return the columns (counted from 0) of a row in which what stands there is crossed out.

    So are those of an error or of a formula without a result: something was put there that is no
    heading, though nothing can be read of it.
    """
    notes = sheet.notes
    crossed: set[int] = set()
    for at, cell in enumerate(sheet.rows[row]):
        if is_blank(cell):
            name = cell_name(row, at)
            if name in notes.errors or name in notes.formulas:
                crossed.add(at)
        elif notes.struck and cell_name(row, at) in notes.struck:
            crossed.add(at)
    return crossed


def _inexact(sheet: Sheet, plan: ReadingPlan) -> list[int]:
    """Heading rows whose headings were retyped with other capitals or spaces."""
    if plan.asks.isdisjoint(sheet.contents):
        return []
    item = {cell for cell in sheet.contents if is_heading(cell, _ITEM)}
    ask = {cell for cell in sheet.contents if is_heading(cell, plan.ask)}
    if not item or not ask:
        return []
    return [
        i
        for i, row in enumerate(sheet.rows)
        if not item.isdisjoint(row) and not ask.isdisjoint(row)
    ]


def _read_tables(
    sheet: Sheet, headings: list[Heading], plan: ReadingPlan, located: Located
) -> None:
    ends = [heading.row for heading in headings[1:]] + [len(sheet.rows)]
    for heading, end in zip(headings, ends, strict=True):
        if not plan.asks.isdisjoint(sheet.rows[heading.row]):
            # headings pasted beside a question: what else stands there is nobody's answer
            before = range(min(heading.item, heading.ask))
            _note_cells(sheet, heading.row, before, located)
        tables: dict[int, tuple[Mapping[int, int], Set[int]]] = {}
        for row in range(heading.row + 1, end):
            cells = sheet.rows[row]
            item_id, agreed = plan.item_beside(cells[heading.item], cells[heading.ask])
            if not agreed:
                asked = plan.by_ask.get(str(cells[heading.ask]), ())
                slots = [slot for one in (item_id, *asked) for slot in plan.items[one].slots]
                located.disagree(sheet.name, cell_name(row, heading.item), item_id, slots)
            elif item_id:
                expected = plan.items[item_id]
                if id(expected.table) not in tables:
                    where = heading.only_in_place if tables else heading.where
                    rows = sheet.rows[heading.row : end]
                    columns = _filled(where(expected.table), heading, rows)
                    unsure = heading.unsure(expected.table, columns)
                    tables[id(expected.table)] = columns, unsure
                    _note_lost_columns(sheet, heading, expected, columns, located)
                    _note_cleared(sheet, heading, expected, columns, located)
                columns, unsure = tables[id(expected.table)]
                located.rows.append(ItemRow(sheet, row, expected, columns, unsure, heading.row))
            elif any(cells):
                _note_strange_row(sheet, row, heading, located)


def _filled(
    columns: Mapping[int, int], heading: Heading, rows: Sequence[Sequence[Cell]]
) -> Mapping[int, int]:
    """Leave out columns of which neither heading nor contents are left: they were deleted."""
    told = {at for places in heading.columns.values() for at in places}
    gone = {
        index
        for index, at in columns.items()
        if at not in told and all(is_blank(cells[at]) for cells in rows if at < len(cells))
    }
    return {index: at for index, at in columns.items() if index not in gone} if gone else columns


def _note_lost_columns(
    sheet: Sheet,
    heading: Heading,
    expected: ItemLayout,
    columns: Mapping[int, int],
    located: Located,
) -> None:
    for column in expected.table.columns:
        if column.field and column.index not in columns:
            cell = cell_name(heading.row, column.index)
            details = {"column": column.header}
            slots = tuple(
                Slot(row.item.id, taken.field)
                for row in expected.table.rows
                for taken in expected.table.fields(row.item)
                if taken.index == column.index
            )
            located.remarks.append(CellFinding("R06", sheet.name, cell, "", "", details, slots))


def _note_cleared(
    sheet: Sheet,
    heading: Heading,
    expected: ItemLayout,
    columns: Mapping[int, int],
    located: Located,
) -> None:
    """Remark on columns that are told by their places alone, as nothing stands at their heads."""
    headed = {at for places in heading.columns.values() for at in places}
    for column in expected.table.columns:
        at = columns.get(column.index)
        if column.field and at is not None and at not in headed:
            cell, details = cell_name(heading.row, at), {"column": column.header}
            located.remarks.append(CellFinding("R20", sheet.name, cell, details=details))


def _note_strange_row(sheet: Sheet, row: int, heading: Heading, located: Located) -> None:
    """Remark on a row that is none of ours: an added item, or something written below."""
    number = sheet.at(row, heading.item)
    where = cell_name(row, heading.item)
    if not is_blank(number) and _NUMBERISH.fullmatch(brief(number)):
        located.remarks.append(CellFinding("R05", sheet.name, where, brief(number)))
        return
    _note_cells(sheet, row, range(len(sheet.rows[row])), located)


def _note_cells(sheet: Sheet, row: int, columns: Iterable[int], located: Located) -> None:
    """Remark on what is written in these cells of a row, which are not read."""
    for column in columns:
        cell, name = sheet.at(row, column), cell_name(row, column)
        if not is_blank(cell) and name not in sheet.notes.formulas:
            details = {"values": f"“{brief(cell)}”"}
            located.remarks.append(CellFinding("R07", sheet.name, name, details=details))


def _note_unheaded(sheet: Sheet, plan: ReadingPlan, located: Located, seen: set[str]) -> None:
    """Remark on a sheet that shows questions without the headings that tell its columns.

    Other sheets may quote a question that stands, with its headings, where it belongs.
    """
    if plan.asks.isdisjoint(sheet.contents):
        return
    items = {
        plan.item_id(cells[column - 1])
        for cells in sheet.rows
        if not plan.asks.isdisjoint(cells)
        for column, cell in enumerate(cells)
        if column and cell in plan.asks
    } - {"", *seen}
    if items:
        located.unread |= items
        wanted = [
            name
            for name in (_ITEM, plan.ask)
            if not any(is_heading(cell, name) for cell in sheet.contents)
        ]
        details = {"column": "” and “".join(wanted) or HEADERS["answer"]}
        slots = tuple(slot for item in sorted(items) for slot in plan.items[item].slots)
        located.remarks.append(CellFinding("R06", sheet.name, details=details, slots=slots))
