"""How a verb tells whoever waits how far it has come.

A module of its own, because the console needs it and must not load the ledger for --help.
"""

from __future__ import annotations

from typing import Protocol


class Watch(Protocol):
    """Told about progress: ``done`` of ``total`` files; ``total`` 0 is not known yet."""

    def __call__(self, done: int, total: int) -> None:
        """Take note of the progress."""


def silent(done: int, total: int) -> None:
    """Take no note of the progress."""
