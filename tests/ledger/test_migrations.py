"""A ledger of an earlier version is brought up to date, and nothing of it is lost."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.clients.postgresql import Cluster
from tests.ledger.raw import behind
from tests.ledger.values import clock
from xlassess.ledger import Ledger
from xlassess.model.assessment import LedgerDatabase

DUMP = Path(__file__).with_name("version_1.sql")
"""As a program of the first version wrote it: three workbooks, two returns of one of them without
a clear order and the decision between them, a refused file, and a return of a later run."""


NUMBERED = {"issued": "number", "runs": "number", "returns": "id", "decisions": "number"}
"""Tables of that version whose rows the database numbers, and the column."""


@pytest.fixture
def old(place: Path | LedgerDatabase) -> Path | LedgerDatabase:
    dump = DUMP.read_text(encoding="utf-8")
    if isinstance(place, Path):
        with closing(sqlite3.connect(place)) as db:
            db.executescript(dump)
        return place
    with behind(place, guarded=False) as run:
        run(f'CREATE SCHEMA "{place.schema}"')
        for statement in _in_postgresql(dump):
            run(statement)
        for table, column in NUMBERED.items():
            run(f"SELECT setval('{table}_{column}_seq', (SELECT max({column}) FROM {table}))")
    return place


def _in_postgresql(dump: str) -> list[str]:
    """The same tables and rows as that version would have made them in PostgreSQL."""
    made = {
        found[1]: found[0]
        for found in re.finditer(r"^CREATE TABLE (\w+) .*?^\);", dump, re.MULTILINE | re.DOTALL)
    }
    for table, column in NUMBERED.items():
        made[table] = made[table].replace(f"{column} INTEGER NOT NULL", f"{column} SERIAL", 1)
    first = ("meta", "runs", "toolkits", "issued", "returns")
    tables = [made[name] for name in (*first, *(made.keys() - first))]
    rows = re.findall(r"^INSERT INTO .*?\);$", dump, re.MULTILINE | re.DOTALL)
    return [*tables, *rows, *re.findall(r"^CREATE (?:UNIQUE )?INDEX .*;", dump, re.MULTILINE)]


def columns(path: Path) -> dict[str, set[tuple[str, str, int]]]:
    """Name, type and obligation of every column, by table."""
    db = sqlite3.connect(path)
    tables = [name for (name,) in db.execute("select name from sqlite_master where type='table'")]
    found = {
        table: {(row[1], row[2], row[3]) for row in db.execute(f"pragma table_info({table})")}
        for table in tables
    }
    db.close()
    return found


def others(path: Path) -> set[str]:
    """The names of indexes and triggers."""
    db = sqlite3.connect(path)
    found = db.execute("select name from sqlite_master where type in ('index', 'trigger')")
    names = {name for (name,) in found}
    db.close()
    return names


@pytest.mark.sqlite
def test_old_ledger__has_the_tables_of_a_new_one(old: Path, tmp_path: Path) -> None:
    Ledger(old).close()
    Ledger(tmp_path / "new.db").close()
    assert columns(old) == columns(tmp_path / "new.db")
    assert others(old) == others(tmp_path / "new.db")


@pytest.mark.databases
def test_old_ledger__keeps_everything(old: Path | LedgerDatabase) -> None:
    with Ledger(old, clock) as ledger:
        history = ledger.history("2026")
        assert [(ret.file, ret.state) for ret in history] == [
            ("caf\udce9.xlsx", "superseded"),
            ("1b.xlsx", "accepted"),
            ("2a.xlsx", "refused"),
            ("0a.xlsx", "query"),
        ]
        assert [len(ret.answers) for ret in history] == [3, 3, 0, 3]
        assert len(ledger.issued("2026")) == 3
        assert len(ledger.toolkits()) == 1


@pytest.mark.databases
def test_old_ledger__begins_its_log_with_what_is_on_record(old: Path | LedgerDatabase) -> None:
    with Ledger(old, clock) as ledger:
        events = ledger.events()
        assert ledger.audit().faults == ()
    assert [event.what for event in events] == [
        "toolkit kept", "issued", "issued", "issued", "received", "received", "received",
        "chosen", "received",
    ]  # fmt: skip
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert {event.details["taken over"] for event in events} == {True}
    assert [(e.by, e.reason) for e in events if e.by] == [("Dana Okafor", "Asked by telephone")]


@pytest.mark.databases
def test_old_ledger__a_choice_settles_the_order(old: Path | LedgerDatabase) -> None:
    with Ledger(old, clock) as ledger:
        (unclear,) = ledger.current("2026")["R001"].findings
    assert unclear.code == "L01"
    assert unclear.waiver is not None
    assert unclear.waiver.by == "Dana Okafor"


@pytest.mark.databases
def test_old_ledger__is_taken_over_once(old: Path | LedgerDatabase) -> None:
    with Ledger(old, clock) as ledger:
        before = ledger.events()
    with Ledger(old, clock) as ledger:
        assert ledger.events() == before
        ledger.decisions.waive(["4.1"], "It is clear enough.")
        assert ledger.audit().faults == ()
        assert ledger.current("2026")["R000"].state == "accepted with notes"


@pytest.mark.sqlite
@pytest.mark.clients("postgresql")
def test_old_ledger__is_copied_as_it_was_brought_up_to_date(old: Path, cluster: Cluster) -> None:
    with Ledger(old, clock) as ledger:
        ledger.copy_to(there := cluster.place())
        before = ledger.events(), ledger.history(), ledger.issued()
    with Ledger(there, clock) as ledger:
        assert (ledger.events(), ledger.history(), ledger.issued()) == before
        assert ledger.audit().faults == ()
        assert int(ledger.begin_run()) > 1, "numbers go on"
