"""Who is at work, and when."""

from __future__ import annotations

import getpass
from datetime import datetime, timezone


def utc_now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(timezone.utc)


def user_name() -> str:
    """The name of the user as the operating system gives it, or "unknown"."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
