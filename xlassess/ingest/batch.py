"""Many files read in worker processes, so that no file can stop the others.

Files go to the workers in chunks. Each worker keeps a slate with the file it is at. When a
worker dies (a fault of the parser, memory, time), the slates tell which files were in hand:
each of these is read alone, the one that kills its worker again is refused, and new workers
go on with the rest.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from xlassess.ingest.context import Context, Source
from xlassess.ingest.limits import WORKER_MEMORY, WORKER_SECONDS
from xlassess.ingest.one import fingerprint, read_return, refused
from xlassess.model.answer import Return
from xlassess.model.catalogue import found

_CHUNK = 8
_MOST_WORKERS = 8

Numbered = tuple[int, Source]
"""A file and its place in the order given."""
Result = tuple[Source, Return]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one worker may take: bytes of memory, and seconds for one file."""

    memory: int = WORKER_MEMORY
    seconds: float = WORKER_SECONDS


def read_all(
    sources: Sequence[Source],
    context: Context,
    workers: int | None = None,
    bounds: Bounds | None = None,
) -> Iterator[Result]:
    """Read files in worker processes and yield each with its return, in the order given.

    Args:
        sources: the files.
        context: the assessment they are read against.
        workers: how many processes; None for as many as the machine has processors, up to
            eight.
        bounds: memory and time for one file, if not the usual.
    """
    if not sources:
        return
    count = min(workers or os.cpu_count() or 1, _MOST_WORKERS, len(sources))
    size = max(1, min(_CHUNK, -(-len(sources) // count)))
    chunks = [tuple(sources[i : i + size]) for i in range(0, len(sources), size)]
    with _pool(context, limits, count) as pool:
        futures = [pool.submit(_read_chunk, chunk, limits.seconds) for chunk in chunks]
        for chunk, future in zip(chunks, futures, strict=True):
            returns = _outcome(future)
            if returns is None:
                yield from _read_apart(chunk, context, limits)
            else:
                yield from zip(chunk, returns, strict=True)


def _outcome(future: Future[list[Return]]) -> list[Return] | None:
    """The returns of a chunk, or None when its worker died or could not work."""
    try:
        return future.result()
    except (RuntimeError, MemoryError, OSError):  # a broken pool is a RuntimeError
        return {}


def _stopped(source: Source, began: float, bounds: Bounds) -> Return:
    if time.monotonic() - began >= bounds.seconds:
        problem = f"it took longer than {bounds.seconds:g} seconds"
    else:
        problem = "the program that read it failed, or ran out of the memory it may take"
    return _refused(source, problem)


def _pool(context: Context, bounds: Bounds, workers: int) -> Executor:
    methods = multiprocessing.get_all_start_methods()
    method = "forkserver" if "forkserver" in methods else "spawn"
    start = multiprocessing.get_context(method)
    if method == "forkserver":
        start.set_forkserver_preload(["xlassess.ingest.one"])
    return ProcessPoolExecutor(
        workers, mp_context=start, initializer=_prepare, initargs=(context, bounds.memory)
    )


_desks: list[_Desk] = []
"""In a worker: its desk."""


def _prepare(context: Context, memory: int, slates: Path) -> None:
    """Start a worker: keep its context, bound its memory, silence the parser's last words."""
    slate = os.open(slates / str(os.getpid()), os.O_WRONLY | os.O_CREAT)
    _desks[:] = [_Desk(context, slate)]
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    try:
        import resource
    except ImportError:  # Windows has no such limits; the guard's own measures remain
        return
    for limit, value in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(limit, (value, value))
        except (OSError, ValueError):  # not every system lets a process bound itself
            continue


def _read_chunk(chunk: Sequence[Numbered], seconds: float) -> dict[int, Return]:
    """In a worker: read files one after the other, each under a time limit."""
    return {number: _read_timed(number, source, seconds) for number, source in chunk}


def _read_timed(number: int, source: Source, seconds: float) -> Return:
    """Read one file; a watchdog that needs no help from Python ends the process in time."""
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device, not a path
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            return read_return(source, desk.context)
        except MemoryError:
            return _refused(source, "it would take more memory than a workbook can need")
        except Exception as fault:  # a fault of ours must not cost the other files
            return _refused(source, f"this program failed over it ({type(fault).__name__})")
        finally:
            faulthandler.cancel_dump_traceback_later()


def _refused(source: Source, problem: str) -> Return:
    try:
        measured = fingerprint(source.path)
    except OSError:
        measured = "", 0
    return refused(source.name, found("G12", problem=problem), *measured)
    desk = _desks[0]
    desk.note(number)
            desk.note(None)
