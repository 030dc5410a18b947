"""Writing the summary's workbook."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from xlassess.consolidate.figures.thresholds import LIVE_ROWS
from xlassess.consolidate.figures.values import Part, Summary
from xlassess.consolidate.summary.cells import Out
from xlassess.consolidate.summary.sheets.agreement import write_agreement
from xlassess.consolidate.summary.sheets.counts import write_counts
from xlassess.consolidate.summary.sheets.data import write_data
from xlassess.consolidate.summary.sheets.flagged import write_flagged
from xlassess.consolidate.summary.sheets.levels import write_levels
from xlassess.consolidate.summary.sheets.method import write_method
from xlassess.consolidate.summary.sheets.page_one import write_summary_sheet
from xlassess.consolidate.summary.sheets.profile import write_profile
from xlassess.consolidate.summary.sheets.proposal import write_proposal
from xlassess.consolidate.summary.sheets.responses import write_responses
from xlassess.consolidate.summary.sheets.scores import write_scores
from xlassess.consolidate.summary.sheets.words import write_actions, write_comments
from xlassess.sheet.checked import Book

_SCORED = ("sum", "mean", "share")


def summary_bytes(summary: Summary) -> bytes:
    """Return the summary as the bytes of an ``.xlsx`` workbook; the same summary, the same bytes.

    Raises:
        SheetError: something cannot be written without loss.
    """
    assessment = summary.assessment
    made = summary.made_at.replace(tzinfo=None)
    book = Book(
        {
            "title": f"{assessment.partnership}: summary of round {assessment.round}",
            "subject": assessment.marking,
            "author": summary.program,
            "created": made,
        },
        on_disk=len(summary.data) > LIVE_ROWS,
    )
    out = Out(book, summary)
    write_summary_sheet(out)
    write_responses(out)
    for part in summary.parts:
        _write_part(out, part)
    write_comments(out)
    write_actions(out)
    write_data(out)
    write_method(out)
    return book.close()


def _write_part(out: Out, part: Part) -> None:
    scored = part.toolkit.scoring.rule in _SCORED
    if scored:
        write_scores(out, part)
    elif out.summary.cast.shows_rows:
        write_counts(out, part)
    write_profile(out, part)
    write_agreement(out, part)
    if part.toolkit.scoring.rule != "none":
        write_levels(out, part)
    write_flagged(out, part)
    write_proposal(out, part)


def write_summary(summary: Summary, path: Path) -> None:
    """Write the summary to a file: under a temporary name first, then renamed.

    Args:
        summary: what to write.
        path: the workbook; its folder is made where it is missing.

    Raises:
        SheetError: something cannot be written without loss.
        OSError: the file cannot be written.
    """
    data = summary_bytes(summary)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".summary-", suffix=".xlsx")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
