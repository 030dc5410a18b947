"""Querying: doubtful cells go back to the partner, and what returns is joined with the rest."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.services.small import (
    LATER,
    MONDAY,
    PEOPLE,
    TOOLKIT,
    a_folder,
    answer,
    change_settings,
    contents,
    made_once,
    write_register,
    write_toolkit,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.generate.query.letter import query_subject, slot_cells
from xlassess.ledger import Ledger
from xlassess.model.answer import Return
from xlassess.model.errors import UsageError
from xlassess.model.finding import Waiver
from xlassess.model.query import Slot
from xlassess.services import status as status_desk
from xlassess.services.common.workbooks import issuing
from xlassess.services.decide import Why, choose, mark, mark_queries, set_aside, waive
from xlassess.services.generate import generate
from xlassess.services.history import history
from xlassess.services.in_doubt import in_doubt
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.post.send import Ask, preview
from xlassess.services.query import Asked, query
from xlassess.services.setup.verify import verify
from xlassess.toolkits.load import find_toolkit

DAY = timedelta(days=1)
ASKED = LATER + DAY
BACK = ASKED + 5 * DAY
DOUBTFUL = ("Agree", "Mostly", None)
"""The second is none of the choices, the third is missing."""


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return an_issued_folder(tmp_path)


@made_once
def an_issued_folder(tmp_path: Path) -> AssessmentFolder:
    folder = a_folder(tmp_path / "small")
    generate(folder, now=MONDAY)
    return folder


@pytest.fixture
def first(folder: AssessmentFolder, tmp_path: Path) -> Path:
    """Ada's workbook, which came back with two answers in doubt."""
    return a_doubtful_return(tmp_path)


@made_once
def a_doubtful_return(tmp_path: Path) -> Path:
    """Return the file that came back, beside the folder into which it was read."""
    folder = an_issued_folder(tmp_path)
    path = answer(folder, "Ada Ash", tmp_path / "inbox" / "first.xlsx", DOUBTFUL)
    ingest(folder, [path], now=LATER, workers=1)
    return path


def the_query(folder: AssessmentFolder, **options: object) -> Asked:
    (asked,) = query(folder, now=ASKED, **options).workbooks  # type: ignore[arg-type]
    return asked


def fill_in(
    folder: AssessmentFolder, asked: Asked, target: Path, given: dict[Slot, str | None]
) -> Path:
    """Fill a query workbook in as a partner does, and save it there."""
    cells = slot_cells(find_toolkit("tiny", folder.toolkits))
    book = openpyxl.load_workbook(asked.path)
    for slot, value in given.items():
        sheet, cell = cells[slot]
        book[sheet][cell].value = value
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)
    return target


def current(folder: AssessmentFolder) -> Return:
    with Ledger(folder.ledger) as ledger:
        (ret,) = ledger.current("2026").values()
        return ret


def sources(ret: Return) -> dict[str, tuple[object, str]]:
    """The answers by item: value, and the file each was read from."""
    return {a.item: (a.value, a.file or ret.file) for a in ret.answers if a.field == "answer"}


B, C = Slot("1B", "answer"), Slot("1C", "answer")


def test_query__asks_only_what_is_in_doubt(folder: AssessmentFolder, first: Path) -> None:
    asked = the_query(folder)
    assert asked.outcome == "new"
    assert asked.query.asked == (B, C)
    assert {slot.field for slot in asked.query.free} == {"comment"}
    assert asked.query.of == asked.issued.reference != asked.query.reference
    sheet = openpyxl.load_workbook(asked.path)["1 Basics"]
    cells = slot_cells(find_toolkit("tiny", folder.toolkits))
    where = {slot.item + " " + slot.field: cell for slot, (_, cell) in cells.items()}
    unlocked = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    assert unlocked == {where[f"{i} {f}"] for i in ("1B", "1C") for f in ("answer", "comment")}
    assert sheet[where["1A answer"]].value == "Agree"
    assert sheet[where["1B answer"]].value is None


def test_query__says_in_a_letter_what_to_do(folder: AssessmentFolder, first: Path) -> None:
    asked = the_query(folder)
    write_register(folder, (("Ash Council", "Ada Ash", "Board", "ada@example.org"), *PEOPLE[1:]))
    letter = asked.letter.read_text(encoding="utf-8")
    cells = slot_cells(find_toolkit("tiny", folder.toolkits))
    assert asked.query.reference in letter
    assert asked.issued.reference in letter
    assert asked.path.name in letter
    for slot in (B, C):
        assert cells[slot][1] in letter
        assert slot.item in letter
    # Message, workbook and console count the same: the questions that are marked.
    start = openpyxl.load_workbook(asked.path)["Start"]
    banner = {str(cell.value) for row in start.iter_rows() for cell in row if cell.value}
    assert asked.questions == 2
    assert "2 questions are marked" in " ".join(letter.split())
    assert any(text.startswith("Please check 2 questions") for text in banner)
    assert "Mostly" in letter


def test_query__letter_calls_nobody_dear_the_chair(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small", (("Ash Council", "The chair", "Board"),))
    book = answer(folder, "The chair", tmp_path / "back.xlsx", ("Agree", "Perhaps", "Agree"))
    ingest(folder, [book], now=LATER, workers=1)
    (made,) = query(folder, now=LATER).workbooks
    assert "Dear Ash Council," in made.letter.read_text(encoding="utf-8")


def test_query__answers_are_joined_with_the_first_return(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    back = fill_in(folder, asked, tmp_path / "back.xlsx", {B: "Disagree", C: "Agree"})
    result = ingest(folder, [back], now=BACK, workers=1)
    assert [file.ret.state for file in result.files] == ["accepted"]
    ret = current(folder)
    assert ret.state == "accepted"
    assert ret.query == asked.query.reference
    assert sources(ret) == {
        "1A": ("high", "first.xlsx"),
        "1B": ("low", "back.xlsx"),
        "1C": ("high", "back.xlsx"),
    }
    first_cell = {a.item: a.cell for a in ret.answers}
    assert (
        first_cell["1A"] != slot_cells(find_toolkit("tiny", folder.toolkits))[Slot("1A", "answer")]
    )
    assert first_cell["1B"] == slot_cells(find_toolkit("tiny", folder.toolkits))[B][1]
    with Ledger(folder.ledger) as ledger:
        assert [r.state for r in ledger.history("2026")] == ["superseded", "accepted"]
    assert not verify(folder).faults
    assert query(folder, now=BACK).workbooks == ()
    assert "queries/replaced" in " ".join(contents(folder))


def test_query__run_again_changes_nothing(folder: AssessmentFolder, first: Path) -> None:
    asked = the_query(folder)
    before = contents(folder)
    (again,) = query(folder, now=ASKED + 3 * DAY).workbooks
    assert again.outcome == "unchanged"
    assert contents(folder) == before
    asked.path.unlink()
    (restored,) = query(folder, now=ASKED + 3 * DAY).workbooks
    assert restored.outcome == "restored"
    assert contents(folder) == before


def test_query__file_with_other_content_is_left_alone(
    folder: AssessmentFolder, first: Path
) -> None:
    asked = the_query(folder)
    asked.path.write_bytes(b"filled in here by mistake")
    result = query(folder, now=ASKED)
    assert [book.outcome for book in result.workbooks] == ["kept"]
    assert result.needs_person
    assert asked.path.read_bytes() == b"filled in here by mistake"


def test_query__waived_findings_are_not_asked(folder: AssessmentFolder, first: Path) -> None:
    missing = next(f for f in current(folder).findings if f.code == "C02")
    waive(folder, [missing.number], Why(ASKED, "Known", "Cora"))
    asked = the_query(folder)
    assert asked.query.asked == (B,)


def test_query__finding_waived_after_issue(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    missing = next(f for f in current(folder).findings if f.code == "C02")
    waive(folder, [missing.number], Why(ASKED, "Known", "Cora"))
    (left,) = query(folder, now=ASKED).workbooks
    assert (left.outcome, left.query) == ("outdated", asked.query)
    (anew,) = query(folder, now=ASKED, reissue=True).workbooks
    assert anew.outcome == "reissued"
    assert anew.query.asked == (B,)
    assert anew.query.reference != asked.query.reference
    back = fill_in(folder, anew, tmp_path / "back.xlsx", {B: "Agree"})
    ingest(folder, [back], now=BACK, workers=1)
    ret = current(folder)
    assert not ret.is_blank
    (line,) = [one for one in status_desk.status(folder, today=BACK.date()).lines if one.asked]
    assert (line.state, [f.code for f in line.waived]) == ("returned", ["C02"])


def test_query__waiver_goes_on_with_whose_it_is_to_the_answered_return(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    doubted = next(f for f in current(folder).findings if f.code == "C01")
    waive(folder, [doubted.number], Why(ASKED, "Said on the phone", "Cora"))
    back = fill_in(folder, the_query(folder), tmp_path / "back.xlsx", {C: "Agree"})
    ingest(folder, [back], now=BACK, workers=1)
    (line,) = [one for one in status_desk.status(folder, today=BACK.date()).lines if one.asked]
    assert (line.state, line.queries) == ("returned", ())
    (waived,) = line.waived
    assert (waived.code, waived.item) == ("C01", "1B")
    assert waived.number != doubted.number
    assert waived.waiver == Waiver("Cora", ASKED, "Said on the phone")
    method = openpyxl.load_workbook(consolidate(folder, now=BACK).path)["Method"]
    told = [str(cell.value) for row in method.iter_rows() for cell in row if cell.value]
    assert not [text for text in told if "None has been recorded" in text and "aiver" in text]
    assert any("C01" in text and "Said on the phone" in text for text in told), told
    assert verify(folder).holds
    waive(folder, [waived.number], Why(BACK, "Asked after all"), revoke=True)
    (line,) = [one for one in status_desk.status(folder, today=BACK.date()).lines if one.asked]
    assert [one.number for one in line.queries] == [waived.number]


@pytest.mark.parametrize(("value", "still"), [("Mostly", ["C01"]), ("Hardly", [])])
def test_query__waiver_of_what_was_asked_holds_for_the_same_value_only(
    folder: AssessmentFolder, first: Path, tmp_path: Path, value: str, still: list[str]
) -> None:
    asked = the_query(folder)
    doubted = next(f for f in current(folder).findings if f.code == "C01")
    waive(folder, [doubted.number], Why(ASKED, "Fine", "Cora"))
    back = fill_in(folder, asked, tmp_path / "back.xlsx", {B: value, C: "Agree"})
    ingest(folder, [back], now=BACK, workers=1)
    assert [f.code for f in current(folder).findings if f.waiver] == still


def test_query__doubt_in_the_answer_is_a_query_again(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    back = fill_in(folder, asked, tmp_path / "back.xlsx", {B: "Possibly", C: "Agree"})
    ingest(folder, [back], now=BACK, workers=1)
    ret = current(folder)
    assert ret.state == "query"
    assert [(f.code, f.item, f.file) for f in ret.findings] == [("C01", "1B", "back.xlsx")]
    (second,) = query(folder, now=BACK).workbooks
    assert second.query.asked == (B,)
    last = fill_in(folder, second, tmp_path / "last.xlsx", {B: "Agree"})
    ingest(folder, [last], now=BACK + DAY, workers=1)
    assert current(folder).state == "accepted"
    assert sources(current(folder)) == {
        "1A": ("high", "first.xlsx"),
        "1B": ("high", "last.xlsx"),
        "1C": ("high", "back.xlsx"),
    }


def test_query__returned_empty(folder: AssessmentFolder, first: Path, tmp_path: Path) -> None:
    asked = the_query(folder)
    ingest(folder, [fill_in(folder, asked, tmp_path / "back.xlsx", {})], now=BACK, workers=1)
    ret = current(folder)
    assert [f.code for f in ret.findings] == ["C13"]
    assert sources(ret) == {"1A": ("high", "first.xlsx")}


@pytest.mark.parametrize(
    ("lead", "amount", "codes"),
    [
        pytest.param("Disagree", "50", ["C25"], id="left-as-it-was"),
        pytest.param("Agree", "50", [], id="the-other-answer-changed"),
        pytest.param("Disagree", None, ["L02"], id="cleared"),
    ],
)
def test_query__contradiction_is_asked_again_until_one_side_changes(
    tmp_path: Path, lead: str, amount: str | None, codes: list[str]
) -> None:
    folder = a_folder(tmp_path / "small")
    how_many = "ask: How many?, answer: number, required: false, comment: false"
    items = f'{{id: "1D", {how_many}, only_when: {{item: "1A", choices: [high]}}}}'
    write_toolkit(folder, TOOLKIT.replace("scoring:", f"      - {items}\nscoring:"))
    first = answer(folder, "Ada Ash", tmp_path / "1.xlsx", ("Disagree", "Agree", "Agree", "50"))
    ingest(folder, [first], now=LATER, workers=1)
    asked = the_query(folder)
    assert set(asked.query.asked) == {Slot("1A", "answer"), Slot("1D", "answer")}
    given = {Slot("1A", "answer"): lead, Slot("1D", "answer"): amount}
    ingest(folder, [fill_in(folder, asked, tmp_path / "b.xlsx", given)], now=BACK, workers=1)
    assert [finding.code for finding in current(folder).findings] == codes
    again = query(folder, now=BACK).workbooks
    assert [set(one.query.asked) for one in again] == [set(asked.query.asked)] * codes.count("C25")


def test_query__ingest_tells_of_a_query_workbook_what_is_in_it(tmp_path: Path) -> None:
    """What was noted and put right in the first file was told of that."""
    folder = an_issued_folder(tmp_path)
    answers = ("  agree", "Perhaps", "Agree")
    first = answer(folder, "Ada Ash", tmp_path / "first.xlsx", answers)
    book = openpyxl.load_workbook(first)
    book["1 Basics"]["M30"].value = "A stray remark"
    book.save(first)
    (came,) = ingest(folder, [first], now=LATER, workers=1).files
    assert [f.code for f in came.findings("note")] == ["R07"]
    assert (len(came.told.normalised), came.is_renamed) == (1, True)
    asked = the_query(folder)
    for name in (asked.path.name, "mine.xlsx"):
        given: dict[Slot, str | None] = {B: "Agree" if name == "mine.xlsx" else "Disagree"}
        path = fill_in(folder, asked, tmp_path / "in" / name, given)
        result = ingest(folder, [path], now=BACK, workers=1)
        (back,) = result.files
        assert (back.ret.state, result.states) == ("accepted with notes", {"accepted": 1})
        assert back.is_renamed == (name == "mine.xlsx")
        assert (back.findings("note"), back.told.normalised) == ((), ())
        assert [f.code for f in back.ret.findings] == ["R07"]
        assert len(back.ret.normalised) == 1


def test_query__other_answers_changed_are_not_taken(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    given = {Slot("1A", "answer"): "Disagree", B: "Agree", C: "Agree"}
    ingest(folder, [fill_in(folder, asked, tmp_path / "b.xlsx", given)], now=BACK, workers=1)
    ret = current(folder)
    assert sources(ret)["1A"] == ("high", "first.xlsx")
    assert [(f.code, f.severity) for f in ret.findings] == [("L03", "note")]


@pytest.mark.parametrize("issued_file_is_there", [True, False])
def test_query__remarks_over_what_is_shown_are_told(
    folder: AssessmentFolder, first: Path, tmp_path: Path, issued_file_is_there: bool
) -> None:
    asked = the_query(folder)
    back = fill_in(folder, asked, tmp_path / "b.xlsx", {B: "Agree", C: "Agree"})
    book = openpyxl.load_workbook(back)
    sheet = book["1 Basics"]
    heads = {cell.value: cell for row in sheet for cell in row if cell.value in ("Please check",)}
    reason = heads["Please check"]
    row = next(c.row for c in sheet["A"] if c.value == "1B")
    over = {(row, reason.column): "It should be Mostly", (row - 1, reason.column): "Agree"}
    for (at, column), words in over.items():
        sheet.cell(at, column).value = words
    book.save(back)
    if not issued_file_is_there:
        asked.path.unlink()
    ingest(folder, [back], now=BACK, workers=1)
    told = {f.cell for f in current(folder).findings if f.code == "R07"}
    expected = {sheet.cell(*at).coordinate for at in over}
    assert told == (
        expected if issued_file_is_there else {sheet.cell(row - 1, reason.column).coordinate}
    )


def test_query__comment_added_beside_an_answer(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    given = {B: "Agree", C: "Agree", Slot("1B", "comment"): "=Said so"}
    ingest(
        folder,
        [fill_in(folder, asked, tmp_path / "b.xlsx", {**given, Slot("1B", "comment"): "Said so"})],
        now=BACK,
        workers=1,
    )
    assert [(a.item, a.value) for a in current(folder).answers if a.field == "comment"] == [
        ("1B", "Said so")
    ]


def test_query__first_workbook_sent_again_later_counts(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    back = fill_in(folder, asked, tmp_path / "back.xlsx", {B: "Disagree", C: "Agree"})
    ingest(folder, [back], now=BACK, workers=1)
    whole = answer(folder, "Ada Ash", tmp_path / "whole.xlsx", ("Disagree", "Agree", "Agree"))
    ingest(folder, [whole], now=BACK + DAY, workers=1)
    ret = current(folder)
    assert ret.query == ""
    assert sources(ret)["1A"] == ("low", "whole.xlsx")


def test_query__answered_after_the_first_workbook_came_again(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    whole = answer(folder, "Ada Ash", tmp_path / "whole.xlsx", ("Disagree", "Agree", "Agree"))
    ingest(folder, [whole], now=BACK, workers=1)
    back = fill_in(folder, asked, tmp_path / "back.xlsx", {B: "Disagree", C: "Agree"})
    result = ingest(folder, [back], now=BACK + DAY, workers=1)
    assert [f.code for f in result.files[0].ret.findings] == ["L01"]
    assert sources(current(folder))["1A"] == ("low", "whole.xlsx")


def test_query__answered_twice(folder: AssessmentFolder, first: Path, tmp_path: Path) -> None:
    asked = the_query(folder)
    for at, value in enumerate(("Disagree", "Agree")):
        back = fill_in(folder, asked, tmp_path / f"{at}.xlsx", {B: value, C: "Agree"})
        ingest(folder, [back], now=BACK + at * DAY, workers=1)
    assert current(folder).state == "accepted"
    assert sources(current(folder))["1B"] == ("high", "1.xlsx")


def test_query__answered_for_a_return_set_aside(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    set_aside(folder, current(folder).number, Why(ASKED, "Wrong person", "Cora"))
    back = fill_in(folder, asked, tmp_path / "back.xlsx", {B: "Disagree", C: "Agree"})
    result = ingest(folder, [back], now=BACK, workers=1)
    assert [file.ret.state for file in result.files] == ["set aside"]
    assert not verify(folder).faults


def test_query__tampered_seal_is_refused(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    book = openpyxl.load_workbook(asked.path)
    sheet = book["xl_identity"]
    row = next(r for r in range(1, 20) if sheet.cell(r, 1).value == "asks")
    sheet.cell(row, 2).value = "0" * 64
    book.save(tmp_path / "back.xlsx")
    result = ingest(folder, [tmp_path / "back.xlsx"], now=BACK, workers=1)
    assert [f.code for f in result.files[0].ret.findings] == ["I06"]


def test_query__known_by_its_printed_reference(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    path = fill_in(folder, asked, tmp_path / "back.xlsx", {B: "Disagree", C: "Agree"})
    book = openpyxl.load_workbook(path)
    del book["xl_identity"]
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]
    book.save(path)
    result = ingest(folder, [path], now=BACK, workers=1)
    # It is known whose it is, but not sure: the sealed return counts until somebody decides.
    assert [f.code for f in result.files[0].ret.findings] == ["I09", "L04"]
    assert "1B" not in sources(current(folder))


def test_unsealed_and_alone__counts_only_once_chosen(tmp_path: Path) -> None:
    """Abe's workbook with Bea's reference typed over his own and every seal taken out."""
    folder = a_folder(tmp_path / "small")
    books = {one.respondent: one.reference for one in generate(folder, now=MONDAY).workbooks}
    path = answer(folder, "Abe Ash", tmp_path / "in.xlsx")
    book = openpyxl.load_workbook(path)
    del book["xl_identity"]
    for name in list(book.custom_doc_props.names):
        del book.custom_doc_props[name]
    for sheet in book.worksheets:
        for row in sheet.iter_rows(max_row=8):
            for cell in row:
                if isinstance(cell.value, str):
                    cell.value = cell.value.replace(books["Abe Ash"], books["Bea Birch"])
    book.save(path)
    (file,) = ingest(folder, [path], now=LATER, workers=1).files
    assert (file.ret.state, file.ret.reference) == ("query", books["Bea Birch"])
    (told,) = [one for one in file.ret.findings if one.code == "I18"]
    assert "Ash Council, Abe Ash" in told.message
    assert "Birch Trust, Bea Birch" in told.message
    number = file.ret.number
    assert f"choose {books['Bea Birch']} {number} --reason" in told.remedy
    assert f"reassign {number} --to {books['Abe Ash']} --reason" in told.remedy
    assert f"set-aside {number} --reason" in told.remedy
    (line,) = (one for one in status_desk.status(folder, today=LATER.date()).lines if one.queries)
    assert (line.reference, line.state, line.number) == (books["Bea Birch"], "refused only", 0)
    with Ledger(folder.ledger) as ledger:
        assert ledger.current("2026") == {}
    choose(folder, books["Bea Birch"], str(file.ret.number), Why(LATER, "She says so", "Cora"))
    assert current(folder).reference == books["Bea Birch"]


def test_query__day_by_which_answers_are_wanted(folder: AssessmentFolder, first: Path) -> None:
    asked = the_query(folder)
    assert asked.query.return_by == (ASKED + 7 * DAY).date()
    (later,) = query(folder, now=ASKED, return_by=date(2026, 5, 1), reissue=True).workbooks
    assert later.outcome == "unchanged"
    assert later.query.return_by == asked.query.return_by


def test_query__names_or_settings_changed(folder: AssessmentFolder, first: Path) -> None:
    the_query(folder)
    change_settings(folder, "Small Partnership", "Other Partnership")
    assert the_query(folder).outcome == "outdated"


def test_query__nothing_to_ask(folder: AssessmentFolder, tmp_path: Path) -> None:
    assert query(folder, now=ASKED).workbooks == ()
    ingest(folder, [answer(folder, "Ada Ash", tmp_path / "a.xlsx")], now=LATER, workers=1)
    assert query(folder, now=ASKED).workbooks == ()


def test_status__tells_of_query_workbooks(folder: AssessmentFolder, first: Path) -> None:
    the_query(folder)
    lines = status_desk.status(folder, today=ASKED.date()).lines
    (line,) = [line for line in lines if line.respondent == "Ada Ash"]
    assert (line.state, line.asked) == ("query open", 1)


def test_query__broken_off_while_putting_aside_leaves_no_letter(
    folder: AssessmentFolder, first: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = the_query(folder)
    waive(folder, asked.query.findings, Why(ASKED, "Fine"))
    put_aside, left = issuing.put_aside, iter([1])

    def stopped(path: Path) -> None:
        if next(left, None) is None:
            raise SystemExit
        put_aside(path)

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "put_aside", stopped)
        with pytest.raises(SystemExit):
            query(folder, now=ASKED)
    query(folder, now=ASKED)
    assert not [path for path in asked.path.parent.iterdir() if path.is_file()]


def to_be_asked(folder: AssessmentFolder) -> int:
    """How many messages with query workbooks are to go out."""
    composed, _ = preview(folder, Ask("query"), now=ASKED)
    return len(composed.no_address)  # nobody in the small register has an address


@pytest.mark.parametrize("everyone", [True, False])
def test_query__sent_by_hand_is_recorded_shown_and_taken_back(
    folder: AssessmentFolder, first: Path, everyone: bool
) -> None:
    asked, why = the_query(folder), Why(ASKED + DAY)
    assert to_be_asked(folder) == 1
    reference = asked.query.reference

    def record(*, undone: bool = False) -> None:
        if everyone:
            done = mark_queries(folder, why, undone=undone)
        else:
            done = mark(folder, [reference.lower()], "sent", why, undone=undone)
        assert (done.arrived, done.books) == ((reference,), ())

    record()
    assert to_be_asked(folder) == 0
    (line,) = [one for one in status_desk.status(folder, today=ASKED.date()).lines if one.asked]
    assert line.asked_at == ASKED + DAY
    assert (line.sent, line.state) == (None, "query open")  # the workbook itself was not sent
    told = [step.event.what for step in history(folder, asked.issued.reference).steps]
    assert told[-3:] == ["query issued", "message begun", "message ended"]
    record(undone=True)
    assert to_be_asked(folder) == 1
    (line,) = [one for one in status_desk.status(folder, today=ASKED.date()).lines if one.asked]
    assert line.asked_at is None
    with Ledger(folder.ledger) as ledger:
        assert ledger.register().uncertain == ()
    assert verify(folder).holds


def test_status__says_that_the_last_of_two_query_workbooks_is_not_sent(
    folder: AssessmentFolder, first: Path, tmp_path: Path
) -> None:
    asked = the_query(folder)
    mark_queries(folder, Why(ASKED))
    back = fill_in(folder, asked, tmp_path / "half.xlsx", {B: "Agree", C: "Hardly"})
    ingest(folder, [back], now=BACK, workers=1)
    said = ["-C", str(folder.root), "status"]
    assert "send --queries" not in CliRunner().invoke(cli, said).stdout
    (again,) = query(folder, now=BACK).workbooks
    reference = again.issued.reference
    told = " ".join(CliRunner().invoke(cli, said).stdout.split())
    assert "(2 query workbooks issued, sent " in told
    assert "; the last one is not sent)" in told
    assert "xlassess send --queries" in told
    assert in_doubt(folder, reference).asked_at is None
    mark_queries(folder, Why(BACK))
    told = " ".join(CliRunner().invoke(cli, said).stdout.split())
    assert "last one" not in told
    assert "send --queries" not in told
    assert in_doubt(folder, reference).asked_at == BACK


def test_query__sent_by_hand_named_beside_an_unknown_reference_records_nothing(
    folder: AssessmentFolder, first: Path
) -> None:
    reference = the_query(folder).query.reference
    with pytest.raises(UsageError):
        mark(folder, [reference, "2222-2222"], "sent", Why(ASKED))
    assert to_be_asked(folder) == 1
    with Ledger(folder.ledger) as ledger:
        assert ledger.register().messages == ()


def test_query__not_recorded_as_sent_is_not_taken_back(
    folder: AssessmentFolder, first: Path
) -> None:
    """Nobody is told to name its workbook instead: taking that back is another matter."""
    reference = the_query(folder).query.reference
    with pytest.raises(UsageError, match=f"{reference} is not recorded as sent") as raised:
        mark(folder, [reference], "sent", Why(ASKED), undone=True)
    assert "instead" not in str(raised.value)


def test_query__only_those_that_somebody_saw_are_recorded_as_sent(
    folder: AssessmentFolder, first: Path
) -> None:
    reference = the_query(folder).query.reference
    assert mark_queries(folder, Why(ASKED), among=["AAAA-AAAA"]).arrived == ()
    assert to_be_asked(folder) == 1
    assert mark_queries(folder, Why(ASKED), among=[reference]).arrived == (reference,)


def test_query__sent_by_hand_settles_what_was_not_certain(
    folder: AssessmentFolder, first: Path
) -> None:
    reference = the_query(folder).query.reference
    with Ledger(folder.ledger, lambda: ASKED) as ledger:
        assert ledger.messages.begin("<1@x>", "query", [reference], planned=10_000)
    assert mark_queries(folder, Why(ASKED)).arrived == (reference,)
    with Ledger(folder.ledger) as ledger:
        (message,) = ledger.register().messages  # it is one message, and not two
    assert (message.id, message.outcome) == ("<1@x>", "sent")
    mark_queries(folder, Why(ASKED), undone=True)
    with Ledger(folder.ledger) as ledger:
        assert [one.id for one in ledger.register().uncertain] == ["<1@x>"]


def test_query__none_to_be_sent_records_nothing(folder: AssessmentFolder, first: Path) -> None:
    assert mark_queries(folder, Why(ASKED)).arrived == ()
    the_query(folder)
    assert len(mark_queries(folder, Why(ASKED)).arrived) == 1
    assert mark_queries(folder, Why(ASKED)).arrived == ()


def test_send__takes_the_subject_of_a_query_from_what_it_is_about(
    folder: AssessmentFolder, first: Path
) -> None:
    """Whatever somebody has done to the head of the text beside the workbook."""
    asked = the_query(folder)
    write_register(folder, (("Ash Council", "Ada Ash", "Board", "ada@example.org"), *PEOPLE[1:]))
    letter = asked.letter.read_text(encoding="utf-8")
    subject = query_subject(
        find_toolkit("tiny", folder.toolkits), folder.assessment(), asked.query.reference
    )
    assert f"Subject: {subject}\n" in letter
    body = letter.partition("\n\n")[2]
    for text in (letter, letter.replace(subject, "Buy now"), body):
        asked.letter.write_text(text, encoding="utf-8")
        composed, (read,) = preview(folder, Ask("query"), now=ASKED)
        (one,) = composed.post
        assert (one.letter.subject, one.letter.text) == (subject, body)
        assert "Buy now" not in read
