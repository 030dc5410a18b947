"""Page one as a page: one A4 sheet a toolkit, its first three blocks on the first screen."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest

from tests.consolidate.rounds import MADE_AT, Wish, a_round
from xlassess.consolidate import summarise, summary_bytes
from xlassess.consolidate.figures.thresholds import marked_gaps
from xlassess.consolidate.summary.sheets.page_one import _fitting
from xlassess.toolkits.load import builtin_ids, find_toolkit

SURVEYS = tuple(each for each in builtin_ids() if find_toolkit(each).subject != "proposal")
SCREEN = 560
"""Pixels of a sheet seen at 1366 by 768 between Excel's bars."""

PAGE = 730
"""Points between the margins of an A4 page."""


@pytest.fixture(params=SURVEYS)
def page(request):
    record = a_round(
        [find_toolkit(request.param)], 15, Wish(returned=13, gaps=0.06, query=(1,), talk=0.4)
    )
    book = openpyxl.load_workbook(io.BytesIO(summary_bytes(summarise(record, MADE_AT))))
    return book["Summary"]


def height(sheet, last: int) -> float:
    return sum(sheet.row_dimensions[row].height or 15 for row in range(1, last + 1))


def test_page_one__is_one_printed_page_that_can_be_read(page):
    assert not page.row_breaks.brk
    scale = page.page_setup.scale / 100
    assert height(page, page.max_row) * scale <= PAGE
    assert 11 * scale >= 8


def test_page_one__finding_asks_and_picture_are_seen_without_scrolling(page):
    texts = {row: page.cell(row, 1).value or "" for row in range(1, page.max_row + 1)}
    asked = next(row for row, text in texts.items() if text == "You are asked to")
    last = max(row for row, text in texts.items() if row > asked and re.match(r"\d+\.  ", text))
    zoom = page.sheet_view.zoomScale / 100
    assert height(page, last) / 0.75 * zoom <= SCREEN
    (first, *_) = page._charts
    assert first.anchor._from.row < asked
    assert first.anchor._from.col == 1


def test_page_one__what_is_left_out_is_said_and_stands_on_findings():
    record = a_round([find_toolkit("working-better-together")], 13, Wish(talk=0.4))
    summary = summarise(record, MADE_AT)
    book = openpyxl.load_workbook(io.BytesIO(summary_bytes(summary)))
    page = "\n".join(str(c.value) for (c,) in book["Summary"].iter_rows(max_col=1) if c.value)
    assert "on the Findings sheet" in page
    full = "\n".join(str(c.value) for row in book["Findings"].iter_rows() for c in row if c.value)
    told = summary.parts[0].narrative
    for text in (told.reading, *told.decisions, told.context, told.caution):
        assert text in full
    for point in (*told.strengths, *told.concerns, *told.disagreements):
        assert (point.what or point.why) in full


def test_fitting__as_many_as_fit_but_never_fewer_than_the_least():
    assert _fitting([10, 10, 10], 25, 1) == 2
    assert _fitting([10, 10, 10], 5, 3) == 3
    assert _fitting([10, 10], 100, 3) == 2


def test_levels__only_the_furthest_apart_are_marked():
    shares = [0.4 + 0.01 * n for n in range(22)] + [0.1] * 21
    assert sum(marked_gaps(shares, 1 / 3)) == 5
    assert marked_gaps(shares, 1 / 3)[17:22] == (True,) * 5


def test_levels__ties_with_the_last_marked_are_marked_and_small_gaps_never():
    assert marked_gaps([0.5, 0.5, 0.5, 0.5, 0.4], 1 / 3) == (True,) * 4 + (False,)
    assert marked_gaps([0.2, 0.1, None], 1 / 3) == (False, False, False)
    assert marked_gaps([], 1 / 3) == ()
