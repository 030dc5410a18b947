"""Who may read and write new files: what the user's settings leave out."""

from __future__ import annotations

import os


def left_out() -> int:
    """Return the rights that new files are not given (the umask); reading it means setting it."""
    held = os.umask(0o077)
    os.umask(held)
    return held
