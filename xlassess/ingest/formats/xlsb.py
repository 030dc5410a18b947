"""One pass over the records of a binary workbook, .xlsb ([MS-XLSB] 2.4).

Shows how far the sheets reach and which cells hold formulas or errors. Cells written as short
records (types 12 to 18, which Excel reads and SheetJS writes) are lost by the parser; a sheet
that has any is refused.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from xlassess.ingest.formats.xlsx import relations
from xlassess.ingest.guard.notes import Budget, SheetNotes, Tally, by_name
from xlassess.ingest.guard.package import Package
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

WORKBOOK = "xl/workbook.bin"
_ROW, _ERROR, _BUNDLE = 0, 3, 156
_CELLS = (*range(1, 12), 62)
_FORMULAS = range(8, 12)
_ERROR_FORMULA = 11
_SHORT = range(12, 19)
_FILLS = (426, 428)
"""Array formulas and data tables, which fill a rectangle."""
_MERGED = 176
_MOST_ROW = 1 << 20


def scan_xlsb(package: Package) -> dict[str, SheetNotes] | Finding:
    """Measure every sheet and return its notes by its name.

    Raises:
        struct.error: a record is cut short.
        xml.etree.ElementTree.ParseError: the relationships are not well formed.
        defusedxml.common.DefusedXmlException: the relationships declare entities.
    """
    targets = relations(package.get("xl/_rels/workbook.bin.rels"))
    sheets: list[tuple[str, SheetNotes]] = []
    budget = Budget()
    for code, body in _records(package.get(WORKBOOK), budget):
        if code != _BUNDLE:
            continue
        relation, offset = _wide_string(body, 8)
        name, _ = _wide_string(body, offset)
        part = package.get(targets.get(relation, ""))
        if not part:
            continue
        tally = _measure(part, budget)
        if tally is None:
            return found("G17", problem="sheet " + name + " is written in short records")
        if excess := tally.oversize():
            return excess
        sheets.append((name, tally.notes()))
    return by_name(sheets)


def _measure(part: bytes, budget: Budget) -> Tally | None:
    """Measure one sheet; None where it has cells the parser loses."""
    tally = Tally()
    row = 0
    for code, body in _records(part, budget):
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
        elif code in _CELLS:
            column = struct.unpack_from("<I", body)[0]
            tally.reach(row, column)
            if code in _FORMULAS:
                tally.formula_area((row, column), (row, column))
            if code in (_ERROR, _ERROR_FORMULA):
                tally.error(row, column)
    return tally


def _records(part: bytes, budget: Budget) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part; type and length are written seven bits to a byte."""
    place = 0
    while place < len(part):
        budget.spend()
        code = part[place]
        place += 1
        if code & 0x80:
            code = (code & 0x7F) | (part[place] & 0x7F) << 7
            place += 1
        length = shift = 0
        while True:
            byte = part[place]
            place += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
        if place + length > len(part):
            raise struct.error("record cut short")
        yield code, part[place : place + length]
        place += length


def _wide_string(body: bytes, offset: int) -> tuple[str, int]:
    """Return a counted UTF-16 string and where it ends."""
    length = struct.unpack_from("<I", body, offset)[0]
    end = offset + 4 + 2 * length
    return body[offset + 4 : end].decode("utf-16-le", "replace"), end
