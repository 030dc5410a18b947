"""Hostile files are read or refused in seconds and in little memory, in a worker as in a batch."""

from __future__ import annotations

import multiprocessing
import re
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

from tests.damaged.builders import BUILDERS, Bench
from tests.factory import Workbook, a_context
from tests.ingest import hostile_binary, hostile_markup
from tests.ingest.hostile import HOSTILE
from xlassess.ingest import ReturnedFile, collect, read_all
from xlassess.ingest.batch import Bounds, _prepare, _read_chunk
from xlassess.ingest.reading.context import Context
from xlassess.model.answer import Return

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's own account"),
]
SECONDS = 5.0
MEGABYTES = 300


def _measured(source: ReturnedFile, context: Context, markers: Path) -> tuple[Return, float, int]:
    """In a process of its own: read a file as a worker does; seconds and peak megabytes.

    Seconds are the process's own: what else the machine does is no fault of the file.
    """
    _prepare(context, Bounds().memory, markers)
    began = time.process_time()
    (ret,) = _read_chunk(((0, source),), Bounds().seconds).values()
    took = time.process_time() - began
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return ret, took, int(peak) // 1024


def _handed_over(
    path: Path, unpacked: Path, context: Context, markers: Path
) -> tuple[list[Return], float, int]:
    """In a process of its own: collect and read; the longest seconds, and peak megabytes."""
    began = time.process_time()
    found = list(collect([path], unpacked))
    seconds = [time.process_time() - began]
    rets = [one for one in found if isinstance(one, Return)]
    peak = 0
    for source in (one for one in found if isinstance(one, ReturnedFile)):
        ret, took, peak = _measured(source, context, markers)
        rets.append(ret)
        seconds.append(took)
    (collected,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return rets, max(seconds), max(peak, int(collected) // 1024)


def test_workers__end_where_a_file_takes_more_than_they_may(
    kinds: Workbook, tmp_path: Path
) -> None:
    """What no measure of the guard finds out costs a worker, and no more memory than that."""
    path = BUILDERS["G12"](Bench(kinds, tmp_path)).path
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool, pytest.raises(BrokenProcessPool):
        pool.submit(_measured, ReturnedFile(path, path.name), a_context(kinds), tmp_path).result()


STOPPED = {"xlsb_long_text_shown_often", "xls_text_shown_often"}
"""Files that are not found out before they have taken all the memory a worker may have."""


def test_hostile__every_kind_is_there() -> None:
    modules = {builder.__module__ for builder in HOSTILE.values()}
    assert {hostile_binary.__name__, hostile_markup.__name__} < modules


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - STOPPED))
def test_hostile__is_settled_within_bounds(kinds: Workbook, tmp_path: Path, name: str) -> None:
    path, unpacked = tmp_path / "hostile.xlsx", tmp_path / "unpacked"
    path.write_bytes(HOSTILE[name](kinds))
    unpacked.mkdir()
    context = replace(a_context(kinds), passwords=("secret",))
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        job = pool.submit(_handed_over, path, unpacked, context, tmp_path)
        rets, seconds, peak = job.result()
    assert seconds < SECONDS
    assert peak < MEGABYTES
    for ret in rets:
        problems = [finding.details.get("problem", "") for finding in ret.findings]
        assert not any("this program failed" in problem for problem in problems), ret
        assert ret.state != "refused" or (len(ret.findings), ret.answers) == (1, ())


@pytest.mark.parametrize("name", sorted(STOPPED))
def test_hostile__is_stopped_in_time(kinds: Workbook, tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(HOSTILE[name](kinds))
    began = time.monotonic()
    ((_, ret),) = read_all([ReturnedFile(path, path.name)], a_context(kinds), workers=1)
    assert time.monotonic() - began < 2 * SECONDS  # read twice, by two new processes
    assert [finding.code for finding in ret.findings] == ["G12"]
