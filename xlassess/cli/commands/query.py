"""``xlassess query``: ask partners again about what is doubtful."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, common, folder_of, leave, now, shown
from xlassess.cli.phrases import choosing, count, day, whose

if TYPE_CHECKING:
    from xlassess.services.issuing import Outcome
    from xlassess.services.query import Queried


def _day(text: str | None) -> date | None:
    """Return the day somebody names."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise click.BadParameter(
            f"“{text}” is not a day. Write it as year-month-day, such as 2026-05-08.",
            param_hint="--return-by",
        ) from None


@click.command()
@click.option(
    "--return-by", metavar="YYYY-MM-DD", callback=lambda ctx, param, text: _day(text),
    help="The day by which answers are wanted; a week from now, or the assessment's if later.",
)  # fmt: skip
@click.option(
    "--reissue", is_flag=True,
    help="Replace query workbooks issued before where what is open changed since.",
)  # fmt: skip
@common
@click.pass_obj
def query(options: Options, return_by: date | None, reissue: bool) -> None:
    """Write outbox/queries/: for each doubtful return a workbook that asks only what is open.

    Each shows what was read and opens the doubtful cells alone; beside it is the text of an
    e-mail to go with it. Hand what comes back to ingest, which joins it with the first return.
    Running it again writes only what is missing or new; waived queries are not asked.
    """
    from xlassess.services import query as service

    result = service.query(folder_of(options), now=now(), return_by=return_by, reissue=reissue)
    _show(Console(), result, return_by)
    leave(result.needs_person)


_LEFT: dict[Outcome, tuple[str, str]] = {
    "outdated": (
        "Left as issued, although what is open, names or settings changed since",
        "If they have not been sent yet, or are not to be awaited, issue new ones in their place: "
        "xlassess query --reissue",
    ),
    "kept": (
        "Left alone: the folder holds a file of this name with other content",
        "If somebody filled it in, hand it to xlassess ingest. Then move it away and run query "
        "again.",
    ),
}

_STYLES = {"new": "good", "reissued": "good", "outdated": "query", "kept": "query"}


def _show(out: Console, result: Queried, wanted: date | None = None) -> None:
    """Say which query workbooks there are and what to do with them.

    Args:
        out: the console.
        result: what was done.
        wanted: the day by which answers were said to be wanted.
    """
    if result.workbooks:
        _workbooks(out, result)
    else:
        out.say("No return that counts has an open query to ask the partner about.", style="head")
    if wanted and any(book.query.return_by != wanted for book in result.workbooks):
        out.gap()
        out.say(f"Workbooks issued before go on naming their own day, not {day(wanted)}.")
    if result.undecided:
        books = count(len(result.undecided), "workbook")
        out.heading(f"Not for the partner to answer: which of two returns counts ({books})")
        out.some([f"{whose(one)}: {choosing(one.reference)}" for one in result.undecided])
        out.say("The returns and their numbers are shown by: xlassess status")


def _workbooks(out: Console, result: Queried) -> None:
    out.say(_head(result), style="head")
    rows = [
        [
            book.issued.partner,
            book.issued.respondent,
            book.issued.identity.toolkit,
            book.query.reference,
            str(len(book.query.findings)),
            str(book.cells),
            day(book.query.return_by),
            book.outcome,
        ]
        for book in result.workbooks
    ]
    heads = (
        "Partner", "Respondent", "Toolkit", "Reference", "Queries", "Cells", "Wanted by",
        "Workbook",
    )  # fmt: skip
    out.gap()
    out.table(heads, rows, numbers=(4, 5), styles=_STYLES)
    for outcome, (what, remedy) in _LEFT.items():
        books = result.having(outcome)
        if books:
            out.heading(f"{what} ({count(len(books), 'workbook')})")
            out.some([book.path.name for book in books])
            out.say(remedy)
    out.gap()
    out.say(
        "Beside each workbook is the text of an e-mail, under the same name with the ending .txt. "
        "Hand over what comes back: xlassess ingest"
    )


def _head(result: Queried) -> str:
    place, fresh = shown(result.folder), len(result.having("new", "reissued"))
    if fresh:
        return f"{count(fresh, 'query workbook')} issued in {place}."
    return f"Nothing new to ask; {place} has {count(len(result.workbooks), 'query workbook')}."
