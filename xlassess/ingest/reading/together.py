"""Checks of answers against one another: rankings, answers that exclude or call for others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlassess.ingest.reading.cell_findings import CellFinding
from xlassess.ingest.reading.read import Reading
from xlassess.ingest.reading.reading_plan import ReadingPlan
from xlassess.model.toolkit import Condition, Item


def check_together(plan: ReadingPlan, readings: Sequence[Reading]) -> Iterator[CellFinding]:
    """Yield what is wrong between answers that are each in order.

    Args:
        plan: the items and their choices.
        readings: what was read of them.
    """
    yield from equal_ranks(plan, readings)
    for one in readings:
        item = plan.items[one.item].item
        if item.only_when is not None and one.field == "answer":
            yield from _dependent(plan, readings, one, item.only_when)
    yield from missing_reasons(plan, readings)


def equal_ranks(plan: ReadingPlan, readings: Sequence[Reading]) -> Iterator[CellFinding]:
    """Items of one ranking with the same number.

    Partnership Protocol of Melton Borough Council, Appendix C, "Main functions of partnership":
    please rank (1) to (4).
    """
    given: dict[tuple[str, object], list[Reading]] = {}
    for one in readings:
        ranks = plan.items[one.item].item.ranks
        if ranks and one.field == "answer" and one.value is not None:
            given.setdefault((ranks, one.value), []).append(one)
    for (_, value), same in given.items():
        if len(same) > 1:
            details = {"value": f"{value:g}" if isinstance(value, int | float) else str(value)}
            for one in same:
                yield CellFinding("C24", one.sheet, one.cell, one.item, one.field, details)


def _dependent(
    plan: ReadingPlan, readings: Sequence[Reading], one: Reading, condition: Condition
) -> Iterator[CellFinding]:
    """An answer that its condition excludes, or one that it calls for and that is missing."""
    leading = next(
        (each for each in readings if (each.item, each.field) == (condition.item, "answer")), None
    )
    if leading is None or leading.value is None:
        return
    other = plan.items[condition.item].item
    named = plan.choices[other.answer].names.get(str(leading.value), "")
    details = {"other": other.id, "value": named}
    called_for = leading.value in condition.choices
    if called_for and one.is_blank:
        yield CellFinding("C27", one.sheet, one.cell, one.item, one.field, details)
    elif not called_for and plan.items[one.item].item.is_free and _says_something(one):
        # A choice (whether the council could be accountable) may be made all the same.
        details["ask"] = other.short or other.ask
        yield CellFinding("C25", one.sheet, one.cell, one.item, one.field, details)


def _says_something(one: Reading) -> bool:
    """True for an answer that is not nought: a budget of 0 goes well with no budget."""
    return one.value not in (None, "", 0)


def missing_reasons(plan: ReadingPlan, readings: Sequence[Reading]) -> Iterator[CellFinding]:
    """Answers that ask for their reasons in a comment, which was not written.

    Audit Commission, Working better together? (2009), paragraph 3, has the reasons for a "no"
    looked into.
    """
    comments = {one.item: one for one in readings if one.field == "comment"}
    told: set[str] = set()
    for one in readings:
        item: Item = plan.items[one.item].item
        follow, comment = item.follow_up, comments.get(one.item)
        if follow is None or follow.required or not one.field.startswith("answer"):
            continue
        if one.value not in follow.when or comment is None or not comment.is_blank:
            continue
        if one.item not in told:
            told.add(one.item)
            details = {"value": plan.choices[item.answer].names[str(one.value)], "ask": follow.ask}
            yield CellFinding("C26", comment.sheet, comment.cell, one.item, "comment", details)
