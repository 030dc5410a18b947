"""The parts of the report that are told in words: comments, actions, responses, method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import groupby

from xlassess.consolidate.attribution import Person
from xlassess.consolidate.cells import words as sheet_words
from xlassess.consolidate.narrative import day, percent
from xlassess.consolidate.report_fields import (
    Action,
    Comment,
    CommentedItem,
    CommentedSection,
    Entry,
    Method,
    Rate,
    Topic,
)
from xlassess.consolidate.sheet_method import method_blocks
from xlassess.consolidate.summary import Entry as Registered
from xlassess.consolidate.summary import Part, PlannedAction, Remark, Summary
from xlassess.sheet.words import Words


@lru_cache(maxsize=1)
def words() -> Words:
    """The headings and short texts only the report has."""
    return Words("report.j2")


def labels(summary: Summary) -> Mapping[str, str]:
    """The short names of the toolkits, by the keys rows name them by."""
    return {part.key: part.label for part in summary.parts}


def _who(person: Person | None) -> str:
    """Partner and respondent in one line, as far as they are shown."""
    return ", ".join(filter(None, (person.partner, person.respondent))) if person else ""


def comments_note(summary: Summary) -> str:
    """Return how to read the comments, or that there are none."""
    if not summary.remarks:
        return sheet_words().say("comments_none")
    named = summary.cast.attribution == "named"
    return sheet_words().say("comments_note" if named else "comments_note_unnamed")


def comments_of(summary: Summary) -> tuple[CommentedSection, ...]:
    """Return what respondents wrote, by toolkit, section and item."""
    several, label = len(summary.parts) > 1, labels(summary)
    return tuple(
        CommentedSection(label[key] if several else "", section, tuple(_items(remarks)))
        for (key, section), remarks in groupby(
            summary.remarks, key=lambda remark: (remark.part, remark.section)
        )
    )


def _items(remarks: Iterator[Remark]) -> Iterator[CommentedItem]:
    for (item, question), own in groupby(remarks, key=lambda each: (each.item, each.question)):
        said = tuple(Comment(each.text, _said_by(each)) for each in own)
        yield CommentedItem(f"{item} {question}".strip(), said)


def _said_by(remark: Remark) -> str:
    kind = remark.kind if remark.kind not in ("Comment", "Answer", "Proposal") else ""
    return words().say("said", _who(remark.person), kind, remark.answer)


def actions_note(summary: Summary) -> str:
    """Return how to read the action plan, or that there is none."""
    if not summary.actions:
        return sheet_words().say("actions_none")
    return sheet_words().say("actions_note", day(summary.made_at))


def actions_of(summary: Summary) -> tuple[Action, ...]:
    """Return the action plan, the soonest horizon first."""
    label = labels(summary)
    return tuple(_action(action, label[action.part]) for action in summary.actions)


def _action(action: PlannedAction, toolkit: str) -> Action:
    deadline = action.deadline
    return Action(
        toolkit=toolkit,
        when=action.horizon,
        action=action.action,
        item=words().say("about_item", action.item) if action.item else "",
        owner=action.owner,
        deadline=f"{deadline.day} {deadline:%b %Y}" if deadline else "",
        measure=action.measure,
        progress=action.status,
        overdue=words().say("overdue") if action.overdue else "",
        who=_who(action.person),
    )


def responses_note(summary: Summary) -> str:
    """Return how to read the response rates."""
    macro = "responses_note" if summary.cast.shows_rows else "responses_note_aggregated"
    return sheet_words().say(macro, summary.assessment, day(summary.made_at))


def rate_of(part: Part) -> Rate:
    """Return how many workbooks of a toolkit came back."""
    standing = [entry.standing for entry in part.entries]
    out = standing.count("Overdue") + standing.count("Awaited")
    nil = f" and {part.nil_returns} nil" if part.nil_returns else ""
    figures = (part.issued, f"{part.returned}{nil}")
    more = (standing.count("Query open"), standing.count("Refused"), out)
    return Rate(part.label, (*map(str, figures), response_rate(part), *map(str, more)))


def response_rate(part: Part) -> str:
    """Return returned, nil returns included, of issued as a percentage."""
    return percent(part.response_rate) if part.response_rate is not None else ""


def register_of(summary: Summary) -> tuple[Entry, ...]:
    """Return every issued workbook, where single workbooks may be shown."""
    if not summary.cast.shows_rows:
        return ()
    return tuple(_entry(part, entry) for part in summary.parts for entry in part.entries)


def _entry(part: Part, entry: Registered) -> Entry:
    came = entry.standing in ("Returned", "Query open")
    person, received = entry.person, entry.received_at
    return Entry(
        part.label,
        (
            person.partner, person.respondent, person.level, entry.standing,
            f"{received.day} {received:%b %Y}" if received else "",
            f"{entry.answered} of {entry.asked}" if came else "",
        ),
    )  # fmt: skip


def method_of(summary: Summary) -> tuple[Method, ...]:
    """Return the rules behind the figures, as the Method sheet has them."""
    return tuple(
        Method(heading, tuple(Topic(*pair) for pair in pairs))
        for heading, pairs in method_blocks(summary)
    )
