"""What the writers of the sheets share while one plate is built."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from xlassess.contract.layout import REFERENCE_ROW, Layout
from xlassess.generate.workbook.cells import Contents
from xlassess.generate.workbook.lists import Lists
from xlassess.model.assessment import Assessment
from xlassess.model.toolkit import Toolkit
from xlassess.sheet import formats
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, guard, set_page, show
from xlassess.sheet.words import Words
from xlassess.sheet.writer import CellRange, SheetWriter, WorkbookWriter

PersonalField = Literal[
    "carrier", "reference", "partner", "respondent", "level", "partner_id", "respondent_id",
    "seal", "title",
]  # fmt: skip
"""The texts that differ from copy to copy. ``carrier`` is the line at the head of every sheet
that holds the reference; ``title`` is the document's title."""

IN_CELLS: tuple[PersonalField, ...] = (
    "carrier", "reference", "partner", "respondent", "level", "partner_id", "respondent_id", "seal"
)  # fmt: skip

_OPEN, _CLOSE = "\ue000", "\ue001"


def placeholder(name: PersonalField) -> str:
    """Return what stands for a personal text in a plate; private-use characters mark it."""
    return f"{_OPEN}{name}{_CLOSE}"


@dataclass(slots=True)
class PersonalCells:
    """Cells for personal texts, written after all others.

    Strings are numbered in the order they are first written: written last, the personal ones
    end the table of shared strings, and all before them is the same in every copy.
    """

    _cells: list[tuple[SheetWriter, tuple[int, int], PersonalField, CellFormat, str]] = field(
        default_factory=list
    )

    def add(
        self,
        sheet: SheetWriter,
        at: tuple[int, int],
        name: PersonalField,
        look: CellFormat,
        label: str = "",
    ) -> None:
        """Keep a cell for a personal text; it is formatted now and filled at the end.

        Args:
            sheet: the sheet.
            at: row and column of the cell.
            name: which text.
            look: the cell's look.
            label: what stands before the text in the same cell.
        """
        sheet.blank(*at, look)
        self._cells.append((sheet, at, name, look, label))

    def write(self) -> None:
        """Write the placeholders."""
        for name in IN_CELLS:
            for sheet, at, wanted, look, label in self._cells:
                if wanted == name:
                    sheet.text(*at, f"{label}{placeholder(name)}", look)


@dataclass(frozen=True, slots=True)
class Draft:
    """One plate being built."""

    toolkit: Toolkit
    assessment: Assessment
    layout: Layout
    password: str
    book: WorkbookWriter
    words: Words
    lists: Lists
    personal: PersonalCells
    contents: Contents = field(default_factory=Contents)

    def carrier(self, sheet: SheetWriter) -> None:
        """Put the line with the reference at the head of a sheet."""
        self.personal.add(sheet, (REFERENCE_ROW, 0), "carrier", formats.SMALL)

    def finish(
        self,
        sheet: SheetWriter,
        last: tuple[int, int],
        *,
        landscape: bool,
        single: bool = False,
        repeat: tuple[int, int] | None = None,
        freeze: tuple[int, int] | None = None,
        starts: tuple[int, ...] = (),
        whole: tuple[tuple[int, int], ...] = (),
    ) -> None:
        """Set a sheet up for print and screen, and lock it.

        Args:
            sheet: the sheet.
            last: row and column of its last cell.
            landscape: True for a wide page.
            single: True to print it on one page as long as it can then be read.
            repeat: the first and last row printed on every page.
            freeze: the first row and column that scroll.
            starts: rows at which a page begins well.
            whole: first and last rows of what should stay on one page.
        """
        page = PageSetup(
            left=self.toolkit.short,
            right=f"{self.assessment.partnership}, {self.assessment.round}",
            marking=self.assessment.marking,
            landscape=landscape,
            narrow=landscape,
            single=single,
            area=CellRange(0, 0, *last),
            repeat=repeat,
            starts=starts,
            whole=whole,
        )
        set_page(sheet, page)
        guard(sheet, self.password)
        show(sheet, freeze)
