"""Slugs: short names of small letters, digits and hyphens that follow from a text alone."""

from __future__ import annotations

import hashlib
import re
import unicodedata

LONGEST = 48
_HASH = 8

_LETTERS = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "&": " and ",
    }
)  # fmt: skip
_ZERO_WIDTH = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


def tidy(text: str) -> str:
    """Return a text in one line: composed, and without zero-width or repeated blanks."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_ZERO_WIDTH)
    return " ".join(text.split())


def slug(text: str) -> str:
    """Return the slug of a text: at most `LONGEST` characters, never empty.

    Accents are dropped. A text in other than Latin letters, and what is too long, is told
    apart by a piece of its hash.
    """
    plain = letters = tidy(text).casefold().translate(_LETTERS)
    if not plain.isascii():
        decomposed = unicodedata.normalize("NFKD", plain)
        letters = "".join(char for char in decomposed if not unicodedata.combining(char))
    short = re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
    foreign = not letters.isascii() and any(c.isalnum() and c > "\x7f" for c in letters)
    if short and not foreign and len(short) <= LONGEST:
        return short
    digest = hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
    return f"{short[: LONGEST - _HASH - 1].strip('-')}-{digest}".strip("-")
