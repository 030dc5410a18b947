"""The Profile sheet: live scores by the toolkit's own rule, with a chart and a table beside it."""

from __future__ import annotations

from xlassess.contract.layout import (
    ABOUT_ROW,
    PROGRESS_ROW,
    REFERENCE_ROW,
    START,
    TITLE_ROW,
    cell_name,
)
from xlassess.generate.job import Job
from xlassess.generate.profile_counts import CountsTable
from xlassess.generate.profile_flags import write_flags
from xlassess.generate.profile_progress import ProgressTable
from xlassess.generate.profile_sum import SumTable
from xlassess.generate.profile_table import Heading, ProfileTable, prose_end
from xlassess.generate.scored import answer_cell
from xlassess.generate.start import overall_state
from xlassess.model.toolkit import Rule
from xlassess.sheet import looks
from xlassess.sheet.checked import Formula, Sheet, quoted, sheet_prefix

_TABLES: dict[Rule, type[ProfileTable]] = {
    "sum": SumTable,
    "mean": CountsTable,
    "levels": CountsTable,
    "share": CountsTable,
    "none": ProgressTable,
}


def write_profile(job: Job, sheet: Sheet) -> None:
    """Write the Profile sheet."""
    table = _TABLES[job.toolkit.scoring.rule](job, sheet)
    headings = table.headings()
    sheet.widths({i: heading.width for i, heading in enumerate(headings)})
    _head(job, sheet, headings)
    row = table.write(REFERENCE_ROW + 3)
    row = _success(job, sheet, row)
    row = write_flags(job, sheet, row)
    row = _notes(job, sheet, row)
    last = len(headings) - 1
    sheet.raw.ignore_errors({"number_stored_as_text": f"A1:{cell_name(row, last)}"})
    job.finish(sheet, (row, last), landscape=True)


def _head(job: Job, sheet: Sheet, headings: tuple[Heading, ...]) -> None:
    say = job.words.say
    end = prose_end(headings)
    sheet.text(TITLE_ROW, 0, say("profile_title"), looks.TITLE)
    sheet.height(TITLE_ROW, 27)
    sheet.prose(ABOUT_ROW, 0, end, say("profile_about", job.toolkit), looks.PROSE)
    strong = looks.PLAIN.but(bold=True)
    state = overall_state(job).value
    formula = Formula(f"{sheet_prefix(START)}{cell_name(PROGRESS_ROW, 0)}", state)
    sheet.merged(PROGRESS_ROW, 0, end, formula, strong)
    sheet.fit(PROGRESS_ROW, ((str(state), sheet.span_width(0, end), strong),), least=20)
    job.carrier(sheet)
    sheet.height(REFERENCE_ROW, 13.5)
    sheet.link(
        REFERENCE_ROW + 1, 0, f"internal:'{START}'!A1", say("back_to_start"), looks.LINK,
        tip=say("back_to_start_tip"),
    )  # fmt: skip


def _success(job: Job, sheet: Sheet, row: int) -> int:
    """Write the overall success statement and what was answered; return the next free row."""
    cell = answer_cell(job.layout, job.toolkit.scoring.success)
    if cell is None:
        return row
    say = job.words.say
    item = job.toolkit.item(job.toolkit.scoring.success)
    sheet.text(row, 0, say("heading_success"), looks.HEADING)
    sheet.height(row, 26)
    sheet.text(row + 1, 0, item.id, looks.CELL_MIDDLE.but(number=looks.TEXT_FORMAT))
    sheet.text(row + 1, 1, item.ask, looks.CELL)
    empty = say("not_answered")
    answer = Formula(f'IF({cell.text}="",{quoted(empty)},{cell.text})', empty)
    sheet.merged(row + 1, 2, 4, answer, looks.CELL_STRONG)
    sheet.fit(row + 1, ((item.ask, sheet.width(1), looks.CELL),), least=24)
    return row + 3


def _notes(job: Job, sheet: Sheet, row: int) -> int:
    """Write how the figures come about; return the last row written."""
    headings = _TABLES[job.toolkit.scoring.rule](job, sheet).headings()
    sheet.text(row, 0, job.words.say("heading_notes"), looks.HEADING)
    sheet.height(row, 26)
    for line in job.words.paragraphs("profile_notes", job.toolkit):
        row += 1
        sheet.prose(row, 0, prose_end(headings), line, looks.PROSE)
    return row
