"""The workshop: what is worth talking about, and what was agreed stands beside the answers."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from tests.ingest.packages import sheet_of
from tests.services.planned import AGREED, RETURNED, a_planned_folder, codes, read_back
from tests.services.small import TOOLKIT, a_folder, answer, change_settings, write_toolkit
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.decide import Why, waive
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.papers.report import report
from xlassess.services.plans.plan import plan
from xlassess.services.plans.workshop import Prepared, workshop
from xlassess.services.setup.verify import verify

DAY = timedelta(days=1)
AGREED_ON = {"1A": {
    "judgement": "Agree", "grounds": "We met twice since", "following": "Keep meeting",
}}  # fmt: skip


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assessment in which everybody has answered; copied for each test."""
    return a_planned_folder(tmp_path_factory.mktemp("workshop") / "small").root


@pytest.fixture
def folder(answered: Path, tmp_path: Path) -> AssessmentFolder:
    return AssessmentFolder(Path(shutil.copytree(answered, tmp_path / "small")))


def prepared(folder: AssessmentFolder) -> Prepared:
    (one,) = workshop(folder, now=AGREED)
    return one


def test_workshop__has_the_low_questions_before_the_others(folder: AssessmentFolder) -> None:
    one = prepared(folder)
    assert dict(one.groups) == {"low": 2, "rest": 1}
    book = openpyxl.load_workbook(one.path)
    assert book.sheetnames[:3] == ["Start", "2 Low", "4 Other questions"]
    assert [book["2 Low"].cell(row, 1).value for row in (6, 7)] == ["1A", "1C"]
    assert "Disagree: 4 ■■■■" in str(book["2 Low"]["C6"].value)
    assert "Agree: 0" in str(book["2 Low"]["C6"].value)


def test_workshop__what_was_agreed_stands_beside_the_answers(folder: AssessmentFolder) -> None:
    before = figures(consolidate(folder, now=AGREED).path)
    ret = read_back(folder, prepared(folder).path, AGREED_ON, name="workshop.xlsx")
    assert codes(ret) == []
    with Ledger(folder.ledger) as ledger:
        (judged,) = ledger.round_record(folder.assessment()).judgements
    assert (judged.item, judged.choice, judged.label) == ("1A", "high", "Agree")
    path = consolidate(folder, now=RETURNED + DAY).path
    row = [cell.value for cell in sheet_of(path.read_bytes(), "Workshop")[5]]
    assert row[:3] == ["Tiny", "1A", "We know each other."]
    assert "4 “Disagree”" in str(row[3])
    assert row[4:] == ["Agree", "We met twice since", "Keep meeting"]
    assert figures(path) == before
    assert verify(folder).faults == ()


def figures(path: Path) -> list[object]:
    """The figures of the Agreement sheet."""
    sheet = sheet_of(path.read_bytes(), "Agreement", values=True)
    return [cell.value for row in sheet for cell in row if isinstance(cell.value, int | float)]


def test_workshop__is_told_in_the_report(folder: AssessmentFolder) -> None:
    from docx import Document

    read_back(folder, prepared(folder).path, AGREED_ON, name="workshop.xlsx")
    result = report(folder, None, None, now=RETURNED + DAY)
    said = "\n".join(paragraph.text for paragraph in Document(str(result.path)).paragraphs)
    assert "A workshop agreed on 1 judgement" in said


def test_workshop__what_is_to_follow_is_put_to_a_decision(folder: AssessmentFolder) -> None:
    read_back(folder, prepared(folder).path, AGREED_ON, name="workshop.xlsx")
    result = plan(folder, now=RETURNED + DAY)
    rows = sheet_of(result.path.read_bytes(), "Tiny").iter_rows(min_row=6, values_only=True)
    assert any(
        row[1] == "Keep meeting" and "Proposed by the workshop" in str(row[2]) for row in rows
    )


def test_workshop__a_judgement_outside_the_scale_is_told(folder: AssessmentFolder) -> None:
    said = {"1A": {"judgement": "Perhaps"}}
    ret = read_back(folder, prepared(folder).path, said, name="workshop.xlsx")
    assert codes(ret) == ["C01"]
    assert (ret.findings[0].sheet, ret.findings[0].cell) == ("2 Low", "D6")


@pytest.mark.parametrize("grounds", [None, "We met twice since"])
def test_workshop__a_judgement_that_cannot_be_read_is_not_one_that_was_not_agreed(
    folder: AssessmentFolder, grounds: str | None
) -> None:
    said = {"1A": {"judgement": "Perhaps", "grounds": grounds}, "1C": {"grounds": "Split"}}
    ret = read_back(folder, prepared(folder).path, said, name="workshop.xlsx")
    assert agreed(folder) == {"1A": "Could not be read; it is asked about",
                              "1C": "No agreed judgement"}  # fmt: skip
    waive(folder, [f"{ret.number}.1"], Why(RETURNED, "They did not agree."))
    left = {"1C": "No agreed judgement"}
    assert agreed(folder) == (left if grounds is None else {"1A": "No agreed judgement", **left})
    assert verify(folder).faults == ()


def agreed(folder: AssessmentFolder) -> dict[str, str]:
    """What the Workshop sheet says was agreed, by item."""
    sheet = sheet_of(consolidate(folder, now=RETURNED + DAY).path.read_bytes(), "Workshop")
    rows = [[str(cell) for cell in row] for row in sheet.iter_rows(min_row=5, values_only=True)]
    return {row[1]: row[4] for row in rows}


@pytest.mark.parametrize(("minimum", "shown"), [(0, True), (3, False)])
def test_workshop__where_levels_differ_has_what_each_level_stands_at(
    tmp_path: Path, minimum: int, shown: bool
) -> None:
    """Board and front line, two of each: a step apart on one question, and of one mind on it."""
    people = tuple(
        (f"Partner {number}", f"Person {number}", "Board" if number < 2 else "Front line")
        for number in range(4)
    )
    folder = a_folder(tmp_path / "small", people)
    write_toolkit(folder, FOUR)
    if minimum:
        held = f"attribution: aggregated\nminimum_group: {minimum}\ncoordinator:\n"
        change_settings(folder, "coordinator:\n", held)
    generate(folder, now=AGREED)
    paths = [
        answer(folder, name, tmp_path / f"{name}.xlsx", (said, "Agree", "Agree"))
        for _, name, level in people
        for said in ["Strongly agree" if level == "Board" else "Agree"]
    ]
    ingest(folder, paths, now=RETURNED, workers=1)
    (one,) = workshop(folder, now=RETURNED)
    sheets = openpyxl.load_workbook(one.path)
    said = " ".join(str(cell.value) for each in sheets for row in each for cell in row)
    assert (dict(one.groups).get("levels", 0) == 1) is shown
    assert ("Board: 4.0, of 2 returns. Front line: 3.0, of 2 returns." in said) is shown
    path = consolidate(folder, now=RETURNED).path
    book = openpyxl.load_workbook(path, data_only=True)
    there = [cell.value for row in book["Levels"] for cell in row] if "Levels" in book else []
    assert (4 in there and 3 in there) is shown


FOUR = TOOLKIT.replace(
    """\
      - {code: high, label: Agree, score: 2}
      - {code: low, label: Disagree, score: 1}
""",
    """\
      - {code: top, label: Strongly agree, score: 4}
      - {code: high, label: Agree, score: 3}
      - {code: low, label: Disagree, score: 2}
      - {code: worst, label: Strongly disagree, score: 1}
""",
)
