"""Drawing the charts of the report with matplotlib: means with range, marked answers, spread.

Nothing here depends on the settings of the person who runs it, and the same chart is the same
bytes every time on one machine.
"""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated

from xlassess.consolidate.figures.charted import limits_of
from xlassess.consolidate.figures.points import by_flags
from xlassess.consolidate.figures.values import ItemFigures, SectionFigures, ToolkitResults
from xlassess.consolidate.wording.terms import (
    NOTHING,
    WITHHELD,
    decimal,
    percent,
    said_of,
    short,
    words,
)
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Scale
from xlassess.sheet import charts, palette

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


_NAMES = 58.0
"""Millimetres left of the bars for the names of sections."""

_LETTERS = 32
"""Characters of a name that fit there on one line."""

_LOW, _TALL = 7.0, 9.4
"""Millimetres to a bar: with names of one line, and of more."""

_FOOT, _HEAD = 11.0, 2.0
"""Millimetres below and above the bars."""


def said_of_all(part: ToolkitResults) -> list[dict[str, str]]:
    """Return the sections with their figures as they are read out."""
    return [{"name": each.name, "said": said_of(part, each)} for each in part.sections]


def mean_of(part: ToolkitResults, each: SectionFigures) -> str:
    """Return the mean (or share) of a section as it is written beside its bar."""
    if each.score.withheld:
        return WITHHELD
    if each.score.mean is None:
        return NOTHING
    share = part.toolkit.scoring.rule == "share"
    return percent(each.score.mean) if share else decimal(each.score.mean)


def _bar_axes(names: Sequence[str], foot: float = _FOOT) -> tuple[Canvas, Axes]:
    """A sheet with axes for horizontal bars, the first at the top; measures in millimetres."""
    labels = [wrapped(name, _LETTERS) for name in names]
    per_bar = _TALL if any("\n" in label for label in labels) else _LOW
    height = per_bar * max(len(names), 2) + foot + _HEAD
    sheet = Canvas(WIDTH, height)
    axes = sheet.axes(_NAMES, foot, WIDTH - _NAMES - 7, height - foot - _HEAD)
    plain(axes)
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.set_yticks(range(len(names)), labels=labels, linespacing=1.1)
    return sheet, axes


def _numbered(part: ToolkitResults) -> list[tuple[str, SectionFigures]]:
    """The sections with their numbers and names."""
    return [(f"{number}  {each.name}", each) for number, each in enumerate(part.sections, 1)]


def range_bars(part: ToolkitResults) -> Drawn:
    """Return bars of the mean of each section, with whiskers from the lowest to the highest."""
    rule = part.toolkit.scoring.rule
    what = {"sum": "mean total", "mean": "mean", "share": "share of yes"}[rule]
    alt = words().say("bars_alt", part.label, what, ranged(part), said_of_all(part))
    plain = "head_share" if rule == "share" else "head_mean"
    caption = words().say("picture_bars" if ranged(part) else plain)
    return Drawn(caption, alt, WIDTH, partial(_draw_ranges, part, what))


def _draw_ranges(part: ToolkitResults, what: str) -> Canvas:
    low, high = limits_of(part)
    sheet, axes = _bar_axes([name for name, _ in _numbered(part)])
    axes.set_xlim(low, high)
    for place, each in enumerate(part.sections):
        _range_bar(axes, part, each, place, low)
    show = percent if part.toolkit.scoring.rule == "share" else short
    axes.xaxis.set_major_formatter(lambda value, _: show(float(value)))
    axes.set_xlabel(what)
    return sheet


def ranged(part: ToolkitResults) -> bool:
    """True where the lowest and highest of single returns may be shown."""
    return any(each.score.low is not None for each in part.sections)


def _range_bar(
    axes: Axes, part: ToolkitResults, each: SectionFigures, place: int, low: float
) -> None:
    figure = each.score
    if figure.mean is not None:
        axes.barh(
            place, figure.mean - low, left=low, height=0.58, color=palette.SKY,
            edgecolor=palette.NAVY, linewidth=0.7,
        )  # fmt: skip
    if figure.mean is not None and figure.low is not None and figure.high is not None:
        # A mean of equal figures may miss them by rounding noise, which no bar can show.
        below, above = max(0.0, figure.mean - figure.low), max(0.0, figure.high - figure.mean)
        axes.errorbar(
            figure.mean, place, xerr=[[below], [above]],
            ecolor=palette.INK, elinewidth=1.1, capsize=3, capthick=1.1, fmt="none",
            clip_on=False,
        )  # fmt: skip
    axes.annotate(
        mean_of(part, each), (low, place), xytext=(4, 0), textcoords="offset points", va="center",
        fontweight="bold",
    )  # fmt: skip


def _among(each: SectionFigures, items: Sequence[ItemFigures]) -> bool:
    """True when a section has one of these items, from the same view."""
    return any(item.section.id == each.section.id and item.field == each.field for item in items)


def markable(part: ToolkitResults) -> list[tuple[str, SectionFigures]]:
    """Return the sections with items judged by marked answers, with number and name."""
    judged = [item for item in part.items if item.scored and by_flags(part.toolkit, item)]
    return [(name, each) for name, each in _numbered(part) if _among(each, judged)]


def flag_bars(part: ToolkitResults) -> Drawn:
    """Return bars of how many answers of each section are marked as matters to act on."""
    said = [
        {"name": each.name, "said": WITHHELD if each.score.withheld else str(each.flagged)}
        for _, each in markable(part)
    ]
    alt = words().say("bars_alt", part.label, "number of answers to act on", False, said)
    return Drawn(words().say("picture_flags"), alt, WIDTH, partial(_draw_flags, part))


def _draw_flags(part: ToolkitResults) -> Canvas:
    from matplotlib.ticker import MaxNLocator

    bars = markable(part)
    most = max((each.flagged for _, each in bars), default=0)
    sheet, axes = _bar_axes([name for name, _ in bars])
    axes.set_xlim(0, max(most, 4) * 1.06)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    for place, (_, each) in enumerate(bars):
        axes.barh(
            place, each.flagged, height=0.58, color=palette.SKY, edgecolor=palette.NAVY,
            linewidth=0.7,
        )  # fmt: skip
        axes.annotate(
            WITHHELD if each.score.withheld else str(each.flagged), (each.flagged, place),
            xytext=(4, 0), textcoords="offset points", va="center", fontweight="bold",
        )  # fmt: skip
    axes.set_xlabel("answers to act on")
    return sheet


def stacked(part: ToolkitResults, scale_id: str) -> Drawn:
    """Return bars of how the answers of each section fall on a scale, the least on the left."""
    scale = part.toolkit.scales[scale_id]
    least_first = [choice.label for choice in reversed(scale.substantive)]
    alt = words().say("stack_alt", part.label, least_first)
    caption = words().say("profile_answers", scale.title)
    return Drawn(caption, alt, WIDTH, partial(_draw_stacked, part, scale_id))


def _draw_stacked(part: ToolkitResults, scale_id: str) -> Canvas:
    asked = [item for item in part.items if item.scored and item.scale_id == scale_id]
    bars = [
        (name, each.scales.get(scale_id, {})) for name, each in _numbered(part)
        if _among(each, asked)
    ]  # fmt: skip
    sheet, axes = _bar_axes([name for name, _ in bars], _FOOT + 2)
    axes.set_xlim(0, 1)
    _parts(axes, part.toolkit.scales[scale_id], [counts for _, counts in bars])
    axes.xaxis.set_major_formatter(lambda value, _: percent(float(value)))
    _legend(sheet, axes)
    return sheet


def _parts(axes: Axes, scale: Scale, bars: Sequence[Mapping[str, int]]) -> None:
    """Draw the parts of each bar as shares of it, with the counts in them."""
    choices = tuple(reversed(scale.substantive))
    totals = [sum(counts.get(choice.code, 0) for choice in choices) for counts in bars]
    starts = [0.0] * len(bars)
    for choice, shade in zip(choices, charts.shades_for(len(choices)), strict=True):
        counts = [counts.get(choice.code, 0) for counts in bars]
        shares = [
            count / total if total else 0.0 for count, total in zip(counts, totals, strict=True)
        ]
        axes.barh(
            range(len(bars)), shares, left=starts, height=0.62, color=shade,
            edgecolor=palette.WHITE, linewidth=0.8, label=choice.label,
        )  # fmt: skip
        for place, (count, share, start) in enumerate(zip(counts, shares, starts, strict=True)):
            if share >= _LEAST_SHARE:
                axes.text(
                    start + share / 2, place, str(count), ha="center", va="center",
                    fontsize=SMALL, color=ink_on(shade),
                )  # fmt: skip
        starts = [start + share for start, share in zip(starts, shares, strict=True)]
    for place, total in enumerate(totals):
        if not total:
            axes.text(0.01, place, NOTHING, va="center")


_LEAST_SHARE = 0.03
"""Parts narrower than this have no room for their count; the table has it."""


def _legend(sheet: Canvas, axes: Axes) -> None:
    """Name the shades below the bars, in the order they stand in."""
    handles, labels = axes.get_legend_handles_labels()
    sheet.figure.legend(
        handles, labels, loc="lower center", ncols=len(labels), frameon=False,
        fontsize=SMALL, handlelength=1.0, handleheight=1.0, columnspacing=1.6,
        bbox_to_anchor=(0.5, 0.0), borderaxespad=0.2,
    )  # fmt: skip
