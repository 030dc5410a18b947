"""What is said when a decision was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlassess.console.out import Out
from xlassess.console.text import capital, count, day
from xlassess.model.answer import Issued, Return

if TYPE_CHECKING:
    from xlassess.desk.decide import Book, Decided
    from xlassess.desk.waive import Waived

_RECORDED = {
    "sent": "sent",
    "reminded": "reminded",
    "chosen": "chosen to count",
    "set aside": "set aside",
    "reassigned": "reassigned",
    "nil return": "nil return",
    "declined": "declined",
}


def decided(out: Out, result: Decided) -> None:
    """Say what was recorded, and what counts now for the workbooks concerned."""
    head = "Taken back" if result.undone else "Recorded"
    what = _RECORDED[result.what]
    if result.what in ("sent", "reminded") and not result.books:
        out.say(f"Nothing to record: no workbook is waiting to be {what}.", style="head")
        return
    if result.what in ("sent", "reminded"):
        out.say(f"{head}: {count(len(result.books), 'workbook')} {what}.", style="head")
        out.some([whose(book.issued) for book in result.books])
        return
    returns = ", ".join(named(ret) for ret in result.returns)
    about = f"{returns}: {what}" if returns else what
    if result.what in ("nil return", "declined") and not result.undone:
        about = f"{what}; set aside: {returns}" if returns else what
    out.say(f"{head}: {about}.", style="head")
    for book in result.books:
        out.say(f"{whose(book.issued)}: {_stands(book)}", indent=2)


def whose(issued: Issued) -> str:
    """Return whose workbook it is, with its reference."""
    who = (issued.partner, issued.respondent, issued.identity.toolkit, issued.reference)
    return ", ".join(filter(None, who))


def named(ret: Return) -> str:
    """Return a return by number and file."""
    return f"return {ret.number} ({ret.file})"


def _stands(book: Book) -> str:
    if book.counts is not None:
        return f"{named(book.counts)} counts ({book.counts.state})"
    if book.outcome is not None:
        return f"{book.outcome.kind}, recorded {day(book.outcome.at.astimezone().date())}"
    return "no return counts"


def waived(out: Out, results: Sequence[Waived], *, revoked: bool) -> None:
    """Say which queries were waived, or no longer are, and in what state their returns are."""
    for result in results:
        who = f"{whose(result.issued)}: " if result.issued else ""
        numbers = ", ".join(f"{one.number} ({one.code})" for one in result.findings)
        verb = "waived no longer" if revoked else "waived"
        out.say(f"{who}{numbers} {verb}.", style="head")
        out.say(capital(f"{named(result.ret)} is now: {result.ret.state}."), indent=2)
        still = [one.number for one in result.ret.findings if one.is_open]
        if still:
            out.say(f"Still open: {', '.join(still)}.", indent=2)
