"""Texts in CSV files: not run, not changed, and given back."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.consolidate.export.tables import guarded, unguarded

DANGER = re.compile(r"[\s\x00\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r]")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+44 20", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u200b=1", "\ufeff=1",
        "＝1+1", "＋1", "－1", "＠x", "\tnote", "\x00=1",
    ],
)  # fmt: skip
def test_guarded__formulas_begin_with_an_apostrophe(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["3.10", "007", "1/2", "12:30", "2026-03-01", "1 000", "1,5", "2E5", "1.0", "50%",
             "1234567890123456"],
)  # fmt: skip
def test_guarded__what_a_program_would_show_otherwise(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "1A", "0", "36", "2026", "Yes", "a=b", "pat:3.10", "e-mail", "“=1”", "3a"]
)
def test_guarded__leaves_the_rest_alone(text):
    assert guarded(text) == text


@pytest.mark.parametrize("text", ["'", "''", "'=1", "'tis", "’tis"])
def test_guarded__apostrophes_come_back(text):
    assert unguarded(guarded(text)) == text


@given(st.text())
def test_guarded__always_comes_back_and_never_begins_a_formula(text):
    safe = guarded(text)
    assert unguarded(safe) == text
    assert not DANGER.match(safe)


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_guarded__survives_a_csv_file(text):
    out = io.StringIO(newline="")
    csv.writer(out).writerow([guarded(text), "end"])
    ((back, end),) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert (unguarded(back), end) == (text, "end")
