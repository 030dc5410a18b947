"""The charts of the Profile sheet, below its tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any

from xlassess.consolidate import cells, pictures, shapes
from xlassess.consolidate.cells import Out, words
from xlassess.consolidate.places import (
    ROW_PIXELS,
    AgreementPlace,
    ProfilePlace,
    agreement_places,
    levels_place,
)
from xlassess.consolidate.summary import Part
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
