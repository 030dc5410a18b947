"""Checks over what was read; each yields remarks of one kind, and none for another's cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from xlassess.contract.layout import RESERVED_SHEETS, Column, cell_name
from xlassess.contract.reference import find_references
from xlassess.ingest.reading.cell_findings import CellFinding
from xlassess.ingest.reading.grid import Sheet
from xlassess.ingest.reading.locate import ItemRow, Located
from xlassess.ingest.reading.read import Reading
from xlassess.ingest.reading.reading_plan import ReadingPlan
from xlassess.ingest.reading.text import brief, is_blank, key, listed, shown
from xlassess.model.query import Slot

_HEAD_ROWS = 40
_NOBODYS = ("Export Summary",)
"""Sheets that programs add by themselves."""


@dataclass(frozen=True, slots=True)
class ReadContent:
    """What the checks look at: the plan, the rows found, the settled readings, all sheets."""

    plan: ReadingPlan
    located: Located
    readings: list[Reading]
    sheets: tuple[Sheet, ...] = ()


def check(content: ReadContent, *, other_content: bool) -> Iterator[CellFinding]:
    """Yield every remark about what was read.

    Args:
        content: what was read.
        other_content: there are actions or a proposal.
    """
    yield from content.located.remarks
    yield from missing_rows(content)
    yield from changed_questions(content)
    yield from other_order(content)
    yield from stray_writing(content)
    yield from attached_notes(content)
    yield from added_sheets(content)
    yield from (one.remark for one in content.readings if one.remark)
    if not other_content and all(one.is_blank for one in content.readings):
        if content.readings:
            yield CellFinding("C13")
        return
    yield from missing_answers(content)
    yield from missing_comments(content)


def missing_rows(content: ReadContent) -> Iterator[CellFinding]:
    """Sections without any of their items, and sections that lack some."""
    seen = {row.layout.item.id for row in content.located.rows} | content.located.unread
    for section in content.plan.layout.sections:
        missing = [item.id for item in section.section.items if item.id not in seen]
        slots = tuple(slot for item in missing for slot in content.plan.items[item].slots)
        if len(missing) == len(section.section.items):
            yield CellFinding("R03", details={"section": section.section.title}, slots=slots)
        elif missing:
            details = {"section": section.section.title, "items": listed(missing)}
            sheet = _sheet_of(content, section.section.title)
            yield CellFinding("R04", sheet, details=details, slots=slots)


def _sheet_of(content: ReadContent, title: str) -> str:
    """The sheet on which most of a section's items stand now."""
    rows = (row for row in content.located.rows if row.layout.section.section.title == title)
    first = next(rows, None)
    return first.sheet.name if first else ""


def changed_questions(content: ReadContent) -> Iterator[CellFinding]:
    """Questions or level descriptors that no longer read as printed, on one sheet together."""
    begins: dict[str, str] = {}
    for row in content.located.rows:
        for column in row.layout.table.columns:
            if now := _changed(row, column):
                sheet, item = row.sheet.name, row.layout.item.id
                details = {"now": begins.setdefault(sheet, brief(now))}
                slots = tuple(Slot(item, field) for field in row.layout.item.answer_fields)
                yield CellFinding("C09", sheet, row.name(column), item, "", details, slots)
                break


def _changed(row: ItemRow, column: Column) -> str:
    """The text now standing for a printed one that was changed, or an empty text."""
    item = row.layout.item
    if column.role == "ask":
        printed = item.ask
    elif column.role == "level":
        printed = item.levels.get(column.detail, "")
    elif column.role == "why":
        return _guidance_of_another(row, column)
    else:
        return ""
    now = row.cell(column)
    if now == printed or column.index not in row.columns:
        return ""
    text = shown(now)
    return "" if key(text) == key(printed) else text or "nothing"


def _guidance_of_another(row: ItemRow, column: Column) -> str:
    """The guidance beside a question that is that of another in its table, or an empty text.

    How it is laid out is up to templates, so that only its words are looked for.
    """
    text = key(shown(row.cell(column)))
    mine = key(row.layout.item.why)
    if not text or (mine and mine in text):
        return ""
    others = {key(other.item.why) for other in row.layout.table.rows} - {"", mine}
    return shown(row.cell(column)) if any(other in text for other in others) else ""


def other_order(content: ReadContent) -> Iterator[CellFinding]:
    """Sheets on which questions do not follow each other as printed: rows were sorted.

    Whether answers were sorted along with them cannot be seen.
    """
    places = {item: place for place, item in enumerate(content.plan.items)}
    last: dict[int, int] = {}
    told: dict[str, str] = {}
    for row in content.located.rows:
        table, place = id(row.columns), places[row.layout.item.id]
        if place < last.get(table, -1):
            told.setdefault(row.sheet.name, cell_name(row.row, row.columns[0]))
        last[table] = place
    yield from (CellFinding("R12", sheet, cell) for sheet, cell in told.items())


def stray_writing(content: ReadContent) -> Iterator[CellFinding]:
    """Text in item rows, in columns in which the item takes nothing.

    In a table that mixes choices and free text, the same words are printed into the answer
    cells of all free-text items; what stands there most often is not a partner's.
    """
    strays = [stray for row in content.located.rows for stray in _strays(row)]
    printed = Counter(brief(row.sheet.at(row.row, at)) for row, at in strays if row.mixed)
    usual = printed.most_common(1)
    for row, at in strays:
        name, text = cell_name(row.row, at), brief(row.sheet.at(row.row, at))
        is_printed = row.mixed and usual and usual[0][1] > 1 and text == usual[0][0]
        if name not in row.sheet.notes.formulas and not is_printed:
            details = {"values": f"“{text}”"}
            yield CellFinding("R07", row.sheet.name, name, row.layout.item.id, details=details)


def attached_notes(content: ReadContent) -> Iterator[CellFinding]:
    """Notes and drawings that somebody attached to cells or to a sheet."""
    for sheet in content.sheets:
        for cell, text in sheet.notes.attached.items():
            quoted = f", “{brief(text)}”" if text.strip() else ""
            what = "a note or drawing" if cell else "a drawing on the sheet"
            details = {"values": f"{what}{quoted}"}
            yield CellFinding("R07", sheet.name, cell, details=details)


def added_sheets(content: ReadContent) -> Iterator[CellFinding]:
    """Sheets that are none of ours and on which something is written."""
    questions = {row.sheet.name for row in content.located.rows}
    for sheet in content.sheets:
        if sheet.name in questions or sheet.name in _NOBODYS or _is_ours(sheet, content.plan):
            continue
        for row, cells in enumerate(sheet.rows):
            column = next((at for at, cell in enumerate(cells) if not is_blank(cell)), None)
            if column is not None:
                details = {"values": f"a sheet that begins “{brief(cells[column])}”"}
                yield CellFinding("R07", sheet.name, cell_name(row, column), details=details)
                break


def _is_ours(sheet: Sheet, plan: ReadingPlan) -> bool:
    """True for a sheet that shows a reference, questions, or lists of choices, or has our name."""
    if sheet.name in RESERVED_SHEETS or not plan.asks.isdisjoint(sheet.contents):
        return True
    if any(sheet.contents.issuperset(choices.labels) for choices in plan.choices.values()):
        return True
    head = (cell for cells in sheet.rows[:_HEAD_ROWS] for cell in cells if isinstance(cell, str))
    return bool(find_references("\n".join(head)))


def _strays(row: ItemRow) -> Iterator[tuple[ItemRow, int]]:
    """The filled cells of a row that are neither printed by us nor asked for.

    Of columns that cannot be told more is said than that something stands in them.
    """
    expected = {row.columns.get(index, -1) for index in row.layout.expected} | row.unsure
    for at, cell in enumerate(row.sheet.rows[row.row]):
        if cell != "" and at not in expected and not is_blank(cell):
            yield row, at


def missing_answers(content: ReadContent) -> Iterator[CellFinding]:
    """Answers whose cells are empty: required ones, and those that stand in the comments.

    Told together for one sheet.
    """
    comments = {one.item: one for one in content.readings if one.field == "comment"}
    for one in content.readings:
        if not one.field.startswith("answer") or not one.is_blank:
            continue
        item = content.plan.items[one.item].item
        comment = comments.get(one.item)
        choices = content.plan.choices.get(item.answer)
        if choices and comment and choices.names_one(comment.value):
            details = {"value": brief(comment.value or "")}
            yield CellFinding("C18", one.sheet, one.cell, one.item, one.field, details)
        elif item.required:
            yield CellFinding("C02", one.sheet, one.cell, one.item, one.field)


def missing_comments(content: ReadContent) -> Iterator[CellFinding]:
    """Comments that the chosen answer calls for and that were not written."""
    comments = {one.item: one for one in content.readings if one.field == "comment"}
    told: set[str] = set()
    for one in content.readings:
        follow = content.plan.items[one.item].item.follow_up
        if not follow or not follow.required or not one.field.startswith("answer"):
            continue
        comment = comments.get(one.item)
        if one.value in follow.when and comment and comment.is_blank and one.item not in told:
            told.add(one.item)
            choices = content.plan.choices[content.plan.items[one.item].item.answer]
            details = {"value": choices.names[str(one.value)], "ask": follow.ask}
            yield CellFinding("C12", comment.sheet, comment.cell, one.item, "comment", details)
