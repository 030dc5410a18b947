"""Which action-planning scenario a summary goes by: the rule's, or the coordinator's choice."""

from __future__ import annotations

from collections.abc import Sequence

from xlassess.consolidate.summary import GoingOn, OverallFigures, SectionFigures
from xlassess.model.assessment import ScenarioChoice
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Scenario, Toolkit
from xlassess.score import suggest_scenario


def going_on(
    toolkit: Toolkit,
    sections: Sequence[SectionFigures],
    overall: Sequence[OverallFigures],
    choice: ScenarioChoice | None,
) -> GoingOn:
    """Return the scenario a toolkit's results are planned by.

    Raises:
        XlassessError: the scenario chosen is not one of the toolkit as it was issued.
    """
    suggested = _suggested(toolkit, sections, overall)
    if choice is None:
        return GoingOn(suggested, suggested)
    scenarios = toolkit.action_plan.scenarios if toolkit.action_plan else ()
    for scenario in scenarios:
        if scenario.id == choice.scenario:
            return GoingOn(scenario, suggested, choice.because.strip().rstrip("."))
    raise XlassessError(
        f"The toolkit {toolkit.id} {toolkit.version}, as issued, has no scenario "
        f"{choice.scenario!r}.",
        "Choose one of its scenarios, or none, in assessment.yaml.",
    )


def _suggested(
    toolkit: Toolkit, sections: Sequence[SectionFigures], overall: Sequence[OverallFigures]
) -> Scenario | None:
    """The suggested scenario; with several views, by the lowest of each figure."""
    lowest: dict[str, float | None] = {}
    for each in sections:
        known = lowest.get(each.section.id, each.score.mean)
        both = (known, each.score.mean)
        lowest[each.section.id] = min((m for m in both if m is not None), default=None)
    totals = [each.score.mean for each in overall if each.score.mean is not None]
    return suggest_scenario(toolkit, lowest, min(totals, default=None))
