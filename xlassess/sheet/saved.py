"""Office files that are there already: what can be read of them, whatever became of them since."""

from __future__ import annotations

import re
import struct
import zlib
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile, ZipFile

try:
    from lzma import LZMAError
except ImportError:  # Python may be built without it, and then opens nothing that is packed so
    LZMAError = BadZipFile  # type: ignore[misc,assignment]

PACKAGE_FAULTS = (
    BadZipFile, zlib.error, LZMAError, EOFError, OSError, ValueError, OverflowError, struct.error,
    RuntimeError,
)  # fmt: skip
"""What `zipfile` raises over files that are damaged, encrypted, or packed in an unknown way."""

PROPERTIES = "docProps/core.xml"
"""The part of an office file that says who made and saved it, and when."""
_MOST_READ = 1 << 16
"""Bytes of a part that are looked at; what is looked for in ours stands well within them."""
_FACTS = ("dc:creator", "cp:lastModifiedBy", "dcterms:created", "dcterms:modified")


def beginning_of(file: bytes | Path, part: str) -> str:
    """Return how a part of an office file begins; nothing where it has none that can be read.

    Args:
        file: the file, or its bytes.
        part: the name of the part in the package.
    """
    try:
        source = BytesIO(file) if isinstance(file, bytes) else file
        with ZipFile(source) as package, package.open(part) as opened:
            return opened.read(_MOST_READ).decode(errors="replace")
    except (*PACKAGE_FAULTS, KeyError):
        return ""


def made_at(path: Path) -> datetime | None:
    """Return when an office file was first made, in UTC; programs that save it leave that alone.

    Args:
        path: the file.

    Returns:
        None where it cannot be read, or does not say.
    """
    facts = beginning_of(path, PROPERTIES)
    said = re.search(r"<dcterms:created(?: [^>]*)?>([0-9T:-]{19})", facts)
    try:
        return datetime.fromisoformat(said[1]).replace(tzinfo=timezone.utc) if said else None
    except ValueError:  # no such day
        return None


def is_as_written(content: bytes) -> bool:
    """True for a workbook as we wrote it: every program that saves one says who did, and when.

    What cannot be read is not as we wrote it.

    Args:
        content: the bytes of a workbook that we wrote once.
    """
    facts = beginning_of(content, PROPERTIES)
    found = [re.search(rf"<{name}(?: [^>]*)?>([^<]*)<", facts) for name in _FACTS]
    creator, last, created, modified = (one[1] if one else None for one in found)
    return bool(creator and creator == last and created and created == modified)
