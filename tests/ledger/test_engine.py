"""Opening: what is not a ledger, older and newer ones, and where two programs meet."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine.interfaces import CacheStats
from sqlalchemy.schema import CreateIndex, CreateTable

import xlassess
from tests.ledger.raw import behind
from tests.ledger.values import a_return, an_issued, clock
from xlassess.ledger import Ledger
from xlassess.ledger.database import engine, migrations
from xlassess.ledger.tables import schema
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import UsageError, XlassessError

Place: TypeAlias = "Path | LedgerDatabase"


def version(place: Place) -> str:
    with behind(place) as run:
        (row,) = run("select value from meta where key = 'schema'")
    return str(row["value"])


@pytest.mark.sqlite
def test_open__uses_a_write_ahead_log(ledger: Ledger, tmp_path: Path) -> None:
    ledger.record_issued([an_issued(1)])
    db = sqlite3.connect(tmp_path / "ledger.db")
    assert db.execute("pragma journal_mode").fetchone() == ("wal",)
    db.close()


@pytest.mark.sqlite
def test_open__another_ledger_compiles_no_statement_again(tmp_path: Path) -> None:
    with Ledger(tmp_path / "one.db", clock) as one:
        one.history("2026")
    found: list[CacheStats] = []

    def note(*told: Any) -> None:
        context = told[4]
        found.extend([context.cache_hit] if context.compiled else [])

    with Ledger(tmp_path / "another.db", clock) as another:
        event.listen(another._engine, "before_cursor_execute", note)
        another.history("2026")
    assert set(found) == {CacheStats.CACHE_HIT}


@pytest.mark.databases
def test_open__newer_ledger(place: Place) -> None:
    Ledger(place).close()
    with behind(place) as run:
        run("update meta set value = '99' where key = 'schema'")
    with pytest.raises(XlassessError) as caught:
        Ledger(place)
    assert "99" in caught.value.message
    assert version(place) == "99"


@pytest.mark.databases
def test_open__older_ledger_is_brought_up_to_date(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(1)])
    done: list[int] = []

    def second(db: Connection) -> None:
        done.append(2)
        db.execute(text("create table extra (id integer)"))

    def third(db: Connection) -> None:
        done.append(3)
        db.execute(text("insert into extra values (3)"))

    now = migrations.MIGRATIONS
    monkeypatch.setattr(migrations, "MIGRATIONS", (*now, second))
    Ledger(place).close()
    monkeypatch.setattr(migrations, "MIGRATIONS", (*now, second, third))
    with Ledger(place, clock) as ledger:
        assert ledger.issued() == (an_issued(1),)
    Ledger(place).close()
    assert done == [2, 3]
    assert version(place) == str(len(now) + 3)


@pytest.mark.databases
def test_open__failed_migration_leaves_all_as_it_was(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ledger(place).close()

    def broken(db: Connection) -> None:
        db.execute(text("create table half_done (id integer)"))
        db.execute(text("insert into no_such_table values (1)"))

    before = version(place)
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, broken))
    with pytest.raises(XlassessError):
        Ledger(place)
    assert version(place) == before
    with behind(place) as run:
        run("create table half_done (id integer)")  # it is not there


def test_open__not_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"This is a letter, not a database. " * 100)
    with pytest.raises(XlassessError) as caught:
        Ledger(path)
    assert "ledger.db" in caught.value.message
    assert path.read_bytes().startswith(b"This is a letter")


@pytest.mark.parametrize(
    "place", ["no/such/folder/ledger.db", "nonsense://x", "://", "foo+bar://h"]
)
def test_open__no_such_place(place: str) -> None:
    with pytest.raises(UsageError):
        Ledger(place)


def test_open__password_is_not_shown() -> None:
    with pytest.raises(UsageError) as caught:
        Ledger("postgresql+nodriver://user:geheim@host/db")
    assert "geheim" not in str(caught.value)


@pytest.mark.sqlite
def test_locked__says_so(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)
    other.execute("begin immediate")
    with Ledger(tmp_path / "ledger.db", clock) as second:
        assert second.issued() == ()
        with pytest.raises(XlassessError) as caught:
            second.record_return(a_return(1))
        assert "in use" in caught.value.message
        other.execute("rollback")
        assert second.record_return(a_return(1)).state == "query"
    other.close()


def test_tables__are_understood_by_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in schema.METADATA.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            assert "CREATE INDEX" in str(CreateIndex(index).compile(dialect=dialect))


@pytest.mark.databases
def test_database__itself_allows_one_current_return_per_workbook(
    ledger: Ledger, place: Place
) -> None:
    run_number = ledger.begin_run()
    for version_ in "ab":
        ledger.record_return(a_return(1, version_), run_number)
    refusal = "UNIQUE constraint failed|one_current_return"
    with pytest.raises(Exception, match=refusal), behind(place) as run:
        run("update returns set standing = 'current'")


def test_read_only__reads_and_refuses_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a medium where SQLite can make no lock, under a name with all it could misread."""
    path = tmp_path / "a #1?x=%20 é" / "ledger.db"
    path.parent.mkdir()
    with Ledger(path, clock) as ledger:
        ledger.record_issued([an_issued(1)])
    monkeypatch.setattr(engine, "_may_write", lambda _: False)
    before = {each.name: each.read_bytes() for each in path.parent.iterdir()}
    with Ledger(path, clock) as ledger:
        assert len(ledger.issued()) == 1
        assert ledger.audit().faults == ()
        with pytest.raises(XlassessError):
            ledger.record_issued([an_issued(2)])
    assert {each.name: each.read_bytes() for each in path.parent.iterdir()} == before


def test_read_only__never_reads_past_what_a_broken_off_run_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path, clock) as ledger:
        ledger.record_issued([an_issued(1)])
        monkeypatch.setattr(engine, "_may_write", lambda _: False)
        with pytest.raises(XlassessError):
            Ledger(path, clock)


def test_place__is_asked_for_and_not_assumed() -> None:
    """Who takes the file for the ledger would begin another beside the one in the database."""
    package = Path(xlassess.__file__).parent
    known = {"assessment/settings.py", "services/setup/verify.py"}
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "ledger_file" in path.read_text(encoding="utf-8")
    }
    assert found == known
