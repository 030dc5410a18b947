"""The command line's frame: exit codes, options every verb takes, errors as sentences."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from xlassess.model.errors import XlassessError

if TYPE_CHECKING:
    from datetime import datetime

    from xlassess.assessment.settings import AssessmentFolder
    from xlassess.cli.output import Out

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")

DONE, NEEDS_PERSON, WRONG_USE, NOT_DONE = range(4)

EXIT_CODES = """\b
Exit codes:
  0  done
  1  done, but something needs a person (a query, a refused file, a decision)
  2  wrong use: the command was given something it cannot work with
  3  could not be done
"""

_NO_ROOM = (
    "The disk is full.",
    "Free some space and run the same command again; what was finished is kept.",
)
_READ_ONLY = (
    "Nothing can be written to{name} ({why}): the disk or folder is read-only.",
    "Copy the whole folder to a place where you may write, and run the same command there.",
)
_NO_RIGHT = (
    "You may not read or write{name} ({why}): it is open in another program, or the right is "
    "missing.",
    "Close it in other programs, see that you may write there, and run the same command again.",
)
_IN_THE_WAY = (
    "Something else is in the way of{name} ({why}): a file where a folder is needed, or the "
    "reverse.",
    "Move it elsewhere, and run the same command again.",
)
_REFUSED = (
    "The computer refused to work with the file{name}: {why}.",
    "Close it in other programs, see that you may write there and that there is room.",
)
_TROUBLES = {
    errno.ENOSPC: _NO_ROOM,
    getattr(errno, "EDQUOT", errno.ENOSPC): _NO_ROOM,
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _NO_RIGHT,
    errno.EPERM: _NO_RIGHT,
    errno.ENOTDIR: _IN_THE_WAY,
    errno.EISDIR: _IN_THE_WAY,
    errno.EEXIST: _IN_THE_WAY,
}
"""What is wrong and what to do where the disk does not go along, by the system's number for it."""

_FAULT = (
    "This is a fault in xlassess, not in your work; what was finished before it is kept. Run the "
    "command again with --verbose and send what it shows, with the command, to whoever looks "
    "after xlassess for you; read it through first, as it may show names of files."
)


@dataclass
class Setting:
    """What holds for the whole command line: the assessment's folder, and how much is told."""

    root: Path = Path()
    verbose: bool = False


class Front(click.Group):
    """A group whose errors are sentences on standard error, with documented exit codes.

    Its commands are listed in the order they are used in.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs as they were added."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; turn what goes wrong into a sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            _complain("Stopped.", "What was finished is kept; the same command does the rest.")
            code = NOT_DONE
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                raise
            if ctx.ensure_object(Setting).verbose:
                traceback.print_exc()
            code = _explain(error)
        return ctx.exit(code)


def here_or_in(root: Path, path: Path) -> Path:
    """Return the path, or that in the assessment's folder if there is only one there."""
    inside = root / path
    return inside if not path.exists() and inside.exists() else path


def folder_of(setting: Setting) -> AssessmentFolder:
    """Return the assessment's folder.

    Raises:
        UsageError: there is no assessment in it.
    """
    from xlassess.services.opening import open_folder

    return open_folder(setting.root)


def now() -> datetime:
    """Return the present moment in UTC."""
    from datetime import datetime, timezone

    return datetime.now(timezone.utc)


def leave(needs_person: bool) -> None:
    """End the command with the exit code that says whether something needs a person."""
    if needs_person:
        click.get_current_context().exit(NEEDS_PERSON)


def out() -> Out:
    """Return the console; imported only when something is said."""
    from xlassess.cli.output import Out

    return Out()


def _explain(error: Exception) -> int:
    """Say what went wrong in words and return the exit code."""
    if isinstance(error, XlassessError):
        for problem in getattr(error, "problems", ()):
            _complain(str(problem))
        if not getattr(error, "problems", ()):
            _complain(error.message, error.remedy)
        return error.exit_code
    if isinstance(error, OSError) and error.strerror:
        message, remedy = _TROUBLES.get(error.errno or 0, _REFUSED)
        name = f" {error.filename}" if error.filename else " it"
        _complain(message.format(name=name, why=error.strerror), remedy)
    else:
        _complain(f"Something went wrong that should not: {type(error).__name__}: {error}.", _FAULT)
    return NOT_DONE


def _complain(message: str, remedy: str = "") -> None:
    from xlassess.cli.output import clean

    click.echo(f"Error: {clean(message)}", err=True)
    if remedy:
        click.echo(clean(remedy), err=True)


_Command = TypeVar("_Command", bound=Callable[..., Any])


def common(command: _Command) -> _Command:
    """Give a command the options that stand before or after the verb: -C and --verbose."""

    def enter(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
        if value is not None:
            setting = ctx.ensure_object(Setting)
            setting.root = setting.root / value

    def tell(ctx: click.Context, _: click.Parameter, value: bool) -> None:
        setting = ctx.ensure_object(Setting)
        setting.verbose = setting.verbose or value

    command = click.option(
        "--verbose", is_flag=True, expose_value=False, callback=tell, is_eager=True,
        help="Show the technical details of an error.",
    )(command)  # fmt: skip
    return click.option(
        "-C", "root", metavar="DIR", type=click.Path(path_type=Path), expose_value=False,
        callback=enter, is_eager=True, help="The assessment's folder; this one if not given.",
    )(command)  # fmt: skip
