"""OLE files: old Excel workbooks, and the envelopes of encrypted new ones."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import olefile

from xlassess.ingest.foreign import foreign_ole
from xlassess.ingest.limits import MOST_EXPANDED, MOST_SPINS
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXCELS_OWN = "VelvetSweatshop"
"""The password Excel itself uses when only the structure of an .xls workbook is protected;
it opens such files without asking ([MS-OFFCRYPTO] 2.3.7.1 and 4.1)."""
_SPINS = re.compile(rb'spinCount="(\d{1,12})"')
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
            saved = ole.get_metadata().last_saved_time
            return OldWorkbook(ole.openstream(name).read(), _in_utc(saved))
    return foreign_ole(names).finding()


def _in_utc(moment: object) -> datetime | None:
    """OLE properties hold UTC without saying so ([MS-OLEPS] 2.15, FILETIME)."""
    return moment.replace(tzinfo=timezone.utc) if isinstance(moment, datetime) else None


def decrypted(data: bytes, passwords: Sequence[str] = ()) -> bytes | None:
    """Decrypt an Office file with Excel's own password, or with one of those given.

    Returns:
        The file as it would be without encryption; None if no password opens it.
    """
    if _spins(data) > MOST_SPINS:
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


def _spins(data: bytes) -> int:
    """How often a password is to be hashed before it is tried ([MS-OFFCRYPTO] 2.3.4.10)."""
    return max((int(count) for count in _SPINS.findall(data)), default=0)
