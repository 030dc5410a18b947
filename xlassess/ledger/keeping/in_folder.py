"""Received files kept in a folder: every file once, under the hash of its bytes."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from xlassess.files.rights import give_to_group, group_of, group_writes, make_folder
from xlassess.ledger.keeping.kept import Kept, KeptName, copied, ending, hash_of, opened

UNFINISHED = ".unfinished-"
"""Begins the name of a file that is still being written; it is renamed when it is whole."""

_LEFT = (UNFINISHED, ".part-", ".summary-")
_LEFT_SECONDS = 3600
"""What is this old and still unfinished was left by a run that was broken off."""


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
    make_folder(folder)
    with opened(source) as incoming, _unfinished(folder) as (out, name):
        sha256, size = copied(incoming, out)
        out.close()
        place = folder / sha256[:2]
        kept = _existing(place, sha256, size)
        if kept is None:
            make_folder(place)
            kept = place / f"{sha256}.{ending(kind)}"
            if group_writes(place):
                # Where a group works together, for the group too: a temporary file is its
                # owner's alone, which is as it should be for everybody else.
                give_to_group(name, group_of(place))
            name.replace(kept)
        return Kept(sha256, size, kept)


_FEW = 64
"""Up to so many files are brought to the disk one by one, which leaves other programs alone; for
more, one request for all that the system still holds takes less time."""


def bring_to_disk(paths: Sequence[Path], within: Path) -> None:
    """Wait until files just written, and their names, are on the disk.

    Afterwards a power cut takes none of them away, so that the ledger may speak of them.

    Args:
        paths: the files.
        within: the folder that was there before, with theirs below it or theirs itself.

    Raises:
        OSError: the disk fails.
    """
    if len(paths) > _FEW and hasattr(os, "sync"):
        os.sync()
        return
    new = {each for path in paths for each in path.parents if within in each.parents}
    folders = new | {within} if paths else set()
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


@dataclass(frozen=True, slots=True)
class FolderFiles:
    """The received files of an assessment, in its folder ``returns/`` (`KeptFiles`)."""

    folder: Path

    @property
    def where(self) -> str:
        """Where they are, as people read it."""
        return f"{self.folder.name}/"

    def keep(self, source: Path, kind: str = "") -> Kept:
        """Keep a file under the hash of its bytes (`keep_file`)."""
        return keep_file(self.folder, source, kind)

    def secure(self, files: Sequence[Kept]) -> None:
        """Bring files just kept to the disk (`bring_to_disk`)."""
        bring_to_disk([one.path for one in files], self.folder.parent)

    def discard(self, kept: Kept) -> None:
        """Remove a file of which nothing is recorded."""
        kept.path.unlink(missing_ok=True)

    def at_hand(self, sha256: str, room: Path) -> Path | None:
        """Return the file of this hash where it is kept; None without one."""
        del room  # it is at hand here
        found = sorted((self.folder / sha256[:2]).glob(f"{sha256}.*")) if sha256 else []
        return found[0] if found else None

    def every(self) -> Iterator[KeptName]:
        """Yield every file in the folder, with the hash that its bytes have now, by name."""
        there = sorted(self.folder.rglob("*")) if self.folder.is_dir() else []
        files = [path for path in there if path.is_file() and not path.name.startswith(".")]
        for path, sha256 in hashes(files).items():
            where = path.relative_to(self.folder.parent).as_posix()
            yield KeptName(path.name, where, sha256)

    def sweep(self) -> None:
        """Remove what runs that were broken off left unfinished, an hour ago or more."""
        sweep(self.folder)


_FILES_AT_ONCE = 64


def hashes(paths: Sequence[Path]) -> dict[Path, str]:
    """Return the hash of every file, several read at once: hashing leaves other threads to run.

    Raises:
        OSError: a file cannot be read.
    """
    some = [paths[at : at + _FILES_AT_ONCE] for at in range(0, len(paths), _FILES_AT_ONCE)]
    with ThreadPoolExecutor() as pool:
        return {path: sha256 for hashed in pool.map(_hash_all, some) for path, sha256 in hashed}


def _hash_all(paths: Sequence[Path]) -> list[tuple[Path, str]]:
    """The hashes of a handful of files: handed out singly, handing out would take the longest."""
    return [(path, hash_of_file(path)) for path in paths]


def hash_of_file(path: Path) -> str:
    """Return the hash of the bytes of a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hash_of(file)


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
