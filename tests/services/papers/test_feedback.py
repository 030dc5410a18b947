"""Feedback: each respondent's own answers, and of the others no more than was promised."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from tests.services.small import LATER, a_folder, answer, change_settings, made_once
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.errors import XlassessError
from xlassess.services.decide import Why, set_aside
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.feedback import feedback
from xlassess.services.setup.verify import verify

PEOPLE = (
    ("Ash Council", "Ada Ash", "Board"), ("Birch Trust", "Bea Birch", "Board"),
    ("Cedar College", "Cy Cedar", "Board"), ("Dale Police", "Di Dale", "Board"),
    ("Elm Homes", "Eva Elm", "Board"),
)  # fmt: skip


@made_once
def held(
    tmp_path: Path, said: Mapping[str, tuple[str | None, ...]], **changes: str
) -> AssessmentFolder:
    folder = a_folder(tmp_path / "small", PEOPLE)
    for name, value in changes.items():
        change_settings(folder, "coordinator:\n", f"{name}: {value}\ncoordinator:\n")
    generate(folder, now=LATER)
    paths = [
        answer(folder, name, tmp_path / "inbox" / f"{number}.xlsx", given)
        for number, (name, given) in enumerate(said.items())
    ]
    if paths:
        ingest(folder, paths, now=LATER, workers=1)
    return folder


@lru_cache(maxsize=1)
def pages_of(folder: AssessmentFolder) -> Mapping[str, Path]:
    """Everybody's page by their name, written once for a test that changes nothing."""
    return dict(feedback(folder, now=LATER).pages)


def sheet(folder: AssessmentFolder, name: str, title: str) -> list[list[object]]:
    """The rows of a sheet of somebody's page."""
    path = next(path for who, path in pages_of(folder).items() if name in who)
    rows = openpyxl.load_workbook(path)[title].iter_rows(values_only=True)
    return [[cell for cell in row if cell is not None] for row in rows]


def texts(rows: list[list[object]]) -> str:
    return " ".join(str(cell) for row in rows for cell in row)


ALL = {name: ("Agree", "Agree", "Disagree") for _, name, _ in PEOPLE}


def test_feedback__sets_own_answers_beside_all(tmp_path: Path) -> None:
    folder = held(tmp_path, ALL | {"Ada Ash": ("Disagree", "Agree", "Disagree")})
    rows = sheet(folder, "Ada Ash", "Your answers")
    assert rows[1] == ["1A", "We know each other.", "Disagree", "4 “Agree” · 1 “Disagree”", "5"]
    page = texts(sheet(folder, "Ada Ash", "Your page"))
    assert "We know each other. (1A). You answered “Disagree”." in page
    assert "The 4 others stand higher on the whole." in page
    assert "On no question do you stand far apart" in texts(sheet(folder, "Eva Elm", "Your page"))
    assert verify(folder).faults == ()


def test_feedback__with_two_others_nobody_stands_apart(tmp_path: Path) -> None:
    said = {name: ALL[name] for name in ("Bea Birch", "Cy Cedar")}
    folder = held(tmp_path, said | {"Ada Ash": ("Disagree", "Disagree", "Agree")})
    assert "Too few others answered" in texts(sheet(folder, "Ada Ash", "Your page"))


def test_feedback__a_gap_is_no_low_score(tmp_path: Path) -> None:
    folder = held(tmp_path, ALL | {"Ada Ash": ("Agree", None, "Agree")})
    rows = sheet(folder, "Ada Ash", "Your page")
    (basics,) = [row for row in rows if row and row[0] == "1  Basics"]
    assert basics[1] == "2 of 3 answered"


def test_feedback__names_nobody_but_whom_it_is_for(tmp_path: Path) -> None:
    folder = held(tmp_path, ALL)
    page = texts(sheet(folder, "Ada Ash", "Your page") + sheet(folder, "Ada Ash", "Your answers"))
    assert "Ada Ash" in page
    assert not any(name in page for _, name, _ in PEOPLE[1:])


def test_aggregated__others_who_all_said_the_same_are_not_told(tmp_path: Path) -> None:
    """Of five answers four are alike: the fifth would read the four others."""
    folder = held(
        tmp_path, ALL | {"Ada Ash": ("Disagree", "Agree", "Agree")}, attribution="aggregated"
    )
    told = {str(row[0]): row[3] for row in sheet(folder, "Ada Ash", "Your answers")[1:]}
    assert told["1A"] == "withheld"
    told = {str(row[0]): row[3] for row in sheet(folder, "Bea Birch", "Your answers")[1:]}
    assert told["1A"] == "4 “Agree” · 1 “Disagree”"


def test_aggregated__with_too_few_others_nothing_is_told(tmp_path: Path) -> None:
    said = {name: ALL[name] for name in ("Bea Birch", "Cy Cedar")}
    folder = held(
        tmp_path, said | {"Ada Ash": ("Disagree", "Agree", "Agree")}, attribution="aggregated"
    )
    assert {row[3] for row in sheet(folder, "Ada Ash", "Your answers")[1:]} == {"withheld"}


def means(folder: AssessmentFolder, name: str) -> list[object]:
    """What somebody's page says of all, section by section."""
    rows = sheet(folder, name, "Your page")
    head = rows.index(["Section", "You", "All", "Returns"])
    return [row[2] for row in rows[head + 1 :] if len(row) == 4]


def test_aggregated__a_section_does_not_tell_what_its_items_withhold(tmp_path: Path) -> None:
    """Three at the top and the reader at the bottom: the mean of all would tell the others'."""
    top, bottom = ("Agree",) * 3, ("Disagree",) * 3
    said = {name: top for _, name, _ in PEOPLE[1:4]} | {"Ada Ash": bottom}
    folder = held(tmp_path, said, attribution="aggregated", minimum_group="3")
    told = {row[3] for row in sheet(folder, "Ada Ash", "Your answers")[1:]}
    assert told == {"withheld"}
    assert set(means(folder, "Ada Ash")) == {"withheld"}


def test_aggregated__a_section_is_told_where_all_its_items_are(tmp_path: Path) -> None:
    top, bottom = ("Agree",) * 3, ("Disagree",) * 3
    said = {name: top for _, name, _ in PEOPLE[2:]} | {"Ada Ash": bottom, "Bea Birch": bottom}
    folder = held(tmp_path, said, attribution="aggregated", minimum_group="3")
    told = means(folder, "Ada Ash")
    assert told
    assert "withheld" not in told
    assert set(means(folder, "Bea Birch")) == set(told)


def test_named__a_section_is_told_whoever_stands_at_its_end(tmp_path: Path) -> None:
    top, bottom = ("Agree",) * 3, ("Disagree",) * 3
    folder = held(tmp_path, {name: top for _, name, _ in PEOPLE[1:4]} | {"Ada Ash": bottom})
    assert "withheld" not in means(folder, "Ada Ash")


def test_feedback__removes_pages_of_who_no_longer_counts(tmp_path: Path) -> None:
    folder = held(tmp_path, ALL)
    pages = dict(feedback(folder, now=LATER).pages)
    (gone,) = [path for who, path in pages.items() if "Ada Ash" in who]
    foreign = gone.with_name("Mine.xlsx")
    foreign.write_bytes(gone.read_bytes())
    with Ledger(folder.ledger) as ledger:
        number = next(
            number for number in ledger.counting("2026").values()
            if (ret := ledger.numbered(number)) and ret.reference in gone.name
        )  # fmt: skip
    set_aside(folder, number, Why(LATER, "Sent by mistake.", "Kim"))
    result = feedback(folder, now=LATER)
    assert result.removed == (gone.with_suffix(".docx"), gone)
    assert not gone.exists()
    assert foreign.exists()
    assert all(path.exists() for _, path in result.pages)
    assert len(result.pages) == 4


def test_feedback__removes_nothing_that_is_no_page(tmp_path: Path) -> None:
    said = {name: ALL[name] for name in list(ALL)[:4]}
    folder = held(tmp_path, said)
    path = answer(folder, "Eva Elm", tmp_path / "again.xlsx", ALL["Eva Elm"])
    place = feedback(folder, now=LATER).folder
    with Ledger(folder.ledger) as ledger:
        name = next(one.file_name for one in ledger.issued() if one.respondent == "Eva Elm")
    for content in (path.read_bytes(), b"not a workbook"):
        (place / name).write_bytes(content)
        assert feedback(folder, now=LATER).removed == ()
        assert (place / name).exists()


def test_feedback__before_anything_came_back(tmp_path: Path) -> None:
    with pytest.raises(XlassessError, match="Nothing has come back yet"):
        feedback(held(tmp_path, {}), now=LATER)


def in_word(folder: AssessmentFolder, name: str) -> docx.document.Document:
    path = next(path for who, path in pages_of(folder).items() if name in who)
    return docx.Document(str(path.with_suffix(".docx")))


@pytest.mark.parametrize("attribution", ["named", "aggregated"])
def test_word__says_what_the_workbook_says_and_withholds_the_same(
    tmp_path: Path, attribution: str
) -> None:
    said = ALL | {"Ada Ash": ("Disagree", "Agree", "Agree")}
    folder = held(tmp_path, said, attribution=attribution)
    for name in ("Ada Ash", "Bea Birch"):
        page = in_word(folder, name)
        sections, items = ([[cell.text for cell in row.cells] for row in one.rows]
                           for one in page.tables)  # fmt: skip
        assert items == sheet(folder, name, "Your answers")
        rows = sheet(folder, name, "Your page")
        assert all(row in rows for row in sections)
        told = texts(rows)
        for paragraph in page.paragraphs:
            assert paragraph.text in told or paragraph.text == "Every question"
        assert not any(other in told for _, other, _ in PEOPLE if other != name)


def test_word__can_be_read_out_and_found_by_its_headings(tmp_path: Path) -> None:
    page = in_word(held(tmp_path, ALL), "Ada Ash")
    styles = [one.style.name for one in page.paragraphs]
    assert styles[0] == "Title"
    assert styles.count("Heading 1") == 4
    assert page.core_properties.title.endswith("Your answers beside those of all")
    for table in page.tables:
        assert table._tbl.tblPr.find(qn("w:tblCaption")).get(qn("w:val"))
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert not table._tbl.xpath(".//w:vMerge | .//w:gridSpan")


def edit(*paths: Path) -> None:
    """Write into pages in Word, as somebody does in Word."""
    for path in paths:
        document = docx.Document(str(path))
        document.add_paragraph(f"Dear {path.stem}")
        document.core_properties.last_modified_by = "Kim"
        document.save(str(path))


def test_word__is_removed_where_it_no_longer_counts_and_kept_where_it_was_edited(
    tmp_path: Path,
) -> None:
    folder = held(tmp_path, ALL)
    pages = dict(feedback(folder, now=LATER).pages)
    ada, bea = (
        next(path for who, path in pages.items() if name in who).with_suffix(".docx")
        for name in ("Ada Ash", "Bea Birch")
    )
    edit(ada, bea)
    with Ledger(folder.ledger) as ledger:
        number = next(
            number for number in ledger.counting("2026").values()
            if (ret := ledger.numbered(number)) and ret.reference in ada.name
        )  # fmt: skip
    set_aside(folder, number, Why(LATER, "Sent by mistake.", "Kim"))
    result = feedback(folder, now=LATER)
    assert ada in result.removed
    assert not ada.exists()
    kept = [docx.Document(str(path)).paragraphs[-1].text for path in result.edited]
    assert kept == [f"Dear {ada.stem}", f"Dear {bea.stem}"]
    assert {path.parent for path in result.edited} == {result.folder / "edited"}
    assert docx.Document(str(bea)).paragraphs[-1].text != f"Dear {bea.stem}"


def test_word__is_left_out_on_request_and_no_earlier_page_stays(tmp_path: Path) -> None:
    folder = held(tmp_path, ALL)
    feedback(folder, now=LATER)
    result = feedback(folder, now=LATER, word=False)
    assert len(result.removed) == len(ALL)
    assert {path.suffix for path in result.folder.iterdir()} == {".xlsx"}


def test_word__left_out_keeps_what_was_edited(tmp_path: Path) -> None:
    folder = held(tmp_path, ALL)
    pages = [path.with_suffix(".docx") for _, path in feedback(folder, now=LATER).pages]
    edit(pages[0])
    result = feedback(folder, now=LATER, word=False)
    assert set(result.removed) == set(pages)
    (kept,) = result.edited
    assert docx.Document(str(kept)).paragraphs[-1].text == f"Dear {pages[0].stem}"
    assert not pages[0].exists()


def test_excel__page_that_somebody_edited_is_kept(tmp_path: Path) -> None:
    folder = held(tmp_path, ALL)
    path = feedback(folder, now=LATER, word=False).pages[0][1]
    assert feedback(folder, now=LATER, word=False).edited == ()
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A1"].value = "Dear Ada"
    book.save(path)
    (kept,) = feedback(folder, now=LATER, word=False).edited
    assert openpyxl.load_workbook(kept).worksheets[0]["A1"].value == "Dear Ada"
    assert openpyxl.load_workbook(path).worksheets[0]["A1"].value != "Dear Ada"
