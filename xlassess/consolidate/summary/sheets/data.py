"""The Data sheet: one row per answer, and the names formulas know its columns by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from xlassess.consolidate.figures.values import DataRow
from xlassess.consolidate.summary.cells import Column, Grid, Opening, Out, words
from xlassess.consolidate.summary.places import (
    DATA,
    DATA_FIRST,
    DATA_NAMES,
    HEADER_ROW,
    TALLY_NAMES,
)
from xlassess.model.answer import Value
from xlassess.sheet import looks
from xlassess.sheet.checked import Box, Sheet
from xlassess.sheet.streamed import MOST_ROWS, Faces

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
    """Write the Data sheet; answers beyond the rows of a sheet go on ``Data 2`` and so on."""
    data = out.summary.data
    room = MOST_ROWS - DATA_FIRST
    names = data_sheets(len(data))
    for number, name in enumerate(names):
        rows = data if len(names) == 1 else data[number * room : (number + 1) * room]
        _write_sheet(out, name, number, rows, len(names))


def data_sheets(rows: int) -> tuple[str, ...]:
    """Return the names of the sheets that this many rows of answers take."""
    room = MOST_ROWS - DATA_FIRST
    count = max(1, ceil(rows / room))
    return (DATA, *(f"{DATA} {number}" for number in range(2, count + 1)))


def _write_sheet(out: Out, name: str, number: int, data: Sequence[DataRow], sheets: int) -> None:
    summary = out.summary
    rows = summary.cast.shows_rows
    columns = _COLUMNS if rows else _TALLY_COLUMNS
    note = words().say("data_note" if rows else "data_note_aggregated", summary.live)
    if sheets > 1:
        note += " " + words().say("data_sheets", number + 1, sheets)
    opening = Opening(
        name, name, note, tuple(column.width for column in columns), frozen=(DATA_FIRST, 1),
        streamed=True,
    )  # fmt: skip
    sheet = out.open(opening)
    count = len(data)
    table = "Answers" if number == 0 else f"Answers_{number + 1}"
    out.table(sheet, Grid(HEADER_ROW, columns, count, table, name))
    values = _values if rows else _tally_values
    _fill(out, sheet, map(values, data))
    last = DATA_FIRST + max(count, 1) - 1
    if sheets == 1:
        for key, column in (DATA_NAMES if rows else TALLY_NAMES).items():
            out.book.define(f"data_{key}", DATA, Box(DATA_FIRST, column, last, column))
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
    """Write the rows. They are most of a large summary's time and size, so they are streamed."""
    faces = Faces(*(out.book.format(look) for look in (_PLAIN, _NUMBER, _DAY)))
    sheet.raw.stream(DATA_FIRST, rows, faces)
