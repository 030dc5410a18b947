"""Returns rewritten by JavaScript libraries, and truth values as LibreOffice saves them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.clients import gnumeric, javascript
from tests.clients.office import Office, Typed
from tests.clients.partner import read
from tests.factory import Entry, Workbook, entries, filled, issue
from tests.ingest.small import answers_with, every_kind, reworked
from xlassess.model.answer import Return
from xlassess.model.toolkit import Toolkit


def typed(toolkit: Toolkit) -> tuple[Entry, ...]:
    """Answers as others, but without characters that SheetJS itself writes wrongly."""
    return tuple(
        replace(one, typed=one.typed.replace("🙂", ":)"), value=str(one.value).replace("🙂", ":)"))
        if isinstance(one.typed, str)
        else one
        for one in entries(toolkit)
    )


def _without_charts(book: Any) -> None:
    """ExcelJS itself does not get over a drawing that holds a chart."""
    for sheet in book.worksheets:
        sheet._charts.clear()


def values(ret: Return) -> dict[tuple[str, str], object]:
    return {(answer.item, answer.field): answer.value for answer in ret.answers}


def returned(workbook: Workbook, path: Path) -> dict[tuple[str, str], object]:
    """Write the filled-in workbook and return what is to be read from it."""
    given = typed(workbook.toolkit)
    path.write_bytes(reworked(filled(workbook, given), _without_charts))
    return {(entry.item, entry.field): entry.value for entry in given}


@pytest.mark.clients("sheetjs")
def test_sheetjs__every_toolkit_is_read_as_given(builtin_toolkit: Toolkit, tmp_path: Path) -> None:
    """In ods it writes days as mere numbers, which are asked about."""
    workbook = issue(builtin_toolkit)
    wanted = returned(workbook, tmp_path / "given.xlsx")
    again = {kind: tmp_path / f"again.{kind}" for kind in ("xlsx", "xlsm", "ods")}
    javascript.resave("sheetjs", tmp_path / "given.xlsx", *again.values())
    for kind in ("xlsx", "xlsm"):
        ret = read(workbook, again[kind])
        assert ([f.code for f in ret.findings], values(ret), ret.kind) == ([], wanted, kind)
    ret = read(workbook, again["ods"])
    days = {place for place, value in wanted.items() if isinstance(value, date)}
    assert values(ret) == {place: value for place, value in wanted.items() if place not in days}
    assert [(f.code, (f.item, f.field)) for f in ret.findings] == [
        ("C04", place) for place in wanted if place in days
    ]


@pytest.mark.clients("sheetjs")
def test_sheetjs__xls_is_read_as_given(tmp_path: Path) -> None:
    """It cuts texts after 255 characters there; this workbook has none as long."""
    workbook = issue(every_kind())
    wanted = returned(workbook, tmp_path / "given.xlsx")
    javascript.resave("sheetjs", tmp_path / "given.xlsx", tmp_path / "again.xls")
    ret = read(workbook, tmp_path / "again.xls")
    assert ([f.code for f in ret.findings], values(ret), ret.kind) == ([], wanted, "xls")


@pytest.mark.clients("sheetjs")
def test_sheetjs__questions_cut_short_are_told(tmp_path: Path) -> None:
    from xlassess.toolkits.load import find_toolkit

    workbook = issue(find_toolkit("bv-organisation"))
    returned(workbook, tmp_path / "given.xlsx")
    javascript.resave("sheetjs", tmp_path / "given.xlsx", tmp_path / "again.xls")
    ret = read(workbook, tmp_path / "again.xls")
    assert {f.code for f in ret.findings} == {"C09"}


@pytest.mark.clients("sheetjs")
def test_sheetjs__texts_it_cut_in_xls_are_told(tmp_path: Path) -> None:
    workbook = issue(every_kind())
    long = answers_with(workbook, i4_1="so " * 100, i1A__comment="x" * 255)
    (tmp_path / "given.xlsx").write_bytes(reworked(filled(workbook, long), _without_charts))
    javascript.resave("sheetjs", tmp_path / "given.xlsx", tmp_path / "again.xls")
    ret = read(workbook, tmp_path / "again.xls")
    assert [(f.code, f.item, f.field) for f in ret.findings] == [
        ("C03", "1A", "comment"),
        ("C03", "4.1", "answer"),
    ]


@pytest.mark.clients("gnumeric")
def test_gnumeric__xls_is_read_as_given(tmp_path: Path) -> None:
    """It numbers formats of amounts and shares there as others number those of days."""
    workbook = issue(every_kind())
    wanted = returned(workbook, tmp_path / "given.xlsx")
    gnumeric.resave(tmp_path / "given.xlsx", tmp_path / "old.xls", "Gnumeric_Excel:excel_biff8")
    ret = read(workbook, tmp_path / "old.xls")
    assert ([f.code for f in ret.findings], values(ret), ret.kind) == ([], wanted, "xls")


@pytest.mark.clients("gnumeric")
def test_gnumeric__the_format_of_excel_95_is_refused(tmp_path: Path) -> None:
    workbook = issue(every_kind())
    gnumeric.resave(workbook.write(tmp_path), tmp_path / "old.xls", "Gnumeric_Excel:excel_biff7")
    ret = read(workbook, tmp_path / "old.xls")
    assert ([f.code for f in ret.findings], ret.answers) == (["G17"], ())


@pytest.mark.clients("sheetjs")
def test_sheetjs__xlsb_is_refused_rather_than_read_with_gaps(tmp_path: Path) -> None:
    workbook = issue(every_kind())
    returned(workbook, tmp_path / "given.xlsx")
    javascript.resave("sheetjs", tmp_path / "given.xlsx", tmp_path / "again.xlsb")
    ret = read(workbook, tmp_path / "again.xlsb")
    assert ([f.code for f in ret.findings], ret.answers) == (["G17"], ())


@pytest.mark.clients("exceljs")
def test_exceljs__every_toolkit_is_read_as_given(builtin_toolkit: Toolkit, tmp_path: Path) -> None:
    workbook = issue(builtin_toolkit)
    wanted = returned(workbook, tmp_path / "given.xlsx")
    javascript.resave("exceljs", tmp_path / "given.xlsx", tmp_path / "again.xlsx")
    ret = read(workbook, tmp_path / "again.xlsx")
    assert ([f.code for f in ret.findings], values(ret)) == ([], wanted)


@pytest.mark.clients("libreoffice")
@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls"])
def test_libreoffice__typed_truth_values_are_yes_and_no(
    office: Office, tmp_path: Path, kind: str
) -> None:
    """A truth value typed into a cell becomes a formula there; other formulas stay formulas."""
    workbook = issue(every_kind())
    cells = {"C6": "=TRUE()", "C11": "=FALSE()", "C8": "=1+1", "E8": "=TRUE()"}
    saved = tmp_path / f"saved.{kind}"
    work = [Typed("2 Facts", cell, formula, "formula") for cell, formula in cells.items()]
    office.work(workbook.write(tmp_path), work, save=[saved])
    ret = read(workbook, saved)
    facts = {(a.item, a.field): a.value for a in ret.answers if a.sheet == "2 Facts"}
    assert facts == {
        ("2.1", "answer"): "yes", ("2.3", "comment"): "TRUE", ("2.10", "answer"): "no",
    }  # fmt: skip
    assert [f.cell for f in ret.findings if f.code == "C10"] == ["C8"]


@pytest.mark.clients("libreoffice", "gnumeric")
def test_gnumeric__truth_values_of_libreoffice_are_yes_and_no(
    office: Office, tmp_path: Path
) -> None:
    workbook = issue(every_kind())
    saved, again = tmp_path / "saved.xlsx", tmp_path / "again.xlsx"
    work = [Typed("2 Facts", "C6", "=TRUE()", "formula")]
    office.work(workbook.write(tmp_path), work, save=[saved])
    gnumeric.resave(saved, again)
    assert values(read(workbook, again))["2.1", "answer"] == "yes"
