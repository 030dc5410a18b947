"""Worker processes of one computer, each with a limit of memory and of time.

Jobs go to the processes in chunks. Each process writes the number of the job it is at into a
file of its own, its marker. When a process dies (a fault of a library, memory, time), the markers
tell which jobs were in hand: each of these is done alone, the one that kills its process again is
lost, and new processes go on with the rest.
"""

from __future__ import annotations

import faulthandler
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor as Pool
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from xlassess.workers.executor import Executor, Job, Lost, Work

_CHUNK = 8
"""Jobs handed to a process at once: few enough that work is spread evenly and that little is done
again after a death, enough that handing over costs nothing beside the work."""
_LOT = 50
"""Chunks for each process that are held at once; jobs after them are not asked for yet."""
_MOST_WORKERS = 8
"""More do not help: writing to the ledger, one file after the other, sets the pace by then."""
_LONGEST_TEMPORARY = 60
"""Most characters of the temporary folder's path for a fork server, whose socket stands in it:
the path of a socket is bounded at about a hundred."""
_PROBE = b"\0" * 4096
"""What is written to see whether there is room on the disk: one block of most of them."""

Outcomes = dict[int, "object | Lost"]
"""What became of jobs, by their numbers."""


@dataclass(frozen=True, slots=True)
class Processes:
    """The processes of this computer as an executor.

    ``workers`` is how many; None for as many as there are processors, up to eight.
    """

    workers: int | None = None

    @property
    def is_remote(self) -> bool:
        """False: they have all files that this process has."""
        return False

    def map(
        self, work: Work, jobs: Iterable[Job], shared: object, total: int
    ) -> Generator[object | Lost, None, None]:
        """Yield the result of each job, in order (see `Executor`)."""
        count = min(self.workers or os.cpu_count() or 1, _MOST_WORKERS, total)
        if not count:
            return
        coming = iter(jobs)
        with closing(Crew(work, shared, count)) as crew:
            while lot := list(islice(coming, _CHUNK * _LOT * count)):
                yield from crew.run(lot)

    def sees(self, path: Path) -> bool:
        """True: they are on this computer."""
        del path
        return True


Workers = Executor | int | None
"""Who works: an executor, or so many processes of this computer, or as many as do it good."""


def executor_of(workers: Workers) -> Executor:
    """Return the executor that is meant."""
    return Processes(workers) if workers is None or isinstance(workers, int) else workers


class Crew:
    """Limited processes that are kept from one lot of jobs to the next; close it after use.

    Args:
        work: what is done.
        shared: what each process is handed once.
        count: how many processes.
        preload: the module that takes longest to load; that of the work, where none is named.

    Raises:
        OSError: nothing can be written to the disk.
    """

    def __init__(self, work: Work, shared: object, count: int, preload: str = "") -> None:
        self.work, self._shared, self.count = work, shared, count
        self._preload = preload or work.do.__module__
        self._home = tempfile.TemporaryDirectory(prefix="xlassess-", ignore_cleanup_errors=True)
        self.markers = Path(self._home.name)
        self._pool: Pool | None = None

    def run(self, jobs: Sequence[Job]) -> Iterator[object | Lost]:
        """Yield the result of each job, in order."""
        lot, told = _Lot(self, dict(enumerate(jobs))), 0
        while lot.todo:
            for _ in lot.work():
                while told in lot.done:
                    yield lot.done.pop(told)
                    told += 1

    def probe(self) -> None:
        """See whether the disk takes what a process has to write.

        Raises:
            OSError: it does not.
        """
        path = self.markers.with_name(f"{self.markers.name}-probe")
        try:
            path.write_bytes(_PROBE)
        finally:
            path.unlink(missing_ok=True)

    def pool(self) -> Pool:
        """Return the processes; they are started where there are none."""
        if self._pool is None:
            self._pool = self.start(self.count)
        return self._pool

    def start(self, workers: int) -> Pool:
        """Return new processes, none of which has been given a job."""
        methods = multiprocessing.get_all_start_methods()
        reachable = len(tempfile.gettempdir()) <= _LONGEST_TEMPORARY
        method = "forkserver" if reachable and "forkserver" in methods else "spawn"
        start = multiprocessing.get_context(method)
        if method == "forkserver":
            # loaded once and inherited: a worker is ready in milliseconds instead of a second
            start.set_forkserver_preload([self._preload])
        first = (self.work.do, self._shared, self.work.bounds.memory, self.markers)
        return ProcessPoolExecutor(workers, mp_context=start, initializer=_prepare, initargs=first)

    def dismiss(self) -> None:
        """End the processes, once they have done what they are at."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def close(self) -> None:
        """End the processes, and leave nothing behind."""
        self.dismiss()
        self._home.cleanup()


@dataclass(slots=True)
class _Lot:
    """The jobs of one lot: those still to be done, and the outcomes not yet asked for."""

    crew: Crew
    todo: dict[int, object]
    done: Outcomes = field(default_factory=dict)

    def work(self) -> Iterator[None]:
        """Do jobs until all are done or processes die; yield whenever some are done.

        A job that was in hand when a process died is done again alone. Each call settles at
        least one.
        """
        before = len(self.todo)
        yield from self._together()
        if not self.todo:
            return
        self.crew.dismiss()
        suspects = self._in_hand()
        for number in suspects or list(self.todo)[:1]:
            untouched = len(self.todo) == before
            started = self._alone(number)
            if not started and not suspects and untouched:
                self._give_up()
            yield

    def _together(self) -> Iterator[None]:
        size = max(1, min(_CHUNK, -(-len(self.todo) // self.crew.count)))
        numbered = list(self.todo.items())
        chunks = [tuple(numbered[i : i + size]) for i in range(0, len(numbered), size)]
        seconds = self.crew.work.bounds.seconds
        try:
            pool = self.crew.pool()
            futures = [pool.submit(_do_chunk, chunk, seconds) for chunk in chunks]
        except RuntimeError:  # the pool broke before everything was handed in
            yield
            return
        for future in futures:
            self._settle(_outcome(future))
            yield

    def _settle(self, outcomes: Mapping[int, object | Lost]) -> None:
        for number, outcome in outcomes.items():
            self.done[number] = outcome
            del self.todo[number]

    def _in_hand(self) -> list[int]:
        """The jobs that processes were at when they ended, by their markers, which are wiped."""
        numbers = []
        for marker in self.crew.markers.iterdir():
            text = marker.read_text("ascii").strip()
            marker.unlink()
            if text and int(text) in self.todo:
                numbers.append(int(text))
        return sorted(numbers)

    def _alone(self, number: int) -> bool:
        """Do one job in a process of its own; false if that process never came to it."""
        seconds = self.crew.work.bounds.seconds
        began = time.monotonic()
        with self.crew.start(1) as pool:
            chunk = ((number, self.todo[number]),)
            outcomes = _outcome(pool.submit(_do_chunk, chunk, seconds))
        started = bool(outcomes) or number in self._in_hand()
        self._settle(outcomes or {number: _stopped(began, seconds)})
        return started

    def _give_up(self) -> None:
        """No process can be started: give up what is left rather than try job by job."""
        problem = "no process to read it in could be started on this computer"
        self._settle(dict.fromkeys(self.todo, Lost(problem)))


def _outcome(future: Future[Outcomes]) -> Outcomes:
    """The outcomes of a chunk; none when its process died or could not work."""
    try:
        return future.result()
    except (RuntimeError, MemoryError, OSError):  # a broken pool is a RuntimeError
        return {}


def _stopped(began: float, seconds: float) -> Lost:
    if time.monotonic() - began >= seconds:
        return Lost(f"it took longer than {seconds:g} seconds")
    return Lost("the program that read it failed, or ran out of the memory it may take")


@dataclass(frozen=True, slots=True)
class _WorkerState:
    """In a process: what it does, with what it shares, and its marker (a file descriptor)."""

    do: Callable[..., object]
    shared: object
    marker: int

    def note(self, number: int | None) -> None:
        """Write down which job is in hand, so that it is known if this process ends."""
        os.lseek(self.marker, 0, os.SEEK_SET)
        os.write(self.marker, f"{'' if number is None else number:<12}".encode("ascii"))


_states: list[_WorkerState] = []
"""In a process: its state; a list, because the pool hands nothing to a task but its arguments."""


def _prepare(do: Callable[..., object], shared: object, memory: int, markers: Path) -> None:
    """Start a process: keep what is shared, bound its memory, silence a parser's last words."""
    marker = os.open(markers / str(os.getpid()), os.O_WRONLY | os.O_CREAT)
    _states[:] = [_WorkerState(do, shared, marker)]
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
    """In a process: end when the program is killed, which would not be noticed otherwise."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _do_chunk(chunk: Sequence[tuple[int, object]], seconds: float) -> Outcomes:
    """In a process: do jobs one after the other, each under a time limit."""
    return {number: _do_timed(number, job, seconds) for number, job in chunk}


def _do_timed(number: int, job: object, seconds: float) -> object | Lost:
    """Do one job; a watchdog that needs no help from Python ends the process in time."""
    state = _states[0]
    state.note(number)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device, not a path
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            return state.do(job, state.shared)
        except MemoryError:
            return Lost("it would take more memory than a workbook can need")
        except Exception as fault:  # a fault of ours must not cost the other jobs
            return Lost(f"this program failed over it ({type(fault).__name__})")
        finally:
            faulthandler.cancel_dump_traceback_later()
            state.note(None)
