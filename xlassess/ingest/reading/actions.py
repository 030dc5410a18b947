"""The action plan: its rows as actions, and the proposal below them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date

from xlassess.contract.layout import Role, cell_name
from xlassess.ingest.reading.action_tables import ActionTable, plan_tables
from xlassess.ingest.reading.cells.cell_findings import CellFinding
from xlassess.ingest.reading.cells.dates import read_date
from xlassess.ingest.reading.cells.grid import Cell, Grid
from xlassess.ingest.reading.cells.values import Parsed, as_quoted, brief, is_blank, key, shown
from xlassess.ingest.reading.read import (
    Reading,
    masked_by_format,
    read_wide,
    reading,
    settle,
    unusable,
    written_in,
)
from xlassess.ingest.reading.reading_plan import ReadingPlan
from xlassess.model.answer import PROPOSAL, Action, Normalisation
from xlassess.model.days import written_day
from xlassess.model.query import Slot, action_slot

_MOST_YEARS = 10
_NOBODY = frozenset(
    ("tbc", "tba", "tbd", "t.b.c", "t.b.a", "t.b.d", "to be confirmed", "to be agreed",
     "to be decided", "to be determined", "to be advised", "not known", "unknown", "not yet known",
     "not yet agreed", "none", "nobody", "no one", "n/a", "?", "??", "-", "--")
)  # fmt: skip
"""What stands for an owner who is still to be found, as compared."""
_TEXTS: tuple[Role, ...] = ("action", "owner", "measure")


@dataclass(slots=True)
class ActionPlanRead:
    """What the action plan held."""

    actions: list[Action] = field(default_factory=list)
    proposal: Reading | None = None
    tables: tuple[ActionTable, ...] = ()
    remarks: list[CellFinding] = field(default_factory=list)
    normalised: list[Normalisation] = field(default_factory=list)


@dataclass(slots=True)
class _Row:
    """One filled row while it is read: its action, and what was remarked or put right."""

    table: ActionTable
    index: int
    number: int
    action: Action | None = None
    remarks: list[CellFinding] = field(default_factory=list)
    normalised: list[Normalisation] = field(default_factory=list)

    @property
    def item(self) -> str:
        return action_slot(self.number).item

    @property
    def is_hidden(self) -> bool:
        """True on a sheet that nobody sees."""
        return self.table.sheet.notes.hidden

    @property
    def is_crossed_out(self) -> bool:
        """True where the number of the row is crossed out."""
        return cell_name(self.index, max(self.table.number, 0)) in self.table.sheet.notes.struck

    def cell(self, role: Role) -> tuple[Cell, str]:
        """The cell of a role, unless no answer can be taken from it, and its name."""
        cell, name = self.table.cell(self.index, role)
        if name not in self.table.sheet.special:
            return ("" if is_blank(cell) else cell), name
        parsed = _not_taken(self.table, name, cell)
        written = written_in(self.table.sheet, name, cell)
        if parsed is None and written.struck:
            # nothing is guessed of a choice or day; a text holds without the words crossed out
            text = role in _TEXTS
            code = "R14" if text and (role != "action" or not is_blank(written.cell)) else "R13"
            struck = brief(written.struck)
            self.remark(Parsed(code=code, details={"values": f"“{struck}”"}), name, role)
            return (written.cell if text else ""), name
        if parsed is not None:
            self.remark(parsed, name, role)
            return "", name
        return ("" if is_blank(cell) else cell), name

    def displayed(self, name: str) -> str:
        """How a cell of the row is shown, where its number format makes something else of it."""
        return self.table.sheet.notes.shown.get(name, "")

    def remark(self, parsed: Parsed, name: str, role: Role) -> None:
        sheet, slots = self.table.sheet.name, (action_slot(self.number),)
        self.remarks.append(
            CellFinding(parsed.code, sheet, name, self.item, role, parsed.details, slots)
        )

    def keep(self, parsed: Parsed, cell: Cell, name: str, role: Role, label: str = "") -> None:
        """Keep the remark or normalisation that came with a value; a choice has a label."""
        if parsed.code:
            self.remark(parsed, name, role)
        elif parsed.how:
            before, after = shown(cell), label or shown(parsed.value or "")
            self.normalised.append(
                Normalisation(
                    self.item, role, self.table.sheet.name, name, before, after, parsed.how
                )
            )


def read_action_plan(grid: Grid, plan: ReadingPlan) -> ActionPlanRead:
    """Read every filled row of the action plan, wherever its sheet and columns stand."""
    result = ActionPlanRead()
    planned, asked = plan.layout.action_plan, plan.layout.toolkit.action_plan
    if planned is None or asked is None:
        return result
    tables = plan_tables(grid, planned, asked)
    if not tables:
        result.remarks.append(CellFinding("R08"))
        return result
    result.tables = tuple(tables)
    rows = [_rows(table, plan) for table in tables]
    result.remarks += (remark for table in tables for remark in _lost_columns(table))
    result.remarks += (
        CellFinding("R20", table.sheet.name, cell, details={"column": header})
        for table in tables
        for cell, header in table.cleared
    )
    _settle_rows(rows, result)
    if planned.proposal is not None:
        _settle_proposals(tables, result)
    if tables[0].sheet.notes.hidden and result.actions:
        result.remarks += _hidden_alone(tables)
    for table, filled in zip(tables, rows, strict=True):
        result.remarks += _strays(table, {row.index for row in filled}, plan)
    return result


def far_off(actions: Iterable[Action], issued: date) -> Iterator[CellFinding]:
    """Yield a remark about each deadline that is likely to have a slip in its year.

    Plans are for a few years; whoever types 2062 means 2026 more often than not.

    Args:
        actions: the actions of a plan.
        issued: when the workbook was issued.
    """
    for one in actions:
        if one.deadline and one.deadline.year > issued.year + _MOST_YEARS:
            details = {"value": written_day(one.deadline)}
            slots = (action_slot(one.row),)
            yield CellFinding("C37", one.sheet, one.cell, one.item, "deadline", details, slots)


def _hidden_alone(tables: Sequence[ActionTable]) -> Iterable[CellFinding]:
    """A remark that actions were read from a sheet that nobody sees, where no other has any."""
    if all(table.sheet.notes.hidden for table in tables):
        yield CellFinding("R19", tables[0].sheet.name)


def _lost_columns(table: ActionTable) -> Iterable[CellFinding]:
    """A remark for each column that cannot be told; every row may have something there."""
    for header in table.lost:
        written = tuple(action_slot(row.number) for row in _numbered(table, _filled(table)))
        cell = cell_name(table.header, max(table.number, 0))
        yield CellFinding("R06", table.sheet.name, cell, details={"column": header}, slots=written)


def _filled(table: ActionTable) -> list[int]:
    """The rows in which a person wrote; the state of progress alone may be set as issued."""
    columns = [column for role, column in table.columns.items() if role != "progress"]
    return [
        row
        for row in range(table.header + 1, table.end)
        if table.is_written(row, columns) or table.is_unseen(row)
    ]


def _numbered(table: ActionTable, filled: Sequence[int]) -> list[_Row]:
    """The filled rows with their numbers: as they stand there, else the first that is free."""
    taken: dict[int, int] = {}
    for row in filled:
        taken.setdefault(table.said_number(row), row)
    taken.pop(0, None)
    numbers = {row: number for number, row in taken.items()}
    for row in filled:
        if row not in numbers:
            place = table.place(row)
            free = (n for n in range(1, len(taken) + len(filled) + 2) if n not in taken)
            numbers[row] = place if place not in taken else next(free)
            taken[numbers[row]] = row
    return [_Row(table, row, numbers[row]) for row in filled]


def _rows(table: ActionTable, plan: ReadingPlan) -> list[_Row]:
    rows = _numbered(table, _filled(table))
    for row in rows:
        _read_row(row, plan)
    return rows


def _read_row(row: _Row, plan: ReadingPlan) -> None:
    text, name = row.cell("action")
    if row.is_crossed_out and text != "":
        row.remark(Parsed(code="R17", details={"values": f"“{brief(text)}”"}), name, "action")
        return
    if text == "":
        if "action" in row.table.columns and not row.remarks:
            row.remark(Parsed(code="C15"), name, "action")
        return
    row.action = Action(
        row=row.number,
        item=_item(row, plan),
        action=_text(row, "action"),
        horizon=_choice(row, "horizon", plan),
        owner=_text(row, "owner"),
        deadline=_deadline(row),
        measure=_text(row, "measure"),
        status=_choice(row, "progress", plan),
        sheet=row.table.sheet.name,
        cell=name,
    )
    for what in _left_open(row):
        row.remark(Parsed(code="C16", details={"missing": what}), name, "action")


def _left_open(row: _Row) -> Iterator[str]:
    """Say what an action does not tell, unless something else is told about that very entry.

    A deadline says when as well as a time horizon does.
    """
    action, told = row.action, {one.field for one in row.remarks}
    if action is None:
        return
    owner = "" if key(action.owner) in _NOBODY else action.owner
    if not owner and "owner" not in told:
        yield "who owns the action"
    if not (action.horizon or action.deadline) and not {"horizon", "deadline"} & told:
        yield "when the action is to happen"


def _text(row: _Row, role: Role) -> str:
    cell, name = row.cell(role)
    if cell == "":
        return ""
    written = written_in(row.table.sheet, name, cell)
    parsed = replace(written, cell=cell).parsed()
    row.keep(parsed, cell, name, role)
    return str(parsed.value or "")


def _choice(row: _Row, role: Role, plan: ReadingPlan) -> str:
    cell, name = row.cell(role)
    if cell == "":
        return ""
    choices = plan.horizons if role == "horizon" else plan.statuses
    parsed = choices.read(cell)
    row.keep(parsed, cell, name, role, choices.names.get(str(parsed.value), ""))
    return str(parsed.value or "")


def _deadline(row: _Row) -> date | None:
    cell, name = row.cell("deadline")
    if cell == "":
        return None
    parsed = read_date(cell, row.displayed(name))
    row.keep(parsed, cell, name, "deadline")
    return parsed.value if isinstance(parsed.value, date) else None


def _item(row: _Row, plan: ReadingPlan) -> str:
    cell, name = row.cell("item")
    if cell == "":
        return ""
    item = plan.item_id(cell)
    several = plan.numbered(cell) if not item else ()
    if several:
        details = {"value": brief(cell), "items": " and ".join(several)}
        row.remark(Parsed(code="C23", details=details), name, "item")
    elif not item:
        row.remark(Parsed(code="C17", details={"value": brief(cell)}), name, "item")
    return item


def _settle_rows(tables: Sequence[Sequence[_Row]], result: ActionPlanRead) -> None:
    """Take each row once; where plans contradict each other, neither row is taken."""
    by_number: dict[int, list[_Row]] = {}
    for row in (row for rows in tables for row in rows):
        by_number.setdefault(row.number, []).append(row)
    repeated: list[_Row] = []
    some_seen = any(not table.sheet.notes.hidden for table in result.tables)
    for _, rows in sorted(by_number.items()):
        seen = [row for row in rows if not row.is_hidden]
        first, *others = seen or rows
        if some_seen and (doubt := _hidden_otherwise(seen, rows)):
            result.remarks.append(doubt)
            if not seen:
                continue
        if any(_said(other) != _said(first) for other in others):
            result.remarks.append(_contradiction([first, *others]))
            continue
        repeated += [first, *others] if others else []
        result.actions += [first.action] if first.action else []
        result.remarks += first.remarks
        result.normalised += first.normalised
    if repeated:
        sheets = ", ".join(dict.fromkeys(row.table.sheet.name for row in repeated))
        result.remarks.append(
            CellFinding("R02", repeated[0].table.sheet.name, details={"sheets": sheets})
        )


def _hidden_otherwise(seen: Sequence[_Row], rows: Sequence[_Row]) -> CellFinding | None:
    """A doubt about a row that says something else, or something at all, where nobody sees it."""
    hidden = [row for row in rows if row.is_hidden]
    if not hidden or (seen and all(_said(row) == _said(seen[0]) for row in hidden)):
        return None
    shows = (seen or hidden)[0]
    name = shows.table.cell(shows.index, "action")[1]
    details = {"hidden": hidden[0].table.sheet.name, "items": f"action {shows.number}"}
    slots = (action_slot(shows.number),)
    return CellFinding("R16", shows.table.sheet.name, name, "", "", details, slots)


def _said(row: _Row) -> object:
    """What a row says, wherever it stands."""
    action = replace(row.action, sheet="", cell="") if row.action else None
    return action, sorted((one.code, one.field) for one in row.remarks)


def _contradiction(rows: Sequence[_Row]) -> CellFinding:
    first = rows[0]
    name = first.table.cell(first.index, "action")[1]
    told = [
        f"{row.table.sheet.name}, row {row.index + 1}: "
        f"“{brief(row.table.cell(row.index, 'action')[0])}”"
        for row in rows
    ]
    slots = (action_slot(first.number),)
    details = {"values": ", ".join(told)}
    return CellFinding("R01", first.table.sheet.name, name, first.item, "action", details, slots)


def _settle_proposals(tables: Sequence[ActionTable], result: ActionPlanRead) -> None:
    found = [table for table in tables if table.proposal is not None]
    if not found:
        slots = (Slot(PROPOSAL, "answer"),)
        result.remarks.append(CellFinding("R11", tables[0].sheet.name, slots=slots))
        return
    hidden = frozenset(table.sheet.name for table in found if table.sheet.notes.hidden)
    (proposal,), repeated = settle([_read_proposal(table) for table in found], hidden=hidden)
    if proposal.is_blank:
        return
    result.proposal = proposal
    result.remarks += [*repeated, proposal.remark] if proposal.remark else repeated
    if normalisation := proposal.normalisation():
        result.normalised.append(normalisation)


def _read_proposal(table: ActionTable) -> Reading:
    row, column = table.proposal or 0, table.proposal_column
    name, cell = cell_name(row, column), table.sheet.at(row, column)
    parsed = _not_taken(table, name, cell)
    blank = Reading(PROPOSAL, "answer", table.sheet.name, name)
    return reading(parsed, blank, cell) if parsed else read_wide(table.sheet, cell, blank)


def _not_taken(table: ActionTable, name: str, cell: Cell) -> Parsed | None:
    """Return why nothing can be taken from a cell, such as one that a merged cell covers."""
    parsed = unusable(table.sheet, name, cell)
    if parsed is None and name in table.sheet.notes.pictured:
        return Parsed(code="R15")
    if parsed is None and name in table.sheet.notes.covered and not is_blank(cell):
        return Parsed(code="R10")
    return parsed or masked_by_format(table.sheet, name, cell, is_text=False)


def _strays(table: ActionTable, filled: Set[int], plan: ReadingPlan) -> Iterable[CellFinding]:
    """What is written beside and below the plan, or as a state of progress of no action."""
    known = {*table.columns.values(), *table.beside, table.number}
    overwritten = table.overwritten_numbers()
    for row in range(table.header + 1, min(table.below, len(table.sheet.rows))):
        for column, cell in enumerate(table.sheet.rows[row]):
            if cell == "" or is_blank(cell):
                continue
            if row < table.end and column == table.number:
                stray = row in overwritten
            elif row < table.end:
                alone = column == table.columns.get("progress") and row not in filled
                stray = column not in known or (alone and not _is_as_issued(cell, plan))
            else:
                stray = not _is_proposals(table, row, column)
            if stray:
                details = {"values": as_quoted(table.sheet, row, column)}
                yield CellFinding("R07", table.sheet.name, cell_name(row, column), details=details)


def _is_as_issued(cell: Cell, plan: ReadingPlan) -> bool:
    """True for the state of progress that stands beside every action as issued: the first."""
    code, label = next(iter(plan.statuses.names.items()), ("", ""))
    return cell == label or plan.statuses.read(cell).value == code


def _is_proposals(table: ActionTable, row: int, column: int) -> bool:
    """True for the proposal, its label and its question."""
    if table.proposal is None:
        return False
    if row == table.proposal:
        return column <= table.number + 1 or column == table.proposal_column
    return row == table.proposal - 1 and column == max(table.number, 0)
