"""Charts: the dartboard, bars and stacked bars, drawn alike in every workbook.

A chart never stands alone: a table near it gives the same figures, and `PlacedChart.description`
is read out in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, hypot, sin, tau
from textwrap import wrap
from typing import Any

from xlassess.sheet import metrics, palette
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


@dataclass(frozen=True, slots=True)
class Board:
    """The words of a dartboard: its segments, and its rings from the innermost outwards.

    ``first_reaches`` is how many rings of the first segment are shaded, on which the rings' names
    are written.
    """

    segments: Sequence[str]
    rings: Sequence[str]
    first_reaches: int


def named_dartboard(book: WorkbookWriter, grid: DartboardGrid, board: Board, frame: Frame) -> Any:
    """Return a dartboard of one hue with the names of its segments round it, and of its rings."""
    chart = book.chart("doughnut")
    slices = [
        {"fill": {"color": colour}, "border": {"color": _WIRE, "width": 1}}
        for _ in range(grid.segments)
        for colour in (palette.BLUE, _UNSHADED[1])
    ]
    rest: list[dict[str, object]] = [{"delete": True}] * (2 * grid.segments - 2)
    for ring, name in enumerate(board.rings, start=1):
        reached = ring <= board.first_reaches
        font = _font(8, palette.WHITE if reached else palette.INK)
        said: dict[str, object] = {"value": name, "font": font}
        first = [said, {"delete": True}] if reached else [{"delete": True}, said]
        chart.add_series({
            "name": name, "categories": grid.column(0).reference,
            "values": grid.column(ring).reference, "points": slices,
            "data_labels": {"value": True, "custom": first + rest},
        })  # fmt: skip
    top = frame.head + _BELOW_TITLE / frame.height
    side = min(frame.width, frame.height * (0.98 - top))
    names = [_lines_at_rim(number, name) for number, name in enumerate(board.segments, 1)]
    for _ in range(_rings_of_air(names, grid.rings, side)):
        chart.add_series({
            "name": "Air", "categories": grid.column(0).reference,
            "values": grid.column(grid.rings + 1).reference,
            "points": [_BLANK] * (2 * grid.segments),
        })  # fmt: skip
    chart.add_series(_names(grid, names))
    chart.set_rotation(round(360 - 180 / grid.segments) % 360)
    chart.set_hole_size(_SMALLEST_HOLE)
    chart.set_plotarea({"layout": {
        "x": (1 - side / frame.width) / 2, "y": top,
        "width": side / frame.width, "height": side / frame.height,
    }})  # fmt: skip
    chart.set_legend({"none": True})
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    chart.show_hidden_data()
    return titled(chart, frame)


def _lines_at_rim(number: int, name: str) -> list[str]:
    return wrap(f"{number} {name}", _RIM_LETTERS)


def _rings_of_air(names: Sequence[Sequence[str]], rings: int, side: float) -> int:
    """Return how many blank rings keep the names off the board.

    Args:
        names: the lines of each name, the first at the top and the others clockwise.
        rings: the rings of the board.
        side: the side of the square it is drawn in, in pixels.
    """
    for air in range(1, _MOST_AIR):
        # The hole is about as wide as a ring.
        ring = side / 2 / (rings + air + 2)
        board, middle = (rings + 1) * ring, (rings + air + 1.5) * ring
        if all(
            _is_outside(lines, tau * place / len(names), middle, board)
            for place, lines in enumerate(names)
        ):
            return air
    return _MOST_AIR


def _is_outside(lines: Sequence[str], angle: float, middle: float, board: float) -> bool:
    """True for a name, set at an angle from the top, of which no corner lies on the board."""
    wide = max(metrics.text_width(line, _RIM_SIZE, True) for line in lines)
    width, height = wide / metrics.POINTS_PER_PIXEL, len(lines) * _RIM_LINE
    across, down = (max(0.0, abs(end) - half) for end, half in (
        (middle * sin(angle), width / 2), (middle * cos(angle), height / 2)
    ))  # fmt: skip
    return hypot(across, down) >= board


def _names(grid: DartboardGrid, names: Sequence[Sequence[str]]) -> dict[str, object]:
    """Return the outermost ring, which is blank but for the segments' names."""
    font = {"name": FONT, "size": _RIM_SIZE, "bold": True, "color": palette.NAVY}
    labels: list[dict[str, object]] = []
    for lines in names:
        labels += [{"value": "\n".join(lines), "font": font}, {"delete": True}]
    return {
        "name": "Name", "categories": grid.column(0).reference,
        "values": grid.column(grid.rings + 1).reference, "points": [_BLANK] * (2 * grid.segments),
        "data_labels": {"value": True, "custom": labels},
    }  # fmt: skip


_BELOW_TITLE = 12
"""Pixels between a title and the name of the segment at the top."""

_BLANK: dict[str, object] = {"fill": {"none": True}, "border": {"none": True}}
_RIM_LETTERS, _RIM_SIZE, _RIM_LINE = 14, 9, 15
"""Letters in a line of a name at the rim, its size in points, and pixels of height of a line."""

_MOST_AIR = 4
"""Most blank rings between a board and its names: with more, the board would be too small."""


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
    step: float = 0.0,
) -> Any:
    """Return horizontal bars, one a section, the first at the top.

    Args:
        book: the workbook.
        names: the names of the bars.
        series: their values.
        axis: least and greatest value the axis shows.
        title: what the axis measures.
        number_format: how values are shown; an empty bar shows none.
        step: how far the marks of the axis are apart, so that its greatest value has one; 0 for
            what the spreadsheet program thinks best.
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
    shown = {"min": low, "max": high, "num_format": number_format}
    if step:
        whole = all(float(one).is_integer() for one in (low, high, step))
        shown |= {"major_unit": step, "num_format": "0" if whole else number_format}
    chart.set_x_axis(_value_axis(title) | shown)
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


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of every bar: its name, its cells, its shade, and the bars too short for a figure.

    One that is ``apart`` is hatched.
    """

    name: str
    values: ChartCells
    shade: str
    bare: Sequence[bool] = ()
    apart: bool = False


@dataclass(frozen=True, slots=True)
class DivergingBars:
    """Bars about a line: parts against on the left, parts for on the right, others by themselves.

    ``before`` is the empty space left of each bar, ``between`` that between it and what stands
    apart; ``line`` is where the line stands, ``end`` where the axis ends, and
    ``axis`` what it measures.
    """

    names: ChartCells
    before: ChartCells
    parts: Sequence[Segment]
    between: ChartCells
    apart: Sequence[Segment]
    line: float
    end: float
    number_format: str
    axis: str


def diverging_bars(
    book: WorkbookWriter, bars: DivergingBars, frame: Frame, *, size: float = 9
) -> Any:
    """Return horizontal bars about a line, the first at the top.

    Excel has no such chart: it is a stacked one whose first part is empty space.

    Args:
        book: the workbook.
        bars: where they stand.
        frame: its size and its title.
        size: the size of letters in points.
    """
    chart = book.chart("bar", "stacked")
    names = bars.names.reference
    blank = {"fill": {"none": True}, "border": {"none": True}, "gap": _GAP, "overlap": 100}
    chart.add_series({"name": " ", "categories": names, "values": bars.before.reference, **blank})
    for part in bars.parts:
        chart.add_series(_segment(part, names, bars.number_format, size))
    if bars.apart:
        between = bars.between.reference
        chart.add_series({"name": " ", "categories": names, "values": between, **blank})
    for part in bars.apart:
        chart.add_series(_segment(part, names, bars.number_format, size))
    _frame(chart, size)
    # The axis of names stands at the line; their words stay at the left edge.
    chart.set_y_axis({
        "reverse": True, "num_font": _font(size), "line": {"color": palette.INK, "width": 1.25},
        "major_tick_mark": "none", "interval_unit": 1, "label_position": "low",
    })  # fmt: skip
    # The empty parts have no name and no fill, so that nothing is seen of them in the legend;
    # taken out of it, LibreOffice takes out others.
    chart.set_legend({"position": "bottom", "font": _font(size)})
    chart.set_x_axis({
        "name": bars.axis, "name_font": _font(size, palette.MUTED), "min": 0, "max": bars.end,
        "crossing": bars.line, "label_position": "none", "major_tick_mark": "none",
        "line": {"none": True}, "major_gridlines": {"visible": False},
    })  # fmt: skip
    return titled(chart, frame)


def _segment(part: Segment, names: list[str | int], shape: str, size: float) -> dict[str, object]:
    ink = max((palette.WHITE, palette.INK), key=lambda c: palette.contrast(c, part.shade))
    plain: list[dict[str, object]] = [{"delete": True} if bare else {} for bare in part.bare]
    fill: dict[str, object] = {"fill": {"color": part.shade}}
    if part.apart:
        fill = {
            "pattern": {
                "pattern": "light_upward_diagonal", "fg_color": part.shade,
                "bg_color": palette.WHITE,
            }
        }  # fmt: skip
        ink = palette.INK
    labels: dict[str, object] = {
        "value": True, "font": _font(size, ink), "num_format": shape,
    }  # fmt: skip
    if any(part.bare):
        labels["custom"] = plain
    return {
        "name": part.name, "categories": names, "values": part.values.reference, **fill,
        "border": {"color": palette.INPUT_LINE if part.apart else palette.WHITE, "width": 0.75},
        "gap": _GAP, "overlap": 100, "data_labels": labels,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Frame:
    """The size of a chart in pixels and its title: one message, or what it shows."""

    width: int
    height: int
    title: str

    @property
    def lines(self) -> list[str]:
        """The title in lines that fit the width."""
        return wrap(self.title, max(20, int(self.width / (_TITLE_SIZE * _LETTER))))

    @property
    def head(self) -> float:
        """The share of the height that the title takes."""
        return (14 + 19 * len(self.lines)) / self.height


_TITLE_SIZE, _LETTER = 11, 0.94
"""Points of a title's letters, and pixels of width of a bold letter for each point, on average,
with some to spare."""


def titled(chart: Any, frame: Frame) -> Any:
    """Give a chart its title; return the chart."""
    chart.set_title({
        "name": "\n".join(frame.lines), "overlay": False,
        "name_font": {"name": FONT, "size": _TITLE_SIZE, "bold": True, "color": palette.NAVY},
    })  # fmt: skip
    return chart


@dataclass(frozen=True, slots=True)
class Dots:
    """Dots of one kind: where they stand, how they look, and what is written beside each.

    ``reach`` are the cells of how far a thick line goes right and left of each, with the values
    they have as written; ``leftward`` draws the latter only. An empty text writes nothing.
    """

    name: str
    across: ChartCells
    places: ChartCells
    shape: str
    size: int
    colour: str
    texts: Sequence[str] = ()
    beside: str = "above"
    bold: bool = False
    reach: tuple[tuple[str, Sequence[float]], tuple[str, Sequence[float]]] | None = None
    leftward: bool = False


@dataclass(frozen=True, slots=True)
class DotPlot:
    """Dots on a line for each name, the first at the top; ``edge`` are cells of the axis' start.

    ``legend`` names the dots, ``axis`` says what is measured; ``limits`` are the ends of the axis.
    """

    names: Sequence[str]
    edge: ChartCells
    places: ChartCells
    dots: Sequence[Dots]
    limits: tuple[float, float]
    number_format: str
    axis: str
    legend: bool


def dot_plot(book: WorkbookWriter, plot: DotPlot, frame: Frame) -> Any:
    """Return dots on lines, with the names of the lines on the left."""
    chart = book.chart("scatter")
    for each in plot.dots:
        chart.add_series(_dots(each))
    # Dots at the lowest end reach over the edge at which the names end.
    names = [f"{name}\u2003" for name in plot.names]
    chart.add_series(_dots(Dots(
        " ", plot.edge, plot.places, "none", 5, palette.INK, names, "left",
    )))  # fmt: skip
    low, high = plot.limits
    # Eleven percentages along a narrow axis are turned on their side; five can be read.
    steps = {"major_unit": (high - low) / 4} if plot.number_format.endswith("%") else {}
    chart.set_x_axis({
        "name": plot.axis, "name_font": _font(9, palette.MUTED), "num_font": _font(9),
        "min": low, "max": high, "num_format": plot.number_format, **steps,
        "major_gridlines": {"visible": False}, "line": {"color": palette.LINE},
    })  # fmt: skip
    chart.set_y_axis({
        "min": 0.5, "max": len(plot.names) + 0.5, "major_unit": 1, "label_position": "none",
        "major_tick_mark": "none", "line": {"none": True},
        "major_gridlines": {"visible": True, "line": {"color": "#DDE3EA", "width": 0.75}},
    })  # fmt: skip
    hidden = [i for i, each in enumerate((*plot.dots, None)) if each is None or each.name == " "]
    legend: dict[str, object] = {"none": True}
    if plot.legend:
        legend = {"position": "bottom", "font": _font(9), "delete_series": hidden}
    chart.set_legend(legend)
    foot = (78 if plot.legend else 58) / frame.height
    chart.set_plotarea({"layout": {
        "x": 0.31, "y": frame.head + 0.01, "width": 0.60, "height": 1 - frame.head - foot - 0.01,
    }})  # fmt: skip
    chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})
    chart.show_hidden_data()
    return titled(chart, frame)


def _dots(each: Dots) -> dict[str, object]:
    series: dict[str, object] = {
        "name": each.name, "categories": each.across.reference, "values": each.places.reference,
        "marker": {"type": "none"},
    }  # fmt: skip
    if each.shape != "none":
        series["marker"] = {
            "type": each.shape, "size": each.size, "fill": {"color": each.colour},
            "border": {"color": palette.WHITE if each.size > _FAINT else each.colour},
        }  # fmt: skip
    if each.reach is not None:
        (more, above), (less, below) = each.reach
        series["x_error_bars"] = {
            "type": "custom", "plus_values": more, "minus_values": less, "plus_data": above,
            "minus_data": below, "end_style": 0, "direction": "minus" if each.leftward else "both",
            "line": {"color": palette.LINE, "width": 2.25},
        }  # fmt: skip
    if any(each.texts):
        font = {**_font(9, palette.INK), "bold": each.bold}
        series["data_labels"] = {
            "value": True, "position": each.beside,
            "custom": [{"value": text, "font": font} if text else {"delete": True}
                       for text in each.texts],
        }  # fmt: skip
    return series


_FAINT = 5
"""Markers up to this size are dots of single returns."""


def shades_against(parts: int) -> tuple[str, ...]:
    """Return shades for choices left of the line, the worst first.

    Raises:
        SheetError: more parts than there are shades.
    """
    return _even(palette.AGAINST, parts)


def shades_in_favour(parts: int) -> tuple[str, ...]:
    """Return shades for choices right of the line, the best last.

    Raises:
        SheetError: more parts than there are shades.
    """
    return _even(palette.SEQUENCE[:4], parts)


def _even(shades: Sequence[str], parts: int) -> tuple[str, ...]:
    """Shades from a row, its ends where there are two, evenly between them where more."""
    if parts > palette.MOST_SHADES:
        shades_for(parts)
    if parts <= 1:
        return (shades[len(shades) // 2],) * parts
    return tuple(_between(step / (parts - 1), shades) for step in range(parts))


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


def _between(share: float, shades: Sequence[str] = palette.SEQUENCE) -> str:
    """Return the shade that lies at a share of the way from the first to the last."""
    place = share * (len(shades) - 1)
    first = min(int(place), len(shades) - 2)
    one, other = shades[first : first + 2]
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
