"""The agreed plan in words: how far it has come, and which promises of earlier rounds were kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from xlassess.consolidate.figures.plan_counts import (
    ActionChange,
    PlanCounts,
    action_changes,
    plan_counts,
)
from xlassess.consolidate.figures.values import Summary
from xlassess.consolidate.wording.pointed import spread_of
from xlassess.model.assessment import Assessment
from xlassess.model.days import local_day, written_day
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
    today = local_day(summary.made_at)
    return words().say(
        "agreed_note",
        plan_counts(plan.actions, today),
        plan,
        summary.made_at,
        sum(part.waiting for part in summary.parts),
    )


def earlier_actions(summary: Summary) -> tuple[AgreedAction, ...]:
    """Return the actions agreed in earlier rounds, the oldest plan first."""
    here = summary.assessment.round
    return tuple(action for action in summary.followed if action.round != here)


def kept_in_time(summary: Summary, action: AgreedAction) -> str:
    """Return whether an action was done on time, or is overdue; nothing where neither is."""
    late = action.overdue(local_day(summary.made_at))
    return words().say("progress_on_time", action, late)


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


@dataclass(frozen=True, slots=True)
class ProgressPaper:
    """What a progress paper is written from.

    ``actions`` are those of all plans up to the present round; ``before`` are the same as they
    stood in the paper before, which was made at ``since`` (None for the first). ``waiting`` is how
    many proposals and concerns of the round its agreed plan does not settle; None where that may
    not be told.
    """

    assessment: Assessment
    made_at: datetime
    actions: tuple[AgreedAction, ...]
    since: datetime | None
    before: tuple[AgreedAction, ...]
    waiting: int | None = 0

    @property
    def counts(self) -> PlanCounts:
        """How far the actions have come on the day of the paper."""
        return plan_counts(self.actions, local_day(self.made_at))

    @property
    def changes(self) -> tuple[ActionChange, ...]:
        """Which actions changed since the paper before."""
        return action_changes(self.actions, self.before)


def changes_in_words(paper: ProgressPaper) -> tuple[str, ...]:
    """Return what changed since the paper before, or that nothing did, or that there is none."""
    if paper.since is None:
        return (words().say("progress_first"),)
    told = [change_in_words(one, paper.assessment.round) for one in paper.changes]
    if not told:
        return (words().say("progress_nothing", paper.since),)
    # All that are or were: what may have changed.
    every = len({action.key for action in (*paper.actions, *paper.before)})
    return (words().say("progress_since", paper.since, len(told), every), *told)


def overdue_in_words(paper: ProgressPaper) -> tuple[str, ...]:
    """Return the open actions whose deadline has passed, or that there are none."""
    today = local_day(paper.made_at)
    late = [one for one in paper.actions if one.overdue(today)]
    told = (
        words().say("progress_overdue", action_number(one, paper.assessment.round), one, _by(one))
        for one in late
    )
    return tuple(told) if late else (words().say("progress_overdue_none"),)


def _by(action: AgreedAction) -> str:
    return written_day(action.deadline) if action.deadline else ""


def reading_in_words(paper: ProgressPaper) -> tuple[str, ...]:
    """Return how far the actions have come, and what waits for a decision."""
    read = words().say("progress_reading", paper.counts, paper.assessment)
    waits = words().say("agreed_waiting", paper.waiting)
    return tuple(filter(None, (read, waits)))


def count_lines(counts: PlanCounts) -> tuple[tuple[str, int], ...]:
    """Return the table of figures: each with its label; all are out of those agreed."""
    figures = (
        counts.on_time, counts.late, counts.undated, counts.open - counts.overdue, counts.overdue,
        counts.unexplained, counts.stopped, counts.moved,
    )  # fmt: skip
    return tuple(zip(words().headings("progress_counts"), figures, strict=True))


def said_of(action: AgreedAction) -> str:
    """Return what was done on an action, and why its day was moved or it was stopped.

    Or that the reason is awaited: until then the action stays as it was.
    """
    return " ".join(filter(None, (action.done, action.because, awaiting_reason(action))))


def awaiting_reason(action: AgreedAction) -> str:
    """Return what was reported of an action without a reason; mostly nothing."""
    return words().say("awaiting_reason", action)


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
    Where names are not shown, they are taken out of what the workshop wrote.
    """
    rows, tidy = [], summary.participants.tidy
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
                _judged(judged), tidy(judged.grounds), tidy(judged.following),
            ))  # fmt: skip
    return tuple(rows)


def _judged(one: Judgement) -> str:
    return one.label or words().say("judged_unread" if one.unread else "judged_none")


def judged_in_words(judgements: Iterable[Judgement], part: str) -> str:
    """Return what a workshop agreed on about one toolkit, in a sentence; nothing without any."""
    own = [one for one in judgements if one.part == part and one.label]
    return words().say("judged", own) if own else ""
