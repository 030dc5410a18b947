"""``xlassess demo``: run a made-up assessment, and say where to look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console, count, percent, progress
from xlassess.cli.options import Options, common, shown

if TYPE_CHECKING:
    from xlassess.demo import DemoRun


@click.command()
@click.option(
    "--output", metavar="DIR", type=click.Path(path_type=Path), default=Path("output/demo"),
    show_default=True, help="Where to write it.",
)  # fmt: skip
@click.option(
    "--toolkits", "chosen", metavar="ID,...", multiple=True,
    help="Which built-in toolkits to use, or all. The default is pat and melton-evaluation.",
)  # fmt: skip
@common
@click.pass_obj
def demo(options: Options, output: Path, chosen: tuple[str, ...]) -> None:
    """Run a made-up assessment from workbooks to summary, with the mistakes that people make."""
    from xlassess.demo import choose_toolkits, run_demo

    toolkits = choose_toolkits(chosen)
    with progress("Filling in the workbooks") as watch:
        result = run_demo(options.root / output, toolkits=toolkits, watch=watch)
    _show(Console(), result)


def _show(out: Console, result: DemoRun) -> None:
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
    out.table(("Toolkit", "Returned", "Rate"), rates, numbers=(1, 2))
    out.heading("What went wrong, as it often does")
    out.gap()
    rows = [[odd.partner, odd.toolkit, odd.what, odd.state] for odd in result.unusual]
    out.table(("Partner", "Toolkit", "What came back", "Read as"), rows, wraps=(0, 2))
    out.heading("Where to look")
    out.gap()
    places = [
        [shown(result.consolidated.path), "the summary for the committee"],
        [shown(result.generated.outbox), "the workbooks that were sent out"],
        [shown(result.inbox), "what came back, mistakes included"],
        [f"{root}/assessment.yaml", "the settings, as a start for your own"],
    ]
    out.table(("Place", "What is there"), places, wraps=(0, 1))
    out.gap()
    out.say(f"Then try: xlassess status -C {root}")
