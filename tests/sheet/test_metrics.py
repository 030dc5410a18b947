"""Texts are measured with the font's real widths and wrapped as spreadsheets wrap them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.sheet import metrics
from xlassess.sheet.metrics import MeasuredText, line_count, row_height, text_height, text_width

texts = st.text(max_size=300)


def test_width__of_known_characters() -> None:
    # Advance widths of Arial: space 569, digits 1139, "i" 455 and bold "i" 569 of 2048.
    assert text_width("0", size=2048) == pytest.approx(1139)
    assert text_width("i i", size=2048) == pytest.approx(455 + 569 + 455)
    assert text_width("i", size=2048, bold=True) == pytest.approx(569)


@pytest.mark.parametrize(
    ("char", "ems"), [("日", 1.0), ("\u200b", 0.0), ("\u0301", 0.0), ("ⷀ", 0.72)]
)
def test_width__of_characters_the_font_lacks(char: str, ems: float) -> None:
    assert text_width(char, size=1) == ems


def test_lines__break_at_spaces_hyphens_and_line_feeds() -> None:
    word = "m" * 4
    width = 2 * text_width(word) / (metrics.DIGIT_PIXELS * 0.75 * 0.97) + 0.1
    assert line_count(MeasuredText(f"{word} {word}", width)) == 2
    assert line_count(MeasuredText(f"{word}-{word}", width)) == 2
    assert line_count(MeasuredText(f"{word}{word}", width)) == 1
    assert line_count(MeasuredText("a\n\nb", width)) == 3
    assert line_count(MeasuredText("", width)) == 1


def test_lines__long_word_is_broken() -> None:
    assert line_count(MeasuredText("m" * 100, 10)) > 10


def test_lines__trailing_spaces_do_not_wrap() -> None:
    assert line_count(MeasuredText("word" + " " * 50, 6)) == 1


@given(text=texts, width=st.floats(3, 200))
def test_height__never_falls_as_the_column_narrows(text: str, width: float) -> None:
    assert text_height(text, width) <= text_height(text, width * 0.8)


@given(first=texts, second=texts)
def test_height__of_a_row_is_that_of_its_highest_text(first: str, second: str) -> None:
    row = row_height((MeasuredText(first, 30), MeasuredText(second, 30)))
    assert row == max(text_height(first, 30), text_height(second, 30))


def test_height__one_line_of_ten_points_is_what_excel_gives() -> None:
    assert metrics.line_height(10) == 12.75


def test_height__bold_takes_at_least_as_much() -> None:
    text = "Partners clearly understand which of their goals they can reach only together. " * 3
    assert text_height(text, 40, bold=True) >= text_height(text, 40)
