"""The tables of an export that hold answers: row by row, or as counts and words without names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from xlassess.consolidate.export.columns import (
    Cell,
    ExportColumn,
    ExportLine,
    TableSpec,
    of_part,
    people,
    where,
)
from xlassess.consolidate.figures.values import CommentRow, DataRow, ItemFigures
from xlassess.model.toolkit import Choice, Item

_COUNTS = "yes: towards a score; apart: “don't know” and “not applicable”; no: neither"


class Pick(NamedTuple):
    """One choice of one item, with the item's figures."""

    figures: ItemFigures
    choice: Choice


def _question(item: Item | None) -> str:
    return item.ask if item else ""


def _section(line: ExportLine[DataRow]) -> str:
    return line.row.answer.section.removeprefix(f"{line.row.answer.part}:")


def _kind(line: ExportLine[DataRow]) -> str:
    if line.row.answer.choice:
        return "choice"
    if isinstance(line.row.answer.value, date):
        return "day"
    return "text" if isinstance(line.row.answer.value, str) else "number"


def _only(kind: str, line: ExportLine[DataRow]) -> Cell:
    """The value of an answer in the column of its kind."""
    return line.row.answer.value if _kind(line) == kind else None


def _field(name: str) -> str:
    return name.partition(":")[0]


def _view(name: str) -> str:
    return name.partition(":")[2]


DATA: TableSpec[DataRow] = TableSpec(
    "data",
    "One row for each answer, comment and piece of evidence that counts, with the cell it was "
    "read from: the rows of the summary's Data sheet.",
    (
        *of_part("answer", where()),
        *of_part("person", people(lambda row: row.person)),
        *of_part(
            "answer",
            (
                ExportColumn(
                    "section",
                    "text",
                    "Id of the section.",
                    _section,
                    "Empty for the proposal of an action plan",
                ),
                ExportColumn(
                    "section_title",
                    "text",
                    "Short title of the section.",
                    lambda line: line.row.answer.section_name,
                ),
                ExportColumn(
                    "item",
                    "text",
                    "Published number of the item.",
                    lambda line: line.row.answer.item,
                    "“proposal” for the proposal of an action plan",
                ),
                ExportColumn(
                    "item_key",
                    "text",
                    "Toolkit and item; no program takes it for a number.",
                    lambda line: line.row.answer.key,
                ),
                ExportColumn(
                    "question",
                    "text",
                    "The item in full.",
                    lambda line: _question(line.at.items.get(line.row.answer.item)),
                ),
                ExportColumn(
                    "field",
                    "text",
                    "What was given.",
                    lambda line: _field(line.row.answer.field),
                    "answer, comment, evidence",
                ),
                ExportColumn(
                    "view",
                    "text",
                    "Id of the view from which the item is judged.",
                    lambda line: _view(line.row.answer.field),
                    "Empty where the toolkit has no views",
                ),
                ExportColumn(
                    "kind",
                    "text",
                    "Which of the columns label, text, number and day has the value.",
                    _kind,
                    "choice, text, number, day",
                ),
                ExportColumn(
                    "scale",
                    "text",
                    "Id of the response scale.",
                    lambda line: line.row.answer.choice.partition(":")[0],
                    "Empty unless kind is choice",
                ),
                ExportColumn(
                    "code",
                    "text",
                    "Code of the choice.",
                    lambda line: line.row.answer.choice.partition(":")[2],
                    "Empty unless kind is choice",
                ),
                ExportColumn(
                    "label",
                    "text",
                    "The choice in words.",
                    lambda line: _only("choice", line),
                    "Empty unless kind is choice",
                ),
                ExportColumn(
                    "text",
                    "text",
                    "What was written.",
                    lambda line: _only("text", line),
                    "Empty unless kind is text; where partners are lettered, without names",
                ),
                ExportColumn(
                    "number",
                    "number",
                    "The number given; percentages from 0 to 1.",
                    lambda line: _only("number", line),
                    "Empty unless kind is number",
                ),
                ExportColumn(
                    "day",
                    "day",
                    "The day given.",
                    lambda line: _only("day", line),
                    "Empty unless kind is day",
                ),
                ExportColumn(
                    "score",
                    "number",
                    "The score of the choice.",
                    lambda line: line.row.answer.score,
                    "Empty where the toolkit gives the choice no score",
                ),
                ExportColumn(
                    "counts",
                    "text",
                    "Whether the answer counts.",
                    lambda line: line.row.answer.counts,
                    _COUNTS,
                ),
                ExportColumn(
                    "as_typed",
                    "text",
                    "What stood in the cell before it was put right.",
                    lambda line: line.row.answer.typed,
                    "Empty where nothing was put right",
                ),
            ),
        ),
        ExportColumn(
            "file",
            "text",
            "Name of the file it was read from.",
            lambda line: line.row.person.file if line.row.person else "",
            "Where partners are lettered, “Return” with letter and number",
            "person",
        ),
        ExportColumn(
            "sheet",
            "text",
            "Sheet it was read from.",
            lambda line: line.row.answer.sheet,
            part="answer",
        ),
        ExportColumn(
            "cell",
            "text",
            "Cell it was read from.",
            lambda line: line.row.answer.cell,
            part="answer",
        ),
    ),
)

COUNTS: TableSpec[Pick] = TableSpec(
    "counts",
    "One row for each choice of each item, with how often it was picked. Figures from fewer "
    "respondents than the minimum group are withheld.",
    (
        *where(),
        ExportColumn(
            "section", "text", "Id of the section.", lambda line: line.row.figures.section.id
        ),
        ExportColumn(
            "section_title",
            "text",
            "Short title of the section.",
            lambda line: line.row.figures.section.name,
        ),
        ExportColumn(
            "item", "text", "Published number of the item.", lambda line: line.row.figures.item.id
        ),
        ExportColumn(
            "item_key",
            "text",
            "Toolkit and item; no program takes it for a number.",
            lambda line: line.row.figures.key,
        ),
        ExportColumn(
            "question", "text", "The item in full.", lambda line: line.row.figures.item.ask
        ),
        ExportColumn(
            "view",
            "text",
            "Id of the view from which the item is judged.",
            lambda line: _view(line.row.figures.field),
            "Empty where the toolkit has no views",
        ),
        ExportColumn(
            "scale", "text", "Id of the response scale.", lambda line: line.row.figures.scale_id
        ),
        ExportColumn("code", "text", "Code of the choice.", lambda line: line.row.choice.code),
        ExportColumn("label", "text", "The choice in words.", lambda line: line.row.choice.label),
        ExportColumn(
            "score",
            "number",
            "The score of the choice.",
            lambda line: line.row.choice.score,
            "Empty where the toolkit gives the choice no score",
        ),
        ExportColumn(
            "counts",
            "text",
            "Whether such an answer counts.",
            lambda line: _counting(line.row),
            _COUNTS,
        ),
        ExportColumn(
            "count",
            "whole number",
            "How often the choice was picked.",
            lambda line: _unless_withheld(line, line.row.figures.agreement.counts),
            "Empty where withheld",
        ),
        ExportColumn(
            "answers",
            "whole number",
            "How many answers the item has in all.",
            lambda line: (
                None
                if line.row.figures.withheld
                else sum(line.row.figures.agreement.counts.values())
            ),
            "Empty where withheld",
        ),
        ExportColumn(
            "withheld",
            "yes or no",
            "Too few answered the item for its figures to be shown.",
            lambda line: line.row.figures.withheld,
        ),
    ),
)


def _counting(pick: Pick) -> str:
    if not pick.figures.scored:
        return "no"
    return "apart" if pick.choice.apart else "yes"


def _unless_withheld(line: ExportLine[Pick], counts: Mapping[str, int]) -> Cell:
    return None if line.row.figures.withheld else counts[line.row.choice.code]


COMMENTS: TableSpec[CommentRow] = TableSpec(
    "comments",
    "One row for each comment, piece of evidence and answer in words, without who wrote it and "
    "without the answer it goes with; the order tells nothing. Numbers and days are left out.",
    (
        *where(),
        ExportColumn(
            "section_title", "text", "Short title of the section.", lambda line: line.row.section
        ),
        ExportColumn(
            "item",
            "text",
            "Published number of the item.",
            lambda line: line.row.item,
            "Empty for the proposal of an action plan",
        ),
        ExportColumn(
            "question",
            "text",
            "The item in full.",
            lambda line: _question(line.at.items.get(line.row.item)) or line.row.question,
        ),
        ExportColumn(
            "kind",
            "text",
            "What kind of words these are.",
            lambda line: line.row.kind,
            "Comment, Evidence, Answer, Proposal",
        ),
        ExportColumn(
            "text", "text", "What was written, without names.", lambda line: line.row.text
        ),
    ),
)
