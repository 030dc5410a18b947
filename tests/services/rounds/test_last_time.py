"""Last time, beside and not inside: what a second workbook shows, and that it is read exactly."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import cast

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from tests.clients.office import Office
from tests.services.small import (
    LATER,
    PEOPLE,
    TOOLKIT,
    a_folder,
    change_settings,
    contents,
    made_once,
    write_register,
    write_toolkit,
)
from xlassess.assessment.settings import AssessmentFileError, AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.answer import Return
from xlassess.model.errors import XlassessError
from xlassess.services.common.opening import open_folder
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.query import query
from xlassess.services.setup.rounds import begin_round
from xlassess.services.setup.verify import verify

NEXT_YEAR = LATER + timedelta(days=365)
FACTS = """\
sections:
  - id: D
    tab: Details
    title: Details
    form: text
    scored: false
    items:
      - {id: "D1", ask: What is it called?, answer: text, comment: false}
      - {id: "D2", ask: How large is the budget?, answer: money, comment: false}
      - {id: "D3", ask: Since when?, answer: date, comment: false, required: false}
      - {id: "D4", ask: Does the law require it?, answer: agreement, required: false}
"""
GIVEN = {"D1": "Harbour & <Sons>", "D2": 1250.5, "D3": date(2019, 4, 1), "1A": "Agree",
         "1B": "Disagree", "1C": "Agree"}  # fmt: skip


def fill(book: Workbook, given: dict[str, object]) -> None:
    """Enter answers beside the numbers of their items."""
    for sheet in book.worksheets:
        heads = {str(c.value): c.column for row in sheet.iter_rows() for c in row
                 if c.value in ("Your answer", "Question")}  # fmt: skip
        for row in sheet.iter_rows():
            if row[0].value in given and "Your answer" in heads:
                column = cast("int", heads["Your answer"])
                sheet.cell(cast("int", row[0].row), column).value = given[row[0].value]  # type: ignore[assignment]


def workbook_of(folder: AssessmentFolder, name: str) -> Path:
    generated = generate(folder, now=NEXT_YEAR if folder.round_name == "2027" else LATER)
    return next(one.path for one in generated.workbooks if one.respondent == name)


def sent_back(folder: AssessmentFolder, name: str, path: Path, given: dict[str, object]) -> Path:
    book = openpyxl.load_workbook(workbook_of(folder, name))
    fill(book, given)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def read(folder: AssessmentFolder, path: Path) -> Return:
    (file,) = ingest(folder, [path], now=NEXT_YEAR, workers=1).files
    return file.ret


def answers_of(ret: Return) -> dict[str, object]:
    return {one.item: one.value for one in ret.answers}


@pytest.fixture
@made_once
def second(tmp_path: Path) -> AssessmentFolder:
    """The second round of an assessment in which Ada answered the first, and nobody else."""
    folder = a_folder(tmp_path / "small")
    write_toolkit(folder, TOOLKIT.replace("sections:\n", FACTS, 1))
    first = sent_back(folder, "Ada Ash", tmp_path / "first.xlsx", GIVEN)
    (file,) = ingest(folder, [first], now=LATER, workers=1).files
    assert file.ret.state == "accepted", file.ret.findings
    begin_round(folder, "2027", date(2027, 4, 30), now=NEXT_YEAR)
    return open_folder(folder.root)


def set_to(folder: AssessmentFolder, text: str) -> None:
    with folder.round_file.open("a", encoding="utf-8") as file:
        file.write(text)


def cells(path: Path) -> dict[str, dict[str, object]]:
    """By item: what stands in its answer cell, beside it, and in its status."""
    book = openpyxl.load_workbook(path, data_only=True)
    found: dict[str, dict[str, object]] = {}
    for sheet in book.worksheets:
        heads: dict[str, int] = {}
        for row in sheet.iter_rows():
            texts = {str(c.value): cast("int", c.column) for c in row if isinstance(c.value, str)}
            if "Your answer" in texts:
                heads = texts
            elif heads and isinstance(row[0].value, str):
                found[row[0].value] = {
                    head: row[column - 1].value for head, column in heads.items()
                }
    return found


def test_facts__are_filled_in_and_judgements_are_not(second: AssessmentFolder) -> None:
    seen = cells(workbook_of(second, "Ada Ash"))
    assert seen["D1"]["Your answer"] == "Harbour & <Sons>"
    assert seen["D2"]["Your answer"] == 1250.5
    assert seen["D1"]["Status"] == "Done: as in 2026, please check"
    assert [seen[item]["Your answer"] for item in ("1A", "1B", "1C", "D4")] == [None] * 4
    assert "Your earlier answer" not in seen["1A"]


def test_facts__the_workbooks_of_others_stay_byte_for_byte(second: AssessmentFolder) -> None:
    generate(second, now=NEXT_YEAR)
    with_facts = contents(second)
    set_to(second, "show_last_time: {tiny: no}\n")
    generate(second, now=NEXT_YEAR, reissue=True)
    without = {name: data for name, data in contents(second).items() if "replaced" not in name}
    same = {name for name, data in with_facts.items() if without.get(name) == data}
    assert len(same) == 2
    assert not any("Ada" in name for name in same)


def test_facts__unchanged_are_confirmed_and_changed_are_read(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    given = {"D2": 900, "1A": "Disagree", "1B": "Agree", "1C": "Agree"}
    ret = read(second, sent_back(second, "Ada Ash", tmp_path / "second.xlsx", given))
    assert [finding.code for finding in ret.findings] == ["L09"]
    assert answers_of(ret) == {
        "D1": "Harbour & <Sons>", "D2": 900.0, "D3": date(2019, 4, 1),
        "1A": "low", "1B": "high", "1C": "high",
    }  # fmt: skip


def test_all__earlier_judgements_stand_locked_beside_the_cells(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    set_to(second, "show_last_time: {tiny: all}\n")
    path = workbook_of(second, "Ada Ash")
    seen = cells(path)
    assert seen["1A"]["Your earlier answer"] == "Agree"
    assert seen["1B"]["Your earlier answer"] == "Disagree"
    assert [seen[item]["Your answer"] for item in ("1A", "1B", "1C")] == [None] * 3
    sheet = openpyxl.load_workbook(path)["1 Basics"]
    beside = [c for row in sheet.iter_rows() for c in row if c.value == "Disagree"]
    assert [cell.protection.locked for cell in beside] == [True]
    given = {"1A": "Disagree", "1B": "Agree", "1C": "Agree"}
    ret = read(second, sent_back(second, "Ada Ash", tmp_path / "second.xlsx", given))
    assert [finding.code for finding in ret.findings] == ["L09"]
    assert answers_of(ret)["1A"] == "low"


def test_all__what_we_show_one_person_is_no_writing_of_another(tmp_path: Path) -> None:
    """Each copy shows other answers; none of them is taken for something the partner wrote."""
    folder = a_folder(tmp_path / "small")
    for name, answer in (("Ada Ash", "Agree"), ("Abe Ash", "Disagree"), ("Bea Birch", "Disagree")):
        given = dict.fromkeys(("1A", "1B", "1C"), answer)
        ingest(
            folder, [sent_back(folder, name, tmp_path / f"{name}.xlsx", given)],
            now=LATER, workers=1,
        )  # fmt: skip
    begin_round(folder, "2027", date(2027, 4, 30), now=NEXT_YEAR)
    second = open_folder(folder.root)
    set_to(second, "show_last_time: {tiny: all}\n")
    for name in ("Ada Ash", "Abe Ash", "Bea Birch"):
        given = {"1A": "Agree", "1B": "Disagree", "1C": "Agree"}
        ret = read(second, sent_back(second, name, tmp_path / f"{name} 2.xlsx", given))
        assert (ret.state, ret.findings) == ("accepted", ())


@pytest.mark.parametrize("few", [0, 20])
@pytest.mark.parametrize("written", ["Disagree", "We meant something else"])
def test_all__another_choice_written_over_the_earlier_one_is_told(
    second: AssessmentFolder,
    tmp_path: Path,
    written: str,
    few: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether what all workbooks show is worked out first, or alone what that one shows."""
    monkeypatch.setattr("xlassess.services.ingest._FEW", few)
    set_to(second, "show_last_time: {tiny: all}\n")
    given = {"1A": "Disagree", "1B": "Agree", "1C": "Agree"}
    path = sent_back(second, "Ada Ash", tmp_path / "second.xlsx", given)
    book = openpyxl.load_workbook(path)
    sheet = book["1 Basics"]
    (cell,) = [row[at] for row in sheet.iter_rows() if row[0].value == "1A"
               for at in range(len(row)) if row[at].value == "Agree"]  # fmt: skip
    cell.value = written
    book.save(path)
    (told,) = [finding for finding in read(second, path).findings if finding.code != "L09"]
    assert (told.code, told.cell) == ("R07", cell.coordinate)
    assert f"“{written}”" in told.message


def test_no__nothing_is_shown(second: AssessmentFolder) -> None:
    set_to(second, "show_last_time: {tiny: no}\n")
    seen = cells(workbook_of(second, "Ada Ash"))
    assert [seen[item]["Your answer"] for item in ("D1", "D2", "1A")] == [None] * 3


def test_own__nobody_sees_what_others_answered(second: AssessmentFolder) -> None:
    set_to(second, "show_last_time: {tiny: all}\n")
    for name in ("Abe Ash", "Bea Birch"):
        path = workbook_of(second, name)
        texts = [
            c.value for s in openpyxl.load_workbook(path) for row in s.iter_rows() for c in row
        ]
        assert "Harbour & <Sons>" not in texts
        assert "Your earlier answer" not in texts


def test_seal__covers_what_is_shown(second: AssessmentFolder) -> None:
    generate(second, now=NEXT_YEAR)
    with Ledger(second.ledger) as ledger:
        given = {one.respondent: one.identity.given for one in ledger.issued("2027")}
    assert given["Ada Ash"].startswith("facts ")
    assert {given["Abe Ash"], given["Bea Birch"]} == {""}
    assert generate(second, now=NEXT_YEAR).showing == 1
    assert verify(second).faults == ()


def test_generate__again_changes_nothing(second: AssessmentFolder) -> None:
    generate(second, now=NEXT_YEAR)
    before = contents(second)
    assert {one.outcome for one in generate(second, now=NEXT_YEAR).workbooks} == {"unchanged"}
    next(second.outbox.rglob("*Ada*.xlsx")).unlink()
    outcomes = {one.respondent: one.outcome for one in generate(second, now=NEXT_YEAR).workbooks}
    assert outcomes["Ada Ash"] == "restored"
    assert contents(second) == before


def test_query__about_a_workbook_that_shows_last_time(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    set_to(second, "show_last_time: {tiny: all}\n")
    given = {"1A": "Perhaps", "1B": "Agree", "1C": "Agree"}
    ret = read(second, sent_back(second, "Ada Ash", tmp_path / "second.xlsx", given))
    assert [finding.code for finding in ret.findings if finding.is_open] == ["C01"]
    (asked,) = query(second, now=NEXT_YEAR).workbooks
    book = openpyxl.load_workbook(asked.path)
    fill(book, {"1A": "Agree"})
    book.save(tmp_path / "answered.xlsx")
    ret = read(second, tmp_path / "answered.xlsx")
    assert answers_of(ret)["1A"] == "high"


def test_settings__a_toolkit_that_is_not_used_is_told_with_its_line(
    second: AssessmentFolder,
) -> None:
    set_to(second, "show_last_time:\n  tyni: all\n")
    with pytest.raises(AssessmentFileError) as caught:
        second.assessment()
    (problem,) = caught.value.problems
    assert problem.hint == "It can be: tiny."
    assert problem.line == len(second.round_file.read_text().splitlines())


def test_same__is_noted_for_the_coordinator_and_in_no_paper_without_names(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    given = {item: GIVEN[item] for item in ("1A", "1B", "1C")}
    ret = read(second, sent_back(second, "Ada Ash", tmp_path / "second.xlsx", given))
    assert [finding.code for finding in ret.findings] == ["L09", "L07"]
    assert ret.state == "accepted with notes"
    path = consolidate(second, now=NEXT_YEAR).path
    assert "is the same as this respondent gave in round 2026" in everything(path)
    change_settings(second, "coordinator:\n", "attribution: partner\ncoordinator:\n")
    path = consolidate(second, now=NEXT_YEAR).path
    assert "round 2026" not in everything(path).replace("Trend", "")
    assert "accepted with notes" not in everything(path)


def test_same__one_judgement_that_differs_is_no_note(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    given: dict[str, object] = {"1A": "Agree", "1B": "Agree", "1C": "Agree"}
    ret = read(second, sent_back(second, "Ada Ash", tmp_path / "second.xlsx", given))
    assert [finding.code for finding in ret.findings] == ["L09"]


def test_facts__what_became_of_them_is_told_to_the_coordinator_alone(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    given: dict[str, object] = {"1A": "Agree", "D2": 1300, "D3": None}
    ret = read(second, sent_back(second, "Ada Ash", tmp_path / "second.xlsx", given))
    (note,) = [finding for finding in ret.findings if finding.code == "L09"]
    assert note.message == (
        "Of 3 filled in from round 2026, 1 came back as they were. Changed: D2 (1250.5, now 1300); "
        "D3 (1 April 2019, now empty)."
    )
    said = everything(consolidate(second, now=NEXT_YEAR).path)
    assert "filled in from round 2026" not in said
    assert "1250.5" not in said


def test_untouched__is_known_although_last_years_return_was_put_right_since(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    workbook_of(second, "Ada Ash")
    copy = sent_back(second, "Ada Ash", tmp_path / "untouched.xlsx", {})
    first = open_folder(second.root, "2026")
    other = sent_back(first, "Ada Ash", tmp_path / "right.xlsx", {**GIVEN, "D2": 9999})
    (file,) = ingest(first, [other], now=NEXT_YEAR, workers=1).files
    assert file.ret.state == "accepted"
    ret = read(second, copy)
    assert [finding.code for finding in ret.findings] == ["C13"]
    changed = read(second, sent_back(second, "Ada Ash", tmp_path / "c.xlsx", {"D2": 9999}))
    (note,) = [finding for finding in changed.findings if finding.code == "L09"]
    assert "D2 (1250.5, now 9999)" in note.message


def test_untouched__a_toolkit_of_facts_alone_is_confirmed(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    begin = TOOLKIT.index("sections:")
    facts = "".join(line for line in FACTS.splitlines(keepends=True) if '"D4"' not in line)
    write_toolkit(folder, TOOLKIT[:begin] + facts + "scoring: {rule: none, source: Made up.}\n")
    sheet = sent_back(folder, "Ada Ash", tmp_path / "first.xlsx", GIVEN)
    ingest(folder, [sheet], now=LATER, workers=1)
    begin_round(folder, "2027", date(2027, 4, 30), now=NEXT_YEAR)
    second = open_folder(folder.root)
    ret = read(second, sent_back(second, "Ada Ash", tmp_path / "second.xlsx", {}))
    assert [finding.code for finding in ret.findings] == ["L09"]
    assert "3 came back as they were." in ret.findings[0].message


def test_untouched__is_blank_and_displaces_nothing(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    """Facts that we filled in ourselves are no answer."""
    real = sent_back(second, "Ada Ash", tmp_path / "real.xlsx", {"1A": "Agree", "1B": "Agree"})
    kept = read(second, real)
    untouched = sent_back(second, "Ada Ash", tmp_path / "untouched.xlsx", {})
    ret = read(second, untouched)
    assert [finding.code for finding in ret.findings] == ["C13", "L06"]
    assert (ret.is_blank, ret.state) == (True, "superseded")
    with Ledger(second.ledger) as ledger:
        assert ledger.counting("2027") == {kept.reference: kept.number}


def test_untouched__alone_is_no_response_and_gives_way(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    ret = read(second, sent_back(second, "Ada Ash", tmp_path / "untouched.xlsx", {}))
    assert [finding.code for finding in ret.findings] == ["C13"]
    assert ret.is_blank
    with pytest.raises(XlassessError):
        consolidate(second, now=NEXT_YEAR)
    real = read(second, sent_back(second, "Ada Ash", tmp_path / "real.xlsx", {"1A": "Agree"}))
    with Ledger(second.ledger) as ledger:
        assert ledger.counting("2027") == {real.reference: real.number}
    assert verify(second).faults == ()


@pytest.mark.parametrize("given", [{"D2": 1300}, {"1A": "Agree"}, {"1A": "perhaps"}])
def test_untouched__is_no_workbook_in_which_anything_was_entered(
    second: AssessmentFolder, tmp_path: Path, given: dict[str, object]
) -> None:
    ret = read(second, sent_back(second, "Ada Ash", tmp_path / "second.xlsx", given))
    assert "C13" not in {finding.code for finding in ret.findings}


@pytest.mark.parametrize("shown", ["", "show_last_time: {tiny: all}\n"])
def test_untouched__with_a_fact_cleared_is_blank(
    second: AssessmentFolder, tmp_path: Path, shown: str
) -> None:
    set_to(second, shown)
    ret = read(second, sent_back(second, "Ada Ash", tmp_path / "second.xlsx", {"D2": None}))
    assert ret.is_blank


def everything(path: Path) -> str:
    book = openpyxl.load_workbook(path, data_only=True)
    return " ".join(
        str(c.value) for s in book.worksheets for row in s.iter_rows() for c in row if c.value
    )


def followed_by(second: AssessmentFolder, name: str) -> Path:
    """The workbook of somebody new in Ada's place."""
    people = tuple((p, name if n == "Ada Ash" else n, level) for p, n, level in PEOPLE)
    write_register(second, people)
    return workbook_of(second, name)


def test_successor__sees_nothing_unless_a_setting_says_so(second: AssessmentFolder) -> None:
    assert cells(followed_by(second, "Una Ash"))["D1"]["Your answer"] is None
    set_to(second, "show_successors: true\n")
    generate(second, now=NEXT_YEAR, reissue=True)
    assert cells(workbook_of(second, "Una Ash"))["D1"]["Your answer"] == "Harbour & <Sons>"


def test_successor__sees_nothing_where_names_were_not_promised_to_be_shown(
    tmp_path: Path,
) -> None:
    folder = a_folder(tmp_path / "small")
    write_toolkit(folder, TOOLKIT.replace("sections:\n", FACTS, 1))
    change_settings(folder, "coordinator:\n", "attribution: partner\ncoordinator:\n")
    first = sent_back(folder, "Ada Ash", tmp_path / "first.xlsx", GIVEN)
    ingest(folder, [first], now=LATER, workers=1)
    begin_round(folder, "2027", date(2027, 4, 30), now=NEXT_YEAR)
    second = open_folder(folder.root)
    set_to(second, "show_successors: true\n")
    assert cells(followed_by(second, "Una Ash"))["D1"]["Your answer"] is None


@pytest.mark.clients("libreoffice")
def test_libreoffice__a_filled_in_workbook_comes_back_as_it_went_out(
    second: AssessmentFolder, tmp_path: Path, office: Office
) -> None:
    set_to(second, "show_last_time: {tiny: all}\n")
    path = workbook_of(second, "Ada Ash")
    book = openpyxl.load_workbook(path, data_only=True)
    seen = office.work(path, recalculate=True, read=True)
    kept = {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book.worksheets if sheet.title in seen.values
        for row in sheet.iter_rows() for cell in row
        if isinstance(cell.value, str) and cell.value.startswith(("Done", "To do", "Still"))
    }  # fmt: skip
    assert kept
    wrong = {place: (value, seen.values[place[0]].get(place[1])) for place, value in kept.items()
             if seen.values[place[0]].get(place[1]) != value}  # fmt: skip
    assert wrong == {}
    assert seen.errors() == {}
    saved = tmp_path / "saved.xlsx"
    office.convert(path, saved)
    ret = read(second, saved)
    assert answers_of(ret) == {"D1": "Harbour & <Sons>", "D2": 1250.5, "D3": date(2019, 4, 1)}


def test_all__a_question_that_was_another_one_is_not_compared_and_says_so(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    text = (second.toolkits / "tiny.yaml").read_text(encoding="utf-8")
    other = text.replace("We trust each other.", "We rely on each other in a crisis.")
    write_toolkit(second, other.replace('version: "1.0"', 'version: "1.1"'))
    set_to(second, "show_last_time: {tiny: all}\n")
    given = {"1A": "Disagree", "1B": "Agree", "1C": "Agree"}
    path = sent_back(second, "Ada Ash", tmp_path / "second.xlsx", given)
    said = "Not comparable: in 2026 this was another question."
    own = cells(workbook_of(second, "Ada Ash"))
    assert [item for item, row in own.items() if said in row.values()] == ["1B"]
    assert not any(said in row.values() for row in cells(workbook_of(second, "Bea Birch")).values())
    ret = read(second, path)
    assert [finding.code for finding in ret.findings] == ["L09"]
    assert answers_of(ret)["1B"] == "high"
    book = openpyxl.load_workbook(path)
    (cell,) = [c for row in book["1 Basics"].iter_rows() for c in row if c.value == said]
    assert cell.protection.locked
    cell.value = "But it is the same to us"
    book.save(tmp_path / "over.xlsx")
    codes = [finding.code for finding in read(second, tmp_path / "over.xlsx").findings]
    assert "R07" in codes


def test_all__a_question_that_follows_another_is_compared(
    second: AssessmentFolder, tmp_path: Path
) -> None:
    text = (second.toolkits / "tiny.yaml").read_text(encoding="utf-8")
    other = text.replace(
        "ask: We trust each other., answer: agreement",
        'ask: We rely on each other., answer: agreement, follows: "1.0/1B"',
    )
    assert other != text
    write_toolkit(second, other.replace('version: "1.0"', 'version: "1.1"'))
    set_to(second, "show_last_time: {tiny: all}\n")
    generate(second, now=NEXT_YEAR)
    own = cells(workbook_of(second, "Ada Ash"))
    assert not any("Not comparable" in str(cell) for row in own.values() for cell in row.values())
