"""Two rounds on disk: the second's papers say what moved, the first's stay as they are."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from pathlib import Path

import docx
import openpyxl
import pytest

from tests.services.planned import read_back
from tests.services.small import LATER, a_folder, answer, change_settings, made_once
from xlassess.assessment.settings import AssessmentFolder
from xlassess.services.common.opening import open_folder
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.papers.report import report
from xlassess.services.plans.workshop import workshop
from xlassess.services.setup.rounds import begin_round

NEXT_YEAR = LATER + timedelta(days=365)
PEOPLE = ("Ada Ash", "Abe Ash", "Bea Birch")


def answered(folder: AssessmentFolder, inbox: Path, now, said: str) -> None:  # type: ignore[no-untyped-def]
    paths = [
        answer(folder, name, inbox / f"{number}.xlsx", (said,) * 3)
        for number, name in enumerate(PEOPLE)
    ]
    ingest(folder, paths, now=now, workers=1)


@pytest.fixture
@made_once
def twice(tmp_path: Path) -> AssessmentFolder:
    """A round in which all three disagree, and one in which all three agree."""
    first = a_folder(tmp_path / "small")
    answered(first, tmp_path / "first", LATER, "Disagree")
    consolidate(first, now=LATER)
    begin_round(first, "2027", date(2027, 4, 30), now=NEXT_YEAR)
    second = open_folder(first.root)
    generate(second, now=NEXT_YEAR)
    answered(second, tmp_path / "second", NEXT_YEAR, "Agree")
    return second


def texts(path: Path, sheet: str) -> list[str]:
    book = openpyxl.load_workbook(path, data_only=True)
    return [str(cell.value) for row in book[sheet].iter_rows() for cell in row if cell.value]


def test_summary__says_what_moved_on_page_one(twice: AssessmentFolder) -> None:
    path = consolidate(twice, now=NEXT_YEAR).path
    assert "What moved since 2026" in texts(path, "Summary")
    assert "Basics moved up, from 3.0 to 6.0: 3 of 3 who answered both times." in texts(
        path, "Summary"
    )
    assert "Trend" in openpyxl.load_workbook(path).sheetnames


def test_summary__of_the_first_round_stays_as_it_was(twice: AssessmentFolder) -> None:
    first = open_folder(twice.root, "2026")
    path = first.summary_file("2026")
    book = openpyxl.load_workbook(path)
    assert not any(name.startswith("Trend") for name in book.sheetnames)
    before = path.read_bytes()
    consolidate(first, now=LATER)
    old, new = (texts(io.BytesIO(data), "Summary") for data in (before, path.read_bytes()))  # type: ignore[arg-type]
    assert old == new


def test_report__says_what_moved(twice: AssessmentFolder) -> None:
    path = report(twice, None, None, now=NEXT_YEAR).path
    said = [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]
    place = said.index("What moved since 2026")
    assert said[place + 1].startswith("Basics moved up, from 3.0 to 6.0")


def test_follows__may_be_said_after_workbooks_went_out(
    twice: AssessmentFolder, tmp_path: Path
) -> None:
    """What a question follows is read from the toolkit's file as it is now."""
    file = twice.toolkits / "tiny.yaml"
    text = file.read_text().replace('version: "1.0"', 'version: "1.1"')
    text = text.replace("We know each other.", "All of us know each other.")
    file.write_text(text)
    begin_round(twice, "2028", date(2028, 4, 30), now=NEXT_YEAR + timedelta(days=365))
    third = open_folder(twice.root)
    after = NEXT_YEAR + timedelta(days=366)
    generate(third, now=after)
    answered(third, tmp_path / "third", after, "Disagree")
    path = consolidate(third, now=after).path
    assert any("In version 1.0 this question was another one." in t for t in texts(path, "Trend"))
    told = text.replace("answer: agreement}", 'answer: agreement, follows: "1.0/1A"}', 1)
    file.write_text(told)
    path = consolidate(third, now=after).path
    assert "Basics moved down, from 6.0 to 3.0: 3 of 3 who answered both times." in texts(
        path, "Summary"
    )


def test_lettered__nobody_is_followed(twice: AssessmentFolder) -> None:
    change_settings(
        twice, "coordinator:\n", "attribution: lettered\nminimum_group: 2\ncoordinator:\n"
    )
    path = consolidate(twice, now=NEXT_YEAR).path
    assert any(text.startswith("No change is claimed.") for text in texts(path, "Summary"))
    assert "Trend pairs" not in openpyxl.load_workbook(path).sheetnames


def test_aggregated__a_round_that_was_set_beside_a_later_one_shows_no_other_returns(
    tmp_path: Path,
) -> None:
    """Beside figures over those who answered both times, returns that changed could be found."""
    people = tuple((f"Partner {n}", f"Person {n}", "Board") for n in range(6))
    first = a_folder(tmp_path / "small", people)
    change_settings(first, "coordinator:\n", "attribution: aggregated\ncoordinator:\n")
    generate(first, now=LATER)
    said = (("Agree",) * 3, ("Disagree",) * 3)
    sent = [answer(first, f"Person {n}", tmp_path / f"a{n}.xlsx", said[n % 2]) for n in range(6)]
    ingest(first, sent, now=LATER, workers=1)
    consolidate(first, now=LATER)
    others = [answer(first, f"Person {n}", tmp_path / f"c{n}.xlsx", ("Agree", "Disagree", "Agree"))
              for n in range(3)]  # fmt: skip
    begin_round(first, "2027", date(2027, 4, 30), now=NEXT_YEAR)
    second = open_folder(first.root)
    generate(second, now=NEXT_YEAR)
    sent = [answer(second, f"Person {n}", tmp_path / f"b{n}.xlsx", said[n % 2]) for n in range(6)]
    ingest(second, sent, now=NEXT_YEAR, workers=1)
    consolidate(second, now=NEXT_YEAR)
    back = open_folder(first.root, "2026")
    assert consolidate(back, now=NEXT_YEAR).held == ""
    ingest(back, others, now=NEXT_YEAR + timedelta(days=1), workers=1)
    held = consolidate(back, now=NEXT_YEAR + timedelta(days=1)).held
    assert "A later round has been set beside this one since, so no others are shown." in held


def held(folder: AssessmentFolder, said: dict[str, dict[str, object]], now: datetime) -> None:
    """A workshop of a round, in which this was agreed on."""
    (book,) = workshop(folder, now=now)
    ret = read_back(folder, book.path, said, now=now, name=f"workshop {now.year}.xlsx")
    assert ret.state == "accepted", ret.findings


def test_trend__has_what_workshops_agreed_on_beside_the_answers(twice: AssessmentFolder) -> None:
    bare = consolidate(twice, now=NEXT_YEAR).path
    assert "Workshop 2026" not in texts(bare, "Trend")
    assert not any("agreed on" in text for text in texts(bare, "Summary"))
    figures = rows_of(bare)
    held(open_folder(twice.root, "2026"), {
        "1A": {"judgement": "Agree", "grounds": "It is better than it looks."},
        "1B": {"judgement": "Disagree"},
    }, LATER)  # fmt: skip
    before = " ".join(texts(consolidate(twice, now=NEXT_YEAR).path, "Summary"))
    assert "what the workshop of 2026 agreed on: 1A “Agree” (" in before
    held(twice, {"1A": {"judgement": "Disagree", "grounds": "It is not."}}, NEXT_YEAR)
    path = consolidate(twice, now=NEXT_YEAR).path
    assert rows_of(path) == figures
    book = openpyxl.load_workbook(path, data_only=True)
    rows = [[cell.value for cell in row] for row in book["Trend"].iter_rows()]
    head = next(row for row in rows if "Workshop 2026" in row)
    places = head.index("Workshop 2026"), head.index("Workshop 2027")
    assert {row[0]: tuple(row[at] for at in places) for row in rows if row[1] == "Question"} == {
        "1A": ("Agree", "Disagree"), "1B": ("Disagree", "–"), "1C": ("–", "–"),
    }  # fmt: skip
    said = (
        "Beside the answers, what the workshop of 2026 agreed on, and that of this round: "
        "1A “Agree”, now “Disagree” (the answers of 3 then: 1.0, of 3 now: 2.0); "
        "1B “Disagree” (the answers of 3 then: 1.0, of 3 now: 2.0)."
    )
    assert [t for t in texts(path, "Summary") if t.startswith("Beside")] == [said]
    written = report(twice, None, None, now=NEXT_YEAR).path
    assert said in [paragraph.text for paragraph in docx.Document(str(written)).paragraphs]


def rows_of(path: Path) -> list[list[object]]:
    """The figures of the Trend sheet, without what workshops agreed on."""
    book = openpyxl.load_workbook(path, data_only=True)
    return [[cell.value for cell in row][:14] for row in book["Trend"].iter_rows(min_row=5)]
