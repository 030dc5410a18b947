"""Progress on the agreed plan: what owners are asked, and the paper the committee reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import ProgressPaper, progress_paper_bytes
from xlassess.consolidate.report import progress_in_word, untouched
from xlassess.generate import progress_questions
from xlassess.ledger import Ledger
from xlassess.ledger.archive import bring_to_disk
from xlassess.model.answer import Issued
from xlassess.model.assessment import Assessment
from xlassess.model.errors import UsageError
from xlassess.model.plan import AgreedAction, AgreedPlan, open_actions
from xlassess.services.common.earlier import plans_so_far
from xlassess.services.common.opening import own_secret, still_open
from xlassess.services.common.workbooks.issuing import UNDECIDED, Issue, Outcome, clear_away
from xlassess.services.common.workbooks.joint import (
    Holder,
    JointDraft,
    by_owner,
    came_back,
    holders,
    issue_joint,
    issued_last,
    joint_folder,
)
from xlassess.services.common.workbooks.outbox import (
    keep_before,
    make_room,
    output_of,
    prepared,
    sha256_of,
)
from xlassess.services.plans.plan import waiting_in

PAPER, PAPER_IN_WORD = "progress.xlsx", "progress.docx"
"""The file names of the progress paper, beside the summary."""


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
    by: str = "",
) -> AskedForProgress:
    """Write a progress workbook for every owner of an open action, of this or an earlier plan.

    Args:
        folder: the assessment.
        now: the time to record, in UTC.
        return_by: the day by which reports are wanted. Without one, a workbook that is still out
            keeps the day it names.
        reissue: replace workbooks that have not come back yet, where anything changed.
        by: who asks; empty for whoever the operating system says.

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
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        still_open(ledger, assessment.round)
        open_now = open_actions(plans_so_far(folder, ledger.plans(), assessment.round))
        last = issued_last(ledger, assessment.round, "progress")
        asked = holders(by_owner(open_now), respondents)
        made = _Asking(
            assessment, own_secret(folder, ledger.issued()), last,
            came_back(ledger, assessment.round), return_by, now, reissue,
        )  # fmt: skip
        drafts = tuple(made.draft(holder, actions) for holder, actions in asked)
        issues = issue_joint(folder, ledger, drafts, reissue=reissue) if drafts else ()
    place = joint_folder(folder, "progress")
    _clear_settled(place, last, {draft.holder.id for draft in drafts})
    return AskedForProgress(
        folder=place,
        workbooks=tuple(
            _settled(issue, holder, actions, today)
            for (holder, actions), issue in zip(asked, issues, strict=True)
        ),
        nobodys=tuple(one for one in open_now if not one.owner),
    )


def draft_for(
    holder: Holder,
    actions: Sequence[AgreedAction],
    assessment: Assessment,
    secret: bytes,
    *,
    now: datetime,
    earlier: Issued | None,
) -> JointDraft:
    """Return one owner's progress workbook as it would be today.

    Args:
        holder: the owner.
        actions: what they are asked about.
        assessment: the assessment and its round.
        secret: the assessment's secret.
        now: the present moment, in UTC.
        earlier: the workbook issued last for the same owner, if any.
    """
    last = {holder.id: earlier} if earlier else {}
    return _Asking(assessment, secret, last, (), None, now, reissue=False).draft(holder, actions)


@dataclass(frozen=True, slots=True)
class _Asking:
    """What the progress workbooks of one run have in common.

    ``last`` are those issued last, by holder; ``back`` the references of those that came back.
    """

    assessment: Assessment
    secret: bytes
    last: Mapping[str, Issued]
    back: Collection[str]
    return_by: date | None
    now: datetime
    reissue: bool

    def draft(self, holder: Holder, actions: Sequence[AgreedAction]) -> JointDraft:
        """Return the workbook of one owner."""
        earlier = self.last.get(holder.id)
        return JointDraft(
            kind="progress",
            questions=progress_questions(actions, self.assessment.round),
            values={},
            holder=holder,
            assessment=self.assessment,
            secret=self.secret,
            now=self.now,
            return_by=self.return_by or self._day_of(earlier),
            earlier=earlier,
        )

    def _day_of(self, earlier: Issued | None) -> date | None:
        """The day that a workbook names which is still out; none once its owner has reported.

        One that is issued anew asks for no day that is over.
        """
        if earlier is None or earlier.reference in self.back:
            return None
        day = earlier.return_by
        over = day is not None and day < self.now.astimezone().date()
        return None if over and self.reissue else day


def _settled(
    issue: Issue[Issued], holder: Holder, actions: Sequence[AgreedAction], today: date
) -> OwnersWorkbook:
    return OwnersWorkbook(
        outcome=issue.outcome,
        owner=issue.record.partner,
        email=holder.email,
        reference=issue.record.reference,
        path=issue.path,
        actions=len(actions),
        overdue=sum(one.overdue(today) for one in actions),
    )


def _agreed_plans(folder: AssessmentFolder) -> None:
    """Refuse to go on where nothing was agreed.

    Raises:
        UsageError: no plan is agreed yet.
    """
    if Ledger.is_at(folder.ledger):
        with Ledger(folder.ledger) as ledger:
            if any(plan.actions for plan in ledger.plans().values()):
                return
    raise UsageError(
        "No action plan is agreed yet, so there is nothing to report on.",
        "Write the plan workbook with xlassess plan, fill it in, and read it with xlassess ingest.",
    )


def _clear_settled(place: Path, last: Mapping[str, Issued], still: set[str]) -> None:
    """Move workbooks of owners with nothing left to do out of the way."""
    settled = [one for holder, one in last.items() if holder not in still]
    clear_away(place, settled, ())


# ---- the committee's paper --------------------------------------------------


@dataclass(frozen=True, slots=True)
class PaperWritten:
    """A progress paper that was written: where, in Word too, and what is in it.

    ``edited`` is where papers that were there are kept, as far as somebody had edited them.
    """

    path: Path
    word: Path
    paper: ProgressPaper
    edited: tuple[Path, ...] = ()


def progress_paper(folder: AssessmentFolder, *, now: datetime, by: str = "") -> PaperWritten:
    """Write the committee's progress paper on all plans agreed so far.

    Args:
        folder: the assessment.
        now: the time the paper says it was made, in UTC.
        by: who asks for it; empty for whoever the operating system says.

    Raises:
        UsageError: no plan is agreed yet.
        XlassessError: the assessment cannot be used.
        OSError: the paper cannot be written.
    """
    assessment = folder.assessment()
    _agreed_plans(folder)
    waiting = waiting_in(folder, now)
    count = waiting.count if waiting else None
    path = output_of(folder, assessment.round) / PAPER
    word = path.with_name(PAPER_IN_WORD)
    make_room(path)
    make_room(word)
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        paper = replace(_paper(folder, ledger, assessment, now), waiting=count)
        content, in_word = progress_paper_bytes(paper), progress_in_word(paper)
        ours = {event.details["sha256"] for event in ledger.papers()}
        # Recorded before it is put in place, and not on record where it cannot be put: the next
        # paper compares with one that somebody can have read.
        with (
            prepared(path, content, lasting=True) as unfinished,
            prepared(word, in_word, lasting=True) as unfinished_word,
            ledger.together(),
        ):
            ledger.record_paper(assessment.round, sha256_of(content))
            if waiting and waiting.output:
                # How many wait follows from what people answered: it counts as shown.
                ledger.record_output(assessment.round, waiting.output)
            edited = (
                keep_before(path, sha256_of(content), ours, now),
                keep_before(word, sha256_of(in_word), _untouched(word), now),
            )
            unfinished.replace(path)
            unfinished_word.replace(word)
            bring_to_disk([path, word], folder.home)
    return PaperWritten(path, word, paper, tuple(one for one in edited if one))


def _untouched(word: Path) -> set[str]:
    """The hash of the paper in Word that is there, if nobody has changed it since."""
    content = word.read_bytes() if word.is_file() else b""
    return {sha256_of(content)} if content and untouched(content) else set()


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
