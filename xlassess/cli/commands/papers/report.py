"""``xlassess report``: write the round as a Word report."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console, show_older, show_promises
from xlassess.cli.options import ANYWAY, Options, folder_of, here_or_in, in_round, now, shown
from xlassess.model.errors import as_argument
from xlassess.services.common.phrases import percent

if TYPE_CHECKING:
    from xlassess.services.papers.report import Reported

_FILE = click.Path(path_type=Path)


@click.command()
@click.option(
    "--template",
    metavar="FILE.docx",
    type=_FILE,
    help="Use this Word file as the template, instead of ours.",
)
@click.option(
    "--output",
    metavar="FILE.docx",
    type=_FILE,
    help="Where to write it. The default is output/ROUND/report.docx.",
)
@click.option(
    "--save-template",
    metavar="FILE.docx",
    type=_FILE,
    help="Save a copy of our template, to edit in Word. Writes no report.",
)
@click.option(
    "--fields", is_flag=True, help="List the fields a template can use. Writes no report."
)
@ANYWAY
@in_round
@click.pass_obj
def report(
    options: Options,
    template: Path | None,
    output: Path | None,
    save_template: Path | None,
    *,
    fields: bool,
    anyway: str,
) -> None:
    """Write the summary of the round as a Word report: output/ROUND/report.docx.

    If someone has edited the report since, it is not replaced.
    """
    from xlassess.services.papers import report as service

    if fields:
        _list_fields(Console(), service.fields())
    elif save_template:
        service.save_template(save_template)
        _show_saved(Console(), save_template)
    else:
        mine = here_or_in(options.root, template) if template else None
        out, folder = Console(), folder_of(options)
        _show(out, service.report(folder, mine, output, now=now(), anyway=anyway))
        show_older(out, folder)


def _show(out: Console, result: Reported) -> None:
    """Say where the report is and on what it stands."""
    out.say(f"The report is in {shown(result.path)}.", style="head")
    show_promises(out, result.promised, result.exposed, result.held)
    share = result.returned / result.issued if result.issued else None
    out.say(f"It is based on {result.returned} of {result.issued} workbooks ({percent(share)}).")
    if result.with_queries:
        has = "has" if result.with_queries == 1 else "have"
        out.say(f"{result.with_queries} of them {has} open queries.")


def _show_saved(out: Console, path: Path) -> None:
    """Say what to do with a copy of the template."""
    out.say(f"A copy of the template is in {shown(path)}.", style="head")
    out.say(f"Edit it in Word, then run: xlassess report --template {as_argument(shown(path))}")
    out.say("To see the fields it can use: xlassess report --fields")


def _list_fields(out: Console, described: Iterable[tuple[str, str]]) -> None:
    """List the fields a template may show."""
    out.table(("Field", "What it holds"), list(described), wraps=(1,))
