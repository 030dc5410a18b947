"""A team at work: many coordinators at once at a served desk, on two assessments.

``python -m benchmarks.bench_team [--people 20] [--seconds 60]`` starts ``xlassess serve`` and lets
each person open pages and record decisions as fast as a quick reader does. It tells how long pages
took, how much memory the server had, and whether every decision that was said to be recorded is on
record once, under the name of whoever took it. It fails if one is not, or if a page was an error.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import httpx

from tests.services.small import MONDAY, a_folder
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services.generate import generate
from xlassess.web.team.accounts import Accounts
from xlassess.web.team.doors import COOKIE

_PASSWORD = "lamp river orange"
_PLACES = ("harbour", "quay")
_PAGES = ("/", "/register", "/settle", "/send", "/history", "/plan", "/papers", "/receive")
_THINKING = (0.5, 1.5)


@dataclass
class Person:
    """One coordinator at work: what they decided, how long pages took, and what went wrong."""

    name: str
    client: httpx.Client
    place: str
    chance: random.Random
    taken: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    decided: list[str] = field(default_factory=list)

    def work(self, until: float) -> None:
        """Open pages and record decisions until it is time to stop."""
        while time.monotonic() < until:
            if self.chance.random() < 0.5:
                self._decide()
            else:
                self._ask("GET", f"/a/{self.place}{self.chance.choice(_PAGES)}")
            time.sleep(self.chance.uniform(*_THINKING))

    def _decide(self) -> None:
        page = self._ask("GET", f"/a/{self.place}/send?show=all")
        books = re.findall(r'name="book" value="([^"]+)"', page.text)
        number = re.search(r'name="number" value="([^"]+)"', page.text)
        if not books or not number:
            return
        book = unescape(self.chance.choice(books))
        answer = self._ask("POST", f"/a/{self.place}/send",
                           data={"number": number[1], "what": "sent", "book": book})  # fmt: skip
        if answer.status_code == 303:
            self.decided.append(book)

    def _ask(self, method: str, path: str, **more: object) -> httpx.Response:
        began = time.perf_counter()
        answer = self.client.request(method, path, **more)  # type: ignore[arg-type]
        self.taken.append(time.perf_counter() - began)
        if answer.status_code >= 400:
            self.wrong.append(f"{method} {path}: {answer.status_code}")
        return answer


def _folder(root: Path, people: int) -> Accounts:
    rows = tuple((f"Partner {n % 40:02}", f"Person {n:03}", "Board") for n in range(200))
    first = a_folder(root / _PLACES[0], rows)
    generate(first, now=MONDAY)
    shutil.copytree(first.root, root / _PLACES[1])
    accounts = Accounts(root)
    accounts.create()
    for number in range(people):
        accounts.add(f"person{number}", f"Coordinator {number}", "coordinator")
    accounts.set_password("person0", _PASSWORD)
    return accounts


def _people(accounts: Accounts, base: str, number: int) -> list[Person]:
    made = []
    for one in range(number):
        headers = {
            "host": "desk.example", "x-forwarded-proto": "https", "sec-fetch-site": "same-origin",
            "x-forwarded-for": f"10.0.0.{one}",
        }  # fmt: skip
        client = httpx.Client(base_url=base, headers=headers, timeout=60)
        client.headers["cookie"] = f"{COOKIE}={accounts.begin(f'person{one}', 'benchmark')}"
        made.append(Person(f"Coordinator {one}", client, _PLACES[one % 2], random.Random(one)))
    return made


def _memory(process: int) -> int:
    """Megabytes that a process has, and had at most."""
    text = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmHWM:\s+(\d+)", text)[0]) // 1024


def _lost(root: Path, people: list[Person]) -> Counter[tuple[str, str, str]]:
    """Decisions that were said to be recorded and are not, or are there more often."""
    said = Counter((one.place, one.name, book) for one in people for book in one.decided)
    there: Counter[tuple[str, str, str]] = Counter()
    for place in _PLACES:
        with Ledger(AssessmentFolder(root / place).ledger) as ledger:
            for event in ledger.events():
                if event.what == "sent":
                    there[place, event.by, event.reference] += 1
    lost = said.copy()
    lost.subtract(there)
    return Counter({key: number for key, number in lost.items() if number})


def main(arguments: list[str]) -> int:
    """Run it, and return 1 where something was lost or wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place, socket.socket() as free:
        root = Path(place)
        accounts = _folder(root, options.people)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        words = ["serve", "-C", place, "--host-name", "desk.example", "--port", str(port)]
        with (root / "log.jsonl").open("wb") as log:
            server = subprocess.Popen([sys.executable, "-m", "xlassess", *words], stderr=log)
        try:
            base = f"http://127.0.0.1:{port}"
            _wait(base)
            people = _people(accounts, base, options.people)
            until = time.monotonic() + options.seconds
            threads = [threading.Thread(target=one.work, args=(until,)) for one in people]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
            return _tell(root, people, _memory(server.pid))
        finally:
            server.terminate()
            server.wait(30)


def _wait(base: str) -> None:
    while True:
        try:
            if httpx.get(f"{base}/healthz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)


def _tell(root: Path, people: list[Person], memory: int) -> int:
    taken = sorted(spent for one in people for spent in one.taken)
    wrong = [line for one in people for line in one.wrong]
    lost = _lost(root, people)
    decided = sum(len(one.decided) for one in people)
    print(f"{len(people)} people, {len(taken)} requests, {decided} decisions")
    print(f"median {statistics.median(taken) * 1000:.0f} ms, "
          f"95 % below {taken[int(len(taken) * 0.95)] * 1000:.0f} ms, "
          f"longest {taken[-1] * 1000:.0f} ms")  # fmt: skip
    print(f"memory of the server at most {memory} MB")
    print(f"error pages: {len(wrong)} {wrong[:5]}")
    print(f"decisions lost or doubled: {len(lost)} {list(lost.items())[:5]}")
    return 1 if wrong or lost else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
