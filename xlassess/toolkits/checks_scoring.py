"""Checks of a toolkit's scoring: its scale, its bands, and the scenarios they lead to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from xlassess.files.yaml_file import Loc, Remark
from xlassess.model.toolkit import Band, Scale, Section, Toolkit
from xlassess.toolkits.remarks import Check, placed_sections, twice, unknown

_ADDED_UP = ("sum", "mean")
_NEEDS_SCALE = ("sum", "mean", "levels", "share")


def _scoring(toolkit: Toolkit) -> Iterator[Remark]:
    scoring = toolkit.scoring
    scale = toolkit.scales.get(scoring.scale)
    if scoring.scale:
        named: list[tuple[Loc, str]] = [(("scoring", "scale"), scoring.scale)]
        yield from unknown(named, toolkit.scales, "There is no scale '{name}' to score.")
    elif scoring.rule in _NEEDS_SCALE:
        message = f"The rule '{scoring.rule}' needs the scale it scores."
        yield ("scoring",), message, "Name it in 'scale'."
    if scale and scoring.rule in _ADDED_UP:
        yield from _scores(toolkit, scale)
    if scale and scoring.rule in _NEEDS_SCALE:
        yield from _scored_items(toolkit)
    if scoring.overall and scoring.rule not in (*_ADDED_UP, "share"):
        message = f"The rule '{scoring.rule}' gives no overall score."
        yield ("scoring", "overall"), message, "Set 'overall' to false."
    if scoring.overall and scoring.no_overall_because:
        message = "There is an overall score, and a reason why there is none."
        yield ("scoring", "no_overall_because"), message, "Keep one of the two."


def _scores(toolkit: Toolkit, scale: Scale) -> Iterator[Remark]:
    for index, choice in enumerate(scale.choices):
        if not choice.apart and choice.score is None:
            loc = ("scales", toolkit.scoring.scale, "choices", index)
            message = f"'{choice.label}' has no score, and the rule '{toolkit.scoring.rule}' "
            yield loc, f"{message}needs one.", "Give it a score, or count it apart."


def _scored_items(toolkit: Toolkit) -> Iterator[Remark]:
    for loc, section in placed_sections(toolkit):
        scored = any(toolkit.is_scored(section, item) for item in section.items)
        if loc[0] == "closing" and scored:
            message = f"Closing section {section.id} has items on the scale that is scored."
            yield loc, message, "Closing sections are not scored: set 'scored: false'."
        if loc[0] == "sections" and section.scored and section.items and not scored:
            message = f"Section {section.id} is scored, but none of its items is answered on "
            hint = "Set 'scored: false', or give an item that scale."
            yield loc, f"{message}'{toolkit.scoring.scale}'.", hint


def _named(toolkit: Toolkit) -> Iterator[Remark]:
    scoring = toolkit.scoring
    scale = toolkit.scales.get(scoring.scale)
    scales = (scale,) if scale else tuple(toolkit.scales.values())
    codes = [choice.code for one in scales for choice in one.choices]
    flagged: list[tuple[Loc, str]] = [
        (("scoring", "flagged", i), code) for i, code in enumerate(scoring.flagged)
    ]
    yield from unknown(flagged, dict.fromkeys(codes), "There is no choice '{name}' to flag.")
    if scoring.flagged and not scoring.flagged_as:
        message = "Flagged items have no name."
        yield ("scoring", "flagged"), message, "Say in 'flagged_as' what such an item is called."
    if scoring.success:
        items = {item.id: item for item in toolkit.items()}
        at: Loc = ("scoring", "success")
        yield from unknown([(at, scoring.success)], items, "There is no item '{name}'.")
        if scoring.success in items and items[scoring.success].answer not in toolkit.scales:
            message = f"Item {scoring.success} is not answered on a scale."
            yield at, message, "The success statement needs one."


def _bands(toolkit: Toolkit) -> Iterator[Remark]:
    rule = toolkit.scoring.rule
    totals: list[tuple[float, float]] = []
    for loc, section in placed_sections(toolkit):
        at = (*loc, "bands")
        if section.bands and (not section.scored or rule not in (*_ADDED_UP, "share")):
            yield at, f"Section {section.id} has bands and no score.", "Remove the bands."
            continue
        span = _span(toolkit, section)
        totals += [span] if span and section.scored and loc[0] == "sections" else []
        yield from _check_bands(toolkit, at, section.bands, span)
    scoring = toolkit.scoring
    if scoring.bands and not scoring.overall:
        message = "There are bands for an overall score, and no overall score."
        yield ("scoring", "bands"), message, "Set 'overall: true', or remove the bands."
    elif scoring.bands:
        span = _whole_span(toolkit, totals)
        yield from _check_bands(toolkit, ("scoring", "bands"), scoring.bands, span)


def _score_range(toolkit: Toolkit) -> tuple[float, float] | None:
    scale = toolkit.scales.get(toolkit.scoring.scale)
    scores = [c.score for c in scale.substantive if c.score is not None] if scale else []
    return (min(scores), max(scores)) if scores else None


def _span(toolkit: Toolkit, section: Section) -> tuple[float, float] | None:
    """The least and greatest score a section can have, where the rule fixes them."""
    ends = _score_range(toolkit)
    if ends is None or toolkit.scoring.rule == "mean":
        return ends
    if not _answers_known(toolkit, section):
        return None
    items = (item for item in section.items if toolkit.is_scored(section, item))
    count = sum(len(item.answer_fields) for item in items)
    if toolkit.scoring.rule != "sum" or not count:
        return None
    return count * ends[0], count * ends[1]


def _answers_known(toolkit: Toolkit, section: Section) -> bool:
    """False where an item may be meant for a scale that is misspelt, and so may count."""
    return all(item.is_free or item.answer in toolkit.scales for item in section.items)


def _whole_span(
    toolkit: Toolkit, sections: list[tuple[float, float]]
) -> tuple[float, float] | None:
    if toolkit.scoring.rule == "sum" and sections:
        if not all(_answers_known(toolkit, section) for section in toolkit.sections):
            return None
        return sum(low for low, _ in sections), sum(high for _, high in sections)
    return _score_range(toolkit) if toolkit.scoring.rule == "mean" else None


def _check_bands(
    toolkit: Toolkit, loc: Loc, bands: tuple[Band, ...], span: tuple[float, float] | None
) -> Iterator[Remark]:
    names = (((*loc, i, "name"), band.name) for i, band in enumerate(bands))
    yield from twice(names, "The band", "Give each band a different name.")
    wrong = [i for i, band in enumerate(bands) if not band.low <= band.high]
    for i in wrong:
        message = f"Band '{bands[i].name}' begins above its end."
        yield (*loc, i, "low"), message, "Exchange 'low' and 'high'."
    if wrong or not bands:
        return
    rising = sorted(range(len(bands)), key=lambda i: (bands[i].low, bands[i].high))
    if list(range(len(bands))) not in (rising, rising[::-1]):
        yield loc, "The bands are not in order.", "List them from best to worst."
    for lower, upper in pairwise(rising):
        yield from _join(toolkit, (*loc, upper, "low"), bands[lower], bands[upper])
    if span:
        yield from _ends(loc, bands, rising, span)


def _join(toolkit: Toolkit, loc: Loc, lower: Band, upper: Band) -> Iterator[Remark]:
    if upper.low <= lower.high:
        message = f"Bands '{lower.name}' ({_n(lower.low)} to {_n(lower.high)}) and "
        rest = f"'{upper.name}' ({_n(upper.low)} to {_n(upper.high)}) overlap."
        yield loc, message + rest, "A band includes both its ends. Move one of them."
    elif toolkit.scoring.rule == "sum" and upper.low > lower.high + _step(toolkit):
        message = f"No band covers the scores between {_n(lower.high)} and {_n(upper.low)}."
        yield loc, message, "Close the gap."


def _step(toolkit: Toolkit) -> float:
    """The least difference between two totals: 1 for whole scores, else that of the scores."""
    scale = toolkit.scales.get(toolkit.scoring.scale)
    scores = sorted({c.score for c in scale.substantive if c.score is not None} if scale else ())
    if all(score == int(score) for score in scores):
        return 1.0
    return min(b - a for a, b in pairwise(scores))


def _ends(
    loc: Loc, bands: tuple[Band, ...], rising: list[int], span: tuple[float, float]
) -> Iterator[Remark]:
    least, most = bands[rising[0]], bands[rising[-1]]
    can = f"scores run from {_n(span[0])} to {_n(span[1])}"
    if least.low != span[0]:
        what = "begins below what can be scored" if least.low < span[0] else "begins too high"
        message = f"The lowest band, '{least.name}', {what}: {can}."
        yield (*loc, rising[0], "low"), message, f"Make it begin at {_n(span[0])}."
    if most.high != span[1]:
        what = "ends above what can be scored" if most.high > span[1] else "ends too low"
        message = f"The highest band, '{most.name}', {what}: {can}."
        yield (*loc, rising[-1], "high"), message, f"Make it end at {_n(span[1])}."


def _scenarios(toolkit: Toolkit) -> Iterator[Remark]:
    plan = toolkit.action_plan
    scenarios = plan.scenarios if plan else ()
    loc: Loc = ("action_plan", "scenarios")
    ids = (((*loc, i, "id"), scenario.id) for i, scenario in enumerate(scenarios))
    yield from twice(ids, "The scenario id", "Give each scenario a different id.")
    depth = {
        "weakest": max((len(section.bands) for section in toolkit.sections), default=0),
        "overall": len(toolkit.scoring.bands),
    }
    for i, scenario in enumerate(scenarios):
        for name, count in depth.items():
            position = getattr(scenario, name)
            if position is not None and not 0 <= position < count:
                message = f"Scenario {scenario.id}: '{name}' is {position}, but there are "
                hint = "Positions count from 0, the best band."
                yield (*loc, i, name), f"{message}{count} bands.", hint


def _n(number: float) -> str:
    return f"{number:g}"


SCORING_CHECKS: tuple[Check, ...] = (_scoring, _named, _bands, _scenarios)
