"""Damages returned workbooks at random: what stands in cells, and where things stand.

Every mutation takes its chances from one seeded generator, so that a seed gives the same file
again. `mutant` does several to one workbook.
"""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import openpyxl
from openpyxl.cell.rich_text import CellRichText
from openpyxl.styles import Side

from tests.factory import (
    Workbook,
    entries,
)
from tests.ingest.appearances import conditioned, words_faded
from tests.ingest.bases import KINDS, Base, base
from tests.ingest.byte_damage import PACKAGE, damage_markup, drop_parts
from xlassess.contract.layout import (
    ACTION_PLAN,
    HEADERS,
    IDENTITY,
    LISTS,
    START,
    layout,
)

Book = Any
"""An openpyxl workbook; its cells take anything."""


PROGRAMS = (
    "libreoffice xlsx", "libreoffice ods", "libreoffice xls", "gnumeric xlsx", "sheetjs xlsx",
    "sheetjs ods", "exceljs xlsx",
)  # fmt: skip
"""Programs that write a damaged return anew, each with the kind of file it writes."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged return: what it was, its bytes now, and what was done to it.

    ``program`` is one of `PROGRAMS` that is still to write it anew, or empty.
    """

    base: Base
    data: bytes
    done: tuple[str, ...]
    program: str = ""

    @property
    def before(self) -> bytes:
        """What it was before, where everything stands in its place still; else nothing."""
        stays = not self.program and {one.__name__ for one in SEEN}.issuperset(self.done)
        return self.base.data if stays else b""


NASTY: tuple[object, ...] = (
    None, "", " ", "\u00a0", "\u200b", "Agree", "AGREE", " agree ", "Strongly\u00a0agree", "agree!",
    "Agre", "Disagree", "Agree/Disagree", "strongly", "Yes", "yes", "No", "NO", "n", "y",
    "Don’t know", "x", "✓", "-", "?", "n/a", "TBC", True, False, 0, 1, 2, 3.0, 4, -1, 0.5,
    46066, 1e300, "1", "4", "3 ", "50%", "0,5", "£1,200", "1,234", "1,234.5", "12 000", "1e3",
    "٣", "03/04/2026", "13/02/2026", "2026-02-13", "3 April 2026", "next week", "31/02/2026",
    date(2026, 2, 13), datetime(2026, 2, 13, 9, 30), "=1+1", "=C7", "=TRUE()", '="Agree"', "#N/A",
    "#REF!", "1A", "2.1", "Item", "Question", "Your answer", "Comments", "a" * 32_767,
    "line\nbreak", "=HYPERLINK", "<b>&", "Reference", "Ag\u200bree", "Agree.", "“Agree”",
    "Strongly disagree",
)  # fmt: skip


def write_value(chance: random.Random, book: Book, home: Workbook) -> None:
    """Put something else into an answer cell."""
    entry = chance.choice(entries(home.toolkit))
    if entry.sheet in book.sheetnames:
        _put(book[entry.sheet][entry.cell], chance.choice(NASTY), chance)


def write_anywhere(chance: random.Random, book: Book, home: Workbook) -> None:
    """Put something into any cell near the tables, headings and numbers included."""
    sheet = _question_sheet(chance, book)
    cell = sheet.cell(chance.randrange(1, 15), chance.randrange(1, 9))
    if type(cell).__name__ == "Cell":
        _put(cell, chance.choice(NASTY), chance)


def _put(cell: Any, value: object, chance: random.Random) -> None:
    if type(cell).__name__ != "Cell":
        return
    cell.value = value
    if isinstance(value, str) and value.startswith("=") and chance.random() < 0.5:
        cell.data_type = "s"


def write_planned(chance: random.Random, book: Book, home: Workbook) -> None:
    """Put something else into the action plan, near its table."""
    place = layout(home.toolkit).action_plan
    if place and place.sheet in book.sheetnames:
        row = chance.choice((*range(place.header_row, place.last_row + 4), place.proposal or 0))
        cell = book[place.sheet].cell(row + 1, chance.randrange(1, 10))
        _put(cell, chance.choice(NASTY), chance)


def number_as_text(chance: random.Random, book: Book, home: Workbook) -> None:
    """Turn texts that look like numbers into numbers, as programs do on import."""
    sheet = _question_sheet(chance, book)
    for (cell,) in sheet.iter_rows(min_row=6, min_col=1, max_col=1):
        if isinstance(cell.value, str) and cell.value.replace(".", "", 1).isdecimal():
            number = float(cell.value)
            cell.value = number if chance.random() < 0.8 else f"{number:g}"


def rows_moved(chance: random.Random, book: Book, home: Workbook) -> None:
    sheet = _question_sheet(chance, book)
    row = chance.randrange(1, 12)
    if chance.random() < 0.5:
        sheet.insert_rows(row, chance.randrange(1, 4))
    else:
        sheet.delete_rows(row, chance.randrange(1, 3))


def columns_moved(chance: random.Random, book: Book, home: Workbook) -> None:
    sheet = _question_sheet(chance, book)
    column = chance.randrange(1, 7)
    if chance.random() < 0.6:
        sheet.insert_cols(column, chance.randrange(1, 3))
    else:
        sheet.delete_cols(column)


def rows_swapped(chance: random.Random, book: Book, home: Workbook) -> None:
    """Exchange two rows, whole or only some columns of them."""
    sheet = _question_sheet(chance, book)
    one, other = chance.randrange(5, 13), chance.randrange(5, 13)
    for column in chance.choice((range(1, 9), range(1, 2), range(2, 3), range(3, 9))):
        _exchange(sheet.cell(one, column), sheet.cell(other, column))


def columns_swapped(chance: random.Random, book: Book, home: Workbook) -> None:
    sheet = _question_sheet(chance, book)
    one, other = chance.randrange(1, 7), chance.randrange(1, 7)
    for row in range(chance.choice((1, 5, 6)), sheet.max_row + 1):
        _exchange(sheet.cell(row, one), sheet.cell(row, other))


def _exchange(one: Any, other: Any) -> None:
    if type(one).__name__ == type(other).__name__ == "Cell":
        kinds = one.data_type, other.data_type
        one.value, other.value = other.value, one.value
        other.data_type, one.data_type = kinds


def block_pasted(chance: random.Random, book: Book, home: Workbook) -> None:
    """Copy a block of cells over another place of the same or another sheet."""
    source, target = _question_sheet(chance, book), _question_sheet(chance, book)
    row, column = chance.randrange(4, 10), chance.randrange(1, 6)
    to_row, to_column = chance.randrange(4, 16), chance.randrange(1, 8)
    height, width = chance.randrange(1, 5), chance.randrange(1, 6)
    block = [
        [copy(source.cell(row + i, column + j).value) for j in range(width)] for i in range(height)
    ]
    for i, cells in enumerate(block):
        for j, value in enumerate(cells):
            _put(target.cell(to_row + i, to_column + j), value, chance)


def sheet_copied(chance: random.Random, book: Book, home: Workbook) -> None:
    sheet = book.copy_worksheet(_question_sheet(chance, book))
    if chance.random() < 0.6:
        _put(
            sheet.cell(chance.randrange(6, 12), chance.randrange(1, 6)),
            chance.choice(NASTY),
            chance,
        )


def sheet_deleted(chance: random.Random, book: Book, home: Workbook) -> None:
    names = book.sheetnames
    if len(names) > 2:
        book.remove(book[chance.choice(names)])


def sheets_renamed(chance: random.Random, book: Book, home: Workbook) -> None:
    sheet = chance.choice(book.worksheets)
    sheet.title = chance.choice(("Sheet1", "1 Need", "2 Facts", "Copy of 1", "Ünï", "Table 1 - 1"))
    book.move_sheet(sheet, chance.randrange(-3, 4))


def cells_merged(chance: random.Random, book: Book, home: Workbook) -> None:
    sheet = _question_sheet(chance, book)
    row, column = chance.randrange(6, 11), chance.randrange(1, 6)
    sheet.merge_cells(
        start_row=row, end_row=row + chance.randrange(0, 3),
        start_column=column, end_column=column + chance.randrange(0, 3),
    )  # fmt: skip


def hidden(chance: random.Random, book: Book, home: Workbook) -> None:
    sheet = _question_sheet(chance, book)
    sheet.row_dimensions[chance.randrange(5, 12)].hidden = True
    sheet.column_dimensions[chance.choice("ACEG")].hidden = True
    if chance.random() < 0.3:
        sheet.sheet_state = "hidden"


def marks_lost(chance: random.Random, book: Book, home: Workbook) -> None:
    """Lose the identity sheet, the properties, or both, and sometimes the headings' rows."""
    if chance.random() < 0.7 and IDENTITY in book.sheetnames:
        book.remove(book[IDENTITY])
    if chance.random() < 0.7:
        for name in list(book.custom_doc_props.names):
            del book.custom_doc_props[name]


def title_above(chance: random.Random, book: Book, home: Workbook) -> None:
    """Put the table's name into a row above everything, as Numbers exports do."""
    for sheet in book.worksheets:
        sheet.insert_rows(1)
        sheet["A1"] = "Table 1"


def epoch_of_1904(chance: random.Random, book: Book, home: Workbook) -> None:
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    book.epoch = CALENDAR_MAC_1904


def written_outside(chance: random.Random, book: Book, home: Workbook) -> None:
    """Write a sentence where nothing was asked: over our texts, beside, above, below, on Start."""
    names = [name for name in book.sheetnames if name not in (LISTS, IDENTITY)]
    sheet = book[chance.choice(names)]
    row, column = chance.randrange(1, sheet.max_row + 4), chance.randrange(1, 11)
    _put(sheet.cell(row, column), f"We see this otherwise {chance.randrange(1000)}", chance)


def struck_out(chance: random.Random, book: Book, home: Workbook) -> None:
    """Cross out what stands in an answer cell, by its letters or from corner to corner."""
    entry = chance.choice(entries(home.toolkit))
    if entry.sheet not in book.sheetnames:
        return
    cell = book[entry.sheet][entry.cell]
    if chance.random() < 0.3:
        border = copy(cell.border)
        border.diagonal, border.diagonalUp = Side("thin"), True
        cell.border = border
    else:
        font = copy(cell.font)
        font.strike = True
        cell.font = font


def heading_changed(chance: random.Random, book: Book, home: Workbook) -> None:
    """Make another column of an answer's or comment's by its heading."""
    wanted = chance.choice(("answer", "answer", "comment", "evidence"))
    for cell in (cell for row in _question_sheet(chance, book).iter_rows() for cell in row):
        if cell.value == HEADERS[wanted]:
            words = ("Last year’s answer", "Jane’s view (not agreed)", f"{cell.value} of the board")
            cell.value = chance.choice(words)
            return


def linked(chance: random.Random, book: Book, home: Workbook) -> None:
    """Put a link behind the words of a comment."""
    beside = [entry for entry in entries(home.toolkit) if entry.field == "comment"]
    if beside and (entry := chance.choice(beside)).sheet in book.sheetnames:
        cell = book[entry.sheet][entry.cell]
        if isinstance(cell.value, str) and cell.data_type == "s":
            cell.hyperlink = f"https://strategy.example/{chance.randrange(1000)}"


SEEN = (
    written_outside, written_outside, struck_out, heading_changed, linked, conditioned, words_faded,
)  # fmt: skip
"""What a person sees and a reader of values does not; nothing moves."""
VALUES = (
    write_value, write_value, write_value, write_value, write_anywhere, number_as_text,
    write_planned,
)  # fmt: skip
STRUCTURE = (
    rows_moved, columns_moved, rows_swapped, columns_swapped, block_pasted, sheet_copied,
    sheet_deleted, sheets_renamed, cells_merged, hidden, marks_lost, title_above, epoch_of_1904,
)  # fmt: skip


def _question_sheet(chance: random.Random, book: Book) -> Any:
    apart = (START, LISTS, IDENTITY, *([] if chance.random() < 0.2 else [ACTION_PLAN]))
    names = [name for name in book.sheetnames if name not in apart]
    return book[chance.choice(names or book.sheetnames)]


RESAVED = 0.25
"""Share of the returns damaged in their cells that a program writes anew afterwards."""


def mutant(seed: int, program: str = "", only: Sequence[str] = ()) -> Mutant:
    """Return the damaged return that belongs to a seed.

    Args:
        seed: its seed.
        program: have this program write it anew, whatever the seed says, if it was damaged in its
            cells; a file damaged byte by byte is no workbook for a program to open.
        only: do only what is called so.
    """
    chance = random.Random(seed)
    home = base(chance.choice(KINDS))
    seen_only = chance.random() < 0.2
    wanted = [one for one in {*VALUES, *STRUCTURE, *SEEN} if one.__name__ in only]
    wanted.sort(key=lambda one: one.__name__)
    if not seen_only and not wanted and chance.random() < 0.2:
        damage = chance.choice((*PACKAGE, drop_parts, damage_markup, damage_markup))
        return Mutant(home, damage(chance, home.data), (damage.__name__,))
    book = openpyxl.load_workbook(io.BytesIO(home.data))
    done = []
    for _ in range(chance.choice((1, 1, 1, 2, 3, 5))):
        kinds = SEEN if seen_only else chance.choice((VALUES, STRUCTURE, SEEN))
        mutation = chance.choice(wanted or kinds)
        mutation(chance, book, home.book)
        done.append(mutation.__name__)
    drawn = chance.choice(PROGRAMS) if chance.random() < RESAVED else ""
    program = program or drawn
    _spare(program, book)
    out = io.BytesIO()
    book.save(out)
    book.close()
    return Mutant(home, out.getvalue(), tuple(done), program)


def _spare(program: str, book: Book) -> None:
    """Take out what a program loses for good, whoever reads the file afterwards.

    ExcelJS does not get over charts, SheetJS over characters beyond 16 bits; in ods SheetJS
    leaves out errors, and formulas that were never worked out. Gnumeric leaves out spaces where
    another font begins.
    """
    for sheet in book.worksheets if program else ():
        sheet._charts.clear()
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if program.startswith("gnumeric") and isinstance(cell.value, CellRichText):
                cell.value = str(cell.value)
            if program == "sheetjs ods" and cell.data_type in "fe":
                cell.value = None
            elif isinstance(cell.value, str) and "🙂" in cell.value:
                cell.value = cell.value.replace("🙂", ":)")
