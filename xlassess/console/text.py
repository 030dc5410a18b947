"""Words for the console: safe to show, and in good English."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of text; Unicode Standard Annex #9, table of types."""


def clean(text: str) -> str:
    """Return text that cannot steer a terminal.

    Line breaks and tabs become spaces. Other control characters, and those that turn the
    direction of text, are shown as their escape.
    """
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char in "\n\r\t\x0b\x0c\x85\u2028\u2029":
        return " "
    if char in _TURNING or unicodedata.category(char) in ("Cc", "Cs"):
        return f"\\u{ord(char):04x}" if ord(char) > 0xFF else f"\\x{ord(char):02x}"
    return char


def count(number: int, one: str, many: str = "") -> str:
    """Return "1 file" or "3 files"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def capital(text: str) -> str:
    """Return the text with a capital letter first and the rest as it is."""
    return text[:1].upper() + text[1:]


def percent(share: float | None) -> str:
    """Return "79%", or a dash where there is nothing to take a share of."""
    return "–" if share is None else f"{share:.0%}"


def day(value: date) -> str:
    """Return "27 March 2026"."""
    return f"{value.day} {value:%B %Y}"
