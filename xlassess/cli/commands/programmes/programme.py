"""``xlassess programme``: many partnerships, one register."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xlassess.cli.commands.programmes.membership import decide, evaluate, leave_it, propose
from xlassess.cli.commands.programmes.over_all import run
from xlassess.cli.commands.programmes.portfolios import consolidate, report
from xlassess.cli.console import Console, dumps
from xlassess.cli.options import AS_JSON, FULL, Options, common, leave, now, shown
from xlassess.model.errors import as_argument
from xlassess.services.common.phrases import capital, count, day, listed

if TYPE_CHECKING:
    from xlassess.services.programmes.programme import PartnershipStanding, ProgrammeStatus


@click.group()
def programme() -> None:
    """Look after many partnerships at once: a register, what is open, and papers on all of them.

    A programme is a folder with a register of partnerships, programme.yaml. Each partnership has
    an assessment in a folder of its own.
    """


@programme.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@common
@click.pass_obj
def init(options: Options, directory: Path) -> None:
    """Start a new programme in DIR.

    Writes programme.yaml, the register of partnerships, for you to fill in.
    """
    from xlassess.services.programmes.programme import begin_programme

    folder = begin_programme(options.root / directory)
    out, place = Console(), shown(folder.root)
    there = "" if place == "." else f" -C {as_argument(place)}"
    out.say(f"A new programme is ready{f' in {place}' if there else ''}.", style="head")
    out.gap()
    out.say("1. Fill in the head of programme.yaml: the title and the committee.", indent=2)
    out.say("2. Add each partnership, with an assessment it has or a new one:", indent=2)
    out.say(f"xlassess programme add FOLDER{there}", indent=5)
    out.say(f"3. See where all of them stand: xlassess programme status{there}", indent=2)


@programme.command()
@click.argument("place", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--name", default="", help="The partnership's name.")
@click.option("--purpose", default="", help="What the partnership is for.")
@click.option("--lead-body", default="", help="Who leads it.")
@click.option("--statutory/--not-statutory", default=None, help="Whether it is required by law.")
@click.option("--budget", default="", help="Its budget, in words.")
@click.option("--proposed", is_flag=True, help="It is proposed, and still to be decided on.")
@common
@click.pass_obj
def add(
    options: Options, place: Path, *, name: str, purpose: str, lead_body: str,
    statutory: bool | None, budget: str, proposed: bool,
) -> None:  # fmt: skip
    """Add the partnership whose assessment is in FOLDER; a new folder is made if there is none.

    FOLDER is looked for in the programme's folder. A new assessment takes the settings that the
    programme shares from there, and has copies of the toolkits in its folder toolkits.
    """
    from xlassess.model.programme import Partnership
    from xlassess.services.programmes.programme import add_partnership, open_programme

    folder = open_programme(options.root)
    entry = Partnership(
        name=name, purpose=purpose, lead_body=lead_body, statutory=statutory, budget=budget,
        membership="proposed" if proposed else "joined",
    )  # fmt: skip
    result = add_partnership(folder, options.root / place, entry)
    out = Console()
    out.say(f"{result.name} is in the register.", style="head")
    if result.begun:
        out.gap()
        where = shown(result.place)
        out.say(f"A new assessment is ready in {where}. Fill in assessment.yaml and partners.xlsx.")
        out.say(f"Then run: xlassess generate -C {as_argument(where)}")


@programme.command()
@AS_JSON
@FULL
@common
@click.pass_obj
def status(options: Options, as_json: bool, full: bool) -> None:
    """Show where every partnership stands: first those that need a person most."""
    from xlassess.services.programmes.programme import open_programme, programme_status

    result = programme_status(open_programme(options.root), today=now().astimezone().date())
    if as_json:
        click.echo(dumps(_as_json(result)))
    else:
        _show(Console(full=full), result)
    leave(result.needs_person)


@programme.command()
@common
@click.pass_obj
def toolkits(options: Options) -> None:
    """Show the toolkits that partnerships use, and who asks other questions than the rest.

    Only partnerships that were asked exactly the same questions are compared. New assessments are
    given the toolkits of the programme's folder toolkits, before those that come with xlassess.
    """
    from xlassess.services.programmes.programme import open_programme
    from xlassess.services.programmes.programme_toolkits import programme_toolkits

    out, found = Console(), programme_toolkits(open_programme(options.root))
    if not found:
        out.say("No toolkit is shared or used yet.")
        return
    rows = [
        [
            one.id, one.toolkit.version if one.toolkit else "–",
            "the programme's" if one.own else "xlassess" if one.toolkit else "assessments only",
            "yes" if one.shared else "no", str(len(one.users)),
        ]
        for one in found
    ]  # fmt: skip
    out.table(("Toolkit", "Version", "From", "Shared", "Used by"), rows, numbers=(4,))
    others = [
        f"{user.name}: {one.id} {user.version or 'that cannot be read'}"
        for one in found for user in one.users if not user.same
    ]  # fmt: skip
    if others:
        out.heading(
            "Asks other questions than the programme's toolkit, and is not compared with it"
        )
        for each in others:
            out.say(each, indent=2)
    leave(bool(others))


def _show(out: Console, result: ProgrammeStatus) -> None:
    """Show a line for each partnership, and below it what is open in those that need somebody."""
    lines = result.lines
    out.say(f"{result.programme.title}, {count(len(lines), 'partnership')}", style="head")
    out.gap()
    if not lines:
        out.say("There is no partnership in programme.yaml yet.")
        out.say("To add one: xlassess programme add FOLDER")
        return
    rows = [
        [
            line.name, line.rounds[-1].name if line.rounds else "–", _returned(line),
            day(line.due) if line.due else "–", capital(_need_in_words(line)),
        ]
        for line in lines
    ]  # fmt: skip
    out.table(("Partnership", "Round", "Returned", "Next evaluation", "What it needs"), rows,
              wraps=(0, 4))  # fmt: skip
    for line in lines:
        if line.is_out:
            state = "not set up yet" if line.unfilled else "cannot be used"
            out.heading(f"{line.name}: {state}")
            for fault in line.faults:
                out.say(fault, indent=2, style="" if line.unfilled else "refuse")
    busy = [
        line for line in lines
        if line.status and line.status.matters and not line.trouble and not line.entry.is_over
    ]  # fmt: skip
    if busy:
        out.heading("What is open")
        said = [f"{line.name}: {'; '.join(_matters(line))}" for line in busy]
        out.some(said, "xlassess programme status --full")
        out.say("To see more of one: xlassess status -C FOLDER")
    differing = [f"{line.name}: {listed(line.own)}" for line in lines if line.own]
    if differing:
        out.heading("Settings that differ from what the programme shares")
        out.some(differing, "xlassess programme status --full")


def _returned(line: PartnershipStanding) -> str:
    if not line.rounds:
        return "–"
    return f"{line.rounds[-1].returned} of {line.rounds[-1].issued}"


def _need_in_words(line: PartnershipStanding) -> str:
    """What a partnership needs, with the day where it is about one."""
    if line.need == "over":
        return line.entry.membership
    if line.need == "evaluation overdue" and line.due:
        return f"evaluation was due {day(line.due)}"
    if line.need == "evaluation due" and line.days is not None:
        return f"evaluation due in {count(line.days, 'day')}"
    return line.need


def _matters(line: PartnershipStanding) -> list[str]:
    return [told.lower() for told in line.status.told.values()] if line.status else []


def _as_json(result: ProgrammeStatus) -> dict[str, Any]:
    """Return the programme as documented in the guide."""
    return {
        "format": "xlassess-programme/1",
        "title": result.programme.title,
        "committee": result.programme.committee,
        "partnerships": [_line(line) for line in result.lines],
    }


def _line(line: PartnershipStanding) -> dict[str, Any]:
    entry = line.entry
    return {
        "name": line.name,
        "folder": entry.folder,
        "id": line.id,
        # people read another word for it since
        "need": "late" if line.need == "workbooks overdue" else line.need,
        "trouble": line.trouble,
        "remedy": line.remedy,
        "faults": list(line.faults),
        "membership": entry.membership,
        "purpose": entry.purpose,
        "lead_body": entry.lead_body,
        "statutory": entry.statutory,
        "budget": entry.budget,
        "decision": entry.decision,
        "decided": _iso(entry.decided),
        "earlier": list(entry.earlier),
        "checklist": _iso(line.checklist),
        "evaluated": _iso(line.evaluated),
        "due": _iso(line.due),
        "days": line.days,
        "own_settings": list(line.own),
        "rounds": [
            {
                "round": each.name,
                "day": _iso(each.day),
                "issued": each.issued,
                "returned": each.returned,
                "closed": each.closed,
            }
            for each in line.rounds
        ],
        "open": dict(line.status.matters) if line.status else {},
    }


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None


for _one in (propose, decide, leave_it, evaluate, run, consolidate, report):
    programme.add_command(_one)
