"""What a partner does with a workbook: type into it, save it, send it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.clients.office import Typed
from tests.factory import (
    PROPOSAL_COLUMN,
    PROPOSAL_TEXT,
    Entry,
    Workbook,
    a_context,
    action_cells,
    an_action,
)
from xlassess.contract.layout import cell_name, layout
from xlassess.ingest import ReturnedFile, read_return
from xlassess.model.answer import Return
from xlassess.model.toolkit import Toolkit

DAY_ZERO = date(1899, 12, 30)


def typed(sheet: str, cell: str, content: str | float | date) -> Typed:
    """What a partner does to give a cell this content."""
    if isinstance(content, date):
        return Typed(sheet, cell, (content - DAY_ZERO).days, "number")
    return Typed(sheet, cell, content, "text" if isinstance(content, str) else "number")


def typing(toolkit: Toolkit, given: Iterable[Entry]) -> list[Typed]:
    """Every answer, an action in the plan's first row, and the proposal."""
    todo = [typed(entry.sheet, entry.cell, entry.typed) for entry in given]
    place = layout(toolkit).action_plan
    if place is not None and toolkit.action_plan is not None:
        action = an_action(toolkit, toolkit.action_plan)
        todo += [typed(place.sheet, *pair) for pair in action_cells(place, action)]
        if place.proposal is not None:
            todo.append(
                Typed(place.sheet, cell_name(place.proposal, PROPOSAL_COLUMN), PROPOSAL_TEXT)
            )
    return todo


def read(workbook: Workbook, path: Path) -> Return:
    """What ingest makes of a file that came back."""
    return read_return(ReturnedFile(path, path.name), a_context(workbook))
