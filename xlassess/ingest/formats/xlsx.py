"""One pass over the sheets of an Open XML workbook: how far they reach, which cells compute.

Sheets as programs write them are scanned as bytes, which takes a tenth of the time of parsing
them. The short way is taken only where counts prove that it sees every cell; any other sheet
is parsed tag by tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from xlassess.contract.layout import cell_name
from xlassess.ingest.formats.attached import attached
from xlassess.ingest.guard.limits import MOST_AREA, MOST_PARSED, MOST_REFERRED, MOST_TEXTS
from xlassess.ingest.guard.markup import attribute, local, stream, tree
from xlassess.ingest.guard.notes import SheetNotes, Tally, by_name, covered_by, near, too_much
from xlassess.ingest.guard.package import UNPARSED, Package
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

WORKBOOK = "xl/workbook.xml"
_ODD = re.compile(
    rb'<(?!/|v>|c r="(?:[A-Z]|[A-C][A-Z])\d{1,3}"|row r="\d{1,3}"|f[ >/]|is>|t[ >]|v/>)'
)
"""A tag not written in the usual way, or a cell beyond column CZ or row 999; the rectangle up
to there is within `MOST_AREA`."""
_FORMULA = re.compile(rb'<c r="([A-Z]+\d+)"[^<>]*><f(?=[\s/>])([^<>]*)>((?:TRUE|FALSE)\(\)</f>)?')
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^<>]*? ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_ERROR = re.compile(rb'<c r="([A-Z]+\d+)"[^<>]*? t="e"')
_ADDRESS = re.compile(rb'<c r="([A-Z]+\d+)"')
_TWICE = "cells of a sheet are written twice, so that programs read different things from it"
_PLAIN_WIDTH = 104
_LEAST_CELL = len('<c t="s"><v>0</v></c>')
_TRUTHS = ("TRUE()", "FALSE()")
_REF = b"ref="
_AREA_REF = re.compile(rb'\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_REFERRED = re.compile(rb' ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_TEXT_NUMBER = re.compile(rb"""=["']s["'][^<>]{0,200}>\s*<(?:\w+:)?v[^<>]{0,200}>\s*(\d{1,7})""")
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_COLUMN_BITS = 15
"""Three letters name fewer columns than that many bits; a cell is one number then."""


def scan_xlsx(package: Package) -> dict[str, SheetNotes] | Finding:
    """Measure every sheet part and return the notes of each sheet by the sheet's name.

    Raises:
        xml.etree.ElementTree.ParseError: a part is not well formed.
        defusedxml.common.DefusedXmlException: a part declares entities.
    """
    by_part: dict[str, SheetNotes] = {}
    for name, part in package.parts.items():
        texts = b"sheetData" in part or name.endswith("sharedstrings.xml")
        if texts and b"<![CDATA[" in part:
            return found("G17", problem="texts in it are written as raw character data")
        if b"sheetData" in part:
            notes = _scan_sheet(part)
            if isinstance(notes, Finding):
                return notes
            by_part[name] = notes
    if excess := too_much(by_part, _shown_texts(package, by_part)):
        return excess
    places = _sheet_parts(package)
    if any(part.startswith(UNPARSED) for _, part in places):
        return found("G07", problem="a sheet stands where drawings belong")
    sheets = by_name([(name, by_part[part]) for name, part in places if part in by_part])
    if isinstance(sheets, Finding):
        return sheets
    told = {name: part for name, part in places if name in sheets}
    return {
        name: replace(notes, attached=attached(package, told[name]))
        for name, notes in sheets.items()
    }


def _shown_texts(package: Package, sheets: Iterable[str]) -> int:
    """The size of the shared texts, each as often as cells show it; roughly where it is small."""
    texts = [len(text) for text in package.get("xl/sharedstrings.xml").split(b"</si>")]
    parts = [package.parts[name] for name in sheets]
    rough = sum(map(len, parts)) // _LEAST_CELL * max(texts)
    if rough > MOST_TEXTS:
        rough = sum(part.count(b'="s"') + part.count(b"='s'") for part in parts) * max(texts)
    if rough <= MOST_TEXTS:
        return rough
    numbers = (int(number) for part in parts for number in _TEXT_NUMBER.findall(part))
    return sum(texts[number] for number in numbers if number < len(texts))


def relations(part: bytes) -> dict[str, str]:
    """Return the targets of a relationships part by id, as part names in lower case."""
    root = tree(part)
    targets: dict[str, str] = {}
    for element in root if root is not None else ():
        target = attribute(element, "Target").lower()
        path = target[1:] if target.startswith("/") else target
        targets[attribute(element, "Id")] = path if path.startswith("xl/") else f"xl/{path}"
    return targets


def _sheet_parts(package: Package) -> list[tuple[str, str]]:
    """The name and the part of every sheet, as the workbook lists them."""
    targets = relations(package.get("xl/_rels/workbook.xml.rels"))
    root = tree(package.get(WORKBOOK))
    sheets: list[tuple[str, str]] = []
    for element in root.iter() if root is not None else ():
        if local(element.tag) == "sheet":
            part = targets.get(attribute(element, "id"), "")
            sheets.append((element.get("name", ""), part))
    return sheets


def _scan_sheet(part: bytes) -> SheetNotes | Finding:
    start, end = part.find(b"<sheetData"), part.rfind(b"</sheetData>")
    tail = part[max(end, 0) :]
    if excess := _referred(tail):
        return excess
    covered: set[str] = set()
    for match in _MERGE.finditer(tail) if b"mergeCell" in tail else ():
        covered |= covered_by(*_corners(match))
    cells = part[start:end] if 0 <= start < end else b""
    formulas = _FORMULA.findall(cells) if b"<f" in cells else []
    if not _is_plain(cells, len(formulas)):
        return _scan_by_tag(part, covered)
    addresses = _ADDRESS.findall(cells)
    if len(set(addresses)) < len(addresses):
        return found("G17", problem=_TWICE)
    spread = sum(_spread(attributes) for _, attributes, _ in formulas if _REF in attributes)
    if spread > MOST_AREA:
        return found("G10", problem=f"its formulas fill {spread:,} cells")
    names = {cell.decode() for cell, _, _ in formulas}
    truths = (
        cell.decode() for cell, attributes, truth in formulas if truth and _REF not in attributes
    )
    for _, attributes, _ in formulas:
        if _REF in attributes and b"shared" not in attributes:
            names.update(_filled(attributes))
    errors = _ERROR.findall(cells) if b't="e"' in cells else ()
    return SheetNotes(
        frozenset(names),
        frozenset(cell.decode() for cell in errors),
        frozenset(truths),
        frozenset(covered),
        area=_PLAIN_WIDTH * cells.count(b"<row "),
    )


def _is_plain(cells: bytes, formulas: int) -> bool:
    """True when the short way sees every row, cell and formula, and all lie near A1.

    ``cells`` runs from the first start tag to the last end tag of the sheet's data.
    """
    return bool(cells) and cells.count(b"<f") == formulas and _ODD.search(cells, 1) is None


def _spread(attributes: bytes) -> int:
    """How many cells a formula fills by its own account."""
    match = _AREA_REF.search(attributes)
    return _cells_between(*_corners(match)) if match else 0


def _filled(attributes: bytes) -> set[str]:
    """The cells one array formula or data table fills, bounded as any sheet."""
    match = _AREA_REF.search(attributes)
    if not match:
        return set()
    return near(*_corners(match))


def _corners(match: re.Match[bytes]) -> tuple[tuple[int, int], tuple[int, int]]:
    left, top, right, bottom = match.groups()
    return (int(top) - 1, _column(left)), (int(bottom) - 1, _column(right))


@lru_cache(maxsize=256)
def _cells_between(first: tuple[int, int], last: tuple[int, int]) -> int:
    return (last[0] - first[0] + 1) * (last[1] - first[1] + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _referred(tail: bytes) -> Finding | None:
    """Bound the areas that stand after a sheet's cells: merges, links, filters."""
    total = sum(_cells_between(*_corners(match)) for match in _REFERRED.finditer(tail))
    if total > MOST_REFERRED:
        return found("G10", problem=f"merged cells or links cover {total:,} cells")
    return None


def _scan_by_tag(part: bytes, covered: set[str]) -> SheetNotes | Finding:
    """Measure a sheet tag by tag; cells without an address follow the one before.

    Cells that are only formatted do not count: the parser passes over them.
    """
    count = len(_ANY_CELL.findall(part))
    if count > MOST_PARSED:
        return found("G10", problem=f"a sheet holds {count:,} cells")
    walk = _Walk(Tally(covered=covered))
    stream(part, walk.start, data=walk.data)
    if walk.tables > 1 or walk.cells > len(walk.seen):
        return found("G17", problem=_TWICE)
    tally = walk.tally
    tally.truths &= tally.formulas
    return tally.oversize() or tally.notes()


@dataclass(slots=True)
class _Walk:
    """The state of a pass from tag to tag: the place reached, and what was met on the way.

    ``place`` is the cell's. It may have the address of another row than it stands in; a cell
    without one behind it stands in that row all the same.
    """

    tally: Tally
    row: int = -1
    column: int = -1
    place: tuple[int, int] = (-1, -1)
    tables: int = 0
    cells: int = 0
    seen: set[int] = field(default_factory=set)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "sheetData":
            self.tables += 1
        elif name == "row":
            self.row = int(attributes.get("r") or self.row + 2) - 1
            self.column = -1
        elif name == "c":
            self._cell(attributes)
        elif name in ("v", "is"):
            self.tally.reach(*self.place)
        elif name == "f":
            match = _AREA_REF.search(f'ref="{attributes.get("ref", "")}"'.encode())
            here = self.place
            spread = match and attributes.get("t") != "shared"
            self.tally.formula_area(*(_corners(match) if match and spread else (here, here)))

    def _cell(self, attributes: dict[str, str]) -> None:
        match = _CELL.fullmatch(attributes.get("r", "").upper())
        self.column = self.column + 1 if match is None else _column(match[1].encode())
        row = self.row if match is None else int(match[2]) - 1
        self.place = row, self.column
        self.cells += 1
        self.seen.add(row << _COLUMN_BITS | self.column)
        if attributes.get("t") == "e":
            self.tally.error(*self.place)

    def data(self, text: str) -> None:
        if text in _TRUTHS and self.tally.formulas:
            self.tally.truths.add(cell_name(*self.place))
