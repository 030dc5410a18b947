"""The pieces of a text that has several fonts: what of it is crossed out, and what nobody sees."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from xlassess.ingest.formats.styles import OFF, CellStyles, colour_of, may_fade, points
from xlassess.ingest.guard.colours import LETTERS, TOO_SMALL, Colour, is_pale, of_size
from xlassess.ingest.guard.markup import local, stream
from xlassess.ingest.guard.notes import CrossedOut


class Piece(NamedTuple):
    """A piece of a text: whether it is crossed out, and the colour of its letters.

    None leaves that to the cell.
    """

    text: str
    struck: bool | None = None
    letters: Colour | None = None


Runs = list[Piece]
_SAID = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:color|sz)(?=\s)[^<>]{0,200}>")
_FIELD = re.compile(rb"""\s(auto|rgb|theme|tint|indexed|val)=["']([^"'<>]{0,40})["']""")


def in_pieces(letters: bytes, marks: Sequence[tuple[int, int]], styles: CellStyles) -> Runs:
    """Return a text in pieces of one font each; the first is in the font of its cell.

    Args:
        letters: the text in two bytes a letter.
        marks: where a font begins, counted in letters, and its number.
        styles: the styles of the workbook.
    """
    begins = [(0, None), *((2 * start, font) for start, font in marks)]
    ends = [*(begin for begin, _ in begins[1:]), len(letters)]
    return [
        Piece(
            letters[begin:end].decode("utf-16-le", "replace"),
            None if font is None else font in styles.fonts,
            None if font is None else styles.letters.get(font, LETTERS),
        )
        for (begin, font), end in zip(begins, ends, strict=True)
        if end > begin
    ]


def settled(runs: Runs, cell_struck: bool) -> CrossedOut | bool:
    """Return what stands and what does not, or one truth for the whole text.

    Args:
        runs: the pieces of the text.
        cell_struck: the font of the cell crosses out.
    """
    said = [(one.text, cell_struck if one.struck is None else one.struck) for one in runs]
    kept = "".join(text for text, struck in said if not struck)
    struck_words = "".join(text for text, struck in said if struck)
    if not struck_words.strip():
        return False
    if not kept.strip():
        return True
    return CrossedOut(kept, struck_words)


def faded(runs: Runs, letters: Colour, behind: Colour) -> str | bool:
    """Return the words that nobody sees, or one truth for the whole text.

    Args:
        runs: the pieces of the text.
        letters: the colour of the letters of the cell.
        behind: what is behind them.
    """
    unseen = [is_pale(one.letters or letters, behind) for one in runs]
    words = "".join(one.text for one, gone in zip(runs, unseen, strict=True) if gone)
    rest = "".join(one.text for one, gone in zip(runs, unseen, strict=True) if not gone)
    if not words.strip():
        return False
    return words if rest.strip() else True


def may_hide(texts: bytes, styles: CellStyles) -> bool:
    """True for texts of which pieces may be crossed out, or not to be seen, or seen after all.

    Args:
        texts: the markup in which they stand.
        styles: the styles of the workbook.
    """
    if b"rPr" not in texts:
        return False
    if b"strike" in texts or styles.struck or styles.pale:
        return True
    said = (
        {key.decode(): value.decode("utf-8", "replace") for key, value in _FIELD.findall(tag)}
        for tag in set(_SAID.findall(texts))
    )
    return any(may_fade(_letters(one), styles.colours) for one in said)


def _letters(said: Mapping[str, str], before: Colour = LETTERS) -> Colour:
    """The colour of letters by what the element of a colour or of a size states."""
    size = said.get("val")
    return colour_of(said, LETTERS) if size is None else of_size(points(size), before)


@dataclass(slots=True)
class _Texts:
    """The state of a pass over texts: those met, and the piece in hand."""

    holders: tuple[str, ...]
    texts: list[tuple[str, Runs]] = field(default_factory=list)
    struck: bool | None = None
    letters: Colour | None = None
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
            self.in_holder, self.struck, self.letters = True, None, None
        elif name == "rPh":  # a guide to pronouncing, which nobody reads as text
            self.in_guide = True
        elif name == "r":
            self.struck = self.letters = None
        elif name == "rPr":
            self.struck, self.letters = False, LETTERS
        elif name == "strike":
            self.struck = attributes.get("val", "1") not in OFF
        elif name in ("color", "sz") and self.letters not in (None, TOO_SMALL):
            self.letters = _letters(attributes, self.letters or LETTERS)
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
            self.texts[-1][1].append(Piece(text, self.struck, self.letters))


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
        if any(one.struck is not None for one in runs)
    }


def inline_runs(part: bytes) -> dict[str, Runs]:
    """Return the texts that stand in their cells, by cell; see `shared_runs`."""
    texts = _Texts(("is",))
    stream(part, texts.start, texts.end, texts.data)
    return {cell: runs for cell, runs in texts.texts if cell}
