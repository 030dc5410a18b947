"""The Levels sheet: board, senior management and front line side by side."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from xlassess.consolidate import cells
from xlassess.consolidate.cells import (
    NOTHING,
    WITHHELD,
    Column,
    Grid,
    Live,
    Opening,
    Out,
    lit,
    words,
)
from xlassess.consolidate.narrative import percent
from xlassess.consolidate.places import HEADER_ROW, ScoresPlace, scores_place, sheet_name
from xlassess.consolidate.score_formulas import pooled_share
from xlassess.consolidate.summary import Figure, Part, SectionFigures
from xlassess.consolidate.thresholds import LEVEL_GAP
from xlassess.contract.layout import cell_name, column_name
from xlassess.score import score_range
from xlassess.sheet import charts, looks, palette
from xlassess.sheet.checked import Box, Placed, Sheet
from xlassess.sheet.looks import MARK_TO_DO

GAP = "Levels differ"
_LEVEL_COLUMN = 3
_FIRST = HEADER_ROW + 1
_CHART_LEVELS = 5
_ON_ONE_PAGE = 4
"""Sections up to which table and chart fit on one page."""


def write_levels(out: Out, part: Part) -> None:
    """Write the Levels sheet of a toolkit."""
    name = sheet_name("Levels", part, out.summary.parts)
    rule = part.toolkit.scoring.rule
    title = f"Levels: {part.toolkit.title}"
    note = words().say("levels_note", rule)
    if not part.levels:
        note += " " + words().say("levels_too_few", out.summary.cast.minimum)
    else:
        note += " " + words().say("levels_gap", percent(LEVEL_GAP))
    columns = _columns(part)
    opening = Opening(name, title, note, tuple(c.width for c in columns), (_FIRST, 1))
    sheet = out.open(opening)
    table = "Levels" if len(out.summary.parts) == 1 else f"Levels_{out.summary.parts.index(part)}"
    count = len(part.sections)
    out.table(sheet, Grid(HEADER_ROW, columns, count, table, f"Sections by level, {part.label}"))
    for row, section in enumerate(part.sections, _FIRST):
        _row(out, sheet, row, part, section)
    last = HEADER_ROW + max(count, 1)
    gap = len(columns) - 1
    cell = f"${column_name(gap)}{_FIRST + 1}"
    sheet.highlight(Box(_FIRST, gap, last, gap), f'{cell}="{GAP}"', MARK_TO_DO)
    breaks: tuple[int, ...] = ()
    if len(part.levels) > 1 and count:
        breaks = (last + 2,) if count > _ON_ONE_PAGE else ()
        last = _chart(out, sheet, part, last)
    out.finish(sheet, opening, last, breaks)


def _columns(part: Part) -> tuple[Column, ...]:
    pairs = [
        column
        for label in part.levels
        for column in (
            Column(label, 15, cells.MIDDLE),
            Column(f"{label}: returns", 12, cells.MIDDLE),
        )
    ]
    return (
        Column("Section", 38),
        *pairs,
        Column("All returns", 12, cells.MIDDLE),
        Column("Difference", 13, cells.MIDDLE),
        Column("Remark", 18, cells.MIDDLE),
    )


def _row(out: Out, sheet: Sheet, row: int, part: Part, section: SectionFigures) -> None:
    rule = part.toolkit.scoring.rule
    look = cells.MIDDLE.but(number="0.0" if rule in ("sum", "mean") else "0%")
    whole = cells.MIDDLE.but(number="0")
    sheet.text(row, 0, section.name, cells.CELL)
    place = scores_place(out.summary, part)
    for index, label in enumerate(part.levels):
        figure = section.levels.get(label, Figure())
        mean, n = _formulas(out, part, place, section, label)
        value = WITHHELD if figure.withheld else figure.mean
        out.figure(sheet, row, 1 + 2 * index, Live(mean, value), look)
        out.figure(sheet, row, 2 + 2 * index, Live(n, figure.n), whole)
    column = 1 + 2 * len(part.levels)
    value = WITHHELD if section.score.withheld else section.score.mean
    total = ""
    if rule in ("sum", "mean", "share"):
        total = place.total("mean", place.column(part.sections.index(section)))
    elif not section.score.withheld:
        total = pooled_share(part, _scope(section), rows=out.summary.cast.shows_rows)
    out.figure(sheet, row, column, Live(total, value), look)
    _difference(out, sheet, row, part, section)
    cells.fit_row(sheet, row, ((section.name, 38, cells.CELL),))


def _scope(section: SectionFigures) -> dict[str, str]:
    return {"section": lit(section.key), "field": lit(section.field), "counts": '"yes"'}


def _formulas(
    out: Out, part: Part, place: ScoresPlace, section: SectionFigures, label: str
) -> tuple[str, str]:
    """The formulas of a level's figure and of the number of returns it comes from."""
    if not out.summary.cast.shows_rows:
        return "", ""
    if part.toolkit.scoring.rule not in ("sum", "mean", "share"):
        return pooled_share(part, _scope(section) | {"level": lit(label)}, rows=True), ""
    scores = place.cells_from_outside(place.column(part.sections.index(section)))
    levels = place.cells_from_outside(_LEVEL_COLUMN)
    n = f"SUMPRODUCT(({levels}={lit(label)})*ISNUMBER({scores}))"
    if part.toolkit.scoring.rule == "share":
        return pooled_share(part, _scope(section) | {"level": lit(label)}, rows=True), n
    return f'IF({n}=0,"{NOTHING}",AVERAGEIFS({scores},{levels},{lit(label)}))', n


def _difference(out: Out, sheet: Sheet, row: int, part: Part, section: SectionFigures) -> None:
    """Write how far the highest level lies above the lowest, and whether that is much."""
    rule = part.toolkit.scoring.rule
    look = cells.MIDDLE.but(number="0.0" if rule in ("sum", "mean") else "0%")
    means = [f.mean for f in section.levels.values() if f.mean is not None]
    gap = max(means) - min(means) if len(means) > 1 else None
    column = 2 + 2 * len(part.levels)
    names = [cell_name(row, 1 + 2 * index) for index in range(len(part.levels))]
    formula, remark = "", ""
    limits = score_range(part.toolkit, section.section) or (0.0, 1.0)
    much = round(LEVEL_GAP * (limits[1] - limits[0]), 9)
    if names:
        listed = ",".join(names)
        formula = f'IF(COUNT({listed})<2,"{NOTHING}",MAX({listed})-MIN({listed}))'
        cell = cell_name(row, column)
        found = f'IF(ROUND({cell},9)>={much:.9g},"{GAP}","{NOTHING}")'
        remark = f'IF(ISNUMBER({cell}),{found},"{NOTHING}")'
    word = GAP if gap is not None and round(gap, 9) >= much else None
    out.figure(sheet, row, column, Live(formula, gap), look)
    out.figure(sheet, row, column + 1, Live(remark, word), cells.MIDDLE)


def _chart(out: Out, sheet: Sheet, part: Part, last: int) -> int:
    """Draw the levels as bars and return the last row below the chart."""
    limits = (0.0, 1.0)
    if part.toolkit.scoring.rule in ("sum", "mean"):
        limits = score_range(part.toolkit, part.sections[0].section) or limits
    chart = out.book.chart("bar")
    names = charts.Cells(sheet.name, Box(_FIRST, 0, last, 0))
    levels: Sequence[str] = part.levels[:_CHART_LEVELS]
    shades = charts.shades_for(max(len(levels), 2))
    for index, (label, shade) in enumerate(zip(levels, shades, strict=False)):
        values = charts.Cells(sheet.name, Box(_FIRST, 1 + 2 * index, last, 1 + 2 * index))
        chart.add_series({
            "name": label, "categories": names.reference, "values": values.reference,
            "fill": {"color": shade}, "border": {"color": palette.NAVY, "width": 0.5}, "gap": 60,
        })  # fmt: skip
    font = {"name": looks.FONT, "size": 9, "bold": False}
    chart.set_y_axis({"reverse": True, "num_font": font, "major_tick_mark": "none"})
    chart.set_x_axis({
        "min": limits[0], "max": limits[1], "num_font": font,
        "major_gridlines": {"visible": True, "line": {"color": "#DDE3EA", "width": 0.75}},
        "label_position": "high",
    })  # fmt: skip
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"none": True}})
    height = 90 + len(part.sections) * (18 + 14 * len(levels))
    alt = words().say("levels_alt", part.label, list(levels))
    top = last + 2
    sheet.chart(chart, Placed(top, 0, 820, height, alt))
    return top + ceil(height / cells.ROW_PIXELS) + 1
