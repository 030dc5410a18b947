"""The archive of received files, wherever it is: the one door to every file that is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlassess.ledger.keeping.in_bucket import BucketFiles
from xlassess.ledger.keeping.in_folder import (
    UNFINISHED,
    FolderFiles,
    bring_to_disk,
    hash_of_file,
    hashes,
    keep_file,
    sweep,
)
from xlassess.ledger.keeping.kept import Kept, KeptFiles, KeptName
from xlassess.model.assessment import FilesBucket

__all__ = [
    "UNFINISHED",
    "Kept",
    "KeptFiles",
    "KeptName",
    "bring_to_disk",
    "hash_of_file",
    "hashes",
    "keep_file",
    "kept_files",
    "sweep",
]

_STAGED = "xlassess-kept-"


@contextmanager
def kept_files(place: Path | FilesBucket) -> Iterator[KeptFiles]:
    """Open the place where the received files of an assessment are kept.

    Args:
        place: a folder, or a bucket; nothing is connected before a file is asked for.

    Raises:
        UsageError: what a bucket needs is not installed.
    """
    if isinstance(place, Path):
        yield FolderFiles(place)
        return
    sweep(Path(tempfile.gettempdir()), (_STAGED,))
    with tempfile.TemporaryDirectory(prefix=_STAGED) as room:
        yield BucketFiles(place, Path(room))
