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
  1  done, but something needs you (a query, a refused file, a decision)
  2  wrong use: a mistake in the command or in what it was given
  3  could not be done
"""

_NO_ROOM = (
    "The disk is full.",
    "Free some space and run the same command again. Everything finished so far is kept.",
)
_READ_ONLY = (
    "Cannot write to{name} ({why}). The disk or folder is read-only.",
    "Copy the whole folder to a place you can write to, and run the command there.",
)
_NO_RIGHT = (
    "Cannot read or write{name} ({why}). It may be open in another program, or you may not have "
    "permission.",
    "Close it in other programs, check that you can write there, and run the command again.",
)
_IN_THE_WAY = (
    "Cannot write{name} ({why}). There is a file where a folder is needed, or a folder where a "
    "file is needed.",
    "Move it somewhere else and run the command again.",
)
_REFUSED = (
    "The computer could not use the file{name}: {why}.",
    "Close it in other programs. Check that you can write there and that the disk is not full.",
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
"""What is wrong with the disk and what to do, by the system's error number."""

_FAULT = (
    "This is a fault in xlassess, not in your work. Everything finished so far is kept. Run the "
    "command again with --verbose, and send the command and what it shows to the person who looks "
    "after xlassess for you. Read it first: it may show file names."
)


def explain(error: BaseException, *, verbose: bool) -> int:
    """Say in words what went wrong, and return the exit code.

    Args:
        error: what was raised; ``KeyboardInterrupt`` for a person who stopped the command.
        verbose: also show the technical details.
    """
    if isinstance(error, KeyboardInterrupt):
        _complain(
            "Stopped.",
            "Everything finished so far is kept. Run the same command again to do the rest.",
        )
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
        _complain(f"Something went wrong: {type(error).__name__}: {error}.", _FAULT)
    return NOT_DONE


def _complain(message: str, remedy: str = "") -> None:
    click.echo(f"Error: {clean(message)}", err=True)
    if remedy:
        click.echo(clean(remedy), err=True)
