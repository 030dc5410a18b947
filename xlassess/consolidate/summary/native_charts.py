"""The charts of a toolkit's profile, drawn from the cells of its Profile sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlassess.consolidate.figures.charted import (
    around,
    first_to_look_at,
    has_dartboard,
    limits_of,
    reach,
    rings,
    weights_of,
)
from xlassess.consolidate.figures.values import ToolkitResults
from xlassess.consolidate.summary.cells import SummaryWriter
from xlassess.consolidate.summary.layout import (
    AgreementLayout,
    AnswersLayout,
    LevelsLayout,
    ProfileLayout,
    levels_layout,
)
from xlassess.consolidate.wording.terms import NOTHING, band_range, said_of, words
from xlassess.contract.layout import column_name
from xlassess.sheet import charts, formats, palette
from xlassess.sheet.charts import ChartCells, DartboardGrid, Series
from xlassess.sheet.writer import CellRange, sheet_prefix


def dartboard_grid(part: ToolkitResults, layout: ProfileLayout) -> DartboardGrid:
    """Where the slices of the dartboard stand."""
    depth = len(part.sections[0].section.bands)
    return DartboardGrid(
        layout.sheet, layout.first_row, layout.grid_column, len(part.sections), depth
    )


def headline(writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout) -> tuple[Any, str]:
    """Return the chart that stands for the whole toolkit, and the text read out in its place."""
    if has_dartboard(part):
        names = [band_range(band) for band in rings(part.sections[0])]
        chart = charts.dartboard(writer.book, dartboard_grid(part, layout), names)
        said = [{"name": each.name, "said": said_of(part, each)} for each in part.sections]
        return chart, words().say("dartboard_alt", part.label, said)
    if "mean" in layout.columns:
        return range_bars(writer, part, layout)
    if part.toolkit.scoring.rule == "none":
        return flag_bars(writer, part, layout)
    return stacked(writer, part, layout, layout.answers[0])


def beside_lists(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout
) -> tuple[Any, str] | None:
    """Return the chart that says most after the headline's, None where there is none."""
    if not part.sections:
        return None
    if "significance" in layout.columns:
        return significance(writer, part, layout)
    if layout.answers and (part.toolkit.scoring.rule != "levels"):
        return stacked(writer, part, layout, layout.answers[0])
    if len(part.levels) > 1:
        return level_bars(writer, part, levels_layout(writer.summary, part))
    return None


def range_bars(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout
) -> tuple[Any, str]:
    """Return bars of the mean of each section, with whiskers from the lowest to the highest."""
    rule = part.toolkit.scoring.rule
    low, high = limits_of(part)
    what = {"sum": "mean total", "mean": "mean", "share": "share of yes"}[rule]
    shape = "0%" if rule == "share" else "0.0"
    series: dict[str, object] = {
        "name": "Mean",
        "categories": ChartCells(layout.sheet, layout.box("section")).reference,
        "values": ChartCells(layout.sheet, layout.box("mean")).reference,
        "fill": {"color": palette.SKY}, "border": {"color": palette.NAVY, "width": 0.75},
        "gap": 60,
        "data_labels": {
            "value": True, "font": _font(9, bold=True), "num_format": shape,
            "position": "inside_base",
        },
    }  # fmt: skip
    ranged = any(each.score.low is not None for each in part.sections)
    if ranged:
        above, below = (range_name(layout.sheet, layout.whiskers(i)) for i in (0, 1))
        series["y_error_bars"] = {
            "type": "custom", "plus_values": above, "minus_values": below,
            "plus_data": [reach(each, 1) for each in part.sections],
            "minus_data": [reach(each, -1) for each in part.sections],
            "line": {"color": palette.INK, "width": 1.5},
        }  # fmt: skip
    chart = writer.book.chart("bar")
    chart.add_series(series)
    _plain(chart)
    chart.set_x_axis(_axis(what, low, high) | {"num_format": shape, "label_position": "high"})
    said = [{"name": each.name, "said": said_of(part, each)} for each in part.sections]
    return chart, words().say("bars_alt", part.label, what, ranged, said)


def range_name(sheet: str, box: CellRange) -> str:
    """Return a block of cells as a chart names it."""
    first = f"${column_name(box.first_column)}${box.first_row + 1}"
    last = f"${column_name(box.last_column)}${box.last_row + 1}"
    return f"={sheet_prefix(sheet)}{first}:{last}"


def flag_bars(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout
) -> tuple[Any, str]:
    """Return bars of how many answers of each section are flagged."""
    chart = writer.book.chart("bar")
    chart.add_series({
        "name": "Answers to act on",
        "categories": ChartCells(layout.sheet, layout.box("section")).reference,
        "values": ChartCells(layout.sheet, layout.box("flagged")).reference,
        "fill": {"color": palette.SKY}, "border": {"color": palette.NAVY, "width": 0.75},
        "gap": 60, "data_labels": {"value": True, "font": _font(9, bold=True)},
    })  # fmt: skip
    _plain(chart)
    most = max((each.flagged for each in part.sections), default=0)
    chart.set_x_axis(
        _axis("answers to act on", 0, max(most, 4)) | {"label_position": "high", "num_format": "0"}
    )
    said = [
        {"name": each.name, "said": NOTHING if each.score.withheld else str(each.flagged)}
        for each in part.sections[: layout.leading]
    ]
    return chart, words().say("bars_alt", part.label, "number of answers to act on", False, said)


def _plain(chart: Any) -> None:
    """Give a bar chart every name on its axis, the first at the top, and no legend or frame."""
    chart.set_y_axis({
        "reverse": True, "num_font": _font(9), "major_tick_mark": "none", "interval_unit": 1,
    })  # fmt: skip
    chart.set_legend({"none": True})
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})


def stacked(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, answers: AnswersLayout
) -> tuple[Any, str]:
    """Return bars of how the answers of each section fall, the least choice on the left."""
    names = ChartCells(layout.sheet, answers.names_box())
    choices = list(enumerate(part.toolkit.scales[answers.scale].choices))
    parts = [
        Series(choice.label, ChartCells(layout.sheet, answers.choice_box(index)))
        for index, choice in reversed(choices)
        if not choice.apart
    ]
    chart = charts.stacked_bars(writer.book, names, parts, "share of answers; figures are counts")
    return chart, words().say("stack_alt", part.label, [each.name for each in parts])


def _axis(name: str, low: float, high: float) -> dict[str, object]:
    return {
        "name": name, "name_font": _font(9), "num_font": _font(9), "min": low, "max": high,
        "major_gridlines": _GRID,
    }  # fmt: skip


def _font(size: float, *, bold: bool = False) -> dict[str, object]:
    return {"name": formats.FONT, "size": size, "color": palette.INK, "bold": bold}


_FEWEST_ARMS, _MOST_ARMS = 3, 12
"""Sections a radar can show so that its arms are told apart."""

_LABELS = 16
"""Labels for which there is room along an axis."""

_CHART_LEVELS = 5
_GRID = {"visible": True, "line": {"color": "#DDE3EA", "width": 0.75}}


def has_radar(part: ToolkitResults, layout: ProfileLayout) -> bool:
    """True where sections have figures on one scale, few enough for a radar."""
    return "mean" in layout.columns and _FEWEST_ARMS <= len(part.sections) <= _MOST_ARMS


def radar(writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout) -> tuple[Any, str]:
    """Return a radar of the means, with the lowest and highest return where they are shown."""
    low, high = limits_of(part)
    ranged = any(each.score.low is not None for each in part.sections)
    share = part.toolkit.scoring.rule == "share"
    lines = [("Share" if share else "Mean", "mean", palette.NAVY, 2.5, "solid", "circle")]
    if ranged:
        lines += [
            ("Highest return", "high", palette.BLUE, 1.5, "dash", "triangle"),
            ("Lowest return", "low", palette.TO_DO, 1.5, "round_dot", "square"),
        ]
    chart = writer.book.chart("radar", "with_markers")
    for name, column, colour, width, dash, marker in lines:
        chart.add_series({
            "name": name,
            "categories": ChartCells(layout.sheet, layout.every("section")).reference,
            "values": ChartCells(layout.sheet, layout.every(column)).reference,
            "line": {"color": colour, "width": width, "dash_type": dash},
            "marker": {
                "type": marker, "size": 6, "fill": {"color": colour}, "border": {"color": colour},
            },
        })  # fmt: skip
    chart.set_x_axis({"num_font": _font(9)})
    shape = "0%" if share else "0"
    chart.set_y_axis({
        "min": low, "max": high, "num_font": _font(8), "num_format": shape,
        "major_gridlines": _GRID,
    })  # fmt: skip
    _finish(chart, legend=True)
    said = [{"name": each.name, "said": said_of(part, each)} for each in part.sections]
    return chart, words().say("radar_alt", part.label, ranged, said)


def significance(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout
) -> tuple[Any, str]:
    """Return a chart of how much each section matters against how it scores.

    Lines stand at the mean of the sections each way, so that those that matter more and score
    less lie in the upper left corner; their numbers are marked.
    """
    chosen = first_to_look_at(part.sections)
    points = [
        {
            "fill": {"color": palette.TO_DO if here else palette.BLUE},
            "border": {"color": palette.INK if here else palette.NAVY},
        }
        for here in chosen
    ]
    low, high = limits_of(part)
    bottom, top = weights_of(part)
    across = around([each.score.mean for each in part.sections], low, high)
    upright = around([each.significance.mean for each in part.sections], bottom, top)
    chart = writer.book.chart("scatter", "straight")
    chart.add_series({
        "name": "Sections",
        "categories": ChartCells(layout.sheet, layout.every("mean")).reference,
        "values": ChartCells(layout.sheet, layout.every("significance")).reference,
        "line": {"none": True},
        "marker": {
            "type": "circle", "size": 9, "fill": {"color": palette.BLUE},
            "border": {"color": palette.NAVY},
        },
        "points": points,
        "data_labels": {
            "value": True, "position": "right",
            "custom": _labels(part, chosen, across, upright),
        },
    })  # fmt: skip
    for first in (0, 2):
        x, y = (
            ChartCells(
                layout.sheet,
                CellRange(layout.first_row + first, column, layout.first_row + first + 1, column),
            ).reference
            for column in (layout.cross_column, layout.cross_column + 1)
        )
        chart.add_series({
            "name": "Mean of the sections", "categories": x, "values": y,
            "line": {"color": palette.INPUT_LINE, "width": 1, "dash_type": "dash"},
            "marker": {"type": "none"},
        })  # fmt: skip
    chart.set_x_axis(_axis("Mean score", *across))
    chart.set_y_axis(_axis("Mean significance", *upright))
    _finish(chart, legend=False)
    names = [each.name for each, here in zip(part.sections, chosen, strict=True) if here]
    return chart, words().say("scatter_alt", part.label, names)


def _labels(
    part: ToolkitResults,
    chosen: Sequence[bool],
    across: tuple[float, float],
    upright: tuple[float, float],
) -> list[dict[str, object]]:
    """The numbers at the points; points that all but coincide share a label."""
    marks: dict[tuple[int, int], list[int]] = {}
    for index, each in enumerate(part.sections):
        layout = (-1, index)
        if each.score.mean is not None and each.significance.mean is not None:
            layout = (
                round(_LABELS * (each.score.mean - across[0]) / (across[1] - across[0])),
                round(_LABELS * (each.significance.mean - upright[0]) / (upright[1] - upright[0])),
            )
        marks.setdefault(layout, []).append(index)
    labels: list[dict[str, object]] = [{"delete": True} for _ in part.sections]
    for together in marks.values():
        text = ", ".join(
            f"{index + 1} ▲" if chosen[index] else str(index + 1) for index in together
        )
        labels[together[0]] = {"value": text, "font": _font(10, bold=True)}
    return labels


def level_bars(
    writer: SummaryWriter, part: ToolkitResults, layout: LevelsLayout
) -> tuple[Any, str]:
    """Return bars of the organisational levels side by side, from the Levels sheet."""
    limits = limits_of(part)
    rule = part.toolkit.scoring.rule
    if rule not in ("sum", "mean"):
        limits = (0.0, 1.0)
    last = layout.first_row + len(part.sections) - 1
    names = ChartCells(layout.sheet, CellRange(layout.first_row, 0, last, 0))
    levels: Sequence[str] = part.levels[:_CHART_LEVELS]
    chart = writer.book.chart("bar")
    shades = charts.shades_for(max(len(levels), 2))
    for index, (label, shade) in enumerate(zip(levels, shades, strict=False)):
        chart.add_series({
            "name": label, "categories": names.reference,
            "values": ChartCells(layout.sheet, layout.level_box(index)).reference,
            "fill": {"color": shade}, "border": {"color": palette.NAVY, "width": 0.5}, "gap": 60,
        })  # fmt: skip
    chart.set_y_axis({
        "reverse": True, "num_font": _font(9), "major_tick_mark": "none", "interval_unit": 1,
    })  # fmt: skip
    shape = "0.0" if rule in ("sum", "mean") else "0%"
    chart.set_x_axis(_axis("", *limits) | {"label_position": "high", "num_format": shape})
    _finish(chart, legend=True)
    return chart, words().say("levels_alt", part.label, list(levels))


def item_bars(
    writer: SummaryWriter, part: ToolkitResults, layout: AgreementLayout, first: int, last: int
) -> tuple[Any, str]:
    """Return stacked bars of how the answers fall, item by item, from the Agreement sheet.

    Args:
        writer: the workbook.
        part: the toolkit.
        layout: the table of the Agreement sheet.
        first: the first item shown, from 0.
        last: the last item shown.
    """
    scale = part.toolkit.scales[layout.scale]
    series = [
        Series(choice.label, ChartCells(layout.sheet, layout.choice_box(index, first, last)))
        for index, choice in reversed(list(enumerate(scale.choices)))
        if not choice.apart
    ]
    names = ChartCells(layout.sheet, layout.names_box(first, last))
    title = "share of answers; figures are counts"
    chart = charts.stacked_bars(writer.book, names, series, title, size=11)
    ends = (layout.items[first].item.id, layout.items[last].item.id)
    return chart, words().say("items_alt", part.label, *ends, [each.name for each in series])


def _finish(chart: Any, *, legend: bool) -> None:
    chart.set_legend({"position": "bottom", "font": _font(9)} if legend else {"none": True})
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"none": True}})
    chart.show_hidden_data()
