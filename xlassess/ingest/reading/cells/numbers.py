"""Numbers, amounts and percentages: as they are typed, and as number formats show them.

A number that is seen as another than is in its cell is asked about; one that its format only
rounds is read and told.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from xlassess.ingest.reading.cells.grid import Cell
from xlassess.ingest.reading.cells.values import FOR_TEXT, Parsed, brief, queried, shown, tidy
from xlassess.model.toolkit import Item

_WANTED = {"number": "a number", "money": "an amount of money", "percent": "a percentage"}
_PLAIN = re.compile(r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)", re.ASCII)
_SPACED = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?", re.ASCII)
_COMMAS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_THOUSANDS_OR_DECIMALS = re.compile(r"[-+]?[1-9]\d{0,2}\.\d{3}", re.ASCII)
_CURRENCY = re.compile(r"([-+(]?)\s*(?:£|gbp)\s*(.*)|(.*?)\s*(?:£|gbp)", re.I)
"""An amount in pounds; its sign, or the bracket of a negative one, may stand before the pound."""
_MINUS = "\u2212"
"""The minus that printers set, and Gnumeric."""

_GROUPS = re.compile(r"-?\(?\d[\d ()-]{0,40}\d", re.ASCII)
_FIGURES = re.compile(r"(\()?([-+]?)(\d[\d,. ]{0,40})\)?(%)?", re.ASCII)
_POWER = re.compile(r"(\()?([-+]?)(\d{1,3}(?:[.,]\d{1,15})?)E([-+]?[0-2]?\d{1,2})\)?", re.ASCII)
_FRACTION = re.compile(
    r"(\()?([-+]?)(?:(\d[\d,.]{0,18}) )?(\d{1,15}) ?/ ?(0{0,4}[1-9]\d{0,4})\)?", re.ASCII
)
"""Numbers as formats show them; in brackets they are negative ones."""
_NOTHING = 1e-9
_HALF = 0.5001


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
    if isinstance(cell, str):
        parsed = _typed_number(cell, item)
    else:
        parsed = _stored(float(cell), displayed, item)
    if not isinstance(parsed.value, float):
        return parsed
    typed_percent = isinstance(cell, str) and parsed.how
    if item.answer == "percent" and abs(parsed.value) > 1 and not typed_percent:
        return _percent_unsure(parsed.value, cell, item)
    return _in_range(parsed, parsed.value, cell, item)


def is_shown(value: float, displayed: str) -> bool:
    """True where what a format shows of a number leaves nothing out and adds no words.

    Args:
        value: the number.
        displayed: what is shown.
    """
    text = _figures_in(displayed, sterling=True)
    return any(one.is_exactly(value) for one in _readings(text))


def _figures_in(displayed: str, *, sterling: bool) -> str:
    """What is shown without spaces too many, and without a pound sign where that may stand."""
    text = tidy(displayed).replace(_MINUS, "-")
    return _without_pound(text) if sterling else text


def _without_pound(text: str) -> str:
    """An amount without the sign of its currency, if that is the pound."""
    match = _CURRENCY.fullmatch(text)
    if not match:
        return text
    return f"{match[1]}{match[2]}" if match[1] is not None else match[3].strip()


def _stored(value: float, displayed: str, item: Item) -> Parsed:
    """A number that is in a cell, held against what its format shows of it.

    "5k" and "€2,500" are asked about as they are where they were typed. A number in whose format
    three figures follow a lone full stop is asked about too, unless the stop parts thousands as
    it does abroad: then the cell holds what was meant.
    """
    if displayed.endswith("%") and (parsed := _seen_in_hundredths(value, displayed, item)):
        return parsed
    text = _figures_in(displayed, sterling=item.answer == "money")
    if _THOUSANDS_OR_DECIMALS.fullmatch(text) and float(text) == value:
        thousands = text.replace(".", ",")
        return queried("C07", value=brief(displayed), first=thousands, second=shown(value))
    if not text or _is_in_groups(value, text):
        return Parsed(value)
    readings = [one for one in _readings(text) if one.may_be(value)]
    if not readings:
        return _seen_as_another(value, displayed, _FIGURES.fullmatch(text), item)
    if any(one.is_exactly(value) for one in readings):
        return Parsed(value)
    return Parsed(value, "number that its format shows rounded", before=tidy(displayed))


def _seen_in_hundredths(value: float, displayed: str, item: Item) -> Parsed | None:
    """A number that is shown with a percent sign, where it is not asked for as a percentage.

    So is 50 that is shown as "50%", wherever it stands: its format writes no more than the sign.
    Nought is the same with it. None for a percentage as it should be.
    """
    figures = displayed[:-1].strip()
    if any(one.is_exactly(value) for one in _readings(figures)):
        if item.answer == "percent" or value == 0:
            return Parsed(value)
        return queried("C06", value=brief(displayed), wanted=_WANTED[item.answer])
    if item.answer == "percent":
        return None
    # the partner saw 50 %, the cell holds 0.5
    return queried("C07", value=displayed, first=shown(value), second=figures)


def _seen_as_another(
    value: float, displayed: str, seen: re.Match[str] | None, item: Item
) -> Parsed:
    """The doubt about a number that is seen as another.

    It may be counted in thousands, without its minus, or beside words of its format that look like
    figures.
    """
    if seen is None:
        return queried("C06", value=brief(displayed), wanted=_WANTED[item.answer])
    figures = ("-" if _is_negative(seen) else "") + seen[3]
    return queried("C07", value=brief(displayed), first=figures, second=shown(value))


def _is_in_groups(value: float, text: str) -> bool:
    """True for a whole number whose figures are in groups, as in a telephone number or a code."""
    if not _GROUPS.fullmatch(text):
        return False
    figures = int("".join(re.findall("[0-9]", text)))
    return value == (-figures if text.startswith("-") else figures)


class _Seen(NamedTuple):
    """A number as it is shown, and what one more in its last place is worth."""

    number: float
    place: float

    def may_be(self, value: float) -> bool:
        """True for a value that is rounded to this number, if it is another at all."""
        return abs(self.number - value) <= _HALF * self.place

    def is_exactly(self, value: float) -> bool:
        """True for a value of which this number leaves nothing out."""
        return abs(self.number - value) <= _NOTHING * max(1, abs(value))


def _readings(text: str) -> Iterator[_Seen]:
    """Yield the numbers that a shown text can mean; none where words or another currency say so.

    Beside figures there may be marks that count for nothing, such as those of a ratio.
    """
    if match := _POWER.fullmatch(text):
        figures, power = match[3].replace(",", "."), int(match[4])
        place = 10.0 ** (power - len(figures.partition(".")[2]))
        yield _Seen(_sign(match) * float(f"{figures}E{power}"), place)
    elif match := _FRACTION.fullmatch(text):
        whole = int(re.sub("[,.]", "", match[3] or "0"))
        under = int(match[5])
        yield _Seen(_sign(match) * (whole + int(match[4]) / under), 1 / under)
    elif not _has_words(text) and (match := _FIGURES.search(text)):
        parts = _sign(match) * (100 if match[4] else 1)
        for number, decimals in _figures(match[3]):
            yield _Seen(number / parts, 10.0**-decimals / abs(parts))


def _has_words(text: str) -> bool:
    """True for a text with a unit or another currency."""
    return any(char.isalpha() or unicodedata.category(char) == "Sc" for char in text)


def _is_negative(seen: re.Match[str]) -> bool:
    """True for figures with a minus, or in brackets as accountants write them."""
    return bool(seen[1]) or seen[2] == "-"


def _sign(seen: re.Match[str]) -> int:
    return -1 if _is_negative(seen) else 1


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
    typed = tidy(cell).removeprefix(FOR_TEXT).replace(_MINUS, "-")
    text = _without_pound(typed) if item.answer == "money" else typed
    sterling = text != typed
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
