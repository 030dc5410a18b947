"""Letters for partners, such that none is known by the pattern it carries.

Readers know the register: who was asked for which toolkits, how many people of each partner, and
of which levels. A letter that carries a pattern only one partner has is a name. So partners
share a letter's pattern with enough others, or letters say less:

1. one letter for a partner in all toolkits, where enough partners share each pattern;
2. else letters anew for each toolkit, where enough partners share each pattern within it;
3. else, in that toolkit, a letter for each workbook, which tells of no partner at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from xlassess.contract.layout import column_name
from xlassess.model.answer import Issued
from xlassess.model.assessment import LEVELS

WITHHELD = "Withheld"
"""What stands in place of a level that is not shown."""


@dataclass(frozen=True, slots=True)
class LetterOf:
    """The letter of a workbook; ``joint`` is True where all of its partner's have the same."""

    sign: str
    joint: bool


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of a round.

    ``books`` are those of the workbooks, by reference; ``partners`` those of partners by their
    ids, where letters go through all toolkits. ``exposed`` counts the partners that were asked
    for a set of questions (by digest), where they are too few for any letter to hide them.
    """

    books: Mapping[str, LetterOf]
    partners: Mapping[str, str]
    exposed: Mapping[str, int]


def shown_level(issued: Issued, levels: Sequence[str]) -> str:
    """Return the label of a respondent's level as it may be shown.

    Args:
        issued: the respondent's workbook.
        levels: the labels that may be shown.
    """
    label = LEVELS.get(issued.level, issued.level)
    return label if label in levels else WITHHELD


def letters_of(issued: Sequence[Issued], levels: Sequence[str], minimum: int) -> Letters:
    """Return the letters of a round's workbooks.

    They follow the order of the workbooks' seals, which nobody sees.

    Args:
        issued: the workbooks.
        levels: the labels of the levels that are shown.
        minimum: how many partners have to share a pattern.
    """
    kits: dict[tuple[str, str, str], list[Issued]] = {}
    for one in issued:
        kit = (one.identity.toolkit, one.identity.version, one.identity.digest)
        kits.setdefault(kit, []).append(one)
    asked = {kit[-1]: len({one.identity.partner for one in mine}) for kit, mine in kits.items()}
    exposed = {digest: count for digest, count in asked.items() if count < minimum}
    if _is_shared(issued, levels, minimum):
        letters = _lettered((one.identity.partner, one) for one in issued)
        partners = {one.identity.partner: letters[one.reference] for one in issued}
        return Letters(_all(letters, joint=True), partners, exposed)
    books: dict[str, LetterOf] = {}
    begin = 0
    for kit in sorted(kits):
        mine = kits[kit]
        joint = _is_shared(mine, levels, minimum)
        letters = _lettered(
            ((one.identity.partner if joint else one.reference, one) for one in mine), begin
        )
        # The alphabet goes on from toolkit to toolkit: the same letter would look like the same.
        begin += len(set(letters.values()))
        books |= _all(letters, joint=joint)
    return Letters(books, {}, exposed)


def _all(letters: Mapping[str, str], *, joint: bool) -> dict[str, LetterOf]:
    return {reference: LetterOf(sign, joint) for reference, sign in letters.items()}


def _is_shared(issued: Iterable[Issued], levels: Sequence[str], minimum: int) -> bool:
    """True where each partner's pattern is that of enough partners."""
    people: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for one in issued:
        mine = people.setdefault(one.identity.partner, {})
        seen = (one.identity.digest, shown_level(one, levels))
        mine.setdefault(one.identity.respondent, []).append(seen)
    patterns: Counter[Hashable] = Counter(
        tuple(sorted(tuple(sorted(books)) for books in mine.values())) for mine in people.values()
    )
    return all(count >= minimum for count in patterns.values())


def _lettered(owners: Iterable[tuple[str, Issued]], begin: int = 0) -> dict[str, str]:
    """A letter for each owner, by the references of its workbooks, in the order of seals."""
    books: dict[str, list[Issued]] = {}
    for owner, one in owners:
        books.setdefault(owner, []).append(one)
    order = sorted(books.values(), key=lambda mine: min(one.seal for one in mine))
    return {
        one.reference: column_name(begin + place)
        for place, mine in enumerate(order)
        for one in mine
    }
