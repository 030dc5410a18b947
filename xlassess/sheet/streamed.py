"""A sheet whose rows are written as they come, for tables too long to be held in memory.

XlsxWriter keeps every cell until the workbook is closed, some 200 bytes each, and its own mode
of constant memory writes texts in a form that Numbers does not show. Here rows are turned into
the sheet's XML at once, with shared texts, and wait in a temporary file.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import weakref
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from operator import getitem
from typing import Any, NamedTuple, TypeAlias

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_range
from xlsxwriter.worksheet import (
    CellBlankTuple,
    CellNumberTuple,
    CellStringTuple,
    Worksheet,
)

from xlassess.sheet.metrics import POINTS_PER_PIXEL
from xlassess.sheet.validation import LONGEST_CELL, SheetError, with_room
from xlassess.sheet.values import serial

MOST_ROWS = 1_048_576
"""Rows of a sheet in Excel."""

_MOST_COLUMNS = 64
"""Columns a streamed table may have."""

_NOTED_ROWS = 200
"""Rows of a table up to which XlsxWriter notes each cell, to find tables that overlap."""

_BLOCK = 2_000
"""Rows that are written together."""

_MOST_IN_MEMORY = 4_000_000
"""Characters of rows that wait in memory and not in a file."""

_ROW = "#"
"""Stands for the number of the row in the XML of a cell, which holds nothing but letters and
numbers: texts are shared."""

_SHARED = 't="s"'
"""Marks a cell whose text is one of those that cells share."""

_CALLED = re.compile(r"[\w.]+\(")
"""A function of a formula, or words before a bracket within a text of it."""

MOST_KEPT = 20_000
"""Different texts of a column of which it is kept what was worked out: the rest come once."""

Streamed = str | float | bool | date | None
"""A value of a streamed row: a text, a number, true or false, a day or moment, or nothing."""


class StreamedFormats(NamedTuple):
    """How the texts, numbers, days and moments of streamed rows look.

    Empty cells are left out where ``blank`` is None.
    """

    text: Format
    number: Format
    day: Format
    moment: Format | None = None
    blank: Format | None = None


def _whole_pixels(points: float) -> float:
    """A height as XlsxWriter writes it, and Excel keeps it."""
    return round(points / POINTS_PER_PIXEL) * POINTS_PER_PIXEL


class _Written(dict[Streamed, str]):
    """The XML of the values of a column. Most columns repeat a few dozen over all their rows.

    0 and 1 are written anew: 0, -0 and false are the same key, and so are 1 and true.
    """

    def __init__(self, cell: Callable[[int, Streamed], str], column: int) -> None:
        super().__init__()
        self._cell, self._column = cell, column

    def __missing__(self, value: Streamed) -> str:
        written = self._cell(self._column, value)
        if value not in (0, 1) and len(self) < MOST_KEPT:
            self[value] = written
        return written


@lru_cache(maxsize=200)
def _is_new(called: str, expand_all: bool) -> bool:
    """True for a function that Excel 2007 lacks: XlsxWriter stores it under a longer name."""
    return bool(Worksheet()._prepare_formula(called, expand_all) != called)


class _High(dict[float, str]):
    """What is written of the heights of rows: a few dozen, in lines."""

    def __missing__(self, height: float) -> str:
        return self.setdefault(height, f' ht="{_whole_pixels(height):g}" customHeight="1"')


_BARE = (CellStringTuple, CellNumberTuple, CellBlankTuple)
"""The kinds of cells that are nothing but a number and a look."""

_NO_OTHERS: Mapping[int, object] = {}
_Looks: TypeAlias = "tuple[tuple[Callable[..., object], Format | None] | None, ...]"
"""Of each cell of a row its kind and look; nothing of others, and where there is none."""


class _FinishedRow:
    """The cells of a row in a few bytes each, which XlsxWriter reads as if it was a dict of cells.

    Nearly all are texts, numbers and blanks, in the looks of their columns: what they hold is kept
    as bare numbers, of texts that among the shared ones, and their looks once for many rows.
    """

    __slots__ = ("_looks", "_others", "_values")

    def __init__(self, cells: Mapping[int, Any], known: dict[_Looks, _Looks]) -> None:
        of_row: list[Any] = [cells.get(column) for column in range(max(cells, default=-1) + 1)]
        looks = tuple((type(cell), cell.format) if type(cell) in _BARE else None for cell in of_row)
        self._looks = known.setdefault(looks, looks)
        self._values = array("d", map(_bare, of_row))
        others = {at: cell for at, cell in cells.items() if type(cell) not in _BARE}
        self._others: Mapping[int, object] = others or _NO_OTHERS

    def __len__(self) -> int:
        return len(self._looks) + len(self._others)

    def __contains__(self, column: int) -> bool:
        has_look = column < len(self._looks) and self._looks[column] is not None
        return has_look or column in self._others

    def __getitem__(self, column: int) -> object:
        if column in self._others:
            return self._others[column]
        kind_and_look = self._looks[column]
        if kind_and_look is None:
            raise KeyError(column)
        kind, look = kind_and_look
        if kind is CellBlankTuple:
            return kind(look)
        value = self._values[column]
        return kind(int(value) if kind is CellStringTuple else value, look)

    def __setitem__(self, column: int, cell: object) -> None:
        self._others = {**self._others, column: cell}


def _bare(cell: Any) -> float:
    """What a cell holds as a number: of a text, which of the shared ones it is."""
    if type(cell) is CellNumberTuple:
        return float(cell.number)
    return float(cell.string) if type(cell) is CellStringTuple else 0.0


class LongTablesSheet(Worksheet):  # type: ignore[misc]
    """A worksheet on which a long table takes little more memory than its rows.

    XlsxWriter keeps each cell, and the look of each row, until the workbook is closed. Cells are
    kept in a few bytes once their row is finished; rows mostly look like others.
    """

    def __init__(self) -> None:
        super().__init__()
        self._kept: defaultdict[object, dict[object, Any]] = defaultdict(dict)
        self._looks: dict[_Looks, _Looks] = {}
        self._row = 0

    def _write_number(
        self, row: int, col: int, number: float, cell_format: Format | None = None
    ) -> int:
        self._begin(row)
        return int(super()._write_number(row, col, number, cell_format))

    def _write_string(
        self, row: int, col: int, string: str, cell_format: Format | None = None
    ) -> int:
        self._begin(row)
        return int(super()._write_string(row, col, string, cell_format))

    def _write_blank(
        self, row: int, col: int, blank: object, cell_format: Format | None = None
    ) -> int:
        self._begin(row)
        return int(super()._write_blank(row, col, blank, cell_format))

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        """Return a formula as it is stored; XlsxWriter looks for each new function in each."""
        stored = formula.removeprefix("=")
        called = set(_CALLED.findall(stored))
        if stored[:1] != "{" and not any(_is_new(one, expand_future_functions) for one in called):
            return stored
        return str(super()._prepare_formula(formula, expand_future_functions))

    def _begin(self, row: int) -> None:
        """Finish the row written to before, where this is another."""
        if row != self._row:
            finished = self.table.get(self._row)
            if isinstance(finished, dict):
                self.table[self._row] = _FinishedRow(finished, self._looks)
            self._row = row

    def set_row(self, row: int, *settings: Any, **more: Any) -> int:
        """Set the height or look of a row, as XlsxWriter does."""
        code: int = super().set_row(row, *settings, **more)
        if row in self.row_info:
            for kept in (self.row_info, self.row_sizes):
                kept[row] = self._kept[id(kept)].setdefault(repr(kept[row]), kept[row])
        return code

    def add_table(
        self, first_row: int, first_col: int, last_row: int, last_col: int, options: object = None
    ) -> int:
        """Add a table, as XlsxWriter does, but in a long one without a note of each cell.

        These notes, by which XlsxWriter finds tables that overlap, would take more memory than
        the rows. They are there for short tables, and for the head of a long one.
        """
        if last_row - first_row < _NOTED_ROWS:
            return int(super().add_table(first_row, first_col, last_row, last_col, options))
        head = min(first_row + 1, last_row)
        code: int = super().add_table(first_row, first_col, head, last_col, options)
        if code == 0:
            table = self.tables[-1]
            whole = xl_range(first_row, first_col, last_row, last_col)
            table.update({"range": whole, "a_range": whole})
            if table.get("autofilter"):
                table["autofilter"] = whole
        return code


class StreamedSheet(LongTablesSheet):
    """A worksheet that takes rows of texts and numbers once, below everything else on it."""

    def __init__(self) -> None:
        super().__init__()
        self._streamed = tempfile.SpooledTemporaryFile(  # noqa: SIM115 (written and read later)
            _MOST_IN_MEMORY, "w+", encoding="utf-8", newline=""
        )
        weakref.finalize(self, self._streamed.close)

    def stream(
        self,
        first_row: int,
        rows: Iterable[Sequence[Streamed]],
        faces: StreamedFormats,
        heights: Sequence[float] = (),
    ) -> None:
        """Take rows of cells, from the first column on.

        Args:
            first_row: the row of the first, from 0; nothing else may stand there or below.
            rows: the values, row by row.
            faces: how they look.
            heights: the height of each row in points; empty for rows as high as a line.

        Raises:
            SheetError: a text is longer than a cell takes, or there are more rows than a sheet
                has.
        """
        cell = self._cells(faces)
        high = _High()
        columns = [_Written(cell, at) for at in range(_MOST_COLUMNS)]
        coming = enumerate(rows, first_row + 1)
        last, wide, shared = first_row, 1, self.str_table.count
        while block := list(islice(coming, _BLOCK)):
            last, wide = block[-1][0], len(block[-1][1])
            if last > MOST_ROWS:
                raise SheetError(f"A sheet has {MOST_ROWS:,} rows; more are needed.")
            written = "".join(
                f'<row r="{_ROW}"{high[heights[row - first_row - 1]] if heights else ""}>'
                f"{''.join(map(getitem, columns, values))}</row>".replace(_ROW, str(row))
                for row, values in block
            )
            shared += written.count(_SHARED)
            self._streamed.write(written)
        # XlsxWriter counts a text when its number is asked for, which is once for many cells.
        self.str_table.count = shared
        if last > first_row:
            self._check_dimensions(last - 1, wide - 1)

    def _cells(self, faces: StreamedFormats) -> Callable[[int, Streamed], str]:
        """Return what turns a value, with its column from 0, into XML for any row."""
        index = self.str_table._get_shared_string_index
        text, number, day = (face._get_xf_index() for face in faces[:3])
        moment = (faces.moment or faces.day)._get_xf_index()
        blank = faces.blank._get_xf_index() if faces.blank else None
        letters = [xl_col_to_name(column) for column in range(_MOST_COLUMNS)]

        def cell(column: int, value: Streamed) -> str:
            empty = value is None or value == ""
            if empty and blank is None:
                return ""
            at = f'<c r="{letters[column]}{_ROW}"'
            if empty or value is None:
                return f'{at} s="{blank}"/>'
            if isinstance(value, str):
                if len(value) * 2 > LONGEST_CELL:
                    value = with_room(value)
                return f'{at} s="{text}" {_SHARED}><v>{index(value)}</v></c>'
            if isinstance(value, date):
                style = moment if isinstance(value, datetime) else day
                return f'{at} s="{style}"><v>{serial(value):.16G}</v></c>'
            if isinstance(value, bool):
                return f'{at} s="{number}" t="b"><v>{value:d}</v></c>'
            return f'{at} s="{number}"><v>{value:.16G}</v></c>'

        return cell

    def _write_rows(self) -> None:
        """Write the sheet's own rows, then the streamed ones."""
        last: int = self.dim_rowmax
        self.dim_rowmax: int = max(self.table, default=-1)
        super()._write_rows()
        self.dim_rowmax = last
        self._streamed.seek(0)
        shutil.copyfileobj(self._streamed, self.fh)
