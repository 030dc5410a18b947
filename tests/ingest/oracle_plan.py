"""Judges the actions and the proposal read from a damaged workbook, as `oracle` judges answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.factory import Workbook
from tests.ingest.plainly import is_day, is_text, plain, visible
from xlassess.contract.layout import HEADERS
from xlassess.model.answer import PROPOSAL, Action, Return

_ROLES = ("item", "action", "horizon", "owner", "deadline", "measure", "progress")
_TELLING = ("action", "owner", "deadline", "measure")
_NUMBER = plain("No.")
Columns = Mapping[str, int]
"""Where (counted from 1) the columns of a plan stand, by role; a doubled heading stands nowhere."""


class PlanJudge:
    """What is wrong with the plan of a return; ``cells`` is the workbook as openpyxl sees it."""

    def __init__(self, ret: Return, book: Workbook, cells: Any) -> None:
        self.ret, self.book, self.cells = ret, book, cells
        self.told = {
            (finding.sheet, cell)
            for finding in ret.findings
            for cell in (finding.cell, *finding.cells)
        }
        self.tables = {
            (sheet.title, row[0].row): columns
            for sheet in cells.worksheets
            for row in sheet.iter_rows()
            if (columns := _columns(row))
        }

    def wrong(self) -> Iterator[str]:
        """Actions and proposals that are not what stands in their cells."""
        numbers = [action.row for action in self.ret.actions]
        if len(numbers) != len(set(numbers)):
            yield f"two actions of one number: {numbers}"
        for action in self.ret.actions:
            head = self._head(action.sheet, self.cells[action.sheet][action.cell].row)
            if head is not None:  # openpyxl does not see headings that a merged cell covers
                yield from self._misread(action, self.tables[action.sheet, head])
        for answer in self.ret.answers:
            if answer.item == PROPOSAL:
                cell = self.cells[answer.sheet][answer.cell]
                if cell.data_type in "fe" or not is_text(cell.value, answer.value):
                    yield f"proposal {answer.value!r} where the cell has {cell.value!r}"

    def lost(self) -> Iterator[str]:
        """Rows of a plan, and texts below it, that were neither read nor told."""
        unread = any(finding.code == "R08" for finding in self.ret.findings)
        if self.ret.state == "refused" or unread or len(self.tables) > 1:
            return
        read = {(one.sheet, one.cell) for one in (*self.ret.actions, *self.ret.answers)}
        for (title, head), columns in self.tables.items():
            sheet = self.cells[title]
            # printed numbers stand before the items, unless another column was moved over there
            heads = [plain(cell.value) for cell in sheet[head]]
            usual = columns.get("item", 2) - 1
            numbers = heads.index(_NUMBER) + 1 if heads.count(_NUMBER) == 1 else usual
            for row in range(head + 1, sheet.max_row + 1):
                for column in range(1, sheet.max_column + 1):
                    if column == numbers:
                        continue
                    cell = sheet.cell(row, column)
                    beside = column not in columns.values() and cell.data_type == "e"
                    if not _is_written(cell) or self._is_printed(cell) or beside:
                        continue
                    anchor = title, sheet.cell(row, columns["action"]).coordinate
                    own = title, cell.coordinate
                    if not {anchor, own} & (read | self.told):
                        yield f"{own} with {cell.value!r} was neither read nor told"

    def _is_printed(self, cell: Any) -> bool:
        plan = self.book.toolkit.action_plan
        status = plan.statuses[0].label if plan and plan.statuses else ""
        return (
            cell.value == status or cell.data_type == "f" or (plan and cell.value == plan.proposal)
        )

    def _head(self, sheet: str, row: int) -> int | None:
        above = [head for title, head in self.tables if title == sheet and head < row]
        return max(above, default=None)

    def _misread(self, action: Action, columns: Columns) -> Iterator[str]:
        row = self.cells[action.sheet][action.cell].row
        plan = self.book.toolkit.action_plan
        assert plan
        choices = {
            "horizon": {choice.code: choice.label for choice in plan.horizons},
            "progress": {choice.code: choice.label for choice in plan.statuses},
        }
        values = {
            role: getattr(action, "status" if role == "progress" else role) for role in _ROLES
        }
        for role, value in values.items():
            if role not in columns:
                continue
            cell = self.cells[action.sheet].cell(row, columns[role])
            if not value:
                told = (action.sheet, cell.coordinate) in self.told
                if _is_written(cell) and not told and cell.data_type not in "fe":
                    yield f"{role} of action {action.row} lost: {cell.value!r}"
            elif not _means(role, value, cell, choices.get(role, {})):
                yield f"{role} of action {action.row} is {value!r}, the cell {cell.value!r}"


def _columns(row: Any) -> Columns | None:
    places: dict[str, list[int]] = {}
    for cell in row:
        places.setdefault(plain(cell.value), []).append(cell.column)
    if not all(plain(HEADERS[role]) in places for role in _TELLING):
        return None
    at = {role: places.get(plain(HEADERS[role]), []) for role in _ROLES}
    return {role: where[0] for role, where in at.items() if len(where) == 1} | {
        "action": at["action"][0]
    }


def _is_written(cell: Any) -> bool:
    return cell.value is not None and bool(visible(str(cell.value)))


def _means(role: str, value: object, cell: Any, labels: Mapping[str, str]) -> bool:
    content = cell.value
    if cell.data_type in "fe":
        return False
    if role == "deadline":
        return is_day(content, value)
    if role in ("horizon", "progress"):
        return plain(content) == plain(labels[str(value)])
    if role == "item":
        number = f"{content:g}" if isinstance(content, float) else str(content)
        return plain(number) == plain(value) or str(value) == plain(number)
    return is_text(content, value)
