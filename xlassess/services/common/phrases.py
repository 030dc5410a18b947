"""Words that everybody is told results in: numbers, days, whose, where, and what is open.

The command line and the desk both use them, so that neither says what the other does not. A module
that loads nothing heavy, because ``xlassess --help`` loads it.
"""

from __future__ import annotations

import errno
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from xlassess.model.errors import XlassessError

if TYPE_CHECKING:
    from xlassess.ingest import Hint
    from xlassess.model.answer import Issued, Return
    from xlassess.model.assessment import Attribution
    from xlassess.model.record import Notice, NoticeKind
    from xlassess.services.common.workbooks.issuing import Outcome

Matter = Literal[
    "queries", "joint", "offers", "evidence", "later", "other round", "asked", "nobody",
    "awaited", "not issued", "reports", "overdue", "unexplained", "unsettled",
]  # fmt: skip
"""What may be open in a round; `MATTERS` has the words."""

_NOTICED: Mapping[NoticeKind, str] = {
    "no such address": "address does not exist",
    "not delivered": "message could not be delivered",
    "delayed": "delivery is delayed",
    "away": "away",
    "automatic reply": "automatic reply",
    "read": "message was opened",
    "unread": "message was deleted unread",
}

SHOWN: Mapping[Attribution, str] = {
    "named": "With names of partners and people",
    "partner": "With names of partners only",
    "lettered": "Under letters",
    "aggregated": "In figures only",
}
"""How each way of showing answers is called."""

_SENTENCES = re.compile(r"(?<=[.!?”]) (?=[A-Z“])")

_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of text; Unicode Standard Annex #9, table of types."""


@dataclass(frozen=True, slots=True)
class ToldMatter:
    """Something that people are told of: what, whom or what it concerns, and what to do.

    ``names`` are listed under the title. ``command`` does what ``remedy`` says; where there is one,
    the remedy is the beginning of a sentence that ends in it.
    """

    title: str
    names: tuple[str, ...] = ()
    remedy: str = ""
    command: str = ""

    @property
    def without_command(self) -> str:
        """What to do, where there is something else than the command for it."""
        return f"{self.remedy}." if self.command else self.remedy


def visible(char: str) -> str:
    """Return a character as it can be shown anywhere: one that steers what is shown as its escape.

    These are control characters, and those that turn the direction of text.
    """
    if char in _TURNING or unicodedata.category(char) in ("Cc", "Cs"):
        return f"\\u{ord(char):04x}" if ord(char) > 0xFF else f"\\x{ord(char):02x}"
    return char


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
    from xlassess.model.days import written_day

    return written_day(value)


def moment(at: datetime) -> str:
    """Return "27 March 2026, 14:05", where the computer stands."""
    local = at.astimezone()
    return f"{day(local.date())}, {local:%H:%M}"


def whose(issued: Issued) -> str:
    """Return whose workbook it is, with its reference."""
    who = (issued.partner, issued.respondent, issued.identity.toolkit, issued.reference)
    return ", ".join(filter(None, who))


def named(ret: Return) -> str:
    """Return a return by number and file."""
    return f"return {ret.number} ({ret.file})"


def noticed(notice: Notice) -> str:
    """Return in words what came back about a message."""
    if notice.kind == "away" and notice.until:
        return f"away until {day(notice.until)}"
    whose = f"{notice.address}: " if notice.address else ""
    return f"{whose}{_NOTICED[notice.kind]}"


def planned(outcome: Outcome) -> str:
    """Return what became of the plan workbook, to stand before its name."""
    return _PLANNED[outcome]


_PLANNED: Mapping[Outcome, str] = {
    "new": "Plan workbook written",
    "reissued": "Plan workbook written anew",
    "unchanged": "The plan workbook is as it was",
    "restored": "Plan workbook written again as it was",
    "outdated": "Plan workbook left as it was, although something has changed",
    "questions": "Plan workbook left as it was, although proposals have changed",
    "kept": "Not written, because the folder has a different file of the same name",
}


def refusal(ret: Return) -> str:
    """Return in one line which file was refused, and why."""
    reason = ret.findings[0] if ret.findings else None
    name = f"{ret.file} (return {ret.number})" if ret.number else ret.file
    return f"{name}: {reason.code} {reason.kind.title}" if reason else name


def trouble(error: OSError) -> tuple[str, str]:
    """Return what is wrong with a file or the disk, and what to do, as two sentences."""
    message, remedy = _TROUBLES.get(error.errno or 0, _REFUSED)
    name = f" {error.filename}" if error.filename else " it"
    return message.format(name=name, why=error.strerror), remedy


def what_is_wrong(error: BaseException) -> tuple[tuple[str, str], ...]:
    """Return what an error says is wrong, and what to do, line by line."""
    problems = getattr(error, "problems", ())
    if problems:
        return tuple((str(one), "") for one in problems)
    if isinstance(error, XlassessError):
        return ((error.message, error.remedy),)
    if isinstance(error, OSError) and error.strerror:
        return (trouble(error),)
    return ((f"Something went wrong: {type(error).__name__}.", ""),)


_NO_ROOM = (
    "The disk is full.",
    "Free some space and do the same again. Everything finished so far is kept.",
)
_READ_ONLY = (
    "Cannot write to{name} ({why}). The disk or folder is read-only.",
    "Copy the whole folder to a place you can write to, and work there.",
)
_NO_RIGHT = (
    "Cannot read or write{name} ({why}). It may be open in another program, or you may not have "
    "permission.",
    "Close it in other programs, check that you can write there, and do the same again.",
)
_IN_THE_WAY = (
    "Cannot write{name} ({why}). There is a file where a folder is needed, or a folder where a "
    "file is needed.",
    "Move it somewhere else and do the same again.",
)
_REFUSED = (
    "The computer could not use the file{name}: {why}.",
    "Close it in other programs. Check that you can write there and that the disk is not full.",
)
_TROUBLES = {
    errno.ENOSPC: _NO_ROOM,
    getattr(errno, "EDQUOT", errno.ENOSPC): _NO_ROOM,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EISDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
}
"""What is wrong with the disk and what to do, by the system's error number."""


MATTERS: Mapping[Matter, tuple[str, str, str]] = {
    "queries": ("Open queries", "", ""),
    "joint": ("To be put right in the file", "workbook", "workbooks"),
    "offers": ("What messages seem to ask for", "offer", "offers"),
    "evidence": ("Answers in a PDF or a picture", "workbook", "workbooks"),
    "later": ("A PDF or a picture came later", "workbook", "workbooks"),
    "other round": ("Refused, of another round", "file", "files"),
    "asked": ("Refused, from an address of somebody who is asked", "file", "files"),
    "nobody": ("Refused, not known whose", "file", "files"),
    "awaited": ("Not returned yet", "workbook", "workbooks"),
    "not issued": ("Not issued", "workbook", "workbooks"),
    "reports": ("Progress not reported yet", "workbook", "workbooks"),
    "overdue": ("Overdue", "agreed action", "agreed actions"),
    "unexplained": ("Reason awaited", "agreed action", "agreed actions"),
    "unsettled": (
        "Not settled by the agreed plan",
        "proposal or concern",
        "proposals and concerns",
    ),
}
"""What may be open in a round, the most pressing first: title; what is counted, one and many, where
the title does not say it."""


def matter(kind: Matter, number: int) -> str:
    """Return how many there are of something open: "Not issued: 3 workbooks"."""
    title, one, many = MATTERS[kind]
    return f"{title}: {count(number, one, many) if one else number}"


CLOCKS: Mapping[str, str] = {
    "sender": "Its day is by the sender's clock: no mail server says when it came.",
    "reader": "It does not say when it came: its day is the one on which it was read.",
}
"""Whose clock a message is dated by, where it is no mail server's."""

_SEEMING = {
    "correction": "a correction",
    "nil return": "a nil return",
    "declined": "a refusal to take part",
    "another person": "a change of person",
}


def seeming(hint: Hint) -> str:
    """Return what a message seems to ask for: "seems to be a correction of 1A to “Agree”"."""
    item = f" of {hint.item} to “{hint.label}”" if hint.item else ""
    return f"seems to be {_SEEMING[hint.kind]}{item}"


def without_commands(text: str) -> str:
    """Return sentences without those that name a command, for pages on which it can be done."""
    sentences = _SENTENCES.split(text)
    return " ".join(one for one in sentences if "xlassess " not in one and "--" not in one)
