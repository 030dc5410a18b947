"""Corrections: an answer that a partner changed in words is entered into a copy of the return."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.ingest import corrected
from xlassess.ledger import Ledger
from xlassess.ledger.archive import kept_files
from xlassess.ledger.tables.order import once_chosen
from xlassess.model.answer import Issued, Return, state_of
from xlassess.model.days import written_day
from xlassess.model.errors import UsageError
from xlassess.services.common.workbooks.outbox import sha256_of
from xlassess.services.decide.decision import (
    Decided,
    Why,
    decided_now,
    deciding,
    open_workbook,
)


def correct(folder: AssessmentFolder, reference: str, item: str, value: str, why: Why) -> Decided:
    """Change one answer of the return that counts, as the partner said by another way.

    The return stays as it was read. A new one takes its place, with one answer changed; both values
    and the reason are on record, and in a file of their own in returns/. Set the new one aside to
    take the correction back.

    Args:
        folder: the assessment.
        reference: the workbook's.
        item: the number of the item.
        value: the answer, as it would be written in the workbook.
        why: who decides, when and why.

    Raises:
        UsageError: nothing counts for the workbook, there is no such item, this cannot be its
            answer, or no reason is given.
    """
    return correct_all(folder, reference, [(item, value)], why)


def correct_all(
    folder: AssessmentFolder, reference: str, answers: Sequence[tuple[str, str]], why: Why
) -> Decided:
    """Change several answers of the return that counts: all of them, or none.

    Each is a correction of its own, which stands on the one before.

    Args:
        folder: the assessment.
        reference: the workbook's.
        answers: the number of each item, and its answer as it would be written in the workbook.
        why: who decides, when and why.

    Raises:
        UsageError: nothing counts for the workbook, there is no such item, this cannot be its
            answer, or no reason is given.
    """
    with deciding(folder, why) as ledger:
        # What counts is looked at in the same transaction: a return that comes in between is not
        # given way to what was read before it.
        with ledger.together():
            book = open_workbook(ledger, reference)
            made = [_corrected(ledger, book, item, value, why) for item, value in answers]
            # Only what is recorded is kept, and before that record holds.
            for _, record in made:
                _keep_record(folder, record)
        numbers = [number for number, _ in made]
        return decided_now(ledger, "corrected", numbers, [book.reference])


def _corrected(ledger: Ledger, book: Issued, item: str, value: str, why: Why) -> tuple[int, bytes]:
    """Record one correction; return the number of its return, and the record to be kept."""
    ret = _to_correct(ledger, book)
    toolkit = ledger.toolkits()[book.identity.digest]
    day = written_day(why.now.astimezone())
    name = f"Correction of {item.strip()} in {book.reference}, recorded on {day}"
    anew, change = corrected(once_chosen(ret), toolkit, item, value, name)
    details = {"item": change.item, "before": change.before, "after": change.after}
    record = json.dumps(
        {"reference": book.reference, "return": ret.number, **details,
         "reason": why.reason.strip(), "at": why.now.isoformat()}, indent=2
    ).encode()  # fmt: skip
    # Received when the return was: nobody is thanked twice for it, or called late by it.
    anew = replace(
        anew, sha256=sha256_of(record), size=len(record), kind="json", number=0,
        received_at=ret.received_at,
        findings=tuple(replace(one, waiver=None, number="") for one in anew.findings),
        state=state_of(anew.findings, anew.normalised),
    )  # fmt: skip
    said = f"Item {change.item}: “{change.before}” became “{change.after}”."
    reason = f"{said} {why.reason.strip()}"
    final = ledger.record_return(anew, ledger.begin_run(book.identity.round))
    if final.state == "duplicate" and final.reference == book.reference:
        # A correction that is taken back says what an earlier return said: that counts.
        ledger.decisions.choose(final.number, reason)
    if ledger.counting_of([book.reference]).get(book.reference) != final.number:
        raise UsageError(
            f"It is not clear which return of {book.reference} counts.",
            f'Choose first: xlassess choose {book.reference} RETURN --reason "..."',
        )
    ledger.decisions.waive_again(ret, final)
    ledger.decisions.corrected(final.number, details, reason)
    return final.number, record


def _to_correct(ledger: Ledger, book: Issued) -> Return:
    """Return the return whose answers may be corrected: the one that counts.

    Raises:
        UsageError: nothing counts for the workbook, or it is no partner's own.
    """
    if book.identity.kind:
        raise UsageError(
            f"{book.reference} is a {book.identity.kind} workbook. Only answers in partners' own "
            "workbooks are corrected like this.",
            "Correct it in the file, and read it again: xlassess ingest",
        )
    number = ledger.counting_of([book.reference]).get(book.reference)
    ret = ledger.numbered(number) if number else None
    if ret is None:
        raise UsageError(
            f"No return of {book.reference} counts, so there is nothing to correct.",
            "Read the workbook that came back first: xlassess ingest",
        )
    return ret


def _keep_record(folder: AssessmentFolder, record: bytes) -> None:
    """Keep the record of a correction beside the files that came in."""
    with tempfile.TemporaryDirectory() as place, kept_files(folder.files) as files:
        path = Path(place, "correction.json")
        path.write_bytes(record)
        files.secure([files.keep(path, "json")])
