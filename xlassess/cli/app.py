"""The front door: one command per verb; parse, call one stage, print, exit code.

Everything heavy is imported inside the commands, so that ``--help`` is there at once.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xlassess import __version__
from xlassess.cli.decide import DECISIONS, verify
from xlassess.cli.frame import (
    AS_JSON,
    EXIT_CODES,
    Front,
    Setting,
    common,
    folder_of,
    here_or_in,
    leave,
    now,
    out,
)
from xlassess.cli.papers import PAPERS
from xlassess.cli.query import query
from xlassess.cli.toolkits import toolkits


@click.group(
    cls=Front,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, prog_name="xlassess", message="%(prog)s %(version)s")
@common
def cli() -> None:
    """Run partnership self-assessments by Excel.

    Begin with: xlassess demo. Then: init, generate, send the workbooks out, ingest what comes
    back, query what is doubtful, status, consolidate. Each command says more with --help.
    """
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


@cli.command(short_help="Begin a new assessment, ready to edit.")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@common
@click.pass_obj
def init(setting: Setting, directory: Path) -> None:
    """Begin a new assessment in DIR: assessment.yaml and partners.xlsx, ready to edit."""
    from xlassess.cli import reports
    from xlassess.services.init import begin

    reports.begun(out(), begin(setting.root / directory))


@cli.command(short_help="Write the workbooks into outbox/.")
@click.option(
    "--reissue", is_flag=True,
    help="Replace workbooks issued before whose questions, names or settings changed since.",
)  # fmt: skip
@common
@click.pass_obj
def generate(setting: Setting, reissue: bool) -> None:
    """Write outbox/: one sealed workbook for each toolkit and respondent.

    Running it again writes only what is missing or new. A workbook that was issued is never
    replaced by another content unless --reissue says so.
    """
    from xlassess.cli import reports
    from xlassess.cli.output import progress
    from xlassess.services import generate as desk

    with progress("Generating") as watch:
        result = desk.generate(folder_of(setting), now=now(), reissue=reissue, watch=watch)
    reports.generated(out(), result)
    leave(result.needs_person)


@cli.command(short_help="Read what came back: files, folders, zip files.")
@click.argument("paths", metavar="PATH...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--workers", type=click.IntRange(1, 64), metavar="N", help="Read N files at once.")
@click.option(
    "--password", "passwords", metavar="[TEXT]", multiple=True, is_flag=False, flag_value="",
    help="Password for files that need one to open; asked for if left out. Goes after PATH.",
)  # fmt: skip
@AS_JSON
@common
@click.pass_obj
def ingest(
    setting: Setting,
    paths: tuple[Path, ...],
    workers: int | None,
    passwords: tuple[str, ...],
    as_json: bool,
) -> None:
    """Read returned workbooks: files, folders and zip files.

    Says file by file what was read, what is doubtful (where, and what to do) and what was
    refused. Every file is kept; the same file twice changes nothing. Each PATH is looked for
    from where you are, then in the assessment's folder. A password is used for this run only
    and is not kept anywhere.
    """
    from xlassess.cli import as_json as machine
    from xlassess.cli import ingest as returns
    from xlassess.cli.output import progress
    from xlassess.cli.passwords import told
    from xlassess.services import ingest as desk

    found = [here_or_in(setting.root, path) for path in paths]
    folder, known = folder_of(setting), told(passwords, found)
    with progress("Reading") as watch:
        result = desk.ingest(
            folder, found, now=now(), workers=workers, passwords=known, watch=watch
        )
    if as_json:
        click.echo(machine.dumps(machine.ingested(result)))
    else:
        returns.ingested(out(), result)
    leave(result.needs_person)


@cli.command(short_help="Show who has answered, and what is open.")
@AS_JSON
@common
@click.pass_obj
def status(setting: Setting, as_json: bool) -> None:
    """Show who was sent what, who has answered, what is open, and the response rate."""
    from xlassess.cli import as_json as machine
    from xlassess.cli import status as register
    from xlassess.services import status as desk

    result = desk.status(folder_of(setting), today=now().astimezone().date())
    if as_json:
        click.echo(machine.dumps(machine.status(result)))
    else:
        register.status(out(), result)


cli.add_command(query)
for command in DECISIONS:
    cli.add_command(command)


@cli.command(short_help="Write the summary for the committee.")
@common
@click.pass_obj
def consolidate(setting: Setting) -> None:
    """Write the summary of the round for the committee: output/ROUND/summary.xlsx."""
    from xlassess.cli import reports
    from xlassess.services import consolidate as desk

    reports.consolidated(out(), desk.consolidate(folder_of(setting), now=now()))


for command in PAPERS:
    cli.add_command(command)
cli.add_command(verify)
cli.add_command(toolkits)


@cli.command(short_help="Play a made-up assessment through.")
@click.option(
    "--output", metavar="DIR", type=click.Path(path_type=Path), default=Path("output/demo"),
    show_default=True, help="Where to make it.",
)  # fmt: skip
@click.option(
    "--toolkits", "chosen", metavar="ID,...", multiple=True,
    help="Which built-in toolkits to play, or all; pat and melton-evaluation if not given.",
)  # fmt: skip
@common
@click.pass_obj
def demo(setting: Setting, output: Path, chosen: tuple[str, ...]) -> None:
    """Play a made-up assessment through, from workbooks to summary, mistakes included."""
    from xlassess.cli import demo as reports
    from xlassess.cli.output import progress
    from xlassess.demo import choose_toolkits, play

    toolkits = choose_toolkits(chosen)
    with progress("Filling in the workbooks") as watch:
        played = play(setting.root / output, toolkits=toolkits, watch=watch)
    reports.played(out(), played)


def main() -> None:
    """Run the command line."""
    cli(prog_name="xlassess")
