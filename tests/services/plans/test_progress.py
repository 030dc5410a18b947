"""Progress: owners report on agreed actions, and the committee reads what came of them."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from tests.factory import a_respondent
from tests.ingest.packages import sheet_of
from tests.ledger.raw import behind
from tests.services.planned import (
    AGREED,
    REPORTED,
    RETURNED,
    a_planned_folder,
    answer_all,
    codes,
    read_back,
)
from tests.services.plans.test_plan import DECIDED, the_plan
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.errors import UsageError
from xlassess.model.plan import AgreedAction
from xlassess.services.common.opening import open_folder
from xlassess.services.common.workbooks.joint import by_owner, holders
from xlassess.services.decide import Why, waive
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.papers.report import report
from xlassess.services.plans.follow_up import OwnersWorkbook, progress, progress_paper
from xlassess.services.plans.plan import plan
from xlassess.services.setup.rounds import begin_round
from xlassess.services.setup.verify import verify
from xlassess.services.status import status

DAY = timedelta(days=1)
AUTUMN = REPORTED.replace(month=10, day=5)
NEXT_YEAR = AGREED.replace(year=2027, month=2)


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assessment with an agreed plan of three actions; copied for each test."""
    folder = a_planned_folder(tmp_path_factory.mktemp("agreed") / "small")
    read_back(folder, plan(folder, now=AGREED).path, DECIDED)
    return folder.root


@pytest.fixture
def folder(agreed: Path, tmp_path: Path) -> AssessmentFolder:
    return AssessmentFolder(Path(shutil.copytree(agreed, tmp_path / "small")))


def of(folder: AssessmentFolder, owner: str, **options: object) -> OwnersWorkbook:
    """The progress workbook of one owner."""
    result = progress(folder, now=RETURNED + DAY, **options)  # type: ignore[arg-type]
    (mine,) = [one for one in result.workbooks if one.owner == owner]
    return mine


def test_progress__asks_each_owner_about_their_actions_only(folder: AssessmentFolder) -> None:
    result = progress(folder, now=RETURNED + DAY)
    assert {one.owner: one.actions for one in result.workbooks} == {
        "Ada Ash": 1, "Birch Trust": 1, "Someone else": 1,
    }  # fmt: skip
    book = openpyxl.load_workbook(of(folder, "Birch Trust").path)
    said = [str(cell.value) for row in book["Your actions"] for cell in row if cell.value]
    assert "Write down who helps whom" in said
    assert not any("Meet" in text or "Tell" in text for text in said)


def test_progress__without_a_plan_says_what_to_do(tmp_path: Path, folder: AssessmentFolder) -> None:
    shutil.rmtree(folder.root)
    other = a_planned_folder(tmp_path / "small")
    with pytest.raises(UsageError, match="No action plan is agreed yet"):
        progress(other, now=AGREED)


def test_progress__what_comes_back_updates_the_plan(folder: AssessmentFolder) -> None:
    path = of(folder, "Ada Ash").path
    said = {"1": {"state": "Done", "done": "Ten meetings.", "done_on": date(2026, 5, 1)}}
    ret = read_back(folder, path, said, now=REPORTED, name="ada.xlsx")
    assert codes(ret) == []
    first = the_plan(folder).actions[0]
    assert (first.state, first.done, first.on_time) == ("done", "Ten meetings.", True)
    assert verify(folder).faults == ()


def test_progress__a_moved_deadline_is_counted_with_its_reason(folder: AssessmentFolder) -> None:
    path = of(folder, "Birch Trust").path
    moved = {"C1": {
        "state": "In progress", "new_deadline": date(2027, 3, 31), "because": "Nobody had time",
    }}  # fmt: skip
    read_back(folder, path, moved, now=REPORTED, name="birch.xlsx")
    action = the_plan(folder).actions[1]
    assert action.deadline == date(2027, 3, 31)
    assert [(one.old, one.new, one.because) for one in action.moves] == [
        (date(2026, 12, 31), date(2027, 3, 31), "Nobody had time")
    ]
    again = progress(folder, now=REPORTED + DAY)
    assert next(o.outcome for o in again.workbooks if o.owner == "Birch Trust") == "reissued"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"state": "Stopped"}, "C34"),
        ({"new_deadline": date(2027, 3, 31)}, "C34"),
        ({"new_deadline": date(2025, 3, 31), "because": "Too late"}, "C32"),
        ({"state": "Nearly"}, "C01"),
    ],
)
def test_progress__says_what_is_wrong(
    folder: AssessmentFolder, said: dict[str, object], code: str
) -> None:
    ret = read_back(folder, of(folder, "Ada Ash").path, {"1": said}, now=REPORTED, name="a.xlsx")
    assert codes(ret) == [code]
    assert ret.findings[0].cell


def test_next_steps__owners_are_asked_what_came_of_what_is_overdue(
    folder: AssessmentFolder,
) -> None:
    from xlassess.services.next_steps import next_steps
    from xlassess.services.papers.consolidate import consolidate

    consolidate(folder, now=REPORTED)
    for day, due in ((date(2026, 5, 1), False), (date(2026, 5, 2), True)):
        steps = [one.kind for one in next_steps(folder, status(folder, today=day), today=day)]
        assert ("progress" in steps) == due


def test_status__shows_what_is_overdue(folder: AssessmentFolder) -> None:
    assert status(folder, today=date(2026, 5, 1)).overdue == ()
    late = status(folder, today=date(2026, 5, 2)).overdue
    assert [one.action for one in late] == ["Tell the staff"]


def test_paper__says_what_came_of_the_actions_and_what_changed(folder: AssessmentFolder) -> None:
    first = progress_paper(folder, now=RETURNED + DAY)
    assert "This is the first progress paper." in page(first.path)
    read_back(
        folder, of(folder, "Ada Ash").path, {"1": {"state": "Done", "done_on": date(2026, 10, 2)}},
        now=AUTUMN, name="ada.xlsx",
    )  # fmt: skip
    second = progress_paper(folder, now=AUTUMN + DAY)
    said = page(second.path)
    assert "Of 3 actions that Small Partnership agreed on, 1 is done (0 on time, 1 late)" in said
    assert "2 are open; 1 of the open ones is overdue" in said
    assert "1 of 3 actions has changed" in said
    assert "was “not started”, now “done”" in said
    assert "N1, Tell the staff: due 1 May 2026, Someone else" in said


def test_paper__that_cannot_be_put_in_place_is_not_compared_with(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = progress_paper(folder, now=RETURNED + DAY)
    done = {"1": {"state": "Done", "done_on": date(2026, 10, 2)}}
    read_back(folder, of(folder, "Ada Ash").path, done, now=AUTUMN, name="ada.xlsx")
    before = first.path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", _locked)
        with pytest.raises(PermissionError):
            progress_paper(folder, now=AUTUMN + DAY)
    assert first.path.read_bytes() == before
    assert "now “done”" in page(progress_paper(folder, now=AUTUMN + 2 * DAY).path)


def _locked(path: Path, target: Path) -> Path:
    raise PermissionError(f"{target} is open in Excel")


def test_paper__written_twice_says_the_same_and_keeps_what_was_there(
    folder: AssessmentFolder,
) -> None:
    first = progress_paper(folder, now=RETURNED + DAY)
    same_day = progress_paper(folder, now=RETURNED + DAY + timedelta(minutes=5))
    assert "This is the first progress paper." in page(same_day.path)
    later = progress_paper(folder, now=RETURNED + 3 * DAY)
    assert "Nothing has changed since the paper of" in page(later.path)
    done = {"1": {"state": "Done", "done_on": date(2026, 10, 2)}}
    read_back(folder, of(folder, "Ada Ash").path, done, now=AUTUMN, name="ada.xlsx")
    for day in (DAY, 2 * DAY):
        paper = progress_paper(folder, now=AUTUMN + day)
        assert paper.edited == ()
        assert "now “done”" in page(paper.path)
    first.path.write_bytes(b"with words of mine")
    (edited,) = progress_paper(folder, now=AUTUMN + 3 * DAY).edited
    assert edited.read_bytes() == b"with words of mine"
    assert (first.path.parent / "earlier").is_dir()


def test_paper__says_the_same_in_word(folder: AssessmentFolder) -> None:
    progress_paper(folder, now=RETURNED + DAY)
    said = {"1": {
        "state": "Done", "done": "**Ten** <b>meetings</b> {{ x }}", "done_on": date(2026, 10, 2),
    }}  # fmt: skip
    read_back(folder, of(folder, "Ada Ash").path, said, now=AUTUMN, name="ada.xlsx")
    moved = {"C1": {"new_deadline": date(2027, 3, 31), "because": "Nobody had time"}}
    read_back(folder, of(folder, "Birch Trust").path, moved, now=AUTUMN, name="birch.xlsx")
    written = progress_paper(folder, now=AUTUMN + DAY)
    paper = docx.Document(str(written.word))
    told = [one.text for one in paper.paragraphs]
    assert told[0] == "Progress on the action plan"
    assert set(filter(None, told)) >= {
        text for text in page(written.path).split("\n") if text.startswith(("Of 3", "N1, Tell"))
    }
    counts, actions = ([[cell.text for cell in row.cells] for row in one.rows]
                       for one in paper.tables)  # fmt: skip
    assert counts[1:3] == [["Done on time", "0", "3"], ["Done late", "1", "3"]]
    assert actions[1][4:] == ["Done\nlate", "**Ten** <b>meetings</b> {{ x }}"]
    assert actions[2][3] == "31 Mar 2027\nMoved once, first 31 Dec 2026"
    assert [one.style.name for one in paper.paragraphs if one.style.name.startswith("Heading")]
    for table in paper.tables:
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_paper__in_word_that_somebody_edited_is_kept(folder: AssessmentFolder) -> None:
    first = progress_paper(folder, now=RETURNED + DAY)
    assert first.word.read_bytes() == progress_paper(folder, now=RETURNED + DAY).word.read_bytes()
    document = docx.Document(str(first.word))
    document.add_paragraph("A word of mine")
    document.core_properties.last_modified_by = "Kim"
    document.save(str(first.word))
    (edited,) = progress_paper(folder, now=AUTUMN).edited
    assert docx.Document(str(edited)).paragraphs[-1].text == "A word of mine"
    assert "A word of mine" not in [one.text for one in docx.Document(str(first.word)).paragraphs]


def test_owners__that_one_workbook_would_stand_for_get_one_together() -> None:
    names = ("Housing & Planning", "Housing and planning", "Ash")
    actions = [AgreedAction("2026", str(number), "", "", "", "Meet", name, None, "")
               for number, name in enumerate(names)]  # fmt: skip
    owned = by_owner(actions)
    assert [len(each) for each in owned.values()] == [2, 1]
    ash = [
        a_respondent(id=f"ash-{number}", name="Ash", email=f"ash{number}@example.org")
        for number in range(2)
    ]
    for people, address in ((ash, ""), (ash[:1], "ash0@example.org")):
        assert [(holder.id, holder.email) for holder, _ in holders(owned, people)] == [
            ("owner-housing-and-planning", ""), ("owner-ash", address),
        ]  # fmt: skip


def page(path: Path) -> str:
    """Everything on the first page of a progress paper."""
    sheet = sheet_of(path.read_bytes(), "Progress")
    return "\n".join(str(cell.value) for row in sheet for cell in row if cell.value is not None)


def test_next_round__goes_on_with_what_is_open_and_says_what_was_kept(
    folder: AssessmentFolder,
) -> None:
    said = {"1": {"state": "Done", "done_on": date(2026, 5, 2)}}
    read_back(folder, of(folder, "Ada Ash").path, said, now=REPORTED, name="ada.xlsx")
    begin_round(folder, "2027", date(2027, 3, 12), now=NEXT_YEAR)
    later = open_folder(folder.root)
    answer_all(later, NEXT_YEAR, NEXT_YEAR + DAY)
    result = progress(later, now=NEXT_YEAR + DAY)
    assert {one.owner: one.actions for one in result.workbooks} == {
        "Birch Trust": 1, "Someone else": 1,
    }  # fmt: skip
    mine = next(one for one in result.workbooks if one.owner == "Birch Trust")
    sheet = sheet_of(mine.path.read_bytes(), "Your actions")
    assert "2026/C1" in [cell.value for cell in sheet["A"]]
    stopped = {"2026/C1": {"state": "Stopped", "because": "No longer needed"}}
    ret = read_back(later, mine.path, stopped, now=NEXT_YEAR + 2 * DAY, name="next.xlsx")
    assert codes(ret) == []
    assert the_plan(folder).actions[1].state == "stopped"
    summary = consolidate(later, now=NEXT_YEAR + 2 * DAY).path
    told = " ".join(
        str(cell.value)
        for row in sheet_of(summary.read_bytes(), "Summary")
        for cell in row
        if cell.value
    )
    assert "1 of 3 actions agreed in 2026 is done, 1 is overdue, 1 was stopped." in told
    sheet = sheet_of(summary.read_bytes(), "Action plan")
    rows = [[cell for cell in row if cell] for row in sheet.iter_rows(values_only=True)]
    first = rows.index(["What came of the actions agreed in earlier rounds"])
    which = {str(row[0]): row for row in rows[first + 2 :] if row}
    assert list(which) == ["2026/1", "2026/C1", "2026/N1"]
    assert which["2026/1"][-2:] == ["Done", "on time"]
    assert "No longer needed" in which["2026/C1"]
    assert which["2026/N1"][-1] == "overdue"
    paper = docx.Document(str(report(later, None, None, now=NEXT_YEAR + 2 * DAY).path))
    (table,) = [one for one in paper.tables if one.cell(1, 0).text == "2026/1"]
    assert [row.cells[4].text.strip() for row in table.rows[1:]] == [
        "Done\non time", "Stopped", "Not started\noverdue",
    ]  # fmt: skip


def test_progress__without_a_day_leaves_what_is_out_as_it_is(folder: AssessmentFolder) -> None:
    first = progress(folder, now=RETURNED + DAY, return_by=date(2026, 4, 30))
    again = progress(folder, now=RETURNED + 2 * DAY)
    assert {one.outcome for one in again.workbooks} == {"unchanged"}
    late = REPORTED + 30 * DAY
    assert {one.outcome for one in progress(folder, now=late).workbooks} == {"unchanged"}
    other = progress(folder, now=RETURNED + 2 * DAY, return_by=date(2026, 5, 31))
    assert {one.outcome for one in other.workbooks} == {"outdated"}
    assert {one.reference for one in other.workbooks} == {one.reference for one in first.workbooks}


def test_progress__a_day_that_is_over_is_not_asked_for_again(folder: AssessmentFolder) -> None:
    progress(folder, now=RETURNED + DAY, return_by=date(2026, 4, 30))
    path = of(folder, "Ada Ash").path
    read_back(folder, path, {"1": {"state": "In progress"}}, now=REPORTED, name="ada.xlsx")
    for options in ({}, {"reissue": True}):
        result = progress(folder, now=REPORTED + DAY, **options)
        made = {one.owner: (one.outcome, one.reference) for one in result.workbooks}
    assert made["Birch Trust"][0] == "reissued"
    with Ledger(folder.ledger) as ledger:
        days = {one.reference: one.return_by for one in ledger.joint()}
    assert {days[reference] for _, reference in made.values()} == {None}
    assert verify(folder).faults == ()


def test_audit__tells_when_the_day_of_a_workbook_was_changed(folder: AssessmentFolder) -> None:
    progress(folder, now=RETURNED + DAY, return_by=date(2026, 4, 30))
    with behind(folder.ledger) as run:
        run("UPDATE issued SET return_by = '2027-04-30' WHERE kind = 'progress'")
    faults = verify(folder).faults
    assert len(faults) == 3
    assert all("The day by which" in one.message for one in faults)


def the_action(folder: AssessmentFolder, number: str) -> AgreedAction:
    (one,) = [one for one in the_plan(folder).actions if one.number == number]
    return one


def test_progress__a_day_that_cannot_be_right_is_not_used_until_it_is_settled(
    folder: AssessmentFolder,
) -> None:
    path = of(folder, "Birch Trust").path
    said = {"C1": {"new_deadline": date(2026, 1, 31), "because": "A slip"}}
    ret = read_back(folder, path, said, now=REPORTED, name="birch.xlsx")
    assert codes(ret) == ["C32"]
    assert the_action(folder, "C1").deadline == date(2026, 12, 31)
    assert the_action(folder, "C1").because == ""
    paper = progress_paper(folder, now=REPORTED + DAY).paper
    assert {one.deadline for one in paper.actions if one.number == "C1"} == {date(2026, 12, 31)}
    waive(folder, [f"{ret.number}.1"], Why(REPORTED + DAY, "It is the day."))
    assert the_action(folder, "C1").deadline == date(2026, 1, 31)
    waive(folder, [f"{ret.number}.1"], Why(REPORTED + DAY, "It is not."), revoke=True)
    assert the_action(folder, "C1").moves == ()
    right = {"C1": {"new_deadline": date(2027, 1, 31), "because": "No slip"}}
    assert codes(read_back(folder, path, right, now=REPORTED + DAY, name="right.xlsx")) == []
    assert the_action(folder, "C1").deadline == date(2027, 1, 31)
    assert verify(folder).faults == ()


def test_progress__stopped_without_a_reason_stays_as_it_was_and_is_asked_again(
    folder: AssessmentFolder,
) -> None:
    path = of(folder, "Someone else").path
    said = {"N1": {"state": "Stopped", "done": "We wrote twice."}}
    ret = read_back(folder, path, said, now=AUTUMN, name="first.xlsx")
    assert codes(ret) == ["C34"]
    action = the_action(folder, "N1")
    assert (action.state, action.unexplained) == ("not started", "stopped")
    found = status(folder, today=AUTUMN.date())
    assert [one.number for one in found.unexplained] == ["N1"]
    assert [one.number for one in found.overdue] == ["1", "N1"]
    paper = progress_paper(folder, now=AUTUMN + DAY)
    counts = paper.paper.counts
    assert (counts.stopped, counts.open, counts.overdue, counts.unexplained) == (0, 3, 2, 1)
    told = page(paper.path)
    assert "1 of the open ones was reported as stopped or moved without a reason" in told
    assert "Of the open ones: reason awaited\n1\n3" in told
    (mine,) = [one for one in progress(folder, now=AUTUMN + DAY).workbooks
               if one.owner == "Someone else"]  # fmt: skip
    assert (mine.outcome, mine.actions) == ("reissued", 1)
    beside = [str(cell.value) for row in sheet_of(mine.path.read_bytes(), "Your actions")
              for cell in row]  # fmt: skip
    assert any("Last reported: stopped. We wrote twice." in text for text in beside)
    assert any("Until you give one, it stays “not started”" in text for text in beside)
    given = {"N1": {"state": "Stopped", "because": "Nobody answers"}}
    assert codes(read_back(folder, mine.path, given, now=AUTUMN + 2 * DAY, name="again.xlsx")) == []
    action = the_action(folder, "N1")
    assert (action.state, action.unexplained, action.because) == ("stopped", "", "Nobody answers")
    after = status(folder, today=AUTUMN.date())
    assert (after.unexplained, after.joint) == ((), ())
    assert (
        "reason"
        not in page(progress_paper(folder, now=AUTUMN + 3 * DAY).path)
        .split("Of 3")[1]
        .split("What came of them")[0]
    )
    assert verify(folder).faults == ()


def test_progress__moved_without_a_reason_is_moved_once_that_is_waived(
    folder: AssessmentFolder,
) -> None:
    path = of(folder, "Birch Trust").path
    said = {"C1": {"state": "In progress", "new_deadline": date(2027, 3, 31)}}
    ret = read_back(folder, path, said, now=REPORTED, name="birch.xlsx")
    action = the_action(folder, "C1")
    assert (action.state, action.deadline, action.moves) == ("in progress", date(2026, 12, 31), ())
    assert action.unexplained == "moved"
    summary = sheet_of(consolidate(folder, now=REPORTED + DAY).path.read_bytes(), "Action plan")
    said_there = " ".join(str(cell.value) for row in summary for cell in row if cell.value)
    assert "Reported as moved; the reason is awaited." in said_there
    waive(folder, [f"{ret.number}.1"], Why(REPORTED + DAY, "She told the chair why."))
    action = the_action(folder, "C1")
    assert (action.deadline, action.unexplained) == (date(2027, 3, 31), "")
    assert verify(folder).faults == ()


def beside(folder: AssessmentFolder, owner: str, now: datetime) -> str:
    """What stands beside the cells of an owner's next workbook."""
    (mine,) = [one for one in progress(folder, now=now).workbooks if one.owner == owner]
    sheet = sheet_of(mine.path.read_bytes(), "Your actions")
    return " ".join(" ".join(str(cell.value).split()) for row in sheet for cell in row)


def test_progress__two_days_that_cannot_be_right_are_both_told(folder: AssessmentFolder) -> None:
    said = {"1": {
        "state": "In progress", "done_on": REPORTED.date() + DAY,
        "new_deadline": date(2026, 1, 31), "because": "A slip",
    }}  # fmt: skip
    ret = read_back(folder, of(folder, "Ada Ash").path, said, now=REPORTED, name="ada.xlsx")
    assert sorted(codes(ret)) == ["C32", "C35"]
    assert the_action(folder, "1").doubted == ("done on", "deadline")
    told = beside(folder, "Ada Ash", REPORTED)
    assert "said it was done was still to come, so it was not used. The new deadline that" in told


def test_progress__a_state_beside_a_move_without_a_reason_is_shown(
    folder: AssessmentFolder,
) -> None:
    said = {"1": {"state": "In progress", "new_deadline": date(2027, 1, 31)}}
    ret = read_back(folder, of(folder, "Ada Ash").path, said, now=REPORTED, name="ada.xlsx")
    assert codes(ret) == ["C34"]
    told = beside(folder, "Ada Ash", REPORTED)
    assert "Last reported: in progress, with a new deadline" in told
    assert "No reason was given for the new deadline. Until you give one, it keeps its" in told


def test_progress__done_on_a_day_to_come_is_asked_about(folder: AssessmentFolder) -> None:
    said = {"1": {"state": "Done", "done_on": REPORTED.date() + DAY}}
    path = of(folder, "Ada Ash").path
    ret = read_back(folder, path, said, now=REPORTED, name="ada.xlsx")
    assert codes(ret) == ["C35"]
    action = the_action(folder, "1")
    assert (action.state, action.done_on) == ("not started", None)
    (mine,) = [one for one in progress(folder, now=REPORTED).workbooks if one.owner == "Ada Ash"]
    assert mine.outcome == "reissued"
    sheet = sheet_of(mine.path.read_bytes(), "Your actions")
    beside = " ".join(str(cell.value) for row in sheet for cell in row)
    assert "The day on which you said it was done was still to come, so it was not used." in beside
    today = {"1": {"state": "Done", "done_on": REPORTED.date()}}
    ret = read_back(folder, mine.path, today, now=REPORTED, name="today.xlsx")
    assert codes(ret) == []


def test_plan__a_removed_decision_is_asked_about_and_holds_until_then(
    folder: AssessmentFolder,
) -> None:
    gone = {"1": dict.fromkeys(("decision", "wording", "owner", "deadline", "measure"))}
    later = plan(folder, now=RETURNED + DAY).path
    for rows in (gone, {"1": {"decision": None}}):
        ret = read_back(folder, later, rows, now=REPORTED, name=f"{len(rows['1'])}.xlsx")
        assert codes(ret) == ["C36"]
        assert the_action(folder, "1").owner == "Ada Ash"
    assert verify(folder).faults == ()
    waive(folder, [f"{ret.number}.1"], Why(REPORTED, "It is to be decided later."))
    assert "1" not in {one.number for one in the_plan(folder).actions}
    assert "1" in {one.number for one in the_plan(folder).undecided}
    declined = {
        "1": {"decision": "Decline", "reason": "Not now"},
        "2": {"decision": "Decline", "reason": "Nor this"},
    }
    ret = read_back(folder, later, declined, now=REPORTED + DAY, name="declined.xlsx")
    assert codes(ret) == []
    assert "1" not in {one.number for one in the_plan(folder).undecided}
