"""Agreement: known answers and properties of the consensus measure."""

from __future__ import annotations

from dataclasses import replace
from math import log2

import pytest
from hypothesis import given as property_of
from hypothesis import strategies as st

from tests.score.conftest import AGREEMENT, LEVELS
from xlassess.score import agreement_of, consensus

COUNTS = st.lists(st.integers(0, 50), min_size=2, max_size=7)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([5, 0, 0, 0], 1),
        ([0, 0, 3, 0], 1),
        ([4, 0, 0, 4], 0),
        ([1, 0, 0, 0, 1], 0),
        ([1, 1, 1, 1], 1 + 0.5 * log2(0.5) + 0.5 * log2(1 - 0.5 / 3)),
        ([2, 2, 0, 0], 1 + log2(1 - 0.5 / 3)),
        ([3, 1], 1 + 0.75 * log2(0.75) + 0.25 * log2(0.25)),
    ],
)
def test_consensus__by_hand(counts, expected):
    assert consensus(counts) == pytest.approx(expected)


@pytest.mark.parametrize("counts", [[], [3], [1, 0, 0], [0, 0, 0, 0]])
def test_consensus__none_without_two_answers_and_two_choices(counts):
    assert consensus(counts) is None


def test_consensus__refuses_negative_counts():
    with pytest.raises(ValueError, match="negative"):
        consensus([2, -1])


@property_of(COUNTS)
def test_consensus__property_between_0_and_1_and_direction_free(counts):
    value = consensus(counts)
    if sum(counts) < 2:
        assert value is None
        return
    assert 0 <= value <= 1
    assert consensus(counts[::-1]) == pytest.approx(value, abs=1e-9)
    assert (value == 1) == (sum(count > 0 for count in counts) == 1)


@property_of(st.integers(1, 500), st.integers(0, 4))
def test_consensus__property_zero_when_evenly_split_between_the_ends(half, between):
    assert consensus([half, *[0] * between, half]) == pytest.approx(0, abs=1e-12)


@property_of(COUNTS.filter(lambda counts: sum(counts) > 1), st.integers(2, 9))
def test_consensus__property_depends_on_proportions_only(counts, times):
    assert consensus([count * times for count in counts]) == pytest.approx(consensus(counts))


def test_agreement_of__mean_range_and_apart():
    result = agreement_of(AGREEMENT, {"sa": 2, "d": 1, "dk": 3})
    assert (result.n, result.apart) == (3, 3)
    assert (result.mean, result.low, result.high) == (pytest.approx(10 / 3), 2, 4)
    assert (result.best.code, result.worst.code) == ("sa", "d")
    assert result.counts == {"sa": 2, "a": 0, "d": 1, "sd": 0, "dk": 3}
    assert result.consensus == pytest.approx(consensus([2, 0, 1, 0]))


def test_agreement_of__scale_without_scores_has_no_mean_but_a_consensus():
    result = agreement_of(LEVELS, {"basic": 2, "better": 2})
    assert (result.mean, result.low, result.high) == (None, None, None)
    assert result.consensus == pytest.approx(1 + log2(1 - 0.5 / 3))


def test_agreement_of__nominal_scale_has_no_consensus():
    assert agreement_of(replace(AGREEMENT, ordinal=False), {"sa": 4}).consensus is None


def test_agreement_of__one_answer_and_none():
    assert agreement_of(AGREEMENT, {"a": 1}).consensus is None
    nothing = agreement_of(AGREEMENT, {})
    assert (nothing.n, nothing.mean, nothing.best) == (0, None, None)


def test_agreement_of__refuses_unknown_codes():
    with pytest.raises(KeyError):
        agreement_of(AGREEMENT, {"perhaps": 1})
