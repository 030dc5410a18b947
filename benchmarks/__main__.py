"""Run all benchmarks, one after the other, each in a process of its own.

The programs that look for wrong answers rather than for lost time run for long, and by hand:
``mutate_returns`` and its like say how.
"""

from __future__ import annotations

import subprocess
import sys

NAMES = (
    "bench_start", "bench_generate", "bench_ingest", "bench_post", "bench_consolidate",
    "bench_round", "bench_desk",
)  # fmt: skip


def main() -> int:
    """Run all; exit code 1 when one of them fails."""
    codes = []
    for name in NAMES:
        print(f"\n{name}", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}"]
        codes.append(subprocess.run(command, check=False).returncode)
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
