"""The words of a toolkit's Summary page, from its figures; sentences from ``summary.j2``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.attribution import Cast
from xlassess.consolidate.figures.counted import favourable_codes
from xlassess.consolidate.figures.thresholds import FAR_APART, favourable
from xlassess.consolidate.figures.values import (
    Entry,
    GoingOn,
    ItemFigures,
    Narrative,
    OverallFigures,
    PlannedAction,
    Point,
    ScoreRow,
    SectionFigures,
)
from xlassess.model.assessment import Assessment
from xlassess.model.toolkit import Toolkit
from xlassess.score import Agreement, band_position, score_range
from xlassess.sheet.words import Words


@lru_cache(maxsize=1)
def words() -> Words:
    """The sentences of the Summary page."""
    return Words("summary.j2")


@dataclass(frozen=True, slots=True)
class Told:
    """What a narrative is told from."""

    assessment: Assessment
    toolkit: Toolkit
    cast: Cast
    entries: Sequence[Entry]
    rows: Sequence[ScoreRow]
    sections: Sequence[SectionFigures]
    overall: Sequence[OverallFigures]
    items: Sequence[ItemFigures]
    success: Agreement | None
    onward: GoingOn
    actions: Sequence[PlannedAction]
    partners_asked: int
    partners_heard: int
    received: datetime | None

    @property
    def withheld(self) -> bool:
        """True when so few returned that nothing may be shown."""
        return self.cast.withholds(len(self.rows))


def decimal(number: float, places: int = 1) -> str:
    """Return a number with a fixed number of decimals, rounded half away from zero as Excel does.

    A whole number at no decimals has no point.
    """
    from decimal import ROUND_HALF_UP, Decimal

    step = Decimal(1).scaleb(-places)
    return str(Decimal(repr(round(number, 9))).quantize(step, ROUND_HALF_UP))


def short(number: float) -> str:
    """Return a number without needless zeros."""
    return f"{round(number, 2):g}"


def percent(share: float) -> str:
    """Return a share as a whole percentage."""
    return f"{decimal(100 * share, 0)}%"


def day(moment: datetime | None) -> str:
    """Return a day as it is read, or an empty text."""
    return f"{moment.day} {moment:%B %Y}" if moment else ""


def narrate(told: Told) -> Narrative:
    """Return the words of one toolkit's Summary page."""
    say = words().say
    rule = told.toolkit.scoring.rule
    weights = {
        each.section.id: each.significance.mean
        for each in told.sections
        if each.significance.mean is not None
    }
    strong = points.strengths(told.toolkit, told.items)
    weak = points.concerns(told.toolkit, told.items, weights)
    split = points.disagreements(told.items)
    empty = not told.rows or told.withheld
    return Narrative(
        context=_context(told),
        reading=_reading(told),
        strengths_title=say("strengths_title", rule, told.toolkit.scoring.flagged_as),
        strengths=_listed(told, strong, "" if empty else say("no_strengths", rule)),
        concerns_title=say("concerns_title", rule, told.toolkit.scoring.flagged_as),
        concerns=_listed(told, weak, "" if empty else say("no_concerns", rule)),
        disagreements=tuple(_split(told, item) for item in split)
        or _only("" if empty else say("no_disagreements", len(told.rows))),
        scenario=_scenario(told),
        scenario_rule=scenario_rule(told.onward),
        scenario_advice=told.onward.scenario.advice if told.onward.scenario else "",
        decisions=_decisions(told, weak, split),
        caution=say("caution", _facts(told)),
    )


def _only(text: str) -> tuple[Point, ...]:
    return (Point("", text),) if text else ()


def _facts(told: Told) -> Mapping[str, object]:
    """What the templates may ask for about who answered."""
    entries, cast = told.entries, told.cast
    issued = [each.person.issued.issued_at for each in entries]
    per_partner = Counter(row.person.issued.identity.partner for row in told.rows)
    return {
        "returned": len(told.rows),
        "issued": len(entries),
        "heard": told.partners_heard,
        "asked": told.partners_asked,
        "first": day(min(issued, default=None)),
        "last": day(told.received),
        "incomplete": sum(row.card.answered < row.card.asked for row in told.rows),
        "queries": sum(each.standing == "Query open" for each in entries),
        "nil": sum(each.standing == "Nil return" for each in entries),
        "declined": sum(each.standing == "Declined" for each in entries),
        "fallback": cast.fallback,
        "minimum": cast.minimum,
        "withheld": [
            *(each.name for each in told.sections if each.score.secondary),
            *("the grand total" for each in told.overall if each.score.secondary),
        ],
        "uneven": max(per_partner.values(), default=0) > 1,
    }


def _context(told: Told) -> str:
    return words().say("context", told.toolkit, told.assessment, _facts(told))


def _reading(told: Told) -> str:
    """The headline: what the figures say as a whole."""
    say = words().say
    if not told.rows:
        return say("nothing_returned")
    if told.withheld:
        return say("withheld", told.cast.minimum)
    rules = {
        "sum": _reading_sum, "mean": _reading_mean, "levels": _reading_levels,
        "share": _reading_levels, "none": _reading_none,
    }  # fmt: skip
    headline = rules[told.toolkit.scoring.rule](told)
    return f"{headline} {_success(told)}".strip()


def _reading_sum(told: Told) -> str:
    say = words().say
    read = [each for each in told.sections if each.score.mean is not None]
    total = told.overall[0] if told.overall else None
    if total and total.score.withheld:
        return say("reading_sum_withheld", total.score.n)
    if total is None or total.score.mean is None:
        return say("reading_sum_without_total", len(read), len(told.sections))
    limits = score_range(told.toolkit)
    top = short(limits[1]) if limits else ""
    mean, n = decimal(total.score.mean), total.score.n
    apart = _far_apart(told, total)
    if total.band is None:
        return f"{say('reading_sum_without_bands', mean, top, n)} {apart}".strip()
    reading = say("reading_sum", mean, top, n, total.band.name, total.band.reading)
    return f"{reading} {apart}".strip()


def _far_apart(told: Told, total: OverallFigures) -> str:
    """A warning where the totals of single returns lie bands apart, so that the mean hides it."""
    bands, score = told.toolkit.scoring.bands, total.score
    ends = [band_position(each, bands) for each in (score.low, score.high)]
    low, high = (end if end is not None else 0 for end in ends)
    if None in ends or low - high < FAR_APART or score.low is None or score.high is None:
        return ""
    return words().say("reading_apart", short(score.low), short(score.high))


def _reading_mean(told: Told) -> str:
    say = words().say
    means = [(each.score.mean, each.name) for each in told.sections if each.score.mean is not None]
    limits = score_range(told.toolkit)
    if not means or limits is None:
        return say("reading_no_answers")
    (low, low_name), (high, high_name) = min(means), max(means)
    ends = tuple(map(short, limits))
    if decimal(low) == decimal(high):
        return say("reading_mean_alike", decimal(low), *ends)
    return say("reading_mean", low_name, decimal(low), high_name, decimal(high), *ends)


def _reading_levels(told: Told) -> str:
    """The headline of shares: levels and yes/no questions."""
    say, scoring = words().say, told.toolkit.scoring
    answered = sum(each.answered for each in told.sections)
    good = sum(each.favourable for each in told.sections)
    if not answered:
        return say("reading_no_answers")
    marked = sum(each.flagged for each in told.sections)
    label = told.toolkit.scales[scoring.scale].by_code(favourable_codes(told.toolkit)[-1]).label
    if scoring.rule == "levels":
        return say("reading_levels", good, answered, label, marked, scoring.flagged_as)
    share = percent(good / answered)
    return say("reading_share", good, answered, share, label, marked, scoring.flagged_as)


def _reading_none(told: Told) -> str:
    scored = [item for item in told.items if item.scored]
    marked = [points.flagged(told.toolkit, item) for item in scored]
    as_what = told.toolkit.scoring.flagged_as or "a matter to settle"
    return words().say("reading_none", sum(marked), sum(map(bool, marked)), as_what)


def _success(told: Told) -> str:
    if told.success is None or not told.success.n:
        return ""
    item = told.toolkit.item(told.toolkit.scoring.success)
    good = favourable(told.toolkit.scales[item.answer])
    count = sum(told.success.counts[choice.code] for choice in good)
    labels = " or ".join(f"“{choice.label}”" for choice in good)
    return words().say("success", count, told.success.n, labels)


def _listed(told: Told, items: Sequence[ItemFigures], otherwise: str) -> tuple[Point, ...]:
    return tuple(_point(told, item) for item in items) or _only(otherwise)


def _point(told: Told, item: ItemFigures) -> Point:
    say = words().say
    what = say("point_name", item.item.id, item.name)
    agreement, section = item.agreement, item.section.name
    if points.by_flags(told.toolkit, item):
        count, n = points.flagged(told.toolkit, item), agreement.n + agreement.apart
        as_what = told.toolkit.scoring.flagged_as
        return Point(what, say("why_flagged", section, count, n, as_what))
    if told.toolkit.scoring.rule in ("sum", "mean") and agreement.mean is not None:
        top = max(choice.score or 0 for choice in item.scale.substantive)
        mean = decimal(agreement.mean)
        return Point(what, say("why_mean", section, mean, short(top), agreement.n, item.reading))
    good = favourable(item.scale)
    count = sum(agreement.counts[choice.code] for choice in good)
    return Point(
        what,
        say("why_share", section, count, agreement.n, good[-1].label, len(good) > 1, item.reading),
    )


def _split(told: Told, item: ItemFigures) -> Point:
    say, agreement = words().say, item.agreement
    worst = agreement.worst.label if agreement.worst else ""
    best = agreement.best.label if agreement.best else ""
    consensus = decimal(agreement.consensus or 0.0, 2)
    return Point(
        say("point_name", item.item.id, item.name),
        say("why_split", item.section.name, worst, best, agreement.n, consensus),
    )


def _scenario(told: Told) -> str:
    say, plan = words().say, told.toolkit.action_plan
    if told.onward.scenario:
        return say("scenario", told.onward.scenario, bool(told.onward.because))
    return say("no_scenario") if plan and plan.scenarios else ""


def scenario_rule(onward: GoingOn) -> str:
    """Return why the scenario is gone by: the rule, and the choice made against it, if any."""
    if onward.because:
        return words().say("scenario_chosen", onward)
    return onward.suggested.when if onward.suggested else ""


def _decisions(
    told: Told, weak: Sequence[ItemFigures], split: Sequence[ItemFigures]
) -> tuple[str, ...]:
    """Recommended decisions, each from one fact."""
    say = words().say
    missing = sum(each.standing in ("Overdue", "Awaited", "Refused") for each in told.entries)
    queries = sum(each.standing == "Query open" for each in told.entries)
    made = [say("decide_note", len(told.rows), len(told.entries))]
    if missing:
        made.append(say("decide_outstanding", missing))
    if queries:
        made.append(say("decide_queries", queries))
    scenario = told.onward.scenario
    if scenario:
        made.append(say("decide_scenario", scenario.id, scenario.title))
    if weak:
        made.append(say("decide_concerns", [item.item.id for item in weak]))
    if split:
        made.append(say("decide_disagreements", [item.item.id for item in split]))
    if told.actions:
        made.append(_decide_actions(told))
    made.append(say("decide_next"))
    return tuple(made)


def _decide_actions(told: Told) -> str:
    plan = told.toolkit.action_plan
    quick = sum(action.order == 0 for action in told.actions)
    label = plan.horizons[0].label if plan and plan.horizons else ""
    overdue = sum(action.overdue for action in told.actions)
    return words().say("decide_actions", len(told.actions), quick, label, overdue)
