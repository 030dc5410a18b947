"""The plan workbook: what was proposed is decided on, and the agreed plan is on record."""

from __future__ import annotations

import shutil
import zipfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.services.planned import (
    AGREED,
    RETURNED,
    a_planned_folder,
    answer_again,
    codes,
    read_back,
)
from tests.services.small import MONDAY, TOOLKIT, a_folder, change_settings, write_toolkit
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.consolidate import matters_of, summarise
from xlassess.consolidate.figures.thresholds import LISTED
from xlassess.consolidate.wording.agreed import reading_in_words
from xlassess.contract.layout import layout
from xlassess.ledger import Ledger
from xlassess.model.plan import AgreedPlan
from xlassess.services.common.workbooks import issuing
from xlassess.services.common.workbooks.outbox import sha256_of
from xlassess.services.decide import Why, set_aside
from xlassess.services.generate import generate
from xlassess.services.history import history
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate, present_round
from xlassess.services.plans.follow_up import progress_paper
from xlassess.services.plans.plan import plan
from xlassess.services.setup.verify import verify
from xlassess.services.status import status
from xlassess.sheet.metrics import TALLEST_ROW
from xlassess.toolkits.load import find_toolkit

DAY = timedelta(days=1)
DECIDED: dict[str, dict[str, object]] = {
    "1": {"decision": "Adopt reworded", "wording": "Meet on the first Monday of every month"},
    "2": {"decision": "Merge", "into": 1},
    "C1": {
        "decision": "Adopt", "wording": "Write down who helps whom", "owner": "Birch Trust",
        "deadline": date(2026, 12, 31), "measure": "One page",
    },
    "N1": {
        "decision": "Adopt", "wording": "Tell the staff", "owner": "Someone else",
        "deadline": date(2026, 5, 1),
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assessment in which everybody has answered; copied for each test."""
    return a_planned_folder(tmp_path_factory.mktemp("answered") / "small").root


@pytest.fixture
def folder(answered: Path, tmp_path: Path) -> AssessmentFolder:
    return AssessmentFolder(Path(shutil.copytree(answered, tmp_path / "small")))


def the_plan(folder: AssessmentFolder) -> AgreedPlan:
    with Ledger(folder.ledger) as ledger:
        return ledger.plans()["2026"]


def texts(path: Path, sheet: str, first: int = 6) -> list[list[str]]:
    """What stands in the rows of a sheet below the headings."""
    rows = openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows(
        min_row=first, values_only=True
    )
    return [["" if cell is None else str(cell) for cell in row] for row in rows]


def test_plan__has_every_proposal_and_each_concern_nobody_answered(
    folder: AssessmentFolder,
) -> None:
    result = plan(folder, now=AGREED)
    assert (result.outcome, result.proposals, result.concerns) == ("new", 2, 1)
    assert result.path.parent.name == "plan"
    rows = texts(result.path, "Tiny")
    assert [row[0] for row in rows] == ["1", "2", "C1"]
    assert [row[1] for row in rows[:2]] == ["Meet every month", "Meet more often"]
    assert "1A: We know each other." in rows[0][2]
    assert "4 of 4 answer “Disagree”" in rows[0][2]
    assert "Proposed by Ash Council, Ada Ash" in rows[0][2]
    assert rows[2][1].startswith("Nobody proposed")
    assert "1C: We help each other." in rows[2][2]


def test_plan__a_proposal_longer_than_any_row_is_high_stops_no_workbook(
    folder: AssessmentFolder,
) -> None:
    long = "One more thing.\n" * 1_000
    answer_again(folder, "Ada Ash", "1A", long, AGREED)
    sheet = openpyxl.load_workbook(plan(folder, now=RETURNED).path)["Tiny"]
    (cell,) = (cell for row in sheet for cell in row if str(cell.value).startswith("One more"))
    assert str(cell.value).split() == long.split()
    assert sheet.row_dimensions[cell.row].height == pytest.approx(TALLEST_ROW, abs=1)


def test_plan__comes_back_and_is_the_agreed_plan(folder: AssessmentFolder) -> None:
    ret = read_back(folder, plan(folder, now=AGREED).path, DECIDED)
    assert (ret.state, codes(ret)) == ("accepted with notes", [])  # a number typed for a text
    agreed = the_plan(folder)
    assert [(one.number, one.item, one.action, one.owner) for one in agreed.actions] == [
        ("1", "1A", "Meet on the first Monday of every month", "Ada Ash"),
        ("C1", "1C", "Write down who helps whom", "Birch Trust"),
        ("N1", "", "Tell the staff", "Someone else"),
    ]
    assert agreed.actions[0].merged == ("2",)
    assert agreed.actions[0].deadline == date(2026, 9, 30)
    assert agreed.undecided == ()
    assert verify(folder).faults == ()


@pytest.mark.parametrize(
    ("rows", "code", "cell"),
    [
        ({"2": {"decision": "Adopt"}}, "C28", "H7"),
        ({"2": {"decision": "Adopt", "deadline": date(2026, 12, 1), "owner": None}}, "C28", "G7"),
        ({"1": {"decision": "Adopt reworded"}}, "C28", "F6"),
        ({"1": {"decision": "Decline"}}, "C28", "J6"),
        ({"C1": {"decision": "Adopt", "owner": "Ash", "deadline": date(2026, 9, 9)}}, "C28", "F8"),
        ({"1": {"decision": "Merge", "into": 99}}, "C29", "E6"),
        (
            {"1": {"decision": "Merge", "into": 2}, "2": {"decision": "Merge", "into": "1"}},
            "C30", "E6",
        ),
        ({"1": {"decision": "Merge", "into": "1"}}, "C30", "E6"),
        ({"1": {"decision": "Merge", "into": "C1"}}, "C31", "E6"),
        ({"1": {"decision": "Adopt", "deadline": date(2025, 1, 1)}}, "C32", "H6"),
        ({"2": {"wording": "Meet twice"}}, "C33", "D7"),
        ({"2": {"decision": "Perhaps"}}, "C01", "D7"),
    ],
)  # fmt: skip
def test_plan__says_what_is_wrong_and_where(
    folder: AssessmentFolder, rows: dict[str, dict[str, object]], code: str, cell: str
) -> None:
    ret = read_back(folder, plan(folder, now=AGREED).path, rows)
    (finding,) = ret.findings
    assert (finding.code, finding.sheet, finding.cell) == (code, "Tiny", cell)
    assert ret.state == "query"


def test_plan__changed_proposal_is_told(folder: AssessmentFolder, tmp_path: Path) -> None:
    result = plan(folder, now=AGREED)
    book = openpyxl.load_workbook(result.path)
    book["Tiny"]["B6"] = "Meet never"
    book.save(result.path.with_name("changed.xlsx"))
    changed = result.path.with_name("changed.xlsx").rename(tmp_path / "changed.xlsx")
    (received,) = ingest(folder, [changed], now=RETURNED, workers=1).files
    assert "C09" in codes(received.ret)


def test_plan__run_again_without_a_return_changes_nothing(folder: AssessmentFolder) -> None:
    first = plan(folder, now=AGREED)
    again = plan(folder, now=AGREED + DAY)
    assert (again.outcome, again.reference) == ("unchanged", first.reference)


def test_plan__run_again_after_a_return_holds_what_was_agreed(folder: AssessmentFolder) -> None:
    first = plan(folder, now=AGREED)
    read_back(folder, first.path, DECIDED)
    again = plan(folder, now=RETURNED + DAY)
    assert again.outcome == "reissued"
    assert again.reference != first.reference
    rows = texts(again.path, "Tiny")
    assert rows[0][3:6] == ["Adopt reworded", "", "Meet on the first Monday of every month"]
    assert rows[1][3:5] == ["Merge", "1"]
    assert not first.path.exists()
    same = read_back(folder, again.path, {}, now=RETURNED + 2 * DAY, name="again.xlsx")
    assert codes(same) == []
    assert the_plan(folder).actions[0].action.startswith("Meet on the first")
    assert the_plan(folder).steps == 2


def test_summary__has_the_agreed_plan_in_place_of_proposals(folder: AssessmentFolder) -> None:
    before = consolidate(folder, now=AGREED).path
    assert "respondents propose" in notes(before)
    read_back(folder, plan(folder, now=AGREED).path, DECIDED)
    after = consolidate(folder, now=RETURNED + DAY).path
    assert "Of 3 actions, 0 are done, 0 were stopped and 3 are open" in notes(after)
    rows = texts(after, "Action plan", first=5)
    assert ["1 (with 2)", "Meet on the first Monday of every month"] in [row[:2] for row in rows]
    assert ["2", "Meet more often", "Merged into 1"] in [row[:3] for row in rows]


def notes(path: Path) -> str:
    """The lines between title and table of the Action plan sheet."""
    sheet = openpyxl.load_workbook(path)["Action plan"]
    lines = (str(sheet.cell(row, 1).value or "") for row in range(2, 6))
    return " ".join(" ".join(lines).split())


@pytest.mark.parametrize("attribution", ["lettered", "aggregated"])
def test_plan__says_no_more_of_proposers_than_the_workbooks_promised(
    tmp_path: Path, attribution: str
) -> None:
    """Set to names afterwards: what workbooks promised binds the plan, too."""
    folder = a_planned_folder(tmp_path / "small", attribution=attribution)
    change_settings(folder, f"attribution: {attribution}", "attribution: named")
    result = plan(folder, now=AGREED)
    with zipfile.ZipFile(result.path) as archive:
        texts_of_all = archive.read("xl/sharedStrings.xml").decode()
    rows = texts(result.path, "Tiny")
    shown = " ".join(" ".join(row[:3]) for row in rows)
    assert "Ash" not in shown
    assert "Birch" not in shown
    assert ("Proposed by" in texts_of_all) is (attribution == "lettered")
    owners = {row[6] for row in rows}
    assert owners == {"", "All of us"}


def test_decisions__hold_for_plan_workbooks_too(folder: AssessmentFolder) -> None:
    result = plan(folder, now=AGREED)
    ret = read_back(folder, result.path, DECIDED)
    shown = history(folder, result.reference)
    assert shown.counts is not None
    assert shown.counts.number == ret.number
    assert "plan agreed" in [step.event.what for step in shown.steps]
    why = Why(RETURNED + DAY, "A draft")
    decided = set_aside(folder, ret.number, why)
    assert decided.books[0].counts is None
    with Ledger(folder.ledger) as ledger:
        assert ledger.plans().get("2026") is None
    assert verify(folder).faults == ()


def test_plan__broken_off_before_it_is_written_is_done_by_the_next_run(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Recorded first, written after: the next run writes the same workbook, and no second one."""

    def no_disk(*given: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(issuing, "write_whole", no_disk)
        with pytest.raises(OSError, match="No space"):
            plan(folder, now=AGREED)
    with Ledger(folder.ledger) as ledger:
        (recorded,) = ledger.joint("2026")
    result = plan(folder, now=AGREED + DAY)
    assert (result.outcome, result.reference) == ("restored", recorded.reference)
    assert sha256_of(result.path.read_bytes()) == recorded.sha256


def test_plan__run_again_keeps_what_was_typed_without_a_decision(
    folder: AssessmentFolder,
) -> None:
    read_back(folder, plan(folder, now=AGREED).path, {"1": {"wording": "Meet twice"}})
    again = plan(folder, now=RETURNED + DAY)
    row = texts(again.path, "Tiny")[0]
    assert (row[3], row[5], row[6]) == ("", "Meet twice", "Ada Ash")


def test_summary__without_an_agreed_action_of_the_toolkit_keeps_its_proposals(
    folder: AssessmentFolder,
) -> None:
    read_back(folder, plan(folder, now=AGREED).path, {"N1": DECIDED["N1"]})
    said = " ".join(cell for row in texts(consolidate(folder, now=RETURNED).path, "Summary", 1)
                    for cell in row)  # fmt: skip
    assert "Meet every month" in said
    assert "Follow up the agreed plan" not in said


MANY = 9
"""Concerns: more than the committee is asked about."""


def test_plan__concerns_that_the_committee_is_not_asked_about_come_last_and_may_stay_empty(
    tmp_path: Path,
) -> None:
    folder = a_folder(tmp_path / "small")
    item = TOOLKIT[TOOLKIT.index('      - {id: "1B"') : TOOLKIT.index('      - {id: "1C"')]
    more = "".join(item.replace("1B", f"1{chr(68 + at)}") for at in range(MANY - 3))
    write_toolkit(folder, TOOLKIT.replace(item, item + more))
    paths = []
    for issued in generate(folder, now=MONDAY).workbooks:
        book = openpyxl.load_workbook(issued.path)
        (table,) = layout(find_toolkit("tiny", folder.toolkits)).sections[0].tables
        column = table.column("answer")
        assert column is not None
        for row in table.rows:
            book["1 Basics"].cell(row.index + 1, column.index + 1).value = "Disagree"
        paths.append(tmp_path / f"{issued.respondent}.xlsx")
        book.save(paths[-1])
    ingest(folder, paths, now=RETURNED, workers=1)
    result = plan(folder, now=RETURNED)
    assert (result.proposals, result.concerns, result.further) == (0, MANY, MANY - LISTED)
    rows = texts(result.path, "Tiny")
    assert [row[0] for row in rows] == [f"C{number}" for number in range(1, MANY + 1)]
    further = ["does not ask the committee about this" in row[1] for row in rows]
    summary = summarise(present_round(folder), RETURNED)
    asked = " ".join(summary.parts[0].narrative.decisions)
    concerns = [one for one in matters_of(summary) if one.proposed is None]
    assert [f"({one.item}):" not in asked for one in concerns] == further
    assert further == [False] * LISTED + [True] * (MANY - LISTED)
    assert [row[-1] for row in rows] == ["To do"] * LISTED + ["Optional"] * (MANY - LISTED)
    sheet = openpyxl.load_workbook(result.path, data_only=True)["Start"]
    said = [cell.value for row in sheet.iter_rows() for cell in row]
    assert f"Still to decide or complete: {LISTED} of {LISTED} rows" in said


def test_plan__what_is_proposed_since_it_was_agreed_waits_for_a_decision(
    folder: AssessmentFolder,
) -> None:
    declined = {**DECIDED, "2": {"decision": "Decline", "reason": "Not now"}}
    read_back(folder, plan(folder, now=AGREED).path, declined)
    assert plan(folder, now=RETURNED).waiting == 0
    assert status(folder, today=RETURNED.date()).waiting == 0
    said = words_of_papers(folder)
    assert "for a decision" not in said
    assert "does not settle yet" not in said
    # A proposal for a question of which everything was settled, and none was known of.
    answer_again(folder, "Cy Cedar", "1B", "Share the minutes", RETURNED + DAY)
    result = plan(folder, now=RETURNED + 2 * DAY, reissue=True)
    assert result.waiting == 1
    assert sum(row[-1] == "To do" for row in texts(result.path, "Tiny")) == result.waiting
    assert status(folder, today=RETURNED.date()).waiting == 1
    said = words_of_papers(folder)
    assert said.count("1 proposal or concern waits for a decision.") == 2
    assert "what the agreed plan does not settle yet: 1 proposal or concern." in said


def test_paper__that_says_what_waits_counts_as_shown(folder: AssessmentFolder) -> None:
    read_back(folder, plan(folder, now=AGREED).path, DECIDED)
    progress_paper(folder, now=RETURNED)
    with Ledger(folder.ledger) as ledger:
        record = ledger.round_record(folder.assessment())
    assert [one.kind for one in record.outputs] == ["plan", "progress paper"]
    assert record.outputs[-1].base == record.base


def test_status__what_waits_is_not_told_where_it_could_give_an_answer_away(tmp_path: Path) -> None:
    folder = a_planned_folder(tmp_path / "small", attribution="aggregated")
    decided = {number: DECIDED[number] for number in ("1", "2")}
    read_back(folder, plan(folder, now=AGREED).path, decided)
    assert status(folder, today=RETURNED.date()).waiting == 0
    set_aside(folder, 1, Why(RETURNED, "Sent by mistake"))
    assert status(folder, today=RETURNED.date()).waiting is None
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).output
    assert "Not settled by the agreed plan: not known" in said
    paper = progress_paper(folder, now=RETURNED).paper
    assert paper.waiting is None
    assert "cannot be told now" in " ".join(reading_in_words(paper))
    with Ledger(folder.ledger) as ledger:
        kinds = [one.kind for one in ledger.round_record(folder.assessment()).outputs]
    assert "progress paper" not in kinds


def words_of_papers(folder: AssessmentFolder) -> str:
    """What stands on the summary's first page and list of actions, and in the progress paper."""
    summary = consolidate(folder, now=RETURNED + 3 * DAY).path
    paper = progress_paper(folder, now=RETURNED + 3 * DAY).path
    sheets = ((summary, "Summary"), (summary, "Action plan"), (paper, "Progress"))
    return " ".join(cell for path, name in sheets for row in texts(path, name, 1) for cell in row)
