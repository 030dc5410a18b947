"""What the first page says of rounds made for the purpose, and what it must not say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.consolidate.rounds import MADE_AT, a_round, answers, respondents, with_returns
from tests.consolidate.test_summarise import CODES, everything
from xlassess.consolidate import summarise
from xlassess.consolidate.figures.thresholds import enough_answers, is_divided, many_at_worst
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit


def all_at(toolkit: Toolkit, code: str, **others: str):
    """Answers to everything that has this choice; ``others`` by item, dots as underscores."""
    values = {}
    for item in toolkit.items():
        for field in item.answer_fields:
            chosen = others.get("_" + item.id.replace(".", "_"), code)
            if not item.is_free and chosen in {c.code for c in toolkit.scales[item.answer].choices}:
                values[item.id, field] = chosen
    return answers(toolkit, values)


def part_of(toolkit, given, people=None, **changes):
    record = a_round([toolkit], people or len(given), **changes)
    return summarise(with_returns(record, dict(enumerate(given))), MADE_AT).parts[0]


def head(part):
    return " ".join((part.narrative.reading, *part.narrative.more))


def said(part):
    """Everything the page says."""
    told = part.narrative
    points = (*told.strengths, *told.concerns, *told.disagreements, *told.levels)
    listed = " ".join(f"{p.what} {p.why}" for p in points)
    return " ".join((head(part), listed, *told.decisions, *told.unsure, told.scenario))


def crossed(pat, first):
    """Best and worst by turns: the same total as its opposite."""
    values = {
        (f"{number}{letter}", "answer"): CODES[4 if (place % 2) == first else 1]
        for number in range(1, 7)
        for place, letter in enumerate("ABCDEF")
    }
    return answers(pat, values)


def test_divided__half_against_half_leads_and_the_band_says_nothing(pat):
    part = part_of(pat, [everything(pat, 4)] * 5 + [everything(pat, 1)] * 5)
    assert part.narrative.reading.startswith("Views are divided")
    assert "from 36 to 144" in part.narrative.reading
    assert part.overall[0].band.reading not in said(part)
    assert part.planning.scenario is None
    assert "5 “Strongly agree”, 5 “Strongly disagree”" in said(part)


def test_divided__equal_totals_item_against_item(pat):
    part = part_of(pat, [crossed(pat, 0)] * 3 + [crossed(pat, 1)] * 3)
    assert "on 36 of 36 items" in part.narrative.reading


def test_divided__not_where_one_of_ten_differs(pat):
    part = part_of(pat, [everything(pat, 4)] * 9 + [everything(pat, 3)])
    assert "divided" not in said(part)


def test_divided__in_aggregate_only_by_what_is_printed(pat):
    part = part_of(
        pat, [everything(pat, 4)] * 5 + [everything(pat, 1)] * 5,
        attribution="aggregated", minimum_group=5,
    )  # fmt: skip
    assert part.narrative.reading.startswith(
        "Views are divided: answers lie far apart on 36 of 36 items"
    )
    assert "from 36" not in said(part)


def test_scenario_a__not_while_some_see_ill_health_where_it_matters(pat):
    values = {(f"S{n}", "answer"): "point-5" if n == 4 else "point-2" for n in range(1, 7)}
    weights = answers(pat, values)
    ill = tuple(
        a if not a.item.startswith("4") else type(a)(a.item, a.field, "disagree", a.sheet, a.cell)
        for a in everything(pat, 4)
    )
    part = part_of(pat, [everything(pat, 4) + weights] * 3 + [ill + weights] * 2)
    assert part.planning.suggested.id == "B"
    assert part.narrative.reading.startswith("“Trust”")
    assert "2 of 5 returns" in part.narrative.reading
    assert "more significant" in part.narrative.reading


@pytest.mark.parametrize("returned", [1, 2])
def test_few_returns__speak_for_themselves_only(pat, returned):
    part = part_of(pat, [everything(pat, 4)] * returned, people=6)
    if returned < 6:
        part = part_of(pat, [everything(pat, 4)] * returned)
    assert part.planning.scenario is None
    assert "so few returns cannot speak" in part.narrative.scenario
    assert "not the partnership's" in part.narrative.reading
    assert part.overall[0].band.reading not in said(part)
    assert part.narrative.strengths_title != "Strengths"


@pytest.mark.parametrize(
    ("worst", "answers_", "returns", "expected"),
    [(3, 12, 12, True), (2, 12, 12, False), (1, 4, 4, True), (1, 5, 5, False), (2, 5, 5, True)],
)
def test_worst__a_quarter_and_two_or_one_of_few(worst, answers_, returns, expected):
    assert many_at_worst(worst, answers_, returns) is expected


@pytest.mark.parametrize(
    ("answers_", "returns", "expected"),
    [(1, 1, True), (2, 2, True), (2, 3, False), (3, 3, True), (3, 8, False), (4, 8, True),
     (4, 9, False), (0, 1, False)],
)  # fmt: skip
def test_answers__half_and_at_least_three(answers_, returns, expected):
    assert enough_answers(answers_, returns) is expected


def test_divided__a_quarter_at_each_end():
    assert is_divided(3, 3, 12)
    assert not is_divided(10, 2, 12)


def test_concern__whatever_the_mean(pat):
    one = tuple(
        a if a.item != "5E" else type(a)(a.item, a.field, "strongly-disagree", a.sheet, a.cell)
        for a in everything(pat, 4)
    )
    part = part_of(pat, [everything(pat, 4)] * 9 + [one] * 3)
    assert "(5E)" in part.narrative.concerns[0].what
    assert "3 of 12 answer “Strongly disagree”" in part.narrative.concerns[0].why


def test_ties__say_how_many_and_come_from_several_sections(pat):
    best = {"1A", "1B", "1C", "1D", "1E", "1F", "2A", "2B", "4A", "6C"}
    given = tuple(
        a if a.item not in best else type(a)(a.item, a.field, "strongly-agree", a.sheet, a.cell)
        for a in everything(pat, 3)
    )
    remark, *examples, rest = part_of(pat, [given] * 13).narrative.strengths
    assert (remark.what, remark.why.split()[:2]) == ("", ["10", "items"])
    assert len({point.what[-3] for point in examples}) == 3
    # The names of the others follow the examples, in the report alone.
    assert (rest.what, rest.why, rest.in_report[:7]) == ("", "", "33 more")


def test_best_value__all_at_basic_is_no_concern():
    toolkit = find_toolkit("bv-partnership")
    part = part_of(toolkit, [all_at(toolkit, "basic")] * 3)
    assert "None of 45 questions is judged below basic" in part.narrative.reading
    assert [point.what for point in part.narrative.concerns] == [""]
    assert "135" not in said(part)


def test_best_value__below_basic_is_named_and_nothing_else():
    toolkit = find_toolkit("bv-partnership")
    part = part_of(toolkit, [all_at(toolkit, "basic", _3_4="below", _7_2="below")] * 4)
    assert {point.what[-4:-1] for point in part.narrative.concerns} == {"3.4", "7.2"}
    assert "180" not in said(part)


def test_best_value__one_of_many_is_named_apart_unless_withheld():
    toolkit = find_toolkit("bv-partnership")
    given = [all_at(toolkit, "better")] * 5 + [all_at(toolkit, "better", _6_3="below")]
    told = part_of(toolkit, given).narrative.concerns
    assert "one respondent" in told[-1].why
    assert "6.3" in told[-1].why
    hidden = part_of(toolkit, given, attribution="aggregated", minimum_group=5)
    assert "one respondent" not in said(hidden)


def test_best_value__two_of_many_are_not_called_a_single_respondent():
    toolkit = find_toolkit("bv-partnership")
    low = all_at(toolkit, "better", _6_3="below")
    part = part_of(toolkit, [all_at(toolkit, "better")] * 10 + [low] * 2)
    assert "single respondent" not in said(part)
    assert part.narrative.reading.startswith(
        "On 1 of 45 questions, some respondents judge practice below basic"
    )
    assert "but fewer than it takes for a concern" in part.narrative.reading
    assert "(6.3), 2 of 12" in part.narrative.concerns[-1].why
    alone = part_of(toolkit, [all_at(toolkit, "better")] * 11 + [low])
    assert alone.narrative.reading.startswith("On 1 of 45 questions a single respondent")


def test_best_value__bodies_stand_side_by_side():
    toolkit = find_toolkit("bv-organisation")
    part = part_of(toolkit, [all_at(toolkit, "advanced"), all_at(toolkit, "below")] * 2)
    assert len(part.bodies) == 4
    assert not any(body.differs for body in part.bodies)
    below = [body.name for body in part.bodies if body.below]
    assert part.narrative.reading == (
        f"{below[0]} (45 of 45 questions) and {below[1]} (45 of 45 questions) judge themselves "
        "below basic, the acceptable minimum; the other 2 organisations do so on no question."
    )
    asked = next(text for text in part.narrative.decisions if "(1.1)" in text)
    assert f"{below[0]} and {below[1]} stand below basic. Lead:" in asked
    assert part.narrative.disagreements == part.narrative.levels == ()
    assert "divided" not in said(part)
    assert {item.agreement.consensus for item in part.items} == {None}


def test_best_value__no_body_below_basic_is_said_and_in_aggregate_none_is_named():
    toolkit = find_toolkit("bv-organisation")
    part = part_of(toolkit, [all_at(toolkit, "basic")] * 3)
    assert part.narrative.reading.startswith("None of the 3 organisations judges itself below")
    many = [all_at(toolkit, "below")] * 4 + [all_at(toolkit, "below", _1_1="basic")]
    part = part_of(toolkit, many)
    assert part.narrative.reading.startswith("All 5 organisations judge themselves below basic")
    assert "on the most" not in part.narrative.reading  # four tie
    hidden = part_of(toolkit, many, attribution="aggregated", minimum_group=3)
    assert (
        "a quarter or more of those who answered judge practice below basic"
        in hidden.narrative.reading
    )
    assert hidden.narrative.reading.endswith("Answers to 44 more questions are withheld.")
    assert hidden.narrative.more[0].startswith("5 organisations have each judged themselves")


def test_best_value__two_of_one_body_may_differ():
    toolkit = find_toolkit("bv-organisation")
    names = [("Amber Trust", "Ann", "board"), ("Amber Trust", "Bo", "front"),
             ("Birch", "Cy", "board")]  # fmt: skip
    people = [
        type(p)(p.id, "p1" if n < 2 else "p2", p.partner, p.name, p.email, p.level)
        for n, p in enumerate(respondents(3, names))
    ]
    given = [all_at(toolkit, code) for code in ("advanced", "below", "basic")]
    bodies = {body.name: body for body in part_of(toolkit, given, people).bodies}
    assert bodies["Amber Trust"].differs
    assert not bodies["Birch"].differs


def test_dont_know__leads_from_a_quarter_and_too_few_is_told():
    toolkit = find_toolkit("working-better-together")
    unsure, sure = all_at(toolkit, "dont-know"), all_at(toolkit, "fairly-well")
    part = part_of(toolkit, [unsure] * 6 + [sure] * 2)
    assert "“Don't know”" in part.narrative.reading
    assert any(
        text.startswith("Too few respondents answered or could judge ")
        for text in part.narrative.unsure
    )
    assert "2 of 2" not in said(part)


def test_dont_know__not_mentioned_below_a_tenth(pat):
    toolkit = find_toolkit("working-better-together")
    part = part_of(toolkit, [all_at(toolkit, "fairly-well")] * 4)
    assert "say nothing either way" not in said(part)
    assert "know" not in said(part_of(pat, [everything(pat, 3)] * 4)).replace("known", "")


def test_dont_know__where_a_scale_cannot_tell_it_apart(melton):
    part = part_of(melton, [all_at(melton, "rating-3")] * 3)
    assert any("cannot be told apart" in text for text in part.narrative.unsure)


def test_levels__largest_differences_in_words(pat):
    names = [(f"P{n}", f"R{n}", level) for n, level in enumerate(["board", "front"] * 3)]
    high = tuple(
        a if a.item[0] != "3" else type(a)(a.item, a.field, "strongly-agree", a.sheet, a.cell)
        for a in everything(pat, 3)
    )
    given = [high if level == "board" else everything(pat, 3) for _, _, level in names]
    part = part_of(pat, given, respondents(6, names))
    (gap,) = part.narrative.levels
    assert (gap.what, gap.why) == (
        "Commitment and ownership", "Board 24.0 (3 returns), Front line 18.0 (3 returns), of 24.",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "code", "share"),
    [("rochford-hallmarks", "yes", "share of “Yes”"),
     ("bv-partnership", "advanced", "share of “Advanced practice” or “Better practice”")],
)  # fmt: skip
def test_levels__shares_say_what_they_are_a_share_of(name, code, share):
    toolkit = find_toolkit(name)
    worst = {"yes": "no", "advanced": "below"}[code]
    names = [(f"P{n}", f"R{n}", level) for n, level in enumerate(["board", "front"] * 3)]
    given = [all_at(toolkit, code if n % 2 == 0 else worst) for n in range(6)]
    gap = part_of(toolkit, given, respondents(6, names)).narrative.levels[0]
    assert gap.why == f"Board 100% (3 returns), Front line 0% (3 returns): {share}."


def test_means__the_finding_says_from_how_many_returns(melton):
    part = part_of(melton, [all_at(melton, "rating-3")] * 4)
    assert part.narrative.reading == "The mean is 3.0 of 5 in every section, from 4 returns."


def test_too_few__nothing_is_called_in_order_where_nobody_could_say():
    toolkit = find_toolkit("working-better-together")
    part = part_of(toolkit, [all_at(toolkit, "dont-know")] * 4)
    assert "of 0 " not in said(part)
    assert "close enough" not in said(part)
    assert "Too few respondents could judge any question, so nothing is concluded." in said(part)


@pytest.mark.parametrize(("returns", "word"), [(1, "items rated low"), (2, "items rated low"),
                                               (3, "concerns")])  # fmt: skip
def test_asked__speaks_of_concerns_only_for_the_partnership(pat, returns, word):
    part = part_of(pat, [everything(pat, 1)] * returns)
    assert f"Decide who looks at the other 33 {word} on" in said(part)
    assert ("concerns" in said(part)) == (returns > 2)


def test_ill_health__sections_that_tie_are_counted(pat):
    told = said(part_of(pat, [everything(pat, 1)] * 3))
    assert "“Clarity of purpose” (3 of 3 returns); and 4 more." in told
    low = [all_at(pat, "strongly-agree", **{f"_{n}{x}": "disagree" for x in "ABCDEF"})
           for n in range(1, 7)]  # fmt: skip
    assert part_of(pat, low).narrative.reading == (
        "The mean total of 6 returns is 132.0 of 144 points, in the best band; but 6 sections, "
        "among them “Need for partnership”, are each in one of their lowest bands in 1 of "
        "6 returns: look closer there."
    )
    one = [everything(pat, 3)] * 3
    assert "look closer" not in said(part_of(pat, one))


def test_concern__leads_where_it_silences_the_best_band(pat):
    one = tuple(
        a if a.item != "5E" else type(a)(a.item, a.field, "strongly-disagree", a.sheet, a.cell)
        for a in everything(pat, 4)
    )
    part = part_of(pat, [one] * 3 + [everything(pat, 4)] * 9)
    assert part.narrative.reading == (
        "1 of 36 items is a concern, though the mean stands in the best band."
    )
    bare = replace(pat, scoring=replace(pat.scoring, bands=()))
    plain = part_of(bare, [one] * 3 + [everything(pat, 4)] * 9)
    assert plain.narrative.reading == "1 of 36 items is a concern."
    assert "best band" not in said(part_of(pat, [everything(pat, 4)] * 12))
    assert "best band" not in said(part_of(pat, [one] * 2))
    assert "best band" not in said(part_of(pat, [everything(pat, 1)] * 12))


def test_asked__no_finding_is_to_be_noted_where_all_is_withheld(pat):
    hidden = part_of(pat, [everything(pat, 1)] * 3, attribution="aggregated", minimum_group=5)
    assert "Note the finding" not in said(hidden)
    assert "move a figure" not in hidden.narrative.caution
    shown = part_of(pat, [everything(pat, 1)] * 3)
    assert "Note the finding, which rests on 3 returns." in said(shown)
    assert "move a figure" in shown.narrative.caution


def test_points__remarks_say_how_many_they_stand_for(pat):
    told = part_of(pat, [everything(pat, 1)] * 3).narrative
    named = sum(bool(point.what) for point in told.concerns)
    assert (named, sum(point.unnamed for point in told.concerns)) == (3, 33)


def test_checklists__the_decision_is_asked_for_until_it_is_given():
    toolkit = find_toolkit("melton-checklist")
    given = all_at(toolkit, "yes") + answers(toolkit, {("H1", "answer"): "Harbour Alliance"})
    open_still = part_of(toolkit, [given]).narrative.decisions
    assert open_still[0].startswith("Decide on Harbour Alliance: join the partnership; ")
    decided = given + answers(toolkit, {("R1", "answer"): "decline"})
    part = part_of(toolkit, [decided])
    assert part.checklists[0].decided
    assert not any("join" in text for text in part.narrative.decisions)
    many = part_of(toolkit, [given] * 4 + [decided]).narrative.decisions
    assert many[0].startswith("Decide on each of the 4 checklists")


def test_checklists__of_one_proposal_are_told_apart_and_are_no_survey():
    toolkit = find_toolkit("melton-checklist")
    same = answers(toolkit, {("H1", "answer"): "Harbour Alliance"})
    part = part_of(toolkit, [all_at(toolkit, "no") + same] * 2, attribution="named")
    firsts = [text.partition(":")[0] for text in part.narrative.more]
    assert len(set(firsts)) == 2
    assert firsts == [f"Harbour Alliance ({each.of})" for each in part.checklists]
    assert not any(each.person.respondent in firsts[0] for each in part.entries)
    asked = part.narrative.decisions[0]
    assert "join the partnership; receive the minutes only (with a named lead officer" in asked
    assert "low score" not in part.narrative.caution
    assert "move a figure" not in part.narrative.caution
    one = part_of(toolkit, [all_at(toolkit, "no") + same])
    assert one.narrative.reading.startswith("Harbour Alliance: ")
    assert "one person's view" not in one.narrative.caution


def test_checklists__what_the_decision_leads_past_is_not_called_open():
    toolkit = find_toolkit("melton-checklist")
    named = {("H1", "answer"): "Harbour Alliance"}

    def states(code):
        given = answers(toolkit, named | ({("R1", "answer"): code} if code else {}))
        (each,) = part_of(toolkit, [given]).checklists
        return [line.short for line in each.closing[0][1]]

    assert states("minutes") == ["Decision", "Lead officer"]
    assert states("decline") == ["Decision"]
    assert states("join")[1:] == [
        "Level of representation", "Authority beyond delegation", "Report to committee"
    ]  # fmt: skip
    assert len(states("")) == 5


def test_checklists__several_lead_with_how_many_wait_and_for_what():
    toolkit = find_toolkit("melton-checklist")
    given = answers(toolkit, {("H1", "answer"): "Harbour Alliance"})
    decided = given + answers(toolkit, {("R1", "answer"): "decline"})
    told = part_of(toolkit, [given, decided, decided]).narrative
    assert told.reading.startswith(
        "3 completed checklists, each about a matter of its own: all have"
    )
    assert told.reading.endswith("1 has no decision yet.")
    assert len(told.more) == 3


def test_rate__nil_returns_count_as_back(pat):
    part = part_of(pat, [everything(pat, 3)] * 3)
    assert (part.back, part.response_rate) == (3, 1.0)
    assert "3 of 3 workbooks issued have come back (100%)" in part.narrative.context


def test_asked__each_concern_with_its_statement_and_a_blank_for_the_lead(pat):
    one = tuple(
        a if a.item != "4C" else type(a)(a.item, a.field, "disagree", a.sheet, a.cell)
        for a in everything(pat, 3)
    )
    part = part_of(pat, [one] * 10 + [everything(pat, 3)] * 2)
    asked = next(d for d in part.narrative.decisions if "(4C)" in d)
    assert pat.item("4C").ask in asked
    assert "10 of 12 answer “Disagree”" in asked
    # Label and blank stay together where the line breaks.
    assert "Lead:\u00a0____" in asked
    assert "Date:\u00a0____" in asked


def test_checklists__each_for_itself_and_missing_follow_ups_told():
    toolkit = find_toolkit("melton-checklist")
    values = {(item.id, "answer"): "x" for item in toolkit.items() if item.is_wide}
    values |= {(i.id, "answer"): "yes" for i in toolkit.items() if i.answer == "yes-no-dont-know"}
    values |= {("P5", "answer"): "takes-it-on", ("P9", "answer"): "none-there"}
    values |= {("Q4", "answer"): "no", ("H1", "answer"): "Vale Skills Partnership"}
    del values["P5a", "answer"]
    first = answers(toolkit, values)
    second = answers(toolkit, values | {("H1", "answer"): "Flood Forum"})
    part = part_of(toolkit, [first, second])
    titles = [each.title for each in part.checklists]
    assert sorted(titles) == ["Flood Forum", "Vale Skills Partnership"]
    assert [line.item for line in part.checklists[0].settle] == ["Q4"]
    assert "P5a" in {line.item for line in part.checklists[0].missing}
    assert part.narrative.strengths == part.narrative.concerns == ()
    assert not part_of(
        toolkit, [first, second], attribution="aggregated", minimum_group=2
    ).checklists


def test_details__are_facts_and_no_opinions(melton):
    part = part_of(melton, [all_at(melton, "rating-4", _D9="yes")] * 3)
    assert "D9" not in {item.item.id for item in part.items}
    assert [d.answer for d in part.details if d.item == "D9"] == ["Yes"] * 3


def test_total__says_of_which_returns_it_is_once_some_leave_a_question_out(pat):
    every = everything(pat, 3)
    part = part_of(pat, [every] * 5)
    assert "The mean total of 5 returns is 108.0 of 144 points." in head(part)
    gap = [every] * 4 + [every[1:]]
    part = part_of(pat, gap)
    whole = "The mean total of the 4 returns that answer every scored question is 108.0 of 144"
    assert whole in head(part)
    # The closing questions are not scored, and are asked for all the same.
    assert "5 returns leave questions out that need an answer" in part.narrative.caution
    assert "complete" not in f"{head(part)} {part.narrative.caution}"


def test_total__where_there_is_none_the_concerns_lead(pat):
    low = [replace(a, value="disagree") if a.item == "4C" else a for a in everything(pat, 3)]
    part = part_of(pat, [tuple(low[1:])] * 5)
    assert part.narrative.reading == "1 of 35 items is a concern."
    assert part.narrative.more[0].startswith("No return answers every scored question")
    quiet = part_of(pat, [everything(pat, 3)[1:]] * 5)
    assert quiet.narrative.reading == "None of the 35 items with enough answers is a concern."
    assert quiet.narrative.more[0].startswith("No return answers every scored question")


def test_total__where_there_is_none_nothing_is_said_of_concerns_that_are_withheld(pat):
    """One that all disagree with is withheld: that none is a concern would not be true."""
    given = [
        tuple(replace(a, value="disagree") if a.item == "4C" else a for a in everything(pat, n)[1:])
        for n in (4, 3) * 4
    ]
    part = part_of(pat, given, attribution="aggregated", minimum_group=3)
    withheld = [item.item.id for item in part.items if item.scored and item.withheld]
    assert "4C" in withheld
    assert part.narrative.reading.endswith("items that may be shown is a concern.")


def test_band__is_not_said_of_the_whole_where_fewer_than_half_have_a_total(pat):
    every = everything(pat, 4)
    part = part_of(pat, [every] * 3 + [every[1:]] * 4)
    assert part.overall[0].band is not None
    assert part.overall[0].band.reading not in said(part)
    assert part.narrative.reading.startswith("The mean total of the 3 returns that answer every")
    part = part_of(pat, [every] * 4 + [every[1:]] * 4)
    assert part.narrative.reading == part.overall[0].band.reading


def test_scenario_b__says_what_it_rests_on_and_no_concern_where_there_is_none(pat):
    quiet = part_of(pat, [everything(pat, 3)] * 5).narrative
    assert quiet.scenario.startswith("Scenario B")
    assert "no item is a concern" in quiet.scenario_here
    assert "“Well enough overall”" in quiet.scenario_here
    assert "others give concern" not in f"{quiet.scenario_rule} {quiet.scenario_advice}"
    low = tuple(
        replace(a, value="disagree") if a.item in ("4C", "2A") else a for a in everything(pat, 3)
    )
    loud = part_of(pat, [low] * 5).narrative
    assert loud.scenario.startswith("Scenario B")
    assert "2 of 36 items are concerns" in loud.scenario_here


def mixed(pat, first, **low):
    """Agreement and strong agreement by turns, but for these principles."""
    return tuple(
        replace(a, value=low.get("_" + a.item[0], CODES[3 + (place + first) % 2]))
        for place, a in enumerate(everything(pat, 4))
    )


@pytest.mark.parametrize(("low", "expected"), [({}, "A"), ({"_4": "disagree"}, "")])
def test_scenario_a__in_aggregate_only_where_what_is_printed_shows_that_none_is_ill(
    pat, low, expected
):
    """Seventeen healthy returns and three that may not be; nobody may see which ones."""
    given = [mixed(pat, n % 3 == 0) for n in range(17)] + [mixed(pat, 0, **low)] * 3
    part = part_of(pat, given, attribution="aggregated", minimum_group=3)
    suggested = part.planning.suggested
    assert (suggested.id if suggested else "") == expected
    if not expected:
        assert part.planning.why_none == "unseen"
        assert "single returns are not shown" in part.narrative.scenario
        assert not any("scenario A" in each for each in part.narrative.decisions)


def test_scenario__of_which_a_figure_is_withheld_says_so_and_not_that_there_is_none(pat):
    part = summarise(a_round([pat], 6, attribution="aggregated"), MADE_AT).parts[0]
    assert any(each.score.withheld for each in (*part.sections, *part.overall))
    assert "not all of them may be shown" in part.narrative.scenario
    short = part_of(pat, [everything(pat, 3)[:-1]] * 6)
    assert "can be read from the returns" in short.narrative.scenario


def test_yes_throughout__covers_the_questions_that_look_for_no_yes():
    toolkit = find_toolkit("rochford-hallmarks")
    part = part_of(toolkit, [all_at(toolkit, "yes")] * 6)
    assert part.narrative.reading == (
        "64 of the 67 questions look for a “Yes”, and every answer to them that counts is a “Yes”; "
        "on the other 3 either answer is in order."
    )
    part = part_of(toolkit, [all_at(toolkit, "yes", _2_3="no")] * 6)
    assert part.narrative.reading.startswith("1 of the 64 questions that look for a “Yes” has")


def test_checklist__decision_leads_to_what_is_missing_of_it():
    toolkit = find_toolkit("melton-checklist")
    for given, missing in (
        ({"R1": "minutes"}, {"R2"}),
        ({"R1": "join"}, {"R3", "R4"}),
        ({"R1": "join", "R3": "x", "R4": "needs-report"}, {"R5"}),
        ({"R1": "join", "R3": "x", "R4": "within-delegation"}, set()),
        ({"R1": "decline"}, set()),
    ):
        values = {(item, "answer"): value for item, value in given.items()}
        part = part_of(toolkit, [answers(toolkit, values)])
        (each,) = part.checklists
        assert {line.item for line in each.missing if line.item[0] == "R"} == missing, given


def test_proposal__of_another_toolkit_is_decided_on_in_its_own_words():
    toolkit = find_toolkit("melton-checklist")
    plain = replace(toolkit, closing=())
    given = answers(toolkit, {("H1", "answer"): "Harbour Alliance", ("Q1", "answer"): "yes"})
    asked = part_of(plain, [given]).narrative.decisions[0]
    assert asked.startswith("Decide on Harbour Alliance. First settle")
    scale = replace(toolkit.scales["decision"], choices=toolkit.scales["delegation"].choices)
    own = replace(toolkit, scales={**toolkit.scales, "decision": scale})
    asked = part_of(own, [given]).narrative.decisions[0]
    assert "Harbour Alliance: yes (a report goes to the policy committee); or no." in asked


def test_divided__what_is_withheld_is_not_counted_as_apart(pat):
    split = [all_at(pat, "agree", **dict.fromkeys(("_1A", "_1B", "_1C"), choice))
             for choice in ("strongly-agree", "strongly-disagree") * 3]  # fmt: skip
    assert "Views are divided" not in head(part_of(pat, split))
    hidden = part_of(pat, split, attribution="aggregated", minimum_group=3)
    assert "Views are divided" not in head(hidden)
    # So few items may be shown that neither a band nor a scenario stands for the whole.
    assert "works well" not in said(hidden)
    assert hidden.planning.scenario is None


def test_ill_health__seen_by_a_quarter_leads_whatever_band_the_mean_has(pat):
    fine, low = (
        all_at(pat, "agree"),
        all_at(pat, "agree", **{f"_1{x}": "strongly-disagree" for x in "ABCDEF"}),
    )
    told = part_of(pat, [fine] * 7 + [low] * 3).narrative
    assert told.reading.startswith("“Need for partnership” is in one of its lowest bands in 3 of")
