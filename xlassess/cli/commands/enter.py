"""``xlassess enter``: a copy of somebody's workbook to type their answers into."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, folder_of, in_round, now, shown
from xlassess.model.errors import as_argument
from xlassess.services.common.phrases import capital, day, named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xlassess.model.record import EntrySource
    from xlassess.services.enter import EntryMade

_SOURCES = ("phone", "paper", "pdf", "email", "meeting")


@click.command()
@click.argument("reference", metavar="REF")
@click.option(
    "--source", type=click.Choice(_SOURCES), required=True, help="How the answers reached you.",
)  # fmt: skip
@click.option("--by", metavar="NAME", default="", help="Who types. The default is you.")
@click.option("--anew", is_flag=True, help="Make another, empty copy.")
@click.option("--no-open", is_flag=True, help="Only write the copy; do not open it.")
@in_round
@click.pass_obj
def enter(
    options: Options, reference: str, *, source: str, by: str, anew: bool, no_open: bool
) -> None:
    """Make a copy of workbook REF, to type in answers that came by another way.

    Use this when somebody answers by telephone, on paper, in a PDF or in a message. The copy says
    where the answers came from and who typed them. Type them in, save the file, and read it with
    xlassess ingest. It never replaces what the respondent has sent, unless you decide so.
    A workbook that the respondent sends later takes its place, if its seal is whole.
    """
    from xlassess.services import enter as service

    way = cast("EntrySource", source)
    result = service.enter(folder_of(options), reference, way, now=now(), by=by, anew=anew)
    _show(Console(), result)
    if not no_open and sys.stdout.isatty():
        click.launch(str(result.path))


def _show(out: Console, result: EntryMade) -> None:
    """Say where the copy is, and what comes next."""
    issued, copy = result.issued, result.copy
    out.say(f"{issued.who}, {issued.reference}: {shown(result.path)}", style="head")
    what = f"answers that came {copy.source}, typed in by {copy.by}; made on {day(copy.day)}"
    out.say(f"A copy for {what}.", indent=2)
    if result.begun:
        out.say("You have typed in it before: go on there. For an empty one: --anew", indent=2)
    out.say("Type the answers in and save the file. Then read it:", indent=2)
    out.say(f"xlassess ingest {as_argument(shown(result.path))}", indent=4)
    if result.unknown:
        out.say(
            f"There is also {shown(result.unknown)}. It is not on record, so that it cannot be "
            "read: copy what was typed in it into this one.", indent=2, style="query",
        )  # fmt: skip
    for remark in _remarks(result):
        out.say(remark, indent=2, style="query")


def _remarks(result: EntryMade) -> Iterator[str]:
    """Yield what stands in the way of what is typed in, or what it takes the place of."""
    reference, counts = result.issued.reference, result.counts
    if result.instead:
        way = result.copy.identity.entered.split()[0]
        yield (
            f"{reference} was replaced by {result.instead}, which counts. To type in that one: "
            f"xlassess enter {result.instead} --source {way}"
        )
    elif counts is not None and counts.entered is None and not counts.is_blank:
        yield (
            f"{capital(named(counts))} counts for {reference} already. What you type in will wait "
            "until you choose which of the two counts."
        )
    elif counts is not None and counts.entered is not None:
        yield (
            f"{capital(named(counts))}, typed in before, counts already. What you type in now will "
            "replace it. To change one answer only: xlassess correct"
        )
    if result.settled is not None:
        yield f"On record is: {result.settled.kind}. What you type in will count instead."
