"""Errors for people: one sentence on what is wrong and one on what to do."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path


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


def as_place(path: Path) -> str:
    """Return a path as it may stand in a sentence: the folder one is in by its name, not as a dot.

    Args:
        path: the path of a file or a folder.
    """
    return str(path.resolve() if path == Path() else path)


def as_argument(text: str) -> str:
    """Return text as it may stand in a command that is shown, for every usual shell.

    Windows' cmd knows double quotes only. Other shells read some characters within them.
    """
    if re.fullmatch(r"[\w@+=:,./-]+", text):
        return text
    if os.name != "nt" and set(text) & set('$`\\"!'):
        return shlex.quote(text)
    return '"' + text.replace('"', '""') + '"'
