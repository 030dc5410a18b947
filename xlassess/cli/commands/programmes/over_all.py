"""``xlassess programme run``: the same verb in every assessment."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from xlassess.cli.console import Console, dumps
from xlassess.cli.errors import DONE, NEEDS_PERSON, NOT_DONE, WRONG_USE, explain
from xlassess.cli.ingested import (
    ingested_as_json,
    mailbox_as_json,
    show_collected,
    show_ingested,
)
from xlassess.cli.options import Options, at_work, common, here_or_in, now, shown
from xlassess.model.errors import UsageError, as_argument
from xlassess.services.common.phrases import count

if TYPE_CHECKING:
    from xlassess.services.programmes.collect_for_all import CollectedForAll
    from xlassess.services.programmes.programme import PartnershipStanding
    from xlassess.services.programmes.sort_returns import ReadForOne, SortedReturns, UnplacedFile
    from xlassess.workers import Workers


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
            _ingest_mailbox(given, lines, readers, full=full)
            return
        if mixed:
            _ingest_mixed(options, given, mixed, lines, readers, full=full)
            return
        results = [_run_in(line, verb, words, verbose=options.verbose) for line in asked]
    if "--json" in words:
        click.echo(dumps(_runs_as_json(verb, results)))
    else:
        _show_runs(Console(), verb, results, full=full)
    _leave_by([result.code for result in results])


@dataclass(frozen=True, slots=True)
class _Run:
    """What became of a verb in one assessment: its exit code, what it printed, what went wrong."""

    line: PartnershipStanding
    code: int
    said: str
    wrong: str


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


def _ingest_mixed(
    options: Options,
    given: Mapping[str, Any],
    mixed: Sequence[Path],
    lines: Sequence[PartnershipStanding],
    readers: Workers,
    *,
    full: bool,
) -> None:
    """Sort what was handed over, and let each assessment read what belongs to it.

    Raises:
        UsageError: passwords are to be asked for.
    """
    from xlassess.services.programmes.sort_returns import SORTING, read_for_one, sort_returns

    passwords, workers = _passwords(given), readers or given["workers"]
    with tempfile.TemporaryDirectory(prefix=SORTING) as room:
        found = sort_returns(lines, mixed, Path(room), workers=workers, passwords=passwords)
        results = [
            _read_for(
                lines[place],
                read_for_one(
                    cast("Path", lines[place].place), files, now=now(),
                    round_name=options.round_name, workers=workers, passwords=passwords,
                ),
                given,
            )
            for place, files in sorted(found.places.items())
        ]  # fmt: skip
    if given["as_json"]:
        click.echo(dumps({**_runs_as_json("ingest", results), **_sorted_as_json(found)}))
    else:
        _show_sorted(Console(), results, found.unplaced, found.apart, full=full)
    _leave_by([*(result.code for result in results), *([NEEDS_PERSON] if found.unplaced else [])])


def _ingest_mailbox(
    given: Mapping[str, Any], lines: Sequence[PartnershipStanding], readers: Workers, *, full: bool
) -> None:
    """Read a mailbox of all partnerships; each message goes to the assessment it is for.

    Raises:
        UsageError: files were named too, or passwords are to be asked for.
    """
    from xlassess.services.programmes.collect_for_all import collect_for_all

    if given["paths"]:
        raise UsageError("Files and a mailbox are read one after the other.", "Run it for each.")
    found = collect_for_all(
        lines, given["mailbox"], now=now(), move_to=given["move_to"],
        workers=readers or given["workers"], passwords=_passwords(given),
    )  # fmt: skip
    results = [_read_for(lines[place], one, given) for place, one in sorted(found.results.items())]
    if given["as_json"]:
        told = {**_runs_as_json("ingest", results), **_sorted_as_json(found)}
        click.echo(dumps({**told, "mailbox": mailbox_as_json(found.collected)}))
    else:
        out = Console()
        show_collected(out, found.collected)
        _show_sorted(out, results, found.unplaced, found.apart, full=full)
    if found.collected.broke:
        raise found.collected.broke
    _leave_by([*(result.code for result in results), *([NEEDS_PERSON] if found.unplaced else [])])


def _passwords(given: Mapping[str, Any]) -> Sequence[str]:
    """The passwords to try.

    Raises:
        UsageError: they are to be asked for.
    """
    if "" in given["passwords"]:
        raise UsageError("Nobody is asked for passwords here.", "Write: --password TEXT")
    return cast("Sequence[str]", given["passwords"])


def _read_for(line: PartnershipStanding, one: ReadForOne, given: Mapping[str, Any]) -> _Run:
    """What came of files or messages for one assessment, as its own command would tell it.

    Where some of them could not be read, what came of the others is told all the same.
    """
    out = TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True)
    with redirect_stdout(out):
        if one.trouble and not one.ingested.files:
            pass
        elif given["as_json"]:
            click.echo(dumps(ingested_as_json(one.ingested)))
        else:
            show_ingested(Console(full=given["full"]), one.ingested)
    code = NEEDS_PERSON if one.ingested.needs_person else DONE
    wrong = f"{one.trouble} {one.remedy}".strip()
    return _Run(line, NOT_DONE if one.trouble else code, _text(out), wrong)


def _show_sorted(
    out: Console, results: Sequence[_Run], unplaced: Sequence[UnplacedFile],
    apart: Sequence[str], *, full: bool,
) -> None:  # fmt: skip
    """Say what became of what came in: what each assessment read, and what belongs to none."""
    if results:
        _show_runs(out, "ingest", results, full=full)
    for name in apart:
        out.gap()
        out.say(
            f"{name} was taken apart, because not all of it is known to belong to one assessment. "
            "Each has only its own files, without what a message said.",
            style="query",
        )
    if unplaced:
        out.heading(f"Belongs to none: {count(len(unplaced), 'file')}, read by nobody")
        alike: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in unplaced:
            alike[each.why, each.remedy].append(each.name)
        for (why, remedy), names in alike.items():
            for name in names:
                out.say(name, indent=2, style="head")
            out.say(why, indent=4, style="refuse")
            out.say(remedy, indent=4)


def _sorted_as_json(found: SortedReturns | CollectedForAll) -> dict[str, Any]:
    return {
        "unplaced": [
            {"file": each.name, "why": each.why, "remedy": each.remedy} for each in found.unplaced
        ],
        "taken_apart": list(found.apart),
    }


def _run_in(line: PartnershipStanding, verb: str, words: Sequence[str], *, verbose: bool) -> _Run:
    """Run a verb in one assessment, with nobody to answer what it asks."""
    place = line.place
    if line.trouble or place is None:
        return _Run(line, NOT_DONE, "", f"{line.trouble} {line.remedy}".strip())
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
        return _Run(line, NOT_DONE, _text(out), wrong)
    except click.ClickException as error:
        return _Run(line, error.exit_code, _text(out), error.format_message())
    finally:
        sys.stdin = held
    return _Run(line, code, _text(out), _text(err).removeprefix("Error: "))


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


def _text(stream: TextIOWrapper) -> str:
    return cast("BytesIO", stream.buffer).getvalue().decode("utf-8", "replace").strip()


_ENDS = {
    DONE: ("done", "good"),
    NEEDS_PERSON: ("needs you", "query"),
    WRONG_USE: ("not done", "refuse"),
    NOT_DONE: ("not done", "refuse"),
}
"""How a run ended, by its exit code: in words, and the style of its line."""


def _show_runs(out: Console, verb: str, results: Sequence[_Run], *, full: bool) -> None:
    """Say what became of a verb in each assessment."""
    if not results:
        out.say("There is no assessment in programme.yaml of a partnership that takes part.")
    for result in results:
        word, style = _ENDS.get(result.code, _ENDS[NOT_DONE])
        first = next((text for text in result.said.splitlines() if text.strip()), "")
        failed = result.code > NEEDS_PERSON
        told = " ".join(result.wrong.split()) if failed else first.strip()
        out.say(f"{result.line.name}: {word}{f'. {told}' if told else ''}", style=style)
        if failed and first and not full:  # some of it was done all the same
            out.say(first.strip(), indent=2)
        for text in result.said.splitlines() if full else ():
            out.say(text.lstrip(), indent=2 + len(text) - len(text.lstrip()))
    bad = sum(result.code > NEEDS_PERSON for result in results)
    if bad:
        out.gap()
        out.say(f"{verb} could not be done in {bad} of {len(results)}.", style="refuse")


def _leave_by(codes: Sequence[int]) -> None:
    """End with the exit code of all runs together: wrong use only where it is wrong in all."""
    failed = [code for code in codes if code > NEEDS_PERSON]
    code = max(codes, default=DONE)
    if failed:
        code = WRONG_USE if set(codes) == {WRONG_USE} else NOT_DONE
    click.get_current_context().exit(code)


def _runs_as_json(verb: str, results: Sequence[_Run]) -> dict[str, Any]:
    """Return what became of a verb in each assessment, with the JSON that it printed."""
    return {
        "format": "xlassess-programme-run/1",
        "verb": verb,
        "partnerships": [
            {
                "name": result.line.name,
                "folder": result.line.entry.folder,
                "exit_code": result.code,
                "trouble": " ".join(result.wrong.split()) if result.code > NEEDS_PERSON else "",
                "result": json.loads(result.said) if result.said.startswith("{") else None,
            }
            for result in results
        ],
    }
