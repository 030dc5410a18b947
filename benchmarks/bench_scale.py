"""How a round grows: 1,000, 10,000, 100,000 returns, command by command.

Wanted: the time for one return stays the same within `MOST_GROWTH`, and no command takes more than
`MOST_MEGABYTES` of memory in the process that a coordinator starts. Workbooks are issued by the
program. What comes back is filled in by edits of their XML, and read for real up to `MOST_READ`
workbooks; beyond that, returns read once stand for the others and are put on record straight away,
as reading takes the same time for each.

Usage: python -m benchmarks.bench_scale [RETURNS...]          (default 1000 10000)
       python -m benchmarks.bench_scale 1000 10000 100000     (hours, and 10 GB of disk)
       python -m benchmarks.bench_scale --cluster [RETURNS]   (a cluster here against processes)
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path

from benchmarks.bench_round import SHAPES, command, fill_in, register
from tests.factory import a_context, entries, filled, issue
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ingest import Context, ReturnedFile, read_all, read_return
from xlassess.ledger import Ledger
from xlassess.model.answer import Issued, Return
from xlassess.services.ingest import read_against
from xlassess.toolkits.load import find_toolkit
from xlassess.workers import Workers, connected

MOST_GROWTH = 1.3
"""Most times the seconds for one return that they may take among ten or a hundred times as many."""

MOST_MEGABYTES = 1024
MOST_READ = 10_000
MOST_COST, TURNS = 1.3, 3
"""Most times the time of processes that a cluster on the same processors may take, and how often
each is measured."""
_LOT = 500
"""Returns put on record in one transaction."""

_COMMANDS = (
    ("status",), ("consolidate", "--no-pdf"), ("report",),
    *(("export", "--format", name) for name in ("csv", "json", "parquet", "xlsx")), ("verify",),
)  # fmt: skip
"""What is run once the returns are in. The PDF is the work of LibreOffice on printed pages."""

Took = tuple[float, float]
"""Processor seconds of a command and its workers, and megabytes of the largest of them."""


def recorded(root: Path, samples: Path) -> Took:
    """Put a return on record for every workbook issued, like one of those in the samples."""
    folder, now = AssessmentFolder(root), datetime.now(timezone.utc)
    begun = time.process_time()
    with Ledger(folder.ledger, lambda: now) as ledger:
        context = read_against(folder, ledger, now.date())
        read = [
            read_return(ReturnedFile(path, path.name), context) for path in samples.glob("*.xlsx")
        ]
        issued = iter(ledger.issued())
        run, place = ledger.begin_run(context.round, to_end=True), 0
        while lot := list(islice(issued, _LOT)):
            with ledger.together():
                for one in lot:
                    ledger.record_return(_like(read[place % len(read)], one, now), run)
                    place += 1
        ledger.end_run(run)
    return time.process_time() - begun, 0.0


def _like(ret: Return, issued: Issued, now: datetime) -> Return:
    """The same return as if it had come back of another workbook, with comments of its own."""
    name = issued.file_name
    answers = (
        replace(one, value=f"{one.value} ({name})") if one.field == "comment" else one
        for one in ret.answers
    )
    return replace(
        ret, reference=issued.reference, file=name, received_at=now, answers=tuple(answers),
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        findings=tuple(one.in_file(name) for one in ret.findings),
    )  # fmt: skip


def _first(outbox: Path, number: int, to: Path) -> Path:
    """A folder with the first workbooks of an outbox, linked."""
    to.mkdir()
    for path in islice(sorted(outbox.glob("*.xlsx")), number):
        (to / path.name).hardlink_to(path)
    return to


def run(returns: int, home: Path) -> Iterator[tuple[str, Took]]:
    """Play a round; yield each command with what it took."""
    root, inbox = home / "round", home / "inbox"
    register(root, returns)
    yield "generate", command(root, "generate")
    if returns <= MOST_READ:
        fill_in(root / "outbox", inbox)
        yield "ingest", command(root, "ingest", str(inbox))
    else:
        fill_in(_first(root / "outbox", SHAPES, home / "some"), inbox)
        yield "record", recorded(root, inbox)
    for words in _COMMANDS:
        if words != ("verify",) or returns <= MOST_READ:  # there are no files to verify beyond that
            yield " ".join(words), command(root, *words)


def _read(sources: Sequence[ReturnedFile], context: Context, workers: Workers) -> float:
    begun = time.perf_counter()
    assert sum(1 for _ in read_all(sources, context, workers)) == len(sources)
    return time.perf_counter() - begun


def compare(returns: int) -> int:
    """Read the same files with processes and with a cluster of as many workers; 1 if over.

    They take turns, as the machine may be busy; starting the cluster is not counted.
    """
    count = os.cpu_count() or 1
    book = issue(find_toolkit("pat"))
    with tempfile.TemporaryDirectory() as folder, connected("local", count) as cluster:
        path = Path(folder) / "a.xlsx"
        path.write_bytes(filled(book, entries(book.toolkit)))
        sources = [ReturnedFile(path, f"{number}.xlsx") for number in range(returns)]
        context = a_context(book)
        here, there = [], []
        for _ in range(TURNS):
            here.append(_read(sources, context, count))
            there.append(_read(sources, context, cluster))
    ratio = statistics.median(there) / statistics.median(here)
    print(f"{returns:,} files, {count} processes: {statistics.median(here):.1f} s")
    print(f"a cluster of {count} workers: {statistics.median(there):.1f} s")
    print(f"ratio: {ratio:.2f} (at most {MOST_COST:g})")
    return int(ratio > MOST_COST)


def grow(sizes: Sequence[int]) -> int:
    """Play rounds of these sizes and print what they take; 1 where a limit is passed."""
    first: dict[str, float] = {}
    passed = True
    for size in sizes:
        print(f"\n{size:,} returns           seconds  ms for one   growth  megabytes", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            for name, (seconds, megabytes) in run(size, Path(folder)):
                each = seconds / size
                growth = each / first.setdefault(name, each)
                within = growth <= MOST_GROWTH and megabytes <= MOST_MEGABYTES
                passed = passed and within
                print(
                    f"{name:20} {seconds:12.1f} {1000 * each:11.2f} {growth:8.2f} "
                    f"{megabytes:10.0f}{'' if within else '   over'}",
                    flush=True,
                )
    return 0 if passed else 1


def main() -> int:
    """Run and print; exit code 1 when a limit is passed."""
    if sys.argv[1:2] == ["--cluster"]:
        return compare(int(sys.argv[2]) if sys.argv[2:] else 1000)
    return grow([int(word) for word in sys.argv[1:]] or [1000, 10_000])


if __name__ == "__main__":
    sys.exit(main())
