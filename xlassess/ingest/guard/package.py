"""Zip packages opened with suspicion: every part is accounted for before any is unpacked.

The table of contents is judged as a whole. A part is unpacked and judged only when it is asked
for, because programs leave parts of their own in workbooks (data queries, macros, leavings of a
file manager) that are written in any way they like and that nobody here reads.
"""

from __future__ import annotations

import codecs
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from xlassess.ingest.guard.limits import (
    MEGABYTE,
    MOST_CONTENTS,
    MOST_ENTRIES,
    MOST_EXPANDED,
    MOST_LISTED,
    MOST_RATIO,
    RATIO_FROM,
)
from xlassess.ingest.guard.remembered import RememberedParts
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding
from xlassess.sheet.saved import PACKAGE_FAULTS

ZIP_MAGIC = b"PK\x03\x04"
_BINARY = (".bin", "mimetype")
_MARK = b"<!"
"""Declarations, comments and raw character data begin so; most parts have none of them."""
_DECLARATION = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")
_PROLOGUE = re.compile(r"\A\s*<\?xml[^>]{0,400}?\?>")
_UTF8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_UTF16 = {
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}
"""How a part in UTF-16 begins, with its mark or without ([XML] 1.0, appendix F)."""
_LEGACY = frozenset(
    {"iso8859-1", "iso8859-15", "cp1252", "latin-1", "cp1250", "cp1251", "iso8859-2"}
)
"""Encodings of one byte a letter that XML writers of offices use; others are not guessed at."""
_MANIFEST, _ENCRYPTED = "meta-inf/manifest.xml", b"encryption-data"
"""Where an OpenDocument file says that its parts are encrypted (OpenDocument 1.3, part 2, 3.4)."""
_LOCAL = struct.Struct("<4s22xHH")
_ENTRY = struct.Struct("<4s5H3I2H")
_LISTED = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_IN_UTF8 = 0x800
"""Headers of a part, of its line in the table of contents and of its end, and the flag of a name in
UTF-8 (APPNOTE.TXT of PKWARE, 4.3.7, 4.3.12, 4.3.16 and 4.4.4)."""

USUAL_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing that do not unpack to gigabytes at the first byte asked for."""


class LongContentsError(zipfile.BadZipFile):
    """A zip file's table of contents is longer than that of any file that is read."""


def _checked(size: int | None, most: int) -> int:
    """Return how much may be read at once, which a table of contents is.

    Raises:
        LongContentsError: that is more than so many bytes.
    """
    if size is not None and size > most:
        raise LongContentsError("its table of contents is too long")
    return -1 if size is None else size


class BoundedZipFile(io.FileIO):
    """A zip file on disk whose table of contents is read only if it is short."""

    def read(self, size: int | None = -1) -> bytes:
        """Read as usual, but not too much at once."""
        return super().read(_checked(size, MOST_LISTED))


class _BoundedZipBytes(io.BytesIO):
    """The same for a file in memory."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(_checked(size, MOST_CONTENTS))


class UnsafePartError(Exception):
    """Raised where a part that is needed cannot be read safely, with the finding that says so."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.code)
        self.finding = finding

    def tolerate(self) -> None:
        """Go on without the part, in which no answer stands.

        Raises:
            UnsafePartError: the part declares entities. No program does so in a part that is
                read, and whoever did means no good.
        """
        if self.finding.code == "G09":
            raise self


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a package, unpacked as they are asked for.

    Names are in lower case with forward slashes: both are the same to the programs that write
    and open packages. ``rewritten`` are the parts that `get` gave in other bytes than the file
    holds, so that the parser must be given them too. ``marked`` are those in which a declaration, a
    comment or raw character data begins.
    """

    data: bytes
    names: frozenset[str]
    entries: Mapping[str, zipfile.ZipInfo] = field(repr=False)
    parts: dict[str, bytes] = field(default_factory=dict, repr=False)
    rewritten: set[str] = field(default_factory=set)
    marked: set[str] = field(default_factory=set)

    def is_by_letter(self, name: str) -> bool:
        """True where a part is named in the file as it is compared, but for capitals."""
        return self.entries[name].filename.lower() == name

    def get(self, name: str) -> bytes:
        """Return a part in UTF-8 if it is markup; nothing where there is none.

        Raises:
            UnsafePartError: the part is damaged, declares entities, or is written in a way in
                which that could not be seen.
        """
        name = name.lower()
        if name not in self.parts:
            self.parts[name] = self._unpacked(name) if name in self.entries else b""
        return self.parts[name]

    def _unpacked(self, name: str) -> bytes:
        info, as_it_is = self.entries[name], name.endswith(_BINARY)
        try:
            packed = _packed(self.data, info)
            source = packed, info.file_size, info.CRC, info.compress_type, as_it_is
            known = _UNPACKED.recall(source)
            part = known[0] if known else _expand(packed, info)
        except PACKAGE_FAULTS as fault:
            raise UnsafePartError(damaged(fault)) from None
        plain = part if known or as_it_is else _in_utf8(name, part)
        marked = known[1] if known else _MARK in plain
        if as_it_is:
            marked = False
        elif marked:
            self.marked.add(name)
            if not known and (b"DOCTYPE" in plain or b"ENTITY" in plain) and _declares(plain):
                raise UnsafePartError(found("G09", part=name))
        if plain is not part:
            self.rewritten.add(name)
        elif not known:
            _UNPACKED.keep(source, (part, marked), lambda: len(packed) + len(part))
        return plain

    def size(self, name: str) -> int:
        """Return how large a part is once unpacked."""
        return self.entries[name].file_size if name in self.entries else 0

    def unpacked(self, names: Iterable[str]) -> bytes:
        """Return some parts, under their own names, as a package in which they are just stored.

        Unpacking is a third of what the parser does, and these parts are unpacked already. It also
        sees the very bytes that were judged. None of the parts may be ``rewritten``.

        Raises:
            UnsafePartError: a part cannot be read safely.
        """
        parts: list[bytes] = []
        listed: list[bytes] = []
        at = 0
        for name in names:
            part, info = self.get(name), self.entries[name]
            start = info.header_offset + _LOCAL.size
            raw = self.data[start : start + _LOCAL.unpack_from(self.data, info.header_offset)[1]]
            said = (info.flag_bits & _IN_UTF8, 0, 0, 0, info.CRC, len(part), len(part), len(raw), 0)
            head = _ENTRY.pack(ZIP_MAGIC, 20, *said)
            parts += (head, raw, part)
            listed += (_LISTED.pack(b"PK\x01\x02", 20, 20, *said, 0, 0, 0, 0, at), raw)
            at += len(head) + len(raw) + len(part)
        contents, count = b"".join(listed), len(parts) // 3
        end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(contents), at, 0)
        return b"".join((*parts, contents, end))


def open_package(data: bytes) -> Package | Finding:
    """Open a package, or say why it is not to be trusted."""
    try:
        with zipfile.ZipFile(_BoundedZipBytes(data)) as archive:
            infos = archive.infolist()
        entries = {_plain_name(info): info for info in infos}
        problem = next(_suspicions(data, infos, len(entries)), None)
    except PACKAGE_FAULTS as fault:
        return damaged(fault)
    if problem:
        return problem
    package = Package(data, frozenset(entries), entries)
    try:
        encrypted = _ENCRYPTED in package.get(_MANIFEST)
    except UnsafePartError as unsafe:
        return unsafe.finding
    return found("G04") if encrypted else package


def _plain_name(info: zipfile.ZipInfo) -> str:
    """A part's name as it is compared; some programs for Windows write it with backslashes.

    Some others name the folder that all of it is in.
    """
    return info.filename.replace("\\", "/").removeprefix("./").lower()


_UNPACKED: RememberedParts[tuple[bytes, bool]] = RememberedParts()
"""Parts that were unpacked and judged, and whether they are marked, by their packed bytes."""


def _packed(data: bytes, info: zipfile.ZipInfo) -> bytes:
    """The bytes of one part as they are packed."""
    start = _body(data, info)
    return data[start : start + info.compress_size]


def _expand(packed: bytes, info: zipfile.ZipInfo) -> bytes:
    """Unpack one part, never further than the size it declares.

    Raises:
        zipfile.BadZipFile: it is larger or smaller than declared, or does not match its
            checksum.
        zlib.error: it cannot be unpacked.
    """
    deflated = info.compress_type == zipfile.ZIP_DEFLATED
    part = _inflated(packed, info.file_size) if deflated else packed
    if len(part) != info.file_size or zlib.crc32(part) != info.CRC:
        raise zipfile.BadZipFile(info.filename)
    return part


_SMALL = 1 << 14
"""Bytes that cannot be unpacked to more than a thousand times as many, whatever they are (Deutsch,
RFC 1951: a match of 258 bytes takes two bits at least): that may be done at one go."""


def _inflated(packed: bytes, size: int) -> bytes:
    """Unpack bytes that are said to have this size; of more, just enough to see that."""
    if len(packed) <= _SMALL:
        try:
            return zlib.decompress(packed, -zlib.MAX_WBITS, size + 1)
        except zlib.error:
            pass  # it may only lack its end
    return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)


def _body(data: bytes, info: zipfile.ZipInfo) -> int:
    """Where a part's packed bytes begin."""
    _, name_length, extra_length = _LOCAL.unpack_from(data, info.header_offset)
    return int(info.header_offset + _LOCAL.size + name_length + extra_length)


def damaged(fault: Exception) -> Finding:
    """Return the remark that a package is damaged."""
    text = str(fault)
    if isinstance(fault, LongContentsError):
        return found("G07", problem=text)
    if "not a zip file" in text or "end-of-central" in text:
        return found("G06", problem="its end is missing")
    return found("G06", problem="its parts cannot be unpacked")


def _suspicions(data: bytes, infos: list[zipfile.ZipInfo], names: int) -> Iterator[Finding]:
    if not infos:
        yield found("G06", problem="there is nothing in it")
    if len(infos) > MOST_ENTRIES:
        yield found("G07", problem=f"it has {len(infos):,} parts")
    for info in infos:
        if problem := _odd_entry(info):
            yield found("G07", problem=problem)
    if names < len(infos):
        yield found("G07", problem="two parts bear the same name")
    yield from _too_large(infos)
    yield from _overlaps(data, infos)


def _odd_entry(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    if info.flag_bits & 0x1:
        return "its parts are encrypted one by one"
    if info.compress_type not in USUAL_METHODS:
        return "it is packed by an unusual method"
    if unsafe_name(name):
        return "a part is named as a place outside the file"
    return ""


def unsafe_name(name: str) -> bool:
    """True for the name of a packed file that points out of its folder."""
    if "\x00" in name or name.startswith(("/", "\\")) or name[1:2] == ":":
        return True
    return ".." in name.replace("\\", "/").split("/")


def _too_large(infos: list[zipfile.ZipInfo]) -> Iterator[Finding]:
    total = sum(info.file_size for info in infos)
    ratio = any(
        info.file_size > RATIO_FROM and info.file_size > MOST_RATIO * info.compress_size
        for info in infos
    )
    if ratio or total > MOST_EXPANDED:
        limit = str((RATIO_FROM if ratio else MOST_EXPANDED) // MEGABYTE)
        yield found("G08", size=str(total // MEGABYTE), limit=limit)


def _overlaps(data: bytes, infos: list[zipfile.ZipInfo]) -> Iterator[Finding]:
    """Compare each part's place and name in the directory with what stands at that place."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        start = info.header_offset
        if start < end or start + _LOCAL.size > len(data):
            yield found("G07", problem="parts of it overlap")
            return
        magic, name_length, extra_length = _LOCAL.unpack_from(data, start)
        name = data[start + _LOCAL.size : start + _LOCAL.size + name_length]
        if magic != ZIP_MAGIC or not _same_name(name, info):
            yield found("G07", problem="its table of contents does not match its parts")
            return
        end = start + _LOCAL.size + name_length + extra_length + info.compress_size


def _same_name(raw: bytes, info: zipfile.ZipInfo) -> bool:
    encoding = "utf-8" if info.flag_bits & _IN_UTF8 or raw.isascii() else "cp437"
    return raw.decode(encoding, "replace") == info.orig_filename


def _declares(part: bytes) -> bool:
    return _DECLARATION.search(part.decode("utf-8", "replace")) is not None


def _in_utf8(name: str, part: bytes) -> bytes:
    """Return markup in UTF-8, the same bytes where it is; others than that escape the guard.

    Raises:
        UnsafePartError: it is in no encoding that an office writes.
    """
    plain = part.removeprefix(codecs.BOM_UTF8)
    encoding = _UTF16.get(plain[:2], "")
    declared = _ENCODING.match(plain.lstrip())
    if not encoding and declared and declared[1].lower() not in _UTF8:
        encoding = _legacy(declared[1])
        if not encoding:
            raise UnsafePartError(_not_utf8(name))
    if encoding:
        try:
            plain = _PROLOGUE.sub("", part.decode(encoding), count=1).encode("utf-8")
        except ValueError:
            raise UnsafePartError(_not_utf8(name)) from None
    if b"\x00" in plain:
        raise UnsafePartError(_not_utf8(name))
    return plain if encoding else part


def _legacy(declared: bytes) -> str:
    """The name of an encoding of one byte a letter, or an empty text for any other."""
    try:
        name = codecs.lookup(declared.decode("ascii")).name
    except (LookupError, ValueError):
        return ""
    return name if name in _LEGACY else ""


def _not_utf8(name: str) -> Finding:
    return found("G07", problem=f"its part {name} is not written in UTF-8")


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return parts as a package, stored as they are: it is read at once and kept nowhere."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return file.getvalue()
