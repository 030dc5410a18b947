"""What a plan workbook puts to a decision: what was proposed, and concerns nobody answered."""

from __future__ import annotations

from collections.abc import Iterator

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.attribution import Person
from xlassess.consolidate.figures.values import ItemFigures, PlannedAction, Summary, ToolkitResults
from xlassess.consolidate.wording.pointed import spread_of, why_low
from xlassess.model.plan import Matter, Suggestion


def matters_of(summary: Summary) -> tuple[Matter, ...]:
    """Return what is to be decided on, toolkit by toolkit: proposals first, then open concerns.

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
    for item, ask in asks.items():
        if item in weak and item not in answered:
            yield Matter(part.key, item, ask, _finding(part, figures[item][0], weak), None)


def _weak(part: ToolkitResults) -> set[str]:
    """The questions that are concerns, all of them: page one names only the first."""
    if part.toolkit.subject == "proposal":
        return set()
    found = points.judged(part.items, part.returned)
    weak = (one for one in found if points.is_weak(part.toolkit, one, part.returned))
    return {one.item.id for one in weak}


def _finding(part: ToolkitResults, item: ItemFigures, weak: set[str]) -> str:
    """What respondents said, in the words of the summary; nothing where that is withheld."""
    if item.withheld or not item.agreement.n:
        return ""
    return why_low(part.toolkit, item) if item.item.id in weak else spread_of(item)


def _suggested(action: PlannedAction) -> Suggestion:
    return Suggestion(
        action=" ".join(action.action.split()),
        owner=" ".join(action.owner.split()),
        deadline=action.deadline,
        measure=" ".join(action.measure.split()),
        by=_by(action.person),
    )


def _by(person: Person | None) -> str:
    return ", ".join(filter(None, (person.partner, person.respondent))) if person else ""
