"""``xlassess report``: write the round as a Word report."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, common, folder_of, here_or_in, now, shown
from xlassess.cli.phrases import count, percent

if TYPE_CHECKING:
    from xlassess.services.report import Reported

_FILE = click.Path(path_type=Path)


@click.command()
@click.option(
    "--template", metavar="FILE.docx", type=_FILE, help="Fill in this Word file instead of ours."
)
@click.option(
    "--output",
    metavar="FILE.docx",
    type=_FILE,
    help="Where to write it; output/ROUND/report.docx if not given.",
)
@click.option(
    "--save-template",
    metavar="FILE.docx",
    type=_FILE,
    help="Only save a copy of our template there, to be edited in Word.",
)
@click.option("--fields", is_flag=True, help="Only list what a template may show.")
@common
@click.pass_obj
def report(
    options: Options,
    template: Path | None,
    output: Path | None,
    save_template: Path | None,
    fields: bool,
) -> None:
    """Write the summary of the round as a Word report: output/ROUND/report.docx.

    A report that somebody changed since it was written is never replaced.
    """
    from xlassess.services import report as service

    if fields:
        _list_fields(Console(), service.fields())
    elif save_template:
        service.save_template(save_template)
        _show_saved(Console(), save_template)
    else:
        mine = here_or_in(options.root, template) if template else None
        _show(Console(), service.report(folder_of(options), mine, output, now=now()))


def _show(out: Console, result: Reported) -> None:
    """Say where the report is and on what it stands."""
    out.say(f"The report is in {shown(result.path)}.", style="head")
    share = result.returned / result.issued if result.issued else None
    out.say(f"It stands on {result.returned} of {result.issued} workbooks ({percent(share)}).")
    if result.with_queries:
        has = "has" if result.with_queries == 1 else "have"
        out.say(f"{count(result.with_queries, 'workbook')} among them {has} open queries.")


def _show_saved(out: Console, path: Path) -> None:
    """Say what to do with a copy of the template."""
    out.say(f"A copy of the template is in {shown(path)}.", style="head")
    out.say(f"Edit it in Word, then run: xlassess report --template {shown(path)}")
    out.say("What it may show is listed by: xlassess report --fields")


def _list_fields(out: Console, described: Iterable[tuple[str, str]]) -> None:
    """List the fields a template may show."""
    out.table(("Field", "What it holds"), list(described), wraps=(1,))
