"""The finding: one sentence that leads the page, and what goes with it.

What leads, in this order: that too few returned; that most could not say; that views are divided;
that some see ill health; else what the toolkit's own figures say. A band's sentence is about a
whole that agrees: it is printed only where the partnership's views are not divided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.overview import IllHealth
from xlassess.consolidate.figures.thresholds import LISTED, enough_answers, favourable
from xlassess.consolidate.figures.values import OverallFigures
from xlassess.consolidate.wording.facts import NarrativeFacts, words
from xlassess.consolidate.wording.pointed import checklist_names
from xlassess.consolidate.wording.terms import decimal, percent, short
from xlassess.score import band_position, score_range


def finding(facts: NarrativeFacts) -> tuple[str, ...]:
    """Return the sentences at the head of the page, the finding first."""
    say = words().say
    if not facts.rows:
        return (say("nothing_returned"),)
    if facts.withheld:
        return (say("withheld", facts.participants.minimum),)
    if facts.toolkit.subject == "proposal":
        return tuple(_checklists(facts))
    return tuple(filter(None, (*_leading(facts), *_figures(facts), _success(facts))))


def _leading(facts: NarrativeFacts) -> Iterator[str]:
    """What stands before the toolkit's own figures."""
    say, whole = words().say, facts.whole
    if not facts.speaks_for_all:
        yield say("lead_few", len(facts.rows), len(facts.entries))
    if whole.unsure.leads:
        share = percent(whole.unsure.count / whole.unsure.answers)
        yield say("lead_unsure", whole.unsure, share)
    if whole.divided:
        yield _divided(facts)


def _divided(facts: NarrativeFacts) -> str:
    whole = facts.whole
    ends = tuple(map(short, whole.totals)) if whole.totals else ()
    limits = score_range(facts.toolkit)
    top = short(limits[1]) if limits else ""
    return words().say("lead_divided", ends, top, whole.differing, whole.judged)


def _figures(facts: NarrativeFacts) -> tuple[str, ...]:
    """What the toolkit's own figures say."""
    if facts.toolkit.subject == "organisation":
        return _bodies(facts)
    rules = {
        "sum": _sum, "mean": _mean, "levels": _levels, "share": _share, "none": _unscored,
    }  # fmt: skip
    return rules[facts.toolkit.scoring.rule](facts)


def _sum(facts: NarrativeFacts) -> tuple[str, ...]:
    say = words().say
    read = [each for each in facts.sections if each.score.mean is not None]
    total = facts.overall[0] if facts.overall else None
    if total is None:
        return (say("reading_sections", len(read), len(facts.sections)),)
    # Where there is no total to read, what is a concern is the finding, and not that there is none.
    if total.score.withheld:
        withheld = say("reading_sum_withheld", total.score.n, len(facts.rows))
        return _concern(facts, total), withheld
    if total.score.mean is None:
        without = say("reading_sum_without_total", len(read), len(facts.sections))
        return _concern(facts, total), without
    ill = _ill(facts.whole.ill) if facts.whole.ill else ""
    limits = score_range(facts.toolkit)
    top = short(limits[1]) if limits else ""
    figure = say("reading_sum", decimal(total.score.mean), top, total.score.n, len(facts.rows))
    band = _band(facts, total)
    if ill and not band:
        return (ill, figure)
    # Where the best band says nothing because of a concern, that is the finding, and no bare mean.
    return (band or _concern(facts, total), figure, ill)


def _concern(facts: NarrativeFacts, total: OverallFigures) -> str:
    """How many items are a concern, where the whole is said something of."""
    if facts.whole.divided or not facts.speaks_for_all or not facts.weak.found:
        return ""
    banded = band_position(total.score.mean, facts.toolkit.scoring.bands) == 0
    return words().say("reading_concerns", facts.weak.found, facts.whole.judged, banded)


def _band(facts: NarrativeFacts, total: OverallFigures) -> str:
    """The band's sentence, where it may be said of the whole.

    Not where views are divided, nor from one or two returns or fewer than half of them; and the
    best band's, by which no further work is called for, only where nobody sees ill health and
    nothing is a concern.
    """
    if total.band is None or facts.whole.divided or not facts.speaks_for_all:
        return ""
    if not enough_answers(total.score.n, len(facts.rows)):
        return ""
    best = band_position(total.score.mean, facts.toolkit.scoring.bands) == 0
    if best and (facts.whole.ill or facts.weak.found):
        return ""
    return total.band.reading


def _ill(every: Sequence[IllHealth]) -> str:
    """The section that most returns see in a bad state; how many stand level with it."""
    ill = every[0]
    same = (ill.returns, ill.of, ill.significant)
    alike = sum((each.returns, each.of, each.significant) == same for each in every)
    return words().say("ill", ill.section.name, *same, alike)


def _mean(facts: NarrativeFacts) -> tuple[str, ...]:
    say = words().say
    read = [each for each in facts.sections if each.score.mean is not None]
    means = [(each.name, each.score.mean or 0.0) for each in read]
    counted = sorted(each.score.n for each in read)
    limits = score_range(facts.toolkit)
    if not means or limits is None:
        return (say("reading_no_answers"),)
    shown = [(name, decimal(mean)) for name, mean in means]
    low, high = (decimal(end(mean for _, mean in means)) for end in (min, max))
    top = short(limits[1])
    if low == high:
        return (say("reading_mean_alike", low, top, len(means), counted),)
    lowest = [name for name, mean in shown if mean == low]
    highest = [name for name, mean in shown if mean == high]
    return (say("reading_mean", highest, high, lowest, low, top, counted),)


def _bodies(facts: NarrativeFacts) -> tuple[str, ...]:
    """Which organisations judge themselves below what is acceptable; in aggregate, how many did."""
    say, bodies = words().say, facts.bodies
    if not bodies:
        return _below(facts), say("reading_bodies", len(facts.rows), facts.partners_heard)
    below = sorted((b for b in bodies if b.below), key=lambda body: -len(body.below))
    most = [body for body in below if len(body.below) == len(below[0].below)]
    return (say("reading_each_body", below, len(bodies), LISTED, most),)


def _levels(facts: NarrativeFacts) -> tuple[str, ...]:
    return (_below(facts),)


def _below(facts: NarrativeFacts) -> str:
    """How many questions stand below what is acceptable; never a figure over all judgements."""
    asked = [item for item in facts.items if item.scored and not item.withheld]
    answered = [item for item in asked if item.agreement.n]
    if not answered:
        return words().say("reading_no_answers")
    any_below = sum(points.flagged(facts.toolkit, item) > 0 for item in answered)
    single = facts.participants.shows_rows and len(facts.singly) == any_below
    scored = sum(item.scored for item in facts.items)
    return words().say("reading_levels", len(answered), scored, any_below, facts.weak.found, single)


def _share(facts: NarrativeFacts) -> tuple[str, ...]:
    """How many questions have a "no": each is an area for development, as published."""
    answered = [item for item in facts.items if item.scored and item.agreement.n]
    if not answered:
        return (words().say("reading_no_answers"),)
    some = sum(points.worst_answers(facts.toolkit, item) > 0 for item in answered)
    as_what = facts.toolkit.scoring.flagged_as
    yes, no = (choice.label for choice in answered[0].scale.substantive[:2])
    counted = {item.item.id for item in facts.items if item.scored}
    others = sum(
        not item.is_free and not facts.toolkit.scales[item.answer].ordinal
        for section in facts.toolkit.scored_sections
        for item in section.items
        if item.id not in counted
    )
    found = facts.weak.found
    return (words().say("reading_share", len(answered), others, some, found, as_what, yes, no),)


def _unscored(facts: NarrativeFacts) -> tuple[str, ...]:
    scored = [item for item in facts.items if item.scored]
    marked = sum(points.flagged(facts.toolkit, item) > 0 for item in scored)
    as_what = facts.toolkit.scoring.flagged_as
    return (words().say("reading_none", facts.weak.found, facts.whole.judged, marked, as_what),)


def _success(facts: NarrativeFacts) -> str:
    if facts.success is None or not facts.success.n:
        return ""
    item = facts.toolkit.item(facts.toolkit.scoring.success)
    good = favourable(facts.toolkit.scales[item.answer])
    count = sum(facts.success.counts[choice.code] for choice in good)
    labels = " or ".join(f"“{choice.label}”" for choice in good)
    return words().say("success", count, facts.success.n, labels)


def _checklists(facts: NarrativeFacts) -> Iterator[str]:
    for name, each in zip(checklist_names(facts.checklists), facts.checklists, strict=True):
        yield words().say("reading_checklist", name, each)
    if not facts.checklists:
        yield words().say("checklists_not_shown", len(facts.rows))
