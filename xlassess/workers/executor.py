"""What may do work elsewhere: worker processes of this computer, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

Job = TypeVar("Job")
Shared = TypeVar("Shared")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one worker may take: bytes of memory, and seconds for one job."""

    memory: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Lost:
    """What is said of a job that gave no result: why, as the end of a sentence."""

    why: str


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work, done in processes that may be lost over it.

    ``do`` is a function of a module, of which a job and what all jobs share are the arguments:
    workers find it by its name. Each job is done within the bounds.
    """

    do: Callable[..., object]
    bounds: Bounds


class Executor(Protocol):
    """Does many jobs and gives their results in the order of the jobs.

    However many workers are lost, every job has a result: its own, or why there is none. A job in
    hand as a worker was lost is tried once more before it is given up.
    """

    @property
    def is_remote(self) -> bool:
        """True where workers may not have the files of this computer."""

    def map(
        self, work: Work, jobs: Iterable[Job], shared: object, total: int
    ) -> Generator[object | Lost, None, None]:
        """Yield the result of each job, in order; jobs are asked for as they are needed.

        Args:
            work: what is done.
            jobs: the jobs.
            shared: what is handed to each worker once, for all jobs.
            total: how many jobs there are, so that no more workers are started.

        Raises:
            XlassessError: there is nobody left to do the work.
        """

    def sees(self, path: Path) -> bool:
        """True when every worker has the same file in the same place, as on shared storage."""
