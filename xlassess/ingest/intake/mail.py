"""E-mail messages as people save them: the files in them, and what was written beside.

Messages are hostile until proven otherwise: parts, lines and levels are counted before anything is
parsed. No word of a message becomes an answer; it is told to the coordinator.

Sources: RFC 5322 and MIME for messages, RFC 4155 for mailbox files, RFC 3834 for automatic replies,
RFC 3464 for messages that could not be delivered; Outlook's files by python-oxmsg.
"""

from __future__ import annotations

import binascii
import hashlib
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from html import unescape
from pathlib import Path
from typing import Literal

from xlassess.contract.reference import find_references
from xlassess.ingest.guard.foreign import is_mail_text
from xlassess.ingest.guard.limits import MOST_BYTES
from xlassess.ingest.guard.package import ZIP_MAGIC
from xlassess.ingest.intake.notices import notice_in
from xlassess.ingest.reading.reading_plan import MailNotice

MailKind = Literal["", "message", "mailbox", "outlook"]
"""How messages are kept in a file: one as text, several as text, one as Outlook saves it."""

_HEAD = 1 << 13
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OUTLOOK = "__properties_version1.0".encode("utf-16-le")
_MOST_LINES = 600_000
"""Lines of a message; a file of the greatest size takes half as many in base64."""
_MOST_PARTS, _MOST_LEVELS, _MOST_HEAD = 2_000, 50, 1 << 18
_MOST_BLOCKS, _LONGEST_FIELD = 10_000, 4_000
_FIELD = re.compile(rb"(?:^|\r)content-[a-z-]{1,40}:[^\n]*(?:\n[ \t][^\n]*)*", re.I | re.M)
"""What describes a part: the library needs time that grows with the square of its length."""

_LONGEST_DATE = 200
_MOST_TEXT = 2_000
"""Characters of a message's text that are told; the message itself is kept whole."""

_OURS = b"<xlassess."
"""How the Message-IDs of our messages begin."""

_NOTICED = {
    "no such address": "it says that a message could not be delivered",
    "not delivered": "it says that a message could not be delivered",
    "delayed": "it says that a message is delayed",
    "read": "it is a receipt",
}
_TOO_MUCH = "it has more parts than a message of people has"
_PASSED_OVER = frozenset({
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "message/delivery-status", "message/disposition-notification", "text/calendar",
    "text/rfc822-headers", "text/vcard", "text/x-vcard",
})  # fmt: skip
_ENCRYPTED = frozenset({
    "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted",
})  # fmt: skip
_SIGNED, _CMS_HEAD = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 64
"""How what is signed, and not encrypted, names itself near its beginning: RFC 5652, section 5.1."""

_PGP = b"-----BEGIN PGP MESSAGE-----"
_IS_ENCRYPTED = "it is encrypted"

_SIGNED_WHOLE = "it is signed with S/MIME as one sealed piece, which is not opened here"
_UUENCODED = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})
_UNSEEN = re.compile(r"<(style|head|script)\b", re.I)
_KEPT_ELSEWHERE = re.compile(
    r"https?://[^\s<>\"]{0,200}?(?:sharepoint\.com|1drv\.ms|onedrive\.live\.com|docs\.google\.com"
    r"|drive\.google\.com|we\.tl|wetransfer\.com|dropbox\.com)",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"^\s*(?:-{2,} ?original message|_{10,}|from: |on .{1,200} wrote:\s*$|>)", re.I | re.M
)


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that came with a message."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReadMail:
    """A message: who sent it, about what, what it says, and its files.

    ``text`` is what was written, without what it answers to. ``problem`` is why no file could be
    taken out of it, or what the message is instead; empty where there is nothing to tell.
    ``received`` is when the last server on its way took it, ``sent`` when it was sent by the
    sender's own clock. ``notice`` is what it says about a
    message that was sent, where no person wrote it; ``sha256`` is that of its bytes.
    """

    sender: str
    subject: str
    text: str
    files: tuple[MailFile, ...]
    problem: str = ""
    received: datetime | None = None
    notice: MailNotice | None = None
    sha256: str = ""
    sent: datetime | None = None


def mail_kind(path: Path) -> MailKind:
    """Return how messages are kept in a file, empty where none are.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        if head.startswith(_OLE):
            return "outlook" if _OUTLOOK in head + file.read(MOST_BYTES) else ""
    # Nearly every return is a zip file: it is not searched for the heads of messages.
    if head.startswith(ZIP_MAGIC) or not is_mail_text(head):
        return ""
    return "mailbox" if head.startswith(b"From ") else "message"


def messages_of(path: Path, kind: MailKind) -> Iterator[ReadMail]:
    """Yield the messages kept in a file, in order.

    Args:
        path: the file.
        kind: how they are kept in it, by `mail_kind`.

    Raises:
        OSError: the file cannot be read.
    """
    if kind == "mailbox":
        yield from map(read_message, _split(path))
    elif kind == "outlook":
        yield _outlook(path.read_bytes())
    else:
        yield read_message(path.read_bytes())


def _split(path: Path) -> Iterator[bytes]:
    """Yield each message of a mailbox file; a line that begins with From_ begins the next."""
    lines: list[bytes] = []
    before = b"\n"
    with path.open("rb") as file:
        for line in file:
            if line.startswith(b"From ") and not before.strip():
                if lines:
                    yield b"".join(lines)
                lines = []
            else:
                # mboxrd: what was quoted because it looked like the beginning of a message
                lines.append(line[1:] if re.match(rb">+From ", line) else line)
            before = line
    if lines:
        yield b"".join(lines)


def read_message(data: bytes) -> ReadMail:
    """Return what a message holds.

    Args:
        data: its bytes.
    """
    if problem := _too_much(data):
        return ReadMail("", "", "", (), problem)
    try:
        return _taken_apart(data)
    except Exception:  # the library does not say what it raises, and the mailbox must go on
        return ReadMail("", "", "", (), "its parts cannot be told apart")


def _taken_apart(data: bytes) -> ReadMail:
    mail = message_from_bytes(data)
    parts = list(mail.walk())
    files, texts, encrypted, signed = [], [], False, False
    for part in parts:
        kind = part.get_content_type()
        sealed = kind in _ENCRYPTED and _SIGNED in _content(part)[:_CMS_HEAD]
        signed |= sealed
        encrypted |= (kind in _ENCRYPTED and not sealed) or kind == "multipart/encrypted"
        if part.is_multipart() or kind in _PASSED_OVER or _is_ornament(part, kind):
            continue
        name = _file_name(part)
        if name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            content = _content(part)
            if content[:_CMS_HEAD].lstrip().startswith(_PGP):
                encrypted = True
            elif kind not in _ENCRYPTED:
                files.append(MailFile(name or "unnamed", content))
        else:
            texts.append((kind, _text(part)))
    text = _written(texts)
    problem = _instead(mail, text)
    if not files and (encrypted or signed):
        problem = _IS_ENCRYPTED if encrypted else _SIGNED_WHOLE
    sender = parseaddr(_header(mail, "From"))[1]
    subject, came = _header(mail, "Subject"), _received(mail)
    sent = _moment(str(mail.get("Date", "")))
    notice = notice_in(mail, data, subject, text, came or sent)
    if notice and files and notice.kind in ("away", "automatic reply"):
        # What a rule of theirs passed on brings a workbook all the same.
        notice, problem = None, ""
    if notice and not problem:
        problem = _NOTICED.get(notice.kind, "it is an automatic reply")
    known = hashlib.sha256(data).hexdigest()
    return ReadMail(sender, subject, text, tuple(files), problem, came, notice, known, sent)


def _received(mail: Message) -> datetime | None:
    """When a message was received: each server writes its line above those before it."""
    return _moment(str(mail.get("Received", ""))[-_LONGEST_DATE:].rpartition(";")[2])


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text[:_LONGEST_DATE].strip())
        return moment.astimezone(timezone.utc) if moment.tzinfo else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def concerns(data: bytes, references: Collection[str], addresses: Collection[str]) -> bool:
    """Tell whether a message of a mailbox may be about the assessment.

    It is if it brings a file or is sealed so that nobody can tell, comes from somebody who is
    asked, names a workbook, or answers to one of our messages. Others in the same mailbox are
    nobody's business here.

    Args:
        data: its bytes.
        references: those of the workbooks issued.
        addresses: of whom is asked, in small letters.
    """
    if _OURS in data:  # most answers name what they answer to: those need not be taken apart
        return True
    mail = read_message(data)
    if mail.files or mail.sender.casefold() in addresses:
        return True
    if mail.problem in (_IS_ENCRYPTED, _SIGNED_WHOLE):  # there may be a file in it
        return True
    if mail.notice and any(one in addresses for one in mail.notice.addresses):
        return True
    return any(one in references for one in find_references(f"{mail.subject} {mail.text}"))


def _too_much(data: bytes) -> str:
    """What of a message is more than is parsed, each counted in one pass over the bytes."""
    lower = data.lower()
    end = data.find(b"\n\n") if b"\r\n\r\n" not in data[:_MOST_HEAD] else data.find(b"\r\n\r\n")
    if (end if end >= 0 else len(data)) > _MOST_HEAD:
        return "its head is longer than that of any message"
    # The library ends a line at a lone carriage return, too.
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    # A report of deliveries is parsed block by block, each as a head of its own.
    blocks = data.count(b"\n\n") + data.count(b"\n\r\n") if b"/delivery-status" in lower else 0
    counts = (
        (lower.count(b"multipart/") + lower.count(b"message/rfc822"), _MOST_LEVELS),
        (data.count(b"\n--") + data.count(b"\r--"), _MOST_PARTS),
        (lines, _MOST_LINES),
        (blocks, _MOST_BLOCKS),
    )
    if any(number > most for number, most in counts):
        return _TOO_MUCH
    return _TOO_MUCH if any(len(one[0]) > _LONGEST_FIELD for one in _FIELD.finditer(data)) else ""


def _is_ornament(part: Message, kind: str) -> bool:
    """True for a picture within the text, such as the logo of a signature."""
    shown = part.get_content_disposition() != "attachment"
    return kind.startswith("image/") and (shown or bool(part.get("Content-ID")))


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, LookupError, TypeError):
        return ""
    return _decoded(str(name))


def _header(mail: Message, name: str) -> str:
    return _decoded(str(mail.get(name, "")))


def _decoded(text: str) -> str:
    """A header as it is read, in one line."""
    try:
        shown = str(make_header(decode_header(text[:1000])))
    except (MessageError, ValueError, LookupError):
        shown = text[:1000]
    return " ".join(shown.encode("utf-8", "replace").decode().split())


def _content(part: Message) -> bytes:
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() in _UUENCODED:
        return b"".join(_uudecoded(str(part.get_payload()).splitlines()))
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _uudecoded(lines: list[str]) -> Iterator[bytes]:
    """Yield what is in a uuencoded file, up to its end or to the first line that is none of it.

    The library tries every line again after a mistake, which takes long over many.
    """
    begun = next((at for at, line in enumerate(lines) if line.startswith("begin ")), len(lines))
    for line in lines[begun + 1 :]:
        if line.strip() in ("", "end"):
            return
        # The first letter says how much the line holds; some programs write more into it.
        told = (((ord(line[0]) - 32) & 63) * 4 + 5) // 3
        try:
            yield binascii.a2b_uu(line[:told].encode("ascii", "replace"))
        except binascii.Error:
            return


def _text(part: Message) -> str:
    data = _content(part)[: 20 * _MOST_TEXT]
    try:
        return data.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _written(texts: list[tuple[str, str]]) -> str:
    """What was written in this message, without what it answers to."""
    plain = next((text for kind, text in texts if kind == "text/plain" and text.strip()), "")
    if not plain:
        html = next((text for kind, text in texts if kind == "text/html"), "")
        broken = re.sub(r"<(?:br|/p|/div|/li)[^<>]*>", "\n", _seen(html), flags=re.I)
        plain = unescape(re.sub(r"<[^<>]*>", "", broken))
    quoted = _QUOTED.search(plain)
    own = plain[: quoted.start()] if quoted else plain
    said = " ".join("".join(char if char.isprintable() else " " for char in own).split())
    return said if len(said) <= _MOST_TEXT else f"{said[:_MOST_TEXT]} ..."


def _seen(html: str) -> str:
    """What is shown of a page: without its head, scripts and styles."""
    kept, at = [], 0
    endless: set[str] = set()
    for tag in _UNSEEN.finditer(html):
        name = tag[1].lower()
        if tag.start() < at or name in endless:
            continue
        end = re.compile(f"</{name}>", re.I).search(html, tag.end())
        if end is None:  # looked for once, and not after each that begins
            endless.add(name)
            continue
        kept.append(html[at : tag.start()])
        at = end.end()
    return "".join((*kept, html[at:]))


def _instead(mail: Message, text: str) -> str:
    """What a message without a file is, where that can be told from how it was written."""
    automatic = _header(mail, "Auto-Submitted").casefold()
    if mail.get_content_type() == "multipart/report":
        kind = str(mail.get_param("report-type", "") or "")
        if kind.casefold() == "delivery-status":
            return "it says that a message could not be delivered"
        return "it is a receipt"
    if (automatic and automatic != "no") or mail.get("X-Autoreply") or mail.get("X-Autorespond"):
        return "it is an automatic reply"
    if _KEPT_ELSEWHERE.search(text):
        return "it links to a file that is kept elsewhere"
    return ""


_DELIVERED = 0x0E06
"""The property of Outlook's files that says when a message was delivered."""

_INNER = "a message that is attached to it was not opened: save that one, and read it"

_CLASSES = (
    (".ndr", "Content-Type", "multipart/report; report-type=delivery-status"),
    (".ipnrn", "Content-Type", "multipart/report; report-type=disposition-notification"),
    ("oof", "Auto-Submitted", "auto-replied"),
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


def _outlook(data: bytes) -> ReadMail:
    """Return what a message holds that Outlook saved as a file of its own kind."""
    from oxmsg import Message as OutlookMessage

    try:
        mail = OutlookMessage.load(io.BytesIO(data))
        attached = [one for one in mail.attachments if one.attached_by_value]
        files = tuple(
            MailFile(" ".join((one.file_name or "unnamed").split()), one.file_bytes)
            for one in attached
            if one.file_bytes is not None and not (one.mime_type or "").startswith("image/")
        )
        # Outlook keeps a message that is attached to another in parts, and not as a file.
        inner = any(one.file_bytes is None for one in attached)
        text = _written([("text/plain", mail.body or ""), ("text/html", mail.html_body or "")])
        sender, subject = parseaddr(mail.sender or "")[1], " ".join((mail.subject or "").split())
        head = _outlook_head(mail.message_headers, mail.message_class, sender)
        delivered = mail.properties.date_prop_value(_DELIVERED)
        came = _received(head) or (delivered.replace(tzinfo=timezone.utc) if delivered else None)
        sent = mail.sent_date.replace(tzinfo=timezone.utc) if mail.sent_date else None
        notice = None if files else notice_in(head, data, subject, text, came or sent)
        problem = _NOTICED.get(notice.kind, "it is an automatic reply") if notice else ""
        if not problem and not files:
            problem = _instead(head, text) or (_INNER if inner else "")
        elif inner:
            text = f"{text} [{_INNER[0].upper()}{_INNER[1:]}.]".strip()
        known = hashlib.sha256(data).hexdigest()
        return ReadMail(sender, subject, text, files, problem, came, notice, known, sent)
    except Exception:
        return ReadMail("", "", "", (), "it is damaged")
