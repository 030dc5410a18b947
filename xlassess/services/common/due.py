"""Which messages are due: who is written to, and about which workbooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
    message,
    own_words,
    standard_words,
)
from xlassess.model.answer import Issued
from xlassess.model.assessment import Assessment
from xlassess.model.errors import UsageError
from xlassess.model.query import Query
from xlassess.model.record import SentMessage
from xlassess.services.common.asked import Request, request_of, requests
from xlassess.services.common.opening import still_open
from xlassess.services.common.outbox import holds
from xlassess.services.common.posting import Post
from xlassess.sheet.words import Words

_A_DAY = timedelta(days=1)


def tone(reminders: int, *, day_over: bool) -> Kind:
    """Return how firm a reminder is.

    Friendly the first time, firmer the second, and the last from the third on; or the last as
    soon as somebody was reminded before and the return date has passed.

    Args:
        reminders: how often they were reminded before.
        day_over: True when the return date has passed.
    """
    if reminders == 0:
        return "reminder"
    return "last" if reminders > 1 or day_over else "firm"


@dataclass(frozen=True, slots=True)
class Ask:
    """Which messages are asked for.

    ``only`` are references of workbooks, people, organisations or addresses; without any, all.
    ``attach`` lets the workbooks go with the messages. ``again`` is for workbooks recorded as sent
    and, where they are named, for those of which nobody knows whether they were. ``by_turn`` lets
    the record say how firm a reminder is (`tone`), and ``kind`` only that it is one.
    """

    kind: Kind
    only: tuple[str, ...] = ()
    attach: bool = True
    again: bool = False
    by_turn: bool = False


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


def compose(
    folder: AssessmentFolder, assessment: Assessment, ledger: Ledger, words: Words, ask: Ask,
    *, now: datetime, by_server: bool = False,
) -> Composed:  # fmt: skip
    """Return the messages that are due.

    Args:
        folder: the assessment.
        assessment: its settings.
        ledger: its ledger.
        words: the words of messages (see `words_of`).
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
    out = _Round(ledger.overview(assessment.round), asked)
    writing = _Writing(folder, assessment, words, ask, out, now)
    books = out.named(ask.only) if ask.kind != "query" else []
    if ask.kind == "query":
        doubted = writing.queries(ledger.queries())
    elif ask.kind == "thanks":
        anew = bool(ask.again and ask.only)
        books = [book for book in books if out.is_to_be_thanked(book, anew=anew)]
    else:
        books = [book for book in books if out.is_awaited(book)]
        if ask.kind != "invitation":
            books = [book for book in books if out.has_it(book)]
        elif not ask.again:
            books = [book for book in books if not out.has_it(book)]
    if ask.kind != "query":
        doubted = writing.doubted([book.reference for book in books])
    held = {reference for one in doubted for reference in one.references}
    books = [book for book in books if book.reference not in held]
    recent: list[Issued] = []
    if by_server and not ask.again and ask.kind not in ("invitation", "thanks"):
        recent = [book for book in books if out.reminded_since(book, now - _A_DAY)]
        books = [book for book in books if book not in recent]
    for own in _by_person(books):
        writing.add(own)
    by = assessment.return_by if ask.kind not in ("thanks", "query") else None
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

    folder: AssessmentFolder
    assessment: Assessment
    words: Words
    ask: Ask
    out: _Round
    now: datetime
    post: list[Post] = field(default_factory=list)
    no_address: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def doubted(self, references: Sequence[str]) -> tuple[SentMessage, ...]:
        """The messages about these of which nobody knows whether they were sent.

        Whoever names such a one says that it is to be sent once more.
        """
        return () if self.ask.again and self.ask.only else self.out.doubted(references)

    def add(self, books: Sequence[Issued]) -> None:
        """Write the message about one person's workbooks."""
        one, until = books[0], self.assessment.return_by
        attach = self.ask.attach and self.ask.kind != "thanks"
        outbox = self.folder.outbox
        attached = [_attachment(outbox, book) for book in books if attach]
        lost = [b.file_name for b, found in zip(books, attached, strict=False) if found is None]
        kind = self.ask.kind
        over = until is not None and until < self.now.astimezone().date()
        if self.ask.by_turn:
            kind = tone(max(map(self.out.reminders, books)), day_over=over)
        thanks = kind == "thanks"
        letter = Letter(
            kind=kind,
            address=one.email,
            name=one.respondent,
            until=until,
            references=tuple(book.reference for book in books),
            names=tuple(self.out.confirmed(b) if thanks else b.file_name for b in books),
            attachments=tuple(found for found in attached if found),
            calendar=until is not None and not over and not thanks,
        )
        mark: What = "sent" if kind == "invitation" else "reminded"
        self._keep(one, letter, lost, None if thanks else mark)

    def queries(self, queries: Sequence[Query]) -> tuple[SentMessage, ...]:
        """Write the messages that query workbooks go with; return those that are in doubt."""
        wanted = self.out.open_queries(queries, self.ask)
        doubted = self.doubted([query.reference for query in wanted])
        held = {reference for one in doubted for reference in one.references}
        for query in wanted:
            if query.reference not in held:
                self._query(query)
        return doubted

    def _query(self, query: Query) -> None:
        book = self.out.books[query.of]
        path = self.folder.outbox / "queries" / query.file_name
        text = path.with_suffix(".txt")
        lost = [one.name for one in (path, text) if not one.is_file()]
        if not lost and not holds(path, query.sha256):
            lost = [path.name]
        head, _, said = (text.read_text(encoding="utf-8") if not lost else "").partition("\n\n")
        subject = next(
            (one.partition(":")[2] for one in head.split("\n") if one.startswith("Subject:")), ""
        )
        letter = Letter(
            kind="query",
            address=book.email,
            name=book.respondent,
            until=query.return_by,
            references=(query.reference,),
            names=(query.file_name,),
            attachments=()
            if lost
            else (Attachment(query.reference, query.file_name, path.read_bytes()),),
            calendar=query.return_by >= self.now.astimezone().date(),
            subject=subject.strip(),
            text=said,
        )
        self._keep(book, letter, lost, None)

    def _keep(self, book: Issued, letter: Letter, lost: Sequence[str], mark: What | None) -> None:
        """Keep a message, unless something is in its way."""
        if not book.email:
            self.no_address.append(book.who)
            return
        if lost:  # a message that says "attached" without its file would be worse than none
            self.missing += lost
            return
        try:
            message(replace(letter, attachments=()), self.assessment, self.words)
        except AddressError as error:
            self.problems.append(error.message)
            return
        person = book.identity.respondent
        if letter.kind == "query":
            person = f"{person}-{letter.references[0]}"
        self.post.append(Post(book.partner, person, letter, mark))


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


class _Round:
    """Where the workbooks of the round stand, for whoever writes about them.

    Of several issued to one person the last: where workbooks were issued anew it is to be sent,
    although an earlier one came back and counts until then.

    Args:
        record: where the round's workbooks stand.
        asked: the places of the register.
    """

    def __init__(self, record: RoundOverview, asked: Sequence[Request]) -> None:
        newest = {request_of(book): book for book in record.issued}
        self._record, self._register = record, record.register
        self._settled = record.current.keys() | record.register.outcomes.keys()
        self._known = [newest[place] for place in asked if place in newest]
        self.books = {book.reference: book for book in record.issued}
        refused = {ret.reference for ret in record.history if ret.state == "refused"}
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
        return [book for book in self._known if not wanted or book.reference in wanted]

    def is_awaited(self, book: Issued) -> bool:
        """True when nothing usable has come back, and something may."""
        return book.reference not in self._settled

    def is_to_be_thanked(self, book: Issued, *, anew: bool = False) -> bool:
        """True when a return of it counts, is not blank, and was not confirmed yet.

        Args:
            book: the workbook.
            anew: although it was confirmed.
        """
        if book.reference not in self._record.returned:
            return False
        ret = self._record.current[book.reference]
        return anew or not any(
            one.purpose == "thanks" and one.outcome == "sent" and book.reference in one.references
            and ret.received_at is not None and one.at >= ret.received_at
            for one in self._register.messages
        )  # fmt: skip

    def confirmed(self, book: Issued) -> str:
        """What was received of it, in words a partner understands."""
        ret = self._record.current.get(book.reference)
        number = self._record.answered.get(ret.number, 0) if ret else 0
        answers = "1 answer" if number == 1 else f"{number} answers"
        return f"{book.file_name} (reference {book.reference}): {answers}"

    def reminders(self, book: Issued) -> int:
        """How often its respondent was reminded."""
        return self._register.reminders.get(book.reference, 0)

    def open_queries(self, queries: Sequence[Query], ask: Ask) -> list[Query]:
        """The query workbooks that are to go out: about what counts, not sent, not answered."""
        counts = {ret.number for ret in self._record.current.values()}
        newest = {query.of: query for query in queries if query.base in counts}
        answered = {ret.query for ret in self._record.history if ret.state != "refused"}
        sent = {
            reference
            for one in self._register.messages
            if one.purpose == "query" and one.outcome == "sent"
            for reference in one.references
        }
        wanted = [*ask.only]
        return [
            query
            for query in newest.values()
            if query.of in self.books
            and query.reference not in answered
            and (ask.again or query.reference not in sent)
            and (
                not wanted
                or any(
                    normalise(text) == query.reference or _is_called(self.books[query.of], text)
                    for text in wanted
                )
            )
        ]

    def has_it(self, book: Issued) -> bool:
        """True when the workbook is known to have reached its respondent."""
        return book.reference in self._reached

    def reminded_since(self, book: Issued, since: datetime) -> bool:
        """True when its respondent was reminded since that moment."""
        last = self._register.reminded.get(book.reference)
        return last is not None and last > since

    def doubted(self, references: Sequence[str]) -> tuple[SentMessage, ...]:
        """The messages about these workbooks of which nobody knows whether they were sent."""
        about = {*references}
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
