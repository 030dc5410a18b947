"""Programs are found or missed as they should be, and their drivers do what other tests rely on."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from tests.clients import gnumeric, programs, validator
from tests.clients.office import Office, OfficeError, Typed


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A workbook with an open cell B1, a locked cell A1 and a formula C1 with a wrong cache."""
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("One")
        sheet.write_string("A1", "kept")
        sheet.write_blank("B1", None, workbook.add_format({"locked": False}))
        sheet.write_formula("C1", "=B1*2", None, 99)
        sheet.write_formula("C2", "=1/0", None, "#DIV/0!")
        sheet.freeze_panes(1, 1)
        sheet.protect("secret")
    return path


@pytest.mark.clients("libreoffice")
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_office__types_recalculates_and_saves(office: Office, book: Path, kind: str) -> None:
    saved = book.with_name(f"saved.{kind}")
    seen = office.work(book, [Typed("One", "B1", 21, "number")], save=[saved], read=True)
    assert seen.values["One"]["C1"] == 42
    assert seen.formulas["One"]["C1"] == "=B1*2"
    assert seen.errors() == {"One!C2": "#DIV/0!"}
    again = office.work(saved, read=True)
    assert again.values["One"]["B1"] == 21


@pytest.mark.clients("libreoffice")
def test_office__keeps_what_a_view_holds(office: Office, book: Path) -> None:
    saved = book.with_name("saved.xlsx")
    office.work(book, save=[saved])
    assert load_workbook(saved)["One"].freeze_panes == "B2"


@pytest.mark.clients("libreoffice")
def test_office__locked_cell_is_reported_and_left_alone(office: Office, book: Path) -> None:
    seen = office.work(book, [Typed("One", "A1", "changed")], read=True)
    assert seen.locked == ("One!A1",)
    assert seen.values["One"]["A1"] == "kept"


@pytest.mark.clients("libreoffice")
def test_office__failure_raises_and_the_next_job_still_works(office: Office, book: Path) -> None:
    with pytest.raises(OfficeError):
        office.work(book.with_name("absent.xlsx"))
    assert office.work(book, pages=True).pages == {"One": 1}


@pytest.mark.clients("gnumeric")
def test_gnumeric__saves_anew(book: Path) -> None:
    saved = book.with_name("saved.xlsx")
    gnumeric.resave(book, saved)
    assert CalamineWorkbook.from_path(saved).get_sheet_by_name("One").to_python()[0][0] == "kept"
    assert saved.read_bytes() != book.read_bytes()


@pytest.mark.clients("validator")
def test_validator__passes_a_sound_file_and_names_what_is_wrong(book: Path) -> None:
    assert validator.problems(book) == []
    broken = book.with_name("broken.xlsx")
    with zipfile.ZipFile(book) as sound, zipfile.ZipFile(broken, "w") as target:
        for name in sound.namelist():
            data = sound.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b"<sheetData>", b"<nonsense/><sheetData>")
            target.writestr(name, data)
    (problem,) = validator.problems(broken)
    assert "nonsense" in problem


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine on which Node.js, SheetJS and Gnumeric are; the folder of its programs."""
    for name in ("node", "ssconvert"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n")
        program.chmod(0o755)
    (tmp_path / "node_modules" / "xlsx").mkdir(parents=True)
    monkeypatch.setattr(programs, "ROOT", tmp_path)
    monkeypatch.setattr(programs, "_SERVERS", "")
    monkeypatch.setattr(programs, "_VERSIONS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv(programs.WITHOUT, raising=False)
    monkeypatch.delenv(programs.REQUIRE, raising=False)
    return tmp_path


def test_find__what_is_there_and_what_is_not(machine: Path) -> None:
    of_python = ("uno", "psycopg", "dask", "s3fs", "s3")
    found = {name for name in programs.PROGRAMS if name not in of_python and programs.find(name)}
    assert found == {"gnumeric", "node", "npm", "sheetjs"}
    assert programs.need("sheetjs") == machine / "node_modules" / "xlsx"


@pytest.mark.parametrize(
    ("without", "missing"),
    [
        ("gnumeric", {"gnumeric"}),
        ("npm", {"npm", "sheetjs"}),
        ("node, gnumeric", {"gnumeric", "node", "npm", "sheetjs"}),
        ("all", {"gnumeric", "node", "npm", "sheetjs"}),
    ],
)
def test_without__hides_programs_and_what_needs_them(
    machine: Path, monkeypatch: pytest.MonkeyPatch, without: str, missing: set[str]
) -> None:
    monkeypatch.setenv(programs.WITHOUT, without)
    names = ("gnumeric", "node", "npm", "sheetjs")
    assert {name for name in names if programs.find(name) is None} == missing


def test_without__a_name_that_no_test_knows_is_refused(
    machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(programs.WITHOUT, "excel")
    with pytest.raises(pytest.UsageError, match="excel"):
        programs.find("gnumeric")


def test_need__names_what_is_missing_first(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(pytest.skip.Exception, match="ExcelJS"):
        programs.need("exceljs")
    (machine / "node").unlink()
    with pytest.raises(pytest.skip.Exception, match="Node"):
        programs.need("sheetjs")
    monkeypatch.setenv(programs.REQUIRE, "1")
    with pytest.raises(pytest.fail.Exception, match="Node"):
        programs.need("sheetjs")


def test_need__only_what_the_mark_names(machine: Path) -> None:
    with programs.declared(frozenset({"sheetjs"})):
        assert programs.need("node") == machine / "node"
        with pytest.raises(LookupError, match="gnumeric"):
            programs.need("gnumeric")
