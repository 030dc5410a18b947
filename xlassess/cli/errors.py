"""What goes wrong, as a sentence on standard error and a documented exit code."""

from __future__ import annotations

import traceback

import click

from xlassess.cli.console import clean
from xlassess.model.errors import XlassessError
from xlassess.services.common.phrases import trouble

DONE, NEEDS_PERSON, WRONG_USE, NOT_DONE = range(4)

EXIT_CODES = """\b
Exit codes:
  0  done
  1  done, but something needs you (a query, a refused file, a decision)
  2  wrong use: a mistake in the command or in what it was given
  3  could not be done
"""

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
        _complain(*trouble(error))
    else:
        _complain(f"Something went wrong: {type(error).__name__}: {error}.", _FAULT)
    return NOT_DONE


def _complain(message: str, remedy: str = "") -> None:
    click.echo(f"Error: {clean(message)}", err=True)
    if remedy:
        click.echo(clean(remedy), err=True)
