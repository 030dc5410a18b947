"""Some hundred spoilt files of every kind, when hunting; thousands by `fuzz_intake`."""

from __future__ import annotations

import pytest

from benchmarks.fuzz_intake import Tally, tried

SEEDS = range(150)


@pytest.mark.hunt
def test_spoilt_files__none_stops_the_batch_or_slips_through() -> None:
    tally = Tally()
    tried(SEEDS, tally)
    assert tally.wrong == []
    assert sum(tally.states.values()) == len(SEEDS)
    assert len(tally.kinds) >= 8
    assert len(tally.codes) >= 8
