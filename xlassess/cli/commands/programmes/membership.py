"""``xlassess programme propose``, ``decide``, ``evaluate``, ``leave``: the committee decides."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, a_day, common, leave, now
from xlassess.services.common.phrases import day

if TYPE_CHECKING:
    from xlassess.services.programmes.membership import MembershipChanged, Verdict


_ON = click.option(
    "--on", metavar="DATE", type=a_day,
    help="The day, such as 2026-07-03; today if left out.",
)  # fmt: skip
_DUE = click.option(
    "--due", metavar="DATE", type=a_day,
    help="The day by which the committee wants the next evaluation, if before the cycle's.",
)  # fmt: skip
_DECISION = click.option(
    "--decision", default="", help="What was decided, in the committee's words."
)


@click.command()
@click.argument("name")
@click.option("--purpose", default="", help="What the partnership is for.")
@click.option("--lead-body", default="", help="Who leads it.")
@click.option("--statutory/--not-statutory", default=None, help="Whether it is required by law.")
@click.option("--budget", default="", help="Its budget, in words.")
@common
@click.pass_obj
def propose(
    options: Options, name: str, *, purpose: str, lead_body: str, statutory: bool | None,
    budget: str,
) -> None:  # fmt: skip
    """Write down that the partnership NAME is proposed, for the committee to decide on.

    It needs no assessment yet. For the checklist before a partnership is joined, begin one:
    xlassess programme add FOLDER --proposed. One that was left is proposed again.
    """
    from xlassess.model.programme import Partnership
    from xlassess.services.programmes.membership import propose as service
    from xlassess.services.programmes.programme import open_programme

    entry = Partnership(
        name=name, purpose=purpose, lead_body=lead_body, statutory=statutory, budget=budget
    )
    _show_membership(service(open_programme(options.root), entry, today=_today()))


@click.command()
@click.argument("which", metavar="PARTNERSHIP")
@click.argument("verdict", type=click.Choice(["join", "decline", "stay"]))
@_DECISION
@_ON
@_DUE
@common
@click.pass_obj
def decide(
    options: Options, which: str, verdict: Verdict, *, decision: str, on: date | None,
    due: date | None,
) -> None:  # fmt: skip
    """Write down what the committee decided on PARTNERSHIP: join it, decline, or stay in it.

    PARTNERSHIP is its name, or the folder of its assessment. The decision before stays on record.
    """
    _decide(options, which, verdict, decision, (on, due))


@click.command("leave")
@click.argument("which", metavar="PARTNERSHIP")
@_DECISION
@_ON
@common
@click.pass_obj
def leave_it(options: Options, which: str, *, decision: str, on: date | None) -> None:
    """Write down that the committee decided to leave PARTNERSHIP: nothing is due from it any more.

    Its assessment stays as it is. The portfolio names it, without figures.
    """
    _decide(options, which, "leave", decision, (on, None))


@click.command()
@click.argument("which", metavar="PARTNERSHIP")
@_ON
@_DUE
@common
@click.pass_obj
def evaluate(options: Options, which: str, *, on: date | None, due: date | None) -> None:
    """Write down that PARTNERSHIP was evaluated, where xlassess has no record of it.

    A round of its assessment is on record by itself. To begin one: xlassess round new NAME
    --return-by DATE -C FOLDER
    """
    from xlassess.services.programmes.membership import evaluate as service
    from xlassess.services.programmes.programme import open_programme

    result = service(
        open_programme(options.root), which, on=on or _today(), today=_today(),
        due=due,
    )  # fmt: skip
    _show_membership(result)


def _decide(
    options: Options, which: str, verdict: Verdict, decision: str,
    days: tuple[date | None, date | None],
) -> None:  # fmt: skip
    """Write down what was decided; the days are that of the decision, and the one due."""
    from xlassess.services.programmes.membership import decide as service
    from xlassess.services.programmes.programme import open_programme

    on, due = days
    result = service(
        open_programme(options.root), which, verdict, decision,
        on=on or _today(), today=_today(), due=due,
    )  # fmt: skip
    _show_membership(result)


def _today() -> date:
    return now().astimezone().date()


def _show_membership(result: MembershipChanged) -> None:
    """Say how a partnership stands in the register now."""
    out = Console()
    out.say(f"{result.name} {result.standing}.", style="head")
    if result.due:
        out.say(f"Its next evaluation is due on {day(result.due)}.")
    if result.remark:
        out.say(result.remark, style="query")
    leave(bool(result.remark))
