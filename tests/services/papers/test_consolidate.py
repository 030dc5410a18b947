"""Consolidating: the summary counts every place once, and says when there is nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

import xlassess
from tests.services.small import (
    LATER,
    MONDAY,
    TOOLKIT,
    a_folder,
    answer,
    write_register,
    write_toolkit,
)
from xlassess.assessment.settings import AssessmentFolder
from xlassess.ledger import Ledger
from xlassess.model.errors import XlassessError
from xlassess.services.common.workbooks.outbox import EARLIER
from xlassess.services.decide import Why, settle
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.papers.report import report
from xlassess.services.setup.rounds import rounds
from xlassess.services.status import status


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


def test_consolidate__before_anything_was_issued(folder: AssessmentFolder) -> None:
    with pytest.raises(XlassessError) as caught:
        consolidate(folder, now=LATER)
    assert caught.value.exit_code == 3
    assert not folder.summary_file("2026").exists()
    assert not Ledger.is_at(folder.ledger)


def test_consolidate__before_anything_came_back(folder: AssessmentFolder) -> None:
    generate(folder, now=MONDAY)
    with pytest.raises(XlassessError):
        consolidate(folder, now=LATER)
    assert not folder.summary_file("2026").exists()


@pytest.mark.databases
def test_consolidate__writes_the_summary_and_counts(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    answer(folder, "Ada Ash", inbox / "a.xlsx")
    answer(folder, "Bea Birch", inbox / "b.xlsx", ("Agree", "Perhaps", "Agree"))
    ingest(folder, [inbox], now=LATER, workers=1)
    result = consolidate(folder, now=LATER)
    assert (result.returned, result.issued, result.with_queries) == (2, 3, 1)
    assert result.path == folder.summary_file("2026")
    assert "Summary" in openpyxl.load_workbook(result.path).sheetnames[0]
    assert [path.name for path in result.path.parent.iterdir()] == ["summary.xlsx"]


def test_consolidate__counts_one_workbook_for_each_place(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    first = answer(folder, "Ada Ash", tmp_path / "first.xlsx")
    ingest(folder, [first], now=LATER, workers=1)
    write_toolkit(folder, TOOLKIT.replace("We trust each other.", "We rely on each other."))
    generate(folder, now=LATER, reissue=True)
    second = answer(folder, "Ada Ash", tmp_path / "second.xlsx")
    ingest(folder, [second], now=LATER, workers=1)
    result = consolidate(folder, now=LATER)
    assert (result.returned, result.issued) == (1, 3)


def test_consolidate__leaves_out_who_is_no_longer_asked(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    path = answer(folder, "Ada Ash", tmp_path / "a.xlsx")
    ingest(folder, [path], now=LATER, workers=1)
    write_register(folder, (("Birch Trust", "Bea Birch", "Board"),))
    result = consolidate(folder, now=LATER)
    assert (result.returned, result.issued) == (1, 2)


def test_consolidate__keeps_every_version_and_what_somebody_wrote(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    ingest(folder, [answer(folder, "Ada Ash", tmp_path / "a.xlsx")], now=LATER, workers=1)
    first = consolidate(folder, now=LATER)
    assert first.edited is None
    written = first.path.read_bytes()
    second = consolidate(folder, now=LATER)
    assert second.edited is None
    (earlier,) = (first.path.parent / EARLIER).iterdir()
    assert earlier.read_bytes() == written
    first.path.write_bytes(b"with words of mine")
    third = consolidate(folder, now=LATER)
    assert third.edited is not None
    assert third.edited.read_bytes() == b"with words of mine"
    assert third.path.read_bytes() != b"with words of mine"


def test_consolidate__leaves_the_old_summary_where_the_ledger_cannot_be_written(
    folder: AssessmentFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(folder, [answer(folder, "Ada Ash", tmp_path / "a.xlsx")], now=LATER, workers=1)
    path = consolidate(folder, now=LATER).path
    before = path.read_bytes()

    def full(*told: object, **more: object) -> None:
        raise XlassessError("The ledger cannot be written: the disk is full.", "Free some space.")

    monkeypatch.setattr(Ledger, "record_output", full)
    with pytest.raises(XlassessError):
        consolidate(folder, now=LATER)
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["summary.xlsx"]


def test_rate__is_the_same_on_the_page_and_on_the_console_and_in_the_list_of_rounds(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    """Returned and nil, out of all issued: a blank workbook is not back, nor is who declined."""
    paths = [answer(folder, "Ada Ash", tmp_path / "ada.xlsx")]
    paths.append(answer(folder, "Abe Ash", tmp_path / "abe.xlsx", (None, None, None)))
    ingest(folder, paths, now=LATER, workers=1)
    with Ledger(folder.ledger) as ledger:
        books = {book.respondent: book.reference for book in ledger.issued("2026")}
    settle(folder, books["Bea Birch"], "nil return", Why(LATER, "Nothing to report."))
    (page,) = xlassess.open(folder.root).summary().parts
    made, told = consolidate(folder, now=LATER), report(folder, None, None, now=LATER)
    (line,), (rate,) = rounds(folder), status(folder, today=LATER.date()).rates
    assert (page.back, page.issued) == (2, 3)
    assert (made.returned, made.issued) == (told.returned, told.issued) == (2, 3)
    assert (line.returned, line.issued) == (rate.answered, rate.issued) == (2, 3)
    assert "2 of 3 workbooks issued have come back (67%)" in page.narrative.rests


def test_rate__in_the_list_of_rounds_leaves_out_what_was_issued_anew(
    folder: AssessmentFolder, tmp_path: Path
) -> None:
    ingest(folder, [answer(folder, "Ada Ash", tmp_path / "a.xlsx")], now=LATER, workers=1)
    write_toolkit(folder, TOOLKIT.replace("We trust each other.", "We rely on each other."))
    generate(folder, now=LATER, reissue=True)
    (line,), made = rounds(folder), consolidate(folder, now=LATER)
    assert (line.returned, line.issued) == (made.returned, made.issued) == (1, 3)
