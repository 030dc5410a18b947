"""The Levels sheet: board, senior management and front line side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlassess.consolidate.figures.levels import gap_between, item_range
from xlassess.consolidate.figures.thresholds import (
    ITEM_LEVEL_GAP,
    LEVEL_GAP,
    LEVEL_LEAST,
    has_scores,
    is_gap,
)
from xlassess.consolidate.figures.values import Figure, ItemFigures, Part, SectionFigures
from xlassess.consolidate.narrative import percent
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    NOTHING,
    WITHHELD,
    Column,
    Grid,
    Live,
    Opening,
    Out,
    counting,
    lit,
    words,
)
from xlassess.consolidate.summary.formulas import choice_keys, pooled_share
from xlassess.consolidate.summary.places import (
    HEADER_ROW,
    ScoresPlace,
    level_items,
    levels_place,
    scores_place,
)
from xlassess.contract.layout import cell_name, column_name
from xlassess.score import score_range
from xlassess.sheet import looks
from xlassess.sheet.checked import Box, Sheet
from xlassess.sheet.looks import MARK_TO_DO

GAP = "Levels differ"
_LEVEL_COLUMN = 3
"""The column of the level on the Scores sheet."""

_NAME_WIDTH = 38.0
_FAR = "1E+99"
"""Further than any figure: stands in for a level that is not compared."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A row: its name, the figures of the levels with their formulas, and what is much.

    ``formulas`` gives by label the formulas of the figure and of the returns it comes from.
    """

    name: str
    levels: Mapping[str, Figure]
    formulas: Mapping[str, tuple[str, str]]
    whole: Live
    number: str
    much: float
    gap: float | None
    differ: bool


def write_levels(out: Out, part: Part) -> None:
    """Write the Levels sheet of a toolkit: the sections, then the items."""
    place = levels_place(out.summary, part)
    items = level_items(part)
    header = place.items_header if items else HEADER_ROW
    opening = Opening(
        place.sheet, f"Levels: {part.toolkit.title}", _note(out, part),
        tuple(column.width for column in _columns(part, "Section", "returns")),
        (place.first_row, 1), (header, header),
    )  # fmt: skip
    sheet = out.open(opening)
    lines = [_section_line(out, part, each) for each in part.sections]
    _table(out, sheet, part, HEADER_ROW, lines, items=False)
    last = HEADER_ROW + max(len(lines), 1)
    if items:
        sheet.text(header - 1, 0, words().say("levels_items"), looks.HEADING)
        sheet.height(header - 1, cells.HEADING_ROW)
        _table(out, sheet, part, header, [_item_line(out, part, i) for i in items], items=True)
        last = header + len(items)
    out.finish(sheet, opening, last)


def _note(out: Out, part: Part) -> str:
    say = words().say
    note = say("levels_note", part.toolkit.scoring.rule)
    if not part.levels:
        return f"{note} {say('levels_too_few', out.summary.cast.minimum)}"
    gap = say("levels_gap", percent(LEVEL_GAP), percent(ITEM_LEVEL_GAP), LEVEL_LEAST)
    return f"{note} {gap}"


def _columns(part: Part, what: str, counted: str) -> tuple[Column, ...]:
    pairs = [
        column
        for label in part.levels
        for column in (
            Column(label, 15, cells.MIDDLE),
            Column(f"{label}: {counted}", 12, cells.MIDDLE),
        )
    ]
    return (
        Column(what, _NAME_WIDTH),
        *pairs,
        Column(f"All {counted}", 12, cells.MIDDLE),
        Column("Difference", 13, cells.MIDDLE),
        Column("Remark", 18, cells.MIDDLE),
    )


def _table(
    out: Out, sheet: Sheet, part: Part, header: int, lines: Sequence[_Line], *, items: bool
) -> None:
    columns = _columns(part, *(("Item", "answers") if items else ("Section", "returns")))
    name = "Levels_items" if items else "Levels"
    if len(out.summary.parts) > 1:
        name = f"{name}_{out.summary.parts.index(part)}"
    title = f"{'Items' if items else 'Sections'} by level, {part.label}"
    out.table(sheet, Grid(header, columns, len(lines), name, title))
    for row, line in enumerate(lines, header + 1):
        _row(out, sheet, row, part.levels, line)
    if lines:
        gap = len(columns) - 1
        cell = f"${column_name(gap)}{header + 2}"
        box = Box(header + 1, gap, header + len(lines), gap)
        sheet.highlight(box, f'{cell}="{GAP}"', MARK_TO_DO)


def _row(out: Out, sheet: Sheet, row: int, labels: Sequence[str], line: _Line) -> None:
    look, whole = cells.MIDDLE.but(number=line.number), cells.MIDDLE.but(number="0")
    sheet.text(row, 0, line.name, cells.CELL)
    for index, label in enumerate(labels):
        figure = line.levels.get(label, Figure())
        mean, n = line.formulas.get(label, ("", ""))
        value = WITHHELD if figure.withheld else figure.mean
        out.figure(sheet, row, 1 + 2 * index, Live(mean, value), look)
        out.figure(sheet, row, 2 + 2 * index, Live(n, figure.n), whole)
    column = 1 + 2 * len(labels)
    out.figure(sheet, row, column, line.whole, look)
    pairs = [
        (cell_name(row, 1 + 2 * index), cell_name(row, 2 + 2 * index))
        for index in range(len(labels))
    ]
    difference = cell_name(row, column + 1)
    out.figure(sheet, row, column + 1, Live(_gap_formula(pairs), line.gap), look)
    found = f'IF(ROUND({difference},9)>={line.much:.9g},"{GAP}","{NOTHING}")'
    remark = f'IF(ISNUMBER({difference}),{found},"{NOTHING}")' if pairs else ""
    word = GAP if line.differ else None
    out.figure(sheet, row, column + 2, Live(remark, word), cells.MIDDLE)
    cells.fit_row(sheet, row, ((line.name, _NAME_WIDTH, cells.CELL),))


def _gap_formula(pairs: Sequence[tuple[str, str]]) -> str:
    """How far the highest level lies above the lowest, of those that are compared."""
    if not pairs:
        return ""
    known = [f"ISNUMBER({mean})*({n}>={LEVEL_LEAST})" for mean, n in pairs]

    def ends(instead: str) -> str:
        return ",".join(
            f"IF({test}=1,{mean},{instead})" for test, (mean, _) in zip(known, pairs, strict=True)
        )

    gap = f"MAX({ends('-' + _FAR)})-MIN({ends(_FAR)})"
    return f'IF({"+".join(known)}<2,"{NOTHING}",{gap})'


def _section_line(out: Out, part: Part, section: SectionFigures) -> _Line:
    scored = part.toolkit.scoring.rule in ("sum", "mean")
    limits = score_range(part.toolkit, section.section) if scored else None
    width = limits[1] - limits[0] if limits else 1.0
    place = scores_place(out.summary, part)
    gap = gap_between(section.levels.values())
    return _Line(
        name=section.name,
        levels=section.levels,
        formulas={label: _formulas(out, part, place, section, label) for label in part.levels},
        whole=_whole(out, part, place, section),
        number="0.0" if scored else "0%",
        much=round(LEVEL_GAP * width, 9),
        gap=gap,
        differ=is_gap(gap, width, LEVEL_GAP),
    )


def _whole(out: Out, part: Part, place: ScoresPlace, section: SectionFigures) -> Live:
    if section.score.withheld:
        return Live("", WITHHELD)
    if part.toolkit.scoring.rule in ("sum", "mean", "share"):
        total = place.total("mean", place.column(part.sections.index(section)))
    else:
        total = pooled_share(part, _scope(section), rows=out.summary.cast.shows_rows)
    return Live(total, section.score.mean)


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


def _item_line(out: Out, part: Part, item: ItemFigures) -> _Line:
    width = item_range(item.scale)
    gap = gap_between(item.levels.values())
    whole = item.agreement.mean if has_scores(item.scale) else item.favour
    rows = out.summary.cast.shows_rows
    return _Line(
        name=f"{item.item.id}  {item.name}",
        levels=item.levels,
        formulas={label: _item_formulas(part, item, label) for label in part.levels if rows},
        whole=Live(_item_formulas(part, item, None)[0] if rows else "",
                   WITHHELD if item.withheld else whole),
        number="0.0" if has_scores(item.scale) else "0%",
        much=round(ITEM_LEVEL_GAP * width, 9),
        gap=gap,
        differ=item.levels_differ,
    )  # fmt: skip


def _item_formulas(part: Part, item: ItemFigures, label: str | None) -> tuple[str, str]:
    """The formulas of a level's figure on an item and of its answers; of all for no level."""
    scope = {"item": lit(item.key), "field": lit(item.field), "counts": '"yes"'}
    if label is not None:
        scope["level"] = lit(label)
    n = counting(True, **scope)
    if has_scores(item.scale):
        criteria = n.removeprefix("COUNTIFS(")
        return f'IF({n}=0,"{NOTHING}",AVERAGEIFS(data_score,{criteria})', n
    good = "+".join(counting(True, **scope, choice=lit(key)) for key in choice_keys(part))
    return f'IF({n}=0,"{NOTHING}",({good})/{n})', n
