"""One pass over an OpenDocument spreadsheet: how far its sheets reach, which cells compute.

Repeated empty rows and columns at the end are common and cost nothing, so they do not count;
a repeated cell with content does.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field

from xlassess.contract.layout import cell_name
from xlassess.ingest.guard.limits import MOST_AREA, MOST_SHEETS
from xlassess.ingest.guard.markup import local, stream
from xlassess.ingest.guard.notes import MOST_NOTES, ExcessError, SheetNotes, Tally, near, too_much
from xlassess.ingest.guard.package import Package
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

_GAP = re.compile(rb"(</?table:[^<>]*>)\s+(?=</?table:)")
_MARKS = {
    re.compile(rb"<text:line-break\s*(?:/>|></text:line-break>)"): b"&#10;",
    re.compile(rb"<text:tab\b[^<>]*(?:/>|></text:tab>)"): b"&#9;",
}
_DRAWING = ":drawing:"
_DRAWING_TAG = re.compile(rb"<(/?)draw:[^<>]*?(/?)>")
_NOTE_LENGTH = 200
_CELLS = ("table-cell", "covered-table-cell")
_MOST_ROWS, _MOST_COLUMNS = 1 << 21, 1 << 15
"""Twice what spreadsheet programs have, empty ones at the end included."""
_USUAL = ("string", "float", "date", "time", "percentage", "currency")
_TRUTHS = ("of:=TRUE()", "of:=FALSE()")
"""How LibreOffice writes a truth value that was typed in."""


@dataclass(slots=True)
class _Scan:
    """The state of the pass: the sheet, row and column reached."""

    sheets: dict[str, Tally] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    row: int = 0
    column: int = 0
    row_times: int = 1
    cell_times: int = 1
    nested: int = 0
    doubled: bool = False
    in_cell: bool = False
    in_note: int = 0
    in_note_text: bool = False
    texts: int = 0
    filled: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "table":
            self._start_table(attributes)
        elif self.nested > 1:
            return
        elif name == "table-row":
            self.row_times = _times(attributes, "number-rows-repeated")
            self.column = 0
        elif name in _CELLS:
            self.cell_times = _times(attributes, "number-columns-repeated")
            self.in_cell = True
            if name == _CELLS[1]:
                self._covered()
            self._cell(attributes)
        elif name == "annotation" or _DRAWING in tag:
            self.in_note += 1
        elif name == "p":
            self.in_note_text = self.in_note > 0
            if self.in_cell:
                self._reach()
        elif name == "s" and self.in_cell:
            self.texts += _times(attributes, "c") * self.row_times * self.cell_times

    def end(self, tag: str) -> None:
        name = local(tag)
        if name == "table":
            self.nested -= 1
        elif self.nested > 1:
            return
        elif name == "table-row":
            self.row += self.row_times
            self._bounded(self.row, _MOST_ROWS, "rows")
        elif name in _CELLS:
            self.column += self.cell_times
            self._bounded(self.column, _MOST_COLUMNS, "columns")
            self.in_cell = False
            self.in_note = 0
        elif self.in_note and (name == "annotation" or _DRAWING in tag):
            self.in_note -= 1
        elif name == "p" and self.in_note_text:
            self._attach(" ")
            self.in_note_text = False

    def data(self, text: str) -> None:
        if self.in_note_text:
            self._attach(text)
        if self.in_cell:
            self.texts += len(text) * self.row_times * self.cell_times

    def _start_table(self, attributes: dict[str, str]) -> None:
        self.nested += 1
        if self.nested == 1:
            name = _plain(attributes).get("name", "")
            self.doubled |= name in self.sheets
            self.tally = self.sheets.setdefault(name, Tally())
            self.row = self.column = 0
            self._bounded(len(self.sheets), MOST_SHEETS, "sheets")

    def _bounded(self, count: int, most: int, what: str) -> None:
        if count > most:
            raise ExcessError(f"it has {count:,} {what}")

    def _cell(self, attributes: dict[str, str]) -> None:
        """Note one cell; value attributes or a formula make it one with content."""
        plain = _plain(attributes)
        if "value-type" not in plain and "formula" not in plain:
            return
        self._reach()
        if "number-matrix-columns-spanned" in plain:
            self._matrix(plain)
        usual = plain.get("value-type") in _USUAL and "formula" not in plain
        if usual or self.tally.area > MOST_AREA:
            return
        self.tally.spend(self.row_times * self.cell_times)
        for row in range(self.row, self.row + self.row_times):
            for column in range(self.column, self.column + self.cell_times):
                self._note(cell_name(row, column), plain)

    def _covered(self) -> None:
        last = self.row + self.row_times - 1, self.column + self.cell_times - 1
        self.tally.cover((self.row, self.column), last)

    def _reach(self) -> None:
        self.tally.reach(self.row + self.row_times - 1, self.column + self.cell_times - 1)

    def _matrix(self, plain: dict[str, str]) -> None:
        """Note every cell of an array formula; all but the first look as if typed in."""
        rows = _count(plain, "number-matrix-rows-spanned")
        columns = _count(plain, "number-matrix-columns-spanned")
        self.filled += rows * columns
        if self.filled <= MOST_AREA:
            last = self.row + rows - 1, self.column + columns - 1
            self.tally.formulas |= near((self.row, self.column), last)

    def _attach(self, text: str) -> None:
        """Keep the beginning of a note's or drawing's text; a text may come in pieces."""
        cell = cell_name(self.row, self.column) if self.in_cell else ""
        before = self.tally.attached.get(cell, "")
        if not before and not text.strip():
            return
        if len(before) < _NOTE_LENGTH and (before or len(self.tally.attached) < MOST_NOTES):
            self.tally.attached[cell] = before + text

    def _note(self, cell: str, plain: dict[str, str]) -> None:
        if plain.get("value-type") == "boolean" or plain.get("formula") in _TRUTHS:
            self.tally.truths.add(cell)
        elif "formula" in plain:
            self.tally.formulas.add(cell)
        if plain.get("value-type") == "error":
            self.tally.errors.add(cell)


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes by local name; an error type of LibreOffice's outranks the stated one."""
    plain = {local(key): value for key, value in attributes.items()}
    if any(key.endswith("}value-type") and value == "error" for key, value in attributes.items()):
        plain["value-type"] = "error"
    return plain


def _times(attributes: dict[str, str], name: str) -> int:
    return _count(_plain(attributes), name)


def _count(plain: dict[str, str], name: str) -> int:
    text = plain.get(name, "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 9 else 1


def made_plain(data: bytes, package: Package) -> bytes:
    """Return a spreadsheet as the parser takes it without loss.

    It does not get over the line breaks that some programs put between rows and cells, leaves
    out line breaks and tabs within a text, unless they stand there as characters, and takes the
    text of a drawing that is tied to a cell for the cell's.
    """
    drawn = package.get("content.xml")
    plain = _without_drawn_texts(drawn) if b"<draw:" in drawn else drawn
    content, changes = _GAP.subn(rb"\1", plain)
    changes += plain is not drawn
    for mark, char in _MARKS.items():
        content, times = mark.subn(char, content)
        changes += times
    if not changes:
        return data
    closed = io.BytesIO()
    with zipfile.ZipFile(closed, "w") as archive:
        for name in ("mimetype", "META-INF/manifest.xml"):
            archive.writestr(name, package.get(name))
        archive.writestr("content.xml", content)
    return closed.getvalue()


def _without_drawn_texts(content: bytes) -> bytes:
    """Cut out drawings that hold text; the same bytes where none does."""
    kept: list[bytes] = []
    depth = begin = end = 0
    for tag in _DRAWING_TAG.finditer(content):
        closes, alone = tag.groups()
        if not depth:
            begin = tag.start()
        if not alone:
            depth = max(0, depth - 1) if closes else depth + 1
        if not depth and content.find(b"<text:p", begin, tag.end()) >= 0:
            kept.append(content[end:begin])
            end = tag.end()
    return b"".join([*kept, content[end:]]) if kept else content


def scan_ods(package: Package) -> dict[str, SheetNotes] | Finding:
    """Measure every sheet and return its notes by its name.

    Raises:
        xml.etree.ElementTree.ParseError: a part is not well formed.
        defusedxml.common.DefusedXmlException: a part declares entities.
    """
    scan = _Scan()
    stream(package.get("content.xml"), scan.start, scan.end, scan.data)
    for tally in scan.sheets.values():
        if excess := tally.oversize():
            return excess
    if scan.filled > MOST_AREA:
        return found("G10", problem=f"its formulas fill {scan.filled:,} cells")
    if scan.doubled:
        return found("G07", problem="two sheets bear the same name")
    sheets = {name: tally.notes() for name, tally in scan.sheets.items()}
    return too_much(sheets, scan.texts) or sheets
