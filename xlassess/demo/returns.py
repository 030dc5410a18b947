"""What comes back: under which name, with which mistake, how many days late."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from xlassess.contract.layout import Layout, SectionLayout
from xlassess.demo.filling import Mistake, put
from xlassess.demo.scripts.script import Cell

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet


def typed_over(**answers: Cell) -> Mistake:
    """Other values typed over answers, by item."""
    return lambda book, places: _set(book, places, answers)


def left_out(*items: str) -> Mistake:
    """Answers left out."""
    return lambda book, places: _set(book, places, dict.fromkeys(items))


def pasted_formula(item: str) -> Mistake:
    """An answer that is taken over from the cell above by a formula."""

    def make(book: Workbook, places: Layout) -> None:
        sheet, row, column = _answer(book, places, item)
        above = sheet.cell(row, column + 1).coordinate
        put(sheet, row, column, f"={above}")

    return make


def sorted_by_answer(section_id: str) -> Mistake:
    """The rows of a section sorted by answer, as after switching protection off."""

    def make(book: Workbook, places: Layout) -> None:
        section = _section(places, section_id)
        sheet, table = book[section.sheet], section.tables[0]
        column = table.column("answer")
        if column is None:
            raise KeyError(section_id)
        width = range(1, section.last_column + 2)
        rows = [[sheet.cell(row.index + 1, c).value for c in width] for row in table.rows]
        rows.sort(key=lambda values: str(values[column.index]))
        for row, values in zip(table.rows, rows, strict=True):
            for c, value in zip(width, values, strict=True):
                _move(sheet, row.index + 1, c, value)

    return make


def _move(sheet: Worksheet, row: int, column: int, value: object) -> None:
    """Put a moved value in its new row; formulas stay, as they look at their own row."""
    cell = sheet.cell(row, column)
    if cell.data_type != "f" and not str(value).startswith("="):
        cell.value = value  # type: ignore[assignment]


def _set(book: Workbook, places: Layout, answers: dict[str, Cell] | dict[str, None]) -> None:
    for item, value in answers.items():
        sheet, row, column = _answer(book, places, item)
        sheet.cell(row + 1, column + 1).value = value


def _answer(book: Workbook, places: Layout, item: str) -> tuple[Worksheet, int, int]:
    """Return the sheet, row and column of an item's answer, counted from 0."""
    for section in places.sections:
        for table in section.tables:
            for row in table.rows:
                column = table.column("answer")
                if row.item.id == item and column:
                    return book[section.sheet], row.index, column.index
    raise KeyError(item)


def _section(places: Layout, section_id: str) -> SectionLayout:
    return next(found for found in places.sections if found.section.id == section_id)


def wrong_file() -> bytes:
    """Return a workbook that has nothing to do with the assessment: a claim for travel costs."""
    from xlsxwriter import Workbook as Writer

    out = io.BytesIO()
    book = Writer(out, {"in_memory": True})
    book.set_properties({"created": datetime(2026, 3, 24, 8, 30)})
    sheet = book.add_worksheet("Travel costs")
    rows = (
        ("Date", "From", "To", "Miles"),
        ("3 March", "College", "Town Hall", 4.5),
        ("17 March", "College", "County Hall", 21),
    )
    for number, row in enumerate(rows):
        if sheet.write_row(number, 0, row) != 0:
            raise ValueError("a row could not be written")
    book.close()
    return out.getvalue()


def zipped(files: Iterable[tuple[str, bytes]], at: datetime) -> bytes:
    """Return a zip file with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        for name, data in files:
            info = zipfile.ZipInfo(name, at.timetuple()[:6])
            target.writestr(info, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class FileSentBack:
    """One file that somebody sends back.

    ``name`` is empty where the file keeps the name it was issued under. ``unusual`` says what is
    unusual about it, in one phrase. ``unrelated`` files have nothing to do with the assessment.
    """

    name: str = ""
    unusual: str = ""
    mistake: Mistake | None = None
    unrelated: bool = False
    days_later: int = 0


AS_IT_SHOULD_BE = (FileSentBack(),)
"""One file, as it should be."""

RETURNED: dict[tuple[str, str], tuple[FileSentBack, ...]] = {
    ("pat", "Karen Doyle"): (
        FileSentBack(
            name="PAT FINAL Karen Doyle.xlsx",
            unusual="an answer that the list does not offer",
            mistake=typed_over(**{"3B": "Mostly agree"}),
        ),
    ),
    ("pat", "Jo Whitfield"): (
        FileSentBack(unusual="two answers left out", mistake=left_out("4C", "5E")),
    ),
    ("pat", "Dr Anita Rao"): (
        FileSentBack(unusual="the rows of sheet 2 sorted by answer", mistake=sorted_by_answer("2")),
    ),
    ("pat", "Peter Lindqvist"): (
        FileSentBack(
            name="Copy of PAT Lindqvist.xlsx",
            unusual="answers typed by hand, in small letters and with blanks",
            mistake=typed_over(**{"1B": "agree ", "6D": "strongly  disagree"}),
        ),
    ),
    ("melton-evaluation", "Peter Lindqvist"): (
        FileSentBack(
            unusual="bare numbers typed for the choices", mistake=typed_over(**{"1.2": 4.0})
        ),
    ),
    ("pat", "Grace Okafor"): (
        FileSentBack(
            name="VAT partnership tool.xlsx",
            unusual="sent twice: this is the first, with a section left out",
            mistake=left_out("6A", "6B", "6C", "6D", "6E", "6F"),
        ),
        FileSentBack(
            name="VAT partnership tool (complete).xlsx",
            unusual="sent twice: this is the second",
            days_later=3,
        ),
    ),
    ("melton-evaluation", "Lee Hargreaves"): (
        FileSentBack(unusual="a formula pasted over an answer", mistake=pasted_formula("2.3")),
    ),
    ("melton-evaluation", "David Ellery"): (
        FileSentBack(
            name="Partnership evaluation College.xlsx",
            unusual="the wrong file: a claim for travel costs",
            unrelated=True,
        ),
    ),
}
"""What comes back otherwise than as it should, by toolkit and respondent."""

BUNDLE = "Vale County Council returns.zip"
"""The name of the zip file in which one partner sends everything."""
