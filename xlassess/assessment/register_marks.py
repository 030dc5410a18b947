"""What python-calamine does not tell of a register: hidden rows, crossed-out and merged cells."""

from __future__ import annotations

import io
import posixpath
import re
import struct
import zipfile
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from xlassess.contract.layout import cell_place

_MOST_MERGED = 5_000
"""Cells of merged areas that are followed; a larger area is no merged name."""


class MarksError(Exception):
    """A package that is not what it says."""


@dataclass(slots=True)
class SheetMarks:
    """Marks of one sheet, rows and columns counted from 0.

    ``last`` holds the last row and the last column with a value. ``merged`` leads from each
    cell of a merged area to the one at its top left; ``faults`` are formulas without result, and
    errors.
    """

    hidden: set[int] = field(default_factory=set)
    struck: set[tuple[int, int]] = field(default_factory=set)
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    faults: dict[tuple[int, int], str] = field(default_factory=dict)
    last: tuple[int, int] = (0, 0)

    def reach(self, row: int, column: int) -> None:
        """Take note of a cell with a value."""
        self.last = max(self.last[0], row), max(self.last[1], column)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Take note of a merged area."""
        if (bottom - top + 1) * (right - left + 1) + len(self.merged) <= _MOST_MERGED:
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    self.merged[row, column] = (top, left)


class _Parser:
    """Walks through a part; `opened`, `closed` and `said` are told what is there.

    expat itself bounds what entities grow to; a document type is refused all the same, for no
    program writes one into these parts.
    """

    def parse(self, part: bytes) -> None:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, given: self.opened(_local(tag), given)
        parser.EndElementHandler = lambda tag: self.closed(_local(tag))
        parser.CharacterDataHandler = self.said
        parser.StartDoctypeDeclHandler = _refuse
        try:
            parser.Parse(part, True)
        except expat.ExpatError as error:
            raise MarksError(str(error)) from None

    def opened(self, tag: str, given: dict[str, str]) -> None:
        """An element begins."""

    def closed(self, tag: str) -> None:
        """An element ends."""

    def said(self, text: str) -> None:
        """There is text."""


def _refuse(*told: Any) -> None:
    del told
    raise MarksError("document type")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _named(given: dict[str, str]) -> dict[str, str]:
    """Attributes by their names without prefixes, which may be any."""
    return {_local(name): value for name, value in given.items()}


_CELL = re.compile(r"[A-Z]{1,3}[0-9]{1,7}")


def _at(address: str) -> tuple[int, int]:
    if not _CELL.fullmatch(address):
        raise MarksError(address)
    return cell_place(address)


_VALUES = frozenset((0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x0207, 0x027E))
"""Records of an .xls file that put a value into a cell ([MS-XLS] 2.3.1); those that only format
cells are none of them."""


def xls_reach(source: bytes) -> tuple[int, int]:
    """Return the last row and the last column of an .xls file with a value, over all sheets.

    Nought where the file cannot be looked through.
    """
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(source)) as ole:
            names = [name for name in ("Workbook", "Book") if ole.exists(name)]
            stream = ole.openstream(names[0]).read() if names else b""
    except Exception:  # olefile raises whatever its parsing runs into
        return (0, 0)
    place = row = column = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        if kind in _VALUES and length >= 6 and place + 4 + length <= len(stream):
            at = struct.unpack_from("<HH", stream, place + 4)
            # a record of several numbers ends with the last of its columns
            end = struct.unpack_from("<H", stream, place + 2 + length)[0]
            row, column = max(row, at[0]), max(column, at[1], end if kind == _SEVERAL else 0)
        place += 4 + length
    return row, column


_SEVERAL = 0x00BD


def xlsx_marks(archive: zipfile.ZipFile) -> dict[str, SheetMarks]:
    """Return the marks of every sheet of an Excel workbook, by its name.

    Raises:
        MarksError: the package is not a workbook.
    """
    book = _Book()
    book.parse(_part(archive, "xl/workbook.xml"))
    targets = _Relations()
    targets.parse(_part(archive, "xl/_rels/workbook.xml.rels"))
    styles = _Styles()
    if "xl/styles.xml" in archive.namelist():
        styles.parse(_part(archive, "xl/styles.xml"))
    marks = {}
    for name, relation in book.sheets.items():
        target = targets.found.get(relation, "")
        part = _part(archive, posixpath.normpath(posixpath.join("xl", target)).lstrip("/"))
        sheet = _Sheet(styles.struck)
        sheet.parse(part if styles.struck else _without_plain_cells(part, sheet.marks))
        marks[name] = sheet.marks
    return marks


_PLAIN = re.compile(
    rb'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="[0-9]+")?'
    rb'(?:(?: t="(?:s|n|str)")?><v>[^<&]+</v>| t="inlineStr"><is><t[^>]*>[^<]+</t></is>)</c>'
)
_UNPLACED = re.compile(rb"<c(?! r=)[\s/>]")


def _without_plain_cells(part: bytes, marks: SheetMarks) -> bytes:
    """Return a sheet without the cells that hold a text or a number and nothing to mark.

    Of thousands of rows almost every cell is one, and each costs six calls of the parser. Where a
    cell names no place, its neighbours tell it, and all stay.
    """
    if _UNPLACED.search(part):
        return part
    places = _PLAIN.findall(part)
    for column in {column for column, _ in places}:
        marks.reach(0, _at(f"{column.decode()}1")[1])
    marks.reach(max((int(row) for _, row in places), default=1) - 1, 0)
    return _PLAIN.sub(b"", part)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        return archive.read(name)
    except KeyError:
        raise MarksError(name) from None


class _Book(_Parser):
    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}

    def opened(self, tag: str, given: dict[str, str]) -> None:
        if tag == "sheet":
            self.sheets[given.get("name", "")] = _named(given).get("id", "")


class _Relations(_Parser):
    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def opened(self, tag: str, given: dict[str, str]) -> None:
        if tag == "Relationship":
            self.found[given.get("Id", "")] = given.get("Target", "")


class _Styles(_Parser):
    """Which formats of cells cross text out."""

    def __init__(self) -> None:
        self.struck: set[str] = set()
        self._fonts: list[bool] = []
        self._within = ""
        self._formats = 0

    def opened(self, tag: str, given: dict[str, str]) -> None:
        if tag in ("fonts", "cellXfs", "cellStyleXfs", "dxfs"):
            self._within = tag
        elif self._within == "fonts" and tag == "font":
            self._fonts.append(False)
        elif self._within == "fonts" and tag == "strike":
            self._fonts[-1] = given.get("val", "1") not in ("0", "false")
        elif self._within == "cellXfs" and tag == "xf":
            font = given.get("fontId", "0")
            if font.isdecimal() and int(font) < len(self._fonts) and self._fonts[int(font)]:
                self.struck.add(str(self._formats))
            self._formats += 1

    def closed(self, tag: str) -> None:
        if tag == self._within:
            self._within = ""


class _Sheet(_Parser):
    def __init__(self, struck: set[str]) -> None:
        self.marks = SheetMarks()
        self._struck = struck
        self._row = self._column = -1
        self._kind = self._formula = self._value = ""
        self._into = ""

    def opened(self, tag: str, given: dict[str, str]) -> None:
        if tag == "c":
            self._cell(given)
        elif tag in ("v", "f", "is"):
            self._into = tag
            self._formula += "=" if tag == "f" else ""
        elif tag == "row":
            # Programs may leave the numbers out; rows and cells then follow one another.
            number = given.get("r", "")
            self._row = int(number) - 1 if number.isdecimal() else self._row + 1
            self._column = -1
            if given.get("hidden", "0") in ("1", "true"):
                self.marks.hidden.add(self._row)
        elif tag == "mergeCell":
            first, _, last = given.get("ref", "").partition(":")
            self.marks.merge(*_at(first), *_at(last or first))

    def _cell(self, given: dict[str, str]) -> None:
        address = given.get("r", "")
        row, column = _at(address) if address else (self._row, self._column + 1)
        self._row, self._column = row, column
        self._kind, self._formula, self._value = given.get("t", "n"), "", ""
        if given.get("s", "") in self._struck:
            self.marks.struck.add((row, column))

    def said(self, text: str) -> None:
        if self._into == "f":
            self._formula += text
        elif self._into:
            self._value += text

    def closed(self, tag: str) -> None:
        if tag in ("v", "f", "is"):
            self._into = ""
        elif tag == "c":
            at = (self._row, self._column)
            if self._value or self._formula:
                self.marks.reach(*at)
            if self._kind == "e":
                self.marks.faults[at] = f"holds the error {self._value}"
            elif self._formula and not self._value and self._kind != "str":
                self.marks.faults[at] = f"holds a formula without a result ({self._formula[:40]})"


def ods_marks(archive: zipfile.ZipFile) -> dict[str, SheetMarks]:
    """Return the marks of every sheet of an OpenDocument spreadsheet, by its name.

    Raises:
        MarksError: the package is not a spreadsheet.
    """
    content = _Content()
    content.parse(_part(archive, "content.xml"))
    return content.marks


class _Content(_Parser):
    def __init__(self) -> None:
        self.marks: dict[str, SheetMarks] = {}
        self._struck: set[str] = set()
        self._style = ""
        self._sheet = SheetMarks()
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._filled = False

    def opened(self, tag: str, given: dict[str, str]) -> None:
        named = _named(given)
        if tag == "style":
            self._style = named.get("name", "")
        elif tag == "text-properties" and self._style:
            if (
                named.get("text-line-through-style", "none") != "none"
                or named.get("text-line-through-type", "none") != "none"
            ):
                self._struck.add(self._style)
        elif tag == "table":
            self._sheet = self.marks[named.get("name", "")] = SheetMarks()
            self._row = 0
        elif tag == "table-row":
            self._column, self._rows = 0, _number(named.get("number-rows-repeated"))
            if named.get("visibility", "visible") != "visible" and self._rows < _MOST_MERGED:
                self._sheet.hidden.update(range(self._row, self._row + self._rows))
        elif tag in ("table-cell", "covered-table-cell"):
            self._cell(named)
        elif tag == "p":
            self._filled = True

    def _cell(self, named: dict[str, str]) -> None:
        self._columns = _number(named.get("number-columns-repeated"))
        self._filled = "value-type" in named
        down = _number(named.get("number-rows-spanned"))
        across = _number(named.get("number-columns-spanned"))
        if down > 1 or across > 1:
            row, column = self._row, self._column
            self._sheet.merge(row, column, row + down - 1, column + across - 1)
        if named.get("style-name", "") in self._struck and self._columns < _MOST_MERGED:
            for row in range(self._row, self._row + min(self._rows, _MOST_MERGED)):
                for column in range(self._column, self._column + self._columns):
                    self._sheet.struck.add((row, column))

    def closed(self, tag: str) -> None:
        if tag == "style":
            self._style = ""
        elif tag in ("table-cell", "covered-table-cell"):
            if self._filled:
                self._sheet.reach(self._row + self._rows - 1, self._column + self._columns - 1)
            self._column += self._columns
        elif tag == "table-row":
            self._row += self._rows


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 1
