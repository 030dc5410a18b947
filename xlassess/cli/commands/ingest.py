"""``xlassess ingest``: read what came back; refused first, then doubtful, then what was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from xlassess.cli.console import Console, dumps, progress
from xlassess.cli.ingested import ingested_as_json, show_collected, show_ingested
from xlassess.cli.options import (
    AS_JSON,
    CLUSTER,
    FULL,
    Options,
    at_work,
    folder_of,
    here_or_in,
    in_round,
    leave,
    now,
)
from xlassess.model.errors import UsageError


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="How many files to read at the same time.",
)
@click.option(
    "--password", "passwords", metavar="[TEXT]", multiple=True, is_flag=False, flag_value="",
    help="Password for files that need one. Leave TEXT out to type it unseen. Put this after PATH.",
)  # fmt: skip
@click.option(
    "--mailbox", metavar="URL",
    help="Read the new messages of a mailbox: imaps://user@host/FOLDER. Nothing is changed there.",
)  # fmt: skip
@click.option(
    "--move-to", metavar="FOLDER", default="",
    help="Move the messages to this folder of the mailbox once they are on record.",
)  # fmt: skip
@CLUSTER
@AS_JSON
@FULL
@in_round
@click.pass_obj
def ingest(
    options: Options,
    paths: tuple[Path, ...],
    *,
    mailbox: str | None,
    move_to: str,
    workers: int | None,
    cluster: str,
    passwords: tuple[str, ...],
    as_json: bool,
    full: bool,
) -> None:
    """Read the workbooks that came back: files, folders, zip files, e-mails and mailboxes.

    For each file it says what was read, what is unclear (where, and what to do) and whether the
    file was refused. It keeps every file. Reading a file twice changes nothing.

    It looks for each PATH in the folder you are in, then in the assessment's folder. It uses a
    password for this run only and does not keep it.
    """
    from xlassess.services import ingest as service

    found = [here_or_in(options.root, path) for path in paths]
    folder, known = folder_of(options), _passwords(passwords, found)
    if move_to and not mailbox:
        raise UsageError("--move-to needs --mailbox.", "It moves messages within a mailbox.")
    if mailbox and paths:
        raise UsageError("Files and a mailbox are read one after the other.", "Run it for each.")
    collected = None
    with at_work(cluster, workers) as readers, progress("Reading") as watch:
        if mailbox:
            from xlassess.services.post.collect_mail import collect_mail

            collected = collect_mail(
                folder, mailbox, now=now(), move_to=move_to, workers=readers, passwords=known,
                watch=watch,
            )  # fmt: skip
            result = collected.ingested
        else:
            result = service.ingest(
                folder, found, now=now(), workers=readers, passwords=known, watch=watch
            )
    if as_json:
        click.echo(dumps(ingested_as_json(result, collected)))
    else:
        out = Console(full=full)
        if collected is not None:
            show_collected(out, collected)
        if result.files or collected is None:
            show_ingested(out, result, paths)
    if collected is not None and collected.broke:
        raise collected.broke
    leave(result.needs_person or bool(collected and collected.waiting))


def _passwords(given: Sequence[str], paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the passwords to try; where one was left out, ask until an empty line.

    Args:
        given: what came with each ``--password``; empty where nothing did.
        paths: the files and folders named.

    Raises:
        UsageError: a path was taken for a password.
    """
    for text in given:
        if not paths and text and Path(text).exists():
            raise UsageError(
                f"{text} was read as a password.",
                "Put the files first and --password last.",
            )
    asked = _typed() if "" in given else ()
    return tuple(dict.fromkeys((*filter(None, given), *asked)))


def _typed() -> Iterator[str]:
    click.echo(
        "Passwords are not shown as you type. To finish, press Enter on an empty line.", err=True
    )
    while text := click.prompt(
        "Password", default="", hide_input=True, show_default=False, err=True
    ):
        yield text
