"""The agreed plan in words: how far it has come, and which promises of earlier rounds were kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache

from xlassess.consolidate.figures.plan_counts import ActionChange, plan_counts
from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.wording.pointed import spread_of
from xlassess.model.plan import (
    AgreedAction,
    AgreedPlan,
    DecidedRow,
    Judgement,
    action_number,
    plans_up_to,
)
from xlassess.model.record import Round
from xlassess.sheet.words import Words


@lru_cache(maxsize=1)
def words() -> Words:
    """The sentences about the agreed plan."""
    return Words("agreed.j2")


_STATES = {
    "not started": "Not started", "in progress": "In progress", "done": "Done",
    "stopped": "Stopped",
}  # fmt: skip


def state_in_words(action: AgreedAction) -> str:
    """Return how far an action has come, as the lists of workbooks call it."""
    return _STATES.get(action.state, action.state)


def numbered(action: AgreedAction) -> str:
    """Return an action's number, and those of what was merged into it."""
    return words().say("agreed_number", action.number, action.merged)


def agreed_note(summary: Summary, plan: AgreedPlan) -> str:
    """Return how far the agreed plan has come, with what the numbers are out of."""
    today = summary.made_at.date()
    return words().say("agreed_note", plan_counts(plan.actions, today), plan, summary.made_at)


def left_of(plan: AgreedPlan) -> tuple[tuple[str, str, str, str], ...]:
    """Return the rows that are not actions: number, what it was, what became of it, and why."""
    into = {number: action.number for action in plan.actions for number in action.merged}
    adopted = {action.number for action in plan.actions}
    return tuple(
        (row.number, row.matter or row.finding, _became(row, into), row.reason)
        for row in plan.rows
        if row.number not in adopted and (row.matter or row.finding)
    )


def _became(row: DecidedRow, into: dict[str, str]) -> str:
    return words().say("agreed_became", row.decision, into.get(row.number, ""))


def promises_kept(record: Round, today: date) -> Iterator[str]:
    """Yield a sentence for each earlier round with an agreed plan: what came of its actions."""
    here = record.assessment.round
    for name, plan in plans_up_to(record.plans, here).items():
        counts = plan_counts(plan.actions, today)
        if counts.agreed and name != here:
            yield words().say("promises_kept", name, counts)


def change_in_words(change: ActionChange, round_name: str) -> str:
    """Return what changed about an action since the paper before."""
    now, before = change.now, change.before
    either = now or before
    if either is None:
        return ""
    number = action_number(either, round_name)
    if now is None or before is None:
        return words().say(
            "progress_come_or_gone", number, either, now is None, state_in_words(either)
        )
    moved = before.deadline != now.deadline and now.moves
    return words().say(
        "progress_change",
        number,
        now,
        before,
        state_in_words(now),
        state_in_words(before),
        now.moves[-1].because if moved else "",
    )


def judged_beside(summary: Summary) -> tuple[tuple[str, ...], ...]:
    """Return what workshops agreed on, each with the question and how respondents answered it.

    Toolkit, item, question, how answers fall, agreed judgement, reason and what is to follow.
    """
    rows = []
    for part in summary.parts:
        asks = {item.id: item.ask for item in part.toolkit.items()}
        figures = {(one.item.id, one.field.partition(":")[2]): one for one in part.items}
        for judged in summary.judgements:
            figure = figures.get((judged.item, judged.view))
            if judged.part != part.key or judged.item not in asks:
                continue
            withheld = figure is None or figure.withheld or not figure.agreement.n
            spread = words().say("judged_withheld") if withheld or not figure else spread_of(figure)
            view = f", {figure.view.lower()}" if figure and figure.view else ""
            rows.append((
                part.label, judged.item, f"{asks[judged.item]}{view}", spread,
                judged.label or words().say("judged_none"), judged.grounds, judged.following,
            ))  # fmt: skip
    return tuple(rows)


def judged_in_words(judgements: Iterable[Judgement], part: str) -> str:
    """Return what a workshop agreed on about one toolkit, in a sentence; nothing without any."""
    own = [one for one in judgements if one.part == part and one.label]
    return words().say("judged", own) if own else ""
