"""How cells are made to look otherwise than what stands in them, and how a person sees them then.

Conditional formats and words in fonts of their own: put in at random, and looked at a second time
for the oracle, which uses nothing of the reader.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.utils import get_column_letter

from tests.factory import Workbook, entries

CROSSED, PALE, MASKED, UNSURE = "crossed out", "pale", "masked", "unsure"
_WHITE, _NAVY, _RED = "FFFFFFFF", "FF1F3864", "FFC00000"
_NEAR, _LEGIBLE = 60, 4

RULES: dict[str, Callable[[Any], bool | None]] = {
    "TRUE": lambda value: True,
    "LEN({c})>0": lambda value: True,
    '{c}<>""': lambda value: True,
    "AND(LEN(TRIM({c}))>0,NOT(ISBLANK({c})))": lambda value: bool(str(value).strip()),
    "ISTEXT({c})": lambda value: isinstance(value, str),
    'LEFT({c},1)="a"': lambda value: str(value)[:1].lower() == "a",
    'ISNUMBER(SEARCH("gre",{c}))': lambda value: "gre" in str(value).lower(),
    "LEN({c})>900": lambda value: len(str(value)) > 900,
    "ISBLANK({c})": lambda value: False,
    "COUNTIF({c}:{c},{c})=1": lambda value: None,
    'notEqual "No such thing"': lambda value: True,
    'equal "Agree"': lambda value: str(value).lower() == "agree",
}
"""When a rule about {c} holds for a cell that is filled in; None where we do not work it out."""
_LOOKS = (
    {"font": Font(color=_WHITE)},
    {"font": Font(color=_NAVY), "fill": PatternFill(bgColor=_NAVY)},
    {"font": Font(strike=True)},
    {"numFmt": NumberFormat(numFmtId=200, formatCode=";;;")},
    {"font": Font(sz=1)},
    {"font": Font(color=_WHITE), "fill": PatternFill(bgColor=_NAVY)},
    {"font": Font(color=_RED, bold=True)},
)


def conditioned(chance: random.Random, book: Any, home: Workbook) -> None:
    """Give answer cells a conditional format, before or behind those that there are."""
    entry = chance.choice(entries(home.toolkit))
    if entry.sheet not in book.sheetnames:
        return
    sheet = book[entry.sheet]
    rules = [rule for block in sheet.conditional_formatting for rule in block.rules]
    said, look = chance.choice(list(RULES)), DifferentialStyle(**chance.choice(_LOOKS))
    operator, _, compared = said.partition(" ") if "qual" in said else ("", "", said)
    rule = Rule("cellIs" if operator else "expression", dxf=look, operator=operator or None)
    rule.formula = [compared.format(c=entry.cell)]
    rule.stopIfTrue = chance.random() < 0.3 or None
    if chance.random() < 0.6:
        for one in rules:
            one.priority += 1
        rule.priority = 1
    else:
        rule.priority = len(rules) + 1
    last = sheet[entry.cell].row + chance.choice((0, 0, 2))
    sheet.conditional_formatting.add(f"{entry.cell}:{sheet[entry.cell].column_letter}{last}", rule)


def words_faded(chance: random.Random, book: Any, home: Workbook) -> None:
    """Write words of a text, or all, in a font of their own: white, tiny, or one to be seen."""
    entry = chance.choice(entries(home.toolkit))
    if entry.sheet not in book.sheetnames:
        return
    cell = book[entry.sheet][entry.cell]
    if type(cell).__name__ != "Cell" or not isinstance(cell.value, str) or cell.data_type != "s":
        return
    if "🙂" in cell.value:
        return  # some programs lose it
    words = cell.value.split(" ")
    odd = InlineFont(**chance.choice(({"color": _WHITE}, {"sz": 1}, {"color": _RED, "b": True})))
    share = chance.choice((0.3, 0.3, 1.0))
    runs = [TextBlock(InlineFont(sz=11), "")]
    for number, word in enumerate(words):
        text = word if number == len(words) - 1 else f"{word} "
        plain = InlineFont(sz=11) if chance.random() < 0.5 else None
        font = odd if chance.random() < share else plain
        runs.append(TextBlock(font, text) if font else text)
    cell.value = CellRichText(*runs[1:])


def seen(sheet: Any, cell: Any) -> set[str]:
    """Return what keeps a person from seeing what stands in a filled cell, read with its fonts."""
    look, unsure = _look(sheet, cell)
    own = _solid(cell.fill) or _WHITE
    behind = look.get("behind") or own
    rich = isinstance(cell.value, CellRichText)
    said = look.keys() & {"letters", "size"}
    if unsure or len(said) > 1 or (rich and (said or not _is_near(behind, own))):
        return {UNSURE}
    border = cell.border
    lined = border.diagonal and border.diagonal.style and (border.diagonalUp or border.diagonalDown)
    found = {CROSSED} if look.get("struck", cell.font.strike) or lined else set()
    code = look.get("code", cell.number_format)
    found |= {MASKED} if code == ";;;" else set()
    runs = cell.value if rich else [str(cell.value)]
    for run in runs:
        own = run.font if isinstance(run, TextBlock) else cell.font
        letters = look.get("letters") or _colour(own) or "FF000000"
        size = look.get("size") or own.sz or 11
        words = run.text if isinstance(run, TextBlock) else run
        if words.strip() and (size < _LEGIBLE or _is_near(letters, behind)):
            found |= {PALE}
    return found


def _look(sheet: Any, cell: Any) -> tuple[dict[str, Any], bool]:
    """What rules make of a cell, each thing by the first that holds; and whether that is unsure."""
    look: dict[str, Any] = {}
    for rule, holds in _rules(sheet, cell):
        says = {name: value for name, value in _says(rule.dxf) if name not in look}
        if holds is None and (says or rule.stopIfTrue):
            return look, True
        if holds:
            look |= says
            if rule.stopIfTrue:
                break
    return look, False


def _rules(sheet: Any, cell: Any) -> Iterator[tuple[Any, bool | None]]:
    """The rules about a cell in their order, and whether they hold."""
    found = []
    for block in sheet.conditional_formatting:
        for area in block.sqref.ranges:
            if (
                area.min_row <= cell.row <= area.max_row
                and area.min_col <= cell.column <= area.max_col
            ):
                first = f"{get_column_letter(area.min_col)}{area.min_row}"
                found += [(rule, first) for rule in block.rules]
    for rule, first in sorted(found, key=lambda one: one[0].priority):
        said = rule.formula[0].replace(first, "{c}")
        said = f"{rule.operator} {said}" if rule.operator else said
        yield rule, RULES[said](cell.value) if said in RULES else None


def _says(look: Any) -> Iterator[tuple[str, Any]]:
    if look.font is not None:
        said = {"letters": _colour(look.font), "struck": look.font.strike, "size": look.font.sz}
        yield from ((name, value) for name, value in said.items() if value is not None)
    if look.fill is not None:
        yield "behind", look.fill.bgColor.rgb
    if look.numFmt is not None:
        yield "code", look.numFmt.formatCode


def _colour(font: Any) -> str | None:
    colour = font.color.rgb if font is not None and font.color is not None else None
    return colour if isinstance(colour, str) else None


def _solid(fill: Any) -> str:
    return fill.fgColor.rgb if fill.fill_type == "solid" else ""


def _is_near(one: str, other: str) -> bool:
    """True for two colours that nobody tells apart."""
    pairs = ((int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (2, 4, 6))
    return sum(abs(a - b) for a, b in pairs) < _NEAR
