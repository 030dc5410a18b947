"""The words of a toolkit's Summary page, from its figures; sentences from ``summary.j2``.

What the committee is asked to decide is among them, each from one fact, in words that can be
minuted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from xlassess.consolidate.figures.overview import mixed_choice
from xlassess.consolidate.figures.points import spread, why_few
from xlassess.consolidate.figures.thresholds import LISTED
from xlassess.consolidate.figures.values import (
    STILL_OUT,
    Narrative,
    PlannedAction,
)
from xlassess.consolidate.wording.facts import (
    NarrativeFacts,
    exposed_in_words,
    held_in_words,
    promise_in_words,
    words,
)
from xlassess.consolidate.wording.finding import finding
from xlassess.consolidate.wording.pictures import titles_of
from xlassess.consolidate.wording.pointed import (
    area_in_words,
    checklist_names,
    concerns_of,
    differences_of,
    levels_of,
    name_of,
    strengths_of,
    why_low,
)
from xlassess.consolidate.wording.terms import day, in_short, percent, plain_words
from xlassess.consolidate.wording.trend_words import trend_in_words, trend_title
from xlassess.model.days import local_day, written_day

_ILL_NAMED = 2
"""Sections in a bad state that a decision names on sheets, where there are more than are listed."""


def asked_of(facts: NarrativeFacts, *, sheets: bool = True) -> tuple[str, ...]:
    """Return what the committee is asked to decide.

    Args:
        facts: what is known of the toolkit's returns.
        sheets: the reader has sheets that can be pointed to.
    """
    return tuple(decision for some in _asked(facts, sheets=sheets) for decision in some)


def pressing_of(facts: NarrativeFacts) -> tuple[int, ...]:
    """Return the places of what is asked in the order in which it has a claim to room.

    First what is asked about the whole, and one each about a concern and a quick win. A page that
    names all concerns before anything that partners propose to do would never come to the latter.
    """
    groups = [len(some) for some in _asked(facts)]
    starts = [sum(groups[:index]) for index, size in enumerate(groups) if size]
    if len(groups) > 1:
        starts = [*range(groups[0]), *(place for place in starts if place >= groups[0])]
    return (*starts, *(place for place in range(sum(groups)) if place not in starts))


def _asked(facts: NarrativeFacts, *, sheets: bool = True) -> tuple[tuple[str, ...], ...]:
    """What is asked, kind by kind."""
    returns = tuple(_about_returns(facts))
    if facts.toolkit.subject == "proposal":
        return ((*_about_proposals(facts), *_still_open(facts), *returns),)
    whole = tuple(_about_the_whole(facts, sheets=sheets))
    concerns = tuple(_about_findings(facts, sheets=sheets))
    return whole, concerns, (*_about_actions(facts), *returns, _next())


def _about_proposals(facts: NarrativeFacts) -> Iterator[str]:
    """The decision on each proposal that has none yet; of many, on how many."""
    say = words().say
    named = zip(checklist_names(facts.checklists), facts.checklists, strict=True)
    undecided = [(name, each) for name, each in named if not each.decided]
    if len(undecided) > LISTED:
        yield say("decide_proposals", len(undecided), undecided[0][1].decision)
        undecided = []
    for name, each in undecided:
        yield say("decide_proposal", name, each)


def _still_open(facts: NarrativeFacts) -> Iterator[str]:
    """What is open of proposals though their decision is given: "no" is to be settled first.

    Partnership Protocol of Melton Borough Council, Appendix B: a decision to join rests on it.
    """
    named = zip(checklist_names(facts.checklists), facts.checklists, strict=True)
    names = [
        name
        for name, each in named
        if each.decided and not each.ended and (each.settle or each.missing)
    ]
    if names:
        yield words().say("decide_open", names if len(names) <= LISTED else [], len(names))


def _about_returns(facts: NarrativeFacts) -> Iterator[str]:
    say = words().say
    standings = [each.standing for each in facts.entries]
    missing = sum(each in (*STILL_OUT, "Refused") for each in standings)
    queries = standings.count("Query open")
    if facts.toolkit.subject != "proposal" and facts.says_something:
        yield say("decide_note", len(facts.rows))
    if missing:
        yield say("decide_outstanding", missing)
    if queries:
        yield say("decide_queries", queries)


def _about_the_whole(facts: NarrativeFacts, *, sheets: bool) -> Iterator[str]:
    if not facts.says_something:
        return
    say, whole = words().say, facts.whole
    if whole.unsure.leads:
        yield say("decide_unsure")
    elif whole.unread and len(facts.too_few) > whole.judged + len(facts.in_doubt):
        # Why answers are in doubt is known: that queries be settled is asked besides.
        yield say("decide_unread")
    if whole.divided:
        yield say("decide_divided")
    scenario = facts.planning.scenario
    if scenario:
        yield say("decide_scenario", scenario.id, scenario.title)
    if whole.ill:
        # A page that names many leaves no room for what is asked about each item.
        few = whole.ill if len(whole.ill) <= LISTED else whole.ill[:_ILL_NAMED]
        named = few if sheets else whole.ill
        yield say("decide_ill", named, len(whole.ill) - len(named))
    if not facts.achieves and not facts.weak.found:
        yield say("decide_success")


def _about_findings(facts: NarrativeFacts, *, sheets: bool) -> Iterator[str]:
    if not facts.says_something:
        return
    say = words().say
    yield from _about_areas(facts)
    # The committee is not asked for what was agreed or declined since: the plan has it.
    for item in (each for each in facts.weak.shown if each.item.id not in facts.settled):
        told = why_low(facts.toolkit, item, facts.bodies, with_mean=False)
        why = told.partition(": ")[2]
        yield say("decide_concern", item.item.ask, item.view, item.item.id, why)
    if facts.weak.found > len(facts.weak.shown):
        more = facts.weak.found - len(facts.weak.shown)
        yield say("decide_more_concerns", more, facts.speaks_for_all, sheets)
    yield from _about_reasons(facts)
    talk = [each for each in facts.differing.shown if each.item.id not in facts.judged]
    if talk and not facts.whole.divided:
        yield say("decide_disagreements", [name_of(item) for item in talk])


def _about_areas(facts: NarrativeFacts) -> Iterator[str]:
    say, areas = words().say, facts.areas
    for area in areas[:LISTED]:
        yield say("decide_area", area.section.name, area_in_words(facts.toolkit, area))
    if len(areas) > LISTED:
        yield say("decide_more_areas", [each.section.name for each in areas[LISTED:]])


def _about_reasons(facts: NarrativeFacts) -> Iterator[str]:
    """The answers of few whose reasons a publication wants looked into.

    Working better together? (Audit Commission, 2009), paragraph 3: where an answer is "no", the
    reasons should be investigated.
    """
    if facts.toolkit.scoring.rule != "none" or not facts.participants.shows_rows:
        return
    single = [each for each in facts.by_few if each.item.id not in facts.settled]
    if single:
        yield words().say("decide_reasons", [name_of(one) for one in single[:LISTED]], len(single))


def _about_actions(facts: NarrativeFacts) -> Iterator[str]:
    if facts.agreed is not None:
        yield words().say("decide_agreed", facts.agreed.agreed, facts.agreed.overdue)
        if facts.waiting:
            yield words().say("decide_waiting", facts.waiting)
        return
    doing = [action for action in facts.actions if not action.closed]
    quick = _same_words(action for action in doing if action.order == 0)
    for alike in quick[:LISTED]:
        yield _quick_win(alike)
    # What is done or stopped needs no decision.
    others = len(doing) - sum(len(alike) for alike in quick[:LISTED])
    if others:
        late = sum(action.overdue for action in doing) - sum(
            action.overdue for alike in quick[:LISTED] for action in alike
        )
        yield words().say("decide_actions", others, bool(quick), late)


def _same_words(actions: Iterable[PlannedAction]) -> list[list[PlannedAction]]:
    """Put actions of the same words together, those that most propose first, then in order."""
    found: dict[str, list[PlannedAction]] = {}
    for action in actions:
        found.setdefault(plain_words(action.action), []).append(action)
    return sorted(found.values(), key=lambda alike: -len(alike))


def _quick_win(alike: Sequence[PlannedAction]) -> str:
    """A quick win, once however many propose it; who leads and when as far as they agree on it."""
    owners = {plain_words(each.owner): each.owner for each in alike if each.owner.strip()}
    days = {each.deadline for each in alike if each.deadline}
    owner = next(iter(owners.values())) if len(owners) == 1 else ""
    deadline = written_day(min(days)) if len(days) == 1 else ""
    partners = {each.person.partner for each in alike if each.person}
    times = (len(alike), len(partners) if all(each.person for each in alike) else 0)
    if deadline and alike[0].overdue:
        deadline = words().say("passed", deadline)
    said = in_short(alike[0].action).rstrip(".")
    apart = (len(owners) > 1, len(days) > 1)
    return words().say("decide_quick", said, times, (in_short(owner), deadline), apart)


def _next() -> str:
    return words().say("decide_next")


def narrate(facts: NarrativeFacts) -> Narrative:
    """Return the words of one toolkit's Summary page."""
    say = words().say
    rule, for_all = facts.toolkit.scoring.rule, facts.speaks_for_all
    compared = facts.says_something and facts.toolkit.subject == "partnership"
    listed = facts.says_something and facts.toolkit.subject != "proposal"
    first, *more = finding(facts)
    shown = facts.planning.scenario if facts.says_something else None
    return Narrative(
        context=say("context", facts.toolkit, facts.assessment, _facts(facts)),
        rests=say("rests", _facts(facts)),
        reading=first,
        more=(*more, *facts.kept),
        strengths_title=say("strengths_title", rule, for_all),
        strengths=strengths_of(facts) if listed else (),
        concerns_title=say("concerns_title", rule, for_all),
        concerns=concerns_of(facts) if listed else (),
        differences_title=say("differences_title"),
        disagreements=differences_of(facts) if compared and len(facts.rows) > 1 else (),
        levels_title=say("levels_title"),
        levels=levels_of(facts) if compared else (),
        unsure=_unsure(facts) if listed else (),
        scenario=_scenario(facts) if listed else "",
        scenario_rule=_scenario_rule(facts) if listed else "",
        scenario_here=_scenario_here(facts) if listed else "",
        scenario_advice=shown.advice if shown else "",
        decisions=asked_of(facts),
        pressing=pressing_of(facts),
        caution=say("caution", _facts(facts)),
        titles=titles_of(facts),
        trend_title=trend_title(facts.trend) if facts.trend else "",
        trend=trend_in_words(facts.trend) if facts.trend else (),
        decisions_in_report=asked_of(facts, sheets=False),
        trend_in_report=trend_in_words(facts.trend, sheets=False) if facts.trend else (),
    )


def _next_review(facts: NarrativeFacts) -> date | None:
    """The day of the next review, counted from the return date, or else from the last return."""
    last = local_day(facts.received) if facts.received else None
    day_of_this = facts.assessment.return_by or last
    return facts.toolkit.next_review(day_of_this) if day_of_this else None


def _facts(facts: NarrativeFacts) -> Mapping[str, object]:
    """What the templates may ask for about who answered."""
    entries, participants = facts.entries, facts.participants
    issued = [each.person.issued.issued_at for each in entries]
    per_partner = Counter(row.person.issued.identity.partner for row in facts.rows)
    nil = sum(each.standing == "Nil return" for each in entries)
    back = len(facts.rows) + nil
    return {
        "returned": len(facts.rows),
        "survey": facts.toolkit.subject != "proposal" and facts.says_something,
        "proposal": facts.toolkit.subject == "proposal",
        "own": facts.toolkit.subject == "organisation",
        "back": back,
        "rate": percent(back / len(entries)) if entries else "",
        "issued": len(entries),
        "heard": facts.partners_heard,
        "asked": facts.partners_asked,
        "first": day(min(issued, default=None)),
        "last": day(facts.received),
        "incomplete": _incomplete(facts),
        "doubtful": any(row.doubtful for row in facts.rows),
        "queries": sum(each.standing == "Query open" for each in entries),
        "nil": nil,
        "declined": sum(each.standing == "Declined" for each in entries),
        "fallback": participants.fallback,
        "promised": promise_in_words(participants),
        "held": held_in_words(participants),
        "exposed": exposed_in_words(participants),
        "minimum": participants.minimum,
        "review": written_day(due) if (due := _next_review(facts)) else "",
        "review_years": facts.toolkit.review_years,
        "withheld": [
            *(each.name for each in facts.sections if each.score.secondary),
            *("the grand total" for each in facts.overall if each.score.secondary),
        ],
        "uneven": max(per_partner.values(), default=0) > 1,
    }


def _incomplete(facts: NarrativeFacts) -> int:
    """How many returns leave required questions out; what is under a query was not left out."""
    required = {item.id for item in facts.toolkit.items() if item.required}
    return sum(
        row.card.asked - row.card.answered > sum(item in required for item, _ in row.doubtful)
        for row in facts.rows
    )


def _unsure(facts: NarrativeFacts) -> tuple[str, ...]:
    """How many could not say, and on what too few could; what a scale cannot tell apart."""
    say, unsure = words().say, facts.whole.unsure
    found = []
    if unsure.is_shown:
        # Where that is the finding it was said already, unless there are several such answers.
        told = unsure.leads and len(unsure.labels) == 1
        share = percent(unsure.count / unsure.answers)
        found.append(
            say("unsure_told", unsure.labels[0][0]) if told else say("unsure", unsure, share)
        )
    for items, why in (
        (facts.in_doubt, ("doubt", 0)),
        (facts.too_few, why_few(facts.too_few, facts.rows)),
    ):
        if items:
            names = [name_of(item) for item in spread(items, LISTED)]
            found.append(say("too_few", names, len(items), why))
    mixed = dict.fromkeys(mixed_choice(item.scale) for item in facts.items if item.scored)
    found += [say("mixed", label) for label in mixed if label]
    return tuple(found)


def _scenario(facts: NarrativeFacts) -> str:
    say, plan = words().say, facts.toolkit.action_plan
    if facts.planning.scenario:
        return say("scenario", facts.planning.scenario, bool(facts.planning.because))
    return say("no_scenario", facts.planning.why_none) if plan and plan.scenarios else ""


def _scenario_rule(facts: NarrativeFacts) -> str:
    """The rule of the scenario, and the choice made against it, if any."""
    planning = facts.planning
    if planning.because:
        return words().say("scenario_chosen", planning)
    return planning.suggested.when if planning.suggested else ""


def _scenario_here(facts: NarrativeFacts) -> str:
    """What meets the rule of the scenario here."""
    if facts.planning.suggested is None:
        return ""
    found, whole = facts.weak.found, facts.whole
    band = facts.overall[0].band if len(facts.overall) == 1 else None
    name = band.name if band else ""
    numbers = (found, whole.judged, len(whole.ill), facts.achieves)
    return words().say("scenario_here", name, numbers)
