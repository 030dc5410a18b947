"""From a round to its figures, with answers known by hand."""

from __future__ import annotations

import io
import random
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.consolidate.rounds import MADE_AT, Wish, a_round, answers, respondents, with_returns
from xlassess.consolidate import summarise, summary_bytes
from xlassess.consolidate.figures.charted import first_to_look_at
from xlassess.consolidate.figures.thresholds import agreement_word, is_concern, is_strength
from xlassess.consolidate.wording.matters import matters_of
from xlassess.contract.seal import questions_digest
from xlassess.model.assessment import ScenarioChoice
from xlassess.model.catalogue import CATALOGUE, found
from xlassess.model.errors import XlassessError
from xlassess.model.finding import Finding, Waiver
from xlassess.model.plan import DECLINE, AgreedAction, AgreedPlan, DecidedRow, Judgement
from xlassess.toolkits.load import find_toolkit

CODES = {4: "strongly-agree", 3: "agree", 2: "disagree", 1: "strongly-disagree"}


def section(toolkit, number, scores):
    """Answers to a principle's statements from its six scores; 0 leaves one out."""
    return answers(
        toolkit,
        {
            (f"{number}{letter}", "answer"): CODES[score]
            for letter, score in zip("ABCDEF", scores, strict=True)
            if score
        },
    )


def everything(toolkit, score):
    return tuple(a for number in range(1, 7) for a in section(toolkit, number, [score] * 6))


@pytest.fixture
def three(pat):
    """Three returns: all 3; all 4 with one gap in principle 2; principle 1 only, 4+2+3+3+3+1."""
    full = everything(pat, 4)
    gap = tuple(a for a in full if a.item != "2C")
    record = a_round([pat], 5, Wish(returned=3))
    return with_returns(
        record, {0: everything(pat, 3), 1: gap, 2: section(pat, 1, [4, 2, 3, 3, 3, 1])}
    )


def test_sections__mean_over_complete_returns(three):
    first, second, *_ = summarise(three, MADE_AT).parts[0].sections
    assert (first.score.n, first.score.mean) == (3, pytest.approx((18 + 24 + 16) / 3))
    assert (first.score.low, first.score.high, first.score.spread) == (16, 24, 8)
    assert first.band.low == 19
    assert (second.score.n, second.score.mean, second.band.low) == (1, 18, 13)
    assert (second.asked, second.answered) == (6, 11)


def test_overall__only_complete_returns(three):
    whole = summarise(three, MADE_AT).parts[0].overall[0]
    assert (whole.score.n, whole.score.mean, whole.band.low) == (1, 108, 73)


def test_items__distribution_consensus_and_reading(three):
    items = {item.item.id: item for item in summarise(three, MADE_AT).parts[0].items}
    assert items["1F"].agreement.counts == {
        "strongly-agree": 1, "agree": 1, "disagree": 0, "strongly-disagree": 1,
    }  # fmt: skip
    assert items["1F"].agreement.mean == pytest.approx(8 / 3)
    assert items["1F"].reading == "low"
    assert items["2C"].agreement.n == 1
    assert items["2C"].reading == ""


def test_points__high_score_with_low_agreement_is_called_out(pat):
    record = a_round([pat], 5)
    given = {number: everything(pat, 4) for number in range(4)} | {4: everything(pat, 1)}
    part = summarise(with_returns(record, given), MADE_AT).parts[0]
    item = part.items[0]
    assert item.agreement.mean == pytest.approx(3.4)
    assert item.reading == "low"
    assert item.split_success


def test_points__no_strengths_no_concerns(pat):
    record = with_returns(a_round([pat], 2), {0: everything(pat, 3), 1: everything(pat, 2)})
    narrative = summarise(record, MADE_AT).parts[0].narrative
    assert [point.what for point in (*narrative.strengths, *narrative.concerns)] == ["", ""]
    assert "those who answered" in narrative.strengths_title


def test_points__ranked_by_mean(pat):
    low = {"1A": 1, "4C": 1, "6F": 1}
    high = ("3A", "3B", "3C")
    given = tuple(
        replace(a, value=CODES[low.get(a.item, 4 if a.item in high else 3)])
        for a in everything(pat, 3)
    )
    record = with_returns(a_round([pat], 3), dict.fromkeys(range(3), given))
    narrative = summarise(record, MADE_AT).parts[0].narrative
    assert [point.what[-3:-1] for point in narrative.concerns] == ["1A", "4C", "6F"]
    assert [point.what[-3:-1] for point in narrative.strengths[:3]] == ["3A", "3B", "3C"]


@pytest.mark.parametrize(("score", "expected"), [(4, "A"), (3, "B"), (2, "C"), (1, "C")])
def test_scenario__from_mean_scores(pat, score, expected):
    record = with_returns(a_round([pat], 3), dict.fromkeys(range(3), everything(pat, score)))
    assert summarise(record, MADE_AT).parts[0].planning.scenario.id == expected


def test_scenario__none_without_a_grand_total(pat):
    record = with_returns(a_round([pat], 1), {0: section(pat, 1, [3] * 6)})
    assert summarise(record, MADE_AT).parts[0].planning.scenario is None


def chosen(record, scenario):
    choices = {"pat": ScenarioChoice(scenario, "two partners have given notice.")}
    return replace(record, assessment=replace(record.assessment, scenarios=choices))


def test_scenario__chosen_by_the_coordinator(pat):
    record = with_returns(a_round([pat], 3), dict.fromkeys(range(3), everything(pat, 3)))
    part = summarise(chosen(record, "C"), MADE_AT).parts[0]
    assert (part.planning.scenario.id, part.planning.suggested.id) == ("C", "B")
    assert "because two partners have given notice; the rule" in part.narrative.scenario_rule
    assert part.planning.suggested.when in part.narrative.scenario_rule
    assert part.narrative.scenario_advice == part.planning.scenario.advice
    assert any("scenario C" in decision for decision in part.narrative.decisions)


def test_scenario__chosen_as_suggested(pat):
    record = with_returns(a_round([pat], 3), dict.fromkeys(range(3), everything(pat, 4)))
    part = summarise(chosen(record, "A"), MADE_AT).parts[0]
    assert part.planning.scenario == part.planning.suggested
    assert "the same" in part.narrative.scenario_rule


def test_scenario__chosen_where_the_rule_suggests_none(pat):
    record = with_returns(a_round([pat], 1), {0: section(pat, 1, [3] * 6)})
    part = summarise(chosen(record, "B"), MADE_AT).parts[0]
    assert (part.planning.scenario.id, part.planning.suggested) == ("B", None)
    assert "suggests none" in part.narrative.scenario_rule


def test_scenario__chosen_but_not_in_the_toolkit_as_issued(pat):
    record = with_returns(a_round([pat], 1), {0: everything(pat, 4)})
    with pytest.raises(XlassessError):
        summarise(chosen(record, "D"), MADE_AT)


@pytest.mark.parametrize(
    ("value", "strength", "concern"),
    [(2 / 3, True, False), (0.6666, False, False), (0.5, False, False), (0.4999, False, True)],
)
def test_thresholds__edges(value, strength, concern):
    assert (is_strength(value), is_concern(value)) == (strength, concern)


def test_thresholds__agreement_words(pat):
    scale = pat.scales["agreement"]
    words = [agreement_word(scale, value) for value in (None, 0.49, 0.5, 0.69, 0.7, 1.0)]
    assert words == ["", "low", "moderate", "moderate", "high", "high"]


def test_figures__do_not_depend_on_the_order_of_returns(pat, melton):
    record = a_round([pat, melton], 9, Wish(gaps=0.1))
    issued = list(record.issued)
    random.Random(4).shuffle(issued)
    mixed = replace(record, issued=tuple(issued))
    first, second = summarise(record, MADE_AT), summarise(mixed, MADE_AT)
    for one, other in zip(first.parts, second.parts, strict=True):
        assert [s.scales for s in one.sections] == [s.scales for s in other.sections]
        for a, b in zip(one.sections, other.sections, strict=True):
            assert a.score.mean == pytest.approx(b.score.mean)
        assert one.items == other.items
    assert sorted(first.data, key=repr) == sorted(second.data, key=repr)


def test_register__what_became_of_each_workbook(pat):
    record = a_round([pat], 5, Wish(returned=3, query=(1,)))
    refused = replace(record.history[0], state="refused", reference=record.issued[3].reference,
                      sha256="f" * 64, answers=())  # fmt: skip
    record = replace(record, history=(*record.history, refused))
    entries = summarise(record, MADE_AT).parts[0].entries
    by_number = {entry.person.code: entry.standing for entry in entries}
    assert [by_number[issued.reference] for issued in record.issued] == [
        "Returned", "Query open", "Returned", "Refused", "Overdue",
    ]  # fmt: skip
    before = record.assessment.return_by - timedelta(days=1)
    early = MADE_AT.replace(month=before.month, day=before.day)
    entries = summarise(record, early).parts[0].entries
    assert {e.person.code: e.standing for e in entries}[record.issued[4].reference] == "Awaited"


def test_register__late_is_after_the_wanted_day(pat):
    record = a_round([pat], 2, return_by=date(2026, 3, 22))
    late = {
        entry.person.partner: entry.late for entry in summarise(record, MADE_AT).parts[0].entries
    }
    assert sorted(late.values()) == [False, True]


@pytest.mark.parametrize("state", ["refused", "superseded", "duplicate"])
def test_returns__that_do_not_count(pat, state):
    record = a_round([pat], 3)
    reference = record.issued[0].reference
    current = dict(record.current) | {reference: replace(record.current[reference], state=state)}
    part = summarise(replace(record, current=current), MADE_AT).parts[0]
    assert (part.returned, part.issued, part.partners_heard) == (2, 3, 2)


def test_returns__blank_ones_are_no_response_and_say_so(pat):
    record = a_round([pat], 5)
    reference = record.issued[0].reference
    blank = replace(record.current[reference], state="query", answers=(), actions=(),
                    findings=(Finding(CATALOGUE["C13"], "a.xlsx"),))  # fmt: skip
    current = dict(record.current) | {reference: blank}
    part = summarise(replace(record, current=current), MADE_AT).parts[0]
    assert (part.returned, part.issued, part.response_rate) == (4, 5, pytest.approx(0.8))
    (entry,) = [each for each in part.entries if each.person.code == reference]
    assert entry.standing == "Blank"
    assert "without a single answer" in entry.remarks


def test_returns__blank_ones_hide_nobody(pat):
    record = a_round([pat], 6, attribution="lettered", minimum_group=5)
    references = [issued.reference for issued in record.issued[:2]]
    blank = {
        ref: replace(record.current[ref], state="query", answers=(), actions=(),
                     findings=(Finding(CATALOGUE["C13"], "a.xlsx"),))
        for ref in references
    }  # fmt: skip
    assert summarise(record, MADE_AT).participants.attribution == "lettered"
    four = replace(record, current=dict(record.current) | blank)
    assert summarise(four, MADE_AT).participants.attribution == "aggregated"


def test_files__superseded_ones_are_listed_as_such(pat):
    record = a_round([pat], 1)
    first = next(iter(record.current.values()))
    later = replace(first, sha256="e" * 64)
    record = replace(record, current={first.reference: later}, history=(first, later))
    assert [file.state for file in summarise(record, MADE_AT).files] == ["superseded", later.state]


def test_data__one_row_per_answer_with_its_cell(pat):
    record = a_round([pat], 2, Wish(talk=1))
    summary = summarise(record, MADE_AT)
    assert len(summary.data) == sum(len(ret.answers) for ret in record.current.values())
    row = next(r for r in summary.data if (r.answer.item, r.answer.field) == ("1A", "answer"))
    answer = next(
        a for a in record.current[row.person.code].answers if (a.item, a.field) == ("1A", "answer")
    )
    scale = pat.scales["agreement"].by_code(str(answer.value))
    given = row.answer
    assert (given.sheet, given.cell) == (answer.sheet, answer.cell)
    assert (given.value, given.score, given.counts) == (scale.label, scale.score, "yes")
    assert {r.answer.counts for r in summary.data if r.answer.section == "pat:7"} == {"no"}


def test_data__what_was_typed_before_it_was_put_right(pat):
    record = a_round([pat], 1)
    ret = next(iter(record.current.values()))
    changed = {(n.item, n.field): n.before for n in ret.normalised}
    assert changed
    given = [row.answer for row in summarise(record, MADE_AT).data]
    typed = {(each.item, each.field): each.typed for each in given if each.typed}
    assert typed == changed


def test_actions__quick_wins_first_and_overdue_marked(pat):
    summary = summarise(a_round([pat], 8, Wish(actions=3)), MADE_AT)
    orders = [action.order for action in summary.actions]
    assert orders == sorted(orders)
    assert len(summary.actions) == 24
    for action in summary.actions:
        due = action.deadline is not None and action.deadline < MADE_AT.date()
        assert action.overdue == (due and action.status not in ("Done", "Stopped"))
    assert any(action.overdue for action in summary.actions)


@pytest.mark.parametrize(
    ("code", "details"),
    [
        ("C04", {"value": "Spring 2026"}),
        ("C05", {"value": "3/4/26", "first": "3 April 2026", "second": "4 March 2026"}),
        ("C20", {"value": "Monday 3 April 2026", "actual": "Friday"}),
        ("C22", {"value": "31 Mar 26"}),
    ],
)
def test_actions__words_of_a_waived_deadline_are_shown_in_every_row_they_stand_in(
    pat, code, details
):
    record = a_round([pat], 1, Wish(actions=3))
    ((reference, ret),) = record.current.items()
    actions = tuple(replace(action, deadline=None) for action in ret.actions)
    first, second = (f"F{re.sub('[A-Z]', '', action.cell)}" for action in actions[:2])
    told = found(code, sheet=actions[0].sheet, cells=(first, second), **details)
    for waived in (True, False):
        waiver = Waiver("desk", MADE_AT, "ok") if waived else None
        changed = replace(ret, actions=actions, findings=(replace(told, waiver=waiver),))
        shown = replace(record, current={reference: changed}, history=(changed,))
        summary = summarise(shown, MADE_AT)
        words = sorted(action.deadline_said for action in summary.actions)
        assert words == (["", details["value"], details["value"]] if waived else ["", "", ""])
        proposed = [matter.proposed for matter in matters_of(summary) if matter.proposed]
        assert sorted(each.deadline_said for each in proposed) == words


def test_actions__words_of_a_waived_time_are_shown_until_it_is_a_choice(pat):
    record = a_round([pat], 1, Wish(actions=3))
    ((reference, ret),) = record.current.items()
    first, second, third = ret.actions
    first, second = (replace(one, action=f"Act {one.row}", horizon="") for one in (first, second))
    actions = (first, second, third)
    cells = [f"D{re.sub('[A-Z]', '', action.cell)}" for action in (first, third)]
    words = {"value": "By the summer", "choices": "", "suggestion": ""}
    told = found(
        "C01", sheet=first.sheet, cells=tuple(cells), item="action 1", field="horizon", **words
    )
    for waiver in (Waiver("desk", MADE_AT, "ok"), None):
        changed = replace(ret, actions=actions, findings=(replace(told, waiver=waiver),))
        shown = replace(record, current={reference: changed}, history=(changed,))
        seen = {each.action: each.horizon for each in summarise(shown, MADE_AT).actions}
        assert seen[first.action] == ("By the summer" if waiver else "")
        assert seen[second.action] == ""
        assert seen[third.action] in [choice.label for choice in pat.action_plan.horizons]


def test_toolkits__two_versions_are_kept_apart(pat):
    newer = replace(pat, version="9.9", how="Other words.")
    statements = replace(newer.sections[0].items[0], ask="Worded anew.")
    first = replace(newer.sections[0], items=(statements, *newer.sections[0].items[1:]))
    newer = replace(newer, sections=(first, *newer.sections[1:]))
    people = respondents(4)
    old_round, new_round = a_round([pat], people[:2]), a_round([newer], people[2:])
    record = replace(
        old_round,
        toolkits={questions_digest(pat): pat, questions_digest(newer): newer},
        issued=(*old_round.issued, *new_round.issued),
        current={**old_round.current, **new_round.current},
        history=(*old_round.history, *new_round.history),
    )
    parts = summarise(record, MADE_AT).parts
    assert [part.key for part in parts] == [f"pat-{pat.version}", "pat-9.9"]
    assert [part.returned for part in parts] == [2, 2]


def test_toolkits__in_the_order_of_the_assessment(pat, melton):
    assert [p.key for p in summarise(a_round([melton, pat], 2), MADE_AT).parts] == [
        "melton-evaluation", "pat",
    ]  # fmt: skip


def test_toolkits__questions_missing_from_the_record(pat):
    with pytest.raises(XlassessError, match="not in the ledger"):
        summarise(replace(a_round([pat], 1), toolkits={}), MADE_AT)


def test_levels__means_by_level(pat):
    people = [replace(p, level=level) for p, level in
              zip(respondents(3), ("board", "front", "front"), strict=True)]  # fmt: skip
    record = with_returns(
        a_round([pat], people),
        {0: everything(pat, 4), 1: everything(pat, 2), 2: everything(pat, 1)},
    )
    levels = summarise(record, MADE_AT).parts[0].sections[0].levels
    assert {label: (f.n, f.mean) for label, f in levels.items()} == {
        "Board": (1, 24), "Front line": (2, 9),
    }  # fmt: skip


def test_live__only_up_to_a_size(pat, monkeypatch):
    record = a_round([pat], 2)
    assert summarise(record, MADE_AT).live
    monkeypatch.setattr("xlassess.consolidate.assemble.LIVE_ROWS", 10)
    assert not summarise(record, MADE_AT).live


def test_reading__totals_far_apart_are_said(pat):
    record = with_returns(
        a_round([pat], 2, Wish(talk=0)), {0: everything(pat, 4), 1: everything(pat, 1)}
    )
    narrative = summarise(record, MADE_AT).parts[0].narrative
    assert "from 36 to 144" in narrative.more[0]
    close = with_returns(record, {0: everything(pat, 3), 1: everything(pat, 2)})
    said = summarise(close, MADE_AT).parts[0].narrative
    assert "divided" not in " ".join((said.reading, *said.more))


@pytest.mark.parametrize(("counts", "differ"), [((2, 2), True), ((1, 3), False)])
def test_levels__items_seen_differently_by_two_returns_at_least(pat, counts, differ):
    many = sum(counts)
    levels = ["board"] * counts[0] + ["front"] * counts[1]
    people = [replace(p, level=level) for p, level in zip(respondents(many), levels, strict=True)]
    given = {n: everything(pat, 4 if level == "board" else 1) for n, level in enumerate(levels)}
    part = summarise(with_returns(a_round([pat], people), given), MADE_AT).parts[0]
    items = [item for item in part.items if item.scored]
    assert {item.levels_differ for item in items} == {differ}
    assert {item.levels["Board"].mean for item in items} == {4}


def test_sections__that_matter_more_and_score_less(pat):
    agreement = pat.scales["agreement"].substantive
    values = {}
    for item in pat.items():
        choices = pat.scales[item.answer].substantive if not item.is_free else ()
        if item.weighs:
            values[item.id, "answer"] = choices[0 if item.weighs == "2" else 2].code
        elif choices:
            values[item.id, "answer"] = agreement[-1 if item.id.startswith("2") else 1].code
    record = with_returns(a_round([pat], 1), {0: answers(pat, values)})
    sections = summarise(record, MADE_AT).parts[0].sections
    assert first_to_look_at(sections) == (False, True, False, False, False, False)
    assert first_to_look_at(()) == ()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("melton-evaluation", "by 30 June 2029: the source asks for one every 3 years."),
        ("rochford-hallmarks", "by 30 June 2027: the source asks for one every year."),
        ("pat", ""),
    ],
)  # fmt: skip
def test_context__says_when_the_next_review_is_due(name: str, said: str) -> None:
    record = a_round([find_toolkit(name)], 3, return_by=date(2026, 6, 30))
    (part,) = summarise(record, MADE_AT).parts
    assert said in part.narrative.context
    assert ("next review" in part.narrative.context) is bool(said)


@pytest.mark.parametrize("attribution", ["named", "partner", "lettered", "aggregated"])
def test_typed_in__who_answered_by_telephone_is_told_under_a_name_only(pat, attribution) -> None:
    """People know whom they rang up: told under a letter, the letter would be theirs."""
    record = a_round([pat], 9, Wish(), attribution=attribution)
    (reference, ret), *_ = record.current.items()
    said = found("I16", by="Cora Clerk", day="12 March 2026", source="by telephone")
    typed = replace(ret, findings=(*ret.findings, said))
    record = replace(
        record, current={**record.current, reference: typed},
        history=(typed, *record.history[1:]),
    )  # fmt: skip
    summary = summarise(record, MADE_AT)
    assert "1 of the 9 returns that count was typed in" in summary.typed_in
    named = attribution == "named"
    with zipfile.ZipFile(io.BytesIO(summary_bytes(summary))) as package:
        told = b"".join(map(package.read, package.namelist()))
    assert (b"by telephone" in told) is named
    assert (b"Cora Clerk" in told) is named
    assert any("I16" in str(row) for row in summary.findings) is named


def test_decisions__nobody_is_asked_for_what_the_plan_answers_or_declines(pat) -> None:
    record = a_round([pat], 9, Wish())
    (part,) = summarise(record, MADE_AT).parts

    def asked(plan: AgreedPlan | None = None) -> list[str]:
        told = (
            summarise(replace(record, plans={plan.round: plan} if plan else {}), MADE_AT)
            .parts[0]
            .narrative
        )
        leads = [re.search(r"\((\w+)\): .* Lead:\s_", text) for text in told.decisions]
        return [found[1] for found in leads if found]

    first, second, *_ = asked()
    action = AgreedAction("2026", "C1", part.key, first, "", "Do it.", "Ada", None, "")
    declined = DecidedRow("C2", part.key, second, "", "", decision=DECLINE)
    proposal = replace(declined, number="2", matter="Do something.")
    other = replace(action, part="another")
    assert first not in asked(AgreedPlan("2026", actions=(action,)))
    assert second in asked(AgreedPlan("2026", actions=(action,)))
    assert second not in asked(AgreedPlan("2026", rows=(declined,)))
    assert second in asked(AgreedPlan("2026", rows=(proposal,)))
    assert first in asked(AgreedPlan("2026", actions=(other,)))


def test_decisions__nobody_is_asked_to_talk_through_what_a_workshop_agreed_on(pat) -> None:
    record = a_round([pat], 9, Wish())
    (part,) = summarise(record, MADE_AT).parts
    talk = next(t for t in part.narrative.decisions if t.startswith("Talk through where"))
    item = re.search(r"\((\w+)\)", talk)[1]
    judged = Judgement(part.key, item, "", "agree", "Agree", "", "", MADE_AT)
    after = summarise(replace(record, judgements=(judged,)), MADE_AT).parts[0].narrative.decisions
    unread = replace(judged, label="", unread=True)
    still = summarise(replace(record, judgements=(unread,)), MADE_AT).parts[0].narrative.decisions
    assert not any(t.startswith("Talk through") and f"({item})" in t for t in after)
    assert talk in still
