"""What stands in the answer cells of a workbook as issued, and which of them are open."""

from __future__ import annotations

from xlassess.contract.layout import ActionPlanLayout, Column, SectionLayout, TableLayout
from xlassess.generate.workbook.cells import AnswerCell
from xlassess.generate.workbook.status import CHECK, OPEN, progress_of, status_formula
from xlassess.model.toolkit import Item, Toolkit
from xlassess.sheet.formats import CellFormat, ConditionalFormat
from xlassess.sheet.words import Words
from xlassess.sheet.writer import Formula, SheetWriter, quoted


class Contents:
    """An empty workbook: every answer cell is blank and open."""

    marks: tuple[tuple[str, ConditionalFormat], ...] = ()
    """Further words a status may begin with, and how they are marked."""

    def put(
        self, sheet: SheetWriter, row: int, item: Item, column: Column, entry: AnswerCell
    ) -> bool:
        """Write the cell of an item's field; return whether it is open."""
        sheet.blank(row, column.index, entry.look)
        return True

    def status(self, toolkit: Toolkit, table: TableLayout, row: int, item: Item) -> Formula | str:
        """Return what the status of an item's row says."""
        return status_formula(toolkit, table, row, item)

    def statuses(self, item: Item) -> list[str]:
        """Return the longest things an item's status may say."""
        return [f"{OPEN}: {item.follow_up.ask}"] if item.follow_up else [f"{CHECK} answer"]

    def beside(self, item: Item, column: Column) -> str:
        """Return what stands in a column that only query workbooks have."""
        raise KeyError(column.role)

    def answers(self, item: Item) -> list[str]:
        """Return the texts that stand in an item's answer cells."""
        del item
        return []

    def hint(self, words: Words) -> str:
        """Return what stands in the answer column of an item whose answer goes elsewhere."""
        return words.say("write_at_right")

    def progress(self, words: Words, place: SectionLayout) -> Formula | str:
        """Return how far a section is done, for the head of its sheet."""
        progress = progress_of(place)
        kind = "optional" if progress.optional else "answered"
        before, after = words.say(f"progress_{kind}", progress.asked).split("#")
        check = words.say("progress_check")
        return Formula(
            f"{quoted(before)}&({progress.done})&{quoted(after)}"
            f'&IF({progress.to_check}>0,{quoted(" " + check)},"")',
            f"{before}0{after}",
        )

    def put_planned(
        self, sheet: SheetWriter, row: int, number: int, column: Column, look: CellFormat
    ) -> None:
        """Write a cell of the action plan's row of this number."""
        del number
        sheet.blank(row, column.index, look)

    def put_beside_plan(self, sheet: SheetWriter, place: ActionPlanLayout) -> int:
        """Write what stands beside the action plan; return its last column."""
        del sheet
        return place.columns[-1].index

    def proposal(self, look: CellFormat) -> tuple[str, CellFormat]:
        """Return what stands in the proposal's cell, and the look of the cell."""
        return "", look
