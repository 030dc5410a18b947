"""The verbs report and export on the command line."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from tests.services.small import LATER, a_folder, answer, made_once
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.services.ingest import ingest


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture
@made_once
def folder(tmp_path: Path) -> AssessmentFolder:
    folder = a_folder(tmp_path / "small")
    ingest(folder, [answer(folder, "Bea Birch", tmp_path / "back.xlsx")], now=LATER)
    return folder


def test_report__is_written_and_says_on_what_it_stands(folder: AssessmentFolder) -> None:
    result = run("report", "-C", folder.root)
    assert result.exit_code == 0
    assert "1 of 3" in result.stdout
    assert (folder.root / "output" / "2026" / "report.docx").is_file()


def test_template__command_for_it_quotes_its_name(folder: AssessmentFolder) -> None:
    said = run("report", "--save-template", folder.root / "our own.docx").output
    assert 'our own.docx"' in " ".join(said.split())


def test_report__template_is_looked_for_in_the_folder_too(folder: AssessmentFolder) -> None:
    assert run("report", "--save-template", folder.root / "ours.docx").exit_code == 0
    assert run("report", "-C", folder.root, "--template", "ours.docx").exit_code == 0
    assert run("report", "-C", folder.root, "--template", "no.docx").exit_code == 2


def test_report__fields_need_no_assessment(tmp_path: Path) -> None:
    result = run("report", "-C", tmp_path, "--fields")
    assert result.exit_code == 0
    assert "toolkit.headline" in result.stdout


def test_export__says_what_was_written(folder: AssessmentFolder, tmp_path: Path) -> None:
    result = run("export", "-C", folder.root, "--to", tmp_path / "answers.csv")
    assert result.exit_code == 0
    assert "data 3, actions 0, returns 3" in result.stdout
    assert (tmp_path / "answers.csv").is_file()
    assert (tmp_path / "answers-dictionary.md").is_file()


@pytest.mark.parametrize("verb", ["report", "export"])
def test_papers__before_anything_came_back(tmp_path: Path, verb: str) -> None:
    a_folder(tmp_path / "small")
    assert run(verb, "-C", tmp_path / "small").exit_code == 3


def test_export__unknown_format_is_wrong_use(folder: AssessmentFolder) -> None:
    assert run("export", "-C", folder.root, "--format", "xml").exit_code == 2


def test_consolidate__without_pages_keeps_those_before_and_says_so(
    folder: AssessmentFolder,
) -> None:
    run("consolidate", "--no-pdf", "-C", folder.root)
    pages = folder.summary_file("2026").with_suffix(".pdf")
    pages.write_bytes(b"%PDF the pages of the summary before")
    result = run("consolidate", "--no-pdf", "-C", folder.root)
    assert "The pages of the summary before do not fit this one any more." in result.stdout
    assert not pages.exists()
    (kept,) = pages.parent.glob("earlier/*.pdf")
    assert kept.read_bytes() == b"%PDF the pages of the summary before"


def test_feedback__says_for_whom_each_page_is_and_to_send_it_to_nobody_else(
    folder: AssessmentFolder,
) -> None:
    result = run("feedback", "-C", folder.root)
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    pages = sorted(path.name for path in (folder.root / "output/2026/feedback").iterdir())
    assert [Path(name).suffix for name in pages] == [".docx", ".xlsx"]
    assert "1 page written to" in said
    assert "in Excel and in Word" in said
    assert "Bea Birch" in said
    assert Path(pages[1]).stem in said
    assert "Send each page to the person it is for, and to nobody else." in said


def test_feedback__in_excel_alone_and_an_edited_page_is_kept(folder: AssessmentFolder) -> None:
    assert "Word" not in run("feedback", "-C", folder.root, "--no-word").stdout
    (page,) = (folder.root / "output/2026/feedback").iterdir()
    book = openpyxl.load_workbook(page)
    book.properties.lastModifiedBy = "Bea"
    book.save(page)
    said = " ".join(run("feedback", "-C", folder.root, "--no-word").stdout.split())
    assert "Somebody had edited the page that was there. It is kept as" in said
    assert len(list((folder.root / "output/2026/feedback/edited").iterdir())) == 1


def test_feedback__before_anything_came_back_writes_no_page(tmp_path: Path) -> None:
    result = run("feedback", "-C", a_folder(tmp_path / "small").root)
    assert "Send each page" not in result.output
    assert not list((tmp_path / "small").glob("output/**/feedback/*"))
