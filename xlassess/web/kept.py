"""Figures of a round, kept with the state of its records: worked out once, beside the pages.

It takes seconds where thousands have answered. So it is done in a process of its own, one after the
other, and pages meanwhile go on.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import ParamSpec, TypeVar

from starlette.responses import Response

from xlassess.assessment.settings import AssessmentFolder
from xlassess.model.assessment import Attribution
from xlassess.model.errors import XlassessError
from xlassess.services.papers.figures import RoundFigures, figures, state_of
from xlassess.web.page import page
from xlassess.web.visit import Visit

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE = 0.25
"""Seconds that a page waits for figures before it says that they are being worked out."""

_KEPT = 3
"""So many rounds, in one state and shown in one way each, are kept."""


@dataclass(slots=True)
class Beside:
    """A process beside the server, in which services are run one after the other."""

    _pool: ProcessPoolExecutor | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> Future[T]:
        """Have a service called there; begin the process anew where it was ended."""
        with self._lock:
            for _ in range(2):
                if self._pool is None:
                    # "spawn": a copy of a process with threads may wait for a lock for ever.
                    self._pool = ProcessPoolExecutor(1, get_context("spawn"), _begin)
                try:
                    return self._pool.submit(work, *args, **named)
                except BrokenProcessPool:
                    self._pool = None
        raise RuntimeError("No process could be started beside the server.")

    def mend(self) -> None:
        """Have the next work begin a new process, after one was ended in the middle of it."""
        with self._lock:
            self._pool = None


def _begin() -> None:
    """Leave Ctrl-C to the server, which waits for what is being written; end when it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_server, daemon=True).start()


def _end_with_server() -> None:
    server = parent_process()
    if server is not None:
        server.join()
        os._exit(1)


BESIDE = Beside()
"""The one process in which papers are written and figures are worked out for pages."""


def done_beside(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """Call a service in the process beside the server, and return what it returns.

    Where the process ended before it came to this, it is handed over once more. Where it ended in
    the middle, nobody knows what was recorded by then: it is not done a second time.

    Raises:
        XlassessError: the process ended in the middle of it.
    """
    with tempfile.TemporaryDirectory(prefix="xlassess-beside-") as place:
        begun = Path(place, "begun")
        for _ in range(_TRIES):
            try:
                return BESIDE.run(_noted, begun, partial(work, *args, **named)).result()
            except BrokenProcessPool:
                BESIDE.mend()
                if begun.exists():
                    break
    raise XlassessError(
        "This was broken off, and may have been recorded or not.",
        "Open the page again to see how it stands. If yours is missing, send it again.",
    )


_TRIES = 3
"""So often work is handed over that was waiting when the process ended."""


def _noted(begun: Path, work: Callable[[], T]) -> T:
    """Leave a mark that work has begun, and do it."""
    begun.touch()
    return work()


@dataclass(slots=True)
class KeptFigures:
    """The figures that were asked for last, or are being worked out; ``most`` of them are kept."""

    most: int = _KEPT
    _found: OrderedDict[Hashable, Future[RoundFigures]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(
        self, folder: AssessmentFolder, shown: Attribution, now: datetime, *,
        told_only: bool = False,
    ) -> RoundFigures | None:  # fmt: skip
        """Return the figures of a round as it stands; None while they are being worked out.

        Args:
            folder: the assessment.
            shown: how answers are shown at most.
            now: the present moment, in UTC.
            told_only: whether nothing is shown but what a paper on record has told.

        Raises:
            XlassessError: there are none, or the assessment cannot be used.
        """
        today = now.astimezone().date()
        key = folder.root, folder.round_name, shown, told_only, today, state_of(folder)
        coming = self._coming(
            key, lambda: BESIDE.run(figures, folder, shown, now=now, told_only=told_only)
        )
        try:
            return coming.result(PATIENCE)
        except NotYet:
            return None
        except BaseException as error:
            # asked for again, it is tried again
            self._forget(key)
            if isinstance(error, BrokenProcessPool):
                BESIDE.mend()
            elif not isinstance(error, CancelledError):  # others asked for more than are kept
                raise
            return None

    def _coming(
        self, key: Hashable, begin: Callable[[], Future[RoundFigures]]
    ) -> Future[RoundFigures]:
        with self._lock:
            if key not in self._found:
                self._found[key] = begin()
            self._found.move_to_end(key)
            while len(self._found) > self.most:
                _, left = self._found.popitem(last=False)
                left.cancel()
            return self._found[key]

    def _forget(self, key: Hashable) -> None:
        with self._lock:
            self._found.pop(key, None)


KEPT = KeptFigures()
"""The figures that the pages of this server have worked out."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Figures that are being worked out: where to look again."""

    here: str


def waiting_page(visit: Visit) -> Response:
    """Return the page that says that figures are being worked out, and looks again."""
    here = visit.request.url
    view = Waiting(f"{here.path}?{here.query}" if here.query else here.path)
    return page(visit, "waiting.html", "The figures are being worked out", view)
