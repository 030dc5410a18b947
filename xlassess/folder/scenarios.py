"""The coordinator's choices of scenarios in assessment.yaml, checked against the toolkits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from xlassess.folder.problems import did_you_mean
from xlassess.folder.yaml_file import Loc, Remark
from xlassess.model.assessment import Assessment, ScenarioChoice

_LONGEST_REASON = 600


def scenario_remarks(assessment: Assessment, own: Path) -> Iterator[Remark]:
    """Yield what is wrong with the scenarios chosen.

    Args:
        assessment: the settings as read.
        own: the folder of the partnership's own toolkits.
    """
    from xlassess.folder.toolkits import ToolkitFileError, find_toolkit, known_ids

    known = known_ids(own)
    for name, choice in assessment.scenarios.items():
        loc: Loc = ("scenarios", name)
        if name not in assessment.toolkits:
            message = f"A scenario is chosen for '{name}', which this assessment does not use."
            yield loc, message, did_you_mean(name, assessment.toolkits)
        elif name in known:
            try:
                plan = find_toolkit(name, own).action_plan
            except ToolkitFileError:
                # The command that uses the toolkit lists what is wrong with its file.
                continue
            ids = [scenario.id for scenario in plan.scenarios] if plan else []
            yield from _choice(loc, name, choice, ids)


def _choice(loc: Loc, name: str, choice: ScenarioChoice, ids: Sequence[str]) -> Iterator[Remark]:
    """Check the choice of a scenario of a toolkit that has those with these ids."""
    if not ids:
        yield loc, f"The toolkit '{name}' names no scenarios.", "Delete the choice."
    elif choice.scenario not in ids:
        message = f"The toolkit '{name}' has no scenario '{choice.scenario}'."
        yield (*loc, "scenario"), message, did_you_mean(choice.scenario, ids)
    if not 1 <= len(choice.because.strip()) <= _LONGEST_REASON:
        message = "The reason for choosing a scenario is empty or too long."
        hint = f"Give it in at most {_LONGEST_REASON} characters: the summary shows it."
        yield (*loc, "because"), message, hint
