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
  there are two, or decimals, or a pound sign, since "1,234" alone may be a decimal comma;
* "25%" in a question that asks for a percentage;
* a day written as text when only one reading of it exists.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from xlassess.contract.layout import FIRST_DAY, LAST_DAY
from xlassess.ingest.guard.limits import MOST_TEXT
from xlassess.ingest.reading.grid import Cell
from xlassess.ingest.reading.text import brief, day, key, shown, tidy
from xlassess.model.answer import Value
from xlassess.model.toolkit import Choice, Item

_TIME = re.compile(
    r"(?:t|,? )\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z| ?[ap]m)?$|(?<=\d)z$", re.ASCII
)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_FIGURES = re.compile(r"(\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{4}|\d{2})", re.ASCII)
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[ -]?(?:of )?([a-z]{3,9})\.?,?[ -]?(\d{4})", re.ASCII
)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII)
_WEEKDAY = re.compile(r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? ")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip


def day_readings(text: str) -> tuple[date, ...]:
    """Return every day a text can mean, the British reading first; tidy text expected.

    A time of day after it is passed over. A year in two figures leaves the order open as well
    (13/02/26 may begin with the year).
    """
    low = _TIME.sub("", _WEEKDAY.sub("", text.casefold(), count=1))
    if match := _ISO.fullmatch(low):
        return _days([(match[1], match[2], match[3])])
    if match := _DAY_FIRST.fullmatch(low):
        return _days([(match[3], _month(match[2]), match[1])])
    if match := _MONTH_FIRST.fullmatch(low):
        return _days([(match[3], _month(match[1]), match[2])])
    if match := _FIGURES.fullmatch(low):
        first, second, third = match.groups()
        if len(third) == 4:
            return _days([(third, second, first), (third, first, second)])
        late, early = "20" + third, "20" + first.zfill(2)
        return _days([(late, second, first), (late, first, second), (early, second, third)])
    return ()


def _month(name: str) -> str:
    """The number of a month by its name or the first three or more letters of it."""
    for number, month in enumerate(_MONTHS, start=1):
        if month.startswith(name) or (name == "sept" and number == 9):
            return str(number)
    return "0"


def _days(readings: list[tuple[str, str, str]]) -> tuple[date, ...]:
    days: dict[date, None] = {}
    for year, month, number in readings:
        try:
            days[date(int(year), int(month), int(number))] = None
        except ValueError:
            continue
    return tuple(days)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A value, or the reason why there is none."""

    value: Value | None = None
    how: str = ""
    code: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


def _query(code: str, **details: str) -> Parsed:
    return Parsed(code=code, details=details)


_FOR_TEXT = "'"
"""Typed before what is to be kept as text; some programs leave it in the cell."""
_NUMBERED = re.compile(r"(\d+)\s*[-.:)=]\s*(\D.*)")
_YES = "yes y true oui ja sí si sì sim tak"
_NO = "no n false non nein nee nej não nao nie"
_NOT_APPLICABLE = ("n/a", "na", "n.a", "not applicable")
_BETWEEN = re.compile(r"\s*(?:/|,|;|\n|&|\+|\bor\b|\band\b|\bto\b)\s*|\s+-\s+|(?<=\d)-(?=\d)")


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of a scale, by every way of naming one that is certain."""

    labels: Mapping[str, str]
    certain: Mapping[str, tuple[str, str]]
    names: Mapping[str, str]

    @classmethod
    def of(cls, choices: tuple[Choice, ...]) -> Choices:
        """Work out the names of the choices; a name of two choices is certain for neither."""
        certain: dict[str, tuple[str, str]] = {}
        for names in (_numbers(choices), _remainders(choices), _yes_no(choices)):
            certain.update({name: way for name, way in names.items() if name not in certain})
        certain.update(
            {key(choice.label): (choice.code, "case, spaces or marks") for choice in choices}
        )
        return cls(
            {choice.label: choice.code for choice in choices},
            certain,
            {choice.code: choice.label for choice in choices},
        )

    @property
    def offered(self) -> str:
        """The labels in a row, for a sentence."""
        return ", ".join(self.labels)

    def names_one(self, text: object) -> bool:
        """True for a text that is one of the labels and nothing else."""
        return isinstance(text, str) and text != "" and self.read(text).value is not None

    def read(self, cell: Cell) -> Parsed:
        """Return the code of the choice a cell names."""
        if isinstance(cell, str) and cell in self.labels:
            return Parsed(self.labels[cell])
        text = key(shown(cell))
        for name in (text, text.removeprefix(_FOR_TEXT)):
            if name in self.certain:
                code, how = self.certain[name]
                return Parsed(code, how)
        if isinstance(cell, str):
            return self._several(cell) or self._unknown(cell)
        return self._unknown(cell)

    def _several(self, cell: str) -> Parsed | None:
        parts = [key(part) for part in _BETWEEN.split(cell)]
        codes = {self.certain[part][0]: None for part in parts if part in self.certain}
        if len(codes) < 2 or not all(part in self.certain for part in parts):
            return None
        named = " and ".join(f"“{self.names[code]}”" for code in codes)
        return _query("C14", value=brief(cell), choices=named)

    def _unknown(self, cell: Cell) -> Parsed:
        suggestion = self._nearest(key(cell)) if isinstance(cell, str) else ""
        hint = f" Perhaps “{suggestion}” is meant." if suggestion else ""
        return _query("C01", value=brief(cell), suggestion=hint, choices=self.offered)

    def _nearest(self, text: str) -> str:
        """The label a text comes nearest to, or an empty text."""
        from rapidfuzz import fuzz, process

        keys = {label: key(label) for label in self.labels}
        best = process.extractOne(text, keys, scorer=fuzz.ratio, score_cutoff=60)
        if best is None:
            best = process.extractOne(text, keys, scorer=fuzz.partial_ratio, score_cutoff=90)
        return str(best[2]) if best else ""


def _numbers(choices: tuple[Choice, ...]) -> dict[str, tuple[str, str]]:
    """Leading numbers, provided that every substantive label has one of its own."""
    numbers: dict[str, tuple[str, str]] = {}
    for choice in choices:
        match = _NUMBERED.fullmatch(key(choice.label))
        if match:
            numbers[match[1]] = (choice.code, "number typed for its label")
        elif not choice.apart and not match:
            return {}
    unique = len(numbers) == sum(not choice.apart for choice in choices)
    return numbers if unique else {}


def _remainders(choices: tuple[Choice, ...]) -> dict[str, tuple[str, str]]:
    """Labels without the number they begin with, where no two are alike."""
    rest: dict[str, tuple[str, str]] = {}
    seen: list[str] = []
    for choice in choices:
        match = _NUMBERED.fullmatch(key(choice.label))
        if match:
            rest[match[2]] = (choice.code, "label typed without its number")
            seen.append(match[2])
    return rest if len(seen) == len(rest) else {}


def _yes_no(choices: tuple[Choice, ...]) -> dict[str, tuple[str, str]]:
    by_key = {key(choice.label): choice.code for choice in choices}
    names: dict[str, tuple[str, str]] = {}
    if "not applicable" in by_key or "n/a" in by_key:
        code = by_key.get("not applicable") or by_key["n/a"]
        names.update(dict.fromkeys(_NOT_APPLICABLE, (code, "abbreviation")))
    if "don't know" in by_key:
        code = by_key["don't know"]
        names.update(dict.fromkeys(("dont know", "do not know"), (code, "spelling")))
    if "yes" in by_key and "no" in by_key:
        for words, code in ((_YES, by_key["yes"]), (_NO, by_key["no"])):
            names.update(dict.fromkeys(words.split(), (code, "another word for it")))
    return names


def read_text(cell: Cell) -> Parsed:
    """Return text exactly as typed; numbers and days become the text a reader sees."""
    if not isinstance(cell, str):
        return Parsed(shown(cell), f"{_kind_of(cell)} where text is asked for")
    if len(cell) >= MOST_TEXT:
        return _query("C03", length=f"{len(cell):,}", limit=f"{MOST_TEXT:,}")
    return Parsed(cell)


def _kind_of(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "truth value"
    return "number" if isinstance(cell, int | float) else "date or time"


def read_date(cell: Cell) -> Parsed:
    """Return a day that an answer can mean; a time of day with it is dropped.

    Programs show a number in a cell for days as a day, and a truth value as one of 1899.
    """
    if isinstance(cell, datetime):
        return _within(cell.date())
    if isinstance(cell, date):
        return _within(cell)
    if not isinstance(cell, str):
        return _query("C04", value=brief(cell))
    readings = day_readings(tidy(cell).removeprefix(_FOR_TEXT))
    if len(readings) == 1:
        return _within(readings[0], "date written as text")
    if readings:
        return _query("C05", value=brief(cell), first=day(readings[0]), second=day(readings[1]))
    return _query("C04", value=brief(cell))


def _within(value: date, how: str = "") -> Parsed:
    if FIRST_DAY <= value <= LAST_DAY:
        return Parsed(value, how)
    return _query("C19", value=day(value), first=day(FIRST_DAY), last=day(LAST_DAY))


_WANTED = {"number": "a number", "money": "an amount of money", "percent": "a percentage"}
_PLAIN = re.compile(r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)", re.ASCII)
_SPACED = re.compile(r"[-+]?\d{1,3}(?: \d{3})+(?:\.\d+)?", re.ASCII)
_COMMAS = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)
_CURRENCY = re.compile(r"(?:£|gbp)\s*(.*)|(.*?)\s*(?:£|gbp)", re.I)


def read_number(cell: Cell, item: Item) -> Parsed:
    """Return a number within the item's range; a percentage as a fraction of one."""
    unending = isinstance(cell, float) and not math.isfinite(cell)
    if isinstance(cell, bool) or unending or not isinstance(cell, int | float | str):
        return _query("C06", value=brief(cell), wanted=_WANTED[item.answer])
    parsed = Parsed(float(cell)) if not isinstance(cell, str) else _typed_number(cell, item)
    if not isinstance(parsed.value, float):
        return parsed
    if item.answer == "percent" and abs(parsed.value) > 1 and not parsed.how:
        return _percent_unsure(parsed.value, cell, item)
    return _in_range(parsed, parsed.value, cell, item)


def _percent_unsure(value: float, cell: Cell, item: Item) -> Parsed:
    if item.maximum is not None and value <= item.maximum:
        return Parsed(value)
    whole = shown(round(value * 100, 6))
    return _query("C07", value=brief(cell), first=f"{shown(value)}%", second=f"{whole}%")


def _in_range(parsed: Parsed, value: float, cell: Cell, item: Item) -> Parsed:
    low, high = item.minimum, item.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return parsed
    least = f"at least {_amount(low, item)}" if low is not None else ""
    most = f"at most {_amount(high, item)}" if high is not None else ""
    said = brief(cell) if isinstance(cell, str) else _amount(value, item)
    return _query("C08", value=said, range=" and ".join(filter(None, (least, most))))


def _amount(number: float, item: Item) -> str:
    """A number as its cell shows it, a percentage in hundredths."""
    if item.answer == "percent":
        return f"{float(f'{number * 100:.12g}'):,.10g}%"
    return shown(float(number))


def _typed_number(cell: str, item: Item) -> Parsed:
    """Read a number that was written as text."""
    text = tidy(cell).removeprefix(_FOR_TEXT).replace("\u2212", "-")
    sterling = False
    if item.answer == "money" and (match := _CURRENCY.fullmatch(text)):
        text, sterling = (match[1] or match[2] or "").strip(), True
    percent = item.answer == "percent" and text.endswith("%")
    text = text.removesuffix("%").strip() if percent else text
    if _PLAIN.fullmatch(text) or _SPACED.fullmatch(text):
        number = float(text.replace(" ", ""))
    elif _COMMAS.fullmatch(text):
        if text.count(",") == 1 and "." not in text and not sterling:
            decimal = text.replace(",", ".")
            return _query("C07", value=brief(cell), first=text.replace(",", ""), second=decimal)
        number = float(text.replace(",", ""))
    else:
        return _query("C06", value=brief(cell), wanted=_WANTED[item.answer])
    if percent:
        return Parsed(float(f"{number / 100:.12g}"), "percentage written as text")
    if item.answer == "percent" and abs(number) > 1:
        return _percent_unsure(number, cell, item)
    return Parsed(number, "number written as text")
