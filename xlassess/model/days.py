"""Days, as people read them: the one home of how a day is written, and of which day it is.

A moment is told as the day it is here, where the coordinator is: one that is overdue on the screen
is overdue in the papers, too.
"""

from __future__ import annotations

from datetime import date, datetime

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def local_day(moment: datetime) -> date:
    """Return the day that a moment is on, here."""
    return moment.astimezone().date()


def written_day(day: date) -> str:
    """Return a day as it is read in Britain, such as 3 April 2026; the same on every computer.

    Args:
        day: the day, or a moment on it.
    """
    found = _here(day)
    return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"


def short_day(day: date | None) -> str:
    """Return a day as narrow columns have it, such as 3 Apr 2026; nothing for none.

    Args:
        day: the day, or a moment on it.
    """
    if day is None:
        return ""
    found = _here(day)
    return f"{found.day} {_MONTHS[found.month - 1][:3]} {found.year}"


def _here(day: date) -> date:
    return local_day(day) if isinstance(day, datetime) and day.tzinfo else day
