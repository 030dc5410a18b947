"""Feedback: a page for each respondent, with their own answers beside the spread of all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import (
    exposed_in_words,
    feedback_pages,
    held_in_words,
    promise_in_words,
    summarise,
)
from xlassess.ledger import Ledger
from xlassess.services.common.outbox import output_of, put
from xlassess.services.consolidate import output_from, present_round

FOLDER = "feedback"
"""The folder, beside the summary, that the pages are put in."""


@dataclass(frozen=True, slots=True)
class FedBack:
    """Pages that were written: their folder, and each with whom it goes to.

    ``promised``, ``held`` and ``exposed`` as for a summary.
    """

    folder: Path
    pages: tuple[tuple[str, Path], ...]
    promised: str = ""
    held: str = ""
    exposed: str = ""


def feedback(folder: AssessmentFolder, *, now: datetime, anyway: str = "") -> FedBack:
    """Write a page for each return that counts.

    Args:
        folder: the assessment.
        now: the time the pages say they were made, in UTC.
        anyway: why they are written although they may give single answers away, if so.

    Raises:
        XlassessError: nothing has come back yet, or the assessment cannot be used.
        OSError: a page cannot be written.
    """
    record = present_round(folder, anyway)
    summary = summarise(record, now)
    place = output_of(folder, record.assessment.round) / FOLDER
    pages = tuple(feedback_pages(record, summary))
    with Ledger(folder.ledger_file, lambda: now) as ledger:
        # Recorded before anybody can read a page, as all that shows figures is.
        written = output_from(record, summary, "feedback")
        ledger.record_output(record.assessment.round, written, because=anyway)
    found = []
    for page in pages:
        path = place / page.issued.file_name
        put(path, page.content)
        who = ", ".join(filter(None, (page.issued.partner, page.issued.respondent)))
        found.append((who, path))
    return FedBack(
        place,
        tuple(found),
        promise_in_words(summary.participants),
        held_in_words(summary.participants),
        exposed_in_words(summary.participants),
    )
