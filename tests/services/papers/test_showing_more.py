"""Older papers that show more than is shown now are named, wherever they lie, and left alone."""

from __future__ import annotations

import os
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.services.small import LATER, a_folder, answer, change_settings
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.consolidate.export import Format
from xlassess.services.common.showing_more import older_papers
from xlassess.services.ingest import ingest
from xlassess.services.papers.consolidate import consolidate
from xlassess.services.papers.export import export_round
from xlassess.services.papers.report import report
from xlassess.services.setup.verify import verify

MINUTE = timedelta(minutes=1)


def at(minutes: int) -> datetime:
    return LATER + minutes * MINUTE


def named(folder: AssessmentFolder) -> set[str]:
    return {one.where.removeprefix("output/2026/") for one in older_papers(folder)}


def test_older_papers__are_named_until_they_are_gone(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    ingest(folder, [answer(folder, "Bea Birch", tmp_path / "back.xlsx")], now=LATER)
    first = consolidate(folder, now=at(1)).path
    pages = first.with_suffix(".pdf")
    pages.write_bytes(b"the pages of the first summary")
    consolidate(folder, now=at(2))
    edit(first, at(2))
    consolidate(folder, now=at(3))
    data = export_round(folder, "csv", None, now=at(3)).folder
    for path in data.iterdir():
        os.utime(path, (at(3).timestamp(), at(3).timestamp()))
    mine = report(folder, None, first.with_name("for the board.docx"), now=at(4)).path
    assert named(folder) == set(), "all were written alike"
    change_settings(folder, "return_by:", "attribution: partner\nreturn_by:")
    every = {one.relative_to(first.parent).as_posix() for one in first.parent.rglob("*.xlsx")}
    every |= {one.relative_to(first.parent).as_posix() for one in first.parent.rglob("*.pdf")}
    every |= {"export-csv", "for the board.docx"}
    assert len(every) == 6
    assert named(folder) == every, "the settings show less than any of them"
    consolidate(folder, now=at(5))
    kept = {one for one in named(folder) if one != "summary.xlsx"}
    assert "summary.xlsx" not in named(folder), "it is written as the settings have it"
    assert kept > every - {"summary.xlsx"}
    (remark,) = [one for one in verify(folder).remarks if "Do not pass them on" in one]
    assert all(one in remark for one in kept)
    assert mine.is_file(), "nothing is taken away"
    mine.unlink()
    for verb in ("status", "consolidate"):
        shown = CliRunner().invoke(cli, [verb, "-C", str(folder.root)]).output
        assert f"{len(kept) - 1} older papers show more" in shown
        assert "output/2026/export-csv: with names of partners and people" in shown


def test_older_papers__of_what_shows_less_nothing_is_said(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    ingest(folder, [answer(folder, "Bea Birch", tmp_path / "back.xlsx")], now=LATER)
    consolidate(folder, now=at(1), shown="partner")
    consolidate(folder, now=at(2))
    assert named(folder) == set()
    consolidate(folder, now=at(3), shown="partner")
    assert len(named(folder)) == 1


def test_older_papers__neither_those_as_the_settings_have_it_nor_files_of_other_people(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path / "small")
    ingest(folder, [answer(folder, "Bea Birch", tmp_path / "back.xlsx")], now=LATER)
    summary = consolidate(folder, now=at(1)).path
    export_round(folder, "json", None, now=at(2))
    shutil.copy(report(folder, None, None, now=at(3)).path, summary.with_name("ours.docx"))
    report(folder, None, None, now=at(4), shown="partner")
    assert named(folder) == {"ours.docx"}, "a report with less says nothing of other papers"
    for name in ("agenda.pdf", "budget.csv", "figures.xlsx", "letter.docx", "notes.json"):
        beside = summary.with_name(name)
        openpyxl.Workbook().save(beside)
        os.utime(beside, (at(9).timestamp(), at(9).timestamp()))
    looked: list[str] = []
    list_of = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: (looked.append(str(path)), list_of(path))[1])
    (summary.parent / "feedback" / "Ash").mkdir(parents=True)
    change_settings(folder, "return_by:", "attribution: partner\nreturn_by:")
    assert named(folder) == {"summary.xlsx", "export-json", "ours.docx"}
    assert str(summary.parent) in looked
    assert not any("feedback" in path for path in looked), "there are thousands of pages in there"
    (remark,) = [one for one in verify(folder).remarks if "Do not pass them on" in one]
    assert "3 older papers" in remark
    assert "output/2026/summary.xlsx: with names of partners and people" in remark


def test_older_papers__a_lower_minimum_group_shows_more(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    people = ("Ada Ash", "Abe Ash", "Bea Birch")
    ingest(folder, [answer(folder, one, tmp_path / f"{one}.xlsx") for one in people], now=LATER)
    minimum = "minimum_group: 2\nreturn_by:"
    change_settings(folder, "return_by:", f"attribution: aggregated\n{minimum}")
    consolidate(folder, now=at(1))
    assert named(folder) == set()
    change_settings(folder, "minimum_group: 2", "minimum_group: 3")
    assert named(folder) == {"summary.xlsx"}
    (remark,) = [one for one in verify(folder).remarks if "Do not pass them on" in one]
    assert "summary.xlsx: in figures only, from 2 people on" in remark
    change_settings(folder, "attribution: aggregated", "attribution: nobody")
    assert verify(folder).holds, "settings that cannot be used do not stop it"
    change_settings(folder, "attribution: nobody", "attribution: named")
    assert named(folder) == set(), "where names are shown, no figure is withheld"


def edit(path: Path, moment: datetime) -> None:
    """Save a summary as somebody does who has written something into it."""
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["A1"] = "As the board sees it"
    book.properties.modified = moment.replace(tzinfo=None)
    book.save(path)


@pytest.mark.parametrize(
    ("form", "to", "where"),
    [
        ("csv", "board", "../board"),
        ("xlsx", "board", "../board"),
        (None, "figures.csv", "../figures.csv"),
        (None, "figures.xlsx", "../figures.xlsx"),
        (None, "small/output/2026/figures.csv", "output/2026/figures.csv"),
    ],
)
def test_older_papers__an_export_is_named_where_it_was_written(
    form: Format | None, to: str, where: str, tmp_path: Path
) -> None:
    folder = a_folder(tmp_path / "small")
    ingest(folder, [answer(folder, "Bea Birch", tmp_path / "back.xlsx")], now=LATER)
    done = export_round(folder, form, tmp_path / to, now=at(1))
    (tmp_path / "budget.csv").write_text("somebody's own", encoding="utf-8")
    assert not older_papers(folder)
    change_settings(folder, "return_by:", "attribution: partner\nreturn_by:")
    assert [one.where for one in older_papers(folder)] == [where]
    (remark,) = [one for one in verify(folder).remarks if "Do not pass them on" in one]
    assert f"{where}: with names of partners and people" in remark
    export_round(folder, form, tmp_path / to, now=at(2))
    assert not older_papers(folder), "it was written again, with less"
    for path in done.files:
        path.unlink(missing_ok=True)
    assert not older_papers(folder)


def test_older_papers__a_report_elsewhere_and_what_was_left_of_an_export(tmp_path: Path) -> None:
    folder = a_folder(tmp_path / "small")
    ingest(folder, [answer(folder, "Bea Birch", tmp_path / "back.xlsx")], now=LATER)
    report(folder, None, tmp_path / "board.docx", now=at(1))
    data = export_round(folder, None, tmp_path / "data.csv", now=at(1))
    book = export_round(folder, None, tmp_path / "book.xlsx", now=at(1)).files[0]
    edit(book, at(2))
    change_settings(folder, "return_by:", "attribution: partner\nreturn_by:")
    (kept,) = export_round(folder, None, book, now=at(3)).edited
    assert {one.where for one in older_papers(folder)} == {
        "../board.docx", "../data.csv", f"../{kept.name}",
    }  # fmt: skip
    data.files[0].unlink()
    (tmp_path / "board.docx").write_bytes(b"somebody's own")
    left = {f"../{one.name}" for one in data.files[1:]}
    assert {one.where for one in older_papers(folder)} == {*left, f"../{kept.name}"}
