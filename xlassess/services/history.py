"""History: all that ever happened to one workbook."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Event
from xlassess.ledger.events import Place
from xlassess.model.answer import Issued, Return
from xlassess.model.record import Outcome
from xlassess.services.decide import asked_about, opened, workbook
from xlassess.services.standing import place_of


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened: the event, and the returns it moved, as they are now.

    ``ret`` is the return it was about, if it was about one; for a summary, the one that counted.
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
    """Return all that ever happened to one workbook, named by its reference or a query's about it.

    Raises:
        UsageError: no workbook was issued under this reference.
    """
    with opened(folder, _now) as ledger:
        everyone = ledger.issued()
        issued = workbook(everyone, asked_about(ledger, reference) or reference)
        returns = {ret.number: ret for ret in ledger.history()}
        events = ledger.events()
        counts = ledger.current(issued.identity.round).get(issued.reference)
        outcome = ledger.register().outcomes.get(issued.reference)
    steps = tuple(_steps(events, issued, returns))
    same = (place_of(issued), issued.identity.round)
    later = tuple(
        one
        for one in everyone
        if (place_of(one), one.identity.round) == same and one.issued_at > issued.issued_at
    )
    return History(issued, steps, counts, outcome, later)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _steps(events: tuple[Event, ...], issued: Issued, returns: dict[int, Return]) -> Iterator[Step]:
    """The events that concern a workbook.

    They do by name, because a return of it was moved, or because it counted in a summary.
    """
    reference, round_name = issued.reference, issued.identity.round
    places: dict[int, Place] = {}
    for event in events:
        numbers = {*event.places} | ({event.return_id} if event.return_id else set())
        owners = {places[number].reference for number in numbers if number in places}
        places |= event.places
        owners |= {places[number].reference for number in numbers if number in places}
        if event.what == "consolidated" and event.details.get("round") == round_name:
            for number, place in places.items():
                if (place.reference, place.standing) == (reference, "current"):
                    yield Step(event, returns.get(number), ())
        elif reference in (*owners, event.reference):
            yield _step(event, returns)


def _step(event: Event, returns: dict[int, Return]) -> Step:
    about = returns.get(event.return_id) if event.return_id else None
    moved = (returns.get(number) for number in event.places if number != event.return_id)
    return Step(event, about, tuple(ret for ret in moved if ret))
