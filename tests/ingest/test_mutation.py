"""A hundred returns damaged at random, when hunting; thousands by `mutate_returns`."""

from __future__ import annotations

import pytest

from benchmarks.mutate_returns import tried

PORTION = 25


@pytest.mark.hunt
@pytest.mark.parametrize("first", range(0, 100, PORTION))
def test_mutants__no_answer_is_wrong_and_none_is_lost(first: int) -> None:
    tally = tried(range(first, first + PORTION), programs=False)
    assert (tally.wrong, tally.crashes) == ([], [])
    assert sum(tally.states.values()) == PORTION
    assert tally.unjudged < PORTION / 5
    assert tally.answers > 20 * PORTION
    assert len(tally.codes) > 5
