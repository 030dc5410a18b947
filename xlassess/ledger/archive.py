"""The archive of received files: every file once, under the hash of its bytes."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xlassess.files.problems import left_out
from xlassess.model.errors import UsageError

_BLOCK = 1 << 20
_KIND = re.compile(r"[a-z0-9]{1,8}")
UNFINISHED = ".unfinished-"
"""Begins the name of a file that is still being written; it is renamed when it is whole."""

_LEFT = (UNFINISHED, ".part-", ".summary-")
_LEFT_SECONDS = 3600
"""What is this old and still unfinished was left by a run that was broken off."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A received file as kept: the hash and number of its bytes, and where it is."""

    sha256: str
    size: int
    path: Path


def keep_file(folder: Path, source: Path, kind: str = "") -> Kept:
    """Copy a received file into the archive under the hash of its bytes.

    The copy appears whole or not at all; one that is there already is left as it is. The
    source is not changed. Memory does not grow with the file.

    Args:
        folder: the archive (``returns/`` of the assessment); made when missing.
        source: the received file.
        kind: the file kind as sniffed (``xlsx`` ...), which becomes the ending; without one
            (or with one that is no plain ending) it is ``bin``.

    Raises:
        UsageError: the source cannot be read.
        OSError: the archive cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ending = kind if _KIND.fullmatch(kind) else "bin"
    with _opened(source) as incoming, _unfinished(folder) as (out, name):
        digest = hashlib.sha256()
        size = 0
        while block := incoming.read(_BLOCK):
            digest.update(block)
            out.write(block)
            size += len(block)
        out.close()
        sha256 = digest.hexdigest()
        place = folder / sha256[:2]
        kept = _existing(place, sha256, size)
        if kept is None:
            place.mkdir(exist_ok=True)
            kept = place / f"{sha256}.{ending}"
            if not left_out() & 0o020:
                # Where a group works together, for the group too: a temporary file is its
                # owner's alone, which is as it should be for everybody else.
                name.chmod(0o660)
            name.replace(kept)
        return Kept(sha256, size, kept)


_FEW = 64
"""Up to so many files are brought to the disk one by one, which leaves other programs alone; for
more, one request for all that the system still holds takes less time."""


def bring_to_disk(paths: Sequence[Path]) -> None:
    """Wait until files just written, and their names, are on the disk.

    Afterwards a power cut takes none of them away, so that the ledger may speak of them.

    Args:
        paths: the files.

    Raises:
        OSError: the disk fails.
    """
    if len(paths) > _FEW and hasattr(os, "sync"):
        os.sync()
        return
    folders = {each for path in paths for each in (path.parent, path.parent.parent)}
    for path in paths:
        # Windows brings to the disk only what is open for writing.
        with path.open("r+b" if os.name == "nt" else "rb") as file:
            os.fsync(file.fileno())
    if os.name != "nt":  # there a folder cannot be opened, and keeps its names by itself
        for folder in folders:
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def sweep(folder: Path, beginnings: tuple[str, ...] = _LEFT) -> None:
    """Remove what runs that were broken off left unfinished in a folder, an hour ago or more.

    What cannot be removed is left for another time.

    Args:
        folder: the folder; it need not be there.
        beginnings: of the names of what is unfinished.
    """
    with suppress(OSError):
        for path in folder.iterdir():
            legacy = path.name.startswith(".") and path.suffix == ".part"
            if not (path.name.startswith(beginnings) or legacy):
                continue
            with suppress(OSError):
                if time.time() - path.lstat().st_mtime < _LEFT_SECONDS:
                    continue
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def _existing(place: Path, sha256: str, size: int) -> Path | None:
    """The file kept under this hash, whatever its ending, if it is there in full."""
    for path in sorted(place.glob(f"{sha256}.*")):
        if path.stat().st_size == size:
            return path
    return None


def _opened(source: Path) -> IO[bytes]:
    try:
        return source.open("rb")
    except OSError as error:
        raise UsageError(
            f"The file {source} cannot be read ({error.strerror}).",
            "Check that it is there, that it is a file, and that you have permission to read it.",
        ) from None


@contextmanager
def _unfinished(folder: Path) -> Iterator[tuple[IO[bytes], Path]]:
    """A temporary file beside its later place; gone at the end unless it was renamed."""
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=folder)
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out, path
    finally:
        with suppress(FileNotFoundError):
            path.unlink()
