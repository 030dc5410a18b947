"""The conditional formats of a sheet of a binary workbook, .xlsb, that can hide something.

Those that Excel 2010 and later state in records of their own are passed over: they are about
other sheets, or bars and icons.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from xlassess.ingest.formats.binary import stated_colour, wide_string
from xlassess.ingest.formats.compiled import XLSB, RuleKind, condition_of
from xlassess.ingest.formats.display import code_of
from xlassess.ingest.formats.rules import MOST_AREAS, GatheredRules
from xlassess.ingest.formats.styles import CellStyles
from xlassess.ingest.guard.colours import TWIPS, Colour, of_size
from xlassess.ingest.guard.notes import Area, ConditionalRule, Look, Tally

DIFFERING = 507
"""The record of what a conditional format makes of a cell ([MS-XLSB] 2.4.356, BrtDXF)."""
_AREAS, _RULE = 461, 463
_STOPS = 0x02
_PATTERN, _FRONT, _BACK, _SHADES, _LETTERS, _STRUCK, _SIZE, _CODE, _FORMAT = (
    0x00, 0x01, 0x02, 0x03, 0x05, 0x1D, 0x24, 0x26, 0x29,
)  # fmt: skip
_SOLID = 1
_LAST = 1 << 30
_MOST = MOST_AREAS + 1


def look_of_record(body: bytes, own: Mapping[int, str]) -> Look:
    """Return what a conditional format makes of a cell; of a record cut short what it says.

    Args:
        body: the record.
        own: the number formats of the workbook itself, by their number.
    """
    said = dict(_properties(body))
    letters = stated_colour(said.get(_LETTERS, b""), Colour())
    letters = of_size(int.from_bytes(said.get(_SIZE, b"")[:4], "little") / TWIPS, letters)
    code = None
    if _CODE in said:
        code = said[_CODE][2:].decode("utf-16-le", "replace")
    elif _FORMAT in said:
        code = code_of(int.from_bytes(said[_FORMAT][:2], "little"), own)
    return Look(
        letters if letters.stated else None,
        _behind(said),
        bool(said[_STRUCK][:1].strip(b"\0")) if _STRUCK in said else None,
        code,
    )


def _properties(body: bytes) -> Iterator[tuple[int, bytes]]:
    """The properties of a record with their numbers ([MS-XLSB] 2.5.159)."""
    place = 6
    while place + 4 <= len(body):
        kind, size = struct.unpack_from("<HH", body, place)
        yield kind, body[place + 4 : place + size]
        place += max(size, 4)


def _behind(said: Mapping[int, bytes]) -> Colour | None:
    """The colour behind letters; a plain one goes by the name of the back of a pattern."""
    if _SHADES in said or said.get(_PATTERN, b"\1")[:1] != bytes([_SOLID]):
        return Colour()
    for name in (_BACK, _FRONT):
        if (stated := stated_colour(said.get(name, b""), Colour())).stated:
            return stated
    return None


class SheetConditions:
    """The rules of one sheet as its records pass by, where a rule of the workbook can hide."""

    def __init__(self, styles: CellStyles) -> None:
        """Begin a sheet of a workbook with these styles."""
        self._styles, self._gathered = styles, GatheredRules(styles)
        self._areas: tuple[Area, ...] = ()

    def cell(self, row: int, body: bytes) -> None:
        """Take note of a filled cell."""
        if self._styles.hiding:
            column, format_ = struct.unpack_from("<II", body)
            self._gathered.cell((row, column), format_ & 0xFFFFFF)

    def take(self, code: int, body: bytes) -> None:
        """Take in a record; those that are no rules pass by."""
        if not self._styles.hiding or self._gathered.full:
            return
        try:
            if code == _AREAS:
                self._areas = ()
                (count,) = struct.unpack_from("<I", body, 8)
                bounds = struct.iter_unpack("<IIII", body[12 : 12 + 16 * min(count, _MOST)])
                self._areas = tuple((top, left, end, right) for top, end, left, right in bounds)
            elif code == _RULE and self._areas:
                self._rule(body)
        except (struct.error, IndexError):
            self._gathered.unread(self._areas)

    def settle(self, tally: Tally) -> None:
        """Note the rules if one of them can hide something, and the cells they are about."""
        self._gathered.settle(tally)

    def _rule(self, body: bytes) -> None:
        """Take in a rule ([MS-XLSB] 2.4.23)."""
        kind, template, number, rank, operator = struct.unpack_from("<IIIII", body)
        (flags,) = struct.unpack_from("<H", body, 28)
        place, said = wide_string(body, 42)[1], list[bytes]()
        while len(said) < 2:
            formula, place = _counted(body, place)
            said.append(formula)
            place = _counted(body, place)[1]  # what the formula needs besides
        looks, corner = self._styles.differing, self._areas[0][:2]
        look = looks[number] if number < len(looks) else Look()
        formula_ = condition_of(RuleKind(kind, operator, template), said, corner, XLSB)
        rule = ConditionalRule(look, self._areas, formula_, corner, bool(flags & _STOPS))
        self._gathered.rule(rule, min(rank, _LAST))


def _counted(body: bytes, place: int) -> tuple[bytes, int]:
    """Some bytes that begin with how many they are, and where they end; none behind the end."""
    if place >= len(body):
        return b"", place
    size = int(struct.unpack_from("<I", body, place)[0])
    return body[place + 4 : place + 4 + size], place + 4 + size
