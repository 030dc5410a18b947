"""The plan workbook: everything that was proposed, to be decided on by the partnership."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import HeldBackError, left_to_decide, matters_of, summarise
from xlassess.generate import PlanPart, plan_questions
from xlassess.ledger import Ledger
from xlassess.model import plan as fields
from xlassess.model.answer import Issued, Value
from xlassess.model.assessment import Respondent
from xlassess.model.plan import AgreedPlan, Matter
from xlassess.model.query import Slot
from xlassess.model.record import Output
from xlassess.model.toolkit import Toolkit, answer_field
from xlassess.services.common.opening import own_secret, still_open
from xlassess.services.common.workbooks.issuing import UNDECIDED, Issue, Outcome
from xlassess.services.common.workbooks.joint import Holder, JointDraft, issue_joint, issued_last
from xlassess.services.papers.consolidate import NothingToSumUpError, output_from, present_round

COORDINATOR = "coordinator"
"""The holder of the plan workbook, in its seal."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan workbook: what became of it, and what is in it.

    ``proposals`` are actions that partners proposed, ``concerns`` those of the summary for which
    nobody did, ``further`` those among them that need no decision; ``agreed`` is the
    plan as it was agreed so far, if it was, and ``waiting`` how much it does not settle.
    """

    outcome: Outcome
    path: Path
    reference: str
    proposals: int
    concerns: int
    further: int
    waiting: int
    agreed: AgreedPlan | None

    @property
    def needs_person(self) -> bool:
        """True when an earlier plan workbook was left as it was."""
        return self.outcome in UNDECIDED


def plan(
    folder: AssessmentFolder, *, now: datetime, reissue: bool = False, by: str = ""
) -> Planned:
    """Write the plan workbook of the present round, or bring it up to date.

    Args:
        folder: the assessment.
        now: the time to record, in UTC.
        reissue: replace a plan workbook that has not come back yet, where anything changed.
        by: who asks for it; empty for whoever the operating system says.

    Raises:
        XlassessError: nothing has come back yet, or the assessment cannot be used.
        OSError: a file cannot be written.
    """
    record = present_round(folder)
    summary = summarise(record, now)
    matters = matters_of(summary)
    assessment = record.assessment
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        still_open(ledger, assessment.round)
        secret = own_secret(folder, ledger.issued())
        last = issued_last(ledger, assessment.round, "plan").get(COORDINATOR)
        before = ledger.toolkits()[last.identity.digest] if last else None
        questions = plan_questions(
            matters,
            [PlanPart(part.key, part.label, part.toolkit.title) for part in summary.parts],
            _owners(folder.register(assessment).respondents),
            before,
            _decided(record.plan),
        )
        draft = JointDraft(
            kind="plan",
            questions=questions,
            values=agreed_values(questions, matters, record.plan),
            holder=Holder(COORDINATOR, assessment.partnership, assessment.coordinator.name),
            assessment=assessment,
            secret=secret,
            now=now,
            return_by=None,
            earlier=last,
        )
        # What it says of answers counts as shown, whoever reads it.
        ledger.record_output(assessment.round, output_from(record, summary, "plan"))
        (issue,) = issue_joint(folder, ledger, (draft,), reissue=reissue)
    waiting = sum(part.waiting for part in summary.parts)
    return _planned(issue, matters, record.plan, waiting)


@dataclass(frozen=True, slots=True)
class ToBeDecided:
    """How many proposals and concerns wait for a decision, and what that figure stands on.

    ``output`` is what is to be recorded where others are told; None where nothing was counted.
    """

    count: int
    output: Output | None = None


def waiting_in(
    folder: AssessmentFolder, now: datetime, people: Sequence[Respondent] | None = None
) -> ToBeDecided | None:
    """Return how many proposals and concerns of the present round wait for a decision.

    None do before a plan was agreed.

    Args:
        folder: the assessment.
        now: the present moment, in UTC.
        people: whom the register names, where it has been read.

    Returns:
        None where it may not be told: with what was shown earlier, it would give answers away.

    Raises:
        XlassessError: the assessment cannot be used.
    """
    assessment = folder.assessment()
    with Ledger(folder.ledger) as ledger:
        agreed = ledger.plans().get(assessment.round)
    if agreed is None or not agreed.actions:
        return ToBeDecided(0)
    try:
        record = present_round(folder, people=people)
    except NothingToSumUpError:
        return ToBeDecided(0)
    except HeldBackError:
        return None
    found = left_to_decide(record, now)
    shown = found.participants
    output = Output("progress paper", now, shown.attribution, shown.minimum, record.base)
    return ToBeDecided(found.count, output)


def _planned(
    issue: Issue[Issued], matters: tuple[Matter, ...], agreed: AgreedPlan | None, waiting: int
) -> Planned:
    proposed = sum(matter.proposed is not None for matter in matters)
    return Planned(
        outcome=issue.outcome,
        path=issue.path,
        reference=issue.record.reference,
        proposals=proposed,
        concerns=len(matters) - proposed,
        further=sum(matter.further for matter in matters),
        waiting=waiting,
        agreed=agreed,
    )


def _owners(respondents: tuple[Respondent, ...]) -> list[str]:
    """Whom the list of owners offers: every organisation, and every person with theirs."""
    partners = sorted({one.partner for one in respondents}, key=str.casefold)
    people = [
        one.name for partner in partners for one in respondents
        if one.partner == partner and one.name
    ]  # fmt: skip
    return [*partners, *people]


def _decided(agreed: AgreedPlan | None) -> tuple[str, ...]:
    """The numbers of the rows in which something was entered that is to stay."""
    rows = agreed.rows if agreed else ()
    return tuple(row.number for row in rows if row.decision or row.wording or row.reason)


def agreed_values(
    questions: Toolkit, matters: tuple[Matter, ...], agreed: AgreedPlan | None
) -> dict[Slot, Value]:
    """Return what stands in the open cells: what was agreed, and else what was proposed."""
    proposed = {
        (matter.part, matter.item, matter.proposed.action): matter.proposed
        for matter in matters
        if matter.proposed
    }
    rows = {row.number: row for row in agreed.rows} if agreed else {}
    now = {action.number: action for action in agreed.actions} if agreed else {}
    values: dict[Slot, Value] = {}
    for section in questions.sections:
        for item in section.items:
            row, suggested = rows.get(item.id), proposed.get((section.id, item.short, item.ask))
            said: dict[str, Value | None] = {}
            if row is not None and (row.decision or row.wording or row.reason):
                day = now[item.id].deadline if item.id in now else row.deadline
                said = {
                    fields.DECISION: row.decision, fields.INTO: row.into,
                    fields.WORDING: row.wording, fields.OWNER: row.owner, fields.DEADLINE: day,
                    fields.MEASURE: row.measure, fields.REASON: row.reason,
                }  # fmt: skip
            elif suggested is not None:
                said = {
                    fields.OWNER: suggested.owner, fields.DEADLINE: suggested.deadline,
                    fields.MEASURE: suggested.measure,
                }  # fmt: skip
            values |= {
                Slot(item.id, answer_field(name)): value for name, value in said.items() if value
            }
    return values
