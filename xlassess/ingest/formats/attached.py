"""Notes and text boxes that people put beside cells: remarks in the margin, no answers.

Excel keeps conversations twice, once for programs that know only notes; there the text begins
with an explanation, so that the conversation itself is preferred.
"""

from __future__ import annotations

import contextlib
import posixpath
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from xlassess.contract.layout import cell_name
from xlassess.ingest.guard.markup import MARKUP_FAULTS, attribute, local, tree
from xlassess.ingest.guard.notes import MOST_NOTES
from xlassess.ingest.guard.package import Package

_DRAWING = "drawing"
_KINDS = (_DRAWING, "comments", "threadedcomment")
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
    boxes: dict[str, list[str]] = {}
    with contextlib.suppress(*MARKUP_FAULTS):
        for kind, part in _parts(package, sheet):
            told: dict[str, list[str]] = {}
            entries = _boxes if kind == _DRAWING else _entries
            for cell, text in entries(package.get(part)):
                told.setdefault(cell, []).append(text)
            if kind == _DRAWING:
                boxes |= told
            else:
                notes |= told
    cells = list(dict.fromkeys([*notes, *boxes]))[:MOST_NOTES]
    return {cell: " / ".join([*notes.get(cell, ()), *boxes.get(cell, ())]) for cell in cells}


def _parts(package: Package, sheet: str) -> list[tuple[str, str]]:
    """The parts that hold remarks beside a sheet, each with its kind, conversations last."""
    folder, name = posixpath.split(sheet)
    root = tree(package.get(f"{folder}/_rels/{name}.rels"))
    found: list[tuple[int, str]] = []
    for relation in root if root is not None else ():
        kind = attribute(relation, "Type").lower().rpartition("/")[2]
        if kind in _KINDS:
            target = posixpath.join("/", folder, attribute(relation, "Target").lower())
            found.append((_KINDS.index(kind), posixpath.normpath(target).lstrip("/")))
    return [(_KINDS[kind], part) for kind, part in sorted(found)]


def _entries(part: bytes) -> Iterator[tuple[str, str]]:
    root = tree(part)
    for element in root.iter() if root is not None else ():
        cell = attribute(element, "ref")
        if local(element.tag) in _ENTRIES and cell.isalnum():
            yield cell.upper(), _text(element)


def _boxes(part: bytes) -> Iterator[tuple[str, str]]:
    """The texts of shapes, each with the cell at its corner; charts keep theirs elsewhere."""
    root = tree(part)
    for anchor in root if root is not None else ():
        text = " ".join(_text(one) for one in anchor.iter() if local(one.tag) == "p").strip()
        corner = {
            local(one.tag): one.text or ""
            for start in anchor
            if local(start.tag) == "from"
            for one in start
        }
        row, column = corner.get("row", "0").strip(), corner.get("col", "0").strip()
        if text and row.isdecimal() and column.isdecimal() and len(row + column) < 12:
            yield cell_name(int(row), int(column)), text


def _text(entry: Element) -> str:
    return "".join(one.text or "" for one in entry.iter() if local(one.tag) in _TEXTS).strip()
