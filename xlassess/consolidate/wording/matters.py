"""What joint workbooks are about: what is to be decided on, and what is worth talking about."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.privacy.attribution import Person
from xlassess.consolidate.figures.privacy.redaction import NAME_TAKEN_OUT
from xlassess.consolidate.figures.thresholds import has_scores
from xlassess.consolidate.figures.values import ItemFigures, PlannedAction, Summary, ToolkitResults
from xlassess.consolidate.figures.worth_talking import agenda_of
from xlassess.consolidate.wording.pointed import spread_of, why_low
from xlassess.consolidate.wording.terms import decimal, percent
from xlassess.model.plan import Matter, Suggestion, TalkingGroup, TalkingPoint


def matters_of(summary: Summary) -> tuple[Matter, ...]:
    """Return what is to be decided on, toolkit by toolkit: proposals first, then open concerns.

    Of the concerns those come first that the summary puts to the committee.

    Nothing is shown of proposers or answers that the summary does not show.
    """
    return tuple(matter for part in summary.parts for matter in _of_part(summary, part))


def _of_part(summary: Summary, part: ToolkitResults) -> Iterator[Matter]:
    figures: dict[str, list[ItemFigures]] = {}
    for one in part.items:
        figures.setdefault(one.item.id, []).append(one)
    weak = set() if summary.participants.withholds(part.returned) else _weak(part)
    asks = {item.id: item.ask for item in part.toolkit.items()}
    answered = set[str]()
    for action in summary.actions:
        if action.part == part.key and action.action.strip():
            answered.add(action.item)
            said = figures.get(action.item, ())
            finding = _finding(part, said[0], weak) if said else ""
            proposed = _suggested(action)
            yield Matter(part.key, action.item, asks.get(action.item, ""), finding, proposed)
    for judged in summary.judgements:
        if judged.part == part.key and judged.following and judged.item in asks:
            answered.add(judged.item)
            said = figures.get(judged.item, ())
            finding = _finding(part, said[0], weak) if said else ""
            proposed = Suggestion(" ".join(judged.following.split()), by="the workshop")
            yield Matter(part.key, judged.item, asks[judged.item], finding, proposed)
    still = [item for item in asks if item in weak and item not in answered]
    for item in sorted(still, key=lambda item: item not in part.asked_about):
        finding = _finding(part, figures[item][0], weak)
        yield Matter(part.key, item, asks[item], finding, None, item not in part.asked_about)


def _weak(part: ToolkitResults) -> set[str]:
    """The questions that are concerns, all of them: the committee is asked about the first."""
    if part.toolkit.subject == "proposal":
        return set()
    found = points.judged(part.items, part.returned)
    weak = (one for one in found if points.is_weak(part.toolkit, one, part.returned))
    return {one.item.id for one in weak}


def _weights(part: ToolkitResults) -> dict[str, float]:
    """How significant respondents hold each section to be, where that was asked."""
    return {
        each.section.id: each.significance.mean
        for each in part.sections
        if each.significance.mean is not None
    }


def _finding(part: ToolkitResults, item: ItemFigures, weak: set[str]) -> str:
    """What respondents said, in the words of the summary; nothing where that is withheld."""
    if item.withheld or not item.agreement.n:
        return ""
    return why_low(part.toolkit, item, part.bodies) if item.item.id in weak else spread_of(item)


def _suggested(action: PlannedAction) -> Suggestion:
    return Suggestion(
        action=" ".join(action.action.split()),
        owner=_owner(action.owner),
        deadline=action.deadline,
        measure=" ".join(action.measure.split()),
        by=_by(action.person),
        deadline_said=" ".join(action.deadline_said.split()),
    )


_SIGN = re.compile(r"(?:Partner|Respondent) [A-Z]{1,3}")
"""What stands in free text for a name that is not shown."""


def _owner(said: str) -> str:
    """The owner as proposed; nothing where the name was put out of sight: nobody is "Partner A"."""
    owner = " ".join(said.split())
    return "" if NAME_TAKEN_OUT in owner or _SIGN.search(owner) else owner


def _by(person: Person | None) -> str:
    return person.who if person else ""


def talking_points(part: ToolkitResults) -> tuple[TalkingPoint, ...]:
    """Return what is worth talking about in a workshop on one toolkit, in order.

    What is withheld in the summary is withheld here. Several organisations that each judge
    themselves have nothing to agree on: it is not one thing that they judge.
    """
    if part.toolkit.subject == "organisation" and part.partners_heard > 1:
        return ()
    agenda = agenda_of(part.toolkit, part.items, _weights(part), part.returned)
    views = {view.label: view.id for view in part.toolkit.views}
    groups: tuple[tuple[TalkingGroup, tuple[ItemFigures, ...]], ...] = (
        ("split", agenda.split), ("low", agenda.low), ("levels", agenda.levels),
        ("rest", agenda.rest),
    )  # fmt: skip
    return tuple(
        TalkingPoint(
            group=group,
            item=one.item.id,
            view=one.field.partition(":")[2],
            label=one.view,
            ask=one.item.ask,
            scale=one.scale_id,
            spread=() if one.withheld else _spread(one),
            prompts=one.item.prompts,
            levels=_levels(part, one) if group == "levels" else (),
        )
        for group, some in groups
        for one in some
        if one.view == "" or one.view in views
    )


def _levels(part: ToolkitResults, item: ItemFigures) -> tuple[tuple[str, str, int], ...]:
    """What each level stands at, as on the sheet of levels; what is withheld there is left out."""
    shown = ((label, item.levels[label]) for label in part.levels if label in item.levels)
    scored = has_scores(item.scale)
    return tuple(
        (label, decimal(figure.mean) if scored else percent(figure.mean), figure.n)
        for label, figure in shown
        if figure.mean is not None and not figure.withheld
    )


def _spread(item: ItemFigures) -> tuple[tuple[str, int], ...]:
    counts = item.agreement.counts
    return tuple((choice.label, counts[choice.code]) for choice in item.scale.choices)
