"""A Dask cluster of the tests' own: a scheduler, and workers that are started again if killed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.clients.programs import ROOT

_WORKER = """
import multiprocessing
# as Dask has it in workers that it looks after itself: they may start no processes
multiprocessing.current_process()._config["daemon"] = True
from distributed.cli.dask_worker import main
main()
"""
_OPTIONS = ("--no-nanny", "--nthreads", "1", "--no-dashboard", "--memory-limit", "0")


@contextmanager
def a_dask_cluster(workers: int = 2) -> Iterator[str]:
    """Start a cluster and give its scheduler's address; each worker is a process.

    Dask's own way to start workers again gives up where one ends while it is still starting.
    """
    import dask
    from distributed import LocalCluster

    # Lost with two workers, a parcel is taken apart.
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        LocalCluster(
            n_workers=0, processes=False, protocol="tcp", host="127.0.0.1", silence_logs=50,
            dashboard_address="127.0.0.1:0",
        ) as running,
    ):  # fmt: skip
        over = threading.Event()
        threads = [
            threading.Thread(target=_keep_alive, args=(running.scheduler_address, over))
            for _ in range(workers)
        ]
        for thread in threads:
            thread.start()
        try:
            yield running.scheduler_address
        finally:
            over.set()
            for thread in threads:
                thread.join()


def _keep_alive(address: str, over: threading.Event) -> None:
    """Have a worker until it is over."""
    while not over.is_set():
        with subprocess.Popen(
            [sys.executable, "-c", _WORKER, address, *_OPTIONS],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        ) as worker:  # fmt: skip
            while worker.poll() is None and not over.wait(0.1):
                pass
            worker.kill()
