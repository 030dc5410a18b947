"""What a worker of a cluster does: jobs that come in parcels, in limited processes of its own.

A worker of a cluster never does a job itself: what a file does to the process that reads it must
not reach the worker. Nothing is raised here, because a cluster writes what was raised, and with
what arguments, into logs that are not ours. Parcels show nothing of themselves for the same reason.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import pickle
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from xlassess.workers.copies import digest_of_copy
from xlassess.workers.crew import Crew
from xlassess.workers.executor import Lost, Work

_IDLE_SECONDS = 60.0
"""After so long without a parcel a worker lets its processes go: whoever sent them may be gone."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """Jobs for one worker of a cluster: of which run, for which version and copy of the program."""

    run: str
    version: str
    copy: str
    work: Work = field(repr=False)
    jobs: tuple[object, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ParcelDone:
    """What came of a parcel: a pickled result for each job, or why there is none.

    ``trouble`` says why the worker could do nothing at all, as the end of a sentence.
    """

    outcomes: tuple[bytes | Lost, ...] = field(default=(), repr=False)
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class CrewKey:
    """Whose processes they are: those of one thread of the worker, for one run."""

    run: str
    thread: int


@dataclass(slots=True)
class KeptCrew:
    """Processes that wait for the next parcel, and when they got the last."""

    crew: Crew
    since: float
    busy: bool = False


_crews: dict[CrewKey, KeptCrew] = {}
_lock = threading.Lock()


def do_parcel(parcel: Parcel, shared: object) -> ParcelDone:
    """Do the jobs of a parcel in a limited process.

    Args:
        parcel: the jobs.
        shared: what all jobs of the run share.
    """
    from xlassess.version import __version__

    if parcel.version != __version__:
        return ParcelDone(trouble=f"it has xlassess {__version__}")
    if parcel.copy != digest_of_copy():
        return ParcelDone(trouble=another_copy())
    try:
        kept = _crew(parcel, shared)
    except OSError as fault:
        return ParcelDone(trouble=_in_words(fault))
    try:
        kept.crew.probe()
        return ParcelDone(tuple(kept.crew.run(parcel.jobs)))  # type: ignore[arg-type]
    except OSError as fault:
        return ParcelDone(trouble=_in_words(fault))
    except Exception as fault:  # see above: nothing is raised here
        return ParcelDone(trouble=f"the program failed there ({type(fault).__name__})")
    finally:
        kept.busy, kept.since = False, time.monotonic()


def another_copy() -> str:
    """What is said of a worker with code that is not ours under our number."""
    from xlassess.version import __version__

    return (
        f"its copy of xlassess {__version__} is not the one on this computer; install the same on "
        "both"
    )


def _in_words(fault: OSError) -> str:
    said = (fault.strerror or str(fault) or type(fault).__name__).lower()
    return f"nothing can be written to its disk ({said})"


def _crew(parcel: Parcel, shared: object) -> KeptCrew:
    """The process of this thread for this run, started where there is none yet."""
    _may_have_children()
    key = CrewKey(parcel.run, threading.get_ident())
    with _lock:
        kept = _crews.get(key)
        if kept is None:
            do = parcel.work.do
            work = Work(Packing(do), parcel.work.bounds)
            kept = _crews[key] = KeptCrew(Crew(work, shared, 1, do.__module__), time.monotonic())
            threading.Thread(target=_let_go_when_idle, args=(key,), daemon=True).start()
        kept.busy = True
        return kept


def _may_have_children() -> None:
    """Let this process start others.

    Workers of a cluster are started so that Python lets them have none, to be sure that none is
    left behind. Ours end by themselves when their parent does.
    """
    with contextlib.suppress(AttributeError):
        multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Packing:
    """Does a job and pickles the result at once, so that nobody on the way opens it."""

    do: Callable[..., object]

    def __call__(self, job: object, shared: object) -> bytes:
        """Do the job."""
        return pickle.dumps(self.do(job, shared), pickle.HIGHEST_PROTOCOL)


def end_run(run: str) -> None:
    """Let the processes of a run go."""
    for key in [key for key in tuple(_crews) if key.run == run]:
        _let_go(key)


def _let_go(key: CrewKey) -> None:
    with _lock:
        kept = _crews.pop(key, None)
    if kept is not None:
        kept.crew.close()


def _let_go_when_idle(key: CrewKey) -> None:
    while (kept := _crews.get(key)) is not None:
        if not kept.busy and time.monotonic() - kept.since > _IDLE_SECONDS:
            _let_go(key)
            return
        time.sleep(_IDLE_SECONDS / 4)


def hash_at(path: str) -> str:
    """Return the SHA-256 (hex) of a file as it is seen here; empty where it is not."""
    import hashlib

    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""
