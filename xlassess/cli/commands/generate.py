"""``xlassess generate``: write the workbooks into the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console, progress
from xlassess.cli.options import (
    CLUSTER,
    FULL,
    Options,
    at_work,
    folder_of,
    in_round,
    leave,
    now,
    shown,
)
from xlassess.services.common.phrases import count

if TYPE_CHECKING:
    from xlassess.services.common.workbooks.issuing import Outcome
    from xlassess.services.generate import Generated, Workbook


@click.command()
@click.option(
    "--reissue", is_flag=True,
    help="Replace issued workbooks whose questions, names or settings have changed.",
)  # fmt: skip
@click.option(
    "--workers", type=click.IntRange(1), metavar="NUMBER",
    help="How many processes make workbooks at once (default: the number of processors).",
)  # fmt: skip
@CLUSTER
@FULL
@in_round
@click.pass_obj
def generate(
    options: Options, reissue: bool, workers: int | None, cluster: str, full: bool
) -> None:
    """Write one workbook for each toolkit and respondent into outbox/.

    You can run it again at any time: it writes only what is missing or new. It never replaces a
    workbook that was issued, unless you use --reissue.
    """
    from xlassess.services import generate as service

    with at_work(cluster, workers) as makers, progress("Generating") as watch:
        result = service.generate(
            folder_of(options), now=now(), reissue=reissue, watch=watch, workers=makers
        )
    _show(Console(full=full), result)
    leave(result.needs_person)


def _show(out: Console, result: Generated) -> None:
    """Say what is in the outbox, and what somebody has to decide."""
    from xlassess.services.generate import matters

    fresh = result.having("new", "reissued")
    out.say(_head(result, len(fresh)), style="head")
    _counts(out, result)
    if result.showing:
        shows = "workbook shows its" if result.showing == 1 else "workbooks show their"
        respondent = "respondent" if result.showing == 1 else "respondents"
        out.say(f"{result.showing} {shows} {respondent} answers of last time.")
    out.matters(matters(result), "xlassess generate --full")
    if fresh and not result.day_over:
        out.gap()
        out.say("To write the messages that they go out with: xlassess send")
    if result.remarks:
        out.heading("About the register")
    for remark in result.remarks:
        out.say(remark, indent=2, style="note")


def _counts(out: Console, result: Generated) -> None:
    """A line for each toolkit: how many workbooks are new, and what became of the others."""
    kits = tuple(dict.fromkeys(book.toolkit for book in result.workbooks))
    outcomes = tuple(dict.fromkeys(book.outcome for book in result.workbooks))
    rows = [
        [kit, *(str(sum(_is(b, kit, o) for b in result.workbooks)) for o in outcomes)]
        for kit in kits
    ]
    names = {"questions": "questions changed", "kept": "left alone"}
    heads = ["Toolkit", *(names.get(outcome, outcome).capitalize() for outcome in outcomes)]
    out.gap()
    out.table(heads, rows, numbers=range(1, len(heads)))


def _is(book: Workbook, toolkit: str, outcome: Outcome) -> bool:
    return book.toolkit == toolkit and book.outcome == outcome


def _head(result: Generated, fresh: int) -> str:
    outbox = shown(result.outbox)
    restored = len(result.having("restored"))
    if fresh:
        return f"{count(fresh, 'workbook')} issued in {outbox}."
    if restored:
        return f"{count(restored, 'workbook')} put back in {outbox}; none issued."
    return f"Nothing new to issue; {outbox} has {count(len(result.workbooks), 'workbook')}."
