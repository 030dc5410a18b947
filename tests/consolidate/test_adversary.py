"""Someone who wants to find out: what a summary without names gives away to whoever reads it all.

Most tests compare whole workbooks: if names, files, times, the order of the register or who of
a level gave which answers were different, not one byte of the workbook may be.
"""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.consolidate.figures.test_attribution import parts, telling
from tests.consolidate.rounds import MADE_AT, Wish, a_round, answers, respondents, with_returns
from xlassess.consolidate import Summary, summarise, summary_bytes
from xlassess.consolidate.export.files import export
from xlassess.consolidate.report.document import report_bytes
from xlassess.model.finding import Finding, Kind, Waiver
from xlassess.model.record import Outcome, Register, Round
from xlassess.model.toolkit import Toolkit

HIDDEN = ("lettered", "aggregated")
STRANGER = "Mx Nobody whom the register has"
ACCEPTED = Waiver("desk", MADE_AT, "ok")
QUERY = Kind("Q-TEST", "query", "Value not in the list", "The value {value} is no choice.", "-")


def papers(record: Round) -> dict[str, bytes]:
    """Everything that is written from a round: summary, export, and the report's words."""
    summary = summarise(record, MADE_AT)
    files = {file.name: file.content for form in ("csv", "json") for file in export(summary, form)}
    return {"summary.xlsx": summary_bytes(summary)} | files


def the_round(toolkit: Toolkit, attribution: str, count: int = 9) -> Round:
    """A round with what may tell: a waiver, somebody who declined, a refused file, late ones."""
    people = [replace(p, email=f"{p.id}@{p.partner_id}.example") for p in respondents(count)]
    wish = Wish(returned=count - 1, talk=0.0, query=(2,))
    record = a_round([toolkit], people, wish, attribution=attribution)
    current = dict(record.current)
    for number, (reference, ret) in enumerate(current.items()):
        waived = Finding(
            QUERY, ret.file, "1 Need", "C6", "1A", waiver=Waiver("desk", MADE_AT, "ok")
        )
        actions = tuple(replace(each, owner="") for each in ret.actions)
        findings = (waived,) if number == 4 else ret.findings
        current[reference] = replace(ret, actions=actions, findings=findings)
    last = record.issued[-1].reference
    register = Register(outcomes={last: Outcome("declined", "desk", MADE_AT, "no time")})
    return replace(
        record, current=current, history=tuple(current.values()), register=register
    )  # fmt: skip


def renamed(record: Round) -> Round:
    """The same round among other people, with other files, received at other times."""
    issued = tuple(
        replace(each, partner=f"Other {n}", respondent=f"Anna {n}", email=f"a{n}@b.example",
                file_name=f"other {n}.xlsx")
        for n, each in enumerate(record.issued)
    )  # fmt: skip
    times = [ret.received_at for ret in record.current.values()]
    current = {
        reference: replace(
            ret, file=f"other {n}.xlsx", size=99 + n, received_at=times[n - 1],
            findings=tuple(replace(each, file="", details={"value": "x"}) for each in ret.findings),
        )
        for n, (reference, ret) in enumerate(record.current.items())
    }  # fmt: skip
    return replace(record, issued=issued, current=current, history=tuple(current.values()))


def in_other_order(record: Round) -> Round:
    """The same round with register and receipts in another order."""
    chance = random.Random(7)
    issued, history = list(record.issued), list(record.history)
    chance.shuffle(issued)
    chance.shuffle(history)
    current = dict(sorted(record.current.items(), key=lambda pair: pair[1].sha256))
    return replace(record, issued=tuple(issued), current=current, history=tuple(history))


def exchanged(record: Round) -> Round:
    """The same round in which people of one level have given each other's answers."""
    by_level: dict[str, list[str]] = {}
    for issued in record.issued:
        if issued.reference in record.current:
            by_level.setdefault(issued.level, []).append(issued.reference)
    other = {
        reference: group[place - 1]
        for group in by_level.values()
        for place, reference in enumerate(group)
    }
    current = {
        reference: replace(record.current[other[reference]], reference=reference)
        for reference in record.current
    }
    return replace(record, current=current, history=tuple(current.values()))


def same_seals(record: Round, changed: Round) -> None:
    """Who is who is kept by reference and seal, so that only what is said may differ."""
    assert {i.reference: i.seal for i in record.issued} == {
        i.reference: i.seal for i in changed.issued
    }


@pytest.mark.parametrize("attribution", HIDDEN)
@pytest.mark.parametrize("change", [renamed, in_other_order])
def test_nothing_depends_on__names_files_times_order(
    pat, attribution: str, change: Callable[[Round], Round]
):
    record = the_round(pat, attribution)
    changed = change(record)
    same_seals(record, changed)
    before, after = papers(record), papers(changed)
    assert [name for name in before if before[name] != after[name]] == []


def test_nothing_depends_on__who_of_a_level_said_what(pat):
    record = the_round(pat, "aggregated", 13)
    before, after = papers(record), papers(exchanged(record))
    assert [name for name in before if before[name] != after[name]] == []


def test_nothing_depends_on__who_of_a_level_said_what_to_one_question(builtin_toolkit):
    """Not the last digit of a mean, either: rounding errors differ with what is added up."""
    kit, chance = builtin_toolkit, random.Random(5)
    record = a_round([kit], 9, Wish(talk=0, actions=0), attribution="aggregated")
    given: dict[int, dict[tuple[str, str], str]] = {n: {} for n in range(9)}
    other: dict[int, dict[tuple[str, str], str]] = {n: {} for n in range(9)}
    for item in kit.items():
        for field in () if item.is_free else item.answer_fields:
            choices = kit.scales[item.answer].substantive
            for level in {issued.level for issued in record.issued}:
                who = [n for n in range(9) if record.issued[n].level == level]
                said = [chance.choice(choices).code for _ in who]
                swapped = chance.sample(said, len(said))
                for n, one, two in zip(who, said, swapped, strict=True):
                    given[n][item.id, field], other[n][item.id, field] = one, two
    before, after = (
        summarise(with_returns(record, {n: answers(kit, all_of[n]) for n in all_of}), MADE_AT)
        for all_of in (given, other)
    )
    assert before.parts == after.parts
    assert list(before.data) == list(after.data)


def test_comments__in_aggregate_their_order_tells_nothing(pat):
    record = a_round([pat], 8, Wish(talk=0.5, actions=2), attribution="aggregated")
    summary, other = (summarise(each, MADE_AT) for each in (record, exchanged(record)))
    assert summary.remarks == other.remarks
    assert summary.actions == other.actions


def test_named__the_same_changes_do_show(pat):
    """The tests above can fail: with names the very same changes change the workbook."""
    record = the_round(pat, "named")
    assert papers(record)["summary.xlsx"] != papers(renamed(record))["summary.xlsx"]


@pytest.mark.parametrize("attribution", HIDDEN)
def test_secrets__in_no_part_of_summary_export_or_report(pat, melton, attribution):
    people = [replace(p, email=f"{p.id}@{p.partner_id}.example") for p in respondents(8)]
    record = telling(a_round([pat, melton], people, Wish(returned=7), attribution=attribution))
    summary = summarise(record, MADE_AT)
    text = parts(summary_bytes(summary)) + parts(report_bytes(summary))
    text += "".join(
        file.content.decode() for form in ("csv", "json") for file in export(summary, form)
    )
    coordinator = record.assessment.coordinator
    secrets = {coordinator.email, coordinator.phone}
    for issued in record.issued:
        words = (word for word in issued.respondent.split() if len(word) > 4)
        secrets |= {issued.partner, issued.respondent, issued.email, issued.file_name}
        secrets |= {issued.reference, issued.seal, *words}
    assert [secret for secret in secrets if secret and secret in text] == []


@pytest.mark.parametrize("attribution", HIDDEN)
def test_particulars__lines_about_who_answers_are_not_shown(melton, attribution):
    record = a_round([melton], 5, Wish(talk=1), attribution=attribution)
    current = {
        reference: replace(
            ret,
            answers=tuple(
                replace(a, value=STRANGER) if a.item == "D17" else a for a in ret.answers
            ),
        )
        for reference, ret in record.current.items()
    }
    assert any(a.value == STRANGER for ret in current.values() for a in ret.answers)
    record = replace(record, current=current, history=tuple(current.values()))
    assert STRANGER not in parts(summary_bytes(summarise(record, MADE_AT)))


def given_by(
    pat: Toolkit,
    gaps: Mapping[int, set[str]],
    count: int = 8,
    seed: int = 1,
    attribution: str = "aggregated",
) -> Round:
    """A round in which these respondents leave these items out; nothing else is missing."""
    chance = random.Random(seed)
    record = a_round([pat], respondents(count), Wish(talk=0), attribution=attribution)
    found = {}
    for number in range(count):
        values = {
            (item.id, "answer"): chance.choice(pat.scales[item.answer].substantive).code
            for item in pat.items()
            if not item.is_free and item.id not in gaps.get(number, set())
        }
        found[number] = answers(pat, values)
    return with_returns(record, found)


def difference(summary: Summary, record: Round, section: int) -> tuple[float, int] | None:
    """What a reader gets by setting the counts of a section's items against its mean.

    That is the points of those who answered it in part; None where a figure is missing. The
    number of those people is known only to us.
    """
    part = summary.parts[0]
    figures = part.sections[section]
    items = [i for i in part.items if i.section.id == figures.section.id and i.scored]
    if figures.score.mean is None or any(item.withheld for item in items):
        return None
    points = sum((item.agreement.mean or 0) * item.agreement.n for item in items)
    asked = {item.item.id for item in items}
    partial = 0
    for ret in record.current.values():
        given = {a.item for a in ret.answers if a.field == "answer"} & asked
        partial += bool(given) and given != asked
    return points - figures.score.mean * figures.score.n, partial


def test_difference__of_counts_and_mean_tells_nobodys_answers(pat):
    record = given_by(pat, {0: {"1A"}})
    summary = summarise(record, MADE_AT)
    first, second = summary.parts[0].sections[:2]
    assert first.score.withheld
    assert first.score.secondary
    assert first.score.n == 7
    assert second.score.mean is not None
    # The grand total of the seven would tell the eighth's other sections.
    assert summary.parts[0].overall[0].score.withheld
    assert first.name in summary.parts[0].narrative.caution
    assert "grand total" in summary.parts[0].narrative.caution
    assert summary.parts[0].narrative.scenario.startswith("No scenario")


def test_difference__of_enough_people_is_shown(pat):
    summary = summarise(given_by(pat, {0: {"1A"}, 1: {"1B"}, 2: {"1A"}}), MADE_AT)
    assert summary.parts[0].sections[0].score.n == 5
    assert summary.parts[0].sections[0].score.mean is not None
    assert summary.parts[0].overall[0].score.mean is not None


def test_difference__with_names_nothing_is_withheld(pat):
    record = given_by(pat, {0: {"1A"}}, attribution="named")
    part = summarise(record, MADE_AT).parts[0]
    assert not any(each.score.withheld for each in part.sections)
    assert part.overall[0].score.n == 7


GAPS = st.dictionaries(
    st.integers(0, 8),
    st.sets(st.sampled_from(["1A", "1B", "1F", "2C", "2D", "6F"]), max_size=4),
    max_size=6,
)


@given(GAPS, st.integers(0, 99))
def test_difference__property_is_never_that_of_few(pat, gaps, seed):
    record = given_by(pat, gaps, 9, seed)
    summary = summarise(record, MADE_AT)
    for section in range(6):
        told = difference(summary, record, section)
        assert told is None or told[1] == 0 or told[1] >= summary.participants.minimum
        if told and not told[1]:
            assert told[0] == pytest.approx(0, abs=1e-6)  # means are rounded


@given(GAPS, st.lists(st.sampled_from(["board", "senior", "front", ""]), min_size=9, max_size=9))
def test_levels__property_the_rest_is_never_that_of_few(pat, gaps, levels):
    record = given_by(pat, gaps, 9)
    issued = tuple(replace(i, level=level) for i, level in zip(record.issued, levels, strict=True))
    record = replace(record, issued=issued)
    summary = summarise(record, MADE_AT)
    part, least = summary.parts[0], summary.participants.minimum
    for each in part.sections:
        shown = [figure for figure in each.levels.values() if figure.mean is not None]
        assert all(figure.n >= least for figure in shown)
        if shown and each.score.mean is not None:
            rest = each.score.n - sum(figure.n for figure in shown)
            assert rest == 0 or rest >= least
    for item in part.items:
        shown = [figure for figure in item.levels.values() if figure.mean is not None]
        assert all(figure.n >= least for figure in shown)
        rest = item.agreement.n - sum(figure.n for figure in shown)
        assert not shown or item.withheld or rest == 0 or rest >= least


def test_levels__alike_where_nobody_of_the_others_went_further_are_hidden(pat):
    """How answers fall shows that nobody disagreed: a mean of “agree” then tells each answer."""
    record = given_by(pat, {}, 9, seed=2)
    levels = ["board", "board", "board", *["senior"] * 3, *["front"] * 3]
    issued = tuple(replace(i, level=level) for i, level in zip(record.issued, levels, strict=True))
    choices = ["strongly-agree", "agree"] * 3 + ["agree"] * 3
    given = {}
    for number, choice in enumerate(choices):
        said = record.current[record.issued[number].reference].answers
        given[number] = tuple(
            replace(a, value=choice) if (a.item, a.field) == ("1E", "answer") else a for a in said
        )
    part = summarise(replace(with_returns(record, given), issued=issued), MADE_AT).parts[0]
    item = next(item for item in part.items if item.item.id == "1E")
    assert not item.withheld
    shown = [label for label, figure in item.levels.items() if figure.mean is not None]
    assert "Front line" not in shown
    assert len(shown) <= 1, "nor may all less the two others tell it"


def test_levels__a_gap_hides_a_level_and_one_that_would_tell_it(pat):
    record = given_by(pat, {0: {"1A"}}, 9, seed=2)
    levels = ["board", "board", "board", *["senior"] * 3, *["front"] * 3]
    issued = tuple(replace(i, level=level) for i, level in zip(record.issued, levels, strict=True))
    part = summarise(replace(record, issued=issued), MADE_AT).parts[0]
    first = next(item for item in part.items if item.item.id == "1A")
    shown = [label for label, figure in first.levels.items() if figure.mean is not None]
    assert len(shown) == 1  # all 8 less two levels of 3 would be the two of the board
    assert part.sections[0].levels["Board"].withheld
    assert any(f.mean is not None for each in part.sections for f in each.levels.values())


def test_share__a_withheld_item_is_not_in_the_whole(rochford):
    record = a_round([rochford], 6, Wish(talk=0), attribution="aggregated")
    first = next(item.id for item in rochford.items() if item.required and not item.is_free)
    current = {
        reference: replace(ret, answers=tuple(a for a in ret.answers if a.item != first or n < 2))
        for n, (reference, ret) in enumerate(record.current.items())
    }
    part = summarise(replace(record, current=current), MADE_AT).parts[0]
    assert next(item for item in part.items if item.item.id == first).withheld
    for whole in part.overall:
        answered = sum(each.answered for each in part.sections)
        good = sum(each.favourable for each in part.sections)
        assert whole.score.mean == pytest.approx(good / answered)


def test_lettered__references_in_order_do_not_give_the_letters(pat):
    record = a_round([pat], 12, attribution="lettered")
    people = summarise(record, MADE_AT).participants.people
    letters = [people[reference].partner for reference in sorted(people)]
    assert letters != sorted(letters)


def test_lettered__when_a_file_came_and_its_size_are_not_shown(pat):
    summary = summarise(the_round(pat, "lettered"), MADE_AT)
    entries = summary.parts[0].entries
    assert {(entry.received_at, entry.late) for entry in entries} == {(None, False)}
    assert {(file.received_at, file.size) for file in summary.files} == {(None, 0)}
    assert [file.code for file in summary.files] == sorted(file.code for file in summary.files)
    assert "last received" in summary.parts[0].narrative.context


@pytest.mark.parametrize("attribution", HIDDEN)
def test_hashes__of_files_tell_no_holder_of_a_copy_what_became_of_it(pat, attribution):
    record = the_round(pat, attribution)
    text = parts(summary_bytes(summarise(record, MADE_AT)))
    assert [ret.file for ret in record.history if ret.sha256 in text] == []


def test_chart_caches__hold_nothing_beside_the_cells(pat):
    """Custom error bars carry their values with them: the range of single returns."""
    text = parts(summary_bytes(summarise(the_round(pat, "aggregated"), MADE_AT)))
    assert "c:errBars" not in text


def test_hidden__no_sheet_row_or_column_is(pat):
    for attribution in HIDDEN:
        data = summary_bytes(summarise(the_round(pat, attribution), MADE_AT))
        for sheet in openpyxl.load_workbook(io.BytesIO(data)):
            assert sheet.sheet_state == "visible"
            assert not [c for c, d in sheet.column_dimensions.items() if d.hidden]
            assert not [r for r, d in sheet.row_dimensions.items() if d.hidden]


def test_received__moves_nothing_but_the_last_day(pat):
    record = the_round(pat, "lettered")
    later = {
        reference: replace(ret, received_at=(ret.received_at or MADE_AT) + timedelta(days=200))
        for reference, ret in record.current.items()
    }
    moved = replace(record, current=later, history=tuple(later.values()))
    one, two = (summarise(each, MADE_AT) for each in (record, moved))
    assert one.parts[0].entries == two.parts[0].entries
    assert one.files == two.files
