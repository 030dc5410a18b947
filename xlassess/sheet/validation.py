"""Validation of input cells: what may be entered, and the words that help to enter it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xlassess.model.errors import XlassessError

LONGEST_TITLE, LONGEST_TEXT, LONGEST_CELL, LONGEST_FORMULA = 32, 255, 32_767, 8_192
"""Excel's limits, in UTF-16 units: title and text of a prompt, text of a cell, a formula."""


class SheetError(XlassessError):
    """Something cannot be written into a workbook without loss."""


def utf16_length(text: str) -> int:
    """Return the length of a text as Excel counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


CUT_SHORT = " [the rest has no room]"


def with_room(text: str) -> str:
    """Return a text as a cell holds it: without its end, where it is too long, which it then says.

    What people wrote, put together with more, may be longer than what came in one cell.
    """
    # A character takes one unit or two, so that most texts need not be encoded to be counted.
    if len(text) * 2 <= LONGEST_CELL or utf16_length(text) <= LONGEST_CELL:
        return text
    units = text.encode("utf-16-le", "surrogatepass")[: 2 * (LONGEST_CELL - len(CUT_SHORT))]
    return f"{units.decode('utf-16-le', 'ignore')}{CUT_SHORT}"


def within(text: str, limit: int, what: str) -> str:
    """Return the text unchanged if it keeps within a limit of Excel's.

    Raises:
        SheetError: the text is longer than the limit.
    """
    # A character takes one unit or two, so that most texts need not be encoded to be counted.
    if len(text) * 2 > limit and utf16_length(text) > limit:
        raise SheetError(
            f"The {what} has {utf16_length(text)} characters, and Excel takes at most {limit}: "
            f"“{text[:60]}…”.",
            "Shorten the text in the toolkit file.",
        )
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A prompt or an error text of a validated cell.

    Raises:
        SheetError: title or text is longer than Excel takes.
    """

    title: str
    text: str

    def __post_init__(self) -> None:
        within(self.title, LONGEST_TITLE, "title of a prompt")
        within(self.text, LONGEST_TEXT, "text of a prompt")


@dataclass(frozen=True, slots=True)
class FromList:
    """One of the values of a named range."""

    name: str

    def properties(self) -> dict[str, object]:
        """Return the rule as XlsxWriter validation options."""
        return {"validate": "list", "source": f"={self.name}"}


@dataclass(frozen=True, slots=True)
class DateBetween:
    """A day between two days, both included."""

    first: date
    last: date

    def properties(self) -> dict[str, object]:
        """Return the rule as XlsxWriter validation options."""
        return {
            "validate": "date", "criteria": "between", "minimum": self.first, "maximum": self.last
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class NumberBetween:
    """A number between two bounds, both included; None is no bound."""

    low: float | None = None
    high: float | None = None

    def properties(self) -> dict[str, object]:
        """Return the rule as XlsxWriter validation options."""
        low = -1e15 if self.low is None else self.low
        high = 1e15 if self.high is None else self.high
        return {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}


@dataclass(frozen=True, slots=True)
class TextUpTo:
    """A text of at most this many characters."""

    longest: int

    def properties(self) -> dict[str, object]:
        """Return the rule as XlsxWriter validation options."""
        return {"validate": "length", "criteria": "<=", "value": self.longest}


Allowed = FromList | DateBetween | NumberBetween | TextUpTo


def options(allowed: Allowed, prompt: Message | None, error: Message) -> dict[str, object]:
    """Return the options of XlsxWriter's ``data_validation``."""
    found = allowed.properties() | {
        "error_title": error.title, "error_message": error.text, "error_type": "stop"
    }  # fmt: skip
    if prompt is not None:
        found |= {"input_title": prompt.title, "input_message": prompt.text}
    return found
