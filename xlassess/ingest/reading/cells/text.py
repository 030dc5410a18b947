"""Text as people type it: what is the same to a reader is made the same to the program."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from functools import lru_cache

from xlassess.ingest.reading.cells.grid import Cell

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_FOLDED = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u00b4": "'", "`": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    }
)  # fmt: skip
_SPACES = re.compile(r"\s+")
_MOST_SHOWN = 60
_SHORT, _MOST_MARKS = 300, 30
"""Characters that are put in order at once; marks over one letter (Unicode, annex 15, 13: the
stream-safe text format)."""


def tidy(text: str) -> str:
    """Return text in NFC without invisible characters, every run of spaces being one space."""
    if text.isascii():
        return " ".join(text.split())
    visible = _composed(text.translate(_INVISIBLE))
    return _SPACES.sub(" ", visible).strip()


def _composed(text: str) -> str:
    """Return text in NFC, in time that grows with its length.

    Putting marks over one letter in order takes the square of their number, so that a cell full
    of them would take seconds; no writing has more than `_MOST_MARKS`.
    """
    if len(text) <= _SHORT:
        return unicodedata.normalize("NFC", text)
    pieces: list[str] = []
    begin = marks = 0
    for at, char in enumerate(text):
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks > _MOST_MARKS:
            pieces.append(unicodedata.normalize("NFC", text[begin:at]))
            begin, marks = at, 1
    return "".join([*pieces, unicodedata.normalize("NFC", text[begin:])])


@lru_cache(maxsize=4096)
def key(text: str) -> str:
    """Return text as compared: tidy, plain quotes and dashes, no capitals, no final stop."""
    folded = tidy(text).translate(_FOLDED).casefold()
    return folded.rstrip(" .,;:!") or folded


def is_heading(cell: Cell, heading: str) -> bool:
    """True when a cell holds a heading, if with other capitals or spaces."""
    if not isinstance(cell, str) or not 0 < len(cell) <= 2 * len(heading):
        return False
    return cell == heading or key(cell) == key(heading)


def is_blank(cell: Cell) -> bool:
    """True for an empty cell or one with nothing to be seen in it."""
    if not isinstance(cell, str):
        return False
    return not cell or not ("!" <= cell[0] <= "~" or tidy(cell))


def shown(cell: Cell) -> str:
    """Return a cell as a person would read it, in full."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and (cell.hour or cell.minute or cell.second):
        return f"{day(cell)} {cell:%H:%M}"
    if isinstance(cell, date):
        return day(cell)
    return str(cell)


def brief(cell: Cell) -> str:
    """Return a cell for a sentence: on one line, and not longer than a glance takes."""
    text = tidy(shown(cell))
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1].rstrip() + "…"


def day(value: date) -> str:
    """Return a day as written in Britain: 3 April 2026."""
    return f"{value.day} {value:%B} {value.year}"


def listed(names: list[str], most: int = 12) -> str:
    """Return names as a list in a sentence, the rest being counted."""
    if len(names) > most:
        return ", ".join(names[:most]) + f" and {len(names) - most} more"
    return ", ".join(names)
