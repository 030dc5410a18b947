"""Joint workbooks as they are issued, without a folder: the plan and one owner's actions."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timezone
from functools import lru_cache

import openpyxl

from tests.factory import SECRET, Workbook, a_respondent, an_assessment
from tests.ingest.small import every_kind
from xlassess.consolidate import ProgressPaper, progress_paper_bytes
from xlassess.contract.layout import CONTRACT_VERSION, Layout, layout
from xlassess.contract.seal import questions_digest, reference_for, seal, sheet_password
from xlassess.generate import (
    JointWorkbook,
    Personal,
    PlanPart,
    build_joint,
    plan_questions,
    progress_questions,
    workshop_questions,
)
from xlassess.model.answer import Identity, Issued, Value
from xlassess.model.plan import AgreedAction, JointKind, Matter, Suggestion, TalkingPoint
from xlassess.model.query import Slot
from xlassess.model.toolkit import Toolkit, answer_field
from xlassess.toolkits.load import find_toolkit

AT = datetime(2026, 3, 20, 9, 0, tzinfo=timezone.utc)
LAST_DAY = date(2026, 12, 31)
ROWS = 12


def proposals(count: int = ROWS) -> tuple[Matter, ...]:
    """Return so many proposals, and one concern that nobody answered."""
    some = [
        Matter(
            "kinds", f"{1 + number}", f"Question {1 + number}", "6 of 9 answer “No”",
            Suggestion(f"Action {1 + number}", "Ash Council", LAST_DAY, "It is done"),
        )
        for number in range(count)
    ]  # fmt: skip
    return (*some, Matter("kinds", "99", "Question 99", "5 of 9 answer “No”", None))


def plan_toolkit(count: int = ROWS) -> Toolkit:
    """Return the questions of a plan workbook."""
    parts = [PlanPart("kinds", "Kinds", "Every kind of question")]
    return plan_questions(proposals(count), parts, ["Ash Council", "Ada Ash"])


def plan_values(count: int = ROWS) -> dict[Slot, Value]:
    """Return what stands in a plan workbook in which every proposal is adopted."""
    values: dict[Slot, Value] = {}
    for number in range(1, count + 1):
        said: dict[str, Value] = {
            "decision": "adopt", "owner": "Ash Council", "deadline": LAST_DAY,
        }  # fmt: skip
        values |= {Slot(str(number), answer_field(name)): each for name, each in said.items()}
    return values


def progress_toolkit(count: int = ROWS) -> Toolkit:
    """Return the questions of one owner's progress workbook."""
    actions = [
        AgreedAction(
            "2026", str(number), "kinds", "1", "6 of 9 answer “No”", f"Action {number}",
            "Ash Council", LAST_DAY, "",
        )
        for number in range(1, count + 1)
    ]  # fmt: skip
    return progress_questions(actions, "2026")


def progress_values(count: int = ROWS) -> dict[Slot, Value]:
    """Return what stands in a progress workbook in which every action is in progress."""
    said: dict[str, Value] = {"state": "in progress", "done": "We have begun."}
    return {
        Slot(str(number), answer_field(name)): each
        for number in range(1, count + 1)
        for name, each in said.items()
    }


def issue_jointly(kind: JointKind, questions: Toolkit, values: Mapping[Slot, Value]) -> Workbook:
    """Issue a joint workbook."""
    assessment = an_assessment(every_kind())
    holder = a_respondent(partner_id="coordinator", id="coordinator", name="Cora Coordinator")
    digest = questions_digest(questions)
    identity = Identity(
        contract=CONTRACT_VERSION,
        assessment=assessment.id,
        round=assessment.round,
        partner=holder.partner_id,
        respondent=holder.id,
        toolkit=questions.id,
        version=questions.version,
        digest=digest,
        promise=str(assessment.promise),
        kind=kind,
    )
    reference, sealed = reference_for(identity, SECRET), seal(identity, SECRET)
    personal = Personal(reference, sealed, identity, holder.partner, holder.name, "")
    book = JointWorkbook(kind, questions, assessment, values)
    data = build_joint(book, personal, sheet_password(SECRET))
    issued = Issued(
        reference=reference,
        identity=identity,
        partner=holder.partner,
        respondent=holder.name,
        email="",
        level="",
        file_name=f"{kind}.xlsx",
        sha256=hashlib.sha256(data).hexdigest(),
        seal=sealed,
        issued_at=AT,
    )
    return Workbook(questions, assessment, holder, issued, data)


@lru_cache(maxsize=1)
def a_plan() -> Workbook:
    """Return a plan workbook in which every proposal is adopted and nothing is amiss."""
    return issue_jointly("plan", plan_toolkit(), plan_values())


@lru_cache(maxsize=1)
def a_progress() -> Workbook:
    """Return a progress workbook in which every action is in progress."""
    return issue_jointly("progress", progress_toolkit(), progress_values())


@lru_cache(maxsize=1)
def a_workshop() -> Workbook:
    """Return a workshop workbook about the statements of one toolkit, with one judgement."""
    toolkit = find_toolkit("pat")
    points = [
        TalkingPoint(
            "split" if item.id.startswith("1") else "rest", item.id, "", "", item.ask, item.answer,
            (("Strongly agree", 3), ("Agree", 0), ("Disagree", 1)), item.prompts,
        )
        for section in toolkit.sections
        for item in section.items
    ]  # fmt: skip
    values: dict[Slot, Value] = {Slot("1B", answer_field("judgement")): "agree"}
    return issue_jointly("workshop", workshop_questions(points, "pat", toolkit), values)


def a_paper() -> bytes:
    """Return a progress paper on four actions, with a paper before it."""
    first = [
        AgreedAction(
            "2026", str(number), "kinds", "1", "", f"=Action {number}", "Ash Council", LAST_DAY, "",
            state=state, done_on=LAST_DAY if state == "done" else None,
        )
        for number, state in enumerate(("done", "stopped", "in progress", "not started"), start=1)
    ]  # fmt: skip
    assessment = an_assessment(every_kind())
    before = tuple(replace(action, state="not started") for action in first)
    return progress_paper_bytes(ProgressPaper(assessment, AT, tuple(first), AT, before))


def cell_in(
    questions: Toolkit, number: str, name: str, where: Callable[[Toolkit], Layout] = layout
) -> tuple[str, int, int]:
    """Return sheet, row and column (from 1) of a field of a row of a joint workbook."""
    for place in where(questions).sections:
        (table,) = place.tables
        for row in table.rows:
            if row.item.id == number:
                column = table.column("answer", answer_field(name))
                assert column is not None
                return place.sheet, row.index + 1, column.index + 1
    raise KeyError(number)


def refilled(book: Workbook, said: Mapping[str, Mapping[str, object]]) -> bytes:
    """Return a joint workbook with other entries, as a program saves it."""
    opened = openpyxl.load_workbook(io.BytesIO(book.data))
    for number, row in said.items():
        for name, value in row.items():
            sheet, at, column = cell_in(book.toolkit, number, name)
            opened[sheet].cell(at, column).value = value  # type: ignore[assignment]
    stream = io.BytesIO()
    opened.save(stream)
    return stream.getvalue()
