"""Charts of dots: means with their range, levels joined by a line, significance against score.

A program takes all figures of a chart of dots for 1, 2, 3 ... as soon as one of them is a text, so
that dots are drawn from cells of their own: what has no figure stands beyond the axis there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from xlassess.consolidate.figures.beside_points import (
    PointName,
    Side,
    points_together,
    sides_of_points,
)
from xlassess.consolidate.figures.charted import (
    MOST_DOTS,
    around,
    beside_each_other,
    first_to_look_at,
    limits_of,
    reach,
    weights_of,
)
from xlassess.consolidate.figures.counted import gap_between
from xlassess.consolidate.figures.thresholds import LEVEL_LEAST
from xlassess.consolidate.figures.values import Figure, ToolkitResults
from xlassess.consolidate.summary.cells import Live, SummaryWriter
from xlassess.consolidate.summary.formulas import return_score
from xlassess.consolidate.summary.layout import (
    DOTS,
    HEADER_ROW,
    MOST_LEVELS,
    ProfileLayout,
    ScoresLayout,
    levels_layout,
    scores_layout,
)
from xlassess.consolidate.wording.terms import (
    decimal,
    levels_or_reason,
    mean_or_reason,
    names_together,
    percent,
    said_of,
    score_axis,
    words,
)
from xlassess.contract.layout import cell_name, column_name
from xlassess.sheet import charts, formats, palette
from xlassess.sheet.charts import ChartCells, DotPlot, Dots, Frame
from xlassess.sheet.writer import CellRange, SheetWriter, sheet_prefix

_SMALL = formats.SMALL.but(align="right", number="0.00")
_SHAPES = ("circle", "square", "triangle", "diamond", "x")
_COLOURS = (palette.NAVY, palette.BLUE, palette.TO_DO, palette.TEAL, palette.MUTED)
_STEP, _STEPS = 0.13, 3
"""How far dots of equal figures stand above and below each other, as a share of a line, and how
many do so each way."""


def write_dots(
    writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, layout: ProfileLayout
) -> None:
    """Write the cells that dots of sections are drawn from, to the right of the printed page."""
    sheet.text(HEADER_ROW - 1, layout.dots_column, words().say("dots"), formats.SMALL)
    for index, each in enumerate(part.sections):
        row = layout.first_row + index
        for column, live in enumerate(_row(writer, part, layout, index), layout.dots_column):
            if live is not None:
                writer.figure(sheet, row, column, live, _SMALL)
        sheet.text(row, layout.dots_column + len(DOTS), each.name, formats.SMALL.but(wrap=False))


def _row(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, index: int
) -> Iterator[Live | None]:
    """The cells of a section's dots, in the order of `DOTS`; None where there are none."""
    each, row = part.sections[index], layout.first_row + index
    low, high = limits_of(part)
    yield Live("", float(len(part.sections) - index))
    yield Live("", low)
    if "mean" in layout.columns:
        mean, least, most = (
            cell_name(row, layout.columns.index(name)) for name in ("mean", "low", "high")
        )
        yield _or_beyond(mean, each.score.mean, (low, high))
        yield Live(f"IF(ISNUMBER({most}),{most}-{mean},0)", reach(each, 1))
        yield Live(f"IF(ISNUMBER({least}),{mean}-{least},0)", reach(each, -1))
    else:
        yield from (None, None, None)
    if "significance" in layout.columns:
        cell = cell_name(row, layout.columns.index("significance"))
        yield _or_beyond(cell, each.significance.mean, weights_of(part))
    else:
        yield None
    yield from _levels(writer, part, index)


def _or_beyond(cell: str, value: float | None, limits: tuple[float, float]) -> Live:
    """A figure, or a place beyond the axis where there is none."""
    beyond = _beyond(limits)
    return Live(f"IF(ISNUMBER({cell}),{cell},{beyond:g})", beyond if value is None else value)


def _beyond(limits: tuple[float, float]) -> float:
    low, high = limits
    return low - 10 * (high - low)


def level_limits(part: ToolkitResults) -> tuple[float, float]:
    """Return the ends of the axis on which levels are compared."""
    return limits_of(part) if part.toolkit.scoring.rule in ("sum", "mean") else (0.0, 1.0)


def _levels(writer: SummaryWriter, part: ToolkitResults, index: int) -> Iterator[Live | None]:
    """The highest level that is compared, how far the lowest lies below it, and each level."""
    if not shows_levels(part):
        return
    each, layout = part.sections[index], levels_layout(writer.summary, part)
    prefix, row = sheet_prefix(layout.sheet), layout.first_row + index
    limits = level_limits(part)
    beyond = _beyond(limits)
    pairs = [
        (prefix + cell_name(row, 1 + 2 * level), prefix + cell_name(row, 2 + 2 * level))
        for level in range(len(part.levels))
    ]
    known = [
        figure.mean for figure in each.levels.values()
        if figure.mean is not None and figure.n >= LEVEL_LEAST
    ]  # fmt: skip
    compared = (
        f"IF(ISNUMBER({mean})*({n}>={LEVEL_LEAST})=1,{mean},{beyond:g})" for mean, n in pairs
    )
    yield Live(f"MAX({','.join(compared)})", max(known, default=beyond))
    difference = prefix + cell_name(row, 2 + 2 * len(part.levels))
    yield Live(f"N({difference})", gap_between(each.levels.values()) or 0.0)
    for label, (mean, _) in zip(part.levels[:MOST_LEVELS], pairs, strict=False):
        yield _or_beyond(mean, each.levels.get(label, Figure()).mean, limits)


def write_dots_of_returns(
    writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, layout: ScoresLayout
) -> None:
    """Write a dot for each return and section, to the right of the printed page."""
    if not 0 < len(part.rows) <= MOST_DOTS:
        return
    limits = limits_of(part)
    first = layout.dots(0)[0].first_column
    sheet.text(layout.first_row - 1, first, words().say("dots"), formats.SMALL)
    for index, each in enumerate(part.sections):
        across, up = layout.dots(index)
        scores = [
            return_score(part, each, row, at).value
            for at, row in enumerate(part.rows, layout.first_row)
        ]
        shown = [score if isinstance(score, float | int) else None for score in scores]
        turns = beside_each_other([_beyond(limits) if s is None else s for s in shown])
        for row, (score, turn) in enumerate(zip(shown, turns, strict=True), layout.first_row):
            live = _or_beyond(cell_name(row, layout.column(index)), score, limits)
            writer.figure(sheet, row, across.first_column, live, _SMALL)
            height = len(part.sections) - index + _beside(turn)
            sheet.number(row, up.first_column, height, _SMALL)


def _beside(turn: int) -> float:
    """How far above or below its line a dot stands, so that it hides none of the same figure."""
    turn %= 2 * _STEPS + 1
    return _STEP * ((turn + 1) // 2) * (1 if turn % 2 else -1)


def mean_dots(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, size: tuple[int, int]
) -> tuple[Any, str]:
    """Return the mean of each section, the range of returns, and a faint dot for each return."""
    rule = part.toolkit.scoring.rule
    what = {"sum": "mean total", "mean": "mean", "share": "share of yes"}[rule]
    ranged = any(each.score.low is not None for each in part.sections)
    dotted = 0 < len(part.rows) <= MOST_DOTS
    places, across = _cells(layout, "place"), _cells(layout, "mean")
    dots = []
    if ranged:
        ends = (
            (range_name(layout.sheet, layout.dots("more")), [reach(e, 1) for e in part.sections]),
            (range_name(layout.sheet, layout.dots("less")), [reach(e, -1) for e in part.sections]),
        )
        dots.append(Dots("Range", across, places, "none", 5, palette.LINE, reach=ends))
    if dotted:
        scores = scores_layout(writer.summary, part)
        for index in range(len(part.sections)):
            x, y = (ChartCells(scores.sheet, box) for box in scores.dots(index))
            dots.append(Dots("Returns", x, y, "circle", 5, palette.SKY))
    show = percent if rule == "share" else decimal
    texts = ["" if e.score.mean is None else show(e.score.mean) for e in part.sections]
    dots.append(Dots("Mean", across, places, "circle", 11, palette.NAVY, texts, bold=True))
    title = part.narrative.titles.means or words().say("picture_dots", what, ranged)
    plot = DotPlot(
        names=[mean_or_reason(each, each.name) for each in part.sections],
        edge=_cells(layout, "edge"),
        places=places,
        dots=dots,
        limits=limits_of(part),
        number_format="0%" if rule == "share" else "0.##" if rule == "sum" else "0.0",
        axis=words().say("dots_axis", what, ranged, dotted),
        legend=False,
    )
    said = [{"name": each.name, "said": said_of(part, each)} for each in part.sections]
    chart = charts.dot_plot(writer.book, plot, Frame(*size, title))
    return chart, words().say("dots_alt", part.label, what, ranged, dotted, said)


def _cells(layout: ProfileLayout, name: str) -> ChartCells:
    return ChartCells(layout.sheet, layout.dots(name))


def range_name(sheet: str, box: CellRange) -> str:
    """Return a block of cells as a chart names it."""
    first = f"${column_name(box.first_column)}${box.first_row + 1}"
    last = f"${column_name(box.last_column)}${box.last_row + 1}"
    return f"={sheet_prefix(sheet)}{first}:{last}"


def shows_levels(part: ToolkitResults) -> bool:
    """True where sections have figures by organisational level that are set side by side."""
    return len(part.levels) > 1 and part.toolkit.scoring.rule != "none" and bool(part.sections)


def level_dots(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, size: tuple[int, int]
) -> tuple[Any, str]:
    """Return the levels as dots joined by a line, with the difference written beside it."""
    places = _cells(layout, "place")
    gaps = [gap_between(each.levels.values()) for each in part.sections]
    scored = part.toolkit.scoring.rule in ("sum", "mean")
    show = decimal if scored else lambda gap: decimal(100 * gap, 0)
    texts = [show(gap) if gap else "" for gap in gaps]
    ends = (range_name(layout.sheet, layout.dots("gap")), [gap or 0.0 for gap in gaps])
    nought = (ends[0], [0.0 for _ in gaps])
    # LibreOffice breaks a label that is wider than a fifth of the chart: the figure stands alone,
    # and what it is stands below the axis.
    beside = ["\u2003" + text if text else "" for text in texts]
    line = Dots(" ", _cells(layout, "top"), places, "none", 5, palette.LINE, beside, "right",
                reach=(nought, ends), leftward=True)  # fmt: skip
    labels: Sequence[str] = part.levels[:MOST_LEVELS]
    dots = [
        Dots(label, _cells(layout, f"level {level}"), places, _SHAPES[level], 9, _COLOURS[level])
        for level, label in enumerate(labels)
    ]
    plot = DotPlot(
        names=[levels_or_reason(each, each.name) for each in part.sections],
        edge=_cells(layout, "edge"),
        places=places,
        dots=[line, *dots],
        limits=level_limits(part),
        number_format="0.##" if scored else "0%",
        axis=words().say("levels_axis", part.toolkit.scoring.rule),
        legend=True,
    )
    title = part.narrative.titles.levels or words().say("picture_levels")
    chart = charts.dot_plot(writer.book, plot, Frame(*size, title))
    pairs = [
        (each.name, words().say("gap", text, not scored))
        for each, text in zip(part.sections, texts, strict=True) if text
    ]  # fmt: skip
    return chart, words().say("levels_alt", part.label, list(labels), pairs)


def significance(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, size: tuple[int, int]
) -> tuple[Any, str]:
    """Return a chart of how much each section matters against how it scores.

    Lines stand at the mean of the sections each way, so that those that matter more and score
    less lie in the upper left corner; their names are marked. The corners say what they mean.
    """
    chosen = first_to_look_at(part.sections)
    across, upright = axes_of(part)
    chart = writer.book.chart("scatter")
    x, y = _cells(layout, "mean").reference, _cells(layout, "significance").reference
    marker = {"type": "circle", "size": 9, "fill": {"color": palette.BLUE},
              "border": {"color": palette.NAVY}}  # fmt: skip
    points = [
        {"fill": {"color": palette.TO_DO if here else palette.BLUE},
         "border": {"color": palette.INK if here else palette.NAVY}}
        for here in chosen
    ]  # fmt: skip
    sides = label_sides(part, (across, upright), size)
    for side in dict.fromkeys(("right", *sides.values())):
        chart.add_series({
            "name": "Sections", "categories": x, "values": y,
            **({"marker": marker, "points": points} if side == "right" else
               {"marker": {"type": "none"}}),
            "data_labels": {
                "value": True, "position": side,
                "custom": _labels(part, chosen, sides, (across, upright), side),
            },
        })  # fmt: skip
    for first in (0, 2):
        _line(chart, layout, first)
    for first, side in ((0, "right"), (2, "left")):
        _corners(chart, layout, first, side)
    chart.set_x_axis(_axis(score_axis(part), *across))
    chart.set_y_axis(_axis("Mean significance", *upright))
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    chart.show_hidden_data()
    title = part.narrative.titles.significance or words().say("picture_significance")
    names = [each.name for each, here in zip(part.sections, chosen, strict=True) if here]
    chart = charts.titled(chart, Frame(*size, title))
    return chart, words().say("scatter_alt", part.label, names)


def axes_of(part: ToolkitResults) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the ends of the axes of score and significance: near the figures, if there are any."""
    across = around([each.score.mean for each in part.sections], *limits_of(part))
    return across, around([each.significance.mean for each in part.sections], *weights_of(part))


def _line(chart: Any, layout: ProfileLayout, first: int) -> None:
    """Draw the line at a mean of the sections, from one of its ends to the other."""
    x, y = _ends(layout, first, layout.cross_column)
    chart.add_series({
        "name": "Mean of the sections", "categories": x, "values": y, "marker": {"type": "none"},
        "line": {"color": palette.INPUT_LINE, "width": 1, "dash_type": "dash"},
    })  # fmt: skip


def _corners(chart: Any, layout: ProfileLayout, first: int, side: str) -> None:
    """Write into two corners what it means to stand there."""
    x, y = _ends(layout, first, layout.cross_column + 2)
    said = words().headings("quadrants")[first : first + 2]
    font = {"name": formats.FONT, "size": 8, "color": palette.MUTED, "italic": True}
    chart.add_series({
        "name": "Corners", "categories": x, "values": y, "marker": {"type": "none"},
        "data_labels": {
            "value": True, "position": side,
            "custom": [{"value": text, "font": font} for text in said],
        },
    })  # fmt: skip


def _ends(layout: ProfileLayout, first: int, column: int) -> list[list[str | int]]:
    top = layout.first_row + first
    return [
        ChartCells(layout.sheet, CellRange(top, at, top + 1, at)).reference
        for at in (column, column + 1)
    ]


def _axis(name: str, low: float, high: float) -> dict[str, object]:
    return {
        "name": name, "name_font": _font(9), "num_font": _font(9), "min": low, "max": high,
        "major_gridlines": {"visible": False}, "line": {"color": palette.LINE},
    }  # fmt: skip


def _font(size: float, *, bold: bool = False) -> dict[str, object]:
    return {"name": formats.FONT, "size": size, "color": palette.INK, "bold": bold}


def _labels(
    part: ToolkitResults,
    chosen: Sequence[bool],
    sides: Mapping[int, Side],
    axes: tuple[tuple[float, float], tuple[float, float]],
    side: str,
) -> list[dict[str, object]]:
    """The names on one side of the points; points that all but coincide share a label."""
    labels: list[dict[str, object]] = [{"delete": True} for _ in part.sections]
    for together in points_together(part, axes):
        if sides.get(together[0]) == side:
            name = names_together(part, together, chosen)
            labels[together[0]] = {"value": name, "font": _font(9, bold=True)}
    return labels


_LETTER, _LINE, _WIDEST = 6.4, 14.5, 0.2
"""Pixels of width and height of a label's letter; programs wrap labels wider than the last, as a
share of the width of the chart."""

_INSIDE = (0.83, 0.55)
"""Share of the chart's width and height that the axes span, roughly: above and below them stand a
title of two lines, the figures of the axis and what it measures."""

_POINT = 6.0
"""How far a point reaches from its middle, in pixels."""

CORNER = 0.07
"""How far from the ends of the upright axis the words of its corners stand, as a share of it."""


def label_sides(
    part: ToolkitResults,
    axes: tuple[tuple[float, float], tuple[float, float]],
    size: tuple[int, int],
) -> dict[int, Side]:
    """Return on which side of its point each name stands, so that names do not cover each other.

    Args:
        part: the toolkit.
        axes: the ends of the axes of score and significance.
        size: the chart's size in pixels.
    """
    chosen = first_to_look_at(part.sections)
    groups = points_together(part, axes)
    wide, tall = (share * length for share, length in zip(_INSIDE, size, strict=True))
    widest = _WIDEST * size[0]
    names = []
    for together in groups:
        letters = len(names_together(part, together, chosen)) * _LETTER
        first = part.sections[together[0]]
        x, y = (
            length * ((figure.mean or 0.0) - low) / (high - low)
            for length, figure, (low, high) in zip(
                (wide, tall), (first.score, first.significance), axes, strict=True
            )
        )
        lines = ceil(letters / widest)
        names.append(PointName(x, y, min(letters, widest), _LINE * lines))
    # above the upright axis there is room for half a line, below the title
    room = (0.0, 0.0, wide + 40, tall + _LINE / 2)
    corners = [
        (left, at * tall - _LINE, left + widest, at * tall + _LINE)
        for left in (0.0, wide - widest)
        for at in (CORNER, 1 - CORNER)
    ]
    sides = sides_of_points(names, room, corners, _POINT)
    return {together[0]: side for together, side in zip(groups, sides, strict=True)}
