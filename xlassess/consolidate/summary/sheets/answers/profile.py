"""The Profile sheet of a toolkit: its sections in a table and in charts."""

from __future__ import annotations

from dataclasses import dataclass

from xlassess.consolidate.figures.charted import first_to_look_at, has_dartboard
from xlassess.consolidate.figures.compute import section_key
from xlassess.consolidate.figures.values import Figure, SectionFigures, ToolkitResults
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.answer_charts import bars_of_sections, write_bars
from xlassess.consolidate.summary.cells import (
    Live,
    SheetColumn,
    SheetSetup,
    SheetTable,
    SummaryWriter,
    counting,
    lit,
)
from xlassess.consolidate.summary.chart_area import (
    columns_for_charts,
    put_charts,
    write_cross,
    write_grid,
)
from xlassess.consolidate.summary.dot_charts import write_dots
from xlassess.consolidate.summary.formulas import band_formula, flagged_formula, pooled_share
from xlassess.consolidate.summary.layout import (
    HEADER_ROW,
    AnswersLayout,
    ProfileLayout,
    ScoresLayout,
    profile_layout,
    scores_layout,
)
from xlassess.consolidate.wording.terms import NOT_SHOWN, NOTHING, WITHHELD, words
from xlassess.contract.layout import cell_name, column_name
from xlassess.model.toolkit import Band
from xlassess.sheet import formats
from xlassess.sheet.formats import MARK_TO_DO, CellFormat
from xlassess.sheet.writer import CellRange, SheetWriter

LOOK_FIRST = "Matters, scores less"

_LEAST_COLUMNS, _SPARE = 10, 11.0
_COLUMNS = {
    "number": SheetColumn("No.", 6, cells.MIDDLE),
    "section": SheetColumn("Section", 36),
    "n": SheetColumn("Returns", 11, cells.MIDDLE),
    "mean": SheetColumn("Mean", 11, cells.MIDDLE),
    "low": SheetColumn("Lowest", 11, cells.MIDDLE),
    "high": SheetColumn("Highest", 11, cells.MIDDLE),
    "spread": SheetColumn("Spread", 11, cells.MIDDLE),
    "band": SheetColumn("Band", 17, cells.MIDDLE),
    "reading": SheetColumn("What the band says", 46),
    "significance": SheetColumn("Significance (mean)", 14, cells.MIDDLE),
    "first": SheetColumn("To look at first", 13, cells.MIDDLE),
    "answers": SheetColumn("Answers", 11, cells.MIDDLE),
    "favourable": SheetColumn("Upper half of the scale", 12, cells.MIDDLE),
    "flagged": SheetColumn("To act on", 11, cells.MIDDLE),
}


def write_profile(writer: SummaryWriter, part: ToolkitResults) -> None:
    """Write the Profile sheet of a toolkit."""
    layout = profile_layout(writer.summary, part)
    rule = part.toolkit.scoring.rule
    columns = tuple(_COLUMNS[name] for name in layout.columns)
    if rule == "share":
        columns = tuple(
            SheetColumn("Share", 11, cells.MIDDLE) if each.header == "Mean" else each
            for each in columns
        )
    widest = max((2 + each.choices for each in layout.answers), default=0)
    widths = [column.width for column in columns]
    widths += [_SPARE] * (max(_LEAST_COLUMNS, widest) - len(widths))
    widths += [_SPARE] * columns_for_charts(widths, _SPARE)
    title = f"Profile: {part.toolkit.title}"
    note = words().say("profile_note", rule)
    # Where a second table follows, frozen headings would stand over the wrong one.
    frozen = (0, 2) if layout.answers else (HEADER_ROW + 1, 2)
    setup = SheetSetup(layout.sheet, title, note, tuple(widths), frozen, None)
    sheet = writer.open(setup)
    number = writer.summary.parts.index(part)
    title = words().say("profile_table", part.label)
    writer.table(
        sheet,
        SheetTable(
            HEADER_ROW,
            columns,
            layout.sections + layout.wholes,
            f"Profile_{number}",
            title,
        ),
    )
    if "mean" in layout.columns:
        _scores(writer, sheet, part, layout)
    else:
        _counts(writer, sheet, part, layout)
    write_dots(writer, sheet, part, layout)
    for answers in layout.answers:
        _answers(writer, sheet, part, answers)
    last, breaks = put_charts(writer, sheet, part, layout, widths)
    writer.finish(sheet, setup, last, breaks)


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the table of scores: its number and name, its column on Scores, its figures."""

    number: int | None
    name: str
    column: int
    figure: Figure
    band: Band | None
    bands: tuple[Band, ...]


def _scores(
    writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, layout: ProfileLayout
) -> None:
    """Write the table of scores: a row for each section, and for the whole where there is one."""
    scores = scores_layout(writer.summary, part)
    lines = [
        _Line(each.number, each.name, scores.column(i), each.score, each.band, each.section.bands)
        for i, each in enumerate(part.sections)
    ]
    lines += [
        _Line(None, _whole_name(part, whole.name), scores.overall_column(i), whole.score,
              whole.band, part.toolkit.scoring.bands)
        for i, whole in enumerate(part.overall)
    ]  # fmt: skip
    for row, line in enumerate(lines, layout.first_row):
        total = line.number is None
        found = _figures(
            part, layout, scores, line, row, ranged=writer.summary.participants.shows_rows
        )
        for column, name in enumerate(layout.columns):
            live, look = found.get(name, (Live("", None), cells.MIDDLE))
            writer.figure(sheet, row, column, live, _strong(look) if total else look)
        reading = line.band.reading if line.band else ""
        texts = [(line.name, 36.0, cells.CELL), (reading, 46.0, cells.CELL)]
        if "first" in layout.columns:
            texts.append((LOOK_FIRST, _COLUMNS["first"].width, cells.MIDDLE))
        cells.fit_row(sheet, row, texts)
    for row, each in enumerate(part.sections, layout.first_row):
        if "significance" in layout.columns:
            live = _significance(writer, part, each)
            look = cells.MIDDLE.but(number="0.0")
            writer.figure(sheet, row, layout.columns.index("significance"), live, look)
    if "significance" in layout.columns:
        write_cross(writer, sheet, part, layout)
        _first_to_look_at(writer, sheet, part, layout)
    if has_dartboard(part):
        write_grid(writer, sheet, part, layout)


def _whole_name(part: ToolkitResults, view: str) -> str:
    name = "Grand total" if part.toolkit.scoring.rule == "sum" else "Overall"
    return f"{name} ({view})" if view else name


def _strong(look: CellFormat) -> CellFormat:
    return look.but(bold=True, fill=formats.TOTAL.fill)


def _figures(
    part: ToolkitResults,
    layout: ProfileLayout,
    scores: ScoresLayout,
    line: _Line,
    row: int,
    *,
    ranged: bool,
) -> dict[str, tuple[Live, CellFormat]]:
    """The cells of a row by the name of their column; figures point at the Scores sheet."""
    rule, figure = part.toolkit.scoring.rule, line.figure
    middle = cells.MIDDLE
    mean_look = middle.but(number="0%" if rule == "share" else "0.0")
    end_look = middle.but(number="0%" if rule == "share" else "0.##" if rule == "sum" else "0.0")
    found = {
        "number": (Live("", line.number if line.number is not None else ""), middle),
        "section": (Live("", line.name), cells.CELL),
    }

    def total(what: str, value: float | str | None, look: CellFormat) -> tuple[Live, CellFormat]:
        return Live(scores.total(what, line.column), value), look

    found |= {
        "n": total("n", figure.n, middle.but(number="0")),
        "mean": total("mean", WITHHELD if figure.withheld else figure.mean, mean_look),
        "low": total("low", figure.low if ranged else NOT_SHOWN, end_look),
        "high": total("high", figure.high if ranged else NOT_SHOWN, end_look),
        "spread": total("spread", figure.spread if ranged else NOT_SHOWN, end_look),
    }
    if "band" in layout.columns and line.bands:
        mean = cell_name(row, layout.columns.index("mean"))
        band = line.band
        found["band"] = (
            Live(band_formula(mean, line.bands), band.name if band else None), middle
        )  # fmt: skip
        found["reading"] = (
            Live(band_formula(mean, line.bands, "reading"), band.reading if band else None),
            cells.CELL,
        )
    return found


def _significance(writer: SummaryWriter, part: ToolkitResults, each: SectionFigures) -> Live:
    """How significant respondents say a section is, on average."""
    value = WITHHELD if each.significance.withheld else each.significance.mean
    item = next((i for i in part.toolkit.items() if i.weighs == each.section.id), None)
    if item is None or not writer.summary.participants.shows_rows:
        return Live("", value)
    where = {
        "item": lit(section_key(part.key, item.id)),
        "field": '"answer"',
        "score": '">-1E+300"',
    }
    count = counting(True, **where)
    criteria = count.removeprefix("COUNTIFS(")
    return Live(f'IF({count}=0,"{NOTHING}",AVERAGEIFS(data_score,{criteria})', value)


def _first_to_look_at(
    writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, layout: ProfileLayout
) -> None:
    """Say which sections matter more than average and score less."""
    columns = [column_name(layout.columns.index(name)) for name in ("mean", "significance")]
    column = layout.columns.index("first")
    last = layout.first_row + layout.sections
    chosen = first_to_look_at(part.sections)
    for row, here in enumerate(chosen, layout.first_row):
        tests = ",".join(f"ISNUMBER({each}{row + 1})" for each in columns)
        means = [f"AVERAGE({each}${layout.first_row + 1}:{each}${last})" for each in columns]
        score, weight = (
            f"ROUND({each}{row + 1}-{mean},9)" for each, mean in zip(columns, means, strict=True)
        )
        found = f'IF(AND({score}<0,{weight}>0),"{LOOK_FIRST}","{NOTHING}")'
        live = Live(f'IF(AND({tests}),{found},"{NOTHING}")', LOOK_FIRST if here else None)
        writer.figure(sheet, row, column, live, cells.MIDDLE)
    cell = f"${column_name(column)}{layout.first_row + 1}"
    box = CellRange(layout.first_row, column, last - 1, column)
    sheet.highlight(box, f'{cell}="{LOOK_FIRST}"', MARK_TO_DO)


def _counts(
    writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, layout: ProfileLayout
) -> None:
    """Write the first table where nothing is scored: answers, and favourable or flagged ones."""
    rows = writer.summary.participants.shows_rows
    for index, each in enumerate(part.sections):
        row = layout.first_row + index
        scope = {"section": lit(each.key), "field": lit(each.field)}
        proper = counting(rows, **scope, counts='"yes"')
        hidden = each.score.withheld
        if "flagged" in layout.columns:
            answers = Live(f"{proper}+{counting(rows, **scope, counts=lit('apart'))}", each.given)
            last = Live(flagged_formula(part, each, scope, rows=rows), each.flagged)
        else:
            answers = Live(proper, each.answered)
            share = each.favourable / each.answered if each.answered else None
            last = Live(pooled_share(part, scope | {"counts": '"yes"'}, rows=rows), share)
        sheet.number(row, 0, each.number, cells.MIDDLE)
        sheet.text(row, 1, each.name, cells.CELL)
        look = cells.MIDDLE.but(number="0%" if "favourable" in layout.columns else "0")
        for column, (live, shape) in enumerate(((answers, cells.MIDDLE), (last, look)), 2):
            writer.figure(sheet, row, column, Live("", WITHHELD) if hidden else live, shape)
        cells.fit_row(sheet, row, [(each.name, 36.0, cells.CELL)])


def _answers(
    writer: SummaryWriter, sheet: SheetWriter, part: ToolkitResults, layout: AnswersLayout
) -> None:
    """Write how the answers of each section fall on the choices of a scale."""
    scale = part.toolkit.scales[layout.scale]
    heads = [SheetColumn("No.", 6, cells.MIDDLE), SheetColumn("Section", 36)]
    heads += [SheetColumn(choice.label, 11, cells.MIDDLE) for choice in scale.choices]
    number = writer.summary.parts.index(part)
    sheet.text(layout.header - 1, 0, words().say("profile_answers", scale.title), formats.HEADING)
    sheet.height(layout.header - 1, cells.HEADING_ROW)
    title = words().say("profile_answers_table", scale.title, part.label)
    name = f"Answers_{number}_{layout.header}"
    writer.table(sheet, SheetTable(layout.header, tuple(heads), len(layout.sections), name, title))
    rows = writer.summary.participants.shows_rows
    for row, index in enumerate(layout.sections, layout.header + 1):
        each = part.sections[index]
        sheet.number(row, 0, each.number, cells.MIDDLE)
        sheet.text(row, 1, each.name, cells.CELL)
        counts = each.scales.get(layout.scale, {})
        for column, choice in enumerate(scale.choices, 2):
            formula = counting(
                rows,
                section=lit(each.key),
                field=lit(each.field),
                counts=lit("apart" if choice.apart else "yes"),
                choice=lit(f"{layout.scale}:{choice.code}"),
            )
            hidden = each.score.withheld and not each.score.secondary
            value = WITHHELD if hidden else counts.get(choice.code, 0)
            writer.figure(sheet, row, column, Live(formula, value), cells.MIDDLE)
        cells.fit_row(sheet, row, [(each.name, 36.0, cells.CELL)])
    write_bars(writer, sheet, bars_of_sections(part, layout, sheet.name))
