"""A round beside those before it: which figures may be compared, and who answered both times.

The promises of all rounds bind. Where single answers are not shown, what was printed in each of
the rounds, and what is printed of those who answered both times, is looked at together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from xlassess.consolidate.both_times import named_in_full, pairs_of, unit_of, units_of
from xlassess.consolidate.figures.counted import item_range
from xlassess.consolidate.figures.thresholds import favourable, has_scores
from xlassess.consolidate.figures.trend import (
    BodyTrend,
    Coming,
    Movement,
    Pair,
    RoundFigure,
    Trend,
    TrendLine,
    Unit,
    change_of,
    moves_of,
)
from xlassess.consolidate.figures.values import (
    Figure,
    ItemFigures,
    OverallFigures,
    SectionFigures,
)
from xlassess.consolidate.figures.withholding import (
    CountedReturns,
    FigureKey,
)
from xlassess.consolidate.looks import (
    RoundLook,
    comparable_figures,
    is_charted,
    look_at,
    same_section,
    why_not_whole,
)
from xlassess.consolidate.register import RoundInputs, ToolkitGroup
from xlassess.consolidate.told_before import told_of_few
from xlassess.model.answer import Issued
from xlassess.model.toolkit import answer_field
from xlassess.score import score_range
from xlassess.toolkits.comparing import Match, chained, earlier_items

_NAMED = ("named", "partner")


def trend_of(
    inputs: RoundInputs,
    group: ToolkitGroup,
    counted: CountedReturns,
    figures: tuple[Sequence[SectionFigures], Sequence[OverallFigures], Sequence[ItemFigures]],
) -> Trend | None:
    """Return a toolkit's answers beside those of earlier rounds; None where there are none.

    Checklists are decisions on one proposal each and are never compared.

    Args:
        inputs: the round.
        group: the toolkit's workbooks.
        counted: its returns that count.
        figures: its sections, the scores over all sections, and its items.
    """
    if group.toolkit.subject == "proposal" or not inputs.record.earlier or not counted.rows:
        return None
    now = RoundLook(inputs, group, counted, *figures, inputs.participants.attribution)
    looks, unsummed = [now], []
    for record in inputs.record.earlier:
        look = look_at(record, now)
        if isinstance(look, RoundLook):
            looks.append(look)
        elif look:
            unsummed.append(look)
    if len(looks) == 1:
        return _uncompared(now, tuple(unsummed)) if unsummed else None
    matches = [
        chained(
            earlier_items(newer.toolkit, older.toolkit)
            for newer, older in pairwise(looks[: place + 1])
        )
        for place in range(1, len(looks))
    ]
    return _trend(looks, matches, tuple(unsummed))


def _uncompared(now: RoundLook, unsummed: tuple[str, ...]) -> Trend:
    """A trend that says no more than which rounds the present one is not set beside."""
    nobody = Coming()
    return Trend(
        (now.name,), unsummed[0], "", nobody, nobody, nobody, nobody, (), unsummed=unsummed
    )


def _trend(
    looks: Sequence[RoundLook], matches: Sequence[Mapping[str, Match]], unsummed: tuple[str, ...]
) -> Trend:
    now, then = looks[:2]
    unit, why_not = _followed(now, then)
    several = sorted(units_of(now, unit).keys() & units_of(then, unit).keys()) if unit else []
    minimum = max(now.shown.minimum, then.shown.minimum)
    few = now.shown.attribution == "aggregated" and 0 < len(several) < minimum
    both, new, left, silent, settled = (
        _coming(each, now, unit, minimum) for each in _who(now, then, unit, several)
    )
    if any(each.withheld for each in (new, left, silent, settled)):
        # Taken from those who answered, it would tell how many the others are.
        both = Coming(withheld=True)
    wanted = comparable_figures(looks, matches)
    pairs: dict[FigureKey, dict[str, Pair]] = {}
    if unit and not few:
        pairs = {key: pairs_of(now, then, unit, several, (key, old)) for key, old in wanted.items()}
    hidden = told_of_few(now, then, wanted, pairs) if unit == "respondent" else frozenset()
    names = tuple(look.name for look in reversed(looks))
    return Trend(
        rounds=names,
        before=then.name,
        unit=unit,
        both=both,
        new=new,
        left=left,
        silent=silent,
        lines=_lines(looks, matches, wanted, _moves(now, pairs, hidden, minimum)),
        bodies=_bodies(now, then, matches[0], unit),
        why_not=why_not,
        unsummed=unsummed,
    )


def _followed(now: RoundLook, then: RoundLook) -> tuple[Unit, str]:
    """Who is followed from round to round; nobody, with the reason, where that tells too much.

    Letters stand beside single answers: whoever learns which letters stayed learns whose they are.
    """
    ways = (now.attribution, then.attribution)
    if "lettered" in ways:
        return "", "Answers stand under letters, and who stayed would tell which letter is whose."
    if ways == ("aggregated", "aggregated"):
        return "respondent", ""
    if "aggregated" in ways:
        return "", "In one of the rounds single answers are not shown, and they could be told."
    return ("organisation" if "partner" in ways else "respondent"), ""


def _who(
    now: RoundLook, then: RoundLook, unit: Unit, both: Sequence[str]
) -> tuple[dict[str, Issued], ...]:
    """Those who answered both times, who are new, who left, who are silent now, and the rest.

    The rest are asked again, but no answer is to come that could be set beside their last one:
    they declined, gave a nil return, or answered another version of the questions.
    """
    asked_now, asked_then = (
        {unit_of(one, unit): one for one in reversed(look.inputs.record.issued)
         if one.identity.toolkit == now.toolkit.id}
        for look in (now, then)
    )  # fmt: skip
    here, there = units_of(now, unit).keys(), units_of(then, unit).keys()
    if not unit:
        return {}, {}, {}, {}, {}
    again = {who: asked_now[who] for who in sorted(there - here) if who in asked_now}
    settled = again.keys() & _settled(now, unit)
    return (
        {who: asked_now[who] for who in both},
        {who: one for who, one in asked_now.items() if who in here and who not in asked_then},
        {who: one for who, one in asked_then.items() if who in there and who not in asked_now},
        {who: one for who, one in again.items() if who not in settled},
        {who: one for who, one in again.items() if who in settled},
    )


def _settled(now: RoundLook, unit: Unit) -> set[str]:
    """Those of whom an answer to any version came, or none of whose workbooks is still awaited."""
    mine = [one for one in now.inputs.record.issued if one.identity.toolkit == now.toolkit.id]
    outcomes, usable = now.inputs.record.register.outcomes, now.inputs.usable
    answered = {unit_of(one, unit) for one in mine if one.reference in usable}
    awaited = {unit_of(one, unit) for one in mine if one.reference not in outcomes}
    return answered | ({unit_of(one, unit) for one in mine} - awaited)


def _coming(who: Mapping[str, Issued], now: RoundLook, unit: Unit, minimum: int) -> Coming:
    if now.shown.attribution == "aggregated":
        few = 0 < len(who) < minimum
        return Coming(0 if few else len(who), withheld=few)
    shown = (one.partner if unit == "organisation" else named_in_full(one) for one in who.values())
    return Coming(len(who), tuple(sorted(shown, key=str.casefold)))


def _moves(
    now: RoundLook,
    pairs: Mapping[FigureKey, Mapping[str, Pair]],
    hidden: frozenset[FigureKey],
    minimum: int,
) -> dict[FigureKey, Movement]:
    found = {}
    for key, own in pairs.items():
        moves = moves_of(own.values())
        if now.shown.attribution == "aggregated":
            alike = len({pair.moved for pair in own.values()}) == 1
            if key in hidden or moves.n < minimum or alike:
                moves = Movement(moves.n, withheld=True)
            moves = replace(moves, pairs=())
        found[key] = moves
    return found


def _lines(
    looks: Sequence[RoundLook],
    matches: Sequence[Mapping[str, Match]],
    wanted: Mapping[FigureKey, FigureKey],
    moves: Mapping[FigureKey, Movement],
) -> tuple[TrendLine, ...]:
    now = looks[0]
    if now.toolkit.subject != "partnership":
        return ()
    found = []
    for line in _bare_lines(now):
        key, width, share = line
        figures = tuple(
            reversed([
                _figure(now, look, key, matches[place - 1] if place else {})
                for place, look in enumerate(looks)
            ])
        )  # fmt: skip
        own = moves.get(key) if key in wanted else None
        found.append(
            TrendLine(
                key.kind,  # type: ignore[arg-type]
                _line_key(now, key), key.field, *_line_name(now, key), figures, own, width, share,
                change_of(own, figures[-2:], width),
            )
        )  # fmt: skip
    return tuple(found)


def _bare_lines(now: RoundLook) -> Iterator[tuple[FigureKey, float, bool]]:
    """What there is a line for, how far apart its figures can lie, and whether they are shares."""
    rule = now.toolkit.scoring.rule
    share = rule in ("share", "levels")
    if rule != "none":
        limits = score_range(now.toolkit)
        for whole in now.overall:
            key = FigureKey("overall", "", answer_field(whole.view))
            yield key, limits[1] - limits[0] if limits else 1.0, share
        for each in now.sections:
            limits = score_range(now.toolkit, each.section)
            key = FigureKey("section", each.section.id, each.field)
            yield key, limits[1] - limits[0] if limits else 1.0, share
    for item in now.items:
        if is_charted(item):
            key = FigureKey("item", item.item.id, item.field)
            yield key, item_range(item.scale), not has_scores(item.scale)


def _line_key(now: RoundLook, key: FigureKey) -> str:
    """The line's name in formulas, as the Data sheet has it."""
    return f"{now.group.key}:{key.of}" if key.of else now.group.key


def _line_name(now: RoundLook, key: FigureKey) -> tuple[str, str]:
    """The number and the name of a line."""
    if key.kind == "item":
        item = next(one for one in now.items if (one.item.id, one.field) == (key.of, key.field))
        return item.item.id, item.name
    if key.kind == "section":
        each = next(
            one for one in now.sections if (one.section.id, one.field) == (key.of, key.field)
        )
        return str(each.number), each.name
    whole = next(one for one in now.overall if answer_field(one.view) == key.field)
    name = "Grand total" if now.toolkit.scoring.rule == "sum" else "Overall"
    return "", f"{name} ({whole.name})" if whole.name else name


def _figure(
    now: RoundLook, look: RoundLook, key: FigureKey, matches: Mapping[str, Match]
) -> RoundFigure:
    """The figure of a line in one round, over all who answered then."""
    there = key
    _, _, view = key.field.partition(":")
    if look is not now and key.kind == "item":
        match = matches[key.of]
        if match.item is None:
            return RoundFigure(why=match.why)
        there = FigureKey("item", match.item.id, key.field)
    elif look is not now and key.kind == "section":
        own = next(
            one for one in now.sections if (one.section.id, one.field) == (key.of, key.field)
        )
        former = same_section(now, look, own.section, view, matches)
        if isinstance(former, str):
            return RoundFigure(why=former)
        there = FigureKey("section", former.id, key.field)
    elif look is not now and (why := why_not_whole(now, look, view, matches)):
        return RoundFigure(why=why)
    found = _found(look, there)
    minimum = now.shown.minimum if now.shown.attribution == "aggregated" else 1
    if found.withheld or 0 < found.n < minimum:
        found = RoundFigure(found.n, withheld=True)
    return replace(found, agreed=_agreed_on(look, there))


def _agreed_on(look: RoundLook, key: FigureKey) -> str:
    """What the workshop of a round agreed on about a question; empty where it did not.

    It is the partnership's own, whoever may see whose answers.
    """
    place = (look.group.key, key.of, key.field.partition(":")[2])
    if key.kind != "item":
        return ""
    judged = look.inputs.record.judgements
    return next((one.label for one in judged if (one.part, one.item, one.view) == place), "")


def _found(look: RoundLook, key: FigureKey) -> RoundFigure:
    if key.kind == "item":
        for item in look.items:
            if (item.item.id, item.field) == (key.of, key.field):
                return RoundFigure(item.agreement.n, _mean(item), item.withheld)
        return RoundFigure()
    figures: Iterator[Figure] = (
        (one.score for one in look.sections if (one.section.id, one.field) == (key.of, key.field))
        if key.kind == "section"
        else (one.score for one in look.overall if answer_field(one.view) == key.field)
    )
    figure = next(figures, Figure())
    return RoundFigure(figure.n, figure.mean, figure.withheld)


def _mean(item: ItemFigures) -> float | None:
    """The mean score of an item, or the share of favourable answers where there are no scores."""
    if not item.agreement.n:
        return None
    if has_scores(item.scale):
        return item.agreement.mean
    good = favourable(item.scale)
    return sum(item.agreement.counts[choice.code] for choice in good) / item.agreement.n


def _bodies(
    now: RoundLook, then: RoundLook, matches: Mapping[str, Match], unit: Unit
) -> tuple[BodyTrend, ...]:
    """Organisations that judge themselves, each beside itself only, where they are named."""
    if now.toolkit.subject != "organisation" or not unit or now.shown.attribution not in _NAMED:
        return ()
    own = {row.person.issued.identity.partner: row.person.issued for row in now.counted.rows}
    both = sorted(
        units_of(now, "organisation").keys() & units_of(then, "organisation").keys(),
        key=lambda who: own[who].partner.casefold(),
    )
    keys = [
        (FigureKey("item", item.item.id, item.field), FigureKey("item", match.id, item.field))
        for item in now.items
        if (match := matches[item.item.id].item) is not None and item.scale.ordinal
    ]
    ways: dict[str, dict[int, list[str]]] = {who: {} for who in both}
    for key, old in keys:
        for who, pair in pairs_of(now, then, "organisation", both, (key, old)).items():
            ways[who].setdefault(pair.moved, []).append(key.of)
    return tuple(
        BodyTrend(
            own[who].partner, tuple(ways[who].get(1, ())), tuple(ways[who].get(-1, ())),
            sum(map(len, ways[who].values())),
        )
        for who in both
    )  # fmt: skip
