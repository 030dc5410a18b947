"""The Best Value matrices and Working better together against their publications."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from xlassess.contract.layout import layout
from xlassess.model.answer import Answer
from xlassess.model.toolkit import Item
from xlassess.score.card import scorecard
from xlassess.toolkits.load import find_toolkit

find = cache(find_toolkit)

MATRICES = ("bv-organisation", "bv-partnership")
LEVELS = ("basic", "better", "advanced")
LONGEST_DESCRIPTOR = 500
AREAS = {"1": 5, "2": 6, "3": 10, "4": 4, "5": 4, "6": 4, "7": 12, "8": 7}
HEADINGS = {"1": 11, "2": 17, "3": 19, "4": 10, "5": 13, "6": 15, "7": 15, "8": 4}

matrix = pytest.mark.parametrize("toolkit_id", MATRICES)


def _levelled(toolkit_id: str) -> list[Item]:
    return [item for item in find(toolkit_id).items() if item.answer == "practice"]


@matrix
def test_matrix__numbered_as_printed(toolkit_id: str) -> None:
    printed = [f"{area}.{n}" for area, count in AREAS.items() for n in range(1, count + 1)]
    items = [item.id for item in find(toolkit_id).items() if item.answer != "area-practice"]
    assert items == printed


@matrix
def test_matrix__each_area_ends_in_a_judgement_with_reasons_that_is_not_counted(
    toolkit_id: str,
) -> None:
    toolkit = find(toolkit_id)
    for section in toolkit.sections[:7]:
        last = section.items[-1]
        assert (last.id, last.answer) == (f"{section.id}-area", "area-practice")
        assert "overall judgement" in last.ask.lower()
        assert not toolkit.is_scored(section, last)
        choices = toolkit.scales["area-practice"].choices
        assert last.follow_up is not None
        assert last.follow_up.when == tuple(choice.code for choice in choices)
        labels = [choice.label for choice in toolkit.scales["practice"].choices]
        assert [choice.label for choice in choices] == labels


@matrix
def test_matrix__says_that_levels_are_cumulative(toolkit_id: str) -> None:
    toolkit = find(toolkit_id)
    assert "cumulative" in toolkit.how
    abouts = {choice.code: choice.about for choice in toolkit.scales["practice"].choices}
    assert abouts["better"].startswith("As basic, ")
    assert abouts["advanced"].startswith("As better, ")


@matrix
def test_matrix__areas_1_to_7_are_levelled_and_ask_for_evidence(toolkit_id: str) -> None:
    items = _levelled(toolkit_id)
    assert [section.form for section in find(toolkit_id).sections] == ["matrix"] * 7 + ["text"]
    assert len(items) == 45
    assert {item.id[0] for item in items} == set("1234567")
    assert all(item.evidence and item.comment and item.required for item in items)


@matrix
def test_matrix__three_descriptors_that_differ_and_fit(toolkit_id: str) -> None:
    for item in _levelled(toolkit_id):
        assert tuple(item.levels) == LEVELS, item.id
        assert len({text.casefold() for text in item.levels.values()}) == 3, item.id
        lengths = [len(text.strip()) for text in item.levels.values()]
        assert min(lengths) > 0, item.id
        assert max(lengths) <= LONGEST_DESCRIPTOR, item.id


@matrix
def test_matrix__levels_stand_from_basic_to_advanced(toolkit_id: str) -> None:
    for sheet in layout(find(toolkit_id)).sections[:7]:
        columns = [c.detail for c in sheet.tables[0].columns if c.role == "level"]
        assert columns == list(LEVELS)


@matrix
def test_matrix__four_levels_without_scores(toolkit_id: str) -> None:
    choices = find(toolkit_id).scales["practice"].choices
    assert [choice.code for choice in choices] == ["advanced", "better", "basic", "below"]
    assert [choice.score for choice in choices] == [None] * 4
    assert all(choice.about and not choice.apart for choice in choices)


@matrix
def test_matrix__no_overall_score_and_says_why(toolkit_id: str) -> None:
    scoring = find(toolkit_id).scoring
    assert (scoring.rule, scoring.scale, scoring.overall) == ("levels", "practice", False)
    assert scoring.no_overall_because
    assert scoring.flagged == ("below",)
    assert not scoring.bands
    assert not any(section.bands for section in find(toolkit_id).sections)


@matrix
def test_matrix__area_8_is_answered_in_words_with_prompts(toolkit_id: str) -> None:
    toolkit = find(toolkit_id)
    impact = toolkit.sections[-1]
    assert not any(toolkit.is_scored(impact, item) for item in impact.items)
    assert {item.answer for item in impact.items} == {"long-text"}
    assert not any(item.required or item.levels for item in impact.items)
    assert all(item.comment and item.evidence for item in impact.items)
    roles = [column.role for column in layout(toolkit).sections[-1].tables[0].columns]
    assert roles[-2:] == ["comment", "evidence"]


def test_matrix__prompts_as_many_as_printed() -> None:
    counts = {i: [len(item.prompts) for item in find(i).sections[-1].items] for i in MATRICES}
    assert counts == {
        "bv-organisation": [2, 4, 2, 2, 4, 2, 3],
        "bv-partnership": [2, 4, 2, 1, 4, 2, 3],
    }


def test_matrix__each_speaks_of_its_own_level() -> None:
    other = re.compile(r"\bthe organisation\b", re.IGNORECASE)
    strays = [
        item.id
        for item in find("bv-partnership").items()
        if any(other.search(text) for text in (item.ask, *item.levels.values()))
    ]
    assert strays == []
    influence = {find(i).item("1.4").levels["basic"] for i in MATRICES}
    assert len(influence) == 2


@matrix
def test_matrix__a_full_answer_gives_a_profile_and_no_score(toolkit_id: str) -> None:
    toolkit = find(toolkit_id)
    codes = ("below", "basic", "better", "advanced")
    answers = [
        Answer(item.id, "answer", codes[n % 4], "1 Leadership", "H6")
        for n, item in enumerate(_levelled(toolkit_id))
    ]
    card = scorecard(toolkit, answers)
    assert card.overall == ()
    assert [s.score for s in card.sections] == [None] * 7
    assert sum(s.answered for s in card.sections) == 45
    assert sum(s.counts["below"] for s in card.sections) == len(card.flagged) == 12


def test_wbt__questions_per_heading_make_104() -> None:
    sections = find("working-better-together").all_sections
    assert {section.id: len(section.items) for section in sections} == HEADINGS
    assert sum(HEADINGS.values()) == 104


def test_wbt__numbered_in_order_and_sub_questions_lettered() -> None:
    for section in find("working-better-together").sections:
        number, letter = 0, ord("a")
        for item in section.items:
            if item.id[-1].isdigit():
                number, letter = number + 1, ord("a")
                assert item.id == f"{section.id}.{number}"
            else:
                assert item.id == f"{section.id}.{number}{chr(letter)}"
                letter += 1


def test_wbt__how_well_is_judged_twice_and_nothing_else_is() -> None:
    toolkit = find("working-better-together")
    assert [view.id for view in toolkit.views] == ["internal", "external"]
    for item in toolkit.items():
        twice = item.answer.startswith("how-well")
        assert item.views == (("internal", "external") if twice else ()), item.id
        assert item.ask.startswith("How well") == twice, item.id


def test_wbt__the_rating_scale_says_that_it_is_ours_and_has_no_scores() -> None:
    scales = find("working-better-together").scales
    assert all(scales[name].addition for name in ("how-well", "how-well-if-relevant", "yes-no"))
    for name, scale in scales.items():
        assert [c.score for c in scale.choices] == [None] * len(scale.choices), name
        assert scale.by_code("dont-know").apart, name


def test_wbt__not_applicable_only_for_multi_tier_working() -> None:
    items = find("working-better-together").items()
    assert [i.id for i in items if i.answer == "how-well-if-relevant"] == ["3.5a", "3.5c"]


def test_wbt__a_no_asks_for_reasons_and_is_looked_into() -> None:
    toolkit = find("working-better-together")
    assert toolkit.scoring.rule == "none"
    assert not toolkit.scoring.overall
    assert toolkit.scoring.flagged == ("no", "due")
    for item in toolkit.items():
        if item.answer in ("yes-no", "update-due"):
            assert item.follow_up is not None, item.id
            assert set(item.follow_up.when) <= set(toolkit.scoring.flagged), item.id


def test_wbt__an_update_due_is_the_one_yes_that_is_flagged() -> None:
    toolkit = find("working-better-together")
    assert [i.id for i in toolkit.items() if i.answer == "update-due"] == ["1.1c"]
    due = toolkit.scales["update-due"].by_code("due")
    assert due.label == toolkit.scales["yes-no"].by_code("yes").label


def test_wbt__scorecard_flags_a_no_and_an_update_due_only() -> None:
    given = {"1.1b": "no", "1.1c": "due", "2.3a": "yes", "2.4a": "dont-know", "5.4": "no"}
    answers = [Answer(item, "answer", code, "Sheet", "C6") for item, code in given.items()]
    card = scorecard(find("working-better-together"), answers)
    assert [(flag.item, flag.code) for flag in card.flagged] == [
        ("1.1b", "no"),
        ("1.1c", "due"),
        ("5.4", "no"),
    ]


def test_wbt__what_is_chosen_is_required_and_what_is_written_is_not() -> None:
    for item in find("working-better-together").items():
        assert item.required != item.is_free, item.id


def test_wbt__kinds_of_question() -> None:
    kinds = Counter(item.answer for item in find("working-better-together").items())
    assert kinds == {
        "how-well": 37,
        "how-well-if-relevant": 2,
        "yes-no": 24,
        "update-due": 1,
        "long-text": 40,
    }


def test_wbt__alternating_questions_stay_in_at_most_two_tables() -> None:
    for sheet in layout(find("working-better-together")).sections:
        assert len(sheet.tables) <= 2
