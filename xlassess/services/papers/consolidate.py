"""Consolidating: the summary of a round, from the ledger alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from xlassess.assessment.settings import AssessmentFolder
from xlassess.consolidate import (
    HeldBackError,
    Summary,
    applied_to,
    held_in_words,
    letters_told_in_words,
    print_set,
    promise_in_words,
    summarise,
    with_returns_held_back,
    write_summary_to,
)
from xlassess.ledger import Ledger, RoundOverview
from xlassess.ledger.archive import bring_to_disk, hash_of_file
from xlassess.model.assessment import Assessment, Attribution, Promise, Respondent, strictest
from xlassess.model.errors import XlassessError
from xlassess.model.record import Output, OutputKind, Round
from xlassess.services.common.earlier import (
    earlier_rounds,
    plans_so_far,
    standing_only,
    was_followed,
    with_present_toolkits,
)
from xlassess.services.common.noted_event import event_noted, summaries_there
from xlassess.services.common.workbooks.asked import requests
from xlassess.services.common.workbooks.outbox import (
    EARLIER,
    keep_before,
    keep_copy,
    make_room,
    prepared,
    put,
)
from xlassess.services.papers.printing import pdf_of


@dataclass(frozen=True, slots=True)
class Consolidated:
    """A summary that was written: where, and on how many workbooks it stands.

    ``returned`` counts as page one does: nil returns too, out of all ``issued``.
    ``edited`` is where the summary that was there is kept, if somebody had edited it.
    ``promised`` says where promises allowed less than the settings would show, ``held`` where
    returns are held back for the sake of an earlier output, ``exposed`` where letters hide nobody.
    ``printed`` are the sheets that are printed for a committee; ``outdated`` is where the pages of
    the summary before are kept, if there were any.
    """

    path: Path
    returned: int
    issued: int
    with_queries: int
    edited: Path | None = None
    promised: str = ""
    held: str = ""
    exposed: str = ""
    printed: tuple[str, ...] = ()
    outdated: Path | None = None


class NothingToSumUpError(XlassessError):
    """Nothing has come back yet that could be summed up."""


def consolidate(
    folder: AssessmentFolder,
    *,
    now: datetime,
    anyway: str = "",
    shown: Attribution = "named",
    by: str = "",
) -> Consolidated:
    """Write the summary workbook of the present round.

    Args:
        folder: the assessment.
        now: the time the summary says it was made, in UTC.
        anyway: why it is written although it may give single answers away, if so.
        shown: how answers are shown at most, where the settings would show more.
        by: who writes it; empty for whoever the operating system says.

    Raises:
        XlassessError: nothing has come back yet, or the assessment cannot be used.
        OSError: the summary cannot be written.
    """
    record = round_to_write(folder, anyway, shown)
    path = folder.summary_file(record.assessment.round)
    summary = summarise(record, now)
    make_room(path)
    with (
        prepared(path, partial(write_summary_to, summary), lasting=True) as unfinished,
        Ledger(folder.ledger, lambda: now, by) as ledger,
    ):
        sha256 = hash_of_file(unfinished)
        ours = ledger.summaries()
        # Recorded before it is put in place: where the ledger cannot be written, the old
        # summary stays, and no summary is about that the ledger does not know.
        output = output_from(record, summary, "summary")
        ledger.record_output(record.assessment.round, output, sha256, anyway)
        edited = keep_before(path, sha256, ours, now)
        unfinished.replace(path)
        bring_to_disk([path], folder.home)
        outdated = _put_away_pages(path, now)
    return Consolidated(
        path=path,
        returned=summary.back,
        issued=summary.issued,
        with_queries=summary.with_queries,
        edited=edited,
        promised=promise_in_words(summary.participants),
        held=held_in_words(summary.participants),
        exposed=letters_told_in_words(summary.participants),
        printed=print_set(summary),
        outdated=outdated,
    )


def _put_away_pages(path: Path, now: datetime) -> Path | None:
    """Keep the pages of the summary before among earlier papers: they say what that one said."""
    pages = path.with_suffix(".pdf")
    if not pages.exists():
        return None
    kept = keep_copy(pages, path.parent / EARLIER, now)
    pages.unlink()
    return kept


def print_summary(result: Consolidated) -> Path | None:
    """Write the summary's print set beside it as ``summary.pdf``; return where it is.

    Args:
        result: the summary that was written, and recorded: the file shows no more than it does.

    Returns:
        The file; None where LibreOffice is not installed or made none.
    """
    path = result.path.with_suffix(".pdf")
    made = pdf_of(result.path, result.printed)
    if made is None:
        return None
    put(path, made)
    return path


def output_from(record: Round, summary: Summary, kind: OutputKind, place: str = "") -> Output:
    """Return what is to be recorded of an output before anybody can read it."""
    shown = summary.participants
    return Output(kind, summary.made_at, shown.attribution, shown.minimum, record.base, place)


def round_to_write(
    folder: AssessmentFolder, anyway: str = "", shown: Attribution = "named"
) -> Round:
    """Return the present round for an output that is to be written (see `present_round`).

    Raises:
        HeldBackError: also where the ledger does not know of a summary that is there. What that
            one has shown cannot be taken into account, so that single answers might be given away.
    """
    record = present_round(folder, anyway, shown)
    if anyway.strip() or applied_to(record).shows_rows:
        return record
    name = record.assessment.round
    with Ledger(folder.ledger) as ledger:
        for path in summaries_there(folder.summary_file(name)):
            noted = event_noted(path)
            if noted and not _knows_of_summary(ledger, name, *noted):
                where = path.relative_to(folder.root).as_posix()
                raise HeldBackError(
                    f"The ledger does not know of {where}: it is an older copy, or another one. "
                    "What that summary has shown could, with figures written now, give away what "
                    "single people answered.",
                    "Put the newer ledger back; xlassess verify says more. If there is none, write "
                    'it all the same with --anyway "REASON".',
                )
    return record


def _knows_of_summary(ledger: Ledger, round_name: str, number: int, sha256: str) -> bool:
    """True where a summary of the round was recorded after this event."""
    return ledger.goes_on_from(number, sha256) and any(
        event.what == "consolidated" and event.details["round"] == round_name
        for event in ledger.events(after=number)
    )


def present_round(
    folder: AssessmentFolder, anyway: str = "", shown: Attribution = "named",
    people: Sequence[Respondent] | None = None,
) -> Round:  # fmt: skip
    """Return the present round as an output may show it, one workbook for each place.

    Args:
        folder: the assessment.
        anyway: why everything is to be shown that has come back, although that may, with what was
            written earlier, give single answers away; empty if it is not.
        shown: how answers are shown at most, where the settings would show more.
        people: whom the register names, where it has been read.

    Raises:
        NothingToSumUpError: nothing has come back yet.
        HeldBackError: nothing can be shown that does not give single answers away.
        XlassessError: the assessment cannot be used.
    """
    assessment = _shown_as(folder, shown)
    nothing = NothingToSumUpError(
        f"Nothing has come back yet for round {assessment.round}, so there is nothing to sum up.",
        "Read the returned workbooks first: xlassess ingest PATH...",
    )
    if not Ledger.is_at(folder.ledger):
        raise nothing
    people = folder.respondents() if people is None else people
    named = {place for place, _ in requests(assessment, people)}
    with Ledger(folder.ledger) as ledger:
        record = standing_only(ledger.round_record(assessment), named)
        if not record.current:
            raise nothing
        earlier = earlier_rounds(folder, assessment, ledger)
        record = replace(
            record,
            followed=was_followed(folder, assessment.round, ledger),
            plans=plans_so_far(folder, record.plans, assessment.round),
        )
    if all(ret.is_blank for ret in record.current.values()):
        raise NothingToSumUpError(
            f"Only blank workbooks have come back for round {assessment.round}, so there is "
            "nothing to sum up.",
            "Ask for the answers: xlassess query",
        )
    if earlier:
        record = replace(with_present_toolkits(record, folder), earlier=earlier)
    return with_returns_held_back(record, anyway=bool(anyway.strip()))


def present_base(
    folder: AssessmentFolder, people: Sequence[Respondent], known: RoundOverview,
    shown: Attribution,
) -> dict[str, dict[str, int]]:  # fmt: skip
    """Return what an output would stand on that is written now (see `Output`).

    No answer is read for it, and no figure worked out: of thousands, either takes seconds.

    Args:
        folder: the assessment.
        people: its register.
        known: where the workbooks of the round stand.
        shown: how answers are shown at most, where the settings would show more.

    Returns:
        Nothing where no output can be written now.

    Raises:
        XlassessError: the assessment cannot be used.
    """
    assessment = _shown_as(folder, shown)
    with Ledger(folder.ledger) as ledger:
        record = Round(
            assessment,
            ledger.toolkits(),
            known.issued,
            known.current,
            known.history,
            known.register,
            outputs=ledger.outputs(assessment.round),
            followed=was_followed(folder, assessment.round, ledger),
        )
    asked = requests(assessment, people) if people else ()
    record = standing_only(record, {place for place, _ in asked})
    if all(ret.is_blank for ret in record.current.values()):
        return {}
    try:
        return with_returns_held_back(record).base
    except HeldBackError:
        return {}


def _shown_as(folder: AssessmentFolder, shown: Attribution) -> Assessment:
    """The settings of the round, with answers shown in no more than this."""
    assessment = folder.assessment()
    least = strictest((Promise(assessment.attribution), Promise(shown)))
    return replace(assessment, attribution=least.attribution)
