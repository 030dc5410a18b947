"""What the event log comes to: the log followed from its beginning."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime

from xlassess.ledger.tables.events import WRITING, Event, ReturnStatus, What
from xlassess.model.answer import Return
from xlassess.model.finding import Waiver
from xlassess.model.record import (
    Decision,
    DecisionKind,
    Notice,
    Outcome,
    Output,
    Register,
    SentMessage,
    is_alike,
)

OUTCOMES: tuple[What, ...] = ("nil return", "declined")
MARKS: tuple[What, ...] = ("sent", "reminded")
MESSAGES: tuple[What, ...] = ("message begun", "message ended", "mail came", "query issued")
"""The events about messages, and those that say about which workbook a query is."""

WAIVING: tuple[What, ...] = (
    "waived", "waiver revoked", "chosen", "set aside", "reassigned", "undone",
)  # fmt: skip
"""The events by which findings are waived or settled, or are so no longer."""


@dataclass(slots=True)
class Replay:
    """Follows the log event by event.

    ``statuses`` says where each return stands, by its number; ``moved`` the last event that moved
    it; ``outcomes`` what is in force for a workbook, by reference; ``ended`` what an event ended of
    that, by its number; ``marks`` the events by which a workbook was marked, by kind and reference;
    ``waived`` the event by which a finding is waived, by return and place; ``settled`` the event by
    which a return's unclear order is;
    ``messages`` what was handed to a mail server, by Message-ID; ``notices`` what came back about
    the last message to somebody, by the workbook's reference; ``settled_by`` the messages of which
    an event says that it no longer matters whether they were sent; ``about`` the messages about a
    workbook, by its reference.
    """

    events: dict[int, Event] = field(default_factory=dict)
    statuses: dict[int, ReturnStatus] = field(default_factory=dict)
    moved: dict[int, Event] = field(default_factory=dict)
    outcomes: dict[str, Event] = field(default_factory=dict)
    ended: dict[int, tuple[Event, ...]] = field(default_factory=dict)
    marks: dict[tuple[str, str], list[Event]] = field(default_factory=dict)
    waived: dict[tuple[int, int], Event] = field(default_factory=dict)
    settled: dict[int, Event] = field(default_factory=dict)
    undone: set[int] = field(default_factory=set)
    messages: dict[str, SentMessage] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    settled_by: dict[int, list[str]] = field(default_factory=dict)
    about: dict[str, list[str]] = field(default_factory=dict)

    def copy(self) -> Replay:
        """Return another that goes on from here by itself; this one stays as it is."""
        made = Replay(**{one.name: getattr(self, one.name).copy() for one in fields(self)})
        made.marks = {key: [*marks] for key, marks in self.marks.items()}
        made.settled_by = {number: [*ids] for number, ids in self.settled_by.items()}
        made.about = {reference: [*ids] for reference, ids in self.about.items()}
        return made

    def follow(self, events: Iterable[Event]) -> Replay:
        """Follow these events and return this."""
        for event in events:
            self._one(event)
        return self

    def _move(self, event: Event) -> None:
        """Follow where an event moves returns; one that comes to count ends what is on record."""
        for number, place in event.statuses.items():
            self.statuses[number] = place
            self.moved[number] = event
            counts = place.standing == "current" and event.what not in OUTCOMES
            if counts and (gone := self.outcomes.pop(place.reference, None)):
                self.ended[event.number] = (*self.ended.get(event.number, ()), gone)

    def _one(self, event: Event) -> None:
        self.events[event.number] = event
        self._move(event)
        for number in event.settled:
            self.settled[number] = event
        if event.undoes is not None:
            self.take_back(event.undoes)
        elif event.what in OUTCOMES:
            self.outcomes[event.reference] = event
        elif event.what in MARKS:
            self.marks.setdefault((event.what, event.reference), []).append(event)
            self._settle({event.reference}, event)
            self.notices.pop(event.reference, None)
        elif event.what in MESSAGES:
            self._message(event)
        elif event.return_id is not None and event.finding is not None:
            key = (event.return_id, event.finding)
            self.waived.pop(key, None)
            if event.what == "waived":
                self.waived[key] = event

    def _message(self, event: Event) -> None:
        """Follow a message: begun, and then what became of it."""
        told = event.details
        if event.what == "query issued":
            self.asked[told["query"]] = event.reference
            return
        if event.what == "mail came":
            until = date.fromisoformat(told["until"]) if told["until"] else None
            received = datetime.fromisoformat(told["received"])
            failed = tuple(told.get("failed", ()))
            notice = Notice(told["kind"], received, until, told.get("address", ""), failed)
            for reference in told["references"]:
                held = self.notices.get(reference)
                both = held and held.kind == notice.kind
                failed = tuple(dict.fromkeys((*(held.failed if held and both else ()), *failed)))
                # What is known of their own address is not covered by that of a copy.
                if held is None or held.address or not notice.address:
                    self.notices[reference] = replace(notice, failed=failed)
                elif both:
                    self.notices[reference] = replace(held, failed=failed)
            return
        if event.what == "message ended":
            one = self.messages[told["id"]]
            ended = replace(one, outcome=told["outcome"], reply=told["reply"])
            self.messages[one.id] = ended
            return
        references = tuple(told["references"])
        # What is sent once more settles the doubt whether it was sent before.
        self._settle({*references}, event)
        for reference in references:  # what came back about the message before says nothing of it
            self.notices.pop(self.asked.get(reference, reference), None)
            self.about.setdefault(reference, []).append(told["id"])
        self.messages[told["id"]] = SentMessage(
            told["number"], told["id"], told["purpose"], references, event.at
        )

    def _settle(self, references: Set[str], event: Event) -> None:
        """Messages about one of these workbooks that this event answers are settled.

        That a reminder was sent says nothing of whether the workbook was.
        """
        purpose = event.details.get("purpose", "")
        # Of thousands, going through all of them each time would take minutes.
        for known in {told: None for ref in references for told in self.about.get(ref, ())}:
            one = self.messages[known]
            answered = is_alike(one.purpose, purpose) if purpose else one.recorded_as == event.what
            if answered and not one.settled:
                self.messages[one.id] = replace(one, settled=True)
                self.settled_by.setdefault(event.number, []).append(one.id)

    def take_back(self, number: int) -> None:
        """Let an event hold no longer; where returns stood before it is not restored.

        What is on record in place of a return is: it was ended because a return came to count.
        """
        self.undone.add(number)
        taken_back = self.events.get(number)
        for settled in [key for key, event in self.settled.items() if event.number == number]:
            del self.settled[settled]
        if taken_back is None:
            return
        outcome = self.outcomes.get(taken_back.reference)
        if outcome and outcome.number == number:
            del self.outcomes[taken_back.reference]
        for again in self.ended.pop(number, ()):
            self.outcomes.setdefault(again.reference, again)
        marks = self.marks.get((taken_back.what, taken_back.reference), [])
        marks[:] = [mark for mark in marks if mark.number != number]
        for known in self.settled_by.pop(number, ()):
            self.messages[known] = replace(self.messages[known], settled=False)

    def of(self, reference: str, *standings: str) -> list[int]:
        """Return the numbers of a workbook's returns with one of these standings, in order."""
        return sorted(
            number
            for number, place in self.statuses.items()
            if place.reference == reference and place.standing in standings
        )

    def waiver(self, return_id: int, position: int, *, unclear: bool) -> Waiver | None:
        """Return the waiver of a finding, by its place from 1.

        ``unclear`` says that it is the finding of an unclear order, which decisions settle.
        """
        event = self.settled.get(return_id) if unclear else self.waived.get((return_id, position))
        if event is None:
            return None
        told = event.details  # of one that was taken over from another return: whose it was, when
        if event.what == "waived" and "by" in told:
            return Waiver(told["by"], datetime.fromisoformat(told["at"]), event.reason)
        return Waiver(event.by, event.at, event.reason)

    def register(self) -> Register:
        """Return what was recorded about workbooks."""
        last = {key: marks[-1].at for key, marks in self.marks.items() if marks}
        asked, asked_again = self._asking()
        return Register(
            sent={ref: at for (what, ref), at in last.items() if what == "sent"},
            reminded={ref: at for (what, ref), at in last.items() if what == "reminded"},
            reminders={
                ref: len(marks) for (what, ref), marks in self.marks.items()
                if what == "reminded" and marks
            },
            messages=tuple(self.messages.values()),
            notices=dict(self.notices),
            asked=asked,
            asked_again=asked_again,
            outcomes={
                ref: Outcome("declined" if event.what == "declined" else "nil return",
                             event.by, event.at, event.reason)
                for ref, event in self.outcomes.items()
            },
        )  # fmt: skip

    def _asking(self) -> tuple[dict[str, datetime], frozenset[str]]:
        """When was asked about workbooks, and about which there is a later query not yet sent."""
        sent = {
            ref: one.at for one in self.messages.values()
            if one.purpose == "query" and one.outcome == "sent" for ref in one.references
        }  # fmt: skip
        in_order = sorted(sent, key=sent.__getitem__)
        asked = {self.asked.get(ref, ref): sent[ref] for ref in in_order}
        last = {about: ref for ref, about in self.asked.items() if about in asked}
        later = (about for about, ref in last.items() if sent.keys().isdisjoint((about, ref)))
        return asked, frozenset(later)

    def outputs(self, round_name: str) -> tuple[Output, ...]:
        """Return what was written from a round so far, oldest first.

        Earlier versions did not record what a summary stood on, and none of anything else.
        """
        kinds = {what: kind for kind, what in WRITING.items()}
        return tuple(
            Output(
                kinds[event.what],
                event.at,
                event.details["attribution"],
                event.details["minimum_group"],
                event.details["base"],
                event.details.get("place", ""),
            )
            for event in self.events.values()
            if event.what in kinds
            and event.details.get("round") == round_name
            and "base" in event.details
        )

    def decided(self) -> tuple[Event, ...]:
        """Return the events by which something was decided about returns, and which hold."""
        return tuple(
            event
            for event in self.events.values()
            if event.what in _DECISIONS and event.number not in self.undone
        )


_DECISIONS: Mapping[What, DecisionKind] = {
    "chosen": "chosen", "set aside": "set aside", "reassigned": "reassigned",
    "corrected": "corrected",
}  # fmt: skip


def decisions(decided: Iterable[Event], returns: Iterable[Return]) -> tuple[Decision, ...]:
    """Return what was decided about these returns, in the order of the events."""
    files = {ret.number: ret.file for ret in returns}
    return tuple(
        Decision(
            _DECISIONS[event.what], event.reference, number, files[number], event.by, event.at,
            event.reason,
        )
        for event in decided
        if (number := event.return_id or 0) in files
    )  # fmt: skip


def before(events: Iterable[Event], number: int) -> Replay:
    """Return what the log came to just before an event."""
    return Replay().follow(event for event in events if event.number < number)


def without(log: tuple[Event, ...], removed: int) -> dict[int, ReturnStatus]:
    """Return where returns stand again once this one no longer counts for its workbook.

    Those that gave way when it came to count take the statuses they had; where one of them was
    itself removed since, those that had given way to it do. Nothing else moves.
    """
    now = Replay().follow(log)
    for turn in reversed(_turns(log, removed)):
        back = _given_way(log, now, turn, removed)
        if any(place.standing == "current" for place in back.values()):
            return back
    return {}


def _given_way(
    log: tuple[Event, ...], now: Replay, turn: Event, removed: int
) -> dict[int, ReturnStatus]:
    earlier = before(log, turn.number).statuses
    back: dict[int, ReturnStatus] = {}
    for other, given in turn.statuses.items():
        if other == removed or given.standing != "superseded" or other not in earlier:
            continue
        if given.reference != turn.statuses[removed].reference:
            continue
        if now.moved[other].number == turn.number:
            back[other] = earlier[other]
        elif now.statuses[other].standing == "set aside":
            back |= without(log, other)
    return back


def _turns(log: tuple[Event, ...], number: int) -> list[Event]:
    """The events by which a return came to count for the workbook it stands for at last.

    What gave way to it where it stood before is no longer its matter.
    """
    turns, counted, reference = [], "", ""
    for event in log:
        place = event.statuses.get(number)
        if place is None:
            continue
        reference = place.reference
        counts = reference if place.standing == "current" else ""
        if counts and counts != counted:
            turns.append(event)
        counted = counts
    return [turn for turn in turns if turn.statuses[number].reference == reference]
