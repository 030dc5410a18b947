"""Random rounds, summed up as usual, against an attacker with exact arithmetic."""

from __future__ import annotations

import pytest

from tests.consolidate.attacker import (
    Attack,
    attacked,
    attacked_over_rounds,
    attacked_together,
    attacked_under_changed_settings,
    totals,
)
from xlassess.consolidate import assemble, told_before
from xlassess.consolidate.figures import withholding
from xlassess.consolidate.figures.privacy import held_back

ROUNDS, AT_ONCE = 200, 50
HUNTED, HUNTED_AT_ONCE = 10_000, 1_000


@pytest.mark.thorough
@pytest.mark.parametrize("first", range(0, ROUNDS, AT_ONCE))
def test_rounds__give_nothing_away_and_lose_few_items(first: int) -> None:
    tried = totals(range(first, first + AT_ONCE))
    assert tried.found == ""
    assert tried.figures["item"] > 300
    assert tried.lost["item"] <= 0.01 * tried.figures["item"]
    assert sum(tried.lost.values()) <= 0.3 * sum(tried.figures.values())


def test_outputs__one_after_the_other_give_nothing_away() -> None:
    tried = totals(range(10), attacked_together)
    assert tried.found == ""
    assert tried.lost["item"] <= 0.1 * tried.figures["item"]


def test_attacker__finds_what_several_outputs_give_away_that_do_not_know_of_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The test above can fail, even where enough people come in between two outputs."""
    monkeypatch.setattr(assemble, "printed_before", lambda inputs, group: ())
    assert sum(bool(attacked_together(seed).found) for seed in range(10)) > 2


def test_outputs__under_changed_settings_give_nothing_away() -> None:
    """Among them: single answers shown before, and other minimums before."""
    tried = totals((2, 6, 7, 10, 15, 18, 19, 22), attacked_under_changed_settings)
    assert tried.found == ""
    assert tried.figures["item"] > tried.lost["item"]


def test_attacker__finds_who_is_left_where_single_answers_shown_before_are_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The test above can fail."""
    monkeypatch.setattr(held_back, "tells_few", lambda earlier, base, minimum: False)
    monkeypatch.setattr(assemble, "known_before", lambda inputs, group: frozenset())
    assert any(attacked_under_changed_settings(seed).found for seed in range(12))


@pytest.mark.thorough
def test_two_rounds__set_against_each_other_give_nothing_away() -> None:
    tried = totals(range(12), attacked_over_rounds)
    assert tried.found == ""
    assert tried.figures["both"] - tried.lost["both"] > 30


def test_attacker__finds_who_left_where_those_who_stayed_are_not_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The test above can fail."""
    monkeypatch.setattr(told_before, "withheld_beside", lambda *given: frozenset())
    assert sum(bool(attacked_over_rounds(seed).found) for seed in range(10)) > 2


@pytest.mark.hunt
@pytest.mark.parametrize("first", range(0, HUNTED // 10, HUNTED_AT_ONCE // 10))
def test_outputs__of_the_hunt(first: int) -> None:
    tried = totals(range(first, first + HUNTED_AT_ONCE // 10), attacked_together)
    print(f"lost {dict(tried.lost)} of {dict(tried.figures)}")
    assert tried.found == ""


@pytest.mark.hunt
@pytest.mark.parametrize("first", range(0, HUNTED // 10, HUNTED_AT_ONCE // 10))
def test_changed_settings__of_the_hunt(first: int) -> None:
    seeds = range(first, first + HUNTED_AT_ONCE // 10)
    tried = totals(seeds, attacked_under_changed_settings)
    print(f"lost {dict(tried.lost)} of {dict(tried.figures)}")
    assert tried.found == ""


@pytest.mark.hunt
@pytest.mark.parametrize("first", range(0, HUNTED // 10, HUNTED_AT_ONCE // 10))
def test_two_rounds__of_the_hunt(first: int) -> None:
    tried = totals(range(first, first + HUNTED_AT_ONCE // 10), attacked_over_rounds)
    print(f"lost {dict(tried.lost)} of {dict(tried.figures)}")
    assert tried.found == ""


@pytest.mark.hunt
@pytest.mark.parametrize("first", range(0, HUNTED, HUNTED_AT_ONCE))
def test_rounds__of_the_hunt(first: int) -> None:
    tried = totals(range(first, first + HUNTED_AT_ONCE))
    print(f"lost {dict(tried.lost)} of {dict(tried.figures)}")
    assert tried.found == ""


def test_attacker__finds_what_is_given_away_where_nothing_is_withheld_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The tests above can fail: figures from enough people, and nothing else held back."""
    monkeypatch.setattr(withholding, "to_withhold", lambda sums, minimum, before: frozenset())
    assert sum(bool(attacked(seed).found) for seed in range(30)) > 20


def test_attacker__adds_up_and_takes_away() -> None:
    all_six = {(person, "1"): 1 for person in "abcdef"}
    four = {(person, "1"): 1 for person in "abcd"}
    assert Attack([all_six, four]).people_told(3) == frozenset("ef")
    assert Attack([all_six, four]).people_told(2) is None
    assert Attack([all_six, four]).tells({("e", "1"): 1, ("f", "1"): 1})
    assert not Attack([all_six, four]).tells({("e", "1"): 1})
