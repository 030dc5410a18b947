"""Locks on files that the system lets go when a process ends, however it does.

A process number may be another's by then, and a clock says nothing on a computer that was asleep.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from xlassess.files.rights import like_its_folder

_LOOKS_AGAIN = 0.05
"""Seconds after which it is looked again whether a lock is free."""


@contextmanager
def holding(path: Path) -> Iterator[None]:
    """Hold a lock; wait until it is free.

    Args:
        path: the file that stands for it; made where it is missing, and never written to.

    Raises:
        OSError: the file cannot be made.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        like_its_folder(path)
        while not _take(handle):
            time.sleep(_LOOKS_AGAIN)
        yield
    finally:
        os.close(handle)


def is_held(path: Path) -> bool:
    """True when a living process holds this lock; false where there is no such file."""
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not _take(handle, shared=True)
    finally:
        os.close(handle)


def _by_flock(handle: int, *, shared: bool = False) -> bool:
    """Take a lock if it is free; it is let go when the file is closed.

    Whoever only looks whether it is free takes it with others who look.
    """
    fcntl = import_module("fcntl")
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _by_msvcrt(handle: int, *, shared: bool = False) -> bool:
    """Take a lock if it is free; it is let go when the file is closed.

    There is none to be shared: of two who look at the same moment, one sees it held. It looks
    again with the next page, and who wants to hold it tries again by itself.
    """
    del shared
    msvcrt = import_module("msvcrt")
    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    return True


_take = _by_msvcrt if sys.platform == "win32" else _by_flock
"""How this system takes a lock."""
