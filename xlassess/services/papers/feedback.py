"""Feedback: a page for each respondent, with their own answers beside the spread of all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import (
    feedback_page,
    held_in_words,
    is_feedback_page,
    letters_told_in_words,
    own_answers,
    promise_in_words,
    summarise,
    whose_answers,
)
from xlassess.consolidate.report import feedback_in_word, is_feedback_in_word, untouched
from xlassess.ledger import Ledger
from xlassess.services.common.pages import digest_of_what_pages_show
from xlassess.services.common.workbooks.outbox import feedback_folder, keep_edited, put
from xlassess.services.papers.consolidate import output_from, round_to_write
from xlassess.sheet.saved import is_as_written

WORD = ".docx"


@dataclass(frozen=True, slots=True)
class FedBack:
    """Pages that were written: their folder, and each workbook with whom it goes to.

    Beside each workbook is the same page in Word. ``promised``, ``held`` and ``exposed`` as for a
    summary. ``removed`` are pages of an earlier run that are not written any more, ``edited``
    copies of those that somebody had changed.
    """

    folder: Path
    pages: tuple[tuple[str, Path], ...]
    promised: str = ""
    held: str = ""
    exposed: str = ""
    removed: tuple[Path, ...] = ()
    edited: tuple[Path, ...] = ()


def feedback(
    folder: AssessmentFolder, *, now: datetime, anyway: str = "", word: bool = True, by: str = ""
) -> FedBack:
    """Write a page for each return that counts, in Excel and in Word; remove those of others.

    Args:
        folder: the assessment.
        now: the time the pages say they were made, in UTC.
        anyway: why they are written although they may give single answers away, if so.
        word: write them in Word, too. Pages in Word of an earlier run are removed otherwise,
            with a copy of those that somebody had edited.
        by: who asks for them; empty for whoever the operating system says.

    Raises:
        XlassessError: nothing has come back yet, or the assessment cannot be used.
        OSError: a page cannot be written or removed.
    """
    record = round_to_write(folder, anyway)
    summary = summarise(record, now)
    place = feedback_folder(folder, record.assessment)
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        # Recorded before anybody can read a page, as all that shows figures is.
        written = output_from(record, summary, "feedback")
        shown = digest_of_what_pages_show(folder.assessment(), folder.respondents())
        ledger.record_output(record.assessment.round, written, shown, anyway)
        names = {issued.file_name for issued in ledger.issued(record.assessment.round)}
    current = {issued.file_name for issued in whose_answers(record, summary)}
    removed = _outdated(place, names - current, names if not word else names - current)
    found: list[tuple[str, Path]] = []
    edited: list[Path] = []
    for path in removed:
        edited += _kept(path, now)
        path.unlink()
    # Written one by one: in Word, thousands of pages are too much to be held at once.
    for told in own_answers(record, summary):
        path = place / told.issued.file_name
        edited += _kept(path, now)
        put(path, feedback_page(summary, told))
        if word:
            beside = path.with_suffix(WORD)
            edited += _kept(beside, now)
            put(beside, feedback_in_word(summary, told))
        found.append((told.issued.who, path))
    return FedBack(
        place,
        tuple(found),
        promise_in_words(summary.participants),
        held_in_words(summary.participants),
        letters_told_in_words(summary.participants),
        removed,
        tuple(edited),
    )


def _outdated(place: Path, names: set[str], in_word: set[str]) -> tuple[Path, ...]:
    """Pages of an earlier run that are not written any more: they must not be sent.

    What somebody else put into the folder stays, even under the name of one of our workbooks.
    """
    paths = {place / name for name in names} | {(place / one).with_suffix(WORD) for one in in_word}
    return tuple(path for path in sorted(paths) if _is_page(path))


def _is_page(path: Path) -> bool:
    if not path.is_file():
        return False
    is_ours = is_feedback_in_word if path.suffix == WORD else is_feedback_page
    return is_ours(path.read_bytes())


def _kept(path: Path, now: datetime) -> tuple[Path, ...]:
    """Keep a copy of a page that somebody has edited; return where, if there was one."""
    if not path.is_file():
        return ()
    content = path.read_bytes()
    as_written = untouched(content) if path.suffix == WORD else is_as_written(content)
    return keep_edited(path, now, as_written=as_written)
