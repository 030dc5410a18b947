"""The desk is killed in the middle of things and begun again: nothing is lost, nothing is twice."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from html import unescape
from pathlib import Path

import httpx
import pytest

from benchmarks.many_coordinators import a_round, at_work, what_is_wrong
from tests.services.small import LATER
from tests.web.desks import FROM_HERE, a_desk_at_work, number_in, process_of, until
from xlassess.ledger import Ledger
from xlassess.services.ingest import ingest
from xlassess.services.setup.verify import verify
from xlassess.services.status import status
from xlassess.web.jobs import PLACE, Jobs
from xlassess.web.unsettled import unsettled

pytestmark = [
    pytest.mark.slow,
    pytest.mark.sqlite,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are ended in another way there"),
]


def killed_within(server: subprocess.Popen[str], seconds: float, ask: Callable[[], int]) -> int:
    """Ask for something and kill the desk so long after; return what it answered, or 0."""
    answered: list[int] = []

    def asking() -> None:
        with suppress(httpx.HTTPError):
            answered.append(ask())

    thread = threading.Thread(target=asking)
    thread.start()
    time.sleep(seconds)
    os.kill(server.pid, signal.SIGKILL)
    thread.join()
    return answered[0] if answered else 0


class Trial:
    """A round with doubts to be settled, and files to be handed over, while the desk is killed."""

    def __init__(self, root: Path, kills: int, seed: int) -> None:
        self.folder, inbox = a_round(root, 2 * kills, read=False)
        files = sorted(inbox.iterdir())
        ingest(self.folder, files[:kills], now=LATER)
        self.files, self.jobs = files[kills:], Jobs(self.folder.root)
        self.chance, self.told = random.Random(seed), dict[str, int]()

    def decide(self, number: int) -> None:
        """Accept a doubt, and kill the desk meanwhile."""
        one = next(unsettled(status(self.folder, today=LATER.date())))
        address, reason = f"/settle/one?ref={one.reference}&of={one.key}", f"Reason {number}"
        with a_desk_at_work(self.folder.root) as (server, browser, home):
            page = browser.get(f"{home}{address}")
            mark = re.search(r'name="mark" value="([^"]*)"', page.text)
            assert mark is not None
            fields = {"number": number_in(page), "mark": unescape(mark[1])}
            fields |= {"what": "waive", "waive-reason": reason}
            self.told[reason] = killed_within(
                server, self.chance.uniform(0, 0.15),
                lambda: browser.post(
                    f"{home}{address}", data=fields, headers=FROM_HERE
                ).status_code,
            )  # fmt: skip

    def hand_over(self, path: Path, *, job_too: bool) -> None:
        """Hand a file over, and kill the desk meanwhile; perhaps the job's process as well."""
        before = {job.id for job in self.jobs.of("2026", "read")}
        with a_desk_at_work(self.folder.root) as (server, browser, home):
            number = number_in(browser.get(f"{home}/receive"))
            files = [("files", (path.name, path.read_bytes()))]
            killed_within(
                server, self.chance.uniform(0, 0.2),
                lambda: browser.post(
                    f"{home}/receive", data={"number": number}, files=files, headers=FROM_HERE
                ).status_code,
            )  # fmt: skip
        begun = [job for job in self.jobs.of("2026", "read") if job.id not in before]
        if job_too and begun:
            time.sleep(self.chance.uniform(0, 1.5))
            with suppress(AssertionError, ProcessLookupError):
                os.kill(process_of(begun[0].id), signal.SIGKILL)

    def put_right(self) -> None:
        """Do again what was broken off, as people do on the page."""
        until(lambda: all(job.is_over for job in self.jobs.of("2026")))
        for job in self.jobs.of("2026"):
            self.jobs.again(job.id, job.by)
        until(lambda: all(job.state == "done" for job in self.jobs.of("2026")))
        with Ledger(self.folder.ledger) as ledger:
            came = {ret.file.rpartition("/")[2] for ret in ledger.history("2026")}
        missing = [path for path in self.files if path.name not in came]
        if missing:
            with a_desk_at_work(self.folder.root) as (_, browser, home):
                number = number_in(browser.get(f"{home}/receive"))
                files = [("files", (path.name, path.read_bytes())) for path in missing]
                browser.post(
                    f"{home}/receive", data={"number": number}, files=files, headers=FROM_HERE
                )
                until(lambda: all(job.state == "done" for job in self.jobs.of("2026", "read")))

    def check(self) -> None:
        """Nothing is lost, nothing is there twice, and nothing is left over."""
        with Ledger(self.folder.ledger) as ledger:
            reasons = Counter(one.reason for one in ledger.events() if one.what == "waived")
            came = Counter(ret.file.rpartition("/")[2] for ret in ledger.history("2026"))
        for reason, answered in self.told.items():
            assert reasons[reason] <= 1, reason
            if answered:
                assert (answered, reasons[reason]) == (303, 1), reason
        assert all(came[path.name] == 1 for path in self.files), came
        assert verify(self.folder).holds
        time.sleep(2.1)  # what is young may be another desk's
        self.jobs.sweep()
        left = [path.name for path in (self.folder.root / PLACE).glob(".unfinished-*")]
        assert left == []


def hunted(monkeypatch: pytest.MonkeyPatch, root: Path, kills: int, seed: int) -> None:
    """Kill the desk so often: in the middle of a decision, an upload, and a job."""
    # a job killed before its process began is waited for: ten seconds will do here
    monkeypatch.setattr("xlassess.web.jobs._START_SECONDS", 10.0)
    trial = Trial(root, kills, seed)
    for number in range(kills):
        if number % 3 == 0:
            trial.decide(number)
        else:
            trial.hand_over(trial.files[number], job_too=number % 3 == 2)
    trial.put_right()
    trial.check()


@pytest.mark.thorough
def test_desk__killed_in_a_decision_an_upload_and_a_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hunted(monkeypatch, tmp_path, 3, 1)


@pytest.mark.hunt
@pytest.mark.parametrize("seed", [2, 3])
def test_desk__killed_at_many_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    hunted(monkeypatch, tmp_path, 24, seed)


@pytest.mark.thorough
def test_desk__many_at_once_lose_nothing_and_meet_no_error(tmp_path: Path) -> None:
    folder, _ = a_round(tmp_path, 12)
    with Ledger(folder.ledger) as ledger:
        before = ledger.last_event()
    everybody = at_work(folder, 8, 6, 1)
    assert sum(len(one.took) for one in everybody) > 6
    assert what_is_wrong(folder, everybody, before) == []
