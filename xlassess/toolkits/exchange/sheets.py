"""The sheets, tables and columns of a toolkit written as a workbook, for writer and reader.

Nothing else names them. A table is found by its headings, a form by the names in its first
column, so that authors may move columns and rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from xlassess.files.yaml_file import Loc

Kind = Literal["name", "names", "text", "lines", "number", "yes-no", "word"]
"""What a column takes: an id or code, several of them, a text, a text a line, a number, yes or
no, one of a few words."""


@dataclass(frozen=True, slots=True)
class BookColumn:
    """A column of a table, or a row of a form.

    ``field`` is the field of the model, with a point before a part of it
    (``follow_up.ask``); ``about`` says what goes there; ``listed`` names a list to pick from.
    ``spare`` columns are left out where no row holds anything but what is ``usual``.
    """

    field: str
    heading: str
    about: str
    kind: Kind = "text"
    width: float = 30.0
    listed: str = ""
    spare: bool = False
    usual: str = "no"


@dataclass(frozen=True, slots=True)
class Block:
    """A table, or (``form``) a list of fields with one entry each, on a sheet.

    ``title`` stands above it; ``loc`` is the place of its contents in a toolkit file.
    """

    sheet: str
    title: str
    about: str
    columns: tuple[BookColumn, ...]
    loc: tuple[str, ...] = ()
    form: bool = False

    def column(self, field: str) -> BookColumn:
        """Return the column of a field.

        Raises:
            KeyError: there is none.
        """
        for column in self.columns:
            if column.field == field:
                return column
        raise KeyError(field)


HOW_TO, LISTS = "How to", "Lists"
"""The sheets that explain and that feed the drop-down lists; the reader passes over both."""

FIELD, ENTRY, MEANING = "Field", "Entry", "What goes there"
"""The headings of a form."""

NOTES = "Notes"
"""The heading of a column that is the author's own."""

LEVEL = "Level"
"""How the heading of a column of level descriptors begins; the choice's code follows."""

OVERALL = "(overall)"
"""Stands in place of a section's id for the bands of the grand total; no section can have it."""


TOOLKIT = Block(
    "Toolkit",
    "Toolkit",
    "What the instrument is, and where it comes from.",
    (
        BookColumn(
            "id", "Id", "Needed. Its short name: small letters, digits and hyphens.", "name"
        ),
        BookColumn(
            "version", "Version", "Needed. Such as 1.0; raise it when questions change.", "name"
        ),
        BookColumn("title", "Title", "Needed. The title as published."),
        BookColumn("short", "Short title", "Needed. For headings and file names."),
        BookColumn("publisher", "Publisher", "Needed. Who published it."),
        BookColumn("year", "Year", "The year of publication; empty where it bears none.", "number"),
        BookColumn("source", "Source", "Needed. The publication in full, so that it can be found."),
        BookColumn(
            "rights", "Rights", "Needed. Whose copyright it is, and what is your own wording."
        ),
        BookColumn("about", "About", "Needed. What it is for; the respondent reads this first."),
        BookColumn("how", "How to fill it in", "Needed. Shown on the first sheet of the workbook."),
        BookColumn(
            "subject",
            "What is judged",
            "partnership if empty; organisation (a respondent's own) or proposal.",
            "word",
            listed="subjects",
        ),
        BookColumn(
            "review_years",
            "Years to the next review",
            "After how many years the publication asks for the next review; empty if it does not.",
            "number",
        ),
    ),
    form=True,
)

VIEWS = Block(
    "Toolkit",
    "Views",
    "Standpoints from which items are judged more than once. Leave empty if there are none.",
    (
        BookColumn("id", "View", "Needed. A short name, never shown.", "name", 22),
        BookColumn("label", "Heading", "Needed. Heads its answer column.", width=70),
        BookColumn("about", "About", "What to judge from this standpoint.", width=50),
    ),
    ("views",),
)

SECTIONS = Block(
    "Sections",
    "Sections",
    "One row for each section, in the order of their sheets in the respondent's workbook.",
    (
        BookColumn("id", "Section", "Needed. Its number or short name.", "name", 12),
        BookColumn("tab", "Tab", "Needed. The name of its sheet, at most 31 characters.", width=24),
        BookColumn("title", "Title", "Needed. Stands at the head of the sheet.", width=34),
        BookColumn("short", "Short name", "Up to seven words, for charts and tables.", width=24),
        BookColumn("about", "About", "What the section is about, for the respondent.", width=60),
        BookColumn("form", "Form", "How the sheet is laid out; pick.", "word", 14, "forms"),
        BookColumn("scored", "Scored", "no for details pages.", "yes-no", 11),
        BookColumn("closing", "Closing", "yes: comes last, is never scored.", "yes-no", 11),
    ),
    ("sections",),
)

ITEMS = Block(
    "Items",
    "Items",
    "One row for each question or statement, in the order in which they are asked.",
    (
        BookColumn("section", "Section", "Needed. A section's id.", "name", 11, "sections"),
        BookColumn("id", "Item", "Needed. Its number as printed.", "name", 10),
        BookColumn("ask", "Question", "Needed. The question or statement.", width=42),
        BookColumn(
            "answer", "Answer", "Needed. A scale, or a kind of answer; pick.", "name", 17, "answers"
        ),
        BookColumn("short", "Short name", "Up to seven words, for charts and tables.", width=22),
        BookColumn("why", "Guidance", "What lies behind the question.", width=42),
        BookColumn("required", "Required", "no: may stay empty.", "yes-no", 11),
        BookColumn("comment", "Comment", "no: no comment cell.", "yes-no", 11),
        BookColumn("evidence", "Evidence", "yes: asks for evidence.", "yes-no", 11),
        BookColumn(
            "follow_up.when",
            "Follow up on",
            "The choice codes that call for a comment.",
            "names",
            15,
        ),
        BookColumn("follow_up.ask", "Follow-up asks", "What the comment must then say.", width=30),
        BookColumn(
            "follow_up.required",
            "Follow-up required",
            "yes: the comment must be given.",
            "yes-no",
            13,
        ),
        BookColumn(
            "views", "Views", "The views it is judged from; empty for one answer.", "names", 16
        ),
        BookColumn(
            "weighs", "Weighs section", "The section whose weight the answer states.", "name", 12
        ),
        BookColumn("minimum", "Least", "Least number that can be right.", "number", 11),
        BookColumn("maximum", "Most", "Greatest number that can be right.", "number", 11),
        BookColumn(
            "past", "Past day", "yes: a day still to come is asked about.", "yes-no", 12, spare=True
        ),
        BookColumn("prompts", "Prompts", "Questions that help to think; one a line.", "lines", 42),
        BookColumn("only_when.item", "Depends on", "The item this one depends on.", "name", 12),
        BookColumn(
            "only_when.choices",
            "Asked with",
            "The choice codes of that item with which this one is to be answered.",
            "names",
            18,
        ),
        BookColumn("ranks", "Ranking", "Items of one ranking have different numbers.", "name", 12),
        BookColumn(
            "follows",
            "Follows",
            "The item of an earlier version it continues: 1.0/3.2.",
            "name",
            12,
            spare=True,
        ),
        BookColumn(
            "comparable",
            "Comparable",
            "no: not compared with earlier versions.",
            "yes-no",
            13,
            spare=True,
            usual="yes",
        ),
    ),
)

SCALES = Block(
    "Scales",
    "Scales",
    "One row for each choice, in the order offered, best or most first.",
    (
        BookColumn("scale", "Scale", "Needed. The scale's id, in each row.", "name", 20),
        BookColumn("title", "Title", "Needed once. What the scale measures.", width=26),
        BookColumn("ordinal", "In order", "no: the choices form no order.", "yes-no", 11),
        BookColumn(
            "addition", "Addition", "Says so where the scale is not the publication's.", width=40
        ),
        BookColumn("code", "Code", "Needed. A neutral name, never shown; keep it.", "name", 20),
        BookColumn("label", "Label", "Needed. What people pick.", width=30),
        BookColumn("score", "Score", "Empty if it has none.", "number", 9),
        BookColumn("apart", "Counted apart", "yes for 'don't know' and the like.", "yes-no", 12),
        BookColumn("about", "About", "What the choice means.", width=46),
    ),
    ("scales",),
)

SCALE_FACTS = ("title", "ordinal", "addition")
"""The fields of a scale that stand in the row of its first choice only."""

BANDS = Block(
    "Bands",
    "Bands",
    "One row for each named range of a score, best first. Leave empty where none are published.",
    (
        BookColumn(
            "section", "Section", f"Needed. A section's id, or {OVERALL}.", "name", 14, "banded"
        ),
        BookColumn("low", "From", "Needed. The lowest score, included.", "number", 12),
        BookColumn("high", "To", "Needed. The highest score, included.", "number", 12),
        BookColumn("name", "Name", "Needed. The band's name.", width=24),
        BookColumn("reading", "Reading", "Needed. What a score in the band means.", width=80),
    ),
)

SCORING = Block(
    "Scoring",
    "Scoring",
    "By which rule answers are scored, and where the publication gives it.",
    (
        BookColumn(
            "rule",
            "Rule",
            "Needed. sum, mean, levels, share or none; pick.",
            "word",
            listed="rules",
        ),
        BookColumn("scale", "Scale", "The scale whose items are scored.", "name", listed="scales"),
        BookColumn(
            "source", "Source", "Needed. Where the publication gives the rule: page or heading."
        ),
        BookColumn(
            "overall", "Overall score", "yes: there is a grand total over the sections.", "yes-no"
        ),
        BookColumn("no_overall_because", "Why no overall score", "Why there is no grand total."),
        BookColumn(
            "flagged",
            "Flagged choices",
            "Codes of choices to act on, with commas between.",
            "names",
        ),
        BookColumn(
            "flagged_as", "Flagged as", "What such an item is called: area for development."
        ),
        BookColumn(
            "success", "Success item", "The item that states the success as a whole.", "name"
        ),
        BookColumn("note", "Note", "Anything else a reader of the scores should know."),
    ),
    ("scoring",),
    form=True,
)

PLAN = Block(
    "Action plan",
    "Action plan",
    "The sheet on which respondents plan. Leave everything here empty if there is none.",
    (
        BookColumn("about", "About", "Needed for a plan. How to fill it in."),
        BookColumn(
            "rows", "Rows", "How many actions one respondent can enter; 20 if empty.", "number"
        ),
        BookColumn(
            "proposal", "Proposal", "Asks for a proposal in free text; empty if there is none."
        ),
    ),
    ("action_plan",),
    form=True,
)


def _choices(title: str, about: str) -> Block:
    columns = (
        BookColumn("code", "Code", "Needed. Never shown.", "name", 22),
        BookColumn("label", "Label", "Needed. What people pick.", width=70),
        BookColumn("about", "About", "What it means.", width=50),
        BookColumn("score", "Score", "Empty if it has none.", "number", 12, spare=True),
        BookColumn("apart", "Counted apart", "yes: counted apart.", "yes-no", 12, spare=True),
    )
    return Block("Action plan", title, about, columns, ("action_plan", title.lower()))


HORIZONS = _choices("Horizons", "When an action can be done: one row for each choice.")
STATUSES = _choices("Statuses", "How far an action has come: one row for each choice.")

SCENARIOS = Block(
    "Action plan",
    "Scenarios",
    "The ways the assessment may end, best first. Leave empty if there are none.",
    (
        BookColumn("id", "Scenario", "Needed. A letter or short name.", "name", 22),
        BookColumn("title", "Title", "Needed. Its name.", width=70),
        BookColumn("when", "When", "Needed. When it applies, in a sentence.", width=50),
        BookColumn("advice", "Advice", "Needed. What to plan then.", width=60),
        BookColumn(
            "weakest", "Worst section", "Worst band of a section; 0 is the best.", "number", 13
        ),
        BookColumn(
            "overall", "Worst total", "Worst band of the total; 0 is the best.", "number", 13
        ),
    ),
    ("action_plan", "scenarios"),
)

BLOCKS = (
    TOOLKIT, VIEWS, SECTIONS, ITEMS, SCALES, BANDS, SCORING, PLAN, HORIZONS, STATUSES, SCENARIOS
)  # fmt: skip
"""Every block, in the order of the sheets."""

SHEETS: dict[str, tuple[Block, ...]] = {
    sheet: tuple(block for block in BLOCKS if block.sheet == sheet)
    for sheet in dict.fromkeys(block.sheet for block in BLOCKS)
}
"""The blocks of each sheet, from top to bottom."""


def level_column(code: str, label: str) -> BookColumn:
    """Return the column of the level descriptors of a choice."""
    return BookColumn(f"levels.{code}", f"{LEVEL} {code}", f"In practice: {label}", "text", 36)


def block_at(loc: Loc) -> Block:
    """Return the block in which the value at a place in a toolkit file stands."""
    kinds = [step for step in loc if isinstance(step, str)]
    if "bands" in kinds[1:]:
        return BANDS
    if kinds[:1] in (["sections"], ["closing"]):
        return ITEMS if "items" in kinds else SECTIONS
    fits = (block for block in BLOCKS if block.loc and block.loc == tuple(kinds[: len(block.loc)]))
    return max(fits, key=lambda block: len(block.loc), default=TOOLKIT)


def heading_of(field: str, loc: Loc) -> str:
    """Return the heading of a field as seen from a place; empty if no field has that name."""
    if field == "levels":
        return LEVEL
    for block in (block_at(loc), *BLOCKS):
        for column in block.columns:
            if field in (column.field, *column.field.split(".")):
                return column.heading
    return ""
