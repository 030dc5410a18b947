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
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from xlassess.consolidate.figures.privacy.letters import LetterOf, Letters, letters_of, shown_level
from xlassess.consolidate.figures.privacy.organisation_names import is_capitalised, short_names
from xlassess.consolidate.figures.privacy.person_names import (
    is_of_words,
    name_parts,
    other_orders,
)
from xlassess.consolidate.figures.privacy.redaction import NAME_TAKEN_OUT, Redaction
from xlassess.contract.layout import column_name
from xlassess.model.answer import Issued, Return, in_full
from xlassess.model.assessment import ATTRIBUTIONS, LEVELS, Attribution, Promise, strictest
from xlassess.model.record import HeldBack, Output, OutputKind, Round

NOT_USABLE = ("refused", "superseded", "duplicate", "set aside")
"""States of returns whose answers never count."""

OTHER_PROMISE = "I13"
"""The finding that a return states another promise than is on record."""


@dataclass(frozen=True, slots=True)
class Person:
    """One issued workbook as the summary may show it.

    ``code`` stands for the workbook: its reference, or letter and number. ``level`` is the
    label of the organisational level, or that it is withheld. ``file`` is the name the return
    came under, or the code. ``place`` orders people by partner and respondent.
    """

    issued: Issued = field(repr=False)
    code: str
    partner: str
    respondent: str
    level: str
    file: str
    place: tuple[int, str, str]

    @property
    def who(self) -> str:
        """The organisation and the respondent, as far as they may be shown."""
        return in_full(self.partner, self.respondent)


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
class LateLetters:
    """An earlier paper beside which letters tell whose they are, and of how many partners.

    It is the ``kind`` of paper made at ``since``. So few ``partners`` came in, changed or were
    withdrawn since that whoever has both papers knows their letters.
    """

    kind: OutputKind
    since: datetime
    partners: int


@dataclass(frozen=True, slots=True)
class Participants:
    """How everyone in the round is shown.

    ``attribution`` is what is applied; ``fallback`` is True when fewer partners returned than
    the minimum group, so that letters would not have hidden anyone. ``levels`` are the labels
    of the organisational levels whose figures may be shown. ``tidy`` puts the names of partners
    and respondents in free text out of sight, where names are not shown. ``kept`` is what
    settings and promises come to, ``bound`` where promises allow less than the settings;
    ``held`` tells, by the digest of the questions, where returns are held back. ``exposed`` are
    toolkits that so few partners were asked for that letters do not hide them, with how many;
    ``late`` is an earlier paper beside which letters tell whose they are.
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
    exposed: tuple[tuple[str, int], ...] = ()
    late: LateLetters | None = None

    @property
    def shows_rows(self) -> bool:
        """True when single returns may be shown."""
        return self.attribution != "aggregated"

    def withholds(self, n: int) -> bool:
        """True when a figure from this many respondents must be withheld."""
        return not self.shows_rows and 0 < n < self.minimum


def usable_returns(record: Round) -> dict[str, Return]:
    """The returns whose answers count, by reference, in the order workbooks were issued.

    One without a single answer is none: it would raise the response rate, and hide behind itself
    how few have answered.
    """
    current = record.current
    found = {issued.reference: current.get(issued.reference) for issued in record.issued}
    return {ref: ret for ref, ret in found.items() if ret and _counts(ret)}


def _counts(ret: Return) -> bool:
    return ret.state not in NOT_USABLE and not ret.is_blank


@dataclass(frozen=True, slots=True)
class Applied:
    """What settings and promises come to in a round (see `Participants`)."""

    attribution: Attribution
    fallback: bool
    kept: Promise
    bound: Bound

    @property
    def shows_rows(self) -> bool:
        """True when single returns may be shown."""
        return self.attribution != "aggregated"

    @property
    def minimum(self) -> int:
        """The fewest that a figure over all may come from."""
        return self.kept.minimum_group


def applied_to(record: Round) -> Applied:
    """Decide what of a round is shown: never more than any workbook promised."""
    usable = usable_returns(record)
    return _applied(record, usable, *_kept(record, usable))


def _applied(record: Round, usable: Mapping[str, Return], kept: Promise, bound: Bound) -> Applied:
    partners = {issued.identity.partner for issued in record.issued if issued.reference in usable}
    fallback = kept.attribution == "lettered" and len(partners) < kept.minimum_group
    return Applied("aggregated" if fallback else kept.attribution, fallback, kept, bound)


def participants_of(record: Round) -> Participants:
    """Decide how everyone in the round is shown: never more than any workbook promised."""
    return _shown_as(record, usable_returns(record), applied_to(record))


def participants_then(record: Round, output: Output) -> Participants:
    """Tell how everyone was shown in an output, whatever settings and promises came since.

    Args:
        record: the round as the output saw it.
        output: the output.
    """
    usable, kept = usable_returns(record), Promise(output.attribution, output.minimum_group)
    return _shown_as(record, usable, _applied(record, usable, kept, Bound()))


def _shown_as(record: Round, usable: Mapping[str, Return], shown: Applied) -> Participants:
    applied, minimum = shown.attribution, shown.minimum
    lettered = applied == "lettered"
    least = 1 if applied in ("named", "partner") else minimum
    levels = _shown_levels(record, usable, least, lettered=lettered)
    letters = letters_of(record.issued, levels, minimum)
    if applied == "named":
        people = {i.reference: _named(i, usable.get(i.reference)) for i in record.issued}
    else:
        which = _by_name(record) if applied == "partner" else letters.books
        people = _unnamed(record, which, levels, partners_named=applied == "partner")
    return Participants(
        attribution=applied,
        fallback=shown.fallback,
        minimum=minimum,
        people=people,
        levels=levels,
        tidy=_redaction(record, applied, letters.partners if lettered else {}),
        kept=shown.kept,
        bound=shown.bound,
        held=record.held,
        exposed=_exposed(record, letters) if lettered else (),
        late=_late(record, minimum) if lettered else None,
    )


def may_be_shown_as(record: Round) -> tuple[Attribution, ...]:
    """Return how answers may be shown under settings and promises: as they are, or in less."""
    kept = applied_to(record).kept
    return tuple(one for one in ATTRIBUTIONS if not Promise(one).shows_more_than(
        Promise(kept.attribution)))  # fmt: skip


def _exposed(record: Round, letters: Letters) -> tuple[tuple[str, int], ...]:
    """The toolkits of which letters hide nobody, in the order of their names."""
    short = {digest: record.toolkits[digest].short for digest in letters.exposed}
    return tuple(sorted((short[digest], count) for digest, count in letters.exposed.items()))


def _late(record: Round, minimum: int) -> LateLetters | None:
    """The earlier paper since which the fewest partners came in, if they are too few."""
    mine = _of_partners(record, record.base)
    found: list[LateLetters] = []
    for output in record.outputs:
        before = _of_partners(record, output.base)
        apart = {one for one in mine.keys() | before.keys() if mine.get(one) != before.get(one)}
        if output.attribution == "lettered" and not apart:
            return None  # this very paper tells nothing new
        if output.attribution in ("lettered", "aggregated") and 0 < len(apart) < minimum:
            found.append(LateLetters(output.kind, output.at, len(apart)))
    return min(reversed(found), key=lambda one: one.partners, default=None)


def _of_partners(record: Round, base: Mapping[str, Mapping[str, int]]) -> dict[str, set[int]]:
    """The numbers of the returns of a base, by partner."""
    partners = {one.reference: one.identity.partner for one in (*record.issued, *record.former)}
    found: dict[str, set[int]] = {}
    for returns in base.values():
        for name, number in returns.items():
            found.setdefault(partners.get(name, name), set()).add(number)
    return found


def _kept(record: Round, usable: Mapping[str, Return]) -> tuple[Promise, Bound]:
    """What settings and promises come to, and where promises allow less than the settings."""
    asked = Promise(record.assessment.attribution, max(1, record.assessment.minimum_group))
    promised = Counter(_promised(record, usable))  # thousands of workbooks promise a few things
    less = [(books, earlier) for (promise, earlier), books in promised.items()
            if _less(promise, asked)]  # fmt: skip
    bound = Bound(
        sum(books for books, _ in less),
        sum(books for books, earlier in less if earlier),
        sum(books for (promise, _), books in promised.items()
            if promise.minimum_group > asked.minimum_group),
    )  # fmt: skip
    return strictest((asked, *(promise for promise, _ in promised))), bound


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
        kept = strictest((promise, *map(Promise.read, stated))) if stated else promise
        yield kept, not issued.identity.promise


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
    pairs = {each for issued in everyone for each in other_orders(issued.respondent)}
    pairs -= names.keys()
    short = {each for issued in everyone for each in short_names(issued.partner)}
    capitals = {*filter(is_capitalised, short), *filter(is_of_words, pairs)}
    capitals -= {issued.partner for issued in everyone}
    called = names | dict.fromkeys(words | pairs, NAME_TAKEN_OUT)
    return Redaction(called, words, capitals, pairs - words)


def shown_groups(members: Mapping[str, Collection[str]], minimum: int) -> frozenset[str]:
    """Return the groups that may be shown beside a total over all of them.

    Groups smaller than the minimum are left out. Where those left out are together still fewer
    than the minimum, total and shown groups would give them away, so the smallest shown group
    is left out too.

    Args:
        members: who is in each group; empty groups do not matter.
        minimum: the fewest that a figure may come from.
    """
    filled = {group: set(mine) for group, mine in members.items() if mine}
    shown = {group for group, mine in filled.items() if len(mine) >= minimum}

    def left_out() -> int:
        return len(set[str]().union(*(filled[group] for group in filled if group not in shown)))

    while shown and 0 < left_out() < minimum:
        shown.remove(min(sorted(shown), key=lambda group: len(filled[group])))
    return frozenset(shown)


def _shown_levels(
    record: Round, usable: Mapping[str, Return], minimum: int, *, lettered: bool
) -> tuple[str, ...]:
    """Levels that may be shown in every toolkit in which anyone of the level answered.

    Under letters it is partners that have to be as many: the level stands beside the letter.
    """
    groups: dict[str, dict[str, set[str]]] = {}
    for issued in record.issued:
        if issued.reference in usable:
            one = issued.identity.partner if lettered else issued.reference
            mine = groups.setdefault(issued.identity.digest, {})
            mine.setdefault(issued.level, set()).add(one)
    present = {level for levels in groups.values() for level in levels}
    refused = {
        level
        for levels in groups.values()
        for level in levels.keys() - shown_groups(levels, minimum)
    }
    return tuple(label for level, label in LEVELS.items() if level in present - refused)


def _named(issued: Issued, ret: Return | None) -> Person:
    level = LEVELS.get(issued.level, issued.level)
    file = ret.file if ret else ""
    place = (0, issued.partner.casefold(), f"{issued.respondent.casefold()} {issued.reference}")
    return Person(issued, issued.reference, issued.partner, issued.respondent, level, file, place)


def _by_name(record: Round) -> dict[str, LetterOf]:
    """The signs of workbooks in the order of partners' names, which are shown."""
    partners = {issued.identity.partner: issued.partner for issued in record.issued}
    order = sorted(partners, key=lambda each: (partners[each].casefold(), each))
    signs = {partner: column_name(index) for index, partner in enumerate(order)}
    return {
        issued.reference: LetterOf(signs[issued.identity.partner], joint=True)
        for issued in record.issued
    }


def _unnamed(
    record: Round,
    letters: Mapping[str, LetterOf],
    levels: tuple[str, ...],
    *,
    partners_named: bool,
) -> dict[str, Person]:
    """Everyone by letter; respondents of one letter are numbered in the order of their seals."""
    numbers: dict[str, dict[str, int]] = {}
    books: Counter[tuple[str, str]] = Counter()
    people: dict[str, Person] = {}
    for issued in sorted(record.issued, key=lambda each: each.seal):
        letter = letters[issued.reference]
        sign, who = letter.sign, issued.identity.respondent
        own = numbers.setdefault(sign, {})
        number = own.setdefault(who, len(own) + 1)
        books[sign, who] += 1
        code = f"{sign}{number}" if letter.joint else sign
        if books[sign, who] > 1:
            code = f"{code}-{books[sign, who]}"
        if partners_named:
            # The reference names nobody, and leads an auditor from a figure to the file.
            code = issued.reference
        partner = f"Partner {sign}" if letter.joint else f"Respondent {sign}"
        people[issued.reference] = Person(
            issued=issued,
            code=code,
            partner=issued.partner if partners_named else partner,
            respondent=f"Respondent {number}" if letter.joint else "",
            level=shown_level(issued, levels),
            file=f"Return {code}",
            place=(len(sign), sign, f"{number:06}{books[sign, who]:06}"),
        )
    return {issued.reference: people[issued.reference] for issued in record.issued}


def _names(
    everyone: Iterable[Issued], applied: Attribution, signs: Mapping[str, str]
) -> dict[str, str]:
    """What to put in place of each name that may turn up in free text."""
    names: dict[str, str] = {}
    called: dict[str, str] = {}
    for issued in everyone:
        sign = signs.get(issued.identity.partner)
        instead = f"Partner {sign}" if sign else NAME_TAKEN_OUT
        if applied == "partner":
            instead = issued.partner  # found as a whole, it stays, whatever person bears a part
        for private in (issued.respondent, issued.email, issued.file_name, issued.reference):
            names.setdefault(private, NAME_TAKEN_OUT)
        names[issued.partner] = instead
        for short in short_names(issued.partner):
            said = short if applied == "partner" else instead
            # what two may be called stands for neither
            called[short] = said if called.get(short, said) == said else NAME_TAKEN_OUT
    names.pop("", None)
    return called | names
