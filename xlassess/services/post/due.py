"""Which messages are due: who is written to, and about which workbooks."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.generate import query_subject
from xlassess.ledger import Ledger, RoundOverview
from xlassess.ledger.tables.events import What
from xlassess.mail import (
    AddressError,
    Attachment,
    Delegate,
    Kind,
    Letter,
    check_addresses,
    message,
    own_words,
    standard_words,
)
from xlassess.model.answer import Issued
from xlassess.model.assessment import Assessment, Respondent
from xlassess.model.days import written_day
from xlassess.model.errors import UsageError
from xlassess.model.plan import JointKind
from xlassess.model.query import Query
from xlassess.model.record import SentMessage
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.earlier import plans_so_far
from xlassess.services.common.offers import who_left
from xlassess.services.common.opening import still_open
from xlassess.services.common.pages import (
    FeedbackStanding,
    check_pages_hold,
    feedback_standing,
    pages_of,
)
from xlassess.services.common.workbooks.asked import requests
from xlassess.services.common.workbooks.joint import Addressee, addressee, issued_last
from xlassess.services.common.workbooks.outbox import QUERIES, feedback_folder, holds
from xlassess.services.common.workbooks.standing import (
    PartnersStanding,
    Standing,
    asked_of_others,
    joint_standing,
    only_name,
)
from xlassess.services.post.posting import Post
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
    the record say how firm a reminder is (`tone`), and ``kind`` only that it is one. ``to`` is
    whom a plan or workshop workbook goes to, by name or address.
    """

    kind: Kind
    only: tuple[str, ...] = ()
    attach: bool = True
    again: bool = False
    by_turn: bool = False
    to: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """The messages that are due, and what kept others from being.

    ``no_address`` are people without an e-mail address in the register; ``problems`` say what is
    wrong with an address; ``missing`` are workbooks that are not in the outbox as issued.
    ``waiting`` are those who are not reminded because a PDF or a picture of theirs waits.
    ``away`` are people on leave who are not reminded before they are back, and until when;
    ``left`` those who are not because a message says that they have left, with its words.
    ``day_over`` is the return date that the messages name, where it has passed. ``whole`` is False
    where messages were asked for about some workbooks only, or about those of plan or workshop.
    ``uncertain`` are earlier messages of which nobody knows whether they were sent: nothing is
    written to the same people until that is settled. ``recent`` counts people who were reminded
    less than a day ago.
    ``unsent`` counts the workbooks nobody is reminded of because they are not recorded as sent;
    ``absent`` are people on leave until the return date or later who are invited all the same;
    ``fresh`` counts people who are reminded of what they were sent less than a day ago.
    ``unreachable`` are people who get no message because their address does not exist, with that;
    ``dropped`` are further addresses and copies left out of a message for the same reason.
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
    away: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    unsent: int = 0
    absent: tuple[str, ...] = ()
    fresh: int = 0
    unreachable: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def needs_person(self) -> bool:
        """True when somebody concerned gets no message, or one that asks for a day that is over."""
        unwritten = self.no_address or self.missing or self.problems or self.uncertain
        unreached = self.unreachable or self.dropped or self.left
        return bool(unwritten or unreached or self.day_over)


_OF: Mapping[Kind, JointKind] = {
    "plan": "plan", "workshop": "workshop", "progress": "progress",
    "progress_reminder": "progress",
}  # fmt: skip
"""The joint workbooks that messages are about, by the kind of the message."""

_FIRST: tuple[Kind, ...] = ("invitation", "plan", "workshop", "progress")
"""The messages that workbooks go out with."""

_TO_ONE: tuple[Kind, ...] = ("plan", "workshop")
"""The messages that go to one person, who is named."""

_WITHOUT_DAY: tuple[Kind, ...] = ("thanks", "query", "progress_reminder", "feedback")
"""The messages that may name a day that is over, or none."""


def compose(
    folder: AssessmentFolder, assessment: Assessment, ledger: Ledger, words: Words, ask: Ask,
    *, now: datetime, by_server: bool = False, glance: Glance | None = None,
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
        glance: they are looked at, and not written: what is known already for that.

    Raises:
        UsageError: the round is closed, nothing was issued that could be sent, or somebody is not
            known.
        XlassessError: the register cannot be used.
    """
    people = glance.people if glance else folder.respondents()
    if ask.kind != "feedback":  # what respondents are told last may well go out when all is over
        still_open(ledger, assessment.round)
    out: Standing
    if ask.kind == "feedback":
        check_pages_hold(ledger, assessment, people)
        out, partners = feedback_standing(ledger, assessment, people), None
    elif ask.kind in _OF:
        out, partners = _joint(folder, assessment, ledger, ask, people), None
    else:
        before = glance.overview if glance else None
        out = partners = partners_standing(ledger, assessment, people, before)
        _issued_at_all(partners)
    known = {one.id: one for one in people}
    writing = _Writing(folder, assessment, words, ask, out, now, known)
    writing.there = _names_in(folder.outbox) if glance else None
    recent: list[Issued] = []
    fresh = 0
    if partners is not None and ask.kind == "query":
        doubted = writing.queries(partners, ledger.queries(), ledger.toolkits())
    else:
        books = _due(out, partners, ask)
        doubted = writing.doubted([book.reference for book in books])
        held = {reference for one in doubted for reference in one.references}
        books = [book for book in books if book.reference not in held]
        if by_server and not ask.again and ask.kind not in (*_FIRST, "thanks", "feedback"):
            recent = [book for book in books if out.reminded_since(book, now - _A_DAY)]
            books = [book for book in books if book not in recent]
        if partners is not None and ask.kind not in (*_FIRST, "thanks"):
            books = writing.without_those_who_left(books, ledger, partners, people)
        books = writing.without_those_away(books)
        if ask.kind not in (*_FIRST, "thanks", "feedback"):
            fresh = len({_person(one) for one in books if out.sent_since(one, now - _A_DAY)})
        for own in _by_person(books):
            writing.add(own)
    made = replace(writing.done(doubted, recent), unsent=_unsent(out, ask), fresh=fresh)
    if partners is None or ask.kind in (*_FIRST, "thanks", "query"):
        return made
    waits = [book for book in partners.named(ask.only) if book.reference in partners.waiting]
    return replace(made, waiting=tuple(f"{book.who}, {book.reference}" for book in waits))


def partners_standing(
    ledger: Ledger, assessment: Assessment, people: Sequence[Respondent],
    known: RoundOverview | None = None,
) -> PartnersStanding:  # fmt: skip
    """Return where the workbooks of partners stand, and what is asked about any workbook.

    Args:
        ledger: what is on record.
        assessment: the settings of the round.
        people: the register.
        known: where the round stood before, if that is known; it is quicker then.
    """
    here = assessment.round
    asked = [place for place, _ in requests(assessment, people)]
    return PartnersStanding(
        ledger.overview(here, known), asked, assessment.return_by,
        asked_of_others(ledger, assessment, people), ledger.joint_returns(here),
    )  # fmt: skip


def _issued_at_all(partners: PartnersStanding) -> None:
    """Refuse to look for whom to write to where no workbook was issued.

    Raises:
        UsageError: nothing was issued in the round.
    """
    if not partners.books:
        raise UsageError(
            "No workbook has been issued in this round yet, so there is nothing to write about.",
            "Issue the workbooks first: xlassess generate",
        )


def _joint(
    folder: AssessmentFolder, assessment: Assessment, ledger: Ledger, ask: Ask,
    people: tuple[Respondent, ...],
) -> Standing:  # fmt: skip
    """Return where the joint workbooks stand that messages are asked for about.

    Raises:
        UsageError: none was written yet, or nobody is named who is to have it.
    """
    kind = _OF[ask.kind]
    if not issued_last(ledger, assessment.round, kind):
        raise UsageError(
            f"No {kind} workbook was written in this round yet.",
            f"Write it first: xlassess {kind}",
        )
    to = _named(ask.to, people) if ask.to else None
    alone = kind == "plan" or not assessment.preparation.facilitator
    if kind != "progress" and to is None and alone:
        raise UsageError(
            f"The {kind} workbook is with you: it is not sent unless somebody else is to have it.",
            f"Name them, such as the chair: xlassess send --{kind} --to ADDRESS",
        )
    plans = plans_so_far(folder, ledger.plans(), assessment.round)
    return joint_standing(ledger, assessment, kind, people=people, plans=plans, to=to)


def _named(who: str, people: tuple[Respondent, ...]) -> Addressee:
    """Whom somebody names: by an address, or by a name that the register knows.

    Raises:
        UsageError: it is no address, and the register does not say who it is.
    """
    known = next((one for one in people if one.email.casefold() == who.strip().casefold()), None)
    if "@" in who:
        return Addressee(known.name if known else "", who.strip())
    found = addressee(who, people)
    if not found.email:
        raise UsageError(
            f"The register has no address of {who}.", "Give the address itself: --to ADDRESS"
        )
    return found


def _due(out: Standing, partners: PartnersStanding | None, ask: Ask) -> list[Issued]:
    """The workbooks that messages of this kind are due about."""
    books = out.named(ask.only)
    if partners is not None and ask.kind == "thanks":
        anew = bool(ask.again and ask.only)
        return [book for book in books if partners.is_to_be_thanked(book, anew=anew)]
    if isinstance(out, FeedbackStanding):
        return [book for book in books if ask.again or not out.was_told(book)]
    books = [book for book in books if out.is_awaited(book)]
    if ask.kind not in _FIRST:
        return [book for book in books if out.has_it(book)]
    return books if ask.again else [book for book in books if not out.has_it(book)]


def _unsent(out: Standing, ask: Ask) -> int:
    """How many workbooks nobody is reminded of because they are not recorded as sent."""
    if ask.kind in (*_FIRST, "thanks", "query", "feedback"):
        return 0
    return sum(out.is_awaited(book) and not out.has_it(book) for book in out.named(ask.only))


@dataclass(frozen=True, slots=True)
class Glance:
    """What is known of a round whose messages are only looked at: its register, and its standing.

    With thousands of messages, writing each and reading what is attached takes seconds. Whether
    files are as they were issued is looked at when the messages are written.
    """

    people: tuple[Respondent, ...]
    overview: RoundOverview | None = None


def _names_in(outbox: Path) -> frozenset[str]:
    """The names of the files in a folder and those in it, with a slash between."""
    found: list[str] = []
    for place, folders, names in os.walk(outbox):
        under = "" if place == os.fspath(outbox) else f"{Path(place).name}/"
        found += (f"{under}{name}" for name in names)
        if under:
            folders.clear()  # what was put aside is no deeper than that
    return frozenset(found)


@dataclass(slots=True)
class _Writing:
    """Messages in the making: what they are about, and what was in the way so far."""

    folder: AssessmentFolder
    assessment: Assessment
    words: Words
    ask: Ask
    out: Standing
    now: datetime
    people: Mapping[str, Respondent]
    post: list[Post] = field(default_factory=list)
    no_address: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    away: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    there: frozenset[str] | None = None
    """The files of the outbox, where messages are only looked at."""
    today: date = field(init=False)

    def __post_init__(self) -> None:
        """Know the present day, which is asked for with each message."""
        self.today = self.now.astimezone().date()

    def without_those_who_left(
        self, books: Sequence[Issued], ledger: Ledger, out: PartnersStanding,
        people: Sequence[Respondent],
    ) -> list[Issued]:  # fmt: skip
        """The workbooks of people of whom no message says that they have left.

        Somebody who is named and written to once more is not left out.
        """
        if not books or (self.ask.again and self.ask.only):
            return [*books]
        gone = who_left(ledger, out.record, self.assessment, people)
        for book in books:
            if said := gone.get(book.identity.respondent):
                told = f"{book.who}: “{said.hint.words}”"
                self.left += [told] if told not in self.left else []
        return [book for book in books if book.identity.respondent not in gone]

    def without_those_away(self, books: Sequence[Issued]) -> list[Issued]:
        """The workbooks of people who may be reminded: not of those on leave without a delegate.

        Somebody who is named and written to once more is not left out.
        """
        if self.ask.kind in (*_FIRST, "thanks", "feedback") or (self.ask.again and self.ask.only):
            return [*books]
        due: list[Issued] = []
        for book in books:
            person = self.people.get(book.identity.respondent)
            until = self.out.on_leave(book, person, self.today)
            if until is None:
                due.append(book)
            else:
                told = f"{book.who}: until {written_day(until)}"
                self.away += [told] if told not in self.away else []
        return due

    def addressed(self, letter: Letter, book: Issued) -> Letter:
        """Return a letter with every address it goes to, as the register has them now."""
        person = self.people.get(book.identity.respondent)
        if person is None or book.identity.kind:
            return letter
        if letter.kind == "feedback":
            # Whoever gets copies or stands in for them was not told what they answered.
            return replace(letter, address=person.email or letter.address)
        until = self.out.absent_until(book, person, self.today)
        delegate = None
        if until and person.delegate:
            absent = letter.name or book.partner
            name = only_name(person.delegate, self.people.values())
            delegate = Delegate(name, absent, until)
        to, copies = person.written_to(letter.address, away=until is not None)
        if (to, copies, delegate) == ((letter.address,), letter.copies, letter.delegate):
            return letter
        return replace(
            letter, address=to[0] if to else "", also=to[1:], copies=copies, delegate=delegate
        )  # fmt: skip

    def doubted(self, references: Sequence[str]) -> tuple[SentMessage, ...]:
        """The messages about these of which nobody knows whether they were sent.

        Whoever names such a one says that it is to be sent once more.
        """
        return () if self.ask.again and self.ask.only else self.out.doubted(references)

    def add(self, books: Sequence[Issued]) -> None:
        """Write the message about one person's workbooks."""
        one, until = books[0], self.out.day_of(books)
        attach = self.ask.attach and self.ask.kind != "thanks"
        kind = self.ask.kind
        if isinstance(self.out, FeedbackStanding):
            self._feedback(books, self.out)
            return
        attached = [
            _attachment(self.folder.outbox, book) if self.there is None else _seen(self.there, book)
            for book in books
            if attach
        ]
        lost = [b.file_name for b, found in zip(books, attached, strict=False) if found is None]
        over = until is not None and until < self.today
        if self.ask.by_turn:
            kind = tone(max(map(self.out.reminders, books)), day_over=over)
        thanks = kind == "thanks"
        if over and kind == "progress_reminder":
            until = None  # it asks for the report now: a day that is over is not to be met
        letter = Letter(
            kind=kind,
            address=one.email,
            name=one.respondent,
            until=until,
            references=tuple(book.reference for book in books),
            names=tuple(self.out.confirmed(b) if thanks else b.file_name for b in books),
            attachments=tuple(found for found in attached if found),
            calendar=until is not None and not over and not thanks,
            typed=tuple(filter(None, map(self.out.typed, books))) if thanks else (),
            asked=thanks and any(map(self.out.is_asked_about, books)),
        )
        person = self.people.get(one.identity.respondent)
        if kind == "invitation" and person and person.is_away_until(until, self.today):
            self.absent.append(person.shown)
        mark: What = "sent" if kind in _FIRST else "reminded"
        self._keep(one, letter, lost, None if thanks else mark)

    def _feedback(self, books: Sequence[Issued], out: FeedbackStanding) -> None:
        """Write the message with one respondent's own pages."""
        one, place = books[0], feedback_folder(self.folder, self.assessment)
        pages = {book.file_name: pages_of(place, book, out.made_at) for book in books}
        letter = Letter(
            kind="feedback",
            address=one.email,
            name=one.respondent,
            until=None,
            references=tuple(book.reference for book in books),
            names=tuple(page.name for some in pages.values() for page in some),
            attachments=tuple(page for some in pages.values() for page in some),
            calendar=False,
        )
        lost = [name for name, some in pages.items() if not some]
        address = self.addressed(letter, one).address.casefold()
        if address and any(out.may_be_a_successor(book, address) for book in books):
            self.problems.append(
                f"{one.who}: the row names no person, and had another address when the workbook "
                f"was issued. Whoever reads {address} may not be who answered. Give the page to "
                "that person yourself."
            )
            return
        readers = [
            person
            for person in self.people.values()
            if address in {each.casefold() for each in (person.email, *person.others)}
        ]
        if (
            address
            and len(readers) > 1
            and any(book.promise.attribution != "named" for book in books)
        ):
            self.problems.append(
                f"{one.who}: others read {address}, too, and who answered what is not to be known. "
                "Give them their page yourself."
            )
            return
        self._keep(one, letter, lost, None)

    def queries(
        self, out: PartnersStanding, queries: Sequence[Query], kits: Mapping[str, Toolkit]
    ) -> tuple[SentMessage, ...]:
        """Write the messages that query workbooks go with; return those that are in doubt."""
        wanted = out.open_queries(queries, self.ask.only, again=self.ask.again)
        doubted = self.doubted([query.reference for query in wanted])
        held = {reference for one in doubted for reference in one.references}
        for query in wanted:
            if query.reference not in held:
                self._query(out.books[query.of], query, kits[query.identity.digest])
        return doubted

    def _query(self, book: Issued, query: Query, toolkit: Toolkit) -> None:
        path = self.folder.outbox / QUERIES / query.file_name
        text = path.with_suffix(".txt")
        lost = [one.name for one in (path, text) if not one.is_file()]
        if not lost and not holds(path, query.sha256):
            lost = [path.name]
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
            calendar=query.return_by >= self.today,
            subject=query_subject(toolkit, self.assessment, query.reference),
            text="" if lost else _body(text.read_text(encoding="utf-8")),
        )
        self._keep(book, letter, lost, None)

    def _keep(self, book: Issued, letter: Letter, lost: Sequence[str], mark: What | None) -> None:
        """Keep a message, unless something is in its way."""
        letter = self.addressed(letter, book)
        if not letter.address:
            self.no_address.append(book.who)
            return
        reached = self._reached(letter, book)
        if reached is None:
            return
        letter = reached
        if lost:  # a message that says "attached" without its file would be worse than none
            self.missing += lost
            return
        try:
            if self.there is None:
                message(replace(letter, attachments=()), self.assessment, self.words)
            else:
                check_addresses(letter)
        except AddressError as error:
            self.problems.append(error.message)
            return
        person = book.identity.respondent
        if letter.kind == "query":
            person = f"{person}-{letter.references[0]}"
        self.post.append(Post(book.partner, person, letter, mark))

    def _reached(self, letter: Letter, book: Issued) -> Letter | None:
        """Return a letter without the addresses that do not exist; None where it reaches nobody.

        Whoever is named and written to once more is written to at every address.
        """
        if self.ask.again and self.ask.only:
            return letter
        dead = self.out.unreachable
        gone = {one: dead[one.casefold()] for one in letter.all_addresses if one.casefold() in dead}
        if not gone:
            return letter
        told = [
            f"{book.who}: {one} (reported {written_day(at.astimezone())})"
            for one, at in gone.items()
        ]
        if letter.address in gone:
            self.unreachable += told
            return None
        self.dropped += told
        also = tuple(one for one in letter.also if one not in gone)
        return replace(
            letter, also=also, copies=tuple(one for one in letter.copies if one not in gone)
        )

    def done(self, doubted: tuple[SentMessage, ...], recent: Sequence[Issued]) -> Composed:
        """Return what was written, and what was not."""
        days = [one.letter.until for one in self.post if one.letter.until]
        by = min(days, default=None) if self.ask.kind not in _WITHOUT_DAY else None
        return Composed(
            kind=self.ask.kind,
            post=tuple(self.post),
            no_address=tuple(self.no_address),
            missing=tuple(self.missing),
            problems=tuple(self.problems),
            day_over=by if by and by < self.today else None,
            whole=not self.ask.only and not self.ask.again and self.ask.kind not in _TO_ONE,
            uncertain=doubted,
            recent=len({_person(book) for book in recent}),
            away=tuple(self.away),
            absent=tuple(self.absent),
            unreachable=tuple(self.unreachable),
            dropped=tuple(self.dropped),
            left=tuple(self.left),
        )


def _body(letter: str) -> str:
    """What the letter of a query says, without the lines at its head that are pasted elsewhere."""
    head, _, said = letter.partition("\n\n")
    return said if head.startswith(("To:", "Cc:", "Subject:")) else letter


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


def _by_person(books: Iterable[Issued]) -> Iterator[list[Issued]]:
    """Yield the workbooks of each person together."""
    for _, group in groupby(sorted(books, key=_person), key=_person):
        yield list(group)


def _person(book: Issued) -> tuple[str, str]:
    """Whom a workbook goes to: of partners' ones by id, of joint ones by name and address.

    Without an address it is a message for each workbook, as it is told of each.
    """
    if book.identity.kind and book.email:
        return book.respondent, book.email
    return book.identity.respondent, ""


def _seen(there: frozenset[str], book: Issued) -> Attachment | None:
    """A workbook that is in the outbox, unread; None where it is not."""
    name = f"{book.identity.kind}/{book.file_name}".lstrip("/")
    return Attachment(book.reference, book.file_name, b"") if name in there else None


def _attachment(outbox: Path, book: Issued) -> Attachment | None:
    """A workbook as it was issued; None where that is not in the outbox."""
    path = outbox / book.identity.kind / book.file_name
    if not holds(path, book.sha256):
        return None
    return Attachment(book.reference, book.file_name, path.read_bytes())
