"""What figures are computed from: the returns of one toolkit, counted, in all and by level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlassess.consolidate.figures.privacy.attribution import Participants
from xlassess.consolidate.figures.privacy.disclosure import PrintedSum
from xlassess.consolidate.figures.thresholds import LEVEL_LEAST, favourable, has_scores, mean_of
from xlassess.consolidate.figures.values import Figure, ScoreRow
from xlassess.consolidate.figures.withholding import (
    CountedReturns,
    FigureKey,
    guarded,
    hidden_figures,
)
from xlassess.model.answer import Answer
from xlassess.model.assessment import LEVELS
from xlassess.model.toolkit import Item, Scale, Section, Toolkit, answer_field
from xlassess.score import SectionScore, affirmative

Tallies = Mapping[tuple[str, str], Counter[str]]
"""How often each choice was picked, by item and answer field."""


@dataclass(frozen=True, slots=True)
class ToolkitReturns:
    """A toolkit under its key, its score rows, who is shown, and how answers fall.

    ``tallies`` counts all answers, ``by_level`` those of each organisational level (by code).
    ``hidden`` are the figures that are withheld.
    """

    toolkit: Toolkit
    key: str
    rows: Sequence[ScoreRow]
    participants: Participants
    tallies: Tallies
    by_level: Mapping[str, Tallies]
    hidden: frozenset[FigureKey] = frozenset()


def toolkit_returns(
    toolkit: Toolkit,
    key: str,
    participants: Participants,
    counted: CountedReturns,
    before: Sequence[PrintedSum] = (),
) -> ToolkitReturns:
    """Prepare the returns of a toolkit.

    Args:
        toolkit: the instrument.
        key: what it goes by in the summary.
        participants: who is shown as what.
        counted: the returns that count.
        before: what earlier outputs printed.
    """
    rows = counted.rows
    levels: dict[str, list[Sequence[Answer]]] = {}
    for row, given in zip(rows, counted.answers, strict=True):
        levels.setdefault(row.person.issued.level, []).append(given)
    by_level = {
        level: tally(toolkit, (answer for given in mine for answer in given))
        for level, mine in levels.items()
    }
    hidden = hidden_figures(toolkit, participants, counted, before)
    tallies = _together(by_level.values())
    return ToolkitReturns(toolkit, key, rows, participants, tallies, by_level, hidden)


def tally(toolkit: Toolkit, answers: Iterable[Answer]) -> Tallies:
    """Count the choices made, by item and answer field."""
    chosen = {item.id for item in toolkit.items() if not item.is_free}
    # Each different answer is looked at once: of a quarter of a million, some hundreds differ.
    given = Counter((answer.item, answer.field, answer.value) for answer in answers)
    tallies: dict[tuple[str, str], Counter[str]] = {}
    for (item, field, value), count in given.items():
        if item in chosen and field.startswith("answer") and value != "":
            tallies.setdefault((item, field), Counter())[str(value)] += count
    return tallies


def _together(several: Iterable[Tallies]) -> Tallies:
    total: dict[tuple[str, str], Counter[str]] = {}
    for tallies in several:
        for place, counts in tallies.items():
            total.setdefault(place, Counter()).update(counts)
    return total


def is_facts(toolkit: Toolkit, section: Section) -> bool:
    """True for a page of details: facts about the partnership, on which nobody agrees or differs.

    Partnership Protocol of Melton Borough Council, Appendix C, "Partnership details".
    """
    return section in toolkit.sections and not section.scored


def favourable_codes(toolkit: Toolkit) -> tuple[str, ...]:
    """The codes of choices that speak for an item: "yes", or the upper half of the scale."""
    if toolkit.scoring.rule == "share":
        return (affirmative(toolkit).code,)
    scale = toolkit.scales.get(toolkit.scoring.scale)
    return tuple(choice.code for choice in favourable(scale)) if scale else ()


def over(values: Sequence[float]) -> Figure:
    """The figure of these values, each of one return."""
    if not values:
        return Figure()
    return Figure(len(values), mean_of(values), min(values), max(values))


def figure_of(toolkit: Toolkit, scores: Sequence[SectionScore]) -> Figure:
    """The figure of a section by the toolkit's rule; for levels, the favourable share."""
    rule = toolkit.scoring.rule
    if rule == "none":
        return Figure(sum(sum(each.counts.values()) > 0 for each in scores))
    if rule in ("sum", "mean"):
        return over([each.score for each in scores if each.score is not None])
    answered = [each for each in scores if each.answered]
    shares = [_in_favour(toolkit, [each]) / each.answered for each in answered]
    if not shares:
        return Figure()
    pooled = _in_favour(toolkit, answered) / sum(each.answered for each in answered)
    return Figure(len(shares), pooled, min(shares), max(shares))


def _in_favour(toolkit: Toolkit, scores: Sequence[SectionScore]) -> int:
    codes = favourable_codes(toolkit)
    return sum(each.counts.get(code, 0) for each in scores for code in codes)


def _section_figure(base: ToolkitReturns, section: Section, view: str, level: str) -> Figure:
    return figure_of(
        base.toolkit,
        [
            row.card.section(section.id, view)
            for row in base.rows
            if row.person.issued.level == level
        ],
    )


def section_levels(base: ToolkitReturns, section: Section, view: str) -> dict[str, Figure]:
    """Return the figures of a section by label of level, for the levels in the summary."""
    found: dict[str, Figure] = {}
    for level, label in LEVELS.items():
        if label in base.participants.levels:
            figure = _section_figure(base, section, view, level)
            hidden = (
                FigureKey("section level", section.id, answer_field(view), level) in base.hidden
            )
            shown = guarded(figure, base.participants, hidden=False)
            found[label] = Figure(figure.n, withheld=True) if hidden else shown
    return found


def item_levels(base: ToolkitReturns, item: Item, field: str) -> dict[str, Figure]:
    """Return the figures of an item by label of level: its mean score or favourable share."""
    scale = base.toolkit.scales[item.answer]
    found: dict[str, Figure] = {}
    for level, label in LEVELS.items():
        if label not in base.participants.levels:
            continue
        counts = base.by_level.get(level, {}).get((item.id, field), Counter())
        n = sum(counts[choice.code] for choice in scale.substantive)
        hidden = FigureKey("item level", item.id, field, level) in base.hidden
        found[label] = Figure(n, withheld=True) if hidden else Figure(n, _mean(scale, counts))
    return found


def _mean(scale: Scale, counts: Counter[str]) -> float | None:
    n = sum(counts[choice.code] for choice in scale.substantive)
    if not n:
        return None
    if has_scores(scale):
        return sum(counts[c.code] * (c.score or 0.0) for c in scale.substantive) / n
    return sum(counts[choice.code] for choice in favourable(scale)) / n


def gap_between(figures: Iterable[Figure]) -> float | None:
    """Return how far the highest level lies above the lowest.

    Only levels with at least `LEVEL_LEAST` returns are compared: one person is not a level.
    None where there are not two of them.
    """
    means = [each.mean for each in figures if each.mean is not None and each.n >= LEVEL_LEAST]
    return max(means) - min(means) if len(means) > 1 else None


def item_range(scale: Scale) -> float:
    """Return how far apart two levels can lie on an item: the width of its scores, or 1."""
    if not has_scores(scale):
        return 1.0
    scores = [choice.score for choice in scale.substantive if choice.score is not None]
    return max(scores) - min(scores)
