"""What the reader looks for in a workbook of one toolkit, worked out once from its layout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from xlassess.contract.layout import Column, Layout, SectionLayout, TableLayout, layout
from xlassess.contract.query_layout import query_layout
from xlassess.ingest.reading.choices import Choices
from xlassess.ingest.reading.grid import Cell
from xlassess.ingest.reading.text import is_blank, key, shown
from xlassess.model.query import Slot
from xlassess.model.toolkit import Item, Toolkit


@dataclass(frozen=True, slots=True)
class ItemLayout:
    """An item, where the layout puts it, and the columns in which it takes something.

    ``expected`` are the indices of all columns that hold something in its row as issued or
    filled in, ``looked_at`` those of which something is said if that changed. ``printed`` are the
    columns of its question, levels and guidance.
    """

    item: Item
    section: SectionLayout
    table: TableLayout
    fields: tuple[Column, ...]
    expected: frozenset[int]
    looked_at: frozenset[int]
    printed: tuple[Column, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Everything the item takes."""
        return tuple(Slot(self.item.id, column.field) for column in self.fields)


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """Everything looked up while reading: items by number and by text, choices by name."""

    layout: Layout
    items: Mapping[str, ItemLayout]
    by_key: Mapping[str, str]
    by_ask: Mapping[str, tuple[str, ...]]
    by_number: Mapping[float, tuple[str, ...]]
    asks: frozenset[str]
    choices: Mapping[str, Choices]
    horizons: Choices
    statuses: Choices

    @classmethod
    def of(cls, toolkit: Toolkit, *, query: bool = False) -> ReadingPlan:
        """Work the plan out for the workbook of a toolkit, or for a query workbook about it."""
        whole = query_layout(toolkit) if query else layout(toolkit)
        items = {
            row.item.id: _item_layout(row.item, section, table)
            for section in whole.sections
            for table in section.tables
            for row in table.rows
        }
        by_ask: dict[str, tuple[str, ...]] = {}
        for number, one in items.items():
            by_ask[one.item.ask] = (*by_ask.get(one.item.ask, ()), number)
        by_number: dict[float, tuple[str, ...]] = {}
        for name in items:
            if (value := _number(name)) is not None:
                by_number[value] = (*by_number.get(value, ()), name)
        plan = toolkit.action_plan
        return cls(
            layout=whole,
            items=items,
            by_key={key(number): number for number in items},
            by_ask=by_ask,
            by_number=by_number,
            asks=frozenset(by_ask),
            choices={name: Choices.of(scale.choices) for name, scale in toolkit.scales.items()},
            horizons=Choices.of(plan.horizons if plan else ()),
            statuses=Choices.of(plan.statuses if plan else ()),
        )

    def item_id(self, cell: Cell) -> str:
        """Return the number of the item a cell names, or an empty text.

        A cell that became a number names an item only if a single one has that number
        (3.1 may have been 3.1 or 3.10).
        """
        if isinstance(cell, str):
            return cell if cell in self.items else self.by_key.get(key(cell), "")
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return self.by_key.get(key(shown(cell)), "")
        same = self.numbered(cell)
        return same[0] if len(same) == 1 else ""

    def numbered(self, cell: Cell) -> tuple[str, ...]:
        """Return the items whose numbers equal the number in a cell; none for other cells."""
        if isinstance(cell, bool) or not isinstance(cell, int | float):
            return ()
        return self.by_number.get(cell, ())

    def item_beside(self, number: Cell, ask: Cell) -> tuple[str, bool]:
        """Return the item of a row by its number and its question, and whether they agree.

        The question decides where a program turned the number into another one (3.10 into
        3.1) or into a day, or where it was cleared. A number beside the question of another
        item agrees with nothing.
        """
        numbered = self.item_id(number)
        asked = self.by_ask.get(ask, ()) if isinstance(ask, str) else ()
        if not asked or numbered in asked:
            return numbered, True
        if len(asked) == 1 and _may_have_been(number, asked[0]):
            return asked[0], True
        return numbered, not numbered


def _item_layout(item: Item, section: SectionLayout, table: TableLayout) -> ItemLayout:
    fields = table.fields(item)
    taken = {column.index for column in fields}
    printed = {column.index for column in table.columns if not column.field}
    told = {column.index for column in table.columns if column.role in ("item", "ask", "level")}
    return ItemLayout(
        item,
        section,
        table,
        fields,
        expected=frozenset(taken | printed),
        looked_at=frozenset(taken | told),
        printed=tuple(c for c in table.columns if c.role in ("ask", "level", "why")),
    )


def _may_have_been(cell: Cell, item: str) -> bool:
    """True for what programs make of an item's number: an equal number, a day, or nothing."""
    if isinstance(cell, date):
        return _number(item) is not None
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        return False
    number = _number(cell) if isinstance(cell, str) else cell
    return is_blank(cell) or (number is not None and number == _number(item))


def _number(item: str) -> float | None:
    try:
        return float(item)
    except ValueError:
        return None
