"""What moved since last time, in sentences from ``summary.j2``; the rule is on the Method sheet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlassess.consolidate.figures.thresholds import CHANGE_LEAST, CHANGES_NAMED
from xlassess.consolidate.figures.trend import Coming, Movement, Trend, TrendLine
from xlassess.consolidate.wording.facts import words
from xlassess.consolidate.wording.terms import decimal, percent

MOST_LINES = 8
"""Lines of a slope chart that can be told apart."""


def trend_in_words(trend: Trend, *, sheets: bool = True) -> tuple[str, ...]:
    """Return what moved since the round before, and who answered both times.

    Args:
        trend: the rounds.
        sheets: the reader has sheets that can be pointed to.
    """
    moved = _moved(trend, sheets=sheets)
    told = (*moved, _apart(trend), _agreed(trend), _who(trend), _unsummed(trend))
    return tuple(text for text in told if text)


def trend_title(trend: Trend) -> str:
    """Return the heading of what moved."""
    return words().say("trend_title", trend.before)


def _moved(trend: Trend, *, sheets: bool) -> Iterator[str]:
    say = words().say
    if trend.bodies:
        higher = sum(bool(each.up) for each in trend.bodies)
        lower = sum(bool(each.down) for each in trend.bodies)
        yield say("trend_bodies", len(trend.bodies), higher, lower, sheets)
        return
    whole = trend.claimed("overall", "section")
    items = trend.claimed("item")
    if not whole and not items:
        if trend.is_compared:
            yield _nothing_claimed(trend, sheets=sheets)
        return
    if not whole:
        # That none moved is said where one could have been seen to.
        sections = [line.moves for line in trend.of("section") if line.moves is not None]
        hidden = [moves.withheld for moves in sections]
        yield say("trend_only_items", not all(hidden), any(hidden))
    for way in ("up", "down"):
        yield from _each_way(whole or items, way)
    if whole and items:
        yield say("trend_items", len(items)) if sheets else _named(items)


def _named(items: Sequence[TrendLine]) -> str:
    """Which single questions moved up, and which down."""
    up, down = (
        [f"{line.name} ({line.number})" for line in items if line.change == way]
        for way in ("up", "down")
    )
    return words().say("trend_items_named", up, down)


def _apart(trend: Trend) -> str:
    """Which sections are not compared where others are: a comparison would stand there."""
    if not trend.is_compared or all(line.figures[-2].why for line in trend.lines):
        return ""
    apart = [line.name for line in trend.of("section") if line.figures[-2].why]
    return words().say("trend_apart", trend.before, apart) if apart else ""


def _nothing_claimed(trend: Trend, *, sheets: bool) -> str:
    """Why no change is claimed."""
    say = words().say
    if not trend.lines:
        return say("trend_no_lines", trend.before)
    if all(line.figures[-2].why for line in trend.lines):
        return say("trend_not_comparable", trend.before)
    if trend.why_not:
        return say("trend_not_followed", trend.why_not, sheets)
    followed = [line.moves for line in trend.lines if line.moves is not None]
    if trend.both.withheld and not followed:
        return say("trend_few_withheld")
    if trend.both.count < CHANGE_LEAST and not trend.both.withheld:
        return say("trend_few", trend.both.count, trend.unit, CHANGE_LEAST)
    hidden = bool(followed) and all(moves.withheld for moves in followed)
    return say("trend_hidden" if hidden else "trend_nothing", trend.unit)


def _each_way(lines: Sequence[TrendLine], way: str) -> Iterator[str]:
    own = sorted((line for line in lines if line.change == way), key=_by_size)
    yield from map(claim_in_words, own[:CHANGES_NAMED])
    if len(own) > CHANGES_NAMED:
        yield words().say("trend_more", len(own) - CHANGES_NAMED, way)


def _by_size(line: TrendLine) -> tuple[bool, float]:
    moves = line.moves or Movement()
    return line.kind != "overall", -abs((moves.now or 0.0) - (moves.then or 0.0)) / line.width


def claim_in_words(line: TrendLine) -> str:
    """Return a line on which a change is claimed, with the figures that carry it."""
    moves = line.moves or Movement()
    way = moves.up if line.change == "up" else moves.down
    then, now = (figure_in_words(line, each) for each in (moves.then, moves.now))
    number = line.number if line.kind == "item" else ""
    return words().say("trend_claim", (line.name, number), line.change, (then, now), (way, moves.n))


def figure_in_words(line: TrendLine, value: float | None) -> str:
    """Return a figure of a line as it is read."""
    if value is None:
        return ""
    return percent(value) if line.share else decimal(value)


_MOST_JUDGED = 3


def _agreed(trend: Trend) -> str:
    """What the workshops of the round before and of this one agreed on; nothing without the first.

    The answers stand beside it, as far as they may be shown.
    """
    if not trend.judged:
        return ""
    judged = [
        {
            "number": line.number,
            "then": line.figures[-2].agreed,
            "now": line.figures[-1].agreed,
            "answers": [figure_in_words(line, one.mean) for one in line.figures[-2:]]
            if all(one.mean is not None for one in line.figures[-2:])
            else [],
            "asked": [one.n for one in line.figures[-2:]],
        }
        for line in trend.judged[:_MOST_JUDGED]
    ]
    return words().say("trend_agreed", trend.before, judged, len(trend.judged) - len(judged))


def _who(trend: Trend) -> str:
    """Who answered both times, who is new and who left, as far as it may be told."""
    if not trend.unit:
        return ""
    comings = (trend.new, trend.left, trend.silent)
    told = [_coming(macro, each) for macro, each in zip(_COMINGS, comings, strict=True)]
    both = -1 if trend.both.withheld else trend.both.count
    return words().say("trend_both", both, trend.unit, " ".join(text for text in told if text))


_COMINGS = ("trend_new", "trend_left", "trend_silent")
_MOST_NAMES = 4


def _coming(macro: str, who: Coming) -> str:
    if not who.count and not who.withheld:
        return ""
    names = who.names if len(who.names) <= _MOST_NAMES else ()
    return words().say(macro, who.count, list(names), who.withheld)


def _unsummed(trend: Trend) -> str:
    return words().say("trend_unsummed", list(trend.unsummed)) if trend.unsummed else ""


def charted(trend: Trend) -> tuple[tuple[TrendLine, ...], int]:
    """Return the lines of the slope chart, and from which round on it is drawn.

    They are the sections with figures in every round, or else in the last two; of many, those
    that moved, then the first. No line begins or ends in a gap.
    """
    for first in (0, len(trend.rounds) - 2):
        own = [
            line
            for line in trend.of("section")
            if all(each.mean is not None and not each.withheld for each in line.figures[first:])
        ]
        if own:
            chosen = sorted(own, key=lambda line: not line.change)[:MOST_LINES]
            return tuple(line for line in own if line in chosen), first
    return (), 0


def picture_title(trend: Trend, drawn: int) -> str:
    """Return the message of the slope chart: on how many sections a change is claimed.

    It says nothing of the others: they may have moved less. None is given where nothing is
    claimed, and where a section is withheld or cannot be compared: it might have moved as well.
    A picture without all of the sections says how many of them it shows.

    Args:
        trend: the rounds.
        drawn: how many sections the chart shows.
    """
    sections = trend.of("section")
    followed = [line.moves is not None and not line.moves.withheld for line in sections]
    up, down = (sum(line.change == way for line in sections) for way in ("up", "down"))
    of = len(sections) if drawn < len(sections) else 0
    if not all(followed) or not (up or down):
        return words().say("trend_picture", drawn, of)
    return words().say("trend_message", trend.before, (up, down, len(sections)), drawn, of)


def remarks_on(trend: Trend, line: TrendLine) -> Iterator[str]:
    """Yield why a line is not comparable with earlier rounds, the last one first."""
    for name, figure in reversed(list(zip(trend.rounds, line.figures, strict=True))):
        if figure.why:
            yield words().say("trend_why", name, figure.why)
