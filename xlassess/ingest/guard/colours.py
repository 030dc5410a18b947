"""Colours of letters and of what is behind them: where nobody can tell the two apart."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_LEAST_CONTRAST = 1.3
"""Below this, letters cannot be told from what is behind them; readable text has 4.5 and more
(WCAG 2.2, 1.4.3)."""
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


SMALLEST = 4.0
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
    return TOO_SMALL if 0 < points < SMALLEST else colour


@lru_cache(maxsize=1024)
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


@lru_cache(maxsize=4096)
def _luminance(rgb: str) -> float:
    """How light a colour is (WCAG 2.2, relative luminance)."""
    parts = [int(rgb[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
