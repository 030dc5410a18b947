"""A round beside those before it: which figures may be compared, and who answered both times.

The promises of all rounds bind. Where single answers are not shown, what was printed in each of
the rounds, and what is printed of those who answered both times, is looked at together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from xlassess.consolidate.counting import counted_of, groups_of, printed_before, usable_of
from xlassess.consolidate.figures import compute as of
from xlassess.consolidate.figures.attribution import Participants
from xlassess.consolidate.figures.counted import item_range, toolkit_returns
from xlassess.consolidate.figures.disclosure import PrintedSum
from xlassess.consolidate.figures.held_back import as_then
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
    moved,
    moves_of,
)
from xlassess.consolidate.figures.values import (
    Figure,
    ItemFigures,
    OverallFigures,
    ScoreRow,
    SectionFigures,
)
from xlassess.consolidate.figures.withholding import (
    CountedReturns,
    FigureKey,
    printed_figures,
    sums_over,
    withheld_beside,
)
from xlassess.consolidate.register import RoundInputs, ToolkitGroup, round_inputs
from xlassess.model.answer import Answer, Issued
from xlassess.model.record import Output, Round
from xlassess.model.toolkit import Choice, Scale, Section, Toolkit, answer_field
from xlassess.score import SectionScore, figured_items, score_range
from xlassess.toolkits.comparing import Match, chained, earlier_items

_NAMED = ("named", "partner")


@dataclass(frozen=True, slots=True)
class _Look:
    """One toolkit in one round: its returns, and its figures as the trend may show them."""

    inputs: RoundInputs
    group: ToolkitGroup
    counted: CountedReturns
    sections: Sequence[SectionFigures]
    overall: Sequence[OverallFigures]
    items: Sequence[ItemFigures]
    attribution: str
    """As the round's own papers show its answers; the trend may show less."""

    @property
    def name(self) -> str:
        return self.inputs.record.assessment.round

    @property
    def shown(self) -> Participants:
        return self.inputs.participants

    @property
    def toolkit(self) -> Toolkit:
        return self.group.toolkit


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
    now = _Look(inputs, group, counted, *figures, inputs.participants.attribution)
    looks, unsummed = [now], []
    for record in inputs.record.earlier:
        look = _look(record, now)
        if isinstance(look, _Look):
            looks.append(look)
        elif look:
            unsummed.append(look)
    if len(looks) == 1:
        return None
    matches = [
        chained(
            earlier_items(newer.toolkit, older.toolkit)
            for newer, older in pairwise(looks[: place + 1])
        )
        for place in range(1, len(looks))
    ]
    return _trend(looks, matches, tuple(unsummed))


def _look(record: Round, now: _Look) -> _Look | str | None:
    """A toolkit in an earlier round; its name where it has no figures that may be set beside.

    Where single answers are not shown, the round is taken as it was last printed: a return that
    came in since must not be told by the trend.
    """
    inputs = round_inputs(record, now.inputs.made_at)
    own = inputs.participants.attribution
    if inputs.participants.attribution == "aggregated":
        last = _last_printed(record, now.toolkit.id)
        if last is None:
            back = any(one.identity.toolkit == now.toolkit.id for one in record.issued)
            return record.assessment.round if back and record.current else None
        inputs = round_inputs(_as_printed(record, last), now.inputs.made_at)
        people = replace(inputs.participants, attribution="aggregated", minimum=last.minimum_group)
        inputs = replace(inputs, participants=people)
    elif now.shown.attribution == "aggregated":
        people = replace(inputs.participants, attribution="aggregated", minimum=now.shown.minimum)
        inputs = replace(inputs, participants=people)
    found = [one for one in groups_of(inputs.record) if one.toolkit.id == now.toolkit.id]
    answered = {one.digest: len(usable_of(inputs, one)) for one in found}
    found = [one for one in found if answered[one.digest]]
    if not found:
        return None
    # Of several versions in one round it is the one that most answered.
    mine = max(found, key=lambda one: (answered[one.digest], one.digest == now.group.digest))
    return replace(_looked_at(inputs, mine), attribution=own)


def _looked_at(inputs: RoundInputs, group: ToolkitGroup) -> _Look:
    """The toolkit's figures in a round, as they were printed then."""
    counted = counted_of(group.toolkit, usable_of(inputs, group), inputs.record)
    before = printed_before(inputs, group)
    base = toolkit_returns(group.toolkit, group.key, inputs.participants, counted, before)
    items = of.item_figures(base)
    sections = of.section_figures(base, items)
    overall, shown = of.overall_figures(base, sections), inputs.participants.attribution
    return _Look(inputs, group, counted, sections, overall, items, shown)


def _printed_outputs(record: Round, toolkit_id: str) -> list[Output]:
    """What was written of a toolkit as figures only, the oldest first."""
    digests = {digest for digest, toolkit in record.toolkits.items() if toolkit.id == toolkit_id}
    return [
        one
        for one in record.outputs
        if one.attribution == "aggregated"
        and max((len(one.base.get(each, {})) for each in digests), default=0) >= one.minimum_group
    ]


def _last_printed(record: Round, toolkit_id: str) -> Output | None:
    return next(reversed(_printed_outputs(record, toolkit_id)), None)


def _as_printed(record: Round, output: Output) -> Round:
    """The round as an output saw it, with what was written up to then."""
    upto = record.outputs[: record.outputs.index(output) + 1]
    return replace(as_then(record, output), outputs=upto)


def _trend(
    looks: Sequence[_Look], matches: Sequence[Mapping[str, Match]], unsummed: tuple[str, ...]
) -> Trend:
    now, then = looks[:2]
    unit, why_not = _followed(now, then)
    several = sorted(_units(now, unit).keys() & _units(then, unit).keys()) if unit else []
    minimum = max(now.shown.minimum, then.shown.minimum)
    few = now.shown.attribution == "aggregated" and 0 < len(several) < minimum
    both, new, left, silent = (
        _coming(each, now, unit, minimum) for each in _who(now, then, unit, several)
    )
    if any(each.withheld for each in (new, left, silent)):
        # Taken from those who answered, it would tell how many the others are.
        both = Coming(withheld=True)
    wanted = _wanted(looks, matches)
    pairs: dict[FigureKey, dict[str, Pair]] = {}
    if unit and not few:
        pairs = {key: _pairs(now, then, unit, several, (key, old)) for key, old in wanted.items()}
    hidden = _hidden(now, then, wanted, pairs) if unit == "respondent" else frozenset()
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


def _followed(now: _Look, then: _Look) -> tuple[Unit, str]:
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


def _unit_of(issued: Issued, unit: Unit) -> str:
    who = issued.identity
    return who.partner if unit == "organisation" else f"{who.partner}/{who.respondent}"


def _units(look: _Look, unit: Unit) -> dict[str, list[int]]:
    """Those who answered, each with the places of their returns."""
    found: dict[str, list[int]] = {}
    for place, row in enumerate(look.counted.rows):
        found.setdefault(_unit_of(row.person.issued, unit), []).append(place)
    return found


def _who(now: _Look, then: _Look, unit: Unit, both: Sequence[str]) -> tuple[dict[str, Issued], ...]:
    """Those who answered both times, who are new, who left, and who are silent now."""
    asked_now, asked_then = (
        {_unit_of(one, unit): one for one in reversed(look.inputs.record.issued)
         if one.identity.toolkit == now.toolkit.id}
        for look in (now, then)
    )  # fmt: skip
    here, there = _units(now, unit).keys(), _units(then, unit).keys()
    if not unit:
        return {}, {}, {}, {}
    return (
        {who: asked_now[who] for who in both},
        {who: one for who, one in asked_now.items() if who in here and who not in asked_then},
        {who: one for who, one in asked_then.items() if who in there and who not in asked_now},
        {who: asked_now[who] for who in sorted(there - here) if who in asked_now},
    )


def _coming(who: Mapping[str, Issued], now: _Look, unit: Unit, minimum: int) -> Coming:
    if now.shown.attribution == "aggregated":
        few = 0 < len(who) < minimum
        return Coming(0 if few else len(who), withheld=few)
    shown = (one.partner if unit == "organisation" else _said(one) for one in who.values())
    return Coming(len(who), tuple(sorted(shown, key=str.casefold)))


def _said(issued: Issued) -> str:
    return f"{issued.partner}, {issued.respondent}" if issued.respondent else issued.partner


def _wanted(
    looks: Sequence[_Look], matches: Sequence[Mapping[str, Match]]
) -> dict[FigureKey, FigureKey]:
    """The figures of which the round before has one that may be compared, with that one."""
    now, then = looks[:2]
    found = {}
    if now.toolkit.subject != "partnership":
        return {}
    for item in now.items:
        match = matches[0][item.item.id].item
        if match is not None and _is_charted(item):
            old = FigureKey("item", match.id, item.field)
            found[FigureKey("item", item.item.id, item.field)] = old
    for section in now.sections:
        former = _same_section(now, then, section.section, section.view, matches[0])
        if not isinstance(former, str) and now.toolkit.scoring.rule != "none":
            key = FigureKey("section", section.section.id, section.field)
            found[key] = FigureKey("section", former.id, section.field)
    for whole in now.overall:
        if not _why_not_whole(now, then, whole.view, matches[0]):
            key = FigureKey("overall", "", answer_field(whole.view))
            found[key] = key
    return found


def _is_charted(item: ItemFigures) -> bool:
    """True for an item whose answers have an order, so that they can rise or fall."""
    return item.compared and item.scale.ordinal and len(item.scale.substantive) > 1


def _same_section(
    now: _Look, then: _Look, section: Section, view: str, matches: Mapping[str, Match]
) -> Section | str:
    """The earlier section with the very same questions; or why there is none."""
    own = figured_items(now.toolkit, section, view)
    missing = [
        f"{item.id}: {matches[item.id].why}" for item in own if matches[item.id].item is None
    ]
    if missing:
        more = f" And {len(missing) - 1} more." if len(missing) > 1 else ""
        return f"{missing[0]}{more}"
    former = {match.id for item in own if (match := matches[item.id].item) is not None}
    rules = {(look.toolkit.scoring.rule, look.toolkit.scoring.scale) for look in (now, then)}
    for each in then.toolkit.sections:
        if {item.id for item in figured_items(then.toolkit, each, view)} == former:
            return each if len(rules) == 1 else "It was scored by another rule."
    return "It had other questions as well."


def _why_not_whole(now: _Look, then: _Look, view: str, matches: Mapping[str, Match]) -> str:
    """Why the score over all sections may not be compared; empty where it may."""
    found = []
    for each in now.toolkit.scored_sections:
        former = _same_section(now, then, each, view, matches)
        if isinstance(former, str):
            return former
        found.append(former.id)
    rest = {each.id for each in then.toolkit.scored_sections} - set(found)
    return "There were other sections as well." if rest else ""


def _pairs(
    now: _Look, then: _Look, unit: Unit, who: Sequence[str], keys: tuple[FigureKey, FigureKey]
) -> dict[str, Pair]:
    """What each who gave a figure both times gave, by whom; ``keys`` name it now and then."""
    here, there = _given(now, unit, keys[0]), _given(then, unit, keys[1])
    names = {_unit_of(row.person.issued, unit): row.person.issued for row in now.counted.rows}
    found = {}
    for each in who:
        if each in here and each in there:
            (was, stood), (is_now, stands) = there[each], here[each]
            shown = names[each].partner if unit == "organisation" else _said(names[each])
            found[each] = Pair(shown, was, is_now, moved(stood, stands))
    return found


def _given(look: _Look, unit: Unit, key: FigureKey) -> dict[str, tuple[float, float]]:
    """What each unit gave: its figure, and where it stands on the scale, from the worst."""
    if key.kind == "item":
        singles = [_answered(look.toolkit, said, key) for said in look.counted.answers]
    else:
        singles = [_scored(look.toolkit, row, key) for row in look.counted.rows]
    found = {}
    for who, places in _units(look, unit).items():
        own = [single for place in places if (single := singles[place]) is not None]
        if own:
            found[who] = (sum(v for v, _ in own) / len(own), sum(s for _, s in own) / len(own))
    return found


def _answered(
    toolkit: Toolkit, said: Sequence[Answer], key: FigureKey
) -> tuple[float, float] | None:
    scale = toolkit.scales[toolkit.item(key.of).answer]
    for answer in said:
        if (answer.item, answer.field) == (key.of, key.field) and answer.value != "":
            choice = scale.by_code(str(answer.value))
            return None if choice.apart else _worth(scale, choice)
    return None


def _worth(scale: Scale, choice: Choice) -> tuple[float, float]:
    """What a choice counts for: its score, or whether it speaks for the item; and its place."""
    place = float(len(scale.substantive) - scale.substantive.index(choice))
    if has_scores(scale) and choice.score is not None:
        return choice.score, choice.score
    return float(choice in favourable(scale)), place


def _scored(toolkit: Toolkit, row: ScoreRow, key: FigureKey) -> tuple[float, float] | None:
    _, _, view = key.field.partition(":")
    if key.kind == "overall":
        scores = [each.score for each in row.card.overall if each.view == view]
    else:
        try:
            scores = [_section_score(toolkit, row.card.section(key.of, view))]
        except KeyError:
            return None
    score = scores[0] if scores else None
    return None if score is None else (score, score)


def _section_score(toolkit: Toolkit, score: SectionScore) -> float | None:
    if toolkit.scoring.rule != "levels":
        return score.score
    good = favourable(toolkit.scales[toolkit.scoring.scale])
    if not score.answered:
        return None
    return sum(score.counts.get(choice.code, 0) for choice in good) / score.answered


def _moves(
    now: _Look,
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


def _hidden(
    now: _Look,
    then: _Look,
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
        (now, [*_known(now), *earlier[0]]), (then, [*_known(then), *earlier[1]]),
        wanted, who, minimum,
    )  # fmt: skip
    return hidden


_Side = tuple[_Look, Sequence[PrintedSum]]
"""A toolkit in a round, and all that was printed of its answers."""


def _beside(
    now: _Side,
    then: _Side,
    wanted: Mapping[FigureKey, FigureKey],
    who: Mapping[FigureKey, frozenset[str]],
    minimum: int,
) -> tuple[frozenset[FigureKey], tuple[list[PrintedSum], list[PrintedSum]]]:
    """Which figures stay out, and what the others print of the answers now and then."""
    here = sums_over(now[0].toolkit, now[0].counted, who)
    old = {wanted[key]: people for key, people in who.items()}
    there = sums_over(then[0].toolkit, then[0].counted, old)
    out_here = withheld_beside(list(here.values()), now[1], minimum)
    out_there = withheld_beside(list(there.values()), then[1], minimum)
    hidden = {
        key for key in who if here[key].key in out_here or there[wanted[key]].key in out_there
    }
    shown = [key for key in who if key not in hidden]
    return frozenset(hidden), ([here[key] for key in shown], [there[wanted[key]] for key in shown])


def _known(look: _Look) -> list[PrintedSum]:
    """All that papers of a round print of a toolkit's answers, its own trend included."""
    before = printed_before(look.inputs, look.group)
    printed = printed_figures(look.toolkit, look.shown, look.counted, before)
    return [*before, *printed, *_trend_of_its_own(look)]


def _trend_of_its_own(look: _Look) -> list[PrintedSum]:
    """What an earlier round's papers printed of those who had answered the time before as well."""
    for record in look.inputs.record.earlier:
        then = _look(record, look)
        if isinstance(then, _Look):
            if then.attribution != "aggregated" or look.inputs.record.earlier == ():
                return []
            return _told(look, then, up_to_now=True)[0]
    return []


def _told(
    now: _Look, then: _Look, *, up_to_now: bool = False
) -> tuple[list[PrintedSum], list[PrintedSum]]:
    """What earlier papers of a round printed of those who answered both times, now and then."""
    told: tuple[list[PrintedSum], list[PrintedSum]] = ([], [])
    bases: list[object] = []
    mine = now.inputs.record.base.get(now.group.digest)
    for output in _printed_outputs(now.inputs.record, now.toolkit.id):
        base = output.base.get(now.group.digest, {})
        if base in bases or (base == mine and not up_to_now):
            continue
        bases.append(base)
        one, other = _as_told(now, output), _as_told(then, output)
        if one is None or other is None:
            continue
        wanted = _wanted((one, other), [earlier_items(one.toolkit, other.toolkit)])
        both = sorted(_units(one, "respondent").keys() & _units(other, "respondent").keys())
        pairs = {
            key: frozenset(_pairs(one, other, "respondent", both, (key, old)))
            for key, old in wanted.items()
        }
        minimum = max(one.shown.minimum, other.shown.minimum)
        sides = ((one, [*_plain(one), *told[0]]), (other, [*_plain(other), *told[1]]))
        _, printed = _beside(*sides, wanted, pairs, minimum)
        told[0].extend(_renamed(printed[0], len(bases)))
        told[1].extend(_renamed(printed[1], len(bases)))
    return told


def _plain(look: _Look) -> list[PrintedSum]:
    before = printed_before(look.inputs, look.group)
    return [*before, *printed_figures(look.toolkit, look.shown, look.counted, before)]


def _renamed(sums: Sequence[PrintedSum], number: int) -> list[PrintedSum]:
    """Sums of an earlier paper under names of their own."""
    return [replace(each, key=(number, each.key)) for each in sums]


def _as_told(look: _Look, output: Output) -> _Look | None:
    """A toolkit in a round as it had last been printed when something was written."""
    record = look.inputs.record
    up_to = [one for one in _printed_outputs(record, look.toolkit.id) if one.at <= output.at]
    if not up_to:
        return None
    inputs = round_inputs(_as_printed(record, up_to[-1]), output.at)
    people = replace(inputs.participants, attribution="aggregated", minimum=up_to[-1].minimum_group)
    return _looked_at(replace(inputs, participants=people), look.group)


def _lines(
    looks: Sequence[_Look],
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


def _bare_lines(now: _Look) -> Iterator[tuple[FigureKey, float, bool]]:
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
        if _is_charted(item):
            key = FigureKey("item", item.item.id, item.field)
            yield key, item_range(item.scale), not has_scores(item.scale)


def _line_key(now: _Look, key: FigureKey) -> str:
    """The line's name in formulas, as the Data sheet has it."""
    return f"{now.group.key}:{key.of}" if key.of else now.group.key


def _line_name(now: _Look, key: FigureKey) -> tuple[str, str]:
    """The number and the name of a line."""
    if key.kind == "item":
        item = next(one for one in now.items if (one.item.id, one.field) == (key.of, key.field))
        return item.item.id, item.name
    if key.kind == "section":
        place, each = next(
            (place, one) for place, one in enumerate(now.sections, 1)
            if (one.section.id, one.field) == (key.of, key.field)
        )  # fmt: skip
        return str(place), each.name
    whole = next(one for one in now.overall if answer_field(one.view) == key.field)
    name = "Grand total" if now.toolkit.scoring.rule == "sum" else "Overall"
    return "", f"{name} ({whole.name})" if whole.name else name


def _figure(now: _Look, look: _Look, key: FigureKey, matches: Mapping[str, Match]) -> RoundFigure:
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
        former = _same_section(now, look, own.section, view, matches)
        if isinstance(former, str):
            return RoundFigure(why=former)
        there = FigureKey("section", former.id, key.field)
    elif look is not now and (why := _why_not_whole(now, look, view, matches)):
        return RoundFigure(why=why)
    found = _found(look, there)
    minimum = now.shown.minimum if now.shown.attribution == "aggregated" else 1
    if found.withheld or 0 < found.n < minimum:
        return RoundFigure(found.n, withheld=True)
    return found


def _found(look: _Look, key: FigureKey) -> RoundFigure:
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
    now: _Look, then: _Look, matches: Mapping[str, Match], unit: Unit
) -> tuple[BodyTrend, ...]:
    """Organisations that judge themselves, each beside itself only, where they are named."""
    if now.toolkit.subject != "organisation" or not unit or now.shown.attribution not in _NAMED:
        return ()
    own = {row.person.issued.identity.partner: row.person.issued for row in now.counted.rows}
    both = sorted(
        _units(now, "organisation").keys() & _units(then, "organisation").keys(),
        key=lambda who: own[who].partner.casefold(),
    )
    keys = [
        (FigureKey("item", item.item.id, item.field), FigureKey("item", match.id, item.field))
        for item in now.items
        if (match := matches[item.item.id].item) is not None and item.scale.ordinal
    ]
    ways: dict[str, dict[int, list[str]]] = {who: {} for who in both}
    for key, old in keys:
        for who, pair in _pairs(now, then, "organisation", both, (key, old)).items():
            ways[who].setdefault(pair.moved, []).append(key.of)
    return tuple(
        BodyTrend(
            own[who].partner, tuple(ways[who].get(1, ())), tuple(ways[who].get(-1, ())),
            sum(map(len, ways[who].values())),
        )
        for who in both
    )  # fmt: skip
