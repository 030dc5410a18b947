"""Sending by a mail server: each message at most once, whatever the server answers."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from icalendar import Calendar

from tests.mail.keyring_of_tests import keyring_with
from tests.mail.post_office import CUT, PASSWORD, USER, PostOffice, post_office
from tests.services.small import LATER, MONDAY, a_folder, answer, with_addresses
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.ledger import Ledger
from xlassess.mail import Kind, ServerError
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.decide import Why, correct, mark
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.post.due import tone
from xlassess.services.post.posting import Posted
from xlassess.services.post.send import Ask, Composed, preview, try_out
from xlassess.services.post.send import post as send_all
from xlassess.services.query import query
from xlassess.services.setup.verify import verify
from xlassess.services.status import status

PEOPLE = ("Ash", "Birch", "Cedar", "Damson")
MAIL = """\
mail:
  host: 127.0.0.1
  port: {port}
  user: {user}
  security: {security}
  from: assessments@council.example
  reply_to: cora@council.example
  pace: 0
"""


@pytest.fixture(autouse=True)
def _known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's certificate is one that this computer knows, and the password is at hand."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    monkeypatch.setenv("XLASSESS_SMTP_PASSWORD", PASSWORD)
    monkeypatch.setattr("xlassess.mail.smtp._SECONDS", 10)
    monkeypatch.setattr("xlassess.mail.smtp._AFTER_DATA", 10)


def a_round(root: Path, office: PostOffice, security: str = "starttls") -> AssessmentFolder:
    """Four people with addresses, issued, and this server in the settings."""
    folder = a_folder(root, with_addresses(PEOPLE))
    text = folder.settings_file.read_text(encoding="utf-8")
    mail = MAIL.format(port=office.port, user=USER, security=security)
    folder.settings_file.write_text(text + mail, encoding="utf-8")
    generate(folder, now=MONDAY)
    return folder


@pytest.fixture
def office(tmp_path: Path) -> Iterator[PostOffice]:
    with post_office(tmp_path) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, office: PostOffice) -> AssessmentFolder:
    return a_round(tmp_path / "small", office)


def send(
    folder: AssessmentFolder, kind: Kind = "invitation", *only: str, again: bool = False,
    now: datetime = MONDAY,
) -> tuple[Composed, Posted]:  # fmt: skip
    return send_all(folder, Ask(kind, only, again=again), clock=lambda: now)


def states(folder: AssessmentFolder) -> dict[str, str]:
    lines = status(folder, today=MONDAY.date()).lines
    return {line.partner: line.state for line in lines}


def references(folder: AssessmentFolder) -> dict[str, str]:
    lines = status(folder, today=MONDAY.date()).lines
    return {line.partner: line.reference for line in lines}


def outcomes(posted: Posted) -> dict[str, str]:
    return {one.post.partner: one.handover.taken for one in posted.messages}


def to(name: str, answer: str) -> object:
    """An answer to messages to one person only."""
    return lambda about, times: answer if name in about else ""


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_send__hands_over_and_records(tmp_path: Path, security: str) -> None:
    with post_office(tmp_path, security=security) as office:
        folder = a_round(tmp_path / "small", office, security)
        composed, posted = send(folder)
    assert not composed.needs_person
    assert not posted.needs_person
    assert office.reached == [f"{name.lower()}@example.org" for name in PEOPLE]
    assert set(states(folder).values()) == {"sent"}
    first = office.mails[0]
    assert first["From"].addresses[0].addr_spec == "assessments@council.example"
    assert first["Reply-To"].addresses[0].addr_spec == "cora@council.example"
    assert first["X-Unsent"] is None
    assert first["Date"].datetime == MONDAY
    file, day = first.iter_attachments()
    event = Calendar.from_ical(day.get_content()).events[0]
    assert str(event["DTSTART"].dt) == "2026-03-13"
    name = file.get_filename()
    assert name is not None
    assert file.get_content() == (folder.outbox / name).read_bytes()
    with Ledger(folder.ledger) as ledger:
        messages = ledger.register().messages
        assert [one.id for one in messages] == [mail["Message-ID"] for mail in office.mails]
        assert [one.number for one in messages] == [1, 2, 3, 4]
        assert ledger.audit().faults == ()


def test_send__again_sends_nothing_twice(folder: AssessmentFolder, office: PostOffice) -> None:
    send(folder)
    _, posted = send(folder)
    assert posted.messages == ()
    assert len(office.taken) == len(PEOPLE)


def test_send__a_copy_refused_is_told_and_the_message_is_sent(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    book = openpyxl.load_workbook(folder.register_file)
    sheet = book.active
    assert sheet is not None
    sheet["F1"], sheet["F2"], sheet["F3"] = "Copies to", "lead@example.org", "gone@example.org"
    book.save(folder.register_file)
    office.answers["RCPT"] = to("gone", "550 No such user here")  # type: ignore[assignment]
    _, posted = send(folder)
    assert set(outcomes(posted).values()) == {"sent"}
    assert [one.handover.without for one in posted.messages][:2] == [
        (), ("gone@example.org: 550 No such user here",)
    ]  # fmt: skip
    assert posted.needs_person
    assert "lead@example.org" in office.reached
    assert office.mails[0]["Cc"] == "lead@example.org"


def test_send__an_address_refused_does_not_keep_the_others(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    office.answers["RCPT"] = to("birch", "550 No such user here")  # type: ignore[assignment]
    _, posted = send(folder)
    assert outcomes(posted) == {
        "Ash": "sent", "Birch": "refused", "Cedar": "sent", "Damson": "sent"
    }  # fmt: skip
    assert posted.needs_person
    assert [one.handover.reply for one in posted.messages][1] == "550 No such user here"
    assert states(folder)["Birch"] == "not sent"


def test_send__greylisting_is_tried_again_by_the_next_run(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    office.answers["RCPT"] = lambda about, times: "450 Try again later" if times == 1 else ""
    _, first = send(folder)
    assert set(outcomes(first).values()) == {"not sent"}
    assert set(states(folder).values()) == {"not sent"}
    _, second = send(folder)
    assert set(outcomes(second).values()) == {"sent"}
    assert len(office.taken) == len(PEOPLE)


@pytest.mark.parametrize("arrived", [False, True])
def test_send__cut_at_the_end_of_the_data_is_uncertain_until_settled(
    folder: AssessmentFolder, office: PostOffice, arrived: bool
) -> None:
    office.answers["AFTER" if arrived else "DATA"] = to("cedar", CUT)  # type: ignore[assignment]
    _, posted = send(folder)
    assert outcomes(posted)["Cedar"] == "uncertain"
    assert outcomes(posted)["Damson"] == "sent"
    office.answers.clear()
    before = len(office.taken)
    composed, posted = send(folder)
    assert posted.messages == ()
    cedar = references(folder)["Cedar"]
    assert [one.references for one in composed.uncertain] == [(cedar,)]
    assert len(office.taken) == before
    if arrived:
        mark(folder, [cedar], "sent", Why(MONDAY))
    else:
        _, posted = send(folder, "invitation", cedar, again=True)
        assert outcomes(posted) == {"Cedar": "sent"}
    composed, posted = send(folder)
    assert composed.uncertain == ()
    assert posted.messages == ()
    assert office.reached.count("cedar@example.org") == 1


def test_send__cut_before_the_data_was_not_sent(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    office.answers["RCPT"] = to("birch", CUT)  # type: ignore[assignment]
    _, posted = send(folder)
    assert outcomes(posted)["Birch"] == "not sent"
    assert outcomes(posted)["Cedar"] == "sent"
    office.answers.clear()
    _, posted = send(folder)
    assert outcomes(posted) == {"Birch": "sent"}


def test_send__a_server_that_closes_after_a_message_is_called_again(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    office.answers["MAIL"] = lambda about, times: "421 Too many messages" if times == 2 else ""
    _, posted = send(folder)
    assert set(outcomes(posted).values()) == {"sent"}
    assert len(office.taken) == len(PEOPLE)


def test_send__what_the_server_says_at_the_end_of_the_data_counts(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    answers = {"ash": "552 Too much mail", "birch": "451 Try later", "cedar": "554 No"}
    office.answers["DATA"] = lambda about, times: next(
        (said for name, said in answers.items() if name in about), ""
    )
    _, posted = send(folder)
    assert list(outcomes(posted).values()) == ["refused", "not sent", "refused", "sent"]


@pytest.mark.parametrize("said", ["what a day", "354 Go on", "200 Well"])
def test_send__no_answer_to_the_message_is_uncertain(
    folder: AssessmentFolder, office: PostOffice, said: str
) -> None:
    office.answers["AFTER"] = to("birch", said)  # type: ignore[assignment]
    _, posted = send(folder)
    assert [outcomes(posted)[name] for name in PEOPLE] == ["sent", "uncertain", "sent", "sent"]
    office.answers.clear()
    send(folder)
    assert len(office.taken) == len(PEOPLE)


def test_send__too_large_for_the_server_is_not_tried(tmp_path: Path) -> None:
    with post_office(tmp_path, size=3000) as office:
        folder = a_round(tmp_path / "small", office)
        _, posted = send(folder)
    assert set(outcomes(posted).values()) == {"refused"}
    assert "0.0 MB, which the server takes" in posted.messages[0].handover.reply
    assert office.asked == {}


def test_send__without_encryption_nothing_is_sent(tmp_path: Path) -> None:
    with post_office(tmp_path, security="none") as office:
        folder = a_round(tmp_path / "small", office)
        with pytest.raises(ServerError, match="offers no encryption"):
            send(folder)
    assert office.asked == {}
    with Ledger(folder.ledger) as ledger:
        assert ledger.register().messages == ()


def test_send__a_certificate_that_nobody_knows_is_refused(
    folder: AssessmentFolder, office: PostOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing.pem"))
    with pytest.raises(ServerError, match="does not prove that it is the one"):
        send(folder)
    assert office.asked == {}


def test_send__a_wrong_password(folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLASSESS_SMTP_PASSWORD", "another")
    with pytest.raises(ServerError, match=r"does not let assessments@council\.example in"):
        send(folder)


def test_send__no_password_and_no_server(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XLASSESS_SMTP_PASSWORD")
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    with pytest.raises(UsageError, match="There is no password") as raised:
        send(folder)
    assert "keyring set xlassess smtp://" in raised.value.remedy
    with pytest.raises(UsageError, match="There is no mail server"):
        send(a_folder(tmp_path / "other"))


KEPT = ("xlassess", f"smtp://{USER}@127.0.0.1")


def test_send__the_password_is_in_the_keyring(
    folder: AssessmentFolder, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XLASSESS_SMTP_PASSWORD")
    with keyring_with({KEPT: PASSWORD}):
        assert set(outcomes(send(folder)[1]).values()) == {"sent"}
    assert len(office.taken) == len(PEOPLE)


@pytest.mark.parametrize("locked", [False, True])
def test_send__a_keyring_that_is_locked_or_holds_others(
    folder: AssessmentFolder, office: PostOffice, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    monkeypatch.delenv("XLASSESS_SMTP_PASSWORD")
    kept = KEPT if locked else (KEPT[0], "smtp://somebody.else@127.0.0.1")
    with (
        keyring_with({kept: PASSWORD}, locked=locked),
        pytest.raises(UsageError, match="There is no password"),
    ):
        send(folder)
    assert office.asked == {}


def test_send__nobody_there(folder: AssessmentFolder, tmp_path: Path) -> None:
    text = folder.settings_file.read_text()
    port = next(line for line in text.splitlines() if "port:" in line)
    folder.settings_file.write_text(text.replace(port, "  port: 1"))
    with pytest.raises(ServerError, match="cannot be reached"):
        send(folder)


def test_try_out__goes_to_oneself_and_is_not_recorded(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    try_out(folder, Ask("invitation"), "cora@council.example", clock=lambda: MONDAY)
    assert office.reached == ["cora@council.example"]
    assert set(states(folder).values()) == {"not sent"}
    with Ledger(folder.ledger) as ledger:
        assert ledger.register().messages == ()
    office.answers["RCPT"] = lambda about, times: "550 No"
    with pytest.raises(XlassessError, match="did not take the message: 550 No"):
        try_out(folder, Ask("invitation"), "x@council.example", clock=lambda: MONDAY)


def test_preview__shows_and_does_nothing(folder: AssessmentFolder, office: PostOffice) -> None:
    _, texts = preview(folder, Ask("invitation", ("birch", "Jo Cedar")), now=MONDAY)
    assert [text.splitlines()[0] for text in texts] == [
        "To: Jo Birch <birch@example.org>", "To: Jo Cedar <cedar@example.org>"
    ]  # fmt: skip
    assert "Attached: " in texts[0]
    assert office.asked == {}
    assert not folder.drafts.exists()


def test_send__only_one_person(folder: AssessmentFolder, office: PostOffice) -> None:
    send(folder, "invitation", "jo damson")
    assert office.reached == ["damson@example.org"]
    with pytest.raises(UsageError, match="There is no workbook Jo Nobody"):
        send(folder, "invitation", "Jo Nobody")


def test_remind__a_run_broken_off_and_run_again_reminds_nobody_twice(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    send(folder)
    office.taken.clear()
    send(folder, "reminder", "Ash")
    composed, _ = send(folder, "reminder")
    assert composed.recent == 1
    assert sorted(office.reached) == [f"{name.lower()}@example.org" for name in PEOPLE]
    send(folder, "reminder", now=MONDAY + timedelta(days=2))
    assert len(office.reached) == 2 * len(PEOPLE)


def test_send__what_another_program_began_meanwhile_is_left(
    folder: AssessmentFolder, office: PostOffice
) -> None:
    """Two people press the button at once."""
    other: list[bool] = []

    def clock() -> datetime:
        if not other:  # after this run has planned, before it sends
            other.append(True)
        elif len(other) == 1 and office.asked == {}:
            other.append(True)
            send(folder)
        return MONDAY

    _, posted = send_all(folder, Ask("invitation"), clock=clock)
    assert len(office.taken) == len(PEOPLE)
    assert posted.elsewhere == len(PEOPLE)


def test_remind__each_is_as_firm_as_it_is_due(folder: AssessmentFolder, office: PostOffice) -> None:
    send(folder)
    office.taken.clear()
    ask = Ask("reminder", ("Ash",), attach=False, by_turn=True)
    days = (MONDAY, MONDAY + timedelta(days=2), MONDAY + timedelta(days=4))
    for now in days:
        send_all(folder, ask, clock=lambda now=now: now)  # type: ignore[misc]
    everyone = Ask("reminder", attach=False, by_turn=True)
    send_all(folder, everyone, clock=lambda: MONDAY + timedelta(days=30))
    said = [(mail["To"].addresses[0].username, mail["Subject"]) for mail in office.mails]
    kinds = [next(word for word in ("a reminder", "still missing", "last call") if word in what)
             for _, what in said]  # fmt: skip
    assert kinds[:3] == ["a reminder", "still missing", "last call"]
    assert dict(zip([who for who, _ in said[3:]], kinds[3:], strict=True)) == {
        "ash": "last call", "birch": "a reminder", "cedar": "a reminder", "damson": "a reminder",
    }  # fmt: skip
    # a calendar entry for a day that is over would be none
    assert [len(list(mail.iter_attachments())) for mail in office.mails[2:4]] == [1, 0]


@pytest.mark.parametrize(
    ("reminders", "over", "kind"),
    [(0, False, "reminder"), (0, True, "reminder"), (1, False, "firm"), (1, True, "last"),
     (2, False, "last")],
)  # fmt: skip
def test_tone__by_what_is_on_record(reminders: int, over: bool, kind: str) -> None:
    assert tone(reminders, day_over=over) == kind


def test_thanks__once_for_each_return_with_its_answers(
    folder: AssessmentFolder, office: PostOffice, tmp_path: Path
) -> None:
    ingest(folder, [answer(folder, "Jo Ash", tmp_path / "ash.xlsx")], now=MONDAY, workers=1)
    send(folder, "thanks")
    send(folder, "thanks")
    (mail,) = office.mails
    assert mail["To"].addresses[0].addr_spec == "ash@example.org"
    reference = references(folder)["Ash"]
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part is not None
        assert f"(reference {reference}): 3 answers" in part.get_content()
    assert list(mail.iter_attachments()) == []
    corrected = answer(folder, "Jo Ash", tmp_path / "again.xlsx", ("Agree", "Agree", None))
    ingest(folder, [corrected], now=MONDAY + timedelta(days=1), workers=1)
    send(folder, "thanks", now=MONDAY + timedelta(days=1))
    part = office.mails[-1].get_body(("plain",))
    assert part is not None
    assert "2 answers" in part.get_content()


def test_thanks__not_certain_is_settled_as_a_message_and_not_sent_again(
    folder: AssessmentFolder, office: PostOffice, tmp_path: Path
) -> None:
    ingest(folder, [answer(folder, "Jo Ash", tmp_path / "ash.xlsx")], now=MONDAY, workers=1)
    office.answers["AFTER"] = lambda about, times: CUT
    send(folder, "thanks")
    office.answers.clear()
    reference = references(folder)["Ash"]
    assert [one.references for one in send(folder, "thanks")[0].uncertain] == [(reference,)]
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "sent", reference]).stdout
    assert f"the message about {reference} was sent" in said
    composed, posted = send(folder, "thanks", now=MONDAY + timedelta(days=1))
    assert (composed.uncertain, posted.messages) == ((), ())
    with Ledger(folder.ledger) as ledger:
        assert ledger.register().sent == {}
    assert len(office.taken) == 1


def test_thanks__not_for_what_never_came_a_blank_or_a_correction(
    folder: AssessmentFolder, office: PostOffice, tmp_path: Path
) -> None:
    blank = answer(folder, "Jo Birch", tmp_path / "birch.xlsx", (None, None, None))
    full = answer(folder, "Jo Ash", tmp_path / "ash.xlsx")
    ingest(folder, [blank, full], now=MONDAY, workers=1)
    known = references(folder)
    for name in ("Birch", "Cedar"):
        send(folder, "thanks", known[name], again=True)
    assert office.taken == []
    send(folder, "thanks")
    later = MONDAY + timedelta(days=1)
    correct(folder, known["Ash"], "1C", "Disagree", Why(later, "By telephone."))
    send(folder, "thanks", now=later)
    assert office.reached == ["ash@example.org"]
    send(folder, "thanks", known["Ash"], again=True, now=later)
    assert office.reached == ["ash@example.org"] * 2


def test_queries__go_with_their_workbook_and_once(
    folder: AssessmentFolder, office: PostOffice, tmp_path: Path
) -> None:
    unclear = answer(folder, "Jo Ash", tmp_path / "ash.xlsx", ("Agree", "Perhaps", "Agree"))
    ingest(folder, [unclear], now=MONDAY, workers=1)
    assert send(folder, "query")[1].messages == ()
    (asked,) = query(folder, now=MONDAY).workbooks
    office.answers["AFTER"] = lambda about, times: CUT
    send(folder, "query")
    office.answers.clear()
    composed, posted = send(folder, "query")
    assert posted.messages == ()
    assert [one.references for one in composed.uncertain] == [(asked.query.reference,)]
    mark(folder, [asked.query.reference], "sent", Why(MONDAY))
    assert send(folder, "query")[0].uncertain == ()
    mark(folder, [asked.query.reference], "sent", Why(LATER), undone=True)
    composed, _ = send(folder, "query")
    assert [one.references for one in composed.uncertain] == [(asked.query.reference,)]
    (mail,) = office.mails
    assert asked.query.reference in mail["Subject"]
    book, _ = mail.iter_attachments()
    assert book.get_content() == asked.path.read_bytes()
    part = mail.get_body(("plain",))
    assert part is not None
    assert "Subject:" not in part.get_content()
    assert "Perhaps" in part.get_content()
    send(folder, "query", "Ash", again=True)
    assert len(office.taken) == 2


KILLED = """
import os, signal, sys
from xlassess.mail import smtp
from xlassess.ledger.recording import messages

def killing(owner, name, when, at):
    whole = getattr(owner, name)
    calls = [0]
    def instead(*args, **kinds):
        calls[0] += 1
        if when == "before" and calls[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        result = whole(*args, **kinds)
        if when == "after" and calls[0] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(owner, name, instead)

place, when, at = sys.argv[1:4]
owner, name = {
    "begin": (messages.Messages, "begin"), "handover": (smtp.SmtpServer, "hand_over"),
    "end": (messages.Messages, "end"), "envelope": (smtp, "_envelope"),
}[place]
killing(owner, name, when, int(at))
from xlassess.cli.app import main
sys.argv[:] = ["xlassess", *sys.argv[4:]]
main()
"""


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("place", "when", "at"),
    [
        ("begin", "before", 1), ("begin", "after", 2), ("envelope", "after", 2),
        ("handover", "after", 2), ("end", "before", 3), ("end", "after", 3),
    ],
)  # fmt: skip
def test_send__killed_at_any_point_sends_nothing_twice(
    folder: AssessmentFolder, office: PostOffice, place: str, when: str, at: int
) -> None:
    line = [sys.executable, "-c", KILLED, place, when, str(at), "-C", str(folder.root), "send"]
    done = subprocess.run([*line, "--via", "smtp"], capture_output=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    composed, _ = send(folder)
    doubted = {reference for one in composed.uncertain for reference in one.references}
    by_name = {references(folder)[name]: name for name in PEOPLE}
    for reference in doubted:
        name = by_name[reference]
        if f"{name.lower()}@example.org" in office.reached:
            mark(folder, [reference], "sent", Why(MONDAY))
        else:
            send(folder, "invitation", reference, again=True)
    assert sorted(office.reached) == [f"{name.lower()}@example.org" for name in PEOPLE]
    assert set(states(folder).values()) == {"sent"}
    assert len(doubted) == (0 if (place, when) in (("begin", "before"), ("end", "after")) else 1)
    with Ledger(folder.ledger) as ledger:
        assert ledger.audit().faults == ()


BOUNCE = """\
From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; somebody.else@example.org
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: {id}

--b--
"""


def test_ingest__what_comes_back_about_messages_is_told_by_status(
    folder: AssessmentFolder, office: PostOffice, tmp_path: Path
) -> None:
    send(folder)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    by_name = {mail["To"].addresses[0].username: mail["Message-ID"] for mail in office.mails}
    (inbox / "1.eml").write_text(BOUNCE.format(id=by_name["ash"]))
    (inbox / "2.eml").write_text(
        "From: birch@example.org\nAuto-Submitted: auto-replied\nSubject: Out of office\n"
        "Date: Mon, 2 Mar 2026 09:00:00 +0000\n\nI am on leave until 4 May.\n"
    )
    (inbox / "3.eml").write_text(
        "From: nobody@example.com\nAuto-Submitted: auto-replied\nSubject: Hello\n\nAway.\n"
    )
    result = ingest(folder, [inbox], now=LATER, workers=1)
    assert [(one.notice.kind, one.issued[0].partner) for one in result.notices] == [
        ("no such address", "Ash"), ("away", "Birch")
    ]  # fmt: skip
    assert [file.ret.file for file in result.files] == ["3.eml"]  # about nobody we know
    lines = {line.partner: line for line in status(folder, today=LATER.date()).lines}
    assert lines["Ash"].state == "sent"
    assert lines["Ash"].notice is not None
    assert lines["Ash"].notice.kind == "no such address"
    assert lines["Birch"].notice is not None
    assert str(lines["Birch"].notice.until) == "2026-05-04"
    assert lines["Cedar"].notice is None
    assert ingest(folder, [inbox], now=LATER, workers=1).notices == ()
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "status"]).stdout
    assert "address does not exist" in said
    assert "away until 4 May 2026" in said
    with Ledger(folder.ledger) as ledger:
        assert ledger.audit().faults == ()
    # the address was corrected and the message sent again: the notice is no longer about it
    send(folder, "invitation", "Ash", again=True)
    lines = {line.partner: line for line in status(folder, today=LATER.date()).lines}
    assert lines["Ash"].notice is None


def test_ingest__what_comes_back_about_an_earlier_message_is_not_told(
    folder: AssessmentFolder, office: PostOffice, tmp_path: Path
) -> None:
    """The address was corrected and the message sent again before the mailbox was read."""
    send(folder)
    send(folder, "invitation", "Ash", again=True)
    ids = [mail["Message-ID"] for mail in office.mails if "ash@" in str(mail["To"])]
    path = tmp_path / "bounce.eml"
    path.write_text(BOUNCE.format(id=ids[0]))
    result = ingest(folder, [path], now=LATER, workers=1)
    assert (result.notices, result.files) == ((), ())
    assert verify(folder).faults == ()
    path = tmp_path / "another.eml"
    path.write_text(BOUNCE.format(id=ids[1]))
    (told,) = ingest(folder, [path], now=LATER, workers=1).notices
    assert told.issued[0].partner == "Ash"


def test_queries__sent_again_what_came_back_about_the_first_is_over(
    folder: AssessmentFolder, office: PostOffice, tmp_path: Path
) -> None:
    unclear = answer(folder, "Jo Ash", tmp_path / "ash.xlsx", ("Agree", "Perhaps", "Agree"))
    ingest(folder, [unclear], now=MONDAY, workers=1)
    query(folder, now=MONDAY)
    send(folder, "query")
    path = tmp_path / "bounce.eml"
    path.write_text(BOUNCE.format(id=office.mails[0]["Message-ID"]))
    assert len(ingest(folder, [path], now=LATER, workers=1).notices) == 1

    def notices() -> list[object]:
        return [line.notice for line in status(folder, today=LATER.date()).lines if line.notice]

    assert len(notices()) == 1
    send(folder, "query", "Ash", again=True, now=LATER)
    assert notices() == []
