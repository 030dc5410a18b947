"""One decision being made: what it rests on, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from xlassess.ledger import reads
from xlassess.ledger.database.migrations import TAKEN_OVER
from xlassess.ledger.recording import writes
from xlassess.ledger.tables import events, followed
from xlassess.ledger.tables.events import Entry, Event, ReturnStatus, What
from xlassess.ledger.tables.order import OPEN, UNCLEAR
from xlassess.ledger.tables.replay import MARKS, OUTCOMES, before, without
from xlassess.ledger.tables.schema import RETURNS
from xlassess.model.answer import Return, state_of
from xlassess.model.days import written_day
from xlassess.model.errors import UsageError, XlassessError
from xlassess.model.finding import Waiver

_COUNT = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Moves:
    """Where returns stand from now on, and of which of them an unclear order is settled."""

    statuses: Mapping[int, ReturnStatus]
    settled: Sequence[int] = ()


class Deciding:
    """One decision being made, within its transaction.

    Args:
        db: the transaction.
        at: when it is made, in UTC.
        by: who makes it.
    """

    def __init__(self, db: Connection, at: datetime, by: str) -> None:
        self.db, self._at, self._by = db, at, by
        self.log, self.now = followed.whole(db)

    def waiver(self, reason: str) -> Waiver:
        """The waiver that this decision makes."""
        return Waiver(self._by, self._at, reason)

    def place(self, ret: Return) -> ReturnStatus:
        """Where a return stands.

        Raises:
            XlassessError: the event log does not tell.
        """
        try:
            return self.now.statuses[ret.number]
        except KeyError:
            raise XlassessError(
                f"The event log has no record of return {ret.number}.", "Run: xlassess verify"
            ) from None

    def ret(self, number: int) -> Return:
        """Return the return with this number.

        Raises:
            UsageError: there is none.
        """
        found = reads.returns(self.db, RETURNS.c.id == number)
        if not found:
            raise UsageError(
                f"There is no return number {number}.",
                "xlassess ingest and xlassess history show the numbers of returns.",
            )
        return found[0]

    def usable(self, number: int) -> Return:
        """Return the return with this number, which must have been read.

        Raises:
            UsageError: there is none, or nothing was read from it.
        """
        ret = self.ret(number)
        if self.place(ret).standing in ("refused", "unclaimed"):
            raise UsageError(
                f"Return {number} was refused, so it has no answers.",
                "Ask the partner for a file that can be read.",
            )
        return ret

    def finding(self, name: str) -> tuple[Return, int]:
        """Return the return a finding belongs to, and its place there, from 1.

        Raises:
            UsageError: there is no such finding.
        """
        number, _, place = name.partition(".")
        if _COUNT.fullmatch(number) and _COUNT.fullmatch(place):
            ret = self.ret(int(number))
            if int(place) <= len(ret.findings):
                return ret, int(place)
        raise UsageError(
            f"There is no finding {name}.",
            "Give its number as xlassess status and xlassess ingest show it, for example 12.2.",
        )

    def giving_way(self, numbers: Sequence[int]) -> Moves:
        """These returns superseded."""
        whose = self.now.statuses
        return Moves(
            {n: ReturnStatus(whose[n].reference, "superseded", "superseded") for n in numbers}
        )

    def reconsider(
        self, what: What, ret: Return, position: int, waiver: Waiver | None, reason: str = ""
    ) -> Return:
        """Record that a finding is waived or no longer so; return the return in its state."""
        findings = [*ret.findings]
        findings[position - 1] = replace(findings[position - 1], waiver=waiver)
        anew, held = replace(ret, findings=tuple(findings)), self.place(ret)
        if held.standing in OPEN:
            anew = replace(anew, state=state_of(anew.findings, anew.normalised))
        statuses = {ret.number: held._replace(state=anew.state)}
        why = waiver.reason if waiver else reason
        # One that is taken over from another return is told as the decision that it was.
        first = waiver if waiver and (waiver.by, waiver.at) != (self._by, self._at) else None
        details = {"by": first.by, "at": first.at.isoformat()} if first else {}
        self.add(Entry(what, held.reference, ret.number, position, why, details, statuses))
        return anew

    def let_count(
        self, what: What, ret: Return, reference: str, others: Moves, reason: str
    ) -> Return:
        """Record that a return counts for a workbook; that settles an unclear order."""
        anew = replace(_settled(ret, self.waiver(reason)), reference=reference)
        anew = replace(anew, state=state_of(anew.findings, anew.normalised))
        statuses = {**others.statuses, ret.number: ReturnStatus(reference, "current", anew.state)}
        details = {"from": ret.reference} if reference != ret.reference else {}
        # The record of a nil return, or of somebody who declined, holds no longer from here on.
        held = self.now.outcomes.get(reference)
        details |= {"ended": held.what} if held else {}
        entry = Entry(what, reference, ret.number, reason=reason, details=details)
        self.add(replace(entry, statuses=statuses, settled=[*others.settled, ret.number]))
        return anew

    def vacate(self, ret: Return) -> Moves:
        """Where the other returns of its workbook stand once this one no longer counts for it.

        Where only returns are left of which it was not clear which counts, the first of them
        does, and where it is alone that is settled.
        """
        if self.place(ret).standing != "current":
            return Moves({})
        back = self._anew(without(self.log, ret.number))
        whole = {**self.now.statuses, **back}
        left = [
            number
            for number in sorted(whole)
            if number != ret.number
            and whole[number].reference == ret.reference
            and whole[number].standing in OPEN
        ]
        if not left or any(whole[number].standing == "current" for number in left):
            return Moves(back)
        first, alone = self.ret(left[0]), len(left) == 1
        first = _settled(first, self.waiver("")) if alone else first
        state = state_of(first.findings, first.normalised)
        back[first.number] = ReturnStatus(ret.reference, "current", state)
        return Moves(back, left if alone else ())

    def undo(self, event: Event, reason: str) -> None:
        """Record that a decision is taken back, and put returns where they stood before it.

        Raises:
            UsageError: something that came later stands on it.
        """
        if event.details.get(TAKEN_OVER):
            raise UsageError(
                "This decision was made before decisions could be undone.",
                "Decide anew instead.",
            )
        for later in self.log[event.number :]:
            if event.what not in MARKS and self._stands_on(later, event):
                raise UsageError(
                    f"“{later.what}” of {written_day(later.at)} stands on that decision.",
                    "Undo what came later first, or make a new decision.",
                )
        self.now.take_back(event.number)
        held = before(self.log, event.number).statuses
        entry = Entry("undone", event.reference, event.return_id, reason=reason)
        details = {"event": event.number, "was": event.what}
        statuses = self._anew({number: held[number] for number in event.statuses})
        self.add(replace(entry, details=details, statuses=statuses))

    def _stands_on(self, later: Event, event: Event) -> bool:
        if later.what == "undone" or later.number in self.now.undone:
            return False
        if later.what in ("waived", "waiver revoked"):
            waived = self.now.waived.values()
            return later in waived and later.return_id in event.statuses
        return bool(_touched(later) & _touched(event))

    def _anew(self, statuses: Mapping[int, ReturnStatus]) -> dict[int, ReturnStatus]:
        """These statuses with the states that open returns have by their findings now."""
        whole = dict(statuses)
        for number, place in statuses.items():
            if place.standing in OPEN:
                ret = reads.with_waivers(self.ret(number), self.now)
                whole[number] = place._replace(state=state_of(ret.findings, ret.normalised))
        return whole

    def add(self, *entries: Entry) -> None:
        """Record what happened, and move returns as it says."""
        for entry in entries:
            writes.move(self.db, entry.statuses)
        events.append(self.db, self._at, self._by, entries)


def _touched(event: Event) -> set[str]:
    """The workbooks whose returns or outcome an event changed; files of nobody share none."""
    if not event.statuses and event.what not in OUTCOMES:
        return set()
    references = {place.reference for place in event.statuses.values()}
    return (references | {event.reference, event.details.get("from", event.reference)}) - {""}


def _settled(ret: Return, waiver: Waiver) -> Return:
    """The return with its unclear order settled."""
    findings = (replace(one, waiver=waiver) if one.code in UNCLEAR else one for one in ret.findings)
    return replace(ret, findings=tuple(findings))
