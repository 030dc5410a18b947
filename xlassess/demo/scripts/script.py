"""What the made-up partners have to say about one toolkit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

Cell = str | float | date
"""What is typed into a cell."""

Texts = Mapping[str, tuple[str, ...]]
"""Sentences by item; each is written once."""


class PlanRow(NamedTuple):
    """A row of somebody's action plan: which item it answers, what, when, who, how it shows.

    The deadline is a day in ISO form.
    """

    item: str
    action: str
    horizon: str
    owner: str
    deadline: str
    measure: str
    status: str


@dataclass(frozen=True, slots=True)
class Script:
    """What partners say about one toolkit.

    ``standing`` is how well each section is doing, from 0 (worst choice) to 1 (best), as
    partners see it on the whole; ``divided`` are items on which the levels are of different
    minds, by item: level to standing. ``good`` and ``poor`` are comments on items that are
    doing well and badly, ``evidence`` what is named as evidence, ``boxes`` what is written
    where free text is asked for, ``closing`` the remarks at the end, given out last first.
    ``talk`` and ``write`` are how likely a comment and a free text are. ``known`` are answers
    given just so, by item; ``known_by`` the same by partner. A toolkit that is answered
    ``once`` is filled in by one person of each partner.
    """

    standing: Mapping[str, float]
    divided: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    good: Texts = field(default_factory=dict)
    poor: Texts = field(default_factory=dict)
    evidence: Texts = field(default_factory=dict)
    boxes: Texts = field(default_factory=dict)
    closing: Texts = field(default_factory=dict)
    plans: tuple[PlanRow, ...] = ()
    proposals: tuple[str, ...] = ()
    known: Mapping[str, Cell] = field(default_factory=dict)
    known_by: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    talk: float = 0.3
    write: float = 0.18
    once: bool = False
