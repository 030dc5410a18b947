"""Checks over what was read; each yields remarks of one kind, and none for another's cause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from xlassess.contract.layout import RESERVED_SHEETS, Column, cell_name
from xlassess.contract.reference import find_references
from xlassess.ingest.reading.grid import Sheet
from xlassess.ingest.reading.locate import ItemRow, Located
from xlassess.ingest.reading.plan import Plan
from xlassess.ingest.reading.read import Reading
from xlassess.ingest.reading.remarks import Remark
from xlassess.ingest.reading.text import brief, is_blank, key, listed, shown
from xlassess.model.query import Slot

_HEAD_ROWS = 40
_NOBODYS = ("Export Summary",)
"""Sheets that programs add by themselves."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the checks look at: the plan, the rows found, the settled readings, all sheets."""

    plan: Plan
    located: Located
    readings: list[Reading]
    sheets: tuple[Sheet, ...] = ()


def check(evidence: Evidence, *, other_content: bool) -> Iterator[Remark]:
    """Yield every remark about what was read.

    Args:
        evidence: what was read.
        other_content: there are actions or a proposal.
    """
    yield from evidence.located.remarks
    yield from missing_rows(evidence)
    yield from changed_questions(evidence)
    yield from other_order(evidence)
    yield from stray_writing(evidence)
    yield from attached_notes(evidence)
    yield from added_sheets(evidence)
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
        slots = tuple(slot for item in missing for slot in evidence.plan.places[item].slots)
        if len(missing) == len(section.section.items):
            yield Remark("R03", details={"section": section.section.title}, slots=slots)
        elif missing:
            details = {"section": section.section.title, "items": listed(missing)}
            sheet = _sheet_of(evidence, section.section.title)
            yield Remark("R04", sheet, details=details, slots=slots)


def _sheet_of(evidence: Evidence, title: str) -> str:
    """The sheet on which most of a section's items stand now."""
    rows = (row for row in evidence.located.rows if row.place.section.section.title == title)
    first = next(rows, None)
    return first.sheet.name if first else ""


def changed_questions(evidence: Evidence) -> Iterator[Remark]:
    """Questions or level descriptors that no longer read as printed, on one sheet together."""
    begins: dict[str, str] = {}
    for row in evidence.located.rows:
        for column in row.place.table.columns:
            if now := _changed(row, column):
                sheet, item = row.sheet.name, row.place.item.id
                details = {"now": begins.setdefault(sheet, brief(now))}
                slots = tuple(Slot(item, field) for field in row.place.item.answer_fields)
                yield Remark("C09", sheet, row.name(column), item, "", details, slots)
                break


def _changed(row: ItemRow, column: Column) -> str:
    """The text now standing for a printed one that was changed, or an empty text."""
    item = row.place.item
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
    mine = key(row.place.item.why)
    if not text or (mine and mine in text):
        return ""
    others = {key(other.item.why) for other in row.place.table.rows} - {"", mine}
    return shown(row.cell(column)) if any(other in text for other in others) else ""


def other_order(evidence: Evidence) -> Iterator[Remark]:
    """Sheets on which questions do not follow each other as printed: rows were sorted.

    Whether answers were sorted along with them cannot be seen.
    """
    places = {item: place for place, item in enumerate(evidence.plan.places)}
    last: dict[int, int] = {}
    told: dict[str, str] = {}
    for row in evidence.located.rows:
        table, place = id(row.columns), places[row.place.item.id]
        if place < last.get(table, -1):
            told.setdefault(row.sheet.name, cell_name(row.row, row.columns[0]))
        last[table] = place
    yield from (Remark("R12", sheet, cell) for sheet, cell in told.items())


def stray_writing(evidence: Evidence) -> Iterator[Remark]:
    """Text in item rows, in columns in which the item takes nothing.

    In a table that mixes choices and free text, the same words are printed into the answer
    cells of all free-text items; what stands there most often is not a partner's.
    """
    strays = [stray for row in evidence.located.rows for stray in _strays(row)]
    printed = Counter(brief(row.sheet.at(row.row, at)) for row, at in strays if row.mixed)
    usual = printed.most_common(1)
    for row, at in strays:
        name, text = cell_name(row.row, at), brief(row.sheet.at(row.row, at))
        is_printed = row.mixed and usual and usual[0][1] > 1 and text == usual[0][0]
        if name not in row.sheet.notes.formulas and not is_printed:
            details = {"values": f"“{text}”"}
            yield Remark("R07", row.sheet.name, name, row.place.item.id, details=details)


def attached_notes(evidence: Evidence) -> Iterator[Remark]:
    """Notes and drawings that somebody attached to cells or to a sheet."""
    for sheet in evidence.sheets:
        for cell, text in sheet.notes.attached.items():
            quoted = f", “{brief(text)}”" if text.strip() else ""
            what = "a note or drawing" if cell else "a drawing on the sheet"
            details = {"values": f"{what}{quoted}"}
            yield Remark("R07", sheet.name, cell, details=details)


def added_sheets(evidence: Evidence) -> Iterator[Remark]:
    """Sheets that are none of ours and on which something is written."""
    questions = {row.sheet.name for row in evidence.located.rows}
    for sheet in evidence.sheets:
        if sheet.name in questions or sheet.name in _NOBODYS or _is_ours(sheet, evidence.plan):
            continue
        for row, cells in enumerate(sheet.rows):
            column = next((at for at, cell in enumerate(cells) if not is_blank(cell)), None)
            if column is not None:
                details = {"values": f"a sheet that begins “{brief(cells[column])}”"}
                yield Remark("R07", sheet.name, cell_name(row, column), details=details)
                break


def _is_ours(sheet: Sheet, plan: Plan) -> bool:
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
    expected = {row.columns.get(index, -1) for index in row.place.expected} | row.unsure
    for at, cell in enumerate(row.sheet.rows[row.row]):
        if cell != "" and at not in expected and not is_blank(cell):
            yield row, at


def missing_answers(evidence: Evidence) -> Iterator[Remark]:
    """Answers whose cells are empty: required ones, and those that stand in the comments.

    Told together for one sheet.
    """
    comments = {one.item: one for one in evidence.readings if one.field == "comment"}
    for one in evidence.readings:
        if not one.field.startswith("answer") or not one.is_blank:
            continue
        item = evidence.plan.places[one.item].item
        comment = comments.get(one.item)
        choices = evidence.plan.choices.get(item.answer)
        if choices and comment and choices.names_one(comment.value):
            details = {"value": brief(comment.value or "")}
            yield Remark("C18", one.sheet, one.cell, one.item, one.field, details)
        elif item.required:
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
