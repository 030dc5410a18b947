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
from itertools import cycle
from typing import TYPE_CHECKING, Annotated

from xlassess.consolidate.figures.charted import (
    MOST_DOTS,
    Sides,
    beside_each_other,
    counts_withheld,
    limits_of,
    sections_worst_first,
    sides_of,
)
from xlassess.consolidate.figures.counted import gap_between
from xlassess.consolidate.figures.points import by_flags
from xlassess.consolidate.figures.thresholds import LEVEL_LEAST
from xlassess.consolidate.figures.values import ItemFigures, SectionFigures, ToolkitResults
from xlassess.consolidate.wording.terms import (
    NOTHING,
    WITHHELD,
    counts_or_reason,
    decimal,
    levels_or_reason,
    percent,
    said_of,
    short,
    words,
)
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Choice
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

    def svg(self) -> bytes:
        """Draw the picture for a page, where it can be made larger without loss.

        Raises:
            XlassessError: matplotlib is not installed.
        """
        with drawing():
            return self._draw().svg()


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

    def svg(self) -> bytes:
        """Return what was drawn as SVG: letters as outlines, as every computer shows them."""
        out = io.BytesIO()
        said = {"Date": None, "Creator": None, "Format": None, "Type": None}
        self.figure.savefig(out, format="svg", metadata=said)
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
            "text.parse_math": False, "svg.fonttype": "path", "svg.hashsalt": "xlassess",
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
    return [(each.numbered, each) for each in part.sections]


def mean_dots(part: ToolkitResults) -> Drawn:
    """Return the mean of each section, the range of returns, and a faint dot for each return."""
    rule = part.toolkit.scoring.rule
    what = {"sum": "mean total", "mean": "mean", "share": "share of yes"}[rule]
    dotted = 0 < len(part.rows) <= MOST_DOTS
    alt = words().say("dots_alt", part.label, what, ranged(part), dotted, said_of_all(part))
    title = part.narrative.titles.means or words().say("picture_dots", what, ranged(part))
    return Drawn(title, alt, WIDTH, partial(_draw_means, part, what, dotted))


def _draw_means(part: ToolkitResults, what: str, dotted: bool) -> Canvas:
    low, high = limits_of(part)
    sheet, axes = _bar_axes([name for name, _ in _numbered(part)])
    room = (high - low) * 0.02
    axes.set_xlim(low - room, high + room)
    axes.grid(axis="x", visible=False)
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    for place, each in enumerate(part.sections):
        if dotted:
            _returns(axes, part, each, place)
        _mean(axes, part, each, place, low)
    show = percent if part.toolkit.scoring.rule == "share" else short
    axes.xaxis.set_major_formatter(lambda value, _: show(float(value)))
    axes.set_xlabel(words().say("dots_axis", what, ranged(part), dotted))
    return sheet


def _returns(axes: Axes, part: ToolkitResults, each: SectionFigures, place: int) -> None:
    """Draw a faint dot for each return; those of the same figure stand beside each other."""
    cards = [row.card.section(each.section.id, each.view) for row in part.rows]
    scores = [card.score for card in cards if card.score is not None]
    turns = beside_each_other(scores)
    heights = [place + _STEP * ((turn + 1) // 2) * (1 if turn % 2 else -1) for turn in turns]
    axes.scatter(scores, heights, s=11, color=palette.SKY, alpha=0.75, linewidths=0)


_STEP = 0.1
"""How far dots of equal figures stand above and below each other, as a share of a line."""


def _mean(axes: Axes, part: ToolkitResults, each: SectionFigures, place: int, low: float) -> None:
    figure = each.score
    if figure.mean is None:
        axes.annotate(mean_of(part, each), (low, place), va="center", fontweight="bold")
        return
    if figure.low is not None and figure.high is not None:
        axes.plot((figure.low, figure.high), (place, place), color=palette.LINE, linewidth=1.8,
                  zorder=1, clip_on=False)  # fmt: skip
    axes.plot(figure.mean, place, "o", markersize=8, color=palette.NAVY,
              markeredgecolor=palette.WHITE, zorder=4, clip_on=False)  # fmt: skip
    axes.annotate(
        mean_of(part, each), (figure.mean, place), xytext=(0, 6), textcoords="offset points",
        ha="center", va="bottom", fontweight="bold", fontsize=SMALL,
    )  # fmt: skip


def ranged(part: ToolkitResults) -> bool:
    """True where the lowest and highest of single returns may be shown."""
    return any(each.score.low is not None for each in part.sections)


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
    title = part.narrative.titles.flags or words().say("picture_flags")
    return Drawn(title, alt, WIDTH, partial(_draw_flags, part))


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


def answers(part: ToolkitResults, scale_id: str) -> Drawn:
    """Return how the answers of each section fall on a scale: about a line, the worst first."""
    scale = part.toolkit.scales[scale_id]
    sides = sides_of(part.toolkit, scale)
    bars = _bars(part, scale_id)
    anywhere = any(counts.get(choice.code) for _, counts in bars for choice in sides.apart)
    every = (sides.left, sides.middle, sides.right, sides.apart if anywhere else ())
    labels = [[choice.label for choice in side] for side in every]
    alt = words().say("answers_alt", part.label, [name for name, _ in bars], labels)
    plain = words().say("profile_answers", scale.title)
    title = part.narrative.titles.answers.get(scale_id) or plain
    return Drawn(title, alt, WIDTH, partial(_draw_answers, sides, bars, anywhere))


def _bars(part: ToolkitResults, scale_id: str) -> list[tuple[str, Mapping[str, int]]]:
    """The sections that ask for answers on a scale with their counts, the worst first."""
    asked = [item for item in part.items if item.scored and item.scale_id == scale_id]
    among = [i for i, each in enumerate(part.sections) if _among(each, asked)]
    order = sections_worst_first(part.toolkit, scale_id, part.sections, among)
    found = []
    for each in (part.sections[place] for place in order):
        hidden = counts_withheld(each)
        counts = {} if hidden else each.scales.get(scale_id, {})
        found.append((counts_or_reason(counts, each.numbered, withheld=hidden), counts))
    return found


def _draw_answers(
    sides: Sides, bars: Sequence[tuple[str, Mapping[str, int]]], anywhere: bool
) -> Canvas:
    sheet, axes = _bar_axes([name for name, _ in bars], _FOOT + 2)
    totals = [sum(counts.values()) or 1 for _, counts in bars]
    reaches = [
        [side / total for side in sides.reach(counts)]
        for (_, counts), total in zip(bars, totals, strict=True)
    ]
    left, right = (max((each[side] for each in reaches), default=0.0) for side in (0, 1))
    starts = [-each[0] for each in reaches]
    shades = (
        *charts.shades_against(len(sides.left)), *(palette.MIDDLE for _ in sides.middle),
        *charts.shades_in_favour(len(sides.right)),
    )  # fmt: skip
    for choice, shade in zip(sides.about_the_line, shades, strict=True):
        starts = _part(axes, choice, shade, bars, starts, hatch="")
    end = right
    if anywhere:
        starts = [right + _APART] * len(bars)
        for choice, shade in zip(sides.apart, cycle(palette.APART), strict=False):
            starts = _part(axes, choice, shade, bars, starts, hatch="////")
        end = max(starts)
    axes.set_xlim(-(left or 0.5), end or 0.5)
    axes.axvline(0, color=palette.INK, linewidth=1.1)
    axes.grid(visible=False)
    axes.xaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    _legend(sheet, axes)
    return sheet


_APART = 0.06
"""Space before what stands apart, as a share of all answers."""


def _part(
    axes: Axes,
    choice: Choice,
    shade: str,
    bars: Sequence[tuple[str, Mapping[str, int]]],
    starts: Sequence[float],
    *,
    hatch: str,
) -> list[float]:
    """Draw a choice's part of each bar, with its share of all answers; return where it ends."""
    shares = [counts.get(choice.code, 0) / (sum(counts.values()) or 1) for _, counts in bars]
    axes.barh(
        range(len(bars)), shares, left=list(starts), height=0.62, hatch=hatch,
        color=palette.WHITE if hatch else shade, edgecolor=shade if hatch else palette.WHITE,
        linewidth=0.8, label=choice.label,
    )  # fmt: skip
    ink = palette.INK if hatch else ink_on(shade)
    for place, (share, start) in enumerate(zip(shares, starts, strict=True)):
        if share >= _LEAST_SHARE:
            axes.text(start + share / 2, place, percent(share), ha="center", va="center",
                      fontsize=SMALL, color=ink, backgroundcolor=palette.WHITE if hatch else "none",
                      bbox={"pad": 0.6, "linewidth": 0,
                            "facecolor": palette.WHITE if hatch else "none"})  # fmt: skip
    return [start + share for start, share in zip(starts, shares, strict=True)]


_LEAST_SHARE = 0.055
"""Parts narrower than this have no room for their figure; the table has it."""


def _legend(sheet: Canvas, axes: Axes) -> None:
    """Name the shades below the bars, in the order they stand in."""
    handles, labels = axes.get_legend_handles_labels()
    sheet.figure.legend(
        handles, labels, loc="lower center", ncols=len(labels), frameon=False,
        fontsize=SMALL, handlelength=1.0, handleheight=1.0, columnspacing=1.6,
        bbox_to_anchor=(0.5, 0.0), borderaxespad=0.2,
    )  # fmt: skip


_MARKS = ("o", "s", "^", "D", "X")
_HUES = (palette.NAVY, palette.BLUE, palette.TO_DO, palette.TEAL, palette.MUTED)


def level_dots(part: ToolkitResults) -> Drawn:
    """Return the levels as dots joined by a line, with the difference written beside it."""
    gaps = [(each.name, _gap(part, each)) for each in part.sections]
    alt = words().say("levels_alt", part.label, list(part.levels), [g for g in gaps if g[1]])
    title = part.narrative.titles.levels or words().say("picture_levels")
    return Drawn(title, alt, WIDTH, partial(_draw_levels, part))


def _gap(part: ToolkitResults, each: SectionFigures) -> str:
    gap = gap_between(each.levels.values())
    if not gap:
        return ""
    scored = part.toolkit.scoring.rule in ("sum", "mean")
    shown = decimal(gap) if scored else decimal(100 * gap, 0)
    return words().say("gap", shown, not scored)


def _draw_levels(part: ToolkitResults) -> Canvas:
    rule = part.toolkit.scoring.rule
    scored = rule in ("sum", "mean")
    low, high = limits_of(part) if scored else (0.0, 1.0)
    sheet, axes = _bar_axes(
        [levels_or_reason(each, name) for name, each in _numbered(part)], _FOOT + 6
    )
    axes.set_xlim(low, high + (high - low) * 0.16)
    axes.grid(axis="x", visible=False)
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    for place, each in enumerate(part.sections):
        known = [f.mean for f in each.levels.values() if f.mean is not None and f.n >= LEVEL_LEAST]
        gap = _gap(part, each)
        if gap:
            axes.plot((min(known), max(known)), (place, place), color=palette.LINE, linewidth=1.8,
                      zorder=1)  # fmt: skip
            axes.annotate(gap, (max(known), place), xytext=(9, 0), textcoords="offset points",
                          va="center", fontsize=SMALL)  # fmt: skip
    for label, mark, hue in zip(part.levels, _MARKS, _HUES, strict=False):
        means = [each.levels[label].mean if label in each.levels else None
                 for each in part.sections]  # fmt: skip
        shown = [(mean, place) for place, mean in enumerate(means) if mean is not None]
        axes.plot(*zip(*shown, strict=True) if shown else ((), ()), mark, color=hue, markersize=7,
                  markeredgecolor=palette.WHITE, zorder=3, label=label, clip_on=False)  # fmt: skip
    show = short if scored else percent
    axes.xaxis.set_major_formatter(lambda value, _: show(float(value)) if value <= high else "")
    axes.set_xlabel(words().say("levels_axis", rule))
    _legend(sheet, axes)
    return sheet
