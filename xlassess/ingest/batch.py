"""Many files read in worker processes, so that no file can stop the others.

Files go to the workers in chunks. Each worker writes the number of the file it is at into a
file of its own, its marker. When a worker dies (a fault of the parser, memory, time), the markers
tell which files were in hand: each of these is read alone, the one that kills its worker again
is refused, and new workers go on with the rest.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from xlassess.ingest.guard.limits import WORKER_MEMORY, WORKER_SECONDS
from xlassess.ingest.one import fingerprint, read_return, refused
from xlassess.ingest.reading.reading_plan import Context, ReturnedFile
from xlassess.model.answer import Return
from xlassess.model.catalogue import found

_CHUNK = 8
"""Files handed to a worker at once: few enough that work is spread evenly and that little is read
again after a death, enough that handing over costs nothing beside reading."""
_MOST_WORKERS = 8
"""More do not help: writing to the ledger, one file after the other, sets the pace by then."""
_LONGEST_TEMPORARY = 60
"""Most characters of the temporary folder's path for a fork server, whose socket stands in it:
the path of a socket is bounded at about a hundred."""

Numbered = tuple[int, ReturnedFile]
"""A file and its place in the order given."""
Result = tuple[ReturnedFile, Return]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one worker may take: bytes of memory, and seconds for one file."""

    memory: int = WORKER_MEMORY
    seconds: float = WORKER_SECONDS


def read_all(
    sources: Sequence[ReturnedFile],
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
    with tempfile.TemporaryDirectory(prefix="xlassess-") as markers:
        batch = _Batch(dict(enumerate(sources)), context, bounds or Bounds(), count, Path(markers))
        told = 0
        while batch.todo:
            for _ in batch.work():
                while told in batch.done:
                    yield sources[told], batch.done.pop(told)
                    told += 1


@dataclass(slots=True)
class _Batch:
    """The files of one run: those still to be read, and the returns not yet asked for."""

    todo: dict[int, ReturnedFile]
    context: Context
    bounds: Bounds
    count: int
    markers: Path
    done: dict[int, Return] = field(default_factory=dict)

    def work(self) -> Iterator[None]:
        """Read files until all are read or workers die; yield whenever some are done.

        A file that was in hand when a worker died is read again alone. Each call settles at
        least one file.
        """
        before = len(self.todo)
        yield from self._together()
        if not self.todo:
            return
        suspects = self._in_hand()
        for number in suspects or list(self.todo)[:1]:
            untouched = len(self.todo) == before
            started = self._alone(number)
            if not started and not suspects and untouched:
                self._give_up()
            yield

    def _together(self) -> Iterator[None]:
        size = max(1, min(_CHUNK, -(-len(self.todo) // self.count)))
        numbered = list(self.todo.items())
        chunks = [tuple(numbered[i : i + size]) for i in range(0, len(numbered), size)]
        pool = self._pool(min(self.count, len(chunks)))
        try:
            futures = [pool.submit(_read_chunk, chunk, self.bounds.seconds) for chunk in chunks]
            for future in futures:
                self._settle(_outcome(future))
                yield
        except RuntimeError:  # the pool broke before everything was handed in
            yield
        finally:
            pool.shutdown(cancel_futures=True)

    def _settle(self, returns: Mapping[int, Return]) -> None:
        for number, ret in returns.items():
            self.done[number] = ret
            del self.todo[number]

    def _in_hand(self) -> list[int]:
        """The files that workers were at when they ended, by their markers, which are wiped."""
        numbers = []
        for marker in self.markers.iterdir():
            text = marker.read_text("ascii").strip()
            marker.unlink()
            if text and int(text) in self.todo:
                numbers.append(int(text))
        return sorted(numbers)

    def _alone(self, number: int) -> bool:
        """Read one file in a worker of its own; false if that worker never came to it."""
        source = self.todo[number]
        began = time.monotonic()
        with self._pool(1) as pool:
            returns = _outcome(pool.submit(_read_chunk, ((number, source),), self.bounds.seconds))
        started = bool(returns) or number in self._in_hand()
        self._settle(returns or {number: _stopped(source, began, self.bounds)})
        return started

    def _give_up(self) -> None:
        """No worker can be started: refuse what is left rather than try file by file."""
        problem = "no process to read it in could be started on this computer"
        self._settle({number: _refused(source, problem) for number, source in self.todo.items()})

    def _pool(self, workers: int) -> Executor:
        methods = multiprocessing.get_all_start_methods()
        reachable = len(tempfile.gettempdir()) <= _LONGEST_TEMPORARY
        method = "forkserver" if reachable and "forkserver" in methods else "spawn"
        start = multiprocessing.get_context(method)
        if method == "forkserver":
            # loaded once and inherited: a worker is ready in milliseconds instead of a second
            start.set_forkserver_preload(["xlassess.ingest.one"])
        first = (self.context, self.bounds.memory, self.markers)
        return ProcessPoolExecutor(workers, mp_context=start, initializer=_prepare, initargs=first)


def _outcome(future: Future[dict[int, Return]]) -> dict[int, Return]:
    """The returns of a chunk; none when its worker died or could not work."""
    try:
        return future.result()
    except (RuntimeError, MemoryError, OSError):  # a broken pool is a RuntimeError
        return {}


def _stopped(source: ReturnedFile, began: float, bounds: Bounds) -> Return:
    if time.monotonic() - began >= bounds.seconds:
        problem = f"it took longer than {bounds.seconds:g} seconds"
    else:
        problem = "the program that read it failed, or ran out of the memory it may take"
    return _refused(source, problem)


@dataclass(frozen=True, slots=True)
class _WorkerState:
    """In a worker: the context it was started with, and its marker (a file descriptor)."""

    context: Context
    marker: int

    def note(self, number: int | None) -> None:
        """Write down which file is in hand, so that it is known if this process ends."""
        os.lseek(self.marker, 0, os.SEEK_SET)
        os.write(self.marker, f"{'' if number is None else number:<12}".encode("ascii"))


_states: list[_WorkerState] = []
"""In a worker: its state; a list, because the pool hands nothing to a task but its arguments."""


def _prepare(context: Context, memory: int, markers: Path) -> None:
    """Start a worker: keep its context, bound its memory, silence the parser's last words."""
    marker = os.open(markers / str(os.getpid()), os.O_WRONLY | os.O_CREAT)
    _states[:] = [_WorkerState(context, marker)]
    # A panic of the parser prints a backtrace, whose making takes a minute over large files.
    for name in ("RUST_BACKTRACE", "RUST_LIB_BACKTRACE"):
        os.environ.pop(name, None)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        import resource
    except ImportError:  # Windows has no such limits; the guard's own measures remain
        return
    for limit, value in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(limit, (value, value))
        except (OSError, ValueError):  # not every system lets a process bound itself
            continue


def _end_with_parent() -> None:
    """In a worker: end when the program is killed, which would not be noticed otherwise."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read_chunk(chunk: Sequence[Numbered], seconds: float) -> dict[int, Return]:
    """In a worker: read files one after the other, each under a time limit."""
    return {number: _read_timed(number, source, seconds) for number, source in chunk}


def _read_timed(number: int, source: ReturnedFile, seconds: float) -> Return:
    """Read one file; a watchdog that needs no help from Python ends the process in time."""
    state = _states[0]
    state.note(number)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device, not a path
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            return read_return(source, state.context)
        except MemoryError:
            return _refused(source, "it would take more memory than a workbook can need")
        except Exception as fault:  # a fault of ours must not cost the other files
            return _refused(source, f"this program failed over it ({type(fault).__name__})")
        finally:
            faulthandler.cancel_dump_traceback_later()
            state.note(None)


def _refused(source: ReturnedFile, problem: str) -> Return:
    try:
        measured = fingerprint(source.path)
    except OSError:
        measured = "", 0
    return refused(source.name, found("G12", problem=problem), *measured)
