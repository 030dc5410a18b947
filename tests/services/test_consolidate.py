"""Consolidating: the summary counts every place once, and says when there is nothing."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

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
from xlassess.services.common.outbox import EARLIER
from xlassess.services.consolidate import consolidate
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


def test_consolidate__before_anything_was_issued(folder: AssessmentFolder) -> None:
    with pytest.raises(XlassessError) as caught:
        consolidate(folder, now=LATER)
    assert caught.value.exit_code == 3
    assert not folder.summary_file("2026").exists()
    assert not folder.ledger_file.exists()


def test_consolidate__before_anything_came_back(folder: AssessmentFolder) -> None:
    generate(folder, now=MONDAY)
    with pytest.raises(XlassessError):
        consolidate(folder, now=LATER)
    assert not folder.summary_file("2026").exists()


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
