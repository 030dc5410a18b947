"""Bands: reading a score, and the range a score can have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlassess.model.toolkit import Band, Scenario, Section, Toolkit

_DIGITS = 9
"""Decimals that matter: a mean that misses a band by rounding noise has reached it."""


def band_of(score: float | None, bands: Sequence[Band]) -> Band | None:
    """Return the band a score is read by, or None where there is no score or no band.

    Publications give bands for whole scores of one respondent (13 to 18, 19 to 24). The mean
    of several respondents may fall between two bands; it is read by the lower bound of the
    band it reaches, so that 18.5 is still in the band 13 to 18.

    Raises:
        ValueError: the score lies outside the range the bands cover.
    """
    if score is None or not bands:
        return None
    # a mean of 18.999999999 from adding fractions has reached 19
    exact = round(score, _DIGITS)
    reached = [band for band in bands if band.low <= exact]
    if not reached or exact > max(band.high for band in bands):
        raise ValueError(f"a score of {score:g} lies outside the toolkit's bands")
    return max(reached, key=lambda band: band.low)


def band_position(score: float | None, bands: Sequence[Band]) -> int | None:
    """Return the position of a score's band counted from the best (0), or None without one."""
    band = band_of(score, bands)
    if band is None:
        return None
    return sorted(bands, key=lambda each: -each.low).index(band)


def score_range(toolkit: Toolkit, section: Section | None = None) -> tuple[float, float] | None:
    """Return the lowest and highest score the toolkit's rule can give.

    Args:
        toolkit: the instrument.
        section: one of its scored sections, or None for the score over all of them.

    Returns:
        Lowest and highest score; (0, 1) for a share of yes; None where nothing is scored.
    """
    rule = toolkit.scoring.rule
    if rule == "share":
        return 0.0, 1.0
    if rule not in ("sum", "mean"):
        return None
    scale = toolkit.scales[toolkit.scoring.scale]
    scores = [choice.score for choice in scale.substantive if choice.score is not None]
    if not scores:
        return None
    sections = toolkit.scored_sections if section is None else (section,)
    count = sum(toolkit.is_scored(each, item) for each in sections for item in each.items)
    times = count if rule == "sum" else 1
    return min(scores) * times, max(scores) * times


def in_range(score: float, limits: tuple[float, float]) -> bool:
    """True when a score lies within the limits, both included, but for rounding noise."""
    return limits[0] <= round(score, _DIGITS) <= limits[1]


def suggest_scenario(
    toolkit: Toolkit,
    sections: Mapping[str, float | None],
    overall: float | None,
    *,
    agreed: bool = True,
) -> Scenario | None:
    """Return the first scenario of the toolkit whose limits the scores keep within.

    A scenario that limits the sections is one in which the partnership may rest. It needs all
    to agree on its health: Assessing Strategic Partnership (2003), "Understanding the results:
    detailed analysis and feedback". The limits are ours.

    Args:
        toolkit: the instrument with its scenarios, in the order they are tried.
        sections: the score (or mean score) of each scored section by its id.
        overall: the grand total (or mean grand total).
        agreed: True where no single return sees ill health and nothing is a concern.

    Returns:
        The scenario, or None where the toolkit has none or a score needed to choose is
        missing. A suggestion is a start for discussion: the partners decide.
    """
    scenarios = toolkit.action_plan.scenarios if toolkit.action_plan else ()
    worst = _weakest(toolkit, sections)
    total = band_position(overall, toolkit.scoring.bands)
    for scenario in scenarios:
        limits = ((scenario.weakest, worst), (scenario.overall, total))
        needed = [(limit, position) for limit, position in limits if limit is not None]
        if any(position is None for _, position in needed):
            return None
        if not needed and (worst is None or total is None):
            return None
        if scenario.weakest is not None and not agreed:
            continue
        if all(position is not None and position <= limit for limit, position in needed):
            return scenario
    return None


def _weakest(toolkit: Toolkit, sections: Mapping[str, float | None]) -> int | None:
    """The position of the worst band over all scored sections, None while one has no band."""
    positions = [
        band_position(sections.get(section.id), section.bands)
        for section in toolkit.scored_sections
    ]
    known = [position for position in positions if position is not None]
    return max(known) if known and len(known) == len(positions) else None
