"""Colours of cells, and how well one stands out from another.

Contrast is measured as WCAG 2.1 defines it (success criterion 1.4.3: 4.5 to 1 for text).
"""

from __future__ import annotations

from openpyxl.cell import Cell
from openpyxl.styles.colors import Color

DEFAULT_THEME = {0: "FFFFFF", 1: "000000"}
"""The colours of the Office theme that are used without being set."""


def rgb(colour: Color | None, default: str) -> str:
    """Return a colour as six hexadecimal digits."""
    if colour is None:
        return default
    if colour.type == "rgb":
        return str(colour.rgb)[-6:]
    if colour.type == "theme" and not colour.tint:
        return DEFAULT_THEME[colour.theme]
    if colour.type == "indexed" and colour.indexed in (64, 65):
        return default
    raise AssertionError(f"a colour that cannot be judged: {colour}")


def font_colour(cell: Cell) -> str:
    return rgb(cell.font.color, "000000")


def fill_colour(cell: Cell) -> str:
    if cell.fill.fill_type != "solid":
        return "FFFFFF"
    return rgb(cell.fill.fgColor, "FFFFFF")


def cell_contrast(cell: Cell) -> float:
    return contrast(font_colour(cell), fill_colour(cell))


def contrast(ink: str, paper: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.1 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
