"""The event log: told in the same transaction, chained, and no change of it goes unnoticed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.ledger.raw import behind
from tests.ledger.values import NOON, a_return, an_issued, clock, later, refused
from xlassess.ledger import Ledger
from xlassess.ledger.tables.events import START, Entry, read
from xlassess.ledger.tables.followed import read_whole
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import UsageError

Place: TypeAlias = "Path | LedgerDatabase"

MANY = 9
"""How many events `filled` has."""


@pytest.fixture
def filled(place: Place) -> Place:
    with Ledger(place, clock, by="Ann") as ledger:
        ledger.record_issued([an_issued(number) for number in range(3)])
        run = ledger.begin_run("2026")
        ledger.record_return(a_return(0), run)
        ledger.record_return(a_return(1), run)
        ledger.record_return(refused(2), run)
    with Ledger(place, clock, by="Dana") as ledger:
        ledger.decisions.waive(["1.1"], "Plain enough.")
        ledger.decisions.mark(["R002"], "sent")
        ledger.decisions.settle("R002", "declined", "By letter.")
    return place


def faults(place: Place) -> list[str]:
    with Ledger(place, clock) as ledger:
        return [fault.about for fault in ledger.audit().faults]


def tamper(place: Place, *statements: str) -> None:
    """Do what the guard rail would refuse."""
    with behind(place, guarded=False) as run:
        for statement in statements:
            run(statement)


def test_log__tells_what_happened(filled: Place) -> None:
    with Ledger(filled, clock) as ledger:
        events = ledger.events()
    assert [(event.what, event.reference, event.by) for event in events] == [
        ("issued", "R000", "Ann"), ("issued", "R001", "Ann"), ("issued", "R002", "Ann"),
        ("received", "R000", "Ann"), ("received", "R001", "Ann"), ("received", "R002", "Ann"),
        ("waived", "R000", "Dana"), ("sent", "R002", "Dana"), ("declined", "R002", "Dana"),
    ]  # fmt: skip
    assert [event.number for event in events] == list(range(1, MANY + 1))
    assert {event.at for event in events} == {NOON}
    assert (events[6].return_id, events[6].finding, events[6].reason) == (1, 1, "Plain enough.")
    assert faults(filled) == []


@pytest.mark.databases
def test_log__is_chained_as_documented(filled: Place) -> None:
    with behind(filled) as run:
        rows = run("select * from events order by number")
        (head,) = run("select value from meta where key = 'events'")
    previous = START
    for row in rows:
        claimed = row.pop("hash")
        assert row["previous"] == previous
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        previous = hashlib.sha256(text.encode()).hexdigest()
        assert claimed == previous
    assert head["value"] == f"{MANY}:{previous}"


def test_log__names_whoever_is_at_work(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "dokafor")
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(1)])
        assert [event.by for event in ledger.events()] == ["dokafor"]


def test_log__same_again_adds_nothing(filled: Place) -> None:
    with Ledger(filled, clock) as ledger:
        before = ledger.events()
        ledger.record_issued([an_issued(1)])
        ledger.record_return(a_return(1))
        assert ledger.events() == before
        ledger.came_again([(a_return(1).sha256, "copy.xlsx"), (a_return(1).sha256, "copy.xlsx")])
        ledger.came_again([("f" * 64, "unknown.xlsx")])
        (again,) = ledger.events()[MANY:]
    assert (again.what, again.return_id, again.details) == ("came again", 2, {"file": "copy.xlsx"})


def test_log__copies_in_one_folder_are_told_once_whatever_run(filled: Place) -> None:
    sha256 = a_return(1).sha256
    with Ledger(filled, clock) as ledger:
        ledger.came_again([(sha256, f"copy {number}.xlsx") for number in range(40)])
    with Ledger(filled, clock) as ledger:
        ledger.came_again([(sha256, f"copy {number}.xlsx") for number in range(41)])
        again = ledger.events()[MANY:]
        assert ledger.audit().faults == ()
    assert [event.details["file"] for event in again] == [f"copy {n}.xlsx" for n in range(41)]


def test_log__thousands_of_copies_cost_no_more_each(filled: Place) -> None:
    """Once each was looked for among all told before: 10,000 took over 500 seconds."""
    copies = [(a_return(1).sha256, f"copy {number}.xlsx") for number in range(4000)]
    with Ledger(filled, clock) as ledger:
        began = time.process_time()
        ledger.came_again(copies)
        assert time.process_time() - began < 5
        assert len(ledger.events()) == MANY + len(copies)


def test_log__a_copy_in_a_run_that_failed_is_told_by_the_next(filled: Place) -> None:
    copy = (a_return(1).sha256, "copy.xlsx")
    with Ledger(filled, clock) as ledger:
        with contextlib.suppress(KeyboardInterrupt), ledger.together():
            ledger.came_again([copy])
            raise KeyboardInterrupt
        ledger.came_again([copy])
        assert [event.what for event in ledger.events()[MANY:]] == ["came again"]


def test_log__one_that_fails_is_not_told(place: Place) -> None:
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(1)])
        ledger.record_return(a_return(1))
        before = ledger.events()
        with pytest.raises(UsageError):
            ledger.decisions.waive(["1.1", "1.9"], "One of them is not there.")
        assert ledger.events() == before
        assert ledger.current("2026")["R001"].state == "query"


@pytest.mark.databases
def test_log__hostile_text(place: Place) -> None:
    reason = "'); DROP TABLE events; -- \x00 \udce9 “£”"
    with Ledger(place, clock, by="Zoë\udce9") as ledger:
        ledger.decisions.settle("R001", "declined", reason)
        (event,) = ledger.events()
        assert (event.reason, event.by) == (reason, "Zoë\udce9")
        assert ledger.audit().faults == ()


@pytest.mark.databases
@pytest.mark.parametrize("deed", ["update events set reason = 'x'", "delete from events"])
def test_database__itself_refuses_to_change_events(filled: Place, deed: str) -> None:
    with pytest.raises(Exception, match="events are only ever added"), behind(filled) as run:
        run(deed)


COLUMNS = (
    "at", "by", "what", "reference", "return_id", "finding", "reason", "details", "previous",
    "hash",
)  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("number", [1, 7, MANY])
def test_tampering__with_any_part_of_an_event_shows(
    filled: Place, number: int, column: str
) -> None:
    new = "99" if column in ("return_id", "finding") else f"'x' || substr({column}, 2)"
    tamper(filled, f"update events set {column} = {new} where number = {number}")
    assert f"event {number}" in faults(filled)


@pytest.mark.parametrize("number", range(1, MANY + 1))
def test_tampering__removing_an_event_shows(filled: Place, number: int) -> None:
    tamper(filled, f"delete from events where number = {number}")
    found = faults(filled)
    assert found[0] == f"event {min(number + 1, MANY)}"


@pytest.mark.parametrize("number", range(1, MANY + 1))
def test_tampering__removing_an_event_and_closing_the_gap_shows(filled: Place, number: int) -> None:
    tamper(
        filled,
        f"delete from events where number = {number}",
        f"update events set number = -number where number > {number}",
        "update events set number = -number - 1 where number < 0",
    )
    assert faults(filled)


@pytest.mark.parametrize("number", range(1, MANY))
def test_tampering__changing_the_order_shows(filled: Place, number: int) -> None:
    tamper(
        filled,
        f"update events set number = -1 where number = {number}",
        f"update events set number = {number} where number = {number + 1}",
        f"update events set number = {number + 1} where number = -1",
    )
    assert f"event {number}" in faults(filled)


def test_tampering__adding_an_event_shows(filled: Place) -> None:
    tamper(
        filled,
        "insert into events select 10, at, by, what, reference, return_id, finding, reason, "
        "details, hash, hash from events where number = 9",
    )
    assert faults(filled) == ["event 10", "event 9"]


def test_tampering__cutting_the_log_short_shows_even_after_more_was_recorded(
    filled: Place,
) -> None:
    tamper(filled, "delete from events where number > 7")
    with Ledger(filled, clock) as ledger:
        ledger.decisions.mark(["R001"], "sent")
    assert faults(filled) == ["event 10"]


def test_tampering__emptying_the_log_shows(filled: Place) -> None:
    tamper(filled, "delete from events")
    assert faults(filled) == [f"event {MANY}"]


def recomputed(place: Place) -> None:
    """Make the chain anew, as somebody who knows how might."""
    with behind(place, guarded=False) as run:
        previous = START
        for row in run("select * from events order by number"):
            body = {**row, "previous": previous}
            body.pop("hash")
            text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            hashed = hashlib.sha256(text.encode()).hexdigest()
            changed = (previous, hashed, row["number"])
            run("update events set previous = ?, hash = ? where number = ?", *changed)
            previous = hashed
        (last,) = run("select max(number) as number from events")
        run("update meta set value = ? where key = 'events'", f"{last['number']}:{previous}")


def test_tampering__a_log_made_anew_still_has_to_fit_the_records(filled: Place) -> None:
    tamper(filled, "delete from events where number = 9", "delete from events where number = 7")
    tamper(filled, "update events set number = 7 where number = 8")
    recomputed(filled)
    assert faults(filled) == ["return 1"], "its query is waived without a waiver on record"


RECORDS: dict[str, tuple[str, str]] = {
    "answer": ("update answers set value = 'x' where return_id = 2 and position = 1", "return 2"),
    "answer's cell": ("update answers set cell = 'A1' where return_id = 2", "return 2"),
    "answer's type": ("update answers set type = 'n' where return_id = 2", "return 2"),
    "answer gone": ("delete from answers where return_id = 2 and position = 0", "return 2"),
    "action": ("update actions set owner = 'x' where return_id = 1", "return 1"),
    "finding": ("update findings set code = 'C02' where return_id = 2", "return 2"),
    "severity": ("update findings set severity = 'note' where return_id = 2", "return 2"),
    "details": ("update findings set details = '{' where return_id = 2", "return 2"),
    "put right": ("update normalised set before = 'x' where return_id = 2", "return 2"),
    "hash": ("update returns set sha256 = 'x' where id = 3", "return 3"),
    "file": ("update returns set file = 'x' where id = 3", "return 3"),
    "received": ("update returns set received_at = 'soon' where id = 3", "return 3"),
    "state": ("update returns set state = 'accepted' where id = 2", "return 2"),
    "standing": ("update returns set standing = 'superseded' where id = 2", "return 2"),
    "reference": ("update returns set reference = 'R002' where id = 2", "return 2"),
    "partner": ("update issued set partner = 'x' where reference = 'R001'", "workbook R001"),
    "seal": ("update issued set seal = 'x' where reference = 'R001'", "workbook R001"),
    "workbook gone": ("delete from issued where reference = 'R001'", "workbook R001"),
    "workbook's hash": ("update issued set sha256 = 'x' where reference = 'R001'", "workbook R001"),
}


@pytest.mark.parametrize("what", RECORDS)
def test_tampering__with_a_record_shows(filled: Place, what: str) -> None:
    statement, about = RECORDS[what]
    tamper(filled, statement)
    assert faults(filled) == [about]


def test_tampering__removing_a_return_shows(filled: Place) -> None:
    parts = ("answers", "actions", "findings", "normalised")
    tamper(
        filled,
        *(f"delete from {part} where return_id = 2" for part in parts),
        "delete from returns where id = 2",
    )
    assert faults(filled) == ["return 2"]


@pytest.fixture
def with_toolkit(place: Place) -> Place:
    from xlassess.contract.seal import questions_digest
    from xlassess.toolkits.load import find_toolkit

    toolkit = find_toolkit("pat")
    with Ledger(place, clock) as ledger:
        ledger.keep_toolkit(toolkit, questions_digest(toolkit))
    return place


TOOLKITS: dict[str, str] = {
    "a question": "update toolkits set body = replace(body, 'partners', 'people')",
    "the publisher": "update toolkits set body = replace(body, '\"publisher\":\"', '&X')",
    "all of it": "update toolkits set body = '{'",
    "gone": "delete from toolkits",
}


@pytest.mark.parametrize("what", TOOLKITS)
def test_tampering__with_a_toolkit_shows(with_toolkit: Place, what: str) -> None:
    assert faults(with_toolkit) == []
    tamper(with_toolkit, TOOLKITS[what])
    assert "toolkit pat" in faults(with_toolkit)


def test_address__may_change_without_a_fault(filled: Place) -> None:
    with Ledger(filled, clock) as ledger:
        ledger.record_issued([an_issued(1, email="new@partner.example")])
    assert faults(filled) == []


def test_register__holds_the_last_time(filled: Place) -> None:
    moments = iter((later(60), later(120), later(180)))
    with Ledger(filled, lambda: next(moments)) as ledger:
        ledger.decisions.mark(["R000", "R001"], "sent")
        ledger.decisions.mark(["R001"], "sent")
        register = ledger.register()
        assert register.sent == {"R000": later(60), "R001": later(120), "R002": NOON}
        assert register.outcomes["R002"].kind == "declined"
        ledger.decisions.undo("sent", "R001")
        assert ledger.register().sent["R001"] == later(60)


WAIVERS: dict[str, Callable[[Ledger], object]] = {
    "twice": lambda ledger: ledger.decisions.waive(["1.1"], "again"),
    "a refusal": lambda ledger: ledger.decisions.waive(["3.1"], "x"),
    "no such finding": lambda ledger: ledger.decisions.waive(["2.7"], "x"),
    "no such return": lambda ledger: ledger.decisions.waive(["9.1"], "x"),
    "no number": lambda ledger: ledger.decisions.waive(["2.x"], "x"),
    "not waived": lambda ledger: ledger.decisions.revoke(["2.1"], "x"),
}


@pytest.mark.parametrize("what", WAIVERS)
def test_waiver__that_cannot_be(filled: Place, what: str) -> None:
    with Ledger(filled, clock) as ledger, pytest.raises(UsageError):
        WAIVERS[what](ledger)


def test_waiver__changes_the_state_and_may_be_revoked(filled: Place) -> None:
    with Ledger(filled, clock, by="Dana") as ledger:
        ret = ledger.current("2026")["R000"]
        assert ret.state == "accepted with notes"
        assert ret.findings[0].waiver is not None
        assert (ret.findings[0].number, ret.findings[0].is_open) == ("1.1", False)
        (revoked,) = ledger.decisions.revoke(["1.1"], "They did answer.")
        assert revoked.state == "query"
        assert ledger.current("2026")["R000"].findings[0].waiver is None
        assert ledger.audit().faults == ()


def test_waiver__of_a_return_that_no_longer_counts(filled: Place) -> None:
    with Ledger(filled, clock) as ledger:
        ledger.record_return(a_return(1, "b"))
        with pytest.raises(UsageError):
            ledger.decisions.waive(["2.1"], "x")


def test_waiver__ends_with_the_return_it_was_of(filled: Place) -> None:
    with Ledger(filled, clock) as ledger:
        assert ledger.record_return(a_return(0, "b")).state == "query"
        assert ledger.current("2026")["R000"].findings[0].is_open


def test_log__known_from_before_is_the_log_as_it_is(filled: Place) -> None:
    """What was read before is taken up only where it is still what the log begins with."""
    with Ledger(filled, clock, by="Eve") as ledger:
        with ledger._reading() as db:
            assert read_whole(db) == read(db)
        with contextlib.suppress(UsageError), ledger.together():
            ledger.decisions.mark(["R000"], "sent")  # the log is read with this in it ...
            ledger.decisions.settle("R002", "declined", "Once more.")
        with ledger._reading() as db:  # ... which is not there any more
            assert len(read_whole(db)) == MANY
        ledger.decisions.mark(["R001"], "reminded")
        ledger.decisions.mark(["R000"], "reminded")
        with ledger._reading() as db:
            assert read_whole(db) == read(db)
            assert len(read_whole(db)) == MANY + 2


def test_event__of_a_kind_that_is_not_known_here_is_kept_and_checked(filled: Place) -> None:
    """A ledger to which a later program wrote is opened by this one as before."""
    with Ledger(filled, clock, by="Later") as ledger:
        with ledger._writing() as db:
            ledger._log(db, Entry("seen by the mayor"))  # type: ignore[arg-type]
        ledger.decisions.undo("declined", "R002")
        assert ledger.events(MANY)[0].what == "seen by the mayor"
    assert faults(filled) == []
    tamper(filled, f"UPDATE events SET what = 'seen by the king' WHERE number = {MANY + 1}")
    assert f"event {MANY + 1}" in faults(filled)
