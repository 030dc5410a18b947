"""What lies over the cells of an .xls sheet: notes, text boxes, pictures, files, and links."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field

from xlassess.contract.layout import cell_name
from xlassess.ingest.formats.attached import embedded
from xlassess.ingest.formats.xls.xls_texts import short_text
from xlassess.ingest.guard.notes import CHART, CONTROL, MOST_NOTES, PlacedObject, Tally

_OBJECT, _OBJECT_TEXT, _CONTINUE, _NOTE = 0x005D, 0x01B6, 0x003C, 0x001C
_DRAWING, _LINK = 0x00EC, 0x01B8
_ANCHOR = 0xF010
_CHART, _PICTURE, _NOTES_BOX = 5, 8, 0x19
_CONTROLS = (7, 0x0B, 0x0C, 0x0D, 0x0E, 0x10, 0x11, 0x12, 0x13)
"""Buttons, boxes to tick, fields and lists; those that drop down stand for filters as well."""
_TEXT_SHAPES = (1, 2, 3, 4, 6, 9, 0x1E)
"""Lines, shapes and boxes ([MS-XLS] 2.5.143)."""
_DRAWN_SHAPES = tuple(kind for kind in _TEXT_SHAPES if kind != 6)
"""Those of which something is seen without a text; an empty text box says nothing."""
_FORMULA_OF_PICTURE = 0x0009
_PROGRAM = re.compile(rb"[A-Za-z]{3,20}\.[A-Za-z]{2,20}(?:\.\d{1,2})?")
_URL = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
_FILE = bytes.fromhex("0303000000000000c000000000000046")
_HAS_NAME, _HAS_FRAME, _HAS_MONIKER, _AS_TEXT = 0x10, 0x80, 0x01, 0x100


@dataclass(slots=True)
class Objects:
    """Objects of one sheet as their records pass by; what they say goes to its tally.

    Texts of notes stand with objects, whose numbers the notes give.
    """

    tally: Tally
    number: int = 0
    kind: int = 0
    at: str = ""
    next_at: str = ""
    wanted: int = 0
    program: str = ""
    text: str = ""
    texts: dict[int, str] = field(default_factory=dict)
    waiting: bool = False

    def take(self, code: int, body: bytes) -> None:
        """Take in a record; those that are none of these pass by."""
        if code == _CONTINUE:
            if self.wanted:
                piece = short_text(body)[: self.wanted]
                self.text += piece
                self.wanted -= min(self.wanted, len(piece) or self.wanted)
            return
        if code == _OBJECT_TEXT and len(body) >= 12:
            self.wanted = struct.unpack_from("<H", body, 10)[0]
            return
        self.wanted = 0
        if code == _DRAWING:
            # comes before its object; another, without an anchor, between object and text
            self.next_at = _anchor(body) or self.next_at
        elif code == _OBJECT and len(body) >= 8:
            self.end()
            self.at = self.next_at
            self.kind, self.number = struct.unpack_from("<HH", body, 4)
            self.program, self.waiting = _program(body), True
        elif code == _NOTE and len(body) >= 8:
            self.end()
            self._note(body)
        elif code == _LINK:
            self._link(body)

    def end(self) -> None:
        """Settle the object in hand: all its records have passed."""
        text, self.text = self.text, ""
        if not self.waiting:
            return
        self.waiting = False
        self.texts[self.number] = text
        if self.kind in _TEXT_SHAPES and text.strip():
            self.tally.attach(self.at, text.strip())
        elif self.kind == _CHART or self.kind in _CONTROLS:
            what = CHART if self.kind == _CHART else CONTROL
            self.tally.place(PlacedObject(what, text.strip(), self.at))
        elif self.kind == _PICTURE or self.kind in _DRAWN_SHAPES:
            what = "a picture" if self.kind == _PICTURE else "a drawing without text"
            if self.kind == _PICTURE and self.program:
                what = embedded(self.program, "")
            self.tally.place(PlacedObject(what, self.program, self.at))

    def _note(self, body: bytes) -> None:
        row, column, _, number = struct.unpack_from("<HHHH", body)
        self.tally.attach(cell_name(row, column), self.texts.get(number, ""))

    def _link(self, body: bytes) -> None:
        """Keep the address behind a cell ([MS-XLS] 2.4.140, [MS-OSHARED] 2.3.7.1)."""
        try:
            row, _, column, _ = struct.unpack_from("<HHHH", body)
            address = _address(body[24:])
        except (struct.error, IndexError):
            return
        if address and len(self.tally.links) < MOST_NOTES:
            self.tally.links.setdefault(cell_name(row, column), address)


def _anchor(body: bytes) -> str:
    """The cell at the corner of the last shape in a record of drawings ([MS-ODRAW] 2.2.46)."""
    place, cell = 0, ""
    while place + 8 <= len(body):
        version, kind, length = struct.unpack_from("<HHI", body, place)
        if kind == _ANCHOR and place + 16 <= len(body):
            _, column, _, row = struct.unpack_from("<HHHH", body, place + 8)
            cell = cell_name(row, column)
        # a container is gone into, anything else is passed over
        place += 8 if version & 0xF == 0xF else 8 + length
    return cell


def _program(body: bytes) -> str:
    """The program of an embedded file, "Package" where only that it is one can be told."""
    place = 0
    while place + 4 <= len(body):
        kind, length = struct.unpack_from("<HH", body, place)
        if kind == _FORMULA_OF_PICTURE and length > 2:
            match = _PROGRAM.search(body, place)
            return match[0].decode() if match else "Package"
        place += 4 + length
    return ""


def _address(body: bytes) -> str:
    flags, place = struct.unpack_from("<I", body, 4)[0], 8
    if not flags & _HAS_MONIKER:
        return ""
    for flag in (_HAS_NAME, _HAS_FRAME):
        if flags & flag:
            place += 4 + 2 * struct.unpack_from("<I", body, place)[0]
    if flags & _AS_TEXT:
        length = struct.unpack_from("<I", body, place)[0]
        return _wide(body[place + 4 : place + 4 + 2 * length])
    kind, place = body[place : place + 16], place + 16
    if kind == _URL:
        length = struct.unpack_from("<I", body, place)[0]
        return _wide(body[place + 4 : place + 4 + length])
    if kind == _FILE:
        length = struct.unpack_from("<I", body, place + 2)[0]
        return body[place + 6 : place + 6 + length].decode("cp1252", "replace").partition("\0")[0]
    return ""


def _wide(raw: bytes) -> str:
    return raw[: len(raw) & ~1].decode("utf-16-le", "replace").partition("\0")[0]
