"""Small parts of a package as element trees, and large ones as a stream of start tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, fromstring

from xlassess.ingest.guard.limits import MOST_ELEMENTS, MOST_TAGS, MOST_TREE
from xlassess.ingest.guard.notes import ExcessError

MARKUP_FAULTS = (ParseError, DefusedXmlException, ValueError)
"""What parsing raises over damaged or hostile markup."""

Start = Callable[[str, dict[str, str]], object]
End = Callable[[str], object]


def tree(part: bytes) -> Element | None:
    """Return a part's root element, or None where there is no part.

    Raises:
        xml.etree.ElementTree.ParseError: the part is not well formed.
        defusedxml.common.DefusedXmlException: the part declares entities.
        ExcessError: the part is too large for a tree.
    """
    if len(part) > MOST_TREE:
        raise ExcessError(f"a part other than its sheets has {len(part):,} bytes")
    _bounded(part, MOST_ELEMENTS)
    return fromstring(part, forbid_dtd=True) if part else None


def local(tag: str) -> str:
    """Return a tag or attribute name without its namespace."""
    return tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """Return an attribute by its name without namespace, or an empty text."""
    for key, value in element.attrib.items():
        if local(key) == name:
            return value
    return ""


def tags(
    part: bytes, within: re.Pattern[bytes], tag: re.Pattern[bytes]
) -> Iterator[re.Match[bytes]]:
    """Yield the tags in which something stands, found by that and not by trying every tag.

    Args:
        part: the markup.
        within: finds what stands in the tags.
        tag: matches such a tag from its beginning on.
    """
    before = 0
    for hint in within.finditer(part):
        # No further back than the hint before, so that time grows with the length of the part.
        start = part.rfind(b"<", before, hint.start())
        before = hint.end()
        if start >= 0 and (match := tag.match(part, start)):
            yield match


def _bounded(part: bytes, most: int) -> None:
    tags = part.count(b"<")
    if tags > most:
        raise ExcessError(f"a part of it has {tags:,} tags")


class _Target:
    """Hands tags and text on; keeps nothing."""

    def __init__(self, start: Start, end: End, data: End) -> None:
        self.start = start
        self.end = end
        self.data = data

    def close(self) -> None:
        """Nothing is built."""


def nothing(text: str) -> None:
    """Do nothing about an end tag or a text."""


def stream(part: bytes, start: Start, end: End = nothing, data: End = nothing) -> None:
    """Call ``start`` and ``end`` for every tag of a part, and ``data`` for its text, in order.

    A text may come in pieces.

    Raises:
        xml.etree.ElementTree.ParseError: the part is not well formed.
        defusedxml.common.DefusedXmlException: the part declares entities.
        ExcessError: the part has too many tags.
    """
    _bounded(part, MOST_TAGS)
    parser = DefusedXMLParser(target=_Target(start, end, data), forbid_dtd=True)
    parser.feed(part)
    parser.close()
