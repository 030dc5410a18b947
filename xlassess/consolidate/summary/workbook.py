"""Writing the summary's workbook."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from xlassess.consolidate.figures.thresholds import LIVE_ROWS
from xlassess.consolidate.figures.values import Summary, ToolkitResults
from xlassess.consolidate.summary.cells import SummaryWriter
from xlassess.consolidate.summary.layout import sheet_name
from xlassess.consolidate.summary.sheets.actions.agreed_plan import write_agreed
from xlassess.consolidate.summary.sheets.actions.checklists import (
    checklists_sheet,
    write_checklists,
)
from xlassess.consolidate.summary.sheets.actions.comments_and_actions import (
    write_actions,
    write_comments,
)
from xlassess.consolidate.summary.sheets.actions.flagged import write_flagged
from xlassess.consolidate.summary.sheets.actions.proposal import PROPOSAL, write_proposal
from xlassess.consolidate.summary.sheets.actions.workshop_sheet import write_judgements
from xlassess.consolidate.summary.sheets.answers.agreement import write_agreement
from xlassess.consolidate.summary.sheets.answers.counts import write_counts
from xlassess.consolidate.summary.sheets.answers.data import write_data
from xlassess.consolidate.summary.sheets.answers.levels import write_levels
from xlassess.consolidate.summary.sheets.answers.profile import write_profile
from xlassess.consolidate.summary.sheets.answers.scores import write_scores
from xlassess.consolidate.summary.sheets.details_sheet import (
    FINDINGS,
    write_areas,
    write_details,
    write_findings,
)
from xlassess.consolidate.summary.sheets.method import write_method
from xlassess.consolidate.summary.sheets.page_one import write_summary_sheet
from xlassess.consolidate.summary.sheets.responses import write_responses
from xlassess.consolidate.summary.sheets.trend_sheet import write_trend
from xlassess.consolidate.wording.terms import ACTIONS, SUMMARY
from xlassess.contract.own_files import OWN_FILE_PROPERTY
from xlassess.sheet.writer import WorkbookWriter

_SCORED = ("sum", "mean", "share")


def summary_bytes(summary: Summary) -> bytes:
    """Return the summary as the bytes of an ``.xlsx`` workbook; the same summary, the same bytes.

    Raises:
        SheetError: something cannot be written without loss.
    """
    return _written(summary, None)


def write_summary_to(summary: Summary, file: BinaryIO) -> None:
    """Write the bytes of `summary_bytes` to an open file: a large one is never held in memory.

    Raises:
        SheetError: something cannot be written without loss.
    """
    _written(summary, file)


def _written(summary: Summary, file: BinaryIO | None) -> bytes:
    assessment = summary.assessment
    made = summary.made_at.replace(tzinfo=None)
    book = WorkbookWriter(
        {
            "title": f"{assessment.partnership}: summary of round {assessment.round}",
            "subject": assessment.marking,
            "author": summary.program,
            "created": made,
        },
        on_disk=len(summary.data) > LIVE_ROWS,
        to=file,
    )
    book.own_property(OWN_FILE_PROPERTY, "summary")
    writer = SummaryWriter(book, summary)
    write_summary_sheet(writer)
    write_responses(writer)
    for part in summary.parts:
        write_part(writer, part)
    write_said_and_agreed(writer)
    write_data(writer)
    write_method(writer)
    return book.close()


def write_said_and_agreed(writer: SummaryWriter) -> None:
    """Write the sheets of what was said, and what was proposed or agreed."""
    write_comments(writer)
    write_judgements(writer)
    if writer.summary.agreed:
        write_agreed(writer, writer.summary.agreed)
    else:
        write_actions(writer)


def write_part(writer: SummaryWriter, part: ToolkitResults) -> None:
    """Write the sheets about one toolkit."""
    write_checklists(writer, part)
    write_findings(writer, part)
    if part.toolkit.subject == "proposal":
        # Each completed checklist stands on the first sheet; added up they would say nothing.
        return
    scored = part.toolkit.scoring.rule in _SCORED
    if scored:
        write_scores(writer, part)
    elif writer.summary.participants.shows_rows:
        write_counts(writer, part)
    write_profile(writer, part)
    write_trend(writer, part)
    write_agreement(writer, part)
    if part.toolkit.scoring.rule != "none" and part.toolkit.subject == "partnership":
        write_levels(writer, part)
    write_flagged(writer, part)
    write_areas(writer, part)
    write_details(writer, part)
    write_proposal(writer, part)


def print_set(summary: Summary) -> tuple[str, ...]:
    """Return the names of the sheets that are printed for a committee.

    Page one of each toolkit with its findings in full, and what is proposed to be done; all other
    sheets are for the screen, and are printed when somebody wants them.
    """
    names = [SUMMARY]
    for part in summary.parts:
        if part.checklists:
            names.append(checklists_sheet(part, summary))
        if not part.returned or summary.participants.withholds(part.returned):
            # Page one says all there is: nothing may be shown, or nothing has come back.
            continue
        names.append(sheet_name(FINDINGS, part, summary.parts))
        plan = part.toolkit.action_plan
        if plan is not None and plan.proposal:
            names.append(sheet_name(PROPOSAL, part, summary.parts))
    return (*names, ACTIONS) if summary.actions or summary.agreed else tuple(names)


def write_summary(summary: Summary, path: Path) -> None:
    """Write the summary to a file: under a temporary name first, then renamed.

    Args:
        summary: what to write.
        path: the workbook; its folder is made where it is missing.

    Raises:
        SheetError: something cannot be written without loss.
        OSError: the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".summary-", suffix=".xlsx")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            write_summary_to(summary, file)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
