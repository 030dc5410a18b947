"""The charts of a toolkit's profile, drawn from the cells of its Profile sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlassess.consolidate.figures.values import Part, SectionFigures
from xlassess.consolidate.narrative import decimal, percent
from xlassess.consolidate.summary.cells import NOTHING, Out, words
from xlassess.consolidate.summary.places import AnswersPlace, ProfilePlace
from xlassess.contract.layout import column_name
from xlassess.model.toolkit import Band
from xlassess.score import score_range
from xlassess.sheet import charts, looks, palette
from xlassess.sheet.charts import Cells, DartboardGrid, Series
from xlassess.sheet.checked import Box, sheet_prefix

_FEWEST, _MOST = 3, 12
"""Segments a dartboard can show so that they are told apart."""


def has_dartboard(part: Part) -> bool:
    """True where every section has a total read by the same number of bands."""
    depths = {len(each.section.bands) for each in part.sections}
    return (
        part.toolkit.scoring.rule == "sum"
        and len(depths) == 1
        and min(depths) > 1
        and _FEWEST <= len(part.sections) <= _MOST
    )


def rings(section: SectionFigures) -> list[Band]:
    """The bands of a section from the centre of the dartboard outwards: the lowest first."""
    return sorted(section.section.bands, key=lambda band: band.low)


def dartboard_grid(part: Part, place: ProfilePlace) -> DartboardGrid:
    """Where the slices of the dartboard stand."""
    depth = len(part.sections[0].section.bands)
    return DartboardGrid(place.sheet, place.first_row, place.grid_column, len(part.sections), depth)


def headline(out: Out, part: Part, place: ProfilePlace) -> tuple[Any, str]:
    """Return the chart that stands for the whole toolkit, and the text read out in its place."""
    if has_dartboard(part):
        names = [band_range(band) for band in rings(part.sections[0])]
        chart = charts.dartboard(out.book, dartboard_grid(part, place), names)
        said = [{"name": each.name, "said": said_of(part, each)} for each in part.sections]
        return chart, words().say("dartboard_alt", part.label, said)
    if "mean" in place.columns:
        return range_bars(out, part, place)
    if part.toolkit.scoring.rule == "none":
        return flag_bars(out, part, place)
    return stacked(out, part, place, place.answers[0])


def dartboard_legend(part: Part) -> str:
    """Return what the rings of the dartboard mean, in words."""
    ranges = [band_range(band) for band in rings(part.sections[0])]
    withheld = any(each.score.withheld for each in part.sections)
    return words().say("dartboard_legend", ranges, withheld)


def band_range(band: Band) -> str:
    """Return the range of a band in words."""
    return f"{band.low:g}" if band.low == band.high else f"{band.low:g} to {band.high:g}"


def said_of(part: Part, each: SectionFigures) -> str:
    """Return the figure of a section as it is read out."""
    if each.score.mean is None:
        return NOTHING
    share = part.toolkit.scoring.rule == "share"
    mean = percent(each.score.mean) if share else decimal(each.score.mean)
    return f"{mean}, {each.band.name}" if each.band else mean


def range_bars(out: Out, part: Part, place: ProfilePlace) -> tuple[Any, str]:
    """Return bars of the mean of each section, with whiskers from the lowest to the highest."""
    rule = part.toolkit.scoring.rule
    low, high = limits_of(part)
    what = {"sum": "mean total", "mean": "mean", "share": "share of yes"}[rule]
    shape = "0%" if rule == "share" else "0.0"
    series: dict[str, object] = {
        "name": "Mean",
        "categories": Cells(place.sheet, place.box("section")).reference,
        "values": Cells(place.sheet, place.box("mean")).reference,
        "fill": {"color": palette.SKY}, "border": {"color": palette.NAVY, "width": 0.75},
        "gap": 60,
        "data_labels": {
            "value": True, "font": _font(9, bold=True), "num_format": shape,
            "position": "inside_base",
        },
    }  # fmt: skip
    ranged = any(each.score.low is not None for each in part.sections)
    if ranged:
        above, below = (range_name(place.sheet, place.whiskers(i)) for i in (0, 1))
        series["y_error_bars"] = {
            "type": "custom", "plus_values": above, "minus_values": below,
            "plus_data": [reach(each, 1) for each in part.sections],
            "minus_data": [reach(each, -1) for each in part.sections],
            "line": {"color": palette.INK, "width": 1.5},
        }  # fmt: skip
    chart = out.book.chart("bar")
    chart.add_series(series)
    _plain(chart)
    chart.set_x_axis(_axis(what, low, high) | {"num_format": shape, "label_position": "high"})
    said = [{"name": each.name, "said": said_of(part, each)} for each in part.sections]
    return chart, words().say("bars_alt", part.label, what, ranged, said)


def range_name(sheet: str, box: Box) -> str:
    """Return a block of cells as a chart names it."""
    first = f"${column_name(box.first_column)}${box.first_row + 1}"
    last = f"${column_name(box.last_column)}${box.last_row + 1}"
    return f"={sheet_prefix(sheet)}{first}:{last}"


def reach(each: SectionFigures, way: int) -> float:
    """Return how far the highest (1) or lowest (-1) score lies from the mean."""
    score = each.score
    if score.mean is None or score.low is None or score.high is None:
        return 0.0
    return score.high - score.mean if way > 0 else score.mean - score.low


def limits_of(part: Part) -> tuple[float, float]:
    """Return the lowest and the highest score a section of the toolkit can have."""
    found = [score_range(part.toolkit, each.section) for each in part.sections]
    known = [limits for limits in found if limits is not None]
    lows, highs = [low for low, _ in known], [high for _, high in known]
    return min(lows, default=0.0), max(highs, default=1.0)


def flag_bars(out: Out, part: Part, place: ProfilePlace) -> tuple[Any, str]:
    """Return bars of how many answers of each section are flagged."""
    chart = out.book.chart("bar")
    chart.add_series({
        "name": "Marked answers",
        "categories": Cells(place.sheet, place.box("section")).reference,
        "values": Cells(place.sheet, place.box("flagged")).reference,
        "fill": {"color": palette.SKY}, "border": {"color": palette.NAVY, "width": 0.75},
        "gap": 60, "data_labels": {"value": True, "font": _font(9, bold=True)},
    })  # fmt: skip
    _plain(chart)
    most = max((each.flagged for each in part.sections), default=0)
    chart.set_x_axis(
        _axis("marked answers", 0, max(most, 4)) | {"label_position": "high", "num_format": "0"}
    )
    said = [
        {"name": each.name, "said": NOTHING if each.score.withheld else str(each.flagged)}
        for each in part.sections[: place.leading]
    ]
    return chart, words().say("bars_alt", part.label, "number of marked answers", False, said)


def _plain(chart: Any) -> None:
    """Give a bar chart every name on its axis, the first at the top, and no legend or frame."""
    chart.set_y_axis({
        "reverse": True, "num_font": _font(9), "major_tick_mark": "none", "interval_unit": 1,
    })  # fmt: skip
    chart.set_legend({"none": True})
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})


def stacked(out: Out, part: Part, place: ProfilePlace, answers: AnswersPlace) -> tuple[Any, str]:
    """Return bars of how the answers of each section fall, the least choice on the left."""
    names = Cells(place.sheet, answers.names_box())
    choices = list(enumerate(part.toolkit.scales[answers.scale].choices))
    parts = [
        Series(choice.label, Cells(place.sheet, answers.choice_box(index)))
        for index, choice in reversed(choices)
        if not choice.apart
    ]
    chart = charts.stacked_bars(out.book, names, parts, "share of answers; figures are counts")
    return chart, words().say("stack_alt", part.label, [each.name for each in parts])


def weights_of(part: Part) -> tuple[float, float]:
    """The ends of the scale on which significance is given."""
    scales = [part.toolkit.scales[item.answer] for item in part.toolkit.items() if item.weighs]
    scores: Sequence[float] = [
        choice.score for scale in scales for choice in scale.substantive if choice.score is not None
    ]
    return min(scores, default=0.0), max(scores, default=1.0)


def _axis(name: str, low: float, high: float) -> dict[str, object]:
    return {
        "name": name, "name_font": _font(9), "num_font": _font(9), "min": low, "max": high,
        "major_gridlines": {"visible": True, "line": {"color": "#DDE3EA", "width": 0.75}},
    }  # fmt: skip


def _font(size: float, *, bold: bool = False) -> dict[str, object]:
    return {"name": looks.FONT, "size": size, "color": palette.INK, "bold": bold}
