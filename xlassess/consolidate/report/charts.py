"""The pictures of the report: what the summary's charts show, drawn for print.

Colour never tells anything alone: every figure is written beside its bar or in the table below,
parts that follow each other differ in lightness, and each picture has a text to be read out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from math import cos, pi, sin
from typing import TYPE_CHECKING, Any

from xlassess.consolidate.figures.beside_points import (
    PointName,
    Side,
    points_together,
    sides_of_points,
)
from xlassess.consolidate.figures.charted import (
    around,
    compares_levels,
    compares_significance,
    first_to_look_at,
    has_means,
    leads_with_flags,
    limits_of,
    rings,
    shows_dartboard,
    weights_of,
)
from xlassess.consolidate.figures.values import SectionFigures, ToolkitResults
from xlassess.consolidate.report import drawing
from xlassess.consolidate.report.drawing import (
    WIDTH,
    Drawn,
    answers,
    flag_bars,
    level_dots,
    mean_dots,
    mean_of,
    ranged,
    said_of_all,
)
from xlassess.consolidate.wording.terms import names_together, score_axis, words
from xlassess.consolidate.wording.trend_words import charted, figure_in_words, picture_title
from xlassess.sheet import palette

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def headline(part: ToolkitResults) -> Drawn | None:
    """Return the picture that stands for the whole toolkit, None where there is nothing to draw.

    A dartboard for totals read by bands, bars with range for means and shares, how the
    answers fall for levels, and marked answers where nothing is scored and that says most.
    """
    if not part.sections or not any(each.given for each in part.sections):
        return None
    if shows_dartboard(part):
        return _dartboard(part)
    if part.toolkit.scoring.rule in ("sum", "mean", "share"):
        return mean_dots(part) if has_means(part) else answers(part, part.toolkit.scoring.scale)
    if part.toolkit.scoring.rule == "none":
        return flag_bars(part) if leads_with_flags(part) else answers(part, _scales(part)[0])
    return answers(part, part.toolkit.scoring.scale)


def _scales(part: ToolkitResults) -> list[str]:
    """The scales on which items that count are answered."""
    return list(dict.fromkeys(item.scale_id for item in part.items if item.scored))


def further(part: ToolkitResults) -> tuple[Drawn, ...]:
    """Return the pictures that say more: ranges, how the answers fall, significance."""
    return tuple(_further(part)) if headline(part) else ()


def _further(part: ToolkitResults) -> Iterator[Drawn]:
    rule = part.toolkit.scoring.rule
    if shows_dartboard(part) and ranged(part):
        yield mean_dots(part)
    if rule in ("sum", "mean", "share") and has_means(part):
        yield answers(part, part.toolkit.scoring.scale)
    if rule == "none":
        for scale in _scales(part)[0 if leads_with_flags(part) else 1 :]:
            yield answers(part, scale)
    if compares_significance(part):
        yield _significance(part)
    if len(part.levels) > 1 and compares_levels(part):
        yield level_dots(part)


def _dartboard(part: ToolkitResults) -> Drawn:
    """One segment a section, one ring a band, shaded from the centre to the band reached."""
    alt = words().say("dartboard_alt", part.label, said_of_all(part))
    title = part.narrative.titles.means or words().say("picture_dartboard")
    return Drawn(title, alt, WIDTH, partial(_draw_dartboard, part))


def _draw_dartboard(part: ToolkitResults) -> drawing.Canvas:
    height, board = 102.0, 72.0
    sheet = drawing.Canvas(WIDTH, height)
    left, bottom = (WIDTH - board) / 2, (height - board) / 2
    axes = sheet.axes(left, bottom, board, board, polar=True)
    axes.set_axis_off()
    axes.set_ylim(0, len(part.sections[0].section.bands) + _HOLE)
    for index, each in enumerate(part.sections):
        _segment(axes, index, each, len(part.sections))
        _name_segment(sheet, part, index, board)
    return sheet


_HOLE = 0.35
"""Size of the board's empty middle, the width of a ring being 1."""


def _segment(axes: Axes, index: int, each: SectionFigures, count: int) -> None:
    shaded, unshaded = palette.BLUE, "#F6F8FA"
    for ring, band in enumerate(rings(each)):
        mean = each.score.mean
        reached = mean is not None and round(mean, 9) >= band.low
        axes.bar(
            pi / 2 - 2 * pi * index / count, 1, width=2 * pi / count, bottom=_HOLE + ring,
            color=shaded if reached else unshaded, edgecolor=drawing.RIM, linewidth=0.7,
        )  # fmt: skip


def _name_segment(sheet: drawing.Canvas, part: ToolkitResults, index: int, board: float) -> None:
    """Write a section's number, name and mean beside its segment."""
    each = part.sections[index]
    angle = pi / 2 - 2 * pi * index / len(part.sections)
    x = sheet.width / 2 + (board / 2 + 4) * cos(angle)
    y = sheet.height / 2 + (board / 2 + 4) * sin(angle)
    across = "center" if abs(cos(angle)) < 0.2 else "left" if cos(angle) > 0 else "right"
    up = "center" if abs(cos(angle)) >= 0.2 else "bottom" if sin(angle) > 0 else "top"
    width = 44 if across == "center" else 22
    name = drawing.wrapped(each.numbered, width)
    sheet.figure.text(
        x / sheet.width, y / sheet.height, f"{name}\n{mean_of(part, each)}", ha=across, va=up,
        multialignment=across, linespacing=1.25, fontweight="bold", color=palette.NAVY,
    )  # fmt: skip


def _significance(part: ToolkitResults) -> Drawn:
    """Points of how much each section matters against how it scores.

    Dashed lines stand at the means; sections that matter more and score less are triangles.
    """
    chosen = first_to_look_at(part.sections)
    names = [each.name for each, here in zip(part.sections, chosen, strict=True) if here]
    alt = words().say("scatter_alt", part.label, names)
    title = part.narrative.titles.significance or words().say("picture_significance")
    return Drawn(title, alt, WIDTH, partial(_draw_points, part))


_CORNERS = ((0.01, 0.985), (0.01, 0.015), (0.99, 0.985), (0.99, 0.015))
"""The corners of the chart of significance, in the order of the words that stand there."""


def _draw_points(part: ToolkitResults) -> drawing.Canvas:
    from matplotlib.ticker import MaxNLocator

    height = 74.0
    sheet = drawing.Canvas(WIDTH, height)
    axes = sheet.axes(18, 13, WIDTH - 26, height - 16)
    axes.set_axisbelow(True)
    scores = [each.score.mean for each in part.sections]
    weights = [each.significance.mean for each in part.sections]
    axes.set_xlim(*around(scores, *limits_of(part)))
    axes.set_ylim(*around(weights, *weights_of(part)))
    for draw_line, values in ((axes.axvline, scores), (axes.axhline, weights)):
        known = [value for value in values if value is not None]
        if known:
            draw_line(
                sum(known) / len(known), color=palette.INPUT_LINE, linewidth=1, linestyle="--"
            )
    _name_points(axes, part, (WIDTH - 26, height - 16))
    for said, (x, y) in zip(words().headings("quadrants"), _CORNERS, strict=True):
        axes.text(x, y, said, transform=axes.transAxes, ha="left" if x < 0.5 else "right",
                  va="top" if y > 0.5 else "bottom", fontsize=7.5, style="italic",
                  color=palette.MUTED)  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=8, integer=True))
    axes.tick_params(length=0)
    axes.set_xlabel(score_axis(part))
    axes.set_ylabel("Mean significance")
    return sheet


_LETTER, _LINE, _POINT = 1.65, 3.4, 1.6
"""Millimetres that a letter of a name takes across and upright, and a point from its middle."""

_BESIDE: Mapping[Side, Mapping[str, Any]] = {
    "right": {"xytext": (7, 0), "ha": "left", "va": "center"},
    "left": {"xytext": (-7, 0), "ha": "right", "va": "center"},
    "above": {"xytext": (0, 6), "ha": "center", "va": "bottom"},
    "below": {"xytext": (0, -6), "ha": "center", "va": "top"},
}


def _name_points(axes: Axes, part: ToolkitResults, size: tuple[float, float]) -> None:
    """Draw a point for each section, a triangle for the first to look at, and name them."""
    across, upright = axes.get_xlim(), axes.get_ylim()
    chosen = first_to_look_at(part.sections)
    names = []
    groups = points_together(part, (across, upright))
    for together in groups:
        for index in together:
            _point(axes, part.sections[index], here=chosen[index])
        x, y = axes.transLimits.transform(_place(part.sections[together[0]]))
        letters = len(names_together(part, together, chosen))
        names.append(PointName(x * size[0], y * size[1], letters * _LETTER, _LINE))
    wide, tall = 0.22 * size[0], 1.5 * _LINE
    corners = [
        (left, low, left + wide, low + tall)
        for left in (0.0, size[0] - wide)
        for low in (0.0, size[1] - tall)
    ]
    sides = sides_of_points(names, (0.0, 0.0, *size), corners, _POINT)
    for together, side in zip(groups, sides, strict=True):
        axes.annotate(
            names_together(part, together, chosen), _place(part.sections[together[0]]),
            textcoords="offset points", fontweight="bold", fontsize=drawing.SMALL,
            color=palette.NAVY, **_BESIDE[side],
        )  # fmt: skip


def _place(each: SectionFigures) -> tuple[float, float]:
    return each.score.mean or 0.0, each.significance.mean or 0.0


def _point(axes: Axes, each: SectionFigures, *, here: bool) -> None:
    axes.plot(
        *_place(each), "^" if here else "o", markersize=8 if here else 7, clip_on=False,
        color=palette.TO_DO if here else palette.BLUE,
        markeredgecolor=palette.INK if here else palette.NAVY,
    )  # fmt: skip


_STYLES = (
    (palette.NAVY, "-", "o"), (palette.BLUE, "--", "s"), (palette.TEAL, "-", "D"),
    (palette.TO_DO, "--", "^"), (palette.INK, ":", "o"), (palette.CHECK, "-", "s"),
    (palette.DONE, "-.", "D"), (palette.MUTED, "-", "^"),
)  # fmt: skip
"""Colour, dash and marker of the lines over the rounds: no two share dash and marker."""


def slopes(part: ToolkitResults) -> Drawn | None:
    """Return the sections over the rounds as lines; None in a first round."""
    lines, first = charted(part.trend) if part.trend else ((), 0)
    if part.trend is None or not lines:
        return None
    said = [
        {
            "name": line.name,
            "said": ", ".join(figure_in_words(line, each.mean) for each in line.figures[first:]),
        }
        for line in lines
    ]
    others = len(part.trend.of("section")) - len(lines)
    alt = words().say("trend_alt", part.label, part.trend.rounds[first:], said, others)
    return Drawn(picture_title(part.trend, len(lines)), alt, WIDTH, partial(_draw_slopes, part))


def _draw_slopes(part: ToolkitResults) -> drawing.Canvas:
    height = 66.0
    sheet = drawing.Canvas(WIDTH, height)
    axes = sheet.axes(14, 8, WIDTH - 74, height - 12)
    axes.grid(axis="y", color=drawing.GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    lines, first = charted(part.trend) if part.trend else ((), 0)
    rounds = part.trend.rounds[first:] if part.trend else ()
    for line, (colour, dash, marker) in zip(lines, _STYLES, strict=False):
        values = [each.mean or 0.0 for each in line.figures[first:]]
        axes.plot(
            range(len(rounds)), values, linestyle=dash, marker=marker, color=colour, linewidth=1.8,
            markersize=5, clip_on=False, label=f"{line.number}  {line.name}",
        )  # fmt: skip
    axes.set_xticks(range(len(rounds)), rounds)
    if part.toolkit.scoring.rule in ("share", "levels"):
        axes.set_ylim(0, 1)
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    else:
        found = [each.mean for line in lines for each in line.figures[first:]]
        axes.set_ylim(*around(found, *limits_of(part)))
    axes.tick_params(length=0)
    axes.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), frameon=False)
    return sheet
