"""What is recorded is on the disk before that: a power cut takes away what is only on its way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event

from tests.services.small import LATER, MONDAY, a_folder, answer
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger.database.engine import _WRITES
from xlassess.ledger.keeping import in_folder
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.setup.rounds import begin_round, close_round

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/fd").exists(), reason="needs Linux's own account of open files"
)
_FULL = 2
PEOPLE = tuple((f"Partner {number}", f"Person {number}", "Board") for number in range(4))


class Disk:
    """What of a folder is known to be on the disk, as it is asked to wait for it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.known: dict[int, object] = {}
        self.lost: list[set[str]] = []
        self.everything()

    def paths(self) -> Iterator[Path]:
        """The folder and all in it, but for the ledger, which looks after itself."""
        yield self.root
        for path in self.root.rglob("*"):
            if not path.name.startswith(("ledger", ".")):
                yield path

    def everything(self, *_: object) -> None:
        """The system is asked to bring all that it holds to the disk."""
        self.known |= {path.stat().st_ino: self.state(path) for path in self.paths()}

    def one(self, handle: int) -> None:
        """One file or folder is brought there."""
        path = Path(f"/proc/self/fd/{handle}").readlink()
        self.known[path.stat().st_ino] = self.state(path)

    def state(self, path: Path) -> object:
        """What is in a file or folder, as far as it can be told from without."""
        if path.is_dir():
            return {name for name in os.listdir(path) if not name.startswith(("ledger", "."))}  # noqa: PTH208
        return path.stat().st_size, path.stat().st_mtime_ns

    def missing(self) -> set[str]:
        """What a power cut would take away now."""
        return {
            path.relative_to(self.root).as_posix()
            for path in self.paths()
            if self.known.get(path.stat().st_ino) != self.state(path)
        }


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    folder = a_folder(tmp_path / "assessment", PEOPLE)
    generate(folder, now=MONDAY)
    for _, name, _ in PEOPLE:
        answer(folder, name, tmp_path / "inbox" / f"{name}.xlsx")
    return folder


@pytest.fixture
def disk(folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """The disk, asked what would be taken away as each transaction ends that records something."""
    disk = Disk(folder.root)
    monkeypatch.setattr(os, "fsync", disk.one)
    monkeypatch.setattr(os, "sync", disk.everything)

    def look(connection: Connection) -> None:
        if connection.get_execution_options().get(_WRITES):
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == _FULL
            disk.lost.append(disk.missing())

    event.listen(Engine, "commit", look)
    yield disk
    event.remove(Engine, "commit", look)


def _ingest(folder: AssessmentFolder) -> None:
    ingest(folder, [folder.root.parent / "inbox"], now=LATER, workers=1)


@pytest.mark.parametrize("few", [64, 2])
def test_ingest__files_are_on_the_disk_before_they_are_recorded(
    folder: AssessmentFolder, disk: Disk, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(in_folder, "_FEW", few)
    _ingest(folder)
    assert len(list(folder.returns.rglob("*.xlsx"))) == len(PEOPLE)
    assert disk.lost
    assert set().union(*disk.lost) == set()


def test_papers_and_rounds__are_on_the_disk_before_they_are_recorded(
    folder: AssessmentFolder, disk: Disk
) -> None:
    """A paper has its name last, and may be written again; what is in it is there before.

    While a round is closed, what is shown in its archive is recorded first, and the archive last.
    """
    _ingest(folder)
    for now in (LATER, LATER + timedelta(days=1)):
        disk.lost.clear()
        consolidate(folder, now=now)
        assert disk.lost
        assert {one for one in set().union(*disk.lost) if one.endswith("xlsx")} == set()
        assert disk.missing() == set()
    assert list((folder.summary_file("2026").parent / "earlier").iterdir())
    for end in (
        lambda: begin_round(folder, "2027", date(2099, 1, 1), now=LATER),
        lambda: close_round(AssessmentFolder(folder.root, "2026"), now=LATER),
    ):
        disk.lost.clear()
        end()
        assert disk.lost[-1] == set()
        assert disk.missing() == set()
