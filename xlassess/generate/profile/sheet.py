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
from xlassess.generate.profile.table import ProfileColumn, ProfileTable, prose_end
from xlassess.generate.workbook.draft import Draft
from xlassess.generate.workbook.start import overall_state
from xlassess.model.toolkit import Rule
from xlassess.sheet import formats
from xlassess.sheet.writer import Formula, SheetWriter, sheet_prefix

_TABLES: dict[Rule, type[ProfileTable]] = {
    "sum": SumTable,
    "mean": CountsTable,
    "levels": CountsTable,
    "share": CountsTable,
    "none": ProgressTable,
}


def write_profile(draft: Draft, sheet: SheetWriter) -> None:
    """Write the Profile sheet."""
    table = _TABLES[draft.toolkit.scoring.rule](draft, sheet)
    headings = table.headings()
    sheet.widths({i: heading.width for i, heading in enumerate(headings)})
    _head(draft, sheet, headings)
    row = table.write(REFERENCE_ROW + 2)
    if draft.toolkit.scoring.rule != "sum":
        row = Panel(draft, sheet, 2, 1).success(row) + 1
    notes = row
    row = _notes(draft, sheet, row, prose_end(headings))
    whole = ((notes, row), (row + 1, write_flags(draft, sheet, row + 1) - 1))
    row = whole[-1][1]
    last = len(headings) - 1
    sheet.raw.ignore_errors({"number_stored_as_text": f"A1:{cell_name(row, last)}"})
    draft.finish(sheet, (row, last), landscape=True, single=True, whole=whole)


def _head(draft: Draft, sheet: SheetWriter, headings: tuple[ProfileColumn, ...]) -> None:
    say = draft.words.say
    end = prose_end(headings)
    sheet.text(TITLE_ROW, 0, say("profile_title"), formats.TITLE)
    sheet.height(TITLE_ROW, 27)
    sheet.prose(ABOUT_ROW, 0, end, say("profile_about", draft.toolkit), formats.PROSE)
    strong = formats.PLAIN.but(bold=True)
    state = overall_state(draft).value
    formula = Formula(f"{sheet_prefix(START)}{cell_name(PROGRESS_ROW, 0)}", state)
    sheet.merged(PROGRESS_ROW, 0, end, formula, strong)
    sheet.fit(PROGRESS_ROW, ((str(state), sheet.span_width(0, end), strong),), least=20)
    draft.carrier(sheet)
    sheet.height(REFERENCE_ROW, 13.5)
    sheet.link(
        REFERENCE_ROW + 1, 0, f"internal:'{START}'!A1", say("back_to_start"), formats.LINK,
        tip=say("back_to_start_tip"),
    )  # fmt: skip
    sheet.height(REFERENCE_ROW + 1, 18)


def _notes(draft: Draft, sheet: SheetWriter, row: int, end: int) -> int:
    """Write how the figures come about; return the last row written."""
    sheet.text(row, 0, draft.words.say("heading_notes"), formats.HEADING)
    sheet.height(row, 26)
    for line in draft.words.paragraphs("profile_notes", draft.toolkit):
        row += 1
        sheet.prose(row, 0, end, line, formats.PROSE)
    return row
