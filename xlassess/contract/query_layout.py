"""Where everything stands in a workbook that shows earlier answers beside its cells.

A query workbook has the sheets of the first one, with two columns more.

Beside each answer stand what was read before and why it is asked about; the guidance of the
questions, read once already, moves to the far end; in a joint workbook what is known of a row stays
where it is. All else stands where `layout` puts it, so
that a partner knows the sheets again and the reader reads them alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from xlassess.contract.layout import (
    HEADERS,
    JOINT,
    PLAN_ROLES,
    ActionPlanLayout,
    Column,
    Layout,
    Role,
    SectionLayout,
    TableLayout,
    cell_name,
    layout,
)
from xlassess.model.finding import Finding
from xlassess.model.toolkit import Toolkit

EARLIER_WIDTH, REASON_WIDTH = 22.0, 44.0
_ADDED: tuple[tuple[Role, float], ...] = (("earlier", EARLIER_WIDTH), ("reason", REASON_WIDTH))
_BEFORE: tuple[Role, ...] = ("item", "ask", "level")
"""What stands before the columns added."""


def query_layout(toolkit: Toolkit) -> Layout:
    """Return where everything stands in a query workbook about this toolkit."""
    first = layout(toolkit)
    # What an owner reported last stands there: it is needed beside the cells, and short.
    last = toolkit.id not in JOINT
    sections = tuple(_section(section, why_last=last) for section in first.sections)
    return replace(first, sections=sections)


def last_time_layout(toolkit: Toolkit) -> Layout:
    """Return where everything stands where the answers of last time are shown beside the cells."""
    first = layout(toolkit)
    sections = (_section(each, _ADDED[:1], why_last=False) for each in first.sections)
    return replace(first, sections=tuple(sections))


def plan_columns(plan: ActionPlanLayout) -> tuple[Column, ...]:
    """Return the columns added to the action plan, beside its own on the right."""
    start = plan.columns[-1].index + 1
    return _columns(start, _ADDED)


_LOST_COLUMN = "R06"
"""A column was lost: nobody knows in which of its rows something stood."""


def asked_in_row(findings: Iterable[Finding]) -> tuple[Role, ...]:
    """Return the columns of a row of the action plan that are to be filled in anew.

    Args:
        findings: what is asked about the row. What names no column is about the row as a whole,
            which stands and falls with its description.
    """
    fields = {finding.field for finding in findings if finding.code != _LOST_COLUMN}
    asked = {field if field in PLAN_ROLES else "action" for field in fields}
    return tuple(role for role in PLAN_ROLES if role in asked)


def asked_cells(plan: ActionPlanLayout, number: int, findings: Iterable[Finding]) -> list[str]:
    """Return the cells of them in the row of this number, which counts from 1."""
    row = plan.first_row + number - 1
    return [cell_name(row, plan.column(role).index) for role in asked_in_row(findings)]


_Added = tuple[tuple[Role, float], ...]


def _columns(start: int, added: _Added) -> tuple[Column, ...]:
    return tuple(
        Column(role, HEADERS[role], start + i, width) for i, (role, width) in enumerate(added)
    )


def _section(
    section: SectionLayout, added: _Added = _ADDED, *, why_last: bool = True
) -> SectionLayout:
    columns = [column for table in section.tables for column in table.columns]
    why = [column.index for column in columns if column.role == "why" and why_last]
    before = _BEFORE if why_last else (*_BEFORE, "why")
    start = sum(role in before for role in _roles(columns))
    kept = [i for i in range(section.last_column + 1) if i not in why]
    moved = {old: new + len(added) * (new >= start) for new, old in enumerate(kept)}
    moved |= dict.fromkeys(why, len(kept) + len(added))
    tables = tuple(_table(table, moved, _columns(start, added)) for table in section.tables)
    return replace(section, tables=tables)


def _roles(columns: list[Column]) -> list[Role]:
    """The role of each column of the sheet, by its place."""
    return [role for _, role in sorted({column.index: column.role for column in columns}.items())]


def _table(table: TableLayout, moved: dict[int, int], added: tuple[Column, ...]) -> TableLayout:
    own = [replace(column, index=moved[column.index]) for column in table.columns]
    columns = sorted([*own, *added], key=lambda column: column.index)
    return replace(table, columns=tuple(columns))
