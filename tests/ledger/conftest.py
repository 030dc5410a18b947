"""A new ledger for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.values import clock
from xlassess.ledger import Ledger
from xlassess.model.assessment import LedgerDatabase


@pytest.fixture
def place(tmp_path: Path, database: str | None) -> Path | LedgerDatabase:
    """Where a new ledger can be: a file, or a database; nothing is there yet."""
    if database is None:
        return tmp_path / "ledger.db"
    return LedgerDatabase(database, "riverside")


@pytest.fixture
def ledger(place: Path | LedgerDatabase) -> Iterator[Ledger]:
    with Ledger(place, clock) as made:
        yield made
