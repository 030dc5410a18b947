"""The file name of an issued workbook."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from xlassess.model.answer import Issued
from xlassess.model.assessment import Respondent
from xlassess.model.toolkit import Toolkit
from xlassess.sheet.words import Words

_LONGEST, _LONGEST_BYTES = 120, 240
"""Characters, short enough for Windows' limit on whole paths, and bytes, under the 255 of Linux
file systems."""
_LONGEST_PART = 40

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]+')
_SPACES = re.compile(r"\s+")


def file_name(toolkit: Toolkit, respondent: Respondent, round_name: str, reference: str) -> str:
    """Return a name that people can read and every system can store.

    Such as ``2026 PAT - Anytown Council - Chief Executive - K7M4-9QX3.xlsx``. It holds no
    address and nothing secret; the reference makes it unique.

    Args:
        toolkit: the instrument.
        respondent: who answers.
        round_name: the round.
        reference: the workbook's reference.
    """
    which = f"{round_name} {toolkit.short}"
    return _named((which, respondent.partner, respondent.name), reference)


def query_file_name(toolkit: Toolkit, issued: Issued, reference: str) -> str:
    """Return the name of a query workbook, made like that of the first.

    Args:
        toolkit: the instrument.
        issued: the workbook asked about.
        reference: the query workbook's reference.
    """
    which = f"{issued.identity.round} {toolkit.short}"
    what = Words("query.j2").say("file_part")
    return _named((which, what, issued.partner, issued.respondent), reference)


def entry_file_name(toolkit: Toolkit, issued: Issued, reference: str) -> str:
    """Return the name of a copy for typing in, made like that of the workbook it stands for.

    Args:
        toolkit: the instrument.
        issued: the workbook it stands for.
        reference: the copy's own reference.
    """
    which = f"{issued.identity.round} {toolkit.short}"
    what = Words("entry.j2").say("file_part")
    return _named((which, what, issued.partner, issued.respondent), reference)


def _named(parts: Iterable[str], reference: str) -> str:
    named = " - ".join(part for part in map(_part, parts) if part)
    room = _LONGEST - len(reference) - len(" - .xlsx")
    shown = _clipped(named, room)
    bytes_left = _LONGEST_BYTES - len(reference) - len(" - .xlsx")
    while len(shown.encode()) > bytes_left:
        shown = shown[:-1].rstrip(" .-,")
    return f"{shown} - {reference}.xlsx"


def _part(text: str) -> str:
    """Return a text without what file systems forbid, cut to a fair length."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(c for c in composed if unicodedata.category(c) not in ("Cf", "Cs", "Co"))
    clean = _SPACES.sub(" ", _FORBIDDEN.sub(" ", visible)).strip(" .-")
    return _clipped(clean, _LONGEST_PART)


def _clipped(text: str, limit: int) -> str:
    """Cut a text at a word's end if there is one in its second half."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip(" .-,")
