"""The outbox folder: what a file in it holds, and writing that is whole or not done."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from xlassess.assessment.settings import AssessmentFolder
from xlassess.files.rights import like_its_folder, make_folder
from xlassess.ledger.archive import UNFINISHED, bring_to_disk, hash_of_file, sweep
from xlassess.model.assessment import Assessment
from xlassess.model.errors import UsageError

EARLIER = "earlier"
"""The folder beside a paper for those that were written before."""

REPLACED = "replaced"
"""The folder of the outbox into which workbooks go that later ones stand in for."""

QUERIES = "queries"
"""The folder of the outbox with query workbooks."""


def sha256_of(data: bytes) -> str:
    """Return the SHA-256 of these bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


FEEDBACK = "feedback"
"""The folder, beside the summary, that pages of feedback are put in."""


def feedback_folder(folder: AssessmentFolder, assessment: Assessment) -> Path:
    """Return where the pages of feedback of a round are."""
    return output_of(folder, assessment.round) / FEEDBACK


def holds(path: Path, sha256: str) -> bool | None:
    """True when the file has this content, False when another, None when there is none.

    An empty file counts as none: it is what a power cut leaves of a file just written.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    return sha256_of(data) == sha256 if data else None


FileContents = bytes | Callable[[BinaryIO], object]
"""The bytes of a file, or what writes them to it: large ones are never held in memory."""


def write_whole(path: Path, data: FileContents, *, lasting: bool = False) -> None:
    """Write a file so that it is either whole or as it was before.

    Several programs may write the same file at once. Who may read it is as the user's settings
    have it for new files, and where a group works in its folder, the group too.

    Args:
        path: the file.
        data: what to write.
        lasting: wait until it is on the disk; what can be made again need not be.

    Raises:
        OSError: it cannot be written.
    """
    with prepared(path, data, lasting=lasting) as unfinished:
        unfinished.replace(path)
    if lasting:
        bring_to_disk([path], path.parent)


@contextmanager
def prepared(path: Path, data: FileContents, *, lasting: bool = False) -> Iterator[Path]:
    """Write what is to become a file beside it; it is gone at the end unless it was renamed.

    Args:
        path: the file it is to become.
        data: what to write.
        lasting: wait until it is on the disk, and not only on its way there.

    Raises:
        OSError: it cannot be written.
    """
    unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}{path.suffix}")
    try:
        with unfinished.open("xb") as file:
            if callable(data):
                data(file)
            else:
                file.write(data)
            if lasting:
                file.flush()
                os.fsync(file.fileno())
        like_its_folder(unfinished)
        yield unfinished
    finally:
        unfinished.unlink(missing_ok=True)


def put_aside(path: Path) -> None:
    """Move a workbook that a later one stands in for out of the way."""
    replaced = path.parent / REPLACED
    make_folder(replaced)
    path.replace(replaced / path.name)


def output_of(folder: AssessmentFolder, round_name: str) -> Path:
    """Return the folder for what is made from a round."""
    return folder.summary_file(round_name).parent


def named_place(folder: AssessmentFolder, path: Path | None) -> str:
    """Return the place that somebody named for a paper as the assessment's folder leads to it.

    So it is found after both were moved together, and the record says little of the computer.

    Args:
        folder: the assessment.
        path: the file or folder; None for the usual one.

    Returns:
        Empty for the usual one.
    """
    if path is None:
        return ""
    try:
        return Path(os.path.relpath(path.resolve(), folder.root.resolve())).as_posix()
    except ValueError:  # on another drive
        return path.resolve().as_posix()


def put(path: Path, content: FileContents) -> None:
    """Write a file under a temporary name and rename it, so that it is never half there.

    Args:
        path: the file; its folder is made where it is missing.
        content: what to write.

    Raises:
        UsageError: a folder has this name.
        OSError: it cannot be written.
    """
    make_room(path)
    write_whole(path, content)


def make_room(path: Path) -> None:
    """See that a file can stand here: make its folder, and clear what broken-off runs left.

    Raises:
        UsageError: a folder has this name.
        OSError: the folder cannot be made.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder.", "Give the name of a file in it.")
    make_folder(path.parent)
    sweep(path.parent)


_KEPT = "%Y-%m-%d %H.%M.%S"
"""The time in the name of a copy, where the computer stands."""


def keep_copy(path: Path, beside: Path, now: datetime) -> Path:
    """Copy a file to this folder under its name and the time, and return where it is.

    A copy, so that whatever happens next, the file itself is never missing.

    Args:
        path: the file.
        beside: the folder; made when missing.
        now: the time that its name says.
    """
    make_folder(beside)
    stem = f"{path.stem} {now.astimezone():{_KEPT}}"
    names = (f"{stem}{extra}{path.suffix}" for extra in chain([""], map(" ({})".format, count(2))))
    kept = next(beside / name for name in names if not (beside / name).exists())
    with path.open("rb") as file:
        write_whole(kept, partial(shutil.copyfileobj, file), lasting=True)
    return kept


EDITED = "edited"
"""The folder beside what we write for what somebody had edited before it was replaced."""


def keep_edited(path: Path, now: datetime, *, as_written: bool) -> tuple[Path, ...]:
    """Keep a copy of what somebody has edited, before it is replaced or removed.

    Args:
        path: what is there; it may be missing.
        now: the time that the name of the copy says.
        as_written: nobody has changed it since we wrote it.

    Returns:
        Where the copy is, if one was needed.
    """
    if as_written or not path.is_file():
        return ()
    return (keep_copy(path, path.parent / EDITED, now),)


def kept_at(path: Path) -> datetime | None:
    """Return when a copy was kept, by its name; None for what is no such copy."""
    found = re.search(r"[0-9]{4}(-[0-9]{2}){2} [0-9]{2}([.][0-9]{2}){2}", path.stem)
    try:
        return datetime.strptime(found[0], _KEPT).astimezone() if found else None
    except ValueError:
        return None


def keep_before(path: Path, sha256: str, ours: Collection[str], now: datetime) -> Path | None:
    """Keep the paper that is there; return where, if somebody edited it since it was written.

    Every version stays: a committee may have been told by any of them.

    Args:
        path: the paper.
        sha256: the hash of what is to stand there instead.
        ours: the hashes of all papers of its kind as they were written.
        now: the time that the name of the copy says.
    """
    if not path.exists() or (held := hash_of_file(path)) == sha256:
        return None
    if held in ours:
        keep_copy(path, path.parent / EARLIER, now)
        return None
    return keep_copy(path, path.parent, now)
