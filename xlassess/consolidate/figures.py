"""Figures over all returns of one toolkit: sections, items, levels, the whole.

Every return counts once, whatever the partner. A section's mean is taken over the returns
that have a score in it; a share is taken over all answers together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from xlassess.consolidate.attribution import Cast
from xlassess.consolidate.summary import (
    Figure,
    ItemFigures,
    OverallFigures,
    ScoreRow,
    SectionFigures,
)
from xlassess.consolidate.thresholds import (
    agreement_word,
    favourable,
    is_strength,
)
from xlassess.model.answer import Answer
from xlassess.model.assessment import LEVELS
from xlassess.model.toolkit import Item, Scale, Section, Toolkit
from xlassess.score import (
    Agreement,
    SectionScore,
    affirmative,
    agreement_of,
    band_of,
    counts_towards,
    reported_sections,
)

Tallies = Mapping[tuple[str, str], Counter[str]]
"""How often each choice was picked, by item and answer field."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What figures are computed from: a toolkit under its key, its score rows, and who is shown."""

    toolkit: Toolkit
    key: str
    rows: Sequence[ScoreRow]
    cast: Cast


def tally(toolkit: Toolkit, answers: Iterable[Answer]) -> Tallies:
    """Count the choices made, by item and answer field."""
    chosen = {item.id for item in toolkit.items() if not item.is_free}
    tallies: dict[tuple[str, str], Counter[str]] = {}
    for answer in answers:
        if answer.item in chosen and answer.field.startswith("answer") and answer.value != "":
            place = (answer.item, answer.field)
            tallies.setdefault(place, Counter())[str(answer.value)] += 1
    return tallies


def field_of(view: str) -> str:
    """Return the answer field of a view."""
    return f"answer:{view}" if view else "answer"


def section_key(key: str, section: str) -> str:
    """The name of a section in formulas; its colon keeps programs from reading a number in it."""
    return f"{key}:{section}"


def shown_sections(toolkit: Toolkit) -> tuple[Section, ...]:
    """The sections the summary has figures on: those with choices that count."""
    return tuple(
        section
        for section in reported_sections(toolkit)
        if any(_is_figured(toolkit, section, item) for item in section.items)
    )


def _is_figured(toolkit: Toolkit, section: Section, item: Item) -> bool:
    return counts_towards(toolkit, section, item) and not item.is_free


def section_figures(ground: Ground, items: Sequence[ItemFigures]) -> tuple[SectionFigures, ...]:
    """Return the figures of every section, view by view.

    Args:
        ground: what figures are computed from.
        items: the figures of the items; what is withheld there is left out here too.
    """
    toolkit = ground.toolkit
    order = ("", *(view.id for view in toolkit.views))
    return tuple(
        _section(ground, section, view, items)
        for view in order
        for section in shown_sections(toolkit)
        if asked_choices(toolkit, section, view)
    )


def _section(
    ground: Ground, section: Section, view: str, items: Sequence[ItemFigures]
) -> SectionFigures:
    toolkit, cast, field = ground.toolkit, ground.cast, field_of(view)
    scores = [row.card.section(section.id, view) for row in ground.rows]
    label = toolkit.view(view).label if view else ""
    score = _guarded(_figure(toolkit, scores), cast)
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
        view=view,
        key=section_key(ground.key, section.id),
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
        significance=_guarded(_over(weights), cast),
        levels=_levels(ground, section, view),
    )


def asked_choices(toolkit: Toolkit, section: Section, view: str) -> int:
    """Return how many choices that count a section asks for from a view."""
    field = field_of(view)
    return sum(
        _is_figured(toolkit, section, item) and field in item.answer_fields
        for item in section.items
    )


def _over(values: Sequence[float]) -> Figure:
    if not values:
        return Figure()
    return Figure(len(values), sum(values) / len(values), min(values), max(values))


def _figure(toolkit: Toolkit, scores: Sequence[SectionScore]) -> Figure:
    """The figure of a section by the toolkit's rule; for levels, the favourable share."""
    rule = toolkit.scoring.rule
    if rule == "none":
        return Figure(sum(sum(each.counts.values()) > 0 for each in scores))
    if rule in ("sum", "mean"):
        return _over([each.score for each in scores if each.score is not None])
    answered = [each for each in scores if each.answered]
    shares = [_in_favour(toolkit, [each]) / each.answered for each in answered]
    if not shares:
        return Figure()
    pooled = _in_favour(toolkit, answered) / sum(each.answered for each in answered)
    return Figure(len(shares), pooled, min(shares), max(shares))


def favourable_codes(toolkit: Toolkit) -> tuple[str, ...]:
    """The codes of choices that speak for an item: "yes", or the upper half of the scale."""
    if toolkit.scoring.rule == "share":
        return (affirmative(toolkit).code,)
    scale = toolkit.scales.get(toolkit.scoring.scale)
    return tuple(choice.code for choice in favourable(scale)) if scale else ()


def _in_favour(toolkit: Toolkit, scores: Sequence[SectionScore]) -> int:
    codes = favourable_codes(toolkit)
    return sum(each.counts.get(code, 0) for each in scores for code in codes)


def _guarded(figure: Figure, cast: Cast) -> Figure:
    """Withhold what comes from too few; the ends of a range are single respondents' figures."""
    if cast.shows_rows:
        return figure
    if cast.withholds(figure.n):
        return Figure(figure.n, withheld=True)
    return replace(figure, low=None, high=None)


def _levels(ground: Ground, section: Section, view: str) -> dict[str, Figure]:
    """Figures by organisational level, for the levels that may be shown."""
    found: dict[str, Figure] = {}
    for level, label in LEVELS.items():
        if label not in ground.cast.levels:
            continue
        scores = [
            row.card.section(section.id, view)
            for row in ground.rows
            if row.person.issued.level == level
        ]
        figure = _figure(ground.toolkit, scores)
        few = ground.cast.attribution != "named" and 0 < figure.n < ground.cast.minimum
        found[label] = Figure(figure.n, withheld=True) if few else figure
    return found


def overall_figures(ground: Ground) -> tuple[OverallFigures, ...]:
    """Return the score over all sections, view by view; empty where the toolkit gives none."""
    toolkit = ground.toolkit
    if not toolkit.scoring.overall or toolkit.scoring.rule in ("levels", "none"):
        return ()
    views = ("", *(view.id for view in toolkit.views))
    sections = shown_sections(toolkit)
    used = [v for v in views if any(asked_choices(toolkit, each, v) for each in sections)]
    return tuple(_overall(ground, view) for view in used)


def _overall(ground: Ground, view: str) -> OverallFigures:
    toolkit = ground.toolkit
    totals = [each for row in ground.rows for each in row.card.overall if each.view == view]
    if toolkit.scoring.rule == "share":
        scores = [each for row in ground.rows for each in row.card.sections if each.view == view]
        figure = _figure(toolkit, scores)
        shares = [each.score for each in totals if each.score is not None]
        figure = replace(_over(shares), mean=figure.mean)
    else:
        figure = _over([each.score for each in totals if each.score is not None])
    figure = _guarded(figure, ground.cast)
    label = toolkit.view(view).label if view else ""
    return OverallFigures(view, label, figure, band_of(figure.mean, toolkit.scoring.bands))


def item_figures(ground: Ground, tallies: Tallies) -> tuple[ItemFigures, ...]:
    """Return the figures of every item answered on a scale, closing questions included."""
    toolkit = ground.toolkit
    return tuple(
        _item(ground, section, item, field, tallies.get((item.id, field), Counter()))
        for section in toolkit.all_sections
        for item in section.items
        if not item.is_free
        for field in item.answer_fields
    )


def _item(
    ground: Ground, section: Section, item: Item, field: str, counts: Counter[str]
) -> ItemFigures:
    toolkit, cast = ground.toolkit, ground.cast
    scale = toolkit.scales[item.answer]
    agreement = agreement_of(scale, counts)
    n = agreement.n or agreement.apart
    withheld = cast.withholds(n)
    if withheld:
        agreement = agreement_of(scale, {})
    counting = section.id in {each.id for each in reported_sections(toolkit)}
    scored = counting and _is_figured(toolkit, section, item)
    favour = standing(scale, agreement)
    reading = agreement_word(scale, agreement.consensus)
    _, _, view = field.partition(":")
    return ItemFigures(
        item=item,
        section=section,
        key=section_key(ground.key, item.id),
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
    )


def has_scores(scale: Scale) -> bool:
    """True when every substantive choice of a scale has a score, and they differ."""
    scores = {choice.score for choice in scale.substantive}
    return None not in scores and len(scores) > 1


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
