"""The finding: one sentence that leads the page, and what goes with it.

What leads, in this order: that too few returned; that most could not say, or too few could on most
items; that views are divided; that some see ill health; else what the toolkit's own figures say. A
band's sentence is about a whole that agrees: it is printed only where the partnership's views are
not divided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.overview import IllHealth
from xlassess.consolidate.figures.thresholds import (
    AT_AN_END,
    LISTED,
    enough_answers,
    favourable,
    is_share,
)
from xlassess.consolidate.figures.values import OverallFigures
from xlassess.consolidate.wording.facts import NarrativeFacts, words
from xlassess.consolidate.wording.pointed import checklist_names, level_in_words
from xlassess.consolidate.wording.terms import decimal, percent, short, top_of
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
    told = tuple(filter(None, (*_leading(facts), *_figures(facts))))
    success, part = _success(facts), _of_many(facts)
    if not facts.achieves and not facts.whole.divided and not facts.weak.found:
        # That the partnership does not reach its aims is the finding, however well it works.
        return tuple(filter(None, (success, part, *told)))
    return tuple(filter(None, (*told[:1], part, *told[1:], success)))


def _of_many(facts: NarrativeFacts) -> str:
    """That fewer than half of those asked have answered, where that does not lead already."""
    if not facts.speaks_for_all or not facts.few_of_many:
        return ""
    return words().say("of_many", len(facts.rows), len(facts.entries))


def _leading(facts: NarrativeFacts) -> Iterator[str]:
    """What stands before the toolkit's own figures."""
    say, whole = words().say, facts.whole
    if not facts.speaks_for_all:
        own = facts.toolkit.subject == "organisation"
        yield say("lead_few", len(facts.rows), len(facts.entries), own)
    if whole.unsure.leads:
        share = percent(whole.unsure.count / whole.unsure.answers)
        yield say("lead_unsure", whole.unsure, share)
    elif _leads_unread(facts):
        why, doubted = points.why_few(facts.too_few, facts.rows), len(facts.in_doubt)
        yield say("lead_unread", len(facts.too_few), doubted, whole.too_few + whole.judged, why)
    if whole.divided:
        yield _divided(facts)


def _leads_unread(facts: NarrativeFacts) -> bool:
    """True where it is the finding that most questions have too few answers."""
    return facts.whole.unread and not facts.whole.unsure.leads


def _divided(facts: NarrativeFacts) -> str:
    whole = facts.whole
    ends = tuple(map(short, whole.totals)) if whole.totals else ()
    top, bands = top_of(score_range(facts.toolkit)), _in_bands(facts) if ends else ()
    items = (whole.differing, whole.judged, whole.hidden)
    return words().say("lead_divided", ends, top, bands, *items)


def _in_bands(facts: NarrativeFacts) -> tuple[tuple[str, int], ...]:
    """How many totals of single returns stand in which band, the best band first."""
    if len(facts.overall) != 1:
        return ()
    totals = [row.card.overall[0].score for row in facts.rows if row.card.overall]
    bands = facts.toolkit.scoring.bands
    places = Counter(band_position(each, bands) for each in totals if each is not None)
    return tuple((band.name, places[n]) for n, band in enumerate(bands) if places[n])


def _figures(facts: NarrativeFacts) -> tuple[str, ...]:
    """What the toolkit's own figures say."""
    own = facts.toolkit.subject == "organisation"
    if own and facts.toolkit.scoring.rule == "levels":
        return _bodies(facts)
    rules = {
        "sum": _sum, "mean": _mean, "levels": _levels, "share": _share, "none": _unscored,
    }  # fmt: skip
    told = rules[facts.toolkit.scoring.rule](facts)
    return (*told, _each_itself(facts)) if own else told


def _each_itself(facts: NarrativeFacts) -> str:
    return words().say("reading_bodies", len(facts.rows), facts.partners_heard)


def _sum(facts: NarrativeFacts) -> tuple[str, ...]:
    say = words().say
    read = [each for each in facts.sections if each.score.mean is not None]
    total = facts.overall[0] if facts.overall else None
    if total is None:
        return _concern(facts, total), say("reading_sections", len(read), len(facts.sections))
    # Where there is no total to read, what is a concern is the finding, and not that there is none.
    if total.score.withheld:
        withheld = say("reading_sum_withheld", total.score.n, len(facts.rows))
        return _concern(facts, total), withheld
    if total.score.mean is None:
        without = say("reading_sum_without_total", len(read), len(facts.sections))
        return _concern(facts, total), without
    return _with_total(facts, total, total.score.mean)


def _with_total(facts: NarrativeFacts, total: OverallFigures, mean: float) -> tuple[str, ...]:
    say = words().say
    ill, some_only = _seen_ill(facts.whole.ill)
    many_ill = "" if some_only else ill
    top = top_of(score_range(facts.toolkit))
    shown = short(mean) if total.score.n == 1 else decimal(mean)
    figure = say("reading_sum", shown, top, total.score.n, len(facts.rows))
    band, concern = _band(facts, total), _concern(facts, total)
    much = facts.whole.is_much(facts.weak.found)
    if much or many_ill:
        # A band can speak well of a whole of which a good part is a concern: that comes first.
        return (concern if much else many_ill, figure, say("by_band", band) if band else "")
    if ill and not band:
        best = band_position(mean, facts.toolkit.scoring.bands) == 0
        if best and facts.speaks_for_all and not facts.whole.divided:
            # In proportion: what the whole comes to, and in the same breath who sees it otherwise.
            return (say("best_but", figure, ill), concern)
        return (figure, ill)
    # Where the best band says nothing because of a concern, that is the finding, and no bare mean.
    # Where ill health is seen by fewer stands among what is asked.
    return (band or concern, figure)


def _concern(facts: NarrativeFacts, total: OverallFigures | None) -> str:
    """How many items are a concern, where the whole is said something of.

    Where there is no total to read, that none is one is said too.
    """
    judged = facts.whole.judged
    if facts.whole.divided or not facts.speaks_for_all or not judged:
        return ""
    mean = total.score.mean if total else None
    if not facts.weak.found and mean is not None:
        return ""
    banded = band_position(mean, facts.toolkit.scoring.bands) == 0
    return words().say("reading_concerns", facts.weak.found, judged, banded, facts.hidden)


def _band(facts: NarrativeFacts, total: OverallFigures) -> str:
    """The band's sentence, where it may be said of the whole.

    Not where views are divided or most items withheld, nor from one or two returns or fewer than
    half of them, nor of organisations that each judge themselves; and the best band's, by which
    no further work is called for, only where most of those asked have answered, nobody sees ill
    health and nothing is a concern.
    """
    whole = facts.whole
    if total.band is None or whole.divided or whole.mostly_hidden or not facts.speaks_for_all:
        return ""
    if facts.toolkit.subject != "partnership":
        return ""
    if not enough_answers(total.score.n, len(facts.rows)):
        return ""
    best = band_position(total.score.mean, facts.toolkit.scoring.bands) == 0
    if best and (whole.ill or facts.weak.found or facts.few_of_many or not facts.achieves):
        return ""
    if facts.few_of_many:
        return words().say("by_those", total.band.reading)
    return total.band.reading


def _seen_ill(every: Sequence[IllHealth]) -> tuple[str, bool]:
    """Where ill health is seen, and whether only by a small part of the returns; empty for none.

    From a quarter of the returns that can be scored there it is the finding. What fewer see calls
    for a closer look (Assessing Strategic Partnership, 2003, "Understanding the results: detailed
    analysis and feedback") and does not stand for the whole. The quarter is ours.
    """
    many = [ill for ill in every if is_share(ill.returns, ill.of, AT_AN_END)]
    found = many or every
    return (_ill(found), not many) if found else ("", False)


def _ill(every: Sequence[IllHealth]) -> str:
    """The first section of those that returns see in a bad state; how many are level with it."""
    ill = every[0]
    same = (ill.returns, ill.of, ill.significant)
    alike = sum((each.returns, each.of, each.significant) == same for each in every)
    return words().say("ill", ill.section.name, *same, alike)


def _mean(facts: NarrativeFacts) -> tuple[str, ...]:
    say = words().say
    if facts.whole.unread:
        # The means of a few answers here and there are not set against each other.
        return ()
    known = [each for each in facts.sections if each.score.mean is not None]
    read = [each for each in known if enough_answers(each.score.n, len(facts.rows))]
    if known and not read:
        return ()
    means = [(each.name, each.score.mean or 0.0) for each in read]
    counted = sorted(each.score.n for each in read)
    limits = score_range(facts.toolkit)
    if not means or limits is None:
        return (say("reading_no_answers", facts.hidden),)
    left_out = [each.score.withheld for each in facts.sections if each not in read]
    some = (any(left_out), not all(left_out))
    shown = [(name, decimal(mean)) for name, mean in means]
    low, high = (decimal(end(mean for _, mean in means)) for end in (min, max))
    top = top_of(limits)
    if low == high:
        alike = say("reading_mean_alike", low, top, len(means), counted, some)
        return _with_concerns(facts, alike)
    lowest = [name for name, mean in shown if mean == low]
    highest = [name for name, mean in shown if mean == high]
    return _with_concerns(
        facts, say("reading_mean", highest, high, lowest, low, top, counted, some)
    )


def _with_concerns(facts: NarrativeFacts, means: str) -> tuple[str, ...]:
    """What the means of sections are, and how many items are a concern: first what weighs more."""
    concern = _concern(facts, None)
    if facts.whole.is_much(facts.weak.found):
        return concern, means
    return means, concern


def _bodies(facts: NarrativeFacts) -> tuple[str, ...]:
    """Which organisations judge themselves below what is acceptable; in aggregate, how many did."""
    say, bodies = words().say, facts.bodies
    if not bodies:
        return *_levels(facts), _each_itself(facts)
    below = sorted((b for b in bodies if b.below), key=lambda body: -len(body.below))
    most = [body for body in below if len(body.below) == len(below[0].below)]
    low = level_in_words(facts.toolkit)
    gaps = any(body.asked < body.questions for body in bodies)
    return (say("reading_each_body", below, len(bodies), LISTED, most, low, gaps),)


def _levels(facts: NarrativeFacts) -> tuple[str, ...]:
    """How many questions stand below what is acceptable, and which areas as a whole do."""
    below, areas = _below(facts), _areas(facts)
    return (below, areas) if facts.weak.found else (areas, below)


def _areas(facts: NarrativeFacts) -> str:
    """The areas that are judged below what is acceptable as a whole."""
    if not facts.areas:
        return ""
    names = [item.section.name for item in facts.areas]
    asked = points.area_judgements(facts.toolkit, facts.items).values()
    shown = [item for item in asked if not item.withheld]
    of, low = (len(shown), len(shown) < len(asked)), level_in_words(facts.toolkit)
    return words().say("reading_areas", names, of, LISTED, low, len(facts.rows))


def _below(facts: NarrativeFacts) -> str:
    """How many questions stand below what is acceptable; never a figure over all judgements."""
    scored = [item for item in facts.items if item.scored]
    answered = [item for item in scored if item.agreement.n]
    if not answered:
        return words().say("reading_no_answers", facts.hidden)
    some = sum(points.worst_answers(facts.toolkit, item) > 0 for item in answered)
    alone = [item for item in facts.by_few if points.worst_answers(facts.toolkit, item) == 1]
    told = {
        "questions": len(answered),
        "asked": len(scored),
        "hidden": facts.hidden,
        "some": some,
        "concerns": facts.weak.found,
        "single": facts.participants.shows_rows and len(alone) == some,
        "returns": len(facts.rows),
        "areas": bool(facts.areas),
    }
    return words().say("reading_levels", told, level_in_words(facts.toolkit))


def _share(facts: NarrativeFacts) -> tuple[str, ...]:
    """How many questions have a "no": each is an area for development, as published."""
    scored = [item for item in facts.items if item.scored]
    answered = [item for item in scored if item.agreement.n]
    if not answered:
        return (words().say("reading_no_answers", facts.hidden),)
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
    found, left = facts.weak.found, len(scored) - len(answered)
    numbers = (len(answered), left, others, some, found, len(facts.rows))
    doubts = points.doubts(facts.rows)
    silent = [item for item in scored if not item.withheld and not item.agreement.n]
    without = (facts.hidden, sum(doubts[item.item.id, item.field] > 0 for item in silent))
    return (words().say("reading_share", numbers, without, as_what, yes, no),)


def _unscored(facts: NarrativeFacts) -> tuple[str, ...]:
    scored = [item for item in facts.items if item.scored]
    marked = sum(points.flagged(facts.toolkit, item) > 0 for item in scored)
    views = Counter(item.view for item in (*facts.weak.shown, *facts.weak.rest))
    found = [(view, n) for view, n in views.items() if view]
    twice = bool(facts.toolkit.views)
    told = (facts.weak.found, facts.whole.judged, marked, facts.hidden)
    why = points.why_few(facts.too_few, facts.rows)
    few = () if _leads_unread(facts) else (len(facts.too_few), len(facts.in_doubt), why)
    return (words().say("reading_none", told, found, twice, facts.speaks_for_all, few),)


def _success(facts: NarrativeFacts) -> str:
    if facts.success is None or not facts.success.n:
        return ""
    item = facts.toolkit.item(facts.toolkit.scoring.success)
    good = favourable(facts.toolkit.scales[item.answer])
    count = sum(facts.success.counts[choice.code] for choice in good)
    labels = " or ".join(f"“{choice.label}”" for choice in good)
    return words().say("success", count, facts.success.n, labels)


def _checklists(facts: NarrativeFacts) -> Iterator[str]:
    """Each checklist by itself; before several, how many are waiting for something."""
    if len(facts.checklists) > 1:
        waiting = sum(bool(each.settle or each.missing) for each in facts.checklists)
        undecided = sum(not each.decided for each in facts.checklists)
        yield words().say("reading_checklists", len(facts.checklists), waiting, undecided)
    for name, each in zip(checklist_names(facts.checklists), facts.checklists, strict=True):
        yield words().say("reading_checklist", name, each)
    if not facts.checklists:
        yield words().say("checklists_not_shown", len(facts.rows))
