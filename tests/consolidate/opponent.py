"""An opponent who recounts page one: each sentence of the workbook, from the answers, by the rules.

Rounds are made at random: returns with gaps, "don't know" and divided views, nil returns, people
who declined, workbooks still out. Page one is read back from the workbook as written. Every sentence
has to be one that is known here, and its figures those that the rules printed on Method give; they
are worked out here once more, from the answers alone. ``python -m tests.consolidate.opponent 300``
tries that many rounds.
"""

# ruff: noqa: E501 - sentences stay in one piece

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil, log2
from typing import Literal

from tests.consolidate.rounds import (
    MADE_AT,
    Wish,
    a_round,
    answers,
    picked,
    respondents,
    with_doubts,
)
from tests.ingest.packages import sheet_of
from xlassess.consolidate import summarise, summary_bytes
from xlassess.model.assessment import LEVELS
from xlassess.model.record import Outcome, Register, Round
from xlassess.model.toolkit import Choice, Item, Scale, Section, Toolkit
from xlassess.toolkits.load import find_toolkit

SURVEYS = (
    "pat", "bv-organisation", "bv-partnership", "working-better-together", "rochford-hallmarks",
    "melton-evaluation",
)  # fmt: skip
OPEN = ("named", "partner", "lettered")
KINDS: tuple[Literal["nil return", "declined"] | None, ...] = ("nil return", "declined", None)
SMALL = 1e-9


# --------------------------------------------------------------------------- making rounds


def a_random_round(seed: int) -> tuple[Toolkit, Round]:
    """A round of one toolkit: who answers, how, and who does not."""
    chance = random.Random(seed)
    kit = find_toolkit(SURVEYS[seed % len(SURVEYS)])
    asked = chance.choice((1, 2, 3, 4, 5, 7, 10, 13, 20))
    came = asked if chance.random() < 0.4 else chance.randint(0, asked)
    shown = chance.choice((*OPEN, *OPEN, "aggregated"))
    record = a_round([kit], respondents(asked), Wish(returned=came, talk=0.02), attribution=shown)
    record = answered_anew(kit, record, chance)
    return kit, doubted(kit, settled(record, chance), random.Random(seed))


def answered_anew(kit: Toolkit, record: Round, chance: random.Random) -> Round:
    """The round with other answers: of one mood or divided, with gaps, with "don't know"."""
    gaps, unsure = chance.choice((0, 0, 0.03, 0.4, 0.8)), chance.choice((0, 0, 0.05, 0.3, 0.7))
    moods = chance.choice(((0.95, 1.0), (0.35, 0.85), (0.0, 0.2), (0.0, 1.0)))
    divided = chance.random() < 0.15
    current = {}
    for number, (reference, ret) in enumerate(record.current.items()):
        given = picked(kit, chance, chance.uniform(*moods), gaps, 0.02)
        for (item, field), _ in list(given.items()):
            scale = kit.scales.get(kit.item(item).answer)
            if scale is None or not field.startswith("answer"):
                continue
            apart = [choice.code for choice in scale.choices if choice.apart]
            if apart and chance.random() < unsure:
                given[item, field] = chance.choice(apart)
            elif divided:
                ends = (scale.substantive[0].code, scale.substantive[-1].code)
                given[item, field] = ends[number % 2]
        current[reference] = replace(ret, answers=answers(kit, given))
    return replace(record, current=current, history=tuple(current.values()))


def doubted(kit: Toolkit, record: Round, chance: random.Random) -> Round:
    """The round in which some answers are under a query: here and there, or on one item by most."""
    share = chance.choice((0, 0, 0.05, 0.6))
    places = [(item.id, field) for item in kit.items() for field in item.answer_fields]
    often = set(chance.sample(places, chance.choice((0, 2, len(places) // 2))))
    under: dict[int, list[tuple[str, str]]] = {}
    for number, issued in enumerate(record.issued):
        if share and issued.reference in record.current:
            risk = {place: 0.9 if place in often else share / 10 for place in places}
            under[number] = [place for place in places if chance.random() < risk[place]]
    return with_doubts(record, {number: some for number, some in under.items() if some})


def settled(record: Round, chance: random.Random) -> Round:
    """The round in which some of those who sent nothing sent a nil return or declined."""
    out = [each.reference for each in record.issued if each.reference not in record.current]
    outcomes = {}
    for reference in out:
        if how := chance.choice(KINDS):
            outcomes[reference] = Outcome(how, "desk", MADE_AT, "As they said.")
    return replace(record, register=Register(outcomes=outcomes))


# --------------------------------------------------------------------------- recounting


@dataclass(frozen=True)
class Asked:
    """One thing that is judged: an item from one view, and how often each choice was picked."""

    world: World
    section: Section
    item: Item
    field: str

    @property
    def scale(self) -> Scale:
        return self.world.kit.scales[self.item.answer]

    @cached_property
    def counts(self) -> Counter[str]:
        return self._counted(self.world.returns)

    def _counted(self, returns: list[dict[tuple[str, str], object]]) -> Counter[str]:
        place = (self.item.id, self.field)
        return Counter(str(given[place]) for given in returns if given.get(place, "") != "")

    @property
    def proper(self) -> tuple[Choice, ...]:
        return tuple(choice for choice in self.scale.choices if not choice.apart)

    @property
    def n(self) -> int:
        return sum(self.counts[choice.code] for choice in self.proper)

    @property
    def apart(self) -> int:
        return sum(self.counts[choice.code] for choice in self.scale.choices if choice.apart)

    @property
    def doubts(self) -> int:
        """How many were asked again what they answered."""
        return sum((self.item.id, self.field) in under for under in self.world.doubts)

    @property
    def upper(self) -> tuple[Choice, ...]:
        return self.proper[: len(self.proper) // 2]

    @property
    def lower(self) -> tuple[Choice, ...]:
        return self.proper[len(self.proper) - len(self.proper) // 2 :]

    def many(self, choices: tuple[Choice, ...]) -> int:
        return sum(self.counts[choice.code] for choice in choices)

    @property
    def flags(self) -> set[str]:
        """The flagged choices of its scale, where nothing is scored."""
        kit = self.world.kit
        if kit.scoring.rule not in ("none", "levels"):
            return set()
        return set(kit.scoring.flagged) & {choice.code for choice in self.scale.choices}

    @property
    def by_flags(self) -> bool:
        return self.world.kit.scoring.rule == "none" and bool(self.flags)

    @property
    def worst(self) -> int:
        if self.flags:
            return sum(self.counts[code] for code in self.flags)
        return self.counts[self.proper[-1].code] if self.scale.ordinal else 0

    def mean_of(self, counts: Counter[str]) -> float | None:
        n = sum(counts[choice.code] for choice in self.proper)
        if not n:
            return None
        if self.scores:
            return sum(counts[c.code] * (c.score or 0.0) for c in self.proper) / n
        return sum(counts[c.code] for c in self.upper) / n

    @property
    def scores(self) -> list[float]:
        known = [choice.score for choice in self.proper]
        return [] if None in known or len(set(known)) < 2 else known  # type: ignore[return-value]

    @property
    def favour(self) -> float:
        if self.by_flags:
            return 1 - self.worst / (self.n + self.apart)
        mean, ends = self.mean_of(self.counts) or 0.0, self.scores or [0.0, 1.0]
        return (mean - min(ends)) / (max(ends) - min(ends))

    @property
    def enough(self) -> bool:
        return self.world.enough(self.n)

    @property
    def judged(self) -> bool:
        return self.scale.ordinal and self.enough

    @property
    def divided(self) -> bool:
        best, worst = (self.counts[c.code] for c in (self.proper[0], self.proper[-1]))
        return min(best, worst) * 4 >= self.n > 0 < min(best, worst)

    @property
    def differs(self) -> bool:
        if self.world.kit.subject != "partnership" or self.n < 2 or not self.scale.ordinal:
            return False
        places = [(i, self.counts[c.code] / self.n) for i, c in enumerate(self.proper)]
        middle, width = sum(i * p for i, p in places), len(places) - 1
        agreed = 1 + sum(p * log2(1 - abs(i - middle) / width) for i, p in places if p)
        return agreed < (0.19 if width == 1 else 0.5) - SMALL or self.divided

    @property
    def weak(self) -> bool:
        least = 1 if len(self.world.returns) < 5 else 2
        if self.worst >= least and self.worst * 4 >= self.n:
            return True
        if self.world.kit.scoring.rule == "levels" or self.by_flags:
            return False
        return self.favour < 0.5 - SMALL or self.many(self.lower) * 2 > self.n

    @property
    def levels_apart(self) -> bool:
        rule, kit = self.world.kit.scoring.rule, self.world.kit
        if kit.subject != "partnership" or rule == "none":
            return False
        found = []
        for level in self.world.compared:
            mine = [g for g, at in zip(self.world.returns, self.world.levels, strict=True)
                    if at == level]  # fmt: skip
            counts = self._counted(mine)
            if sum(counts[c.code] for c in self.proper) >= 2:
                found.append(self.mean_of(counts) or 0.0)
        ends = self.scores or [0.0, 1.0]
        gap = max(found, default=0) - min(found, default=0)
        return len(found) > 1 and gap >= (max(ends) - min(ends)) / 3 - SMALL

    @property
    def strong(self) -> bool:
        if self.weak or self.differs or self.levels_apart:
            return False
        if self.by_flags:
            return not self.worst
        return self.favour >= 2 / 3 - SMALL and self.many(self.upper) * 2 >= self.n > 0

    def picked(self, choices: tuple[Choice, ...]) -> tuple[int, set[str]]:
        """How many answers are one of these, and what those are called that somebody picked."""
        some = [choice for choice in choices if self.counts[choice.code]]
        return self.many(tuple(some)), {choice.label for choice in some}


class World:
    """What really happened in a round, by the answers alone."""

    def __init__(self, kit: Toolkit, record: Round, compared: tuple[str, ...]) -> None:
        self.kit, self.record = kit, record
        self.compared = [code for code, label in LEVELS.items() if label in compared]
        books = {each.reference: each for each in record.issued}
        self.books = list(books.values())
        self.returns: list[dict[tuple[str, str], object]] = []
        self.levels, self.partners = [], []
        self.doubts: list[set[tuple[str, str]]] = []
        for reference, ret in record.current.items():
            self.returns.append({(a.item, a.field): a.value for a in ret.answers})
            self.doubts.append({(found.item, found.field) for found in ret.findings})
            self.levels.append(books[reference].level)
            self.partners.append(books[reference].partner)
        kinds = Counter(each.kind for each in record.register.outcomes.values())
        self.nil, self.declined = kinds["nil return"], kinds["declined"]
        self.out = len(self.books) - len(self.returns) - self.nil - self.declined
        self.few = len(self.returns) < 3

    def enough(self, n: int, of: int | None = None) -> bool:
        returns = len(self.returns) if of is None else of
        return n > 0 and n >= min(returns, max(3, ceil(returns / 2)))

    @cached_property
    def asked(self) -> list[Asked]:
        """What counts: the items of sections that count, on the scale that is scored."""
        kit, rule = self.kit, self.kit.scoring.rule
        return [
            Asked(self, section, item, field)
            for section in kit.sections
            if section.scored
            for item in section.items
            if not item.is_free
            if kit.scales[item.answer].ordinal or rule == "none"
            if rule == "none" or item.answer == kit.scoring.scale
            for field in item.answer_fields
        ]

    @cached_property
    def judged(self) -> list[Asked]:
        return [each for each in self.asked if each.judged]

    @cached_property
    def named(self) -> dict[str, Asked]:
        """What is asked, by what the page calls it."""
        found = {}
        for each in self.asked:
            name, view = each.item.short or each.item.ask, each.field.partition(":")[2]
            label = self.kit.view(view).label if view else ""
            name = f"{name}, {label[:1].lower()}{label[1:]}" if label else name
            found[f"{name} ({each.item.id})"] = each
            found[f"“{each.item.ask}”{', ' + label if label else ''} ({each.item.id})"] = each
        return found

    def total(self, given: dict[tuple[str, str], object], section: str = "") -> float | None:
        """The score of one return; None where it leaves out what is scored."""
        points = 0.0
        for each in self.asked:
            if section and each.section.id != section:
                continue
            code = given.get((each.item.id, each.field), "")
            scores = {c.code: c.score for c in each.proper}
            if scores.get(str(code)) is None:
                return None
            points += scores[str(code)] or 0.0
        return points

    @cached_property
    def totals(self) -> list[float]:
        return [total for given in self.returns if (total := self.total(given)) is not None]

    def ill(self, section: Section) -> tuple[int, int]:
        """How many returns put a section in one of its two lowest of four bands, of how many."""
        known = [t for given in self.returns if (t := self.total(given, section.id)) is not None]
        good = sorted((band.low for band in section.bands), reverse=True)[1]
        return sum(total < good for total in known), len(known)

    def section(self, name: str) -> Section:
        return next(s for s in self.kit.all_sections if s.name == name)


# --------------------------------------------------------------------------- checking sentences

Check = Callable[[World, re.Match[str]], object]
KNOWN: list[tuple[re.Pattern[str], Check]] = []
LABELS = r"(?:“[^”]+”(?: or |, )?)+"


def says(pattern: str) -> Callable[[Check], Check]:
    """Add a sentence that page one may have, and how its figures are checked."""

    def add(check: Check) -> Check:
        KNOWN.append((re.compile(pattern), check))
        return check

    return add


def same(found: object, told: object) -> None:
    assert str(found) == str(told), f"it is {found!r}, not {told!r}"


def shown(number: float, places: int = 1) -> str:
    return f"{round(number + 1e-9, places):.{places}f}"


def share(count: int, of: int) -> str:
    return f"{int(100 * count / of + 0.5 + 1e-9)}%"


@says(r"No workbook has come back yet, so there is nothing to report\.")
def _nothing(w: World, m: re.Match[str]) -> None:
    assert not w.returns


@says(r"Fewer than (\d+) respondents have answered, so the figures are withheld\.")
def _withheld(w: World, m: re.Match[str]) -> None:
    assert len(w.returns) < int(m[1])


@says(r"The answers are withheld\.")
def _all_withheld(w: World, m: re.Match[str]) -> None:
    assert w.record.assessment.attribution == "aggregated"
    assert any(each.n or each.apart for each in w.asked)


@says(r"No scored answer has been given yet\.")
def _none_scored(w: World, m: re.Match[str]) -> None:
    assert not any(each.n for each in w.asked)


@says(r"Only (\d+) of (\d+) workbooks (?:has|have) come back with answers(?:: [^.]*|; [^.]*)\.")
def _only(w: World, m: re.Match[str]) -> None:
    same((str(len(w.returns)), str(len(w.books))), m.groups())
    assert w.few or not w.enough(len(w.returns), len(w.books))


@says(r"(One|Two) workbooks? went out and came back: [^.]*\.")
def _all_of_few(w: World, m: re.Match[str]) -> None:
    same(len(w.returns), {"One": 1, "Two": 2}[m[1]])
    same(len(w.books), len(w.returns))


@says(
    r"What stands out is how much respondents could not say: (\d+) of (\d+) answers \((\d+%)\) are .*?”\."
)
def _unsure_leads(w: World, m: re.Match[str]) -> None:
    apart, given = _apart(w)
    same((apart, given, share(apart, given)), (int(m[1]), int(m[2]), m[3]))
    assert apart * 4 >= given


def _apart(w: World) -> tuple[int, int]:
    apart = sum(each.apart for each in w.asked)
    return apart, apart + sum(each.n for each in w.asked)


@says(r"(\d+) of (\d+) answers \((\d+%)\) say nothing either way: .*?”\. They count neither for nor "
      r"against\.")  # fmt: skip
def _unsure(w: World, m: re.Match[str]) -> None:
    apart, given = _apart(w)
    same((apart, given, share(apart, given)), (int(m[1]), int(m[2]), m[3]))
    assert apart * 10 >= given


@says(r"“[^”]+” counts neither for nor against\.|The answer “[^”]+” covers both: [^.]*\.")
def _fixed(w: World, m: re.Match[str]) -> None:
    pass


FEW = r"(Nobody answered|Too few respondents (?:answered|could judge|answered or could judge))"
NOBODY = r"(?: \(nobody answered (\d+) of them\))?"


def _why_few(w: World, said: str, nobody: str | None) -> int:
    """Check why few answers can be read, and return on how many items."""
    few = [each for each in w.asked if not each.enough and not w.enough(each.n + each.doubts)]
    given = [each.n + each.apart + each.doubts for each in few]
    same(given.count(0), len(few) if said.startswith("Nobody") else nobody or 0)
    assert ("could judge" in said) == any(each.apart for each in few)
    assert ("answered" in said) == any(n < len(w.returns) for n in given)
    return len(few)


def _in_doubt(w: World) -> int:
    """On how many items there would be answers enough, were those under a query certain."""
    return sum(not each.enough and w.enough(each.n + each.doubts) for each in w.asked)


@says(r"(?:" + FEW + r" (\d+) of (\d+) items?" + NOBODY + r"(?:, and answers to (\d+) more are in doubt)?|Answers "
      r"to (\d+) of (\d+) items? are in doubt), so that nothing can be concluded on most questions\.")  # fmt: skip
def _unread(w: World, m: re.Match[str]) -> None:
    few, doubted = _why_few(w, m[1], m[4]) if m[1] else 0, _in_doubt(w)
    same((few, doubted), (int(m[2] or 0), int(m[5] or m[6] or 0)))
    same(few + doubted + len(w.judged), m[3] or m[7])
    assert few + doubted > len(w.judged)
    assert m[1] or all(w.enough(e.n + e.doubts) for e in w.asked)


@says(
    r"Answers to (\d+) items? are in doubt: [^.]*(?:\([^.]*[\d.]+[^.]*\)[^.]*)+\. So nothing is concluded there\."
)
def _doubts(w: World, m: re.Match[str]) -> None:
    same(_in_doubt(w), m[1])


@says(FEW + r" (\d+) items?" + NOBODY + r": [^.]*(?:\([^.]*[\d.]+[^.]*\)[^.]*)+\. So nothing is concluded "
      r"there\.")  # fmt: skip
def _too_few(w: World, m: re.Match[str]) -> None:
    same(_why_few(w, m[1], m[3]), m[2])


@says(r"Views are divided(?:: single returns range from ([\d.]+) to ([\d.]+) of \d+ points"
      r"(?: \([^)]*\))?)?(?:(?:, and |: )answers lie far apart on (\d+) of (?:the )?(\d+) items"
      r"(?: that may be shown \(\d+ more are withheld\))?)?\. One overall figure would hide that\.")  # fmt: skip
def _divided(w: World, m: re.Match[str]) -> None:
    if m[1]:
        same((f"{min(w.totals):g}", f"{max(w.totals):g}"), (m[1], m[2]))
    for name, n in re.findall(r"(\d+) in “([^”]+)”", m[0]):
        band = next(b for b in w.kit.scoring.bands if b.name == n)
        same(sum(band.low <= total <= band.high for total in w.totals), name)
    if m[3]:
        same((sum(e.differs for e in w.judged), len(w.judged)), (int(m[3]), int(m[4])))
    apart = sum(each.differs for each in w.judged)
    assert m[1] or apart * 3 >= len(w.judged)


@says(r"The (mean )?total of (?:the one return(?: that answers every scored question)?|(?:the )?"
      r"(\d+) returns(?: that answer every scored question)?) is ([\d.]+) of (\d+) points"
      r"(, in the best band; but )?\.?")  # fmt: skip
def _total(w: World, m: re.Match[str]) -> None:
    same(len(w.totals), m[2] or 1)
    mean = sum(w.totals) / len(w.totals)
    same(shown(mean) if len(w.totals) > 1 else f"{mean:g}", m[3])
    same(len(w.asked) * 4, m[4])
    same("every scored question" in m[0], len(w.totals) < len(w.returns))
    if m[5]:
        assert mean >= max(band.low for band in w.kit.scoring.bands)


@says(r"The grand total of (?:the one return|(?:the )?(\d+) returns)( that answers? every scored question)? is "
      r"withheld: [^.]*\.")  # fmt: skip
def _total_withheld(w: World, m: re.Match[str]) -> None:
    same(len(w.totals), m[1] or 1)
    same(bool(m[2]), len(w.totals) < len(w.returns))


@says(r"No return answers every scored question, so there is no grand total; [^.]*\.")
def _no_total(w: World, m: re.Match[str]) -> None:
    assert not w.totals


@says(r"(?:(\d+) of (\d+) items?(?: that may be shown)? (?:is a concern|are concerns)|None of the (\d+) "
      r"items (?:with enough answers|that may be shown) is a concern|The one item (?:with enough "
      r"answers|that may be shown) is no concern)"
      r"(?:, though the mean stands in the best band)?\.")  # fmt: skip
def _concerns(w: World, m: re.Match[str]) -> None:
    same((sum(e.weak for e in w.judged), len(w.judged)),
         (int(m[1] or 0), int(m[2] or m[3] or 1)))  # fmt: skip


@says(r"(?:The toolkit says of such a mean: |As those who answered see it, )?(?:[Tt]he partnership "
      r"[^.;]*(?:; [^.]*)?)\.")  # fmt: skip
def _band(w: World, m: re.Match[str]) -> None:
    mean = sum(w.totals) / len(w.totals)
    told = m[0].split(": ")[-1].split("see it, ")[-1]
    [reached] = [b for b in w.kit.scoring.bands if b.low == max(
        b.low for b in w.kit.scoring.bands if b.low <= mean + SMALL)]  # fmt: skip
    same(reached.reading.lower(), told.lower())
    assert len(w.returns) > 2


@says(r"(?:(\d+) sections, among "
      r"them )?“([^”]+)”,? (?:is|are each) in one of (?:its|their) lowest bands in (\d+) of (\d+) "
      r"returns?(, and respondents call (?:it|them) more significant than average)?: look closer "
      r"there\.")  # fmt: skip
def _ill(w: World, m: re.Match[str]) -> None:
    same(w.ill(w.section(m[2])), (int(m[3]), int(m[4])))
    if m[1]:
        every = {each.section.id: w.ill(each.section) for each in w.asked}.values()
        assert int(m[1]) <= sum(one == w.ill(w.section(m[2])) for one in every)


@says(
    r"(\d+|None) of (\d+) says? that the partnership achieves what it set out to do \("
    + LABELS
    + r"\)\."
)
def _success(w: World, m: re.Match[str]) -> None:
    item = w.kit.item(w.kit.scoring.success)
    proper = [c.code for c in w.kit.scales[item.answer].choices if not c.apart]
    counts = Counter(str(given.get((item.id, "answer"), "")) for given in w.returns)
    good = sum(counts[code] for code in proper[: len(proper) // 2])
    same((good, sum(counts[code] for code in proper)), (int(m[1].replace("None", "0")), int(m[2])))


@says(r"(?:Of the sections (?:with enough answers|that may be shown|that have enough answers and may be shown), )?(?:(“.*?”|\d+ sections) stands? highest with a mean "
      r"of ([\d.]+) of 5, (“.*?”|\d+ sections) lowest with ([\d.]+)|The mean is ([\d.]+) of 5 in "
      r"[^;,]*?)[;,] from (?:(\d+) to )?(\d+) returns?\.")  # fmt: skip
def _means(w: World, m: re.Match[str]) -> None:
    means = {}
    for section in {each.section.name: each.section for each in w.asked}.values():
        per, mine = [], [each for each in w.asked if each.section.id == section.id]
        for given in w.returns:
            scores = [
                score
                for each in mine
                for c in each.proper
                if c.code == given.get((each.item.id, each.field))
                for score in [c.score]
            ]
            if scores:
                per.append(sum(scores) / len(scores))
        if w.enough(len(per)):
            means[section.name] = shown(sum(per) / len(per)), len(per)
    figures = [float(mean) for mean, _ in means.values()]
    counted = [n for _, n in means.values()]
    same((shown(max(figures)), shown(min(figures))), (m[2] or m[5], m[4] or m[5]))
    same((min(counted), max(counted)), (int(m[6] or m[7]), int(m[7])))
    for told, end in ((m[1], m[2]), (m[3], m[4])):
        for name in re.findall(r"“([^”]+)”", told or ""):
            same(means[name][0], end)


@says(r"(?:The one respondent judges (\d+|none) of (\d+)|None of (\d+)|On (\d+) of (\d+)) questions?"
      r"(?: that (?:somebody answered|may be shown))?,? (?:is judged|below|a single|some|a quarter|at least).*?"
      r"(?:minimum|Method\)|throughout|nobody does|or more|who answered)\."
      r"(?: Answers to \d+ more questions? are withheld\.)?")  # fmt: skip
def _levels(w: World, m: re.Match[str]) -> None:
    answered = [each for each in w.asked if each.n]
    some = sum(each.worst > 0 for each in answered)
    weak = sum(each.weak for each in w.judged)
    told = next(x for x in (m[1], m[3] and "0", m[4]) if x).replace("none", "0")
    counted = m[4] and ("a quarter or more of those" in m[0] or "at least one respondent" in m[0])
    same(weak if counted else some, told)
    same(len(answered), m[2] or m[3] or m[5])


@says(
    r"As a whole, (\d+) of (\d+) areas?(?: that may be shown)? (?:is|are) judged below basic, [^.:]*(?:: [^.]*)?\."
)
def _areas(w: World, m: re.Match[str]) -> None:
    same((len(_areas_below(w)), len(_area_items(w))), (int(m[1]), int(m[2])))


def _area_items(w: World) -> list[Asked]:
    scale = w.kit.scoring.scale
    return [
        Asked(w, section, item, "answer")
        for section in w.kit.sections
        for item in section.items
        if not item.is_free and item.answer != scale and w.kit.scales[item.answer].ordinal
    ]


def _areas_below(w: World) -> list[Asked]:
    least = 1 if len(w.returns) < 5 else 2
    return [
        each
        for each in _area_items(w)
        if each.enough and least <= each.counts[each.proper[-1].code]
        and each.counts[each.proper[-1].code] * 4 >= each.n
    ]  # fmt: skip


@says(r"(?:The organisation judges itself nowhere|None of the (\d+) organisations judges itself|"
      r"(?:All (\d+)|(\d+) of (\d+)) organisations judge themselves|[^.“”]+?(?: \(\d+ of \d+ questions?"
      r"(?:, by at least one of its \d+ returns)?\)(?:, | and )?[^.(]*?)+ judges? "
      r"(?:itself|themselves)) below basic, the acceptable minimum.*?\.")  # fmt: skip
def _bodies(w: World, m: re.Match[str]) -> None:
    below, heard = _below_by_body(w), len(set(w.partners))
    if m[2] or m[3]:
        same((sum(map(bool, below.values())), heard), (int(m[2] or m[3]), int(m[2] or m[4])))
    elif m[1] or "nowhere" in m[0]:
        same((sum(map(bool, below.values())), heard), (0, int(m[1] or 1)))
    else:
        counted = re.findall(r"\((\d+) of (\d+) questions?", m[0])
        same(len(counted), sum(map(bool, below.values())))
        same(sorted(map(len, filter(None, below.values()))), sorted(int(n) for n, _ in counted))


def _below_by_body(w: World) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in w.partners}
    for given, name in zip(w.returns, w.partners, strict=True):
        for each in w.asked:
            if given.get((each.item.id, each.field)) in each.flags:
                found[name].add(each.item.id)
    return found


@says(r"(\d+) organisations? (?:has|have)(?: each)? judged (?:itself|themselves)[^.]*\.")
def _each_itself(w: World, m: re.Match[str]) -> None:
    same(len(set(w.partners)), m[1])


@says(r"(?:The one respondent answers “No” to (\d+) of|(\d+) of the \d+ questions look for a “Yes”, "
      r"and every answer|(\d+) of|All (?:answers that count|\d+ questions)).*?(?:development|in order|“Yes”|"
      r"whose answer counts|who answered them)\.(?: (?:There|On (all|\d+) of these), a quarter or more of the "
      r"answers are “No”\.)?(?: Answers to \d+ of the \d+ are withheld\.)?"
      r"(?: Answers to (\d+) of the \d+ are in doubt\.)?(?: Nobody answered (\d+) of the \d+\.)?")  # fmt: skip
def _share_of_no(w: World, m: re.Match[str]) -> None:
    some = sum(each.worst > 0 for each in w.asked)
    same(some, m[1] or m[3] or 0)
    weak = sum(each.weak for each in w.judged)
    if m[4]:
        same(some if m[4] == "all" else weak, weak if m[4] == "all" else m[4])
    without = [each for each in w.asked if not each.n]
    same(sum(each.doubts > 0 for each in without), m[5] or 0)
    same(sum(not each.doubts for each in without), m[6] or 0)


@says(r"(?:(\d+|None) of (?:the )?(\d+) (?:judgements|questions)? ?(?:with enough answers )?"
      r"(?:gives?|is|are) (?:reason for concern|rated low by those who answered)(.*?)\.|Only one "
      r"(?:judgement|question) has enough answers: it gives (?:no )?reason for concern\.|" + FEW +
      r" (?:any question|(\d+) questions?)(?:, and answers to (\d+) more are in doubt)?, so nothing is "
      r"concluded\.|Answers to all questions are in doubt, so nothing is concluded\.)?"
      r"(?: ?On (\d+) questions?, reasons are to be investigated\.)?")  # fmt: skip
def _unscored(w: World, m: re.Match[str]) -> None:
    weak = [each for each in w.judged if each.weak]
    if "nothing is concluded" in m[0]:
        assert not w.judged
        few = (
            _why_few(w, m[4], None)
            if m[4] and m[4] != "Nobody answered"
            else len(w.asked) - _in_doubt(w)
        )
        same((int(m[5] or few), int(m[6] or 0)), (few, _in_doubt(w) if m[4] else 0))
    if m[1]:
        same((len(weak), len(w.judged)), (int(m[1].replace("None", "0")), int(m[2])))
    views = Counter(each.field.partition(":")[2] for each in weak)
    for n, label in re.findall(r"(\d+) (against [a-zA-Z ]+|on other questions)", m[3] or ""):
        view = next((v.id for v in w.kit.views if v.label.lower() == label.lower()), "")
        same(views[view], n)
    same(sum(each.by_flags and each.worst > 0 for each in w.asked), m[7] or 0)


# What is asked


@says(
    r"Name a lead and a date for (“.*?” \([\w.]+\)|“.*?”, [^(]* \([\w.]+\)): (.*?) Lead: _+ Date: _+"
)
def _lead(w: World, m: re.Match[str]) -> None:
    each = w.named[m[1]]
    assert each.weak
    assert each.judged
    _why(w, each, m[2])


@says(r"Name a lead and a date for “([^”]+)” as a whole: (\d+) of (\d+) answer “[^”]+”\. Lead: _+ "
      r"Date: _+")  # fmt: skip
def _area_lead(w: World, m: re.Match[str]) -> None:
    each = next(a for a in _areas_below(w) if a.section.name == m[1])
    same((each.counts[each.proper[-1].code], each.n), (int(m[2]), int(m[3])))


def _why(w: World, each: Asked, told: str) -> None:
    """How many answer what, as a list or a decision tells it."""
    found = re.search(
        r"(\d+) of (\d+) answer (" + LABELS + r")(?:, mean ([\d.]+) of [\d.]+)?", told
    )
    if found is None:
        assert re.search(r"stand|answers", told), told
        return
    labels = set(re.findall(r"“([^”]+)”", found[3]))
    chosen = tuple(choice for choice in each.scale.choices if choice.label in labels)
    count, those = each.picked(chosen)
    assert labels <= those, (labels, those)
    of = {each.n, each.n + each.apart} if each.by_flags else {each.n}
    same(count, found[1])
    assert int(found[2]) in of, (found[2], of)
    if found[4]:
        same(shown(each.mean_of(each.counts) or 0.0), found[4])


@says(r"Decide who looks at the other (?:(\d+) )?(?:concerns?|items? rated low) on the Agreement "
      r"sheet\.")  # fmt: skip
def _other_concerns(w: World, m: re.Match[str]) -> None:
    same(max(0, sum(each.weak for each in w.judged) - 3), m[1] or 1)


@says(r"Decide who looks at (\d+) more areas? as a whole: [^.]*\.")
def _other_areas(w: World, m: re.Match[str]) -> None:
    same(len(_areas_below(w)) - 3, m[1])


@says(r"Agree how to look closer at “([^”]+)”, in one of its lowest bands in (\d+) of (\d+) returns?"
      r"(?: and called more significant than average)?\.")  # fmt: skip
def _one_ill(w: World, m: re.Match[str]) -> None:
    same(w.ill(w.section(m[1])), (int(m[2]), int(m[3])))


@says(r"Agree how to look closer at sections in one of their lowest bands: (.*?)"
      r"(?:; and (\d+) more)?\.")  # fmt: skip
def _some_ill(w: World, m: re.Match[str]) -> None:
    told = re.findall(r"“([^”]+)” \((\d+) of (\d+)", m[1])
    for name, ill, of in told:
        same(w.ill(w.section(name)), (int(ill), int(of)))
    sections = {each.section.name: each.section for each in w.asked}
    same(sum(w.ill(each)[0] > 0 for each in sections.values()), len(told) + int(m[2] or 0))


@says(r"Agree the quick win “.*?”(?:, which (\d+) partners propose|, proposed (twice|\d+ times))?\. "
      r"Lead.*?: (?:.*?) Date.*?: (?:_+|\d+ \w+ \d+(?: \(has passed\))?)")  # fmt: skip
def _quick(w: World, m: re.Match[str]) -> None:
    said = re.search(r"“(.*?)”", m[0])
    assert said is not None
    kinds = w.kit.action_plan.horizons[0].code if w.kit.action_plan else ""
    mine = [
        book.partner
        for book in w.books
        for action in getattr(w.record.current.get(book.reference), "actions", ())
        if action.action == said[1] and action.horizon == kinds
        if action.status not in ("done", "stopped")
    ]
    times = (m[2] or "1").replace("twice", "2").split()[0]
    same(len(set(mine)) if m[1] else len(mine), m[1] or times)


@says(r"Decide on (\d+) (further )?actions? that respondents propose; see Action plan\.(?: The date "
      r"proposed for (?:one|\d+) of them has passed\.)?")  # fmt: skip
def _actions(w: World, m: re.Match[str]) -> None:
    doing = [a for ret in w.record.current.values() for a in ret.actions
             if a.status not in ("done", "stopped")]  # fmt: skip
    quick = Counter(a.action for a in doing if w.kit.action_plan
                    and a.horizon == w.kit.action_plan.horizons[0].code)  # fmt: skip
    same(len(doing) - sum(n for _, n in quick.most_common(3)), m[1])


@says(r"Note the finding, which rests on (\d+) returns?\.")
def _note(w: World, m: re.Match[str]) -> None:
    same(len(w.returns), m[1])


@says(r"Decide whether to wait for the (?:(\d+) workbooks|workbook) still out, or to go ahead without "
      r"(?:it|them)\.")  # fmt: skip
def _waiting(w: World, m: re.Match[str]) -> None:
    same(w.out, m[1] or 1)


@says(r"Agree to plan by scenario (\w), [^.]*\.")
def _plan_by(w: World, m: re.Match[str]) -> None:
    assert not w.few
    if m[1] == "A":
        assert not any(each.weak for each in w.judged)
        assert not any(w.ill(each.section)[0] for each in w.asked)


@says(r"Set the date of the next assessment\.|Find out [^.]*\.|Talk through why views lie so far apart"
      r"[^.]*\.|Have the reasons looked into where only a few respondents point to something: .*?\)(?: and \d+ more)?"
      r"\.")  # fmt: skip
def _plainly(w: World, m: re.Match[str]) -> None:
    pass


@says(r"Talk through where answers lie far apart before choosing actions there: (.*)\.")
def _talk(w: World, m: re.Match[str]) -> None:
    for name in m[1].split("; "):
        assert w.named[name].differs


@says(r"(\d+) more on the Findings sheet\.|More of each stands on the Findings sheet\.")
def _more(w: World, m: re.Match[str]) -> None:
    pass


# Lists


@says(r"(?:Concerns|To look into|Rated low by those who answered) \((\d+) of (\d+)\)")
def _count_concerns(w: World, m: re.Match[str]) -> None:
    areas = len(_areas_below(w)) if w.kit.scoring.rule == "levels" else 0
    same(sum(each.weak for each in w.judged) + areas, m[2])


@says(r"(?:Strengths|In order|Rated high by those who answered) \((\d+) of (\d+)\)")
def _count_strengths(w: World, m: re.Match[str]) -> None:
    same(sum(each.strong for each in w.judged), m[2])


@says(r"Where partners see things differently \((\d+) of (\d+)\)")
def _count_differences(w: World, m: re.Match[str]) -> None:
    same(sum(each.differs for each in w.judged), m[2])


@says(r"Where levels see things differently(?: \(\d+ of \d+\))?|The organisations side by side.*|"
      r"(?:Concerns|To look into|Rated low by those who answered|Strengths|In order|Rated high by those "
      r"who answered|Where partners see things differently|What this rests on|You are asked to|"
      r"Scenario for action planning)(?! \()(?= |$)")  # fmt: skip
def _heading(w: World, m: re.Match[str]) -> None:
    pass


@says(r"(\d+) (items|others) stand level with each other, for example:")
def _alike(w: World, m: re.Match[str]) -> None:
    assert int(m[1]) <= len(w.judged)


@says(r"(\d+) more on the (?:Agreement|Levels|Scores) sheet\.|\d+ more areas? as a whole\.|\d+ more "
      r"organisations?: see the Scores sheet\.")  # fmt: skip
def _rest(w: World, m: re.Match[str]) -> None:
    pass


@says(r"(?:Of what may be shown, nothing|Nothing) (is rated (?:high|low)|stands out as|to look into|is "
      r"to look into).*?\.(?= |$)|No (?:item|question) (?:that may be shown )?is a concern by the rules "
      r"\(see Method\)\.")  # fmt: skip
def _none(w: World, m: re.Match[str]) -> None:
    low = "rated low" in m[0] or "look into" in m[0] or "concern" in m[0]
    if "may be shown" not in m[0]:
        assert not any(each.weak if low else each.strong for each in w.judged)


@says(r"By our rules, answers lie close together on (?:all (\d+) items|the one item) (?:with enough "
      r"answers|that may be shown)\.|Whether views differ is withheld\.|No item has enough answers to tell "
      r"whether views differ\.")  # fmt: skip
def _agreed(w: World, m: re.Match[str]) -> None:
    if "may be shown" not in m[0] and "withheld" not in m[0]:
        assert not any(each.differs for each in w.judged)
        same(len(w.judged), (m[1] or 1) if "By our" in m[0] else 0)


@says(r"(?:(\d+) questions are each judged below basic by|Judged below basic by|(?:Matter|Area|Not so)"
      r"[^,]*, by) (one|a few) (?:respondents?|returns?)(?: each| alone)?(?:: (\d+) questions| alone|: .*)?"
      r"\.")  # fmt: skip
def _by_few(w: World, m: re.Match[str]) -> None:
    few = sum(each.worst > 0 and not (each.weak and each.enough) for each in w.asked)
    if m[1] or m[3]:
        same(few, m[1] or m[3])
        assert few > 3


@says(r"(.+? \([\w.]+\))\. (.+?): (.*)")
def _point(w: World, m: re.Match[str]) -> None:
    each = w.named[m[1]]
    same(each.section.name, m[2])
    split = re.findall(r"(\d+) “([^”]+)”", m[3])
    if split and " answer " not in m[3]:
        counts = {c.label: each.counts[c.code] for c in each.proper if each.counts[c.code]}
        same(counts, {label: int(n) for n, label in split})
        same("split: " in m[3], each.divided)
        assert each.differs
    else:
        _why(w, each, m[3])


@says(r"(.+?) as a whole\. (\d+) of (\d+) answer “[^”]+”\.")
def _area(w: World, m: re.Match[str]) -> None:
    each = next(a for a in _areas_below(w) if a.section.name == m[1])
    same((each.counts[each.proper[-1].code], each.n), (int(m[2]), int(m[3])))


@says(r"(.+?)\. (Board|Senior management|Front line) ([\d.%-]+) \((\d+) returns?\), (Board|Senior "
      r"management|Front line) ([\d.%-]+) \((\d+) returns?\)(?:, of [\d.]+|: share of .*)\.")  # fmt: skip
def _gap(w: World, m: re.Match[str]) -> None:
    items = [each for each in w.asked if (each.item.short or each.item.ask) == m[1]]
    for label, told, n in (m.group(2, 3, 4), m.group(5, 6, 7)):
        level = next(code for code, name in LEVELS.items() if name == label)
        mine = [g for g, at in zip(w.returns, w.levels, strict=True) if at == level]
        assert int(n) <= len(mine)
        if len(items) == 1:
            counts = items[0]._counted(mine)
            mean = items[0].mean_of(counts) or 0.0
            same(shown(mean) if items[0].scores else share(round(mean * 10**6), 10**6), told)


@says(r"(.+?)\. (?:(\d+) of (\d+) questions below basic(?:, by at least one of its \d+ returns)?"
      r"(?:: [\d., ]+)?|No question (?:below basic|answered)(?:, of the \d+ that it answered)?)\."
      r"(?: Its \d+ returns lie far apart on \d+ of \d+ questions\.)?")  # fmt: skip
def _body(w: World, m: re.Match[str]) -> None:
    below = sorted(map(len, _below_by_body(w).values()))
    assert int(m[2] or 0) in below


@says(r"Scenario (\w): .*|No scenario is suggested.*|Here .*|Plan for what .*|Rest until.*|.*(?:next "
      r"review|scenario|plan of action|urgent|remed).*")  # fmt: skip
def _scenario(w: World, m: re.Match[str]) -> None:
    told = re.search(r"(?:(\d+) of (\d+) items? (?:is a concern|are concerns)|no item is a concern)",
                     m[0])  # fmt: skip
    if m[0].startswith("Here ") and told:
        same(sum(each.weak for each in w.judged), told[1] or 0)


@says(r"(\d+) of (\d+) workbooks? issued (?:has|have) come back(?: \((\d+%)\))?(?:: (\d+) with answers "
      r"and (\d+) nil returns?)?\. Answers come from (\d+) of (\d+) partners?[^.]*\.(?: (\d+) declined to "
      r"take part\.)?(?: The next review is due by [^.]*\.)?")  # fmt: skip
def _rests(w: World, m: re.Match[str]) -> None:
    back = len(w.returns) + w.nil
    same((back, len(w.books), share(back, len(w.books))), (int(m[1]), int(m[2]), m[3]))
    same((len(w.returns), w.nil), (int(m[4] or len(w.returns)), int(m[5] or 0)))
    same((len(set(w.partners)), len({b.partner for b in w.books})), (int(m[6]), int(m[7])))
    same(w.declined, m[8] or 0)


@says(r"(?:One return is one person's view[^.]*\. |With (\d+) returns, one answer more or less can move "
      r"a figure a good deal\. )?(?:(\d+) returns? leaves? questions out that need an answer; a question "
      r"left out never counts as a low score\. )?(?:(\d+) returns? ha(?:s|ve) an open query: the doubtful "
      r"answers are not counted\. )?(?:Withheld, because .*?\. )?(?:Letters were .*?\. )?"
      r"(?:[\w ()]+ was asked of only .*?\. )?Rules and thresholds: see Method\.")  # fmt: skip
def _caution(w: World, m: re.Match[str]) -> None:
    if m[1]:
        same(len(w.returns), m[1])
        assert 1 < len(w.returns) < 5
    required = [(i.id, field) for i in w.kit.items() if i.required for field in i.answer_fields]
    gaps = [
        any(place not in given and place not in under for place in required)
        for given, under in zip(w.returns, w.doubts, strict=True)
    ]
    same((sum(gaps), sum(map(bool, w.doubts))), (int(m[2] or 0), int(m[3] or 0)))


@says(r"Have the open queries in (\d+) returns? settled before the figures are published\.")
def _queries(w: World, m: re.Match[str]) -> None:
    same(sum(map(bool, w.doubts)), m[1])


# --------------------------------------------------------------------------- reading page one


def page_of(content: bytes) -> list[str]:
    """The paragraphs of page one below its head, as the workbook has them.

    Where there is no picture a paragraph runs over the page in a row for each line.
    """
    sheet = sheet_of(content, "Summary", values=True)
    said = [str(cell.value) for (cell,) in sheet.iter_rows(max_col=1) if cell.value][3:]
    said = [each.replace("\xa0", " ") for each in said]
    return said if sheet.tables else [" ".join(said)]


def faults(kit: Toolkit, record: Round, written: Round | None = None) -> Iterator[str]:
    """What page one says that is not so, or that nobody here knows.

    Args:
        kit: the toolkit.
        record: the round.
        written: the round that page one is written of, where that is another.
    """
    summary = summarise(record, MADE_AT)
    # Under letters single people of a level are not told apart: what is compared may be less.
    world = World(kit, record, summary.participants.levels)
    strict = summary.participants.attribution in OPEN
    told = summarise(written, MADE_AT) if written else summary
    for line in page_of(summary_bytes(told)):
        rest = line
        while rest := re.sub(r"^\d+\. +(?=[A-Z])", "", rest.strip()):
            found = [(m, check) for known, check in KNOWN if (m := known.match(rest)) and m.end()]
            if not found:
                yield f"unknown: {rest!r}"
                break
            errors = []
            for match, check in found:
                try:
                    check(world, match)
                except (AssertionError, KeyError, StopIteration, ValueError) as error:
                    errors.append(f"{error!r} in {match[0]!r}")
                    continue
                rest = rest[match.end() :]
                break
            else:
                if strict or "unknown" in errors[0]:
                    yield errors[0]
                break


if __name__ == "__main__":
    first, count = (int(sys.argv[2]) if len(sys.argv) > 2 else 0), int(sys.argv[1])
    bad = 0
    for seed in range(first, first + count):
        kit, record = a_random_round(seed)
        for fault in faults(kit, record):
            bad += 1
            sys.stdout.write(f"{seed} {kit.id} {record.assessment.attribution}: {fault}\n")
    sys.stdout.write(f"{count} rounds, {bad} faults\n")
