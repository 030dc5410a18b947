"""How long a summary of many returns takes, against XlsxWriter writing the same cells.

The yardstick is what the library needs for the same cells with no thought at all: the same
texts, numbers and formulas on the same sheets, without figures, tables, charts or looks.

Usage: python benchmarks/bench_consolidate.py [RETURNS]     (default 1000)
       python benchmarks/bench_consolidate.py --growth      (1,000 and 10,000 returns: time, memory)
"""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import time
from collections.abc import Callable

import openpyxl
from xlsxwriter import Workbook

from tests.consolidate.rounds import MADE_AT, Wish, a_round
from xlassess.consolidate import summarise, summary_bytes
from xlassess.toolkits.load import find_toolkit

LIMIT = 4.0
"""Most times the yardstick's time that a summary may take."""

FEW, MANY = 1_000, 10_000
MOST_GROWTH = 11.0
"""Most times the time of `FEW` returns that `MANY` may take."""

MOST_MEMORY = 1024
"""Megabytes that `MANY` returns may take at most, the round itself included."""

Cells = list[tuple[str, list[tuple[int, int, str, object]]]]


def best_of(times: int, work: Callable[[], object]) -> float:
    """Return the seconds of the fastest run."""
    found = []
    for _ in range(times):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
    return min(found)


def cells_of(data: bytes) -> Cells:
    """Return every cell of a workbook: sheet, row, column, kind, value."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return [
        (
            sheet.title,
            [
                (cell.row - 1, cell.column - 1, cell.data_type, cell.value)
                for row in sheet.iter_rows()
                for cell in row
                if cell.value is not None
            ],
        )
        for sheet in book
    ]


def plain_write(cells: Cells) -> bytes:
    """Write the cells and nothing else."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "default_date_format": "d mmm yyyy"})
    for name, found in cells:
        sheet = book.add_worksheet(name)
        for row, column, kind, value in found:
            if kind == "s":
                sheet.write_string(row, column, value)
            elif kind == "f":
                sheet.write_formula(row, column, value)
            elif kind == "d":
                sheet.write_datetime(row, column, value)
            else:
                sheet.write_number(row, column, value)
    book.close()
    return buffer.getvalue()


def measured(returns: int) -> tuple[float, int]:
    """Return the seconds a summary of this many returns takes, and the most memory in MB.

    It runs in a process of its own, so that nothing else counts towards its memory.
    """
    done = subprocess.run(
        [sys.executable, __file__, "--alone", str(returns)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    seconds, megabytes = done.stdout.split()
    return float(seconds), int(megabytes)


def alone(returns: int) -> int:
    """Make one summary and print its seconds and the process's peak of memory."""
    record = a_round([find_toolkit("pat")], returns, Wish(talk=0.12))
    begun = time.perf_counter()
    summary_bytes(summarise(record, MADE_AT))
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{seconds:.2f} {peak // (1024 * 1024 if sys.platform == 'darwin' else 1024)}")
    return 0


def growth() -> int:
    """Print how time and memory grow; exit code 1 when either is over its limit."""
    few, many = measured(FEW), measured(MANY)
    ratio = many[0] / few[0]
    for returns, (seconds, megabytes) in ((FEW, few), (MANY, many)):
        print(f"{returns:6d} returns      {seconds:7.2f} s, {megabytes} MB at most")
    print(f"growth             {ratio:7.2f} (at most {MOST_GROWTH:g})")
    print(f"memory             {many[1]:7d} MB (at most {MOST_MEMORY})")
    return int(ratio > MOST_GROWTH or many[1] > MOST_MEMORY)


def main() -> int:
    """Print times and ratios; exit code 1 when the summary is too slow or too large."""
    match sys.argv[1:]:
        case ["--alone", returns]:
            return alone(int(returns))
        case ["--growth"]:
            return growth()
        case [returns]:
            return compare(int(returns))
        case _:
            return compare(FEW)


def compare(returns: int) -> int:
    """Print the times of a summary and of its bare cells, and their ratio."""
    record = a_round([find_toolkit("pat")], returns, Wish(talk=0.12))
    summary = summarise(record, MADE_AT)
    data = summary_bytes(summary)
    cells = cells_of(data)
    figures = best_of(3, lambda: summarise(record, MADE_AT))
    whole = best_of(3, lambda: summary_bytes(summarise(record, MADE_AT)))
    plain = best_of(3, lambda: plain_write(cells))
    count = sum(len(found) for _, found in cells)
    kind = "formulas" if summary.live else "values"
    print(f"{returns} returns, {len(summary.data)} data rows, {count} cells, figures as {kind}")
    print(f"figures            {figures:7.2f} s")
    print(f"whole summary      {whole:7.2f} s, {len(data) / 1e6:.1f} MB")
    print(f"the same cells     {plain:7.2f} s")
    print(f"ratio              {whole / plain:7.2f} (at most {LIMIT:g})")
    return int(whole / plain > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
