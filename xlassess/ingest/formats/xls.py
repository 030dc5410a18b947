"""One pass over the records of an .xls workbook stream ([MS-XLS] 2.4).

Shows how far the sheets reach, which cells hold formulas, errors or texts that were cut, and
whether the stream is encrypted. Streams older than BIFF8 (Excel 97) are refused: whatever wrote
them cut long texts and lost the letters its code page lacks, and nothing shows where.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from xlassess.contract.layout import cell_name
from xlassess.ingest.guard.limits import MOST_AREA
from xlassess.ingest.guard.notes import CUT_AFTER, MOST_NOTES, Budget, SheetNotes, Tally, by_name
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

_FORMAT, _XF = 0x041E, 0x00E0
_NUMBER, _RK, _MULTIPLE_RK = 0x0203, 0x027E, 0x00BD
_DAYS = (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))
"""Formats that the parser takes for days and times by their number."""
_LITERAL = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]', re.S)
_OF_DAYS = frozenset("dmyhs")


def no_days(globals_: Iterable[tuple[int, bytes]]) -> frozenset[int]:
    """Return the cell formats (XF, counted from 0) that the parser takes for days in error.

    Args:
        globals_: the records of the workbook globals.
    """
    own: dict[int, str] = {}
    used: list[int] = []
    for code, body in globals_:
        if code == _FORMAT and len(body) > 4:
            own[struct.unpack_from("<H", body)[0]] = _xls_numbers_text(body)
        elif code == _XF:
            used.append(struct.unpack_from("<H", body, 2)[0])
    return frozenset(
        number
        for number, format_ in enumerate(used)
        if format_ in _DAYS and format_ in own and not _shows_days(own[format_])
    )


def numbers(code: int, body: bytes, formats: frozenset[int]) -> Iterator[tuple[int, int, float]]:
    """Yield row, column and value of the numbers of a record in cells of these formats."""
    if code not in (_NUMBER, _RK, _MULTIPLE_RK) or not formats:
        return
    row, column, first = struct.unpack_from("<HHH", body)
    if code == _NUMBER and first in formats:
        yield row, column, struct.unpack_from("<d", body, 6)[0]
    elif code == _RK and first in formats:
        yield row, column, _unpacked(struct.unpack_from("<I", body, 6)[0])
    elif code == _MULTIPLE_RK:
        for at, (format_, packed) in enumerate(struct.iter_unpack("<HI", body[4:-2])):
            if format_ in formats:
                yield row, column + at, _unpacked(packed)


def _xls_numbers_text(body: bytes) -> str:
    encoding = "utf-16-le" if body[4] & 1 else "latin-1"
    return body[5:].decode(encoding, "replace")


def _shows_days(format_: str) -> bool:
    return not _OF_DAYS.isdisjoint(_LITERAL.sub("", format_).casefold())


def _unpacked(packed: int) -> float:
    """A number as RK records pack it: the upper half of a float or an integer, or a hundredth."""
    if packed & 2:
        whole = packed >> 2
        value = float(whole - (1 << 30) if whole >> 29 else whole)
    else:
        value = float(struct.unpack("<d", struct.pack("<II", 0, packed & ~3))[0])
    return value / 100 if packed & 1 else value


_BOF = (0x0809, 0x0409, 0x0209, 0x0009)
_EOF, _FILEPASS, _BOUNDSHEET = 0x000A, 0x002F, 0x0085
_FORMULAS = (0x0006, 0x0206, 0x0406)
_FILLS = (0x0221, 0x0021, 0x0236, 0x0036)
"""Array formulas and data tables, which fill a rectangle."""
_BOOLERR = (0x0205, 0x0005)
_SINGLE = (0x0201, 0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6, 0x0001, 0x0003, 0x0004)
_MULTIPLE = (0x00BD, 0x00BE)
_MERGED = 0x00E5
_LABEL = 0x0204
"""A text in the cell itself. Excel keeps texts in one table; SheetJS writes them so, and cuts
them."""
_CALLS = (b"\x21", b"\x41", b"\x61", b"\x42\x00")
_TRUTHS = (
    b"\x1d\x00",
    b"\x1d\x01",
    *(call + number for call in _CALLS for number in (b"\x22\x00", b"\x23\x00")),
)
"""Parsed formulas that are a truth value, or a call of TRUE() or FALSE(), functions 34 and 35
([MS-XLS] 2.5.198)."""
_OBJECT, _OBJECT_TEXT, _CONTINUE, _NOTE = 0x005D, 0x01B6, 0x003C, 0x001C
_DIMENSIONS = 0x0200
_MOST_SAID = 3 * MOST_AREA
"""Programs count cells that are only formatted, so that more may be said than is there."""
_BIFF8 = 0x0600
_WORKSHEET = 0

_OLD = "the format of Excel 5.0/95 cuts long texts and turns some letters into question marks"

Record = tuple[int, bytes]


def scan_xls(stream: bytes) -> dict[str, SheetNotes] | Finding:
    """Measure every sheet and return its notes by its name.

    A stream that needs a password gives finding G04.

    Raises:
        struct.error: a record is cut short.
    """
    globals_: list[Record] = []
    budget = Budget()
    for record in _substream(stream, 0, budget):
        if record[0] == _FILEPASS:
            return found("G04")
        globals_.append(record)
    if struct.unpack_from("<H", globals_[0][1])[0] < _BIFF8:
        return found("G17", problem=_OLD)
    sheets: list[tuple[str, SheetNotes]] = []
    formats = no_days(globals_)
    for code, body in globals_:
        if code != _BOUNDSHEET or body[5] != _WORKSHEET:
            continue
        tally = _measure(stream, struct.unpack_from("<I", body)[0], formats, budget)
        if excess := tally.oversize():
            return excess
        sheets.append((_name(body), tally.notes()))
    return by_name(sheets)


def _substream(stream: bytes, start: int, budget: Budget) -> Iterator[Record]:
    """Yield the records from a BOF to the EOF that belongs to it, without nested charts."""
    depth = 0
    while start + 4 <= len(stream):
        budget.spend()
        code, length = struct.unpack_from("<HH", stream, start)
        body = stream[start + 4 : start + 4 + length]
        start += 4 + length
        depth += code in _BOF
        if depth <= 1:
            yield code, body
        if code == _EOF:
            depth -= 1
            if depth <= 0:
                return
    raise struct.error("no end of substream")


@dataclass(slots=True)
class _Notes:
    """Notes attached to cells: their texts stand with objects, whose numbers the notes give."""

    number: int = 0
    is_next: bool = False
    texts: dict[int, str] = field(default_factory=dict)

    def take(self, code: int, body: bytes, tally: Tally) -> None:
        """Take in a record; those that are none of these pass by."""
        if code == _OBJECT and len(body) >= 8:
            self.number = struct.unpack_from("<H", body, 6)[0]
        elif code == _CONTINUE and self.is_next:
            self.texts[self.number] = _text(body)
        elif code == _NOTE and len(body) >= 8 and len(tally.attached) < MOST_NOTES:
            row, column, _, number = struct.unpack_from("<HHHH", body)
            tally.attached[cell_name(row, column)] = self.texts.get(number, "")
        self.is_next = code == _OBJECT_TEXT


def _text(body: bytes) -> str:
    encoding = "utf-16-le" if body[:1] == b"\1" else "latin-1"
    return body[1:].decode(encoding, "replace")


def _measure(stream: bytes, start: int, formats: frozenset[int], budget: Budget) -> Tally:
    tally, notes = Tally(), _Notes()
    for code, body in _substream(stream, start, budget):
        notes.take(code, body, tally)
        for row, column, number in numbers(code, body, formats):
            tally.numbers[cell_name(row, column)] = number
        if code == _DIMENSIONS and len(body) >= 12:
            _check_said(tally, *struct.unpack_from("<IIHH", body))
        elif code in _FILLS:
            first, last, left, right = struct.unpack_from("<HHBB", body)
            tally.formula_area((first, left), (last, right))
        elif code == _MERGED:
            for place in range(2, len(body) - 7, 8):
                top, bottom, left, right = struct.unpack_from("<HHHH", body, place)
                tally.merged((top, left), (bottom, right))
        elif code in _MULTIPLE:
            tally.reach(*struct.unpack_from("<HH", body))
            tally.reach(0, struct.unpack_from("<H", body, len(body) - 2)[0])
        elif code in _FORMULAS or code in _BOOLERR or code in _SINGLE:
            _take_cell(tally, code, body)
    return tally


def _check_said(tally: Tally, top: int, bottom: int, left: int, right: int) -> None:
    """Mind how far a sheet says that it reaches, since the parser makes room for as much.

    Raises:
        struct.error: it is said to end before it begins.
    """
    if bottom < top or right < left:
        raise struct.error("a sheet ends before it begins")
    if (bottom - top) * (right - left) > _MOST_SAID:
        tally.reach(bottom - 1, right - 1)


def _take_cell(tally: Tally, code: int, body: bytes) -> None:
    row, column = struct.unpack_from("<HH", body)
    tally.reach(row, column)
    if code in _FORMULAS:
        tally.formula_area((row, column), (row, column))
        if body[22:] in _TRUTHS:
            tally.truths.add(cell_name(row, column))
    elif code in _BOOLERR and body[7]:
        tally.error(row, column)
    elif code == _LABEL and struct.unpack_from("<H", body, 6)[0] == CUT_AFTER:
        tally.cut.add(cell_name(row, column))


def _name(body: bytes) -> str:
    length = body[6]
    if body[7] & 1:
        return body[8 : 8 + 2 * length].decode("utf-16-le", "replace")
    return body[8 : 8 + length].decode("latin-1")
