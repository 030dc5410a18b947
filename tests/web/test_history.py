"""Looking back on the desk: a workbook's story down to the cell, kept files, and the check."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.services.small import LATER
from tests.web.desks import DeskClient, number_in, words_in
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.services import decide
from xlassess.services.history import history, told
from xlassess.services.in_doubt import correctable
from xlassess.services.setup.verify import verify
from xlassess.services.status import status
from xlassess.web.routes import history as routes

WHY = decide.Why(LATER, "<i>By telephone</i>", "Cora")


@pytest.fixture
def abe(folder: AssessmentFolder) -> str:
    """The workbook of Abe, whose answer to 1B was in doubt and is corrected."""
    lines = status(folder, today=LATER.date()).lines
    reference = next(line.reference for line in lines if line.respondent == "Abe Ash")
    decide.correct(folder, reference, "1B", "Disagree", WHY)
    return reference


def test_history__says_what_the_command_says(
    desk: DeskClient, folder: AssessmentFolder, abe: str
) -> None:
    page = desk.get(f"/history?reference={abe}")
    said = words_in(page)
    found = history(folder, abe)
    assert len(found.steps) > 2
    for step in found.steps:
        line = told(found, step, hashes=False)
        assert (line[0].upper() + line[1:]).replace("  ", " ") in said
    was = "no answer (“<b>Perhaps</b>” is not one of the choices offered)"
    assert f"Item 1B: “{was}” became “Disagree”. <i>By telephone</i>" in said
    assert "<i>" not in page.text
    assert "<b>Perhaps" not in page.text


def test_correct__by_two_people_at_once_is_done_by_one(
    desk: DeskClient, abe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each looked what counts; the second wrote upon what the first had recorded, and saw not."""
    both = threading.Barrier(2, timeout=0.5)

    def looked(*asked: str) -> object:
        with suppress(threading.BrokenBarrierError):
            both.wait()
        return correctable(*asked)

    monkeypatch.setattr(routes, "correctable", looked)
    address = f"/history/cells?reference={abe}"
    page = desk.get(f"{address}&item=1B")
    counts = page.text.partition('name="counts" value="')[2].partition('"')[0]

    def correct(item: str, answer: str) -> int:
        fields = {"counts": counts, "answer-0": answer, "reason": "They said so."}
        number = number_in(desk.get("/send"))
        return desk.post(f"{address}&item={item}", {**fields, "number": number}).status_code

    with ThreadPoolExecutor(2) as pool:
        came = pool.map(correct, ("1A", "1B"), ("Disagree", "Agree"))
        assert sorted(came) == [303, 422]


def test_cells__tell_return_by_return_what_stood_there(desk: DeskClient, abe: str) -> None:
    said = words_in(desk.get(f"/history/cells?reference={abe}"))
    assert "1A We know each other. Your answer 1 Basics C6 Agree Agree" in said
    assert "1B We trust each other. Your answer" in said
    assert "All: 3 Changed: 1" in said
    changed = words_in(desk.get(f"/history/cells?reference={abe}&show=changed"))
    assert "1B" in changed
    assert "1A" not in changed
    one = words_in(desk.get(f"/history/cells?reference={abe}&item=1C"))
    assert "1C" in one
    assert "1A" not in one


def test_kept_file__is_given_as_it_came(
    desk: DeskClient, folder: AssessmentFolder, abe: str
) -> None:
    page = desk.get(f"/history?reference={abe}").text
    links = [
        part.partition('"')[0] for part in page.split('href="') if "/history/file" in part[:60]
    ]
    assert links
    for link in links:
        came = desk.get(link.replace("&amp;", "&"))
        assert came.headers["content-disposition"].startswith("attachment")
        assert came.headers["content-type"] == "application/octet-stream"
        kept = [path.read_bytes() for path in folder.returns.rglob("*.*")]
        assert came.content in kept


@pytest.mark.parametrize(
    "address",
    [
        "/history?reference=AAAA-AAAA",
        "/history?reference=../../etc/passwd",
        "/history/cells",
        "/history/cells?reference=AAAA-AAAA",
        "/history/file",
        "/history/file?number=999999999",
        "/history/file?number=../../.secret",
        "/history/file?number=-1",
        "/history/file?number=%C2%B2",
    ],
)
def test_address__of_nothing_here_tells_nothing(
    desk: DeskClient, folder: AssessmentFolder, address: str
) -> None:
    answer = desk.get(address)
    assert answer.status_code == 409
    with Ledger(folder.ledger) as ledger:
        for book in ledger.issued():
            assert book.reference not in answer.text


def test_look_back__lists_what_happened_page_by_page(
    desk: DeskClient, folder: AssessmentFolder
) -> None:
    with Ledger(folder.ledger) as ledger:
        events = ledger.events()
        last = ledger.events(len(events) - 2, len(events))
    assert [event.number for event in last] == [len(events) - 1, len(events)]
    said = words_in(desk.get("/history"))
    assert f"{len(events)} {LATER.day} March 2026" in said
    assert words_in(desk.get("/history?at=100")) == said  # there is no second page


@pytest.mark.parametrize("whole", [True, False], ids=["as recorded", "changed"])
def test_check__is_a_job_that_says_what_verify_says(
    desk: DeskClient, folder: AssessmentFolder, whole: bool
) -> None:
    if not whole:
        kept = next(path for path in folder.returns.rglob("*.xlsx"))
        Path(kept).write_bytes(b"changed")
    came = desk.post("/history", {"number": number_in(desk.get("/history"))})
    assert came.status_code == 303
    found = verify(folder)
    assert found.holds is whole
    end = time.monotonic() + 60
    while found.verdict not in (said := words_in(desk.get("/history"))):
        assert time.monotonic() < end, said
        time.sleep(0.2)
    for fault in found.faults:
        assert fault.message in said
    assert found.to_note in said
