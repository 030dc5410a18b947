"""Where workbooks stand, for whoever writes about them: those of partners, and joint ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime
from functools import cached_property

from xlassess.assessment.slugs import tidy
from xlassess.contract.reference import normalise
from xlassess.ledger import Ledger, RoundOverview
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import Assessment, Respondent
from xlassess.model.errors import UsageError
from xlassess.model.plan import AgreedPlan, JointKind, open_actions
from xlassess.model.query import Query
from xlassess.model.record import Notice, Register, SentMessage
from xlassess.services.common.workbooks.asked import Request, open_evidence, request_of
from xlassess.services.common.workbooks.joint import (
    Addressee,
    addressee,
    asked_about_now,
    by_owner,
    came_back,
    holder_of,
    issued_last,
)


def absent_until(notice: Notice | None, person: Respondent | None, today: date) -> date | None:
    """Until when somebody is on leave by an automatic reply or the register; else nothing.

    Args:
        notice: what came back about the last message to them.
        person: them, as the register has them.
        today: the present day.
    """
    told = notice.until if notice and notice.kind == "away" else None
    known = (told, person.away if person else None)
    return max((day for day in known if day and day >= today), default=None)


def only_name(address: str, people: Iterable[Respondent]) -> str:
    """Return the name of the only person of the register who has this address; else nothing."""
    known = address.casefold()
    names = {
        one.name
        for one in people
        if known in {each.casefold() for each in (one.email, *one.others)}
    }
    return names.pop() if len(names) == 1 else ""


class Standing:
    """Which workbooks may be written about, and what was recorded about them.

    Args:
        known: the workbooks, each with whom it goes to.
        register: what was recorded about workbooks.
        settled: the references of those of which nothing more is to come.
        reached: the references of those that are known to have reached somebody.
    """

    def __init__(
        self, known: Sequence[Issued], register: Register, settled: Set[str], reached: Set[str]
    ) -> None:
        self._known, self._register = known, register
        self._settled = settled
        self._reached = reached | register.sent.keys() | register.reminded.keys()

    def named(self, only: Sequence[str]) -> list[Issued]:
        """Return those that are named by reference, person, organisation or address, or all.

        Raises:
            UsageError: there is no workbook to be written about under one of these names.
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

    def reminders(self, book: Issued) -> int:
        """How often its respondent was reminded."""
        return self._register.reminders.get(book.reference, 0)

    def has_it(self, book: Issued) -> bool:
        """True when the workbook is known to have reached its respondent."""
        return book.reference in self._reached

    def sent_since(self, book: Issued, since: datetime) -> bool:
        """True when it was sent to its respondent since that moment."""
        last = self._register.sent.get(book.reference)
        return last is not None and last > since

    def reminded_since(self, book: Issued, since: datetime) -> bool:
        """True when its respondent was reminded since that moment."""
        last = self._register.reminded.get(book.reference)
        return last is not None and last > since

    def absent_until(self, book: Issued, person: Respondent | None, today: date) -> date | None:
        """Until when its respondent is on leave; nothing where they are there.

        Who says so in an automatic reply is on leave as well as who the register says is.

        Args:
            book: the workbook.
            person: who it is for, as the register has them.
            today: the present day.
        """
        return absent_until(self._register.notices.get(book.reference), person, today)

    def on_leave(self, book: Issued, person: Respondent | None, today: date) -> date | None:
        """Until when its respondent is on leave and not reminded; nothing if there is a delegate.

        Args:
            book: the workbook.
            person: who it is for, as the register has them.
            today: the present day.
        """
        return None if person and person.delegate else self.absent_until(book, person, today)

    @cached_property
    def unreachable(self) -> Mapping[str, datetime]:
        """The addresses, in small letters, that do not exist, and when that was reported.

        A report counts until something is sent once more about the workbook it is about.
        """
        known = {book.reference: book.email.casefold() for book in self._known}
        found: dict[str, datetime] = {}
        for reference, notice in self._register.notices.items():
            if notice.kind == "no such address":
                # Earlier versions did not keep which address it was.
                named = notice.failed or (notice.address or known.get(reference, ""),)
                found |= {one: notice.at for one in named if one}
        return found

    def day_of(self, books: Sequence[Issued]) -> date | None:
        """The day by which workbooks are wanted, the first one where they name several."""
        return min((one.return_by for one in books if one.return_by), default=None)

    def confirmed(self, book: Issued) -> str:
        """What was received of a workbook, in words a partner understands."""
        return book.file_name

    def typed(self, book: Issued) -> str:
        """By which way the answers came that were typed in for it; empty where none were."""
        del book
        return ""

    def is_asked_about(self, book: Issued) -> bool:
        """True when something is still asked about what came back."""
        del book
        return False

    def doubted(self, references: Sequence[str]) -> tuple[SentMessage, ...]:
        """The messages about these workbooks of which nobody knows whether they were sent."""
        about = {*references}
        return tuple(one for one in self._register.uncertain if about & {*one.references})


class PartnersStanding(Standing):
    """Where the workbooks that partners fill in stand.

    Of several issued to one person the last: where workbooks were issued anew it is to be sent,
    although an earlier one came back and counts until then.

    Args:
        record: where the round's workbooks stand.
        asked: the places of the register.
        return_by: the day by which they are wanted.
        joint: joint workbooks that may be asked about, each with whom it goes to.
        joint_returns: what came back of those, the newest last.
    """

    def __init__(
        self, record: RoundOverview, asked: Sequence[Request], return_by: date | None,
        joint: Mapping[Issued, Return] | None = None, joint_returns: Sequence[Return] = (),
    ) -> None:  # fmt: skip
        newest = {request_of(book): book for book in record.issued}
        settled = record.current.keys() | record.register.outcomes.keys()
        # What came in a PDF or a picture is to be typed in, and not asked for again.
        self.waiting = open_evidence(record).keys() - settled
        settled |= self.waiting
        refused = {ret.reference for ret in record.history if ret.state == "refused"}
        known = [newest[place] for place in asked if place in newest]
        super().__init__(known, record.register, settled, refused)
        self.record, self._return_by = record, return_by
        self._current = (*record.current.values(), *(joint or {}).values())
        self._history = (*record.history, *joint_returns)
        self.books = {book.reference: book for book in (*record.issued, *(joint or ()))}

    def day_of(self, books: Sequence[Issued]) -> date | None:
        """The day by which the round's workbooks are wanted."""
        del books
        return self._return_by

    def is_to_be_thanked(self, book: Issued, *, anew: bool = False) -> bool:
        """True when a return of it counts, is not blank, and was not confirmed yet.

        Args:
            book: the workbook.
            anew: although it was confirmed.
        """
        if book.reference not in self._returned:
            return False
        came = self.record.current[book.reference].received_at
        thanked = self._thanked.get(book.reference)
        return anew or came is None or thanked is None or thanked < came

    @cached_property
    def _returned(self) -> frozenset[str]:
        return self.record.returned

    @cached_property
    def _thanked(self) -> dict[str, datetime]:
        """When each workbook was confirmed last, by its reference."""
        last: dict[str, datetime] = {}
        for one in self._register.messages:
            if one.purpose == "thanks" and one.outcome == "sent":
                last |= {ref: max(one.at, last.get(ref, one.at)) for ref in one.references}
        return last

    def confirmed(self, book: Issued) -> str:
        """What was received of it, in words a partner understands."""
        ret = self.record.current.get(book.reference)
        number = self.record.answered.get(ret.number, 0) if ret else 0
        answers = "1 answer" if number == 1 else f"{number} answers"
        way = self.typed(book)
        if way:  # it was never sent as a file: nobody is thanked for one
            title = self.record.titles.get(book.identity.toolkit, book.identity.toolkit)
            return f"{title} (reference {book.reference}): {answers}, given {way}"
        return f"{book.file_name} (reference {book.reference}): {answers}"

    def typed(self, book: Issued) -> str:
        """By which way the answers came that were typed in for it; empty where none were."""
        ret = self.record.current.get(book.reference)
        return ret.entered.details["source"] if ret and ret.entered else ""

    def is_asked_about(self, book: Issued) -> bool:
        """True when something is still asked about what came back, or is to be asked."""
        ret = self.record.current.get(book.reference)
        return ret is not None and any(finding.is_for_partner for finding in ret.findings)

    def open_queries(
        self, queries: Sequence[Query], only: Sequence[str], *, again: bool
    ) -> list[Query]:
        """The query workbooks that are to go out: about what counts, not sent, not answered.

        Args:
            queries: all query workbooks.
            only: names of those wanted; none for all.
            again: although they were sent.
        """
        counts = {ret.number for ret in self._current}
        newest = {query.of: query for query in queries if query.base in counts}
        answered = {ret.query for ret in self._history if ret.state != "refused"}
        sent = {
            reference
            for one in self._register.messages
            if one.purpose == "query" and one.outcome == "sent"
            for reference in one.references
        }
        return [
            query
            for query in newest.values()
            if query.of in self.books
            and query.reference not in answered
            and (again or query.reference not in sent)
            and (
                not only
                or any(
                    normalise(text) == query.reference or _is_called(self.books[query.of], text)
                    for text in only
                )
            )
        ]


def joint_standing(
    ledger: Ledger, assessment: Assessment, kind: JointKind, *, people: Sequence[Respondent],
    plans: Mapping[str, AgreedPlan], to: Addressee | None,
) -> Standing:  # fmt: skip
    """Return where the joint workbooks of a kind stand, each with whom it goes to.

    Progress workbooks go to the owners of open actions, as the register knows them now; the others
    to whoever is named, and that of a workshop else to its facilitator.

    Args:
        ledger: what is on record.
        assessment: the settings of the round.
        kind: the kind.
        people: the register.
        plans: the agreed plans of this round and of those before it.
        to: whom plan and workshop workbooks go to, if that is said.
    """
    books = issued_last(ledger, assessment.round, kind)
    if kind == "progress":
        owned = by_owner(open_actions(plans))
        whom = {
            holder_of(key): addressee(tidy(actions[0].owner), people)
            for key, actions in owned.items()
        }
    else:
        whom = dict.fromkeys(books, to or _facilitator(assessment, people))
    known = [going_to(book, whom[holder]) for holder, book in books.items() if holder in whom]
    back = came_back(ledger, assessment.round)
    return Standing(known, ledger.register(), back, frozenset())


def asked_of_others(
    ledger: Ledger, assessment: Assessment, people: Sequence[Respondent]
) -> dict[Issued, Return]:
    """Return the joint workbooks that others are asked about, each with whom it goes to.

    The plan workbook is with the coordinator, or with whoever they gave it to.

    Args:
        ledger: what is on record.
        assessment: the settings of the round.
        people: the register.
    """
    return {
        going_to(book, who): ret
        for book, ret in asked_about_now(ledger, assessment.round)
        if (who := who_is_asked(book, assessment, people))
    }


def who_is_asked(
    book: Issued, assessment: Assessment, people: Sequence[Respondent]
) -> Addressee | None:
    """Return who is asked about a joint workbook: the owner, or the facilitator.

    Args:
        book: the workbook.
        assessment: the settings of the round.
        people: the register.

    Returns:
        None where it is with the coordinator.
    """
    if book.identity.kind == "progress":
        return addressee(tidy(book.partner), people)
    led = book.identity.kind == "workshop" and assessment.preparation.facilitator
    return _facilitator(assessment, people) if led else None


def going_to(book: Issued, who: Addressee) -> Issued:
    """Return a workbook with whom it goes to, or with nobody's address."""
    return replace(book, respondent=who.name if who.email else "", email=who.email)


def _facilitator(assessment: Assessment, people: Sequence[Respondent]) -> Addressee:
    """Who leads the workshop: what the settings say of them begins with their name."""
    said = assessment.preparation.facilitator
    found = addressee(said, people)
    return found if found.email else addressee(said.partition(",")[0].strip(), people)


def _is_called(book: Issued, text: str) -> bool:
    names = (book.respondent, book.partner, book.email, book.identity.respondent)
    return book.reference == normalise(text) or text.strip().casefold() in (
        name.casefold() for name in names if name
    )
