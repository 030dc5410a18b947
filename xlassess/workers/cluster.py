"""A cluster of computers as an executor, by Dask: other computers, or a small one on this.

Jobs go out in parcels, a few for each worker at a time, and their results are taken in order. Dask
gives a parcel to another worker where one is lost with it. A parcel that several workers were lost
with is taken apart, and each of its jobs is tried once more alone. A worker that cannot work (its
disk is full, it has another version of xlassess) is left out, and its parcels go to others.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import hashlib
import importlib.metadata
import logging
import os
import pickle
import re
import time
import uuid
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from xlassess.model.errors import UsageError, XlassessError
from xlassess.version import __version__
from xlassess.workers import parcels
from xlassess.workers.copies import digest_of_copy
from xlassess.workers.executor import Job, Lost, Work
from xlassess.workers.parcels import Parcel, ParcelDone, another_copy

LOCAL = "local"
"""The address that stands for a cluster on this computer."""

_JOBS, _BYTES = 8, 4 << 20
"""Most jobs of a parcel, and the size from which on no other is put in: a scheduler passes parcels
on, and is not to be kept busy by one."""
_AHEAD = 3
"""Parcels for each thread of the cluster that are under way: one in hand, and what comes next."""
_ANSWER_SECONDS = 10.0
"""How long a scheduler may take to answer, and to have a worker."""
_ALONE_SECONDS = 60.0
"""How long there may be no worker at all, as when all of them are started again."""
_LOOK_SECONDS = 2.0
_ANEW = 2
"""How often a parcel is sent anew of which the cluster forgot, before it is given up."""
_PACKAGES = ("xlassess", "python-calamine")
"""What has to be the same everywhere, as what is read depends on it."""


@dataclass(slots=True)
class _Sent:
    """A parcel under way: its jobs, what Dask knows it and what it shares by, and who may do it.

    ``forgotten`` counts how often the cluster lost it.
    """

    jobs: tuple[object, ...]
    future: Any = None
    cargo: Any = None
    workers: tuple[str, ...] = ()
    forgotten: int = 0


@dataclass(slots=True)
class _Run:
    """One run of jobs: its name, what it does, and what all jobs share, as the cluster has it."""

    name: str
    work: Work
    shared: object
    cargo: Any = None
    threads: int = 1
    looked: float = 0.0
    sent: int = 0
    under_way: deque[_Sent] = field(default_factory=deque)


class DaskCluster:
    """A cluster that Dask looks after; made by `connected`.

    Args:
        client: what speaks with the scheduler.
        address: where it is, as people gave it.
    """

    is_remote = True
    """Workers may not have the files of this computer."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address, self._copy = client, address, digest_of_copy()
        self._out: dict[str, str] = {}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What has to be said of workers that were left out, each a sentence."""
        return tuple(
            f"Worker {worker} of the cluster was left out: {why}."
            for worker, why in self._out.items()
        )

    def check(self) -> None:
        """Leave out the workers that have another version of xlassess, or another copy of it.

        Raises:
            XlassessError: there is no worker that can be used.
        """
        for package in _PACKAGES:
            ours = __version__ if package == "xlassess" else importlib.metadata.version(package)
            # What is asked is part of Python, so that it can be asked where nothing of ours is.
            told = self._client.run(importlib.metadata.version, package, on_error="return")
            for worker, theirs in told.items():
                if isinstance(theirs, importlib.metadata.PackageNotFoundError):
                    self._leave_out(worker, f"it has no {package}")
                elif theirs != ours:
                    said = theirs if isinstance(theirs, str) else type(theirs).__name__
                    self._leave_out(worker, f"it has {package} {said}, this computer {ours}")
        if good := self._good():
            copies = self._client.run(digest_of_copy, workers=list(good), on_error="return")
            for worker, theirs in copies.items():
                if theirs != self._copy:
                    self._leave_out(worker, another_copy())
        self._good()

    def _leave_out(self, worker: str, why: str) -> None:
        self._out.setdefault(worker, why)

    def _good(self) -> tuple[str, ...]:
        """The workers that can be used.

        Raises:
            XlassessError: there are workers, and none of them can be used.
        """
        there = tuple(self._client.nthreads())
        good = tuple(worker for worker in there if worker not in self._out)
        if there and not good:
            raise XlassessError(
                f"No worker of the cluster at {self._address} can be used. "
                + " ".join(self.remarks),
                f"Put that right, with xlassess {__version__} on every worker, or leave out "
                "--cluster. What was read before is kept.",
            )
        return good

    def map(
        self, work: Work, jobs: Iterable[Job], shared: object, total: int
    ) -> Generator[object | Lost, None, None]:
        """Yield the result of each job, in order (see `Executor`)."""
        if not total:
            return
        run = _Run(uuid.uuid4().hex, work, shared)
        with self._reached():
            try:
                yield from self._mapped(run, _parcelled(jobs))
            finally:
                self._end(run)

    def _mapped(
        self, run: _Run, coming: Iterable[tuple[Job, ...]]
    ) -> Generator[object | Lost, None, None]:
        """Yield the results of a run's parcels, a few of which are always under way."""
        for lot in coming:
            run.under_way.append(self._send(run, lot))
            while len(run.under_way) >= self._most(run):
                yield from self._results(run, run.under_way.popleft())
        while run.under_way:
            yield from self._results(run, run.under_way.popleft())

    @contextlib.contextmanager
    def _reached(self) -> Iterator[None]:
        """Say in a sentence that the scheduler is gone, in whatever way Dask comes to notice.

        Raises:
            XlassessError: it is gone.
        """
        from distributed.comm.core import CommClosedError

        try:
            yield
        except XlassessError:
            raise
        except Exception as fault:
            # While it is tried to connect once more, what is asked meanwhile fails.
            if self._client.status != "running" or isinstance(fault, CommClosedError):
                raise self._gone() from fault
            raise

    def _most(self, run: _Run) -> int:
        """How many parcels may be under way: more where workers have joined."""
        if time.monotonic() - run.looked > _LOOK_SECONDS:
            run.threads = max(1, sum(self._client.nthreads().values()))
            run.looked = time.monotonic()
        return _AHEAD * run.threads

    def _send(self, run: _Run, jobs: tuple[object, ...]) -> _Sent:
        sent = _Sent(jobs)
        self._submit(run, sent)
        return sent

    def _submit(self, run: _Run, sent: _Sent) -> None:
        """Hand a parcel to the scheduler, for any worker but those that are left out."""
        if run.cargo is None:
            run.cargo = self._shared(run)
        sent.workers, sent.cargo = self._good() if self._out else (), run.cargo
        run.sent += 1
        # The key tells whoever looks at the cluster nothing of what is in it.
        sent.future = self._client.submit(
            parcels.do_parcel, Parcel(run.name, __version__, self._copy, run.work, sent.jobs),
            run.cargo,
            key=f"xlassess-{run.name}-{run.sent}", pure=False, workers=sent.workers or None,
            priority=-run.sent,
        )  # fmt: skip

    def _shared(self, run: _Run) -> Any:
        """Hand what all jobs share to every worker; wait for one where they have just been lost.

        Raises:
            XlassessError: nobody comes.
        """
        import distributed

        for _ in range(_ANEW + 1):
            self._wait_for_workers()
            with contextlib.suppress(distributed.TimeoutError):
                return self._client.scatter(run.shared, broadcast=True, hash=False)
        raise self._nobody()

    def _again(self, run: _Run, sent: _Sent) -> None:
        """Send a parcel once more."""
        sent.future.cancel()
        self._submit(run, sent)

    def _results(self, run: _Run, sent: _Sent) -> Iterator[object | Lost]:
        """Yield the results of a parcel, in whatever way they have to be come by."""
        done = self._done(run, sent)
        if done is not None:
            yield from map(_opened, done.outcomes)
        elif len(sent.jobs) == 1:
            yield Lost("each worker of the cluster that had it was lost")
        else:
            for job in sent.jobs:
                yield from self._results(run, self._send(run, (job,)))

    def _done(self, run: _Run, sent: _Sent) -> ParcelDone | None:
        """What came of a parcel; None where workers were lost with it.

        Raises:
            XlassessError: there is nobody left to do it.
        """
        import distributed

        alone = time.monotonic()
        while True:
            try:
                done: ParcelDone = sent.future.result(timeout=_LOOK_SECONDS)
            except distributed.TimeoutError:
                alone = self._waited(run, sent, alone)
                continue
            except distributed.scheduler.KilledWorker:
                return None
            except concurrent.futures.CancelledError:
                if self._is_given_up(run, sent):
                    return None
                continue
            except (OSError, ValueError) as fault:
                raise self._gone() from fault
            except Exception as fault:
                self._not_opened(run, sent, fault)
                continue
            if not done.trouble:
                return done
            self._leave_out_by(sent, done.trouble)
            self._again(run, sent)

    def _not_opened(self, run: _Run, sent: _Sent, fault: Exception) -> None:
        """Leave out workers that joined without this program, and send a parcel once more.

        Raises:
            XlassessError: there are none, it happened too often, or the scheduler is gone.
        """
        if self._client.status != "running":
            raise self._gone() from fault
        sent.forgotten += 1
        try:
            self.check()
        except (OSError, RuntimeError, ValueError) as gone:
            raise self._gone() from gone
        if sent.forgotten > _ANEW or not self._out:
            raise XlassessError(
                f"A worker of the cluster at {self._address} cannot do the work "
                f"({type(fault.__cause__ or fault).__name__}).",
                f"Put xlassess {__version__} with all that it needs on every worker, and run the "
                "command again. What was read before is kept.",
            ) from fault
        self._again(run, sent)

    def _leave_out_by(self, sent: _Sent, why: str) -> None:
        """Leave out the worker that a parcel came back from undone."""
        for workers in self._client.who_has([sent.future]).values():
            for worker in workers:
                self._leave_out(worker, why)

    def _is_given_up(self, run: _Run, sent: _Sent) -> bool:
        """True for a parcel that the cluster lost too often; it is sent anew until then.

        A parcel is lost with the last worker that has what all jobs share, which is then sent anew
        too: once, although all parcels under way share the fate of this one.

        Raises:
            XlassessError: nobody is left to do it.
        """
        if self._client.status != "running":
            raise self._gone()
        sent.forgotten += 1
        if sent.forgotten > _ANEW:
            return True
        if sent.cargo is run.cargo:
            run.cargo = None
        self._again(run, sent)
        return False

    def _waited(self, run: _Run, sent: _Sent, alone: float) -> float:
        """See whether anybody is there to do a parcel; return since when nobody has been.

        Raises:
            XlassessError: nobody was for too long.
        """
        if self._client.status not in ("running", "connecting"):
            raise self._gone()
        try:
            there = self._good()
        except OSError as fault:
            raise self._gone() from fault
        if there:
            if sent.workers and not {*sent.workers} & {*there}:
                self._again(run, sent)
            return time.monotonic()
        if time.monotonic() - alone > _ALONE_SECONDS:
            raise self._nobody()
        return alone

    def _wait_for_workers(self) -> None:
        began = time.monotonic()
        while not self._good():
            if time.monotonic() - began > _ALONE_SECONDS:
                raise self._nobody()
            time.sleep(0.2)

    def _nobody(self) -> XlassessError:
        return XlassessError(
            f"The cluster at {self._address} has no workers.",
            "Start some (dask worker ADDRESS), and run the command again. What was read before "
            "is kept.",
        )

    def _gone(self) -> XlassessError:
        return XlassessError(
            f"The connection to the cluster at {self._address} was lost.",
            "Check that the scheduler still runs, and run the command again. What was read before "
            "is kept.",
        )

    def _end(self, run: _Run) -> None:
        """Take back what is under way, and let the processes of the run go."""
        if self._client.status != "running":
            return
        # A cluster that is gone has nothing left that could be ended.
        with contextlib.suppress(Exception):
            self._client.cancel([sent.future for sent in run.under_way])
            run.cargo = None
            self._client.run(parcels.end_run, run.name, on_error="ignore")

    def sees(self, path: Path) -> bool:
        """True when every worker has the same file in the same place, as on shared storage."""
        try:
            ours = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            return False
        place = str(path.resolve())
        with self._reached():
            theirs = self._client.run(parcels.hash_at, place, workers=list(self._good()))
        return bool(theirs) and set(theirs.values()) == {ours}


def _parcelled(jobs: Iterable[Job]) -> Iterator[tuple[Job, ...]]:
    """Yield jobs in parcels, no more than a few and not too large."""
    lot: list[Job] = []
    size = 0
    for job in jobs:
        lot.append(job)
        size += len(getattr(job, "data", None) or b"")
        if len(lot) >= _JOBS or size >= _BYTES:
            yield tuple(lot)
            lot, size = [], 0
    if lot:
        yield tuple(lot)


def _opened(outcome: bytes | Lost) -> object | Lost:
    # It was made by our own code, on computers trusted with the secret (docs/decisions/cluster.md).
    return outcome if isinstance(outcome, Lost) else pickle.loads(outcome)  # noqa: S301


_ADDRESS = re.compile(r"(?:tcp|tls|ws|wss)://\S+:\d{1,5}")

_CONFIG = {
    # A file may have 20 MB, of which Dask warns.
    "distributed.admin.large-graph-warning-threshold": "64MB",
    # Workers started here may start the processes that files are read in.
    "distributed.worker.daemon": False,
}


@contextlib.contextmanager
def connected(address: str, workers: int | None = None) -> Iterator[DaskCluster]:
    """Connect to a cluster, check its workers, and let go of it after use.

    Args:
        address: that of the scheduler, such as ``tcp://scheduler:8786``; ``local`` for a cluster
            on this computer, which ends with this.
        workers: how many workers a local one has; None for as many as there are processors.

    Raises:
        UsageError: Dask is not installed, the address is none, or nobody answers there.
        XlassessError: there is no worker that can be used.
    """
    dask, distributed = _dask()
    for name in [
        name for name in logging.root.manager.loggerDict if name.startswith("distributed")
    ]:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set(_CONFIG))
        if address == LOCAL:
            local = stack.enter_context(_local(distributed, workers))
            client = distributed.Client(local, set_as_default=False)
        else:
            client = _client(distributed, address)
        stack.callback(client.close)
        cluster = DaskCluster(client, address)
        began = time.monotonic()
        while not client.nthreads():
            if time.monotonic() - began > _ANSWER_SECONDS:
                raise cluster._nobody()
            time.sleep(0.1)
        with cluster._reached():
            cluster.check()
        yield cluster


def _dask() -> tuple[Any, Any]:
    try:
        import dask
        import distributed
    except ImportError:
        raise UsageError(
            "A cluster needs Dask, which is not installed.",
            'Install it with: python -m pip install "xlassess[cluster]"',
        ) from None
    return dask, distributed


def _local(distributed: Any, workers: int | None) -> Any:
    """A cluster on this computer, which no other computer can reach; its other users can."""
    return distributed.LocalCluster(
        n_workers=workers or min(os.cpu_count() or 1, 8), threads_per_worker=1, processes=True,
        host="127.0.0.1", dashboard_address="127.0.0.1:0", silence_logs=logging.CRITICAL,
        # Nothing of what is worked on is put on the disk, where it would stay.
        memory_limit=0,
    )  # fmt: skip


def _client(distributed: Any, address: str) -> Any:
    scheme, mark, rest = address.partition("://")
    if (
        not mark
        or scheme not in ("tcp", "tls", "ws", "wss")
        or not rest.rpartition(":")[2].isdigit()
    ):
        raise UsageError(
            f"“{address}” is not the address of a cluster.",
            "Write it as tcp://COMPUTER:PORT or tls://COMPUTER:PORT, for example "
            "tcp://scheduler:8786. For a cluster on this computer, write local.",
        )
    try:
        return distributed.Client(address, timeout=_ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError, RuntimeError, TypeError):
        raise UsageError(
            f"No Dask scheduler answers at {address}.",
            "Check the address and that the scheduler runs (dask scheduler), or leave out "
            "--cluster to work on this computer.",
        ) from None


def remarks_of(executor: object) -> Sequence[str]:
    """Return what has to be said of an executor's workers after use."""
    return executor.remarks if isinstance(executor, DaskCluster) else ()
