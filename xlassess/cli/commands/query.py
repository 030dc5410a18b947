"""``xlassess query``: ask partners again about what is doubtful."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console, choosing
from xlassess.cli.options import FULL, Options, a_day, folder_of, in_round, leave, now, shown
from xlassess.services.common.phrases import count, day, whose

if TYPE_CHECKING:
    from datetime import date

    from xlassess.services.common.workbooks.issuing import Outcome
    from xlassess.services.query import Queried


@click.command()
@click.option(
    "--return-by", metavar="DATE", type=a_day,
    help="The return date. The default is the assessment's, or a week from now if that is later.",
)  # fmt: skip
@click.option(
    "--reissue", is_flag=True,
    help="Replace query workbooks whose open queries, names or settings have changed.",
)  # fmt: skip
@FULL
@in_round
@click.pass_obj
def query(options: Options, return_by: date | None, reissue: bool, full: bool) -> None:
    """Write a query workbook for each return with open queries, into outbox/queries/.

    The partner sees the answers that were read and can change only the unclear ones. Next to
    each workbook is the text of an e-mail to send with it. When it comes back, read it with
    ingest, which joins it to the first return.

    You can run it again at any time: it writes only what is missing or new. It does not ask
    about queries you have waived.
    """
    from xlassess.services import query as service

    result = service.query(folder_of(options), now=now(), return_by=return_by, reissue=reissue)
    _show(Console(full=full), result, return_by)
    leave(result.needs_person)


_LEFT: dict[Outcome, tuple[str, str]] = {
    "outdated": (
        "Not replaced, although open queries, names or settings have changed",
        "If you have not sent them yet, or no longer expect them back, replace them with new "
        "ones: xlassess query --reissue",
    ),
    "kept": (
        "Not written, because the folder has a different file of the same name",
        "If someone has filled it in, read it with: xlassess ingest. Then move it away and run "
        "query again.",
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
        out.say("There are no open queries to ask partners about.", style="head")
    if wanted and any(book.query.return_by != wanted for book in result.workbooks):
        out.gap()
        out.say(f"Query workbooks issued earlier keep their own return date, not {day(wanted)}.")
    if result.undecided:
        books = count(len(result.undecided), "workbook")
        out.heading(f"For you to decide: which return counts ({books})")
        lines = [f"{whose(one)}: {choosing(one.reference)}" for one in result.undecided]
        out.some(lines, "xlassess query --full")
        out.say("To see the returns and their numbers: xlassess status")


def _workbooks(out: Console, result: Queried) -> None:
    out.say(_head(result), style="head")
    rows = [
        [
            book.issued.partner,
            book.issued.respondent,
            book.issued.identity.toolkit,
            book.query.reference,
            str(book.questions),
            day(book.query.return_by),
            book.outcome,
        ]
        for book in result.workbooks
    ]
    heads = (
        "Partner", "Respondent", "Toolkit", "Reference", "Questions to check", "Return by",
        "Workbook",
    )  # fmt: skip
    out.gap()
    out.table(heads, rows, numbers=(4,), styles=_STYLES)
    for outcome, (what, remedy) in _LEFT.items():
        books = result.having(outcome)
        if books:
            out.heading(f"{what} ({count(len(books), 'workbook')})")
            out.some([book.path.name for book in books], "xlassess query --full")
            out.say(remedy)
    out.gap()
    out.say(
        "Next to each workbook is an e-mail to send with it: a .txt file of the same name. When a "
        "workbook comes back: xlassess ingest"
    )


def _head(result: Queried) -> str:
    place, fresh = shown(result.folder), len(result.having("new", "reissued"))
    if fresh:
        return f"{count(fresh, 'query workbook')} issued in {place}."
    return f"Nothing new to ask; {place} has {count(len(result.workbooks), 'query workbook')}."
