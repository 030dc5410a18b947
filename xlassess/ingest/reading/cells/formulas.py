"""Formulas in the rules of conditional formats, as far as they are worked out here.

That is where one is made of values, cells of the same sheet, comparisons and a few functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from xlassess.contract.layout import cell_place

Cells = Callable[[int, int], object]
"""Gives what is in the cell of a row and column."""
_Value = str | float | bool | None
_MOST_FORMULA, _MOST_NESTED = 300, 40
_TOKENS = re.compile(
    r'\s*(?:"((?:[^"]|"")*)"|(\d{1,15}(?:\.\d{0,15})?)|\[?\.?(\$?)([A-Z]{1,3})(\$?)(\d{1,7})(?![\w(])\]?'
    r"|([A-Z]{2,12})(?![\w.])|(<=|>=|<>|[-=<>(),;]))",
    re.I,
)
_EPOCH = datetime(1899, 12, 30)
_ERROR = "\ufffe"
"""Stands for a value that is an error: a text that was looked for and not found."""


class _UnknownError(ValueError):
    """Raised where a formula is not worked out."""


def is_true(formula: str, moved: tuple[int, int], cells: Cells) -> bool | None:
    """Return whether a formula is true; None where it is not worked out.

    Args:
        formula: as Excel or LibreOffice writes it.
        moved: by how many rows and columns its cells are moved that are not fixed.
        cells: what is in each cell; raises ValueError for one that is not certain.
    """
    if len(formula) > _MOST_FORMULA or formula.count("(") + formula.count("-") > _MOST_NESTED:
        return None
    try:
        value = _Formula(formula, moved, cells).worked_out()
    except (TypeError, ValueError):  # what a function is given may be too few values
        return None
    return not isinstance(value, str) and bool(value)


@dataclass(slots=True)
class _Formula:
    """A formula as it is gone through: its tokens, and how far its cells are moved."""

    text: str
    moved: tuple[int, int]
    cells: Cells
    tokens: list[tuple[str, ...]] = field(default_factory=list)
    at: int = 0

    def worked_out(self) -> _Value:
        """Return what it comes to."""
        text, end = self.text.strip().removeprefix("="), 0
        while end < len(text.rstrip()):
            match = _TOKENS.match(text, end)
            if match is None:
                raise _UnknownError(text)
            self.tokens.append((*(one or "" for one in match.groups()), match[0].strip()))
            end = match.end()
        value = self._compared()
        if self.at < len(self.tokens):
            raise _UnknownError(text)
        return value

    def _next(self, *marks: str) -> str:
        """Take the next token if it is one of these marks."""
        if self.at < len(self.tokens) and self.tokens[self.at][7] in marks:
            self.at += 1
            return self.tokens[self.at - 1][7]
        return ""

    def _compared(self) -> _Value:
        value = self._single()
        while mark := self._next("=", "<>", "<", "<=", ">", ">="):
            value = _comparison(value, mark, self._single())
        return value

    def _single(self) -> _Value:
        if self._next("-"):
            value = self._single()
            if isinstance(value, str):
                raise _UnknownError(value)
            return -float(value or 0)
        if self._next("("):
            value = self._compared()
            if not self._next(")"):
                raise _UnknownError(self.text)
            return value
        if self.at >= len(self.tokens):
            raise _UnknownError(self.text)
        quoted, number, row_fixed, letters, fixed, digits, name, _, whole = self.tokens[self.at]
        self.at += 1
        if whole.startswith('"'):
            return quoted.replace('""', '"')
        if number:
            return float(number)
        if letters:
            return self._cell(letters.upper() + digits, (bool(fixed), bool(row_fixed)))
        return self._called(name.upper())

    def _cell(self, name: str, fixed: tuple[bool, bool]) -> _Value:
        """What is in a cell, which moves with the one that the rule is about."""
        row, column = cell_place(name)
        row, column = row + (not fixed[0]) * self.moved[0], column + (not fixed[1]) * self.moved[1]
        value = self.cells(row, column)
        if isinstance(value, date):
            begin = value if isinstance(value, datetime) else datetime(*value.timetuple()[:3])
            return (begin - _EPOCH).total_seconds() / 86_400
        if isinstance(value, str):
            return value or None
        if not isinstance(value, int | float):
            raise _UnknownError(name)
        return value if isinstance(value, bool) else float(value)

    def _called(self, name: str) -> _Value:
        if not self._next("("):
            if name in ("TRUE", "FALSE"):
                return name == "TRUE"
            raise _UnknownError(name)
        said = list(self._arguments())
        if name not in _FUNCTIONS:
            raise _UnknownError(name)
        return _FUNCTIONS[name](*said)

    def _arguments(self) -> Iterator[_Value]:
        if self._next(")"):
            return
        while True:
            yield self._compared()
            if self._next(")"):
                return
            if not self._next(",", ";"):
                raise _UnknownError(self.text)


def _comparison(one: _Value, mark: str, other: _Value) -> bool | str:
    """Compare as spreadsheets do: numbers before texts before truth values, capitals alike."""
    if _ERROR in (one, other):
        return _ERROR
    low, high = _ranked(one, other), _ranked(other, one)
    return {
        "=": low == high, "<>": low != high, "<": low < high, "<=": low <= high,
        ">": low > high, ">=": low >= high,
    }[mark]  # fmt: skip


def _ranked(value: _Value, beside: _Value) -> tuple[int, float, str]:
    """A value to be compared; one of an empty cell is as good as nothing of the other's kind."""
    if value is None:
        value = "" if isinstance(beside, str) else False if isinstance(beside, bool) else 0.0
    if isinstance(value, str):
        return 1, 0.0, value.casefold()
    return (2 if isinstance(value, bool) else 0), float(value), ""


def _text(value: _Value) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return f"{value:.10g}" if isinstance(value, float) else value or ""


def _searched(wanted: _Value, text: _Value) -> _Value:
    if set(_text(wanted)) & set("?*~"):
        raise _UnknownError("wildcards")
    at = _text(text).casefold().find(_text(wanted).casefold())
    return float(at + 1) if at >= 0 else _ERROR


def _count(value: _Value) -> int:
    if isinstance(value, str) or value is None or not 0 <= value < 10_000:
        raise _UnknownError("count")
    return int(value)


def _all_true(*values: _Value) -> list[bool]:
    """The truth of values of which texts have none."""
    if any(isinstance(one, str) for one in values):
        raise _UnknownError("text")
    return [bool(one) for one in values]


_FUNCTIONS: dict[str, Callable[..., _Value]] = {
    "AND": lambda *said: all(_all_true(*said)),
    "OR": lambda *said: any(_all_true(*said)),
    "NOT": lambda one: not all(_all_true(one)),
    "TRUE": lambda: True,
    "FALSE": lambda: False,
    "LEN": lambda one: float(len(_text(one))),
    "TRIM": lambda one: " ".join(_text(one).split()),
    "LOWER": lambda one: _text(one).lower(),
    "UPPER": lambda one: _text(one).upper(),
    "LEFT": lambda one, count=1.0: _text(one)[: _count(count)],
    "RIGHT": lambda one, count=1.0: _text(one)[len(_text(one)) - _count(count) :],
    "SEARCH": _searched,
    "ISBLANK": lambda one: one is None,
    "ISTEXT": lambda one: isinstance(one, str) and one != _ERROR,
    "ISNUMBER": lambda one: isinstance(one, float),
    "ISERROR": lambda one: one == _ERROR,
}
