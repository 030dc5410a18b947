"""What answer cells take, beyond their kind: said to whoever fills them in, and checked again."""

from __future__ import annotations

from datetime import date

FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
"""Days outside these are slips of the keyboard, or made of something that was no day."""
