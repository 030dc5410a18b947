"""The returns that are damaged at random: workbooks filled in, and a query workbook."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tests.factory import (
    PROPOSAL_COLUMN,
    PROPOSAL_TEXT,
    Workbook,
    a_context,
    action_cells,
    an_action,
    entries,
    filled,
    issue,
)
from tests.ingest.small import every_kind, written
from tests.queried import came_back, context, issued_query, opened, spoil
from xlassess.contract.layout import ActionPlanLayout, cell_name, layout
from xlassess.generate.query.letter import slot_cells
from xlassess.ingest import Context
from xlassess.model.query import Slot
from xlassess.toolkits.load import find_toolkit


@dataclass(frozen=True, slots=True)
class Base:
    """A workbook filled in, or the query workbook about it, and what it is read against."""

    book: Workbook
    data: bytes
    context: Context


_TOOLKITS = (
    "rochford-hallmarks", "pat", "melton-evaluation", "bv-partnership", "working-better-together",
    "melton-checklist",
)  # fmt: skip
KINDS = (0,) * 22 + (1,) * 11 + (2, 2, 2, 3, 3, 4, 5, 6, 7, 8, 8, 8)
"""The small toolkit mostly, of which each part is hit often; the larger ones; query workbooks."""


@lru_cache(maxsize=9)
def base(kind: int) -> Base:
    """A workbook filled in everywhere, two rows of its action plan and the proposal included."""
    if kind == 8:
        return _asked_again()
    toolkit = every_kind() if kind < 2 else find_toolkit(_TOOLKITS[kind - 2])
    book = issue(toolkit)
    data = filled(book, entries(toolkit, variation=kind))
    place = layout(toolkit).action_plan
    data = written(data, _planned(book, place)) if place else data
    return Base(book, data, a_context(book))


def _asked_again() -> Base:
    """A query workbook, filled in where it asks."""
    book = issue(every_kind())
    given = entries(book.toolkit)
    doubtful = opened(book, given)
    spoil(book.toolkit, given, doubtful)
    with tempfile.TemporaryDirectory() as folder:
        query, data = issued_query(book, came_back(book, doubtful, Path(folder)))
    cells, typed = slot_cells(book.toolkit), {Slot(e.item, e.field): e.typed for e in given}
    data = written(data, {cells[slot]: typed[slot] for slot in query.open if slot in typed})
    return Base(book, data, context(book, query))


def _planned(book: Workbook, place: ActionPlanLayout) -> dict[tuple[str, str], object]:
    """What stands in the action plan, by sheet and cell."""
    assert book.toolkit.action_plan
    action = an_action(book.toolkit, book.toolkit.action_plan)
    cells: dict[tuple[str, str], object] = {}
    for row in range(2):
        for cell, content in action_cells(place, action, row):
            cells[place.sheet, cell] = f"{content} {row}" if content == action.action else content
    if place.proposal is not None:
        cells[place.sheet, cell_name(place.proposal, PROPOSAL_COLUMN)] = PROPOSAL_TEXT
    return cells
