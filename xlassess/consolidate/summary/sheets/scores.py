"""The Scores sheet of a toolkit whose sections have scores: totals on top, then every return."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlassess.consolidate.figures.counted import field_of
from xlassess.consolidate.figures.values import Figure, Part, ScoreRow, SectionFigures
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
    NOT_SHOWN,
    NOTHING,
    WITHHELD,
    Column,
    Grid,
    Live,
    Opening,
    Out,
    counting,
    lit,
    put,
    words,
)
from xlassess.consolidate.summary.formulas import (
    band_formula,
    pooled_share,
    return_overall,
    return_score,
    shade_limits,
)
from xlassess.consolidate.summary.places import HEADER_ROW, ScoresPlace, scores_place
from xlassess.contract.layout import cell_name
from xlassess.model.toolkit import Band
from xlassess.score import band_of
from xlassess.sheet import looks, palette
from xlassess.sheet.checked import Box, Sheet
from xlassess.sheet.looks import Look, Mark

_PEOPLE = (
    Column("Return", 13), Column("Partner", 32), Column("Respondent", 24), Column("Level", 20),
    Column("Answered", 11, cells.MIDDLE),
)  # fmt: skip
_LABELS = {
    "n": "Returns with a score", "mean": "Mean", "low": "Lowest", "high": "Highest",
    "spread": "Spread (highest less lowest)", "band": "Band the mean reaches",
}  # fmt: skip
_TOTAL = looks.Look(bold=True, fill=palette.PALE, bottom=palette.LINE, indent=1, wrap=False)
_TOTAL_MIDDLE = looks.TOTAL_MIDDLE


@dataclass(frozen=True, slots=True)
class _Total:
    """A column of totals: its figure and bands; ``of`` is the section, None for all of a view."""

    column: int
    figure: Figure
    bands: tuple[Band, ...]
    of: SectionFigures | None
    field: str


def write_scores(out: Out, part: Part) -> None:
    """Write the Scores sheet of a toolkit scored by sum, mean or share."""
    place = scores_place(out.summary, part)
    rule = part.toolkit.scoring.rule
    note = words().say("scores_note", rule)
    if not out.summary.cast.shows_rows:
        note += " " + words().say("no_rows", out.summary.cast.minimum)
    scores = [Column(each.name, 15.5, cells.MIDDLE) for each in part.sections]
    scores += [Column(_overall_name(each.name, rule), 15.5, cells.MIDDLE) for each in part.overall]
    widths = tuple(column.width for column in (*_PEOPLE, *scores))
    title = f"Scores: {part.toolkit.title}"
    opening = Opening(place.sheet, title, note, widths, (HEADER_ROW + 1, 2))
    sheet = out.open(opening)
    blank = [Column("", column.width) for column in _PEOPLE]
    blank[0] = Column("All returns", _PEOPLE[0].width)
    cells.headings(sheet, HEADER_ROW, (*blank, *scores))
    _totals(out, sheet, part, place)
    last = place.total_row("band")
    if out.summary.cast.shows_rows:
        _rows(out, sheet, part, place, (*_PEOPLE, *_numbered(scores)))
        last = place.last_row
    out.finish(sheet, opening, last)


def _overall_name(view: str, rule: str) -> str:
    name = "Grand total" if rule == "sum" else "Overall"
    return f"{name} ({view})" if view else name


def _numbered(columns: Sequence[Column]) -> list[Column]:
    """Headings of a table must differ, capitals aside; a repeated one gets a number."""
    seen: dict[str, int] = {column.header.casefold(): 1 for column in _PEOPLE}
    found = []
    for column in columns:
        key = column.header.casefold()
        seen[key] = seen.get(key, 0) + 1
        header = column.header if seen[key] == 1 else f"{column.header} ({seen[key]})"
        found.append(Column(header, column.width, column.look))
    return found


def score_look(rule: str, *, single: bool) -> Look:
    """The look of a score: whole points for one return's total, else one decimal or a share."""
    if rule == "share":
        return cells.MIDDLE.but(number="0%")
    return cells.MIDDLE.but(number="0.##" if single and rule == "sum" else "0.0")


def _totals(out: Out, sheet: Sheet, part: Part, place: ScoresPlace) -> None:
    for what, label in _LABELS.items():
        row = place.total_row(what)
        sheet.text(row, 0, label, _TOTAL)
        sheet.height(row, cells.LEAST_ROW)
        for column in range(1, len(_PEOPLE)):
            sheet.blank(row, column, _TOTAL)
    totals = [
        _Total(place.column(index), each.score, each.section.bands, each, each.field)
        for index, each in enumerate(part.sections)
    ]
    totals += [
        _Total(
            place.overall_column(index), each.score, part.toolkit.scoring.bands, None,
            field_of(each.view),
        )
        for index, each in enumerate(part.overall)
    ]  # fmt: skip
    for total in totals:
        for what, live, look in _total_cells(out, part, place, total):
            out.figure(sheet, place.total_row(what), total.column, live, look)
        _shade(sheet, part, total, place, rows=bool(part.rows))
    reached = [each.band for each in part.sections] + [each.band for each in part.overall]
    named = [(band.name, 15.5, _TOTAL_MIDDLE) for band in reached if band]
    cells.fit_row(sheet, place.total_row("band"), named)


def _total_cells(
    out: Out, part: Part, place: ScoresPlace, total: _Total
) -> Iterator[tuple[str, Live, Look]]:
    """The totals of a column: what, formula with value, look."""
    rule, figure = part.toolkit.scoring.rule, total.figure
    look = _bold(score_look(rule, single=False))
    ends = _bold(score_look(rule, single=True))
    shown = bool(part.rows) or out.summary.cast.shows_rows
    cells_ = place.cells(total.column)

    def over(function: str) -> str:
        return f'IF(COUNT({cells_})=0,"{NOTHING}",{function}({cells_}))' if shown else ""

    high, low = (cell_name(place.total_row(what), total.column) for what in ("high", "low"))
    mean = cell_name(place.total_row("mean"), total.column)
    value: str | float | None = WITHHELD if figure.withheld else figure.mean
    scope = {"section": lit(total.of.key)} if total.of else {"toolkit": lit(part.key)}
    scope |= {"field": lit(total.field), "counts": '"yes"'}
    pooled = (
        pooled_share(part, scope, rows=out.summary.cast.shows_rows)
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


def _bold(look: Look) -> Look:
    return _TOTAL_MIDDLE.but(number=look.number, wrap=False)


def _rows(
    out: Out, sheet: Sheet, part: Part, place: ScoresPlace, columns: tuple[Column, ...]
) -> None:
    """Write a row for every return."""
    name = "Scores" if len(out.summary.parts) == 1 else f"Scores_{out.summary.parts.index(part)}"
    title = f"Scores of every return, {part.toolkit.title}"
    header = place.first_row - 1
    out.table(sheet, Grid(header, columns, len(part.rows), name, title))
    for row, scored in enumerate(part.rows, place.first_row):
        person = scored.person
        who = (person.code, person.partner, person.respondent, person.level)
        for column, text in enumerate(who):
            put(sheet, row, column, text, columns[column].look)
        _answered(out, sheet, row, scored)
        for index, each in enumerate(part.sections):
            live = return_score(part, each, scored, row)
            look = score_look(part.toolkit.scoring.rule, single=True)
            out.figure(sheet, row, place.column(index), live, look)
        for index, whole in enumerate(scored.card.overall):
            live = return_overall(part, place, whole, row)
            look = score_look(part.toolkit.scoring.rule, single=True)
            out.figure(sheet, row, place.overall_column(index), live, look.but(bold=True))
        texts = [(t, c.width, c.look) for t, c in zip(who, columns, strict=False)]
        cells.fit_row(sheet, row, texts)


def _answered(out: Out, sheet: Sheet, row: int, scored: ScoreRow) -> None:
    asked = sum(each.asked for each in scored.card.sections)
    given = sum(each.answered for each in scored.card.sections)
    count = counting(True, **{"return": f"$A{row + 1}", "counts": '"yes"'})
    live = Live(f'{count}&" of {asked}"', f"{given} of {asked}")
    out.figure(sheet, row, len(_PEOPLE) - 1, live, cells.MIDDLE)


def _shade(sheet: Sheet, part: Part, total: _Total, place: ScoresPlace, *, rows: bool) -> None:
    """Shade means and scores by band, or by quarter of the range where there are no bands."""
    limits = shade_limits(part, total.of, total.bands)
    boxes = [Box(place.total_row("mean"), total.column, place.total_row("mean"), total.column)]
    if rows:
        boxes.append(Box(place.first_row, total.column, place.last_row, total.column))
    for box in boxes:
        cell = cell_name(box.first_row, total.column)
        above = ""
        for low, shade in limits:
            condition = f"AND(ISNUMBER({cell}),ROUND({cell},9)>={low:.12g}{above})"
            sheet.highlight(box, condition, Mark(fill=shade))
            above = f",ROUND({cell},9)<{low:.12g}"
