"""How long files take that are handed over at the desk, against the same by ``xlassess ingest``.

Run by hand from the project's folder: ``python -m benchmarks.bench_desk [FILES] [ROUNDS]``. Times
are from the first byte handed over until the last file is on record, taken in turn, as other
programs disturb both alike. Told as well are seconds of the processor, of the command with its
workers, and of the server with the process of the job and its workers, without the start of the
server: they are disturbed less. A tenth more of these is what the desk may take.
"""

from __future__ import annotations

import ctypes
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

from tests.services.small import a_folder, with_addresses
from tests.web.desks import FROM_HERE, a_desk_at_work, number_in
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


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds that something took: by the clock, and of the processor."""

    clock: float
    processor: float


def by_command(root: Path, inbox: Path) -> Taken:
    """Return what the command takes, from its start to its end."""
    command = [sys.executable, "-m", "xlassess", "-C", str(root), "ingest", str(inbox)]
    start, before = time.perf_counter(), ended()
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
    return Taken(time.perf_counter() - start, ended() - before)


def ended() -> float:
    """Wait for all processes that were begun from here; return the seconds of the processor."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, 0)[0]:
            pass
    told = resource.getrusage(resource.RUSAGE_CHILDREN)
    return told.ru_utime + told.ru_stime


def taken_by(process: int) -> float:
    """Seconds of the processor that a process took so far, without what it began."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def at_desk(root: Path, inbox: Path) -> Taken:
    """Return what it takes from handing the files over until they are read."""
    jobs, before = Jobs(root), ended()
    with a_desk_at_work(root) as (server, browser, home):
        number = number_in(browser.get(f"{home}/receive"))
        files = [("files", (path.name, path.read_bytes())) for path in sorted(inbox.iterdir())]
        began = 0.0
        while began != (now := taken_by(server.pid)):  # it gets ready beside the first page
            began = now
            time.sleep(3)
        start = time.perf_counter()
        browser.post(f"{home}/receive", data={"number": number}, files=files, headers=FROM_HERE)
        (job,) = jobs.of("2026", "read")
        while not job.is_over:
            time.sleep(0.01)
            job = jobs.find(job.id) or job
        clock = time.perf_counter() - start
    if job.state != "done":
        raise RuntimeError(job.state)
    return Taken(clock, ended() - before - began)


def main() -> int:
    """Compare the two; exit code 1 where the desk takes more than a tenth longer."""
    files, rounds = ([*map(int, sys.argv[1:]), *(50, 5)[len(sys.argv[1:]) :]])[:2]
    # What a server leaves behind when it ends is counted here.
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    command, page = list[Taken](), list[Taken]()
    with tempfile.TemporaryDirectory() as place:
        inbox = a_round(Path(place), files)
        for turn in range(rounds):
            for way, times in ((by_command, command), (at_desk, page)):
                root = Path(place) / f"{way.__name__} {turn}"
                shutil.copytree(Path(place) / "round", root)
                times.append(way(root, inbox))
    print(f"{files} files, {rounds} rounds")
    for name, of in (("by the clock", "clock"), ("of the processor", "processor")):
        ours, theirs = ([getattr(one, of) for one in each] for each in (page, command))
        ratio = median(ours) / median(theirs)
        print(
            f"  {name}: ingest {median(theirs):.2f} s ({min(theirs):.2f} to {max(theirs):.2f}), "
            f"desk {median(ours):.2f} s ({min(ours):.2f} to {max(ours):.2f}); ratio {ratio:.2f}"
        )
    return int(ratio > 1.1)


_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2)."""


if __name__ == "__main__":
    sys.exit(main())
