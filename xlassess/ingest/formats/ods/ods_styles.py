"""Which styles of an OpenDocument spreadsheet cross out what is written in them, or hide it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from xlassess.ingest.formats.visibility import LETTERS, PAPER, is_pale, of_hex, of_size
from xlassess.ingest.guard.markup import MARKUP_FAULTS, local, stream
from xlassess.ingest.guard.package import Package, UnsafePartError

_What: TypeAlias = Literal["letters", "behind", "size", "lined"]
_MOST_PARENTS = 16
_MOST_COLUMNS = 1024
_AUTOMATIC = "automatic"
_POINTS = re.compile(r"(\d{1,4}(?:\.\d{0,9})?)pt")


@dataclass(slots=True)
class _Style:
    """A style: the one it is based on, and what it says itself; the rest it leaves to that.

    That is whether it crosses out, by its letters or by a line from corner to corner, the
    colours of letters and of what is behind them, and the size of letters.
    """

    parent: str = ""
    crosses: bool | None = None
    letters: str = ""
    behind: str = ""
    size: str = ""
    lined: str = ""


@dataclass(slots=True)
class Crossing:
    """The styles met so far, and those of the row and the columns of the sheet in hand."""

    styles: dict[str, _Style] = field(default_factory=dict)
    at: str = ""
    of_row: str = ""
    of_columns: list[str] = field(default_factory=list)
    known: dict[str, tuple[bool, bool]] = field(default_factory=dict)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in a tag outside the sheets: a style, or the text properties of one."""
        if name in ("style", "default-style"):
            plain = {local(key): value for key, value in attributes.items()}
            self.at = f"{plain.get('family', '')}/{plain.get('name', '')}"
            parent = plain.get("parent-style-name", "")
            self.styles[self.at] = _Style(f"{plain.get('family', '')}/{parent}" if parent else "")
        elif name == "text-properties" and self.at:
            self.styles[self.at].crosses = _crosses(attributes)
            self.styles[self.at].letters = _letters(attributes)
            self.styles[self.at].size = _attribute(attributes, "font-size")
        elif name == "table-cell-properties" and self.at:
            self.styles[self.at].behind = _attribute(attributes, "background-color")
            self.styles[self.at].lined = _lines(attributes)

    def table(self) -> None:
        """Begin a sheet."""
        self.of_row, self.of_columns = "", []

    def column(self, attributes: dict[str, str], times: int) -> None:
        """Take in the style of the cells of some columns."""
        if len(self.of_columns) < _MOST_COLUMNS:
            style = _attribute(attributes, "default-cell-style-name")
            self.of_columns += [style] * min(times, _MOST_COLUMNS)

    def row(self, attributes: dict[str, str]) -> None:
        """Take in the style of the cells of a row."""
        self.of_row = _attribute(attributes, "default-cell-style-name")

    def cell(self, plain: dict[str, str], column: int) -> tuple[bool, bool]:
        """Say whether a cell is crossed out, and whether its letters are pale.

        That goes by its style, its row's or its column's.

        Args:
            plain: the cell's attributes by their local names.
            column: its column, counted from 0.
        """
        of_column = self.of_columns[column] if column < len(self.of_columns) else ""
        style = plain.get("style-name") or self.of_row or of_column or "Default"
        told = self.known.get(style)
        if told is None:
            told = self.known[style] = self._looks(f"table-cell/{style}")
        return told

    def _looks(self, name: str) -> tuple[bool, bool]:
        letters, behind = self._stated(name, "letters"), self._stated(name, "behind")
        size = _POINTS.fullmatch(self._stated(name, "size"))
        colour = of_hex(letters) if letters and letters != _AUTOMATIC else LETTERS
        pale = is_pale(
            of_size(float(size[1]) if size else 0.0, colour),
            of_hex(behind) if behind and behind != "transparent" else PAPER,
        )
        lined = self._stated(name, "lined") not in ("", "none")
        return bool(self._crosses(name)) or lined, pale

    def span(self, attributes: dict[str, str], around: bool) -> bool:
        """Say whether a piece of text is crossed out, ``around`` being true of what it is in."""
        said = self._crosses(f"text/{_attribute(attributes, 'style-name')}")
        return around if said is None else said

    def _stated(self, name: str, what: _What) -> str:
        """What a style says of a colour, size or line, or the style that it is based on."""
        for _ in range(_MOST_PARENTS):
            style = self.styles.get(name)
            if style is None:
                return ""
            said = str(getattr(style, what))
            if said:
                return said
            name = style.parent
        return ""

    def _crosses(self, name: str) -> bool | None:
        for _ in range(_MOST_PARENTS):
            style = self.styles.get(name)
            if style is None:
                return None
            if style.crosses is not None:
                return style.crosses
            name = style.parent
        return None


@dataclass(slots=True)
class TableStyles:
    """The styles of sheets: which are hidden, and on which master page each is printed."""

    pages: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    at: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in a tag outside the sheets: a style, or the properties of one."""
        if name == "style":
            said = {local(key): value for key, value in attributes.items()}
            self.at = said.get("name", "") if said.get("family") == "table" else ""
            if self.at:
                self.pages[self.at] = said.get("master-page-name", "")
        elif name == "table-properties" and _attribute(attributes, "display") == "false":
            self.hidden.add(self.at)


def _attribute(attributes: dict[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if local(key) == name), "")


def _lines(attributes: dict[str, str]) -> str:
    """What cell properties say of a line from corner to corner; empty where nothing."""
    said = [_attribute(attributes, f"diagonal-{way}") for way in ("tl-br", "bl-tr")]
    return next((one for one in said if one not in ("", "none")), next(filter(None, said), ""))


def _letters(attributes: dict[str, str]) -> str:
    """What text properties say of the colour of letters; one that suits the paper goes first."""
    if _attribute(attributes, "use-window-font-color") == "true":
        return _AUTOMATIC
    return _attribute(attributes, "color")


def _crosses(attributes: dict[str, str]) -> bool | None:
    """What text properties say of a line through the letters (OpenDocument 1.3, part 3, 20.365)."""
    said = {local(key): value for key, value in attributes.items()}
    for name in ("text-line-through-style", "text-line-through-type", "text-crossing-out"):
        if name in said:
            return said[name] != "none"
    return None


def styles_of(package: Package) -> Crossing:
    """Return the common styles of a file; those of its content are met in its own pass.

    Styles that cannot be read hold nothing up: no answer stands in them.
    """
    crossing = Crossing()
    try:
        common = package.get("styles.xml")
    except UnsafePartError:
        common = b""
    if common:
        try:
            stream(common, lambda tag, said: crossing.start(local(tag), said))
        except MARKUP_FAULTS:
            crossing.styles.clear()
        crossing.at = ""
    return crossing
