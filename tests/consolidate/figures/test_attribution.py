"""Attribution: who is shown as what, and what is withheld, in every part of the workbook."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.consolidate.rounds import MADE_AT, PARTNERS, Wish, a_round, respondents
from xlassess.consolidate import summarise, summary_bytes
from xlassess.consolidate.figures.privacy.attribution import _names, participants_of, shown_groups
from xlassess.contract.layout import column_name
from xlassess.model.answer import Answer
from xlassess.model.record import Round


def parts(data: bytes) -> str:
    """All text of a workbook: every part, its XML undone, in one string."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        whole = "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
    return whole.replace("&amp;", "&").replace("&apos;", "'").replace("&quot;", '"')


def telling(record: Round) -> Round:
    """The round with a comment in every return that names partners and respondents."""
    current = dict(record.current)
    for number, issued in enumerate(record.issued):
        ret = current.get(issued.reference)
        if ret is None:
            continue
        other = record.issued[number - 1]
        said = f"{issued.partner} ({issued.respondent}, {issued.reference}) and {other.partner}."
        rest = tuple(a for a in ret.answers if (a.item, a.field) != ("1A", "comment"))
        comment = Answer("1A", "comment", said, "1 Need", "F6")
        actions = tuple(replace(each, owner=issued.respondent, action=said) for each in ret.actions)
        current[issued.reference] = replace(ret, answers=(*rest, comment), actions=actions)
    return replace(record, current=current, history=tuple(current.values()))


def secrets(record: Round) -> set[str]:
    names = {each.partner for each in record.issued} | {each.respondent for each in record.issued}
    references = {each.reference for each in record.issued}
    files = {each.file_name for each in record.issued}
    return names | references | files


@pytest.mark.parametrize("attribution", ["lettered", "aggregated"])
def test_attribution__no_name_in_any_part(pat, melton, attribution):
    record = telling(
        a_round([pat, melton], 8, Wish(returned=7, query=(2,)), attribution=attribution)
    )
    text = parts(summary_bytes(summarise(record, MADE_AT)))
    found = {secret for secret in secrets(record) if secret in text}
    assert not found


def test_attribution__named_shows_who(pat):
    record = telling(a_round([pat], 4))
    text = parts(summary_bytes(summarise(record, MADE_AT)))
    assert all(secret in text for secret in secrets(record))


def test_lettered__one_letter_for_a_partner_everywhere(pat, melton):
    record = a_round([pat, melton], 5, attribution="lettered")
    summary = summarise(record, MADE_AT)
    shown = {
        (person.issued.identity.partner, person.partner)
        for person in summary.participants.people.values()
    }
    assert len(shown) == 5
    assert {partner for _, partner in shown} == {f"Partner {each}" for each in "ABCDE"}
    codes = [person.code for person in summary.participants.people.values()]
    assert len(set(codes)) == 10
    assert {row.person.partner for row in summary.data} == {partner for _, partner in shown}


def test_lettered__letters_do_not_follow_the_register(pat):
    record = a_round([pat], 8, attribution="lettered")
    letters = [person.partner for person in summarise(record, MADE_AT).participants.people.values()]
    assert letters != sorted(letters)


def test_lettered__several_respondents_of_a_partner_share_its_letter(pat):
    people = respondents(4)
    people += [replace(one, id=f"second {one.id}", name=f"Another {one.id}") for one in people]
    people = [replace(one, level="") for one in people]
    summary = summarise(a_round([pat], people, attribution="lettered"), MADE_AT)
    mine = [
        person
        for person in summary.participants.people.values()
        if person.issued.identity.partner == people[0].partner_id
    ]
    assert len({person.partner for person in mine}) == 1
    assert {person.respondent for person in mine} == {"Respondent 1", "Respondent 2"}


def test_lettered__small_levels_are_withheld_in_rows_and_figures(pat):
    people = [
        replace(person, level=level)
        for person, level in zip(respondents(9), ["board"] + ["senior"] * 4 + ["front"] * 4,
                                 strict=True)
    ]  # fmt: skip
    summary = summarise(a_round([pat], people, attribution="lettered"), MADE_AT)
    # One board member alone, so the next smallest level goes too: else total less rest tells.
    assert summary.participants.levels == ("Front line",) or summary.participants.levels == (
        "Senior management",
    )
    assert "Board" not in {row.person.level for row in summary.data}
    assert all("Board" not in each.levels for each in summary.parts[0].sections)


def test_lettered__too_few_partners_fall_back_to_aggregate(pat):
    summary = summarise(a_round([pat], 2, attribution="lettered"), MADE_AT)
    assert summary.participants.attribution == "aggregated"
    assert summary.participants.fallback
    assert summary.parts[0].rows == ()


def test_aggregated__no_rows_and_no_ends_of_ranges(pat):
    summary = summarise(a_round([pat], 6, attribution="aggregated"), MADE_AT)
    part = summary.parts[0]
    assert part.rows == ()
    assert part.returned == 6
    assert all(each.score.low is None and each.score.high is None for each in part.sections)
    assert all(row.person is None for row in summary.data)
    alike = sum(item.withheld for item in part.items)  # all six said the same
    assert sum(row.times for row in summary.data) == 6 * (43 - alike)
    assert all(remark.person is None for remark in summary.remarks)


def test_aggregated__fewer_than_the_minimum_group_is_withheld(pat):
    summary = summarise(
        a_round([pat], 6, Wish(returned=2, talk=1), attribution="aggregated"), MADE_AT
    )
    part = summary.parts[0]
    assert all(each.score.withheld for each in part.sections)
    assert all(item.withheld for item in part.items)
    assert part.overall[0].score == replace(part.overall[0].score, mean=None, withheld=True)
    assert (tuple(summary.data), summary.remarks, summary.actions) == ((), (), ())
    assert "withheld" in part.narrative.reading


def test_aggregated__an_item_few_answered_is_withheld_everywhere(pat):
    record = a_round([pat], 6, attribution="aggregated")
    current = dict(record.current)
    for reference in list(current)[2:]:
        kept = tuple(answer for answer in current[reference].answers if answer.item != "3B")
        current[reference] = replace(current[reference], answers=kept)
    summary = summarise(replace(record, current=current), MADE_AT)
    item = next(item for item in summary.parts[0].items if item.item.id == "3B")
    third = summary.parts[0].sections[2]
    assert item.withheld
    assert sum(item.agreement.counts.values()) == 0
    assert "3B" not in {row.answer.item for row in summary.data}
    # The section's answers are those of the items shown, so the rest cannot be worked out.
    assert third.given == 5 * 6
    assert third.score.withheld


GROUPS = st.dictionaries(st.sampled_from("abcdef"), st.sets(st.sampled_from("123456789")))


@given(GROUPS, st.integers(1, 6))
def test_shown_groups__property_nothing_small_and_no_small_rest(members, minimum):
    shown = shown_groups(members, minimum)
    rest = set().union(*(mine for group, mine in members.items() if group not in shown))
    assert all(len(members[group]) >= minimum for group in shown)
    assert not rest or len(rest) >= minimum or not shown


def test_letter__beyond_z():
    assert [column_name(index) for index in (0, 25, 26, 27, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_cast__forty_partners_have_forty_letters(pat):
    participants = participants_of(a_round([pat], 40, attribution="lettered"))
    assert len({person.partner for person in participants.people.values()}) == 40
    assert all(re.fullmatch(r"Partner [A-Z]{1,2}", p.partner) for p in participants.people.values())
    assert len(PARTNERS) == 10


@pytest.mark.parametrize(
    ("applied", "own", "joint"),
    [("lettered", "Partner 0", "[name removed]"), ("partner", "Hants CC", "HCC")],
)
def test_names__a_short_one_of_two_partners_stands_for_neither(pat, applied, own, joint):
    partners = ("Hampshire County Council", "Hertford City Council", "Fen Volunteers")
    record = a_round([pat], 3, attribution="lettered")
    issued = [replace(one, partner=name) for one, name in zip(record.issued, partners, strict=True)]
    signs = {one.identity.partner: str(number) for number, one in enumerate(issued)}
    names = _names(issued, applied, signs)
    assert (names["Hants CC"], names["HCC"]) == (own, joint)
