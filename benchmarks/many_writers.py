"""Eight writers at once on one ledger in PostgreSQL: is anything lost, or recorded twice?

Run by hand from the project's folder, where PostgreSQL is installed:
``python -m benchmarks.many_writers [RETURNS] [WRITERS] [SEED]``. Each return is brought by two
writers, as a file is that came twice. Meanwhile writers are killed, and so is the server, which
starts again; whoever is told that a connection was lost does the same again, as the message says.

Then the rates: one writer, several on one ledger, and several with a ledger each, who need not
take turns; and one writer in SQLite.

``python -m benchmarks.many_writers --turn [RETURNS]`` measures how much of what a return costs,
from the file to the record, is done in a writer's turn, in processor time of the program, its
workers and the server. That share bounds how many times the rate of one writer several can
reach, and is seen where there are fewer processors than writers, too.
"""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from multiprocessing import forkserver
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from benchmarks.bench_round import command, fill_in, register
from tests.clients.postgresql import Cluster, a_cluster
from tests.ledger.raw import place_of, spelled
from tests.ledger.values import a_return, an_issued, clock
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger, store
from xlassess.ledger.database import engine as engine_module
from xlassess.model.assessment import LedgerDatabase
from xlassess.model.errors import XlassessError
from xlassess.services.ingest import ingest

RETURNS, WRITERS, SEED = 2000, 8, 20260302
LOT = 25
"""Returns that a writer records at once, as `ingest` does with up to a hundred."""

MOST_IN_TURN = 1 / 7
"""The largest share in turn at which eight writers can have four times the rate of one: of each
return it is done one after the other, and the rest by eight at the same time (Amdahl's law)."""
ANSWERS = 80
"""In each return, as in the longer toolkits."""

_SERVER_KILLED, _WRITERS_KILLED = 3, 6


def write(place: Path | LedgerDatabase, numbers: Sequence[int]) -> None:
    """Record these returns, and begin again wherever it is told to do so."""
    while True:
        try:
            with Ledger(place, clock) as ledger:
                run = ledger.begin_run("2026")
                for first in range(0, len(numbers), LOT):
                    some = [a_return(one, count=ANSWERS) for one in numbers[first : first + LOT]]
                    # Looked for beforehand, as `ingest` does: it needs no turn.
                    lot = [ret for ret in some if ledger.known_file(ret.sha256) is None]
                    with ledger.together(coming=lot):
                        for ret in lot:
                            ledger.record_return(ret, run)
            return
        except XlassessError as error:
            print(error, file=sys.stderr, flush=True)
            time.sleep(0.5)


def _start(
    place: Path | LedgerDatabase, numbers: Sequence[int], *, waits: bool = False
) -> subprocess.Popen[str]:
    """Start a writer, which begins at once or waits until it is told to."""
    command = [sys.executable, "-m", "benchmarks.many_writers", "--write", spelled(place)]
    return subprocess.Popen(
        [*command, ",".join(map(str, numbers)), *(["waits"] if waits else [])],
        stdin=subprocess.PIPE if waits else subprocess.DEVNULL,
        stdout=subprocess.PIPE if waits else subprocess.DEVNULL,
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _together(writers: Sequence[subprocess.Popen[str]]) -> float:
    """Let writers that wait begin together; return the seconds until the last one is done.

    Starting a Python takes as long as recording a hundred returns: it is not counted.
    """
    for each in writers:
        assert each.stdout
        assert each.stdout.readline() == "ready\n"
    began = time.monotonic()
    for each in writers:
        assert each.stdin
        each.stdin.write("begin\n")
        each.stdin.flush()
    for each in writers:
        each.communicate()
    return time.monotonic() - began


def _shares(returns: int, writers: int, chance: random.Random) -> list[list[int]]:
    """What each writer brings: its own, and what the next one brings too, in any order."""
    every = [list(range(first, returns, writers)) for first in range(writers)]
    shares = [[*every[one], *every[(one + 1) % writers]] for one in range(writers)]
    for share in shares:
        chance.shuffle(share)
    return shares


def hunt(cluster: Cluster, returns: int, writers: int, seed: int) -> list[str]:
    """Let writers record, kill what can be killed, and return what is wrong in the end."""
    chance, place = random.Random(seed), cluster.place()
    with Ledger(place, clock) as ledger:
        ledger.record_issued([an_issued(number) for number in range(returns)])
        began = time.monotonic()
        shares = _shares(returns, writers, chance)
        at_work = [_start(place, share) for share in shares]
        said = Counter[str]()
        for killed, moment in _moments(ledger, returns, chance):
            if killed == "server":
                cluster.stop(signal.SIGKILL)
                cluster.start()
            else:
                one = chance.randrange(writers)
                at_work[one].kill()
                _listen(at_work[one], said)
                at_work[one] = _start(place, shares[one])
            print(f"  {killed} killed when {moment} were recorded", flush=True)
        for process in at_work:
            _listen(process, said)
        took = time.monotonic() - began
        for words, times in said.most_common():
            print(f"  {times} x {words}")
        print(f"  {returns} returns, each brought twice, in {took:.0f} s", flush=True)
        return [*_wrong(ledger, returns)]


def _moments(ledger: Ledger, returns: int, chance: random.Random) -> Iterator[tuple[str, int]]:
    """Yield what is to be killed, each when so many returns are on record as chance has it."""
    what = ["server"] * _SERVER_KILLED + ["writer"] * _WRITERS_KILLED
    chance.shuffle(what)
    places = sorted(chance.sample(range(returns // 20, returns - returns // 20), len(what)))
    for each, place in zip(what, places, strict=True):
        while (recorded := len(ledger.states())) < place:
            time.sleep(0.05)
        yield each, recorded


def _listen(process: subprocess.Popen[str], said: Counter[str]) -> None:
    told = process.communicate()[1]
    said.update(line for line in told.splitlines() if line.strip())


def _wrong(ledger: Ledger, returns: int) -> Iterator[str]:
    """Yield what is not as it must be."""
    held = ledger.history("2026")
    came = Counter(ret.reference for ret in held)
    lost = returns - len(came)
    if lost:
        yield f"{lost} returns are not on record"
    if twice := [reference for reference, times in came.items() if times > 1]:
        yield f"{len(twice)} returns are on record twice"
    if len(ledger.current("2026")) != returns:
        yield "not every workbook has one return that counts"
    for ret in held:
        number = int(ret.reference[1:])
        if replace(ret, received_at=None, number=0) != replace(
            a_return(number, count=ANSWERS), number=0, findings=ret.findings
        ):
            yield f"return {ret.number} is not what came in"
    events = Counter(event.what for event in ledger.events())
    if events != {"issued": returns, "received": returns}:
        yield f"the log tells something else: {dict(events)}"
    yield from (fault.message for fault in ledger.audit().faults)


def rates(cluster: Cluster, returns: int, writers: int) -> None:
    """Print how many returns are recorded in a second, in each way of working."""
    with tempfile.TemporaryDirectory() as folder:
        ways: dict[str, list[Path | LedgerDatabase]] = {
            "one writer, SQLite": [Path(folder) / "ledger.db"],
            "one writer": [cluster.place()],
            f"{writers} writers, one ledger": [cluster.place()] * writers,
            f"{writers} writers, a ledger each": [cluster.place() for _ in range(writers)],
        }
        for name, places in ways.items():
            for place in set(places):
                with Ledger(place, clock) as ledger:
                    ledger.record_issued([an_issued(number) for number in range(returns)])
            share = returns // len(places)
            took = _together(
                [
                    _start(place, range(turn * share, (turn + 1) * share), waits=True)
                    for turn, place in enumerate(places)
                ]
            )
            print(f"  {name}: {share * len(places) / took:.0f} returns a second", flush=True)


@dataclass(slots=True)
class Turns:
    """Processor seconds in the turns of a writer: of the program, and of the server for it."""

    program: float = 0.0
    server: float = 0.0
    longest: float = 0.0

    @contextmanager
    def writing(self, engine: Engine) -> Iterator[Connection]:
        """A turn, measured from when it begins until what was recorded is on the disk."""
        with ExitStack() as turn:
            db = turn.enter_context(engine_module.writing(engine))
            driver: Any = db.connection.driver_connection
            backend = driver.info.backend_pid
            program, server, began = time.thread_time(), _ran(backend), time.monotonic()
            yield db
        self.program += time.thread_time() - program
        self.server += _ran(backend) - server
        self.longest = max(self.longest, time.monotonic() - began)


def _ran(process: int) -> float:
    """Processor seconds of a process so far, as Linux counts them, to the nanosecond."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9


def _spent(cluster: Cluster) -> float:
    """Processor seconds of this program, of its workers, and of the server's."""
    # Workers are children of a server of their own, which is waited for nowhere else.
    forkserver._forkserver._stop()  # type: ignore[attr-defined]
    mine, ended = os.times(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return mine.user + mine.system + ended.ru_utime + ended.ru_stime + cluster.seconds()


def in_turn(cluster: Cluster, returns: int) -> int:
    """Ingest returns, print what of their cost is in turn; 1 where that is more than it may be."""
    with tempfile.TemporaryDirectory() as folder:
        root, inbox = Path(folder) / "round", Path(folder) / "inbox"
        register(root, returns)
        settings = root / "assessment.yaml"
        settings.write_text(f"{settings.read_text()}\nledger: {cluster.url()}\n")
        command(root, "generate")
        fill_in(root / "outbox", inbox)
        turns = Turns()
        store.writing = turns.writing  # type: ignore[assignment]
        before = _spent(cluster)
        ingest(AssessmentFolder(root), [inbox], now=datetime.now(timezone.utc), workers=1)
        whole = _spent(cluster) - before
    share = (turns.program + turns.server) / whole
    most = 1 / (share + (1 - share) / WRITERS)
    each, here, there = (1000 * one / returns for one in (whole, turns.program, turns.server))
    print(f"{returns} returns: {each:.2f} ms of processors for each; of these in turn")
    print(f"  {here:.2f} ms here and {there:.2f} ms in the server")
    print(f"  {share:.1%} of all (at most {MOST_IN_TURN:.1%})")
    print(f"  the longest turn took {turns.longest:.2f} s")
    print(f"  {WRITERS} writers, a processor each: {most:.1f} times the rate of one")
    return int(share > MOST_IN_TURN)


def main() -> int:
    """Run the hunt, then the rates; exit code 1 where anything is wrong."""
    if sys.argv[1:2] == ["--write"]:
        if sys.argv[4:] == ["waits"]:
            print("ready", flush=True)
            sys.stdin.readline()
        write(place_of(sys.argv[2]), [int(number) for number in sys.argv[3].split(",")])
        return 0
    if sys.argv[1:2] == ["--turn"]:
        with a_cluster(lasting=True) as cluster:
            return in_turn(cluster, int(sys.argv[2]) if sys.argv[2:] else 400)
    given = [int(word) for word in sys.argv[1:]]
    returns, writers, seed = [*given, *(RETURNS, WRITERS, SEED)[len(given) :]]
    with a_cluster(lasting=True) as cluster:
        print(f"{writers} writers, {returns} returns, seed {seed}, {os.cpu_count()} processors")
        wrong = hunt(cluster, returns, writers, seed)
        for each in wrong[:20]:
            print(f"  WRONG: {each}")
        print(f"  {len(wrong)} wrong")
        rates(cluster, returns // 4, writers)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
