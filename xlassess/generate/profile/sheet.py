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
from xlassess.generate.profile.counts import CountsTable, write_flags
from xlassess.generate.profile.panel import Panel
from xlassess.generate.profile.progress import ProgressTable
from xlassess.generate.profile.sums import SumTable
from xlassess.generate.profile.table import Heading, ProfileTable, prose_end
from xlassess.generate.workbook.job import Job
from xlassess.generate.workbook.start import overall_state
from xlassess.model.toolkit import Rule
from xlassess.sheet import looks
from xlassess.sheet.checked import Formula, Sheet, sheet_prefix

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
    row = table.write(REFERENCE_ROW + 2)
    if job.toolkit.scoring.rule != "sum":
        row = Panel(job, sheet, 2, 1).success(row) + 1
    notes = row
    row = _notes(job, sheet, row, prose_end(headings))
    whole = ((notes, row), (row + 1, write_flags(job, sheet, row + 1) - 1))
    row = whole[-1][1]
    last = len(headings) - 1
    sheet.raw.ignore_errors({"number_stored_as_text": f"A1:{cell_name(row, last)}"})
    job.finish(sheet, (row, last), landscape=True, single=True, whole=whole)


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
    sheet.height(REFERENCE_ROW + 1, 18)


def _notes(job: Job, sheet: Sheet, row: int, end: int) -> int:
    """Write how the figures come about; return the last row written."""
    sheet.text(row, 0, job.words.say("heading_notes"), looks.HEADING)
    sheet.height(row, 26)
    for line in job.words.paragraphs("profile_notes", job.toolkit):
        row += 1
        sheet.prose(row, 0, end, line, looks.PROSE)
    return row
