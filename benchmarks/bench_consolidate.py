"""How long a summary of many returns takes, against XlsxWriter writing the same cells.

The yardstick is what the library needs for the same cells with no thought at all: the same
texts, numbers and formulas on the same sheets, without figures, tables, charts or looks.

Usage: python benchmarks/bench_consolidate.py [RETURNS]     (default 1000)
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable

import openpyxl
from xlsxwriter import Workbook

from tests.consolidate.rounds import MADE_AT, Wish, a_round
from xlassess.consolidate import summarise, summary_bytes
from xlassess.folder.toolkits import find_toolkit

LIMIT = 4.0
"""Most times the yardstick's time that a summary may take."""

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


def main() -> int:
    """Print the times and their ratio; exit code 1 when the summary is too slow."""
    returns = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
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
