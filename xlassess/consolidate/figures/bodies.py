"""Organisations that each judge themselves, side by side.

Audit Scotland, Best Value toolkit (2010), "Using the toolkits": one version is applied to an
individual organisation. Two organisations that judge themselves differently do not disagree; two
respondents of one organisation may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from xlassess.consolidate.figures.counted import ToolkitReturns, tally
from xlassess.consolidate.figures.thresholds import DIVIDED_ITEMS, FAR_APART, is_share
from xlassess.consolidate.figures.values import Body
from xlassess.model.answer import Answer


def bodies_of(base: ToolkitReturns, answers: Sequence[Sequence[Answer]]) -> tuple[Body, ...]:
    """Return the organisations side by side, in the order of the register; none in aggregate.

    Args:
        base: the returns.
        answers: what each of them answers, in the order of ``base.rows``.
    """
    if base.toolkit.subject != "organisation" or not base.participants.shows_rows:
        return ()
    own: dict[str, list[Sequence[Answer]]] = {}
    for row, given in zip(base.rows, answers, strict=True):
        own.setdefault(row.person.partner, []).append(given)
    return tuple(_body(base, name, returns) for name, returns in own.items())


def _body(base: ToolkitReturns, name: str, returns: Sequence[Sequence[Answer]]) -> Body:
    toolkit = base.toolkit
    tallies = tally(toolkit, (answer for given in returns for answer in given))
    flagged = set(toolkit.scoring.flagged)
    scale = toolkit.scales[toolkit.scoring.scale]
    places = {choice.code: place for place, choice in enumerate(scale.substantive)}
    judged = [
        (item.id, tallies.get((item.id, "answer"), Counter()))
        for section in toolkit.scored_sections
        for item in section.items
        if item.answer == toolkit.scoring.scale
    ]
    given = [[places[code] for code in counts if code in places] for _, counts in judged]
    asked = sum(bool(each) for each in given)
    apart = sum(bool(each) and max(each) - min(each) >= FAR_APART for each in given)
    return Body(
        name=name,
        returns=len(returns),
        below=tuple(item for item, counts in judged if flagged & set(counts)),
        asked=asked,
        apart=apart,
        differs=len(returns) > 1 and is_share(apart, asked, DIVIDED_ITEMS),
    )
