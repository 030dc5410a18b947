"""Writing the summary's cells: figures as formulas with their values, tables, headings."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import floor
from operator import getitem

from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.summary.layout import HEADER_ROW, NOTE_ROW, TITLE_ROW
from xlassess.consolidate.wording.terms import NOT_SHOWN, NOTHING, WITHHELD, day
from xlassess.sheet import formats, metrics, palette
from xlassess.sheet.formats import CellFormat
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.streamed import MOST_KEPT, MOST_ROWS
from xlassess.sheet.validation import SheetError
from xlassess.sheet.values import serial
from xlassess.sheet.writer import CellRange, Formula, SheetWriter, WorkbookWriter

_LANDSCAPE_PIXELS = 960
"""Pixels between the margins of a landscape A4 page at full size, a little to spare."""

LEAST_ROW = 18.0
"""Height of a table's row of one line, in points."""

HEADING_ROW = 24.0
"""Height of the row of a heading within a sheet, in points."""

_TALLEST = metrics.TALLEST_ROW
"""Rows are at most as high as Excel shows them, in points."""

_FILTER_ARROW = 2.5
"""Width of the arrow of a filter, in characters."""

CELL = formats.CELL
TOP_CELL = CELL.but(valign="top")
SMALL_CELL = CELL.but(size=9)
MIDDLE = formats.CELL_MIDDLE
NUMBER = formats.CELL.but(align="right", wrap=False)
ONE_DECIMAL = NUMBER.but(number="0.0")
TWO_DECIMALS = NUMBER.but(number="0.00")
WHOLE = NUMBER.but(number="0")
SHARE = NUMBER.but(number="0%")
DAY = MIDDLE.but(number=formats.DATE_FORMAT, wrap=False)
MOMENT = MIDDLE.but(number="d mmm yyyy hh:mm", wrap=False)
KEY = SMALL_CELL.but(colour=palette.MUTED, wrap=False)
HEAD = formats.HEADER
HEAD_MIDDLE = formats.HEADER_MIDDLE


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a table: heading, width in characters, look of its cells.

    A ``small`` heading is for narrow columns.
    """

    header: str
    width: float
    look: CellFormat = CELL
    small: bool = False

    @property
    def head(self) -> CellFormat:
        """The look of the heading: aligned as the cells below."""
        look = HEAD_MIDDLE if self.look.align != "left" else HEAD
        return look.but(size=8.5, indent=0) if self.small else look


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A table on a sheet: its heading row, first column, number of rows, name and title.

    ``name`` is unique in the workbook and keeps to letters, digits and underscores; ``title``
    is read out by screen readers.
    """

    header_row: int
    columns: tuple[SheetColumn, ...]
    rows: int
    name: str
    title: str
    first_column: int = 0
    filtered: bool = True


@dataclass(frozen=True, slots=True)
class SheetSetup:
    """What a sheet begins with, and how it is printed and frozen.

    ``columns`` gives the widths; ``last_row`` ends the print area; ``frozen`` is the number
    of rows and columns that stay in view; ``repeat`` the rows printed on every page; ``printed``
    the number of columns that are printed, None for all; ``pages`` how many pages are printed at
    most, 0 for all: of a sheet of the print set the most important, which stands first.
    ``streamed`` as in `Book.sheet`.
    """

    name: str
    title: str
    note: str
    widths: tuple[float, ...]
    frozen: tuple[int, int] = (HEADER_ROW + 1, 0)
    repeat: tuple[int, int] | None = (HEADER_ROW, HEADER_ROW)
    tab: str = ""
    streamed: bool = False
    printed: int | None = None
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Live:
    """A figure: its formula (without the leading ``=``, empty for none) and what it comes to.

    None is shown as `NOTHING`; the formula has to show the same.
    """

    formula: str
    value: str | float | None


class SummaryWriter:
    """The workbook being written, with the summary it is written from."""

    def __init__(self, book: WorkbookWriter, summary: Summary) -> None:
        self.book = book
        self.summary = summary

    def open(self, setup: SheetSetup) -> SheetWriter:
        """Add a sheet with its title and note; `SummaryWriter.finish` sets it up for printing."""
        sheet = self.book.sheet(setup.name, setup.tab, streamed=setup.streamed)
        sheet.widths(dict(enumerate(setup.widths)))
        sheet.text(TITLE_ROW, 0, setup.title, formats.TITLE)
        sheet.height(TITLE_ROW, 28)
        last = (setup.printed or len(setup.widths)) - 1
        look = formats.PROSE.but(colour=palette.MUTED, wrap=False)
        lines = in_lines(setup.note, sheet.span_width(0, last), look, _MOST_NOTE_LINES)
        for row, line in enumerate(lines, NOTE_ROW):
            sheet.text(row, 0, line, look)
            sheet.height(row, metrics.line_height(formats.FONT_SIZE) + 3)
        show(sheet, setup.frozen)
        return sheet

    def finish(
        self, sheet: SheetWriter, setup: SheetSetup, last_row: int, breaks: Sequence[int] = ()
    ) -> None:
        """Set a sheet up for printing down to its last row.

        Args:
            sheet: the sheet.
            setup: what it was opened with.
            last_row: where the print area ends.
            breaks: rows that begin a new page. They are heeded only at a fixed scale, so with
                breaks the scale is worked out here and not left to the program.
        """
        assessment = self.summary.assessment
        page = PageSetup(
            left=f"{assessment.partnership}, {assessment.round}",
            right=f"Summary of {day(self.summary.made_at)}",
            marking=assessment.marking,
            landscape=True,
            area=CellRange(0, 0, last_row, (setup.printed or len(setup.widths)) - 1),
            repeat=setup.repeat,
        )
        if setup.pages:
            page = replace(page, area=_first_pages(sheet, page, setup.pages))
        set_page(sheet, page)
        if breaks:
            pixels = sum(
                width * metrics.DIGIT_PIXELS + metrics.PADDING_PIXELS for width in setup.widths
            )
            scale = floor(100 * _LANDSCAPE_PIXELS / pixels)
            sheet.raw.set_print_scale(min(100, max(10, scale)))
            sheet.raw.set_h_pagebreaks(list(breaks))

    def figure(
        self, sheet: SheetWriter, row: int, column: int, live: Live, look: CellFormat
    ) -> None:
        """Write a figure: as a formula with its value, or as a value where not live."""
        shown = NOTHING if live.value is None else live.value
        if self.summary.live and live.formula and shown not in (WITHHELD, NOT_SHOWN):
            sheet.formula(row, column, Formula(live.formula, shown), look)
        elif isinstance(shown, str):
            sheet.text(row, column, shown, look)
        else:
            sheet.number(row, column, shown, look)

    def table(self, sheet: SheetWriter, grid: SheetTable) -> None:
        """Write a table's headings and make it filterable; see `write_table`."""
        write_table(self.book, sheet, grid)


_MOST_NOTE_LINES = HEADER_ROW - NOTE_ROW


_SPACES = re.compile(r"[^\S\u00a0]+")
"""Where a line may break: not at a no-break space."""


def write_table(book: WorkbookWriter, sheet: SheetWriter, grid: SheetTable) -> None:
    """Write a table's headings and make it filterable; its cells are written apart.

    Raises:
        SheetError: it has more rows than a sheet, or XlsxWriter does not take it.
    """
    if grid.header_row + grid.rows >= MOST_ROWS:
        raise SheetError(
            f"The table “{grid.title}” has {grid.rows:,} rows, more than a sheet holds.",
            "Export the data instead: xlassess export.",
        )
    arrow = _FILTER_ARROW if grid.filtered else 0.0
    headings(sheet, grid.header_row, grid.columns, grid.first_column, arrow)
    last_column = grid.first_column + len(grid.columns) - 1
    last_row = grid.header_row + max(grid.rows, 1)
    box = CellRange(grid.header_row, grid.first_column, last_row, last_column)
    book.title_region(sheet.name, box)
    options = {
        "name": grid.name,
        "title": grid.title,
        "style": None,
        "autofilter": grid.filtered,
        "columns": [
            {"header": column.header, "header_format": book.format(column.head)}
            for column in grid.columns
        ],
    }
    must(
        sheet.raw.add_table(
            grid.header_row, grid.first_column,
            grid.header_row + max(grid.rows, 1), last_column, options,
        )
    )  # fmt: skip


def in_lines(text: str, width: float, look: CellFormat, most: int = 0) -> list[str]:
    """Part a text into lines at the ends of words, each to stand in a row of its own.

    Unmerged and unwrapped, a line runs on over the empty cells beside it.

    Args:
        text: the text.
        width: the width of those cells together, in characters.
        look: how it looks.
        most: lines there is room for, 0 for as many as it takes; the last takes what is left.
    """
    lines = [""]
    for word in _SPACES.split(text.strip()):
        longer = f"{lines[-1]} {word}".strip()
        measured = metrics.MeasuredText(longer, width, look.size, look.bold)
        if not lines[-1] or len(lines) == most or metrics.line_count(measured) == 1:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


_PAGE_FILLED = 0.85
"""Share of a page counted on: programs differ in how high they print a row."""


def _first_pages(sheet: SheetWriter, page: PageSetup, pages: int) -> CellRange:
    """Return as much of what is printed, from the top, as so many pages hold."""
    across, down = page.room
    area = page.area
    scale = min(1.0, across / sheet.extent(area)[0])
    room = pages * _PAGE_FILLED * down / scale
    last, used = area.first_row, 0.0
    for row in range(area.first_row, area.last_row + 1):
        used += sheet.row_height(row)
        if used > room and row > area.first_row:
            break
        last = row
    return replace(area, last_row=last)


def must(code: object) -> None:
    """Take an XlsxWriter return code that has to be 0.

    Raises:
        SheetError: it is not.
    """
    if code not in (0, None):
        raise SheetError(f"The summary could not be written: XlsxWriter answered {code}.")


def headings(
    sheet: SheetWriter,
    row: int,
    columns: Sequence[SheetColumn],
    first_column: int = 0,
    arrow: float = _FILTER_ARROW,
) -> None:
    """Write a heading row, high enough for its words and the arrow of a filter."""
    for index, column in enumerate(columns, first_column):
        sheet.text(row, index, column.header, column.head)
    sheet.fit(
        row,
        tuple((column.header, max(column.width - arrow, 4.0), column.head) for column in columns),
        least=24,
    )


def fit_row(sheet: SheetWriter, row: int, texts: Sequence[tuple[str, float, CellFormat]]) -> None:
    """Make a row high enough for its texts, up to a limit; Excel shows the rest in the cell."""
    sheet.height(row, fitting(texts))


def fitting(texts: Iterable[tuple[str, float, CellFormat]]) -> float:
    """Return the height of a row that holds these texts, up to a limit."""
    needed = (
        metrics.text_height(text, width, look.size, look.bold, look.indent)
        for text, width, look in texts
    )
    return min(max((LEAST_ROW, *needed)), _TALLEST)


class _Heights(dict[str, float]):
    """The heights that the texts of a column need; most columns repeat a few dozen."""

    def __init__(self, column: SheetColumn) -> None:
        super().__init__()
        self._column = column

    def __missing__(self, text: str) -> float:
        column = self._column
        needed = fitting([(text, column.width, column.look)] if text else [])
        if len(self) < MOST_KEPT:
            self[text] = needed
        return needed


def row_heights(columns: Sequence[SheetColumn], rows: Iterable[Sequence[str]]) -> array[float]:
    """Return the heights of the rows of a table of texts, each as high as its texts need."""
    needed = [_Heights(column) for column in columns]
    return array("d", (max(map(getitem, needed, values)) for values in rows))


def put(sheet: SheetWriter, row: int, column: int, value: object, look: CellFormat) -> None:
    """Write a value as what it is: a text, a number, a day, or nothing."""
    if value is None or value == "":
        sheet.blank(row, column, look)
    elif isinstance(value, datetime | date):
        sheet.number(row, column, serial(value), look)
    elif isinstance(value, int | float):
        sheet.number(row, column, float(value), look)
    else:
        sheet.text(row, column, str(value), look)


def put_row(
    sheet: SheetWriter, row: int, columns: Sequence[SheetColumn], values: Sequence[object]
) -> None:
    """Write a row of a table, as high as its texts need."""
    for index, (column, value) in enumerate(zip(columns, values, strict=True)):
        put(sheet, row, index, value, column.look)
    fit_row(sheet, row, tuple(row_texts(columns, values)))


def row_texts(
    columns: Sequence[SheetColumn], values: Sequence[object]
) -> Iterator[tuple[str, float, CellFormat]]:
    """Yield the texts of a row, each with the width and look of its column."""
    for column, value in zip(columns, values, strict=True):
        if isinstance(value, str) and value:
            yield value, column.width, column.look


def counting(rows: bool, **criteria: str) -> str:
    """Return the formula that counts answers on the Data sheet.

    Args:
        rows: True when Data has one row per answer, False when it holds counts.
        criteria: what to count by, as in `places.DATA_NAMES`; values are formula parts.
    """
    inside = ",".join(f"data_{name},{value}" for name, value in criteria.items())
    return f"COUNTIFS({inside})" if rows else f"SUMIFS(data_number,{inside})"


def lit(text: str) -> str:
    """Return a key as a literal in a formula."""
    return '"' + text.replace('"', '""') + '"'
