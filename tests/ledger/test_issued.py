"""What was issued, and with which questions."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.ledger.values import an_issued, clock
from xlassess.contract.seal import questions_digest
from xlassess.ledger import Ledger
from xlassess.model.errors import XlassessError
from xlassess.model.toolkit import Toolkit


def test_issued__comes_back_in_order(ledger: Ledger) -> None:
    items = [an_issued(number) for number in (3, 1, 2)]
    ledger.record_issued(items)
    ledger.record_issued([an_issued(9, "2025")])
    assert ledger.issued("2026") == tuple(items)
    assert ledger.issued() == (*items, an_issued(9, "2025"))
    assert ledger.issued("2024") == ()


def test_issued__again_changes_nothing(ledger: Ledger) -> None:
    items = [an_issued(number) for number in range(1200)]
    ledger.record_issued(items)
    ledger.record_issued([*items, *items])
    assert ledger.issued() == tuple(items)
    ledger.record_issued([])


def test_issued__new_address_is_taken(ledger: Ledger) -> None:
    ledger.record_issued([an_issued(1)])
    ledger.record_issued([an_issued(1, email="new@partner.example")])
    assert [one.email for one in ledger.issued()] == ["new@partner.example"]


@pytest.mark.parametrize("at_once", [True, False])
def test_issued__other_bytes_are_refused_and_nothing_is_written(
    ledger: Ledger, at_once: bool
) -> None:
    other = an_issued(1, sha256="f" * 64)
    before = () if at_once else (an_issued(1),)
    ledger.record_issued(before)
    batch = [an_issued(2), an_issued(1), other] if at_once else [an_issued(2), other]
    with pytest.raises(XlassessError) as caught:
        ledger.record_issued(batch)
    assert "R001" in caught.value.message
    assert ledger.issued() == before


def test_issued__times_are_kept_in_utc(ledger: Ledger) -> None:
    summer = timezone(timedelta(hours=1))
    ledger.record_issued([an_issued(1, issued_at=datetime(2026, 6, 1, 10, tzinfo=summer))])
    (found,) = ledger.issued()
    assert found.issued_at == datetime(2026, 6, 1, 9, tzinfo=timezone.utc)
    assert found.issued_at.utcoffset() == timedelta(0)


def test_issued__hostile_text(ledger: Ledger) -> None:
    item = an_issued(1, partner="'; DROP TABLE issued; --\x00", file_name="caf\udce9.xlsx")
    ledger.record_issued([item])
    assert ledger.issued() == (item,)


def test_toolkits__come_back_identical(builtin_toolkit: Toolkit, ledger: Ledger) -> None:
    digest = questions_digest(builtin_toolkit)
    ledger.keep_toolkit(builtin_toolkit, digest)
    ledger.keep_toolkit(builtin_toolkit, digest)
    kept = ledger.toolkits()
    assert kept == {digest: builtin_toolkit}
    assert questions_digest(kept[digest]) == digest


def test_ledger__stays_when_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with Ledger(path, clock) as ledger:
        ledger.record_issued([an_issued(1)])
    with Ledger(str(path), clock) as ledger:
        assert ledger.issued() == (an_issued(1),)
    with Ledger(f"sqlite:///{path}", clock) as ledger:
        assert ledger.issued() == (an_issued(1),)
