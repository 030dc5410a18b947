"""``xlassess consolidate``: write the summary for the committee."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console, show_older, show_promises
from xlassess.cli.options import ANYWAY, Options, folder_of, in_round, now, shown
from xlassess.services.common.phrases import percent

if TYPE_CHECKING:
    from pathlib import Path

    from xlassess.services.papers.consolidate import Consolidated


@click.command()
@ANYWAY
@click.option(
    "--pdf/--no-pdf",
    "pdf",
    default=True,
    help="Also write the pages for the committee as summary.pdf. Needs LibreOffice.",
)
@click.option(
    "--progress",
    is_flag=True,
    help="Write the paper on the progress of agreed actions instead: progress.xlsx, and in Word.",
)
@in_round
@click.pass_obj
def consolidate(options: Options, anyway: str, pdf: bool, progress: bool) -> None:
    """Write the summary of the round for the committee: output/ROUND/summary.xlsx.

    You can run it at any time. The summary says how many workbooks it is based on.
    """
    from xlassess.services.papers import consolidate as service

    if progress:
        _progress(options)
        return
    out, folder = Console(), folder_of(options)
    result = service.consolidate(folder, now=now(), anyway=anyway)
    _show(out, result)
    printed = service.print_summary(result) if pdf else None
    if pdf:
        _show_printed(out, printed)
    if result.outdated and not printed:
        out.say(
            "The pages of the summary before do not fit this one any more. They are kept as "
            f"{shown(result.outdated)}.",
            style="note",
        )
    show_older(out, folder)


def _progress(options: Options) -> None:
    """Write the progress paper, and say what is in it."""
    from xlassess.services.plans.follow_up import progress_paper

    result = progress_paper(folder_of(options), now=now())
    out, counts = Console(), result.paper.counts
    out.say(f"The progress paper is in {shown(result.path)}.", style="head")
    out.say(f"The same in Word: {shown(result.word)}.")
    for edited in result.edited:
        out.say(
            "Somebody had edited the progress paper that was there. It is kept as "
            f"{shown(edited)}.",
            style="note",
        )
    out.say(
        f"Actions agreed: {counts.agreed}. Done: {counts.done}. Stopped: {counts.stopped}. "
        f"Open: {counts.open}, of them overdue: {counts.overdue}."
    )
    if counts.unexplained:
        out.say(f"Stopped or moved without a reason, so as before: {counts.unexplained}.")


def _show_printed(out: Console, path: Path | None) -> None:
    """Say where the pages for the committee are, or why there are none."""
    if path:
        out.say(f"The pages to print for the committee are in {shown(path)}.")
    else:
        out.say(
            "No summary.pdf was written, because LibreOffice is not installed or could not print. "
            "Print the sheets Summary, Findings and Action plan from the workbook instead."
        )


def _show(out: Console, result: Consolidated) -> None:
    """Say where the summary is and on what it stands."""
    out.say(f"The summary is in {shown(result.path)}.", style="head")
    if result.edited:
        out.say(
            "Somebody had edited the summary that was there. It is kept as "
            f"{shown(result.edited)}.",
            style="note",
        )
    show_promises(out, result.promised, result.exposed, result.held)
    share = result.returned / result.issued if result.issued else None
    out.say(f"It is based on {result.returned} of {result.issued} workbooks ({percent(share)}).")
    if result.with_queries:
        out.say(
            f"{result.with_queries} of them {'has' if result.with_queries == 1 else 'have'} open "
            "queries. Unclear answers are left out until the queries are closed."
        )
