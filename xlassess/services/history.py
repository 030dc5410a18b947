"""History: all that ever happened to one workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.layout import layout
from xlassess.contract.reference import normalise
from xlassess.ledger import Event
from xlassess.ledger.tables.events import WRITING, ReturnStatus
from xlassess.model.answer import Issued, Return
from xlassess.model.errors import UsageError
from xlassess.model.query import Slot
from xlassess.model.record import Outcome
from xlassess.services.common.opening import opened
from xlassess.services.common.phrases import capital, count, named
from xlassess.services.common.workbooks.asked import answered
from xlassess.services.decide import asked_about, workbook
from xlassess.services.in_doubt import places, plain_answers


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
        issued = ledger.book(normalise(reference))
        if issued is None:
            everyone = (*ledger.issued(), *ledger.joint())
            issued = workbook(everyone, asked_about(ledger, reference) or reference)
        alike = ledger.issued_like(issued)
        asked = ledger.queries(issued.reference)
        names = [*(one.reference for one in alike), *(one.reference for one in asked)]
        # Those of others are not read: a round has thousands.
        events = ledger.events_naming(names, [*WRITING.values()])
        happened = tuple(_happened(events, issued))
        instead = ledger.replaced().get(issued.reference, "")
        number = ledger.counting_of([issued.reference]).get(issued.reference, 0)
        mine = {one for event, about, moved in happened for one in (about, *moved)}
        returns = ledger.by_number(mine | {number})
        outcome = ledger.register().outcomes.get(issued.reference)
    steps = tuple(
        Step(event, returns.get(about), tuple(filter(None, map(returns.get, moved))))
        for event, about, moved in happened
    )
    at = {event.reference: event.number for event in events if event.what == "issued"}
    since = at.get(issued.reference, 0)
    later = tuple((at[one.reference], one) for one in alike if at.get(one.reference, 0) > since)
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


@dataclass(frozen=True, slots=True)
class CellHistory:
    """A place of a workbook, and what stood there in each of its returns, the oldest first.

    ``cell`` is where it was read from last; empty where nothing ever was.
    """

    item: str
    ask: str
    heading: str
    sheet: str
    cell: str
    values: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """True when it did not say the same in every return."""
        return len(set(self.values)) > 1


@dataclass(frozen=True, slots=True)
class CellsHistory:
    """What stood in the cells of a workbook, return by return; ``counts`` is the one that counts.

    Files that were refused have no answers, and are not among them.
    """

    issued: Issued
    returns: tuple[Return, ...]
    counts: int
    cells: tuple[CellHistory, ...]


def cells_history(folder: AssessmentFolder, reference: str) -> CellsHistory:
    """Return what stood in every cell of a workbook, in each of its returns.

    Raises:
        UsageError: no workbook was issued under this reference.
    """
    with opened(folder, _now) as ledger:
        issued = ledger.book(reference)
        if issued is None:
            raise UsageError("There is no such workbook.", "Choose it in the register.")
        toolkit = ledger.toolkits()[issued.identity.digest]
        returns = tuple(r for r in ledger.returns_of([reference]) if r.state != "refused")
        counts = ledger.counting_of([reference]).get(reference, 0)
    read = [plain_answers(toolkit, ret) for ret in returns]
    where = {Slot(a.item, a.field): (a.sheet, a.cell) for ret in returns for a in ret.answers}
    cells = (
        CellHistory(
            place.item,
            place.ask,
            place.heading,
            *where.get(place.slot, ("", "")),
            tuple(one.text(place.slot, place.takes) for one in read),
        )
        for place in places(layout(toolkit))
    )
    return CellsHistory(issued, returns, counts, tuple(one for one in cells if any(one.values)))


# What happened, in words.

_SHORT = 12
"""How many digits of a hash are shown."""


def now_told(result: History) -> str:
    """Return in a sentence what counts for the workbook now."""
    if result.counts is not None:
        return f"Now {named(result.counts)} counts ({result.counts.state})."
    if result.outcome is not None:
        return f"Now on record: {result.outcome.kind}."
    if result.instead:
        return f"Now no return of it counts: {result.instead} counts in its place."
    return "Now no return counts."


_COUNTED_IN: Mapping[str, str] = {
    "consolidated": "the summary of round {round}",
    "reported": "the report of round {round}",
    "exported": "the data of round {round}",
    "opened": "what Python read of round {round}",
    "plan written": "the plan workbook",
    "workshop written": "a workshop workbook",
    "feedback written": "the feedback of round {round}",
    "portfolio written": "the portfolio of a programme, with round {round}",
    "progress counted": "a progress paper",
}
"""What a return was counted in, by what happened."""


def told(result: History, step: Step, *, hashes: bool = True) -> str:
    """Return what happened, in words.

    Args:
        result: the history that the step is of.
        step: what happened.
        hashes: tell the hashes of files, too.
    """
    event, ret = step.event, step.ret
    about = named(ret) if ret else ""
    if event.what == "received":
        return _received(step, hashes=hashes)
    if event.what == "issued":
        digest = f", SHA-256 {_short(result.issued.sha256)}" if hashes else ""
        return f"issued as {result.issued.file_name}{digest}"
    if event.what in _COUNTED_IN:
        where = _COUNTED_IN[event.what].format(round=event.details.get("round"))
        return f"{about} counted in {where}"
    return _plainly(step, about)


def _plainly(step: Step, about: str) -> str:
    """Return what happened beside receipt and papers; ``about`` names the return it was about."""
    event = step.event
    finding = f"{event.return_id}.{event.finding} ({_code(step)})"
    plain = {
        "sent": "recorded as sent",
        "reminded": "recorded as reminded",
        "message begun": f"message {event.details.get('number')} begun "
        f"({event.details.get('purpose')})",
        "message ended": f"message {event.details.get('outcome')}: {event.details.get('reply')}",
        "corrected": f"{about} made as a correction",
        "entry made": f"copy {event.details.get('entry')} made, to type answers in",
        "words came": f"a message came with {about} again{_from(event)}",
        "message set aside": f"message m{event.details.get('message')} set aside",
        "mail came": f"mail came about a message{_from(event)}: {event.details.get('kind')}",
        "came again": f"{about} came again as {event.details.get('file', '')}; nothing changed",
        "waived": f"finding {finding} waived",
        "waiver revoked": f"finding {finding} no longer waived",
        "chosen": f"{about} chosen to count{_ending(event)}",
        "set aside": f"{about} set aside",
        "reassigned": f"{about} reassigned from {event.details.get('from')} to {event.reference}"
        f"{_ending(event)}",
        "nil return": "recorded as a nil return",
        "declined": "recorded as declined",
        "query issued": f"query workbook {event.details.get('query')} issued about {about}",
        "workshop held": (
            f"{count(len(event.details.get('judged', ())), 'judgement')} of a workshop recorded"
        ),
        "plan agreed": f"{count(len(event.details.get('agreed', ())), 'row')} of the plan recorded",
        "progress reported": (
            f"progress of {count(len(event.details.get('reported', ())), 'action')} recorded"
        ),
        "progress written": "a progress paper was written",
        "undone": f"undone: “{event.details.get('was')}”" + (f", {about}" if about else ""),
    }
    return plain.get(event.what, event.what)


def _from(event: Event) -> str:
    """The address that a message came from, where that is on record."""
    sender = event.details.get("sender", "")
    return f" from {sender}" if sender else ""


def _ending(event: Event) -> str:
    """The record of a nil return or a refusal that a decision ended."""
    ended = event.details.get("ended", "")
    return f"; “{ended}” no longer holds" if ended else ""


def _code(step: Step) -> str:
    place = step.event.finding
    return step.ret.findings[place - 1].code if step.ret and place else ""


def _received(step: Step, *, hashes: bool) -> str:
    ret = step.ret
    if ret is None:
        return "received"
    state = step.event.statuses[ret.number].state
    size = f"{max(1, round(ret.size / 1024))} kB"
    size += f", SHA-256 {_short(ret.sha256)}" if hashes else ""
    read = count(answered(ret), "answer") + " read" if state != "refused" else "nothing read"
    return f"{named(ret)} received: {size}; {read}; {state}"


def _short(sha256: str) -> str:
    return sha256[:_SHORT]


def why_told(step: Step) -> str:
    """Return by whom it was done, and why; empty where neither is known."""
    event = step.event
    said = [f"by {event.by}"] if event.by else []
    if event.details.get("taken over"):
        said.append("from the records of an earlier version of xlassess")
    if not said and not event.reason:
        return ""
    who = capital(", ".join(said)) if said else "Reason"
    return f"{who}: {event.reason}" if event.reason else who
