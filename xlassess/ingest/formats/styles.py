"""What cell formats say that matters to a reader: crossed out, and how numbers are displayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import Element

from xlassess.ingest.formats.display import BUILT_IN
from xlassess.ingest.guard.markup import attribute, local, tree

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
