"""The Profile sheet of a toolkit: its sections in a table and in charts."""

from __future__ import annotations

from dataclasses import dataclass

from xlassess.consolidate.figures.compute import section_key
from xlassess.consolidate.figures.thresholds import first_to_look_at
from xlassess.consolidate.figures.values import Figure, Part, SectionFigures
from xlassess.consolidate.summary import cells, pictures
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
    words,
)
from xlassess.consolidate.summary.formulas import band_formula, flagged_formula, pooled_share
from xlassess.consolidate.summary.places import (
    HEADER_ROW,
    AnswersPlace,
    ProfilePlace,
    ScoresPlace,
    profile_place,
    scores_place,
)
from xlassess.consolidate.summary.profile_charts import (
    columns_for_charts,
    put_charts,
    write_cross,
    write_grid,
    write_whiskers,
)
from xlassess.contract.layout import cell_name, column_name
from xlassess.model.toolkit import Band
from xlassess.sheet import looks
from xlassess.sheet.checked import Box, Sheet
from xlassess.sheet.looks import MARK_TO_DO, Look

LOOK_FIRST = "Matters, scores less"

_LEAST_COLUMNS, _SPARE = 10, 11.0
_COLUMNS = {
    "number": Column("No.", 6, cells.MIDDLE), "section": Column("Section", 36),
    "n": Column("Returns", 11, cells.MIDDLE), "mean": Column("Mean", 11, cells.MIDDLE),
    "low": Column("Lowest", 11, cells.MIDDLE), "high": Column("Highest", 11, cells.MIDDLE),
    "spread": Column("Spread", 11, cells.MIDDLE), "band": Column("Band", 17, cells.MIDDLE),
    "reading": Column("What the band says", 46),
    "significance": Column("Significance (mean)", 14, cells.MIDDLE),
    "first": Column("To look at first", 13, cells.MIDDLE),
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
    widths += [_SPARE] * (max(_LEAST_COLUMNS, widest) - len(widths))
    widths += [_SPARE] * columns_for_charts(widths, _SPARE)
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
    last, breaks = put_charts(out, sheet, part, place, widths)
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
        if "first" in place.columns:
            texts.append((LOOK_FIRST, _COLUMNS["first"].width, cells.MIDDLE))
        cells.fit_row(sheet, row, texts)
    for row, each in enumerate(part.sections, place.first_row):
        if "significance" in place.columns:
            live = _significance(out, part, each)
            look = cells.MIDDLE.but(number="0.0")
            out.figure(sheet, row, place.columns.index("significance"), live, look)
    write_whiskers(out, sheet, part, place)
    if "significance" in place.columns:
        write_cross(out, sheet, part, place)
        _first_to_look_at(out, sheet, part, place)
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


def _first_to_look_at(out: Out, sheet: Sheet, part: Part, place: ProfilePlace) -> None:
    """Say which sections matter more than most and score less."""
    columns = [column_name(place.columns.index(name)) for name in ("mean", "significance")]
    column = place.columns.index("first")
    last = place.first_row + place.sections
    chosen = first_to_look_at(part.sections)
    for row, here in enumerate(chosen, place.first_row):
        tests = ",".join(f"ISNUMBER({each}{row + 1})" for each in columns)
        means = [f"AVERAGE({each}${place.first_row + 1}:{each}${last})" for each in columns]
        score, weight = (
            f"ROUND({each}{row + 1}-{mean},9)" for each, mean in zip(columns, means, strict=True)
        )
        found = f'IF(AND({score}<0,{weight}>=0),"{LOOK_FIRST}","{NOTHING}")'
        live = Live(f'IF(AND({tests}),{found},"{NOTHING}")', LOOK_FIRST if here else None)
        out.figure(sheet, row, column, live, cells.MIDDLE)
    cell = f"${column_name(column)}{place.first_row + 1}"
    box = Box(place.first_row, column, last - 1, column)
    sheet.highlight(box, f'{cell}="{LOOK_FIRST}"', MARK_TO_DO)


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
            hidden = each.score.withheld and not each.score.secondary
            value = WITHHELD if hidden else counts.get(choice.code, 0)
            out.figure(sheet, row, column, Live(formula, value), cells.MIDDLE)
        cells.fit_row(sheet, row, [(each.name, 36.0, cells.CELL)])
