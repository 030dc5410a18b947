"""Returns damaged at random and then saved by real programs, on every run of the clients' tests."""

from __future__ import annotations

import itertools

import pytest

from benchmarks.mutate_returns import tried
from tests.ingest.mutations import PROGRAMS, mutant

pytestmark = pytest.mark.clients
EACH = 2


def test_mutants__written_anew_are_read_right_or_told() -> None:
    seeds: dict[str, list[int]] = {program: [] for program in PROGRAMS}
    for seed in itertools.count(500_000):
        theirs = seeds.get(mutant(seed).program, [])
        if len(theirs) < EACH:
            theirs.append(seed)
        if all(len(numbers) == EACH for numbers in seeds.values()):
            break
    tally = tried([seed for numbers in seeds.values() for seed in numbers])
    assert (tally.wrong, tally.crashes) == ([], [])
    assert set(tally.programs) == set(PROGRAMS)
    assert tally.answers > 10 * EACH * len(PROGRAMS)
