"""A message as Outlook saves it, and the messages attached to it: by python-oxmsg.

Sources: [MS-OXMSG] for what stands where, [MS-CFB] for the folders and streams of such a file.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timezone
from email.message import Message
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from xlassess.ingest.intake.mail import (
    ENCRYPTED,
    IS_ENCRYPTED,
    LONG_HEAD,
    MOST_HEAD,
    MOST_LEVELS,
    NOTICED,
    SIGNED_WHOLE,
    TOO_MUCH,
    MailFile,
    ReadMail,
    instead,
    is_signed_whole,
    read_message,
    received_at,
)
from xlassess.ingest.intake.mail_text import MOST_TEXT, all_said, in_letters, own_page, written
from xlassess.ingest.intake.notices import notice_in

if TYPE_CHECKING:
    from oxmsg import Message as OutlookMail
    from oxmsg.storage import Storage as OutlookFolder

_DELIVERED = 0x0E06
"""The property of Outlook's files that says when a message was delivered."""

_INNER = "a message that is attached to it was not opened: save that one, and read it"

_CLASSES = (
    (".ndr", "Content-Type", "multipart/report; report-type=delivery-status"),
    (".ipnrn", "Content-Type", "multipart/report; report-type=disposition-notification"),
    ("oof", "Auto-Submitted", "auto-replied"),
    ("schedule.meeting.resp", "Content-Type", "text/calendar; method=REPLY"),
)
"""What the class of a message says in Outlook where it has no heads of its own."""


def _outlook_head(headers: Mapping[str, str], kind: str, sender: str) -> Message:
    """The heads of a message in Outlook's file, as other messages have them."""
    head = Message()
    for name, value in headers.items():
        head[name] = value
    if "From" not in head:
        head["From"] = sender
    for part, name, value in _CLASSES:
        if part in kind.casefold() and name not in head:
            head[name] = value
    return head


def read_outlook(data: bytes) -> ReadMail:
    """Return what a message holds that Outlook saved as a file of its own kind.

    Args:
        data: its bytes.
    """
    from olefile import OleFileIO
    from oxmsg import Message as OutlookMessage
    from oxmsg.storage import Storage

    try:
        with OleFileIO(io.BytesIO(data)) as ole:
            if _is_overfull(ole, len(data)):
                return ReadMail("", "", "", (), TOO_MUCH)
            storage = Storage.from_ole(ole)
        parts = _OutlookParts()
        parts.take(storage, _OUTERMOST)
        if parts.messages > MOST_LEVELS:
            return ReadMail("", "", "", (), TOO_MUCH)
        return _of_outlook(data, OutlookMessage(storage), parts)
    except Exception:
        return ReadMail("", "", "", (), "it is damaged")


def _of_outlook(data: bytes, mail: OutlookMail, parts: _OutlookParts) -> ReadMail:
    """Return a message of Outlook's with what is in it."""
    headers = mail.properties.str_prop_value(_HEADERS) or ""
    if len(headers) > MOST_HEAD:
        return ReadMail("", "", "", (), LONG_HEAD)
    files = tuple(parts.files)
    text = all_said([written([texts], about) for about, texts in parts.said])
    sender, subject = parseaddr(mail.sender or "")[1], " ".join((mail.subject or "").split())
    head = _outlook_head(mail.message_headers, mail.message_class, sender)
    delivered = mail.properties.date_prop_value(_DELIVERED)
    came = received_at(head) or (delivered.replace(tzinfo=timezone.utc) if delivered else None)
    sent = mail.sent_date.replace(tzinfo=timezone.utc) if mail.sent_date else None
    notice = None if files else notice_in(head, data, subject, text, came or sent)
    problem = NOTICED.get(notice.kind, "it is an automatic reply") if notice else ""
    if not problem and not files:
        pages = (own_page(one) for kind, one in parts.said[0][1] if kind == "text/html")
        problem = parts.sealed or instead(head, " ".join((text, *pages)))
        problem = problem or (_INNER if parts.unopened else "")
    elif parts.unopened:
        text = f"{text} [{_INNER[0].upper()}{_INNER[1:]}.]".strip()
    known = hashlib.sha256(data).hexdigest()
    return ReadMail(sender, subject, text, files, problem, came, notice, known, sent)


_MOST_ENTRIES, _MOST_KIDS = 20_000, 2_000
"""Streams and folders in Outlook's file, and in one folder of it: each is looked for by its name
among all in its folder."""


def _is_overfull(ole: Any, size: int) -> bool:
    """True for a file that holds more than messages do, or more than there is room for in it.

    Many streams may lie over each other on disk, and would each be read in full.
    """
    entries = [one for one in ole.direntries if one is not None]
    if len(entries) > _MOST_ENTRIES or any(len(one.kids) > _MOST_KIDS for one in entries):
        return True
    streams: int = sum(one.size for one in entries if one.entry_type == _STREAM)
    return streams > size


_STREAM = 2
"""What a stream is called in the directory of such a file: [MS-CFB], 2.6.1."""

_OUTERMOST, _ATTACHED = 32, 24
"""Where the properties begin of a message, and of one that is attached to another: [MS-OXMSG],
2.4.1."""

_BODY, _HTML, _HEADERS, _SUBJECT = 0x1000, 0x1013, 0x007D, 0x0037
_METHOD, _NAME, _TYPE, _DATA, _CONTENT_ID = 0x3705, 0x3707, 0x370E, 0x3701, 0x3712
"""The properties of Outlook's files that are read here: [MS-OXPROPS]."""

_BY_MESSAGE = 5
"""The way in which one message is attached to another: it has a folder of its own."""

_FOLDER_OF_MESSAGE = "__substg1.0_3701000D"


@dataclass(slots=True)
class _OutlookParts:
    """What is in a message of Outlook's, and in the messages that are attached to it.

    ``said`` is what each says, the outermost first: its subject, and its texts with the kind of
    each; ``sealed`` what keeps a file from being read; ``unopened`` tells that something is
    attached that was not opened.
    """

    files: list[MailFile] = field(default_factory=list)
    said: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    messages: int = 0
    sealed: str = ""
    unopened: bool = False

    def take(self, storage: OutlookFolder, offset: int) -> None:
        """Take in a message.

        Args:
            storage: its folder.
            offset: where its properties begin.
        """
        from oxmsg.properties import Properties

        self.messages += 1
        if self.messages > MOST_LEVELS:
            return
        said = Properties(storage, properties_header_offset=offset)
        longest = 20 * MOST_TEXT
        plain = (said.str_prop_value(_BODY) or "")[:longest]
        html = in_letters((said.binary_prop_value(_HTML) or b"")[:longest], said.body_encoding)
        about = (said.str_prop_value(_SUBJECT) or "")[:MOST_TEXT]
        self.said.append((about, [("text/plain", plain), ("text/html", html)]))
        for one in storage.iter_attachment_storages():
            self._attached(one)

    def _attached(self, storage: OutlookFolder) -> None:
        from oxmsg.properties import Properties

        said = Properties(storage, properties_header_offset=8)
        inner = next((one for one in storage.storages if one.name == _FOLDER_OF_MESSAGE), None)
        content, kind = said.binary_prop_value(_DATA), said.str_prop_value(_TYPE) or ""
        kind = kind.strip().lower()
        if inner is not None and said.int_prop_value(_METHOD) == _BY_MESSAGE:
            self.take(inner, _ATTACHED)
        elif content is None:
            self.unopened |= bool((said.int_prop_value(_METHOD) or 0) & 1)
        elif kind == "multipart/signed":
            signed = read_message(content)
            self.files += signed.files
            self.said.append(("", [("text/plain", signed.text)]))
        elif kind in ENCRYPTED:
            sealed = SIGNED_WHOLE if is_signed_whole(content) else IS_ENCRYPTED
            self.sealed = self.sealed or sealed
        # A picture that the text refers to is a logo; any other may be a page that somebody sent.
        elif not (kind.startswith("image/") and said.str_prop_value(_CONTENT_ID)):
            name = " ".join((said.str_prop_value(_NAME) or "unnamed").split())
            self.files.append(MailFile(name, content))
