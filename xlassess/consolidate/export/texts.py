"""Texts as files for programs and for people may hold them: never run, never misleading."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
"""Signs that begin a formula, in full width too, with whatever blanks a program skips before
them."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""Control characters, which programs act on, and those that turn the direction of writing, by
which a text can show other words than it holds (Unicode Technical Report 36, section 3.6)."""

_BREAK = re.compile(r"\r\n?|\t")

RULE = (
    "CSV files are for programs; for Excel there is `--format xlsx`, in which numbers, days and "
    "texts are what they are. In CSV an apostrophe (') stands before a text that begins, after "
    "any blanks, with one of = + - @, so that no spreadsheet program runs it; nothing else gets "
    "one. Control characters and those that turn the direction of writing are left out of CSV "
    "and Excel files, a tab is a blank, and a new line is a single line feed. JSON and Parquet "
    "hold texts as they are."
)
"""The rule as the data dictionary tells it."""


def plain(text: str) -> str:
    """Return a text without characters that nobody sees and programs act on."""
    if text.isprintable() and text.isascii():
        return text
    text = _BREAK.sub(lambda found: " " if found[0] == "\t" else "\n", text)
    return _UNSEEN.sub("", text)


def guarded(text: str) -> str:
    """Return a text as it may stand in a CSV file."""
    seen = plain(text)
    return f"'{seen}" if _FORMULA.match(seen) else seen
