"""``xlassess programme``: many partnerships, one register."""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from xlassess.cli.console import Console, dumps
from xlassess.cli.errors import DONE, NEEDS_PERSON, NOT_DONE, WRONG_USE, explain
from xlassess.cli.options import AS_JSON, FULL, Options, common, leave, now, shown
from xlassess.model.errors import UsageError, as_argument
from xlassess.services.common.phrases import capital, count, day, listed, matter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlassess.consolidate import PortfolioOrder
    from xlassess.services.setup.portfolio import PeersWritten, PortfolioWritten
    from xlassess.services.setup.programme import PartnershipStanding, ProgrammeStatus


@click.group()
def programme() -> None:
    """Look after many partnerships at once: a register, what is open, and papers on all of them.

    A programme is a folder with a register of partnerships, programme.yaml. Each partnership has
    an assessment in a folder of its own.
    """


@programme.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@common
@click.pass_obj
def init(options: Options, directory: Path) -> None:
    """Start a new programme in DIR.

    Writes programme.yaml, the register of partnerships, for you to fill in.
    """
    from xlassess.services.setup.programme import begin_programme

    folder = begin_programme(options.root / directory)
    out, place = Console(), shown(folder.root)
    there = "" if place == "." else f" -C {as_argument(place)}"
    out.say(f"A new programme is ready{f' in {place}' if there else ''}.", style="head")
    out.gap()
    out.say("1. Fill in the head of programme.yaml: the title and the committee.", indent=2)
    out.say("2. Add each partnership, with an assessment it has or a new one:", indent=2)
    out.say(f"xlassess programme add FOLDER{there}", indent=5)
    out.say(f"3. See where all of them stand: xlassess programme status{there}", indent=2)


@programme.command()
@click.argument("place", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--name", default="", help="The partnership's name.")
@click.option("--purpose", default="", help="What the partnership is for.")
@click.option("--lead-body", default="", help="Who leads it.")
@click.option("--statutory/--not-statutory", default=None, help="Whether it is required by law.")
@click.option("--budget", default="", help="Its budget, in words.")
@click.option("--proposed", is_flag=True, help="It is proposed, and still to be decided on.")
@common
@click.pass_obj
def add(
    options: Options, place: Path, *, name: str, purpose: str, lead_body: str,
    statutory: bool | None, budget: str, proposed: bool,
) -> None:  # fmt: skip
    """Add the partnership whose assessment is in FOLDER; a new folder is made if there is none.

    FOLDER is looked for in the programme's folder. A new assessment begins with the settings that
    the programme shares, and with copies of the toolkits in its folder toolkits.
    """
    from xlassess.model.programme import Partnership
    from xlassess.services.setup.programme import add_partnership, open_programme

    folder = open_programme(options.root)
    entry = Partnership(
        name=name, purpose=purpose, lead_body=lead_body, statutory=statutory, budget=budget,
        membership="proposed" if proposed else "joined",
    )  # fmt: skip
    result = add_partnership(folder, options.root / place, entry)
    out = Console()
    out.say(f"{result.name} is in the register.", style="head")
    if result.begun:
        out.gap()
        where = shown(result.place)
        out.say(f"A new assessment is ready in {where}. Fill in assessment.yaml and partners.xlsx.")
        out.say(f"Then run: xlassess generate -C {as_argument(where)}")


@programme.command()
@AS_JSON
@FULL
@common
@click.pass_obj
def status(options: Options, as_json: bool, full: bool) -> None:
    """Show where every partnership stands: first those that need a person most."""
    from xlassess.services.setup.programme import open_programme, programme_status

    result = programme_status(open_programme(options.root), today=now().astimezone().date())
    if as_json:
        click.echo(dumps(_as_json(result)))
    else:
        _show(Console(full=full), result)
    leave(result.needs_person)


ORDER = click.option(
    "--order", type=click.Choice(["register", "name", "due", "total"]), default="register",
    show_default=True,
    help="What partnerships are ordered by. With total, the paper says what that cannot mean.",
)  # fmt: skip
"""What the lines of a portfolio are ordered by; never by a score unless somebody asks."""


@programme.command()
@ORDER
@common
@click.pass_obj
def consolidate(options: Options, order: PortfolioOrder) -> None:
    """Write the portfolio: a workbook with a line for each partnership.

    It says of each what its own summary says: who answered, the finding, what moved, concerns,
    late actions. It says which questions are weak in most of those asked the same questions, where
    partnerships differ, and what is to be decided. It is in output/portfolio.xlsx.
    """
    from xlassess.services.setup.portfolio import consolidate_programme
    from xlassess.services.setup.programme import open_programme

    folder = open_programme(options.root)
    _show_portfolio(consolidate_programme(folder, now=now(), order=order))


@programme.command()
@ORDER
@click.option(
    "--peers", is_flag=True,
    help="Write a page for each partnership instead: how it stands among others, none named.",
)  # fmt: skip
@common
@click.pass_obj
def report(options: Options, order: PortfolioOrder, *, peers: bool) -> None:
    """Write the portfolio as a Word report: output/portfolio.docx."""
    from xlassess.services.setup.portfolio import report_peers, report_programme
    from xlassess.services.setup.programme import open_programme

    folder = open_programme(options.root)
    if peers:
        _show_peers(Console(), report_peers(folder, now=now()))
        return
    _show_portfolio(report_programme(folder, now=now(), order=order))


def _show_peers(out: Console, result: PeersWritten) -> None:
    """Say where the pages are, and which partnerships have none."""
    if result.pages:
        where = shown(result.pages[0].parent)
        out.say(f"{count(len(result.pages), 'page')} written, in {where}.", style="head")
    if result.without:
        why = "too few that were asked the same questions can be compared"
        out.say(f"These have no page, because {why}: {listed(result.without)}.")
    if not result.pages and not result.without:
        out.say("Nothing has come back yet in any partnership.")


def _show_portfolio(result: PortfolioWritten) -> None:
    """Say where the portfolio is, and of which partnerships it says nothing."""
    out, whole = Console(), result.portfolio
    out.say(f"The portfolio is in {shown(result.path)}.", style="head")
    if result.edited:
        out.say(f"The one that was there is kept as {shown(result.edited)}.")
    told, every = len(whole.with_figures), count(len(whole.lines), "partnership")
    out.say(f"It says something of {told} of {every}.")
    for line in result.left_out:
        out.say(f"{line.name}: {line.why}", style="refuse")
    leave(bool(result.left_out))


_OVER_ALL = (
    "status", "generate", "send", "sent", "remind", "reminded", "ingest", "query", "consolidate",
    "report", "feedback", "workshop", "plan", "progress", "export", "verify", "round",
)  # fmt: skip
"""The verbs that mean the same in every assessment; others name a workbook, a return or a file."""


@programme.command(
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
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

    For ingest, name a folder that each assessment has: xlassess programme run ingest inbox.
    """
    from xlassess.services.setup.programme import open_programme, with_assessment

    if verb not in _OVER_ALL:
        raise UsageError(
            f"{verb} cannot be run over all assessments.", f"It can be: {', '.join(_OVER_ALL)}."
        )
    _check_words(verb, words)
    lines = with_assessment(open_programme(options.root))
    asked = [line for line in lines if not line.entry.is_over]
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
        UsageError: a folder is named among the verb's words, or files of several assessments are
            handed to each of them.
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
    if verb != "ingest":
        return
    paths = [word for word in words if not word.startswith("-")]
    elsewhere = any(Path(word).is_absolute() or ".." in Path(word).parts for word in paths)
    if not paths or elsewhere or any(word.startswith("--mailbox") for word in words):
        raise UsageError(
            "Every assessment would keep a copy of every file, also of those of the others.",
            "Put the files of each into a folder of its own, such as inbox in the assessment's "
            "folder, and name that: xlassess programme run ingest inbox",
        )


def _run_in(line: PartnershipStanding, verb: str, words: Sequence[str], *, verbose: bool) -> _Run:
    """Run a verb in one assessment, with nobody to answer what it asks."""
    from xlassess.services.setup.programme import same_rights

    place = line.place
    if line.trouble or place is None:
        return _Run(line, NOT_DONE, "", f"{line.trouble} {line.remedy}".strip())
    if verb == "ingest":
        words = [word if word.startswith("-") else str(place / word) for word in words]
    before = [*(["--verbose"] if verbose else []), "-C", str(place)]
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    held, sys.stdin = sys.stdin, StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err), same_rights():
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
        out.say("There is no assessment in programme.yaml yet.")
    for result in results:
        word, style = _ENDS.get(result.code, _ENDS[NOT_DONE])
        first = next((text for text in result.said.splitlines() if text.strip()), "")
        failed = result.code > NEEDS_PERSON
        told = " ".join(result.wrong.split()) if failed else first.strip()
        out.say(f"{result.line.name}: {word}{f'. {told}' if told else ''}", style=style)
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


def _show(out: Console, result: ProgrammeStatus) -> None:
    """Show a line for each partnership, and below it what is open in those that need somebody."""
    lines = result.lines
    out.say(f"{result.programme.title}, {count(len(lines), 'partnership')}", style="head")
    out.gap()
    if not lines:
        out.say("There is no partnership in programme.yaml yet.")
        out.say("To add one: xlassess programme add FOLDER")
        return
    rows = [
        [
            line.name, line.rounds[-1].name if line.rounds else "–", _returned(line),
            day(line.due) if line.due else "–", capital(_need_in_words(line)),
        ]
        for line in lines
    ]  # fmt: skip
    out.table(("Partnership", "Round", "Returned", "Next evaluation", "What it needs"), rows,
              wraps=(0, 4))  # fmt: skip
    for line in lines:
        if line.trouble:
            out.heading(f"{line.name}: cannot be used")
            out.say(f"{line.trouble} {line.remedy}".strip(), style="refuse")
    busy = [line for line in lines if line.status and line.status.matters and not line.trouble]
    if busy:
        out.heading("What is open")
        said = [f"{line.name}: {'; '.join(_matters(line))}" for line in busy]
        out.some(said, "xlassess programme status --full")
        out.say("To see more of one: xlassess status -C FOLDER")


def _returned(line: PartnershipStanding) -> str:
    if not line.rounds:
        return "–"
    return f"{line.rounds[-1].returned} of {line.rounds[-1].issued}"


def _need_in_words(line: PartnershipStanding) -> str:
    """What a partnership needs, with the day where it is about one."""
    if line.need == "over":
        return line.entry.membership
    if line.need == "evaluation overdue" and line.due:
        return f"evaluation was due {day(line.due)}"
    if line.need == "evaluation due" and line.days is not None:
        return f"evaluation due in {count(line.days, 'day')}"
    return line.need


def _matters(line: PartnershipStanding) -> list[str]:
    matters = line.status.matters if line.status else {}
    return [matter(kind, number).lower() for kind, number in matters.items()]


def _as_json(result: ProgrammeStatus) -> dict[str, Any]:
    """Return the programme as documented in the guide."""
    return {
        "format": "xlassess-programme/1",
        "title": result.programme.title,
        "committee": result.programme.committee,
        "partnerships": [_line(line) for line in result.lines],
    }


def _line(line: PartnershipStanding) -> dict[str, Any]:
    entry = line.entry
    return {
        "name": line.name,
        "folder": entry.folder,
        "id": line.id,
        "need": line.need,
        "trouble": line.trouble,
        "remedy": line.remedy,
        "membership": entry.membership,
        "purpose": entry.purpose,
        "lead_body": entry.lead_body,
        "statutory": entry.statutory,
        "budget": entry.budget,
        "decision": entry.decision,
        "decided": _iso(entry.decided),
        "checklist": _iso(line.checklist),
        "evaluated": _iso(line.evaluated),
        "due": _iso(line.due),
        "days": line.days,
        "rounds": [
            {
                "round": each.name,
                "day": _iso(each.day),
                "issued": each.issued,
                "returned": each.returned,
                "closed": each.closed,
            }
            for each in line.rounds
        ],
        "open": dict(line.status.matters) if line.status else {},
    }


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value else None
