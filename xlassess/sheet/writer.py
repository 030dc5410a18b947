"""Writing workbooks with XlsxWriter so that nothing is lost without a word.

XlsxWriter reports a value it cannot write by a return code or a warning; here both raise.
Text is always written as text, never as a formula. Every formula comes with the value it has
as written, because mail previews and Protected View show that value and do not calculate.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from contextlib import contextmanager, nullcontext
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from xlassess.sheet import metrics
from xlassess.sheet.formats import FONT, FONT_SIZE, PLAIN, CellFormat, ConditionalFormat
from xlassess.sheet.validation import (
    LONGEST_CELL,
    LONGEST_FORMULA,
    Allowed,
    Message,
    SheetError,
    options,
    utf16_length,
    with_room,
    within,
)  # fmt: skip
from xlassess.sheet.values import CellRange, Formula, PlacedChart, quoted, sheet_prefix

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from xlassess.sheet.streamed import Streamed, StreamedFormats, StreamedSheet

__all__ = [
    "CellRange",
    "Formula",
    "PlacedChart",
    "SheetWriter",
    "WorkbookWriter",
    "quoted",
    "sheet_prefix",
]

_LONGEST_TIP = 255
_LONGEST_SHEET_NAME = 31


@contextmanager
def _heeded() -> Iterator[None]:
    """Turn XlsxWriter's warnings and exceptions into our errors."""
    from xlsxwriter.exceptions import XlsxWriterException

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            yield
        except (UserWarning, XlsxWriterException) as error:
            reason = str(error).rstrip(".")
            raise SheetError(f"A workbook could not be written: {reason}.") from error


_QUICK = 2
"""The level of compression of large workbooks: a quarter of the time, an eighth more bytes."""


@contextmanager
def _quickly() -> Iterator[None]:
    """Have XlsxWriter, which has no option for it, compress what it packs at a lower level."""
    from functools import partial

    from xlsxwriter import workbook

    usual = workbook.ZipFile
    workbook.ZipFile = partial(usual, compresslevel=_QUICK)
    try:
        yield
    finally:
        workbook.ZipFile = usual


def _done(code: object) -> None:
    if code not in (0, None):
        raise SheetError(f"A workbook could not be written: XlsxWriter answered {code}.")


class WorkbookWriter:
    """A workbook being written, in memory.

    Args:
        properties: document properties by XlsxWriter's names (``title``, ``author`` ...).
        on_disk: put the parts together in temporary files, for workbooks of many megabytes.
        to: the file it is written to; without one, `close` returns its bytes.
    """

    def __init__(
        self,
        properties: Mapping[str, object],
        *,
        on_disk: bool = False,
        to: BinaryIO | None = None,
    ) -> None:
        from xlsxwriter import Workbook

        self._buffer = BytesIO()
        target = self._buffer if to is None else to
        self._looks: dict[CellFormat | ConditionalFormat, Format] = {}
        self._regions = 0
        self._on_disk = on_disk
        self._book: Workbook = Workbook(
            target,
            {
                "in_memory": not on_disk,
                "default_format_properties": {"font_name": FONT, "font_size": FONT_SIZE},
                # a line of our font, so that rows nobody set are as high as they are measured
                "default_row_height": round(metrics.line_height(FONT_SIZE) / 0.75),
            },
        )
        self._book.set_properties(dict(properties))
        # a window wide enough for a question sheet, and room for the tabs of all its sections
        self._book.set_size(1600, 1000)
        self._book.set_tab_ratio(80)

    def sheet(self, name: str, tab_colour: str = "", *, streamed: bool = False) -> SheetWriter:
        """Add a sheet.

        Args:
            name: its name.
            tab_colour: the colour of its tab, empty for none.
            streamed: make it one that takes a long table (`StreamedSheet.stream`).

        Raises:
            SheetError: the name is longer than Excel takes.
        """
        within(name, _LONGEST_SHEET_NAME, "name of a sheet")
        from xlassess.sheet.streamed import LongTablesSheet, StreamedSheet

        kind = StreamedSheet if streamed else LongTablesSheet
        with _heeded():
            sheet = self._book.add_worksheet(name, kind)
        if tab_colour:
            sheet.set_tab_color(tab_colour)
        return SheetWriter(self, sheet)

    @property
    def sheet_names(self) -> list[str]:
        """The names of the sheets there are, in their order."""
        return [sheet.get_name() for sheet in self._book.worksheets()]

    def define(self, name: str, sheet: str, box: CellRange) -> None:
        """Give a block of cells a name for the whole workbook."""
        from xlsxwriter.utility import xl_range_abs

        cells = xl_range_abs(box.first_row, box.first_column, box.last_row, box.last_column)
        with _heeded():
            _done(self._book.define_name(name, f"={sheet_prefix(sheet)}{cells}"))

    def title_region(self, sheet: str, box: CellRange) -> None:
        """Name a table so that screen readers (JAWS, NVDA) find the headings of its cells.

        Source: Freedom Scientific, "Using Defined Names to Make Tables Accessible in Excel".

        Args:
            sheet: the sheet.
            box: the table with its headings, which stand in the first row and the first column.
        """
        from xlsxwriter.utility import xl_rowcol_to_cell

        self._regions += 1
        corners = (
            xl_rowcol_to_cell(box.first_row, box.first_column),
            xl_rowcol_to_cell(box.last_row, box.last_column),
        )
        number = 1 + self.sheet_names.index(sheet)
        name = f"TitleRegion{self._regions}.{'.'.join(corners).lower()}.{number}"
        self.define(name, sheet, CellRange(*(box.first_row, box.first_column) * 2))

    def own_property(self, name: str, value: str) -> None:
        """Add a custom document property."""
        with _heeded():
            _done(self._book.set_custom_property(name, value, "text"))

    def chart(self, kind: str, subtype: str = "") -> Any:
        """Return a new XlsxWriter chart."""
        wanted = {"type": kind} | ({"subtype": subtype} if subtype else {})
        with _heeded():
            return self._book.add_chart(wanted)

    def format(self, look: CellFormat | ConditionalFormat) -> Format:
        """Return the XlsxWriter format of a look, made once."""
        found = self._looks.get(look)
        if found is None:
            found = self._looks[look] = self._book.add_format(look.properties())
        return found

    def close(self) -> bytes:
        """Finish the workbook and return its bytes, which are none if it is written to a file."""
        with _heeded(), _quickly() if self._on_disk else nullcontext():
            self._book.close()
        return self._buffer.getvalue()


class SheetWriter:
    """A sheet being written; rows and columns are counted from 0.

    ``raw`` is XlsxWriter's own worksheet, for settings that cannot fail.
    """

    def __init__(self, book: WorkbookWriter, raw: Worksheet) -> None:
        self.book = book
        self.raw = raw
        self._widths: dict[int, float] = {}
        self._heights: dict[int, float] = {}
        self._streamed: tuple[int, Sequence[float]] = (0, ())
        self._charts: list[PlacedChart] = []

    @property
    def name(self) -> str:
        """The sheet's name."""
        return cast("str", self.raw.get_name())

    def text(self, row: int, column: int, text: str, look: CellFormat = PLAIN) -> None:
        """Write a text, as text; what a cell has no room for is left out, and that is said."""
        if text:
            # never `write`, which takes a text that begins with = for a formula
            _done(self.raw.write_string(row, column, with_room(text), self.book.format(look)))
        else:
            self.blank(row, column, look)

    def number(self, row: int, column: int, number: float, look: CellFormat = PLAIN) -> None:
        """Write a number."""
        _done(self.raw.write_number(row, column, number, self.book.format(look)))

    def blank(self, row: int, column: int, look: CellFormat) -> None:
        """Write an empty cell that has a look."""
        _done(self.raw.write_blank(row, column, None, self.book.format(look)))

    def formula(self, row: int, column: int, formula: Formula, look: CellFormat = PLAIN) -> None:
        """Write a formula with the value it has now.

        Raises:
            SheetError: formula or value is longer than Excel takes.
        """
        within(formula.text, LONGEST_FORMULA, "formula")
        if isinstance(formula.value, str) and utf16_length(formula.value) > LONGEST_CELL:
            raise SheetError("The value of a formula is longer than a cell takes.")
        code = self.raw.write_formula(
            row, column, f"={formula.text}", self.book.format(look), formula.value
        )
        _done(code)

    def link(
        self, row: int, column: int, target: str, text: str, look: CellFormat, *, tip: str
    ) -> None:
        """Write a link.

        Args:
            row: row of the cell.
            column: column of the cell.
            target: ``internal:'Sheet'!A1``, ``mailto:`` or ``https:`` address.
            text: what the cell shows.
            look: how it shows it.
            tip: what is shown when the pointer rests on it.
        """
        within(tip, _LONGEST_TIP, "tip of a link")
        with _heeded():
            _done(self.raw.write_url(row, column, target, self.book.format(look), text, tip))

    def merged(
        self, row: int, first_column: int, last_column: int, text: str | Formula, look: CellFormat
    ) -> None:
        """Write a text or formula across several columns of a row; never inside a table."""
        if first_column == last_column:
            self._put(row, first_column, text, look)
            return
        with _heeded():
            code = self.raw.merge_range(
                row, first_column, row, last_column, "", self.book.format(look)
            )
        _done(code)
        self._put(row, first_column, text, look)

    def _put(self, row: int, column: int, text: str | Formula, look: CellFormat) -> None:
        if isinstance(text, Formula):
            self.formula(row, column, text, look)
        else:
            self.text(row, column, text, look)

    def prose(
        self, row: int, first_column: int, last_column: int, text: str, look: CellFormat
    ) -> None:
        """Write a paragraph across several columns and make its row high enough."""
        self.merged(row, first_column, last_column, text, look)
        self.fit(row, ((text, self.span_width(first_column, last_column), look),), whole=True)

    def widths(self, widths: Mapping[int, float]) -> None:
        """Set the widths of columns, in characters."""
        for column, width in widths.items():
            _done(self.raw.set_column(column, column, width))
            self._widths[column] = width

    def span_width(self, first_column: int, last_column: int) -> float:
        """Return the width of columns taken together, in characters."""
        default = 8.43  # Excel's width of a column that nobody set
        columns = range(first_column, last_column + 1)
        return metrics.merged_width(self._widths.get(c, default) for c in columns)

    def width(self, column: int) -> float:
        """Return the width of a column in characters."""
        return self.span_width(column, column)

    def height(self, row: int, points: float) -> None:
        """Set the height of a row, at most to that of Excel's tallest."""
        points = min(points, metrics.TALLEST_ROW)
        _done(self.raw.set_row(row, points))
        self._heights[row] = points

    def fit(
        self,
        row: int,
        texts: tuple[tuple[str, float, CellFormat], ...],
        least: float = 0.0,
        *,
        whole: bool = False,
    ) -> None:
        """Make a row high enough for texts of given widths and looks.

        What people write may be higher than any row, and is read in the cell then.

        Args:
            row: the row.
            texts: each with its width and its look.
            least: the least height in points.
            whole: whether the texts are those of a toolkit, which have to be seen whole.

        Raises:
            SheetError: they are to be seen whole, and Excel has no rows that high.
        """
        measured = (
            metrics.MeasuredText(text, width, look.size, look.bold, look.indent)
            for text, width, look in texts
        )
        points = metrics.row_height(measured, least)
        if whole and points > metrics.TALLEST_ROW:
            raise SheetError(
                f"Row {row + 1} of sheet “{self.name}” needs a height of {points:.0f} points to "
                f"show its text; Excel shows at most {metrics.TALLEST_ROW:.0f}.",
                "Shorten the text in the toolkit file, or divide it over several items.",
            )
        self.height(row, points)

    def stream(
        self,
        first_row: int,
        rows: Iterable[Sequence[Streamed]],
        faces: StreamedFormats,
        heights: Sequence[float] = (),
    ) -> None:
        """Write the rows of a long table; see `StreamedSheet.stream`, which this sheet must be."""
        cast("StreamedSheet", self.raw).stream(first_row, rows, faces, heights)
        self._streamed = first_row, heights

    def row_height(self, row: int) -> float:
        """Return the height of a row in points."""
        (height,) = self.row_heights(row, row)
        return height

    def row_heights(self, first: int, last: int) -> list[float]:
        """Return the heights of rows one below the other, in points."""
        usual, own = metrics.line_height(FONT_SIZE), self._heights
        begin, streamed = self._streamed
        end = begin + len(streamed)
        return [
            streamed[row - begin] if begin <= row < end else own.get(row, usual)
            for row in range(first, last + 1)
        ]

    def extent(self, area: CellRange) -> tuple[float, float]:
        """Return width and height of a block of cells in points."""
        columns = range(area.first_column, area.last_column + 1)
        pixels = sum(self.width(c) * metrics.DIGIT_PIXELS + metrics.PADDING_PIXELS for c in columns)
        heights = self.row_heights(area.first_row, area.last_row)
        return pixels * metrics.POINTS_PER_PIXEL, sum(heights)

    def validate(
        self,
        box: CellRange,
        allowed: Allowed,
        error: Message,
        prompt: Message | None,
        *,
        strict: bool = True,
    ) -> None:
        """Allow only certain entries in a block of cells; not ``strict``, only offer them."""
        wanted = options(allowed, prompt, error) | ({} if strict else {"show_error": False})
        self._over(self.raw.data_validation, box, wanted)

    def highlight(self, box: CellRange, condition: str, mark: ConditionalFormat) -> None:
        """Mark cells for which a formula (relative to the block's first cell) is true."""
        rule = {"type": "formula", "criteria": f"={condition}", "format": self.book.format(mark)}
        self._over(self.raw.conditional_format, box, rule)

    def _over(
        self, method: Callable[..., object], box: CellRange, wanted: Mapping[str, object]
    ) -> None:
        with _heeded():
            code = method(
                box.first_row, box.first_column, box.last_row, box.last_column, dict(wanted)
            )
        _done(code)

    def chart(self, chart: Any, placed: PlacedChart) -> None:
        """Put a chart on the sheet, with the text that is read out in its place."""
        chart.set_size({"width": placed.width, "height": placed.height})
        where = {
            "description": placed.description,
            "object_position": 2,
        }  # moves with its cells, keeps its size
        with _heeded():
            _done(self.raw.insert_chart(placed.row, placed.column, chart, where))
        self._charts.append(placed)

    def chart_rows(self) -> tuple[tuple[int, int], ...]:
        """Return the first and last row each chart covers."""
        return tuple((placed.row, self._below(placed)) for placed in self._charts)

    def _below(self, placed: PlacedChart) -> int:
        row, left = placed.row, placed.height * metrics.POINTS_PER_PIXEL
        while left > self.row_height(row):
            left -= self.row_height(row)
            row += 1
        return row
