"""How much room a text takes on a sheet, from the real widths of the font.

Excel and LibreOffice do not fit the height of a row to wrapped text in merged or protected
cells, so the writer has to. Widths come from ``arial.json``: the advance widths of Liberation
Sans, which has the metrics of Arial. Both programs wrap greedily at spaces and hyphens; screen
hinting and printer metrics differ from the design widths by a few per cent, for which
`_MARGIN` leaves room.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

POINTS_PER_PIXEL = 0.75
DIGIT_PIXELS, PADDING_PIXELS, INDENT_PIXELS = 7, 5, 9
"""Excel's column width unit (the widest digit of Arial 10 at 96 dpi), the padding of a cell
and one step of indent, in pixels."""

TALLEST_ROW = 409.0
"""Excel's greatest row height in points."""

_MARGIN = 0.97
_CELL_PADDING = 5.0


@dataclass(frozen=True, slots=True)
class MeasuredText:
    """A text as it stands in a cell: ``width`` in Excel's column characters, ``size`` in points."""

    text: str
    width: float
    size: float = 10
    bold: bool = False
    indent: int = 0


class _Widths(dict[str, float]):
    """Widths of characters in ems; one the font lacks is judged by its kind."""

    def __missing__(self, char: str) -> float:
        if unicodedata.combining(char) or unicodedata.category(char) in ("Cf", "Cc"):
            width = 0.0
        else:
            width = 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.72
        self[char] = width
        return width


@lru_cache(maxsize=1)
def _tables() -> tuple[_Widths, _Widths]:
    """Return the widths of characters in ems, for the regular and the bold face."""
    data = json.loads(files("xlassess.sheet").joinpath("arial.json").read_text("utf-8"))
    units = data["units_per_em"]
    regular, bold = (
        _Widths((char, int(width) / units) for width, chars in data[face].items() for char in chars)
        for face in ("regular", "bold")
    )
    return regular, bold


@lru_cache(maxsize=65536)
def text_width(text: str, size: float = 10, bold: bool = False) -> float:
    """Return the width of a single line of text in points."""
    return size * sum(map(_tables()[bold].__getitem__, text))


def usable_width(width: float, indent: int = 0) -> float:
    """Return the points of text that fit across a column ``width`` characters wide."""
    pixels = width * DIGIT_PIXELS - indent * INDENT_PIXELS
    return max(pixels, DIGIT_PIXELS) * POINTS_PER_PIXEL * _MARGIN


def merged_width(widths: Iterable[float]) -> float:
    """Return the width in characters of columns merged into one cell."""
    columns = list(widths)
    return sum(columns) + (len(columns) - 1) * PADDING_PIXELS / DIGIT_PIXELS


def line_count(text: MeasuredText) -> int:
    """Return the number of lines a text takes when wrapped into its width."""
    room = usable_width(text.width, text.indent)
    paragraphs = text.text.split("\n")
    return sum(_paragraph_lines(p, room, text.size, text.bold) for p in paragraphs)


def _paragraph_lines(paragraph: str, room: float, size: float, bold: bool) -> int:
    if text_width(paragraph, size, bold) <= room:
        return 1
    lines, used = 1, 0.0
    for piece in _pieces(paragraph):
        width = text_width(piece.rstrip(" "), size, bold)
        if used and used + width > room:
            lines, used = lines + 1, 0.0
        while width > room:
            lines, width = lines + 1, width - room
        used += width + text_width(" ", size, bold) * (len(piece) - len(piece.rstrip(" ")))
    return lines


def _pieces(paragraph: str) -> list[str]:
    """Split a paragraph where a line may break: after spaces and after hyphens."""
    pieces, start = [], 0
    for i, char in enumerate(paragraph):
        last = i + 1 == len(paragraph)
        if last or (char == " " and paragraph[i + 1] != " ") or (char == "-" and i > start):
            pieces.append(paragraph[start : i + 1])
            start = i + 1
    return pieces


def line_height(size: float) -> float:
    """Return the height of one line in points, rounded to whole pixels as Excel does."""
    return round(size * 1.28 / POINTS_PER_PIXEL + 0.35) * POINTS_PER_PIXEL


@lru_cache(maxsize=65536)
def text_height(
    text: str, width: float, size: float = 10, bold: bool = False, indent: int = 0
) -> float:
    """Return the height in points that a wrapped text needs, with a little air.

    Args:
        text: the text; line feeds start new lines.
        width: the width of its cell in Excel's column characters.
        size: font size in points.
        bold: True for the bold face.
        indent: steps of indent of the cell.
    """
    lines = line_count(MeasuredText(text, width, size, bold, indent))
    return lines * line_height(size) + _CELL_PADDING


def row_height(texts: Iterable[MeasuredText], least: float = 0.0) -> float:
    """Return the height in points of a row that holds these texts, at least ``least``."""
    needed = (text_height(t.text, t.width, t.size, t.bold, t.indent) for t in texts)
    return max((least, *needed))
