"""Toolkits written out to be edited, read back, and checked against what was released."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from tests.services.small import MONDAY, TOOLKIT, a_folder, write_toolkit
from xlassess.assessment.settings import AssessmentFolder
from xlassess.cli.app import cli
from xlassess.contract.seal import questions_digest
from xlassess.ledger import Ledger
from xlassess.model.errors import UsageError
from xlassess.services.generate import generate
from xlassess.services.setup import toolkits
from xlassess.toolkits.exchange.exchange import toolkit_book
from xlassess.toolkits.load import ToolkitFileError, find_toolkit, load_toolkit


@pytest.fixture
def folder(tmp_path: Path) -> AssessmentFolder:
    made = AssessmentFolder(tmp_path / "riverside")
    made.create()
    return made


def edited(path: Path, **cells: str) -> Path:
    """Type into cells of a toolkit's workbook, named as SHEET_CELL."""
    book = openpyxl.load_workbook(path)
    for place, text in cells.items():
        sheet, _, cell = place.rpartition("_")
        book[sheet.replace("_", " ")][cell] = text
    book.save(path)
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """The workbook of a toolkit whose first question was reworded."""
    path = tmp_path / "pat.xlsx"
    path.write_bytes(toolkit_book(find_toolkit("pat")))
    return edited(path, Items_C5="What have we achieved?", Toolkit_B5="1.0-ours")


def test_export__then_import_gives_the_same_toolkit(folder: AssessmentFolder) -> None:
    path = folder.root / "pat.xlsx"
    exported = toolkits.export_book(folder.root, "pat", path)
    imported = toolkits.import_book(folder.root, path)
    assert (exported.written, imported.written) == ("new", "new")
    assert imported.path == folder.toolkits / "pat.yaml"
    assert load_toolkit(imported.path) == find_toolkit("pat")
    assert (imported.found_by_folder, imported.covers) == (True, True)


def test_export__the_folders_own_toolkit_comes_first(folder: AssessmentFolder, book: Path) -> None:
    toolkits.import_book(folder.root, book)
    exported = toolkits.export_book(folder.root, "pat", folder.root / "again.xlsx")
    assert exported.toolkit.item("1A").ask == "What have we achieved?"


def test_export__again_changes_nothing(folder: AssessmentFolder) -> None:
    path = folder.root / "pat.xlsx"
    toolkits.export_book(folder.root, "pat", path)
    assert toolkits.export_book(folder.root, "pat", path).written == "same"


def test_export__never_overwrites_what_was_edited(folder: AssessmentFolder, book: Path) -> None:
    before = book.read_bytes()
    with pytest.raises(UsageError):
        toolkits.export_book(folder.root, "pat", book)
    assert book.read_bytes() == before
    assert toolkits.export_book(folder.root, "pat", book, replace=True).written == "replaced"
    (kept,) = (book.parent / "replaced").iterdir()
    assert kept.read_bytes() == before


@pytest.mark.parametrize("name", ["pat.ods", "pat", "nowhere/pat.xlsx"])
def test_export__not_a_place_for_a_workbook(folder: AssessmentFolder, name: str) -> None:
    with pytest.raises(UsageError):
        toolkits.export_book(folder.root, "pat", folder.root / name)


def test_import__never_overwrites_another_toolkit(folder: AssessmentFolder, book: Path) -> None:
    path = toolkits.import_book(folder.root, book).path
    before = path.read_bytes()
    assert toolkits.import_book(folder.root, book).written == "same"
    edited(book, Items_C5="What else?", Toolkit_B5="1.1-ours")
    with pytest.raises(UsageError):
        toolkits.import_book(folder.root, book)
    assert path.read_bytes() == before
    assert toolkits.import_book(folder.root, book, replace=True).written == "replaced"
    (kept,) = (folder.toolkits / "replaced").iterdir()
    assert kept.read_bytes() == before
    assert load_toolkit(path).item("1A").ask == "What else?"


def test_import__same_toolkit_leaves_its_file_alone(folder: AssessmentFolder, book: Path) -> None:
    """Remarks that somebody wrote into the file stay."""
    path = toolkits.import_book(folder.root, book).path
    path.write_text("# ours\n" + path.read_text())
    assert toolkits.import_book(folder.root, book).written == "same"
    assert path.read_text().startswith("# ours\n")


def test_import__outside_an_assessment_needs_a_folder(tmp_path: Path, book: Path) -> None:
    with pytest.raises(UsageError):
        toolkits.import_book(tmp_path, book)
    imported = toolkits.import_book(tmp_path, book, to=tmp_path / "shared")
    assert imported.path == tmp_path / "shared" / "pat.yaml"
    assert not imported.found_by_folder


def test_import__mistakes_write_nothing(folder: AssessmentFolder, book: Path) -> None:
    edited(book, Items_D5="agrement")
    with pytest.raises(ToolkitFileError):
        toolkits.import_book(folder.root, book)
    assert not list(folder.toolkits.glob("*.yaml"))


def test_version__unchanged_with_changed_questions(folder: AssessmentFolder, book: Path) -> None:
    edited(book, Toolkit_B5="1.0")
    with pytest.raises(ToolkitFileError) as caught:
        toolkits.import_book(folder.root, book)
    assert [(p.sheet, p.cell) for p in caught.value.problems] == [("Toolkit", "B5")]
    with pytest.raises(ToolkitFileError):
        toolkits.check(folder.root, book)


def test_version__of_a_toolkit_file_is_named_with_its_line(
    folder: AssessmentFolder, book: Path
) -> None:
    path = toolkits.import_book(folder.root, book).path
    assert toolkits.check(folder.root, path).toolkit.version == "1.0-ours"
    path.write_text(path.read_text().replace("1.0-ours", "1.0"))
    with pytest.raises(ToolkitFileError) as caught:
        toolkits.check(folder.root, path)
    (problem,) = caught.value.problems
    assert path.read_text().splitlines()[problem.line - 1] == 'version: "1.0"'


def test_version__issued_with_other_questions(folder: AssessmentFolder, book: Path) -> None:
    path = toolkits.import_book(folder.root, book).path
    issued = load_toolkit(path)
    with Ledger(folder.ledger) as ledger:
        ledger.keep_toolkit(issued, questions_digest(issued))
    assert toolkits.check(folder.root, path).toolkit == issued
    edited(book, Items_C5="What else?")
    with pytest.raises(ToolkitFileError) as caught:
        toolkits.check(folder.root, book)
    assert [(p.sheet, p.cell) for p in caught.value.problems] == [("Toolkit", "B5")]
    edited(book, Toolkit_B5="1.1-ours")
    assert toolkits.check(folder.root, book).toolkit.version == "1.1-ours"


def test_commands__export_and_import(folder: AssessmentFolder) -> None:
    runner = CliRunner()
    path = folder.root / "pat.xlsx"
    base = ["-C", str(folder.root), "toolkits"]
    done = runner.invoke(cli, [*base, "export", "pat", str(path)])
    assert (done.exit_code, str(path) in done.output) == (0, True)
    done = runner.invoke(cli, [*base, "import", str(path)])
    assert done.exit_code == 0
    assert (folder.toolkits / "pat.yaml").is_file()
    edited(path, Items_D5="agrement", Scoring_B4="summ")
    done = runner.invoke(cli, [*base, "import", str(path)])
    assert done.exit_code == 2
    assert done.output.count("Error: pat.xlsx, sheet ") == 1
    edited(path, Scoring_B4="sum")
    done = runner.invoke(cli, [*base, "check", str(path)])
    assert done.exit_code == 2
    assert "sheet Items, cell D5" in done.output


def test_commands__export_refuses_with_exit_code_2(folder: AssessmentFolder) -> None:
    path = folder.root / "pat.xlsx"
    path.write_bytes(io.BytesIO(b"something else").getvalue())
    base = ["-C", str(folder.root), "toolkits", "export", "pat", str(path)]
    assert CliRunner().invoke(cli, base).exit_code == 2
    assert CliRunner().invoke(cli, [*base, "--replace"]).exit_code == 0


def test_label_like_a_formula__is_refused_by_check_generate_and_import_alike(
    folder: AssessmentFolder, tmp_path: Path, book: Path
) -> None:
    """What stands in an answer cell must not be one: nobody could type it."""
    small = a_folder(tmp_path / "small")
    write_toolkit(small, TOOLKIT.replace("label: Agree,", 'label: "=yes",'))
    with pytest.raises(ToolkitFileError, match="begins like a formula"):
        toolkits.check(small.root, small.toolkits / "tiny.yaml")
    with pytest.raises(ToolkitFileError, match="begins like a formula"):
        generate(small, now=MONDAY)
    opened = openpyxl.load_workbook(book)
    for cell in (cell for page in opened for row in page.iter_rows() for cell in row):
        if cell.value == "Strongly agree":
            cell.value, cell.data_type = "=yes", "s"
    opened.save(book)
    with pytest.raises(ToolkitFileError, match="begins like a formula"):
        toolkits.import_book(folder.root, book)
