"""Attribution: who is shown as what, and which figures are withheld.

``named`` shows partners and respondents as they are. ``lettered`` puts "Partner A", "Partner
B" in their place everywhere, file names and free text included; letters follow the order of
the workbooks' seals, which nobody sees: references stand in file names and subjects of e-mails.
``aggregated`` shows no rows of single partners at all. Unless names are shown, a figure from
fewer respondents than the assessment's minimum group is withheld, and so is the next smallest
where the withheld one could be worked out from the total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from xlassess.consolidate.figures.redaction import NAME_TAKEN_OUT, Redaction, name_parts
from xlassess.contract.layout import column_name
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import LEVELS, Attribution
from xlassess.model.record import Round

NOT_USABLE = ("refused", "superseded", "duplicate", "set aside")
"""States of returns whose answers never count."""

WITHHELD = "Withheld"


@dataclass(frozen=True, slots=True)
class Person:
    """One issued workbook as the summary may show it.

    ``code`` stands for the workbook: its reference, or letter and number. ``level`` is the
    label of the organisational level, or `WITHHELD`. ``file`` is the name the return came
    under, or the code. ``place`` orders people by partner and respondent.
    """

    issued: Issued = field(repr=False)
    code: str
    partner: str
    respondent: str
    level: str
    file: str
    place: tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Participants:
    """How everyone in the round is shown.

    ``attribution`` is what is applied; ``fallback`` is True when fewer partners returned than
    the minimum group, so that letters would not have hidden anyone. ``levels`` are the labels
    of the organisational levels whose figures may be shown. ``tidy`` puts the names of partners
    and respondents in free text out of sight, where names are not shown.
    """

    attribution: Attribution
    fallback: bool
    minimum: int
    people: Mapping[str, Person]
    levels: tuple[str, ...]
    tidy: Redaction = field(repr=False)

    @property
    def shows_rows(self) -> bool:
        """True when single returns may be shown."""
        return self.attribution != "aggregated"

    def withholds(self, n: int) -> bool:
        """True when a figure from this many respondents must be withheld."""
        return not self.shows_rows and 0 < n < self.minimum


def usable_returns(record: Round) -> dict[str, Return]:
    """The returns whose answers count, by reference, in the order workbooks were issued."""
    current = record.current
    found = {issued.reference: current.get(issued.reference) for issued in record.issued}
    return {ref: ret for ref, ret in found.items() if ret and ret.state not in NOT_USABLE}


def participants_of(record: Round) -> Participants:
    """Decide how everyone in the round is shown."""
    assessment = record.assessment
    usable = usable_returns(record)
    wanted = assessment.attribution
    minimum = max(1, assessment.minimum_group)
    partners = {issued.identity.partner for issued in record.issued if issued.reference in usable}
    fallback = wanted == "lettered" and len(partners) < minimum
    applied: Attribution = "aggregated" if fallback else wanted
    levels = _shown_levels(record, usable, 1 if applied == "named" else minimum)
    letters = _letters(record)
    if applied == "named":
        people = {i.reference: _named(i, usable.get(i.reference)) for i in record.issued}
    else:
        people = _lettered(record, letters, levels)
    names = {} if applied == "named" else _names(record, letters if applied == "lettered" else {})
    words = {part for issued in record.issued for part in name_parts(issued.respondent)}
    words = words - names.keys() if names else set()
    tidy = Redaction(names | dict.fromkeys(words, NAME_TAKEN_OUT), words)
    return Participants(applied, fallback, minimum, people, levels, tidy)


def shown_groups(sizes: Mapping[str, int], minimum: int) -> frozenset[str]:
    """Return the groups whose figures may be shown beside a total over all of them.

    Groups smaller than the minimum are left out. Where those left out are together still fewer
    than the minimum, total and shown groups would give them away, so the smallest shown group
    is left out too.

    Args:
        sizes: respondents by group; empty groups do not matter.
        minimum: the fewest respondents a figure may come from.
    """
    filled = {group: size for group, size in sizes.items() if size}
    shown = {group for group, size in filled.items() if size >= minimum}

    def left_out() -> int:
        return sum(size for group, size in filled.items() if group not in shown)

    while shown and 0 < left_out() < minimum:
        shown.remove(min(sorted(shown), key=lambda group: filled[group]))
    return frozenset(shown)


def _shown_levels(record: Round, usable: Mapping[str, Return], minimum: int) -> tuple[str, ...]:
    """Levels that may be shown in every toolkit in which anyone of the level answered."""
    sizes: dict[str, Counter[str]] = {}
    for issued in record.issued:
        if issued.reference in usable:
            sizes.setdefault(issued.identity.digest, Counter())[issued.level] += 1
    present = {level for counter in sizes.values() for level in counter}
    refused = {
        level
        for counter in sizes.values()
        for level in counter.keys() - shown_groups(counter, minimum)
    }
    return tuple(label for level, label in LEVELS.items() if level in present - refused)


def _letters(record: Round) -> dict[str, str]:
    """Partner ids and their letters, in the order of the seals."""
    first: dict[str, str] = {}
    for issued in record.issued:
        known = first.get(issued.identity.partner, issued.seal)
        first[issued.identity.partner] = min(known, issued.seal)
    order = sorted(first, key=lambda partner: first[partner])
    return {partner: column_name(index) for index, partner in enumerate(order)}


def _named(issued: Issued, ret: Return | None) -> Person:
    level = LEVELS.get(issued.level, issued.level)
    file = ret.file if ret else ""
    place = (0, issued.partner.casefold(), f"{issued.respondent.casefold()} {issued.reference}")
    return Person(issued, issued.reference, issued.partner, issued.respondent, level, file, place)


def _lettered(
    record: Round, letters: Mapping[str, str], levels: tuple[str, ...]
) -> dict[str, Person]:
    """Everyone by letter; a partner's respondents are numbered in the order of their seals."""
    numbers: dict[str, dict[str, int]] = {}
    books: Counter[tuple[str, str]] = Counter()
    people: dict[str, Person] = {}
    for issued in sorted(record.issued, key=lambda each: each.seal):
        who = (issued.identity.partner, issued.identity.respondent)
        own = numbers.setdefault(who[0], {})
        number = own.setdefault(who[1], len(own) + 1)
        books[who] += 1
        sign = letters[who[0]]
        code = f"{sign}{number}" if books[who] == 1 else f"{sign}{number}-{books[who]}"
        label = LEVELS.get(issued.level, issued.level)
        people[issued.reference] = Person(
            issued=issued,
            code=code,
            partner=f"Partner {sign}",
            respondent=f"Respondent {number}",
            level=label if label in levels else WITHHELD,
            file=f"Return {code}",
            place=(len(sign), sign, f"{number:06}{books[who]:06}"),
        )
    return {issued.reference: people[issued.reference] for issued in record.issued}


def _names(record: Round, letters: Mapping[str, str]) -> dict[str, str]:
    """What to put in place of each name that may turn up in free text."""
    names: dict[str, str] = {}
    for issued in record.issued:
        sign = letters.get(issued.identity.partner)
        instead = f"Partner {sign}" if sign else NAME_TAKEN_OUT
        for private in (issued.respondent, issued.email, issued.file_name, issued.reference):
            names.setdefault(private, NAME_TAKEN_OUT)
        names[issued.partner] = instead
    names.pop("", None)
    return names
