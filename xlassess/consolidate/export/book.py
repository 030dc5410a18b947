"""An export as one Excel workbook: a sheet with a table for each table, true types in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from xlassess.consolidate.export.columns import Cell, TableSpec, Type
from xlassess.consolidate.export.frames import cells_of, frame_of
from xlassess.consolidate.export.tables import ExportTable
from xlassess.consolidate.export.texts import plain
from xlassess.consolidate.figures.values import Summary
from xlassess.sheet import formats, palette
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.streamed import MOST_ROWS, StreamedFormats
from xlassess.sheet.validation import SheetError
from xlassess.sheet.values import CellRange
from xlassess.sheet.writer import SheetWriter, WorkbookWriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlassess.sheet.streamed import Streamed

_TITLE, _ABOUT, _HEAD = 0, 1, 3
_FIRST = _HEAD + 1

_CELL = formats.PLAIN.but(wrap=False)
_WIDTHS: dict[Type, float] = {
    "text": 18, "whole number": 11, "number": 11, "yes or no": 11, "day": 13, "moment": 18,
}  # fmt: skip
_LONG = ("question", "text", "action", "measure", "remarks", "label", "meaning", "allowed")
"""Columns of whole sentences, which are given more room."""


def workbook_bytes(summary: Summary, tables: Sequence[ExportTable]) -> bytes:
    """Return an Excel workbook of these tables.

    Raises:
        SheetError: a text is longer than a cell takes, or a table longer than a sheet.
    """
    assessment = summary.assessment
    book = WorkbookWriter(
        {
            "title": f"{assessment.partnership}: data of round {assessment.round}",
            "subject": assessment.marking,
            "author": summary.program,
            "created": summary.made_at.replace(tzinfo=None),
        },
        on_disk=True,
    )
    for table in tables:
        _write(book, summary, table)
    return book.close()


def _write(book: WorkbookWriter, summary: Summary, table: ExportTable) -> None:
    spec, count = table.spec, len(table.lines)
    if _FIRST + count > MOST_ROWS:
        raise SheetError(
            f"The table {spec.name} has {count:,} rows, more than an Excel sheet holds.",
            "Export it for programs instead: xlassess export --format csv",
        )
    sheet = book.sheet(spec.name.capitalize(), palette.NAVY, streamed=True)
    wide = {at: _width(spec, at) for at in range(len(spec.columns))}
    sheet.widths(wide)
    sheet.text(_TITLE, 0, spec.name.capitalize(), formats.TITLE)
    sheet.text(_ABOUT, 0, spec.about, formats.SMALL.but(wrap=False))
    _table(book, sheet, spec, count)
    plain_look = book.format(_CELL)
    faces = StreamedFormats(
        plain_look,
        plain_look,
        book.format(_CELL.but(number=formats.DATE_FORMAT)),
        book.format(_CELL.but(number=_MOMENT)),
    )
    sheet.raw.stream(_FIRST, _rows(table), faces)
    show(sheet, (_FIRST, 0))
    assessment = summary.assessment
    last = _FIRST + max(count, 1) - 1
    set_page(
        sheet,
        PageSetup(
            left=f"{assessment.partnership}, {assessment.round}",
            right=spec.name.capitalize(),
            marking=assessment.marking,
            landscape=True,
            area=CellRange(0, 0, last, len(spec.columns) - 1),
            repeat=(_HEAD, _HEAD),
        ),
    )


_MOMENT = "d mmm yyyy hh:mm"


def _width(spec: TableSpec[Cell], at: int) -> float:
    column = spec.columns[at]
    return 48 if column.name in _LONG else max(_WIDTHS[column.type], len(column.name) + 4)


def _table(book: WorkbookWriter, sheet: SheetWriter, spec: TableSpec[Cell], count: int) -> None:
    """Make the rows an Excel table, named, to be filtered and read out by its headings."""
    for at, column in enumerate(spec.columns):
        sheet.text(_HEAD, at, column.name, formats.HEADER.but(wrap=False))
    head = book.format(formats.HEADER.but(wrap=False))
    sheet.raw.add_table(
        _HEAD, 0, _HEAD + max(count, 1), len(spec.columns) - 1,
        {
            "name": f"Export_{spec.name}",
            "title": spec.about,
            "style": None,
            "columns": [{"header": c.name, "header_format": head} for c in spec.columns],
        },
    )  # fmt: skip


def _rows(table: ExportTable) -> Iterator[tuple[Streamed, ...]]:
    frame = frame_of(table)
    columns: list[Iterable[Streamed]] = [
        _shown(cells_of(frame[column.name], column.type)) for column in table.spec.columns
    ]
    return zip(*columns, strict=True)


def _shown(values: list[Cell]) -> list[Streamed]:
    """Values as they stand in a cell; each different text is made ready once."""
    texts: dict[str, str] = {}
    return [
        texts.setdefault(v, plain(v)) if isinstance(v, str) and v not in texts
        else texts[v] if isinstance(v, str) else v
        for v in values
    ]  # fmt: skip
