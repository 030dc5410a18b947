"""The verbs send and remind on the command line."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests.services.small import MONDAY, PEOPLE, a_folder, made_once
from xlassess.assessment.register import HEADINGS, SHEET
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.services.generate import generate


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    folder = a_folder(tmp_path / "small")
    generate(folder, now=MONDAY)
    return folder


def test_send__without_addresses_says_whom_it_cannot_reach(folder: AssessmentFolder) -> None:
    result = run("send", "-C", folder.root)
    assert result.exit_code == 1
    assert "Nobody can be written to." in result.stdout
    assert "nobody to write to" not in result.stdout
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


def test_send__of_workbooks_that_are_gone_does_not_say_they_were_sent(
    folder: AssessmentFolder,
) -> None:
    book = openpyxl.load_workbook(folder.register_file)
    sheet = book[SHEET]
    sheet.cell(1, 4).value = HEADINGS[3]
    sheet.cell(2, 4).value = "ada@example.org"
    book.save(folder.register_file)
    generate(folder, now=MONDAY)
    for path in folder.outbox.glob("*.xlsx"):
        path.unlink()
    result = run("send", PEOPLE[0][1], "-C", folder.root)
    assert "Not in the outbox as issued (1)" in result.stdout
    assert "Nobody can be written to." in result.stdout
    assert "recorded as sent" not in result.stdout
