"""Papers made from a round: where they go, and putting them there whole or not at all."""

from __future__ import annotations

from pathlib import Path

from xlassess.desk.outbox import write_whole
from xlassess.folder.assessment import AssessmentFolder
from xlassess.ledger.archive import sweep
from xlassess.model.errors import UsageError


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
        raise UsageError(f"{path} is a folder.", "Name a file in it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    write_whole(path, content)
