"""Figures over all returns of one toolkit: sections, items, levels, the whole.

Every return counts once, whatever the partner. A section's mean is taken over the returns
that have a score in it; a share is taken over all answers together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from xlassess.consolidate.figures.counted import (
    ToolkitReturns,
    favourable_codes,
    figure_of,
    gap_between,
    is_facts,
    item_levels,
    item_range,
    over,
    section_levels,
)
from xlassess.consolidate.figures.thresholds import (
    ITEM_LEVEL_GAP,
    agreement_word,
    favourable,
    has_scores,
    is_strength,
    marked_gaps,
)
from xlassess.consolidate.figures.values import ItemFigures, OverallFigures, SectionFigures
from xlassess.consolidate.figures.withholding import FigureKey, guarded
from xlassess.model.toolkit import Item, Scale, Section, Toolkit, answer_field
from xlassess.score import (
    Agreement,
    agreement_of,
    band_of,
    figured_items,
    is_figured,
    reported_sections,
)


def section_key(key: str, section: str) -> str:
    """The name of a section in formulas; its colon keeps programs from reading a number in it."""
    return f"{key}:{section}"


def shown_sections(toolkit: Toolkit) -> tuple[Section, ...]:
    """The sections the summary has figures on: those with choices that count."""
    return tuple(
        section
        for section in reported_sections(toolkit)
        if any(is_figured(toolkit, section, item) for item in section.items)
    )


def section_figures(
    base: ToolkitReturns, items: Sequence[ItemFigures]
) -> tuple[SectionFigures, ...]:
    """Return the figures of every section, view by view.

    Args:
        base: what figures are computed from.
        items: the figures of the items; what is withheld there is left out here too.
    """
    toolkit = base.toolkit
    return tuple(
        _section(base, section, view, items)
        for view in toolkit.standpoints
        for section in shown_sections(toolkit)
        if asked_choices(toolkit, section, view)
    )


def _section(
    base: ToolkitReturns, section: Section, view: str, items: Sequence[ItemFigures]
) -> SectionFigures:
    toolkit, participants, field = base.toolkit, base.participants, answer_field(view)
    scores = [row.card.section(section.id, view) for row in base.rows]
    label = toolkit.view(view).label if view else ""
    hidden = FigureKey("section", section.id, field) in base.hidden
    score = guarded(figure_of(toolkit, scores), participants, hidden=hidden)
    weights = [each.significance for each in scores if each.significance is not None]
    scales: dict[str, Counter[str]] = {}
    for item in items:
        if item.scored and item.section.id == section.id and item.field == field:
            scales.setdefault(item.scale_id, Counter()).update(item.agreement.counts)
    counts = scales.get(toolkit.scoring.scale, Counter())
    proper = toolkit.scales[toolkit.scoring.scale].substantive if toolkit.scoring.scale else ()
    answered = sum(counts[choice.code] for choice in proper)
    good = sum(counts[code] for code in favourable_codes(toolkit))
    if toolkit.scoring.rule in ("levels", "share") and score.mean is not None:
        score = replace(score, mean=good / answered if answered else None)
    return SectionFigures(
        section=section,
        number=shown_sections(toolkit).index(section) + 1,
        view=view,
        key=section_key(base.key, section.id),
        field=field,
        name=f"{section.name} ({label})" if label else section.name,
        asked=asked_choices(toolkit, section, view),
        score=score,
        band=band_of(score.mean, section.bands),
        scales=scales,
        answered=answered,
        given=sum(sum(each.values()) for each in scales.values()),
        favourable=good,
        flagged=sum(each[code] for each in scales.values() for code in toolkit.scoring.flagged),
        significance=guarded(
            over(weights), participants, hidden=FigureKey("significance", section.id) in base.hidden
        ),
        levels=section_levels(base, section, view),
    )


def asked_choices(toolkit: Toolkit, section: Section, view: str) -> int:
    """Return how many choices that count a section asks for from a view."""
    return len(figured_items(toolkit, section, view))


def overall_figures(
    base: ToolkitReturns, sections: Sequence[SectionFigures]
) -> tuple[OverallFigures, ...]:
    """Return the score over all sections, view by view; empty where the toolkit gives none.

    Args:
        base: what figures are computed from.
        sections: the figures of the sections; a share over all is taken over their answers.
    """
    toolkit = base.toolkit
    if not toolkit.scoring.overall or toolkit.scoring.rule in ("levels", "none"):
        return ()
    return tuple(
        _overall(base, view, [each for each in sections if each.view == view])
        for view in dict.fromkeys(each.view for each in sections)
    )


def _overall(base: ToolkitReturns, view: str, sections: Sequence[SectionFigures]) -> OverallFigures:
    toolkit = base.toolkit
    totals = [each for row in base.rows for each in row.card.overall if each.view == view]
    figure = over([each.score for each in totals if each.score is not None])
    if toolkit.scoring.rule == "share" and figure.n:
        answered = sum(each.answered for each in sections)
        good = sum(each.favourable for each in sections)
        figure = replace(figure, mean=good / answered if answered else None)
    hidden = FigureKey("overall", "", answer_field(view)) in base.hidden
    figure = guarded(figure, base.participants, hidden=hidden)
    label = toolkit.view(view).label if view else ""
    return OverallFigures(view, label, figure, band_of(figure.mean, toolkit.scoring.bands))


def item_figures(base: ToolkitReturns) -> tuple[ItemFigures, ...]:
    """Return the figures of every item answered on a scale, closing questions included."""
    toolkit = base.toolkit
    scored = {section.id for section in shown_sections(toolkit)}
    return _levels_marked([
        _item(base, section, item, field, scored=section.id in scored)
        for section in toolkit.all_sections
        if not is_facts(toolkit, section)
        for item in section.items
        if not item.is_free
        for field in item.answer_fields
    ])  # fmt: skip


def _levels_marked(items: Sequence[ItemFigures]) -> tuple[ItemFigures, ...]:
    """Mark the items on which levels lie furthest apart, of those compared by level."""
    compared = [item for item in items if item.levels]
    marks = marked_gaps([gap_share(item) for item in compared], ITEM_LEVEL_GAP)
    marked = {(item.key, item.field) for item, here in zip(compared, marks, strict=True) if here}
    return tuple(
        replace(item, levels_differ=True) if (item.key, item.field) in marked else item
        for item in items
    )


def gap_share(item: ItemFigures) -> float | None:
    """Return how far apart levels lie on an item as a share of what is possible."""
    gap = gap_between(item.levels.values())
    return None if gap is None else gap / item_range(item.scale)


def _item(
    base: ToolkitReturns, section: Section, item: Item, field: str, *, scored: bool
) -> ItemFigures:
    toolkit = base.toolkit
    scale = toolkit.scales[item.answer]
    agreement = agreement_of(scale, base.tallies.get((item.id, field), Counter()))
    compared = toolkit.subject == "partnership"
    if not compared:
        agreement = replace(agreement, consensus=None)
    withheld = FigureKey("item", item.id, field) in base.hidden
    if withheld:
        agreement = agreement_of(scale, {})
    scored = scored and is_figured(toolkit, section, item)
    favour = standing(scale, agreement)
    reading = agreement_word(scale, agreement.consensus)
    levels = {}
    if scored and compared and scale.ordinal and toolkit.scoring.rule != "none":
        levels = item_levels(base, item, field)
    _, _, view = field.partition(":")
    return ItemFigures(
        item=item,
        section=section,
        key=section_key(base.key, item.id),
        field=field,
        view=toolkit.view(view).label if view else "",
        scale_id=item.answer,
        scale=scale,
        scored=scored,
        agreement=agreement,
        favour=favour,
        reading=reading,
        split_success=reading == "low" and favour is not None and is_strength(favour),
        withheld=withheld,
        levels=levels,
        levels_differ=False,
        compared=compared,
    )


def standing(scale: Scale, agreement: Agreement) -> float | None:
    """Return where an item's answers stand from the worst (0) to the best (1) end of the scale.

    That is the mean's place between the ends of a scale with scores, and the share of
    favourable answers on one without; None without answers or on a scale without order.
    """
    if not agreement.n or not scale.ordinal:
        return None
    if has_scores(scale) and agreement.mean is not None:
        scores = [choice.score for choice in scale.substantive if choice.score is not None]
        return (agreement.mean - min(scores)) / (max(scores) - min(scores))
    return sum(agreement.counts[choice.code] for choice in favourable(scale)) / agreement.n
