"""Which styles of an OpenDocument spreadsheet cross out what is written in them, or hide it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from xlassess.ingest.formats.styles import which_hide
from xlassess.ingest.guard.colours import (
    LETTERS,
    PAPER,
    SMALLEST,
    TOO_SMALL,
    Colour,
    is_pale,
    of_hex,
    of_size,
)
from xlassess.ingest.guard.markup import MARKUP_FAULTS, local, stream
from xlassess.ingest.guard.notes import Look
from xlassess.ingest.guard.package import Package, UnsafePartError

_What: TypeAlias = Literal["letters", "behind", "size", "lined", "numbers"]
_MOST_PARENTS = 16
_MOST_COLUMNS = 1024
_AUTOMATIC = "automatic"
_NUMBER_STYLES = (
    "number-style", "text-style", "date-style", "time-style", "percentage-style",
    "currency-style", "boolean-style",
)  # fmt: skip
_NO_LINES = frozenset(("none", "hidden"))
_POINTS = re.compile(r"(\d{1,4}(?:\.\d{0,9})?)pt")


@dataclass(slots=True)
class _Style:
    """A style: the one it is based on, and what it says itself; the rest it leaves to that.

    That is whether it crosses out, by its letters or by a line from corner to corner, the
    colours of letters and of what is behind them, the size of letters, and the style of numbers.
    ``maps`` are the conditions under which a cell looks otherwise: what must be true, the style it
    has then, and the cell that this is said of.
    """

    parent: str = ""
    crosses: bool | None = None
    letters: str = ""
    behind: str = ""
    size: str = ""
    lined: str = ""
    numbers: str = ""
    maps: list[tuple[str, str, str]] = field(default_factory=list)


class CellLook(NamedTuple):
    """How a style makes a cell look: crossed out or not, its colours, and whether they are one."""

    struck: bool
    letters: Colour
    behind: Colour
    pale: bool


@dataclass(slots=True)
class Crossing:
    """The styles met so far, and those of the row and the columns of the sheet in hand.

    ``names`` are the names of styles by those that people see; ``numbers`` are the styles of
    numbers, each with the ones that it leaves numbers to, None where it shows something itself.
    """

    styles: dict[str, _Style] = field(default_factory=dict)
    at: str = ""
    of_row: str = ""
    of_columns: list[str] = field(default_factory=list)
    known: dict[str, CellLook] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, list[str] | None] = field(default_factory=dict)
    number: str = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take in a tag outside the sheets: a style, or the properties of one."""
        if name in ("style", "default-style"):
            plain = {local(key): value for key, value in attributes.items()}
            family = plain.get("family", "")
            self.at, self.number = f"{family}/{plain.get('name', '')}", ""
            self.names[plain.get("display-name", "")] = plain.get("name", "")
            parent = plain.get("parent-style-name", "")
            self.styles[self.at] = _Style(
                f"{family}/{parent}" if parent else "", numbers=plain.get("data-style-name", "")
            )
        elif name in _NUMBER_STYLES:
            self.at, self.number = "", _attribute(attributes, "name")
            self.numbers[self.number] = []
        elif self.number:
            self._start_of_numbers(name, attributes)
        elif self.at:
            self._start_of_style(self.styles[self.at], name, attributes)

    def _start_of_style(self, style: _Style, name: str, attributes: dict[str, str]) -> None:
        if name == "text-properties":
            style.crosses = _crosses(attributes)
            style.letters = _letters(attributes)
            style.size = _attribute(attributes, "font-size")
        elif name == "table-cell-properties":
            style.behind = _attribute(attributes, "background-color")
            style.lined = _lines(attributes)
        elif name == "map":
            said = {local(key): value for key, value in attributes.items()}
            named = said.get("condition", ""), said.get("apply-style-name", "")
            style.maps.append((*named, said.get("base-cell-address", "")))

    def _start_of_numbers(self, name: str, attributes: dict[str, str]) -> None:
        """Take in a tag of a style of numbers: anything but an empty text shows something."""
        others = self.numbers[self.number]
        if name == "map" and others is not None:
            others.append(_attribute(attributes, "apply-style-name"))
        elif name not in ("text", "text-properties", "properties"):
            self.numbers[self.number] = None

    def end(self, name: str) -> None:
        """Take in the end of a tag outside the sheets."""
        if self.number and name in _NUMBER_STYLES:
            self.number = ""

    def data(self, text: str) -> None:
        """Take in a text outside the sheets."""
        if self.number and text.strip():
            self.numbers[self.number] = None

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

    def style_of(self, plain: dict[str, str], column: int) -> str:
        """Return the style of a cell: its own, its row's or its column's.

        Args:
            plain: the cell's attributes by their local names.
            column: its column, counted from 0.
        """
        of_column = self.of_columns[column] if column < len(self.of_columns) else ""
        return plain.get("style-name") or self.of_row or of_column or "Default"

    def cell(self, style: str) -> CellLook:
        """Say how a style makes a cell look."""
        told = self.known.get(style)
        if told is None:
            name = f"table-cell/{style}"
            letters, behind = self._colour(name, None) or LETTERS, self._behind(name) or PAPER
            struck = bool(self._crosses_cell(name))
            told = self.known[style] = CellLook(struck, letters, behind, is_pale(letters, behind))
        return told

    def look(self, style: str) -> Look:
        """Say what a style makes of a cell; what it leaves to others is None."""
        name = f"table-cell/{style}"
        code = ";;;" if self._shows_nothing(self._stated(name, "numbers")) else None
        return Look(self._colour(name, None), self._behind(name), self._crosses_cell(name), code)

    def _behind(self, name: str) -> Colour | None:
        behind = self._stated(name, "behind")
        return (PAPER if behind == "transparent" else of_hex(behind)) if behind else None

    def _crosses_cell(self, name: str) -> bool | None:
        lined = self._stated(name, "lined")
        return True if lined not in ("", "none") else self._crosses(name)

    def can_hide(self, applied: Iterable[str]) -> bool:
        """True where one of some styles can hide something, for which conditions give it cells.

        Args:
            applied: the names of the styles.
        """
        colours = {(look.letters, look.behind) for look in self.known.values()}
        looks = [self.look(self.names.get(name, name)) for name in applied]
        return bool(which_hide(looks, colours))

    def maps(self, style: str) -> list[tuple[str, str, str]]:
        """Return under which conditions a cell of a style looks otherwise."""
        known = self.styles.get(f"table-cell/{style}")
        return known.maps if known else []

    def _colour(self, name: str, around: Colour | None) -> Colour | None:
        """The colour of letters in a style, ``around`` being that of what they are in, if any."""
        letters = self._stated(name, "letters")
        size = _POINTS.fullmatch(self._stated(name, "size"))
        points = float(size[1]) if size else 0.0
        if letters:
            return of_size(points, LETTERS if letters == _AUTOMATIC else of_hex(letters))
        if 0 < points < SMALLEST:
            return TOO_SMALL
        return LETTERS if points and around == TOO_SMALL else around

    def _shows_nothing(self, numbers: str) -> bool:
        """True for a style of numbers that shows none."""
        seen, left = {numbers}, [numbers]
        while left:
            others = self.numbers.get(left.pop())
            if others is None:
                return False
            left += [one for one in others if one not in seen]
            seen.update(others)
        return True

    def span(self, attributes: dict[str, str], around: tuple[bool, Colour]) -> tuple[bool, Colour]:
        """Say whether a piece of text is crossed out, and the colour of its letters.

        Args:
            attributes: of the piece.
            around: the same of what it is in.
        """
        name = f"text/{_attribute(attributes, 'style-name')}"
        said = self._crosses(name)
        return around[0] if said is None else said, self._colour(name, around[1]) or around[1]

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
    """What cell properties say of a line from corner to corner; empty where nothing.

    Gnumeric says of all cells that the line is "0.000cm none".
    """
    said = [_attribute(attributes, f"diagonal-{way}") for way in ("tl-br", "bl-tr")]
    drawn = (one for one in said if one and not _NO_LINES.intersection(one.split()))
    return next(drawn, "none" if any(said) else "")


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
            stream(common, lambda tag, said: crossing.start(local(tag), said), data=crossing.data)
        except MARKUP_FAULTS:
            crossing.styles.clear()
        crossing.at = crossing.number = ""
    return crossing
