"""The Scores sheet of a toolkit without scores: how each return's answers fall, by section."""

from __future__ import annotations

from xlassess.consolidate.figures.values import Part, ScoreRow, SectionFigures
from xlassess.consolidate.summary import cells
from xlassess.consolidate.summary.cells import (
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
from xlassess.consolidate.summary.formulas import flagged_formula
from xlassess.consolidate.summary.places import HEADER_ROW, sheet_name
from xlassess.sheet.checked import Sheet

_PEOPLE = (
    Column("Return", 13), Column("Partner", 32), Column("Respondent", 24), Column("Level", 20),
    Column("Section", 32),
)  # fmt: skip


def write_counts(out: Out, part: Part) -> None:
    """Write the Scores sheet of a toolkit by levels, or with nothing scored."""
    name = sheet_name("Scores", part, out.summary.parts)
    scoring = part.toolkit.scoring
    note = words().say("scores_note_counts", scoring.no_overall_because or scoring.note)
    counts = _count_columns(part)
    columns = (*_PEOPLE, *counts)
    title = f"Scores: {part.toolkit.title}"
    widths = tuple(column.width for column in columns)
    opening = Opening(name, title, note, widths, (HEADER_ROW + 1, 2))
    sheet = out.open(opening)
    rows = [(scored, each) for scored in part.rows for each in part.sections]
    table = "Scores" if len(out.summary.parts) == 1 else f"Scores_{out.summary.parts.index(part)}"
    out.table(
        sheet, Grid(HEADER_ROW, columns, len(rows), table, f"Answers by section, {part.label}")
    )
    for row, (scored, each) in enumerate(rows, HEADER_ROW + 1):
        _row(out, sheet, row, columns, (part, scored, each))
    out.finish(sheet, opening, HEADER_ROW + max(len(rows), 1))


def _count_columns(part: Part) -> list[Column]:
    if part.toolkit.scoring.rule == "none":
        heads = ["Answered", "Counted apart", "Not answered", "Flagged"]
    else:
        heads = [choice.label for choice in part.scored_choices] + ["Not answered", "Asked"]
    return [Column(head, 14, cells.MIDDLE) for head in heads]


def _row(
    out: Out,
    sheet: Sheet,
    row: int,
    columns: tuple[Column, ...],
    what: tuple[Part, ScoreRow, SectionFigures],
) -> None:
    part, scored, each = what
    person = scored.person
    who = (person.code, person.partner, person.respondent, person.level, each.name)
    for column, text in enumerate(who):
        put(sheet, row, column, text, columns[column].look)
    for column, live in enumerate(_counts(part, scored, each, row), len(who)):
        out.figure(sheet, row, column, live, cells.MIDDLE.but(number="0"))
    texts = [(text, column.width, column.look) for text, column in zip(who, columns, strict=False)]
    cells.fit_row(sheet, row, texts)


def _counts(part: Part, scored: ScoreRow, each: SectionFigures, row: int) -> list[Live]:
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
