"""A hundred returns damaged at random, when hunting; thousands by `mutate_returns`."""

from __future__ import annotations

import pytest

from benchmarks.mutate_returns import tried

SEEDS = range(100)


@pytest.mark.hunt
def test_mutants__no_answer_is_wrong_and_none_is_lost() -> None:
    tally = tried(SEEDS, programs=False)
    assert (tally.wrong, tally.crashes) == ([], [])
    assert sum(tally.states.values()) == len(SEEDS)
    assert tally.unjudged < len(SEEDS) / 10
    assert tally.answers > 20 * len(SEEDS)
    assert len(tally.codes) > 10
