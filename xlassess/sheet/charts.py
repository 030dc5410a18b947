"""Charts: the dartboard, bars and stacked bars, drawn alike in every workbook.

A chart never stands alone: a table near it gives the same figures, and `PlacedChart.description`
is read out in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlassess.sheet import palette
from xlassess.sheet.formats import FONT
from xlassess.sheet.validation import SheetError
from xlassess.sheet.writer import CellRange, WorkbookWriter

_SHADED = (palette.NAVY, palette.BLUE)
_UNSHADED, _WIRE = ("#E3E8EE", "#F6F8FA"), "#8796A5"
"""Neighbouring segments alternate, as on a dartboard."""

_SMALLEST_HOLE = 10
_GAP = 45


@dataclass(frozen=True, slots=True)
class ChartCells:
    """A block of cells on a sheet."""

    sheet: str
    box: CellRange

    @property
    def reference(self) -> list[str | int]:
        """The block as XlsxWriter takes it."""
        box = self.box
        return [self.sheet, box.first_row, box.first_column, box.last_row, box.last_column]


@dataclass(frozen=True, slots=True)
class DartboardGrid:
    """The cells a dartboard is drawn from.

    Two rows to a segment: first the shaded slice, then the unshaded one. The first column
    holds the segment's number on its first row; then follows a column per ring, the
    innermost (the lowest band) first, with 1 in the slice that shows and 0 in the other; the
    last column, from which the numbers round the board are drawn, holds 1 and 0 throughout.
    """

    sheet: str
    first_row: int
    first_column: int
    segments: int
    rings: int

    def column(self, offset: int) -> ChartCells:
        """Return a column of the grid, counted from 0 for the numbers."""
        column = self.first_column + offset
        last = self.first_row + 2 * self.segments - 1
        return ChartCells(self.sheet, CellRange(self.first_row, column, last, column))


def dartboard(book: WorkbookWriter, grid: DartboardGrid, ring_names: Sequence[str]) -> Any:
    """Return a dartboard: one ring per band, one segment per section, shaded out to the band.

    Args:
        book: the workbook.
        grid: where the slices' sizes stand.
        ring_names: the bands' names, the innermost ring (the lowest band) first.
    """
    chart = book.chart("doughnut")
    slices = [
        {"fill": {"color": colours[i % 2]}, "border": {"color": _WIRE, "width": 1}}
        for i in range(grid.segments)
        for colours in (_SHADED, _UNSHADED)
    ]
    for ring, name in enumerate(ring_names, start=1):
        chart.add_series({
            "name": name,
            "categories": grid.column(0).reference,
            "values": grid.column(ring).reference,
            "points": slices,
        })  # fmt: skip
    chart.add_series(_numbers(grid))
    chart.set_rotation(round(360 - 180 / grid.segments) % 360)
    chart.set_hole_size(_SMALLEST_HOLE)
    chart.set_plotarea({"layout": {"x": 0.04, "y": 0.04, "width": 0.92, "height": 0.92}})
    chart.set_legend({"none": True})
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    chart.show_hidden_data()
    return chart


def _numbers(grid: DartboardGrid) -> dict[str, object]:
    """Return the outermost ring, which is blank but for the segments' numbers."""
    blank = {"fill": {"none": True}, "border": {"none": True}}
    font = {"name": FONT, "size": 14, "bold": True, "color": palette.NAVY}
    hidden: list[dict[str, object]] = [{}, {"delete": True}]
    return {
        "name": "Number",
        "categories": grid.column(0).reference,
        "values": grid.column(grid.rings + 1).reference,
        "points": [blank] * (2 * grid.segments),
        "data_labels": {
            "category": True, "value": False, "font": font, "custom": hidden * grid.segments
        },
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Series:
    """One row of bars: its name and the cells of its values."""

    name: str
    values: ChartCells


def bars(
    book: WorkbookWriter,
    names: ChartCells,
    series: Series,
    axis: tuple[float, float],
    title: str,
    *,
    number_format: str = "0.0",
) -> Any:
    """Return horizontal bars, one a section, the first at the top.

    Args:
        book: the workbook.
        names: the names of the bars.
        series: their values.
        axis: least and greatest value the axis shows.
        title: what the axis measures.
        number_format: how values are shown; an empty bar shows none.
    """
    chart = book.chart("bar")
    chart.add_series({
        "name": series.name,
        "categories": names.reference,
        "values": series.values.reference,
        "fill": {"color": palette.BLUE},
        "gap": _GAP,
        "data_labels": {"value": True, "font": _font(9), "num_format": f"{number_format};;"},
    })  # fmt: skip
    _frame(chart)
    chart.set_legend({"none": True})
    low, high = axis
    chart.set_x_axis(_value_axis(title) | {"min": low, "max": high, "num_format": number_format})
    return chart


def stacked_bars(
    book: WorkbookWriter,
    names: ChartCells,
    series: Sequence[Series],
    title: str,
    *,
    size: float = 9,
) -> Any:
    """Return horizontal bars made of parts, least first, as shares of the whole.

    Args:
        book: the workbook.
        names: the names of the bars.
        series: the parts, least first; at most ten.
        title: what the axis measures.
        size: the size of letters in points, larger on a sheet that is printed small.
    """
    chart = book.chart("bar", "percent_stacked")
    shades = shades_for(len(series))
    for part, shade in zip(series, shades, strict=True):
        ink = max((palette.WHITE, palette.INK), key=lambda c: palette.contrast(c, shade))
        chart.add_series({
            "name": part.name,
            "categories": names.reference,
            "values": part.values.reference,
            "fill": {"color": shade},
            "border": {"color": palette.WHITE},
            "gap": _GAP,
            "overlap": 100,
            "data_labels": {"value": True, "font": _font(size, ink), "num_format": "0;;"},
        })  # fmt: skip
    _frame(chart, size)
    chart.set_legend({"position": "bottom", "font": _font(size)})
    chart.set_x_axis(_value_axis(title, size) | {"num_format": "0%"})
    return chart


def shades_for(parts: int) -> tuple[str, ...]:
    """Return shades for an ordered row of parts, least first.

    Raises:
        SheetError: more parts than there are shades.
    """
    if parts > palette.MOST_SHADES:
        raise SheetError(
            f"A chart cannot show {parts} parts so that they can be told apart.",
            f"Use a response scale of at most {palette.MOST_SHADES} choices.",
        )
    if parts > len(palette.SEQUENCE):
        return tuple(_between(step / (parts - 1)) for step in range(parts))
    picks = {1: (2,), 2: (0, 3), 3: (0, 2, 3)}.get(parts, range(parts))
    return tuple(palette.SEQUENCE[pick] for pick in picks)


def _between(share: float) -> str:
    """Return the shade that lies at a share of the way from the first to the last."""
    place = share * (len(palette.SEQUENCE) - 1)
    first = min(int(place), len(palette.SEQUENCE) - 2)
    one, other = palette.SEQUENCE[first : first + 2]
    ends = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    mixed = (round(low + (high - low) * (place - first)) for low, high in ends)
    return "#" + "".join(f"{part:02X}" for part in mixed)


def _font(size: float, colour: str = palette.INK) -> dict[str, object]:
    return {"name": FONT, "size": size, "color": colour, "bold": False}


def _value_axis(title: str, size: float = 9) -> dict[str, object]:
    return {
        "name": title, "name_font": _font(size, palette.MUTED), "num_font": _font(size),
        "major_gridlines": {"visible": True, "line": {"color": "#DDE3EA", "width": 0.75}},
        "line": {"none": True},
        "label_position": "high",
    }  # fmt: skip


def _frame(chart: Any, size: float = 9) -> None:
    """Give a bar chart what all have: first bar at the top, no title, no frame."""
    chart.set_y_axis({
        "reverse": True, "num_font": _font(size), "line": {"color": palette.LINE},
        "major_tick_mark": "none", "interval_unit": 1,
    })  # fmt: skip
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    chart.show_hidden_data()
