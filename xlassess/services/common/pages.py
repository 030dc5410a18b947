"""Pages of feedback that are to be sent: whose they are, to whom they go, and whether they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from xlassess.consolidate import is_page_of
from xlassess.ledger import Event, Ledger, RoundOverview
from xlassess.ledger.tables.events import What
from xlassess.mail import Attachment
from xlassess.model.answer import Issued
from xlassess.model.assessment import Assessment, Respondent, is_office
from xlassess.model.errors import UsageError
from xlassess.services.common.offers import sender_of
from xlassess.services.common.workbooks.asked import Request, request_of, requests
from xlassess.services.common.workbooks.standing import Standing


def digest_of_what_pages_show(assessment: Assessment, people: Iterable[Respondent]) -> str:
    """Return what settings and register say that may stand on pages of feedback, as a digest.

    Addresses and leave are no part of it: they say where a page goes, and not what is on it.

    Args:
        assessment: the settings.
        people: the register.
    """
    shown = replace(
        assessment, mail=None, return_by=None, show_last_time={}, show_successors=False,
        shared=False,
    )  # fmt: skip
    rows = sorted((one.id, one.partner, one.name, one.level, one.toolkits) for one in people)
    return hashlib.sha256(f"{shown!r} {rows!r}".encode()).hexdigest()


class FeedbackStanding(Standing):
    """Whose page of feedback may be sent: those who are asked, and whose return counts.

    Args:
        record: where the round's workbooks stand.
        own: the workbooks in which people say what they think, and decide nothing for others.
        asked: the places of the register.
        made_at: when the pages were written last.
    """

    def __init__(
        self, record: RoundOverview, own: Sequence[Issued], asked: Set[Request], made_at: datetime
    ) -> None:
        self.made_at = made_at
        self._current = record.current
        known = [
            book for book in own if book.reference in record.returned and request_of(book) in asked
        ]
        super().__init__(known, record.register, frozenset(), frozenset())

    def was_told(self, book: Issued) -> bool:
        """True when its respondent was sent their page."""
        return any(
            one.purpose == "feedback" and one.outcome == "sent" and book.reference in one.references
            for one in self._register.messages
        )

    def may_be_a_successor(self, book: Issued, address: str) -> bool:
        """True where whoever reads this address now need not be who answered.

        A row without the name of a person stays the same when another takes it over. Only its
        address tells: the page may go where the workbook was issued to, or where it came from.

        Args:
            book: the workbook.
            address: the address of its row, as the register has it now.
        """
        if book.respondent and not is_office(book.respondent):
            return False
        known = {book.email.casefold(), sender_of(self._current[book.reference]).casefold()}
        return address.casefold() not in known


_CHANGES: tuple[What, ...] = (
    "issued",
    "received",
    "waived",
    "waiver revoked",
    "chosen",
    "set aside",
    "reassigned",
    "corrected",
    "nil return",
    "declined",
)
"""What may change which answers count or what was promised, and with them every page."""


def _changes(event: Event, log: Sequence[Event]) -> bool:
    """True for what may change pages, and where such a thing is taken back."""
    taken_back = event.undoes is not None and log[event.undoes - 1].what in _CHANGES
    return taken_back or event.what in _CHANGES


def feedback_standing(
    ledger: Ledger, assessment: Assessment, people: Sequence[Respondent]
) -> FeedbackStanding:
    """Return to whom pages of feedback go: who is asked, and whose answers count.

    Args:
        ledger: what is on record.
        assessment: the settings.
        people: the register.

    Raises:
        UsageError: no pages were written.
    """
    written = _pages_written(ledger.events(), assessment)
    record, kits = ledger.overview(assessment.round), ledger.toolkits()
    asked = {place for place, _ in requests(assessment, people)}
    own = [one for one in record.issued if kits[one.identity.digest].subject != "proposal"]
    return FeedbackStanding(record, own, asked, written.at)


def _pages_written(log: Sequence[Event], assessment: Assessment) -> Event:
    """The event by which pages of feedback were written last.

    Raises:
        UsageError: none were written.
    """
    for one in reversed(log):
        if one.what == "feedback written" and one.details.get("round") == assessment.round:
            return one
    raise UsageError(
        "No pages of feedback were written in this round yet.",
        "Write them first: xlassess feedback",
    )


def check_pages_hold(ledger: Ledger, assessment: Assessment, people: Sequence[Respondent]) -> None:
    """Refuse to send pages that say what no longer holds.

    Raises:
        UsageError: no pages were written, or something has changed since.
    """
    log = ledger.events()
    written = _pages_written(log, assessment)
    again = "Write them again: xlassess feedback"
    ours = {book.reference for book in ledger.issued(assessment.round)}
    since = [one for one in log if one.number > written.number and _changes(one, log)]
    if any(one.reference in ours for one in since):
        raise UsageError(
            "Answers came in or changed, or workbooks were issued, since the pages of feedback "
            "were written.",
            again,
        )
    if written.details.get("sha256") != digest_of_what_pages_show(assessment, people):
        raise UsageError(
            "The settings or the register have changed since the pages of feedback were written.",
            again,
        )


def pages_of(place: Path, book: Issued, made_at: datetime) -> tuple[Attachment, ...]:
    """The pages of a respondent, in Excel and in Word; none of what is not theirs, or older.

    Pages of an earlier run are left where the last one broke off.
    """
    paths = (place / book.file_name, (place / book.file_name).with_suffix(".docx"))
    found = [(path, path.read_bytes()) for path in paths if path.is_file()]
    if not found or not all(is_page_of(content, book.reference, made_at) for _, content in found):
        return ()
    return tuple(Attachment(book.reference, path.name, content) for path, content in found)
