"""One toolkit in one round as a trend sees it, and what of two rounds may be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from xlassess.consolidate.counting import (
    counted_of,
    groups_of,
    known_before,
    printed_before,
    usable_of,
)
from xlassess.consolidate.figures import compute as of
from xlassess.consolidate.figures.counted import toolkit_returns
from xlassess.consolidate.figures.privacy.attribution import Participants, participants_then
from xlassess.consolidate.figures.privacy.held_back import as_then
from xlassess.consolidate.figures.values import (
    ItemFigures,
    OverallFigures,
    SectionFigures,
)
from xlassess.consolidate.figures.withholding import (
    CountedReturns,
    FigureKey,
)
from xlassess.consolidate.register import RoundInputs, ToolkitGroup, round_inputs
from xlassess.model.record import Output, Round
from xlassess.model.toolkit import Section, Toolkit, answer_field
from xlassess.score import figured_items
from xlassess.toolkits.comparing import Match


@dataclass(frozen=True, slots=True)
class RoundLook:
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
        """The name of the round."""
        return self.inputs.record.assessment.round

    @property
    def shown(self) -> Participants:
        """Who is shown as what."""
        return self.inputs.participants

    @property
    def toolkit(self) -> Toolkit:
        """The questions as they were asked then."""
        return self.group.toolkit


def look_at(record: Round, now: RoundLook) -> RoundLook | str | None:
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
        inputs = round_inputs(as_printed(record, last), now.inputs.made_at)
        people = participants_then(inputs.record, last)
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
    return replace(looked_at(inputs, mine), attribution=own)


def looked_at(inputs: RoundInputs, group: ToolkitGroup) -> RoundLook:
    """The toolkit's figures in a round, as they were printed then."""
    known = known_before(inputs, group)
    counted = counted_of(group.toolkit, usable_of(inputs, group), inputs.record, known)
    before = printed_before(inputs, group)
    base = toolkit_returns(group.toolkit, group.key, inputs.participants, counted, before)
    items = of.item_figures(base)
    sections = of.section_figures(base, items)
    overall, shown = of.overall_figures(base, sections), inputs.participants.attribution
    return RoundLook(inputs, group, counted, sections, overall, items, shown)


def printed_outputs(record: Round, toolkit_id: str) -> list[Output]:
    """What was written of a toolkit as figures only, the oldest first."""
    digests = {digest for digest, toolkit in record.toolkits.items() if toolkit.id == toolkit_id}
    return [
        one
        for one in record.outputs
        if one.attribution == "aggregated"
        and max((len(one.base.get(each, {})) for each in digests), default=0) >= one.minimum_group
    ]


def _last_printed(record: Round, toolkit_id: str) -> Output | None:
    return next(reversed(printed_outputs(record, toolkit_id)), None)


def as_printed(record: Round, output: Output) -> Round:
    """The round as an output saw it, with what was written up to then."""
    upto = record.outputs[: record.outputs.index(output) + 1]
    return replace(as_then(record, output), outputs=upto)


def comparable_figures(
    looks: Sequence[RoundLook], matches: Sequence[Mapping[str, Match]]
) -> dict[FigureKey, FigureKey]:
    """The figures of which the round before has one that may be compared, with that one."""
    now, then = looks[:2]
    found = {}
    if now.toolkit.subject != "partnership":
        return {}
    for item in now.items:
        match = matches[0][item.item.id].item
        if match is not None and is_charted(item):
            old = FigureKey("item", match.id, item.field)
            found[FigureKey("item", item.item.id, item.field)] = old
    for section in now.sections:
        former = same_section(now, then, section.section, section.view, matches[0])
        if not isinstance(former, str) and now.toolkit.scoring.rule != "none":
            key = FigureKey("section", section.section.id, section.field)
            found[key] = FigureKey("section", former.id, section.field)
    for whole in now.overall:
        if not why_not_whole(now, then, whole.view, matches[0]):
            key = FigureKey("overall", "", answer_field(whole.view))
            found[key] = key
    return found


def is_charted(item: ItemFigures) -> bool:
    """True for an item whose answers have an order, so that they can rise or fall."""
    return item.compared and item.scale.ordinal and len(item.scale.substantive) > 1


def same_section(
    now: RoundLook, then: RoundLook, section: Section, view: str, matches: Mapping[str, Match]
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


def why_not_whole(now: RoundLook, then: RoundLook, view: str, matches: Mapping[str, Match]) -> str:
    """Why the score over all sections may not be compared; empty where it may."""
    found = []
    for each in now.toolkit.scored_sections:
        former = same_section(now, then, each, view, matches)
        if isinstance(former, str):
            return former
        found.append(former.id)
    rest = {each.id for each in then.toolkit.scored_sections} - set(found)
    return "There were other sections as well." if rest else ""
