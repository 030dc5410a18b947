"""Whether a workbook of ours was saved by somebody since it was written."""

from __future__ import annotations

import re
from io import BytesIO
from zipfile import BadZipFile, ZipFile

_MOST_READ = 1 << 16
"""Bytes of the properties that are looked at; ours have well under a thousand."""
_FACTS = ("dc:creator", "cp:lastModifiedBy", "dcterms:created", "dcterms:modified")


def is_as_written(content: bytes) -> bool:
    """True for a workbook as we wrote it: every program that saves one says who did, and when.

    Args:
        content: the bytes of a workbook that we wrote once.
    """
    try:
        with ZipFile(BytesIO(content)) as package, package.open("docProps/core.xml") as part:
            facts = part.read(_MOST_READ).decode(errors="replace")
    except (BadZipFile, KeyError, NotImplementedError, OSError):
        return False
    found = [re.search(rf"<{name}(?: [^>]*)?>([^<]*)<", facts) for name in _FACTS]
    creator, last, created, modified = (one[1] if one else None for one in found)
    return bool(creator and creator == last and created and created == modified)
