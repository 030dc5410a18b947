"""Scorecards by rule, with answers known by hand."""

from __future__ import annotations

import pytest
from hypothesis import given as property_of
from hypothesis import strategies as st

from tests.score.conftest import (
    AGREEMENT,
    LEVELS,
    SECTION_BANDS,
    TOTAL_BANDS,
    YES_NO,
    given,
    make_pat_like,
)
from xlassess.model.answer import PROPOSAL, Answer
from xlassess.model.errors import XlassessError
from xlassess.score import band_of, in_range, score_range, scorecard

PRINCIPLE_1 = {"1A": "sa", "1B": "d", "1C": "a", "1D": "a", "1E": "a", "1F": "sd"}
"""The filled-in example of the publication, stage 2: 4 + 2 + 3 + 3 + 3 + 1 = 16."""


def everything(code: str) -> dict[str, str]:
    return {f"{n}{letter}": code for n in range(1, 7) for letter in "ABCDEF"}


def test_sum__published_example(pat_like):
    one = scorecard(pat_like, given(PRINCIPLE_1)).section("1")
    assert (one.score, one.band.name, one.answered, one.asked) == (16, "Good", 6, 6)
    assert one.counts == {"sa": 1, "a": 3, "d": 1, "sd": 1, "dk": 0}


def test_sum__section_with_gap_has_no_total_and_no_band(pat_like):
    answers = given({item: code for item, code in PRINCIPLE_1.items() if item != "1F"})
    one = scorecard(pat_like, answers).section("1")
    assert (one.score, one.band, one.answered, one.asked, one.missing) == (None, None, 5, 6, 1)


def test_sum__dont_know_is_counted_apart_and_leaves_no_total(pat_like):
    one = scorecard(pat_like, given(PRINCIPLE_1 | {"1F": "dk"})).section("1")
    assert (one.score, one.answered, one.apart, one.missing) == (None, 5, 1, 0)


@pytest.mark.parametrize(
    ("code", "total", "band"), [("sa", 144, "Well"), ("a", 108, "Well enough"),
                                ("d", 72, "Concerns"), ("sd", 36, "Badly")]
)  # fmt: skip
def test_sum__grand_total_of_even_answers(pat_like, code, total, band):
    overall = scorecard(pat_like, given(everything(code))).overall[0]
    assert (overall.score, overall.band.name, overall.answered) == (total, band, 36)


def test_sum__grand_total_only_when_every_item_is_answered(pat_like):
    answers = everything("sa")
    del answers["4C"]
    overall = scorecard(pat_like, given(answers)).overall[0]
    assert (overall.score, overall.band, overall.answered, overall.asked) == (None, None, 35, 36)


def test_sum__significance_and_success(pat_like):
    card = scorecard(pat_like, given({"S1": "w5", "S6": "w2", "T1": "a"}))
    assert [score.significance for score in card.sections] == [5, None, None, None, None, 2]
    assert card.success.label == "Agree"


def test_scorecard__comments_and_evidence_are_passed_over(pat_like):
    answers = [Answer("1A", "comment", "sa", "S", "F1"), Answer("1B", "evidence", "x", "S", "G1")]
    assert scorecard(pat_like, answers).section("1").answered == 0


def test_scorecard__proposal_of_the_action_plan_is_passed_over(pat_like):
    proposal = Answer(PROPOSAL, "answer", "Meet every month.", "Action plan", "C27")
    assert scorecard(pat_like, [proposal]) == scorecard(pat_like, [])


def test_scorecard__progress_counts_required_answers(pat_like):
    card = scorecard(pat_like, given({"1A": "sa", "1T": "words", "T1": "a"}))
    assert (card.answered, card.asked) == (2, 43)


@pytest.mark.parametrize(
    ("total", "band"),
    [(6, "Minimal"), (7, "Limited"), (12, "Limited"), (13, "Good"), (18, "Good"), (19, "Best"),
     (24, "Best"), (18.5, "Good"), (6.9, "Minimal"), (12.999, "Limited"),
     (18.99999999999, "Best")],
)  # fmt: skip
def test_band_of__section_edges(total, band):
    assert band_of(total, SECTION_BANDS).name == band


@pytest.mark.parametrize(
    ("total", "band"),
    [(36, "Badly"), (37, "Concerns"), (72, "Concerns"), (73, "Well enough"),
     (108, "Well enough"), (109, "Well"), (144, "Well"), (108.7, "Well enough")],
)  # fmt: skip
def test_band_of__grand_total_edges(total, band):
    assert band_of(total, TOTAL_BANDS).name == band


@pytest.mark.parametrize("total", [0, 5, 25])
def test_band_of__outside_the_range_is_refused(total):
    with pytest.raises(ValueError, match="outside"):
        band_of(total, SECTION_BANDS)


def test_band_of__nothing_to_read():
    assert band_of(None, SECTION_BANDS) is None
    assert band_of(3, ()) is None


def test_mean__over_the_answers_given(simple):
    toolkit = simple("mean", AGREEMENT)
    card = scorecard(toolkit, given({"one.1": "sa", "one.10": "sd", "one.2": "dk"}))
    one, two = card.sections
    assert (one.score, one.answered, one.apart, one.asked) == (2.5, 2, 1, 3)
    assert (two.score, two.answered, two.missing) == (None, 0, 3)
    assert card.overall == ()


def test_mean__item_numbers_that_look_alike_stay_apart(simple):
    toolkit = simple("mean", AGREEMENT)
    card = scorecard(toolkit, given({"one.1": "sa", "one.10": "sd"}))
    assert card.sections[0].counts == {"sa": 1, "a": 0, "d": 0, "sd": 1, "dk": 0}


def test_levels__distribution_and_never_a_score(simple):
    toolkit = simple("levels", LEVELS, overall=True)
    card = scorecard(toolkit, given({"one.1": "basic", "one.2": "basic", "one.10": "better"}))
    one = card.section("one")
    assert one.counts == {"advanced": 0, "better": 1, "basic": 2, "below": 0}
    assert (one.score, one.complete, card.overall) == (None, True, ())


def test_share__of_yes_with_flags(simple):
    toolkit = simple("share", YES_NO, flagged=("no",), flagged_as="area for development")
    card = scorecard(toolkit, given({"one.1": "yes", "one.2": "no", "one.10": "na", "two.1": "no"}))
    one, two = card.sections
    assert (one.score, one.answered, one.apart) == (0.5, 2, 1)
    assert (two.score, two.answered, two.asked) == (0, 1, 3)
    assert [flag.item for flag in card.flagged] == ["one.2", "two.1"]


def test_none__flags_and_progress(simple):
    scale = AGREEMENT
    toolkit = simple("none", scale, flagged=("sd", "dk"))
    card = scorecard(toolkit, given({"one.1": "dk", "one.2": "sa", "two.10": "sd"}))
    assert [(flag.item, flag.code) for flag in card.flagged] == [("one.1", "dk"), ("two.10", "sd")]
    assert [(s.answered, s.apart, s.asked, s.score) for s in card.sections] == [
        (1, 1, 3, None),
        (1, 0, 3, None),
    ]


def test_views__are_scored_apart(simple):
    toolkit = simple("mean", AGREEMENT, ("internal", "external"), overall=True)
    answers = [
        *given({"one.1": "sa", "one.2": "a"}, "answer:internal"),
        *given({"one.1": "sd"}, "answer:external"),
    ]
    card = scorecard(toolkit, answers)
    inner, outer = card.section("one", "internal"), card.section("one", "external")
    assert (inner.score, inner.answered) == (3.5, 2)
    assert (outer.score, outer.answered) == (1, 1)
    assert [(each.view, each.score) for each in card.overall] == [
        ("internal", 3.5),
        ("external", 1),
    ]


@pytest.mark.parametrize(
    "answers",
    [
        given({"1A": "maybe"}),
        given({"9Z": "sa"}),
        given({"1A": "sa"}, "answer:internal"),
        given({"1A": "sa"}) + given({"1A": "d"}),
    ],
)
def test_scorecard__refuses_what_it_cannot_score(pat_like, answers):
    with pytest.raises(XlassessError, match="Item"):
        scorecard(pat_like, answers)


@property_of(data=st.data())
def test_scorecard__property_scores_stay_in_range(pat_like_session, data):
    toolkit = pat_like_session
    codes = data.draw(
        st.dictionaries(
            st.sampled_from(sorted(everything("sa"))),
            st.sampled_from(["sa", "a", "d", "sd", "dk"]),
            min_size=20,
        )
    )
    card = scorecard(toolkit, given(codes))
    again = scorecard(toolkit, data.draw(st.permutations(given(codes))))
    assert again == card
    for section, score in zip(toolkit.sections, card.sections, strict=True):
        assert score.answered + score.apart + score.missing == score.asked
        assert (score.score is None) == (score.answered < score.asked)
        if score.score is not None:
            assert in_range(score.score, score_range(toolkit, section))
            assert score.band.low <= score.score <= score.band.high
    assert (card.overall[0].score is None) == (card.overall[0].answered < 36)


@pytest.fixture(scope="module")
def pat_like_session():
    return make_pat_like()


def test_score_range__of_each_rule(pat_like, simple):
    assert score_range(pat_like, pat_like.sections[0]) == (6, 24)
    assert score_range(pat_like) == (36, 144)
    assert score_range(simple("mean", AGREEMENT)) == (1, 4)
    assert score_range(simple("share", YES_NO)) == (0, 1)
    assert score_range(simple("levels", LEVELS)) is None
