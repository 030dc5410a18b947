"""``xlassess export``: write the round's data for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from xlassess.cli.console import Console, show_older, show_promises
from xlassess.cli.options import ANYWAY, Options, folder_of, in_round, now, shown
from xlassess.model.errors import as_place

if TYPE_CHECKING:
    from xlassess.consolidate.export import Format
    from xlassess.services.papers.export import Exported


@click.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "json", "parquet", "xlsx"]),
    help="The format: xlsx for people, the others for programs. The default is the file type in "
    "--to, or csv.",
)
@click.option(
    "--to",
    metavar="FILE-or-DIR",
    type=click.Path(path_type=Path),
    help="A folder, or the name of the main file. The default is output/ROUND/export-FORMAT.",
)
@ANYWAY
@in_round
@click.pass_obj
def export(options: Options, form: str | None, to: Path | None, anyway: str) -> None:
    """Write the round's data for other programs or for Excel, with a data dictionary.

    There is one row for each answer, with the cell it was read from, and there are tables of
    actions and returns. Partners are named, lettered or left out as in the summary.
    """
    from xlassess.services.papers import export as service

    out, folder = Console(), folder_of(options)
    chosen = cast("Format | None", form)
    _show(out, service.export_round(folder, chosen, to, now=now(), anyway=anyway))
    show_older(out, folder)


_SHOWN = {
    "named": "Partners and people are named.",
    "partner": "Partners are named, people are not.",
    "lettered": "Partners are shown as letters.",
    "aggregated": "Answers are shown in total: no row is about one respondent.",
}


def _show(out: Console, result: Exported) -> None:
    """Say where the data are, how many rows there are, and how names are treated."""
    out.say(f"The data is in {as_place(Path(shown(result.folder)))}.", style="head")
    for path in result.files:
        out.say(path.name, indent=2)
    rows = ", ".join(f"{name} {number}" for name, number in result.rows.items())
    out.say(f"Rows: {rows}.")
    if result.fallback:
        out.say("Letters would not hide who is who, because too few partners have answered.")
    out.say(_SHOWN[result.attribution])
    show_promises(out, result.promised, result.exposed, result.held)
    for path in result.edited:
        out.say(
            f"Somebody had edited the workbook that was there. It is kept as {shown(path)}.",
            style="note",
        )
    if result.removed:
        names = ", ".join(path.name for path in result.removed)
        out.say(f"Removed files of an earlier export: {names}.")
