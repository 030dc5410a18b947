"""OLE files: old Excel workbooks, and the envelopes of encrypted new ones."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import olefile

from xlassess.ingest.guard.foreign import foreign_ole
from xlassess.ingest.guard.limits import MOST_EXPANDED, MOST_RECORDS, MOST_SPINS
from xlassess.ingest.guard.markup import local, tree
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXCELS_OWN = "VelvetSweatshop"
"""The password Excel itself uses when only the structure of an .xls workbook is protected;
it opens such files without asking ([MS-OFFCRYPTO] 2.3.7.1 and 4.1)."""
_MOST_INFO = 1 << 16
_MOST_KEY = 4096
"""Bytes of the particulars of an encryption, and bits of its key."""
_SUMMARY = "\x05SummaryInformation"
_SAVED, _FILETIME = 13, 64
_SINCE = datetime(1601, 1, 1, tzinfo=timezone.utc)
_RIGHTS = ("drmencryptedtransform", "drmencrypteddataspace", "drmcontent")


@dataclass(frozen=True, slots=True)
class OldWorkbook:
    """The workbook stream of an .xls file, and when it says it was saved."""

    stream: bytes
    saved_at: datetime | None


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
            return OldWorkbook(ole.openstream(name).read(), _saved_at(ole))
    return foreign_ole(names).finding()


def _saved_at(ole: Any) -> datetime | None:
    """When a file says it was saved, of all its properties ([MS-OLEPS] 2.21 and 3.1.14).

    The library reads them all at once, and goes on for ever over some.
    """
    try:
        part = ole.openstream(_SUMMARY).read()
        start = struct.unpack_from("<I", part, 44)[0]
        (count,) = struct.unpack_from("<I", part, start + 4)
        for place in range(start + 8, start + 8 + 8 * min(count, 64), 8):
            number, offset = struct.unpack_from("<II", part, place)
            kind, ticks = struct.unpack_from("<IQ", part, start + offset)
            if (number, kind) == (_SAVED, _FILETIME) and ticks:
                return _SINCE + timedelta(microseconds=ticks // 10)
    except (OSError, struct.error, OverflowError):
        pass
    return None


def decrypted(data: bytes, passwords: Sequence[str] = ()) -> bytes | None:
    """Decrypt an Office file with Excel's own password, or with one of those given.

    Returns:
        The file as it would be without encryption; None if no password opens it.
    """
    if not _is_soon_tried(data):
        return None
    for password in (_EXCELS_OWN, *passwords):
        opened = _opened(data, password)
        if opened is not None:
            return opened
    return None


def _opened(data: bytes, password: str) -> bytes | None:
    import msoffcrypto
    from msoffcrypto.format.ooxml import OOXMLFile

    opened = io.BytesIO()
    try:
        office = msoffcrypto.OfficeFile(io.BytesIO(data))
        if isinstance(office, OOXMLFile):
            office.load_key(password=password, verify_password=True)
        else:
            office.load_key(password=password)
        office.decrypt(opened)
    except Exception:  # a wrong password and a damaged file raise many things
        return None
    return opened.getvalue()


def _is_soon_tried(data: bytes) -> bool:
    """True if a password can be tried on a file in little time."""
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as ole:
            if ole.exists("EncryptionInfo"):
                return _is_soon_hashed(ole.openstream("EncryptionInfo").read(_MOST_INFO + 1))
            name = "workbook" if ole.exists("workbook") else "book"
            return ole.get_size(name) <= MOST_EXPANDED and _has_few(ole.openstream(name).read())
    except Exception:  # olefile raises whatever its parsing runs into
        return False


def _is_soon_hashed(info: bytes) -> bool:
    """Look how often a password is to be hashed, for keys of what size ([MS-OFFCRYPTO] 2.3.4.10).

    Raises:
        xml.etree.ElementTree.ParseError: the particulars are not well formed.
        defusedxml.common.DefusedXmlException: the particulars declare entities.
    """
    if len(info) > _MOST_INFO:
        return False
    root = tree(info[8:]) if info[:4] == b"\x04\x00\x04\x00" else None
    for element in root.iter() if root is not None else ():
        for name, value in element.attrib.items():
            most = {"spinCount": MOST_SPINS, "keyBits": _MOST_KEY}.get(local(name))
            if most is not None and int(value) > most:
                return False
    return True


def _has_few(stream: bytes) -> bool:
    """True for a stream of no more records than are looked at; these are not encrypted."""
    place = count = 0
    while place + 4 <= len(stream) and count <= MOST_RECORDS:
        place += 4 + int.from_bytes(stream[place + 2 : place + 4], "little")
        count += 1
    return count <= MOST_RECORDS
