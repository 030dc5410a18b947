"""The command that asks partners to look again."""

from __future__ import annotations

from datetime import date

import click

from xlassess.console.front import Setting, common, folder_of, leave, now, out


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


@click.command(short_help="Ask partners again about what is doubtful.")
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
def query(setting: Setting, return_by: date | None, reissue: bool) -> None:
    """Write outbox/queries/: for each doubtful return a workbook that asks only what is open.

    Each shows what was read and opens the doubtful cells alone; beside it is the text of an
    e-mail to go with it. Hand what comes back to ingest, which joins it with the first return.
    Running it again writes only what is missing or new; waived queries are not asked.
    """
    from xlassess.console import queried
    from xlassess.desk import query as desk

    result = desk.query(folder_of(setting), now=now(), return_by=return_by, reissue=reissue)
    queried.queried(out(), result, return_by)
    leave(result.needs_person)
