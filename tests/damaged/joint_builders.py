"""One joint workbook for every finding that only those have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from tests.damaged.builders import Bench, Damaged, damages
from tests.factory import Workbook, a_context
from tests.jointly import AT, a_plan, a_progress, refilled


def _with(bench: Bench, book: Workbook, said: Mapping[str, Mapping[str, object]]) -> Damaged:
    context = replace(a_context(book), today=AT.date())
    return bench.save(refilled(book, said), context)


@damages("C28")
def adopted_without_an_owner(bench: Bench) -> Damaged:
    return _with(bench, a_plan(), {"3": {"owner": None}})


@damages("C29")
def merged_into_nothing(bench: Bench) -> Damaged:
    return _with(bench, a_plan(), {"3": {"decision": "Merge", "into": "77"}})


@damages("C30")
def merged_in_a_circle(bench: Bench) -> Damaged:
    said = {"3": {"decision": "Merge", "into": "4"}, "4": {"decision": "Merge", "into": "3"}}
    return _with(bench, a_plan(), said)


@damages("C31")
def merged_into_what_is_declined(bench: Bench) -> Damaged:
    said = {
        "3": {"decision": "Merge", "into": "4"},
        "4": {"decision": "Decline", "reason": "Too dear"},
    }
    return _with(bench, a_plan(), said)


@damages("C32")
def deadline_that_has_passed(bench: Bench) -> Damaged:
    return _with(bench, a_plan(), {"3": {"deadline": date(2025, 6, 30)}})


@damages("C33")
def wording_without_a_decision(bench: Bench) -> Damaged:
    return _with(bench, a_plan(), {"3": {"decision": None, "wording": "Do it twice"}})


@damages("C34")
def stopped_without_a_reason(bench: Bench) -> Damaged:
    return _with(bench, a_progress(), {"3": {"state": "Stopped"}})


@damages("C35")
def done_on_a_day_to_come(bench: Bench) -> Damaged:
    return _with(bench, a_progress(), {"3": {"state": "Done", "done_on": date(2027, 6, 30)}})


@damages("C36")
def decision_removed(bench: Bench) -> Damaged:
    made = _with(bench, a_plan(), {"3": {"decision": None}})
    decided = {a_plan().issued.reference: frozenset({"3"})}
    return replace(made, context=replace(made.context, decided=decided))


JOINT = ("C28", "C29", "C30", "C31", "C32", "C33", "C34", "C35", "C36")
"""The findings that only joint workbooks have."""
