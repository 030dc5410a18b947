"""``xlassess demo``: run a made-up assessment, and say where to look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console, progress
from xlassess.cli.options import Options, common, shown
from xlassess.cli.phrases import count, percent

if TYPE_CHECKING:
    from xlassess.demo import Played


@click.command()
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
def demo(options: Options, output: Path, chosen: tuple[str, ...]) -> None:
    """Play a made-up assessment through, from workbooks to summary, mistakes included."""
    from xlassess.demo import choose_toolkits, play

    toolkits = choose_toolkits(chosen)
    with progress("Filling in the workbooks") as watch:
        played = play(options.root / output, toolkits=toolkits, watch=watch)
    _show(Console(), played)


def _show(out: Console, result: Played) -> None:
    """Tell the story of the demo and say where to look."""
    root = shown(result.root)
    assessment = result.status.assessment
    if result.replaced:
        out.say(f"The earlier demo in {root} was replaced.")
    partners = len({line.partner for line in result.status.lines})
    out.say(
        f"{assessment.partnership}, round {assessment.round}: {count(partners, 'partner')}, "
        f"{count(len(result.generated.workbooks), 'workbook')} issued, "
        f"{count(len(result.ingested.files), 'file')} back.",
        style="head",
    )
    out.gap()
    rates = [
        [rate.toolkit, f"{rate.answered} of {rate.issued}", percent(rate.share)]
        for rate in result.status.rates
    ]
    out.table(("Toolkit", "Returned of issued", "Rate"), rates, numbers=(1, 2))
    out.heading("What went otherwise than it should, as it does in life")
    out.gap()
    rows = [[odd.partner, odd.toolkit, odd.what, odd.state] for odd in result.oddities]
    out.table(("Partner", "Toolkit", "What came back", "Read as"), rows, wraps=(0, 2))
    out.heading("Where to look")
    out.gap()
    places = [
        [shown(result.consolidated.path), "the summary for the committee"],
        [shown(result.generated.outbox), "the workbooks as they were sent out"],
        [shown(result.inbox), "what came back, mistakes included"],
        [f"{root}/assessment.yaml", "the settings, to begin your own from"],
    ]
    out.table(("Place", "What is there"), places, wraps=(0, 1))
    out.gap()
    out.say(f"Then try: xlassess status -C {root}")
