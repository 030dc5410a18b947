"""The demo for the desk: its days lie around today, and nothing done in it is lost."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from xlassess.assessment.settings import AssessmentFolder
from xlassess.demo import run_as_of
from xlassess.model.errors import UsageError
from xlassess.services.next_steps import next_steps
from xlassess.services.status import status

TODAY = date(2031, 2, 3)


@pytest.mark.thorough
@pytest.mark.slow
def test_demo__as_of_today_has_queries_reminders_and_a_plan_to_come(tmp_path: Path) -> None:
    # one that was broken off in the middle is made anew
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_as_of(tmp_path / "demo", today=TODAY, watch=stop)
    assert run_as_of(tmp_path / "demo", today=TODAY)
    folder = AssessmentFolder(tmp_path / "demo")
    found = status(folder, today=TODAY)
    assert found.assessment.return_by == TODAY - timedelta(days=4)
    assert found.assessment.round == "2031"
    steps = [one.kind for one in next_steps(folder, found, today=TODAY)]
    assert steps == ["ask", "remind", "receive", "summary"]
    assert len(found.having("overdue")) == 3
    # what was done in it is kept
    folder.settings_file.write_text(folder.settings_file.read_text() + "# mine\n")
    assert not run_as_of(tmp_path / "demo", today=TODAY)
    assert folder.settings_file.read_text().endswith("# mine\n")


def test_demo__as_of_today_is_not_made_over_anything_else(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError):
        run_as_of(tmp_path, today=TODAY)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
