"""What the committee is asked to decide, each from one fact, in words that can be minuted."""

from __future__ import annotations

from collections.abc import Iterator

from xlassess.consolidate.figures.thresholds import LISTED
from xlassess.consolidate.figures.values import PlannedAction
from xlassess.consolidate.wording.facts import NarrativeFacts, words
from xlassess.consolidate.wording.numbers import day_of
from xlassess.consolidate.wording.pointed import name_of, why_low


def asked_of(facts: NarrativeFacts) -> tuple[str, ...]:
    """Return what the committee is asked to decide."""
    if facts.toolkit.subject == "proposal":
        return tuple(_about_returns(facts))
    return (*_about_returns(facts), *_about_findings(facts), *_about_actions(facts), _next())


def _about_returns(facts: NarrativeFacts) -> Iterator[str]:
    say = words().say
    standings = [each.standing for each in facts.entries]
    missing = sum(each in ("Overdue", "Awaited", "Refused") for each in standings)
    queries = standings.count("Query open")
    if facts.toolkit.subject != "proposal":
        yield say("decide_note", len(facts.rows))
    if missing:
        yield say("decide_outstanding", missing)
    if queries:
        yield say("decide_queries", queries)


def _about_findings(facts: NarrativeFacts) -> Iterator[str]:
    if not facts.says_something:
        return
    say, whole = words().say, facts.whole
    if whole.unsure.leads:
        yield say("decide_unsure")
    if whole.divided:
        yield say("decide_divided")
    scenario = facts.planning.scenario
    if scenario:
        yield say("decide_scenario", scenario.id, scenario.title)
    for ill in whole.ill[:LISTED]:
        yield say("decide_ill", ill.section.name, ill.returns, ill.of, ill.significant)
    for item in facts.weak.shown:
        why = why_low(facts.toolkit, item).partition(": ")[2]
        yield say("decide_concern", item.item.ask, item.view, item.item.id, why)
    if facts.weak.found > len(facts.weak.shown):
        yield say("decide_more_concerns", facts.weak.found - len(facts.weak.shown))
    if facts.differing.shown and not whole.divided:
        yield say("decide_disagreements", [name_of(item) for item in facts.differing.shown])


def _about_actions(facts: NarrativeFacts) -> Iterator[str]:
    quick = [action for action in facts.actions if action.order == 0 and not action.closed]
    for action in quick[:LISTED]:
        yield _quick_win(action)
    others = len(facts.actions) - min(len(quick), LISTED)
    if others:
        overdue = sum(action.overdue for action in facts.actions)
        yield words().say("decide_actions", others, bool(quick), overdue)


def _quick_win(action: PlannedAction) -> str:
    deadline = day_of(action.deadline) if action.deadline else ""
    return words().say("decide_quick", action.action.strip().rstrip("."), action.owner, deadline)


def _next() -> str:
    return words().say("decide_next")
