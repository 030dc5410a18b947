"""Page one as a page: one A4 sheet a toolkit, its first three blocks on the first screen."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.consolidate.rounds import MADE_AT, Wish, a_round, over_rounds
from tests.ingest.packages import opened, sheet_of
from xlassess.consolidate import print_set, summarise, summary_bytes
from xlassess.consolidate.figures.thresholds import marked_gaps
from xlassess.consolidate.figures.values import PutRight
from xlassess.consolidate.summary import native_charts
from xlassess.consolidate.summary.layout import profile_layout
from xlassess.consolidate.summary.sheets import method
from xlassess.consolidate.summary.sheets.page_one import _fitting
from xlassess.model.record import Outcome
from xlassess.toolkits.load import builtin_ids, find_toolkit

# Toolkits are not read to find that out: that would be done whenever tests are looked for
SURVEYS = tuple(each for each in builtin_ids() if each != "melton-checklist")
SCREEN = 560
"""Pixels of a sheet seen at 1366 by 768 between Excel's bars."""

PAGE = 730
"""Points between the margins of an A4 page."""


@pytest.fixture(scope="module", params=SURVEYS)
def page(request):
    toolkit = find_toolkit(request.param)
    assert toolkit.subject != "proposal"
    record = a_round([toolkit], 15, Wish(returned=13, gaps=0.06, query=(1,), talk=0.4))
    book = opened(summary_bytes(summarise(record, MADE_AT)), "Summary")
    return book["Summary"]


def height(sheet, last: int) -> float:
    return sum(sheet.row_dimensions[row].height or 15 for row in range(1, last + 1))


def test_page_one__is_one_printed_page_that_can_be_read(page):
    assert not page.row_breaks.brk
    scale = page.page_setup.scale / 100
    assert height(page, page.max_row) * scale <= PAGE
    assert 11 * scale >= 9


def test_page_one__has_room_for_what_moved_and_for_a_cover_of_all_toolkits():
    record = over_rounds([find_toolkit(each) for each in builtin_ids()])
    book = opened(summary_bytes(summarise(record, MADE_AT)), "Summary")
    page = book["Summary"]
    scale = page.page_setup.scale / 100
    ends = [0, *(each.id for each in page.row_breaks.brk), page.max_row]
    pages = [height(page, last) - height(page, first) for first, last in pairwise(ends)]
    assert len(pages) == len(builtin_ids()) + 1
    assert max(pages) * scale <= PAGE
    assert 11 * scale >= 9


def test_print_set__where_nothing_may_be_shown_is_a_cover_and_few_pages():
    every = [find_toolkit(each) for each in builtin_ids()]
    few = a_round(every, 6, Wish(returned=3), attribution="aggregated", minimum_group=5)
    summary = summarise(few, MADE_AT)
    book = opened(summary_bytes(summary), "Summary")
    page = book["Summary"]
    titles = [cell.value for cell in page["A"]]
    assert [toolkit.title in titles for toolkit in every] == [True] * 7
    ends = [0, *(each.id for each in page.row_breaks.brk), page.max_row]
    pages = [height(page, last) - height(page, first) for first, last in pairwise(ends)]
    assert len(pages) <= 4
    assert max(pages) * page.page_setup.scale / 100 <= PAGE
    assert print_set(summary) == ("Summary",)
    enough = summarise(a_round(every[:2], 6, Wish(returned=5)), MADE_AT)
    assert sum("Findings" in name for name in print_set(enough)) == 2


def test_page_one__finding_asks_and_picture_are_seen_without_scrolling(page):
    texts = {row: page.cell(row, 1).value or "" for row in range(1, page.max_row + 1)}
    asked = next(row for row, text in texts.items() if text == "You are asked to")
    last = max(row for row, text in texts.items() if row > asked and re.match(r"\d+\.  ", text))
    zoom = page.sheet_view.zoomScale / 100
    assert height(page, last) / 0.75 * zoom <= SCREEN
    (first, *_) = page._charts
    assert first.anchor._from.row < asked
    assert first.anchor._from.col == 1


def test_page_one__a_heading_counts_what_there_is_and_not_the_lines(pat):
    summary = summarise(a_round([pat], 13), MADE_AT)
    told = summary.parts[0].narrative
    book = opened(summary_bytes(summary), "Summary")
    texts = [str(c.value) for (c,) in book["Summary"].iter_rows(max_col=1) if c.value]
    found = sum(bool(p.what) + p.unnamed for p in told.concerns)
    (heading,) = [text for text in texts if text.startswith(told.concerns_title)]
    shown = texts[texts.index(heading) + 1 :]
    shown = shown[: next(i for i, text in enumerate(shown) if text.startswith("Strengths"))]
    named = sum(any(p.what and p.what in text for p in told.concerns) for text in shown)
    whole = any("more on the Agreement sheet" in text for text in shown)
    assert found > named
    assert heading == ("Concerns" if whole else f"Concerns ({named} of {found})")
    assert not any(re.match(r"(What this rests on|Scenario).*\(\d", text) for text in texts)


def test_page_one__what_is_left_out_is_said_and_stands_on_findings():
    record = a_round([find_toolkit("working-better-together")], 13, Wish(talk=0.4))
    summary = summarise(record, MADE_AT)
    book = opened(summary_bytes(summary), "Summary", "Findings")
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


def test_cover__says_each_finding_who_answered_what_is_asked_and_what_comes_next():
    toolkits = [find_toolkit(each) for each in ("pat", "melton-evaluation")]
    summary = summarise(a_round(toolkits, 6, Wish(returned=5)), MADE_AT)
    page = sheet_of(summary_bytes(summary), "Summary")
    first = page.row_breaks.brk[0].id
    lines = [str(page.cell(row, 1).value or "") for row in range(1, first + 1)]
    cover = " ".join(lines)
    for part in summary.parts:
        assert f"{part.label}: {part.narrative.reading}" in cover
        assert f"{part.label}: {part.narrative.decisions[0]}" in cover
    assert cover.count("5 of 6 workbooks issued have come back (83%)") == 2
    assert lines.index("You are asked to") < lines.index("What comes next")


def test_cover__says_what_moved_since_last_time_and_nothing_in_a_first_round():
    toolkits = [find_toolkit(each) for each in ("pat", "melton-evaluation")]

    def cover(record):
        page = opened(summary_bytes(summarise(record, MADE_AT)), "Summary")
        return " ".join(str(cell.value or "") for (cell,) in page["Summary"].iter_rows(max_col=1))

    again = over_rounds(toolkits)
    moved = summarise(again, MADE_AT).parts[0].narrative
    assert f"{moved.trend_title}: {moved.trend[0]}" in cover(again)
    assert "What moved since" not in cover(a_round(toolkits, 6, Wish(returned=5)))


def test_cover__is_not_written_before_one_toolkit():
    summary = summarise(a_round([find_toolkit("pat")], 6, Wish(returned=5)), MADE_AT)
    page = sheet_of(summary_bytes(summary), "Summary")
    assert "What comes next" not in [c.value for (c,) in page.iter_rows(max_col=1)]


def test_checklists__each_begins_a_page_and_has_two_at_most():
    summary = summarise(
        a_round([find_toolkit("melton-checklist")], 4, Wish(returned=3, talk=0.05)), MADE_AT
    )
    sheet = sheet_of(summary_bytes(summary), "Summary of checklists")
    assert len(sheet.tables) == 3
    assert len(sheet.row_breaks.brk) <= 2 + 3
    assert sheet.page_setup.scale >= 62
    assert "Summary of checklists" in print_set(summary)
    assert [s for s in sheet.tables if not s.startswith("Checklist_")] == []


def test_method__says_how_many_values_read_as_meant_are_not_listed(monkeypatch):
    monkeypatch.setattr(method, "_MOST_PUT_RIGHT", 2)
    summary = summarise(a_round([find_toolkit("pat")], 3), MADE_AT)
    one = PutRight("R01", "a.xlsx", "1A!D8", "agree ", "Agree", "spaces")
    for count, said in ((5, "3 more values were read as meant"), (3, "1 more value was"), (2, "")):
        book = opened(summary_bytes(replace(summary, put_right=(one,) * count)), "Method")
        texts = [str(c.value) for (c,) in book["Method"].iter_rows(max_col=1) if c.value]
        assert [t for t in texts if "read as meant." in t or "more value" in t][:1] == (
            [t for t in texts if t.startswith(said)][:1] if said else []
        )


def test_page_one__no_picture_of_bars_where_too_few_fit_to_compare():
    summary = summarise(a_round([find_toolkit("working-better-together")], 4), MADE_AT)
    layout = profile_layout(summary, summary.parts[0])
    assert native_charts.beside_lists(None, summary.parts[0], layout, (400, 160)) is None
    roomy = summarise(a_round([find_toolkit("rochford-hallmarks")], 13), MADE_AT)
    book = opened(summary_bytes(roomy), "Summary")
    assert len(book["Summary"]._charts) == 2


def rows_of_table(sheet, name: str):
    table = next(each for each in sheet.tables.values() if each.name.startswith(name))
    return [[cell.value for cell in row] for row in sheet[table.ref]]


def test_page_one__every_section_has_a_line_with_each_view_beside_the_other():
    toolkit = find_toolkit("working-better-together")
    summary = summarise(a_round([toolkit], 6), MADE_AT)
    data = summary_bytes(summary)
    sheet = sheet_of(data, "Summary", values=True)
    heads, *lines = rows_of_table(sheet, "Sections")
    assert heads == [
        "Section", "To act on", "Against own goals: low", "Against other LSPs: low"
    ]  # fmt: skip
    assert [line[0][:2] for line in lines] == [f"{n} " for n in range(1, 8)]
    low = {"not-very-well", "not-at-all"}
    for section, (_, marked, *views) in zip(toolkit.sections, lines, strict=False):
        parts = [e for e in summary.parts[0].sections if e.section.id == section.id]
        assert marked == f"{parts[0].flagged} of {parts[0].given}"
        for each, said in zip(parts[1:], views, strict=True):
            given = {c: n for counts in each.scales.values() for c, n in counts.items()}
            counts = [sum(x.get(c, 0) for x in each.scales.values()) for c in low]
            assert said.startswith(f"{sum(counts)} of ")
            assert given


def test_page_one__nothing_empty_is_drawn_where_no_section_has_a_mean():
    pat = find_toolkit("pat")
    record = a_round([pat], 10, Wish(gaps=0.9, talk=0))
    summary = summarise(record, MADE_AT)
    assert all(each.score.mean is None for each in summary.parts[0].sections)
    book = opened(summary_bytes(summary), "Summary")
    drawn = [type(chart).__name__ for chart in book["Summary"]._charts]
    assert drawn == ["BarChart"]


def test_checklists__page_one_says_what_each_waits_for():
    summary = summarise(
        a_round([find_toolkit("melton-checklist")], 3, Wish(returned=1, talk=0.1)), MADE_AT
    )
    page = sheet_of(summary_bytes(summary), "Summary")
    text = " ".join(str(cell.value) for (cell,) in page.iter_rows(max_col=1) if cell.value)
    for each in summary.parts[0].checklists:
        for line in each.settle:
            assert f"({line.item}): {line.answer}" in text
    assert text.count("Decision and sign-off") == len(summary.parts[0].checklists)
    assert height(page, page.max_row) * page.page_setup.scale / 100 <= PAGE


def test_findings__what_and_why_stand_in_one_cell():
    summary = summarise(a_round([find_toolkit("pat")], 6), MADE_AT)
    sheet = sheet_of(summary_bytes(summary), "Findings")
    heads, *lines = rows_of_table(sheet, "Findings")
    assert heads == ["Under", "What is found"]
    assert all(all(line) for line in lines)
    point = next(p for p in summary.parts[0].narrative.concerns if p.what)
    assert f"{point.what}. {point.why}" in [line[1] for line in lines]


def test_cover__nil_returns_are_no_answers(pat, melton):
    record = a_round([pat, melton], 6, Wish(returned=4))
    out = [one.reference for one in record.issued if one.reference not in record.current]
    nil = {one: Outcome("nil return", "desk", MADE_AT, "Nothing to say.") for one in out}
    with_nil = replace(record, register=replace(record.register, outcomes=nil))
    said = [
        " ".join(
            str(cell)
            for row in opened(summary_bytes(summarise(one, MADE_AT)), "Summary")["Summary"].values
            for cell in row
            if cell
        )
        for one in (record, with_nil)
    ]
    heard = "Answers come from 4 of 6 partners."
    assert f"4 of 6 workbooks issued have come back (67%). {heard}" in said[0]
    both = "(100%): 4 with answers and 2 nil returns."
    assert f"6 of 6 workbooks issued have come back {both} {heard}" in said[1]
