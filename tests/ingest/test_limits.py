"""Hostile files are read or refused in seconds and in little memory, in a worker as in a batch."""

from __future__ import annotations

import multiprocessing
import re
import time
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from tests.damaged.builders import BUILDERS, Bench
from tests.factory import Workbook, a_context
from tests.ingest.hostile import HOSTILE
from xlassess.ingest import Source
from xlassess.ingest.batch import Bounds, _prepare, _read_chunk
from xlassess.ingest.context import Context
from xlassess.model.answer import Return

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's own account"),
]
SECONDS = 5.0
MEGABYTES = 300


def _measured(source: Source, context: Context, slates: Path) -> tuple[Return, float, int]:
    """In a process of its own: read a file as a worker does; seconds and peak megabytes."""
    _prepare(context, Bounds().memory, slates)
    began = time.monotonic()
    (ret,) = _read_chunk(((0, source),), Bounds().seconds).values()
    took = time.monotonic() - began
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return ret, took, int(peak) // 1024


def test_workers__end_where_a_file_takes_more_than_they_may(
    kinds: Workbook, tmp_path: Path
) -> None:
    """What no measure of the guard finds out costs a worker, and no more memory than that."""
    path = BUILDERS["G12"](Bench(kinds, tmp_path)).path
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool, pytest.raises(BrokenProcessPool):
        pool.submit(_measured, Source(path, path.name), a_context(kinds), tmp_path).result()


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile__is_settled_within_bounds(kinds: Workbook, tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.xlsx"
    path.write_bytes(HOSTILE[name](kinds))
    source, context = Source(path, path.name), a_context(kinds)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn) as pool:
        ret, seconds, peak = pool.submit(_measured, source, context, tmp_path).result()
    print(
        name,
        path.stat().st_size >> 10,
        "KB",
        f"{seconds:.1f} s",
        peak,
        "MB",
        ret.state,
        [f.message for f in ret.findings][:2],
    )
    assert seconds < SECONDS
    assert peak < MEGABYTES
