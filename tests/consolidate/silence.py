"""A reader of everything at once: what no printed figure shows may move no word of any paper.

Answers of a round without names are changed so that every printed figure stays what it was, and
what is withheld stays withheld. Then the summary, its export, the report, what a plan and a
workshop are about, what a portfolio takes, and the pages of those who said the same as before
have to be what they were, to the byte: else a sentence, a count, an order or a list tells of what
is withheld. ``python -m tests.consolidate.silence 1000`` tries that many random rounds.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.consolidate.attacker import random_round, toolkit
from tests.consolidate.rounds import MADE_AT, Wish, a_round, answers, respondents, with_returns
from xlassess.consolidate import Summary, summarise, summary_bytes
from xlassess.consolidate.export.files import export
from xlassess.consolidate.figures.portfolio import portfolio_parts
from xlassess.consolidate.report.story import report_of
from xlassess.consolidate.wording.matters import matters_of, talking_points
from xlassess.consolidate.wording.own_answers import own_answers
from xlassess.model.record import Round
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import builtin_ids, find_toolkit

TRIES, ENOUGH = 25, 2
"""How often a change is drawn for one round, and how many that show nowhere are looked at."""

Written = Callable[[Round, Summary, frozenset[str]], Iterator[tuple[str, object]]]


@dataclass(frozen=True)
class Listened:
    """How many changes of a round no figure shows, and which papers they show in all the same."""

    silent: int
    moved: tuple[str, ...]


def printed(summary: Summary) -> dict[tuple[str, ...], object]:
    """Every figure of a summary as it is printed; None where it is withheld."""
    found: dict[tuple[str, ...], object] = {}
    for part in summary.parts:
        for item in part.items:
            at = (part.key, item.key, item.field)
            found[at] = None if item.withheld else sorted(item.agreement.counts.items())
            found |= {(*at, level): figure.mean for level, figure in item.levels.items()}
        for each in part.sections:
            at = (part.key, each.section.id)
            found[at] = each.score.mean
            found |= {(*at, level): figure.mean for level, figure in each.levels.items()}
        found |= {(part.key, "", str(n)): o.score.mean for n, o in enumerate(part.overall)}
    return found


def written(
    record: Round, summary: Summary, changed: frozenset[str]
) -> Iterator[tuple[str, object]]:
    """Everything that is written from a round, but the pages of those whose answers changed."""
    yield "summary", summary_bytes(summary)
    for form in ("csv", "json"):
        yield from ((file.name, file.content) for file in export(summary, form))
    yield "report", repr(report_of(summary))
    yield "plan", matters_of(summary)
    yield "workshop", [talking_points(part) for part in summary.parts]
    yield "portfolio", repr(portfolio_parts(summary))
    pages = own_answers(record, summary)
    yield "feedback", [repr(one) for one in pages if one.issued.reference not in changed]


def a_round_of(seed: int) -> tuple[Toolkit, Round]:
    """A round without names: every other one of few questions, the rest of each toolkit in turn."""
    if seed % 2:
        return toolkit(), random_round(seed)
    chance, ids = random.Random(seed), builtin_ids()
    kit, count = find_toolkit(ids[seed // 2 % len(ids)]), chance.randint(4, 10)
    gaps, mood, given = chance.choice((0, 0.02, 0.1, 0.3)), chance.random(), {}
    for number in range(count):
        values = {}
        for item in kit.items():
            choices = () if item.is_free else kit.scales[item.answer].choices
            for field in item.answer_fields:
                if choices and chance.random() >= gaps:
                    place = int(abs(chance.gauss(mood, 0.3)) * len(choices))
                    values[item.id, field] = choices[min(len(choices) - 1, place)].code
        given[number] = answers(kit, values)
    people = respondents(count)
    plain = a_round([kit], people, Wish(talk=0, actions=0), attribution="aggregated")
    return kit, with_returns(plain, given)


def changed(kit: Toolkit, record: Round, chance: random.Random) -> tuple[Round, frozenset[str]]:
    """The round with some answers exchanged between two people, or other ones; and whose."""
    given = {
        name: {(a.item, a.field): a for a in ret.answers} for name, ret in record.current.items()
    }
    exchanged, moved = chance.random() < 0.6, set[str]()
    places = [(item, field) for item in kit.items() if not item.is_free
              for field in item.answer_fields]  # fmt: skip
    for item, field in chance.choices(places, k=chance.choice((1, 1, 2, 3, 6))):
        at = (item.id, field)
        have = [name for name, own in given.items() if at in own]
        if len(have) < 2:
            continue
        one, two = chance.sample(have, 2)
        first, second = given[one][at], given[two][at]
        if not exchanged:
            other = chance.choice(kit.scales[item.answer].substantive).code
            given[one][at] = replace(first, value=other)
            moved |= {one} if other != first.value else set()
        elif first.value != second.value:
            given[one][at] = replace(first, value=second.value)
            given[two][at] = replace(second, value=first.value)
            moved |= {one, two}
    numbers = {issued.reference: number for number, issued in enumerate(record.issued)}
    anew = {numbers[name]: tuple(own.values()) for name, own in given.items()}
    return with_returns(record, anew), frozenset(moved)


def listened(seed: int, papers: Written = written) -> Listened:
    """Change a random round where no printed figure shows it, and compare all that is written."""
    (kit, record), chance = a_round_of(seed), random.Random(seed)
    summary = summarise(record, MADE_AT)
    known, silent = printed(summary), 0
    for _ in range(TRIES):
        other, moved = changed(kit, record, chance)
        if not moved or printed(anew := summarise(other, MADE_AT)) != known:
            continue
        silent += 1
        before, after = dict(papers(record, summary, moved)), dict(papers(other, anew, moved))
        if differing := tuple(name for name in before if before[name] != after[name]):
            return Listened(silent, differing)
        if silent == ENOUGH:
            break
    return Listened(silent, ())


if __name__ == "__main__":
    first, count = (int(sys.argv[2]) if len(sys.argv) > 2 else 0), int(sys.argv[1])
    looked = 0
    for number in range(first, first + count):
        one = listened(number)
        looked += one.silent
        if one.moved:
            sys.stdout.write(f"{number}: {', '.join(one.moved)}\n")
    sys.stdout.write(f"{count} rounds, {looked} changes that no figure shows\n")
