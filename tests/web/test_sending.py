"""Workbooks written and messages sent from the desk: each once, whoever presses what twice."""

from __future__ import annotations

import io
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.mail.dovecot import dovecot
from tests.mail.post_office import PASSWORD, USER, PostOffice, post_office
from tests.services.small import LATER, MONDAY, a_folder, answer, with_addresses
from tests.web.desks import DeskClient, a_desk, number_in, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.mail import FetchedMail, Mailbox, MailboxError
from xlassess.model.errors import UsageError
from xlassess.services.decide import Why, mark
from xlassess.services.decide import marks as marking
from xlassess.services.generate import generate
from xlassess.services.post.send import LIST, MAILBOX
from xlassess.services.status import status
from xlassess.web.jobs import Job, Jobs
from xlassess.web.work import do

pytestmark = pytest.mark.usefixtures("idle")

MAIL = """\
mail:
  host: 127.0.0.1
  port: {port}
  user: {user}
  from: assessments@council.example
  pace: 0
"""


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    monkeypatch.setenv("XLASSESS_SMTP_PASSWORD", PASSWORD)
    with post_office(tmp_path) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    """Three people with addresses and one without, nothing issued."""
    people = (*with_addresses(("Ash", "Birch", "Cedar")), ("Damson", "Jo Damson", "", ""))
    return a_folder(tmp_path / "small", people)


@pytest.fixture
def issued(folder: AssessmentFolder) -> AssessmentFolder:
    generate(folder, now=MONDAY)
    return folder


def with_server(folder: AssessmentFolder, office: PostOffice) -> AssessmentFolder:
    with folder.settings_file.open("a", encoding="utf-8") as settings:
        settings.write(MAIL.format(port=office.port, user=USER))
    return folder


def press(desk: DeskClient, page: str, what: str, number: str = "", **fields: str) -> str:
    """Press a button of a page, and return where it led."""
    number = number or number_in(desk.get(page))
    answer = desk.post(page, {"number": number, "what": what, **fields})
    assert answer.status_code == 303, words_in(answer)
    return str(answer.headers["location"])


def do_all(jobs: Jobs) -> list[str]:
    """Do every job that waits, the first one first; return their states."""
    waiting = [job for job in reversed(jobs.of("2026")) if not job.is_over]
    for job in waiting:
        do(jobs, job.id)
    return [found.state for job in waiting if (found := jobs.find(job.id))]


def sent(folder: AssessmentFolder) -> set[str]:
    return {line.partner for line in status(folder, today=LATER.date()).lines if line.sent}


def test_generate__is_a_job_and_recorded_under_the_name(folder: AssessmentFolder) -> None:
    desk, jobs = a_desk(folder), Jobs(folder.root)
    assert "Write 4 workbooks" in words_in(desk.get("/send"))
    shown = press(desk, "/send", "generate")
    assert "The workbooks are being written." in words_in(desk.get(shown))
    assert do_all(jobs) == ["done"]
    said = words_in(desk.get("/send"))
    assert "New: 4 workbooks" in said
    assert "Write 4 workbooks" not in said
    with Ledger(folder.ledger) as ledger:
        assert {event.by for event in ledger.events() if event.what == "issued"} == {
            "Cora Coordinator"
        }


def test_generate__twice_issues_once(folder: AssessmentFolder) -> None:
    desk, other, jobs = a_desk(folder), a_desk(folder), Jobs(folder.root)
    number = number_in(desk.get("/send"))
    assert press(desk, "/send", "generate", number) == press(desk, "/send", "generate", number)
    press(other, "/send", "generate")
    assert do_all(jobs) == ["done", "done"]
    assert len(list(folder.outbox.glob("*.xlsx"))) == 4
    with Ledger(folder.ledger) as ledger:
        assert len(ledger.issued()) == 4
    assert "Unchanged: 4 workbooks" in words_in(desk.get("/send"))


def test_generate__replaces_only_when_asked_and_says_what_was_left(
    issued: AssessmentFolder,
) -> None:
    text = issued.settings_file.read_text(encoding="utf-8")
    issued.settings_file.write_text(text.replace("Small Partnership", "Smaller"), encoding="utf-8")
    desk, jobs = a_desk(issued), Jobs(issued.root)
    press(desk, "/send", "generate")
    do_all(jobs)
    assert "Not replaced" in words_in(desk.get("/send"))
    before = {path.name for path in issued.outbox.glob("*.xlsx")}
    press(desk, "/send", "reissue")
    do_all(jobs)
    assert "Reissued: 4 workbooks" in words_in(desk.get("/send"))
    assert before.isdisjoint(path.name for path in issued.outbox.glob("*.xlsx"))


def test_sent__all_are_those_that_the_page_spoke_of(issued: AssessmentFolder) -> None:
    desk = a_desk(issued)
    *seen, since = [line.reference for line in status(issued, today=MONDAY.date()).lines]
    given = {"number": number_in(desk.get("/send")), "what": "all", "unsent": " ".join(seen)}
    assert desk.post("/send", given).status_code == 303
    left = [line.reference for line in status(issued, today=MONDAY.date()).lines if not line.sent]
    assert left == [since]


def test_sent__of_two_at_one_moment_the_second_is_told_so(
    issued: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, *_) = [line.reference for line in status(issued, today=LATER.date()).lines]
    mark(issued, [first], "sent", Why(LATER))
    desk, before, seen = a_desk(issued), events(issued), marking._last_marks
    early = iter([True])  # looked up before the first of the two had recorded it
    monkeypatch.setattr(
        marking, "_last_marks", lambda *asked: {} if next(early, False) else seen(*asked)
    )
    given = {"number": number_in(desk.get("/send?show=all")), "what": "sent", "book": first}
    answer = desk.post("/send?show=all", given)
    said = words_in(desk.get(answer.headers["location"]))
    assert (answer.status_code, events(issued)) == (303, before)
    assert "Nothing was recorded now: somebody else recorded the same at this moment." in said


def test_sent__is_taken_back_of_all_or_of_none(issued: AssessmentFolder) -> None:
    first, second, *_ = [line.reference for line in status(issued, today=LATER.date()).lines]
    mark(issued, [first], "sent", Why(LATER))
    with pytest.raises(UsageError):
        mark(issued, [first, second], "sent", Why(LATER), undone=True)
    assert status(issued, today=LATER.date()).lines[0].sent


def test_messages__are_shown_with_who_gets_none(issued: AssessmentFolder) -> None:
    said = words_in(a_desk(issued).get("/send/messages"))
    assert "3 messages" in said
    assert "ash@example.org" in said
    assert "No e-mail address (1)" in said
    assert "Damson" in said
    assert "Send from here" not in said


def test_messages__before_anything_was_issued_say_what_to_do(folder: AssessmentFolder) -> None:
    answer = a_desk(folder).get("/send/messages")
    assert answer.status_code == 409


def test_drafts__are_written_given_out_and_recorded_once(issued: AssessmentFolder) -> None:
    desk, jobs = a_desk(issued), Jobs(issued.root)
    press(desk, "/send/messages", "draft")
    assert do_all(jobs) == ["done"]
    assert sent(issued) == set()
    page = desk.get("/send/messages")
    assert "3 messages written" in words_in(page)
    with zipfile.ZipFile(io.BytesIO(desk.get("/send/messages/file?name=all").content)) as archive:
        assert sorted(archive.namelist()) == sorted(
            path.name for path in (issued.drafts / "invitations").glob("*.eml")
        )
        assert len(archive.namelist()) == 3
    for name in (MAILBOX, LIST):
        given = desk.get(f"/send/messages/file?name={name}")
        assert given.content == (issued.drafts / "invitations" / name).read_bytes()
        assert given.headers["content-disposition"].startswith("attachment;")
    job = jobs.of("2026", "draft")[0].id
    shown = press(desk, "/send/messages", "record", job=job)
    assert "Recorded as sent: 3 workbooks." in words_in(desk.get(shown))
    assert sent(issued) == {"Ash", "Birch", "Cedar"}
    before = events(issued)
    fields = {"number": number_in(desk.get("/send/messages?kind=reminder")), "what": "record"}
    answer = desk.post("/send/messages", {**fields, "job": job})
    assert answer.status_code == 422
    assert "recorded already" in words_in(answer)
    assert events(issued) == before


@pytest.mark.parametrize("kind", ["thanks", "feedback", "invitation"])
@pytest.mark.parametrize(
    "came", [{}, {"references": [], "messages": 0}], ids=["not written", "written"]
)
def test_drafts__that_cannot_be_recorded_as_sent_are_refused(
    issued: AssessmentFolder, kind: str, came: dict[str, Any]
) -> None:
    """No page has this form; somebody made it up."""
    desk, jobs, before = a_desk(issued), Jobs(issued.root), events(issued)
    job = jobs.start(Job("", "draft", "2026", "Cora Coordinator", LATER, {"kind": kind}))
    if came:
        jobs.keep(replace(job, state="done", came=came))
    fields = {"number": number_in(desk.get("/send/messages")), "what": "record", "job": job.id}
    answer = desk.post(f"/send/messages?kind={kind}", fields)
    assert answer.status_code in (409, 422), words_in(answer)
    assert events(issued) == before


def events(folder: AssessmentFolder) -> int:
    with Ledger(folder.ledger) as ledger:
        return len(ledger.events())


@pytest.mark.parametrize("name", ["", "x", "../.secret", "../ledger.db", "Ash.eml", ".hidden"])
def test_drafts__nothing_else_is_given_out(issued: AssessmentFolder, name: str) -> None:
    assert a_desk(issued).get(f"/send/messages/file?name={name}").status_code == 409


def marks(folder: AssessmentFolder, what: str) -> list[str]:
    with Ledger(folder.ledger) as ledger:
        return [event.reference for event in ledger.events() if event.what == what]


@pytest.mark.parametrize(
    ("kind", "other"), [("invitation", "desk"), ("invitation", "command"), ("reminder", "desk")]
)
def test_drafts__are_recorded_once_by_a_desk_and_whoever_else_does_so_at_once(
    issued: AssessmentFolder, kind: str, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is shared but the ledger and the folder, as between two processes.

    Both come to the door of the transaction before the first goes in; the second goes in after it.
    """
    desks, jobs = [a_desk(issued, name) for name in ("Ann", "Ben")], Jobs(issued.root)
    if kind == "reminder":
        mark(issued, (), "sent", Why(MONDAY), everyone=True)
    press(desks[0], f"/send/messages?kind={kind}", "draft")
    assert do_all(jobs) == ["done"]
    job = jobs.of("2026", "draft")[0]
    monkeypatch.setattr(Jobs, "keep", lambda self, job: None)  # ended before it noted it there
    door, together, first = threading.Barrier(2, timeout=30), Ledger.together, threading.Event()

    @contextmanager
    def at_once(ledger: Ledger) -> Iterator[None]:
        door.wait()
        assert ledger._by == "Ann" or first.wait(30)
        with together(ledger):
            yield
        first.set()

    fields = [{"number": number_in(one.get(f"/send/messages?kind={kind}")), "what": "record",
               "job": job.id} for one in desks]  # fmt: skip
    monkeypatch.setattr(Ledger, "together", at_once)

    def record(at: int) -> int:
        if at and other == "command":
            mark(issued, (), "sent", Why(job.at + timedelta(1), by="Ben"), everyone=True)
            return 0
        return desks[at].post(f"/send/messages?kind={kind}", fields[at]).status_code

    with ThreadPoolExecutor(2) as threads:
        came = list(threads.map(record, range(2)))
    recorded = marks(issued, "sent" if kind == "invitation" else "reminded")
    assert len(recorded) == len(set(recorded))
    assert set(recorded) >= {*job.came["references"]} != set()
    assert came == ([303, 0] if other == "command" else [303, 422])


def test_post__sends_each_message_once_from_two_tabs(
    issued: AssessmentFolder, office: PostOffice
) -> None:
    desk, jobs = a_desk(with_server(issued, office)), Jobs(issued.root)
    pages = [desk.get("/send/messages") for _ in range(2)]
    for page in (pages[0], *pages):  # the first form twice: double click, or the back button
        seen = page.text.partition('name="seen" value="')[2].partition('"')[0]
        press(desk, "/send/messages", "post", number_in(page), seen=seen)
    assert do_all(jobs) == ["done", "done"]
    assert len(office.taken) == 3
    assert sent(issued) == {"Ash", "Birch", "Cedar"}
    first, second = (job.came["messages"] for job in reversed(jobs.of("2026", "post")))
    assert (first, second) == (3, 0)
    assert "nobody to write to" in words_in(desk.get("/send/messages"))


def test_post__sends_only_what_was_looked_at(issued: AssessmentFolder, office: PostOffice) -> None:
    desk, jobs = a_desk(with_server(issued, office)), Jobs(issued.root)
    page = desk.get("/send/messages")
    seen = page.text.partition('name="seen" value="')[2].partition('"')[0].split()
    press(desk, "/send/messages", "post", number_in(page), seen=" ".join(seen[:1]))
    do_all(jobs)
    assert len(office.taken) == 1


def test_try__goes_to_oneself_and_records_nothing(
    issued: AssessmentFolder, office: PostOffice
) -> None:
    desk = a_desk(with_server(issued, office))
    before = events(issued)
    fields = {"number": number_in(desk.get("/send/messages")), "what": "try", "to": ""}
    assert desk.post("/send/messages", fields).status_code == 422
    shown = press(desk, "/send/messages", "try", to="cora@council.example")
    assert "was sent to cora@council.example instead" in words_in(desk.get(shown))
    assert len(office.taken) == 1
    assert events(issued) == before


def test_post__without_a_server_says_why(issued: AssessmentFolder) -> None:
    desk, jobs = a_desk(issued), Jobs(issued.root)
    press(desk, "/send/messages", "post", seen="")
    assert do_all(jobs) == ["failed"]
    assert "There is no mail server" in words_in(desk.get("/send/messages"))


def test_mailbox__has_a_button_only_where_one_is_set_up(issued: AssessmentFolder) -> None:
    desk, jobs = a_desk(issued), Jobs(issued.root)
    assert "mailbox" not in words_in(desk.get("/receive")).replace("messages", "")
    fields = {"number": number_in(desk.get("/receive")), "what": "mailbox"}
    assert desk.post("/receive", fields).status_code == 422
    with issued.settings_file.open("a", encoding="utf-8") as settings:
        settings.write("mail:\n  mailbox: imaps://cora@imap.invalid/INBOX\n")
    assert "Read what is new in the mailbox" in words_in(desk.get("/receive"))
    press(desk, "/receive", "mailbox")
    assert do_all(jobs) == ["failed"]  # there is no password, and no such server
    assert "There is no password for cora" in words_in(desk.get("/receive"))


@pytest.mark.clients("dovecot")
def test_mailbox__is_read_by_the_button_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = a_folder(tmp_path / "other")
    generate(small, now=MONDAY)
    book = answer(small, "Ada Ash", tmp_path / "ada.xlsx")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "p@partner.example", "c@x.example", "Our view"
    mail.set_content("Here it is.")
    mail.add_attachment(
        book.read_bytes(), maintype="application", subtype="octet-stream", filename="ada.xlsx"
    )
    with dovecot() as box:
        monkeypatch.setenv("SSL_CERT_FILE", str(box.home / "certificate.pem"))
        monkeypatch.setenv("XLASSESS_IMAP_PASSWORD", PASSWORD.replace(" ", ""))
        box.deliver(mail.as_bytes())
        with small.settings_file.open("a", encoding="utf-8") as settings:
            settings.write(f"mail:\n  mailbox: {box.url}\n")
        desk, jobs = a_desk(small), Jobs(small.root)
        for total in ("1 new message read", "0 new messages read"):
            press(desk, "/receive", "mailbox")
            assert do_all(jobs) == ["done"]
            newest = jobs.of("2026", "mailbox")[0]
            assert total in words_in(desk.get(f"/receive?job={newest.id}"))
        # what was read is shown though the connection broke
        box.deliver(mail.as_bytes())
        box.deliver(mail.as_bytes().replace(b"Here it is.", b"I cannot take part."))
        monkeypatch.setattr("xlassess.services.post.collect_mail.AT_ONCE", 1)
        whole, asked = Mailbox.fetch, []

        def fetch(self: Mailbox, uids: list[int], largest: int) -> Iterator[FetchedMail]:
            asked.append(uids)
            if len(asked) > 1:
                raise MailboxError("The connection broke.", "Run this again.")
            return whole(self, uids, largest)

        monkeypatch.setattr(Mailbox, "fetch", fetch)
        press(desk, "/receive", "mailbox")
        assert do_all(jobs) == ["done"]
        shown = words_in(desk.get("/receive"))
        for said in ("Broken off.", "The connection broke. Run this again.", "1 new message read"):
            assert said in shown
    with Ledger(small.ledger) as ledger:
        assert [ret.file.rpartition("/")[2] for ret in ledger.history("2026")] == ["ada.xlsx"]
