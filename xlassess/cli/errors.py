"""What goes wrong, as a sentence on standard error and a documented exit code."""

from __future__ import annotations

import errno
import traceback

import click

from xlassess.cli.console import clean
from xlassess.model.errors import XlassessError

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


def explain(error: BaseException, *, verbose: bool) -> int:
    """Say in words what went wrong, and return the exit code.

    Args:
        error: what was raised; ``KeyboardInterrupt`` for a person who stopped the command.
        verbose: also show the technical details.
    """
    if isinstance(error, KeyboardInterrupt):
        _complain("Stopped.", "What was finished is kept; the same command does the rest.")
        return NOT_DONE
    if verbose:
        traceback.print_exception(error)
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
    click.echo(f"Error: {clean(message)}", err=True)
    if remedy:
        click.echo(clean(remedy), err=True)
