"""Items come in the order worth talking about: split, low and significant, levels apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.consolidate.rounds import MADE_AT, Wish, a_round, respondents
from xlassess.consolidate import own_answers, summarise, talking_points
from xlassess.consolidate.figures import points
from xlassess.consolidate.figures.worth_talking import agenda_of
from xlassess.toolkits.load import find_toolkit


def test_agenda__every_item_stands_once_and_where_it_belongs() -> None:
    toolkit = find_toolkit("pat")
    (part,) = summarise(a_round([toolkit], 9, Wish()), MADE_AT).parts
    found = agenda_of(toolkit, part.items, {}, part.returned)
    groups = (found.split, found.low, found.levels, found.rest)
    every = [one.key for group in groups for one in group]
    assert sorted(every) == sorted(one.key for one in part.items)
    assert all(points.differs(toolkit, one) for one in found.split)
    assert all(points.is_weak(toolkit, one, part.returned) for one in found.low)
    assert not any(points.differs(toolkit, one) for one in (*found.low, *found.levels))
    assert all(one.levels_differ for one in found.levels)
    agreements = [one.agreement.consensus or 0.0 for one in found.split if points.divided(one)]
    assert agreements == sorted(agreements)
    merits = [points.merit(toolkit, one) for one in found.low]
    assert merits == sorted(merits)


def test_agenda__low_items_of_significant_sections_come_first() -> None:
    toolkit = find_toolkit("pat")
    (part,) = summarise(a_round([toolkit], 9, Wish()), MADE_AT).parts
    sections = [section.id for section in toolkit.sections]
    weights = {name: 5.0 if name == sections[-1] else 1.0 for name in sections}
    low = agenda_of(toolkit, part.items, weights, part.returned).low
    significant = [one.section.id == sections[-1] for one in low]
    assert significant == sorted(significant, reverse=True)
    assert any(significant)
    assert not all(significant)


def test_talking_points__organisations_that_judge_themselves_have_nothing_to_agree_on() -> None:
    toolkit = find_toolkit("bv-organisation")
    people = respondents(3)
    (several,) = summarise(a_round([toolkit], people), MADE_AT).parts
    assert talking_points(several) == ()
    same = [replace(p, partner="Housing Trust", partner_id="p1") for p in people]
    (one,) = summarise(a_round([toolkit], same), MADE_AT).parts
    assert one.partners_heard == 1
    assert talking_points(one)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("pat", "Points that you gave in each section, and the mean of all who answered every"),
        ("melton-evaluation", "The mean of your ratings in each section, and that of all."),
        ("rochford-hallmarks", "Of your answers in each section, the share that is “Yes”, and"),
        ("bv-partnership", "the share that is “Advanced practice” or “Better practice”, and that"),
        ("working-better-together", ""),
    ],
)
def test_own_answers__say_what_the_figures_of_sections_are(name: str, told: str) -> None:
    record = a_round([find_toolkit(name)], 4)
    own = next(iter(own_answers(record, summarise(record, MADE_AT))))
    assert told in own.figures
    assert bool(own.figures) == bool(own.sections)
