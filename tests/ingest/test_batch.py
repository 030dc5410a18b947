"""Many files in worker processes: one that kills its worker does not harm the others."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

from tests.damaged.builders import BUILDERS, Bench
from tests.factory import Workbook, a_context
from tests.ingest.hostile import HOSTILE
from tests.ingest.small import returned
from xlassess.ingest import Context, ReturnedFile, read_all, read_return
from xlassess.ingest.guard.limits import WORKER_MEMORY, WORKER_SECONDS
from xlassess.workers import Bounds, Executor


def _sources(folder: Path, files: dict[str, bytes]) -> list[ReturnedFile]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [ReturnedFile(folder / name, name) for name in files]


def test_no_files__no_returns(kinds: Workbook) -> None:
    assert list(read_all([], a_context(kinds))) == []


def test_order__is_that_of_the_sources(kinds: Workbook, tmp_path: Path) -> None:
    sources = _sources(tmp_path, {f"{number}.xlsx": kinds.data for number in range(21)})
    results = list(read_all(sources, a_context(kinds), workers=2))
    assert [source for source, _ in results] == sources
    assert [ret.file for _, ret in results] == [source.name for source in sources]


class _Elsewhere:
    """Other computers, which see one folder only; notes which files came to them as bytes."""

    is_remote = True

    def __init__(self, folder: Path) -> None:
        self.folder, self.sent = folder, set[str]()

    def sees(self, path: Path) -> bool:
        return path.parent == self.folder

    def map(self, work: Any, jobs: Any, shared: object, total: int) -> Any:
        for job in jobs:
            if job.data is not None:
                self.sent.add(job.source.name)
            yield work.do(job, shared)


def test_shared_storage__is_asked_for_every_folder(kinds: Workbook, tmp_path: Path) -> None:
    for name in ("shared", "own"):
        (tmp_path / name).mkdir()
    sources = [
        *_sources(tmp_path / "shared", {"1.xlsx": kinds.data, "2.xlsx": kinds.data}),
        *_sources(tmp_path / "own", {"3.xlsx": kinds.data, "4.xlsx": kinds.data}),
    ]
    elsewhere = _Elsewhere(tmp_path / "shared")
    results = list(read_all(sources, a_context(kinds), cast("Executor", elsewhere)))
    assert [ret.file for _, ret in results] == ["1.xlsx", "2.xlsx", "3.xlsx", "4.xlsx"]
    assert elsewhere.sent == {"3.xlsx", "4.xlsx"}


def test_worker_dies__only_the_culprit_is_refused(kinds: Workbook, tmp_path: Path) -> None:
    killer = BUILDERS["G12"](Bench(kinds, tmp_path)).path.read_bytes()
    good = returned(kinds)
    files = {f"{number}.xlsx": good for number in range(10)}
    files["3.xlsx"] = killer
    sources = _sources(tmp_path, files)
    results = dict(read_all(sources, a_context(kinds), workers=2))
    refused = {source.name: ret for source, ret in results.items() if ret.state == "refused"}
    assert list(refused) == ["3.xlsx"]
    assert [finding.code for finding in refused["3.xlsx"].findings] == ["G12"]
    assert refused["3.xlsx"].size == len(killer)
    assert sum(ret.state == "accepted" for ret in results.values()) == 9


def test_time_limit__ends_what_takes_longer(kinds: Workbook, tmp_path: Path) -> None:
    slow = HOSTILE["merges_upon_merges"](kinds)
    sources = _sources(tmp_path, {"a.xlsx": slow, "b.xlsx": returned(kinds), "c.xlsx": slow})
    limits = Bounds(WORKER_MEMORY, 0.1)
    results = dict(read_all(sources, a_context(kinds), workers=1, bounds=limits))
    told = [[finding.code for finding in ret.findings] for ret in results.values()]
    assert (told[0], told[2]) == (["G12"], ["G12"])
    assert "0.1 seconds" in results[sources[0]].findings[0].message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_named_pipe__is_not_waited_for(kinds: Workbook, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xlsx")
    ret = read_return(ReturnedFile(tmp_path / "pipe.xlsx", "pipe.xlsx"), a_context(kinds))
    assert [finding.code for finding in ret.findings] == ["G13"]


def test_worker__cannot_start(kinds: Workbook, tmp_path: Path) -> None:
    """With next to no memory no file is read, and each says so."""
    sources = _sources(tmp_path, {"a.xlsx": kinds.data, "b.xlsx": kinds.data})
    limits = Bounds(1 << 20, WORKER_SECONDS)
    codes = [ret.findings[0].code for _, ret in read_all(sources, a_context(kinds), 1, limits)]
    assert codes == ["G12", "G12"]


@pytest.mark.thorough
def test_many_killers__the_rest_is_read_by_few_new_workers(
    kinds: Workbook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killer = BUILDERS["G12"](Bench(kinds, tmp_path)).path.read_bytes()
    good = returned(kinds)
    killers = {0, 7, 8, 41, 59}
    files = {f"{n:02d}.xlsx": killer if n in killers else good for n in range(60)}
    pools: list[int] = []
    started = ProcessPoolExecutor.__init__

    def counted(self: ProcessPoolExecutor, workers: int, **more: Any) -> None:
        pools.append(workers)
        started(self, workers, **more)

    monkeypatch.setattr(ProcessPoolExecutor, "__init__", counted)
    results = list(read_all(_sources(tmp_path, files), a_context(kinds), workers=2))
    assert [source.name for source, _ in results] == list(files)
    assert {n for n, (_, ret) in enumerate(results) if ret.state == "refused"} == killers
    assert len(pools) <= 4 * len(killers)


def test_stopped_half_way__leaves_no_worker_behind(kinds: Workbook, tmp_path: Path) -> None:
    sources = _sources(tmp_path, {f"{n}.xlsx": kinds.data for n in range(40)})
    others = {*multiprocessing.active_children()}  # of tests that ran in this process before
    reading = read_all(sources, a_context(kinds), workers=2)
    next(reading)
    assert {*multiprocessing.active_children()} - others
    reading.close()
    assert {*multiprocessing.active_children()} <= others


KILLED = """
import sys
from pathlib import Path
from tests.ingest.test_batch import orphans_to_be
orphans_to_be([Path(name) for name in sys.argv[1:]])
"""


def orphans_to_be(paths: list[Path]) -> None:
    """Read files from the tests, and be killed half-way."""
    context = Context("a", "2026", b"", {}, {})
    reading = read_all([ReturnedFile(path, path.name) for path in paths], context, workers=1)
    next(reading)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.skipif(sys.platform == "win32", reason="needs the signal that kills")
def test_killed__its_workers_end_by_themselves(tmp_path: Path) -> None:
    """Whoever reads what a worker would say waits until the last of them is gone."""
    paths = [tmp_path / f"{number}.txt" for number in range(20)]
    for path in paths:
        path.write_text(path.name)
    line = [sys.executable, "-c", KILLED, *map(str, paths)]
    done = subprocess.run(line, stdout=subprocess.PIPE, timeout=30, check=False)
    assert done.returncode == -9
