"""Returns damaged at random and then saved by real programs, on every run of the clients' tests."""

from __future__ import annotations

import itertools

import pytest

from benchmarks.mutate_returns import tried
from tests.ingest.mutations import PROGRAMS, mutant

EACH = 2


@pytest.mark.parametrize(
    "program", [pytest.param(name, marks=pytest.mark.clients(name.split()[0])) for name in PROGRAMS]
)
def test_mutants__written_anew_are_read_right_or_told(program: str) -> None:
    theirs = (seed for seed in itertools.count(500_000) if mutant(seed, program).program)
    tally = tried(tuple(itertools.islice(theirs, EACH)), program=program)
    assert (tally.wrong, tally.crashes) == ([], [])
    assert set(tally.programs) == {program}
    assert tally.answers > 10 * EACH
