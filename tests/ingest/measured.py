"""Reads a file in a process of its own, and says how long and how much memory that took.

Imports little, because each such process begins by importing this.
"""

from __future__ import annotations

import multiprocessing
import re
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from xlassess.ingest import ReturnedFile, collect
from xlassess.ingest.batch import BOUNDS, FileToRead, _not_read, read_file
from xlassess.ingest.reading.reading_plan import Context
from xlassess.model.answer import Return
from xlassess.workers.crew import _do_chunk, _prepare

PATIENCE = 300.0
"""Seconds by the clock after which reading is stopped: on a busy machine they tell nothing."""

_PREPARED: list[Context] = []
"""What this process was prepared to read against."""


def one_process() -> ProcessPoolExecutor:
    """Return a new process to measure in, started as those that read returns are."""
    start = multiprocessing.get_context("forkserver")
    start.set_forkserver_preload(["xlassess.ingest.one"])
    return ProcessPoolExecutor(1, mp_context=start)


def measured(source: ReturnedFile, context: Context, markers: Path) -> tuple[Return, float, int]:
    """In a process of its own: read a file as a worker does; seconds and peak megabytes.

    Seconds are the process's own: what else the machine does is no fault of the file.
    """
    if not _PREPARED:  # as a worker is: once, and not for each file
        _prepare(read_file, context, BOUNDS.memory, markers)
        _PREPARED.append(context)
    assert context in _PREPARED
    began = time.process_time()
    (out,) = _do_chunk(((0, FileToRead(source)),), PATIENCE).values()
    took = time.process_time() - began
    ret = out if isinstance(out, Return) else _not_read(source, out)
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return ret, took, int(peak) // 1024


def taken_apart(path: Path, unpacked: Path) -> tuple[int, float, int]:
    """In a process of its own: collect; how many came of it, seconds, and peak megabytes."""
    began = time.process_time()
    found = sum(1 for _ in collect([path], unpacked))
    took = time.process_time() - began
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return found, took, int(peak) // 1024


def handed_over(
    path: Path, unpacked: Path, context: Context, markers: Path
) -> tuple[list[Return], float, int]:
    """In a process of its own: collect and read; the longest seconds, and peak megabytes."""
    began = time.process_time()
    found = list(collect([path], unpacked))
    seconds = [time.process_time() - began]
    rets = [one for one in found if isinstance(one, Return)]
    peak = 0
    for source in (one for one in found if isinstance(one, ReturnedFile)):
        ret, took, peak = measured(source, context, markers)
        rets.append(ret)
        seconds.append(took)
    (collected,) = re.findall(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return rets, max(seconds), max(peak, int(collected) // 1024)
