"""Whoever knows the register cannot tell a partner by what its letter carries."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from tests.consolidate.rounds import ISSUED_AT, MADE_AT, a_round, respondents
from xlassess.consolidate import exposed_in_words, summarise
from xlassess.consolidate.figures.privacy.attribution import Participants, participants_of
from xlassess.consolidate.figures.privacy.letters import Letters, letters_of, shown_level
from xlassess.model.answer import Identity, Issued
from xlassess.model.record import Round

LEVELS = ("Board", "Senior management", "Front line", "Not stated")
CODES = ("board", "senior", "front", "")


def asked(partner: str, person: str, kit: str, level: str = "", chance: str = "") -> Issued:
    """A workbook of a register; its seal is as good as any random text."""
    name = f"{partner}-{person}-{kit}"
    seal = f"{random.Random(name + chance).getrandbits(256):064x}"
    identity = Identity(1, "a", "2026", partner, f"{partner}-{person}", kit, "1.0", kit)
    return Issued(name, identity, partner, person, "", level, name, "", seal, ISSUED_AT)


def register(chance: random.Random) -> list[Issued]:
    """A random register: one to three people a partner, each asked for some of three toolkits."""
    books = []
    for partner in range(chance.randint(3, 14)):
        for person in range(chance.choice((1, 1, 1, 2, 3))):
            level = chance.choice(CODES)
            kits = chance.sample(("x", "y", "z"), chance.choice((1, 2, 3, 3)))
            books += [asked(f"p{partner}", str(person), kit, level) for kit in kits]
    return books


Seen = tuple[tuple[tuple[str, str], ...], ...]


def patterns(
    books: Sequence[Issued], owner: dict[str, str], levels: Sequence[str]
) -> dict[str, Seen]:
    """For each owner what can be seen of it: toolkit and level of each workbook, by person."""
    seen: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for one in books:
        mine = seen.setdefault(owner[one.reference], {})
        book = (one.identity.toolkit, shown_level(one, levels))
        mine.setdefault(one.identity.respondent, []).append(book)
    return {
        name: tuple(sorted(tuple(sorted(each)) for each in mine.values()))
        for name, mine in seen.items()
    }


def candidates(books: Sequence[Issued], letters: Letters, levels: Sequence[str]) -> dict[str, int]:
    """For each letter, how many partners of the register it may stand for."""
    signs = {reference: letter.sign for reference, letter in letters.books.items()}
    found = {}
    for sign, seen in patterns(books, signs, levels).items():
        own = [one for one in books if signs[one.reference] == sign]
        kits = {one.identity.toolkit for one in own}
        joint = letters.books[own[0].reference].joint
        rival = books if letters.partners else [b for b in books if b.identity.toolkit in kits]
        if joint:
            partners = {one.reference: one.identity.partner for one in rival}
            found[sign] = sum(each == seen for each in patterns(rival, partners, levels).values())
        else:
            ((book,),) = seen
            same = (o for o in rival if (o.identity.toolkit, shown_level(o, levels)) == book)
            found[sign] = len({one.identity.partner for one in same})
    return found


@pytest.mark.parametrize("seed", range(150))
def test_property__every_letter_may_be_that_of_enough_partners(seed: int) -> None:
    chance = random.Random(seed)
    books, minimum = register(chance), chance.randint(2, 4)
    letters = letters_of(books, (), minimum)
    owners = {each.sign: set[str]() for each in letters.books.values()}
    for one in books:
        owners[letters.books[one.reference].sign].add(one.identity.partner)
    assert all(len(mine) == 1 for mine in owners.values())
    few = {one for one, count in candidates(books, letters, ()).items() if count < minimum}
    told = {
        letters.books[one.reference].sign for one in books if one.identity.digest in letters.exposed
    }
    assert few <= told


def test_same_register_for_all__letters_go_through_all_toolkits() -> None:
    books = [asked(f"p{n}", "1", kit) for n in range(4) for kit in "xy"]
    letters = letters_of(books, (), 3)
    assert set(letters.partners.values()) == set("ABCD")
    assert letters.exposed == {}


def test_one_asked_for_more__letters_begin_anew_with_each_toolkit() -> None:
    books = [asked(f"p{n}", "1", "x") for n in range(4)]
    books += [asked(f"p{n}", "1", "y") for n in range(3)]
    letters = letters_of(books, (), 3)
    assert letters.partners == {}
    signs = {one.reference: letters.books[one.reference] for one in books}
    assert {signs[b.reference].sign for b in books if b.identity.toolkit == "x"} == set("ABCD")
    assert {signs[b.reference].sign for b in books if b.identity.toolkit == "y"} == set("EFG")
    assert all(letter.joint for letter in signs.values())


def test_letters_anew__their_order_is_another_in_each_toolkit() -> None:
    same = 0
    for attempt in range(20):
        books = [asked(f"p{n}", "1", kit, chance=str(attempt)) for n in range(5) for kit in "xy"]
        books.append(asked("p9", "1", "x", chance=str(attempt)))
        letters = letters_of(books, (), 3).books
        orders = [
            sorted((b for b in books if b.identity.toolkit == kit and b.identity.partner != "p9"),
                   key=lambda book: letters[book.reference].sign)
            for kit in "xy"
        ]  # fmt: skip
        first, second = ([b.identity.partner for b in order] for order in orders)
        same += first == second
    assert same <= 2


def test_one_with_more_people__each_return_has_a_letter_of_its_own() -> None:
    books = [asked(f"p{n}", "1", "x") for n in range(4)]
    books.append(asked("p0", "2", "x"))
    letters = letters_of(books, (), 3).books
    assert len({letter.sign for letter in letters.values()}) == 5
    assert not any(letter.joint for letter in letters.values())


def test_one_partner_only__cannot_be_hidden_and_is_told(pat, melton) -> None:
    record = only_asked(a_round([pat, melton], 5, attribution="lettered"), melton.id, 1)
    participants = participants_of(record)
    assert participants.exposed == ((melton.short, 1),)
    told = f"{melton.short} was asked of only 1 partner, so letters there do not hide whose"
    assert told in exposed_in_words(participants)
    summary = summarise(record, MADE_AT)
    assert all(told in part.narrative.caution for part in summary.parts)
    assert exposed_in_words(replace(participants, exposed=())) == ""


def only_asked(record: Round, kit: str, partners: int) -> Round:
    """The round in which only the first partners were asked for this toolkit."""
    issued = [one for one in record.issued if one.identity.toolkit != kit]
    issued += [one for one in record.issued if one.identity.toolkit == kit][:partners]
    kept = {one.reference for one in issued}
    current = {name: ret for name, ret in record.current.items() if name in kept}
    return replace(
        record, issued=tuple(issued), current=current, history=tuple(current.values())
    )  # fmt: skip


def test_levels__stand_beside_letters_only_with_enough_partners(pat) -> None:
    people = [
        replace(one, level="board" if n < 3 else "front") for n, one in enumerate(respondents(7))
    ]
    mine = [replace(one, partner_id="p1", partner=people[0].partner) for one in people[:3]]
    shown = participants_of(a_round([pat], [*mine, *people[3:]], attribution="lettered"))
    assert len({one.partner for one in shown.people.values()}) == 7
    assert "Board" not in {one.level for one in shown.people.values()}


def test_demo__no_partner_is_known_by_what_it_was_asked(pat, melton) -> None:
    """As in the demo: partners with one, two or three people, and a toolkit not all were asked."""
    people = respondents(8)
    people += [
        replace(one, id=f"{one.id}b", name=f"{one.name} II", level="front") for one in people[:2]
    ]
    record = only_asked(a_round([pat, melton], people, attribution="lettered"), melton.id, 4)
    shown = participants_of(record)
    by_toolkit = Counter(
        (one.issued.identity.toolkit, one.partner) for one in shown.people.values()
    )
    assert set(by_toolkit.values()) == {1}
    assert not crossing(shown)


def crossing(shown: Participants) -> set[str]:
    """Signs that stand in more than one toolkit."""
    kits: dict[str, set[str]] = {}
    for one in shown.people.values():
        kits.setdefault(one.partner, set()).add(one.issued.identity.toolkit)
    return {sign for sign, mine in kits.items() if len(mine) > 1}
