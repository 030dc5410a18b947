"""The question sheets: one a section, for statements, matrices, checklists and free text."""

from __future__ import annotations

from itertools import groupby

from xlassess.contract.layout import (
    ABOUT_ROW,
    FIRST_ITEM_ROW,
    HEADER_ROW,
    JOINT,
    PROGRESS_ROW,
    REFERENCE_ROW,
    START,
    TITLE_ROW,
    Column,
    QuestionRow,
    SectionLayout,
    TableLayout,
    cell_name,
    column_name,
)
from xlassess.generate.workbook.cells import AnswerCell, least_height
from xlassess.generate.workbook.draft import Draft
from xlassess.generate.workbook.status import CHECK, DONE, OPEN, OPTIONAL, TO_DO, status_column
from xlassess.model.toolkit import Item, Scale, Section
from xlassess.sheet import formats, palette
from xlassess.sheet.formats import CellFormat, ConditionalFormat
from xlassess.sheet.writer import CellRange, SheetWriter, quoted, sheet_prefix

_PROSE_WIDTH = 150.0
"""Characters after which a line of prose is too long to read well."""

_NUMBER = formats.CELL_MIDDLE.but(bold=True, number=formats.TEXT_FORMAT)
_ASK = formats.CELL
_WHY = formats.CELL.but(size=9, colour=palette.MUTED)
_LEVEL = formats.CELL.but(valign="top")
_STATUS = formats.CELL_MIDDLE
_UNUSED = formats.CELL.but(fill=palette.FAINT, colour=palette.MUTED, size=9)


def write_section(draft: Draft, sheet: SheetWriter, place: SectionLayout, following: str) -> None:
    """Write one question sheet.

    Args:
        draft: the plate being built.
        sheet: the empty sheet.
        place: where everything stands.
        following: the name of the sheet that comes next.
    """
    sheet.widths({c.index: c.width for table in place.tables for c in table.columns})
    _head(draft, sheet, place, following)
    for table in place.tables:
        _table(draft, sheet, place.section, table)
    first = f"A{FIRST_ITEM_ROW + 1}"
    last = cell_name(place.last_row, place.last_column)
    sheet.raw.ignore_errors({"number_stored_as_text": f"{first}:{last}"})
    draft.finish(
        sheet,
        (place.last_row, _last_printed(place)),
        landscape=True,
        # The headings of a first table would be wrong above a second.
        repeat=(REFERENCE_ROW, REFERENCE_ROW if len(place.tables) > 1 else HEADER_ROW),
        starts=tuple(table.header_row for table in place.tables[1:]),
        freeze=(FIRST_ITEM_ROW, 2 if place.section.form == "matrix" else 0),
    )


def _last_printed(place: SectionLayout) -> int:
    """The last column that is printed; guidance that stands at the far end is not."""
    columns = [column for table in place.tables for column in table.columns]
    return max(column.index for column in columns if column.role != "why")


def prose_end(sheet: SheetWriter, last: int) -> int:
    """Return the last column of the prose at the head of a sheet, for lines of fair length."""
    column = 0
    while column < last and sheet.span_width(0, column) < _PROSE_WIDTH:
        column += 1
    return column


def _head(draft: Draft, sheet: SheetWriter, place: SectionLayout, following: str) -> None:
    section = place.section
    sheet.text(TITLE_ROW, 0, section.title, formats.TITLE)
    sheet.height(TITLE_ROW, 27)
    names = dict.fromkeys(item.answer for item in section.items if not item.is_free)
    scales = [s for s in map(draft.toolkit.scales.__getitem__, names) if _needs_legend(s)]
    used = {view for item in section.items for view in item.views}
    views = [view for view in draft.toolkit.views if view.id in used]
    about = draft.words.paragraphs("section_about", section, scales, views)
    sheet.prose(ABOUT_ROW, 0, prose_end(sheet, place.last_column), "\n".join(about), formats.PROSE)
    progress = draft.contents.progress(draft.words, place)
    sheet.merged(PROGRESS_ROW, 0, 1, progress, formats.PLAIN.but(bold=True))
    sheet.link(
        PROGRESS_ROW, 2, f"internal:'{START}'!A1", draft.words.say("back_to_start"), formats.LINK,
        tip=draft.words.say("back_to_start_tip"),
    )  # fmt: skip
    sheet.link(
        PROGRESS_ROW, 3, f"internal:{sheet_prefix(following)}A1",
        draft.words.say("go_on", following), formats.LINK,
        tip=draft.words.say("go_on_tip", following),
    )  # fmt: skip
    sheet.height(PROGRESS_ROW, 20)
    draft.carrier(sheet)
    sheet.height(REFERENCE_ROW, 13.5)


def _needs_legend(scale: Scale) -> bool:
    """True for a scale that says more than its labels do ("yes" and "no" speak for themselves)."""
    return bool(scale.addition) or any(c.about or c.score is not None for c in scale.choices)


def _table(draft: Draft, sheet: SheetWriter, section: Section, table: TableLayout) -> None:
    for column in table.columns:
        sheet.text(table.header_row, column.index, column.header, _header_look(column))
    _bridge(sheet, table)
    columns = [column.index for column in table.columns]
    last = max((row.index for row in table.rows), default=table.header_row)
    sheet.book.title_region(
        sheet.name, CellRange(table.header_row, min(columns), last, max(columns))
    )
    sheet.fit(
        table.header_row,
        tuple((c.header, c.width, formats.HEADER) for c in table.columns),
        least=24,
        whole=True,
    )
    entries: dict[Column, list[tuple[int, AnswerCell]]] = {}
    for row in table.rows:
        for column, entry in _row(draft, sheet, table, row):
            entries.setdefault(column, []).append((row.index, entry))
    for column, cells in entries.items():
        _validate(sheet, column.index, cells)
    _mark_filled(sheet, entries)
    status = status_column(table).index
    rows = table.rows
    mark_status(
        sheet, CellRange(rows[0].index, status, rows[-1].index, status), draft.contents.marks
    )
    if section.form == "matrix":
        _mark_chosen(sheet, table)


def _bridge(sheet: SheetWriter, table: TableLayout) -> None:
    """Fill the columns that the table of another kind above uses and this one does not."""
    used = {column.index for column in table.columns}
    for index in set(range(max(used) + 1)) - used:
        sheet.blank(table.header_row, index, formats.HEADER)
        for row in table.rows:
            sheet.blank(row.index, index, _UNUSED)


def _header_look(column: Column) -> CellFormat:
    middle = column.role in ("item", "status")
    return formats.HEADER_MIDDLE if middle else formats.HEADER


def _row(
    draft: Draft, sheet: SheetWriter, table: TableLayout, row: QuestionRow
) -> list[tuple[Column, AnswerCell]]:
    """Write one item's row; return its answer cells and what they take."""
    item, index = row.item, row.index
    takes = {column.index: column for column in table.fields(item)}
    first = table.column("answer")
    shown: list[tuple[str, float, CellFormat]] = []
    said = _answered(draft, table, item)
    entries: list[tuple[Column, AnswerCell]] = []
    for column in table.columns:
        if column.index in takes:
            field = takes[column.index]
            entry = draft.contents.entry(draft.toolkit, item, field, draft.words)
            if draft.contents.put(sheet, index, item, field, entry):
                entries.append((field, entry))
        elif column.role == "status":
            status = draft.contents.status(draft.layout, table, index, item)
            sheet.merged(index, column.index, column.index, status, _STATUS)
            longest = draft.contents.statuses(item)
            shown += [(text, column.width, _STATUS.but(bold=True)) for text in longest]
        else:
            text, look = _printed(draft, item, column, first_answer=column is first)
            sheet.text(index, column.index, text, look)
            may_be_bold = look.but(bold=look.bold or column.role == "level")
            of_people = column.role in ("earlier", "reason")
            (said if of_people else shown).append((text, column.width, may_be_bold))
    whole = draft.toolkit.id not in JOINT  # there, people's words stand in place of questions
    sheet.fit(index, tuple(shown), least=least_height(item), whole=whole)
    sheet.fit(index, tuple(said), least=sheet.row_height(index))
    return entries


def _answered(draft: Draft, table: TableLayout, item: Item) -> list[tuple[str, float, CellFormat]]:
    """The answers that stand in the row, by which it is made high enough to read them."""
    texts = draft.contents.answers(item)
    return [(text, min(c.width for c in table.fields(item)), formats.INPUT) for text in texts]


def _printed(
    draft: Draft, item: Item, column: Column, *, first_answer: bool
) -> tuple[str, CellFormat]:
    """Return the text of a locked cell, and its look."""
    printed = {
        "item": (item.id, _NUMBER),
        "ask": (item.ask, _ASK),
        "level": (item.levels.get(column.detail, ""), _LEVEL),
    }
    if column.role in printed:
        return printed[column.role]
    if column.role == "why":
        return "\n".join(draft.words.paragraphs("item_why", item)), _WHY
    if column.role in ("earlier", "reason"):
        return draft.contents.beside(item, column), _ASK
    if first_answer and item.is_wide:
        return draft.contents.hint(draft.words), _UNUSED
    return "", _UNUSED


def _validate(sheet: SheetWriter, column: int, cells: list[tuple[int, AnswerCell]]) -> None:
    """Validate the cells of one column, neighbours that take the same together."""
    numbered = list(enumerate(cells))
    for _, group in groupby(numbered, key=lambda n: (n[1][1], n[1][0] - n[0])):
        rows = [row for _, (row, _) in group]
        entry = dict(cells)[rows[0]]
        box = CellRange(rows[0], column, rows[-1], column)
        sheet.validate(box, entry.allowed, entry.error, entry.prompt, strict=entry.strict)


def _mark_filled(sheet: SheetWriter, entries: dict[Column, list[tuple[int, AnswerCell]]]) -> None:
    for index in sorted({column.index for column in entries}):
        rows = [r for column, cells in entries.items() if column.index == index for r, _ in cells]
        for start, end in _unbroken(sorted(rows)):
            cell = cell_name(start, index)
            box = CellRange(start, index, end, index)
            sheet.highlight(box, f"LEN({cell})>0", formats.MARK_FILLED)


def _unbroken(rows: list[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for row in rows:
        if found and found[-1][1] == row - 1:
            found[-1] = (found[-1][0], row)
        else:
            found.append((row, row))
    return found


_STATUS_MARKS: tuple[tuple[str, ConditionalFormat], ...] = (
    (DONE, formats.MARK_DONE), (OPEN, formats.MARK_TO_DO), (TO_DO, formats.MARK_TO_DO),
    (CHECK, formats.MARK_CHECK), (OPTIONAL, formats.MARK_OPTIONAL),
)  # fmt: skip


def mark_status(
    sheet: SheetWriter, box: CellRange, more: tuple[tuple[str, ConditionalFormat], ...] = ()
) -> None:
    """Colour a block of cells that say a status in words, the usual ones and ``more``."""
    cell = cell_name(box.first_row, box.first_column)
    for word, mark in (*_STATUS_MARKS, *more):
        sheet.highlight(box, f'LEFT({cell},{len(word)})="{word}"', mark)


def _mark_chosen(sheet: SheetWriter, table: TableLayout) -> None:
    """Set the descriptor of the level that is chosen in bold, shaded and framed."""
    first, last = table.rows[0].index, table.rows[-1].index
    answers = [column for column in table.columns if column.role == "answer"]
    for level in (column for column in table.columns if column.role == "level"):
        chosen = ",".join(
            f"${column_name(a.index)}{first + 1}={quoted(level.header)}" for a in answers
        )
        box = CellRange(first, level.index, last, level.index)
        sheet.highlight(box, f"OR({chosen})", formats.MARK_CHOSEN)
