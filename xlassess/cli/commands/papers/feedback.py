"""``xlassess feedback``: write a page for each respondent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console, show_promises
from xlassess.cli.options import ANYWAY, Options, folder_of, in_round, now, shown
from xlassess.services.common.phrases import count

if TYPE_CHECKING:
    from xlassess.services.papers.feedback import FedBack


@click.command()
@ANYWAY
@click.option(
    "--word/--no-word", "word", default=True,
    help="Write each page in Word too. Of thousands of pages, those in Excel are written sooner.",
)  # fmt: skip
@in_round
@click.pass_obj
def feedback(options: Options, anyway: str, word: bool) -> None:
    """Write a page for each respondent into output/ROUND/feedback, in Excel and in Word.

    It sets their own answers beside those of all, says where they stand apart, and what happens
    next. How all answered is shown as far as every workbook promised. Send each page to the person
    it is for, and to nobody else.
    """
    from xlassess.services.papers import feedback as service

    result = service.feedback(folder_of(options), now=now(), anyway=anyway, word=word)
    _show(Console(), result, word)


def _show(out: Console, result: FedBack, word: bool) -> None:
    """Say where the pages are and who gets them."""
    pages, kinds = count(len(result.pages), "page"), ", each in Excel and in Word" if word else ""
    out.say(f"{pages} written to {shown(result.folder)}{kinds}.", style="head")
    show_promises(out, result.promised, result.exposed, result.held)
    if result.removed:
        names = ", ".join(path.name for path in result.removed)
        out.say(f"Removed pages of an earlier run, which must not be sent any more: {names}.")
    for path in result.edited:
        out.say(
            f"Somebody had edited the page that was there. It is kept as {shown(path)}.",
            style="note",
        )
    if result.pages:
        out.gap()
        rows = [[who, path.name] for who, path in result.pages]
        out.table(("For", "File"), rows, wraps=(1,))
        out.say("Send each page to the person it is for, and to nobody else.")
