"""What a coordinator decides: recorded with who, when and why, and never by deleting anything.

Every decision can be taken back, which is itself recorded, as long as nothing that came after
stands on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from xlassess.ledger import reads
from xlassess.ledger.recording.deciding import Deciding, Moves
from xlassess.ledger.recording.messages import SAYING
from xlassess.ledger.tables.events import Entry, Event, ReturnStatus, What
from xlassess.ledger.tables.order import ANOTHER_ADDRESS, OPEN, SAYS, UNCLEAR
from xlassess.ledger.tables.replay import MARKS
from xlassess.ledger.tables.schema import RETURNS
from xlassess.model.answer import Issued, Return
from xlassess.model.errors import UsageError
from xlassess.model.finding import Finding
from xlassess.model.record import OutcomeKind

ASIDE = ("set aside", "set aside")
"""Standing and state of a return that does not count by decision."""


class Decisions:
    """The decisions of a ledger; each method is one transaction.

    Args:
        writing: begins a transaction of the ledger that may write.
        now: the clock.
        by: who decides.
    """

    def __init__(
        self,
        writing: Callable[[], AbstractContextManager[Connection]],
        now: Callable[[], datetime],
        by: str,
    ) -> None:
        self._writing, self._now, self._by = writing, now, by

    def waive(self, findings: Sequence[str], reason: str) -> tuple[Return, ...]:
        """Accept queries as they are, all or none; return their returns in their states anew.

        Args:
            findings: their numbers, such as ``12.2``.
            reason: why.

        Raises:
            UsageError: there is no such finding, or one cannot or need not be waived.
        """
        with self._begun() as deciding:
            anew: dict[int, Return] = {}
            for name in findings:
                ret, position = deciding.finding(name)
                _check_waivable(ret.findings[position - 1], deciding.place(ret))
                waiver = deciding.waiver(reason)
                anew[ret.number] = deciding.reconsider("waived", ret, position, waiver)
            return tuple(anew.values())

    def waive_again(self, before: Return, after: Return) -> Return:
        """Accept in the return that takes the place of another what was accepted in that one.

        So are the words of a message that were put away. Each stays a decision of whoever made it
        first, when and why. What is said of another value than then is not accepted.

        Args:
            before: the return whose waivers hold, with their findings.
            after: the return that takes its place, as recorded.

        Returns:
            The return after that in its state anew.
        """
        waived = {_matter(one): one.waiver for one in before.findings if one.waiver}
        again = [
            (position, waiver)
            for position, one in enumerate(after.findings, start=1)
            if (waiver := waived.get(_matter(one))) and one.waiver is None and _may_be_waived(one)
        ]
        if not again:
            return after
        with self._begun() as deciding:
            ret = deciding.ret(after.number)
            for position, waiver in again:
                ret = deciding.reconsider("waived", ret, position, waiver)
            return ret

    def revoke(self, findings: Sequence[str], reason: str) -> tuple[Return, ...]:
        """Take waivers back, all or none; return their returns in their states anew.

        Raises:
            UsageError: there is no such finding, or one is not waived.
        """
        with self._begun() as deciding:
            anew: dict[int, Return] = {}
            for name in findings:
                ret, position = deciding.finding(name)
                if (ret.number, position) not in deciding.now.waived:
                    raise UsageError(
                        f"Finding {name} is not waived.", "Check its number with xlassess status."
                    )
                deciding.now.waived.pop((ret.number, position))
                anew[ret.number] = deciding.reconsider(
                    "waiver revoked", ret, position, None, reason
                )
            return tuple(anew.values())

    def choose(self, number: int, reason: str) -> Return:
        """Decide that this return counts for its workbook; others of it no longer do.

        Args:
            number: the number of the return.
            reason: why.

        Raises:
            UsageError: there is no such return, it cannot count, or it counts already.
        """
        with self._begun() as deciding:
            ret = deciding.usable(number)
            rivals = [one for one in deciding.now.of(ret.reference, *OPEN) if one != number]
            if deciding.place(ret).standing == "current" and not rivals:
                raise UsageError(
                    f"Return {number} already counts for {ret.reference}.",
                    "Nothing needs deciding.",
                )
            return deciding.let_count(
                "chosen", ret, ret.reference, deciding.giving_way(rivals), reason
            )

    def reassign(self, number: int, to: Issued, reason: str, *, of: str = "") -> tuple[int, ...]:
        """Decide that a return counts for another workbook than the one it was filled in on.

        It takes the place of what counted there, or waited for a decision; for its own workbook
        counts again what it had taken the place of.

        Args:
            number: the number of the return.
            to: the workbook it counts for.
            reason: why.
            of: the workbook of another round that was filled in anew, where the return was
                recorded as nobody's.

        Returns:
            The numbers of the returns that gave way.

        Raises:
            UsageError: the return cannot be used, or the workbook asks other questions.
        """
        with self._begun() as deciding:
            ret = replace(deciding.ret(number), reference=of) if of else deciding.usable(number)
            own = reads.issued_by_reference(deciding.db, [ret.reference]).get(ret.reference)
            _check_exchangeable(ret, own, to, other_round=bool(of))
            rivals = deciding.now.of(to.reference, *OPEN)
            vacated = deciding.vacate(ret)
            both = Moves(
                {**deciding.giving_way(rivals).statuses, **vacated.statuses}, vacated.settled
            )
            deciding.let_count("reassigned", ret, to.reference, both, reason)
            return tuple(rivals)

    def set_aside(self, number: int, reason: str) -> Return:
        """Decide that a return does not count, for anybody.

        What it had taken the place of counts again. A file that was refused is then no longer
        waited for to be put right.

        Raises:
            UsageError: there is no such return, or it was set aside already.
        """
        with self._begun() as deciding:
            ret = deciding.ret(number)
            if deciding.place(ret).standing == "set aside":
                raise UsageError(
                    f"Return {number} has already been set aside.", "Nothing needs doing."
                )
            vacated = deciding.vacate(ret)
            statuses = {number: ReturnStatus(ret.reference, *ASIDE), **vacated.statuses}
            entry = Entry("set aside", ret.reference, number, reason=reason)
            deciding.add(replace(entry, statuses=statuses, settled=vacated.settled))
            return replace(ret, state="set aside")

    def set_message_aside(self, number: int, reason: str) -> Event:
        """Decide that nothing is to be done about what a message says.

        Args:
            number: the number of the event that holds it.
            reason: why.

        Raises:
            UsageError: no message is on record under this number, or it was set aside already.
        """
        with self._begun() as deciding:
            what: What = "message set aside"
            message = next((one for one in deciding.log if one.number == number), None)
            if message is None or message.what not in SAYING:
                raise UsageError(
                    f"There is no message m{number} on record.",
                    "xlassess status shows what messages seem to ask for.",
                )
            made = [one for one in deciding.log if one.what == what and _about(one, number)]
            if any(one.number not in deciding.now.undone for one in made):
                raise UsageError(
                    f"Message m{number} has already been set aside.", "Nothing needs doing."
                )
            details = {"message": number, "references": message.details.get("references", [])}
            deciding.add(Entry(what, message.reference, reason=reason, details=details))
            return message

    def corrected(self, number: int, details: Mapping[str, str], reason: str) -> None:
        """Record that a return is another one with one answer changed by the coordinator.

        Args:
            number: the number of the return that counts now.
            details: the item, and the values before and after.
            reason: why.
        """
        with self._begun() as deciding:
            reference = deciding.ret(number).reference
            deciding.add(Entry("corrected", reference, number, reason=reason, details=details))

    def settle(self, reference: str, kind: OutcomeKind, reason: str) -> tuple[Return, ...]:
        """Record that no return is to be awaited; return what came back and is set aside by it.

        Raises:
            UsageError: that was recorded already.
        """
        with self._begun() as deciding:
            held = deciding.now.outcomes.get(reference)
            if held:
                raise UsageError(
                    f"{reference} has already been recorded as “{held.what}”.",
                    "If that is no longer right, undo it first with --undo.",
                )
            open_ones = deciding.now.of(reference, *OPEN)
            statuses = dict.fromkeys(open_ones, ReturnStatus(reference, *ASIDE))
            deciding.add(Entry(kind, reference, reason=reason, statuses=statuses))
            return reads.returns(deciding.db, RETURNS.c.id.in_(open_ones))

    def mark(self, references: Sequence[str], what: What) -> None:
        """Record that workbooks were sent, or their respondents reminded."""
        if what not in MARKS:
            raise ValueError(what)
        with self._begun() as deciding:
            deciding.add(*(Entry(what, reference) for reference in references))

    def undo(self, what: What, key: str | int, reason: str = "") -> Event:
        """Take back the last decision of a kind, and return it.

        Args:
            what: its kind.
            key: the reference it was made about, or the number of the return.
            reason: why.

        Raises:
            UsageError: there is none, or something that came later stands on it.
        """
        with self._begun() as deciding:
            made = [event for event in deciding.log if event.what == what and _about(event, key)]
            made = [event for event in made if event.number not in deciding.now.undone]
            if not made:
                raise UsageError(
                    f"There is no “{what}” on record for {key} to undo.",
                    "xlassess history shows what was decided.",
                )
            event = made[-1]
            deciding.undo(event, reason)
            return event

    @contextmanager
    def _begun(self) -> Iterator[Deciding]:
        with self._writing() as db:
            yield Deciding(db, self._now(), self._by)


def _about(event: Event, key: str | int) -> bool:
    if event.what == "message set aside":
        return event.details.get("message") == key
    return event.return_id == key if isinstance(key, int) else event.reference == key


def _matter(finding: Finding) -> tuple[str | None, ...]:
    """What is the same in a finding of two returns where it is about the same thing.

    A place has another cell in a query workbook than in the workbook that it asks about.
    """
    named = finding.item and finding.field
    cell = ("", "") if named else (finding.sheet, finding.cell)
    said = (finding.details.get(name) for name in ("value", "text"))
    return (finding.code, finding.item, finding.field, *cell, *said)


def _may_be_waived(finding: Finding) -> bool:
    """True for what holds a return up, unless one is to be chosen, and for notes to be settled."""
    to_settle = finding.severity == "query" and finding.code not in UNCLEAR
    return finding.code in _TO_SETTLE or to_settle


_TO_SETTLE = (SAYS, ANOTHER_ADDRESS)
"""Notes that hold nothing up, and stay open all the same: what a message says, and whose it is."""


def _check_waivable(finding: Finding, place: ReturnStatus) -> None:
    if finding.waiver and finding.code not in UNCLEAR:
        raise UsageError(
            f"{finding.number} ({finding.code}) has already been waived.",
            "xlassess history shows by whom and why.",
        )
    if finding.severity == "refuse":
        raise UsageError(
            f"{finding.number} ({finding.code}) cannot be waived: the file was refused, and "
            "nothing was read from it.",
            "Ask the partner for a file that can be read.",
        )
    if finding.code in UNCLEAR:
        raise UsageError(
            f"{finding.number} ({finding.code}) cannot be waived: one of the returns must count.",
            f'Choose it: xlassess choose {place.reference} RETURN --reason "..."',
        )
    if finding.severity == "note" and finding.code not in _TO_SETTLE:
        raise UsageError(
            f"{finding.number} ({finding.code}) is a note. It does not hold anything up.",
            "Nothing needs deciding.",
        )
    if place.standing not in OPEN:
        raise UsageError(
            f"{finding.number} belongs to a return that no longer counts ({place.state}).",
            "Give a finding of the return that counts. xlassess status shows them.",
        )


def _check_exchangeable(ret: Return, own: Issued | None, to: Issued, other_round: bool) -> None:
    if to.reference == ret.reference:
        raise UsageError(
            f"Return {ret.number} already belongs to {to.reference}.", "Nothing needs deciding."
        )
    same = own is not None and own.identity.digest == to.identity.digest
    if own is None or not same or not (other_round or own.identity.round == to.identity.round):
        raise UsageError(
            f"{to.reference} does not ask the same questions as the workbook in {ret.file}.",
            "Ask the respondent to fill in the right workbook.",
        )
