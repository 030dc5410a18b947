"""Attribution: who is shown as what, and which figures are withheld.

``named`` shows partners and respondents as they are, ``partner`` only the partners. ``lettered``
puts "Partner A", "Partner B" in their place everywhere, file names and free text included;
letters follow the order of the workbooks' seals, which nobody sees: references stand in file
names and subjects of e-mails.
``aggregated`` shows no rows of single partners at all. Unless names are shown, a figure from
fewer respondents than the assessment's minimum group is withheld, and so is the next smallest
where the withheld one could be worked out from the total.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from xlassess.consolidate.figures.redaction import NAME_TAKEN_OUT, Redaction, name_parts
from xlassess.contract.layout import column_name
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import LEVELS, Attribution, Promise, strictest
from xlassess.model.record import HeldBack, Round

NOT_USABLE = ("refused", "superseded", "duplicate", "set aside")
"""States of returns whose answers never count."""

WITHHELD = "Withheld"

OTHER_PROMISE = "I13"
"""The finding that a return states another promise than is on record."""


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
class Bound:
    """How many workbooks promised less than the settings would show.

    ``workbooks`` promised to show less of who answered, ``earlier`` of them as workbooks of
    earlier versions did; ``minimum`` promised a higher minimum group.
    """

    workbooks: int = 0
    earlier: int = 0
    minimum: int = 0


@dataclass(frozen=True, slots=True)
class Participants:
    """How everyone in the round is shown.

    ``attribution`` is what is applied; ``fallback`` is True when fewer partners returned than
    the minimum group, so that letters would not have hidden anyone. ``levels`` are the labels
    of the organisational levels whose figures may be shown. ``tidy`` puts the names of partners
    and respondents in free text out of sight, where names are not shown. ``kept`` is what
    settings and promises come to, ``bound`` where promises allow less than the settings;
    ``held`` tells, by the digest of the questions, where returns are held back.
    """

    attribution: Attribution
    fallback: bool
    minimum: int
    people: Mapping[str, Person]
    levels: tuple[str, ...]
    tidy: Redaction = field(repr=False)
    kept: Promise
    bound: Bound
    held: Mapping[str, HeldBack] = field(default_factory=dict)

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
    """Decide how everyone in the round is shown: never more than any workbook promised."""
    usable = usable_returns(record)
    asked = Promise(record.assessment.attribution, max(1, record.assessment.minimum_group))
    promised = tuple(_promised(record, usable))
    kept = strictest((asked, *(promise for promise, _ in promised)))
    minimum = kept.minimum_group
    partners = {issued.identity.partner for issued in record.issued if issued.reference in usable}
    fallback = kept.attribution == "lettered" and len(partners) < minimum
    applied: Attribution = "aggregated" if fallback else kept.attribution
    people_shown = applied in ("named", "partner")
    levels = _shown_levels(record, usable, 1 if people_shown else minimum)
    signs = _signs(record) if applied == "partner" else _letters(record)
    if applied == "named":
        people = {i.reference: _named(i, usable.get(i.reference)) for i in record.issued}
    else:
        people = _unnamed(record, signs, levels, partners_named=applied == "partner")
    tidy = _redaction(record, applied, signs)
    bound = Bound(
        sum(_less(promise, asked) for promise, _ in promised),
        sum(_less(promise, asked) for promise, earlier in promised if earlier),
        sum(promise.minimum_group > asked.minimum_group for promise, _ in promised),
    )
    return Participants(applied, fallback, minimum, people, levels, tidy, kept, bound, record.held)


def _promised(record: Round, usable: Mapping[str, Return]) -> Iterator[tuple[Promise, bool]]:
    """Yield what each workbook in force promised, and whether an earlier version issued it.

    In force are those that stand for somebody, come back or not, and those of people no longer
    asked of whom something came. Where a return states another promise than is on record, both
    are kept.
    """
    places = {_place(issued) for issued in record.issued}
    came = {ret.reference for ret in record.history}
    others = (each for each in record.former if each.reference in came)
    for issued in (*record.issued, *(each for each in others if _place(each) not in places)):
        promise, ret = issued.promise, usable.get(issued.reference)
        stated = (
            [f.details["stated"] for f in ret.findings if f.code == OTHER_PROMISE] if ret else ()
        )
        yield strictest((promise, *map(Promise.read, stated))), not issued.identity.promise


def _place(issued: Issued) -> tuple[str, str, str]:
    return issued.identity.partner, issued.identity.respondent, issued.identity.toolkit


def _less(promise: Promise, asked: Promise) -> bool:
    """True where less of who answered was promised than the settings would show."""
    return Promise(asked.attribution).shows_more_than(Promise(promise.attribution))


def _redaction(record: Round, applied: Attribution, signs: Mapping[str, str]) -> Redaction:
    """What takes names out of free text, as far as they are not shown."""
    if applied == "named":
        return Redaction({}, set())
    everyone = (*record.issued, *record.former)
    names = _names(everyone, applied, signs)
    words = {part for issued in everyone for part in name_parts(issued.respondent)} - names.keys()
    return Redaction(names | dict.fromkeys(words, NAME_TAKEN_OUT), words)


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


def _signs(record: Round) -> dict[str, str]:
    """Partner ids and the signs of their workbooks, in the order of names, which are shown."""
    partners = {issued.identity.partner: issued.partner for issued in record.issued}
    order = sorted(partners, key=lambda each: (partners[each].casefold(), each))
    return {partner: column_name(index) for index, partner in enumerate(order)}


def _unnamed(
    record: Round, signs: Mapping[str, str], levels: tuple[str, ...], *, partners_named: bool
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
        sign = signs[who[0]]
        code = f"{sign}{number}" if books[who] == 1 else f"{sign}{number}-{books[who]}"
        label = LEVELS.get(issued.level, issued.level)
        people[issued.reference] = Person(
            issued=issued,
            code=code,
            partner=issued.partner if partners_named else f"Partner {sign}",
            respondent=f"Respondent {number}",
            level=label if label in levels else WITHHELD,
            file=f"Return {code}",
            place=(len(sign), sign, f"{number:06}{books[who]:06}"),
        )
    return {issued.reference: people[issued.reference] for issued in record.issued}


def _names(
    everyone: Iterable[Issued], applied: Attribution, signs: Mapping[str, str]
) -> dict[str, str]:
    """What to put in place of each name that may turn up in free text."""
    names: dict[str, str] = {}
    for issued in everyone:
        sign = signs.get(issued.identity.partner) if applied == "lettered" else ""
        instead = f"Partner {sign}" if sign else NAME_TAKEN_OUT
        if applied == "partner":
            instead = issued.partner  # found as a whole, it stays, whatever person bears a part
        for private in (issued.respondent, issued.email, issued.file_name, issued.reference):
            names.setdefault(private, NAME_TAKEN_OUT)
        names[issued.partner] = instead
    names.pop("", None)
    return names
