"""Charts of a profile beside its headline: radar, significance, levels, items."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlassess.consolidate.figures.thresholds import first_to_look_at
from xlassess.consolidate.figures.values import Part
from xlassess.consolidate.summary import pictures
from xlassess.consolidate.summary.cells import Out, words
from xlassess.consolidate.summary.places import AgreementPlace, LevelsPlace, ProfilePlace
from xlassess.sheet import charts, looks, palette
from xlassess.sheet.charts import Cells, Series
from xlassess.sheet.checked import Box

_FEWEST, _MOST = 3, 12
"""Sections a radar can show so that its arms are told apart."""

_LABELS = 16
"""Labels for which there is room along an axis."""

_CHART_LEVELS = 5
_GRID = {"visible": True, "line": {"color": "#DDE3EA", "width": 0.75}}


def has_radar(part: Part, place: ProfilePlace) -> bool:
    """True where sections have figures on one scale, few enough for a radar."""
    return "mean" in place.columns and _FEWEST <= len(part.sections) <= _MOST


def radar(out: Out, part: Part, place: ProfilePlace) -> tuple[Any, str]:
    """Return a radar of the means, with the lowest and highest return where they are shown."""
    low, high = pictures.limits_of(part)
    ranged = any(each.score.low is not None for each in part.sections)
    share = part.toolkit.scoring.rule == "share"
    lines = [("Share" if share else "Mean", "mean", palette.NAVY, 2.5, "solid", "circle")]
    if ranged:
        lines += [
            ("Highest return", "high", palette.BLUE, 1.5, "dash", "triangle"),
            ("Lowest return", "low", palette.TO_DO, 1.5, "round_dot", "square"),
        ]
    chart = out.book.chart("radar", "with_markers")
    for name, column, colour, width, dash, marker in lines:
        chart.add_series({
            "name": name,
            "categories": Cells(place.sheet, place.every("section")).reference,
            "values": Cells(place.sheet, place.every(column)).reference,
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
    said = [{"name": each.name, "said": pictures.said_of(part, each)} for each in part.sections]
    return chart, words().say("radar_alt", part.label, ranged, said)


def significance(out: Out, part: Part, place: ProfilePlace) -> tuple[Any, str]:
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
    low, high = pictures.limits_of(part)
    bottom, top = pictures.weights_of(part)
    across = around([each.score.mean for each in part.sections], low, high)
    upright = around([each.significance.mean for each in part.sections], bottom, top)
    chart = out.book.chart("scatter", "straight")
    chart.add_series({
        "name": "Sections",
        "categories": Cells(place.sheet, place.every("mean")).reference,
        "values": Cells(place.sheet, place.every("significance")).reference,
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
            Cells(place.sheet, Box(place.first_row + first, column, place.first_row + first + 1,
                                   column)).reference
            for column in (place.cross_column, place.cross_column + 1)
        )  # fmt: skip
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
    part: Part, chosen: Sequence[bool], across: tuple[float, float], upright: tuple[float, float]
) -> list[dict[str, object]]:
    """The numbers at the points; points that all but coincide share a label."""
    marks: dict[tuple[int, int], list[int]] = {}
    for index, each in enumerate(part.sections):
        place = (-1, index)
        if each.score.mean is not None and each.significance.mean is not None:
            place = (
                round(_LABELS * (each.score.mean - across[0]) / (across[1] - across[0])),
                round(_LABELS * (each.significance.mean - upright[0]) / (upright[1] - upright[0])),
            )
        marks.setdefault(place, []).append(index)
    labels: list[dict[str, object]] = [{"delete": True} for _ in part.sections]
    for together in marks.values():
        text = ", ".join(
            f"{index + 1} ▲" if chosen[index] else str(index + 1) for index in together
        )
        labels[together[0]] = {"value": text, "font": _font(10, bold=True)}
    return labels


def around(values: Sequence[float | None], low: float, high: float) -> tuple[float, float]:
    """The ends of an axis: whole numbers round the figures, so that points lie apart."""
    known = [value for value in values if value is not None]
    if not known:
        return low, high
    room = max((max(known) - min(known)) / 4, (high - low) / 20)
    return max(low, float(int(min(known) - room))), min(high, float(int(max(known) + room) + 1))


def level_bars(out: Out, part: Part, place: LevelsPlace) -> tuple[Any, str]:
    """Return bars of the organisational levels side by side, from the Levels sheet."""
    limits = pictures.limits_of(part)
    rule = part.toolkit.scoring.rule
    if rule not in ("sum", "mean"):
        limits = (0.0, 1.0)
    last = place.first_row + len(part.sections) - 1
    names = Cells(place.sheet, Box(place.first_row, 0, last, 0))
    levels: Sequence[str] = part.levels[:_CHART_LEVELS]
    chart = out.book.chart("bar")
    shades = charts.shades_for(max(len(levels), 2))
    for index, (label, shade) in enumerate(zip(levels, shades, strict=False)):
        chart.add_series({
            "name": label, "categories": names.reference,
            "values": Cells(place.sheet, place.level_box(index)).reference,
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
    out: Out, part: Part, place: AgreementPlace, first: int, last: int
) -> tuple[Any, str]:
    """Return stacked bars of how the answers fall, item by item, from the Agreement sheet.

    Args:
        out: the workbook.
        part: the toolkit.
        place: the table of the Agreement sheet.
        first: the first item shown, from 0.
        last: the last item shown.
    """
    scale = part.toolkit.scales[place.scale]
    series = [
        Series(choice.label, Cells(place.sheet, place.choice_box(index, first, last)))
        for index, choice in reversed(list(enumerate(scale.choices)))
        if not choice.apart
    ]
    names = Cells(place.sheet, place.names_box(first, last))
    title = "share of answers; figures are counts"
    chart = charts.stacked_bars(out.book, names, series, title, size=11)
    ends = (place.items[first].item.id, place.items[last].item.id)
    return chart, words().say("items_alt", part.label, *ends, [each.name for each in series])


def _axis(name: str, low: float, high: float) -> dict[str, object]:
    return {
        "name": name, "name_font": _font(9), "num_font": _font(9), "min": low, "max": high,
        "major_gridlines": _GRID,
    }  # fmt: skip


def _font(size: float, *, bold: bool = False) -> dict[str, object]:
    return {"name": looks.FONT, "size": size, "color": palette.INK, "bold": bold}


def _finish(chart: Any, *, legend: bool) -> None:
    chart.set_legend({"position": "bottom", "font": _font(9)} if legend else {"none": True})
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"none": True}})
    chart.show_hidden_data()
