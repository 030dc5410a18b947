"""The Start sheet: whose workbook it is, what to do, how far it is filled in, how to return it."""

from __future__ import annotations

from datetime import date
from urllib.parse import quote

from xlassess.contract.layout import (
    ABOUT_ROW,
    PROGRESS_ROW,
    REFERENCE_ROW,
    SectionLayout,
    cell_name,
    column_name,
)
from xlassess.generate.job import Job, PersonalField
from xlassess.generate.sections import mark_status
from xlassess.generate.status import CHECK, DONE, Progress, progress_of
from xlassess.sheet import looks, palette
from xlassess.sheet.checked import Box, Formula, Sheet, quoted, sheet_prefix
from xlassess.sheet.looks import Look

_WIDTHS = {0: 31.0, 1: 12.0, 2: 12.0, 3: 21.0, 4: 20.0}
_LAST = max(_WIDTHS)

_BANNER = Look(size=18, bold=True, colour=palette.WHITE, fill=palette.NAVY, indent=1)
_BANNER_SMALL = Look(size=11, colour=palette.WHITE, fill=palette.NAVY, indent=1)
_STATE = Look(size=12, bold=True, indent=1, fill=palette.PALE, colour=palette.NAVY)
_LABEL = looks.CELL.but(colour=palette.MUTED, fill=palette.FAINT)
_VALUE = looks.CELL.but(bold=True)
_REFERENCE = looks.CELL.but(bold=True, size=20, colour=palette.NAVY)

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def write_start(job: Job, sheet: Sheet) -> None:
    """Write the Start sheet."""
    sheet.widths(_WIDTHS)
    row = _details(job, sheet, REFERENCE_ROW + 2)
    row = _progress_table(job, sheet, row + 1)
    _head(job, sheet)
    row = _texts(job, sheet, row + 1)
    job.finish(sheet, (row, _LAST), landscape=False, single=True)


def british(day: date) -> str:
    """Return a day as British readers write it, the same on every computer."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _head(job: Job, sheet: Sheet) -> None:
    """Write the banner and the overall state, which needs the places of the progress table."""
    toolkit, assessment = job.toolkit, job.assessment
    sheet.prose(0, 0, _LAST, toolkit.title, _BANNER)
    sheet.height(0, max(sheet.row_height(0), 34))
    partnership = job.words.say("partnership_and_round", assessment)
    sheet.prose(ABOUT_ROW, 0, _LAST, partnership, _BANNER_SMALL)
    state = overall_state(job)
    sheet.merged(PROGRESS_ROW, 0, _LAST, state, _STATE)
    sheets = ", ".join(place.sheet for place in job.layout.sections)
    width = sheet.span_width(0, _LAST)
    sheet.fit(PROGRESS_ROW, ((f"{state.value} {sheets}", width, _STATE),), least=26)
    job.carrier(sheet)


def _details(job: Job, sheet: Sheet, row: int) -> int:
    """Write who answers, for whom and by when; return the row after."""
    assessment, say = job.assessment, job.words.say
    personal: tuple[tuple[str, PersonalField], ...] = (
        ("label_reference", "reference"), ("label_partner", "partner"),
        ("label_respondent", "respondent"), ("label_level", "level"),
    )  # fmt: skip
    for label, name in personal:
        look = _REFERENCE if name == "reference" else _VALUE
        sheet.text(row, 0, say(label), _LABEL)
        sheet.merged(row, 1, _LAST, "", look)
        job.personal.add(sheet, row, 1, name, look)
        sheet.height(row, 20 if name == "level" else 32)
        row += 1
    if assessment.return_by:
        sheet.text(row, 0, say("label_return_by"), _LABEL)
        sheet.merged(row, 1, _LAST, british(assessment.return_by), _VALUE)
        sheet.height(row, 20)
        row += 1
    coordinator = assessment.coordinator
    sheet.text(row, 0, say("label_questions"), _LABEL)
    sheet.merged(row, 1, _LAST, say("coordinator", coordinator), looks.CELL)
    sheet.fit(row, ((say("coordinator", coordinator), 60, looks.CELL),), least=20)
    return row + 1


def _progress_table(job: Job, sheet: Sheet, row: int) -> int:
    """Write the table of sections and how far each is done; return the row after."""
    sheet.text(row, 0, job.words.say("heading_progress"), looks.HEADING)
    sheet.height(row, 22)
    headers = job.words.headings("progress_headers")
    for column, header in enumerate(headers):
        look = looks.HEADER if column in (0, 3) else looks.HEADER_MIDDLE
        sheet.text(row + 1, column, header, look)
    sheet.height(row + 1, 30)
    first = row + 2
    for offset, place in enumerate(job.layout.sections):
        _progress_row(job, sheet, first + offset, place)
    last = first + len(job.layout.sections) - 1
    mark_status(sheet, Box(first, 3, last, 3))
    _total(job, sheet, last + 1, first)
    return last + 2


def _progress_row(job: Job, sheet: Sheet, row: int, place: SectionLayout) -> None:
    table = place.tables[0]
    first_answer = min(column.index for column in table.fields(table.rows[0].item))
    target = f"internal:{sheet_prefix(place.sheet)}{cell_name(table.rows[0].index, first_answer)}"
    sheet.link(
        row, 0, target, place.sheet, looks.CELL_LINK,
        tip=job.words.say("section_tip", place.section.title),
    )  # fmt: skip
    progress = progress_of(place)
    sheet.formula(row, 1, Formula(progress.done, 0), looks.CELL_MIDDLE)
    sheet.number(row, 2, progress.asked, looks.CELL_MIDDLE)
    sheet.formula(row, 3, _state(progress, row), looks.CELL)
    sheet.formula(row, 4, progress.next_item, looks.CELL_MIDDLE)
    sheet.fit(row, ((place.sheet, _WIDTHS[0], looks.CELL),), least=20)


def _state(progress: Progress, row: int) -> Formula:
    done, asked = f"B{row + 1}", f"C{row + 1}"
    empty = "Optional" if progress.optional else "To do"
    begun = "Optional: begun" if progress.optional else "To do: begun"
    return Formula(
        f'IF({progress.to_check}>0,"{CHECK} answers",IF({done}={asked},"{DONE}",'
        f'IF({done}=0,"{empty}","{begun}")))',
        empty,
    )


def _total(job: Job, sheet: Sheet, row: int, first: int) -> None:
    """Write the total of required items, by which readiness is judged."""
    rows = [
        first + offset
        for offset, place in enumerate(job.layout.sections)
        if not progress_of(place).optional
    ]
    asked = sum(progress_of(place).asked for place in _required(job))
    sheet.text(row, 0, job.words.say("total_required"), looks.TOTAL)
    for column, value in ((1, 0), (2, asked)):
        cells = ",".join(cell_name(r, column) for r in rows) or "0"
        formula = Formula(f"SUM({cells})", value)
        sheet.formula(row, column, formula, looks.TOTAL_MIDDLE)
    for column in (3, 4):
        sheet.blank(row, column, looks.TOTAL)
    sheet.height(row, 20)


def _required(job: Job) -> list[SectionLayout]:
    return [place for place in job.layout.sections if not progress_of(place).optional]


def overall_state(job: Job) -> Formula:
    """Return the state of the whole workbook: ready, to check, or what is still to do."""
    places = job.layout.sections
    first = _first_progress_row(job)
    done = "+".join(
        f"{column_name(1)}{first + i + 1}"
        for i, place in enumerate(places)
        if not progress_of(place).optional
    )
    asked = sum(progress_of(place).asked for place in _required(job))
    states = f"$D${first + 1}:$D${first + len(places)}"
    todo = "&".join(
        f'IF(LEFT(D{first + i + 1},5)="To do",{quoted(", " + place.sheet)},"")'
        for i, place in enumerate(places)
    )
    say = job.words.say
    before, between = say("still_to_do", asked).split("#")
    check = f'SUMPRODUCT(--(LEFT({states},5)="{CHECK}"))'
    text = (
        f"IF({check}>0,{quoted(say('look_again'))},"
        f"IF(({done or 0})={asked},{quoted(say('ready'))},"
        f"{quoted(before)}&({asked}-({done or 0}))&{quoted(between)}&MID({todo},2,999)))"
    )
    listed = "".join(f", {place.sheet}" for place in _required(job))
    value = f"{before}{asked}{between}{listed[1:]}" if asked else say("ready")
    return Formula(text, value)


def _first_progress_row(job: Job) -> int:
    details = 5 + bool(job.assessment.return_by)
    return REFERENCE_ROW + 2 + details + 1 + 2


def _texts(job: Job, sheet: Sheet, row: int) -> int:
    """Write the paragraphs below the table; return the last row."""
    toolkit, assessment, words = job.toolkit, job.assessment, job.words
    closing = bool(job.layout.action_plan)
    blocks: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("heading_about", words.paragraphs("what_for", toolkit, assessment)),
        ("heading_how", words.paragraphs("how_to", toolkit, closing)),
        ("heading_return", words.paragraphs("how_to_return", assessment)),
        ("heading_privacy", words.paragraphs("privacy", assessment)),
    )
    for heading, paragraphs in blocks:
        sheet.text(row, 0, words.say(heading), looks.HEADING)
        sheet.height(row, 22)
        row += 1
        for paragraph in paragraphs:
            sheet.prose(row, 0, _LAST, paragraph, looks.PROSE)
            row += 1
        if heading == "heading_return" and assessment.coordinator.email:
            _mail_link(job, sheet, row)
            row += 1
    sheet.text(row, 0, words.say("heading_source"), looks.HEADING.but(size=9))
    sheet.height(row, 22)
    sheet.prose(row + 1, 0, _LAST, words.say("source", toolkit), looks.SMALL_PROSE)
    return row + 1


def _mail_link(job: Job, sheet: Sheet, row: int) -> None:
    """Write a link that opens an e-mail to the coordinator."""
    address = job.assessment.coordinator.email
    subject = quote(job.words.say("mail_subject", job.toolkit, job.assessment))
    sheet.link(
        row, 0, f"mailto:{address}?subject={subject}",
        job.words.say("mail_link", job.assessment.coordinator), looks.LINK,
        tip=job.words.say("mail_tip"),
    )  # fmt: skip
