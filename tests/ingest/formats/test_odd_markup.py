"""Sheets written as hardly anybody writes them are read as openpyxl reads them, or not at all."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.ingest.bases import base
from tests.ingest.odd_markup import WAYS
from tests.ingest.oracle import judge
from tests.ingest.packages import packed, parts_of, sheet_part
from tests.ingest.small import read_bytes


@given(
    ways=st.lists(st.sampled_from(WAYS), min_size=1, max_size=3),
    sheet=st.sampled_from(("1 Views", "2 Facts", "3 Standpoints", "4 In your words")),
    chance=st.randoms(use_true_random=False),
)
def test_odd_markup__no_answer_is_read_wrongly(
    ways: list[object], sheet: str, chance: Random
) -> None:
    whole = base(0)
    parts = parts_of(whole.data)
    name = sheet_part(whole.data, sheet)
    for way in ways:
        parts[name] = way(chance, parts[name])  # type: ignore[operator]
    data = packed(parts)
    ret = read_bytes(data, "odd.xlsx", whole.context)
    try:
        wrong = judge(ret, whole.book, data)
    except LookupError:
        return
    assert wrong == []
