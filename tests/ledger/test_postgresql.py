"""What is peculiar to a ledger on a server: turns, passwords, and what can go wrong between."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.postgresql import SECRET, USER, Cluster, a_cluster, a_pooler
from tests.ledger.raw import behind
from tests.ledger.values import a_return, an_issued, clock
from xlassess.ledger import Ledger
from xlassess.ledger.database import postgres
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import XlassessError

pytestmark = pytest.mark.clients("postgresql")


@pytest.fixture
def place(cluster: Cluster) -> LedgerDatabase:
    return cluster.place()


@pytest.fixture
def by_password(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> LedgerDatabase:
    """A ledger whose user needs a password; none is known, wherever it is looked for."""
    for name in ("XLASSESS_LEDGER_PASSWORD", "PGPASSWORD", "PGPASSFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("keyring.get_password", lambda *_: None)
    monkeypatch.setenv("PGPASSFILE", "/nowhere")
    return LedgerDatabase(cluster.url(USER, tcp=True), cluster.place().assessment)


@pytest.fixture
def own() -> Iterator[Cluster]:
    """A server that a test may stop."""
    with a_cluster() as running:
        yield running


def refusal(place: LedgerDatabase) -> str:
    with pytest.raises(XlassessError) as caught, Ledger(place, clock) as ledger:
        ledger.begin_run()
    return str(caught.value)


def test_two_assessments__in_one_database_know_nothing_of_each_other(cluster: Cluster) -> None:
    one, other = cluster.place(), cluster.place()
    with Ledger(one, clock) as first, Ledger(other, clock) as second:
        first.record_issued([an_issued(1)])
        first.record_return(a_return(1))
        assert (len(first.history()), len(second.history())) == (1, 0)
        assert (first.last_event(), second.last_event()) == (2, 0)
        with first.together():  # its turn is its own
            assert second.begin_run() == "1"


def test_is_at__before_and_after(place: LedgerDatabase) -> None:
    assert not Ledger.is_at(place)
    Ledger(place).close()
    assert Ledger.is_at(place)


def test_turn__of_another_writer_is_waited_for_and_then_told(
    place: LedgerDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "BUSY_SECONDS", 0.2)
    with Ledger(place, clock) as first, Ledger(place, clock) as second:
        with first.together():
            first.record_issued([an_issued(1)])
            assert second.issued() == (), "who reads does not wait"
            with pytest.raises(XlassessError) as caught:
                second.record_issued([an_issued(2)])
        assert "in use by another program" in caught.value.message
        second.record_issued([an_issued(2)])
        assert [event.number for event in second.events()] == [1, 2]


def test_turn__what_the_last_writer_left_is_seen(place: LedgerDatabase) -> None:
    """A transaction that began before the other ended must not stand on what it saw then."""
    with Ledger(place, clock) as first, Ledger(place, clock) as second:
        first.record_issued([an_issued(1)])
        waiting = threading.Thread(target=second.record_return, args=(a_return(1),))
        with first.together():
            waiting.start()
            time.sleep(0.3)
            first.record_return(a_return(1))
        waiting.join()
        assert len(second.history()) == 1
        assert [event.what for event in second.events()] == ["issued", "received"]
        assert second.audit().faults == ()


def test_reading__sees_one_state_from_first_to_last(place: LedgerDatabase) -> None:
    from xlassess.ledger import reads
    from xlassess.ledger.database import engine
    from xlassess.ledger.tables import events

    with Ledger(place, clock) as ledger:
        other = engine.open_engine(place)
        with engine.reading(other) as db:
            assert events.head(db)[0] == 0
            ledger.record_issued([an_issued(1)])
            assert events.head(db)[0] == 0
            assert reads.issued(db, None) == ()
        other.dispose()


def broken_off(ledger: Ledger, cluster: Cluster) -> None:
    """Lose the connection in the middle of a transaction."""
    with ledger.together():
        ledger.record_return(a_return(1))
        cluster.disconnect()
        ledger.record_return(a_return(1, "b"))


def test_lost__in_the_middle_nothing_of_it_is_on_record(
    cluster: Cluster, place: LedgerDatabase
) -> None:
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(1)])
        with pytest.raises(XlassessError) as caught:
            broken_off(ledger, cluster)
        assert "was lost" in caught.value.message
        assert "run the same command again" in caught.value.remedy
        assert ledger.history() == ()
        assert ledger.record_return(a_return(1)).state == "query", "and it goes on"
        assert ledger.audit().faults == ()


def test_lost__between_two_transactions_it_goes_on(cluster: Cluster, place: LedgerDatabase) -> None:
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(1)])
        cluster.disconnect()
        assert len(ledger.issued()) == 1
        cluster.disconnect()
        ledger.record_return(a_return(1))
        assert ledger.audit().faults == ()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_server__started_anew_is_waited_for(own: Cluster, how: signal.Signals) -> None:
    with Ledger(own.place(), clock) as ledger:
        ledger.record_issued([an_issued(1)])
        own.stop(how)
        anew = threading.Timer(0.5, own.start)
        anew.start()
        ledger.record_return(a_return(1))
        anew.join()
        assert len(ledger.events()) == 2
        assert ledger.audit().faults == ()


def test_server__not_there(own: Cluster) -> None:
    place = own.place()
    own.stop()
    told = refusal(place)
    assert "cannot be reached" in told
    assert str(own.folder) in told
    overseas = LedgerDatabase("postgresql+psycopg://a@no-such-host.invalid/x", "riverside")
    assert "cannot be reached" in refusal(overseas)


def test_password__missing(by_password: LedgerDatabase) -> None:
    told = refusal(by_password)
    assert "keyring set xlassess postgresql://keeper@127.0.0.1" in told
    assert "XLASSESS_LEDGER_PASSWORD" in told


@pytest.mark.parametrize("where", ["ours", "libpq's", ".pgpass", "keyring"])
def test_password__is_found(
    by_password: LedgerDatabase, where: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kept = tmp_path / "pgpass"
    kept.write_text(f"127.0.0.1:*:*:{USER}:{SECRET}\n")
    kept.chmod(0o600)
    asked: list[tuple[str, str]] = []

    def keyring(service: str, name: str) -> str:
        asked.append((service, name))
        return SECRET

    if where == "ours":
        monkeypatch.setenv("XLASSESS_LEDGER_PASSWORD", SECRET)
    elif where == "libpq's":
        monkeypatch.setenv("PGPASSWORD", SECRET)
    elif where == ".pgpass":
        monkeypatch.setenv("PGPASSFILE", str(kept))
    else:
        monkeypatch.setattr("keyring.get_password", keyring)
    with Ledger(by_password, clock) as ledger:
        assert ledger.begin_run() == "1"
    assert set(asked) == (
        {("xlassess", "postgresql://keeper@127.0.0.1")} if where == "keyring" else set()
    )


def test_password__wrong(by_password: LedgerDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLASSESS_LEDGER_PASSWORD", "verkehrt")
    told = refusal(by_password)
    assert "does not accept the password of keeper" in told
    assert "verkehrt" not in told


def test_database__that_is_not_there(cluster: Cluster) -> None:
    url = cluster.url(database="nothing")
    assert "There is no database nothing" in refusal(LedgerDatabase(url, "riverside"))


def test_user__that_is_not_there(cluster: Cluster) -> None:
    place = LedgerDatabase(cluster.url("stranger"), "riverside")
    assert "does not admit stranger" in refusal(place)


def test_user__without_the_right_to_make_a_schema(cluster: Cluster) -> None:
    place = LedgerDatabase(cluster.url("reader"), cluster.place().assessment)
    cluster.run("CREATE ROLE reader LOGIN")
    try:
        assert f"CREATE SCHEMA {place.schema} AUTHORIZATION" in refusal(place)
        cluster.run(f'CREATE SCHEMA "{place.schema}" AUTHORIZATION reader')
        with Ledger(place, clock) as ledger:
            assert ledger.begin_run() == "1"
        stranger = LedgerDatabase(cluster.url(USER), place.assessment)
        assert "the same role" in refusal(stranger)
    finally:
        cluster.run("DROP OWNED BY reader CASCADE")
        cluster.run("DROP ROLE reader")


def test_database__that_cannot_hold_every_text(cluster: Cluster) -> None:
    cluster.run(
        "CREATE DATABASE western TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'", "postgres"
    )
    place = LedgerDatabase(cluster.url(database="western"), "riverside")
    assert "LATIN1" in refusal(place)
    assert not Ledger.is_at(place)


def test_database__that_can_only_be_read(own: Cluster) -> None:
    with Ledger(place := own.place(), clock) as ledger:
        ledger.record_issued([an_issued(1)])
    own.stop()
    own.stand_by()
    own.start()
    assert "can only be read" in refusal(place)
    with Ledger(place, clock) as ledger:
        assert len(ledger.issued()) == 1
        assert ledger.audit().faults == ()


@pytest.mark.clients("pgbouncer")
def test_pooler__gives_each_transaction_another_connection(cluster: Cluster) -> None:
    """Three assessments at once on two connections: nothing depends on what one left in its own."""
    wrong: list[str] = []

    def work(name: str) -> None:
        try:
            with Ledger(LedgerDatabase(url, name), clock) as ledger:
                ledger.record_issued([an_issued(number) for number in range(12)])
                for number in range(12):
                    ledger.record_return(a_return(number))
                if len(ledger.history()) != 12 or ledger.audit().faults:
                    wrong.append(name)
        except XlassessError as error:
            wrong.append(error.message)

    with a_pooler(cluster) as url:
        names = [cluster.place().assessment for _ in range(3)]
        at_work = [threading.Thread(target=work, args=(name,)) for name in names]
        for one in at_work:
            one.start()
        for one in at_work:
            one.join()
    assert wrong == []


def test_schema__of_something_else(cluster: Cluster, place: LedgerDatabase) -> None:
    Ledger(place).close()
    with behind(place) as run:
        run("drop table answers cascade")
    with Ledger(place, clock) as ledger, pytest.raises(XlassessError) as caught:
        ledger.record_return(a_return(1))
    assert "damaged" in caught.value.message


def test_log__cannot_be_emptied_by_a_slip(place: LedgerDatabase) -> None:
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(1)])
    with pytest.raises(Exception, match="only ever added"), behind(place) as run:
        run("truncate events")


def test_disk__is_waited_for_whatever_the_server_does(cluster: Cluster) -> None:
    from sqlalchemy import text

    from xlassess.ledger.database import engine

    cluster.run("CREATE ROLE hasty LOGIN SUPERUSER")
    cluster.run("ALTER ROLE hasty SET synchronous_commit = off")
    opened = engine.open_engine(LedgerDatabase(cluster.url("hasty"), "riverside"))
    with engine.writing(opened) as db:
        assert db.scalar(text("SHOW synchronous_commit")) == "local"
    opened.dispose()
