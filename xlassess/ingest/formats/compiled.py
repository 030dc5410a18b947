"""Compiled formulas of the rules of conditional formats, as Excel writes them out.

Binary workbooks hold formulas as tokens in the order in which they are worked out ([MS-XLS]
2.5.198, [MS-XLSB] 2.5.98). Those that are never worked out here anyway come to nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xlassess.contract.layout import cell_name
from xlassess.ingest.formats.rules import between

_MOST_TOKENS = 600
"""Bytes of a formula; more than these come to a text that is too long to be worked out."""
_COMPARED = {0x09: "<", 0x0A: "<=", 0x0B: "=", 0x0C: ">=", 0x0D: ">", 0x0E: "<>"}
_MINUS, _BRACKETS, _TEXT, _ATTRIBUTE, _TRUTH, _WHOLE, _REAL = (
    0x13,
    0x15,
    0x17,
    0x19,
    0x1D,
    0x1E,
    0x1F,
)
_FUNCTION, _VARIADIC, _CELL, _CELL_BESIDE = 0x21, 0x22, 0x24, 0x2C
_PASSED_OVER = (0x01, 0x40)
"""Attributes that say nothing of a result: to be worked out anew each time, and spaces."""
_LARGEST = 1e15
_FUNCTIONS = {
    3: ("ISERROR", 1), 32: ("LEN", 1), 34: ("TRUE", 0), 35: ("FALSE", 0), 38: ("NOT", 1),
    112: ("LOWER", 1), 113: ("UPPER", 1), 118: ("TRIM", 1), 127: ("ISTEXT", 1),
    128: ("ISNUMBER", 1), 129: ("ISBLANK", 1),
}  # fmt: skip
_VARIADIC_FUNCTIONS = {36: "AND", 37: "OR", 82: "SEARCH", 115: "LEFT", 116: "RIGHT"}
_BY_VALUE, _BY_FORMULA = 1, 2
"""Kinds of rules that may be worked out ([MS-XLS] 2.4.42, [MS-XLSB] 2.5.18)."""
_TEMPLATES = (0, 1, 8, 9, 10)
"""Rules by a formula that are about a value, a formula, a text in a cell, blanks and no blanks."""
_OPERATORS = {3: "=", 4: "<>", 5: ">", 6: "<", 7: ">=", 8: "<="}


@dataclass(frozen=True, slots=True)
class Coding:
    """How the formulas of a format state texts, and cells: rows and columns in so many bits."""

    text: Callable[[bytes, int], tuple[str, int]]
    cell: str
    rows: int
    columns: int


def _narrow_text(tokens: bytes, at: int) -> tuple[str, int]:
    length, wide = tokens[at], tokens[at + 1] & 1
    end = at + 2 + length * (2 if wide else 1)
    return tokens[at + 2 : end].decode("utf-16-le" if wide else "latin-1", "replace"), end


def _wide_text(tokens: bytes, at: int) -> tuple[str, int]:
    end = at + 2 + 2 * int(struct.unpack_from("<H", tokens, at)[0])
    return tokens[at + 2 : end].decode("utf-16-le", "replace"), end


XLS = Coding(_narrow_text, "<HH", 16, 8)
XLSB = Coding(_wide_text, "<IH", 20, 14)


class RuleKind(NamedTuple):
    """Whether a rule goes by a value or a formula, how it compares, and as what it was chosen."""

    kind: int
    operator: int
    template: int


def condition_of(
    rule: RuleKind, said: Sequence[bytes], corner: tuple[int, int], coding: Coding
) -> str:
    """Return the formula that is true where a rule holds; empty for one that is not worked out.

    Args:
        rule: what kind of rule it is.
        said: its two formulas, compiled.
        corner: the cell, by row and column, for which the formula is to be written.
        coding: how the format compiles them.
    """
    one, other = (formula_of(each, corner, coding) for each in said)
    base = cell_name(*corner)
    if rule.kind == _BY_FORMULA:
        return one if rule.template in _TEMPLATES else ""
    if rule.kind != _BY_VALUE or not one:
        return ""
    if rule.operator in (1, 2) and other:
        return between(base, one, other, outside=rule.operator == 2)
    return f"{base}{_OPERATORS[rule.operator]}({one})" if rule.operator in _OPERATORS else ""


def formula_of(tokens: bytes, corner: tuple[int, int], coding: Coding) -> str:
    """Return a compiled formula in words and signs; empty for one that is not understood.

    Args:
        tokens: the formula.
        corner: the cell, by row and column, for which it is to be written.
        coding: how the format compiles it.
    """
    if not 0 < len(tokens) <= _MOST_TOKENS:
        return ""
    try:
        return _Tokens(tokens, corner, coding).formula()
    except (struct.error, LookupError, ValueError):
        return ""


@dataclass(slots=True)
class _Tokens:
    """Tokens as they are gone through, and what waits for its operator or function."""

    tokens: bytes
    corner: tuple[int, int]
    coding: Coding
    at: int = 0
    waiting: list[str] = field(default_factory=list)

    def formula(self) -> str:
        while self.at < len(self.tokens):
            code = self.tokens[self.at]
            self.at += 1
            # the two bits above say of which class a token's result is
            self.waiting.append(self._operand(code if code < 0x20 else 0x20 | code & 0x1F))
        (whole,) = filter(None, self.waiting)
        return whole

    def _operand(self, kind: int) -> str:
        """What a token comes to; nothing for one that stands for no operand."""
        if kind in _COMPARED:
            other, one = self._taken(), self._taken()
            return f"({one}{_COMPARED[kind]}{other})"
        if kind in (_MINUS, _BRACKETS):
            return f"{'-' if kind == _MINUS else ''}({self._taken()})"
        if kind == _ATTRIBUTE:
            if self._number("<Bxx") not in _PASSED_OVER:
                raise ValueError("an attribute that leads elsewhere")
            return ""
        if kind in (_FUNCTION, _VARIADIC):
            return self._called(variadic=kind == _VARIADIC)
        if kind in (_CELL, _CELL_BESIDE):
            return self._cell(beside=kind == _CELL_BESIDE)
        return self._constant(kind)

    def _taken(self) -> str:
        """Take the operand that waited last."""
        while not (last := self.waiting.pop()):
            pass
        return last

    def _number(self, form: str) -> float:
        (number,) = struct.unpack_from(form, self.tokens, self.at)
        self.at += struct.calcsize(form)
        return float(number)

    def _constant(self, kind: int) -> str:
        if kind == _TEXT:
            text, self.at = self.coding.text(self.tokens, self.at)
            return '"' + text.replace('"', '""') + '"'
        if kind == _TRUTH:
            return "TRUE" if self._number("<B") else "FALSE"
        number = self._number({_WHOLE: "<H", _REAL: "<d"}[kind])
        if not 0 <= number < _LARGEST or "e" in repr(number):
            raise ValueError("a number that formulas here do not have")
        return repr(number).removesuffix(".0")

    def _called(self, *, variadic: bool) -> str:
        if variadic:
            count = int(self._number("<B")) & 0x7F
            name = _VARIADIC_FUNCTIONS[int(self._number("<H")) & 0x7FFF]
        else:
            name, count = _FUNCTIONS[int(self._number("<H"))]
        said = [self._taken() for _ in range(count)]
        return f"{name}({','.join(reversed(said))})"

    def _cell(self, *, beside: bool) -> str:
        """A cell: where it is fixed its row and column, else how far it is from the rule's."""
        form, rows, columns = self.coding.cell, 1 << self.coding.rows, 1 << self.coding.columns
        row, column = struct.unpack_from(form, self.tokens, self.at)
        self.at += struct.calcsize(form)
        moves, column = (bool(column & 0x8000), bool(column & 0x4000)), column & (columns - 1)
        if any(moves) and not beside:
            raise ValueError("not said from where")
        if moves[0]:
            row = self.corner[0] + (row + rows // 2) % rows - rows // 2
        if moves[1]:
            column = self.corner[1] + (column + columns // 2) % columns - columns // 2
        if not (0 <= row < rows and 0 <= column < columns):
            raise ValueError("beyond the edge")
        letters = cell_name(0, column)[:-1]
        return f"{'' if moves[1] else '$'}{letters}{'' if moves[0] else '$'}{row + 1}"
