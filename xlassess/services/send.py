"""Sending: a message for each person, ready to be opened in a mail program and sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.reference import normalise
from xlassess.ledger import RoundOverview
from xlassess.mail import (
    AddressError,
    Attachment,
    Kind,
    Letter,
    mailbox_of,
    merge_list,
    message,
    own_words,
    standard_template,
    standard_words,
)
from xlassess.model.answer import Issued
from xlassess.model.assessment import Assessment
from xlassess.model.errors import UsageError
from xlassess.services.common.asked import Request, request_of, requests
from xlassess.services.common.opening import opened, still_open
from xlassess.services.common.outbox import holds, put
from xlassess.sheet.words import Words

MAILBOX, LIST = "drafts.mbox", "mail-merge.xlsx"
"""The files beside the drafts: all of them as one mailbox, and a list for a mail merge."""

_MARK = b"X-Unsent: 1"
"""By this header a draft of an earlier run is known again."""


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message that was written: whom it goes to, about which workbooks, and its file."""

    partner: str
    respondent: str
    address: str
    references: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Drafted:
    """Messages that were written, and what kept others from being.

    ``no_address`` are people without an e-mail address in the register; ``problems`` say what is
    wrong with an address; ``missing`` are workbooks that are not in the outbox as issued.
    ``day_over`` is the return date that the messages name, where it has passed. ``whole`` is False
    where messages were asked for about some workbooks only.
    """

    folder: Path
    kind: Kind
    drafts: tuple[MessageDraft, ...]
    no_address: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    day_over: date | None
    whole: bool = True

    @property
    def needs_person(self) -> bool:
        """True when somebody concerned gets no message, or one that asks for a day that is over."""
        return bool(self.no_address or self.missing or self.problems or self.day_over)


@dataclass(slots=True)
class _Drafting:
    """Messages in the making: the assessment they are about, and what was in the way so far."""

    folder: AssessmentFolder
    assessment: Assessment
    words: Words
    kind: Kind
    attach: bool
    letters: list[Letter] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    drafts: list[MessageDraft] = field(default_factory=list)
    no_address: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, books: Sequence[Issued]) -> None:
        """Write the message about one person's workbooks."""
        one = books[0]
        if not one.email:
            self.no_address.append(", ".join(filter(None, (one.partner, one.respondent))))
            return
        attached = [_attachment(self.folder.outbox, book) for book in books if self.attach]
        lost = [b.file_name for b, found in zip(books, attached, strict=False) if found is None]
        if lost:  # a message that says "attached" without its file would be worse than none
            self.missing += lost
            return
        letter = Letter(
            kind=self.kind,
            address=one.email,
            name=one.respondent,
            until=self.assessment.return_by,
            references=tuple(book.reference for book in books),
            names=tuple(book.file_name for book in books),
            attachments=tuple(found for found in attached if found),
        )
        try:
            self.messages.append(message(letter, self.assessment, self.words))
        except AddressError as error:
            self.problems.append(error.message)
            return
        self.letters.append(letter)
        path = self.folder.drafts / f"{one.identity.respondent}.eml"
        self.drafts.append(
            MessageDraft(one.partner, one.respondent, one.email, letter.references, path)
        )

    def write(self, now: datetime) -> None:
        """Put the messages into the folder for drafts, in place of those of an earlier run."""
        place = self.folder.drafts
        for path in sorted(place.glob("*.eml")):
            if _MARK in path.read_bytes()[:4096]:
                path.unlink()
        for draft, content in zip(self.drafts, self.messages, strict=True):
            put(draft.path, content)
        put(place / MAILBOX, mailbox_of(self.messages, now))
        put(place / LIST, merge_list(self.letters, self.assessment, self.words))


def draft(
    folder: AssessmentFolder, kind: Kind, *, now: datetime, only: Sequence[str] = (),
    attach: bool = True, again: bool = False,
) -> Drafted:  # fmt: skip
    """Write a message for each person whose workbooks are to be sent, or who has to be reminded.

    An invitation is about workbooks not recorded as sent; a reminder about those that were sent
    and for which nothing usable has come back. Drafts of an earlier run are replaced: what has
    come back meanwhile is not asked for again. Nothing is recorded, because nothing was sent.

    Args:
        folder: the assessment.
        kind: what the messages are for.
        now: the present moment, in UTC.
        only: references of workbooks; others are left alone.
        attach: let the workbooks go with the messages.
        again: also those to whom the workbooks were recorded as sent.

    Raises:
        UsageError: nothing was issued yet, the round is closed, or a reference is not known.
        XlassessError: settings, register or the organisation's template cannot be used.
        OSError: a file cannot be written.
    """
    today = now.astimezone().date()
    assessment = folder.assessment()
    asked = [place for place, _ in requests(assessment, folder.respondents())]
    with opened(folder, lambda: now) as ledger:
        still_open(ledger, assessment.round)
        out = _Awaited(ledger.overview(assessment.round), asked)
    books = out.named(only)
    if kind != "invitation":
        books = [book for book in books if out.has_it(book)]
    elif not again:
        books = [book for book in books if not out.has_it(book)]
    drafting = _Drafting(folder, assessment, _words(folder), kind, attach)
    for own in _by_person(books):
        drafting.add(own)
    drafting.write(now)
    by = assessment.return_by
    return Drafted(
        folder=folder.drafts,
        kind=kind,
        drafts=tuple(drafting.drafts),
        no_address=tuple(drafting.no_address),
        missing=tuple(drafting.missing),
        problems=tuple(drafting.problems),
        day_over=by if by and by < today and drafting.drafts else None,
        whole=not only and not again,
    )


def save_template(path: Path) -> None:
    """Write our words for messages to a file, to be changed.

    Raises:
        UsageError: the file is there already.
        OSError: it cannot be written.
    """
    if path.exists():
        raise UsageError(f"{path} is there already.", "Move it away, or give another name.")
    put(path, standard_template().encode())


def _words(folder: AssessmentFolder) -> Words:
    """The organisation's own words, or ours."""
    path = folder.mail_template
    if not path.is_file():
        return standard_words()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            f"{path.name} is not saved as UTF-8.", "Save it again with the encoding UTF-8."
        ) from None
    return own_words(text, path.name)


class _Awaited:
    """The workbooks that are awaited from people of the register.

    Of several issued to one person the last: where workbooks were issued anew it is to be sent,
    although an earlier one came back and counts until then.

    Args:
        record: where the round's workbooks stand.
        asked: the places of the register.
    """

    def __init__(self, record: RoundOverview, asked: Sequence[Request]) -> None:
        newest = {request_of(book): book for book in record.issued}
        settled = record.current.keys() | record.register.outcomes.keys()
        places = [newest[place] for place in asked if place in newest]
        self._known = {book.reference for book in places}
        self._awaited = [book for book in places if book.reference not in settled]
        refused = {ret.reference for ret in record.history if ret.state == "refused"}
        self._reached = refused | record.register.sent.keys() | record.register.reminded.keys()

    def named(self, only: Sequence[str]) -> list[Issued]:
        """Return those that are named, or all.

        Raises:
            UsageError: one of them was not issued to anybody of the register, or was replaced.
        """
        wanted = {normalise(text) for text in only}
        if wanted - self._known:
            unknown = ", ".join(sorted(wanted - self._known))
            raise UsageError(
                f"There is no workbook {unknown} to send or to wait for in this round.",
                "xlassess status shows the references. A workbook issued again has a new one.",
            )
        return [book for book in self._awaited if not wanted or book.reference in wanted]

    def has_it(self, book: Issued) -> bool:
        """True when the workbook is known to have reached its respondent."""
        return book.reference in self._reached


def _by_person(books: Iterable[Issued]) -> Iterator[list[Issued]]:
    """Yield the workbooks of each person together."""
    order = sorted(books, key=lambda one: one.identity.respondent)
    for _, group in groupby(order, key=lambda one: one.identity.respondent):
        yield list(group)


def _attachment(outbox: Path, book: Issued) -> Attachment | None:
    """A workbook as it was issued; None where that is not in the outbox."""
    path = outbox / book.file_name
    if not holds(path, book.sha256):
        return None
    return Attachment(book.reference, book.file_name, path.read_bytes())
