"""Query workbooks on record, and where returns stand that answer them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.ledger.raw import behind
from tests.ledger.values import NOON, a_return, an_issued, sha
from xlassess.ledger import Ledger
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.query import Query, Slot

pytestmark = pytest.mark.databases


def a_query(number: int, base: int, version: str = "a") -> Query:
    """Return a query workbook about the workbook with this number."""
    issued = an_issued(number)
    return Query(
        reference=f"Q{number}{version}",
        identity=replace(issued.identity, of=issued.reference, asks=sha(f"{number}{version}")),
        base=base,
        findings=(f"{base}.1",),
        asked=(Slot("1A", "answer"), Slot("1B", "answer:käfer")),
        free=(Slot("1A", "comment"),),
        return_by=date(2026, 5, 8),
        file_name="q.xlsx",
        sha256=sha(f"query {number}{version}"),
        seal="6" * 64,
        issued_at=NOON,
    )


@pytest.fixture
def asked(ledger: Ledger) -> Query:
    """The query about the one return there is."""
    ledger.record_issued([an_issued(1)])
    base = ledger.record_return(a_return(1), ledger.begin_run())
    query = a_query(1, base.number)
    ledger.record_queries([query])
    return query


def answers(ledger: Ledger, query: Query, version: str, run: str | None = None) -> str:
    """Record an answer to a query; return its state."""
    ret = a_return(1, version, query=query.reference, findings=(), state="accepted")
    return ledger.record_return(ret, run or ledger.begin_run()).state


def test_record_queries__come_back_as_they_were(ledger: Ledger, asked: Query) -> None:
    assert ledger.queries() == (asked,)
    ledger.record_queries([asked])
    assert ledger.queries() == (asked,)
    told = [event for event in ledger.events() if event.what == "query issued"]
    assert [(e.reference, e.return_id, e.details["query"]) for e in told] == [
        (asked.of, asked.base, asked.reference)
    ]
    assert not ledger.audit().faults


def test_answer__takes_the_place_of_the_return_asked_about(ledger: Ledger, asked: Query) -> None:
    assert answers(ledger, asked, "b") == "accepted"
    assert ledger.current("2026")["R001"].query == asked.reference
    assert [ret.state for ret in ledger.history()] == ["superseded", "accepted"]


def test_answer__again_takes_the_place_of_the_first(ledger: Ledger, asked: Query) -> None:
    answers(ledger, asked, "b")
    assert answers(ledger, asked, "c") == "accepted"
    assert ledger.current("2026")["R001"].file == "1c.xlsx"


def test_answer__where_another_return_counts_by_now(ledger: Ledger, asked: Query) -> None:
    ledger.record_return(a_return(1, "whole"), ledger.begin_run())
    assert answers(ledger, asked, "b") == "query"
    assert ledger.current("2026")["R001"].file == "1whole.xlsx"
    assert ledger.history()[-1].findings[-1].code == "L01"


def test_answer__to_another_query_about_the_same_return(ledger: Ledger, asked: Query) -> None:
    other = a_query(1, asked.base, "b")
    ledger.record_queries([other])
    answers(ledger, asked, "b")
    assert answers(ledger, other, "c") == "query"


def test_answer__where_the_return_asked_about_was_set_aside(ledger: Ledger, asked: Query) -> None:
    ledger.decisions.set_aside(asked.base, "Wrong person")
    assert answers(ledger, asked, "b") == "set aside"
    assert ledger.current("2026") == {}
    assert not ledger.audit().faults


def test_audit__sees_a_changed_query(
    ledger: Ledger, asked: Query, place: Path | LedgerDatabase
) -> None:
    with behind(place) as run:
        run("update queries set asked = '[]'")
    assert [fault.about for fault in ledger.audit().faults] == [f"query workbook {asked.reference}"]
    with behind(place) as run:
        run("delete from queries")
    assert len(ledger.audit().faults) == 1
