"""The table of texts of an .xls workbook ([MS-XLS] 2.4.265), and the fonts and formats beside it.

Texts run on over records of 8,224 bytes. Where a letter of two units lies across two records, the
parser takes each half for a letter of its own and loses both.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlassess.ingest.formats.runs import Runs, in_pieces
from xlassess.ingest.formats.styles import CellStyles, StyleRecord
from xlassess.ingest.guard.colours import LETTERS, PALETTE, PAPER, TWIPS, Colour, of_number, of_size
from xlassess.ingest.guard.limits import MOST_NOTED
from xlassess.ingest.guard.notes import ExcessError

_FONT, _FORMAT, _XF, _DATES, _TABLE, _CONTINUE = 0x0031, 0x041E, 0x00E0, 0x0022, 0x00FC, 0x003C
_PALETTE = 0x0092
_STRIKE = 0x08
_OWN_FROM, _NO_FILL, _PATTERN = 8, 64, -1
"""The first colour that a palette may change; none, and none that can be told."""
_SKIPPED_FONT = 4
"""No font has this number ([MS-XLS] 2.5.129)."""
_WIDE, _EXTENDED, _RICH = 0x01, 0x04, 0x08

Record = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Shared:
    """What all sheets share: styles, the texts that the parser misreads, and pieces of texts.

    ``own`` are the number formats of the workbook itself, by their number.
    """

    styles: CellStyles = field(default_factory=CellStyles)
    palette: Sequence[str] = PALETTE
    own: Mapping[int, str] = field(default_factory=dict)
    repaired: dict[int, str] = field(default_factory=dict)
    runs: dict[int, Runs] = field(default_factory=dict)
    from_1904: bool = False


@dataclass(slots=True)
class _Styles:
    """What the records of the workbook globals say of fonts and formats, as it is gathered.

    ``letters`` are colour and height of each font, ``struck`` the numbers of those crossed out;
    ``formats`` are font, number format, fill, and whether the cell is lined, of each cell format.
    """

    struck: set[int] = field(default_factory=set)
    letters: dict[int, tuple[int, int]] = field(default_factory=dict)
    own: dict[int, str] = field(default_factory=dict)
    formats: list[tuple[int, int, int, bool]] = field(default_factory=list)
    palette: list[str] = field(default_factory=lambda: list(PALETTE))
    from_1904: bool = False

    def take(self, code: int, body: bytes) -> None:
        """Take a record in, if it says something of these."""
        if code == _FONT:
            height, flags, colour = struct.unpack_from("<HHH", body)
            number = len(self.letters)
            number += number >= _SKIPPED_FONT
            self.letters[number] = colour, height
            if flags & _STRIKE:
                self.struck.add(number)
        elif code == _PALETTE:
            own = [body[at : at + 3].hex().upper() for at in range(2, len(body) - 3, 4)]
            self.palette[_OWN_FROM : _OWN_FROM + len(own)] = own
        elif code == _FORMAT and len(body) > 4:
            self.own[struct.unpack_from("<H", body)[0]] = short_text(body[4:])
        elif code == _XF:
            font, format_ = struct.unpack_from("<HH", body)
            self.formats.append((font, format_, _fill(body), _is_lined(body)))
        elif code == _DATES:
            self.from_1904 = body[:1] == b"\x01"

    def of_cells(self) -> CellStyles:
        """Return the formats of cells, with colours as the palette has them in the end."""
        records = [
            StyleRecord(font, number, palette_colour(fill, self.palette, PAPER), lined)
            for font, number, fill, lined in self.formats
        ]
        sizes = {
            number: of_size(height / TWIPS, palette_colour(colour, self.palette, LETTERS))
            for number, (colour, height) in self.letters.items()
        }
        return CellStyles.of(records, frozenset(self.struck), self.own, sizes)


def shared_of(globals_: Sequence[Record]) -> Shared:
    """Return what the records of the workbook globals say of texts and styles.

    Raises:
        struct.error: a record is cut short.
        ExcessError: there are more texts than any workbook needs.
    """
    said = _Styles()
    for code, body in globals_:
        said.take(code, body)
    styles = said.of_cells()
    shared = Shared(styles, said.palette, said.own, from_1904=said.from_1904)
    segments = _segments(globals_)
    # the table is gone through only where it can matter
    if segments and (said.struck or styles.fading or len(segments) > 1):
        with contextlib.suppress(struct.error):  # what the parser makes of such a table, stands
            _read_table(_Reader(segments), shared)
    return shared


def _is_lined(body: bytes) -> bool:
    """True for a cell with a line from corner to corner ([MS-XLS] 2.5.20: grbitDiag, dgDiag)."""
    if len(body) < 20:
        return False
    ways, line = struct.unpack_from("<II", body, 10)
    return bool(ways >> 30 and line >> 21 & 0xF)


def _fill(body: bytes) -> int:
    """The number of the colour of a cell ([MS-XLS] 2.5.20); of a pattern there is none."""
    if len(body) < 20:
        return _NO_FILL
    colours = int(struct.unpack_from("<H", body, 18)[0])
    return {0: _NO_FILL, 1: colours & 0x7F}.get(body[17] >> 2, _PATTERN)


def palette_colour(number: int, palette: Sequence[str], usual: Colour) -> Colour:
    """Return a colour by its number.

    Args:
        number: which.
        palette: the colours of the workbook.
        usual: that of the system, which numbers beyond the palette stand for.
    """
    if number == _PATTERN:
        return Colour()
    return of_number(number, palette) if number < _NO_FILL else usual


def short_text(body: bytes) -> str:
    """Return a text after the byte that says how wide its letters are."""
    return body[1:].decode("utf-16-le" if body[:1] == b"\x01" else "latin-1", "replace")


def _segments(globals_: Sequence[Record]) -> list[bytes]:
    segments: list[bytes] = []
    for code, body in globals_:
        if code == _TABLE:
            segments = [body]
        elif code == _CONTINUE and segments:
            segments.append(body)
        elif segments:
            break
    return segments


@dataclass(slots=True)
class _Reader:
    """Reads on over the ends of records."""

    segments: list[bytes]
    segment: int = 0
    place: int = 0

    def take(self, count: int) -> bytes:
        """Return so many bytes, over as many records as they lie in.

        Raises:
            struct.error: there are not as many.
        """
        taken: list[bytes] = []
        while count:
            self._next()
            piece = self.segments[self.segment][self.place : self.place + count]
            taken.append(piece)
            self.place += len(piece)
            count -= len(piece)
        return b"".join(taken)

    def letters(self, count: int, *, wide: bool) -> tuple[bytes, bool]:
        """Return so many letters in two bytes each, and whether one lies in two records.

        A record that goes on with letters says anew how wide they are.
        """
        taken: list[bytes] = []
        halved = False
        while count:
            if self.place >= len(self.segments[self.segment]):
                wide = bool(self.take(1)[0] & _WIDE)
                halved |= bool(taken) and 0xD8 <= taken[-1][-1] <= 0xDB
            rest = len(self.segments[self.segment]) - self.place
            number = min(count, rest // 2 if wide else rest)
            if not number:
                raise struct.error("half a letter")
            piece = self.take(number * (2 if wide else 1))
            taken.append(piece if wide else piece.decode("latin-1").encode("utf-16-le"))
            count -= number
        return b"".join(taken), halved

    def _next(self) -> None:
        while self.place >= len(self.segments[self.segment]):
            self.segment, self.place = self.segment + 1, 0
            if self.segment >= len(self.segments):
                raise struct.error("the texts are cut short")


def _read_table(reader: _Reader, shared: Shared) -> None:
    """Take the texts that are misread, and those with a font that crosses out or fades."""
    _, count = struct.unpack("<II", reader.take(8))
    if count > MOST_NOTED:
        raise ExcessError(f"it has {count:,} texts")
    for number in range(count):
        length, flags = struct.unpack("<HB", reader.take(3))
        pieces = struct.unpack("<H", reader.take(2))[0] if flags & _RICH else 0
        extra = struct.unpack("<I", reader.take(4))[0] if flags & _EXTENDED else 0
        letters, halved = reader.letters(length, wide=bool(flags & _WIDE))
        marks = list(struct.iter_unpack("<HH", reader.take(4 * pieces)))
        reader.take(extra)
        if halved:
            shared.repaired[number] = letters.decode("utf-16-le", "replace")
        telling = shared.styles.fonts | shared.styles.fading
        if marks and (shared.styles.struck or any(font in telling for _, font in marks)):
            shared.runs[number] = in_pieces(letters, marks, shared.styles)
