"""The outbox folder: what a file in it holds, and writing that is whole or not done."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger.archive import UNFINISHED, sweep
from xlassess.model.errors import UsageError

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


def output_of(folder: AssessmentFolder, round_name: str) -> Path:
    """Return the folder for what is made from a round."""
    return folder.summary_file(round_name).parent


def put(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and rename it, so that it is never half there.

    Args:
        path: the file; its folder is made where it is missing.
        content: what to write.

    Raises:
        UsageError: a folder has this name.
        OSError: it cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder.", "Give the name of a file in it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    write_whole(path, content)
