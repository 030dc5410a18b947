"""``xlassess round``: the rounds of an assessment, one after another."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from xlassess.cli.console import Console, dumps
from xlassess.cli.options import AS_JSON, Options, a_day, common, folder_of, now, shown
from xlassess.model.errors import UsageError, as_argument
from xlassess.services.common.phrases import count, day

if TYPE_CHECKING:
    from xlassess.services.setup.rounds import BegunRound, ClosedRound, LeftOpen, RoundLine


@click.group("round", invoke_without_command=True)
@AS_JSON
@common
@click.pass_context
def round_(ctx: click.Context, as_json: bool) -> None:
    """List, begin, close and reopen rounds.

    Without a command it lists them.
    """
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Options), as_json)


@round_.command("list")
@AS_JSON
@common
@click.pass_obj
def list_(options: Options, as_json: bool) -> None:
    """List the rounds, the first one first."""
    _list(options, as_json)


def _list(options: Options, as_json: bool) -> None:
    from xlassess.services.setup import rounds as service

    found = service.rounds(folder_of(options))
    if as_json:
        click.echo(dumps({"format": "xlassess-rounds/1", "rounds": [_as_json(r) for r in found]}))
    else:
        _show_list(Console(), found)


@round_.command()
@click.argument("name", metavar="NAME")
@click.option(
    "--return-by", metavar="DATE", type=a_day,
    help="The day by which workbooks are wanted, such as 2027-03-31.",
)  # fmt: skip
@common
@click.pass_obj
def new(options: Options, name: str, return_by: date | None) -> None:
    """Begin round NAME with the settings and the people of the last one.

    It writes round.yaml and partners.xlsx into rounds/NAME for you to check. In the register,
    mark who is leaving and enter who is new. Earlier rounds stay as they are.
    """
    from xlassess.services.setup import rounds as service

    folder = folder_of(options)
    begun = service.begin_round(folder, name, _day(return_by), now=now())
    _show_begun(Console(), options, begun)


def _day(given: date | None) -> date:
    """The return date as given, or as typed when asked for at a terminal."""
    if given is None:
        if not _is_asked():
            raise UsageError(
                "A new round needs a return date.", "Give it with --return-by, as 2027-03-31."
            )
        asked = "By which day are the workbooks wanted? (such as 2027-03-31)"
        given = click.prompt(asked, value_proc=a_day)
    return given


@round_.command()
@click.argument("name", metavar="NAME")
@click.option("--reason", metavar="TEXT", default="", help="A remark for the record.")
@click.option("--yes", is_flag=True, help="Do not ask, although something is still open.")
@common
@click.pass_obj
def close(options: Options, name: str, reason: str, yes: bool) -> None:
    """Close round NAME: nothing more is accepted in it.

    It says first what is still open, and asks. The answer, y or n, may also come on standard input;
    where nothing comes there, as in a script without input, it closes the round. What was open is
    on record with the closing. It also writes an archive of the round that can be checked and read
    without xlassess.
    """
    from xlassess.services.setup import rounds as service

    options.round_name = name
    folder, out = folder_of(options), Console()
    told = _still_open(service.left_open(folder, today=now().astimezone().date()))
    if told and not yes and not _is_agreed(out, f"Still open in round {name}: {', '.join(told)}."):
        see = f"xlassess status --round {as_argument(name)}"
        out.say(f"Nothing was changed. To see what is open: {see}")
        return
    _show_closed(out, service.close_round(folder, now=now(), reason=reason))


@round_.command()
@click.argument("name", metavar="NAME")
@click.option("--reason", metavar="TEXT", default="", help="Why it is opened again. Needed.")
@common
@click.pass_obj
def reopen(options: Options, name: str, reason: str) -> None:
    """Open round NAME again after it was closed."""
    from xlassess.services.setup import rounds as service

    options.round_name = name
    opened = service.reopen_round(folder_of(options), reason, now=now())
    out = Console()
    out.say(f"Round {opened} is open again.", style="head")
    out.say("Its archive stays as it is. When you close the round again, a new one is made.")


def _is_agreed(out: Console, told: str) -> bool:
    """Whether the round is to be closed all the same; true where nobody says anything."""
    if _is_asked():
        out.say(told, style="note")
        return click.confirm("Close it all the same?")
    said = sys.stdin.readline()
    answer = said.strip().lower()
    if answer not in ("", "y", "yes", "n", "no"):
        raise UsageError(
            f"{told} “{answer}” is neither yes nor no, so nothing was changed.",
            "Answer y or n, or add --yes to close it all the same.",
        )
    if said:
        out.say(told, style="note")
    return not said or answer in ("y", "yes")


def _is_asked() -> bool:
    """True where somebody sits at a terminal who can answer."""
    return sys.stdin.isatty()


def _show_list(out: Console, found: tuple[RoundLine, ...]) -> None:
    """Say which rounds there are, and which one verbs work on."""
    rows = [
        [
            line.name, day(line.return_by) if line.return_by else "-", str(line.issued),
            str(line.returned), _state(line),
        ]
        for line in found
    ]  # fmt: skip
    out.table(["Round", "Return by", "Issued", "Came back", "State"], rows, numbers=(2, 3))
    if len(found) > 1:
        out.gap()
        out.say(f"Commands work on round {found[-1].name}. For another one, add --round NAME.")


def _state(line: RoundLine) -> str:
    if line.closed is None:
        return "open"
    return f"closed on {day(line.closed.at.astimezone().date())} by {line.closed.by}"


def _as_json(line: RoundLine) -> dict[str, Any]:
    return {
        "round": line.name,
        "return_by": line.return_by.isoformat() if line.return_by else None,
        "issued": line.issued,
        "returned": line.returned,
        "present": line.present,
        "closed_at": line.closed.at.isoformat() if line.closed else None,
        "closed_by": line.closed.by if line.closed else None,
        "archive": str(line.archive) if line.archive else None,
    }


def _show_begun(out: Console, options: Options, begun: BegunRound) -> None:
    """Say what a new round begins with and what to do next."""
    out.say(f"Round {begun.name} has begun, after round {begun.follows}.", style="head")
    if begun.moved:
        out.say(
            f"Each round has a folder of its own now. What belongs to round {begun.follows} was "
            f"moved to {shown(begun.settings.parent.parent / begun.follows)}.",
            style="note",
        )
    out.gap()
    out.say(f"1. Check {shown(begun.settings)}: the toolkits, and what the round is for.", indent=2)
    out.say(
        f"2. Check {shown(begun.register)}: {count(begun.staying, 'person', 'people')} from round "
        f"{begun.follows}. Mark who is leaving; enter who is new.",
        indent=2,
    )
    place = shown(options.root)
    there = "" if place == "." else f" -C {as_argument(place)}"
    out.say(f"3. Run: xlassess generate{there}", indent=2)
    out.gap()
    out.say(
        f"If the name is wrong: rename the folder {shown(begun.settings.parent)}, or delete it, "
        "before workbooks are issued."
    )
    before = as_argument(begun.follows)
    out.say(
        f"To look back, or read returns that come late: add --round {before}. If that round is "
        f'closed, open it first to read any: xlassess round reopen {before} --reason "..."'
    )


def _still_open(left: LeftOpen) -> list[str]:
    """What is open in a round, in words; empty where nothing is."""
    said = (
        (left.unsent, "workbook not recorded as sent", "workbooks not recorded as sent"),
        (left.missing, "workbook not returned", "workbooks not returned"),
        (left.evidence, "workbook whose answers wait in a PDF or a picture",
         "workbooks whose answers wait in a PDF or a picture"),
        (left.queries, "return with open queries", "returns with open queries"),
        (left.offers, "thing that messages seem to ask for",
         "things that messages seem to ask for"),
        (left.corrections, "plan, progress or workshop workbook to be put right",
         "plan, progress and workshop workbooks to be put right"),
        (left.reports, "progress report awaited", "progress reports awaited"),
        (left.overdue, "agreed action overdue", "agreed actions overdue"),
    )  # fmt: skip
    return [count(number, one, many) for number, one, many in said if number]


def _show_closed(out: Console, closed: ClosedRound) -> None:
    """Say that a round is closed, what was still open, and where its archive is."""
    out.say(f"Round {closed.name} is closed.", style="head")
    if told := _still_open(closed.left):
        out.say(f"Still open then, and on record: {', '.join(told)}.", style="note")
    out.say(
        f"The archive is {shown(closed.archive)}, with {count(closed.files, 'file')}. Keep a copy "
        "in another place. It holds what people answered: give it to nobody else."
    )
