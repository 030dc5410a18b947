"""The written rules of the summary: every threshold it uses, in one place.

The Method sheet prints them; nothing on the Summary page is chosen by any other rule. Where
nothing else is said they are ours and not the publications'.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, fsum

from xlassess.model.toolkit import Choice, Scale

STRENGTH = 2 / 3
"""A strength: an item whose answers stand at least this far up from the worst (0) to the best
(1) end of its scale. On a scale of four scores that is a mean of 3, "agree"."""

MOSTLY = 1 / 2
"""A strength needs at least this share of its answers in the upper half of the scale; an item with
more than this share in the lower half is a concern, wherever its mean stands. Ours."""

CONCERN = 1 / 2
"""A concern: an item whose answers stand below this point of its scale."""

AT_AN_END = 1 / 4
"""Share of the answers that counts: this many at the worst choice make an item a concern
whatever its mean, and this many at each end make it divided. Ours."""

WORST_LEAST, FEW_RETURNS = 2, 5
"""So many answers at the worst choice it takes at least; one is enough with fewer returns than
the second number. Ours: one person in twelve is one person."""

DIVIDED_ITEMS = 1 / 3
"""Share of the items judged on which agreement is low from which the division itself is the
finding. Ours, after Assessing Strategic Partnership (2003), "Understanding the results: detailed
analysis and feedback": how far responses are explored depends on the degree of consensus."""

ANSWERED_BY, ANSWERS_LEAST = 1 / 2, 3
"""A strength, concern or difference needs answers from at least this share of the returns that
count, and from at least so many (all, where fewer returned). Ours."""

UNSURE_SHOWN, UNSURE_LEADS = 1 / 10, 1 / 4
"""Share of answers such as "don't know" from which the first page gives the figure, and from
which it leads the page. Ours."""

SPEAKS_FOR_ALL = 3
"""Fewest returns from which something is said of the partnership and not only of those who
answered, and from which a scenario is suggested. Ours."""

HIGH_AGREEMENT, LOW_AGREEMENT = 0.7, 0.5
"""Consensus from which agreement is called high, and below which it is called low."""

HIGH_AGREEMENT_TWO, LOW_AGREEMENT_TWO = 0.5, 0.19
"""The same for scales of two choices, where consensus falls faster: about one answer in nine,
and one in four, against the rest."""

LEVEL_GAP = 1 / 6
"""Means of two organisational levels that lie at least this share of the score range apart are
pointed out."""

ITEM_LEVEL_GAP = 1 / 3
"""The same for single items, which move more easily: one step on a scale of four choices."""

LEVELS_MARKED = 1 / 10
"""Of the items or sections compared, this share of those furthest apart is marked, and at least
`LISTED`; those that tie with the last of them are marked too. Ours: of 43 items 22 can lie a step
apart, and nobody can talk through 22."""

LEVEL_LEAST = 2
"""Fewest returns of a level from which it is compared with others: one person is not a level."""

FAR_APART = 2
"""Bands between the lowest and the highest grand total from which views are divided. Ours."""

LISTED = 3
"""Most strengths, concerns and differences named on the Summary page. Of more that stand alike,
examples are named and how many there are is said."""

NAMED_SINGLY = 3
"""Most items named that somebody judges worst, but too few for a concern; of more only the number
is told."""

CHANGE_LEAST = 3
"""Fewest who answered both times from which a change is claimed. Ours."""

CHANGE_SHARE = 2 / 3
"""Share of those who answered both times that has to have moved the same way. Ours: with three,
that is two."""

CHANGE_STEP = 1 / 10
"""Share of the scale by which their mean has to have moved as well. Ours."""

APART, APART_LEAST, APART_LISTED = 1 / 2, 3, 5
"""A respondent stands apart on a question at least this share of the scale from the mean of all
others, if so many of them answered; at most so many such questions are named. Ours."""

CHANGES_NAMED = 3
"""Most changes each way named on the Summary page; of more, how many there are is said."""

PEERS_LEAST, WEAK_EVERYWHERE = 3, 3 / 4
"""An item is weak everywhere when it is a concern in at least this share of the partnerships that
were asked the same questions and of which it may be read, and when these are so many. Ours."""

PEERS_APART = 1 / 3
"""Share of the scale by which partnerships have to lie apart on an item for that to be named. Ours,
as `ITEM_LEVEL_GAP`."""

PEERS_HIDDEN, PEERS_HALF = 5, 1 / 2
"""Fewest partnerships among which one is told how it stands, and the share of them at which "half
or more" begins. With five, whoever knows their own partnership and is told "fewer than half" or
"half or more" cannot tell of any other how it stands: see docs/decisions/programme.md. Ours."""

LIVE_ROWS = 10_000
"""Data rows up to which the summary's figures are formulas; above, they are written as values.

Measured with LibreOffice 7.4 and the Partnership Assessment Tool, recalculating everything:
5,000 rows take 3 seconds, 10,000 rows 7, 20,000 rows 34, because the number of formulas and
the rows each of them looks through grow together.
"""

CLOSED_STATUSES = ("done", "stopped")
"""Codes of action-plan states after which an action cannot be overdue."""

DIGITS = 9
"""Decimals beyond which two figures are the same: binary fractions differ in the last ones."""

_CERTAIN = 12
"""Decimals that rounding errors never reach in a mean of some hundreds of scores."""


def mean_of(values: Sequence[float]) -> float:
    """Return the mean of figures of single returns, rounded as far as it is certain.

    What rounding errors add up to differs with who said what, and a cell shows all its digits to
    whoever asks for them.
    """
    return round(fsum(values) / len(values), _CERTAIN)


def is_gap(distance: float | None, width: float, share: float) -> bool:
    """True for two levels at least this share of the width of possible figures apart."""
    return distance is not None and round(distance - share * width, DIGITS) >= 0


def most_marked(compared: int) -> int:
    """Return how many of so many items compared by level are marked, ties left aside."""
    return max(LISTED, ceil(round(compared * LEVELS_MARKED, DIGITS)))


def marked_gaps(shares: Sequence[float | None], limit: float) -> tuple[bool, ...]:
    """Tell which gaps between levels a reader should look at.

    Args:
        shares: each gap as a share of what is possible, None where levels are not compared.
        limit: the share a gap has to reach.
    """
    known = sorted((round(s, DIGITS) for s in shares if s is not None), reverse=True)
    least = known[: most_marked(len(shares))][-1] if known else 0.0
    return tuple(
        share is not None and round(share, DIGITS) >= least and round(share - limit, DIGITS) >= 0
        for share in shares
    )


def favourable(scale: Scale) -> tuple[Choice, ...]:
    """The upper half of a scale's choices, a middle one left out: those that speak for an item."""
    choices = scale.substantive
    return choices[: len(choices) // 2]


def agreement_limits(scale: Scale) -> tuple[float, float]:
    """Return the consensus below which agreement is low, and from which it is high."""
    if len(scale.substantive) <= 2:
        return LOW_AGREEMENT_TWO, HIGH_AGREEMENT_TWO
    return LOW_AGREEMENT, HIGH_AGREEMENT


def agreement_word(scale: Scale, consensus: float | None) -> str:
    """Return "high", "moderate" or "low", or an empty text without a consensus."""
    if consensus is None:
        return ""
    low, high = agreement_limits(scale)
    exact = round(consensus, DIGITS)
    if exact >= high:
        return "high"
    return "low" if exact < low else "moderate"


def enough_answers(answers: int, returns: int) -> bool:
    """True when so many answers, of so many returns that were asked, may be read as a finding."""
    needed = max(ANSWERS_LEAST, ceil(round(ANSWERED_BY * returns, DIGITS)))
    return answers >= min(returns, needed) and answers > 0


def is_unread(too_few: int, judged: int) -> bool:
    """True when too few could say on most of the items: the few left say nothing of the whole.

    Then that is the finding. Ours.
    """
    return too_few > judged


def many_at_worst(worst: int, answers: int, returns: int) -> bool:
    """True when so many of the answers stand at the worst choice that the item is a concern."""
    least = 1 if returns < FEW_RETURNS else WORST_LEAST
    return worst >= least and is_share(worst, answers, AT_AN_END)


def is_divided(best: int, worst: int, answers: int) -> bool:
    """True when a part of the answers that counts stands at each end of the scale."""
    return is_share(best, answers, AT_AN_END) and is_share(worst, answers, AT_AN_END)


def is_share(count: int, of: int, share: float) -> bool:
    """True when a count is at least this share of another, and not nought."""
    return count > 0 and round(count - share * of, DIGITS) >= 0


def has_scores(scale: Scale) -> bool:
    """True when every substantive choice of a scale has a score, and they differ."""
    scores = {choice.score for choice in scale.substantive}
    return None not in scores and len(scores) > 1


def is_strength(favour: float) -> bool:
    """True for an item standing (0 worst, 1 best) in the range of strengths."""
    return round(favour - STRENGTH, DIGITS) >= 0


def is_concern(favour: float) -> bool:
    """True for an item standing (0 worst, 1 best) in the range of concerns."""
    return round(favour - CONCERN, DIGITS) < 0
