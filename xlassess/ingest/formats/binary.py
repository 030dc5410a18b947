"""Records of the binary parts of an .xlsb package ([MS-XLSB] 2.1.4), and the notes among them."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from xlassess.contract.layout import cell_name
from xlassess.ingest.guard.colours import Colour, of_hex, of_number, of_theme
from xlassess.ingest.guard.notes import Budget

_COMMENT, _COMMENT_TEXT = 635, 637


def records(part: bytes, budget: Budget) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part; type and length are written seven bits to a byte.

    Args:
        part: the part.
        budget: how many records are looked at before it is too many.

    Raises:
        struct.error: a record is cut short.
        IndexError: the part ends within the head of a record.
    """
    place = 0
    while place < len(part):
        budget.spend()
        code = part[place]
        place += 1
        if code & 0x80:
            code = (code & 0x7F) | (part[place] & 0x7F) << 7
            place += 1
        length = shift = 0
        while True:
            byte = part[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
        if place + length > len(part):
            raise struct.error("record cut short")
        yield code, part[place : place + length]
        place += length


def wide_string(body: bytes, offset: int) -> tuple[str, int]:
    """Return a counted UTF-16 string and where it ends; a null string is an empty one."""
    length = struct.unpack_from("<I", body, offset)[0]
    if length == 0xFFFFFFFF:
        return "", offset + 4
    end = offset + 4 + 2 * length
    return body[offset + 4 : end].decode("utf-16-le", "replace"), end


def stated_colour(raw: bytes, usual: Colour) -> Colour:
    """Return a colour as records state it ([MS-XLSB] 2.5.9).

    Args:
        raw: what is stated.
        usual: the colour if that leaves it to the program.
    """
    if len(raw) < 8:
        return usual
    kind, number, tint = raw[0] >> 1, raw[1], struct.unpack_from("<h", raw, 2)[0] / 0x7FFF
    if kind == 0:
        return usual
    if kind == 2:
        return of_hex(raw[4:7].hex())
    return of_theme(number, tint) if kind == 3 else of_number(number)


def comments(part: bytes) -> Iterator[tuple[str, str]]:
    """Yield cell and text of every note in a part of notes ([MS-XLSB] 2.4.28 and 2.4.29)."""
    cell = ""
    try:
        for code, body in records(part, Budget()):
            if code == _COMMENT and len(body) >= 20:
                row, _, column = struct.unpack_from("<III", body, 4)
                cell = cell_name(min(row, 1 << 20), min(column, 1 << 14))
            elif code == _COMMENT_TEXT and cell:
                yield cell, wide_string(body, 1)[0].strip()
    except (struct.error, IndexError):
        return


def unpacked(packed: int) -> float:
    """Return a number as RK records pack it: half a float, an integer, or a hundredth of one."""
    if packed & 2:
        whole = packed >> 2
        value = float(whole - (1 << 30) if whole >> 29 else whole)
    else:
        value = float(struct.unpack("<d", struct.pack("<II", 0, packed & ~3))[0])
    return value / 100 if packed & 1 else value
