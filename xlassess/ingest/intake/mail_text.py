"""What a message says: its letters, and what was written in it, apart from what it answers to.

What is passed on is another matter: of a message that was forwarded, the words of whoever wrote it
are told too.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from html import unescape
from typing import TypeAlias

MOST_TEXT = 2_000
"""Characters of a message's text that are told; the message itself is kept whole."""

MOST_LOOKED_AT = 20 * MOST_TEXT
"""Characters of its texts in which that is looked for; a page has far more than it shows."""

_MOST_PASSED_ON = 5
"""How often a message may have been forwarded, one in the other, and its words are told still."""

_QUOTED = re.compile(
    r"^\s*(?:-{2,} ?(?:original message|forwarded message)|begin forwarded message:|_{10,}"
    r"|\*?from:\*? |on .{1,200} wrote:\s*$|>)",
    re.IGNORECASE | re.MULTILINE,
)
_PASSED_ON = re.compile(r"\s*(?:-{2,} ?forwarded message|begin forwarded message:)", re.IGNORECASE)
_FORWARDED = re.compile(r"\s*(?:fwd?|wg|tr)\s*:", re.IGNORECASE)
"""How the subject of what was forwarded begins: as Outlook and others have it in three tongues."""

_HEAD = re.compile(
    r"\*?(from|sent|date|to|cc|bcc|subject|reply-to|importance|attachments?):\*? *(.*)",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"<(style|head|script)\b", re.IGNORECASE)
_MEANT = {"iso8859-1": "cp1252", "ascii": "cp1252"}
"""What is meant by what programs for Windows write."""

_NO_LETTERS = ("idna", "punycode", "unicode-escape", "raw-unicode-escape")
"""What Python knows besides as if it were a charset; some take long over what is hostile."""

_WIDE = ("utf-16", "utf-32")
_ONE_BYTE = ("iso8859", "cp125", "koi8", "mac-", "ascii", "utf-8")


def in_letters(data: bytes, charset: str) -> str:
    """Return a text from its bytes, whatever it says of its letters.

    Many a program names one charset and writes in another. What beyond plain letters can be read
    as UTF-8 is nothing else.

    Args:
        data: the bytes; a letter may be cut at their end.
        charset: the charset that the message names.
    """
    try:
        b"a".decode(charset)  # which others than charsets, known by name too, refuse
        named = codecs.lookup(charset).name
    except (LookupError, ValueError):
        named = "utf-8"
    if named in _NO_LETTERS:
        named = "utf-8"
    if named.startswith(_WIDE) and b"\0" not in data:
        named = "utf-8"
    named = _MEANT.get(named, named)
    first = ("utf-8", named) if named.startswith(_ONE_BYTE) else (named, "utf-8")
    for name in first:
        try:
            return codecs.getincrementaldecoder(name)().decode(data)
        except (UnicodeError, ValueError):
            continue
    return data.decode("cp1252" if named == "utf-8" else named, "replace")


Alternatives: TypeAlias = list[tuple[str, str]]
"""Texts that say the same, or pieces of them, each with its kind: plain ones, and pages."""


def written(texts: Iterable[Alternatives], subject: str = "") -> str:
    """Return what was written in a message, without what it answers to.

    Args:
        texts: its texts, in their order; there are several where files stand between them.
        subject: its subject, which says whether it was forwarded.
    """
    rest = "\n".join(filter(str.strip, map(_chosen, texts)))[:MOST_LOOKED_AT]
    said: list[str] = []
    for _ in range(_MOST_PASSED_ON):
        quoted = _QUOTED.search(rest)
        said.append(rest[: quoted.start()] if quoted else rest)
        if not quoted or not (_FORWARDED.match(subject) or _PASSED_ON.match(quoted[0])):
            break
        sender, subject, rest = _passed_on(rest[quoted.start() :])
        said.append(f"From: {sender}" if sender else "")
    return all_said(said)


def all_said(texts: list[str]) -> str:
    """Return several texts as one line, no longer than is told."""
    lines = ("".join(char if char.isprintable() else " " for char in one) for one in texts)
    said = " / ".join(filter(None, (" ".join(line.split()) for line in lines)))
    return said if len(said) <= MOST_TEXT else f"{said[:MOST_TEXT]} ..."


def own_page(html: str) -> str:
    """Return a page as it was written, up to what it answers to."""
    quoted = re.search(r"<blockquote|divRplyFwdMsg|gmail_quote|<hr\b", html, re.IGNORECASE)
    return html[: quoted.start()] if quoted else html


def _passed_on(text: str) -> tuple[str, str, str]:
    """Take apart what was passed on: who wrote it, its subject, and what it says."""
    heads: dict[str, str] = {}
    lines = text.strip().splitlines()
    body = 0 if text.lstrip().startswith((">", "From", "from", "*")) else 1
    for line in lines[body:]:
        shown = line.strip().removeprefix(">").strip()
        head = _HEAD.match(shown)
        if shown and not head:
            break
        if head:
            heads.setdefault(head[1].lower(), head[2].strip())
        body += 1
    said = [line.lstrip().removeprefix(">") for line in lines[body:]]
    return heads.get("from", ""), heads.get("subject", ""), "\n".join(said)


def _chosen(alternatives: Alternatives) -> str:
    """The plain text where there is one, else what the page says."""
    plain, page = (
        "\n".join(one for kind, one in alternatives if kind == wanted and one.strip())
        for wanted in ("text/plain", "text/html")
    )
    return plain or _of_page(page[:MOST_LOOKED_AT])


def _of_page(html: str) -> str:
    """What a page says, line by line."""
    broken = re.sub(r"<(?:br|/p|/div|/li|/tr)[^<>]*>", "\n", _seen(html), flags=re.IGNORECASE)
    return unescape(re.sub(r"<[^<>]*>", "", broken))


def _seen(html: str) -> str:
    """What is shown of a page: without its head, scripts and styles."""
    kept, at = [], 0
    endless: set[str] = set()
    for tag in _UNSEEN.finditer(html):
        name = tag[1].lower()
        if tag.start() < at or name in endless:
            continue
        end = re.compile(f"</{name}>", re.IGNORECASE).search(html, tag.end())
        if end is None:  # looked for once, and not after each that begins
            endless.add(name)
            continue
        kept.append(html[at : tag.start()])
        at = end.end()
    return "".join((*kept, html[at:]))
