"""Every workbook xlassess makes is sound in the eyes of other programs."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from tests.clients import validator
from tests.clients.office import CellValue, Offices, Seen
from tests.made import Made

MOST_PAGES = 60
SLACK = 3.0
"""Points by which a row may be lower than LibreOffice likes: far less than a line, but a symbol
that is taken from another font takes a little more room."""
UNWRAPPED = ("Data",)
"""Sheets whose rows keep to one line: for filters and formulas, not for reading."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What LibreOffice shows of a workbook, and the files it saved of it."""

    seen: Seen
    saved: Path
    printed: Path


@pytest.fixture(scope="module")
def opened(offices: Offices, made: Made, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    """The workbook opened once: recalculated, read, saved again and printed.

    Opening and laying out takes longer than all that is done after it.
    """
    folder = tmp_path_factory.mktemp("opened")
    saved, printed = folder / "saved.xlsx", folder / "printed.pdf"
    measured = [
        sheet.title
        for sheet in made.book.worksheets
        if sheet.sheet_state == "visible" and sheet.title not in UNWRAPPED
    ]
    seen = offices.get().work(
        made.path, save=[saved, printed], recalculate=True, read=True, pages=True, heights=measured
    )
    return Opened(seen, saved, printed)


@pytest.fixture(scope="module")
def recalculated(opened: Opened) -> Seen:
    """The workbook as LibreOffice shows it after recalculating every formula."""
    return opened.seen


def cached(made: Made) -> Mapping[str, Mapping[str, object]]:
    """The values of a workbook's formulas as they stand in the file."""
    return {
        sheet.title: {
            cell.coordinate: made.values[sheet.title][cell.coordinate].value
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        }
        for sheet in made.book.worksheets
    }


def agree(stored: object, shown: CellValue | None) -> bool:
    """True when a stored and a recalculated value are the same to a reader."""
    if isinstance(stored, (int, float)) and isinstance(shown, (int, float)):
        return math.isclose(stored, shown, rel_tol=1e-9, abs_tol=1e-9)
    return (stored or "") == (shown or "")


@pytest.mark.clients("validator")
def test_validator__finds_nothing_wrong(made: Made) -> None:
    assert validator.problems(made.path) == []


@pytest.mark.clients("libreoffice")
def test_formulas__stored_values_are_those_libreoffice_computes(
    made: Made, recalculated: Seen
) -> None:
    formulas = cached(made)
    different = {
        f"{sheet}!{cell}": (stored, shown)
        for sheet, cells in formulas.items()
        for cell, stored in cells.items()
        if not agree(stored, shown := recalculated.values[sheet].get(cell))
    }
    assert different == {}
    if made.kind.startswith(("workbook", "summary")) and made.kind != "summary-melton-checklist":
        assert sum(map(len, formulas.values())) > 20


@pytest.mark.clients("libreoffice")
def test_formulas__no_error_value_anywhere(recalculated: Seen) -> None:
    assert recalculated.errors() == {}


@pytest.mark.clients("libreoffice")
def test_print__every_sheet_comes_out_on_a_sane_number_of_pages(
    made: Made, recalculated: Seen
) -> None:
    sheets = [sheet.title for sheet in made.book if sheet.sheet_state == "visible"]
    assert set(recalculated.pages) == set(sheets)
    assert [name for name, pages in recalculated.pages.items() if pages < 1] == []
    assert sum(recalculated.pages.values()) <= MOST_PAGES


@pytest.mark.clients("libreoffice")
def test_print__summary_is_one_page_a_toolkit(made: Made, recalculated: Seen) -> None:
    """The sheet that a committee reads: one page a toolkit, and a cover before several."""
    if made.kind.startswith("summary") and made.kind != "summary-melton-checklist":
        cover = len(made.toolkits) > 1
        assert recalculated.pages["Summary"] == len(made.toolkits) + cover


@pytest.mark.clients("libreoffice")
def test_rows__are_high_enough_for_their_text(recalculated: Seen) -> None:
    used = {
        (sheet, int(re.sub(r"\D", "", cell)))
        for sheet, cells in recalculated.values.items()
        for cell in cells
    }
    clipped = {
        f"{sheet}!{row}": (have, need)
        for sheet, rows in recalculated.heights.items()
        for row, (have, need) in enumerate(rows, start=1)
        if need > have + SLACK and (sheet, row) in used
    }
    assert clipped == {}


@pytest.mark.clients("libreoffice")
def test_pdf__comes_out(opened: Opened) -> None:
    assert opened.printed.read_bytes().startswith(b"%PDF-")


@pytest.mark.holds("X1")
@pytest.mark.clients("libreoffice")
def test_names__by_which_tables_are_read_out_survive_a_resave(made: Made, opened: Opened) -> None:
    again = openpyxl.load_workbook(opened.saved)
    before, after = (
        {n: re.sub("[$']", "", d.attr_text) for n, d in book.defined_names.items() if "Region" in n}
        for book in (made.book, again)
    )
    assert before or not made.kind.startswith(("workbook", "summary"))
    assert after == before
