"""``xlassess ledger``: the ledger in a file, or in a database."""

from __future__ import annotations

from pathlib import Path

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, common, here_or_in, shown
from xlassess.model.assessment import LedgerDatabase
from xlassess.services.common.phrases import count


@click.group()
def ledger() -> None:
    """Copy the ledger into a database, or back into a file."""


@ledger.command()
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@common
@click.pass_obj
def copy(options: Options, source: str, target: str) -> None:
    """Copy the assessment's ledger FROM one place TO another.

    A place is a file, such as ledger.db, or a database without its password, such as
    postgresql+psycopg://USER@HOST/DATABASE. The copy has the same events with the same hashes;
    that is checked. Let nobody work meanwhile: what is recorded after that stays in the first.
    """
    from xlassess.assessment.settings import AssessmentFolder
    from xlassess.services.setup.copy_ledger import copy_ledger

    if "://" not in source:
        source = str(here_or_in(options.root, Path(source)))
    done = copy_ledger(AssessmentFolder(options.root), source, target)
    console = Console()
    events = count(done.copied.events, "event")
    console.say(f"Copied and checked: {events}, {count(done.copied.rows, 'row')} in all.")
    if done.copied.head:
        console.say(f"The last event has the hash {done.copied.head}.")
    if not done.in_use:
        _say_next(console, done.to)


def _say_next(console: Console, to: Path | LedgerDatabase) -> None:
    """Say how to work with the copy."""
    if isinstance(to, Path):
        console.say(f"To work with {shown(to)}:")
        console.say("Put it into the assessment's folder as ledger.db.", indent=2)
        console.say("Delete the line  ledger:  from assessment.yaml.", indent=2)
    else:
        console.say("To work with it, enter this line in assessment.yaml:")
        click.echo(f"  ledger: {to.url}")
        console.say("Then move ledger.db to a safe place.")
