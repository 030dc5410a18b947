"""What people put beside and over cells of an Office package: notes, text boxes, pictures, files.

Excel keeps conversations twice, once for programs that know only notes; there the text begins
with an explanation, so that the conversation itself is preferred.
"""

from __future__ import annotations

import contextlib
import html
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from xlassess.contract.layout import cell_name
from xlassess.ingest.formats.binary import comments
from xlassess.ingest.formats.relationships import Relation, relations, remembered
from xlassess.ingest.guard.markup import MARKUP_FAULTS, attribute, local, tree
from xlassess.ingest.guard.notes import CHART, CONTROL, MORE_OBJECTS, MOST_NOTES, PlacedObject
from xlassess.ingest.guard.package import Package, UnsafePartError

_DRAWING = "drawing"
_REMARKS = ("comments", "threadedcomment")
_ENTRIES = ("comment", "threadedComment")
_TEXTS = ("t", "text")
_TRUE = ("1", "true")
_FILES = ("oleobject", "package")
_CHARTS = ("chart", "chartex")
"""Graphic frames that hold a chart, by the end of their namespace."""
_PROGRAM_ID = re.compile(rb"<(?:\w{1,20}:)?oleObject\b([^<>]{0,2000})>")
_ATTRIBUTE = re.compile(rb"""([\w:]{1,40})=["']([^"'<>]{0,300})["']""")
_BEHIND = re.compile(rb"""<picture\b[^<>]{0,200}?\bid=["']([^"'<>]{0,200})""")
_TEXT_BOX = re.compile(r"text ?box ?\d{0,6}", re.I)
_CONTROLS_OF, _END_OF_SHAPE = "vmldrawing", b"</v:shape>"
_CONTROLS = (
    "Button",
    "Checkbox",
    "Edit",
    "Group",
    "GBox",
    "Label",
    "List",
    "Radio",
    "Scroll",
    "Spin",
)
_KIND_OF_CONTROL = re.compile(rb"""\bObjectType=["'](\w{1,20})["']""")
_ANCHOR_OF_CONTROL = re.compile(rb"Anchor>\s{0,99}(\d{1,4}),\s{0,9}\d{1,5},\s{0,9}(\d{1,5}),")
_WORDS_OF_CONTROL = re.compile(rb"<v:textbox\b[^<>]{0,500}>(.{0,20000}?)</v:textbox>", re.S)
_TAG = re.compile(rb"<[^<>]{0,2000}>")
_KNOWN = {
    "word": "an embedded Word document",
    "excel": "an embedded Excel workbook",
    "powerpoint": "an embedded PowerPoint presentation",
    "acro": "an embedded PDF document",
    "package": "an embedded file",
    "outlook": "an embedded message",
    "docx": "an embedded Word document",
    "doc": "an embedded Word document",
    "xlsx": "an embedded Excel workbook",
    "pptx": "an embedded PowerPoint presentation",
    "pdf": "an embedded PDF document",
}


@dataclass(slots=True)
class Attached:
    """What stands beside the cells of one sheet: texts by their cell, and objects without text."""

    texts: dict[str, str] = field(default_factory=dict)
    objects: tuple[PlacedObject, ...] = ()


def embedded(program: str, name: str) -> str:
    """Return in words what an embedded file is, by its program's name or its own.

    Args:
        program: the program id, such as ``Word.Document.12``.
        name: the file's name.
    """
    low = program.lower()
    for start in ("word", "excel", "powerpoint", "acro", "package", "outlook"):
        if low.startswith(start):
            return _KNOWN[start]
    return _KNOWN.get(name.lower().rpartition(".")[2], "an embedded file")


def attached(package: Package, related: Sequence[Relation], markup: bytes = b"") -> Attached:
    """Return what stands beside the cells of a sheet.

    A part that cannot be read holds nothing up, since no answer stands in it; that there is
    something is told all the same.

    Args:
        package: the workbook.
        related: what the sheet's part leads to.
        markup: the sheet's part, where that is markup.

    Raises:
        UnsafePartError: a part declares entities.
    """
    if not related:
        return Attached()
    notes: dict[str, list[str]] = {}
    boxes: dict[str, list[str]] = {}
    objects: list[PlacedObject] = []
    for kind in _REMARKS:
        told: dict[str, list[str]] = {}
        for one in (one for one in related if one.kind == kind):
            unread = [PlacedObject("notes that cannot be read")]
            with _tolerating():
                for cell, text in _entries(one.part, package.get(one.part)):
                    told.setdefault(cell, []).append(text)
                unread = []
            objects += unread
        notes |= told
    for one in related:
        if one.kind == _DRAWING:
            unread = [PlacedObject("a drawing that cannot be read")]
            with _tolerating():
                unread = _drawing(package, one.part, boxes)
            objects += unread
        elif one.kind == "image" and _is_behind(one, markup):
            objects.append(PlacedObject("a picture behind the cells", _name(one)))
    for one in (one for one in related if one.kind == _CONTROLS_OF):
        with _tolerating():
            part = package.get(one.part)
            objects += (each for each in _controls(part) if not _is_told(each, boxes))
    objects += _files(related, markup)
    cells = list(dict.fromkeys([*notes, *boxes]))
    texts = {
        cell: " / ".join([*notes.get(cell, ()), *boxes.get(cell, ())])
        for cell in cells[:MOST_NOTES]
    }
    more = max(len(cells), len(objects)) > MOST_NOTES
    return Attached(texts, (*objects[:MOST_NOTES], *([MORE_OBJECTS] if more else ())))


@contextlib.contextmanager
def _tolerating() -> Iterator[None]:
    """Go on where a part cannot be read, unless it is written to do harm."""
    try:
        yield
    except UnsafePartError as unsafe:
        unsafe.tolerate()
    except MARKUP_FAULTS:
        return


def _is_behind(relation: Relation, markup: bytes) -> bool:
    """True for the picture behind a sheet's cells; others only stand in for embedded files."""
    tag = _BEHIND.search(markup) if b"<picture" in markup else None
    return tag is not None and tag[1].decode("utf-8", "replace") == relation.id


def _name(relation: Relation) -> str:
    return posixpath.basename(relation.address.replace("\\", "/"))


def _entries(name: str, part: bytes) -> Iterator[tuple[str, str]]:
    if name.endswith(".bin"):
        yield from comments(part)
        return
    root = tree(part)
    for element in root.iter() if root is not None else ():
        cell = attribute(element, "ref")
        if local(element.tag) in _ENTRIES and cell.isalnum():
            yield cell.upper(), _text(element)


def _is_told(control: PlacedObject, boxes: Mapping[str, Sequence[str]]) -> bool:
    """True for a control that is among the newer drawings, too, by its place or its words."""
    words = control.name
    return control.cell in boxes or any(
        words and words in said for texts in boxes.values() for said in texts
    )


def _controls(part: bytes) -> Iterator[PlacedObject]:
    """The buttons and boxes to tick in a part of drawings of the older kind ([ECMA-376] part 4).

    Programs write these parts in markup that is often none, so that nothing is made of it as a
    whole. Excel writes its controls a second time among the newer drawings.
    """
    if b"ObjectType" not in part:
        return
    for shape in part.split(_END_OF_SHAPE)[:-1]:
        kind = _KIND_OF_CONTROL.search(shape)
        if kind is None or kind[1].decode() not in _CONTROLS:
            continue
        anchor = _ANCHOR_OF_CONTROL.search(shape)
        cell = cell_name(int(anchor[2]), int(anchor[1])) if anchor else ""
        words = _WORDS_OF_CONTROL.search(shape)
        said = _TAG.sub(b" ", words[1]).decode("utf-8", "replace") if words else ""
        yield PlacedObject(CONTROL, " ".join(html.unescape(said).split()), cell)


def _drawing(package: Package, part: str, boxes: dict[str, list[str]]) -> list[PlacedObject]:
    """Take the texts of shapes, each with the cell at its corner; return what has no text.

    Charts keep their texts elsewhere.
    """
    media = tuple((one.id, _name(one)) for one in relations(package, part))
    texts, objects = remembered(_drawn, package.get(part), media)
    for cell, text in texts:
        boxes.setdefault(cell, []).append(text)
    return list(objects)


def _drawn(
    part: bytes, media: tuple[tuple[str, str], ...]
) -> tuple[tuple[tuple[str, str], ...], tuple[PlacedObject, ...]]:
    """Texts of shapes by their cell, and what has no text, of a part of drawings."""
    root = tree(part)
    texts: list[tuple[str, str]] = []
    objects: list[PlacedObject] = []
    for anchor in root if root is not None else ():
        cell = _corner(anchor)
        _without_fallbacks(anchor)
        text = " ".join(_text(one) for one in anchor.iter() if local(one.tag) == "p").strip()
        if text and cell:
            texts.append((cell, text))
        objects += _objects(anchor, cell, dict(media), bool(text))
    return tuple(texts), tuple(objects)


def _without_fallbacks(anchor: Element) -> None:
    """Take out what older programs are to show instead: it says only that they cannot do it."""
    for one in list(anchor.iter()):
        kept = [child for child in one if local(child.tag) != "Fallback"]
        if len(kept) < len(one):
            one[:] = kept


def _corner(anchor: Element) -> str:
    corner = {
        local(one.tag): one.text or ""
        for start in anchor
        if local(start.tag) == "from"
        for one in start
    }
    row, column = corner.get("row", "0").strip(), corner.get("col", "0").strip()
    if row.isdecimal() and column.isdecimal() and len(row + column) < 12:
        return cell_name(int(row), int(column))
    return ""


def _objects(
    anchor: Element, cell: str, media: dict[str, str], has_text: bool
) -> Iterator[PlacedObject]:
    for one in anchor.iter():
        tag = local(one.tag)
        if tag == "pic":
            yield PlacedObject("a picture", _called(one, media), cell)
        elif tag == "graphicFrame":
            what = CHART if _is_chart(one) else "a diagram or drawing"
            yield PlacedObject(what, _called(one, media), cell)
        elif tag in ("sp", "cxnSp", "contentPart") and not has_text and not _is_empty(one):
            yield PlacedObject("a drawing without text", _called(one, media), cell)


def _is_empty(shape: Element) -> bool:
    """True for a text box in which nothing is, and for what stands for a note or control.

    Notes and controls are told for themselves.
    """
    parts = {local(one.tag): one for one in shape.iter()}
    shown, box = parts.get("cNvPr"), parts.get("cNvSpPr")
    if shown is not None and attribute(shown, "hidden") in _TRUE:
        return True
    if shown is not None and is_named_text_box(attribute(shown, "name")):
        return "blip" not in parts
    return box is not None and attribute(box, "txBox") in _TRUE and "blip" not in parts


def is_named_text_box(name: str) -> bool:
    """True where Excel named a shape as a text box.

    LibreOffice keeps that name, and makes a rectangle like any other of the box.
    """
    return _TEXT_BOX.fullmatch(name.strip()) is not None


def _is_chart(frame: Element) -> bool:
    uris = (attribute(one, "uri") for one in frame.iter() if local(one.tag) == "graphicData")
    return any(uri.rpartition("/")[2].lower() in _CHARTS for uri in uris)


def _called(shape: Element, media: dict[str, str]) -> str:
    """What a shape is called: its description, its name, and the file a picture came from."""
    names: dict[str, None] = {}
    for one in shape.iter():
        if local(one.tag) == "cNvPr":
            names.setdefault(attribute(one, "descr") or attribute(one, "name"))
        elif local(one.tag) == "blip":
            names.setdefault(media.get(attribute(one, "embed"), ""))
    return ", ".join(filter(None, names))


def _text(entry: Element) -> str:
    return "".join(one.text or "" for one in entry.iter() if local(one.tag) in _TEXTS).strip()


def _files(related: Iterable[Relation], markup: bytes) -> Iterator[PlacedObject]:
    """Files that are embedded in a sheet, each once, by what the sheet says of them."""
    told = {}
    for match in _PROGRAM_ID.finditer(markup) if b"oleObject" in markup else ():
        said = {
            name.rpartition(b":")[2]: value.decode("utf-8", "replace")
            for name, value in _ATTRIBUTE.findall(match[1])
        }
        told[said.get(b"id", "")] = said.get(b"progId", "")
    for one in related:
        if one.kind in _FILES:
            what = embedded(told.get(one.id, ""), one.address)
            yield PlacedObject(what, _name(one))
