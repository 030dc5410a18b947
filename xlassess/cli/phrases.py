"""Phrases that several verbs use: counts, lists, days, and how a workbook or a return is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xlassess.model.answer import Issued, Return


def count(number: int, one: str, many: str = "") -> str:
    """Return "1 file" or "3 files"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def capital(text: str) -> str:
    """Return the text with a capital letter first and the rest as it is."""
    return text[:1].upper() + text[1:]


def percent(share: float | None) -> str:
    """Return "79%", or a dash where there is nothing to take a share of."""
    return "–" if share is None else f"{share:.0%}"


def day(value: date) -> str:
    """Return "27 March 2026"."""
    return f"{value.day} {value:%B %Y}"


def whose(issued: Issued) -> str:
    """Return whose workbook it is, with its reference."""
    who = (issued.partner, issued.respondent, issued.identity.toolkit, issued.reference)
    return ", ".join(filter(None, who))


def named(ret: Return) -> str:
    """Return a return by number and file."""
    return f"return {ret.number} ({ret.file})"


def choosing(reference: str, number: str = "RETURN") -> str:
    """Return how to decide which of several returns counts."""
    return f'xlassess choose {reference} {number} --reason "..."'


def refusal(ret: Return) -> str:
    """Return in one line which file was refused, and why."""
    reason = ret.findings[0] if ret.findings else None
    name = f"{ret.file} (return {ret.number})" if ret.number else ret.file
    return f"{name}: {reason.code} {reason.kind.title}" if reason else name
