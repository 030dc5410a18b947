"""The Data sheet: one row per answer, and the names formulas know its columns by."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import ceil

from xlassess.consolidate.figures.values import DataRow
from xlassess.consolidate.summary.cells import SheetColumn, SheetSetup, SheetTable, SummaryWriter
from xlassess.consolidate.summary.layout import DATA_FIRST, DATA_NAMES, HEADER_ROW, TALLY_NAMES
from xlassess.consolidate.wording.terms import DATA, words
from xlassess.sheet import formats
from xlassess.sheet.streamed import MOST_ROWS, Streamed, StreamedFormats
from xlassess.sheet.writer import CellRange

_PLAIN = formats.CellFormat(wrap=False, valign="top")
_NUMBER = _PLAIN.but(align="right")
_DAY = _PLAIN.but(align="right", number=formats.DATE_FORMAT)

# Long texts would run on over empty cells, so a column that is never empty follows Answer.
_COLUMNS = (
    SheetColumn("Return", 13, _PLAIN), SheetColumn("Partner", 28, _PLAIN),
    SheetColumn("Respondent", 22, _PLAIN), SheetColumn("Level", 18, _PLAIN),
    SheetColumn("Toolkit", 18, _PLAIN), SheetColumn("Section key", 14, _PLAIN),
    SheetColumn("Section", 26, _PLAIN), SheetColumn("Item", 8, _PLAIN),
    SheetColumn("Item key", 14, _PLAIN), SheetColumn("Field", 16, _PLAIN),
    SheetColumn("Counts", 9, _PLAIN), SheetColumn("Choice", 26, _PLAIN),
    SheetColumn("Score", 8, _NUMBER), SheetColumn("As typed", 18, _PLAIN),
    SheetColumn("Answer", 44, _PLAIN), SheetColumn("File", 34, _PLAIN),
    SheetColumn("Sheet", 20, _PLAIN), SheetColumn("Cell", 8, _PLAIN),
)  # fmt: skip
_TALLY_COLUMNS = (
    SheetColumn("Toolkit", 18, _PLAIN),
    SheetColumn("Section key", 14, _PLAIN),
    SheetColumn("Section", 26, _PLAIN),
    SheetColumn("Item", 8, _PLAIN),
    SheetColumn("Item key", 14, _PLAIN),
    SheetColumn("Field", 16, _PLAIN),
    SheetColumn("Counts", 9, _PLAIN),
    SheetColumn("Choice", 26, _PLAIN),
    SheetColumn("Score", 8, _NUMBER),
    SheetColumn("Answer", 44, _PLAIN),
    SheetColumn("Number", 9, _NUMBER),
)


def write_data(writer: SummaryWriter) -> None:
    """Write the Data sheet; answers beyond the rows of a sheet go on ``Data 2`` and so on.

    They are most of a large summary's time and size, so they are streamed.
    """
    values = _values if writer.summary.participants.shows_rows else _tally_values
    rows = map(values, writer.summary.data)
    for number in range(len(data_sheets(len(writer.summary.data)))):
        _write_sheet(writer, number, rows)


def data_sheets(rows: int) -> tuple[str, ...]:
    """Return the names of the sheets that this many rows of answers take."""
    room = MOST_ROWS - DATA_FIRST
    count = max(1, ceil(rows / room))
    return (DATA, *(f"{DATA} {number}" for number in range(2, count + 1)))


def _write_sheet(
    writer: SummaryWriter, number: int, coming: Iterator[tuple[Streamed, ...]]
) -> None:
    room, total = MOST_ROWS - DATA_FIRST, len(writer.summary.data)
    names = data_sheets(total)
    name, sheets, count = names[number], len(names), min(room, total - number * room)
    summary = writer.summary
    rows = summary.participants.shows_rows
    columns = _COLUMNS if rows else _TALLY_COLUMNS
    note = words().say("data_note" if rows else "data_note_aggregated", summary.live)
    if sheets > 1:
        note += " " + words().say("data_sheets", number + 1, sheets)
    setup = SheetSetup(
        name, name, note, tuple(column.width for column in columns), frozen=(DATA_FIRST, 1),
        streamed=True,
    )  # fmt: skip
    sheet = writer.open(setup)
    table = "Answers" if number == 0 else f"Answers_{number + 1}"
    writer.table(sheet, SheetTable(HEADER_ROW, columns, count, table, name))
    faces = StreamedFormats(*(writer.book.format(look) for look in (_PLAIN, _NUMBER, _DAY)))
    sheet.stream(DATA_FIRST, islice(coming, count), faces)
    last = DATA_FIRST + max(count, 1) - 1
    if sheets == 1:
        for key, column in (DATA_NAMES if rows else TALLY_NAMES).items():
            writer.book.define(f"data_{key}", DATA, CellRange(DATA_FIRST, column, last, column))
    writer.finish(sheet, setup, last)


def _values(row: DataRow) -> tuple[Streamed, ...]:
    person, given = row.person, row.answer
    who = (
        (person.code, person.partner, person.respondent, person.level)
        if person
        else ("", "", "", "")
    )
    return (
        *who, given.part, given.section, given.section_name, given.item, given.key, given.field,
        given.counts, given.choice, given.score, given.typed, given.value,
        person.file if person else "", given.sheet, given.cell,
    )  # fmt: skip


def _tally_values(row: DataRow) -> tuple[Streamed, ...]:
    given = row.answer
    return (
        given.part, given.section, given.section_name, given.item, given.key, given.field,
        given.counts, given.choice, given.score, given.value, float(row.times),
    )  # fmt: skip
