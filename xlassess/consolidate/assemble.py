"""From the ledger's account of a round to its summary."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from xlassess.consolidate.counting import (
    counted_of,
    groups_of,
    known_before,
    printed_before,
    usable_of,
)
from xlassess.consolidate.figures import compute as of
from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.counted import toolkit_returns
from xlassess.consolidate.figures.overview import (
    Overview,
    is_achieving,
    overview,
    planning_scenario,
)
from xlassess.consolidate.figures.plan_counts import PlanCounts, plan_counts, waiting
from xlassess.consolidate.figures.privacy.attribution import Participants
from xlassess.consolidate.figures.rows import (
    actions_of,
    counted_rows,
    data_rows,
    lookup,
    remarks_of,
    values_put_right,
)
from xlassess.consolidate.figures.side_by_side import bodies_of, checklists_of, details_of
from xlassess.consolidate.figures.thresholds import LIVE_ROWS
from xlassess.consolidate.figures.values import (
    Body,
    CommentRow,
    CompletedChecklist,
    DataRow,
    DataRows,
    ItemFigures,
    OverallFigures,
    PlannedAction,
    PlanningScenario,
    PutRight,
    SectionFigures,
    Summary,
    ToolkitResults,
)
from xlassess.consolidate.figures.withholding import CountedReturns
from xlassess.consolidate.over_rounds import trend_of
from xlassess.consolidate.register import (
    RoundInputs,
    ToolkitGroup,
    entries_of,
    files_of,
    findings_of,
    last_received,
    round_inputs,
)
from xlassess.consolidate.wording.agreed import judged_in_words, promises_kept
from xlassess.consolidate.wording.decisions import decisions, typed_in, waivers
from xlassess.consolidate.wording.facts import NarrativeFacts
from xlassess.consolidate.wording.narrative import narrate
from xlassess.model.days import local_day
from xlassess.model.plan import DECLINE, AgreedAction, AgreedPlan, plans_up_to
from xlassess.model.record import Round
from xlassess.model.toolkit import Toolkit
from xlassess.score import Agreement
from xlassess.version import __version__


def summarise(record: Round, made_at: datetime) -> Summary:
    """Return the summary of a round.

    Args:
        record: the round as the ledger tells it. Returns in `Round.current` count, those with
            an open query included (their doubtful answers were not read); refused ones do not.
        made_at: the moment the summary speaks of; decides what is overdue.

    Raises:
        XlassessError: a workbook was issued with questions the record does not hold.
    """
    inputs = round_inputs(record, made_at)
    groups = groups_of(record)
    actions = _actions(inputs, groups)
    kept = tuple(promises_kept(record, local_day(made_at)))
    parts = tuple(
        _part(inputs, group, actions, kept if place == 0 else ())
        for place, group in enumerate(groups)
    )
    data = _data(inputs, groups, parts)
    return Summary(
        assessment=record.assessment,
        made_at=made_at,
        program=f"xlassess {__version__}",
        participants=inputs.participants,
        parts=parts,
        data=data,
        remarks=_remarks(inputs, groups),
        actions=tuple(actions),
        agreed=_agreed(record),
        judgements=record.judgements,
        followed=_followed(record),
        files=files_of(inputs),
        live=len(data) <= LIVE_ROWS,
        waivers=waivers(record, inputs.usable, inputs.participants),
        decisions=decisions(record, inputs.participants),
        typed_in=typed_in(record, inputs.usable, inputs.participants),
        put_right=_put_right(inputs, groups),
        noted=f"{record.events}:{record.head}" if record.events else "",
        findings=tuple(row for group in groups for row in findings_of(inputs, group)),
    )


@dataclass(frozen=True, slots=True)
class LeftToDecide:
    """How many proposals and concerns the agreed plan does not settle, and as what they count."""

    count: int
    participants: Participants


def left_to_decide(record: Round, made_at: datetime) -> LeftToDecide:
    """Return how much the agreed plan does not settle, as the summary has it, and nothing else.

    Args:
        record: the round as the ledger tells it.
        made_at: the moment the summary would speak of.

    Raises:
        XlassessError: a workbook was issued with questions the record does not hold.
    """
    inputs = round_inputs(record, made_at)
    groups = groups_of(record)
    actions = _actions(inputs, groups)
    each = (
        _waiting(record, group.key, _facts(inputs, group, _figures(inputs, group), actions, ()))
        for group in groups
    )
    return LeftToDecide(sum(each), inputs.participants)


def _agreed(record: Round) -> AgreedPlan | None:
    """The agreed plan, once anything was adopted."""
    return record.plan if record.plan and record.plan.actions else None


def _followed(record: Round) -> tuple[AgreedAction, ...]:
    """The agreed actions of this round and of those before it, the oldest plan first."""
    plans = plans_up_to(record.plans, record.assessment.round)
    return tuple(action for plan in plans.values() for action in plan.actions)


@dataclass(frozen=True, slots=True)
class _Figures:
    """What the returns of one toolkit come to; ``weak`` are its concerns."""

    counted: CountedReturns
    items: tuple[ItemFigures, ...]
    sections: tuple[SectionFigures, ...]
    overall: tuple[OverallFigures, ...]
    whole: Overview
    weak: points.Ranking
    planning: PlanningScenario
    bodies: tuple[Body, ...]
    checklists: tuple[CompletedChecklist, ...]


def _figures(inputs: RoundInputs, group: ToolkitGroup) -> _Figures:
    toolkit = group.toolkit
    known = known_before(inputs, group)
    counted = counted_of(toolkit, usable_of(inputs, group), inputs.record, known)
    rows, answers = counted.rows, counted.answers
    before = printed_before(inputs, group)
    base = toolkit_returns(toolkit, group.key, inputs.participants, counted, before)
    items = of.item_figures(base)
    sections = of.section_figures(base, items)
    overall = of.overall_figures(base, sections)
    whole = overview(base, items, sections, overall)
    weak = points.concerns(toolkit, items, _weights(sections), len(rows))
    choice = inputs.record.assessment.scenarios.get(toolkit.id)
    achieves = is_achieving(toolkit, _success(toolkit, items), len(rows))
    planning = planning_scenario(
        toolkit, sections, overall, choice, whole=whole,
        healthy=achieves and not weak.found, returns=(len(rows), len(group.issued)),
    )  # fmt: skip
    return _Figures(
        counted, items, sections, overall, whole, weak, planning, bodies_of(base, answers),
        checklists_of(toolkit, inputs.participants, rows, answers),
    )  # fmt: skip


def _facts(
    inputs: RoundInputs,
    group: ToolkitGroup,
    found: _Figures,
    actions: Sequence[PlannedAction],
    kept: tuple[str, ...],
) -> NarrativeFacts:
    """All that the words about a toolkit rest on."""
    toolkit, items, rows = group.toolkit, found.items, found.counted.rows
    figures = (found.sections, found.overall, items)
    few = points.too_few(items, len(rows))
    in_doubt = points.in_doubt(few, rows)
    return NarrativeFacts(
        assessment=inputs.record.assessment,
        toolkit=toolkit,
        participants=inputs.participants,
        entries=entries_of(inputs, group, rows),
        rows=rows,
        sections=found.sections,
        overall=found.overall,
        items=items,
        success=_success(toolkit, items),
        whole=found.whole,
        strong=points.strengths(toolkit, items, len(rows)),
        weak=found.weak,
        differing=points.differences(toolkit, items, len(rows)),
        by_few=points.worst_to_few(toolkit, items, len(rows)),
        areas=points.areas_below(toolkit, items, len(rows)),
        too_few=[item for item in few if item not in in_doubt],
        in_doubt=in_doubt,
        bodies=found.bodies,
        checklists=found.checklists,
        planning=found.planning,
        actions=[action for action in actions if action.part == group.key],
        partners_asked=len({issued.identity.partner for issued in group.issued}),
        partners_heard=len({p.issued.identity.partner for p, _ in usable_of(inputs, group)}),
        received=last_received(inputs, group),
        agreed=_agreed_here(inputs, group),
        kept=_kept_and_judged(inputs, group, kept),
        trend=trend_of(inputs, group, found.counted, figures),
        settled=_settled(inputs.record, group.key),
        judged=frozenset(
            one.item for one in inputs.record.judgements if one.part == group.key and one.label
        ),
    )


def _part(
    inputs: RoundInputs,
    group: ToolkitGroup,
    actions: Sequence[PlannedAction],
    kept: tuple[str, ...],
) -> ToolkitResults:
    toolkit, found = group.toolkit, _figures(inputs, group)
    rows, answers = found.counted.rows, found.counted.answers
    facts = _facts(inputs, group, found, actions, kept)
    facts = replace(facts, waiting=_waiting(inputs.record, group.key, facts))
    return ToolkitResults(
        key=group.key,
        label=group.label,
        digest=group.digest,
        toolkit=toolkit,
        issued=len(group.issued),
        partners_asked=facts.partners_asked,
        partners_heard=facts.partners_heard,
        entries=tuple(facts.entries),
        rows=rows if inputs.participants.shows_rows else (),
        sections=found.sections,
        overall=found.overall,
        items=found.items,
        levels=inputs.participants.levels if toolkit.subject == "partnership" else (),
        success=facts.success,
        planning=found.planning,
        narrative=narrate(facts),
        returned=len(rows),
        bodies=found.bodies,
        checklists=found.checklists,
        details=details_of(toolkit, inputs.participants, rows, answers),
        trend=facts.trend,
        asked_about=facts.asked_about,
        waiting=facts.waiting,
    )


def _kept_and_judged(
    inputs: RoundInputs, group: ToolkitGroup, kept: tuple[str, ...]
) -> tuple[str, ...]:
    """What came of earlier actions, and what a workshop agreed on about this toolkit."""
    judged = judged_in_words(inputs.record.judgements, group.key)
    return (*kept, judged) if judged else kept


def _agreed_here(inputs: RoundInputs, group: ToolkitGroup) -> PlanCounts | None:
    """How far the agreed actions have come that answer what is said here; None without any."""
    agreed = _agreed(inputs.record)
    if agreed is None:
        return None
    own = [action for action in agreed.actions if action.part == group.key]
    return plan_counts(own, local_day(inputs.made_at)) if own else None


def _waiting(record: Round, part: str, facts: NarrativeFacts) -> int:
    """How much is still to be decided on, with what is new since the plan was agreed."""
    agreed = _agreed(record)
    if agreed is None:
        return 0
    texts = [(action.item, action.action) for action in facts.actions]
    asks = {item.id for item in facts.toolkit.items()}
    texts += [(one.item, one.following) for one in record.judgements
              if one.part == part and one.item in asks]  # fmt: skip
    proposed = [(part, item, " ".join(text.split())) for item, text in texts if text.strip()]
    answered = {item for _, item, _ in proposed}
    concerns = [(part, item, "") for item in sorted(facts.asked_about - answered)]
    return len(waiting([*proposed, *concerns], agreed))


def _settled(record: Round, part: str) -> frozenset[str]:
    """The items on which there is an agreed action, or whose concern was declined.

    A proposal that was declined settles nothing: the concern it answered is still there.
    """
    if record.plan is None:
        return frozenset()
    answered = [action.item for action in record.plan.actions if action.part == part]
    declined = [
        row.item
        for row in record.plan.rows
        if row.part == part and row.decision == DECLINE and not row.matter
    ]
    return frozenset((*answered, *declined))


def _weights(sections: Sequence[SectionFigures]) -> dict[str, float]:
    """The mean significance of sections where it was asked, by their ids."""
    return {
        each.section.id: each.significance.mean
        for each in sections
        if each.significance.mean is not None
    }


def _success(toolkit: Toolkit, items: Sequence[ItemFigures]) -> Agreement | None:
    """The answers to the overall success statement, where the toolkit has one."""
    found = (item.agreement for item in items if item.item.id == toolkit.scoring.success)
    return next(found, None)


def _data(
    inputs: RoundInputs, groups: Sequence[ToolkitGroup], parts: Sequence[ToolkitResults]
) -> DataRows:
    together: list[Collection[DataRow]] = []
    for group, part in zip(groups, parts, strict=True):
        look = lookup(group.toolkit, group.key)
        if inputs.participants.shows_rows:
            together.append(data_rows(look, usable_of(inputs, group), inputs.participants))
        else:
            together.append(tuple(counted_rows(look, part.items)))
    return DataRows(sum(map(len, together)), lambda: chain.from_iterable(together))


def _put_right(inputs: RoundInputs, groups: Sequence[ToolkitGroup]) -> tuple[PutRight, ...]:
    """What was put right in the returns that count; nothing where single ones are not shown."""
    if not inputs.participants.shows_rows:
        return ()
    values: list[PutRight] = []
    for group in groups:
        look = lookup(group.toolkit, group.key)
        for person, ret in usable_of(inputs, group):
            values += values_put_right(look, person, ret, inputs.participants)
    return tuple(values)


def _remarks(inputs: RoundInputs, groups: Sequence[ToolkitGroup]) -> tuple[CommentRow, ...]:
    """Everything said in words, by item; without attribution in an order that tells nothing."""
    remarks: list[CommentRow] = []
    for group in groups:
        look = lookup(group.toolkit, group.key)
        places = {item: place for place, item in enumerate(look.items)}
        returns = usable_of(inputs, group)
        if inputs.participants.withholds(len(returns)):
            continue
        own = [
            remark
            for person, ret in returns
            for remark in remarks_of(look, person, ret, inputs.participants)
        ]
        if not inputs.participants.shows_rows:
            own.sort(key=lambda remark: (remark.text.casefold(), remark.text, remark.kind))
        remarks += sorted(own, key=lambda remark: places.get(remark.item, len(places)))
    return tuple(remarks)


def _actions(inputs: RoundInputs, groups: Sequence[ToolkitGroup]) -> list[PlannedAction]:
    """All actions: quick wins first, then by deadline."""
    actions: list[PlannedAction] = []
    for group in groups:
        look = lookup(group.toolkit, group.key)
        returns = usable_of(inputs, group)
        if inputs.participants.withholds(len(returns)):
            continue
        for person, ret in returns:
            actions += actions_of(look, person, ret, inputs.participants, local_day(inputs.made_at))
    return sorted(
        actions,
        key=lambda action: (
            action.order,
            action.deadline is None,
            str(action.deadline or ""),
            () if inputs.participants.shows_rows else _in_words(action),
        ),
    )


def _in_words(action: PlannedAction) -> tuple[str, ...]:
    """All that is said of an action, so that equal ones do not stand in the order of people."""
    said = (action.action, action.item, action.owner, action.measure, action.status)
    return (action.action.casefold(), *said)
