"""What the tables of the Profile sheet have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from xlassess.generate.workbook.draft import Draft
from xlassess.sheet import formats
from xlassess.sheet.metrics import POINTS_PER_PIXEL, merged_width
from xlassess.sheet.writer import CellRange, SheetWriter

_PROSE_WIDTH = 130.0


@dataclass(frozen=True, slots=True)
class ProfileColumn:
    """A column of the table: its heading, its width in characters, and whether it is centred."""

    text: str
    width: float
    middle: bool = True


def prose_end(headings: tuple[ProfileColumn, ...]) -> int:
    """Return the last column of prose, for lines of fair length."""
    end = 0
    while end < len(headings) - 1:
        if merged_width(h.width for h in headings[: end + 1]) >= _PROSE_WIDTH:
            break
        end += 1
    return end


class ProfileTable(ABC):
    """The table of one scoring rule, and the chart that goes with it.

    Args:
        draft: the plate being built.
        sheet: the Profile sheet.
    """

    def __init__(self, draft: Draft, sheet: SheetWriter) -> None:
        self.draft = draft
        self.sheet = sheet

    @abstractmethod
    def headings(self) -> tuple[ProfileColumn, ...]:
        """The table's columns, which set the widths of the whole sheet."""

    @abstractmethod
    def write(self, row: int) -> int:
        """Write table and chart from this row on; return the next free row."""

    def head(self, row: int, headings: Sequence[ProfileColumn] = ()) -> None:
        """Write headings into a row: the table's own, where no others are given."""
        headings = headings or self.headings()
        for column, heading in enumerate(headings):
            look = formats.HEADER_MIDDLE if heading.middle else formats.HEADER
            self.sheet.text(row, column, heading.text, look)
        shown = tuple(
            (h.text, self.sheet.width(i), formats.HEADER_MIDDLE) for i, h in enumerate(headings)
        )
        self.sheet.fit(row, shown, least=30, whole=True)

    def mark(self, head: int, last: int) -> None:
        """Name the table from its headings to its last row, for screen readers."""
        right = sum(bool(heading.text) for heading in self.headings()) - 1
        self.sheet.book.title_region(self.sheet.name, CellRange(head, 0, last, right))

    def below(self, row: int, pixels: int, reached: int) -> int:
        """Return the first row below a chart.

        Args:
            row: the row the chart begins in.
            pixels: the chart's height.
            reached: the first row that is free beside it.
        """
        points = 0.0
        while points < pixels * POINTS_PER_PIXEL:
            points += self.sheet.row_height(row)
            row += 1
        return max(row, reached) + 1
