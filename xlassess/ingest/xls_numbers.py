"""Numbers in .xls files that the parser takes for days ([MS-XLS] 2.4.126 FORMAT, 2.4.353 XF).

Some numbers of formats mean days to the parser whatever the file itself says they are; Gnumeric
gives them to amounts and percentages. The numbers of such cells are taken from the records.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator

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
            own[struct.unpack_from("<H", body)[0]] = _text(body)
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


def _text(body: bytes) -> str:
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
