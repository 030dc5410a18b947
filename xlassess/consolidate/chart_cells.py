"""Cells that only charts use, to the right of the Profile sheet's printed page."""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.consolidate import pictures
from xlassess.consolidate.cells import Live, Out, words
from xlassess.consolidate.places import HEADER_ROW, ProfilePlace
from xlassess.consolidate.summary import Part
from xlassess.contract.layout import cell_name, column_name
from xlassess.sheet import looks
from xlassess.sheet.checked import Sheet


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
