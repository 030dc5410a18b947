"""Blocks of cells as they stand in formulas."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlassess.contract.layout import column_name
from xlassess.sheet.checked import Box, sheet_prefix


@dataclass(frozen=True, slots=True)
class Range:
    """Cells of one column of a sheet, from one row to another, both included."""

    sheet: str
    column: int
    first: int
    last: int

    @property
    def box(self) -> Box:
        """The cells as a block on their sheet."""
        return Box(self.first, self.column, self.last, self.column)

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
