"""An assessment: one partnership assessing itself in one round, and who is asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

Level = Literal["", "board", "senior", "front"]
"""Organisational level of a respondent; seed 003, "how can the assessment tool help you?"."""

LEVELS: dict[str, str] = {
    "board": "Board",
    "senior": "Senior management",
    "front": "Front line",
    "": "Not stated",
}
"""How levels are shown, in the order they are reported."""

Attribution = Literal["named", "lettered", "aggregated"]

_STRICT: Any = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Coordinator:
    """The person who runs the assessment and whom partners may ask."""

    __pydantic_config__ = _STRICT
    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ScenarioChoice:
    """The coordinator's choice of an action-planning scenario over the rule's suggestion.

    ``scenario`` is the scenario's id; ``because`` is the reason, shown with it.
    """

    __pydantic_config__ = _STRICT
    scenario: str
    because: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """One partnership assessing itself in one round with chosen toolkits.

    ``id`` is a short slug; ``toolkits`` are toolkit ids; ``return_by`` is the day by which
    workbooks are wanted; ``marking`` is the protective marking printed on every page;
    ``minimum_group`` is the number of respondents under which a figure is withheld when
    answers are not attributed by name. ``scenarios`` are scenarios chosen by the coordinator,
    by toolkit id. ``shared`` says that a group works in the folder, and not one person alone.
    """

    __pydantic_config__ = _STRICT
    id: str
    partnership: str
    round: str
    toolkits: tuple[str, ...]
    coordinator: Coordinator
    return_by: date | None = None
    purpose: str = ""
    marking: str = "OFFICIAL"
    attribution: Attribution = "named"
    minimum_group: int = 3
    scenarios: Mapping[str, ScenarioChoice] = field(default_factory=dict, hash=False)
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Respondent:
    """A person (or office) answering for a partner.

    ``id`` and ``partner_id`` are slugs that stay the same from run to run; ``toolkits``
    are the ids this respondent is asked to fill in, empty for all of the assessment.
    """

    id: str
    partner_id: str
    partner: str
    name: str = ""
    email: str = ""
    level: Level = ""
    toolkits: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Partner and person in one line, as a coordinator reads them."""
        return f"{self.partner}, {self.name}" if self.name else self.partner
