"""Which figures over all returns are withheld where single returns are not shown.

A figure from too few respondents is withheld. So is one that, set against others on show, is
the answer of too few: how answers fall on items is counted over everybody who answered, a
section's mean over those with a score there, and the difference between the two is what the
returns with gaps hold.
"""

from __future__ import annotations

from dataclasses import replace

from xlassess.consolidate.figures.attribution import Participants
from xlassess.consolidate.figures.counted import ToolkitReturns
from xlassess.consolidate.figures.values import Figure
from xlassess.model.toolkit import Section


def guarded(figure: Figure, participants: Participants, partial: int = 0) -> Figure:
    """Return a figure as it may be shown.

    Args:
        figure: the figure.
        participants: who is shown as what.
        partial: respondents whose answers would be the difference of this figure and others.
    """
    if participants.shows_rows:
        return figure
    if participants.withholds(figure.n) or participants.withholds(partial):
        return Figure(figure.n, withheld=True, secondary=not participants.withholds(figure.n))
    # The ends of a range are single respondents' figures.
    return replace(figure, low=None, high=None)


def partial_in_section(
    base: ToolkitReturns, section: Section, view: str, level: str | None = None
) -> int:
    """Return of how many returns a section's mean and its items would tell the difference.

    These are the returns that answer it in part; under means those that answer it in full tell
    them just as well, so the fewer of the two count. Shares are taken over all answers
    together, as the distributions are, so that no difference is left.

    Args:
        base: the returns.
        section: the section.
        view: the id of the view, empty for none.
        level: count those of one organisational level only, by its code.
    """
    scores = (
        row.card.section(section.id, view)
        for row in base.rows
        if level is None or row.person.issued.level == level
    )
    given = [score for score in scores if score.answered]
    full = sum(score.complete for score in given)
    return _difference(base, len(given) - full, full)


def partial_overall(base: ToolkitReturns, view: str) -> int:
    """Return the same for the score over all sections: returns in a section, not in the whole."""
    known = [
        whole.answered == whole.asked
        for row in base.rows
        for whole in row.card.overall
        if whole.view == view
        and any(each.score is not None for each in row.card.sections if each.view == view)
    ]
    return _difference(base, len(known) - sum(known), sum(known))


def _difference(base: ToolkitReturns, partial: int, full: int) -> int:
    rule = base.toolkit.scoring.rule
    if rule not in ("sum", "mean"):
        return 0
    return min(partial, full) if rule == "mean" and full else partial
