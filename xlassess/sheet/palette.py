"""The colours of every workbook, and the check that they can be read.

Colour never carries a meaning alone: words, weight or position say the same. Text has a
contrast of at least 4.5:1 (WCAG 2.2, success criterion 1.4.3), borders that mark an input and
the shapes of charts at least 3:1 (1.4.11).
"""

from __future__ import annotations

WHITE = "#FFFFFF"
INK = "#1C2733"
MUTED = "#526070"
NAVY = "#17365D"
BLUE = "#2B6499"
SKY = "#6F9CC4"
TEAL = "#1F6F6B"
PALE = "#E9EFF6"
FAINT = "#F4F6F9"
LINE = "#B9C4D0"
LINK = "#1B5592"

INPUT_FILL = "#FFF9E3"
INPUT_LINE = "#75808C"

DONE, DONE_FILL = "#1D6138", "#E4F2E8"
TO_DO, TO_DO_FILL = "#7A4300", "#FCEFD9"
CHECK, CHECK_FILL = "#9B1C1C", "#FBE8E6"
OPTIONAL, OPTIONAL_FILL = "#526070", "#F1F3F5"
CHOSEN_FILL = "#D5E4F2"

SEQUENCE = ("#B8CCE0", "#7FA5C9", "#41779F", "#17365D", "#0B1D33")
"""Shades for ordered parts of a chart, least first; each differs in lightness, so that they
can be told apart in black and white. A longer row is shaded evenly between the ends."""

AGAINST = ("#7A4300", "#C9853B", "#F0CFA0")
"""Shades for the choices left of a chart's line, the worst first; those on the right have the
blues of `SEQUENCE`. The line, and the order in which they stand, tell the same without colour."""

MIDDLE, APART = "#EDE9DF", ("#8C96A0", "#C3CAD1")
"""The shade of a middle choice, and the greys of answers that say nothing of the matter, which
stand apart and are hatched."""

MOST_SHADES = 10
"""More parts than these cannot be told apart by shade, whatever stands between them."""

TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    (INK, WHITE), (INK, PALE), (INK, FAINT), (INK, INPUT_FILL), (INK, CHOSEN_FILL),
    (MUTED, WHITE), (MUTED, FAINT), (WHITE, NAVY), (WHITE, BLUE), (WHITE, TEAL),
    (NAVY, WHITE), (NAVY, PALE), (LINK, WHITE), (LINK, PALE), (LINK, FAINT),
    (DONE, DONE_FILL), (TO_DO, TO_DO_FILL), (CHECK, CHECK_FILL), (OPTIONAL, OPTIONAL_FILL),
)  # fmt: skip
"""Every pair of text and ground in use."""

SHAPE_PAIRS: tuple[tuple[str, str], ...] = (
    (INPUT_LINE, WHITE), (INPUT_LINE, INPUT_FILL), (NAVY, WHITE), (BLUE, WHITE), (TEAL, WHITE),
    (NAVY, FAINT), (BLUE, FAINT), (BLUE, PALE),
)  # fmt: skip
"""Pairs of a mark and its ground that have to be told apart by eye."""


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (``#RRGGBB``), from 1 to 21.

    Source: WCAG 2.2, definition of contrast ratio and relative luminance.
    """
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
