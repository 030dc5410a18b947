"""The message of each picture: one sentence, which is its title.

Each has a written rule. Where it does not hold there is no message, and the picture keeps the
plain title that says what it shows. None is written from fewer returns than speak for the
partnership, nor where anything that it compares is withheld: what is not shown might stand lower.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.charted import (
    counts_withheld,
    first_to_look_at,
    items_worst_first,
    sections_worst_first,
    sides_of,
)
from xlassess.consolidate.figures.thresholds import ANSWERED_BY, DIGITS, enough_answers, is_share
from xlassess.consolidate.figures.values import PictureTitles, SectionFigures
from xlassess.consolidate.wording.facts import NarrativeFacts
from xlassess.consolidate.wording.pointed import level_gap_in_words, name_of
from xlassess.consolidate.wording.terms import decimal, percent, short, words
from xlassess.model.toolkit import Choice, Scale
from xlassess.score import score_range

_NAMED = 2
"""Most sections named in a title; of more only the number is told."""


def titles_of(facts: NarrativeFacts) -> PictureTitles:
    """Return the messages of a toolkit's pictures, an empty one where its rule does not hold."""
    if not facts.says_something or not facts.speaks_for_all:
        return PictureTitles()
    if facts.whole.unsure.leads or facts.whole.unread:
        return PictureTitles()
    if facts.toolkit.subject == "proposal":
        # Each completed checklist stands for itself: nothing is said of several.
        return PictureTitles()
    scales = dict.fromkeys(item.scale_id for item in facts.items if item.scored)
    return PictureTitles(
        means=_means(facts) or _ranges(facts),
        answers={scale: _answers(facts, scale) for scale in scales},
        items={scale: _items(facts, scale) for scale in scales},
        flags=_flags(facts),
        significance=_significance(facts),
        levels=_levels(facts),
    )


def _speaks_of_means(facts: NarrativeFacts) -> bool:
    """True where a mean may be read: of respondents who judge the same, and are not divided."""
    return facts.toolkit.subject == "partnership" and not facts.whole.divided


def _means(facts: NarrativeFacts) -> str:
    """Which section stands lowest.

    All sections need a mean from enough returns and the same range; it is none if all are alike
    as they are written, or if more than two share the last place.
    """
    rule, sections = facts.toolkit.scoring.rule, facts.sections
    if rule not in ("sum", "mean", "share") or not _speaks_of_means(facts):
        return ""
    returns = len(facts.rows)
    whole = all(each.score.mean is not None for each in sections)
    ranges = {score_range(facts.toolkit, each.section) for each in sections}
    if not whole or len(ranges) != 1 or not all(
        enough_answers(each.answered if rule == "share" else each.score.n, returns)
        for each in sections
    ):  # fmt: skip
        return ""
    show = percent if rule == "share" else decimal
    shown = [show(each.score.mean or 0.0) for each in sections]
    least = min(round(each.score.mean or 0.0, DIGITS) for each in sections)
    last = next(s for s, e in zip(shown, sections, strict=True)
                if round(e.score.mean or 0.0, DIGITS) == least)  # fmt: skip
    lowest = [each for each, text in zip(sections, shown, strict=True) if text == last]
    if len(lowest) == len(sections) or len(lowest) > _NAMED:
        return ""
    top = "" if rule == "share" else short((score_range(facts.toolkit) or (0.0, 0.0))[1])
    if rule == "sum":
        top = short((next(iter(ranges)) or (0.0, 0.0))[1])
    counted = [each.answered if rule == "share" else each.score.n for each in lowest]
    return words().say("message_means", [each.name for each in lowest], last, top, counted, rule)


def _ranges(facts: NarrativeFacts) -> str:
    """On which section single returns lie furthest apart, where views are divided.

    That is no mean, so that it may be said then. Not over a dartboard, which shows no single
    return; and not where single returns may not be pointed at, or sections stand level there with
    other ends.
    """
    rule, sections = facts.toolkit.scoring.rule, facts.sections
    if rule not in ("mean", "share") or not facts.whole.divided:
        return ""
    if not facts.participants.shows_rows or any(each.score.spread is None for each in sections):
        return ""
    show = percent if rule == "share" else decimal
    widest = max(round(each.score.spread or 0.0, DIGITS) for each in sections)
    apart = [e for e in sections if round(e.score.spread or 0.0, DIGITS) == widest]
    ends = {(show(e.score.low or 0.0), show(e.score.high or 0.0)) for e in apart}
    if len(ends) != 1:
        return ""
    top = "" if rule == "share" else short((score_range(facts.toolkit) or (0.0, 0.0))[1])
    return words().say("message_ranges", [each.name for each in apart], *ends.pop(), top)


@dataclass(frozen=True, slots=True)
class _Bar:
    """A bar: how many of its answers stand left of the line, of how many."""

    left: int
    n: int

    @property
    def share(self) -> float:
        return round(self.left / self.n, DIGITS) if self.n else 0.0


def _first_alone(bars: Sequence[_Bar], first: int) -> bool:
    """True when one bar has more on the left than every other, as it is drawn."""
    others = (bar.share for place, bar in enumerate(bars) if place != first)
    return len(bars) > 1 and bars[first].left > 0 and all(bars[first].share > s for s in others)


def _answers(facts: NarrativeFacts, scale_id: str) -> str:
    """Which section has the largest share of answers at the lower end; one alone, and not nought.

    It is a share of answers and no mean, so that it may be said of views that are divided.
    """
    scale = facts.toolkit.scales[scale_id]
    if any(item.withheld for item in facts.items if item.scored and item.scale_id == scale_id):
        return ""
    places = [i for i, each in enumerate(facts.sections) if scale_id in each.scales]
    if len(scale.substantive) < _NAMED or any(counts_withheld(facts.sections[i]) for i in places):
        return ""
    left, counted = _left(facts, scale), [facts.sections[i].scales[scale_id] for i in places]
    bars = [_bar(left, scale, counts) for counts in counted]
    if not places or not all(bar.n for bar in bars):
        return ""
    order = sections_worst_first(facts.toolkit, scale_id, facts.sections, places)
    first, worst = places.index(order[0]), facts.sections[order[0]]
    asked = sum(
        item.scored and item.scale_id == scale_id and item.section.id == worst.section.id
        and item.field == worst.field
        for item in facts.items
    )  # fmt: skip
    if not _first_alone(bars, first) or not _enough(facts, bars[first].n, asked):
        return ""
    name, bar = facts.sections[order[0]].name, bars[first]
    labels = [choice.label for choice in left]
    return words().say("message_answers", name, bar.left, bar.n, labels)


def _enough(facts: NarrativeFacts, given: int, asked: int) -> bool:
    """True where half of what all were asked in a section is answered: a share of less is none."""
    return is_share(given, len(facts.rows) * asked, ANSWERED_BY)


def _left(facts: NarrativeFacts, scale: Scale) -> tuple[Choice, ...]:
    return sides_of(facts.toolkit, scale).left


def _bar(left: Sequence[Choice], scale: Scale, counts: Mapping[str, int]) -> _Bar:
    return _Bar(
        sum(counts.get(choice.code, 0) for choice in left),
        sum(counts.get(choice.code, 0) for choice in scale.substantive),
    )


def _items(facts: NarrativeFacts, scale_id: str) -> str:
    """Which item stands lowest: a concern by its own rule, one alone, and not withheld."""
    items = [item for item in facts.items if item.scored and item.scale_id == scale_id]
    if facts.toolkit.subject != "partnership" or any(item.withheld for item in items):
        return ""
    first = items_worst_first(facts.toolkit, items)[0]
    item, returns = items[first], len(facts.rows)
    left = _left(facts, item.scale)
    bars = [_bar(left, each.scale, each.agreement.counts) for each in items]
    if not _first_alone(bars, first) or not enough_answers(item.agreement.n, returns):
        return ""
    if not points.is_weak(facts.toolkit, item, returns):
        return ""
    picked = [choice.label for choice in left if item.agreement.counts[choice.code]]
    differs = points.differs(facts.toolkit, item)
    return words().say("message_items", name_of(item), bars[first].left, bars[first].n, picked,
                       differs)  # fmt: skip


def _flags(facts: NarrativeFacts) -> str:
    """Which section has most answers to act on, and the largest share of them; one alone.

    With the most alone, the section with the most questions would be named, however it is answered.
    """
    if facts.toolkit.scoring.rule != "none" or any(s.score.withheld for s in facts.sections):
        return ""
    most = max(facts.sections, key=lambda each: each.flagged, default=None)
    if most is None or not _enough(facts, most.given, most.asked):
        return ""
    if not most.flagged or _shares_its_place(most, facts.sections):
        return ""
    return words().say("message_flags", most.name, most.flagged, most.given)


def _shares_its_place(most: SectionFigures, sections: Sequence[SectionFigures]) -> bool:
    others = [each for each in sections if each is not most and each.given]
    share = most.flagged / most.given
    return not others or any(
        each.flagged == most.flagged or round(each.flagged / each.given - share, DIGITS) >= 0
        for each in others
    )


def _significance(facts: NarrativeFacts) -> str:
    """Which sections matter more than average and score less."""
    hidden = any(each.score.withheld or each.significance.withheld for each in facts.sections)
    returns = len(facts.rows)
    enough = all(
        enough_answers(figure.n, returns)
        for each in facts.sections
        for figure in (each.score, each.significance)
    )
    if hidden or not enough or not _speaks_of_means(facts):
        return ""
    chosen = first_to_look_at(facts.sections)
    names = [each.name for each, here in zip(facts.sections, chosen, strict=True) if here]
    return words().say("message_significance", names) if names else ""


def _levels(facts: NarrativeFacts) -> str:
    """On which section levels lie furthest apart, where that is far and none ties with it."""
    gaps = facts.whole.level_gaps
    sections = {each.name for each in facts.sections}
    if not gaps or gaps[0].name not in sections or not _speaks_of_means(facts):
        return ""
    tied = len(gaps) > 1 and round(gaps[0].share - gaps[1].share, DIGITS) == 0
    said = level_gap_in_words(gaps[0])
    return "" if tied else words().say("message_levels", gaps[0].name, said)
