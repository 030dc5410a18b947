"""Passwords for files that need one to open: given on the command line, or asked for unseen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from xlassess.model.errors import UsageError


def told(given: Sequence[str], paths: Sequence[Path]) -> tuple[str, ...]:
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
                f"{text} was taken for a password.",
                "Name the files first and put --password at the end.",
            )
    asked = _asked() if "" in given else ()
    return tuple(dict.fromkeys((*filter(None, given), *asked)))


def _asked() -> Iterator[str]:
    click.echo("Passwords are not shown while you type. An empty line ends the list.", err=True)
    while text := click.prompt(
        "Password", default="", hide_input=True, show_default=False, err=True
    ):
        yield text
