"""How the made-up partners answer: seeded, so that every run gives the same answers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xlassess.demo.partnership import ASSESSMENT, LEVEL_LEANS, RESPONDENTS, REVIEWED, SILENT
from xlassess.demo.scripts.all_toolkits import SCRIPTS, is_asked
from xlassess.demo.scripts.script import Cell, PlanRow, Script, Texts
from xlassess.model.assessment import Respondent
from xlassess.model.toolkit import Choice, Item, Scale, Section, Toolkit

_SEED = "xlassess demo 2026"


class BlankCell(NamedTuple):
    """A cell to be filled in: item and field."""

    item: str
    field: str


@dataclass(slots=True)
class Entries:
    """What one respondent enters into one workbook."""

    cells: dict[BlankCell, Cell] = field(default_factory=dict)
    plans: list[PlanRow] = field(default_factory=list)
    proposal: str = ""


EntriesByPerson = Mapping[tuple[str, str], Entries]
"""What everybody enters, by toolkit and respondent."""


def made_up_entries(toolkits: Mapping[str, Toolkit]) -> EntriesByPerson:
    """Return what every respondent enters into every workbook."""
    people = [person for person in RESPONDENTS if person.partner != SILENT]
    return {
        (name, person.name): filled
        for name, toolkit in toolkits.items()
        for person, filled in _Respondents(toolkit, SCRIPTS[name], people).entries()
    }


def entries_of_round(
    toolkit: Toolkit, script: Script, people: Sequence[Respondent], round_name: str
) -> EntriesByPerson:
    """Return what each of these people enters into a toolkit's workbook in a later round.

    Questions are seen as in the first round but for what the script says.
    """
    answering = _Respondents(toolkit, script, people, round_name)
    return {(toolkit.id, person.name): filled for person, filled in answering.entries()}


class _Respondents:
    """Everybody who answers one toolkit; each sentence and action is given out once."""

    def __init__(
        self, toolkit: Toolkit, script: Script, people: Sequence[Respondent], later: str = ""
    ) -> None:
        self._toolkit, self._script, self._people = toolkit, script, people
        # Not for secrets: a fixed seed makes the demo the same every time.
        self._chance = random.Random(f"{_SEED} {toolkit.id}")  # noqa: S311
        # how an item is seen by all alike, so that items differ more than chance would make them
        self._lean = {item.id: self._chance.gauss(0, 0.09) for item in toolkit.items()}
        if later:
            self._chance = random.Random(f"{_SEED} {toolkit.id} {later}")  # noqa: S311
        self._good = self._shuffled(self._script.good)
        self._poor = self._shuffled(self._script.poor)
        self._boxes = self._shuffled(self._script.boxes)
        self._boxes |= {name: list(texts) for name, texts in self._script.closing.items()}
        self._evidence = self._shuffled(self._script.evidence)
        self._ranks: dict[str, list[int]] = {}

    def _shuffled(self, pool: Texts) -> dict[str, list[str]]:
        return {name: self._chance.sample(texts, len(texts)) for name, texts in pool.items()}

    def entries(self) -> list[tuple[Respondent, Entries]]:
        """Return what each respondent enters, in the order of the register."""
        people = [person for person in self._people if is_asked(person, self._toolkit.id)]
        entered = [(person, self._entries_of(person)) for person in people]
        planners = [filled for person, filled in entered if person.level != "front"]
        for number, plan in enumerate(self._script.plans):
            planners[number % len(planners)].plans.append(plan)
        for filled, text in zip(planners, self._script.proposals, strict=False):
            filled.proposal = text
        return entered

    def _entries_of(self, person: Respondent) -> Entries:
        filled = Entries()
        own = self._chance.gauss(0, 0.05)  # some people see everything a little more kindly
        known = {**self._script.known, **self._script.known_by.get(person.partner, {})}
        for section in self._toolkit.all_sections:
            for item in section.items:
                if item.id in known:
                    filled.cells[BlankCell(item.id, "answer")] = known[item.id]
                elif section.id == "D":
                    self._detail(filled, item, person)
                elif item.is_free:
                    self._box(filled, item)
                elif not item.required:
                    continue  # A decision that is yet to be made, such as the council's.
                elif section.id in self._script.standing or not section.scored:
                    self._answer(filled, section, item, person, own)
        return filled

    def _answer(
        self, filled: Entries, section: Section, item: Item, person: Respondent, own: float
    ) -> None:
        standing = self._script.standing.get(section.id, 0.6)
        standing += LEVEL_LEANS[person.level] + own + self._lean[item.id]
        if item.id in self._script.divided:
            standing = self._script.divided[item.id].get(person.level, standing)
        standing += self._chance.gauss(0, 0.12)
        if item.views:
            self._answer_views(filled, item, person, standing)
        else:
            choice = self._choice(item, person, standing)
            filled.cells[BlankCell(item.id, "answer")] = choice.label
            if self._gives_reason(filled, item, choice):
                return
        self._comment(filled, item, standing)

    def _answer_views(
        self, filled: Entries, item: Item, person: Respondent, standing: float
    ) -> None:
        """Answer from each view: the first as it stands, the others as far as one can tell."""
        scale = self._toolkit.scales[item.answer]
        for number, name in enumerate(item.answer_fields):
            choice = _nearest(scale, standing)
            if number:
                choice = _nearest(scale, standing - 0.08 + self._chance.gauss(0, 0.2))
                if self._chance.random() < _UNSURE[person.level]:
                    choice = _unsure(scale) or choice
            filled.cells[BlankCell(item.id, name)] = choice.label

    def _choice(self, item: Item, person: Respondent, standing: float) -> Choice:
        """Return the choice made; one that asks for reasons only while there are any to give."""
        scale = self._toolkit.scales[item.answer]
        unsure = _unsure(scale)
        if unsure and self._chance.random() < _UNSURE[person.level] / 3:
            return unsure
        choice = _nearest(scale, standing)
        asks = item.follow_up.when if item.follow_up else ()
        others = [each for each in scale.substantive if each.code not in asks]
        return (
            others[0] if choice.code in asks and others and not self._poor.get(item.id) else choice
        )

    def _gives_reason(self, filled: Entries, item: Item, choice: Choice) -> bool:
        if not item.follow_up or choice.code not in item.follow_up.when:
            return False
        if self._poor.get(item.id):
            filled.cells[BlankCell(item.id, "comment")] = self._poor[item.id].pop()
        return True

    def _comment(self, filled: Entries, item: Item, standing: float) -> None:
        if item.comment and not item.follow_up:
            pool = self._good if standing > 0.66 else self._poor if standing < 0.42 else {}
            texts = pool.get(item.id)
            if texts and self._chance.random() < self._script.talk:
                filled.cells[BlankCell(item.id, "comment")] = texts.pop()
        named = self._evidence.get(item.id)
        if item.evidence and named and self._chance.random() < self._script.talk:
            filled.cells[BlankCell(item.id, "evidence")] = named.pop()

    def _box(self, filled: Entries, item: Item) -> None:
        texts = self._boxes.get(item.id)
        if texts and self._chance.random() < self._script.write:
            filled.cells[BlankCell(item.id, "answer")] = texts.pop()

    def _detail(self, filled: Entries, item: Item, person: Respondent) -> None:
        ranks = self._ranks.setdefault(person.name, self._chance.sample((1, 2, 3), 3))
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
        for leading, asked, text in _FOLLOWING:
            if filled.cells.get(BlankCell(leading, "answer")) == "Yes":
                details[asked] = text
        if item.id in details:
            filled.cells[BlankCell(item.id, "answer")] = details[item.id]


_FOLLOWING = (
    ("D13", "D14", 250_000.0),
    ("D15", "D16", "Rooms for meetings, and a share of the web team's time."),
)
"""Details that are asked for where another one is answered with yes."""

_UNSURE = {"board": 0.12, "senior": 0.18, "front": 0.55, "": 0.3}
"""How likely somebody is not to know, by level."""


def _nearest(scale: Scale, standing: float) -> Choice:
    """Return the choice that stands nearest to a share of the way from worst to best."""
    choices = scale.substantive
    place = round((1 - min(max(standing, 0.0), 1.0)) * (len(choices) - 1))
    return choices[place]


def _unsure(scale: Scale) -> Choice | None:
    """Return the choice that counts apart and stands for not knowing, if the scale has one."""
    return next((choice for choice in scale.choices if choice.apart), None)
