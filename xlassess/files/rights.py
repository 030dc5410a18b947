"""The rights of new files and folders: those that the folder has in which they are made.

Where a group works in a folder, it may write in what is made there: that group, whichever group
the user's files are of elsewhere. Everywhere else new files are as the user's settings have it, or
private. Windows does so by itself. Nothing of the process is
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


def group_of(folder: Path) -> int:
    """Return the number of the group that a folder is of.

    Raises:
        OSError: it is not there.
    """
    return folder.stat().st_gid


def give_to_group(path: Path, group: int) -> None:
    """Give a group what the owner of a file or folder may do; what is made in a folder follows it.

    A link is left alone: it may lead out of the folder. So is what is somebody else's or not there,
    and what cannot be given to this group, as the group that it is of may be everybody's.

    Args:
        path: the file or folder.
        group: the number of the group (`group_of` its folder).
    """
    with suppress(OSError):
        state = path.lstat()
        if stat.S_ISLNK(state.st_mode):
            return
        if state.st_gid != group:
            os.chown(path, -1, group)
        mode = stat.S_IMODE(state.st_mode)
        wanted = mode | ((mode & stat.S_IRWXU) >> 3)
        wanted |= stat.S_ISGID if stat.S_ISDIR(state.st_mode) else 0
        if wanted != mode:
            path.chmod(wanted)


def like_its_folder(path: Path) -> None:
    """Let the group in on something new, with all that is in it, where its folder is the group's.

    Args:
        path: what was made.
    """
    if group_writes(path.parent):
        group = group_of(path.parent)
        give_to_group(path, group)
        if path.is_dir():
            for within in path.rglob("*"):
                give_to_group(within, group)


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
