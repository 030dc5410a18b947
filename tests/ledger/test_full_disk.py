"""A full disk is told in a sentence, and what is on record is whole before and after."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.postgresql import a_cluster
from tests.ledger.values import a_return, an_issued, clock
from xlassess.ledger import Ledger
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import XlassessError

BOOKS = 200


@pytest.fixture
def disk(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A small disk of our own, of so many megabytes; only root on Linux can make one."""
    place = Path(tempfile.mkdtemp(prefix="xlassess-disk-"))  # a server of another user works there
    place.chmod(0o755)
    size = f"size={request.param}m"
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=False, capture_output=True
    )
    if made.returncode:
        place.rmdir()
        pytest.skip("a disk for a test can be made by root on Linux only")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
        place.rmdir()


def fill(disk: Path, leaving: int = 0) -> Path:
    """Fill the disk up, but for so many bytes, and return the file that does it."""
    path = disk / "filler"
    with path.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(b"0" * 4096)
        except OSError:
            out.truncate(max(0, out.tell() - leaving))
    return path


def recorded_until_full(place: Path | LedgerDatabase) -> tuple[int, XlassessError]:
    """Record returns until there is no room; how many were recorded, and what was said."""
    with Ledger(place, clock) as ledger:
        for number in range(BOOKS):
            try:
                ledger.record_return(a_return(number, count=80))
            except XlassessError as error:
                return number, error
    raise AssertionError("there was room for all")


@pytest.mark.parametrize("disk", [8], indirect=True)
def test_sqlite__nothing_half_recorded_and_it_goes_on(disk: Path) -> None:
    place = disk / "ledger.db"
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(number) for number in range(BOOKS)])
    filler = fill(disk, leaving=400_000)
    done, said = recorded_until_full(place)
    assert "the disk is full" in said.message
    with Ledger(place, clock) as ledger:  # what is there can be read all the same
        assert len(ledger.history()) == done
    filler.unlink()
    with Ledger(place, clock) as ledger:
        ledger.record_return(a_return(done, count=80))
        assert len(ledger.history()) == done + 1
        assert all(len(ret.answers) == 80 for ret in ledger.history())
        assert ledger.audit().faults == ()


@pytest.mark.slow
@pytest.mark.clients("postgresql")
@pytest.mark.parametrize("disk", [110], indirect=True)
def test_postgresql__nothing_half_recorded_and_it_goes_on(disk: Path) -> None:
    """The server stops itself where it cannot write its log, and comes back when there is room."""
    disk.chmod(0o755)
    with a_cluster(under=disk) as cluster:
        place = cluster.place()
        with Ledger(place, clock) as ledger:
            ledger.record_issued([an_issued(number) for number in range(BOOKS)])
        filler = fill(disk, leaving=600_000)
        done, said = recorded_until_full(place)
        assert "is full" in said.message or "was lost" in said.message, said
        assert "run the same command again" in said.remedy
        filler.unlink()
        with Ledger(place, clock) as ledger:
            assert len(ledger.history()) in (done, done + 1), "the answer to COMMIT may be lost"
            ledger.record_return(a_return(BOOKS - 1, count=80))
            assert all(len(ret.answers) == 80 for ret in ledger.history())
            assert ledger.audit().faults == ()
