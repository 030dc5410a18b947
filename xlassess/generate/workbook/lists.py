"""The very hidden sheet that lists, charts and readings draw on.

Its columns are gathered while the other sheets are written and stand there one beside the
other, each under a heading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from xlassess.contract.layout import (
    HORIZONS,
    LISTS,
    PLAN_ITEMS,
    STATUSES,
    column_name,
    list_name,
    proper_name,
    score_name,
)
from xlassess.model.toolkit import Scale, Toolkit
from xlassess.sheet.formats import HEADER, PLAIN, TEXT_FORMAT
from xlassess.sheet.validation import within
from xlassess.sheet.writer import CellRange, Formula, SheetWriter, WorkbookWriter, sheet_prefix


@dataclass(frozen=True, slots=True)
class Range:
    """Cells of one column of a sheet, from one row to another, both included."""

    sheet: str
    column: int
    first: int
    last: int

    @property
    def box(self) -> CellRange:
        """The cells as a block on their sheet."""
        return CellRange(self.first, self.column, self.last, self.column)

    @property
    def text(self) -> str:
        """The cells with their sheet, absolute."""
        letters = column_name(self.column)
        start = f"${letters}${self.first + 1}"
        end = f":${letters}${self.last + 1}" if self.last > self.first else ""
        return f"{sheet_prefix(self.sheet)}{start}{end}"

    @property
    def here(self) -> str:
        """The cells as their own sheet names them, absolute."""
        return self.text.removeprefix(sheet_prefix(self.sheet))

    def cell(self, offset: int) -> str:
        """Return the cell this many rows below the first, with its sheet."""
        return Range(self.sheet, self.column, self.first + offset, self.first + offset).text


def runs(sheet: str, column: int, rows: Iterable[int]) -> tuple[Range, ...]:
    """Return rows of a column as as few unbroken ranges as there are."""
    found: list[Range] = []
    for row in sorted(rows):
        if found and found[-1].last == row - 1:
            found[-1] = Range(sheet, column, found[-1].first, row)
        else:
            found.append(Range(sheet, column, row, row))
    return tuple(found)


def added(terms: Iterable[str]) -> str:
    """Return terms added up, or 0 where there are none."""
    return "+".join(terms) or "0"


def counted(ranges: Iterable[Range], what: str) -> str:
    """Return how many cells of the ranges equal a value (or each value of a list)."""
    return added(f"COUNTIF({cells.text},{what})" for cells in ranges)


def equal(ranges: Iterable[Range], what: str) -> str:
    """Return how many cells of the ranges hold just this text, whatever its characters."""
    return added(f'SUMPRODUCT(--({cells.text}&""={what}&""))' for cells in ranges)


def is_pattern(label: str) -> bool:
    """True for a label that COUNTIF takes for a comparison or a pattern, such as "< 1 year"."""
    return label.startswith(("=", "<", ">")) or any(char in label for char in "*?~")


Content = str | float | Formula | None
"""What a cell of the lists sheet holds; None is an empty cell."""

_LONGEST_LABEL = 255


@dataclass(slots=True)
class _Column:
    heading: str
    cells: tuple[Content, ...]
    name: str


@dataclass(slots=True)
class Lists:
    """The columns gathered so far."""

    _columns: list[_Column] = field(default_factory=list)

    def add(self, heading: str, cells: Sequence[Content], name: str = "") -> Range:
        """Add a column and return where its cells will stand.

        Args:
            heading: what the column holds.
            cells: at least one.
            name: the defined name the cells get, if any.
        """
        self._columns.append(_Column(heading, tuple(cells), name))
        return Range(LISTS, len(self._columns) - 1, 1, len(cells))

    def next_column(self) -> int:
        """The index of the column the next call of `add` fills."""
        return len(self._columns)

    def write(self, book: WorkbookWriter, sheet: SheetWriter) -> None:
        """Write the columns onto their sheet and define their names."""
        for index, column in enumerate(self._columns):
            sheet.text(0, index, column.heading, HEADER)
            for row, content in enumerate(column.cells, start=1):
                _write(sheet, row, index, content)
            if column.name:
                place = Range(LISTS, index, 1, len(column.cells))
                book.define(column.name, LISTS, place.box)


def _write(sheet: SheetWriter, row: int, column: int, content: Content) -> None:
    if isinstance(content, Formula):
        sheet.formula(row, column, content)
    elif isinstance(content, str):
        sheet.text(row, column, content, PLAIN.but(number=TEXT_FORMAT, wrap=False))
    elif content is not None:
        sheet.number(row, column, content)


def add_choices(lists: Lists, toolkit: Toolkit) -> None:
    """Add every response scale and the action plan's choices."""
    for name, scale in toolkit.scales.items():
        _add_scale(lists, name, scale)
    plan = toolkit.action_plan
    if plan is None:
        return
    for name, choices in ((HORIZONS, plan.horizons), (STATUSES, plan.statuses)):
        lists.add(name, [choice.label for choice in choices], list_name(name))
    lists.add("items", [item.id for item in toolkit.items()], list_name(PLAN_ITEMS))


def _add_scale(lists: Lists, name: str, scale: Scale) -> None:
    for choice in scale.choices:
        within(choice.label, _LONGEST_LABEL, "label of a choice")
    proper = scale.substantive
    lists.add(f"{name}: {scale.title}", [c.label for c in scale.choices], list_name(name))
    lists.add("score", [None if c.apart else c.score for c in scale.choices], score_name(name))
    lists.add("proper", [int(c in proper) for c in scale.choices], proper_name(name))
