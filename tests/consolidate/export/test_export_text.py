"""Texts in CSV files: not run, with nothing that nobody sees, and otherwise as they are."""

from __future__ import annotations

import csv
import io
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlassess.consolidate.export.columns import guarded, plain

DANGER = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r]")


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+44 20", "-2", "@SUM(A1)", "\n=1", "  =1", "\u200b=1", "\ufeff=1",
        "＝1+1", "＋1", "－1", "＠x",
    ],
)  # fmt: skip
def test_guarded__formulas_begin_with_an_apostrophe(text):
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x00=1", "'=1"), ("\u202e=1", "'=1"), ("\t=1", "' =1"), ("\r=1", "'\n=1"),
        ("\u2066\x1b@SUM(A1)", "'@SUM(A1)"),
    ],
)  # fmt: skip
def test_guarded__a_formula_behind_what_is_left_out_is_one(text, shown):
    assert guarded(text) == shown


@pytest.mark.parametrize(
    "text",
    ["", "1A", "0", "36", "2026", "Yes", "a=b", "pat:3.10", "e-mail", "“=1”", "3a", "3.10", "007",
     "1/2", "12:30", "2026-03-01", "1.0", "50%", "'", "'tis", "’tis", "MAR1", "March 2026", "£500",
     "TRUE", "two\nlines", "Ærø ☂ 漢字"],
)  # fmt: skip
def test_guarded__leaves_the_rest_alone(text):
    assert guarded(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"), ("a\tb", "a b"), ("a\x07b\x7fc\x9bd", "abcd"),
        ("pay \u202e005\u202c now", "pay 005 now"), ("\u061cab\u200e\u200f", "ab"),
        ("\u2067x\u2069", "x"),
    ],
)  # fmt: skip
def test_plain__leaves_out_what_nobody_sees(text, shown):
    assert plain(text) == shown


@given(st.text())
def test_guarded__never_begins_a_formula_and_loses_nothing_that_can_be_seen(text):
    safe = guarded(text)
    assert not DANGER.match(safe)
    assert safe in (plain(text), f"'{plain(text)}")
    assert plain(safe) == safe
    assert [c for c in plain(text) if _seen(c)] == [c for c in text if _seen(c)]


def _seen(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf")


@given(st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"])))
def test_guarded__survives_a_csv_file(text):
    out = io.StringIO(newline="")
    csv.writer(out).writerow([guarded(text), "end"])
    ((back, end),) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert (back, end) == (guarded(text), "end")
