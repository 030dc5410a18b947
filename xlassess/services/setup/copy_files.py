"""Copying an assessment's received files from its folder into a bucket, or back."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlassess.assessment.bucket import files_remarks
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger.archive import KeptFiles, KeptName, kept_files
from xlassess.model.assessment import FilesBucket
from xlassess.model.errors import UsageError
from xlassess.services.common.opening import id_of, named_place, place_meant
from xlassess.services.common.progress import Watch, silent

_TOGETHER = 64
"""Files on the way at once: what is on this computer meanwhile stays small."""


@dataclass(frozen=True, slots=True)
class FilesCopied:
    """Received files that were copied: how many, to where, and whether the settings name it.

    ``strange`` are files that were left where they are, because they do not have the bytes that
    their names say; ``damaged`` are those of which that is so in the second place, where a file
    of the same length was there already. Every byte in both places was read to tell.
    """

    count: int
    to: Path | FilesBucket
    in_use: bool
    strange: tuple[str, ...]
    damaged: tuple[str, ...] = ()


def copy_files(
    folder: AssessmentFolder, source: str, target: str, watch: Watch = silent
) -> FilesCopied:
    """Copy the received files of an assessment; what is there already is left as it is.

    Args:
        folder: the assessment; its id says which files of a bucket are meant.
        source: the folder, or the URL of the bucket, that has the files.
        target: the folder or bucket that is to have them.
        watch: told how many are done.

    Raises:
        UsageError: a place cannot be meant, or nothing is in the first.
        XlassessError: a bucket cannot be used.
        OSError: a file cannot be written.
    """
    of = id_of(folder, "files of a bucket are")

    def place(written: str) -> Path | FilesBucket:
        return place_meant(written, files_remarks, lambda url: FilesBucket(url.rstrip("/"), of))

    whence, to = place(source), place(target)
    with kept_files(whence) as here, kept_files(to) as there:
        found = list(here.every())
        if not found:
            raise UsageError(f"No file is kept in {named_place(whence)}.", "Check the first place.")
        sound = [one for one in found if _is_sound(one)]
        for done in _bring(here, there, sound):
            watch(done, 2 * len(sound))
        damaged = _damaged(there, sound, watch)
    strange = tuple(one.where for one in found if not _is_sound(one))
    return FilesCopied(len(sound) - len(damaged), to, folder.files == to, strange, damaged)


def _damaged(there: KeptFiles, copied: Sequence[KeptName], watch: Watch) -> tuple[str, ...]:
    """Read what was copied in its new place; return which do not have the bytes they should."""
    missing = {one.sha256 for one in copied}
    whole, wrong = len(missing), dict.fromkeys(missing, "")
    for one in there.every():
        named = one.name.partition(".")[0]
        if _is_sound(one):
            missing.discard(named)
        elif named in missing:
            wrong[named] = one.where
        watch(len(copied) + whole - len(missing), 2 * len(copied))
    return tuple(sorted(wrong[sha256] or sha256 for sha256 in missing))


def _is_sound(one: KeptName) -> bool:
    """True for a file that has the bytes that its name says."""
    return one.name.partition(".")[0] == one.sha256


def _bring(here: KeptFiles, there: KeptFiles, some: Sequence[KeptName]) -> Iterator[int]:
    """Bring files some at once, and yield how many are safe."""
    for at in range(0, len(some), _TOGETHER):
        lot = some[at : at + _TOGETHER]
        with tempfile.TemporaryDirectory() as room:
            brought = [(one, here.at_hand(one.sha256, Path(room))) for one in lot]
            there.secure([there.keep(path, path.suffix[1:]) for _, path in brought if path])
        yield at + len(lot)
