"""Texts some of whose words are crossed out, in the shared and the inline texts of Open XML."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlassess.ingest.guard.markup import local, stream
from xlassess.ingest.guard.notes import CrossedOut

_OFF = ("0", "false", "off")

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
