"""Any return comes back from the ledger as it went in, with values of the same type."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ledger.values import a_return, clock, sha
from xlassess.ledger import Ledger
from xlassess.ledger.tables.order import Arrival, ranked, saved_later
from xlassess.ledger.tables.rows import from_utc, to_utc
from xlassess.model.answer import Action, Answer, Normalisation, Return
from xlassess.model.catalogue import CATALOGUE
from xlassess.model.finding import SEVERITIES, Finding, Kind

TEXT = st.text(
    st.characters() | st.sampled_from("\x00\x1b\ud800\udcff\udfff"), max_size=12
)  # surrogates and NUL included
VALUES = st.one_of(TEXT, st.floats(allow_nan=False), st.dates())
KINDS = st.builds(
    replace, st.sampled_from(sorted(CATALOGUE.values(), key=lambda kind: kind.code)),
    severity=st.sampled_from(SEVERITIES),
)  # fmt: skip
MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc))

RETURNS = st.builds(
    Return,
    file=TEXT,
    sha256=st.just(""),
    size=st.integers(0, 2**40),
    kind=TEXT,
    state=st.sampled_from(["accepted", "accepted with notes", "query", "refused"]),
    reference=st.just(""),
    query=TEXT,
    answers=st.lists(st.builds(Answer, TEXT, TEXT, VALUES, TEXT, TEXT, TEXT), max_size=4).map(
        tuple
    ),
    actions=st.lists(
        st.builds(
            Action,
            st.integers(1, 999),
            TEXT,
            TEXT,
            TEXT,
            TEXT,
            st.none() | st.dates(),
            TEXT,
            TEXT,
            TEXT,
            TEXT,
            TEXT,
        ),
        max_size=3,
    ).map(tuple),
    findings=st.lists(
        st.builds(
            Finding,
            KINDS,
            TEXT,
            TEXT,
            TEXT,
            TEXT,
            TEXT,
            st.dictionaries(TEXT, TEXT, max_size=3),
            st.lists(TEXT, max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    normalised=st.lists(st.builds(Normalisation, *[TEXT] * 8), max_size=3).map(tuple),
    saved_at=st.none() | MOMENTS,
    received_at=MOMENTS,
)


@pytest.fixture(scope="module")
def shared() -> Iterator[Ledger]:
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "l.db", clock) as made:
        yield made


@given(ret=RETURNS, name=st.uuids())
def test_any_return__comes_back_identical(shared: Ledger, ret: Return, name: object) -> None:
    # one that can be used has a reference; its own, so that nothing else is about the same workbook
    ret = replace(ret, sha256=sha(str(name)), reference=str(name))
    if shared.known_file(ret.sha256):
        return
    given_back = shared.record_return(ret)
    again = shared.known_file(ret.sha256)
    assert given_back == ret
    assert again == ret
    assert again is not None
    assert [type(answer.value) for answer in again.answers] == [
        type(answer.value) for answer in ret.answers
    ]


def test_value__of_a_type_no_answer_has(shared: Ledger) -> None:
    for value in (True, None, b"x"):
        bad = replace(a_return(1), answers=(Answer("1A", "answer", value, "s", "A1"),))  # type: ignore[arg-type]
        with pytest.raises(TypeError):
            shared.record_return(bad)
        assert shared.known_file(bad.sha256) is None


def test_finding__of_a_code_that_is_no_longer_known(shared: Ledger) -> None:
    kind = Kind("Z99", "query", "Gone", "Gone.", "Nothing.")
    ret = replace(a_return(2), findings=(Finding(kind, cell="B2"),))
    shared.record_return(ret)
    again = shared.known_file(ret.sha256)
    assert again is not None
    assert [(one.code, one.severity, one.cell) for one in again.findings] == [
        ("Z99", "query", "B2")
    ]
    assert "Z99" in again.findings[0].message


@given(MOMENTS, MOMENTS)
def test_moments__sort_as_they_read(one: datetime, other: datetime) -> None:
    assert (to_utc(one) < to_utc(other)) == (one < other)
    assert from_utc(to_utc(one)) == one


def test_moment__without_a_zone_is_utc() -> None:
    naive = datetime(2026, 1, 1, 12)
    assert from_utc(to_utc(naive)) == naive.replace(tzinfo=timezone.utc)


SAVED = st.none() | st.sampled_from(
    (datetime(2026, 3, 4), datetime(2026, 3, 9), datetime(2026, 3, 20))
)
ARRIVALS = st.builds(Arrival, st.integers(1, 3), SAVED, st.booleans())


@given(ARRIVALS, st.lists(ARRIVALS, max_size=3))
def test_ranked__counts_only_when_later_than_all(new: Arrival, others: list[Arrival]) -> None:
    place = ranked(new, others)
    rivals = [other for other in others if other.sealed] if new.sealed else others
    if not new.sealed and any(other.sealed for other in others):
        assert (place.standing, place.doubt) == ("contested", "L04")
        return
    later = [saved_later(new.saved_at, other.saved_at) for other in rivals]
    if place.standing == "current":
        for other, order in zip(rivals, later, strict=True):
            assert order == 1 or (order == 0 and new.run > other.run)
    if place.standing == "superseded":
        assert any(
            order == -1 and new.run <= other.run for other, order in zip(rivals, later, strict=True)
        )
    if not rivals:
        assert place.standing == "current"
