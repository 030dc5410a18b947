"""The charts of the Profile sheet, below its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import ceil
from typing import Any

from xlassess.consolidate.figures.charted import has_dartboard, limits_of, rings, weights_of
from xlassess.consolidate.figures.values import ToolkitResults
from xlassess.consolidate.summary import native_charts
from xlassess.consolidate.summary.answer_charts import (
    answer_chart,
    bars_of_items,
    fits_bars,
)
from xlassess.consolidate.summary.cells import Live, SummaryWriter
from xlassess.consolidate.summary.dot_charts import (
    CORNER,
    axes_of,
    level_dots,
    mean_dots,
    shows_levels,
    significance,
)
from xlassess.consolidate.summary.layout import (
    HEADER_ROW,
    ROW_PIXELS,
    ProfileLayout,
    agreement_layouts,
)
from xlassess.consolidate.wording.terms import words
from xlassess.contract.layout import cell_name, column_name
from xlassess.sheet import formats, metrics
from xlassess.sheet.charts import Frame
from xlassess.sheet.writer import PlacedChart, SheetWriter

_CHART_WIDTH, _SECOND_COLUMN = 560, 7
_WHOLE_WIDTH = 1160
"""Pixels of width of a chart beside another, and of one across the page."""

_MARGIN = 10
"""Pixels left free beside the last chart, so that its frame is printed."""

_PAGE_SHAPE = 620 / 960
"""Height of a landscape page between its margins as a share of its width, a little to spare."""

_ITEMS = 22
"""Most items in one chart, so that it fits a page and can be read."""

Picture = tuple[Any, str]
"""A chart, and the text read out in its place."""


def columns_for_charts(widths: Sequence[float], width: float) -> int:
    """Return how many columns of a width the charts need beyond those there are.

    What stands right of the last column of the sheet is not printed.

    Args:
        widths: the widths of the columns there are, in characters; more than seven.
        width: that of each further column, in characters.
    """
    needed = max(_WHOLE_WIDTH, _pixels(widths[:_SECOND_COLUMN]) + _CHART_WIDTH) + _MARGIN
    return max(0, ceil((needed - _pixels(widths)) / _pixels([width])))


def _pixels(widths: Sequence[float]) -> float:
    return sum(width * metrics.DIGIT_PIXELS + metrics.PADDING_PIXELS for width in widths)


def put_charts(
    writer: SummaryWriter,
    sheet: SheetWriter,
    part: ToolkitResults,
    layout: ProfileLayout,
    widths: Sequence[float],
) -> tuple[int, tuple[int, ...]]:
    """Put the charts below the tables: of sections two side by side, then those of items.

    Args:
        writer: the workbook.
        sheet: the Profile sheet, with its tables.
        part: the toolkit.
        layout: where its tables stand.
        widths: the widths of the sheet's columns, which decide how much is on a page.

    Returns:
        The last row they cover, and the rows that begin a new page.
    """
    if not part.sections:
        return layout.last_row, ()
    top = layout.last_row + 2
    height = max(300, 120 + 34 * layout.sections)
    rows = ceil(height / ROW_PIXELS) + 3
    small = list(_of_sections(writer, part, layout, (_CHART_WIDTH, height)))
    for index, picture in enumerate(small):
        at = top + rows * (index // 2)
        column = 0 if index % 2 == 0 else _SECOND_COLUMN
        _put(sheet, picture, (at, column), (_CHART_WIDTH, height))
    lines = (len(small) + 1) // 2
    page = _pixels(widths) * _PAGE_SHAPE
    left = page - sum(map(sheet.row_height, range(top))) / metrics.POINTS_PER_PIXEL
    breaks = []
    for line in range(lines):
        if left < rows * ROW_PIXELS:
            breaks.append(top + rows * line)
            left = page
        left -= rows * ROW_PIXELS
    row = top + rows * lines
    for picture, height in _of_items(writer, part):
        breaks.append(row)
        _put(sheet, picture, (row, 0), (_WHOLE_WIDTH, height))
        row += ceil(height / ROW_PIXELS) + 3
    return row, tuple(breaks)


def _put(
    sheet: SheetWriter, picture: Picture, where: tuple[int, int], size: tuple[int, int]
) -> None:
    chart, alt = picture
    sheet.chart(chart, PlacedChart(*where, *size, alt))


def _of_sections(
    writer: SummaryWriter, part: ToolkitResults, layout: ProfileLayout, size: tuple[int, int]
) -> Iterator[Picture]:
    """Yield the charts that have a point, a bar or a segment for each section."""
    if has_dartboard(part):
        yield native_charts.dartboard(writer, part, layout, size)
    if "mean" in layout.columns:
        yield mean_dots(writer, part, layout, size)
    if "flagged" in layout.columns:
        yield native_charts.flag_bars(writer, part, layout, size)
    for answers in layout.answers:
        if fits_bars(part.toolkit.scales[answers.scale]):
            yield native_charts.answers_of_sections(writer, part, layout, answers, size)
    if "significance" in layout.columns:
        yield significance(writer, part, layout, size)
    if shows_levels(part):
        yield level_dots(writer, part, layout, size)


def _of_items(writer: SummaryWriter, part: ToolkitResults) -> Iterator[tuple[Picture, int]]:
    """Yield the charts of how the answers on each item fall, with the height of each."""
    for layout in agreement_layouts(writer.summary, part):
        scale = part.toolkit.scales[layout.scale]
        if not fits_bars(scale) or not any(item.scored for item in layout.items):
            continue
        bars = bars_of_items(part, layout)
        told = part.narrative.titles.items.get(layout.scale)
        count = len(bars.names)
        for first, last in _pages(count):
            title = words().say("picture_items", scale.title, first + 1, last + 1, count)
            height = 130 + 30 * (last - first + 1)
            frame = Frame(_WHOLE_WIDTH, height, title if first or not told else told)
            yield answer_chart(writer, part, bars, frame, (first, last), size=11), height


def _pages(count: int) -> Iterator[tuple[int, int]]:
    """Yield the first and last bar of each chart, of about as many each."""
    pages = ceil(count / _ITEMS)
    ends = [round(page * count / pages) for page in range(pages + 1)]
    for first, end in pairwise(ends):
        yield first, end - 1


def write_cross(
    writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, layout: ProfileLayout
) -> None:
    """Write the ends of two lines: mean significance across, mean score upright."""
    low, high = limits_of(part)
    bottom, top = weights_of(part)
    last = layout.first_row + layout.sections
    score, weight = (
        f"{letter}${layout.first_row + 1}:{letter}${last}"
        for letter in (column_name(layout.columns.index(name)) for name in ("mean", "significance"))
    )
    scores = [each.score.mean for each in part.sections]
    weights = [each.significance.mean for each in part.sections]
    across, upright = _mean(weight, weights), _mean(score, scores)
    sheet.text(HEADER_ROW - 1, layout.cross_column, words().say("cross"), formats.SMALL)
    small = formats.SMALL.but(align="right", number="0.0")
    ends = ((Live("", low), across), (Live("", high), across),
            (upright, Live("", bottom)), (upright, Live("", top)))  # fmt: skip
    (left, right), (lower, upper) = axes_of(part)
    inside = (upper - lower) * CORNER
    corners = [Live("", each) for each in (left, left, right, right)]
    heights = [Live("", each) for each in (upper - inside, lower + inside) * 2]
    for row, (pair, x, y) in enumerate(zip(ends, corners, heights, strict=True), layout.first_row):
        for column, live in enumerate((*pair, x, y), layout.cross_column):
            writer.figure(sheet, row, column, live, small)


def _mean(box: str, values: Sequence[float | None]) -> Live:
    known = [value for value in values if value is not None]
    value = sum(known) / len(known) if known else 0.0
    return Live(f"IF(COUNT({box})=0,0,AVERAGE({box}))", value)


def write_grid(
    writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, layout: ProfileLayout
) -> None:
    """Write the slices of the dartboard to the right of the printed page."""
    grid = native_charts.dartboard_grid(part, layout)
    sheet.text(HEADER_ROW - 1, grid.first_column, "Cells of the dartboard", formats.SMALL)
    heads = ["No.", *(band.name for band in rings(part.sections[0])), "Rim"]
    for column, head in enumerate(heads, grid.first_column):
        sheet.text(HEADER_ROW, column, head, formats.SMALL)
    small = formats.SMALL.but(align="right")
    mean_column = layout.columns.index("mean")
    for index, each in enumerate(part.sections):
        row = grid.first_row + 2 * index
        mean = f"${column_name(mean_column)}${layout.first_row + index + 1}"
        sheet.number(row, grid.first_column, index + 1, small)
        for ring, band in enumerate(rings(each), 1):
            column = grid.first_column + ring
            reached = each.score.mean is not None and round(each.score.mean, 9) >= band.low
            shaded = f"IF(ISNUMBER({mean}),IF(ROUND({mean},9)>={band.low:g},1,0),0)"
            writer.figure(sheet, row, column, Live(shaded, float(reached)), small)
            rest = Live(f"1-{cell_name(row, column)}", float(not reached))
            writer.figure(sheet, row + 1, column, rest, small)
        rim = grid.first_column + grid.rings + 1
        sheet.number(row, rim, 1, small)
        sheet.number(row + 1, rim, 0, small)
