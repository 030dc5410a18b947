"""The demo of three rounds: what the papers of the third one say."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from click.testing import CliRunner

from tests.ingest.packages import sheet_of
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.cli.commands.demo import _show_rounds
from xlassess.cli.console import Console
from xlassess.demo import RoundsPlayed, run_rounds
from xlassess.demo.run import MARK
from xlassess.ledger import Ledger
from xlassess.model.errors import UsageError
from xlassess.model.plan import AgreedAction
from xlassess.services.setup.rounds import rounds
from xlassess.services.setup.verify import verify
from xlassess.services.status import status

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> RoundsPlayed:
    return run_rounds(tmp_path_factory.mktemp("demo") / "demo")


def _texts(path: Path, sheet: str) -> list[str]:
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return [str(cell) for row in rows for cell in row if cell is not None]


def _joined(path: Path, sheet: str) -> str:
    return " ".join(_texts(path, sheet))


def _actions(played: RoundsPlayed) -> dict[str, AgreedAction]:
    with Ledger(AssessmentFolder(played.root).ledger) as ledger:
        plans = ledger.plans()
    return {f"{one.round}/{one.number}": one for each in plans.values() for one in each.actions}


def test_rounds__names_the_desk_among_the_places_to_look(
    played: RoundsPlayed, capsys: pytest.CaptureFixture[str]
) -> None:
    _show_rounds(Console(), played)
    said = " ".join(capsys.readouterr().out.split())
    assert "To see all of it in your browser: xlassess desk" in said


def test_rounds__who_was_asked_and_what_was_agreed(played: RoundsPlayed) -> None:
    told = [
        (
            each.name,
            each.partners,
            each.consolidated.returned,
            each.consolidated.issued,
            each.agreed,
        )
        for each in played.rounds
    ]
    assert told == [("2024", 8, 13, 14, 9), ("2025", 7, 12, 13, 3), ("2026", 8, 15, 15, 3)]


def test_rounds__the_records_hold_and_earlier_rounds_are_closed(played: RoundsPlayed) -> None:
    folder = AssessmentFolder(played.root, "2026")
    assert verify(folder).faults == ()
    assert [line.closed is not None for line in rounds(folder)] == [True, True, False]


def test_rounds__each_has_its_report_and_pages_of_feedback(played: RoundsPlayed) -> None:
    for each in played.rounds:
        place = played.root / "rounds" / each.name / "output"
        assert (place / "report.docx").is_file()
        for kind in ("xlsx", "docx"):
            assert len(list((place / "feedback").glob(f"*.{kind}"))) == each.consolidated.returned


def test_rounds__what_moved_is_on_page_one(played: RoundsPlayed) -> None:
    page = _joined(played.rounds[-1].consolidated.path, "Summary")
    assert "What moved since 2025" in page
    assert "Monitoring and learning moved up" in page
    assert "Trust moved down" in page
    assert "11 respondents answered both times." in page
    assert "New: Thornmere and Vale Health Trust, Sunita Menon; Vale Homes, Nadia Rahman;" in page
    assert "No longer asked: Thornmere and Vale Health Trust, Peter Lindqvist." in page


def test_rounds__which_promises_were_kept_is_on_page_one(played: RoundsPlayed) -> None:
    page = _joined(played.rounds[-1].consolidated.path, "Summary")
    assert ("8 of 9 actions agreed in 2024 are done (5 on time, 3 late), 1 was stopped.") in page
    assert "2 of 3 actions agreed in 2025 are done, 1 is overdue." in page


def test_rounds__which_actions_those_were_is_on_the_action_plan(played: RoundsPlayed) -> None:
    texts = _texts(played.rounds[-1].consolidated.path, "Action plan")
    below = texts[texts.index("What came of the actions agreed in earlier rounds") :]
    numbers = [text for text in below if text.startswith(("2024/", "2025/"))]
    assert numbers == [
        "2024/1", "2024/2", "2024/3", "2024/4", "2024/5", "2024/6", "2024/7", "2024/9",
        "2024/C10", "2025/2", "2025/3", "2025/4",
    ]  # fmt: skip
    assert (below.count("on time"), below.count("late"), below.count("overdue")) == (7, 3, 1)
    first = texts[: texts.index("What came of the actions agreed in earlier rounds")]
    assert not any(text.startswith(("2024/", "2025/")) for text in first)


def test_rounds__a_reworded_question_is_compared_and_another_one_is_not(
    played: RoundsPlayed,
) -> None:
    texts = _texts(played.rounds[-1].consolidated.path, "Trend")
    why = [text for text in texts if text.startswith("Not comparable with")]
    assert any("The toolkit says that it is not comparable." in text for text in why)
    rows = sheet_of(played.rounds[-1].consolidated.path.read_bytes(), "Trend").iter_rows(
        values_only=True
    )
    items = {str(row[0]): " ".join(map(str, row)) for row in rows if str(row[0]) in ("3B", "5F")}
    assert "Not comparable" not in items["3B"]
    assert "Not comparable" in items["5F"]


def test_rounds__an_action_slips_and_is_told_with_its_moves(played: RoundsPlayed) -> None:
    action = _actions(played)["2024/6"]
    assert [(one.old, one.new) for one in action.moves] == [
        (date(2024, 10, 31), date(2025, 6, 30)),
        (date(2025, 6, 30), date(2025, 12, 19)),
    ]
    assert (action.state, action.on_time) == ("done", False)
    rows = sheet_of(played.rounds[-1].paper.path.read_bytes(), "Actions").iter_rows(
        values_only=True
    )
    (told,) = [row for row in rows if row[0] == "2024/6"]
    assert (told[5], told[6], told[7]) == (2, "Done", "late")


def test_rounds__the_progress_paper_of_the_third_round(played: RoundsPlayed) -> None:
    page = _joined(played.rounds[-1].paper.path, "Progress")
    assert "Of 15 actions that Thornmere and Vale Partnership agreed on, 11 are done" in page
    assert "(8 on time, 3 late), 1 was stopped and 3 are open; 1 of the open ones is over" in page
    assert "Deadlines were moved 4 times, on 3 of 15 actions." in page
    assert "2, Hold a day on trust with a facilitator from outside, before the summer" in page
    assert "newly agreed, now “done”" in page
    assert [one.number for one in status(
        AssessmentFolder(played.root, "2026"), today=date(2026, 9, 15)
    ).overdue] == ["3"]  # fmt: skip


def test_rounds__the_report_says_the_same(played: RoundsPlayed) -> None:
    path = played.rounds[-1].consolidated.path.parent / "report.docx"
    text = "\n".join(paragraph.text for paragraph in docx.Document(str(path)).paragraphs)
    assert "What moved since 2025" in text
    assert "Trust moved down" in text


def test_rounds__every_joint_workbook_was_read_without_a_doubt(played: RoundsPlayed) -> None:
    with Ledger(AssessmentFolder(played.root).ledger) as ledger:
        came = [ret for name in ("2024", "2025", "2026") for ret in ledger.joint_returns(name)]
    assert len(came) > 20
    assert {ret.state for ret in came} <= {"accepted", "accepted with notes", "superseded"}


def test_rounds__leave_a_folder_that_is_not_a_demo(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(UsageError):
        run_rounds(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("more", [("--toolkits", "rochford-hallmarks"), ("--rounds", "4")])
def test_rounds__what_cannot_be_played_as_a_command(tmp_path: Path, more: tuple[str, str]) -> None:
    root = tmp_path / "demo"
    result = CliRunner().invoke(cli, ["demo", "--output", str(root), "--rounds", "3", *more])
    assert result.exit_code == 2
    assert not root.exists()


def test_rounds__give_way_to_another_demo(played: RoundsPlayed) -> None:
    """What a demo of rounds makes is all known, so that nothing of it stays behind."""
    known = {MARK, "assessment.yaml", "partners.xlsx", ".secret", "ledger.db", ".gitignore",
             ".settings.lock", "outbox", "returns", "output", "rounds", "toolkits",
             "inbox"}  # fmt: skip
    assert {path.name for path in played.root.iterdir()} <= known
