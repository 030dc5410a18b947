"""How long the desk's pages take where thousands are asked, and the page after a decision.

Run by hand from the project's folder: ``python -m benchmarks.bench_pages [RESPONDENTS] [TURNS]``.
Told is the time on the server alone, in milliseconds of its processor, as other programs disturb
less there. A page may take 300, and the median of each 100.

There are two rounds: one in which a third has answered, and the same once its plan is agreed and
more came in since, without names. Every page that links lead to is asked for, and as many as
`PAGES` says by their address. In the end a desk is run as its command does, and told is how much
memory it had at most; that may be 300 MB.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from statistics import median

from tests.services.planned import entered, fill
from tests.services.small import LATER, MONDAY, a_folder, answer, write_register
from tests.web.desks import (
    FROM_HERE,
    PORT,
    DeskClient,
    a_desk_at_work,
    links_in,
    number_in,
    settled,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.reference import make_reference
from xlassess.contract.seal import seal
from xlassess.ledger import Ledger
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import Respondent
from xlassess.services import decide
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.plans.plan import plan
from xlassess.toolkits.load import find_toolkit
from xlassess.web.app import create_app
from xlassess.web.kept import rounds_known
from xlassess.web.request.security import Sessions, User
from xlassess.web.serving.ready import get_ready

PAGES = (
    "/", "/register", "/settle", "/send", "/send?show=all", "/receive", "/register/response",
    "/history", "/register/people",
    *(f"/send/messages?kind={kind}" for kind in ("invitation", "reminder", "thanks", "query")),
)  # fmt: skip


def a_round(root: Path, respondents: int) -> AssessmentFolder:
    """Make a round in which a third has answered: records as of real workbooks, and no files."""
    two = (("Ash", "Ada Ash", "Board", "a@example.org"), ("Ash", "Abe Ash", "Board", "b@x.org"))
    folder = a_folder(root / "round", two)
    answer(folder, "Ada Ash", root / "in" / "a.xlsx", ("Disagree", "Agree", "Disagree"))
    answer(folder, "Abe Ash", root / "in" / "b.xlsx", ("Perhaps", "Agree", None))
    ingest(folder, [root / "in"], now=LATER, workers=1)
    with Ledger(folder.ledger) as ledger:
        like, came = ledger.issued()[0], ledger.history("2026")
    for path in folder.root.glob("ledger.db*"):
        path.unlink()
    shutil.rmtree(folder.returns)
    people = [(f"P{n // 4:04d}", f"Person {n:04d}", "Board", f"p{n}@x.org")
              for n in range(respondents)]  # fmt: skip
    write_register(folder, tuple(people))
    books = tuple(_issued(like, folder.respondents(), folder.secret()))
    for one in books:
        (folder.outbox / one.file_name).write_bytes(b"x")
    with Ledger(folder.ledger, lambda: LATER, "Cora") as ledger:
        ledger.keep_toolkit(find_toolkit("tiny", folder.toolkits), like.identity.digest)
        ledger.record_issued(books)
        run = ledger.begin_run("2026")
        with ledger.together():
            for number, book in enumerate(books[: respondents // 3]):
                ledger.record_return(_return(came[number % 10 == 0], book.reference), run)
    sent = [one.reference for one in books[: respondents * 9 // 10]]
    decide.mark(folder, sent, "sent", decide.Why(MONDAY, by="Cora"))
    return folder


def _issued(like: Issued, people: tuple[Respondent, ...], secret: bytes) -> Iterator[Issued]:
    for number, one in enumerate(people):
        identity = replace(like.identity, partner=one.partner_id, respondent=one.id)
        yield replace(
            like, reference=make_reference(str(number).encode()), identity=identity,
            seal=seal(identity, secret),
            partner=one.partner, respondent=one.name, email=one.email,
            file_name=f"w{number}.xlsx", sha256=sha256(str(number).encode()).hexdigest(),
        )  # fmt: skip


def _return(like: Return, reference: str) -> Return:
    digest = sha256(reference.encode()).hexdigest()
    findings = tuple(replace(one, number="", waiver=None) for one in like.findings)
    return replace(like, reference=reference, sha256=digest, number=0, file=f"{reference}.xlsx",
                   findings=findings)  # fmt: skip


def agreed(folder: AssessmentFolder, place: Path) -> AssessmentFolder:
    """Make the same round once its plan is agreed, and some answers came in or changed since."""
    shutil.copytree(folder.root, place)
    round_ = AssessmentFolder(place)
    with round_.settings_file.open("a", encoding="utf-8") as file:
        file.write("attribution: aggregated\nminimum_group: 3\n")
    consolidate(round_, now=LATER)
    path = plan(round_, now=LATER).path
    with Ledger(round_.ledger) as ledger:
        (issued,) = ledger.joint()
        questions = ledger.toolkits()[issued.identity.digest]
        like = next(one for one in ledger.history("2026") if not one.findings)
        told = {one.reference for one in ledger.history("2026")}
        fresh = [one for one in ledger.issued() if one.reference not in told][:40]
    rows = [item.id for section in questions.sections for item in section.items]
    decided = {"decision": "Adopt", "wording": "Meet more often", "owner": "P0001"}
    target = place.parent / "plan.xlsx"
    fill(round_, path, entered(dict.fromkeys(rows[:-1], decided)), target)
    ingest(round_, [target], now=LATER, workers=1)
    with Ledger(round_.ledger, lambda: LATER, "Cora") as ledger:
        run = ledger.begin_run("2026")
        with ledger.together():
            for book in fresh:
                ledger.record_return(_return(like, book.reference), run)
    return round_


def asked(desk: DeskClient, page: str, turns: int) -> list[float]:
    """Return the seconds that a page took, each time it was asked for."""
    took = []
    for _ in range(turns):
        start = time.process_time()
        came = desk.get(page)
        took.append(time.process_time() - start)
        if came.status_code >= 500:
            raise RuntimeError(f"{came.status_code} for {page}")
    return took


def led_to(desk: DeskClient) -> list[str]:
    """Return an address of each page that links lead to, from the first page on; no files."""
    found, new = dict[str, str](), ["/"]
    while new:
        page = new.pop(0)
        for link in links_in(settled(desk, page)):
            path = link.partition("?")[0]
            if path not in found and not path.startswith(("/static", "/open")):
                found[path] = link
                new += [] if path in _FILES else [link]
    return [link for path, link in found.items() if path not in _FILES]


_FILES = (
    "/send/workbook", "/send/all", "/send/messages/file", "/settle/query", "/settle/copy",
    "/summary/data", "/summary/picture", "/plan/workbook", "/papers/pages", "/papers/file",
    "/history/file", "/job", "/job/events",
)  # fmt: skip
"""What is saved and no page, and pages about a job."""


def after_a_decision(desk: DeskClient) -> tuple[float, float]:
    """Return the seconds of a decision, and of the page that shows it."""
    page = desk.get("/send?show=all")
    book = re.findall(r'name="book" value="([^"]+)"', page.text)[0]
    start = time.process_time()
    came = desk.post("/send?show=all", {"number": number_in(page), "what": "sent", "book": book})
    done = time.process_time()
    desk.get(came.headers["location"])
    return done - start, time.process_time() - done


def home_after(desk: DeskClient) -> tuple[float, float]:
    """Return the seconds of a decision, and of the first page after it."""
    page = desk.get("/send?show=all")
    book = re.findall(r'name="book" value="([^"]+)"', page.text)[0]
    start = time.process_time()
    desk.post("/send?show=all", {"number": number_in(page), "what": "sent", "book": book})
    done = time.process_time()
    desk.get("/")
    return done - start, time.process_time() - done


def pages_of(name: str, folder: AssessmentFolder, turns: int) -> bool:
    """Ask for each page of a round, and tell how long it took; True where one took too long."""
    known, sessions = rounds_known(), Sessions(PORT)
    get_ready(folder.root, known)
    desk = DeskClient(create_app(folder.root, sessions, User("Cora"), known), sessions).enter()
    (first,) = asked(desk, "/", 1)
    os.utime(folder.register_file)
    (anew,) = asked(desk, "/", 1)
    print(
        f"{name}; the first page: {first * 1000:.0f} ms, after the register was saved "
        f"{anew * 1000:.0f} ms"
    )
    slow = max(first, anew) > 0.3
    for page in dict.fromkeys((*PAGES, *led_to(desk))):
        once, *took = asked(desk, page, turns)
        slow = slow or median(took) > 0.1 or max(once, *took) > 0.3
        print(
            f"  {page}: median {median(took) * 1000:.0f} ms, at most {max(took) * 1000:.0f} "
            f"ms, first {once * 1000:.0f} ms"
        )
    for after, ask in (("the list", after_a_decision), ("the first page", home_after)):
        decided = zip(*(ask(desk) for _ in range(turns)), strict=True)
        for told, each in zip(("a decision", f"{after} after it"), decided, strict=True):
            slow = slow or max(each) > 0.3
            print(f"  {told}: median {median(each) * 1000:.0f}, at most {max(each) * 1000:.0f} ms")
    return slow


def memory(folder: AssessmentFolder) -> int:
    """Return how many megabytes a desk had at most, as its command runs it."""
    with a_desk_at_work(folder.root) as (server, browser, home):
        for page in (*PAGES, "/", "/summary", "/papers", "/plan"):
            browser.get(f"{home}{page}").raise_for_status()
        page = browser.get(f"{home}/send?show=all")
        book = re.findall(r'name="book" value="([^"]+)"', page.text)[0]
        fields = {"number": number_in(page), "what": "sent", "book": book}
        browser.post(f"{home}/send", data=fields, headers=FROM_HERE)
        browser.get(f"{home}/")
        text = Path(f"/proc/{server.pid}/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmHWM:\s+(\d+)", text)[0]) // 1024


def main() -> int:
    """Ask for each page; exit code 1 where one takes too long, or memory too much."""
    respondents, turns = ([*map(int, sys.argv[1:]), *(5000, 7)[len(sys.argv) - 1 :]])[:2]
    with tempfile.TemporaryDirectory() as place:
        folder = a_round(Path(place), respondents)
        later = agreed(folder, Path(place) / "agreed" / "round")
        slow = [
            pages_of(f"{respondents} respondents, {name}", one, turns)
            for name, one in (("a third back", folder), ("the plan agreed", later))
        ]
        most = max(map(memory, (folder, later)))
        print(f"memory of the server: at most {most} MB")
    return int(any(slow) or most > 300)


if __name__ == "__main__":
    sys.exit(main())
