"""What formats say that matters to a reader: cells and words crossed out, numbers displayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from xlassess.ingest.formats.display import BUILT_IN
from xlassess.ingest.guard.markup import attribute, local, stream, tree
from xlassess.ingest.guard.notes import CrossedOut

_BARE = ("", "general", "@", "standard", "0")
_OFF = ("0", "false", "off")


@dataclass(frozen=True, slots=True)
class CellStyles:
    """Cell formats by their number: those crossed out, and number formats worth displaying.

    ``fonts`` are the numbers of the fonts that cross out, for texts with fonts of their own.
    """

    struck: frozenset[int] = frozenset()
    codes: Mapping[int, str] = field(default_factory=dict)
    fonts: frozenset[int] = frozenset()

    @classmethod
    def of(
        cls,
        formats: Sequence[tuple[int, int]],
        fonts: frozenset[int],
        own: Mapping[int, str],
    ) -> CellStyles:
        """Work the styles out.

        Args:
            formats: the number of the font and of the number format of each cell format.
            fonts: the fonts that cross out.
            own: the number formats of the workbook itself, by their number.
        """
        codes = {
            number: code
            for number, (_, format_) in enumerate(formats)
            if (code := own.get(format_) or BUILT_IN.get(format_, "")).lower() not in _BARE
        }
        struck = frozenset(number for number, (font, _) in enumerate(formats) if font in fonts)
        return cls(struck, codes, fonts)


@lru_cache(maxsize=8)
def read_styles(part: bytes) -> CellStyles:
    """Return the styles of an Open XML workbook; those of one plate are read once.

    Raises:
        xml.etree.ElementTree.ParseError: the part is not well formed.
        defusedxml.common.DefusedXmlException: the part declares entities.
    """
    root = tree(part)
    own: dict[int, str] = {}
    fonts: list[bool] = []
    formats: list[tuple[int, int]] = []
    for group in root if root is not None else ():
        name = local(group.tag)
        if name == "numFmts":
            own = {_number(one, "numFmtId"): attribute(one, "formatCode") for one in group}
        elif name == "fonts":
            fonts = [any(crosses_out(mark) for mark in font) for font in group]
        elif name == "cellXfs":
            formats = [(_number(one, "fontId"), _number(one, "numFmtId")) for one in group]
    struck = frozenset(number for number, crossed in enumerate(fonts) if crossed)
    return CellStyles.of(formats, struck, own)


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
