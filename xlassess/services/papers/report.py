"""Reporting: the Word report of a round, from our template or the organisation's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import held_in_words, letters_told_in_words, promise_in_words, summarise
from xlassess.consolidate.report import (
    default_template,
    field_lines,
    report_bytes,
    untouched,
)
from xlassess.ledger import Ledger
from xlassess.model.assessment import Attribution
from xlassess.model.errors import UsageError
from xlassess.services.common.workbooks.outbox import named_place, output_of, put
from xlassess.services.papers.consolidate import output_from, round_to_write

ENDING = ".docx"


@dataclass(frozen=True, slots=True)
class Reported:
    """A report that was written: where, and on how many workbooks it stands.

    ``returned`` counts as the report does: nil returns too, out of all ``issued``.
    ``promised`` says where promises allowed less than the settings would show, ``held`` where
    returns are held back for the sake of an earlier output, ``exposed`` where letters hide nobody.
    """

    path: Path
    returned: int
    issued: int
    with_queries: int
    promised: str = ""
    held: str = ""
    exposed: str = ""


def report(
    folder: AssessmentFolder,
    template: Path | None,
    output: Path | None,
    *,
    now: datetime,
    anyway: str = "",
    shown: Attribution = "named",
    by: str = "",
) -> Reported:
    """Write the report of the present round.

    Args:
        folder: the assessment.
        template: a Word file to fill in; None for ours.
        output: where to write; None for a file beside the summary.
        now: the time the report says it was made, in UTC; decides what is overdue.
        anyway: why it is written although it may give single answers away, if so.
        shown: how answers are shown at most, where the settings would show more.
        by: who writes it; empty for whoever the operating system says.

    Raises:
        UsageError: the template cannot be used, the name is no Word file's, or the file there
            was changed by somebody since it was written.
        XlassessError: nothing has come back yet, or a package for reports is missing.
        OSError: a file cannot be read or written.
    """
    record = round_to_write(folder, anyway, shown)
    path = output or output_of(folder, record.assessment.round) / f"report{ENDING}"
    given = _read(template) if template else None
    _check(path, template)
    summary = summarise(record, now)
    content = report_bytes(summary, given, template.name if template else "")
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        written = output_from(record, summary, "report", named_place(folder, output))
        ledger.record_output(record.assessment.round, written, because=anyway)
    put(path, content)
    return Reported(
        path=path,
        returned=summary.back,
        issued=summary.issued,
        with_queries=summary.with_queries,
        promised=promise_in_words(summary.participants),
        held=held_in_words(summary.participants),
        exposed=letters_told_in_words(summary.participants),
    )


def save_template(path: Path) -> None:
    """Write a copy of our template to a new file, to be edited.

    Raises:
        UsageError: the name is no Word file's, or there is a file of that name.
        OSError: the file cannot be written.
    """
    _check_ending(path)
    if path.exists():
        raise UsageError(
            f"There is already a file {path}. It was not changed.", "Give the name of a new file."
        )
    put(path, default_template())


def fields() -> tuple[tuple[str, str], ...]:
    """Return what a template may show: each field as it is named, and what it holds."""
    return tuple(field_lines())


def _check(path: Path, template: Path | None) -> None:
    """See that writing here destroys nothing."""
    _check_ending(path)
    if template and path.exists() and path.samefile(template):
        raise UsageError(
            f"The report would replace its own template, {template}.",
            "Give another file with --output.",
        )
    if path.is_file() and not untouched(path.read_bytes()):
        raise UsageError(
            f"{path} has been edited, or is not a report. It was not replaced.",
            "Rename it to keep it, or give another file with --output.",
        )


def _check_ending(path: Path) -> None:
    if path.suffix.lower() != ENDING:
        raise UsageError(
            f"A report is a Word file, but {path.name} does not end in {ENDING}.",
            f"Use a name such as report{ENDING}.",
        )


def _read(template: Path) -> bytes:
    try:
        return template.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The template {template} cannot be read ({error.strerror}).",
            "Check that it is there, that it is a file, and that you have permission to read it.",
        ) from None
