"""The agreed plan: what the partnership adopted of what was proposed, and how far it has come.

Partners propose actions before they see joint results. The coordinator's plan workbook puts every
proposal to a decision; owners then report on what was adopted. Both come back as answers, a row
each, and are recorded as steps. The plan is what its steps come to, in the order they were
recorded (`xlassess.ledger.tables.course`): nothing else is kept of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

JointKind = Literal["plan", "progress", "workshop"]
"""What a joint workbook is for, which holds what the partnership decides and not what one partner
answers: to agree on actions, to report on them, and to hold what a workshop agreed."""

JOINT_KINDS: tuple[JointKind, ...] = get_args(JointKind)

DECISION, INTO, WORDING, OWNER, DEADLINE, MEASURE, REASON = (
    "decision", "into", "wording", "owner", "deadline", "measure", "reason"
)  # fmt: skip
"""What is filled in in a row of the plan workbook."""

STATE, DONE, DONE_ON, NEW_DEADLINE, BECAUSE = "state", "done", "done_on", "new_deadline", "because"
"""What is filled in in a row of a progress workbook."""

JUDGEMENT, GROUNDS, FOLLOWING = "judgement", "grounds", "following"
"""What is filled in in a row of a workshop workbook: the agreed judgement, its reason, and what
is to follow."""

ENTRIES: Mapping[JointKind, Mapping[str, str]] = {
    "plan": {
        DECISION: "decision", INTO: "text", WORDING: "long-text", OWNER: "text",
        DEADLINE: "date", MEASURE: "text", REASON: "text",
    },
    "progress": {
        STATE: "state", DONE: "long-text", DONE_ON: "date", NEW_DEADLINE: "date", BECAUSE: "text",
    },
    "workshop": {JUDGEMENT: "", GROUNDS: "long-text", FOLLOWING: "long-text"},
}  # fmt: skip
"""What each column takes: a scale, or a free answer; empty for the scale of the row's question."""

ADOPT, REWORD, MERGE, DECLINE = "adopt", "reword", "merge", "decline"
NOT_STARTED, IN_PROGRESS, FINISHED, STOPPED = "not started", "in progress", "done", "stopped"
MOVED = "moved"
"""What is reported of an action beside its states: that its deadline is a new one."""

ADDED = "new"
"""The part that actions belong to which nobody proposed in answer to a question."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a partner proposed: the action, who, by when, and how one will know.

    ``by`` says whose proposal it is, as far as that may be shown. ``deadline_said`` is what they
    wrote for a deadline where it is no day.
    """

    action: str
    owner: str = ""
    deadline: date | None = None
    measure: str = ""
    by: str = ""
    deadline_said: str = ""


@dataclass(frozen=True, slots=True)
class Matter:
    """What is to be decided on: a proposal, or a concern for which nobody proposed anything.

    ``part`` is the toolkit's key, ``item`` the number of the question it answers (either may be
    empty), ``statement`` the question, ``finding`` what respondents said to it, in words.
    ``further`` says of a concern that the summary does not put it to the committee: it need not be
    decided on.
    """

    part: str
    item: str
    statement: str
    finding: str
    proposed: Suggestion | None
    further: bool = False


TalkingGroup = Literal["split", "low", "levels", "rest"]
"""Why an item is worth talking about: views are split, it stands low, levels differ; or it is one
of the rest."""


@dataclass(frozen=True, slots=True)
class TalkingPoint:
    """One item for a workshop: why it is on the list, what was asked, and how answers fall.

    ``view`` is the standpoint it was judged from, with its ``label``, or both are empty.
    ``spread`` has a label and a count for each choice; it is empty where it is withheld.
    ``levels`` has each level with its figure and how many it rests on, as far as that may be shown.
    """

    group: TalkingGroup
    item: str
    view: str
    label: str
    ask: str
    scale: str
    spread: tuple[tuple[str, int], ...]
    prompts: tuple[str, ...]
    levels: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a workshop agreed on about one item: the choice's code, its label, why, what follows.

    ``part`` is the toolkit's key in the summary, ``view`` the standpoint, ``at`` when it came in.
    ``unread`` says that something stands in the cell of the judgement that could not be read.
    """

    part: str
    item: str
    view: str
    choice: str
    label: str
    grounds: str
    following: str
    at: datetime
    unread: bool = False


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """One row of a plan workbook as it came back.

    ``matter`` is what it is about: the proposal's text, or empty. ``finding`` is what it answers.
    """

    number: str
    part: str
    item: str
    matter: str
    finding: str
    decision: str = ""
    into: str = ""
    wording: str = ""
    owner: str = ""
    deadline: date | None = None
    measure: str = ""
    reason: str = ""

    @property
    def adopted(self) -> bool:
        """True for an action that stands by itself."""
        return self.decision in (ADOPT, REWORD) and bool(self.action)

    @property
    def action(self) -> str:
        """The action in the words agreed on; those of the proposal where no others were given."""
        return self.wording or self.matter


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """What an owner reported on one action; ``number`` is the action's.

    ``unexplained`` is what was reported without the reason it needs, and does not hold for want of
    it: "stopped" or "moved", or empty. ``doubted`` are the days in it that cannot be right and are
    not used: "done on" and "deadline".
    """

    number: str
    state: str = ""
    done: str = ""
    done_on: date | None = None
    deadline: date | None = None
    reason: str = ""
    unexplained: str = ""
    doubted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanStep:
    """Something that changed the plan: a plan workbook that came back, or a report on progress.

    ``event`` is the number of the event that recorded it, ``return_id`` that of the return;
    ``round`` is the round whose plan it is about. ``at`` is when it came in, ``issued`` the number
    of the event by which the workbook was issued, 0 where that is not known.
    """

    event: int
    at: datetime
    round: str
    return_id: int
    reference: str
    agreed: tuple[DecidedRow, ...] = ()
    reported: tuple[ProgressRow, ...] = ()
    issued: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """A deadline that was moved: when that was recorded, from which day to which, and why."""

    at: datetime
    old: date | None
    new: date
    because: str


@dataclass(frozen=True, slots=True)
class AgreedAction:
    """One action of the agreed plan, as it stands.

    ``number`` is its number in the plan of its round. ``deadline`` is the day in force, ``moves``
    how it came to be that. ``merged`` are the numbers of the rows that were merged into it.
    ``done_on`` is the day on which it was done, as far as it was said, and else that of the report.
    ``unexplained`` is what its owner reported last without the reason it needs, ``doubted`` the
    days that cannot be right, "done on" and "deadline" (`ProgressRow`).
    """

    round: str
    number: str
    part: str
    item: str
    finding: str
    action: str
    owner: str
    deadline: date | None
    measure: str
    state: str = NOT_STARTED
    done: str = ""
    done_on: date | None = None
    because: str = ""
    moves: tuple[Move, ...] = ()
    merged: tuple[str, ...] = ()
    reported_at: datetime | None = None
    unexplained: str = ""
    doubted: tuple[str, ...] = ()

    @property
    def closed(self) -> bool:
        """True for an action on which nothing more is to be done."""
        return self.state in (FINISHED, STOPPED)

    def overdue(self, today: date) -> bool:
        """True for an open action whose deadline has passed."""
        return not self.closed and self.deadline is not None and self.deadline < today

    @property
    def on_time(self) -> bool | None:
        """Whether an action was done by the deadline in force; None where there is none to meet.

        That is so for an action that is not done, and for one without a deadline.
        """
        if self.state != FINISHED or self.deadline is None or self.done_on is None:
            return None
        return self.done_on <= self.deadline

    @property
    def key(self) -> tuple[str, str]:
        """Round and number: which action it is, over all rounds."""
        return self.round, self.number


@dataclass(frozen=True, slots=True)
class AgreedPlan:
    """The agreed plan of one round: its rows, and the actions that come of them.

    ``agreed_at`` is when the last plan workbook came back, ``steps`` how many steps led here.
    """

    round: str
    agreed_at: datetime | None = None
    rows: tuple[DecidedRow, ...] = ()
    actions: tuple[AgreedAction, ...] = ()
    steps: int = 0

    @property
    def undecided(self) -> tuple[DecidedRow, ...]:
        """The rows on which nothing holds yet."""
        settled = {row.number for row in self.rows if row.decision == DECLINE}
        settled |= {action.number for action in self.actions}
        settled |= {number for action in self.actions for number in action.merged}
        return tuple(row for row in self.rows if row.number not in settled)

    def open(self) -> tuple[AgreedAction, ...]:
        """The actions on which something is still to be done."""
        return tuple(action for action in self.actions if not action.closed)


def plans_up_to(
    plans: Mapping[str, AgreedPlan], round_name: str, order: Sequence[str] = ()
) -> dict[str, AgreedPlan]:
    """Return the plans of this round and those before it, the first round first.

    Args:
        plans: the agreed plans by round, in the order they were begun.
        round_name: the round; it may have no plan of its own.
        order: all rounds of the assessment, the first one first, as far as it has several. Rounds
            that it does not name are taken to be older, in the order of their plans.
    """
    names = [*(name for name in plans if name not in order), *order]
    upto = names[: names.index(round_name) + 1] if round_name in names else names
    return {name: plans[name] for name in upto if name in plans}


def open_actions(plans: Mapping[str, AgreedPlan]) -> tuple[AgreedAction, ...]:
    """Return what is still to be done of these plans."""
    return tuple(action for each in plans.values() for action in each.open())


def action_number(action: AgreedAction, round_name: str) -> str:
    """Return the number of an action as a round's papers give it, with its round if another."""
    return action.number if action.round == round_name else f"{action.round}/{action.number}"


# ---- what is kept of a step -------------------------------------------------


def plan_rows_of(details: Mapping[str, Any]) -> tuple[DecidedRow, ...]:
    """Return the plan rows that the details of an event hold."""
    return tuple(
        DecidedRow(**{**row, "deadline": _day(row.get("deadline"))})
        for row in details.get("agreed", ())
    )


def progress_rows_of(details: Mapping[str, Any]) -> tuple[ProgressRow, ...]:
    """Return the reports that the details of an event hold."""
    days = ("done_on", "deadline")
    return tuple(
        ProgressRow(**{**row, **{name: _day(row.get(name)) for name in days}})
        for row in details.get("reported", ())
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def day_of(value: object) -> date | None:
    """Return the day that a value as read is; None for what is no day."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def kept(rows: Sequence[DecidedRow] | Sequence[ProgressRow]) -> list[dict[str, str]]:
    """Return rows as an event keeps them: what is empty is left out."""
    return [
        {
            name: value.isoformat() if isinstance(value, date) else value
            for name in row.__dataclass_fields__
            if (value := getattr(row, name)) not in ("", None, ()) or name in _ALWAYS
        }
        for row in rows
    ]


_ALWAYS = ("number", "part", "item", "matter", "finding")
