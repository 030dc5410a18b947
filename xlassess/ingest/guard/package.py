"""Zip packages opened with suspicion: every part is accounted for before any is parsed."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from xlassess.ingest.guard.limits import (
    MEGABYTE,
    MOST_CONTENTS,
    MOST_ENTRIES,
    MOST_EXPANDED,
    MOST_RATIO,
    RATIO_FROM,
)
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

ZIP_MAGIC = b"PK\x03\x04"
_PARSED = (".xml", ".rels", ".bin")
_DECLARATION = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)")
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']*)""")
UNPARSED = ("xl/charts/", "xl/drawings/", "xl/theme/")
"""Folders of parts that nobody here parses; a sheet that claims to stand there is refused."""
_SHAPES = "xl/drawings/drawing"
"""Parts among those that are looked into after all, for the texts of boxes."""
_MANIFEST, _ENCRYPTED = "meta-inf/manifest.xml", b"encryption-data"
"""Where an OpenDocument file says that its parts are encrypted (OpenDocument 1.3, part 2, 3.4)."""
_UTF8 = (b"utf-8", b"utf8", b"us-ascii", b"ascii")
_LOCAL = struct.Struct("<4s22xHH")
_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, struct.error)
_FAULTS_TOO = (NotImplementedError, RuntimeError, OverflowError)
PACKAGE_FAULTS = _FAULTS + _FAULTS_TOO
"""What `zipfile` raises over damaged files."""


USUAL_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing that do not unpack to gigabytes at the first byte asked for."""
_LONG = "its table of contents is too long"


def _checked(size: int | None) -> int:
    """Return how much may be read at once, which a table of contents is.

    Raises:
        zipfile.BadZipFile: that is more than a thousand entries take.
    """
    if size is not None and size > MOST_CONTENTS:
        raise zipfile.BadZipFile(_LONG)
    return -1 if size is None else size


class BoundedZipFile(io.FileIO):
    """A zip file on disk whose table of contents is read only if it is short."""

    def read(self, size: int | None = -1) -> bytes:
        """Read as usual, but not too much at once."""
        return super().read(_checked(size))


class _BoundedZipBytes(io.BytesIO):
    """The same for a file in memory."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(_checked(size))


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a package that may be parsed, unpacked, by their names in lower case."""

    parts: dict[str, bytes]
    names: frozenset[str]

    def get(self, name: str) -> bytes:
        """Return a part, or nothing where there is none."""
        return self.parts.get(name.lower(), b"")


def open_package(data: bytes) -> Package | Finding:
    """Unpack the parts that may be parsed, or say why the package is not to be trusted."""
    try:
        with zipfile.ZipFile(_BoundedZipBytes(data)) as archive:
            infos = archive.infolist()
        problem = next(_suspicions(data, infos), None)
        if problem:
            return problem
        parts = {
            info.filename.lower(): _expand(data, info)
            for info in infos
            if _may_be_parsed(info.filename.lower())
        }
    except PACKAGE_FAULTS as fault:
        return damaged(fault)
    if _ENCRYPTED in parts.get(_MANIFEST, b""):
        return found("G04")
    for name, part in parts.items():
        if remark := _declarations(name, part):
            return remark
    return Package(parts, frozenset(info.filename.lower() for info in infos))


def _may_be_parsed(name: str) -> bool:
    if name == "mimetype" or name.startswith(_SHAPES):
        return True
    return name.endswith(_PARSED) and not name.startswith(UNPARSED)


def _expand(data: bytes, info: zipfile.ZipInfo) -> bytes:
    """Unpack one part, never further than the size it declares.

    Raises:
        zipfile.BadZipFile: it is larger or smaller than declared, or does not match its
            checksum.
        zlib.error: it cannot be unpacked.
    """
    start = _body(data, info)
    packed = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_DEFLATED:
        part = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, info.file_size + 1)
    else:
        part = packed
    if len(part) != info.file_size or zlib.crc32(part) != info.CRC:
        raise zipfile.BadZipFile(info.filename)
    return part


def _body(data: bytes, info: zipfile.ZipInfo) -> int:
    """Where a part's packed bytes begin."""
    _, name_length, extra_length = _LOCAL.unpack_from(data, info.header_offset)
    return int(info.header_offset + _LOCAL.size + name_length + extra_length)


def damaged(fault: Exception) -> Finding:
    """Return the remark that a package is damaged."""
    text = str(fault)
    if text == _LONG:
        return found("G07", problem=_LONG)
    if "not a zip file" in text or "end-of-central" in text:
        return found("G06", problem="its end is missing")
    return found("G06", problem="its parts cannot be unpacked")


def _suspicions(data: bytes, infos: list[zipfile.ZipInfo]) -> Iterator[Finding]:
    if not infos:
        yield found("G06", problem="there is nothing in it")
    if len(infos) > MOST_ENTRIES:
        yield found("G07", problem=f"it has {len(infos):,} parts")
    for info in infos:
        if problem := _odd_entry(info):
            yield found("G07", problem=problem)
    if len({info.filename.lower() for info in infos}) < len(infos):
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
        magic, name_length, _ = _LOCAL.unpack_from(data, start)
        name = data[start + _LOCAL.size : start + _LOCAL.size + name_length]
        if magic != ZIP_MAGIC or not _same_name(name, info):
            yield found("G07", problem="its table of contents does not match its parts")
            return
        end = _body(data, info) + info.compress_size


def _same_name(raw: bytes, info: zipfile.ZipInfo) -> bool:
    encoding = "utf-8" if info.flag_bits & 0x800 else "cp437"
    return raw.decode(encoding, "replace") == info.orig_filename


def _declarations(name: str, part: bytes) -> Finding | None:
    """Refuse markup that declares entities, or is written so that this could not be seen."""
    if name.endswith(".bin") or name == "mimetype":
        return None
    if (b"DOCTYPE" in part or b"ENTITY" in part) and _DECLARATION.search(part):
        return found("G09", part=name)
    if b"\x00" in part:
        return found("G07", problem=f"its part {name} is not written in UTF-8")
    encoding = _ENCODING.match(part.removeprefix(b"\xef\xbb\xbf"))
    if encoding and encoding[1].lower() not in _UTF8:
        return found("G07", problem=f"its part {name} is not written in UTF-8")
    return None
