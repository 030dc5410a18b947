"""What is read from all returns of a toolkit together, before any single item.

Whether respondents could say, whether their views are divided, where some see ill health, and
where organisational levels differ. Everything here may be printed: what is withheld elsewhere is
not read here, and single returns only where they are shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.counted import (
    ToolkitReturns,
    favourable_codes,
    gap_between,
    item_range,
)
from xlassess.consolidate.figures.thresholds import (
    ANSWERED_BY,
    DIVIDED_ITEMS,
    FAR_APART,
    ITEM_LEVEL_GAP,
    LEVEL_GAP,
    LEVEL_LEAST,
    LISTED,
    MOSTLY,
    SPEAKS_FOR_ALL,
    UNSURE_LEADS,
    UNSURE_SHOWN,
    enough_answers,
    favourable,
    has_scores,
    is_gap,
    is_share,
    is_unread,
    many_at_worst,
)
from xlassess.consolidate.figures.values import (
    Figure,
    ItemFigures,
    NoScenario,
    OverallFigures,
    PlanningScenario,
    SectionFigures,
)
from xlassess.model.assessment import LEVELS, ScenarioChoice
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Scale, Scenario, Toolkit
from xlassess.score import Agreement, band_position, score_range, suggest_scenario

_NOT_KNOWING = re.compile(r"don.?t know|not know|unsure", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unsure:
    """Answers that say nothing of the matter ("don't know", "not applicable"), by label.

    ``answers`` are all that were given, these included.
    """

    labels: tuple[tuple[str, int], ...] = ()
    answers: int = 0

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(count for _, count in self.labels)

    @property
    def is_shown(self) -> bool:
        """True from a tenth of the answers."""
        return is_share(self.count, self.answers, UNSURE_SHOWN)

    @property
    def leads(self) -> bool:
        """True from a quarter of the answers: then it is the finding."""
        return is_share(self.count, self.answers, UNSURE_LEADS)


@dataclass(frozen=True, slots=True)
class IllHealth:
    """A section that some returns see in a bad state, of how many that can be scored there.

    ``significant`` says that respondents hold the section to matter more than average.
    """

    section: SectionFigures
    returns: int
    of: int
    significant: bool


@dataclass(frozen=True, slots=True)
class LevelGap:
    """How far two organisational levels lie apart on a section or an item.

    ``of`` are the ends of what is possible; ``share`` is the distance as a share of that.
    Where the figures are no scores, they are the share of answers that are one of ``labels``.
    """

    name: str
    high: tuple[str, Figure]
    low: tuple[str, Figure]
    of: tuple[float, float]
    share: float
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What all returns of a toolkit say together.

    ``divided`` says that the division of views is the finding; ``totals`` are the lowest and the
    highest grand total where those lie bands apart and may be shown; ``differing`` of ``judged``
    items have low agreement or stand divided between the ends; on ``too_few`` more too few could
    say, of those who judge the same thing; ``hidden`` more are withheld. ``ill`` are sections
    that some see in a bad state; ``all_seen`` says that what may be printed tells whether anybody
    does.
    ``level_gaps`` are the largest of ``levels_apart``.
    """

    unsure: Unsure = Unsure()
    divided: bool = False
    totals: tuple[float, float] | None = None
    differing: int = 0
    judged: int = 0
    too_few: int = 0
    hidden: int = 0
    ill: tuple[IllHealth, ...] = ()
    all_seen: bool = True
    level_gaps: tuple[LevelGap, ...] = ()
    levels_apart: int = 0

    @property
    def unread(self) -> bool:
        """True where on most items too few could say: then that is the finding."""
        return is_unread(self.too_few, self.judged)

    @property
    def mostly_hidden(self) -> bool:
        """True where more items are withheld than may be read: these few are not the whole. Ours.

        Items on which all answer alike are the first to be withheld, so that what is left to read
        is more divided than the whole.
        """
        return self.hidden > self.judged

    def is_much(self, items: int) -> bool:
        """True for so many items that they are said first, or views are divided.

        Of what is withheld nothing is known: it counts among all, and not among these.
        """
        return is_share(items, self.judged + self.hidden, DIVIDED_ITEMS)


def overview(
    base: ToolkitReturns,
    items: Sequence[ItemFigures],
    sections: Sequence[SectionFigures],
    overall: Sequence[OverallFigures],
) -> Overview:
    """Read all returns of a toolkit together.

    Args:
        base: the returns.
        items: figures of the items, withheld ones without counts.
        sections: figures of the sections.
        overall: the scores over all sections.
    """
    toolkit, returns = base.toolkit, len(base.rows)
    read = points.judged(items, returns)
    differing = sum(points.differs(toolkit, item) for item in read)
    totals = _apart(toolkit, overall)
    apart = returns > 1 and toolkit.subject == "partnership"
    gaps = _level_gaps(base, items, sections) if apart else []
    # Of few items left to read it is not said that views are divided on the whole.
    too_few = len(points.too_few(items, returns)) if toolkit.subject == "partnership" else 0
    found = Overview(
        unsure=unsure(items),
        totals=totals if apart else None,
        differing=differing,
        judged=len(read),
        too_few=too_few,
        hidden=sum(item.scored and item.withheld for item in items),
        ill=_ill_health(base, sections),
        all_seen=base.participants.shows_rows or _none_can_be_ill(toolkit, items),
        level_gaps=tuple(gaps[:LISTED]),
        levels_apart=len(gaps),
    )
    many = found.is_much(differing) and not found.unread
    return replace(found, divided=apart and (totals is not None or many))


def unsure(items: Iterable[ItemFigures]) -> Unsure:
    """Count the answers that are counted apart, over all items that count."""
    labels: Counter[str] = Counter()
    answers = 0
    for item in items:
        if item.scored and not item.withheld:
            answers += item.agreement.n + item.agreement.apart
            for choice in item.scale.choices:
                if choice.apart:
                    labels[choice.label] += item.agreement.counts[choice.code]
    return Unsure(tuple((label, n) for label, n in labels.most_common() if n), answers)


def mixed_choice(scale: Scale) -> str:
    """Return the label of a choice that means no or not knowing alike; empty for none.

    Partnership Protocol of Melton Borough Council, Appendix C: "No or don't know" is one point.
    """
    found = (c.label for c in scale.substantive if _NOT_KNOWING.search(c.label))
    return next(found, "")


def is_achieving(toolkit: Toolkit, success: Agreement | None, returns: int) -> bool:
    """False where the statement that the partnership reaches its aims is a concern itself.

    Assessing Strategic Partnership (2003), "Completing the assessment", asks for it beside the
    principles; that a partnership cannot be called healthy without it is ours.
    """
    if success is None or not enough_answers(success.n, returns):
        return True
    choices = toolkit.scales[toolkit.item(toolkit.scoring.success).answer].substantive
    good = sum(success.counts[choice.code] for choice in choices[: len(choices) // 2])
    worst = success.counts[choices[-1].code]
    return is_share(good, success.n, MOSTLY) and not many_at_worst(worst, success.n, returns)


def _apart(toolkit: Toolkit, overall: Sequence[OverallFigures]) -> tuple[float, float] | None:
    """The ends of the grand totals of single returns where they lie bands apart."""
    for each in overall:
        low, high = each.score.low, each.score.high
        if low is None or high is None:
            continue
        ends = [band_position(total, toolkit.scoring.bands) for total in (low, high)]
        if ends[0] is not None and ends[1] is not None and ends[0] - ends[1] >= FAR_APART:
            return low, high
    return None


def _ill_health(base: ToolkitReturns, sections: Sequence[SectionFigures]) -> tuple[IllHealth, ...]:
    """The sections that single returns see worse than a healthy partnership has them."""
    limits = _limits_of_health(base.toolkit)
    if not limits or not base.participants.shows_rows:
        return ()
    weights = [s.significance.mean for s in sections if s.significance.mean is not None]
    middle = sum(weights) / len(weights) if weights else 0.0
    found = []
    for each in sections:
        cards = [row.card.section(each.section.id, each.view) for row in base.rows]
        places = [band_position(card.score, each.section.bands) for card in cards]
        known = [place for place in places if place is not None]
        ill = sum(place > min(limits) for place in known)
        weight = each.significance.mean
        significant = weight is not None and round(weight - middle, 9) > 0
        if ill:
            found.append(IllHealth(each, ill, len(known), significant))
    return tuple(sorted(found, key=lambda one: (not one.significant, -one.returns)))


def _limits_of_health(toolkit: Toolkit) -> list[int]:
    """The positions of the worst bands in which a section may stand while all is well."""
    plan = toolkit.action_plan
    return [s.weakest for s in plan.scenarios if s.weakest is not None] if plan else []


def _none_can_be_ill(toolkit: Toolkit, items: Sequence[ItemFigures]) -> bool:
    """True where no return can see a section in a bad state, going by how answers fall alone.

    Even with the lowest answer that anybody gives to each of its items it stands in a good band.
    """
    limits = _limits_of_health(toolkit)
    lowest: dict[str, list[float | None]] = {}
    for item in items:
        if item.scored:
            lowest.setdefault(item.section.id, []).append(_lowest_given(item))
    for section in toolkit.scored_sections if limits else ():
        given = lowest.get(section.id, [None])
        known = [score for score in given if score is not None]
        place = band_position(sum(known), section.bands) if len(known) == len(given) else None
        if place is None or place > min(limits):
            return False
    return True


def _lowest_given(item: ItemFigures) -> float | None:
    """The lowest score anybody gives to an item; None where nobody does, or it may not be told."""
    if item.withheld:
        return None
    given = (c.score for c in item.scale.substantive if item.agreement.counts[c.code])
    return min((score for score in given if score is not None), default=None)


def _level_gaps(
    base: ToolkitReturns, items: Sequence[ItemFigures], sections: Sequence[SectionFigures]
) -> list[LevelGap]:
    """Where levels lie far apart, the widest first; items only of sections not named already."""
    people = Counter(LEVELS[row.person.issued.level] for row in base.rows)
    read = [_with_answers_enough(people, items, each) for each in sections]
    found = sorted(_section_gaps(base.toolkit, read), key=lambda gap: -gap.share)
    told = {each.section.id for each in sections if each.name in {gap.name for gap in found}}
    others = (item for item in items if item.scored and item.section.id not in told)
    return found + sorted(_item_gaps(others), key=lambda gap: -gap.share)


def _with_answers_enough(
    people: Mapping[str, int], items: Sequence[ItemFigures], each: SectionFigures
) -> SectionFigures:
    """The section with the levels that answered at least half of its questions, taken together.

    A level of which each answers one question of six says little about the section.
    """
    asked = [
        item
        for item in items
        if item.levels and item.section.id == each.section.id and item.field == each.field
    ]
    enough = {
        label: figure
        for label, figure in each.levels.items()
        if is_share(_answered_by(asked, label), people[label] * len(asked), ANSWERED_BY)
    }
    return replace(each, levels=enough)


def _answered_by(items: Iterable[ItemFigures], label: str) -> int:
    return sum(item.levels[label].n for item in items if label in item.levels)


def _section_gaps(toolkit: Toolkit, sections: Sequence[SectionFigures]) -> Iterator[LevelGap]:
    scored = toolkit.scoring.rule in ("sum", "mean")
    good, scale = favourable_codes(toolkit), toolkit.scales.get(toolkit.scoring.scale)
    choices = () if scored or scale is None else scale.choices
    labels = tuple(choice.label for choice in choices if choice.code in good)
    for each in sections:
        limits = score_range(toolkit, each.section) if scored else None
        low, high = limits or (0.0, 1.0)
        gap = gap_between(each.levels.values())
        if gap is not None and is_gap(gap, high - low, LEVEL_GAP):
            ends = _ends(each.levels.items())
            yield LevelGap(each.name, *ends, (low, high), gap / (high - low), labels)


def _item_gaps(items: Iterable[ItemFigures]) -> Iterator[LevelGap]:
    for item in items:
        gap, width = gap_between(item.levels.values()), item_range(item.scale)
        if gap is None or not is_gap(gap, width, ITEM_LEVEL_GAP):
            continue
        scored = has_scores(item.scale)
        scores = [c.score or 0.0 for c in item.scale.substantive] if scored else [0.0, 1.0]
        labels = () if scored else tuple(choice.label for choice in favourable(item.scale))
        yield LevelGap(
            item.name, *_ends(item.levels.items()), (min(scores), max(scores)), gap / width, labels
        )


def _ends(
    levels: Iterable[tuple[str, Figure]],
) -> tuple[tuple[str, Figure], tuple[str, Figure]]:
    """The highest and the lowest of the levels that are compared."""
    known = [(n, f) for n, f in levels if f.mean is not None and f.n >= LEVEL_LEAST]
    ordered = sorted(known, key=lambda pair: pair[1].mean or 0.0)
    return ordered[-1], ordered[0]


def planning_scenario(
    toolkit: Toolkit,
    sections: Sequence[SectionFigures],
    overall: Sequence[OverallFigures],
    choice: ScenarioChoice | None,
    *,
    whole: Overview,
    healthy: bool,
    returns: tuple[int, int],
) -> PlanningScenario:
    """Return the scenario a toolkit's results are planned by.

    Args:
        toolkit: the instrument.
        sections: its section figures.
        overall: the scores over all sections.
        choice: what the coordinator chose instead, None for nothing.
        whole: what all returns say together.
        healthy: no item is a concern, nor whether the partnership reaches its aims.
        returns: how many returns count, of how many workbooks issued.

    Raises:
        XlassessError: the scenario chosen is not one of the toolkit as it was issued.
    """
    why_none = _why_none(overall, whole, *returns)
    agreed = not whole.ill and healthy
    suggested = None if why_none else _suggested(toolkit, sections, overall, agreed=agreed)
    if suggested is None and not why_none:
        hidden = any(each.withheld for each in _scores(sections, overall))
        why_none = "withheld" if hidden else "gaps"
    if suggested is not None and suggested.weakest is not None and not whole.all_seen:
        suggested, why_none = None, "unseen"
    if choice is None:
        return PlanningScenario(suggested, suggested, why_none=why_none)
    scenarios = toolkit.action_plan.scenarios if toolkit.action_plan else ()
    for scenario in scenarios:
        if scenario.id == choice.scenario:
            because = choice.because.strip().rstrip(".")
            return PlanningScenario(scenario, suggested, because, why_none)
    raise XlassessError(
        f"The toolkit {toolkit.id} {toolkit.version}, as issued, has no scenario "
        f"{choice.scenario!r}.",
        "Choose one of its scenarios, or none, in assessment.yaml.",
    )


def _scores(
    sections: Sequence[SectionFigures], overall: Sequence[OverallFigures]
) -> tuple[Figure, ...]:
    return (*(each.score for each in sections), *(each.score for each in overall))


def _why_none(
    overall: Sequence[OverallFigures], whole: Overview, returns: int, issued: int
) -> NoScenario:
    """Why no scenario fits the whole partnership: too few returns, or views too far apart."""
    complete = min((each.score.n for each in overall), default=0)
    if whole.divided:
        return "divided"
    if whole.mostly_hidden:
        return "unseen"
    if complete and returns < SPEAKS_FOR_ALL:
        return "small"
    if complete and not enough_answers(returns, issued):
        return "silent"
    if complete and (complete < SPEAKS_FOR_ALL or not enough_answers(complete, returns)):
        return "few"
    return ""


def _suggested(
    toolkit: Toolkit,
    sections: Sequence[SectionFigures],
    overall: Sequence[OverallFigures],
    *,
    agreed: bool,
) -> Scenario | None:
    """The suggested scenario; with several views, by the lowest of each figure."""
    lowest: dict[str, float | None] = {}
    for each in sections:
        known = lowest.get(each.section.id, each.score.mean)
        both = (known, each.score.mean)
        lowest[each.section.id] = min((m for m in both if m is not None), default=None)
    totals = [each.score.mean for each in overall if each.score.mean is not None]
    return suggest_scenario(toolkit, lowest, min(totals, default=None), agreed=agreed)
