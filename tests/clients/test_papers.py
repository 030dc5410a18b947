"""The report and the CSV export in LibreOffice, and the report before the Open XML SDK."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from tests.clients.office import Office
from tests.clients.programs import need
from tests.clients.validator import problems
from tests.consolidate.rounds import MADE_AT, Wish, a_round, with_returns
from xlassess.consolidate import print_set, summarise, summary_bytes
from xlassess.consolidate.export.files import export
from xlassess.consolidate.report.document import default_template, report_bytes
from xlassess.model.answer import Answer
from xlassess.services.papers.printing import pdf_of
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


HEAD, FOOT = 0.06, 0.94
"""Where the body of a page begins and ends, as shares of its height."""

LINE = 1.117
"""Height of a line of Arial from the top of its letters to their foot, by their size."""


@pytest.mark.holds("X5")
@pytest.mark.clients("libreoffice", "pdftotext")
def test_print_set__can_be_read_is_short_and_has_no_empty_page(tmp_path: Path) -> None:
    toolkits = [find_toolkit(each) for each in builtin_ids()]
    wish = Wish(returned=13, gaps=0.06, query=(1,), talk=0.1)
    summary = summarise(a_round(toolkits, 15, wish), MADE_AT)
    printed = tmp_path / "summary.pdf"
    printed.write_bytes(pdf_of(summary_bytes(summary), print_set(summary)) or b"")
    pages = [list(words_of(page)) for page in boxes_of(printed)]
    checklists = sum(len(part.checklists) for part in summary.parts)
    assert len(pages) <= 1 + 6 * len(toolkits) + 2 * checklists
    for number, words in enumerate(pages, 1):
        used = max(bottom for _, bottom, _ in words) - min(top for top, _, _ in words)
        assert used > 0.1, f"page {number} is all but empty"
        sizes = sorted(size for _, _, size in words)
        assert sizes[len(sizes) // 2] >= 8.75, f"page {number} is too small to read"


def boxes_of(pdf: Path) -> list[str]:
    """The words of each page with where they stand, as poppler tells it."""
    done = subprocess.run(
        [need("pdftotext"), "-bbox", pdf, "-"], check=True, capture_output=True, text=True
    )
    return done.stdout.split("<page ")[1:]


def words_of(page: str) -> Iterator[tuple[float, float, float]]:
    """Yield top and bottom of each word of the body as shares of the page, and its size in points.

    Words turned on their side, as on an axis, are left out.
    """
    tall = float(re.search(r'height="([\d.]+)"', page)[1])
    for left, top, right, bottom, word in re.findall(
        r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', page
    ):
        high, wide = float(bottom) - float(top), float(right) - float(left)
        if HEAD < float(top) / tall < FOOT and wide > 0.3 * high * len(word):
            yield float(top) / tall, float(bottom) / tall, high / LINE
