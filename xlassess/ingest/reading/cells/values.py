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

import math
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from xlassess.contract.layout import cell_name
from xlassess.ingest.guard.limits import MOST_TEXT
from xlassess.ingest.reading.cells.grid import Cell, Sheet
from xlassess.model.answer import Value
from xlassess.model.days import written_day
from xlassess.model.toolkit import Item

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
    if len(cell) >= MOST_TEXT:
        return queried("C03", length=f"{len(cell):,}", limit=f"{MOST_TEXT:,}")
    return Parsed(cell)


def _around(text: str, mark: str) -> str:
    """The words around the first place at which a mark stands."""
    at = text.index(mark)
    return brief(text[max(0, at - 25) : at + 25])


def _kind_of(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "truth value"
    return "number" if isinstance(cell, int | float) else "date or time"


_WANTED = {"number": "a number", "money": "an amount of money", "percent": "a percentage"}
_PLAIN = re.compile(r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)", re.ASCII)
_SPACED = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?", re.ASCII)
_COMMAS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_POWER_OR_FRACTION = re.compile(r"-?(?:\d(?:\.\d+)?E[+-]\d\d+|(?:\d+ )?\d+/\d+)")
_GROUPS = re.compile(r"\(?\d[\d ()-]*\d")
_THOUSANDS_OR_DECIMALS = re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_FIGURES = re.compile(r"(\()?([-+]?)(\d[\d,. ]{0,40})\)?(%)?", re.ASCII)
"""A number as formats show it; in brackets it is a negative one."""
_CURRENCY = re.compile(r"(?:£|gbp)\s*(.*)|(.*?)\s*(?:£|gbp)", re.I)


def read_number(cell: Cell, item: Item, displayed: str = "") -> Parsed:
    """Return a number within the item's range; a percentage as a fraction of one.

    Args:
        cell: the cell.
        item: the question.
        displayed: how the workbook shows it, where its number format makes something else of
            it ("50%").
    """
    unending = isinstance(cell, float) and not math.isfinite(cell)
    if isinstance(cell, bool) or unending or not isinstance(cell, int | float | str):
        return queried("C06", value=brief(cell), wanted=_WANTED[item.answer])
    if not isinstance(cell, str) and _is_written_otherwise(float(cell), displayed):
        displayed = ""
    if not isinstance(cell, str) and displayed.endswith("%") and item.answer != "percent":
        # the partner saw 50 %, the cell holds 0.5
        return queried("C07", value=displayed, first=shown(float(cell)), second=displayed[:-1])
    if not isinstance(cell, str) and (doubt := _shown_otherwise(float(cell), displayed, item)):
        return doubt
    parsed = _typed_number(cell, item) if isinstance(cell, str) else _stored(float(cell), displayed)
    if not isinstance(parsed.value, float):
        return parsed
    typed_percent = isinstance(cell, str) and parsed.how
    if item.answer == "percent" and abs(parsed.value) > 1 and not typed_percent:
        return _percent_unsure(parsed.value, cell, item)
    return _in_range(parsed, parsed.value, cell, item)


def _is_written_otherwise(value: float, displayed: str) -> bool:
    """True for the same number as a power of ten, as a fraction, or with its figures in groups."""
    text = tidy(displayed)
    if _POWER_OR_FRACTION.fullmatch(text):
        return True
    figures = "".join(re.findall("[0-9]", text))
    return bool(_GROUPS.fullmatch(text)) and int(figures) == value


def _stored(value: float, displayed: str) -> Parsed:
    """A number that is in a cell; where its format shows it rounded, that is told."""
    text = tidy(displayed)
    seen = _FIGURES.search(text)
    if not seen or _is_exact(value, seen):
        return Parsed(value)
    return Parsed(value, "number that its format shows rounded", before=text)


def _shown_otherwise(value: float, displayed: str, item: Item) -> Parsed | None:
    """The doubt about a number beside which its format shows a unit or another currency.

    "5k" and "€2,500" are asked about as they are where they were typed. A number in whose format
    three figures follow a lone full stop is asked about too, unless the stop parts thousands as
    it does abroad: then the cell holds what was meant. So is one that is seen as another number,
    counted in thousands or without its minus; what a format only rounds is not.
    """
    text = tidy(displayed)
    if item.answer == "money" and (match := _CURRENCY.fullmatch(text)):
        text = (match[1] or match[2] or "").strip()
    if any(char.isalpha() or unicodedata.category(char) == "Sc" for char in text):
        return queried("C06", value=brief(displayed), wanted=_WANTED[item.answer])
    if _THOUSANDS_OR_DECIMALS.fullmatch(text) and float(text) == value:
        thousands = text.replace(".", ",")
        return queried("C07", value=brief(displayed), first=thousands, second=shown(value))
    seen = _FIGURES.fullmatch(text)
    if seen and not _is_rounded(value, seen):
        figures = ("-" if _is_negative(seen) else "") + seen[3]
        return queried("C07", value=brief(displayed), first=figures, second=shown(value))
    return None


def _is_negative(seen: re.Match[str]) -> bool:
    """True for figures with a minus, or in brackets as accountants write them."""
    return bool(seen[1]) or seen[2] == "-"


def _is_rounded(value: float, seen: re.Match[str]) -> bool:
    """True for a value that a format shows by these figures, with a point or comma for decimals."""
    exact = value * (100 if seen[4] else 1) * (-1 if _is_negative(seen) else 1)
    return any(
        abs(figures - exact) <= 0.5001 * 10**-decimals for figures, decimals in _figures(seen[3])
    )


def _is_exact(value: float, seen: re.Match[str]) -> bool:
    """True for a value of which these figures leave nothing out."""
    exact = value * (100 if seen[4] else 1) * (-1 if _is_negative(seen) else 1)
    return any(abs(figures - exact) <= _NOTHING * max(1, exact) for figures, _ in _figures(seen[3]))


_NOTHING = 1e-9


def _figures(text: str) -> Iterator[tuple[float, int]]:
    """What figures say, and how many decimals they have, with a point or comma for decimals."""
    for mark, between in (".,", ",."):
        figures = text.replace(" ", "").replace(between, "").replace(mark, ".").rstrip(".")
        if figures.count(".") < 2:
            yield float(figures), len(figures.partition(".")[2])


def _percent_unsure(value: float, cell: Cell, item: Item) -> Parsed:
    if item.maximum is not None and value <= item.maximum:
        return Parsed(value)
    whole = shown(round(value * 100, 6))
    return queried("C07", value=brief(cell), first=f"{shown(value)}%", second=f"{whole}%")


def _in_range(parsed: Parsed, value: float, cell: Cell, item: Item) -> Parsed:
    low, high = item.minimum, item.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return parsed
    least = f"at least {_amount(low, item)}" if low is not None else ""
    most = f"at most {_amount(high, item)}" if high is not None else ""
    said = brief(cell) if isinstance(cell, str) else _amount(value, item)
    return queried("C08", value=said, range=" and ".join(filter(None, (least, most))))


def _amount(number: float, item: Item) -> str:
    """A number as its cell shows it, a percentage in hundredths."""
    if item.answer == "percent":
        return f"{float(f'{number * 100:.12g}'):,.10g}%"
    return shown(float(number))


def _typed_number(cell: str, item: Item) -> Parsed:
    """Read a number that was written as text."""
    text = tidy(cell).removeprefix(FOR_TEXT).replace("\u2212", "-")
    sterling = False
    if item.answer == "money" and (match := _CURRENCY.fullmatch(text)):
        text, sterling = (match[1] or match[2] or "").strip(), True
    percent = item.answer == "percent" and text.endswith("%")
    text = text.removesuffix("%").strip() if percent else text
    if _THOUSANDS_OR_DECIMALS.fullmatch(text):
        thousands, decimals = text.replace(".", ","), shown(float(text))
        return queried("C07", value=brief(cell), first=thousands, second=decimals)
    if _PLAIN.fullmatch(text) or _SPACED.fullmatch(text):
        number = float(text.replace(" ", ""))
    elif _COMMAS.fullmatch(text):
        if text.count(",") == 1 and "." not in text and not sterling:
            decimal = text.replace(",", ".")
            return queried("C07", value=brief(cell), first=text.replace(",", ""), second=decimal)
        number = float(text.replace(",", ""))
    else:
        return queried("C06", value=brief(cell), wanted=_WANTED[item.answer])
    if percent:
        return Parsed(float(f"{number / 100:.12g}"), "percentage written as text")
    if item.answer == "percent" and abs(number) > 1:
        return _percent_unsure(number, cell, item)
    return Parsed(number, "number written as text")


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
