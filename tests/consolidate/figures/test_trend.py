"""What moved between rounds: known answers, the rule of a claim, and who may be followed."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.consolidate.rounds import (
    MADE_AT,
    a_round,
    answers,
    printed,
    respondents,
    with_returns,
)
from xlassess.consolidate import summarise, summary_bytes
from xlassess.consolidate.figures.trend import (
    Movement,
    Pair,
    RoundFigure,
    Trend,
    change_of,
    moved,
    moves_of,
)
from xlassess.consolidate.report import report_bytes
from xlassess.consolidate.wording.trend_words import picture_title, trend_in_words
from xlassess.model.answer import Answer
from xlassess.model.assessment import Respondent
from xlassess.model.record import Outcome, Round
from xlassess.model.toolkit import Section, Toolkit
from xlassess.toolkits.load import find_toolkit

ALL_ALIKE = (RoundFigure(9, 10.0), RoundFigure(9, 12.0))


def held(toolkit: Toolkit, scores: Mapping[str, int], name: str, **changes: object) -> Round:
    """A round in which each person, by id, gives the choice at this place on every item."""
    people = [one for one in respondents(9) if one.id in scores]
    record = a_round([toolkit], people, round=name, **changes)
    return with_returns(
        record, {n: all_at(toolkit, scores[one.id]) for n, one in enumerate(people)}
    )


def all_at(toolkit: Toolkit, place: int) -> tuple[Answer, ...]:
    """Every item answered with the choice at this place from the best."""
    values = {
        (item.id, field): toolkit.scales[item.answer].substantive[place].code
        for item in toolkit.items()
        if not item.is_free
        for field in item.answer_fields
    }
    return answers(toolkit, values)


def trend(then: Round, now: Round) -> Trend:
    """The trend of the one toolkit of two rounds."""
    (part,) = summarise(replace(now, earlier=(then,)), MADE_AT).parts
    assert part.trend is not None
    return part.trend


@pytest.fixture(scope="module")
def pat() -> Toolkit:
    return find_toolkit("pat")


def pairs(ways: Sequence[float]) -> Movement:
    """People who stood at 10 and moved by this much."""
    return moves_of(Pair("", 10.0, 10.0 + way, moved(10.0, 10.0 + way)) for way in ways)


@pytest.mark.parametrize(
    ("ways", "width", "change"),
    [
        ((2, 2, 2), 18, "up"),
        ((2, 2, 0), 12, "up"),
        ((-2, -2, -2), 18, "down"),
        ((2, 2), 18, ""),  # two are too few
        ((2, 0, 0), 6, ""),  # a third is no clear majority
        ((4, 4, -1, -1), 6, ""),  # half is none either
        ((1, 1, 1), 18, ""),  # less than a tenth of the scale
        ((1.8, 1.8, 1.8), 18, "up"),  # a tenth is enough
        ((0, 0, 0), 18, ""),
        ((), 18, ""),
    ],
)
def test_change__needs_people_a_majority_and_a_step(
    ways: Sequence[float], width: float, change: str
) -> None:
    figures = ALL_ALIKE if change != "down" else tuple(reversed(ALL_ALIKE))
    assert change_of(pairs(ways), figures, width) == change


def test_change__is_not_claimed_where_all_together_point_the_other_way() -> None:
    assert change_of(pairs((3, 3, 3)), (RoundFigure(9, 12.0), RoundFigure(9, 11.9)), 18) == ""
    assert change_of(pairs((3, 3, 3)), (RoundFigure(9, 12.0), RoundFigure(9, 12.0)), 18) == "up"


def test_change__is_not_claimed_of_what_is_withheld_or_not_comparable() -> None:
    assert change_of(replace(pairs((3, 3, 3)), withheld=True), ALL_ALIKE, 18) == ""
    assert change_of(None, ALL_ALIKE, 18) == ""
    gone = (RoundFigure(why="The question was another one."), RoundFigure(9, 12.0))
    assert change_of(pairs((3, 3, 3)), gone, 18) == ""


@given(st.lists(st.integers(-3, 3), max_size=12), st.integers(1, 18))
def test_change__property_turned_round_it_is_the_other_way(ways: list[int], width: int) -> None:
    """Nothing is easier to claim upwards than downwards."""
    other = {"up": "down", "down": "up", "": ""}
    there = change_of(pairs(ways), ALL_ALIKE, width)
    back = change_of(pairs([-way for way in ways]), tuple(reversed(ALL_ALIKE)), width)
    assert back == other[there]


def test_trend__known_answers(pat: Toolkit) -> None:
    """Of four, one left and one is new; the three who stayed all went from 2 to 3."""
    then = held(pat, {"r1": 0, "r2": 2, "r3": 2, "r4": 2}, "2025")
    now = held(pat, {"r2": 1, "r3": 1, "r4": 1, "r5": 3}, "2026")
    found = trend(then, now)
    (total,) = found.of("overall")
    items = sum(1 for section in pat.sections for _ in section.items)
    assert [each.mean for each in total.figures] == [items * 2.5, items * 2.5]
    assert total.moves is not None
    assert (total.moves.then, total.moves.now) == (items * 2.0, items * 3.0)
    assert (total.moves.n, total.moves.up, total.moves.down, total.moves.same) == (3, 3, 0, 0)
    assert total.change == "up"
    assert found.both.count == 3
    assert found.new.names == ("Housing Trust, Tom Abara",)
    assert found.left.names == ("Riverside Borough Council, Dana Okafor",)


def test_trend__means_of_all_alone_claim_nothing(pat: Toolkit) -> None:
    """All scores rise, because other people answer."""
    then = held(pat, {"r1": 3, "r2": 3, "r3": 3, "r4": 3}, "2025")
    now = held(pat, {"r5": 0, "r6": 0, "r7": 0, "r4": 3}, "2026")
    found = trend(then, now)
    assert found.claimed("overall", "section", "item") == ()
    (part,) = summarise(replace(now, earlier=(then,)), MADE_AT).parts
    assert part.narrative.trend[0] == (
        "No change is claimed: only 1 respondent answered both times, and it takes 3."
    )


def test_trend__the_words_name_what_moved(pat: Toolkit) -> None:
    then = held(pat, {"r1": 2, "r2": 2, "r3": 2}, "2025")
    now = held(pat, {"r1": 1, "r2": 1, "r3": 1}, "2026")
    (part,) = summarise(replace(now, earlier=(then,)), MADE_AT).parts
    assert part.narrative.trend_title == "What moved since 2025"
    assert part.narrative.trend[0] == (
        "Grand total moved up, from 72.0 to 108.0: 3 of 3 who answered both times."
    )


def test_picture__says_on_how_many_sections_a_change_is_claimed(pat: Toolkit) -> None:
    then = held(pat, {"r1": 2, "r2": 2, "r3": 2}, "2025")
    up = held(pat, {"r1": 1, "r2": 1, "r3": 1}, "2026")
    sections = len(trend(then, up).of("section"))
    assert picture_title(trend(then, up), sections) == (
        f"Since 2025: {sections} of {sections} sections moved clearly up."
    )
    same = held(pat, {"r1": 2, "r2": 2, "r3": 2}, "2026")
    assert picture_title(trend(then, same), sections) == "Sections over the rounds"


def test_picture__claims_nothing_where_a_section_cannot_be_followed(pat: Toolkit) -> None:
    """One that is not shown might have moved the other way."""
    then = held(pat, {"r1": 2, "r2": 2, "r3": 2}, "2025")
    found = trend(then, held(pat, {"r1": 1, "r2": 1, "r3": 1}, "2026"))
    first = found.of("section")[0]
    lost = replace(first, moves=None, change="")
    lines = tuple(lost if one is first else one for one in found.lines)
    assert picture_title(replace(found, lines=lines), len(lines)) == "Sections over the rounds"


def test_picture__of_some_sections_says_how_many_it_shows(pat: Toolkit) -> None:
    then = held(pat, {"r1": 2, "r2": 2, "r3": 2}, "2025")
    up, same = (held(pat, {"r1": n, "r2": n, "r3": n}, "2026") for n in (1, 2))
    sections = len(trend(then, up).of("section"))
    assert picture_title(trend(then, up), 2).endswith(f"The picture shows 2 of the {sections}.")
    assert picture_title(trend(then, same), 2) == f"2 of {sections} sections over the rounds"


def test_silent__an_answer_to_another_version_is_an_answer(pat: Toolkit) -> None:
    people = respondents(9)
    then, now = a_round([pat], people[:6], round="2025"), a_round([pat], people[:6], round="2026")
    older = replace(pat, version="0.9", sections=(renamed(pat), *pat.sections[1:]))
    other = a_round([older], people[:1], round="2026")
    mixed = replace(
        without(now, 0),
        toolkits={**now.toolkits, **other.toolkits},
        issued=(*other.issued, *now.issued[1:]),
    )
    mixed = replace(mixed, current={**mixed.current, **other.current})
    parts = summarise(replace(mixed, earlier=(then,)), MADE_AT).parts
    part = max(parts, key=lambda each: each.returned)
    assert part.trend is not None
    assert (part.trend.both.count, part.trend.silent.count) == (5, 0)


def renamed(toolkit: Toolkit) -> Section:
    """The first section, its first question asked otherwise."""
    first = toolkit.sections[0]
    item, *others = first.items
    return replace(first, items=(replace(item, ask=f"{item.ask} Really?"), *others))


def test_trend__none_in_a_first_round_and_none_of_checklists(pat: Toolkit) -> None:
    now = held(pat, {"r1": 2, "r2": 2}, "2026")
    assert summarise(now, MADE_AT).parts[0].trend is None
    checklist = find_toolkit("melton-checklist")
    then, now = (a_round([checklist], 3, round=name) for name in ("2025", "2026"))
    assert summarise(replace(now, earlier=(then,)), MADE_AT).parts[0].trend is None


def test_trend__another_toolkit_last_time_is_no_trend(pat: Toolkit) -> None:
    then = a_round([find_toolkit("rochford-hallmarks")], 3, round="2025")
    now = held(pat, {"r1": 2, "r2": 2}, "2026")
    assert summarise(replace(now, earlier=(then,)), MADE_AT).parts[0].trend is None


def test_trend__levels_of_practice_have_no_total() -> None:
    kit = find_toolkit("bv-partnership")
    then, now = (a_round([kit], 5, round=name) for name in ("2025", "2026"))
    assert trend(then, now).of("overall") == ()


def changed(toolkit: Toolkit, item_id: str, **changes: object) -> Toolkit:
    sections = tuple(
        replace(each, items=tuple(replace(i, **changes) if i.id == item_id else i
                                  for i in each.items))
        for each in toolkit.sections
    )  # fmt: skip
    return replace(toolkit, version="2.0", sections=sections)


def test_trend__a_changed_question_takes_its_section_and_the_total_with_it(pat: Toolkit) -> None:
    people = {"r1": 2, "r2": 2, "r3": 2}
    then = held(pat, people, "2025")
    now = held(changed(pat, "2A", ask="Something else?"), people, "2026")
    found = trend(then, now)
    why = {(line.kind, line.number): line.figures[0].why for line in found.lines}
    assert why["item", "2A"] == f"In version {pat.version} this question was another one."
    assert why["section", "2"] == f"2A: In version {pat.version} this question was another one."
    assert why["overall", ""] == why["section", "2"]
    assert why["section", "1"] == ""
    followed = {line.number for line in found.lines if line.moves is not None}
    assert "2" not in followed
    assert "1" in followed


def test_words__say_which_sections_are_not_compared(pat: Toolkit) -> None:
    people = {"r1": 2, "r2": 2, "r3": 2}
    then = held(pat, people, "2025")
    told = trend_in_words(trend(then, held(changed(pat, "2A", ask="Other?"), people, "2026")))
    apart = (
        "Not comparable with 2025: Clarity of purpose. The questions there are not all the same."
    )
    assert apart in told
    same = trend_in_words(trend(then, held(pat, people, "2026")))
    assert not any(text.startswith("Not comparable") for text in same)
    whole = replace(pat, version="2.0", sections=tuple(
        replace(each, items=tuple(replace(i, ask=f"{i.ask} Really?") for i in each.items))
        for each in pat.sections
    ))  # fmt: skip
    (told,) = [
        text
        for text in trend_in_words(trend(then, held(whole, people, "2026")))
        if text.startswith("Not comparable")
    ]
    assert told.count("; ") + 1 == len(pat.sections)


def test_words__that_no_section_moved_is_said_of_sections_that_could_be_compared(
    pat: Toolkit,
) -> None:
    then = held(pat, {"r1": 2, "r2": 2, "r3": 2}, "2025")
    up = {"r1": 1, "r2": 1, "r3": 1}
    part, whole = pat, pat
    for number, section in enumerate(pat.sections):
        whole = changed(whole, section.items[0].id, ask="Other?")
        part = changed(part, section.items[0].id, ask="Other?") if number else part
    none = trend(then, held(whole, up, "2026"))
    assert trend_in_words(none)[0] == "Of single questions:"
    some = trend(then, held(part, up, "2026"))
    lines = tuple(replace(one, change="") if one.kind == "section" else one for one in some.lines)
    told = trend_in_words(replace(some, lines=lines))
    assert told[0] == "No section moved clearly. Of single questions:"
    hidden = [
        replace(one, moves=replace(one.moves, withheld=True))
        if one.kind == "section" and one.moves and place % 2
        else one
        for place, one in enumerate(lines)
    ]
    told = trend_in_words(replace(some, lines=tuple(hidden)))
    shown = [one for one in hidden if one.kind == "section" and one.moves]
    compared = any(not one.moves.withheld for one in shown if one.moves)
    assert told[0].startswith(
        "No section that may be shown moved clearly." if compared else "Of single questions:"
    )


def test_words__of_a_report_name_single_questions_in_place_of_a_sheet(pat: Toolkit) -> None:
    then = held(pat, {"r1": 2, "r2": 2, "r3": 2}, "2025")
    found = trend(then, held(pat, {"r1": 1, "r2": 1, "r3": 1}, "2026"))
    assert any("see the Trend sheet" in text for text in trend_in_words(found))
    told = trend_in_words(found, sheets=False)
    assert not any("sheet" in text for text in told)
    (named,) = [text for text in told if text.startswith("Single questions that moved up: ")]
    assert named.count("; ") + 1 == len(found.claimed("item"))
    assert "moved down" not in named


def test_trend__a_question_that_follows_another_is_compared(pat: Toolkit) -> None:
    people = {"r1": 2, "r2": 2, "r3": 2}
    then = held(pat, people, "2025")
    kit = changed(pat, "2A", ask="Something else?", follows=f"{pat.version}/2A")
    found = trend(then, held(kit, dict.fromkeys(people, 1), "2026"))
    assert all(figure.why == "" for line in found.lines for figure in line.figures)
    assert found.of("overall")[0].change == "up"


def test_trend__three_rounds_go_back_over_two_versions(pat: Toolkit) -> None:
    people = {"r1": 2, "r2": 2, "r3": 2}
    second = changed(pat, "2A", id="2X", ask="Else?", follows=f"{pat.version}/2A")
    third = replace(changed(second, "2X", id="2Y", ask="More?", follows="2.0/2X"), version="3.0")
    first, then = held(pat, people, "2024"), held(second, people, "2025")
    now = replace(held(third, people, "2026"), earlier=(then, first))
    found = summarise(now, MADE_AT).parts[0].trend
    assert found is not None
    assert found.rounds == ("2024", "2025", "2026")
    assert [len(line.figures) for line in found.lines] == [3] * len(found.lines)
    line = next(line for line in found.lines if line.number == "2Y")
    assert [each.mean for each in line.figures] == [2.0, 2.0, 2.0]


def test_bodies__stand_beside_themselves_only() -> None:
    kit = find_toolkit("bv-organisation")
    then = held(kit, {"r1": 2, "r2": 0}, "2025")
    now = held(kit, {"r1": 0, "r2": 2}, "2026")
    found = trend(then, now)
    assert found.lines == ()
    first, second = sorted(found.bodies, key=lambda each: not each.up)
    assert first.name == "Riverside Borough Council"
    assert (len(first.up), first.down) == (first.compared, ())
    assert (second.up, len(second.down)) == ((), second.compared)


def attributed(then: str, now: str) -> Trend:
    kit = find_toolkit("pat")
    people: list[Respondent] = respondents(9)
    first = a_round([kit], people, round="2025", attribution=then)
    if then == "aggregated":
        first = printed(first)
    return trend(first, a_round([kit], people, round="2026", attribution=now))


@pytest.mark.parametrize(
    ("then", "now", "unit"),
    [
        ("named", "named", "respondent"),
        ("named", "partner", "organisation"),
        ("partner", "named", "organisation"),
        ("lettered", "lettered", ""),
        ("named", "lettered", ""),
        ("lettered", "named", ""),
        ("aggregated", "aggregated", "respondent"),
        ("named", "aggregated", ""),
        ("aggregated", "named", ""),
        ("lettered", "aggregated", ""),
    ],
)
def test_followed__the_stricter_promise_decides(then: str, now: str, unit: str) -> None:
    found = attributed(then, now)
    assert found.unit == unit
    assert bool(found.why_not) == (not unit)
    if not unit:
        assert all(line.moves is None and not line.change for line in found.lines)
        assert (found.new.names, found.left.names, found.both.count) == ((), (), 0)


@pytest.mark.parametrize(("then", "now"), [("aggregated", "aggregated"), ("named", "partner")])
def test_followed__names_and_pairs_are_as_little_shown_as_promised(then: str, now: str) -> None:
    found = attributed(then, now)
    shown = {pair.who for line in found.lines if line.moves for pair in line.moves.pairs}
    if now == "aggregated":
        assert shown == set()
    else:
        assert "Riverside Borough Council" in shown
        assert not any("Dana" in who for who in shown)


def test_aggregated__an_earlier_round_that_was_never_printed_is_not_shown() -> None:
    kit = find_toolkit("pat")
    then = a_round([kit], 8, round="2025", attribution="aggregated")
    now = a_round([kit], 8, round="2026", attribution="aggregated")
    (part,) = summarise(replace(now, earlier=(then,)), MADE_AT).parts
    assert part.trend is not None
    assert (part.trend.lines, part.trend.bodies, part.trend.unit) == ((), (), "")
    assert part.narrative.trend == (
        "Not compared with 2025: no summary was written then, and single answers may not be shown.",
    )
    summary = summarise(replace(now, earlier=(then,)), MADE_AT)
    book = openpyxl.load_workbook(io.BytesIO(summary_bytes(summary)))
    assert not any(name.startswith("Trend") for name in book.sheetnames)
    said = [cell.value for row in book["Summary"].iter_rows() for cell in row if cell.value]
    assert "What moved since 2025" in said
    told = docx.Document(io.BytesIO(report_bytes(summary)))
    assert part.narrative.trend[0] in [paragraph.text for paragraph in told.paragraphs]


@pytest.mark.parametrize("attribution", ["lettered", "aggregated"])
def test_bodies__unnamed_are_not_said_to_be_asked_other_questions(attribution: str) -> None:
    kit = find_toolkit("bv-organisation")
    then = a_round([kit], 8, round="2025", attribution=attribution)
    then = printed(then) if attribution == "aggregated" else then
    now = a_round([kit], 8, round="2026", attribution=attribution)
    (part,) = summarise(replace(now, earlier=(then,)), MADE_AT).parts
    assert part.narrative.trend[0] == (
        "Nothing is compared with 2025: there is no figure over all respondents that could rise "
        "or fall."
    )


def without(record: Round, place: int) -> Round:
    """The round in which the workbook at this place has not come back."""
    gone = record.issued[place].reference
    return replace(record, current={k: v for k, v in record.current.items() if k != gone})


def test_silent__are_those_of_whom_an_answer_may_still_come(pat: Toolkit) -> None:
    then = a_round([pat], 6, round="2025")
    now = without(a_round([pat], 6, round="2026"), 0)
    who = "Riverside Borough Council, Dana Okafor"
    assert trend(then, now).silent.names == (who,)
    gone = now.issued[0].reference
    outcomes = {gone: Outcome("declined", "Kim", MADE_AT, "No time.")}
    declined = replace(now, register=replace(now.register, outcomes=outcomes))
    found = trend(then, declined)
    assert (found.silent.count, found.left.count, found.both.count) == (0, 0, 5)
    (part,) = summarise(replace(declined, earlier=(then,)), MADE_AT).parts
    assert not any("no answer yet" in text for text in part.narrative.trend)


def test_aggregated__too_few_new_ones_are_not_counted_out() -> None:
    kit, people = find_toolkit("pat"), respondents(9)
    first = printed(a_round([kit], people[:8], round="2025", attribution="aggregated"))
    found = trend(first, a_round([kit], people, round="2026", attribution="aggregated"))
    assert found.new.withheld
    assert found.both.withheld
    assert all(line.moves is None or line.moves.withheld for line in found.of("section"))
