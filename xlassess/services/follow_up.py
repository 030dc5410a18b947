"""Progress on the agreed plan: what owners are asked, and the paper the committee reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.assessment.slugs import slug, tidy
from xlassess.consolidate import ProgressPaper, progress_paper_bytes
from xlassess.generate import progress_questions
from xlassess.ledger import Ledger
from xlassess.model.answer import Issued
from xlassess.model.assessment import Assessment, Respondent
from xlassess.model.errors import UsageError
from xlassess.model.plan import AgreedAction, AgreedPlan, open_actions
from xlassess.services.common.earlier import plans_so_far
from xlassess.services.common.issuing import UNDECIDED, Outcome, clear_away
from xlassess.services.common.joint import (
    Holder,
    JointDraft,
    issue_joint,
    issued_last,
    joint_folder,
)
from xlassess.services.common.opening import own_secret, still_open
from xlassess.services.common.outbox import (
    keep_before,
    make_room,
    output_of,
    prepared,
    sha256_of,
)

PAPER = "progress.xlsx"
"""The file name of the progress paper, beside the summary."""


@dataclass(frozen=True, slots=True)
class OwnersWorkbook:
    """One owner's progress workbook: what became of it, and how many actions it asks about."""

    outcome: Outcome
    owner: str
    email: str
    reference: str
    path: Path
    actions: int
    overdue: int


@dataclass(frozen=True, slots=True)
class AskedForProgress:
    """What a run of asking for progress did; ``nobodys`` are open actions without an owner."""

    folder: Path
    workbooks: tuple[OwnersWorkbook, ...]
    nobodys: tuple[AgreedAction, ...] = ()

    @property
    def needs_person(self) -> bool:
        """True when a workbook was left as it was, or an action has no owner."""
        return bool(self.nobodys) or any(one.outcome in UNDECIDED for one in self.workbooks)


def progress(
    folder: AssessmentFolder,
    *,
    now: datetime,
    return_by: date | None = None,
    reissue: bool = False,
) -> AskedForProgress:
    """Write a progress workbook for every owner of an open action, of this or an earlier plan.

    Args:
        folder: the assessment.
        now: the time to record, in UTC.
        return_by: the day by which reports are wanted, if one is named.
        reissue: replace workbooks that have not come back yet, where anything changed.

    Raises:
        UsageError: no plan is agreed yet, or the day by which reports are wanted is over.
        XlassessError: the assessment cannot be used.
        OSError: a file cannot be written.
    """
    assessment, today = folder.assessment(), now.astimezone().date()
    if return_by and return_by < today:
        raise UsageError(f"The return date {return_by} has passed.", "Give a later date.")
    _agreed_plans(folder)
    respondents = folder.register(assessment).respondents
    with Ledger(folder.ledger_file, lambda: now) as ledger:
        still_open(ledger, assessment.round)
        secret = own_secret(folder, ledger.issued())
        plans = plans_so_far(folder, ledger.plans(), assessment.round)
        open_now = open_actions(plans)
        last = issued_last(ledger, assessment.round, "progress")
        owned = by_owner(open_now)
        drafts = tuple(
            JointDraft(
                kind="progress",
                questions=progress_questions(actions, assessment.round),
                values={},
                holder=holder,
                assessment=assessment,
                secret=secret,
                now=now,
                return_by=return_by,
                earlier=last.get(holder.id),
            )
            for holder, actions in holders(owned, respondents)
        )
        issues = issue_joint(folder, ledger, drafts, reissue=reissue) if drafts else ()
    place = joint_folder(folder, "progress")
    _clear_settled(place, last, {draft.holder.id for draft in drafts})
    asked = dict(zip((draft.holder.id for draft in drafts), owned.values(), strict=True))
    return AskedForProgress(
        folder=place,
        workbooks=tuple(
            OwnersWorkbook(
                outcome=issue.outcome,
                owner=issue.record.partner,
                email=draft.holder.email,
                reference=issue.record.reference,
                path=issue.path,
                actions=len(asked[draft.holder.id]),
                overdue=sum(one.overdue(today) for one in asked[draft.holder.id]),
            )
            for draft, issue in zip(drafts, issues, strict=True)
        ),
        nobodys=tuple(one for one in open_now if not one.owner),
    )


def _agreed_plans(folder: AssessmentFolder) -> None:
    """Refuse to go on where nothing was agreed.

    Raises:
        UsageError: no plan is agreed yet.
    """
    if folder.ledger_file.exists():
        with Ledger(folder.ledger_file) as ledger:
            if any(plan.actions for plan in ledger.plans().values()):
                return
    raise UsageError(
        "No action plan is agreed yet, so there is nothing to report on.",
        "Write the plan workbook with xlassess plan, fill it in, and read it with xlassess ingest.",
    )


def by_owner(actions: Iterable[AgreedAction]) -> dict[str, list[AgreedAction]]:
    """Return actions by owner, under what the owner's workbook is known by.

    Names that differ in capitals, blanks or signs alone are of one owner: there is one workbook.

    Args:
        actions: the actions; those without an owner are left out.
    """
    owned: dict[str, list[AgreedAction]] = {}
    for action in actions:
        if action.owner:
            owned.setdefault(slug(action.owner), []).append(action)
    return owned


def holders(
    owned: Mapping[str, list[AgreedAction]], respondents: Iterable[Respondent]
) -> list[tuple[Holder, list[AgreedAction]]]:
    """Return whom each owner's workbook is for, with its actions.

    Args:
        owned: actions by owner (`by_owner`).
        respondents: the register. The address is that of the only person of this name; where
            there are several, nobody's.
    """
    addresses: dict[str, set[str]] = {}
    for one in respondents:
        if one.name:
            addresses.setdefault(slug(one.name), set()).add(one.email)
    return [
        (
            Holder(
                f"owner-{key}",
                tidy(actions[0].owner),
                email=_only(addresses.get(key, ())),
            ),
            actions,
        )
        for key, actions in owned.items()
    ]


def _only(addresses: Collection[str]) -> str:
    """The address where there is just one; of several, none is known to be the right one."""
    return next(iter(addresses)) if len(addresses) == 1 else ""


def _clear_settled(place: Path, last: Mapping[str, Issued], still: set[str]) -> None:
    """Move workbooks of owners with nothing left to do out of the way."""
    settled = [one for holder, one in last.items() if holder not in still]
    clear_away(place, settled, ())


# ---- the committee's paper --------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperWritten:
    """A progress paper that was written: where, and what is in it.

    ``edited`` is where the paper that was there is kept, if somebody had edited it.
    """

    path: Path
    paper: ProgressPaper
    edited: Path | None = None


def progress_paper(folder: AssessmentFolder, *, now: datetime) -> PaperWritten:
    """Write the committee's progress paper on all plans agreed so far.

    Args:
        folder: the assessment.
        now: the time the paper says it was made, in UTC.

    Raises:
        UsageError: no plan is agreed yet.
        XlassessError: the assessment cannot be used.
        OSError: the paper cannot be written.
    """
    assessment = folder.assessment()
    _agreed_plans(folder)
    path = output_of(folder, assessment.round) / PAPER
    make_room(path)
    with Ledger(folder.ledger_file, lambda: now) as ledger:
        paper = _paper(folder, ledger, assessment, now)
        content = progress_paper_bytes(paper)
        ours = {event.details["sha256"] for event in ledger.papers()}
        # Recorded before it is put in place, and not on record where it cannot be put: the next
        # paper compares with one that somebody can have read.
        with prepared(path, content, lasting=True) as unfinished, ledger.together():
            ledger.record_paper(assessment.round, sha256_of(content))
            edited = keep_before(path, content, ours, now)
            unfinished.replace(path)
    return PaperWritten(path, paper, edited)


def _paper(
    folder: AssessmentFolder, ledger: Ledger, assessment: Assessment, now: datetime
) -> ProgressPaper:
    """Return the paper, compared with the last one that said something else.

    A paper written a second time says what it said: it is not compared with itself. Where no
    paper said anything else, nothing has changed since the first, unless that is of today.
    """
    here = assessment.round
    actions = _all_actions(plans_so_far(folder, ledger.plans(), here))
    first = ProgressPaper(assessment, now, actions, None, ())
    paper = first
    for event in reversed(ledger.papers()):
        before = _all_actions(plans_so_far(folder, ledger.plans(event.number), here))
        paper = replace(first, since=event.at, before=before)
        if paper.changes:
            return paper
    today = now.astimezone().date()
    same_day = paper.since is not None and paper.since.astimezone().date() == today
    return first if same_day else paper


def _all_actions(plans: Mapping[str, AgreedPlan]) -> tuple[AgreedAction, ...]:
    return tuple(action for each in plans.values() for action in each.actions)
