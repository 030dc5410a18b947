"""Drawing charts for print with matplotlib: fonts, figures, and the PNG they become.

Nothing here depends on the settings of the person who runs it, and the same chart is the same
bytes every time on one machine.
"""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from xlassess.model.errors import XlassessError
from xlassess.sheet import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DPI = 220
"""Dots per inch: sharp on an office printer, and some 60 kB a chart."""

_MM = 25.4
_FONTS = ("Arial", "Liberation Sans", "Helvetica", "DejaVu Sans")
"""The font of the paper, or the next best; the last comes with matplotlib."""

WIDTH = 170.0
"""Millimetres between the margins of an A4 page."""

GRID, RIM = "#DDE3EA", "#8796A5"
SIZE, SMALL = 9.0, 8.0
"""Sizes of letters in points, as printed."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture: its words, and how to draw it; it is drawn when it is placed."""

    caption: Annotated[str, "what it shows, in a few words"]
    alt: Annotated[str, "what is read out in its place; placed with the picture by itself"]
    width: Annotated[float, "its natural width in millimetres"]
    _draw: Callable[[], Canvas] = field(repr=False)

    def png(self) -> bytes:
        """Draw the picture.

        Raises:
            XlassessError: matplotlib is not installed.
        """
        with drawing():
            return self._draw().png()


class Canvas:
    """A blank figure to draw on, of a size in millimetres."""

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.width, self.height = width, height
        self.figure: Figure = Figure(figsize=(width / _MM, height / _MM), dpi=_DPI)
        FigureCanvasAgg(self.figure)

    def axes(
        self, left: float, bottom: float, width: float, height: float, *, polar: bool = False
    ) -> Axes:
        """Return axes in a rectangle given in millimetres from the lower left corner."""
        box = (
            left / self.width, bottom / self.height, width / self.width, height / self.height
        )  # fmt: skip
        return self.figure.add_axes(box, projection="polar" if polar else None)

    def png(self) -> bytes:
        """Return what was drawn."""
        out = io.BytesIO()
        self.figure.savefig(out, format="png", dpi=_DPI, metadata={"Software": None})
        return out.getvalue()


@contextmanager
def drawing() -> Iterator[None]:
    """Draw under our settings and no others.

    Raises:
        XlassessError: matplotlib is not installed.
    """
    try:
        import matplotlib as mpl
    except ImportError as error:
        raise XlassessError(
            f"The charts of a report need the package {error.name}, which is not installed.",
            "Install xlassess anew with all it needs: pip install xlassess",
        ) from None
    with mpl.rc_context(), warnings.catch_warnings():
        # A letter that no font here has is drawn as a box; a warning would help nobody.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        mpl.rcdefaults()
        mpl.rcParams.update({
            "font.family": list(_families()), "font.size": SIZE, "text.color": palette.INK,
            "axes.edgecolor": palette.LINE, "axes.labelcolor": palette.MUTED,
            "axes.labelsize": SMALL, "xtick.color": palette.LINE, "ytick.color": palette.LINE,
            "xtick.labelcolor": palette.INK, "ytick.labelcolor": palette.INK,
            "xtick.labelsize": SMALL, "ytick.labelsize": SIZE, "axes.unicode_minus": False,
            "text.parse_math": False,
        })  # fmt: skip
        yield


@lru_cache(maxsize=1)
def _families() -> tuple[str, ...]:
    """The fonts this machine has of those wanted, best first."""
    from matplotlib import font_manager

    there = set(font_manager.get_font_names())
    return tuple(name for name in _FONTS if name in there)


def wrapped(text: str, width: int) -> str:
    """Return a name in lines of at most this many characters."""
    return "\n".join(textwrap.wrap(text, width)) or text


def ink_on(shade: str) -> str:
    """Return the colour of letters that reads best on a shade."""
    return max((palette.WHITE, palette.INK), key=lambda colour: palette.contrast(colour, shade))


def plain(axes: Axes) -> None:
    """Take away what a bar chart does not need: frame, ticks of names."""
    for side in ("top", "right", "bottom"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0, pad=5)
    axes.tick_params(axis="x", length=0)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
