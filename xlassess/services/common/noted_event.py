"""What a summary notes of the log it was written from: the last event before it."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from xlassess.sheet.saved import PACKAGE_FAULTS

_HASH = re.compile(rb":([0-9a-f]{64})(?![0-9a-f])")
_NUMBER = re.compile(rb"(?<![0-9])[0-9]{1,9}\Z")
"""Number and hash of the last event, as the Method sheet of a summary names it ("12:ab34...").
Looked for from the colon on: a long sheet is all digits, and has hardly any colons."""


def summaries_there(newest: Path) -> list[Path]:
    """Return the summaries of a round that are there, earlier and other ones included.

    Args:
        newest: where the newest one is, if there is one.
    """
    found = {newest, *newest.parent.rglob("summary*.xlsx")}
    return sorted(path for path in found if path.is_file())


def event_noted(path: Path) -> tuple[int, str] | None:
    """Return number and hash of the event that a summary names as the last before it.

    Args:
        path: the summary, or what somebody made of it.

    Returns:
        None where it names none.
    """
    try:
        with zipfile.ZipFile(path) as package:
            parts = [name for name in package.namelist() if re.fullmatch(r"xl/.*\.xml", name)]
            # Texts first: they hold it unless a program wrote them into the sheets themselves.
            for name in sorted(parts, key=lambda name: name != "xl/sharedStrings.xml"):
                noted = _noted_in(package.read(name))
                if noted:
                    return noted
    except PACKAGE_FAULTS:
        pass  # edited with another program, or not a workbook: it says nothing of the log
    return None


def _noted_in(part: bytes) -> tuple[int, str] | None:
    for found in _HASH.finditer(part):
        before = _NUMBER.search(part[max(0, found.start() - 10) : found.start()])
        if before:
            return int(before[0]), found[1].decode()
    return None
