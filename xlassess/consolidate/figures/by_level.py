"""Figures by organisational level, for sections and for items."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from xlassess.consolidate.figures.counted import ToolkitReturns, figure_of
from xlassess.consolidate.figures.thresholds import LEVEL_LEAST, favourable, has_scores
from xlassess.consolidate.figures.values import Figure
from xlassess.consolidate.figures.withholding import FigureKey
from xlassess.model.assessment import LEVELS
from xlassess.model.toolkit import Item, Scale, Section, answer_field


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
            found[label] = Figure(figure.n, withheld=True) if hidden else figure
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
