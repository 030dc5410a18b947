"""Returns recorded together: the same ledger as one by one, and few statements in a turn."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from tests.clients.postgresql import Cluster
from tests.ledger.test_order import again, unsealed
from tests.ledger.values import a_return, an_issued, clock, later, refused
from xlassess.ledger import Ledger
from xlassess.ledger.recording import lot
from xlassess.model.answer import Answer, Return
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.catalogue import found

pytestmark = pytest.mark.databases

ODD = "a\tb\nc\rd\\e \\N \\. \x00 \udc80 \x1b 'q' \"r\" é 東"
"""What a line for COPY must not be broken by, nor a database refuse."""


def of_all_kinds() -> list[Return]:
    """Returns of which some are alone, and some meet others of the same run."""
    odd = (Answer(ODD, "answer", ODD, "", "E6"), Answer("1B", "answer", 2.5, "1", "E7"))
    stranger = found("I18", reference="R005", respondent="Jo").in_file("5.xlsx")
    first = a_return(1, saved_at=later(-60))
    return [
        first,
        a_return(2, answers=odd, file=ODD, actions=(), normalised=()),
        replace(first, file="copy of 1.xlsx"),
        again(first),
        refused(3, sha256="3" * 64),
        a_return(1, "b", saved_at=later(-30)),
        a_return(4, reference="", sha256="4" * 64),
        unsealed(replace(a_return(5), findings=(stranger,))),
        refused(6, reference="", sha256="", file="gone.xlsx"),
        a_return(2, "b"),
        refused(3, sha256="3" * 64),
        a_return(3),
    ]


def whole(ledger: Ledger, some: Sequence[Return], *, together: bool) -> list[object]:
    """Record these, and return all that is on record then, and what was given back."""
    ledger.record_issued([an_issued(number) for number in range(7)])
    run = ledger.begin_run("2026")
    if together:
        with ledger.together(coming=some):
            given = [ledger.record_return(ret, run) for ret in some]
    else:
        given = [ledger.record_return(ret, run) for ret in some]
    assert ledger.audit().faults == ()
    numbered = [(ret, ret.number, [one.number for one in ret.findings]) for ret in given]
    return [ledger.events(), ledger.history(), numbered]


def test_together__of_all_kinds__the_same_as_one_by_one(ledger: Ledger, tmp_path: Path) -> None:
    """The hashes of the events are the same, so that what they stand on is."""
    with Ledger(tmp_path / "other.db", clock) as other:
        one_by_one = whole(other, of_all_kinds(), together=False)
    assert whole(ledger, of_all_kinds(), together=True) == one_by_one
    states = [ret.state for ret, *_ in one_by_one[2]]  # type: ignore[attr-defined]
    assert states.count("duplicate") == 3, "and some of them had to be compared"
    assert set(states) >= {"query", "refused", "duplicate"}


def test_together__what_came_before_the_turn_is_compared_with(
    place: Path | LedgerDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another records after they were made ready, and before the turn, is not overlooked."""
    with Ledger(place, clock) as ledger, Ledger(place, clock) as other:
        ledger.record_issued([an_issued(number) for number in range(3)])
        run, another = ledger.begin_run("2026"), other.begin_run("2026")
        some = [a_return(0), a_return(1), a_return(2)]
        made = lot.ready

        def ready(given: Return, *rest: object) -> lot.ReadyReturn:
            if given is some[-1]:
                other.record_return(replace(a_return(1), file="before.xlsx"), another)
                other.record_return(a_return(2, "b"), another)
            return made(given, *rest)  # type: ignore[arg-type]

        monkeypatch.setattr(lot, "ready", ready)
        with ledger.together(coming=some):
            states = [ledger.record_return(ret, run).state for ret in some]
        assert states == ["query", "duplicate", "query"]
        standing = {ret.file: ret.state for ret in ledger.history()}
        assert set(standing) == {"0a.xlsx", "before.xlsx", "2a.xlsx", "2b.xlsx"}
        assert ledger.current("2026")["R002"].file == "2b.xlsx", "of the later run, the other waits"
        assert [one.code for one in ledger.history()[-1].findings] == ["C01", "L01"]
        assert ledger.audit().faults == ()


def test_together__what_is_decided_within_is_compared_with(ledger: Ledger) -> None:
    ledger.record_issued([an_issued(number) for number in range(3)])
    run, first, second = ledger.begin_run(), a_return(1), a_return(2)
    with ledger.together(coming=[first, second]):
        stray = ledger.record_return(first, run)
        ledger.decisions.reassign(stray.number, an_issued(2), "sent under another name")
        assert [one.code for one in ledger.record_return(second, run).findings] == ["C01", "L01"]
    assert ledger.current("2026")["R002"].file == "1a.xlsx"
    assert ledger.audit().faults == ()


def test_together__that_fails_leaves_nothing(ledger: Ledger) -> None:
    ledger.record_issued([an_issued(1)])
    run, some = ledger.begin_run(), [a_return(1)]

    def broken_off() -> None:
        with ledger.together(coming=some):
            assert ledger.record_return(some[0], run).number == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert ledger.history() == ()
    assert ledger.record_return(some[0], run).number == 1


def statements(ledger: Ledger, some: Sequence[Return]) -> int:
    """How many statements it takes to record these together."""
    seen: list[str] = []
    run = ledger.begin_run()
    engine = ledger._engine
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    with ledger.together(coming=some):
        for ret in some:
            ledger.record_return(ret, run)
    return len(seen)


def test_together__statements_do_not_grow_with_returns(place: Path | LedgerDatabase) -> None:
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(number) for number in range(60)])
        few = statements(ledger, [a_return(number) for number in range(2)])
    with Ledger(place, clock) as ledger:
        many = statements(ledger, [a_return(number) for number in range(2, 60)])
    assert few == many < 20


@pytest.mark.sqlite
@pytest.mark.clients("postgresql")
def test_together__eight_writers_and_each_return_brought_by_two(cluster: Cluster) -> None:
    place, returns, writers = cluster.place(), 48, 8

    def write(share: Sequence[int]) -> None:
        with Ledger(place, clock) as own:
            run = own.begin_run("2026")
            for first in range(0, len(share), 4):
                some = [a_return(number) for number in share[first : first + 4]]
                with own.together(coming=some):
                    for ret in some:
                        own.record_return(ret, run)

    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(number) for number in range(returns)])
        shares = [
            [*range(one, returns, writers), *range((one + 1) % writers, returns, writers)]
            for one in range(writers)
        ]
        at_work = [threading.Thread(target=write, args=(share,)) for share in shares]
        for each in at_work:
            each.start()
        for each in at_work:
            each.join()
        held = ledger.history("2026")
        assert sorted(ret.reference for ret in held) == [f"R{one:03}" for one in range(returns)]
        assert [ret.number for ret in held] == list(range(1, returns + 1)), "without a gap"
        told = [each.return_id for each in ledger.events() if each.what == "received"]
        assert told == list(range(1, returns + 1)), "in the order in which they were recorded"
        assert ledger.audit().faults == ()
