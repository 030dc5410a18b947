"""Messages that no person wrote, as programs write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.ingest.intake.mail import read_message

OURS = "<xlassess.0123456789abcdef0123456789abcdef@council.example>"
BOUNCE = f"""\
From: MAILER-DAEMON@mx.example
To: cora@council.example
Subject: Undelivered Mail Returned to Sender
Date: Tue, 3 Mar 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I am sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; jo@ash.example
Action: {{action}}
Status: {{status}}
Diagnostic-Code: smtp; {{said}}

--b
Content-Type: text/rfc822-headers

Message-ID: {OURS}
To: jo@ash.example

--b--
"""


@pytest.mark.parametrize(
    ("action", "status", "said", "kind"),
    [
        ("failed", "5.1.1", "550 No such user here", "no such address"),
        ("failed", "5.0.0", "550 User unknown in virtual table", "no such address"),
        ("failed", "5.2.2", "552 Mailbox full", "not delivered"),
        ("failed", "5.2.1", "550 The account is disabled", "no such address"),
        ("delayed", "4.4.1", "450 Try later", "delayed"),
    ],
)
def test_notice__delivery_reports(action: str, status: str, said: str, kind: str) -> None:
    text = BOUNCE.format(action=action, status=status, said=said)
    mail = read_message(text.encode())
    notice = mail.notice
    assert notice is not None
    assert (notice.kind, notice.ids, notice.addresses) == (kind, (OURS,), ("jo@ash.example",))


def test_notice__a_bounce_in_words() -> None:
    mail = read_message(
        b"From: Mail Delivery System <mailer-daemon@x.example>\nSubject: failure notice\n\n"
        b"Hi. This is the qmail-send program. <jo@ash.example>: Sorry, no such mailbox.\n"
    )
    assert mail.notice is not None
    assert mail.notice.kind == "no such address"
    assert mail.notice.addresses == ("jo@ash.example",)


@pytest.mark.parametrize(
    ("subject", "said", "kind"),
    [
        ("Undeliverable: your view", "The email address you entered couldn't be found. Remote "
         "Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'", "no such address"),
        ("Delivery failure", "jo@ash.example: unrouteable address", "no such address"),
        ("Undeliverable: your view", "jo@ash.example: the mailbox is full", "not delivered"),
        ("Warning: message delayed 4 hours", "To jo@ash.example it has not been delivered yet.",
         "delayed"),
    ],
)  # fmt: skip
def test_notice__in_words_says_what_became_of_it(subject: str, said: str, kind: str) -> None:
    mail = read_message(f"From: postmaster@x.example\nSubject: {subject}\n\n{said}".encode())
    assert mail.notice is not None
    assert mail.notice.kind == kind


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ("I am on leave until 4 May.", "2026-05-04"),
        ("I am away until Monday 4th May 2026 and not reading mail.", "2026-05-04"),
        ("Back on 2 January.", "2027-01-02"),
        ("I return on 04/05/2026.", "2026-05-04"),
        ("I will be returning to work on the 4th of May", "2026-05-04"),
        ("I am out of the office until 2026-05-04", "2026-05-04"),
        ("I am on leave from 20 April to 4 May.", "2026-05-04"),
        ("I am away between Monday 20th and Monday 4th May", "2026-05-04"),
        ("Away 20/04 - I am away from 20/04/2026 to 04/05/2026.", "2026-05-04"),
        ("I'm away until May 4, 2027.", "2027-05-04"),
        ("Out of office until Monday, May 4th.", "2026-05-04"),
        ("I will be back in the office Monday 4 May.", "2026-05-04"),
        ("I return on 4/5/26.", "2026-05-04"),
        ("I shall be back at my desk on 4 May", "2026-05-04"),
        ("I am out of the office through Fri 1 May.", "2026-05-01"),
        ("On annual leave up to and including 3 May 2026.", "2026-05-03"),
        ("I will return to work Wednesday the 6th of May.", "2026-05-06"),
        ("I am away from 20 April. Ring 4 May Street.", None),
        ("Back on Tuesday 5th.", None),
        ("I return your call at 4 may be.", None),
        ("I am out of the office until further notice", None),
        ("I am out of the office until 31 February", None),
        ("Out of office. The room holds 4 May flowers", None),
    ],
)
def test_notice__away_until(said: str, until: str | None) -> None:
    mail = read_message(
        b"From: jo@ash.example\nSubject: Automatic reply: your view\nAuto-Submitted: auto-replied\n"
        b"Date: Wed, 1 Apr 2026 09:00:00 +0000\nIn-Reply-To: " + OURS.encode() + b"\n\n"
        + said.encode()
    )  # fmt: skip
    notice = mail.notice
    assert notice is not None
    assert notice.kind in ("away", "automatic reply")
    assert (str(notice.until) if notice.until else None) == until
    assert (notice.ids, notice.addresses) == ((OURS,), ("jo@ash.example",))


def test_notice__a_read_receipt() -> None:
    mail = read_message(
        b"From: jo@ash.example\nSubject: Read: your view\n"
        b'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\nIt was read.\n--b\n"
        b"Content-Type: message/disposition-notification\n\nOriginal-Message-ID: "
        + OURS.encode() + b"\n--b--\n"
    )  # fmt: skip
    assert mail.notice is not None
    assert (mail.notice.kind, mail.notice.ids) == ("read", (OURS,))


@pytest.mark.parametrize(
    ("done", "kind"), [("displayed", "read"), ("deleted", "unread"), ("deleted/error", "unread")]
)
def test_notice__a_receipt_says_whether_it_was_read(done: str, kind: str) -> None:
    mail = read_message(
        b"From: jo@ash.example\nSubject: your view\n"
        b'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\n\n'
        b"--b\nContent-Type: text/plain\n\nAbout it.\n--b\n"
        b"Content-Type: message/disposition-notification\n\n"
        b"Final-Recipient: rfc822; jo@ash.example\nDisposition: manual-action/MDN-sent-manually; "
        + done.encode() + b"\n--b--\n"
    )  # fmt: skip
    assert mail.notice is not None
    assert mail.notice.kind == kind


@pytest.mark.parametrize(
    ("subject", "said", "kind"),
    [
        (
            "Read: your view",
            "Your message\n To: Jo\n Subject: your view\nwas read on Monday.",
            "read",
        ),
        ("Not read: your view", "Your message\n To: Jo\nwas deleted without being read.", "unread"),
        ("Read: this first", "Your message was clear. I read it.", None),
        ("Re: your view", "Your message was read, thank you.", None),
    ],
)
def test_notice__a_receipt_in_words(subject: str, said: str, kind: str | None) -> None:
    mail = read_message(f"From: jo@ash.example\nSubject: {subject}\n\n{said}".encode())
    assert (mail.notice.kind if mail.notice else None) == kind


@pytest.mark.parametrize(
    "text",
    [
        b"From: jo@ash.example\nSubject: Re: your view\n\nI am on leave until 4 May, then I do it.",
        b"From: jo@ash.example\nSubject: your view\nAuto-Submitted: no\n\nHere it is.",
        b"From: postmaster@ash.example\nSubject: Our view\n\nI run the post here, and agree.",
    ],
)
def test_notice__a_person_is_none(text: bytes) -> None:
    assert read_message(text).notice is None


def test_notice__a_workbook_that_a_rule_passed_on_is_read() -> None:
    mail = read_message(
        b"From: jo@ash.example\nSubject: FW: your view\nAuto-Submitted: auto-forwarded\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: application/zip\n'
        b'Content-Disposition: attachment; filename="a.xlsx"\n\nPK\n--b--\n'
    )
    assert [file.name for file in mail.files] == ["a.xlsx"]
    assert mail.notice is None
    assert mail.problem == ""


HEADS = st.sampled_from([
    b"From", b"Subject", b"Date", b"Received", b"Auto-Submitted", b"Content-Type", b"Precedence",
    b"Content-Transfer-Encoding", b"Content-Disposition", b"Message-ID", b"X-Failed-Recipients",
])  # fmt: skip
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([
        b"multipart/report; report-type=delivery-status; boundary=b", b"message/delivery-status",
        b"=?utf-9?q?=FF?=", b"text/plain; charset=nothing", b"attachment; filename*=x''%FF",
        b"x; Tue, 99 Mar 2026 10:00:00 +9999", b"auto-replied", b"mailer-daemon@x", b"base64",
    ]),
)  # fmt: skip


@given(heads=st.lists(st.tuples(HEADS, VALUES), max_size=8), body=st.binary(max_size=300))
def test_read_message__whatever_stands_in_it(heads: list[tuple[bytes, bytes]], body: bytes) -> None:
    lines = [name + b": " + value for name, value in heads]
    mail = read_message(b"\n".join([*lines, b"", b"--b\n", body, b"\n--b--\n"]))
    for text in (mail.sender, mail.subject, mail.text):
        assert "\n" not in text
        text.encode()


@pytest.mark.parametrize(
    "content",
    [
        b"From: a@b.example\nSubject: " + b"=?utf-8?q?x?= " * 15_000 + b"\n\nx",
        b"From: mailer-daemon@b.example\nSubject: failure notice\n\n" + b"a@" * 500_000,
        b"From: a@b.example\nAuto-Submitted: auto-replied\n\n" + b"until the " * 100_000,
        b"From: a@b.example\nX-Failed-Recipients: " + b"a@b " * 50_000 + b"\n\nx",
        b"From: a@b.example\n\n" + b"<xlassess." * 500_000,
        b"From: a@b.example\n\n" + b"https://" * 200_000,
    ],
)
def test_read_message__a_bomb_takes_no_time(content: bytes) -> None:
    began = time.monotonic()
    read_message(content)
    assert time.monotonic() - began < 5
