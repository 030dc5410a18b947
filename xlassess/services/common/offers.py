"""What messages seem to ask for, with the commands by which a coordinator records it.

Worked out anew each time from what messages say and from what is on record: an offer is gone once
somebody has done it, or put the message away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from xlassess.contract.reference import find_references
from xlassess.ledger import Event, Ledger, RoundOverview
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import Assessment, Respondent
from xlassess.model.days import written_day
from xlassess.model.errors import XlassessError, as_argument
from xlassess.model.toolkit import Toolkit
from xlassess.services.common.phrases import CLOCKS, seeming, whose
from xlassess.services.common.workbooks.asked import whose_addresses, withdrawn

if TYPE_CHECKING:
    from xlassess.ingest import Hint

_SAYS, _WITHOUT_WORKBOOK = "I14", "G21"
"""The findings that hold what a message says: one with a workbook, and one without."""


_DATED = {"": "of", "sender": "dated", "reader": "read on"}
"""How the day of a message is told, by whose clock it is."""

_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]*@[A-Za-z0-9.-]+")


OfferStep = Literal["nil return", "declined", "correct", "enter", "another person"]
"""How what a message seems to ask for is recorded: as a nil return or a refusal, as a correction,
by typing answers in, or by the register, which says who answers."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a message seems to ask for.

    ``file`` is the message or what came with it, ``number`` the return that it is on record as, 0
    where it is none, and ``event`` the event instead. ``commands`` record what it seems to be: what
    ``step`` says, for ``reason``; ``away`` puts the message away. ``finding`` is the number of the
    finding that holds its words, where they came with a workbook that was read.
    ``sender`` is the address it came from, where that is on record, and ``stranger`` says that it
    is none of the respondent's. ``clock`` says by whose clock it is dated, where no mail server's
    is on record: the sender's, or the reader's.
    """

    hint: Hint
    issued: Issued
    file: str
    number: int
    commands: tuple[str, ...]
    step: OfferStep = "correct"
    reason: str = ""
    away: str = ""
    finding: str = ""
    event: int = 0
    sender: str = ""
    stranger: bool = False
    clock: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """What it seems to be and why, in words: whose workbook, the message, what to mind."""
        came = f" from {self.sender}" if self.sender else ""
        stranger = f"This is no address on record of {self.issued.who}: ask them."
        lines = (
            f"{whose(self.issued)}: {seeming(self.hint)}",
            f"{self.file}{came} says: “{self.hint.words}”",
            CLOCKS.get(self.clock, ""),
            stranger if self.stranger else "",
        )
        return tuple(filter(None, lines))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a message says, about which workbooks, and where that is on record.

    ``proved`` says that it came with the workbook itself, which is theirs from any address,
    ``alone`` that no file came with it: nothing is left to look at once that is done.
    """

    text: str
    books: tuple[Issued, ...]
    file: str
    at: datetime | None
    number: int = 0
    away: str = ""
    finding: str = ""
    event: int = 0
    person_only: bool = False
    sender: str = ""
    proved: bool = False
    clock: str = ""
    alone: bool = False

    @property
    def reason(self) -> str:
        """What a decision that follows the message is recorded with."""
        when = written_day(self.at.astimezone()) if self.at else "the partner"
        # What a sender calls itself stands in a command only where it cannot be one.
        source = f" from {self.sender}" if _ADDRESS.fullmatch(self.sender) else ""
        return f"E-mail {_DATED[self.clock]} {when}{source}"


@dataclass(frozen=True, slots=True)
class Offered:
    """What messages seem to ask for, as far as it is not done.

    ``done`` are the numbers of the messages without a workbook all of whose wishes are on record.
    """

    offers: tuple[Offer, ...] = ()
    done: frozenset[int] = frozenset()


def offers(
    ledger: Ledger,
    overview: RoundOverview,
    assessment: Assessment,
    people: Sequence[Respondent],
    run: tuple[Collection[int], int] | None = None,
) -> Offered:
    """Return what the messages of a round seem to ask for, as far as it is not done.

    Messages of earlier runs are not gone through again where only a run is asked about: a mailbox
    is read in portions, and each would cost as much as all before it.

    Args:
        ledger: the ledger.
        overview: where the round's workbooks stand.
        assessment: the settings of the round.
        people: the register.
        run: the numbers of a run's returns, and the last event before it; None for all messages.
    """
    addresses = whose_addresses(people, overview.issued)
    found = list(_said(overview, ledger.messages.told(), addresses))
    if run is not None:
        numbers, last = run
        found = [one for one in found if one.number in numbers or one.event > last]
    if not found:
        return Offered()
    offering = _Offering(ledger, overview, assessment, people, addresses)
    for one in found:
        offering.take(one)
    return Offered(tuple(offering.made.values()), frozenset(offering.done - offering.open))


def who_left(
    ledger: Ledger, overview: RoundOverview, assessment: Assessment, people: Sequence[Respondent]
) -> dict[str, Offer]:
    """Return, by the ids of respondents, what says that they have left or somebody else answers.

    Only what came from an address of theirs, and what nobody has put away: until the register says
    who answers, there is nobody who could be reminded.

    Args:
        ledger: the ledger.
        overview: where the round's workbooks stand.
        assessment: the settings of the round.
        people: the register.
    """
    found = offers(ledger, overview, assessment, people).offers
    return {
        one.issued.identity.respondent: one
        for one in found
        if one.step == "another person" and not one.stranger
    }


def _said(
    overview: RoundOverview, events: Iterable[Event], addresses: Mapping[str, frozenset[str]]
) -> Iterator[_Said]:
    """Yield what messages say that belong to somebody, and were not put away."""
    yield from _said_with_files(overview, addresses)
    yield from _said_later(overview, events)


def _said_with_files(
    overview: RoundOverview, addresses: Mapping[str, frozenset[str]]
) -> Iterator[_Said]:
    """Yield what messages say that came with a file, or in place of one."""
    books = {book.reference: book for book in overview.issued}
    theirs = _by_respondent(overview.issued)
    counting = {ret.number for ret in overview.current.values()}
    for ret in overview.history:
        for finding in ret.findings:
            aside = f'xlassess set-aside {ret.number} --reason "..."'
            waive = f'xlassess waive {finding.number} --reason "..."'
            # A PDF that names a workbook is refused, and what came with it is said all the same.
            refused = ret.state == "refused"
            if finding.code == _SAYS and not finding.waiver and ret.reference in books:
                if refused or ret.number in counting:
                    mine, away = (books[ret.reference],), aside if refused else waive
                    text, at, whom = finding.details["text"], ret.received_at, sender_of(ret)
                    yield _Said(
                        text, mine, ret.file, at, ret.number, away, sender=whom,
                        finding="" if refused else finding.number, proved=not refused,
                        clock=clock_of(ret),
                    )  # fmt: skip
            elif refused and finding.code in (_SAYS, _WITHOUT_WORKBOOK) and not finding.waiver:
                alone = finding.code == _WITHOUT_WORKBOOK
                text = said_in(ret) if alone else finding.details["text"]
                # Earlier versions did not keep what a message is about, nor who sent it.
                sender = sender_of(ret)
                words = f"{finding.details.get('subject', '')} {text}"
                ids = addresses.get(sender.casefold(), frozenset())
                whose = _named(books, words) or _last_of(theirs, ids)
                at = ret.received_at
                clock = clock_of(ret)
                yield _Said(
                    text, whose, ret.file, at, ret.number, aside, sender=sender, clock=clock,
                    alone=alone,
                )  # fmt: skip


def _said_later(overview: RoundOverview, events: Iterable[Event]) -> Iterator[_Said]:
    """Yield what messages say that came with an answer known before, or about a message."""
    books = {book.reference: book for book in overview.issued}
    counting = {ret.number: ret for ret in overview.current.values()}
    for event in events:
        about = (event.reference, *event.details.get("references", ()))
        whose = tuple(books[one] for one in dict.fromkeys(about) if one in books)
        came = counting.get(event.return_id or 0)
        notice = event.what == "mail came"
        if whose and (notice or came):
            file = came.file if came else "an automatic reply"
            number = came.number if came else 0
            away = f'xlassess set-aside m{event.number} --reason "..."'
            told = event.details
            at = datetime.fromisoformat(told["received"]) if told.get("received") else event.at
            yield _Said(
                event.reason, whose, file, at, number, away, event=event.number,
                person_only=notice, sender=told.get("sender", ""), clock=told.get("clock", ""),
            )  # fmt: skip


def said_in(ret: Return) -> str:
    """Return what a message without a workbook says; empty for anything else."""
    found = next((one for one in ret.findings if one.code == _WITHOUT_WORKBOOK), None)
    said = found.details.get("said", "") if found else ""
    return said.removeprefix("It says: “").removesuffix("”") if said.startswith("It says") else ""


def words_of(ret: Return) -> str:
    """Return what a message that came without a workbook is about, and says."""
    return " ".join(
        text for one in ret.findings for name, text in one.details.items()
        if one.code == _WITHOUT_WORKBOOK and name in ("said", "subject")
    )  # fmt: skip


def sender_of(ret: Return) -> str:
    """Return the address that a file came from by e-mail; empty where that is not on record."""
    sender = _of_mail(ret, "sender")
    return sender if "@" in sender else ""  # a message may have nobody named


def clock_of(ret: Return) -> str:
    """Return by whose clock the message of a file is dated; empty where a mail server says it."""
    return _of_mail(ret, "clock")


def _of_mail(ret: Return, name: str) -> str:
    """What the first finding says of the message that tells it: of a refused file, any does."""
    return next(
        (
            said for one in ret.findings
            if (one.code == _SAYS or one.severity == "refuse") and (said := one.details.get(name))
        ),
        "",
    )  # fmt: skip


def _by_respondent(issued: Iterable[Issued]) -> dict[str, list[Issued]]:
    """The workbooks of each respondent: of thousands, each message is about a few."""
    found: dict[str, list[Issued]] = {}
    for book in issued:
        found.setdefault(book.identity.respondent, []).append(book)
    return found


def _named(books: Mapping[str, Issued], text: str) -> tuple[Issued, ...]:
    """The workbooks that a message names."""
    return tuple(books[one] for one in dict.fromkeys(find_references(text)) if one in books)


def _last_of(theirs: Mapping[str, Sequence[Issued]], people: Collection[str]) -> tuple[Issued, ...]:
    """The workbooks of whoever sent a message, the last of each toolkit."""
    own = (book for one in sorted(people) for book in theirs.get(one, ()))
    last = {(book.identity.respondent, book.identity.toolkit): book for book in own}
    return tuple(last.values())


class _Offering:
    """Tells what is offered about messages."""

    def __init__(
        self, ledger: Ledger, overview: RoundOverview, assessment: Assessment,
        people: Sequence[Respondent], addresses: Mapping[str, frozenset[str]],
    ) -> None:  # fmt: skip
        self._ledger, self._overview, self._assessment = ledger, overview, assessment
        self._register, self._people = people, {one.id for one in people}
        self._addresses = addresses
        self._readers: dict[str, Callable[[str, str], tuple[Hint, ...]]] = {}
        self._toolkits: Mapping[str, Toolkit] = ledger.toolkits()
        self.made: dict[tuple[str, ...], Offer] = {}
        self._reachable = frozenset[str]().union(*addresses.values())
        self.done: set[int] = set()
        self.open: set[int] = set()

    def take(self, said: _Said) -> None:
        """Take in what is offered about one message; nothing twice.

        Of two messages that say the same, the one counts that is from the respondent's address.
        """
        whose = self._addresses.get(said.sender.casefold(), frozenset())
        for book, hint in (*self._of_own(said), *self._of_others(said)):
            mine = book.identity.respondent
            stranger = bool(said.sender) and mine not in whose
            # Of whom no address is known, their own workbook may come from any.
            stranger = stranger and not (said.proved and mine not in self._reachable)
            if self._is_done(hint, book):
                self.done.update([said.number] if said.alone else ())
                continue
            self.open.add(said.number)
            step, commands = self._recorded(hint, book, said)
            about = mine if hint.kind == "another person" else book.reference
            key = (hint.kind, about, hint.item, str(hint.value))
            held = self.made.get(key)
            if commands and (held is None or (held.stranger and not stranger)):
                self.made[key] = Offer(
                    hint, book, said.file, said.number, commands, step, said.reason,
                    said.away, said.finding, said.event, said.sender, stranger, said.clock,
                )  # fmt: skip

    def _of_own(self, said: _Said) -> Iterator[tuple[Issued, Hint]]:
        """Yield what a message seems to ask for of the workbooks that it is about.

        Where it names one that there is nothing to report for, that is none of the others.
        """
        from xlassess.ingest import hint_reader  # where no message came, it is not loaded

        nil: dict[str, dict[str, str]] = {}
        for book in said.books:
            digest = book.identity.digest
            if digest not in self._readers:
                self._readers[digest] = hint_reader(self._toolkits[digest])
            for hint in self._readers[digest](said.text, book.partner):
                if hint.kind != "nil return":
                    yield book, hint
                    continue
                person = book.identity.respondent
                if person not in nil:
                    nil[person] = self._nil_returns(person, said.text)
                if not nil[person]:
                    yield book, hint
                elif words := nil[person].get(book.identity.toolkit):
                    yield book, replace(hint, words=words)

    def _nil_returns(self, person: str, text: str) -> dict[str, str]:
        """What a message says to be a nil return, by the ids of a person's toolkits that it names.

        Each with the words that say so; empty where it names none of them.
        """
        from xlassess.ingest import OtherWorkbooks, nil_returns_of

        last = {one.identity.toolkit: one.identity.digest for one in self._theirs.get(person, ())}
        kits = {name: self._toolkits[digest] for name, digest in last.items()}
        return nil_returns_of(text, OtherWorkbooks(kits))

    def _of_others(self, said: _Said) -> Iterator[tuple[Issued, Hint]]:
        """Yield what a message seems to say of the person's workbooks that did not come with it."""
        if said.person_only:
            return
        from xlassess.ingest import OtherWorkbooks, hints_of_others

        for person in dict.fromkeys(book.identity.respondent for book in said.books):
            here = [one for one in said.books if one.identity.respondent == person and said.proved]
            came = {one.identity.toolkit for one in here}
            theirs = self._theirs.get(person, ())
            last = {one.identity.toolkit: one for one in theirs if one.identity.toolkit not in came}
            books = {one.reference: one for one in last.values() if not self._has_answers(one)}
            others = OtherWorkbooks(
                {name: self._toolkits[one.identity.digest] for name, one in books.items()},
                tuple(self._toolkits[one.identity.digest] for one in here),
            )
            for reference, hint in hints_of_others(said.text, others) if books else ():
                yield books[reference], hint

    @cached_property
    def _theirs(self) -> Mapping[str, Sequence[Issued]]:
        return _by_respondent(self._overview.issued)

    @cached_property
    def _withdrawn(self) -> frozenset[str]:
        """The references of workbooks for which `nil` and `decline` would be refused."""
        settled = self._overview.register.outcomes
        issued, register = self._overview.issued, self._register
        try:
            gone = withdrawn(issued, self._assessment, register, settled)
        except XlassessError:  # the register has a mistake, which others tell
            return frozenset()
        return frozenset(book.reference for book in gone)

    def _has_answers(self, book: Issued) -> bool:
        ret = self._overview.current.get(book.reference)
        return ret is not None and not ret.is_blank

    def _is_done(self, hint: Hint, book: Issued) -> bool:
        """True where what a message seems to ask for is on record."""
        ret = self._overview.current.get(book.reference)
        if hint.kind == "another person":
            return book.identity.respondent not in self._people
        if hint.kind in ("nil return", "declined"):
            return book.reference in self._overview.register.outcomes
        return ret is not None and self._has(ret, hint)

    def _recorded(self, hint: Hint, book: Issued, said: _Said) -> tuple[OfferStep, tuple[str, ...]]:
        """How what a message seems to ask for is recorded; no commands where it is not offered."""
        ret = self._overview.current.get(book.reference)
        why = f'--reason "{said.reason}"'
        if hint.kind == "another person":
            return "another person", _register(book)
        if hint.kind in ("nil return", "declined"):
            # Somebody who sent answers as well has to be asked which of the two holds.
            gone = book.reference in self._withdrawn
            none = said.person_only or gone or self._has_answers(book)
            step: OfferStep = "declined" if hint.kind == "declined" else "nil return"
            verb = "decline" if step == "declined" else "nil"
            return step, () if none else (f"xlassess {verb} {book.reference} {why}",)
        if ret is None:
            typing = f"xlassess enter {book.reference} --source email"
            return "enter", () if said.person_only else (typing,)
        if said.person_only:
            return "correct", ()
        value = as_argument(hint.label)
        return "correct", (f"xlassess correct {book.reference} {hint.item} {value} {why}",)

    def _has(self, ret: Return, hint: Hint) -> bool:
        """True where a return has the value already."""
        whole = self._ledger.numbered(ret.number)
        answers = whole.answers if whole else ()
        return any(
            (one.item, one.field, one.value) == (hint.item, "answer", hint.value) for one in answers
        )


def _register(book: Issued) -> tuple[str, ...]:
    """How another person comes to answer: the register says who does."""
    who = f"the row of {book.who}" if book.respondent else f"the row of {book.partner}"
    return (
        f"Correct {who} in the register, or delete it. Then:",
        "xlassess generate",
        "xlassess send",
    )
