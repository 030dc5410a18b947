"""The sheet of matters to act on: which items, how many answers, of how many."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

from tests.consolidate.rounds import MADE_AT, a_round, answers, with_returns
from xlassess.consolidate import summarise, summary_bytes
from xlassess.consolidate.summary.sheets.flagged import TO_ACT_ON
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
