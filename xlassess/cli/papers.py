"""The commands that make papers of a round for other programs: the Word report, the data."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from xlassess.cli.frame import Setting, common, folder_of, here_or_in, now, out
from xlassess.cli.output import Out, count, percent
from xlassess.services.opening import shown

if TYPE_CHECKING:
    from xlassess.consolidate.export.write import Format
    from xlassess.services.export import Exported
    from xlassess.services.report import Reported


def reported(out: Out, result: Reported) -> None:
    """Say where the report is and on what it stands."""
    out.say(f"The report is in {shown(result.path)}.", style="head")
    share = result.returned / result.issued if result.issued else None
    out.say(f"It stands on {result.returned} of {result.issued} workbooks ({percent(share)}).")
    if result.with_queries:
        has = "has" if result.with_queries == 1 else "have"
        out.say(f"{count(result.with_queries, 'workbook')} among them {has} open queries.")


def template_saved(out: Out, path: Path) -> None:
    """Say what to do with a copy of the template."""
    out.say(f"A copy of the template is in {shown(path)}.", style="head")
    out.say(f"Edit it in Word, then run: xlassess report --template {shown(path)}")
    out.say("What it may show is listed by: xlassess report --fields")


def fields_listed(out: Out, described: Iterable[tuple[str, str]]) -> None:
    """List the fields a template may show."""
    out.table(("Field", "What it holds"), list(described), wraps=(1,))


_SHOWN = {
    "named": "Answers are shown with names.",
    "lettered": "Partners are shown as letters.",
    "aggregated": "Answers are shown in aggregate: no row stands for one respondent's answers.",
}


def exported(out: Out, result: Exported) -> None:
    """Say where the data are, how many rows there are, and how names are treated."""
    out.say(f"The data are in {shown(result.folder)}.", style="head")
    for path in result.files:
        out.say(path.name, indent=2)
    rows = ", ".join(f"{name} {number}" for name, number in result.rows.items())
    out.say(f"Rows: {rows}.")
    if result.fallback:
        out.say("Letters were asked for, but too few partners have answered for them to help.")
    out.say(_SHOWN[result.attribution])
    if result.removed:
        names = ", ".join(path.name for path in result.removed)
        out.say(f"Removed, because an earlier export left it there: {names}.")


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
    from xlassess.services import report as desk

    if fields:
        fields_listed(out(), desk.fields())
    elif save_template:
        desk.save_template(save_template)
        template_saved(out(), save_template)
    else:
        mine = here_or_in(setting.root, template) if template else None
        reported(out(), desk.report(folder_of(setting), mine, output, now=now()))


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
    from xlassess.services import export as desk

    chosen = cast("Format | None", form)
    exported(out(), desk.export_round(folder_of(setting), chosen, to, now=now()))


PAPERS = (report, export)
"""The commands, in the order they are listed."""
