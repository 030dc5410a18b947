"""Notes that people attach to cells of an Open XML workbook: remarks in the margin, no answers.

Excel keeps conversations twice, once for programs that know only notes; there the text begins
with an explanation, so that the conversation itself is preferred.
"""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from xlassess.ingest.markup import MARKUP_FAULTS, attribute, local, tree
from xlassess.ingest.notes import MOST_NOTES
from xlassess.ingest.package import Package

_KINDS = ("comments", "threadedcomment")
_ENTRIES = ("comment", "threadedComment")
_TEXTS = ("t", "text")


def attached(package: Package, sheet: str) -> dict[str, str]:
    """Return the notes of a sheet by the A1 name of their cell.

    A part that cannot be read holds nothing up, since no answer stands in it.

    Args:
        package: the workbook.
        sheet: the name of the sheet's part.
    """
    notes: dict[str, list[str]] = {}
    with contextlib.suppress(*MARKUP_FAULTS):
        for part in _parts(package, sheet):
            told: dict[str, list[str]] = {}
            for cell, text in _entries(package.get(part)):
                told.setdefault(cell, []).append(text)
            notes |= told
    return {cell: " / ".join(texts) for cell, texts in list(notes.items())[:MOST_NOTES]}


def _parts(package: Package, sheet: str) -> list[str]:
    """The parts that hold notes of a sheet, conversations last."""
    folder, name = posixpath.split(sheet)
    root = tree(package.get(f"{folder}/_rels/{name}.rels"))
    found: list[tuple[int, str]] = []
    for relation in root if root is not None else ():
        kind = attribute(relation, "Type").lower().rpartition("/")[2]
        if kind in _KINDS:
            target = posixpath.join("/", folder, attribute(relation, "Target").lower())
            found.append((_KINDS.index(kind), posixpath.normpath(target).lstrip("/")))
    return [part for _, part in sorted(found)]


def _entries(part: bytes) -> Iterator[tuple[str, str]]:
    root = tree(part)
    for element in root.iter() if root is not None else ():
        cell = attribute(element, "ref")
        if local(element.tag) in _ENTRIES and cell.isalnum():
            yield cell.upper(), _text(element)


def _text(entry: Element) -> str:
    return "".join(one.text or "" for one in entry.iter() if local(one.tag) in _TEXTS).strip()
