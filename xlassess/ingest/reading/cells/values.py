"""From a cell to a value: read exactly, or put right where it is certain, or questioned.

Each reader takes a cell that is not blank and returns a `Parsed`: the value with the way it
was put right (``how``, empty when it stood there exactly so), or the finding code with details.

What counts as certain:

* another case, spaces, invisible characters, typographic quotes and dashes, a final stop;
* the number a label begins with ("4" for "4 - Good"), or the rest of it ("Good"). The *score*
  of a label that shows no number is not certain: nobody says that 4 is the better end;
* yes and no in languages where the word means nothing else, and TRUE and FALSE, on a scale
  that has Yes and No;
* a number written as text, with spaces between thousands; with commas between thousands when
  there are two, or decimals, or a pound sign, since "1,234" alone may be a decimal comma. Three
  figures after a lone full stop are thousands to many who write them so ("2.000");
* "25%" in a question that asks for a percentage;
* a day written as text when only one reading of it exists.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from xlassess.contract.layout import cell_name
from xlassess.ingest.guard.limits import MOST_TEXT
from xlassess.ingest.reading.cells.grid import Cell, Sheet
from xlassess.model.answer import Value
from xlassess.model.days import written_day
from xlassess.sheet.validation import utf16_length

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


def key(text: str) -> str:
    """Return text as compared: tidy, plain quotes and dashes, no capitals, no final stop."""
    return _short_key(text) if len(text) <= _MOST_COMPARED_OFTEN else _key(text)


_MOST_COMPARED_OFTEN = 500
"""Characters of texts that are remembered as compared: longer ones would take memory for little."""


def _key(text: str) -> str:
    folded = tidy(text).translate(_FOLDED).casefold()
    return folded.rstrip(" .,;:!") or folded


_short_key = lru_cache(maxsize=4096)(_key)


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
        return f"{written_day(cell)} {cell:%H:%M}"
    if isinstance(cell, date):
        return written_day(cell)
    return str(cell)


def brief(cell: Cell) -> str:
    """Return a cell for a sentence: on one line, and not longer than a glance takes."""
    text = tidy(shown(cell))
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 1].rstrip() + "…"


def listed(names: list[str], most: int = 12) -> str:
    """Return names as a list in a sentence, the rest being counted."""
    if len(names) > most:
        return ", ".join(names[:most]) + f" and {len(names) - most} more"
    return ", ".join(names)


_NONE: Mapping[str, str] = MappingProxyType({})


class Parsed(NamedTuple):
    """A value, or the reason why there is none.

    ``before`` is what a person sees in the cell, where that is not what is in it. One is made of
    every cell that is read; a frozen dataclass takes four times as long to make.
    """

    value: Value | None = None
    how: str = ""
    code: str = ""
    before: str = ""
    details: Mapping[str, str] = _NONE


def queried(code: str, **details: str) -> Parsed:
    """Return that no value is taken, for the reason with this catalogue code."""
    return Parsed(code=code, details=details)


FOR_TEXT = "'"
"""Typed before what is to be kept as text; some programs leave it in the cell."""


_LOST = "\ufffd"
"""What programs put in the place of a character that they could not read."""


def read_text(cell: Cell, displayed: str = "") -> Parsed:
    """Return text exactly as typed; numbers and days become the text a reader sees.

    Args:
        cell: the cell.
        displayed: how the workbook shows it, where its number format makes something else of
            it ("50%").
    """
    if not isinstance(cell, str):
        return Parsed(displayed or shown(cell), f"{_kind_of(cell)} where text is asked for")
    if _LOST in cell:
        return queried("C21", value=_around(cell, _LOST))
    if len(cell) * 2 >= MOST_TEXT and (length := utf16_length(cell)) >= MOST_TEXT:
        return queried("C03", length=f"{length:,}", limit=f"{MOST_TEXT:,}")
    return Parsed(cell)


def _around(text: str, mark: str) -> str:
    """The words around the first place at which a mark stands."""
    at = text.index(mark)
    return brief(text[max(0, at - 25) : at + 25])


def _kind_of(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "truth value"
    return "number" if isinstance(cell, int | float) else "date or time"


def as_quoted(sheet: Sheet, row: int, column: int) -> str:
    """Quote what stands in a cell that is not read, and say so of the result of a formula.

    A program may leave a result that the partner never saw: LibreOffice writes 0 into .xls.
    """
    said, name = f"“{brief(sheet.at(row, column))}”", cell_name(row, column)
    if address := sheet.notes.links.get(name, ""):
        said += f" ({brief(address.removeprefix('mailto:'))})"
    if name in sheet.notes.struck:
        said += ", crossed out"
    return f"the result of a formula, {said}" if name in sheet.notes.formulas else said
