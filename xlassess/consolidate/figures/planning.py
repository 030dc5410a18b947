"""By which scenario a partnership may plan, and when none is suggested for the whole."""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.consolidate.figures.overview import Overview
from xlassess.consolidate.figures.thresholds import SPEAKS_FOR_ALL, enough_answers
from xlassess.consolidate.figures.values import (
    NoScenario,
    OverallFigures,
    PlanningScenario,
    SectionFigures,
)
from xlassess.model.assessment import ScenarioChoice
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Scenario, Toolkit
from xlassess.score import suggest_scenario


def planning_scenario(
    toolkit: Toolkit,
    sections: Sequence[SectionFigures],
    overall: Sequence[OverallFigures],
    choice: ScenarioChoice | None,
    *,
    whole: Overview,
    concerns: int,
    returns: int,
) -> PlanningScenario:
    """Return the scenario a toolkit's results are planned by.

    Args:
        toolkit: the instrument.
        sections: its section figures.
        overall: the scores over all sections.
        choice: what the coordinator chose instead, None for nothing.
        whole: what all returns say together.
        concerns: how many items are a concern.
        returns: how many returns count.

    Raises:
        XlassessError: the scenario chosen is not one of the toolkit as it was issued.
    """
    why_none = _why_none(overall, whole, returns)
    agreed = not whole.ill and not concerns
    suggested = None if why_none else _suggested(toolkit, sections, overall, agreed=agreed)
    if suggested is None and not why_none:
        why_none = "gaps"
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


def _why_none(overall: Sequence[OverallFigures], whole: Overview, returns: int) -> NoScenario:
    """Why no scenario fits the whole partnership: too few returns, or views too far apart."""
    complete = min((each.score.n for each in overall), default=0)
    if whole.divided:
        return "divided"
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
