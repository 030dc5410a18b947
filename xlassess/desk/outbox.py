"""The outbox folder: what a file in it holds, and writing that is whole or not done."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from xlassess.ledger.archive import UNFINISHED

REPLACED = "replaced"
"""The folder of the outbox into which workbooks go that later ones stand in for."""


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of these bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def holds(path: Path, sha256: str) -> bool | None:
    """True when the file has this content, False when another, None when there is none.

    An empty file counts as none: it is what a power cut leaves of a file just written.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    return sha256_of(data) == sha256 if data else None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is either whole or as it was before.

    Several programs may write the same file at once. Who may read it is as the user's settings
    have it for new files.

    Raises:
        OSError: it cannot be written.
    """
    unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}{path.suffix}")
    try:
        with unfinished.open("xb") as file:
            file.write(data)
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def put_aside(path: Path) -> None:
    """Move a workbook that a later one stands in for out of the way."""
    replaced = path.parent / REPLACED
    replaced.mkdir(exist_ok=True)
    path.replace(replaced / path.name)
