"""Parting sheets into pages: pages by hand, and what holds for any rows."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.sheet.page import LEAST_SCALE, PageBreaks, PrintedRows, paging

ACROSS, DOWN = 700.0, 500.0


def test_paging__one_page() -> None:
    assert paging(PrintedRows(700, [50.0] * 10), ACROSS, DOWN) == PageBreaks()


def test_paging__a_little_too_long_is_made_to_fit() -> None:
    assert paging(PrintedRows(700, [50.0] * 11), ACROSS, DOWN) == PageBreaks(tall=1)


def test_paging__not_where_it_could_no_longer_be_read() -> None:
    found = paging(PrintedRows(700 / LEAST_SCALE, [80.0] * 11), ACROSS, DOWN)
    assert found.tall == 0


def test_paging__rows_are_parted_evenly() -> None:
    found = paging(PrintedRows(700, [50.0] * 12), ACROSS, DOWN)
    assert found == PageBreaks(scale=92, breaks=(6,))


def test_paging__a_last_page_that_is_not_nearly_empty_is_left() -> None:
    assert paging(PrintedRows(700, [50.0] * 16), ACROSS, DOWN) == PageBreaks()


def test_paging__a_second_table_begins_a_page() -> None:
    found = paging(PrintedRows(700, [50.0] * 16, starts=(7,)), ACROSS, DOWN)
    assert found == PageBreaks(scale=92, breaks=(7,))
    assert paging(PrintedRows(700, [50.0] * 16, starts=(2,)), ACROSS, DOWN) == PageBreaks()


def test_paging__a_chart_is_not_parted() -> None:
    found = paging(PrintedRows(700, [50.0] * 16, whole=((8, 12),)), ACROSS, DOWN)
    assert found == PageBreaks(scale=92, breaks=(8,))


def test_paging__a_chart_taller_than_a_page() -> None:
    found = paging(PrintedRows(700, [50.0] * 25, whole=((3, 20),)), ACROSS, DOWN)
    assert found.breaks[:1] == (3,)


@pytest.mark.parametrize("rows", [401, 2000])
def test_paging__long_lists_are_left_to_the_program(rows: int) -> None:
    assert paging(PrintedRows(700, [20.0] * rows), ACROSS, DOWN) == PageBreaks()


heights = st.lists(st.floats(10, 400), min_size=1, max_size=40)


@given(heights, st.floats(300, 1500), st.floats(0, 40), st.data())
def test_paging__pages_that_are_parted_hold_their_rows(
    heights: list[float], width: float, repeated: float, data: st.DataObject
) -> None:
    last = len(heights) - 1
    ends = st.tuples(st.integers(0, last), st.integers(0, last)).map(sorted)
    whole = data.draw(st.lists(ends, max_size=3))
    rows = PrintedRows(width, heights, repeated, whole=[(a, b) for a, b in whole])
    found = paging(rows, ACROSS, DOWN)
    assert list(found.breaks) == sorted(set(found.breaks))
    if found.scale is None:
        assert found.breaks == ()
        return
    assert found.scale / 100 * width <= ACROSS
    room = DOWN * 100 / found.scale
    for first, end in pairwise((0, *found.breaks, len(heights))):
        assert 0 <= first < end
        inside = sum(heights[first:end]) + (repeated if first else 0)
        kept_whole = any(a <= first and end - 1 <= b for a, b in whole)
        assert inside <= room + 1e-6 or kept_whole or end - first == 1
