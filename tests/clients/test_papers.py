"""The report and the CSV export in LibreOffice, and the report before the Open XML SDK."""

from __future__ import annotations

import subprocess
from pathlib import Path

import openpyxl
import pytest

from tests.clients.office import Office
from tests.clients.programs import need
from tests.clients.validator import problems
from tests.consolidate.rounds import MADE_AT, Wish, a_round, with_returns
from xlassess.consolidate import summarise
from xlassess.consolidate.export.files import export
from xlassess.consolidate.report.document import default_template, report_bytes
from xlassess.model.answer import Answer
from xlassess.toolkits.load import builtin_ids, find_toolkit


def pages_of(pdf: Path) -> list[str]:
    """The text of each page, as it stands on the paper."""
    done = subprocess.run(
        [need("pdftotext"), "-layout", pdf, "-"], check=True, capture_output=True, text=True
    )
    return done.stdout.split("\f")[:-1]


@pytest.mark.clients("validator")
@pytest.mark.parametrize(
    ("toolkit_id", "attribution"),
    [*((name, "named") for name in builtin_ids()), ("pat", "lettered"), ("pat", "aggregated")],
)
def test_report__is_sound_markup(tmp_path: Path, toolkit_id: str, attribution: str) -> None:
    record = a_round([find_toolkit(toolkit_id)], 5, Wish(talk=0.3), attribution=attribution)
    path = tmp_path / "report.docx"
    path.write_bytes(report_bytes(summarise(record, MADE_AT)))
    assert problems(path) == []


@pytest.mark.clients("validator")
def test_template__is_sound_markup(tmp_path: Path) -> None:
    path = tmp_path / "template.docx"
    path.write_bytes(default_template())
    assert problems(path) == []


@pytest.mark.clients("libreoffice", "writer", "pdftotext")
def test_report__prints_with_marking_and_page_x_of_y(office: Office, tmp_path: Path) -> None:
    summary = summarise(a_round([find_toolkit("pat")], 6), MADE_AT)
    path, printed = tmp_path / "report.docx", tmp_path / "report.pdf"
    path.write_bytes(report_bytes(summary))
    office.convert(path, printed, kind="writer_pdf_Export")
    pages = pages_of(printed)
    for number, page in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in page
        assert page.count(summary.assessment.marking) == 2
        assert len(page.split()) > 20, "a page with next to nothing on it"
    assert summary.parts[0].narrative.reading.split(".")[0][:40] in " ".join(pages[0].split())


@pytest.mark.clients("libreoffice")
def test_csv__runs_nothing(office: Office, tmp_path: Path) -> None:
    hostile = ("=1+1", "+1", "-1+1", "@SUM(1)", "\t=1", " =1", "3.10", "1/2", "007", "'tis")
    pat = find_toolkit("pat")
    record = a_round([pat], 3, Wish(talk=0))
    ret = record.current[record.issued[0].reference]
    items = [item.id for item in pat.items()]
    said = [
        Answer(item, "comment", text, "1 Need", "F6")
        for item, text in zip(items, hostile, strict=False)
    ]
    summary = summarise(with_returns(record, {0: (*ret.answers, *said)}), MADE_AT)
    (data,) = [file for file in export(summary, "csv") if file.name == "data.csv"]
    path, opened = tmp_path / "data.csv", tmp_path / "data.xlsx"
    path.write_bytes(data.content)
    # Comma, quotation mark, UTF-8; special numbers detected and formulas evaluated.
    options = "44,34,76,1,,0,false,true,false,false,false,-1,true"
    office.convert(path, opened, options=options)
    book = openpyxl.load_workbook(opened)
    heads, *rows = book.worksheets[0].iter_rows()
    place = [cell.value for cell in heads].index("text")
    assert not [cell for row in rows for cell in row if cell.data_type in ("f", "e")]
    shown = {row[place].value for row in rows}
    # CSV is for programs: only formulas get an apostrophe, the rest stands as it was written.
    assert {f"'{text}" for text in ("=1+1", "+1", "-1+1", "@SUM(1)")} <= shown
