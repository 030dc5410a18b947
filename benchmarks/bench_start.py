"""How long ``xlassess --help`` takes, against importing click alone.

Run by hand from the project's folder: ``python -m benchmarks.bench_start``.
"""

from __future__ import annotations

import subprocess
import sys
import time

ROUNDS = 10
MARGIN = 0.050


def best(*arguments: str) -> float:
    """The shortest of several runs of a Python program, in seconds."""
    durations = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        durations.append(time.perf_counter() - start)
    return min(durations)


def main() -> None:
    """Print both times and what is wanted."""
    ours, click = best("-m", "xlassess", "--help"), best("-c", "import click")
    print(f"xlassess --help {ours * 1000:.0f} ms, import click {click * 1000:.0f} ms")
    print(f"wanted: {(2 * click + MARGIN) * 1000:.0f} ms at most")


if __name__ == "__main__":
    main()
