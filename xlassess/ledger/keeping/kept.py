"""What is known of files that are kept, and what every place that keeps them can do."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from xlassess.model.errors import UsageError

BLOCK = 1 << 20
"""Bytes read at once: memory does not grow with the file."""

_KIND = re.compile(r"[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A received file as kept: the hash and number of its bytes, and where it can be read.

    ``path`` is the file that is kept, or where files are kept elsewhere, a copy of it at hand for
    as long as they are open.
    """

    sha256: str
    size: int
    path: Path


@dataclass(frozen=True, slots=True)
class KeptName:
    """The name of a file that is kept, ``where`` it is for people, and the hash of its bytes now.

    ``sha256`` is empty where it could not be told.
    """

    name: str
    where: str
    sha256: str


class KeptFiles(Protocol):
    """The received files of one assessment: every file once, under the hash of its bytes."""

    @property
    def where(self) -> str:
        """Where they are, as people read it."""

    def keep(self, source: Path, kind: str = "") -> Kept:
        """Keep a file under the hash of its bytes; one that is there already is left as it is.

        Args:
            source: the received file, which is not changed.
            kind: the file kind as sniffed (``xlsx`` ...), which becomes the ending; without one
                (or with one that is no plain ending) it is ``bin``.

        Raises:
            UsageError: the source cannot be read.
            OSError: it cannot be kept.
        """

    def secure(self, files: Sequence[Kept]) -> None:
        """Wait until files just kept are safe: only then may a record speak of them.

        Raises:
            XlassessError: the storage cannot be used.
            OSError: the disk fails.
        """

    def discard(self, kept: Kept) -> None:
        """Remove a file that was kept just now, where nothing is recorded of it after all.

        Raises:
            XlassessError: the storage cannot be used.
            OSError: it cannot be removed.
        """

    def at_hand(self, sha256: str, room: Path) -> Path | None:
        """Return a file of this hash: where it is kept, or brought into a folder; None without one.

        Args:
            sha256: the hash; empty for what had no bytes.
            room: the folder for a copy, where it is kept elsewhere.

        Raises:
            XlassessError: the storage cannot be used.
        """

    def every(self) -> Iterator[KeptName]:
        """Yield every file that is kept, with the hash that its bytes have now, by name.

        Raises:
            XlassessError: the storage cannot be used.
            OSError: a file cannot be read.
        """

    def sweep(self) -> None:
        """Remove what runs that were broken off left unfinished, an hour ago or more."""


def ending(kind: str) -> str:
    """Return the ending under which a file of this kind is kept."""
    return kind if _KIND.fullmatch(kind) else "bin"


def copied(incoming: IO[bytes], out: IO[bytes]) -> tuple[str, int]:
    """Copy bytes, and return their hash and number."""
    digest, size = hashlib.sha256(), 0
    while block := incoming.read(BLOCK):
        digest.update(block)
        out.write(block)
        size += len(block)
    return digest.hexdigest(), size


def hash_of(file: IO[bytes]) -> str:
    """Return the hash of the bytes of a file that is open."""
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def opened(source: Path) -> IO[bytes]:
    """Open a received file.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return source.open("rb")
    except OSError as error:
        raise UsageError(
            f"The file {source} cannot be read ({error.strerror}).",
            "Check that it is there, that it is a file, and that you have permission to read it.",
        ) from None
