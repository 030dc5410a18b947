"""The plan in the browser: decided on row by row, with errors at the fields, and nothing twice."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.services.planned import AGREED, a_planned_folder
from tests.services.small import write_register
from tests.web.desks import DeskClient, a_desk, links_in, number_in, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.plans.plan import plan
from xlassess.services.status import status
from xlassess.web.jobs import Jobs
from xlassess.web.work import do

ADOPT = {
    "row": ["1", "2"], "1~decision": "adopt", "1~owner": "Ada Ash", "1~deadline": "30/04/2031",
    "1~measure": "Minutes", "2~decision": "decline", "2~reason": "Said already",
}  # fmt: skip


@pytest.fixture(scope="module")
def _answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_planned_folder(tmp_path_factory.mktemp("answered") / "small").root


@pytest.fixture
def answered(_answered: Path, tmp_path: Path) -> AssessmentFolder:
    """An assessment in which two have proposed actions, before there is a plan."""
    shutil.copytree(_answered, tmp_path / "small")
    return AssessmentFolder(tmp_path / "small")


@pytest.fixture
def planned(answered: AssessmentFolder) -> AssessmentFolder:
    """The same with the plan workbook written."""
    plan(answered, now=AGREED)
    return answered


def seen_in(text: str) -> dict[str, str]:
    parts = text.split('name="seen~')[1:]
    return {f"seen~{one.partition(chr(34))[0]}": one.split('value="')[1].split('"')[0]
            for one in parts}  # fmt: skip


def send(desk: DeskClient, address: str, fields: dict[str, object]) -> object:
    page = desk.get(address)
    return desk.post(address, {"number": number_in(page), **seen_in(page.text), **fields})


def actions(folder: AssessmentFolder) -> list[str]:
    with Ledger(folder.ledger) as ledger:
        found = ledger.plans().get("2026")
    return [one.number for one in found.actions] if found else []


def test_plan__is_begun_with_a_button(
    answered: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Jobs, "_begin", lambda self, job, passwords=(): None)
    desk = a_desk(answered)
    page = desk.get("/plan")
    assert "Begin the plan" in words_in(page)
    desk.post("/plan", {"number": number_in(page), "what": "write"})
    (job,) = Jobs(answered.root).of("2026", "plan")
    do(Jobs(answered.root), job.id)
    page = desk.get("/plan")
    assert "To decide: 3" in words_in(page)
    assert "1. Meet every month" in words_in(page)
    (file,) = [one for one in links_in(page) if one.startswith("/plan/workbook")]
    assert desk.get(file).content == next((answered.outbox / "plan").glob("*.xlsx")).read_bytes()


def test_plan__what_is_decided_is_recorded_under_the_name_of_who_decides(
    planned: AssessmentFolder,
) -> None:
    desk = a_desk(planned)
    page = desk.get("/plan")
    fields = {"number": number_in(page), **seen_in(page.text), **ADOPT}
    done = desk.post("/plan", fields)
    assert done.status_code == 303
    assert "Recorded: 2 rows" in words_in(desk.get(done.headers["location"]))
    assert actions(planned) == ["1"]
    with Ledger(planned.ledger) as ledger:
        last = ledger.events()[-1]
    assert (last.what, last.by) == ("plan agreed", "Cora Coordinator")
    # the same form again, from a second tab or by the back button
    before = last.number
    assert desk.post("/plan", fields).headers["location"] == done.headers["location"]
    with Ledger(planned.ledger) as ledger:
        assert ledger.last_event() == before
    assert "To decide: 1" in words_in(desk.get("/plan"))


def test_plan__errors_stand_at_the_top_and_at_the_field(planned: AssessmentFolder) -> None:
    desk = a_desk(planned)
    page = desk.get("/plan")
    fields = {"number": number_in(page), **seen_in(page.text), **ADOPT}
    answer = desk.post("/plan", {**fields, "1~deadline": "someday", "2~reason": ""})
    assert answer.status_code == 422
    for field in ("1~deadline", "2~reason"):
        assert f'href="#{field}"' in answer.text
        assert f'id="{field}-error"' in answer.text
    assert 'value="someday"' in answer.text
    assert not actions(planned)


def test_plan__of_two_who_decide_the_second_sees_what_the_first_did(
    planned: AssessmentFolder,
) -> None:
    first, second = a_desk(planned), a_desk(planned)
    pages = [one.get("/plan") for one in (first, second)]
    fields = [{"number": number_in(page), **seen_in(page.text), **ADOPT} for page in pages]
    assert first.post("/plan", fields[0]).status_code == 303
    answer = second.post("/plan", {**fields[1], "1~decision": "decline", "1~reason": "No"})
    assert answer.status_code == 422
    said = words_in(answer)
    assert "Somebody changed this row" in said
    assert "Decision: Adopt; Owner: Ada Ash" in said
    assert actions(planned) == ["1"]
    # what was typed still stands there, and can be sent again
    again = {"number": number_in(answer), **seen_in(answer.text), **fields[1]}
    again |= seen_in(answer.text) | {"number": number_in(answer)}
    again |= {"1~decision": "decline", "1~reason": "No"}
    assert second.post("/plan", again).status_code == 303
    assert actions(planned) == []


@pytest.mark.parametrize(
    ("show", "number"),
    [("", 3), ("new", 10), ("left", 0), ("decided", 0), ("all", 10), ("nonsense", 3)],
)
def test_plan__rows_are_listed_in_pages(planned: AssessmentFolder, show: str, number: int) -> None:
    page = a_desk(planned).get(f"/plan?show={show}")
    assert page.text.count("<fieldset") == number
    after = [one for one in links_in(page) if "at=10" in one]
    assert bool(after) == (show == "all")
    # what stands behind each list adds up; rows in which nothing is said yet are not counted
    numbers = dict(re.findall(r">([A-Z][a-z ]+): (\d+)</a>", page.text))
    assert numbers == {
        "To decide": "3", "Decided": "0", "Not asked of the committee": "0", "New actions": "0",
        "All": "3",
    }  # fmt: skip


def test_progress__is_reported_row_by_row(planned: AssessmentFolder) -> None:
    desk = a_desk(planned)
    assert "no agreed action" in words_in(desk.get("/plan/progress"))
    page = desk.get("/plan")
    desk.post("/plan", {"number": number_in(page), **seen_in(page.text), **ADOPT})
    page = desk.get("/plan/progress")
    assert "Owner: Ada Ash" in words_in(page)
    fields = {"number": number_in(page), **seen_in(page.text), "row": "1", "1~state": "stopped"}
    answer = desk.post("/plan/progress", fields)
    assert answer.status_code == 422
    assert 'href="#1~because"' in answer.text
    fields |= {"number": number_in(answer), "1~because": "No money"}
    assert desk.post("/plan/progress", fields).status_code == 303
    with Ledger(planned.ledger) as ledger:
        (action,) = ledger.plans()["2026"].actions
    assert (action.state, action.because) == ("stopped", "No money")


def test_plan__of_no_row_is_no_fault(planned: AssessmentFolder) -> None:
    desk = a_desk(planned)
    for address in ("/plan", "/plan/progress"):
        page = desk.get("/plan")
        answer = desk.post(address, {"number": number_in(page), "row": ["1", "x", "<b>"]})
        assert answer.status_code == 422
        assert "<b>" not in answer.text
    assert not actions(planned)


def test_text__of_partners_is_text_in_the_plan(tmp_path: Path) -> None:
    from tests.services import planned as of

    evil = '"><script>alert(1)</script>\u202e{{ 7*7 }}'
    with pytest.MonkeyPatch.context() as patch:
        proposed = {"Ada Ash": {**of.PROPOSED["Ada Ash"], "action": evil, "owner": evil}}
        patch.setattr(of, "PROPOSED", proposed)
        folder = a_planned_folder(tmp_path / "small")
    plan(folder, now=AGREED)
    text = a_desk(folder).get("/plan").text
    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)") >= 2
    assert "\u202e" not in text
    assert "{{ 7*7 }}" in text


def test_plan__says_only_what_a_paper_on_record_told(tmp_path: Path) -> None:
    """In aggregate the rows are those of the workbook that was written, and so recorded."""
    settings = {"attribution": "aggregated", "minimum_group": "3"}
    folder = a_planned_folder(tmp_path / "small", **settings)
    desk = a_desk(folder)
    assert "Meet every month" not in desk.get("/plan").text
    plan(folder, now=AGREED)
    text = desk.get("/plan").text
    assert "Meet every month" in text
    assert "Proposed by" not in text


def test_workshop__is_prepared_and_what_it_agreed_is_recorded_by_row(
    answered: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Jobs, "_begin", lambda self, job, passwords=(): None)
    desk = a_desk(answered)
    page = desk.get("/plan/workshop")
    assert "Prepare the workshop" in words_in(page)
    desk.post("/plan/workshop", {"number": number_in(page), "what": "write"})
    (job,) = Jobs(answered.root).of("2026", "workshop")
    do(Jobs(answered.root), job.id)
    page = desk.get("/plan/workshop")
    assert "All: 3" in words_in(page)
    (file,) = [one for one in links_in(page) if "kind=workshop" in one]
    written = next((answered.outbox / "workshop").glob("*.xlsx"))
    assert desk.get(file).content == written.read_bytes()
    # each judgement picks from the scale of its own question
    assert page.text.count('<option value="high">Agree</option>') == 3
    rows = seen_in(page.text)
    fields = {
        "number": number_in(page), **rows, "row": ["1A"], "1A~judgement": "high",
        "1A~grounds": "We met twice since", "1A~following": "<b>Keep meeting</b>",
    }  # fmt: skip
    wrong = desk.post("/plan/workshop", {**fields, "1A~judgement": "perhaps"})
    assert wrong.status_code == 422
    assert 'href="#1A~judgement"' in wrong.text
    fields |= {"number": number_in(wrong)}
    done = desk.post("/plan/workshop", fields)
    assert "Recorded: 1 row" in words_in(desk.get(done.headers["location"]))
    with Ledger(answered.ledger) as ledger:
        (judged,) = ledger.round_record(answered.assessment()).judgements
        last = ledger.events()[-1]
    assert (judged.item, judged.choice, judged.grounds) == ("1A", "high", "We met twice since")
    assert (last.what, last.by) == ("workshop held", "Cora Coordinator")
    page = desk.get("/plan/workshop")
    assert "<b>Keep" not in page.text
    assert '<option value="high" selected>Agree</option>' in page.text


def test_progress__owners_are_asked_by_a_workbook_and_that_is_recorded(
    planned: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Jobs, "_begin", lambda self, job, passwords=(): None)
    people = planned.respondents()
    rows = tuple((one.partner, one.name, "", f"{one.id}@example.org") for one in people)
    write_register(planned, rows)
    desk, jobs = a_desk(planned), Jobs(planned.root)
    send(desk, "/plan", ADOPT)
    address = "/plan/progress"
    wrong = desk.post(address, {"number": number_in(desk.get(address)), "what": "write",
                                "wanted_by": "1/4/2020"})  # fmt: skip
    assert wrong.status_code == 422
    assert 'href="#wanted_by"' in wrong.text
    fields = {"number": number_in(wrong), "what": "write", "wanted_by": "1/4/2041"}
    assert desk.post(address, fields).status_code == 303
    do(jobs, jobs.of("2026", "progress")[0].id)
    page = desk.get(address)
    (link,) = [one for one in links_in(page) if "kind=progress&name" in one]
    (file,) = (planned.outbox / "progress").glob("*.xlsx")
    assert desk.get(link).content == file.read_bytes()
    messages = "/send/messages?kind=progress"
    assert "To be written now: 1 message" in words_in(desk.get(messages))
    desk.post(messages, {"number": number_in(desk.get(messages)), "what": "draft"})
    do(jobs, jobs.of("2026", "draft")[0].id)
    record = {"number": number_in(desk.get(messages)), "what": "record",
              "job": jobs.of("2026", "draft")[0].id}  # fmt: skip
    assert desk.post(messages, record).status_code == 303
    (report,) = status(planned, today=AGREED.date()).reports
    assert report.sent is not None
    assert report.issued.return_by == date(2041, 4, 1)
