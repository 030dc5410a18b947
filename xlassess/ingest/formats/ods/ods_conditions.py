"""The conditional formats of a sheet of an OpenDocument spreadsheet that can hide something.

LibreOffice lists them behind the cells of the sheet; Excel and Gnumeric give the styles of cells
conditions, as OpenDocument 1.3 does (part 3, 16.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from xlassess.contract.layout import cell_name
from xlassess.ingest.formats.ods.ods_styles import Crossing
from xlassess.ingest.formats.rules import areas_of, between, bounded, looks_under
from xlassess.ingest.guard.colours import Colour
from xlassess.ingest.guard.markup import local
from xlassess.ingest.guard.notes import Area, ConditionalRule, Tally

_SHEET_NAME = re.compile(r"\$?(?:'(?:[^']|'')*'|[^\s:.']*)\.")
_FORMULA = re.compile(r"(?:is-true-formula|formula-is)\((.*)\)", re.S)
_COMPARED = re.compile(r"(?:cell-content\(\))?\s*(!=|<>|<=|>=|=|<|>)(.*)", re.S)
_BETWEEN = re.compile(
    r"(?:cell-content-is-)?(not-)?between\(([^,;()]{1,200})[,;]([^,;()]{1,200})\)", re.S
)
_PART = re.compile(r'(contains-text|begins-with|ends-with)\(("(?:[^"]|"")*")\)')
_MOST_CELLS = 4000
"""More cells than this of a sheet are not held against conditions."""


class _Stated(NamedTuple):
    """A condition as it is stated: what must be true, the style a cell has then, and of where."""

    condition: str
    style: str
    base: str
    target: str


@dataclass(slots=True)
class TableConditions:
    """What is gathered of a sheet: its filled cells by their styles, and the conditions listed."""

    crossing: Crossing
    cells: dict[str, list[Area]] = field(default_factory=dict)
    stated: list[_Stated] = field(default_factory=list)
    target: str = ""
    count: int = 0

    def cell(self, style: str, area: Area) -> None:
        """Take note of a filled cell, or of some that are alike."""
        self.count += 1
        if self.count <= _MOST_CELLS:
            self.cells.setdefault(style, []).append(area)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in a tag of the list behind the cells."""
        if name not in ("conditional-format", "condition"):
            return
        said = {local(key): value for key, value in attributes.items()}
        if name == "conditional-format":
            self.target = said.get("target-range-address", "")
        else:
            style = said.get("apply-style-name", "")
            style = self.crossing.names.get(style, style)
            base = said.get("base-cell-address", "")
            self.stated.append(_Stated(said.get("value", ""), style, base, self.target))

    def settle(self, tally: Tally) -> None:
        """Note the conditions under which something is hidden, and the cells they are about."""
        stated = [(one, ()) for one in self.stated] or self._of_styles()
        colours = {(look.letters, look.behind) for look in map(self.crossing.cell, self.cells)}
        placed = ((one, areas or _areas(one.target)) for one, areas in stated)
        tally.conditions = list(bounded([self._rule(*one) for one in placed if one[1]], colours))
        if tally.conditions:
            tally.looks = looks_under(tuple(tally.conditions), self._colours())

    def _of_styles(self) -> list[tuple[_Stated, tuple[Area, ...]]]:
        """The conditions of the styles of cells, each with the cells that have it."""
        return [
            (_Stated(*said, ""), tuple(areas))
            for style, areas in self.cells.items()
            for said in self.crossing.maps(style)
        ]

    def _rule(self, stated: _Stated, areas: tuple[Area, ...]) -> ConditionalRule:
        corner = next(iter(_areas(stated.base)), areas[0])[:2]
        formula = _as_formula(stated.condition.removeprefix("of:"), cell_name(*corner))
        look = self.crossing.look(stated.style)
        return ConditionalRule(look, areas, formula, corner, stops=True)

    def _colours(self) -> dict[tuple[int, int], tuple[Colour, Colour]]:
        return {
            (row, column): (look.letters, look.behind)
            for style, areas in self.cells.items()
            for look in [self.crossing.cell(style)]
            for top, left, bottom, right in areas
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }


def _areas(text: str) -> tuple[Area, ...]:
    """The areas of a list in which each cell is named with its sheet."""
    return areas_of(_SHEET_NAME.sub("", text))


def _as_formula(condition: str, base: str) -> str:
    """A condition as a formula about its cell; empty for one that is not worked out."""
    if match := _FORMULA.fullmatch(condition):
        return match[1]
    if match := _BETWEEN.fullmatch(condition):
        return between(base, match[2], match[3], outside=bool(match[1]))
    if match := _COMPARED.fullmatch(condition):
        return f"{base}{'<>' if match[1] == '!=' else match[1]}({match[2]})"
    if match := _PART.fullmatch(condition):
        if match[1] == "contains-text":
            return f"ISNUMBER(SEARCH({match[2]},{base}))"
        side = "LEFT" if match[1] == "begins-with" else "RIGHT"
        return f"{side}({base},LEN({match[2]}))={match[2]}"
    return ""
