"""``xlassess generate``: write the workbooks into the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console, progress
from xlassess.cli.options import FULL, Options, folder_of, in_round, leave, now, shown
from xlassess.services.common.phrases import count, day

if TYPE_CHECKING:
    from xlassess.services.common.issuing import Outcome
    from xlassess.services.generate import Generated, Workbook


@click.command()
@click.option(
    "--reissue", is_flag=True,
    help="Replace issued workbooks whose questions, names or settings have changed.",
)  # fmt: skip
@FULL
@in_round
@click.pass_obj
def generate(options: Options, reissue: bool, full: bool) -> None:
    """Write one workbook for each toolkit and respondent into outbox/.

    You can run it again at any time: it writes only what is missing or new. It never replaces a
    workbook that was issued, unless you use --reissue.
    """
    from xlassess.services import generate as service

    with progress("Generating") as watch:
        result = service.generate(folder_of(options), now=now(), reissue=reissue, watch=watch)
    _show(Console(full=full), result)
    leave(result.needs_person)


_OUTCOMES: dict[Outcome, tuple[str, str]] = {
    "outdated": (
        "Not replaced, although names, settings or xlassess itself have changed",
        "These workbooks are still valid. To replace them with new ones, under new references: "
        "xlassess generate --reissue",
    ),
    "questions": (
        "Not replaced, although their questions have changed",
        "These workbooks are still valid, with the questions they were issued with. To replace "
        "them with new ones, under new references: xlassess generate --reissue",
    ),
    "kept": (
        "Not written, because the outbox has a different file of the same name",
        "If someone has filled it in, read it with: xlassess ingest. Then move it out of the "
        "outbox and run generate again.",
    ),
}


def _show(out: Console, result: Generated) -> None:
    """Say what is in the outbox, and what somebody has to decide."""
    fresh = result.having("new", "reissued")
    out.say(_head(result, len(fresh)), style="head")
    _counts(out, result)
    if result.showing:
        shows = "workbook shows its" if result.showing == 1 else "workbooks show their"
        respondent = "respondent" if result.showing == 1 else "respondents"
        out.say(f"{result.showing} {shows} {respondent} answers of last time.")
    for outcome, (what, remedy) in _OUTCOMES.items():
        books = result.having(outcome)
        if books:
            out.heading(f"{what} ({count(len(books), 'workbook')})")
            out.some([book.path.name for book in books], "xlassess generate --full")
            out.say(remedy)
    if result.promised:
        _promised(out, result)
    if result.day_over:
        out.heading(f"The return date, {day(result.day_over)}, has passed")
        out.say(
            "Do not send these workbooks: they ask for an answer by that day. Enter a later "
            "date as return_by in assessment.yaml, or leave it empty. "
            "Then run: xlassess generate --reissue"
        )
    elif fresh:
        out.gap()
        out.say("To write the messages that they go out with: xlassess send")
    _about_people(out, result)


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


def _about_people(out: Console, result: Generated) -> None:
    """Say who is on leave, and what is worth a second look in the register."""
    if result.absent:
        out.heading(f"On leave until the return date or later ({len(result.absent)})")
        out.some(result.absent, "xlassess generate --full")
        out.say("Agree with them who answers, or enter a Delegate in the register.")
    if result.remarks:
        out.heading("About the register")
    for remark in result.remarks:
        out.say(remark, indent=2, style="note")


def _promised(out: Console, result: Generated) -> None:
    """Say what workbooks that are out promised, where the settings say something else."""
    total = sum(result.promised.values())
    out.heading(f"Promised otherwise than the settings say now ({count(total, 'workbook')})")
    for promise, number in result.promised.items():
        name, _, few = promise.partition(" ")
        least = f", no figure from fewer than {few}" if few else ""
        out.say(f"{count(number, 'workbook')}: {name}{least}", indent=2)
    if result.binding:
        out.say(
            f"{result.binding} of them promised to show less. Every summary, report and export "
            "keeps to that, whatever the settings say. To change it, issue them again: "
            "xlassess generate --reissue"
        )
    else:
        out.say("They said that more would be shown than is, so nothing is broken.")


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
