"""``xlassess progress``: ask owners how far their actions have come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console
from xlassess.cli.options import FULL, Options, a_day, folder_of, in_round, leave, now, shown
from xlassess.services.common.phrases import count

if TYPE_CHECKING:
    from datetime import date

    from xlassess.services.plans.follow_up import AskedForProgress


@click.command()
@click.option(
    "--return-by", metavar="DATE", type=a_day,
    help="The day by which reports are wanted. Without it, the workbooks name none.",
)  # fmt: skip
@click.option(
    "--reissue", is_flag=True,
    help="Replace workbooks that have not come back yet, if anything has changed.",
)  # fmt: skip
@FULL
@in_round
@click.pass_obj
def progress(options: Options, return_by: date | None, reissue: bool, full: bool) -> None:
    """Write a workbook for each owner, with their open actions, into outbox/progress/.

    Owners say how far each action has come, and name a new day where a deadline cannot be kept.
    Read what comes back with ingest: it brings the agreed plan up to date. Actions of earlier
    rounds that are still open are asked about, too.

    For the committee's paper on progress: xlassess consolidate --progress
    """
    from xlassess.services.plans import follow_up as service

    result = service.progress(folder_of(options), now=now(), return_by=return_by, reissue=reissue)
    _show(Console(full=full), result)
    leave(result.needs_person)


_STYLES = {"new": "good", "reissued": "good", "outdated": "query", "kept": "query"}


def _show(out: Console, result: AskedForProgress) -> None:
    fresh = sum(one.outcome in ("new", "reissued") for one in result.workbooks)
    if result.workbooks:
        books = count(fresh, "progress workbook")
        out.say(f"{books} issued in {shown(result.folder)}.", style="head")
        rows = [
            [one.owner, one.email, one.reference, str(one.actions), str(one.overdue), one.outcome]
            for one in result.workbooks
        ]
        out.gap()
        heads = ("Owner", "E-mail", "Reference", "Actions", "Overdue", "Workbook")
        out.table(heads, rows, numbers=(3, 4), styles=_STYLES)
    else:
        out.say("Nobody has an open action.", style="head")
    if result.nobodys:
        out.heading(f"Without an owner: {count(len(result.nobodys), 'action')}")
        for one in result.nobodys:
            out.say(f"{one.number}: {one.action}", indent=2)
        out.say("Name an owner in the plan workbook: xlassess plan")
    if any(one.outcome in ("new", "reissued", "unchanged") for one in result.workbooks):
        out.gap()
        out.say("To send them: xlassess send --progress")
    if any(one.outcome in ("outdated", "questions") for one in result.workbooks):
        out.gap()
        out.say(
            "Workbooks marked outdated or questions have not come back yet and were left as they "
            "were. To replace them: xlassess progress --reissue"
        )
