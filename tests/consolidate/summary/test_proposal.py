"""The Proposal sheet: one page for the management team, whatever was proposed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.consolidate.rounds import MADE_AT, Wish, a_round
from tests.ingest.packages import sheet_of
from xlassess.consolidate import summarise, summary_bytes
from xlassess.consolidate.summary.sheets.actions.proposal import PROPOSAL
from xlassess.model.answer import PROPOSAL as PROPOSAL_ITEM
from xlassess.model.answer import Action, Answer
from xlassess.model.record import Round

QUICK = Action(1, "1.1", "Meet monthly", "quick", "Ann", date(2026, 6, 1), "Minutes", "", "A", "C6")
LATER = replace(QUICK, action="Share a budget", horizon="long", deadline=None)
DONE = replace(QUICK, action="Buy a kettle", status="done")


def proposing(
    record: Round, texts: dict[int, str], actions: dict[int, tuple[Action, ...]]
) -> Round:
    """The round with these proposals and actions, by the place of the workbook."""
    current = {}
    for place, issued in enumerate(record.issued):
        ret = record.current[issued.reference]
        kept = tuple(a for a in ret.answers if a.item != PROPOSAL_ITEM)
        if place in texts:
            text = texts[place]
            kept += (Answer(PROPOSAL_ITEM, "answer", text, "Action plan", "C27"),)
        current[issued.reference] = replace(ret, answers=kept, actions=actions.get(place, ()))
    return replace(record, current=current, history=tuple(current.values()))


def proposal_of(record: Round) -> Worksheet:
    data = summary_bytes(summarise(record, MADE_AT))
    return sheet_of(data, PROPOSAL)


def texts_of(sheet: Worksheet) -> list[str]:
    return [str(c.value) for row in sheet.iter_rows() for c in row if c.value is not None]


def test_proposal__says_what_and_by_whom_and_parts_actions(melton) -> None:
    record = proposing(
        a_round([melton], 3), {0: "Carry on\nfor three years."}, {1: (LATER, QUICK, DONE)}
    )
    found = texts_of(proposal_of(record))
    assert "Carry on for three years." in found
    name = record.issued[0].partner
    assert any(text.startswith(name) for text in found)
    source = record.issued[1].partner
    wanted = ("Quick wins", f"Meet monthly ({source})", "Medium to long term",
              f"Share a budget ({source})")  # fmt: skip
    order = [found.index(text) for text in wanted]
    assert order == sorted(order)
    assert "Buy a kettle" not in found


def test_proposal__nothing_proposed(melton) -> None:
    found = texts_of(proposal_of(proposing(a_round([melton], 2), {}, {})))
    assert "Action" not in found, "a table without rows has no headings"


def test_proposal__only_where_the_toolkit_asks_for_one(pat) -> None:
    data = summary_bytes(summarise(a_round([pat], 2), MADE_AT))
    assert PROPOSAL not in openpyxl.load_workbook(io.BytesIO(data), read_only=True).sheetnames


@pytest.mark.parametrize("attribution", ["lettered", "aggregated"])
def test_proposal__without_names(melton, attribution) -> None:
    record = a_round([melton], 8, attribution=attribution)
    record = proposing(record, {0: "Carry on."}, {})
    found = texts_of(proposal_of(record))
    assert "Carry on." in found
    names = {issued.partner for issued in record.issued}
    assert not any(name in text for name in names for text in found)


@pytest.mark.parametrize("length", [1, 40, 500])
def test_proposal__is_one_page_whatever_is_proposed(melton, length) -> None:
    text = "We propose to carry on and to settle who answers for what. " * length
    long = replace(QUICK, action="Write down who answers for what. " * 10, measure="Seen. " * 30)
    record = proposing(
        a_round([melton], 30, Wish(returned=30)),
        dict.fromkeys(range(30), text),
        dict.fromkeys(range(30), (long, replace(long, horizon="medium"))),
    )
    sheet = proposal_of(record)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert {sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight} <= {None, 1}
    assert sheet.page_setup.orientation == "portrait"
    found = texts_of(sheet)
    shown = [each for each in found if each.startswith("We propose")]
    assert len(shown) == 8
    assert all(each.endswith("…") or each == text.strip() for each in shown)
    assert any("22 more" in each for each in found)
