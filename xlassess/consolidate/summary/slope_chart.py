"""The slope chart: the sections of a toolkit over the rounds, from the cells of its Trend sheet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlassess.consolidate.figures.charted import around, limits_of
from xlassess.consolidate.figures.values import ToolkitResults
from xlassess.consolidate.summary.cells import SummaryWriter
from xlassess.consolidate.summary.layout import trend_layout
from xlassess.consolidate.wording.terms import words
from xlassess.consolidate.wording.trend_words import charted, figure_in_words, picture_title
from xlassess.sheet import formats, palette
from xlassess.sheet.charts import ChartCells, Frame, titled

_LINES = (
    (palette.NAVY, "solid", "circle"), (palette.BLUE, "dash", "square"),
    (palette.TEAL, "solid", "diamond"), (palette.TO_DO, "dash", "triangle"),
    (palette.INK, "round_dot", "circle"), (palette.CHECK, "solid", "square"),
    (palette.DONE, "dash_dot", "diamond"), (palette.MUTED, "solid", "triangle"),
)  # fmt: skip
"""Colour, dash and marker of the lines of a slope chart: no two share dash and marker."""


def trend_chart(
    writer: SummaryWriter, part: ToolkitResults, size: tuple[int, int]
) -> tuple[Any, str] | None:
    """Return the slope chart of a toolkit's sections over the rounds, None where there is none.

    Its figures are those of the Trend sheet. The axis spans what sections can have where that
    leaves lines apart.

    Args:
        writer: the summary.
        part: the toolkit.
        size: width and height of the chart, in pixels.
    """
    if part.trend is None:
        return None
    lines, first = charted(part.trend)
    if not lines:
        return None
    layout = trend_layout(writer.summary, part)
    chart = writer.book.chart("line")
    for line, look in zip(lines, _LINES, strict=False):
        row = part.trend.lines.index(line)
        chart.add_series({
            "name": f"{line.number}  {line.name}",
            "categories": ChartCells(layout.sheet, layout.names(first)).reference,
            "values": ChartCells(layout.sheet, layout.figures(row, first)).reference,
            **_drawn(*look),
        })  # fmt: skip
    _axes(chart, part, [each.mean for line in lines for each in line.figures[first:]])
    titled(chart, Frame(*size, picture_title(part.trend, len(lines))))
    chart.set_chartarea({"border": {"none": True}})
    chart.show_hidden_data()
    rounds = part.trend.rounds[first:]
    said = [
        {
            "name": line.name,
            "said": ", ".join(figure_in_words(line, each.mean) for each in line.figures[first:]),
        }
        for line in lines
    ]
    others = len(part.trend.of("section")) - len(lines)
    return chart, words().say("trend_alt", part.label, rounds, said, others)


def _axes(chart: Any, part: ToolkitResults, values: Sequence[float | None]) -> None:
    """Draw the axes and the legend; the upright one spans what can be, or what is if close."""
    low, high = limits_of(part)
    share = part.toolkit.scoring.rule in ("share", "levels")
    bottom, top = (low, high) if share else around(values, low, high)
    chart.set_y_axis({
        "num_font": _font(9), "min": bottom, "max": top, "num_format": "0%" if share else "0.0",
        "major_gridlines": {"visible": True, "line": {"color": "#DDE3EA", "width": 0.75}},
    })  # fmt: skip
    chart.set_x_axis({"num_font": _font(10), "position_axis": "on_tick"})
    chart.set_legend({"position": "bottom", "font": _font(9)})


def _drawn(colour: str, dash: str, marker: str) -> dict[str, object]:
    """How a line and its markers look."""
    return {
        "line": {"color": colour, "width": 2.25, "dash_type": dash},
        "marker": {
            "type": marker, "size": 7, "fill": {"color": colour}, "border": {"color": colour},
        },
    }  # fmt: skip


def _font(size: float) -> dict[str, object]:
    return {"name": formats.FONT, "size": size, "color": palette.INK}
