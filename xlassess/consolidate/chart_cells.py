"""Cells that only charts use, to the right of the Profile sheet's printed page."""

from __future__ import annotations

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
