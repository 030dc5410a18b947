"""Checks over what was read; each yields remarks of one kind, and none for another's cause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from xlassess.contract.layout import Column, cell_name
from xlassess.ingest.reading.cells.cell_findings import CellFinding
from xlassess.ingest.reading.cells.values import brief, key, listed, shown
from xlassess.ingest.reading.locate import ItemRow, Located
from xlassess.ingest.reading.read import Reading
from xlassess.ingest.reading.reading_plan import ReadingPlan
from xlassess.model.days import written_day
from xlassess.model.query import Slot
from xlassess.model.toolkit import Condition, Item


def check_together(plan: ReadingPlan, readings: Sequence[Reading]) -> Iterator[CellFinding]:
    """Yield what is wrong between answers that are each in order.

    Args:
        plan: the items and their choices.
        readings: what was read of them.
    """
    yield from equal_ranks(plan, readings)
    for one in readings:
        item = plan.items[one.item].item
        if item.only_when is not None and one.field == "answer":
            yield from _dependent(plan, readings, one, item.only_when)
    yield from missing_reasons(plan, readings)


def equal_ranks(plan: ReadingPlan, readings: Sequence[Reading]) -> Iterator[CellFinding]:
    """Items of one ranking with the same number.

    Partnership Protocol of Melton Borough Council, Appendix C, "Main functions of partnership":
    please rank (1) to (4).
    """
    given: dict[tuple[str, object], list[Reading]] = {}
    for one in readings:
        ranks = plan.items[one.item].item.ranks
        if ranks and one.field == "answer" and one.value is not None:
            given.setdefault((ranks, one.value), []).append(one)
    for (_, value), same in given.items():
        if len(same) > 1:
            details = {"value": f"{value:g}" if isinstance(value, int | float) else str(value)}
            for one in same:
                yield CellFinding("C24", one.sheet, one.cell, one.item, one.field, details)


def still_to_come(
    plan: ReadingPlan, readings: Sequence[Reading], today: date
) -> Iterator[CellFinding]:
    """Yield the days that have not come, where the question is about something done.

    Args:
        plan: the items and their choices.
        readings: what was read of them.
        today: the day of receipt; without one, nothing is still to come.
    """
    for one in readings if today > date.min else ():
        if plan.items[one.item].item.past and isinstance(one.value, date) and one.value > today:
            details = {"value": written_day(one.value)}
            yield CellFinding("C38", one.sheet, one.cell, one.item, one.field, details)


def _dependent(
    plan: ReadingPlan, readings: Sequence[Reading], one: Reading, condition: Condition
) -> Iterator[CellFinding]:
    """An answer that its condition excludes, or one that it calls for and that is missing."""
    leading = next(
        (each for each in readings if (each.item, each.field) == (condition.item, "answer")), None
    )
    if leading is None or leading.value is None:
        return
    other = plan.items[condition.item].item
    named = plan.choices[other.answer].names.get(str(leading.value), "")
    details = {"other": other.id, "value": named}
    called_for = leading.value in condition.choices
    if called_for and one.is_blank:
        yield CellFinding("C27", one.sheet, one.cell, one.item, one.field, details)
    elif not called_for and plan.items[one.item].item.is_free and _says_something(one):
        # A choice (whether the council could be accountable) may be made all the same.
        details["ask"] = other.short or other.ask
        # either may be the wrong one, so that a query workbook lets both be changed
        both = (Slot(one.item, one.field), Slot(leading.item, leading.field))
        yield CellFinding("C25", one.sheet, one.cell, one.item, one.field, details, both)


def _says_something(one: Reading) -> bool:
    """True for an answer that is not nought: a budget of 0 goes well with no budget."""
    return one.value not in (None, "", 0)


def missing_reasons(plan: ReadingPlan, readings: Sequence[Reading]) -> Iterator[CellFinding]:
    """Answers that ask for their reasons in a comment, which was not written.

    Audit Commission, Working better together? (2009), paragraph 3, has the reasons for a "no"
    looked into.
    """
    if not plan.followed:
        return
    comments = {one.item: one for one in readings if one.field == "comment"}
    told: set[str] = set()
    for one in readings:
        item: Item = plan.items[one.item].item
        follow, comment = item.follow_up, comments.get(one.item)
        if follow is None or follow.required or not one.field.startswith("answer"):
            continue
        if one.value not in follow.when or comment is None or not comment.is_blank:
            continue
        if one.item not in told:
            told.add(one.item)
            details = {"value": plan.choices[item.answer].names[str(one.value)], "ask": follow.ask}
            yield CellFinding("C26", comment.sheet, comment.cell, one.item, "comment", details)


@dataclass(frozen=True, slots=True)
class ReadContent:
    """What the checks look at: the plan, the rows found, and the settled readings.

    ``together`` are the readings that are compared with each other: all, also where ``readings``
    are only those of the items a query workbook asks about.
    """

    plan: ReadingPlan
    located: Located
    readings: list[Reading]
    together: list[Reading]


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
    yield from (one.remark for one in content.readings if one.remark)
    if not other_content and all(one.is_blank for one in content.readings):
        if content.readings:
            yield CellFinding("C13")
        return
    yield from missing_answers(content)
    yield from missing_comments(content)
    yield from check_together(content.plan, content.together)


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
        notes = row.sheet.notes
        crossed = notes.struck or notes.partly_struck
        for column, text in row.layout.printed:
            if row.cell(column) == text and not crossed:
                continue  # as most are, which costs less than to ask more of each
            if now := _changed(row, column, text):
                sheet, item = row.sheet.name, row.layout.item.id
                details = {"now": begins.setdefault(sheet, brief(now))}
                slots = tuple(Slot(item, field) for field in row.layout.item.answer_fields)
                yield CellFinding("C09", sheet, row.name(column), item, "", details, slots)
                break


def _changed(row: ItemRow, column: Column, printed: str) -> str:
    """The text now standing for a printed one that was changed, or an empty text."""
    if column.role == "why":
        return _guidance_of_another(row, column)
    now, notes = row.cell(column), row.sheet.notes
    if notes.struck and column.role == "level" and row.name(column) in notes.struck and printed:
        return "a text that is crossed out"
    if notes.partly_struck and row.name(column) in notes.partly_struck:
        now = notes.partly_struck[row.name(column)].kept
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
        choices = content.plan.choices.get(item.answer) if comment else None
        if choices and comment and choices.names_one(comment.value):
            details = {"value": brief(comment.value or "")}
            yield CellFinding("C18", one.sheet, one.cell, one.item, one.field, details)
        elif item.required:
            yield CellFinding("C02", one.sheet, one.cell, one.item, one.field)


def missing_comments(content: ReadContent) -> Iterator[CellFinding]:
    """Comments that the chosen answer calls for and that were not written."""
    if not content.plan.followed:
        return
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
