"""The charts of a toolkit's profile, drawn from the cells of its Profile sheet."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import Any

from xlassess.consolidate.figures.charted import (
    compares_levels,
    compares_significance,
    has_means,
    leads_with_flags,
    rings,
    shows_dartboard,
)
from xlassess.consolidate.figures.values import ToolkitResults
from xlassess.consolidate.summary.answer_charts import answer_chart, bars_of_sections, fits_bars
from xlassess.consolidate.summary.cells import SummaryWriter
from xlassess.consolidate.summary.dot_charts import (
    level_dots,
    mean_dots,
    shows_levels,
    significance,
)
from xlassess.consolidate.summary.layout import AnswersLayout, ProfileLayout
from xlassess.consolidate.wording.terms import NOTHING, band_range, mean_or_reason, said_of, words
from xlassess.sheet import charts, formats, palette
from xlassess.sheet.charts import ChartCells, DartboardGrid, Frame


def dartboard_grid(part: ToolkitResults, layout: ProfileLayout) -> DartboardGrid:
    """Where the slices of the dartboard stand."""
    depth = len(part.sections[0].section.bands)
    return DartboardGrid(
        layout.sheet, layout.first_row, layout.grid_column, len(part.sections), depth
    )


Size = tuple[int, int]
"""Width and height of a chart in pixels."""


def headline(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, size: Size
) -> tuple[Any, str]:
    """Return the chart that stands for the whole toolkit, and the text read out in its place."""
    if shows_dartboard(part):
        return dartboard(writer, part, layout, size)
    if "mean" in layout.columns and has_means(part):
        return mean_dots(writer, part, layout, size)
    drawn = _drawn(part, layout)
    if part.toolkit.scoring.rule == "none" and not drawn:
        return flag_bars(writer, part, layout, size)
    return answers_of_sections(writer, part, layout, (drawn or layout.answers)[0], size)


def _drawn(part: ToolkitResults, layout: ProfileLayout) -> list[AnswersLayout]:
    """The scales of which bars can be drawn."""
    return [each for each in layout.answers if fits_bars(part.toolkit.scales[each.scale])]


def dartboard(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, size: Size
) -> tuple[Any, str]:
    """Return a dartboard: a segment a section, a ring a band, shaded out to the band reached."""
    board = charts.Board(
        segments=[mean_or_reason(each, each.name) for each in part.sections],
        rings=[band_range(band) for band in rings(part.sections[0])],
        first_reaches=_first_reaches(part),
    )
    title = part.narrative.titles.means or words().say("picture_dartboard")
    chart = charts.named_dartboard(
        writer.book, dartboard_grid(part, layout), board, Frame(*size, title)
    )
    said = [{"name": each.name, "said": said_of(part, each)} for each in part.sections]
    return chart, words().say("dartboard_alt", part.label, said)


def _first_reaches(part: ToolkitResults) -> int:
    """How many rings of the first segment are shaded."""
    first = part.sections[0]
    mean = first.score.mean
    return sum(mean is not None and round(mean, 9) >= band.low for band in rings(first))


def answers_of_sections(
    writer: SummaryWriter,
    part: ToolkitResults,
    layout: ProfileLayout,
    answers: AnswersLayout,
    size: Size,
) -> tuple[Any, str]:
    """Return bars of how the answers of sections fall on a scale: as many as there is room for."""
    scale = part.toolkit.scales[answers.scale]
    plain = words().say("profile_answers", scale.title)
    title = part.narrative.titles.answers.get(answers.scale) or plain
    bars = bars_of_sections(part, answers, layout.sheet)
    frame = Frame(*size, title)
    last = max(1, min(_bars_that_fit(frame, bars.names), len(bars.names))) - 1
    return answer_chart(writer, part, bars, frame, (0, last))


def _bars_that_fit(frame: Frame, names: Iterable[str]) -> int:
    """Return for how many bars there is room, with a name of several lines beside each."""
    letters = max(10, int(frame.width * _NAMES / _NAME_LETTER))
    lines = max((len(wrap(name, letters)) for name in names), default=1)
    bar = max(_LEAST_BAR, lines * _NAME_LINE)
    return int((frame.height * (1 - frame.head) - _BELOW_BARS) / bar)


_FEWEST_BARS = 4
"""Bars below which a picture beside the lists is left out: one or two of many compare nothing."""

_LEAST_BAR, _BELOW_BARS = 19, 105
"""Pixels of height that a bar needs for its figure, and those that the axis and legend take."""

_NAMES, _NAME_LETTER, _NAME_LINE = 0.46, 5.2, 15
"""Share of the width that names beside bars have, and pixels of their letters and lines. Programs
leave out every other name where they are too high."""


def beside_lists(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, size: Size
) -> tuple[Any, str] | None:
    """Return the chart that says most after the headline's, None where there is none."""
    if part.sections and part.toolkit.scoring.rule == "none":
        return _beside_unscored(writer, part, layout, size)
    if not part.sections or size[1] < _LEAST_BESIDE:
        return None
    if "significance" in layout.columns and compares_significance(part):
        return significance(writer, part, layout, size)
    # Where no section has a mean the headline's chart shows how answers fall already.
    shown = "mean" in layout.columns and not has_means(part)
    rest = layout.answers[1:] if shown else layout.answers
    if rest and part.toolkit.scoring.rule != "levels":
        return _if_it_fits(writer, part, layout, rest[0], size)
    if shows_levels(part) and compares_levels(part):
        return level_dots(writer, part, layout, size)
    return None


def _beside_unscored(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, size: Size
) -> tuple[Any, str] | None:
    """What is to act on, which takes little room, or else how answers fall on the next scale."""
    drawn = _drawn(part, layout)
    fits = size[1] >= _flags_height(layout)
    if drawn and leads_with_flags(part) and fits:
        return flag_bars(writer, part, layout, size)
    rest = [each for each in layout.answers if each not in drawn[:1]]
    return _if_it_fits(writer, part, layout, rest[0], size) if rest else None


def _if_it_fits(
    writer: SummaryWriter,
    part: ToolkitResults,
    layout: ProfileLayout,
    answers: AnswersLayout,
    size: Size,
) -> tuple[Any, str] | None:
    """Bars of how answers fall, where so many fit that there is something to compare."""
    title = part.narrative.titles.answers.get(answers.scale, "")
    names = bars_of_sections(part, answers, layout.sheet).names
    if _bars_that_fit(Frame(*size, title), names) < min(_FEWEST_BARS, len(names)):
        return None
    return answers_of_sections(writer, part, layout, answers, size)


_LEAST_BESIDE = 200
"""Least height in pixels of a picture with a legend or many names."""

_ABOUT_FLAGS, _FLAG_BAR, _AXIS = 70, 17, 50
"""Pixels of height of the title of bars of flags, of a bar with its name, and of the axis."""


def _flags_height(layout: ProfileLayout, more: int = 0) -> int:
    """Pixels of height at which no name of a bar of flags is left out."""
    return _ABOUT_FLAGS + more + layout.leading * _FLAG_BAR


def flag_bars(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, size: Size
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
    axis = _axis("answers to act on", 0, max(most, 4))
    # Every bar has its figure: where height is short, names need it more than the axis does.
    axis |= {
        "label_position": "high",
        "num_format": "0",
        "visible": size[1] >= _flags_height(layout, _AXIS),
    }
    chart.set_x_axis(axis)
    charts.titled(chart, Frame(*size, part.narrative.titles.flags or words().say("picture_flags")))
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
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})


def _axis(name: str, low: float, high: float) -> dict[str, object]:
    return {
        "name": name, "name_font": _font(9), "num_font": _font(9), "min": low, "max": high,
        "major_gridlines": _GRID,
    }  # fmt: skip


def _font(size: float, *, bold: bool = False) -> dict[str, object]:
    return {"name": formats.FONT, "size": size, "color": palette.INK, "bold": bold}


_GRID = {"visible": True, "line": {"color": "#DDE3EA", "width": 0.75}}
