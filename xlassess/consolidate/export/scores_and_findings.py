"""The tables analysts get besides those of an export: scores and findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from xlassess.consolidate.export.columns import (
    ExportColumn,
    ExportContext,
    ExportLine,
    TableSpec,
    people,
    where,
)
from xlassess.consolidate.export.tables import ExportTable
from xlassess.consolidate.figures.privacy.attribution import Person
from xlassess.consolidate.figures.values import FindingRow, Summary, ToolkitResults


class ScoreLine(NamedTuple):
    """One score of one return; without a person it is the mean of all."""

    person: Person | None
    section: str
    title: str
    view: str
    score: float | None
    band: str
    answered: int
    asked: int
    returns: int


def _section() -> tuple[ExportColumn[ScoreLine], ...]:
    return (
        ExportColumn(
            "section", "text", "Id of the section.", lambda line: line.row.section,
            "Empty for the score over all sections",
        ),
        ExportColumn(
            "section_title", "text", "Short title of the section.", lambda line: line.row.title
        ),
        ExportColumn(
            "view", "text", "Id of the view from which the items are judged.",
            lambda line: line.row.view, "Empty where the toolkit has no views",
        ),
    )  # fmt: skip


SCORES: TableSpec[ScoreLine] = TableSpec(
    "scores",
    "One row for each section of each return that counts, and one for its score over all.",
    (
        *where(),
        *people(lambda row: row.person),
        *_section(),
        ExportColumn(
            "score", "number", "The score by the toolkit's rule.", lambda line: line.row.score,
            "Empty where the rule gives none or answers are missing",
        ),
        ExportColumn("band", "text", "Name of the band the score reaches.",
                     lambda line: line.row.band),
        ExportColumn("answered", "whole number", "Answers that count and were given.",
                     lambda line: line.row.answered),
        ExportColumn("asked", "whole number", "Answers that count and were asked for.",
                     lambda line: line.row.asked),
    ),
)  # fmt: skip

MEANS: TableSpec[ScoreLine] = TableSpec(
    "means",
    "One row for each section, with its figure over all returns, and one for the score over all.",
    (
        *where(),
        *_section(),
        ExportColumn(
            "mean", "number", "The mean over returns; for shares and levels, the share.",
            lambda line: line.row.score, "Empty where withheld",
        ),
        ExportColumn("band", "text", "Name of the band the mean reaches.",
                     lambda line: line.row.band),
        ExportColumn("returns", "whole number", "Returns with a score.",
                     lambda line: line.row.returns),
    ),
)  # fmt: skip

FINDINGS: TableSpec[FindingRow] = TableSpec(
    "findings",
    "One row for each finding about a return; none where single returns are not shown.",
    (
        *where(),
        *people(lambda row: row.person),
        ExportColumn("code", "text", "Code of the finding.", lambda line: line.row.code),
        ExportColumn("severity", "text", "How grave it is.", lambda line: line.row.severity,
                     "refuse, query, note"),
        ExportColumn("standing", "text", "What has become of it.", lambda line: line.row.standing,
                     "open, waived, note, refusal"),
        ExportColumn("title", "text", "What kind of finding it is.", lambda line: line.row.title),
        ExportColumn("message", "text", "What is wrong.", lambda line: line.row.message,
                     "Without names the kind of finding only"),
        ExportColumn("item", "text", "Item it is about.", lambda line: line.row.item),
        ExportColumn("field", "text", "What of the item it is about.", lambda line: line.row.field),
        ExportColumn("sheet", "text", "Sheet it is about.", lambda line: line.row.sheet),
        ExportColumn("cell", "text", "Cell or cells it is about.", lambda line: line.row.cell),
    ),
)  # fmt: skip


def scores_of(summary: Summary) -> ExportTable:
    """Return the scores of every return, or the means where single returns are not shown."""
    single = summary.participants.shows_rows
    lines = (
        ExportLine(ExportContext(summary, part), row)
        for part in summary.parts
        for row in (_single(part) if single else _means(part))
    )
    return ExportTable(SCORES if single else MEANS, tuple(lines))


def _single(part: ToolkitResults) -> Iterator[ScoreLine]:
    names = {each.section.id: each.section.name for each in part.sections}
    for row in part.rows:
        for each in row.card.sections:
            if each.section in names:
                yield ScoreLine(
                    row.person, each.section, names[each.section], each.view, each.score,
                    each.band.name if each.band else "", each.answered, each.asked, 1,
                )  # fmt: skip
        for whole in row.card.overall:
            yield ScoreLine(
                row.person, "", "", whole.view, whole.score,
                whole.band.name if whole.band else "", whole.answered, whole.asked, 1,
            )  # fmt: skip


def _means(part: ToolkitResults) -> Iterator[ScoreLine]:
    for each in part.sections:
        yield ScoreLine(
            None, each.section.id, each.section.name, each.view, each.score.mean,
            each.band.name if each.band else "", 0, 0, each.score.n,
        )  # fmt: skip
    for whole in part.overall:
        yield ScoreLine(
            None, "", "", whole.view, whole.score.mean, whole.band.name if whole.band else "",
            0, 0, whole.score.n,
        )  # fmt: skip


def findings_of(summary: Summary) -> ExportTable:
    """Return the findings about the returns of a round."""
    contexts = {part.key: ExportContext(summary, part) for part in summary.parts}
    lines = tuple(ExportLine(contexts[row.part], row) for row in summary.findings)
    return ExportTable(FINDINGS, lines)
