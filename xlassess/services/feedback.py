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
    is_feedback_page,
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

    ``promised``, ``held`` and ``exposed`` as for a summary. ``removed`` are pages of an earlier run
    that are not written any more.
    """

    folder: Path
    pages: tuple[tuple[str, Path], ...]
    promised: str = ""
    held: str = ""
    exposed: str = ""
    removed: tuple[Path, ...] = ()


def feedback(folder: AssessmentFolder, *, now: datetime, anyway: str = "") -> FedBack:
    """Write a page for each return that counts; remove pages of those that no longer do.

    Args:
        folder: the assessment.
        now: the time the pages say they were made, in UTC.
        anyway: why they are written although they may give single answers away, if so.

    Raises:
        XlassessError: nothing has come back yet, or the assessment cannot be used.
        OSError: a page cannot be written or removed.
    """
    record = present_round(folder, anyway)
    summary = summarise(record, now)
    place = output_of(folder, record.assessment.round) / FOLDER
    pages = tuple(feedback_pages(record, summary))
    with Ledger(folder.ledger_file, lambda: now) as ledger:
        # Recorded before anybody can read a page, as all that shows figures is.
        written = output_from(record, summary, "feedback")
        ledger.record_output(record.assessment.round, written, because=anyway)
        names = {issued.file_name for issued in ledger.issued(record.assessment.round)}
    removed = _outdated(place, names - {page.issued.file_name for page in pages})
    for path in removed:
        path.unlink()
    found = []
    for page in pages:
        path = place / page.issued.file_name
        put(path, page.content)
        who = page.issued.who
        found.append((who, path))
    return FedBack(
        place,
        tuple(found),
        promise_in_words(summary.participants),
        held_in_words(summary.participants),
        exposed_in_words(summary.participants),
        removed,
    )


def _outdated(place: Path, names: set[str]) -> tuple[Path, ...]:
    """Pages of an earlier run that are not written any more: they must not be sent.

    What somebody else put into the folder stays, even under the name of one of our workbooks.
    """
    return tuple(place / name for name in sorted(names) if _is_page(place / name))


def _is_page(path: Path) -> bool:
    return path.is_file() and is_feedback_page(path.read_bytes())
