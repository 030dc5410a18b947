"""The sheet of matters to act on: which items, how many answers, of how many."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

from tests.consolidate.rounds import MADE_AT, a_round, answers, with_returns
from xlassess.consolidate import summarise, summary_bytes
from xlassess.consolidate.summary.sheets.actions.flagged import TO_ACT_ON
from xlassess.toolkits.load import builtin_ids, find_toolkit

HEADER = ("Item", "Section", "Question", "To act on", "Answers", "Share")


def book_of(record):
    data = summary_bytes(summarise(record, MADE_AT))
    return openpyxl.load_workbook(io.BytesIO(data), data_only=True)


def rows_of(record):
    sheet = book_of(record)[TO_ACT_ON]
    rows = [row[:6] for row in sheet.iter_rows(values_only=True)]
    return [row for row in rows[rows.index(HEADER) + 1 :] if row[0]]


def test_flagged__section_item_and_denominator_largest_share_first() -> None:
    toolkit = find_toolkit("rochford-hallmarks")
    first = answers(toolkit, {("1.1", "answer"): "yes", ("4.2", "answer"): "no"})
    second = answers(toolkit, {("1.1", "answer"): "no", ("4.2", "answer"): "no",
                               ("6.1", "answer"): "yes"})  # fmt: skip
    rows = rows_of(with_returns(a_round([toolkit], 2), {0: first, 1: second}))
    found = [(row[0], row[1], *row[3:]) for row in rows]
    assert found == [("4.2", "Communities", 2, 2, 1.0), ("1.1", "Leadership", 1, 2, 0.5)]


def test_flagged__nothing_marked() -> None:
    toolkit = find_toolkit("rochford-hallmarks")
    given = answers(toolkit, {("1.1", "answer"): "yes"})
    assert rows_of(with_returns(a_round([toolkit], 1), {0: given})) == []


@pytest.mark.parametrize("toolkit_id", builtin_ids())
def test_flagged__only_where_the_toolkit_marks_answers(toolkit_id) -> None:
    toolkit = find_toolkit(toolkit_id)
    names = book_of(a_round([toolkit], 3)).sheetnames
    surveyed = toolkit.subject != "proposal"
    assert (TO_ACT_ON in names) == (surveyed and bool(toolkit.scoring.flagged))


def test_flagged__figures_from_too_few_are_withheld() -> None:
    toolkit = find_toolkit("rochford-hallmarks")
    given = answers(toolkit, {("1.1", "answer"): "no"})
    others = answers(toolkit, {("1.2", "answer"): "yes"})
    record = a_round([toolkit], 4, attribution="aggregated")
    kept = with_returns(record, {0: given, 1: given, 2: others, 3: others})
    few = replace(kept, assessment=replace(kept.assessment, minimum_group=3))
    assert rows_of(few) == []


def test_flagged__a_no_without_its_reasons_is_to_be_investigated() -> None:
    toolkit = find_toolkit("working-better-together")
    no = {("1.1b", "answer"): "no"}
    bare, told = answers(toolkit, no), answers(toolkit, no | {("1.1b", "comment"): "Under review."})
    record = with_returns(a_round([toolkit], 3), {0: bare, 1: told, 2: bare})
    sheet = book_of(record)[TO_ACT_ON]
    heads, *rows = (row for row in sheet.iter_rows(min_row=4, values_only=True) if row[0])
    assert heads[6:8] == ("Reasons not given: to be investigated", "Returns to ask")
    (row,) = rows
    assert row[3] == 3
    assert row[6] == 2
    codes = [person.code for person in people_of(record)]
    assert row[7] == f"{codes[0]}, {codes[2]}"


def people_of(record):
    return [row.person for row in summarise(record, MADE_AT).parts[0].rows]


def test_flagged__whose_reasons_are_missing_is_not_told_in_aggregate() -> None:
    toolkit = find_toolkit("working-better-together")
    bare = answers(toolkit, {("1.1b", "answer"): "no"})
    record = a_round([toolkit], 4, attribution="aggregated", minimum_group=3)
    sheet = book_of(with_returns(record, dict.fromkeys(range(4), bare)))[TO_ACT_ON]
    shown = [row for row in sheet.iter_rows(min_row=4, values_only=True) if row[0]]
    assert all(len([cell for cell in row if cell is not None]) == 6 for row in shown)


def test_areas__each_judgement_with_its_reasons_and_on_page_one() -> None:
    toolkit = find_toolkit("bv-partnership")
    one = answers(toolkit, {("1.1", "answer"): "basic", ("1-area", "answer"): "area-basic",
                            ("1-area", "comment"): "Plans are signed, not used."})  # fmt: skip
    other = answers(toolkit, {("1.1", "answer"): "better", ("1-area", "answer"): "area-better"})
    record = with_returns(a_round([toolkit], 3), {0: one, 1: one, 2: other})
    book = book_of(record)
    rows = [row for row in book["Areas"].iter_rows(min_row=5, values_only=True) if row[0]]
    assert sorted(row[1:3] for row in rows) == [
        ("Basic practice", "Plans are signed, not used."),
        ("Basic practice", "Plans are signed, not used."),
        ("Better practice", "–"),
    ]
    page = [str(c.value) for line in book["Summary"].iter_rows() for c in line if c.value]
    assert "2 of 3: Basic" in page


def test_areas__in_aggregate_counts_and_reasons_without_names() -> None:
    toolkit = find_toolkit("bv-partnership")
    one = answers(toolkit, {("1-area", "answer"): "area-basic", ("1-area", "comment"): "Not used."})
    other = answers(toolkit, {("1-area", "answer"): "area-better"})
    record = a_round([toolkit], 6, attribution="aggregated", minimum_group=2)
    given = {n: one if n < 3 else other for n in range(6)}
    rows = [row for row in book_of(with_returns(record, given))["Areas"].iter_rows(
        min_row=5, values_only=True) if row[0]]  # fmt: skip
    assert rows[0][1:] == ("3 Better practice, 3 Basic practice", "–", "–")
    assert [row[2] for row in rows[1:4]] == ["Not used."] * 3
    assert {row[3] for row in rows} == {"–"}
