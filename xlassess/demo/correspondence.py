"""The messages that the made-up partners write: what came by e-mail, as mail programs save it.

Like the files that come back, they are the same in every run.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import Literal

from xlassess.demo.partnership import ASSESSMENT
from xlassess.model.assessment import Respondent

Kept = Literal["saved", "Maildir", "mailbox.mbox"]
"""How messages are kept: each saved as a file, in a Maildir folder, or in a mailbox file."""

SAVED: Kept = "saved"
MAILDIR: Kept = "Maildir"
MAILBOX: Kept = "mailbox.mbox"

_COORDINATOR = ASSESSMENT.coordinator.email
_HOST = _COORDINATOR.partition("@")[2]
_RECEIVED = "Received: from mail.example by {host}; {at}\n"
_EXCEL = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Writes:
    """How somebody answers by e-mail.

    ``says`` is what stands in the message, ``unusual`` what is unusual about it, in one phrase.
    ``sends`` is what comes: workbooks, a scan of the first of them, or nothing but words; a
    delivery report or an automatic reply in place of an answer.
    """

    kept: Kept
    says: str = "Dear Morgan\n\nHere is what we think.\n\nKind regards"
    unusual: str = ""
    sends: Literal["workbooks", "passed on", "scan", "words", "bounce", "absence"] = "workbooks"


CORRESPONDENCE: dict[str, Writes] = {
    "Ruth Adeyemi": Writes(
        SAVED,
        "Dear Morgan\n\nHere it is. For 3B please read Strongly disagree: I ticked the wrong "
        "one.\n\nRuth",
        "words in the message that change an answer",
    ),
    "Martin Coles": Writes(SAVED),
    "Jo Whitfield": Writes(SAVED),
    "Tom Barrett": Writes(SAVED, "", "the message to him came back", "bounce"),
    "Helen Marsh": Writes(
        MAILDIR,
        "From both of us, as a zip file.",
        "one zip file for two people, in a message that was passed on",
        "passed on",
    ),
    "Dr Anita Rao": Writes(MAILDIR),
    "Peter Lindqvist": Writes(MAILDIR),
    "Karen Doyle": Writes(MAILDIR),
    "Lee Hargreaves": Writes(
        MAILDIR,
        "I am on leave until 7 April 2026. Your message has not been passed on.",
        "an automatic reply",
        "absence",
    ),
    "Grace Okafor": Writes(MAILBOX),
    "David Ellery": Writes(MAILBOX),
    "Sam Pryce": Writes(
        MAILBOX,
        "I filled it in on paper. Here is the scan.",
        "a scan of what was filled in on paper",
        "scan",
    ),
    "Fiona Blake": Writes(
        MAILBOX,
        "It was too large for our mail. Please fetch it: https://we.tl/t-demo\n\nFiona",
        "a link in place of the file",
        "words",
    ),
}
"""How each of the made-up people answers. Who is not here does not write."""


def answer_of(
    person: Respondent, references: Sequence[str], writes: Writes,
    files: Iterable[tuple[str, bytes]], at: datetime,
) -> bytes:  # fmt: skip
    """Return somebody's message, as it is saved.

    Args:
        person: who writes.
        references: those of the workbooks it is about.
        writes: how they write.
        files: what comes with it: names and contents.
        at: when it was sent.
    """
    sender = f"{person.name} <{person.email}>"
    mail = _headed(sender, f"Re: {ASSESSMENT.partnership} [{', '.join(references)}]", at)
    if writes.sends == "absence":
        mail.replace_header("Subject", f"Automatic reply: {ASSESSMENT.partnership}")
        mail["Auto-Submitted"] = "auto-replied"
    passed_on = writes.sends == "passed on"
    inner = _headed(sender, "For the partnership's coordinator", at) if passed_on else mail
    inner.set_content(writes.says)
    for name, content in files:
        kind = {"pdf": "pdf", "zip": "zip"}.get(name.rpartition(".")[2], _EXCEL)
        inner.add_attachment(content, maintype="application", subtype=kind, filename=name)
    if passed_on:
        mail.set_content("Morgan, please see the message below.")
        mail.add_attachment(inner)
    return _as_saved(mail, at)


def bounced(person: Respondent, at: datetime) -> bytes:
    """Return the report that a message to somebody could not be delivered (RFC 3464)."""
    return (
        _RECEIVED.format(at=format_datetime(at), host=_HOST).encode()
        + (
            f"From: Mail Delivery System <mailer-daemon@{_HOST}>\nTo: {_COORDINATOR}\n"
            f"Subject: Undelivered Mail Returned to Sender\nDate: {format_datetime(at)}\n"
            "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; "
            'boundary="parts"\n\n--parts\nContent-Type: text/plain\n\n'
            f"Your message to {person.email} could not be delivered: user unknown.\n\n"
            f"--parts\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {_HOST}\n\n"
            f"Final-Recipient: rfc822; {person.email}\nAction: failed\nStatus: 5.1.1\n\n--parts--\n"
        ).encode()
    )


def scan_of(reference: str) -> bytes:
    """Return a PDF as a scanner writes it that reads the text of a page."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    font = DictionaryObject({
        NameObject("/Type"): NameObject("/Font"), NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    })  # fmt: skip
    fonts = DictionaryObject({NameObject("/F1"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    lines = (f"Reference {reference}", "1A  Agree", "1B  Agree", "1C  Disagree, see my note")
    text = "".join(f"({line}) Tj 0 -24 Td " for line in lines)
    stream = DecodedStreamObject()
    stream.set_data(f"BT /F1 14 Tf 60 760 Td {text}ET".encode("latin-1"))
    page[NameObject("/Contents")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class MailFolder:
    """A folder with messages as mail programs save them: as files, Maildir and a mailbox file.

    Args:
        place: the folder; it is made where it is missing.
    """

    def __init__(self, place: Path) -> None:
        self._place = place
        self._numbers = count(1)
        for name in ("cur", "new", "tmp"):
            (place / MAILDIR / name).mkdir(parents=True, exist_ok=True)
        (place / SAVED).mkdir(exist_ok=True)

    def add(self, kept: Kept, name: str, content: bytes, at: datetime) -> None:
        """Keep a message.

        Args:
            kept: how it is kept.
            name: what it is called where it is a file of its own.
            content: its bytes.
            at: when it came.
        """
        if kept == SAVED:
            (self._place / SAVED / f"{name}.eml").write_bytes(content)
        elif kept == MAILDIR:
            known = f"{int(at.timestamp())}.M{next(self._numbers)}.{_HOST}"
            (self._place / MAILDIR / "new" / known).write_bytes(content)
        else:
            line = f"From MAILER-DAEMON {at:%a %b %d %H:%M:%S %Y}\n".encode()
            escaped = content.replace(b"\nFrom ", b"\n>From ")
            with (self._place / MAILBOX).open("ab") as file:
                file.write(line + escaped + b"\n")


def _headed(sender: str, subject: str, at: datetime) -> EmailMessage:
    mail = EmailMessage(policy=policy.default)
    mail["From"], mail["To"] = sender, _COORDINATOR
    mail["Subject"], mail["Date"] = subject, format_datetime(at)
    return mail


def _as_saved(mail: EmailMessage, at: datetime) -> bytes:
    """A message's bytes, with the line of the server that took it."""
    for number, part in enumerate(mail.walk()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=={at:%Y%m%d%H%M%S}.{number}==")  # else another in every run
    return _RECEIVED.format(at=format_datetime(at), host=_HOST).encode() + mail.as_bytes()
