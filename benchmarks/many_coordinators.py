"""Twenty coordinators at once at one desk: is a decision lost, made twice, or met with an error?

Run by hand from the project's folder:
``python -m benchmarks.many_coordinators [SECONDS] [COORDINATORS] [RESPONDENTS] [SEED]``. Each
looks at pages and decides: accepts doubts and takes that back, corrects answers, records workbooks
as sent. Whoever is told that somebody else was quicker goes on to something else. In the end each
decision that somebody was told is on record must be there once, and no other.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from statistics import median

import httpx
import openpyxl

from tests.services.small import LATER, MONDAY, a_folder
from tests.web.desks import FROM_HERE, number_in, running
from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.layout import layout
from xlassess.ledger import Event, Ledger
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.toolkits.load import find_toolkit

SECONDS, COORDINATORS, RESPONDENTS, SEED = 120, 20, 500, 20260302
_PAGES = ("/", "/register", "/settle", "/send?show=all", "/history", "/register/response")
_DOUBT = re.compile(r'href="(/settle/one\?[^"]+)"')
_MARK = re.compile(r'name="mark" value="([^"]*)"')
_UNDO = re.compile(r'name="undo" value="([^"]*)"')
_BOOK = re.compile(r'name="book" value="([^"]*)"')
_MEANWHILE = ("Something was recorded about this meanwhile", "settled", "already")


def a_round(root: Path, respondents: int, *, read: bool = True) -> tuple[AssessmentFolder, Path]:
    """Make a round in which everybody has answered, and left doubts; return it and the files."""
    people = tuple((f"P{one:04d}", f"Person {one}", "Board") for one in range(respondents))
    folder = a_folder(root / "round", people)
    (table,) = layout(find_toolkit("tiny", folder.toolkits)).sections[0].tables
    column = table.column("answer")
    if column is None:
        raise RuntimeError("no answers")
    inbox = root / "inbox"
    inbox.mkdir()
    for issued in generate(folder, now=MONDAY).workbooks:
        book = openpyxl.load_workbook(issued.path)
        for row, value in zip(table.rows, ("Perhaps", "Agree", None), strict=True):
            book["1 Basics"].cell(row.index + 1, column.index + 1).value = value
        book.save(inbox / issued.path.name)
    if read:
        ingest(folder, [inbox], now=LATER)
    return folder, inbox


@dataclass
class Coordinator:
    """One of those at work: what they were told is on record, and what went wrong.

    ``took`` are the seconds of each page.
    """

    name: str
    home: str
    browser: httpx.Client
    chance: random.Random
    told: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    undone: int = 0
    beaten: int = 0
    wrong: list[str] = field(default_factory=list)
    took: list[float] = field(default_factory=list)

    def work(self, until: float) -> None:
        """Look and decide until the time is over."""
        while time.monotonic() < until:
            try:
                self.chance.choice((self._look, self._settle, self._settle, self._send))()
            except httpx.HTTPError as error:
                self.wrong.append(f"{self.name}: {error!r}")

    def _get(self, address: str) -> httpx.Response:
        start = time.perf_counter()
        came = self.browser.get(f"{self.home}{address}")
        self.took.append(time.perf_counter() - start)
        return self._seen(came, address)

    def _post(self, address: str, fields: dict[str, str]) -> httpx.Response:
        start = time.perf_counter()
        came = self.browser.post(f"{self.home}{address}", data=fields, headers=FROM_HERE)
        self.took.append(time.perf_counter() - start)
        return self._seen(came, f"{address} {fields.get('what')}")

    def _seen(self, came: httpx.Response, address: str) -> httpx.Response:
        if came.status_code not in (200, 303) and not any(one in came.text for one in _MEANWHILE):
            self.wrong.append(f"{self.name}: {came.status_code} for {address}")
        return came

    def _look(self) -> None:
        self._get(self.chance.choice(_PAGES))

    def _settle(self) -> None:
        """Take one of the doubts that are listed, and decide about it; take it back at times."""
        links = _DOUBT.findall(self._get("/settle").text)
        if not links:
            return
        address = unescape(self.chance.choice(links))
        page = self._get(address)
        mark = _MARK.search(page.text)
        if mark is None:
            self.beaten += 1
            return
        reason = f"{self.name} {self.chance.getrandbits(48):x}"
        fields = {"number": number_in(page), "mark": unescape(mark[1])}
        if self.chance.random() < 0.5:
            fields |= {"what": "waive", "waive-reason": reason}
        else:
            fields |= {"what": "correct", "correct-reason": reason, "answer-0": "Agree"}
        came = self._post(address, fields)
        if came.status_code != 303:
            self.beaten += 1
            return
        self.told.append(reason)
        if self.chance.random() < 0.3:
            self._take_back(unescape(came.headers["location"]))

    def _take_back(self, address: str) -> None:
        page = self._get(address)
        key = _UNDO.search(page.text)
        if key is not None:
            fields = {"number": number_in(page), "what": "undo", "undo": unescape(key[1])}
            self.undone += self._post("/settle/one", fields).status_code == 303

    def _send(self) -> None:
        page = self._get("/send?show=all")
        books = _BOOK.findall(page.text)
        if books:
            fields = {"number": number_in(page), "what": "sent", "book": self.chance.choice(books)}
            came = self._post("/send?show=all", fields)
            if came.status_code == 303:
                # of two who record it at one moment, the second is told that it is on record
                said = self._get(unescape(came.headers["location"])).text
                self.sent[fields["book"]] += "Recorded as sent: 1 workbook" in said


@contextmanager
def a_server(root: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a desk in a process of its own, which gives a link for each line it is written."""
    command = [sys.executable, "-m", "benchmarks.many_coordinators", "--serve", str(root)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            yield server
        finally:
            server.kill()


def let_in(server: subprocess.Popen[str], name: str, seed: int) -> Coordinator:
    """Let one more coordinator in."""
    if server.stdin is None or server.stdout is None:
        raise RuntimeError("no desk")
    server.stdin.write("\n")
    server.stdin.flush()
    link = server.stdout.readline().strip()
    browser = httpx.Client(timeout=60)
    browser.get(link).raise_for_status()
    return Coordinator(name, link.partition("/open/")[0], browser, random.Random(seed))


def _serve(root: Path) -> None:
    with running(AssessmentFolder(root)) as sessions:
        for _ in sys.stdin:
            print(sessions.new_link(), flush=True)


def at_work(folder: AssessmentFolder, seconds: float, number: int, seed: int) -> list[Coordinator]:
    """Let so many coordinators work for so long; return them with what they were told."""
    with a_server(folder.root) as server:
        everybody = [let_in(server, f"C{one}", seed + one) for one in range(number)]
        until = time.monotonic() + seconds
        threads = [threading.Thread(target=one.work, args=(until,)) for one in everybody]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for one in everybody:
            one.browser.close()
    return everybody


def _repeated(events: Sequence[Event]) -> set[int]:
    """Return the numbers of what a correction put on record again.

    What was accepted before is accepted again in the return that takes its place, just before the
    event that says so. One correction may be made, taken back and made again: each is an event of
    the same return.
    """
    numbers: set[int] = set()
    corrected: int | None = None
    for event in reversed(events):
        if event.what == "corrected":
            corrected = event.return_id
        elif event.what == "waived" and event.return_id == corrected:
            numbers.add(event.number)
        else:
            corrected = None
    return numbers


def what_is_wrong(folder: AssessmentFolder, everybody: list[Coordinator], before: int) -> list[str]:
    """Return what is not on record as it was told, or is there and was told to nobody."""
    wrong = [one for each in everybody for one in each.wrong]
    with Ledger(folder.ledger) as ledger:
        events = ledger.events(before)
        wrong += [str(fault) for fault in ledger.audit().faults]
    told = [one for each in everybody for one in each.told]
    repeated = _repeated(events)
    kept = Counter(
        event.reason.rpartition(". ")[2]
        for event in events
        if event.what in ("waived", "corrected")
        and event.number not in repeated
        and re.search(r"C\d+ [0-9a-f]+$", event.reason)
    )
    wrong += [f"lost: {one}" for one in told if kept[one] == 0]
    wrong += [f"{times} times: {one}" for one, times in kept.items() if times > 1]
    wrong += [f"told to nobody: {one}" for one in kept.keys() - {*told}]
    sent = Counter(event.reference for event in events if event.what == "sent")
    said = sum((each.sent for each in everybody), Counter[str]())
    wrong += [f"sent: {one}: {sent[one]}, told {said[one]}" for one in sent | said
              if sent[one] != said[one]]  # fmt: skip
    return wrong


def main() -> int:
    """Let them work; exit code 1 where anything is wrong."""
    if sys.argv[1:2] == ["--serve"]:
        _serve(Path(sys.argv[2]))
        return 0
    usual = (SECONDS, COORDINATORS, RESPONDENTS, SEED)
    given = [*map(int, sys.argv[1:]), *usual[len(sys.argv) - 1 :]]
    seconds, number, respondents, seed = given
    with tempfile.TemporaryDirectory() as place:
        folder, _ = a_round(Path(place), respondents)
        with Ledger(folder.ledger) as ledger:
            before = ledger.last_event()
        everybody = at_work(folder, seconds, number, seed)
        wrong = what_is_wrong(folder, everybody, before)
    took = sorted(one for each in everybody for one in each.took)
    print(
        f"{number} coordinators, {respondents} respondents, {seconds} s: {len(took)} pages, median "
        f"{median(took) * 1000:.0f} ms, longest {took[-1] * 1000:.0f} ms; "
        f"{sum(len(each.told) for each in everybody)} decisions, "
        f"{sum(each.undone for each in everybody)} taken back, "
        f"{sum(sum(each.sent.values()) for each in everybody)} recorded as sent, "
        f"{sum(each.beaten for each in everybody)} told that somebody was quicker"
    )
    for one in wrong[:40]:
        print(f"  {one}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
