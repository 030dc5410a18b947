"""Nothing withheld can be worked out: an attacker with exact arithmetic against what is shown."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

import pytest

from tests.consolidate.attacker import Attack
from xlassess.consolidate.figures.privacy.disclosure import PrintedSum, to_withhold

ITEM, SECTION, WHOLE, LEVEL = 4, 3, 2, 1


def told(sums: Sequence[PrintedSum], fewest: int) -> frozenset[str] | None:
    """Return people, fewer than these, of whom a combination of the sums tells something."""
    whole = [{cell: int(weight) for cell, weight in each.weights.items()} for each in sums]
    return Attack(whole).people_told(fewest)


def questionnaire(chance: random.Random, count: int, gaps: float) -> list[PrintedSum]:
    """A round's sums: items, sections of complete returns, two levels, and the whole."""
    people = [f"p{n}" for n in range(count)]
    sections = [[f"{s}.{n}" for n in range(3)] for s in range(3)]
    questions = [q for section in sections for q in section]
    left_out = {p: {q for q in questions if chance.random() < gaps} for p in people}
    level = {p: chance.choice("ab") for p in people}

    def of(who: Collection[str], what: Collection[str]) -> dict[tuple[str, str], float]:
        return {(p, q): 1.0 for p in who for q in what}

    sums = [
        PrintedSum(("item", q), ITEM, of([p for p in people if q not in left_out[p]], [q]))
        for q in questions
    ]
    for number, section in enumerate(sections):
        full = [p for p in people if not left_out[p] & set(section)]
        sums.append(PrintedSum(("section", number), SECTION, of(full, section)))
        for each in "ab":
            mine = [p for p in full if level[p] == each]
            sums.append(PrintedSum(("level", number, each), LEVEL, of(mine, section)))
    complete = [p for p in people if not left_out[p]]
    sums.append(PrintedSum("whole", WHOLE, of(complete, questions)))
    return [each for each in sums if each.weights]


@pytest.mark.parametrize("seed", range(30))
def test_disclosure__exact_attacker_finds_nothing_and_nothing_is_lost_needlessly(seed):
    chance = random.Random(seed)
    sums = questionnaire(chance, chance.randint(4, 7), 0.06)
    out = to_withhold(sums, 3)
    kept = [each for each in sums if each.key not in out]
    assert told(kept, 3) is None
    for each in sums:
        assert each.key not in out or told([*kept, each], 3) is not None


def test_disclosure__a_total_without_one_persons_section_goes():
    """The other sections less the total would be the answers of the one with the gap."""
    chance = random.Random(0)
    sums = [
        replace_weights(each, "p0", "0.0") for each in questionnaire(chance, 6, 0.0)
        if each.key[0] != "level"
    ]  # fmt: skip
    assert "p0" in (told(sums, 3) or ())
    assert to_withhold(sums, 3) == {("section", 0), "whole"}


def replace_weights(each: PrintedSum, person: str, question: str) -> PrintedSum:
    """The same sum where somebody left a question out: whole sums go by complete returns."""
    if (person, question) not in each.weights:
        return each
    alone = each.key == ("item", question)
    gone = {(person, question)} if alone else {k for k in each.weights if k[0] == person}
    weights = {key: weight for key, weight in each.weights.items() if key not in gone}
    return PrintedSum(each.key, each.worth, weights)


def test_disclosure__no_gaps_nothing_is_lost():
    sums = [s for s in questionnaire(random.Random(0), 9, 0.0) if s.key[0] != "level"]
    assert to_withhold(sums, 5) == frozenset()


def test_disclosure__a_level_of_two_goes_and_so_does_the_rest_of_it():
    def mean(key: str, worth: int, people: Collection[str]) -> PrintedSum:
        return PrintedSum(key, worth, {(p, "1"): 1.0 for p in people})

    sums = [mean("all", 2, "abcdefgh"), mean("six", 1, "abcdef"), mean("two", 1, "gh")]
    assert to_withhold(sums, 3) == {"six", "two"}
    assert to_withhold([sums[0], mean("five", 1, "abcde"), mean("three", 1, "fgh")], 3) == set()


@pytest.mark.parametrize("weight", [1.0, 1 / 3])
def test_disclosure__what_everybody_says_alike_is_not_added_up_from_the_rest(weight):
    people = [f"p{n}" for n in range(6)]
    items = [PrintedSum(q, ITEM, {(p, q): 1.0 for p in people}, telling=q == "2") for q in "123"]
    whole = PrintedSum("all", WHOLE, {(p, q): weight for p in people for q in "123"})
    assert to_withhold([*items, whole], 3) == {"2", "all"}
    assert to_withhold(items, 3) == {"2"}


def test_disclosure__hundreds_with_gaps_of_their_own_lose_little():
    sums = questionnaire(random.Random(5), 150, 0.03)
    assert len(to_withhold(sums, 5)) <= 2
