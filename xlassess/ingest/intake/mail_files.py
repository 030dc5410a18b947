"""Files that hold messages: one as text, several as text (RFC 4155), one as Outlook saves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from xlassess.ingest.guard.foreign import is_mail_text
from xlassess.ingest.guard.limits import MEGABYTE, MOST_BYTES
from xlassess.ingest.guard.package import ZIP_MAGIC
from xlassess.ingest.intake.mail import ReadMail, begins_with_head, read_message
from xlassess.ingest.intake.outlook import read_outlook

MailKind = Literal["", "message", "mailbox", "outlook"]
"""How messages are kept in a file: one as text, several as text, one as Outlook saves it."""

_HEAD = 1 << 13
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OUTLOOK = "__properties_version1.0".encode("utf-16-le")


_MOST_MESSAGE, _BLOCK = MOST_BYTES, 1 << 20
"""Bytes of a message of a mailbox file that is read, as many as of one that is saved as a file. And
of those that are searched at once."""

_A_FIELD = rb"[a-zA-Z-]{2,76}:[^\n]{0,1000}(?:\n[ \t][^\n]{0,1000}){0,8}\n"
_KNOWN = (
    rb"(?i:(?:from|to|cc|date|subject|sender|reply-to|message-id|mime-version|content-type|received"
    rb"|return-path|delivered-to|dkim-signature|authentication-results|arc-[a-z-]{1,40}):)"
)
"""A field of the head of a message with the lines that continue it, and the names most have."""

_BEGINNING = re.compile(
    rb"(\n[ \t\r]{0,80}\n)From (?="
    # With a day, as RFC 4155 has it or as the head of a message has, and a head behind it.
    rb"[^\n]{1,200}? [A-Z][a-z]{2},? (?:[A-Z][a-z]{2} {1,2}\d{1,2}|\d{1,2} [A-Z][a-z]{2} \d{4})"
    rb" \d{1,2}:\d\d[^\n]{0,60}\n>?[!-9;-~]{1,76}:"
    # Some programs write none: then the head begins with a field that messages have.
    rb"|[^\n]{0,260}\n>?(?i:(?:received|return-path|delivered-to|message-id|mime-version"
    rb"|content-type|status|x-[!-9;-~]{1,70}):|from:[^\n]{0,200}@)"
    # Or with two fields, one of them known: a text may have lines such as "3B: Agree", too.
    rb"|[^\n]{0,260}\n>?(?=(?:"
    + _A_FIELD
    + rb")?"
    + _KNOWN
    + rb")"
    + _A_FIELD
    + rb"[a-zA-Z-]{2,76}:)"
)
"""Where a message of a mailbox file begins: not every program quotes a sentence that begins so."""

_LONGEST_GAP = 12_000
"""Bytes by which a beginning is known: as many are kept of a block until the next is read."""

_MOST_QUOTED = 8
"""How often a line that looks like a beginning is quoted; each time puts a sign before it."""

_LARGE = f"it is larger than {MOST_BYTES // MEGABYTE} MB"


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
    if head.startswith(ZIP_MAGIC) or not is_mail_text(begins_with_head(head)):
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
        yield from map(_of_mailbox, _split(path))
    elif kind == "outlook":
        yield read_outlook(path.read_bytes())
    else:
        yield read_message(path.read_bytes())


def _of_mailbox(data: bytes) -> ReadMail:
    if len(data) > _MOST_MESSAGE:
        return ReadMail("", "", "", (), _LARGE)
    # mboxrd: what was quoted because it looked like the beginning of a message
    for signs in range(_MOST_QUOTED):
        quoted = b"\n" + b">" * signs + b"From "
        data = data.replace(b"\n>" + quoted[1:], quoted)
    return read_message(data)


def _split(path: Path) -> Iterator[bytes]:
    """Yield each message of a mailbox file; a line of `_BEGINNING` begins the next.

    Of one that is larger than those that are read, there is only so much that this is seen. What is
    empty is none.
    """
    message, rest = bytearray(), b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            *ended, rest = _BEGINNING.split(rest + block)
            for piece, gap in zip(ended[::2], ended[1::2], strict=True):
                _add(message, piece + gap)
                yield from _told(message)
                message = bytearray(_MARK)
            # The beginning of the next may lie across two blocks.
            keep = rest[-_LONGEST_GAP:]
            _add(message, rest[: len(rest) - len(keep)])
            rest = keep
    _add(message, rest)
    yield from _told(message)


_MARK = b"From "


def _add(message: bytearray, piece: bytes) -> None:
    """Add to a message what is read of it."""
    message += piece[: max(0, _MOST_MESSAGE + _BLOCK - len(message))]


def _told(message: bytearray) -> Iterator[bytes]:
    """Yield a message without the line that begins it, unless it is empty."""
    content = message[message.find(b"\n") + 1 :] if message.startswith(_MARK) else message
    if content.strip():
        yield bytes(content)
