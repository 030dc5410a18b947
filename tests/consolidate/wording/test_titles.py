"""The message of each picture: when it is said, with which figures, and when it must not be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.consolidate.rounds import answers, respondents
from tests.consolidate.test_summarise import CODES, everything
from tests.consolidate.wording.test_findings import all_at, part_of
from xlassess.consolidate.figures.values import PictureTitles
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit


def titles(toolkit, given, **changes) -> PictureTitles:
    return part_of(toolkit, given, **changes).narrative.titles


def lower(pat: Toolkit, *sections: int, level: int = 2, other: int = 3):
    """Answers that are alike but lower in some sections."""
    values = {
        (f"{number}{letter}", "answer"): CODES[level if number in sections else other]
        for number in range(1, 7)
        for letter in "ABCDEF"
    }
    return answers(pat, values)


def test_means__name_the_lowest_with_its_figure_and_from_how_many(pat):
    found = titles(pat, [lower(pat, 5)] * 4)
    assert (
        found.means == "“Partnership arrangements” stands lowest: mean 12.0 of 24, from 4 returns."
    )


def test_means__two_that_tie_are_both_named(pat):
    found = titles(pat, [lower(pat, 4, 5)] * 3)
    assert found.means.startswith("“Trust” and “Partnership arrangements” stand lowest: mean 12.0")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(lambda pat: [lower(pat)] * 4, id="all alike"),
        pytest.param(lambda pat: [lower(pat, 1, 2, 3)] * 4, id="three tie"),
        pytest.param(lambda pat: [lower(pat, 5)] * 2, id="two returns"),
        pytest.param(
            lambda pat: [everything(pat, 4)] * 5 + [lower(pat, 5, level=1, other=1)] * 5,
            id="divided",
        ),
    ],
)
def test_means__are_not_spoken_of(pat, given):
    assert titles(pat, given(pat)).means == ""


def test_titles__nothing_is_said_of_what_is_withheld(pat):
    found = titles(pat, [lower(pat, 5)] * 4, attribution="aggregated", minimum_group=5)
    assert found == PictureTitles()


def test_answers__name_the_section_with_the_largest_share_at_the_lower_end(pat):
    (said,) = titles(pat, [lower(pat, 5)] * 3 + [lower(pat)]).answers.values()
    assert said == (
        "“Partnership arrangements” has the largest share of “Strongly disagree” or “Disagree”: "
        "18 of 24 answers."
    )


def test_answers__say_nothing_where_two_sections_tie_or_nobody_disagrees(pat):
    assert set(titles(pat, [lower(pat, 4, 5)] * 3).answers.values()) == {""}
    assert set(titles(pat, [lower(pat)] * 3).answers.values()) == {""}


def test_items__name_one_concern_that_stands_alone(pat):
    low = all_at(pat, CODES[3], _4C=CODES[2])
    (said,) = titles(pat, [low] * 10 + [everything(pat, 3)] * 2).items.values()
    assert "(4C)” stands lowest: 10 of 12 answer “Disagree”." in said


def test_items__say_that_views_differ(pat):
    low, high = all_at(pat, CODES[3], _4C=CODES[1]), all_at(pat, CODES[3], _4C=CODES[4])
    (said,) = titles(pat, [low] * 4 + [high] * 4).items.values()
    assert said.endswith("4 of 8 answer “Strongly disagree”; views differ.")


def test_items__say_nothing_of_what_is_no_concern(pat):
    low = all_at(pat, CODES[4], _4C=CODES[3])
    (said,) = titles(pat, [low] * 4).items.values()
    assert said == ""


def test_levels_of_practice__below_basic_is_what_counts():
    bv = find_toolkit("bv-partnership")
    one = all_at(bv, "basic", _3_4="below", _7_2="below")
    other = all_at(bv, "basic", _3_4="below")
    found = titles(bv, [one] + [other] * 3)
    assert "of “Does not meet basic”: 4 of" in found.answers["practice"]
    assert "(3.4)” stands lowest: 4 of 4" in found.items["practice"]
    assert titles(bv, [all_at(bv, "basic")] * 4).items["practice"] == ""


def test_bodies__are_not_put_in_an_order():
    bv = find_toolkit("bv-organisation")
    found = titles(bv, [all_at(bv, "basic", _3_4="below")] * 4)
    assert (found.means, found.items["practice"]) == ("", "")


def test_checklists__are_never_added_up():
    checklist = find_toolkit("melton-checklist")
    assert titles(checklist, [all_at(checklist, "no")] * 4) == PictureTitles()


def test_unsure__a_share_of_few_answers_is_no_finding():
    wbt = find_toolkit("working-better-together")
    given = [all_at(wbt, "dont-know", _1_1a="not-well")] * 4
    assert titles(wbt, given) == PictureTitles()


def test_significance__names_what_matters_more_and_scores_less(pat):
    weights = [item.id for item in pat.items() if item.weighs]
    scale = pat.scales[next(i for i in pat.items() if i.weighs).answer].substantive
    values = {(item, "answer"): scale[-1].code for item in weights}
    values[weights[3], "answer"] = scale[0].code
    given = lower(pat, 4) + answers(pat, values)
    found = titles(pat, [given] * 3)
    assert found.significance == "“Trust” matters more than average and scores less."
    assert titles(pat, [lower(pat, 4)] * 3).significance == ""
    alike = answers(pat, {(item, "answer"): scale[1].code for item in weights})
    # Where all matter alike, none matters more.
    assert titles(pat, [lower(pat, 4) + alike] * 3).significance == ""


def test_means__of_divided_views_tell_how_far_apart(melton, pat):
    best, worst = all_at(melton, "rating-5"), all_at(melton, "rating-1")
    found = titles(melton, [best] * 3 + [worst] * 3).means
    assert found == "Returns lie furthest apart on 5 sections: from 1.0 to 5.0 of 5."
    assert titles(melton, [best] * 6).means == ""
    hidden = titles(melton, [best] * 3 + [worst] * 3, attribution="aggregated")
    assert hidden.means == ""
    assert titles(pat, [everything(pat, 4)] * 3 + [everything(pat, 1)] * 3).means == ""


def test_levels__say_who_stands_where(pat):
    people = ["board", "front"] * 3
    given = [everything(pat, 4) if one == "board" else lower(pat, 3, other=4) for one in people]
    folk = [replace(one, level=level) for one, level in zip(respondents(6), people, strict=True)]
    found = titles(pat, given, people=folk)
    assert found.levels == (
        "Levels differ most on “Commitment and ownership”: "
        "Board 24.0 (3 returns), Front line 12.0 (3 returns), of 24."
    )
    assert titles(pat, [everything(pat, 4)] * 6, people=folk).levels == ""
