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
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures import TimeoutError as NotYet
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import ParamSpec, TypeVar

from starlette.responses import Response

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.assessment import Attribution
from xlassess.model.errors import XlassessError
from xlassess.model.plan import AgreedPlan
from xlassess.services.common.opening import files_stand
from xlassess.services.papers.figures import RoundFigures, figures, state_of
from xlassess.services.status import count_waiting
from xlassess.web.known import SAYS_NOTHING_OF_ANSWERS, KnownRounds
from xlassess.web.request.page import page
from xlassess.web.request.visit import Visit

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


AT_ONCE = 300
"""Of so many returns, what a plan does not settle is counted while the page waits."""

_State = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _CountedThen:
    """What the plan of a round did not settle, in a state of its files and its record."""

    files: _State
    last: tuple[int, str]
    agreed: AgreedPlan
    count: int | None


@dataclass(slots=True)
class _Counting:
    """What is being counted of a round: for which state, in which process, and how many returns."""

    files: _State
    last: tuple[int, str]
    agreed: AgreedPlan
    returns: int
    coming: Future[int | None] | None = None


@dataclass(slots=True)
class CountedBeside:
    """What agreed plans do not settle, counted in the process beside the server.

    While it is counted anew because answers came in, what was counted last stands; where the plan
    itself has changed, the page waits. Whoever has one round in mind looks after it alone.
    """

    _then: dict[Path, _CountedThen] = field(default_factory=dict)
    _now: dict[Path, _Counting] = field(default_factory=dict)

    def count(
        self, folder: AssessmentFolder, today: date, agreed: AgreedPlan, returns: int
    ) -> int | None:
        """Return how much an agreed plan does not settle, or for a moment how much it did not.

        Args:
            folder: the assessment.
            today: the present day.
            agreed: the plan as it is now.
            returns: how many returns count.

        Raises:
            XlassessError: the assessment cannot be used.
        """
        home = folder.home
        if returns <= AT_ONCE:
            self._now.pop(home, None)
            return count_waiting(folder, today, agreed, returns)
        with Ledger(folder.ledger) as ledger:
            last = ledger.head_but_for(SAYS_NOTHING_OF_ANSWERS)
        wanted = _Counting((today, *files_stand(folder)), last, agreed, returns)
        for _ in range(_TRIES):
            then = self._taken(home)
            same = then is not None and (then.files, then.agreed) == (wanted.files, agreed)
            if then is not None and same and then.last == last:
                return then.count
            counting = self._now.get(home)
            if counting is None:
                counting = self._now[home] = wanted
                counting.coming = BESIDE.run(count_waiting, folder, today, agreed, returns)
            if then is not None and same:
                return then.count
            wait([counting.coming] if counting.coming else [])
        return count_waiting(folder, today, agreed, returns)

    def since(self, folder: AssessmentFolder, today: date, told: int | None) -> int | None:
        """Return the count where it was counted anew since it was told; else what was told.

        Raises:
            XlassessError: the assessment cannot be used.
        """
        counting = self._now.get(folder.home)
        if counting is None or counting.coming is None or not counting.coming.done():
            return told
        return self.count(folder, today, counting.agreed, counting.returns)

    def _taken(self, home: Path) -> _CountedThen | None:
        """What was counted last, with what has been counted meanwhile."""
        counting = self._now.get(home)
        if counting is not None and counting.coming is not None and counting.coming.done():
            del self._now[home]
            try:
                count = counting.coming.result()
            except BrokenProcessPool:  # it is begun anew
                BESIDE.mend()
            else:
                made = _CountedThen(counting.files, counting.last, counting.agreed, count)
                self._then[home] = made
        return self._then.get(home)


def rounds_known() -> KnownRounds:
    """Return what a desk of a server keeps of where rounds stand."""
    return KnownRounds(waiting=CountedBeside())


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
