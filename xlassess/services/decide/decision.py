"""What a decision of the coordinator is, how it is recorded, and how it is taken back.

Nothing is ever deleted: a decision says who made it, when and why, and the event log keeps it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.reference import normalise
from xlassess.ledger import Event, Ledger
from xlassess.ledger.tables.events import What
from xlassess.model.answer import Issued, Return
from xlassess.model.days import written_day
from xlassess.model.errors import UsageError
from xlassess.model.record import Outcome
from xlassess.services.common.opening import opened, still_open

A_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
"""The number of a return."""


@dataclass(frozen=True, slots=True)
class Why:
    """Who decides (whoever the operating system says, if not given), when (UTC), and why."""

    now: datetime
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook and what counts for it now: a return, an outcome, or nothing."""

    issued: Issued
    counts: Return | None
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was recorded.

    ``what`` names it as the event log does; ``undone`` says that it was taken back. ``returns``
    are the returns it was about, ``books`` the workbooks concerned as they stand now. ``arrived``
    are the references in messages of which it is certain now that they arrived. ``left_out`` are
    people who are not recorded as reminded because ``remind`` writes to none of them. ``message``
    is the number of the message it was about, if it was about one. ``gave_way`` are the returns
    that no longer count, or no longer wait, because another took their place. ``ended`` is the
    nil return or the refusal on record until now, which no longer holds as a return counts.
    """

    what: str
    undone: bool
    returns: tuple[Return, ...]
    books: tuple[Book, ...]
    arrived: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    message: int = 0
    gave_way: tuple[Return, ...] = ()
    ended: Outcome | None = None

    @property
    def ended_told(self) -> str:
        """In a sentence, that a nil return or a refusal no longer holds; empty where none did."""
        if self.ended is None:
            return ""
        since = written_day(self.ended.at.astimezone())
        return f"“{self.ended.kind}”, recorded on {since}, no longer holds."


@contextmanager
def deciding(folder: AssessmentFolder, why: Why) -> Iterator[Ledger]:
    """Open the ledger for a decision, which needs a reason.

    Raises:
        UsageError: no reason is given.
        XlassessError: settings or ledger cannot be used.
    """
    if not why.reason.strip():
        raise UsageError("A decision needs a reason.", 'Give it with --reason "...".')
    with recording(folder, why) as ledger:
        yield ledger


@contextmanager
def recording(folder: AssessmentFolder, why: Why) -> Iterator[Ledger]:
    """Open the ledger, so that what is recorded says when, and by whom.

    Raises:
        XlassessError: settings or ledger cannot be used.
    """
    with opened(folder, lambda: why.now, why.by.strip()) as ledger:
        yield ledger


def open_workbooks(ledger: Ledger, texts: Sequence[str]) -> list[Issued]:
    """Return the workbooks that are named, in one look for thousands of them.

    Raises:
        UsageError: one was not issued, or its round is closed.
    """
    known = ledger.books([normalise(one) for one in texts])
    found = [known.get(normalise(one)) or open_workbook(ledger, one) for one in texts]
    for round_name in {one.identity.round for one in found}:
        still_open(ledger, round_name)
    return found


def open_workbook(ledger: Ledger, text: str) -> Issued:
    """Return the workbook that is named by its reference, of a round that is not closed.

    Raises:
        UsageError: none was issued under it, it is a query workbook, or its round is closed.
    """
    issued = ledger.book(normalise(text))
    if issued is None:
        about = asked_about(ledger, text)
        if about:
            raise UsageError(
                f"{normalise(text)} is a query workbook about {about}.", f"Name {about} instead."
            )
        issued = workbook((*ledger.issued(), *ledger.joint()), text)
    still_open(ledger, issued.identity.round)
    return issued


def still_open_for(ledger: Ledger, number: int) -> None:
    """Refuse to decide about a return of a round that is closed."""
    ret = ledger.numbered(number)
    issued = ledger.book(ret.reference) if ret else None
    if issued:
        still_open(ledger, issued.identity.round)


def asked_about(ledger: Ledger, text: str) -> str:
    """Return the reference of the workbook that a query workbook asks about, or nothing."""
    asked = {query.reference: query.of for query in ledger.queries()}
    return asked.get(normalise(text), "")


def workbook(issued: Sequence[Issued], text: str) -> Issued:
    """Return the issued workbook that somebody names by its reference.

    Raises:
        UsageError: none was issued under it.
    """
    from difflib import get_close_matches

    reference = normalise(text)
    known = {one.reference: one for one in issued}
    if reference in known:
        return known[reference]
    near = get_close_matches(reference, known, n=1)
    hint = f" Did you mean {near[0]} ({known[near[0]].partner})?" if near else ""
    raise UsageError(
        f"No workbook was issued under the reference {text}.{hint}",
        "The reference is in the workbook's file name, and xlassess status shows it.",
    )


def decided_now(
    ledger: Ledger, what: str, numbers: Sequence[int], references: Sequence[str], *,
    undone: bool = False,
) -> Decided:  # fmt: skip
    """Return a decision with everything concerned as it stands now."""
    wanted = [*dict.fromkeys(references)]
    issued = ledger.books(wanted)
    outcomes = ledger.register().outcomes
    came = {ret.number: ret for ret in ledger.returns_of(wanted)}
    counts = ledger.counting_of(wanted)
    return Decided(
        what=what,
        undone=undone,
        returns=tuple(
            ret for number in numbers if (ret := came.get(number) or ledger.numbered(number))
        ),
        books=tuple(
            Book(issued[ref], came.get(counts.get(ref, 0)), outcomes.get(ref))
            for ref in wanted
            if ref in issued
        ),
    )


def undo(
    folder: AssessmentFolder, what: Literal["chosen", "set aside", "reassigned", "nil return",
    "declined"], key: str | int, why: Why,
) -> Decided:  # fmt: skip
    """Take back the last decision of this kind about a workbook or a return.

    Args:
        folder: the assessment.
        what: the kind of decision.
        key: the workbook's reference, or the return's number.
        why: who takes it back, when and why.

    Raises:
        UsageError: there is none, something that came later stands on it, it would change a round
            that is closed, or no reason is given.
    """
    with deciding(folder, why) as ledger:
        if isinstance(key, int):
            still_open_for(ledger, key)
        made_about = open_workbook(ledger, key).reference if isinstance(key, str) else key
        with ledger.together():
            event = taken_back(ledger, what, made_about, why.reason.strip())
        about = [event.return_id] if event.return_id else sorted(event.statuses)
        return decided_now(ledger, what, about, concerned(event), undone=True)


def taken_back(ledger: Ledger, what: What, key: str | int, reason: str) -> Event:
    """Take back the last decision of this kind within a transaction, and return it.

    Raises:
        UsageError: a return would go back to a workbook of a round that is closed.
    """
    event = ledger.decisions.undo(what, key, reason)
    for moved in event.statuses:
        still_open_for(ledger, moved)
    return event


def concerned(event: Event) -> list[str]:
    """The workbooks that a decision was about."""
    moved = [place.reference for place in event.statuses.values()]
    return [event.reference, *filter(None, [event.details.get("from")]), *moved]
