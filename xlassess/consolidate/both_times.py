"""What those who answered in two rounds said then and now."""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.consolidate.figures.thresholds import favourable, has_scores
from xlassess.consolidate.figures.trend import (
    Pair,
    Unit,
    moved,
)
from xlassess.consolidate.figures.values import (
    ScoreRow,
)
from xlassess.consolidate.figures.withholding import (
    FigureKey,
)
from xlassess.consolidate.looks import RoundLook
from xlassess.model.answer import Answer, Issued
from xlassess.model.toolkit import Choice, Scale, Toolkit
from xlassess.score import SectionScore


def unit_of(issued: Issued, unit: Unit) -> str:
    """Return who a workbook is of, under the same name in every round."""
    who = issued.identity
    return who.partner if unit == "organisation" else f"{who.partner}/{who.respondent}"


def units_of(look: RoundLook, unit: Unit) -> dict[str, list[int]]:
    """Those who answered, each with the places of their returns."""
    found: dict[str, list[int]] = {}
    for place, row in enumerate(look.counted.rows):
        found.setdefault(unit_of(row.person.issued, unit), []).append(place)
    return found


def named_in_full(issued: Issued) -> str:
    """Return organisation and person in one line."""
    return f"{issued.partner}, {issued.respondent}" if issued.respondent else issued.partner


def pairs_of(
    now: RoundLook,
    then: RoundLook,
    unit: Unit,
    who: Sequence[str],
    keys: tuple[FigureKey, FigureKey],
) -> dict[str, Pair]:
    """What each who gave a figure both times gave, by whom; ``keys`` name it now and then."""
    here, there = _given(now, unit, keys[0]), _given(then, unit, keys[1])
    names = {unit_of(row.person.issued, unit): row.person.issued for row in now.counted.rows}
    found = {}
    for each in who:
        if each in here and each in there:
            (was, stood), (is_now, stands) = there[each], here[each]
            shown = names[each].partner if unit == "organisation" else named_in_full(names[each])
            found[each] = Pair(shown, was, is_now, moved(stood, stands))
    return found


def _given(look: RoundLook, unit: Unit, key: FigureKey) -> dict[str, tuple[float, float]]:
    """What each unit gave: its figure, and where it stands on the scale, from the worst."""
    if key.kind == "item":
        singles = [_answered(look.toolkit, said, key) for said in look.counted.answers]
    else:
        singles = [_scored(look.toolkit, row, key) for row in look.counted.rows]
    found = {}
    for who, places in units_of(look, unit).items():
        own = [single for place in places if (single := singles[place]) is not None]
        if own:
            found[who] = (sum(v for v, _ in own) / len(own), sum(s for _, s in own) / len(own))
    return found


def _answered(
    toolkit: Toolkit, said: Sequence[Answer], key: FigureKey
) -> tuple[float, float] | None:
    scale = toolkit.scales[toolkit.item(key.of).answer]
    for answer in said:
        if (answer.item, answer.field) == (key.of, key.field) and answer.value != "":
            choice = scale.by_code(str(answer.value))
            return None if choice.apart else _worth(scale, choice)
    return None


def _worth(scale: Scale, choice: Choice) -> tuple[float, float]:
    """What a choice counts for: its score, or whether it speaks for the item; and its place."""
    place = float(len(scale.substantive) - scale.substantive.index(choice))
    if has_scores(scale) and choice.score is not None:
        return choice.score, choice.score
    return float(choice in favourable(scale)), place


def _scored(toolkit: Toolkit, row: ScoreRow, key: FigureKey) -> tuple[float, float] | None:
    _, _, view = key.field.partition(":")
    if key.kind == "overall":
        scores = [each.score for each in row.card.overall if each.view == view]
    else:
        try:
            scores = [_section_score(toolkit, row.card.section(key.of, view))]
        except KeyError:
            return None
    score = scores[0] if scores else None
    return None if score is None else (score, score)


def _section_score(toolkit: Toolkit, score: SectionScore) -> float | None:
    if toolkit.scoring.rule != "levels":
        return score.score
    good = favourable(toolkit.scales[toolkit.scoring.scale])
    if not score.answered:
        return None
    return sum(score.counts.get(choice.code, 0) for choice in good) / score.answered
