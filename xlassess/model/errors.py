"""Errors for people: one sentence on what is wrong and one on what to do."""

from __future__ import annotations


class XlassessError(Exception):
    """Something could not be done; exit code 3.

    Args:
        message: what is wrong, as a sentence.
        remedy: what to do about it, as a sentence; may be empty.
    """

    exit_code = 3

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class UsageError(XlassessError):
    """The command was given something it cannot work with; exit code 2."""

    exit_code = 2
