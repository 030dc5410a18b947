"""The Scores sheet of a toolkit whose sections have scores: totals on top, then every return."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from xlassess.consolidate.figures.values import Figure, ScoreRow, SectionFigures, ToolkitResults
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    Live,
    SheetColumn,
    SheetSetup,
    SheetTable,
    SummaryWriter,
    counting,
    lit,
    put,
)
from xlassess.consolidate.summary.dot_charts import write_dots_of_returns
from xlassess.consolidate.summary.formulas import (
    band_formula,
    pooled_share,
    return_overall,
    return_score,
    shade_limits,
)
from xlassess.consolidate.summary.layout import HEADER_ROW, ScoresLayout, scores_layout
from xlassess.consolidate.wording.terms import NOT_SHOWN, NOTHING, WITHHELD, words
from xlassess.contract.layout import cell_name
from xlassess.model.toolkit import Band, answer_field
from xlassess.score import band_of
from xlassess.sheet import formats, palette
from xlassess.sheet.formats import CellFormat, ConditionalFormat
from xlassess.sheet.writer import CellRange, SheetWriter

_PEOPLE = (
    SheetColumn("Return", 13),
    SheetColumn("Partner", 32),
    SheetColumn("Respondent", 24),
    SheetColumn("Level", 20),
    SheetColumn("Answered", 11, cells.MIDDLE),
)
_LABELS = {
    "n": "Returns with a score", "mean": "Mean", "low": "Lowest", "high": "Highest",
    "spread": "Spread (highest less lowest)", "band": "Band the mean reaches",
}  # fmt: skip
_TOTAL = formats.CellFormat(bold=True, fill=palette.PALE, bottom=palette.LINE, indent=1, wrap=False)
_TOTAL_MIDDLE = formats.TOTAL_MIDDLE


@dataclass(frozen=True, slots=True)
class _Total:
    """A column of totals: its figure and bands; ``of`` is the section, None for all of a view."""

    column: int
    figure: Figure
    bands: tuple[Band, ...]
    of: SectionFigures | None
    field: str


def write_scores(writer: SummaryWriter, part: ToolkitResults) -> None:
    """Write the Scores sheet of a toolkit scored by sum, mean or share."""
    layout = scores_layout(writer.summary, part)
    rule = part.toolkit.scoring.rule
    note = words().say("scores_note", rule)
    if not writer.summary.participants.shows_rows:
        note += " " + words().say("no_rows", writer.summary.participants.minimum)
    scores = [SheetColumn(each.name, 15.5, cells.MIDDLE) for each in part.sections]
    scores += [
        SheetColumn(_overall_name(each.name, rule), 15.5, cells.MIDDLE) for each in part.overall
    ]
    widths = tuple(column.width for column in (*_PEOPLE, *scores))
    title = f"Scores: {part.toolkit.title}"
    frozen = (0, 2) if writer.summary.participants.shows_rows else (HEADER_ROW + 1, 2)
    setup = SheetSetup(layout.sheet, title, note, widths, frozen)
    sheet = writer.open(setup)
    heads = (SheetColumn("All returns", _PEOPLE[0].width), *_PEOPLE[1:])
    table = f"Totals_{writer.summary.parts.index(part)}"
    columns = tuple(_numbered([*heads, *scores], set()))
    grid = SheetTable(HEADER_ROW, columns, len(_LABELS), table, words().say("totals_table"),
                      filtered=False)  # fmt: skip
    writer.table(sheet, grid)
    _totals(writer, sheet, part, layout)
    _key(sheet, part)
    last = layout.total_row("band")
    if writer.summary.participants.shows_rows:
        _rows(
            writer, sheet, part, layout, (*_PEOPLE, *_numbered(scores, [c.header for c in _PEOPLE]))
        )
        last = layout.last_row
    writer.finish(sheet, setup, last)


def _overall_name(view: str, rule: str) -> str:
    name = "Grand total" if rule == "sum" else "Overall"
    return f"{name} ({view})" if view else name


def _numbered(columns: Sequence[SheetColumn], taken: Collection[str]) -> list[SheetColumn]:
    """Headings of a table must differ, capitals aside; a repeated one gets a number."""
    seen: dict[str, int] = {header.casefold(): 1 for header in taken}
    found = []
    for column in columns:
        key = column.header.casefold()
        seen[key] = seen.get(key, 0) + 1
        header = column.header if seen[key] == 1 else f"{column.header} ({seen[key]})"
        found.append(SheetColumn(header, column.width, column.look))
    return found


def score_look(rule: str, *, single: bool) -> CellFormat:
    """The look of a score: whole points for one return's total, else one decimal or a share."""
    if rule == "share":
        return cells.MIDDLE.but(number="0%")
    return cells.MIDDLE.but(number="0.##" if single and rule == "sum" else "0.0")


def _totals(
    writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, layout: ScoresLayout
) -> None:
    for what, label in _LABELS.items():
        row = layout.total_row(what)
        sheet.text(row, 0, label, _TOTAL)
        sheet.height(row, cells.LEAST_ROW)
        for column in range(1, len(_PEOPLE)):
            sheet.blank(row, column, _TOTAL)
    totals = [
        _Total(layout.column(index), each.score, each.section.bands, each, each.field)
        for index, each in enumerate(part.sections)
    ]
    totals += [
        _Total(
            layout.overall_column(index), each.score, part.toolkit.scoring.bands, None,
            answer_field(each.view),
        )
        for index, each in enumerate(part.overall)
    ]  # fmt: skip
    for total in totals:
        for what, live, look in _total_cells(writer, part, layout, total):
            writer.figure(sheet, layout.total_row(what), total.column, live, look)
        _shade(sheet, part, total, layout, rows=bool(part.rows))
    reached = [each.band for each in part.sections] + [each.band for each in part.overall]
    named = [(band.name, 15.5, _TOTAL_MIDDLE) for band in reached if band]
    cells.fit_row(sheet, layout.total_row("band"), named)


def _total_cells(
    writer: SummaryWriter, part: ToolkitResults, layout: ScoresLayout, total: _Total
) -> Iterator[tuple[str, Live, CellFormat]]:
    """The totals of a column: what, formula with value, look."""
    rule, figure = part.toolkit.scoring.rule, total.figure
    look = _bold(score_look(rule, single=False))
    ends = _bold(score_look(rule, single=True))
    shown = bool(part.rows) or writer.summary.participants.shows_rows
    cells_ = layout.cells(total.column)

    def over(function: str) -> str:
        return f'IF(COUNT({cells_})=0,"{NOTHING}",{function}({cells_}))' if shown else ""

    high, low = (cell_name(layout.total_row(what), total.column) for what in ("high", "low"))
    mean = cell_name(layout.total_row("mean"), total.column)
    value: str | float | None = WITHHELD if figure.withheld else figure.mean
    scope = {"section": lit(total.of.key)} if total.of else {"toolkit": lit(part.key)}
    scope |= {"field": lit(total.field), "counts": '"yes"'}
    pooled = (
        pooled_share(part, scope, rows=writer.summary.participants.shows_rows)
        if rule == "share"
        else over("AVERAGE")
    )
    spread = f'IF(ISNUMBER({high}),{high}-{low},"{NOTHING}")' if shown else ""
    yield "n", Live(f"COUNT({cells_})" if shown else "", figure.n), _bold(cells.MIDDLE)
    yield "mean", Live(pooled, value), look
    yield "low", Live(over("MIN"), figure.low if shown else NOT_SHOWN), ends
    yield "high", Live(over("MAX"), figure.high if shown else NOT_SHOWN), ends
    yield "spread", Live(spread, figure.spread if shown else NOT_SHOWN), ends
    band = band_of(figure.mean, total.bands)
    formula = band_formula(mean, total.bands) if total.bands else ""
    yield "band", Live(formula, band.name if band else None), _TOTAL_MIDDLE


def _bold(look: CellFormat) -> CellFormat:
    return _TOTAL_MIDDLE.but(number=look.number, wrap=False)


def _rows(
    writer: SummaryWriter,
    sheet: SheetWriter,
    part: ToolkitResults,
    layout: ScoresLayout,
    columns: tuple[SheetColumn, ...],
) -> None:
    """Write a row for every return."""
    name = (
        "Scores" if len(writer.summary.parts) == 1 else f"Scores_{writer.summary.parts.index(part)}"
    )
    title = f"Scores of every return, {part.toolkit.title}"
    header = layout.first_row - 1
    writer.table(sheet, SheetTable(header, columns, len(part.rows), name, title))
    look = score_look(part.toolkit.scoring.rule, single=True)
    strong = look.but(bold=True)
    for row, scored in enumerate(part.rows, layout.first_row):
        person = scored.person
        who = (person.code, person.partner, person.respondent, person.level)
        for column, text in enumerate(who):
            put(sheet, row, column, text, columns[column].look)
        _answered(writer, sheet, row, scored)
        for index, each in enumerate(part.sections):
            live = return_score(part, each, scored, row)
            writer.figure(sheet, row, layout.column(index), live, look)
        for index, whole in enumerate(scored.card.overall):
            live = return_overall(part, layout, whole, row)
            writer.figure(sheet, row, layout.overall_column(index), live, strong)
        texts = [(t, c.width, c.look) for t, c in zip(who, columns, strict=False)]
        cells.fit_row(sheet, row, texts)
    write_dots_of_returns(writer, sheet, part, layout)


def _answered(writer: SummaryWriter, sheet: SheetWriter, row: int, scored: ScoreRow) -> None:
    asked = sum(each.asked for each in scored.card.sections)
    given = sum(each.answered for each in scored.card.sections)
    count = counting(True, **{"return": f"$A{row + 1}", "counts": '"yes"'})
    live = Live(f'{count}&" of {asked}"', f"{given} of {asked}")
    writer.figure(sheet, row, len(_PEOPLE) - 1, live, cells.MIDDLE)


def _key(sheet: SheetWriter, part: ToolkitResults) -> None:
    """Say what the shades mean, each on its own ground, from the lowest to the highest."""
    own = (each.section.bands for each in part.sections if each.section.bands)
    bands = next(own, part.toolkit.scoring.bands)
    limits = shade_limits(part, None, bands)
    shades = list(dict.fromkeys(shade for _, shade in reversed(limits)))
    if not shades:
        return
    texts = words().headings("shade_key", bool(bands), len(shades))
    for column, (text, shade) in enumerate(zip(texts, ("", *shades), strict=True)):
        look = formats.SMALL.but(fill=shade, colour=palette.INK)
        sheet.text(HEADER_ROW - 1, column, text, look)


def _shade(
    sheet: SheetWriter, part: ToolkitResults, total: _Total, layout: ScoresLayout, *, rows: bool
) -> None:
    """Shade means and scores by band, or by quarter of the range where there are no bands."""
    limits = shade_limits(part, total.of, total.bands)
    boxes = [
        CellRange(layout.total_row("mean"), total.column, layout.total_row("mean"), total.column)
    ]
    if rows:
        boxes.append(CellRange(layout.first_row, total.column, layout.last_row, total.column))
    for box in boxes:
        cell = cell_name(box.first_row, total.column)
        above = ""
        for low, shade in limits:
            condition = f"AND(ISNUMBER({cell}),ROUND({cell},9)>={low:.12g}{above})"
            sheet.highlight(box, condition, ConditionalFormat(fill=shade))
            above = f",ROUND({cell},9)<{low:.12g}"
