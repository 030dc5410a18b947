"""Which return counts, which is kept beside it, and what the same bytes again change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.ledger.values import NOON, a_return, an_issued, clock, later, refused
from xlassess.ledger import Ledger
from xlassess.model.answer import Answer, Return
from xlassess.model.assessment import Assessment, Coordinator, LedgerDatabase

pytestmark = pytest.mark.databases


def states(ledger: Ledger) -> list[tuple[str, str]]:
    return [(ret.file, ret.state) for ret in ledger.history("2026")]


def counting(ledger: Ledger) -> dict[str, str]:
    return {reference: ret.file for reference, ret in ledger.current("2026").items()}


@pytest.fixture
def run(ledger: Ledger) -> str:
    ledger.record_issued([an_issued(number) for number in range(4)])
    return ledger.begin_run("2026")


def test_return__is_given_back_as_kept(ledger: Ledger, run: str) -> None:
    given = ledger.record_return(a_return(1), run)
    assert given == replace(a_return(1), received_at=NOON)
    assert ledger.known_file(given.sha256) == given
    assert ledger.history("2026") == (given,)
    assert ledger.current("2026") == {"R001": given}


def test_return__answers_of_some__in_one_reading(
    ledger: Ledger, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = [ledger.record_return(a_return(number), run) for number in (3, 1, 2, 0)]
    counting = ledger.overview("2026").current
    assert not any(ret.answers for ret in counting.values())
    # more than are asked for at once, and one fewer than twice as many
    monkeypatch.setattr("xlassess.ledger.reads._CHUNK", 2)
    assert ledger.with_answers([counting["R002"], counting["R003"], counting["R001"]]) == (
        given[0], given[1], given[2],
    )  # fmt: skip
    assert ledger.with_answers([]) == ()


def test_overview__of_more_changes_than_a_statement_takes(
    ledger: Ledger, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = ledger.overview("2026")
    for number in (3, 1, 2, 0):
        ledger.record_return(a_return(number), run)
    whole = ledger.overview("2026")
    assert len(whole.current) == 4
    (received, *_) = [one for one in ledger.events() if one.what == "received"]
    places = {str(number): received.statuses[1] for number in range(1, 40_000)}
    moved = replace(received, details={"places": places})
    undone = replace(received, details={"event": 1})
    since = (moved, *(undone,) * 40_000)
    monkeypatch.setattr("xlassess.ledger.reads._since", lambda db, known: since)
    assert ledger.overview("2026", known) == whole


def test_return__same_bytes_again(ledger: Ledger, run: str) -> None:
    first = ledger.record_return(a_return(1), run)
    for again in (run, ledger.begin_run("2026"), None):
        under = replace(a_return(1), file="copy.xlsx", answers=(), state="refused")
        assert ledger.record_return(under, again) == replace(
            first, file="copy.xlsx", state="duplicate"
        )
    assert ledger.history("2026") == (first,)


def test_return__of_a_later_run_supersedes(ledger: Ledger, run: str) -> None:
    ledger.record_return(a_return(1, "a"), run)
    ledger.record_return(a_return(1, "b", saved_at=later(1)), ledger.begin_run("2026"))
    assert states(ledger) == [("1a.xlsx", "superseded"), ("1b.xlsx", "query")]
    assert counting(ledger) == {"R001": "1b.xlsx"}


def test_return__of_an_earlier_run_that_is_slow(ledger: Ledger, run: str) -> None:
    second = ledger.begin_run("2026")
    ledger.record_return(a_return(1, "b", saved_at=later(9)), second)
    assert ledger.record_return(a_return(1, "a", saved_at=later(1)), run).state == "superseded"
    assert counting(ledger) == {"R001": "1b.xlsx"}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_return__within_a_run_the_later_saved_counts(
    ledger: Ledger, run: str, order: tuple[int, int]
) -> None:
    for number in order:
        ledger.record_return(a_return(1, str(number), saved_at=later(number)), run)
    assert dict(states(ledger)) == {"11.xlsx": "superseded", "12.xlsx": "query"}
    assert counting(ledger) == {"R001": "12.xlsx"}


@pytest.mark.parametrize("saved", [(None, None), (NOON, None), (None, NOON), (NOON, NOON)])
def test_return__without_a_clear_order_waits(
    ledger: Ledger, run: str, saved: tuple[object, object]
) -> None:
    ledger.record_return(a_return(1, "a", state="accepted", findings=(), saved_at=saved[0]), run)
    second = a_return(1, "b", state="accepted", findings=(), saved_at=saved[1])
    given = ledger.record_return(second, run)
    assert given.state == "query"
    assert [finding.code for finding in given.findings] == ["L01"]
    assert "R001" in given.findings[0].message
    assert counting(ledger) == {"R001": "1a.xlsx"}
    assert ledger.history("2026")[1] == given


def test_return__unclear_ones_are_settled_by_a_later_run(ledger: Ledger, run: str) -> None:
    for version in "ab":
        ledger.record_return(a_return(1, version), run)
    ledger.record_return(a_return(1, "c"), ledger.begin_run("2026"))
    assert states(ledger) == [
        ("1a.xlsx", "superseded"), ("1b.xlsx", "superseded"), ("1c.xlsx", "query"),
    ]  # fmt: skip


def test_return__must_follow_all_that_are_open(ledger: Ledger, run: str) -> None:
    ledger.record_return(a_return(1, "a", saved_at=later(1)), run)
    ledger.record_return(a_return(1, "b", saved_at=None), run)
    assert ledger.record_return(a_return(1, "c", saved_at=later(2)), run).findings[-1].code == "L01"
    assert counting(ledger) == {"R001": "1a.xlsx"}


def test_return__refused_changes_nothing_for_the_workbook(ledger: Ledger, run: str) -> None:
    first = ledger.record_return(a_return(1, "a"), run)
    ledger.record_return(refused(1, "b"), ledger.begin_run("2026"))
    assert ledger.current("2026") == {"R001": first}
    assert states(ledger) == [("1a.xlsx", "query"), ("1b.xlsx", "refused")]


def test_return__refused_once_and_readable_now(ledger: Ledger, run: str) -> None:
    ledger.record_return(refused(1, "a"), run)
    assert ledger.record_return(refused(1, "a"), run).state == "duplicate"
    given = ledger.record_return(a_return(1, "a"), ledger.begin_run("2026"))
    assert given.state == "query"
    assert states(ledger) == [("1a.xlsx", "refused"), ("1a.xlsx", "query")]
    assert ledger.known_file(given.sha256) == given
    assert ledger.record_return(a_return(1, "a"), run).state == "duplicate"


def test_return__without_bytes_is_known_by_name(ledger: Ledger, run: str) -> None:
    for name in ("link.xlsx", "link.xlsx", "other.xlsx"):
        ledger.record_return(refused(1, sha256="", reference="", file=name), run)
    assert [file for file, _ in states(ledger)] == ["link.xlsx", "other.xlsx"]
    assert ledger.known_file("") is None
    assert {ret.sha256 for ret in ledger.history()} == {""}


def test_return__with_a_state_reading_does_not_give(ledger: Ledger, run: str) -> None:
    for state in ("superseded", "duplicate"):
        with pytest.raises(ValueError, match=state):
            ledger.record_return(a_return(1, state=state), run)


def test_return__one_opened_ledger_is_one_run(place: Path | LedgerDatabase) -> None:
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(1)])
        ledger.record_return(a_return(1, "a"))
        assert ledger.record_return(a_return(1, "b")).findings[-1].code == "L01"
    with Ledger(place, clock) as ledger:
        ledger.record_return(a_return(1, "c"))
        assert counting(ledger) == {"R001": "1c.xlsx"}


def test_return__after_some_together_that_failed(place: Path | LedgerDatabase) -> None:
    """The run that these were to be in was not begun after all."""
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(1)])
        with pytest.raises(ZeroDivisionError):
            _fail_together(ledger)
        assert ledger.history() == ()
        assert ledger.record_return(a_return(1)).number
        assert ledger.audit().faults == ()


def _fail_together(ledger: Ledger) -> None:
    with ledger.together():
        ledger.record_return(a_return(1))
        raise ZeroDivisionError


def test_history__holds_a_round_and_what_came_in_it(ledger: Ledger, run: str) -> None:
    ledger.record_issued([an_issued(9, "2025")])
    last_year = ledger.begin_run("2025")
    ledger.record_return(a_return(9), last_year)
    ledger.record_return(refused(8, reference=""), last_year)
    ledger.record_return(a_return(1), run)
    ledger.record_return(refused(7, reference=""), run)
    ledger.record_return(refused(6, reference=""), ledger.begin_run())
    ledger.record_return(a_return(2), ledger.begin_run())
    names = {name: [ret.file for ret in ledger.history(name)] for name in ("2025", "2026", None)}
    assert names["2025"] == ["9a.xlsx", "8a.xlsx", "6a.xlsx"]
    assert names["2026"] == ["1a.xlsx", "7a.xlsx", "6a.xlsx", "2a.xlsx"]
    assert names[None] == ["9a.xlsx", "8a.xlsx", "1a.xlsx", "7a.xlsx", "6a.xlsx", "2a.xlsx"]
    assert set(ledger.current("2025")) == {"R009"}


def test_round_record__is_built_from_the_ledger_alone(ledger: Ledger, run: str) -> None:
    from xlassess.toolkits.load import find_toolkit

    toolkit = find_toolkit("pat")
    ledger.keep_toolkit(toolkit, "d" * 64)
    ledger.keep_toolkit(toolkit, "e" * 64)
    received: list[Return] = [ledger.record_return(a_return(n), run) for n in range(3)]
    assessment = Assessment("riverside", "Riverside", "2026", ("pat",), Coordinator("Dana"))
    record = ledger.round_record(assessment)
    assert record.assessment is assessment
    assert dict(record.toolkits) == {"d" * 64: toolkit}
    assert [one.reference for one in record.issued] == ["R000", "R001", "R002", "R003"]
    assert record.history == tuple(received)
    assert record.current == {ret.reference: ret for ret in received}


def test_answers__of_several_returns_keep_their_type_and_every_character(
    ledger: Ledger, run: str
) -> None:
    """Equal texts are read once; none may be taken for another."""
    values = ("agree", "\ud800 half", "nul \x00 within", "\x1b616263", "616263", 3, 2.5, "3")
    received = {
        number: ledger.record_return(
            a_return(number, answers=tuple(
                Answer("1A", "comment", value, "Need", f"C{at}", "a\udcff.xlsx")
                for at, value in enumerate((*values, date(2026, 3, number + 1)))
            )),
            run,
        )
        for number in range(2)
    }  # fmt: skip
    kept = ledger.history("2026")
    assert kept == tuple(received.values())
    assert [type(answer.value) for answer in kept[0].answers] == [
        str, str, str, str, str, int, float, str, date,
    ]  # fmt: skip
    assert kept[0].answers[0].value is kept[1].answers[0].value
