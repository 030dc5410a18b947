"""What papers of several rounds tell together, where single answers are not shown.

What was printed in each of the rounds, and what is printed of those who answered both times, is
looked at together: see `xlassess.consolidate.figures.privacy.disclosure`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xlassess.consolidate.both_times import pairs_of, units_of
from xlassess.consolidate.counting import printed_before
from xlassess.consolidate.figures.privacy.attribution import participants_then
from xlassess.consolidate.figures.privacy.disclosure import PrintedSum
from xlassess.consolidate.figures.trend import (
    Pair,
)
from xlassess.consolidate.figures.withholding import (
    FigureKey,
    printed_figures,
    sums_over,
    withheld_beside,
)
from xlassess.consolidate.looks import (
    RoundLook,
    as_printed,
    comparable_figures,
    look_at,
    looked_at,
    printed_outputs,
)
from xlassess.consolidate.register import round_inputs
from xlassess.model.record import Output
from xlassess.toolkits.comparing import earlier_items


def told_of_few(
    now: RoundLook,
    then: RoundLook,
    wanted: Mapping[FigureKey, FigureKey],
    pairs: Mapping[FigureKey, Mapping[str, Pair]],
) -> frozenset[FigureKey]:
    """Figures over those who answered both times that would give somebody's answers away."""
    if now.shown.attribution != "aggregated":
        return frozenset()
    minimum = max(now.shown.minimum, then.shown.minimum)
    earlier = _told(now, then)
    who = {key: frozenset(own) for key, own in pairs.items()}
    hidden, _ = _beside(
        (now, [*_all_printed(now), *earlier[0]]), (then, [*_all_printed(then), *earlier[1]]),
        wanted, who, minimum,
    )  # fmt: skip
    return hidden


_Side = tuple[RoundLook, Sequence[PrintedSum]]
"""A toolkit in a round, and all that was printed of its answers."""


def _beside(
    now: _Side,
    then: _Side,
    wanted: Mapping[FigureKey, FigureKey],
    who: Mapping[FigureKey, frozenset[str]],
    minimum: int,
) -> tuple[frozenset[FigureKey], tuple[list[PrintedSum], list[PrintedSum]]]:
    """Which figures stay out, and what the others print of the answers now and then."""
    people_then = {wanted[key]: people for key, people in who.items()}
    here = sums_over(now[0].toolkit, now[0].counted, who)
    there = sums_over(then[0].toolkit, then[0].counted, people_then)
    out_here = withheld_beside(list(here.values()), now[1], minimum, now[0].counted.known)
    out_there = withheld_beside(list(there.values()), then[1], minimum, then[0].counted.known)
    hidden = {
        key for key in who if here[key].key in out_here or there[wanted[key]].key in out_there
    }
    shown = [key for key in who if key not in hidden]
    return frozenset(hidden), ([here[key] for key in shown], [there[wanted[key]] for key in shown])


def _all_printed(look: RoundLook) -> list[PrintedSum]:
    """All that papers of a round print of a toolkit's answers, its own trend included."""
    return [*_plain(look), *_trend_of_its_own(look)]


def _trend_of_its_own(look: RoundLook) -> list[PrintedSum]:
    """What an earlier round's papers printed of those who had answered the time before as well."""
    for record in look.inputs.record.earlier:
        then = look_at(record, look)
        if isinstance(then, RoundLook):
            if then.attribution != "aggregated" or look.inputs.record.earlier == ():
                return []
            return _told(look, then, up_to_now=True)[0]
    return []


def _told(
    now: RoundLook, then: RoundLook, *, up_to_now: bool = False
) -> tuple[list[PrintedSum], list[PrintedSum]]:
    """What earlier papers of a round printed of those who answered both times, now and then."""
    told: tuple[list[PrintedSum], list[PrintedSum]] = ([], [])
    bases: list[object] = []
    mine = now.inputs.record.base.get(now.group.digest)
    for output in printed_outputs(now.inputs.record, now.toolkit.id):
        base = output.base.get(now.group.digest, {})
        if base in bases or (base == mine and not up_to_now):
            continue
        bases.append(base)
        one, other = _as_told(now, output), _as_told(then, output)
        if one is None or other is None:
            continue
        wanted = comparable_figures((one, other), [earlier_items(one.toolkit, other.toolkit)])
        both = sorted(units_of(one, "respondent").keys() & units_of(other, "respondent").keys())
        pairs = {
            key: frozenset(pairs_of(one, other, "respondent", both, (key, old)))
            for key, old in wanted.items()
        }
        minimum = max(one.shown.minimum, other.shown.minimum)
        sides = ((one, [*_plain(one), *told[0]]), (other, [*_plain(other), *told[1]]))
        _, printed = _beside(*sides, wanted, pairs, minimum)
        told[0].extend(_renamed(printed[0], len(bases)))
        told[1].extend(_renamed(printed[1], len(bases)))
    return told


def _plain(look: RoundLook) -> list[PrintedSum]:
    """What papers of a round print of a toolkit's answers over all, up to this one."""
    before = printed_before(look.inputs, look.group)
    return [*before, *printed_figures(look.toolkit, look.shown, look.counted, before)]


def _renamed(sums: Sequence[PrintedSum], number: int) -> list[PrintedSum]:
    """Sums of an earlier paper under names of their own."""
    return [replace(each, key=(number, each.key)) for each in sums]


def _as_told(look: RoundLook, output: Output) -> RoundLook | None:
    """A toolkit in a round as it had last been printed when something was written."""
    record = look.inputs.record
    up_to = [one for one in printed_outputs(record, look.toolkit.id) if one.at <= output.at]
    if not up_to:
        return None
    inputs = round_inputs(as_printed(record, up_to[-1]), output.at)
    people = participants_then(inputs.record, up_to[-1])
    return looked_at(replace(inputs, participants=people), look.group)
