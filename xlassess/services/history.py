"""History: all that ever happened to one workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Event
from xlassess.ledger.events import WRITING, ReturnStatus
from xlassess.model.answer import Issued, Return
from xlassess.model.record import Outcome
from xlassess.services.common.asked import request_of
from xlassess.services.common.opening import opened
from xlassess.services.decide import asked_about, workbook


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
    ``later`` are workbooks issued to the same respondent in its place, each with the number of the
    event by which it was; ``instead`` is the one of them that counts, once one does.
    """

    issued: Issued
    steps: tuple[Step, ...]
    counts: Return | None
    outcome: Outcome | None
    later: tuple[tuple[int, Issued], ...]
    instead: str = ""


def history(folder: AssessmentFolder, reference: str) -> History:
    """Return all that ever happened to one workbook, named by its reference or a query's about it.

    Raises:
        UsageError: no workbook was issued under this reference.
    """
    with opened(folder, _now) as ledger:
        everyone = (*ledger.issued(), *ledger.joint())
        issued = workbook(everyone, asked_about(ledger, reference) or reference)
        events = ledger.events()
        happened = tuple(_happened(events, issued))
        instead = ledger.replaced().get(issued.reference, "")
        number = ledger.counting_of([issued.reference]).get(issued.reference, 0)
        # Those of others are not read: a round has thousands.
        mine = {one for event, about, moved in happened for one in (about, *moved)}
        returns = ledger.by_number(mine | {number})
        outcome = ledger.register().outcomes.get(issued.reference)
    steps = tuple(
        Step(event, returns.get(about), tuple(filter(None, map(returns.get, moved))))
        for event, about, moved in happened
    )
    same = (request_of(issued), issued.identity.round)
    at = {event.reference: event.number for event in events if event.what == "issued"}
    later = tuple(
        (at.get(one.reference, 0), one)
        for one in everyone
        if (request_of(one), one.identity.round) == same
        and at.get(one.reference, 0) > at.get(issued.reference, 0)
    )
    return History(issued, steps, returns.get(number), outcome, later, instead)


def _now() -> datetime:
    return datetime.now(timezone.utc)


def _happened(
    events: tuple[Event, ...], issued: Issued
) -> Iterator[tuple[Event, int, tuple[int, ...]]]:
    """Yield the events that concern a workbook, with the numbers of the returns they concern.

    They do by name, because a return of it was moved, or because it counted in a summary. First
    comes the number of the return that it was about, 0 where it was about none; then those moved.
    """
    reference, round_name = issued.reference, issued.identity.round
    mine = {reference}
    statuses: dict[int, ReturnStatus] = {}
    for event in events:
        moved = event.statuses
        numbers = {*moved} | ({event.return_id} if event.return_id else set())
        owners = {statuses[number].reference for number in numbers if number in statuses}
        statuses |= moved
        owners |= {statuses[number].reference for number in numbers if number in statuses}
        if event.what in WRITING.values():
            if event.details.get("round") == round_name:
                for number in _counted(event, reference, statuses):
                    yield event, number, ()
        elif mine & {*owners, event.reference, *event.details.get("references", ())}:
            if event.what == "query issued":  # messages with it are about this workbook, too
                mine.add(event.details["query"])
            about = event.return_id or 0
            yield event, about, tuple(number for number in moved if number != about)


def _counted(event: Event, reference: str, statuses: Mapping[int, ReturnStatus]) -> Iterator[int]:
    """The numbers of a workbook's returns that counted in what was written."""
    if "base" in event.details:
        bases = event.details["base"].values()
        yield from (base[reference] for base in bases if reference in base)
        return
    for number, place in statuses.items():
        if (place.reference, place.standing) == (reference, "current"):
            yield number
