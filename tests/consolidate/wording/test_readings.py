"""Readings that say more than the answers hold unless care is taken: of whom, of how many."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.consolidate.rounds import MADE_AT, a_round, respondents, with_doubts, with_returns
from tests.consolidate.test_summarise import CODES, everything
from tests.consolidate.wording.test_findings import all_at, head, part_of, said
from tests.ingest.packages import sheet_of
from xlassess.consolidate import summarise, summary_bytes
from xlassess.consolidate.wording.facts import words
from xlassess.consolidate.wording.own_answers import own_answers
from xlassess.model.catalogue import found
from xlassess.model.finding import Waiver
from xlassess.model.toolkit import Choice, Toolkit
from xlassess.toolkits.load import find_toolkit


def with_scale(toolkit: Toolkit, name: str, choices: tuple[Choice, ...], **scoring: object):
    """The toolkit with another scale of this name, and other rules of scoring."""
    scales = {**toolkit.scales, name: replace(toolkit.scales[name], choices=choices)}
    return replace(toolkit, scales=scales, scoring=replace(toolkit.scoring, **scoring))


def out_of(toolkit, given, issued, **changes):
    """The part of a round of so many workbooks, of which these have come back."""
    record = with_returns(a_round([toolkit], issued, **changes), dict(enumerate(given)))
    current = dict(list(record.current.items())[: len(given)])
    return summarise(replace(record, current=current, history=tuple(current.values())), MADE_AT
                     ).parts[0]  # fmt: skip


@pytest.mark.parametrize(("returned", "speaks"), [(3, False), (4, True)])
def test_few_of_many__nothing_is_said_of_the_whole(pat, returned, speaks):
    part = out_of(pat, [everything(pat, 4)] * returned, 8)
    assert (part.overall[0].band.reading in head(part)) is speaks
    assert (part.planning.suggested is not None) is speaks
    assert (f"Only {returned} of 8 workbooks" in head(part)) is not speaks
    assert ("fewer than half" in part.narrative.scenario) is not speaks


def test_few_of_many__a_band_is_the_view_of_those_who_answered(pat):
    part = out_of(pat, [everything(pat, 3)] * 3, 40)
    assert part.narrative.reading.startswith("As those who answered see it, the partnership works")
    assert part.narrative.more[0].startswith("Only 3 of 40 workbooks")
    assert "As those" not in head(part_of(pat, [everything(pat, 3)] * 3))


def test_divided__says_how_many_stand_in_which_band(pat):
    part = part_of(pat, [everything(pat, 4)] * 7 + [everything(pat, 2)])
    assert "(7 in “Working well”, 1 in “Concerns prevail”)" in part.narrative.reading
    hidden = part_of(
        pat, [everything(pat, 4)] * 5 + [everything(pat, 1)] * 5,
        attribution="aggregated", minimum_group=3,
    )  # fmt: skip
    assert " in “Working" not in hidden.narrative.reading


def aims(pat, code):
    return all_at(pat, "strongly-agree", _T1=code)


def test_aims__missed_by_most_leads_and_no_scenario_a(pat):
    part = part_of(pat, [aims(pat, "strongly-disagree")] * 4)
    assert "None of 4 says that the partnership achieves" in part.narrative.reading
    assert part.overall[0].band.reading not in said(part)
    assert part.planning.suggested.id == "B"
    content = part_of(pat, [aims(pat, "agree")] * 4)
    assert content.narrative.reading == content.overall[0].band.reading
    assert content.planning.suggested.id == "A"


def test_areas__judged_below_basic_as_a_whole_are_told():
    toolkit = find_toolkit("bv-partnership")
    areas = {f"_{n}-area": "area-below" for n in (2, 5)}
    given = all_at(toolkit, "better", **areas)
    part = part_of(toolkit, [given] * 4)
    assert part.narrative.reading.startswith("As a whole, 2 of 7 areas are judged below basic")
    assert part.narrative.reading.endswith(" respondent: Governance; Evidence.")
    assert "by at least one respondent" in part.narrative.reading
    others = all_at(toolkit, "better", **dict.fromkeys(areas, "area-basic"))
    few = part_of(toolkit, [given] * 2 + [others] * 6)
    assert "by a quarter or more of those who answered" in few.narrative.reading
    assert "met throughout" not in said(part)
    assert [p.what for p in part.narrative.concerns[:2]] == [
        "Governance as a whole", "Evidence as a whole",
    ]  # fmt: skip
    assert sum("as a whole: 4 of 4" in each for each in part.narrative.decisions) == 2
    fine = {f"_{n}-area": "area-basic" for n in range(1, 8)}
    part = part_of(toolkit, [all_at(toolkit, "better", **fine)] * 4)
    assert "area" not in head(part)
    assert "met throughout" in head(part)


def test_levels__of_a_toolkit_of_ones_own_are_told_in_its_own_words():
    bv = find_toolkit("bv-partnership")
    own = tuple(Choice(code, label) for code, label in (
        ("advanced", "Leading"), ("better", "Meeting"), ("basic", "Working towards"),
        ("below", "Absent"),
    ))  # fmt: skip
    for flags in (("below",), ()):
        toolkit = with_scale(bv, "practice", own, flagged=flags)
        low = all_at(toolkit, "better", _3_4="below")
        part = part_of(toolkit, [all_at(toolkit, "better")] * 3 + [low])
        assert part.narrative.reading.startswith(
            "On 1 of 45 questions, at least one respondent answers “Absent”."
        )
        assert "basic" not in said(part)
        assert "acceptable" not in said(part)
        assert "(3.4)" in part.narrative.concerns[0].what


def test_levels__of_one_respondent_are_not_told_as_shares():
    toolkit = find_toolkit("bv-partnership")
    part = part_of(toolkit, [all_at(toolkit, "better", _3_4="below")])
    assert "The one respondent judges 1 of 45 questions below basic" in head(part)
    assert "quarter" not in head(part)


def test_withheld__no_noughts_and_nothing_said_of_what_is_not_shown():
    toolkit = find_toolkit("bv-partnership")
    low = all_at(toolkit, "better", _3_4="below")
    record = a_round([toolkit], 4, attribution="aggregated", minimum_group=3)
    record = with_returns(record, dict(enumerate([all_at(toolkit, "better")] * 3 + [low])))
    summary = summarise(record, MADE_AT)
    assert sum(item.withheld for item in summary.parts[0].items if item.scored) == 44
    page = sheet_of(summary_bytes(summary), "Summary", values=True)
    row = next(r for r in page.iter_rows(values_only=True) if "1  Leadership" in r)
    assert [cell for cell in row[row.index("1  Leadership") + 1 :] if cell == 0] == []
    assert row.count("withheld") >= 4
    told = said(summary.parts[0])
    assert "1 of 1 question that may be shown" in told
    assert "Of what may be shown, nothing stands out as a strength." in told
    assert "with enough answers" not in told


def test_bodies__what_one_of_two_people_says_is_not_the_bodys_word():
    toolkit = find_toolkit("bv-organisation")
    names = [("Amber Trust", "Ann", "board"), ("Amber Trust", "Bo", "front")]
    people = [replace(p, partner_id="p1") for p in respondents(2, names)]
    given = [all_at(toolkit, "better", _3_4="below"), all_at(toolkit, "better")]
    part = part_of(toolkit, given, people)
    assert "how two respondents judge their own organisation" in part.narrative.reading
    assert "1 of 45 questions, by at least one of its 2 returns" in head(part)
    assert "partnership's" not in f"{head(part)} {part.narrative.caution}"
    alone = part_of(toolkit, given[:1], people[:1])
    assert "at least one" not in said(alone)


def test_bodies__scored_otherwise_are_not_judged_by_levels(pat):
    toolkit = replace(pat, subject="organisation")
    part = part_of(toolkit, [everything(toolkit, 4)] * 3)
    assert "basic" not in said(part)
    assert part.overall[0].band.reading not in said(part)
    assert "3 organisations have each judged themselves." in part.narrative.more


def test_few_noes__are_named_and_their_reasons_asked_for():
    toolkit = find_toolkit("working-better-together")
    good = tuple(a for code in ("fairly-well", "yes", "not-due") for a in all_at(toolkit, code))
    low = tuple(replace(a, value="no") if a.item == "2.4a" else a for a in good)
    part = part_of(toolkit, [good] * 9 + [low])
    assert [p.why.endswith("(2.4a).") for p in part.narrative.concerns] == [True]
    assert any("reasons" in each and "(2.4a)" in each for each in part.narrative.decisions)
    assert "reasons" not in said(part_of(toolkit, [good] * 10))
    hidden = part_of(toolkit, [good] * 9 + [low], attribution="aggregated", minimum_group=3)
    assert "one respondent" not in said(hidden)


def test_one_no__is_named_as_an_area_for_development():
    toolkit = find_toolkit("rochford-hallmarks")
    given = [all_at(toolkit, "yes")] * 5 + [all_at(toolkit, "yes", _4_6="no")]
    part = part_of(toolkit, given)
    assert part.narrative.concerns[-1].why.startswith("Area for development, by one respondent")
    assert "(4.6)" in part.narrative.concerns[-1].why
    assert "one respondent" not in said(part_of(toolkit, given[:5]))


def test_views__are_judgements_and_it_is_told_which_view_gives_concern():
    toolkit = find_toolkit("working-better-together")
    own = all_at(toolkit, "very-well")
    given = tuple(
        replace(a, value="not-at-all") if a.field.endswith("external") else a for a in own
    )
    part = part_of(toolkit, [given] * 4)
    assert "39 of the 78 judgements" in part.narrative.reading
    assert "all against other LSPs" in part.narrative.reading
    assert "questions" not in part.narrative.reading.partition(".")[0]


def test_share__questions_nobody_answered_stay_in_the_denominator():
    toolkit = find_toolkit("rochford-hallmarks")
    given = tuple(a for a in all_at(toolkit, "yes") if not a.item.startswith("2."))
    part = part_of(toolkit, [given] * 4)
    assert part.narrative.reading.startswith("64 of the 67 questions look for a “Yes”")
    assert "Nobody answered 15 of the 64." in part.narrative.reading
    assert "Nobody" not in head(part_of(toolkit, [all_at(toolkit, "yes")] * 4))


def test_share__withheld_and_unanswered_are_told_apart():
    toolkit = find_toolkit("rochford-hallmarks")
    yes, no = (
        tuple(a for a in all_at(toolkit, said) if not a.item.startswith("2."))
        for said in ("yes", "no")
    )
    fewer = [tuple(a for a in given if not a.item.startswith("3.")) for given in (yes, no)]
    hidden = {"attribution": "aggregated", "minimum_group": 3}
    told = head(part_of(toolkit, [yes, no, *fewer * 4], **hidden))
    asked = len({a.item for a in yes} - {a.item for a in fewer[0]})
    assert f"Answers to {asked} of the 64 are withheld. Nobody answered 15 of the 64." in told
    all_withheld = head(part_of(toolkit, [yes] * 4, **hidden))
    assert "The answers are withheld." in all_withheld
    assert "No scored answer" not in all_withheld


def test_strength__needs_half_in_the_upper_half_and_levels_at_one(melton, pat):
    middling = [all_at(melton, code) for code in ("rating-5", "rating-3", "rating-3")]
    assert part_of(melton, middling).narrative.strengths[0].what == ""
    content = [all_at(melton, code) for code in ("rating-5", "rating-4", "rating-3")]
    assert any(point.what for point in part_of(melton, content).narrative.strengths)
    names = [(f"P{n}", f"R{n}", level) for n, level in enumerate(["board", "front", "senior"] * 3)]
    scores = {"board": 4, "front": 2, "senior": 3}
    given = [
        tuple(
            replace(a, value=CODES[scores[level]]) if a.item[0] == "3" else a
            for a in everything(pat, 3)
        )
        for _, _, level in names
    ]
    told = part_of(pat, given, respondents(9, names)).narrative
    assert {point.item[0] for point in told.strengths if point.item} == {"1", "2", "4"}
    assert told.levels[0].what == "Commitment and ownership"


def test_means__below_nought_say_where_the_scale_begins(melton):
    own = tuple(
        replace(choice, score=choice.score - 3) for choice in melton.scales["rating"].choices
    )
    toolkit = with_scale(melton, "rating", own)
    part = part_of(toolkit, [all_at(toolkit, "rating-3")] * 3)
    assert part.narrative.reading.startswith("The mean is 0.0 of 2 on a scale from -2")
    assert "scale from" not in head(part_of(melton, [all_at(melton, "rating-3")] * 3))


def test_checklist__with_a_no_that_is_in_order_does_not_say_there_is_none():
    toolkit = find_toolkit("melton-checklist")
    part = part_of(toolkit, [all_at(toolkit, "yes", _P5="leaves-it", _P9="none-there")])
    assert "nothing to settle first" in part.narrative.reading
    assert "“no”" not in part.narrative.reading


@pytest.mark.parametrize(("accountable", "settled"), [("takes-it-on", True), ("leaves-it", False)])
def test_checklist__a_no_to_what_was_not_asked_is_nothing_to_settle(accountable, settled):
    """Appendix B asks for the capacity of an accountable body only."""
    toolkit = find_toolkit("melton-checklist")
    part = part_of(toolkit, [all_at(toolkit, "yes", _P5=accountable, _P5a="no", _P9="none-there")])
    (checklist,) = part.checklists
    assert ("P5a" in {line.item for line in checklist.settle}) is settled
    assert "P5a" in {line.item for line in checklist.lines}


def test_band__that_speaks_well_comes_after_what_is_a_concern(pat):
    low = [all_at(pat, "disagree", **{f"_{n}A": "agree" for n in range(1, 7)})] * 4
    part = part_of(pat, low)
    assert part.overall[0].band.name == "Well enough overall"
    assert part.narrative.reading == "30 of 36 items are concerns."
    band = "The toolkit says of such a mean: the partnership works well enough on the whole"
    assert part.narrative.more[1].startswith(band)
    one = part_of(pat, [all_at(pat, "agree", _1A="disagree")] * 4)
    assert one.narrative.reading == one.overall[0].band.reading


def some_of(toolkit: Toolkit, code: str, kept: int):
    """Answers to every so many-th item only."""
    places = {item.id: place for place, item in enumerate(toolkit.items())}
    return tuple(a for a in all_at(toolkit, code) if places[a.item] % 5 == kept)


@pytest.mark.parametrize("name", ["pat", "melton-evaluation", "bv-partnership"])
def test_unread__where_most_is_left_out_that_is_the_finding(name):
    toolkit = find_toolkit(name)
    code = next(c.code for c in toolkit.scales[toolkit.scoring.scale].substantive)
    part = part_of(toolkit, [some_of(toolkit, code, n % 5) for n in range(10)])
    assert part.narrative.reading.startswith("Too few respondents answered ")
    assert part.narrative.decisions[0].startswith("Find out why most questions have so few")
    assert "highest" not in head(part)
    assert part.narrative.titles.means == ""
    whole = part_of(toolkit, [all_at(toolkit, code)] * 10)
    assert "Too few" not in head(whole)


def test_unread__half_of_the_items_are_not_most_of_them(rochford):
    """And whoever left them blank did not say that they could not."""
    asked = all_at(rochford, "yes")
    half = len(asked) // 2
    few = part_of(rochford, [asked] * 2 + [asked[:half]] * 6)
    assert "Too few" not in few.narrative.reading
    more = part_of(rochford, [asked] * 2 + [asked[: half - 1]] * 6)
    assert more.narrative.reading.startswith("Too few respondents answered ")
    assert "could not say" not in more.narrative.decisions[0]


@pytest.mark.parametrize(
    ("few", "told"),
    [((), "Nobody answered 2 items:"),
     (("fairly-well",), "Too few respondents answered 2 items:"),
     (("dont-know",) * 8, "Too few respondents could judge 2 items:"),
     (("dont-know",) * 3, "Too few respondents answered or could judge 2 items:")],
)  # fmt: skip
def test_too_few__says_whether_questions_were_left_out_or_answered_dont_know(few, told):
    """Who leaves a question out does not say that they do not know."""
    toolkit = find_toolkit("working-better-together")
    every = tuple(a for code in ("fairly-well", "yes", "not-due") for a in all_at(toolkit, code))
    rest = tuple(a for a in every if a.item != "1.1")
    given = [tuple(replace(a, value=code) if a.item == "1.1" else a for a in every) for code in few]
    part = part_of(toolkit, [*given, *[rest] * (8 - len(few))])
    assert [text for text in part.narrative.unsure if text.startswith(told)]


def test_too_few__says_of_how_many_nobody_gave_an_answer(pat):
    some = tuple(a for a in everything(pat, 3) if a.item not in ("1A", "1B"))
    one = tuple(a for a in everything(pat, 3) if a.item != "1A")
    part = part_of(pat, [one] + [some] * 7)
    assert "Too few respondents answered 2 items (nobody answered 1 of them): " in said(part)


def under_query(toolkit, given, doubts):
    """The part of a round in which these items of these returns are under a query."""
    record = with_returns(a_round([toolkit], len(given)), dict(enumerate(given)))
    doubtful = {n: [(item, "answer") for item in some] for n, some in doubts.items()}
    return summarise(with_doubts(record, doubtful), MADE_AT).parts[0]


@pytest.mark.parametrize(
    ("doubts", "left", "told"),
    [((0, 1, 2), (), "Answers to 1 item are in doubt: "), ((0,), (), "Answers to 1 item are in "),
     ((0,), (1,), "Too few respondents answered 1 item: "),
     ((0,), (1, 2), "Too few respondents answered 1 item: "),
     ((), (0, 1, 2), "Nobody answered 1 item: ")],
)  # fmt: skip
def test_in_doubt__what_is_under_a_query_was_not_left_out(pat, doubts, left, told):
    [every] = (ret.answers for ret in a_round([pat], 1).current.values())
    given = [tuple(a for a in every if n not in left or a.item != "1B") for n in range(3)]
    part = under_query(pat, given, dict.fromkeys(doubts, ("1B",)))
    assert [text for text in part.narrative.unsure if "1B" in text and text.startswith(told)]
    assert len([text for text in part.narrative.unsure if "1B" in text]) == 1
    out, open_queries = (
        re.search(rf"(\d) returns? {verb}", part.narrative.caution) for verb in ("lea", "ha")
    )
    assert int(out[1] if out else 0) == len(left)
    assert int(open_queries[1] if open_queries else 0) == len(doubts)


@pytest.mark.parametrize(
    ("code", "waived", "told"),
    [("C01", False, "Answers to 1 item are in doubt"),
     ("C01", True, "Answers to 1 item are in doubt"),
     ("C02", False, "Nobody answered 1 item"), ("C02", True, "Nobody answered 1 item")],
)  # fmt: skip
def test_in_doubt__is_what_was_given_and_not_read_also_where_it_was_waived(pat, code, waived, told):
    given = tuple(a for a in everything(pat, 3) if a.item != "1B")
    record = with_returns(a_round([pat], 3), dict.fromkeys(range(3), given))
    waiver = Waiver("desk", MADE_AT, "As it is.") if waived else None
    remark = replace(found(code, item="1B", field="answer"), waiver=waiver)
    current = {name: replace(r, findings=(remark,)) for name, r in record.current.items()}
    record = replace(record, current=current, history=tuple(current.values()))
    part = summarise(record, MADE_AT).parts[0]
    assert [text.partition(":")[0] for text in part.narrative.unsure] == [told]


def test_in_doubt__a_line_of_a_checklist_is_not_said_to_be_unanswered():
    toolkit = find_toolkit("melton-checklist")
    [ret] = a_round([toolkit], 1).current.values()
    (one, other) = [item.id for item in toolkit.items() if item.required][:2]
    given = tuple(a for a in ret.answers if a.item != other)
    (checklist,) = under_query(toolkit, [given], {0: (one,)}).checklists
    lines = {line.item: words().say("checklist_missing", line) for line in checklist.missing}
    assert lines[one].endswith(f"({one}): what was answered is in doubt.")
    assert lines[other].endswith(f"({other}): not answered.")


def test_in_doubt__stays_apart_from_what_nobody_answered(pat):
    given = tuple(a for a in everything(pat, 3) if a.item != "1A")
    part = under_query(pat, [given] * 3, dict.fromkeys(range(3), ("1B",)))
    assert [text.partition(" item")[0] for text in part.narrative.unsure] == [
        "Answers to 1", "Nobody answered 1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "doubted", "told"),
    [(0, 0, "Too few respondents could judge any question, so"),
     (3, 0, "Too few respondents answered or could judge any question, so"),
     (0, 4, "Too few respondents could judge 99 questions, and answers to 4 more are in doubt, "
            "so")],
)  # fmt: skip
def test_unscored__why_nothing_is_concluded_is_told_of_each(left, doubted, told):
    """Who says that they do not know left nothing out, and whose answer is in doubt did neither."""
    toolkit = find_toolkit("working-better-together")
    every = [a for a in all_at(toolkit, "dont-know") if a.item[0] != "_"]
    sure = [replace(a, value="very-well") for a in every if a.value == "dont-know"][:doubted]
    names = {(a.item, a.field) for a in sure}
    given = tuple(a for a in every if (a.item, a.field) not in names)
    record = with_doubts(
        with_returns(
            a_round([toolkit], 6), {n: (*given[left if n else 0 :], *sure) for n in range(6)}
        ),
        dict.fromkeys(range(5), names),
    )
    part = summarise(record, MADE_AT).parts[0]
    assert f"{told} nothing is concluded." in said(part)
    assert "What stands out is how much respondents could not say: " in said(part)


@pytest.mark.parametrize(
    ("doubted", "out", "told", "asked"),
    [(19, 0, "Answers to 19 of 36 items are in doubt, so that nothing", False),
     (19, 1, "Nobody answered 1 of 36 items, and answers to 19 more are in doubt, so that", False),
     (4, 25, "Nobody answered 25 of 36 items, and answers to 4 more are in doubt, so that", True)],
)  # fmt: skip
def test_in_doubt__where_most_is_that_is_the_finding(pat, doubted, out, told, asked):
    every = everything(pat, 3)
    names = [a.item for a in every if a.item[0] != "_" and a.item != "proposal"]
    given = tuple(a for a in every if a.item not in names[doubted : doubted + out])
    part = under_query(pat, [given] * 3, dict.fromkeys(range(3), names[:doubted]))
    assert part.narrative.reading.startswith(told)
    assert any("so few answers" in each for each in part.narrative.decisions) is asked
    assert any("open queries in 3 returns" in each for each in part.narrative.decisions)


def test_in_doubt__a_question_of_yes_and_no_is_not_one_that_nobody_answered(rochford):
    every = all_at(rochford, "yes")
    first, other = every[0].item, every[1].item
    given = tuple(a for a in every if a.item != other)
    part = under_query(rochford, [given] * 3, dict.fromkeys(range(3), (first,)))
    n = len([item for item in part.items if item.scored])
    assert f" Answers to 1 of the {n} are in doubt. Nobody answered 1 of the {n}." in head(part)


def test_unread__views_are_not_called_divided_for_the_few_items_left(rochford):
    yes, no = (some_of(rochford, code, 0) for code in ("yes", "no"))
    part = part_of(rochford, [yes] * 3 + [no] * 3)
    assert "split: 3 “Yes”, 3 “No”" in said(part)
    assert "divided" not in head(part)
    assert "divided" in head(part_of(rochford, [all_at(rochford, a) for a in ("yes", "no")] * 3))


def test_mean__of_sections_is_not_set_beside_others_where_none_has_enough_answers(melton):
    """Three sections, and each is left out by most."""
    parts = [
        tuple(a for a in all_at(melton, "rating-4") if a.item.startswith(str(n))) for n in (1, 2, 3)
    ]
    part = part_of(melton, [each for each in parts for _ in range(3)])
    assert "with enough answers" not in head(part)
    assert "highest" not in head(part)


@pytest.mark.parametrize(
    ("left_out", "said"),
    [((False, False), "in every section, from"),
     ((True, False), "in every section that may be shown, from"),
     ((False, True), "in every section with enough answers, from"),
     ((True, True), "in every section that have enough answers and may be shown, from")],
)  # fmt: skip
def test_mean__says_why_sections_are_left_out(left_out, said):
    told = words().say("reading_mean_alike", "4.0", "5", 3, [8, 8], left_out)
    assert told == f"The mean is 4.0 of 5 {said} 8 returns."


def test_mean__of_a_section_that_few_answered_is_not_set_beside_the_others(melton):
    few = tuple(a for a in all_at(melton, "rating-4") if a.item[0] != "3")
    low = all_at(melton, "rating-4", **{f"_3_{n}": "rating-1" for n in range(1, 6)})
    part = part_of(melton, [low] * 2 + [few] * 7)
    assert part.narrative.reading == (
        "The mean is 4.0 of 5 in every section with enough answers, from 9 returns."
    )
    assert part.narrative.titles.answers["rating"] == ""
    enough = part_of(melton, [low] * 6 + [few] * 3).narrative
    assert "“Inclusivity” lowest with 1.0" in enough.reading
    assert "“Inclusivity”" in enough.titles.answers["rating"]


def test_levels__of_which_each_answers_little_of_a_section_are_not_compared(rochford):
    people = respondents(6, [(f"P{n}", f"R{n}", "board" if n % 2 else "front") for n in range(6)])
    first = ("1.1", "3.1", "4.1", "5.1", "6.1")
    yes, no = all_at(rochford, "yes"), all_at(rochford, "no")
    little = tuple(a for a in no if a.item in first)
    gaps = part_of(rochford, [yes, little] * 3, people).narrative.levels
    assert not {"Delivery", "Communities"} & {gap.what for gap in gaps}
    told = part_of(rochford, [yes, no] * 3, people).narrative.levels
    assert told[0].what == "Leadership"
    assert told[0].why.endswith(": share of “Yes”.")


def test_body__that_left_questions_out_is_not_called_clear_of_all():
    toolkit = find_toolkit("bv-organisation")
    whole, some = all_at(toolkit, "better"), some_of(toolkit, "better", 1)
    part = part_of(toolkit, [whole, whole, some])
    assert part.narrative.reading.endswith("on any question that it answered.")
    assert [each.asked < each.questions for each in part.bodies].count(True) == 1
    assert part_of(toolkit, [whole] * 3).narrative.reading.endswith("on any question.")


def test_one_return__is_told_as_one_respondents_answers(rochford):
    one = head(part_of(rochford, [all_at(rochford, "no")]))
    assert "The one respondent answers “No” to 64 of the 64 questions" in one
    assert "a quarter" not in one
    assert "On all of these, a quarter or more of the answers are “No”." in head(
        part_of(rochford, [all_at(rochford, "no")] * 5)
    )


def test_few_returns__are_said_to_rate_and_not_to_give_concern():
    toolkit = find_toolkit("working-better-together")
    part = part_of(toolkit, [all_at(toolkit, "not-at-all")] * 2)
    assert "are rated low by those who answered" in head(part)
    assert "concern" not in head(part)
    assert part.narrative.strengths[0].why.startswith("Nothing is rated high")
    good = part_of(toolkit, [all_at(toolkit, "very-well")]).narrative
    assert good.concerns[0].why.startswith("Nothing is rated low")


def test_concern__where_more_than_half_disagree_whatever_the_mean(pat):
    mixed = [everything(pat, 4)] * 3 + [all_at(pat, "strongly-agree", _4A="disagree")] * 5
    part = part_of(pat, mixed)
    assert [p.item for p in part.narrative.concerns] == ["4A"]
    assert "5 of 8 answer “Disagree”, mean 2.8" in part.narrative.concerns[0].why
    half = [everything(pat, 4)] * 4 + [all_at(pat, "strongly-agree", _4A="disagree")] * 4
    assert part_of(pat, half).narrative.concerns[0].item == ""


def test_unsure__says_of_which_answer_that_it_counts_for_nothing():
    toolkit = find_toolkit("working-better-together")
    part = part_of(toolkit, [all_at(toolkit, "dont-know")] * 4)
    assert "“Don't know” counts neither for nor against." in part.narrative.unsure


def test_flags__the_section_with_most_questions_is_not_the_finding():
    toolkit = find_toolkit("working-better-together")
    well = all_at(toolkit, "fairly-well")
    part = part_of(toolkit, [well + all_at(toolkit, "no")] * 4)
    assert part.narrative.titles.flags == ""
    one = part_of(toolkit, [well + all_at(toolkit, "yes", _4_2b="no")] * 4)
    assert one.narrative.titles.flags.startswith("“Benefits of collaboration” has most")


def test_sections__have_their_own_numbers_from_every_view():
    toolkit = find_toolkit("working-better-together")
    sections = part_of(toolkit, [all_at(toolkit, "fairly-well")] * 3).sections
    assert {each.number for each in sections} == set(range(1, 8))
    assert {each.number for each in sections if each.name.startswith("Shared systems")} == {7}


@pytest.mark.parametrize("name", ["pat", "melton-evaluation"])
def test_feedback__an_own_mean_has_as_many_decimals_as_that_of_all_and_points_none(name):
    record = a_round([find_toolkit(name)], 6)
    scores = [
        row[1] for told in own_answers(record, summarise(record, MADE_AT)) for row in told.sections
    ]
    places = {len(score.partition(".")[2]) for score in scores}
    assert places == ({0} if name == "pat" else {1})
