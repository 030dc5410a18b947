"""The workshop workbook: what is worth talking about, and what a workshop agreed on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import summarise, talking_points
from xlassess.generate import workshop_questions
from xlassess.ledger import Ledger
from xlassess.model import plan as fields
from xlassess.model.answer import Issued, Value
from xlassess.model.plan import Judgement, TalkingGroup
from xlassess.model.query import Slot
from xlassess.model.record import Round
from xlassess.model.toolkit import Toolkit, answer_field
from xlassess.services.common.opening import own_secret, still_open
from xlassess.services.common.workbooks.issuing import UNDECIDED, Outcome
from xlassess.services.common.workbooks.joint import Holder, JointDraft, issue_joint, issued_last
from xlassess.services.papers.consolidate import output_from, present_round


@dataclass(frozen=True, slots=True)
class Prepared:
    """The workshop workbook of one toolkit, and how many questions are on which list."""

    outcome: Outcome
    toolkit: str
    reference: str
    path: Path
    groups: Mapping[TalkingGroup, int]

    @property
    def needs_person(self) -> bool:
        """True when an earlier workshop workbook was left as it was."""
        return self.outcome in UNDECIDED


def workshop(
    folder: AssessmentFolder, *, now: datetime, reissue: bool = False, by: str = ""
) -> tuple[Prepared, ...]:
    """Write a workshop workbook for each toolkit that has answers to talk about.

    Args:
        folder: the assessment.
        now: the time to record, in UTC.
        reissue: replace workbooks that have not come back yet, where anything changed.
        by: who asks for them; empty for whoever the operating system says.

    Raises:
        XlassessError: nothing has come back yet, or the assessment cannot be used.
        OSError: a file cannot be written.
    """
    record = present_round(folder)
    summary = summarise(record, now)
    assessment = record.assessment
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        still_open(ledger, assessment.round)
        secret = own_secret(folder, ledger.issued())
        last = issued_last(ledger, assessment.round, "workshop")
        found = [
            (part, points)
            for part in summary.parts
            if part.toolkit.subject != "proposal" and (points := talking_points(part))
        ]
        drafts = tuple(
            _draft(
                record, part.key, workshop_questions(points, part.key, part.toolkit),
                secret=secret, last=last, now=now,
            )
            for part, points in found
        )  # fmt: skip
        if not drafts:
            return ()
        # What it says of answers counts as shown, whoever reads it.
        ledger.record_output(assessment.round, output_from(record, summary, "workshop"))
        issues = issue_joint(folder, ledger, drafts, reissue=reissue)
    return tuple(
        Prepared(
            issue.outcome, part.label, issue.record.reference, issue.path,
            Counter(point.group for point in points),
        )
        for issue, (part, points) in zip(issues, found, strict=True)
    )  # fmt: skip


def _draft(
    record: Round, key: str, questions: Toolkit, *, secret: bytes, last: Mapping[str, Issued],
    now: datetime,
) -> JointDraft:  # fmt: skip
    """The workbook about one toolkit, for whoever leads the discussion."""
    assessment = record.assessment
    who = assessment.preparation.facilitator or assessment.coordinator.name
    holder = Holder(f"workshop-{key}", assessment.partnership, who)
    return JointDraft(
        kind="workshop",
        questions=questions,
        values=judged_values(questions, record.judgements),
        holder=holder,
        assessment=assessment,
        secret=secret,
        now=now,
        return_by=None,
        earlier=last.get(holder.id),
    )


def judged_values(questions: Toolkit, judged: tuple[Judgement, ...]) -> dict[Slot, Value]:
    """Return what stands in the open cells of a workshop workbook: what was agreed on before.

    Args:
        questions: those of the workbook.
        judged: all that workshops agreed on.
    """
    known = {(one.part, f"{one.item}/{one.view}"): one for one in judged}
    values: dict[Slot, Value] = {}
    for section in questions.sections:
        for item in section.items:
            one = known.get((section.id.rpartition("/")[0], item.short))
            if one is None:
                continue
            said = {
                fields.JUDGEMENT: one.choice, fields.GROUNDS: one.grounds,
                fields.FOLLOWING: one.following,
            }  # fmt: skip
            values |= {
                Slot(item.id, answer_field(name)): text for name, text in said.items() if text
            }
    return values
