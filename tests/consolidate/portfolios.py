"""Made-up portfolios: partnerships in which people answer alike, so that tests can count."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tests.consolidate.rounds import MADE_AT, a_round, answers, with_returns
from xlassess.consolidate import (
    Portfolio,
    PortfolioLine,
    PortfolioOrder,
    Summary,
    portfolio,
    portfolio_actions,
    portfolio_parts,
    summarise,
)
from xlassess.model.programme import Partnership, Programme
from xlassess.model.toolkit import Toolkit
from xlassess.toolkits.load import find_toolkit

EVALUATION = "melton-evaluation"


def a_summary(
    worst: Collection[str] = (), kit: Toolkit | str = EVALUATION, people: int = 4, **changes: object
) -> Summary:
    """A summary of so many people, who give these items the worst choice and all others the best.

    The last of them gives every item the choice next to that, so that nobody is unanimous.
    """
    toolkit = find_toolkit(kit) if isinstance(kit, str) else kit
    record = a_round([toolkit], people, **changes)
    given = {}
    for number in range(people):
        values: dict[tuple[str, str], object] = {}
        for item in toolkit.items():
            if item.is_free:
                continue
            choices = toolkit.scales[item.answer].substantive
            step = int(number == people - 1)
            choice = choices[-1 - step] if item.id in worst else choices[step]
            values |= {(item.id, field): choice.code for field in item.answer_fields}
        given[number] = answers(toolkit, values)  # type: ignore[arg-type]
    return summarise(with_returns(record, given), MADE_AT)


def a_line(name: str, summary: Summary | None = None, **entry: object) -> PortfolioLine:
    """A partnership of this name, with what its summary says."""
    register = Partnership(name.lower(), name, **entry)  # type: ignore[arg-type]
    if summary is None:
        return PortfolioLine(register, name)
    parts, actions = portfolio_parts(summary), portfolio_actions(summary)
    return PortfolioLine(register, name, summary.assessment.round, parts, actions)


def a_portfolio(lines: Sequence[PortfolioLine], order: PortfolioOrder = "register") -> Portfolio:
    """The portfolio of these partnerships."""
    programme = Programme("Our partnerships", "Policy Committee")
    return portfolio(programme, MADE_AT, "xlassess", lines, order)
