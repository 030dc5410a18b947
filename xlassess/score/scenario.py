"""Action-planning scenarios: which one a result suggests."""

from __future__ import annotations

from collections.abc import Mapping

from xlassess.model.toolkit import Scenario, Toolkit
from xlassess.score.bands import band_position


def suggest_scenario(
    toolkit: Toolkit, sections: Mapping[str, float | None], overall: float | None
) -> Scenario | None:
    """Return the first scenario of the toolkit whose limits the scores keep within.

    Args:
        toolkit: the instrument with its scenarios, in the order they are tried.
        sections: the score (or mean score) of each scored section by its id.
        overall: the grand total (or mean grand total).

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
