"""What to do next follows the round: each step goes once it is done, and the next one comes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from tests.services.small import LATER, MONDAY, a_folder, answer, write_register
from xlassess.assessment.settings import AssessmentFolder
from xlassess.services import decide
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.next_steps import REMINDED_AGAIN, next_steps
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.papers.feedback import feedback
from xlassess.services.plans.plan import plan
from xlassess.services.query import query
from xlassess.services.setup.rounds import close_round
from xlassess.services.status import status

BEFORE = date(2026, 3, 13)
LATE = datetime(2026, 3, 20, 9, 0, tzinfo=MONDAY.tzinfo)


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


def steps(folder: AssessmentFolder, today: date = BEFORE) -> list[str]:
    """The kinds of the steps that are due."""
    return [one.kind for one in next_steps(folder, status(folder, today=today), today=today)]


def why(at: datetime = MONDAY) -> decide.Why:
    return decide.Why(at, "", "Cora")


def test_next_steps__lead_from_the_register_to_what_comes_back(folder: AssessmentFolder) -> None:
    write_register(folder, ())
    assert steps(folder) == ["people"]
    write_register(folder)
    assert steps(folder) == ["write"]
    books = [book.reference for book in generate(folder, now=MONDAY).workbooks]
    assert steps(folder) == ["send", "receive"]
    decide.mark(folder, books[:1], "sent", why())
    found = status(folder, today=BEFORE)
    assert [one.told for one in next_steps(folder, found, today=BEFORE)] == [
        "Send 2 workbooks, and record that you did.",
        "Read what comes back: 1 workbook still out.",
    ]
    assert found.told["awaited"] == "Not returned yet: 3 workbooks, not recorded as sent: 2"
    decide.mark(folder, books[1:], "sent", why())
    assert steps(folder) == ["receive"]
    assert status(folder, today=BEFORE).told["awaited"] == "Not returned yet: 3 workbooks"


def test_next_steps__who_is_late_is_reminded_once_a_week(folder: AssessmentFolder) -> None:
    books = [book.reference for book in generate(folder, now=MONDAY).workbooks]
    assert steps(folder, LATE.date()) == ["send", "receive"]
    decide.mark(folder, books, "sent", why())
    assert steps(folder, LATE.date()) == ["remind", "receive"]
    decide.mark(folder, books, "reminded", why(LATE))
    assert steps(folder, LATE.date()) == ["receive"]
    assert steps(folder, (LATE + REMINDED_AGAIN).date()) == ["remind", "receive"]


def test_next_steps__queries_are_looked_at_then_sent_then_waited_for(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    for who in ("Ada Ash", "Abe Ash", "Bea Birch"):
        answer(folder, who, tmp_path / f"{who}.xlsx", ("Agree", "Perhaps", "Agree"))
        ingest(folder, [tmp_path / f"{who}.xlsx"], now=LATER, workers=1)
    assert steps(folder) == ["ask", "summary"]
    query(folder, now=LATER)
    assert steps(folder) == ["send queries", "summary"]
    decide.mark_queries(folder, why(LATER))
    assert steps(folder) == ["summary"]
    # what came back since has been asked about by nobody yet
    answer(folder, "Ada Ash", tmp_path / "again.xlsx", ("Perhaps", "Perhaps", "Agree"))
    ingest(folder, [tmp_path / "again.xlsx"], now=LATER + timedelta(days=1), workers=1)
    assert "ask" in steps(folder)


def test_next_steps__from_the_summary_to_the_plan(folder: AssessmentFolder, tmp_path: Path) -> None:
    for who in ("Ada Ash", "Abe Ash"):
        answer(folder, who, tmp_path / f"{who}.xlsx")
        ingest(folder, [tmp_path / f"{who}.xlsx"], now=LATER, workers=1)
    books = [line.reference for line in status(folder, today=BEFORE).having("not sent")]
    decide.mark(folder, books, "sent", why())
    assert steps(folder) == ["receive", "summary"]
    consolidate(folder, now=LATER)
    assert steps(folder) == ["receive", "workshop", "plan"]
    number = max(line.number for line in status(folder, today=BEFORE).lines if line.number)
    decide.set_aside(folder, number, decide.Why(LATER, "Sent by mistake.", "Cora"))
    assert "summary" in steps(folder), "it says what does not count any more"
    decide.undo(folder, "set aside", number, decide.Why(LATER, "It was not.", "Cora"))
    assert steps(folder) == ["receive", "workshop", "plan"]
    plan(folder, now=LATER)
    assert steps(folder) == ["receive", "decide"]
    answer(folder, "Bea Birch", tmp_path / "bea.xlsx")
    ingest(folder, [tmp_path / "bea.xlsx"], now=LATER, workers=1)
    assert steps(folder) == ["summary", "decide"]
    feedback(folder, now=LATER)
    close_round(folder, now=LATER)
    assert steps(folder) == []


def test_next_steps__a_plan_in_which_nothing_is_to_be_decided_is_not_waited_for(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """Nobody proposed anything, and nothing is a concern: there are rows for new actions only."""
    for who in ("Ada Ash", "Abe Ash"):
        answer(folder, who, tmp_path / f"{who}.xlsx", ("Agree", "Agree", "Agree"))
        ingest(folder, [tmp_path / f"{who}.xlsx"], now=LATER, workers=1)
    books = [line.reference for line in status(folder, today=BEFORE).having("not sent")]
    decide.mark(folder, books, "sent", why())
    consolidate(folder, now=LATER)
    plan(folder, now=LATER)
    assert steps(folder) == ["receive", "feedback"]
