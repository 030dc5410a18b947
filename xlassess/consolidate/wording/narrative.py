"""The words of a toolkit's Summary page, from its figures; sentences from ``summary.j2``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.attribution import Participants
from xlassess.consolidate.figures.counted import favourable_codes
from xlassess.consolidate.figures.thresholds import FAR_APART, favourable
from xlassess.consolidate.figures.values import (
    ItemFigures,
    Narrative,
    OverallFigures,
    PlannedAction,
    PlanningScenario,
    Point,
    RegisterEntry,
    ScoreRow,
    SectionFigures,
)
from xlassess.consolidate.wording.numbers import day, decimal, percent, short
from xlassess.model.assessment import Assessment
from xlassess.model.toolkit import Toolkit
from xlassess.score import Agreement, band_position, score_range
from xlassess.sheet.words import Words


@lru_cache(maxsize=1)
def words() -> Words:
    """The sentences of the Summary page."""
    return Words("summary.j2")


@dataclass(frozen=True, slots=True)
class NarrativeFacts:
    """What a narrative is told from."""

    assessment: Assessment
    toolkit: Toolkit
    participants: Participants
    entries: Sequence[RegisterEntry]
    rows: Sequence[ScoreRow]
    sections: Sequence[SectionFigures]
    overall: Sequence[OverallFigures]
    items: Sequence[ItemFigures]
    success: Agreement | None
    planning: PlanningScenario
    actions: Sequence[PlannedAction]
    partners_asked: int
    partners_heard: int
    received: datetime | None

    @property
    def withheld(self) -> bool:
        """True when so few returned that nothing may be shown."""
        return self.participants.withholds(len(self.rows))


def narrate(facts: NarrativeFacts) -> Narrative:
    """Return the words of one toolkit's Summary page."""
    say = words().say
    rule = facts.toolkit.scoring.rule
    weights = {
        each.section.id: each.significance.mean
        for each in facts.sections
        if each.significance.mean is not None
    }
    strong = points.strengths(facts.toolkit, facts.items)
    weak = points.concerns(facts.toolkit, facts.items, weights)
    split = points.disagreements(facts.items)
    empty = not facts.rows or facts.withheld
    return Narrative(
        context=_context(facts),
        reading=_reading(facts),
        strengths_title=say("strengths_title", rule, facts.toolkit.scoring.flagged_as),
        strengths=_listed(facts, strong, "" if empty else say("no_strengths", rule)),
        concerns_title=say("concerns_title", rule, facts.toolkit.scoring.flagged_as),
        concerns=_listed(facts, weak, "" if empty else say("no_concerns", rule)),
        disagreements=tuple(_split(facts, item) for item in split)
        or _only("" if empty else say("no_disagreements", len(facts.rows))),
        scenario=_scenario(facts),
        scenario_rule=scenario_rule(facts.planning),
        scenario_advice=facts.planning.scenario.advice if facts.planning.scenario else "",
        decisions=_decisions(facts, weak, split),
        caution=say("caution", _facts(facts)),
    )


def _only(text: str) -> tuple[Point, ...]:
    return (Point("", text),) if text else ()


def _facts(facts: NarrativeFacts) -> Mapping[str, object]:
    """What the templates may ask for about who answered."""
    entries, participants = facts.entries, facts.participants
    issued = [each.person.issued.issued_at for each in entries]
    per_partner = Counter(row.person.issued.identity.partner for row in facts.rows)
    return {
        "returned": len(facts.rows),
        "issued": len(entries),
        "heard": facts.partners_heard,
        "asked": facts.partners_asked,
        "first": day(min(issued, default=None)),
        "last": day(facts.received),
        "incomplete": sum(row.card.answered < row.card.asked for row in facts.rows),
        "queries": sum(each.standing == "Query open" for each in entries),
        "nil": sum(each.standing == "Nil return" for each in entries),
        "declined": sum(each.standing == "Declined" for each in entries),
        "fallback": participants.fallback,
        "minimum": participants.minimum,
        "withheld": [
            *(each.name for each in facts.sections if each.score.secondary),
            *("the grand total" for each in facts.overall if each.score.secondary),
        ],
        "uneven": max(per_partner.values(), default=0) > 1,
    }


def _context(facts: NarrativeFacts) -> str:
    return words().say("context", facts.toolkit, facts.assessment, _facts(facts))


def _reading(facts: NarrativeFacts) -> str:
    """The headline: what the figures say as a whole."""
    say = words().say
    if not facts.rows:
        return say("nothing_returned")
    if facts.withheld:
        return say("withheld", facts.participants.minimum)
    rules = {
        "sum": _reading_sum, "mean": _reading_mean, "levels": _reading_levels,
        "share": _reading_levels, "none": _reading_none,
    }  # fmt: skip
    headline = rules[facts.toolkit.scoring.rule](facts)
    return f"{headline} {_success(facts)}".strip()


def _reading_sum(facts: NarrativeFacts) -> str:
    say = words().say
    read = [each for each in facts.sections if each.score.mean is not None]
    total = facts.overall[0] if facts.overall else None
    if total and total.score.withheld:
        return say("reading_sum_withheld", total.score.n)
    if total is None or total.score.mean is None:
        return say("reading_sum_without_total", len(read), len(facts.sections))
    limits = score_range(facts.toolkit)
    top = short(limits[1]) if limits else ""
    mean, n = decimal(total.score.mean), total.score.n
    apart = _far_apart(facts, total)
    if total.band is None:
        return f"{say('reading_sum_without_bands', mean, top, n)} {apart}".strip()
    reading = say("reading_sum", mean, top, n, total.band.name, total.band.reading)
    return f"{reading} {apart}".strip()


def _far_apart(facts: NarrativeFacts, total: OverallFigures) -> str:
    """A warning where the totals of single returns lie bands apart, so that the mean hides it."""
    bands, score = facts.toolkit.scoring.bands, total.score
    ends = [band_position(each, bands) for each in (score.low, score.high)]
    low, high = (end if end is not None else 0 for end in ends)
    if None in ends or low - high < FAR_APART or score.low is None or score.high is None:
        return ""
    return words().say("reading_apart", short(score.low), short(score.high))


def _reading_mean(facts: NarrativeFacts) -> str:
    say = words().say
    means = [(each.score.mean, each.name) for each in facts.sections if each.score.mean is not None]
    limits = score_range(facts.toolkit)
    if not means or limits is None:
        return say("reading_no_answers")
    (low, low_name), (high, high_name) = min(means), max(means)
    ends = tuple(map(short, limits))
    if decimal(low) == decimal(high):
        return say("reading_mean_alike", decimal(low), *ends)
    return say("reading_mean", low_name, decimal(low), high_name, decimal(high), *ends)


def _reading_levels(facts: NarrativeFacts) -> str:
    """The headline of shares: levels and yes/no questions."""
    say, scoring = words().say, facts.toolkit.scoring
    answered = sum(each.answered for each in facts.sections)
    good = sum(each.favourable for each in facts.sections)
    if not answered:
        return say("reading_no_answers")
    marked = sum(each.flagged for each in facts.sections)
    label = facts.toolkit.scales[scoring.scale].by_code(favourable_codes(facts.toolkit)[-1]).label
    if scoring.rule == "levels":
        return say("reading_levels", good, answered, label, marked, scoring.flagged_as)
    share = percent(good / answered)
    return say("reading_share", good, answered, share, label, marked, scoring.flagged_as)


def _reading_none(facts: NarrativeFacts) -> str:
    scored = [item for item in facts.items if item.scored]
    marked = [points.flagged(facts.toolkit, item) for item in scored]
    as_what = facts.toolkit.scoring.flagged_as or "a matter to settle"
    return words().say("reading_none", sum(marked), sum(map(bool, marked)), as_what)


def _success(facts: NarrativeFacts) -> str:
    if facts.success is None or not facts.success.n:
        return ""
    item = facts.toolkit.item(facts.toolkit.scoring.success)
    good = favourable(facts.toolkit.scales[item.answer])
    count = sum(facts.success.counts[choice.code] for choice in good)
    labels = " or ".join(f"“{choice.label}”" for choice in good)
    return words().say("success", count, facts.success.n, labels)


def _listed(
    facts: NarrativeFacts, items: Sequence[ItemFigures], otherwise: str
) -> tuple[Point, ...]:
    return tuple(_point(facts, item) for item in items) or _only(otherwise)


def _point(facts: NarrativeFacts, item: ItemFigures) -> Point:
    say = words().say
    what = say("point_name", item.item.id, item.name)
    agreement, section = item.agreement, item.section.name
    if points.by_flags(facts.toolkit, item):
        count, n = points.flagged(facts.toolkit, item), agreement.n + agreement.apart
        as_what = facts.toolkit.scoring.flagged_as
        return Point(what, say("why_flagged", section, count, n, as_what))
    if facts.toolkit.scoring.rule in ("sum", "mean") and agreement.mean is not None:
        top = max(choice.score or 0 for choice in item.scale.substantive)
        mean = decimal(agreement.mean)
        return Point(what, say("why_mean", section, mean, short(top), agreement.n, item.reading))
    good = favourable(item.scale)
    count = sum(agreement.counts[choice.code] for choice in good)
    return Point(
        what,
        say("why_share", section, count, agreement.n, good[-1].label, len(good) > 1, item.reading),
    )


def _split(facts: NarrativeFacts, item: ItemFigures) -> Point:
    say, agreement = words().say, item.agreement
    worst = agreement.worst.label if agreement.worst else ""
    best = agreement.best.label if agreement.best else ""
    consensus = decimal(agreement.consensus or 0.0, 2)
    return Point(
        say("point_name", item.item.id, item.name),
        say("why_split", item.section.name, worst, best, agreement.n, consensus),
    )


def _scenario(facts: NarrativeFacts) -> str:
    say, plan = words().say, facts.toolkit.action_plan
    if facts.planning.scenario:
        return say("scenario", facts.planning.scenario, bool(facts.planning.because))
    return say("no_scenario") if plan and plan.scenarios else ""


def scenario_rule(planning: PlanningScenario) -> str:
    """Return why the scenario is gone by: the rule, and the choice made against it, if any."""
    if planning.because:
        return words().say("scenario_chosen", planning)
    return planning.suggested.when if planning.suggested else ""


def _decisions(
    facts: NarrativeFacts, weak: Sequence[ItemFigures], split: Sequence[ItemFigures]
) -> tuple[str, ...]:
    """Recommended decisions, each from one fact."""
    say = words().say
    missing = sum(each.standing in ("Overdue", "Awaited", "Refused") for each in facts.entries)
    queries = sum(each.standing == "Query open" for each in facts.entries)
    made = [say("decide_note", len(facts.rows), len(facts.entries))]
    if missing:
        made.append(say("decide_outstanding", missing))
    if queries:
        made.append(say("decide_queries", queries))
    scenario = facts.planning.scenario
    if scenario:
        made.append(say("decide_scenario", scenario.id, scenario.title))
    if weak:
        made.append(say("decide_concerns", [item.item.id for item in weak]))
    if split:
        made.append(say("decide_disagreements", [item.item.id for item in split]))
    if facts.actions:
        made.append(_decide_actions(facts))
    made.append(say("decide_next"))
    return tuple(made)


def _decide_actions(facts: NarrativeFacts) -> str:
    plan = facts.toolkit.action_plan
    quick = sum(action.order == 0 for action in facts.actions)
    label = plan.horizons[0].label if plan and plan.horizons else ""
    overdue = sum(action.overdue for action in facts.actions)
    return words().say("decide_actions", len(facts.actions), quick, label, overdue)
