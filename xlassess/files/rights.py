"""The rights of new files and folders: those that the folder has in which they are made.

Where a group works in a folder, it may write in what is made there; everywhere else new files are
as the user's settings have it, or private. Windows does so by itself. Nothing of the process is
changed for it, as its other threads may be writing for somebody else.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path


def group_writes(folder: Path) -> bool:
    """True where the group of a folder may make files in it."""
    if os.name == "nt":
        return False
    try:
        return bool(folder.stat().st_mode & stat.S_IWGRP)
    except OSError:
        return False


def give_to_group(path: Path) -> None:
    """Give the group what the owner may do, as far as it is ours to give."""
    with suppress(OSError):  # somebody else's, or not there
        mode = path.stat().st_mode
        wanted = mode | ((mode & stat.S_IRWXU) >> 3)
        if wanted != mode:
            path.chmod(stat.S_IMODE(wanted))


def like_its_folder(path: Path) -> None:
    """Let the group in on something new, with all that is in it, where its folder is the group's.

    Args:
        path: what was made.
    """
    if group_writes(path.parent):
        give_to_group(path)
        if path.is_dir():
            for within in path.rglob("*"):
                if not within.is_symlink():
                    give_to_group(within)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it as far as they are missing, each like the one it is in.

    Args:
        folder: the folder; it may be there.
        mode: the most rights that it is given where no group works.

    Raises:
        OSError: it cannot be made.
    """
    missing: list[Path] = []
    above = folder
    while not above.is_dir() and above != above.parent:
        missing.append(above)
        above = above.parent
    for place in reversed(missing):
        place.mkdir(mode=mode if place == folder else 0o777, exist_ok=True)
        like_its_folder(place)
