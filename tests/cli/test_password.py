"""The passwords of encrypted returns: asked for unseen, tried all, shown and kept nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.damaged.builders import encrypted
from tests.services.small import a_folder, answer
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli

WORD = "Correct-Horse 7"


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    return a_folder(tmp_path / "small")


@pytest.fixture
def locked(folder: AssessmentFolder, tmp_path: Path) -> Path:
    """A return that takes a password to open."""
    path = answer(folder, "Ada Ash", tmp_path / "inbox" / "a.xlsx")
    path.write_bytes(encrypted(path.read_bytes(), WORD))
    return path


def ingest(folder: AssessmentFolder, *words: str | Path, typed: str = "") -> Result:
    line = ["-C", str(folder.root), "ingest", *map(str, words)]
    return CliRunner().invoke(cli, line, input=typed)


def test_without__is_refused_and_says_how_to_take_it_off(
    folder: AssessmentFolder, locked: Path
) -> None:
    result = ingest(folder, locked)
    assert result.exit_code == 1
    assert "G04" in result.output


@pytest.mark.parametrize("words", [("--password", WORD), (f"--password={WORD}", "--password=x")])
def test_given__opens_the_file(
    folder: AssessmentFolder, locked: Path, words: tuple[str, ...]
) -> None:
    result = ingest(folder, locked, *words)
    assert result.exit_code == 0, result.output
    assert WORD not in result.output


def test_asked_for__several_until_an_empty_line(folder: AssessmentFolder, locked: Path) -> None:
    result = ingest(folder, locked, "--password", typed=f"wrong\n{WORD}\n\n")
    assert result.exit_code == 0, result.output
    assert WORD not in result.output


def test_wrong__has_a_finding_of_its_own(folder: AssessmentFolder, locked: Path) -> None:
    result = ingest(folder, locked, "--password", "wrong")
    assert result.exit_code == 1
    assert "G18" in result.output
    assert "wrong" not in result.output


def test_path_taken_for_a_password__is_told(folder: AssessmentFolder, locked: Path) -> None:
    result = ingest(folder, "--password", locked)
    assert result.exit_code == 2
    assert "password" in result.output
