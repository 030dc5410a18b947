"""The summary's sheets as text: what stands in their cells, for pages that show them.

The sheets are written by what writes the workbook, and read while they are: a page so shows the
very words and figures of the workbook. Only the first sheet, which a page has in a form of its own,
and the Data sheet, which is one row for each answer, are not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import cast

from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.summary.cells import SheetSetup, SheetTable, SummaryWriter
from xlassess.consolidate.summary.layout import HEADER_ROW
from xlassess.consolidate.summary.sheets.method import write_method
from xlassess.consolidate.summary.sheets.responses import write_responses
from xlassess.consolidate.summary.workbook import write_part, write_said_and_agreed
from xlassess.consolidate.wording.terms import decimal, percent, short
from xlassess.model.days import short_day
from xlassess.sheet import formats
from xlassess.sheet.formats import PLAIN, CellFormat
from xlassess.sheet.streamed import Streamed, StreamedFormats
from xlassess.sheet.values import moment_of
from xlassess.sheet.writer import CellRange, Formula, SheetWriter, WorkbookWriter


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A line of a sheet beside its tables: the texts of its cells; ``heading`` as it looks."""

    texts: tuple[str, ...]
    heading: bool = False


@dataclass(frozen=True, slots=True)
class TableText:
    """A table of a sheet: what it is called, its headings, and its rows.

    ``figures`` are the places of the columns of which the cells are figures or marks, ``words``
    those of columns for sentences.
    """

    title: str
    headings: tuple[str, ...]
    figures: frozenset[int]
    words: frozenset[int]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class SheetText:
    """A sheet: its name, title and note, and what stands on it from the top down.

    ``part`` is the key of the toolkit that it is about; empty for a sheet about all of them.
    """

    name: str
    part: str
    title: str
    note: str
    blocks: tuple[SheetLine | TableText, ...]


def sheets_of(summary: Summary) -> tuple[SheetText, ...]:
    """Return the summary's sheets in their order, without the first and the Data sheet.

    Raises:
        SheetError: something cannot be shown without loss.
    """
    writer = _ReadingWriter(_ReadBook({}), summary)
    write_responses(writer)
    for part in summary.parts:
        writer.part = part.key
        write_part(writer, part)
    writer.part = ""
    write_said_and_agreed(writer)
    write_method(writer)
    return tuple(sheet.text_of() for sheet in writer.sheets)


class _ReadBook(WorkbookWriter):
    """A workbook whose sheets remember what is written on them; it is never put together."""

    def sheet(self, name: str, tab_colour: str = "", *, streamed: bool = False) -> SheetWriter:
        """Add a sheet that remembers."""
        plain = super().sheet(name, tab_colour, streamed=streamed)
        return _ReadSheet(self, plain)


class _ReadSheet(SheetWriter):
    """A sheet that remembers what is written on it, as it is shown."""

    setup: SheetSetup
    part: str = ""

    def __init__(self, book: WorkbookWriter, plain: SheetWriter) -> None:
        super().__init__(book, plain.raw)
        self._shown: dict[tuple[int, int], tuple[str, CellFormat]] = {}
        self.tables: list[SheetTable] = []

    def text(self, row: int, column: int, text: str, look: CellFormat = PLAIN) -> None:
        """Remember a text."""
        super().text(row, column, text, look)
        self._shown[row, column] = text, look

    def number(self, row: int, column: int, number: float, look: CellFormat = PLAIN) -> None:
        """Remember a number as it is shown."""
        self._shown[row, column] = _as_shown(number, look.number), look

    def formula(self, row: int, column: int, formula: Formula, look: CellFormat = PLAIN) -> None:
        """Remember what a formula comes to."""
        value = formula.value
        shown = value if isinstance(value, str) else _as_shown(value, look.number)
        self._shown[row, column] = shown, look

    def link(
        self, row: int, column: int, target: str, text: str, look: CellFormat, *, tip: str
    ) -> None:
        """Remember the text of a link."""
        del target, tip
        self._shown[row, column] = text, look

    def stream(
        self, first_row: int, rows: Iterable[Sequence[Streamed]], faces: StreamedFormats,
        heights: Sequence[float] = (),
    ) -> None:  # fmt: skip
        """Remember the rows of a long table."""
        del faces, heights
        for row, values in enumerate(rows, first_row):
            for column, value in enumerate(values):
                self._shown[row, column] = "" if value is None else str(value), PLAIN

    def text_of(self) -> SheetText:
        """Return what was written."""
        boxes = [(_box(table), table) for table in self.tables]
        loose = {
            place: told for place, told in self._shown.items()
            if place[0] >= HEADER_ROW and place[1] < _BESIDE_TABLES and told[0]
            and not any(_is_in(place, box) for box, _ in boxes)
        }  # fmt: skip
        found: list[tuple[int, SheetLine | TableText]] = [
            (box.first_row, self._table(table)) for box, table in boxes
        ]
        for row, places in groupby(sorted(loose), key=lambda place: place[0]):
            told = [loose[place] for place in places]
            heading = told[0][1] == formats.HEADING
            found.append((row, SheetLine(tuple(text for text, _ in told), heading)))
        found.sort(key=lambda one: one[0])
        setup = self.setup
        blocks = tuple(block for _, block in found)
        return SheetText(setup.name, self.part, setup.title, setup.note, blocks)

    def _table(self, table: SheetTable) -> TableText:
        first = table.header_row + 1
        columns = range(table.first_column, table.first_column + len(table.columns))
        return TableText(
            title=table.title,
            headings=tuple(column.header for column in table.columns),
            figures=frozenset(
                place for place, column in enumerate(table.columns) if column.look.align != "left"
            ),
            words=frozenset(
                place for place, column in enumerate(table.columns) if column.width >= _SENTENCE
            ),
            rows=tuple(
                tuple(self._shown.get((row, column), ("", PLAIN))[0] for column in columns)
                for row in range(first, first + table.rows)
            ),
        )


_SENTENCE = 30.0
"""From so many characters, the width of a column is meant for sentences."""

_BESIDE_TABLES = 2
"""So many columns hold texts beside tables; what stands right of them is for charts."""


def _box(table: SheetTable) -> CellRange:
    last = table.first_column + len(table.columns) - 1
    rows = max(table.rows, 1)
    return CellRange(table.header_row, table.first_column, table.header_row + rows, last)


def _is_in(place: tuple[int, int], box: CellRange) -> bool:
    row, column = place
    across = box.first_column <= column <= box.last_column
    return across and box.first_row <= row <= box.last_row


def _as_shown(number: float, code: str) -> str:
    """Return a number as a cell of this format shows it."""
    if code.endswith("%"):
        return percent(number)
    if code == formats.DATE_FORMAT:
        return short_day(moment_of(number))
    if "yy" in code:
        moment = moment_of(number)
        return f"{short_day(moment)} {moment:%H:%M}"
    whole, point, places = code.partition(".")
    if whole == "0" and "#" not in places:
        return decimal(number, len(places) if point else 0)
    return short(number)


class _ReadingWriter(SummaryWriter):
    """The summary being read: its sheets, and which toolkit those are about that come now."""

    def __init__(self, book: WorkbookWriter, summary: Summary) -> None:
        super().__init__(book, summary)
        self.part = ""
        self.sheets: list[_ReadSheet] = []

    def open(self, setup: SheetSetup) -> SheetWriter:
        """Add a sheet, and remember what it is about."""
        sheet = cast("_ReadSheet", super().open(setup))
        sheet.setup, sheet.part = setup, self.part
        self.sheets.append(sheet)
        return sheet

    def table(self, sheet: SheetWriter, grid: SheetTable) -> None:
        """Remember where a table stands."""
        cast("_ReadSheet", sheet).tables.append(grid)
        super().table(sheet, grid)
