"""The verbs send and remind on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.services.small import MONDAY, a_folder
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.services.generate import generate


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    folder = a_folder(tmp_path / "small")
    generate(folder, now=MONDAY)
    return folder


def test_send__without_addresses_says_whom_it_cannot_reach(folder: AssessmentFolder) -> None:
    result = run("send", "-C", folder.root)
    assert result.exit_code == 1
    assert "There is nobody to write to." in result.stdout
    assert "No e-mail address (3)" in result.stdout
    assert "Ash Council, Ada Ash" in result.stdout


def test_remind__before_anything_was_sent(folder: AssessmentFolder) -> None:
    result = run("remind", "--last", "-C", folder.root)
    assert result.exit_code == 0
    assert "xlassess sent --all" in result.stdout


def test_send__saves_the_template(tmp_path: Path) -> None:
    assert run("send", "--save-template", tmp_path / "mail.j2").exit_code == 0
    assert "macro greeting" in (tmp_path / "mail.j2").read_text(encoding="utf-8")
    assert run("send", "--save-template", tmp_path / "mail.j2").exit_code == 2
