"""Texts in CSV files: a spreadsheet program must neither run them nor change them.

A program that opens a CSV file takes a cell that begins like a formula for one, and a text such
as 3.10 for a number, whatever quotation marks stand round it (OWASP, "CSV Injection"). So an
apostrophe is put before such texts, and before those that begin with an apostrophe themselves.
Taking one leading apostrophe off gives every text back exactly as it was.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\x00]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]")
"""Signs that begin a formula, in full width too, with whatever blanks a program skips before
them; and a tab or carriage return, behind which some programs look for one."""

_NUMBER = re.compile(r"\s*\d[\d\s.,:/%-]*(?:[eE][+-]?\d+)?\s*")
"""What programs read as a number, a day or a time."""

_SAME = re.compile(r"0|[1-9]\d{0,14}")
"""Whole numbers that look the same as a text and as a number."""

RULE = (
    "In CSV files an apostrophe (') stands before a text that begins, after any blanks, with one "
    "of = + - @, or begins with a tab, a carriage return or an apostrophe, or that programs would "
    "take for a number, a day or a time and show otherwise, such as 3.10. This keeps spreadsheet "
    "programs from running or changing it. To get the text as it was, take one leading "
    "apostrophe off texts that have one. JSON and Parquet hold texts as they are."
)
"""The rule as the data dictionary tells it."""


def guarded(text: str) -> str:
    """Return a text as it may stand in a CSV file."""
    changed = _NUMBER.fullmatch(text) and not _SAME.fullmatch(text)
    if text.startswith("'") or _FORMULA.match(text) or changed:
        return f"'{text}"
    return text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return text.removeprefix("'")
