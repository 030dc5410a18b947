"""What holds of every built-in toolkit: names, numbers, references and limits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

import pytest

from xlassess.contract.layout import RESERVED_SHEETS
from xlassess.model.toolkit import FREE_ANSWERS, Band, Item, Toolkit
from xlassess.score.bands import score_range
from xlassess.toolkits.load import find_toolkit


def _words(text: str) -> int:
    return len(text.split())


def _texts(toolkit: Toolkit) -> Iterator[tuple[str, str]]:
    """Every text of a toolkit that a person reads, with where it stands."""
    for name in ("title", "short", "publisher", "source", "rights", "about", "how"):
        yield name, getattr(toolkit, name)
    for scale_id, scale in toolkit.scales.items():
        yield f"{scale_id} title", scale.title
        for choice in scale.choices:
            yield f"{scale_id} {choice.code}", choice.label
    for section in toolkit.all_sections:
        yield section.tab, section.title
        yield section.tab, section.about
    for item in toolkit.items():
        for text in (item.ask, item.short, item.why, *item.prompts, *item.levels.values()):
            yield item.id, text


def test_items__ids_unique_however_they_are_typed(builtin_toolkit: Toolkit) -> None:
    ids = Counter(item.id.casefold().strip() for item in builtin_toolkit.items())
    assert [item_id for item_id, count in ids.items() if count > 1] == []


def test_items__published_numbers_begin_with_their_section(builtin_toolkit: Toolkit) -> None:
    strays = [
        item.id
        for section in builtin_toolkit.sections
        for item in section.items
        if not item.id.startswith(section.id)
    ]
    assert strays == []


def test_items__short_name_of_one_to_seven_words(builtin_toolkit: Toolkit) -> None:
    wrong = {i.id: i.short for i in builtin_toolkit.items() if not 1 <= _words(i.short) <= 7}
    assert wrong == {}


def test_items__short_names_tell_items_apart(builtin_toolkit: Toolkit) -> None:
    names = Counter(item.short.casefold() for item in builtin_toolkit.items())
    assert [name for name, count in names.items() if count > 1] == []


def test_items__answered_on_a_scale_of_the_toolkit_or_freely(builtin_toolkit: Toolkit) -> None:
    known = {*builtin_toolkit.scales, *FREE_ANSWERS}
    assert [item.id for item in builtin_toolkit.items() if item.answer not in known] == []


def test_scales__all_of_them_used(builtin_toolkit: Toolkit) -> None:
    assert set(builtin_toolkit.scales) == {
        i.answer for i in builtin_toolkit.items() if not i.is_free
    }


def test_items__codes_they_name_are_choices_of_their_scale(builtin_toolkit: Toolkit) -> None:
    wrong = [
        (item.id, code)
        for item in builtin_toolkit.items()
        for code in _named_codes(item)
        if code not in {choice.code for choice in builtin_toolkit.scales[item.answer].choices}
    ]
    assert wrong == []


def _named_codes(item: Item) -> tuple[str, ...]:
    return (*item.levels, *(item.follow_up.when if item.follow_up else ()))


def test_items__those_with_a_follow_up_take_a_comment(builtin_toolkit: Toolkit) -> None:
    wrong = [
        item.id
        for section in builtin_toolkit.all_sections
        for item in section.items
        if item.follow_up and (not item.comment or section.form == "text")
    ]
    assert wrong == []


def test_items__no_comment_promised_where_the_form_has_no_room(builtin_toolkit: Toolkit) -> None:
    sections = [s for s in builtin_toolkit.all_sections if s.form == "text"]
    bare = [s for s in sections if not any(item.evidence for item in s.items)]
    assert [item.id for section in bare for item in section.items if item.comment] == []


def test_items__views_and_weighed_sections_exist(builtin_toolkit: Toolkit) -> None:
    views = {view.id for view in builtin_toolkit.views}
    scored = {section.id for section in builtin_toolkit.scored_sections}
    assert {view for item in builtin_toolkit.items() for view in item.views} <= views
    assert {item.weighs for item in builtin_toolkit.items() if item.weighs} <= scored


def test_sections__tabs_are_sheet_names(builtin_toolkit: Toolkit) -> None:
    tabs = [section.tab for section in builtin_toolkit.all_sections]
    wrong = [
        tab
        for tab in tabs
        if not 1 <= len(tab) <= 31 or re.search(r"[\[\]:*?/\\]|^'|'$|^\s|\s$", tab)
    ]
    taken = Counter(tab.casefold() for tab in (*tabs, *RESERVED_SHEETS))
    assert wrong == []
    assert [tab for tab, count in taken.items() if count > 1] == []


def test_scales__labels_short_and_distinct(builtin_toolkit: Toolkit) -> None:
    for scale_id, scale in builtin_toolkit.scales.items():
        labels = [choice.label for choice in scale.choices]
        assert [label for label in labels if not 1 <= len(label) <= 60] == [], scale_id
        assert len({label.casefold() for label in labels}) == len(labels), scale_id
        assert len({choice.code for choice in scale.choices}) == len(labels), scale_id


def test_scales__scores_fall_from_the_first_choice(builtin_toolkit: Toolkit) -> None:
    for scale_id, scale in builtin_toolkit.scales.items():
        scores = [c.score for c in scale.choices if c.score is not None]
        assert scores == sorted(set(scores), reverse=True), scale_id
        assert all(c.score is None for c in scale.choices if c.apart), scale_id


def test_scoring__flagged_codes_and_success_statement_exist(builtin_toolkit: Toolkit) -> None:
    codes = {choice.code for scale in builtin_toolkit.scales.values() for choice in scale.choices}
    assert set(builtin_toolkit.scoring.flagged) <= codes
    assert bool(builtin_toolkit.scoring.flagged) == bool(builtin_toolkit.scoring.flagged_as)
    if builtin_toolkit.scoring.success:
        assert (
            builtin_toolkit.item(builtin_toolkit.scoring.success).answer in builtin_toolkit.scales
        )


def test_scoring__overall_score_or_the_reason_for_none(builtin_toolkit: Toolkit) -> None:
    scoring = builtin_toolkit.scoring
    assert scoring.overall != bool(scoring.no_overall_because)


def test_bands__best_first_and_cover_exactly_what_can_be_scored(builtin_toolkit: Toolkit) -> None:
    for section in builtin_toolkit.scored_sections:
        _assert_covers(section.bands, score_range(builtin_toolkit, section))
    _assert_covers(builtin_toolkit.scoring.bands, score_range(builtin_toolkit))


def _assert_covers(bands: tuple[Band, ...], span: tuple[float, float] | None) -> None:
    if not bands:
        return
    assert (bands[-1].low, bands[0].high) == span
    assert all(band.low <= band.high for band in bands)
    assert all(better.low == worse.high + 1 for better, worse in pairwise(bands))
    assert all(band.name and band.reading for band in bands)


def test_texts__fit_where_they_are_shown(builtin_toolkit: Toolkit) -> None:
    assert [s.tab for s in builtin_toolkit.all_sections if len(s.about) > 450] == []
    assert [item.id for item in builtin_toolkit.items() if not 1 <= len(item.ask) <= 250] == []
    assert [item.id for item in builtin_toolkit.items() if len(item.why) > 350] == []


def test_texts__no_stray_spaces_or_line_breaks(builtin_toolkit: Toolkit) -> None:
    wrong = [(where, text) for where, text in _texts(builtin_toolkit) if re.search(r"\s\s", text)]
    wrong += [(where, text) for where, text in _texts(builtin_toolkit) if text != text.strip()]
    assert wrong == []


def test_action_plan__choices_distinct(builtin_toolkit: Toolkit) -> None:
    plan = builtin_toolkit.action_plan
    for choices in (plan.horizons, plan.statuses) if plan else ():
        assert len({choice.code for choice in choices}) == len(choices) > 1
        assert len({choice.label.casefold() for choice in choices}) == len(choices)


@pytest.mark.parametrize(
    ("name", "years"), [("melton-evaluation", 3), ("rochford-hallmarks", 1), ("pat", None)]
)
def test_review__is_asked_for_as_often_as_the_publication_says(
    name: str, years: int | None
) -> None:
    toolkit = find_toolkit(name)
    assert toolkit.review_years == years
    due = toolkit.next_review(date(2028, 2, 29))
    assert due == (date(2028 + years, 2, 28) if years else None)
