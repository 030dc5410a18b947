"""One pass over the records of a binary workbook, .xlsb ([MS-XLSB] 2.4).

Shows how far the sheets reach, which cells hold formulas or errors, and what is crossed out or
put beside the cells. Cells written as short records (types 12 to 18, which Excel reads and
SheetJS writes) are lost by the parser; a sheet that has any is refused.
"""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from xlassess.contract.layout import cell_name
from xlassess.ingest.formats.attached import attached
from xlassess.ingest.formats.binary import records, stated_colour, unpacked, wide_string
from xlassess.ingest.formats.display import displayed, masked
from xlassess.ingest.formats.margins import of_record
from xlassess.ingest.formats.relationships import (
    OFFICE,
    Relation,
    first_of,
    is_found_by_letter,
    related_as_xml,
    relations,
    root_of,
)
from xlassess.ingest.formats.runs import Runs, faded, in_pieces, settled
from xlassess.ingest.formats.styles import CellStyles, StyleRecord
from xlassess.ingest.formats.visibility import lines
from xlassess.ingest.formats.xlsb.xlsb_conditions import DIFFERING, SheetConditions, look_of_record
from xlassess.ingest.guard.colours import (
    LETTERS,
    PAPER,
    TWIPS,
    Colour,
    of_size,
)
from xlassess.ingest.guard.notes import (
    MOST_NOTES,
    Budget,
    Look,
    Scanned,
    SheetNotes,
    Tally,
    by_name,
)
from xlassess.ingest.guard.package import Package, packed
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

_BOOK, _TEXTS, _STYLES = "xl/workbook.bin", "xl/sharedstrings.bin", "xl/styles.bin"
_ROW, _ERROR, _BUNDLE, _BOOK_PROPERTIES = 0, 3, 156, 153
_CELLS = (*range(1, 12), 62)
_FORMULAS = range(8, 12)
_ERROR_FORMULA = 11
_SHORT = range(12, 19)
_FILLS = (426, 428)
"""Array formulas and data tables, which fill a rectangle."""
_MERGED, _MARGINS = 176, 479
_MOST_ROW = 1 << 20
_RK, _REAL, _SHARED_TEXT, _BLANK = 2, 5, 7, 1
_TEXT_CELLS = (6, 7, 62)
_FONT, _FORMAT, _FILL, _BORDER, _XF, _XFS_BEGIN, _XFS_END = 43, 44, 45, 46, 47, 617, 618
_COLUMNS = 60
_ROW_HIDDEN = 0x10
"""In the third byte of flags of a row ([MS-XLSB] 2.4.727)."""
_TEXT_ITEM, _LINK = 19, 494
_STRIKE, _RICH = 0x08, 0x01
_DIAGONAL = 41
"""Where the line of a border's diagonals is said, behind those of its four sides."""
_NO_SHEET = bytes.fromhex("810100940110" + 16 * "00" + "910100920100820100")
"""A sheet without cells, for one that is no worksheet (BrtBeginSheet to BrtEndSheet)."""


@dataclass(slots=True)
class _Shared:
    """What all sheets share: styles, texts in pieces, and from when days are counted."""

    styles: CellStyles = field(default_factory=CellStyles)
    runs: dict[int, Runs] = field(default_factory=dict)
    from_1904: bool = False


def scan_xlsb(package: Package, part: str) -> Scanned | Finding:
    """Measure every sheet and return its notes by its name.

    Args:
        package: the file.
        part: the workbook's part.

    Raises:
        struct.error: a record is cut short.
        xml.etree.ElementTree.ParseError: the relationships are not well formed.
        defusedxml.common.DefusedXmlException: the relationships declare entities.
        UnsafePartError: a part cannot be read safely.
    """
    related = relations(package, part)
    by_id = {one.id: one for one in related}
    budget = Budget()
    shared = _shared(package, related, budget)
    sheets: list[tuple[str, SheetNotes]] = []
    others: list[str] = []
    for code, body in records(package.get(part), budget):
        if code == _BOOK_PROPERTIES:
            shared.from_1904 = bool(body[:1] and body[0] & 1)
        if code != _BUNDLE:
            continue
        relation, offset = wide_string(body, 8)
        name, _ = wide_string(body, offset)
        to = by_id.get(relation)
        if to and to.kind != "worksheet":
            others.append(_other(to, name))
        elif to and (sheet := package.get(to.part)):
            tally = _measure(sheet, budget, shared)
            if tally is None:
                return found("G17", problem="sheet " + name + " is written in short records")
            if excess := tally.oversize():
                return excess
            tally.hidden = bool(struct.unpack_from("<I", body)[0])
            sheets.append((name, _with_beside(package, to.part, tally)))
    named = by_name(sheets)
    if isinstance(named, Finding):
        return named
    return Scanned(named, _plain(package, part, related), tuple(others))


def _other(relation: Relation, name: str) -> str:
    kinds = {"chartsheet": "the chart sheet", "dialogsheet": "the dialog sheet"}
    return f"{kinds.get(relation.kind, 'the macro sheet')} “{name}”"


def _with_beside(package: Package, part: str, tally: Tally) -> SheetNotes:
    """The notes of a sheet with what stands beside its cells, and the addresses of links."""
    related = relations(package, part)
    beside = attached(package, related)
    addresses = {one.id: one.address for one in related if one.external}
    links = {cell: addresses[id_] for cell, id_ in tally.links.items() if id_ in addresses}
    return replace(tally.notes(), attached=beside.texts, objects=beside.objects, links=links)


def _shared(package: Package, related: Sequence[Relation], budget: Budget) -> _Shared:
    """Read the styles, and the texts if anything in them may be crossed out."""
    own: dict[int, str] = {}
    fonts: list[bool] = []
    letters: dict[int, Colour] = {}
    fills: list[Colour] = []
    lines: list[bool] = []
    formats: list[StyleRecord] = []
    differing: list[Look] = []
    of_cells = False
    for code, body in records(package.get(first_of(related, "styles", _STYLES)), budget):
        if code in (_XFS_BEGIN, _XFS_END):
            of_cells = code == _XFS_BEGIN
        elif code == _FORMAT:
            own[struct.unpack_from("<H", body)[0]] = wide_string(body, 2)[0]
        elif code == _FONT:
            height = int(struct.unpack_from("<H", body)[0])
            letters[len(fonts)] = of_size(height / TWIPS, stated_colour(body[12:20], LETTERS))
            fonts.append(bool(struct.unpack_from("<H", body, 2)[0] & _STRIKE))
        elif code == _FILL:
            fills.append(_behind(body))
        elif code == _BORDER:
            lines.append(_is_lined(body))
        elif code == DIFFERING:
            differing.append(look_of_record(body, own))
        elif code == _XF and of_cells:
            format_, font, fill, border = struct.unpack_from("<HHHH", body, 2)
            behind = fills[fill] if fill < len(fills) else PAPER
            lined = border < len(lines) and lines[border]
            formats.append(StyleRecord(font, format_, behind, lined))
    struck = frozenset(number for number, crossed in enumerate(fonts) if crossed)
    shared = _Shared(CellStyles.of(formats, struck, own, letters, differing))
    if struck or shared.styles.fading:
        texts = first_of(related, "sharedstrings", _TEXTS)
        shared.runs = _pieces(package, texts, shared.styles, budget)
    return shared


def _is_lined(body: bytes) -> bool:
    """True for a border with a line from corner to corner ([MS-XLSB] 2.4.312)."""
    return len(body) > _DIAGONAL and bool(body[0] & 3 and body[_DIAGONAL])


def _behind(body: bytes) -> Colour:
    """The colour of a cell by its fill ([MS-XLSB] 2.4.661); of patterns none is told."""
    (pattern,) = struct.unpack_from("<I", body)
    return {0: PAPER, 1: stated_colour(body[4:12], Colour())}.get(pattern, Colour())


def _pieces(package: Package, part: str, styles: CellStyles, budget: Budget) -> dict[int, Runs]:
    """The shared texts of several fonts, in pieces of one font each ([MS-XLSB] 2.5.122)."""
    items = (body for code, body in records(package.get(part), budget) if code == _TEXT_ITEM)
    return {
        number: _in_pieces(body, styles) for number, body in enumerate(items) if body[0] & _RICH
    }


def _in_pieces(body: bytes, styles: CellStyles) -> Runs:
    text, place = wide_string(body, 1)
    count = struct.unpack_from("<I", body, place)[0]
    raw = body[place + 4 : place + 4 + 4 * count]
    marks = list(struct.iter_unpack("<HH", raw[: len(raw) & ~3]))
    return in_pieces(text.encode("utf-16-le"), marks, styles)


def _plain(package: Package, part: str, related: Sequence[Relation]) -> bytes | None:
    """The workbook as the parser finds its way in it, or None where it does so already."""
    by_letter = is_found_by_letter(package, part)
    if part == _BOOK and by_letter and all(_is_plain(package, one) for one in related):
        return None
    parts: dict[str, bytes] = {"xl/workbook.bin": package.get(part)}
    told: list[str] = []
    kinds = {"sharedstrings": "sharedStrings.bin", "styles": "styles.bin"}
    for number, one in enumerate(related):
        if one.external or one.part not in package.names:
            continue
        target = kinds.get(one.kind, "")
        if one.kind.endswith("sheet"):
            target = f"worksheets/sheet{number}.bin"
        if target:
            kept = one.kind in kinds or one.kind == "worksheet"
            parts[f"xl/{target}"] = package.get(one.part) if kept else _NO_SHEET
            kind = "worksheet" if one.kind.endswith("sheet") else target.partition(".")[0]
            told.append(f'<Relationship Id="{one.id}" Type="{OFFICE}/{kind}" Target="{target}"/>')
    parts["xl/_rels/workbook.bin.rels"] = related_as_xml("".join(told))
    return packed({**parts, **root_of("xl/workbook.bin")})


def _is_plain(package: Package, one: Relation) -> bool:
    """True where the parser, which takes targets by the letter, comes to the same part."""
    if one.kind not in ("worksheet", "styles", "sharedstrings"):
        return not one.kind.endswith("sheet")
    if one.part not in package.names:
        return True
    slashed = not package.is_by_letter(one.part)
    address = one.address.lower()
    usual = {"styles": _STYLES, "sharedstrings": _TEXTS}.get(one.kind, one.part)
    by_letter = posixpath.join("xl", address) if not address.startswith("/") else address[1:]
    in_folder = one.kind != "worksheet" or one.part.startswith("xl/worksheets/")
    return not slashed and by_letter == one.part == usual and in_folder


def _measure(part: bytes, budget: Budget, shared: _Shared) -> Tally | None:
    """Measure one sheet; None where it has cells the parser loses."""
    tally = Tally()
    conditions = SheetConditions(shared.styles)
    row = 0
    for code, body in records(part, budget):
        _take_hidden(tally, code, body)
        conditions.take(code, body)
        if code == _ROW:
            row = min(struct.unpack_from("<I", body)[0], _MOST_ROW)
        elif code in _SHORT:
            return None
        elif code in _FILLS:
            first, last, left, right = struct.unpack_from("<IIII", body)
            tally.formula_area((first, left), (last, right))
        elif code == _MERGED:
            top, bottom, left, right = struct.unpack_from("<IIII", body)
            tally.merged((top, left), (bottom, right))
        elif code == _LINK and len(tally.links) < MOST_NOTES:
            top, _, left, _ = struct.unpack_from("<IIII", body)
            relation, _ = wide_string(body, 16)
            tally.links.setdefault(cell_name(min(top, _MOST_ROW), min(left, 1 << 14)), relation)
        elif code == _MARGINS:
            tally.margins += of_record(body)
        elif code in _CELLS:
            _take_cell(tally, code, body, row, shared)
            if code != _BLANK:
                conditions.cell(row, body)
    conditions.settle(tally)
    return tally


def _take_hidden(tally: Tally, code: int, body: bytes) -> None:
    """Note rows and columns that nobody sees."""
    if code == _ROW and len(body) > 11 and body[11] & _ROW_HIDDEN:
        (row,) = struct.unpack_from("<I", body)
        tally.hidden_rows.update(lines(row, row))
    elif code == _COLUMNS and len(body) > 16 and body[16] & 1:
        tally.hidden_columns.update(lines(*struct.unpack_from("<II", body)))


def _take_cell(tally: Tally, code: int, body: bytes, row: int, shared: _Shared) -> None:
    column = struct.unpack_from("<I", body)[0]
    tally.reach(row, column)
    if code in _FORMULAS:
        tally.formula_area((row, column), (row, column))
    if code in (_ERROR, _ERROR_FORMULA):
        tally.error(row, column)
    if code != _BLANK:
        _take_looks(tally, code, body, (row, column), shared)


def _take_looks(
    tally: Tally, code: int, body: bytes, place: tuple[int, int], shared: _Shared
) -> None:
    """Note a cell that is crossed out, in whole or in part, or how its number is displayed."""
    styles = shared.styles
    format_ = struct.unpack_from("<I", body, 4)[0] & 0xFFFFFF
    struck = format_ in styles.struck
    if format_ in styles.pale:
        tally.pale.add(cell_name(*place))
    if not struck and format_ not in styles.codes and not shared.runs:
        return
    cell = cell_name(*place)
    if code in (_RK, _REAL) and format_ in styles.codes:
        real = code == _REAL
        number = struct.unpack_from("<d", body, 8)[0] if real else unpacked_number(body)
        if shown := displayed(number, styles.codes[format_], from_1904=shared.from_1904):
            tally.shown[cell] = shown
        tally.mask(cell, masked(styles.codes[format_], number))
    elif code in _TEXT_CELLS and format_ in styles.codes:
        tally.mask(cell, masked(styles.codes[format_]))
    runs = shared.runs.get(struct.unpack_from("<I", body, 8)[0]) if code == _SHARED_TEXT else None
    if runs and format_ not in styles.lined:
        tally.pale.discard(cell)
        tally.fade(cell, faded(runs, *styles.colours_of(format_)))
        tally.cross_out(cell, settled(runs, struck))
    else:
        tally.cross_out(cell, struck)


def unpacked_number(body: bytes) -> float:
    """Return the number of a cell that packs it as .xls does ([MS-XLSB] 2.5.123)."""
    return unpacked(int(struct.unpack_from("<I", body, 8)[0]))
