"""One pass over the sheets of an Open XML workbook: how far they reach, which cells compute.

Only what the workbook lists as its sheets is looked at, as the parser does; copies of other
workbooks' sheets, which links to them leave behind, are none. Sheets as programs write them are
scanned as bytes, which takes a tenth of the time of parsing them. The short way is taken only
where counts prove that it sees every cell; any other sheet is parsed tag by tag.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from xlassess.contract.layout import cell_name
from xlassess.ingest.formats.attached import attached
from xlassess.ingest.formats.cells import CellFacts, facts_of
from xlassess.ingest.formats.relationships import (
    OFFICE,
    Relation,
    first_of,
    is_found_by_letter,
    related_as_xml,
    relations,
    remembered,
    root_of,
)
from xlassess.ingest.formats.styles import read_styles
from xlassess.ingest.guard.limits import MEGABYTE, MOST_AREA, MOST_PARSED, MOST_REFERRED, MOST_TEXTS
from xlassess.ingest.guard.markup import MARKUP_FAULTS, attribute, local, stream, tree
from xlassess.ingest.guard.notes import (
    Scanned,
    SheetNotes,
    Tally,
    by_name,
    covered_by,
    near,
    too_much,
)
from xlassess.ingest.guard.package import Package, UnsafePartError, packed
from xlassess.ingest.guard.remembered import RememberedParts
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

_TEXTS, _STYLES, _SHEETS = "xl/sharedstrings.xml", "xl/styles.xml", "xl/worksheets/"
_PARSERS_BOOK = "xl/workbook.xml"
_ROOT, _BOOKS = "_rels/.rels", "xl/_rels/workbook.xml.rels"
"""What says which part is the workbook, and what the workbook leads to."""
_TAGS = re.compile(
    rb'<(?:c r="((?:[A-Z]|[A-C][A-Z])\d{1,3})"[^<>]*'
    rb"(?:>\s*(<f(?=[\s/>])[^<>]*)>((?:TRUE|FALSE)\(\)</f>)?)?"
    rb'|(?!/|v(?: xml:space="preserve")?>|row r="\d{1,3}"|is>|t[ >]|v/>))'
)
"""A cell's name, the tag of the formula right behind its own, and a truth value if that is one.

Nothing is in any of these for a tag that is not written in the usual way, or a cell beyond column
CZ or row 999; the rectangle up to there is within `MOST_AREA`. It is one expression, as each takes
its time to go over the cells.
"""
_MERGE = re.compile(rb'mergeCell\b[^<>]*? ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_NAME_BEGINS = b"<:"
_ERROR = re.compile(rb'<c r="([A-Z]+\d+)"[^<>]*? t="e"')
_TWICE = "cells of a sheet are written twice, so that programs read different things from it"
_PLAIN_WIDTH = 104
_LEAST_CELL = len('<c t="s"><v>0</v></c>')
_TRUTHS = ("TRUE()", "FALSE()")
_HIDDEN = ("hidden", "veryHidden")
_REF = b"ref="
_AREA_REF = re.compile(rb'\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_REFERRED = re.compile(rb' ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_TEXT_END = re.compile(rb"</(?:[^<>/\s:]{1,60}:)?si\s*>")
"""The end of a shared text, whatever prefix its writer uses."""
_PLAIN_END = b"</si>"
_CDATA = b"<![CDATA["
_TEXT_NUMBER = re.compile(rb"""=["']s["'][^<>]{0,200}>\s*<(?:\w+:)?v[^<>]{0,200}>\s*(\d{1,7})""")
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_COLUMN_BITS = 15
"""Three letters name fewer columns than that many bits; a cell is one number then."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A sheet as the workbook lists it: its name, kind and part, and how that was written."""

    name: str
    kind: str
    part: str
    address: str
    hidden: bool = False

    @property
    def is_plain(self) -> bool:
        """True where the parser, which takes targets by the letter, comes to the same part."""
        address = self.address.lower()
        path = address[1:] if address.startswith("/xl/") else address
        path = path if path.startswith("xl/") else f"xl/{path}"
        return path == self.part and path.startswith(_SHEETS) and self.kind == "worksheet"


@dataclass(frozen=True, slots=True)
class _Book:
    """The workbook: its parts by their names, and from which year days are counted."""

    part: str
    sheets: tuple[Listed, ...]
    texts: str
    styles: str
    from_1904: bool

    @classmethod
    def of(cls, package: Package, part: str) -> _Book:
        related = relations(package, part)
        by_id = {one.id: one for one in related}
        listed, from_1904 = remembered(_stated_sheets, package.get(part))
        sheets: list[Listed] = []
        for name, id_, hidden in listed:
            to = by_id.get(id_)
            said = (to.kind, to.part, to.address) if to else ("worksheet", "", "")
            sheets.append(Listed(name, *said, hidden))
        texts, styles = (
            first_of(related, kind, usual)
            for kind, usual in (("sharedStrings", _TEXTS), ("styles", _STYLES))
        )
        return cls(part, tuple(sheets), texts, styles, from_1904)


def _stated_sheets(part: bytes) -> tuple[tuple[tuple[str, str, bool], ...], bool]:
    """Name, relationship and hiding of each sheet, and whether days begin in 1904."""
    root = tree(part)
    sheets: list[tuple[str, str, bool]] = []
    from_1904 = False
    for element in root.iter() if root is not None else ():
        tag = local(element.tag)
        if tag == "sheet":
            hidden = attribute(element, "state") in _HIDDEN
            sheets.append((element.get("name", ""), attribute(element, "id"), hidden))
        elif tag == "workbookPr":
            from_1904 = attribute(element, "date1904") in ("1", "true")
    return tuple(sheets), from_1904


def scan_xlsx(package: Package, part: str) -> Scanned | Finding:
    """Measure every sheet and return the notes of each by its name.

    Args:
        package: the file.
        part: the workbook's part.

    Raises:
        xml.etree.ElementTree.ParseError: a part is not well formed.
        defusedxml.common.DefusedXmlException: a part declares entities.
        UnsafePartError: a part cannot be read safely.
    """
    book = _Book.of(package, part)
    texts = _without_cdata(package, book.texts)
    parts: dict[str, bytes] = {}
    by_part: dict[str, SheetNotes] = {}
    for sheet in book.sheets:
        if sheet.kind != "worksheet" or sheet.part in parts or sheet.part not in package.names:
            continue
        parts[sheet.part] = _without_cdata(package, sheet.part)
        notes = _measured(parts[sheet.part])
        if isinstance(notes, Finding):
            return notes
        by_part[sheet.part] = notes
    if excess := too_much(by_part, _shown_texts(texts, list(parts.values()))):
        return excess
    styles = package.get(book.styles)
    cells = CellFacts(read_styles(styles), styles, texts, book.from_1904, package)
    sheets = by_name(list(_named(package, book, parts, by_part, cells)))
    if isinstance(sheets, Finding):
        return sheets
    return Scanned(sheets, _plain(package, book), _other_sheets(book.sheets))


def _named(
    package: Package,
    book: _Book,
    parts: Mapping[str, bytes],
    measured: Mapping[str, SheetNotes],
    cells: CellFacts,
) -> Iterator[tuple[str, SheetNotes]]:
    """Yield the name of each sheet and what is told of it."""
    told: dict[str, SheetNotes] = {}
    for sheet in book.sheets:
        if sheet.part not in measured:
            continue
        if sheet.part not in told:
            part, notes = parts[sheet.part], measured[sheet.part]
            told[sheet.part] = _with_facts(package, sheet, part, notes, cells)
        notes = told[sheet.part]
        if notes.hidden != sheet.hidden:  # listed twice
            notes = replace(notes, hidden=sheet.hidden)
        yield sheet.name, notes


def _with_facts(
    package: Package, sheet: Listed, part: bytes, notes: SheetNotes, cells: CellFacts
) -> SheetNotes:
    """Add what people see of cells and put beside them."""
    try:
        related = relations(package, sheet.part)
    except MARKUP_FAULTS:
        related = ()  # No answer stands there, so that the sheet is read without.
    beside = attached(package, related, part)
    known = _seen(related, part, notes, cells, hidden=sheet.hidden)
    some = beside.texts or beside.objects
    return replace(known, attached=beside.texts, objects=beside.objects) if some else known


def _seen(
    related: tuple[Relation, ...], part: bytes, notes: SheetNotes, cells: CellFacts, *, hidden: bool
) -> SheetNotes:
    """Add what people see of cells, headers and footers; of just these bytes it is remembered.

    What is told of them must not stand in another part: in shared texts, or with pictures in cells.
    """
    if cells.runs or notes.errors:
        return facts_of(related, part, notes, cells, hidden=hidden)
    source = part, cells.stated, cells.from_1904, related, hidden
    known = _SEEN.recall(source)
    if known is None:
        known = told = facts_of(related, part, notes, cells, hidden=hidden)
        ways = sum(len(one.address) + _NOTED for one in related)
        size = len(part) + len(cells.stated) + ways
        _SEEN.keep(source, told, lambda: size + _NOTED * _noted(told))
    return known


def _other_sheets(sheets: Sequence[Listed]) -> tuple[str, ...]:
    """Sheets without cells of their own, in words."""
    kinds = {"chartsheet": "the chart sheet", "dialogsheet": "the dialog sheet"}
    return tuple(
        f"{kinds.get(one.kind, 'the macro sheet')} “{one.name}”"
        for one in sheets
        if one.kind != "worksheet"
    )


def _without_cdata(package: Package, name: str) -> bytes:
    """A part with raw character data written as other texts are; the parser passes over it.

    Raises:
        UnsafePartError: raw character data begins and does not end.
    """
    part = package.get(name)
    if name not in package.marked or _CDATA not in part:
        return part
    first, *others = part.split(_CDATA)
    pieces = [first]
    for other in others:
        raw, end, rest = other.partition(b"]]>")
        if not end:
            raise UnsafePartError(found("G17", problem="raw character data in it does not end"))
        pieces += [escape(raw.decode("utf-8", "replace")).encode(), rest]
    package.parts[name] = b"".join(pieces)
    package.rewritten.add(name)
    return package.parts[name]


_MOST_STORED = 8 * MEGABYTE
"""Size of the parts that the parser is handed unpacked: more would take memory for little."""


def _plain(package: Package, book: _Book) -> bytes | None:
    """The workbook as the parser finds its way in it, or None where that is the file as it is.

    The parser takes names of parts by the letter, and knows no sheets that are not worksheets.
    Where it finds its way already, it is spared the unpacking.
    """
    here = [one for one in book.sheets if one.kind == "worksheet"]
    read = {book.part, book.texts, book.styles, *(one.part for one in here)}
    usual = (book.part, book.texts, book.styles) == (_PARSERS_BOOK, _TEXTS, _STYLES)
    slashed = not all(map(package.is_by_letter, read & package.names))
    by_letter = all(sheet.is_plain or not sheet.part for sheet in book.sheets)
    by_letter = by_letter and is_found_by_letter(package, book.part)
    if usual and by_letter and not slashed and not read & package.rewritten:
        read = (read | {_ROOT, _BOOKS}) & package.names
        if read & package.rewritten or sum(map(package.size, read)) > _MOST_STORED:
            return None
        return package.unpacked(read)
    listed, related = [], []
    parts: dict[str, bytes] = {}
    for number, sheet in enumerate(here, start=1):
        name = quoteattr(sheet.name)
        listed.append(f'<sheet name={name} sheetId="{number}" r:id="rId{number}"/>')
        related.append(
            f'<Relationship Id="rId{number}" Type="{OFFICE}/worksheet" '
            f'Target="worksheets/sheet{number}.xml"/>'
        )
        if sheet.part in package.names:
            parts[f"xl/worksheets/sheet{number}.xml"] = package.get(sheet.part)
    for name, part in (("xl/sharedStrings.xml", book.texts), ("xl/styles.xml", book.styles)):
        if part in package.names:
            parts[name] = package.get(part)
    parts[_PARSERS_BOOK] = (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{OFFICE}"><workbookPr date1904="'
        f'{int(book.from_1904)}"/><sheets>{"".join(listed)}</sheets></workbook>'
    ).encode()
    parts["xl/_rels/workbook.xml.rels"] = related_as_xml("".join(related))
    return packed({**parts, **root_of(_PARSERS_BOOK)})


_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def _shown_texts(shared: bytes, parts: list[bytes]) -> int:
    """The size of the shared texts, each as often as cells show it; roughly where it is small."""
    most_cells = sum(map(len, parts)) // _LEAST_CELL
    rough = most_cells * max(map(len, shared.split(_PLAIN_END)))
    if rough <= MOST_TEXTS:  # which quick way sees no end of a text too many
        return rough
    texts = [len(text) for text in _TEXT_END.split(shared)]
    rough = most_cells * max(texts)
    if rough > MOST_TEXTS:
        rough = sum(part.count(b'="s"') + part.count(b"='s'") for part in parts) * max(texts)
    if rough <= MOST_TEXTS:
        return rough
    numbers = (int(number) for part in parts for number in _TEXT_NUMBER.findall(part))
    return sum(texts[number] for number in numbers if number < len(texts))


_MEASURED: RememberedParts[SheetNotes | Finding] = RememberedParts()
_SEEN: RememberedParts[SheetNotes] = RememberedParts()
"""What was measured of sheets, and what is seen of them besides: half of the sheets of a workbook
are not there to be filled in, and come back as they were in the returns before."""
_NOTED = 150
"""Bytes that a note of one cell takes, or a relationship, roughly."""


def _measured(part: bytes) -> SheetNotes | Finding:
    """Measure a sheet, unless just these bytes were measured before."""
    known = _MEASURED.recall(part)
    if known is None:
        known = told = _scan_sheet(part)
        _MEASURED.keep(part, told, lambda: len(part) + _NOTED * _noted(told))
    return known


def _noted(told: SheetNotes | Finding) -> int:
    """How many cells notes are about."""
    if isinstance(told, Finding):
        return 0
    some: Sequence[Collection[object]] = (
        told.formulas, told.errors, told.truths, told.covered, told.struck, told.partly_struck,
        told.links, told.shown, told.masked, told.hidden_rows, told.hidden_columns, told.pale,
    )  # fmt: skip
    return sum(map(len, some))


def _scan_sheet(part: bytes) -> SheetNotes | Finding:
    start, end = part.find(b"<sheetData"), part.rfind(b"</sheetData>")
    tail = part[max(end, 0) :]
    if excess := _referred(tail):
        return excess
    covered: set[str] = set()
    for match in _MERGE.finditer(tail):
        if tail[match.start() - 1] in _NAME_BEGINS:
            covered |= _covered(match.groups())
    cells = part[start:end] if 0 <= start < end else b""
    tags: list[tuple[bytes, bytes, bytes]] = _TAGS.findall(cells, 1)
    addresses = {cell for cell, _, _ in tags}
    if not cells or b"" in addresses:
        return _scan_by_tag(part, covered)
    if len(addresses) < len(tags):
        return found("G17", problem=_TWICE)
    formulas = [one for one in tags if one[1]]
    areas = [attributes for _, attributes, _ in formulas if _REF in attributes]
    spread = sum(map(_spread, areas))
    if spread > MOST_AREA:
        return found("G10", problem=f"its formulas fill {spread:,} cells")
    names = {cell.decode() for cell, _, _ in formulas}
    truths = (
        cell.decode() for cell, attributes, truth in formulas if truth and _REF not in attributes
    )
    for attributes in areas:
        if b"shared" not in attributes:
            names.update(_filled(attributes))
    errors = _ERROR.findall(cells) if b't="e"' in cells else ()
    return SheetNotes(
        frozenset(names),
        frozenset(cell.decode() for cell in errors),
        frozenset(truths),
        frozenset(covered),
        area=_PLAIN_WIDTH * cells.count(b"<row "),
    )


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
    return _placed(match.groups())


def _placed(corners: tuple[bytes, ...]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Row and column, counted from 0, of the first and the last cell of an area."""
    left, top, right, bottom = corners
    return (int(top) - 1, _column(left)), (int(bottom) - 1, _column(right))


@lru_cache(maxsize=256)
def _covered_by_few(corners: tuple[bytes, ...]) -> frozenset[str]:
    """The cells under a merged cell; all question sheets of a toolkit have the same."""
    return frozenset(covered_by(*_placed(corners)))


def _covered(corners: tuple[bytes, ...]) -> Set[str]:
    first, last = _placed(corners)
    small = _cells_between(first, last) <= _FEW and max(map(len, corners)) < _SHORT
    return _covered_by_few(corners) if small else covered_by(first, last)


_FEW, _SHORT = 200, 9
"""Cells under a merged cell that are remembered, and the length of their letters and numbers: more
would take memory for little."""


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
