"""The Scores sheet of a toolkit without scores: how each return's answers fall, by section."""

from __future__ import annotations

from xlassess.consolidate.figures.values import ScoreRow, SectionFigures, ToolkitResults
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
from xlassess.consolidate.summary.formulas import flagged_formula
from xlassess.consolidate.summary.layout import HEADER_ROW, sheet_name
from xlassess.consolidate.wording.terms import words
from xlassess.sheet.writer import SheetWriter

_PEOPLE = (
    SheetColumn("Return", 13),
    SheetColumn("Partner", 32),
    SheetColumn("Respondent", 24),
    SheetColumn("Level", 20),
    SheetColumn("Section", 32),
)


def write_counts(writer: SummaryWriter, part: ToolkitResults) -> None:
    """Write the Scores sheet of a toolkit by levels, or with nothing scored."""
    name = sheet_name("Scores", part, writer.summary.parts)
    scoring = part.toolkit.scoring
    note = words().say("scores_note_counts", scoring.no_overall_because or scoring.note)
    counts = _count_columns(part)
    columns = (*_PEOPLE, *counts)
    title = f"Scores: {part.toolkit.title}"
    widths = tuple(column.width for column in columns)
    setup = SheetSetup(name, title, note, widths, (HEADER_ROW + 1, 2))
    sheet = writer.open(setup)
    rows = [(scored, each) for scored in part.rows for each in part.sections]
    table = (
        "Scores" if len(writer.summary.parts) == 1 else f"Scores_{writer.summary.parts.index(part)}"
    )
    writer.table(
        sheet,
        SheetTable(HEADER_ROW, columns, len(rows), table, f"Answers by section, {part.label}"),
    )
    for row, (scored, each) in enumerate(rows, HEADER_ROW + 1):
        _row(writer, sheet, row, columns, (part, scored, each))
    writer.finish(sheet, setup, HEADER_ROW + max(len(rows), 1))


def _count_columns(part: ToolkitResults) -> list[SheetColumn]:
    if part.toolkit.scoring.rule == "none":
        heads = ["Answered", "Don't know or not applicable", "Not answered", "To act on"]
    else:
        heads = [choice.label for choice in part.scored_choices] + ["Not answered", "Asked"]
    return [SheetColumn(head, 14, cells.MIDDLE) for head in heads]


def _row(
    writer: SummaryWriter,
    sheet: SheetWriter,
    row: int,
    columns: tuple[SheetColumn, ...],
    what: tuple[ToolkitResults, ScoreRow, SectionFigures],
) -> None:
    part, scored, each = what
    person = scored.person
    who = (person.code, person.partner, person.respondent, person.level, each.name)
    for column, text in enumerate(who):
        put(sheet, row, column, text, columns[column].look)
    for column, live in enumerate(_counts(part, scored, each, row), len(who)):
        writer.figure(sheet, row, column, live, cells.MIDDLE.but(number="0"))
    texts = [(text, column.width, column.look) for text, column in zip(who, columns, strict=False)]
    cells.fit_row(sheet, row, texts)


def _counts(part: ToolkitResults, scored: ScoreRow, each: SectionFigures, row: int) -> list[Live]:
    score = scored.card.section(each.section.id, each.view)
    where = {
        "return": f"$A{row + 1}", "section": lit(each.key), "field": lit(each.field),
    }  # fmt: skip

    def of(counts: str) -> str:
        return counting(True, **where, counts=lit(counts))

    given = sum(score.counts.values())
    missing = Live(f"{each.asked}-{of('yes')}-{of('apart')}", each.asked - given)
    if part.toolkit.scoring.rule != "none":
        scale = part.toolkit.scoring.scale
        found = [
            Live(
                counting(True, **where, choice=lit(f"{scale}:{choice.code}")),
                score.counts.get(choice.code, 0),
            )
            for choice in part.scored_choices
        ]
        return [*found, missing, Live("", each.asked)]
    flagged = sum(
        flag.section == each.section.id and flag.field == each.field for flag in scored.card.flagged
    )
    return [
        Live(of("yes"), given - score.apart),
        Live(of("apart"), score.apart),
        missing,
        Live(flagged_formula(part, each, where, rows=True), flagged),
    ]
