"""What formats say that matters to a reader: cells and words crossed out, numbers displayed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from xlassess.ingest.formats.display import BUILT_IN
from xlassess.ingest.formats.visibility import (
    LETTERS,
    PAPER,
    Colour,
    is_pale,
    of_hex,
    of_number,
    of_size,
    of_theme,
)
from xlassess.ingest.guard.markup import attribute, local, stream, tree
from xlassess.ingest.guard.notes import CrossedOut

_BARE = ("", "general", "@", "standard")
_OFF = ("0", "false", "off")
_POINTS = re.compile(r"\d{1,4}(?:\.\d{0,9})?")
_FRACTION = re.compile(r"-?(?:[01](?:\.\d{0,20})?|\.\d{1,20})(?:E-\d{1,2})?", re.I)


@dataclass(frozen=True, slots=True)
class StyleRecord:
    """A cell format: the numbers of its font and number format, and the colour of the cell.

    ``lined`` says that a border runs from corner to corner, which crosses out what stands there.
    """

    font: int
    number: int
    behind: Colour = PAPER
    lined: bool = False


@dataclass(frozen=True, slots=True)
class CellStyles:
    """Cell formats by their number: those crossed out, and number formats worth displaying.

    ``fonts`` are the numbers of the fonts that cross out, for texts with fonts of their own.
    ``pale`` are the formats whose letters cannot be told from what is behind them; ``lined`` those
    of `struck` that cross a cell out whatever the fonts of its words are.
    """

    struck: frozenset[int] = frozenset()
    codes: Mapping[int, str] = field(default_factory=dict)
    fonts: frozenset[int] = frozenset()
    pale: frozenset[int] = frozenset()
    lined: frozenset[int] = frozenset()

    @classmethod
    def of(
        cls,
        formats: Sequence[StyleRecord],
        fonts: frozenset[int],
        own: Mapping[int, str],
        letters: Mapping[int, Colour] | None = None,
    ) -> CellStyles:
        """Work the styles out.

        Args:
            formats: the cell formats.
            fonts: the fonts that cross out.
            own: the number formats of the workbook itself, by their number.
            letters: the colours of fonts, by their number.
        """
        codes = {
            number: code
            for number, one in enumerate(formats)
            if (code := own.get(one.number) or BUILT_IN.get(one.number, "")).lower() not in _BARE
        }
        struck = frozenset(
            number for number, one in enumerate(formats) if one.font in fonts or one.lined
        )
        pale = frozenset(
            number
            for number, one in enumerate(formats)
            if is_pale((letters or {}).get(one.font, LETTERS), one.behind)
        )
        lined = frozenset(number for number, one in enumerate(formats) if one.lined)
        return cls(struck, codes, fonts, pale, lined)


_LONGEST_REMEMBERED = 1 << 18
"""Parts longer than this are no usual ones, and are read anew each time."""


def read_styles(part: bytes) -> CellStyles:
    """Return the styles of an Open XML workbook; those of one plate are read once.

    Raises:
        xml.etree.ElementTree.ParseError: the part is not well formed.
        defusedxml.common.DefusedXmlException: the part declares entities.
    """
    return _remembered(part) if len(part) <= _LONGEST_REMEMBERED else _styles_in(part)


def _styles_in(part: bytes) -> CellStyles:
    root = tree(part)
    own: dict[int, str] = {}
    fonts: list[bool] = []
    letters: dict[int, Colour] = {}
    fills: list[Colour] = []
    lines: list[bool] = []
    formats: list[StyleRecord] = []
    for group in root if root is not None else ():
        name = local(group.tag)
        if name == "numFmts":
            own = {_number(one, "numFmtId"): attribute(one, "formatCode") for one in group}
        elif name == "fonts":
            fonts = [any(crosses_out(mark) for mark in font) for font in group]
            letters = {
                number: of_size(_size(font), _colour_in(font, "color", LETTERS))
                for number, font in enumerate(group)
            }
        elif name == "fills":
            fills = [_behind(fill) for fill in group]
        elif name == "borders":
            lines = [_is_lined(border) for border in group]
        elif name == "cellXfs":
            formats = [_format(one, fills, lines) for one in group]
    struck = frozenset(number for number, crossed in enumerate(fonts) if crossed)
    return CellStyles.of(formats, struck, own, letters)


_remembered = lru_cache(maxsize=8)(_styles_in)


def _format(one: Element, fills: Sequence[Colour], lines: Sequence[bool]) -> StyleRecord:
    fill, border = _number(one, "fillId"), _number(one, "borderId")
    behind = fills[fill] if fill < len(fills) else PAPER
    lined = border < len(lines) and lines[border]
    return StyleRecord(_number(one, "fontId"), _number(one, "numFmtId"), behind, lined)


def _is_lined(border: Element) -> bool:
    """True for a border that has a line from corner to corner."""
    ways = (attribute(border, name) for name in ("diagonalUp", "diagonalDown"))
    line = next((one for one in border if local(one.tag) == "diagonal"), None)
    style = attribute(line, "style") if line is not None else ""
    return style not in ("", "none") and any(way not in ("", *_OFF) for way in ways)


def _behind(fill: Element) -> Colour:
    """The colour of a cell; of a pattern or of shades that run into each other none is told."""
    pattern = next((one for one in fill if local(one.tag) == "patternFill"), None)
    if pattern is None:
        return Colour()
    kind = attribute(pattern, "patternType") or "none"
    if kind == "none":
        return PAPER
    return _colour_in(pattern, "fgColor", Colour()) if kind == "solid" else Colour()


def _colour_in(element: Element, name: str, usual: Colour) -> Colour:
    """The colour that an element states in a child of that name."""
    said = next((one for one in element if local(one.tag) == name), None)
    if said is None or attribute(said, "auto") in ("1", "true"):
        return usual
    if text := attribute(said, "rgb"):
        return of_hex(text)
    tint = attribute(said, "tint")
    if theme := attribute(said, "theme"):
        shade = float(tint) if _FRACTION.fullmatch(tint) else 0.0
        return of_theme(int(theme), shade) if theme.isdecimal() and len(theme) < 4 else Colour()
    return Colour() if tint else of_number(_number(said, "indexed"))


def _size(font: Element) -> float:
    """The size of a font in points; nought where it states none that can be read."""
    said = next((attribute(one, "val") for one in font if local(one.tag) == "sz"), "")
    return float(said) if _POINTS.fullmatch(said) else 0.0


def crosses_out(mark: Element) -> bool:
    """True for the property of a font that draws a line through its letters."""
    return local(mark.tag) == "strike" and attribute(mark, "val") not in _OFF


def _number(element: Element, name: str) -> int:
    text = attribute(element, name)
    return int(text) if text.isdecimal() and len(text) < 9 else 0


Runs = list[tuple[str, bool | None]]
"""The pieces of a text, each with whether it is crossed out; None leaves that to the cell."""


def settled(runs: Runs, cell_struck: bool) -> CrossedOut | bool:
    """Return what stands and what does not, or one truth for the whole text.

    Args:
        runs: the pieces of the text.
        cell_struck: the font of the cell crosses out.
    """
    said = [(text, cell_struck if struck is None else struck) for text, struck in runs]
    kept = "".join(text for text, struck in said if not struck)
    struck_words = "".join(text for text, struck in said if struck)
    if not struck_words.strip():
        return False
    if not kept.strip():
        return True
    return CrossedOut(kept, struck_words)


@dataclass(slots=True)
class _Texts:
    """The state of a pass over texts: those met, and the piece in hand."""

    holders: tuple[str, ...]
    texts: list[tuple[str, Runs]] = field(default_factory=list)
    struck: bool | None = None
    in_text: bool = False
    in_holder: bool = False
    in_guide: bool = False
    cell: str = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = local(tag)
        if name == "c":
            self.cell = attributes.get("r", "").upper()
        elif name in self.holders:
            self.texts.append((self.cell, []))
            self.in_holder, self.struck = True, None
        elif name == "rPh":  # a guide to pronouncing, which nobody reads as text
            self.in_guide = True
        elif name == "r":
            self.struck = None
        elif name == "rPr":
            self.struck = False
        elif name == "strike":
            self.struck = attributes.get("val", "1") not in _OFF
        elif name == "t" and self.in_holder and not self.in_guide:
            self.in_text = True

    def end(self, tag: str) -> None:
        name = local(tag)
        if name in self.holders:
            self.in_holder = False
        elif name == "rPh":
            self.in_guide = False
        elif name == "t":
            self.in_text = False

    def data(self, text: str) -> None:
        if self.in_text:
            self.texts[-1][1].append((text, self.struck))


def shared_runs(part: bytes) -> dict[int, Runs]:
    """Return the shared texts in which something is crossed out or stands apart, by number.

    Raises:
        xml.etree.ElementTree.ParseError: the part is not well formed.
        defusedxml.common.DefusedXmlException: the part declares entities.
    """
    texts = _Texts(("si",))
    stream(part, texts.start, texts.end, texts.data)
    return {
        number: runs
        for number, (_, runs) in enumerate(texts.texts)
        if any(struck is not None for _, struck in runs)
    }


def inline_runs(part: bytes) -> dict[str, Runs]:
    """Return the texts that stand in their cells, by cell; see `shared_runs`."""
    texts = _Texts(("is",))
    stream(part, texts.start, texts.end, texts.data)
    return {cell: runs for cell, runs in texts.texts if cell}
