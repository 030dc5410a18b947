"""Which of several returns counts: by seal, by answers, by times as far as they can be trusted."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from tests.ledger.values import NOON, a_return, an_issued, later, refused
from xlassess.ledger import Ledger
from xlassess.ledger.tables.order import (
    Arrival,
    Ranked,
    believable,
    ranked,
    same_answers,
    saved_later,
)
from xlassess.model.answer import Return
from xlassess.model.catalogue import found

UTC = timezone.utc
NINE = datetime(2026, 5, 5, 9, 0, tzinfo=UTC)


def local(moment: datetime, hours: float = 0) -> datetime:
    """The same clock face with no zone, some hours on."""
    return (moment + timedelta(hours=hours)).replace(tzinfo=None)


def unsealed(ret: Return) -> Return:
    note = found("I09", reference=ret.reference, respondent="Jo").in_file(ret.file)
    return replace(ret, findings=(note, *ret.findings))


def again(ret: Return, name: str = "again.xlsx") -> Return:
    """The same answers in other bytes, from other cells."""
    answers = tuple(replace(one, sheet="Sheet1", cell="Z9") for one in ret.answers)
    findings = tuple(one.in_file(name) for one in ret.findings)
    return replace(
        ret, file=name, sha256="f" * 63 + name[0], size=7, answers=answers, findings=findings
    )


@pytest.fixture
def run(ledger: Ledger) -> str:
    ledger.record_issued([an_issued(number) for number in range(4)])
    return ledger.begin_run("2026")


def counting(ledger: Ledger) -> dict[str, str]:
    return {reference: ret.file for reference, ret in ledger.current("2026").items()}


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [
        (NINE, NINE + timedelta(minutes=1), -1),
        (NINE, NINE, 0),
        (NINE, None, 0),
        (local(NINE, 3), NINE, 0),
        (local(NINE, -11), NINE, 0),
        (local(NINE, 15), NINE, 1),
        (local(NINE, -13), NINE, -1),
        (NINE, local(NINE, 15), -1),
        (local(NINE), local(NINE, 1), -1),
    ],
)
def test_saved_later__only_as_far_as_zones_are_known(
    one: datetime, other: datetime | None, order: int
) -> None:
    assert saved_later(one, other) == order
    assert saved_later(other, one) == -order


@pytest.mark.parametrize(
    ("saved", "usable"),
    [
        (NINE, True),
        (NINE - timedelta(days=9, seconds=1), False),
        (NINE + timedelta(days=9, minutes=4), True),
        (NINE + timedelta(days=9, minutes=6), False),
        (local(NINE, -9 * 24 - 11), True),
        (local(NINE, -9 * 24 - 13), False),
        (local(NINE, 9 * 24 + 13), True),
        (local(NINE, 9 * 24 + 15), False),
    ],
)
def test_believable__not_before_issue_nor_after_receipt(saved: datetime, usable: bool) -> None:
    nine_days = timedelta(days=9)
    assert believable(saved, NINE - nine_days, NINE + nine_days) == (saved if usable else None)


@pytest.mark.parametrize(
    ("new", "others", "expected"),
    [
        (Arrival(2, None, sealed=False), [Arrival(1, None)], Ranked("contested", "L04")),
        (Arrival(2, NINE, empty=True), [Arrival(1, None)], Ranked("superseded", "L06")),
        (Arrival(1, None, empty=True), [Arrival(1, None)], Ranked("superseded", "L06")),
        (Arrival(1, None), [Arrival(1, None, empty=True)], Ranked("current")),
        (Arrival(1, NINE), [Arrival(2, None, empty=True)], Ranked("current")),
        (Arrival(2, None, empty=True), [Arrival(1, None, empty=True)], Ranked("current")),
        (
            Arrival(2, None, sealed=False),
            [Arrival(1, None, empty=True)],
            Ranked("contested", "L04"),
        ),
        (Arrival(1, NINE, sealed=False), [Arrival(1, None)], Ranked("contested", "L04")),
        (Arrival(2, None), [Arrival(1, None, sealed=False)], Ranked("current")),
        (
            Arrival(2, None, sealed=False, names_another=True),
            [Arrival(1, None, sealed=False)],
            Ranked("contested", "I18"),
        ),
        (
            Arrival(2, None, sealed=False, names_another=True),
            [Arrival(1, None)],
            Ranked("contested", "L04"),
        ),
        (
            Arrival(1, None, sealed=False),
            [Arrival(1, None, sealed=False, names_another=True)],
            Ranked("current"),
        ),
        (Arrival(1, None), [Arrival(1, None, sealed=False)], Ranked("current")),
        (Arrival(2, None, sealed=False), [Arrival(1, None, sealed=False)], Ranked("current")),
        (Arrival(2, NINE), [Arrival(1, NINE + timedelta(days=1))], Ranked("contested", "L05")),
        (Arrival(2, local(NINE)), [Arrival(1, NINE + timedelta(hours=1))], Ranked("contested")),
        (Arrival(2, NINE), [Arrival(1, local(NINE - timedelta(hours=1)))], Ranked("contested")),
        (Arrival(2, NINE), [Arrival(1, local(NINE - timedelta(days=1)))], Ranked("current")),
        (Arrival(2, local(NINE)), [Arrival(1, local(NINE))], Ranked("current")),
        (Arrival(1, NINE), [Arrival(2, NINE + timedelta(days=1))], Ranked("superseded")),
        (Arrival(1, None), [Arrival(1, NINE)], Ranked("contested", "L01")),
        (Arrival(2, NINE), [Arrival(1, NINE + timedelta(days=1), entered=True)], Ranked("current")),
        (Arrival(1, NINE), [Arrival(1, NINE + timedelta(days=1), entered=True)], Ranked("current")),
        (
            Arrival(2, NINE, sealed=False),
            [Arrival(1, NINE + timedelta(days=1), entered=True)],
            Ranked("contested", "L04"),
        ),
        (
            Arrival(2, NINE, empty=True),
            [Arrival(1, NINE + timedelta(days=1), entered=True)],
            Ranked("superseded", "L06"),
        ),
        (
            Arrival(3, NINE),
            [Arrival(1, NINE + timedelta(days=1)), Arrival(2, None, entered=True)],
            Ranked("contested", "L05"),
        ),
    ],
)
def test_ranked(new: Arrival, others: list[Arrival], expected: Ranked) -> None:
    assert ranked(new, others) == expected


def test_same_answers__wherever_they_stood() -> None:
    ret = a_return(1)
    assert same_answers(again(ret), ret)
    assert same_answers(replace(ret, normalised=()), ret)
    assert same_answers(unsealed(ret), ret)


def test_same_answers__not_where_anything_is_new() -> None:
    ret = a_return(1)
    other = replace(ret.answers[0], value="other")
    assert not same_answers(replace(ret, answers=(other, *ret.answers[1:])), ret)
    assert not same_answers(replace(ret, answers=ret.answers[1:]), ret)
    assert not same_answers(replace(ret, actions=()), ret)
    assert not same_answers(replace(ret, findings=()), ret)  # nothing is in doubt any more
    assert not same_answers(replace(ret, query="Q1"), ret)  # an answer to a query, if an empty one


def test_record__same_answers_again_undo_nothing(ledger: Ledger, run: str) -> None:
    first = ledger.record_return(a_return(1), run)
    ledger.decisions.waive([f"{first.number}.1"], "by telephone")
    given = ledger.record_return(again(a_return(1)), ledger.begin_run("2026"))
    assert (given.state, given.number, given.file) == ("duplicate", first.number, "again.xlsx")
    (counts,) = ledger.current("2026").values()
    assert counts.number == first.number
    assert counts.findings[0].waiver
    assert ledger.events()[-1].details == {"file": "again.xlsx", "sha256": again(first).sha256}


def test_record__a_superseded_draft_again(ledger: Ledger, run: str) -> None:
    ledger.record_return(a_return(1, "a"), run)
    ledger.record_return(a_return(1, "b"), ledger.begin_run("2026"))
    given = ledger.record_return(again(a_return(1, "a")), ledger.begin_run("2026"))
    assert given.state == "duplicate"
    assert counting(ledger) == {"R001": "1b.xlsx"}


def test_record__a_copy_of_what_was_reassigned(ledger: Ledger, run: str) -> None:
    first = ledger.record_return(a_return(1), run)
    ledger.decisions.reassign(first.number, an_issued(2), "swapped")
    assert ledger.record_return(again(a_return(1)), run).state == "duplicate"
    assert counting(ledger) == {"R002": "1a.xlsx"}


def test_record__without_a_seal_never_takes_the_place_of_one_with(ledger: Ledger, run: str) -> None:
    ledger.record_return(a_return(1, "a", saved_at=later(1)), run)
    forged = unsealed(a_return(1, "b", saved_at=later(9)))
    given = ledger.record_return(forged, ledger.begin_run("2026"))
    assert (given.state, given.findings[-1].code) == ("query", "L04")
    assert counting(ledger) == {"R001": "1a.xlsx"}
    ledger.decisions.choose(given.number, "Jo sent it")
    assert counting(ledger) == {"R001": "1b.xlsx"}


def test_record__the_sealed_one_that_comes_second_counts(ledger: Ledger, run: str) -> None:
    forged = ledger.record_return(unsealed(a_return(1, "b")), run)
    assert forged.state == "query"
    ledger.record_return(a_return(1, "a"), run)
    assert counting(ledger) == {"R001": "1a.xlsx"}
    assert ledger.states()[forged.number] == "superseded"


def test_record__the_same_answers_sealed_take_the_place_of_those_without(
    ledger: Ledger, run: str
) -> None:
    ledger.record_return(unsealed(a_return(1)), run)
    sealed = ledger.record_return(again(a_return(1)), ledger.begin_run("2026"))
    assert sealed.state == "query"
    assert counting(ledger) == {"R001": "again.xlsx"}


def test_record__a_draft_handed_over_later_waits(ledger: Ledger, run: str) -> None:
    ledger.record_return(a_return(1, "a", received_at=later(30), saved_at=later(20)), run)
    draft = a_return(1, "b", received_at=later(40), saved_at=later(10))
    given = ledger.record_return(draft, ledger.begin_run("2026"))
    assert given.findings[-1].code == "L05"
    assert counting(ledger) == {"R001": "1a.xlsx"}


def test_record__a_time_of_no_zone_comes_back_as_it_was(ledger: Ledger, run: str) -> None:
    given = ledger.record_return(a_return(1, saved_at=local(NOON)), run)
    assert ledger.numbered(given.number) == given
    assert given.saved_at == local(NOON)
    assert ledger.audit().faults == ()


def test_refused__is_never_the_same_answers(ledger: Ledger, run: str) -> None:
    ledger.record_return(refused(1, "a"), run)
    assert ledger.record_return(refused(1, "b"), run).state == "refused"


def test_replaced__the_workbook_issued_last_counts_once_it_is_back(
    ledger: Ledger, run: str
) -> None:
    anew = replace(an_issued(1), reference="N001")
    ledger.record_issued([anew])
    old = ledger.record_return(a_return(1, "a"), run)
    assert counting(ledger) == {"R001": "1a.xlsx"}
    new = ledger.record_return(a_return(1, "b", reference="N001"), ledger.begin_run("2026"))
    assert counting(ledger) == {"N001": "1b.xlsx"}
    assert ledger.replaced() == {"R001": "N001"}
    assert ledger.states() == {old.number: "superseded", new.number: "query"}
    assert [ret.state for ret in ledger.history("2026")] == ["superseded", "query"]
    ledger.decisions.set_aside(new.number, "by mistake")
    assert counting(ledger) == {"R001": "1a.xlsx"}
    ledger.decisions.settle("N001", "nil return", "nothing to say")
    assert counting(ledger) == {}
    assert ledger.audit().faults == ()


def _arrivals(chance: random.Random, number: int) -> list[tuple[int, Return]]:
    """Some returns of one workbook, each with the run it comes in, in the order they come."""
    versions = "abcde"[: chance.randrange(2, 6)]
    runs = sorted(chance.randrange(3) for _ in versions)
    made = []
    for version, at in zip(versions, runs, strict=True):
        days = chance.choice((-400, 5, 10, 15, 20, 4000))
        moment = chance.choice((None, later(days), later(days), local(later(days))))
        ret = a_return(number, version, received_at=later(30 + at), saved_at=moment)
        made.append((at, ret if chance.random() < 0.7 else unsealed(ret)))
    return made


def _known(ret: Return, issued: datetime) -> datetime | None:
    """When a return was saved, if it says so in UTC and that can be true."""
    at, came = ret.saved_at, ret.received_at
    if at is None or at.tzinfo is None or came is None:
        return None
    return at if issued <= at <= came else None


def _displaced_in_silence(
    came: list[tuple[int, Return]], states: Mapping[str, str], counts: str, issued: datetime
) -> Iterator[str]:
    """What of the returns of a workbook gave way without a word although it should count."""
    by_name = {ret.file: (run, ret) for run, ret in came}
    run, counting_one = by_name[counts]
    sealed = {ret.file for _, ret in came if not any(f.code == "I09" for f in ret.findings)}
    if sealed and counts not in sealed:
        yield f"{counts} has no seal and counts before {sealed}"
    mine = _known(counting_one, issued)
    for other_run, other in came:
        theirs = _known(other, issued)
        if other.file == counts or other.file not in sealed or not mine or not theirs:
            continue
        # one between whose time nobody knows may have come after either
        between = [one for at, one in came if other_run < at < run and not _known(one, issued)]
        if (
            other_run <= run
            and not between
            and theirs > mine
            and states[other.file] == "superseded"
        ):
            yield f"{counts} of {mine} replaced {other.file} of {theirs}"


@pytest.mark.hunt
@pytest.mark.parametrize("seed", range(5))
def test_order__at_random_nothing_gives_way_in_silence(ledger: Ledger, seed: int) -> None:
    chance, many = random.Random(seed), 30
    books = [an_issued(number) for number in range(many)]
    ledger.record_issued(books)
    rounds = {book.reference: _arrivals(chance, n) for n, book in enumerate(books)}
    for number in range(3):
        run = ledger.begin_run("2026")
        for came in rounds.values():
            for ret in [ret for at, ret in came if at == number]:
                ledger.record_return(ret, run)
    states = {ret.file: ret.state for ret in ledger.history("2026")}
    wrong = [
        text
        for book in books
        for text in _displaced_in_silence(
            rounds[book.reference], states, counting(ledger)[book.reference], book.issued_at
        )
    ]
    assert wrong == []
    assert ledger.audit().faults == ()
