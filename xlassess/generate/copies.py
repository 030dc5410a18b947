"""Copies of a workbook that differ in a few texts, made without writing the workbook again.

A package is a zip file of parts. Nearly all parts are the same in every copy: they are
compressed once, with their headers, and go into each copy as they are. A part with personal
texts in it is cut in two at the first of them: what comes before is compressed once and flushed
to a byte boundary (``Z_FULL_FLUSH``), what follows is compressed for each copy, and the two
streams together are one valid stream. CRC-32 is carried on from the first piece to the second.

Limits: no ZIP64, so packages under 4 GB and 65,535 parts; dates are 1980-01-01, the earliest a
zip file can hold, so that the same texts always give the same bytes.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlassess.sheet.validation import LONGEST_CELL, SheetError, utf16_length

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _DEFLATED, _DATE = 20, zlib.DEFLATED, (1 << 5) | 1
_RAW = -zlib.MAX_WBITS
_BEST, _QUICK = 9, 5

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def xml_text(text: str) -> str:
    """Return a text for an XML element, without the characters XML 1.0 does not allow.

    Raises:
        SheetError: the text is longer than a cell takes.
    """
    length = utf16_length(text)
    if length > LONGEST_CELL:
        raise SheetError(
            f"A text for a workbook has {length} characters, and a cell takes {LONGEST_CELL}.",
            "Shorten the name in the register.",
        )
    clean = _FORBIDDEN.sub("", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cell_text(text: str) -> str:
    """Return a text for a shared string.

    What looks like an escape of spreadsheets (``_x0041_``) is kept as it is written.
    """
    return _ESCAPE_LIKE.sub("_x005F_", xml_text(text))


@dataclass(frozen=True, slots=True)
class FilledPart:
    """A part with personal texts: fixed texts and the names of those filled in between.

    ``texts`` has one more entry than ``names``; ``in_cells`` says that the part holds the
    texts of cells.
    """

    name: str
    texts: tuple[str, ...]
    names: tuple[str, ...]
    in_cells: bool

    @classmethod
    def cut(cls, name: str, text: str, holes: Mapping[str, str], *, in_cells: bool) -> FilledPart:
        """Cut a part at its placeholders.

        Args:
            name: the part's name.
            text: the part with placeholders.
            holes: for each placeholder the name of the text that goes there.
            in_cells: True for the table of shared strings.
        """
        pattern = re.compile("|".join(re.escape(hole) for hole in holes))
        found = pattern.findall(text)
        return cls(name, tuple(pattern.split(text)), tuple(holes[h] for h in found), in_cells)


@dataclass(frozen=True, slots=True)
class _Half:
    """A part whose beginning is compressed and whose rest is filled in for each copy."""

    name: bytes
    packed: bytes
    crc: int
    size: int
    rest: tuple[str, ...]
    names: tuple[str, ...]
    in_cells: bool

    def fill(self, values: Mapping[str, str]) -> tuple[bytes, int, int]:
        """Return the whole compressed part, its CRC-32 and its size."""
        pieces: list[str] = []
        for name, text in zip(self.names, self.rest, strict=True):
            pieces += (values[name], text)
        tail = "".join(pieces).encode()
        packer = zlib.compressobj(_QUICK, zlib.DEFLATED, _RAW)
        packed = b"".join((self.packed, packer.compress(tail), packer.flush()))
        return packed, zlib.crc32(tail, self.crc), self.size + len(tail)


class CopiedPackage:
    """A package made ready for copying.

    Args:
        parts: name and content of each part that is the same in every copy, in order.
        blanks: the parts that are filled in.
    """

    def __init__(self, parts: Iterable[tuple[str, bytes]], blanks: Sequence[FilledPart]) -> None:
        body: list[bytes] = []
        directory: list[bytes] = []
        offset = 0
        for name, content in parts:
            packed = _packed(content, zlib.Z_FINISH)
            local, central = _headers(
                name.encode(), zlib.crc32(content), len(packed), len(content), offset
            )
            body += (local, packed)
            directory.append(central)
            offset += len(local) + len(packed)
        self._body, self._offset = b"".join(body), offset
        self._directory = b"".join(directory)
        self._halves = tuple(_half(blank) for blank in blanks)
        self._count = len(directory) + len(blanks)

    @property
    def names(self) -> frozenset[str]:
        """The names of the texts a copy needs."""
        return frozenset(name for half in self._halves for name in half.names)

    def copy(self, values: Mapping[str, str]) -> bytes:
        """Return a copy of the package with these texts filled in.

        Raises:
            KeyError: a text is missing.
            SheetError: a text is longer than a cell takes.
        """
        plain = {name: xml_text(values[name]) for name in self.names}
        cells = {name: cell_text(values[name]) for name in self.names}
        pieces, directory, offset = [self._body], [self._directory], self._offset
        for half in self._halves:
            packed, crc, size = half.fill(cells if half.in_cells else plain)
            local, central = _headers(half.name, crc, len(packed), size, offset)
            pieces += (local, packed)
            directory.append(central)
            offset += len(local) + len(packed)
        listing = b"".join(directory)
        end = _END.pack(b"PK\5\6", 0, 0, self._count, self._count, len(listing), offset, 0)
        return b"".join((*pieces, listing, end))


def _packed(content: bytes, flush: int) -> bytes:
    packer = zlib.compressobj(_BEST, zlib.DEFLATED, _RAW)
    return packer.compress(content) + packer.flush(flush)


def _half(blank: FilledPart) -> _Half:
    head = blank.texts[0].encode()
    return _Half(
        name=blank.name.encode(),
        packed=_packed(head, zlib.Z_FULL_FLUSH),
        crc=zlib.crc32(head),
        size=len(head),
        rest=blank.texts[1:],
        names=blank.names,
        in_cells=blank.in_cells,
    )


def _headers(name: bytes, crc: int, packed: int, size: int, offset: int) -> tuple[bytes, bytes]:
    """Return a part's local header and its entry in the central directory.

    Source: PKWARE APPNOTE 6.3, sections 4.3.7 and 4.3.12.
    """
    common = (0, _DEFLATED, 0, _DATE, crc, packed, size, len(name), 0)
    local = _LOCAL.pack(b"PK\3\4", _VERSION, *common)
    central = _CENTRAL.pack(b"PK\1\2", _VERSION, _VERSION, *common, 0, 0, 0, 0, offset)
    return local + name, central + name
