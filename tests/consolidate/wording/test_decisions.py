"""What the coordinator decided, as the summary tells it under each attribution."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import openpyxl
import pytest

from tests.consolidate.rounds import MADE_AT, Wish, a_round
from xlassess.consolidate import summarise, write_summary
from xlassess.consolidate.figures.values import RegisterEntry, Summary
from xlassess.model.answer import Normalisation
from xlassess.model.assessment import Attribution
from xlassess.model.catalogue import found
from xlassess.model.finding import Waiver
from xlassess.model.record import Decision, Outcome, OutcomeKind, Register, Round
from xlassess.toolkits.load import find_toolkit

AT = datetime(2026, 4, 7, 12, tzinfo=timezone.utc)
WAIVER = Waiver("Dana Okafor", AT, "Imran Patel cannot judge this")


def decided(attribution: Attribution = "named") -> Round:
    """A round of eight, of which five answered; the first has a waived query, the second an open
    one, the third came back twice without a clear order, the last two are settled."""
    wish = Wish(returned=5, query=(0, 1))
    record = a_round([find_toolkit("pat")], 8, wish, attribution=attribution)
    refs = [issued.reference for issued in record.issued]
    current = dict(record.current)
    waived = replace(current[refs[0]].findings[0], waiver=WAIVER)
    current[refs[0]] = replace(current[refs[0]], findings=(waived,), state="accepted with notes")
    rival = replace(
        current[refs[2]], file="again.xlsx", sha256="f" * 64, number=99, state="query",
        findings=(found("L01", reference=refs[2]),),
    )  # fmt: skip
    outcomes = {
        refs[6]: outcome("nil return", "No joint projects"),
        refs[7]: outcome("declined", "By letter"),
    }
    return replace(
        record,
        current=current,
        history=(*current.values(), rival),
        register=Register(outcomes=outcomes),
        decisions=(
            Decision(
                "set aside", refs[5], 98, "odd\n\nname.xlsx", "Dana Okafor", AT, "Imran\n\nerred"
            ),
        ),
        events=57,
        head="ab" * 32,
    )


def outcome(kind: OutcomeKind, reason: str) -> Outcome:
    return Outcome(kind, "Dana Okafor", AT, reason)


def entries(summary: Summary) -> dict[str, RegisterEntry]:
    return {entry.person.issued.identity.respondent: entry for entry in summary.parts[0].entries}


def test_entries__stand_as_decided() -> None:
    found = entries(summarise(decided(), MADE_AT))
    assert [found[f"r{n}"].standing for n in range(1, 9)] == [
        "Returned", "Query open", "Query open", "Returned", "Returned", "Overdue", "Nil return",
        "Declined",
    ]  # fmt: skip
    assert [found[f"r{n}"].queries for n in (1, 2, 3)] == [0, 1, 1]
    assert found["r1"].notes == 1


def test_rate__counts_nil_returns_and_keeps_who_declined_in_the_number() -> None:
    (part,) = summarise(decided(), MADE_AT).parts
    assert (part.returned, part.nil_returns, part.declined, part.issued) == (5, 1, 1, 8)
    assert part.response_rate == pytest.approx(6 / 8)


@pytest.mark.parametrize(
    ("attribution", "by", "reason"),
    [("named", True, True), ("lettered", False, True), ("aggregated", False, False)],
)
def test_waivers__are_told_as_far_as_names_are(
    attribution: Attribution, by: bool, reason: bool
) -> None:
    summary = summarise(decided(attribution), MADE_AT)
    (waiver,) = summary.waivers
    assert "Q-TEST" in waiver
    assert ("Dana Okafor" in waiver) == by
    assert ("cannot judge this" in waiver) == reason
    assert ("Imran Patel" in waiver) == (attribution == "named")
    remarks = "\n".join(entry.remarks for entry in entries(summary).values())
    assert "Waived" in remarks
    assert ("By letter" in remarks) == ("No joint projects" in remarks) == by
    assert "L01" in remarks


@pytest.mark.parametrize("attribution", ["named", "aggregated"])
def test_workbook__shows_what_was_decided(attribution: Attribution, tmp_path: Path) -> None:
    path = tmp_path / "summary.xlsx"
    write_summary(summarise(decided(attribution), MADE_AT), path)
    book = openpyxl.load_workbook(path, data_only=True)
    cells = {
        sheet: [cell.value for row in book[sheet].iter_rows() for cell in row if cell.value]
        for sheet in ("Responses", "Method", "Summary")
    }
    book.close()
    heads = cells["Responses"].index("Issued")
    assert cells["Responses"][heads : heads + 8] == [
        "Issued", "Returned", "Nil return", "Response rate", "Query open", "Declined", "Refused",
        "Still out",
    ]  # fmt: skip
    assert cells["Responses"][heads + 9 : heads + 16] == [8, 5, 1, 0.75, 2, 1, 1]
    back = "6 of 8 workbooks issued have come back (75%): 5 with answers and 1 nil return"
    assert any(back in str(value) for value in cells["Summary"])
    assert any("57:abab" in str(value) for value in cells["Method"])
    assert any("Q-TEST" in str(value) for value in cells["Method"])


@pytest.mark.parametrize("attribution", ["named", "lettered", "aggregated"])
def test_decisions__are_told_as_far_as_names_are(attribution: Attribution) -> None:
    summary = summarise(decided(attribution), MADE_AT)
    (said,) = summary.decisions
    assert "\n" not in said
    assert ("odd name.xlsx" in said) == ("Dana Okafor" in said) == (attribution == "named")
    assert ("erred" in said) == (attribution != "aggregated")
    remarks = "\n".join(entry.remarks for entry in entries(summary).values())
    assert ("odd name.xlsx" in remarks) == (attribution == "named")


@pytest.mark.parametrize("attribution", ["named", "lettered", "aggregated"])
def test_values_put_right__are_listed_where_single_returns_are(
    attribution: Attribution, tmp_path: Path
) -> None:
    record = decided(attribution)
    first = record.issued[0].reference
    values = (
        Normalisation("1A", "answer", "1 Need", "D6", "agree", "Agree", "case"),
        Normalisation("action 2", "horizon", "Action plan", "D7", "quick", "Quick win", "case"),
    )
    current = {**record.current, first: replace(record.current[first], normalised=values)}
    path = tmp_path / "summary.xlsx"
    write_summary(summarise(replace(record, current=current), MADE_AT), path)
    book = openpyxl.load_workbook(path, data_only=True)
    rows = [
        row[2:6]
        for row in book["Method"].iter_rows(values_only=True)
        if row[2:3] and row[4] == "case"
    ]
    topics = {row[0] for row in book["Method"].iter_rows(values_only=True)}
    book.close()
    assert {"Waivers", "Decisions about returns", "Values read as meant"} <= topics
    assert rows == (
        []
        if attribution == "aggregated"
        else [
            ("1 Need, D6, 1A", "agree", "case", "Agree"),
            ("Action plan, D7, action 2", "quick", "case", "Quick win"),
        ]
    )
