"""An attacker who knows the register, the levels and who left which gaps, against what is printed.

Everything is exact: ranks are taken modulo a large prime. ``python -m tests.consolidate.attacker
1000`` tries that many random rounds and says how many figures were lost.
"""

from __future__ import annotations

import itertools
import random
import sys
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np

from tests.consolidate.rounds import MADE_AT, a_round, answers, respondents, with_returns
from xlassess.consolidate import Summary, summarise, with_returns_held_back
from xlassess.consolidate.figures.privacy.held_back import HeldBackError
from xlassess.model.answer import Return
from xlassess.model.assessment import LEVELS
from xlassess.model.record import Output, Round
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit

PRIME = 2**31 - 1

Cell = tuple[str, str]
"""A person and a question."""


def rank(matrix: np.ndarray) -> int:
    """Return the rank of a matrix of whole numbers, exactly, modulo a large prime."""
    left = matrix % PRIME
    done = 0
    for column in range(left.shape[1]):
        (places,) = np.nonzero(left[done:, column])
        if not len(places):
            continue
        pivot = done + places[0]
        left[[done, pivot]] = left[[pivot, done]]
        left[done] = left[done] * pow(int(left[done, column]), -1, PRIME) % PRIME
        below = left[done + 1 :]
        times = below[:, column].copy()
        rows = np.nonzero(times)[0]
        below[rows] = (below[rows] - times[rows, None] * left[done] % PRIME) % PRIME
        done += 1
        if done == len(left):
            break
    return done


class Attack:
    """What can be worked out from sums over cells.

    Args:
        sums: for each printed sum the weight of each cell, in whole numbers.
    """

    def __init__(self, sums: Sequence[Mapping[Cell, int]]) -> None:
        self._cells = sorted({cell for each in sums for cell in each})
        places = {cell: n for n, cell in enumerate(self._cells)}
        self._matrix = np.zeros((len(sums), len(self._cells)), dtype=np.int64)
        for row, each in enumerate(sums):
            for cell, weight in each.items():
                self._matrix[row, places[cell]] = weight
        self._rank = self._of(frozenset())

    def _of(self, without: frozenset[str]) -> int:
        kept = [n for n, (person, _) in enumerate(self._cells) if person not in without]
        # Equal columns add nothing to a rank; most are equal.
        distinct = np.unique(self._matrix[:, kept], axis=1)
        return rank(distinct)

    def people_told(self, fewest: int) -> frozenset[str] | None:
        """Return people, fewer than these, of whom a combination tells something; None if none.

        They are people without whose cells the sums have a smaller rank: some combination is then
        nought on everybody else. People whose cells stand in all sums alike need one look.
        """
        people: dict[Hashable, list[str]] = {}
        for person in sorted({person for person, _ in self._cells}):
            own = {
                question: tuple(self._matrix[:, n])
                for n, (who, question) in enumerate(self._cells)
                if who == person
            }
            people.setdefault(tuple(sorted(own.items())), []).append(person)
        kinds = [name for mine in people.values() for name in mine[: fewest - 1]]
        for few in itertools.combinations(kinds, min(fewest - 1, len(kinds))):
            if self._of(frozenset(few)) < self._rank:
                return frozenset(few)
        return None

    def tells(self, weights: Mapping[Cell, int]) -> bool:
        """True when a sum can be made from the printed ones."""
        if not weights.keys() <= set(self._cells):
            return False
        row = np.array([[weights.get(cell, 0) for cell in self._cells]], dtype=np.int64)
        return rank(np.vstack([self._matrix, row])) == self._rank


@lru_cache(maxsize=1)
def toolkit() -> Toolkit:
    """A toolkit with sections, a grand total, and few questions."""
    pat = find_toolkit("pat")
    sections = tuple(replace(each, items=each.items[:4], bands=()) for each in pat.sections[:3])
    scoring = replace(pat.scoring, success="", bands=())
    return replace(pat, sections=sections, closing=(), action_plan=None, scoring=scoring)


@cache
def _asked(count: int) -> Round:
    return a_round([toolkit()], respondents(count), attribution="aggregated")


def random_round(seed: int, count: int = 0) -> Round:
    """A round of 4 to 9 people with gaps, some levels, and opinions that lie near each other."""
    chance, kit = random.Random(seed), toolkit()
    count = count or chance.randint(4, 9)
    record = _asked(count)
    gaps = chance.choice((0.0, 0.02, 0.05, 0.1, 0.2))
    mood = chance.random()
    given = {}
    for number in range(count):
        values = {}
        for item in kit.items():
            choices = () if item.is_free else kit.scales[item.answer].substantive
            if choices and chance.random() >= gaps:
                place = min(len(choices) - 1, int(abs(chance.gauss(mood, 0.3)) * len(choices)))
                values[item.id, "answer"] = choices[place].code
        given[number] = answers(kit, values)
    return with_returns(record, given)


@dataclass(frozen=True)
class Figure:
    """A figure as the attacker sees it: what it is a sum of, and whether it is printed.

    ``telling`` is True where its value shows every answer in it.
    """

    name: tuple[str, ...]
    weights: Mapping[Cell, int]
    printed: bool
    telling: bool

    @property
    def people(self) -> int:
        """How many it comes from."""
        return len({person for person, _ in self.weights})


def figures_of(record: Round, summary: Summary) -> Iterator[Figure]:
    """Yield every figure over all or over a level, with what the attacker knows it is made of."""
    (part,) = summary.parts
    kit = part.toolkit
    scores = {c.code: c.score for c in kit.scales[kit.scoring.scale].substantive}
    ends = {min(filter(None, scores.values())), max(filter(None, scores.values()))}
    said = {
        issued.reference: {a.item: str(a.value) for a in record.current[issued.reference].answers}
        for issued in record.issued
        if issued.reference in record.current
    }
    levels = {issued.reference: LEVELS[issued.level] for issued in record.issued}
    sections = {s.id: [i.id for i in s.items if not i.is_free] for s in kit.all_sections}

    def sum_of(
        name: tuple[str, ...], items: Sequence[str], printed: bool, level: str = ""
    ) -> Figure:
        who = [
            p for p, own in said.items()
            if set(items) <= own.keys() and (not level or levels[p] == level)
        ]  # fmt: skip
        weights = {(p, q): 1 for p in who for q in items}
        values = {scores.get(said[p][q]) for p in who for q in items}
        telling = len(values) == 1 and (values <= ends or (len(items) == 1 and not level))
        return Figure(name, weights, printed, telling or _lies_at_an_end(who, items, said, scores))

    for item in part.items:
        if item.item.is_free:
            continue
        yield from _rests(item.item.id, said, levels, scores)
        yield sum_of(("item", item.item.id), [item.item.id], not item.withheld)
        for level, figure in item.levels.items():
            name = ("item level", item.item.id, level)
            yield sum_of(name, [item.item.id], figure.mean is not None, level)
    for each in part.sections:
        items = sections[each.section.id]
        yield sum_of(("section", each.section.id), items, each.score.mean is not None)
        for level, figure in each.levels.items():
            name = ("section level", each.section.id, level)
            yield sum_of(name, items, figure.mean is not None, level)
    for whole in part.overall:
        every = [item for section in kit.sections for item in sections[section.id]]
        yield sum_of(("overall",), every, whole.score.mean is not None)


def _lies_at_an_end(
    who: Sequence[str],
    items: Sequence[str],
    said: Mapping[str, Mapping[str, str]],
    scores: Mapping[str, float | None],
) -> bool:
    """True where a sum shows each answer in it to who knows between which all answers lie."""
    if not who:
        return False

    met = {q: _scored(q, said.values(), scores) for q in items}
    if any(len(set(each)) < 2 for each in met.values()):
        return False  # how these fall is not printed

    def all_at(end: Callable[[Iterable[float]], float]) -> bool:
        every = {q: end(each) for q, each in met.items()}
        return all(scores.get(said[p][q]) == every[q] for p in who for q in items)

    return all_at(min) or all_at(max)


def _rests(
    item: str,
    said: Mapping[str, Mapping[str, str]],
    levels: Mapping[str, str],
    scores: Mapping[str, float | None],
) -> Iterator[Figure]:
    """What some levels said to an item, if that shows each answer: the rest may add up to it."""
    every = sorted(set(levels.values()))
    for size in range(1, len(every)):
        for some in itertools.combinations(every, size):
            who = [p for p, own in said.items() if item in own and levels[p] in some]
            if _lies_at_an_end(who, [item], said, scores):
                yield Figure(("rest", item, *some), {(p, item): 1 for p in who}, False, True)


def _scored(
    item: str, said: Iterable[Mapping[str, str]], scores: Mapping[str, float | None]
) -> list[float]:
    met = (scores.get(own[item]) for own in said if item in own)
    return [score for score in met if score is not None]


@dataclass(frozen=True)
class Tried:
    """What became of one round: what the attacker found, figures by kind, and those lost.

    Lost is what was withheld although enough people are in it and it does not tell by itself.
    """

    found: str
    figures: Counter[str]
    lost: Counter[str]


def random_outputs(seed: int) -> Iterator[tuple[Round, Summary]]:
    """Yield what is written of a round, one after the other, while returns come in and change."""
    chance = random.Random(seed)
    whole = random_round(seed, 12)
    other = random_round(seed + 1_000_000, 12)
    came = chance.randint(3, 8)
    versions = dict.fromkeys(whole.current, 1)
    outputs: list[Output] = []
    for _ in range(3):
        current = {}
        for number, (name, ret) in enumerate(whole.current.items(), 1):
            if number <= came:
                text = ret if versions[name] == 1 else other.current[name]
                current[name] = replace(text, number=number + 100 * versions[name])
        history = {ret.number: ret for each in outputs for ret in _kept(each, whole, other)}
        history |= {ret.number: ret for ret in current.values()}
        record = replace(
            whole, current=current, history=tuple(history.values()), outputs=tuple(outputs)
        )
        record = with_returns_held_back(record)
        summary = summarise(record, MADE_AT)
        yield record, summary
        least = summary.participants.minimum
        outputs.append(Output("summary", MADE_AT, "aggregated", least, record.base))
        came += chance.choice((0, 1, 2, 3, 4))
        for name in chance.sample(sorted(current), chance.choice((0, 0, 1, 3))):
            versions[name] = 2


def _kept(output: Output, whole: Round, other: Round) -> Iterator[Return]:
    for base in output.base.values():
        for name, number in base.items():
            said = whole if number < 200 else other
            yield replace(said.current[name], number=number)


def attacked_together(seed: int) -> Tried:
    """Set the outputs of a round against each other, and say what can be worked out."""
    printed: list[Mapping[Cell, int]] = []
    figures, lost, minimum = Counter[str](), Counter[str](), 3
    for record, summary in random_outputs(seed):
        numbers = {name: ret.number for name, ret in record.current.items()}
        for each in figures_of(record, summary):
            if each.people >= minimum and not each.telling:
                figures[each.name[0]] += 1
                lost[each.name[0]] += not each.printed
            if each.printed and each.weights:
                printed.append({(p, f"{q} #{numbers[p]}"): w for (p, q), w in each.weights.items()})
    people = Attack(printed).people_told(minimum) if printed else None
    found = f"seed {seed}: something of {len(people)} people" if people else ""
    return Tried(found, figures, lost)


def outputs_under_changed_settings(seed: int) -> Iterator[tuple[Round, Summary]]:
    """Yield what is written while returns come in, change and are withdrawn, and settings change.

    Workbooks promise nothing, so that only the settings of the moment decide what is shown.
    """
    chance = random.Random(seed)
    said = {1: _issued_plainly(seed), 2: _issued_plainly(seed + 1_000_000)}
    names, came = list(said[1].current), chance.randint(3, 8)
    version, gone = dict.fromkeys(names, 1), set[str]()
    outputs, history = list[Output](), dict[int, Return]()
    for _ in range(3):
        current = {
            name: replace(said[version[name]].current[name], number=n + 100 * version[name])
            for n, name in enumerate(names[:came], 1)
        }
        history |= {ret.number: ret for ret in current.values()}
        told = (replace(r, state="set aside") if r.reference in gone else r
                for r in history.values())  # fmt: skip
        way = chance.choice(("named", "lettered", "aggregated", "aggregated", "aggregated"))
        assessment = replace(
            said[1].assessment, attribution=way, minimum_group=chance.choice((3, 3, 4, 5))
        )
        record = replace(
            said[1], assessment=assessment, history=tuple(told), outputs=tuple(outputs),
            current={name: ret for name, ret in current.items() if name not in gone},
        )  # fmt: skip
        with suppress(HeldBackError):
            record = with_returns_held_back(record)
            summary = summarise(record, MADE_AT)
            yield record, summary
            shown = summary.participants
            base = record.base
            outputs.append(Output("summary", MADE_AT, shown.attribution, shown.minimum, base))
        came += chance.choice((0, 0, 1, 2, 3, 4))
        version |= dict.fromkeys(chance.sample(names[:came], chance.choice((0, 0, 1, 3))), 2)
        gone |= set(chance.sample(names[:came], chance.choice((0, 0, 1))))


def _issued_plainly(seed: int) -> Round:
    """A random round of twelve whose workbooks promise nothing."""
    whole, plain = random_round(seed, 12), a_round([toolkit()], respondents(12))
    given = {n: ret.answers for n, ret in enumerate(whole.current.values())}
    return with_returns(plain, given)


def attacked_under_changed_settings(seed: int) -> Tried:
    """Set figures against those before them and against single answers that were shown before."""
    printed, known, least = list[Mapping[Cell, int]](), set[Cell](), sys.maxsize
    figures, lost = Counter[str](), Counter[str]()

    def told() -> frozenset[str] | None:
        rest = [{at: w for at, w in each.items() if at not in known} for each in printed]
        rest = [each for each in rest if each]
        return Attack(rest).people_told(least) if rest else None

    for record, summary in outputs_under_changed_settings(seed):
        if summary.participants.shows_rows:
            for name, ret in record.current.items():
                known |= {(name, f"{answer.item} #{ret.number}") for answer in ret.answers}
            if told():
                break  # single answers were allowed to be shown, and this is past mending
            continue
        minimum = summary.participants.minimum
        least = min(least, minimum)
        numbers = {name: ret.number for name, ret in record.current.items()}
        for each in figures_of(record, summary):
            if each.people >= minimum and not each.telling:
                figures[each.name[0]] += 1
                lost[each.name[0]] += not each.printed
            if each.printed and each.weights:
                printed.append({(p, f"{q} #{numbers[p]}"): w for (p, q), w in each.weights.items()})
        if people := told():
            return Tried(f"seed {seed}: something of {len(people)} people", figures, lost)
    return Tried("", figures, lost)


def two_rounds(seed: int) -> tuple[Round, Round]:
    """Two rounds of the same people; some answered in both, some are new, some left."""
    chance = random.Random(seed)
    then, now = random_round(seed, 12), random_round(seed + 2_000_000, 12)
    names = list(then.current)
    new, left = chance.choice((0, 1, 2, 3, 4)), chance.choice((0, 1, 2, 3, 4))
    then = _only(then, names[: 12 - new], "2025")
    first = replace(
        then, outputs=(Output("summary", MADE_AT, "aggregated", 3, then.base),)
    )  # fmt: skip
    second = _only(now, names[left:], "2026")
    return first, replace(second, earlier=(first,))


def _only(record: Round, names: Sequence[str], name: str) -> Round:
    current = {
        each: replace(record.current[each], number=number) for number, each in enumerate(names, 1)
    }
    assessment = replace(record.assessment, round=name)
    return replace(
        record, assessment=assessment, current=current, history=tuple(current.values())
    )  # fmt: skip


def attacked_over_rounds(seed: int) -> Tried:
    """Set two rounds and what is said of those who answered both times against each other."""
    records = two_rounds(seed)
    minimum, printed = 3, list[Mapping[Cell, int]]()
    figures, lost = Counter[str](), Counter[str]()
    for record in records:
        summary = summarise(record, MADE_AT)
        printed += [
            _in_round(record, each.weights)
            for each in figures_of(record, summary)
            if each.printed and each.weights
        ]
    (part,) = summary.parts
    assert part.trend is not None
    kit = part.toolkit
    sections = {s.id: [i.id for i in s.items if not i.is_free] for s in kit.all_sections}
    for line in part.trend.lines:
        own = line.key.partition(":")[2]
        items = {"item": [own], "section": sections.get(own, [])}.get(
            line.kind, [item for each in kit.sections for item in sections[each.id]]
        )
        who = [
            each for each in records[0].current.keys() & records[1].current.keys()
            if all(set(items) <= {a.item for a in r.current[each].answers} for r in records)
        ]  # fmt: skip
        figures["both"] += 1
        if line.moves is None or line.moves.withheld:
            lost["both"] += 1
            continue
        assert line.moves.n == len(who)
        for record in records:
            printed.append(_in_round(record, {(p, q): 1 for p in who for q in items}))
    people = Attack(printed).people_told(minimum)
    found = f"seed {seed}: something of {len(people)} people" if people else ""
    return Tried(found, figures, lost)


def _in_round(record: Round, weights: Mapping[Cell, int]) -> dict[Cell, int]:
    return {(p, f"{q} in {record.assessment.round}"): w for (p, q), w in weights.items()}


def attacked(seed: int) -> Tried:
    """Make a random round, read its summary, and work out what can be worked out."""
    record = random_round(seed)
    summary = summarise(record, MADE_AT)
    minimum = summary.participants.minimum
    figures = [each for each in figures_of(record, summary) if each.weights]
    printed = [each for each in figures if each.printed]
    found = ""
    if printed:
        attack = Attack([each.weights for each in printed])
        if people := attack.people_told(minimum):
            found = f"seed {seed}: something of {len(people)} people"
        shown = [e for e in figures if e.telling and attack.tells(e.weights)]
        if shown:
            found = f"seed {seed}: every answer in {shown[0].name}"
    due = [each for each in figures if each.people >= minimum and not each.telling]
    return Tried(
        found,
        Counter(each.name[0] for each in due),
        Counter(each.name[0] for each in due if not each.printed),
    )


def totals(seeds: Sequence[int], attack: Callable[[int], Tried] = attacked) -> Tried:
    """Return what became of many rounds together; ``found`` names the first that gave something."""
    found, figures, lost = "", Counter[str](), Counter[str]()
    for seed in seeds:
        one = attack(seed)
        found = found or one.found
        figures += one.figures
        lost += one.lost
    return Tried(found, figures, lost)


def main(count: int) -> None:
    """Try random rounds and tell what was found and lost."""
    for what, attack in (
        ("one summary", attacked),
        ("three in a row", attacked_together),
        ("three under changed settings", attacked_under_changed_settings),
        ("two rounds", attacked_over_rounds),
    ):
        tried = totals(range(count), attack)
        print(f"{count} rounds, {what}. Given away: {tried.found or 'nothing'}.")
        for kind, number in tried.figures.items():
            print(f"{kind}: {tried.lost[kind]} of {number} lost ({tried.lost[kind] / number:.1%})")


if __name__ == "__main__":
    main(int(sys.argv[1]))
