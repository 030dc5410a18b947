"""Checks over a joint workbook: what does not hold between the cells of a row, or between rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date

from xlassess.contract.layout import JOINT
from xlassess.ingest.reading.cells.cell_findings import CellFinding
from xlassess.ingest.reading.cells.values import brief
from xlassess.ingest.reading.read import Reading
from xlassess.ingest.reading.reading_plan import ReadingPlan
from xlassess.model import plan as fields
from xlassess.model.answer import Value
from xlassess.model.days import written_day
from xlassess.model.plan import day_of
from xlassess.model.query import Slot
from xlassess.model.toolkit import answer_field

_CLOSED = (fields.FINISHED, fields.STOPPED)


class _Rows:
    """The rows of a joint workbook by number, with what was read in each."""

    def __init__(self, plan: ReadingPlan, readings: Sequence[Reading]) -> None:
        self._plan = plan
        self.rows: dict[str, dict[str, Reading]] = {}
        for one in readings:
            self.rows.setdefault(one.item, {})[one.field.partition(":")[2]] = one

    def value(self, number: str, name: str) -> Value | None:
        """What stands in a row; None for nothing, and for what cannot be read."""
        one = self.rows[number].get(name)
        return None if one is None else one.value

    def has(self, number: str, name: str) -> bool:
        """True where something stands there, readable or not; that is told already."""
        one = self.rows[number].get(name)
        return one is None or not one.is_blank

    def label(self, number: str, name: str) -> str:
        """What was picked, in the words of the list."""
        one = self.rows[number][name]
        return one.in_words(self._plan)

    def at(
        self, code: str, number: str, name: str, asks: Iterable[Slot] = (), **details: str
    ) -> CellFinding:
        """Return a remark about one cell of a row.

        Args:
            code: the finding's.
            number: the row.
            name: the column.
            asks: the places to be filled in anew, where they are others than that cell.
            details: what the finding says.
        """
        one = self.rows[number][name]
        return CellFinding(code, one.sheet, one.cell, one.item, one.field, details, tuple(asks))


def check_joint(
    plan: ReadingPlan,
    readings: Sequence[Reading],
    today: date,
    known: Set[tuple[str, date]] = frozenset(),
    decided: Set[str] = frozenset(),
) -> Iterator[CellFinding]:
    """Yield what is wrong in a joint workbook; nothing for any other.

    Args:
        plan: its rows and columns.
        readings: what was read of them.
        today: the day it came in.
        known: the deadlines that were agreed before, by the number of the row; they may be over.
        decided: the rows in which a decision stood when the workbook was issued.
    """
    kind = JOINT.get(plan.layout.toolkit.id)
    if kind is None:
        return
    rows = _Rows(plan, readings)
    if kind == "plan":
        yield from _decisions(rows, today, known, decided)
        yield from _merges(rows, decided)
    elif kind == "progress":
        yield from _reports(rows, today)


def _slot(number: str, name: str) -> Slot:
    return Slot(number, answer_field(name))


_WANTED: Mapping[str, tuple[tuple[str, str], ...]] = {
    fields.ADOPT: ((fields.OWNER, "the owner"), (fields.DEADLINE, "the deadline")),
    fields.REWORD: (
        (fields.WORDING, "the agreed wording"), (fields.OWNER, "the owner"),
        (fields.DEADLINE, "the deadline"),
    ),
    fields.MERGE: ((fields.INTO, "the number of the row that stays"),),
    fields.DECLINE: ((fields.REASON, "the reason"),),
}  # fmt: skip
"""What each decision needs, and how it is called."""


def _decisions(
    rows: _Rows, today: date, known: Set[tuple[str, date]], decided: Set[str]
) -> Iterator[CellFinding]:
    for number in rows.rows:
        decision = rows.value(number, fields.DECISION)
        if not rows.has(number, fields.DECISION):
            yield from _undecided(rows, number, decided)
            continue
        wanted = _WANTED.get(str(decision), ())
        if decision == fields.ADOPT and not number.isdecimal():
            wanted = _WANTED[fields.REWORD]
        missing = [(name, called) for name, called in wanted if not rows.has(number, name)]
        if missing:
            called = " and ".join(each for _, each in missing)
            label = rows.label(number, fields.DECISION)
            asks = [_slot(number, name) for name, _ in missing]
            yield rows.at("C28", number, missing[0][0], asks, value=label, missing=called)
        as_agreed = (number, day_of(rows.value(number, fields.DEADLINE))) in known
        if decision in (fields.ADOPT, fields.REWORD) and not as_agreed:
            yield from _passed(rows, number, fields.DEADLINE, today)


def _undecided(rows: _Rows, number: str, decided: Set[str]) -> Iterator[CellFinding]:
    """Yield what is wrong in a row without a decision."""
    if number in decided:
        yield rows.at("C36", number, fields.DECISION)
        return
    row = rows.rows[number]
    said = [name for name in (fields.WORDING, fields.INTO, fields.REASON) if name in row]
    said = [name for name in said if rows.has(number, name)]
    if said:
        values = ", ".join(f"“{brief(row[name].value or '')}”" for name in said)
        yield rows.at("C33", number, fields.DECISION, values=values)


def _passed(rows: _Rows, number: str, name: str, today: date) -> Iterator[CellFinding]:
    day = day_of(rows.value(number, name))
    if day is not None and day < today:
        yield rows.at("C32", number, name, value=written_day(day))


def _merges(rows: _Rows, decided: Set[str]) -> Iterator[CellFinding]:
    into = {
        number: str(rows.value(number, fields.INTO) or "").strip()
        for number in rows.rows
        if rows.value(number, fields.DECISION) == fields.MERGE and rows.has(number, fields.INTO)
    }
    told = set[str]()
    for number, target in into.items():
        decision = rows.value(target, fields.DECISION) if target in rows.rows else None
        if target not in rows.rows:
            yield rows.at("C29", number, fields.INTO, value=brief(target))
        elif (circle := _circle(into, number)) and number not in told:
            told.update(circle)
            asks = [_slot(one, fields.DECISION) for one in circle]
            several = f"The rows {' and '.join(circle)} are merged into each other"
            what = several if len(circle) > 1 else f"Row {number} is merged into itself"
            yield rows.at("C30", number, fields.INTO, asks, what=what)
        elif target in decided and not rows.has(target, fields.DECISION):
            continue  # what is asked about that row settles this one, too
        elif decision not in (fields.ADOPT, fields.REWORD, fields.MERGE):
            asks = [_slot(one, fields.DECISION) for one in (number, target)]
            yield rows.at("C31", number, fields.INTO, asks, value=target)


def _circle(into: Mapping[str, str], start: str) -> list[str]:
    """The rows of a circle that a row is part of, in order; none where it is in no circle."""
    path = [start]
    while (following := into.get(path[-1], "")) and following not in path:
        path.append(following)
    return path if following == start else []


def _reports(rows: _Rows, today: date) -> Iterator[CellFinding]:
    for number in rows.rows:
        state = rows.value(number, fields.STATE)
        moved = rows.value(number, fields.NEW_DEADLINE) is not None
        if not rows.has(number, fields.BECAUSE) and (moved or state == fields.STOPPED):
            what = "The deadline is moved" if moved else "The action is stopped"
            yield rows.at("C34", number, fields.BECAUSE, what=what)
        if state not in _CLOSED:
            yield from _passed(rows, number, fields.NEW_DEADLINE, today)
        done = day_of(rows.value(number, fields.DONE_ON))
        if done is not None and done > today:
            yield rows.at("C35", number, fields.DONE_ON, value=written_day(done))
