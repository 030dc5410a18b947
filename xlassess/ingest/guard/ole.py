"""OLE files: old Excel workbooks, and what they say of themselves."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import olefile

from xlassess.ingest.guard.foreign import foreign_ole
from xlassess.ingest.guard.limits import MOST_EXPANDED
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SUMMARY = "\x05SummaryInformation"
_SAVED, _FILETIME = 13, 64
_PROGRAM, _TEXT = 18, 30
_MACROS = "_vba_project_cur"
_SINCE = datetime(1601, 1, 1, tzinfo=timezone.utc)
_RIGHTS = ("drmencryptedtransform", "drmencrypteddataspace", "drmcontent")


@dataclass(frozen=True, slots=True)
class OldWorkbook:
    """The workbook stream of an .xls file, and what the file says of itself beside it."""

    stream: bytes
    saved_at: datetime | None
    program: str = ""
    macros: bool = False


def open_ole(data: bytes) -> OldWorkbook | Finding:
    """Return the workbook stream of an .xls file, or say what the file is instead."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            return _looked_into(ole)
    except Exception:  # olefile raises whatever its parsing runs into
        return found("G06", problem="its directory cannot be read")


def _looked_into(ole: Any) -> OldWorkbook | Finding:
    names = frozenset(part.lower().lstrip("\x06") for path in ole.listdir() for part in path)
    if any(name in names for name in _RIGHTS):
        return found("G05")
    if "encryptedpackage" in names:
        return found("G04")
    for name in ("workbook", "book"):
        if ole.exists(name):
            if ole.get_size(name) > MOST_EXPANDED:
                return found("G10", problem="its workbook stream is larger than the file allows")
            saved_at, program = _summary(ole)
            macros = _MACROS in names
            return OldWorkbook(ole.openstream(name).read(), saved_at, program, macros)
    return foreign_ole(names).finding()


def _summary(ole: Any) -> tuple[datetime | None, str]:
    """When a file says it was saved, and by what ([MS-OLEPS] 2.21 and 3.1.14).

    The library reads all properties at once, and goes on for ever over some.
    """
    saved: datetime | None = None
    program = ""
    try:
        part = ole.openstream(_SUMMARY).read()
        start = struct.unpack_from("<I", part, 44)[0]
        (count,) = struct.unpack_from("<I", part, start + 4)
        for place in range(start + 8, start + 8 + 8 * min(count, 64), 8):
            number, offset = struct.unpack_from("<II", part, place)
            kind, size = struct.unpack_from("<II", part, start + offset)
            if (number, kind) == (_SAVED, _FILETIME):
                (ticks,) = struct.unpack_from("<Q", part, start + offset + 4)
                saved = _SINCE + timedelta(microseconds=ticks // 10) if ticks else None
            elif (number, kind) == (_PROGRAM, _TEXT):
                raw = part[start + offset + 8 : start + offset + 8 + min(size, 100)]
                program = raw.partition(b"\0")[0].decode("cp1252", "replace")
    except (OSError, struct.error, OverflowError):
        pass
    return saved, program
