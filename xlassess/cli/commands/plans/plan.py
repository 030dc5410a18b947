"""``xlassess plan``: put what was proposed to a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, folder_of, in_round, leave, now, shown
from xlassess.services.common.phrases import count, planned

if TYPE_CHECKING:
    from xlassess.services.plans.plan import Planned


@click.command()
@click.option(
    "--reissue", is_flag=True,
    help="Replace a plan workbook that has not come back yet, if anything has changed.",
)  # fmt: skip
@in_round
@click.pass_obj
def plan(options: Options, reissue: bool) -> None:
    """Write the plan workbook into outbox/plan/: what is proposed, to be decided on.

    It has a row for each action that partners proposed, and for each concern of the summary for
    which nobody proposed one. Fill it in with the partnership: adopt, reword, merge or decline.
    Read it with ingest. The agreed plan then is the action plan of the summary and the report.

    You can run it again at any time. Once a plan has come back, it writes a new workbook with
    what was agreed so far.
    """
    from xlassess.services.plans import plan as service

    result = service.plan(folder_of(options), now=now(), reissue=reissue)
    _show(Console(), result)
    leave(result.needs_person)


def _show(out: Console, result: Planned) -> None:
    out.say(f"{planned(result.outcome)}: {shown(result.path)}", style="head")
    proposals = count(result.proposals, "proposed action")
    concerns = count(result.concerns, "concern")
    out.say(f"It has {proposals}, and {concerns} for which nobody proposed an action.")
    if result.further:
        out.say(
            f"The summary does not ask the committee about {result.further} of these: they may "
            "stay empty."
        )
    if result.agreed:
        agreed = count(len(result.agreed.actions), "action")
        out.say(f"Agreed so far: {agreed}. Waiting for a decision: {_rows(result.waiting)}.")
    if result.outcome == "kept":
        out.say("Move that file away and run plan again.")
    elif result.needs_person:
        out.say("If you have not filled it in yet, replace it: xlassess plan --reissue")
    else:
        out.say("When it is filled in: xlassess ingest FILE")


def _rows(waiting: int) -> str:
    return count(waiting, "proposal or concern", "proposals and concerns") if waiting else "none"
