"""``xlassess programme run``: the same verb in every assessment."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from xlassess.cli.commands.programmes.ingest_for_all import ingest_mailbox, ingest_mixed
from xlassess.cli.commands.programmes.runs_in_each import (
    RunInOne,
    leave_by,
    runs_as_json,
    show_runs,
    text_of,
)
from xlassess.cli.console import Console, dumps
from xlassess.cli.errors import DONE, NOT_DONE, explain
from xlassess.cli.options import Options, at_work, common, here_or_in, shown
from xlassess.model.errors import UsageError, as_argument

if TYPE_CHECKING:
    from xlassess.services.programmes.programme import PartnershipStanding


_OVER_ALL = (
    "status", "generate", "send", "sent", "remind", "reminded", "ingest", "query", "consolidate",
    "report", "feedback", "workshop", "plan", "progress", "export", "verify", "round",
)  # fmt: skip
"""The verbs that mean the same in every assessment; others name a workbook, a return or a file."""


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--full", is_flag=True, help="Show all that the verb says, for each partnership.")
@common
@click.argument("verb")
@click.argument("words", metavar="[WORDS]...", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def run(options: Options, verb: str, words: tuple[str, ...], full: bool) -> None:
    """Run VERB in every assessment of the programme, one after the other.

    WORDS are its own options and arguments, as in: xlassess programme run consolidate --no-pdf.
    Options of run itself, such as -C, stand before VERB. Each partnership gets one line. If VERB
    fails in one, that is told, and the others follow. Partnerships that were left are passed over.

    For ingest, name files that came back to any of them: each goes to the assessment whose workbook
    it is. So do the messages of one mailbox for all: xlassess programme run ingest --mailbox URL.
    Or name a folder that each assessment has: xlassess programme run ingest inbox.
    """
    from xlassess.services.programmes.programme import open_programme, with_assessment

    if verb not in _OVER_ALL:
        raise UsageError(
            f"{verb} cannot be run over all assessments.", f"It can be: {', '.join(_OVER_ALL)}."
        )
    _check_words(verb, words)
    lines = with_assessment(open_programme(options.root))
    asked = [line for line in lines if not line.entry.is_over]
    special = verb == "ingest" or any(word.startswith("--cluster") for word in words)
    given = _given(verb, words) if special else {}
    mailbox = given.get("mailbox")
    mixed = _mixed_inbox(options, words, asked) if verb == "ingest" and not mailbox else ()
    with at_work(given.get("cluster", ""), given.get("workers")) as readers:
        if mailbox:
            ingest_mailbox(given, lines, readers, full=full)
            return
        if mixed:
            ingest_mixed(options, given, mixed, lines, readers, full=full)
            return
        results = [_run_in(line, verb, words, verbose=options.verbose) for line in asked]
    if "--json" in words:
        click.echo(dumps(runs_as_json(verb, results)))
    else:
        show_runs(Console(), verb, results, full=full)
    leave_by([result.code for result in results])


def _check_words(verb: str, words: Sequence[str]) -> None:
    """Refuse what would not mean the same in every assessment.

    Raises:
        UsageError: a folder is named among the verb's words, or rounds are to be closed.
    """
    if any(word == "-C" or word.startswith("-C") for word in words):
        raise UsageError(
            "-C stands before the verb: it names the programme's folder.",
            f"Write: xlassess programme run -C DIR {verb} ...",
        )
    if verb == "round" and {"close", "reopen"} & set(words):
        raise UsageError(
            "Rounds are closed and reopened one by one, because it shows first what is open.",
            "Run it there: xlassess round close NAME -C FOLDER",
        )


def _mixed_inbox(
    options: Options, words: Sequence[str], asked: Sequence[PartnershipStanding]
) -> tuple[Path, ...]:
    """Return the files and folders that are to be sorted; none where each assessment has its own.

    Raises:
        UsageError: nothing is named, what is named is nowhere, or both could be meant.
    """
    named = _paths_of(words)
    here = [path for each in named if (path := here_or_in(options.root, each)).exists()]
    own = [
        each for each in named
        if not each.is_absolute()
        and any(line.place and (line.place / each).exists() for line in asked)
    ]  # fmt: skip
    if here and own:
        raise UsageError(
            f"{shown(here[0])} is here, and assessments have {own[0]} too.",
            "Give one of them another name, so that it is clear which is meant.",
        )
    if not named or len(here) not in (0, len(named)):
        missing = next((each for each in named if not here_or_in(options.root, each).exists()), "")
        said = f"There is no file or folder {missing}." if missing else "There is nothing to read."
        raise UsageError(said, "Name the files that came back, or folders with them.")
    if not here and not own:
        raise UsageError(
            f"There is no file or folder {named[0]}, here or in any of the assessments.",
            "Check the name. Put names with spaces in quotes.",
        )
    return tuple(here)


def _paths_of(words: Sequence[str]) -> tuple[Path, ...]:
    """The paths among the words of ingest."""
    return cast("tuple[Path, ...]", _given("ingest", words)["paths"])


def _given(verb: str, words: Sequence[str]) -> dict[str, Any]:
    """What a verb would be given with these words, as the command itself takes them apart."""
    context = click.get_current_context().find_root()
    command = cast("click.Group", context.command).get_command(context, verb)
    assert command is not None  # noqa: S101 - it is one of ours
    with command.make_context(verb, list(words), parent=context) as given:
        return given.params


def _run_in(
    line: PartnershipStanding, verb: str, words: Sequence[str], *, verbose: bool
) -> RunInOne:
    """Run a verb in one assessment, with nobody to answer what it asks."""
    place = line.place
    if line.trouble or place is None:
        return RunInOne(line, NOT_DONE, "", f"{line.trouble} {line.remedy}".strip())
    if verb == "ingest":
        named = _paths_of(words)
        words = [str(place / word) if Path(word) in named else word for word in words]
    before = [*(["--verbose"] if verbose else []), "-C", str(place)]
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    held, sys.stdin = sys.stdin, StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            code = _ended([*before, verb, *words], verbose=verbose)
    except click.Abort:
        wrong = "It asks something first."
        wrong += f" Run it there: xlassess {verb} -C {as_argument(shown(place))}"
        return RunInOne(line, NOT_DONE, text_of(out), wrong)
    except click.ClickException as error:
        return RunInOne(line, error.exit_code, text_of(out), error.format_message())
    finally:
        sys.stdin = held
    return RunInOne(line, code, text_of(out), text_of(err).removeprefix("Error: "))


def _ended(words: list[str], *, verbose: bool) -> int:
    """Run a command line, and return its exit code. Whoever stops it stops all that follow."""
    group = cast("click.Group", click.get_current_context().find_root().command)
    try:
        with group.make_context("xlassess", words) as ctx:
            click.Group.invoke(group, ctx)
    except click.exceptions.Exit as end:
        return end.exit_code
    except (click.ClickException, click.Abort):
        raise
    except Exception as error:
        return explain(error, verbose=verbose)
    return DONE
