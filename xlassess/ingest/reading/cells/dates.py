"""Days as people write them: every day a text can mean, and the one an answer means."""

from __future__ import annotations

import re
from datetime import date, datetime

from xlassess.contract.layout import FIRST_DAY, LAST_DAY
from xlassess.ingest.reading.cells.grid import Cell
from xlassess.ingest.reading.cells.values import FOR_TEXT, Parsed, brief, queried, tidy
from xlassess.model.days import written_day

_TIME = re.compile(
    r"(?:t|,? )\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z| ?[ap]m)?$|(?<=\d)z$", re.ASCII
)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_NUMBERS = re.compile(r"\d+")
_FIGURES = re.compile(r"(\d{1,2})\s?[-/. ]\s?(\d{1,2})\s?[-/. ]\s?(\d{4}|\d{2})", re.ASCII)
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[ -]?(?:of )?([a-z]{3,9})\.?,?[ -]?(\d{4})", re.ASCII
)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})", re.ASCII)
_WEEKDAY = re.compile(r"(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,? ")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHORT_YEAR = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?[ -]?(?:of )?([a-z]{3,9})\.?,?[ -]?'?\d{2}"
    r"|([a-z]{3,9})\.? \d{1,2}(?:st|nd|rd|th)?, ?'?\d{2}",
    re.ASCII,
)
"""A day with its month as a word and two figures for the year; "31-Mar-26" may begin with it."""
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip


def day_readings(text: str) -> tuple[date, ...]:
    """Return every day a text can mean, the British reading first; tidy text expected.

    A time of day after it is passed over. A year in two figures leaves the order open as well
    (13/02/26 may begin with the year).
    """
    low = _bare(text)
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


def _bare(text: str) -> str:
    """A written day without its weekday and the time of day."""
    return _TIME.sub("", _WEEKDAY.sub("", text.casefold(), count=1))


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


def read_date(cell: Cell, displayed: str = "") -> Parsed:
    """Return a day that an answer can mean; a time of day with it is dropped.

    Programs show a number in a cell for days as a day, and a truth value as one of 1899.

    Args:
        cell: the cell.
        displayed: how the workbook shows it, where its number format makes something else of
            it ("Apr 26").
    """
    if isinstance(cell, date):
        found = cell.date() if isinstance(cell, datetime) else cell
        # of "Apr 26" Excel makes the first of the month, which nobody typed
        if found.day == 1 and displayed and 1 not in map(int, _NUMBERS.findall(displayed)):
            return queried("C04", value=brief(displayed))
        return _within(found)
    return _typed_day(cell) if isinstance(cell, str) else queried("C04", value=brief(cell))


def _typed_day(cell: str) -> Parsed:
    text = tidy(cell).removeprefix(FOR_TEXT)
    readings = day_readings(text)
    if readings and (weekday := _WEEKDAY.match(text.casefold())):
        named = _WEEKDAYS.index(weekday[1][:3])
        # 6/4/2026 can be read two ways, "Monday 6/4/2026" only one
        agreeing = tuple(one for one in readings if one.weekday() == named)
        if not agreeing:
            actual = ", ".join(f"{written_day(one)} is a {one:%A}" for one in readings)
            return queried("C20", value=brief(cell), actual=actual)
        readings = agreeing
    if len(readings) == 1:
        return _within(readings[0], "date written as text")
    if readings:
        return queried(
            "C05",
            value=brief(cell),
            first=written_day(readings[0]),
            second=written_day(readings[1]),
        )
    short = _SHORT_YEAR.fullmatch(_bare(text))
    is_short = short is not None and _month(short[1] or short[2]) != "0"
    return queried("C22" if is_short else "C04", value=brief(cell))


def _within(value: date, how: str = "") -> Parsed:
    if FIRST_DAY <= value <= LAST_DAY:
        return Parsed(value, how)
    return queried(
        "C19", value=written_day(value), first=written_day(FIRST_DAY), last=written_day(LAST_DAY)
    )
