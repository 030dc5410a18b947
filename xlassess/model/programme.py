"""A programme: many partnerships that one body keeps a register of, and reviews on a cycle.

Source: Partnership Protocol of Melton Borough Council, section 7 and appendices A to C: a checklist
before a partnership is joined, an evaluation every three years, a review to committee.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from xlassess.model.assessment import Assessment, Attribution, Coordinator

Membership = Literal["proposed", "joined", "not joined", "left"]
"""Where a partnership stands: to be decided on, taken part in, decided against, or left."""

_STRICT: Any = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Partnership:
    """One line of the register of partnerships.

    ``folder`` is that of its assessment, from the programme's folder; empty while there is none.
    ``name`` may be empty where its assessment says it. ``statutory`` is None where nothing is
    said. ``checklist`` and ``evaluated`` are the days of the last checklist and the last
    evaluation that xlassess has no record of; ``due`` is the day by which the committee wants
    the next evaluation, where that is before the cycle's. ``decision`` is what the committee
    decided, on the day ``decided``; ``earlier`` are its decisions before that, the first one first.
    """

    __pydantic_config__ = _STRICT
    folder: str = ""
    name: str = ""
    purpose: str = ""
    lead_body: str = ""
    statutory: bool | None = None
    budget: str = ""
    membership: Membership = "joined"
    checklist: date | None = None
    evaluated: date | None = None
    due: date | None = None
    decision: str = ""
    decided: date | None = None
    earlier: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """True for a partnership that nothing is due from any more."""
        return self.membership in ("left", "not joined")

    @property
    def is_undecided(self) -> bool:
        """True for a partnership that is proposed, with no decision on record."""
        return self.membership == "proposed" and not self.decision


INHERITED = ("toolkits", "coordinator", "purpose", "marking", "attribution", "minimum_group")
"""The settings that assessments take from their programme as long as their own say nothing else."""


@dataclass(frozen=True, slots=True)
class SharedSettings:
    """What the assessments of a programme have in common.

    Most of it holds in every assessment that names the programme, as long as its own settings say
    nothing else. ``round``, ``return_by``, ``ledger`` and ``files`` are entered into the settings
    of new ones, which count from then on.
    """

    __pydantic_config__ = _STRICT
    round: str = ""
    toolkits: tuple[str, ...] = ()
    coordinator: Coordinator | None = None
    return_by: date | None = None
    purpose: str = ""
    marking: str = ""
    attribution: Attribution | None = None
    minimum_group: int | None = None
    ledger: str = ""
    files: str = ""

    @property
    def entered(self) -> Mapping[str, str]:
        """The fields that are given, as they are entered into a file of settings."""
        texts = {"round": self.round, "return_by": str(self.return_by or "")}
        return {name: text for name, text in texts.items() if text}

    @property
    def inherited(self) -> tuple[str, ...]:
        """The names of the fields that are given and hold in assessments too."""
        return tuple(name for name in INHERITED if getattr(self, name))

    def differs(self, settings: Assessment) -> tuple[str, ...]:
        """Return the names of those that the settings of an assessment say something else of."""
        return tuple(
            name for name in self.inherited if getattr(settings, name) != getattr(self, name)
        )


@dataclass(frozen=True, slots=True)
class Programme:
    """The register of partnerships of one body, and what holds for all of them.

    ``title`` heads its papers, ``committee`` is who they go to. ``review_years`` is the body's
    own cycle, for toolkits whose publication names none. ``marking`` is the protective marking
    of its papers.
    """

    __pydantic_config__ = _STRICT
    title: str
    committee: str = ""
    marking: str = ""
    review_years: int | None = None
    shared: SharedSettings = SharedSettings()
    partnerships: tuple[Partnership, ...] = field(default=())
