"""``xlassess workshop``: prepare a discussion of the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, folder_of, in_round, leave, now, shown

if TYPE_CHECKING:
    from xlassess.services.plans.workshop import Prepared


@click.command()
@click.option(
    "--reissue", is_flag=True,
    help="Replace workbooks that have not come back yet, if anything has changed.",
)  # fmt: skip
@in_round
@click.pass_obj
def workshop(options: Options, reissue: bool) -> None:
    """Write the facilitator's workbook for each toolkit, into outbox/workshop/.

    Questions stand in the order in which they are worth talking about: first where views are
    split, then what stands low, then where levels differ. Beside each stands how answers fall, and
    room for the judgement that the workshop agrees on. Read it with ingest: what was agreed is
    shown beside the answers in the summary and the report.
    """
    from xlassess.services.plans import workshop as service

    results = service.workshop(folder_of(options), now=now(), reissue=reissue)
    _show(Console(), results)
    leave(any(one.needs_person for one in results))


_STYLES = {"new": "good", "reissued": "good", "outdated": "query", "kept": "query"}


def _show(out: Console, results: tuple[Prepared, ...]) -> None:
    from xlassess.model.plan import TalkingGroup

    if not results:
        out.say("No toolkit of this round has anything to talk about.", style="head")
        return
    out.say(f"Workshop workbooks are in {shown(results[0].path.parent)}.", style="head")
    rows = [
        [
            one.toolkit,
            one.reference,
            *(str(one.groups.get(name, 0)) for name in get_args(TalkingGroup)),
            one.outcome,
        ]
        for one in results
    ]
    heads = ("Toolkit", "Reference", "Split", "Low", "Levels differ", "Other", "Workbook")
    out.gap()
    out.table(heads, rows, numbers=(2, 3, 4, 5), styles=_STYLES)
    if any(one.needs_person for one in results):
        out.gap()
        out.say("Some were left as they were. To replace them: xlassess workshop --reissue")
    out.gap()
    out.say("To send them to somebody else who leads the discussion: xlassess send --workshop")
    out.say("When one has been filled in: xlassess ingest FILE")
