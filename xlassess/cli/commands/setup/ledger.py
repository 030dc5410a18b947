"""``xlassess ledger``: the ledger in a file, or in a database."""

from __future__ import annotations

from pathlib import Path

import click

from xlassess.cli.console import Console, progress
from xlassess.cli.options import Options, common, here_or_in, leave, shown
from xlassess.model.assessment import FilesBucket, LedgerDatabase
from xlassess.services.common.phrases import count


@click.group()
def ledger() -> None:
    """Copy the ledger into a database, or received files into a bucket; or back."""


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


@ledger.command("copy-files")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@common
@click.pass_obj
def copy_files(options: Options, source: str, target: str) -> None:
    """Copy the files that came back FROM one place TO another.

    A place is the folder returns, or a bucket without its key, such as s3://BUCKET/PREFIX. Keys are
    taken from the environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL for
    storage other than Amazon's. Each file is read again in its new place, and checked; one that is
    there already stays as it is.
    """
    from xlassess.assessment.settings import AssessmentFolder
    from xlassess.services.setup.copy_files import copy_files as service

    source, target = (
        each if "://" in each else str(options.root / each) for each in (source, target)
    )
    with progress("Copying") as watch:
        done = service(AssessmentFolder(options.root), source, target, watch)
    console = Console()
    console.say(f"Copied and checked: {count(done.count, 'file')}.")
    for each in done.strange:
        console.say(f"{each} does not have the bytes that its name says. It was not copied.",
                    style="query")  # fmt: skip
    for each in done.damaged:
        console.say(f"{each} was there before, and does not have the bytes that its name says. "
                    "Move it away, and run the command again.", style="query")  # fmt: skip
    if not done.in_use:
        _say_next_of_files(console, done.to)
    leave(bool(done.strange or done.damaged))


def _say_next_of_files(console: Console, to: Path | FilesBucket) -> None:
    """Say how to work with the files that were copied."""
    if isinstance(to, Path):
        console.say(f"To work with {shown(to)}:")
        console.say("Put it into the assessment's folder as returns.", indent=2)
        console.say("Delete the line  files:  from assessment.yaml.", indent=2)
    else:
        console.say("To work with it, enter this line in assessment.yaml:")
        click.echo(f"  files: {to.url}")
        console.say("Then move the folder returns to a safe place.")


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
