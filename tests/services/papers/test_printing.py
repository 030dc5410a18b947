"""The print set as a PDF file: only its sheets, and never a reason to fail."""

from __future__ import annotations

import io
import subprocess
import zipfile
from dataclasses import replace

import openpyxl
import pytest

from tests.consolidate.rounds import MADE_AT, a_round
from xlassess.consolidate import print_set, summarise, summary_bytes
from xlassess.services.papers import printing
from xlassess.toolkits.load import find_toolkit


@pytest.fixture(scope="module")
def written():
    summary = summarise(a_round([find_toolkit("pat"), find_toolkit("melton-evaluation")]), MADE_AT)
    return summary, summary_bytes(summary)


def test_print_set__page_one_findings_proposal_and_actions(written):
    summary, _ = written
    assert print_set(summary) == (
        "Summary", "Findings pat", "Findings melton-evaluation", "Proposal melton-evaluation",
        "Action plan",
    )  # fmt: skip


def test_only__other_sheets_print_nothing(written):
    summary, content = written
    printed = print_set(summary)
    book = openpyxl.load_workbook(io.BytesIO(printing.only(content, printed)))
    for sheet in book:
        if sheet.title in printed:
            assert "ZZ" not in sheet.print_area
        else:
            assert sheet.print_area.endswith("$ZZ$9999")
            assert not sheet.print_title_rows
            assert sheet["ZZ9999"].value is None


def test_only__everything_else_is_as_it_was(written):
    summary, content = written
    left = printing.only(content, print_set(summary))
    before, after = (zipfile.ZipFile(io.BytesIO(b)) for b in (content, left))
    assert before.namelist() == after.namelist()
    changed = [n for n in before.namelist() if before.read(n) != after.read(n)]
    assert changed == ["xl/workbook.xml"]


def test_only__rows_that_nothing_printed_needs_are_left_out(written):
    summary, _ = written
    content = summary_bytes(replace(summary, live=False))  # as of thousands of returns
    printed = print_set(summary)
    before = openpyxl.load_workbook(io.BytesIO(content))
    after = openpyxl.load_workbook(io.BytesIO(printing.only(content, printed)))
    charts = [name for name in zipfile.ZipFile(io.BytesIO(content)).namelist() if "chart" in name]
    drawn = b"".join(map(zipfile.ZipFile(io.BytesIO(content)).read, charts)).decode()

    for sheet in before:
        rows = [[cell.value for cell in row] for row in sheet]
        left = [[cell.value for cell in row] for row in after[sheet.title]]
        named = f">{sheet.title}!" in drawn or f">'{sheet.title}'!" in drawn
        assert (left == rows) is (sheet.title in printed or named), sheet.title
    assert not [cell.value for row in after["Data"] for cell in row if cell.value]


def test_pdf__none_without_libreoffice(written, monkeypatch):
    monkeypatch.setattr(printing, "office", lambda: None)
    assert printing.pdf_of(written[1], ("Summary",)) is None


@pytest.mark.parametrize(
    "fault", [OSError("gone"), subprocess.TimeoutExpired("soffice", 180)], ids=["gone", "hangs"]
)
def test_pdf__none_where_libreoffice_fails(written, monkeypatch, fault):
    def fails(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(printing, "office", lambda: "soffice")
    monkeypatch.setattr(printing.subprocess, "run", fails)
    assert printing.pdf_of(written[1], ("Summary",)) is None


def test_sheets__no_merged_cells_and_named_regions_for_screen_readers(written):
    book = openpyxl.load_workbook(io.BytesIO(written[1]))
    assert [sheet.title for sheet in book if sheet.merged_cells.ranges] == []
    named = {name: book.defined_names[name].attr_text for name in book.defined_names}
    regions = [where for name, where in named.items() if name.startswith("TitleRegion")]
    tables = [(sheet.title, table) for sheet in book for table in sheet.tables.values()]
    # The sheet on which something is decided has a heading to be found by, table or not.
    assert len([where for where in regions if "Proposal" not in where]) == len(
        [title for title, _ in tables if not title.startswith("Proposal")]
    )
    for title, table in tables:
        first = table.ref.partition(":")[0]
        assert any(title in where and where.replace("$", "").endswith(f"!{first}")
                   for where in regions), (title, first)  # fmt: skip


def test_sheets__frozen_headings_belong_to_the_only_table_below(written):
    for sheet in openpyxl.load_workbook(io.BytesIO(written[1])):
        rows = int("".join(c for c in sheet.freeze_panes or "A1" if c.isdigit())) - 1
        heads = [int("".join(c for c in t.ref.split(":")[0] if c.isdigit()))
                 for t in sheet.tables.values()]  # fmt: skip
        assert not rows or heads == [rows], sheet.title
