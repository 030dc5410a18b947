"""Query workbooks about plan, progress and workshop workbooks: asked, answered and joined."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.factory import a_context
from tests.jointly import AT, a_plan, a_progress, a_workshop
from tests.queried import context as queried
from tests.queried import issued_query, numbered
from tests.services.planned import (
    AGREED,
    PARTNERS,
    REPORTED,
    RETURNED,
    a_planned_folder,
    codes,
    entered,
    fill,
    read_back,
)
from tests.services.plans.test_plan import DECIDED, the_plan
from tests.services.small import write_register
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.ingest import ReturnedFile, merge, read_return
from xlassess.ledger import Ledger
from xlassess.model.errors import UsageError
from xlassess.model.query import Slot
from xlassess.services.decide import Why, mark, mark_queries, set_aside, waive
from xlassess.services.history import history
from xlassess.services.ingest import ingest
from xlassess.services.plans.follow_up import progress
from xlassess.services.plans.plan import plan
from xlassess.services.plans.workshop import workshop
from xlassess.services.post.send import Ask, preview
from xlassess.services.query import Asked, query
from xlassess.services.setup.verify import verify
from xlassess.services.status import status

DAY = timedelta(days=1)
Rows = Mapping[str, Mapping[str, object]]


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assessment in which everybody has answered; copied for each test."""
    return a_planned_folder(tmp_path_factory.mktemp("answered") / "small").root


@pytest.fixture
def folder(answered: Path, tmp_path: Path) -> AssessmentFolder:
    return AssessmentFolder(Path(shutil.copytree(answered, tmp_path / "small")))


def asked(folder: AssessmentFolder) -> Asked:
    """The one query workbook."""
    (one,) = query(folder, now=RETURNED + DAY).workbooks
    return one


def opened(one: Asked) -> dict[str, bool]:
    """Whether the cells of each row of a query workbook may be changed, by its number."""
    found: dict[str, bool] = {}
    for sheet in openpyxl.load_workbook(one.path).worksheets:
        if sheet.sheet_state != "visible" or sheet.title == "Start":
            continue
        for row in sheet.iter_rows(min_row=6):
            number = str(row[0].value or "")
            found[number] = any(not cell.protection.locked for cell in row)
    return found


def test_query__about_a_plan_workbook_asks_and_joins_what_comes_back(
    folder: AssessmentFolder,
) -> None:
    said = {**DECIDED, "2": {"decision": "Adopt reworded", "wording": "Meet weekly", "owner": None}}
    ret = read_back(folder, plan(folder, now=AGREED).path, said)
    assert codes(ret) == ["C28"]
    one = asked(folder)
    lacking = ("owner", "deadline")
    assert one.query.asked == tuple(Slot("2", f"answer:{name}") for name in lacking)
    assert opened(one) == {"1": False, "2": True, "C1": False} | {
        f"N{number}": False for number in range(1, 11)
    }
    given: Rows = {"2": {"owner": "Cedar Homes", "deadline": date(2027, 1, 31)}}
    back = read_back(folder, one.path, given, now=RETURNED + DAY, name="answer.xlsx")
    assert (back.state, codes(back), back.query) == ("accepted", [], one.query.reference)
    action = next(each for each in the_plan(folder).actions if each.number == "2")
    assert (action.action, action.owner, action.deadline) == (
        "Meet weekly", "Cedar Homes", date(2027, 1, 31),
    )  # fmt: skip
    # all else is as it came, and what was agreed then stands
    assert [each.number for each in the_plan(folder).actions] == ["1", "2", "C1", "N1"]
    assert (query(folder, now=RETURNED + DAY).workbooks, status_joint(folder)) == ((), ())
    assert one.query.reference in {
        step.event.details.get("query") for step in history(folder, one.query.reference).steps
    }
    assert verify(folder).faults == ()


def status_joint(folder: AssessmentFolder) -> tuple[object, ...]:
    return status(folder, today=RETURNED.date()).joint


@pytest.mark.parametrize(
    ("said", "code", "given", "wanted"),
    [
        ({"1": {"decision": "Merge", "into": "2"}, "2": {"decision": "Merge", "into": "1"}}, "C30",
         {"1": {"decision": "Adopt"}, "2": {"decision": "Merge"}}, ["1"]),
        ({"1": {"decision": "Decline", "reason": "No"}, "2": {"decision": "Merge", "into": "1"}},
         "C31", {"1": {"decision": "Adopt"}, "2": {"decision": "Merge"}}, ["1"]),
        ({"1": {"decision": "Adopt"}, "2": {"decision": "Merge", "into": "77"}}, "C29",
         {"2": {"into": "1"}}, ["1"]),
        ({"1": {"wording": "Meet weekly"}}, "C33", {"1": {"decision": "Adopt reworded"}}, ["1"]),
        ({"1": {"decision": "Adopt", "deadline": date(2025, 1, 1)}}, "C32",
         {"1": {"deadline": date(2027, 1, 1)}}, ["1"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_query__about_a_plan_opens_what_settles_it(
    folder: AssessmentFolder, said: Rows, code: str, given: Rows, wanted: list[str]
) -> None:
    ret = read_back(folder, plan(folder, now=AGREED).path, said)
    assert codes(ret) == [code]
    back = read_back(folder, asked(folder).path, given, now=RETURNED + DAY, name="answer.xlsx")
    assert codes(back) == []
    assert [each.number for each in the_plan(folder).actions] == wanted


def test_query__of_a_row_that_was_filled_in_only_what_was_left_empty_is_told(
    folder: AssessmentFolder,
) -> None:
    said: Rows = {"1": {"decision": "Adopt"}, "2": {"decision": "Merge", "into": "77"}}
    read_back(folder, plan(folder, now=AGREED).path, said)
    given: Rows = {"2": {
        "decision": "Adopt reworded", "wording": "Meet weekly", "owner": "Cedar Homes",
        "deadline": date(2027, 1, 31),
    }}  # fmt: skip
    back = read_back(folder, asked(folder).path, given, now=RETURNED + DAY, name="answer.xlsx")
    assert [(one.code, one.details["items"]) for one in back.findings] == [
        ("L02", "“Merge into number” of 2")
    ]
    assert [each.number for each in the_plan(folder).actions] == ["1", "2"]


def reported(folder: AssessmentFolder) -> Asked:
    """Agree a plan; its owner reports an action as stopped, without a reason, and is asked."""
    read_back(folder, plan(folder, now=AGREED).path, DECIDED)
    books = progress(folder, now=RETURNED).workbooks
    ada = next(book for book in books if book.owner == "Ada Ash")
    said = {"1": {"state": "Stopped", "done": "We met once."}}
    assert codes(read_back(folder, ada.path, said, now=RETURNED, name="ada.xlsx")) == ["C34"]
    return asked(folder)


def test_query__about_a_progress_workbook_is_answered_by_its_owner(
    folder: AssessmentFolder,
) -> None:
    one = reported(folder)
    given = {"1": {"because": "Nobody came"}}
    assert codes(read_back(folder, one.path, given, now=REPORTED, name="why.xlsx")) == []
    action = next(each for each in the_plan(folder).actions if each.number == "1")
    assert (action.state, action.because, action.done) == ("stopped", "Nobody came", "We met once.")
    assert verify(folder).faults == ()


def test_query__about_a_progress_workbook_is_sent_to_its_owner(folder: AssessmentFolder) -> None:
    write_register(folder, (
        ("Ash Council", "Ada Ash", "Board", "ada@ash.example"),
        ("Birch Trust", "Bea Birch", "Board", "bea@birch.example"),
        ("Cedar Homes", "Cy Cedar", "Senior management", "cy@cedar.example"),
        ("Dogwood College", "Di Dogwood", "Front line", "di@dogwood.example"),
    ))  # fmt: skip
    one = reported(folder)
    assert "To: ada@ash.example" in one.letter.read_text(encoding="utf-8")
    composed, texts = preview(folder, Ask("query"), now=REPORTED)
    assert [post.letter.address for post in composed.post] == ["ada@ash.example"]
    assert one.query.reference in texts[0]
    assert mark_queries(folder, Why(REPORTED)).arrived == (one.query.reference,)
    assert preview(folder, Ask("query"), now=REPORTED)[1] == []


def test_query__about_the_plan_stays_with_the_coordinator(folder: AssessmentFolder) -> None:
    read_back(folder, plan(folder, now=AGREED).path, {"1": {"wording": "Meet weekly"}})
    one = asked(folder)
    assert preview(folder, Ask("query"), now=RETURNED)[1] == []
    assert mark(folder, [one.query.reference], "sent", Why(RETURNED)).arrived == (
        one.query.reference,
    )


def test_query__about_a_workshop_workbook_asks_for_the_judgement_again(
    folder: AssessmentFolder,
) -> None:
    (book,) = workshop(folder, now=AGREED)
    said = {"1A": {"judgement": "Hardly", "grounds": "We talked"}}
    assert codes(read_back(folder, book.path, said, name="held.xlsx")) == ["C01"]
    one = asked(folder)
    assert one.query.asked == (Slot("1A", "answer:judgement"),)
    given = {"1A": {"judgement": "Agree"}}
    assert codes(read_back(folder, one.path, given, now=REPORTED, name="right.xlsx")) == []
    with Ledger(folder.ledger) as ledger:
        (judged,) = ledger.round_record(folder.assessment()).judgements
    assert (judged.choice, judged.grounds, judged.unread) == ("high", "We talked", False)
    assert verify(folder).faults == ()


def test_query__about_a_workshop_is_for_its_facilitator(folder: AssessmentFolder) -> None:
    with folder.settings_file.open("a", encoding="utf-8") as file:
        file.write("preparation:\n  facilitator: Bea Birch, of the trust\n")
    people = ((*one, "") for one in PARTNERS)
    write_register(folder, tuple(
        (*one[:3], "bea@birch.example" if one[1] == "Bea Birch" else "") for one in people
    ))  # fmt: skip
    (book,) = workshop(folder, now=AGREED)
    read_back(folder, book.path, {"1A": {"judgement": "Hardly"}}, name="held.xlsx")
    said = asked(folder).letter.read_text(encoding="utf-8")
    assert "To: bea@birch.example" in said
    assert "Dear Bea Birch," in said
    composed, _ = preview(folder, Ask("query"), now=REPORTED)
    assert [post.letter.address for post in composed.post] == ["bea@birch.example"]


def test_query__what_was_waived_is_not_asked_and_still_holds_after_an_answer(
    folder: AssessmentFolder,
) -> None:
    said = {
        "1": {"decision": "Adopt", "deadline": date(2025, 1, 1)},
        "2": {"wording": "Meet weekly"},
    }
    ret = read_back(folder, plan(folder, now=AGREED).path, said)
    assert codes(ret) == ["C32", "C33"]
    waive(folder, [f"{ret.number}.1"], Why(RETURNED, "It was due then"))
    one = asked(folder)
    assert {slot.item for slot in one.query.asked} == {"2"}
    given = {"2": {"decision": "Decline", "reason": "No"}}
    read_back(folder, one.path, given, now=REPORTED, name="answer.xlsx")
    (action,) = the_plan(folder).actions
    assert (action.number, action.deadline) == ("1", date(2025, 1, 1))


def test_query__of_which_the_return_was_set_aside_is_set_aside_too(
    folder: AssessmentFolder,
) -> None:
    ret = read_back(folder, plan(folder, now=AGREED).path, {"1": {"wording": "Meet weekly"}})
    one = asked(folder)
    set_aside(folder, ret.number, Why(RETURNED, "A draft"))
    given = {"1": {"decision": "Adopt reworded"}}
    back = read_back(folder, one.path, given, now=REPORTED, name="answer.xlsx")
    assert back.state == "set aside"
    with Ledger(folder.ledger) as ledger:
        assert ledger.plans() == {}


def test_query__is_not_written_about_what_a_newer_workbook_asks_again(
    folder: AssessmentFolder,
) -> None:
    one = reported(folder)
    progress(folder, now=RETURNED + DAY)
    assert query(folder, now=RETURNED + DAY).workbooks == ()
    assert not one.path.exists()


def test_query__of_a_joint_workbook_changed_in_locked_rows_is_told(
    folder: AssessmentFolder,
) -> None:
    read_back(folder, plan(folder, now=AGREED).path, {**DECIDED, "2": {"wording": "Meet weekly"}})
    one = asked(folder)
    given: Rows = {"2": {"decision": "Adopt reworded"}, "N1": {"wording": "Tell nobody"}}
    path = fill(folder, one.path, entered(given), folder.root.parent / "inbox" / "more.xlsx")
    (file,) = ingest(folder, [path], now=REPORTED, workers=1).files
    assert codes(file.ret) == ["C28", "L03"]  # row 2 lacks its deadline now
    assert {each.action for each in the_plan(folder).actions} >= {"Tell the staff"}


def test_cli__says_how_a_joint_workbook_is_asked_about(folder: AssessmentFolder) -> None:
    read_back(folder, plan(folder, now=AGREED).path, {"1": {"wording": "Meet weekly"}})
    ran = CliRunner().invoke(cli, ["-C", str(folder.root), "status"])
    assert "To ask whoever filled it in: xlassess query" in ran.output
    ran = CliRunner().invoke(cli, ["-C", str(folder.root), "query"])
    assert "1 query workbook issued" in ran.output
    with pytest.raises(UsageError, match="query workbook about"):
        mark(folder, [asked(folder).query.reference], "reminded", Why(REPORTED))


BOOKS = {"plan": a_plan, "progress": a_progress, "workshop": a_workshop}


@pytest.mark.parametrize("kind", BOOKS)
@pytest.mark.parametrize("entry", [None, "zzz", "=1/0", "31/31/2026"])
def test_query__about_whatever_stands_in_a_joint_workbook_can_be_written_and_read(
    kind: str, entry: str | None, tmp_path: Path
) -> None:
    book, path = BOOKS[kind](), tmp_path / "back.xlsx"
    opened_book = openpyxl.load_workbook(BytesIO(book.data))
    for sheet in opened_book.worksheets[1:]:
        for row in sheet.iter_rows(min_row=6) if sheet.sheet_state == "visible" else ():
            for cell in row:
                if not cell.protection.locked:
                    cell.value = entry
    opened_book.save(path)
    context = replace(a_context(book), today=AT.date())
    base = numbered(read_return(ReturnedFile(path, "back.xlsx"), context))
    assert base.state == "query"
    asked_in, data = issued_query(book, base)
    (tmp_path / "asked.xlsx").write_bytes(data)
    known = replace(queried(book, asked_in), today=AT.date())
    came = read_return(ReturnedFile(tmp_path / "asked.xlsx", "asked.xlsx"), known)
    assert (came.query, came.answers) == (asked_in.reference, merge(came, base, asked_in).answers)
