"""Filling workbooks in as partners do: open, type, save under some name."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from xlassess.contract.layout import ActionPlanLayout, Layout, SectionLayout
from xlassess.demo.answers import BlankCell, Entries
from xlassess.demo.scripts.script import Cell, PlanRow
from xlassess.model.toolkit import ActionPlan, answer_field

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Mistake = Callable[["Workbook", Layout], None]
"""A mistake: something done to a workbook once it is filled in."""


def fill_in(
    blank: bytes,
    places: Layout,
    filled: Entries,
    saved_at: datetime,
    mistake: Mistake | None = None,
) -> bytes:
    """Return a workbook filled in and saved.

    Args:
        blank: the workbook as issued.
        places: where everything stands in it.
        filled: what to enter.
        saved_at: when it was saved, in UTC; the same moment gives the same bytes.
        mistake: a mistake to make before saving.
    """
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # openpyxl says which of Excel's extensions it drops; a partner's program does so unsaid.
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(io.BytesIO(blank))
    for section in places.sections:
        _fill_section(book[section.sheet], section, filled)
    plan = places.toolkit.action_plan
    if places.action_plan and plan:
        _fill_plan(book[places.action_plan.sheet], places.action_plan, plan, filled)
    if mistake:
        mistake(book, places)
    return _saved(book, saved_at, _drawn(blank))


def fill_in_rows(
    blank: bytes, places: Layout, said: Mapping[str, Mapping[str, Cell]], saved_at: datetime
) -> bytes:
    """Return a joint workbook (plan, progress, workshop) with these rows filled in.

    Args:
        blank: the workbook as issued.
        places: where everything stands in it.
        said: what is entered, by the row's number and the name of what it is.
        saved_at: when it was saved, in UTC.
    """
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(blank))
    for section in places.sections:
        for table in section.tables:
            for row in table.rows:
                for name, value in said.get(row.item.id, {}).items():
                    column = table.column("answer", answer_field(name))
                    put(book[section.sheet], row.index, column.index, value)  # type: ignore[union-attr]
    return _saved(book, saved_at, _drawn(blank))


def fill_in_cells(blank: bytes, typed: Mapping[tuple[str, str], Cell], saved_at: datetime) -> bytes:
    """Return a workbook with these cells filled in.

    Args:
        blank: the workbook as issued.
        typed: what is entered, by sheet and name of the cell.
        saved_at: when it was saved, in UTC.
    """
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(blank))
    for (sheet, cell), value in typed.items():
        book[sheet][cell].value = value
    return _saved(book, saved_at, _drawn(blank))


def _fill_section(sheet: Worksheet, section: SectionLayout, filled: Entries) -> None:
    for table in section.tables:
        for row in table.rows:
            for column in table.fields(row.item):
                value = filled.cells.get(BlankCell(row.item.id, column.field))
                if value is not None:
                    put(sheet, row.index, column.index, value)


def _fill_plan(
    sheet: Worksheet, places: ActionPlanLayout, plan: ActionPlan, filled: Entries
) -> None:
    horizons = {choice.code: choice.label for choice in plan.horizons}
    statuses = {choice.code: choice.label for choice in plan.statuses}
    for number, entry in enumerate(filled.plans):
        row = places.first_row + number
        for role, value in _entries(entry, horizons, statuses).items():
            put(sheet, row, places.column(role).index, value)  # type: ignore[arg-type]
    if filled.proposal and places.proposal is not None:
        put(sheet, places.proposal, 2, filled.proposal)


def _entries(entry: PlanRow, horizons: dict[str, str], statuses: dict[str, str]) -> dict[str, Cell]:
    return {
        "item": entry.item,
        "action": entry.action,
        "horizon": horizons[entry.horizon],
        "owner": entry.owner,
        "deadline": date.fromisoformat(entry.deadline),
        "measure": entry.measure,
        "progress": statuses[entry.status],
    }


def put(sheet: Worksheet, row: int, column: int, value: Cell) -> None:
    """Type a value into a cell, both counted from 0."""
    sheet.cell(row + 1, column + 1).value = value


def _drawn(blank: bytes) -> dict[str, bytes]:
    """Return the chart of a workbook as it was drawn, by the names of its parts.

    Programs read what a chart leaves unsaid by the version of Excel named beside it.
    """
    with zipfile.ZipFile(io.BytesIO(blank)) as source:
        return {
            name: source.read(name)
            for name in source.namelist()
            if "/charts/" in name or name == "docProps/app.xml"
        }


def _saved(book: Workbook, saved_at: datetime, drawn: Mapping[str, bytes]) -> bytes:
    """Return the workbook's bytes as saved at this moment, with its charts as they were.

    openpyxl stamps parts with the present time and forgets what the labels of charts leave
    out, so the package is put together again. A workbook has one chart, which keeps its name.
    """
    raw = io.BytesIO()
    book.save(raw)
    moment = saved_at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = drawn.get(name) or source.read(name)
            if name == "docProps/core.xml":
                data = re.sub(
                    rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", rb"\g<1>" + moment, data
                )
            stamp = zipfile.ZipInfo(name, saved_at.timetuple()[:6])
            target.writestr(stamp, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
