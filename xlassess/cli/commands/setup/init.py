"""``xlassess init``: begin an assessment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, common, shown
from xlassess.model.errors import as_argument

if TYPE_CHECKING:
    from xlassess.services.setup.init import Begun


@click.command()
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@common
@click.pass_obj
def init(options: Options, directory: Path) -> None:
    """Start a new assessment in DIR.

    Writes assessment.yaml and partners.xlsx for you to fill in.
    """
    from xlassess.services.setup.init import begin

    _show(Console(), begin(options.root / directory))


def _show(out: Console, result: Begun) -> None:
    """Say what a new assessment consists of and what to do next."""
    place = shown(result.root)
    there = "" if place == "." else f" -C {as_argument(place)}"
    out.say(f"A new assessment is ready{f' in {place}' if there else ''}.", style="head")
    out.gap()
    out.say(
        "1. Fill in assessment.yaml: the partnership, the toolkits and the return date.", indent=2
    )
    out.say("2. Fill in partners.xlsx: one row for each person you ask.", indent=2)
    out.say(f"3. Run: xlassess generate{there}", indent=2)
    out.gap()
    out.say("Keep the file .secret in this folder. xlassess needs it to recognise its workbooks.")
