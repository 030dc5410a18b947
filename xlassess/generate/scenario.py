"""The scenario that the scores suggest, by the same rule as `xlassess.score.suggest_scenario`."""

from __future__ import annotations

from xlassess.generate.job import Job
from xlassess.generate.ranges import Range
from xlassess.model.toolkit import Scenario
from xlassess.sheet.checked import Formula, quoted


def scenario_formula(job: Job, positions: Range) -> tuple[Formula, tuple[str, ...]]:
    """Return the formula that names the suggested scenario, and all it may say.

    Args:
        job: the plate being built; its toolkit has scenarios.
        positions: band positions counted from the best (0), one cell a section and the last
            for the grand total; empty text where there is no score yet.
    """
    plan = job.toolkit.action_plan
    assert plan is not None, "only toolkits with scenarios come here"
    texts = [job.words.say("scenario", scenario) for scenario in plan.scenarios]
    waiting, none = job.words.say("scenario_waiting"), job.words.say("scenario_none")
    told = job.lists.add("scenario", texts)
    count = positions.last - positions.first + 1
    sections = Range(positions.sheet, positions.column, positions.first, positions.last - 1)
    choice = quoted(none)
    for i, scenario in reversed(list(enumerate(plan.scenarios))):
        condition = _condition(scenario, sections.text, positions.cell(count - 1))
        choice = f"IF({condition},{told.cell(i)},{choice})"
    text = f"IF(COUNT({positions.text})<{count},{quoted(waiting)},{choice})"
    return Formula(text, waiting), (*texts, waiting, none)


def _condition(scenario: Scenario, sections: str, total: str) -> str:
    """Return when a scenario applies: the worst section and the total within its limits."""
    tests = []
    if scenario.weakest is not None:
        tests.append(f"MAX({sections})<={scenario.weakest}")
    if scenario.overall is not None:
        tests.append(f"{total}<={scenario.overall}")
    return f"AND({','.join(tests)})" if tests else "TRUE"
