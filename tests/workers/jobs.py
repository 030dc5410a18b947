"""Jobs for workers of a cluster, and what goes wrong there: what both sides can import."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xlassess.workers.crew import Crew


@dataclass(frozen=True, slots=True)
class Sum:
    """Add a number to what is shared; once or always, kill the worker of the cluster first."""

    number: int
    kill: str = ""


def add(job: Sum, shared: int) -> int:
    """In a limited process of a worker: do the job."""
    if job.kill and (job.kill == "always" or _is_first(Path(job.kill))):
        worker = multiprocessing.parent_process()
        assert worker is not None
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        time.sleep(60)
    return job.number + shared


def _is_first(mark: Path) -> bool:
    """True for whoever asks first."""
    try:
        os.close(os.open(mark, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


_probes: list[Callable[[Crew], None]] = []


def fill_disk() -> None:
    """On a worker: let nothing be written any more."""

    def full(crew: Crew) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    _probes.append(Crew.probe)
    Crew.probe = full  # type: ignore[method-assign]


def empty_disk() -> None:
    """On a worker: undo `fill_disk`."""
    Crew.probe = _probes.pop()  # type: ignore[method-assign]


def pretend(place: str, version: str) -> None:
    """On a worker: say that another version of xlassess is installed."""
    told = Path(place) / f"xlassess-{version}.dist-info"
    told.mkdir(parents=True, exist_ok=True)
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: xlassess\nVersion: {version}\n")
    sys.path.insert(0, place)


def stop_pretending(place: str) -> None:
    """On a worker: undo `pretend`."""
    sys.path.remove(place)


class Unopened:
    """A job that no worker can open, as where a module is missing."""

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return _missing, ()


def _missing() -> None:
    raise ModuleNotFoundError("No module named 'xlassess'")
