"""A small assessment in which partners propose actions, and joint workbooks filled in by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.ingest.packages import typed_in
from tests.jointly import cell_in
from tests.services.small import LATER, MONDAY, TOOLKIT, a_folder, write_toolkit
from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.layout import ACTION_PLAN, Layout, Role, cell_name, layout
from xlassess.contract.query_layout import query_layout
from xlassess.ledger import Ledger
from xlassess.model.answer import Return
from xlassess.services.common.received import Ingested
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.toolkits.load import find_toolkit

WITH_PLAN = (
    TOOLKIT
    + """\
action_plan:
  about: What should happen next.
  horizons:
    - {code: soon, label: Soon}
    - {code: later, label: Later}
  statuses:
    - {code: open, label: Not begun}
    - {code: done, label: Done}
"""
)
PARTNERS = (
    ("Ash Council", "Ada Ash", "Board"),
    ("Birch Trust", "Bea Birch", "Board"),
    ("Cedar Homes", "Cy Cedar", "Senior management"),
    ("Dogwood College", "Di Dogwood", "Front line"),
)
ANSWERS = ("Disagree", "Agree", "Disagree")
"""What everybody answers: 1A and 1C are concerns."""

PROPOSED: Mapping[str, Mapping[Role, object]] = {
    "Ada Ash": {
        "item": "1A", "action": "Meet every month", "horizon": "Soon", "owner": "Ada Ash",
        "deadline": date(2026, 9, 30), "measure": "Minutes of ten meetings",
    },
    "Bea Birch": {
        "item": "1A", "action": "Meet more often", "horizon": "Soon", "owner": "All of us",
    },
}  # fmt: skip
"""One action each of two partners; nobody proposes anything for 1C."""

AGREED = LATER + timedelta(days=7)
RETURNED = LATER + timedelta(days=14)
REPORTED = LATER + timedelta(days=60)


def a_planned_folder(root: Path, **settings: str) -> AssessmentFolder:
    """Return an assessment in which everybody has answered and two have proposed actions."""
    folder = a_folder(root, PARTNERS)
    write_toolkit(folder, WITH_PLAN)
    lines = "".join(f"{name}: {value}\n" for name, value in settings.items())
    with folder.settings_file.open("a", encoding="utf-8") as file:
        file.write(lines)
    answer_all(folder, MONDAY, LATER)
    return folder


def answer_all(folder: AssessmentFolder, issued_at: datetime, returned_at: datetime) -> None:
    """Issue everybody's workbook, fill all in, and read them."""
    result = generate(folder, now=issued_at)
    where = layout(find_toolkit("tiny", folder.toolkits))
    paths = []
    for issued in result.workbooks:
        path = folder.root.parent / "inbox" / f"{issued_at.year} {issued.respondent}.xlsx"
        path.parent.mkdir(exist_ok=True)
        proposed = PROPOSED.get(issued.respondent, {})
        path.write_bytes(_answered(issued.path, where, proposed))
        paths.append(path)
    ingest(folder, paths, now=returned_at, workers=1)


def answer_again(
    folder: AssessmentFolder, respondent: str, item: str, action: str, at: datetime
) -> None:
    """Read somebody's workbook anew, with another proposal in it."""
    where = layout(find_toolkit("tiny", folder.toolkits))
    (issued,) = [one for one in generate(folder, now=at).workbooks if one.respondent == respondent]
    path = folder.root.parent / "inbox" / f"again {respondent}.xlsx"
    path.parent.mkdir(exist_ok=True)
    proposed: dict[Role, object] = {"item": item, "action": action, "horizon": "Soon"}
    path.write_bytes(_answered(issued.path, where, proposed))
    ingest(folder, [path], now=at, workers=1)


def _answered(path: Path, where: Layout, proposed: Mapping[Role, object]) -> bytes:
    """Return a workbook filled in: every answer, and an action in the first row of the plan."""
    (place,) = where.sections
    (table,) = place.tables
    column, plan = table.column("answer"), where.action_plan
    assert column is not None
    assert plan is not None
    cells = (cell_name(row.index, column.index) for row in table.rows)
    answered = typed_in(path.read_bytes(), place.sheet, dict(zip(cells, ANSWERS, strict=True)))
    action = {
        cell_name(plan.first_row, plan.column(role).index): value
        for role, value in proposed.items()
    }
    return typed_in(answered, ACTION_PLAN, action)


@dataclass(frozen=True, slots=True)
class Entered:
    """Something typed into a row of a joint workbook: the row's number, the column, the value."""

    number: str
    name: str
    value: object


def entered(rows: Mapping[str, Mapping[str, object]]) -> list[Entered]:
    """Return what is entered, row by row."""
    return [
        Entered(number, name, value)
        for number, said in rows.items()
        for name, value in said.items()
    ]


def cell_of(folder: AssessmentFolder, path: Path, number: str, name: str) -> tuple[str, int, int]:
    """Return sheet, row and column (from 1) of a field of a row of a joint or query workbook."""
    with Ledger(folder.ledger) as ledger:
        known = (*ledger.joint(), *ledger.queries())
        (issued,) = [one for one in known if one.file_name == path.name]
        questions = ledger.toolkits()[issued.identity.digest]
    where = query_layout if issued.identity.of else layout
    return cell_in(questions, number, name, where)


def fill(folder: AssessmentFolder, path: Path, said: Iterable[Entered], target: Path) -> Path:
    """Fill in a joint workbook as somebody does, save it there, and return where."""
    data = path.read_bytes()
    for one in said:
        sheet, row, column = cell_of(folder, path, one.number, one.name)
        data = typed_in(data, sheet, {cell_name(row - 1, column - 1): one.value})
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(data)
    return target


def read_back(
    folder: AssessmentFolder, path: Path, rows: Mapping[str, Mapping[str, object]],
    *, now: datetime = RETURNED, name: str = "plan back.xlsx",
) -> Return:  # fmt: skip
    """Fill in a joint workbook, read it in, and return what was read."""
    target = folder.root.parent / "inbox" / name
    result: Ingested = ingest(
        folder,
        [fill(folder, path, entered(rows), target)],
        now=now,
        workers=1,
    )
    (received,) = result.files
    return received.ret


def codes(ret: Return) -> list[str]:
    """Return the codes of the findings, in order."""
    return [one.code for one in ret.findings]
