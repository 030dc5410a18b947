"""How long reading takes, against a bare calamine read and against pandas with openpyxl.

Run by hand from the project's folder: ``python -m benchmarks.bench_ingest [FILES]``. Times
are processor times, which other programs disturb least, and depend on the machine; the ratios
are what counts. A bare read only fetches cells: it neither guards nor identifies nor checks.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas
from python_calamine import CalamineWorkbook
from rich.console import Console
from rich.table import Table

from tests.factory import Workbook, a_context, entries, filled, issue
from xlassess.ingest import Context, ReturnedFile, read_all, read_return
from xlassess.toolkits.load import find_toolkit

ROUNDS = 5
FILES = 200
A_ROUND = 16
TOOLKITS = ("pat", "bv-organisation", "working-better-together")


def best(work: Callable[[], object], times: int) -> float:
    """The shortest of several rounds of the same work, in milliseconds for one time."""
    durations = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for _ in range(times):
            work()
        durations.append((time.process_time() - start) / times)
    return min(durations) * 1000


def bare(path: Path) -> None:
    """Fetch every cell with calamine and nothing else."""
    with CalamineWorkbook.from_path(path) as book:
        for index in range(len(book.sheet_names)):
            book.get_sheet_by_index(index).to_python(skip_empty_area=False)


def by_pandas(path: Path) -> None:
    """Fetch every sheet as pandas does with openpyxl."""
    pandas.read_excel(path, sheet_name=None, engine="openpyxl")


def single(paths: Sequence[Path], context: Context, table: Table) -> float:
    """Add a row for workbooks read one by one in this process; return what pandas takes, in ms.

    Each is read once, so that nothing is met again but what returns have in common.
    """
    path = paths[0]
    files, bare_files = iter(paths), iter(paths)
    ours = best(lambda: read_return(ReturnedFile(next(files), path.name), context), A_ROUND)
    calamine = best(lambda: bare(next(bare_files)), A_ROUND)
    pandas_time = best(lambda: by_pandas(path), 1)
    table.add_row(
        path.stem,
        f"{ours:.1f} ms",
        f"{calamine:.1f} ms",
        f"{pandas_time:.1f} ms",
        f"{ours / calamine:.1f}",
        f"{pandas_time / ours:.1f}",
    )
    return pandas_time


def returned(book: Workbook, number: int) -> bytes:
    """Return the workbook filled in with comments that no other return has."""
    given = (
        replace(one, typed=f"{one.typed} ({number})") if one.field == "comment" else one
        for one in entries(book.toolkit, variation=number)
    )
    return filled(book, tuple(given))


def batch(path: Path, context: Context, count: int, pandas_time: float, console: Console) -> None:
    """Print how long a batch in worker processes takes, starting them included."""
    sources = [ReturnedFile(path, f"{number}.xlsx") for number in range(count)]
    start = time.perf_counter()
    returns = [ret for _, ret in read_all(sources, context, None)]
    took = time.perf_counter() - start
    assert all(ret.state == "accepted" for ret in returns)
    console.print(
        f"{count} files in worker processes ({os.cpu_count()} processors): {took:.2f} s, "
        f"{1000 * took / count:.1f} ms a file; "
        f"pandas takes {pandas_time * count / took / 1000:.1f} times as long, one after the other"
    )
    console.print("wanted: at most 3 times bare calamine; pandas at least 10 times as long")


def main() -> None:
    """Run all and print the ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else FILES
    console = Console()
    table = Table("workbook", "xlassess", "bare calamine", "pandas + openpyxl")
    table.add_column("xlassess / calamine")
    table.add_column("pandas / xlassess")
    times: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in TOOLKITS:
            book = issue(find_toolkit(name))
            paths = [Path(folder) / f"{name}.xlsx"]
            paths += [Path(folder) / f"{name}-{n}.xlsx" for n in range(1, ROUNDS * A_ROUND)]
            for number, path in enumerate(paths):
                path.write_bytes(returned(book, number))
            times.append(single(paths, a_context(book), table))
        console.print(table)
        path = Path(folder) / f"{TOOLKITS[0]}.xlsx"
        batch(path, a_context(issue(find_toolkit(TOOLKITS[0]))), count, times[0], console)


if __name__ == "__main__":
    main()
