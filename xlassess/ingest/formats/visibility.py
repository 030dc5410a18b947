"""What nobody sees of a sheet though it is there.

Hidden rows and columns, letters in the colour of what is behind them, and the smallest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlassess.ingest.guard.markup import tags

_LEAST_CONTRAST = 1.3
"""Below this, letters cannot be told from what is behind them; readable text has 4.5 and more
(WCAG 2.2, 1.4.3)."""
_LAST_ROW, _LAST_COLUMN = 998, 103
"""Beyond this row and column no answer is looked for."""
_ROW = re.compile(rb"<(?:[\w.-]{1,40}:)?row(?=\s)([^<>]*)>")
_COLUMN = re.compile(rb"<(?:[\w.-]{1,40}:)?col(?=\s)([^<>]*)>")
_NO_HEIGHT = re.compile(rb"""ht=["']0(?:\.0{1,9})?["']""")
_MAY_HIDE = re.compile(rb"""h(?:idden=["'](?:1|true|on)|t=["']0(?:\.0{1,9})?)["']""")
_MAY_HIDE_COLUMN = re.compile(rb"""(?:hidden=["'](?:1|true|on)|width=["']0(?:\.0{1,9})?)["']""")
"""What rows and columns that are hidden, or of no height or width, say of themselves."""
_FIELD = re.compile(rb"""\s(hidden|r|ht|min|max|width)=["']([^"'<>]{1,20})["']""")
_TRUE = (b"1", b"true", b"on")
_NOUGHT = re.compile(rb"0(?:\.0{1,9})?")
_HEX = re.compile(r"#?(?:[0-9A-F]{2})?([0-9A-F]{6})", re.I)

WHITE, BLACK = "FFFFFF", "000000"
PALETTE = (
    *(2 * (
        "000000", "FFFFFF", "FF0000", "00FF00", "0000FF", "FFFF00", "FF00FF", "00FFFF",
    )),
    "800000", "008000", "000080", "808000", "800080", "008080", "C0C0C0", "808080", "9999FF",
    "993366", "FFFFCC", "CCFFFF", "660066", "FF8080", "0066CC", "CCCCFF", "000080", "FF00FF",
    "FFFF00", "00FFFF", "800080", "800000", "008080", "0000FF", "00CCFF", "CCFFFF", "CCFFCC",
    "FFFF99", "99CCFF", "FF99CC", "CC99FF", "FFCC99", "3366FF", "33CCCC", "99CC00", "FFCC00",
    "FF9900", "FF6600", "666699", "969696", "003366", "339966", "003300", "333300", "993300",
    "993366", "333399", "333333", BLACK, WHITE,
)  # fmt: skip
"""The colours that go by a number ([ECMA-376] part 1, 18.8.27); the last two are the system's."""


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour as a file states it, and as red, green and blue where that can be told.

    Two that are stated alike are the same, whatever they are.
    """

    stated: str = ""
    rgb: str = ""


_SMALLEST = 4.0
"""Points below which nobody can read letters; Excel offers none below 8, and takes 1."""
TWIPS = 20
"""So many make a point, where files have sizes of letters as whole numbers."""
TOO_SMALL = Colour("too small")
"""Stands for the colour of letters that nobody can read in any."""
LETTERS, PAPER = Colour("auto", BLACK), Colour("none", WHITE)
"""What letters and cells have where nothing is said."""


def of_hex(text: str) -> Colour:
    """Return the colour that six figures state, perhaps after two for how opaque it is."""
    said = _HEX.fullmatch(text.strip())
    return Colour(text, said[1].upper() if said else "")


def of_number(number: int, palette: Sequence[str] = PALETTE) -> Colour:
    """Return the colour that goes by a number."""
    return Colour(f"number {number}", palette[number] if 0 <= number < len(palette) else "")


def of_theme(number: int, tint: float = 0.0) -> Colour:
    """Return a colour of the theme: its first two are those of paper and letters.

    Args:
        number: which.
        tint: how far towards white, or below nought towards black.
    """
    grey = {0: 255, 1: 0}.get(number)
    stated = f"theme {number} {tint:.2f}"
    if grey is None:
        return Colour(stated)
    level = round(grey * (1 + tint) if tint < 0 else grey + (255 - grey) * tint)
    return Colour(stated, f"{min(max(level, 0), 255):02X}" * 3)


def of_size(points: float, colour: Colour) -> Colour:
    """Return the colour of letters of this size, in points; nought says nothing of the size."""
    return TOO_SMALL if 0 < points < _SMALLEST else colour


def is_pale(letters: Colour, behind: Colour) -> bool:
    """True where letters cannot be told from what is behind them, or are too small."""
    if letters == TOO_SMALL:
        return True
    if letters.stated and letters.stated == behind.stated:
        return True
    if not letters.rgb or not behind.rgb:
        return False
    low, high = sorted((_luminance(letters.rgb), _luminance(behind.rgb)))
    return (high + 0.05) / (low + 0.05) < _LEAST_CONTRAST


def _luminance(rgb: str) -> float:
    """How light a colour is (WCAG 2.2, relative luminance)."""
    parts = [int(rgb[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def hidden_rows(part: bytes) -> frozenset[int]:
    """Return the hidden rows (counted from 0) of an Open XML sheet."""
    within = _MAY_HIDE if b"hidden=" in part else _NO_HEIGHT
    fields = (dict(_FIELD.findall(match[1])) for match in tags(part, within, _ROW))
    return frozenset(
        int(said[b"r"]) - 1
        for said in fields
        if said.get(b"r", b"").isdigit() and len(said[b"r"]) < 8 and _is_hidden(said, b"ht")
    )


def hidden_columns(part: bytes) -> frozenset[int]:
    """Return the hidden columns (counted from 0) of an Open XML sheet."""
    head = part[: max(part.find(b"sheetData"), 0)]
    return frozenset(
        at for match in tags(head, _MAY_HIDE_COLUMN, _COLUMN) for at in _columns(match[1])
    )


def _columns(attributes: bytes) -> Iterator[int]:
    said = dict(_FIELD.findall(attributes))
    first, last = said.get(b"min", b""), said.get(b"max", b"")
    if _is_hidden(said, b"width") and first.isdigit() and last.isdigit():
        yield from lines(int(first) - 1, int(last) - 1, _LAST_COLUMN)


def lines(first: int, last: int, most: int = _LAST_ROW) -> range:
    """Return rows or columns from the first to the last, as far as answers may stand there."""
    return range(max(first, 0), min(last, most) + 1)


def _is_hidden(said: dict[bytes, bytes], size: bytes) -> bool:
    return said.get(b"hidden") in _TRUE or _NOUGHT.fullmatch(said.get(size, b"1")) is not None
