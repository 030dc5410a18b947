"""What the committee is asked: each once, in proportion, and nothing that needs no decision."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from tests.consolidate.rounds import MADE_AT, Wish, a_round, answers, respondents, with_returns
from tests.consolidate.wording.test_findings import all_at, part_of
from tests.ingest.packages import sheet_of
from xlassess.consolidate import summarise, summary_bytes
from xlassess.consolidate.wording.pointed import checklist_names
from xlassess.toolkits.load import find_toolkit

IDEA = "Meet every month"


def proposing(pat, actions, people=None, record=None, **changes):
    """The round of as many respondents, each with one of these actions: changes to a quick win."""
    record = record or a_round([pat], people or len(actions), Wish(talk=0), **changes)
    current = {}
    for (reference, ret), change in zip(record.current.items(), actions, strict=True):
        plain = {"action": IDEA, "horizon": "quick", "owner": "", "deadline": None}
        given = replace(ret.actions[0], **(plain | {"status": "not-started"} | change))
        current[reference] = replace(ret, actions=(given,))
    record = replace(record, current=current, history=tuple(current.values()))
    return summarise(record, MADE_AT)


def wins(summary):
    asked = summary.parts[0].narrative.decisions
    return [each for each in asked if each.startswith("Agree the quick win")]


def test_quick_wins__of_the_same_words_are_asked_for_once(pat):
    may = date(2026, 5, 30)
    same = [{}, {"action": "meet  every month.", "owner": "Dana"}, {"deadline": may}]
    assert wins(proposing(pat, [*same, {"action": "Publish the minutes"}])) == [
        "Agree the quick win “Meet every month”, which 3 partners propose. "
        "Lead: Dana Date: 30 May 2026",
        "Agree the quick win “Publish the minutes”. Lead: ________ Date: ________",
    ]


def test_quick_wins__of_one_partner_or_without_names_are_counted_as_proposals(pat):
    people = [replace(p, partner="Housing", partner_id="p1") for p in respondents(3)]
    [told] = wins(proposing(pat, [{}] * 3, people))
    assert "”, proposed 3 times. Lead" in told
    [told] = wins(proposing(pat, [{}] * 3, attribution="aggregated", minimum_group=3))
    assert "”, proposed 3 times. Lead" in told


def test_quick_wins__with_several_leads_or_dates_leave_both_open(pat):
    days = [{"owner": "Dana", "deadline": date(2026, 5, 1)}, {"owner": "Tom"},
            {"deadline": date(2026, 6, 1)}]  # fmt: skip
    [told] = wins(proposing(pat, days))
    assert told.endswith(
        " Lead (several are proposed): ________ Date (several are proposed): ________"
    )


@pytest.mark.parametrize("idea", ["Meet every month " * 2_000, "Meet\n" * 6_000, "Meet" * 8_000])
def test_quick_wins__that_are_long_are_quoted_in_short(pat, idea):
    """A page of the committee's holds no chapter; the action's own row does."""
    summary = proposing(pat, [{"action": idea, "owner": idea}] * 3)
    [told] = wins(summary)
    assert told.startswith("Agree the quick win “Meet")
    assert told.count(" …") == 2
    assert len(told) < 600
    assert summary.actions[0].action.strip() == idea.strip()


def test_quick_wins__turn_no_words_beside_them(pat):
    [told] = wins(proposing(pat, [{"action": "Meet \u202eyliad\u202c \u2066now"}]))
    assert "“Meet yliad now”" in told


def test_actions__that_are_done_or_stopped_are_not_put_to_the_committee(pat):
    late = {"deadline": date(2026, 1, 5), "horizon": "long"}
    plans = [{"status": "done"}, {"status": "stopped", "horizon": "long"}, late]
    asked = " ".join(proposing(pat, plans).parts[0].narrative.decisions)
    assert "quick win" not in asked
    assert "Decide on 1 action that respondents propose; see Action plan. The date" in asked
    assert "The date proposed for one of them has passed." in asked
    closed = proposing(pat, [{"status": "done"}] * 3).parts[0].narrative.decisions
    assert not any("Action plan" in each for each in closed)


@pytest.mark.parametrize(("ill", "leads"), [(2, False), (5, True)])
def test_ill_health__leads_in_proportion_and_always_with_its_denominator(pat, ill, leads):
    poor = all_at(pat, "strongly-agree", **{f"_4{x}": "disagree" for x in "ABCDEF"})
    well = all_at(pat, "strongly-agree")
    part = part_of(pat, [poor] * ill + [well] * (20 - ill))
    told = f"“Trust” is in one of its lowest bands in {ill} of 20 returns: look closer there."
    mean = f"The mean total of 20 returns is {144 - ill * 12 / 20:.1f} of 144 points"
    if leads:
        assert part.narrative.reading == told
        assert part.narrative.more[0] == f"{mean}."
    else:
        assert part.narrative.reading == f"{mean}, in the best band; but {told}"
    assert part.planning.scenario.id == "B"
    assert any(f"“Trust”, in one of its lowest bands in {ill} of 20" in each
               for each in part.narrative.decisions)  # fmt: skip


def test_means__come_after_the_concerns_where_those_are_many(melton):
    ids = [item.id for item in melton.items() if item.answer == "rating"]
    few = part_of(melton, [all_at(melton, "rating-4", _1_1="rating-1")] * 4).narrative
    assert "lowest with" in few.reading
    assert few.more[0] == f"1 of {len(ids)} items is a concern."
    low = {f"_{each.replace('.', '_')}": "rating-1" for each in ids[:10]}
    many = part_of(melton, [all_at(melton, "rating-4", **low)] * 4).narrative
    assert many.reading == f"10 of {len(ids)} items are concerns."
    assert "lowest with" in many.more[0]


def test_judgements__of_both_views_and_of_other_questions_add_up():
    toolkit = find_toolkit("working-better-together")
    part = part_of(toolkit, [all_at(toolkit, "not-at-all") + all_at(toolkit, "no")] * 4)
    told = part.narrative.reading
    assert "against own goals" in told
    assert "on other questions" in told
    numbers = [int(each) for each in told.replace(",", "").split() if each.isdigit()]
    assert sum(numbers[2:5]) == numbers[0]


def test_checklists__that_are_declined_leave_nothing_open_to_ask_for():
    toolkit = find_toolkit("melton-checklist")
    given = answers(toolkit, {("H1", "answer"): "Harbour Alliance"})
    joined, declined = (
        (*given, *answers(toolkit, {("R1", "answer"): code})) for code in ("join", "decline")
    )
    asked = part_of(toolkit, [joined, declined]).narrative.decisions
    assert asked == ("Settle what is still open in Harbour Alliance (Riverside Borough Council), "
                     "although it is decided.",)  # fmt: skip
    assert part_of(toolkit, [declined]).narrative.decisions == ()


def test_checklists__page_one_says_where_the_rest_is_once_it_has_no_more_room():
    record = a_round([find_toolkit("melton-checklist")], 9, Wish(talk=0.1))
    summary = summarise(record, MADE_AT)
    page = sheet_of(summary_bytes(summary), "Summary")
    lines = [str(cell.value) for (cell,) in page.iter_rows(max_col=1) if cell.value]
    told = sum(line == "Decision and sign-off" for line in lines)
    assert 0 < told < 9
    [rest] = [line for line in lines if line.startswith("What ") and "answer by answer" in line]
    assert rest == (
        f"What {9 - told} more of the checklists wait for, answer by answer, stands on the sheet "
        "“Summary of checklists”."
    )


def test_page_one__has_a_quick_win_however_many_concerns_there_are(pat):
    low = all_at(pat, "strongly-disagree")
    record = with_returns(a_round([pat], 4), dict.fromkeys(range(4), low))
    summary = proposing(pat, [{}] * 4, record=record)
    page = sheet_of(summary_bytes(summary), "Summary")
    lines = [str(cell.value) for (cell,) in page.iter_rows(max_col=1) if cell.value]
    assert any("Agree the quick win" in line for line in lines)
    assert any("Name a lead and a date" in line for line in lines)


def test_quick_wins__dates_that_have_passed_are_said(pat):
    past, day_after = date(2020, 5, 30), date(2099, 5, 30)
    told = wins(proposing(pat, [{"deadline": past}, {"action": "Move", "deadline": day_after}]))
    assert [each.partition("Date: ")[2] for each in told] == [
        "30 May 2020 (has passed)", "30 May 2099",
    ]  # fmt: skip


def test_checklists__are_called_by_the_first_words_of_what_they_are_about():
    kit = find_toolkit("melton-checklist")
    record = a_round([kit], 2, Wish(talk=1))
    long = {
        n: tuple(
            replace(a, value="A\u202eplan " * 3_000) if kit.item(a.item).is_wide else a
            for a in ret.answers
        )
        for n, ret in enumerate(record.current.values())
    }
    summary = summarise(with_returns(record, long), MADE_AT)
    (part,) = summary.parts
    assert max(len(each.title) for each in part.checklists) > 10_000
    names = checklist_names(part.checklists)
    assert len(set(names)) == 2
    assert all(name.startswith("Aplan Aplan") and len(name) < 300 for name in names)
    book = openpyxl.load_workbook(io.BytesIO(summary_bytes(summary)))
    assert all(len(str(row[0].value)) < 1_000 for row in book["Summary"].iter_rows(max_col=1))
    told = [table for sheet in book for table in sheet.tables.values()]
    assert told
