"""What is withheld moves no word of any paper, and the test of it can fail."""

from __future__ import annotations

import pytest

from tests.consolidate.silence import listened, written

HUNTED, AT_ONCE = 400, 20


@pytest.mark.parametrize("seed", range(1, 7))
def test_papers__are_moved_by_nothing_that_no_figure_shows(seed: int) -> None:
    found = listened(seed)
    assert found.moved == ()
    assert found.silent


def test_papers__that_show_a_withheld_answer_are_found() -> None:
    def telling(record, summary, changed):
        yield from written(record, summary, changed)
        said = sorted(str(a.value) for a in next(iter(record.current.values())).answers)
        yield "telling", said

    found = {seed: listened(seed, telling).moved for seed in (1, 3, 5, 7, 9)}
    assert ("telling",) in found.values()


@pytest.mark.hunt
@pytest.mark.parametrize("first", range(0, HUNTED, AT_ONCE))
def test_papers__of_the_hunt(first: int) -> None:
    found = {seed: listened(seed).moved for seed in range(first, first + AT_ONCE)}
    assert {seed: moved for seed, moved in found.items() if moved} == {}
