"""How long files take that are handed over at the desk, against the same by ``xlassess ingest``.

Run by hand from the project's folder: ``python -m benchmarks.bench_desk [FILES] [ROUNDS]``. Times
are from the first byte handed over until the last file is on record, taken in turn, as other
programs disturb both alike. A tenth more is what the desk may take.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

import httpx

from tests.services.small import a_folder, with_addresses
from tests.web.desks import FROM_HERE, number_in
from xlassess.services.generate import generate
from xlassess.web.jobs import Jobs


def a_round(root: Path, files: int) -> Path:
    """Make a round of so many partners; return the folder with what they send back."""
    folder = a_folder(root / "round", with_addresses([f"P{number:03d}" for number in range(files)]))
    text = folder.settings_file.read_text(encoding="utf-8")
    folder.settings_file.write_text(text.replace("toolkits: [tiny]", "toolkits: [pat]"), "utf-8")
    generate(folder, now=datetime.now(timezone.utc))
    inbox = root / "inbox"
    shutil.copytree(folder.outbox, inbox)
    return inbox


def by_command(root: Path, inbox: Path) -> float:
    """Return the seconds that the command takes, from its start to its end."""
    command = [sys.executable, "-m", "xlassess", "-C", str(root), "ingest", str(inbox)]
    start = time.perf_counter()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def at_desk(root: Path, inbox: Path) -> float:
    """Return the seconds from handing the files over until they are read."""
    jobs = Jobs(root)
    with desk(root) as (browser, home):
        number = number_in(browser.get(f"{home}/receive"))
        files = [("files", (path.name, path.read_bytes())) for path in sorted(inbox.iterdir())]
        start = time.perf_counter()
        browser.post(f"{home}/receive", data={"number": number}, files=files, headers=FROM_HERE)
        (job,) = jobs.of("2026", "read")
        while not job.is_over:
            time.sleep(0.01)
            job = jobs.find(job.id) or job
        took = time.perf_counter() - start
    if job.state != "done":
        raise RuntimeError(job.state)
    return took


@contextmanager
def desk(root: Path) -> Iterator[tuple[httpx.Client, str]]:
    """Open a desk as the command does, and let a browser in."""
    command = [sys.executable, "-m", "xlassess", "desk", str(root), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("no output")
            link = next(line.strip() for line in process.stdout if "/open/" in line)
            with httpx.Client(timeout=600, follow_redirects=True) as browser:
                browser.get(link)
                yield browser, link.partition("/open/")[0]
        finally:
            process.terminate()


def main() -> int:
    """Compare the two; exit code 1 where the desk takes more than a tenth longer."""
    files, rounds = ([*map(int, sys.argv[1:]), *(50, 5)[len(sys.argv[1:]) :]])[:2]
    command, page = [], []
    with tempfile.TemporaryDirectory() as place:
        inbox = a_round(Path(place), files)
        for turn in range(rounds):
            for way, times in ((by_command, command), (at_desk, page)):
                root = Path(place) / f"{way.__name__} {turn}"
                shutil.copytree(Path(place) / "round", root)
                times.append(way(root, inbox))
    ratio = median(page) / median(command)
    print(
        f"{files} files, {rounds} rounds: ingest {median(command):.2f} s ({min(command):.2f} to "
        f"{max(command):.2f}), desk {median(page):.2f} s ({min(page):.2f} to {max(page):.2f}); "
        f"ratio {ratio:.2f}"
    )
    return int(ratio > 1.1)


if __name__ == "__main__":
    sys.exit(main())
