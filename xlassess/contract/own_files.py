"""Workbooks of ours that are no returns: how they are marked, and what is said of them.

The mark is a document property, which Excel and LibreOffice keep when they save a file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from xlassess.contract.layout import PROPERTY_PREFIX

OwnFile = Literal[
    "summary", "data", "feedback", "progress", "portfolio", "messages", "register", "toolkit"
]
"""What a workbook is that is written here and does not come back with answers."""

OWN_FILE = "file"
"""The name of the property that says it, behind `PROPERTY_PREFIX`."""

OWN_FILE_PROPERTY = f"{PROPERTY_PREFIX}{OWN_FILE}"

_LEAVE = "Leave it where it is. If somebody wrote something into it, read that yourself."

OWN_FILES: Mapping[OwnFile, tuple[str, str]] = {
    "summary": ("the summary that xlassess wrote", _LEAVE),
    "data": ("an export of the data that xlassess wrote", _LEAVE),
    "feedback": ("a page of feedback that xlassess wrote", _LEAVE),
    "progress": ("a progress paper that xlassess wrote", _LEAVE),
    "portfolio": ("the portfolio of a programme that xlassess wrote", _LEAVE),
    "messages": ("a list for a mail merge that xlassess wrote", _LEAVE),
    "register": (
        "a register of respondents",
        "To change who is asked, change the register in the folder of the assessment.",
    ),
    "toolkit": (
        "a toolkit that xlassess wrote as a workbook",
        "To read what was changed in it: xlassess toolkits import FILE",
    ),
}
"""What each is, in words, and what to do with one that is handed over as a return."""
