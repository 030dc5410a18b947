"""Correcting: one answer changed as the partner said, with both values on record."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.services.planned import AGREED, a_planned_folder
from tests.services.post.test_offers import handed
from tests.services.small import LATER, MONDAY, a_folder, answer
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.generate.query.letter import slot_cells
from xlassess.ledger import Ledger
from xlassess.model.errors import UsageError
from xlassess.model.query import Slot
from xlassess.services.decide import (
    Why,
    choose,
    correct,
    correct_all,
    set_all_aside,
    set_aside,
    waive,
)
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.plans.plan import plan
from xlassess.services.query import query
from xlassess.services.setup.verify import verify
from xlassess.services.status import status
from xlassess.toolkits.load import find_toolkit

WHY = Why(LATER, "Ada by telephone.", "Cora")


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


def read(folder: AssessmentFolder, tmp_path: Path, *answers: str | None) -> str:
    """Read Ada's return and return the reference of her workbook."""
    file = answer(folder, "Ada Ash", tmp_path / "ada.xlsx", answers)
    (one,) = ingest(folder, [file], now=MONDAY, workers=1).files
    return one.ret.reference


def counting(folder: AssessmentFolder, reference: str) -> dict[str, object]:
    with Ledger(folder.ledger) as ledger:
        assert ledger.audit().faults == ()
        return {a.item: a.value for a in ledger.current("2026")[reference].answers}


def test_correct__words_that_were_put_away_stay_away(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    book = answer(folder, "Ada Ash", tmp_path / "ada.xlsx")
    (offer,) = handed(folder, tmp_path / "m.eml", "For 1A please read Disagree.", book).offers
    waive(folder, [offer.away.split()[2]], Why(LATER, "She means last year."))
    correct(folder, offer.issued.reference, "1B", "Agree", WHY)
    assert status(folder, today=LATER.date()).offers == ()


def test_correct__counts_with_both_values_on_record(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference = read(folder, tmp_path, "Agree", "Disagree", "Agree")
    correct(folder, reference, "1b", "agree", WHY)
    assert counting(folder, reference) == {"1A": "high", "1B": "high", "1C": "high"}
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "history", reference]).stdout
    assert "Item 1B: “Disagree” became “Agree”. Ada by telephone." in said
    assert "By Cora" in said
    assert f"Correction of 1b in {reference}, recorded on {LATER.day} March 2026" in said
    assert ".json" not in said
    summary = openpyxl.load_workbook(consolidate(folder, now=LATER).path)
    assert not any(".json" in str(cell.value) for sheet in summary for row in sheet for cell in row)
    with Ledger(folder.ledger) as ledger:
        ret = ledger.current("2026")[reference]
        assert [(a.item, a.file) for a in ret.answers if a.file] == [
            ("1A", "ada.xlsx"), ("1C", "ada.xlsx")
        ]  # fmt: skip
        (decision,) = ledger.round_record(folder.assessment()).decisions
        assert (decision.kind, decision.by) == ("corrected", "Cora")
    assert verify(folder).holds


def test_correct__is_taken_back_by_setting_it_aside(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference = read(folder, tmp_path, "Agree", "Disagree", "Agree")
    result = correct(folder, reference, "1B", "Agree", WHY)
    set_aside(folder, result.returns[0].number, WHY)
    assert counting(folder, reference)["1B"] == "low"


def test_correct__settles_the_query_about_it_and_no_other(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference = read(folder, tmp_path, "Perhaps", "Maybe", "Agree")
    (line, *_) = status(folder, today=LATER.date()).lines
    assert [one.item for one in line.queries] == ["1A", "1B"]
    waive(folder, [line.queries[1].number], Why(LATER, "Left out."))
    correct(folder, reference, "1A", "Disagree", WHY)
    (line, *_) = status(folder, today=LATER.date()).lines
    assert line.state == "returned"
    assert [one.item for one in line.waived] == ["1B"]
    assert counting(folder, reference) == {"1A": "low", "1C": "high"}


def test_correct__an_answer_that_was_missing(folder: AssessmentFolder, tmp_path: Path) -> None:
    reference = read(folder, tmp_path, "Agree", None, "Agree")
    correct(folder, reference, "1B", "Agree", WHY)
    assert counting(folder, reference)["1B"] == "high"
    correct(folder, reference, "1C", "Disagree", Why(LATER + timedelta(minutes=1), "Again."))
    assert counting(folder, reference) == {"1A": "high", "1B": "high", "1C": "low"}


@pytest.mark.parametrize(
    ("item", "value", "said"),
    [
        ("9Z", "Agree", "has no item 9Z"),
        ("1B", "Perhaps", "is no answer to item 1B"),
        ("1B", "", "is no answer to item 1B"),
        ("1B", "Disagree", "has this answer already"),
        ("1B:inner", "Agree", "takes no answer of this kind"),
    ],
)
def test_correct__what_cannot_be_is_refused(
    folder: AssessmentFolder, tmp_path: Path, item: str, value: str, said: str
) -> None:
    reference = read(folder, tmp_path, "Agree", "Disagree", "Agree")
    with pytest.raises(UsageError, match=said):
        correct(folder, reference, item, value, WHY)
    assert counting(folder, reference)["1B"] == "low"


def test_correct__of_several_that_were_missing_the_last_settles_the_query(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference = read(folder, tmp_path, "Agree", None, None)

    def queries() -> list[str]:
        (line,) = (one for one in status(folder, today=LATER.date()).lines if one.file)
        return [finding.code for finding in line.queries]

    assert queries() == ["C02"]
    correct(folder, reference, "1B", "Agree", WHY)
    assert queries() == ["C02"]
    correct(folder, reference, "1C", "Disagree", WHY)
    assert queries() == []
    assert counting(folder, reference) == {"1A": "high", "1B": "high", "1C": "low"}


def test_correct_all__is_done_or_not_as_one_and_taken_back_as_one(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference = read(folder, tmp_path, "Agree", None, None)
    before = [path.name for path in sorted(folder.returns.rglob("*.*"))]
    with pytest.raises(UsageError, match="is no answer to item 1C"):
        correct_all(folder, reference, [("1B", "Agree"), ("1C", "Perhaps")], WHY)
    assert counting(folder, reference) == {"1A": "high"}
    assert [path.name for path in sorted(folder.returns.rglob("*.*"))] == before
    done = correct_all(folder, reference, [("1B", "Agree"), ("1C", "Disagree")], WHY)
    assert counting(folder, reference) == {"1A": "high", "1B": "high", "1C": "low"}
    assert verify(folder).holds
    last_first = [ret.number for ret in reversed(done.returns)]
    with pytest.raises(UsageError, match="no return number 99"):
        set_all_aside(folder, [*last_first, 99], WHY)
    assert counting(folder, reference) == {"1A": "high", "1B": "high", "1C": "low"}
    set_all_aside(folder, last_first, WHY)
    assert counting(folder, reference) == {"1A": "high"}
    assert verify(folder).holds


def test_correct__a_return_that_comes_while_it_is_decided_is_not_given_way_to_what_was_before(
    folder: AssessmentFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = read(folder, tmp_path, "Agree", "Disagree", "Agree")
    later = answer(folder, "Ada Ash", tmp_path / "later.xlsx", ("Disagree", "Disagree", "Agree"))
    looked = Ledger.together

    def another_first(ledger: Ledger) -> object:
        monkeypatch.undo()
        ingest(folder, [later], now=LATER, workers=1)
        return looked(ledger)

    monkeypatch.setattr(Ledger, "together", another_first)
    correct(folder, reference, "1B", "Agree", WHY)
    assert counting(folder, reference) == {"1A": "low", "1B": "high", "1C": "high"}


def test_correct__nothing_came_back(folder: AssessmentFolder, tmp_path: Path) -> None:
    read(folder, tmp_path, "Agree", "Disagree", "Agree")
    other = status(folder, today=LATER.date()).lines[1].reference
    with pytest.raises(UsageError, match="nothing to correct"):
        correct(folder, other, "1B", "Agree", WHY)


def test_correct__back_to_what_the_return_said_lets_that_count_again(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference = read(folder, tmp_path, "Agree", "Disagree", "Agree")
    correct(folder, reference, "1B", "Agree", WHY)
    back = Why(LATER + timedelta(minutes=1), "It was right.")
    result = correct(folder, reference, "1B", "Disagree", back)
    assert counting(folder, reference)["1B"] == "low"
    assert [ret.number for ret in result.returns] == [1]
    assert verify(folder).holds
    said = CliRunner().invoke(cli, ["-C", str(folder.root), "history", reference]).stdout
    assert "Item 1B: “Agree” became “Disagree”. It was right." in said
    once_more = Why(LATER + timedelta(minutes=2), "No.")
    correct(folder, reference, "1B", "Agree", once_more)
    assert counting(folder, reference)["1B"] == "high"
    assert verify(folder).holds


def test_correct__what_is_refused_leaves_no_file(
    folder: AssessmentFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = read(folder, tmp_path, "Agree", "Disagree", "Agree")
    monkeypatch.setattr(Ledger, "counting_of", lambda self, names: {reference: 1})
    with pytest.raises(UsageError, match="not clear which return"):
        correct(folder, reference, "1B", "Agree", WHY)
    monkeypatch.undo()
    assert [path.suffix for path in folder.returns.rglob("*.*") if path.is_file()] == [".xlsx"]
    assert verify(folder).holds


def test_correct__a_joint_workbook_is_corrected_in_the_file(tmp_path: Path) -> None:
    planned = a_planned_folder(tmp_path / "planned")
    consolidate(planned, now=AGREED)
    plan(planned, now=AGREED)
    with Ledger(planned.ledger) as ledger:
        (book,) = ledger.joint()
    with pytest.raises(UsageError, match="is a plan workbook") as raised:
        correct(planned, book.reference, "1A", "Agree", WHY)
    assert "Correct it in the file" in raised.value.remedy


def asked_then_corrected(
    folder: AssessmentFolder, tmp_path: Path, item: str, value: str
) -> tuple[str, dict[str, object]]:
    """Ask about 1B, correct an item, and read the answer to the query; return what counts."""
    reference = read(folder, tmp_path, "Agree", "Perhaps", "Agree")
    (asked,) = query(folder, now=MONDAY).workbooks
    correct(folder, reference, item, value, WHY)
    cells = slot_cells(find_toolkit("tiny", folder.toolkits))
    sheet, cell = cells[Slot("1B", "answer")]
    book = openpyxl.load_workbook(asked.path)
    book[sheet][cell].value = "Disagree"
    book.save(tmp_path / "back.xlsx")
    later = LATER + timedelta(days=1)
    ingest(folder, [tmp_path / "back.xlsx"], now=later, workers=1)
    return reference, counting(folder, reference)


def test_correct__a_late_answer_to_an_earlier_query_joins_it(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    _, answers = asked_then_corrected(folder, tmp_path, "1A", "Disagree")
    assert answers == {"1A": "low", "1B": "low", "1C": "high"}
    (line, *_) = status(folder, today=LATER.date()).lines
    assert (line.state, line.queries) == ("returned", ())
    assert verify(folder).holds


def test_correct__a_late_answer_about_the_same_item_waits_for_a_decision(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    _, answers = asked_then_corrected(folder, tmp_path, "1B", "Agree")
    assert answers["1B"] == "high"
    (line, *_) = status(folder, today=LATER.date()).lines
    assert [one.code for one in line.queries] == ["L01"]


def test_correct__of_a_return_that_was_chosen_leaves_nothing_to_choose(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference, _ = asked_then_corrected(folder, tmp_path, "1B", "Agree")
    (line, *_) = status(folder, today=LATER.date()).lines
    number = int(line.queries[0].number.partition(".")[0])
    choose(folder, reference, str(number), WHY)
    correct(folder, reference, "1C", "Disagree", WHY)
    assert counting(folder, reference) == {"1A": "high", "1B": "low", "1C": "low"}
    (line, *_) = status(folder, today=LATER.date()).lines
    assert (line.state, line.queries) == ("returned", ())


def test_correct__a_late_answer_after_the_correction_was_taken_back(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    reference = read(folder, tmp_path, "Agree", "Perhaps", "Agree")
    with Ledger(folder.ledger) as ledger:
        number = ledger.current("2026")[reference].number
    (asked,) = query(folder, now=MONDAY).workbooks
    made = correct(folder, reference, "1A", "Disagree", WHY)
    set_aside(folder, made.returns[0].number, WHY)
    with Ledger(folder.ledger) as ledger:
        assert ledger.stands_on(asked.query) == number
