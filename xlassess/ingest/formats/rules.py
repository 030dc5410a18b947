"""Conditional formats that can hide what stands in a cell, or cross it out.

Most colour cells by their answers, as ours do, and are passed over: only where one of a sheet
can hide something are all of its rules read. Whether a rule holds is told with the values at hand
(`xlassess/ingest/reading/cells/conditions.py`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from xml.etree.ElementTree import Element

from xlassess.contract.layout import cell_name, cell_place
from xlassess.ingest.formats.styles import CellStyles, look_of, which_hide
from xlassess.ingest.guard.colours import Colour
from xlassess.ingest.guard.markup import MARKUP_FAULTS, attribute, local, tree
from xlassess.ingest.guard.notes import Area, ConditionalRule, Look, Tally

_USED = re.compile(rb"""\sdxfId=["'](\d{1,5})["']""")
_OWN_LOOK = b":dxf"
"""How a rule says its format in itself ([MS-XLSX] 2.6.13)."""
_CELLS = b"sheetData"
_AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
_OPERATORS = {
    "equal": "=", "notEqual": "<>", "lessThan": "<", "lessThanOrEqual": "<=",
    "greaterThan": ">", "greaterThanOrEqual": ">=",
}  # fmt: skip
_BY_FORMULA = (
    "expression", "containsText", "notContainsText", "beginsWith", "endsWith", "containsBlanks",
    "notContainsBlanks",
)  # fmt: skip
MOST_RULES, MOST_AREAS, MOST_LOOKS = 100, 400, 2000
"""More rules, areas of them or cells under them than these are no partner's, and are not told."""
_LAST = 1 << 30


def conditions_of(part: bytes, styles: CellStyles) -> tuple[ConditionalRule, ...]:
    """Return the rules of a sheet in their order, or none where none of them can hide anything."""
    tail = part[max(part.rfind(_CELLS), 0) :]
    used = {int(number) for number in _USED.findall(tail)} if styles.hiding else set()
    if not used & styles.hiding and _OWN_LOOK not in tail:
        return ()
    looks = styles.differing
    try:
        root = tree(_without_cells(part))
    except MARKUP_FAULTS:
        return ()  # what the parser makes of such a sheet, stands
    rules = [
        rule
        for block in (root.iter() if root is not None else ())
        if local(block.tag) == "conditionalFormatting"
        for rule in _rules(block, looks)
    ]
    rules.sort(key=lambda one: one[0])
    return bounded([rule for _, rule in rules], set(styles.colours))


def bounded(
    rules: list[ConditionalRule], colours: Collection[tuple[Colour, Colour]]
) -> tuple[ConditionalRule, ...]:
    """Return rules if one of them can hide something, and if they are not too many to go through.

    Args:
        rules: the rules of a sheet.
        colours: those of letters and behind them that its cells have.
    """
    if len(rules) > MOST_RULES or sum(len(one.areas) for one in rules) > MOST_AREAS:
        return ()
    return tuple(rules) if which_hide([one.look for one in rules], colours) else ()


def looks_under(
    conditions: tuple[ConditionalRule, ...], cells: Mapping[tuple[int, int], tuple[Colour, Colour]]
) -> dict[str, tuple[Colour, Colour]]:
    """Return the colours of the cells under rules, of letters and behind them, by their names.

    Args:
        conditions: the rules.
        cells: the colours of cells by row and column.
    """
    return {
        cell_name(*place): pair
        for place, pair in list(cells.items())[:MOST_LOOKS]
        if any(one.is_about(*place) for one in conditions)
    }


@dataclass(slots=True)
class GatheredRules:
    """The rules of a sheet as its records pass by, with the formats of its filled cells."""

    styles: CellStyles
    rules: list[tuple[int, ConditionalRule]] = field(default_factory=list)
    cells: dict[tuple[int, int], int] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """True where there are more rules than are told."""
        return len(self.rules) > MOST_RULES

    def cell(self, place: tuple[int, int], format_: int) -> None:
        """Take note of a filled cell and the number of its format."""
        if len(self.cells) < MOST_LOOKS:
            self.cells[place] = format_

    def rule(self, rule: ConditionalRule, rank: int = 0) -> int:
        """Take note of a rule and return its place; one of no rank has that of its place."""
        place = len(self.rules)
        if not self.full:
            self.rules.append((rank or place, rule))
        return place

    def rank(self, place: int, rank: int, *, stops: bool) -> None:
        """Say the rank of the rule in a place, and whether it is the last where it holds."""
        if 0 <= place < len(self.rules):
            self.rules[place] = rank, replace(self.rules[place][1], stops=stops)

    def unread(self, areas: tuple[Area, ...]) -> None:
        """Take note that nothing is certain of these cells: a rule about them is not read."""
        self.rule(ConditionalRule(Look(), areas, "", (0, 0), stops=True), -1)

    def settle(self, tally: Tally) -> None:
        """Note the rules if one of them can hide something, and the cells they are about."""
        self.rules.sort(key=lambda one: one[0])
        rules = bounded([rule for _, rule in self.rules], set(self.styles.colours))
        if rules:
            colours = {at: self.styles.colours_of(format_) for at, format_ in self.cells.items()}
            tally.conditions, tally.looks = list(rules), looks_under(rules, colours)


def areas_of(text: str) -> tuple[Area, ...]:
    """Return the areas of a list ("A1:B2 C3"); none where one of them is not understood."""
    areas: list[Area] = []
    for name in text.upper().split():
        match = _AREA.fullmatch(name)
        if match is None:
            return ()
        top, left = cell_place(match[1] + match[2])
        bottom, right = cell_place(match[3] + match[4]) if match[3] else (top, left)
        areas.append((top, left, bottom, right))
    return tuple(areas)


def _without_cells(part: bytes) -> bytes:
    """The markup of a sheet around its cells."""
    first, last = part.find(_CELLS), part.rfind(_CELLS)
    if first < 0:
        return part
    return part[: part.rfind(b"<", 0, first)] + part[part.find(b">", last) + 1 :]


def _rules(block: Element, looks: tuple[Look, ...]) -> Iterator[tuple[int, ConditionalRule]]:
    """The rules of a conditional format with their rank; a lower one goes first."""
    within = next((one.text or "" for one in block if local(one.tag) == "sqref"), "")
    areas = areas_of(attribute(block, "sqref") or within)
    if not areas:
        return
    base = min(area[0] for area in areas), min(area[1] for area in areas)
    for rule in block:
        number, rank = attribute(rule, "dxfId"), attribute(rule, "priority")
        if local(rule.tag) != "cfRule":
            continue
        own = next((look_of(one) for one in rule if local(one.tag) == "dxf"), Look())
        if number.isdecimal() and int(number[:6]) < len(looks):
            own = looks[int(number[:6])]
        formula = _formula(rule, cell_name(*base)) if base == areas[0][:2] else ""
        stops = attribute(rule, "stopIfTrue") in ("1", "true")
        order = int(rank) if rank.isdecimal() and len(rank) < 9 else _LAST
        yield order, ConditionalRule(own, areas, formula, base, stops)


def _formula(rule: Element, base: str) -> str:
    """The formula that is true where a rule holds; empty for those that are not worked out."""
    kind, operator = attribute(rule, "type"), attribute(rule, "operator")
    said = [one.text or "" for one in rule if local(one.tag) in ("formula", "f")]
    if kind in _BY_FORMULA:
        return said[0] if said else ""
    if kind != "cellIs" or not said:
        return ""
    if operator in ("between", "notBetween") and len(said) > 1:
        return between(base, said[0], said[1], outside=operator == "notBetween")
    return f"{base}{_OPERATORS[operator]}({said[0]})" if operator in _OPERATORS else ""


def between(base: str, low: str, high: str, *, outside: bool = False) -> str:
    """Return the formula for a cell between two values, or outside of them."""
    within = f"AND({base}>=({low}),{base}<=({high}))"
    return f"NOT({within})" if outside else within
