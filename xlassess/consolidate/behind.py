"""The answers behind the figures, by toolkit and item: as far as single ones may be shown."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xlassess.consolidate.figures.privacy.attribution import Person
from xlassess.consolidate.figures.rows import KINDS
from xlassess.consolidate.figures.values import GivenAnswer, Summary, ToolkitResults

_Places = tuple["array[int]", "array[int]", "array[int]"]


@dataclass(frozen=True, slots=True)
class AnsweredBy:
    """Who gave an answer, as far as it may be shown; ``code`` stands for the workbook."""

    partner: str
    respondent: str
    level: str
    code: str
    file: str


@dataclass(frozen=True, slots=True)
class GivenText:
    """What stands in a cell: the kind of cell, the words, what stood there before, and where."""

    kind: str
    value: str
    typed: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class AnswersBehind:
    """The answers to each item. Each person and each different answer is kept once.

    In aggregate there are no people: a row then is how often one choice was picked.
    """

    people: tuple[AnsweredBy, ...]
    given: tuple[GivenText, ...]
    places: Mapping[tuple[str, str], _Places] = field(repr=False)

    def of(self, part: str, item: str) -> Iterator[tuple[AnsweredBy | None, GivenText, int]]:
        """Yield the answers to an item: by whom, what, and how many times.

        Args:
            part: the toolkit's key.
            item: the item's number.
        """
        for person, given, times in zip(*self.places.get((part, item), ((), (), ())), strict=True):
            who = self.people[person - 1] if person else None
            yield who, self.given[given], times


def answers_behind(summary: Summary) -> AnswersBehind:
    """Return the answers of a summary by item."""
    parts = {part.key: part for part in summary.parts}
    people: dict[int, tuple[int, AnsweredBy]] = {}
    given: dict[int, tuple[int, GivenText]] = {}
    places: dict[tuple[str, str], _Places] = {}
    held: list[object] = []  # what is known by its identity must last as long as this runs
    for row in summary.data:
        person, answer = row.person, row.answer
        if person is not None and id(person) not in people:
            people[id(person)] = len(people) + 1, _who(person)
            held.append(person)
        if id(answer) not in given:
            given[id(answer)] = len(given), _text(parts[answer.part], answer)
            held.append(answer)
        where = answer.part, answer.item
        if where not in places:
            places[where] = array("L"), array("L"), array("L")
        by, what, times = places[where]
        by.append(people[id(person)][0] if person is not None else 0)
        what.append(given[id(answer)][0])
        times.append(row.times)
    return AnswersBehind(
        tuple(one for _, one in people.values()), tuple(one for _, one in given.values()), places
    )


def _who(person: Person) -> AnsweredBy:
    return AnsweredBy(person.partner, person.respondent, person.level, person.code, person.file)


def _text(part: ToolkitResults, answer: GivenAnswer) -> GivenText:
    kind, _, view = answer.field.partition(":")
    label = next((one.label for one in part.toolkit.views if one.id == view), view)
    called = f"{KINDS.get(kind, 'Answer')}{f', {label}' if label else ''}"
    return GivenText(called, str(answer.value), answer.typed, answer.sheet, answer.cell)
