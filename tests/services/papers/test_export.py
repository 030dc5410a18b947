"""Exporting from an assessment's folder: where files go, and what is left there from before."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

import xlassess
from tests.services.planned import (
    AGREED,
    REPORTED,
    RETURNED,
    a_planned_folder,
    read_back,
)
from tests.services.plans.test_plan import DECIDED
from tests.services.rounds.test_rounds import frictionless
from tests.services.small import LATER, MONDAY, a_folder, answer, change_settings, made_once
from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate.export import Format
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest
from xlassess.services.papers.export import export_round
from xlassess.services.plans.follow_up import progress
from xlassess.services.plans.plan import plan
from xlassess.services.setup.rounds import close_round


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    """A folder in which everybody has answered."""
    folder = a_folder(tmp_path / "small")
    for name in ("Ada Ash", "Abe Ash", "Bea Birch"):
        answer(folder, name, tmp_path / "in" / f"{name}.xlsx")
    ingest(folder, [tmp_path / "in"], now=LATER)
    return folder


def names(place: Path) -> set[str]:
    return {path.name for path in place.iterdir()}


def test_export__goes_beside_the_summary(folder):
    done = export_round(folder, None, None, now=LATER)
    assert done.folder == folder.root / "output" / "2026" / "export-csv"
    assert names(done.folder) == {
        "data.csv", "actions.csv", "returns.csv", "dictionary.csv", "dictionary.md"
    }  # fmt: skip
    assert dict(done.rows) == {"data": 9, "actions": 0, "returns": 3}
    assert {path.name for path in done.files} == names(done.folder)


def test_export__to_a_file_takes_its_name_and_format(folder, tmp_path):
    done = export_round(folder, None, tmp_path / "out" / "answers.json", now=LATER)
    assert names(done.folder) == {"answers.json", "answers-dictionary.md"}


def test_export__to_a_folder_with_a_format(folder, tmp_path):
    done = export_round(folder, "parquet", tmp_path / "out", now=LATER)
    assert done.folder == tmp_path / "out"
    assert "data.parquet" in names(done.folder)


@pytest.mark.parametrize("to", ["answers.csv", "notes.txt"])
def test_export__to_a_file_of_another_kind_is_wrong_use(folder, tmp_path, to):
    (tmp_path / to).write_text("mine")
    with pytest.raises(UsageError):
        export_round(folder, "json", tmp_path / to, now=LATER)
    assert (tmp_path / to).read_text() == "mine"


def test_export__in_aggregate_leaves_no_names_of_an_earlier_export(folder):
    first = export_round(folder, "csv", None, now=LATER)
    (first.folder / "notes.txt").write_text("mine")
    change_settings(folder, "return_by:", "attribution: aggregated\nreturn_by:")
    done = export_round(folder, "csv", None, now=LATER)
    assert {path.name for path in done.removed} == {"data.csv", "actions.csv", "returns.csv"}
    assert names(done.folder) == {
        "counts.csv", "comments.csv", "proposals.csv", "response.csv", "dictionary.csv",
        "dictionary.md", "notes.txt",
    }  # fmt: skip
    shown = b"".join((done.folder / name).read_bytes() for name in names(done.folder))
    assert b"Ada Ash" not in shown
    assert b"Birch" not in shown


def test_export__removes_nothing_where_no_export_was(folder, tmp_path):
    place = tmp_path / "mine"
    place.mkdir()
    (place / "returns.csv").write_text("mine")
    change_settings(folder, "return_by:", "attribution: aggregated\nreturn_by:")
    done = export_round(folder, "csv", place, now=LATER)
    assert done.removed == ()
    assert (place / "returns.csv").read_text() == "mine"


def test_export__again_is_the_same_bytes(folder):
    def contents() -> dict[str, bytes]:
        done = export_round(folder, "csv", None, now=LATER)
        return {path.name: path.read_bytes() for path in done.files}

    assert contents() == contents()


def test_export__workbook_that_somebody_edited_is_kept(folder):
    (path,) = (
        one for one in export_round(folder, "xlsx", None, now=LATER).files if one.suffix == ".xlsx"
    )
    assert export_round(folder, "xlsx", None, now=LATER).edited == ()
    book = openpyxl.load_workbook(path)
    book.create_sheet("Pivot")["A1"].value = "Mine"
    book.save(path)
    done = export_round(folder, "xlsx", None, now=LATER)
    (kept,) = done.edited
    assert openpyxl.load_workbook(kept)["Pivot"]["A1"].value == "Mine"
    assert "Pivot" not in openpyxl.load_workbook(path).sheetnames
    damaged = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        damaged[100 : package.start_dir] = bytes(package.start_dir - 100)
    path.write_bytes(damaged)
    (kept,) = export_round(folder, "xlsx", None, now=LATER).edited
    assert kept.read_bytes() == damaged
    assert openpyxl.load_workbook(path).sheetnames


def test_export__workbook_that_somebody_edited_is_kept_from_another_format(folder, tmp_path):
    """The next export there writes no workbook, and takes that of the last one away."""
    place = tmp_path / "data"
    export_round(folder, "xlsx", place, now=LATER)
    path = place / "export.xlsx"
    book = openpyxl.load_workbook(path)
    book.create_sheet("Pivot")["A1"].value = "Mine"
    book.save(path)
    done = export_round(folder, "csv", place, now=LATER)
    (kept,) = done.edited
    assert openpyxl.load_workbook(kept)["Pivot"]["A1"].value == "Mine"
    assert done.removed == (path,)
    assert not path.exists()


def test_export__says_when_letters_would_hide_nobody(folder):
    change_settings(folder, "return_by:", "attribution: lettered\nreturn_by:")
    done = export_round(folder, "csv", None, now=LATER)
    assert done.fallback
    assert done.attribution == "aggregated"


def test_export__before_anything_came_back_is_an_error(tmp_path):
    folder = a_folder(tmp_path / "small")
    generate(folder, now=MONDAY)
    with pytest.raises(XlassessError):
        export_round(folder, "csv", None, now=LATER)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An assessment with an agreed plan on which one owner has reported; copied for each test."""
    folder = a_planned_folder(tmp_path_factory.mktemp("followed") / "small")
    read_back(folder, plan(folder, now=AGREED).path, DECIDED)
    asked = progress(folder, now=RETURNED)
    (mine,) = [one.path for one in asked.workbooks if one.owner == "Birch Trust"]
    moved = {"C1": {
        "state": "In progress", "new_deadline": date(2027, 3, 31), "because": "-nobody had time",
    }}  # fmt: skip
    read_back(folder, mine, moved, now=REPORTED, name="birch.xlsx")
    return folder.root


@pytest.mark.parametrize("attribution", ["named", "aggregated"])
def test_plan__is_a_table_whatever_the_attribution(
    followed: Path, tmp_path: Path, attribution: str
) -> None:
    folder = AssessmentFolder(Path(shutil.copytree(followed, tmp_path / "small")))
    change_settings(folder, "coordinator:\n", f"attribution: {attribution}\ncoordinator:\n")
    done = export_round(folder, None, None, now=REPORTED)
    assert done.rows["plan"] == 3
    text = (done.folder / "plan.csv").read_text(encoding="utf-8-sig")
    rows = {row["number"]: row for row in csv.DictReader(text.splitlines())}
    assert list(rows) == ["1", "C1", "N1"]
    assert rows["1"]["merged"] == "2"
    assert (rows["1"]["toolkit"], rows["1"]["item"], rows["N1"]["toolkit"]) == ("tiny", "1A", "")
    moved = rows["C1"]
    assert (moved["first_deadline"], moved["deadline"], moved["moved"]) == (
        "2026-12-31", "2027-03-31", "1",
    )  # fmt: skip
    assert moved["reason"] == "'-nobody had time"
    assert (moved["state"], moved["on_time"], moved["overdue"]) == ("in progress", "", "false")
    assert rows["N1"]["overdue"] == "true"
    described = (done.folder / "dictionary.csv").read_text(encoding="utf-8-sig")
    told = {row["column"] for row in csv.DictReader(described.splitlines())
            if row["table"] == "plan"}  # fmt: skip
    assert told == set(moved)


@pytest.mark.parametrize("form", ["xlsx", "json", "parquet"])
def test_plan__is_there_in_every_format(followed: Path, tmp_path: Path, form: Format) -> None:
    folder = AssessmentFolder(Path(shutil.copytree(followed, tmp_path / "small")))
    done = export_round(folder, form, None, now=REPORTED)
    assert done.rows["plan"] == 3
    if form == "xlsx":
        sheet = openpyxl.load_workbook(done.folder / "export.xlsx")["Plan"]
        assert [cell.value for cell in sheet[4]][:4] == [
            "assessment", "round", "agreed_in", "number",
        ]  # fmt: skip
        assert "Export_plan" in sheet.tables
    if form == "json":
        document = json.loads((done.folder / "export.json").read_text(encoding="utf-8"))
        assert document["tables"]["plan"][1]["deadline"] == "2027-03-31"
        assert document["tables"]["plan"][0]["on_time"] is None
    if form == "parquet":
        assert (done.folder / "plan.parquet").is_file()


def test_plan__is_a_frame_and_has_a_table_schema(followed: Path, tmp_path: Path) -> None:
    folder = AssessmentFolder(Path(shutil.copytree(followed, tmp_path / "small")))
    frame = xlassess.open(folder.root).plan()
    assert list(frame["owner"]) == ["Ada Ash", "Birch Trust", "Someone else"]
    assert int(frame["moved"].sum()) == 1
    closed = close_round(folder, now=REPORTED)
    report = frictionless(closed.archive / "data" / "answers" / "datapackage.json")
    assert report["valid"], report
    assert "plan" in {task["name"] for task in report["tasks"]}


def test_plan__is_no_table_before_one_is_agreed(tmp_path: Path) -> None:
    folder = a_planned_folder(tmp_path / "small")
    assert "plan" not in export_round(folder, None, None, now=AGREED).rows
    assert len(xlassess.open(folder.root).plan()) == 0
