"""The tidy data of a round as files: CSV, JSON or Parquet for programs, Excel for people."""

from __future__ import annotations

import codecs
import csv
import io
import json
import tempfile
import weakref
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, BinaryIO, Generic, Literal, TypeVar, cast, get_args

from xlassess.consolidate.export.columns import Cell, ExportColumn, TableSpec, Type, guarded, plain
from xlassess.consolidate.export.dictionary import DICTIONARY, dictionary_of, markdown
from xlassess.consolidate.export.frames import in_utc
from xlassess.consolidate.export.plans_and_returns import PLAN
from xlassess.consolidate.export.tables import (
    AGGREGATED,
    WITH_ROWS,
    ExportTable,
    tables_of,
)
from xlassess.consolidate.figures.values import Summary
from xlassess.contract.own_files import OWN_FILE_PROPERTY
from xlassess.model.errors import XlassessError
from xlassess.sheet import formats, metrics, palette
from xlassess.sheet.page import PageSetup, set_page, show
from xlassess.sheet.streamed import MOST_ROWS, StreamedFormats
from xlassess.sheet.values import CellRange
from xlassess.sheet.writer import SheetWriter, WorkbookWriter

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

    from xlassess.sheet.streamed import Streamed


_TITLE, _ABOUT, _HEAD = 0, 1, 3
_FIRST = _HEAD + 1

_CELL = formats.PLAIN.but(wrap=False)
_LONGEST = "data"
"""The table that has a row for each answer: it is looked through and filtered, not read, so that
its rows stay of one height. The others are read, and their texts wrap."""
_WIDTHS: dict[Type, float] = {
    "text": 18, "whole number": 11, "number": 11, "yes or no": 11, "day": 13, "moment": 18,
}  # fmt: skip
_LONG = (
    "question",
    "text",
    "action",
    "measure",
    "remarks",
    "label",
    "meaning",
    "allowed",
    "finding",
    "what_was_done",
    "reason",
)
"""Columns of whole sentences, which are given more room."""


def write_workbook(summary: Summary, tables: Sequence[ExportTable], to: BinaryIO) -> None:
    """Write an Excel workbook of these tables.

    Rows that a sheet has no room for go on on further sheets, which say so.

    Raises:
        SheetError: a text is longer than a cell takes.
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
        to=to,
    )
    book.own_property(OWN_FILE_PROPERTY, "data")
    for table in tables:
        count, room = len(table), MOST_ROWS - _FIRST
        firsts = range(0, max(count, 1), room)
        for number, first in enumerate(firsts, start=1):
            rows = range(first, min(first + room, count))
            _write(book, summary, table, _SheetPart(number, len(firsts), rows))
    book.close()


@dataclass(frozen=True, slots=True)
class _SheetPart:
    """Those rows of a table that stand on one sheet, which is the first, second ... ``of`` all."""

    number: int
    of: int
    rows: range

    def named(self, name: str, between: str) -> str:
        """A name for it: that of the table, with its number from the second sheet on."""
        return name if self.number == 1 else f"{name}{between}{self.number}"

    def about(self, spec: TableSpec[Any]) -> str:
        """What the sheet says of its table, and of which part of it this is."""
        if self.of == 1:
            return spec.about
        return (
            f"{spec.about} This is sheet {self.number} of {self.of}, with the rows from "
            f"{self.rows.start + 1:,} to {self.rows.stop:,}: an Excel sheet holds no more."
        )


def _write(book: WorkbookWriter, summary: Summary, table: ExportTable, part: _SheetPart) -> None:
    spec, count, title = table.spec, len(part.rows), part.named(table.spec.name.capitalize(), " ")
    sheet = book.sheet(title, palette.NAVY, streamed=True)
    wide = {at: _width(spec, at) for at in range(len(spec.columns))}
    sheet.widths(wide)
    sheet.text(_TITLE, 0, title, formats.TITLE)
    sheet.height(_TITLE, 28)
    sheet.text(_ABOUT, 0, part.about(spec), formats.SMALL.but(wrap=False))
    _table(book, sheet, spec, part)
    read = spec.name != _LONGEST
    cell = _CELL.but(wrap=read, valign="top")
    plain_look = book.format(cell)
    faces = StreamedFormats(
        plain_look,
        plain_look,
        book.format(cell.but(number=formats.DATE_FORMAT)),
        book.format(cell.but(number=_MOMENT)),
    )
    high = (_height(row, wide) for row in _rows(table, part.rows) if read)
    sheet.stream(_FIRST, _rows(table, part.rows), faces, array("d", high))
    show(sheet, (_FIRST, 0))
    assessment = summary.assessment
    last = _FIRST + max(count, 1) - 1
    set_page(
        sheet,
        PageSetup(
            left=f"{assessment.partnership}, {assessment.round}",
            right=title,
            marking=assessment.marking,
            landscape=True,
            area=CellRange(0, 0, last, len(spec.columns) - 1),
            repeat=(_HEAD, _HEAD),
        ),
    )


def _height(row: Sequence[Streamed], wide: Mapping[int, float]) -> float:
    """Points of height that the texts of a row need in columns of these widths."""
    needed = (
        metrics.text_height(value, wide[at]) for at, value in enumerate(row)
        if isinstance(value, str)
    )  # fmt: skip
    return min(max(needed, default=0.0) or metrics.line_height(formats.FONT_SIZE), _TALLEST)


_TALLEST = 409.0
"""Points of the highest row Excel has; it shows the rest of a text in the cell."""

_MOMENT = "d mmm yyyy hh:mm"


def _width(spec: TableSpec[Cell], at: int) -> float:
    column = spec.columns[at]
    return 48 if column.name in _LONG else max(_WIDTHS[column.type], len(column.name) + 4)


def _table(
    book: WorkbookWriter, sheet: SheetWriter, spec: TableSpec[Cell], part: _SheetPart
) -> None:
    """Make the rows an Excel table, named, to be filtered and read out by its headings."""
    for at, column in enumerate(spec.columns):
        sheet.text(_HEAD, at, column.name, formats.HEADER.but(wrap=False))
    head = book.format(formats.HEADER.but(wrap=False))
    sheet.raw.add_table(
        _HEAD, 0, _HEAD + max(len(part.rows), 1), len(spec.columns) - 1,
        {
            "name": part.named(f"Export_{spec.name}", "_"),
            "title": spec.about,
            "style": None,
            "columns": [{"header": c.name, "header_format": head} for c in spec.columns],
        },
    )  # fmt: skip


def _rows(table: ExportTable, rows: range) -> Iterator[tuple[Streamed, ...]]:
    """Yield some rows of a table as they stand in cells."""
    writes = [_in_cells for _ in table.spec.columns]
    for block in table.in_blocks(_ROWS_AT_ONCE, rows):
        yield from _written(block, writes)


def _in_cells(values: Iterable[Cell]) -> list[Streamed]:
    return [plain(value) if isinstance(value, str) else value for value in values]


Format = Literal["csv", "json", "parquet", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)

PAGE = "dictionary.md"
"""The data dictionary for people; programs find it in the export's own format."""

_DOCUMENT, _BOOK = "export.json", "export.xlsx"


_MOST_IN_MEMORY = 1 << 20
"""Bytes of a file that waits to be written which are held in memory."""


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of an export; ``rows`` is how many rows of which table it holds.

    ``parts`` makes its bytes, one part after the other: those of a long table are never held
    together.
    """

    name: str
    parts: Callable[[], Iterable[bytes]]
    rows: Mapping[str, int]

    @property
    def content(self) -> bytes:
        """All of its bytes."""
        return b"".join(self.parts())

    def write(self, to: BinaryIO) -> None:
        """Write it into an open file."""
        to.writelines(self.parts())


def _of(content: bytes) -> Callable[[], Iterable[bytes]]:
    """The only part of a file that is made as a whole."""
    return lambda: (content,)


class _Waiting:
    """A file that is made at once, so that what is wrong shows, and waits on the disk."""

    def __init__(self, write: Callable[[BinaryIO], None]) -> None:
        self._file = tempfile.SpooledTemporaryFile(_MOST_IN_MEMORY)  # noqa: SIM115 (read later)
        weakref.finalize(self, self._file.close)
        write(cast("BinaryIO", self._file))

    def __call__(self) -> Iterator[bytes]:
        """Yield it in parts."""
        self._file.seek(0)
        while part := self._file.read(_MOST_IN_MEMORY):
            yield part


def export(summary: Summary, form: Format, stem: str = "") -> tuple[ExportFile, ...]:
    """Return the files of a round's export.

    Args:
        summary: the round; its attribution decides which tables there are.
        form: the format.
        stem: what the chief file is called, without its ending; the others are named after
            it. Empty for names of their own.

    Raises:
        XlassessError: pyarrow is needed for Parquet and not installed.
        SheetError: a text is too long for a cell in Excel.
    """
    tables = tables_of(summary)
    page = ExportFile(PAGE, _of(markdown([table.spec for table in tables]).encode()), {})
    if form == "json":
        files = [_document(summary, tables)]
    elif form == "xlsx":
        rows = {table.spec.name: len(table) for table in tables}
        whole = (*tables, dictionary_of(tables))
        files = [ExportFile(_BOOK, _Waiting(partial(write_workbook, summary, whole)), rows)]
    else:
        make = _in_parts if form == "csv" else _in_groups
        files = [_file(table, form, make(table)) for table in (*tables, dictionary_of(tables))]
    return tuple(
        ExportFile(_named(file.name, stem, chief=not number), file.parts, file.rows)
        for number, file in enumerate((*files, page))
    )


def file_names(stem: str = "") -> frozenset[str]:
    """Return every name an export may give to a file, whatever its format and attribution."""
    tables = [spec.name for spec in (*WITH_ROWS, *AGGREGATED, PLAN, DICTIONARY)]
    names = [f"{name}.{form}" for name in tables for form in ("csv", "parquet")]
    chief = [f"{stem}.{form}" for form in FORMATS] if stem else [_DOCUMENT, _BOOK]
    return frozenset((*chief, *(_named(name, stem, chief=False) for name in (*names, PAGE))))


def _named(name: str, stem: str, *, chief: bool) -> str:
    if not stem:
        return name
    return f"{stem}.{name.rpartition('.')[2]}" if chief else f"{stem}-{name}"


def _file(table: ExportTable, form: Format, parts: Callable[[], Iterable[bytes]]) -> ExportFile:
    rows = {} if table.spec is DICTIONARY else {table.spec.name: len(table)}
    return ExportFile(f"{table.spec.name}.{form}", parts, rows)


def _in_parts(table: ExportTable) -> Callable[[], Iterable[bytes]]:
    return partial(_csv, table)


def _in_groups(table: ExportTable) -> Callable[[], Iterable[bytes]]:
    """Make a Parquet file of a table, in groups of rows.

    Raises:
        XlassessError: a package it needs is not installed.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise XlassessError(
            f"Parquet files need the package {error.name}, which is not installed.",
            "Install it with: pip install 'xlassess[parquet]'. CSV and JSON need nothing more.",
        ) from None
    return partial(_parquet, table)


_END = "\r\n"

_ROWS_AT_ONCE = 20_000
"""Rows that are written together: enough to be fast, few enough to be held."""


def _csv(table: ExportTable) -> Iterator[bytes]:
    """Yield a table as RFC 4180 has it: commas, CRLF, quotation marks where they are needed."""
    heads = [tuple(_quoted([column.name for column in table.spec.columns]))]
    yield codecs.BOM_UTF8 + _lines(heads)
    for block in table.in_blocks(_ROWS_AT_ONCE):
        yield _lines(_written(block, [partial(_column_in_csv, c.type) for c in table.spec.columns]))


_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class _MadeColumn(Generic[_Made]):
    """The values of a column as they are written, and which of them stands in each row."""

    made: Sequence[_Made]
    places: Sequence[int]


def _made_of(
    table: ExportTable,
    column: ExportColumn[Any],
    write: Callable[[Iterable[Cell]], Iterable[_Made]],
) -> _MadeColumn[_Made]:
    """Return a column as it is written, where each different value is made ready once."""
    found, places = table.different(column)
    values = [_typed(value, column.type) for value in found]
    known = dict.fromkeys(values)
    written = dict(zip(known, write(known), strict=True))
    return _MadeColumn([written[value] for value in values], places)


def _written(
    block: ExportTable, writes: Sequence[Callable[[Iterable[Cell]], Iterable[_Made]]]
) -> Iterator[tuple[_Made, ...]]:
    """Return the rows of a part of a table as they are written, column by column."""
    columns = [
        _made_of(block, column, write)
        for column, write in zip(block.spec.columns, writes, strict=True)
    ]
    return zip(*([one.made[place] for place in one.places] for one in columns), strict=True)


def _typed(value: Cell, kind: Type) -> Cell:
    """Return a value as its column has it; what is no number is none."""
    if value is None or value != value:  # noqa: PLR0124 - so is NaN known
        return None
    return _AS[kind](value)


_AS: Mapping[Type, Callable[[Any], Cell]] = {
    "text": str,
    "whole number": int,
    "number": float,
    "yes or no": bool,
    "day": lambda value: value.date() if isinstance(value, datetime) else value,
    "moment": lambda value: in_utc(value) if isinstance(value, datetime) else None,
}


def _lines(rows: Iterable[tuple[str, ...]]) -> bytes:
    return _bytes("".join(f"{','.join(row)}{_END}" for row in rows))


def _quoted(texts: Iterable[str]) -> list[str]:
    """Texts as they stand in a row, with quotation marks where they are needed."""
    written: list[str] = []
    rows = csv.writer(SimpleNamespace(write=written.append), lineterminator=_END)
    rows.writerows((text, "") for text in texts)
    return [row.removesuffix(f",{_END}") for row in written]


def _plain(number: float) -> str:
    """A whole number without decimals, any other as exactly as it is held."""
    return str(int(number)) if number.is_integer() else repr(number)


_IN_CSV: Mapping[Type, Callable[[Any], str]] = {
    "text": guarded,
    "whole number": str,
    "number": _plain,
    "yes or no": lambda value: "true" if value else "false",
    "day": date.isoformat,
    "moment": lambda value: value.strftime("%Y-%m-%d %H:%M:%S"),
}


def _column_in_csv(kind: Type, values: Iterable[Cell]) -> list[str]:
    write = _IN_CSV[kind]
    return _quoted("" if value is None else write(value) for value in values)


def _bytes(text: str) -> bytes:
    """UTF-8; half a character, which no file can hold, is shown as its escape."""
    return text.encode("utf-8", "backslashreplace")


def _document(summary: Summary, tables: Sequence[ExportTable]) -> ExportFile:
    """The whole export as one JSON document of a stable shape."""
    rows = {table.spec.name: len(table) for table in tables}
    return ExportFile(_DOCUMENT, partial(_json, summary, tables), rows)


def _json(summary: Summary, tables: Sequence[ExportTable]) -> Iterator[bytes]:
    """Yield the document in parts, written as Python writes it with an indent of one."""
    assessment = summary.assessment
    head = {
        "format": "xlassess-export/1",
        "assessment": assessment.id,
        "partnership": assessment.partnership,
        "round": assessment.round,
        "marking": assessment.marking,
        "made_at": _in_json(summary.made_at),
        "made_with": summary.program,
        "attribution": summary.participants.attribution,
        "minimum_group": summary.participants.minimum,
    }
    yield _bytes(json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}"))
    yield b',\n "tables": {'
    for number, table in enumerate(tables):
        yield _bytes(f"{',' if number else ''}\n  {json.dumps(table.spec.name)}: ")
        yield from _objects(table, "\n  ")
    yield b'\n },\n "dictionary": '
    yield from _objects(dictionary_of(tables), "\n ")
    yield b"\n}\n"


def _objects(table: ExportTable, margin: str) -> Iterator[bytes]:
    """Yield the rows of a table as a list of objects, in parts.

    Args:
        table: the table.
        margin: a new line and what stands before the list's own brackets.
    """
    if not len(table):
        yield b"[]"
        return
    writes = [
        partial(_column_in_json, f"{margin}  {json.dumps(column.name)}: ")
        for column in table.spec.columns
    ]
    begin, end = f"{margin} {{", f"{margin} }}"
    for number, block in enumerate(table.in_blocks(_ROWS_AT_ONCE)):
        rows = ",".join(f"{begin}{','.join(row)}{end}" for row in _written(block, writes))
        yield _bytes(f"{',' if number else '['}{rows}")
    yield _bytes(f"{margin}]")


def _column_in_json(begin: str, values: Iterable[Cell]) -> list[str]:
    """Values as members of an object, each after its name."""
    return [f"{begin}{json.dumps(_in_json(value), ensure_ascii=False)}" for value in values]


def _in_json(value: Cell) -> Any:
    if isinstance(value, datetime):
        return in_utc(value).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value.isoformat() if isinstance(value, date) else value


def _parquet(table: ExportTable) -> Iterator[bytes]:
    """Yield a Parquet file, with a type of its own for every column, empty ones included."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = _schema(table.spec)
    kept = io.BytesIO()
    with pq.ParquetWriter(pa.PythonFile(_Passed(kept), mode="w"), schema) as writer:
        # of no rows one group too, as a file without any is read by few programs
        for block in table.in_blocks(_ROWS_OF_GROUP):
            some = []
            for column, field in zip(table.spec.columns, schema, strict=True):
                one = _made_of(block, column, lambda values: map(_in_arrow, values))
                made = pa.array(one.made, type=field.type)
                some.append(made.take(pa.array(one.places, pa.int64())))
            writer.write_table(pa.Table.from_arrays(some, schema=schema))
            yield _taken(kept)
    yield _taken(kept)


_ROWS_OF_GROUP = 5 * _ROWS_AT_ONCE
"""Rows of a group in Parquet: programs read these together, and of few they read slowly."""


class _Passed(io.RawIOBase):
    """A file that only passes on what is written into it, and says how much that was."""

    def __init__(self, to: io.BytesIO) -> None:
        super().__init__()
        self._to, self._size = to, 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        written = self._to.write(data)
        self._size += written
        return written

    def tell(self) -> int:
        return self._size


def _taken(kept: io.BytesIO) -> bytes:
    """What has been written by now, which is then kept no longer."""
    found = kept.getvalue()
    kept.seek(0)
    kept.truncate()
    return found


def _schema(spec: TableSpec[Any]) -> pa.Schema:
    """The columns of a table as Arrow and pandas know them."""
    import pandas as pd
    import pyarrow as pa

    types = {
        "text": pa.string(), "whole number": pa.int64(), "number": pa.float64(),
        "yes or no": pa.bool_(), "day": pa.date32(), "moment": pa.timestamp("us", tz="UTC"),
    }  # fmt: skip
    none = {one.name: pd.Series([], dtype=pd.ArrowDtype(types[one.type])) for one in spec.columns}
    return pa.Schema.from_pandas(pd.DataFrame(none), preserve_index=False)


def _in_arrow(value: Cell) -> Cell:
    """Text that Arrow can hold: half a character is shown as its escape."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    return value
