"""What commands did alone before: papers for respondents and owners, closing, typing in, whose."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.services.small import LATER
from tests.web.desks import DeskClient, links_in, number_in, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.status import Line, status
from xlassess.web.jobs import Jobs
from xlassess.web.work import do


def line_of(folder: AssessmentFolder, who: str) -> Line:
    lines = status(folder, today=LATER.date()).lines
    return next(line for line in lines if line.respondent == who)


def done_job(jobs: Jobs, work: str) -> None:
    """Do the job that a form began."""
    (job,) = jobs.of("2026", work)
    do(jobs, job.id)
    (job,) = jobs.of("2026", work)
    assert job.state == "done", job.trouble


@pytest.mark.usefixtures("idle")
def test_feedback__is_written_saved_and_sent_from_the_desk(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs
) -> None:
    page = desk.get("/papers")
    assert "progress paper" not in words_in(page)  # nothing is agreed yet
    assert desk.get("/papers/pages").status_code == 409
    desk.post("/papers", {"number": number_in(page), "what": "feedback"})
    done_job(jobs, "feedback")
    page = desk.get("/papers")
    assert "Pages for respondents: 2" in words_in(page)
    with zipfile.ZipFile(io.BytesIO(desk.get("/papers/pages").content)) as archive:
        assert sorted({name.rpartition(".")[2] for name in archive.namelist()}) == ["docx", "xlsx"]
        assert len(archive.namelist()) == 4
    with Ledger(folder.ledger) as ledger:
        last = ledger.events()[-1]
    assert (last.what, last.by) == ("feedback written", "Cora Coordinator")
    assert "Pages for respondents" in words_in(desk.get("/send/messages?kind=feedback"))


@pytest.mark.usefixtures("idle")
def test_round__is_closed_and_opened_again(
    desk: DeskClient, folder: AssessmentFolder, jobs: Jobs
) -> None:
    page = desk.get("/begin/closing")
    assert "Not returned yet: 1 workbook" in words_in(page)
    asked = {"number": number_in(page), "what": "close", "reason": "Enough came."}
    assert desk.post("/begin/closing", asked).status_code == 303
    done_job(jobs, "close")
    closed = desk.get("/begin/closing")
    (archive,) = (path for path in folder.root.iterdir() if path.name in closed.text)
    assert (archive / "manifest-sha256.txt").is_file()
    assert "Open this round again" in words_in(desk.get("/"))
    without = {"number": number_in(closed), "what": "reopen", "reason": " "}
    assert desk.post("/begin/closing", without).status_code == 422
    again = {"number": number_in(desk.get("/begin/closing")), "what": "reopen", "reason": "More"}
    assert desk.post("/begin/closing", again).status_code == 303
    with Ledger(folder.ledger) as ledger:
        made = [(one.what, one.by) for one in ledger.events()[-2:]]
    assert made == [("round closed", "Cora Coordinator"), ("round reopened", "Cora Coordinator")]


def test_workbook__a_copy_to_type_in_is_made_and_saved(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    bea = line_of(folder, "Bea Birch").reference
    address = f"/history?reference={bea}"
    page = desk.get(address)
    wrong = desk.post(address, {"number": number_in(page), "what": "enter", "source": "dream"})
    assert wrong.status_code == 422
    assert 'href="#source"' in wrong.text
    fields = {"number": number_in(wrong), "what": "enter", "source": "phone"}
    assert desk.post(address, fields).status_code == 303
    (copy,) = folder.entries.glob("*.xlsx")
    (link,) = [one for one in links_in(desk.get(address)) if one.startswith("/settle/copy")]
    assert desk.get(link).content == copy.read_bytes()


def test_workbook__any_answer_that_counts_is_corrected_once(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    ada = line_of(folder, "Ada Ash")
    address = f"/history/cells?reference={ada.reference}&item=1A"
    page = desk.get(address)
    assert address.replace("1A", "1B") in "".join(
        f"{one.replace('round=2026&', '')} "
        for one in links_in(desk.get(address.partition("&")[0]))
    )
    fields = {"number": number_in(page), "counts": str(ada.number), "answer-0": "Disagree"}
    assert desk.post(address, fields).status_code == 422  # no reason
    fields |= {"number": number_in(desk.get(address)), "reason": "By telephone"}
    assert desk.post(address, fields).status_code == 303
    now = line_of(folder, "Ada Ash")
    assert now.number != ada.number
    assert "Changed Disagree" in words_in(desk.get(address))
    # from a page that knows nothing of it
    stale = {**fields, "number": number_in(desk.get(address)), "answer-0": "Agree"}
    answer = desk.post(address, stale)
    assert answer.status_code == 422
    assert line_of(folder, "Ada Ash").number == now.number


def test_reassign__names_whose_workbook_it_may_be(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    (doubt,) = [one for one in links_in(desk.get("/settle")) if "of=" in one][:1]
    page = desk.get(doubt)
    listed = page.text.partition('name="reassign-to"')[2].partition("</select>")[0]
    for who in ("Ada Ash", "Bea Birch"):
        assert f'value="{line_of(folder, who).reference}"' in listed
        assert who in listed
    assert line_of(folder, "Abe Ash").reference not in listed


def test_return_date__is_changed_and_nothing_else(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    before = folder.settings_file.read_text()
    folder.settings_file.write_text(
        before.replace("return_by: 2026-03-13", "return_by: 2026-03-13  # a Friday")
    )
    assert any(one.startswith("/begin/return-date") for one in links_in(desk.get("/")))
    address = "/begin/return-date"
    for wrong in ("13/03/2026", "someday", ""):
        fields = {"number": number_in(desk.get(address)), "return_by": wrong}
        answer = desk.post(address, fields)
        assert answer.status_code == 422, wrong
        assert 'href="#return_by"' in answer.text
    fields = {"number": number_in(desk.get(address)), "return_by": "1/4/2031"}
    assert desk.post(address, fields).status_code == 303
    changed = folder.settings_file.read_text()
    assert changed == before.replace("return_by: 2026-03-13", "return_by: 2031-04-01  # a Friday")
    assert "1 April 2031" in words_in(desk.get("/"))


def test_return_date__is_entered_where_the_file_has_no_line_for_it(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    text = folder.settings_file.read_text().replace("return_by: 2026-03-13\n", "")
    folder.settings_file.write_text(text)
    fields = {"number": number_in(desk.get("/begin/return-date")), "return_by": "1/4/2031"}
    assert desk.post("/begin/return-date", fields).status_code == 303
    assert folder.settings_file.read_text() == f"{text}\nreturn_by: 2031-04-01\n"
