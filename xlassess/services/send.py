"""Sending: a message for each person, as a draft for a mail program or to the mail server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.reference import normalise
from xlassess.ledger import Ledger, RoundOverview
from xlassess.ledger.events import What
from xlassess.mail import (
    AddressError,
    Attachment,
    Kind,
    Letter,
    as_read,
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
from xlassess.model.record import SentMessage
from xlassess.services.common.asked import Request, request_of, requests
from xlassess.services.common.opening import opened, still_open
from xlassess.services.common.outbox import holds, put
from xlassess.services.common.posting import Post, Posted, Sender, way_of
from xlassess.services.common.progress import Watch, silent
from xlassess.sheet.words import Words

MAILBOX, LIST = "drafts.mbox", "mail-merge.xlsx"
"""The files beside the drafts: all of them as one mailbox, and a list for a mail merge."""

_MARK = b"X-Unsent: 1"
"""By this header a draft of an earlier run is known again."""

_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class MessageDraft:
    """A message that was written: whom it goes to, about which workbooks, and its file."""

    partner: str
    respondent: str
    address: str
    references: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True)
class Composed:
    """The messages that are due, and what kept others from being.

    ``no_address`` are people without an e-mail address in the register; ``problems`` say what is
    wrong with an address; ``missing`` are workbooks that are not in the outbox as issued.
    ``day_over`` is the return date that the messages name, where it has passed. ``whole`` is False
    where messages were asked for about some workbooks only. ``uncertain`` are earlier messages of
    which nobody knows whether they were sent: nothing is written to the same people until that is
    settled. ``recent`` counts people who were reminded less than a day ago.
    """

    kind: Kind
    post: tuple[Post, ...]
    no_address: tuple[str, ...]
    missing: tuple[str, ...]
    problems: tuple[str, ...]
    day_over: date | None
    whole: bool
    uncertain: tuple[SentMessage, ...]
    recent: int = 0

    @property
    def needs_person(self) -> bool:
        """True when somebody concerned gets no message, or one that asks for a day that is over."""
        unwritten = self.no_address or self.missing or self.problems or self.uncertain
        return bool(unwritten or self.day_over)


@dataclass(frozen=True, slots=True)
class Drafted:
    """Messages that were written as drafts into a folder."""

    folder: Path
    drafts: tuple[MessageDraft, ...]
    composed: Composed


@dataclass(frozen=True, slots=True)
class Ask:
    """Which messages are asked for.

    ``only`` are references of workbooks, people, organisations or addresses; without any, all.
    ``attach`` lets the workbooks go with the messages. ``again`` is for workbooks recorded as sent
    and, where they are named, for those of which nobody knows whether they were.
    """

    kind: Kind
    only: tuple[str, ...] = ()
    attach: bool = True
    again: bool = False


def draft(folder: AssessmentFolder, ask: Ask, *, now: datetime) -> Drafted:
    """Write a message for each person whose workbooks are to be sent, or who has to be reminded.

    An invitation is about workbooks not recorded as sent; a reminder about those that were sent
    and for which nothing usable has come back. Drafts of an earlier run are replaced: what has
    come back meanwhile is not asked for again. Nothing is recorded, because nothing was sent.

    Args:
        folder: the assessment.
        ask: which messages.
        now: the present moment, in UTC.

    Raises:
        UsageError: nothing was issued yet, the round is closed, or somebody is not known.
        XlassessError: settings, register or the organisation's template cannot be used.
        OSError: a file cannot be written.
    """
    assessment = folder.assessment()
    with opened(folder, lambda: now) as ledger:
        composed = compose(folder, assessment, ledger, ask, now)
    words = words_of(folder)
    drafts = tuple(
        MessageDraft(
            post.partner, post.letter.name, post.letter.address, post.letter.references,
            folder.drafts / f"{post.person}.eml",
        )
        for post in composed.post
    )  # fmt: skip
    contents = [message(post.letter, assessment, words) for post in composed.post]
    for path in sorted(folder.drafts.glob("*.eml")):
        if _MARK in path.read_bytes()[:4096]:
            path.unlink()
    for one, content in zip(drafts, contents, strict=True):
        put(one.path, content)
    letters = [post.letter for post in composed.post]
    put(folder.drafts / MAILBOX, mailbox_of(contents, now))
    put(folder.drafts / LIST, merge_list(letters, assessment, words))
    return Drafted(folder.drafts, drafts, composed)


def post(
    folder: AssessmentFolder, ask: Ask, *, clock: Callable[[], datetime], watch: Watch = silent
) -> tuple[Composed, Posted]:
    """Hand the messages that are due to the mail server, each at most once.

    Raises:
        UsageError: no mail server is set up, nothing was issued yet, or somebody is not known.
        XlassessError: settings, register, template or mail server cannot be used.
    """
    assessment = folder.assessment()
    way = way_of(assessment)
    with opened(folder, clock) as ledger:
        planned = ledger.last_event()
        composed = compose(folder, assessment, ledger, ask, clock(), by_server=True)
        sender = Sender(assessment, words_of(folder), way, clock, watch)
        return composed, sender.send(ledger, composed.post, planned)


def try_out(folder: AssessmentFolder, ask: Ask, to: str, *, clock: Callable[[], datetime]) -> Post:
    """Send the first of the messages that are due to oneself; nothing is recorded.

    Raises:
        UsageError: there is no message to try, or no mail server is set up.
        XlassessError: settings, register, template or mail server cannot be used, or the server
            does not take the message.
    """
    assessment = folder.assessment()
    way = way_of(assessment)
    with opened(folder, clock) as ledger:
        composed = compose(folder, assessment, ledger, ask, clock())
    if not composed.post:
        raise UsageError("There is no message to try.", "Nobody has to be written to now.")
    first = composed.post[0]
    sender = Sender(assessment, words_of(folder), way, clock)
    sender.try_out(replace(first, letter=replace(first.letter, address=to)))
    return first


def preview(folder: AssessmentFolder, ask: Ask, *, now: datetime) -> tuple[Composed, list[str]]:
    """Return the messages that are due, each as people read it; nothing is written or sent.

    Raises:
        UsageError: nothing was issued yet, or somebody is not known.
        XlassessError: settings, register or template cannot be used.
    """
    assessment = folder.assessment()
    with opened(folder, lambda: now) as ledger:
        composed = compose(folder, assessment, ledger, ask, now)
    words = words_of(folder)
    return composed, [as_read(one.letter, assessment, words) for one in composed.post]


def compose(
    folder: AssessmentFolder, assessment: Assessment, ledger: Ledger, ask: Ask, now: datetime, *,
    by_server: bool = False,
) -> Composed:  # fmt: skip
    """Return the messages that are due.

    Args:
        folder: the assessment.
        assessment: its settings.
        ledger: its ledger.
        ask: which messages are asked for.
        now: the present moment.
        by_server: they are sent from here: whoever was reminded less than a day ago is left
            alone, so that a run that was broken off can be run again.

    Raises:
        UsageError: the round is closed, or somebody is not known.
        XlassessError: the register cannot be used.
    """
    asked = [place for place, _ in requests(assessment, folder.respondents())]
    still_open(ledger, assessment.round)
    out = _Awaited(ledger.overview(assessment.round), asked)
    books = out.named(ask.only)
    if ask.kind != "invitation":
        books = [book for book in books if out.has_it(book)]
    elif not ask.again:
        books = [book for book in books if not out.has_it(book)]
    # Whoever names a message of which nobody knows says that it is to be sent once more.
    doubted = () if ask.again and ask.only else out.doubted(books)
    held = {reference for one in doubted for reference in one.references}
    books = [book for book in books if book.reference not in held]
    recent: list[Issued] = []
    if ask.kind != "invitation" and by_server and not ask.again:
        recent = [book for book in books if out.reminded_since(book, now - _A_DAY)]
        books = [book for book in books if book not in recent]
    writing = _Writing(folder.outbox, assessment, words_of(folder), ask)
    for own in _by_person(books):
        writing.add(own)
    by = assessment.return_by
    return Composed(
        kind=ask.kind,
        post=tuple(writing.post),
        no_address=tuple(writing.no_address),
        missing=tuple(writing.missing),
        problems=tuple(writing.problems),
        day_over=by if by and by < now.astimezone().date() and writing.post else None,
        whole=not ask.only and not ask.again,
        uncertain=doubted,
        recent=len({book.identity.respondent for book in recent}),
    )


@dataclass(slots=True)
class _Writing:
    """Messages in the making: what they are about, and what was in the way so far."""

    outbox: Path
    assessment: Assessment
    words: Words
    ask: Ask
    post: list[Post] = field(default_factory=list)
    no_address: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def add(self, books: Sequence[Issued]) -> None:
        """Write the message about one person's workbooks."""
        one = books[0]
        if not one.email:
            self.no_address.append(", ".join(filter(None, (one.partner, one.respondent))))
            return
        attached = [_attachment(self.outbox, book) for book in books if self.ask.attach]
        lost = [b.file_name for b, found in zip(books, attached, strict=False) if found is None]
        if lost:  # a message that says "attached" without its file would be worse than none
            self.missing += lost
            return
        letter = Letter(
            kind=self.ask.kind,
            address=one.email,
            name=one.respondent,
            until=self.assessment.return_by,
            references=tuple(book.reference for book in books),
            names=tuple(book.file_name for book in books),
            attachments=tuple(found for found in attached if found),
        )
        try:
            message(replace(letter, attachments=()), self.assessment, self.words)
        except AddressError as error:
            self.problems.append(error.message)
            return
        mark: What = "sent" if self.ask.kind == "invitation" else "reminded"
        self.post.append(Post(one.partner, one.identity.respondent, letter, mark))


def save_template(path: Path) -> None:
    """Write our words for messages to a file, to be changed.

    Raises:
        UsageError: the file is there already.
        OSError: it cannot be written.
    """
    if path.exists():
        raise UsageError(f"{path} is there already.", "Move it away, or give another name.")
    put(path, standard_template().encode())


def words_of(folder: AssessmentFolder) -> Words:
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
        self._known = places
        self._awaited = [book for book in places if book.reference not in settled]
        refused = {ret.reference for ret in record.history if ret.state == "refused"}
        self._register = record.register
        self._reached = refused | record.register.sent.keys() | record.register.reminded.keys()

    def named(self, only: Sequence[str]) -> list[Issued]:
        """Return those that are named by reference, person, organisation or address, or all.

        Raises:
            UsageError: nothing was issued to anybody of the register under one of these names.
        """
        wanted: set[str] = set()
        for text in only:
            found = {book.reference for book in self._known if _is_called(book, text)}
            if not found:
                raise UsageError(
                    f"There is no workbook {text} to send or to wait for in this round.",
                    "xlassess status shows the references, people and organisations. A workbook "
                    "issued again has a new reference.",
                )
            wanted |= found
        return [book for book in self._awaited if not wanted or book.reference in wanted]

    def has_it(self, book: Issued) -> bool:
        """True when the workbook is known to have reached its respondent."""
        return book.reference in self._reached

    def reminded_since(self, book: Issued, since: datetime) -> bool:
        """True when its respondent was reminded since that moment."""
        last = self._register.reminded.get(book.reference)
        return last is not None and last > since

    def doubted(self, books: Sequence[Issued]) -> tuple[SentMessage, ...]:
        """The messages about these workbooks of which nobody knows whether they were sent."""
        about = {book.reference for book in books}
        return tuple(one for one in self._register.uncertain if about & {*one.references})


def _is_called(book: Issued, text: str) -> bool:
    names = (book.respondent, book.partner, book.email, book.identity.respondent)
    return book.reference == normalise(text) or text.strip().casefold() in (
        name.casefold() for name in names if name
    )


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
