"""The fields of a report: everything a Word template may show, each with what it holds.

docs/report-template.md is made from these definitions, and so is the list shown to whoever
names a field that does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from xlassess.consolidate.report.drawing import Drawn


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure shown large with its label."""

    value: Annotated[str, "the figure, such as 7 of 8"]
    label: Annotated[str, "what it counts"]


@dataclass(frozen=True, slots=True)
class ReportFinding:
    """A strength, concern or disagreement."""

    what: Annotated[str, "number and short name of the item; empty where there is nothing to name"]
    why: Annotated[str, "the figures that say so"]
    item: Annotated[str, "number of the item alone; empty where it is none"]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of a table of figures."""

    name: Annotated[str, "number and name of the section, or of the whole"]
    cells: Annotated[tuple[str, ...], "the figures, one for each heading"]


@dataclass(frozen=True, slots=True)
class Figures:
    """The table of a toolkit's figures; how many columns it has depends on the scoring rule."""

    name: Annotated[str, "heading of the first column"]
    headings: Annotated[tuple[str, ...], "headings of the other columns"]
    rows: Annotated[tuple[FigureRow, ...], "a row for each section"]
    totals: Annotated[
        tuple[FigureRow, ...], "a row for the score over all sections, if there is one"
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportToolkit:
    """What the returns to one toolkit say; nothing is shown of its figures where none are given."""

    title: Annotated[str, "title of the publication"]
    label: Annotated[str, "short name, with the version where several are in use"]
    publisher: Annotated[str, "publisher"]
    year: Annotated[str, "year of publication, empty where it bears none"]
    source: Annotated[str, "where it was published"]
    context: Annotated[str, "who assessed what and when, and how many answered, as a paragraph"]
    tiles: Annotated[tuple[Tile, ...], "returned, response rate, partners heard, open queries"]
    returned: Annotated[int, "workbooks that came back and count"]
    issued: Annotated[int, "workbooks issued"]
    response_rate: Annotated[str, "returned of issued, as a percentage"]
    partners_heard: Annotated[int, "organisations with a return that counts"]
    partners_asked: Annotated[int, "organisations asked"]
    open_queries: Annotated[int, "returns with an open query"]
    headline: Annotated[str, "what the figures say as a whole"]
    has_figures: Annotated[bool, "false where so few answered that figures are withheld"] = False
    picture: Annotated[Drawn | None, "the chief chart, none without figures"] = None
    legend: Annotated[str, "how to read the chief chart, empty where it needs no words"] = ""
    figures_note: Annotated[str, "how to read the table of figures"]
    figures: Annotated[Figures | None, "the table of figures"] = None
    further: Annotated[tuple[Drawn, ...], "further charts"] = ()
    trend_title: Annotated[str, "heading of what moved since last time, empty in a first round"] = (
        ""
    )
    trend: Annotated[tuple[str, ...], "what moved since last time, empty in a first round"] = ()
    trend_picture: Annotated[
        Drawn | None, "the sections over the rounds, none in a first round"
    ] = None
    strengths_title: Annotated[str, "heading of the strengths"]
    strengths: Annotated[
        tuple[ReportFinding, ...],
        "the strengths, at most three; of checklists, decision and sign-off",
    ]
    concerns_title: Annotated[str, "heading of the concerns"]
    concerns: Annotated[
        tuple[ReportFinding, ...],
        "the concerns, at most three; of checklists, what to settle first",
    ]
    disagreements_title: Annotated[
        str, "heading of the disagreements, or of organisations side by side"
    ]
    disagreements: Annotated[
        tuple[ReportFinding, ...], "where partners disagree most, at most three; levels after them"
    ]
    levels: Annotated[tuple[ReportFinding, ...], "where organisational levels differ most, alone"]
    dont_know: Annotated[str, "how many could not say, and on what too few could; else empty"]
    scenario: Annotated[str, "the suggested scenario, or why there is none"] = ""
    scenario_rule: Annotated[str, "when the scenario applies, empty without one"] = ""
    scenario_advice: Annotated[str, "what to plan then, empty without one"] = ""
    decisions: Annotated[tuple[str, ...], "recommended decisions"]
    caution: Annotated[str, "what to bear in mind"]


@dataclass(frozen=True, slots=True)
class ReportRate:
    """How many workbooks of one toolkit came back."""

    toolkit: Annotated[str, "short name of the toolkit"]
    cells: Annotated[tuple[str, ...], "issued, returned, rate, query open, refused, still out"]


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One issued workbook."""

    toolkit: Annotated[str, "short name of the toolkit"]
    cells: Annotated[tuple[str, ...], "partner, respondent, level, state, received, answered"]


@dataclass(frozen=True, slots=True)
class ReportAction:
    """One action that a respondent proposes."""

    toolkit: Annotated[str, "short name of the toolkit"]
    when: Annotated[str, "the horizon"]
    action: Annotated[str, "what is to be done"]
    item: Annotated[str, "the item it answers to, as words; empty where none is named"]
    owner: Annotated[str, "who is to do it"]
    deadline: Annotated[str, "by when"]
    measure: Annotated[str, "how one will know that it is done"]
    progress: Annotated[str, "state of progress"]
    overdue: Annotated[str, "the word “overdue” where it is, else empty"]
    who: Annotated[str, "who proposes it, empty in aggregate"]


@dataclass(frozen=True, slots=True)
class Comment:
    """Something a respondent wrote."""

    text: Annotated[str, "the words"]
    by: Annotated[str, "who wrote it, what kind of words, and the answer given; in aggregate less"]


@dataclass(frozen=True, slots=True)
class CommentedItem:
    """An item with what was written about it."""

    name: Annotated[str, "number and short name of the item"]
    comments: Annotated[tuple[Comment, ...], "what was written"]


@dataclass(frozen=True, slots=True)
class CommentedSection:
    """A section with what was written about its items."""

    toolkit: Annotated[str, "short name of the toolkit, empty where there is only one"]
    name: Annotated[str, "short title of the section"]
    items: Annotated[tuple[CommentedItem, ...], "its items with comments"]


@dataclass(frozen=True, slots=True)
class Topic:
    """One rule of the method."""

    name: Annotated[str, "what it is about"]
    text: Annotated[str, "the rule"]


@dataclass(frozen=True, slots=True)
class Method:
    """A group of rules of the method."""

    heading: Annotated[str, "its heading"]
    topics: Annotated[tuple[Topic, ...], "its rules"]


@dataclass(frozen=True, slots=True)
class EarlierAction:
    """An action that an earlier round agreed on, and what came of it."""

    number: Annotated[str, "its round and its number, such as 2026/3"]
    action: Annotated[str, "what was to be done"]
    owner: Annotated[str, "who saw to it"]
    deadline: Annotated[str, "the day in force, empty without one"]
    moved: Annotated[str, "how often the day was moved and what it was first, empty if never"]
    state: Annotated[str, "how far it has come"]
    on_time: Annotated[str, "on time, late or overdue; empty where neither"]
    said: Annotated[str, "what was done, or why not"]


@dataclass(frozen=True, slots=True)
class Headings:
    """Headings in the words of the summary; a template may have its own instead."""

    purpose: Annotated[str, "of the purpose"]
    coordinator: Annotated[str, "of the coordinator"]
    toolkits: Annotated[str, "of the list of toolkits"]
    profile: Annotated[str, "of the chief chart, for templates that have one above its caption"]
    figures: Annotated[str, "of the table of figures"]
    disagreements: Annotated[str, "of the disagreements"]
    scenario: Annotated[str, "of the scenario"]
    decisions: Annotated[str, "of what the committee is asked to decide"]
    rests_on: Annotated[str, "of who answered, and what to bear in mind"]
    actions: Annotated[str, "of the action plan"]
    action_columns: Annotated[tuple[str, ...], "of the action plan's columns"]
    earlier: Annotated[str, "of the actions of earlier rounds"]
    earlier_columns: Annotated[tuple[str, ...], "of their columns"]
    responses: Annotated[str, "of the response rates and the register"]
    rate_columns: Annotated[tuple[str, ...], "of the response rates' columns"]
    register_columns: Annotated[tuple[str, ...], "of the register's columns"]
    comments: Annotated[str, "of the comments"]
    method: Annotated[str, "of the method"]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report: these fields are named in a template as they stand here."""

    title: Annotated[str, "title of the report"]
    subtitle: Annotated[str, "“Report of” and the day"]
    partnership: Annotated[str, "name of the partnership"]
    round: Annotated[str, "name of the round"]
    purpose: Annotated[str, "what the assessment is for, empty where not stated"]
    marking: Annotated[str, "protective marking"]
    coordinator: Annotated[str, "the coordinator, where answers are named"]
    made: Annotated[str, "the day the report was made"]
    return_by: Annotated[str, "the day by which workbooks were wanted, empty without one"]
    made_with: Annotated[str, "what it was made with, as a sentence"]
    headings: Annotated[Headings, "headings in the words of the summary"]
    toolkits: Annotated[tuple[ReportToolkit, ...], "the toolkits, each with what its returns say"]
    responses_note: Annotated[str, "how to read the response rates"]
    rates: Annotated[tuple[ReportRate, ...], "the response rate of each toolkit"]
    register: Annotated[
        tuple[ReportEntry, ...], "issued workbooks, at most 5,000; empty in aggregate"
    ]
    actions_note: Annotated[str, "how to read the action plan, or that there is none"]
    actions: Annotated[tuple[ReportAction, ...], "the action plan, quick wins first"]
    earlier_note: Annotated[str, "how to read the actions of earlier rounds"]
    earlier: Annotated[tuple[EarlierAction, ...], "actions of earlier rounds, the oldest first"]
    comments_note: Annotated[str, "how to read the comments, or that there are none"]
    comments: Annotated[tuple[CommentedSection, ...], "what respondents wrote, by section and item"]
    method_note: Annotated[str, "what the method describes"]
    method: Annotated[tuple[Method, ...], "the rules behind the figures"]


NAMES: Mapping[type, str] = {
    Report: "",
    Headings: "headings",
    ReportToolkit: "toolkit",
    Tile: "tile",
    Drawn: "picture",
    Figures: "toolkit.figures",
    FigureRow: "row",
    ReportFinding: "point",
    ReportRate: "rate",
    ReportEntry: "entry",
    ReportAction: "action",
    EarlierAction: "promise",
    CommentedSection: "section",
    CommentedItem: "item",
    Comment: "comment",
    Method: "part",
    Topic: "topic",
}
"""What one of these is called in our template, in the order they are described."""


@dataclass(frozen=True, slots=True)
class ReportField:
    """A field as it is described: its name, what it holds, and what its parts are.

    ``record`` is the class of what it holds, or of each of its rows where ``many``; None for
    words and figures.
    """

    name: str
    about: str
    many: bool
    record: type | None


def fields_of(record: type) -> Iterator[ReportField]:
    """Yield the fields of one of these classes that a template may show, in their order."""
    hints = get_type_hints(record, include_extras=True)
    for each in fields(record):
        hint = hints[each.name]
        if get_origin(hint) is not Annotated:
            continue
        plain, about = get_args(hint)
        inside = [kind for kind in (plain, *get_args(plain)) if is_dataclass(kind)]
        found: Any = inside[0] if inside else None
        yield ReportField(each.name, about, get_origin(plain) is tuple, found)
