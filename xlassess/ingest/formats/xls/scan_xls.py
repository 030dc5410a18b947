"""One pass over the records of an .xls workbook stream ([MS-XLS] 2.4).

Shows how far the sheets reach, which cells hold formulas, errors or texts that were cut, what is
crossed out or lies over the cells, and whether the stream is encrypted. Streams older than BIFF8
(Excel 97) are refused: whatever wrote them cut long texts and lost the letters its code page
lacks, and nothing shows where.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from xlassess.contract.layout import cell_name
from xlassess.ingest.formats.binary import unpacked
from xlassess.ingest.formats.display import displayed, masked
from xlassess.ingest.formats.margins import words_of
from xlassess.ingest.formats.runs import faded, settled
from xlassess.ingest.formats.visibility import lines
from xlassess.ingest.formats.xls.xls_conditions import SheetRules
from xlassess.ingest.formats.xls.xls_objects import Objects
from xlassess.ingest.formats.xls.xls_texts import Shared, shared_of, short_text
from xlassess.ingest.guard.limits import MOST_AREA
from xlassess.ingest.guard.notes import (
    CUT_AFTER,
    Budget,
    Scanned,
    SheetNotes,
    Tally,
    by_name,
)
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
            own[struct.unpack_from("<H", body)[0]] = short_text(body[4:])
        elif code == _XF:
            used.append(struct.unpack_from("<H", body, 2)[0])
    return frozenset(
        number
        for number, format_ in enumerate(used)
        if format_ in _DAYS and format_ in own and not _shows_days(own[format_])
    )


def _numbers(code: int, body: bytes) -> Iterator[tuple[int, int, int, float]]:
    """Yield row, column, format and value of the numbers of a record."""
    row, column, first = struct.unpack_from("<HHH", body)
    if code == _NUMBER:
        yield row, column, first, struct.unpack_from("<d", body, 6)[0]
    elif code == _RK:
        yield row, column, first, unpacked(struct.unpack_from("<I", body, 6)[0])
    else:
        for at, (format_, packed) in enumerate(struct.iter_unpack("<HI", body[4:-2])):
            yield row, column + at, format_, unpacked(packed)


def _shows_days(format_: str) -> bool:
    return not _OF_DAYS.isdisjoint(_LITERAL.sub("", format_).casefold())


_BOF = (0x0809, 0x0409, 0x0209, 0x0009)
_EOF, _FILEPASS, _BOUNDSHEET = 0x000A, 0x002F, 0x0085
_FORMULAS = (0x0006, 0x0206, 0x0406)
_FILLS = (0x0221, 0x0021, 0x0236, 0x0036)
"""Array formulas and data tables, which fill a rectangle."""
_BOOLERR = (0x0205, 0x0005)
_SINGLE = (0x0201, 0x0203, 0x0204, 0x00FD, 0x027E, 0x00D6, 0x0001, 0x0003, 0x0004)
_MULTIPLE = (0x00BD, 0x00BE)
_MERGED, _BLANK = 0x00E5, 0x0201
_MARGINS = (0x0014, 0x0015)
_ROW, _COLUMNS = 0x0208, 0x007D
_ROW_HIDDEN = 0x20
"""In the flags of a row ([MS-XLS] 2.4.221)."""
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
_SHARED_TEXT = 0x00FD
_TEXT_CELLS = (_LABEL, _SHARED_TEXT, 0x00D6)
_DIMENSIONS = 0x0200
_MOST_SAID = 3 * MOST_AREA
"""Programs count cells that are only formatted, so that more may be said than is there."""
_BIFF8 = 0x0600
_WORKSHEET, _MACRO_SHEET = 0, 1
_HIDDEN = 3
"""The bits of a sheet's state in which it says that nobody sees it ([MS-XLS] 2.4.28)."""
_NO_CELLS = {2: "the chart sheet", 6: "the module"}

_OLD = "the format of Excel 5.0/95 cuts long texts and turns some letters into question marks"

Record = tuple[int, bytes]


def scan_xls(stream: bytes) -> Scanned | Finding:
    """Measure every sheet and return its notes by its name.

    A stream that needs a password gives finding G04.

    Raises:
        struct.error: a record is cut short.
        ExcessError: it holds more than any workbook needs.
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
    unread: list[str] = []
    kinds: set[int] = set()
    formats, shared = no_days(globals_), shared_of(globals_)
    for code, body in globals_:
        if code != _BOUNDSHEET:
            continue
        kinds.add(body[5])
        if body[5] not in (_WORKSHEET, _MACRO_SHEET):
            unread.append(f"{_NO_CELLS.get(body[5], 'the sheet')} “{_name(body)}”")
            continue
        start = struct.unpack_from("<I", body)[0]
        tally = _Sheet(Tally(), formats, shared, SheetRules(shared)).measured(stream, start, budget)
        if excess := tally.oversize():
            return excess
        tally.hidden = bool(body[4] & _HIDDEN)
        sheets.append((_name(body), tally.notes()))
    named = by_name(sheets)
    if isinstance(named, Finding):
        return named
    return Scanned(named, unread=tuple(unread), macros=_MACRO_SHEET in kinds)


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
class _Sheet:
    """One sheet as its records pass by."""

    tally: Tally
    no_days: frozenset[int]
    shared: Shared
    rules: SheetRules

    def measured(self, stream: bytes, start: int, budget: Budget) -> Tally:
        """Go through the sheet that begins here."""
        tally, objects = self.tally, Objects(self.tally)
        for code, body in _substream(stream, start, budget):
            objects.take(code, body)
            self.rules.take(code, body)
            self._take_margins(code, body)
            self._take_lines(code, body)
            if code in (_NUMBER, _RK, _MULTIPLE_RK):
                self._take_numbers(code, body)
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
                if code != _BLANK:
                    self._take_looks(code, body)
        objects.end()
        self.rules.gathered.settle(tally)
        return tally

    def _take_margins(self, code: int, body: bytes) -> None:
        """Note the words that head or foot the pages."""
        if code in _MARGINS and body[2:]:
            self.tally.margins += words_of((short_text(body[2:]),))

    def _take_lines(self, code: int, body: bytes) -> None:
        """Note rows and columns that nobody sees."""
        if code == _ROW and len(body) > 12 and body[12] & _ROW_HIDDEN:
            row = struct.unpack_from("<H", body)[0]
            self.tally.hidden_rows.update(lines(row, row))
        elif code == _COLUMNS and len(body) > 8 and body[8] & 1:
            self.tally.hidden_columns.update(lines(*struct.unpack_from("<HH", body)))

    def _take_numbers(self, code: int, body: bytes) -> None:
        """Note numbers that the parser takes for days, and how numbers are displayed."""
        styles = self.shared.styles
        for row, column, format_, number in _numbers(code, body):
            cell = cell_name(row, column)
            self.rules.gathered.cell((row, column), format_)
            if format_ in self.no_days:
                self.tally.numbers[cell] = number
            if format_ in styles.struck:
                self.tally.struck.add(cell)
            if format_ in styles.pale:
                self.tally.pale.add(cell)
            shown = displayed(
                number, styles.codes.get(format_, ""), from_1904=self.shared.from_1904
            )
            if shown:
                self.tally.shown[cell] = shown
            self.tally.mask(cell, masked(styles.codes.get(format_, ""), number))

    def _take_looks(self, code: int, body: bytes) -> None:
        """Note a cell that is crossed out, in whole or in part, or whose text is misread."""
        row, column, format_ = struct.unpack_from("<HHH", body)
        self.rules.gathered.cell((row, column), format_)
        struck = format_ in self.shared.styles.struck
        if format_ in self.shared.styles.pale:
            self.tally.pale.add(cell_name(row, column))
        if code in _TEXT_CELLS and format_ in self.shared.styles.codes:
            self.tally.mask(cell_name(row, column), masked(self.shared.styles.codes[format_]))
        if code != _SHARED_TEXT:
            if struck:
                self.tally.struck.add(cell_name(row, column))
            return
        if not struck and not self.shared.repaired and not self.shared.runs:
            return
        cell, number = cell_name(row, column), struct.unpack_from("<I", body, 6)[0]
        if number in self.shared.repaired:
            self.tally.texts[cell] = self.shared.repaired[number]
        if number in self.shared.runs and format_ not in self.shared.styles.lined:
            self.tally.pale.discard(cell)
            colours = self.shared.styles.colours_of(format_)
            self.tally.fade(cell, faded(self.shared.runs[number], *colours))
            self.tally.cross_out(cell, settled(self.shared.runs[number], struck))
        else:
            self.tally.cross_out(cell, struck)


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
