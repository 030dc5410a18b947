"""What the pages of the desk say, and what becomes of what is done there."""

from __future__ import annotations

import io
import zipfile

from tests.services.small import LATER, a_folder, write_register
from tests.web.desks import DeskClient, a_desk, number_in, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.common.phrases import matter
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.setup.rounds import begin_round, close_round
from xlassess.services.status import status


def book_of(page: str, place: int = 0) -> str:
    return page.split('name="book" value="')[place + 1].partition('"')[0]


def test_home__says_what_status_says(desk: DeskClient, folder: AssessmentFolder) -> None:
    said = words_in(desk.get("/"))
    found = status(folder, today=LATER.date())
    assert found.matters
    for kind, number in found.matters.items():
        assert matter(kind, number) in said
    assert "67%" in said
    assert "2 of 3 workbooks returned" in said


def test_home__links_only_to_pages_that_are_there(desk: DeskClient) -> None:
    text = desk.get("/").text
    links = {part.partition('"')[0].replace("&amp;", "&") for part in text.split('href="')[1:]}
    for link in links - {"#main"}:
        assert desk.get(link).status_code == 200, link


def test_home__before_anything_was_issued(folder: AssessmentFolder) -> None:
    fresh = a_folder(folder.root.parent / "fresh")
    said = words_in(a_desk(fresh).get("/"))
    assert "Not issued: 3 workbooks" in said
    assert "Write 3 workbooks" in said
    assert "Response rate" not in said


def test_home__with_nobody_in_the_register(folder: AssessmentFolder) -> None:
    fresh = a_folder(folder.root.parent / "fresh")
    write_register(fresh, ())
    said = words_in(a_desk(fresh).get("/"))
    assert "one row for each person" in said


def test_home__closed_round_has_no_next_step(desk: DeskClient, folder: AssessmentFolder) -> None:
    assert "What to do next" in words_in(desk.get("/"))
    close_round(folder, now=LATER)
    said = words_in(desk.get("/"))
    assert "This round was closed on 12 March 2026" in said
    assert "What to do next" not in said


def test_round__is_the_one_that_the_address_names(folder: AssessmentFolder) -> None:
    from datetime import date

    begin_round(folder, "2027", date(2027, 3, 12), now=LATER)
    desk = a_desk(AssessmentFolder(folder.root))
    assert "round 2027" in desk.get("/").text.replace("<bdi>", "").replace("</bdi>", "")
    assert "67%" in words_in(desk.get("/?round=2026"))
    assert "67%" not in words_in(desk.get("/"))


def test_settings__in_which_something_is_wrong_are_told_with_their_line(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    text = folder.settings_file.read_text()
    folder.settings_file.write_text(text.replace("toolkits: [tiny]", "toolkits: [tine]"))
    answer = desk.get("/")
    assert answer.status_code == 409
    assert "assessment.yaml, line 4" in words_in(answer)


def test_fault__is_a_page_and_no_traceback(desk: DeskClient, folder: AssessmentFolder) -> None:
    folder.ledger_file.write_bytes(b"this is no ledger" * 500)
    answer = desk.get("/")
    assert answer.status_code in (409, 500)
    assert "Traceback" not in answer.text


def test_send__records_under_the_name_of_who_is_let_in(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    page = desk.get("/send?show=all")
    book = book_of(page.text)
    desk.post("/send", {"number": number_in(page), "what": "sent", "book": book})
    with Ledger(folder.ledger) as ledger:
        last = [event for event in ledger.events() if event.what == "sent"][-1]
    assert last.by == "Cora Coordinator"
    assert status(folder, today=LATER.date()).having("sent", "overdue", "returned", "query open")


def test_send__takes_a_record_back(desk: DeskClient, folder: AssessmentFolder) -> None:
    page = desk.get("/send?show=all")
    book = book_of(page.text)
    for what, number in (("sent", 1), ("undo", 0)):
        fields = {"number": number_in(desk.get("/send?show=all")), "what": what, "book": book}
        assert desk.post("/send", fields).status_code == 303
        lines = status(folder, today=LATER.date()).lines
        assert sum(line.sent is not None for line in lines) == number


def test_send__nothing_chosen_is_told_at_the_top_and_beside_the_field(desk: DeskClient) -> None:
    answer = desk.post("/send?show=all", {"number": number_in(desk.get("/send")), "what": "sent"})
    assert answer.status_code == 422
    assert answer.text.count("Choose at least one workbook.") == 2
    assert 'href="#books"' in answer.text
    assert 'id="books"' in answer.text
    # nothing was done, so the form may be sent again with its new number
    again = {"number": number_in(answer), "what": "sent", "book": book_of(answer.text)}
    assert desk.post("/send?show=all", again).status_code == 303


def test_send__of_no_workbook_here_changes_nothing(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    fields = {"number": number_in(desk.get("/send")), "what": "sent", "book": "AAAA-BBBB"}
    answer = desk.post("/send", fields)
    assert answer.status_code == 422
    assert not any(line.sent for line in status(folder, today=LATER.date()).lines)


def test_send__all_in_one_zip_are_those_of_the_outbox(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    answer = desk.get("/send/all")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        given = {name: archive.read(name) for name in archive.namelist()}
    assert given == {path.name: path.read_bytes() for path in folder.outbox.glob("*.xlsx")}
    assert len(given) == 3


def test_papers__are_given_as_they_were_written(desk: DeskClient, folder: AssessmentFolder) -> None:
    assert "No papers" in words_in(desk.get("/papers"))
    made = consolidate(folder, now=LATER)
    assert made.path.name in words_in(desk.get("/papers"))
    answer = desk.get(f"/papers/file?name={made.path.name}")
    assert answer.content == made.path.read_bytes()
    assert "small%202026%20summary.xlsx" in answer.headers["content-disposition"]
