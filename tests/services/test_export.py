"""Exporting from an assessment's folder: where files go, and what is left there from before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.small import LATER, MONDAY, a_folder, answer, change_settings
from xlassess.assessment.settings import AssessmentFolder
from xlassess.model.errors import UsageError, XlassessError
from xlassess.services.export import export_round
from xlassess.services.generate import generate
from xlassess.services.ingest import ingest


@pytest.fixture
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
