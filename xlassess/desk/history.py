"""History: all that ever happened to one workbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from xlassess.desk.decide import opened, workbook
from xlassess.desk.register import place_of
from xlassess.folder.assessment import AssessmentFolder
from xlassess.ledger import Event
from xlassess.model.answer import Issued, Return
from xlassess.model.record import Outcome


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened: the event, and the returns it moved, as they are now.

    ``ret`` is the return it was about, if it was about one.
    """

    event: Event
    ret: Return | None
    moved: tuple[Return, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What happened to one workbook, oldest first.

    ``counts`` is the return that counts for it now, ``outcome`` what is in force instead.
    ``later`` are workbooks issued to the same respondent in its place.
    """

    issued: Issued
    steps: tuple[Step, ...]
    counts: Return | None
    outcome: Outcome | None
    later: tuple[Issued, ...]


def history(folder: AssessmentFolder, reference: str) -> History:
    """Return all that ever happened to one workbook.

    Raises:
        UsageError: no workbook was issued under this reference.
    """
    with opened(folder, _now) as ledger:
        everyone = ledger.issued()
        issued = workbook(everyone, reference)
        returns = {ret.number: ret for ret in ledger.history()}
        events = ledger.events()
        counts = ledger.current(issued.identity.round).get(issued.reference)
        outcome = ledger.register().outcomes.get(issued.reference)
    steps = tuple(_step(event, returns) for event in _about(events, issued.reference))
    same = (place_of(issued), issued.identity.round)
    later = tuple(
        one
        for one in everyone
        if (place_of(one), one.identity.round) == same and one.issued_at > issued.issued_at
    )
    return History(issued, steps, counts, outcome, later)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _about(events: tuple[Event, ...], reference: str) -> list[Event]:
    """The events that concern a workbook: by name, or because a return of it was moved."""
    found = []
    owners: dict[int, str] = {}
    for event in events:
        numbers = {*event.places} | ({event.return_id} if event.return_id else set())
        owned = {owners.get(number) for number in numbers}
        owners |= {number: place.reference for number, place in event.places.items()}
        owned |= {owners.get(number) for number in numbers}
        if reference in (*owned, event.reference):
            found.append(event)
    return found


def _step(event: Event, returns: dict[int, Return]) -> Step:
    about = returns.get(event.return_id) if event.return_id else None
    moved = (returns.get(number) for number in event.places if number != event.return_id)
    return Step(event, about, tuple(ret for ret in moved if ret))
