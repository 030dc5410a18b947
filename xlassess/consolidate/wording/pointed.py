"""Strengths, concerns, differences and gaps between levels in words, each with its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.overview import LevelGap
from xlassess.consolidate.figures.points import Ranking
from xlassess.consolidate.figures.thresholds import LISTED, favourable
from xlassess.consolidate.figures.values import (
    Body,
    CompletedChecklist,
    Figure,
    ItemFigures,
    Point,
)
from xlassess.consolidate.wording.facts import NarrativeFacts, words
from xlassess.consolidate.wording.terms import decimal, in_short, percent, top_of
from xlassess.model.toolkit import Choice, Toolkit


def strengths_of(facts: NarrativeFacts) -> tuple[Point, ...]:
    """Return what stands high, in words."""
    none = words().say(
        "no_strengths", facts.toolkit.scoring.rule, facts.hidden, facts.speaks_for_all
    )
    return _points(facts, facts.strong, lambda item: _why_high(facts, item), none)


def concerns_of(facts: NarrativeFacts) -> tuple[Point, ...]:
    """Return what is a concern, in words: areas as a whole, items, and what few judge worst."""
    few = _by_few(facts)
    none = words().say(
        "no_concerns", facts.toolkit.scoring.rule, facts.hidden, bool(few), facts.speaks_for_all
    )
    found = _points(
        facts, facts.weak, lambda item: why_low(facts.toolkit, item, facts.bodies), none
    )
    return (*_areas(facts), *(each for each in found if each.what or each.why), *few)


def _areas(facts: NarrativeFacts) -> tuple[Point, ...]:
    """The areas judged below what is acceptable as a whole, those of most respondents first."""
    say = words().say
    found = sorted(facts.areas, key=lambda item: -_share_at_worst(item))
    points_ = [
        Point(area_name(item), area_in_words(facts.toolkit, item)) for item in found[:LISTED]
    ]
    left = [area_name(item) for item in found[LISTED:]]
    more = (Point("", say("areas_more", len(left)), len(left), say("others", len(left), left)),)
    return (*points_, *(more if left else ()))


def _share_at_worst(item: ItemFigures) -> float:
    return round(item.agreement.counts[item.scale.substantive[-1].code] / item.agreement.n, 9)


def area_name(item: ItemFigures) -> str:
    """Return what the judgement of an area as a whole is called."""
    return words().say("area_name", item.section.name)


def area_in_words(toolkit: Toolkit, item: ItemFigures) -> str:
    """Return how many judge an area as a whole below what is acceptable."""
    return _why(toolkit, item, item.scale.substantive[-1:], item.agreement.n).partition(": ")[2]


def _by_few(facts: NarrativeFacts) -> tuple[Point, ...]:
    """What some judge worst, but too few for a concern: named where few, counted where many.

    Only where that calls for something: on a matrix, whose lowest level is below the acceptable
    minimum, and where a publication has each such answer followed up. And only where single
    answers may be pointed at.
    """
    if facts.toolkit.scoring.rule not in ("levels", "share", "none") or not facts.by_few:
        return ()
    if not facts.participants.shows_rows:
        return ()
    told = [
        (name_of(item), points.worst_answers(facts.toolkit, item), item.agreement.n)
        for item in facts.by_few
    ]
    as_what = facts.toolkit.scoring.flagged_as
    if facts.toolkit.scoring.rule == "levels":
        as_what = level_in_words(facts.toolkit)[0]
    own = facts.toolkit.subject == "organisation"
    return (Point("", words().say("by_few", told, as_what, facts.toolkit.scoring.rule, own)),)


def level_in_words(toolkit: Toolkit) -> tuple[str, str]:
    """Return what is below the acceptable on a toolkit's levels, and that this is the minimum.

    In the words of the publication where it says which level is the acceptable minimum, as the
    Best Value toolkit does (Audit Scotland, 2010, "Auditors' evaluations"); else by the label.
    """
    scale = toolkit.scales[toolkit.scoring.scale]
    codes = points.unacceptable(toolkit, scale)
    least = next((c for c in scale.substantive if "acceptable minimum" in c.about.lower()), None)
    if least is not None:
        return f"below {least.label.lower().removesuffix(' practice')}", ", the acceptable minimum"
    labels = [f"“{choice.label}”" for choice in scale.choices if choice.code in codes]
    return " or ".join(labels), ""


def differences_of(facts: NarrativeFacts) -> tuple[Point, ...]:
    """Return where views differ most, as how many answered what."""
    none = words().say("no_disagreements", facts.whole.judged, facts.hidden)
    return _points(facts, facts.differing, spread_of, none)


def spread_of(item: ItemFigures) -> str:
    """Return how many picked what: "8 “Strongly agree”, 2 “Strongly disagree”"."""
    said = _counts(item, item.scale.substantive)
    return words().say("why_split", item.section.name, said, points.divided(item))


def levels_of(facts: NarrativeFacts) -> tuple[Point, ...]:
    """Return the largest differences between organisational levels, in words."""
    gaps = facts.whole.level_gaps
    found = tuple(Point(gap.name, level_gap_in_words(gap)) for gap in gaps)
    more = facts.whole.levels_apart - len(gaps)
    if more <= 0:
        return found
    say = words().say
    return (*found, Point("", say("levels_more", more), more, say("levels_smaller", more)))


def level_gap_in_words(gap: LevelGap) -> str:
    """Return the highest and the lowest level, each with its figure and how many it rests on."""

    def shown(name: str, figure: Figure) -> tuple[str, str, int]:
        mean = figure.mean or 0.0
        return name, percent(mean) if gap.labels else decimal(mean), figure.n

    of = "" if gap.labels else top_of(gap.of)
    share_of = words().say("share_of", gap.labels)
    return words().say("why_levels", shown(*gap.high), shown(*gap.low), of, share_of)


def name_of(item: ItemFigures) -> str:
    """Return an item in words, with its number after them."""
    return words().say("point_name", item.item.id, item.name)


def checklist_names(checklists: Sequence[CompletedChecklist]) -> tuple[str, ...]:
    """Return what each checklist is called: its proposal, and what tells it from its like.

    That is the organisation, or a number where one organisation has several; never a person.
    """
    called = [in_short(each.title) for each in checklists]
    titles = Counter(called)
    alike = Counter((title, each.of) for title, each in zip(called, checklists, strict=True))
    names = []
    for number, (title, each) in enumerate(zip(called, checklists, strict=True), 1):
        apart = each.of if each.of and alike[title, each.of] == 1 else f"checklist {number}"
        names.append(title if titles[title] == 1 else f"{title} ({apart})")
    return tuple(names)


def why_low(
    toolkit: Toolkit, item: ItemFigures, bodies: Sequence[Body] = (), *, with_mean: bool = True
) -> str:
    """Return how many answer at the lower end, such as "10 of 12 answer “Disagree”".

    Args:
        toolkit: the instrument.
        item: the item.
        bodies: organisations that judge themselves; then it is said which do so below basic.
        with_mean: the mean is told as well, on scales that have one.
    """
    agreement, scale = item.agreement, item.scale
    if bodies:
        below = [body for body in bodies if item.item.id in body.below]
        low = level_in_words(toolkit)
        return words().say("why_bodies", item.section.name, below, len(bodies), LISTED, low)
    if points.by_flags(toolkit, item) or toolkit.scoring.rule == "levels":
        codes = set(toolkit.scoring.flagged) or set(points.unacceptable(toolkit, scale))
        n = agreement.n + (agreement.apart if points.by_flags(toolkit, item) else 0)
        return _why(toolkit, item, [c for c in scale.choices if c.code in codes], n)
    lower = scale.substantive[-(len(scale.substantive) // 2) :]
    return _why(toolkit, item, lower, agreement.n, with_mean=with_mean)


def _why_high(facts: NarrativeFacts, item: ItemFigures) -> str:
    if points.by_flags(facts.toolkit, item):
        codes = set(facts.toolkit.scoring.flagged)
        rest = [c for c in item.scale.substantive if c.code not in codes]
        return _why(facts.toolkit, item, rest, item.agreement.n)
    return _why(facts.toolkit, item, favourable(item.scale), item.agreement.n)


def _why(
    toolkit: Toolkit,
    item: ItemFigures,
    choices: Sequence[Choice],
    n: int,
    *,
    with_mean: bool = True,
) -> str:
    counts = item.agreement.counts
    picked = [choice for choice in choices if counts[choice.code]]
    count = sum(counts[choice.code] for choice in picked)
    labels = " or ".join(f"“{choice.label}”" for choice in picked)
    scored = with_mean and toolkit.scoring.rule in ("sum", "mean")
    mean = item.agreement.mean if scored else None
    scores = [choice.score or 0.0 for choice in item.scale.substantive]
    shown = "" if mean is None else decimal(mean)
    top = top_of((min(scores), max(scores))) if scores else ""
    return words().say("why", item.section.name, count, n, labels, shown, top)


def _counts(item: ItemFigures, choices: Sequence[Choice]) -> str:
    counts = item.agreement.counts
    picked = (choice for choice in choices if counts[choice.code])
    return ", ".join(f"{counts[choice.code]} “{choice.label}”" for choice in picked)


def _points(
    facts: NarrativeFacts, ranked: Ranking, why: Callable[[ItemFigures], str], none: str
) -> tuple[Point, ...]:
    if not facts.says_something:
        return ()
    if not ranked.found:
        return (Point("", none),)
    say = words().say
    named, examples = (
        [Point(name_of(one), why(one), item=one.item.id) for one in some]
        for some in (ranked.named, ranked.examples)
    )
    others = say("others", len(ranked.rest), list(map(name_of, ranked.rest)))
    if ranked.examples:
        remark = say("alike", ranked.alike, len(ranked.named))
        unnamed = ranked.found - len(ranked.shown)
        rest = (Point("", "", 0, others),) if ranked.rest else ()
        return (*named, Point("", remark, unnamed), *examples, *rest)
    left = ranked.found - len(named)
    return (*named, Point("", say("more_points", left), left, others)) if left else tuple(named)
