"""The log followed once, and then only what is added: as if it were followed from its beginning."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.ledger.values import a_return, an_issued, clock, later
from xlassess.ledger import Ledger
from xlassess.ledger.tables import events, followed
from xlassess.ledger.tables.events import Event, What
from xlassess.ledger.tables.replay import Replay
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import UsageError
from xlassess.model.record import Register

Place: TypeAlias = "Path | LedgerDatabase"


def anew(ledger: Ledger) -> Register:
    """What was recorded, by the whole log from its beginning."""
    with ledger._reading() as db:
        return Replay().follow(events.read(db)).register()


def _handed_over(ledger: Ledger, number: int, outcome: str, *references: str) -> None:
    message = f"<{number}@example.org>"
    assert ledger.messages.begin(message, "invitation", references, planned=ledger.last_event())
    ledger.messages.end(message, outcome, "250", mark=None, references=references)  # type: ignore[arg-type]


STEPS: tuple[Callable[[Ledger], object], ...] = (
    lambda led: led.decisions.mark(["R000", "R001"], "sent"),
    lambda led: led.decisions.mark(["R001"], "reminded"),
    lambda led: led.decisions.undo("sent", "R000"),
    lambda led: _handed_over(led, 1, "uncertain", "R000", "R002"),
    lambda led: led.decisions.mark(["R002"], "sent"),  # settles what was not certain
    lambda led: led.decisions.undo("sent", "R002"),  # and no longer
    lambda led: _handed_over(led, 2, "sent", "R002"),
    lambda led: led.decisions.settle("R001", "declined", "By letter."),
    lambda led: led.record_return(a_return(1)),  # ends that
    lambda led: led.decisions.settle("R002", "nil return", "Nothing."),
    lambda led: led.decisions.undo("nil return", "R002"),
    lambda led: led.decisions.waive(["1.1"], "Plain enough."),
)


@pytest.fixture
def asked(place: Place) -> Place:
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(number) for number in range(3)])
    return place


def test_register__after_each_event_is_what_the_whole_log_says(asked: Place) -> None:
    with Ledger(asked, clock, by="Eve") as ledger:
        for step in STEPS:
            step(ledger)
            assert ledger.register() == anew(ledger)
            with ledger._reading() as db:
                assert followed.read_whole(db) == events.read(db)
                replayed = followed.replay_of_whole(db)
            assert replayed == Replay().follow(ledger.events())
        assert {*ledger.register().sent} == {"R001"}


def test_register__of_what_was_not_recorded_after_all_nothing_stays(asked: Place) -> None:
    with Ledger(asked, clock) as ledger:
        ledger.decisions.mark(["R001"], "sent")
        with contextlib.suppress(UsageError), ledger.together():
            ledger.decisions.mark(["R000"], "sent")
            assert {*ledger.register().sent} == {"R000", "R001"}
            ledger.decisions.undo("reminded", "R002")  # there is none
        assert {*ledger.register().sent} == {"R001"}
        ledger.decisions.mark(["R002"], "sent")
        assert {*ledger.register().sent} == {"R001", "R002"}


@pytest.mark.sqlite
def test_register__of_ledgers_that_begin_alike_are_kept_apart(tmp_path: Path) -> None:
    first, second = tmp_path / "a.db", tmp_path / "b.db"
    with Ledger(first, clock) as ledger:
        ledger.record_issued([an_issued(number) for number in range(3)])
        ledger.copy_to(second)
    for number in range(3):
        for place, own in ((first, 0), (second, 1)):
            with Ledger(place, lambda: later(number)) as ledger:  # noqa: B023
                ledger.decisions.mark([f"R00{(number + own) % 3}"], "sent")
                assert ledger.register() == anew(ledger)


def test_register__what_was_given_out_is_changed_by_nobody(asked: Place) -> None:
    with Ledger(asked, clock) as ledger:
        ledger.decisions.mark(["R000"], "sent")
        with ledger._reading() as db:
            taken = followed.replay_of_whole(db)
        taken.take_back(ledger.last_event())
        before = ledger.register()
        ledger.decisions.mark(["R001"], "sent")
        assert {*before.sent} == {"R000"}
        assert {*ledger.register().sent} == {"R000", "R001"}


def test_register__thousands_of_messages_cost_no_more_each() -> None:
    """Once each mark went through all messages: 5,000 and as many marks took half a minute."""

    def event(number: int, what: What, reference: str, told: Mapping[str, object]) -> Event:
        return Event(number, clock(), "Eve", what, reference, None, None, "", told, "", "")

    log = []
    for number in range(5000):
        told = {"number": number, "id": f"<{number}>", "purpose": "invitation",
                "references": [f"R{number}"]}  # fmt: skip
        log.append(event(3 * number + 1, "message begun", f"R{number}", told))
        log.append(event(3 * number + 2, "sent", f"R{number}", {}))
        log.append(event(3 * number + 3, "reminded", f"R{number}", {}))
    began = time.process_time()
    register = Replay().follow(log).register()
    assert time.process_time() - began < 5
    assert all(one.settled for one in register.messages)


def _begun(ledger: Ledger, number: int, reference: str, planned: int) -> bool:
    return ledger.messages.begin(f"<{number}@a>", "invitation", [reference], planned=planned)


def test_messages__each_reads_only_what_came_since_the_last(
    asked: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once each read all that had begun before it: 5,000 took as long as 12 million."""
    whole, rows = events.read, list[int]()

    def counted(*given: object) -> tuple[Event, ...]:
        found = whole(*given)  # type: ignore[arg-type]
        rows.append(len(found))
        return found

    with Ledger(asked, clock) as ledger:
        monkeypatch.setattr(events, "read", counted)
        planned = ledger.last_event()
        for number in range(10):
            assert _begun(ledger, number, f"X{number}", planned)
            ledger.messages.end(f"<{number}@a>", "sent", "", mark="sent", references=["R000"])
        assert max(rows) <= 1
        monkeypatch.undo()
        numbers = [one.number for one in ledger.register().messages]
        assert numbers == list(range(1, 11))


def test_messages__begun_elsewhere_or_not_at_all_is_told_apart(asked: Place) -> None:
    with Ledger(asked, clock) as ledger, Ledger(asked, clock) as other:
        planned = ledger.last_event()
        assert _begun(ledger, 1, "R000", planned)
        assert _begun(other, 2, "R001", planned)
        assert not _begun(ledger, 3, "R001", planned)
        assert not _begun(other, 4, "R000", planned)
        with contextlib.suppress(UsageError), ledger.together():
            assert _begun(ledger, 5, "R002", planned)
            assert not _begun(ledger, 6, "R002", planned)
            ledger.decisions.undo("reminded", "R002")  # there is none
        assert _begun(ledger, 7, "R002", planned)
        # what was decided after it was begun may be sent again
        assert _begun(ledger, 8, "R001", ledger.last_event())
        assert [one.number for one in ledger.register().messages] == [1, 2, 3, 4]
