"""The charts of the Profile sheet, below its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

from xlassess.consolidate.figures.values import Part
from xlassess.consolidate.summary import cells, pictures, shapes
from xlassess.consolidate.summary.cells import Live, Out, words
from xlassess.consolidate.summary.places import (
    HEADER_ROW,
    ROW_PIXELS,
    AgreementPlace,
    ProfilePlace,
    agreement_places,
    levels_place,
)
from xlassess.contract.layout import cell_name, column_name
from xlassess.sheet import looks, metrics, palette
from xlassess.sheet.checked import Placed, Sheet

_CHART_WIDTH, _SECOND_COLUMN = 560, 7
_WHOLE_WIDTH = 1160
"""Pixels of width of a chart beside another, and of one across the page."""

_MARGIN = 10
"""Pixels left free beside the last chart, so that its frame is printed."""

_PAGE_SHAPE = 620 / 960
"""Height of a landscape page between its margins as a share of its width, a little to spare."""

_ITEMS = 22
"""Most items in one chart, so that it fits a page and can be read."""

Picture = tuple[str, tuple[Any, str]]
"""A heading, and a chart with the text read out in its place."""


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
    out: Out, sheet: Sheet, part: Part, place: ProfilePlace, widths: Sequence[float]
) -> tuple[int, tuple[int, ...]]:
    """Put the charts below the tables: of sections two side by side, then those of items.

    Args:
        out: the workbook.
        sheet: the Profile sheet, with its tables.
        part: the toolkit.
        place: where its tables stand.
        widths: the widths of the sheet's columns, which decide how much is on a page.

    Returns:
        The last row they cover, and the rows that begin a new page.
    """
    if not part.sections:
        return place.last_row, ()
    top = place.last_row + 2
    height = max(300, 120 + 34 * place.sections)
    rows = ceil(height / ROW_PIXELS) + 3
    small = list(_of_sections(out, part, place))
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
    for picture, count in _of_items(out, part):
        breaks.append(row)
        height = 110 + 30 * count
        _put(sheet, picture, (row, 0), (_WHOLE_WIDTH, height))
        row += ceil(height / ROW_PIXELS) + 3
    return row, tuple(breaks)


def _put(sheet: Sheet, picture: Picture, where: tuple[int, int], size: tuple[int, int]) -> None:
    title, (chart, alt) = picture
    row, column = where
    sheet.text(row, column, title, looks.HEADING.but(wrap=False))
    sheet.height(row, cells.HEADING_ROW)
    sheet.chart(chart, Placed(row + 1, column, *size, alt))


def _of_sections(out: Out, part: Part, place: ProfilePlace) -> Iterator[Picture]:
    """Yield the charts that have a point, a bar or a segment for each section."""
    say = words().say
    if pictures.has_dartboard(part):
        yield say("picture_dartboard"), pictures.headline(out, part, place)
    if "mean" in place.columns:
        yield say("picture_bars"), pictures.range_bars(out, part, place)
    if shapes.has_radar(part, place):
        ranged = any(each.score.low is not None for each in part.sections)
        yield say("picture_radar", ranged), shapes.radar(out, part, place)
    if "flagged" in place.columns:
        yield say("picture_flags"), pictures.flag_bars(out, part, place)
    for answers in place.answers:
        title = part.toolkit.scales[answers.scale].title
        yield say("profile_answers", title), pictures.stacked(out, part, place, answers)
    if "significance" in place.columns:
        yield say("picture_significance"), shapes.significance(out, part, place)
    if len(part.levels) > 1 and part.toolkit.scoring.rule != "none":
        levels = levels_place(out.summary, part)
        yield say("picture_levels"), shapes.level_bars(out, part, levels)


def _of_items(out: Out, part: Part) -> Iterator[tuple[Picture, int]]:
    """Yield the charts of how the answers on each item fall, with how many items they have."""
    for place in agreement_places(out.summary, part):
        scale = part.toolkit.scales[place.scale]
        fits = 2 <= len(scale.substantive) <= len(palette.SEQUENCE)
        if not fits or not any(item.scored for item in place.items):
            continue
        for first, last in _pages(place):
            title = words().say("picture_items", scale.title)
            chart = shapes.item_bars(out, part, place, first, last)
            yield (title, chart), last - first + 1


def _pages(place: AgreementPlace) -> Iterator[tuple[int, int]]:
    """Yield the first and last item of each chart, of about as many items each.

    A section is divided only if it must be.
    """
    count = len(place.items)
    fair = ceil(count / ceil(count / _ITEMS))
    first = 0
    for start, end in _runs([item.section.id for item in place.items]):
        if end - first + 1 > _ITEMS and start > first:
            yield first, start - 1
            first = start
        while end - first + 1 > _ITEMS:
            yield first, first + _ITEMS - 1
            first += _ITEMS
        if end - first + 1 >= fair:
            yield first, end
            first = end + 1
    if first < len(place.items):
        yield first, len(place.items) - 1


def _runs(sections: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and last place of each run of the same section."""
    start = 0
    for index, section in enumerate(sections):
        if index + 1 == len(sections) or sections[index + 1] != section:
            yield start, index
            start = index + 1


def write_whiskers(out: Out, sheet: Sheet, part: Part, place: ProfilePlace) -> None:
    """Write how far the range of each section goes above and below its mean, for the chart."""
    columns = {name: column_name(place.columns.index(name)) for name in ("mean", "low", "high")}
    small = looks.SMALL.but(align="right", number="0.0")
    sheet.text(HEADER_ROW - 1, place.whisker_column, words().say("whiskers"), looks.SMALL)
    for row, each in enumerate(part.sections, place.first_row):
        mean, low, high = (f"${columns[name]}{row + 1}" for name in ("mean", "low", "high"))
        for side, (more, less) in enumerate(((high, mean), (mean, low))):
            formula = f"IF(ISNUMBER({low}),{more}-{less},0)"
            value = pictures.reach(each, 1 if side == 0 else -1)
            out.figure(sheet, row, place.whisker_column + side, Live(formula, value), small)


def write_cross(out: Out, sheet: Sheet, part: Part, place: ProfilePlace) -> None:
    """Write the ends of two lines: mean significance across, mean score upright."""
    low, high = pictures.limits_of(part)
    bottom, top = pictures.weights_of(part)
    last = place.first_row + place.sections
    score, weight = (
        f"{letter}${place.first_row + 1}:{letter}${last}"
        for letter in (column_name(place.columns.index(name)) for name in ("mean", "significance"))
    )
    scores = [each.score.mean for each in part.sections]
    weights = [each.significance.mean for each in part.sections]
    across, upright = _mean(weight, weights), _mean(score, scores)
    sheet.text(HEADER_ROW - 1, place.cross_column, words().say("cross"), looks.SMALL)
    small = looks.SMALL.but(align="right", number="0.0")
    ends = ((Live("", low), across), (Live("", high), across),
            (upright, Live("", bottom)), (upright, Live("", top)))  # fmt: skip
    for row, pair in enumerate(ends, place.first_row):
        for column, live in enumerate(pair, place.cross_column):
            out.figure(sheet, row, column, live, small)


def _mean(cells: str, values: Sequence[float | None]) -> Live:
    known = [value for value in values if value is not None]
    value = sum(known) / len(known) if known else 0.0
    return Live(f"IF(COUNT({cells})=0,0,AVERAGE({cells}))", value)


def write_grid(out: Out, sheet: Sheet, part: Part, place: ProfilePlace) -> None:
    """Write the slices of the dartboard to the right of the printed page."""
    grid = pictures.dartboard_grid(part, place)
    sheet.text(HEADER_ROW - 1, grid.first_column, "Cells of the dartboard", looks.SMALL)
    heads = ["No.", *(band.name for band in pictures.rings(part.sections[0])), "Rim"]
    for column, head in enumerate(heads, grid.first_column):
        sheet.text(HEADER_ROW, column, head, looks.SMALL)
    small = looks.SMALL.but(align="right")
    mean_column = place.columns.index("mean")
    for index, each in enumerate(part.sections):
        row = grid.first_row + 2 * index
        mean = f"${column_name(mean_column)}${place.first_row + index + 1}"
        sheet.number(row, grid.first_column, index + 1, small)
        for ring, band in enumerate(pictures.rings(each), 1):
            column = grid.first_column + ring
            reached = each.score.mean is not None and round(each.score.mean, 9) >= band.low
            shaded = f"IF(ISNUMBER({mean}),IF(ROUND({mean},9)>={band.low:g},1,0),0)"
            out.figure(sheet, row, column, Live(shaded, float(reached)), small)
            rest = Live(f"1-{cell_name(row, column)}", float(not reached))
            out.figure(sheet, row + 1, column, rest, small)
        rim = grid.first_column + grid.rings + 1
        sheet.number(row, rim, 1, small)
        sheet.number(row + 1, rim, 0, small)
