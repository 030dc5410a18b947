"""The Data sheet: one row per answer, and the names formulas know its columns by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from xlassess.consolidate.cells import Column, Grid, Opening, Out, must, serial, words
from xlassess.consolidate.places import DATA, DATA_FIRST, DATA_NAMES, HEADER_ROW, TALLY_NAMES
from xlassess.consolidate.summary import DataRow
from xlassess.model.answer import Value
from xlassess.sheet import looks
from xlassess.sheet.checked import Box, Sheet
from xlassess.sheet.validation import LONGEST_CELL, within

_PLAIN = looks.Look(wrap=False, valign="top")
_NUMBER = _PLAIN.but(align="right")
_DAY = _PLAIN.but(align="right", number=looks.DATE_FORMAT)

# Long texts would run on over empty cells, so a column that is never empty follows Answer.
_COLUMNS = (
    Column("Return", 13, _PLAIN), Column("Partner", 28, _PLAIN),
    Column("Respondent", 22, _PLAIN), Column("Level", 18, _PLAIN),
    Column("Toolkit", 18, _PLAIN), Column("Section key", 14, _PLAIN),
    Column("Section", 26, _PLAIN), Column("Item", 8, _PLAIN),
    Column("Item key", 14, _PLAIN), Column("Field", 16, _PLAIN),
    Column("Counts", 9, _PLAIN), Column("Choice", 26, _PLAIN),
    Column("Score", 8, _NUMBER), Column("As typed", 18, _PLAIN),
    Column("Answer", 44, _PLAIN), Column("File", 34, _PLAIN),
    Column("Sheet", 20, _PLAIN), Column("Cell", 8, _PLAIN),
)  # fmt: skip
_TALLY_COLUMNS = (
    Column("Toolkit", 18, _PLAIN), Column("Section key", 14, _PLAIN),
    Column("Section", 26, _PLAIN), Column("Item", 8, _PLAIN),
    Column("Item key", 14, _PLAIN), Column("Field", 16, _PLAIN),
    Column("Counts", 9, _PLAIN), Column("Choice", 26, _PLAIN),
    Column("Score", 8, _NUMBER), Column("Answer", 44, _PLAIN), Column("Number", 9, _NUMBER),
)  # fmt: skip


def write_data(out: Out) -> None:
    """Write the Data sheet."""
    summary = out.summary
    rows = summary.cast.shows_rows
    columns = _COLUMNS if rows else _TALLY_COLUMNS
    note = "data_note" if rows else "data_note_aggregated"
    opening = Opening(
        DATA, DATA, words().say(note, summary.live), tuple(column.width for column in columns),
        frozen=(DATA_FIRST, 1),
    )  # fmt: skip
    sheet = out.open(opening)
    count = len(summary.data)
    out.table(sheet, Grid(HEADER_ROW, columns, count, "Answers", "Answers"))
    values = _values if rows else _tally_values
    _fill(out, sheet, map(values, summary.data))
    last = DATA_FIRST + max(count, 1) - 1
    for name, column in (DATA_NAMES if rows else TALLY_NAMES).items():
        out.book.define(f"data_{name}", DATA, Box(DATA_FIRST, column, last, column))
    out.finish(sheet, opening, last)


def _values(row: DataRow) -> tuple[Value | None, ...]:
    return (
        row.code, row.partner, row.respondent, row.level, row.part, row.section,
        row.section_name, row.item, row.key, row.field, row.counts, row.choice, row.score,
        row.typed, row.value, row.file, row.sheet, row.cell,
    )  # fmt: skip


def _tally_values(row: DataRow) -> tuple[Value | None, ...]:
    return (
        row.part, row.section, row.section_name, row.item, row.key, row.field, row.counts,
        row.choice, row.score, row.value, float(row.count),
    )  # fmt: skip


def _fill(out: Out, sheet: Sheet, rows: Iterable[tuple[Value | None, ...]]) -> None:
    """Write the rows. This is most of a large summary's time, so cells go straight to XlsxWriter.

    Empty cells are left out.
    """
    plain, number = out.book.format(_PLAIN), out.book.format(_NUMBER)
    day = out.book.format(_DAY)
    text: Callable[..., object] = sheet.raw.write_string
    figure: Callable[..., object] = sheet.raw.write_number
    for at, values in enumerate(rows, DATA_FIRST):
        for column, value in enumerate(values):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                if len(value) * 2 > LONGEST_CELL:
                    within(value, LONGEST_CELL, "text of a cell")
                must(text(at, column, value, plain))
            elif isinstance(value, date):
                must(figure(at, column, serial(value), day))
            else:
                must(figure(at, column, value, number))
