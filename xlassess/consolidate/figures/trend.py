"""How a round stands beside those before it, as plain values, and when a change is claimed.

All who answered in a round and those who answered both times are kept apart: a mean also moves
because other people answer. Only those who answered both times carry a claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from xlassess.consolidate.figures.thresholds import (
    CHANGE_LEAST,
    CHANGE_SHARE,
    CHANGE_STEP,
    DIGITS,
    is_share,
    mean_of,
)

LineKind = Literal["overall", "section", "item"]
"""What a line of a trend is about."""

Change = Literal["", "up", "down"]
"""What is claimed of a line: nothing, or which way it moved."""

Unit = Literal["", "respondent", "organisation"]
"""Who is followed from round to round; nobody where that could give answers away."""


@dataclass(frozen=True, slots=True)
class RoundFigure:
    """A figure of one round over all who answered in it: how many, and their mean or share.

    ``why`` says, as a sentence, why the round is not comparable here; then there is no figure.
    ``agreed`` is what the workshop of the round agreed on about the question, if it did: it stands
    beside the figure and is no part of it.
    """

    n: int = 0
    mean: float | None = None
    withheld: bool = False
    why: str = ""
    agreed: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """What one who answered both times said then and now; ``moved`` is 1 up, -1 down, or 0.

    ``who`` is the name as it may be shown.
    """

    who: str
    then: float
    now: float
    moved: int


@dataclass(frozen=True, slots=True)
class Movement:
    """Those who answered both times: how many, their means then and now, and how they moved.

    ``pairs`` are the single ones, where they may be shown.
    """

    n: int = 0
    then: float | None = None
    now: float | None = None
    up: int = 0
    down: int = 0
    withheld: bool = False
    pairs: tuple[Pair, ...] = ()

    @property
    def same(self) -> int:
        """How many did not move."""
        return self.n - self.up - self.down


@dataclass(frozen=True, slots=True)
class TrendLine:
    """The score over all sections, a section, or an item, over the rounds.

    ``figures`` has one for each round, the oldest first. ``moves`` is None where the round before
    cannot be compared. ``width`` is how far apart two figures can lie; ``share`` says that they
    are shares.
    """

    kind: LineKind
    key: str
    field: str
    number: str
    name: str
    figures: tuple[RoundFigure, ...]
    moves: Movement | None
    width: float
    share: bool
    change: Change


@dataclass(frozen=True, slots=True)
class Coming:
    """Who came or went: how many, and their names as far as they may be shown.

    ``withheld`` says that they are so few that not even their number is told.
    """

    count: int = 0
    names: tuple[str, ...] = ()
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class BodyTrend:
    """One organisation beside itself: items judged higher and lower than last time, by number.

    ``compared`` is how many questions it answered both times that may be compared.
    """

    name: str
    up: tuple[str, ...]
    down: tuple[str, ...]
    compared: int


@dataclass(frozen=True, slots=True)
class Trend:
    """A toolkit's answers over the rounds, the oldest first; the last is the present one.

    ``before`` is the round that those who answered both times are taken from, ``both`` how many
    they are. ``new`` were not asked then, ``left`` are not asked now, ``silent`` are asked again
    and have neither answered nor declined. ``why_not`` says, as a sentence, why nobody is followed
    from round to round. ``unsummed`` are rounds of which no figures were ever printed; where there
    are no others, ``before`` is one of them, and nothing is compared. ``bodies`` are
    organisations that judge themselves, each beside itself only.
    """

    rounds: tuple[str, ...]
    before: str
    unit: Unit
    both: Coming
    new: Coming
    left: Coming
    silent: Coming
    lines: tuple[TrendLine, ...]
    bodies: tuple[BodyTrend, ...] = ()
    why_not: str = ""
    unsummed: tuple[str, ...] = ()

    @property
    def is_compared(self) -> bool:
        """True where there is an earlier round whose figures may be looked at."""
        return len(self.rounds) > 1

    def of(self, kind: LineKind) -> tuple[TrendLine, ...]:
        """The lines of one kind."""
        return tuple(line for line in self.lines if line.kind == kind)

    @property
    def judged(self) -> tuple[TrendLine, ...]:
        """The lines of questions on which the workshop of the round before agreed."""
        return tuple(line for line in self.lines if self.is_compared and line.figures[-2].agreed)

    def claimed(self, *kinds: LineKind) -> tuple[TrendLine, ...]:
        """The lines of some kinds on which a change is claimed."""
        return tuple(line for line in self.lines if line.kind in kinds and line.change)


def moves_of(pairs: Iterable[Pair]) -> Movement:
    """Return how those who answered both times moved."""
    own = tuple(pairs)
    if not own:
        return Movement()
    return Movement(
        n=len(own),
        then=mean_of([pair.then for pair in own]),
        now=mean_of([pair.now for pair in own]),
        up=sum(pair.moved > 0 for pair in own),
        down=sum(pair.moved < 0 for pair in own),
        pairs=own,
    )


def moved(then: float, now: float) -> int:
    """Return 1 where a figure rose, -1 where it fell, else 0."""
    apart = round(now - then, DIGITS)
    return (apart > 0) - (apart < 0)


def change_of(moves: Movement | None, figures: Sequence[RoundFigure], width: float) -> Change:
    """Return what is claimed of a line; the rule is written in docs/decisions/trend.md.

    Args:
        moves: how those who answered both times moved.
        figures: the figures over all respondents, then and now.
        width: how far apart two figures can lie.
    """
    if moves is None or moves.withheld or moves.then is None or moves.now is None:
        return ""
    if moves.n < CHANGE_LEAST:
        return ""
    way: Change = "up" if moves.up > moves.down else "down"
    if not is_share(max(moves.up, moves.down), moves.n, CHANGE_SHARE):
        return ""
    sign = 1 if way == "up" else -1
    if round(sign * (moves.now - moves.then) - CHANGE_STEP * width, DIGITS) < 0:
        return ""
    then, now = (each.mean for each in figures)
    if then is None or now is None or round(sign * (now - then), DIGITS) < 0:
        # What all say now must not stand lower than before while it is said to have risen.
        return ""
    return way
