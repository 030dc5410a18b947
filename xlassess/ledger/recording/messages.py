"""Messages handed to a mail server, each at most once; and those read from a mailbox.

A message is on record before it is handed over, and what became of it after. Where a run ends in
between, nobody can know whether the server took it: the record says so, until somebody settles it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, select

from xlassess.ledger.tables import events
from xlassess.ledger.tables.events import Entry, Event, What
from xlassess.ledger.tables.schema import EVENTS
from xlassess.model.answer import Return
from xlassess.model.record import MessageOutcome, Notice

SAYING: tuple[What, ...] = ("words came", "mail came")
"""The events that hold what messages say."""

BY_HAND = "recorded by hand"
"""What stands in place of a server's reply where somebody says that a message was sent."""


@dataclass(frozen=True, slots=True)
class MessagesRead:
    """The numbers of the messages of a mailbox that were read: taken in, and left alone.

    ``doubtful`` are those among ``taken`` that may be another assessment's, as a whole or in part.
    ``waiting`` were not read, as the round was closed, which was told.
    """

    taken: frozenset[int]
    left: frozenset[int]
    doubtful: frozenset[int]
    waiting: frozenset[int] = frozenset()


class _Told:
    """What events of one kind tell, of which only those that are new are read each time.

    Of thousands of messages that go out in one run, all before would be read for each.

    Args:
        what: the kind of event.
        of: what an event tells.
    """

    def __init__(self, what: What, of: Callable[[Event], Iterable[str]]) -> None:
        self._what, self._of = what, of
        self._after, self._last, self._hash = -1, 0, ""
        self._found: set[str] = set()

    def since(self, db: Connection, after: int) -> Set[str]:
        """Return what the events after this one tell."""
        head = events.head(db)
        if after != self._after or not self._holds(db):
            self._after, self._last, self._hash, self._found = after, after, "", set()
        some = and_(EVENTS.c.what == self._what, EVENTS.c.number > self._last)
        new = {told for one in events.read(db, some) for told in self._of(one)}
        if events.has_added(db):  # which may yet be taken back
            return self._found | new
        self._found |= new
        self._last, self._hash = head
        return self._found

    def _holds(self, db: Connection) -> bool:
        """True while the ledger goes on from there; one put back from a copy may not."""
        if not self._hash:
            return False
        return self._hash == db.scalar(select(EVENTS.c.hash).where(EVENTS.c.number == self._last))


class Messages:
    """The messages of a ledger; each method is one transaction.

    Args:
        reading: begins a transaction of the ledger that reads.
        writing: begins one that may write.
        now: the clock.
        by: who sends.
    """

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Connection]],
        writing: Callable[[], AbstractContextManager[Connection]],
        now: Callable[[], datetime],
        by: str,
    ) -> None:
        self._reading, self._writing, self._now, self._by = reading, writing, now, by
        self._begun = _Told("message begun", lambda event: event.details["references"])
        self._came = _Told("mail came", lambda event: (event.details["sha256"],))

    def begin(
        self, message_id: str, purpose: str, references: Sequence[str], *, planned: int
    ) -> bool:
        """Record that a message is about to be handed over.

        Args:
            message_id: its Message-ID.
            purpose: what it is for.
            references: the workbooks it is about.
            planned: the last event there was when it was decided to send it.

        Returns:
            False, and nothing is recorded, where another program has begun a message about one
            of these workbooks meanwhile.
        """
        begun: What = "message begun"
        with self._writing() as db:
            if not self._begun.since(db, planned).isdisjoint(references):
                return False
            number = _last_number(db) + 1
            details = {
                "number": number, "id": message_id, "purpose": purpose,
                "references": [*references],
            }  # fmt: skip
            about = references[0] if references else ""
            events.append(db, self._now(), self._by, [Entry(begun, about, details=details)])
        return True

    def end(
        self, message_id: str, outcome: MessageOutcome, reply: str, *, mark: What | None,
        references: Sequence[str],
    ) -> None:  # fmt: skip
        """Record what became of a message.

        Args:
            message_id: its Message-ID.
            outcome: what became of it.
            reply: what the server said.
            mark: what is recorded about the workbooks with it, such as that they were sent.
            references: the workbooks it is about.
        """
        details = {
            "id": message_id, "outcome": outcome, "reply": reply, "references": [*references],
        }  # fmt: skip
        about = references[0] if references else ""
        entries = [Entry("message ended", about, details=details)]
        if mark is not None:
            entries += [Entry(mark, one, details={"id": message_id}) for one in references]
        with self._writing() as db:
            events.append(db, self._now(), self._by, entries)

    def by_hand(self, purpose: str, references: Sequence[str]) -> None:
        """Record that messages were sent by hand, one for each of these workbooks.

        Args:
            purpose: what they are for.
            references: the workbooks they are about.
        """
        with self._writing() as db:
            known, entries = _last_number(db), list[Entry]()
            for number, one in enumerate(references, start=known + 1):
                told = {"id": f"{BY_HAND} {number}", "references": [one]}
                begun = {**told, "number": number, "purpose": purpose}
                ended = {**told, "outcome": "sent", "reply": BY_HAND}
                entries.append(Entry("message begun", one, details=begun))
                entries.append(Entry("message ended", one, details=ended))
            events.append(db, self._now(), self._by, entries)

    def read_before(self, mailbox: str, validity: str) -> MessagesRead:
        """Return the numbers of the messages of a mailbox that were read.

        Args:
            mailbox: where it is.
            validity: under which its numbers hold; under another, they are those of others.
        """
        taken: set[int] = set()
        left: set[int] = set()
        certain: set[int] = set()
        readings = [
            event for event in self._readings()
            if (event.details["mailbox"], event.details["validity"]) == (mailbox, validity)
        ]  # fmt: skip
        for event in readings:
            told = event.details
            taken.update(told["taken"])
            left.update(told["left"])
            certain.update(set(told["taken"]).difference(told.get("doubtful", ())))
        waits = frozenset(_waiting(readings).get((mailbox, validity), ()))
        return MessagesRead(frozenset(taken), frozenset(left), frozenset(taken - certain), waits)

    def _readings(self) -> list[Event]:
        """The records of mailboxes that were read."""
        with self._reading() as db:
            return list(events.read(db, EVENTS.c.what == "mailbox read"))

    def waiting(self) -> dict[str, int]:
        """Return how many messages were not read, as a round was closed, by mailbox."""
        waits = _waiting(self._readings())
        counts: dict[str, int] = {}
        for (mailbox, _), uids in waits.items():
            counts[mailbox] = counts.get(mailbox, 0) + len(uids)
        return counts

    def not_there(self, mailbox: str, validity: str, there: Iterable[int]) -> None:
        """Record that no message waits any more that is no longer in a mailbox.

        It is not recorded as left alone: one that came while this was asked is told once more.

        Args:
            mailbox: where it is.
            validity: under which its numbers hold now; those of another are nobody's any more.
            there: the numbers of all messages in it.
        """
        entries = list[Entry]()
        waits = _waiting(self._readings())
        for (where, under), uids in waits.items():
            gone = sorted(uids.difference(there) if under == validity else uids)
            if where == mailbox and gone:
                told = {"mailbox": mailbox, "validity": under, "taken": [], "left": []}
                entries.append(Entry("mailbox read", details={**told, "gone": gone}))
        if entries:
            with self._writing() as db:
                events.append(db, self._now(), self._by, entries)

    def mailbox_read(
        self, mailbox: str, validity: str, taken: Sequence[int], left: Sequence[int],
        doubtful: Sequence[int] = (), *, waiting: Sequence[int] = (),
    ) -> None:  # fmt: skip
        """Record that messages of a mailbox were read, once what was in them is on record.

        Args:
            mailbox: where it is.
            validity: under which its numbers hold.
            taken: the numbers of those that were taken in.
            left: the numbers of those that have nothing to do with the assessment, or nothing
                besides what was taken in.
            doubtful: the numbers of those taken in that may be another assessment's.
            waiting: the numbers of those that were not read, as the round is closed.
        """
        details = {
            "mailbox": mailbox, "validity": validity, "taken": [*taken], "left": [*left],
            **({"doubtful": [*doubtful]} if doubtful else {}),
            **({"waiting": [*waiting]} if waiting else {}),
        }  # fmt: skip
        with self._writing() as db:
            events.append(db, self._now(), self._by, [Entry("mailbox read", details=details)])

    def told(self) -> tuple[Event, ...]:
        """Return the events that hold what messages say and were not put away, the oldest first."""
        decided: tuple[What, ...] = ("message set aside", "undone")
        with self._reading() as db:
            found = events.read(db, and_(EVENTS.c.what.in_(SAYING), EVENTS.c.reason != ""))
            later = events.read(db, EVENTS.c.what.in_(decided)) if found else ()
        undone = {one.undoes for one in later}
        aside = {one.details.get("message") for one in later if one.number not in undone}
        return tuple(one for one in found if one.number not in aside)

    def came(
        self, sha256: str, references: Sequence[str], notice: Notice, text: str = "",
        whence: Mapping[str, str] | None = None,
    ) -> bool:  # fmt: skip
        """Record what a message says about one that was sent.

        Args:
            sha256: that of its bytes, in hex.
            references: the workbooks it is about.
            notice: what it says.
            text: what it says in words, where that may matter.
            whence: the address it came from (``sender``), and by whose ``clock`` it is dated.

        Returns:
            False, and nothing is recorded, where it is on record already.
        """
        what: What = "mail came"
        details = {
            "sha256": sha256, "kind": notice.kind, "received": notice.at.isoformat(),
            "until": notice.until.isoformat() if notice.until else "", "address": notice.address,
            "references": [*references], **(whence or {}),
            **({"failed": [*notice.failed]} if notice.failed else {}),
        }  # fmt: skip
        with self._writing() as db:
            if sha256 in self._came.since(db, 0):
                return False
            entry = Entry(what, references[0], reason=text, details=details)
            events.append(db, self._now(), self._by, [entry])
        return True

    def words_came(self, ret: Return, text: str, whence: Mapping[str, str] | None = None) -> bool:
        """Record what a message says that brought a workbook which was read before.

        Args:
            ret: what was read from it then.
            text: what the message says.
            whence: the address it came from (``sender``), when (``received``), and by whose
                ``clock`` that is.

        Returns:
            False, and nothing is recorded, where it is on record already.
        """
        what: What = "words came"
        with self._writing() as db:
            known = events.read(db, and_(EVENTS.c.what == what, EVENTS.c.return_id == ret.number))
            told = any(text in one.message for one in ret.findings)
            if told or any(one.reason == text for one in known):
                return False
            details = whence or {}
            entry = Entry(what, ret.reference, ret.number, reason=text, details=details)
            events.append(db, self._now(), self._by, [entry])
        return True


def _waiting(readings: Iterable[Event]) -> dict[tuple[str, str], set[int]]:
    """The numbers of the messages that wait to be read, by mailbox and what they hold under."""
    found: dict[tuple[str, str], set[int]] = {}
    for event in readings:
        told = event.details
        waits = found.setdefault((told["mailbox"], told["validity"]), set())
        waits.update(told.get("waiting", ()))
        waits.difference_update(told["taken"], told["left"], told.get("gone", ()))
    return {where: waits for where, waits in found.items() if waits}


def _last_number(db: Connection) -> int:
    """The number of the message begun last; 0 before the first."""
    begun: What = "message begun"
    # From the end, where the last one is: from the beginning it would be all events each time.
    last = select(EVENTS.c.details).where(EVENTS.c.what == begun).order_by(EVENTS.c.number.desc())
    told = db.scalar(last.limit(1))
    return int(json.loads(told)["number"]) if told else 0
