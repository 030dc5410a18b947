"""What is typed on a page into a joint workbook: the same returns and events as from a file."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.services.planned import (
    AGREED,
    REPORTED,
    RETURNED,
    a_planned_folder,
    codes,
    read_back,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.errors import XlassessError
from xlassess.model.plan import AgreedAction
from xlassess.services.plans import fill_in as fill_in_module
from xlassess.services.plans.fill_in import (
    FilledIn,
    fill_in_plan,
    fill_in_progress,
    plan_form,
    progress_forms,
)
from xlassess.services.plans.plan import plan
from xlassess.services.setup.rounds import close_round
from xlassess.services.setup.verify import verify

HOUR = timedelta(hours=1)
ADOPTED = {"decision": "adopt", "owner": "Ada Ash", "deadline": "30 Sep 2026", "measure": "Minutes"}
MERGED = {"decision": "merge", "into": "1"}


@pytest.fixture(scope="module")
def _planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = a_planned_folder(tmp_path_factory.mktemp("planned") / "small")
    plan(folder, now=AGREED)
    return folder.root


@pytest.fixture
def folder(_planned: Path, tmp_path: Path) -> AssessmentFolder:
    """An assessment of which the plan workbook is out."""
    shutil.copytree(_planned, tmp_path / "small")
    return AssessmentFolder(tmp_path / "small")


def seen(folder: AssessmentFolder) -> dict[str, str]:
    form = plan_form(folder)
    assert form is not None
    return {row.number: row.seen for row in form.rows}


def enter(
    folder: AssessmentFolder, rows: dict[str, dict[str, str]], hours: int = 0, by: str = "Cora"
) -> FilledIn:
    return fill_in_plan(folder, rows, seen(folder), now=RETURNED + hours * HOUR, by=by)


def actions(folder: AssessmentFolder) -> dict[str, AgreedAction]:
    with Ledger(folder.ledger) as ledger:
        found = ledger.plans().get("2026")
    return {one.number: one for one in found.actions} if found else {}


def events(folder: AssessmentFolder) -> int:
    with Ledger(folder.ledger) as ledger:
        return ledger.last_event()


def test_form__has_what_stands_in_the_workbook(folder: AssessmentFolder) -> None:
    form = plan_form(folder)
    assert form is not None
    assert [row.number for row in form.rows][:4] == ["1", "2", "C1", "N1"]
    first = form.rows[0]
    assert first.said == {
        "owner": "Ada Ash", "deadline": "30 Sep 2026", "measure": "Minutes of ten meetings"
    }  # fmt: skip
    assert [row.optional for row in form.rows[:4]] == [False, False, False, True]
    assert [row.added for row in form.rows[:4]] == [False, False, False, True]
    choices = {one.name: [code for code, _ in one.choices] for one in form.entries}
    assert choices["decision"] == ["adopt", "reword", "merge", "decline"]
    assert "Birch Trust" in next(one for one in form.entries if one.name == "owner").offered


def test_form__before_a_plan_was_written(tmp_path: Path) -> None:
    from tests.services.small import a_folder

    fresh = a_folder(tmp_path / "fresh")
    assert plan_form(fresh) is None
    assert progress_forms(fresh) == ()


def test_plan__typed_in_is_what_a_file_would_have_brought(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    other = AssessmentFolder(tmp_path / "other" / "small")
    shutil.copytree(folder.root, other.root)
    path = next((other.outbox / "plan").glob("*.xlsx"))
    rows = {
        "1": {"decision": "Adopt", "deadline": date(2026, 9, 30), "measure": "Minutes"},
        "2": {"decision": "Merge", "into": 1, "owner": None},
        "C1": {"decision": "Decline", "reason": "No money"},
    }  # fmt: skip
    assert codes(read_back(other, path, rows)) == []
    typed = {"1": ADOPTED, "2": MERGED, "C1": {"decision": "decline", "reason": "No money"}}
    assert enter(folder, typed) == FilledIn(rows=("1", "2", "C1"))
    assert actions(folder) == actions(other)
    assert actions(folder)["1"].merged == ("2",)
    with Ledger(folder.ledger) as mine, Ledger(other.ledger) as theirs:
        told, others = mine.events()[-2:], theirs.events()[-2:]
    assert [one.what for one in told] == ["received", "plan agreed"]
    assert [one.by for one in told] == ["Cora", "Cora"]
    assert told[1].details == others[1].details
    assert verify(folder).faults == ()


@pytest.mark.parametrize(
    ("row", "said", "name"),
    [("1", {"decision": "adopt", "owner": "Ada Ash", "deadline": "someday"}, "deadline"),
     ("1", {"decision": "adopt", "owner": "Ada Ash"}, "deadline"),
     ("1", {"decision": "adopt", "deadline": "30/09/2026"}, "owner"),
     ("1", {"decision": "adopt", "owner": "Ada", "deadline": "1/1/2026"}, "deadline"),
     ("1", {"decision": "adopt", "owner": "Ada", "deadline": "3/4/2027"}, "deadline"),
     ("1", {"decision": "perhaps"}, "decision"),
     ("1", {"decision": "merge", "into": "77"}, "into"),
     ("1", {"decision": "merge", "into": "1"}, "into"),
     ("C1", {"decision": "decline"}, "reason"),
     ("C1", {"decision": "adopt", "owner": "Ada", "deadline": "30/09/2026"}, "wording"),
     ("N1", {"wording": "Tell the staff"}, "decision"),
     ("1", {"decision": "decline", "reason": "x" * 2001}, "reason"),
     ("1", {"decision": "decline", "reason": "x", "colour": "red"}, "colour")],
)  # fmt: skip
def test_plan__something_wrong_is_told_where_it_is_and_nothing_recorded(
    folder: AssessmentFolder, row: str, said: dict[str, str], name: str
) -> None:
    before = events(folder)
    done = enter(folder, {row: said, "2": {"decision": "decline", "reason": "No"}})
    assert [(one.number, one.name) for one in done.problems] == [(row, name)]
    assert done.rows == ()
    assert events(folder) == before
    assert not actions(folder)


def test_plan__what_a_change_does_to_another_row_is_told(folder: AssessmentFolder) -> None:
    assert enter(folder, {"1": ADOPTED, "2": MERGED}).rows == ("1", "2")
    before = events(folder)
    done = enter(folder, {"1": {"decision": "decline", "reason": "No"}}, 1)
    assert [(one.number, one.name) for one in done.problems] == [("2", "into")]
    assert events(folder) == before


def test_plan__a_row_that_somebody_changed_meanwhile_is_told(folder: AssessmentFolder) -> None:
    shown = seen(folder)
    assert enter(folder, {"1": ADOPTED}).rows == ("1",)
    declined = {"1": {"decision": "decline", "reason": "No"}}
    done = fill_in_plan(folder, declined, shown, now=RETURNED + HOUR, by="Dan")
    assert [one.number for one in done.problems] == ["1"]
    assert "Decision: Adopt" in done.problems[0].message
    assert list(actions(folder)) == ["1"]
    # other rows of the page that is out of date can be recorded, and change nothing of the first
    other = fill_in_plan(
        folder, {"2": {"decision": "decline", "reason": "No"}}, shown, now=RETURNED + HOUR
    )
    assert other.rows == ("2",)
    assert list(actions(folder)) == ["1"]


def test_plan__can_be_changed_and_changed_back(folder: AssessmentFolder) -> None:
    assert enter(folder, {"1": ADOPTED}).rows == ("1",)
    assert enter(folder, {"1": {"decision": "decline", "reason": "No"}}, 1).rows == ("1",)
    assert not actions(folder)
    assert enter(folder, {"1": ADOPTED}, 2).rows == ("1",)
    assert list(actions(folder)) == ["1"]
    assert verify(folder).faults == ()


def test_plan__the_same_again_changes_nothing(folder: AssessmentFolder) -> None:
    assert enter(folder, {"1": ADOPTED}).rows == ("1",)
    before = events(folder)
    assert enter(folder, {"1": ADOPTED}, 1) == FilledIn()
    assert events(folder) == before


def test_plan__a_decision_cannot_be_emptied(folder: AssessmentFolder) -> None:
    assert enter(folder, {"1": ADOPTED}).rows == ("1",)
    done = enter(folder, {"1": {}}, 1)
    assert [(one.number, one.name) for one in done.problems] == [("1", "decision")]
    assert list(actions(folder)) == ["1"]


def test_plan__in_excel_and_on_the_page_by_turns(folder: AssessmentFolder) -> None:
    assert enter(folder, {"1": ADOPTED}).rows == ("1",)
    plan(folder, now=RETURNED + HOUR)
    path = next((folder.outbox / "plan").glob("*.xlsx"))
    said = {"2": {"decision": "Adopt", "deadline": date(2026, 10, 1)}}
    read_back(folder, path, said, now=RETURNED + 2 * HOUR)
    assert sorted(actions(folder)) == ["1", "2"]
    form = plan_form(folder)
    assert form is not None
    assert form.rows[1].said["deadline"] == "1 Oct 2026"
    added = {"decision": "adopt", "wording": "Tell all", "owner": "X", "deadline": "1 May 2027"}
    assert enter(folder, {"N1": added}, 3).rows == ("N1",)
    assert sorted(actions(folder)) == ["1", "2", "N1"]


def test_plan__what_could_not_be_read_in_a_file_is_not_lost(folder: AssessmentFolder) -> None:
    path = next((folder.outbox / "plan").glob("*.xlsx"))
    said = {"1": {"decision": "Adopt", "deadline": "when we can"}}
    assert codes(read_back(folder, path, said)) == ["C04"]
    form = plan_form(folder)
    assert form is not None
    assert list(form.in_doubt) == ["1"]
    done = enter(folder, {"2": {"decision": "decline", "reason": "No"}}, 1)
    assert [one.number for one in done.problems] == ["1"]
    both = {"1": ADOPTED, "2": {"decision": "decline", "reason": "No"}}
    assert enter(folder, both, 1).rows == ("1", "2")
    assert list(actions(folder)) == ["1"]


@pytest.mark.parametrize(
    "text", ["=1+1", "+44 20", "<b>x</b>", "{{ 7*7 }}", "a\u202eb", "'x", "\x07bell", "日本語 🙂"]
)
def test_plan__text_is_kept_as_it_was_typed(folder: AssessmentFolder, text: str) -> None:
    assert enter(folder, {"1": {**ADOPTED, "measure": text, "owner": text}}).rows == ("1",)
    assert actions(folder)["1"].measure == text
    assert actions(folder)["1"].owner == text


def test_plan__of_a_closed_round_is_not_changed(folder: AssessmentFolder) -> None:
    shown = seen(folder)
    close_round(folder, now=RETURNED)
    with pytest.raises(XlassessError):
        fill_in_plan(folder, {"1": ADOPTED}, shown, now=RETURNED + HOUR)


def test_plan__a_row_that_is_not_there(folder: AssessmentFolder) -> None:
    done = enter(folder, {"77": ADOPTED})
    assert [one.number for one in done.problems] == ["77"]


def test_progress__typed_in_holds_for_the_action(folder: AssessmentFolder) -> None:
    two = {"1": ADOPTED, "2": {**ADOPTED, "owner": "Bea Birch"}}
    assert enter(folder, two).rows == ("1", "2")
    forms = progress_forms(folder)
    assert [one.holder.name for one in forms] == ["Ada Ash", "Bea Birch"]
    shown = {row.number: row.seen for one in forms for row in one.rows}
    typed = {
        forms[0].holder.id: {"1": {"state": "in progress", "done": "Two meetings"}},
        forms[1].holder.id: {"2": {"new_deadline": "30/06/2027", "because": "Illness"}},
    }
    done = fill_in_progress(folder, typed, shown, now=REPORTED, by="Cora")
    assert done.rows == ("1", "2")
    found = actions(folder)
    assert (found["1"].state, found["1"].done) == ("in progress", "Two meetings")
    assert found["2"].deadline == date(2027, 6, 30)
    assert verify(folder).faults == ()
    # reported again, by a new workbook
    forms = progress_forms(folder)
    shown = {row.number: row.seen for one in forms for row in one.rows}
    typed = {forms[0].holder.id: {"1": {"state": "done", "done_on": "1 May 2026"}}}
    again = fill_in_progress(folder, typed, shown, now=REPORTED + HOUR)
    assert again.rows == ("1",)
    assert actions(folder)["1"].state == "done"
    assert [one.holder.name for one in progress_forms(folder)] == ["Bea Birch"]


def test_progress__without_a_reason_is_told_and_nothing_recorded(folder: AssessmentFolder) -> None:
    two = {"1": ADOPTED, "2": {**ADOPTED, "owner": "Bea Birch"}}
    enter(folder, two)
    forms = progress_forms(folder)
    shown = {row.number: row.seen for one in forms for row in one.rows}
    typed = {
        forms[0].holder.id: {"1": {"state": "in progress"}},
        forms[1].holder.id: {"2": {"state": "stopped"}},
    }
    before = events(folder)
    done = fill_in_progress(folder, typed, shown, now=REPORTED)
    assert [(one.number, one.name) for one in done.problems] == [("2", "because")]
    assert events(folder) == before


def test_plan__a_file_read_while_the_page_is_recorded_is_neither_lost_nor_written_over(
    folder: AssessmentFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = next((folder.outbox / "plan").glob("*.xlsx"))
    given = {
        "1": {"decision": "Adopt", "deadline": date(2026, 9, 30), "measure": "Minutes"},
        "2": {"decision": "Decline", "reason": "By the chair"},
        "C1": {"decision": "Decline", "reason": "No money"},
    }
    looked, shown = fill_in_module.ingest, seen(folder)

    def command_first(*args: object, **named: object) -> object:
        monkeypatch.undo()
        assert codes(read_back(folder, path, given)) == []
        return looked(*args, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(fill_in_module, "ingest", command_first)
    typed = {"2": {"decision": "adopt", "owner": "Bea Birch", "deadline": "30 Sep 2026"}}
    done = fill_in_plan(folder, typed, shown, now=RETURNED + HOUR, by="Cora")
    assert [one.number for one in done.problems] == ["2"]
    assert "By the chair" in done.problems[0].message
    assert set(actions(folder)) == {"1"}
    # A row that nobody else touched is recorded beside what came in.
    again = {"C1": {"decision": "decline", "reason": "No money at all"}}
    assert enter(folder, again, hours=2) == FilledIn(rows=("C1",))
    with Ledger(folder.ledger) as ledger:
        rows = {one.number: one for one in ledger.plans()["2026"].rows}
    assert (rows["2"].reason, rows["C1"].reason) == ("By the chair", "No money at all")
    assert verify(folder).faults == ()


def test_plan__what_was_typed_and_is_not_taken_is_told(
    folder: AssessmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest = fill_in_module.ingest

    def refused(*args: object, **named: object) -> object:
        result = ingest(*args, **named)  # type: ignore[arg-type]
        files = [replace(one, ret=replace(one.ret, state="superseded")) for one in result.files]
        return replace(result, files=tuple(files))

    monkeypatch.setattr(fill_in_module, "ingest", refused)
    with pytest.raises(XlassessError, match="does not count"):
        enter(folder, {"C1": {"decision": "decline", "reason": "No money"}})
