"""A cluster of separate processes does what processes do; its workers are killed on the way."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from tests.clients.dask import a_dask_cluster
from tests.damaged.builders import BUILDERS, Bench
from tests.factory import a_context, issue
from tests.ingest.small import every_kind
from tests.services.programmes.made_up import a_programme, an_assessment_in
from tests.services.small import LATER, MONDAY, a_folder, answer, contents
from tests.workers import jobs
from tests.workers.jobs import Sum
from xlassess import workers
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.ingest import ReturnedFile, read_all
from xlassess.ledger import Ledger
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.query import query
from xlassess.workers import Bounds, DaskCluster, Lost, Processes, Work, Workers, connected

pytestmark = [pytest.mark.clients("dask"), pytest.mark.slow, pytest.mark.thorough]

ADD = Work(jobs.add, Bounds(256 << 20, 20.0))


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster of two workers, each a process that is started again if killed."""
    with a_dask_cluster() as address:
        yield address


@pytest.fixture
def dask_cluster(scheduler: str) -> Iterator[DaskCluster]:
    """A connection to the cluster."""
    with connected(scheduler) as cluster:
        cluster._client.wait_for_workers(2, timeout=60)
        yield cluster


def _inbox(folder: AssessmentFolder, inbox: Path) -> Path:
    """What comes back: good, doubtful, no workbook, one that kills its reader, one twice."""
    answer(folder, "Ada Ash", inbox / "ada.xlsx", ("Agree", "Mostly", None))
    answer(folder, "Abe Ash", inbox / "abe.xlsx")
    answer(folder, "Bea Birch", inbox / "bea.xlsx", ("Disagree", "Disagree", "Agree"))
    shutil.copyfile(inbox / "abe.xlsx", inbox / "again.xlsx")
    (inbox / "notes.xlsx").write_text("not a workbook")
    killer = BUILDERS["G12"](Bench(issue(every_kind()), inbox.parent / "bench")).path
    shutil.copyfile(killer, inbox / "killer.xlsx")
    return inbox


def _with_a_note(issued: Path, back: Path) -> Path:
    """A query workbook with something written where nothing was asked."""
    book = openpyxl.load_workbook(issued)
    book["1 Basics"].cell(40, 3).value = "Please ring me about this."
    book.save(back)
    return back


def _played(root: Path, inbox: Path, query_back: Path, workers: Workers) -> tuple[list[str], bytes]:
    """Play a round from the same files; return the whole ledger, and the summary's bytes."""
    folder = AssessmentFolder(root)
    result = ingest(folder, [inbox], now=LATER, workers=workers)
    assert [file.ret.state for file in result.files].count("refused") == 2
    query(folder, now=LATER)
    ingest(folder, [query_back], now=LATER + timedelta(days=3), workers=workers)
    written = consolidate(folder, now=LATER + timedelta(days=4))
    with sqlite3.connect(root / "ledger.db") as ledger:
        return list(ledger.iterdump()), written.path.read_bytes()


def test_ledger_and_summary__are_those_of_processes(
    tmp_path: Path, dask_cluster: DaskCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path / "made")
    generate(folder, now=MONDAY)
    (tmp_path / "bench").mkdir()
    inbox = _inbox(folder, tmp_path / "inbox")
    for name in ("here", "shared", "sent"):
        shutil.copytree(folder.root, tmp_path / name)
    ingest(folder, [inbox], now=LATER, workers=1)
    asked = query(folder, now=LATER).workbooks
    assert len(asked) == 1
    back = _with_a_note(asked[0].path, tmp_path / "ada again.xlsx")
    expected = _played(tmp_path / "here", inbox, back, 2)
    assert _played(tmp_path / "shared", inbox, back, dask_cluster) == expected
    monkeypatch.setattr(DaskCluster, "sees", lambda *_: False)
    assert _played(tmp_path / "sent", inbox, back, dask_cluster) == expected


def test_workbooks__are_those_made_here(tmp_path: Path, dask_cluster: DaskCluster) -> None:
    folder = a_folder(tmp_path / "here")
    folder.secret()
    there = AssessmentFolder(shutil.copytree(folder.root, tmp_path / "there"))
    generate(folder, now=MONDAY)
    generate(there, now=MONDAY, workers=dask_cluster)
    assert contents(there) == contents(folder) != {}
    with Ledger(folder.ledger) as one, Ledger(there.ledger) as other:
        assert one.events() == other.events()


def test_shared_storage__is_told_from_a_file_of_the_same_name(
    tmp_path: Path, dask_cluster: DaskCluster
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"the same")
    assert dask_cluster.sees(path)
    assert not dask_cluster.sees(tmp_path / "missing.xlsx")


def test_results__in_the_order_of_jobs_and_as_processes_give_them(
    dask_cluster: DaskCluster,
) -> None:
    wanted = [Sum(number) for number in range(50)]
    there = list(dask_cluster.map(ADD, iter(wanted), 100, len(wanted)))
    assert there == list(range(100, 150))
    assert list(Processes(2).map(ADD, iter(wanted), 100, len(wanted))) == there
    assert list(dask_cluster.map(ADD, iter([]), 100, 0)) == []


def test_worker_killed__its_jobs_are_done_by_another(
    tmp_path: Path, dask_cluster: DaskCluster
) -> None:
    kills = {3: str(tmp_path / "first"), 29: str(tmp_path / "second")}
    wanted = [Sum(number, kills.get(number, "")) for number in range(40)]
    assert list(dask_cluster.map(ADD, iter(wanted), 0, len(wanted))) == list(range(40))
    assert all(Path(mark).exists() for mark in kills.values())


def test_job_kills_every_worker__it_alone_is_lost(dask_cluster: DaskCluster) -> None:
    wanted = [Sum(number, "always" if number == 5 else "") for number in range(12)]
    results = list(dask_cluster.map(ADD, iter(wanted), 0, len(wanted)))
    assert [n for n, result in enumerate(results) if isinstance(result, Lost)] == [5]
    assert [result for n, result in enumerate(results) if n != 5] == [*range(5), *range(6, 12)]


def test_limits__hold_on_workers_too(tmp_path: Path, dask_cluster: DaskCluster) -> None:
    """A file that kills its reader costs a worker nothing; time is limited as it is here."""
    book = issue(every_kind())
    path = tmp_path / "a.xlsx"
    path.write_bytes(book.data)
    before = set(dask_cluster._client.nthreads())
    killer = BUILDERS["G12"](Bench(book, tmp_path)).path
    sources = [ReturnedFile(path, "a.xlsx"), ReturnedFile(killer, "k.xlsx")] * 2
    here = list(read_all(sources, a_context(book)))
    assert [ret.findings[0].code for _, ret in here] == ["C13", "G12", "C13", "G12"]
    assert list(read_all(sources, a_context(book), dask_cluster)) == here
    assert set(dask_cluster._client.nthreads()) == before
    small = Bounds(1 << 20, 20.0)
    ((_, ret),) = read_all(sources[:1], a_context(book), dask_cluster, small)
    assert [one.code for one in ret.findings] == ["G12"]


def _one_worker(cluster: DaskCluster) -> str:
    return sorted(cluster._client.nthreads())[0]


def test_full_disk__another_worker_does_it(dask_cluster: DaskCluster) -> None:
    worker, client = _one_worker(dask_cluster), dask_cluster._client
    client.run(jobs.fill_disk, workers=[worker])
    try:
        wanted = [Sum(number) for number in range(80)]
        assert list(dask_cluster.map(ADD, iter(wanted), 0, 80)) == list(range(80))
        (remark,) = dask_cluster.remarks
        assert worker in remark
        assert "no space left on device" in remark
    finally:
        client.run(jobs.empty_disk, workers=[worker])


def test_full_disks__of_all_workers_end_the_run(dask_cluster: DaskCluster) -> None:
    dask_cluster._client.run(jobs.fill_disk)
    try:
        with pytest.raises(XlassessError, match="No worker of the cluster") as told:
            list(dask_cluster.map(ADD, iter([Sum(1)]), 0, 1))
        assert "no space left" in told.value.message
    finally:
        dask_cluster._client.run(jobs.empty_disk)


def test_other_version__worker_is_left_out(
    tmp_path: Path, scheduler: str, dask_cluster: DaskCluster
) -> None:
    worker, client = _one_worker(dask_cluster), dask_cluster._client
    client.run(jobs.pretend, str(tmp_path), "0.0.9", workers=[worker])
    try:
        with connected(scheduler) as cluster:
            (remark,) = cluster.remarks
            assert worker in remark
            assert "xlassess 0.0.9" in remark
            assert list(cluster.map(ADD, iter([Sum(1)]), 1, 1)) == [2]
    finally:
        client.run(jobs.stop_pretending, str(tmp_path), workers=[worker])


def test_other_copy__under_the_same_number_is_left_out(scheduler: str) -> None:
    with connected(scheduler) as cluster:
        cluster._copy = "0" * 64
        with pytest.raises(XlassessError, match="is not the one on this"):
            cluster.check()


def test_other_copy__of_a_worker_that_joined_later(dask_cluster: DaskCluster) -> None:
    """Each parcel says which copy it is for."""
    dask_cluster._copy = "0" * 64
    with pytest.raises(XlassessError, match="is not the one on this computer"):
        list(dask_cluster.map(ADD, iter([Sum(1)]), 0, 1))


def test_other_version__on_all_workers(scheduler: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlassess.workers.cluster.__version__", "9.9")
    with (
        pytest.raises(XlassessError, match=r"this computer 9\.9") as told,
        connected(scheduler),
    ):
        raise AssertionError
    assert told.value.exit_code == 3


def test_worker_of_another_version__that_joins_later_is_left_out(
    dask_cluster: DaskCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each parcel says which version it is for."""
    monkeypatch.setattr("xlassess.workers.cluster.__version__", "9.9")
    with pytest.raises(XlassessError, match="No worker of the cluster"):
        list(dask_cluster.map(ADD, iter([Sum(1)]), 0, 1))


def test_parcel__that_no_worker_can_open_is_told_in_a_sentence(dask_cluster: DaskCluster) -> None:
    """A worker that joined later may not have the program at all."""
    with pytest.raises(XlassessError, match=r"cannot do the work \(ModuleNotFoundError\)"):
        list(dask_cluster.map(ADD, iter([jobs.Unopened()]), 0, 1))
    assert list(dask_cluster.map(ADD, iter([Sum(1)]), 1, 1)) == [2]


def test_stopped_half_way__leaves_nothing_under_way(dask_cluster: DaskCluster) -> None:
    results = dask_cluster.map(ADD, map(Sum, range(1000)), 0, 1000)
    assert next(results) == 0
    results.close()
    assert list(dask_cluster.map(ADD, iter([Sum(1)]), 0, 1)) == [1]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:1", "No Dask scheduler answers at tcp://127.0.0.1:1"),
        ("scheduler", "is not the address of a cluster"),
        ("http://scheduler:8786", "is not the address of a cluster"),
    ],
)
def test_address__nobody_there(address: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlassess.workers.cluster._ANSWER_SECONDS", 0.5)
    with pytest.raises(UsageError, match=said), connected(address):
        raise AssertionError


def test_no_workers__says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr("xlassess.workers.cluster._ANSWER_SECONDS", 0.5)
    with (
        LocalCluster(
            n_workers=0,
            processes=False,
            dashboard_address="127.0.0.1:0",
            protocol="tcp",
            silence_logs=50,
        ) as empty,
        pytest.raises(XlassessError, match="has no workers"),
        connected(empty.scheduler_address),
    ):
        raise AssertionError


def test_dask_not_installed__says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"xlassess\[cluster\]"), connected("local"):
        raise AssertionError


def test_command__reads_on_the_cluster(tmp_path: Path, scheduler: str) -> None:
    folder = a_folder(tmp_path / "small")
    generate(folder, now=MONDAY)
    path = answer(folder, "Abe Ash", tmp_path / "inbox" / "abe.xlsx")
    words: list[Any] = ["-C", folder.root, "ingest", path, "--cluster", scheduler]
    done = CliRunner().invoke(cli, list(map(str, words)))
    assert (done.exit_code, "abe" in done.output or "Abe Ash" in done.output) == (0, True)


def test_command__cluster_that_is_not_there(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    generate(folder, now=MONDAY)
    words: list[Any] = ["-C", folder.root, "ingest", folder.root, "--cluster", "nowhere"]
    done = CliRunner().invoke(cli, list(map(str, words)))
    assert (done.exit_code, "not the address" in done.output) == (2, True)


def _losing_a_worker(monkeypatch: pytest.MonkeyPatch, lost: list[str]) -> None:
    """Kill a worker with the first parcel that each run of jobs sends."""
    whole = DaskCluster._submit

    def submit(self: DaskCluster, run: Any, sent: Any) -> None:
        whole(self, run, sent)
        if run.name not in lost:
            lost.append(run.name)
            held = [worker for worker, keys in self._client.processing().items() if keys]
            worker = (held or [_one_worker(self)])[0]
            pids = self._client.run(os.getpid, workers=[worker], on_error="ignore")
            for pid in pids.values():
                os.kill(pid, signal.SIGKILL)

    monkeypatch.setattr(DaskCluster, "_submit", submit)


def test_programme__in_every_assessment_and_a_worker_lost_each_time(
    tmp_path: Path, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workbooks and ledgers are those of processes; all assessments share one connection."""
    names, here, there = ("one", "two"), tmp_path / "here", tmp_path / "there"
    for name in names:
        an_assessment_in(here, name).secret()
    a_programme(here, "".join(f"  - folder: {name}\n" for name in names))
    shutil.copytree(here, there)
    opened: list[str] = []
    whole = workers.connected
    monkeypatch.setattr(
        "xlassess.workers.connected", lambda *given: opened.append("") or whole(*given)
    )
    lost: list[str] = []

    def run(root: Path, *words: str | Path) -> str:
        line = ["programme", "run", "-C", str(root), *map(str, words)]
        done = CliRunner().invoke(cli, line)
        assert done.exit_code in (0, 1), done.output  # 1: their day to return is over
        return done.stdout.replace(str(root), "")

    _losing_a_worker(monkeypatch, lost)
    told = [run(here, "generate"), run(there, "generate", "--cluster", scheduler)]
    assert told[0] == told[1]
    made = [
        sorted(one.read_bytes() for one in root.rglob("outbox/*.xlsx")) for root in (here, there)
    ]
    assert made[0] == made[1]
    # in each of the two, workbooks are made to be hashed, and then to be written
    assert (len(made[0]), len(lost), len(opened)) == (6, 4, 1)
    inbox = tmp_path / "inbox"
    for name in names:
        answer(AssessmentFolder(here / name), "Bea Birch", inbox / f"{name}.xlsx")
    told = [run(here, "ingest", inbox), run(there, "ingest", inbox, "--cluster", scheduler)]
    assert told[0] == told[1]
    # once to sort what came, then once in each of the two
    assert (len(lost), len(opened)) == (7, 2)
    for name in names:
        with Ledger(here / name / "ledger.db") as one, Ledger(there / name / "ledger.db") as other:
            assert [ret.answers for ret in one.history()] == [
                ret.answers for ret in other.history()
            ]
            assert len(one.history()) == 1


def test_scheduler_gone__every_run_after_it_says_so_in_a_sentence(
    scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many assessments, only the first was told; the others, of a fault in the program."""

    def refused(*_: object, **__: object) -> None:
        raise OSError("Timed out")

    with connected(scheduler) as cluster:
        with monkeypatch.context() as patch:
            patch.setattr(cluster._client, "status", "connecting")
            patch.setattr(cluster._client, "scatter", refused)
            with pytest.raises(XlassessError, match="was lost"):
                list(cluster.map(ADD, iter([Sum(1)]), 0, 1))
        cluster._client.close()
        for _ in range(2):
            with pytest.raises(XlassessError, match="was lost"):
                list(cluster.map(ADD, iter([Sum(1)]), 0, 1))
