"""The outbox folder: what a file in it holds, and writing that is whole or not done."""

from __future__ import annotations

import hashlib
from pathlib import Path

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
    """Write a file so that it is either whole or not there."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def put_aside(path: Path) -> None:
    """Move a workbook that a later one stands in for out of the way."""
    replaced = path.parent / REPLACED
    replaced.mkdir(exist_ok=True)
    path.replace(replaced / path.name)
