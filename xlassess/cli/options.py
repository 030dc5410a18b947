"""The options that every verb takes, and what a verb needs from where it is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from xlassess.cli.errors import NEEDS_PERSON

if TYPE_CHECKING:
    from xlassess.assessment.settings import AssessmentFolder
    from xlassess.workers import Workers


def _reason(ctx: click.Context, param: click.Parameter, value: str | None) -> str:
    """Return the reason that somebody gave; one without words is none."""
    del ctx, param
    if value is not None and not value.strip():
        raise click.BadParameter("Give the reason in words. It is kept on record.")
    return value or ""


def a_day(text: str) -> date:
    """Return the day that was given for an option: the type of all that take one.

    Raises:
        click.BadParameter: it is none. Said here, since click names the format as programs have it.
    """
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d").date()
    except ValueError:
        raise click.BadParameter(
            f"“{text}” cannot be read as a date. Write it as year-month-day, such as 2026-05-08."
        ) from None


ANYWAY = click.option(
    "--anyway",
    metavar="REASON",
    callback=_reason,
    help="Show all returns, although with an earlier output this may show what a few people "
    "answered. The reason is kept on record.",
)
"""Accepts that an output gives away what few people answered."""

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for other programs.")


CLUSTER = click.option(
    "--cluster", metavar="ADDRESS", default="",
    help="Let a Dask cluster do the work: tcp://COMPUTER:PORT, or local for one on this computer.",
)  # fmt: skip
"""For verbs whose work can be spread over computers."""


@contextmanager
def at_work(cluster: str, workers: int | None = None) -> Iterator[Workers]:
    """Give whoever does the work: a cluster where one was named, or processes of this computer.

    Afterwards, what has to be known of workers of the cluster is said on standard error.

    Args:
        cluster: the address of the cluster; empty for none.
        workers: how many processes, here or of a cluster on this computer.
    """
    if not cluster:
        yield workers
        return
    if held := _AT_WORK.get().get(cluster):
        yield held
        return
    from xlassess.workers import connected, remarks_of

    with connected(cluster, workers) as executor:
        known = _AT_WORK.set({**_AT_WORK.get(), cluster: executor})
        try:
            yield executor
        finally:
            _AT_WORK.reset(known)
            for remark in remarks_of(executor):
                click.echo(f"Note: {remark}", err=True)


_AT_WORK: ContextVar[Mapping[str, Workers]] = ContextVar("clusters at work", default={})  # noqa: B039
"""The clusters that are connected, by their addresses: a command that runs another in each of many
assessments connects once, and looks at the workers once."""


FULL = click.option("--full", is_flag=True, help="Write long lists to their ends.")
"""For verbs that otherwise show the beginning of a long list; all of them take it."""


@dataclass
class Options:
    """What holds for the whole command line: the assessment, its round, how much is told."""

    root: Path = Path()
    round_name: str = ""
    verbose: bool = False


def here_or_in(root: Path, path: Path) -> Path:
    """Return the path, or that in the assessment's folder if there is only one there."""
    inside = root / path
    return inside if not path.exists() and inside.exists() else path


def folder_of(options: Options) -> AssessmentFolder:
    """Return the assessment's folder, with the round to work on.

    Raises:
        UsageError: there is no assessment in it, or no such round.
    """
    from xlassess.services.common.opening import open_folder

    return open_folder(options.root, options.round_name)


def needs_team() -> None:
    """Refuse to go on without the packages of a team's desk.

    Raises:
        XlassessError: one is missing.
    """
    from importlib.util import find_spec

    from xlassess.model.errors import XlassessError

    if not all(map(find_spec, ("starlette", "uvicorn", "python_multipart", "argon2"))):
        raise XlassessError(
            "A team's desk needs packages that are not installed.",
            'Install them: python -m pip install "xlassess[team]"',
        )


def now() -> datetime:
    """Return the present moment in UTC."""
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)


def leave(needs_person: bool) -> None:
    """End the command with the exit code that says whether something needs a person."""
    if needs_person:
        click.get_current_context().exit(NEEDS_PERSON)


def shown(path: Path) -> str:
    """Return a path as people read it: relative to where they are when it lies below."""
    from xlassess.services.common.opening import shown as path_shown

    return path_shown(path)


_Command = TypeVar("_Command", bound=Callable[..., Any])


def common(command: _Command) -> _Command:
    """Give a command the options that stand before or after the verb: -C and --verbose."""

    def enter(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
        if value is not None:
            options = ctx.ensure_object(Options)
            options.root = options.root / value

    def tell(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        options = ctx.ensure_object(Options)
        options.verbose = options.verbose or value

    command = click.option(
        "--verbose", is_flag=True, expose_value=False, callback=tell, is_eager=True,
        help="Show technical details if something goes wrong.",
    )(command)  # fmt: skip
    return click.option(
        "-C", "root", metavar="DIR", type=click.Path(path_type=Path), expose_value=False,
        callback=enter, is_eager=True,
        help="The assessment's folder. The default is the folder you are in.",
    )(command)  # fmt: skip


def in_round(command: _Command) -> _Command:
    """Give a command, besides what is common to all, --round: the round it works on."""

    def choose(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
        if value is not None:
            ctx.ensure_object(Options).round_name = value

    return click.option(
        "--round", "round_name", metavar="NAME", expose_value=False, callback=choose,
        is_eager=True, help="The round to work on. The default is the last one begun.",
    )(common(command))  # fmt: skip
