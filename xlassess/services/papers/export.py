"""Exporting: the tidy data of a round as files for other programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import held_in_words, letters_told_in_words, promise_in_words, summarise
from xlassess.consolidate.export import FORMATS, MARK, PAGE, Format, export, file_names
from xlassess.ledger import Ledger
from xlassess.model.assessment import Attribution
from xlassess.model.errors import UsageError
from xlassess.services.common.workbooks.outbox import keep_copy, named_place, output_of, put
from xlassess.services.papers.consolidate import output_from, round_to_write
from xlassess.sheet.saved import is_as_written


@dataclass(frozen=True, slots=True)
class Exported:
    """An export that was written: its files, and how many rows each table has.

    ``attribution`` is what was applied; ``fallback`` says that letters were asked for and would
    have hidden nobody. ``promised`` says where promises allowed less than the settings would
    show, ``held`` where returns are held back, ``exposed`` where letters hide nobody. ``removed``
    are files of an earlier export that are not part of this one, ``edited`` where its workbooks
    are kept that somebody had saved since.
    """

    folder: Path
    files: tuple[Path, ...]
    rows: Mapping[str, int]
    attribution: Attribution
    fallback: bool
    removed: tuple[Path, ...]
    edited: tuple[Path, ...] = ()
    promised: str = ""
    held: str = ""
    exposed: str = ""


UNWRITTEN = ".being-written"
"""Stands in the folder of an export from before its first file is written until the last one is;
where writing was broken off, until it is written again."""


def export_round(
    folder: AssessmentFolder,
    form: Format | None,
    to: Path | None,
    *,
    now: datetime,
    anyway: str = "",
    shown: Attribution = "named",
    by: str = "",
) -> Exported:
    """Write the tidy data of the present round.

    Args:
        folder: the assessment.
        form: the format; by None the ending of ``to`` decides, or else it is CSV.
        to: a folder, or the name of the chief file, beside which the others go under its name;
            None for a folder beside the summary.
        now: the time the export says it was made, in UTC; decides what is overdue.
        anyway: why it is written although it may give single answers away, if so.
        shown: how answers are shown at most, where the settings would show more.
        by: who writes it; empty for whoever the operating system says.

    Raises:
        UsageError: the ending of ``to`` belongs to another format.
        XlassessError: nothing has come back yet, or a package for the format is missing.
        OSError: a file cannot be written.
    """
    named = _format_of(to)
    if form and named and form != named:
        raise UsageError(
            f"{to} would be a {named} file, but --format {form} was asked for.",
            "Leave one of the two out, or make them match.",
        )
    chosen: Format = form or named or "csv"
    record = round_to_write(folder, anyway, shown)
    summary = summarise(record, now)
    target = to or output_of(folder, record.assessment.round) / f"export-{chosen}"
    place, stem = _place_of(target, named)
    files = export(summary, chosen, stem)
    removed = _outdated(place, stem, {file.name for file in files})
    with Ledger(folder.ledger, lambda: now, by) as ledger:
        written = output_from(record, summary, "export", named_place(folder, to))
        ledger.record_output(record.assessment.round, written, because=anyway)
    # As long as this stands there, the files beside it are not all of one time.
    put(place / UNWRITTEN, b"")
    there = [*removed, *(place / file.name for file in files)]
    edited = [keep_copy(path, path.parent, now) for path in _edited(there)]
    for path in removed:
        path.unlink()
    for file in files:
        put(place / file.name, file.write)
    (place / UNWRITTEN).unlink(missing_ok=True)
    return Exported(
        folder=place,
        files=tuple(place / file.name for file in files),
        rows={name: count for file in files for name, count in file.rows.items()},
        attribution=summary.participants.attribution,
        fallback=summary.participants.fallback,
        removed=removed,
        edited=tuple(edited),
        promised=promise_in_words(summary.participants),
        held=held_in_words(summary.participants),
        exposed=letters_told_in_words(summary.participants),
    )


def _edited(there: Iterable[Path]) -> Iterator[Path]:
    """Workbooks of an earlier export that somebody has saved since, such as with a pivot table."""
    for path in there:
        if path.suffix == ".xlsx" and path.is_file() and not is_as_written(path.read_bytes()):
            yield path


def _place_of(target: Path, named: Format | None) -> tuple[Path, str]:
    """The folder that an export is written to, and the name that its files begin with."""
    place, stem = (target.parent, target.stem) if named else (target, "")
    if place.exists() and not place.is_dir():
        raise UsageError(
            f"{place} is a file, but its ending is not that of a format.",
            f"Give a folder, or a file that ends in {', '.join(f'.{each}' for each in FORMATS)}.",
        )
    return place, stem


def _format_of(to: Path | None) -> Format | None:
    """The format a file's ending names, None for a folder."""
    ending = to.suffix.lower() if to and not to.is_dir() else ""
    return next((form for form in FORMATS if ending == f".{form}"), None)


def _outdated(place: Path, stem: str, written: set[str]) -> tuple[Path, ...]:
    """Files of an earlier export to the same place that this one does not replace.

    They could show names that are to be hidden now. An export is known by its dictionary;
    without one, nothing in the folder is taken for ours.
    """
    page = place / (f"{stem}-{PAGE}" if stem else PAGE)
    try:
        ours = page.read_text(encoding="utf-8").startswith(MARK)
    except (OSError, UnicodeDecodeError):
        return ()
    names = file_names(stem) - written if ours else ()
    return tuple(place / name for name in sorted(names) if (place / name).is_file())
