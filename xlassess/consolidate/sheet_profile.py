"""The Profile sheet of a toolkit: its sections in a table and in charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

from xlassess.consolidate import cells, pictures
from xlassess.consolidate.cells import (
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
    words,
)
from xlassess.consolidate.chart_cells import write_grid, write_whiskers
from xlassess.consolidate.figures import section_key
from xlassess.consolidate.places import (
    HEADER_ROW,
    AnswersPlace,
    ProfilePlace,
    ScoresPlace,
    profile_place,
    scores_place,
)
from xlassess.consolidate.score_formulas import band_formula, flagged_formula, pooled_share
from xlassess.consolidate.summary import Figure, Part, SectionFigures
from xlassess.contract.layout import cell_name
from xlassess.model.toolkit import Band
from xlassess.sheet import looks
from xlassess.sheet.checked import Placed, Sheet
from xlassess.sheet.looks import Look

_LEAST_COLUMNS = 10
_PAGE_PIXELS = 820
"""Pixels of height on a page at the scale that fits the sheet's width."""

_CHART_WIDTH, _SECOND_CHART_COLUMN = 560, 7

_COLUMNS = {
    "number": Column("No.", 6, cells.MIDDLE), "section": Column("Section", 36),
    "n": Column("Returns", 11, cells.MIDDLE), "mean": Column("Mean", 11, cells.MIDDLE),
    "low": Column("Lowest", 11, cells.MIDDLE), "high": Column("Highest", 11, cells.MIDDLE),
    "spread": Column("Spread", 11, cells.MIDDLE), "band": Column("Band", 17, cells.MIDDLE),
    "reading": Column("What the band says", 46),
    "significance": Column("Significance (mean)", 14, cells.MIDDLE),
    "answers": Column("Answers", 11, cells.MIDDLE),
    "favourable": Column("Favourable", 12, cells.MIDDLE),
    "flagged": Column("Marked", 11, cells.MIDDLE),
}  # fmt: skip


def write_profile(out: Out, part: Part) -> None:
    """Write the Profile sheet of a toolkit."""
    place = profile_place(out.summary, part)
    rule = part.toolkit.scoring.rule
    columns = tuple(_COLUMNS[name] for name in place.columns)
    if rule == "share":
        columns = tuple(
            Column("Share", 11, cells.MIDDLE) if each.header == "Mean" else each for each in columns
        )
    widest = max((2 + each.choices for each in place.answers), default=0)
    widths = [column.width for column in columns]
    widths += [11.0] * (max(_LEAST_COLUMNS, widest) - len(widths))
    title = f"Profile: {part.toolkit.title}"
    note = words().say("profile_note", rule)
    opening = Opening(place.sheet, title, note, tuple(widths), (HEADER_ROW + 1, 2), None)
    sheet = out.open(opening)
    number = out.summary.parts.index(part)
    title = words().say("profile_table", part.label)
    out.table(sheet, Grid(HEADER_ROW, columns, place.sections, f"Profile_{number}", title))
    if "mean" in place.columns:
        _scores(out, sheet, part, place)
    else:
        _counts(out, sheet, part, place)
    for answers in place.answers:
        _answers(out, sheet, part, answers)
    last, breaks = _charts(out, sheet, part, place)
    out.finish(sheet, opening, last, breaks)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the table of scores: its number and name, its column on Scores, its figures."""

    number: int | None
    name: str
    column: int
    figure: Figure
    band: Band | None
    bands: tuple[Band, ...]


def _scores(out: Out, sheet: Sheet, part: Part, place: ProfilePlace) -> None:
    """Write the table of scores: a row for each section, and for the whole where there is one."""
    scores = scores_place(out.summary, part)
    lines = [
        _Line(i + 1, each.name, scores.column(i), each.score, each.band, each.section.bands)
        for i, each in enumerate(part.sections)
    ]
    lines += [
        _Line(None, _whole_name(part, whole.name), scores.overall_column(i), whole.score,
              whole.band, part.toolkit.scoring.bands)
        for i, whole in enumerate(part.overall)
    ]  # fmt: skip
    for row, line in enumerate(lines, place.first_row):
        total = line.number is None
        found = _figures(part, place, scores, line, row, ranged=out.summary.cast.shows_rows)
        for column, name in enumerate(place.columns):
            live, look = found.get(name, (Live("", None), cells.MIDDLE))
            out.figure(sheet, row, column, live, _strong(look) if total else look)
        reading = line.band.reading if line.band else ""
        texts = [(line.name, 36.0, cells.CELL), (reading, 46.0, cells.CELL)]
        cells.fit_row(sheet, row, texts)
    for row, each in enumerate(part.sections, place.first_row):
        if "significance" in place.columns:
            live = _significance(out, part, each)
            look = cells.MIDDLE.but(number="0.0")
            out.figure(sheet, row, place.columns.index("significance"), live, look)
    write_whiskers(out, sheet, part, place)
    if pictures.has_dartboard(part):
        write_grid(out, sheet, part, place)


def _whole_name(part: Part, view: str) -> str:
    name = "Grand total" if part.toolkit.scoring.rule == "sum" else "Overall"
    return f"{name} ({view})" if view else name


def _strong(look: Look) -> Look:
    return look.but(bold=True, fill=looks.TOTAL.fill)


def _figures(
    part: Part, place: ProfilePlace, scores: ScoresPlace, line: _Line, row: int, *, ranged: bool
) -> dict[str, tuple[Live, Look]]:
    """The cells of a row by the name of their column; figures point at the Scores sheet."""
    rule, figure = part.toolkit.scoring.rule, line.figure
    middle = cells.MIDDLE
    mean_look = middle.but(number="0%" if rule == "share" else "0.0")
    end_look = middle.but(number="0%" if rule == "share" else "0.##" if rule == "sum" else "0.0")
    found = {
        "number": (Live("", line.number if line.number is not None else ""), middle),
        "section": (Live("", line.name), cells.CELL),
    }

    def total(what: str, value: float | str | None, look: Look) -> tuple[Live, Look]:
        return Live(scores.total(what, line.column), value), look

    found |= {
        "n": total("n", figure.n, middle.but(number="0")),
        "mean": total("mean", WITHHELD if figure.withheld else figure.mean, mean_look),
        "low": total("low", figure.low if ranged else NOT_SHOWN, end_look),
        "high": total("high", figure.high if ranged else NOT_SHOWN, end_look),
        "spread": total("spread", figure.spread if ranged else NOT_SHOWN, end_look),
    }
    if "band" in place.columns and line.bands:
        mean = cell_name(row, place.columns.index("mean"))
        band = line.band
        found["band"] = (
            Live(band_formula(mean, line.bands), band.name if band else None), middle
        )  # fmt: skip
        found["reading"] = (
            Live(band_formula(mean, line.bands, "reading"), band.reading if band else None),
            cells.CELL,
        )
    return found


def _significance(out: Out, part: Part, each: SectionFigures) -> Live:
    """How significant respondents say a section is, on average."""
    value = WITHHELD if each.significance.withheld else each.significance.mean
    item = next((i for i in part.toolkit.items() if i.weighs == each.section.id), None)
    if item is None or not out.summary.cast.shows_rows:
        return Live("", value)
    where = {
        "item": lit(section_key(part.key, item.id)),
        "field": '"answer"',
        "score": '">-1E+300"',
    }
    count = counting(True, **where)
    criteria = count.removeprefix("COUNTIFS(")
    return Live(f'IF({count}=0,"{NOTHING}",AVERAGEIFS(data_score,{criteria})', value)


def _counts(out: Out, sheet: Sheet, part: Part, place: ProfilePlace) -> None:
    """Write the first table where nothing is scored: answers, and favourable or flagged ones."""
    rows = out.summary.cast.shows_rows
    for index, each in enumerate(part.sections):
        row = place.first_row + index
        scope = {"section": lit(each.key), "field": lit(each.field)}
        proper = counting(rows, **scope, counts='"yes"')
        hidden = each.score.withheld
        if "flagged" in place.columns:
            answers = Live(f"{proper}+{counting(rows, **scope, counts=lit('apart'))}", each.given)
            last = Live(flagged_formula(part, each, scope, rows=rows), each.flagged)
        else:
            answers = Live(proper, each.answered)
            share = each.favourable / each.answered if each.answered else None
            last = Live(pooled_share(part, scope | {"counts": '"yes"'}, rows=rows), share)
        sheet.number(row, 0, index + 1, cells.MIDDLE)
        sheet.text(row, 1, each.name, cells.CELL)
        look = cells.MIDDLE.but(number="0%" if "favourable" in place.columns else "0")
        for column, (live, shape) in enumerate(((answers, cells.MIDDLE), (last, look)), 2):
            out.figure(sheet, row, column, Live("", WITHHELD) if hidden else live, shape)
        cells.fit_row(sheet, row, [(each.name, 36.0, cells.CELL)])


def _answers(out: Out, sheet: Sheet, part: Part, place: AnswersPlace) -> None:
    """Write how the answers of each section fall on the choices of a scale."""
    scale = part.toolkit.scales[place.scale]
    heads = [Column("No.", 6, cells.MIDDLE), Column("Section", 36)]
    heads += [Column(choice.label, 11, cells.MIDDLE) for choice in scale.choices]
    number = out.summary.parts.index(part)
    sheet.text(place.header - 1, 0, words().say("profile_answers", scale.title), looks.HEADING)
    sheet.height(place.header - 1, cells.HEADING_ROW)
    title = words().say("profile_answers_table", scale.title, part.label)
    name = f"Answers_{number}_{place.header}"
    out.table(sheet, Grid(place.header, tuple(heads), len(place.sections), name, title))
    rows = out.summary.cast.shows_rows
    for row, index in enumerate(place.sections, place.header + 1):
        each = part.sections[index]
        sheet.number(row, 0, index + 1, cells.MIDDLE)
        sheet.text(row, 1, each.name, cells.CELL)
        counts = each.scales.get(place.scale, {})
        for column, choice in enumerate(scale.choices, 2):
            formula = counting(
                rows,
                section=lit(each.key),
                field=lit(each.field),
                counts=lit("apart" if choice.apart else "yes"),
                choice=lit(f"{place.scale}:{choice.code}"),
            )
            value = WITHHELD if each.score.withheld else counts.get(choice.code, 0)
            out.figure(sheet, row, column, Live(formula, value), cells.MIDDLE)
        cells.fit_row(sheet, row, [(each.name, 36.0, cells.CELL)])


def _charts(out: Out, sheet: Sheet, part: Part, place: ProfilePlace) -> tuple[int, tuple[int, ...]]:
    """Put the charts below the tables, two side by side.

    Returns the last row they cover and the rows that begin a new page.
    """
    pictured = list(_pictured(out, part, place))
    top = place.last_row + 2
    height = max(300, 120 + 34 * place.sections)
    rows = ceil(height / cells.ROW_PIXELS) + 3
    for index, (title, (chart, alt)) in enumerate(pictured):
        at = top + rows * (index // 2)
        column = 0 if index % 2 == 0 else _SECOND_CHART_COLUMN
        sheet.text(at, column, title, looks.HEADING)
        sheet.height(at, cells.HEADING_ROW)
        sheet.chart(chart, Placed(at + 1, column, _CHART_WIDTH, height, alt))
    lines = (len(pictured) + 1) // 2
    page = max(1, _PAGE_PIXELS // (rows * cells.ROW_PIXELS))
    breaks = tuple(top + rows * line for line in range(0, lines, page))
    return top + rows * lines, breaks


def _pictured(out: Out, part: Part, place: ProfilePlace) -> Iterator[tuple[str, tuple[Any, str]]]:
    """Yield a heading with each chart and its description."""
    if not part.sections:
        return
    say = words().say
    if pictures.has_dartboard(part):
        yield say("picture_dartboard"), pictures.headline(out, part, place)
    if "mean" in place.columns:
        yield say("picture_bars"), pictures.range_bars(out, part, place)
    if "flagged" in place.columns:
        yield say("picture_flags"), pictures.flag_bars(out, part, place)
    for answers in place.answers:
        title = part.toolkit.scales[answers.scale].title
        yield say("profile_answers", title), pictures.stacked(out, part, place, answers)
    if "significance" in place.columns:
        yield say("picture_significance"), pictures.significance(out, part, place)
