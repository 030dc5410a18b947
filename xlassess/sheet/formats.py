"""How cells look: one small vocabulary of looks for every workbook."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from xlassess.sheet import palette

FONT, FONT_SIZE = "Arial", 10
"""Arial is on every machine or has a stand-in of the same metrics (Liberation Sans)."""


@dataclass(frozen=True, slots=True)
class CellFormat:
    """The look of a cell.

    ``border`` and ``bottom`` are the colour of a thin line all round or below, or empty;
    ``number`` is a number format; ``fill`` a colour or empty.
    """

    size: float = FONT_SIZE
    bold: bool = False
    italic: bool = False
    underline: bool = False
    colour: str = palette.INK
    fill: str = ""
    border: str = ""
    bottom: str = ""
    align: Literal["left", "center", "right"] = "left"
    valign: Literal["top", "vcenter", "bottom"] = "vcenter"
    wrap: bool = True
    indent: int = 0
    number: str = ""
    locked: bool = True

    def but(self, **changes: Any) -> CellFormat:
        """Return this look with some of its fields changed.

        Raises:
            TypeError: a look has no such field.
        """
        return replace(self, **changes)

    def properties(self) -> dict[str, object]:
        """Return the look as XlsxWriter format properties."""
        found: dict[str, object] = {
            "font_name": FONT, "font_size": self.size, "font_color": self.colour,
            "align": self.align, "valign": self.valign, "locked": self.locked,
        }  # fmt: skip
        optional: dict[str, object] = {
            "bold": self.bold, "italic": self.italic, "underline": int(self.underline),
            "text_wrap": self.wrap, "indent": self.indent, "num_format": self.number,
            "bg_color": self.fill,
        }  # fmt: skip
        found |= {name: value for name, value in optional.items() if value}
        if self.border:
            found |= {"border": 1, "border_color": self.border}
        if self.bottom:
            found |= {"bottom": 1, "bottom_color": self.bottom}
        return found


@dataclass(frozen=True, slots=True)
class ConditionalFormat:
    """What a conditional format changes in a cell's look; empty or None leaves it alone."""

    colour: str = ""
    fill: str = ""
    bold: bool = False
    border: str = ""

    def properties(self) -> dict[str, object]:
        """Return the mark as XlsxWriter format properties."""
        found: dict[str, object] = {}
        if self.colour:
            found["font_color"] = self.colour
        if self.fill:
            found |= {"bg_color": self.fill, "pattern": 1}
        if self.bold:
            found["bold"] = True
        if self.border:
            found |= {"border": 1, "border_color": self.border}
        return found


TEXT_FORMAT = "@"
"""A cell of this format keeps what is typed as text: no "1.10" turned into 1.1, no line that
begins with a hyphen taken for a formula."""
DATE_FORMAT = "d mmm yyyy"

PLAIN = CellFormat()
PROSE = CellFormat(valign="top")
TITLE = CellFormat(size=18, bold=True, colour=palette.NAVY, wrap=False)
HEADING = CellFormat(size=12, bold=True, colour=palette.NAVY, wrap=False, valign="bottom")
SMALL = CellFormat(size=8, colour=palette.MUTED, wrap=False)
SMALL_PROSE = CellFormat(size=8, colour=palette.MUTED, valign="top")
LINK = CellFormat(colour=palette.LINK, underline=True, wrap=False)

HEADER = CellFormat(
    bold=True, colour=palette.WHITE, fill=palette.NAVY, border=palette.NAVY, indent=1
)
HEADER_MIDDLE = HEADER.but(align="center", indent=0)
CELL = CellFormat(border=palette.LINE, indent=1)
CELL_MIDDLE = CELL.but(align="center", indent=0)
CELL_STRONG = CELL.but(bold=True)
CELL_LINK = CELL.but(colour=palette.LINK, underline=True)
TOTAL = CELL.but(bold=True, fill=palette.PALE)
TOTAL_MIDDLE = TOTAL.but(align="center", indent=0)
INPUT = CellFormat(
    border=palette.INPUT_LINE, fill=palette.INPUT_FILL, indent=1, locked=False, number=TEXT_FORMAT
)

MARK_DONE = ConditionalFormat(palette.DONE, palette.DONE_FILL, bold=True)
MARK_TO_DO = ConditionalFormat(palette.TO_DO, palette.TO_DO_FILL, bold=True)
MARK_CHECK = ConditionalFormat(palette.CHECK, palette.CHECK_FILL, bold=True)
MARK_OPTIONAL = ConditionalFormat(palette.OPTIONAL, palette.OPTIONAL_FILL)
MARK_CHOSEN = ConditionalFormat(palette.INK, palette.CHOSEN_FILL, bold=True, border=palette.NAVY)
MARK_FILLED = ConditionalFormat(fill=palette.WHITE)
