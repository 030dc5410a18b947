"""The plate: a workbook built once per toolkit and round, from which copies are stamped.

A copy differs in a few texts only and is made without writing the workbook again. A package is
a zip file of parts. Nearly all parts are the same in every copy: they are compressed once, with
their headers, and go into each copy as they are. A part with personal texts in it is cut in two
at the first of them: what comes before is compressed once and flushed to a byte boundary
(``Z_FULL_FLUSH``), what follows is compressed for each copy, and the two streams together are
one valid stream. CRC-32 is carried on from the first piece to the second.

Limits: no ZIP64, so packages under 4 GB and 65,535 parts; dates are 1980-01-01, the earliest a
zip file can hold, so that the same texts always give the same bytes.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from xlassess.contract.layout import Layout, layout
from xlassess.contract.query_layout import last_time_layout
from xlassess.generate.partner_workbook import CommonIdentity, common_identity, write_workbook
from xlassess.generate.workbook.cells import Contents
from xlassess.generate.workbook.draft import IN_CELLS, Draft, PersonalCells, placeholder
from xlassess.generate.workbook.front import WIDTHS
from xlassess.generate.workbook.last_time import LastTime, ShownAnswers
from xlassess.generate.workbook.lists import Lists
from xlassess.model.answer import Identity
from xlassess.model.assessment import LEVELS, Assessment
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Toolkit
from xlassess.sheet import formats
from xlassess.sheet.metrics import merged_width, text_width, usable_width
from xlassess.sheet.protection import lock_structure
from xlassess.sheet.validation import LONGEST_CELL, SheetError, utf16_length
from xlassess.sheet.words import Words
from xlassess.sheet.writer import WorkbookWriter

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION, _DEFLATED, _DATE = 20, zlib.DEFLATED, (1 << 5) | 1
_RAW = -zlib.MAX_WBITS
_BEST, _QUICK = 9, 5

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def xml_text(text: str) -> str:
    """Return a text for an XML element, without the characters XML 1.0 does not allow.

    Raises:
        SheetError: the text is longer than a cell takes.
    """
    length = utf16_length(text)
    if length > LONGEST_CELL:
        raise SheetError(
            f"A text for a workbook has {length} characters, and a cell takes {LONGEST_CELL}.",
            "Shorten the name in the register.",
        )
    clean = _FORBIDDEN.sub("", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cell_text(text: str) -> str:
    """Return a text for a shared string.

    What looks like an escape of spreadsheets (``_x0041_``) is kept as it is written.
    """
    return _ESCAPE_LIKE.sub("_x005F_", xml_text(text))


@dataclass(frozen=True, slots=True)
class FilledPart:
    """A part with personal texts: fixed texts and the names of those filled in between.

    ``texts`` has one more entry than ``names``; ``in_cells`` says that the part holds the
    texts of cells.
    """

    name: str
    texts: tuple[str, ...]
    names: tuple[str, ...]
    in_cells: bool

    @classmethod
    def cut(cls, name: str, text: str, holes: Mapping[str, str], *, in_cells: bool) -> FilledPart:
        """Cut a part at its placeholders.

        Args:
            name: the part's name.
            text: the part with placeholders.
            holes: for each placeholder the name of the text that goes there.
            in_cells: True for the table of shared strings.
        """
        pattern = re.compile("|".join(re.escape(hole) for hole in holes))
        found = pattern.findall(text)
        return cls(name, tuple(pattern.split(text)), tuple(holes[h] for h in found), in_cells)


@dataclass(frozen=True, slots=True)
class _Half:
    """A part whose beginning is compressed and whose rest is filled in for each copy."""

    name: bytes
    packed: bytes
    crc: int
    size: int
    rest: tuple[str, ...]
    names: tuple[str, ...]
    in_cells: bool

    def fill(self, values: Mapping[str, str]) -> tuple[bytes, int, int]:
        """Return the whole compressed part, its CRC-32 and its size."""
        pieces: list[str] = []
        for name, text in zip(self.names, self.rest, strict=True):
            pieces += (values[name], text)
        tail = "".join(pieces).encode()
        packer = zlib.compressobj(_QUICK, zlib.DEFLATED, _RAW)
        packed = b"".join((self.packed, packer.compress(tail), packer.flush()))
        return packed, zlib.crc32(tail, self.crc), self.size + len(tail)


class CopiedPackage:
    """A package made ready for copying.

    Args:
        parts: name and content of each part that is the same in every copy, in order.
        blanks: the parts that are filled in.
    """

    def __init__(self, parts: Iterable[tuple[str, bytes]], blanks: Sequence[FilledPart]) -> None:
        body: list[bytes] = []
        directory: list[bytes] = []
        offset = 0
        for name, content in parts:
            packed = _packed(content, zlib.Z_FINISH)
            local, central = _headers(
                name.encode(), zlib.crc32(content), len(packed), len(content), offset
            )
            body += (local, packed)
            directory.append(central)
            offset += len(local) + len(packed)
        self._body, self._offset = b"".join(body), offset
        self._directory = b"".join(directory)
        self._halves = tuple(_half(blank) for blank in blanks)
        self._count = len(directory) + len(blanks)

    @property
    def names(self) -> frozenset[str]:
        """The names of the texts a copy needs."""
        return frozenset(name for half in self._halves for name in half.names)

    def copy(self, values: Mapping[str, str]) -> bytes:
        """Return a copy of the package with these texts filled in.

        Raises:
            KeyError: a text is missing.
            SheetError: a text is longer than a cell takes.
        """
        plain = {name: xml_text(values[name]) for name in self.names}
        cells = {name: cell_text(values[name]) for name in self.names}
        pieces, directory, offset = [self._body], [self._directory], self._offset
        for half in self._halves:
            packed, crc, size = half.fill(cells if half.in_cells else plain)
            local, central = _headers(half.name, crc, len(packed), size, offset)
            pieces += (local, packed)
            directory.append(central)
            offset += len(local) + len(packed)
        listing = b"".join(directory)
        end = _END.pack(b"PK\5\6", 0, 0, self._count, self._count, len(listing), offset, 0)
        return b"".join((*pieces, listing, end))


def _packed(content: bytes, flush: int) -> bytes:
    packer = zlib.compressobj(_BEST, zlib.DEFLATED, _RAW)
    return packer.compress(content) + packer.flush(flush)


def _half(blank: FilledPart) -> _Half:
    head = blank.texts[0].encode()
    return _Half(
        name=blank.name.encode(),
        packed=_packed(head, zlib.Z_FULL_FLUSH),
        crc=zlib.crc32(head),
        size=len(head),
        rest=blank.texts[1:],
        names=blank.names,
        in_cells=blank.in_cells,
    )


def _headers(name: bytes, crc: int, packed: int, size: int, offset: int) -> tuple[bytes, bytes]:
    """Return a part's local header and its entry in the central directory.

    Source: PKWARE APPNOTE 6.3, sections 4.3.7 and 4.3.12.
    """
    common = (0, _DEFLATED, 0, _DATE, crc, packed, size, len(name), 0)
    local = _LOCAL.pack(b"PK\3\4", _VERSION, *common)
    central = _CENTRAL.pack(b"PK\1\2", _VERSION, _VERSION, *common, 0, 0, 0, 0, offset)
    return local + name, central + name


_STRINGS, _CORE, _CUSTOM = "xl/sharedStrings.xml", "docProps/core.xml", "docProps/custom.xml"
_WORKBOOK = "xl/workbook.xml"
_BUILT = datetime(2000, 1, 1)
"""XlsxWriter wants a date; it is taken out again, for the same questions must always give the
same bytes, and a made-up date would mislead."""
_DATES = re.compile(r"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_REFERENCE, _WHO = "\ue002reference\ue003", "\ue002who\ue003"
_HOLES: dict[str, str] = {placeholder(name): name for name in (*IN_CELLS, "title")}


@dataclass(frozen=True, slots=True)
class Personal:
    """All that makes one copy personal.

    ``partner`` and ``respondent`` are names as shown; ``level`` is a level's code or its name;
    ``identity`` and ``seal`` go onto the identity sheet.
    """

    reference: str
    seal: str
    identity: Identity
    partner: str
    respondent: str
    level: str


class Plate:
    """A workbook ready for stamping; made by `build_plate`."""

    def __init__(
        self, package: CopiedPackage, common: CommonIdentity, carrier: str, title: str, unnamed: str
    ) -> None:
        self._package = package
        self._common = common
        self._carrier = carrier
        self._title = title
        self._unnamed = unnamed

    def stamp(self, personal: Personal) -> bytes:
        """Return one partner's workbook; the same values always give the same bytes.

        Raises:
            XlassessError: the identity belongs to another assessment, round or toolkit.
            SheetError: a name is longer than a cell takes.
        """
        if not self._common.is_part_of(personal.identity):
            raise XlassessError(
                f"The workbook {personal.reference} belongs to another assessment, round or "
                "toolkit than the plate it was to be stamped from.",
                "Build the plate from the toolkit and assessment of its identity.",
            )
        partner, respondent = _one_line(personal.partner), _one_line(personal.respondent)
        who = f"{partner}, {respondent}" if respondent else partner
        return self._package.copy(
            {
                "carrier": _fitting(self._carrier, personal.reference, partner, respondent),
                "title": _filled(self._title, personal.reference, who),
                "reference": personal.reference,
                "partner": partner,
                "respondent": respondent or self._unnamed,
                "level": LEVELS.get(personal.level, personal.level),
                "partner_id": personal.identity.partner,
                "respondent_id": personal.identity.respondent,
                "seal": personal.seal,
            }
        )


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _filled(pattern: str, reference: str, who: str) -> str:
    return pattern.replace(_REFERENCE, reference).replace(_WHO, who)


_CARRIER = usable_width(merged_width(WIDTHS.values()))
"""Points across the printed page of Start, the narrowest of a workbook's sheets."""

_FEWEST_LETTERS = 20
"""Letters of a name that are left at least."""


def _fitting(pattern: str, reference: str, partner: str, respondent: str) -> str:
    """The line at the head of every sheet, with names shortened where it would leave the page.

    They stand in full below it on Start. What comes after them, such as the marking, is kept.
    """
    names = [name for name in (partner, respondent) if name]
    for place, name in enumerate(names):
        for letters in range(len(name), _FEWEST_LETTERS, -1):
            names[place] = name if letters == len(name) else f"{name[:letters].rstrip()}…"
            line = _filled(pattern, reference, ", ".join(names))
            if text_width(line, formats.SMALL.size) <= _CARRIER:
                return line
    return _filled(pattern, reference, ", ".join(names))


def build_plate(toolkit: Toolkit, assessment: Assessment, digest: str, password: str) -> Plate:
    """Build the workbook that every respondent to a toolkit gets, but for the personal texts.

    Args:
        toolkit: the instrument.
        assessment: the assessment and its round.
        digest: the digest of the toolkit's questions (`contract.seal.questions_digest`).
        password: opens sheet and structure protection.

    Raises:
        SheetError: a text of the toolkit does not fit into a workbook.
    """
    draft = begin(toolkit, assessment, layout(toolkit), password, Contents())
    common = common_identity(draft, digest, str(assessment.promise))
    write_workbook(draft, common)
    return finish(draft, common, draft.words)


def build_with_last_time(
    toolkit: Toolkit, assessment: Assessment, shown: ShownAnswers, personal: Personal, password: str
) -> bytes:
    """Return the workbook of one respondent with answers of last time; no two are the same.

    Args:
        toolkit: the instrument.
        assessment: the assessment and its round.
        shown: what is shown of last time.
        personal: all that makes the copy personal.
        password: opens sheet and structure protection.

    Raises:
        SheetError: a text does not fit into a workbook.
    """
    where = last_time_layout(toolkit) if shown.beside else layout(toolkit)
    contents = LastTime(toolkit, shown, Words("workbook.j2"))
    draft = begin(toolkit, assessment, where, password, contents)
    identity = personal.identity
    common = common_identity(draft, identity.digest, identity.promise, given=shown.given)
    write_workbook(draft, common)
    return finish(draft, common, draft.words).stamp(personal)


def build_entry(
    toolkit: Toolkit, assessment: Assessment, personal: Personal, password: str
) -> bytes:
    """Return a copy of a respondent's workbook for somebody else to type their answers in.

    It is the workbook as the respondent has it, but that it shows nothing of last time: whatever
    stands in its cells was typed. The line at the head of its sheets says what it is.

    Args:
        toolkit: the instrument.
        assessment: the assessment, with the promise that the respondent was given.
        personal: all that makes the copy personal.
        password: opens sheet and structure protection.

    Raises:
        SheetError: a text does not fit into a workbook.
    """
    draft = begin(toolkit, assessment, layout(toolkit), password, Contents())
    identity = personal.identity
    common = common_identity(
        draft, identity.digest, identity.promise, of=identity.of, entered=identity.entered
    )
    write_workbook(draft, common)
    return finish(draft, common, Words("entry.j2")).stamp(personal)


def begin(
    toolkit: Toolkit, assessment: Assessment, where: Layout, password: str, contents: Contents
) -> Draft:
    """Begin a workbook without any sheets.

    Args:
        toolkit: the instrument.
        assessment: the assessment and its round.
        where: where everything stands.
        password: opens sheet and structure protection.
        contents: what stands in its cells.
    """
    words = Words("workbook.j2")
    book = WorkbookWriter({
        "title": placeholder("title"),
        "subject": words.say("subject", toolkit, assessment),
        "author": assessment.partnership,
        "category": assessment.marking,
        "comments": words.say("document_about", toolkit),
        "created": _BUILT,
    })  # fmt: skip
    return Draft(
        toolkit, assessment, where, password, book, words, Lists(), PersonalCells(), contents
    )


def finish(draft: Draft, common: CommonIdentity, words: Words) -> Plate:
    """Return the workbook as a plate.

    Args:
        draft: the workbook with all its sheets.
        common: the identity shared by all copies.
        words: the words of its title and of the line at the head of its sheets.
    """
    return Plate(
        _cut(draft.book.close(), draft.password),
        common,
        carrier=words.say("carrier", draft.toolkit, draft.assessment, _REFERENCE, _WHO),
        title=words.say("title", draft.toolkit, draft.assessment, _WHO),
        unnamed=draft.words.say("unnamed"),
    )


def _cut(package: bytes, password: str) -> CopiedPackage:
    """Take a package apart into what is the same in every copy and what is filled in."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts[_WORKBOOK] = lock_structure(parts[_WORKBOOK], password)
    strings = parts.pop(_STRINGS).decode()
    kept = strings.replace("<t>\ue000", '<t xml:space="preserve">\ue000')
    core = _DATES.sub("", parts.pop(_CORE).decode())
    blanks = [
        FilledPart.cut(_STRINGS, kept, _HOLES, in_cells=True),
        FilledPart.cut(_CORE, core, _HOLES, in_cells=False),
        FilledPart.cut(_CUSTOM, parts.pop(_CUSTOM).decode(), _HOLES, in_cells=False),
    ]
    marks = [name for name, content in parts.items() if "\ue000".encode() in content]
    if marks or set(blanks[0].names) != set(IN_CELLS):
        raise XlassessError(
            f"The plate could not be cut: personal texts stand in {', '.join(marks) or _STRINGS}.",
            "Report this with the version of XlsxWriter in use.",
        )
    return CopiedPackage(parts.items(), blanks)
