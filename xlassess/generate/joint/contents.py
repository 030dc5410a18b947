"""What stands in the cells of a joint workbook: what is known already, and how far a row is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from xlassess.contract.layout import (
    FIRST_DAY,
    LAST_DAY,
    Column,
    Layout,
    SectionLayout,
    TableLayout,
    cell_name,
    list_name,
)
from xlassess.generate.joint.questions import CONCERN, FREE, may_stay_empty
from xlassess.generate.workbook.cells import LONGEST_COMMENT, AnswerCell, Contents
from xlassess.generate.workbook.lists import runs
from xlassess.generate.workbook.status import (
    CHECK,
    DONE,
    OPTIONAL,
    TO_DO,
    answered,
    status_column,
)
from xlassess.model import plan
from xlassess.model.answer import Value
from xlassess.model.plan import JointKind
from xlassess.model.query import Slot
from xlassess.model.toolkit import Item, Toolkit
from xlassess.sheet import formats
from xlassess.sheet.validation import (
    LONGEST_TITLE,
    DateBetween,
    FromList,
    Message,
    TextUpTo,
)
from xlassess.sheet.values import serial
from xlassess.sheet.words import Words
from xlassess.sheet.writer import Formula, SheetWriter, quoted

_HOLES = dict.fromkeys(range(0xE000, 0xE004), "\ufffd")
"""Characters by which a plate marks what is filled in; a partner's text must hold none."""


@dataclass(frozen=True, slots=True)
class _Lack:
    """Something that is still missing in a row: what the status says, and when it says so."""

    says: str
    formula: str
    holds: bool


@dataclass(frozen=True, slots=True)
class _Row:
    """One row: its cells by what they take, and what stands there as issued, choices by code."""

    cells: Mapping[str, str]
    values: Mapping[str, Value]
    labels: Mapping[str, str]

    def blank(self, name: str) -> tuple[str, bool]:
        """The condition that nothing stands there, as a term and as issued."""
        return f'TRIM({self.cells[name]})=""', name not in self.values

    def lack(self, says: str, name: str, when: str, *codes: str) -> _Lack:
        """What is missing where one of these codes is chosen and a cell is empty."""
        chosen = ",".join(f"{self.cells[when]}={quoted(self.labels[code])}" for code in codes)
        empty, is_empty = self.blank(name)
        holds = is_empty and self.values.get(when) in codes
        return _Lack(says, f"AND(OR({chosen}),{empty})", holds)


@dataclass(frozen=True)
class JointContents(Contents):
    """What a joint workbook shows in its open cells.

    Args:
        toolkit: its questions.
        kind: what it is for.
        values: what stands in its cells as issued: choices by their codes.
        words: the words of joint workbooks.
    """

    toolkit: Toolkit
    kind: JointKind
    values: Mapping[Slot, Value]
    words: Words

    @cached_property
    def _by_item(self) -> Mapping[str, Mapping[str, Value]]:
        found: dict[str, dict[str, Value]] = {}
        for (item, field), value in self.values.items():
            if value != "":
                found.setdefault(item, {})[field.partition(":")[2]] = value
        return found

    def entry(self, toolkit: Toolkit, item: Item, column: Column, words: Words) -> AnswerCell:
        """Return what a cell takes, by its column; where text is taken, a list only offers."""
        name, taken = column.field.partition(":")[2], column.entry
        title, free = column.header[:LONGEST_TITLE], formats.INPUT
        prompt = Message(title, self.words.say("joint_prompt", name))
        error = Message(words.say("long_title"), words.say("long_error", LONGEST_COMMENT))
        if not taken or taken in toolkit.scales:
            error = Message(words.say("choice_error_title"), self.words.say("joint_error"))
            listed = FromList(list_name(taken or item.answer))
            return AnswerCell(free, listed, prompt, error)
        if taken == "date":
            error = Message(words.say("date_error_title"), words.say("date_error"))
            look = free.but(number=formats.DATE_FORMAT)
            return AnswerCell(look, DateBetween(FIRST_DAY, LAST_DAY), prompt, error)
        if name in toolkit.scales:
            return AnswerCell(free, FromList(list_name(name)), prompt, error, strict=False)
        return AnswerCell(free, TextUpTo(LONGEST_COMMENT), prompt, error)

    def put(
        self, sheet: SheetWriter, row: int, item: Item, column: Column, entry: AnswerCell
    ) -> bool:
        """Write what is known already; every cell is open."""
        value = self._shown(item, column)
        if isinstance(value, date):
            sheet.number(row, column.index, serial(value), entry.look)
        else:
            sheet.text(row, column.index, str(value), entry.look)
        return True

    def _shown(self, item: Item, column: Column) -> Value:
        value = self._by_item.get(item.id, {}).get(column.field.partition(":")[2], "")
        scale = self.toolkit.scales.get(column.takes(item))
        if scale is not None and value != "":
            return scale.by_code(str(value)).label
        return value.translate(_HOLES) if isinstance(value, str) else value

    def answers(self, item: Item) -> list[str]:
        """Return the texts in the row, by which it is made high enough."""
        found = self._by_item.get(item.id, {}).values()
        return [value[:200] for value in found if isinstance(value, str)]

    def statuses(self, item: Item) -> list[str]:
        """Return the longest things an item's status may say."""
        del item
        return [f"{CHECK}: deadline"]

    def status(self, layout: Layout, table: TableLayout, row: int, item: Item) -> Formula | str:
        """Say whether the row is done, and what it lacks."""
        del layout
        return self.row_status(table, row, item)

    def row_status(self, table: TableLayout, row: int, item: Item) -> Formula:
        """Return the same as what it is: a formula over the cells of the row."""
        columns = [column for column in table.fields(item) if column.role == "answer"]
        cells = {c.field.partition(":")[2]: cell_name(row, c.index) for c in columns}
        labels = {c.code: c.label for scale in self.toolkit.scales.values() for c in scale.choices}
        return _STATUS[self.kind](_Row(cells, self._by_item.get(item.id, {}), labels), item)

    def progress(self, words: Words, place: SectionLayout) -> Formula | str:
        """Return how far the sheet is, for its head."""
        del words
        say = self.words.say
        rows = [r for r in place.tables[0].rows if not may_stay_empty(r.item)]
        if not rows:
            return say("sheet_optional")
        before, after = say("sheet_progress", len(rows)).split("#")
        done = self.done(place)
        return Formula(
            f"{quoted(before)}&({done.text})&{quoted(after)}", f"{before}{done.value}{after}"
        )

    def done(self, place: SectionLayout) -> Formula:
        """Return how many rows of a sheet are done, free ones not counted."""
        table = place.tables[0]
        rows = [row for row in table.rows if not may_stay_empty(row.item)]
        column = status_column(table).index
        said = [self.row_status(table, row.index, row.item) for row in rows]
        count = sum(one.value == DONE for one in said if isinstance(one, Formula))
        return Formula(answered(runs(place.sheet, column, (r.index for r in rows))), count)


def _said(empty: str, nothing: tuple[str, bool], lacks: list[_Lack]) -> Formula:
    """The status of a row: what it says while nothing is chosen, what is missing, or done."""
    text, value = quoted(DONE), DONE
    for lack in reversed(lacks):
        text = f"IF({lack.formula},{quoted(f'{CHECK}: {lack.says}')},{text})"
        value = f"{CHECK}: {lack.says}" if lack.holds else value
    return Formula(
        f'IFERROR(IF({nothing[0]},{quoted(empty)},{text}),"{CHECK}")',
        empty if nothing[1] else value,
    )


def _plan_status(row: _Row, item: Item) -> Formula:
    adopted = (plan.ADOPT, plan.REWORD)
    worded = adopted if item.id.startswith((FREE, CONCERN)) else (plan.REWORD,)
    lacks = [
        row.lack("wording", plan.WORDING, plan.DECISION, *worded),
        row.lack("owner", plan.OWNER, plan.DECISION, *adopted),
        row.lack("deadline", plan.DEADLINE, plan.DECISION, *adopted),
        row.lack("number", plan.INTO, plan.DECISION, plan.MERGE),
        row.lack("reason", plan.REASON, plan.DECISION, plan.DECLINE),
    ]
    empty = OPTIONAL if may_stay_empty(item) else TO_DO
    return _said(empty, row.blank(plan.DECISION), lacks)


def _progress_status(row: _Row, item: Item) -> Formula:
    del item
    moved, is_moved = row.blank(plan.NEW_DEADLINE)
    silent, is_silent = row.blank(plan.BECAUSE)
    lacks = [
        row.lack("reason", plan.BECAUSE, plan.STATE, plan.STOPPED),
        _Lack("reason", f"AND(NOT({moved}),{silent})", not is_moved and is_silent),
    ]
    return _said(TO_DO, row.blank(plan.STATE), lacks)


def _workshop_status(row: _Row, item: Item) -> Formula:
    del item
    return _said(OPTIONAL, row.blank(plan.JUDGEMENT), [])


_STATUS: Mapping[JointKind, Callable[[_Row, Item], Formula]] = {
    "plan": _plan_status, "progress": _progress_status, "workshop": _workshop_status,
}  # fmt: skip
