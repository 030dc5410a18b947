"""Answers read against one another: rankings, contradictions, what another answer leads to."""

from __future__ import annotations

from xlassess.ingest.reading.check import check_together
from xlassess.ingest.reading.read import Reading
from xlassess.ingest.reading.reading_plan import ReadingPlan
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit


def found(toolkit: Toolkit, values: dict[str, object]) -> set[tuple[str, str]]:
    """Code and item of everything found; items left out are blank, comments only where named."""
    plan = ReadingPlan.of(toolkit)
    readings = [
        Reading(item.id, field, "Sheet", "A1", values.get(item.id))  # type: ignore[arg-type]
        for item in toolkit.items()
        for field in item.answer_fields
    ]
    readings += [
        Reading(item.id, "comment", "Sheet", "B1", values.get(f"{item.id} comment"))  # type: ignore[arg-type]
        for item in toolkit.items()
        if item.comment
    ]
    return {(one.code, one.item) for one in check_together(plan, readings)}


def test_ranks__each_is_given_once() -> None:
    toolkit = find_toolkit("melton-evaluation")
    same = {"D2": 1, "D3": 1, "D4": 1, "D5": 1}
    assert found(toolkit, same) == {("C24", item) for item in same}


def test_ranks__fewer_than_four_are_in_order() -> None:
    assert found(find_toolkit("melton-evaluation"), {"D2": 2, "D4": 1}) == set()


def test_contradiction__no_budget_and_yet_an_amount() -> None:
    toolkit = find_toolkit("melton-evaluation")
    assert found(toolkit, {"D9": "no", "D10": 50000.0}) == {("C25", "D10")}
    assert found(toolkit, {"D9": "yes", "D10": 50000.0}) == set()
    assert found(toolkit, {"D9": "no", "D10": 0}) == set()


def test_contradiction__staff_influence_and_other_resources() -> None:
    toolkit = find_toolkit("melton-evaluation")
    values = {"D11": "no", "D12": 3, "D13": "no", "D14": 9.5, "D15": "no", "D16": "A hall"}
    assert found(toolkit, values) == {("C25", "D12"), ("C25", "D14"), ("C25", "D16")}


def test_follow_up__called_for_and_missing() -> None:
    toolkit = find_toolkit("melton-checklist")
    assert ("C27", "P5a") in found(toolkit, {"P5": "takes-it-on"})
    assert ("C27", "P9a") in found(toolkit, {"P9": "already-there"})
    assert found(toolkit, {"P5": "leaves-it", "P5a": "yes", "P9": "none-there"}) == set()


def test_reasons__a_no_without_them_is_noted() -> None:
    toolkit = find_toolkit("working-better-together")
    assert found(toolkit, {"1.1b": "no"}) == {("C26", "1.1b")}
    assert found(toolkit, {"1.1b": "no", "1.1b comment": "Old figures."}) == set()
    assert found(toolkit, {"1.1b": "yes"}) == set()
    assert ("C26", "1.1c") in found(toolkit, {"1.1c": "due"})
