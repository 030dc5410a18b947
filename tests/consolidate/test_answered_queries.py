"""A summary says of each answer which file it was read from, answers to queries included."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.factory import MADE_AT, a_round
from xlassess.consolidate import summarise
from xlassess.toolkits.load import find_toolkit


@pytest.mark.parametrize("attribution", ["named", "lettered"])
def test_data__names_the_file_of_each_answer(attribution: str) -> None:
    record = a_round(find_toolkit("pat"), attribution=attribution)
    reference, ret = next(iter(record.current.items()))
    first, *others = ret.answers
    joined = replace(
        ret,
        file="back.xlsx",
        query="Q",
        answers=(first, *(replace(answer, file="first.xlsx") for answer in others)),
    )
    current = {**record.current, reference: joined}
    history = tuple(joined if one == ret else one for one in record.history)
    summary = summarise(replace(record, current=current, history=history), MADE_AT)
    whole = summarise(record, MADE_AT)
    files = [row.person.file for row in summary.data]
    if attribution == "named":
        assert files.count("back.xlsx") == 1
        assert files.count("first.xlsx") == len(others)
    else:
        assert not {"back.xlsx", "first.xlsx"} & set(files)
    assert [
        (r.answer.item, r.answer.field, r.answer.value, r.answer.score) for r in summary.data
    ] == [(r.answer.item, r.answer.field, r.answer.value, r.answer.score) for r in whole.data]
