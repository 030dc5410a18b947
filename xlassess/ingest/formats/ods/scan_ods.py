"""One pass over an OpenDocument spreadsheet: what its sheets hold, and the same written plainly.

The parser knows tags by the letter of their usual prefixes, loses raw character data, line
breaks and cells without a value type, and takes the text of a drawing for that of its cell. So
it is given the cells as this pass understood them, written anew, and nothing else: what was
measured is what is read.

Repeated empty rows and columns at the end are common and cost nothing, so they do not count;
a repeated cell with content does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from xml.sax.saxutils import escape, quoteattr

from xlassess.contract.layout import cell_name
from xlassess.ingest.formats.attached import is_named_text_box
from xlassess.ingest.formats.margins import of_pages
from xlassess.ingest.formats.ods.ods_conditions import TableConditions
from xlassess.ingest.formats.ods.ods_styles import CellLook, Crossing, TableStyles, styles_of
from xlassess.ingest.formats.runs import Piece, Runs, faded, settled
from xlassess.ingest.formats.visibility import lines
from xlassess.ingest.guard.colours import LETTERS, PAPER, Colour
from xlassess.ingest.guard.limits import MEGABYTE, MOST_AREA, MOST_SHEETS, MOST_TEXTS
from xlassess.ingest.guard.markup import local, stream
from xlassess.ingest.guard.notes import (
    CHART,
    CONTROL,
    MOST_NOTES,
    Area,
    CrossedOut,
    ExcessError,
    PlacedObject,
    Scanned,
    Tally,
    near,
    rectangle,
    too_much,
)
from xlassess.ingest.guard.package import Package, UnsafePartError, packed
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

_CELLS = ("table-cell", "covered-table-cell")
_MOST_ROWS, _MOST_COLUMNS = 1 << 21, 1 << 15
"""Twice what spreadsheet programs have, empty ones at the end included."""
_USUAL = ("string", "float", "date", "time", "percentage", "currency")
_VALUES = {
    "float": "value",
    "percentage": "value",
    "currency": "value",
    "date": "date-value",
    "time": "time-value",
    "boolean": "boolean-value",
}
"""The attribute that holds the value of each type (OpenDocument 1.3, part 3, 19.387)."""
_TRUTHS = ("of:=TRUE()", "of:=FALSE()")
"""How LibreOffice writes a truth value that was typed in."""
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_HEAD = (
    f'<office:document-content xmlns:office="{_OFFICE}" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    "<office:body><office:spreadsheet>"
)
_TAIL = "</office:spreadsheet></office:body></office:document-content>"
_MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    "</manifest:manifest>"
)
_USUAL_LOOK = CellLook(struck=False, letters=LETTERS, behind=PAPER, pale=False)
_APPLIED = re.compile(rb"""apply-style-name=["']([^"'<>]{1,200})["']""")
"""What says that cells look otherwise under a condition."""
_MOST_GONE_THROUGH_AGAIN = 4 * MEGABYTE
_MOST_SHOWN = 64
"""A repeated number is told as displayed for so many of its cells; nobody repeats answers."""
_CHART_BODY = re.compile(rb"<(?:[\w.-]{1,40}:)?body(?:\s[^<>]*)?>\s*<(?:[\w.-]{1,40}:)?chart[\s/>]")
"""How the content of a chart begins; other embedded documents name its namespace as well."""
_CONTROLS = (
    "button",
    "checkbox",
    "combobox",
    "file",
    "fixed-text",
    "formatted-text",
    "listbox",
    "number",
    "password",
    "radio",
    "text",
    "textarea",
    "date",
    "time",
)
_OF_ANOTHER_FILE = re.compile(r"'[a-z][a-z0-9+.-]{1,15}:.{1,4000}'#", re.I | re.S)
"""How LibreOffice names the copies of another file's cells that it keeps for formulas.

Nobody sees them; in other formats they stand in parts of their own.
"""


@lru_cache(maxsize=1024)
def _kind(tag: str) -> tuple[str, str]:
    """The namespace of a tag in one word, and its name in it."""
    space = tag[1:].partition("}")[0].split(":")
    return (space[-2] if len(space) > 1 else ""), local(tag)


@dataclass(slots=True)
class _CellText:
    """The text of one cell as it is gathered: its pieces with their looks, and its paragraphs."""

    said: list[tuple[str, tuple[bool, Colour]]] = field(default_factory=list)
    paragraphs: int = 0

    def begin(self) -> None:
        if self.paragraphs:
            self.said.append(("\n", (False, LETTERS)))
        self.paragraphs += 1

    @property
    def text(self) -> str:
        return "".join([text for text, _ in self.said])

    @property
    def pieces(self) -> Runs:
        return [Piece(text, *look) for text, look in self.said]


@dataclass(slots=True)
class _Frame:
    """A drawing as it is gone through: what it holds, and what it is called."""

    holds: str = ""
    link: str = ""
    called: list[str] = field(default_factory=list)
    in_title: bool = False
    has_text: bool = False


@dataclass(slots=True)
class _Scan:
    """The state of the pass: the sheet, row and column reached, and what is written of them."""

    package: Package
    crossing: Crossing
    margins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: TableStyles = field(default_factory=TableStyles)
    sheets: dict[str, Tally] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    written: list[str] = field(default_factory=lambda: [_HEAD])
    row: int = 0
    column: int = 0
    columns: int = 0
    row_times: int = 1
    cell_times: int = 1
    nested: int = 0
    conditional: bool = False
    copied: bool = False
    doubled: bool = False
    in_cell: bool = False
    in_note: int = 0
    in_paragraph: bool = False
    cell: _CellText = field(default_factory=_CellText)
    plain: dict[str, str] = field(default_factory=dict)
    spans: list[tuple[bool, Colour]] = field(default_factory=lambda: [(False, LETTERS)])
    spanned: bool = False
    style: str = ""
    look: CellLook = _USUAL_LOOK
    conditions: TableConditions | None = None
    frames: list[_Frame] = field(default_factory=list)
    texts: int = 0
    filled: int = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        space, name = _kind(tag)
        if space == "style" or not self.nested:
            self.crossing.start(name, attributes)
            if not self.nested:
                self.tables.start(name, attributes)
        if space == "table" and name == "table":
            self._start_table(attributes)
        elif self.nested > 1 or not self.nested:
            return
        elif space == "table":
            self._start_of_table(name, attributes)
        elif space == "form" and name in _CONTROLS:
            self._control(attributes)
        elif space == "drawing" or name == "annotation":
            self._start_drawing(name, attributes)
        elif space == "text" and not self.frames:
            self._start_text(name, attributes)
        else:
            self._start_other(space, name, attributes)

    def _start_other(self, space: str, name: str, attributes: dict[str, str]) -> None:
        if self.frames and name in ("title", "desc"):
            self.frames[-1].in_title = True
        elif space == "text":
            self._start_text(name, attributes)
        elif space == "calcext" and self.conditions is not None:
            self.conditions.start(name, attributes)

    def _start_of_table(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table-row":
            self.row_times = _times(attributes, "number-rows-repeated")
            self.column = 0
            self.crossing.row(attributes)
            if _is_hidden(attributes):
                self.tally.hidden_rows.update(lines(self.row, self.row + self.row_times - 1))
            self.written.append(f'<table:table-row table:number-rows-repeated="{self.row_times}">')
        elif name == "table-column":
            times = _times(attributes, "number-columns-repeated")
            self.crossing.column(attributes, times)
            if _is_hidden(attributes):
                self.tally.hidden_columns.update(lines(self.columns, self.columns + times - 1))
            self.columns += times
        elif name in _CELLS:
            self.plain = _plain(attributes)
            self.cell_times = _count(self.plain, "number-columns-repeated")
            self.in_cell, self.cell, self.spanned = True, _CellText(), False
            if name == _CELLS[1]:
                self._covered()
            self._cell()

    def _control(self, attributes: dict[str, str]) -> None:
        """Note a button, a box to tick or a field, with what stands beside or in it."""
        plain = _plain(attributes)
        said = (plain.get(name, "") for name in ("label", "current-value", "value"))
        ticked = "ticked" if plain.get("current-state") == "checked" else ""
        words = ", ".join(filter(None, (*dict.fromkeys(said), ticked)))
        self.tally.place(PlacedObject(CONTROL, words))

    def _start_drawing(self, name: str, attributes: dict[str, str]) -> None:
        self.in_note += 1
        plain = _plain(attributes)
        if name in ("object", "object-ole", "image", "plugin", "applet", "floating-frame"):
            frame = self.frames[-1] if self.frames else _Frame()
            # the picture beside an object only stands in for it
            if not frame.holds.startswith("object"):
                frame.holds, frame.link = name, plain.get("href", "")
        elif name not in ("annotation", "g"):
            self.frames.append(_Frame(called=[plain["name"]] if plain.get("name") else []))

    def _start_text(self, name: str, attributes: dict[str, str]) -> None:
        if name in ("p", "h"):
            self.in_paragraph = True
            if self.in_cell and not self.in_note:
                self._reach()
                self.cell.begin()
                self.style = self.crossing.style_of(self.plain, self.column)
                self.look = self.crossing.cell(self.style)
                self.spans = [(self.look.struck, self.look.letters)]
        elif not self.in_paragraph:
            return
        elif name == "span":
            self.spanned = True
            self.spans.append(self.crossing.span(attributes, self.spans[-1]))
        elif name == "a":
            self._link(_plain(attributes).get("href", ""))
        elif name == "s":
            times = _times(attributes, "c")
            self._count_text(times)
            self._say(" " * times)
        elif name in ("tab", "line-break"):
            self._say("\t" if name == "tab" else "\n")

    def end(self, tag: str) -> None:
        space, name = _kind(tag)
        if space == "table" and name == "table":
            self._end_table()
        elif not self.nested:
            if self.crossing.number:
                self.crossing.end(name)
        elif self.nested != 1:
            return
        elif space == "table":
            self._end_of_table(name)
        elif space == "drawing" or name == "annotation":
            self.in_note = max(0, self.in_note - 1)
            self._end_drawing(name)
        elif self.frames and name in ("title", "desc"):
            self.frames[-1].in_title = False
        elif space == "text":
            self._end_text(name)

    def _end_table(self) -> None:
        if self.nested == 1:
            self.written.append("</table:table>")
            if self.conditions is not None:
                self.conditions.settle(self.tally)
        self.nested -= 1
        if self.nested == 1 and self.copied:
            self.nested, self.copied = 0, False

    def _end_of_table(self, name: str) -> None:
        if name == "table-row":
            self.row += self.row_times
            self._bounded(self.row, _MOST_ROWS, "rows")
            self.written.append("</table:table-row>")
        elif name in _CELLS:
            self._end_cell()

    def _end_text(self, name: str) -> None:
        if name in ("p", "h"):
            self.in_paragraph = False
            if self.in_note:
                self._attach(" ")
        elif name == "span" and len(self.spans) > 1:
            self.spans.pop()

    def data(self, text: str) -> None:
        self._count_text(len(text))
        if self.frames and self.frames[-1].in_title:
            self.frames[-1].called.append(text.strip())
        elif self.in_paragraph:
            self._say(text)
        elif not self.nested:
            self.crossing.data(text)

    def _count_text(self, length: int) -> None:
        """Count text as often as it is shown, before it is kept: spaces come by their number."""
        self.texts += length * self.row_times * self.cell_times if self.in_cell else length
        if self.texts > MOST_TEXTS:
            raise ExcessError(f"its texts together have some {self.texts:,} characters")

    def _say(self, text: str) -> None:
        """Take a piece of a paragraph: of the cell, or of what is put over it."""
        if self.in_note:
            if self.frames and text.strip():
                self.frames[-1].has_text = True
            self._attach(text)
        elif self.in_cell:
            self.cell.said.append((text, self.spans[-1]))

    def _start_table(self, attributes: dict[str, str]) -> None:
        self.nested += 1
        plain = _plain(attributes)
        if self.nested == 1 and _OF_ANOTHER_FILE.match(plain.get("name", "")):
            self.nested, self.copied = 2, True
        if self.nested == 1:
            name, style = plain.get("name", ""), plain.get("style-name", "")
            self.doubled |= name in self.sheets
            self.tally = self.sheets.setdefault(name, Tally())
            self.tally.hidden = style in self.tables.hidden
            page = self.tables.pages.get(style, "") or "Default"
            self.tally.margins = list(self.margins.get(page, ()))
            self.row = self.column = self.columns = 0
            self.crossing.table()
            if self.conditional:
                self.conditions = TableConditions(self.crossing)
            self.written.append(f"<table:table table:name={quoteattr(name)}>")
            self._bounded(len(self.sheets), MOST_SHEETS, "sheets")

    def _bounded(self, count: int, most: int, what: str) -> None:
        if count > most:
            raise ExcessError(f"it has {count:,} {what}")

    def _cell(self) -> None:
        """Note one cell; value attributes or a formula make it one with content."""
        plain = self.plain
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

    def _end_cell(self) -> None:
        self._bounded(self.column + self.cell_times, _MOST_COLUMNS, "columns")
        text = self.cell.text
        self.written.append(self._as_written(text))
        if text or self.cell.paragraphs:
            self._take_looks(text)
        self.column += self.cell_times
        self.in_cell, self.in_paragraph, self.in_note = False, False, 0
        self.frames.clear()

    def _as_written(self, text: str) -> str:
        """The cell as the parser takes it without loss."""
        plain = self.plain
        type_ = plain.get("office-type") or plain.get("value-type", "")
        value = plain.get(_VALUES.get(type_, ""))
        said = f' table:number-columns-repeated="{self.cell_times}"'
        if value is not None:
            said += f' office:value-type="{type_}" office:{_VALUES[type_]}={quoteattr(value)}'
        elif text or type_ == "string":
            text = plain.get("string-value", text) if type_ == "string" else text
            said += ' office:value-type="string"'
        else:
            return f"<table:table-cell{said}/>"
        body = "" if value is not None else f"<text:p>{escape(text, _MARKS)}</text:p>"
        return f"<table:table-cell{said}>{body}</table:table-cell>"

    def _take_looks(self, text: str) -> None:
        """Note what a person sees of a cell: crossed-out words, a number as it is displayed."""
        look = self.look
        crossed: CrossedOut | bool = look.struck and bool(text.strip())
        unseen: str | bool = look.pale
        if self.spanned:
            crossed = settled(self.cell.pieces, look.struck)
            unseen = faded(self.cell.pieces, look.letters, look.behind)
        type_, value = self.plain.get("value-type", ""), self.plain.get("value")
        number = type_ in _VALUES and type_ != "boolean" and "formula" not in self.plain
        shown = text if number and text != value else ""
        mask = self._mask(text)
        if self.conditions is not None:
            self.conditions.cell(self.style, self._here())
        if not shown and crossed is False and mask is None and unseen is False:
            return
        top, left, bottom, right = self._here()
        for cell in rectangle((top, left), (bottom, right)):
            if shown:
                self.tally.shown[cell] = shown
            self.tally.mask(cell, mask)
            self.tally.fade(cell, unseen)
            self.tally.cross_out(cell, crossed)

    def _here(self) -> Area:
        """The cells that are written at once, as far as each of them is told."""
        last = self.row + min(self.row_times, _MOST_SHOWN) - 1
        return self.row, self.column, last, self.column + min(self.cell_times, _MOST_SHOWN) - 1

    def _mask(self, text: str) -> str | None:
        """What the cell shows of a text or number that its format replaces by words."""
        type_, said = self.plain.get("value-type", ""), self.plain.get("string-value")
        if "formula" in self.plain:
            return None
        if type_ == "string" and said is not None:
            return None if said.split() == text.split() else text
        if type_ in _NUMBERS and not any(char.isdigit() for char in text):
            return text
        return None

    def _link(self, address: str) -> None:
        """Keep the address behind words, unless it leads to a place in the same file."""
        outside = address and not address.startswith("#")
        if outside and self.in_cell and not self.in_note and len(self.tally.links) < MOST_NOTES:
            self.tally.links.setdefault(cell_name(self.row, self.column), address)

    def _end_drawing(self, name: str) -> None:
        """Note a drawing that ends here, if it is something else than a text or a chart."""
        inner = ("object", "object-ole", "image", "plugin", "applet", "floating-frame", "g")
        if name in inner or name == "annotation" or not self.frames:
            return
        frame = self.frames.pop()
        what = self._what(frame, name)
        if what:
            cell = cell_name(self.row, self.column) if self.in_cell else ""
            called = ", ".join(dict.fromkeys(filter(None, frame.called)))
            self.tally.place(PlacedObject(what, called, cell))

    def _what(self, frame: _Frame, name: str) -> str:
        if frame.holds == "image":
            return "a picture"
        if frame.holds == "object":
            return CHART if self._is_chart(frame.link) else "an embedded document"
        if frame.holds:
            return "an embedded file"
        if any(map(is_named_text_box, frame.called)):
            return ""
        drawn = name not in ("frame", "text-box", "control", "glue-point", "equation", "param")
        return "a drawing without text" if drawn and not frame.has_text and name in _SHAPES else ""

    def _is_chart(self, link: str) -> bool:
        part = link.removeprefix("./").rstrip("/") + "/content.xml"
        try:
            return _CHART_BODY.search(self.package.get(part)) is not None
        except UnsafePartError:
            return False

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
        if text.strip() or self.tally.attached.get(cell):
            self.tally.attach(cell, text, between="")

    def _note(self, cell: str, plain: dict[str, str]) -> None:
        if plain.get("value-type") == "boolean" or plain.get("formula") in _TRUTHS:
            self.tally.truths.add(cell)
        elif "formula" in plain:
            self.tally.formulas.add(cell)
        if plain.get("value-type") == "error":
            self.tally.errors.add(cell)


_NUMBERS = ("float", "percentage", "currency")
_SHAPES = ("line", "polyline", "polygon", "path", "rect", "circle", "ellipse", "custom-shape")
_MARKS = {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"}
"""Characters that stand for themselves only if they are written by their number."""


def _plain(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes by local name; an error type of LibreOffice's outranks the stated one.

    The stated type is kept beside it.
    """
    plain: dict[str, str] = {}
    for key, value in attributes.items():
        plain[local(key)] = value
    if "value-type" in plain:
        for key, value in attributes.items():
            if key.endswith("}value-type"):
                if key.startswith(f"{{{_OFFICE}}}"):
                    plain["office-type"] = value
                if value == "error":
                    plain["value-type"] = "error"
        if plain["value-type"] != "error":
            plain["value-type"] = plain.get("office-type", plain["value-type"])
    return plain


def _is_hidden(attributes: dict[str, str]) -> bool:
    """True for rows or columns that are hidden, by hand, by a filter or as a group."""
    return any(
        local(key) == "visibility" and said in ("collapse", "filter")
        for key, said in attributes.items()
    )


def _times(attributes: dict[str, str], name: str) -> int:
    end = f"}}{name}"
    return next(
        (_count({name: said}, name) for key, said in attributes.items() if key.endswith(end)), 1
    )


def _count(plain: dict[str, str], name: str) -> int:
    text = plain.get(name, "1")
    return max(1, int(text)) if text.isdecimal() and len(text) < 9 else 1


def scan_ods(package: Package) -> Scanned | Finding:
    """Measure every sheet and return its notes by its name, with the file written plainly.

    Raises:
        xml.etree.ElementTree.ParseError: a part is not well formed.
        defusedxml.common.DefusedXmlException: a part declares entities.
        UnsafePartError: a part cannot be read safely.
    """
    scan = _Scan(package, styles_of(package), of_pages(package))
    content = package.get("content.xml")
    stream(content, scan.start, scan.end, scan.data)
    applied = {name.decode("utf-8", "replace") for name in _APPLIED.findall(content)}
    if len(content) <= _MOST_GONE_THROUGH_AGAIN and scan.crossing.can_hide(applied):
        # few files have such formats, so that the others are spared to keep what they are about
        scan = _Scan(package, styles_of(package), of_pages(package), conditional=True)
        stream(content, scan.start, scan.end, scan.data)
    for tally in scan.sheets.values():
        if excess := tally.oversize():
            return excess
    if scan.filled > MOST_AREA:
        return found("G10", problem=f"its formulas fill {scan.filled:,} cells")
    if scan.doubled:
        return found("G07", problem="two sheets bear the same name")
    sheets = {name: tally.notes() for name, tally in scan.sheets.items()}
    if excess := too_much(sheets):
        return excess
    plain = "".join([*scan.written, _TAIL]).encode("utf-8", "replace")
    parts = {
        "mimetype": package.get("mimetype").strip(),
        "META-INF/manifest.xml": _MANIFEST.encode(),
    }
    return Scanned(sheets, packed({**parts, "content.xml": plain}))
