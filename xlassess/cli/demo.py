"""What ``xlassess demo`` says when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlassess.cli.output import Out, count, percent
from xlassess.services.opening import shown

if TYPE_CHECKING:
    from xlassess.demo import Played


def played(out: Out, result: Played) -> None:
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
