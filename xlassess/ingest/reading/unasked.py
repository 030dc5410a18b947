"""What was changed in a query workbook although nothing was asked about it: told, and not taken.

A query workbook shows in its closed cells what was read before and nothing else. So whatever
cannot be read there now was put there by somebody, as was any other answer than before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple, cast

from xlassess.contract.layout import HEADERS, Role, cell_name, cell_place, layout
from xlassess.contract.query_layout import query_layout
from xlassess.ingest.reading.cells.cell_findings import CellFinding
from xlassess.ingest.reading.cells.values import brief, listed, shown, tidy
from xlassess.ingest.reading.read import Reading
from xlassess.model.answer import PROPOSAL, Action, Answer, Return, Value
from xlassess.model.catalogue import found
from xlassess.model.finding import Finding
from xlassess.model.query import Query, Slot, action_slot, concerned
from xlassess.model.toolkit import Toolkit

UNASKED = "L03"
"""The finding of what was changed where nothing was asked."""

_MOST_CHANGES = 40
"""More changes than this on one sheet are counted: it was filled in anew."""

_IN_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("C01", "C04", "C05", "C06", "C07", "C14", "C17"), "changed: “{value}”"),
    **dict.fromkeys(("C20", "C21", "C22", "C23"), "changed: “{value}”"),
    "C03": "changed: a text of {length} characters",
    "C10": "changed: a formula",
    "C11": "changed: an error",
    "R01": "changed: {values}",
    "R04": "not there any more",
    "R10": "merged with another cell",
    "R13": "crossed out: {values}",
    "R14": "words crossed out: {values}",
    "R15": "changed: a picture",
    "R16": "something else on the hidden sheet “{hidden}”",
    "R17": "its question crossed out: {values}",
    "R18": "shown as {shown}",
}
"""What becomes of a closed place of which there is such a finding, with its details."""

_QUESTION, _GONE = "C09", ("R03", "R04")


def unread_unasked(remark: CellFinding) -> CellFinding | None:
    """Return a remark on a closed place as one of what was changed there; None of all others.

    Args:
        remark: what is the matter with a place that nothing was asked about.
    """
    if remark.code == _QUESTION:
        words = f"the question of {remark.item} (changed: “{remark.details['now']}”)"
    elif remark.code in _GONE:
        items = list(dict.fromkeys(slot.item for slot in remark.slots))
        words = f"the rows of {listed(items)} ({_IN_WORDS['R04']})"
    elif remark.code in _IN_WORDS:
        words = f"{_place(remark)} ({_IN_WORDS[remark.code].format_map(remark.details)})"
    else:
        return None
    slots = remark.concerned if remark.code != _QUESTION else ()
    details = {"items": words}
    return CellFinding(UNASKED, remark.sheet, remark.cell, "", "", details, slots)


def unread_elsewhere(readings: Iterable[Reading], asked: Iterable[Reading]) -> list[CellFinding]:
    """Return what is the matter with cells of items of which nothing is asked.

    Args:
        readings: what was read of every item.
        asked: what was read of those that are asked about.
    """
    items = {one.item for one in asked}
    elsewhere = (
        unread_unasked(replace(one.remark, field=one.remark.field or one.field))
        for one in readings
        if one.remark and one.item not in items
    )
    return [remark for remark in elsewhere if remark]


def _place(remark: CellFinding) -> str:
    """The place of a remark in words: of an action its column, too."""
    slot = next(iter(remark.concerned), Slot(remark.item, remark.field or "comment"))
    if slot.plan_row and remark.field in HEADERS:
        return f"“{HEADERS[remark.field]}” of {slot.item}"
    return slot.item if slot.plan_row else _in_words(slot)


def changed_unasked(
    came: Return, base: Return, query: Query, toolkit: Toolkit | None
) -> Iterator[Finding]:
    """Yield a note for each sheet on which something was changed that nothing was asked about.

    Args:
        came: what came back in the query workbook.
        base: the return that was asked about.
        query: the query workbook as issued.
        toolkit: its questions; where it is not given, choices are told by their codes.
    """
    both = _Compared(came, base, query, toolkit)
    changes: dict[str, list[_Change]] = {}
    for change in (*both.unread(), *both.answers(), *both.actions()):
        changes.setdefault(change.sheet, []).append(change)
    for sheet, told in changes.items():
        cells = tuple(dict.fromkeys(cell for change in told for cell in change.cells if cell))
        items = listed([change.words for change in told], most=_MOST_CHANGES)
        yield found(UNASKED, sheet=sheet, cells=cells, items=items)


class _Change(NamedTuple):
    """One change: where it stands, and what it is in words."""

    sheet: str
    cells: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class _Compared:
    """What came back in a query workbook beside the return that was asked about."""

    came: Return
    base: Return
    query: Query
    toolkit: Toolkit | None

    def unread(self) -> Iterator[_Change]:
        """What cannot be read in places that nothing was asked about."""
        for finding in self.came.findings:
            if finding.code == UNASKED:
                cells = (finding.cell, *finding.cells)
                yield _Change(finding.sheet, cells, finding.details["items"])

    def _told(self) -> set[Slot]:
        """The places of which something is said already."""
        return {slot for finding in self.came.findings for slot in concerned(finding)}

    def answers(self) -> Iterator[_Change]:
        """Answers, comments and evidence that were given, changed or cleared unasked."""
        told = self._told()
        before = {_slot(a): a for a in self.base.answers if _slot(a) not in self.query.open}
        now = {_slot(a): a for a in self.came.answers if _slot(a) not in self.query.open}
        for slot, answer in now.items():
            is_new = slot not in before
            if is_new or not _same(before[slot].value, answer.value):
                words = f"{'added' if is_new else 'changed'}: “{brief(self._said(answer))}”"
                yield _Change(answer.sheet, (answer.cell,), f"{_in_words(slot)} ({words})")
        cleared = {slot: a for slot, a in before.items() if slot not in now and slot not in told}
        printed = _printed_cells(self.toolkit) if cleared and self.toolkit else {}
        for slot, answer in cleared.items():
            cells = (printed.get(slot) or self._cell_now(answer),)
            yield _Change(answer.sheet, cells, f"{_in_words(slot)} (cleared)")

    def _said(self, answer: Answer) -> str:
        """What a place says; a choice by its label."""
        if answer.field.startswith("answer") and answer.item != PROPOSAL and self.toolkit:
            item = self.toolkit.item(answer.item)
            choices = () if item.is_free else self.toolkit.scales[item.answer].choices
            label = next((one.label for one in choices if one.code == answer.value), "")
            return label or shown(answer.value)
        return shown(answer.value)

    def _cell_now(self, answer: Answer) -> str:
        """The cell of an answer that was cleared, as far as it can be told without the questions.

        That is by an answer on the same sheet that stood in the same column before.
        """
        columns = {_slot(one): _column(one.cell) for one in self.came.answers}
        beside = (
            columns[_slot(one)]
            for one in self.base.answers
            if (one.sheet, _column(one.cell)) == (answer.sheet, _column(answer.cell))
            and _slot(one) in columns
        )
        column = next(beside, _column(answer.cell) if answer.item == PROPOSAL else "")
        return f"{column}{answer.cell.lstrip(_LETTERS)}" if column else ""

    def actions(self) -> Iterator[_Change]:
        """Rows of the action plan that were added, changed or removed unasked."""
        told, open_ = self._told(), self.query.open
        before = {a.row: a for a in self.base.actions if action_slot(a.row) not in open_}
        now = {a.row: a for a in self.came.actions if action_slot(a.row) not in open_}
        for row, action in now.items():
            if row in before:
                yield from self._entries(before[row], action)
            else:
                words = f"action {row} (added: “{brief(action.action)}”)"
                yield _Change(action.sheet, (action.cell,), words)
        for row, action in before.items():
            if row not in now and action_slot(row) not in told:
                words = f"action {row} (removed: “{brief(action.action)}”)"
                yield _Change(action.sheet, (action.cell,), words)

    def _entries(self, before: Action, now: Action) -> Iterator[_Change]:
        """The entries of an action that changed, with what they say now."""
        unread = {
            cell
            for finding in self.came.findings
            if finding.code == UNASKED
            for cell in (finding.cell, *finding.cells)
        }
        cells, words = [], []
        for role, was, value in zip(_ROLES, _bare(before), _bare(now), strict=True):
            cell = self._entry_cell(now, role)
            if was != value and cell not in unread:
                cells.append(cell)
                said = f" “{brief(self._entry(role, value))}”" if value else " (cleared)"
                words.append(f"{_ENTRIES[role]}{said}")
        if words:
            yield _Change(now.sheet, tuple(cells), f"action {now.row} (changed: {listed(words)})")

    def _entry(self, role: Role, value: object) -> str:
        """What an entry of an action says; a choice by its label."""
        plan = self.toolkit.action_plan if self.toolkit else None
        choices = {"horizon": plan.horizons, "progress": plan.statuses} if plan else {}
        labels = {choice.code: choice.label for choice in choices.get(role, ())}
        return labels.get(str(value), "") or shown(cast("Value", value))

    def _entry_cell(self, action: Action, role: Role) -> str:
        """The cell of an entry: the columns of a plan stand side by side as we print them."""
        planned = layout(self.toolkit).action_plan if self.toolkit else None
        if planned is None:
            return action.cell
        row, column = cell_place(action.cell)
        away = planned.column(role).index - planned.column("action").index
        return cell_name(row, max(0, column + away))


def _printed_cells(toolkit: Toolkit) -> dict[Slot, str]:
    """Where a query workbook has each place of a toolkit's items."""
    return {
        Slot(row.item.id, column.field): cell_name(row.index, column.index)
        for section in query_layout(toolkit).sections
        for table in section.tables
        for row in table.rows
        for column in table.fields(row.item)
    }


_LETTERS, _FIGURES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"


def _column(cell: str) -> str:
    return cell.rstrip(_FIGURES)


def _slot(answer: Answer) -> Slot:
    return Slot(answer.item, answer.field)


def _in_words(slot: Slot) -> str:
    if slot.item == PROPOSAL:
        return "the proposal"
    field, _, view = slot.field.partition(":")
    return f"{field} to {slot.item}" + (f" ({view})" if view else "")


def entries_of(action: Action) -> dict[Role, object]:
    """Return what an action says, by the column of the plan."""
    return dict(zip(_ROLES, _bare(action), strict=True))


_ENTRIES: Mapping[Role, str] = {
    "item": "item",
    "action": "action",
    "owner": "owner",
    "measure": "measure",
    "horizon": "time horizon",
    "deadline": "deadline",
    "progress": "status",
}
"""The entries of an action, in words."""
_ROLES = tuple(_ENTRIES)
"""What `_bare` tells of an action, in the same order."""


def _bare(action: Action) -> tuple[object, ...]:
    """What an action says, wherever it stands."""
    texts = (action.item, action.action, action.owner, action.measure)
    return (*map(tidy, texts), action.horizon, action.deadline, action.status)


def _same(before: Value, now: Value) -> bool:
    """True for what reads alike; line ends and blanks may suffer on the way."""
    return tidy(shown(before)) == tidy(shown(now))
