"""``xlassess programme consolidate`` and ``report``: papers over many partnerships."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from xlassess.cli.console import Console
from xlassess.cli.options import Options, common, leave, now, shown
from xlassess.services.common.phrases import count, listed

if TYPE_CHECKING:
    from xlassess.consolidate import PortfolioOrder
    from xlassess.services.programmes.portfolio import PeersWritten, PortfolioWritten


ORDER = click.option(
    "--order", type=click.Choice(["register", "name", "due", "total"]), default="register",
    show_default=True,
    help="What partnerships are ordered by. With total, the paper says what that cannot mean.",
)  # fmt: skip
"""What the lines of a portfolio are ordered by; never by a score unless somebody asks."""


@click.command()
@ORDER
@common
@click.pass_obj
def consolidate(options: Options, order: PortfolioOrder) -> None:
    """Write the portfolio: a workbook with a line for each partnership.

    It says of each what its own summary says: who answered, the finding, what moved, concerns,
    overdue actions. It says which questions are weak in most of those asked the same questions,
    where partnerships differ, and what is to be decided. It is in output/portfolio.xlsx.
    """
    from xlassess.services.programmes.portfolio import consolidate_programme
    from xlassess.services.programmes.programme import open_programme

    folder = open_programme(options.root)
    _show_portfolio(consolidate_programme(folder, now=now(), order=order))


@click.command()
@ORDER
@click.option(
    "--peers", is_flag=True,
    help="Write a page for each partnership instead: how it stands among others, none named.",
)  # fmt: skip
@common
@click.pass_obj
def report(options: Options, order: PortfolioOrder, *, peers: bool) -> None:
    """Write the portfolio as a Word report: output/portfolio.docx."""
    from xlassess.services.programmes.portfolio import report_peers, report_programme
    from xlassess.services.programmes.programme import open_programme

    folder = open_programme(options.root)
    if peers:
        _show_peers(Console(), report_peers(folder, now=now()))
        return
    _show_portfolio(report_programme(folder, now=now(), order=order))


def _show_peers(out: Console, result: PeersWritten) -> None:
    """Say where the pages are, and which partnerships have none."""
    if result.pages:
        where = shown(result.pages[0].parent)
        out.say(f"{count(len(result.pages), 'page')} written, in {where}.", style="head")
    if result.without:
        why = "too few that were asked the same questions can be compared"
        out.say(f"These have no page, because {why}: {listed(result.without)}.")
    if not result.pages and not result.without:
        out.say("Nothing has come back yet in any partnership.")


def _show_portfolio(result: PortfolioWritten) -> None:
    """Say where the portfolio is, and of which partnerships it says nothing."""
    out, whole = Console(), result.portfolio
    out.say(f"The portfolio is in {shown(result.path)}.", style="head")
    if result.edited:
        out.say(f"The one that was there is kept as {shown(result.edited)}.")
    told, every = len(whole.with_figures), count(len(whole.lines), "partnership")
    out.say(f"It says something of {told} of {every}.")
    for line in result.left_out:
        out.say(f"{line.name}: {line.why}", style="refuse")
    leave(bool(result.left_out))
