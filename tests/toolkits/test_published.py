"""The built-in toolkits against the numbers of their publications."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from xlassess.model.toolkit import Band, Section
from xlassess.score.bands import band_of, suggest_scenario
from xlassess.toolkits.load import find_toolkit

ITEMS = {
    "melton-checklist": {"H": 7, "P": 12, "Q": 12, "R": 5, "S": 3},
    "melton-evaluation": {"D": 18, "1": 12, "2": 12, "3": 11, "4": 11, "5": 11},
    "pat": {"1": 6, "2": 6, "3": 6, "4": 6, "5": 6, "6": 6, "7": 8},
    "rochford-hallmarks": {"1": 14, "2": 16, "3": 6, "4": 6, "5": 9, "6": 16},
}
SCORED = {
    "melton-evaluation": {"1": 6, "2": 6, "3": 5, "4": 5, "5": 5},
    "pat": {"1": 6, "2": 6, "3": 6, "4": 6, "5": 6, "6": 6},
    # 1.5, 1.7 and 2.2 ask whether something is needed or possible: no answer is the better one.
    "rochford-hallmarks": {"1": 12, "2": 15, "3": 6, "4": 6, "5": 9, "6": 16},
}

find = cache(find_toolkit)


def _numbered(section: Section) -> list[str]:
    return [item.id for item in section.items]


@pytest.mark.parametrize("toolkit_id", ITEMS)
def test_items__as_many_per_section_as_published(toolkit_id: str) -> None:
    sections = find(toolkit_id).all_sections
    assert {section.id: len(section.items) for section in sections} == ITEMS[toolkit_id]


@pytest.mark.parametrize("toolkit_id", SCORED)
def test_items__as_many_scored_per_section_as_published(toolkit_id: str) -> None:
    toolkit = find(toolkit_id)
    counts = Counter(
        section.id
        for section in toolkit.all_sections
        for item in section.items
        if toolkit.is_scored(section, item)
    )
    assert counts == SCORED[toolkit_id]


def test_pat__items_lettered_a_to_f() -> None:
    for number, section in enumerate(find("pat").sections, start=1):
        assert _numbered(section) == [f"{number}{letter}" for letter in "ABCDEF"]


def test_pat__every_principle_is_weighed_once() -> None:
    weighed = [item.weighs for item in find("pat").items() if item.weighs]
    assert weighed == ["1", "2", "3", "4", "5", "6"]


def test_pat__bands_as_published() -> None:
    toolkit = find("pat")
    for section in toolkit.sections:
        assert _ranges(section.bands) == [(19, 24), (13, 18), (7, 12), (6, 6)]
    assert _ranges(toolkit.scoring.bands) == [(109, 144), (73, 108), (37, 72), (36, 36)]
    assert band_of(18.5, toolkit.sections[0].bands) == toolkit.sections[0].bands[1]


def _ranges(bands: tuple[Band, ...]) -> list[tuple[float, float]]:
    return [(band.low, band.high) for band in bands]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ((24, 24, 24, 24, 24, 24), "A"),
        ((19, 19, 19, 19, 20, 13), "A"),
        ((18, 18, 18, 18, 18, 18), "B"),
        ((24, 24, 24, 24, 24, 12), "B"),
        ((24, 24, 24, 24, 24, 6), "B"),
        ((13, 12, 12, 12, 12, 12), "B"),
        ((12, 12, 12, 12, 12, 12), "C"),
        ((6, 6, 6, 6, 6, 6), "C"),
    ],
)
def test_pat__scenario(scores: tuple[int, ...], expected: str) -> None:
    toolkit = find("pat")
    by_section = {section.id: float(n) for section, n in zip(toolkit.sections, scores, strict=True)}
    scenario = suggest_scenario(toolkit, by_section, float(sum(scores)))
    assert scenario is not None
    assert scenario.id == expected


def test_melton_evaluation__six_boxes_after_the_ratings() -> None:
    for section in find("melton-evaluation").scored_sections:
        boxes = [item for item in section.items if item.is_wide]
        assert [item.id for item in boxes] == [f"{section.id}{letter}" for letter in "abcdef"]
        assert section.items[-6:] == tuple(boxes)
        assert not any(item.required or item.comment for item in boxes)


def test_melton_evaluation__not_knowing_counts_as_one() -> None:
    rating = find("melton-evaluation").scales["rating"]
    assert [choice.score for choice in rating.choices] == [5, 4, 3, 2, 1]
    assert len(rating.substantive) == 5


def test_melton_evaluation__ranks_run_from_1_to_4() -> None:
    toolkit = find("melton-evaluation")
    ranks = [toolkit.item(item_id) for item_id in ("D2", "D3", "D4", "D5")]
    assert {(item.answer, item.minimum, item.maximum) for item in ranks} == {("number", 1, 4)}


def test_melton_checklist__documents_asked_for_where_printed() -> None:
    asked = [item.id for item in find("melton-checklist").items() if item.evidence]
    assert asked == ["Q2", "Q3", "Q4", "Q5", "Q6"]


def test_melton_checklist__matters_to_settle_first() -> None:
    toolkit = find("melton-checklist")
    flagged = set(toolkit.scoring.flagged)
    shown = {
        item_id: [c.label for c in toolkit.scales[toolkit.item(item_id).answer].choices
                  if c.code in flagged]
        for item_id in ("Q1", "P5", "P9")
    }  # fmt: skip
    assert shown["Q1"] == ["No", "Don't know"]
    assert shown["P5"] == ["Don't know"]
    assert shown["P9"] == ["Yes", "Don't know"]


def test_rochford__numbered_as_published() -> None:
    for section in find("rochford-hallmarks").sections:
        count = len(section.items)
        assert _numbered(section) == [f"{section.id}.{n}" for n in range(1, count + 1)]


def test_rochford__every_question_takes_a_comment() -> None:
    assert all(item.comment for item in find("rochford-hallmarks").items())


def test_rochford__a_no_is_no_fault_where_the_question_is_what_is_needed() -> None:
    toolkit = find("rochford-hallmarks")
    for item_id in ("1.5", "1.7", "2.2"):
        item = toolkit.item(item_id)
        choices = toolkit.scales[item.answer].choices
        assert [choice.label for choice in choices] == ["Yes", "No"]
        assert not {choice.code for choice in choices} & set(toolkit.scoring.flagged)
        assert item.follow_up is not None, item_id


@pytest.mark.parametrize("toolkit_id", ["rochford-hallmarks", "melton-checklist"])
def test_action_plan__where_the_publication_leads_to_improvement(toolkit_id: str) -> None:
    plan = find(toolkit_id).action_plan
    assert plan is not None
    assert not plan.proposal


def test_melton_checklist__the_decision_comes_before_the_signatures() -> None:
    toolkit = find("melton-checklist")
    assert [section.id for section in toolkit.closing] == ["R", "S"]
    decisions = toolkit.scales[toolkit.item("R1").answer].choices
    assert [choice.code for choice in decisions] == ["join", "minutes", "decline"]
    assert not any(item.required for section in toolkit.closing for item in section.items)
