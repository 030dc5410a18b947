"""Which day it is: one rule for the screen, the papers and the data, whatever the time zone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, datetime, timezone
from pathlib import Path

import bagit
import pytest

from tests.ingest.packages import sheet_of
from tests.services.planned import AGREED, a_planned_folder, read_back
from tests.services.plans.test_plan import DECIDED
from tests.services.small import MONDAY, a_folder
from xlassess.consolidate import summarise
from xlassess.consolidate.export import plan_of
from xlassess.consolidate.summary.sheets.actions.agreed_plan import OVERDUE
from xlassess.model.days import local_day, short_day, written_day
from xlassess.services.generate import generate
from xlassess.services.papers.consolidate import consolidate, present_round
from xlassess.services.plans.follow_up import progress_paper
from xlassess.services.plans.plan import plan
from xlassess.services.setup.rounds import close_round
from xlassess.services.status import status

AFTER_MIDNIGHT = datetime(2026, 5, 1, 23, 30, tzinfo=timezone.utc)
"""Half past midnight on 2 May in Britain, in summer."""


@pytest.fixture
def in_britain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "GMT0BST,M3.5.0/1,M10.5.0")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has no time zones to set")
@pytest.mark.usefixtures("in_britain")
def test_days__are_those_here_in_every_paper(tmp_path: Path) -> None:
    assert local_day(AFTER_MIDNIGHT) == date(2026, 5, 2)
    assert (written_day(AFTER_MIDNIGHT), short_day(AFTER_MIDNIGHT)) == ("2 May 2026", "2 May 2026")
    folder = a_planned_folder(tmp_path / "small")
    read_back(folder, plan(folder, now=AGREED).path, DECIDED)
    found = status(folder, today=local_day(AFTER_MIDNIGHT))
    assert [one.number for one in found.overdue] == ["N1"]
    assert progress_paper(folder, now=AFTER_MIDNIGHT).paper.counts.overdue == 1
    path = consolidate(folder, now=AFTER_MIDNIGHT).path
    sheet = sheet_of(path.read_bytes(), "Action plan", values=True)
    assert [row[0] for row in sheet.values if row[-1] == OVERDUE] == ["N1"]
    table = plan_of(summarise(present_round(folder), AFTER_MIDNIGHT))
    columns = {one.name: table.values(one) for one in table.spec.columns}
    assert dict(zip(columns["number"], columns["overdue"], strict=True)) == {
        "1": False, "C1": False, "N1": True,
    }  # fmt: skip


def test_days__in_words() -> None:
    assert (written_day(date(2026, 9, 3)), short_day(date(2026, 9, 3))) == (
        "3 September 2026", "3 Sep 2026",
    )  # fmt: skip
    assert short_day(None) == ""


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="this system has no time zones to set")
@pytest.mark.usefixtures("in_britain")
def test_archive__is_of_the_day_here(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    generate(folder, now=MONDAY)
    archive = close_round(folder, now=AFTER_MIDNIGHT).archive
    assert archive.name == "archive-2026-05-02"
    assert bagit.Bag(str(archive)).info["Bagging-Date"] == "2026-05-02"
