"""How long the desk's pages take where thousands are asked, and the page after a decision.

Run by hand from the project's folder: ``python -m benchmarks.bench_pages [RESPONDENTS] [TURNS]``.
Told is the time on the server alone, in seconds of its processor, as other programs disturb less
there. A page may take 300 ms, and the median of each 100 ms.
"""

from __future__ import annotations

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

from tests.services.small import LATER, MONDAY, a_folder, answer, write_register
from tests.web.desks import DeskClient, a_desk, number_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.contract.reference import make_reference
from xlassess.ledger import Ledger
from xlassess.model.answer import Issued, Return
from xlassess.model.assessment import Respondent
from xlassess.services import decide
from xlassess.services.ingest import ingest
from xlassess.toolkits.load import find_toolkit

PAGES = (
    "/", "/register", "/settle", "/send", "/send?show=all", "/receive", "/register/response",
    "/history", "/register/people",
    *(f"/send/messages?kind={kind}" for kind in ("invitation", "reminder", "thanks", "query")),
)  # fmt: skip


def a_round(root: Path, respondents: int) -> AssessmentFolder:
    """Make a round in which a third has answered: records as of real workbooks, and no files."""
    two = (("Ash", "Ada Ash", "Board", "a@example.org"), ("Ash", "Abe Ash", "Board", "b@x.org"))
    folder = a_folder(root / "round", two)
    answer(folder, "Ada Ash", root / "in" / "a.xlsx")
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
    books = tuple(_issued(like, folder.respondents()))
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


def _issued(like: Issued, people: tuple[Respondent, ...]) -> Iterator[Issued]:
    for number, one in enumerate(people):
        yield replace(
            like, reference=make_reference(str(number).encode()),
            identity=replace(like.identity, partner=one.partner_id, respondent=one.id),
            partner=one.partner, respondent=one.name, email=one.email,
            file_name=f"w{number}.xlsx", sha256=sha256(str(number).encode()).hexdigest(),
        )  # fmt: skip


def _return(like: Return, reference: str) -> Return:
    digest = sha256(reference.encode()).hexdigest()
    findings = tuple(replace(one, number="", waiver=None) for one in like.findings)
    return replace(like, reference=reference, sha256=digest, number=0, file=f"{reference}.xlsx",
                   findings=findings)  # fmt: skip


def asked(desk: DeskClient, page: str, turns: int) -> list[float]:
    """Return the seconds that a page took, each time it was asked for."""
    took = []
    for _ in range(turns):
        start = time.process_time()
        desk.get(page)
        took.append(time.process_time() - start)
    return took


def after_a_decision(desk: DeskClient) -> tuple[float, float]:
    """Return the seconds of a decision, and of the page that shows it."""
    page = desk.get("/send?show=all")
    book = re.findall(r'name="book" value="([^"]+)"', page.text)[0]
    start = time.process_time()
    came = desk.post("/send?show=all", {"number": number_in(page), "what": "sent", "book": book})
    done = time.process_time()
    desk.get(came.headers["location"])
    return done - start, time.process_time() - done


def main() -> int:
    """Ask for each page; exit code 1 where one takes too long."""
    respondents, turns = ([*map(int, sys.argv[1:]), *(5000, 7)[len(sys.argv) - 1 :]])[:2]
    slow = False
    with tempfile.TemporaryDirectory() as place:
        desk = a_desk(a_round(Path(place), respondents))
        (first,) = asked(desk, "/", 1)
        print(f"{respondents} respondents; the first page: {first * 1000:.0f} ms")
        for page in PAGES:
            once, *took = asked(desk, page, turns)
            slow = slow or median(took) > 0.1 or max(took) > 0.3
            print(
                f"  {page}: median {median(took) * 1000:.0f} ms, at most {max(took) * 1000:.0f} "
                f"ms, first {once * 1000:.0f} ms"
            )
        decided = [after_a_decision(desk) for _ in range(turns)]
        for name, each in zip(
            ("a decision", "the page after it"), zip(*decided, strict=True), strict=True
        ):
            slow = slow or max(each) > 0.3
            print(f"  {name}: median {median(each) * 1000:.0f}, at most {max(each) * 1000:.0f} ms")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main())
