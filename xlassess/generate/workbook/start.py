"""The Start sheet: whose workbook it is, what to do, how far it is filled in, how to return it."""

from __future__ import annotations

from xlassess.contract.layout import (
    PROGRESS_ROW,
    REFERENCE_ROW,
    SectionLayout,
    cell_name,
    column_name,
)
from xlassess.generate.workbook.draft import Draft
from xlassess.generate.workbook.front import (
    BEGIN,
    LAST,
    STATE,
    WIDTHS,
    write_across,
    write_banner,
    write_details,
    write_heading,
    write_mail_link,
    write_paragraphs,
    write_steps,
)
from xlassess.generate.workbook.sections import mark_status
from xlassess.generate.workbook.status import CHECK, DONE, OPEN, Progress, progress_of
from xlassess.model.days import written_day
from xlassess.sheet import formats
from xlassess.sheet.writer import CellRange, Formula, SheetWriter, quoted, sheet_prefix


def write_start(draft: Draft, sheet: SheetWriter) -> None:
    """Write the Start sheet: what the workbook is for and how to begin come first."""
    sheet.widths(WIDTHS)
    row = _purpose(draft, sheet, REFERENCE_ROW + 1)
    row = _progress_table(draft, sheet, row)
    row = write_heading(sheet, row + 1, draft.words.say("heading_details"))
    row = write_details(draft, sheet, row, draft.assessment.return_by)
    _head(draft, sheet)
    last = _texts(draft, sheet, row)
    draft.finish(sheet, (last, LAST), landscape=False, starts=(row,))


def _head(draft: Draft, sheet: SheetWriter) -> None:
    """Write the banner and the overall state, which needs the places of the progress table."""
    write_banner(draft, sheet, draft.toolkit.title)
    write_across(sheet, PROGRESS_ROW, overall_state(draft), STATE, least=26)
    draft.carrier(sheet)


def _purpose(draft: Draft, sheet: SheetWriter, row: int) -> int:
    """Write what the workbook is for, the steps to take and where to begin.

    They stand before all else, so that they show on the first screen without scrolling.
    """
    words, first = draft.words, draft.layout.sections[0]
    row = write_heading(sheet, row, words.say("heading_about"))
    row = write_paragraphs(sheet, row, _what_for(draft))
    row = write_heading(sheet, row, words.say("heading_steps"))
    until = written_day(draft.assessment.return_by) if draft.assessment.return_by else ""
    steps = words.paragraphs("steps", draft.assessment, until)
    row = write_steps(sheet, row, steps)
    sheet.link(
        row, 0, _first_cell(first), words.say("begin", first.sheet), BEGIN,
        tip=words.say("section_tip", first.section.title),
    )  # fmt: skip
    sheet.height(row, 22)
    return row + 1


def _what_for(draft: Draft) -> tuple[str, ...]:
    about = draft.words.paragraphs("what_for", draft.toolkit, draft.assessment)
    return (*about, *draft.contents.note(draft.words))


def _first_cell(place: SectionLayout) -> str:
    """Return the link to the first answer of a section."""
    table = place.tables[0]
    column = min(column.index for column in table.fields(table.rows[0].item))
    return f"internal:{sheet_prefix(place.sheet)}{cell_name(table.rows[0].index, column)}"


def _progress_table(draft: Draft, sheet: SheetWriter, row: int) -> int:
    """Write the table of sections and how far each is done; return the row after."""
    row = write_heading(sheet, row, draft.words.say("heading_progress"))
    headers = draft.words.headings("progress_headers")
    for column, header in enumerate(headers):
        look = formats.HEADER if column in (0, 3) else formats.HEADER_MIDDLE
        sheet.text(row, column, header, look)
    sheet.height(row, 30)
    first = row + 1
    for offset, place in enumerate(draft.layout.sections):
        _progress_row(draft, sheet, first + offset, place)
    last = first + len(draft.layout.sections) - 1
    mark_status(sheet, CellRange(first, 3, last, 3))
    _total(draft, sheet, last + 1, first)
    sheet.book.title_region(sheet.name, CellRange(first - 1, 0, last + 1, len(headers) - 1))
    return last + 2


def _progress_row(draft: Draft, sheet: SheetWriter, row: int, place: SectionLayout) -> None:
    sheet.link(
        row, 0, _first_cell(place), place.sheet, formats.CELL_LINK,
        tip=draft.words.say("section_tip", place.section.title),
    )  # fmt: skip
    progress = progress_of(place)
    begun = draft.contents.begun(place)
    sheet.formula(row, 1, Formula(progress.done, begun), formats.CELL_MIDDLE)
    sheet.number(row, 2, progress.asked, formats.CELL_MIDDLE)
    sheet.formula(row, 3, _state(progress, row, begun), formats.CELL)
    sheet.formula(row, 4, _next_item(draft, place, progress), formats.CELL_MIDDLE)
    sheet.fit(row, ((place.sheet, WIDTHS[0], formats.CELL),), least=20)


def _next_item(draft: Draft, place: SectionLayout, progress: Progress) -> Formula:
    """The first item still to do, of those not filled in as the workbook is sent out."""
    formula = progress.next_item
    if not draft.contents.begun(place):
        return formula
    items = (row.item for table in place.tables for row in table.rows)
    left = (item.id for item in items if item.required and not draft.contents.answers(item))
    return Formula(formula.text, next(left, ""))


def _state(progress: Progress, row: int, filled: int) -> Formula:
    done, asked = f"B{row + 1}", f"C{row + 1}"
    empty = "Optional" if progress.optional else "To do"
    begun = "Optional: begun" if progress.optional else "To do: begun"
    return Formula(
        f'IF({progress.to_check}>0,"{CHECK} answers",IF({done}={asked},'
        f'IF({progress.still_open}>0,"{OPEN}","{DONE}"),'
        f'IF({done}=0,"{empty}","{begun}")))',
        DONE if filled == progress.asked and filled else begun if filled else empty,
    )


def _total(draft: Draft, sheet: SheetWriter, row: int, first: int) -> None:
    """Write the total of required items, by which readiness is judged."""
    rows = [
        first + offset
        for offset, place in enumerate(draft.layout.sections)
        if not progress_of(place).optional
    ]
    asked = sum(progress_of(place).asked for place in _required(draft))
    begun = sum(map(draft.contents.begun, _required(draft)))
    sheet.text(row, 0, draft.words.say("total_required"), formats.TOTAL)
    for column, value in ((1, begun), (2, asked)):
        cells = ",".join(cell_name(r, column) for r in rows) or "0"
        formula = Formula(f"SUM({cells})", value)
        sheet.formula(row, column, formula, formats.TOTAL_MIDDLE)
    for column in (3, 4):
        sheet.blank(row, column, formats.TOTAL)
    sheet.height(row, 20)


def _required(draft: Draft) -> list[SectionLayout]:
    return [place for place in draft.layout.sections if not progress_of(place).optional]


def overall_state(draft: Draft) -> Formula:
    """Return the state of the whole workbook: ready, to check, or what is still to do."""
    places = draft.layout.sections
    first = _first_progress_row(draft)
    done = "+".join(
        f"{column_name(1)}{first + i + 1}"
        for i, place in enumerate(places)
        if not progress_of(place).optional
    )
    asked = sum(progress_of(place).asked for place in _required(draft))
    states = f"$D${first + 1}:$D${first + len(places)}"
    todo = "&".join(
        f'IF(LEFT(D{first + i + 1},5)="To do",{quoted(", " + place.sheet)},"")'
        for i, place in enumerate(places)
    )
    say = draft.words.say
    before, between = say("still_to_do", asked).split("#")
    check = f'SUMPRODUCT(--(LEFT({states},5)="{CHECK}"))'
    still_open = f'SUMPRODUCT(--(LEFT({states},{len(OPEN)})="{OPEN}"))'
    text = (
        f"IF({check}>0,{quoted(say('look_again'))},"
        f"IF(({done or 0})={asked},"
        f"IF({still_open}>0,{quoted(say('ready_but_open'))},{quoted(say('ready'))}),"
        f"{quoted(before)}&({asked}-({done or 0}))&{quoted(between)}&MID({todo},2,999)))"
    )
    begun = {place.sheet: draft.contents.begun(place) for place in _required(draft)}
    listed = "".join(
        f", {place.sheet}"
        for place in _required(draft)
        if begun[place.sheet] < progress_of(place).asked
    )
    left = asked - sum(begun.values())
    value = f"{before}{left}{between}{listed[1:]}" if left else say("ready")
    return Formula(text, value)


def _first_progress_row(draft: Draft) -> int:
    """The row of the first section in the progress table: below purpose, steps and headings."""
    steps = len(draft.words.paragraphs("steps", draft.assessment, ""))
    above = 1 + len(_what_for(draft)) + 1 + steps + 1
    return REFERENCE_ROW + 1 + above + 2


def _texts(draft: Draft, sheet: SheetWriter, row: int) -> int:
    """Write the paragraphs below the details; return the last row."""
    toolkit, assessment, words = draft.toolkit, draft.assessment, draft.words
    closing = bool(draft.layout.action_plan)
    blocks: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("heading_prepared", words.paragraphs("prepared", assessment.preparation)),
        ("heading_how", words.paragraphs("how_to", toolkit, closing)),
        ("heading_return", words.paragraphs("how_to_return", assessment)),
        ("heading_privacy", words.paragraphs("privacy", assessment)),
    )
    for heading, paragraphs in blocks:
        if not paragraphs:  # nothing was agreed before the round
            continue
        row = write_heading(sheet, row, words.say(heading))
        row = write_paragraphs(sheet, row, paragraphs)
        if heading == "heading_return":
            row = write_mail_link(draft, sheet, row)
    row = write_heading(sheet, row, words.say("heading_source"), formats.HEADING.but(size=9))
    return write_paragraphs(sheet, row, (words.say("source", toolkit),), formats.SMALL_PROSE) - 1
