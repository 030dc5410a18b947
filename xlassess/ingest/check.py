"""Checks over what was read; each yields remarks of one kind, and none for another's cause."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlassess.contract.layout import Column
from xlassess.ingest.locate import ItemRow, Located
from xlassess.ingest.plan import Plan
from xlassess.ingest.read import Reading
from xlassess.ingest.remarks import Remark
from xlassess.ingest.text import brief, is_blank, key, listed, shown


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the checks look at: the plan, the rows found, and the settled readings."""

    plan: Plan
    located: Located
    readings: list[Reading]


def check(evidence: Evidence, *, other_content: bool) -> Iterator[Remark]:
    """Yield every remark about what was read.

    Args:
        evidence: what was read.
        other_content: there are actions or a proposal.
    """
    yield from evidence.located.remarks
    yield from missing_rows(evidence)
    yield from changed_questions(evidence)
    yield from stray_writing(evidence)
    yield from (one.remark for one in evidence.readings if one.remark)
    if not other_content and all(one.is_blank for one in evidence.readings):
        if evidence.readings:
            yield Remark("C13")
        return
    yield from missing_answers(evidence)
    yield from missing_comments(evidence)


def missing_rows(evidence: Evidence) -> Iterator[Remark]:
    """Sections without any of their items, and sections that lack some."""
    seen = {row.place.item.id for row in evidence.located.rows} | evidence.located.unread
    for section in evidence.plan.layout.sections:
        missing = [item.id for item in section.section.items if item.id not in seen]
        if len(missing) == len(section.section.items):
            yield Remark("R03", details={"section": section.section.title})
        elif missing:
            details = {"section": section.section.title, "items": listed(missing)}
            yield Remark("R04", _sheet_of(evidence, section.section.title), details=details)


def _sheet_of(evidence: Evidence, title: str) -> str:
    """The sheet on which most of a section's items stand now."""
    rows = (row for row in evidence.located.rows if row.place.section.section.title == title)
    first = next(rows, None)
    return first.sheet.name if first else ""


def changed_questions(evidence: Evidence) -> Iterator[Remark]:
    """Questions or level descriptors that no longer read as printed, on one sheet together."""
    changed: dict[str, tuple[Remark, list[str]]] = {}
    for row in evidence.located.rows:
        for column in row.place.table.columns:
            if now := _changed(row, column):
                sheet, item = row.sheet.name, row.place.item.id
                details = {"now": brief(now)}
                first = Remark("C09", sheet, row.name(column), item, details=details)
                changed.setdefault(sheet, (first, []))[1].append(row.name(column))
                break
    for first, cells in changed.values():
        for cell in cells:
            row_item = _item_at(evidence, first.sheet, cell)
            yield Remark("C09", first.sheet, cell, row_item, details=first.details)


def _item_at(evidence: Evidence, sheet: str, cell: str) -> str:
    digits = int("".join(filter(str.isdigit, cell))) - 1
    for row in evidence.located.rows:
        if row.sheet.name == sheet and row.row == digits:
            return row.place.item.id
    return ""


def _changed(row: ItemRow, column: Column) -> str:
    """The text now standing for a printed one that was changed, or an empty text."""
    item = row.place.item
    if column.role == "ask":
        printed = item.ask
    elif column.role == "level":
        printed = item.levels.get(column.detail, "")
    else:
        return ""
    now = row.cell(column)
    if now == printed or column.index not in row.columns:
        return ""
    text = shown(now)
    return "" if key(text) == key(printed) else text or "nothing"


def stray_writing(evidence: Evidence) -> Iterator[Remark]:
    """Text in item rows, in columns in which the item takes nothing."""
    for row in evidence.located.rows:
        known = {row.columns[c.index] for c in row.place.table.columns if c.index in row.columns}
        taken = {column.index for column in row.place.fields}
        idle = {
            row.columns[c.index]
            for c in row.place.table.columns
            if c.role in ("answer", "comment", "evidence")
            and c.index not in taken
            and c.index in row.columns
        }
        for index, cell in enumerate(row.sheet.rows[row.row]):
            if (index in known and index not in idle) or is_blank(cell):
                continue
            yield from _stray(row, index)


def _stray(row: ItemRow, index: int) -> Iterator[Remark]:
    from xlassess.contract.layout import cell_name

    name = cell_name(row.row, index)
    if name not in row.sheet.notes.formulas:
        text = brief(row.sheet.at(row.row, index))
        details = {"values": f"“{text}”"}
        yield Remark("R07", row.sheet.name, name, row.place.item.id, details=details)


def missing_answers(evidence: Evidence) -> Iterator[Remark]:
    """Required answers whose cells are empty, on one sheet together."""
    for one in evidence.readings:
        required = one.field.startswith("answer") and evidence.plan.places[one.item].item.required
        if required and one.is_blank:
            yield Remark("C02", one.sheet, one.cell, one.item, one.field)


def missing_comments(evidence: Evidence) -> Iterator[Remark]:
    """Comments that the chosen answer calls for and that were not written."""
    comments = {one.item: one for one in evidence.readings if one.field == "comment"}
    told: set[str] = set()
    for one in evidence.readings:
        follow = evidence.plan.places[one.item].item.follow_up
        if not follow or not follow.required or not one.field.startswith("answer"):
            continue
        comment = comments.get(one.item)
        if one.value in follow.when and comment and comment.is_blank and one.item not in told:
            told.add(one.item)
            choices = evidence.plan.choices[evidence.plan.places[one.item].item.answer]
            details = {"value": choices.names[str(one.value)], "ask": follow.ask}
            yield Remark("C12", comment.sheet, comment.cell, one.item, "comment", details)
