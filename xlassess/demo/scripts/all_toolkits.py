"""The script of every built-in toolkit, and who is asked for which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlassess.demo.partnership import RESPONDENTS
from xlassess.demo.scripts.best_value import ORGANISATION, PARTNERSHIP
from xlassess.demo.scripts.better_together import BETTER_TOGETHER
from xlassess.demo.scripts.checklist import CHECKLIST
from xlassess.demo.scripts.pat_and_melton import BOXES, GOOD, OVERALL, PLANS, POOR, PROPOSALS
from xlassess.demo.scripts.rochford import HALLMARKS
from xlassess.demo.scripts.script import Script
from xlassess.model.assessment import Respondent

SCRIPTS: Mapping[str, Script] = {
    "pat": Script(
        standing={"1": 0.80, "2": 0.66, "3": 0.52, "4": 0.60, "5": 0.36, "6": 0.45},
        divided={
            "3A": {"board": 1.0, "senior": 0.95, "front": 0.15},
            "4C": {"board": 0.9, "senior": 0.35, "front": 0.2},
        },
        good=GOOD,
        poor=POOR,
        boxes=BOXES,
        closing={"T2": OVERALL},
        plans=PLANS["pat"],
    ),
    "melton-evaluation": Script(
        standing={"1": 0.72, "2": 0.55, "3": 0.66, "4": 0.50, "5": 0.40},
        divided={"3.3": {"board": 1.0, "senior": 0.75, "front": 0.1}},
        good=GOOD,
        poor=POOR,
        boxes=BOXES,
        plans=PLANS["melton-evaluation"],
        proposals=PROPOSALS,
    ),
    "bv-organisation": ORGANISATION,
    "bv-partnership": PARTNERSHIP,
    "working-better-together": BETTER_TOGETHER,
    "rochford-hallmarks": HALLMARKS,
    "melton-checklist": CHECKLIST,
}
"""What partners say, by toolkit; every built-in toolkit has a script."""


def is_asked(person: Respondent, toolkit: str) -> bool:
    """True for the people who answer a toolkit: all, or the first named of each partner."""
    if not SCRIPTS[toolkit].once:
        return True
    return person is next(each for each in RESPONDENTS if each.partner_id == person.partner_id)


def asked_of(person: Respondent, toolkits: Sequence[str]) -> tuple[str, ...]:
    """Return which of these toolkits a person is asked for."""
    return tuple(name for name in toolkits if is_asked(person, name))
