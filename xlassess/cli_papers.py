"""The commands that make papers of a round for other programs: the Word report, the data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from xlassess.console.front import Setting, common, folder_of, here_or_in, now, out

if TYPE_CHECKING:
    from xlassess.consolidate.export import Format

_FILE = click.Path(path_type=Path)


@click.command(short_help="Write the same as a Word report.")
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
    setting: Setting,
    template: Path | None,
    output: Path | None,
    save_template: Path | None,
    fields: bool,
) -> None:
    """Write the summary of the round as a Word report: output/ROUND/report.docx.

    A report that somebody changed since it was written is never replaced.
    """
    from xlassess.console import papers
    from xlassess.desk import report as desk

    if fields:
        papers.fields(out(), desk.fields())
    elif save_template:
        desk.save_template(save_template)
        papers.template_saved(out(), save_template)
    else:
        mine = here_or_in(setting.root, template) if template else None
        papers.reported(out(), desk.report(folder_of(setting), mine, output, now=now()))


@click.command(short_help="Write the data for other programs.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "parquet"]),
    help="The format; what the ending of --to says, or else csv.",
)
@click.option(
    "--to",
    metavar="FILE-or-DIR",
    type=_FILE,
    help="A folder, or the name of the chief file; output/ROUND/export-FORMAT if not given.",
)
@common
@click.pass_obj
def export(setting: Setting, form: str | None, to: Path | None) -> None:
    """Write the round's data for other programs, with a data dictionary.

    One row for each answer, with the cell it was read from, and tables of actions and returns.
    Names are shown, lettered or left out as in the summary.
    """
    from xlassess.console import papers
    from xlassess.desk import export as desk

    chosen = cast("Format | None", form)
    papers.exported(out(), desk.export_round(folder_of(setting), chosen, to, now=now()))


PAPERS = (report, export)
"""The commands, in the order they are listed."""
