"""The action plan: its rows as actions, and the proposal below them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date

from xlassess.contract.layout import HEADERS, ActionPlanLayout, Role, cell_name
from xlassess.ingest.grid import Cell, Grid, Sheet
from xlassess.ingest.plan import Plan
from xlassess.ingest.read import Reading, reading, unusable
from xlassess.ingest.remarks import Remark
from xlassess.ingest.text import brief, is_blank, is_heading, key, shown, tidy
from xlassess.ingest.values import Parsed, read_date, read_text
from xlassess.model.answer import PROPOSAL, Action, Normalisation
from xlassess.model.query import action_slot

_TELLING = (HEADERS["action"], HEADERS["owner"], HEADERS["deadline"], HEADERS["measure"])


@dataclass(slots=True)
class PlanRead:
    """What the action-plan sheet held."""

    actions: list[Action] = field(default_factory=list)
    proposal: Reading | None = None
    remarks: list[Remark] = field(default_factory=list)
    normalised: list[Normalisation] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Table:
    sheet: Sheet
    header: int
    columns: Mapping[Role, int]


def read_action_plan(grid: Grid, plan: Plan) -> PlanRead:
    """Read every filled row of the action plan, wherever its sheet and columns stand."""
    result = PlanRead()
    planned = plan.layout.action_plan
    if planned is None:
        return result
    table = _find(grid, planned)
    if table is None:
        result.remarks.append(Remark("R08"))
        return result
    last = _proposal_row(table, planned, result)
    for row in range(table.header + 1, last):
        _read_row(table, row, plan, result)
    return result


def _find(grid: Grid, planned: ActionPlanLayout) -> _Table | None:
    """Find the heading row of the action plan; retyped headings only where none is as issued."""
    for sheet in grid.sheets:
        if sheet.contents.issuperset(_TELLING):
            return _table(sheet, [{name} for name in _TELLING], planned)
    for sheet in grid.sheets:
        names = [{cell for cell in sheet.contents if is_heading(cell, name)} for name in _TELLING]
        if all(names):
            return _table(sheet, names, planned)
    return None


def _table(sheet: Sheet, headings: Sequence[Set[Cell]], planned: ActionPlanLayout) -> _Table | None:
    for i, cells in enumerate(sheet.rows):
        if any(names.isdisjoint(cells) for names in headings):
            continue
        texts = {key(cell): j for j, cell in enumerate(cells) if isinstance(cell, str)}
        columns: dict[Role, int] = {
            column.role: texts[key(column.header)]
            for column in planned.columns
            if key(column.header) in texts
        }
        return _Table(sheet, i, columns)
    return None


def _proposal_row(table: _Table, planned: ActionPlanLayout, result: PlanRead) -> int:
    """Read the proposal and return the row at which the actions end."""
    end = len(table.sheet.rows)
    if planned.proposal is None:
        return end
    shift = table.header - planned.header_row
    row = planned.proposal + shift
    column = table.columns.get("action", 2)
    name = cell_name(row, column)
    cell = table.sheet.at(row, column)
    parsed = unusable(table.sheet, name, cell)
    if parsed is None and not is_blank(cell):
        parsed = read_text(cell)
    if parsed is not None:
        result.proposal = reading(parsed, cell, Reading(PROPOSAL, "answer", table.sheet.name, name))
    return min(row, end)


@dataclass(slots=True)
class _Row:
    """One row while it is read: remarks and normalisations go to the result."""

    table: _Table
    index: int
    result: PlanRead

    @property
    def item(self) -> str:
        return f"action {self.number}"

    @property
    def number(self) -> int:
        """The row's own number, or its place in the table where that is gone."""
        cell = self.table.sheet.at(self.index, 0)
        place = self.index - self.table.header
        text = tidy(shown(cell)) if not isinstance(cell, bool) else ""
        return int(text) if text.isdecimal() and len(text) < 5 else place

    def cell(self, role: Role) -> tuple[Cell, str]:
        """The cell of a role, unless it holds a formula or an error, and its name."""
        column = self.table.columns.get(role)
        if column is None:
            return "", ""
        name = cell_name(self.index, column)
        cell = self.table.sheet.at(self.index, column)
        parsed = unusable(self.table.sheet, name, cell)
        if parsed is not None:
            self.remark(parsed, name, role)
            return "", name
        return ("" if is_blank(cell) else cell), name

    def remark(self, parsed: Parsed, name: str, role: Role) -> None:
        sheet, slots = self.table.sheet.name, (action_slot(self.number),)
        self.result.remarks.append(
            Remark(parsed.code, sheet, name, self.item, role, parsed.details, slots)
        )

    def keep(self, parsed: Parsed, cell: Cell, name: str, role: Role) -> None:
        """Keep the remark or normalisation that came with a value."""
        if parsed.code:
            self.remark(parsed, name, role)
        elif parsed.how:
            before, after = shown(cell), shown(parsed.value or "")
            self.result.normalised.append(
                Normalisation(
                    self.item, role, self.table.sheet.name, name, before, after, parsed.how
                )
            )


def _read_row(table: _Table, index: int, plan: Plan, result: PlanRead) -> None:
    row = _Row(table, index, result)
    if not any(_is_filled(table, index, role) for role in table.columns):
        return
    text, name = row.cell("action")
    if not text:
        row.remark(Parsed(code="C15"), name, "action")
        return
    action = Action(
        row=row.number,
        item=_item(row, plan),
        action=_text(row, "action"),
        horizon=_choice(row, "horizon", plan),
        owner=_text(row, "owner"),
        deadline=_deadline(row),
        measure=_text(row, "measure"),
        status=_choice(row, "progress", plan),
        sheet=table.sheet.name,
        cell=name,
    )
    result.actions.append(action)
    missing = {"who owns them": action.owner, "when they are to happen": action.horizon}
    for what, value in missing.items():
        if not value:
            row.remark(Parsed(code="C16", details={"missing": what}), name, "action")


def _is_filled(table: _Table, index: int, role: Role) -> bool:
    """True when a person wrote here; the state of progress may be set as issued."""
    column = table.columns[role]
    name = cell_name(index, column)
    if role == "progress" or name in table.sheet.notes.formulas:
        return False
    return not is_blank(table.sheet.at(index, column))


def _text(row: _Row, role: Role) -> str:
    cell, name = row.cell(role)
    if cell == "":
        return ""
    parsed = read_text(cell)
    row.keep(parsed, cell, name, role)
    return str(parsed.value or "")


def _choice(row: _Row, role: Role, plan: Plan) -> str:
    cell, name = row.cell(role)
    if cell == "":
        return ""
    parsed = (plan.horizons if role == "horizon" else plan.statuses).read(cell)
    row.keep(parsed, cell, name, role)
    return str(parsed.value or "")


def _deadline(row: _Row) -> date | None:
    cell, name = row.cell("deadline")
    if cell == "":
        return None
    parsed = read_date(cell)
    row.keep(parsed, cell, name, "deadline")
    return parsed.value if isinstance(parsed.value, date) else None


def _item(row: _Row, plan: Plan) -> str:
    cell, name = row.cell("item")
    if cell == "":
        return ""
    item = plan.item_id(cell)
    if not item:
        row.remark(Parsed(code="C17", details={"value": brief(cell)}), name, "item")
    return item
