"""Whatever a partner answers, in any toolkit, is read as it was given, and scores the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factory import AWKWARD, Entry, entries, filled, issue
from tests.ingest.small import read
from xlassess.model.answer import Answer, Value
from xlassess.model.toolkit import Item, Toolkit
from xlassess.score import scorecard
from xlassess.toolkits.load import builtin_ids, find_toolkit

TEXTS = st.lists(
    st.text(
        st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cf")),
        min_size=1,
        max_size=80,
    ).filter(lambda drawn: drawn.strip() and not drawn.startswith("_x")),
    max_size=6,
)
FIRST_DAY = date(2001, 1, 1)


def drawn(toolkit: Toolkit, texts: Sequence[str], share: float, chance: Random) -> list[Entry]:
    """Any answer to any item, as far as answers are given at all."""
    return [
        Entry(entry.item, entry.field, entry.sheet, entry.cell, typed, value)
        for entry in entries(toolkit)
        if chance.random() < share
        for typed, value in [_drawn(toolkit, toolkit.item(entry.item), entry, texts, chance)]
    ]


def _drawn(
    toolkit: Toolkit, item: Item, entry: Entry, texts: Sequence[str], chance: Random
) -> tuple[str | float | date, Value]:
    if entry.field in ("comment", "evidence") or item.is_wide:
        text = chance.choice((*texts, *AWKWARD))
        return text, text
    if item.answer == "date":
        day = FIRST_DAY + timedelta(days=chance.randrange(20_000))
        return day, day
    if item.is_free:
        low = item.minimum if item.minimum is not None else 0.0
        high = item.maximum if item.maximum is not None else low + 1e6
        number = round(chance.uniform(low, high)) if item.answer == "number" else low
        if item.answer == "money":
            number = round(chance.uniform(low, high), 2)
        if item.answer == "percent":
            number = round(chance.uniform(0, 1), 2)
        return float(number), float(number)
    choice = chance.choice(toolkit.scales[item.answer].choices)
    return choice.label, choice.code


@pytest.mark.parametrize("toolkit_id", builtin_ids())
@settings(max_examples=max(2, settings().max_examples // 5))
@given(
    texts=TEXTS,
    share=st.sampled_from((0.1, 0.6, 0.97, 1.0)),
    chance=st.randoms(use_true_random=False),
)
def test_any_answers__are_read_and_scored_as_given(
    toolkit_id: str, tmp_path: Path, texts: list[str], share: float, chance: Random
) -> None:
    toolkit = find_toolkit(toolkit_id)
    book = issue(toolkit)
    typed = drawn(toolkit, texts, share, chance)
    ret = read(filled(book, typed), tmp_path, book)
    meant = [Answer(e.item, e.field, e.value, e.sheet, e.cell) for e in typed]
    assert {(a.item, a.field): a for a in ret.answers} == {(a.item, a.field): a for a in meant}
    assert ret.normalised == ()
    assert scorecard(toolkit, ret.answers) == scorecard(toolkit, meant)
