"""How the made-up partners answer: seeded, so that every run gives the same answers."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from xlassess.demo.partnership import (
    ASSESSMENT,
    DIVIDED,
    LEVEL_LEANS,
    RESPONDENTS,
    REVIEWED,
    SILENT,
    STANDING,
    TOOLKITS,
)
from xlassess.demo.words import BOXES, GOOD, OVERALL, PLANS, POOR, PROPOSALS, Plan
from xlassess.model.assessment import Respondent
from xlassess.model.toolkit import Choice, Item, Scale, Section, Toolkit

_SEED = "xlassess demo 2026"

Cell = str | float | date
"""What is typed into a cell."""


class Blank(NamedTuple):
    """A place to fill in: item and field."""

    item: str
    field: str


@dataclass(slots=True)
class Filled:
    """What one respondent enters into one workbook."""

    cells: dict[Blank, Cell] = field(default_factory=dict)
    plans: list[Plan] = field(default_factory=list)
    proposal: str = ""


Voices = Mapping[tuple[str, str], Filled]
"""What everybody enters, by toolkit and respondent."""


def voices(toolkits: Mapping[str, Toolkit]) -> Voices:
    """Return what every respondent enters into every workbook."""
    return {
        (name, person.name): filled
        for name in TOOLKITS
        for person, filled in _Choir(toolkits[name]).sing()
    }


class _Choir:
    """Everybody who answers one toolkit; each sentence and action is given out once."""

    def __init__(self, toolkit: Toolkit) -> None:
        self._toolkit = toolkit
        # Not for secrets: a fixed seed makes the demo the same every time.
        self._chance = random.Random(f"{_SEED} {toolkit.id}")  # noqa: S311
        self._lean = {item.id: self._chance.gauss(0, 0.09) for item in toolkit.items()}
        self._good = self._shuffled(GOOD)
        self._poor = self._shuffled(POOR)
        self._boxes = self._shuffled(BOXES)
        self._closing = list(OVERALL)

    def _shuffled(self, pool: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
        return {name: self._chance.sample(texts, len(texts)) for name, texts in pool.items()}

    def sing(self) -> list[tuple[Respondent, Filled]]:
        """Return what each respondent enters, in the order of the register."""
        parts = [(person, self._part(person)) for person in RESPONDENTS if person.partner != SILENT]
        writers = [filled for person, filled in parts if person.level != "front"]
        for number, plan in enumerate(PLANS[self._toolkit.id]):
            writers[number % len(writers)].plans.append(plan)
        if self._toolkit.action_plan and self._toolkit.action_plan.proposal:
            for filled, text in zip(writers, PROPOSALS, strict=False):
                filled.proposal = text
        return parts

    def _part(self, person: Respondent) -> Filled:
        filled = Filled()
        own = self._chance.gauss(0, 0.05)
        for section in self._toolkit.all_sections:
            for item in section.items:
                if section.id == "D":
                    self._detail(filled, item, person)
                elif item.is_free:
                    self._box(filled, item)
                else:
                    self._rate(filled, section, item, person, own)
        return filled

    def _rate(
        self, filled: Filled, section: Section, item: Item, person: Respondent, own: float
    ) -> None:
        standing = STANDING[self._toolkit.id].get(section.id, 0.6)
        standing += LEVEL_LEANS[person.level] + own + self._lean[item.id]
        if item.id in DIVIDED:
            standing = DIVIDED[item.id].get(person.level, standing)
        standing += self._chance.gauss(0, 0.12)
        choice = _nearest(self._toolkit.scales[item.answer], standing)
        filled.cells[Blank(item.id, "answer")] = choice.label
        if not item.comment:
            return
        pool = self._good if standing > 0.66 else self._poor if standing < 0.42 else {}
        texts = pool.get(item.id)
        if texts and self._chance.random() < 0.3:
            filled.cells[Blank(item.id, "comment")] = texts.pop()

    def _box(self, filled: Filled, item: Item) -> None:
        texts = self._closing if item.id == "T2" else self._boxes.get(item.id)
        if texts and self._chance.random() < 0.18:
            filled.cells[Blank(item.id, "answer")] = texts.pop()

    def _detail(self, filled: Filled, item: Item, person: Respondent) -> None:
        ranks = self._chance.sample((1, 2, 3), 3)
        known = person.level != "front"
        details: dict[str, Cell] = {
            "D1": ASSESSMENT.partnership,
            "D7": "No",
            "D8": "Yes" if known else "Don't know",
            "D9": "Yes" if known else "Don't know",
            "D11": "Yes",
            "D12": 2.5,
            "D13": self._chance.choice(("Yes", "No", "Don't know")),
            "D15": "Yes" if self._chance.random() < 0.5 else "No",
            "D17": person.name,
            "D18": REVIEWED,
        }
        details |= dict(zip(("D2", "D3", "D4"), map(float, ranks), strict=True)) if known else {}
        details |= {"D10": 182_000.0} if known else {}
        if item.id in details:
            filled.cells[Blank(item.id, "answer")] = details[item.id]


def _nearest(scale: Scale, standing: float) -> Choice:
    """Return the choice that stands nearest to a share of the way from worst to best."""
    choices = scale.substantive
    place = round((1 - min(max(standing, 0.0), 1.0)) * (len(choices) - 1))
    return choices[place]
