"""E-mail messages as people save them: the files in them, and what was written beside.

Messages are hostile until proven otherwise: parts, lines and levels are counted before anything is
parsed. No word of a message becomes an answer; it is told to the coordinator.

Sources: RFC 5322 and MIME for messages, RFC 3834 for automatic replies, RFC 3464 for messages that
could not be delivered.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from xlassess.contract.reference import find_references
from xlassess.ingest.intake.mail_text import (
    MOST_LOOKED_AT,
    Alternatives,
    all_said,
    in_letters,
    own_page,
    written,
)
from xlassess.ingest.intake.notices import notice_in
from xlassess.ingest.reading.reading_plan import MailNotice

_MOST_LINES = 600_000
"""Lines of a message; a file of the greatest size takes half as many in base64."""
_MOST_PARTS, MOST_LEVELS, MOST_HEAD = 2_000, 50, 1 << 18
_MOST_BLOCKS, _LONGEST_FIELD = 10_000, 4_000
_FIELD = re.compile(rb"(?:^|\r)content-[a-z-]{1,40}:[^\n]*(?:\n[ \t][^\n]*)*", re.I | re.M)
"""What describes a part: the library needs time that grows with the square of its length."""

_BEFORE_HEAD = re.compile(rb"(?:\xef\xbb\xbf)?(?:[ \t]*\r?\n|>From [^\n]*\n)*")
_FROM_LINE = re.compile(rb"^>?From (?![ \t]*:)[^\n]*\n", re.M)
_SPACED = re.compile(rb"^([!-9;-~]{1,76})[ \t]{1,76}:", re.M)
_END_OF_HEAD = re.compile(rb"\n\r?\n")

_LONGEST_DATE = 200
_OURS = b"<xlassess."
"""How the Message-IDs of our messages begin."""

NOTICED = {
    "no such address": "it says that a message could not be delivered",
    "not delivered": "it says that a message could not be delivered",
    "delayed": "it says that a message is delayed",
    "read": "it is a receipt",
    "unread": "it says that a message was deleted without being read",
}
LONG_HEAD = "its head is longer than that of any message"
TOO_MUCH = "it has more parts than a message of people has"
_NOT_APART = "its parts cannot be told apart"
_PASSED_OVER = frozenset({
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
    "application/ics", "message/delivery-status", "message/disposition-notification",
    "text/calendar", "text/rfc822-headers", "text/vcard", "text/x-vcard",
})  # fmt: skip
ENCRYPTED = frozenset({
    "application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted",
})  # fmt: skip
_ENTRIES = ("text/calendar", "application/ics")
_SIGNED, _CMS_HEAD = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 64
"""How what is signed, and not encrypted, names itself near its beginning: RFC 5652, section 5.1."""

_PGP = b"-----BEGIN PGP MESSAGE-----"
_PGP_NAMES = (".pgp", ".gpg")
IS_ENCRYPTED = "it is encrypted"

SIGNED_WHOLE = "it is signed with S/MIME as one sealed piece, which is not opened here"
_UUENCODED = frozenset({"x-uuencode", "uuencode", "uue", "x-uue"})
_KEPT_ELSEWHERE = re.compile(
    # A link may stand in another that a filter made of it.
    r"https?://[^\s<>\"]{0,200}?(?:(?<=[./@=])|(?<=%2F))"
    r"(?:(?:sharepoint\.com|1drv\.ms|onedrive\.live\.com|docs\.google\.com|drive\.google\.com"
    r"|we\.tl|wetransfer\.com|dropbox\.com|sharefile\.(?:com|eu)|egnyte\.com)(?![\w-]|\.\w)"
    r"|(?:box|icloud)\.com(?:/|%2F)\w)"
    # Mimecast makes its own links of all that are in a message; both advertise below messages.
    r"|https?(?:://|%3A%2F%2F)(?!www|protect|url)(?:[\w-]{1,63}\.){1,4}(?:egress|mimecast)\.com"
    r"(?:/|%2F)\w",
    re.IGNORECASE,
)
"""Links to files; the home pages of some programs are linked to below ordinary messages."""


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
        return ReadMail("", "", "", (), _NOT_APART)


def begins_with_head(data: bytes) -> bytes:
    """Return a message, or the beginning of one, from its head on.

    Servers and programs that moved it may have left lines before the head: empty ones, the mark of
    Unicode, or one with which messages begin in a mailbox file.
    """
    return data[_BEFORE_HEAD.match(data).end() :]  # type: ignore[union-attr]  # it may be empty


def _with_plain_head(data: bytes) -> bytes:
    """Return a message whose head is one that the library reads to its end.

    It ends the head at any other line, and would take what describes the parts for text. Servers
    put lines of mailbox files there; a space before the colon is of RFC 5322, section 4.5.
    """
    data = begins_with_head(data)
    end = _END_OF_HEAD.search(data, 0, MOST_HEAD)
    head = data[: end.start() if end else MOST_HEAD]
    plain = _SPACED.sub(rb"\1:", _FROM_LINE.sub(b"", head))
    return data if plain == head else plain + data[len(head) :]


def _taken_apart(data: bytes) -> ReadMail:
    mail = message_from_bytes(_with_plain_head(data))
    files, encrypted, signed = [], False, False
    # Each message with what it says itself: one that is attached to it has its say, too.
    messages: dict[Message, dict[Message, Alternatives]] = {}
    for part, message, choice in _parts(mail, mail):
        texts = messages.setdefault(message, {})
        kind = part.get_content_type()
        sealed = kind in ENCRYPTED and is_signed_whole(_content(part))
        signed |= sealed
        encrypted |= (kind in ENCRYPTED and not sealed) or kind == "multipart/encrypted"
        if part.is_multipart() or kind in _PASSED_OVER or _is_ornament(part, kind):
            continue
        name = _file_name(part)
        if name or part.get_content_disposition() == "attachment" or not kind.startswith("text/"):
            content = _content(part)
            if content[:_CMS_HEAD].lstrip().startswith(_PGP) or name.lower().endswith(_PGP_NAMES):
                encrypted = True
            elif kind not in ENCRYPTED:
                files.append(MailFile(name or "unnamed", content))
        else:
            texts.setdefault(choice or part, []).append((kind, _text(part)))
    text = _said_in(mail, messages)
    encrypted |= text.startswith(_PGP.decode())
    own = (one for texts in messages[mail].values() for one in texts)
    pages = (own_page(one) for kind, one in own if kind == "text/html")
    problem = instead(mail, " ".join((text, *pages)))
    if not files and (encrypted or signed):
        problem = IS_ENCRYPTED if encrypted else SIGNED_WHOLE
    sender = parseaddr(_header(mail, "From"))[1]
    subject, came = _header(mail, "Subject"), received_at(mail)
    sent = _moment(str(mail.get("Date", "")))
    notice = notice_in(mail, data, subject, text, came or sent)
    if notice and files and notice.kind in ("away", "automatic reply"):
        # What a rule of theirs passed on brings a workbook all the same.
        notice, problem = None, ""
    if notice and not problem:
        problem = NOTICED.get(notice.kind, "it is an automatic reply")
    known = hashlib.sha256(data).hexdigest()
    return ReadMail(sender, subject, text, tuple(files), problem, came, notice, known, sent)


def _parts(
    part: Message, message: Message, choice: Message | None = None
) -> Iterator[tuple[Message, Message, Message | None]]:
    """Yield a part and all that are in it, each with what it is a part of.

    That is the message, and the alternatives among which a program chooses, if any: Apple Mail goes
    on with a text after each file. What follows an attached message is said by the outer one again.
    """
    yield part, message, choice
    if part.is_multipart():
        attached = part.get_content_type() == "message/rfc822"
        if part.get_content_type() == "multipart/alternative":
            choice = choice or part
        for inner in part.get_payload():
            if isinstance(inner, Message):
                yield from _parts(
                    inner, inner if attached else message, None if attached else choice
                )


def is_signed_whole(content: bytes) -> bool:
    """True for what is signed with S/MIME as one sealed piece, and not encrypted."""
    return _SIGNED in content[:_CMS_HEAD]


def received_at(mail: Message) -> datetime | None:
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

    It is if it brings a file, comes from somebody who is asked, names a workbook, or answers to one
    of our messages. One that cannot be read may bring a file if it speaks of one. Others in the
    same mailbox are nobody's business here: of those that are encrypted nobody can tell more than
    that.

    Args:
        data: its bytes.
        references: those of the workbooks issued.
        addresses: of whom is asked, in small letters.
    """
    if _OURS in data:  # most answers name what they answer to: those need not be taken apart
        return True
    mail = read_message(data)
    if mail.problem in (LONG_HEAD, TOO_MUCH, _NOT_APART):
        return b"filename" in data.lower()
    if mail.files or mail.sender.casefold() in addresses:
        return True
    if mail.notice and any(one in addresses for one in mail.notice.addresses):
        return True
    return any(one in references for one in find_references(f"{mail.subject} {mail.text}".upper()))


def _too_much(data: bytes) -> str:
    """What of a message is more than is parsed, each counted in one pass over the bytes."""
    lower = data.lower()
    end = data.find(b"\n\n") if b"\r\n\r\n" not in data[:MOST_HEAD] else data.find(b"\r\n\r\n")
    if (end if end >= 0 else len(data)) > MOST_HEAD:
        return LONG_HEAD
    # The library ends a line at a lone carriage return, too.
    lines = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    # A report of deliveries is parsed block by block, each as a head of its own.
    blocks = data.count(b"\n\n") + data.count(b"\n\r\n") if b"/delivery-status" in lower else 0
    counts = (
        (lower.count(b"multipart/") + lower.count(b"message/rfc822"), MOST_LEVELS),
        (data.count(b"\n--") + data.count(b"\r--"), _MOST_PARTS),
        (lines, _MOST_LINES),
        (blocks, _MOST_BLOCKS),
    )
    if any(number > most for number, most in counts):
        return TOO_MUCH
    return TOO_MUCH if any(len(one[0]) > _LONGEST_FIELD for one in _FIELD.finditer(data)) else ""


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
    return in_letters(_content(part)[:MOST_LOOKED_AT], part.get_content_charset("utf-8"))


def _said_in(mail: Message, messages: dict[Message, dict[Message, Alternatives]]) -> str:
    """What a message says and those attached to it; nothing of those that we sent."""
    alone = mail.get_content_type() == "multipart/report"
    theirs = (
        (message, texts.values())
        for message, texts in messages.items()
        if message is mail or not (alone or _is_ours(message))
    )
    return all_said([written(texts, _header(message, "Subject")) for message, texts in theirs])


def _is_ours(message: Message) -> bool:
    return str(message.get("Message-ID", "")).startswith(_OURS.decode())


def instead(mail: Message, text: str) -> str:
    """What a message without a file is, where that can be told from how it was written."""
    automatic = _header(mail, "Auto-Submitted").casefold()
    if mail.get_content_type() == "multipart/report":
        kind = str(mail.get_param("report-type", "") or "")
        if kind.casefold() == "delivery-status":
            return "it says that a message could not be delivered"
        return "it is a receipt"
    if (automatic and automatic != "no") or mail.get("X-Autoreply") or mail.get("X-Autorespond"):
        return "it is an automatic reply"
    if any(_answers_an_entry(part) for part in mail.walk()):
        return "it answers a calendar entry"
    if _KEPT_ELSEWHERE.search(text):
        return "it links to a file that is kept elsewhere"
    return ""


def _answers_an_entry(part: Message) -> bool:
    """True for what a calendar sends when somebody accepts an entry, or does not (RFC 5546)."""
    if part.get_content_type() not in _ENTRIES:
        return False
    said = str(part.get_param("method", "") or "").upper() == "REPLY"
    return said or b"\nMETHOD:REPLY" in _content(part)[:MOST_LOOKED_AT]
