"""The Levels sheet: board, senior management and front line side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlassess.consolidate.figures.counted import gap_between, item_range
from xlassess.consolidate.figures.thresholds import (
    DIGITS,
    ITEM_LEVEL_GAP,
    LEVEL_GAP,
    LEVEL_LEAST,
    LISTED,
    has_scores,
    marked_gaps,
    most_marked,
)
from xlassess.consolidate.figures.values import Figure, ItemFigures, SectionFigures, ToolkitResults
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    Live,
    SheetColumn,
    SheetSetup,
    SheetTable,
    SummaryWriter,
    counting,
    lit,
)
from xlassess.consolidate.summary.formulas import choice_keys, pooled_share
from xlassess.consolidate.summary.layout import (
    HEADER_ROW,
    ScoresLayout,
    level_items,
    levels_layout,
    scores_layout,
)
from xlassess.consolidate.wording.terms import NOTHING, WITHHELD, percent, words
from xlassess.contract.layout import cell_name, column_name
from xlassess.score import score_range
from xlassess.sheet import formats
from xlassess.sheet.formats import MARK_TO_DO
from xlassess.sheet.writer import CellRange, SheetWriter

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
    gap: float | None
    width: float

    @property
    def share(self) -> float | None:
        """The gap as a share of what is possible, rounded as on the sheet, so that ties tie."""
        return None if self.gap is None else round(self.gap / self.width, DIGITS)


def write_levels(writer: SummaryWriter, part: ToolkitResults) -> None:
    """Write the Levels sheet of a toolkit: the sections, then the items."""
    layout = levels_layout(writer.summary, part)
    items = level_items(part)
    header = layout.items_header if items else HEADER_ROW
    setup = SheetSetup(
        layout.sheet, f"Levels: {part.toolkit.title}", _note(writer, part),
        tuple(column.width for column in _columns(part, "Section", "returns")),
        (0 if items else layout.first_row, 1), (header, header),
    )  # fmt: skip
    sheet = writer.open(setup)
    lines = [_section_line(writer, part, each) for each in part.sections]
    _table(writer, sheet, part, HEADER_ROW, lines, items=False)
    last = HEADER_ROW + max(len(lines), 1)
    if items:
        sheet.text(header - 1, 0, words().say("levels_items"), formats.HEADING)
        sheet.height(header - 1, cells.HEADING_ROW)
        _table(
            writer, sheet, part, header, [_item_line(writer, part, i) for i in items], items=True
        )
        last = header + len(items)
    writer.finish(sheet, setup, last)


def _note(writer: SummaryWriter, part: ToolkitResults) -> str:
    say = words().say
    note = say("levels_note", part.toolkit.scoring.rule)
    if not part.levels:
        return f"{note} {say('levels_too_few', writer.summary.participants.minimum)}"
    gap = say("levels_gap", percent(LEVEL_GAP), percent(ITEM_LEVEL_GAP), LEVEL_LEAST, LISTED)
    return f"{note} {gap}"


def _columns(part: ToolkitResults, what: str, counted: str) -> tuple[SheetColumn, ...]:
    pairs = [
        column
        for label in part.levels
        for column in (
            SheetColumn(label, 15, cells.MIDDLE),
            SheetColumn(f"{label}: {counted}", 12, cells.MIDDLE),
        )
    ]
    return (
        SheetColumn(what, _NAME_WIDTH),
        *pairs,
        SheetColumn(f"All {counted}", 12, cells.MIDDLE),
        SheetColumn("Difference", 13, cells.MIDDLE),
        SheetColumn("Of the possible difference", 13, cells.MIDDLE),
        SheetColumn("Rank", 9, cells.MIDDLE),
        SheetColumn("Remark", 18, cells.MIDDLE),
    )


def _table(
    writer: SummaryWriter,
    sheet: SheetWriter,
    part: ToolkitResults,
    header: int,
    lines: Sequence[_Line],
    *,
    items: bool,
) -> None:
    columns = _columns(part, *(("Item", "answers") if items else ("Section", "returns")))
    name = "Levels_items" if items else "Levels"
    if len(writer.summary.parts) > 1:
        name = f"{name}_{writer.summary.parts.index(part)}"
    title = f"{'Items' if items else 'Sections'} by level, {part.label}"
    writer.table(sheet, SheetTable(header, columns, len(lines), name, title))
    limit = ITEM_LEVEL_GAP if items else LEVEL_GAP
    shares = [line.share for line in lines]
    marks = marked_gaps(shares, limit)
    span = (header + 1, header + max(len(lines), 1))
    for row, (line, here) in enumerate(zip(lines, marks, strict=True), header + 1):
        rank = None if line.share is None else 1 + sum(s > line.share for s in shares if s)
        last = _Marking(part.levels, span, limit, most_marked(len(lines)), rank, marked=here)
        _row(writer, sheet, row, line, last)
    if lines:
        gap = len(columns) - 1
        cell = f"${column_name(gap)}{header + 2}"
        box = CellRange(header + 1, gap, header + len(lines), gap)
        sheet.highlight(box, f'{cell}="{GAP}"', MARK_TO_DO)


@dataclass(frozen=True, slots=True)
class _Marking:
    """What marks a gap: levels, rows it is ranked among, the share it has to reach, its rank."""

    labels: Sequence[str]
    span: tuple[int, int]
    limit: float
    most: int
    rank: int | None
    marked: bool


def _row(
    writer: SummaryWriter,
    sheet: SheetWriter,
    row: int,
    line: _Line,
    marking: _Marking,
) -> None:
    labels = marking.labels
    look, whole = cells.MIDDLE.but(number=line.number), cells.MIDDLE.but(number="0")
    sheet.text(row, 0, line.name, cells.CELL)
    for index, label in enumerate(labels):
        figure = line.levels.get(label, Figure())
        mean, n = line.formulas.get(label, ("", ""))
        value = WITHHELD if figure.withheld else figure.mean
        writer.figure(sheet, row, 1 + 2 * index, Live(mean, value), look)
        writer.figure(sheet, row, 2 + 2 * index, Live(n, figure.n), whole)
    column = 1 + 2 * len(labels)
    writer.figure(sheet, row, column, line.whole, look)
    pairs = [
        (cell_name(row, 1 + 2 * index), cell_name(row, 2 + 2 * index))
        for index in range(len(labels))
    ]
    writer.figure(sheet, row, column + 1, Live(_gap_formula(pairs), line.gap), look)
    _mark(writer, sheet, (row, column + 2), line, marking)
    cells.fit_row(sheet, row, ((line.name, _NAME_WIDTH, cells.CELL),))


def _mark(
    writer: SummaryWriter,
    sheet: SheetWriter,
    at: tuple[int, int],
    line: _Line,
    marking: _Marking,
) -> None:
    """Write how large a gap is of what is possible, its rank, and whether to look at it."""
    row, column = at
    difference = cell_name(row, column - 1)
    share, rank = cell_name(row, column), cell_name(row, column + 1)
    letter = column_name(column)
    first, last = marking.span
    among = f"${letter}${first + 1}:${letter}${last + 1}"
    shown = Live(f'IF(ISNUMBER({difference}),ROUND({difference}/{line.width:.9g},9),"{NOTHING}")',
                 line.share)  # fmt: skip
    place = Live(f'IF(ISNUMBER({share}),RANK({share},{among}),"{NOTHING}")', marking.rank)
    test = f"AND(ROUND({share}-{marking.limit:.12g},9)>=0,{rank}<={marking.most})"
    found = f'IF(ISNUMBER({share}),IF({test},"{GAP}","{NOTHING}"),"{NOTHING}")'
    live = bool(line.levels)
    for index, (figure, look) in enumerate((
        (shown, cells.MIDDLE.but(number="0%")),
        (place, cells.MIDDLE.but(number="0")),
        (Live(found, GAP if marking.marked else None), cells.MIDDLE),
    )):  # fmt: skip
        one = figure if live else Live("", figure.value)
        writer.figure(sheet, row, column + index, one, look)


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


def _section_line(writer: SummaryWriter, part: ToolkitResults, section: SectionFigures) -> _Line:
    scored = part.toolkit.scoring.rule in ("sum", "mean")
    limits = score_range(part.toolkit, section.section) if scored else None
    width = limits[1] - limits[0] if limits else 1.0
    layout = scores_layout(writer.summary, part)
    gap = gap_between(section.levels.values())
    return _Line(
        name=section.name,
        levels=section.levels,
        formulas={label: _formulas(writer, part, layout, section, label) for label in part.levels},
        whole=_whole(writer, part, layout, section),
        number="0.0" if scored else "0%",
        gap=gap,
        width=width,
    )


def _whole(
    writer: SummaryWriter, part: ToolkitResults, layout: ScoresLayout, section: SectionFigures
) -> Live:
    if section.score.withheld:
        return Live("", WITHHELD)
    if part.toolkit.scoring.rule in ("sum", "mean", "share"):
        total = layout.total("mean", layout.column(part.sections.index(section)))
    else:
        total = pooled_share(part, _scope(section), rows=writer.summary.participants.shows_rows)
    return Live(total, section.score.mean)


def _scope(section: SectionFigures) -> dict[str, str]:
    return {"section": lit(section.key), "field": lit(section.field), "counts": '"yes"'}


def _formulas(
    writer: SummaryWriter,
    part: ToolkitResults,
    layout: ScoresLayout,
    section: SectionFigures,
    label: str,
) -> tuple[str, str]:
    """The formulas of a level's figure and of the number of returns it comes from."""
    if not writer.summary.participants.shows_rows:
        return "", ""
    if part.toolkit.scoring.rule not in ("sum", "mean", "share"):
        return pooled_share(part, _scope(section) | {"level": lit(label)}, rows=True), ""
    scores = layout.cells_from_outside(layout.column(part.sections.index(section)))
    levels = layout.cells_from_outside(_LEVEL_COLUMN)
    n = f"SUMPRODUCT(({levels}={lit(label)})*ISNUMBER({scores}))"
    if part.toolkit.scoring.rule == "share":
        return pooled_share(part, _scope(section) | {"level": lit(label)}, rows=True), n
    return f'IF({n}=0,"{NOTHING}",AVERAGEIFS({scores},{levels},{lit(label)}))', n


def _item_line(writer: SummaryWriter, part: ToolkitResults, item: ItemFigures) -> _Line:
    width = item_range(item.scale)
    gap = gap_between(item.levels.values())
    whole = item.agreement.mean if has_scores(item.scale) else item.favour
    rows = writer.summary.participants.shows_rows
    return _Line(
        name=f"{item.item.id}  {item.name}",
        levels=item.levels,
        formulas={label: _item_formulas(part, item, label) for label in part.levels if rows},
        whole=Live(_item_formulas(part, item, None)[0] if rows else "",
                   WITHHELD if item.withheld else whole),
        number="0.0" if has_scores(item.scale) else "0%",
        gap=gap,
        width=width,
    )  # fmt: skip


def _item_formulas(part: ToolkitResults, item: ItemFigures, label: str | None) -> tuple[str, str]:
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
